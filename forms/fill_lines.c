#include "forms/fill_private.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "forms/form_pointer.h"

/* Where one element stands while lines are laid out. */
struct place {
    const char *container; /* pointer of the form or item around */
    const char *list;
    size_t position;
    size_t depth;
};

static bool lay_element(struct fill *fill, const struct form_element *element,
                        const struct place *place);

const struct form_control *fill_control(const struct fill_line *line)
{
    return line->element->control;
}

bool fill_takes_focus(const struct fill_line *line)
{
    return line->visible && line->enabled && (line->kind == FILL_FIELD || line->kind == FILL_LIST);
}

void fill_free_lines(struct fill_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(lines[i].pointer);
        free(lines[i].list);
        free(lines[i].message);
        free(lines[i].fault);
        free(lines[i].offer_text);
        json_decref(lines[i].offer);
    }
    free(lines);
}

void fill_free_layout(struct fill *fill)
{
    fill_free_lines(fill->lines, fill->count);
    for (size_t i = 0; i < fill->rule_count; i++)
        free(fill->rules[i].base);
    for (size_t i = 0; i < fill->dependency_count; i++)
        free(fill->dependencies[i].name);
    for (size_t i = 0; i < fill->row_count; i++)
        free(fill->rows[i].starts);
    free(fill->rows);
    free(fill->rules);
    free(fill->dependencies);
    free(fill->pages);
    free(fill->table);
}

/* --- pages ----------------------------------------------------------------------------------- */

static bool begin_page(struct fill *fill, const struct form_element *category)
{
    struct fill_page *grown;

    if (fill->page_count > 0 && category == NULL &&
        fill->pages[fill->page_count - 1].category == NULL)
        return true;
    grown = realloc(fill->pages, (fill->page_count + 1) * sizeof(*grown));
    if (grown == NULL)
        return false;
    fill->pages = grown;
    grown[fill->page_count++] = (struct fill_page){category, fill->count, fill->count};
    return true;
}

/* --- lines ----------------------------------------------------------------------------------- */

static struct fill_line *add_line(struct fill *fill, enum fill_line_kind kind,
                                  const struct form_element *element, const char *pointer,
                                  const struct place *place)
{
    struct fill_line *line;

    if (fill->count >= FILL_LINE_LIMIT || (fill->page_count == 0 && !begin_page(fill, NULL)))
        return NULL;
    if (fill->count == fill->capacity) {
        size_t capacity = fill->capacity == 0 ? 64 : fill->capacity * 2;
        struct fill_line *grown = realloc(fill->lines, capacity * sizeof(*grown));

        if (grown == NULL)
            return NULL;
        fill->lines = grown;
        fill->capacity = capacity;
    }
    line = &fill->lines[fill->count];
    *line = (struct fill_line){.kind = kind,
                               .element = element,
                               .position = place->position,
                               .page = fill->page_count - 1,
                               .depth = place->depth,
                               .visible = true,
                               .enabled = true};
    line->pointer = strdup(pointer);
    line->list = place->list == NULL ? NULL : strdup(place->list);
    fill->count++;
    fill->pages[fill->page_count - 1].to = fill->count;
    return line->pointer == NULL || (place->list != NULL && line->list == NULL) ? NULL : line;
}

static bool lay_children(struct fill *fill, const struct form_element *element,
                         const struct place *place)
{
    for (size_t i = 0; i < element->child_count; i++)
        if (!lay_element(fill, element->children[i], place))
            return false;
    return true;
}

/* A row of the layout: what each child lays stands beside the others, where there is room. */
static struct fill_row *begin_row(struct fill *fill, size_t columns)
{
    struct fill_row *grown = realloc(fill->rows, (fill->row_count + 1) * sizeof(*grown));
    struct fill_row *row;

    if (grown == NULL)
        return NULL;
    fill->rows = grown;
    row = &grown[fill->row_count];
    *row = (struct fill_row){.columns = columns};
    row->starts = calloc(columns + 1, sizeof(row->starts[0]));
    if (row->starts == NULL)
        return NULL;
    fill->row_count++;
    return row;
}

static bool lay_row(struct fill *fill, const struct form_element *element,
                    const struct place *place)
{
    size_t index = fill->row_count;

    if (begin_row(fill, element->child_count) == NULL)
        return false;
    for (size_t i = 0; i < element->child_count; i++) {
        fill->rows[index].starts[i] = fill->count;
        if (!lay_element(fill, element->children[i], place))
            return false;
    }
    fill->rows[index].starts[element->child_count] = fill->count;
    return true;
}

