/* Passwords: which may be chosen, and changing them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_agent.h"
#include "net/ledger_enter.h"
#include "net/ledger_factor.h"
#include "net/ledger_lockout.h"
#include "net/ledger_relay.h"
#include "net/ledger_row.h"
#include "net/ledger_session_internal.h"
#include "net/ledger_terminal.h"

static int flaw_set(const struct ledger *ledger, enum password_flaw flaw, struct error *error)
{
    switch (flaw) {
    case PASSWORD_FINE:
        return 0;
    case PASSWORD_SHORT:
        return error_set(error, ERROR_INVALID, "a password has at least %zu characters",
                         ledger->rules.password.least);
    case PASSWORD_OWN:
        return error_set(error, ERROR_INVALID, "a password is not the login or the name");
    case PASSWORD_SAME:
        return error_set(error, ERROR_INVALID, "this is the password of before");
    default:
        return error_set(error, ERROR_INVALID,
                         "this password is among the first that anybody tries");
    }
}

int ledger_password_judge(struct ledger *ledger, const char *login, const char *name,
                          const char *password, struct error *error)
{
    enum password_flaw flaw;
    int code = password_judge(&ledger->rules.password, password, login, name, &flaw, error);

    return code == 0 ? flaw_set(ledger, flaw, error) : code;
}

static int login_write(struct ledger *ledger, const char *login, const char *hash, int flags,
                       int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_LOGIN_CHANGE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, login);
    database_bind_text(statement, 2, hash);
    sqlite3_bind_int(statement, 3, flags);
    sqlite3_bind_int64(statement, 4, now_ms);
    return database_run(ledger->writer, statement, error) == 0
               ? ledger_verifiers_tell(ledger, error)
               : ERROR_STORAGE;
}

int ledger_password_expire(struct ledger *ledger, const char *login, struct error *error)
{
    char folded[LEDGER_LOGIN_LIMIT + 1];
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_LOGIN_EXPIRE, error);

    if (!ledger_login_fold(login, folded))
        return error_set(error, ERROR_INVALID, "a login has 1 to %d bytes", LEDGER_LOGIN_LIMIT);
    database_bind_text(statement, 1, folded);
    return database_run(ledger->writer, statement, error) == 0
               ? ledger_verifiers_tell(ledger, error)
               : ERROR_STORAGE;
}

static int weak(const struct ledger *ledger, enum password_flaw flaw, struct ledger_login *result,
                struct error *error)
{
    result->flaw = flaw;
    if (flaw != PASSWORD_FINE)
        result->barrier = LEDGER_BARRIER_WEAK;
    return flaw_set(ledger, flaw, error);
}

/* Judges the new password before the present one is tried: nobody is locked out by choosing. */
static int fresh_judge(struct ledger *ledger, const struct ledger_sign_in *asked, const char *fresh,
                       struct ledger_login *result, struct error *error)
{
    enum password_flaw flaw;
    int code = password_judge(&ledger->rules.password, fresh, asked->login, NULL, &flaw, error);

    if (code == 0 && strcmp(fresh, asked->password) == 0)
        flaw = PASSWORD_SAME;
    return code == 0 ? weak(ledger, flaw, result, error) : code;
}

/* And what only somebody who is known may be told: whether it is their name. */
static int name_judge(struct ledger *ledger, const struct entering *entering, const char *fresh,
                      struct ledger_login *result, struct error *error)
{
    char role[RECORD_KEY_SIZE], name[RECORD_KEY_SIZE];
    enum password_flaw flaw;
    bool display;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = ledger_enter_role(ledger, &entering->verifier.agent, role, &display, name, error);
    ledger_rollback(ledger);
    if (code == 0)
        code = password_judge(&ledger->rules.password, fresh, entering->login, name, &flaw, error);
    return code == 0 ? weak(ledger, flaw, result, error) : code;
}

static int change_within(struct ledger *ledger, const struct entering *entering, const char *hash,
                         int64_t now_ms, struct ledger_login *result, struct error *error)
{
    const struct id *agent = &entering->verifier.agent;
    int code = ledger_enter_judge(ledger, entering, true, now_ms, result, error);

    if (code != 0 || result->barrier != LEDGER_BARRIER_NONE)
        return code;
    code = login_write(ledger, entering->login, hash, 0, now_ms, error);
    if (code == 0)
        code = ledger_sessions_end_agent(ledger, agent, now_ms, error);
    if (code == 0)
        code = ledger_lockout_clear(ledger, entering->lockouts, entering->lockout_count, now_ms,
                                    error);
    return code == 0
               ? ledger_session_note(ledger, AUDIT_PERMISSION, agent, &entering->asked->device,
                                     "password changed", now_ms, error)
               : code;
}

