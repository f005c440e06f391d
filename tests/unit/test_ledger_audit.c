/* The trail in a ledger: the exact bytes of an entry, transactions, proofs out of what is stored,
 * when heads are signed, and what becomes of it without its key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/audit_row.h"
#include "net/ledger_audit_key.h"
#include "net/ledger_audit_read.h"
#include "net/ledger_verify.h"
#include "tests/unit/ledger_fixture.h"

static void add(struct ledger_fixture *f, int count)
{
    const struct audit_entry entry = {
        .kind = AUDIT_READ, .at_ms = 1796000000000, .what = "records", .words = "pourquoi"};
    struct audit_entry *entries = calloc((size_t)count, sizeof(*entries));

    assert_non_null(entries);
    for (int i = 0; i < count; i++)
        entries[i] = entry;
    assert_int_equal(ledger_audit_write_all(f->ledger, entries, (size_t)count, NULL), 0);
    free(entries);
}

static struct audit_verified verified(struct ledger_fixture *f)
{
    const struct audit_verify_options options = {.finding = NULL};
    struct audit_verified result;

    assert_int_equal(ledger_audit_verify(f->path, &options, &result, NULL), 0);
    assert_int_equal(result.findings, 0);
    return result;
}

/* --- bytes ------------------------------------------------------------------------------------ */

/* Whoever changes this can prove nothing of before. */
static void an_entry_has_one_byte_form(void **state)
{
    static const unsigned char salt[AUDIT_SALT_BYTES] = "0123456789abcde";
    static const char expected[] =
        "15:guichet-audit-1,1:7,13:1796000000000,4:read,5:agent,6:device,4:case,6:record,"
        "6:client,9:call-back,9:opened at,0:,"
        "64:";
    struct audit_hash words, previous = {{1, 2, 3}}, hash, other;
    struct audit_row row = {.number = 7,
                            .at_ms = INT64_C(1796000000000),
                            .kind = "read",
                            .agent = "agent",
                            .device = "device",
                            .type = "case",
                            .record = "record",
                            .client = "client",
                            .purpose = "call-back",
                            .what = "opened at",
                            .request = "",
                            .words = &words};
    char bytes[AUDIT_BYTES_LIMIT], hex[AUDIT_HEX_SIZE];
    size_t length;

    (void)state;
    audit_words_hash(salt, "é", &words);
    length = audit_row_bytes(&row, &previous, bytes);
    assert_int_equal(length, strlen(expected) + 64 + 1 + 3 + 64 + 1);
    assert_memory_equal(bytes, expected, strlen(expected));
    audit_hash_text(&words, hex);
    assert_memory_equal(bytes + strlen(expected), hex, 64);
    audit_hash_text(&previous, hex);
    assert_memory_equal(bytes + length - 65, hex, 64);
    assert_true(audit_row_hash(&row, &previous, &hash));
    audit_hash_leaf(&other, bytes, length);
    assert_true(audit_hash_equal(&hash, &other));
    /* One byte may not move from one part into the next. */
    row.kind = "rea";
    row.agent = "dagent";
    assert_true(audit_row_hash(&row, &previous, &other));
    assert_false(audit_hash_equal(&hash, &other));
    /* With a request it has the second form, and one part more. */
    row.request = "abcdefgh";
    length = audit_row_bytes(&row, &previous, bytes);
    assert_memory_equal(bytes, "15:guichet-audit-2,", 19);
    assert_memory_equal(bytes + length - 68 - 11, "8:abcdefgh,64:", 14);
}

/* --- transactions ----------------------------------------------------------------------------- */

