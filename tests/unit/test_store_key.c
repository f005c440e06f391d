/* The keys of a store: renewed, wrapped anew, deposited, destroyed; killed anywhere in it. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/journal.h"
#include "app/json.h"
#include "app/recovery.h"
#include "app/store_key.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/store_script.h"

#define PASSWORD "correct horse"
#define LATER    "battery staple"

static unsigned char first_wrapped[SEAL_WRAPPED_SIZE], second_wrapped[SEAL_WRAPPED_SIZE];
static struct seal_key *second_key;

/* A store with work in every sealed table, whose key is wrapped as `first_wrapped`. */
static void begin(struct store_fixture *fixture, struct store_script *script)
{
    json_t *value = json_pack("{s:s}", "text", "half typed");

    store_script_begin(fixture, script);
    assert_int_equal(seal_key_wrap(fixture->key, PASSWORD, first_wrapped, NULL), 0);
    assert_int_equal(store_write_wrapped(fixture->store, first_wrapped, NULL), 0);
    for (int step = 0; step < STORE_STEPS; step++)
        assert_int_equal(store_script_step(fixture, script, step), 0);
    assert_int_equal(store_state_put(fixture->store, "draft", value, NULL), 0);
    json_decref(value);
}

static void check(struct store_fixture *fixture, struct store_script *script)
{
    json_t *value;

    store_script_check(fixture, script, STORE_STEPS);
    assert_int_equal(store_state_get(fixture->store, "draft", &value, NULL), 0);
    assert_string_equal(json_text_or(value, "text", ""), "half typed");
    json_decref(value);
}

static int rekey(struct store_fixture *fixture, struct error *error)
{
    return store_rekey(fixture->store, second_key, second_wrapped, NULL, NULL, error);
}

/* Opens the file with whichever key it is wrapped for. */
static bool reopen_with_either(struct store_fixture *fixture)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct error error = ERROR_INIT;
    bool second;

    assert_int_equal(store_read_wrapped(fixture->path, wrapped, &error), 0);
    second = memcmp(wrapped, second_wrapped, sizeof(wrapped)) == 0;
    if (!second)
        assert_memory_equal(wrapped, first_wrapped, sizeof(wrapped));
    if (store_open(&fixture->store, fixture->path, second ? second_key : fixture->key, &error) != 0)
        fail_msg("%s", error.message);
    return second;
}

/* How many files of the folder hold these bytes. */
static int count_holding(const struct store_fixture *fixture, const void *bytes, size_t length)
{
    DIR *directory = opendir(fixture->directory);
    struct dirent *entry;
    int count = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        char path[400];
        struct stat status;
        FILE *file;
        char *content;

        snprintf(path, sizeof(path), "%s/%s", fixture->directory, entry->d_name);
        if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        file = fopen(path, "r");
        content = malloc((size_t)status.st_size + 1);
        assert_int_equal(fread(content, 1, (size_t)status.st_size, file), status.st_size);
        for (off_t at = 0; at + (off_t)length <= status.st_size; at++)
            if (memcmp(content + at, bytes, length) == 0) {
                count++;
                break;
            }
        free(content);
        fclose(file);
    }
    closedir(directory);
    return count;
}

/* The wrapping stands as hexadecimal text in the store, as bytes in the journal. */
static int count_wrapping(const struct store_fixture *fixture, const unsigned char *wrapped)
{
    char text[33];

    for (int i = 0; i < 16; i++) /* the salt */
        snprintf(text + 2 * i, 3, "%02x", wrapped[8 + i]);
    return count_holding(fixture, text, 32) + count_holding(fixture, wrapped + 8, 16);
}

static void end(struct store_fixture *fixture, struct store_script *script)
{
    store_script_end(fixture, script);
}

/* --- renewing -------------------------------------------------------------------------------- */

