/* Killed with -9 in the middle of batches: what was answered is there, and nothing is there twice
 * or in part. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/json.h"
#include "tests/unit/ledger_fixture.h"

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
        usleep(20000 + (useconds_t)round * 7000);
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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill_in_the_middle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
