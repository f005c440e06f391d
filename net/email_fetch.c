#include "net/email_fetch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "net/bell_clock.h"
#include "net/email_imap.h"
#include "net/ledger_email.h"

/* How often the mail server may fail to give one message before it is refused. */
#define TRIES_MOST 3
/* After trouble: so long, doubled each time up to the poll interval or this, whichever is more. */
#define TROUBLE_MS      (INT64_C(5) * 1000)
#define TROUBLE_MOST_MS (INT64_C(300) * 1000)

struct email_fetcher {
    struct email_fetch_options options;
    struct ledger *ledger; /* borrowed */
    struct email_taker *taker;
    struct bell_clock *clock;
    atomic_bool stopping;
    int64_t trouble_ms; /* how long to wait after the next trouble */
    bool told;          /* of the trouble that there is */

    uint32_t tried; /* the message that the server failed to give last */
    int tries;
};

static void tell(struct email_fetcher *fetcher, const char *what)
{
    struct error line = ERROR_INIT; /* makes the text fit to be printed */

    error_set(&line, ERROR_OFFLINE, "mail: %s", what);
    fetcher->options.log(fetcher->options.log_context, line.message);
}

/* --- one message ------------------------------------------------------------------------------ */

static void tell_refused(struct email_fetcher *fetcher, uint32_t uid, const char *reason)
{
    char line[EMAIL_TAKEN_REASON_SIZE + 64];

    snprintf(line, sizeof(line), "message %" PRIu32 " was refused: %s", uid, reason);
    tell(fetcher, line);
}

/* Whether the server is to be asked for this one again. */
static bool is_tried_again(struct email_fetcher *fetcher, uint32_t uid)
{
    fetcher->tries = fetcher->tried == uid ? fetcher->tries + 1 : 1;
    fetcher->tried = uid;
    return fetcher->tries < TRIES_MOST;
}

/* Takes or refuses it; `taken` is of those that are there no more EMAIL_REPEATED. */
static int deal_with(struct email_fetcher *fetcher, struct email_imap *imap, uint32_t uid,
                     const char *handle, enum email_taken *taken, struct error *error)
{
    const struct email_limits *limits = &fetcher->options.desk.limits;
    char reason[EMAIL_TAKEN_REASON_SIZE] = "";
    struct text_buffer message = {0};
    struct error why = ERROR_INIT;
    int64_t now_ms = clock_system(NULL);
    int code = email_imap_fetch(imap, uid, limits->message_bytes, &message, &why);

    *taken = EMAIL_REPEATED;
    if (code == 0)
        code = email_take(fetcher->taker, message.bytes != NULL ? message.bytes : "",
                          message.length, handle, now_ms, taken, reason, error);
    else if (code == ERROR_NOT_FOUND)
        code = 0;
    else if (code != ERROR_TOO_LARGE && (code == ERROR_CANCELLED || is_tried_again(fetcher, uid)))
        code = error_set(error, code, "%s", why.message);
    else {
        *taken = EMAIL_REFUSED;
        text_copy(reason, sizeof(reason),
                  code == ERROR_TOO_LARGE ? why.message : "the mail server does not give it");
        code = email_refuse(fetcher->taker, handle, reason, now_ms, error);
    }
    text_buffer_free(&message);
    if (code == 0 && *taken == EMAIL_REFUSED)
        tell_refused(fetcher, uid, reason);
    return code;
}

/* That it cannot be filed is told, and nothing else: it is done with. */
static int file(struct email_fetcher *fetcher, struct email_imap *imap, uint32_t uid,
                enum email_taken taken, struct error *error)
{
    struct error why = ERROR_INIT;
    int code = email_imap_file(imap, uid,
                               taken == EMAIL_REFUSED ? fetcher->options.refused_mailbox
                                                      : fetcher->options.taken_mailbox,
                               &why);

    if (code == 0)
        return 0;
    if (code != ERROR_NOT_FOUND && (code == ERROR_CANCELLED || is_tried_again(fetcher, uid)))
        return error_set(error, code, "%s", why.message);
    tell(fetcher, why.message);
    return 0;
}

/* --- the mailbox ------------------------------------------------------------------------------ */

/* Takes, or refuses, and files one, and notes that it is dealt with. */
static int next_one(struct email_fetcher *fetcher, struct email_imap *imap, uint32_t uid,
                    struct ledger_mailbox *mailbox, struct error *error)
{
    enum email_taken taken;
    char handle[64];
    int code;

