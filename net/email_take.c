#include "net/email_take.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"
#include "net/email_rate.h"
#include "net/email_send.h"
#include "net/intake.h"
#include "net/ledger_email.h"

/* What clocks of others may be wrong by; beyond it a mail's date is not believed. */
#define DATE_AHEAD_MS (INT64_C(24) * 3600 * 1000)
#define DATE_LEAST_MS INT64_C(946684800000) /* 2000 */

struct email_taker {
    struct email_desk desk;
    struct ledger *ledger; /* borrowed */
    struct email_rate rate;
};

int email_taker_new(struct email_taker **taker, const struct email_desk *desk,
                    struct ledger *ledger, struct error *error)
{
    struct email_taker *made = calloc(1, sizeof(*made));

    *taker = made;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for mail");
    made->desk = *desk;
    made->ledger = ledger;
    email_rate_init(&made->rate, desk->per_hour);
    return 0;
}

void email_taker_free(struct email_taker *taker)
{
    free(taker);
}

int email_refuse(struct email_taker *taker, const char *handle, const char *reason, int64_t now_ms,
                 struct error *error)
{
    return ledger_intake_refuse(taker->ledger, "email", taker->desk.source, handle, reason, now_ms,
                                error);
}

/* --- what nobody is to read --------------------------------------------------------------------
 */

/* Why it is not taken, NULL when it is. */
static int judge(struct email_taker *taker, const struct email_message *message, int64_t now_ms,
                 const char **reason, struct error *error)
{
    bool machine = (message->nature & (EMAIL_AUTOMATIC | EMAIL_BULK)) != 0;
    bool known = message->reference[0] != '\0';
    int code = 0;

    *reason = NULL;
    if (machine && !known)
        code = ledger_email_knows(taker->ledger, (const char *const *)message->replies_to,
                                  message->reply_count, &known, error);
    if (code != 0)
        return code;
    if ((message->nature & EMAIL_OWN) != 0)
        *reason = "it is a message of ours that came back";
    else if (machine && !known)
        *reason = (message->nature & EMAIL_AUTOMATIC) != 0
                      ? "it is automatic, and answers no message of ours"
                      : "it went to a list, and answers no message of ours";
    else if (email_rate_is_over(&taker->rate, message->from, now_ms)) {
        const char *const id = message->message_id;

        /* One that comes again after a crash counts no more. */
        code = ledger_email_knows(taker->ledger, &id, 1, &known, error);
        *reason = known ? NULL : "its sender sent too many within an hour";
    }
    return code;
}

/* --- taking ----------------------------------------------------------------------------------- */

/* The reply, and below it what it quotes, each line with its mark. New. */
static char *text_make(const struct email_message *message)
{
    struct text_buffer text = {0};

    text_buffer_add_text(&text, message->text);
    if (message->quoted[0] != '\0')
        text_buffer_add_text(&text, "\n\n");
    for (const char *line = message->quoted; *line != '\0';) {
        size_t length = strcspn(line, "\n");

        text_buffer_add_text(&text, *line == '>' ? "" : length > 0 ? "> " : ">");
        text_buffer_add(&text, line, length);
        line += length;
        if (*line == '\n') {
            text_buffer_add_text(&text, "\n");
            line++;
        }
    }
    return text_buffer_take(&text);
}

/* The remarks, and that no person wrote it. New. */
static json_t *remarks_make(const struct email_message *message)
{
    json_t *remarks = json_copy(message->remarks);

    if ((message->nature & EMAIL_AUTOMATIC) != 0)
        json_array_append_new(remarks, json_string(INTAKE_AUTO_REPLY));
    else if ((message->nature & EMAIL_BULK) != 0)
        json_array_append_new(remarks, json_string("mailing-list"));
    return remarks;
}

static int64_t date_believed(int64_t date_ms, int64_t now_ms)
{
    return date_ms < DATE_LEAST_MS || date_ms > now_ms + DATE_AHEAD_MS ? 0
           : date_ms > now_ms                                          ? now_ms
                                                                       : date_ms;
}

static int hand_in(struct email_taker *taker, const struct email_message *message,
                   const struct intake_message *intake, int64_t now_ms, enum email_taken *taken,
                   char reason[EMAIL_TAKEN_REASON_SIZE], struct error *error)
{
    struct intake_result result;
    int code = ledger_intake(taker->ledger, intake, now_ms, &result, error);

    if (code != 0)
        return code;
    *taken = result.kind == INTAKE_TAKEN      ? EMAIL_TAKEN
             : result.kind == INTAKE_REPEATED ? EMAIL_REPEATED
                                              : EMAIL_REFUSED;
    text_copy(reason, EMAIL_TAKEN_REASON_SIZE, result.reason);
    intake_result_clear(&result);
    if (*taken == EMAIL_TAKEN)
        email_rate_count(&taker->rate, message->from, now_ms);
    return 0;
}

