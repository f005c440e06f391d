/* From nested documents to rows. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hsds.h"
#include "app/json.h"

#define PLACE_SIZE  256
#define DEPTH_LIMIT 24

struct flattening {
    struct hsds *hsds;
    const struct hsds_listener *listener;
    struct error *error;
    int depth;
};

/* Where a row hangs: the parent's id in a column of it. No column: nowhere. */
struct hook {
    const char *column;
    const char *id;
    enum hsds_table parent;
};

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

static int remark(const struct flattening *flattening, bool refused, const char *rule,
                  const char *place, const char *id, const char *reason)
{
    return flattening->listener->remark(flattening->listener, refused, rule, place, id, reason,
                                        flattening->error);
}

static int object_flatten(struct flattening *flattening, enum hsds_table table,
                          const json_t *object, const struct hook *hook, const char *place,
                          json_t **row);

/* The name of a member in which two rows say different things; NULL when there is none. Members
 * that only one of them has do not count. */
static const char *difference(const json_t *left, const json_t *right)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)left, name, value)
    {
        const json_t *other = json_object_get(right, name);
        if (name[0] != '@' && other && !json_equal(value, other))
            return name;
    }
    return NULL;
}

static bool hook_fits(const json_t *row, const struct hook *hook)
{
    const char *id = hook->column ? hsds_link(row, hook->column) : "";
    return id[0] == '\0' || strcmp(id, hook->id) == 0;
}

static bool hook_set(json_t *row, const struct hook *hook)
{
    const char *entity = NULL;
    if (!hook->column || strcmp(hsds_link(row, hook->column), hook->id) == 0)
        return true;
    if (strcmp(hook->column, "link_id") == 0)
        entity = "link_entity";
    else if (strcmp(hook->column, "resource_id") == 0)
        entity = "resource_type";
    return hsds_link_set(row, hook->column, hook->id) &&
           (!entity || hsds_link(row, entity)[0] != '\0' ||
            hsds_link_set(row, entity, hsds_shapes[hook->parent].name));
}

