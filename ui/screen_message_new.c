/* A message to the client of a case: from a template or free, by the channel that they prefer. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/message_segments.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "forms/answer_date.h"
#include "ui/day.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/message_compose.h"
#include "ui/paper_task.h"
#include "ui/work.h"

#define LABEL_WIDTH 10

enum { ROW_CHANNEL, ROW_DATE, ROW_MISSING, ROW_SUBJECT, ROW_TEXT, ROW_COUNT };

static const struct fields_row rows[] = {
    [ROW_CHANNEL] = {"channel", N_("By"), FIELDS_CHOICE, 0, message_channel_words, format_channel},
    [ROW_DATE] = {"date", N_("Date"), FIELDS_LINE, 100, NULL, NULL},
    [ROW_MISSING] = {"missing", N_("Missing"), FIELDS_LINE, 1000, NULL, NULL},
    [ROW_SUBJECT] = {"subject", N_("Subject"), FIELDS_LINE, 400, NULL, NULL},
    [ROW_TEXT] = {"text", N_("Text"), FIELDS_TEXT, MESSAGE_TEXT_LIMIT, NULL, NULL},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct writing {
    struct compose compose;
    struct fields *fields; /* owned */
    struct list list;      /* of templates, free text first */
    bool choosing;         /* the list is shown, not the text */
    char *filled;          /* the text as the template gave it: owned; edited when it differs */
    char *subject_filled;  /* likewise */
    char name[64];         /* of the draft */
    char reply[ID_TEXT_LENGTH + 1];
    char about[WORK_NAME_SIZE];
    struct paper_task paper;
    struct id letter; /* being printed: then it is asked whether it goes into the mail */
    bool printed;
    bool done;
};

/* --- text ------------------------------------------------------------------------------------- */

static const char *channel_of(const struct writing *writing)
{
    return fields_text(writing->fields, ROW_CHANNEL);
}

/* Puts a text where the agent has not written over the one before. */
static void put_filled(struct writing *writing, size_t row, char **before, char *text)
{
    bool edited = *before != NULL && strcmp(*before, fields_text(writing->fields, row)) != 0;

    if (text == NULL)
        return;
    if (!edited)
        fields_set(writing->fields, row, text);
    free(*before);
    *before = text;
}

/* A day as typed, in the words of the text's language; what is no day stays as it was typed. */
static void speak_date(struct screen *screen, char *date, size_t size)
{
    const struct writing *writing = screen->data;
    struct answer_context context = work_answer_context(screen->desk);
    char spoken[ANSWER_DATE_SIZE];
    struct answer_day day;

    text_copy(date, size, fields_text(writing->fields, ROW_DATE));
    if (writing->compose.template == NULL || !day_read(date, &context, &day))
        return;
    answer_speak_day(&day, form_language(writing->compose.reading.language), spoken);
    text_copy(date, size, spoken);
}

static void fill(struct screen *screen)
{
    struct writing *writing = screen->data;
    char date[128];
    const char *missing = fields_text(writing->fields, ROW_MISSING);

    speak_date(screen, date, sizeof(date));
    put_filled(writing, ROW_SUBJECT, &writing->subject_filled,
               compose_subject(&writing->compose, screen->desk, date, missing));
    put_filled(writing, ROW_TEXT, &writing->filled,
               compose_text(&writing->compose, screen->desk, channel_of(writing), date, missing));
}

static bool asks_row(const struct writing *writing, size_t row)
{
    if (row == ROW_DATE)
        return compose_asks(&writing->compose, MESSAGE_DATE);
    if (row == ROW_MISSING)
        return compose_asks(&writing->compose, MESSAGE_MISSING);
    return row != ROW_SUBJECT || strcmp(channel_of(writing), "sms") != 0;
}

/* --- opening ---------------------------------------------------------------------------------- */

static void keep_draft(struct screen *screen)
{
    struct writing *writing = screen->data;
    const struct record *template = writing->compose.template;
    json_t *draft = NULL;

    if (writing->done)
        return;
    /* Free texts only: what a template gave is there again at once. */
    if (template == NULL && !writing->choosing && !fields_is_empty(writing->fields))
        draft = fields_save(writing->fields);
    if (template == NULL)
        desk_draft_put(screen->desk, writing->name, draft, NULL);
    json_decref(draft);
}

