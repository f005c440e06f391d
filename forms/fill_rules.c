#include "forms/fill_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/form_pointer.h"
#include "forms/rule.h"

static int compare_dependencies(const void *left, const void *right)
{
    const struct fill_dependency *first = left;
    const struct fill_dependency *second = right;

    return strcmp(first->name, second->name);
}

/* Which rules read which top-level answer. */
bool fill_index_rules(struct fill *fill)
{
    size_t room = 0;

    for (size_t i = 0; i < fill->rule_count; i++)
        room += rule_dependency_count(fill->rules[i].rule);
    fill->dependencies = calloc(room + 1, sizeof(fill->dependencies[0]));
    if (fill->dependencies == NULL)
        return false;
    for (size_t i = 0; i < fill->rule_count; i++) {
        const struct fill_rule *rule = &fill->rules[i];

        for (size_t j = 0; j < rule_dependency_count(rule->rule); j++) {
            char pointer[FORM_POINTER_SIZE * 2];
            char name[FORM_POINTER_SIZE] = "";
            const char *cursor = pointer;

            snprintf(pointer, sizeof(pointer), "%s%s", rule->base, rule_dependency(rule->rule, j));
            form_pointer_token(&cursor, name, sizeof(name));
            fill->dependencies[fill->dependency_count].rule = i;
            fill->dependencies[fill->dependency_count].name = strdup(name);
            if (fill->dependencies[fill->dependency_count].name == NULL)
                return false;
            fill->dependency_count++;
        }
    }
    qsort(fill->dependencies, fill->dependency_count, sizeof(fill->dependencies[0]),
          compare_dependencies);
    return true;
}

static bool evaluate(const struct fill *fill, const struct fill_rule *rule)
{
    const json_t *data = form_pointer_get(fill->answers, rule->base);

    if (data == NULL) {
        json_t *empty = json_object();
        bool holds = empty != NULL && rule_holds(rule->rule, empty);

        json_decref(empty);
        return holds;
    }
    return rule_holds(rule->rule, data);
}

static bool own_enabled(const struct fill_line *line)
{
    const struct form_control *control = fill_control(line);

    return control == NULL || line->kind == FILL_HEADING || !control->readonly;
}

/* A full list takes no more, though its items may be changed. */
static void bound_list(const struct fill *fill, struct fill_line *line)
{
    line->locked = !line->enabled;
    if (line->kind == FILL_LIST &&
        json_array_size(form_pointer_get(fill->answers, line->pointer)) >=
            fill_control(line)->maximum_items)
        line->enabled = false;
}

/* What the rules, as they hold now, make of all lines. Returns whether anything changed. */
static bool apply(struct fill *fill)
{
    bool changed = false;
    bool *before = malloc(fill->count + 1);

    fill->generation++;
    for (size_t i = 0; i < fill->count; i++) {
        if (before != NULL)
            before[i] = fill->lines[i].visible;
        fill->lines[i].visible = true;
        fill->lines[i].enabled = own_enabled(&fill->lines[i]);
    }
    for (size_t i = 0; i < fill->rule_count; i++) {
        const struct fill_rule *rule = &fill->rules[i];
        enum rule_effect effect = rule_effect(rule->rule);
        bool hides = (effect == RULE_SHOW && !rule->holds) || (effect == RULE_HIDE && rule->holds);
        bool locks = ((effect == RULE_ENABLE || effect == RULE_WRITABLE) && !rule->holds) ||
                     ((effect == RULE_DISABLE || effect == RULE_READONLY) && rule->holds);
        bool opens = effect == RULE_WRITABLE && rule->holds;

        for (size_t j = rule->from; j < rule->to && (hides || locks || opens); j++) {
            if (hides)
                fill->lines[j].visible = false;
            else
                fill->lines[j].enabled = opens;
        }
    }
    for (size_t i = 0; i < fill->count; i++) {
        bound_list(fill, &fill->lines[i]);
        changed = changed || before == NULL || before[i] != fill->lines[i].visible;
    }
    free(before);
    return changed;
}

bool fill_apply_rules(struct fill *fill, const char *name)
{
    bool changed = false;
    const char *names[] = {"", name};

    for (size_t n = 0; n < 2; n++) {
        size_t low = 0;
        size_t high = fill->dependency_count;

        while (low < high) {
            size_t middle = (low + high) / 2;

            if (strcmp(fill->dependencies[middle].name, names[n]) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < fill->dependency_count && strcmp(fill->dependencies[low].name, names[n]) == 0;
             low++) {
            struct fill_rule *rule = &fill->rules[fill->dependencies[low].rule];
            bool holds = evaluate(fill, rule);

            changed = changed || holds != rule->holds;
            rule->holds = holds;
        }
    }
    return changed && apply(fill);
}

void fill_apply_all_rules(struct fill *fill)
{
    for (size_t i = 0; i < fill->rule_count; i++)
        fill->rules[i].holds = evaluate(fill, &fill->rules[i]);
    apply(fill);
}
