/* The box that asks why a file is opened (purpose.h). */
#include "ui/purpose.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/list.h"

#define BOX_WIDTH 60

struct asking {
    char *name;       /* owned */
    struct id client; /* whose file; of a case without one, the case */
    struct id also;   /* a second file, for the same reason; may be empty */
    json_t *then;     /* owned: screens that the frame opens with the answer; NULL for none */
    enum purpose choices[PURPOSE_COUNT];
    struct list list;
    struct editor *words; /* owned */
    bool in_words;        /* the focus is on the words, not on the list */
};

static enum purpose chosen(const struct asking *asking)
{
    return asking->choices[asking->list.selected];
}

static void keep(struct screen *screen, enum purpose purpose)
{
    const struct asking *asking = screen->data;
    struct purpose_said *said = &screen->desk->said;
    const struct id *files[] = {&asking->client, &asking->also};
    struct error error = ERROR_INIT;

    said->reason.purpose = purpose;
    text_copy(said->reason.words, sizeof(said->reason.words), editor_text(asking->words));
    said->reason.said_ms = desk_now(screen->desk);
    said->client = asking->client;
    said->until_ms = said->reason.said_ms + (int64_t)PURPOSE_MINUTES * 60 * 1000;
    for (size_t i = 0; i < 2; i++)
        if (!id_is_empty(files[i]) &&
            desk_reason_keep(screen->desk, files[i], &said->reason, said->until_ms, &error) != 0)
            ui_tell_error(screen->ui, &error);
}

static void finish(struct screen *screen, enum purpose purpose)
{
    const struct asking *asking = screen->data;
    json_t *answer = json_pack("{s:s, s:s, s:s}", "name", asking->name, "purpose",
                               purpose != PURPOSE_NONE ? purpose_name(purpose) : "", "words",
                               purpose != PURPOSE_NONE ? editor_text(asking->words) : "");

    if (purpose != PURPOSE_NONE)
        keep(screen, purpose);
    if (asking->then != NULL)
        json_object_set(answer, "then", asking->then);
    screen_finish(screen, answer);
}

void purpose_then(struct screen *box, json_t *screen)
{
    struct asking *asking = box->data;

    json_array_append_new(asking->then, screen);
}

/* Those that an agent of this role can have. */
static void list_choices(struct asking *asking, const struct desk *desk)
{
    size_t count = 0;

    for (int purpose = PURPOSE_NONE + 1; purpose < PURPOSE_COUNT; purpose++)
        if (purpose_is_open_to((enum purpose)purpose, desk->may))
            asking->choices[count++] = (enum purpose)purpose;
    list_set_count(&asking->list, count);
}

static void purpose_close(struct screen *screen)
{
    struct asking *asking = screen->data;

    editor_free(asking->words);
    json_decref(asking->then);
    free(asking->name);
    free(asking);
}

static int purpose_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct asking *asking = calloc(1, sizeof(*asking));

    if (asking == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = asking;
    asking->name = strdup(json_text_or(arguments, "name", ""));
    asking->words = editor_new(EDITOR_LINE, PURPOSE_TEXT_LIMIT);
    if (asking->name == NULL || asking->words == NULL) {
        purpose_close(screen);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    id_parse(&asking->client, json_text_or(arguments, "client", ""));
    id_parse(&asking->also, json_text_or(arguments, "also", ""));
    if (json_is_array(json_object_get(arguments, "then")))
        asking->then = json_deep_copy(json_object_get(arguments, "then"));
    list_restore(&asking->list, json_object_get(arguments, "list"));
    list_choices(asking, screen->desk);
    if (asking->list.count == 0) {
        purpose_close(screen);
        return error_set(error, ERROR_REFUSED, "%s", _("Your role does not open clients’ files."));
    }
    editor_restore(asking->words, json_object_get(arguments, "words"));
    asking->in_words = json_bool_or(arguments, "in_words", false);
    return 0;
}

static json_t *purpose_save(const struct screen *screen)
{
    const struct asking *asking = screen->data;

    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b, s:O*}", "name", asking->name, "client",
                     asking->client.text, "also", asking->also.text, "list",
                     list_save(&asking->list), "words", editor_save(asking->words), "in_words",
                     asking->in_words, "then", asking->then);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_choice(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct asking *asking = context;

    (void)selected;
    paint_format(row, 0, 1, 2, PAINT_KEY, "%zu", index + 1);
    paint_text(row, 0, 4, -1, PAINT_TEXT, purpose_text(asking->choices[index]));
}

