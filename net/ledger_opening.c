/*
 * Files that are open to an agent for a time. They stand in a scope of the agent's own, apart from
 * all others: what ends is taken from that one alone, and whoever sees it for another reason goes
 * on seeing it. What is written on the file meanwhile comes into the scope as into any other that a
 * case stands in.
 *
 * Of several files of one agent one may end: then the scope is emptied and filled again with the
 * others, so that what two of them have in common stays.
 */
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/contact.h"
#include "app/text.h"
#include "app/zone.h"
#include "net/ledger_emergency.h"
#include "net/ledger_follow.h"
#include "net/ledger_handoff.h"
#include "net/ledger_protect.h"
#include "net/ledger_reason.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_search_internal.h"

#define DAY_SECONDS INT64_C(86400)

static int scope_of(const char *agent, struct scope_set *scope, struct error *error)
{
    return scope_set_add(scope, LEDGER_OPENINGS_SCOPE, agent, error);
}

/* --- how long --------------------------------------------------------------------------------- */

/* The end of the day where the agent's office is: in UTC when it is not known where. */
static int day_end(struct ledger *ledger, const struct id *agent, int64_t now_ms, int64_t *end_ms,
                   struct error *error)
{
    char key[RECORD_KEY_SIZE];
    struct record *office = NULL;
    struct zone *zone = NULL;
    struct ledger_row row;
    int64_t now = now_ms / 1000, local;
    int code = ledger_row_read(ledger->writer, RECORD_AGENT, agent, &row, error);

    if (code == 0 && record_text(row.record, "office")[0] != '\0') {
        record_full_key(row.record, record_text(row.record, "office"), key);
        code = ledger_catalogue_find(ledger, RECORD_OFFICE, key, &office, error);
    }
    ledger_row_clear(&row);
    if (code != 0)
        return code;
    if (office != NULL && record_text(office, "zone")[0] != '\0' &&
        zone_open(&zone, record_text(office, "zone"), NULL) != 0)
        zone = NULL;
    local = now + (zone != NULL ? zone_offset(zone, now) : 0);
    local += DAY_SECONDS - local % DAY_SECONDS;
    *end_ms = (zone != NULL ? zone_moment(zone, local) : local) * 1000;
    zone_free(zone);
    record_free(office);
    return 0;
}

/* --- what is in it ---------------------------------------------------------------------------- */

static int give(struct ledger *ledger, const struct search_numbers *numbers,
                const struct scope_set *scope, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < numbers->count && code == 0; i++)
        code = ledger_grant(ledger, numbers->numbers[i], scope, error);
    return code;
}

/* Gives a file to the scope: of a client all that is filed under them. */
static int file_give(struct ledger *ledger, enum record_type type, const struct id *id,
                     const struct scope_set *scope, struct error *error)
{
    struct search_numbers numbers = {0};
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, type, id, &row, error);

    if (code == 0 && type == RECORD_CLIENT) {
        code = search_survivor(ledger->writer, &row, error);
        if (code == 0)
            code = search_file_all(ledger->writer, &row.record->id, &numbers, error);
    } else if (code == 0) {
        code = search_numbers_add(&numbers, row.row, error);
    }
    ledger_row_clear(&row);
    if (code == 0)
        code = give(ledger, &numbers, scope, error);
    search_numbers_free(&numbers);
    return code;
}

/* Where a row stands in the feed of the scope; some are not given to it. */
static int span_add(struct ledger *ledger, int64_t row, int64_t scope, struct ledger_opened *opened,
                    struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FEED_HAS, error);
    int64_t seq;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, scope);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    seq = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (opened->records++ == 0 || seq - 1 < opened->after)
        opened->after = seq - 1;
    if (seq > opened->last)
        opened->last = seq;
    return 0;
}

/* What was given of a file: where it stands in the feed. */
static int span_read(struct ledger *ledger, enum record_type type, const struct id *id,
                     const struct scope_set *scope, struct ledger_opened *opened,
                     struct error *error)
{
    struct search_numbers numbers = {0};
    int64_t number;
    int code = ledger_scope_find(ledger->writer, scope->names[0], &number, error);

    if (code == 0)
        code = search_file_whole(ledger->writer, type, id, &numbers, error);
    for (size_t i = 0; i < numbers.count && code == 0; i++)
        code = span_add(ledger, numbers.numbers[i], number, opened, error);
    search_numbers_free(&numbers);
    return code;
}