static void writing_close(struct screen *screen)
{
    struct writing *writing = screen->data;

    keep_draft(screen);
    paper_task_free(&writing->paper);
    compose_close(&writing->compose);
    fields_free(writing->fields);
    free(writing->filled);
    free(writing->subject_filled);
    free(writing);
}

static void choose(struct screen *screen, const char *key)
{
    struct writing *writing = screen->data;
    struct error error = ERROR_INIT;
    json_t *draft;

    if (compose_choose(&writing->compose, screen->desk, key, &error) != 0) {
        ui_tell_error(screen->ui, &error);
        return;
    }
    writing->choosing = false;
    fill(screen);
    fields_focus_set(writing->fields, ROW_TEXT);
    if (writing->compose.template == NULL) {
        draft = desk_draft_get(screen->desk, writing->name);
        if (draft != NULL)
            fields_restore(writing->fields, draft);
        json_decref(draft);
    } else if (asks_row(writing, ROW_DATE)) {
        fields_focus_set(writing->fields, ROW_DATE);
    } else if (asks_row(writing, ROW_MISSING)) {
        fields_focus_set(writing->fields, ROW_MISSING);
    }
}

static void begin(struct screen *screen, const json_t *arguments)
{
    struct writing *writing = screen->data;
    const struct compose *compose = &writing->compose;
    const char *channel = message_channel(compose->client);
    char name[WORK_NAME_SIZE];

    work_client_name(compose->client, name, sizeof(name));
    snprintf(writing->about, sizeof(writing->about), "%.20s%s%.200s",
             record_text(compose->matter, "reference"), *name != '\0' ? " · " : "", name);
    snprintf(writing->name, sizeof(writing->name), "message/%s", compose->matter->id.text);
    if (compose->answered != NULL &&
        message_way(compose->client, record_text(compose->answered, "channel")) == MESSAGE_WAY_OPEN)
        channel = record_text(compose->answered, "channel");
    if (channel != NULL)
        fields_set(writing->fields, ROW_CHANNEL, channel);
    fields_set(writing->fields, ROW_MISSING, record_text(compose->matter, "missing"));
    list_set_count(&writing->list, compose->count + 1);
    list_select(&writing->list, compose->count > 0 ? 1 : 0);
    writing->choosing = true;
    if (compose->answered != NULL)
        choose(screen, "");
    if (json_object_get(arguments, "fields") != NULL) {
        choose(screen, json_text_or(arguments, "template", ""));
        fields_restore(writing->fields, json_object_get(arguments, "fields"));
        if (compose->granted != NULL) {
            /* A restored text would hold codes that nobody granted: it is filled anew. */
            fields_set(writing->fields, ROW_TEXT, writing->filled);
        }
    }
}

static int writing_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct writing *writing = calloc(1, sizeof(*writing));
    const char *matter = json_text_or(arguments, "case", screen->desk->open.matter.text);
    int code;

    if (writing == NULL || (writing->fields = fields_new(rows)) == NULL) {
        free(writing);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = writing;
    text_copy(writing->reply, sizeof(writing->reply), json_text_or(arguments, "reply", ""));
    code =
        *matter != '\0'
            ? compose_open(&writing->compose, screen->desk, matter, writing->reply, error)
            : error_set(error, ERROR_NOT_FOUND, "%s", _("no case is open: F3 finds the client's"));
    if (code != 0) {
        writing->done = true;
        writing_close(screen);
        return code;
    }
    begin(screen, arguments);
    return 0;
}

