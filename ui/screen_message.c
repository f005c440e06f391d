/* One message whole, as the client wrote it or as we did, with what came with it. */
#include "ui/screen_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/message.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/message_when.h"

#define LABEL_WIDTH 12
#define DAY_LIMIT   100

static bool is_from_client(const struct letter *letter)
{
    return strcmp(record_text(letter->record, "direction"), "in") == 0;
}

static const json_t *attachments(const struct letter *letter)
{
    return json_object_get(letter->record->body, "attachments");
}

static void letter_close(struct screen *screen)
{
    struct letter *letter = screen->data;

    record_free(letter->record);
    editor_free(letter->line);
    free(letter);
}

static int letter_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct letter *letter = calloc(1, sizeof(*letter));

    if (letter == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    letter->line = editor_new(EDITOR_LINE, DAY_LIMIT);
    letter->record =
        work_get(screen->desk, RECORD_MESSAGE, json_text_or(arguments, "id", ""), &letter->pending);
    if (letter->record == NULL || letter->line == NULL) {
        record_free(letter->record);
        editor_free(letter->line);
        free(letter);
        return error_set(error, ERROR_NOT_FOUND, "%s", _("this message is not on this terminal"));
    }
    page_restore(&letter->page, json_object_get(arguments, "page"));
    screen->data = letter;
    letter_mark_read(screen);
    return 0;
}

static json_t *letter_save(const struct screen *screen)
{
    const struct letter *letter = screen->data;

    return json_pack("{s:s, s:o}", "id", letter->record->id.text, "page", page_save(&letter->page));
}

void letter_changed(struct screen *screen)
{
    struct letter *letter = screen->data;
    struct record *record =
        work_get(screen->desk, RECORD_MESSAGE, letter->record->id.text, &letter->pending);

    if (record == NULL)
        return;
    record_free(letter->record);
    letter->record = record;
}

static const char *letter_subject(struct screen *screen)
{
    const struct letter *letter = screen->data;

    return record_text(letter->record, "subject");
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_value(struct letter *letter, const char *label, const char *value)
{
    if (*value != '\0')
        page_labelled(&letter->page, LABEL_WIDTH, label, PAINT_VALUE, value);
}

/* What the server could not do as asked, in words; a remark that is not known is shown as it is. */
static void draw_remarks(struct letter *letter)
{
    static const struct {
        const char *word, *text;
    } known[] = {
        {"reference-unknown", N_("it names a reference that no case has")},
        {"reference-ambiguous", N_("it names a reference that several cases have")},
        {"code-unknown", N_("its continue code opens nothing")},
        {"code-locked", N_("too many wrong continue codes came before it")},
        {"client-ambiguous", N_("several clients on file could have written it")},
        {"other-sender", N_("somebody else than the client of the case wrote it")},
        {"case-closed", N_("the case was closed when it came")},
        {"form-unknown", N_("it fills a form that the catalogue does not have")},
        {"form-invalid", N_("the form does not take its answers: they came as a file")},
        {"text-cut", N_("the text is cut: all of it came as a file")},
        {"email-left-out", N_("the e-mail address is none")},
        {"phone-left-out", N_("the phone number is none")},
        {"birth-date-left-out", N_("the birth date is none")},
        {"html-only", N_("it came as a web page: this is its text")},
        {"charset-unknown",
         N_("its characters are guessed: it does not say which set they are of")},
        {"part-left-out", N_("a part of it was sent apart, and left out")},
        {"mailing-list", N_("it came through a mailing list")},
        {"mail-cut", N_("the text is cut: all of it is in the mailbox")},
        {"auto-reply", N_("a machine answered, nobody wrote it")},
    };
    const json_t *remark;
    size_t i;

    json_array_foreach(json_object_get(letter->record->body, "remarks"), i, remark)
    {
        const char *word = json_is_string(remark) ? json_string_value(remark) : "";
        const char *left_out = "attachment-left-out";
        char text[WORK_NAME_SIZE];

        text_copy(text, sizeof(text), word);
        for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++)
            if (strcmp(known[j].word, word) == 0)
                text_copy(text, sizeof(text), _(known[j].text));
        if (strncmp(word, left_out, strlen(left_out)) == 0)
            snprintf(text, sizeof(text), _("a file was left out:%s"), word + strlen(left_out));
        page_labelled(&letter->page, LABEL_WIDTH, i == 0 ? _("Remark") : "", PAINT_WARNING, text);
    }
}

