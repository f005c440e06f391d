/*
 * The tampered audit trail: each byte of every entry, of the words beside it, of the tree and of
 * the signed heads is changed in turn, entries are taken away, moved, cut off at the end, and the
 * whole is replaced by a forgery that holds by itself. Nothing of it goes unseen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "net/ledger_audit.h"
#include "net/ledger_verify.h"
#include "tests/unit/unit.h"

#define ENTRIES 18 /* more than one kept level of the tree */

struct tamper {
    char folder[64];
    char path[128];
    sqlite3 *handle; /* past the ledger */
    struct audit_head kept;
    int64_t flips;
};

static void remove_all(struct tamper *tamper)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock", AUDIT_KEY_ENDING};
    char name[160];

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", tamper->path, endings[i]);
        unlink(name);
    }
}

/* A trail of all kinds, some with words, one with a list of clients. */
static void fill(const char *path, const char *words, int count)
{
    struct ledger *ledger;
    struct id_generator ids = {0};
    unsigned char clients[3 * ID_BYTES];

    randombytes_buf(clients, sizeof(clients));
    assert_int_equal(ledger_open(&ledger, path, NULL), 0);
    for (int i = 0; i < count; i++) {
        struct audit_entry entry = {.kind = (enum audit_kind)(i % AUDIT_KIND_COUNT),
                                    .at_ms = INT64_C(1796000000000) + i,
                                    .agent = id_generate(&ids, 1),
                                    .device = id_generate(&ids, 2),
                                    .type = i % 2 == 0 ? RECORD_CLIENT : RECORD_NONE,
                                    .purpose = i % 3 == 0 ? PURPOSE_WRITTEN : PURPOSE_NONE,
                                    .what = "opened"};

        if (i % 2 == 0)
            entry.record = entry.client = id_generate(&ids, 3);
        if (i % 5 == 1)
            entry.words = words;
        if (i == 4) {
            entry.clients = clients;
            entry.client_count = 3;
        }
        assert_int_equal(ledger_audit_write(ledger, &entry, NULL), 0);
    }
    assert_true(ledger_audit_signs(ledger));
    ledger_close(ledger);
}

static int64_t findings_with(const struct tamper *tamper, const struct audit_head *kept,
                             struct audit_verified *verified)
{
    const struct audit_verify_options options = {.kept = kept, .kept_count = kept != NULL};

    /* A database that cannot even be read is seen, too. */
    if (ledger_audit_verify(tamper->path, &options, verified, NULL) != 0)
        return 1;
    return verified->findings;
}

static int64_t findings(const struct tamper *tamper)
{
    struct audit_verified verified;

    return findings_with(tamper, NULL, &verified);
}