static void a_new_key_opens_everything_and_the_former_nothing(void **state)
{
    struct store_fixture fixture;
    struct store_script script;
    struct error error = ERROR_INIT;
    struct recovery *recovery;
    struct store *store;

    (void)state;
    begin(&fixture, &script);
    assert_true(count_wrapping(&fixture, first_wrapped) > 0);
    if (rekey(&fixture, &error) != 0)
        fail_msg("%s", error.message);
    /* At once, with this connection open: neither file, log nor journal has the former wrapping. */
    assert_int_equal(count_wrapping(&fixture, first_wrapped), 0);
    check(&fixture, &script); /* this connection goes on */
    store_close(fixture.store);
    assert_int_equal(store_open(&store, fixture.path, fixture.key, NULL), ERROR_REFUSED);
    assert_true(reopen_with_either(&fixture));
    check(&fixture, &script);
    assert_int_equal(store_stranded(fixture.store), 0);
    assert_string_equal(store_trouble(fixture.store), "");
    store_close(fixture.store);
    fixture.store = NULL;
    /* Neither the store, its log nor the journal tells the former wrapping. */
    assert_int_equal(count_wrapping(&fixture, first_wrapped), 0);
    assert_true(count_wrapping(&fixture, second_wrapped) >= 2);
    /* The journal alone gives the waiting work back. */
    assert_int_equal(unlink(fixture.path), 0);
    assert_int_equal(recovery_read(&recovery, fixture.path, PASSWORD, &error), 0);
    assert_int_equal(recovery->unopened, 0);
    assert_true(recovery->missing > 0);
    recovery_free(recovery);
    end(&fixture, &script);
}

/* In the child: everything that a re-keying writes, with the fault armed. */
static void run_child(struct store_fixture *fixture, enum fault_kind kind, long at)
{
    fault_vfs_arm(kind, at);
    if (store_open(&fixture->store, fixture->path, fixture->key, NULL) != 0)
        _exit(3);
    struct error error = ERROR_INIT;
    if (rekey(fixture, &error) != 0) {
        fprintf(stderr, "%s\n", error.message);
        _exit(4);
    }
    _exit(0);
}

static bool die_at(enum fault_kind kind, long at, int *seconds)
{
    struct store_fixture fixture;
    struct store_script script;
    int status;
    pid_t child;

    begin(&fixture, &script);
    store_close(fixture.store);
    fixture.store = NULL;
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_child(&fixture, kind, at);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == FAULT_EXIT);

    *seconds += reopen_with_either(&fixture);
    check(&fixture, &script);
    assert_string_equal(store_trouble(fixture.store), "");
    store_fixture_client(&fixture, "Next"); /* work goes on */
    store_close(fixture.store);
    /* Opened once since, no file is of two keys. */
    if (reopen_with_either(&fixture))
        assert_int_equal(count_holding(&fixture, first_wrapped + 8, 16), 0);
    else
        assert_int_equal(count_holding(&fixture, second_wrapped + 8, 16), 0);
    end(&fixture, &script);
    return WEXITSTATUS(status) == 0;
}

static void killed_at_every_write_one_key_opens_all(void **state)
{
    int seconds = 0;
    long at = 1;

    (void)state;
    while (!die_at(FAULT_DIE, at, &seconds))
        at++;
    print_message("died at each of %ld changes; the new key stood %d times\n", at - 1, seconds);
    assert_true(at > 10);
    assert_true(seconds > 1 && seconds < at);
}

static void without_power_at_every_write_one_key_opens_all(void **state)
{
    int seconds = 0;

    (void)state;
    for (unsigned seed = 0; seed < 3; seed++) {
        long at = 1;

        for (fault_vfs_lose(seed); !die_at(FAULT_POWER, at, &seconds); fault_vfs_lose(seed))
            at++;
    }
}

