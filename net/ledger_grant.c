/*
 * Taking back what a hand-off opened. An offer lets its target see a case or a contact and what
 * belongs to them; when it is declined, withdrawn or expired, the target sees of it only what it
 * may see for another reason. So does a queue when one of its agents has accepted: that one sees it
 * from then on. The reasons are worked out from the records themselves, not from the
 * feed: the record's own office, another hand-off to the same target that stands, the assignee of a
 * case, and what the record's case, contact or submission has.
 */
#include "net/ledger_handoff.h"
#include "net/ledger_holder.h"
#include "net/ledger_protect.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/note.h"

#define HOUR_MS (INT64_C(3600) * 1000)

/* Records stand at most this deep: delivery, submission, contact, case. */
#define DEPTH_LIMIT 4

/* A case, contact or submission that was judged: all below it ask again. */
struct judged {
    struct id id;
    int reason;
};

#define JUDGED_LIMIT 16

/* The scope that loses something. */
struct taking {
    struct ledger *ledger;
    const char *scope; /* "queue:sample/front-line" */
    int64_t number;
    struct judged judged[JUDGED_LIMIT]; /* the latest ones */
    size_t judged_count;
    struct scope_set clients; /* ids of those named by what was taken back */
};

bool ledger_handoff_stands(const struct record *handoff)
{
    const char *state = record_text(handoff, "state");

    return strcmp(state, "offered") == 0 || strcmp(state, "accepted") == 0;
}

bool ledger_handoff_left_queue(const struct record *handoff)
{
    return record_text(handoff, "to_queue")[0] != '\0' &&
           strcmp(record_text(handoff, "state"), "accepted") == 0;
}

static int add_named(const struct record *handoff, const char *prefix, const char *member,
                     struct scope_set *scopes, struct error *error)
{
    const char *name = record_text(handoff, member);

    return name[0] != '\0' ? scope_set_add(scopes, prefix, name, error) : 0;
}

/* Which of the scopes of a queue count. */
enum queue_scopes {
    OWN_SCOPES, /* where the hand-off itself stands */
    ALL_SCOPES, /* also where it stands for its case, which another hand-off to the queue opened */
};

/* A queue has a scope for each need; the hand-off's own is the one of what it asks for. Where it is
 * in none such, what is asked for has changed since it came in. */
static int add_queue(struct ledger *ledger, const struct record *handoff, const char *queue,
                     const struct scope_set *held, enum queue_scopes which,
                     struct scope_set *scopes, struct error *error)
{
    struct scope_set own = {0};
    int code = 0;

    if (which == OWN_SCOPES && queue[0] != '\0')
        code = ledger_queue_scope(ledger, handoff, queue, &own, error);
    if (code == 0 && own.count == 1 && scope_set_has(held, own.names[0]))
        code = scope_set_add(scopes, "", own.names[0], error);
    else
        for (size_t i = 0; i < held->count && code == 0; i++)
            if (ledger_queue_is_scope(held->names[i], queue))
                code = scope_set_add(scopes, "", held->names[i], error);
    scope_set_free(&own);
    return code;
}

/* Those of its queues in which the hand-off stands. */
static int add_queues(struct ledger *ledger, const struct ledger_row *handoff,
                      enum queue_scopes which, struct scope_set *scopes, struct error *error)
{
    static const char *const members[] = {"to_queue", "also_queue"};
    struct scope_set held = {0};
    int code = ledger_row_scopes(ledger->writer, handoff->row, &held, error);

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && code == 0; i++)
        code = add_queue(ledger, handoff->record, record_text(handoff->record, members[i]), &held,
                         which, scopes, error);
    scope_set_free(&held);
    return code;
}

/* All scopes that a hand-off went to. */
static int target_scopes(struct ledger *ledger, const struct ledger_row *handoff,
                         enum queue_scopes which, struct scope_set *scopes, struct error *error)
{
    int code = add_named(handoff->record, "agent:", "to_agent", scopes, error);

    if (code == 0)
        code = add_named(handoff->record, "office:", "to_office", scopes, error);
    if (code == 0)
        code = add_queues(ledger, handoff, which, scopes, error);
    if (code == 0)
        code = add_named(handoff->record, "agent:", "taken_by", scopes, error);
    return code;
}

/* Those to which it opens the file now: a queue's no longer when one of it has accepted. */
static int open_scopes(struct ledger *ledger, const struct ledger_row *handoff,
                       struct scope_set *scopes, struct error *error)
{
    if (!ledger_handoff_stands(handoff->record))
        return 0;
    if (ledger_handoff_left_queue(handoff->record))
        return add_named(handoff->record, "agent:", "taken_by", scopes, error);
    return target_scopes(ledger, handoff, OWN_SCOPES, scopes, error);
}

