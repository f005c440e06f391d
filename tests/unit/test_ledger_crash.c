/* Killed with -9 in the middle of batches: what was answered is there, and nothing is there twice
 * or in part. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/json.h"
#include "tests/unit/ledger_fixture.h"
#include "tests/unit/remove_folder.h"

#define ROUNDS     12
#define BATCH      20
#define MOST_BATCH 2000

/* The child applies batches for ever, and tells the ids of each answered one through a pipe. */
static void child_run(struct ledger_fixture *f, int pipe_fd)
{
    for (;;) {
        struct operation *batch[BATCH];
        struct ledger_outcome outcomes[BATCH];
        struct id ids[BATCH];

        for (int i = 0; i < BATCH; i++) {
            ids[i] = fixture_id(f);
            batch[i] = fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &ids[i], 0,
                                         fixture_note(f, ANNE, "sample/a", NULL, "kept"));
        }
        if (ledger_apply(f->ledger, &f->actors[ANNE], batch, BATCH, 1, outcomes, NULL) != 0)
            _exit(1);
        if (write(pipe_fd, ids, sizeof(ids)) != (ssize_t)sizeof(ids))
            _exit(1);
        for (int i = 0; i < BATCH; i++)
            operation_free(batch[i]);
    }
}

static void test_kill_in_the_middle(void **state)
{
    struct ledger_fixture f;
    struct id *answered = malloc(sizeof(*answered) * MOST_BATCH * BATCH);
    size_t count = 0;

    (void)state;
    assert_non_null(answered);
    fixture_open(&f);
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2];
        pid_t child;
        struct id ids[BATCH];

        /* The child opens the ledger for itself: SQLite connections do not pass a fork. */
        ledger_close(f.ledger);
        assert_int_equal(pipe(ends), 0);
        child = fork();
        if (child == 0) {
            if (ledger_open(&f.ledger, f.path, NULL) != 0)
                _exit(1);
            child_run(&f, ends[1]);
        }
        close(ends[1]);
        /* One in three is killed while it opens. */
        if (round % 3 != 2)
            fixture_wait_for_child(ends[0]);
        usleep((useconds_t)round * 7000);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(ends[0], ids, sizeof(ids)) == (ssize_t)sizeof(ids))
            for (int i = 0; i < BATCH && count < MOST_BATCH * BATCH; i++)
                answered[count++] = ids[i];
        close(ends[0]);
        assert_int_equal(ledger_open(&f.ledger, f.path, NULL), 0);
        assert_int_equal(fixture_check(&f), 0);
        /* The next child must not make the ids of the last one again. */
        f.ids = (struct id_generator){0};
    }
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fixture_read(&f, ANNE, RECORD_NOTE, &answered[i], NULL), 0);
    print_message("%zu operations answered in %d rounds, all there\n", count, ROUNDS);
    free(answered);
    fixture_close(&f);
}

/* The child writes until the file may not grow any more; it tells the last id answered. */
static void child_fill(struct ledger_fixture *f, int pipe_fd)
{
    struct rlimit limit = {.rlim_cur = 1024 * 1024, .rlim_max = 1024 * 1024};
    struct id last = {0};

    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || ledger_open(&f->ledger, f->path, NULL) != 0)
        _exit(1);
    for (int i = 0; i < 10000; i++) {
        struct id id = fixture_id(f);
        struct operation *operation =
            fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_NOTE, &id, 0,
                              fixture_note(f, ANNE, "sample/a", NULL, "until it is full"));
        struct error error = ERROR_INIT;
        struct ledger_outcome outcome;
        int code = ledger_apply(f->ledger, &f->actors[ANNE], &operation, 1, 1, &outcome, &error);

        if (code != 0) {
            if (write(pipe_fd, &last, sizeof(last)) != (ssize_t)sizeof(last) ||
                write(pipe_fd, &id, sizeof(id)) != (ssize_t)sizeof(id))
                _exit(1);
            /* It says so again and again, and goes on answering readers. */
            if (code != ERROR_STORAGE || ledger_apply(f->ledger, &f->actors[ANNE], &operation, 1, 1,
                                                      &outcome, &error) != ERROR_STORAGE)
                _exit(1);
            _exit(fixture_read(f, ANNE, RECORD_NOTE, &last, NULL) == 0 ? 0 : 1);
        }
        last = id;
        operation_free(operation);
    }
    _exit(1);
}

static void test_full_disk(void **state)
{
    struct ledger_fixture f;
    struct id last, failed;
    int ends[2], status;
    pid_t child;

    (void)state;
    fixture_open(&f);
    ledger_close(f.ledger);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0)
        child_fill(&f, ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(read(ends[0], &last, sizeof(last)), sizeof(last));
    assert_int_equal(read(ends[0], &failed, sizeof(failed)), sizeof(failed));
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(ledger_open(&f.ledger, f.path, NULL), 0);
    assert_int_equal(fixture_read(&f, ANNE, RECORD_NOTE, &last, NULL), 0);
    assert_int_equal(fixture_read(&f, ANNE, RECORD_NOTE, &failed, NULL), ERROR_NOT_FOUND);
    fixture_close(&f);
}

/* In a child whose files may not grow beyond `most`: 0 when the ledger was made, 2 when the failure
 * was told and left nothing in the folder. */
static int create_within(const char *path, const char *directory, rlim_t most)
{
    struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    struct error error = ERROR_INIT;
    int status;
    pid_t child = fork();

    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(1);
        if (ledger_create(path, &error) == 0)
            _exit(0);
        _exit(error.code == ERROR_STORAGE && rmdir(directory) == 0 ? 2 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_no_room_to_create(void **state)
{
    char directory[] = "/tmp/guichet-create-XXXXXX";
    char path[64];
    int failures = 0;
    int result = 2;

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/central.db", directory);
    for (rlim_t most = 0; result == 2; most += 2048) {
        result = create_within(path, directory, most);
        failures += result == 2;
        if (result == 2)
            assert_int_equal(mkdir(directory, 0700), 0);
    }
    assert_int_equal(result, 0);
    assert_true(failures > 10);
    assert_int_equal(remove_folder(directory), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill_in_the_middle),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_no_room_to_create),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
