#include "forms/fill_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "forms/form_pointer.h"
#include "forms/schema.h"

int fill_new(struct fill **fill, const struct form *form, const json_t *answers,
             const struct answer_context *context, struct error *error)
{
    struct fill *made = calloc(1, sizeof(*made));

    *fill = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    made->form = form;
    made->context = *context;
    made->answers = json_is_object(answers) ? json_deep_copy(answers) : json_object();
    made->changed = json_object();
    made->variants = json_object();
    made->other_variants = json_object();
    made->consents = json_object();
    made->withheld = json_object();
    made->result = schema_result_new();
    if (made->answers == NULL || made->changed == NULL || made->variants == NULL ||
        made->other_variants == NULL || made->consents == NULL || made->withheld == NULL ||
        made->result == NULL || !fill_lay_out(made)) {
        fill_free(made);
        return error_set(error, ERROR_MEMORY, "out of memory, or a form of too many lines");
    }
    fill_check(made);
    *fill = made;
    return 0;
}

void fill_free(struct fill *fill)
{
    if (fill == NULL)
        return;
    fill_free_layout(fill);
    fill_free_steps(&fill->undo);
    fill_free_steps(&fill->redo);
    for (size_t i = 0; i < fill->stray_count; i++)
        free(fill->strays[i]);
    free(fill->strays);
    free(fill->typed);
    free(fill->stranded);
    free(fill->told);
    json_decref(fill->answers);
    json_decref(fill->client);
    json_decref(fill->consents);
    json_decref(fill->withheld);
    json_decref(fill->aside);
    json_decref(fill->variants);
    json_decref(fill->other_variants);
    json_decref(fill->changed);
    schema_result_free(fill->result);
    free(fill);
}

const struct form *fill_form(const struct fill *fill)
{
    return fill->form;
}

const json_t *fill_answers(const struct fill *fill)
{
    return fill->answers;
}

void fill_set_language(struct fill *fill, enum form_language language)
{
    if (fill->context.language == language)
        return;
    fill->context.language = language;
    fill_check(fill);
}

const struct answer_context *fill_context(const struct fill *fill)
{
    return &fill->context;
}

/* --- lines ----------------------------------------------------------------------------------- */

size_t fill_line_count(const struct fill *fill)
{
    return fill->count;
}

size_t fill_generation(const struct fill *fill)
{
    return fill->generation;
}

const struct fill_line *fill_line(const struct fill *fill, size_t index)
{
    return &fill->lines[index];
}

const json_t *fill_value(const struct fill *fill, size_t index)
{
    const struct fill_line *line = &fill->lines[index];
    const struct form_control *control = fill_control(line);
    const json_t *value;

    if (line->kind == FILL_FIELD && control->variants != NULL)
        return line->variant < control->choice_count ? control->choices[line->variant].value : NULL;
    value = *line->pointer == '\0' ? NULL : form_pointer_get(fill->answers, line->pointer);
    /* An empty place of a tuple is no answer. */
    return json_is_null(value) && control != NULL && control->tuple != NULL ? NULL : value;
}

char *fill_text(const struct fill *fill, size_t index)
{
    const struct form_control *control = fill_control(&fill->lines[index]);

    if (index == fill->current && fill->typed != NULL)
        return strdup(fill->typed);
    if (fill->lines[index].kind != FILL_FIELD || control == NULL)
        return strdup("");
    return answer_text(control, fill_value(fill, index), fill->context.language);
}

/* "Child 2: Marie", "No. 2". Owned. */
static char *item_label(const struct fill *fill, const struct fill_line *line)
{
    const struct form_control *list = fill_control(line);
    enum form_language language = fill->context.language;
    const char *title = form_text_in(&list->item_title, language);
    char pointer[FORM_POINTER_SIZE * 2];
    struct text_buffer buffer = {0};
    const json_t *name = NULL;

    if (list->item_label_path != NULL) {
        snprintf(pointer, sizeof(pointer), "%s%s", line->pointer, list->item_label_path);
        name = form_pointer_get(fill->answers, pointer);
    }
    if (*title == '\0')
        title = language == FORM_FRENCH ? "N\xc2\xba" : "No.";
    text_buffer_add_format(&buffer, "%s %zu", title, line->position + 1);
    if (json_is_string(name) && json_string_length(name) > 0)
        text_buffer_add_format(&buffer, "%s %s", language == FORM_FRENCH ? "\xc2\xa0:" : ":",
                               json_string_value(name));
    return text_buffer_take(&buffer);
}

static char *joined(const char *text, const char *remark)
{
    struct text_buffer buffer = {0};

    text_buffer_add_format(&buffer, "%s · %s", text, remark);
    return text_buffer_take(&buffer);
}

