#include "net/delivery_answer.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"

#define ANSWER_LIMIT (64 * 1024)

/* How many times longer the waits grow while an agency decides: that takes people. */
#define PATIENCE 6

/* --- waiting ---------------------------------------------------------------------------------- */

static int64_t wait_within(int64_t wait, int64_t limit, int64_t failures, double random)
{
    while (--failures > 0 && wait < limit)
        wait *= 2;
    if (wait > limit)
        wait = limit;
    /* Half of it is certain, half is chance: what failed together does not come back together. */
    return wait / 2 + (int64_t)((double)(wait - wait / 2) * random);
}

int64_t delivery_wait_ms(const struct agency *agency, int64_t failures, double random)
{
    return wait_within(agency->retry_ms, agency->retry_limit_ms, failures, random);
}

bool delivery_answer_is_trouble(const struct delivery_answer *answer)
{
    if (answer->code != 0)
        return answer->code == ERROR_OFFLINE || answer->code == ERROR_REFUSED;
    return answer->reply->status == 429 || answer->reply->status == 503;
}

/* --- what was said ---------------------------------------------------------------------------- */

/* The agency's text without what must not reach a terminal, cut between characters. New string. */
static json_t *kept(const char *text, size_t limit)
{
    char *clean = text_clean(text, strlen(text), false);
    char *cut = clean != NULL ? malloc(limit + 1) : NULL;
    json_t *string;

    if (cut != NULL)
        text_copy(cut, limit + 1, clean);
    string = cut != NULL ? json_string(cut) : NULL;
    free(clean);
    free(cut);
    return string;
}

static json_t *body_read(const struct http_reply *reply)
{
    json_t *body = NULL;

    if (reply->body == NULL || json_read(&body, reply->body, reply->length, ANSWER_LIMIT,
                                         "the answer of an agency", NULL) != 0)
        return json_object();
    return body;
}

static json_t *refusal(const struct http_reply *reply, int64_t now_ms)
{
    json_t *body = body_read(reply);
    const char *text = json_text_or(body, "detail", json_text_or(body, "title", ""));
    char status[32];
    json_t *claimed;

    snprintf(status, sizeof(status), "HTTP %d", reply->status);
    claimed = json_pack("{s:s, s:s, s:o, s:o, s:n, s:n, s:n}", "state", "refused", "cause",
                        DELIVERY_REFUSED, "reason",
                        kept(*text != '\0' ? text : status, DELIVERY_REASON_LIMIT), "decided_at",
                        json_time(now_ms), "next_attempt_at", "give_up_at", "location");
    json_decref(body);
    return claimed;
}

/* NULL when there is no receipt in it. */
static json_t *acknowledgement(const struct http_reply *reply, int64_t now_ms)
{
    json_t *body = body_read(reply);
    const char *receipt = json_text_or(body, "receipt", "");
    json_t *claimed = NULL;

    if (*receipt != '\0')
        claimed = json_pack("{s:s, s:o, s:o, s:n, s:n, s:n, s:n, s:n}", "state", "acknowledged",
                            "receipt", kept(receipt, DELIVERY_RECEIPT_LIMIT), "decided_at",
                            json_time(now_ms), "cause", "reason", "next_attempt_at", "give_up_at",
                            "location");
    json_decref(body);
    return claimed;
}

/* --- later ------------------------------------------------------------------------------------ */

static bool is_sent(const struct record *delivery)
{
    return strcmp(record_text(delivery, "state"), "sent") == 0;
}

/* An agent who has it sent again begins a new series. */
int64_t delivery_attempt(const struct record *delivery)
{
    bool series = *record_text(delivery, "give_up_at") != '\0';

    return series ? json_integer_or(delivery->body, "attempts", 0) + 1 : 1;
}

/* When the time given to the agency ends: it begins with the first attempt. */
static int64_t give_up_at(const struct record *delivery, int64_t allowed_ms, int64_t now_ms)
{
    int64_t ms;

    return timestamp_parse(record_text(delivery, "give_up_at"), &ms) ? ms : now_ms + allowed_ms;
}

