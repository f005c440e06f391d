/* May this agent do that? What merge does not see: scopes, roles, queues, and what there is. */
#include "net/ledger_attempt.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"

#include <string.h>

#include "app/calendar.h"
#include "app/client_merge.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/ticket_roll.h"

/* Fields that say whose work it is: an append by another agent would be a forgery. */
static const struct {
    enum record_type type;
    const char *member;
} authors[] = {
    {RECORD_NOTE, "author"},           {RECORD_HANDOFF, "from"},   {RECORD_CASE, "opened_by"},
    {RECORD_SUBMISSION, "started_by"}, {RECORD_CONTACT, "agent"},  {RECORD_FLAG, "agent"},
    {RECORD_TICKET, "issued_by"},      {RECORD_MESSAGE, "author"}, {RECORD_TASK, "author"},
    {RECORD_DELEGATION, "author"},     {RECORD_CONSENT, "author"}, {RECORD_VIEW, "owner"},
    {RECORD_ACCESS, "agent"},
};

/* Members that name other work records: nobody reaches a record by naming it. */
static const struct {
    const char *member;
    enum record_type type;
} references[] = {
    {"case", RECORD_CASE},       {"client", RECORD_CLIENT},         {"contact", RECORD_CONTACT},
    {"corrects", RECORD_NOTE},   {"submission", RECORD_SUBMISSION}, {"handoff", RECORD_HANDOFF},
    {"ticket", RECORD_TICKET},   {"delegate", RECORD_CLIENT},       {"note", RECORD_NOTE},
    {"promise", RECORD_PROMISE},
};

/* Whoever serves the queue that a hand-off waits in is told why they cannot take it. */
static bool is_of_own_queue(const struct attempt *attempt)
{
    const struct record *record = attempt->row.record;
    bool own = false;

    if (record->type != RECORD_HANDOFF || attempt->operation->kind != OPERATION_CLAIM)
        return false;
    for (size_t i = 0; i < attempt->desk->count && !own; i++)
        own = ledger_queue_is_scope(attempt->desk->names[i], record_text(record, "to_queue")) ||
              ledger_queue_is_scope(attempt->desk->names[i], record_text(record, "also_queue"));
    return own;
}

int attempt_find(struct attempt *attempt, struct error *error)
{
    struct database *database = attempt->ledger->writer;
    struct scope_set scopes = {0};
    bool is_new = false;
    int code =
        attempt->operation->kind == OPERATION_APPEND
            ? ledger_gap_look(attempt->ledger, &attempt->ledger->record_gap, LEDGER_RECORD_FROM,
                              &attempt->operation->record, &is_new, error)
            : 0;

    if (code != 0 || is_new)
        return code;
    code = ledger_row_read(database, attempt->operation->type, &attempt->operation->record,
                           &attempt->row, error);

    if (code == ERROR_NOT_FOUND)
        return 0;
    if (code == 0 && record_is_erased(attempt->row.record)) {
        attempt_refuse(attempt, MERGE_ERASED, "");
        return 0;
    }
    if (code == 0)
        code = ledger_row_scopes(database, attempt->row.row, &scopes, error);
    attempt->visible = code == 0 && (record_type_is_catalogue(attempt->operation->type) ||
                                     scope_set_meets(&scopes, attempt->desk));
    scope_set_free(&scopes);
    if (code == 0 && !attempt->visible && !is_of_own_queue(attempt))
        attempt_refuse(attempt, MERGE_FORBIDDEN, "");
    return code;
}

/* Every record that the operation's body names must be visible, or not be there (yet). A hand-off
 * opens what it names to others, so there it must be there. */
static int check_references(struct attempt *attempt, struct error *error)
{
    const struct operation *operation = attempt->operation;
    int code = 0;

    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]) && code == 0; i++) {
        const char *id = json_text_or(operation->body, references[i].member, "");
        struct scope_set scopes = {0};
        bool exists = false;

        if (id[0] == '\0')
            continue;
        code =
            ledger_named_scopes(attempt->ledger, references[i].type, id, &scopes, &exists, error);
        if (code == 0 && exists && !scope_set_meets(&scopes, attempt->desk))
            attempt_refuse(attempt, MERGE_FORBIDDEN, references[i].member);
        else if (code == 0 && !exists && operation->type == RECORD_HANDOFF)
            attempt_refuse(attempt, MERGE_MISSING, references[i].member);
        scope_set_free(&scopes);
        if (attempt_is_refused(attempt))
            break;
    }
    return code;
}

