#include "net/message_clerk.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/continue.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/message.h"
#include "app/message_segments.h"
#include "forms/answer.h"
#include "forms/answer_date.h"

/* How long the codes live that are sent. */
#define STATUS_CODE_MS   CONTINUE_LONGEST_MS
#define QUESTIONNAIRE_MS (INT64_C(30) * 24 * 3600 * 1000)
/* What stands in the record's text instead of a code: whoever reads the case must not open by it
 * what the client opens. */
#define STATUS_CODE_MASK    "**** **** ****"
#define QUESTIONNAIRE_MASK  "************"
#define QUESTIONNAIRE_PLACE "/questionnaire/"

/* What is told when a case comes to a status. */
static const struct {
    const char *status, *use;
} tellings[] = {
    {"received", "received"},    {"information-missing", "information-missing"},
    {"approved", "decision"},    {"refused", "decision"},
    {"closed", "questionnaire"},
};

static const char *use_of(const char *status)
{
    for (size_t i = 0; i < sizeof(tellings) / sizeof(tellings[0]); i++)
        if (strcmp(tellings[i].status, status) == 0)
            return tellings[i].use;
    return NULL;
}

/* One text on its way to a client. */
struct telling {
    const struct ledger_telling *of;
    const char *public_address;
    const char *channel;
    const char *language;
    int64_t now_ms;
    struct message_reading reading;
    char promise[ANSWER_DATE_SIZE];
    bool has_status_code, has_questionnaire;
    json_t *granted; /* what changes in the case; owned, NULL for nothing */
    json_t *codes;   /* by their masks; owned, NULL for none */
};

/* The day that clocks at the office show, in words; "" when it cannot be said. */
static void speak_promise(struct telling *telling)
{
    struct calendar_day day;
    struct answer_day spoken;

    telling->promise[0] = '\0';
    if (!ledger_telling_promised(telling->of, &day))
        return;
    spoken = (struct answer_day){day.year, day.month, day.day};
    answer_speak_day(&spoken, form_language(telling->language), telling->promise);
}

/* Makes a code for the case and remembers its grant. */
static int grant(struct telling *telling, const char *member, int64_t life_ms,
                 struct continue_code *code, struct error *error)
{
    struct id server = delivery_server();
    struct continue_grant made;
    json_t *value;
    int status = continue_grant_make(code, &made, &server, telling->now_ms,
                                     telling->now_ms + life_ms, error);

    if (status != 0)
        return status;
    value = continue_grant_to_json(&made);
    if (strcmp(member, "questionnaire") == 0) {
        char key[RECORD_KEY_SIZE];

        record_full_key(telling->of->template, record_text(telling->of->template, "form"), key);
        json_object_set_new(value, "form", json_string(key));
    }
    if (telling->granted == NULL)
        telling->granted = json_object();
    return json_object_set_new(telling->granted, member, value) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for a code");
}

/* A code is kept apart from the text in which its mask stands. */
static int mask_code(struct telling *telling, const char *mask, const char *place,
                     const char *shown, struct error *error)
{
    char key[64], value[64];

    snprintf(key, sizeof(key), "%s%s", place, mask);
    snprintf(value, sizeof(value), "%s%s", place, shown);
    if (telling->codes == NULL)
        telling->codes = json_object();
    return json_object_set_new(telling->codes, key, json_string(value)) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for a code");
}

/* Codes that the text names and the client does not have yet. */
static int make_codes(struct telling *telling, const char *text, struct error *error)
{
    char shown[CONTINUE_SHOWN_SIZE];
    struct continue_code code;
    int status = 0;

    if (*telling->public_address == '\0')
        return 0;
    if (message_uses(text, MESSAGE_STATUS_CODE) &&
        json_object_get(telling->of->matter->body, "status_code") == NULL) {
        status = grant(telling, "status_code", STATUS_CODE_MS, &code, error);
        if (status == 0) {
            continue_code_show(&code, shown);
            status = mask_code(telling, STATUS_CODE_MASK, "", shown, error);
        }
        telling->has_status_code = status == 0;
    }
    if (status == 0 && message_uses(text, MESSAGE_QUESTIONNAIRE) &&
        *record_text(telling->of->template, "form") != '\0') {
        status = grant(telling, "questionnaire", QUESTIONNAIRE_MS, &code, error);
        if (status == 0)
            status = mask_code(telling, QUESTIONNAIRE_MASK, QUESTIONNAIRE_PLACE, code.text, error);
        telling->has_questionnaire = status == 0;
    }
    sodium_memzero(&code, sizeof(code));
    sodium_memzero(shown, sizeof(shown));
    return status;
}

