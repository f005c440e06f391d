/* What is got back when a real store file was damaged, lost or replaced by an older copy of it. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/recovery.h"
#include "tests/unit/store_fixture.h"

#define PASSWORD "correct horse"
#define NOTES    40

/* A store under a real password, with NOTES notes waiting and one taken back. */
struct fixture {
    struct store_fixture base;
    struct id case_id;
    struct id agent;
    struct id device;
    struct id notes[NOTES];
    struct id withdrawn;
};

static int last_id(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 0;
}

static int setup(void **state)
{
    static struct fixture fixture;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];

    memset(&fixture, 0, sizeof(fixture));
    store_fixture_begin(&fixture.base);
    assert_int_equal(seal_key_wrap(fixture.base.key, PASSWORD, wrapped, NULL), 0);
    assert_int_equal(store_write_wrapped(fixture.base.store, wrapped, NULL), 0);
    store_fixture_reopen(&fixture.base);
    fixture.agent = *store_agent(fixture.base.store);
    fixture.device = *store_device(fixture.base.store);
    fixture.case_id = store_fixture_id(&fixture.base);
    for (int i = 0; i < NOTES; i++)
        fixture.notes[i] =
            store_fixture_note(&fixture.base, &fixture.case_id, "Zéphirine called about her claim");
    store_fixture_note(&fixture.base, &fixture.case_id, "written by mistake");
    assert_int_equal(
        store_outbox_each(fixture.base.store, SIZE_MAX, last_id, &fixture.withdrawn, NULL), 0);
    assert_int_equal(store_outbox_withdraw(fixture.base.store, &fixture.withdrawn, NULL), 0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    store_fixture_end(&fixture->base);
    return 0;
}

static void close_store(struct fixture *fixture)
{
    store_close(fixture->base.store);
    fixture->base.store = NULL;
}

/* --- what must hold after recovering --------------------------------------------------------- */

struct seen {
    struct id ids[NOTES + 10];
    size_t count;
    size_t elsewhere; /* of them, another server may have */
};

static int see(void *context, const struct outbox_entry *entry)
{
    struct seen *seen = context;

    assert_true(seen->count < NOTES + 10);
    assert_string_equal(json_text_or(entry->operation->body, "text", ""),
                        "Zéphirine called about her claim");
    for (size_t i = 0; i < seen->count; i++)
        assert_string_not_equal(seen->ids[i].text, entry->operation->id.text);
    seen->ids[seen->count++] = entry->operation->id;
    seen->elsewhere += entry->elsewhere;
    return 0;
}

/* Every note waits once, in a store of the same agent and terminal, and shows on the case. */
static void check_all_wait(struct fixture *fixture)
{
    struct seen seen = {0};

    store_fixture_reopen(&fixture->base);
    assert_string_equal(store_device(fixture->base.store)->text, fixture->device.text);
    assert_string_equal(store_agent(fixture->base.store)->text, fixture->agent.text);
    assert_int_equal(store_outbox_each(fixture->base.store, SIZE_MAX, see, &seen, NULL), 0);
    assert_int_equal(seen.count, NOTES);
    assert_int_equal(seen.elsewhere, NOTES);
    for (int i = 0; i < NOTES; i++) {
        struct record *record;

        assert_int_equal(
            store_get(fixture->base.store, RECORD_NOTE, &fixture->notes[i], &record, NULL, NULL),
            0);
        record_free(record);
    }
}

static struct recovery *read_recovery(const struct fixture *fixture)
{
    struct recovery *recovery;
    struct error error = ERROR_INIT;

    if (recovery_read(&recovery, fixture->base.path, PASSWORD, &error) != 0)
        fail_msg("%s", error.message);
    return recovery;
}

static void put_back(struct recovery *recovery)
{
    struct error error = ERROR_INIT;

    if (recovery_put_back(recovery, &error) != 0)
        fail_msg("%s", error.message);
    recovery_free(recovery);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void a_well_store_misses_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct recovery *recovery = read_recovery(fixture);

    assert_int_equal(recovery->store, RECOVERY_WELL);
    assert_int_equal(recovery->count, NOTES + 1);
    assert_int_equal(recovery->missing, 0);
    assert_int_equal(recovery->damage_count, 0);
    put_back(recovery);
    check_all_wait(fixture);
}

static void a_wrong_password_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct recovery *recovery;
    struct error error = ERROR_INIT;

    close_store(fixture);
    assert_int_equal(recovery_read(&recovery, fixture->base.path, "wrong", &error), ERROR_REFUSED);
    assert_non_null(strstr(error.message, "password"));
    assert_int_equal(unlink(fixture->base.path), 0);
    assert_int_equal(recovery_read(&recovery, fixture->base.path, "wrong", &error), ERROR_REFUSED);
    assert_non_null(strstr(error.message, "password"));
}