static int64_t next_at(const struct agency *agency, const struct record *delivery,
                       const struct delivery_answer *answer, int64_t now_ms, double random)
{
    int64_t limit = agency->retry_limit_ms * (is_sent(delivery) ? PATIENCE : 1);
    int64_t wait = wait_within(agency->retry_ms, limit, delivery_attempt(delivery), random);
    int64_t asked = answer->code == 0 ? answer->reply->retry_after_ms : -1;

    if (asked > DELIVERY_RETRY_AFTER_LIMIT_MS)
        asked = DELIVERY_RETRY_AFTER_LIMIT_MS;
    return now_ms + (asked > wait ? asked : wait);
}

static const char *cause_of(const struct delivery_answer *answer)
{
    if (answer->code == ERROR_TOO_LARGE || answer->code == ERROR_PROTOCOL)
        return DELIVERY_BAD_ANSWER;
    if (answer->code != 0)
        return DELIVERY_UNREACHABLE;
    return answer->reply->status >= 400 ? DELIVERY_AGENCY_FAULT : DELIVERY_BAD_ANSWER;
}

static json_t *later(const struct agency *agency, const struct record *delivery,
                     const struct delivery_answer *answer, int64_t now_ms, double random)
{
    bool sent = is_sent(delivery);
    int64_t end = give_up_at(delivery, sent ? agency->answer_ms : agency->give_up_ms, now_ms);
    int64_t next = next_at(agency, delivery, answer, now_ms, random);

    if (next > end)
        return json_pack("{s:s, s:s, s:o, s:n, s:n, s:n, s:n}", "state", "refused", "cause",
                         cause_of(answer), "decided_at", json_time(now_ms), "reason",
                         "next_attempt_at", "give_up_at", "location");
    return json_pack("{s:s, s:s, s:o, s:o, s:n}", "state", sent ? "sent" : "waiting", "cause",
                     cause_of(answer), "next_attempt_at", json_time(next), "give_up_at",
                     json_time(end), "reason");
}

/* The agency has it and has not decided. NULL when it does not say where to ask. */
static json_t *sent(const struct agency *agency, const struct record *delivery,
                    const struct delivery_answer *answer, int64_t now_ms, double random)
{
    const struct http_reply *reply = answer->reply;
    bool before = is_sent(delivery);
    char *path = reply->location != NULL ? agency_locate(agency, reply->location) : NULL;
    int64_t end =
        before ? give_up_at(delivery, agency->answer_ms, now_ms) : now_ms + agency->answer_ms;
    int64_t next = next_at(agency, delivery, answer, now_ms, random);
    json_t *claimed = NULL;

    if (before && path == NULL)
        path = strdup(record_text(delivery, "location"));
    if (path != NULL && next > end)
        claimed = json_pack("{s:s, s:s, s:o, s:n, s:n, s:n, s:n}", "state", "refused", "cause",
                            DELIVERY_NO_ANSWER, "decided_at", json_time(now_ms), "reason",
                            "next_attempt_at", "give_up_at", "location");
    else if (path != NULL)
        claimed = json_pack("{s:s, s:s, s:o, s:o, s:n, s:n}", "state", "sent", "location", path,
                            "next_attempt_at", json_time(next), "give_up_at", json_time(end),
                            "cause", "reason");
    if (claimed != NULL && !before)
        json_object_set_new(claimed, "sent_at", json_time(now_ms));
    free(path);
    return claimed;
}

json_t *delivery_answer_read(const struct agency *agency, const struct record *delivery,
                             const struct delivery_answer *answer, int64_t now_ms, double random)
{
    int status = answer->code == 0 ? answer->reply->status : 0;
    bool trouble = status == 408 || status == 409 || status == 425 || status == 429;
    json_t *claimed = NULL;

    if (status == 200 || status == 201)
        claimed = acknowledgement(answer->reply, now_ms);
    else if (status == 202)
        claimed = sent(agency, delivery, answer, now_ms, random);
    else if (status >= 400 && status < 500 && !trouble)
        claimed = refusal(answer->reply, now_ms);
    if (claimed == NULL)
        claimed = later(agency, delivery, answer, now_ms, random);
    if (claimed == NULL)
        return NULL;
    json_object_set_new(claimed, "tried_at", json_time(now_ms));
    /* Asking what came of it is a series of its own. */
    json_object_set_new(
        claimed, "attempts",
        json_integer(json_object_get(claimed, "sent_at") != NULL ? 0 : delivery_attempt(delivery)));
    return claimed;
}
