#include "net/message_worker.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/message.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "net/bell_clock.h"
#include "net/ledger_sms.h"
#include "net/message_clerk.h"
#include "net/sms_incoming.h"

/* After the ledger failed. */
#define TROUBLE_MS (INT64_C(5) * 1000)
/* A client who stops us is not asked again whether they meant it. */
#define STOPPED_BY_CLIENT "the client wants no messages by this channel"

/* One channel, whether somebody carries it or not. */
struct desk {
    struct message_worker *worker;
    const char *channel;
    const struct message_carrier *carrier; /* NULL: nobody does */
    struct bell_clock *bell;
};

struct message_worker {
    struct ledger *ledger;
    struct message_worker_options options;
    struct desk desks[MESSAGE_CARRIER_LIMIT];
    size_t desk_count;
    struct bell_clock *clerk; /* writes what is told by itself */
    atomic_bool stopping;
};

static void tell(const struct message_worker *worker, const char *what, const char *why)
{
    struct error line = ERROR_INIT; /* makes the text fit to be printed */

    error_set(&line, ERROR_OFFLINE, "messages by %s: %s", what, why);
    worker->options.log(worker->options.log_context, line.message);
}

/* --- when to try again ------------------------------------------------------------------------ */

/* The wait after the n-th failure (1 or more): doubled each time, and up to a fifth longer, so that
 * what failed together does not come back together. */
static int64_t wait_after(const struct message_worker_options *options, int64_t failures)
{
    int64_t wait = options->retry_ms;

    for (int64_t i = 1; i < failures && wait < options->retry_limit_ms; i++)
        wait *= 2;
    if (wait > options->retry_limit_ms)
        wait = options->retry_limit_ms;
    return wait + (int64_t)((double)wait / 5 * randombytes_random() / UINT32_MAX);
}

/* Since when it is tried: it was written, or an agent asked for it again after it had bounced. */
static int64_t tried_since(const struct record *message)
{
    const json_t *claim = json_object_get(message->meta, "claim");
    int64_t since = 0;

    if (!timestamp_parse(json_text_or(message->body, "first_try_at", ""), &since))
        timestamp_parse(json_text_or(claim, "time", record_text(message, "at")), &since);
    return since;
}

/* --- one message ------------------------------------------------------------------------------ */

/* Handed over once already, and nobody knows what came of it. */
static bool is_uncertain(const struct record *message)
{
    return strcmp(record_text(message, "reason"), MESSAGE_ANSWER_UNKNOWN) == 0;
}

/* Notes that it is being handed over. False when it is not to be: taken back meanwhile. */
static int mark(const struct desk *desk, const struct record *message, int64_t now_ms, bool *marked,
                struct error *error)
{
    int64_t attempts = json_integer_or(message->body, "attempts", 0) + 1;
    int64_t again_ms = now_ms + wait_after(&desk->worker->options, attempts);
    char name[MESSAGE_ID_SIZE] = "";
    json_t *claimed;
    int code;

