/* A server that was restored has another history than what it was told: whoever knows of the lost
 * one hears so before anything new takes its place. */
#include "net/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_sqlite.h"
#include "tests/unit/server_fixture.h"

/* A batch of one. Owned. */
static char *one_note(struct server_fixture *f, const struct id *id, const char *words)
{
    struct operation *note = server_note(f, ANNE, id, words);
    json_t *batch = json_pack("{s:[o]}", "operations", operation_to_json(note));
    char *text = json_dumps(batch, JSON_COMPACT);

    operation_free(note);
    json_decref(batch);
    return text;
}

/* The stay in which the record of a refusal got its number is told, and known again; another one is
 * another history. */
static void test_operations_after_a_refusal(void **state)
{
    struct server_fixture *f = *state;
    struct id id = fixture_id(&f->ledger);
    struct call call = {.path = "/v1/operations", .token = f->tokens[ANNE]};
    struct call look = {.token = f->tokens[ANNE]};
    char *made = one_note(f, &id, "first"), *text = one_note(f, &id, "second");
    char body[200], path[200];

    call.body = made;
    json_t *answer = server_json(f, &call);
    free(made);
    assert_null(json_object_get(answer, "epoch"));
    (void)snprintf(path, sizeof path, "/v1/changes?shown=%s", json_text_or(answer, "shown", ""));
    assert_true(strlen(path) > strlen("/v1/changes?shown=1."));
    look.path = path;
    json_decref(server_json(f, &look));
    path[strlen(path) - 1] = path[strlen(path) - 1] == '0' ? '1' : '0';
    server_expect_problem(f, &look, 409, "other-history");
    json_decref(answer);
    call.body = text;
    answer = server_json(f, &call);
    free(text);
    const json_t *outcome = json_array_get(json_object_get(answer, "outcomes"), 0);
    const char *epoch = json_text_or(answer, "epoch", "");
    long long seq = json_integer_or(json_object_get(outcome, "record"), "seq", 0);
    struct {
        long long seq;
        const char *epoch;
        int status;
    } cases[] = {{seq, epoch, 200},
                 {seq, "00000000", 409},
                 {seq + 1000, epoch, 409},
                 {seq + 1000, "", 409},
                 {0, epoch, 400}};
    assert_int_equal(strlen(epoch), 8);
    assert_true(seq > 0);
    (void)snprintf(path, sizeof path, "%lld.%s", seq, epoch);
    assert_string_equal(json_text_or(answer, "shown", ""), path);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(body, sizeof body, "{\"shown\":\"%lld.%s\",\"operations\":[]}", cases[i].seq,
                       cases[i].epoch);
        (void)snprintf(path, sizeof path, "/v1/changes?shown=%lld.%s", cases[i].seq,
                       cases[i].epoch);
        call.body = body;
        look.path = path;
        for (int which = 0; which < 2; which++) {
            const struct call *one = which == 0 ? &call : &look;

            if (cases[i].status == 200)
                json_decref(server_json(f, one));
            else
                server_expect_problem(f, one, cases[i].status,
                                      cases[i].status == 409 ? "other-history" : "bad-parameter");
        }
    }
    json_decref(answer);
}

/* A page that is not the last tells at which number of which stay it was read, and that is known
 * again. */
static void test_a_page_tells_how_far_it_was_read(void **state)
{
    struct server_fixture *f = *state;
    struct id first = fixture_id(&f->ledger), second = fixture_id(&f->ledger);
    struct operation *notes[2] = {server_note(f, ANNE, &first, "first"),
                                  server_note(f, ANNE, &second, "second")};
    struct call call = {.path = "/v1/changes?limit=1", .token = f->tokens[ANNE]};
    char path[128], known[40];
    json_t *page;

    json_decref(server_post(f, ANNE, notes, 2));
    page = server_json(f, &call);
    assert_true(json_is_true(json_object_get(page, "more")));
    assert_true(json_integer_or(page, "head", 0) > json_integer_or(page, "next", 0));
    (void)snprintf(known, sizeof known, "%d.%s", (int)json_integer_or(page, "head", 0),
                   json_text_or(page, "head_epoch", ""));
    (void)snprintf(path, sizeof path, "/v1/changes?limit=1000&since=%d&shown=%s",
                   (int)json_integer_or(page, "next", 0), known);
    assert_true(strlen(json_text_or(page, "head_epoch", "")) >= 8);
    json_decref(page);
    call.path = path;
    page = server_json(f, &call);
    assert_true(json_is_false(json_object_get(page, "more")));
    assert_null(json_object_get(page, "head_epoch"));
    json_decref(page);
    /* Of each of several. */
    (void)snprintf(path, sizeof path, "/v1/changes?shown=%s,1", known);
    json_decref(server_json(f, &call));
    (void)snprintf(path, sizeof path, "/v1/changes?shown=%s,1.00000000", known);
    server_expect_problem(f, &call, 409, "other-history");
    (void)snprintf(path, sizeof path, "/v1/changes?shown=%s,x", known);
    server_expect_problem(f, &call, 400, "bad-parameter");
    /* Of another stay. */
    (void)snprintf(strrchr(known, '.'), 10, ".00000000");
    (void)snprintf(path, sizeof path, "/v1/changes?shown=%s", known);
    server_expect_problem(f, &call, 409, "other-history");
    /* A relay takes note that it was restored. */
    f->ledger.ledger->is_relay = true;
    for (int turn = 0; turn < 2; turn++) {
        f->ledger.ledger->relay_since = 1;
        (void)snprintf(path, sizeof path, "/v1/changes?%s=%s", turn == 0 ? "shown" : "since",
                       turn == 0 ? known : "1000000");
        server_expect_problem(f, &call, 409, "other-history");
        assert_true(f->ledger.ledger->relay_since > 1);
    }
    f->ledger.ledger->is_relay = false;
}

