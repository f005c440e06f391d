#include "net/sms_incoming.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_message.h"
#include "net/ledger_sms.h"
#include "net/secret_file.h"

#define SOURCE       "sms"
#define TEXT_LIMIT   (16 * 1024)
#define SERIES_LIMIT 64

/* --- signatures ------------------------------------------------------------------------------- */

int sms_secret_open(char **secret, const char *path, struct error *error)
{
    return secret_file_read(path, SMS_SECRET_LEAST, secret, error);
}

void sms_secret_close(char *secret)
{
    secret_file_free(secret);
}

/* Reads "t=SECONDS,v1=HEX". */
static bool read_header(const char *header, int64_t *seconds,
                        unsigned char signature[SMS_SIGNATURE_BYTES])
{
    const char *hex;
    size_t length = 0;
    char *end;

    if (header == NULL || strncmp(header, "t=", 2) != 0 || header[2] < '0' || header[2] > '9')
        return false;
    *seconds = strtoll(header + 2, &end, 10);
    if (strncmp(end, ",v1=", 4) != 0)
        return false;
    hex = end + 4;
    return strlen(hex) == (size_t)2 * SMS_SIGNATURE_BYTES &&
           sodium_hex2bin(signature, SMS_SIGNATURE_BYTES, hex, strlen(hex), NULL, &length, NULL) ==
               0 &&
           length == SMS_SIGNATURE_BYTES;
}

int sms_check(struct ledger *ledger, const char *secret, const char *header, const void *body,
              size_t length, int64_t now_ms, struct error *error)
{
    unsigned char given[SMS_SIGNATURE_BYTES], right[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    int64_t seconds = 0;
    char time[32];
    bool fresh;
    int code;

    if (!read_header(header, &seconds, given))
        return error_set(error, ERROR_REFUSED,
                         "Guichet-Signature: t=SECONDS,v1=HEX is missing or none");
    snprintf(time, sizeof(time), "%" PRId64 ".", seconds);
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)time, strlen(time));
    crypto_auth_hmacsha256_update(&state, body, length);
    crypto_auth_hmacsha256_final(&state, right);
    if (sodium_memcmp(given, right, sizeof(right)) != 0)
        return error_set(error, ERROR_REFUSED, "the signature is not right");
    if (seconds > (now_ms + SMS_WINDOW_MS) / 1000 || seconds < (now_ms - SMS_WINDOW_MS) / 1000)
        return error_set(error, ERROR_REFUSED, "signed more than %d seconds from now",
                         (int)(SMS_WINDOW_MS / 1000));
    code =
        ledger_sms_admit(ledger, given, seconds * 1000 + 2 * SMS_WINDOW_MS, now_ms, &fresh, error);
    if (code == 0 && !fresh)
        code = error_set(error, ERROR_REFUSED, "this request was taken before: sign it anew");
    return code;
}

/* --- words ------------------------------------------------------------------------------------ */

static bool is_one_of(const char *text, const char *const *words)
{
    char *folded = text_fold(text, strlen(text));
    bool found = false;

    for (; folded != NULL && *words != NULL && !found; words++)
        found = strcmp(folded, *words) == 0;
    free(folded);
    return found;
}

/* Folded: "Arrêt.", "STOP" and "stop !" are the same. */
static bool is_stop(const char *text)
{
    static const char *const words[] = {"stop",          "arret",  "unsubscribe", "desabonner",
                                        "stop all",      "cancel", "annuler",     "quit",
                                        "desabonnement", NULL};

    return is_one_of(text, words);
}

static bool is_start(const char *text)
{
    static const char *const words[] = {"start", "unstop", "reprendre", "debut", NULL};

    return is_one_of(text, words);
}

/* --- taking ----------------------------------------------------------------------------------- */

/* A text on its way in; borrowed. */
struct arrival {
    const char *queue, *from, *to;
    int64_t at_ms, now_ms;
};

/* Gives a whole message to the intake. */
static int give(struct ledger *ledger, const struct arrival *arrival, const char *id,
                const char *text, bool incomplete, struct sms_result *result, struct error *error)
{
    json_t *remarks = incomplete ? json_pack("[s]", "parts-missing") : NULL;
    const struct intake_message message = {
        .channel = "sms",
        .source = SOURCE,
        .message_id = id,
        .at_ms = arrival->at_ms,
        .client = {.phone = arrival->from},
        .text = text,
        .queue = arrival->queue,
        .from = arrival->from,
        .to = arrival->to,
        .remarks = remarks,
    };
    struct intake_result taken = {.reason = ""};
    int code = ledger_intake(ledger, &message, arrival->now_ms, &taken, error);

    json_decref(remarks);
    if (code != 0)
        return code;
    result->kind = taken.kind == INTAKE_REFUSED ? SMS_REFUSED : SMS_TAKEN;
    text_copy(result->reference, sizeof(result->reference), taken.reference);
    text_copy(result->reason, sizeof(result->reason), taken.reason);
    intake_result_clear(&taken);
    return 0;
}