/* --- reasons ---------------------------------------------------------------------------------- */

static bool has_own(const struct taking *taking, const struct record *record)
{
    static const char office[] = "office:", agent[] = "agent:";

    if (ledger_holder_has(record, taking->scope))
        return true;
    if (strncmp(taking->scope, office, strlen(office)) == 0)
        return strcmp(taking->scope + strlen(office), record_text(record, "office")) == 0;
    if (strncmp(taking->scope, agent, strlen(agent)) != 0)
        return false;
    if (note_is_restricted(record))
        return strcmp(taking->scope + strlen(agent), record_text(record, "author")) == 0;
    return record->type == RECORD_CASE &&
           strcmp(taking->scope + strlen(agent), record_text(record, "assignee")) == 0;
}

static bool names(const struct record *handoff, const struct record *record)
{
    static const char *const members[] = {"case", "contact", "submission", "client"};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (strcmp(record_text(handoff, members[i]), record->id.text) == 0)
            return true;
    return false;
}

/* The numbers of the rows below a record (LEDGER_RECORD_CHILDREN, LEDGER_RECORD_HANDOFFS), all at
 * once: whoever looks into them uses the statement again. Owned by the caller (free). */
/* 1: this row is a hand-off to the scope that stands and names the record. */
static int is_offered_by(const struct taking *taking, int64_t number, const struct record *record,
                         struct error *error)
{
    struct scope_set scope = {0};
    struct ledger_row row;
    int code = ledger_row_read_number(taking->ledger->writer, number, &row, error);

    if (code == 0 && row.record->type == RECORD_HANDOFF && names(row.record, record)) {
        code = open_scopes(taking->ledger, &row, &scope, error);
        if (code == 0)
            code = scope_set_has(&scope, taking->scope);
    }
    scope_set_free(&scope);
    ledger_row_clear(&row);
    return code;
}

/* 1: a hand-off below `parent` opens the record. */
static int is_offered_below(const struct taking *taking, const char *parent,
                            const struct record *record, struct error *error)
{
    int64_t *rows;
    size_t count;
    int code;

    if (parent[0] == '\0' || (record->type != RECORD_CASE && record->type != RECORD_CONTACT &&
                              record->type != RECORD_SUBMISSION))
        return 0;
    code = ledger_rows_named(taking->ledger, LEDGER_RECORD_HANDOFFS, parent, &rows, &count, error);
    if (code != 0)
        return code;
    for (size_t i = 0; i < count && code == 0; i++)
        code = is_offered_by(taking, rows[i], record, error);
    free(rows);
    return code;
}

static int has_reason(struct taking *taking, const struct record *record, int depth,
                      struct error *error);

/* 1: the scope may see the record of this type and id. */
static int parent_has_reason(struct taking *taking, enum record_type type, const char *text,
                             int depth, struct error *error)
{
    struct ledger_row row;
    struct id id;
    int code;

    if (depth == DEPTH_LIMIT || !id_parse(&id, text))
        return 0;
    for (size_t i = 0; i < JUDGED_LIMIT && i < taking->judged_count; i++)
        if (id_equal(&taking->judged[i].id, &id))
            return taking->judged[i].reason;
    code = ledger_row_read(taking->ledger->writer, type, &id, &row, error);
    if (code == 0)
        code = has_reason(taking, row.record, depth + 1, error);
    ledger_row_clear(&row);
    if (code == ERROR_NOT_FOUND)
        code = 0;
    if (code >= 0)
        taking->judged[taking->judged_count++ % JUDGED_LIMIT] = (struct judged){id, code};
    return code;
}

/* 1: the scope may see the record whatever became of the hand-off. */
static int has_reason(struct taking *taking, const struct record *record, int depth,
                      struct error *error)
{
    static const struct {
        const char *member;
        enum record_type type;
    } parents[] = {
        {"case", RECORD_CASE}, {"contact", RECORD_CONTACT}, {"submission", RECORD_SUBMISSION}};
    int code = has_own(taking, record);

    if (code == 0)
        code = is_offered_below(taking, record->id.text, record, error);
    for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]) && code == 0; i++) {
        const char *parent = record_text(record, parents[i].member);

        if (record->type == RECORD_HANDOFF && parents[i].type == RECORD_SUBMISSION)
            continue;
        code = is_offered_below(taking, parent, record, error);
        if (code == 0)
            code = parent_has_reason(taking, parents[i].type, parent, depth, error);
    }
    return code;
}

/* --- taking ----------------------------------------------------------------------------------- */

static int feed_delete(struct ledger *ledger, int64_t row, int64_t scope, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FEED_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    ledger_named_moved(ledger, row);
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, scope);
    return database_run(ledger->writer, statement, error);
}