static json_t *writing_save(const struct screen *screen)
{
    const struct writing *writing = screen->data;
    const struct compose *compose = &writing->compose;

    if (writing->choosing)
        return json_pack("{s:s, s:s}", "case", compose->matter->id.text, "reply", writing->reply);
    return json_pack("{s:s, s:s, s:s, s:o}", "case", compose->matter->id.text, "reply",
                     writing->reply, "template",
                     compose->template != NULL ? record_text(compose->template, "key") : "",
                     "fields", fields_save(writing->fields));
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_template(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct writing *writing = context;
    const struct compose *compose = &writing->compose;
    struct message_reading reading;
    int used;

    (void)selected;
    if (index == 0) {
        paint_text(row, 0, 1, -1, PAINT_VALUE, _("Free text"));
        return;
    }
    message_template_read(compose->templates[index - 1], compose_language(compose), &reading);
    used =
        paint_text(row, 0, 1, -1, PAINT_VALUE,
                   format_localised(json_object_get(compose->templates[index - 1]->body, "title")));
    if (reading.fallback)
        paint_text(row, 0, used + 3, -1, PAINT_WARNING, _("not in the client's language"));
}

/* Where it goes, or why it cannot. */
static int draw_way(const struct writing *writing, const struct paint *paint, int row)
{
    const struct record *client = writing->compose.client;
    const char *channel = channel_of(writing);

    switch (message_way(client, channel)) {
    case MESSAGE_WAY_OPEN:
        return paint_labelled(paint, row, LABEL_WIDTH, _("To"), PAINT_VALUE,
                              message_address(client, channel));
    case MESSAGE_WAY_REFUSED:
        return paint_labelled(paint, row, LABEL_WIDTH, _("To"), PAINT_ERROR,
                              _("the client wants no messages by this channel"));
    case MESSAGE_WAY_NO_ADDRESS:
        break;
    }
    return paint_labelled(paint, row, LABEL_WIDTH, _("To"), PAINT_ERROR,
                          _("the client's file has no address for this channel"));
}

static void draw_segments(const struct writing *writing, const struct paint *paint, int row)
{
    struct message_segments segments;

    message_segments_count(fields_text(writing->fields, ROW_TEXT), &segments);
    paint_format(paint, row, 0, -1,
                 segments.segments > MESSAGE_SEGMENTS_LIMIT ? PAINT_ERROR : PAINT_DIM,
                 language_plural("%1$zu SMS (%2$s), %3$zu characters left in it",
                                 "%1$zu SMS (%2$s), %3$zu characters left in the last one",
                                 segments.segments),
                 segments.segments, segments.ucs2 ? "UCS-2" : "GSM-7", segments.left);
}

/* What the agent must know of the text. */
static int draw_remarks(const struct writing *writing, const struct paint *paint, int row)
{
    const struct compose *compose = &writing->compose;

    if (compose->template == NULL)
        return 0;
    if (compose->reading.fallback)
        return paint_wrapped(
            paint, row, 0, -1, 2, PAINT_WARNING,
            strcmp(compose->reading.language, "fr") == 0
                ? _("This template is not in the client's language: it is shown in French.")
                : _("This template is not in the client's language: it is shown in English."));
    if (*compose->status_code != '\0')
        return paint_wrapped(paint, row, 0, -1, 2, PAINT_DIM,
                             _("The code in it ends the one that the client had."));
    return 0;
}

static void writing_draw(struct screen *screen, const struct paint *paint)
{
    struct writing *writing = screen->data;
    bool sms = strcmp(channel_of(writing), "sms") == 0;
    struct paint rest;
    int row = 0;

    if (writing->choosing) {
        paint_text(paint, 0, 0, -1, PAINT_LABEL, _("What is it about?"));
        rest = paint_part(paint, 2, 0, -1, -1);
        list_draw(&writing->list, &rest, 1, true, draw_template, writing);
        return;
    }
    row += draw_way(writing, paint, row);
    for (size_t field = ROW_CHANNEL; field < ROW_TEXT; field++) {
        struct paint line = paint_part(paint, row, 0, 1, -1);

        if (asks_row(writing, field)) {
            fields_draw(writing->fields, field, &line, LABEL_WIDTH, true);
            row++;
        }
    }
    row += draw_remarks(writing, paint, row);
    rest = paint_part(paint, row, 0, sms ? paint->rows - row - 1 : -1, -1);
    fields_draw(writing->fields, ROW_TEXT, &rest, LABEL_WIDTH, true);
    if (sms)
        draw_segments(writing, paint, paint->rows - 1);
}

/* --- keys ------------------------------------------------------------------------------------- */

/* A letter as it is put on paper. */
static char *letter_text(const struct writing *writing)
{
    const struct record *client = writing->compose.client;
    struct text_buffer text = {0};

    text_buffer_add_format(&text, "%s\n%s\n%s\n\n%s\n\n%s\n", record_text(client, "name"),
                           record_text(client, "address"), record_text(client, "postal_code"),
                           fields_text(writing->fields, ROW_SUBJECT),
                           fields_text(writing->fields, ROW_TEXT));
    return text_buffer_take(&text);
}

static void print_letter(struct screen *screen)
{
    struct writing *writing = screen->data;
    char *text = letter_text(writing);

    paper_task_print(screen, &writing->paper, text);
    free(text);
    writing->printed = paper_task_is_busy(&writing->paper);
    if (!writing->printed)
        screen_close(screen);
}

static void explain(struct screen *screen, const struct error *error)
{
    struct writing *writing = screen->data;
    const char *gap;
    size_t length = message_find_gap(fields_text(writing->fields, ROW_TEXT), &gap);

    if (length == 0)
        length = message_find_gap(fields_text(writing->fields, ROW_SUBJECT), &gap);
    ui_stop_ahead(screen->ui);
    if (length > 0)
        ui_tell(screen->ui, UI_FAILED, _("Fill in %.*s first."), (int)length, gap);
    else if (message_way(writing->compose.client, channel_of(writing)) == MESSAGE_WAY_REFUSED)
        ui_tell(screen->ui, UI_FAILED, "%s",
                _("The client wants no messages by this channel: choose another one."));
    else if (message_way(writing->compose.client, channel_of(writing)) != MESSAGE_WAY_OPEN)
        ui_tell(screen->ui, UI_FAILED, "%s",
                _("The client's file has no address for this channel: choose another one."));
    else
        ui_tell_error(screen->ui, error);
}

static void run_send(struct screen *screen, const char *argument)
{
    struct writing *writing = screen->data;
    struct author author = desk_author(screen->desk);
    const char *channel = channel_of(writing);
    const struct message_draft draft = {
        .contact = screen->desk->open.contact,
        .channel = channel,
        .to = message_address(writing->compose.client, channel),
        .subject = asks_row(writing, ROW_SUBJECT) ? fields_text(writing->fields, ROW_SUBJECT) : "",
        .text = fields_text(writing->fields, ROW_TEXT),
    };
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    (void)argument;
    code = compose_write(&writing->compose, &batch, &author, &draft,
                         asks_row(writing, ROW_MISSING) ? fields_text(writing->fields, ROW_MISSING)
                                                        : "",
                         &writing->letter, &error);
    if (code != 0) {
        batch_clear(&batch);
        explain(screen, &error);
        return;
    }
    if (!work_apply(screen, &batch, code, &error))
        return;
    writing->done = true;
    desk_draft_put(screen->desk, writing->name, NULL, NULL);
    if (strcmp(channel, "mail") == 0) {
        print_letter(screen);
        return;
    }
    ui_tell(screen->ui, UI_DONE, "%s",
            _("The message waits to be sent: the case shows what comes of it."));
    screen_finish(screen, json_pack("{s:s}", "message", writing->letter.text));
}

static void run_template(struct screen *screen, const char *argument)
{
    struct writing *writing = screen->data;

    (void)argument;
    keep_draft(screen);
    free(writing->filled);
    free(writing->subject_filled);
    writing->filled = writing->subject_filled = NULL;
    fields_set(writing->fields, ROW_TEXT, "");
    fields_set(writing->fields, ROW_SUBJECT, "");
    writing->choosing = true;
}

static void run_choose(struct screen *screen, const char *argument)
{
    struct writing *writing = screen->data;
    size_t index = writing->list.selected;

    (void)argument;
    choose(screen, index == 0 ? "" : record_text(writing->compose.templates[index - 1], "key"));
}

static void run_wishes(struct screen *screen, const char *argument)
{
    const struct writing *writing = screen->data;

    (void)argument;
    if (writing->compose.client != NULL)
        ui_open(screen->ui, "preferences",
                json_pack("{s:s}", "client", writing->compose.client->id.text));
}

/* Goes over rows that are not shown. */
static void skip_hidden(struct writing *writing, bool backwards)
{
    while (!asks_row(writing, fields_focus(writing->fields)))
        fields_focus_set(writing->fields, backwards
                                              ? fields_focus(writing->fields) - 1
                                              : (fields_focus(writing->fields) + 1) % ROW_COUNT);
}

static bool writing_key(struct screen *screen, const struct input *input)
{
    struct writing *writing = screen->data;
    enum fields_answer answer;
    size_t focus = fields_focus(writing->fields);

    if (writing->choosing)
        return list_key(&writing->list, input, true);
    answer = fields_key(writing->fields, input);
    skip_hidden(writing, input->code == INPUT_BACK_TAB || input->code == INPUT_UP);
    if (answer == FIELDS_CHANGED && focus <= ROW_MISSING)
        fill(screen);
    else if (answer == FIELDS_FULL)
        ui_tell(screen->ui, UI_FAILED, "%s", _("Too long. Nothing is lost."));
    return answer != FIELDS_UNUSED;
}

/* Another screen may have changed what the client wishes. */
static void writing_resume(struct screen *screen)
{
    struct writing *writing = screen->data;
    struct record *client;

    if (writing->compose.client == NULL)
        return;
    client = work_get(screen->desk, RECORD_CLIENT, writing->compose.client->id.text, NULL);
    if (client == NULL)
        return;
    record_free(writing->compose.client);
    writing->compose.client = client;
}

static bool writing_busy(const struct screen *screen)
{
    const struct writing *writing = screen->data;

    return paper_task_is_busy(&writing->paper);
}

static void writing_tick(struct screen *screen)
{
    static const char *const choices[] = {N_("It goes into the mail"), N_("Not yet"), NULL};
    struct writing *writing = screen->data;

    paper_task_tick(screen, &writing->paper);
    if (!writing->printed || paper_task_is_busy(&writing->paper))
        return;
    writing->printed = false;
    screen_ask(screen, "mailed", _("Is the letter printed?"), choices);
}

static void writing_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct writing *writing = screen->data;
    struct author author = desk_author(screen->desk);
    struct record *letter;
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    if (strcmp(from, "choice") != 0 || strcmp(json_text_or(answer, "name", ""), "mailed") != 0)
        return;
    letter = work_get(screen->desk, RECORD_MESSAGE, writing->letter.text, NULL);
    if (letter != NULL && json_integer_or(answer, "choice", -1) == 0)
        work_apply(screen, &batch, message_mailed(&batch, &author, letter, &error), &error);
    record_free(letter);
    screen_finish(screen, json_pack("{s:s}", "message", writing->letter.text));
}