static void another_connection_writes_nothing_under_a_former_key(void **state)
{
    struct store_fixture fixture;
    struct store_script script;
    struct error error = ERROR_INIT;
    struct store *other;
    struct operation *operation;
    struct record *record;
    struct id id;
    json_t *value = json_object();

    (void)state;
    begin(&fixture, &script);
    assert_int_equal(store_open(&other, fixture.path, fixture.key, &error), 0);
    assert_int_equal(rekey(&fixture, &error), 0);
    assert_int_equal(store_state_put(other, "draft", value, &error), ERROR_CONFLICT);
    assert_int_equal(store_get(other, RECORD_CLIENT, &script.client, &record, NULL, &error),
                     ERROR_CONFLICT);
    id = store_fixture_id(&fixture);
    operation = store_fixture_operation(&fixture, OPERATION_APPEND, RECORD_NOTE, &id,
                                        "{\"text\": \"late\"}");
    assert_int_equal(store_apply(other, &operation, 1, NULL, &error), ERROR_CONFLICT);
    assert_int_equal(store_stranded(other), 0);
    operation_free(operation);
    json_decref(value);
    store_close(other);
    check(&fixture, &script);
    end(&fixture, &script);
}

static int stop(void *context, int64_t done, int64_t total)
{
    *(int64_t *)context = total;
    return done > 0 ? ERROR_CANCELLED : 0;
}

static void one_that_is_broken_off_leaves_all_as_it_was(void **state)
{
    struct store_fixture fixture;
    struct store_script script;
    struct error error = ERROR_INIT;
    int64_t total = 0;

    (void)state;
    begin(&fixture, &script);
    for (int i = 0; i < 100; i++)
        store_fixture_note(&fixture, &script.case_id, "one of many");
    assert_int_equal(store_rekey(fixture.store, second_key, second_wrapped, stop, &total, &error),
                     ERROR_CANCELLED);
    assert_true(total > 200); /* records and operations */
    store_close(fixture.store);
    assert_false(reopen_with_either(&fixture));
    assert_int_equal(store_outbox_count(fixture.store, NULL), 103);
    end(&fixture, &script);
}

/* A wrapped key whose limits somebody has changed is not tried: it would stall the computer. */
static void altered_limits_are_not_tried(void **state)
{
    static const struct {
        unsigned char passes, memory_bits;
    } limits[] = {{0, 26}, {SEAL_PASSES_MOST + 1, 26}, {2, 12}, {2, SEAL_MEMORY_BITS_MOST + 1}};
    struct store_fixture *fixture = *state;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct seal_key *key;

    assert_int_equal(seal_key_wrap(fixture->key, PASSWORD, wrapped, NULL), 0);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        wrapped[4] = limits[i].passes;
        wrapped[5] = limits[i].memory_bits;
        assert_int_equal(seal_key_unwrap(&key, PASSWORD, wrapped, sizeof(wrapped), NULL),
                         ERROR_STORAGE);
        assert_null(key);
    }
}

static void its_age_is_told(void **state)
{
    struct store_fixture *fixture = *state;
    int64_t made = store_key_made(fixture->store, NULL);

    assert_true(clock_system(NULL) - made >= 0 && clock_system(NULL) - made < 60000);
    assert_int_equal(store_rekey(fixture->store, second_key, second_wrapped, NULL, NULL, NULL), 0);
    assert_true(store_key_made(fixture->store, NULL) >= made);
    store_close(fixture->store);
    fixture->store = NULL;
}

/* Where the system lets no memory be locked, keys work, and it is told. */
#ifndef __SANITIZE_ADDRESS__ /* which answers mlock by itself, and never does it */
static void memory_that_cannot_be_locked_is_told(void **state)
{
    const struct rlimit none = {0, 0};
    struct rlimit now;
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &now), 0);
    if (now.rlim_cur > 1024 * 1024)
        assert_true(seal_memory_locked());
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct seal_key *key;

        if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setuid(65534) != 0) ||
            seal_start(NULL) != 0)
            _exit(2);
        key = seal_key_new();
        _exit(key == NULL ? 3 : seal_memory_locked());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}
#endif

/* --- wrapping -------------------------------------------------------------------------------- */

