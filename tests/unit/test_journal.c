#define _GNU_SOURCE /* memmem */
/* The journal of the outbox: what is appended comes back, whatever one byte of the file says or
 * wherever the file ends, and the store takes in what only the journal holds. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/journal.h"
#include "app/json.h"
#include "tests/unit/store_fixture.h"

#define ENTRIES 5

static void journal_name(const struct store_fixture *fixture, char path[128])
{
    snprintf(path, 128, "%s" JOURNAL_ENDING, fixture->path);
}

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *bytes;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(*length + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *length, file), *length);
    fclose(file);
    return bytes;
}

static void write_file(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

/* --- what one reading found ------------------------------------------------------------------ */

struct found {
    const struct seal_key *key;
    struct id ids[ENTRIES + 1];
    size_t count;
    size_t entries;
    size_t offsets[2 * ENTRIES + 2]; /* of all entries */
    size_t refused;                  /* entries that the key did not open */
    int64_t damaged_from, damaged_to;
    size_t damages;
    bool torn;
};

static int find_operation(void *context, const struct operation *operation, struct error *error)
{
    struct found *found = context;

    (void)error;
    assert_true(found->count < ENTRIES);
    assert_non_null(strstr(json_text_or(operation->body, "text", ""), "Zéphirine"));
    found->ids[found->count++] = operation->id;
    return 0;
}

static int find_entry(void *context, const struct journal_entry *entry, struct error *error)
{
    struct found *found = context;
    int code = 0;

    assert_true(found->entries < 2 * ENTRIES);
    found->offsets[found->entries++] = (size_t)entry->offset;
    if (entry->kind == JOURNAL_MADE) {
        code = journal_entry_each(entry, found->key, find_operation, found, error);
        found->refused += code == ERROR_STORAGE;
    }
    return code == ERROR_STORAGE ? 0 : code;
}

static void find_damage(void *context, int64_t from, int64_t to, bool torn)
{
    struct found *found = context;

    assert_true(to > from);
    found->damages++;
    found->damaged_from = from;
    found->damaged_to = to;
    found->torn = torn;
}

static struct found read_journal(const char *store_path, const struct seal_key *key)
{
    struct found found = {.key = key};
    struct journal_visitor visitor = {find_entry, find_damage, &found};
    struct journal *journal;

    assert_int_equal(journal_open(&journal, store_path, NULL), 0);
    assert_int_equal(journal_read(journal, 0, &visitor, NULL), 0);
    journal_close(journal);
    return found;
}

/* A store with ENTRIES notes waiting. */
static void make_notes(struct store_fixture *fixture)
{
    struct id case_id = store_fixture_id(fixture);

    for (int i = 0; i < ENTRIES; i++)
        store_fixture_note(fixture, &case_id, "Zéphirine Beauséjour wants her birth certificate");
}

/* --- the file -------------------------------------------------------------------------------- */

static void what_is_saved_is_in_the_journal(void **state)
{
    struct store_fixture *fixture = *state;
    struct found found;
    struct stat status;
    char path[128];
    char *bytes;
    size_t length;

    make_notes(fixture);
    found = read_journal(fixture->path, fixture->key);
    assert_int_equal(found.count, ENTRIES);
    assert_int_equal(found.entries, ENTRIES + 1);
    assert_int_equal(found.damages, 0);

    journal_name(fixture, path);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    bytes = read_file(path, &length);
    assert_null(memmem(bytes, length, "phirine", 7));
    assert_null(memmem(bytes, length, "certificate", 11));
    free(bytes);
}

static void another_key_opens_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    struct seal_key *other = seal_key_new();
    struct found found;

    make_notes(fixture);
    found = read_journal(fixture->path, other);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.refused, ENTRIES);
    assert_int_equal(found.damages, 0);
    seal_key_free(other);
}

/* Every byte in turn, all its bits turned over: the entry it is in is told, by its place, and every
 * other is read. */
static void any_flipped_byte_costs_one_entry(void **state)
{
    struct store_fixture *fixture = *state;
    struct found whole, found;
    char path[128];
    char *bytes;
    size_t length;

    make_notes(fixture);
    store_close(fixture->store);
    fixture->store = NULL;
    journal_name(fixture, path);
    bytes = read_file(path, &length);
    whole = read_journal(fixture->path, fixture->key);
    for (size_t at = 0; at < length; at++) {
        size_t hit = 0;

        bytes[at] = (char)~bytes[at];
        write_file(path, bytes, length);
        bytes[at] = (char)~bytes[at];
        found = read_journal(fixture->path, fixture->key);
        while (hit + 1 < whole.entries && whole.offsets[hit + 1] <= at)
            hit++;
        assert_int_equal(found.entries, whole.entries - 1);
        assert_int_equal(found.count, hit == 0 ? ENTRIES : ENTRIES - 1);
        assert_int_equal(found.refused, 0);
        assert_int_equal(found.damages, 1);
        assert_int_equal(found.damaged_from, whole.offsets[hit]);
        assert_int_equal(found.damaged_to,
                         hit + 1 < whole.entries ? whole.offsets[hit + 1] : length);
        assert_int_equal(found.torn, hit + 1 == whole.entries);
    }
    print_message("each of %zu bytes flipped\n", length);
    free(bytes);
    store_fixture_reopen(fixture);
}

