/* Signing in by a password. */
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

/* A change of password whose answer was lost may be asked for again so long. */
#define REPEAT_MS INT64_C(300000)

/* Reads whom a login belongs to; an unknown one gives an empty agent. */
int ledger_verifier_read(struct ledger *ledger, const char *login, struct verifier *verifier,
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
    int code = ledger_login_fold(login, folded)
                   ? ledger_verifier_read(ledger, folded, &verifier, error)
                   : 0;

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
    code = database_has_row(ledger->writer, statement, error);
    *known = code > 0;
    return code < 0 ? code : 0;
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

/* It comes before its time: nothing is looked at. */
static int held_note(struct ledger *ledger, const struct entering *entering, uint64_t count,
                     int64_t now_ms, struct error *error)
{
    const struct audit_entry entry = {.kind = AUDIT_REFUSED,
                                      .at_ms = now_ms,
                                      .agent = entering->verifier.agent,
                                      .device = entering->asked->device,
                                      .request = entering->asked->request,
                                      .what = LEDGER_HELD_SIGN_IN};

    return ledger_held_note(ledger, &entry, count, error);
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
        code = ledger_verifier_read(ledger, entering->login, &entering->verifier, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    if (code == ERROR_BUSY)
        (void)ledger_verifier_read(ledger, entering->login, &entering->verifier, NULL);
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
int ledger_enter_role(struct ledger *ledger, const struct id *agent, char role[RECORD_KEY_SIZE],
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
int ledger_enter_judge(struct ledger *ledger, const struct entering *entering, bool changes,
                       int64_t now_ms, struct ledger_login *result, struct error *error)
{
    const struct verifier *verifier = &entering->verifier;
    char role[RECORD_KEY_SIZE], name[RECORD_KEY_SIZE];
    bool display;
    int code = ledger_enter_role(ledger, &verifier->agent, role, &display, name, error);

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
    int code = ledger_enter_judge(ledger, entering, false, now_ms, result, error);

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
int ledger_enter_barrier(struct ledger *ledger, const struct ledger_sign_in *asked, int64_t now_ms,
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
int ledger_enter(struct ledger *ledger, struct entering *entering, int64_t now_ms,
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
    code = ledger_enter_barrier(ledger, asked, now_ms, result, error);
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
    int code = ledger_enter(ledger, &entering, now_ms, result, error);

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
    int code = ledger_enter_judge(ledger, entering, false, now_ms, result, error);

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
    int code = ledger_enter(ledger, &entering, now_ms, result, error);

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