/* A copy of the members, by the names that a row keeps them by. */
static json_t *members_copy(const json_t *object)
{
    json_t *copy = json_object();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        char *kept = hsds_name_keep(name);
        bool set = kept && json_object_set(copy, kept, value) == 0;
        free(kept);
        if (!set) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

/* The row's own members, without those that are rows of their own. */
static json_t *own_members(enum hsds_table table, const json_t *object)
{
    json_t *own = members_copy(object);
    struct hsds_relation relation;
    size_t position = 0;
    while (own && hsds_relation_next(table, &position, &relation)) {
        const json_t *value = json_object_get(object, relation.member);
        if (relation.one ? json_is_object(value) : json_is_array(value))
            json_object_del(own, relation.member);
        if (!relation.one && json_is_array(value) && json_array_size(value) == 0) {
            json_t *empty = json_object_get(own, "@empty");
            if (!empty) {
                empty = json_array();
                json_object_set_new(own, "@empty", empty);
            }
            json_array_append_new(empty, json_string(relation.member));
        }
    }
    return own;
}

/* Says what a repeat says otherwise. */
static int repeat_remark(const struct flattening *flattening, const json_t *first,
                         const json_t *own, const char *place)
{
    char reason[160];
    const char *name = difference(first, own);
    if (!name)
        return 0;
    snprintf(reason, sizeof reason, "%.80s: said otherwise before; what was said first is used",
             name);
    return remark(flattening, false, "said-twice", place, json_text_or(own, "id", ""), reason);
}

/* The row of the set that `own` is, or becomes: one of the same id whose links allow it. */
static int row_place(struct flattening *flattening, enum hsds_table table, json_t *own,
                     const struct hook *hook, const char *place, json_t **row)
{
    const json_t *same = hsds_find_all(flattening->hsds, table, json_text_or(own, "id", ""));
    json_t *first = json_array_get(same, 0);
    int code = first ? repeat_remark(flattening, first, own, place) : 0;
    if (code)
        return code;
    for (size_t i = 0; i < json_array_size(same); i++) {
        *row = json_array_get(same, i);
        if (!hook_fits(*row, hook))
            continue;
        bool said = json_object_update_missing(*row, own) == 0 && hook_set(*row, hook);
        return said ? 0 : out_of_memory(flattening->error);
    }
    if (first && json_object_update(own, first) == 0) {
        const char *name;
        json_t *value;
        void *next;
        json_object_foreach_safe(own, next, name, value)
        {
            if (name[0] == '@' && strcmp(name, "@empty") != 0)
                json_object_del(own, name);
        }
    }
    *row = own;
    bool added = hook_set(own, hook) &&
                 hsds_row_add(flattening->hsds, hsds_shapes[table].file, json_incref(own)) &&
                 hsds_place_set(flattening->hsds, table, json_text_or(own, "id", ""), place);
    return added ? 0 : out_of_memory(flattening->error);
}

static int list_flatten(struct flattening *flattening, const struct hsds_relation *relation,
                        const json_t *list, const json_t *parent, const char *place)
{
    const struct hook hook = {relation->column, json_text_or(parent, "id", ""), relation->parent};
    for (size_t i = 0; i < json_array_size(list); i++) {
        char inner[PLACE_SIZE];
        json_t *row = NULL;
        snprintf(inner, sizeof inner, "%.180s%s%.40s/%zu", place, place[0] ? "/" : "",
                 relation->member, i);
        int code = object_flatten(flattening, relation->child, json_array_get(list, i), &hook,
                                  inner, &row);
        if (code)
            return code;
    }
    return 0;
}

static int one_flatten(struct flattening *flattening, const struct hsds_relation *relation,
                       const json_t *object, json_t *parent, const char *place)
{
    const struct hook none = {0};
    char inner[PLACE_SIZE];
    json_t *row = NULL;
    snprintf(inner, sizeof inner, "%.180s%s%.40s", place, place[0] ? "/" : "", relation->member);
    int code = object_flatten(flattening, relation->child, object, &none, inner, &row);
    if (code || !row)
        return code;
    const struct hook hook = {relation->column, json_text_or(row, "id", ""), relation->child};
    return hook_set(parent, &hook) ? 0 : out_of_memory(flattening->error);
}

static int parts_flatten(struct flattening *flattening, enum hsds_table table, const json_t *object,
                         json_t *row, const char *place)
{
    struct hsds_relation relation;
    size_t position = 0;
    int code = 0;
    while (code == 0 && hsds_relation_next(table, &position, &relation)) {
        const json_t *value = json_object_get(object, relation.member);
        if (relation.one && json_is_object(value))
            code = one_flatten(flattening, &relation, value, row, place);
        else if (!relation.one && json_is_array(value))
            code = list_flatten(flattening, &relation, value, row, place);
    }
    return code;
}

/* Takes an object and all that nests in it; `*row` is borrowed, NULL when it was refused. */
static int object_flatten(struct flattening *flattening, enum hsds_table table,
                          const json_t *object, const struct hook *hook, const char *place,
                          json_t **row)
{
    *row = NULL;
    if (!json_is_object(object))
        return remark(flattening, true, "no-object", place, "", "not an object");
    if (flattening->depth >= DEPTH_LIMIT)
        return remark(flattening, true, "too-deep", place, json_text_or(object, "id", ""),
                      "nested too deeply");
    json_t *own = own_members(table, object);
    int code = own ? hsds_row_check(own, place, flattening->listener, flattening->error)
                   : out_of_memory(flattening->error);
    bool taken = code == 1;
    if (taken)
        code = row_place(flattening, table, own, hook, place, row);
    json_decref(own);
    if (code || !taken)
        return code;
    flattening->depth++;
    code = parts_flatten(flattening, table, object, *row, place);
    flattening->depth--;
    return code;
}

static bool has_text(const json_t *object, const char *member)
{
    return json_is_string(json_object_get(object, member));
}

/* What an object on its own is, by the members that only such a one has. */
static enum hsds_table kind_guess(const json_t *object)
{
    static const struct {
        const char *member;
        enum hsds_table table;
    } signs[] = {
        {"location_type", HSDS_LOCATION},
        {"status", HSDS_SERVICE},
        {"service_at_locations", HSDS_SERVICE},
        {"location", HSDS_SERVICE_AT_LOCATION},
        {"service", HSDS_SERVICE_AT_LOCATION},
        {"organization_identifiers", HSDS_ORGANIZATION},
        {"website", HSDS_ORGANIZATION},
        {"legal_status", HSDS_ORGANIZATION},
        {"year_incorporated", HSDS_ORGANIZATION},
        {"parent_organization_id", HSDS_ORGANIZATION},
        {"services", HSDS_ORGANIZATION},
        {"taxonomy_detail", HSDS_TAXONOMY_TERM},
        {"term_uri", HSDS_TAXONOMY_TERM},
        {"taxonomy", HSDS_TAXONOMY_TERM},
        {"code", HSDS_TAXONOMY_TERM},
        {"version", HSDS_TAXONOMY},
        {"uri", HSDS_TAXONOMY},
        {"email", HSDS_ORGANIZATION},
    };
    if (!has_text(object, "id"))
        return HSDS_NO_TABLE;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (json_object_get(object, signs[i].member))
            return signs[i].table;
    return has_text(object, "name") && has_text(object, "description") ? HSDS_ORGANIZATION
                                                                       : HSDS_NO_TABLE;
}

static int alone_flatten(struct flattening *flattening, const json_t *object, const char *place)
{
    const struct hook none = {0};
    enum hsds_table table = kind_guess(object);
    json_t *row;
    if (table == HSDS_NO_TABLE)
        return remark(flattening, true, "no-entity", place, json_text_or(object, "id", ""),
                      "not an entity of HSDS 3.0");
    return object_flatten(flattening, table, object, &none, place, &row);
}

static int alones_flatten(struct flattening *flattening, const json_t *list, const char *name)
{
    int code = 0;
    for (size_t i = 0; i < json_array_size(list) && code == 0; i++) {
        char place[PLACE_SIZE];
        snprintf(place, sizeof place, "%s/%zu", name, i);
        code = alone_flatten(flattening, json_array_get(list, i), place);
    }
    return code;
}

/* "phones" of "phones.csv" and "phones". */
static void file_write(const char *name, char file[64])
{
    size_t length = strlen(name);
    bool csv = length > 4 && strcmp(name + length - 4, ".csv") == 0;
    snprintf(file, 64, "%.*s", (int)(csv ? length - 4 : length), name);
}

static enum hsds_table file_table(const char *name)
{
    char file[64];
    file_write(name, file);
    return strcmp(file, "service_at_locations") == 0 ? HSDS_SERVICE_AT_LOCATION
                                                     : hsds_table_of_file(file);
}

/* A list of entities or rows under the name of their table: "organizations", "phones.csv". */
static int table_flatten(struct flattening *flattening, const char *name, const json_t *list)
{
    const struct hook none = {0};
    char file[64];
    enum hsds_table table = file_table(name);
    file_write(name, file);
    int code = 0;
    if (table == HSDS_NO_TABLE && !hsds_file_is_name(file))
        return remark(flattening, true, "table-name", "", "",
                      "a list whose name cannot be that of a table");
    for (size_t i = 0; i < json_array_size(list) && code == 0; i++) {
        json_t *object = json_array_get(list, i);
        char place[PLACE_SIZE];
        json_t *row;
        snprintf(place, sizeof place, "%.200s/%zu", name, i);
        if (table != HSDS_NO_TABLE) {
            code = object_flatten(flattening, table, object, &none, place, &row);
        } else if (!json_is_object(object)) {
            code = remark(flattening, true, "no-object", place, "", "not an object");
        } else {
            row = members_copy(object);
            code = row ? hsds_row_check(row, place, flattening->listener, flattening->error)
                       : out_of_memory(flattening->error);
            if (code == 1)
                code = hsds_row_add(flattening->hsds, file, json_incref(row))
                           ? 0
                           : out_of_memory(flattening->error);
            json_decref(row);
        }
    }
    return code;
}

/* A document of several lists: a page, a package of tables, or what an export writes. */
static int lists_flatten(struct flattening *flattening, const json_t *document, bool *lists,
                         bool *tables)
{
    const char *name;
    json_t *value;
    int code = 0;
    json_object_foreach((json_t *)(uintptr_t)document, name, value)
    {
        if (!json_is_array(value))
            continue;
        if (strcmp(name, "contents") == 0)
            code = alones_flatten(flattening, value, name);
        else
            code = table_flatten(flattening, name, value);
        *lists = *lists || strcmp(name, "contents") == 0 || file_table(name) != HSDS_NO_TABLE;
        *tables = *tables || strstr(name, ".csv");
        if (code)
            break;
    }
    return code;
}

int hsds_flatten(struct hsds *hsds, const json_t *document, const struct hsds_listener *listener,
                 struct error *error)
{
    struct flattening flattening = {.hsds = hsds, .listener = listener, .error = error};
    bool lists = false;
    bool tables = false;
    if (json_is_array(document))
        return alones_flatten(&flattening, document, "");
    if (!json_is_object(document))
        return error_set(error, ERROR_INVALID, "not a document of HSDS 3.0");
    if (has_text(document, "id"))
        return alone_flatten(&flattening, document, "");
    int code = lists_flatten(&flattening, document, &lists, &tables);
    if (code == 0 && tables && !hsds_links_resolve(hsds))
        code = out_of_memory(error);
    if (code == 0 && !lists)
        code = error_set(error, ERROR_INVALID,
                         "neither an entity of HSDS 3.0 nor a list or package of them");
    return code;
}