static bool lay_item(struct fill *fill, const struct form_element *list, const char *pointer,
                     size_t position, struct place place)
{
    char item[FORM_POINTER_SIZE];

    if (snprintf(item, sizeof(item), "%s/%zu", pointer, position) >= (int)sizeof(item))
        return true;
    place.container = item;
    place.list = pointer;
    place.position = position;
    /* A scalar item is its own field: its number is the label. */
    if (list->control->item->kind == FORM_CONTROL && *list->control->item->control->path == '\0')
        return lay_element(fill, list->control->item, &place);
    if (add_line(fill, FILL_ITEM, list, item, &place) == NULL)
        return false;
    place.depth++;
    return lay_element(fill, list->control->item, &place);
}

static bool lay_list(struct fill *fill, const struct form_element *element, const char *pointer,
                     const struct place *place)
{
    const json_t *items = form_pointer_get(fill->answers, pointer);
    size_t count = json_array_size(items);
    struct place inside = *place;

    if (add_line(fill, FILL_HEADING, element, "", place) == NULL)
        return false;
    inside.depth++;
    for (size_t i = 0; i < count && i < FORM_ITEM_LIMIT; i++)
        if (!lay_item(fill, element, pointer, i, inside))
            return false;
    return add_line(fill, FILL_LIST, element, pointer, &inside) != NULL;
}

/* After the choice among variants, the fields of the one that was chosen. */
static bool lay_variant(struct fill *fill, const struct form_element *element,
                        struct fill_line *line, const struct place *place)
{
    const struct form_control *control = element->control;

    fill->has_variants = true;
    line->variant = fill_variant(fill, control, line->pointer);
    return line->variant == control->choice_count ||
           lay_element(fill, control->variants[line->variant].element, place);
}

static bool lay_control(struct fill *fill, const struct form_element *element,
                        const struct place *place)
{
    char pointer[FORM_POINTER_SIZE];
    struct fill_line *line;

    if (snprintf(pointer, sizeof(pointer), "%s%s", place->container, element->control->path) >=
        (int)sizeof(pointer))
        return true;
    if (element->control->input == FORM_INPUT_LIST)
        return lay_list(fill, element, pointer, place);
    line = add_line(fill, FILL_FIELD, element, pointer, place);
    if (line == NULL)
        return false;
    return element->control->variants == NULL || lay_variant(fill, element, line, place);
}

static bool lay_kind(struct fill *fill, const struct form_element *element,
                     const struct place *place)
{
    struct place inside = *place;

    switch (element->kind) {
    case FORM_CONTROL:
        return lay_control(fill, element, place);
    case FORM_LABEL:
        return add_line(fill, FILL_LABEL, element, "", place) != NULL;
    case FORM_HORIZONTAL:
        return lay_row(fill, element, place);
    case FORM_CATEGORY:
        if (place->list == NULL) {
            if (!begin_page(fill, element) || !lay_children(fill, element, &inside))
                return false;
            return true;
        }
        break;
    case FORM_GROUP:
        break;
    case FORM_VERTICAL:
        return lay_children(fill, element, &inside);
    case FORM_CATEGORIZATION:
        if (!lay_children(fill, element, &inside))
            return false;
        return true;
    }
    if (*form_text_in(&element->label, FORM_FRENCH) != '\0' ||
        *form_text_in(&element->remark, FORM_FRENCH) != '\0') {
        if (add_line(fill, FILL_HEADING, element, "", &inside) == NULL)
            return false;
        inside.depth++;
    }
    return lay_children(fill, element, &inside);
}

static bool add_rule(struct fill *fill, const struct form_element *element,
                     const struct place *place, size_t from)
{
    struct fill_rule *rule;
    size_t size = strlen(place->container) + strlen(element->rule_base) + 1;

    if (fill->rule_count == fill->rule_capacity) {
        size_t capacity = fill->rule_capacity == 0 ? 16 : fill->rule_capacity * 2;
        struct fill_rule *grown = realloc(fill->rules, capacity * sizeof(*grown));

        if (grown == NULL)
            return false;
        fill->rules = grown;
        fill->rule_capacity = capacity;
    }
    rule = &fill->rules[fill->rule_count];
    *rule = (struct fill_rule){.rule = element->rule, .from = from, .to = from};
    rule->base = malloc(size);
    if (rule->base == NULL)
        return false;
    snprintf(rule->base, size, "%s%s", place->container, element->rule_base);
    fill->rule_count++;
    return true;
}

