#include "net/message_email.h"

#include <string.h>

#include "app/text.h"
#include "net/email_send.h"

int message_email_open(struct message_email *email, const struct message_email_options *options,
                       struct error *error)
{
    *email = (struct message_email){
        .from = options->from, .from_name = options->from_name != NULL ? options->from_name : ""};
    if (options->from == NULL || !email_address_is_plain(options->from))
        return error_set(error, ERROR_INVALID,
                         "--email-from says from which address clients are written to");
    if (email_account_open(&email->account, EMAIL_SMTP, &options->account, error) != 0)
        return error_prefix(error, "mail server");
    email->account.stopping = &email->stopping;
    return 0;
}

void message_email_close(struct message_email *email)
{
    email_account_close(&email->account);
}

static void email_name(void *context, const struct record *message, char id[MESSAGE_ID_SIZE])
{
    const struct message_email *email = context;
    char name[EMAIL_ID_SIZE];

    email_message_id(&message->id, email->from, name);
    text_copy(id, MESSAGE_ID_SIZE, name);
}

static int email_carry(void *context, const struct ledger_letter *letter,
                       const struct message_last_step *last_step, struct message_outcome *outcome,
                       struct error *error)
{
    struct message_email *email = context;
    const struct record *message = letter->message;
    const char *answers = record_text(message, "in_reply_to");
    const char *language = record_text(message, "language");
    char name[EMAIL_ID_SIZE], reason[EMAIL_REASON_SIZE];
    enum email_sent sent;
    int code;

    email_message_id(&message->id, email->from, name);
    const struct email_outgoing outgoing = {
        .from = email->from,
        .from_name = *email->from_name != '\0' ? email->from_name : NULL,
        .to = record_text(message, "to"),
        .subject = record_text(message, "subject"),
        .text = record_text(message, "text"),
        .language = *language != '\0' ? language : NULL,
        .message_id = name,
        .in_reply_to = *answers != '\0' ? answers : NULL,
        .reference = letter->matter != NULL ? record_text(letter->matter, "reference") : NULL,
        .automatic = *record_text(message, "author") == '\0',
        .last_step = last_step->take,
        .last_context = last_step->context,
    };
    code = email_send(&email->account, &outgoing, &sent, reason, error);
    /* An address that is none goes nowhere, however often it is tried. */
    if (code == ERROR_INVALID) {
        outcome->fate = MESSAGE_BOUNCED;
        text_copy(outcome->reason, sizeof(outcome->reason), "not an address");
        return 0;
    }
    if (code != 0)
        return code;
    outcome->fate = sent == EMAIL_SENT    ? MESSAGE_SENT
                    : sent == EMAIL_LATER ? MESSAGE_LATER
                                          : MESSAGE_BOUNCED;
    text_copy(outcome->reason, sizeof(outcome->reason), reason);
    return 0;
}

static void email_stop(void *context)
{
    struct message_email *email = context;

    atomic_store(&email->stopping, true);
}

struct message_carrier message_email_carrier(struct message_email *email)
{
    return (struct message_carrier){.channel = "email",
                                    .context = email,
                                    .name = email_name,
                                    .send = email_carry,
                                    .stop = email_stop};
}
