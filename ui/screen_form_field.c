/* The form screen's field in focus: what is typed into it, and its choices. */
#include "ui/screen_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/text.h"
#include "ui/language.h"

/* Rows of a text of many lines. */
#define TEXT_ROWS_LEAST 3
#define TEXT_ROWS_MOST  8

static const struct form_control *control_of(const struct fill *fill, size_t line)
{
    const struct fill_line *shown = fill_line(fill, line);

    return shown->kind == FILL_FIELD ? shown->element->control : NULL;
}

/* The labels of the choices of a field; for yes and no these two. */
static size_t choice_count(const struct form_control *control)
{
    return control->input == FORM_INPUT_BOOLEAN ? 2 : control->choice_count;
}

static const char *choice_label(const struct form_control *control, size_t index)
{
    if (control->input == FORM_INPUT_BOOLEAN)
        return index == 0 ? _("Yes") : _("No");
    return form_text_in(&control->choices[index].label, form_language(language_now()));
}

static bool is_chosen(const struct fill *fill, size_t line, size_t index)
{
    const struct form_control *control = control_of(fill, line);
    const json_t *value = fill_value(fill, line);
    json_t *entry;
    size_t i;

    if (control->input == FORM_INPUT_BOOLEAN)
        return index == 0 ? json_is_true(value) : json_is_false(value);
    if (control->input == FORM_INPUT_CHOICE)
        return value != NULL && answer_choice_of(control, value) == index;
    json_array_foreach(value, i, entry) if (json_equal(entry, control->choices[index].value) ==
                                            1) return true;
    return false;
}

static bool has_choices(const struct form_control *control)
{
    return control != NULL && !control->suggestions &&
           (control->input == FORM_INPUT_BOOLEAN || control->input == FORM_INPUT_CHOICE ||
            control->input == FORM_INPUT_CHOICES);
}

int form_sight_columns(const struct fill *fill, size_t line)
{
    const struct form_control *control = control_of(fill, line);
    size_t used = 0;

    if (!has_choices(control))
        return 0;
    for (size_t i = 0; i < choice_count(control) && used <= FORM_SIGHT_COLUMNS + 2; i++) {
        const char *label = choice_label(control, i);

        used += text_width(label, strlen(label)) + 6;
    }
    return used <= FORM_SIGHT_COLUMNS + 2 ? (int)used - 2 : 0;
}

bool form_choices_in_sight(const struct fill *fill, size_t line)
{
    return form_sight_columns(fill, line) > 0;
}

/* Whether the choices stand below one another while the field has the focus. */
static bool stands_in_rows(const struct fill *fill, size_t line)
{
    const struct form_control *control = control_of(fill, line);

    return control != NULL && !form_choices_in_sight(fill, line) &&
           (control->input == FORM_INPUT_CHOICES ||
            (control->input == FORM_INPUT_CHOICE && control->radio && !control->suggestions &&
             control->choice_count <= FORM_POPUP_ROWS));
}

/* --- focus ----------------------------------------------------------------------------------- */

/* Whether the field is typed into: also to find a choice that is not in sight. */
static bool takes_text(const struct fill *fill, size_t line)
{
    const struct form_control *control = control_of(fill, line);

    return control != NULL && !form_choices_in_sight(fill, line) &&
           control->input != FORM_INPUT_BOOLEAN && !stands_in_rows(fill, line) &&
           control->input != FORM_INPUT_LIST;
}

static void find_matches(struct form_screen *form, const char *typed)
{
    const struct form_control *control = control_of(form->fill, fill_current(form->fill));
    size_t count = 0;

    if (control != NULL)
        count = answer_match_choices(control, typed, form_language(language_now()), form->matches,
                                     FORM_MATCHES);
    list_set_count(&form->choices, count < FORM_MATCHES ? count : FORM_MATCHES);
    list_select(&form->choices, 0);
    form->suggested = false;
}