static bool lay_element(struct fill *fill, const struct form_element *element,
                        const struct place *place)
{
    size_t rule = fill->rule_count;

    /* Outer rules come before inner ones: fill_apply relies on it. */
    if (element->rule != NULL && !add_rule(fill, element, place, fill->count))
        return false;
    if (!lay_kind(fill, element, place))
        return false;
    if (element->kind == FORM_CATEGORIZATION && place->list == NULL && !begin_page(fill, NULL))
        return false;
    if (element->rule != NULL)
        fill->rules[rule].to = fill->count;
    return true;
}

/* --- finding by pointer ---------------------------------------------------------------------- */

static size_t hash(const char *text)
{
    uint64_t value = UINT64_C(14695981039346656037); /* FNV-1a */

    for (; *text != '\0'; text++)
        value = (value ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (size_t)value;
}

static bool index_lines(struct fill *fill)
{
    size_t size = 64;

    while (size < fill->count * 2)
        size *= 2;
    fill->table = calloc(size, sizeof(fill->table[0]));
    if (fill->table == NULL)
        return false;
    fill->table_size = size;
    for (size_t i = 0; i < fill->count; i++) {
        const struct fill_line *line = &fill->lines[i];
        size_t at = hash(line->pointer) & (size - 1);

        if (line->kind != FILL_FIELD && line->kind != FILL_LIST)
            continue;
        while (fill->table[at] != 0)
            at = (at + 1) & (size - 1);
        fill->table[at] = i + 1;
    }
    return true;
}

size_t fill_find(const struct fill *fill, const char *pointer)
{
    size_t at = hash(pointer) & (fill->table_size - 1);

    for (; fill->table[at] != 0; at = (at + 1) & (fill->table_size - 1))
        if (strcmp(fill->lines[fill->table[at] - 1].pointer, pointer) == 0)
            return fill->table[at] - 1;
    return fill->count;
}

/* --- anew ------------------------------------------------------------------------------------ */

/* What was known of a line before. */
static void carry_over(struct fill_line *line, struct fill_line *old)
{
    line->touched = old->touched;
    line->known = old->known;
    line->received = old->received;
}

static void keep_focus(struct fill *fill, const struct fill *old)
{
    size_t index = fill->count;

    if (old->current < old->count)
        index = fill_find(fill, old->lines[old->current].pointer);
    if (index < fill->count && fill_takes_focus(&fill->lines[index])) {
        fill->current = index;
        return;
    }
    if (fill->typed != NULL) {
        free(fill->stranded);
        fill->stranded = *fill->typed == '\0' ? NULL : strdup(fill->typed);
        free(fill->typed);
        fill->typed = NULL;
    }
    fill_focus(fill, old->current < fill->count ? old->current : 0);
}

bool fill_lay_out(struct fill *fill)
{
    struct fill old = *fill;
    struct place place = {"", NULL, 0, 0};

    fill->has_variants = false;
    fill->lines = NULL;
    fill->count = fill->capacity = 0;
    fill->rules = NULL;
    fill->rule_count = fill->rule_capacity = 0;
    fill->dependencies = NULL;
    fill->dependency_count = 0;
    fill->pages = NULL;
    fill->page_count = 0;
    fill->rows = NULL;
    fill->row_count = 0;
    fill->table = NULL;
    if (!lay_element(fill, form_root(fill->form), &place) || !index_lines(fill) ||
        !fill_index_rules(fill)) {
        fill_free_layout(fill);
        *fill = old;
        return false;
    }
    /* A page that only ended a categorization and got no line is none. */
    while (fill->page_count > 1 &&
           fill->pages[fill->page_count - 1].from == fill->pages[fill->page_count - 1].to)
        fill->page_count--;
    fill_apply_all_rules(fill);
    for (size_t i = 0; i < old.count; i++) {
        size_t index = old.lines[i].kind == FILL_HEADING || old.lines[i].kind == FILL_LABEL
                           ? fill->count
                           : fill_find(fill, old.lines[i].pointer);

        if (index < fill->count && old.lines[i].kind != FILL_ITEM)
            carry_over(&fill->lines[index], &old.lines[i]);
    }
    keep_focus(fill, &old);
    fill_free_layout(&old);
    return true;
}
