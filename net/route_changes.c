#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/clock.h"
#include "app/json.h"
#include "app/merge.h"
#include "app/text.h"
#include "net/announcements.h"
#include "net/feed_page.h"
#include "net/request_wait.h"

#define LIMIT_PRESET 500
#define DAY_MS       (INT64_C(86400) * 1000)

/* A reading of the feed, also while it waits. */
struct reading {
    struct server *server;
    struct id agent;
    bool catalogue_scope; /* of the catalogue, not of the desk */
    int64_t since;
    char epoch[LEDGER_EPOCH_SIZE]; /* of `since`, "" when not told */
    struct id made;                /* accepted from the caller, and past `since` */
    int64_t limit;
    int64_t catalogue; /* -1: not asked */
    int64_t merge;     /* the caller's version of merge; 0: it works out nothing */
    struct ledger_old old;
    struct id device;
    struct request_wait wait;
    int64_t asked;     /* `since` as it was asked */
    int64_t announced; /* the caller was told of announcements up to this; -1: does not hear */
    bool heard;        /* the answer announces something */
    bool armed;        /* the bell is, and nothing was looked at since */
    bool away;         /* the caller said so */
    bool holding;      /* counted as holding a doorbell */
    struct scope_set scopes; /* to read; empty until found */
    uint64_t people;         /* ledger_people when they were found */
    int64_t told;            /* at a relay: what the caller was told of, up to this number */
    int64_t relay;           /* at a relay: the version of its link that the caller knows of */
};

static void reading_free(void *state)
{
    struct reading *reading = state;

    doorbell_disarm(reading->wait.waiter);
    scope_set_free(&reading->scopes);
    if (reading->holding)
        presence_hold(reading->server->presence, &reading->agent, -1, clock_system(NULL));
    if (reading->heard)
        announcements_told(reading->server->announcements);
    free(reading);
}

/* Since when what has rested is withheld from this feed: by whole days, and for a caller that reads
 * on from a page of yesterday as it was then. */
static int64_t withheld_since(const struct server *server, int64_t now_ms, int64_t asked_ms)
{
    unsigned days = server->options.feed_days != 0 ? server->options.feed_days : SERVER_FEED_DAYS;
    int64_t since_ms = now_ms - now_ms % DAY_MS - days * DAY_MS;

    return asked_ms < since_ms && asked_ms >= since_ms - DAY_MS ? asked_ms : since_ms;
}

/* Reads the parameters; false with a problem set. */
static bool reading_fill(struct request *request, struct reading *reading)
{
    const char *epoch = request_parameter(request, "epoch");
    const char *made = request_parameter(request, "made");
    const char *away = request_parameter(request, "away");

    reading->server = request->server;
    reading->agent = request->actor.agent;
    reading->device = reading->old.device = request->actor.device;
    reading->old.agent = request->actor.agent;
    if (!request_catalogue_scope(request, &reading->catalogue_scope) ||
        !request_number(request, "since", 0, INT64_MAX, 0, &reading->since) ||
        !request_number(request, "limit", 1, LEDGER_PAGE_LIMIT, LIMIT_PRESET, &reading->limit) ||
        !request_number(request, "catalogue", 0, INT64_MAX, -1, &reading->catalogue) ||
        !request_number(request, "merge", 0, INT64_MAX, 0, &reading->merge) ||
        !request_number(request, "unheld", 0, INT64_MAX, 0, &reading->old.unheld) ||
        !request_number(request, "old", 0, INT64_MAX, 0, &reading->old.before_ms) ||
        !request_number(request, "until", 0, INT64_MAX, 0, &reading->old.until) ||
        !request_number(request, "begun", 0, INT64_MAX, 0, &reading->old.begun) ||
        !request_number(request, "told", 0, INT64_MAX, 0, &reading->told) ||
        !request_number(request, "relay", 0, INT64_MAX, -1, &reading->relay) ||
        !request_number(request, "announced", 0, INT64_MAX, -1, &reading->announced) ||
        !request_wait_read(request, &reading->wait))
        return false;
    if (!reading->catalogue_scope)
        reading->old.withheld_ms =
            withheld_since(request->server, clock_system(NULL), reading->old.before_ms);
    reading->asked = reading->since;
    if (reading->catalogue_scope || reading->wait.deadline_ms == 0)
        reading->announced = -1;
    reading->away = away != NULL && strcmp(away, "true") == 0;
    if (epoch != NULL)
        text_copy(reading->epoch, sizeof(reading->epoch), epoch);
    if (made != NULL && !id_parse(&reading->made, made)) {
        request_problem(request, PROBLEM_BAD_PARAMETER, "%s", "\"made\" is not a UUID");
        return false;
    }
    return true;
}