void form_follow_focus(struct form_screen *form)
{
    size_t current = fill_current(form->fill);
    const struct fill_line *line =
        current < fill_line_count(form->fill) ? fill_line(form->fill, current) : NULL;
    const struct form_control *control = line == NULL ? NULL : control_of(form->fill, current);
    bool same = line != NULL && form->edited != NULL && strcmp(line->pointer, form->edited) == 0;
    char *text;

    /* What is being typed stays under the cursor. */
    if (same && fill_typed(form->fill) != NULL && form->editor != NULL &&
        strcmp(fill_typed(form->fill), editor_text(form->editor)) == 0)
        return;
    if (!same) {
        form->popup = false;
        form->prefix[0] = '\0';
        form->stayed = false;
        form->choices = (struct list){0};
    }
    free(form->edited);
    form->edited = line == NULL ? NULL : strdup(line->pointer);
    editor_free(form->editor);
    form->editor = NULL;
    if (line == NULL || !takes_text(form->fill, current))
        return;
    form->editor = editor_new(control->input == FORM_INPUT_MULTILINE ? EDITOR_TEXT : EDITOR_LINE,
                              ANSWER_TEXT_LIMIT);
    text = fill_text(form->fill, current);
    /* In choices one types what one looks for, not into the label that is there. */
    if (form->editor != NULL && text != NULL &&
        (!has_choices(control) || fill_typed(form->fill) != NULL ||
         answer_choice_of(control, fill_value(form->fill, current)) == control->choice_count))
        editor_set_text(form->editor, text);
    free(text);
}

bool form_leave_field(struct screen *screen)
{
    struct form_screen *form = screen->data;
    size_t current = fill_current(form->fill);
    bool typed = fill_typed(form->fill) != NULL;
    bool fault;

    if (current >= fill_line_count(form->fill))
        return true;
    if (form->popup && form->choices.count > 0 && form->editor != NULL) {
        const struct form_control *control = control_of(form->fill, current);

        if (!control->suggestions) {
            const struct form_choice *choice =
                &control->choices[form->matches[form->choices.selected]];
            json_t *value = json_deep_copy(choice->value);

            fill_answer(form->fill, value);
            json_decref(value);
            typed = false;
        }
    }
    form->popup = false;
    fill_take(form->fill);
    current = fill_current(form->fill);
    fault =
        current < fill_line_count(form->fill) && fill_line(form->fill, current)->message != NULL;
    form_follow_focus(form);
    /* Held once: whoever leaves a second time means it. */
    if (typed && fault && !form->stayed) {
        form->stayed = true;
        form_keep(screen, false);
        ui_stop_ahead(screen->ui);
        ui_ring(screen->ui);
        return false;
    }
    return true;
}

/* --- keys ------------------------------------------------------------------------------------ */

void form_type_character(char *text, size_t size, uint32_t code)
{
    char bytes[5] = "";
    size_t length = strlen(text);
    size_t count = 0;

    if (code < 0x80) {
        bytes[count++] = (char)code;
    } else if (code < 0x800) {
        bytes[count++] = (char)(0xc0 | code >> 6);
        bytes[count++] = (char)(0x80 | (code & 0x3f));
    }
    if (length + count < size)
        memcpy(text + length, bytes, count + 1);
}

/* Sets the answer to one of the choices, or turns one of several on or off. */
static void choose(struct screen *screen, size_t index)
{
    struct form_screen *form = screen->data;
    const struct form_control *control = control_of(form->fill, fill_current(form->fill));
    json_t *value;

    if (control->input == FORM_INPUT_CHOICES) {
        fill_toggle_choice(form->fill, index);
    } else {
        value = control->input == FORM_INPUT_BOOLEAN
                    ? json_boolean(index == 0)
                    : json_deep_copy(control->choices[index].value);
        fill_answer(form->fill, value);
        json_decref(value);
    }
    form_keep(screen, false);
}

/* What yes and no begin with, in both languages. */
#define BOOLEAN_WORDS 4
static const char *const boolean_words[2][BOOLEAN_WORDS] = {{"oui", "yes", "vrai", "1"},
                                                            {"non", "no", "faux", "0"}};

/* The choice that the letters typed so far begin; choice_count when none does. */
static size_t match_prefix(const struct form_control *control, const char *prefix)
{
    size_t index = choice_count(control);

    if (control->input != FORM_INPUT_BOOLEAN) {
        if (answer_match_choices(control, prefix, form_language(language_now()), &index, 1) == 0)
            return choice_count(control);
        return index;
    }
    for (index = 0; index < 2; index++)
        for (size_t i = 0; i < BOOLEAN_WORDS; i++)
            if (strncasecmp(boolean_words[index][i], prefix, strlen(prefix)) == 0)
                return index;
    return 2;
}