static const char *writing_subject(struct screen *screen)
{
    const struct writing *writing = screen->data;

    return writing->about;
}

static bool writing_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct writing *writing = screen->data;

    if (key->run == run_choose)
        return writing != NULL && writing->choosing;
    return writing != NULL && (!writing->choosing || key->run == run_wishes);
}

static const struct screen_key writing_keys[] = {
    {INPUT_ENTER, N_("Write"), N_("Fills the marked template in."), NULL, run_choose},
    {INPUT_CONTROL('X'), N_("Send"),
     N_("Sends the message; a letter is printed. It waits for the server when the link is cut, and "
        "can be taken back until it is sent."),
     N_("send"), run_send},
    {INPUT_TAB, N_("Next field"), N_("Goes between the channel, the subject and the text."), NULL,
     NULL},
    {INPUT_CONTROL('N'), N_("Template"), N_("Chooses another template; the text begins anew."),
     N_("template"), run_template},
    {INPUT_CONTROL('R'), N_("Wishes"),
     N_("Shows by which channels the client wants messages, and which."), NULL, run_wishes},
    {0},
};

static struct screen_about writing_about(const struct screen *screen)
{
    const struct writing *writing = screen->data;

    return work_about(writing->compose.matter);
}

static char *writing_forget(struct screen *screen)
{
    struct writing *writing = screen->data;

    writing->done = true;
    return strdup(fields_text(writing->fields, ROW_TEXT));
}

extern const struct screen_kind screen_message_new;
const struct screen_kind screen_message_new = {
    .name = "message-new",
    .title = N_("Message to the client"),
    .help = N_("A message to the client of the case, in their language and by the channel that "
               "they prefer: e-mail, SMS or a printed letter. It is on the case at once, with what "
               "becomes of it."),
    .command = N_("message"),
    .keys = writing_keys,
    .offers = writing_offers,
    .open = writing_open,
    .close = writing_close,
    .draw = writing_draw,
    .key = writing_key,
    .save = writing_save,
    .suspend = keep_draft,
    .resume = writing_resume,
    .tick = writing_tick,
    .busy = writing_busy,
    .answer = writing_answer,
    .subject = writing_subject,
    .about = writing_about,
    .forget = writing_forget,
};