static void a_long_what_is_cut_and_a_refused_one_leaves_nothing(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t before = verified(f).entries;
    char what[2000];
    struct audit_entry entry = {.kind = AUDIT_READ, .at_ms = 1, .what = what};

    memset(what, 'x', sizeof(what));
    what[sizeof(what) - 1] = '\0';
    assert_int_equal(ledger_audit_write(f->ledger, &entry, NULL), 0);
    assert_int_equal(verified(f).entries, before + 1);
    /* An operation that is not even tried. */
    fixture_refused(f, BEN,
                    fixture_operation(f, BEN, OPERATION_FIELDS, RECORD_CLIENT,
                                      &f->actors[BEN].agent, 1, json_pack("{s:s}", "name", "x")),
                    MERGE_MISSING, NULL);
    assert_int_equal(verified(f).entries, before + 2);
    fixture_reopen(f);
    add(f, 1);
    assert_int_equal(verified(f).entries, before + 3);
}

/* --- proofs ----------------------------------------------------------------------------------- */

static void read_hashes(const json_t *list, struct audit_proof *proof)
{
    const json_t *item;
    size_t i;

    proof->count = json_array_size(list);
    json_array_foreach((json_t *)(uintptr_t)list, i, item)
    {
        assert_true(audit_hash_parse(&proof->hashes[i], json_string_value(item)));
    }
}

static const struct audit_entry proved = {
    .kind = AUDIT_EXPORT, .at_ms = 1796000000000, .what = "a proof"};

static void every_entry_is_proved_out_of_what_is_stored(void **state)
{
    struct ledger_fixture *f = *state;
    struct audit_head kept, head;
    int64_t entries;

    add(f, 5);
    assert_int_equal(ledger_audit_sign(f->ledger, 1796000000000, NULL), 0);
    assert_int_equal(ledger_audit_head(f->path, &kept, NULL), 0);
    add(f, 300);
    assert_int_equal(ledger_audit_sign(f->ledger, 1796000000001, NULL), 0);
    entries = verified(f).entries;
    for (int64_t number = 1; number <= entries; number++) {
        struct audit_proof proof;
        struct audit_hash leaf;
        json_t *document;

        assert_int_equal(ledger_audit_prove(f->path, number, &kept, &proved, &document, NULL), 0);
        assert_int_equal(audit_head_from_json(&head, json_object_get(document, "head"), NULL), 0);
        assert_true(audit_head_verify(&head));
        assert_int_equal(head.size, entries);
        assert_true(audit_hash_parse(&leaf, json_text_or(document, "hash", "")));
        read_hashes(json_object_get(document, "inclusion"), &proof);
        assert_true(
            audit_verify_inclusion(&proof, &leaf, (uint64_t)number - 1, head.size, &head.root));
        read_hashes(json_object_get(document, "consistency"), &proof);
        assert_true(audit_verify_consistency(&proof, kept.size, head.size, &kept.root, &head.root));
        json_decref(document);
    }
    add(f, 1);
    json_t *document;
    assert_int_equal(ledger_audit_prove(f->path, entries + 1, NULL, &proved, &document, NULL),
                     ERROR_NOT_FOUND);
    assert_int_equal(ledger_audit_prove(f->path, 0, NULL, &proved, &document, NULL),
                     ERROR_NOT_FOUND);
    kept.root.bytes[0] ^= 1;
    assert_int_equal(ledger_audit_prove(f->path, 1, &kept, &proved, &document, NULL),
                     ERROR_INVALID);
}

