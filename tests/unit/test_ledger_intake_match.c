/* Which case and client a message that comes in belongs to. */
#include <stdlib.h>
#include <string.h>

#include "app/continue.h"
#include "app/json.h"
#include "tests/unit/intake_fixture.h"

static void test_by_reference_as_it_is_spoken(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = intake_opened(f, "1", "sample/birth"), result;
    struct intake_message message = web_note("2");
    char spoken[32] = "";

    for (const char *at = first.reference; *at != '\0'; at++)
        if (*at != '-') {
            size_t length = strlen(spoken);

            spoken[length] = (char)(*at == '0' ? 'o' : *at == '1' ? 'l' : *at);
            spoken[length + 1] = '\0';
        }
    message.reference = spoken;
    result = taken_in(f, &message);
    assert_false(result.new_case);
    assert_string_equal(result.matter.text, first.matter.text);
    assert_string_equal(result.client.text, first.client.text);
    assert_string_equal(result.reference, first.reference);
    intake_says(f, RECORD_MESSAGE, &result.message, "client", first.client.text);
    /* Somebody else who knows the reference is not taken for the client. */
    message.message_id = "3";
    message.client.name = "Marc Tremblay";
    result = taken_in(f, &message);
    assert_string_equal(result.matter.text, first.matter.text);
    assert_true(intake_is_remarked(f, &result, "other-sender"));
    intake_says(f, RECORD_MESSAGE, &result.message, "client", "");
    intake_says(f, RECORD_MESSAGE, &result.message, "from", "Marc Tremblay");
}

static void test_an_unknown_reference_is_told(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    struct intake_result result;

    message.queue = "sample/q";
    message.reference = "C-0000-0000";
    result = taken_in(f, &message);
    assert_true(result.new_case);
    assert_true(intake_is_remarked(f, &result, "reference-unknown"));
    message.message_id = "2";
    message.reference = "hier, au comptoir";
    result = taken_in(f, &message);
    assert_true(intake_is_remarked(f, &result, "reference-unknown"));
}

static void test_by_thread(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = intake_opened(f, "<1@example.org>", "sample/birth"), result;
    const char *const thread[] = {"<0@nowhere>", "<1@example.org>"};
    struct intake_message message = web_note("<2@example.org>");

    message.replies_to = thread;
    message.reply_count = 2;
    result = taken_in(f, &message);
    assert_false(result.new_case);
    assert_string_equal(result.matter.text, first.matter.text);
}

static void test_by_client(void **state)
{
    static const struct {
        struct client_details details;
        bool same;
    } cases[] = {
        {{.email = "LEA@example.ORG"}, true},
        {{.name = "Roy, Lea", .email = "lea@example.org"}, true},
        {{.name = "Marc Roy", .email = "lea@example.org"}, false},
        {{.phone = "418-555-0100"}, true},
        {{.phone = "555 0100"}, true},
        {{.phone = "514-555-0100"}, false},
        {{.phone = "0100"}, false},
        {{.phone = "555-0199"}, false},
        {{.name = "Léa Roy", .birth_date = "1980-05-31"}, true},
        {{.name = "Léa Roy", .birth_date = "1981-05-31", .email = "lea@example.org"}, false},
        {{.name = "Léa Roy", .postal_code = "G1R 4S9"}, true},
        {{.name = "Léa Roy"}, false},
        {{.birth_date = "1980-05-31", .postal_code = "G1R 4S9"}, false},
    };
    struct ledger_fixture *f = *state;
    struct intake_result first = intake_opened(f, "first", "sample/birth");

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct intake_message message = web_note("x");
        struct intake_result result;
        char id[16];

        snprintf(id, sizeof(id), "%zu", i);
        message.message_id = id;
        message.queue = "sample/q";
        message.client = cases[i].details;
        result = taken_in(f, &message);
        if ((strcmp(result.matter.text, first.matter.text) == 0) != cases[i].same)
            fail_msg("case %zu", i);
        /* What is told of nobody on file makes a client that the next ones may be: out of the way.
         */
        if (!cases[i].same) {
            fixture_close(f);
            fixture_open(f);
            fixture_publish(f, RECORD_QUEUE, "sample/q", json_pack("{s:[s]}", "offices", "b"));
            fixture_publish(f, RECORD_SERVICE, "sample/birth",
                            json_pack("{s:{s:s}, s:s}", "title", "fr", "Naissance", "queue", "q"));
            first = intake_opened(f, "first", "sample/birth");
        }
    }
}

