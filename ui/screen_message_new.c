/* A message to the client of a case: from a template or free, by the channel that they prefer. */
#include "ui/screen_message_new.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "forms/answer_date.h"
#include "ui/day.h"
#include "ui/format.h"
#include "ui/language.h"

static const struct fields_row rows[] = {
    [WRITING_CHANNEL] = {"channel", N_("By"), FIELDS_CHOICE, 0, message_channel_words,
                         format_channel},
    [WRITING_DATE] = {"date", N_("Date"), FIELDS_LINE, 100, NULL, NULL},
    [WRITING_PLACE] = {"place", N_("Place"), FIELDS_LINE, 400, NULL, NULL},
    [WRITING_MISSING] = {"missing", N_("Missing"), FIELDS_LINE, 1000, NULL, NULL},
    [WRITING_WHEN] = {"when", N_("Leaves"), FIELDS_CHOICE, 0, message_when_words,
                      message_when_text},
    [WRITING_DAY] = {"day", N_("Day"), FIELDS_LINE, 100, NULL, NULL},
    [WRITING_AHEAD] = {"ahead", N_("Days"), FIELDS_LINE, 4, NULL, NULL},
    [WRITING_SUBJECT] = {"subject", N_("Subject"), FIELDS_LINE, 400, NULL, NULL},
    [WRITING_TEXT] = {"text", N_("Text"), FIELDS_TEXT, MESSAGE_TEXT_LIMIT, NULL, NULL},
    [WRITING_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

/* --- text ------------------------------------------------------------------------------------- */

const char *writing_channel(const struct writing *writing)
{
    return fields_text(writing->fields, WRITING_CHANNEL);
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

static void fill(struct screen *screen)
{
    struct writing *writing = screen->data;
    struct compose *compose = &writing->compose;
    char date[COMPOSE_DATE_SIZE];
    struct compose_words words = {.date = date,
                                  .missing = fields_text(writing->fields, WRITING_MISSING)};

    compose_speak_date(compose, screen->desk, fields_text(writing->fields, WRITING_DATE), date);
    if (writing_asks(writing, WRITING_PLACE)) {
        put_filled(writing, WRITING_PLACE, &writing->place_filled, compose_place(compose));
        words.place = fields_text(writing->fields, WRITING_PLACE);
    }
    put_filled(writing, WRITING_SUBJECT, &writing->subject_filled,
               compose_subject(compose, screen->desk, &words));
    put_filled(writing, WRITING_TEXT, &writing->filled,
               compose_text(compose, screen->desk, writing_channel(writing), &words));
}

bool writing_asks(const struct writing *writing, size_t row)
{
    const char *when = fields_text(writing->fields, WRITING_WHEN);
    bool letter = strcmp(writing_channel(writing), "mail") == 0;
    bool before = !letter && strcmp(when, "date") == 0;

    switch (row) {
    case WRITING_DATE:
        return before || compose_asks(&writing->compose, MESSAGE_DATE);
    case WRITING_PLACE:
        return compose_asks(&writing->compose, MESSAGE_PLACE);
    case WRITING_MISSING:
        return compose_asks(&writing->compose, MESSAGE_MISSING);
    case WRITING_WHEN:
        return !letter; /* which is printed now */
    case WRITING_DAY:
        return !letter && strcmp(when, "day") == 0;
    case WRITING_AHEAD:
        return before || (!letter && strcmp(when, "promise") == 0);
    case WRITING_SUBJECT:
        return strcmp(writing_channel(writing), "sms") != 0;
    default:
        return true;
    }
}

const char *writing_when(const struct screen *screen, int64_t *send_ms)
{
    const struct writing *writing = screen->data;
    const struct message_when typed = {
        .when = writing_asks(writing, WRITING_WHEN) ? fields_text(writing->fields, WRITING_WHEN)
                                                    : "now",
        .day = fields_text(writing->fields, WRITING_DAY),
        .ahead = fields_text(writing->fields, WRITING_AHEAD),
        .date = fields_text(writing->fields, WRITING_DATE),
        .matter = writing->compose.matter,
        .office = writing->compose.office,
    };

    return message_when_read(screen->desk, &typed, send_ms);
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
    free(writing->place_filled);
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
    fields_focus_set(writing->fields, WRITING_TEXT);
    if (writing->compose.template == NULL) {
        draft = desk_draft_get(screen->desk, writing->name);
        if (draft != NULL)
            fields_restore(writing->fields, draft);
        json_decref(draft);
    } else if (writing_asks(writing, WRITING_DATE)) {
        fields_focus_set(writing->fields, WRITING_DATE);
    } else if (writing_asks(writing, WRITING_MISSING)) {
        fields_focus_set(writing->fields, WRITING_MISSING);
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
        fields_set(writing->fields, WRITING_CHANNEL, channel);
    fields_set(writing->fields, WRITING_MISSING, record_text(compose->matter, "missing"));
    fields_set(writing->fields, WRITING_AHEAD, "2");
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
            fields_set(writing->fields, WRITING_TEXT, writing->filled);
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

/* --- keys ------------------------------------------------------------------------------------- */

/* A letter as it is put on paper. */
static char *letter_text(const struct writing *writing)
{
    const struct record *client = writing->compose.client;
    struct text_buffer text = {0};

    text_buffer_add_format(&text, "%s\n%s\n%s\n\n%s\n\n%s\n", record_text(client, "name"),
                           record_text(client, "address"), record_text(client, "postal_code"),
                           fields_text(writing->fields, WRITING_SUBJECT),
                           fields_text(writing->fields, WRITING_TEXT));
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
    size_t length = message_find_gap(fields_text(writing->fields, WRITING_TEXT), &gap);

    if (length == 0)
        length = message_find_gap(fields_text(writing->fields, WRITING_SUBJECT), &gap);
    ui_stop_ahead(screen->ui);
    if (length > 0)
        ui_tell(screen->ui, UI_FAILED, _("Fill in %.*s first."), (int)length, gap);
    else if (message_way(writing->compose.client, writing_channel(writing)) == MESSAGE_WAY_REFUSED)
        ui_tell(screen->ui, UI_FAILED, "%s",
                _("The client wants no messages by this channel: choose another one."));
    else if (message_way(writing->compose.client, writing_channel(writing)) != MESSAGE_WAY_OPEN)
        ui_tell(screen->ui, UI_FAILED, "%s",
                _("The client's file has no address for this channel: choose another one."));
    else
        ui_tell_error(screen->ui, error);
}

/* Says what does not fit of the moment, where it can be mended. */
static void tell_when(struct screen *screen, const char *wrong)
{
    struct writing *writing = screen->data;
    const char *when = fields_text(writing->fields, WRITING_WHEN);
    char *end;
    bool counted = strtol(fields_text(writing->fields, WRITING_AHEAD), &end, 10) > 0;

    ui_stop_ahead(screen->ui);
    ui_tell(screen->ui, UI_FAILED, "%s", wrong);
    if (strcmp(when, "day") == 0)
        fields_focus_set(writing->fields, WRITING_DAY);
    else if (strcmp(when, "date") == 0 && counted)
        fields_focus_set(writing->fields, WRITING_DATE);
    else
        fields_focus_set(writing->fields, counted ? WRITING_WHEN : WRITING_AHEAD);
}

static void run_send(struct screen *screen, const char *argument)
{
    struct writing *writing = screen->data;
    struct author author = desk_author(screen->desk);
    const char *channel = writing_channel(writing);
    struct message_draft draft = {
        .contact = screen->desk->open.contact,
        .channel = channel,
        .to = message_address(writing->compose.client, channel),
        .subject = writing_asks(writing, WRITING_SUBJECT)
                       ? fields_text(writing->fields, WRITING_SUBJECT)
                       : "",
        .text = fields_text(writing->fields, WRITING_TEXT),
    };
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    char told[MESSAGE_WHEN_SIZE + WORK_NAME_SIZE];
    const char *wrong = writing_when(screen, &draft.send_ms);
    int code;

    (void)argument;
    if (wrong != NULL) {
        tell_when(screen, wrong);
        return;
    }
    code = compose_write(
        &writing->compose, &batch, &author, &draft,
        writing_asks(writing, WRITING_MISSING) ? fields_text(writing->fields, WRITING_MISSING) : "",
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
    message_when_tell(screen->desk, writing->compose.office, draft.send_ms, told, sizeof(told));
    ui_tell(screen->ui, UI_DONE, "%s", told);
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
    fields_set(writing->fields, WRITING_TEXT, "");
    fields_set(writing->fields, WRITING_SUBJECT, "");
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
    while (!writing_asks(writing, fields_focus(writing->fields)))
        fields_focus_set(writing->fields,
                         backwards ? fields_focus(writing->fields) - 1
                                   : (fields_focus(writing->fields) + 1) % WRITING_COUNT);
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
    if (answer == FIELDS_CHANGED && focus < WRITING_WHEN)
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
    client = work_get_client(screen->desk, writing->compose.client->id.text);
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
     N_("Sends the message, at once or on its day; a letter is printed. It waits here when the "
        "link is cut, and can be taken back until it is sent."),
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
    return strdup(fields_text(writing->fields, WRITING_TEXT));
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