static int scope_empty(struct ledger *ledger, const char *scope, struct error *error)
{
    int64_t number, *rows = NULL;
    size_t count = 0;
    int code = ledger_scope_find(ledger->writer, scope, &number, error);

    if (code == 0 && number != 0)
        code = ledger_scope_rows(ledger, number, &rows, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = ledger_row_take_from(ledger, rows[i], scope, error);
    free(rows);
    return code;
}

struct file {
    struct id record;
    enum record_type type;
    enum purpose purpose; /* it was opened for */
};

/* The files that are open to an agent. `files` is owned by the caller (free). */
static int files_read(struct ledger *ledger, const char *agent, struct file **files, size_t *count,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPENING_OF, error);
    int code = 1;

    *files = NULL;
    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent);
    while (code > 0 && (code = database_step(ledger->writer, statement, error)) > 0) {
        struct file *longer = realloc(*files, (*count + 1) * sizeof(*longer));

        if (longer == NULL) {
            code = error_set(error, ERROR_MEMORY, "no memory for an agent's open files");
            break;
        }
        *files = longer;
        id_parse(&longer[*count].record, database_text(statement, 0));
        longer[*count].type = record_type_from_name(database_text(statement, 1));
        longer[*count].purpose = purpose_from_name(database_text(statement, 2));
        ++*count;
    }
    sqlite3_reset(statement);
    return code;
}

/* What is open to the agent now, and nothing else. */
static int scope_settle(struct ledger *ledger, const char *agent, struct error *error)
{
    struct scope_set scope = {0};
    struct file *files = NULL;
    size_t count = 0;
    int code = scope_of(agent, &scope, error);

    if (code == 0)
        code = scope_empty(ledger, scope.names[0], error);
    if (code == 0)
        code = files_read(ledger, agent, &files, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = file_give(ledger, files[i].type, &files[i].record, &scope, error);
    free(files);
    scope_set_free(&scope);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* --- protected files -------------------------------------------------------------------------- */

struct opener {
    struct id agent;
    enum purpose purpose;
};

/* To whom a file is open. `openers` is owned by the caller (free). */
static int openers_read(struct ledger *ledger, const struct id *record, struct opener **openers,
                        size_t *count, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPENING_AGENTS, error);
    int code = 1;

    *openers = NULL;
    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, record->text);
    while (code > 0 && (code = database_step(ledger->writer, statement, error)) > 0) {
        struct opener *longer = realloc(*openers, (*count + 1) * sizeof(*longer));

        if (longer == NULL) {
            code = error_set(error, ERROR_MEMORY, "no memory for those to whom a file is open");
            break;
        }
        *openers = longer;
        id_parse(&longer[*count].agent, database_text(statement, 0));
        longer[*count].purpose = purpose_from_name(database_text(statement, 1));
        ++*count;
    }
    sqlite3_reset(statement);
    return code;
}

int ledger_opening_scopes(struct ledger *ledger, const struct id *record, struct scope_set *scopes,
                          struct error *error)
{
    struct opener *openers;
    size_t count;
    int code = openers_read(ledger, record, &openers, &count, error);

    for (size_t i = 0; i < count && code == 0; i++)
        code = scope_of(openers[i].agent.text, scopes, error);
    free(openers);
    return code;
}

static int opening_delete(struct ledger *ledger, const struct id *record, const struct id *agent,
                          struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPENING_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->text);
    database_bind_text(statement, 2, record->text);
    return database_run(ledger->writer, statement, error);
}

static int close_to(struct ledger *ledger, const struct id *record, const struct id *agent,
                    struct error *error)
{
    int code = opening_delete(ledger, record, agent, error);

    return code == 0 ? scope_settle(ledger, agent->text, error) : code;
}

int ledger_opening_close(struct ledger *ledger, const struct id *record, struct error *error)
{
    struct opener *openers;
    size_t count;
    int code = openers_read(ledger, record, &openers, &count, error);

    for (size_t i = 0; i < count && code == 0; i++) {
        permission_set may = 0;

        if (openers[i].purpose == PURPOSE_EMERGENCY)
            continue;
        code = search_permissions(ledger->writer, &openers[i].agent, &may, error);
        if (code == 0 && (may & ((permission_set)1 << PERMISSION_READ_PROTECTED)) == 0)
            code = close_to(ledger, record, &openers[i].agent, error);
    }
    free(openers);
    return code;
}

