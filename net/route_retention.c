/*
 * GET and POST /v1/retention: the rules of how long things are kept, and what they will erase, and
 * when. Nothing is changed here: rules are set, and rounds run, at the server's machine
 * (guichetd retention).
 */
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_audit_names.h"
#include "net/ledger_keeping.h"
#include "net/ledger_retention.h"
#include "net/route_keeping.h"

/* Files that one request looks at: whoever waits sees that it goes on. */
#define STEP_LIMIT 300
#define DAY_MS     (INT64_C(24) * 3600 * 1000)
#define DAYS_MOST  3660

static void add_rule(void *context, const struct ledger_retention *rule)
{
    json_array_append_new(context, json_pack("{s:s, s:s, s:I}", "what", rule->what, "service",
                                             rule->service, "months", (json_int_t)rule->months));
}

/* New; NULL with a problem set. */
static json_t *rules_json(struct request *request)
{
    json_t *rules = json_array();
    struct error error = ERROR_INIT;
    int code = ledger_retention_each(request->server->ledger, add_rule, rules, &error);

    if (code == 0)
        return rules;
    json_decref(rules);
    request_error(request, code, &error);
    return NULL;
}

static enum route_result handle_get(struct request *request)
{
    json_t *rules = keeping_at_centre(request) ? rules_json(request) : NULL;

    if (rules != NULL)
        request_answer(
            request, 200,
            json_pack("{s:o, s:o}", "rules", rules, "time", json_time(clock_system(NULL))));
    return ROUTE_ANSWERED;
}

/* --- what they will erase --------------------------------------------------------------------- */

static void add_due(void *context, const struct ledger_retention_due *due)
{
    json_array_append_new(
        context, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:I}", "what", due->what, "service",
                           due->service, "type", record_type_name(due->type), "record", due->id,
                           "due", json_time(due->due_ms), "latest", json_time(due->latest_ms),
                           "records", (json_int_t)due->records));
}

/* That somebody saw the list. False with a problem set. */
static bool note(struct request *request, const json_t *due, bool first)
{
    static const struct audit_entry entry = {
        .kind = AUDIT_READ, .purpose = PURPOSE_PRIVACY, .what = "retention: what is due"};

    return (!first && json_array_size(due) == 0) || request_audit(request, &entry);
}

struct forecast {
    struct ledger_retention_place place;
    struct ledger_retention_round round;
    bool first;
    json_t *due; /* owned */
};

static int look_on(struct request *request, int64_t days, bool listed, struct forecast *forecast,
                   struct error *error)
{
    struct ledger *ledger = request->server->ledger;
    const struct ledger_retention_asked asked = {
        .now_ms = clock_system(NULL) + days * DAY_MS,
        .dry = true,
        .limit = STEP_LIMIT,
        .visit = listed ? add_due : NULL,
        .context = forecast->due,
    };
    int code = ledger_retention_step(ledger, &asked, &forecast->place, &forecast->round, error);

    return code == 0 ? ledger_audit_names(ledger, forecast->due, error) : code;
}

static void answer(struct request *request, struct forecast *forecast)
{
    const struct ledger_retention_round *round = &forecast->round;
    json_t *rules = forecast->first ? rules_json(request) : NULL;

    if (forecast->first && rules == NULL)
        return;
    if (!note(request, forecast->due, forecast->first)) {
        json_decref(rules);
        return;
    }
    request_answer(
        request, 200,
        json_pack("{s:o*, s:{s:i, s:I}, s:b, s:O, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "rules",
                  rules, "place", "stage", forecast->place.stage, "row",
                  (json_int_t)forecast->place.row, "ended", (int)forecast->place.ended, "due",
                  forecast->due, "looked_at", (json_int_t)round->looked_at, "files",
                  (json_int_t)round->files, "records", (json_int_t)round->records, "attachments",
                  (json_int_t)round->attachments, "words", (json_int_t)round->words, "held",
                  (json_int_t)round->held, "at_work", (json_int_t)round->at_work, "time",
                  json_time(clock_system(NULL))));
}

static void forecast_answer(struct request *request, const json_t *body)
{
    const json_t *place = json_object_get(body, "place");
    int64_t days = json_integer_or(body, "days", 0);
    struct forecast forecast = {.place = {.stage = (int)json_integer_or(place, "stage", 0),
                                          .row = json_integer_or(place, "row", 0)},
                                .first = place == NULL,
                                .due = json_array()};
    struct error error = ERROR_INIT;
    bool listed = false, all = false;
    int code;

    if (days < 0 || days > DAYS_MOST) {
        request_problem(request, PROBLEM_BAD_PARAMETER, "\"days\": 0 to %d", DAYS_MOST);
    } else if (keeping_role_may(request, PERMISSION_READ_PROTECTED, &listed)) {
        /* Which ones, of whichever office: for whose mandate that is. */
        code =
            ledger_keeping_is_for_all(request->server->ledger, &request->actor.agent, &all, &error);
        if (code == 0)
            code = look_on(request, days, listed && all, &forecast, &error);
        if (code == 0)
            answer(request, &forecast);
        else
            request_error(request, code, &error);
    }
    json_decref(forecast.due);
}

static enum route_result handle_post(struct request *request)
{
    json_t *body = keeping_at_centre(request) ? request_json(request) : NULL;

    if (body != NULL)
        forecast_answer(request, body);
    json_decref(body);
    return ROUTE_ANSWERED;
}

#define MAY(permission) ((permission_set)1 << PERMISSION_##permission)

static const enum problem problems[] = {
    PROBLEM_BAD_REQUEST,  PROBLEM_BAD_JSON,  PROBLEM_BAD_PARAMETER,
    PROBLEM_UNAUTHORIZED, PROBLEM_FORBIDDEN, PROBLEM_AT_CENTRE,
    PROBLEM_STORAGE,      PROBLEM_BUSY,      PROBLEM_NONE};

const struct route route_retention = {
    .method = "GET",
    .path = "/v1/retention",
    .operation = "retention",
    .any = MAY(ERASE) | MAY(DISCLOSE),
    .summary = "How long things are kept: the rules",
    .handle = handle_get,
    .response_schema = "Retention",
    .status = 200,
    .problems = problems,
};

const struct route route_retention_ask = {
    .method = "POST",
    .path = "/v1/retention",
    .operation = "retention-ask",
    .any = MAY(ERASE) | MAY(DISCLOSE),
    .summary = "What the rules will have erased so many days from now, in steps; nothing is",
    .body_limit = 4096,
    .handle = handle_post,
    .request_schema = "RetentionQuestion",
    .response_schema = "Retention",
    .status = 200,
    .problems = problems,
};
