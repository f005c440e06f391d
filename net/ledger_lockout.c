#include "net/ledger_lockout.h"
#include "net/ledger_agent.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/text.h"

/* Three failures cost nothing; from then on each doubles the wait. An address may be that of a
 * whole office. */
#define FREE_FAILURES    3
#define FREE_OF_ADDRESS  30
#define FIRST_WAIT_MS    2000
#define LONGEST_WAIT_MS  (INT64_C(15) * 60 * 1000)
#define FORGET_MS        (INT64_C(24) * 3600 * 1000)
#define ADDRESS_TEXT_MAX INET6_ADDRSTRLEN

static int64_t wait_after(const struct lockout *lockout, int64_t failures)
{
    int64_t wait = FIRST_WAIT_MS;

    if (failures < lockout->free)
        return 0;
    for (int64_t i = lockout->free; i < failures && wait < LONGEST_WAIT_MS; i++)
        wait *= 2;
    return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

void ledger_lockout_of_login(struct lockout *lockout, const char *login)
{
    *lockout = (struct lockout){.free = FREE_FAILURES};
    ledger_token_hash(login, lockout->key);
    memcpy(lockout->owner, lockout->key, sizeof(lockout->owner));
}

void ledger_lockout_of_terminal(struct lockout *lockout, const char *login, const void *terminal,
                                size_t length)
{
    ledger_lockout_of_login(lockout, login);
    crypto_generichash(lockout->key, sizeof(lockout->key), terminal, length, lockout->owner,
                       sizeof(lockout->owner));
}

/* One IPv6 customer has 2^64 addresses: the network counts. */
static void address_network(const char *address, char network[ADDRESS_TEXT_MAX])
{
    struct in6_addr bytes;

    text_copy(network, ADDRESS_TEXT_MAX, address);
    if (inet_pton(AF_INET6, address, &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes))
        return;
    memset(bytes.s6_addr + 8, 0, 8);
    inet_ntop(AF_INET6, &bytes, network, ADDRESS_TEXT_MAX);
}

void ledger_lockout_of_address(struct lockout *lockout, const char *kind, const char *address)
{
    char network[ADDRESS_TEXT_MAX];

    *lockout = (struct lockout){.free = FREE_OF_ADDRESS, .shared = true};
    address_network(address, network);
    crypto_generichash(lockout->key, sizeof(lockout->key), (const unsigned char *)network,
                       strlen(network), (const unsigned char *)kind, strlen(kind));
    memcpy(lockout->owner, lockout->key, sizeof(lockout->owner));
}

static int counter_read(struct ledger *ledger, const struct lockout *lockout, int64_t *failures,
                        int64_t *until_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ATTEMPT_GET, error);
    int code;

    *failures = *until_ms = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, lockout->key, sizeof(lockout->key), SQLITE_STATIC);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    *failures = sqlite3_column_int64(statement, 0);
    *until_ms = sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    return 0;
}

static int counter_write(struct ledger *ledger, const struct lockout *lockout, int64_t failures,
                         int64_t until_ms, struct error *error)
{
    enum ledger_statement which = failures > 0 ? LEDGER_ATTEMPT_PUT : LEDGER_ATTEMPT_DELETE;
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_blob(statement, 1, lockout->key, sizeof(lockout->key), SQLITE_STATIC);
    if (failures > 0) {
        sqlite3_bind_int64(statement, 2, failures);
        sqlite3_bind_int64(statement, 3, until_ms);
        sqlite3_bind_blob(statement, 4, lockout->owner, sizeof(lockout->owner), SQLITE_STATIC);
    }
    return database_run(ledger->writer, statement, error);
}

static int prune(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ATTEMPT_PRUNE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, now_ms - FORGET_MS);
    return database_run(ledger->writer, statement, error);
}

int ledger_lockout_count(struct ledger *ledger, const struct lockout *lockouts, size_t count,
                         int64_t now_ms, int64_t *retry_ms, struct error *error)
{
    int64_t failures, until;
    int code = 0;

    *retry_ms = 0;
    for (size_t i = 0; i < count && code == 0; i++) {
        code = counter_read(ledger, &lockouts[i], &failures, &until, error);
        if (failures < lockouts[i].free)
            continue;
        /* A clock that was set back does not lock anybody out for longer than it would have. */
        if (until > now_ms + LONGEST_WAIT_MS)
            until = now_ms + LONGEST_WAIT_MS;
        if (code == 0 && until - now_ms > *retry_ms)
            *retry_ms = until - now_ms;
    }
    if (code == 0 && *retry_ms > 0)
        return error_set(error, ERROR_BUSY, "too many failed sign-ins: wait before the next");
    for (size_t i = 0; i < count && code == 0; i++) {
        code = counter_read(ledger, &lockouts[i], &failures, &until, error);
        if (code == 0)
            code = counter_write(ledger, &lockouts[i], failures + 1,
                                 now_ms + wait_after(&lockouts[i], failures + 1), error);
    }
    return code == 0 ? prune(ledger, now_ms, error) : code;
}

int ledger_lockout_clear(struct ledger *ledger, const struct lockout *lockouts, size_t count,
                         int64_t now_ms, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < count && code == 0; i++) {
        int64_t failures = 0, until;

        if (lockouts[i].shared)
            code = counter_read(ledger, &lockouts[i], &failures, &until, error);
        if (code == 0)
            code = counter_write(ledger, &lockouts[i], failures - 1, now_ms, error);
    }
    return code;
}

int ledger_lockout_unlock(struct ledger *ledger, const char *login, int *cleared,
                          struct error *error)
{
    sqlite3_stmt *statement =
        database_statement(ledger->writer, LEDGER_ATTEMPT_DELETE_OWNER, error);
    struct lockout lockout;
    int code;

    *cleared = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    ledger_lockout_of_login(&lockout, login);
    sqlite3_bind_blob(statement, 1, lockout.owner, sizeof(lockout.owner), SQLITE_STATIC);
    code = database_run(ledger->writer, statement, error);
    *cleared = code == 0 ? database_changes(ledger->writer) : 0;
    return code;
}

/* --- in the trail ----------------------------------------------------------------------------- */

int ledger_held_note(struct ledger *ledger, const struct audit_entry *entry, uint64_t count,
                     struct error *error)
{
    struct audit_entry whole = *entry;
    char what[80];

    if (count == 0)
        return 0;
    if (count > 1) {
        (void)snprintf(what, sizeof(what), "%s, %" PRIu64 " attempts", entry->what, count);
        whole.what = what;
    }
    return ledger_audit_write(ledger, &whole, error);
}

static void tally_end(struct ledger *ledger, struct audit_tally *tally, const char *what)
{
    struct audit_entry entry = {.kind = AUDIT_REFUSED, .at_ms = clock_system(NULL), .what = what};
    uint64_t count;

    while (audit_tally_take(tally, &count, &entry.agent))
        (void)ledger_held_note(ledger, &entry, count, NULL);
}

void ledger_held_end(struct ledger *ledger)
{
    tally_end(ledger, &ledger->held, LEDGER_HELD_SIGN_IN);
    tally_end(ledger, &ledger->held_codes, LEDGER_HELD_CODE);
}
