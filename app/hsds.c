#include "app/hsds.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"

#define COLUMN_SIZE 64

struct hsds {
    json_t *files;                    /* file name -> [rows] */
    json_t *ids[HSDS_TABLE_COUNT];    /* id -> [rows] */
    json_t *links[HSDS_TABLE_COUNT];  /* column -> {id: [rows]}; NULL: to be made */
    json_t *places[HSDS_TABLE_COUNT]; /* id -> where it was read, of rows that are records */
    json_t *nothing;                  /* an empty array */
};

struct hsds *hsds_new(void)
{
    struct hsds *hsds = calloc(1, sizeof *hsds);
    bool made = hsds != NULL;
    if (made)
        made = (hsds->files = json_object()) && (hsds->nothing = json_array());
    for (int table = 0; made && table < HSDS_TABLE_COUNT; table++)
        made = (hsds->ids[table] = json_object()) && (hsds->places[table] = json_object());
    if (made)
        return hsds;
    hsds_free(hsds);
    return NULL;
}

void hsds_free(struct hsds *hsds)
{
    if (!hsds)
        return;
    json_decref(hsds->files);
    json_decref(hsds->nothing);
    for (int table = 0; table < HSDS_TABLE_COUNT; table++) {
        json_decref(hsds->ids[table]);
        json_decref(hsds->links[table]);
        json_decref(hsds->places[table]);
    }
    free(hsds);
}

/* Adds a row to the list that a key of an index leads to. */
static bool id_add(json_t *index, const char *id, json_t *row)
{
    json_t *rows = json_object_get(index, id);
    if (!rows) {
        rows = json_array();
        if (json_object_set_new(index, id, rows) != 0)
            return false;
    }
    return json_array_append(rows, row) == 0;
}

bool hsds_row_add(struct hsds *hsds, const char *file, json_t *row)
{
    enum hsds_table table = hsds_table_of_file(file);
    json_t *rows = json_object_get(hsds->files, file);
    bool added = row != NULL;
    if (added && !rows) {
        rows = json_array();
        added = json_object_set_new(hsds->files, file, rows) == 0;
    }
    added = added && json_array_append(rows, row) == 0;
    if (added && table != HSDS_NO_TABLE) {
        const char *id = json_string_value(json_object_get(row, "id"));
        added = !id || id_add(hsds->ids[table], id, row);
        json_decref(hsds->links[table]);
        hsds->links[table] = NULL;
    }
    json_decref(row);
    return added;
}

bool hsds_place_set(struct hsds *hsds, enum hsds_table table, const char *id, const char *place)
{
    if ((table != HSDS_SERVICE && table != HSDS_LOCATION) ||
        json_object_get(hsds->places[table], id))
        return true;
    return json_object_set_new(hsds->places[table], id, json_string(place)) == 0;
}

const char *hsds_place(const struct hsds *hsds, enum hsds_table table, const char *id)
{
    return table == HSDS_NO_TABLE ? "" : json_text_or(hsds->places[table], id, "");
}

const json_t *hsds_rows_of_file(const struct hsds *hsds, const char *file)
{
    const json_t *rows = json_object_get(hsds->files, file);
    return rows ? rows : hsds->nothing;
}

const json_t *hsds_rows(const struct hsds *hsds, enum hsds_table table)
{
    return hsds_rows_of_file(hsds, hsds_shapes[table].file);
}

const json_t *hsds_all(const struct hsds *hsds)
{
    return hsds->files;
}

json_t *hsds_find(const struct hsds *hsds, enum hsds_table table, const char *id)
{
    return json_array_get(json_object_get(hsds->ids[table], id), 0);
}

const json_t *hsds_find_all(const struct hsds *hsds, enum hsds_table table, const char *id)
{
    return json_object_get(hsds->ids[table], id);
}

const char *hsds_link(const json_t *row, const char *column)
{
    char implied[COLUMN_SIZE];
    snprintf(implied, sizeof implied, "@%s", column);
    const json_t *value = json_object_get(row, implied);
    if (!json_is_string(value))
        value = json_object_get(row, column);
    return json_is_string(value) ? json_string_value(value) : "";
}

char *hsds_name_keep(const char *name)
{
    size_t length = strlen(name);
    char *kept = malloc(length + 2);
    if (!kept)
        return NULL;
    kept[0] = '@';
    memcpy(kept + (name[0] == '@'), name, length + 1);
    return kept;
}

const char *hsds_name_told(const char *name)
{
    return name[0] == '@' ? name + 1 : name;
}

bool hsds_link_set(json_t *row, const char *column, const char *id)
{
    char implied[COLUMN_SIZE];
    snprintf(implied, sizeof implied, "@%s", column);
    return json_object_set_new(row, implied, json_string(id)) == 0;
}

static bool link_index(json_t *columns, const char *column, json_t *row)
{
    const char *id = hsds_link(row, column);
    json_t *by_id = json_object_get(columns, column);
    if (id[0] == '\0')
        return true;
    if (!by_id) {
        by_id = json_object();
        if (json_object_set_new(columns, column, by_id) != 0)
            return false;
    }
    return id_add(by_id, id, row);
}