/* Whether who may do this much may have such a file open. */
static int may_stay(struct ledger *ledger, const struct file *file, permission_set may, bool *stays,
                    struct error *error)
{
    struct ledger_row row;
    int code;

    *stays = file->purpose == PURPOSE_EMERGENCY;
    if (*stays || (may & ((permission_set)1 << PERMISSION_SEARCH_ALL)) == 0)
        return 0;
    *stays = (may & ((permission_set)1 << PERMISSION_READ_PROTECTED)) != 0;
    if (*stays)
        return 0;
    code = ledger_row_read(ledger->writer, file->type, &file->record, &row, error);
    if (code == 0)
        code = ledger_protect_has(ledger->writer, row.row, error);
    ledger_row_clear(&row);
    *stays = code == 0;
    return code == ERROR_NOT_FOUND || code > 0 ? 0 : code;
}

int ledger_opening_judge(struct ledger *ledger, const struct record *agent, struct error *error)
{
    struct scope_set scopes = {0};
    permission_set may = 0;
    struct file *files = NULL;
    size_t count = 0, closed = 0;
    int code = ledger_agent_scopes(ledger->writer, agent, &scopes, &may, error);

    if (code == 0)
        code = files_read(ledger, agent->id.text, &files, &count, error);
    for (size_t i = 0; i < count && code == 0; i++) {
        bool stays;

        code = may_stay(ledger, &files[i], may, &stays, error);
        if (code == 0 && !stays) {
            code = opening_delete(ledger, &files[i].record, &agent->id, error);
            closed++;
        }
    }
    if (code == 0 && closed > 0)
        code = scope_settle(ledger, agent->id.text, error);
    free(files);
    scope_set_free(&scopes);
    return code;
}

/* --- opening ---------------------------------------------------------------------------------- */

/* A file that is asked for: what it is of, and whether the agent may. */
struct asked {
    struct ledger *ledger;
    const struct ledger_actor *actor;
    const struct ledger_file_asked *opening;
    int64_t now_ms;
    struct file file;
    permission_set may;
    bool here;                    /* the agent sees the record itself anyway */
    bool is_protected;            /* the file is, and the agent may not read such */
    struct id matter;             /* the case that was asked for, empty for none */
    char office[RECORD_KEY_SIZE]; /* of the file */
};

/* Of a case the client's, of a merged client the survivor's. */
static int asked_resolve(struct asked *asked, struct error *error)
{
    struct database *database = asked->ledger->writer;
    struct ledger_row row = {0}, client;
    struct scope_set desk = {0}, scopes = {0};
    struct id id;
    int code =
        ledger_row_read(database, asked->opening->type, &asked->opening->record, &row, error);

    if (code == 0)
        code = ledger_desk_scopes(asked->ledger, &asked->actor->agent, &desk, error);
    if (code == 0)
        code = ledger_row_scopes(database, row.row, &scopes, error);
    asked->here = code == 0 && scope_set_meets(&scopes, &desk);
    scope_set_free(&desk);
    scope_set_free(&scopes);
    if (code == 0 && row.record->type == RECORD_CASE)
        asked->matter = row.record->id;
    if (code == 0 && row.record->type == RECORD_CASE &&
        id_parse(&id, record_text(row.record, "client"))) {
        code = ledger_row_read(database, RECORD_CLIENT, &id, &client, error);
        if (code == 0) {
            ledger_row_clear(&row);
            row = client;
        }
        code = code == ERROR_NOT_FOUND ? 0 : code;
    }
    if (code == 0 && row.record->type == RECORD_CLIENT)
        code = search_survivor(database, &row, error);
    if (code == 0)
        asked->file = (struct file){row.record->id, row.record->type, asked->opening->purpose};
    if (code == 0) {
        text_copy(asked->office, sizeof(asked->office), record_text(row.record, "office"));
        code = ledger_protect_has(database, row.row, error);
        asked->is_protected =
            code > 0 && (asked->may & ((permission_set)1 << PERMISSION_READ_PROTECTED)) == 0;
        code = code > 0 ? 0 : code;
    }
    ledger_row_clear(&row);
    return code;
}