/* The file cut at every length: all entries before are read, the torn one is told by its place, and
 * what is appended behind it is read again. */
static void any_cut_costs_only_what_it_cuts(void **state)
{
    struct store_fixture *fixture = *state;
    struct found whole, found;
    char path[128];
    char *bytes;
    size_t length;

    make_notes(fixture);
    store_close(fixture->store);
    fixture->store = NULL;
    journal_name(fixture, path);
    bytes = read_file(path, &length);
    whole = read_journal(fixture->path, fixture->key);
    for (size_t cut = 0; cut < length; cut++) {
        size_t entries = 0;

        write_file(path, bytes, cut);
        found = read_journal(fixture->path, fixture->key);
        while (entries + 1 < whole.entries && whole.offsets[entries + 1] <= cut)
            entries++;
        assert_int_equal(found.entries, entries);
        assert_int_equal(found.count, entries == 0 ? 0 : entries - 1);
        /* SQLite's file layer takes a file of one byte for an empty one. */
        assert_int_equal(found.damages, cut > 1 && cut > whole.offsets[entries]);
        if (found.damages > 0) {
            assert_int_equal(found.damaged_from, whole.offsets[entries]);
            assert_true(found.torn);
        }
        for (size_t i = 0; i < found.count; i++)
            assert_string_equal(found.ids[i].text, whole.ids[i].text);
    }
    write_file(path, bytes, length - 10);
    free(bytes);
    store_fixture_reopen(fixture);
    store_fixture_note(fixture, &whole.ids[0], "Zéphirine again");
    found = read_journal(fixture->path, fixture->key);
    assert_int_equal(found.count, ENTRIES); /* one cut, one more */
    assert_int_equal(found.damages, 1);
    assert_false(found.torn);
}

/* --- store and journal ----------------------------------------------------------------------- */

static int count_text(void *context, const struct record *record, enum store_pending pending)
{
    (void)pending;
    *(int *)context += record_text(record, "text")[0] != '\0';
    return 0;
}

static int notes_in(struct store_fixture *fixture)
{
    struct store_query query = {.type = RECORD_NOTE};
    int count = 0;

    assert_int_equal(store_each(fixture->store, &query, count_text, &count, NULL), 0);
    return count;
}

/* Another program holds the store: saved in the journal, and taken in as soon as it lets go, by
 * whichever connection comes first, once. */
static void a_locked_store_saves_in_the_journal(void **state)
{
    struct store_fixture *fixture = *state;
    struct id case_id = store_fixture_id(fixture);
    struct store *other;
    sqlite3 *holder;

    store_fixture_note(fixture, &case_id, "before");
    assert_int_equal(store_open(&other, fixture->path, fixture->key, NULL), 0);
    assert_int_equal(sqlite3_open(fixture->path, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    store_fixture_note(fixture, &case_id, "while it is held"); /* asserts that it is saved */
    assert_int_equal(store_stranded(fixture->store), 1);
    assert_non_null(strstr(store_trouble(fixture->store), "another program holds it"));
    assert_int_equal(notes_in(fixture), 1);
    sqlite3_close(holder);

    assert_int_equal(store_catch_up(other, NULL), 0);
    store_close(other);
    assert_int_equal(notes_in(fixture), 2);
    assert_int_equal(store_catch_up(fixture->store, NULL), 0);
    assert_int_equal(store_stranded(fixture->store), 0);
    assert_string_equal(store_trouble(fixture->store), "");
    store_fixture_note(fixture, &case_id, "after");
    store_fixture_reopen(fixture);
    assert_int_equal(notes_in(fixture), 3);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 3);
}

/* A journal that cannot be written keeps nobody from working. */
static void a_store_without_a_journal_saves(void **state)
{
    struct store_fixture *fixture = *state;
    struct id case_id = store_fixture_id(fixture);
    char path[128];

    journal_name(fixture, path);
    assert_int_equal(mkdir(path, 0700), 0);
    store_fixture_note(fixture, &case_id, "kept");
    assert_int_equal(notes_in(fixture), 1);
    assert_int_equal(store_stranded(fixture->store), 0);
    assert_non_null(strstr(store_trouble(fixture->store), JOURNAL_ENDING));
    rmdir(path);
}

static int settle_all(void *context, const struct outbox_entry *entry)
{
    struct store_outcome *outcomes = context;

    for (; !id_is_empty(&outcomes->operation); outcomes++)
        ;
    *outcomes = (struct store_outcome){.operation = entry->operation->id, .rev = 1};
    return 0;
}

static void an_empty_outbox_lets_a_large_journal_go(void **state)
{
    struct store_fixture *fixture = *state;
    struct id case_id = store_fixture_id(fixture);
    static struct store_outcome outcomes[301];
    struct found found;
    struct stat status;
    char path[128];

    memset(outcomes, 0, sizeof(outcomes));
    for (int i = 0; i < 300; i++)
        store_fixture_note(fixture, &case_id, "one of many");
    assert_int_equal(store_outbox_each(fixture->store, 300, settle_all, outcomes, NULL), 0);
    assert_int_equal(store_outbox_settle(fixture->store, outcomes, 299, NULL), 0);
    store_journal_settle(fixture->store);
    journal_name(fixture, path);
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_size > 100000); /* one still waits */
    assert_int_equal(store_outbox_settle(fixture->store, outcomes + 299, 1, NULL), 0);
    store_journal_settle(fixture->store);
    assert_int_equal(stat(path, &status), 0);
    assert_in_range(status.st_size, 100, 400);

    make_notes(fixture);
    found = read_journal(fixture->path, fixture->key);
    assert_int_equal(found.count, ENTRIES);
    assert_int_equal(found.damages, 0);
    store_fixture_reopen(fixture);
    assert_int_equal(store_outbox_count(fixture->store, NULL), ENTRIES);
}

