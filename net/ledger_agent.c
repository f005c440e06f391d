#include "net/ledger_session_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_lockout.h"
#include "net/ledger_terminal.h"

/* Stronger than libsodium's interactive limits, in the same 64 MiB: OWASP asks for at least 2
 * passes over 19 MiB. */
#define PASSWORD_PASSES 4
#define PASSWORD_MEMORY ((size_t)64 * 1024 * 1024)

#define TOKEN_BYTES 32
#define HASH_BYTES  LEDGER_TOKEN_HASH

/* How a password is checked. */
struct verifier {
    struct id agent;
    char hash[crypto_pwhash_STRBYTES];
};

/* --- passwords -------------------------------------------------------------------------------- */

/* Logins compare without regard to ASCII case: people type them on any keyboard. False when it is
 * empty or too long. */
static bool login_fold(const char *login, char folded[LEDGER_LOGIN_LIMIT + 1])
{
    size_t length = strlen(login);

    if (length == 0 || length > LEDGER_LOGIN_LIMIT)
        return false;
    for (size_t i = 0; i <= length; i++)
        folded[i] = (char)tolower((unsigned char)login[i]);
    return true;
}

static int password_hash(const char *password, char hash[crypto_pwhash_STRBYTES],
                         struct error *error)
{
    size_t length = strlen(password);