static void format_bytes(char *text, size_t size, int64_t bytes)
{
    if (bytes < 1024)
        snprintf(text, size, _("%d bytes"), (int)bytes);
    else if (bytes < INT64_C(1024) * 1024)
        snprintf(text, size, _("%d KiB"), (int)(bytes / 1024));
    else
        snprintf(text, size, _("%d MiB"), (int)(bytes / (INT64_C(1024) * 1024)));
}

static void draw_attachments(struct letter *letter)
{
    const json_t *entry;
    size_t i;

    if (json_array_size(attachments(letter)) > 0)
        page_heading(&letter->page, _("Files"));
    json_array_foreach(attachments(letter), i, entry)
    {
        char size[64], remark[200];

        format_bytes(size, sizeof(size), json_integer_or(entry, "size", 0));
        snprintf(remark, sizeof(remark), "%s · %s", json_text_or(entry, "type", ""), size);
        page_link(&letter->page, json_text_or(entry, "name", ""), remark);
    }
}

static void draw_state(struct screen *screen)
{
    struct letter *letter = screen->data;
    const struct record *record = letter->record;
    char name[WORK_NAME_SIZE], when[32], text[WORK_NAME_SIZE + 64];

    if (message_planned_ms(record) > desk_now(screen->desk)) {
        struct record *office = message_when_office(screen->desk, record_text(record, "case"));
        char planned[MESSAGE_WHEN_SIZE];

        message_when_spoken(screen->desk, office, message_planned_ms(record), planned);
        record_free(office);
        snprintf(text, sizeof(text), "%s%s", planned,
                 letter->pending != STORE_SETTLED ? _(", not sent yet") : "");
        draw_value(letter, _("Planned for"), text);
        return;
    }
    if (*record_text(record, "read_by") == '\0') {
        draw_value(letter, _("State"), format_word(record_text(record, "state")));
        return;
    }
    work_agent_name(screen->desk, record_text(record, "read_by"), name, sizeof(name));
    work_when(screen->desk, record, "read_at", when, sizeof(when));
    snprintf(text, sizeof(text), _("%1$s · %2$s"), name, when);
    draw_value(letter, _("Opened by"), text);
}

/* Why it did not go, or may have gone twice: the server's words, or the mail server's own. */
static const char *reason_words(const char *reason)
{
    static const struct {
        const char *reason, *words;
    } known[] = {
        {"not-connected", N_("the server has nobody who carries messages by this channel")},
        {"answer-unknown", N_("no answer came when it was handed over; it goes again")},
        {"maybe-twice",
         N_("no answer had come when it was handed over first: it may arrive twice")},
        {"the client wants no messages by this channel",
         N_("the client wants no messages by this channel")},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].reason, reason) == 0)
            return _(known[i].words);
    return reason;
}

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct letter *letter = screen->data;
    const struct record *record = letter->record;
    char when[32], head[WORK_NAME_SIZE];

    page_start(&letter->page, paint);
    work_when(screen->desk, record, "at", when, sizeof(when));
    snprintf(head, sizeof(head), "%s · %s", format_channel(record_text(record, "channel")), when);
    draw_value(letter, is_from_client(letter) ? _("Came by") : _("Went by"), head);
    draw_value(letter, _("From"), record_text(record, "from"));
    draw_value(letter, _("To"), record_text(record, "to"));
    draw_value(letter, _("Subject"), record_text(record, "subject"));
    draw_state(screen);
    draw_value(letter, _("Reason"), reason_words(record_text(record, "reason")));
    draw_remarks(letter);
    draw_attachments(letter);
    page_blank(&letter->page);
    page_text(&letter->page, 0, PAINT_TEXT,
              *record_text(record, "text") != '\0' ? record_text(record, "text")
                                                   : _("Nothing is written in it."));
}

