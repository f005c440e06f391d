#include "app/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/import_body.h"
#include "app/json.h"
#include "app/merge.h"
#include "tests/unit/unit.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define NOON_MS   INT64_C(1790000000000)

static struct record *make(enum record_type type, const char *body)
{
    struct id id = id_from_key("test", body);
    struct record *record = record_new(type, &id);

    assert_non_null(record);
    json_decref(record->body);
    record->body = json_loads(body, 0, NULL);
    assert_non_null(record->body);
    return record;
}

static struct record *agent_make(const char *members)
{
    char body[512];

    snprintf(body, sizeof(body), "{\"key\":\"t/ann\",\"queues\":[\"civil\"]%s}", members);
    return make(RECORD_AGENT, body);
}

/* --- skills ---------------------------------------------------------------------------------- */

static void a_skill_is_a_word_and_a_level(void **state)
{
    static const char *const wrong[] = {
        "", ":2", "a:0", "a:4", "a:", "a:22", "a b", "a,b", "a\tb", "a:2:2"};
    struct queue_skill skill;
    char longest[QUEUE_SKILL_LENGTH + 2];

    (void)state;
    assert_true(queue_skill_read("état-civil:2", &skill));
    assert_string_equal(skill.name, "état-civil");
    assert_int_equal(skill.level, 2);
    assert_true(queue_skill_read("families", &skill));
    assert_int_equal(skill.level, 1);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(queue_skill_read(wrong[i], &skill));
    memset(longest, 'a', sizeof(longest));
    longest[QUEUE_SKILL_LENGTH + 1] = '\0';
    assert_false(queue_skill_read(longest, &skill));
    longest[QUEUE_SKILL_LENGTH] = '\0';
    assert_true(queue_skill_read(longest, &skill));
}

/* --- what is needed -------------------------------------------------------------------------- */

static void the_most_of_each_is_needed(void **state)
{
    struct record *queue = make(RECORD_QUEUE, "{\"skills\":[\"wills\",\"civil\"],\"level\":2}");
    struct record *service = make(RECORD_SERVICE, "{\"skills\":[\"wills:3\",\"arts\"]}");
    json_t *handoff =
        json_loads("{\"language\":\"FR-ca\",\"level\":1,\"skills\":[\"civil:2\"]}", 0, NULL);
    struct queue_need need, again;
    json_t *skills;
    char *text, *back;

    (void)state;
    queue_need_make(&need, handoff, queue, service);
    text = queue_need_text(&need);
    assert_string_equal(text, "2 fr arts,civil:2,wills:3");
    assert_true(queue_need_parse(&again, text));
    back = queue_need_text(&again);
    assert_string_equal(back, text);
    skills = queue_need_skills(&need);
    assert_int_equal(json_array_size(skills), 3);
    json_decref(skills);
    free(text);
    free(back);
    queue_need_make(&need, NULL, NULL, NULL);
    text = queue_need_text(&need);
    assert_string_equal(text, "");
    assert_true(queue_need_parse(&again, ""));
    assert_false(queue_need_parse(&again, "9 fr a"));
    assert_false(queue_need_parse(&again, "1 fr"));
    assert_false(queue_need_parse(&again, "1 fr a b"));
    free(text);
    json_decref(handoff);
    record_free(queue);
    record_free(service);
}

/* A hand-off that asks for as many skills as fit must not push out what the queue asks for. */
static void a_hand_off_cannot_crowd_out_its_queue(void **state)
{
    struct record *queue = make(RECORD_QUEUE, "{\"key\":\"t/civil\",\"skills\":[\"zz\"]}");
    struct record *agent;
    json_t *handoff = json_object(), *skills = json_array();
    char members[512] = ",\"skills\":[\"a00\"", word[16];
    struct queue_verdict verdict;
    struct queue_need need;

    (void)state;
    for (int i = 0; i < QUEUE_NEED_SKILLS_MOST; i++) {
        snprintf(word, sizeof(word), "a%02d", i);
        json_array_append_new(skills, json_string(word));
        snprintf(members + strlen(members), sizeof(members) - strlen(members), ",\"%s\"", word);
    }
    json_object_set_new(handoff, "skills", skills);
    strcat(members, "]");
    agent = agent_make(members);
    queue_need_make(&need, handoff, queue, NULL);
    assert_false(queue_agent_fits(&need, agent, &verdict));
    assert_string_equal(verdict.skill.name, "zz");
    json_decref(handoff);
    record_free(queue);
    record_free(agent);
}