    if (atomic_load(&fetcher->stopping))
        return error_set(error, ERROR_CANCELLED, "stopped");
    snprintf(handle, sizeof(handle), "%" PRIu32 ".%" PRIu32, mailbox->validity, uid);
    code = deal_with(fetcher, imap, uid, handle, &taken, error);
    if (code == 0)
        code = file(fetcher, imap, uid, taken, error);
    if (code != 0)
        return code;
    mailbox->uid = uid;
    return ledger_mailbox_write(fetcher->ledger, fetcher->options.desk.source, mailbox, error);
}

/* Deals with the numbers up to `last`, of which not all need be there. */
static int window(struct email_fetcher *fetcher, struct email_imap *imap, uint32_t last,
                  struct ledger_mailbox *mailbox, struct error *error)
{
    uint32_t uids[EMAIL_IMAP_WINDOW];
    size_t count = 0;
    int code = email_imap_list(imap, mailbox->uid + 1, last, uids, &count, error);

    for (size_t i = 0; i < count && code == 0; i++)
        code = next_one(fetcher, imap, uids[i], mailbox, error);
    if (code != 0 || mailbox->uid == last)
        return code;
    mailbox->uid = last;
    return ledger_mailbox_write(fetcher->ledger, fetcher->options.desk.source, mailbox, error);
}

static int look_into(struct email_fetcher *fetcher, struct email_imap *imap, struct error *error)
{
    struct ledger_mailbox mailbox;
    uint32_t validity, next;
    int code = ledger_mailbox_read(fetcher->ledger, fetcher->options.desk.source, &mailbox, error);

    if (code == 0)
        code = email_imap_status(imap, &validity, &next, error);
    /* Another generation of numbers: all is looked at again, and found to be there. */
    if (code == 0 && mailbox.validity != validity)
        mailbox = (struct ledger_mailbox){.validity = validity};
    while (code == 0 && mailbox.uid < next - 1 && !atomic_load(&fetcher->stopping)) {
        uint32_t left = next - 1 - mailbox.uid;

        code = window(fetcher, imap,
                      mailbox.uid + (left < EMAIL_IMAP_WINDOW ? left : EMAIL_IMAP_WINDOW), &mailbox,
                      error);
    }
    return code;
}

/* Each look is a connection of its own: what is new is then seen, and nothing has to be kept
 * alive. */
static int look(struct email_fetcher *fetcher, struct error *error)
{
    struct email_imap *imap;
    int code = email_imap_open(&imap, &fetcher->options.account, fetcher->options.mailbox, error);

    if (code == 0)
        code = look_into(fetcher, imap, error);
    email_imap_close(imap);
    return code;
}

static int64_t tick(void *context)
{
    struct email_fetcher *fetcher = context;
    struct error error = ERROR_INIT;
    int64_t wait_ms, most_ms;
    int code = atomic_load(&fetcher->stopping) ? ERROR_CANCELLED : look(fetcher, &error);

    if (code == 0) {
        if (fetcher->told)
            tell(fetcher, "the mailbox can be read again");
        fetcher->told = false;
        fetcher->trouble_ms = TROUBLE_MS;
        return fetcher->options.poll_ms;
    }
    if (code == ERROR_CANCELLED)
        return BELL_CLOCK_SLEEP_MS;
    tell(fetcher, error.message);
    fetcher->told = true;
    wait_ms = fetcher->trouble_ms;
    most_ms =
        fetcher->options.poll_ms > TROUBLE_MOST_MS ? fetcher->options.poll_ms : TROUBLE_MOST_MS;
    fetcher->trouble_ms = 2 * wait_ms < most_ms ? 2 * wait_ms : most_ms;
    return wait_ms;
}

/* --- start and stop --------------------------------------------------------------------------- */

int email_fetcher_start(struct email_fetcher **result, const struct email_fetch_options *options,
                        struct ledger *ledger, struct error *error)
{
    struct email_fetcher *fetcher = calloc(1, sizeof(*fetcher));
    int code;

    *result = NULL;
    if (fetcher == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for mail");
    fetcher->options = *options;
    fetcher->options.account.stopping = &fetcher->stopping;
    fetcher->ledger = ledger;
    fetcher->trouble_ms = TROUBLE_MS;
    code = email_taker_new(&fetcher->taker, &fetcher->options.desk, ledger, error);
    if (code == 0)
        code = bell_clock_new(&fetcher->clock, "mail", tick, fetcher, error);
    if (code == 0)
        code = bell_clock_start(fetcher->clock, error);
    if (code != 0) {
        email_fetcher_stop(fetcher);
        return code;
    }
    *result = fetcher;
    return 0;
}

void email_fetcher_stop(struct email_fetcher *fetcher)
{
    if (fetcher == NULL)
        return;
    atomic_store(&fetcher->stopping, true);
    bell_clock_free(fetcher->clock);
    email_taker_free(fetcher->taker);
    free(fetcher);
}