static void a_lost_store_is_made_again(void **state)
{
    struct fixture *fixture = *state;
    struct recovery *recovery;

    close_store(fixture);
    assert_int_equal(unlink(fixture->base.path), 0);
    recovery = read_recovery(fixture);
    assert_int_equal(recovery->store, RECOVERY_MISSING);
    assert_int_equal(recovery->missing, NOTES); /* not the one taken back */
    put_back(recovery);
    check_all_wait(fixture);
}

static void copy(const char *from, const char *to)
{
    char command[300];

    snprintf(command, sizeof(command), "cp '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
}

/* The file of the store alone is an older one, from before the notes. */
static void an_older_store_gets_what_it_misses(void **state)
{
    struct fixture *fixture = *state;
    char saved[128];

    snprintf(saved, sizeof(saved), "%s.saved", fixture->base.path);
    close_store(fixture);
    copy(fixture->base.path, saved);
    store_fixture_reopen(&fixture->base);
    store_fixture_note(&fixture->base, &fixture->case_id, "Zéphirine called about her claim");
    assert_int_equal(store_outbox_count(fixture->base.store, NULL), NOTES + 1);
    close_store(fixture);
    copy(saved, fixture->base.path);
    store_fixture_reopen(&fixture->base); /* by itself, without asking */
    assert_int_equal(store_outbox_count(fixture->base.store, NULL), NOTES + 1);
}

static long file_size(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    fclose(file);
    return size;
}

static void flip(const char *path, long from, long to)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    for (long at = from; at < to; at++) {
        int byte;

        fseek(file, at, SEEK_SET);
        byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(~byte & 0xFF, file);
    }
    fclose(file);
}

/* Every page of the real file in turn, flipped from end to end: whatever that page held, the agent
 * can write on, is told, and recovering brings back every note once. */
static void any_damaged_page_loses_no_unsent_work(void **state)
{
    struct fixture *fixture = *state;
    char saved[128], journal[128], saved_journal[128], command[400];
    int told = 0;
    long size;

    snprintf(saved, sizeof(saved), "%s/saved", fixture->base.directory);
    snprintf(journal, sizeof(journal), "%s.outbox", fixture->base.path);
    snprintf(saved_journal, sizeof(saved_journal), "%s/journal", fixture->base.directory);
    close_store(fixture);
    copy(fixture->base.path, saved);
    copy(journal, saved_journal);
    size = file_size(saved);
    assert_true(size > 10 * 4096);
    for (long page = 0; page < size; page += 4096) {
        struct recovery *recovery;

        snprintf(command, sizeof(command), "rm -f '%s'*", fixture->base.path);
        assert_int_equal(system(command), 0);
        copy(saved, fixture->base.path);
        copy(saved_journal, journal);
        flip(fixture->base.path, page, page + 4096);
        recovery = read_recovery(fixture);
        if (recovery->store == RECOVERY_DAMAGED) {
            assert_string_not_equal(recovery->finding, "");
            told++;
        }
        put_back(recovery);
        check_all_wait(fixture);
        close_store(fixture);
    }
    print_message("%d of %ld pages were missed\n", told, size / 4096);
    assert_true(told > size / 4096 / 2);
    store_fixture_reopen(&fixture->base);
}

/* A store that is open when its file goes bad: saving goes on in the journal. */
static void an_open_store_that_goes_bad_saves_in_the_journal(void **state)
{
    struct fixture *fixture = *state;
    struct id late;
    struct recovery *recovery;
    struct record *record;

    store_fixture_reopen(&fixture->base);
    flip(fixture->base.path, 4096, file_size(fixture->base.path));
    late =
        store_fixture_note(&fixture->base, &fixture->case_id, "Zéphirine called about her claim");
    assert_int_equal(store_stranded(fixture->base.store), 1);
    assert_string_not_equal(store_trouble(fixture->base.store), "");
    close_store(fixture);
    recovery = read_recovery(fixture);
    assert_int_equal(recovery->store, RECOVERY_DAMAGED);
    put_back(recovery);
    store_fixture_reopen(&fixture->base);
    assert_int_equal(store_outbox_count(fixture->base.store, NULL), NOTES + 1);
    assert_int_equal(store_get(fixture->base.store, RECORD_NOTE, &late, &record, NULL, NULL), 0);
    record_free(record);
}

