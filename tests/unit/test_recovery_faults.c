/* A recovery that is broken off: the process dies, the power fails or the disk does, at every
 * change to a file in turn, or memory runs out, at every allocation. When it is made again, all is
 * there that was readable. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "app/recovery.h"
#include "tests/unit/fault_memory.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/store_fixture.h"

#define PASSWORD "correct horse"
#define NOTES    5

/* A key is derived from the password some thousand times: without the work that is to keep others
 * from guessing it. */
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long length, const char *password,
                         unsigned long long password_length, const unsigned char *salt,
                         unsigned long long passes, size_t memory, int algorithm);

int __wrap_crypto_pwhash(unsigned char *out, unsigned long long length, const char *password,
                         unsigned long long password_length, const unsigned char *salt,
                         unsigned long long passes, size_t memory, int algorithm)
{
    (void)passes;
    (void)memory;
    (void)algorithm;
    return crypto_generichash(out, (size_t)length, (const unsigned char *)password, password_length,
                              salt, crypto_pwhash_SALTBYTES);
}

static int keep_id(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 0;
}

/* A damaged store in which NOTES notes wait, one of them in the journal alone; a draft and a
 * refusal are in the store alone. */
static void begin(struct store_fixture *fixture)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct store_outcome refused = {.refusal = MERGE_FORBIDDEN};
    json_t *draft = json_string("half-typed");
    struct id matter;
    sqlite3 *handle;

    store_fixture_begin(fixture);
    assert_int_equal(seal_key_wrap(fixture->key, PASSWORD, wrapped, NULL), 0);
    assert_int_equal(store_write_wrapped(fixture->store, wrapped, NULL), 0);
    matter = store_fixture_id(fixture);
    store_fixture_note(fixture, &matter, "refused");
    assert_int_equal(store_outbox_each(fixture->store, 1, keep_id, &refused.operation, NULL), 0);
    assert_int_equal(store_outbox_settle(fixture->store, &refused, 1, NULL), 0);
    for (int i = 0; i < NOTES; i++)
        store_fixture_note(fixture, &matter, "Zéphirine called about her claim");
    assert_int_equal(store_state_put(fixture->store, "draft/note", draft, NULL), 0);
    json_decref(draft);
    store_close(fixture->store);
    fixture->store = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, "UPDATE operation SET document = x'00' WHERE number = 3",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static int recover(const struct store_fixture *fixture, struct error *error)
{
    struct recovery *recovery;
    int code = recovery_read(&recovery, fixture->path, PASSWORD, error);

    if (code == 0) {
        code = recovery_put_back(recovery, error);
        recovery_free(recovery);
    }
    return code;
}

/* Nothing is missing. */
static void look(struct store_fixture *fixture, const char *what, long at)
{
    struct error error = ERROR_INIT;
    json_t *draft = NULL;

    if (store_open(&fixture->store, fixture->path, fixture->key, &error) != 0)
        fail_msg("%s at change %ld: %s", what, at, error.message);
    if (store_outbox_count(fixture->store, NULL) != NOTES)
        fail_msg("%s at change %ld: %ld notes wait", what, at,
                 (long)store_outbox_count(fixture->store, NULL));
    if (store_state_get(fixture->store, "draft/note", &draft, NULL) != 0 || draft == NULL ||
        store_refusal_count(fixture->store, NULL) != 1)
        fail_msg("%s at change %ld: the draft or the refusal is not there", what, at);
    json_decref(draft);
    store_close(fixture->store);
    fixture->store = NULL;
}

/* Made again, it goes well. */
static void recover_again(struct store_fixture *fixture, const char *what, long at)
{
    struct error error = ERROR_INIT;

    if (recover(fixture, &error) != 0)
        fail_msg("%s at change %ld: %s", what, at, error.message);
    look(fixture, what, at);
    store_fixture_end(fixture);
}

/* True when it ended by itself. */
static bool die_at(enum fault_kind kind, const char *what, long at)
{
    struct store_fixture fixture;
    int status;
    pid_t child;

    begin(&fixture);
    fault_vfs_lose((unsigned)at % 3);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fault_vfs_arm(kind, at);
        _exit(recover(&fixture, NULL) != 0 ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == FAULT_EXIT);
    recover_again(&fixture, what, at);
    return WEXITSTATUS(status) == 0;
}

static void a_recovery_that_dies_is_made_again(void **state)
{
    long at = 1;

    (void)state;
    while (!die_at(FAULT_DIE, "killed", at))
        at++;
    assert_true(at > 10);
}

static void a_recovery_that_loses_power_is_made_again(void **state)
{
    long at = 1;

    (void)state;
    while (!die_at(FAULT_POWER, "without power", at))
        at++;
    assert_true(at > 10);
}

static bool fail_at(enum fault_kind kind, const char *what, long at)
{
    struct store_fixture fixture;
    struct error error = ERROR_INIT;
    bool failed;
    int code;

    begin(&fixture);
    fault_vfs_arm(kind, at);
    code = recover(&fixture, &error);
    failed = fault_vfs_count() >= at;
    fault_vfs_arm(FAULT_NONE, 0);
    if (code != 0 && (code != ERROR_STORAGE || error.message[0] == '\0'))
        fail_msg("%s at change %ld: %d: %s", what, at, code, error.message);
    recover_again(&fixture, what, at);
    return failed;
}