static void letter_draw(struct screen *screen, const struct paint *paint)
{
    struct letter *letter = screen->data;
    struct paint page = paint_part(paint, 0, 0, letter->line_for != LETTER_LINE_NONE ? -3 : -1, -1),
                 line;

    page_draw(&letter->page, &page, draw_page, screen);
    if (letter->line_for == LETTER_LINE_NONE) {
        paint_cursor(paint, 0, 0);
        return;
    }
    paint_text(paint, paint->rows - 2, 0, -1, PAINT_LABEL,
               letter->line_for == LETTER_LINE_DAY
                   ? _("The new day, and an hour if it matters; nothing: at once")
                   : _("The reference of the case"));
    line = paint_part(paint, paint->rows - 1, 0, 1, -1);
    paint_fill(&line, 0, 0, -1, PAINT_FOCUS);
    editor_draw(letter->line, &line, true);
}

/* --- keys ------------------------------------------------------------------------------------- */

/* Has it leave on the day that was typed. */
static void move(struct screen *screen)
{
    struct letter *letter = screen->data;
    struct author author = desk_author(screen->desk);
    struct record *office = message_when_office(screen->desk, record_text(letter->record, "case"));
    const char *typed = editor_text(letter->line), *wrong = NULL;
    char told[MESSAGE_WHEN_SIZE + WORK_NAME_SIZE];
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int64_t send_ms = 0;

    if (typed[strspn(typed, " ")] != '\0')
        wrong = message_when_read_day(screen->desk, office, typed, &send_ms);
    if (wrong != NULL) {
        ui_stop_ahead(screen->ui);
        ui_tell(screen->ui, UI_FAILED, "%s", wrong);
    } else if (work_apply(screen, &batch,
                          message_move(&batch, &author, letter->record, send_ms, &error), &error)) {
        letter->line_for = LETTER_LINE_NONE;
        letter_changed(screen);
        message_when_tell(screen->desk, office, send_ms, told, sizeof(told));
        ui_tell(screen->ui, UI_DONE, "%s", told);
    }
    record_free(office);
}

void letter_line_ask(struct screen *screen, enum letter_line line_for)
{
    struct letter *letter = screen->data;

    editor_set_text(letter->line, "");
    letter->line_for = line_for;
}

static void letter_answer(struct screen *screen, const char *from, const json_t *answer)
{
    if (strcmp(from, "choice") == 0 && strcmp(json_text_or(answer, "name", ""), "attach") == 0)
        letter_case_answer(screen, json_integer_or(answer, "choice", -1));
}

static bool line_key(struct screen *screen, const struct input *input)
{
    struct letter *letter = screen->data;

    if (input->code == INPUT_ENTER && letter->line_for == LETTER_LINE_CASE)
        letter_case_typed(screen, editor_text(letter->line));
    else if (input->code == INPUT_ENTER)
        move(screen);
    else if (input->code == INPUT_ESCAPE)
        letter->line_for = LETTER_LINE_NONE;
    else
        return editor_key(letter->line, input, NULL);
    return true;
}

static bool letter_key(struct screen *screen, const struct input *input)
{
    struct letter *letter = screen->data;
    const json_t *entry;
    int opened = -1;

    if (letter->line_for != LETTER_LINE_NONE)
        return line_key(screen, input);
    if (!page_key(&letter->page, input, &opened))
        return false;
    entry = opened >= 0 ? json_array_get(attachments(letter), (size_t)opened) : NULL;
    if (entry != NULL)
        ui_open(screen->ui, "attachment", json_deep_copy(entry));
    return true;
}

static void run_reply(struct screen *screen, const char *argument)
{
    const struct letter *letter = screen->data;

    (void)argument;
    ui_open(screen->ui, "message-new",
            json_pack("{s:s, s:s}", "case", record_text(letter->record, "case"), "reply",
                      letter->record->id.text));
}

static void run_case(struct screen *screen, const char *argument)
{
    const struct letter *letter = screen->data;
    const struct id none = {""};
    struct id matter;

    (void)argument;
    if (id_parse(&matter, record_text(letter->record, "case")))
        work_show_case(screen->ui, &matter, &none);
}

