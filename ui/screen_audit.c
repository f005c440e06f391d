/* The privacy officer's screen: who looked at this client, what this agent did, and access that is
 * worth a question. It is read at the server, each time, and kept nowhere here. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/audit_words.h"
#include "ui/editor.h"
#include "ui/format.h"
#include "ui/inquiry.h"
#include "ui/keeping_words.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

#define TYPED_LIMIT 200
#define PAGE        100
/* Narrower than this, a sentence takes two rows. */
#define WIDE   76
#define HEAD   4
#define DAY_MS (INT64_C(24) * 3600 * 1000)
/* An answer that does not come by then is waited for no longer. */
#define PATIENCE_MS (INT64_C(15) * 1000)

enum focus { FOCUS_CLIENT, FOCUS_AGENT, FOCUS_LIST, FOCUS_COUNT };

static const char *const kinds[] = {"",           "read",   "search",   "write",
                                    "refused",    "export", "sign-in",  "erase",
                                    "permission", "device", "emergency"};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
static const int periods[] = {1, 7, 30, 365};
#define PERIODS (sizeof(periods) / sizeof(periods[0]))

struct trail {
    struct editor *fields[FOCUS_LIST]; /* owned: client, agent */
    char client[ID_TEXT_LENGTH + 1];   /* who is meant by the first, "" for what is typed */
    enum focus focus;
    size_t kind, period;
    bool unusual;
    struct inquiry inquiry;
    bool further;    /* it asks for older entries of the same */
    bool goes;       /* Enter asked, and no key since: the list is gone to */
    json_t *answer;  /* owned; NULL for none */
    json_t *entries; /* borrowed from the answer: entries, findings or choices */
    struct list list;
    char notice[300];
};

/* --- asking ----------------------------------------------------------------------------------- */

static void show(struct trail *trail, json_t *answer)
{
    static const char *const lists[] = {"choices", "unusual", "entries"};

    json_decref(trail->answer);
    trail->answer = answer;
    trail->entries = NULL;
    for (size_t i = 0; i < 3 && trail->entries == NULL; i++)
        trail->entries = json_object_get(answer, lists[i]);
    list_set_count(&trail->list, json_array_size(trail->entries));
}

static bool is_choosing(const struct trail *trail)
{
    return json_object_get(trail->answer, "choices") != NULL;
}

static json_t *question(const struct screen *screen)
{
    const struct trail *trail = screen->data;
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:i, s:b, s:o}", "client",
                  *trail->client != '\0' ? trail->client : editor_text(trail->fields[FOCUS_CLIENT]),
                  "agent", editor_text(trail->fields[FOCUS_AGENT]), "kind", kinds[trail->kind],
                  "limit", PAGE, "unusual", (int)trail->unusual, "since",
                  json_time(desk_now(screen->desk) - periods[trail->period] * DAY_MS));
    size_t count = json_array_size(trail->entries);

    if (trail->further && count > 0)
        json_object_set(body, "before",
                        json_object_get(json_array_get(trail->entries, count - 1), "number"));
    return body;
}

static void ask(struct screen *screen, bool further)
{
    struct trail *trail = screen->data;

    trail->further = further;
    if (inquiry_ask(&trail->inquiry, screen->desk, "/v1/audit", question(screen)))
        text_copy(trail->notice, sizeof(trail->notice), _("The server is asked ..."));
    else
        text_copy(trail->notice, sizeof(trail->notice),
                  _("Offline: the audit trail is at the server, and is read there alone."));
}

static void failed(struct trail *trail, const struct question_answer *answer)
{
    const char *text = answer->message;

    if (answer->status == 404)
        text = _("Nobody is found by that.");
    else if (answer->status == 403)
        text = _("The audit trail is open to privacy officers alone.");
    else if (answer->status == 0)
        text = _("The server does not answer: the audit trail is read there alone.");
    show(trail, NULL);
    text_copy(trail->notice, sizeof(trail->notice), text);
}

/* There was more than the rules look through: since when they did. */
static bool tell_looked(struct trail *trail)
{
    char when[64];
    int64_t looked_ms;

    if (!timestamp_parse(json_text_or(trail->answer, "looked_since", ""), &looked_ms))
        return false;
    format_when(when, sizeof(when), looked_ms, looked_ms + DAY_MS * 2);
    snprintf(trail->notice, sizeof(trail->notice),
             _("%zu found; only the newest 100,000 looks were gone through: since %s"),
             json_array_size(trail->entries), when);
    return true;
}