static int opening_write(struct asked *asked, int64_t until_ms, struct error *error)
{
    struct ledger *ledger = asked->ledger;
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPENING_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, asked->actor->agent.text);
    database_bind_text(statement, 2, asked->file.record.text);
    database_bind_text(statement, 3, record_type_name(asked->file.type));
    database_bind_text(statement, 4, purpose_name(asked->opening->purpose));
    database_bind_text(statement, 5, asked->opening->contact.text);
    sqlite3_bind_int64(statement, 6, until_ms);
    sqlite3_bind_int64(statement, 7, until_ms);
    ledger_bell_ring(ledger, LEDGER_BELL_OPENINGS);
    return database_run(ledger->writer, statement, error);
}

static int audit_open(struct asked *asked, const char *what, struct error *error)
{
    struct audit_entry entry = {
        .kind = asked->opening->purpose == PURPOSE_EMERGENCY ? AUDIT_EMERGENCY : AUDIT_READ,
        .at_ms = asked->now_ms,
        .agent = asked->actor->agent,
        .device = asked->actor->device,
        .type = asked->opening->type,
        .record = asked->opening->record,
        .purpose = asked->opening->purpose,
        .words = asked->opening->words,
        .what = what,
    };

    if (asked->file.type == RECORD_CLIENT)
        entry.client = asked->file.record;
    return ledger_audit_add(asked->ledger, &entry, error);
}

/* In a write transaction. */
static int open_within(struct asked *asked, struct ledger_opened *opened, struct error *error)
{
    bool all = !asked->ledger->is_relay &&
               (asked->may & ((permission_set)1 << PERMISSION_SEARCH_ALL)) != 0;
    bool emergency = !asked->ledger->is_relay && asked->opening->purpose == PURPOSE_EMERGENCY;
    struct scope_set scope = {0};
    int64_t until = 0;
    int code =
        search_count(asked->ledger, &asked->actor->agent, asked->now_ms, &opened->retry_ms, error);

    if (code == 0)
        code = asked_resolve(asked, error);
    /* It is not there, for whoever may not know that it is. */
    if (code == 0 && asked->is_protected && !asked->here && !emergency)
        code = error_set(error, ERROR_NOT_FOUND, "there is no such record");
    /* Seen because it is in their hands, or open to them already: no longer than it is. */
    all = (all && !asked->is_protected) || emergency;
    if (code == 0 && !all && !asked->here)
        code = error_set(error, ERROR_REFUSED, "this agent's role finds only their own office's");
    if (code == 0 && asked->file.type == RECORD_CLIENT)
        opened->client = asked->file.record;
    if (code == 0 && all) {
        code = emergency
                   ? 0
                   : day_end(asked->ledger, &asked->actor->agent, asked->now_ms, &until, error);
        if (emergency)
            until = asked->now_ms + LEDGER_EMERGENCY_MS;
        if (code == 0)
            code = opening_write(asked, until, error);
        if (code == 0)
            code = scope_of(asked->actor->agent.text, &scope, error);
        if (code == 0)
            code = file_give(asked->ledger, asked->file.type, &asked->file.record, &scope, error);
        if (code == 0)
            code = span_read(asked->ledger, asked->file.type, &asked->file.record, &scope, opened,
                             error);
        scope_set_free(&scope);
    }
    if (code == 0 && emergency)
        code = ledger_emergency_make(
            asked->ledger,
            &(struct ledger_emergency){asked->actor->agent, asked->opening->words, asked->office,
                                       asked->file.record, asked->file.type, asked->matter,
                                       asked->now_ms, until},
            error);
    if (code == 0)
        code = ledger_reason_keep(asked->ledger,
                                  &(struct ledger_reason){asked->actor->agent, asked->file.record,
                                                          asked->opening->purpose,
                                                          asked->now_ms + LEDGER_REASON_MS, 0},
                                  asked->now_ms, error);
    opened->until_ms = until;
    return code == 0 ? audit_open(asked, all ? "open" : "open: seen anyway", error) : code;
}

int ledger_open_file(struct ledger *ledger, const struct ledger_actor *actor,
                     const struct ledger_file_asked *opening, int64_t now_ms,
                     struct ledger_opened *opened, struct error *error)
{
    struct asked asked = {.ledger = ledger, .actor = actor, .opening = opening, .now_ms = now_ms};
    int code = ledger_search_permissions(ledger, &actor->agent, &asked.may, error);

