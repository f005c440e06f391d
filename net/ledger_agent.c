#include "net/ledger_agent.h"
#include "net/ledger_session_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"

/* Stronger than libsodium's interactive limits, in the same 64 MiB: OWASP asks for at least 2
 * passes over 19 MiB. */
#define PASSWORD_PASSES 4
#define PASSWORD_MEMORY ((size_t)64 * 1024 * 1024)

#define TOKEN_BYTES 20 /* 160 bits, as RFC 6749 (10.10) wants; sent with each request */
#define HASH_BYTES  LEDGER_TOKEN_HASH

/* --- passwords -------------------------------------------------------------------------------- */

/* Logins compare without regard to ASCII case: people type them on any keyboard. False when it is
 * empty or too long. */
bool ledger_login_fold(const char *login, char folded[LEDGER_LOGIN_LIMIT + 1])
{
    size_t length = strlen(login);

    if (length == 0 || length > LEDGER_LOGIN_LIMIT)
        return false;
    for (size_t i = 0; i <= length; i++)
        folded[i] = (char)tolower((unsigned char)login[i]);
    return true;
}

int ledger_password_hash(const char *password, char hash[crypto_pwhash_STRBYTES],
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
void ledger_password_waste(const char *password)
{
    static const unsigned char salt[crypto_pwhash_SALTBYTES] = {0};
    unsigned char key[32];

    /* Its only effect is the time; that it may fail for lack of memory changes nothing. */
    if (crypto_pwhash(key, sizeof(key), password, strlen(password), salt, PASSWORD_PASSES,
                      PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return;
    sodium_memzero(key, sizeof(key));
}

int ledger_verifiers_tell(struct ledger *ledger, struct error *error)
{
    ledger->verifiers_changed = true;
    return scope_set_add(&ledger->changed.scopes, "", LEDGER_CATALOGUE_SCOPE, error);
}

int ledger_verifier_write(struct ledger *ledger, const char *login, const struct id *agent,
                          const char *hash, int flags, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_LOGIN_PUT, error);

    database_bind_text(statement, 1, login);
    database_bind_text(statement, 2, agent->text);
    database_bind_text(statement, 3, hash);
    sqlite3_bind_int(statement, 4, flags);
    sqlite3_bind_int64(statement, 5, 0);
    return database_run(ledger->writer, statement, error) == 0
               ? ledger_verifiers_tell(ledger, error)
               : ERROR_STORAGE;
}

int ledger_password_write(struct ledger *ledger, const struct record *agent, const char *password,
                          struct error *error)
{
    char login[LEDGER_LOGIN_LIMIT + 1];
    char hash[crypto_pwhash_STRBYTES];
    sqlite3_stmt *statement;
    int code;

    if (!ledger_login_fold(record_text(agent, "login"), login))
        return error_set(error, ERROR_INVALID, "a login has 1 to %d bytes", LEDGER_LOGIN_LIMIT);
    statement = database_statement(ledger->writer, LEDGER_LOGIN_GET, error);
    database_bind_text(statement, 1, login);
    code = database_has_row(ledger->writer, statement, error);
    if (code > 0)
        return error_set(error, ERROR_CONFLICT, "an agent with this login exists already");
    if (code == 0)
        code = ledger_password_hash(password, hash, error);
    if (code != 0)
        return code;
    return ledger_verifier_write(ledger, login, &agent->id, hash, 0, error);
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