/* What was written before entries named their request, and keys could be changed, still holds. */
static void a_trail_of_version_17_goes_on(void **state)
{
    struct ledger_fixture *f = *state;
    struct audit_entry named = {
        .kind = AUDIT_READ, .at_ms = 1, .request = "a-request", .what = "x"};
    sqlite3 *handle;
    int64_t before;

    add(f, 40);
    before = verified(f).entries;
    ledger_close(f->ledger);
    assert_int_equal(sqlite3_open(f->path, &handle), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(
            handle,
            "DROP TABLE reason; DROP TABLE audit_key_change;"
            "ALTER TABLE audit DROP COLUMN request;"
            "ALTER TABLE relay DROP COLUMN ended; ALTER TABLE relay DROP COLUMN carried;"
            "ALTER TABLE given DROP COLUMN scopes; ALTER TABLE record DROP COLUMN known_from;"
            "PRAGMA user_version = 17",
            NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(handle);
    assert_int_equal(ledger_open(&f->ledger, f->path, NULL), 0);
    assert_int_equal(ledger_audit_write(f->ledger, &named, NULL), 0);
    add(f, 1);
    assert_int_equal(verified(f).entries, before + 2);
    assert_int_equal(verified(f).findings, 0);
}

/* Beside a server that runs, as `guichetd audit rotate` does. */
static void another_key_follows_the_old_one(void **state)
{
    struct ledger_fixture *f = *state;
    const struct audit_entry entry = {
        .kind = AUDIT_PERMISSION, .at_ms = 1796000000001, .what = "a test"};
    struct audit_key_change change, next;
    struct audit_head kept, head;
    json_t *document;

    add(f, 5);
    assert_int_equal(ledger_audit_sign(f->ledger, 1796000000000, NULL), 0);
    assert_int_equal(ledger_audit_head(f->path, &kept, NULL), 0);
    add(f, 3);
    assert_int_equal(ledger_audit_key_rotate(f->path, &entry, &change, NULL), 0);
    assert_true(audit_key_change_verify(&change));
    assert_memory_equal(change.old_key, kept.key, AUDIT_KEY_BYTES);
    /* The old one signed all until then, and signs nothing more. */
    assert_int_equal(ledger_audit_head(f->path, &head, NULL), 0);
    assert_int_equal(head.size, change.size);
    assert_memory_equal(head.key, kept.key, AUDIT_KEY_BYTES);
    add(f, 2);
    assert_int_equal(ledger_audit_sign(f->ledger, 1796000000002, NULL), 0);
    assert_int_equal(ledger_audit_head(f->path, &head, NULL), 0);
    assert_true(audit_head_verify(&head));
    assert_memory_equal(head.key, change.new_key, AUDIT_KEY_BYTES);
    assert_true(head.size > change.size);
    assert_int_equal(verified(f).findings, 0);
    /* Again, after the ledger was opened anew. */
    ledger_close(f->ledger);
    assert_int_equal(ledger_audit_key_rotate(f->path, &entry, &next, NULL), 0);
    assert_memory_equal(next.old_key, change.new_key, AUDIT_KEY_BYTES);
    assert_int_equal(ledger_open(&f->ledger, f->path, NULL), 0);
    assert_true(ledger_audit_signs(f->ledger));
    add(f, 2);
    assert_int_equal(ledger_audit_sign(f->ledger, 1796000000003, NULL), 0);
    assert_int_equal(verified(f).findings, 0);
    assert_int_equal(ledger_audit_prove(f->path, 2, &kept, &proved, &document, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(document, "keys")), 2);
    json_decref(document);
    /* A head of the old key beyond the change is none. */
    change.signature[0] ^= 1;
    assert_false(audit_key_change_verify(&change));
}

/* --- heads ------------------------------------------------------------------------------------ */

static void count_call(void *context)
{
    ++*(int *)context;
}

static void heads_are_signed_in_time(void **state)
{
    struct ledger_fixture *f = *state;
    struct audit_head head;
    int64_t heads, now = clock_system(NULL), due;
    int rung = 0;

    assert_true(ledger_audit_signs(f->ledger));
    assert_int_equal(ledger_audit_sign(f->ledger, now, NULL), 0);
    assert_true(ledger_audit_due(f->ledger) == INT64_MAX);
    heads = verified(f).heads;
    /* The first entry rings; until all is signed no other does. */
    ledger_bell_listen(f->ledger, LEDGER_BELL_TRAIL, count_call, &rung);
    add(f, 1);
    add(f, 1);
    assert_int_equal(rung, 1);
    due = ledger_audit_due(f->ledger);
    assert_true(due >= now + AUDIT_HEAD_MS && due < now + AUDIT_HEAD_MS + 60000);
    assert_int_equal(verified(f).heads, heads);
    assert_int_equal(ledger_audit_sign(f->ledger, now, NULL), 0);
    assert_int_equal(verified(f).heads, heads + 1);
    assert_int_equal(verified(f).covered, verified(f).entries);
    /* Signing when all is signed writes nothing. */
    assert_int_equal(ledger_audit_sign(f->ledger, now, NULL), 0);
    assert_int_equal(verified(f).heads, heads + 1);
    add(f, 1);
    assert_int_equal(rung, 2);
    ledger_bell_listen(f->ledger, LEDGER_BELL_TRAIL, NULL, NULL);
    /* So many at once are signed with them. */
    add(f, AUDIT_HEAD_ENTRIES);
    assert_int_equal(verified(f).heads, heads + 2);
    /* What is left, when the ledger is closed. */
    add(f, 3);
    assert_int_equal(verified(f).covered, verified(f).entries - 3);
    fixture_reopen(f);
    assert_int_equal(verified(f).covered, verified(f).entries);
    assert_int_equal(ledger_audit_head_of(f->ledger, &head, NULL), 0);
    assert_int_equal(head.size, verified(f).entries);
    assert_true(audit_head_verify(&head));
}

static void without_its_key_it_goes_on_unsigned(void **state)
{
    struct ledger_fixture *f = *state;
    char key[120], away[130];
    struct stat facts;

    snprintf(key, sizeof(key), "%s%s", f->path, AUDIT_KEY_ENDING);
    snprintf(away, sizeof(away), "%s.away", key);
    assert_int_equal(stat(key, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    /* Others may read it: it is the server's alone no longer. */
    assert_int_equal(chmod(key, 0640), 0);
    fixture_reopen(f);
    assert_false(ledger_audit_signs(f->ledger));
    assert_int_equal(chmod(key, 0600), 0);
    fixture_reopen(f);
    assert_true(ledger_audit_signs(f->ledger));
    /* It is not there. */
    assert_int_equal(rename(key, away), 0);
    fixture_reopen(f);
    assert_false(ledger_audit_signs(f->ledger));
    assert_int_equal(access(key, F_OK), -1);
    add(f, AUDIT_HEAD_ENTRIES + 1);
    assert_true(verified(f).covered < verified(f).entries);
    assert_true(ledger_audit_due(f->ledger) == INT64_MAX);
    /* It is back. */
    assert_int_equal(rename(away, key), 0);
    fixture_reopen(f);
    assert_int_equal(ledger_audit_sign(f->ledger, 1796000000000, NULL), 0);
    assert_int_equal(verified(f).covered, verified(f).entries);
}

/* A database of before there were keys gets one when it is opened. */
static void an_older_database_gets_a_key(void **state)
{
    struct ledger_fixture *f = *state;
    char key[120];
    sqlite3 *handle;

    snprintf(key, sizeof(key), "%s%s", f->path, AUDIT_KEY_ENDING);
    ledger_close(f->ledger);
    assert_int_equal(unlink(key), 0);
    assert_int_equal(sqlite3_open(f->path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle,
                                  "DELETE FROM property WHERE name = 'audit-key';"
                                  "DELETE FROM audit_head",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(handle);
    assert_int_equal(ledger_open(&f->ledger, f->path, NULL), 0);
    assert_true(ledger_audit_signs(f->ledger));
    assert_int_equal(strlen(ledger_audit_key(f->ledger)), 2 * AUDIT_KEY_BYTES);
    assert_int_equal(ledger_audit_sign(f->ledger, 1796000000000, NULL), 0);
    assert_int_equal(verified(f).covered, verified(f).entries);
}

int main(void)
{
#define WITH(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_has_one_byte_form),
        WITH(a_long_what_is_cut_and_a_refused_one_leaves_nothing),
        WITH(every_entry_is_proved_out_of_what_is_stored),
        WITH(a_trail_of_version_17_goes_on),
        WITH(another_key_follows_the_old_one),
        WITH(heads_are_signed_in_time),
        WITH(without_its_key_it_goes_on_unsigned),
        WITH(an_older_database_gets_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
