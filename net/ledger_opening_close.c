/*
 * When a file that is open to an agent is so no longer: its contact is over, its day is, it became
 * a protected one, or the agent may not any more.
 */
#include <stdlib.h>
#include <string.h>

#include "app/contact.h"
#include "net/ledger_follow.h"
#include "net/ledger_opening_internal.h"
#include "net/ledger_protect.h"
#include "net/ledger_row.h"
#include "net/ledger_search_internal.h"

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
        code = opening_scope(openers[i].agent.text, scopes, error);
    free(openers);
    return code;
}

static int close_to(struct ledger *ledger, const struct id *record, const struct id *agent,
                    struct error *error)
{
    int code = opening_delete(ledger, record, agent, error);

    return code == 0 ? opening_settle(ledger, agent->text, error) : code;
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
static int may_stay(struct ledger *ledger, const struct opening_file *file, permission_set may,
                    bool *stays, struct error *error)
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
    struct opening_file *files = NULL;
    size_t count = 0, closed = 0;
    int code = ledger_agent_scopes(ledger->writer, agent, &scopes, &may, error);

    if (code == 0)
        code = opening_files(ledger, agent->id.text, &files, &count, error);
    for (size_t i = 0; i < count && code == 0; i++) {
        bool stays;

        code = may_stay(ledger, &files[i], may, &stays, error);
        if (code == 0 && !stays) {
            code = opening_delete(ledger, &files[i].record, &agent->id, error);
            closed++;
        }
    }
    if (code == 0 && closed > 0)
        code = opening_settle(ledger, agent->id.text, error);
    free(files);
    scope_set_free(&scopes);
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
        code = opening_settle(ledger, due->agents[i].text, error);
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
