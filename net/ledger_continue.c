#include "net/ledger_continue.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "net/ledger_sqlite.h"

#define KEY_BYTES 32
#define MINUTE_MS (INT64_C(60) * 1000)
#define DAY_MS    (INT64_C(24) * 3600 * 1000)

/* Drafts of one first group that a code is tried on: with ten thousand codes alive, more than four
 * share a group once in millions. */
#define CANDIDATE_LIMIT 8

/* What wrong attempts cost, by what they are counted on. */
struct counting {
    const char *what;
    int64_t free;
    int64_t first_ms;
    int64_t longest_ms;
    int64_t forget_ms; /* after the wait */
};

static const struct counting by_group = {"continue-group", 5, MINUTE_MS, DAY_MS, 14 * DAY_MS};
static const struct counting by_address = {"continue-address", 20, 5000, 15 * MINUTE_MS, DAY_MS};

/* --- attempts --------------------------------------------------------------------------------- */

static int64_t wait_after(const struct counting *counting, int64_t failures)
{
    int64_t wait = counting->first_ms;

    if (failures <= counting->free)
        return 0;
    for (int64_t i = counting->free + 1; i < failures && wait < counting->longest_ms; i++)
        wait *= 2;
    return wait < counting->longest_ms ? wait : counting->longest_ms;
}

/* Addresses and groups are kept by their hash: who asked is nobody's business afterwards. */
static void counter_key(const struct counting *counting, const char *text,
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
    const struct counting *counting;
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
    struct id submission;
    struct continue_grant grant;
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
static int candidates_read(struct ledger *ledger, const char *group, int64_t now_ms,
                           struct candidate *candidates, struct error *error)
{
    struct database *database = ledger->writer;
    sqlite3_stmt *statement = database_statement(database, LEDGER_PASSAGE_BY_GROUP, error);
    int count = 0;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, group);
    sqlite3_bind_int64(statement, 2, now_ms);
    while ((code = database_step(database, statement, error)) > 0 && count < CANDIDATE_LIMIT) {
        struct candidate *candidate = &candidates[count];

        *candidate = (struct candidate){.grant.expires_ms = sqlite3_column_int64(statement, 3)};
        if (id_parse(&candidate->submission, database_text(statement, 0)) &&
            column_bytes(statement, 1, candidate->grant.salt, CONTINUE_SALT_BYTES) &&
            column_bytes(statement, 2, candidate->grant.hash, CONTINUE_HASH_BYTES))
            count++;
    }
    sqlite3_reset(statement);
    return code < 0 ? code : count;
}

/* Counts the attempt as a wrong one, and reads what it may open; the number of candidates. */
static int find_begin(struct ledger *ledger, const char *group, struct counter counters[2],
                      int64_t now_ms, struct candidate *candidates, int64_t *retry_ms,
                      struct error *error)
{
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
        code = count = candidates_read(ledger, group, now_ms, candidates, error);
    if (code < 0) {
        ledger_rollback(ledger);
        return code;
    }
    code = ledger_commit(ledger, error);
    return code != 0 ? code : count;
}

/* The code was right: its group has no wrong ones any more, its address one fewer. */
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

int ledger_passage_find(struct ledger *ledger, const struct continue_code *code,
                        const char *address, int64_t now_ms, struct ledger_passage *passage,
                        struct error *error)
{
    struct counter counters[2] = {{.counting = &by_group}, {.counting = &by_address}};
    struct candidate candidates[CANDIDATE_LIMIT];
    char group[CONTINUE_GROUP + 1], network[INET6_ADDRSTRLEN];
    bool found = false;
    int count;

    *passage = (struct ledger_passage){.retry_ms = 0};
    text_copy(group, sizeof(group), code->text);
    address_network(address, network);
    counter_key(&by_group, group, counters[0].key);
    counter_key(&by_address, network, counters[1].key);
    count = find_begin(ledger, group, counters, now_ms, candidates, &passage->retry_ms, error);
    if (count < 0)
        return count;
    /* Outside of any transaction: it takes long. One that fits is not the last one looked at, so
     * that the time says nothing of which; and where there is none, one is looked at all the same.
     */
    if (count == 0) {
        const struct candidate nobody = {.grant.expires_ms = 0};

        continue_code_fits(code, &nobody.grant);
    }
    for (int i = 0; i < count; i++) {
        if (!continue_code_fits(code, &candidates[i].grant) || found)
            continue;
        found = true;
        passage->submission = candidates[i].submission;
        passage->expires_ms = candidates[i].grant.expires_ms;
        memcpy(passage->hash, candidates[i].grant.hash, CONTINUE_HASH_BYTES);
    }
    if (!found)
        return error_set(error, ERROR_NOT_FOUND, "this code opens nothing");
    return find_end(ledger, counters, now_ms, error);
}

/* --- the draft behind it ---------------------------------------------------------------------- */