/* The scopes to read, by the agent's record as it stands now. Others than before disarm the
 * doorbell. */
static int reading_scopes(struct reading *reading, struct error *error)
{
    uint64_t people = ledger_people(reading->server->ledger);
    int code;

    if (reading->scopes.count > 0 && (reading->catalogue_scope || people == reading->people))
        return 0;
    doorbell_disarm(reading->wait.waiter);
    reading->wait.waiter = NULL;
    scope_set_free(&reading->scopes);
    reading->people = people;
    if (reading->catalogue_scope)
        return scope_set_add(&reading->scopes, "", LEDGER_CATALOGUE_SCOPE, error);
    code = ledger_desk_scopes(reading->server->ledger, &reading->agent, &reading->scopes, error);
    if (code != 0)
        scope_set_free(&reading->scopes);
    return code;
}

/* The caller works out by itself what its operations made. */
static bool works_out(const struct reading *reading)
{
    return reading->merge == MERGE_VERSION && !id_is_empty(&reading->device);
}

/* Arms the doorbell anew. The catalogue is always listened to: the agent's record, which says what
 * the desk's scopes are, is part of it. */
static int reading_arm(struct request *request, struct reading *reading, struct error *error)
{
    struct scope_set heard = {0};
    int code;

    if (reading->wait.waiter != NULL) {
        doorbell_rearm(reading->wait.waiter);
        return 0;
    }
    code = scope_set_add_all(&heard, &reading->scopes, error);
    if (code == 0)
        code = scope_set_add(&heard, "", LEDGER_CATALOGUE_SCOPE, error);
    if (code == 0)
        code = request_wait_arm(request, &reading->wait, &heard, error);
    if (code == 0 && reading->announced >= 0)
        doorbell_hear_announcements(reading->wait.waiter);
    if (code == 0 && works_out(reading))
        doorbell_spare(reading->wait.waiter, &reading->device);
    scope_set_free(&heard);
    return code;
}

/* One page of the scopes as they are. Had they changed between the looking for them and the
 * reading, the cursor could pass what is in a new one: then both are done again. */
static int reading_page(struct request *request, struct reading *reading, struct ledger_page *page,
                        struct error *error)
{
    int code;

    do {
        ledger_page_clear(page);
        code = reading_scopes(reading, error);
        if (code == 0 && reading->wait.deadline_ms > 0 &&
            (!reading->armed || reading->wait.waiter == NULL))
            code = reading_arm(request, reading, error);
        reading->armed = false;
        if (code == 0)
            code = ledger_changes_but_old(
                reading->server->ledger, &reading->scopes, reading->since, (size_t)reading->limit,
                works_out(reading) ? &reading->device : NULL, &reading->old, page, error);
    } while (code == 0 && !reading->catalogue_scope &&
             ledger_people(reading->server->ledger) != reading->people);
    return code;
}

/* Those of a relay; NULL at the centre. */
static int relay_members(struct request *request, const struct reading *reading, json_t **members,
                         struct error *error)
{
    struct relay_board *board = request->server->options.board;

    *members = NULL;
    if (board == NULL || reading->catalogue_scope)
        return 0;
    return feed_page_members(request->server->ledger, board, &reading->agent, reading->told,
                             members, error);
}

static void answer(struct request *request, const struct ledger_page *page, json_t *members)
{
    const struct reading *reading = request->state;
    const char *feed = ledger_feed(request->server->ledger);
    bool binary = page->count > 0 && request_wants_binary(request);
    struct text_buffer body = {0};
    size_t length;

    if (binary)
        feed_page_write_binary(&body, feed, page, members, reading->old.withheld_ms,
                               clock_system(NULL));
    else
        feed_page_write(&body, feed, page, members, reading->old.withheld_ms, clock_system(NULL));
    length = body.length;
    request_answer_bytes(request, 200, binary ? BINARY_MEDIA_TYPE : "application/json",
                         text_buffer_take(&body), length);
}

