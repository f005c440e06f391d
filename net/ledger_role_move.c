/*
 * A change of a role comes to those who have it in parts: what they may do follows its record at
 * once (ledger_role.c), what comes to their desks, or is taken from them, a few agents a
 * transaction. Who is still to be moved stands in a table, with the role as it was for them: killed
 * anywhere, the next start goes on; a role that changes again meanwhile, or an agent who does, is
 * moved once, from what it was to what it is.
 */
#include "net/ledger_role.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/json.h"
#include "app/text.h"

/* Agents that are moved in one transaction, and the rest between two: others write then. */
#define AT_ONCE  20
#define PAUSE_NS (1 * 1000 * 1000)

/* --- who is still to be moved ----------------------------------------------------------------- */

/* The agents whose records name a role; new records. */
static int holders(struct ledger *ledger, const char *role, struct record ***agents, size_t *count,
                   struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_AGENT_EACH, error);
    int code;

    *agents = NULL;
    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    while ((code = database_step(ledger->writer, statement, error)) > 0) {
        struct record *agent = NULL, **longer;
        char key[RECORD_KEY_SIZE];

        code = ledger_document_read(database_text(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &agent, error);
        if (code != 0)
            break;
        role_key(agent, key);
        longer = strcmp(key, role) == 0 ? realloc(*agents, (*count + 1) * sizeof(*longer)) : NULL;
        if (longer == NULL) {
            record_free(agent);
            continue;
        }
        *agents = longer;
        longer[(*count)++] = agent;
    }
    sqlite3_reset(statement);
    return code;
}

/* Whoever waits already keeps the older one: they are moved from there. */
static int put(struct ledger *ledger, const struct record *agent, const char *before,
               struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ROLE_MOVE_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->id.text);
    database_bind_text(statement, 2, before);
    return database_run(ledger->writer, statement, error);
}

/* All who have the role. */
static int put_all(struct ledger *ledger, const char *role, const struct record *before,
                   struct error *error)
{
    json_t *document = before != NULL ? record_to_json(before) : NULL;
    char *text = document != NULL ? json_write(document) : before == NULL ? strdup("") : NULL;
    struct record **agents = NULL;
    size_t count = 0;
    int code = text != NULL ? holders(ledger, role, &agents, &count, error)
                            : error_set(error, ERROR_MEMORY, "no memory for a role");

    for (size_t i = 0; i < count; i++) {
        if (code == 0)
            code = put(ledger, agents[i], text, error);
        record_free(agents[i]);
    }
    free(agents);
    free(text);
    json_decref(document);
    return code;
}

static int drop(struct ledger *ledger, const char *agent, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ROLE_MOVE_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent);
    return database_run(ledger->writer, statement, error);
}

/* What an agent's role was when they were last moved: 1 when they are still to be, and then `role`
 * is to be cleared. */
static int role_before(struct ledger *ledger, const struct record *agent, struct role *role,
                       struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ROLE_MOVE_GET, error);
    struct record *record = NULL;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->id.text);
    code = database_step(ledger->writer, statement, error);
    if (code > 0 && database_text(statement, 0)[0] != '\0')
        code = ledger_document_read(database_text(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &record, error) == 0
                   ? 1
                   : ERROR_STORAGE;
    sqlite3_reset(statement);
    if (code > 0)
        role_read(role, agent, record);
    return code;
}

int ledger_role_scopes_before(struct ledger *ledger, const struct record *agent,
                              struct scope_set *scopes, struct error *error)
{
    struct role role = {0};
    int code = role_before(ledger, agent, &role, error);

    if (code == 0)
        return ledger_agent_scopes(ledger->writer, agent, scopes, NULL, error);
    if (code < 0)
        return code;
    code = ledger_scopes_by_role(ledger->writer, agent, &role, scopes, error);
    role_clear(&role);
    return code == 0 ? drop(ledger, agent->id.text, error) : code;
}

/* --- moving them ------------------------------------------------------------------------------ */

static int move_one(struct ledger *ledger, const struct id *id, struct error *error)
{
    struct scope_set old = {0}, new = {0};
    struct ledger_row agent = {0};
    int code = ledger_row_read(ledger->writer, RECORD_AGENT, id, &agent, error);

    if (code == 0)
        code = ledger_role_scopes_before(ledger, agent.record, &old, error);
    if (code == 0)
        code = ledger_agent_scopes(ledger->writer, agent.record, &new, NULL, error);
    if (code == 0)
        code = ledger_scopes_move(ledger, agent.record, &old, &new, error);
    scope_set_free(&old);
    scope_set_free(&new);
    ledger_row_clear(&agent);
    return code == ERROR_NOT_FOUND ? drop(ledger, id->text, error) : code;
}

/* The next ones, AT_ONCE at most. */
static int next_ones(struct ledger *ledger, struct id agents[AT_ONCE], size_t *count,
                     struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ROLE_MOVE_FIRST, error);
    int code;

    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int(statement, 1, AT_ONCE);
    while ((code = database_step(ledger->writer, statement, error)) > 0)
        if (id_parse(&agents[*count], database_text(statement, 0)))
            ++*count;
    return code;
}

static int move_some(struct ledger *ledger, size_t *count, struct error *error)
{
    struct id agents[AT_ONCE];
    int code = ledger_begin(ledger, error);

    *count = 0;
    if (code != 0)
        return code;
    code = next_ones(ledger, agents, count, error);
    for (size_t i = 0; i < *count && code == 0; i++)
        code = move_one(ledger, &agents[i], error);
    return ledger_end(ledger, code, error);
}

int ledger_roles_follow(struct ledger *ledger, struct error *error)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    size_t count;
    int code;

    while ((code = move_some(ledger, &count, error)) == 0 && count == AT_ONCE)
        nanosleep(&pause, NULL);
    return code;
}

/* --- changes ---------------------------------------------------------------------------------- */

int ledger_role_changed(struct ledger *ledger, const struct record *before,
                        const struct record *after, struct error *error)
{
    struct text_buffer what = {0};
    struct role role;
    struct record blank = {.type = RECORD_AGENT, .body = json_object()};
    struct record *copy = record_copy(after);
    int code = put_all(ledger, record_text(after, "key"), before, error);

    ledger->holders = ledger->holders || strcmp(record_text(after, "cases"), "own") == 0;
    ledger->roles_changed = true;
    role_read(&role, &blank, copy);
    text_buffer_add_format(&what, "role %s: cases %s", record_text(after, "key"),
                           role_reach_words[role.reach]);
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (role_has(&role, (enum permission)i))
            text_buffer_add_format(&what, ", %s", permission_name((enum permission)i));
    if (code == 0 && (what.failed || copy == NULL || blank.body == NULL))
        code = error_set(error, ERROR_MEMORY, "no memory for the trail");
    if (code == 0)
        code = ledger_permission_note(ledger, after, what.bytes, error);
    role_clear(&role);
    json_decref(blank.body);
    text_buffer_free(&what);
    return code;
}
