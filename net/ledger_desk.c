/*
 * Whose records come to an agent's desk: by their role, office and queues as they stand. What a
 * change of these opens comes to them as new; what it closes is taken from them.
 */
#include "net/ledger_agent.h"
#include "net/ledger_follow.h"
#include "net/ledger_holder.h"
#include "net/ledger_protect.h"
#include "net/ledger_role.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_audit.h"

#define OFFICE_PREFIX "office:"
/* Right after all scopes of offices. */
#define OFFICE_AFTER "office;"

/* --- scopes ----------------------------------------------------------------------------------- */

/* One office: what everybody reads of it whose role reaches it, and what few do. */
static int add_office(const struct role *role, const char *office, struct scope_set *scopes,
                      struct error *error)
{
    int code = office[0] != '\0' ? scope_set_add(scopes, OFFICE_PREFIX, office, error) : 0;

    if (code == 0 && office[0] != '\0' && role_has(role, PERMISSION_READ_RESTRICTED))
        code = scope_set_add(scopes, LEDGER_OFFICE_SUPERVISORS_SCOPE, office, error);
    if (code == 0 && office[0] != '\0' && role_has(role, PERMISSION_SUPERVISE))
        code = scope_set_add(scopes, LEDGER_EMERGENCIES_SCOPE, office, error);
    return code;
}

static int add_every_office(struct database *database, const struct role *role,
                            struct scope_set *scopes, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SCOPE_BETWEEN, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, OFFICE_PREFIX);
    database_bind_text(statement, 2, OFFICE_AFTER);
    while ((code = database_step(database, statement, error)) > 0) {
        code = add_office(role, database_text(statement, 0) + strlen(OFFICE_PREFIX), scopes, error);
        if (code != 0)
            break;
    }
    sqlite3_reset(statement);
    return code;
}

static int add_offices(struct database *database, const struct record *agent,
                       const struct role *role, struct scope_set *scopes, struct error *error)
{
    char key[RECORD_KEY_SIZE] = "";
    const json_t *office;
    size_t index;
    int code = 0;

    if (role->reach < ROLE_REACH_OFFICE)
        return 0;
    if (record_text(agent, "office")[0] != '\0')
        record_full_key(agent, record_text(agent, "office"), key);
    code = add_office(role, key, scopes, error);
    if (role->reach == ROLE_REACH_ALL && code == 0)
        code = add_every_office(database, role, scopes, error);
    if (role->reach != ROLE_REACH_OFFICES)
        return code;
    json_array_foreach(json_object_get(role->record->body, "offices"), index, office)
    {
        if (code != 0 || !json_is_string(office))
            continue;
        record_full_key(role->record, json_string_value(office), key);
        code = add_office(role, key, scopes, error);
    }
    return code;
}

/* What waits in the queues that they serve, or supervise; what is reported to those that they are
 * named for. */
static int add_queues(struct database *database, const struct record *agent,
                      const struct role *role, struct scope_set *scopes, struct error *error)
{
    const json_t *queue;
    bool supervises = role_has(role, PERMISSION_SUPERVISE);
    bool serves = supervises || role_has(role, PERMISSION_SERVE);
    size_t index;
    int code = 0;

    json_array_foreach(json_object_get(agent->body, "queues"), index, queue)
    {
        char key[RECORD_KEY_SIZE];

        if (code != 0 || !json_is_string(queue) || json_string_length(queue) == 0)
            continue;
        record_full_key(agent, json_string_value(queue), key);
        code = scope_set_add(scopes, LEDGER_FLAGS_SCOPE, key, error);
        if (code == 0 && serves)
            code = ledger_queue_scopes(database, agent, key, supervises, scopes, error);
        if (code == 0 && supervises)
            code = scope_set_add(scopes, LEDGER_SUPERVISORS_SCOPE, key, error);
    }
    return code;
}

