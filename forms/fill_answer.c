#include "forms/fill_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "forms/form_pointer.h"

/* --- one change ------------------------------------------------------------------------------ */

static void free_step(struct fill_step *step)
{
    free(step->name);
    free(step->pointer);
    json_decref(step->before);
    json_decref(step->after);
    json_decref(step->variants_before);
    json_decref(step->variants_after);
}

void fill_free_steps(struct fill_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        free_step(&steps->list[i]);
    steps->count = 0;
}

static void forget(struct fill_steps *steps, const char *name)
{
    size_t kept = 0;

    for (size_t i = 0; i < steps->count; i++) {
        if (strcmp(steps->list[i].name, name) == 0 || steps->list[i].all)
            free_step(&steps->list[i]);
        else
            steps->list[kept++] = steps->list[i];
    }
    steps->count = kept;
}

void fill_forget_steps(struct fill *fill, const char *name)
{
    forget(&fill->undo, name);
    forget(&fill->redo, name);
}

/* The oldest is dropped when there is no room. */
static void push_step(struct fill_steps *steps, struct fill_step step)
{
    if (step.name == NULL || step.pointer == NULL) {
        free_step(&step);
        return;
    }
    if (steps->count == FILL_UNDO_LIMIT) {
        free_step(&steps->list[0]);
        memmove(&steps->list[0], &steps->list[1], (FILL_UNDO_LIMIT - 1) * sizeof(steps->list[0]));
        steps->count--;
    }
    steps->list[steps->count++] = step;
}

static bool top_name(const char *pointer, char name[FORM_POINTER_SIZE])
{
    return form_pointer_token(&pointer, name, FORM_POINTER_SIZE);
}

void fill_changed(struct fill *fill, const char *name)
{
    const json_t *value = json_object_get(fill->answers, name);

    json_object_set_new(fill->changed, name, json_true());
    /* A list may have got or lost lines. */
    if (value == NULL || json_is_array(value) || json_is_object(value) ||
        fill_find(fill, "") < fill->count)
        fill_lay_out(fill);
    else
        fill_apply_rules(fill, name);
    fill_check(fill);
}

/* After a change of one answer that holds no others, and so no lines; it may stand in others. */
static void changed_alone(struct fill *fill, const char *name, const char *pointer)
{
    if (!form_is_plain(fill->form)) {
        fill_changed(fill, name);
        return;
    }
    json_object_set_new(fill->changed, name, json_true());
    if (!fill_check_alone(fill, pointer, fill_apply_rules(fill, name)))
        fill_check(fill);
}

/* An item of a list of scalars that is emptied stays, as an empty text: its place is not given up
 * by chance. */
static bool put_answer(struct fill *fill, const char *pointer, json_t *value)
{
    size_t index = fill_find(fill, pointer);
    json_t *empty;
    bool done;

    if (fill_put(fill->answers, index < fill->count ? fill_control(&fill->lines[index]) : NULL,
                 pointer, value))
        return true;
    if (value != NULL)
        return false;
    empty = json_string("");
    done = empty != NULL && form_pointer_put(fill->answers, pointer, empty);
    json_decref(empty);
    return done;
}

/* Tells every top-level answer that differs from what it was, and looks at all again. */
static void changed_all(struct fill *fill, json_t *before)
{
    const char *name;
    json_t *value;

    json_object_foreach(before, name, value)
    {
        if (json_equal(value, json_object_get(fill->answers, name)) != 1)
            json_object_set_new(fill->changed, name, json_true());
    }
    json_object_foreach(fill->answers, name, value)
    {
        if (json_object_get(before, name) == NULL)
            json_object_set_new(fill->changed, name, json_true());
    }
    fill_lay_out(fill);
    fill_check(fill);
}

/* All answers at once: the form itself is one of several variants. */
static bool set_all(struct fill *fill, json_t *value)
{
    struct fill_step step = {0};

    step.all = true;
    step.name = strdup("");
    step.pointer = strdup("");
    step.before = fill->answers;
    step.after = json_deep_copy(value);
    fill->answers = json_deep_copy(value);
    if (fill->answers == NULL) {
        fill->answers = json_incref(step.before);
        free_step(&step);
        return false;
    }
    json_incref(step.before);
    push_step(&fill->undo, step);
    fill_free_steps(&fill->redo);
    changed_all(fill, step.before);
    json_decref(step.before);
    return true;
}

