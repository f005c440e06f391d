/* Signing in by a password, and changing it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_agent.h"
#include "net/ledger_factor.h"
#include "net/ledger_lockout.h"
#include "net/ledger_relay.h"
#include "net/ledger_row.h"
#include "net/ledger_session_internal.h"
#include "net/ledger_terminal.h"

/* How a password is checked. */
struct verifier {
    struct id agent;
    char hash[crypto_pwhash_STRBYTES];
    bool must_change;
    bool code_at_centre; /* at a relay */
    int64_t changed_ms;
};

/* A change of password whose answer was lost may be asked for again so long. */
#define REPEAT_MS INT64_C(300000)

/* --- sign-in ---------------------------------------------------------------------------------- */

/* A sign-in under way. */
struct entering {
    const struct ledger_sign_in *asked;
    const char *fresh; /* the password to be; NULL for a sign-in */
    bool repeated;     /* it is so already: this very change was made just before */
    char login[LEDGER_LOGIN_LIMIT + 1]; /* folded */
    struct lockout lockouts[2];
    size_t lockout_count;
    struct verifier verifier;
};

/* Reads whom a login belongs to; an unknown one gives an empty agent. */
static int login_read(struct ledger *ledger, const char *login, struct verifier *verifier,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_LOGIN_GET, error);
    int code;

    *verifier = (struct verifier){.hash = ""};
    database_bind_text(statement, 1, login);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    id_parse(&verifier->agent, database_text(statement, 0));
    text_copy(verifier->hash, sizeof(verifier->hash), database_text(statement, 1));
    verifier->must_change = (sqlite3_column_int(statement, 2) & LEDGER_LOGIN_MUST_CHANGE) != 0;
    verifier->code_at_centre =
        (sqlite3_column_int(statement, 2) & LEDGER_LOGIN_CODE_AT_CENTRE) != 0;
    verifier->changed_ms = sqlite3_column_int64(statement, 3);
    sqlite3_reset(statement);
    return 0;
}

int ledger_login_find(struct ledger *ledger, const char *login, char folded[LEDGER_LOGIN_LIMIT + 1],
                      struct id *agent, struct error *error)
{
    struct verifier verifier = {.hash = ""};
    int code = ledger_login_fold(login, folded) ? login_read(ledger, folded, &verifier, error) : 0;

    *agent = verifier.agent;
    return code;
}

static int device_is_known(struct ledger *ledger, const struct id *device, bool *known,
                           struct error *error)
{
    sqlite3_stmt *statement;
    int code;

    *known = false;
    if (id_is_empty(device))
        return 0;
    statement = database_statement(ledger->writer, LEDGER_DEVICE_GET, error);
    database_bind_text(statement, 1, device->text);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    *known = true;
    sqlite3_reset(statement);
    return 0;
}

/* What the attempt is counted on. A terminal that is enrolled, or that an agent signed in from
 * before, counts by itself: a stranger who tries the same login from elsewhere does not lock it
 * out. */
static int lockouts_fill(struct ledger *ledger, struct entering *entering, int64_t now_ms,
                         struct error *error)
{
    const struct ledger_sign_in *asked = entering->asked;
    bool known = false;
    bool enrolled = false;
    int code = 0;

    if (asked->proof != NULL)
        code = ledger_terminal_enrolled(ledger, asked->proof->key, &enrolled, error);
    if (code == 0 && !enrolled)
        code = device_is_known(ledger, &asked->device, &known, error);
    (void)now_ms;
    entering->lockout_count = 1;
    if (asked->relay != NULL) {
        ledger_lockout_of_terminal(&entering->lockouts[0], entering->login, asked->relay->id.text,
                                   ID_TEXT_LENGTH);
        return code;
    }
    if (enrolled)
        ledger_lockout_of_terminal(&entering->lockouts[0], entering->login, asked->proof->key,
                                   DEVICE_KEY_SIZE);
    else if (known)
        ledger_lockout_of_terminal(&entering->lockouts[0], entering->login, asked->device.text,
                                   ID_TEXT_LENGTH);
    else
        ledger_lockout_of_login(&entering->lockouts[0], entering->login);
    if (!enrolled && !known && asked->address != NULL)
        ledger_lockout_of_address(&entering->lockouts[entering->lockout_count++], "login",
                                  asked->address);
    return code;
}