    if (desk->carrier->name != NULL)
        desk->carrier->name(desk->carrier->context, message, name);
    claimed = json_pack("{s:s, s:I, s:o, s:o, s:o, s:s*, s:o}", "state", "queued", "attempts",
                        (json_int_t)attempts, "tried_at", json_time(now_ms), "next_attempt_at",
                        json_time(again_ms), "reason",
                        is_uncertain(message) ? json_string(MESSAGE_ANSWER_UNKNOWN) : json_null(),
                        "message_id", *name != '\0' ? name : NULL, "first_try_at",
                        json_time(attempts == 1 ? now_ms : tried_since(message)));
    if (claimed == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    code = ledger_message_write(desk->worker->ledger, &message->id, claimed, now_ms, marked, error);
    json_decref(claimed);
    return code;
}

/* What an outcome changes in the record. New; NULL out of memory. */
static json_t *outcome_claim(const struct message_worker_options *options,
                             const struct record *message, const struct message_outcome *outcome,
                             int64_t now_ms)
{
    int64_t attempts = json_integer_or(message->body, "attempts", 0) + 1;
    int64_t since = attempts == 1 ? now_ms : tried_since(message);
    int64_t wait = wait_after(options, attempts);

    if (outcome->fate == MESSAGE_SENT)
        return json_pack("{s:s, s:o, s:n, s:o, s:n, s:s*}", "state", "sent", "sent_at",
                         json_time(now_ms), "next_attempt_at", "reason",
                         is_uncertain(message) ? json_string(MESSAGE_MAYBE_TWICE) : json_null(),
                         "first_try_at", "receipt",
                         *outcome->receipt != '\0' ? outcome->receipt : NULL);
    if (wait < outcome->retry_after_ms)
        wait = outcome->retry_after_ms;
    if (outcome->fate == MESSAGE_BOUNCED || now_ms + wait > since + options->give_up_ms)
        return json_pack("{s:s, s:s, s:n, s:n}", "state", "bounced", "reason", outcome->reason,
                         "next_attempt_at", "first_try_at");
    return json_pack("{s:s, s:s, s:o}", "state", "queued", "reason",
                     is_uncertain(message) ? MESSAGE_ANSWER_UNKNOWN : outcome->reason,
                     "next_attempt_at", json_time(now_ms + wait));
}

static int settle(const struct desk *desk, const struct record *message,
                  const struct message_outcome *outcome, struct error *error)
{
    int64_t now_ms = clock_system(NULL);
    json_t *claimed = outcome_claim(&desk->worker->options, message, outcome, now_ms);
    bool written;
    int code;

    if (claimed == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    code =
        ledger_message_write(desk->worker->ledger, &message->id, claimed, now_ms, &written, error);
    json_decref(claimed);
    return code;
}

/* By SMS, whoever the message is for: whoever has the phone does not want it. */
static int is_stopped(const struct desk *desk, const struct record *message, bool *stopped,
                      struct error *error)
{
    char number[MESSAGE_NUMBER_SIZE];

    if (strcmp(desk->channel, "sms") != 0 || !message_number(record_text(message, "to"), number))
        return 0;
    return ledger_sms_stopped(desk->worker->ledger, number, stopped, error);
}

struct handing {
    const struct desk *desk;
    const struct record *message;
};

/* From here on the other side may have it: noted, so that it is known in the next life. */
static int take_last_step(void *context, struct error *error)
{
    const struct handing *handing = context;
    json_t *claimed = json_pack("{s:s, s:s}", "state", "queued", "reason", MESSAGE_ANSWER_UNKNOWN);
    bool written = false;
    int code;

    if (claimed == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    code = ledger_message_write(handing->desk->worker->ledger, &handing->message->id, claimed,
                                clock_system(NULL), &written, error);
    json_decref(claimed);
    if (code == 0 && !written)
        return error_set(error, ERROR_CANCELLED, "it was taken back");
    return code;
}

static int hand_over(const struct desk *desk, const struct ledger_letter *letter,
                     struct error *error)
{
    struct handing handing = {desk, letter->message};
    const struct message_last_step last_step = {take_last_step, &handing};
    struct message_outcome outcome = {.fate = MESSAGE_LATER};
    bool marked = false, stopped = false;
    int code;

    if (message_way(letter->client, desk->channel) == MESSAGE_WAY_REFUSED) {
        outcome.fate = MESSAGE_BOUNCED;
        text_copy(outcome.reason, sizeof(outcome.reason), STOPPED_BY_CLIENT);
        return settle(desk, letter->message, &outcome, error);
    }
    code = is_stopped(desk, letter->message, &stopped, error);
    if (code == 0 && stopped) {
        outcome.fate = MESSAGE_BOUNCED;
        text_copy(outcome.reason, sizeof(outcome.reason), STOPPED_BY_CLIENT);
        return settle(desk, letter->message, &outcome, error);
    }
    if (code != 0)
        return code;
    code = mark(desk, letter->message, clock_system(NULL), &marked, error);
    if (code != 0 || !marked)
        return code;
    code = desk->carrier->send(desk->carrier->context, letter, &last_step, &outcome, error);
    if (code == ERROR_CANCELLED)
        return 0;
    if (code != 0)
        return code;
    if (outcome.fate != MESSAGE_SENT)
        tell(desk->worker, desk->channel,
             outcome.fate == MESSAGE_LATER ? "one was not taken, and is tried again"
                                           : "one bounced");
    return settle(desk, letter->message, &outcome, error);
}

/* So that the case says why nothing comes of it. */
static int leave(const struct desk *desk, const struct id *id, struct error *error)
{
    json_t *claimed = json_pack("{s:s, s:s}", "state", "queued", "reason", MESSAGE_NOT_CONNECTED);
    bool written;
    int code;

    if (claimed == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    code = ledger_message_write(desk->worker->ledger, id, claimed, clock_system(NULL), &written,
                                error);
    json_decref(claimed);
    return code;
}

static int work(const struct desk *desk, const struct ledger_due *due, struct error *error)
{
    struct ledger_letter letter;
    int code;

    if (desk->carrier == NULL)
        return leave(desk, &due->delivery, error);
    code = ledger_message_read(desk->worker->ledger, &due->delivery, &letter, error);
    if (code != 0)
        return code;
    code = hand_over(desk, &letter, error);
    ledger_letter_clear(&letter);
    return code;
}

static int64_t desk_tick(void *context)
{
    struct desk *desk = context;
    struct message_worker *worker = desk->worker;
    struct error error = ERROR_INIT;
    struct ledger_due due;
    int64_t now_ms;
    bool found;
    int code;

    if (atomic_load(&worker->stopping))
        return BELL_CLOCK_SLEEP_MS;
    code = ledger_message_due(worker->ledger, desk->channel, &due, &found, &error);
    now_ms = clock_system(NULL);
    if (code == 0 && (!found || due.at_ms > now_ms))
        return bell_clock_until(found ? due.at_ms : INT64_MAX, now_ms);
    if (code == 0)
        code = work(desk, &due, &error);
    if (code == 0)
        return 0;
    tell(worker, desk->channel, error.message);
    return TROUBLE_MS;
}

/* --- what is told by itself ------------------------------------------------------------------- */

/* What came by SMS in parts, and whose rest did not come. */
static int64_t old_parts(struct message_worker *worker)
{
    struct error error = ERROR_INIT;
    bool more;

    if (sms_take_old(worker->ledger, worker->options.sms_queue, clock_system(NULL), &more,
                     &error) == 0)
        return more ? 0 : BELL_CLOCK_SLEEP_MS;
    tell(worker, "SMS in parts", error.message);
    return BELL_CLOCK_SLEEP_MS;
}

static int64_t clerk_tick(void *context)
{
    struct message_worker *worker = context;
    struct error error = ERROR_INIT;
    struct ledger_notice notice;
    bool found;
    int code;

    if (atomic_load(&worker->stopping))
        return BELL_CLOCK_SLEEP_MS;
    code = ledger_notice_first(worker->ledger, &notice, &found, &error);
    if (code == 0 && !found)
        return old_parts(worker);
    if (code == 0)
        code = message_clerk_tell(worker->ledger, worker->options.public_address, &notice,
                                  clock_system(NULL), &error);
    if (code == 0)
        return 0;
    tell(worker, "themselves", error.message);
    return TROUBLE_MS;
}

/* --- start and stop --------------------------------------------------------------------------- */

/* The ledger's listener: any thread. */
static void ring(void *context)
{
    struct message_worker *worker = context;

    for (size_t i = 0; i < worker->desk_count; i++)
        bell_clock_ring(worker->desks[i].bell);
    bell_clock_ring(worker->clerk);
}

static const struct message_carrier *find_carrier(const struct message_worker_options *options,
                                                  const char *channel)
{
    for (size_t i = 0; i < options->carrier_count; i++)
        if (strcmp(options->carriers[i].channel, channel) == 0)
            return &options->carriers[i];
    return NULL;
}

static int prepare(struct message_worker *worker, struct error *error)
{
    int code = bell_clock_new(&worker->clerk, "messages", clerk_tick, worker, error);

    for (size_t i = 0; message_channel_words[i] != NULL && code == 0; i++) {
        struct desk *desk = &worker->desks[worker->desk_count];

        /* A letter goes by no wire. */
        if (strcmp(message_channel_words[i], "mail") == 0)
            continue;
        *desk = (struct desk){.worker = worker, .channel = message_channel_words[i]};
        desk->carrier = find_carrier(&worker->options, desk->channel);
        code = bell_clock_new(&desk->bell, "messages", desk_tick, desk, error);
        if (code != 0)
            break;
        worker->desk_count++;
        if (desk->carrier != NULL)
            code = ledger_message_hurry(worker->ledger, desk->channel, error);
    }
    return code;
}

int message_worker_start(struct message_worker **worker,
                         const struct message_worker_options *options, struct ledger *ledger,
                         struct error *error)
{
    struct message_worker *made = calloc(1, sizeof(*made));
    int code;

    *worker = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for messages");
    made->ledger = ledger;
    made->options = *options;
    code = prepare(made, error);
    if (code == 0)
        ledger_bell_listen(ledger, LEDGER_BELL_MESSAGES, ring, made);
    for (size_t i = 0; i < made->desk_count && code == 0; i++)
        code = bell_clock_start(made->desks[i].bell, error);
    if (code == 0)
        code = bell_clock_start(made->clerk, error);
    if (code != 0) {
        message_worker_stop(made);
        return code;
    }
    *worker = made;
    return 0;
}

void message_worker_stop(struct message_worker *worker)
{
    if (worker == NULL)
        return;
    atomic_store(&worker->stopping, true);
    for (size_t i = 0; i < worker->desk_count; i++)
        if (worker->desks[i].carrier != NULL && worker->desks[i].carrier->stop != NULL)
            worker->desks[i].carrier->stop(worker->desks[i].carrier->context);
    ledger_bell_listen(worker->ledger, LEDGER_BELL_MESSAGES, NULL, NULL);
    for (size_t i = 0; i < worker->desk_count; i++)
        bell_clock_free(worker->desks[i].bell);
    bell_clock_free(worker->clerk);
    free(worker);
}
