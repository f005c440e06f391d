/* Refresh tokens: each is taken once, or once more when its answer was lost. */
#include <string.h>

#include <sodium.h>

#include "app/text.h"
#include "net/ledger_agent.h"
#include "net/ledger_session_internal.h"

#define HASH_BYTES LEDGER_TOKEN_HASH

/* The numbers are kept in the database. */
enum refresh_state { REFRESH_LAST = 0, REFRESH_BEFORE = 1, REFRESH_SPENT = 2 };

static int refresh_read(struct ledger *ledger, const unsigned char hash[HASH_BYTES],
                        struct id *family, enum refresh_state *state, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_REFRESH_GET, error);
    int code;

    *family = (struct id){""};
    ledger_bind_hash(statement, 1, hash);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    id_parse(family, database_text(statement, 0));
    *state = (enum refresh_state)sqlite3_column_int(statement, 1);
    sqlite3_reset(statement);
    return 0;
}

/* `family->id` is empty afterwards when there is none. */
static int family_read(struct ledger *ledger, struct ledger_family *family, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FAMILY_GET, error);
    int code;

    database_bind_text(statement, 1, family->id.text);
    code = database_step(ledger->writer, statement, error);
    if (code == 0)
        family->id = (struct id){""};
    if (code <= 0)
        return code;
    id_parse(&family->agent, database_text(statement, 0));
    id_parse(&family->device, database_text(statement, 1));
    if (sqlite3_column_bytes(statement, 2) == DEVICE_KEY_SIZE)
        memcpy(family->key, sqlite3_column_blob(statement, 2), DEVICE_KEY_SIZE);
    text_copy(family->mark, sizeof(family->mark), database_text(statement, 3));
    family->began_ms = sqlite3_column_int64(statement, 4);
    family->ends_ms = sqlite3_column_int64(statement, 5);
    family->ended = sqlite3_column_type(statement, 6) != SQLITE_NULL;
    sqlite3_reset(statement);
    return 0;
}

/* The mark of the terminal stands where it stood when this began. */
static int mark_holds(struct ledger *ledger, const struct ledger_family *family, bool *holds,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_DEVICE_GET, error);
    int code;

    *holds = family->mark[0] == '\0';
    if (*holds)
        return 0;
    database_bind_text(statement, 1, family->device.text);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    *holds = strcmp(database_text(statement, 0), family->mark) == 0;
    sqlite3_reset(statement);
    return 0;
}

/* Stolen or copied: all of it ends, which is written though the caller is refused. */
static int family_betrayed(struct ledger *ledger, const struct ledger_family *family,
                           const char *what, int64_t now_ms, struct ledger_login *result,
                           struct error *error)
{
    int code = ledger_family_end(ledger, family->id.text, family->agent.text, now_ms, error);

    result->barrier = LEDGER_BARRIER_ENDED;
    return code == 0 ? ledger_session_note(ledger, AUDIT_REFUSED, &family->agent, &family->device,
                                           what, now_ms, error)
                     : code;
}

static int nonce_take(struct ledger *ledger, const unsigned char hash[HASH_BYTES],
                      const char *nonce, bool *fresh, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_NONCE_PUT, error);
    int code;

    ledger_bind_hash(statement, 1, hash);
    database_bind_text(statement, 2, nonce);
    code = database_run(ledger->writer, statement, error);
    *fresh = code == 0 && database_changes(ledger->writer) > 0;
    return code;
}

static int turn(struct ledger *ledger, const struct ledger_family *family,
                const unsigned char hash[HASH_BYTES], int64_t now_ms, struct ledger_login *result,
                struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_REFRESH_TURN, error);
    int code;

    database_bind_text(statement, 1, family->id.text);
    ledger_bind_hash(statement, 2, hash);
    code = database_run(ledger->writer, statement, error);
    if (code == 0)
        code = ledger_session_refresh(ledger, family, now_ms, result, error);
    if (code == 0)
        code = ledger_session_access(ledger, family, now_ms, result, error);
    return code == 0 ? ledger_session_seen(ledger, family->key, now_ms, error) : code;
}

/* What bars a refresh token whose family stands and whose proof holds; the rest is for `turn`. */
static int refresh_judge(struct ledger *ledger, const struct ledger_family *family,
                         const unsigned char hash[HASH_BYTES], const struct device_proof *proof,
                         int64_t now_ms, struct ledger_login *result, struct error *error)
{
    bool fresh = false;
    int code = ledger_session_judge(ledger, ledger->writer, proof, now_ms, &result->barrier, error);

    if (code != 0 || result->barrier != LEDGER_BARRIER_NONE)
        return code;
    code = nonce_take(ledger, hash, proof->nonce, &fresh, error);
    if (code == 0 && !fresh) {
        result->barrier = LEDGER_BARRIER_REPLAYED;
        code = ledger_session_note(ledger, AUDIT_REFUSED, &family->agent, &family->device,
                                   "refresh: a request made before", now_ms, error);
    }
    return code;
}