/* --- who may take it ------------------------------------------------------------------------- */

static void what_stands_in_the_way_is_named(void **state)
{
    static const struct {
        const char *agent;
        int load;
        enum queue_bar bar;
    } cases[] = {
        {",\"skills\":[\"civil:2\"],\"languages\":[\"en\",\"fr-CA\"],\"levels\":[1,2]", 0,
         QUEUE_BAR_NONE},
        {",\"skills\":[\"civil:3\"],\"languages\":[\"fr\"]", 0, QUEUE_BAR_NONE},
        {",\"skills\":[\"civil:2\"],\"languages\":[\"fr\"],\"levels\":[1]", 0, QUEUE_BAR_LEVEL},
        {",\"skills\":[\"civil\"],\"languages\":[\"fr\"],\"levels\":[2]", 0, QUEUE_BAR_SKILL},
        {",\"languages\":[\"fr\"],\"levels\":[2]", 0, QUEUE_BAR_SKILL},
        {",\"skills\":[\"civil:2\"],\"languages\":[\"en\"]", 0, QUEUE_BAR_LANGUAGE},
        {",\"skills\":[\"civil:2\"]", 0, QUEUE_BAR_LANGUAGE},
        {",\"skills\":[\"civil:2\"],\"languages\":[\"fr\"]", 2, QUEUE_BAR_FULL},
        {",\"skills\":[\"civil:2\"],\"languages\":[\"fr\"],\"capacity\":{\"phone\":3}", 2,
         QUEUE_BAR_NONE},
        {",\"skills\":[\"civil:2\"],\"languages\":[\"fr\"],\"capacity\":{\"phone\":0}", 0,
         QUEUE_BAR_FULL},
        {",\"skills\":[\"civil:2\"],\"languages\":[\"fr\"],\"capacity\":{\"chat\":0}", 1,
         QUEUE_BAR_NONE},
    };
    struct record *queue = make(
        RECORD_QUEUE, "{\"key\":\"t/civil\",\"level\":2,\"skills\":[\"civil:2\"],\"capacity\":2}");
    struct record *other = make(RECORD_QUEUE, "{\"key\":\"t/other\"}");
    struct record *agent;
    struct queue_verdict verdict;
    struct queue_need need;

    (void)state;
    queue_need_make(&need, NULL, queue, NULL);
    queue_need_speak(&need, "fr");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        agent = agent_make(cases[i].agent);
        assert_int_equal(queue_may_take(&need, queue, agent, "phone", cases[i].load, &verdict),
                         cases[i].bar == QUEUE_BAR_NONE);
        assert_int_equal(verdict.bar, cases[i].bar);
        record_free(agent);
    }
    agent = agent_make(",\"skills\":[\"civil:2\"],\"languages\":[\"fr\"]");
    assert_false(queue_may_take(&need, other, agent, "phone", 0, &verdict));
    assert_int_equal(verdict.bar, QUEUE_BAR_OUTSIDE);
    assert_int_equal(queue_capacity(agent, other, "phone"), -1);
    record_free(agent);
    record_free(queue);
    record_free(other);
}