/* Makes the index of a table's links. */
static json_t *links_make(const struct hsds *hsds, enum hsds_table table)
{
    json_t *columns = json_object();
    const json_t *rows = hsds_rows(hsds, table);
    for (size_t i = 0; columns && i < json_array_size(rows); i++) {
        const struct hsds_field *field = hsds_shapes[table].fields;
        bool good = true;
        for (; field->name && good; field++)
            if (field->flags & HSDS_TABULAR)
                good = link_index(columns, field->name, json_array_get(rows, i));
        if (!good) {
            json_decref(columns);
            return NULL;
        }
    }
    return columns;
}

const json_t *hsds_children(struct hsds *hsds, enum hsds_table child, const char *column,
                            const char *id)
{
    if (!hsds->links[child])
        hsds->links[child] = links_make(hsds, child);
    return json_object_get(json_object_get(hsds->links[child], column), id);
}

/* The table that a link column leads to; HSDS_NO_TABLE when the row itself says which. */
static enum hsds_table column_leads_to(const char *column)
{
    char name[COLUMN_SIZE];
    size_t length = strlen(column);
    if (length < 4 || length >= sizeof name || strcmp(column + length - 3, "_id") != 0)
        return HSDS_NO_TABLE;
    memcpy(name, column, length - 3);
    name[length - 3] = '\0';
    return hsds_table_of_name(name);
}

/* Whether the row that a link names is in the set. Where the column does not say in which table,
 * any will do: what the row says of it itself (link_entity) is often a word of its own. */
static bool link_holds(const struct hsds *hsds, const char *column, const char *id)
{
    enum hsds_table named = column_leads_to(column);
    for (int table = 0; table < HSDS_TABLE_COUNT; table++)
        if ((named == HSDS_NO_TABLE || table == (int)named) &&
            hsds_find(hsds, (enum hsds_table)table, id))
            return true;
    return false;
}

static bool row_resolve(const struct hsds *hsds, enum hsds_table table, json_t *row)
{
    const struct hsds_field *field = hsds_shapes[table].fields;
    for (; field->name; field++) {
        const char *id = json_string_value(json_object_get(row, field->name));
        const char *ending = strrchr(field->name, '_');
        if (!(field->flags & HSDS_TABULAR) || !id || !ending || strcmp(ending, "_id") != 0 ||
            !link_holds(hsds, field->name, id))
            continue;
        if (!hsds_link_set(row, field->name, id))
            return false;
        json_object_del(row, field->name);
    }
    return true;
}

bool hsds_links_resolve(struct hsds *hsds)
{
    for (int table = 0; table < HSDS_TABLE_COUNT; table++) {
        const json_t *rows = hsds_rows(hsds, (enum hsds_table)table);
        for (size_t i = 0; i < json_array_size(rows); i++)
            if (!row_resolve(hsds, (enum hsds_table)table, json_array_get(rows, i)))
                return false;
    }
    return true;
}

/* Makes members of the links that lead to no row; true in `*dangling` when there was one. */
static bool row_settle(const struct hsds *hsds, enum hsds_table table, json_t *row, bool *dangling)
{
    const struct hsds_field *field = hsds_shapes[table].fields;
    for (*dangling = false; field->name; field++) {
        char implied[COLUMN_SIZE];
        snprintf(implied, sizeof implied, "@%s", field->name);
        json_t *value = json_object_get(row, implied);
        const char *ending = strrchr(field->name, '_');
        if (!json_is_string(value) || !ending || strcmp(ending, "_id") != 0 ||
            link_holds(hsds, field->name, json_string_value(value)))
            continue;
        *dangling = true;
        if (json_object_set(row, field->name, value) != 0)
            return false;
        json_object_del(row, implied);
    }
    return true;
}

bool hsds_links_settle(struct hsds *hsds)
{
    for (int table = 0; table < HSDS_TABLE_COUNT; table++) {
        json_t *rows = json_object_get(hsds->files, hsds_shapes[table].file);
        for (size_t i = json_array_size(rows); i-- > 0;) {
            json_t *row = json_array_get(rows, i);
            bool dangling;
            if (!row_settle(hsds, (enum hsds_table)table, row, &dangling))
                return false;
            if (dangling && table == HSDS_SERVICE_AT_LOCATION && json_object_size(row) == 3) {
                json_object_del(hsds->ids[table], json_string_value(json_object_get(row, "id")));
                json_array_remove(rows, i);
            }
        }
        json_decref(hsds->links[table]);
        hsds->links[table] = NULL;
    }
    return true;
}

json_t *hsds_flat(const json_t *row)
{
    json_t *flat = json_object();
    const char *name;
    json_t *value;
    if (!flat)
        return NULL;
    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        if (strcmp(name, "@empty") == 0)
            continue;
        if (json_object_set(flat, hsds_name_told(name), value) != 0) {
            json_decref(flat);
            return NULL;
        }
    }
    return flat;
}