/* It prunes once a day; whether it is time is not looked at each time that something is taken. */
static int prune_hourly(struct ledger *ledger, struct error *error)
{
    int64_t now = clock_system(NULL);

    if (now >= ledger->gone_looked_ms && now < ledger->gone_looked_ms + HOUR_MS)
        return 0;
    ledger->gone_looked_ms = now;
    return ledger_gone_prune(ledger, now, error);
}

/* Those who hold it are told, also those who are away now. */
int ledger_gone_put(struct ledger *ledger, const char *scope, int64_t row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GONE_PUT, error);
    int64_t number;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    code = ledger_scope_need(ledger, scope, &number, error);
    if (code != 0)
        return code;
    sqlite3_bind_int64(statement, 1, number);
    sqlite3_bind_int64(statement, 2, ledger_next_seq(ledger));
    sqlite3_bind_int64(statement, 3, row);
    code = database_run(ledger->writer, statement, error);
    if (code == 0)
        code = prune_hourly(ledger, error);
    return code != 0 ? code : scope_set_add(&ledger->changed.scopes, "", scope, error);
}

static int row_take(const struct taking *taking, int64_t row, struct error *error);

/* Out of the scope, and out of what waits for agents who came to it late ("join:AGENT:SCOPE"). */
/* Out of the scope in which it stands instead, when it is of a protected file. */
static int take_protected(const struct taking *taking, int64_t row, struct error *error)
{
    struct taking other = {.ledger = taking->ledger};
    struct scope_set name = {0};
    int code = 0;

    if (!taking->ledger->protects ||
        strncmp(taking->scope, LEDGER_PROTECTED_SCOPE, strlen(LEDGER_PROTECTED_SCOPE)) == 0)
        return 0;
    code = scope_set_add(&name, LEDGER_PROTECTED_SCOPE, taking->scope, error);
    if (code == 0)
        code = ledger_scope_find(taking->ledger->writer, name.names[0], &other.number, error);
    other.scope = code == 0 ? name.names[0] : NULL;
    if (code == 0 && other.number != 0)
        code = row_take(&other, row, error);
    scope_set_free(&name);
    return code;
}

