#include "net/ledger_factor.h"
#include "net/ledger_agent.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"
#include "net/ledger_audit.h"
#include "net/otp.h"

#define NONCE_SIZE  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define SEALED_SIZE (NONCE_SIZE + OTP_SECRET_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES)

#define RECOVERY_CODES 8
/* "7k3m-9qx4": forty random bits; each is good once, and attempts are counted. */
#define RECOVERY_SIZE 10

struct factor {
    unsigned char secret[OTP_SECRET_SIZE];
    int64_t step; /* that was taken last */
    bool there;
    bool confirmed;
};

/* --- sealing ---------------------------------------------------------------------------------- */

static int key_check(const struct ledger *ledger, struct error *error)
{
    return ledger->rules.factor_key != NULL
               ? 0
               : error_set(error, ERROR_INTERNAL,
                           "there is no key for one-time codes (factor-key)");
}

static int seal(const struct ledger *ledger, const struct id *agent,
                const unsigned char secret[OTP_SECRET_SIZE], unsigned char sealed[SEALED_SIZE],
                struct error *error)
{
    int code = key_check(ledger, error);

    if (code != 0)
        return code;
    randombytes_buf(sealed, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed + NONCE_SIZE, NULL, secret, OTP_SECRET_SIZE, (const unsigned char *)agent->text,
        strlen(agent->text), NULL, sealed, ledger->rules.factor_key);
    return 0;
}

static int unseal(const struct ledger *ledger, const struct id *agent, const unsigned char *sealed,
                  size_t length, unsigned char secret[OTP_SECRET_SIZE], struct error *error)
{
    int code = key_check(ledger, error);

    if (code != 0)
        return code;
    if (length != SEALED_SIZE || crypto_aead_xchacha20poly1305_ietf_decrypt(
                                     secret, NULL, NULL, sealed + NONCE_SIZE, length - NONCE_SIZE,
                                     (const unsigned char *)agent->text, strlen(agent->text),
                                     sealed, ledger->rules.factor_key) != 0)
        return error_set(error, ERROR_INTERNAL,
                         "a one-time code's secret does not open: is it another factor-key?");
    return 0;
}

/* --- the table -------------------------------------------------------------------------------- */

static int factor_read(struct ledger *ledger, const struct id *agent, struct factor *factor,
                       struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FACTOR_GET, error);
    int code;

    *factor = (struct factor){.there = false};
    database_bind_text(statement, 1, agent->text);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    factor->there = true;
    factor->confirmed = sqlite3_column_type(statement, 1) != SQLITE_NULL;
    factor->step = sqlite3_column_int64(statement, 2);
    code = unseal(ledger, agent, sqlite3_column_blob(statement, 0),
                  (size_t)sqlite3_column_bytes(statement, 0), factor->secret, error);
    sqlite3_reset(statement);
    return code;
}

static int factor_make(struct ledger *ledger, const struct id *agent, int64_t now_ms,
                       struct factor *factor, struct error *error)
{
    unsigned char sealed[SEALED_SIZE];
    sqlite3_stmt *statement;
    int code;

    randombytes_buf(factor->secret, sizeof(factor->secret));
    code = seal(ledger, agent, factor->secret, sealed, error);
    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_FACTOR_PUT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->text);
    sqlite3_bind_blob(statement, 2, sealed, sizeof(sealed), SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, now_ms);
    return database_run(ledger->writer, statement, error);
}

/* The code of this step was taken. */
static int factor_taken(struct ledger *ledger, const struct id *agent, int64_t step, int64_t now_ms,
                        struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FACTOR_TAKEN, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->text);
    sqlite3_bind_int64(statement, 2, step);
    sqlite3_bind_int64(statement, 3, now_ms);
    return database_run(ledger->writer, statement, error);
}

/* --- recovery codes --------------------------------------------------------------------------- */

static void recovery_hash(const struct id *agent, const char *code,
                          unsigned char hash[LEDGER_TOKEN_HASH])
{
    char plain[RECOVERY_SIZE] = "";
    size_t length = 0;

    for (; *code != '\0' && length < sizeof(plain) - 1; code++)
        if (*code != '-' && *code != ' ')
            plain[length++] = (char)tolower((unsigned char)*code);
    crypto_generichash(hash, LEDGER_TOKEN_HASH, (const unsigned char *)plain, length,
                       (const unsigned char *)agent->text, strlen(agent->text));
    sodium_memzero(plain, sizeof(plain));
}

static int recovery_forget(struct ledger *ledger, const struct id *agent, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_RECOVERY_FORGET, error);

    database_bind_text(statement, 1, agent->text);
    return database_run(ledger->writer, statement, error);
}

/* Makes new ones, and tells them with spaces between. */
static int recovery_make(struct ledger *ledger, const struct id *agent,
                         char words[LEDGER_WORDS_SIZE], struct error *error)
{
    static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz";
    unsigned char hash[LEDGER_TOKEN_HASH];
    size_t at = 0;
    int code = recovery_forget(ledger, agent, error);

    for (int i = 0; i < RECOVERY_CODES && code == 0; i++) {
        char *made = words + at;
        sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_RECOVERY_PUT, error);

        for (int letter = 0; letter < 8; letter++) {
            if (letter == 4)
                words[at++] = '-';
            words[at++] = letters[randombytes_uniform(sizeof(letters) - 1)];
        }
        words[at] = '\0';
        recovery_hash(agent, made, hash);
        ledger_bind_hash(statement, 1, hash);
        database_bind_text(statement, 2, agent->text);
        code = database_run(ledger->writer, statement, error);
        words[at++] = ' ';
    }
    words[at > 0 ? at - 1 : 0] = '\0';
    return code;
}