void fill_step_variants(struct fill *fill, json_t *variants)
{
    struct fill_step *step = &fill->undo.list[fill->undo.count - 1];

    if (fill->undo.count == 0) {
        json_decref(variants);
        return;
    }
    json_decref(step->variants_before);
    json_decref(step->variants_after);
    step->variants_before = variants;
    step->variants_after = json_deep_copy(fill->variants);
}

bool fill_set(struct fill *fill, const char *pointer, json_t *value)
{
    size_t index = fill_find(fill, pointer);
    const struct form_control *control =
        index < fill->count ? fill_control(&fill->lines[index]) : NULL;

    if (control != NULL && control->variants != NULL)
        return fill_choose(fill, control, pointer, value);
    /* Whatever a field of the whole form holds, it is not the answers; an empty place of a tuple
     * stays one. */
    if (*pointer == '\0' || (control != NULL && value == NULL && fill_value(fill, index) == NULL))
        return false;
    return fill_set_value(fill, pointer, value);
}

bool fill_set_value(struct fill *fill, const char *pointer, json_t *value)
{
    const json_t *old = form_pointer_get(fill->answers, pointer);
    bool scalar = !json_is_object(old) && !json_is_array(old) && !json_is_object(value) &&
                  !json_is_array(value);
    char name[FORM_POINTER_SIZE];
    struct fill_step step = {0};

    if (*pointer == '\0')
        return json_equal(fill->answers, value) != 1 && set_all(fill, value);
    if ((old == NULL && value == NULL) || (old != NULL && value != NULL && json_equal(old, value)))
        return false;
    if (!top_name(pointer, name))
        return false;
    step.name = strdup(name);
    step.pointer = strdup(fill->current < fill->count ? fill->lines[fill->current].pointer : "");
    step.before = json_deep_copy(json_object_get(fill->answers, name));
    if (!put_answer(fill, pointer, value)) {
        free_step(&step);
        return false;
    }
    step.after = json_deep_copy(json_object_get(fill->answers, name));
    push_step(&fill->undo, step);
    fill_free_steps(&fill->redo);
    if (scalar)
        changed_alone(fill, name, pointer);
    else
        fill_changed(fill, name);
    return true;
}

/* --- typing ---------------------------------------------------------------------------------- */

static struct fill_line *focused(struct fill *fill)
{
    return fill->current < fill->count ? &fill->lines[fill->current] : NULL;
}

void fill_type(struct fill *fill, const char *text)
{
    struct fill_line *line = focused(fill);
    char *copy = strndup(text, ANSWER_TEXT_LIMIT);
    json_t *value = NULL;
    bool mendable = true;
    enum answer_reading reading;
    bool hopeless;

    free(fill->stranded);
    fill->stranded = NULL;
    if (line == NULL || line->kind != FILL_FIELD || copy == NULL) {
        free(copy);
        return;
    }
    free(fill->typed);
    fill->typed = copy;
    reading = answer_read(fill_control(line), copy, &fill->context, &value);
    free(line->fault);
    line->fault = fill_fault_of(fill, value, &mendable);
    json_decref(value);
    /* A choice that nothing begins like will not be mended by more letters. */
    hopeless = reading == ANSWER_UNREADABLE && fill_control(line)->input == FORM_INPUT_CHOICE;
    fill_show_fault(fill, line);
    if (line->message == NULL && line->fault != NULL && (!mendable || hopeless))
        line->message = strdup(line->fault);
}

const char *fill_typed(const struct fill *fill)
{
    return fill->typed;
}

const char *fill_stranded(const struct fill *fill)
{
    return fill->stranded;
}

/* But for the space that is typed before the next word. */
static bool says_the_same(const char *spoken, const char *typed)
{
    size_t length = strlen(spoken);

    return strncmp(spoken, typed, length) == 0 &&
           typed[length + strspn(typed + length, " \n")] == '\0';
}

char *fill_understood(const struct fill *fill)
{
    const struct fill_line *line = &fill->lines[fill->current];
    json_t *value = NULL;
    char *spoken = NULL;

    if (fill->typed == NULL || fill->current >= fill->count || line->kind != FILL_FIELD)
        return NULL;
    if (answer_read(fill_control(line), fill->typed, &fill->context, &value) == ANSWER_READ)
        spoken = answer_spoken(fill_control(line), value, fill->context.language);
    json_decref(value);
    if (spoken != NULL && says_the_same(spoken, fill->typed)) {
        free(spoken);
        spoken = NULL;
    }
    return spoken;
}

