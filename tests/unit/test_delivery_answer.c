/* What each answer of an agency means, and the file that says where agencies are. */
#include "net/delivery_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"
#include "tests/unit/unit.h"

#define NOW    INT64_C(1700000000000)
#define SECOND INT64_C(1000)

static char id_text[] = "saaq", origin[] = "https://agency.example:8443", path[] = "/saaq/filings";

static const struct agency agency = {
    .id = id_text,
    .origin = origin,
    .path = path,
    .retry_ms = 30 * SECOND,
    .retry_limit_ms = 3600 * SECOND,
    .give_up_ms = 72 * 3600 * SECOND,
    .answer_ms = 720 * 3600 * SECOND,
};

/* A delivery in this state, with these further members (stolen). */
static struct record *delivery_in(const char *state, json_t *more)
{
    struct id id = id_from_key("delivery", "test");
    struct record *record = record_new(RECORD_DELIVERY, &id);

    json_object_set_new(record->body, "state", json_string(state));
    if (more != NULL)
        json_object_update(record->body, more);
    json_decref(more);
    return record;
}

static json_t *read_reply(const struct record *delivery, const struct http_reply *reply)
{
    const struct delivery_answer answer = {0, reply};
    json_t *claimed = delivery_answer_read(&agency, delivery, &answer, NOW, 0.5);

    assert_non_null(claimed);
    return claimed;
}

/* What a first POST's answer makes of it. */
static json_t *answered(int status, const char *body, const char *location)
{
    struct record *delivery = delivery_in("waiting", NULL);
    struct http_reply reply = {.status = status,
                               .body = (char *)(uintptr_t)body,
                               .length = body != NULL ? strlen(body) : 0,
                               .location = (char *)(uintptr_t)location,
                               .retry_after_ms = -1};
    json_t *claimed = read_reply(delivery, &reply);

    record_free(delivery);
    return claimed;
}

static void expect(json_t *claimed, const char *state, const char *member, const char *text)
{
    assert_string_equal(json_text_or(claimed, "state", ""), state);
    assert_string_equal(json_text_or(claimed, member, ""), text);
    json_decref(claimed);
}

static void test_statuses(void **state)
{
    static const int refused[] = {400, 401, 403, 404, 405, 410, 413, 415, 422, 451, 499};
    static const int trouble[] = {408, 409, 425, 429, 500, 501, 502, 503, 504, 599};
    static const int senseless[] = {203, 204, 206, 226, 300, 301, 302, 304, 307, 308};
    char words[16];

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        snprintf(words, sizeof(words), "HTTP %d", refused[i]);
        expect(answered(refused[i], NULL, NULL), "refused", "reason", words);
        expect(answered(refused[i], "{}", NULL), "refused", "cause", DELIVERY_REFUSED);
    }
    for (size_t i = 0; i < sizeof(trouble) / sizeof(trouble[0]); i++)
        expect(answered(trouble[i], "{\"receipt\": \"R\"}", NULL), "waiting", "cause",
               DELIVERY_AGENCY_FAULT);
    for (size_t i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++)
        expect(answered(senseless[i], "{\"receipt\": \"R\"}", "/elsewhere"), "waiting", "cause",
               DELIVERY_BAD_ANSWER);
    expect(answered(200, "{\"receipt\": \"R-1\"}", NULL), "acknowledged", "receipt", "R-1");
    expect(answered(201, "{\"receipt\": \"R-2\"}", NULL), "acknowledged", "receipt", "R-2");
}

static void test_receipts(void **state)
{
    static const char *const none[] = {"",
                                       "{}",
                                       "[]",
                                       "\"R\"",
                                       "{\"receipt\": 1}",
                                       "{\"receipt\": \"\"}",
                                       "{\"receipt\": \"R\"",
                                       "{\"receipt\": \"\xff\"}"};
    char body[2048] = "{\"receipt\": \"";
    json_t *claimed;

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        expect(answered(200, none[i], NULL), "waiting", "cause", DELIVERY_BAD_ANSWER);
    /* Too long, it is cut at a character; what must not reach a terminal is marked. */
    for (int i = 0; i < 400; i++)
        strcat(body, "é");
    strcat(body, "\"}");
    claimed = answered(200, body, NULL);
    assert_int_equal(strlen(json_text_or(claimed, "receipt", "")), DELIVERY_RECEIPT_LIMIT);
    json_decref(claimed);
    claimed = answered(200, "{\"receipt\": \"R\\u001b[2J\\u202e\"}", NULL);
    assert_null(strchr(json_text_or(claimed, "receipt", ""), '\x1b'));
    assert_null(strstr(json_text_or(claimed, "receipt", ""), "\xe2\x80\xae"));
    json_decref(claimed);
}