int ledger_scopes_by_role(struct database *database, const struct record *agent,
                          const struct role *role, struct scope_set *scopes, struct error *error)
{
    int code;

    if (ledger_agent_is_display(agent))
        return 0;
    code = scope_set_add(scopes, "agent:", agent->id.text, error);
    if (code == 0)
        code = scope_set_add(scopes, LEDGER_OPENINGS_SCOPE, agent->id.text, error);
    if (code == 0)
        code = scope_set_add(scopes, LEDGER_HAND_SCOPE, agent->id.text, error);
    if (code == 0 && role->reach == ROLE_REACH_OWN)
        code = scope_set_add(scopes, LEDGER_OWN_SCOPE, agent->id.text, error);
    if (code == 0)
        code = add_offices(database, agent, role, scopes, error);
    if (code == 0)
        code = add_queues(database, agent, role, scopes, error);
    if (code == 0 && role_has(role, PERMISSION_READ_AUDIT))
        code = scope_set_add(scopes, "", LEDGER_PRIVACY_SCOPE, error);
    return code == 0 && role_has(role, PERMISSION_READ_PROTECTED)
               ? ledger_protect_scopes(scopes, error)
               : code;
}

int ledger_agent_scopes(struct database *database, const struct record *agent,
                        struct scope_set *scopes, permission_set *may, struct error *error)
{
    struct role role;
    int code = ledger_role_read(database, agent, &role, error);

    if (code == 0)
        code = ledger_scopes_by_role(database, agent, &role, scopes, error);
    if (code == 0 && may != NULL)
        *may = role.may;
    role_clear(&role);
    return code;
}

/* --- what a change opens ---------------------------------------------------------------------- */

/* Gives all that stands in `scope` to the agent's joining scope, under new numbers. */
static int join_fill(struct ledger *ledger, const char *scope, const char *joining,
                     struct error *error)
{
    int64_t *rows;
    size_t count;
    int64_t number;
    int code = ledger_scope_find(ledger->writer, scope, &number, error);

    if (code != 0 || number == 0)
        return code;
    code = ledger_scope_rows(ledger, number, &rows, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = ledger_feed_put(ledger, joining, ledger_next_seq(ledger), rows[i], error);
    free(rows);
    return code;
}

static int join_end(struct ledger *ledger, const char *joining, struct error *error)
{
    sqlite3_stmt *statement;
    int64_t number;
    int code = ledger_scope_find(ledger->writer, joining, &number, error);

    if (code != 0 || number == 0)
        return code;
    ledger_named_forget(ledger);
    statement = database_statement(ledger->writer, LEDGER_FEED_DELETE_SCOPE, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, number);
    return database_run(ledger->writer, statement, error);
}

/* "join:AGENT:SCOPE"; owned by `name`, a set of its own. */
static int joining_name(const struct record *agent, const char *scope, struct scope_set *name,
                        struct error *error)
{
    char prefix[sizeof(LEDGER_JOIN_PREFIX) + ID_TEXT_LENGTH + 1];

    strcpy(prefix, LEDGER_JOIN_PREFIX);
    strcat(prefix, agent->id.text);
    strcat(prefix, ":");
    return scope_set_add(name, prefix, scope, error);
}

/* --- what it closes --------------------------------------------------------------------------- */

/* 1: one of these scopes has the row. */
static int is_seen(struct ledger *ledger, const struct scope_set *scopes, int64_t row,
                   struct error *error)
{
    struct scope_set held = {0};
    int code = ledger_row_scopes(ledger->writer, row, &held, error);

    if (code == 0)
        code = scope_set_meets(&held, scopes);
    scope_set_free(&held);
    return code;
}

/* The agent is told that they see no longer what stands in a scope that they lost, but for what
 * they see by another one. */
static int leave(struct ledger *ledger, const struct record *agent, const char *scope,
                 const struct scope_set *kept, struct error *error)
{
    struct scope_set own = {0};
    int64_t *rows = NULL;
    size_t count = 0;
    int64_t number;
    int code = ledger_scope_find(ledger->writer, scope, &number, error);

    if (code != 0 || number == 0)
        return code;
    code = scope_set_add(&own, "agent:", agent->id.text, error);
    if (code == 0)
        code = ledger_scope_rows(ledger, number, &rows, &count, error);
    for (size_t i = 0; i < count && code == 0; i++) {
        code = is_seen(ledger, kept, rows[i], error);
        if (code == 0)
            code = ledger_gone_put(ledger, own.names[0], rows[i], error);
        else if (code > 0)
            code = 0;
    }
    free(rows);
    scope_set_free(&own);
    return code;
}

int ledger_scopes_move(struct ledger *ledger, const struct record *agent,
                       const struct scope_set *before, const struct scope_set *after,
                       struct error *error)
{
    struct scope_set name = {0};
    int code = 0;

