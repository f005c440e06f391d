/* A file that is not on this terminal is on its way: one of another office, which is opened first
 * and comes with the feed, or one of this office that was let go here, or never came. Without a
 * link it waits for that and goes on by itself; nothing is shown of it before it is whole. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/question.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/purpose.h"
#include "ui/work.h"
#include "ui/work_file.h"

/* For so long keys wait for what is coming; then the agent may as well do something else. */
#define PATIENCE_MS (INT64_C(20) * 1000)
/* Until a question is asked again that did not get through. */
#define AGAIN_MS (INT64_C(2) * 1000)

struct fetch {
    json_t *arguments; /* owned: {"type","id","name","purpose","words"}; "own" as below; "then":
                          {"name","arguments"} of the screen that is to open with it, else the
                          screen below is told */
    enum record_type type;
    struct id record; /* that is waited for: of a merged client the one that stays */
    uint64_t number;  /* of the question under way; 0: answered */
    bool opened;      /* the server has opened it */
    bool asked;       /* for what this agent sees anyway */
    bool before;      /* somebody had asked for it before */
    int64_t again_ms; /* when the question is asked, or asked again; 0: it was */
    bool own;         /* it is this office's, and only not here: nothing is to be opened */
    enum record_type whose_type;
    struct id whose; /* the file that the feed brings; empty for none */
    bool waiting;
    int64_t since_ms;
    char notice[ERROR_MESSAGE_SIZE];
};

static void fetch_close(struct screen *screen)
{
    struct fetch *fetch = screen->data;

    questions_forget(link_questions(screen->desk->link), QUESTION_OPEN);
    json_decref(fetch->arguments);
    free(fetch);
}

static void give_up(struct fetch *fetch, const char *text)
{
    fetch->waiting = false;
    text_copy(fetch->notice, sizeof(fetch->notice), text);
}

/* One that may be seen, and was let go here, or never came. */
static void ask_own(struct screen *screen)
{
    struct fetch *fetch = screen->data;
    struct store_file file;
    struct purpose_reason reason = {
        .purpose = purpose_from_name(json_text_or(fetch->arguments, "purpose", "")),
        .said_ms = desk_now(screen->desk)};

    text_copy(reason.words, sizeof(reason.words), json_text_or(fetch->arguments, "words", ""));
    fetch->before =
        store_file_get(screen->desk->store, fetch->type, &fetch->record, &file, NULL) == 0 &&
        (file.wanted_ms != 0 || file.pinned_ms != 0);
    if (!work_want_for(screen, fetch->type, &fetch->record, &reason))
        return;
    fetch->asked = fetch->opened = fetch->waiting = true;
    fetch->since_ms = desk_now(screen->desk);
    fetch->notice[0] = '\0';
}

/* To have it opened, once the server is reached. */
static void ask_office(struct screen *screen)
{
    struct fetch *fetch = screen->data;
    json_t *body;

    if (!work_is_online(screen->desk))
        return;
    body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", record_type_name(fetch->type), "id",
                     fetch->record.text, "purpose",
                     json_text_or(fetch->arguments, "purpose", "contact"), "words",
                     json_text_or(fetch->arguments, "words", ""), "contact",
                     screen->desk->open.contact.text);
    fetch->number =
        questions_ask(link_questions(screen->desk->link), QUESTION_OPEN, "/v1/open", body);
    json_decref(body);
    fetch->again_ms = 0;
    link_sync_ring(screen->desk->link);
}

static void ask(struct screen *screen)
{
    struct fetch *fetch = screen->data;

    if (fetch->own) {
        ask_own(screen);
        return;
    }
    fetch->waiting = true;
    fetch->asked = fetch->opened = false;
    fetch->whose = (struct id){""};
    fetch->since_ms = fetch->again_ms = desk_now(screen->desk);
    fetch->notice[0] = '\0';
    ask_office(screen);
}

static int fetch_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    enum record_type type = record_type_from_name(json_text_or(arguments, "type", ""));
    struct fetch *fetch = calloc(1, sizeof(*fetch));

    if (fetch == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = fetch;
    fetch->arguments = json_deep_copy(arguments);
    fetch->type = type;
    if ((type != RECORD_CLIENT && type != RECORD_CASE) ||
        !id_parse(&fetch->record, json_text_or(arguments, "id", ""))) {
        fetch_close(screen);
        return error_set(error, ERROR_INVALID, "%s", _("there is nothing to open"));
    }
    fetch->own = json_bool_or(arguments, "own", false);
    ask(screen);
    return 0;
}