/* The office that the agent works in, whatever of it their role reads. */
static int add_own_office(struct attempt *attempt, struct scope_set *allowed, struct error *error)
{
    char key[RECORD_KEY_SIZE];
    struct ledger_row row;
    int code =
        ledger_row_read(attempt->ledger->writer, RECORD_AGENT, &attempt->actor->agent, &row, error);

    if (code == 0 && record_text(row.record, "office")[0] != '\0') {
        record_full_key(row.record, record_text(row.record, "office"), key);
        code = scope_set_add(allowed, "office:", key, error);
    }
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* A new record belongs to an office: the agent's own, or one that the case is in already. */
static int check_office(struct attempt *attempt, struct error *error)
{
    const json_t *body = attempt->operation->body;
    struct scope_set office = {0}, allowed = {0};
    int code = scope_set_add(&office, "office:", json_text_or(body, "office", ""), error);

    /* Mostly it is one that the desk reads: then there is nothing to look up. */
    if (code == 0 && scope_set_meets(&office, attempt->desk)) {
        scope_set_free(&office);
        return 0;
    }
    if (code == 0)
        code = ledger_scopes_of(attempt->ledger->writer, RECORD_CASE,
                                json_text_or(body, "case", ""), &allowed, NULL, error);
    if (code == 0 && !scope_set_meets(&office, &allowed))
        code = add_own_office(attempt, &allowed, error);
    /* A body without an office is refused by merge, which says so better. */
    if (code == 0 && json_text_or(body, "office", NULL) != NULL &&
        !scope_set_meets(&office, &allowed))
        attempt_refuse(attempt, MERGE_FORBIDDEN, "office");
    scope_set_free(&office);
    scope_set_free(&allowed);
    return code;
}

static void check_author(struct attempt *attempt)
{
    const struct operation *operation = attempt->operation;

    for (size_t i = 0; i < sizeof(authors) / sizeof(authors[0]); i++) {
        const char *author = authors[i].type == operation->type
                                 ? json_text_or(operation->body, authors[i].member, NULL)
                                 : NULL;

        if (author != NULL && strcmp(author, attempt->actor->agent.text) != 0)
            attempt_refuse(attempt, MERGE_ACTOR, authors[i].member);
    }
}

/*
 * What follows from another record the server makes under an id that it computes from that one, so
 * that it is made once: whoever could make a record under it beforehand would keep it from being
 * made. What terminals make has ids of its own, but for what they compute alike (app/choice.h).
 */
static void check_id(struct attempt *attempt)
{
    const struct operation *operation = attempt->operation;

    if ((operation->type == RECORD_HANDOFF || operation->type == RECORD_TASK ||
         operation->type == RECORD_MESSAGE) &&
        id_is_computed(&operation->record))
        attempt_refuse(attempt, MERGE_FORBIDDEN, "");
}

/* An escalation is answered, a hand-off is re-assigned, and the highest priority is given, by a
 * supervisor. */
static void check_supervisor(struct attempt *attempt, const char *member)
{
    if (!attempt_may(attempt, PERMISSION_SUPERVISE))
        attempt_refuse(attempt, MERGE_ACTOR, member);
}

/* Nothing is handed off to nobody: the agent, office or queue is in the catalogue. */
static int check_offered_to(struct attempt *attempt, struct error *error)
{
    const char *missing = NULL;
    int code = attempt->target_known
                   ? 0
                   : ledger_handoff_check_target(attempt->ledger, attempt->operation->body,
                                                 &missing, error);

    if (code == 0 && missing != NULL)
        attempt_refuse(attempt, MERGE_MISSING, missing);
    if (code == 0 && !attempt_is_refused(attempt) &&
        json_integer_or(attempt->operation->body, "priority", 0) == QUEUE_PRIORITY_MOST)
        check_supervisor(attempt, "priority");
    return code;
}

/* Nobody waits in a line that there is not. */
static int check_ticket_queue(struct attempt *attempt, struct error *error)
{
    bool exists;
    int code =
        ledger_ticket_queue_exists(attempt->ledger, attempt->operation->body, &exists, error);

    if (code == 0 && !exists)
        attempt_refuse(attempt, MERGE_MISSING, "queue");
    return code;
}

/* A supervisor gives what they may see to an agent or a queue that there is, unless it has
 * gone on already. */
static int check_reassigned(struct attempt *attempt, struct error *error)
{
    const char *missing = NULL;
    struct id following;
    bool followed = false;
    int code = 0;

    check_supervisor(attempt, "state");
    if (code == 0 && !attempt_is_refused(attempt))
        code = ledger_reassign_check(attempt->ledger, attempt->operation->body, &missing, error);
    if (missing != NULL)
        attempt_refuse(attempt, MERGE_MISSING, missing);
    if (code == 0 && !attempt_is_refused(attempt))
        code = ledger_handoff_following(attempt->ledger, attempt->row.record, &following, &followed,
                                        error);
    if (followed)
        attempt_refuse(attempt, MERGE_TAKEN, "state");
    return code;
}

/* Who answers for a queue can do what is asked; who accepts also has room for it. */
static int check_fit(struct attempt *attempt, bool accepts, struct error *error)
{
    char field[LEDGER_FIELD_SIZE];
    enum merge_refusal refusal;
    int code = ledger_queue_judge(attempt->ledger, attempt->row.record, &attempt->actor->agent,
                                  attempt->now_ms, &refusal, field, error);

    if (code == 0 && (refusal == MERGE_UNFIT || (refusal == MERGE_FULL && accepts)))
        attempt_refuse(attempt, refusal, field);
    return code;
}

/* Who may answer a hand-off to an office or a queue stands in the agent's record, which merge does
 * not see. */
static int check_target(struct attempt *attempt, struct error *error)
{
    static const char *const answers[] = {"accepted", "declined"};
    const struct record *handoff = attempt->row.record;
    const char *state = json_text_or(attempt->operation->body, "state", "");
    const char *office = record_text(handoff, "to_office");
    const char *queue = record_text(handoff, "to_queue");
    const char *also = record_text(handoff, "also_queue");
    struct scope_set targets = {0};
    int code = 0;

    if (strcmp(state, "reassigned") == 0)
        return check_reassigned(attempt, error);
    if (strcmp(state, answers[0]) != 0 && strcmp(state, answers[1]) != 0)
        return 0;
    if (record_text(handoff, "to_agent")[0] != '\0')
        code = scope_set_add(&targets, "agent:", record_text(handoff, "to_agent"), error);
    if (code == 0 && office[0] != '\0')
        code = scope_set_add(&targets, "office:", office, error);
    if (code == 0 && queue[0] != '\0')
        code = scope_set_add(&targets, "queue:", queue, error);
    if (code == 0 && also[0] != '\0')
        code = scope_set_add(&targets, "queue:", also, error);
    if (code == 0 && !scope_set_meets(&targets, attempt->desk))
        attempt_refuse(attempt, MERGE_ACTOR, "state");
    scope_set_free(&targets);
    if (code == 0 && !attempt_is_refused(attempt) &&
        strcmp(record_text(handoff, "kind"), "escalation") == 0)
        check_supervisor(attempt, "state");
    if (code == 0 && !attempt_is_refused(attempt) && queue[0] != '\0')
        code = check_fit(attempt, strcmp(state, answers[0]) == 0, error);
    return code;
}

/* A flag is settled by the agents of its queue; without one by its office, which see it anyway. Its
 * author takes it back: merge sees who that is. */
static int check_keeper(struct attempt *attempt, struct error *error)
{
    const char *queue = record_text(attempt->row.record, "to_queue");
    const char *state = json_text_or(attempt->operation->body, "state", "");
    bool kept = queue[0] != '\0' && strcmp(state, "withdrawn") != 0;
    struct scope_set keepers = {0};
    int code = kept ? scope_set_add(&keepers, LEDGER_FLAGS_SCOPE, queue, error) : 0;

    if (code == 0 && kept && !scope_set_meets(&keepers, attempt->desk))
        attempt_refuse(attempt, MERGE_ACTOR, "state");
    scope_set_free(&keepers);
    return code;
}

/* The lists of an office are its supervisors'. One's own are out of anybody else's sight. */
static void check_view(struct attempt *attempt)
{
    const json_t *body =
        attempt->row.row != 0 ? attempt->row.record->body : attempt->operation->body;

    if (json_bool_or(body, "shared", false))
        check_supervisor(attempt, "shared");
}

/* A client is merged into one that is there, that the agent may see and that is not, by whatever
 * way, merged into this one: what merge, which sees one record, cannot know. */
static int check_merge_target(struct attempt *attempt, struct error *error)
{
    const char *into = json_text_or(attempt->operation->body, "merged_into", "");
    struct scope_set scopes = {0};
    bool exists = false;
    struct id next = {0};
    int code =
        ledger_scopes_of(attempt->ledger->writer, RECORD_CLIENT, into, &scopes, &exists, error);

    if (code == 0 && !exists)
        attempt_refuse(attempt, MERGE_MISSING, "merged_into");
    else if (code == 0 && !scope_set_meets(&scopes, attempt->desk))
        attempt_refuse(attempt, MERGE_FORBIDDEN, "merged_into");
    scope_set_free(&scopes);
    id_parse(&next, into);
    for (int depth = 0; code == 0 && !attempt_is_refused(attempt) && !id_is_empty(&next); depth++) {
        struct ledger_row row;

        if (depth == CLIENT_MERGE_DEPTH || id_equal(&next, &attempt->operation->record)) {
            attempt_refuse(attempt, MERGE_VALUE, "merged_into");
            break;
        }
        code = ledger_row_read(attempt->ledger->writer, RECORD_CLIENT, &next, &row, error);
        next = (struct id){0};
        if (code == 0)
            id_parse(&next, record_text(row.record, "merged_into"));
        ledger_row_clear(&row);
    }
    return code;
}

/* Of a relay's clock; ledger_relay_apply has checked what it may do. */
static bool is_of_a_clock(const struct attempt *attempt)
{
    struct id server = delivery_server();

    return attempt_is_carried(attempt) && id_equal(&attempt->actor->agent, &server);
}

int attempt_check(struct attempt *attempt, struct error *error)
{
    const struct operation *operation = attempt->operation;
    int code;

    if (is_of_a_clock(attempt)) {
        code = ledger_row_read(attempt->ledger->writer, operation->type, &operation->record,
                               &attempt->row, error);
        return code == ERROR_NOT_FOUND ? 0 : code;
    }
    attempt_check_role(attempt);
    if (attempt_is_refused(attempt))
        return 0;
    attempt_check_protection(attempt);
    if (attempt_is_refused(attempt))
        return 0;
    code = attempt_find(attempt, error);
    if (code == 0 && !attempt_is_refused(attempt))
        code = attempt_check_level(attempt, error);
    if (code == 0 && !attempt_is_refused(attempt))
        attempt_check_review(attempt);
    if (code != 0 || attempt_is_refused(attempt))
        return code;
    if (operation->kind == OPERATION_APPEND && attempt->row.row == 0) {
        check_author(attempt);
        check_id(attempt);
        /* What was seen was seen, whoever may see it since: nothing opens by naming it here. */
        if (operation->type == RECORD_ACCESS)
            return 0;
        if (!attempt_is_refused(attempt))
            code = check_office(attempt, error);
    }
    if (code == 0 && !attempt_is_refused(attempt) && operation->kind != OPERATION_CLAIM)
        code = check_references(attempt, error);
    if (code == 0 && !attempt_is_refused(attempt) && operation->kind == OPERATION_APPEND &&
        operation->type == RECORD_HANDOFF && attempt->row.row == 0)
        code = check_offered_to(attempt, error);
    if (code == 0 && !attempt_is_refused(attempt) && operation->type == RECORD_TICKET)
        code = check_ticket_queue(attempt, error);
    if (code == 0 && !attempt_is_refused(attempt) && operation->type == RECORD_VIEW)
        check_view(attempt);
    if (code == 0 && !attempt_is_refused(attempt) && operation->kind == OPERATION_CLAIM &&
        operation->type == RECORD_HANDOFF && attempt->row.row != 0)
        code = check_target(attempt, error);
    if (code == 0 && !attempt_is_refused(attempt) && operation->kind == OPERATION_CLAIM &&
        operation->type == RECORD_FLAG && attempt->row.row != 0)
        code = check_keeper(attempt, error);
    if (code == 0 && !attempt_is_refused(attempt) && operation->kind == OPERATION_CLAIM &&
        operation->type == RECORD_CLIENT && attempt->row.row != 0 &&
        json_text_or(operation->body, "merged_into", "")[0] != '\0')
        code = check_merge_target(attempt, error);
    return code;
}

/* --- what a relay gives ----------------------------------------------------------------------- */

/* Days after its end for which a relay may have given rolls of numbers: those that terminals take
 * ahead, and one for the zones. */
#define RELAY_ROLL_DAYS (TICKET_DAYS_AHEAD + 1)

int attempt_leave_to_relay(struct attempt *attempt, struct error *error)
{
    const struct operation *operation = attempt->operation;
    struct calendar_day day;
    sqlite3_stmt *statement;
    int code;

    if (operation->type != RECORD_ROLL || attempt->row.row != 0 || attempt->ledger->is_relay ||
        attempt_is_carried(attempt) || attempt_is_refused(attempt) ||
        json_integer_or(operation->body, "number", 0) > TICKET_ROLLS_OF_RELAY ||
        !calendar_day_parse(json_text_or(operation->body, "day", ""), &day))
        return 0;
    statement = database_statement(attempt->ledger->writer, LEDGER_RELAY_SINCE, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, json_text_or(operation->body, "office", ""));
    sqlite3_bind_int64(statement, 2,
                       (calendar_day_number(&day) - RELAY_ROLL_DAYS) * INT64_C(86400000));
    code = database_has_row(attempt->ledger->writer, statement, error);
    if (code <= 0)
        return code;
    attempt_refuse(attempt, MERGE_FORBIDDEN, TICKET_ROLL_REFUSED);
    return 1;
}