static int change_end(struct ledger *ledger, const struct entering *entering, const char *fresh,
                      int64_t now_ms, struct ledger_login *result, struct error *error)
{
    char hash[crypto_pwhash_STRBYTES];
    int code = ledger_password_hash(fresh, hash, error);

    if (code == 0)
        code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    ledger_audit_request(ledger, entering->asked->request);
    code = change_within(ledger, entering, hash, now_ms, result, error);
    if (code != 0)
        ledger_rollback(ledger);
    else
        code = ledger_commit(ledger, error);
    return code == 0 ? ledger_session_barred(result, error) : code;
}

int ledger_password_change(struct ledger *ledger, const struct ledger_sign_in *asked,
                           const char *fresh, int64_t now_ms, struct ledger_login *result,
                           struct error *error)
{
    struct entering entering = {.asked = asked, .fresh = fresh};
    int code;

    *result = (struct ledger_login){.token = ""};
    if (ledger->is_relay) {
        code = ledger_enter_barrier(ledger, asked, now_ms, result, error);
        if (code == 0)
            result->barrier = LEDGER_BARRIER_CENTRE;
        return code == 0 ? ledger_session_barred(result, error) : code;
    }
    code = fresh_judge(ledger, asked, fresh, result, error);
    if (code == 0)
        code = ledger_enter(ledger, &entering, now_ms, result, error);
    if (code == 0 && !entering.repeated)
        code = name_judge(ledger, &entering, fresh, result, error);
    if (code == 0 && !entering.repeated)
        code = change_end(ledger, &entering, fresh, now_ms, result, error);
    if (code != 0)
        ledger_login_clear(result);
    sodium_memzero(&entering, sizeof(entering));
    return code;
}

static int learn_within(struct ledger *ledger, const char *given, const char *hash, int64_t now_ms,
                        struct error *error)
{
    char login[LEDGER_LOGIN_LIMIT + 1];
    struct verifier verifier;
    int code = 0;

    if (!ledger_login_fold(given, login))
        return error_set(error, ERROR_INVALID, "a login has 1 to %d bytes", LEDGER_LOGIN_LIMIT);
    code = ledger_verifier_read(ledger, login, &verifier, error);
    /* One who is not here yet comes with the next greeting. */
    if (code != 0 || id_is_empty(&verifier.agent))
        return code;
    code = login_write(ledger, login, hash,
                       verifier.code_at_centre ? LEDGER_LOGIN_CODE_AT_CENTRE : 0, now_ms, error);
    return code == 0 ? ledger_sessions_end_agent(ledger, &verifier.agent, now_ms, error) : code;
}

int ledger_password_learn(struct ledger *ledger, const char *login, const char *password,
                          int64_t now_ms, struct error *error)
{
    char hash[crypto_pwhash_STRBYTES];
    int code = ledger_password_hash(password, hash, error);

    if (code == 0)
        code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    code = learn_within(ledger, login, hash, now_ms, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

static int reset_within(struct ledger *ledger, const char *given, const char *hash,
                        bool must_change, int64_t now_ms, struct error *error)
{
    char login[LEDGER_LOGIN_LIMIT + 1];
    const struct id none = {""};
    struct id agent;
    int cleared;
    int code = ledger_login_find(ledger, given, login, &agent, error);

    if (code == 0 && id_is_empty(&agent))
        code = error_set(error, ERROR_NOT_FOUND, "no agent has the login \"%.128s\"", given);
    if (code == 0)
        code = login_write(ledger, login, hash, must_change ? LEDGER_LOGIN_MUST_CHANGE : 0, now_ms,
                           error);
    if (code == 0)
        code = ledger_sessions_end_agent(ledger, &agent, now_ms, error);
    if (code == 0)
        code = ledger_lockout_unlock(ledger, login, &cleared, error);
    return code == 0 ? ledger_session_note(ledger, AUDIT_PERMISSION, &agent, &none,
                                           "password set by an administrator", now_ms, error)
                     : code;
}

int ledger_password_reset(struct ledger *ledger, const char *login, const char *password,
                          bool must_change, int64_t now_ms, struct error *error)
{
    char hash[crypto_pwhash_STRBYTES];
    int code = ledger_password_judge(ledger, login, NULL, password, error);

    if (code == 0)
        code = ledger_password_hash(password, hash, error);
    if (code == 0)
        code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    code = reset_within(ledger, login, hash, must_change, now_ms, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}