static void draw_words(struct asking *asking, const struct paint *row)
{
    const char *label =
        purpose_wants_words(chosen(asking)) ? _("Say more") : _("Say more (if useful)");
    int width = (int)text_width(label, strlen(label)) + 1;
    struct paint field = paint_part(row, 0, width, 1, -1);

    paint_text(row, 0, 0, -1, PAINT_LABEL, label);
    paint_fill(&field, 0, 0, -1, asking->in_words ? PAINT_FOCUS : PAINT_FIELD);
    editor_draw(asking->words, &field, asking->in_words);
}

static void purpose_draw(struct screen *screen, const struct paint *paint)
{
    struct asking *asking = screen->data;
    const char *question = id_is_empty(&asking->client)
                               ? _("Why do you look for somebody beyond this terminal?")
                               : _("Why do you open this file?");
    int width = paint->columns < BOX_WIDTH ? paint->columns : BOX_WIDTH;
    int rows = paint_wrapped(paint, 0, 0, width - 4, 0, PAINT_TITLE, question);
    int height = rows + (int)asking->list.count + 5;
    bool roomy = height <= paint->rows;
    struct paint area, inside, part;

    if (!roomy)
        height = height - 2 < paint->rows ? height - 2 : paint->rows;
    area = paint_part(paint, paint->rows > height ? (paint->rows - height) / 3 : 0,
                      (paint->columns - width) / 2, height, width);
    inside = paint_box(&area, "");
    paint_wrapped(&inside, 0, 0, -1, rows, PAINT_TITLE, question);
    part = paint_part(&inside, rows, 0, roomy ? -3 : -2, -1);
    list_draw(&asking->list, &part, 1, !asking->in_words, draw_choice, asking);
    part = paint_part(&inside, inside.rows - (roomy ? 2 : 1), 1, 1, -2);
    draw_words(asking, &part);
    if (roomy)
        paint_text(&inside, inside.rows - 1, 1, -1, PAINT_DIM,
                   _("Your reason is kept in the audit trail."));
}

/* --- keys ------------------------------------------------------------------------------------ */

static void take(struct screen *screen)
{
    struct asking *asking = screen->data;
    const char *words = editor_text(asking->words);

    if (!purpose_wants_words(chosen(asking)) || words[strspn(words, " ")] != '\0') {
        finish(screen, chosen(asking));
        return;
    }
    asking->in_words = true;
    ui_tell(screen->ui, UI_NOTE, "%s", _("Say in a few words why."));
}

static bool words_key(struct screen *screen, const struct input *input)
{
    struct asking *asking = screen->data;

    if (input->code == INPUT_UP || input->code == INPUT_TAB || input->code == INPUT_BACK_TAB) {
        asking->in_words = false;
        return true;
    }
    return editor_key(asking->words, input, NULL);
}

static bool list_or_digit(struct screen *screen, const struct input *input)
{
    struct asking *asking = screen->data;

    if ((input->code == INPUT_DOWN && asking->list.selected + 1 == asking->list.count) ||
        input->code == INPUT_TAB || input->code == INPUT_BACK_TAB) {
        asking->in_words = true;
        return true;
    }
    if (input->code >= '1' && input->code < '1' + asking->list.count) {
        list_select(&asking->list, input->code - '1');
        take(screen);
        return true;
    }
    return list_key(&asking->list, input, true);
}

static bool purpose_key(struct screen *screen, const struct input *input)
{
    const struct asking *asking = screen->data;

    if (input->code == INPUT_ENTER) {
        take(screen);
        return true;
    }
    if (input->code == INPUT_ESCAPE) {
        finish(screen, PURPOSE_NONE);
        return true;
    }
    return asking->in_words ? words_key(screen, input) : list_or_digit(screen, input);
}

static const struct screen_key purpose_keys[] = {
    {INPUT_ENTER, N_("Go on"), N_("Takes the marked reason; its digit does too."), NULL, NULL},
    {INPUT_TAB, N_("Say more"), N_("Goes to your own words, and back to the reasons."), NULL, NULL},
    {INPUT_ESCAPE, N_("Back"), N_("Goes back without an answer."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_purpose;
const struct screen_kind screen_purpose = {
    .name = "purpose",
    .title = N_("Reason"),
    .help = N_("A client’s file is opened for a reason. A contact in progress is one; else say "
               "which: it is kept, with your name, in the audit trail."),
    .keys = purpose_keys,
    .open = purpose_open,
    .close = purpose_close,
    .draw = purpose_draw,
    .key = purpose_key,
    .save = purpose_save,
};