static void test_reasons(void **state)
{
    char body[8192] = "{\"title\": \"No\", \"detail\": \"";
    json_t *claimed;

    (void)state;
    expect(answered(422, "{\"title\": \"No\", \"detail\": \"Unknown plate\"}", NULL), "refused",
           "reason", "Unknown plate");
    expect(answered(422, "{\"title\": \"No\"}", NULL), "refused", "reason", "No");
    expect(answered(422, "<html>", NULL), "refused", "reason", "HTTP 422");
    for (int i = 0; i < 2000; i++)
        strcat(body, "\xc3\xa9");
    strcat(body, "\"}");
    claimed = answered(422, body, NULL);
    assert_int_equal(strlen(json_text_or(claimed, "reason", "")), DELIVERY_REASON_LIMIT);
    json_decref(claimed);
}

static void test_locations(void **state)
{
    static const struct {
        const char *given, *path;
    } good[] = {
        {"/saaq/filings/1", "/saaq/filings/1"},
        {"https://agency.example:8443/x?id=1", "/x?id=1"},
        {"HTTPS://AGENCY.example:8443/x", "/x"},
        {"1/status", "/saaq/1/status"},
    };
    static const char *const bad[] = {"https://agency.example/x",
                                      "http://agency.example:8443/x",
                                      "https://other:8443/x",
                                      "//other/x",
                                      "file:///etc/passwd",
                                      "https://127.0.0.1:8443/",
                                      "https://agency.example:8443@x/",
                                      ""};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        json_t *claimed = answered(202, NULL, good[i].given);

        assert_int_equal(json_integer_or(claimed, "attempts", -1), 0);
        expect(claimed, "sent", "location", good[i].path);
    }
    /* To another place it is not asked: the agency chose where, not whom. */
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect(answered(202, NULL, bad[i]), "waiting", "cause", DELIVERY_BAD_ANSWER);
    expect(answered(202, NULL, NULL), "waiting", "cause", DELIVERY_BAD_ANSWER);
}

static int64_t next_of(json_t *claimed)
{
    int64_t ms = 0;

    assert_true(timestamp_parse(json_text_or(claimed, "next_attempt_at", ""), &ms));
    json_decref(claimed);
    return ms - NOW;
}

static void test_waits(void **state)
{
    struct http_reply reply = {.status = 503, .retry_after_ms = -1};
    struct record *first = delivery_in("waiting", NULL);
    struct record *fifth =
        delivery_in("waiting", json_pack("{s:i, s:o}", "attempts", 4, "give_up_at",
                                         json_time(NOW + agency.give_up_ms)));

    (void)state;
    /* Half certain, half chance, twice as long each time, up to the limit. */
    assert_int_equal(delivery_wait_ms(&agency, 1, 0), 15 * SECOND);
    assert_int_equal(delivery_wait_ms(&agency, 1, 1), 30 * SECOND);
    assert_int_equal(delivery_wait_ms(&agency, 3, 1), 120 * SECOND);
    assert_int_equal(delivery_wait_ms(&agency, 1000000, 1), 3600 * SECOND);
    assert_int_equal(delivery_wait_ms(&agency, 1000000, 0), 1800 * SECOND);
    assert_int_equal(next_of(read_reply(first, &reply)), 22500);
    assert_int_equal(next_of(read_reply(fifth, &reply)), 360 * SECOND);
    assert_int_equal(delivery_attempt(first), 1);
    assert_int_equal(delivery_attempt(fifth), 5);
    /* Retry-After counts when it is later, for a day at most. */
    reply.retry_after_ms = 5 * SECOND;
    assert_int_equal(next_of(read_reply(first, &reply)), 22500);
    reply.retry_after_ms = 7200 * SECOND;
    assert_int_equal(next_of(read_reply(first, &reply)), 7200 * SECOND);
    reply.retry_after_ms = 10 * DELIVERY_RETRY_AFTER_LIMIT_MS;
    assert_int_equal(next_of(read_reply(first, &reply)), DELIVERY_RETRY_AFTER_LIMIT_MS);
    /* While the agency decides the waits grow longer. */
    reply = (struct http_reply){.status = 202, .retry_after_ms = -1};
    json_object_set_new(fifth->body, "state", json_string("sent"));
    json_object_set_new(fifth->body, "location", json_string("/1"));
    json_object_set_new(fifth->body, "attempts", json_integer(1000));
    assert_int_equal(next_of(read_reply(fifth, &reply)), 6 * 2700 * SECOND);
    record_free(first);
    record_free(fifth);
}

static void test_giving_up(void **state)
{
    struct http_reply reply = {.status = 500, .retry_after_ms = -1};
    struct record *late = delivery_in(
        "waiting", json_pack("{s:i, s:o}", "attempts", 9, "give_up_at", json_time(NOW + SECOND)));
    struct record *asked = delivery_in(
        "sent", json_pack("{s:s, s:o}", "location", "/1", "give_up_at", json_time(NOW + SECOND)));
    struct record *again = delivery_in("waiting", json_pack("{s:i}", "attempts", 9));
    json_t *claimed;

    (void)state;
    claimed = read_reply(late, &reply);
    assert_int_equal(json_integer_or(claimed, "attempts", 0), 10);
    assert_true(json_is_null(json_object_get(claimed, "give_up_at")));
    expect(claimed, "refused", "cause", DELIVERY_AGENCY_FAULT);
    reply.status = 202;
    expect(read_reply(asked, &reply), "refused", "cause", DELIVERY_NO_ANSWER);
    /* Sent again by an agent: a new series, with all its time. */
    reply.status = 500;
    claimed = read_reply(again, &reply);
    assert_int_equal(json_integer_or(claimed, "attempts", 0), 1);
    expect(claimed, "waiting", "cause", DELIVERY_AGENCY_FAULT);
    record_free(late);
    record_free(asked);
    record_free(again);
}