static int take(struct email_taker *taker, const struct email_message *message, int64_t now_ms,
                enum email_taken *taken, char reason[EMAIL_TAKEN_REASON_SIZE], struct error *error)
{
    struct intake_attachment *attachments =
        calloc(message->attachment_count + 1, sizeof(attachments[0]));
    char *text = text_make(message);
    json_t *remarks = remarks_make(message);
    bool follows = message->reference[0] != '\0' || message->reply_count > 0;
    int code = attachments != NULL && text != NULL && remarks != NULL
                   ? 0
                   : error_set(error, ERROR_MEMORY, "no memory for a message");

    for (size_t i = 0; code == 0 && i < message->attachment_count; i++) {
        const struct email_attachment *each = &message->attachments[i];

        attachments[i] =
            (struct intake_attachment){each->name, each->media_type, each->bytes, each->length};
    }
    if (code == 0)
        code = hand_in(taker, message,
                       &(struct intake_message){
                           .channel = "email",
                           .source = taker->desk.source,
                           .message_id = message->message_id,
                           .at_ms = date_believed(message->date_ms, now_ms),
                           .replies_to = (const char *const *)message->replies_to,
                           .reply_count = message->reply_count,
                           .reference = message->reference,
                           .client = {.name = message->from_name,
                                      .language = message->language,
                                      .email = message->from},
                           .kind = follows ? "note" : "request",
                           .subject = message->subject,
                           .text = text,
                           .language = message->language,
                           .queue = taker->desk.queue,
                           .office = taker->desk.office,
                           .from = message->from,
                           .to = message->to,
                           .attachments = attachments,
                           .attachment_count = message->attachment_count,
                           .remarks = remarks,
                       },
                       now_ms, taken, reason, error);
    free(attachments);
    free(text);
    json_decref(remarks);
    return code;
}

/* --- reports ---------------------------------------------------------------------------------- */

/* A mail server's word on a message of ours. */
static int report(struct email_taker *taker, const struct email_message *message, int64_t now_ms,
                  enum email_taken *taken, const char **reason, struct error *error)
{
    const char *about = message->report.message_id;
    struct id id;
    char text[ID_TEXT_LENGTH + 1];
    bool ours = false;
    int code = 0;

    if (about != NULL && email_id_is_own(about)) {
        text_copy(text, sizeof(text), about + strlen(EMAIL_OWN_ID_PREFIX));
        id_parse(&id, text);
        code = ledger_email_report(taker->ledger, &id, message->report.failed,
                                   message->report.reason, now_ms, &ours, error);
    }
    *taken = EMAIL_REPORTED;
    if (code == 0 && !ours)
        *reason = "it is a delivery report about no message of ours";
    return code;
}

int email_take(struct email_taker *taker, const void *bytes, size_t length, const char *handle,
               int64_t now_ms, enum email_taken *taken, char reason[EMAIL_TAKEN_REASON_SIZE],
               struct error *error)
{
    const struct email_self self = {.address = taker->desk.address};
    struct email_message message;
    struct error why = ERROR_INIT;
    const char *refusal = NULL;
    int code = email_parse(&message, bytes, length, &taker->desk.limits, &self, &why);

    reason[0] = '\0';
    if (code == ERROR_INVALID || code == ERROR_TOO_LARGE) {
        *taken = EMAIL_REFUSED;
        text_copy(reason, EMAIL_TAKEN_REASON_SIZE, why.message);
        return email_refuse(taker, handle, reason, now_ms, error);
    }
    if (code != 0)
        return error_set(error, code, "%s", why.message);
    if ((message.nature & EMAIL_REPORT) != 0)
        code = report(taker, &message, now_ms, taken, &refusal, error);
    else
        code = judge(taker, &message, now_ms, &refusal, error);
    if (code == 0 && refusal != NULL) {
        *taken = EMAIL_REFUSED;
        text_copy(reason, EMAIL_TAKEN_REASON_SIZE, refusal);
        code = email_refuse(taker, message.message_id, refusal, now_ms, error);
    } else if (code == 0 && (message.nature & EMAIL_REPORT) == 0) {
        code = take(taker, &message, now_ms, taken, reason, error);
    }
    email_message_clear(&message);
    return code;
}
