/* The SMS gateway, inwards: signatures, replays, parts, wishes, receipts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_sms.h"
#include "net/sms_incoming.h"
#include "tests/unit/ledger_fixture.h"

static const char secret[] = "sixteen characters and more";

/* The header that signs a body at a moment. */
static void sign(char header[128], const char *body, int64_t ms)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    char time[32], hex[2 * sizeof(mac) + 1];

    snprintf(time, sizeof(time), "%lld.", (long long)(ms / 1000));
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)time, strlen(time));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, strlen(body));
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(hex, sizeof(hex), mac, sizeof(mac));
    snprintf(header, 128, "t=%lld,v1=%s", (long long)(ms / 1000), hex);
}

static int check(struct ledger_fixture *f, const char *header, const char *body, int64_t now_ms)
{
    return sms_check(f->ledger, secret, header, body, strlen(body), now_ms, NULL);
}

static void test_signatures(void **state)
{
    struct ledger_fixture *f = *state;
    const int64_t now = INT64_C(1800000000000);
    char header[128], other[128];

    sign(header, "{}", now);
    assert_int_equal(check(f, NULL, "{}", now), ERROR_REFUSED);
    assert_int_equal(check(f, "t=x,v1=00", "{}", now), ERROR_REFUSED);
    assert_int_equal(check(f, header, "{ }", now), ERROR_REFUSED);
    assert_int_equal(check(f, header, "{}", now + SMS_WINDOW_MS + 2000), ERROR_REFUSED);
    assert_int_equal(check(f, header, "{}", now - SMS_WINDOW_MS - 2000), ERROR_REFUSED);
    assert_int_equal(check(f, header, "{}", now), 0);
    /* The same once more, also after a restart. */
    assert_int_equal(check(f, header, "{}", now + 1000), ERROR_REFUSED);
    fixture_reopen(f);
    assert_int_equal(check(f, header, "{}", now + 1000), ERROR_REFUSED);
    sign(other, "{}", now + 1000);
    assert_int_equal(check(f, other, "{}", now + 1000), 0);
}

static struct sms_result take(struct ledger_fixture *f, json_t *document)
{
    struct sms_result result;
    struct error error = ERROR_INIT;

    f->clock_ms += 1000;
    if (sms_take(f->ledger, "sample/q", document, f->clock_ms, &result, &error) != 0)
        fail_msg("%s", error.message);
    json_decref(document);
    return result;
}

static json_t *text_of(const char *id, const char *text)
{
    return json_pack("{s:s, s:s, s:s}", "id", id, "from", "418-555-0101", "text", text);
}

static json_t *part_of(int number, const char *text)
{
    return json_pack("{s:s, s:s, s:s, s:{s:s, s:i, s:i}}", "id", text, "from", "+14185550101",
                     "text", text, "part", "series", "a7", "number", number, "total", 3);
}

/* The one message that Ben sees: its text. */
static json_t *messages(struct ledger_fixture *f)
{
    json_t *page = fixture_desk(f, BEN, 0, 1000, NULL), *list = json_array();
    const json_t *document;
    size_t i;

    json_array_foreach(page, i, document)
    {
        if (strcmp(json_text_or(document, "type", ""), "message") == 0)
            json_array_append(list, json_object_get(document, "body"));
    }
    json_decref(page);
    return list;
}

static void test_one_case_for_one_client(void **state)
{
    struct ledger_fixture *f = *state;
    struct sms_result first = take(f, text_of("1", "Où en est ma demande ?"));
    struct sms_result again = take(f, text_of("1", "Où en est ma demande ?"));
    struct error error = ERROR_INIT;
    struct sms_result result;
    json_t *bad = json_pack("{s:s, s:s, s:s}", "id", "2", "from", "hello", "text", "x");

    assert_int_equal(first.kind, SMS_TAKEN);
    assert_int_equal(again.kind, SMS_TAKEN);
    assert_true(first.reference[0] != '\0');
    assert_string_equal(first.reference, again.reference);
    assert_int_equal(sms_take(f->ledger, "sample/q", bad, f->clock_ms, &result, &error),
                     ERROR_INVALID);
    json_decref(bad);
}

static void test_parts_are_joined(void **state)
{
    struct ledger_fixture *f = *state;
    json_t *list;

    assert_int_equal(take(f, part_of(3, "trois")).kind, SMS_PART);
    assert_int_equal(take(f, part_of(1, "un, ")).kind, SMS_PART);
    assert_int_equal(take(f, part_of(1, "un, ")).kind, SMS_PART);
    assert_int_equal(take(f, part_of(2, "deux, ")).kind, SMS_TAKEN);
    list = messages(f);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_text_or(json_array_get(list, 0), "text", ""), "un, deux, trois");
    json_decref(list);
}