static void tell_count(struct trail *trail)
{
    size_t count = json_array_size(trail->entries);

    if (is_choosing(trail))
        text_copy(trail->notice, sizeof(trail->notice),
                  _("Several are called so: choose with the arrows and Enter."));
    else if (tell_looked(trail))
        return;
    else if (count == 0)
        text_copy(trail->notice, sizeof(trail->notice), _("Nothing in this time."));
    else
        snprintf(trail->notice, sizeof(trail->notice),
                 language_plural("%zu entry%s", "%zu entries%s", count), count,
                 json_bool_or(trail->answer, "more", false) ? _(", and older ones below") : "");
}

/* Older entries stand below those that are shown. */
static void append(struct trail *trail, json_t *answer)
{
    json_array_extend(trail->entries, json_object_get(answer, "entries"));
    json_object_set(trail->answer, "more", json_object_get(answer, "more"));
    json_decref(answer);
    list_set_count(&trail->list, json_array_size(trail->entries));
}

static void take(struct screen *screen)
{
    struct trail *trail = screen->data;
    struct question_answer answer;

    if (!inquiry_take(&trail->inquiry, screen->desk, PATIENCE_MS, &answer))
        return;
    if (answer.document == NULL) {
        failed(trail, &answer);
        return;
    }
    if (trail->further && json_object_get(trail->answer, "entries") != NULL)
        append(trail, answer.document);
    else
        show(trail, answer.document);
    tell_count(trail);
    if (!trail->further)
        list_select(&trail->list, 0);
    if (trail->goes && trail->list.count > 0)
        trail->focus = FOCUS_LIST;
}

/* --- opening ---------------------------------------------------------------------------------- */

static void trail_close(struct screen *screen)
{
    struct trail *trail = screen->data;

    inquiry_forget(&trail->inquiry, screen->desk);
    json_decref(trail->answer);
    for (size_t i = 0; i < FOCUS_LIST; i++)
        editor_free(trail->fields[i]);
    free(trail);
}

/* Who is open now is who is asked about. */
static void fill_open(struct screen *screen)
{
    struct trail *trail = screen->data;
    const struct id *open = &screen->desk->open.client;
    struct record *client = work_get(screen->desk, RECORD_CLIENT, open->text, NULL);

    if (client != NULL) {
        editor_set_text(trail->fields[FOCUS_CLIENT], record_text(client, "name"));
        text_copy(trail->client, sizeof(trail->client), open->text);
    }
    record_free(client);
}

