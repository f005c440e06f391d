/* Which row belongs to which record. */
#include "app/hsds_record.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "app/json.h"

#define OWNER_DEPTH 8
#define NAME_SIZE   (HSDS_ID_LIMIT + 80)

/* A row that a record is made of. */
struct owner {
    enum hsds_table table;
    const char *id;
};

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

/* Rows that are records of their own; all others belong to what they hang on. */
static bool is_record(enum hsds_table table)
{
    return table == HSDS_SERVICE || table == HSDS_LOCATION || table == HSDS_ORGANIZATION ||
           table == HSDS_TAXONOMY || table == HSDS_TAXONOMY_TERM ||
           table == HSDS_META_TABLE_DESCRIPTION;
}

/* What a row may hang on, the most telling first. */
static const struct {
    const char *column;
    enum hsds_table table; /* HSDS_NO_TABLE: any */
} hooks[] = {
    {"service_id", HSDS_SERVICE},   {"service_at_location_id", HSDS_SERVICE_AT_LOCATION},
    {"location_id", HSDS_LOCATION}, {"organization_id", HSDS_ORGANIZATION},
    {"contact_id", HSDS_CONTACT},   {"phone_id", HSDS_PHONE},
    {"link_id", HSDS_NO_TABLE},     {"resource_id", HSDS_NO_TABLE},
};

static const json_t *hooked(const struct hsds *hsds, enum hsds_table wanted, const char *id,
                            enum hsds_table *table)
{
    for (int each = 0; each < HSDS_TABLE_COUNT; each++) {
        *table = (enum hsds_table)each;
        const json_t *row =
            wanted == HSDS_NO_TABLE || wanted == *table ? hsds_find(hsds, *table, id) : NULL;
        if (row)
            return row;
    }
    return NULL;
}

static struct owner owner_find(const struct hsds *hsds, enum hsds_table table, const json_t *row)
{
    struct owner owner = {table, json_text_or(row, "id", "")};
    for (int depth = 0; depth < OWNER_DEPTH && !is_record(owner.table); depth++) {
        const json_t *above = NULL;
        enum hsds_table at = HSDS_NO_TABLE;
        for (size_t i = 0; !above && i < sizeof hooks / sizeof hooks[0]; i++) {
            const char *id = hsds_link(row, hooks[i].column);
            above = id[0] != '\0' ? hooked(hsds, hooks[i].table, id, &at) : NULL;
            above = above == row ? NULL : above;
        }
        if (!above)
            break;
        row = above;
        owner = (struct owner){at, json_text_or(row, "id", "")};
    }
    return owner;
}

/* The rows of an owner, by file; made when there are none yet. */
static json_t *group_of(json_t *groups, const char *name)
{
    json_t *group = json_object_get(groups, name);
    if (group)
        return group;
    group = json_object();
    return json_object_set_new(groups, name, group) == 0 ? group : NULL;
}

static bool group_add(json_t *group, const char *file, json_t *row)
{
    json_t *rows = json_object_get(group, file);
    if (group && !rows) {
        rows = json_array();
        if (json_object_set_new(group, file, rows) != 0)
            return false;
    }
    return rows && json_array_append(rows, row) == 0;
}

/* Sorts all rows by the record that they belong to: "services/<id>" -> {file: [rows]}. */
static json_t *groups_make(const struct hsds *hsds)
{
    json_t *groups = json_object();
    const char *file;
    json_t *rows;
    json_object_foreach((json_t *)(uintptr_t)hsds_all(hsds), file, rows)
    {
        enum hsds_table table = hsds_table_of_file(file);
        for (size_t i = 0; i < json_array_size(rows); i++) {
            json_t *row = json_array_get(rows, i);
            char name[NAME_SIZE];
            struct owner owner = {table, json_text_or(row, "id", "")};
            if (table != HSDS_NO_TABLE)
                owner = owner_find(hsds, table, row);
            snprintf(name, sizeof name, "%s/%s",
                     table == HSDS_NO_TABLE ? file : hsds_shapes[owner.table].file, owner.id);
            if (!group_add(group_of(groups, name), file, row)) {
                json_decref(groups);
                return NULL;
            }
        }
    }
    return groups;
}

/* Makes one record of a group; its own row is the first of its own table. */
static int group_deliver(const struct hsds_reading *reading, const char *name, json_t *rows,
                         struct error *error)
{
    char file[64];
    enum record_type type = RECORD_DIRECTORY;
    json_t *body;
    snprintf(file, sizeof file, "%.*s", (int)strcspn(name, "/"), name);
    const json_t *row = json_array_get(json_object_get(rows, file), 0);
    enum hsds_table table = hsds_table_of_file(file);
    if (table == HSDS_SERVICE) {
        type = RECORD_SERVICE;
        body = hsds_service_body(reading, row, rows);
    } else if (table == HSDS_LOCATION && hsds_location_is_office(reading->hsds, row)) {
        type = RECORD_OFFICE;
        body = hsds_office_body(reading, row, rows);
    } else {
        body = hsds_directory_body(reading, table, file, row, rows);
    }
    int code =
        body ? reading->body(reading->context, type, body, file, error) : out_of_memory(error);
    json_decref(body);
    return code;
}

int hsds_records_make(const struct hsds_reading *reading, struct error *error)
{
    json_t *groups = groups_make(reading->hsds);
    const char *name;
    json_t *rows;
    int code = groups ? 0 : out_of_memory(error);
    json_object_foreach(groups, name, rows)
    {
        code = group_deliver(reading, name, rows, error);
        if (code)
            break;
    }
    json_decref(groups);
    return code;
}