/* What can be done with one of ours, by its state. */
static void change(struct screen *screen,
                   int (*make)(struct batch *, const struct author *, const struct record *,
                               struct error *),
                   const char *said)
{
    const struct letter *letter = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code = make(&batch, &author, letter->record, &error);

    if (work_apply(screen, &batch, code, &error)) {
        ui_tell(screen->ui, UI_DONE, "%s", said);
        screen_close(screen);
    }
}

static void run_attach(struct screen *screen, const char *argument)
{
    if (*argument != '\0')
        letter_case_typed(screen, argument);
    else
        letter_case_ask(screen);
}

static void run_settle(struct screen *screen, const char *argument)
{
    (void)argument;
    letter_settle(screen);
}

static void run_withdraw(struct screen *screen, const char *argument)
{
    (void)argument;
    change(screen, message_withdraw, _("The message is taken back."));
}

static void run_move(struct screen *screen, const char *argument)
{
    struct letter *letter = screen->data;

    editor_set_text(letter->line, argument);
    letter->line_for = LETTER_LINE_DAY;
    if (*argument != '\0')
        move(screen);
}

static void run_send_again(struct screen *screen, const char *argument)
{
    (void)argument;
    change(screen, message_send_again, _("The message is sent again."));
}

static void run_mailed(struct screen *screen, const char *argument)
{
    (void)argument;
    change(screen, message_mailed, _("The letter is in the mail."));
}

static const struct screen_key letter_keys[] = {
    {'t', N_("Take back"), N_("Takes a message back that was not sent yet."), N_("take-back"),
     run_withdraw},
    {'d', N_("Another day"), N_("Has a planned message leave on another day, or at once."),
     N_("move"), run_move},
    {'s', N_("Send again"), N_("Sends a message again that did not arrive."), N_("again"),
     run_send_again},
    {'p', N_("Mailed"), N_("Says that the printed letter is in the mail."), N_("mailed"),
     run_mailed},
    {'r', N_("Reply"), N_("Writes to the client in answer to this message."), N_("reply"),
     run_reply},
    {'a', N_("Put into"), N_("Puts what a client wrote into another case, or a new one."),
     N_("attach"), run_attach},
    {'x', N_("Dealt with"), N_("Says that nothing is left to do of it: it belongs to no case."),
     N_("settle"), run_settle},
    {'c', N_("Case"), N_("Shows the case that the message is on."), NULL, run_case},
    {0},
};

static bool letter_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct letter *letter = screen->data;
    const char *state = record_text(letter->record, "state");
    bool queued = strcmp(state, "queued") == 0;

    if (letter->line_for != LETTER_LINE_NONE)
        return false;
    if (key->run == run_attach)
        return is_from_client(letter);
    if (key->run == run_settle)
        return is_from_client(letter) && strcmp(state, "received") == 0 &&
               *record_text(letter->record, "case") == '\0';
    if (key->run == run_withdraw)
        return queued;
    if (key->run == run_move)
        return message_planned_ms(letter->record) > desk_now(screen->desk);
    if (key->run == run_send_again)
        return strcmp(state, "bounced") == 0;
    if (key->run == run_mailed)
        return queued && strcmp(record_text(letter->record, "channel"), "mail") == 0;
    return *record_text(letter->record, "case") != '\0' &&
           (key->run != run_reply || is_from_client(letter));
}

static struct screen_about letter_about(const struct screen *screen)
{
    const struct letter *letter = screen->data;

    return work_about(letter->record);
}

extern const struct screen_kind screen_message;
const struct screen_kind screen_message = {
    .name = "message",
    .title = N_("Message"),
    .help = N_("One message of or to the client, whole, with the files that came with it: a digit "
               "or Enter opens one. Whoever opens a message has read it, and the others see that."),
    .file = {.member = "id", .type = RECORD_MESSAGE},
    .keys = letter_keys,
    .offers = letter_offers,
    .open = letter_open,
    .close = letter_close,
    .draw = letter_draw,
    .key = letter_key,
    .save = letter_save,
    .changed = letter_changed,
    .answer = letter_answer,
    .subject = letter_subject,
    .about = letter_about,
};