static json_t *filled(const char *text, const char *language, const struct message_values *values)
{
    struct text_buffer buffer = {0};
    json_t *string;

    message_fill(&buffer, text, language, values, MESSAGE_GAP_DROP);
    string = buffer.failed || buffer.bytes == NULL ? NULL : json_string(buffer.bytes);
    text_buffer_free(&buffer);
    return string;
}

/* The body of the message. New; NULL out of memory. */
static json_t *body_of(struct telling *telling, const char *text)
{
    const struct ledger_telling *of = telling->of;
    const struct message_facts facts = {
        .client = of->client,
        .matter = of->matter,
        .service = of->service,
        .office = of->office,
        .promise = telling->promise,
        .missing = record_text(of->matter, "missing"),
        .public_address = telling->public_address,
        .status_code = telling->has_status_code ? STATUS_CODE_MASK : "",
        .questionnaire_code = telling->has_questionnaire ? QUESTIONNAIRE_MASK : NULL,
    };
    const char *language = telling->reading.language;
    struct message_page page;
    json_t *body;

    message_page_make(&page, &facts, language);
    body =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:s}", "channel",
                  telling->channel, "direction", "out", "case", of->matter->id.text, "client",
                  of->client->id.text, "template", record_text(of->template, "key"), "language",
                  language, "to", message_address(of->client, telling->channel), "subject",
                  filled(telling->reading.subject, language, &page.values), "text",
                  filled(text, language, &page.values), "office", record_text(of->matter, "office"),
                  "at", json_time(telling->now_ms), "state", "queued");
    if (body != NULL && telling->reading.fallback)
        json_object_set_new(body, "remarks", json_pack("[s]", "language-fallback"));
    return body;
}

/* Whether this client is to be told by itself, and by what. */
static bool is_wanted(struct telling *telling)
{
    const struct ledger_telling *of = telling->of;

    if (of->client == NULL || of->template == NULL || of->matter == NULL ||
        !json_bool_or(of->client->body, "alerts", false))
        return false;
    if (strcmp(record_text(of->template, "use"), "questionnaire") == 0 &&
        (*telling->public_address == '\0' || *record_text(of->template, "form") == '\0'))
        return false;
    telling->channel = message_channel(of->client);
    return telling->channel != NULL && strcmp(telling->channel, "mail") != 0;
}

static int make(struct telling *telling, json_t **message, struct error *error)
{
    const char *text;
    int code;

    telling->language = record_text(telling->of->client, "language");
    message_template_read(telling->of->template, telling->language, &telling->reading);
    telling->language = telling->reading.language;
    text = strcmp(telling->channel, "sms") == 0 ? telling->reading.shorter : telling->reading.text;
    speak_promise(telling);
    code = make_codes(telling, text, error);
    if (code != 0)
        return code;
    *message = body_of(telling, text);
    return *message != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a message");
}

int message_clerk_tell(struct ledger *ledger, const char *public_address,
                       const struct ledger_notice *notice, int64_t now_ms, struct error *error)
{
    struct ledger_telling of = {0};
    struct telling telling = {.of = &of,
                              .public_address = public_address != NULL ? public_address : "",
                              .now_ms = now_ms};
    const char *use = use_of(notice->status);
    json_t *message = NULL;
    int code = use != NULL ? ledger_telling_read(ledger, &notice->matter, use, &of, error) : 0;

    if (code == 0 && use != NULL && is_wanted(&telling))
        code = make(&telling, &message, error);
    if (code == 0 || code == ERROR_NOT_FOUND) {
        code = ledger_notice_end(ledger, notice, message, telling.granted, telling.codes, now_ms,
                                 error);
    } else {
        json_decref(telling.granted);
        json_decref(telling.codes);
    }
    /* What cannot be said is not said: it must not keep up what others are to be told. */
    if (code == ERROR_REFUSED)
        code = ledger_notice_end(ledger, notice, NULL, NULL, NULL, now_ms, error);
    ledger_telling_clear(&of);
    return code;
}