static int trail_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct trail *trail;

    if (!desk_may(screen->desk, PERMISSION_READ_AUDIT))
        return error_set(error, ERROR_REFUSED, "%s",
                         _("The audit trail is open to privacy officers alone."));
    trail = calloc(1, sizeof(*trail));
    if (trail == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = trail;
    trail->inquiry.kind = QUESTION_AUDIT;
    trail->period = 1;
    for (size_t i = 0; i < FOCUS_LIST; i++)
        trail->fields[i] = editor_new(EDITOR_LINE, TYPED_LIMIT);
    if (trail->fields[FOCUS_CLIENT] == NULL || trail->fields[FOCUS_AGENT] == NULL) {
        trail_close(screen);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    editor_restore(trail->fields[FOCUS_CLIENT], json_object_get(arguments, "argument"));
    editor_restore(trail->fields[FOCUS_CLIENT], json_object_get(arguments, "client"));
    editor_restore(trail->fields[FOCUS_AGENT], json_object_get(arguments, "agent"));
    if (editor_length(trail->fields[FOCUS_CLIENT]) == 0 &&
        editor_length(trail->fields[FOCUS_AGENT]) == 0)
        fill_open(screen);
    ask(screen, false);
    return 0;
}

static json_t *trail_save(const struct screen *screen)
{
    const struct trail *trail = screen->data;

    return json_pack("{s:o, s:o}", "client", editor_save(trail->fields[FOCUS_CLIENT]), "agent",
                     editor_save(trail->fields[FOCUS_AGENT]));
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_choice(const json_t *choice, const struct paint *row)
{
    paint_text(row, 0, 1, row->columns - 24, PAINT_TEXT, json_text_or(choice, "name", ""));
    paint_text(row, 0, row->columns - 21, 10, PAINT_DIM, json_text_or(choice, "birth_date", ""));
    paint_text(row, 0, row->columns - 9, 8, PAINT_DIM, json_text_or(choice, "postal_code", ""));
}

static void draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct trail *trail = screen->data;
    const json_t *entry = json_array_get(trail->entries, index);
    char when[32], text[500], reason[700];
    int64_t at = 0;

    (void)selected;
    if (is_choosing(trail)) {
        draw_choice(entry, row);
        return;
    }
    timestamp_parse(json_text_or(entry, "at", ""), &at);
    format_when(when, sizeof(when), at, desk_now(screen->desk));
    if (json_object_get(entry, "rule") != NULL) {
        audit_finding_sentence(entry, text, sizeof(text));
        snprintf(reason, sizeof(reason), _("entry %lld"),
                 (long long)json_integer_or(entry, "number", 0));
    } else {
        audit_sentence(entry, text, sizeof(text));
        audit_reason(entry, reason, sizeof(reason));
    }
    paint_text(row, 0, 0, 13, PAINT_DIM, when);
    paint_wrapped(row, 0, 14, -1, row->rows - 1, PAINT_TEXT, text);
    paint_text(row, row->rows - 1, 14, -1, PAINT_DIM, reason);
}

static void draw_field(struct trail *trail, const struct paint *paint, enum focus field, int column,
                       int width, const char *label)
{
    int used = paint_text(paint, 0, column, width, PAINT_TITLE, label) + 1;
    struct paint part = paint_part(paint, 0, column + used, 1, width - used);

    paint_fill(&part, 0, 0, -1, trail->focus == field ? PAINT_FOCUS : PAINT_FIELD);
    editor_draw(trail->fields[field], &part, trail->focus == field);
}

static void trail_draw(struct screen *screen, const struct paint *paint)
{
    struct trail *trail = screen->data;
    int half = paint->columns / 2;
    struct paint rest = paint_part(paint, HEAD, 0, -1, -1);
    char shown[200];

    draw_field(trail, paint, FOCUS_CLIENT, 0, half - 1, _("Client"));
    draw_field(trail, paint, FOCUS_AGENT, half + 1, paint->columns - half - 1, _("Agent"));
    snprintf(shown, sizeof(shown), "%s · ",
             trail->unusual ? _("unusual access") : audit_kind_text(kinds[trail->kind]));
    snprintf(shown + strlen(shown), sizeof(shown) - strlen(shown),
             language_plural("since %d day", "since %d days", periods[trail->period]),
             periods[trail->period]);
    paint_text(paint, 1, 0, -1, PAINT_ACCENT, shown);
    paint_wrapped(paint, 2, 0, -1, HEAD - 2, PAINT_DIM, trail->notice);
    list_draw(&trail->list, &rest,
              is_choosing(trail)      ? 1
              : paint->columns < WIDE ? 3
                                      : 2,
              trail->focus == FOCUS_LIST, draw_row, screen);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void run_kind(struct screen *screen, const char *argument)
{
    struct trail *trail = screen->data;

    (void)argument;
    trail->kind = trail->unusual ? 0 : (trail->kind + 1) % KINDS;
    trail->unusual = false;
    ask(screen, false);
}

static void run_unusual(struct screen *screen, const char *argument)
{
    struct trail *trail = screen->data;

    (void)argument;
    trail->unusual = !trail->unusual;
    if (trail->unusual && periods[trail->period] < 30)
        trail->period = 2;
    ask(screen, false);
}

static void run_period(struct screen *screen, const char *argument)
{
    struct trail *trail = screen->data;

    (void)argument;
    trail->period = (trail->period + 1) % PERIODS;
    ask(screen, false);
}

/* From what is marked on: of the client who is meant, or of the one whom it is about. */
static void follow(struct screen *screen)
{
    struct trail *trail = screen->data;
    const json_t *entry = json_array_get(trail->entries, trail->list.selected);
    const char *id = json_text_or(entry, is_choosing(trail) ? "id" : "client", "");
    const char *name = json_text_or(entry, is_choosing(trail) ? "name" : "client_name", "");

    if (*id == '\0' && json_text_or(entry, "agent_name", "")[0] != '\0') {
        editor_set_text(trail->fields[FOCUS_AGENT], json_text_or(entry, "agent_name", ""));
    } else if (*id != '\0') {
        editor_set_text(trail->fields[FOCUS_CLIENT], name);
        text_copy(trail->client, sizeof(trail->client), id);
        if (!is_choosing(trail))
            editor_clear(trail->fields[FOCUS_AGENT]);
    }
    trail->unusual = false;
    ask(screen, false);
}

/* What is kept of the client who is asked about, or whom the marked entry is about. */
static void run_keeping(struct screen *screen, const char *argument)
{
    const struct trail *trail = screen->data;
    const json_t *entry = json_array_get(trail->entries, trail->list.selected);
    const char *id = json_text_or(trail->answer, "client", "");

    (void)argument;
    if (*id == '\0')
        id = json_text_or(entry, is_choosing(trail) ? "id" : "client", "");
    if (*id == '\0')
        ui_tell(screen->ui, UI_WARNING, "%s", _("Mark an entry of a client first."));
    else
        ui_open(screen->ui, "keeping", json_pack("{s:s, s:s}", "type", "client", "of", id));
}

static void run_rules(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "retention", NULL);
}

static bool trail_offers(const struct screen *screen, const struct screen_key *key)
{
    return (key->run != run_keeping && key->run != run_rules) || keeping_is_open(screen->desk);
}

static bool list_keys(struct screen *screen, const struct input *input)
{
    struct trail *trail = screen->data;

    if (list_key(&trail->list, input, true)) {
        if (trail->list.selected + 1 == trail->list.count && trail->inquiry.number == 0 &&
            json_bool_or(trail->answer, "more", false))
            ask(screen, true);
        return true;
    }
    return false;
}

static bool trail_key(struct screen *screen, const struct input *input)
{
    struct trail *trail = screen->data;
    bool changed = false, used;

    trail->goes = false;
    if (input->code == INPUT_TAB) {
        trail->focus = (enum focus)((trail->focus + 1) % FOCUS_COUNT);
        return true;
    }
    if (input->code == INPUT_ENTER) {
        if (trail->focus == FOCUS_LIST && trail->list.count > 0)
            follow(screen);
        else
            ask(screen, false);
        trail->goes = true;
        return true;
    }
    if (trail->focus == FOCUS_LIST)
        return list_keys(screen, input);
    if (input->code == INPUT_DOWN && trail->list.count > 0) {
        trail->focus = FOCUS_LIST;
        return true;
    }
    used = editor_key(trail->fields[trail->focus], input, &changed);
    if (changed && trail->focus == FOCUS_CLIENT)
        trail->client[0] = '\0';
    return used;
}

/* Whose file was erased from here has no name any more: the id stands for them. */
static void trail_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct trail *trail = screen->data;

    (void)from;
    if (!json_bool_or(answer, "erased", false))
        return;
    if (*trail->client == '\0')
        text_copy(trail->client, sizeof(trail->client), json_text_or(trail->answer, "client", ""));
    editor_set_text(trail->fields[FOCUS_CLIENT], trail->client);
    show(trail, NULL);
    ask(screen, false);
}

