#include "net/ledger_guess.h"

#include <arpa/inet.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"

#define KEY_BYTES 32

/* Records of one first group that a code is tried on: with ten thousand codes alive, more than four
 * share a group once in millions. */
#define CANDIDATE_LIMIT 8

/* --- attempts --------------------------------------------------------------------------------- */

static int64_t wait_after(const struct guess_counting *counting, int64_t failures)
{
    int64_t wait = counting->first_ms;

    if (failures <= counting->free)
        return 0;
    for (int64_t i = counting->free + 1; i < failures && wait < counting->longest_ms; i++)
        wait *= 2;
    return wait < counting->longest_ms ? wait : counting->longest_ms;
}

/* Addresses and groups are kept by their hash: who asked is nobody's business afterwards. */
static void counter_key(const struct guess_counting *counting, const char *text,
                        unsigned char key[KEY_BYTES])
{
    crypto_generichash(key, KEY_BYTES, (const unsigned char *)text, strlen(text),
                       (const unsigned char *)counting->what, strlen(counting->what));
}

/* One IPv6 customer has 2^64 addresses: the network counts. */
static void address_network(const char *address, char network[INET6_ADDRSTRLEN])
{
    struct in6_addr bytes;

    text_copy(network, INET6_ADDRSTRLEN, address);
    if (inet_pton(AF_INET6, address, &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes))
        return;
    memset(bytes.s6_addr + 8, 0, 8);
    inet_ntop(AF_INET6, &bytes, network, INET6_ADDRSTRLEN);
}

struct counter {
    const struct guess_counting *counting;
    unsigned char key[KEY_BYTES];
    int64_t failures;
    int64_t until_ms;
};

static sqlite3_stmt *counter_statement(struct ledger *ledger, size_t number,
                                       const struct counter *counter, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, number, error);

    if (statement != NULL)
        sqlite3_bind_blob(statement, 1, counter->key, KEY_BYTES, SQLITE_STATIC);
    return statement;
}

static int counter_read(struct ledger *ledger, struct counter *counter, struct error *error)
{
    sqlite3_stmt *statement = counter_statement(ledger, LEDGER_GUESS_GET, counter, error);
    int code = statement != NULL ? database_step(ledger->writer, statement, error) : ERROR_STORAGE;

    counter->failures = counter->until_ms = 0;
    if (code <= 0)
        return code;
    counter->failures = sqlite3_column_int64(statement, 0);
    counter->until_ms = sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    return 0;
}

static int counter_write(struct ledger *ledger, const struct counter *counter, struct error *error)
{
    bool none = counter->failures <= 0;
    sqlite3_stmt *statement =
        counter_statement(ledger, none ? LEDGER_GUESS_DELETE : LEDGER_GUESS_PUT, counter, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    if (!none) {
        sqlite3_bind_int64(statement, 2, counter->failures);
        sqlite3_bind_int64(statement, 3, counter->until_ms);
        sqlite3_bind_int64(statement, 4, counter->until_ms + counter->counting->forget_ms);
    }
    return database_run(ledger->writer, statement, error);
}

static int counter_add(struct ledger *ledger, struct counter *counter, int64_t now_ms,
                       struct error *error)
{
    counter->failures++;
    counter->until_ms = now_ms + wait_after(counter->counting, counter->failures);
    return counter_write(ledger, counter, error);
}

static int counters_prune(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GUESS_PRUNE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, now_ms);
    return database_run(ledger->writer, statement, error);
}

/* --- what a code may open --------------------------------------------------------------------- */

struct candidate {
    struct id record;
    struct continue_grant grant;
};

/* One code that somebody tries. */
struct guess {
    const struct guess_kind *kind;
    const char *label; /* NULL for none */
    char group[CONTINUE_GROUP + 1];
    struct counter counters[2];
};

/* Reads a column of exactly `size` bytes. */
static bool column_bytes(sqlite3_stmt *statement, int column, unsigned char *bytes, size_t size)
{
    if ((size_t)sqlite3_column_bytes(statement, column) != size)
        return false;
    memcpy(bytes, sqlite3_column_blob(statement, column), size);
    return true;
}

