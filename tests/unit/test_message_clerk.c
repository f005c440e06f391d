/* Clients who asked for it are told by themselves what becomes of their cases. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/continue.h"
#include "app/json.h"
#include "tests/unit/message_fixture.h"

static void publish_templates(struct ledger_fixture *f)
{
    static const char *const uses[] = {"received", "information-missing", "decision"};

    for (size_t i = 0; i < 3; i++)
        fixture_publish(f, RECORD_TEMPLATE, uses[i],
                        json_pack("{s:s, s:{s:s}, s:{s:s}}", "use", uses[i], "subject", "fr",
                                  "Demande {reference}", "text", "fr",
                                  "{name} {status}\nManque : {missing}\n{status_page}\nCode "
                                  "{status_code}\n"));
    fixture_publish(f, RECORD_TEMPLATE, "questionnaire",
                    json_pack("{s:s, s:s, s:{s:s}, s:{s:s}}", "use", "questionnaire", "form",
                              "satisfaction", "subject", "fr", "S", "text", "fr",
                              "{questionnaire}\n"));
}

static void test_tells_each_change_once(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = message_client(f, "email", true), matter;
    struct message_worker *worker;
    json_t *list, *body;

    publish_templates(f);
    worker = message_start(f, true);
    matter = message_case(f, &client);
    message_wait_told(f);
    list = message_told(f, &matter);
    assert_int_equal(json_array_size(list), 1);
    body = json_array_get(list, 0);
    assert_string_equal(json_text_or(body, "channel", ""), "email");
    assert_string_equal(json_text_or(body, "to", ""), "zoe@example.ca");
    assert_non_null(strstr(json_text_or(body, "text", ""), "Zoé Roy reçue\nhttps://services"));
    /* Nothing is missing, so that line is not there; the client had no code yet. */
    assert_null(strstr(json_text_or(body, "text", ""), "Manque"));
    assert_non_null(strstr(json_text_or(body, "text", ""), "Code "));
    json_decref(list);
    message_worker_stop(worker);
    fixture_reopen(f);
    worker = message_start(f, true);
    message_status(f, &matter, "in-progress");
    message_status(f, &matter, "approved");
    message_wait_told(f);
    list = message_told(f, &matter);
    assert_int_equal(json_array_size(list), 2);
    json_decref(list);
    message_status(f, &matter, "closed");
    message_wait_told(f);
    list = message_told(f, &matter);
    assert_int_equal(json_array_size(list), 3);
    json_decref(list);
    body = message_body(f, RECORD_CASE, &matter);
    assert_string_equal(json_text_or(json_object_get(body, "questionnaire"), "form", ""),
                        "satisfaction");
    assert_non_null(json_object_get(body, "status_code"));
    json_decref(body);
    message_worker_stop(worker);
}

/* The newest message of a case says this, and nothing of how the record puts it. */
static void expect_told(struct ledger_fixture *f, const struct id *matter, const char *words)
{
    json_t *list, *body;
    const char *text;

    message_wait_told(f);
    list = message_told(f, matter);
    body = json_array_get(list, json_array_size(list) - 1);
    text = json_text_or(body, "text", "");
    if (strncmp(text, words, strlen(words)) != 0 || text[strlen(words)] != '\n')
        fail_msg("\"%s\" instead of \"%s\"", text, words);
    json_decref(list);
}

static void publish_both_languages(struct ledger_fixture *f)
{
    static const char *const uses[] = {"received", "information-missing", "decision"};

    for (size_t i = 0; i < 3; i++)
        fixture_publish(f, RECORD_TEMPLATE, uses[i],
                        json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s}}", "use", uses[i], "subject",
                                  "fr", "Demande {reference}", "en", "Request {reference}", "text",
                                  "fr", "{status}\n", "en", "{status}\n"));
}

static struct id make_client_in(struct ledger_fixture *f, const char *language, const char *address)
{
    json_t *body = fixture_client("sample/b");

    json_object_set_new(body, "name", json_string("Zoé Roy"));
    json_object_set_new(body, "language", json_string(language));
    json_object_set_new(body, "email", json_string(address));
    json_object_set_new(body, "preferred_channel", json_string("email"));
    json_object_set_new(body, "alerts", json_true());
    return fixture_make(f, BEN, RECORD_CLIENT, body);
}

/* Nobody is told "information-missing": it is said in words, in the language of the client. */
static void test_tells_in_the_words_of_their_language(void **state)
{
    static const struct {
        const char *language, *received, *missing, *approved, *refused;
    } said[] = {
        {"fr", "reçue", "information manquante", "acceptée", "refusée"},
        {"fr-CA", "reçue", "information manquante", "acceptée", "refusée"},
        {"en", "received", "information missing", "approved", "refused"},
    };
    struct ledger_fixture *f = *state;
    struct message_worker *worker;

    publish_both_languages(f);
    worker = message_start(f, true);
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        struct id client = make_client_in(f, said[i].language, "zoe@example.ca"), matter;

        matter = message_case(f, &client);
        expect_told(f, &matter, said[i].received);
        message_status(f, &matter, "information-missing");
        expect_told(f, &matter, said[i].missing);
        message_status(f, &matter, "in-progress");
        message_status(f, &matter, "approved");
        expect_told(f, &matter, said[i].approved);
        matter = message_case(f, &client);
        expect_told(f, &matter, said[i].received);
        message_status(f, &matter, "refused");
        expect_told(f, &matter, said[i].refused);
    }
    message_worker_stop(worker);
}

