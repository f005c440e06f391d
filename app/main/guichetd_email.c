#include "app/main/guichetd_email.h"

#include <string.h>

#include "app/main/guichetd.h"
#include "net/email_imap.h"
#include "net/email_send.h"
#include "net/intake.h"

#define KIB 1024

const struct config_key guichetd_email_keys[] = {
    {.name = "imap-url",
     .shape = CONFIG_TEXT,
     .argument = "URL",
     .help = "Fetch mail from this server (imaps://mail.example.ca)."},
    {.name = "imap-user", .shape = CONFIG_TEXT, .argument = "NAME", .help = "Who signs in there."},
    {.name = "imap-password-file",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "The password: the first line of this file."},
    {.name = "imap-token-file",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Instead of a password, a bearer token (OAUTHBEARER or XOAUTH2): the first line of this "
             "file, read anew each time."},
    {.name = "imap-ca",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Trust only what this certificate (PEM) certifies."},
    {.name = "imap-address",
     .shape = CONFIG_TEXT,
     .argument = "ADDRESS",
     .help = "The address whose mail it is: what comes from there is our own."},
    {.name = "imap-mailbox",
     .shape = CONFIG_TEXT,
     .argument = "NAME",
     .preset = "INBOX",
     .help = "The mailbox that is read."},
    {.name = "imap-taken-mailbox",
     .shape = CONFIG_TEXT,
     .argument = "NAME",
     .help = "Move messages there that were taken; without it they stay, marked as seen."},
    {.name = "imap-refused-mailbox",
     .shape = CONFIG_TEXT,
     .argument = "NAME",
     .help = "Move messages there that were refused; without it they stay, marked as seen."},
    {.name = "imap-poll-seconds",
     .shape = CONFIG_NUMBER,
     .minimum = 1,
     .maximum = 86400,
     .argument = "N",
     .preset = "60",
     .help = "Look for new mail so often."},
    {.name = "imap-queue",
     .shape = CONFIG_TEXT,
     .argument = "KEY",
     .help = "Offer new matters to this queue (sample/civil-status)."},
    {.name = "imap-office",
     .shape = CONFIG_TEXT,
     .argument = "KEY",
     .help = "The office of new matters, when no queue says it (sample/quebec)."},
    {.name = "imap-message-kib",
     .shape = CONFIG_NUMBER,
     .minimum = 64,
     .maximum = 102400,
     .argument = "N",
     .preset = "30720",
     .help = "Refuse larger messages."},
    {.name = "imap-attachment-kib",
     .shape = CONFIG_NUMBER,
     .minimum = 1,
     .maximum = 25600,
     .argument = "N",
     .preset = "10240",
     .help = "Leave larger attachments out, with a remark."},
    {.name = "imap-attachment-types",
     .shape = CONFIG_TEXT,
     .argument = "TYPES",
     .help = "Media types of attachments that are kept (application/pdf,image/*), instead of the "
             "usual documents and images."},
    {.name = "imap-sender-per-hour",
     .shape = CONFIG_NUMBER,
     .minimum = 0,
     .maximum = 100000,
     .argument = "N",
     .preset = "30",
     .help = "Refuse what one sender sends beyond this within an hour; 0: nothing."},
    {0},
};

/* NULL for "". */
static const char *text_of(const struct config *config, const char *key)
{
    const char *text = config_text(config, key);

    return text != NULL && text[0] != '\0' ? text : NULL;
}

static int mailbox_check(const char *mailbox, const char *key, struct error *error)
{
    return mailbox == NULL || email_imap_mailbox_is_plain(mailbox)
               ? 0
               : error_set(error, ERROR_INVALID,
                           "%s: a mailbox's name is ASCII, without quotes, %%, * or backslash",
                           key);
}

static int check(const struct email_fetch_options *options, struct error *error)
{
    int code =
        mailbox_check(options->mailbox != NULL ? options->mailbox : "", "imap-mailbox", error);

    if (code == 0)
        code = mailbox_check(options->taken_mailbox, "imap-taken-mailbox", error);
    if (code == 0)
        code = mailbox_check(options->refused_mailbox, "imap-refused-mailbox", error);
    if (code == 0 && !email_address_is_plain(options->desk.address))
        code = error_set(error, ERROR_INVALID, "imap-address: the address whose mail it is");
    if (code == 0 && strlen(options->desk.source) > INTAKE_SOURCE_LIMIT)
        code = error_set(error, ERROR_INVALID, "imap-address: over %d bytes", INTAKE_SOURCE_LIMIT);
    return code;
}

int guichetd_email_open(struct guichetd_email *email, const struct config *config,
                        struct error *error)
{
    const struct email_account_options account = {
        .url = text_of(config, "imap-url"),
        .user = text_of(config, "imap-user"),
        .password_file = text_of(config, "imap-password-file"),
        .token_file = text_of(config, "imap-token-file"),
        .ca_file = text_of(config, "imap-ca"),
    };
    struct email_desk *desk = &email->options.desk;

    *email = (struct guichetd_email){
        .options = {.mailbox = text_of(config, "imap-mailbox"),
                    .taken_mailbox = text_of(config, "imap-taken-mailbox"),
                    .refused_mailbox = text_of(config, "imap-refused-mailbox"),
                    .poll_ms = config_number(config, "imap-poll-seconds") * 1000,
                    .log = guichetd_print},
        .wanted = account.url != NULL};
    if (!email->wanted)
        return 0;
    *desk = (struct email_desk){.source = text_of(config, "imap-address"),
                                .address = text_of(config, "imap-address"),
                                .queue = text_of(config, "imap-queue"),
                                .office = text_of(config, "imap-office"),
                                .limits = email_default_limits,
                                .per_hour = config_number(config, "imap-sender-per-hour")};
    desk->limits.message_bytes = (size_t)config_number(config, "imap-message-kib") * KIB;
    desk->limits.attachment_bytes = (size_t)config_number(config, "imap-attachment-kib") * KIB;
    if (text_of(config, "imap-attachment-types") != NULL)
        desk->limits.media_types = text_of(config, "imap-attachment-types");
    if (check(&email->options, error) != 0)
        return ERROR_INVALID;
    return email_account_open(&email->options.account, EMAIL_IMAP, &account, error);
}

int guichetd_email_start(struct guichetd_email *email, struct ledger *ledger, struct error *error)
{
    return email->wanted ? email_fetcher_start(&email->fetcher, &email->options, ledger, error) : 0;
}

void guichetd_email_close(struct guichetd_email *email)
{
    email_fetcher_stop(email->fetcher);
    email_account_close(&email->options.account);
    *email = (struct guichetd_email){.wanted = false};
}