/* The newest codes of this group that have not expired; returns their number. */
static int candidates_read(struct ledger *ledger, const struct guess *guess, int64_t now_ms,
                           struct candidate *candidates, struct error *error)
{
    struct database *database = ledger->writer;
    sqlite3_stmt *statement = database_statement(database, guess->kind->statement, error);
    int count = 0;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, guess->group);
    sqlite3_bind_int64(statement, 2, now_ms);
    if (guess->label != NULL)
        database_bind_text(statement, 3, guess->label);
    while ((code = database_step(database, statement, error)) > 0 && count < CANDIDATE_LIMIT) {
        struct candidate *candidate = &candidates[count];

        *candidate = (struct candidate){.grant.expires_ms = sqlite3_column_int64(statement, 3)};
        if (id_parse(&candidate->record, database_text(statement, 0)) &&
            column_bytes(statement, 1, candidate->grant.salt, CONTINUE_SALT_BYTES) &&
            column_bytes(statement, 2, candidate->grant.hash, CONTINUE_HASH_BYTES))
            count++;
    }
    sqlite3_reset(statement);
    return code < 0 ? code : count;
}

/* Counts the attempt as a wrong one, and reads what it may open; the number of candidates. */
static int find_begin(struct ledger *ledger, struct guess *guess, int64_t now_ms,
                      struct candidate *candidates, int64_t *retry_ms, struct error *error)
{
    struct counter *counters = guess->counters;
    int count = 0;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = counters_prune(ledger, now_ms, error);
    for (int i = 0; i < 2 && code == 0; i++) {
        code = counter_read(ledger, &counters[i], error);
        if (code == 0 && counters[i].until_ms - now_ms > *retry_ms)
            *retry_ms = counters[i].until_ms - now_ms;
    }
    if (code == 0 && *retry_ms > 0)
        code = error_set(error, ERROR_BUSY, "too many wrong codes: wait before the next");
    for (int i = 0; i < 2 && code == 0; i++)
        code = counter_add(ledger, &counters[i], now_ms, error);
    if (code == 0)
        code = count = candidates_read(ledger, guess, now_ms, candidates, error);
    if (code < 0) {
        ledger_rollback(ledger);
        return code;
    }
    code = ledger_commit(ledger, error);
    return code != 0 ? code : count;
}

/* The code was right: nothing wrong is counted on it any more, and one fewer on its address. */
static int find_end(struct ledger *ledger, struct counter counters[2], int64_t now_ms,
                    struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    counters[0].failures = 0;
    code = counter_write(ledger, &counters[0], error);
    if (code == 0)
        code = counter_read(ledger, &counters[1], error);
    if (code == 0) {
        counters[1].failures--;
        counters[1].until_ms = now_ms;
        code = counter_write(ledger, &counters[1], error);
    }
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

/* Outside of any transaction: it takes long. One that fits is not the last one looked at, so that
 * the time says nothing of which; and where there is none, one is looked at all the same. */
static bool find_fitting(const struct continue_code *code, const struct candidate *candidates,
                         int count, struct guess_found *found)
{
    static const struct candidate nobody = {.grant.expires_ms = 0};
    bool fits = false;

    if (count == 0)
        continue_code_fits(code, &nobody.grant);
    for (int i = 0; i < count; i++) {
        if (!continue_code_fits(code, &candidates[i].grant) || fits)
            continue;
        fits = true;
        found->record = candidates[i].record;
        found->expires_ms = candidates[i].grant.expires_ms;
        memcpy(found->hash, candidates[i].grant.hash, CONTINUE_HASH_BYTES);
    }
    return fits;
}

int ledger_guess(struct ledger *ledger, const struct guess_kind *kind, const char *label,
                 const struct continue_code *code, const char *address, int64_t now_ms,
                 struct guess_found *found, struct error *error)
{
    struct guess guess = {
        .kind = kind,
        .label = label,
        .counters = {{.counting = &kind->by_secret}, {.counting = &kind->by_address}},
    };
    struct candidate candidates[CANDIDATE_LIMIT];
    char network[INET6_ADDRSTRLEN];
    int count;

    *found = (struct guess_found){.retry_ms = 0};
    text_copy(guess.group, sizeof(guess.group), code->text);
    address_network(address, network);
    counter_key(&kind->by_secret, label != NULL ? label : guess.group, guess.counters[0].key);
    counter_key(&kind->by_address, network, guess.counters[1].key);
    count = find_begin(ledger, &guess, now_ms, candidates, &found->retry_ms, error);
    if (count < 0)
        return count;
    if (!find_fitting(code, candidates, count, found))
        return error_set(error, ERROR_NOT_FOUND, "this code opens nothing");
    return find_end(ledger, guess.counters, now_ms, error);
}