/* --- waiting ---------------------------------------------------------------------------------- */

/* Whether all that the feed has of the file was there before, and still is. */
static bool is_whole(struct screen *screen)
{
    struct fetch *fetch = screen->data;
    struct record *record = work_get(screen->desk, fetch->type, fetch->record.text, NULL);
    struct store_file file;
    bool whole =
        record != NULL &&
        store_file_get(screen->desk->store, fetch->type, &fetch->record, &file, NULL) == 0 &&
        store_file_is_whole(&file);

    record_free(record);
    return whole;
}

/* The server has opened it: the feed brings it, up to where the server says. */
static void opened(struct screen *screen, const json_t *document)
{
    struct fetch *fetch = screen->data;
    const struct store_opened span = {.after = json_integer_or(document, "after", 0),
                                      .last = json_integer_or(document, "last", 0),
                                      .records = json_integer_or(document, "records", 0)};
    bool anyway = json_is_null(json_object_get(document, "until"));
    enum record_type type = RECORD_CLIENT;
    struct error error = ERROR_INIT;
    struct id whose;
    int comes = 1;

    fetch->opened = true;
    if (!id_parse(&whose, json_text_or(document, "client", ""))) {
        whose = fetch->record;
        type = fetch->type;
    } else if (fetch->type == RECORD_CLIENT) {
        fetch->record = whose;
    }
    /* A server of before does not say how far. */
    if (!anyway && span.last > 0) {
        comes = store_file_opened(screen->desk->store, type, &whose, &span, &error);
        fetch->whose_type = type;
        fetch->whose = whose;
    }
    if (comes < 0) {
        ui_tell_error(screen->ui, &error);
        give_up(fetch, error.message);
    } else if (anyway || (comes == 0 && !is_whole(screen))) {
        /* Seen anyway, or opened before: the feed has brought it, and this terminal let it go. */
        fetch->own = true;
        ask_own(screen);
    }
}

static void answered(struct screen *screen, const struct question_answer *answer)
{
    struct fetch *fetch = screen->data;

    fetch->number = 0;
    if (answer->document != NULL) {
        opened(screen, answer->document);
    } else if (answer->status == 403) {
        give_up(fetch, _("Your role does not open this file."));
    } else if (answer->status == 404) {
        give_up(fetch, _("This file is no longer there."));
    } else if (answer->status == 429) {
        snprintf(fetch->notice, sizeof(fetch->notice),
                 _("Too many files at once: wait %d s, then Enter."),
                 (int)((answer->retry_ms + 999) / 1000));
        fetch->waiting = false;
    } else if (answer->status == 0) {
        /* The link was cut: it goes on by itself. */
        fetch->again_ms = desk_now(screen->desk) + AGAIN_MS;
    } else {
        snprintf(fetch->notice, sizeof(fetch->notice),
                 _("The file could not be opened: %s. Enter tries again."), answer->message);
        fetch->waiting = false;
    }
}

/* It is here, and whole. */
static void came(struct screen *screen)
{
    struct fetch *fetch = screen->data;
    const json_t *then = json_object_get(fetch->arguments, "then");
    json_t *arguments = json_object_get(then, "arguments");

    fetch->waiting = false;
    if (then == NULL) {
        screen_finish(screen, json_pack("{s:s, s:s}", "type", record_type_name(fetch->type), "id",
                                        fetch->record.text));
        return;
    }
    if (fetch->type == RECORD_CASE)
        purpose_came(screen->desk, &fetch->record);
    screen_close(screen);
    ui_open(screen->ui, json_text_or(then, "name", ""), json_incref(arguments));
}

/* Whether it is here by now. */
static void look(struct screen *screen)
{
    struct fetch *fetch = screen->data;
    struct question_answer answer;
    struct store_file file;
    struct record *record;
    bool known;

    if (!fetch->waiting)
        return;
    if (fetch->number != 0 && questions_take(link_questions(screen->desk->link), QUESTION_OPEN,
                                             fetch->number, &answer) == QUESTION_ANSWERED) {
        answered(screen, &answer);
        json_decref(answer.document);
    }
    if (fetch->waiting && fetch->again_ms != 0 && fetch->again_ms <= desk_now(screen->desk))
        ask_office(screen);
    known = fetch->waiting && fetch->opened &&
            store_file_get(screen->desk->store, fetch->type, &fetch->record, &file, NULL) == 0;
    record = known && store_file_is_whole(&file)
                 ? work_get(screen->desk, fetch->type, fetch->record.text, NULL)
                 : NULL;
    if (record != NULL) {
        came(screen);
    } else if (known && fetch->asked && file.wanted_ms == 0) {
        give_up(fetch, file.away
                           ? _("The server was told no reason that it takes: go back, and open "
                               "the file once more.")
                           : _("The server does not show you this file."));
    }
    record_free(record);
}

