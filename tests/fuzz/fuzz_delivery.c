/*
 * Fuzzes what an agency's server answers to a delivery, or when it is asked what came of one: byte
 * for the status, byte for how the delivery stood and how long the agency wants to be left alone,
 * the Location up to a form feed, then the body. Whatever it says, the delivery stands somewhere
 * afterwards: nothing it brings into the record steers a terminal or is longer than agreed, and it
 * is asked again neither in haste nor elsewhere.
 */
#include "tests/fuzz/fuzz.h"

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"
#include "net/delivery_answer.h"

#define NOW INT64_C(1700000000000)
#define DAY (INT64_C(24) * 3600 * 1000)

static char id_text[] = "saaq", origin[] = "https://agency.example:8443", path[] = "/saaq/filings";

static const struct agency agency = {
    .id = id_text,
    .origin = origin,
    .path = path,
    .retry_ms = 30000,
    .retry_limit_ms = 3600000,
    .give_up_ms = 3 * DAY,
    .answer_ms = 30 * DAY,
};

static const int statuses[] = {200, 201, 202, 202, 204, 301, 400,
                               403, 408, 409, 422, 429, 500, 503};

static struct record *delivery_new(uint8_t how)
{
    struct id id = id_from_key("delivery", "fuzz");
    struct record *delivery = record_new(RECORD_DELIVERY, &id);

    FUZZ_HOLDS(delivery != NULL);
    json_object_set_new(delivery->body, "state", json_string(how & 1 ? "sent" : "waiting"));
    if (how & 1)
        json_object_set_new(delivery->body, "location", json_string("/saaq/filings/1"));
    if (how & 2) {
        json_object_set_new(delivery->body, "attempts", json_integer(how >> 4));
        json_object_set_new(delivery->body, "give_up_at", json_time(NOW + (how >> 5) * DAY));
    }
    return delivery;
}

static void text_holds(const json_t *claimed, const char *member, size_t limit)
{
    const char *text = json_text_or(claimed, member, "");
    char *clean = text_clean(text, strlen(text), false);

    FUZZ_HOLDS(clean != NULL && strcmp(clean, text) == 0);
    FUZZ_HOLDS(strlen(text) <= limit);
    free(clean);
}

/* A path of the agency's own host, which stands in one line of a request. */
static void location_holds(const char *location)
{
    FUZZ_HOLDS(location[0] == '/');
    for (const char *at = location; *at != '\0'; at++)
        FUZZ_HOLDS((unsigned char)*at > 0x20 && *at != 0x7F);
}

static void claim_holds(const json_t *claimed, int64_t asked_ms)
{
    const char *state = json_text_or(claimed, "state", "");
    const char *location = json_text_or(claimed, "location", "");
    int64_t next;
    bool waits = strcmp(state, "waiting") == 0 || strcmp(state, "sent") == 0;

    FUZZ_HOLDS(waits || strcmp(state, "acknowledged") == 0 || strcmp(state, "refused") == 0);
    text_holds(claimed, "receipt", DELIVERY_RECEIPT_LIMIT);
    text_holds(claimed, "reason", DELIVERY_REASON_LIMIT);
    if (location[0] != '\0')
        location_holds(location);
    if (!waits)
        return;
    FUZZ_HOLDS(json_require_time(claimed, "next_attempt_at", &next, NULL) == 0);
    FUZZ_HOLDS(next >= NOW + agency.retry_ms / 2 && next <= NOW + DAY);
    FUZZ_HOLDS(asked_ms > DAY || next >= NOW + asked_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *part;
    size_t length;

    if (size < 2)
        return 0;
    struct record *delivery = delivery_new(data[1]);
    struct http_reply reply = {
        .status = statuses[data[0] % (sizeof statuses / sizeof statuses[0])],
        .retry_after_ms = data[1] & 8 ? (INT64_C(1000) << (data[1] >> 3)) % (4 * DAY) : -1};
    data += 2;
    size -= 2;
    length = fuzz_part(&data, &size, &part);
    reply.location = length > 0 ? strndup((const char *)part, length) : NULL;
    reply.body = malloc(size + 1);
    reply.length = size;
    if (size > 0)
        memcpy(reply.body, data, size);
    reply.body[size] = '\0';
    const struct delivery_answer answer = {0, &reply};
    json_t *claimed = delivery_answer_read(&agency, delivery, &answer, NOW, 0.5);

    FUZZ_HOLDS(claimed != NULL);
    claim_holds(claimed, reply.retry_after_ms);
    json_decref(claimed);
    record_free(delivery);
    free(reply.location);
    free(reply.body);
    return 0;
}
