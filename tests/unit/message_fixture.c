#include "tests/unit/message_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"

struct message_channel message_email, message_sms;

static void name_it(void *context, const struct record *message, char id[MESSAGE_ID_SIZE])
{
    struct message_channel *channel = context;

    snprintf(id, MESSAGE_ID_SIZE, "guichet.%s@example.ca", message->id.text);
    snprintf(channel->name_now, sizeof(channel->name_now), "%s", id);
}

static int take(void *context, const struct ledger_letter *letter,
                const struct message_last_step *last_step, struct message_outcome *outcome,
                struct error *error)
{
    struct message_channel *channel = context;
    bool cancelled, steps;

    pthread_mutex_lock(&channel->mutex);
    if (channel->calls < 8) {
        snprintf(channel->texts[channel->calls], 2048, "%s", record_text(letter->message, "text"));
        snprintf(channel->to[channel->calls], 64, "%s", record_text(letter->message, "to"));
        memcpy(channel->names[channel->calls], channel->name_now, MESSAGE_ID_SIZE);
    }
    outcome->fate = channel->fates[channel->calls < channel->fate_count ? channel->calls
                                                                        : channel->fate_count - 1];
    channel->calls++;
    cancelled = channel->cancelled;
    steps = channel->steps;
    pthread_mutex_unlock(&channel->mutex);
    if (outcome->fate != MESSAGE_SENT)
        snprintf(outcome->reason, sizeof(outcome->reason), "550 no such user");
    if (steps)
        assert_int_equal(last_step->take(last_step->context, error), 0);
    return cancelled ? error_set(error, ERROR_CANCELLED, "stopped") : 0;
}

void message_channel_reset(struct message_channel *channel)
{
    memset(channel, 0, sizeof(*channel));
    pthread_mutex_init(&channel->mutex, NULL);
    channel->fates[0] = MESSAGE_SENT;
    channel->fate_count = 1;
}

int message_calls(struct message_channel *channel)
{
    int calls;

    pthread_mutex_lock(&channel->mutex);
    calls = channel->calls;
    pthread_mutex_unlock(&channel->mutex);
    return calls;
}

static void quiet(void *context, const char *line)
{
    (void)context;
    (void)line;
}

struct message_worker *message_start(struct ledger_fixture *f, bool connected)
{
    static struct message_carrier carriers[2];
    struct message_worker_options options = {.carriers = carriers,
                                             .carrier_count = connected ? 2 : 0,
                                             .public_address = "https://services.example.ca",
                                             .retry_ms = 10,
                                             .retry_limit_ms = 40,
                                             .give_up_ms = 60000,
                                             .log = quiet};
    struct message_worker *worker;
    struct error error = ERROR_INIT;

    carriers[0] = (struct message_carrier){"email", &message_email, name_it, take, NULL};
    carriers[1] = (struct message_carrier){"sms", &message_sms, NULL, take, NULL};
    if (message_worker_start(&worker, &options, f->ledger, &error) != 0)
        fail_msg("%s", error.message);
    return worker;
}

int message_setup(void **state)
{
    message_channel_reset(&message_email);
    message_channel_reset(&message_sms);
    return fixture_setup(state);
}

/* --- records ---------------------------------------------------------------------------------- */

struct id message_client(struct ledger_fixture *f, const char *channel, bool alerts)
{
    json_t *body = fixture_client("sample/b");

    json_object_set_new(body, "name", json_string("Zoé Roy"));
    json_object_set_new(body, "language", json_string("fr"));
    json_object_set_new(body, "email", json_string("zoe@example.ca"));
    json_object_set_new(body, "phone", json_string("418 555-0101"));
    json_object_set_new(body, "preferred_channel", json_string(channel));
    json_object_set_new(body, "alerts", json_boolean(alerts));
    return fixture_make(f, BEN, RECORD_CLIENT, body);
}

struct id message_case(struct ledger_fixture *f, const struct id *client)
{
    json_t *body = fixture_case(f, BEN, "sample/b");

    json_object_set_new(body, "client", json_string(client->text));
    return fixture_make(f, BEN, RECORD_CASE, body);
}

struct id message_queued(struct ledger_fixture *f, const char *channel)
{
    return fixture_make(f, BEN, RECORD_MESSAGE,
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "channel",
                                  channel, "direction", "out", "text", "Bonjour", "subject", "S",
                                  "to", "zoe@example.ca", "office", "sample/b", "at",
                                  "2026-11-24T12:00:00.000Z", "state", "queued", "author",
                                  f->actors[BEN].agent.text));
}

json_t *message_body(struct ledger_fixture *f, enum record_type type, const struct id *id)
{
    json_t *document = NULL, *body;

    assert_int_equal(fixture_read(f, BEN, type, id, &document), 0);
    body = json_incref(json_object_get(document, "body"));
    json_decref(document);
    return body;
}

/* Waits until the message is in this state. New reference to its body. */
json_t *message_wait_for(struct ledger_fixture *f, const struct id *id, const char *member,
                         const char *expected)
{
    const struct timespec pause = {0, 5000000};

    for (int i = 0; i < 6000; i++) {
        json_t *body = message_body(f, RECORD_MESSAGE, id);

        if (strcmp(json_text_or(body, member, ""), expected) == 0)
            return body;
        json_decref(body);
        nanosleep(&pause, NULL);
    }
    fail_msg("%s never became %s", member, expected);
    return NULL;
}

/* By their ids, which the server makes in the order of time; the page is in that of their last
 * change, and a message that was sent meanwhile has one. */
static int by_id(const void *left, const void *right)
{
    json_t *const *a = left, *const *b = right;

    return strcmp(json_text_or(*a, "id", ""), json_text_or(*b, "id", ""));
}

/* The messages of the case that the server wrote, as Ben sees them, oldest first. New reference. */
json_t *message_told(struct ledger_fixture *f, const struct id *matter)
{
    json_t *page = fixture_desk(f, BEN, 0, 1000, NULL), *list = json_array();
    json_t *document, *found[100];
    size_t count = 0, i;

    json_array_foreach(page, i, document)
    {
        if (strcmp(json_text_or(document, "type", ""), "message") != 0 ||
            strcmp(json_text_or(json_object_get(document, "body"), "case", ""), matter->text) != 0)
            continue;
        assert_true(count < sizeof(found) / sizeof(found[0]));
        found[count++] = document;
    }
    qsort(found, count, sizeof(found[0]), by_id);
    for (i = 0; i < count; i++)
        json_array_append(list, json_object_get(found[i], "body"));
    json_decref(page);
    return list;
}

/* Waits until no notice is left. */
void message_wait_told(struct ledger_fixture *f)
{
    const struct timespec pause = {0, 5000000};
    struct ledger_notice notice;
    struct error error = ERROR_INIT;
    bool found = true;

    for (int i = 0; i < 6000 && found; i++) {
        assert_int_equal(ledger_notice_first(f->ledger, &notice, &found, &error), 0);
        if (found)
            nanosleep(&pause, NULL);
    }
    assert_false(found);
}

/* A claim by Ben, who has seen the record as it stands. */
void message_claim(struct ledger_fixture *f, enum record_type type, const struct id *id,
                   const char *member, const char *word)
{
    json_t *document = NULL;
    int64_t rev;

    assert_int_equal(fixture_read(f, BEN, type, id, &document), 0);
    rev = json_integer_or(document, "rev", 0);
    json_decref(document);
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, type, id, rev,
                                      json_pack("{s:s}", member, word)));
}

void message_status(struct ledger_fixture *f, const struct id *matter, const char *status)
{
    message_claim(f, RECORD_CASE, matter, "status", status);
}