static void choose_by_letters(struct screen *screen, uint32_t code)
{
    struct form_screen *form = screen->data;
    const struct form_control *control = control_of(form->fill, fill_current(form->fill));
    size_t index;

    form_type_character(form->prefix, sizeof(form->prefix), code);
    index = match_prefix(control, form->prefix);
    if (index == choice_count(control)) {
        form->prefix[0] = '\0';
        form_type_character(form->prefix, sizeof(form->prefix), code);
        index = form->prefix[0] == '\0' ? index : match_prefix(control, form->prefix);
    }
    if (index == choice_count(control)) {
        form->prefix[0] = '\0';
        ui_ring(screen->ui);
        return;
    }
    if (control->input == FORM_INPUT_CHOICES) {
        list_set_count(&form->choices, choice_count(control));
        list_select(&form->choices, index);
        return;
    }
    choose(screen, index);
}

/* The neighbour of the present choice. */
static void choose_next(struct screen *screen, int step)
{
    struct form_screen *form = screen->data;
    size_t current = fill_current(form->fill);
    const struct form_control *control = control_of(form->fill, current);
    size_t count = choice_count(control);
    size_t index = 0;

    if (control->input == FORM_INPUT_CHOICES) {
        list_set_count(&form->choices, count);
        list_select(&form->choices, (form->choices.selected + count + (size_t)step) % count);
        return;
    }
    while (index < count && !is_chosen(form->fill, current, index))
        index++;
    if (index == count)
        index = step > 0 ? 0 : count - 1;
    else
        index = (index + count + (size_t)step) % count;
    choose(screen, index);
}

/* Several choices that stand below one another: the arrows walk them and lead out at the ends. */
static bool move_in_list(struct form_screen *form, int step)
{
    size_t current = fill_current(form->fill);
    const struct form_control *control = control_of(form->fill, current);
    size_t to = form->choices.selected + (size_t)step;

    if (control->input != FORM_INPUT_CHOICES || form_choices_in_sight(form->fill, current) ||
        to >= control->choice_count)
        return false;
    list_set_count(&form->choices, control->choice_count);
    list_select(&form->choices, to);
    return true;
}

/* Choices that are chosen, not typed. */
static bool choice_key(struct screen *screen, const struct input *input)
{
    struct form_screen *form = screen->data;
    const struct form_control *control = control_of(form->fill, fill_current(form->fill));

    switch (input->code) {
    case INPUT_UP:
    case INPUT_DOWN:
        return move_in_list(form, input->code == INPUT_UP ? -1 : 1);
    case INPUT_LEFT:
    case INPUT_RIGHT:
        choose_next(screen, input->code == INPUT_LEFT ? -1 : 1);
        return true;
    case ' ':
        if (control->input == FORM_INPUT_CHOICES)
            choose(screen, form->choices.selected);
        else
            choose_next(screen, 1);
        return true;
    case INPUT_BACKSPACE:
    case INPUT_DELETE:
        form->prefix[0] = '\0';
        fill_answer(form->fill, NULL);
        form_keep(screen, false);
        return true;
    default:
        if (!input_is_character(input))
            return false;
        choose_by_letters(screen, input->code);
        return true;
    }
}

/* A suggestion stands for what was typed only once an arrow went to it. */
static void take_suggestion(struct form_screen *form, const struct form_control *control, int step)
{
    size_t to = form->choices.selected + (size_t)step;

    if (!form->suggested)
        to = step > 0 ? 0 : form->choices.count - 1;
    if (to >= form->choices.count)
        return;
    form->suggested = true;
    list_select(&form->choices, to);
    editor_set_text(form->editor, choice_label(control, form->matches[to]));
    fill_type(form->fill, editor_text(form->editor));
}