static void test_another_service_is_another_case_of_the_same_client(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result birth = intake_opened(f, "1", "sample/birth"), death, unsaid;
    struct intake_message message = web_note("3");

    death = intake_opened(f, "2", "sample/death");
    assert_true(death.new_case);
    assert_string_equal(death.client.text, birth.client.text);
    assert_string_equal(intake_opened(f, "4", "sample/birth").matter.text, birth.matter.text);
    /* Which of the two is not said: a third, for a person to sort out. */
    message.queue = "sample/q";
    message.client.email = "lea@example.org";
    unsaid = taken_in(f, &message);
    assert_true(unsaid.new_case);
    assert_string_equal(unsaid.client.text, birth.client.text);
}

static void test_a_matter_of_its_own_is_not_joined(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = intake_opened(f, "1", "sample/birth"), result;
    struct intake_message message = web_note("2");

    message.service = "sample/birth";
    message.client.email = "lea@example.org";
    message.separate = true;
    result = taken_in(f, &message);
    assert_true(result.new_case);
    assert_string_equal(result.client.text, first.client.text);
}

static void test_two_who_fit_are_nobody(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    struct intake_result one, other, result;

    message.queue = "sample/q";
    message.client = (struct client_details){.name = "Léa Roy", .phone = "418 555-0100"};
    one = taken_in(f, &message);
    message.message_id = "2";
    message.client.name = "Marc Roy";
    other = taken_in(f, &message);
    assert_string_not_equal(one.client.text, other.client.text);
    message.message_id = "3";
    message.client.name = NULL;
    result = taken_in(f, &message);
    assert_true(result.new_case);
    assert_true(intake_is_remarked(f, &result, "client-ambiguous"));
    assert_string_not_equal(result.client.text, one.client.text);
    assert_string_not_equal(result.client.text, other.client.text);
}

static void test_by_continue_code(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = intake_opened(f, "1", "sample/birth"), result;
    struct intake_message message = web_note("2");
    struct continue_code code = continue_code_make();
    unsigned char salt[CONTINUE_SALT_BYTES] = {1}, hash[CONTINUE_HASH_BYTES];
    char salt_text[2 * CONTINUE_SALT_BYTES + 1] = "", hash_text[2 * CONTINUE_HASH_BYTES + 1] = "";
    char group[CONTINUE_GROUP + 1] = "";

    assert_int_equal(continue_code_hash(&code, salt, hash, NULL), 0);
    for (size_t i = 0; i < sizeof(salt); i++)
        snprintf(salt_text + 2 * i, 3, "%02x", salt[i]);
    for (size_t i = 0; i < sizeof(hash); i++)
        snprintf(hash_text + 2 * i, 3, "%02x", hash[i]);
    memcpy(group, code.text, CONTINUE_GROUP);
    fixture_make(f, BEN, RECORD_SUBMISSION,
                 json_pack("{s:s, s:i, s:s, s:s, s:s, s:o, s:s, s:{s:s, s:s, s:s, s:s, s:o, s:o}}",
                           "form", "sample/move", "form_version", 2, "case", first.matter.text,
                           "office", "sample/b", "started_by", f->actors[BEN].agent.text,
                           "started_at", json_time(f->clock_ms), "status", "draft", "continue",
                           "group", group, "salt", salt_text, "hash", hash_text, "made_by",
                           f->actors[BEN].agent.text, "made_at", json_time(f->clock_ms),
                           "expires_at", json_time(f->clock_ms + 3600000)));
    message.continue_code = code.text;
    message.queue = "sample/q";
    result = taken_in(f, &message);
    if (strcmp(result.matter.text, first.matter.text) != 0)
        fail_msg("not the draft's case; unknown %d",
                 intake_is_remarked(f, &result, "code-unknown"));
    code.text[11] = code.text[11] == '2' ? '3' : '2';
    message.message_id = "3";
    result = taken_in(f, &message);
    assert_true(result.new_case);
    assert_true(intake_is_remarked(f, &result, "code-unknown"));
}

/* After wrong codes from one place it is said that more came than are looked at, and not whether
 * this one was right: the right one waits too. */
static void test_too_many_wrong_codes_are_told(void **state)
{
    struct ledger_fixture *f = *state;
    struct continue_code code = continue_code_make();
    struct intake_message message = web_note("first");
    struct intake_result result;
    char id[32];
    int wrong = 0;

    message.continue_code = code.text;
    message.queue = "sample/q";
    message.address = "192.0.2.7";
    do {
        snprintf(id, sizeof(id), "wrong-%d", wrong);
        message.message_id = id;
        result = taken_in(f, &message);
        assert_true(result.new_case);
    } while (intake_is_remarked(f, &result, "code-unknown") && ++wrong < 100);
    assert_in_range(wrong, 1, 99);
    assert_true(intake_is_remarked(f, &result, "code-locked"));
    assert_false(intake_is_remarked(f, &result, "code-unknown"));
}