/* A first sign-in is not bound to a device: its store is made once it is known whose it is. */
static int bind_device(struct ledger *ledger, struct ledger_family *family,
                       const struct ledger_renewal *renewal, int64_t now_ms,
                       struct ledger_login *result, struct error *error)
{
    sqlite3_stmt *statement;
    bool behind = false;
    int code = 0;

    if (id_is_empty(&renewal->device) || id_equal(&renewal->device, &family->device))
        return 0;
    if (!id_is_empty(&family->device)) {
        result->barrier = LEDGER_BARRIER_ENDED;
        return 0;
    }
    if (renewal->mark != NULL)
        code = ledger_device_admit(ledger, &renewal->device, renewal->mark, now_ms, &behind,
                                   &result->other_ms, error);
    if (code != 0 || behind) {
        result->barrier = behind ? LEDGER_BARRIER_BEHIND : LEDGER_BARRIER_NONE;
        return code;
    }
    family->device = renewal->device;
    text_copy(family->mark, sizeof(family->mark), renewal->mark != NULL ? renewal->mark->next : "");
    statement = database_statement(ledger->writer, LEDGER_FAMILY_BIND, error);
    database_bind_text(statement, 1, family->id.text);
    database_bind_text(statement, 2, family->device.text);
    database_bind_text(statement, 3, family->mark);
    return database_run(ledger->writer, statement, error);
}

static int refresh_within(struct ledger *ledger, const unsigned char hash[HASH_BYTES],
                          const struct ledger_renewal *renewal, int64_t now_ms,
                          struct ledger_login *result, struct error *error)
{
    const struct device_proof *proof = renewal->proof;
    struct ledger_family family = {.mark = ""};
    enum refresh_state state = REFRESH_SPENT;
    bool stands = false;
    int code = refresh_read(ledger, hash, &family.id, &state, error);

    if (code == 0 && !id_is_empty(&family.id))
        code = family_read(ledger, &family, error);
    if (code == 0 && !id_is_empty(&family.id))
        code = mark_holds(ledger, &family, &stands, error);
    if (code != 0)
        return code;
    result->agent = family.agent;
    if (stands && (!renewal->holds || sodium_memcmp(proof->key, family.key, DEVICE_KEY_SIZE) != 0))
        return family_betrayed(ledger, &family, "refresh: without the terminal's key", now_ms,
                               result, error);
    /* A terminal that is to be wiped is told, though its sessions are over. */
    if (!stands || family.ended || family.ends_ms <= now_ms ||
        family.began_ms > now_ms + SESSION_CLOCK_SLACK_MS) {
        result->barrier = LEDGER_BARRIER_ENDED;
        if (stands)
            code = ledger_session_judge(ledger, ledger->writer, proof, proof->at_ms,
                                        &result->barrier, error);
        if (result->barrier == LEDGER_BARRIER_NONE || result->barrier == LEDGER_BARRIER_UNKNOWN)
            result->barrier = LEDGER_BARRIER_ENDED;
        return code;
    }
    code = refresh_judge(ledger, &family, hash, proof, now_ms, result, error);
    if (code != 0 || result->barrier != LEDGER_BARRIER_NONE)
        return code;
    if (state == REFRESH_SPENT)
        return family_betrayed(ledger, &family, "refresh: a token that was spent", now_ms, result,
                               error);
    code = ledger_session_agent(ledger, result, error);
    if (code == ERROR_NOT_FOUND) {
        result->barrier = LEDGER_BARRIER_ENDED;
        return 0;
    }
    if (code == 0)
        code = bind_device(ledger, &family, renewal, now_ms, result, error);
    if (code != 0 || result->barrier != LEDGER_BARRIER_NONE)
        return code;
    return turn(ledger, &family, hash, now_ms, result, error);
}

int ledger_refresh(struct ledger *ledger, const struct ledger_renewal *renewal, int64_t now_ms,
                   struct ledger_login *result, struct error *error)
{
    unsigned char hash[HASH_BYTES];
    int code;

    *result = (struct ledger_login){.token = ""};
    ledger_token_hash(renewal->token, hash);
    code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    ledger_audit_request(ledger, renewal->request);
    code = refresh_within(ledger, hash, renewal, now_ms, result, error);
    if (code != 0)
        ledger_rollback(ledger);
    else
        code = ledger_commit(ledger, error);
    if (code == 0 && result->barrier == LEDGER_BARRIER_ENDED)
        code = error_set(error, ERROR_NOT_FOUND, "the session is over");
    else if (code == 0 && result->barrier == LEDGER_BARRIER_REPLAYED)
        code = error_set(error, ERROR_CONFLICT, "this very request was made before");
    else if (code == 0)
        code = ledger_session_barred(result, error);
    if (code != 0)
        ledger_login_clear(result);
    return code;
}
