#include "app/main/guichetd_messages.h"

#include <string.h>

#include "app/main/guichetd.h"

static bool is_given(const struct config *config, const char *key)
{
    const char *text = config_text(config, key);

    return text != NULL && text[0] != '\0';
}

static int open_carriers(struct guichetd_messages *messages, const struct config *config,
                         size_t *count, struct error *error)
{
    const struct message_email_options email = {
        .account = {.url = config_text(config, "smtp-url"),
                    .user = config_text(config, "smtp-user"),
                    .password_file = config_text(config, "smtp-password-file"),
                    .token_file = config_text(config, "smtp-token-file"),
                    .ca_file = config_text(config, "smtp-ca")},
        .from = config_text(config, "email-from"),
        .from_name = config_text(config, "email-name"),
    };
    const struct sms_gateway_options sms = {
        .url = config_text(config, "sms-gateway"),
        .ca_file = config_text(config, "sms-ca"),
        .key = config_text(config, "delivery-key"),
        .number = config_text(config, "sms-number"),
    };
    int code = 0;

    *count = 0;
    if (is_given(config, "smtp-url")) {
        code = message_email_open(&messages->email, &email, error);
        messages->has_email = code == 0;
        if (code == 0)
            messages->carriers[(*count)++] = message_email_carrier(&messages->email);
    }
    if (code == 0 && is_given(config, "sms-gateway")) {
        code = sms_gateway_open(&messages->sms, &sms, error);
        if (code == 0)
            messages->carriers[(*count)++] = sms_gateway_carrier(messages->sms);
    }
    return code;
}

int guichetd_messages_start(struct guichetd_messages *messages, const struct config *config,
                            struct ledger *ledger, struct error *error)
{
    struct message_worker_options options = {
        .carriers = messages->carriers,
        .public_address = config_text(config, "public-address"),
        .sms_queue = config_text(config, "sms-queue"),
        .retry_ms = config_number(config, "message-retry-seconds") * 1000,
        .retry_limit_ms = INT64_C(3600) * 1000,
        .give_up_ms = config_number(config, "message-give-up-seconds") * 1000,
        .log = guichetd_print,
    };
    int code;

    *messages = (struct guichetd_messages){.has_email = false};
    code = open_carriers(messages, config, &options.carrier_count, error);
    if (code == 0)
        code = message_worker_start(&messages->worker, &options, ledger, error);
    if (code != 0)
        guichetd_messages_stop(messages);
    return code;
}

void guichetd_messages_stop(struct guichetd_messages *messages)
{
    message_worker_stop(messages->worker);
    sms_gateway_close(messages->sms);
    if (messages->has_email)
        message_email_close(&messages->email);
    *messages = (struct guichetd_messages){.has_email = false};
}