/* What there is of announcements, and no page beside it: they come before anything is read. They
 * are text already, which is not read to be written again. */
static void answer_announced(struct request *request, const struct reading *reading,
                             const struct text_buffer *announcements, const json_t *members)
{
    char none[] = "";
    struct ledger_page page = {.records = none, .next = reading->asked};
    struct text_buffer body = {0};
    size_t length;

    page.catalogue = reading->catalogue > 0 ? reading->catalogue : 0;
    text_copy(page.epoch, sizeof(page.epoch), reading->epoch);
    feed_page_write(&body, ledger_feed(request->server->ledger), &page, members,
                    reading->old.withheld_ms, clock_system(NULL));
    feed_page_announce(&body, announcements, reading->announced);
    length = body.length;
    request_answer_bytes(request, 200, "application/json", text_buffer_take(&body), length);
    request->reply.hurried = true;
}

/* Tells what was announced to who hears it, before the page is read. The scopes are those of the
 * agent's record as it stands, as for a page. */
static int look_at_announcements(struct request *request, struct reading *reading, bool *over,
                                 struct error *error)
{
    struct announcement_reader reader = {.agent = reading->agent, .device = reading->device};
    struct text_buffer text = {0};
    json_t *members = NULL;
    bool stirred = reading->wait.waiter != NULL && doorbell_is_stirred(reading->wait.waiter);
    size_t count;
    int code = reading_scopes(reading, error);

    if (code == 0)
        code = reading_arm(request, reading, error);
    if (code != 0)
        return code;
    reading->armed = true;
    if (stirred)
        announcements_await(request->server->announcements);
    text_buffer_add_text(&text, "[");
    reader.scopes = &reading->scopes;
    reader.after = reading->announced;
    count = announcements_read(request->server->announcements, &reader, &text, &reading->announced);
    *over = count > 0 && ledger_people(request->server->ledger) == reading->people;
    reading->heard = *over;
    if (count > 0 && !*over)
        announcements_told(request->server->announcements);
    if (*over)
        code = relay_members(request, reading, &members, error);
    text_buffer_add_text(&text, "]");
    if (*over && code == 0)
        answer_announced(request, reading, &text, members);
    json_decref(members);
    text_buffer_free(&text);
    return code;
}

/* While it waits, the agent is at the terminal, or says again that they are not: a server that was
 * started meanwhile has forgotten. */
static void hold(struct reading *reading)
{
    int64_t now = clock_system(NULL);

    if (reading->holding)
        return;
    reading->holding = true;
    presence_hold(reading->server->presence, &reading->agent, 1, now);
    if (reading->away)
        presence_say_away(reading->server->presence, &reading->agent, true, now);
}

static void give(struct request *request, const struct ledger_page *page, json_t *members)
{
    announcements_given(request->server->announcements, &request->actor.agent,
                        &request->actor.device, page->records);
    answer(request, page, members);
}

/* So many pages of nothing are passed over in one look: others wait for the thread. */
#define PASSED_MOST 16

/* The first page with something in it, or the last: what lies in between says nothing to the
 * caller, who would ask for the next with the place where the first began (`begun`). */
static int reading_on(struct request *request, struct reading *reading, struct ledger_page *page,
                      struct error *error)
{
    int64_t begun = reading->old.begun, since = reading->since;
    int code = reading_page(request, reading, page, error);

    for (int i = 0; i < PASSED_MOST && code == 0 && since > 0 && page->more && page->count == 0 &&
                    page->gone_count == 0;
         i++) {
        reading->since = page->next;
        if (begun == 0)
            reading->old.begun = since;
        code = reading_page(request, reading, page, error);
    }
    reading->old.begun = begun;
    return code;
}

static int look(struct request *request, bool *over, struct error *error)
{
    struct reading *reading = request->state;
    struct ledger_page page = {0};
    json_t *members = NULL;
    int code = reading->announced >= 0 ? look_at_announcements(request, reading, over, error) : 0;

    if (code != 0 || *over)
        return code;
    code = reading_on(request, reading, &page, error);

    if (code == 0)
        code = relay_members(request, reading, &members, error);
    if (code == 0)
        ledger_epoch_keep(&page, reading->since, reading->epoch);
    *over = code != 0 || feed_page_is_news(&page, reading->catalogue) ||
            feed_page_members_are_news(members, reading->relay) ||
            request_wait_is_over(request, &reading->wait);
    if (code == 0 && *over && request_audit_page(request, &page, "changes", PURPOSE_NONE))
        give(request, &page, members);
    if (!*over)
        hold(reading);
    json_decref(members);
    /* What the caller knows is not looked at again while it waits. */
    if (code == 0)
        reading->since = page.next;
    ledger_page_clear(&page);
    return code;
}

