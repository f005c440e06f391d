/* F5: the hand-offs offered to this agent, and what became of those sent and taken. */
#include "ui/screen_handoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/handoff_history.h"
#include "app/json.h"
#include "app/queue_line.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/queue_next.h"

#define HANDOFFS_LIMIT 200
#define NEWS_MS        INT64_C(120000)

struct row {
    struct record *handoff; /* owned */
    enum store_pending pending;
    bool offered; /* to this agent */
};

struct handoffs {
    struct row rows[HANDOFFS_LIMIT];
    size_t count;
    struct list list;
};

static void clear(struct handoffs *handoffs)
{
    for (size_t i = 0; i < handoffs->count; i++)
        record_free(handoffs->rows[i].handoff);
    handoffs->count = 0;
}

/* --- reading: what is offered in the order in which it is taken, then the others, newest first --
 */

bool handoff_is_offered_here(struct desk *desk, const struct record *handoff)
{
    return handoff_is_offered(handoff) &&
           queue_line_is_for(desk->store, desk->catalogue, desk->agent, handoff);
}

static int add(struct handoffs *handoffs, const struct record *record, enum store_pending pending,
               bool offered)
{
    if (handoffs->count == HANDOFFS_LIMIT)
        return 0;
    handoffs->rows[handoffs->count] = (struct row){record_copy(record), pending, offered};
    if (handoffs->rows[handoffs->count].handoff == NULL)
        return ERROR_MEMORY;
    handoffs->count++;
    return 0;
}

static int add_offered(struct handoffs *handoffs, struct desk *desk, struct error *error)
{
    struct queue_line line = {0};
    int code =
        queue_line_read(&line, desk->store, desk->catalogue, desk->agent, desk_now(desk), error);

    for (size_t i = 0; i < line.count && code == 0; i++)
        if (queue_line_offers(&line.items[i]))
            code = add(handoffs, line.items[i].handoff, line.items[i].pending, true);
    queue_line_free(&line);
    return code;
}

struct reading {
    struct handoffs *handoffs;
    struct desk *desk;
};

static int add_other(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;
    const struct id *agent = desk_agent(reading->desk);
    bool own =
        handoff_is_from(record, agent) || strcmp(record_text(record, "taken_by"), agent->text) == 0;

    if (!own || handoff_is_offered_here(reading->desk, record))
        return 0;
    return add(reading->handoffs, record, pending, false);
}

/* What is marked stays marked as others come before it. */
static void mark(struct handoffs *handoffs, const struct id *marked)
{
    for (size_t i = 0; i < handoffs->count; i++)
        if (id_equal(&handoffs->rows[i].handoff->id, marked))
            list_select(&handoffs->list, i);
}

static void read_all(struct screen *screen)
{
    const struct store_query query = {.type = RECORD_HANDOFF, .newest_first = true};
    struct handoffs *handoffs = screen->data;
    struct reading reading = {handoffs, screen->desk};
    struct error error = ERROR_INIT;
    struct id marked = {""};
    int code;

    if (handoffs->list.selected < handoffs->count)
        marked = handoffs->rows[handoffs->list.selected].handoff->id;
    clear(handoffs);
    code = add_offered(handoffs, screen->desk, &error);
    if (code == 0)
        code = store_each(screen->desk->store, &query, add_other, &reading, &error);
    if (code != 0)
        ui_tell_error(screen->ui, &error);
    list_set_count(&handoffs->list, handoffs->count);
    mark(handoffs, &marked);
}

static void handoffs_close(struct screen *screen)
{
    clear(screen->data);
    free(screen->data);
}

static int handoffs_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct handoffs *handoffs = calloc(1, sizeof(*handoffs));

    if (handoffs == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = handoffs;
    list_restore(&handoffs->list, arguments);
    read_all(screen);
    return 0;
}

