/* From rows to nested documents. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hsds.h"

/* Which entity a document is of: what stands above is not told again below. */
struct nesting {
    struct hsds *hsds;
    enum hsds_nesting kind;
    enum hsds_table root;
    bool alone;   /* the root's links are told as members */
    json_t *seen; /* rows told; NULL: nobody asks */
};

#define SEEN_SIZE 24

static void seen_name(const json_t *row, char name[SEEN_SIZE])
{
    snprintf(name, SEEN_SIZE, "%" PRIxPTR, (uintptr_t)row);
}

static json_t *row_nest(const struct nesting *nesting, enum hsds_table table, const json_t *row,
                        enum hsds_table parent);

/* A number that a table gave as text, as a number; other values are themselves. */
static json_t *value_typed(enum hsds_table table, const char *name, json_t *value)
{
    const struct hsds_field *field = hsds_field_find(table, name);
    if (!field || !(field->flags & HSDS_NUMBER) || !json_is_string(value))
        return json_incref(value);
    json_t *number = json_loads(json_string_value(value), JSON_DECODE_ANY, NULL);
    if (json_is_number(number))
        return number;
    json_decref(number);
    return json_incref(value);
}

/* Whether a link of a row is told by a row that nests in it. */
static bool link_nests(const struct nesting *nesting, enum hsds_table table, const json_t *row,
                       const char *column)
{
    struct hsds_relation relation;
    size_t position = 0;
    while (hsds_relation_next(table, &position, &relation))
        if (relation.one && strcmp(relation.column, column) == 0 &&
            !(table == HSDS_SERVICE_AT_LOCATION && relation.child == HSDS_SERVICE))
            return hsds_find(nesting->hsds, relation.child, hsds_link(row, column)) != NULL;
    return false;
}

/* The row's own members; with `links`, also what it says about where it hangs. */
static json_t *own_members(const struct nesting *nesting, enum hsds_table table, const json_t *row,
                           bool links)
{
    json_t *own = json_object();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        bool member = name[0] != '@' || name[1] == '@';
        bool link = !member && links && strcmp(name, "@empty") != 0 &&
                    !link_nests(nesting, table, row, name + 1);
        if ((member || link) &&
            json_object_set_new(own, hsds_name_told(name), value_typed(table, name, value)) != 0) {
            json_decref(own);
            return NULL;
        }
    }
    return own;
}

/* Whether a member belongs into the document here. */
static bool relation_wanted(const struct nesting *nesting, const struct hsds_relation *relation,
                            enum hsds_table parent)
{
    enum hsds_table at = relation->parent;
    bool alone = parent == HSDS_NO_TABLE;
    if (nesting->kind == HSDS_SUMMARY && !relation->one)
        return false;
    if (at == HSDS_ORGANIZATION && relation->child == HSDS_SERVICE)
        return alone && nesting->kind == HSDS_SERVICES;
    if (at == HSDS_SERVICE_AT_LOCATION && relation->child == HSDS_SERVICE)
        return alone && (nesting->kind == HSDS_FULL_SERVICE || nesting->kind == HSDS_SUMMARY);
    if (at == HSDS_SERVICE && relation->child == HSDS_SERVICE_AT_LOCATION)
        return nesting->root != HSDS_SERVICE_AT_LOCATION;
    if (at == HSDS_SERVICE && relation->child == HSDS_ORGANIZATION)
        return nesting->root != HSDS_ORGANIZATION;
    return true;
}

static bool list_nest(const struct nesting *nesting, const struct hsds_relation *relation,
                      const json_t *rows, json_t *into)
{
    json_t *list = json_array();
    bool made = list != NULL;
    for (size_t i = 0; made && i < json_array_size(rows); i++)
        made =
            json_array_append_new(list, row_nest(nesting, relation->child, json_array_get(rows, i),
                                                 relation->parent)) == 0;
    if (made)
        return json_object_set_new(into, relation->member, list) == 0;
    json_decref(list);
    return false;
}

static bool said_empty(const json_t *row, const char *member)
{
    size_t index;
    json_t *name;
    json_array_foreach(json_object_get(row, "@empty"), index, name)
    {
        if (strcmp(json_string_value(name), member) == 0)
            return true;
    }
    return false;
}

static bool part_nest(const struct nesting *nesting, const struct hsds_relation *relation,
                      const json_t *row, json_t *into)
{
    const char *id = relation->one ? hsds_link(row, relation->column)
                                   : json_string_value(json_object_get(row, "id"));
    if (!id || id[0] == '\0')
        return true;
    if (relation->one) {
        const json_t *one = hsds_find(nesting->hsds, relation->child, id);
        return !one ||
               json_object_set_new(into, relation->member,
                                   row_nest(nesting, relation->child, one, relation->parent)) == 0;
    }
    const json_t *rows = hsds_children(nesting->hsds, relation->child, relation->column, id);
    if (json_array_size(rows) == 0 && !said_empty(row, relation->member))
        return true;
    return list_nest(nesting, relation, rows, into);
}

static json_t *row_nest(const struct nesting *nesting, enum hsds_table table, const json_t *row,
                        enum hsds_table parent)
{
    json_t *nested = own_members(nesting, table, row, nesting->alone && parent == HSDS_NO_TABLE);
    struct hsds_relation relation;
    size_t position = 0;
    char name[SEEN_SIZE];
    seen_name(row, name);
    if (nesting->seen && json_object_set_new(nesting->seen, name, json_true()) != 0) {
        json_decref(nested);
        return NULL;
    }
    while (nested && hsds_relation_next(table, &position, &relation)) {
        if (relation_wanted(nesting, &relation, parent) &&
            !part_nest(nesting, &relation, row, nested)) {
            json_decref(nested);
            return NULL;
        }
    }
    return nested;
}

json_t *hsds_nest(struct hsds *hsds, enum hsds_table table, const json_t *row,
                  enum hsds_nesting kind)
{
    const struct nesting nesting = {.hsds = hsds, .kind = kind, .root = table};
    return row_nest(&nesting, table, row, HSDS_NO_TABLE);
}

json_t *hsds_nest_seen(struct hsds *hsds, enum hsds_table table, const json_t *row, bool alone,
                       json_t *seen)
{
    const struct nesting nesting = {
        .hsds = hsds, .kind = HSDS_FULL, .root = table, .alone = alone, .seen = seen};
    return row_nest(&nesting, table, row, HSDS_NO_TABLE);
}

bool hsds_seen(const json_t *seen, const json_t *row)
{
    char name[SEEN_SIZE];
    seen_name(row, name);
    return json_object_get(seen, name) != NULL;
}