/* --- merged files ----------------------------------------------------------------------------- */

static void merge(struct ledger_fixture *f, const struct id *from, const struct id *into)
{
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_CLIENT, from, 1,
                                      json_pack("{s:s}", "merged_into", into->text)));
}

/* By what the old file says of them a client is found, and what comes of it is the new one's, by
 * whatever channel. */
static void test_a_merged_client_is_the_one_that_stays(void **state)
{
    static const char *const channels[] = {"web", "email", "sms", "mobile", "mail", "fax"};
    struct ledger_fixture *f = *state;
    struct intake_result old = intake_opened(f, "1", "sample/birth"), result;
    struct intake_message message = web_note("2");
    struct id stays, last;

    message.queue = "sample/q";
    message.client = (struct client_details){.name = "Léa Tremblay", .email = "lt@example.org"};
    stays = taken_in(f, &message).client;
    message.client.name = "L. T.";
    message.client.email = "last@example.org";
    message.message_id = "3";
    last = taken_in(f, &message).client;
    merge(f, &old.client, &stays);
    merge(f, &stays, &last);
    for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
        char id[16];

        snprintf(id, sizeof(id), "channel %zu", i);
        message = web_note(id);
        message.channel = channels[i];
        message.service = "sample/birth";
        message.client.email = "lea@example.org";
        result = taken_in(f, &message);
        assert_string_equal(result.matter.text, old.matter.text);
        assert_string_equal(result.client.text, last.text);
        intake_says(f, RECORD_MESSAGE, &result.message, "client", last.text);
    }
    /* A new matter of theirs is the new file's. */
    message.service = "sample/death";
    message.message_id = "new";
    result = taken_in(f, &message);
    assert_true(result.new_case);
    intake_says(f, RECORD_CASE, &result.matter, "client", last.text);
    /* By the address of the new file the case of the old one is found. */
    message = web_note("other");
    message.service = "sample/birth";
    message.client.email = "last@example.org";
    assert_string_equal(taken_in(f, &message).matter.text, old.matter.text);
}

static void test_two_files_of_one_client_are_not_two_clients(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = web_note("1");
    struct intake_result one, other, result;

    message.queue = "sample/q";
    message.client = (struct client_details){.name = "Léa Roy", .phone = "418 555-0100"};
    one = taken_in(f, &message);
    message.message_id = "2";
    message.client.name = "Léa Tremblay";
    other = taken_in(f, &message);
    assert_string_not_equal(one.client.text, other.client.text);
    merge(f, &one.client, &other.client);
    message.message_id = "3";
    message.client.name = NULL;
    result = taken_in(f, &message);
    assert_false(intake_is_remarked(f, &result, "client-ambiguous"));
    assert_string_equal(result.client.text, other.client.text);
    /* Two cases of theirs are open. */
    assert_true(result.new_case);
}

static void test_either_name_of_merged_files_is_the_sender(void **state)
{
    static const struct {
        const char *name;
        bool known;
    } senders[] = {{"Léa Roy", true}, {"Léa Tremblay", true}, {"Marc Vachon", false}};
    struct ledger_fixture *f = *state;
    struct intake_result old = intake_opened(f, "1", "sample/birth"), result;
    struct intake_message message = web_note("2");
    struct id stays;

    message.queue = "sample/q";
    message.client = (struct client_details){.name = "Léa Tremblay", .email = "lt@example.org"};
    stays = taken_in(f, &message).client;
    merge(f, &old.client, &stays);
    for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
        message = web_note(senders[i].name);
        message.reference = old.reference;
        message.client.name = senders[i].name;
        result = taken_in(f, &message);
        assert_string_equal(result.matter.text, old.matter.text);
        assert_int_equal(intake_is_remarked(f, &result, "other-sender"), !senders[i].known);
        intake_says(f, RECORD_MESSAGE, &result.message, "client",
                    senders[i].known ? stays.text : "");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, intake_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_by_reference_as_it_is_spoken),
        TEST(test_an_unknown_reference_is_told),
        TEST(test_by_thread),
        TEST(test_by_client),
        TEST(test_another_service_is_another_case_of_the_same_client),
        TEST(test_a_matter_of_its_own_is_not_joined),
        TEST(test_two_who_fit_are_nobody),
        TEST(test_by_continue_code),
        TEST(test_too_many_wrong_codes_are_told),
        TEST(test_a_merged_client_is_the_one_that_stays),
        TEST(test_two_files_of_one_client_are_not_two_clients),
        TEST(test_either_name_of_merged_files_is_the_sender),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