/* What may be the centre's already, a relay does not refuse by itself. */
static void test_operations_that_were_elsewhere(void **state)
{
    struct server_fixture *f = *state;
    struct call call = {.path = "/v1/operations", .token = f->tokens[ANNE]};

    f->ledger.ledger->is_relay = true;
    (void)snprintf(f->ledger.ledger->relay_office, sizeof f->ledger.ledger->relay_office,
                   "sample/a");
    for (int elsewhere = 0; elsewhere <= 1; elsewhere++) {
        struct id unknown = fixture_id(&f->ledger);
        struct operation *claim =
            fixture_operation(&f->ledger, ANNE, OPERATION_CLAIM, RECORD_CASE, &unknown, 1,
                              json_pack("{s:s}", "status", "in-progress"));
        json_t *batch = json_pack("{s:[o], s:b}", "operations", operation_to_json(claim),
                                  "elsewhere", elsewhere);
        char *text = json_dumps(batch, JSON_COMPACT);

        operation_free(claim);
        json_decref(batch);
        call.body = text;
        json_t *answer = server_json(f, &call);
        free(text);
        assert_string_equal(
            json_text_or(json_array_get(json_object_get(answer, "outcomes"), 0), "outcome", ""),
            elsewhere ? "later" : "refused");
        json_decref(answer);
    }
    f->ledger.ledger->is_relay = false;
}

/* What a restored server does not know must be sent again before anything new takes its place. */
static void test_operations_after_another_history(void **state)
{
    struct server_fixture *f = *state;
    struct id id = fixture_id(&f->ledger), known = fixture_id(&f->ledger);
    struct operation *batch[1] = {server_note(f, ANNE, &known, "accepted")};
    struct operation *operation = server_note(f, ANNE, &id, "new");
    struct call call = {.path = "/v1/operations", .token = f->tokens[ANNE]};
    struct call look = {.token = f->tokens[ANNE]};
    const char *const unknown = "0192d0a0-0000-7000-8000-0000000000ad";
    char path[128];

    snprintf(path, sizeof(path), "/v1/records/note/%s", id.text);
    look.path = path;
    struct id accepted = batch[0]->id;
    json_decref(server_post(f, ANNE, batch, 1));
    for (int time = 0; time < 2; time++) {
        json_t *body = json_pack("{s:s, s:[o]}", "made", time == 0 ? unknown : accepted.text,
                                 "operations", operation_to_json(operation));
        char *text = json_dumps(body, JSON_COMPACT);

        call.body = text;
        if (time == 0) {
            server_expect_problem(f, &call, 409, "other-history");
            server_expect_problem(f, &look, 404, "not-found");
        } else {
            json_decref(server_json(f, &call));
            json_decref(server_json(f, &look));
        }
        free(text);
        json_decref(body);
    }
    operation_free(operation);
}

/* It was accepted, and the server was restored: in this history somebody else came first. */
static void test_what_was_accepted_elsewhere_is_refused_here(void **state)
{
    struct server_fixture *f = *state;
    struct id id = fixture_id(&f->ledger);
    struct operation *first[1] = {server_note(f, ANNE, &id, "first")};
    struct operation *second[1] = {server_note(f, ANNE, &id, "second")};
    struct id refused = second[0]->id;
    char body[128];
    struct call call = {.path = "/v1/operations", .token = f->tokens[ANNE], .body = body};

    json_decref(server_post(f, ANNE, first, 1));
    json_decref(server_post(f, ANNE, second, 1));
    (void)snprintf(body, sizeof body, "{\"made\":\"%s\",\"operations\":[]}", refused.text);
    server_expect_problem(f, &call, 409, "other-history");
    /* What a relay accepted may be refused by its centre. */
    f->ledger.ledger->is_relay = true;
    json_decref(server_json(f, &call));
    f->ledger.ledger->is_relay = false;
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(test_operations_after_another_history),
        TEST(test_operations_after_a_refusal),
        TEST(test_operations_that_were_elsewhere),
        TEST(test_what_was_accepted_elsewhere_is_refused_here),
        TEST(test_a_page_tells_how_far_it_was_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