static void the_former_password_is_in_no_file(void **state)
{
    struct store_fixture fixture;
    struct store_script script;
    struct error error = ERROR_INIT;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct seal_key *key;

    (void)state;
    begin(&fixture, &script);
    assert_int_equal(store_rewrap(fixture.store, "", &error), ERROR_REFUSED);
    assert_int_equal(store_rewrap(fixture.store, LATER, &error), 0);
    check(&fixture, &script);
    assert_int_equal(store_read_wrapped(fixture.path, wrapped, &error), 0);
    assert_int_equal(seal_key_unwrap(&key, PASSWORD, wrapped, sizeof(wrapped), &error),
                     ERROR_REFUSED);
    assert_int_equal(seal_key_unwrap(&key, LATER, wrapped, sizeof(wrapped), &error), 0);
    seal_key_free(key);
    store_close(fixture.store);
    fixture.store = NULL;
    assert_int_equal(count_wrapping(&fixture, first_wrapped), 0);
    assert_true(count_wrapping(&fixture, wrapped) >= 2);
    end(&fixture, &script);
}

/* --- escrow ---------------------------------------------------------------------------------- */

static void the_organisation_opens_what_was_deposited(void **state)
{
    struct store_fixture fixture;
    struct store_script script;
    struct error error = ERROR_INIT;
    struct escrow_secret *secret = escrow_secret_new(), *other = escrow_secret_new();
    struct escrow_public public_key, got;
    struct seal_key *key;
    bool changed;

    (void)state;
    begin(&fixture, &script);
    escrow_secret_public(secret, &public_key);
    assert_false(store_escrow_get(fixture.store, &got));
    assert_int_equal(store_escrow_open(fixture.path, secret, &key, &error), ERROR_NOT_FOUND);
    assert_int_equal(store_escrow_set(fixture.store, &public_key, &changed, &error), 0);
    assert_true(changed);
    assert_int_equal(store_escrow_set(fixture.store, &public_key, &changed, &error), 0);
    assert_false(changed);
    assert_true(store_escrow_get(fixture.store, &got));
    assert_memory_equal(&got, &public_key, sizeof(got));
    assert_int_equal(store_escrow_open(fixture.path, other, &key, &error), ERROR_REFUSED);
    /* A new key is deposited too. */
    assert_int_equal(rekey(&fixture, &error), 0);
    store_close(fixture.store);
    assert_int_equal(store_escrow_open(fixture.path, secret, &key, &error), 0);
    assert_int_equal(store_open(&fixture.store, fixture.path, key, &error), 0);
    check(&fixture, &script);
    assert_int_equal(store_escrow_set(fixture.store, NULL, &changed, &error), 0);
    assert_true(changed);
    store_close(fixture.store);
    fixture.store = NULL;
    seal_key_free(key);
    assert_int_equal(store_escrow_open(fixture.path, secret, &key, &error), ERROR_NOT_FOUND);
    escrow_secret_free(secret);
    escrow_secret_free(other);
    end(&fixture, &script);
}

static void the_secret_half_is_a_file_for_one(void **state)
{
    struct store_fixture *fixture = *state;
    struct escrow_secret *secret = escrow_secret_new(), *read;
    struct escrow_public public_key, got;
    char text[ESCROW_PUBLIC_TEXT_SIZE], path[128], print[ESCROW_FINGERPRINT_SIZE];
    struct error error = ERROR_INIT;
    struct stat status;

    snprintf(path, sizeof(path), "%s/secret", fixture->directory);
    assert_int_equal(escrow_secret_write(secret, path, &error), 0);
    assert_int_equal(escrow_secret_write(secret, path, &error), ERROR_CONFLICT);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(escrow_secret_read(&read, path, &error), 0);
    escrow_secret_public(secret, &public_key);
    escrow_secret_public(read, &got);
    assert_memory_equal(&got, &public_key, sizeof(got));
    escrow_public_text(&public_key, text);
    assert_true(escrow_public_parse(&got, text));
    assert_memory_equal(&got, &public_key, sizeof(got));
    text[20] = '!';
    assert_false(escrow_public_parse(&got, text));
    assert_false(escrow_public_parse(&got, "guichet-escrow-1:AAAA"));
    escrow_fingerprint(&public_key, print);
    assert_int_equal(strlen(print), 19);
    assert_int_equal(escrow_secret_read(&read, fixture->path, &error), ERROR_INVALID);
    assert_int_equal(escrow_secret_read(&read, "/none", &error), ERROR_NOT_FOUND);
    escrow_secret_free(secret);
    escrow_secret_free(read != NULL ? read : NULL);
}