/* --- the screen ------------------------------------------------------------------------------- */

static const char *fetch_name(const struct fetch *fetch)
{
    const char *name = json_text_or(fetch->arguments, "name", "");

    if (*name != '\0')
        return name;
    return fetch->type == RECORD_CASE ? _("A case that is not on this terminal")
                                      : _("A client’s file that is not on this terminal");
}

/* Why nothing comes now; NULL while it does. */
static const char *stuck(struct screen *screen)
{
    struct link_status status;

    link_status_get(screen->desk->link, &status);
    if (status.state == LINK_REFUSED || status.state == LINK_ELSEWHERE)
        return _("Your session has ended. Sign in again: then it is fetched by itself.");
    return work_is_online(screen->desk) ? NULL
                                        : _("The link is down. Once it is back, the file is "
                                            "fetched by itself.");
}

static void fetch_draw(struct screen *screen, const struct paint *paint)
{
    const struct fetch *fetch = screen->data;
    const char *why = fetch->waiting ? stuck(screen) : fetch->notice;
    char progress[80];

    paint_text(paint, 1, 0, -1, PAINT_TITLE, fetch_name(fetch));
    paint_wrapped(paint, 3, 0, -1, 3, why != NULL ? PAINT_WARNING : PAINT_TEXT,
                  why != NULL  ? why
                  : fetch->own ? _("Being fetched from the server...")
                               : _("Being fetched from the other office..."));
    paint_cursor(paint, 3, 0);
    if (!fetch->waiting)
        return;
    if (id_is_empty(&fetch->whose) || fetch->own)
        work_fetch_text(screen->desk, fetch->type, &fetch->record, progress, sizeof(progress));
    else
        work_fetch_text(screen->desk, fetch->whose_type, &fetch->whose, progress, sizeof(progress));
    paint_text(paint, 6, 0, -1, PAINT_TEXT, progress);
    paint_wrapped(paint, 8, 0, -1, 2, PAINT_DIM,
                  _("Nothing of it is shown before all of it is here. Esc gives it up."));
}

/* Nobody waits for it any more: a slow link is not kept busy with it. */
static void forget(struct screen *screen)
{
    const struct fetch *fetch = screen->data;

    if (!fetch->waiting || !fetch->asked || fetch->before)
        return;
    (void)store_file_want(screen->desk->store, fetch->type, &fetch->record, false, 0, NULL);
    link_sync_ring(screen->desk->link);
}

static bool fetch_key(struct screen *screen, const struct input *input)
{
    struct fetch *fetch = screen->data;

    if (input->code == INPUT_ESCAPE)
        forget(screen);
    if (input->code != INPUT_ENTER || fetch->waiting)
        return false;
    ask(screen);
    return true;
}

static bool fetch_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct fetch *fetch = screen->data;

    return key->code != INPUT_ENTER || !fetch->waiting;
}

static bool fetch_busy(const struct screen *screen)
{
    const struct fetch *fetch = screen->data;

    return fetch->waiting && work_is_online(screen->desk) &&
           desk_now(screen->desk) - fetch->since_ms < PATIENCE_MS;
}

static json_t *fetch_save(const struct screen *screen)
{
    const struct fetch *fetch = screen->data;

    return json_deep_copy(fetch->arguments);
}

static const struct screen_key fetch_keys[] = {
    {INPUT_ENTER, N_("Try again"), N_("Asks for the file again."), NULL, NULL},
    {INPUT_ESCAPE, N_("Back"), N_("Gives it up and goes back."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_fetch;
const struct screen_kind screen_fetch = {
    .name = "fetch",
    .title = N_("File being fetched"),
    .help = N_("A file that is not on this terminal comes from the server: a closed case that was "
               "let go here, or the file of another office’s client, which is opened to you until "
               "the contact or the day is over. That it was, by whom and why, is kept in the audit "
               "trail. It opens by itself once all of it is here, also when the link was down "
               "meanwhile."),
    .keys = fetch_keys,
    .offers = fetch_offers,
    .open = fetch_open,
    .close = fetch_close,
    .draw = fetch_draw,
    .key = fetch_key,
    .save = fetch_save,
    .resume = look,
    .changed = look,
    .tick = look,
    .wake = look,
    .busy = fetch_busy,
};