/* The list of choices under a field that is typed into. */
static bool popup_key(struct screen *screen, const struct input *input)
{
    struct form_screen *form = screen->data;
    const struct form_control *control = control_of(form->fill, fill_current(form->fill));

    if (!form->popup) {
        if (input->code != ' ' || editor_length(form->editor) > 0)
            return false;
        find_matches(form, "");
        form->popup = form->choices.count > 0;
        return true;
    }
    if (control->suggestions && (input->code == INPUT_UP || input->code == INPUT_DOWN)) {
        take_suggestion(form, control, input->code == INPUT_UP ? -1 : 1);
        return true;
    }
    if (input->code == INPUT_ESCAPE) {
        form->popup = false;
        fill_revert(form->fill);
        editor_clear(form->editor);
        return true;
    }
    if ((input->code == INPUT_UP && form->choices.selected == 0) ||
        (input->code == INPUT_DOWN && form->choices.selected + 1 == form->choices.count))
        return true;
    return (input->code == INPUT_UP || input->code == INPUT_DOWN || input->code == INPUT_PAGE_UP ||
            input->code == INPUT_PAGE_DOWN) &&
           list_key(&form->choices, input, false);
}

static void text_changed(struct screen *screen)
{
    struct form_screen *form = screen->data;
    const struct form_control *control = control_of(form->fill, fill_current(form->fill));

    form->stayed = false;
    fill_type(form->fill, editor_text(form->editor));
    if (control->input == FORM_INPUT_CHOICE) {
        find_matches(form, editor_text(form->editor));
        form->popup = form->choices.count > 0;
    }
}

/* Undo of the form begins where that of the text ends; Ctrl-D in an item is the item's. */
static bool text_key(struct screen *screen, const struct input *input)
{
    struct form_screen *form = screen->data;
    const struct fill_line *line = fill_line(form->fill, fill_current(form->fill));
    size_t before = editor_cursor(form->editor);
    bool changed = false;
    bool used;

    if (input->code == INPUT_CONTROL('Y') && (fill_typed(form->fill) == NULL || line->received))
        return false;
    if (input->code == INPUT_CONTROL('D') && line->list != NULL)
        return false;
    if ((input->code == INPUT_PAGE_UP || input->code == INPUT_PAGE_DOWN))
        return false;
    used = editor_key(form->editor, input, &changed);
    if (changed)
        text_changed(screen);
    if (editor_is_full(form->editor))
        ui_tell(screen->ui, UI_WARNING, _("No more fits into this field"));
    /* At its first or last line, the arrow leads out of a text. */
    if (used && !changed && (input->code == INPUT_UP || input->code == INPUT_DOWN))
        return editor_cursor(form->editor) != before;
    return used;
}

bool form_field_key(struct screen *screen, const struct input *input)
{
    struct form_screen *form = screen->data;
    size_t current = fill_current(form->fill);
    const struct form_control *control;

    if (current >= fill_line_count(form->fill))
        return false;
    control = control_of(form->fill, current);
    if (control == NULL)
        return false;
    if (form->editor == NULL)
        return has_choices(control) && choice_key(screen, input);
    if (control->choice_count > 0 && popup_key(screen, input))
        return true;
    if (input->code == INPUT_ENTER && control->input != FORM_INPUT_MULTILINE)
        return false;
    return text_key(screen, input);
}

/* --- drawing --------------------------------------------------------------------------------- */

int form_field_rows(const struct form_screen *form, size_t line, int width)
{
    const struct form_control *control = control_of(form->fill, line);
    bool focus = line == fill_current(form->fill);
    int rows = 1;

    if (control == NULL)
        return 1;
    if (focus && stands_in_rows(form->fill, line))
        return (int)control->choice_count < FORM_POPUP_ROWS ? (int)control->choice_count
                                                            : FORM_POPUP_ROWS;
    if (control->input != FORM_INPUT_MULTILINE)
        return 1;
    if (focus && form->editor != NULL)
        rows = editor_rows(form->editor, width - 1);
    return rows < TEXT_ROWS_LEAST ? TEXT_ROWS_LEAST : rows > TEXT_ROWS_MOST ? TEXT_ROWS_MOST : rows;
}

static const char *choice_mark(const struct form_control *control, bool chosen)
{
    if (control->input == FORM_INPUT_CHOICES)
        return chosen ? "[x] " : "[ ] ";
    return chosen ? "(x) " : "( ) ";
}