/* Sees that the passage is open still. */
static int passage_check(struct database *database, const struct ledger_passage *passage,
                         int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_PASSAGE_GET, error);
    bool open;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, passage->submission.text);
    code = database_step(database, statement, error);
    if (code < 0)
        return code;
    open =
        code > 0 && sqlite3_column_int64(statement, 1) > now_ms &&
        sqlite3_column_bytes(statement, 0) == CONTINUE_HASH_BYTES &&
        sodium_memcmp(sqlite3_column_blob(statement, 0), passage->hash, CONTINUE_HASH_BYTES) == 0;
    sqlite3_reset(statement);
    return open ? 0 : error_set(error, ERROR_NOT_FOUND, "this code opens nothing any more");
}

int ledger_passage_read(struct ledger *ledger, const struct ledger_passage *passage, int64_t now_ms,
                        struct record **draft, struct record **form, struct error *error)
{
    struct ledger_row draft_row = {0}, form_row = {0};
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *draft = *form = NULL;
    if (code != 0)
        return code;
    code = passage_check(reader->database, passage, now_ms, error);
    if (code == 0)
        code = ledger_row_read(reader->database, RECORD_SUBMISSION, &passage->submission,
                               &draft_row, error);
    if (code == 0)
        code = ledger_form_read(reader->database, draft_row.record, &form_row, error);
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        ledger_row_clear(&draft_row);
        return code;
    }
    *draft = draft_row.record;
    *form = form_row.record;
    return 0;
}

/* Sees that the draft is at this rev. */
static int rev_check(struct ledger *ledger, const struct ledger_passage *passage, int64_t rev,
                     struct error *error)
{
    struct ledger_row row;
    int code =
        ledger_row_read(ledger->writer, RECORD_SUBMISSION, &passage->submission, &row, error);

    if (code == 0 && row.record->rev != rev)
        code = error_set(error, ERROR_CONFLICT, "the draft is at rev %lld",
                         (long long)row.record->rev);
    ledger_row_clear(&row);
    return code;
}

int ledger_passage_change(struct ledger *ledger, const struct ledger_passage *passage,
                          json_t *fields, int64_t base, int64_t only_at, int64_t now_ms,
                          struct ledger_outcome *outcome, struct error *error)
{
    /* A device of its own each time: what the web has not seen is then never its own, so that two
     * browsers with one code do not write over one another unseen. */
    struct id_generator ids = {0};
    struct ledger_actor actor = {.agent = continue_web_agent, .device = id_generate(&ids, now_ms)};
    struct operation *operation =
        operation_new(OPERATION_FIELDS, RECORD_SUBMISSION, &passage->submission);
    struct scope_set scopes = {0};
    int code;

    *outcome = (struct ledger_outcome){0};
    if (operation == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an operation");
    json_decref(operation->body);
    operation->body = json_incref(fields);
    operation->id = id_generate(&ids, now_ms);
    operation->base = base;
    operation->agent = actor.agent;
    operation->device = actor.device;
    operation->moment.ms = now_ms;
    operation->channel = channel_word("web");
    code = ledger_begin(ledger, error);
    if (code == 0) {
        code = passage_check(ledger->writer, passage, now_ms, error);
        if (code == 0 && only_at != 0)
            code = rev_check(ledger, passage, only_at, error);
        if (code == 0)
            code = ledger_scopes_of(ledger->writer, RECORD_SUBMISSION, passage->submission.text,
                                    &scopes, NULL, error);
        if (code == 0)
            code =
                ledger_apply_within(ledger, &actor, &scopes, &operation, 1, now_ms, outcome, error);
        if (code == 0)
            code = ledger_commit(ledger, error);
        else
            ledger_rollback(ledger);
    }
    scope_set_free(&scopes);
    operation_free(operation);
    return code;
}

/* --- keeping the index ------------------------------------------------------------------------ */

int ledger_passage_follow(struct ledger *ledger, const struct record *submission, int64_t now_ms,
                          struct error *error)
{
    bool draft = strcmp(record_text(submission, "status"), "draft") == 0;
    struct continue_grant grant;
    bool open = draft && continue_grant_read(submission, &grant);
    sqlite3_stmt *statement = database_statement(
        ledger->writer, open ? LEDGER_PASSAGE_PUT : LEDGER_PASSAGE_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, submission->id.text);
    if (open) {
        database_bind_text(statement, 2, grant.group);
        sqlite3_bind_blob(statement, 3, grant.salt, CONTINUE_SALT_BYTES, SQLITE_STATIC);
        sqlite3_bind_blob(statement, 4, grant.hash, CONTINUE_HASH_BYTES, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 5,
                           grant.expires_ms < now_ms + CONTINUE_LONGEST_MS
                               ? grant.expires_ms
                               : now_ms + CONTINUE_LONGEST_MS);
    }
    return database_run(ledger->writer, statement, error);
}
