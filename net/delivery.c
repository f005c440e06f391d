#include "net/delivery.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "net/delivery_agencies.h"
#include "net/delivery_answer.h"
#include "net/delivery_message.h"

#define CONNECT_MS (INT64_C(10) * 1000)
#define REPLY_SIZE ((size_t)64 * 1024)
/* Nothing sleeps longer: wall clocks jump. */
#define SLEEP_MS (INT64_C(60) * 1000)
/* After trouble the agency is left alone for so long at most, whatever else waits for it. */
#define HOLD_MS (INT64_C(60) * 1000)
/* After the ledger failed. */
#define LEDGER_WAIT_MS (INT64_C(5) * 1000)
#define STACK_SIZE     ((size_t)512 * 1024)

/* One agency's thread. */
struct courier {
    struct delivery_sender *sender;
    const struct agency *agency;
    struct http_client *client;
    pthread_t thread;
    bool running;     /* the thread is to be joined */
    int64_t failures; /* in a row, of the agency as a whole */
    int64_t hold_ms;  /* not before this wall time */
};

struct delivery_sender {
    struct ledger *ledger;
    struct delivery_options options;
    struct agencies agencies;
    struct signature_key key;
    struct courier *couriers; /* one an agency */
    atomic_bool stopping;

    /* The thread that looks after what has no courier. */
    pthread_t watch;
    bool watching;
    pthread_mutex_t mutex;
    pthread_cond_t bell;
    bool rung;
};

static void tell(struct delivery_sender *sender, const char *agency, const char *what)
{
    struct error line = ERROR_INIT; /* makes the text fit to be printed */

    error_set(&line, ERROR_OFFLINE, "delivery to %s: %s", agency, what);
    sender->options.log(sender->options.log_context, line.message);
}

/* --- one agency ------------------------------------------------------------------------------- */

static double chance(void)
{
    return (double)randombytes_random() / (double)UINT32_MAX;
}

static void hold(struct courier *courier, const struct delivery_answer *answer, int64_t now_ms)
{
    int64_t wait;

    if (!delivery_answer_is_trouble(answer)) {
        courier->failures = 0;
        return;
    }
    wait = delivery_wait_ms(courier->agency, ++courier->failures, chance());
    courier->hold_ms = now_ms + (wait < HOLD_MS ? wait : HOLD_MS);
}

/* Tells in the log what went wrong, without the filing's content. */
static void tell_answer(struct courier *courier, const struct delivery_answer *answer,
                        const struct error *error)
{
    char text[64];

    if (answer->code == 0 && answer->reply->status < 300)
        return;
    snprintf(text, sizeof(text), "answered HTTP %d", answer->code == 0 ? answer->reply->status : 0);
    tell(courier->sender, courier->agency->id, answer->code == 0 ? text : error->message);
}