/* A contact that is the taker's counts itself. */
static void an_item_is_in_hand_until_its_contact_or_case_ends(void **state)
{
    static const struct {
        const char *channel, *contact, *matter;
        bool in_hand;
    } cases[] = {
        {"phone", "{\"agent\":\"ann\"}", NULL, true},
        {"phone", "{\"agent\":\"bob\"}", NULL, false},
        {"phone", "{\"agent\":\"eve\"}", NULL, false},
        {"phone", "{\"agent\":\"ann\",\"ended_at\":\"2026-01-01T00:00:00.000Z\"}",
         "{\"assignee\":\"bob\"}", false},
        {"email", "{\"agent\":\"ann\",\"ended_at\":\"2026-01-01T00:00:00.000Z\"}",
         "{\"assignee\":\"bob\"}", true},
        {"email", NULL, "{\"assignee\":\"bob\",\"status\":\"in-progress\"}", true},
        {"email", NULL, "{\"assignee\":\"ann\",\"status\":\"received\"}", true},
        {"email", NULL, "{\"assignee\":\"eve\",\"status\":\"received\"}", false},
        {"email", NULL, "{\"assignee\":\"bob\",\"status\":\"approved\"}", false},
        {"email", NULL, NULL, false},
    };
    struct record *handoff =
        make(RECORD_HANDOFF, "{\"state\":\"accepted\",\"from\":\"ann\",\"taken_by\":\"bob\"}");

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct record *contact =
            cases[i].contact != NULL ? make(RECORD_CONTACT, cases[i].contact) : NULL;
        struct record *matter = cases[i].matter != NULL ? make(RECORD_CASE, cases[i].matter) : NULL;

        if (contact != NULL)
            json_object_set_new(contact->body, "started_at", json_time(NOON_MS));
        json_object_set_new(handoff->body, "channel", json_string(cases[i].channel));
        assert_int_equal(queue_is_in_hand(handoff, contact, matter, NOON_MS), cases[i].in_hand);
        /* Forgotten, not in hand. */
        if (contact != NULL && matter == NULL)
            assert_false(
                queue_is_in_hand(handoff, contact, matter, NOON_MS + QUEUE_CONTACT_MOST_MS));
        json_object_set_new(handoff->body, "kind", json_string("consult"));
        assert_false(queue_is_in_hand(handoff, contact, matter, NOON_MS));
        json_object_del(handoff->body, "kind");
        record_free(contact);
        record_free(matter);
    }
    record_free(handoff);
}

/* --- whose turn it is ------------------------------------------------------------------------ */

struct waiting {
    int64_t offered, since, call_from, call_to, promise;
    int priority;
};

static struct record *waiting_make(const struct waiting *item, int number)
{
    char name[16];
    struct id id;
    struct record *handoff;

    snprintf(name, sizeof(name), "%d", number);
    id = id_from_key("handoff", name);
    handoff = record_new(RECORD_HANDOFF, &id);
    assert_non_null(handoff);
    json_object_set_new(handoff->body, "offered_at", json_time(item->offered));
    json_object_set_new(handoff->body, "priority", json_integer(item->priority));
    if (item->since > 0)
        json_object_set_new(handoff->body, "waiting_since", json_time(item->since));
    if (item->promise > 0)
        json_object_set_new(handoff->body, "promise_at", json_time(item->promise));
    if (item->call_from > 0) {
        json_object_set_new(handoff->body, "call_from", json_time(item->call_from));
        json_object_set_new(handoff->body, "call_to", json_time(item->call_to));
    }
    return handoff;
}

static int64_t turn(const struct record *queue, struct waiting item)
{
    struct record *handoff = waiting_make(&item, 1);
    int64_t ms = queue_turn_ms(handoff, queue);

    record_free(handoff);
    return ms;
}

