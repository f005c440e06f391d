#include "net/scope_set.h"

#include <stdlib.h>
#include <string.h>

static int add_owned(struct scope_set *set, char *name, struct error *error)
{
    char **names;

    if (scope_set_has(set, name)) {
        free(name);
        return 0;
    }
    names = realloc(set->names, (set->count + 1) * sizeof(*names));
    if (names == NULL) {
        free(name);
        return error_set(error, ERROR_MEMORY, "no memory for a scope");
    }
    set->names = names;
    names[set->count++] = name;
    return 0;
}

int scope_set_add(struct scope_set *set, const char *prefix, const char *key, struct error *error)
{
    size_t prefix_length = strlen(prefix), key_length = strlen(key);
    char *name = malloc(prefix_length + key_length + 1);

    if (name == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a scope");
    memcpy(name, prefix, prefix_length);
    memcpy(name + prefix_length, key, key_length + 1);
    return add_owned(set, name, error);
}

int scope_set_add_all(struct scope_set *set, const struct scope_set *other, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < other->count && code == 0; i++)
        code = scope_set_add(set, "", other->names[i], error);
    return code;
}

bool scope_set_has(const struct scope_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->names[i], name) == 0)
            return true;
    return false;
}

bool scope_set_meets(const struct scope_set *left, const struct scope_set *right)
{
    for (size_t i = 0; i < left->count; i++)
        if (scope_set_has(right, left->names[i]))
            return true;
    return false;
}

void scope_set_free(struct scope_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        free(set->names[i]);
    free(set->names);
    *set = (struct scope_set){0};
}
