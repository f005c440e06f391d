/* What comes in through other channels: once, as a case, or on the list of what was refused. */
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/intake_fixture.h"
#include "tests/unit/ledger_version_1.h"

static void test_a_message_makes_a_case_that_a_queue_sees(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    struct intake_result result;
    char reference[ID_REFERENCE_SIZE];
    struct id offer;

    message.service = "sample/birth";
    message.subject = "Un acte\nde naissance";
    message.language = "fr-CA";
    message.client = (struct client_details){
        .name = "Léa Roy", .email = "lea@example.org", .phone = "418 555-0100"};
    result = taken_in(f, &message);
    assert_true(result.new_case);
    assert_true(id_reference_parse(result.reference, reference));
    intake_says(f, RECORD_CASE, &result.matter, "status", "received");
    intake_says(f, RECORD_CASE, &result.matter, "service", "sample/birth");
    intake_says(f, RECORD_CASE, &result.matter, "subject", "Un acte");
    intake_says(f, RECORD_CASE, &result.matter, "office", "sample/b");
    intake_says(f, RECORD_CASE, &result.matter, "client", result.client.text);
    intake_says(f, RECORD_CLIENT, &result.client, "name", "Léa Roy");
    intake_says(f, RECORD_CLIENT, &result.client, "kind", "person");
    intake_says(f, RECORD_MESSAGE, &result.message, "state", "received");
    intake_says(f, RECORD_MESSAGE, &result.message, "direction", "in");
    intake_says(f, RECORD_MESSAGE, &result.message, "text", "Bonjour");
    intake_says(f, RECORD_MESSAGE, &result.message, "from",
                "Léa Roy, lea@example.org, 418 555-0100");
    offer = intake_offer_of(f, &result.matter);
    fixture_says(f, CHLOE, &offer, "to_queue", "sample/q");
    fixture_says(f, CHLOE, &offer, "kind", "cold");
    fixture_says(f, CHLOE, &offer, "channel", "web");
    /* All who serve the queue see the file, and nobody else does. */
    assert_true(fixture_sees(f, CHLOE, 0, &result.message));
    assert_true(fixture_sees(f, CHLOE, 0, &result.client));
    assert_false(fixture_sees(f, ANNE, 0, &result.message));
    assert_false(fixture_sees(f, DENIS, 0, &result.matter));
}

static void test_an_agent_reads_it_and_takes_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    struct intake_result result;
    struct id offer;

    message.queue = "sample/q";
    result = taken_in(f, &message);
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_MESSAGE, &result.message, 1,
                                      json_pack("{s:s}", "state", "read")),
                    MERGE_FORBIDDEN, NULL);
    fixture_refused(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_MESSAGE, &result.message, 1,
                                      json_pack("{s:s, s:s}", "state", "read", "read_by",
                                                f->actors[CHLOE].agent.text)),
                    MERGE_ACTOR, "read_by");
    fixture_applied(
        f, BEN,
        fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_MESSAGE, &result.message, 1,
                          json_pack("{s:s, s:s, s:o}", "state", "read", "read_by",
                                    f->actors[BEN].agent.text, "read_at", json_time(f->clock_ms))));
    intake_says(f, RECORD_MESSAGE, &result.message, "state", "read");
    offer = intake_offer_of(f, &result.matter);
    fixture_decide(f, CHLOE, &offer, 1, "accepted", f->clock_ms);
    assert_true(fixture_sees(f, CHLOE, 0, &result.message));
    /* The case has somebody: what comes next goes to the case, and is offered to nobody. */
    message.message_id = "2";
    message.reference = result.reference;
    taken_in(f, &message);
    assert_int_equal(intake_offers_of(f, &result.matter), 0);
}

static void test_without_any_details_the_client_is_anonymous(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    struct intake_result result;

    message.channel = "chat";
    message.queue = "sample/q";
    message.language = "en";
    result = taken_in(f, &message);
    intake_says(f, RECORD_CLIENT, &result.client, "kind", "anonymous");
    intake_says(f, RECORD_CLIENT, &result.client, "language", "en");
}