/* --- the end --------------------------------------------------------------------------------- */

static void what_is_destroyed_is_gone_and_nothing_else(void **state)
{
    static const char *const others[] = {"agent.dbx", "agent.db.bak", "agent.d", "other.db"};
    struct store_fixture fixture;
    struct store_script script;
    struct error error = ERROR_INIT;
    char path[160];
    int left = 0;
    DIR *directory;

    (void)state;
    begin(&fixture, &script);
    store_close(fixture.store);
    fixture.store = NULL;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", fixture.directory, others[i]);
        fclose(fopen(path, "w"));
    }
    snprintf(path, sizeof(path), "%s.outbox.1234", fixture.path);
    fclose(fopen(path, "w"));
    snprintf(path, sizeof(path), "%s.damaged-1234-wal", fixture.path);
    fclose(fopen(path, "w"));
    if (store_destroy(fixture.path, &error) != 0)
        fail_msg("%s", error.message);
    directory = opendir(fixture.directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        left += entry->d_name[0] != '.';
    closedir(directory);
    assert_int_equal(left, 4);
    end(&fixture, &script);
}

/* One that has the file open by another name sees what is left of its bytes: no key. */
static void its_bytes_are_overwritten(void **state)
{
    struct store_fixture fixture;
    struct store_script script;
    char path[160], command[500];

    (void)state;
    begin(&fixture, &script);
    store_close(fixture.store);
    fixture.store = NULL;
    snprintf(command, sizeof(command),
             "cd %s && ln agent.db kept && ln agent.db.outbox kept.outbox", fixture.directory);
    assert_int_equal(system(command), 0);
    assert_int_equal(count_wrapping(&fixture, first_wrapped), 4);
    assert_int_equal(store_destroy(fixture.path, NULL), 0);
    assert_int_equal(count_wrapping(&fixture, first_wrapped), 0);
    snprintf(path, sizeof(path), "%s/kept", fixture.directory);
    assert_int_equal(count_holding(&fixture, "SQLite format", 13), 0);
    end(&fixture, &script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_key_opens_everything_and_the_former_nothing),
        cmocka_unit_test(killed_at_every_write_one_key_opens_all),
        cmocka_unit_test(without_power_at_every_write_one_key_opens_all),
        cmocka_unit_test(another_connection_writes_nothing_under_a_former_key),
        cmocka_unit_test(one_that_is_broken_off_leaves_all_as_it_was),
        cmocka_unit_test_setup_teardown(its_age_is_told, store_fixture_setup,
                                        store_fixture_teardown),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(memory_that_cannot_be_locked_is_told),
#endif
        cmocka_unit_test(the_former_password_is_in_no_file),
        cmocka_unit_test(the_organisation_opens_what_was_deposited),
        cmocka_unit_test_setup_teardown(the_secret_half_is_a_file_for_one, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(altered_limits_are_not_tried, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test(what_is_destroyed_is_gone_and_nothing_else),
        cmocka_unit_test(its_bytes_are_overwritten),
    };

    fault_vfs_register();
    if (seal_start(NULL) != 0)
        return 1;
    second_key = seal_key_new();
    seal_key_wrap(second_key, PASSWORD, second_wrapped, NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    seal_key_free(second_key);
    return failed;
}