char *fill_label(const struct fill *fill, size_t index)
{
    const struct fill_line *line = &fill->lines[index];
    const struct form_control *control = fill_control(line);
    const char *text;
    const char *remark;
    char number[32];

    if (line->kind == FILL_ITEM)
        return item_label(fill, line);
    /* A scalar in a list: its control is the item itself. */
    if (line->kind == FILL_FIELD && *control->path == '\0' && control->variants == NULL &&
        line->list != NULL) {
        snprintf(number, sizeof(number), "%zu", line->position + 1);
        return strdup(number);
    }
    text = form_text_in(&line->element->label, fill->context.language);
    remark = form_text_in(&line->element->remark, fill->context.language);
    /* An element that this screen does not know is told of, never left out. */
    if (line->kind == FILL_FIELD || *remark == '\0')
        return strdup(text);
    return *text == '\0' ? strdup(remark) : joined(text, remark);
}

/* --- focus ----------------------------------------------------------------------------------- */

size_t fill_current(const struct fill *fill)
{
    return fill->current;
}

void fill_focus(struct fill *fill, size_t index)
{
    for (size_t i = index; i < fill->count; i++) {
        if (fill_takes_focus(&fill->lines[i])) {
            fill->current = i;
            return;
        }
    }
    for (size_t i = index < fill->count ? index : fill->count; i > 0; i--) {
        if (fill_takes_focus(&fill->lines[i - 1])) {
            fill->current = i - 1;
            return;
        }
    }
    fill->current = fill->count;
}

bool fill_go(struct fill *fill, size_t index)
{
    char *pointer;

    if (index >= fill->count || !fill_takes_focus(&fill->lines[index]))
        return false;
    if (index == fill->current)
        return true;
    /* Taking the answer may lay the lines out anew. */
    pointer = strdup(fill->lines[index].pointer);
    fill_take(fill);
    index = pointer == NULL ? fill->count : fill_find(fill, pointer);
    free(pointer);
    if (index >= fill->count || !fill_takes_focus(&fill->lines[index]))
        return false;
    fill->current = index;
    return true;
}

bool fill_next(struct fill *fill)
{
    fill_take(fill);
    for (size_t i = fill->current + 1; i < fill->count; i++) {
        if (fill_takes_focus(&fill->lines[i])) {
            fill->current = i;
            return true;
        }
    }
    return false;
}

bool fill_previous(struct fill *fill)
{
    fill_take(fill);
    for (size_t i = fill->current; i > 0; i--) {
        if (fill_takes_focus(&fill->lines[i - 1])) {
            fill->current = i - 1;
            return true;
        }
    }
    return false;
}

bool fill_next_fault(struct fill *fill)
{
    fill_take(fill);
    for (size_t step = 1; step <= fill->count; step++) {
        size_t index = (fill->current + step) % fill->count;
        struct fill_line *line = &fill->lines[index];

        if (line->fault == NULL || !fill_takes_focus(line))
            continue;
        line->touched = true;
        fill->generation++;
        fill_show_fault(fill, line);
        fill->current = index;
        return true;
    }
    return false;
}

size_t fill_row_count(const struct fill *fill)
{
    return fill->row_count;
}

const struct fill_row *fill_row(const struct fill *fill, size_t index)
{
    return &fill->rows[index];
}

/* --- pages ----------------------------------------------------------------------------------- */

size_t fill_page_count(const struct fill *fill)
{
    return fill->page_count;
}

const char *fill_page_title(const struct fill *fill, size_t page)
{
    const struct form_element *category = fill->pages[page].category;

    if (category != NULL)
        return form_text_in(&category->label, fill->context.language);
    return fill->page_count == 1 ? "" : form_title(fill->form, fill->context.language);
}

bool fill_page_visible(const struct fill *fill, size_t page)
{
    for (size_t i = fill->pages[page].from; i < fill->pages[page].to; i++)
        if (fill->lines[i].visible)
            return true;
    return false;
}

size_t fill_page_faults(const struct fill *fill, size_t page)
{
    size_t faults = 0;

    for (size_t i = fill->pages[page].from; i < fill->pages[page].to; i++)
        faults += fill->lines[i].visible && fill->lines[i].message != NULL;
    return faults;
}

size_t fill_page(const struct fill *fill)
{
    return fill->current < fill->count ? fill->lines[fill->current].page : 0;
}

bool fill_go_page(struct fill *fill, size_t page)
{
    if (page >= fill->page_count)
        return false;
    for (size_t i = fill->pages[page].from; i < fill->pages[page].to; i++)
        if (fill_takes_focus(&fill->lines[i]))
            return fill_go(fill, i);
    return false;
}