static void test_a_repeat_answers_as_the_first_time(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    struct intake_result first, again, other;
    struct intake_counts counts;

    message.queue = "sample/q";
    first = taken_in(f, &message);
    message.text = "autre chose";
    fixture_reopen(f);
    again = take_in(f, &message);
    assert_int_equal(again.kind, INTAKE_REPEATED);
    assert_true(again.new_case);
    assert_string_equal(again.message.text, first.message.text);
    assert_string_equal(again.matter.text, first.matter.text);
    assert_string_equal(again.client.text, first.client.text);
    assert_string_equal(again.reference, first.reference);
    intake_says(f, RECORD_MESSAGE, &first.message, "text", "Bonjour");
    /* The same id from elsewhere is another message. */
    message.source = "key:kiosk";
    other = taken_in(f, &message);
    assert_string_not_equal(other.message.text, first.message.text);
    assert_int_equal(ledger_intake_counts(f->ledger, &counts, NULL), 0);
    assert_int_equal(counts.taken, 2);
    assert_int_equal(counts.refused, 0);
}

static void test_refused_messages_are_listed_without_content(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    struct intake_result result;
    struct intake_counts counts;
    json_t *list;
    char *text;

    message.text = "un secret";
    /* Nothing says which office it is for. */
    result = take_in(f, &message);
    assert_int_equal(result.kind, INTAKE_REFUSED);
    assert_string_equal(result.reason,
                        "office: none is named, and neither queue nor service names one");
    message.queue = "sample/none";
    result = take_in(f, &message);
    assert_int_equal(result.kind, INTAKE_REFUSED);
    message.message_id = "2";
    message.channel = "pigeon";
    result = take_in(f, &message);
    assert_string_equal(result.reason, "channel: none of this name");
    assert_int_equal(ledger_intake_refuse(f->ledger, "email", "mailbox", "", "not \x1b[31mMIME",
                                          f->clock_ms, NULL),
                     0);
    assert_int_equal(
        ledger_intake_refuse(f->ledger, "email", "mailbox", "", "not MIME", f->clock_ms, NULL), 0);
    assert_int_equal(ledger_intake_refused(f->ledger, 10, &list, NULL), 0);
    /* Once for each id; those without one each. */
    assert_int_equal(json_array_size(list), 4);
    text = json_dumps(list, 0);
    assert_null(strstr(text, "secret"));
    assert_null(strchr(text, 0x1b));
    free(text);
    json_decref(list);
    /* Mended, it is taken and off the list. */
    message = web_note("1");
    message.queue = "sample/q";
    taken_in(f, &message);
    assert_int_equal(ledger_intake_counts(f->ledger, &counts, NULL), 0);
    assert_int_equal(counts.refused, 3);
}

/* Who is unknown is written down as what they say they are, and is who wrote. */
static void test_a_new_client_is_as_they_say(void **state)
{
    static const struct {
        const char *given, *kind;
    } kinds[] = {{"business", "business"}, {"person", "person"}, {NULL, "person"}};
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        char id[16], email[32];
        struct intake_message message = web_note(id);
        struct intake_result result;
        json_t *document;
        const json_t *body;

        snprintf(id, sizeof(id), "%zu", i);
        snprintf(email, sizeof(email), "%zu@example.org", i);
        message.queue = "sample/q";
        message.client =
            (struct client_details){.kind = kinds[i].given, .name = "Roy", .email = email};
        result = taken_in(f, &message);
        intake_says(f, RECORD_CLIENT, &result.client, "kind", kinds[i].kind);
        intake_says(f, RECORD_MESSAGE, &result.message, "client", result.client.text);
        document = intake_read_as(f, BEN, RECORD_MESSAGE, &result.message);
        body = json_object_get(document, "body");
        /* There is nothing to remark, and no file. */
        assert_null(json_object_get(body, "remarks"));
        assert_null(json_object_get(body, "attachments"));
        json_decref(document);
    }
}

/* When it was sent is kept, unless that is nonsense: then when it came. */
static void test_when_it_was_sent(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    struct intake_result result;
    char sent[TIMESTAMP_SIZE];

    message.queue = "sample/q";
    message.at_ms = f->clock_ms - 3600000;
    result = taken_in(f, &message);
    timestamp_format(message.at_ms, sent);
    intake_says(f, RECORD_MESSAGE, &result.message, "at", sent);
    for (int i = 0; i < 2; i++) {
        message.message_id = i == 0 ? "2" : "3";
        message.at_ms = i == 0 ? f->clock_ms + 3600000 : 0;
        result = taken_in(f, &message);
        timestamp_format(f->clock_ms, sent);
        intake_says(f, RECORD_MESSAGE, &result.message, "at", sent);
    }
}