void fill_revert(struct fill *fill)
{
    free(fill->typed);
    fill->typed = NULL;
    fill_check(fill);
}

bool fill_take(struct fill *fill)
{
    struct fill_line *line = focused(fill);
    json_t *value = NULL;
    char *typed = fill->typed;
    bool changed;

    if (line == NULL || line->kind != FILL_FIELD)
        return false;
    fill->typed = NULL;
    if (!line->touched || line->received)
        fill->generation++;
    line->touched = true;
    line->received = false;
    if (typed == NULL) {
        fill_show_fault(fill, line);
        return false;
    }
    line->known = false;
    answer_read(fill_control(line), typed, &fill->context, &value);
    changed = fill_set(fill, line->pointer, value);
    json_decref(value);
    free(typed);
    if (!changed && !fill_check_alone(fill, line->pointer, false))
        fill_check(fill);
    return changed;
}

bool fill_answer(struct fill *fill, json_t *value)
{
    struct fill_line *line = focused(fill);
    bool typed = fill->typed != NULL;
    bool changed;

    if (line == NULL || line->kind != FILL_FIELD || !line->enabled)
        return false;
    free(fill->typed);
    fill->typed = NULL;
    line->touched = true;
    line->known = false;
    changed = fill_set(fill, line->pointer, value);
    /* The fault was that of what was typed. */
    if (!changed && typed)
        fill_check(fill);
    return changed;
}

bool fill_toggle_choice(struct fill *fill, size_t choice)
{
    const struct fill_line *line = focused(fill);
    const struct form_control *control = line == NULL ? NULL : fill_control(line);
    const json_t *old;
    json_t *chosen;
    bool changed;

    if (control == NULL || control->input != FORM_INPUT_CHOICES || choice >= control->choice_count)
        return false;
    old = fill_value(fill, fill->current);
    chosen = json_array();
    /* In the order of the choices, whatever the order of choosing. */
    for (size_t i = 0; i < control->choice_count; i++) {
        json_t *entry;
        size_t at;
        bool has = i == choice;

        json_array_foreach(old, at, entry) if (json_equal(entry, control->choices[i].value)) has =
            i != choice;
        if (has)
            json_array_append_new(chosen, json_deep_copy(control->choices[i].value));
    }
    changed = fill_answer(fill, json_array_size(chosen) == 0 ? NULL : chosen);
    json_decref(chosen);
    return changed;
}

/* --- lists ----------------------------------------------------------------------------------- */

/* The line of the list that the focus is on or in; `position` is the item, or the count of items
 * on the list's own line. */
static const struct fill_line *list_around(const struct fill *fill, size_t *position)
{
    const struct fill_line *line = fill->current < fill->count ? &fill->lines[fill->current] : NULL;
    size_t index;

    if (line == NULL)
        return NULL;
    if (line->kind == FILL_LIST) {
        *position = json_array_size(form_pointer_get(fill->answers, line->pointer));
        return line;
    }
    if (line->list == NULL)
        return NULL;
    *position = line->position;
    index = fill_find(fill, line->list);
    return index < fill->count ? &fill->lines[index] : NULL;
}

/* A fresh item: what the schema's type starts from. */
static json_t *new_item(const struct form_control *list)
{
    const struct form_control *item = list->item->control;

    if (list->item_tuple != NULL)
        return json_array();
    if (item != NULL && *item->path == '\0')
        return item->input == FORM_INPUT_LIST ? json_array() : json_string("");
    return json_object();
}

static void focus_item(struct fill *fill, const char *list, size_t position)
{
    char item[FORM_POINTER_SIZE];

    snprintf(item, sizeof(item), "%s/%zu", list, position);
    for (size_t i = 0; i < fill->count; i++) {
        if (fill_takes_focus(&fill->lines[i]) &&
            form_pointer_within(fill->lines[i].pointer, item)) {
            fill->current = i;
            return;
        }
    }
}