static void run(struct tamper *tamper, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(tamper->handle, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

static void keep_head(struct tamper *tamper)
{
    sqlite3_stmt *row;

    assert_int_equal(
        sqlite3_prepare_v2(tamper->handle,
                           "SELECT size, at, root, key, signature, (SELECT value FROM property "
                           "WHERE name = 'feed') FROM audit_head ORDER BY size DESC LIMIT 1",
                           -1, &row, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    tamper->kept.size = (uint64_t)sqlite3_column_int64(row, 0);
    tamper->kept.at_ms = sqlite3_column_int64(row, 1);
    memcpy(tamper->kept.root.bytes, sqlite3_column_blob(row, 2), AUDIT_HASH_BYTES);
    memcpy(tamper->kept.key, sqlite3_column_blob(row, 3), AUDIT_KEY_BYTES);
    memcpy(tamper->kept.signature, sqlite3_column_blob(row, 4), AUDIT_SIGNATURE_BYTES);
    snprintf(tamper->kept.feed, sizeof(tamper->kept.feed), "%s",
             (const char *)sqlite3_column_text(row, 5));
    sqlite3_finalize(row);
}

static void open_handle(struct tamper *tamper)
{
    assert_int_equal(sqlite3_open(tamper->path, &tamper->handle), SQLITE_OK);
    run(tamper, "PRAGMA synchronous = OFF");
}

static int setup(void **state)
{
    struct tamper *tamper = calloc(1, sizeof(*tamper));

    assert_non_null(tamper);
    strcpy(tamper->folder, "/tmp/guichet-tamper-XXXXXX");
    assert_non_null(mkdtemp(tamper->folder));
    snprintf(tamper->path, sizeof(tamper->path), "%s/guichetd.db", tamper->folder);
    assert_int_equal(ledger_create(tamper->path, NULL), 0);
    fill(tamper->path, "rappel demandé", ENTRIES);
    open_handle(tamper);
    keep_head(tamper);
    *state = tamper;
    return 0;
}

static int teardown(void **state)
{
    struct tamper *tamper = *state;

    sqlite3_close(tamper->handle);
    remove_all(tamper);
    rmdir(tamper->folder);
    free(tamper);
    return 0;
}

/* --- each byte -------------------------------------------------------------------------------- */

/* Writes `length` bytes as what the column was (text, blob) by its row. */
static void put(struct tamper *tamper, const char *table, const char *column, int64_t row, int type,
                const void *bytes, int length)
{
    char sql[200];
    sqlite3_stmt *statement;

    snprintf(sql, sizeof(sql), "UPDATE %s SET %s = %s WHERE rowid = %lld", table, column,
             type == SQLITE_TEXT ? "CAST(?1 AS TEXT)" : "?1", (long long)row);
    assert_int_equal(sqlite3_prepare_v2(tamper->handle, sql, -1, &statement, NULL), SQLITE_OK);
    if (type == SQLITE_INTEGER)
        sqlite3_bind_int64(statement, 1, *(const int64_t *)bytes);
    else
        sqlite3_bind_blob(statement, 1, bytes, length, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
}

static void flip_bytes(struct tamper *tamper, const char *table, const char *column, int64_t row,
                       int type, unsigned char *bytes, int length)
{
    for (int i = 0; i < length; i++) {
        unsigned char was = bytes[i];

        /* One bit, another one for each byte: letters stay letters, and digits digits, too. */
        bytes[i] = (unsigned char)(was ^ (1u << (i % 7)));
        put(tamper, table, column, row, type, bytes, length);
        if (findings(tamper) == 0)
            fail_msg("%s.%s of row %lld: byte %d was changed unseen", table, column, (long long)row,
                     i);
        bytes[i] = was;
        tamper->flips++;
    }
    put(tamper, table, column, row, type, bytes, length);
}

static void flip_value(struct tamper *tamper, const char *table, const char *column, int64_t row,
                       sqlite3_stmt *from)
{
    int type = sqlite3_column_type(from, 1), length = sqlite3_column_bytes(from, 1);
    unsigned char bytes[512];
    int64_t number = sqlite3_column_int64(from, 1);

    if (type == SQLITE_NULL)
        return;
    assert_true((size_t)length <= sizeof(bytes));
    if (type == SQLITE_INTEGER) {
        length = sizeof(number);
        memcpy(bytes, &number, sizeof(number));
    } else if (length > 0) {
        memcpy(bytes, sqlite3_column_blob(from, 1), (size_t)length);
    }
    flip_bytes(tamper, table, column, row, type, bytes, length);
}

/* A statement that reads nothing, with the value of the one that does: it is not in the way of
 * writing. */
static void hold_value(struct tamper *tamper, sqlite3_stmt **statement)
{
    sqlite3_value *kept = sqlite3_value_dup(sqlite3_column_value(*statement, 1));

    sqlite3_finalize(*statement);
    assert_int_equal(sqlite3_prepare_v2(tamper->handle, "SELECT 0, ?1", -1, statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_value(*statement, 1, kept);
    sqlite3_value_free(kept);
}

static void flip_column(struct tamper *tamper, const char *table, const char *column)
{
    char sql[200];
    sqlite3_stmt *statement;
    int64_t rows[ENTRIES + 1];
    int count = 0;

    snprintf(sql, sizeof(sql), "SELECT rowid FROM %s", table);
    assert_int_equal(sqlite3_prepare_v2(tamper->handle, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW && count <= ENTRIES)
        rows[count++] = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        snprintf(sql, sizeof(sql), "SELECT rowid, %s FROM %s WHERE rowid = %lld", column, table,
                 (long long)rows[i]);
        assert_int_equal(sqlite3_prepare_v2(tamper->handle, sql, -1, &statement, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        hold_value(tamper, &statement);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        flip_value(tamper, table, column, rows[i], statement);
        sqlite3_finalize(statement);
    }
}

static void each_byte_of_each_entry(void **state)
{
    static const char *const columns[] = {"kind",   "at",     "agent",   "device", "type",
                                          "record", "client", "purpose", "what",   "clients",
                                          "words",  "hash",   "request"};
    struct tamper *tamper = *state;

    assert_int_equal(findings(tamper), 0);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        flip_column(tamper, "audit", columns[i]);
    assert_int_equal(findings(tamper), 0);
    assert_true(tamper->flips > 3000);
    print_message("%lld bytes of the entries changed in turn\n", (long long)tamper->flips);
}

static void each_byte_beside_them(void **state)
{
    struct tamper *tamper = *state;

    flip_column(tamper, "audit_words", "salt");
    flip_column(tamper, "audit_words", "words");
    flip_column(tamper, "audit_head", "at");
    flip_column(tamper, "audit_head", "root");
    flip_column(tamper, "audit_head", "key");
    flip_column(tamper, "audit_head", "signature");
    assert_int_equal(findings(tamper), 0);
    run(tamper, "UPDATE audit_node SET hash = zeroblob(32)");
    assert_true(findings(tamper) > 0);
}

/* --- whole entries ---------------------------------------------------------------------------- */

static void entries_taken_away_moved_or_put_in(void **state)
{
    static const char *const attacks[] = {
        "DELETE FROM audit WHERE number = 1",
        "DELETE FROM audit WHERE number = 9",
        /* And the rest moved up. */
        "DELETE FROM audit WHERE number = 9; UPDATE audit SET number = number - 1 WHERE number > 9",
        "UPDATE audit SET number = 1000 WHERE number = 3; UPDATE audit SET number = 3 WHERE number "
        "= 4; UPDATE audit SET number = 4 WHERE number = 1000",
        "INSERT INTO audit SELECT 19, kind, at, agent, device, type, record, client, purpose, "
        "what, "
        "clients, words, hash, request FROM audit WHERE number = 18",
        /* From the end: the signed head covers them. */
        "DELETE FROM audit WHERE number = 18",
        "DELETE FROM audit WHERE number > 10",
        "DELETE FROM audit; DELETE FROM audit_node; DELETE FROM audit_words",
        "DELETE FROM audit_node",
        "UPDATE audit_head SET size = size - 1",
        "UPDATE audit_head SET size = size + 1",
        "INSERT INTO audit_node VALUES (8, 0, zeroblob(32))",
        "INSERT INTO audit_words (number, salt, words) VALUES (1, zeroblob(16), 'jamais dit')",
        "INSERT INTO audit_words (number, salt, words) VALUES (99, zeroblob(16), 'jamais dit')",
        "UPDATE audit SET words = NULL WHERE number = 2",
        "UPDATE audit SET what = what || char(0) || 'more' WHERE number = 2",
        "UPDATE property SET value = value || '0' WHERE name = 'feed'",
        "UPDATE property SET value = substr(value, 2) WHERE name = 'audit-key'",
        "UPDATE property SET value = replace(hex(zeroblob(32)), 'x', '') WHERE name = 'audit-key'",
    };
    struct tamper *tamper = *state;

    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
        run(tamper, "BEGIN");
        run(tamper, attacks[i]);
        run(tamper, "COMMIT");
        if (findings(tamper) == 0)
            fail_msg("unseen: %s", attacks[i]);
        sqlite3_close(tamper->handle);
        remove_all(tamper);
        assert_int_equal(ledger_create(tamper->path, NULL), 0);
        fill(tamper->path, "rappel demandé", ENTRIES);
        open_handle(tamper);
        assert_int_equal(findings(tamper), 0);
    }
}

/* Words may be erased: the entry is provable still, and that there were words stays known. */
static void erased_words_leave_a_whole_trail(void **state)
{
    struct tamper *tamper = *state;
    struct audit_verified verified;

    assert_int_equal(findings_with(tamper, &tamper->kept, &verified), 0);
    assert_int_equal(verified.erased, 0);
    run(tamper, "DELETE FROM audit_words WHERE number = 2");
    assert_int_equal(findings_with(tamper, &tamper->kept, &verified), 0);
    assert_int_equal(verified.erased, 1);
    assert_int_equal(verified.entries, ENTRIES);
}

/* --- the whole, forged ------------------------------------------------------------------------ */

/* Cut at the end together with its heads, which nobody can sign anew, and heads with them. */
static void a_cut_that_takes_the_heads_along(void **state)
{
    struct tamper *tamper = *state;
    struct audit_verified verified;

    run(tamper, "DELETE FROM audit_head; DELETE FROM audit WHERE number > 15;"
                "DELETE FROM audit_node; DELETE FROM audit_words WHERE number > 15");
    /* By itself it holds, but that nothing vouches for it; who kept a head knows better. */
    assert_int_equal(findings_with(tamper, NULL, &verified), 0);
    assert_int_equal(verified.covered, 0);
    assert_true(findings_with(tamper, &tamper->kept, &verified) > 0);
}

/* Somebody with all of the server, the key too, writes the history anew. */
static void a_forgery_that_holds_by_itself(void **state)
{
    struct tamper *tamper = *state;
    struct audit_verified verified;
    struct audit_head kept = tamper->kept;
    char feed[AUDIT_FEED_SIZE], sql[200];

    strcpy(feed, kept.feed);
    sqlite3_close(tamper->handle);
    unlink(tamper->path);
    assert_int_equal(ledger_create(tamper->path, NULL), 0); /* the key's file was kept */
    open_handle(tamper);
    snprintf(sql, sizeof(sql), "UPDATE property SET value = '%s' WHERE name = 'feed'", feed);
    run(tamper, sql);
    sqlite3_close(tamper->handle);
    fill(tamper->path, "autre chose", ENTRIES + 3);
    open_handle(tamper);
    assert_int_equal(findings_with(tamper, NULL, &verified), 0);
    assert_int_equal(verified.covered, ENTRIES + 3);
    assert_true(findings_with(tamper, &kept, &verified) > 0);
}

/* A kept head is worth its signature. */
static void a_kept_head_that_is_no_proof(void **state)
{
    struct tamper *tamper = *state;
    struct audit_verified verified;
    struct audit_head wrong = tamper->kept;

    wrong.at_ms++;
    assert_true(findings_with(tamper, &wrong, &verified) > 0);
    wrong = tamper->kept;
    wrong.key[3] ^= 1;
    assert_true(findings_with(tamper, &wrong, &verified) > 0);
    wrong = tamper->kept;
    wrong.size--;
    assert_true(findings_with(tamper, &wrong, &verified) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_byte_of_each_entry, setup, teardown),
        cmocka_unit_test_setup_teardown(each_byte_beside_them, setup, teardown),
        cmocka_unit_test_setup_teardown(entries_taken_away_moved_or_put_in, setup, teardown),
        cmocka_unit_test_setup_teardown(erased_words_leave_a_whole_trail, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cut_that_takes_the_heads_along, setup, teardown),
        cmocka_unit_test_setup_teardown(a_forgery_that_holds_by_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kept_head_that_is_no_proof, setup, teardown),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
