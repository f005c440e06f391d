/* A question with a few answers, in a box over an empty screen. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "ui/language.h"
#include "ui/list.h"

#define CHOICES_LIMIT 20

struct choice {
    json_t *arguments; /* owned: {"name","question","choices":[msgid]} */
    struct list list;
};

static void choice_answer(struct screen *screen, int chosen)
{
    const struct choice *choice = screen->data;

    screen_finish(screen, json_pack("{s:s, s:i}", "name",
                                    json_text_or(choice->arguments, "name", ""), "choice", chosen));
}

static int choice_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    size_t count = json_array_size(json_object_get(arguments, "choices"));
    struct choice *choice;

    if (count == 0 || count > CHOICES_LIMIT)
        return error_set(error, ERROR_INVALID, "%s", _("there is nothing to choose"));
    choice = calloc(1, sizeof(*choice));
    if (choice == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    choice->arguments = json_deep_copy(arguments);
    list_set_count(&choice->list, count);
    screen->data = choice;
    return 0;
}

static void choice_close(struct screen *screen)
{
    struct choice *choice = screen->data;

    json_decref(choice->arguments);
    free(choice);
}

static void choice_draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct choice *choice = context;
    const json_t *choices = json_object_get(choice->arguments, "choices");

    (void)selected;
    paint_format(row, 0, 1, 2, PAINT_KEY, "%zu", index + 1);
    paint_text(row, 0, 4, -1, PAINT_TEXT, _(json_string_value(json_array_get(choices, index))));
}

static void choice_draw(struct screen *screen, const struct paint *paint)
{
    struct choice *choice = screen->data;
    const char *question = json_text_or(choice->arguments, "question", "");
    int width = paint->columns < 60 ? paint->columns : 60;
    int rows = paint_wrapped(paint, 0, 0, width - 4, 0, PAINT_TEXT, question);
    int height = rows + (int)choice->list.count + 3;
    struct paint area, inside, answers;

    area = paint_part(paint, paint->rows > height ? (paint->rows - height) / 3 : 0,
                      (paint->columns - width) / 2, height, width);
    inside = paint_box(&area, "");
    paint_wrapped(&inside, 0, 0, -1, rows, PAINT_TITLE, question);
    answers = paint_part(&inside, rows + 1, 0, -1, -1);
    list_draw(&choice->list, &answers, 1, true, choice_draw_row, choice);
}

static bool choice_key(struct screen *screen, const struct input *input)
{
    struct choice *choice = screen->data;

    if (list_key(&choice->list, input, true))
        return true;
    if (input->code >= '1' && input->code <= '9' && input->code < '1' + choice->list.count) {
        choice_answer(screen, (int)(input->code - '1'));
        return true;
    }
    if (input->code == INPUT_ENTER) {
        choice_answer(screen, (int)choice->list.selected);
        return true;
    }
    if (input->code == INPUT_ESCAPE) {
        choice_answer(screen, -1);
        return true;
    }
    return false;
}

static json_t *choice_save(const struct screen *screen)
{
    const struct choice *choice = screen->data;

    return json_incref(choice->arguments);
}

static const struct screen_key choice_keys[] = {
    {INPUT_ENTER, N_("Choose"), N_("Takes the marked answer; its digit does too."), NULL, NULL},
    {INPUT_ESCAPE, N_("Back"), N_("Goes back without an answer."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_choice;
const struct screen_kind screen_choice = {
    .name = "choice",
    .title = N_("Question"),
    .help = N_("One answer is wanted before the work goes on."),
    .keys = choice_keys,
    .open = choice_open,
    .close = choice_close,
    .draw = choice_draw,
    .key = choice_key,
    .save = choice_save,
};

void screen_ask(struct screen *screen, const char *name, const char *question,
                const char *const *choices)
{
    json_t *list = json_array();

    for (size_t i = 0; i < CHOICES_LIMIT && choices[i] != NULL; i++)
        json_array_append_new(list, json_string(choices[i]));
    ui_open(screen->ui, "choice",
            json_pack("{s:s, s:s, s:o}", "name", name, "question", question, "choices", list));
}