/* "(•) permanent  ( ) temporary", the one to choose marked. */
static void draw_choices(const struct form_screen *form, size_t line, const struct paint *box)
{
    const struct form_control *control = control_of(form->fill, line);
    bool many = control->input == FORM_INPUT_CHOICES;
    bool focus = line == fill_current(form->fill);
    int column = 0;

    if (focus)
        paint_cursor(box, 0, 1);
    for (size_t i = 0; i < choice_count(control); i++) {
        bool chosen = is_chosen(form->fill, line, i);
        bool marked = focus && (many ? form->choices.selected == i : chosen);
        const char *mark = choice_mark(control, chosen);

        if (marked)
            paint_cursor(box, 0, column + 1);
        column += paint_text(box, 0, column, -1, focus ? PAINT_FOCUS : PAINT_TEXT, mark);
        column += paint_text(box, 0, column, -1,
                             marked   ? PAINT_FOCUS
                             : chosen ? PAINT_VALUE
                                      : PAINT_TEXT,
                             choice_label(control, i));
        column += 2;
    }
}

static void draw_choice_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct form_screen *form = context;
    size_t line = fill_current(form->fill);
    const struct form_control *control = control_of(form->fill, line);

    (void)selected;
    paint_text(row, 0, 0, -1, PAINT_TEXT, choice_mark(control, is_chosen(form->fill, line, index)));
    paint_text(row, 0, 4, -1, PAINT_TEXT, choice_label(control, index));
}

static void draw_match_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct form_screen *form = context;
    const struct form_control *control = control_of(form->fill, fill_current(form->fill));

    enum paint_style style =
        selected && (form->suggested || !control->suggestions) ? PAINT_SELECTION : PAINT_FIELD;

    paint_fill(row, 0, 0, -1, style);
    paint_text(row, 0, 1, -1, style, choice_label(control, form->matches[index]));
}

void form_popup_draw(struct form_screen *form, const struct paint *paint, int row, int column,
                     int width)
{
    int rows =
        (int)form->choices.count < FORM_POPUP_ROWS ? (int)form->choices.count : FORM_POPUP_ROWS;
    struct paint area;

    if (row + rows > paint->rows)
        row = row - 1 - rows < 0 ? paint->rows - rows : row - 1 - rows;
    area = paint_part(paint, row, column, rows, width);
    for (int i = 0; i < area.rows; i++)
        paint_fill(&area, i, 0, -1, PAINT_FIELD);
    list_draw(&form->choices, &area, 1, false, draw_match_row, form);
}

void form_field_draw(struct form_screen *form, size_t line, const struct paint *box)
{
    const struct fill_line *shown = fill_line(form->fill, line);
    const struct form_control *control = control_of(form->fill, line);
    bool focus = line == fill_current(form->fill) && form->mode == FORM_FILLING;
    char *text;

    if (form_choices_in_sight(form->fill, line)) {
        draw_choices(form, line, box);
        return;
    }
    if (focus && stands_in_rows(form->fill, line)) {
        list_set_count(&form->choices, control->choice_count);
        for (size_t i = 0; i < control->choice_count; i++)
            if (control->input == FORM_INPUT_CHOICE && is_chosen(form->fill, line, i))
                list_select(&form->choices, i);
        list_draw(&form->choices, box, 1, true, draw_choice_row, form);
        return;
    }
    if (focus && form->editor != NULL) {
        editor_draw(form->editor, box, true);
        if (editor_length(form->editor) > 0 || !has_choices(control))
            return;
    }
    text = fill_text(form->fill, line);
    if (!focus && shown->enabled)
        for (int row = 0; row < box->rows; row++)
            paint_fill(box, row, 0, -1, PAINT_FIELD);
    if (text != NULL && *text != '\0')
        paint_wrapped(box, 0, 0, -1, box->rows,
                      focus            ? PAINT_FOCUS
                      : shown->enabled ? PAINT_FIELD
                                       : PAINT_DIM,
                      text);
    else if (shown->offered)
        paint_format(box, 0, 0, -1, PAINT_DIM, "(%s)", fill_offer_text(form->fill, line));
    if (focus)
        paint_cursor(box, 0, 0);
    free(text);
}