/* The store, as of before all that is in its journal but for what this says was taken. */
static void forget_all(struct store_fixture *fixture, const char *taken)
{
    sqlite3 *file = NULL;
    char *sql = sqlite3_mprintf("DELETE FROM operation; DELETE FROM record;"
                                "UPDATE meta SET value = %Q WHERE name = 'journal'",
                                taken);

    assert_int_equal(sqlite3_open(fixture->path, &file), SQLITE_OK);
    assert_int_equal(sqlite3_exec(file, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    sqlite3_free(sql);
}

/* Up to there the store need not read what it noted as taken, but only where that is what stands
 * there. */
static void a_place_that_does_not_hold_hides_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    struct found found;
    char path[128], taken[64];
    size_t length;

    make_notes(fixture);
    store_close(fixture->store);
    fixture->store = NULL;
    found = read_journal(fixture->path, fixture->key);
    journal_name(fixture, path);
    free(read_file(path, &length));
    /* One entry after the place: with the owner's there is one more than notes. */
    (void)snprintf(taken, sizeof(taken), "%d %zu", ENTRIES, found.offsets[ENTRIES - 1]);
    forget_all(fixture, taken);
    store_fixture_reopen(fixture);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 1);
    /* The end of the file, and an entry of another number. */
    for (int turn = 0; turn < 2; turn++) {
        (void)snprintf(taken, sizeof(taken), "%d %zu", turn == 0 ? 0 : 1,
                       turn == 0 ? length : found.offsets[ENTRIES]);
        store_close(fixture->store);
        fixture->store = NULL;
        forget_all(fixture, taken);
        store_fixture_reopen(fixture);
        assert_int_equal(store_outbox_count(fixture->store, NULL), ENTRIES);
    }
}

/* Where one store was, another is made: it has another key, and the journal of the first is kept.
 */
static void another_store_leaves_the_journal_alone(void **state)
{
    struct store_fixture *fixture = *state;
    unsigned char wrapped[SEAL_WRAPPED_SIZE] = {0};
    struct id agent = *store_agent(fixture->store);
    char command[200];

    make_notes(fixture);
    store_close(fixture->store);
    fixture->store = NULL;
    assert_int_equal(unlink(fixture->path), 0);
    assert_int_equal(store_create(fixture->path, &agent, fixture->key, wrapped, NULL), 0);
    store_fixture_reopen(fixture);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 0);
    snprintf(command, sizeof(command), "ls '%s'" JOURNAL_ENDING ".* > /dev/null", fixture->path);
    assert_int_equal(system(command), 0);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_saved_is_in_the_journal),
        TEST(another_key_opens_nothing),
        TEST(any_flipped_byte_costs_one_entry),
        TEST(any_cut_costs_only_what_it_cuts),
        TEST(a_locked_store_saves_in_the_journal),
        TEST(a_store_without_a_journal_saves),
        TEST(an_empty_outbox_lets_a_large_journal_go),
        TEST(a_place_that_does_not_hold_hides_nothing),
        TEST(another_store_leaves_the_journal_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