static void priority_and_promise_move_a_turn_forward(void **state)
{
    struct record *queue =
        make(RECORD_QUEUE, "{\"priority\":1,\"weights\":{\"priority\":10,\"promise\":20}}");
    const int64_t noon = NOON_MS;

    (void)state;
    assert_int_equal(turn(NULL, (struct waiting){.offered = noon}), noon);
    assert_int_equal(turn(NULL, (struct waiting){.offered = noon, .priority = 2}),
                     noon - 60 * MINUTE_MS);
    /* The client waits since the first queue. */
    assert_int_equal(turn(NULL, (struct waiting){.offered = noon, .since = noon - HOUR_MS}),
                     noon - HOUR_MS);
    /* A promise that is far off changes nothing; a near one does, a broken one more. */
    assert_int_equal(turn(NULL, (struct waiting){.offered = noon, .promise = noon + HOUR_MS}),
                     noon);
    assert_int_equal(
        turn(NULL, (struct waiting){.offered = noon, .promise = noon + 45 * MINUTE_MS}),
        noon - 15 * MINUTE_MS);
    assert_int_equal(turn(NULL, (struct waiting){.offered = noon, .promise = 1}),
                     noon - 120 * MINUTE_MS);
    /* A call-back waits from when its window opens. */
    assert_int_equal(turn(NULL, (struct waiting){.offered = noon,
                                                 .call_from = noon + HOUR_MS,
                                                 .call_to = noon + HOUR_MS + 30 * MINUTE_MS}),
                     noon + 30 * MINUTE_MS);
    assert_int_equal(turn(queue, (struct waiting){.offered = noon, .priority = 3}),
                     noon - 40 * MINUTE_MS);
    assert_int_equal(queue_lead_most_ms(queue), 80 * MINUTE_MS);
    record_free(queue);
}

/* --- no starvation --------------------------------------------------------------------------- */

#define ITEMS 400

static uint64_t seed;

static int64_t any(int64_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((seed >> 33) % (uint64_t)below);
}

/* Anything that a terminal might send, also nonsense. */
static struct waiting any_item(int64_t at)
{
    struct waiting item = {.offered = at, .priority = (int)any(QUEUE_PRIORITY_MOST + 1)};

    if (any(3) == 0)
        item.promise = any(4) == 0 ? 1 : at - 10 * HOUR_MS + any(20 * HOUR_MS);
    if (any(5) == 0) {
        item.call_from = at + any(5 * HOUR_MS);
        item.call_to = item.call_from + any(HOUR_MS);
    }
    if (any(50) == 0)
        item.priority = 1000;
    return item;
}

static struct record *any_queue(void)
{
    char body[128];

    snprintf(body, sizeof(body), "{\"priority\":%d,\"weights\":{\"priority\":%d,\"promise\":%d}}",
             (int)any(6), (int)any(2 * QUEUE_WEIGHT_MOST), (int)any(2 * QUEUE_WEIGHT_MOST));
    return make(RECORD_QUEUE, body);
}

/* What comes in faster than it is served, by all priorities, passes an item only within the bound.
 * Every item is so served once those are that began to wait before the bound was over. */
static void nothing_is_passed_by_what_came_later_than_the_bound(void **state)
{
    static struct queue_turn turns[ITEMS];
    static struct record *items[ITEMS];

    (void)state;
    for (int run = 0; run < 50; run++) {
        struct record *queue;
        int64_t bound;

        seed = (uint64_t)run + 1;
        queue = any_queue();
        bound = queue_lead_most_ms(queue);
        assert_true(bound <= QUEUE_LEAD_MOST_MS);
        for (int i = 0; i < ITEMS; i++) {
            struct waiting item = any_item(NOON_MS + any(72 * HOUR_MS));

            items[i] = waiting_make(&item, i);
            turns[i] = (struct queue_turn){queue_turn_ms(items[i], queue), items[i]->id};
        }
        for (int i = 0; i < ITEMS; i++) {
            int64_t ready = queue_ready_ms(items[i]);

            assert_true(turns[i].ms <= ready);
            assert_true(turns[i].ms >= ready - bound);
            for (int j = 0; j < ITEMS; j++)
                if (queue_ready_ms(items[j]) >= ready + bound && j != i)
                    assert_true(queue_turn_compare(&turns[i], &turns[j]) <= 0);
        }
        for (int i = 0; i < ITEMS; i++)
            record_free(items[i]);
        record_free(queue);
    }
}