/* GET /v1/changes: what changed, now or as soon as something does. */
static enum route_result handle_changes(struct request *request)
{
    struct reading *reading = request->state;

    if (reading == NULL) {
        reading = request_state_new(request, sizeof(*reading), reading_free);
        if (reading == NULL || !reading_fill(request, reading) ||
            !request_history_holds(request, reading->since, reading->epoch, &reading->made) ||
            !request_shown_holds(request, request_parameter(request, "shown")) ||
            (!reading->catalogue_scope &&
             !request_gone_holds(request, reading->since, reading->epoch)))
            return ROUTE_ANSWERED;
    }
    return request_wait(request, &reading->wait, look);
}

static const struct route_parameter parameters[] = {
    {"scope", "{\"enum\": [\"catalogue\", \"desk\"], \"default\": \"desk\"}",
     "Which records: the public catalogue, or all that this agent's desk may see"},
    {"since", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "The `next` of the page before"},
    {"epoch", "{\"type\": \"string\"}",
     "The `epoch` of the page before: tells a server that was restored from an older copy"},
    {"made", "{\"type\": \"string\", \"format\": \"uuid\"}",
     "The caller's last accepted operation, until the feed was read past it "
     "by a request that named it: to the same end"},
    {"shown", "{\"type\": \"string\"}",
     "The `seq` of a record that came with a refusal, or `head` of a page of a file or of one "
     "with `more`, a point, and the `epoch` that was told with it; "
     "of each epoch the highest, with commas between: to the same end"},
    {"limit", "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000, \"default\": 500}",
     "Most records in the page"},
    {"wait", "{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 60, \"default\": 0}",
     "Seconds to wait for a change when there is none yet"},
    {"away", "{\"enum\": [\"true\"]}",
     "The agent has said that they are away: said again, for a server that was started meanwhile"},
    {"merge", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "The caller's version of merge: when it is the server's, "
     "what the caller's own operations made of records that it held is left out"},
    {"unheld", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "With `merge`: but for what they made up to this number, which the caller may not hold. "
     "The `head` that came with its session, until it has read to the end once"},
    {"old", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "The caller begins, and does not want the files of its office's cases that were closed, "
     "and have rested, since before this time (ms since 1970): they are fetched by /v1/files. "
     "What has rested since before the `old` of the answer is not given, "
     "whatever is asked for here"},
    {"until", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "With `old`, for the pages past the first: the `head` of that one. "
     "What changed after it is not left out"},
    {"begun", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "For the pages past the first, also after a restart: the `since` of that one. "
     "What changed after it and is withheld is told as `gone`"},
    {"catalogue", "{\"type\": \"integer\", \"minimum\": 0}",
     "End the wait also when the catalogue has something past this number"},
    {"told", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "At a relay: the highest `number` of `told` that the caller has written down"},
    {"relay", "{\"type\": \"integer\", \"minimum\": 0}",
     "At a relay: end the wait also when the `version` of its link is another one"},
    {"announced", "{\"type\": \"integer\", \"minimum\": 0}",
     "With `wait`: end it also for `announcements` past this number, the `announced` of the answer "
     "that told of the last ones, 0 at first"},
    {0},
};

static const enum problem problems[] = {PROBLEM_BAD_PARAMETER, PROBLEM_UNAUTHORIZED,
                                        PROBLEM_OTHER_HISTORY, PROBLEM_STORAGE,
                                        PROBLEM_BUSY,          PROBLEM_NONE};

const struct route route_changes = {
    .method = "GET",
    .path = "/v1/changes",
    .operation = "changes",
    .any = PERMISSION_ANY,
    .summary = "Read records changed since a number, waiting for them if asked",
    .binary_answer = true,
    .handle = handle_changes,
    .response_schema = "Changes",
    .status = 200,
    .problems = problems,
    .parameters = parameters,
};
