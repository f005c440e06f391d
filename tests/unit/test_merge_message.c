/* Who may say what of a message: agents write and take back, the server receives and sends. */
#include "tests/unit/unit.h"

#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/merge.h"

static const struct id agent = {"018c1a2b-0000-7000-8000-000000000001"};
static const struct id device = {"018c1a2b-0000-7000-8000-000000000002"};
static const struct id message = {"018c1a2b-0000-7000-8000-000000000003"};

/* Applies an operation; the record is replaced when it was applied. */
static enum merge_refusal apply(struct record **record, enum operation_kind kind,
                                const struct id *who, json_t *body)
{
    struct operation *operation = operation_new(kind, RECORD_MESSAGE, &message);
    struct id_generator ids = {0};
    struct merge_result result;
    struct error error = ERROR_INIT;

    json_decref(operation->body);
    operation->body = body;
    operation->id = id_generate(&ids, 1000);
    operation->agent = *who;
    operation->device = device;
    operation->base = *record != NULL ? (*record)->rev : 0;
    operation->moment.ms = 1000;
    assert_int_equal(merge_apply(&result, operation, *record, &error), 0);
    if (result.refusal == MERGE_APPLIED) {
        record_free(*record);
        *record = result.record;
    }
    operation_free(operation);
    return result.refusal;
}

static json_t *body_of(const char *direction, const char *channel, const char *state)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "direction", direction, "channel",
                     channel, "state", state, "text", "Bonjour", "office", "sample/quebec", "at",
                     "2026-11-24T12:00:00.000Z", "author", agent.text);
}

static enum merge_refusal claim(struct record **record, const struct id *who, const char *state)
{
    return apply(record, OPERATION_CLAIM, who, json_pack("{s:s}", "state", state));
}

static enum merge_refusal move(struct record **record, const char *send_at)
{
    return apply(record, OPERATION_CLAIM, &agent,
                 json_pack("{s:s, s:s}", "state", "queued", "send_at", send_at));
}

static void test_born_by_direction(void **state)
{
    struct id server = delivery_server();
    struct record *record = NULL;
    json_t *body;

    (void)state;
    assert_int_equal(apply(&record, OPERATION_APPEND, &agent, body_of("out", "email", "received")),
                     MERGE_TRANSITION);
    assert_int_equal(apply(&record, OPERATION_APPEND, &agent, body_of("out", "email", "sent")),
                     MERGE_TRANSITION);
    assert_int_equal(apply(&record, OPERATION_APPEND, &agent, body_of("in", "email", "received")),
                     MERGE_ACTOR);
    assert_int_equal(
        apply(&record, OPERATION_APPEND, &agent, body_of("internal", "email", "queued")),
        MERGE_VALUE);
    body = body_of("out", "email", "queued");
    json_object_set_new(body, "author", json_string(device.text));
    assert_int_equal(apply(&record, OPERATION_APPEND, &agent, body), MERGE_ACTOR);
    body = body_of("out", "email", "queued");
    json_object_set_new(body, "attempts", json_integer(3));
    assert_int_equal(apply(&record, OPERATION_APPEND, &agent, body), MERGE_ACTOR);
    assert_int_equal(apply(&record, OPERATION_APPEND, &server, body_of("in", "sms", "queued")),
                     MERGE_TRANSITION);
    assert_null(record);
    assert_int_equal(apply(&record, OPERATION_APPEND, &server, body_of("in", "sms", "received")),
                     MERGE_APPLIED);
    record_free(record);
    record = NULL;
    assert_int_equal(apply(&record, OPERATION_APPEND, &agent, body_of("out", "sms", "queued")),
                     MERGE_APPLIED);
    record_free(record);
}