    if (length == 0 || length > LEDGER_PASSWORD_LIMIT)
        return error_set(error, ERROR_INVALID, "a password has at most %d bytes and at least one",
                         LEDGER_PASSWORD_LIMIT);
    if (crypto_pwhash_str_alg(hash, password, length, PASSWORD_PASSES, PASSWORD_MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return error_set(error, ERROR_MEMORY, "no memory to hash a password");
    return 0;
}

/* A hash that no password fits, costing what a real one costs: an unknown login takes as long as a
 * wrong password. */
static void password_waste(const char *password)
{
    static const unsigned char salt[crypto_pwhash_SALTBYTES] = {0};
    unsigned char key[32];

    /* Its only effect is the time; that it may fail for lack of memory changes nothing. */
    if (crypto_pwhash(key, sizeof(key), password, strlen(password), salt, PASSWORD_PASSES,
                      PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return;
    sodium_memzero(key, sizeof(key));
}

int ledger_verifier_write(struct ledger *ledger, const char *login, const struct id *agent,
                          const char *hash, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_LOGIN_PUT, error);

    database_bind_text(statement, 1, login);
    database_bind_text(statement, 2, agent->text);
    database_bind_text(statement, 3, hash);
    sqlite3_bind_int(statement, 4, 0);
    sqlite3_bind_int64(statement, 5, 0);
    return database_run(ledger->writer, statement, error);
}

int ledger_password_write(struct ledger *ledger, const struct record *agent, const char *password,
                          struct error *error)
{
    char login[LEDGER_LOGIN_LIMIT + 1];
    char hash[crypto_pwhash_STRBYTES];
    sqlite3_stmt *statement;
    int code;

    if (!login_fold(record_text(agent, "login"), login))
        return error_set(error, ERROR_INVALID, "a login has 1 to %d bytes", LEDGER_LOGIN_LIMIT);
    statement = database_statement(ledger->writer, LEDGER_LOGIN_GET, error);
    database_bind_text(statement, 1, login);
    code = database_step(ledger->writer, statement, error);
    if (code > 0) {
        sqlite3_reset(statement);
        return error_set(error, ERROR_CONFLICT, "an agent with this login exists already");
    }
    if (code == 0)
        code = password_hash(password, hash, error);
    if (code != 0)
        return code;
    return ledger_verifier_write(ledger, login, &agent->id, hash, error);
}

/* --- tokens ----------------------------------------------------------------------------------- */

void ledger_token_hash(const char *token, unsigned char hash[LEDGER_TOKEN_HASH])
{
    crypto_generichash(hash, HASH_BYTES, (const unsigned char *)token, strlen(token), NULL, 0);
}

void ledger_token_make(char token[LEDGER_TOKEN_SIZE], unsigned char hash[LEDGER_TOKEN_HASH])
{
    unsigned char bytes[TOKEN_BYTES];

    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(token, LEDGER_TOKEN_SIZE, bytes, sizeof(bytes),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof(bytes));
    ledger_token_hash(token, hash);
}

/* --- sign-in ---------------------------------------------------------------------------------- */

/* A sign-in under way. */
struct entering {
    const struct ledger_sign_in *asked;
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
    sqlite3_reset(statement);
    return 0;
}

int ledger_login_find(struct ledger *ledger, const char *login,
                      char folded[LEDGER_LOGIN_LIMIT + 1], struct id *agent, struct error *error)
{
    struct verifier verifier = {.hash = ""};
    int code = login_fold(login, folded) ? login_read(ledger, folded, &verifier, error) : 0;

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

static int enter_begin(struct ledger *ledger, struct entering *entering, int64_t now_ms,
                       struct ledger_login *result, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = lockouts_fill(ledger, entering, now_ms, error);
    if (code == 0)
        code = ledger_lockout_count(ledger, entering->lockouts, entering->lockout_count, now_ms,
                                    &result->retry_ms, error);
    if (code == 0)
        code = login_read(ledger, entering->login, &entering->verifier, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    if (code == ERROR_BUSY && result->retry_ms > 0)
        result->barrier = LEDGER_BARRIER_HELD;
    return code;
}

/* Outside of any transaction: it takes long. */
static bool password_fits(const struct verifier *verifier, const char *password)
{
    if (!id_is_empty(&verifier->agent))
        return crypto_pwhash_str_verify(verifier->hash, password, strlen(password)) == 0;
    password_waste(password);
    return false;
}

static int refuse(struct ledger *ledger, const struct entering *entering, int64_t now_ms,
                  struct ledger_login *result, struct error *error)
{
    const struct audit_entry entry = {.kind = AUDIT_REFUSED,
                                      .at_ms = now_ms,
                                      .agent = entering->verifier.agent,
                                      .device = entering->asked->device,
                                      .what = "sign-in: login or password"};
    int code = ledger_audit_write(ledger, &entry, error);

    if (code != 0)
        return code;
    result->barrier = LEDGER_BARRIER_WRONG;
    return error_set(error, ERROR_REFUSED, "login or password is wrong");
}

static int enter_end(struct ledger *ledger, const struct entering *entering, int64_t now_ms,
                     struct ledger_login *result, struct error *error)
{
    const struct ledger_sign_in *asked = entering->asked;
    const struct ledger_opening opening = {.agent = entering->verifier.agent,
                                           .device = asked->device,
                                           .mark = asked->mark,
                                           .proof = asked->proof,
                                           .how = "password"};
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = ledger_session_open_within(ledger, &opening, now_ms, result, error);
    if (code == 0)
        code = ledger_lockout_clear(ledger, entering->lockouts, entering->lockout_count, now_ms,
                                    error);
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

int ledger_sign_in(struct ledger *ledger, const struct ledger_sign_in *asked, int64_t now_ms,
                   struct ledger_login *result, struct error *error)
{
    struct entering entering = {.asked = asked};
    int code;

    *result = (struct ledger_login){.token = ""};
    if (!login_fold(asked->login, entering.login) ||
        strlen(asked->password) > LEDGER_PASSWORD_LIMIT) {
        result->barrier = LEDGER_BARRIER_WRONG;
        return error_set(error, ERROR_REFUSED, "login or password is wrong");
    }
    code = barrier_before(ledger, asked, now_ms, result, error);
    if (code == 0)
        code = enter_begin(ledger, &entering, now_ms, result, error);
    if (code != 0)
        return code;
    code = password_fits(&entering.verifier, asked->password)
               ? enter_end(ledger, &entering, now_ms, result, error)
               : refuse(ledger, &entering, now_ms, result, error);
    if (code != 0)
        ledger_login_clear(result);
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
