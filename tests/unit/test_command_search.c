/* `guichet search` as a script calls it: a process with arguments, standard input and output. */
#include "tests/unit/search_fixture.h"

#include <sys/wait.h>

#include <jansson.h>

#include "app/main/command_search.h"

/* Runs the command in a child; `output` gets what it prints, the exit status is returned. */
static int run_command(const char *cache, char **argv, const char *input, char *output, size_t size)
{
    int in[2];
    int out[2];
    int argc = 0;
    int status = 0;
    size_t used = 0;
    ssize_t got;
    pid_t child;

    while (argv[argc] != NULL)
        argc++;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(99);
        close(in[1]);
        close(out[0]);
        status = command_search(cache, argc, argv);
        fflush(stdout);
        _exit(status);
    }
    close(in[0]);
    close(out[1]);
    assert_true(write(in[1], input, strlen(input)) == (ssize_t)strlen(input));
    close(in[1]);
    while (used + 1 < size && (got = read(out[0], output + used, size - used - 1)) > 0)
        used += (size_t)got;
    output[used] = '\0';
    close(out[0]);
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void add_sample(struct fixture *fixture)
{
    fixture_add(fixture, "one",
                "{'title': {'en': 'Birth \\u001b[2J certificate',"
                " 'fr': 'Certificat de naissance'}}");
    fixture_add(fixture, "two", "{'title': {'en': 'Death certificate'}}");
    catalogue_close(fixture->catalogue);
    fixture->catalogue = NULL;
}

#define ARGUMENTS(...)                                                                             \
    (char *[])                                                                                     \
    {                                                                                              \
        (char[]){"search"}, __VA_ARGS__, NULL                                                      \
    }

static void test_json(void **state)
{
    struct fixture *fixture = *state;
    char output[8000];
    json_t *array;
    const json_t *first;

    add_sample(fixture);
    assert_int_equal(
        run_command(NULL,
                    ARGUMENTS((char[]){"--catalogue"}, fixture->path, (char[]){"--json"},
                              (char[]){"--limit"}, (char[]){"1"}, (char[]){"naissance"}),
                    "", output, sizeof output),
        0);
    array = json_loads(output, 0, NULL);
    assert_int_equal(json_array_size(array), 1);
    first = json_array_get(array, 0);
    assert_string_equal(json_string_value(json_object_get(first, "source_id")), "one");
    assert_string_equal(json_string_value(json_object_get(first, "kind")), "service");
    assert_int_equal(strlen(json_string_value(json_object_get(first, "id"))), 36);
    assert_non_null(json_object_get(first, "title"));
    assert_true(json_real_value(json_object_get(first, "score")) > 0);
    json_decref(array);
}

static void test_batch_answers_each_line_in_order(void **state)
{
    struct fixture *fixture = *state;
    static const char *const expected[] = {"two", NULL, "one", NULL};
    char output[8000];
    char *line = output;

    add_sample(fixture);
    assert_int_equal(run_command(fixture->path,
                                 ARGUMENTS((char[]){"--batch"}, (char[]){"--limit"}, (char[]){"1"}),
                                 "death\r\nzzzz\nbirth\nzzzz", output, sizeof output),
                     0);
    for (size_t i = 0; i < 4; i++) {
        char *end = strchr(line, '\n');
        json_t *array;
        const char *source_id;

        assert_non_null(end);
        *end = '\0';
        array = json_loads(line, 0, NULL);
        assert_true(json_is_array(array));
        source_id = json_string_value(json_object_get(json_array_get(array, 0), "source_id"));
        if (expected[i] == NULL)
            assert_null(source_id);
        else
            assert_string_equal(source_id, expected[i]);
        json_decref(array);
        line = end + 1;
    }
    assert_string_equal(line, "");
}

/* Whatever a line holds, it gets one array, and the lines after it theirs. */
static void test_batch_takes_any_line(void **state)
{
    struct fixture *fixture = *state;
    static char input[40000];
    char output[20000];
    char *line = output;
    size_t lines = 0;
    json_t *array = NULL;

    add_sample(fixture);
    snprintf(input, sizeof input, "\n   \n\xff\xfe bad \xc3\n:::: :x :level\n\x1b[2J\x07\n");
    memset(input + strlen(input), 'm', 30000);
    strcat(input, "\nbirth");
    assert_int_equal(run_command(fixture->path,
                                 ARGUMENTS((char[]){"--batch"}, (char[]){"--limit"}, (char[]){"1"}),
                                 input, output, sizeof output),
                     0);
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        json_decref(array);
        array = json_loads(line, 0, NULL);
        assert_true(json_is_array(array));
        lines++;
    }
    assert_string_equal(line, "");
    assert_int_equal(lines, 7);
    assert_string_equal(json_string_value(json_object_get(json_array_get(array, 0), "source_id")),
                        "one");
    json_decref(array);
}

static void test_text_is_clean_and_says_what_was_read(void **state)
{
    struct fixture *fixture = *state;
    char output[8000];

    add_sample(fixture);
    assert_int_equal(run_command(fixture->path,
                                 ARGUMENTS((char[]){"certifcate"}, (char[]){"birth"}), "", output,
                                 sizeof output),
                     0);
    assert_null(strchr(output, '\x1b'));
    assert_non_null(strstr(output, "did you mean: certifcate -> certificate"));
    assert_non_null(strstr(output, "one\tservice\tBirth "));
}

static void test_wrong_calls(void **state)
{
    struct fixture *fixture = *state;
    char output[8000];

    add_sample(fixture);
    assert_int_equal(run_command(NULL, ARGUMENTS((char[]){"word"}), "", output, sizeof output), 2);
    assert_int_equal(run_command(fixture->path,
                                 ARGUMENTS((char[]){"--limit"}, (char[]){"0"}, (char[]){"word"}),
                                 "", output, sizeof output),
                     2);
    assert_int_equal(
        run_command(fixture->path,
                    ARGUMENTS((char[]){"--language"}, (char[]){"xx"}, (char[]){"word"}), "", output,
                    sizeof output),
        2);
    assert_int_equal(run_command(fixture->path, ARGUMENTS((char[]){"--batch"}, (char[]){"word"}),
                                 "", output, sizeof output),
                     2);
    assert_int_equal(
        run_command("/nonexistent", ARGUMENTS((char[]){"word"}), "", output, sizeof output), 1);
    assert_int_equal(
        run_command(fixture->path, ARGUMENTS((char[]){"--help"}), "", output, sizeof output), 0);
    assert_non_null(strstr(output, "usage:"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_json),
        TEST(test_batch_answers_each_line_in_order),
        TEST(test_batch_takes_any_line),
        TEST(test_text_is_clean_and_says_what_was_read),
        TEST(test_wrong_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