static int row_take(const struct taking *taking, int64_t row, struct error *error)
{
    sqlite3_stmt *statement;
    int64_t joining[64];
    size_t count = 0;
    int code = feed_delete(taking->ledger, row, taking->number, error);

    if (code == 0 && database_changes(taking->ledger->writer) > 0)
        code = ledger_gone_put(taking->ledger, taking->scope, row, error);
    if (code != 0)
        return code;
    statement = database_statement(taking->ledger->writer, LEDGER_FEED_JOINING, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    database_bind_text(statement, 2, taking->scope);
    while (count < sizeof(joining) / sizeof(joining[0]) &&
           (code = database_step(taking->ledger->writer, statement, error)) > 0)
        joining[count++] = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    for (size_t i = 0; i < count && code >= 0; i++)
        code = feed_delete(taking->ledger, row, joining[i], error);
    return code < 0 ? code : take_protected(taking, row, error);
}

int ledger_row_take_from(struct ledger *ledger, int64_t row, const char *scope, struct error *error)
{
    struct taking taking = {.ledger = ledger, .scope = scope};
    int code = ledger_scope_find(ledger->writer, scope, &taking.number, error);

    return code == 0 && taking.number != 0 ? row_take(&taking, row, error) : code;
}

int ledger_row_take(struct ledger *ledger, int64_t row, struct error *error)
{
    struct scope_set scopes = {0};
    int code = ledger_row_scopes(ledger->writer, row, &scopes, error);

    for (size_t i = 0; i < scopes.count && code == 0; i++)
        code = ledger_row_take_from(ledger, row, scopes.names[i], error);
    scope_set_free(&scopes);
    return code;
}

static int take(struct taking *taking, int64_t number, int depth, struct error *error);

static int take_children(struct taking *taking, const char *parent, int depth, struct error *error)
{
    int64_t *rows;
    size_t count;
    int code =
        ledger_rows_named(taking->ledger, LEDGER_RECORD_CHILDREN, parent, &rows, &count, error);

    if (code != 0)
        return code;
    for (size_t i = 0; i < count && code == 0; i++)
        code = take(taking, rows[i], depth, error);
    free(rows);
    return code;
}

/* Takes a row and all below it, but for what has another reason. A hand-off to the scope stays: it
 * says what became of it. */
static int take(struct taking *taking, int64_t number, int depth, struct error *error)
{
    struct scope_set own = {0};
    struct ledger_row row;
    int code = ledger_row_read_number(taking->ledger->writer, number, &row, error);
    int keeps = 0;

    if (code == 0 && row.record->type == RECORD_HANDOFF) {
        code = target_scopes(taking->ledger, &row, OWN_SCOPES, &own, error);
        keeps = scope_set_has(&own, taking->scope);
    }
    if (code == 0 && keeps == 0)
        keeps = has_reason(taking, row.record, 0, error);
    if (code == 0 && keeps == 0) {
        code = row_take(taking, number, error);
        if (code == 0 && record_text(row.record, "client")[0] != '\0')
            code = scope_set_add(&taking->clients, "", record_text(row.record, "client"), error);
        if (code == 0 && depth < DEPTH_LIMIT)
            code = take_children(taking, row.record->id.text, depth + 1, error);
    }
    scope_set_free(&own);
    ledger_row_clear(&row);
    return code != 0 ? code : keeps < 0 ? keeps : 0;
}

int ledger_row_leave(struct ledger *ledger, int64_t row, const char *scope, struct error *error)
{
    struct taking taking = {.ledger = ledger, .scope = scope};
    int code = ledger_scope_find(ledger->writer, scope, &taking.number, error);

    if (code == 0 && taking.number != 0)
        code = take(&taking, row, DEPTH_LIMIT, error);
    scope_set_free(&taking.clients);
    return code;
}

static int take_named(struct taking *taking, enum record_type type, const char *text,
                      struct error *error)
{
    struct ledger_row row;
    struct id id;
    int code;

    if (!id_parse(&id, text))
        return 0;
    code = ledger_row_read(taking->ledger->writer, type, &id, &row, error);
    if (code == 0)
        code = take(taking, row.row, 0, error);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* A client stays as long as something that names it does. */
static int take_client(struct taking *taking, const char *text, struct error *error)
{
    sqlite3_stmt *statement =
        database_statement(taking->ledger->writer, LEDGER_CLIENT_NAMED, error);
    struct ledger_row row;
    struct id id;
    int code;

    if (statement == NULL || !id_parse(&id, text))
        return statement == NULL ? ERROR_STORAGE : 0;
    database_bind_text(statement, 1, text);
    sqlite3_bind_int64(statement, 2, taking->number);
    /* Of what one of a queue has accepted, the others see only that. */
    sqlite3_bind_int(statement, 3, strncmp(taking->scope, "queue:", strlen("queue:")) == 0);
    code = database_has_row(taking->ledger->writer, statement, error);
    if (code != 0)
        return code < 0 ? code : 0;
    code = ledger_row_read(taking->ledger->writer, RECORD_CLIENT, &id, &row, error);
    if (code == 0 && !has_own(taking, row.record))
        code = row_take(taking, row.row, error);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

static int take_from(struct ledger *ledger, const struct record *handoff, const char *scope,
                     struct error *error)
{
    struct taking taking = {.ledger = ledger, .scope = scope};
    int code = ledger_scope_find(ledger->writer, scope, &taking.number, error);

    if (code == 0 && taking.number != 0) {
        code = scope_set_add(&taking.clients, "", record_text(handoff, "client"), error);
        if (code == 0)
            code = take_named(&taking, RECORD_CASE, record_text(handoff, "case"), error);
        if (code == 0)
            code = take_named(&taking, RECORD_CONTACT, record_text(handoff, "contact"), error);
        if (code == 0)
            code =
                take_named(&taking, RECORD_SUBMISSION, record_text(handoff, "submission"), error);
    }
    for (size_t i = 0; i < taking.clients.count && code == 0; i++)
        code = take_client(&taking, taking.clients.names[i], error);
    scope_set_free(&taking.clients);
    return code;
}

int ledger_case_leave(struct ledger *ledger, const struct ledger_row *matter, const char *scope,
                      struct error *error)
{
    struct taking taking = {.ledger = ledger, .scope = scope};
    int code = ledger_scope_find(ledger->writer, scope, &taking.number, error);

    if (code == 0 && taking.number != 0)
        code = take(&taking, matter->row, 0, error);
    for (size_t i = 0; i < taking.clients.count && code == 0; i++)
        code = take_client(&taking, taking.clients.names[i], error);
    scope_set_free(&taking.clients);
    return code;
}

int ledger_grants_end(struct ledger *ledger, const struct ledger_row *handoff, struct error *error)
{
    struct scope_set scopes = {0}, open = {0};
    int code = target_scopes(ledger, handoff, ALL_SCOPES, &scopes, error);

    if (code == 0)
        code = open_scopes(ledger, handoff, &open, error);
    for (size_t i = 0; i < scopes.count && code == 0; i++)
        if (!scope_set_has(&open, scopes.names[i]))
            code = take_from(ledger, handoff->record, scopes.names[i], error);
    scope_set_free(&scopes);
    scope_set_free(&open);
    return code;
}