static json_t *handoffs_save(const struct screen *screen)
{
    const struct handoffs *handoffs = screen->data;

    return list_save(&handoffs->list);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_row(void *context, const struct paint *area, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct handoffs *handoffs = screen->data;
    const struct row *row = &handoffs->rows[index];
    char from[WORK_NAME_SIZE], to[WORK_NAME_SIZE], text[3 * WORK_NAME_SIZE], when[32];
    enum paint_style style = row->offered                    ? PAINT_ACCENT
                             : row->pending != STORE_SETTLED ? PAINT_WARNING
                                                             : PAINT_DIM;

    (void)selected;
    work_agent_name(screen->desk, record_text(row->handoff, "from"), from, sizeof(from));
    work_target_name(screen->desk, row->handoff, to, sizeof(to));
    work_when(screen->desk, row->handoff, "offered_at", when, sizeof(when));
    snprintf(text, sizeof(text), _("%1$s to %2$s"), from, to);
    paint_text(area, 0, 1, 13, PAINT_DIM, when);
    paint_text(area, 0, 15, area->columns / 2 - 8, PAINT_VALUE, text);
    handoff_state_text(screen->desk, row->handoff, row->pending, text, sizeof(text));
    paint_text(area, 0, area->columns / 2 + 9, -1, style,
               row->offered ? _("offered to you: Enter shows it") : text);
    paint_text(area, 1, 1, 13, PAINT_DIM, format_handoff(handoff_kind(row->handoff)));
    handoff_summary(screen->desk, row->handoff, text, sizeof(text));
    paint_text(area, 1, 15, -1, PAINT_TEXT, text);
}

static void handoffs_draw(struct screen *screen, const struct paint *paint)
{
    struct handoffs *handoffs = screen->data;
    struct paint rest = paint_part(paint, 1, 0, -1, -1);

    if (handoffs->count == 0) {
        paint_wrapped(paint, 1, 0, -1, 3, PAINT_DIM,
                      _("No hand-off is offered to you, and you have made none. In a contact or a "
                        "case, F5 hands it off."));
        paint_cursor(paint, 1, 0);
    }
    list_draw(&handoffs->list, &rest, 2, true, draw_row, screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

static const struct row *chosen(struct screen *screen)
{
    const struct handoffs *handoffs = screen->data;

    return handoffs->list.selected < handoffs->count ? &handoffs->rows[handoffs->list.selected]
                                                     : NULL;
}

static void run_show(struct screen *screen, const char *argument)
{
    const struct row *row = chosen(screen);

    (void)argument;
    if (row != NULL)
        ui_open(screen->ui, "offer", json_pack("{s:s}", "id", row->handoff->id.text));
}

static void run_new(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "handoff", NULL);
}

static void run_next(struct screen *screen, const char *argument)
{
    (void)argument;
    queue_take_next(screen->ui);
}

static bool handoffs_key(struct screen *screen, const struct input *input)
{
    struct handoffs *handoffs = screen->data;

    return list_key(&handoffs->list, input, true);
}

static const struct screen_key handoffs_keys[] = {
    {INPUT_ENTER, N_("Show"),
     N_("Shows the marked hand-off: accept, decline or withdraw it there."), NULL, run_show},
    {INPUT_CONTROL('N'), N_("Hand off"), N_("Hands off the contact or the case that is open."),
     NULL, run_new},
    {INPUT_CONTROL('O'), N_("Take the next"),
     N_("Takes the hand-off whose turn it is: by priority, promise and waiting time."), NULL,
     run_next},
    {0},
};

/* --- whatever is on the screen ---------------------------------------------------------------- */

struct watch {
    struct desk *desk;
    struct record *newest; /* offered to this agent; owned */
    struct record *talk;   /* the newest one on which this agent and another write; owned */
    struct record *news;   /* own, accepted or declined a moment ago; owned */
    struct record *taken;  /* offered to this agent too, and accepted a moment ago; owned */
    bool pending;          /* `taken` is this agent's, not confirmed yet */
};

static bool has_state(const struct record *handoff, const char *state)
{
    return strcmp(record_text(handoff, "state"), state) == 0;
}

/* Both sides of it write to each other now. */
static bool is_conversation(struct desk *desk, const struct record *handoff)
{
    bool consult = handoff_is_kind(handoff, HANDOFF_CONSULT);
    bool offered = handoff_is_offered(handoff);

    if (!(consult || handoff_is_kind(handoff, HANDOFF_WARM)) ||
        !(offered || (consult && has_state(handoff, "accepted"))))
        return false;
    return handoff_is_from(handoff, desk_agent(desk)) ||
           (offered ? handoff_is_offered_here(desk, handoff)
                    : strcmp(record_text(handoff, "taken_by"), desk_agent(desk)->text) == 0);
}

/* What the other side wrote a moment ago goes before all else; false when that is nothing. */
static bool tell_message(struct watch *watch)
{
    struct desk *desk = watch->desk;
    struct handoff_messages messages;
    const struct record *last;
    char name[WORK_NAME_SIZE], text[WORK_NAME_SIZE];
    bool told = false;
    int64_t ms;

    if (watch->talk == NULL ||
        handoff_messages_read(&messages, desk->store, watch->talk, NULL) != 0)
        return false;
    last = messages.count > 0 ? messages.notes[messages.count - 1] : NULL;
    if (last != NULL && strcmp(record_text(last, "author"), desk_agent(desk)->text) != 0 &&
        timestamp_parse(record_text(last, "at"), &ms) && desk_now(desk) - ms < NEWS_MS) {
        work_agent_name(desk, record_text(last, "author"), name, sizeof(name));
        work_first_line(record_text(last, "text"), text, sizeof(text) / 2);
        snprintf(desk->line.notice, sizeof(desk->line.notice), _("%1$s: %2$s"), name, text);
        told = true;
    }
    handoff_messages_free(&messages);
    return told;
}

/* Decided so short a time ago that it is news. */
static bool is_news(struct desk *desk, const struct record *handoff)
{
    int64_t ms;

    return timestamp_parse(record_text(handoff, "decided_at"), &ms) &&
           desk_now(desk) - ms < NEWS_MS;
}

static int watch_one(void *context, const struct record *record, enum store_pending pending)
{
    struct watch *watch = context;
    struct desk *desk = watch->desk;
    bool own = handoff_is_from(record, desk_agent(desk));

    if (watch->talk == NULL && is_conversation(desk, record))
        watch->talk = record_copy(record);
    if (handoff_is_offered_here(desk, record)) {
        desk->line.handoffs_offered++;
        if (watch->newest == NULL)
            watch->newest = record_copy(record);
    } else if (own && watch->news == NULL &&
               (has_state(record, "accepted") || has_state(record, "declined") ||
                has_state(record, "expired")) &&
               is_news(desk, record)) {
        watch->news = record_copy(record);
    } else if (!own && watch->taken == NULL && has_state(record, "accepted") &&
               is_news(desk, record) &&
               queue_line_is_for(desk->store, desk->catalogue, desk->agent, record)) {
        watch->taken = record_copy(record);
        watch->pending = pending == STORE_CLAIMING;
    }
    return 0;
}

/* Who has got what this agent was offered too: at once, and by name. */
static void tell_taken(struct watch *watch)
{
    struct desk *desk = watch->desk;
    const struct record *record = watch->taken;
    char name[WORK_NAME_SIZE], summary[WORK_NAME_SIZE / 2];

    handoff_summary(desk, record, summary, sizeof(summary));
    if (strcmp(record_text(record, "taken_by"), desk_agent(desk)->text) == 0) {
        snprintf(desk->line.notice, sizeof(desk->line.notice),
                 watch->pending ? _("Pending, not confirmed yet: %s") : _("Confirmed, yours: %s"),
                 summary);
        return;
    }
    work_agent_name(desk, record_text(record, "taken_by"), name, sizeof(name));
    snprintf(desk->line.notice, sizeof(desk->line.notice), _("%1$s has got it: %2$s"), name,
             summary);
}

static void tell(struct watch *watch)
{
    struct desk *desk = watch->desk;
    char name[WORK_NAME_SIZE], summary[WORK_NAME_SIZE / 2];
    const struct record *record = watch->newest != NULL ? watch->newest : watch->news;
    bool accepted = record != NULL && has_state(record, "accepted");

    text_copy(desk->line.notice, sizeof(desk->line.notice), "");
    if (tell_message(watch))
        return;
    /* An offer first, then what was decided last. */
    if (watch->taken != NULL &&
        (record == NULL ||
         (watch->newest == NULL && strcmp(record_text(record, "decided_at"),
                                          record_text(watch->taken, "decided_at")) < 0))) {
        tell_taken(watch);
        return;
    }
    if (record == NULL)
        return;
    if (watch->newest == NULL && !accepted)
        work_target_name(desk, record, name, sizeof(name));
    else
        work_agent_name(desk, record_text(record, watch->newest != NULL ? "from" : "taken_by"),
                        name, sizeof(name));
    handoff_summary(desk, record, summary, sizeof(summary));
    snprintf(desk->line.notice, sizeof(desk->line.notice),
             watch->newest != NULL          ? _("Ctrl-V: %1$s hands off to you: %2$s")
             : accepted                     ? _("%1$s has taken over: %2$s")
             : has_state(record, "expired") ? _("%1$s did not answer in time: %2$s")
                                            : _("%1$s declined: %2$s"),
             name, summary);
}

/* What follows from what the server confirmed. It comes again while it fails. */
static void follow(struct watch *watch)
{
    struct author author = desk_author(watch->desk);
    struct batch batch = {0};
    int code = handoff_follow(&batch, &author, watch->desk->store, NULL);

    if (code == 0 && batch.count > 0)
        desk_apply(watch->desk, &batch, NULL);
    batch_clear(&batch);
}

static void handoffs_observe(struct desk *desk)
{
    const struct store_query query = {.type = RECORD_HANDOFF, .newest_first = true};
    struct watch watch = {.desk = desk};

    desk->line.handoffs_offered = 0;
    if (store_each(desk->store, &query, watch_one, &watch, NULL) == 0) {
        tell(&watch);
        follow(&watch);
    }
    record_free(watch.newest);
    record_free(watch.news);
    record_free(watch.talk);
    record_free(watch.taken);
}

/* In a contact or a case F5 hands off; once more, on that screen, shows the hand-offs. */
static const char *handoffs_instead(struct screen *top)
{
    const struct desk_open *open = &top->desk->open;
    json_t *matter = NULL;
    bool hands_off = !id_is_empty(&open->contact);

    if (!hands_off && !id_is_empty(&open->matter))
        matter = ui_state_of(top->ui, "case");
    hands_off = hands_off || matter != NULL;
    json_decref(matter);
    return hands_off && strcmp(top->kind->name, "handoff") != 0 ? "handoff" : NULL;
}

static void home_offered(struct home *home, struct desk *desk)
{
    struct queue_line line = {0};
    char name[WORK_NAME_SIZE], remark[2 * WORK_NAME_SIZE], summary[HANDOFF_SUMMARY_SIZE];

    queue_line_read(&line, desk->store, desk->catalogue, desk->agent, desk_now(desk), NULL);
    for (size_t i = 0; i < line.count; i++) {
        const struct record *record = line.items[i].handoff;

        if (!queue_line_offers(&line.items[i]))
            continue;
        work_agent_name(desk, record_text(record, "from"), name, sizeof(name));
        snprintf(remark, sizeof(remark), _("from %s"), name);
        handoff_summary(desk, record, summary, sizeof(summary));
        home_add(home, HOME_HANDOFFS, summary, remark, "offer",
                 json_pack("{s:s}", "id", record->id.text));
    }
    queue_line_free(&line);
}

/* A supervisor sees which open cases of the office are passed on again and again. */
static void home_ping_pong(struct home *home, struct desk *desk)
{
    struct handoff_tallies tallies;
    char remark[WORK_NAME_SIZE], text[2 * WORK_NAME_SIZE], title[WORK_NAME_SIZE];

    if (!desk_may(desk, PERMISSION_SUPERVISE) ||
        handoff_tallies_read(&tallies, desk->store, NULL) != 0)
        return;
    for (size_t i = 0; i < tallies.count; i++) {
        struct record *matter;

        if (tallies.list[i].count < HANDOFF_PING_PONG)
            continue;
        matter = work_get(desk, RECORD_CASE, tallies.list[i].matter.text, NULL);
        if (matter != NULL && strcmp(record_text(matter, "office"), desk_office(desk)) == 0 &&
            strcmp(record_text(matter, "status"), "closed") != 0) {
            work_title(desk, RECORD_SERVICE, record_text(matter, "service"), title, sizeof(title));
            snprintf(text, sizeof(text), "%s %s", record_text(matter, "reference"), title);
            snprintf(remark, sizeof(remark), _("handed off %d times"), tallies.list[i].count);
            home_add(home, HOME_HANDOFFS, text, remark, "case",
                     json_pack("{s:s}", "id", matter->id.text));
        }
        record_free(matter);
    }
    handoff_tallies_free(&tallies);
}

static void handoffs_home(struct home *home, struct desk *desk)
{
    if (desk->store == NULL)
        return;
    home_offered(home, desk);
    home_ping_pong(home, desk);
}

extern const struct screen_kind screen_handoff_list;
const struct screen_kind screen_handoff_list = {
    .name = "handoffs",
    .title = N_("Hand-offs"),
    .help = N_("What is offered to you or your queues, and what became of the hand-offs you made "
               "or took."),
    .command = N_("handoffs"),
    .code = INPUT_F(5),
    .label = N_("Hand-offs"),
    .instead = handoffs_instead,
    .flags = SCREEN_SINGLE,
    .keys = handoffs_keys,
    .open = handoffs_open,
    .close = handoffs_close,
    .draw = handoffs_draw,
    .key = handoffs_key,
    .save = handoffs_save,
    .changed = read_all,
    .observe = handoffs_observe,
    .home = handoffs_home,
};