static int write_answer(struct courier *courier, const struct record *delivery,
                        const struct delivery_answer *answer, struct error *error)
{
    int64_t now_ms = clock_system(NULL);
    json_t *claimed = delivery_answer_read(courier->agency, delivery, answer, now_ms, chance());
    bool written;
    int code;

    if (claimed == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an answer");
    code = ledger_delivery_write(courier->sender->ledger, &delivery->id, claimed, now_ms, &written,
                                 error);
    json_decref(claimed);
    hold(courier, answer, now_ms);
    if (code == 0 && !written && courier->hold_ms < now_ms + LEDGER_WAIT_MS)
        courier->hold_ms = now_ms + LEDGER_WAIT_MS;
    return code;
}

/* Sends one, or asks about it, and writes what was answered. */
static int carry(struct courier *courier, const struct id *id, struct error *error)
{
    struct delivery_sender *sender = courier->sender;
    struct record *delivery, *submission;
    struct signed_request message;
    struct http_reply reply = {.retry_after_ms = -1};
    struct error why = ERROR_INIT;
    struct delivery_answer answer = {.reply = &reply};
    int code = ledger_delivery_read(sender->ledger, id, &delivery, &submission, error);

    if (code != 0)
        return code;
    code = delivery_message_make(&message, courier->agency, &sender->key, delivery, submission,
                                 clock_system(NULL), error);
    if (code == 0) {
        answer.code = http_client_call(courier->client, &message.request, &reply, &why);
        signed_request_clear(&message);
        /* Stopped: nobody knows what came of it, and it will be sent again. */
        if (answer.code != ERROR_CANCELLED) {
            tell_answer(courier, &answer, &why);
            code = write_answer(courier, delivery, &answer, error);
        }
    }
    http_reply_clear(&reply);
    record_free(delivery);
    record_free(submission);
    return code;
}

/* How long to sleep until something is due; 0 after work. */
static int64_t look(struct courier *courier)
{
    struct delivery_sender *sender = courier->sender;
    struct error error = ERROR_INIT;
    struct ledger_due due;
    size_t count;
    int64_t now_ms, at_ms;
    int code = ledger_delivery_due(sender->ledger, courier->agency->id, 1, &due, &count, &error);

    now_ms = clock_system(NULL);
    at_ms = code == 0 && count > 0 ? due.at_ms : LEDGER_DUE_NEVER;
    if (at_ms < courier->hold_ms && courier->hold_ms - now_ms <= HOLD_MS)
        at_ms = courier->hold_ms;
    if (code == 0 && at_ms > now_ms)
        return at_ms - now_ms < SLEEP_MS ? at_ms - now_ms : SLEEP_MS;
    if (code == 0)
        code = carry(courier, &due.delivery, &error);
    if (code == 0)
        return 0;
    tell(sender, courier->agency->id, error.message);
    return LEDGER_WAIT_MS;
}

static void *courier_run(void *context)
{
    struct courier *courier = context;
    struct delivery_sender *sender = courier->sender;
    struct error error = ERROR_INIT;

    while (!atomic_load(&sender->stopping)) {
        int64_t sleep_ms = look(courier);

        if (sleep_ms > 0 && http_client_poll(courier->client, NULL, 0, sleep_ms, &error) != 0) {
            tell(sender, courier->agency->id, error.message);
            break;
        }
    }
    return NULL;
}

/* Everything but the thread. What waited for a reason that a restart may have mended is tried at
 * once. */
static int courier_prepare(struct courier *courier, struct delivery_sender *sender,
                           const struct agency *agency, struct error *error)
{
    const struct http_client_options options = {
        .base_url = agency->origin,
        .ca_file = agency->ca_file,
        .connect_ms = agency->timeout_ms < CONNECT_MS ? agency->timeout_ms : CONNECT_MS,
        .stall_ms = agency->timeout_ms,
        .total_ms = agency->timeout_ms,
        .reply_limit = REPLY_SIZE,
    };
    int code;

    courier->sender = sender;
    courier->agency = agency;
    code = http_client_new(&courier->client, &options, error);
    if (code == 0)
        code = ledger_delivery_hurry(sender->ledger, agency->id, error);
    if (code != 0)
        error_prefix(error, "agency %s", agency->id);
    return code;
}

static int courier_start(struct courier *courier, struct error *error)
{
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    courier->running = pthread_create(&courier->thread, &attributes, courier_run, courier) == 0;
    pthread_attr_destroy(&attributes);
    return courier->running ? 0
                            : error_set(error, ERROR_INTERNAL, "no thread for the deliveries to %s",
                                        courier->agency->id);
}

/* --- agencies that nobody connected ------------------------------------------------------------
 */

static bool is_connected(const struct delivery_sender *sender, const char *agency)
{
    for (size_t i = 0; i < sender->agencies.count; i++)
        if (strcmp(sender->agencies.items[i].id, agency) == 0)
            return true;
    return false;
}

/* So that the case says why nothing comes of it. */
static int mark(struct delivery_sender *sender, const char *agency, struct error *error)
{
    json_t *claimed = json_pack("{s:s}", "cause", DELIVERY_NOT_CONNECTED);
    struct ledger_due due = {.at_ms = 0};
    size_t count = 1;
    int code = claimed != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");

    while (code == 0 && !atomic_load(&sender->stopping)) {
        bool written;

        code = ledger_delivery_due(sender->ledger, agency, 1, &due, &count, error);
        if (code != 0 || count == 0 || due.at_ms == LEDGER_DUE_NEVER)
            break;
        code = ledger_delivery_write(sender->ledger, &due.delivery, claimed, clock_system(NULL),
                                     &written, error);
        if (!written)
            break;
    }
    json_decref(claimed);
    return code;
}

static void mark_all(struct delivery_sender *sender)
{
    struct error error = ERROR_INIT;
    json_t *agencies, *agency;
    size_t index;
    int code = ledger_delivery_agencies(sender->ledger, &agencies, &error);

    json_array_foreach(agencies, index, agency)
    {
        if (code == 0 && !is_connected(sender, json_string_value(agency)))
            code = mark(sender, json_string_value(agency), &error);
    }
    json_decref(agencies);
    if (code != 0)
        tell(sender, "agencies that are not connected", error.message);
}

static void *watch_run(void *context)
{
    struct delivery_sender *sender = context;

    while (!atomic_load(&sender->stopping)) {
        mark_all(sender);
        pthread_mutex_lock(&sender->mutex);
        while (!sender->rung)
            pthread_cond_wait(&sender->bell, &sender->mutex);
        sender->rung = false;
        pthread_mutex_unlock(&sender->mutex);
    }
    return NULL;
}

/* --- start and stop --------------------------------------------------------------------------- */

/* The ledger's listener: any thread. */
static void ring(void *context)
{
    struct delivery_sender *sender = context;

    for (size_t i = 0; i < sender->agencies.count; i++)
        http_client_wake(sender->couriers[i].client);
    pthread_mutex_lock(&sender->mutex);
    sender->rung = true;
    pthread_cond_signal(&sender->bell);
    pthread_mutex_unlock(&sender->mutex);
}

static int read_settings(struct delivery_sender *sender, struct error *error)
{
    const struct delivery_options *options = &sender->options;
    int code;

    if (options->agencies == NULL || options->agencies[0] == '\0')
        return 0;
    code = agencies_read(&sender->agencies, options->agencies, error);
    if (code != 0 || sender->agencies.count == 0)
        return code;
    if (options->key == NULL || options->key[0] == '\0')
        return error_set(error, ERROR_INVALID, "--delivery-key says where the key is");
    code = signature_key_read(&sender->key, options->key, error);
    if (code == ERROR_NOT_FOUND)
        code = error_set(error, code, "%s is not there: make it with `guichetd delivery-key`",
                         options->key);
    return code;
}

static int prepare(struct delivery_sender *sender, struct error *error)
{
    int code = read_settings(sender, error);

    if (code != 0)
        return code;
    sender->couriers = calloc(sender->agencies.count + 1, sizeof(sender->couriers[0]));
    if (sender->couriers == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the deliveries");
    for (size_t i = 0; i < sender->agencies.count && code == 0; i++)
        code = courier_prepare(&sender->couriers[i], sender, &sender->agencies.items[i], error);
    return code;
}

static int threads_start(struct delivery_sender *sender, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < sender->agencies.count && code == 0; i++)
        code = courier_start(&sender->couriers[i], error);
    if (code != 0)
        return code;
    sender->watching = pthread_create(&sender->watch, NULL, watch_run, sender) == 0;
    return sender->watching ? 0 : error_set(error, ERROR_INTERNAL, "no thread for the deliveries");
}

int delivery_sender_start(struct delivery_sender **result, const struct delivery_options *options,
                          struct ledger *ledger, struct error *error)
{
    struct delivery_sender *sender = calloc(1, sizeof(*sender));
    int code;

    *result = NULL;
    if (sender == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the deliveries");
    sender->ledger = ledger;
    sender->options = *options;
    pthread_mutex_init(&sender->mutex, NULL);
    pthread_cond_init(&sender->bell, NULL);
    code = prepare(sender, error);
    if (code == 0) {
        /* Before anybody else writes: each thread looks for itself when it begins. */
        ledger_bell_listen(ledger, LEDGER_BELL_DELIVERIES, ring, sender);
        code = threads_start(sender, error);
    }
    if (code != 0) {
        delivery_sender_stop(sender);
        return code;
    }
    *result = sender;
    return 0;
}

void delivery_sender_stop(struct delivery_sender *sender)
{
    size_t count;

    if (sender == NULL)
        return;
    count = sender->couriers != NULL ? sender->agencies.count : 0;
    atomic_store(&sender->stopping, true);
    for (size_t i = 0; i < count; i++)
        if (sender->couriers[i].client != NULL)
            http_client_stop(sender->couriers[i].client);
    if (sender->watching) {
        ring(sender);
        pthread_join(sender->watch, NULL);
    }
    for (size_t i = 0; i < count; i++)
        if (sender->couriers[i].running)
            pthread_join(sender->couriers[i].thread, NULL);
    ledger_bell_listen(sender->ledger, LEDGER_BELL_DELIVERIES, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        http_client_free(sender->couriers[i].client);
    free(sender->couriers);
    agencies_free(&sender->agencies);
    sodium_memzero(&sender->key, sizeof(sender->key));
    pthread_mutex_destroy(&sender->mutex);
    pthread_cond_destroy(&sender->bell);
    free(sender);
}