    for (size_t i = 0; i < after->count && code == 0; i++) {
        if (scope_set_has(before, after->names[i]))
            continue;
        if (strncmp(after->names[i], LEDGER_OWN_SCOPE, strlen(LEDGER_OWN_SCOPE)) == 0)
            code = ledger_holder_fill(ledger, &agent->id, error);
        if (code != 0)
            break;
        code = joining_name(agent, after->names[i], &name, error);
        if (code == 0)
            code = join_fill(ledger, after->names[i], name.names[0], error);
        scope_set_free(&name);
    }
    for (size_t i = 0; i < before->count && code == 0; i++) {
        if (scope_set_has(after, before->names[i]))
            continue;
        code = joining_name(agent, before->names[i], &name, error);
        if (code == 0)
            code = join_end(ledger, name.names[0], error);
        if (code == 0)
            code = leave(ledger, agent, before->names[i], after, error);
        scope_set_free(&name);
    }
    return code == 0 ? ledger_opening_judge(ledger, agent, error) : code;
}

/* --- changes ---------------------------------------------------------------------------------- */

int ledger_permission_note(struct ledger *ledger, const struct record *record, const char *what,
                           struct error *error)
{
    struct audit_entry entry = {.kind = AUDIT_PERMISSION,
                                .at_ms = clock_system(NULL),
                                .type = record->type,
                                .record = record->id,
                                .what = what};

    return ledger_audit_add(ledger, &entry, error);
}

/* What of an agent says what they may do and read: kept when it changes. */
static int note_agent(struct ledger *ledger, const struct record *before,
                      const struct record *after, struct error *error)
{
    static const char *const members[] = {"role", "office", "queues", "ended", NULL};
    struct text_buffer what = {0};
    int code = 0;

    for (size_t i = 0; members[i] != NULL; i++) {
        const json_t *was =
            before != NULL ? json_object_get(before->body, members[i]) : json_null();
        const json_t *is = json_object_get(after->body, members[i]);

        if (before != NULL && (was == is || json_equal(was, is)))
            continue;
        text_buffer_add_format(&what, "%s%s", what.length > 0 ? ", " : "", members[i]);
        if (json_is_string(is))
            text_buffer_add_format(&what, " %s", json_string_value(is));
    }
    if (what.failed)
        code = error_set(error, ERROR_MEMORY, "no memory for the trail");
    else if (what.length > 0)
        code = ledger_permission_note(ledger, after, what.bytes, error);
    text_buffer_free(&what);
    return code;
}

int ledger_agent_moved(struct ledger *ledger, const struct record *before,
                       const struct record *after, struct error *error)
{
    struct scope_set old = {0}, new = {0};
    int code = note_agent(ledger, before, after, error);

    /* A new agent's terminal begins at 0 and meets everything anyway. */
    if (code != 0 || before == NULL)
        return code;
    code = ledger_role_scopes_before(ledger, before, &old, error);
    if (code == 0)
        code = ledger_agent_scopes(ledger->writer, after, &new, NULL, error);
    if (code == 0)
        code = ledger_scopes_move(ledger, after, &old, &new, error);
    scope_set_free(&old);
    scope_set_free(&new);
    return code;
}

/* --- asking ----------------------------------------------------------------------------------- */

int ledger_desk_scopes(struct ledger *ledger, const struct id *agent, struct scope_set *scopes,
                       struct error *error)
{
    return ledger_desk_read(ledger, agent, scopes, NULL, error);
}

int ledger_desk_read(struct ledger *ledger, const struct id *agent, struct scope_set *scopes,
                     permission_set *may, struct error *error)
{
    struct ledger_reader *reader;
    struct ledger_row row = {0};
    struct scope_set plain = {0}, name = {0};
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    code = ledger_row_read(reader->database, RECORD_AGENT, agent, &row, error);
    if (code == 0)
        code = ledger_agent_scopes(reader->database, row.record, &plain, may, error);
    if (code == 0)
        code = scope_set_add_all(scopes, &plain, error);
    for (size_t i = 0; i < plain.count && code == 0; i++) {
        int64_t number = 0;

        code = joining_name(row.record, plain.names[i], &name, error);
        if (code == 0)
            code = ledger_scope_find(reader->database, name.names[0], &number, error);
        if (code == 0 && number != 0)
            code = scope_set_add(scopes, "", name.names[0], error);
        scope_set_free(&name);
    }
    scope_set_free(&plain);
    ledger_row_clear(&row);
    ledger_reader_give(ledger, reader);
    return code;
}