/* The case is of a file that was merged into another one: who is written to is who they are now. */
static void test_tells_a_merged_client_where_they_are_now(void **state)
{
    struct ledger_fixture *f = *state;
    struct id old = make_client_in(f, "fr", "old@example.ca"), matter = message_case(f, &old);
    struct id stays = make_client_in(f, "en", "new@example.ca");
    struct message_worker *worker;
    json_t *list, *body;

    publish_both_languages(f);
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_CLIENT, &old, 1,
                                      json_pack("{s:s}", "merged_into", stays.text)));
    worker = message_start(f, true);
    message_wait_told(f);
    message_status(f, &matter, "approved");
    expect_told(f, &matter, "approved");
    message_worker_stop(worker);
    list = message_told(f, &matter);
    body = json_array_get(list, json_array_size(list) - 1);
    assert_string_equal(json_text_or(body, "to", ""), "new@example.ca");
    assert_string_equal(json_text_or(body, "client", ""), stays.text);
    json_decref(list);
}

static int64_t codes_kept(struct ledger_fixture *f)
{
    sqlite3_stmt *statement;
    sqlite3 *database;
    int64_t count;

    assert_int_equal(sqlite3_open_v2(f->path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    assert_int_equal(
        sqlite3_prepare_v2(database, "SELECT count(*) FROM message_code", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count;
}

/* The code in a text opens what the case grants. */
static void expect_opens(struct ledger_fixture *f, const struct id *matter, const char *member,
                         const char *text)
{
    unsigned char hash[CONTINUE_HASH_BYTES];
    struct continue_code code;
    struct continue_grant given;
    json_t *body = message_body(f, RECORD_CASE, matter);

    assert_true(continue_grant_from_json(json_object_get(body, member), &given));
    assert_int_equal(continue_code_read(&code, text), CONTINUE_READ);
    assert_int_equal(continue_code_hash(&code, given.salt, hash, NULL), 0);
    assert_memory_equal(hash, given.hash, sizeof(hash));
    json_decref(body);
}

/* Whoever reads the case sees that a code was sent, and not the code; the client gets it, also when
 * the server was killed meanwhile; once it is sent nobody keeps it. */
static void test_codes_stand_in_no_record(void **state)
{
    static const char page[] = "https://services.example.ca/v1/questionnaire/";
    struct ledger_fixture *f = *state;
    struct id client = message_client(f, "email", true), matter;
    struct message_worker *worker;
    json_t *list;
    char code[15] = "";
    const char *text;

    publish_templates(f);
    message_email.fates[0] = message_email.fates[1] = MESSAGE_LATER;
    message_email.fates[2] = MESSAGE_SENT;
    message_email.fate_count = 3;
    worker = message_start(f, false);
    matter = message_case(f, &client);
    message_wait_told(f);
    message_worker_stop(worker);
    list = message_told(f, &matter);
    text = json_text_or(json_array_get(list, 0), "text", "");
    assert_non_null(strstr(text, "\nCode **** **** ****\n"));
    assert_int_equal(codes_kept(f), 1);
    json_decref(list);
    fixture_reopen(f);
    worker = message_start(f, true);
    for (int i = 0; i < 2000 && codes_kept(f) > 0; i++)
        usleep(5000);
    assert_int_equal(codes_kept(f), 0);
    assert_int_equal(message_calls(&message_email), 3);
    for (int i = 0; i < 3; i++) {
        text = strstr(message_email.texts[i], "\nCode ");
        assert_non_null(text);
        snprintf(code, sizeof(code), "%.14s", text + strlen("\nCode "));
        expect_opens(f, &matter, "status_code", code);
    }
    list = message_told(f, &matter);
    assert_non_null(strstr(json_text_or(json_array_get(list, 0), "text", ""), "****"));
    json_decref(list);
    message_status(f, &matter, "closed");
    message_wait_told(f);
    for (int i = 0; i < 2000 && (message_calls(&message_email) < 4 || codes_kept(f) > 0); i++)
        usleep(5000);
    message_worker_stop(worker);
    assert_int_equal(strncmp(message_email.texts[3], page, strlen(page)), 0);
    snprintf(code, sizeof(code), "%.12s", message_email.texts[3] + strlen(page));
    expect_opens(f, &matter, "questionnaire", code);
    list = message_told(f, &matter);
    assert_null(strstr(json_text_or(json_array_get(list, 1), "text", code), code));
    json_decref(list);
}

static void test_tells_nobody_unasked(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = message_client(f, "sms", false), matter;
    struct message_worker *worker;
    json_t *list;

    publish_templates(f);
    worker = message_start(f, true);
    matter = message_case(f, &client);
    message_status(f, &matter, "approved");
    message_wait_told(f);
    message_worker_stop(worker);
    list = message_told(f, &matter);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tells_each_change_once, message_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_codes_stand_in_no_record, message_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_tells_in_the_words_of_their_language, message_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_tells_a_merged_client_where_they_are_now,
                                        message_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_tells_nobody_unasked, message_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