/* A whole text: a wish, or a message. */
static int take_whole(struct ledger *ledger, const struct arrival *arrival, const char *id,
                      const char *text, struct sms_result *result, struct error *error)
{
    if (!is_stop(text) && !is_start(text))
        return give(ledger, arrival, id, text, false, result, error);
    result->kind = SMS_STOPPED;
    return ledger_sms_wish(ledger, arrival->from, is_stop(text), arrival->now_ms, error);
}

/* One part of several: "NUMBER/SERIES" is one message. */
static int take_part(struct ledger *ledger, const struct arrival *arrival, const json_t *part,
                     const char *text, struct sms_result *result, struct error *error)
{
    int64_t number = json_integer_or(part, "number", 0), total = json_integer_or(part, "total", 0);
    char series[SERIES_LIMIT + MESSAGE_NUMBER_SIZE + 2];
    const char *name;
    char *whole;
    int code = json_require_text(part, "series", SERIES_LIMIT, &name, error);

    if (code == 0 && (number < 1 || total < 2 || number > total || total > SMS_PARTS_MOST))
        code = error_set(error, ERROR_INVALID, "part: number from 1 to total, total from 2 to %d",
                         SMS_PARTS_MOST);
    if (code != 0)
        return code;
    snprintf(series, sizeof(series), "%s/%s", arrival->from, name);
    code = ledger_sms_part(ledger, series, number, total, text, arrival->now_ms, &whole, error);
    if (code != 0)
        return code;
    if (whole == NULL) {
        result->kind = SMS_PART;
        return 0;
    }
    code = take_whole(ledger, arrival, series, whole, result, error);
    free(whole);
    return code == 0 ? ledger_sms_joined(ledger, series, error) : code;
}

int sms_take(struct ledger *ledger, const char *queue, const json_t *document, int64_t now_ms,
             struct sms_result *result, struct error *error)
{
    const json_t *part = json_object_get(document, "part");
    struct arrival arrival = {
        .queue = queue, .to = json_text_or(document, "to", ""), .now_ms = now_ms};
    const char *id, *from, *text;
    char number[MESSAGE_NUMBER_SIZE];
    int code = json_require_text(document, "id", 200, &id, error);

    *result = (struct sms_result){.kind = SMS_REFUSED};
    if (code == 0)
        code = json_require_text(document, "from", 64, &from, error);
    if (code == 0)
        code = json_require_text(document, "text", TEXT_LIMIT, &text, error);
    if (code == 0 && json_object_get(document, "at") != NULL)
        code = json_require_time(document, "at", &arrival.at_ms, error);
    if (code == 0 && !message_number(from, number))
        code = error_set(error, ERROR_INVALID, "from: not a phone number");
    if (code != 0)
        return code;
    arrival.from = number;
    return part != NULL ? take_part(ledger, &arrival, part, text, result, error)
                        : take_whole(ledger, &arrival, id, text, result, error);
}

int sms_take_old(struct ledger *ledger, const char *queue, int64_t now_ms, bool *more,
                 struct error *error)
{
    struct sms_result result = {.kind = SMS_REFUSED};
    char from[MESSAGE_NUMBER_SIZE];
    const struct arrival arrival = {.queue = queue, .from = from, .to = "", .now_ms = now_ms};
    char *series, *text;
    int code = ledger_sms_old(ledger, now_ms - SMS_PATIENCE_MS, &series, &text, error);

    *more = code == 0 && series != NULL;
    if (!*more)
        return code;
    text_copy(from, sizeof(from), series);
    from[strcspn(from, "/")] = '\0';
    code = give(ledger, &arrival, series, text, true, &result, error);
    if (code == 0)
        code = ledger_sms_joined(ledger, series, error);
    free(series);
    free(text);
    return code;
}

/* --- receipts --------------------------------------------------------------------------------- */

int sms_receipt(struct ledger *ledger, const json_t *document, int64_t now_ms, struct error *error)
{
    const char *state = json_text_or(document, "state", "");
    char *reason = text_clean(json_text_or(document, "reason", ""),
                              strlen(json_text_or(document, "reason", "")), false);
    char kept[160] = "not delivered";
    json_t *claimed = NULL;
    struct id id;
    bool written;
    int code = 0;

    if (reason != NULL && *reason != '\0')
        text_copy(kept, sizeof(kept), reason);
    free(reason);
    if (!id_parse(&id, json_text_or(document, "id", "")))
        return error_set(error, ERROR_INVALID, "id: the id under which the message was sent");
    if (strcmp(state, "delivered") == 0)
        claimed = json_pack("{s:s, s:o}", "state", "sent", "delivered_at", json_time(now_ms));
    else if (strcmp(state, "failed") == 0)
        claimed = json_pack("{s:s, s:s}", "state", "bounced", "reason", kept);
    else
        return error_set(error, ERROR_INVALID, "state: \"delivered\" or \"failed\"");
    if (claimed == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a receipt");
    code = ledger_message_write(ledger, &id, claimed, now_ms, &written, error);
    json_decref(claimed);
    return code;
}