static void test_agent_takes_back_and_tries_again(void **state)
{
    struct id server = delivery_server();
    struct record *record = NULL;

    (void)state;
    apply(&record, OPERATION_APPEND, &agent, body_of("out", "email", "queued"));
    assert_int_equal(claim(&record, &agent, "sent"), MERGE_ACTOR);
    assert_int_equal(claim(&record, &agent, "bounced"), MERGE_ACTOR);
    assert_int_equal(apply(&record, OPERATION_CLAIM, &agent,
                           json_pack("{s:s, s:s}", "state", "withdrawn", "reason", "because")),
                     MERGE_ACTOR);
    assert_int_equal(apply(&record, OPERATION_CLAIM, &server,
                           json_pack("{s:s, s:s}", "state", "bounced", "reason", "no such user")),
                     MERGE_APPLIED);
    assert_int_equal(claim(&record, &agent, "queued"), MERGE_APPLIED);
    assert_int_equal(claim(&record, &agent, "withdrawn"), MERGE_APPLIED);
    assert_int_equal(claim(&record, &agent, "queued"), MERGE_TRANSITION);
    assert_int_equal(claim(&record, &server, "queued"), MERGE_TRANSITION);
    /* It was under way already. */
    assert_int_equal(claim(&record, &server, "sent"), MERGE_APPLIED);
    record_free(record);
}

/* Planned, moved while it waits, and not once it is under way. */
static void test_agent_plans_and_moves(void **state)
{
    struct id server = delivery_server();
    struct record *record = NULL;
    json_t *body = body_of("out", "email", "queued");

    (void)state;
    json_object_set_new(body, "send_at", json_string("2026-12-08T14:00:00.000Z"));
    assert_int_equal(apply(&record, OPERATION_APPEND, &agent, body), MERGE_APPLIED);
    assert_int_equal(move(&record, "2026-12-09T14:00:00.000Z"), MERGE_APPLIED);
    assert_string_equal(record_text(record, "send_at"), "2026-12-09T14:00:00.000Z");
    assert_int_equal(move(&record, "some day"), MERGE_VALUE);
    assert_int_equal(
        apply(&record, OPERATION_CLAIM, &server,
              json_pack("{s:s, s:s}", "state", "queued", "tried_at", "2026-12-09T14:00:01.000Z")),
        MERGE_APPLIED);
    assert_int_equal(move(&record, "2026-12-10T14:00:00.000Z"), MERGE_TRANSITION);
    assert_int_equal(claim(&record, &server, "bounced"), MERGE_APPLIED);
    assert_int_equal(move(&record, "2026-12-10T14:00:00.000Z"), MERGE_TRANSITION);
    record_free(record);
}

static void test_letters_are_sent_by_agents(void **state)
{
    struct record *record = NULL;

    (void)state;
    apply(&record, OPERATION_APPEND, &agent, body_of("out", "mail", "queued"));
    assert_int_equal(
        apply(&record, OPERATION_CLAIM, &agent,
              json_pack("{s:s, s:s}", "state", "sent", "sent_at", "2026-11-24T12:00:00.000Z")),
        MERGE_APPLIED);
    record_free(record);
}

static void test_reading_is_signed(void **state)
{
    struct id server = delivery_server();
    struct record *record = NULL;

    (void)state;
    apply(&record, OPERATION_APPEND, &server, body_of("in", "email", "received"));
    assert_int_equal(claim(&record, &agent, "read"), MERGE_ACTOR);
    assert_int_equal(apply(&record, OPERATION_CLAIM, &agent,
                           json_pack("{s:s, s:s}", "state", "read", "read_by", device.text)),
                     MERGE_ACTOR);
    assert_int_equal(apply(&record, OPERATION_CLAIM, &agent,
                           json_pack("{s:s, s:s, s:s}", "state", "read", "read_by", agent.text,
                                     "read_at", "2026-11-24T12:00:00.000Z")),
                     MERGE_APPLIED);
    record_free(record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_born_by_direction),
        cmocka_unit_test(test_agent_takes_back_and_tries_again),
        cmocka_unit_test(test_agent_plans_and_moves),
        cmocka_unit_test(test_letters_are_sent_by_agents),
        cmocka_unit_test(test_reading_is_signed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