    *opened = (struct ledger_opened){0};
    if (code == 0)
        code = search_check_purpose(asked.may, opening->purpose, opening->words, error);
    if (code == 0)
        code = ledger_begin(ledger, error);
    else if (code == ERROR_REFUSED)
        search_refused(ledger, actor, opening->type, &opening->record, opening->purpose,
                       opening->words, now_ms, "open: purpose");
    if (code != 0)
        return code;
    ledger_audit_request(ledger, actor->request);
    code = open_within(&asked, opened, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    if (code == ERROR_REFUSED || code == ERROR_BUSY)
        search_refused(ledger, actor, opening->type, &opening->record, opening->purpose,
                       opening->words, now_ms, code == ERROR_BUSY ? "search: too many" : "open");
    return code;
}

/* --- ending ----------------------------------------------------------------------------------- */

/* Whose file a contact was about, of a merged client the survivor; empty for nobody's. */
static int client_of(struct ledger *ledger, const struct record *contact, struct id *id,
                     struct error *error)
{
    struct ledger_row client;
    int code;

    if (!id_parse(id, record_text(contact, "client")))
        return 0;
    code = ledger_row_read(ledger->writer, RECORD_CLIENT, id, &client, error);
    if (code == 0)
        code = search_survivor(ledger->writer, &client, error);
    if (code == 0)
        *id = client.record->id;
    ledger_row_clear(&client);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* The contact that a file was opened for is over: so is the file, once all of it is written up. */
int ledger_opening_contact(struct ledger *ledger, const struct record *contact, struct error *error)
{
    sqlite3_stmt *statement;
    int64_t ended, until;
    struct id id;
    int code;

    if (ledger->is_relay || contact_is_open(contact) ||
        !timestamp_parse(record_text(contact, "ended_at"), &ended))
        return 0;
    ended += LEDGER_OPENING_GRACE_MS;
    if (timestamp_parse(record_text(contact, "wrap_up_until"), &until) && until > ended)
        ended = until;
    code = client_of(ledger, contact, &id, error);
    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_OPENING_UNTIL, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, record_text(contact, "agent"));
    database_bind_text(statement, 2, id.text);
    database_bind_text(statement, 3, contact->id.text);
    sqlite3_bind_int64(statement, 4, ended);
    code = database_run(ledger->writer, statement, error);
    if (code == 0 && database_changes(ledger->writer) > 0)
        ledger_bell_ring(ledger, LEDGER_BELL_OPENINGS);
    return code;
}

int ledger_opening_next(struct ledger *ledger, int64_t *at_ms, struct error *error)
{
    *at_ms = INT64_MAX;
    return ledger_read_number(ledger, LEDGER_OPENING_FIRST, 0, at_ms, error);
}

struct due {
    struct id agents[LEDGER_OPENINGS_END], records[LEDGER_OPENINGS_END];
    size_t count;
};

static int due_read(struct ledger *ledger, int64_t now_ms, struct due *due, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPENING_DUE, error);
    int code;

    due->count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, now_ms);
    sqlite3_bind_int64(statement, 2, LEDGER_OPENINGS_END);
    while ((code = database_step(ledger->writer, statement, error)) > 0) {
        id_parse(&due->agents[due->count], database_text(statement, 0));
        id_parse(&due->records[due->count], database_text(statement, 1));
        due->count++;
    }
    return code;
}

static int due_end(struct ledger *ledger, const struct due *due, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < due->count && code == 0; i++) {
        sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPENING_DELETE, error);

        if (statement == NULL)
            return ERROR_STORAGE;
        database_bind_text(statement, 1, due->agents[i].text);
        database_bind_text(statement, 2, due->records[i].text);
        code = database_run(ledger->writer, statement, error);
    }
    for (size_t i = 0; i < due->count && code == 0; i++)
        code = scope_settle(ledger, due->agents[i].text, error);
    return code;
}

int ledger_openings_end(struct ledger *ledger, int64_t now_ms, int *ended, struct error *error)
{
    struct due due;
    int code = ledger_begin(ledger, error);

    *ended = 0;
    if (code != 0)
        return code;
    code = due_read(ledger, now_ms, &due, error);
    if (code == 0)
        code = due_end(ledger, &due, error);
    if (code == 0)
        code = ledger_commit(ledger, error);
    else
        ledger_rollback(ledger);
    if (code == 0)
        *ended = (int)due.count;
    return code;
}