static int recovery_take(struct ledger *ledger, const struct id *agent, const char *given,
                         bool *taken, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_RECOVERY_TAKE, error);
    unsigned char hash[LEDGER_TOKEN_HASH];
    int code;

    recovery_hash(agent, given, hash);
    ledger_bind_hash(statement, 1, hash);
    database_bind_text(statement, 2, agent->text);
    code = database_run(ledger->writer, statement, error);
    *taken = code == 0 && database_changes(ledger->writer) > 0;
    return code;
}

/* --- judging ---------------------------------------------------------------------------------- */

/* Whether a role stands in a list with commas between; "all" is every one. */
static bool role_is_listed(const char *roles, const char *role)
{
    size_t size = strlen(role);

    while (roles != NULL && *roles != '\0') {
        size_t length = strcspn(roles, ", ");

        if ((length == 3 && strncmp(roles, "all", 3) == 0) ||
            (length == size && strncmp(roles, role, length) == 0))
            return true;
        roles += length + strspn(roles + length, ", ");
    }
    return false;
}

static int note(struct ledger *ledger, enum audit_kind kind, const struct id *agent,
                const char *what, int64_t now_ms, struct error *error)
{
    const struct audit_entry entry = {.kind = kind, .at_ms = now_ms, .agent = *agent, .what = what};

    return ledger_audit_add(ledger, &entry, error);
}

static int confirm(struct ledger *ledger, const struct id *agent, int64_t now_ms,
                   struct ledger_login *result, struct error *error)
{
    int code = recovery_make(ledger, agent, result->words, error);

    return code == 0 ? note(ledger, AUDIT_PERMISSION, agent, "one-time codes set up", now_ms, error)
                     : code;
}

static int wrong(struct ledger *ledger, const struct id *agent, int64_t now_ms,
                 struct ledger_login *result, struct error *error)
{
    result->barrier = LEDGER_BARRIER_CODE_WRONG;
    return note(ledger, AUDIT_REFUSED, agent, "sign-in: one-time code", now_ms, error);
}

static int code_judge(struct ledger *ledger, const struct id *agent, const struct factor *factor,
                      const char *given, int64_t now_ms, struct ledger_login *result,
                      struct error *error)
{
    int64_t step = otp_match(factor->secret, given, now_ms, factor->step);
    bool taken = false;
    int code;

    if (step >= 0) {
        code = factor_taken(ledger, agent, step, now_ms, error);
        return code == 0 && !factor->confirmed ? confirm(ledger, agent, now_ms, result, error)
                                               : code;
    }
    code = factor->confirmed ? recovery_take(ledger, agent, given, &taken, error) : 0;
    if (code != 0)
        return code;
    return taken ? note(ledger, AUDIT_PERMISSION, agent, "a recovery code was used", now_ms, error)
                 : wrong(ledger, agent, now_ms, result, error);
}

bool ledger_factor_is_asked(const struct ledger *ledger, const char *role)
{
    return role_is_listed(ledger->rules.factor_roles, role);
}

int ledger_factor_judge(struct ledger *ledger, const struct id *agent, const char *login,
                        const char *role, const char *code, int64_t now_ms,
                        struct ledger_login *result, struct error *error)
{
    struct factor factor;
    int status = factor_read(ledger, agent, &factor, error);

    if (status != 0)
        return status;
    if (!factor.confirmed && !role_is_listed(ledger->rules.factor_roles, role))
        return 0;
    if (factor.confirmed && (code == NULL || code[0] == '\0')) {
        result->barrier = LEDGER_BARRIER_CODE;
        return 0;
    }
    if (!factor.there)
        status = factor_make(ledger, agent, now_ms, &factor, error);
    if (status == 0 && code != NULL && code[0] != '\0')
        status = code_judge(ledger, agent, &factor, code, now_ms, result, error);
    else if (status == 0)
        result->barrier = LEDGER_BARRIER_SETUP;
    /* One that is not set up yet is shown again after a wrong code. */
    if (status == 0 && result->barrier != LEDGER_BARRIER_NONE && !factor.confirmed &&
        !otp_uri(factor.secret, login, result->words, sizeof(result->words)))
        status = error_set(error, ERROR_INTERNAL, "a login is too long for one-time codes");
    sodium_memzero(&factor, sizeof(factor));
    return status;
}

int ledger_factor_forget(struct ledger *ledger, const struct id *agent, bool *had,
                         struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FACTOR_FORGET, error);
    int code;

    database_bind_text(statement, 1, agent->text);
    code = database_run(ledger->writer, statement, error);
    *had = code == 0 && database_changes(ledger->writer) > 0;
    return code == 0 ? recovery_forget(ledger, agent, error) : code;
}