/* Puts a list in its changed state, and the focus on an item of it. */
static bool set_list(struct fill *fill, const char *pointer, json_t *items, size_t position)
{
    char *list = strdup(pointer);
    bool changed = list != NULL && fill_set(fill, list, json_array_size(items) == 0 ? NULL : items);

    if (changed && position < json_array_size(items)) {
        focus_item(fill, list, position);
    } else if (changed) {
        size_t index = fill_find(fill, list);

        if (index < fill->count && fill_takes_focus(&fill->lines[index]))
            fill->current = index;
    }
    free(list);
    return changed;
}

bool fill_item_add(struct fill *fill)
{
    const struct fill_line *line;
    size_t position;
    json_t *items;
    bool done;

    fill_take(fill);
    line = list_around(fill, &position);
    if (line == NULL || !line->enabled || !line->visible)
        return false;
    items = json_deep_copy(form_pointer_get(fill->answers, line->pointer));
    if (!json_is_array(items)) {
        json_decref(items);
        items = json_array();
    }
    if (line != &fill->lines[fill->current])
        position++;
    done = json_array_insert_new(items, position, new_item(fill_control(line))) == 0 &&
           set_list(fill, line->pointer, items, position);
    json_decref(items);
    return done;
}

/* The list as a copy to change, when the focus is inside an item of it. */
static json_t *item_to_change(struct fill *fill, const struct fill_line **line, size_t *position)
{
    fill_take(fill);
    *line = list_around(fill, position);
    if (*line == NULL || *line == &fill->lines[fill->current] || (*line)->locked)
        return NULL;
    return json_deep_copy(form_pointer_get(fill->answers, (*line)->pointer));
}

bool fill_item_remove(struct fill *fill)
{
    const struct fill_line *line;
    size_t position;
    json_t *items = item_to_change(fill, &line, &position);
    bool done;

    if (items == NULL)
        return false;
    done = json_array_remove(items, position) == 0 &&
           set_list(fill, line->pointer, items,
                    position > 0 && position == json_array_size(items) ? position - 1 : position);
    json_decref(items);
    return done;
}

bool fill_item_move(struct fill *fill, int direction)
{
    const struct fill_line *line;
    size_t position;
    json_t *items = item_to_change(fill, &line, &position);
    size_t to = position + (size_t)direction;
    json_t *moved;
    bool done;

    if (items == NULL || to >= json_array_size(items)) {
        json_decref(items);
        return false;
    }
    moved = json_incref(json_array_get(items, position));
    done = json_array_remove(items, position) == 0 && json_array_insert(items, to, moved) == 0 &&
           set_list(fill, line->pointer, items, to);
    json_decref(moved);
    json_decref(items);
    return done;
}

/* --- undo ------------------------------------------------------------------------------------ */

/* The answers as they were before the step, or after it. */
static void put_back(struct fill *fill, const struct fill_step *step, bool undo)
{
    json_t *value = undo ? step->before : step->after;
    json_t *variants = undo ? step->variants_before : step->variants_after;

    if (variants != NULL) {
        json_decref(fill->variants);
        fill->variants = json_deep_copy(variants);
    }
    if (step->all) {
        json_decref(fill->answers);
        fill->answers = json_deep_copy(value);
        changed_all(fill, undo ? step->after : step->before);
        return;
    }
    if (value == NULL)
        json_object_del(fill->answers, step->name);
    else
        json_object_set_new(fill->answers, step->name, json_deep_copy(value));
    fill_lay_out(fill);
    fill_changed(fill, step->name);
}

/* Takes the last step of one stack back or again, and puts it on the other. */
static bool step_back(struct fill *fill, struct fill_steps *from, struct fill_steps *to, bool undo)
{
    struct fill_step step;
    size_t index;

    if (fill->typed != NULL) {
        fill_revert(fill);
        return true;
    }
    if (from->count == 0)
        return false;
    step = from->list[--from->count];
    put_back(fill, &step, undo);
    index = fill_find(fill, step.pointer);
    if (index < fill->count && fill_takes_focus(&fill->lines[index]))
        fill->current = index;
    push_step(to, step);
    return true;
}

bool fill_undo(struct fill *fill)
{
    return step_back(fill, &fill->undo, &fill->redo, true);
}

bool fill_redo(struct fill *fill)
{
    return fill->typed == NULL && step_back(fill, &fill->redo, &fill->undo, false);
}