static void a_recovery_on_a_bad_disk_is_told_and_made_again(void **state)
{
    static const struct {
        enum fault_kind kind;
        const char *what;
    } kinds[] = {{FAULT_FULL, "the disk full"}, {FAULT_ERROR, "an error"}};

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        long at = 1;

        while (fail_at(kinds[i].kind, kinds[i].what, at))
            at++;
        assert_true(at > 10);
    }
}

/* The damaged store as it was, for a recovery that begins anew. */
struct snapshot {
    char *bytes[2];
    size_t lengths[2];
};

static const char *const kept[2] = {"", ".outbox"};

static FILE *open_kept(const struct store_fixture *fixture, size_t which, const char *mode)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s%s", fixture->path, kept[which]);
    file = fopen(path, mode);
    assert_non_null(file);
    return file;
}

static void snapshot_take(struct snapshot *snapshot, const struct store_fixture *fixture)
{
    for (size_t i = 0; i < 2; i++) {
        FILE *file = open_kept(fixture, i, "r");

        assert_int_equal(fseek(file, 0, SEEK_END), 0);
        snapshot->lengths[i] = (size_t)ftell(file);
        rewind(file);
        snapshot->bytes[i] = malloc(snapshot->lengths[i]);
        assert_non_null(snapshot->bytes[i]);
        assert_int_equal(fread(snapshot->bytes[i], 1, snapshot->lengths[i], file),
                         snapshot->lengths[i]);
        fclose(file);
    }
}

static void snapshot_put_back(const struct snapshot *snapshot, const struct store_fixture *fixture)
{
    DIR *folder = opendir(fixture->directory);
    struct dirent *entry;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_type == DT_REG)
            assert_int_equal(unlinkat(dirfd(folder), entry->d_name, 0), 0);
    closedir(folder);
    for (size_t i = 0; i < 2; i++) {
        FILE *file = open_kept(fixture, i, "w");

        assert_int_equal(fwrite(snapshot->bytes[i], 1, snapshot->lengths[i], file),
                         snapshot->lengths[i]);
        assert_int_equal(fclose(file), 0);
    }
}

/* True when there were fewer. */
static bool fail_without_memory(struct store_fixture *fixture, long at, bool lasting)
{
    struct error error = ERROR_INIT;
    bool whole;
    int code;

    fault_memory_arm(at, lasting);
    fault_memory_enter();
    code = recover(fixture, &error);
    fault_memory_leave();
    whole = fault_memory_count() < at;
    fault_memory_arm(0, false);
    if (code != 0 && ((code != ERROR_MEMORY && code != ERROR_STORAGE) || error.message[0] == 0))
        fail_msg("allocation %ld: %d: %s", at, code, error.message);
    if (whole && code != 0)
        fail_msg("with all the memory it wants: %d: %s", code, error.message);
    if (recover(fixture, &error) != 0)
        fail_msg("after allocation %ld: %s", at, error.message);
    look(fixture, "without memory", at);
    return whole;
}

/* A recovery makes a store, with some 14,000 allocations: each one is tried with
 * GUICHET_FAULT_STEP=1, here one of so many. */
#define FAULT_STEP 41

static void a_recovery_without_memory_is_told_and_made_again(void **state)
{
    const char *asked = getenv("GUICHET_FAULT_STEP");
    long between = asked != NULL && atol(asked) > 0 ? atol(asked) : FAULT_STEP;
    struct store_fixture fixture;
    struct snapshot snapshot;

    (void)state;
    begin(&fixture);
    snapshot_take(&snapshot, &fixture);
    for (int lasting = 0; lasting < 2; lasting++) {
        long at = 1, step = lasting == 0 ? between : 3 * between;

        while (!fail_without_memory(&fixture, at, lasting == 1)) {
            snapshot_put_back(&snapshot, &fixture);
            at += step;
        }
        snapshot_put_back(&snapshot, &fixture);
        assert_true(at > 5000);
    }
    for (size_t i = 0; i < 2; i++)
        free(snapshot.bytes[i]);
    store_fixture_end(&fixture);
}

/* It died when the new store was whole, and the damaged one was moved aside in part. */
static void die_moving(struct store_fixture *fixture)
{
    char whole[128], log[128];
    FILE *file;

    begin(fixture);
    assert_int_equal(recover(fixture, NULL), 0);
    snprintf(whole, sizeof(whole), "%s.recovered", fixture->path);
    assert_int_equal(rename(fixture->path, whole), 0);
    snprintf(log, sizeof(log), "%s-wal", fixture->path);
    file = fopen(log, "w");
    assert_non_null(file);
    assert_int_equal(fputs("of the damaged one", file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static void what_lacks_only_its_place_takes_it(void **state)
{
    struct store_fixture fixture;

    (void)state;
    die_moving(&fixture);
    recover_again(&fixture, "moved", 0);
}

static void who_signs_in_finds_it_there(void **state)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct store_fixture fixture;

    (void)state;
    die_moving(&fixture);
    assert_int_equal(store_read_wrapped(fixture.path, wrapped, NULL), 0);
    look(&fixture, "moved, and signed in", 0);
    store_fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recovery_that_dies_is_made_again),
        cmocka_unit_test(a_recovery_that_loses_power_is_made_again),
        cmocka_unit_test(a_recovery_on_a_bad_disk_is_told_and_made_again),
        cmocka_unit_test(a_recovery_without_memory_is_told_and_made_again),
        cmocka_unit_test(what_lacks_only_its_place_takes_it),
        cmocka_unit_test(who_signs_in_finds_it_there),
    };

    fault_memory_hook_sqlite();
    fault_vfs_register();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