/* One row of the outbox, everything else holds. */
static void spoil(const struct fixture *fixture, const char *sql)
{
    sqlite3 *handle;

    assert_int_equal(sqlite3_open(fixture->base.path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

/* Drafts and the open contact are in no journal: what is readable of them is kept. */
static void half_done_work_is_salvaged(void **state)
{
    struct fixture *fixture = *state;
    json_t *draft = json_string("half-typed");
    json_t *kept = NULL;
    struct recovery *recovery;

    assert_int_equal(store_state_put(fixture->base.store, "draft/note", draft, NULL), 0);
    json_decref(draft);
    close_store(fixture);
    spoil(fixture, "UPDATE operation SET document = x'00' WHERE number = 3");
    recovery = read_recovery(fixture);
    assert_int_equal(recovery->store, RECOVERY_DAMAGED);
    put_back(recovery);
    check_all_wait(fixture);
    assert_int_equal(store_state_get(fixture->base.store, "draft/note", &kept, NULL), 0);
    assert_string_equal(json_string_value(kept), "half-typed");
    json_decref(kept);
}

/* What the server has taken is kept for a server that loses it: it is no unsent work. */
static void what_was_taken_is_not_salvaged(void **state)
{
    struct fixture *fixture = *state;
    struct recovery *recovery;
    struct store_outcome outcome = {.rev = 1};
    char text[400];

    /* So much is in the journal that it begins anew. */
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < 100; i++)
        store_fixture_note(&fixture->base, &fixture->case_id, text);
    while (store_outbox_count(fixture->base.store, NULL) > 0) {
        outcome.seq++;
        assert_int_equal(
            store_outbox_each(fixture->base.store, 1, last_id, &outcome.operation, NULL), 0);
        assert_int_equal(store_outbox_settle(fixture->base.store, &outcome, 1, NULL), 0);
    }
    store_fixture_note(&fixture->base, &fixture->case_id, "She called again");
    close_store(fixture);
    spoil(fixture, "UPDATE operation SET document = x'00' WHERE state = 0");
    recovery = read_recovery(fixture);
    assert_int_equal(recovery->store, RECOVERY_DAMAGED);
    assert_int_equal(recovery->missing, 1);
    recovery_free(recovery);
}

/* A damaged journal beside a well store is told with the place; nothing is missing. */
static void a_damaged_journal_is_told_with_its_place(void **state)
{
    struct fixture *fixture = *state;
    struct recovery *recovery;
    char journal[128];

    snprintf(journal, sizeof(journal), "%s.outbox", fixture->base.path);
    flip(journal, 2000, 2001);
    recovery = read_recovery(fixture);
    assert_int_equal(recovery->store, RECOVERY_WELL);
    assert_int_equal(recovery->damage_count, 1);
    assert_in_range(2000, recovery->damages[0].from, recovery->damages[0].to - 1);
    assert_string_equal(recovery->damages[0].file, journal);
    assert_int_equal(recovery->missing, 0);
    recovery_free(recovery);
}

/* A store of a newer version is refused, and not a byte of it is changed. */
static void a_newer_store_is_left_alone(void **state)
{
    struct fixture *fixture = *state;
    struct recovery *recovery;
    struct error error = ERROR_INIT;
    char saved[128], command[400];
    sqlite3 *handle;

    close_store(fixture);
    snprintf(saved, sizeof(saved), "%s/saved", fixture->base.directory);
    assert_int_equal(sqlite3_open(fixture->base.path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, "PRAGMA journal_mode=DELETE; PRAGMA user_version=99",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(handle);
    copy(fixture->base.path, saved);
    assert_int_equal(
        store_open(&fixture->base.store, fixture->base.path, fixture->base.key, &error),
        ERROR_STORAGE);
    assert_non_null(strstr(error.message, "version 99"));
    recovery = read_recovery(fixture);
    assert_int_equal(recovery->store, RECOVERY_NEWER);
    assert_int_equal(recovery_put_back(recovery, &error), ERROR_STORAGE);
    recovery_free(recovery);
    snprintf(command, sizeof(command), "cmp '%s' '%s'", saved, fixture->base.path);
    assert_int_equal(system(command), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_well_store_misses_nothing),
        TEST(a_wrong_password_is_told),
        TEST(a_lost_store_is_made_again),
        TEST(an_older_store_gets_what_it_misses),
        TEST(any_damaged_page_loses_no_unsent_work),
        TEST(an_open_store_that_goes_bad_saves_in_the_journal),
        TEST(half_done_work_is_salvaged),
        TEST(what_was_taken_is_not_salvaged),
        TEST(a_damaged_journal_is_told_with_its_place),
        TEST(a_newer_store_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
