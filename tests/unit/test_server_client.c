/* Over HTTP: files of one client are merged by several terminals at once, and never in a circle. */
#include <pthread.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/server_fixture.h"

#define RACES 20

static struct id make(struct server_fixture *f)
{
    return fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
}

/* {"operations": [...]}: owned. */
static char *merging(struct server_fixture *f, enum fixture_agent who, const struct id *from,
                     int64_t base, const struct id *into)
{
    struct operation *operation =
        fixture_operation(&f->ledger, who, OPERATION_CLAIM, RECORD_CLIENT, from, base,
                          into != NULL ? json_pack("{s:s}", "merged_into", into->text)
                                       : json_pack("{s:n}", "merged_into"));

    return operations_text(&operation, 1);
}

/* What the server says of it: "applied", or the field and reason of a refusal. */
static void post(struct server_fixture *f, enum fixture_agent who, const char *text, char *said,
                 size_t size)
{
    const struct call call = {.path = "/v1/operations", .token = f->tokens[who], .body = text};
    struct answer answer;
    const json_t *outcome;

    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 200);
    outcome = json_array_get(json_object_get(answer.json, "outcomes"), 0);
    snprintf(said, size, "%s", json_text_or(outcome, "outcome", ""));
    if (strcmp(said, "refused") == 0)
        snprintf(said, size, "%s %s", json_text_or(outcome, "field", ""),
                 json_text_or(outcome, "reason", ""));
    answer_clear(&answer);
}

static void expect(struct server_fixture *f, const struct id *from, int64_t base,
                   const struct id *into, const char *expected)
{
    char *text = merging(f, ANNE, from, base, into), said[64];

    post(f, ANNE, text, said, sizeof(said));
    free(text);
    assert_string_equal(said, expected);
}

static void merged_into(struct server_fixture *f, const struct id *client, char into[64])
{
    char path[128];
    const struct call call = {.path = path, .token = f->tokens[ANNE]};
    json_t *record;

    server_say_why(f, ANNE, RECORD_CLIENT, client);
    snprintf(path, sizeof(path), "/v1/records/client/%s", client->text);
    record = server_json(f, &call);
    snprintf(into, 64, "%s", json_text_or(json_object_get(record, "body"), "merged_into", ""));
    json_decref(record);
}

static void test_a_chain_never_closes(void **state)
{
    struct server_fixture *f = *state;
    struct id a = make(f), b = make(f), c = make(f);
    char into[64];

    expect(f, &a, 1, &a, "merged_into value");
    expect(f, &a, 1, &b, "applied");
    expect(f, &b, 1, &c, "applied");
    expect(f, &c, 1, &a, "merged_into value");
    expect(f, &c, 1, &b, "merged_into value");
    expect(f, &a, 2, &c, "merged_into taken");
    merged_into(f, &c, into);
    assert_string_equal(into, "");
    /* Taken apart in the middle, the ends may meet. */
    expect(f, &b, 2, NULL, "applied");
    expect(f, &c, 1, &a, "applied");
    expect(f, &b, 3, &c, "merged_into value");
}

struct racer {
    struct server_fixture *fixture;
    enum fixture_agent who;
    char *text; /* owned */
    pthread_barrier_t *start;
    char said[64];
};

static void *race(void *context)
{
    struct racer *racer = context;

    pthread_barrier_wait(racer->start);
    post(racer->fixture, racer->who, racer->text, racer->said, sizeof(racer->said));
    return NULL;
}

/* Anne merges the one into the other, Ben the other into the one: one of them wins, whoever. */
static void test_opposite_ways_at_once_have_one_winner(void **state)
{
    struct server_fixture *f = *state;
    pthread_barrier_t start;

    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "ben", "office",
                              "sample/a", "role", "clerk"));
    assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
    for (int i = 0; i < RACES; i++) {
        struct id a = make(f), b = make(f);
        struct racer racers[] = {
            {f, ANNE, merging(f, ANNE, &a, 1, &b), &start, ""},
            {f, BEN, merging(f, BEN, &b, 1, &a), &start, ""},
        };
        char first[64], second[64];
        pthread_t threads[2];
        bool won;

        for (int j = 0; j < 2; j++)
            assert_int_equal(pthread_create(&threads[j], NULL, race, &racers[j]), 0);
        for (int j = 0; j < 2; j++) {
            pthread_join(threads[j], NULL);
            free(racers[j].text);
        }
        won = strcmp(racers[0].said, "applied") == 0;
        assert_string_equal(racers[won ? 0 : 1].said, "applied");
        assert_string_equal(racers[won ? 1 : 0].said, "merged_into value");
        merged_into(f, &a, first);
        merged_into(f, &b, second);
        assert_string_equal(first, won ? b.text : "");
        assert_string_equal(second, won ? "" : a.text);
    }
    pthread_barrier_destroy(&start);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_chain_never_closes),
        TEST(test_opposite_ways_at_once_have_one_winner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