/* It comes before its time: nothing is looked at, and that is in the trail once a wait. */
static int held_note(struct ledger *ledger, const struct entering *entering, uint64_t count,
                     int64_t now_ms, struct error *error)
{
    char what[80];
    const struct audit_entry entry = {.kind = AUDIT_REFUSED,
                                      .at_ms = now_ms,
                                      .agent = entering->verifier.agent,
                                      .device = entering->asked->device,
                                      .request = entering->asked->request,
                                      .what = what};

    if (count == 0)
        return 0;
    if (count == 1)
        (void)snprintf(what, sizeof(what), "sign-in: held off");
    else
        (void)snprintf(what, sizeof(what), "sign-in: held off, %" PRIu64 " attempts", count);
    return ledger_audit_write(ledger, &entry, error);
}

void ledger_held_end(struct ledger *ledger)
{
    const struct ledger_sign_in nothing = {.login = NULL};
    struct entering entering = {.asked = &nothing};
    uint64_t count;

    while (audit_tally_take(&ledger->held, &count, &entering.verifier.agent))
        (void)held_note(ledger, &entering, count, clock_system(NULL), NULL);
}

static int enter_begin(struct ledger *ledger, struct entering *entering, int64_t now_ms,
                       struct ledger_login *result, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = lockouts_fill(ledger, entering, now_ms, error);
    /* The attempt was counted before the centre was asked. */
    if (code == 0 && !entering->asked->vouched)
        code = ledger_lockout_count(ledger, entering->lockouts, entering->lockout_count, now_ms,
                                    &result->retry_ms, error);
    if (code == 0)
        code = login_read(ledger, entering->login, &entering->verifier, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    if (code == ERROR_BUSY)
        (void)login_read(ledger, entering->login, &entering->verifier, NULL);
    ledger_rollback(ledger);
    if (code == ERROR_BUSY && result->retry_ms > 0) {
        uint64_t count =
            audit_tally_add(&ledger->held, entering->lockouts[0].key, &entering->verifier.agent,
                            now_ms + result->retry_ms, now_ms);

        if (held_note(ledger, entering, count, now_ms, error) != 0)
            return ERROR_STORAGE;
        result->barrier = LEDGER_BARRIER_HELD;
    }
    return code;
}

/* Outside of any transaction: it takes long. */
static bool password_fits(const struct verifier *verifier, const char *password)
{
    if (!id_is_empty(&verifier->agent))
        return crypto_pwhash_str_verify(verifier->hash, password, strlen(password)) == 0;
    ledger_password_waste(password);
    return false;
}

static int refuse(struct ledger *ledger, const struct entering *entering, int64_t now_ms,
                  struct ledger_login *result, struct error *error)
{
    const struct audit_entry entry = {.kind = AUDIT_REFUSED,
                                      .at_ms = now_ms,
                                      .agent = entering->verifier.agent,
                                      .device = entering->asked->device,
                                      .request = entering->asked->request,
                                      .what = "sign-in: login or password"};
    int code = ledger_audit_write(ledger, &entry, error);

    if (code != 0)
        return code;
    result->barrier = LEDGER_BARRIER_WRONG;
    return error_set(error, ERROR_REFUSED, "login or password is wrong");
}

/* The role of the agent, and whether it is a public screen. Nobody has left whose login stands:
 * that is found out when the session is opened. */
static int role_read(struct ledger *ledger, const struct id *agent, char role[RECORD_KEY_SIZE],
                     bool *display, char name[RECORD_KEY_SIZE], struct error *error)
{
    struct ledger_row row = {0};
    int code = ledger_row_read(ledger->writer, RECORD_AGENT, agent, &row, error);

    role[0] = name[0] = '\0';
    *display = false;
    if (code == 0) {
        text_copy(role, RECORD_KEY_SIZE, record_text(row.record, "role"));
        text_copy(name, RECORD_KEY_SIZE, record_text(row.record, "name"));
        *display = ledger_agent_is_display(row.record);
    }
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* What a right password does not open by itself. A public screen has neither a keyboard nor hands.
 */
static int further_judge(struct ledger *ledger, const struct entering *entering, bool changes,
                         int64_t now_ms, struct ledger_login *result, struct error *error)
{
    const struct verifier *verifier = &entering->verifier;
    char role[RECORD_KEY_SIZE], name[RECORD_KEY_SIZE];
    bool display;
    int code = role_read(ledger, &verifier->agent, role, &display, name, error);

    if (code != 0 || display || entering->asked->vouched)
        return code;
    if (verifier->must_change && !changes && !entering->asked->cut)
        result->barrier = LEDGER_BARRIER_CHANGE;
    else if (verifier->code_at_centre && !ledger_factor_is_asked(ledger, role))
        result->barrier = LEDGER_BARRIER_CENTRE;
    else
        code = ledger_factor_judge(ledger, &verifier->agent, entering->login, role,
                                   entering->asked->code, now_ms, result, error);
    /* The first password is changed before codes are set up. */
    if (changes && result->barrier == LEDGER_BARRIER_SETUP)
        result->barrier = LEDGER_BARRIER_NONE;
    return code;
}

static int open_within(struct ledger *ledger, const struct entering *entering, int64_t now_ms,
                       struct ledger_login *result, struct error *error)
{
    const struct ledger_sign_in *asked = entering->asked;
    const struct ledger_opening opening = {
        .agent = entering->verifier.agent,
        .device = asked->device,
        .mark = asked->mark,
        .proof = asked->proof,
        .how = asked->code != NULL && asked->code[0] != '\0' ? "password and code" : "password"};
    int code = further_judge(ledger, entering, false, now_ms, result, error);

    if (code == 0 && result->barrier == LEDGER_BARRIER_NONE)
        code = ledger_session_open_within(ledger, &opening, now_ms, result, error);
    if (code == 0 && result->barrier == LEDGER_BARRIER_NONE)
        code = ledger_lockout_clear(ledger, entering->lockouts, entering->lockout_count, now_ms,
                                    error);
    return code;
}

static int enter_end(struct ledger *ledger, const struct entering *entering, int64_t now_ms,
                     struct ledger_login *result, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    ledger_audit_request(ledger, entering->asked->request);
    code = open_within(ledger, entering, now_ms, result, error);
    if (code != 0) {
        ledger_rollback(ledger);
        return code;
    }
    code = ledger_commit(ledger, error);
    return code == 0 ? ledger_session_barred(result, error) : code;
}

/* A terminal that was ended is told so before anything is tried. */
static int barrier_before(struct ledger *ledger, const struct ledger_sign_in *asked, int64_t now_ms,
                          struct ledger_login *result, struct error *error)
{
    int code = asked->proof != NULL
                   ? ledger_terminal_judge(ledger, asked->proof, now_ms, &result->barrier, error)
                   : 0;

    return code == 0 ? ledger_session_barred(result, error) : code;
}

/* The answer of a change was lost, and it is asked for again: the password of before is gone. Told
 * to whoever knows the new one, who would be told by signing in as well; and for a while only, so
 * that nobody guesses twice with each attempt. */
static bool is_repeat(const struct entering *entering, int64_t now_ms)
{
    const struct verifier *verifier = &entering->verifier;
    int64_t age = now_ms - verifier->changed_ms;

    return entering->fresh != NULL && !id_is_empty(&verifier->agent) && !verifier->must_change &&
           age >= 0 && age < REPEAT_MS && password_fits(verifier, entering->fresh);
}

/* Up to where the password is known to be right. */
static int enter(struct ledger *ledger, struct entering *entering, int64_t now_ms,
                 struct ledger_login *result, struct error *error)
{
    const struct ledger_sign_in *asked = entering->asked;
    int code;

    *result = (struct ledger_login){.token = ""};
    if (!ledger_login_fold(asked->login, entering->login) ||
        strlen(asked->password) > LEDGER_PASSWORD_LIMIT) {
        result->barrier = LEDGER_BARRIER_WRONG;
        return error_set(error, ERROR_REFUSED, "login or password is wrong");
    }
    code = barrier_before(ledger, asked, now_ms, result, error);
    if (code == 0)
        code = enter_begin(ledger, entering, now_ms, result, error);
    if (code == 0 && asked->relay != NULL &&
        !ledger_relay_employs(ledger, asked->relay, &entering->verifier.agent))
        entering->verifier = (struct verifier){.hash = ""};
    if (code != 0 || password_fits(&entering->verifier, asked->password))
        return code;
    entering->repeated = is_repeat(entering, now_ms);
    return entering->repeated ? 0 : refuse(ledger, entering, now_ms, result, error);
}

int ledger_sign_in(struct ledger *ledger, const struct ledger_sign_in *asked, int64_t now_ms,
                   struct ledger_login *result, struct error *error)
{
    struct entering entering = {.asked = asked};
    int code = enter(ledger, &entering, now_ms, result, error);

    if (code == 0)
        code = enter_end(ledger, &entering, now_ms, result, error);
    if (code != 0)
        ledger_login_clear(result);
    sodium_memzero(&entering, sizeof(entering));
    return code;
}

static int judge_within(struct ledger *ledger, const struct entering *entering, int64_t now_ms,
                        struct ledger_login *result, struct error *error)
{
    const struct id none = {""};
    int code = further_judge(ledger, entering, false, now_ms, result, error);

    if (code != 0 || result->barrier != LEDGER_BARRIER_NONE)
        return code;
    code = ledger_lockout_clear(ledger, entering->lockouts, entering->lockout_count, now_ms, error);
    return code == 0 ? ledger_session_note(ledger, AUDIT_SIGN_IN, &entering->verifier.agent, &none,
                                           "at the office's relay", now_ms, error)
                     : code;
}

int ledger_sign_in_judge(struct ledger *ledger, const struct ledger_sign_in *asked, int64_t now_ms,
                         struct ledger_login *result, struct error *error)
{
    struct entering entering = {.asked = asked};
    int code = enter(ledger, &entering, now_ms, result, error);

    if (code == 0)
        code = ledger_begin(ledger, error);
    if (code == 0) {
        code = judge_within(ledger, &entering, now_ms, result, error);
        if (code != 0)
            ledger_rollback(ledger);
        else
            code = ledger_commit(ledger, error);
    }
    if (code == 0)
        code = ledger_session_barred(result, error);
    if (code != 0)
        ledger_login_clear(result);
    sodium_memzero(&entering, sizeof(entering));
    return code;
}

int ledger_login(struct ledger *ledger, const char *login, const char *password,
                 const struct id *device, const struct ledger_mark *mark, int64_t now_ms,
                 struct ledger_login *result, struct error *error)
{
    const struct ledger_sign_in asked = {
        .login = login, .password = password, .device = *device, .mark = mark};

    return ledger_sign_in(ledger, &asked, now_ms, result, error);
}

/* --- passwords -------------------------------------------------------------------------------- */

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
    return database_run(ledger->writer, statement, error);
}

int ledger_password_expire(struct ledger *ledger, const char *login, struct error *error)
{
    char folded[LEDGER_LOGIN_LIMIT + 1];
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_LOGIN_EXPIRE, error);

    if (!ledger_login_fold(login, folded))
        return error_set(error, ERROR_INVALID, "a login has 1 to %d bytes", LEDGER_LOGIN_LIMIT);
    database_bind_text(statement, 1, folded);
    return database_run(ledger->writer, statement, error);
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
    code = role_read(ledger, &entering->verifier.agent, role, &display, name, error);
    ledger_rollback(ledger);
    if (code == 0)
        code = password_judge(&ledger->rules.password, fresh, entering->login, name, &flaw, error);
    return code == 0 ? weak(ledger, flaw, result, error) : code;
}

static int change_within(struct ledger *ledger, const struct entering *entering, const char *hash,
                         int64_t now_ms, struct ledger_login *result, struct error *error)
{
    const struct id *agent = &entering->verifier.agent;
    int code = further_judge(ledger, entering, true, now_ms, result, error);

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
        code = barrier_before(ledger, asked, now_ms, result, error);
        if (code == 0)
            result->barrier = LEDGER_BARRIER_CENTRE;
        return code == 0 ? ledger_session_barred(result, error) : code;
    }
    code = fresh_judge(ledger, asked, fresh, result, error);
    if (code == 0)
        code = enter(ledger, &entering, now_ms, result, error);
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
    code = login_read(ledger, login, &verifier, error);
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
