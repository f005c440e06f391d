/* Who may look for others, for which reason, and how often. */
#include <string.h>

#include "net/ledger_role.h"
#include "net/ledger_search_internal.h"

int search_permissions(struct database *database, const struct id *agent, permission_set *may,
                       struct error *error)
{
    struct role role;
    int code = ledger_role_of(database, agent, &role, error);

    *may = code == 0 ? role.may : 0;
    role_clear(&role);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

int ledger_search_permissions(struct ledger *ledger, const struct id *agent, permission_set *may,
                              struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *may = 0;
    if (code != 0)
        return code;
    code = search_permissions(reader->database, agent, may, error);
    ledger_reader_give(ledger, reader);
    return code;
}

int search_check_purpose(permission_set may, enum purpose purpose, const char *words,
                         struct error *error)
{
    if (!purpose_is_open_to(purpose, may))
        return error_set(error, ERROR_REFUSED, "this agent's role has no reason \"%s\"",
                         purpose_name(purpose) != NULL ? purpose_name(purpose) : "");
    if (purpose_wants_words(purpose) && (words == NULL || words[strspn(words, " \t\n")] == '\0'))
        return error_set(error, ERROR_REFUSED, "the reason \"%s\" needs words besides",
                         purpose_name(purpose));
    return 0;
}

/* --- how often --------------------------------------------------------------------------------
 *
 * Each search is owed LEDGER_SEARCH_MS; an agent may owe for LEDGER_SEARCH_BURST of them.
 */

static int owed_read(struct database *database, const struct id *agent, int64_t *owed,
                     bool *refused, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SEARCHER_GET, error);
    int code;

    *owed = 0;
    *refused = false;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->text);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    *owed = sqlite3_column_int64(statement, 0);
    *refused = sqlite3_column_int(statement, 1) != 0;
    sqlite3_reset(statement);
    return 0;
}

static int owed_write(struct ledger *ledger, const struct id *agent, int64_t owed, bool refused,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_SEARCHER_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->text);
    sqlite3_bind_int64(statement, 2, owed);
    sqlite3_bind_int(statement, 3, refused);
    return database_run(ledger->writer, statement, error);
}

static int check_owed(int64_t owed, int64_t now_ms, int64_t *retry_ms, struct error *error)
{
    int64_t most = (int64_t)(LEDGER_SEARCH_BURST - 1) * LEDGER_SEARCH_MS;

    *retry_ms = 0;
    if (owed - now_ms <= most)
        return 0;
    *retry_ms = owed - now_ms - most;
    /* A clock that was set back must not lock anybody out. */
    if (*retry_ms > 2 * LEDGER_SEARCH_MS)
        *retry_ms = 2 * LEDGER_SEARCH_MS;
    return error_set(error, ERROR_BUSY, "too many searches: wait a little");
}

int search_may_count(struct database *database, const struct id *agent, int64_t now_ms,
                     int64_t *retry_ms, struct error *error)
{
    int64_t owed;
    bool refused;
    int code = owed_read(database, agent, &owed, &refused, error);

    return code == 0 ? check_owed(owed, now_ms, retry_ms, error) : code;
}

int search_count(struct ledger *ledger, const struct id *agent, int64_t now_ms, int64_t *retry_ms,
                 struct error *error)
{
    int64_t owed, limit = now_ms + (int64_t)LEDGER_SEARCH_BURST * LEDGER_SEARCH_MS;
    bool refused;
    int code = owed_read(ledger->writer, agent, &owed, &refused, error);

    if (code == 0)
        code = check_owed(owed, now_ms, retry_ms, error);
    if (code != 0)
        return code;
    owed = (owed > now_ms ? owed : now_ms) + LEDGER_SEARCH_MS;
    return owed_write(ledger, agent, owed < limit ? owed : limit, false, error);
}

/* A refusal counts as a search. When there are too many it is in the trail once, until a search is
 * answered again: a flood of refusals must not flood it. */
static int refused_write(struct ledger *ledger, struct audit_entry *entry, struct error *error)
{
    int64_t owed, retry_ms;
    bool refused;
    int code = search_count(ledger, &entry->agent, entry->at_ms, &retry_ms, error);

    if (code == 0)
        return ledger_audit_add(ledger, entry, error);
    if (code != ERROR_BUSY)
        return code;
    code = owed_read(ledger->writer, &entry->agent, &owed, &refused, error);
    if (code != 0 || refused)
        return code;
    entry->what = "search: too many";
    code = owed_write(ledger, &entry->agent, owed, true, error);
    return code == 0 ? ledger_audit_add(ledger, entry, error) : code;
}

void search_refused(struct ledger *ledger, const struct ledger_actor *actor, enum record_type type,
                    const struct id *record, enum purpose purpose, const char *words,
                    int64_t now_ms, const char *what)
{
    struct audit_entry entry = {
        .kind = AUDIT_REFUSED,
        .at_ms = now_ms,
        .agent = actor->agent,
        .device = actor->device,
        .type = type,
        .purpose = purpose,
        .words = words,
        .what = what,
    };
    int code = ledger_begin(ledger, NULL);

    if (record != NULL)
        entry.record = *record;
    if (code != 0)
        return;
    ledger_audit_request(ledger, actor->request);
    if (refused_write(ledger, &entry, NULL) == 0)
        ledger_commit(ledger, NULL);
    else
        ledger_rollback(ledger);
}