/* The order is total, and the same whatever order the items come in. */
static void the_order_is_one(void **state)
{
    static struct queue_turn left[ITEMS], right[ITEMS];

    (void)state;
    seed = 7;
    for (int i = 0; i < ITEMS; i++) {
        struct waiting item = any_item(NOON_MS + any(20) * MINUTE_MS);
        struct record *handoff = waiting_make(&item, i);

        left[i] = (struct queue_turn){queue_turn_ms(handoff, NULL), handoff->id};
        right[ITEMS - 1 - i] = left[i];
        record_free(handoff);
    }
    qsort(left, ITEMS, sizeof(left[0]), queue_turn_compare);
    qsort(right, ITEMS, sizeof(right[0]), queue_turn_compare);
    for (int i = 0; i < ITEMS; i++)
        assert_string_equal(left[i].id.text, right[i].id.text);
    for (int i = 1; i < ITEMS; i++)
        assert_true(queue_turn_compare(&left[i - 1], &left[i]) < 0);
}

/* --- the hand-off's context ------------------------------------------------------------------ */

static void parts_that_the_queue_asks_for_are_missed(void **state)
{
    struct record *queue =
        make(RECORD_QUEUE, "{\"required\":[\"steps-done\",\"need\",\"mood\",\"unheard-of\"]}");
    json_t *parts = json_loads("{\"need\":\"adresse\",\"mood\":\" \\n\"}", 0, NULL);
    const char *missing[QUEUE_PARTS_MOST];

    (void)state;
    assert_int_equal(queue_missing_parts(queue, parts, missing), 2);
    assert_string_equal(missing[0], "steps-done");
    assert_string_equal(missing[1], "mood");
    assert_int_equal(queue_missing_parts(queue, NULL, missing), 3);
    json_decref(parts);
    record_free(queue);
}

/* --- the data -------------------------------------------------------------------------------- */

/* What merge says of a hand-off with these members more, by an agent or by the server. */
static enum merge_refusal offered(const char *members, bool by_server)
{
    struct id agent = id_from_key("agent", "t/ann"), record = id_from_key("handoff", members);
    struct operation *operation = operation_new(OPERATION_APPEND, RECORD_HANDOFF, &record);
    struct merge_result result;
    char body[1024];

    assert_non_null(operation);
    snprintf(body, sizeof(body),
             "{\"from\":\"%s\",\"to_queue\":\"t/civil\",\"office\":\"t/north\",\"summary\":\"x\","
             "\"offered_at\":\"2026-11-24T10:00:00Z\",\"state\":\"offered\",%s}",
             agent.text, members);
    json_decref(operation->body);
    operation->body = json_loads(body, 0, NULL);
    assert_non_null(operation->body);
    operation->id = record;
    operation->agent = operation->device = by_server ? delivery_server() : agent;
    assert_int_equal(merge_apply(&result, operation, NULL, NULL), 0);
    record_free(result.record);
    operation_free(operation);
    return result.refusal;
}

