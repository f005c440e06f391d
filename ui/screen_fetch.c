/* The file of another office's client is on its way: it was asked for, and comes with the feed. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/question.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/work.h"
#include "ui/work_file.h"

/* Before the agent is asked whether to go on waiting. */
#define PATIENCE_MS (INT64_C(20) * 1000)

struct fetch {
    json_t *arguments; /* owned: {"type","id","name","purpose","words"} */
    enum record_type type;
    struct id record; /* that is waited for: of a merged client the one that stays */
    uint64_t number;  /* of the question under way; 0: answered */
    bool opened;      /* the server has opened it */
    bool asked;       /* for what this agent sees anyway */
    bool own;         /* it is this office's, and only not here: nothing is to be opened */
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
    struct purpose_reason reason = {
        .purpose = purpose_from_name(json_text_or(fetch->arguments, "purpose", "")),
        .said_ms = desk_now(screen->desk)};

    text_copy(reason.words, sizeof(reason.words), json_text_or(fetch->arguments, "words", ""));
    if (!work_want_for(screen, fetch->type, &fetch->record, &reason))
        return;
    fetch->asked = fetch->opened = fetch->waiting = true;
    fetch->since_ms = desk_now(screen->desk);
    fetch->notice[0] = '\0';
}

static void ask(struct screen *screen)
{
    struct fetch *fetch = screen->data;
    json_t *body;

    if (fetch->own) {
        if (work_is_online(screen->desk))
            ask_own(screen);
        else
            give_up(fetch, _("This file is not on this terminal, and the server is not reached. "
                             "Enter asks for it as soon as the link is back."));
        return;
    }
    if (!work_is_online(screen->desk)) {
        give_up(fetch, _("Offline: the file stays with its office. Enter tries again."));
        return;
    }
    body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", record_type_name(fetch->type), "id",
                     fetch->record.text, "purpose",
                     json_text_or(fetch->arguments, "purpose", "contact"), "words",
                     json_text_or(fetch->arguments, "words", ""), "contact",
                     screen->desk->open.contact.text);
    fetch->number =
        questions_ask(link_questions(screen->desk->link), QUESTION_OPEN, "/v1/open", body);
    json_decref(body);
    fetch->waiting = true;
    fetch->asked = fetch->opened = false;
    fetch->since_ms = desk_now(screen->desk);
    fetch->notice[0] = '\0';
    link_sync_ring(screen->desk->link);
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

static void answered(struct screen *screen, const struct question_answer *answer)
{
    struct fetch *fetch = screen->data;
    struct id id;

    fetch->number = 0;
    if (answer->document != NULL) {
        fetch->opened = true;
        if (fetch->type == RECORD_CLIENT &&
            id_parse(&id, json_text_or(answer->document, "client", "")))
            fetch->record = id;
        /* Seen anyway: the feed has brought it before, and this terminal let it go. */
        if (json_is_null(json_object_get(answer->document, "until")))
            ask_own(screen);
    } else if (answer->status == 403) {
        give_up(fetch, _("Your role does not open this file."));
    } else if (answer->status == 404) {
        give_up(fetch, _("This file is no longer there."));
    } else if (answer->status == 429) {
        snprintf(fetch->notice, sizeof(fetch->notice),
                 _("Too many files at once: wait %d s, then Enter."),
                 (int)((answer->retry_ms + 999) / 1000));
        fetch->waiting = false;
    } else {
        snprintf(fetch->notice, sizeof(fetch->notice),
                 _("The file could not be opened: %s. Enter tries again."), answer->message);
        fetch->waiting = false;
    }
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
    known = fetch->opened &&
            store_file_get(screen->desk->store, fetch->type, &fetch->record, &file, NULL) == 0;
    record =
        known && !file.away ? work_get(screen->desk, fetch->type, fetch->record.text, NULL) : NULL;
    if (record != NULL) {
        fetch->waiting = false;
        screen_finish(screen, json_pack("{s:s, s:s}", "type", record_type_name(fetch->type), "id",
                                        fetch->record.text));
    } else if (fetch->waiting && known && fetch->asked && file.wanted_ms == 0) {
        give_up(fetch, file.away
                           ? _("The server was told no reason that it takes: go back, and open "
                               "the file once more.")
                           : _("The server does not show you this file."));
    } else if (fetch->waiting && desk_now(screen->desk) - fetch->since_ms > PATIENCE_MS) {
        give_up(fetch, _("The server does not answer. Enter tries again."));
    }
    record_free(record);
}

/* --- the screen ------------------------------------------------------------------------------- */

static void fetch_draw(struct screen *screen, const struct paint *paint)
{
    const struct fetch *fetch = screen->data;
    const char *text = !fetch->waiting ? fetch->notice
                       : fetch->own    ? _("Being fetched from the server...")
                                       : _("Being fetched from the other office...");

    paint_text(paint, 1, 0, -1, PAINT_TITLE, json_text_or(fetch->arguments, "name", ""));
    paint_wrapped(paint, 3, 0, -1, 3, fetch->waiting ? PAINT_TEXT : PAINT_WARNING, text);
    paint_cursor(paint, 3, 0);
}

static bool fetch_key(struct screen *screen, const struct input *input)
{
    struct fetch *fetch = screen->data;

    if (input->code == INPUT_ENTER && !fetch->waiting) {
        if (fetch->own && !work_is_online(screen->desk)) {
            ask_own(screen);
            if (fetch->waiting)
                give_up(fetch, _("It is asked for, and will be here once the link is back."));
        } else {
            ask(screen);
        }
        return true;
    }
    return false;
}

static bool fetch_busy(const struct screen *screen)
{
    const struct fetch *fetch = screen->data;

    return fetch->waiting;
}

static json_t *fetch_save(const struct screen *screen)
{
    const struct fetch *fetch = screen->data;

    return json_deep_copy(fetch->arguments);
}

static const struct screen_key fetch_keys[] = {
    {INPUT_ENTER, N_("Try again"), N_("Asks for the file again."), NULL, NULL},
    {INPUT_ESCAPE, N_("Back"), N_("Goes back; the file stays with its office."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_fetch;
const struct screen_kind screen_fetch = {
    .name = "fetch",
    .title = N_("Another office’s file"),
    .help = N_("The file of another office’s client is opened to you until the contact or the day "
               "is over. That it was, by whom and why, is kept in the audit trail."),
    .keys = fetch_keys,
    .open = fetch_open,
    .close = fetch_close,
    .draw = fetch_draw,
    .key = fetch_key,
    .save = fetch_save,
    .changed = look,
    .tick = look,
    .wake = look,
    .busy = fetch_busy,
};
