/*
 * Mail as `guichetd serve` fetches it, by the settings.
 */
#ifndef GUICHET_APP_MAIN_GUICHETD_EMAIL_H
#define GUICHET_APP_MAIN_GUICHETD_EMAIL_H

#include "app/config.h"
#include "net/email_fetch.h"

extern const struct config_key guichetd_email_keys[];

/* Stays where it is while it works. */
struct guichetd_email {
    struct email_fetch_options options;
    struct email_fetcher *fetcher; /* NULL: no mail is fetched */
    bool wanted;
};

/* Reads the settings, and the password; to be closed also after a failure. */
int guichetd_email_open(struct guichetd_email *email, const struct config *config,
                        struct error *error);
/* Begins to fetch, when the settings say whence. */
int guichetd_email_start(struct guichetd_email *email, struct ledger *ledger, struct error *error);
/* Ends it. */
void guichetd_email_close(struct guichetd_email *email);

#endif