static void test_no_answer(void **state)
{
    static const struct {
        int code;
        const char *cause;
        bool trouble;
    } failures[] = {
        {ERROR_OFFLINE, DELIVERY_UNREACHABLE, true},
        {ERROR_REFUSED, DELIVERY_UNREACHABLE, true}, /* the certificate */
        {ERROR_TOO_LARGE, DELIVERY_BAD_ANSWER, false},
        {ERROR_PROTOCOL, DELIVERY_BAD_ANSWER, false},
    };
    struct record *delivery = delivery_in("waiting", NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        const struct delivery_answer answer = {failures[i].code, NULL};

        expect(delivery_answer_read(&agency, delivery, &answer, NOW, 1), "waiting", "cause",
               failures[i].cause);
        assert_int_equal(delivery_answer_is_trouble(&answer), failures[i].trouble);
    }
    record_free(delivery);
}

/* --- the file --------------------------------------------------------------------------------- */

static int read_file(const char *text, struct agencies *agencies, struct error *error)
{
    char name[] = "/tmp/guichet-agencies-XXXXXX";
    int file = mkstemp(name);
    int code;

    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    code = agencies_read(agencies, name, error);
    unlink(name);
    return code;
}

static void wrong(const char *text, const char *words)
{
    struct agencies agencies;
    struct error error = ERROR_INIT;

    assert_int_not_equal(read_file(text, &agencies, &error), 0);
    if (strstr(error.message, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, error.message);
    assert_int_equal(agencies.count, 0);
}

static void test_file(void **state)
{
    struct agencies agencies;

    (void)state;
    assert_int_equal(
        read_file(
            "{\"agencies\": [{\"id\": \"saaq\", \"url\": \"https://A.Example:443/f?x=1\"},"
            "{\"id\": \"ramq\", \"url\": \"https://b.example:8443\", \"ca_file\": \"/ca.pem\","
            "\"timeout_seconds\": 5, \"retry_seconds\": 1, \"retry_limit_seconds\": 2,"
            "\"give_up_seconds\": 3, \"answer_seconds\": 4}]}",
            &agencies, NULL),
        0);
    assert_int_equal(agencies.count, 2);
    assert_string_equal(agencies.items[0].origin, "https://a.example");
    assert_string_equal(agencies.items[0].path, "/f?x=1");
    assert_int_equal(agencies.items[0].timeout_ms, 30 * SECOND);
    assert_int_equal(agencies.items[0].give_up_ms, 72 * 3600 * SECOND);
    assert_string_equal(agencies.items[1].origin, "https://b.example:8443");
    assert_string_equal(agencies.items[1].path, "/");
    assert_string_equal(agencies.items[1].ca_file, "/ca.pem");
    assert_int_equal(agencies.items[1].answer_ms, 4 * SECOND);
    agencies_free(&agencies);
    wrong("", "guichet-agencies");
    wrong("[]", "\"agencies\"");
    wrong("{\"agencies\": [], \"more\": 1}", "one member");
    wrong("{\"agencies\": {}}", "list of at most");
    wrong("{\"agencies\": [1]}", "agency 1: not an object");
    wrong("{\"agencies\": [{\"url\": \"https://a\"}]}", "id");
    wrong("{\"agencies\": [{\"id\": \"a\"}]}", "url");
    wrong("{\"agencies\": [{\"id\": \"a\", \"url\": \"nowhere at all\"}]}", "url");
    wrong("{\"agencies\": [{\"id\": \"a\", \"url\": \"https://u:p@a/\"}]}", "url");
    wrong("{\"agencies\": [{\"id\": \"a\", \"url\": \"https://a\", \"timout\": 1}]}", "timout");
    wrong("{\"agencies\": [{\"id\": \"a\", \"url\": \"https://a\", \"timeout_seconds\": 0}]}",
          "timeout_seconds");
    wrong("{\"agencies\": [{\"id\": \"a\", \"url\": \"https://a\", \"ca_file\": 1}]}", "ca_file");
    wrong("{\"agencies\": [{\"id\": \"a\", \"url\": \"https://a\"},"
          "{\"id\": \"a\", \"url\": \"https://b\"}]}",
          "agency 2: \"id\"");
}

/* Records name it: it is the same for ever. */
static void the_server_has_one_id(void **state)
{
    struct id computed = id_from_key("system", "deliveries"), server = delivery_server();

    (void)state;
    assert_string_equal(server.text, computed.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_has_one_id),
        cmocka_unit_test(test_statuses),  cmocka_unit_test(test_receipts),
        cmocka_unit_test(test_reasons),   cmocka_unit_test(test_locations),
        cmocka_unit_test(test_waits),     cmocka_unit_test(test_giving_up),
        cmocka_unit_test(test_no_answer), cmocka_unit_test(test_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