static void test_what_does_not_come_is_not_waited_for(void **state)
{
    struct ledger_fixture *f = *state;
    struct error error = ERROR_INIT;
    json_t *list;
    bool more;

    take(f, part_of(1, "un, "));
    assert_int_equal(sms_take_old(f->ledger, "sample/q", f->clock_ms, &more, &error), 0);
    assert_false(more);
    assert_int_equal(
        sms_take_old(f->ledger, "sample/q", f->clock_ms + SMS_PATIENCE_MS + 1, &more, &error), 0);
    assert_true(more);
    assert_int_equal(
        sms_take_old(f->ledger, "sample/q", f->clock_ms + SMS_PATIENCE_MS + 1, &more, &error), 0);
    assert_false(more);
    list = messages(f);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(json_array_get(list, 0), "remarks"), 0)),
        "parts-missing");
    json_decref(list);
}

static bool stopped(struct ledger_fixture *f)
{
    bool is;

    assert_int_equal(ledger_sms_stopped(f->ledger, "+14185550101", &is, NULL), 0);
    return is;
}

static void test_stop_is_honoured(void **state)
{
    struct ledger_fixture *f = *state;
    json_t *client = fixture_client("sample/b"), *document = NULL, *list;
    struct id id, other;

    json_object_set_new(client, "phone", json_string("(418) 555-0101"));
    id = fixture_make(f, BEN, RECORD_CLIENT, client);
    client = fixture_client("sample/b");
    json_object_set_new(client, "phone", json_string("(514) 555-0101"));
    other = fixture_make(f, BEN, RECORD_CLIENT, client);
    assert_int_equal(take(f, text_of("1", " Arrêt. ")).kind, SMS_STOPPED);
    assert_true(stopped(f));
    assert_int_equal(fixture_read(f, BEN, RECORD_CLIENT, &id, &document), 0);
    assert_true(json_is_false(json_object_get(
        json_object_get(json_object_get(document, "body"), "channel_consent"), "sms")));
    json_decref(document);
    /* Another number that ends alike is another one. */
    assert_int_equal(fixture_read(f, BEN, RECORD_CLIENT, &other, &document), 0);
    assert_null(json_object_get(json_object_get(document, "body"), "channel_consent"));
    json_decref(document);
    list = messages(f);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    assert_int_equal(take(f, text_of("2", "START")).kind, SMS_STOPPED);
    assert_false(stopped(f));
    /* A sentence with the word in it is a message. */
    assert_int_equal(take(f, text_of("3", "Je veux que ça arrête de pleuvoir")).kind, SMS_TAKEN);
}

static void test_receipts(void **state)
{
    struct ledger_fixture *f = *state;
    struct error error = ERROR_INIT;
    struct id id =
        fixture_make(f, BEN, RECORD_MESSAGE,
                     json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "channel", "sms",
                               "direction", "out", "text", "B", "to", "+14185550101", "office",
                               "sample/b", "at", "2026-11-24T12:00:00.000Z", "state", "queued",
                               "author", f->actors[BEN].agent.text));
    json_t *receipt = json_pack("{s:s, s:s}", "id", id.text, "state", "delivered");
    json_t *document = NULL;

    assert_int_equal(sms_receipt(f->ledger, receipt, f->clock_ms, &error), 0);
    assert_int_equal(fixture_read(f, BEN, RECORD_MESSAGE, &id, &document), 0);
    assert_string_equal(json_text_or(json_object_get(document, "body"), "state", ""), "sent");
    json_decref(document);
    json_object_set_new(receipt, "state", json_string("failed"));
    json_object_set_new(receipt, "reason", json_string("no\x1bsuch"));
    assert_int_equal(sms_receipt(f->ledger, receipt, f->clock_ms, &error), 0);
    assert_int_equal(fixture_read(f, BEN, RECORD_MESSAGE, &id, &document), 0);
    assert_string_equal(json_text_or(json_object_get(document, "body"), "state", ""), "bounced");
    assert_null(strchr(json_text_or(json_object_get(document, "body"), "reason", ""), '\x1b'));
    json_decref(document);
    json_object_set_new(receipt, "state", json_string("lost"));
    assert_int_equal(sms_receipt(f->ledger, receipt, f->clock_ms, &error), ERROR_INVALID);
    json_decref(receipt);
}

static int setup(void **state)
{
    int code = fixture_setup(state);

    fixture_publish(*state, RECORD_QUEUE, "sample/q", json_pack("{s:[s]}", "offices", "sample/b"));
    return code;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_signatures),       TEST(test_one_case_for_one_client),
        TEST(test_parts_are_joined), TEST(test_what_does_not_come_is_not_waited_for),
        TEST(test_stop_is_honoured), TEST(test_receipts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