static void trail_tick(struct screen *screen)
{
    take(screen);
}

static const struct screen_key trail_keys[] = {
    {INPUT_ENTER, N_("Ask, follow"),
     N_("Asks the server; on an entry, who saw that client’s file; on a name, whom you mean."),
     NULL, NULL},
    {INPUT_TAB, N_("Next field"), N_("Client, agent, entries."), NULL, NULL},
    {'k', N_("Kind"), N_("Shows another kind of entries (on the list)."), N_("kind"), run_kind},
    {'u', N_("Unusual"), N_("Shows access that is worth a question (on the list)."), N_("unusual"),
     run_unusual},
    {'c', N_("Kept"),
     N_("What is kept of the client, to hold back, copy or erase it (on the list)."), NULL,
     run_keeping},
    {'d', N_("Days"), N_("Looks further back: a day, a week, a month, a year (on the list)."),
     N_("days"), run_period},
    {'r', N_("Rules"), N_("How long things are kept, and what goes next (on the list)."), NULL,
     run_rules},
    {0},
};

extern const struct screen_kind screen_audit;
const struct screen_kind screen_audit = {
    .name = "audit",
    .title = N_("Audit trail"),
    .help =
        N_("Who looked at this client, and why; what this agent did; and access that is worth a "
           "question. A client is found by name or by a case’s reference, an agent by name or "
           "login. It is read at the server, and that you read it is kept there, too."),
    .command = N_("audit"),
    .flags = SCREEN_SINGLE,
    .keys = trail_keys,
    .offers = trail_offers,
    .open = trail_open,
    .close = trail_close,
    .draw = trail_draw,
    .key = trail_key,
    .save = trail_save,
    .tick = trail_tick,
    .wake = trail_tick,
    .answer = trail_answer,
};