static void what_orders_a_hand_off_has_bounds(void **state)
{
    static const struct {
        const char *members;
        enum merge_refusal refusal;
    } cases[] = {
        {"\"priority\":3,\"level\":3,\"skills\":[\"civil:2\"],\"language\":\"fr-CA\"",
         MERGE_APPLIED},
        {"\"promise_at\":\"2026-11-25T10:00:00Z\",\"service\":\"t/birth\"", MERGE_APPLIED},
        {"\"priority\":4", MERGE_VALUE},
        {"\"priority\":-1", MERGE_VALUE},
        {"\"priority\":\"3\"", MERGE_VALUE},
        {"\"level\":4", MERGE_VALUE},
        {"\"skills\":[\"civil:9\"]", MERGE_VALUE},
        {"\"skills\":[\"a b\"]", MERGE_VALUE},
        {"\"skills\":[1]", MERGE_VALUE},
        {"\"skills\":{}", MERGE_VALUE},
        {"\"skills\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
         "\"a\","
         "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]",
         MERGE_VALUE},
        {"\"promise_at\":\"soon\"", MERGE_VALUE},
        {"\"waiting_since\":\"2026-11-23T10:00:00Z\"", MERGE_ACTOR},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(merge_refusal_name(offered(cases[i].members, false)),
                            merge_refusal_name(cases[i].refusal));
    assert_int_equal(offered("\"waiting_since\":\"2026-11-23T10:00:00Z\"", true), MERGE_APPLIED);
}

static int imported(enum record_type type, const char *members)
{
    char text[1024];
    json_t *body;
    int code;

    snprintf(
        text, sizeof(text),
        "{\"key\":\"t/x\",\"source\":{\"name\":\"t\",\"id\":\"x\"},\"title\":{\"en\":\"X\"},%s}",
        members);
    body = json_loads(text, 0, NULL);
    assert_non_null(body);
    code = import_body_check(type, body, NULL, NULL, NULL);
    json_decref(body);
    return code;
}

static void queues_and_agents_are_imported_within_bounds(void **state)
{
#define QUEUE "\"languages\":[\"fr\"],"
#define AGENT                                                                                      \
    "\"login\":\"x\",\"name\":\"X\",\"office\":\"north\",\"role\":\"clerk\",\"languages\":["       \
    "\"fr\"],"
    static const char *const right[] = {
        QUEUE
        "\"level\":3,\"capacity\":2,\"priority\":1,\"required\":[\"need\"],\"skills\":[\"a:2\"],"
        "\"weights\":{\"priority\":10,\"promise\":0},"
        "\"schedule\":{\"hours\":{\"mon\":[\"08:30-16:30\"]},\"zone\":\"America/Toronto\"}",
    };
    static const char *const wrong[] = {
        QUEUE "\"level\":4",
        QUEUE "\"capacity\":51",
        QUEUE "\"priority\":4",
        QUEUE "\"required\":[\"shoes\"]",
        QUEUE "\"skills\":[\"a:4\"]",
        QUEUE "\"skills\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]",
        QUEUE "\"weights\":{\"priority\":481}",
        QUEUE "\"weights\":{\"age\":1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        assert_int_equal(imported(RECORD_QUEUE, right[i]), 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(imported(RECORD_QUEUE, wrong[i]), ERROR_INVALID);
    assert_int_equal(imported(RECORD_AGENT, AGENT "\"capacity\":{\"phone\":1,\"chat\":50}"), 0);
    assert_int_equal(imported(RECORD_AGENT, AGENT "\"capacity\":{\"pigeon\":1}"), ERROR_INVALID);
    assert_int_equal(imported(RECORD_AGENT, AGENT "\"capacity\":{\"phone\":51}"), ERROR_INVALID);
    assert_int_equal(imported(RECORD_AGENT, AGENT "\"skills\":[\"a b\"]"), ERROR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_skill_is_a_word_and_a_level),
        cmocka_unit_test(the_most_of_each_is_needed),
        cmocka_unit_test(a_hand_off_cannot_crowd_out_its_queue),
        cmocka_unit_test(what_stands_in_the_way_is_named),
        cmocka_unit_test(an_item_is_in_hand_until_its_contact_or_case_ends),
        cmocka_unit_test(priority_and_promise_move_a_turn_forward),
        cmocka_unit_test(nothing_is_passed_by_what_came_later_than_the_bound),
        cmocka_unit_test(the_order_is_one),
        cmocka_unit_test(parts_that_the_queue_asks_for_are_missed),
        cmocka_unit_test(what_orders_a_hand_off_has_bounds),
        cmocka_unit_test(queues_and_agents_are_imported_within_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