static void test_what_no_channel_may_send(void **state)
{
    static char long_id[INTAKE_MESSAGE_ID_LIMIT + 2], long_source[INTAKE_SOURCE_LIMIT + 2];
    static const struct {
        const char *source, *id, *kind, *reason;
    } cases[] = {
        {NULL, "1", NULL, "source:"},
        {"", "1", NULL, "source:"},
        {long_source, "1", NULL, "source:"},
        {"key:\xff", "1", NULL, "message_id: not UTF-8"},
        {"key:x", NULL, NULL, "message_id:"},
        {"key:x", "", NULL, "message_id:"},
        {"key:x", long_id, NULL, "message_id:"},
        {"key:x", "\xff", NULL, "message_id: not UTF-8"},
        {"key:x", "1", "poem", "kind:"},
        {"key:x", "1", "submission", "answers:"},
    };
    struct ledger_fixture *f = *state;

    memset(long_id, 'x', sizeof(long_id) - 1);
    memset(long_source, 'x', sizeof(long_source) - 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct intake_message message = web_note(cases[i].id);
        struct intake_result result;

        message.queue = "sample/q";
        message.source = cases[i].source;
        message.kind = cases[i].kind;
        result = take_in(f, &message);
        assert_int_equal(result.kind, INTAKE_REFUSED);
        if (strncmp(result.reason, cases[i].reason, strlen(cases[i].reason)) != 0)
            fail_msg("case %zu: %s", i, result.reason);
        intake_result_clear(&result);
    }
    /* Just as long as they may be. */
    long_id[INTAKE_MESSAGE_ID_LIMIT] = long_source[INTAKE_SOURCE_LIMIT] = '\0';
    {
        struct intake_message message = web_note(long_id);

        const char *const thread[] = {long_id};
        struct intake_result first, reply;

        message.queue = "sample/q";
        message.source = long_source;
        first = taken_in(f, &message);
        message = web_note("reply");
        message.replies_to = thread;
        message.reply_count = 1;
        reply = taken_in(f, &message);
        assert_string_equal(reply.matter.text, first.matter.text);
    }
}

/* Cases and clients of a database from before are found. */
static void test_upgrade(void **state)
{
    static const char records[] =
        "INSERT INTO record VALUES (1, 'office', '00000000-0000-8000-8000-000000000001', 1, 1, "
        "NULL, "
        "'{\"type\":\"office\",\"id\":\"00000000-0000-8000-8000-000000000001\",\"rev\":1,\"seq\":1,"
        "\"body\":{\"key\":\"sample/b\"},\"meta\":{}}'), (2, 'client', "
        "'00000000-0000-7000-8000-000000000002', 1, 2, NULL, '{\"type\":\"client\",\"id\":"
        "\"00000000-0000-7000-8000-000000000002\",\"rev\":1,\"seq\":2,\"body\":{\"kind\":"
        "\"person\","
        "\"phone\":\"(418) 555-0100\",\"office\":\"sample/b\"},\"meta\":{}}'), (3, 'case', "
        "'00000000-0000-7000-8000-000000000003', 1, 3, NULL, '{\"type\":\"case\",\"id\":"
        "\"00000000-0000-7000-8000-000000000003\",\"rev\":1,\"seq\":3,\"body\":{\"reference\":"
        "\"%s\",\"client\":\"00000000-0000-7000-8000-000000000002\",\"office\":\"sample/b\","
        "\"status\":\"received\"},\"meta\":{}}'); UPDATE property SET value = 3 WHERE name = 'seq'";
    struct ledger_fixture *f = *state;
    struct ledger *present = f->ledger;
    struct id matter = {"00000000-0000-7000-8000-000000000003"};
    char path[128], script[2048], reference[ID_REFERENCE_SIZE];
    struct intake_message message = web_note("1");
    sqlite3 *database;

    id_reference(&matter, 'C', reference);
    snprintf(path, sizeof(path), "%s/old.db", f->folder);
    snprintf(script, sizeof(script), records, reference);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, version_1, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, script, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    assert_int_equal(ledger_open(&f->ledger, path, NULL), 0);
    message.reference = reference;
    assert_string_equal(taken_in(f, &message).matter.text, matter.text);
    message = web_note("2");
    message.client.phone = "418-555-0100";
    assert_string_equal(taken_in(f, &message).matter.text, matter.text);
    ledger_close(f->ledger);
    f->ledger = present;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, intake_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_message_makes_a_case_that_a_queue_sees),
        TEST(test_an_agent_reads_it_and_takes_it),
        TEST(test_without_any_details_the_client_is_anonymous),
        TEST(test_a_repeat_answers_as_the_first_time),
        TEST(test_refused_messages_are_listed_without_content),
        TEST(test_a_new_client_is_as_they_say),
        TEST(test_when_it_was_sent),
        TEST(test_what_no_channel_may_send),
        TEST(test_upgrade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
