/*
 * One connection to one mailbox, by libcurl's IMAP, kept from the first call to the close.
 *
 * libcurl 7.88 has manners of its own, which the calls here go around: of an untagged answer to a
 * command of our own it gives lines alone and loses literals, so messages are read by its own fetch
 * (an URL with UID); a line over 16 KiB is cut, and an answer of some hundred lines is refused, its
 * bytes being counted again with each line, so listings are one line of at most EMAIL_IMAP_WINDOW
 * numbers; and it compares UIDVALIDITY itself when the URL names it.
 */
#ifndef GUICHET_NET_EMAIL_IMAP_H
#define GUICHET_NET_EMAIL_IMAP_H

#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/text.h"
#include "net/email_account.h"

struct email_imap;

/* Printable ASCII without quotes, backslash, '%' and '*': what needs no encoding of IMAP's own. */
bool email_imap_mailbox_is_plain(const char *mailbox);

/* Does not connect yet. `account` is borrowed. */
int email_imap_open(struct email_imap **imap, const struct email_account *account,
                    const char *mailbox, struct error *error);
void email_imap_close(struct email_imap *imap);

/* The generation of the mailbox's numbers, which all further calls hold on to, and the number that
 * the next message will have at least. ERROR_NOT_FOUND when there is no such mailbox, ERROR_REFUSED
 * when the sign-in was refused. */
int email_imap_status(struct email_imap *imap, uint32_t *validity, uint32_t *next,
                      struct error *error);

/* Numbers that are listed at a time. */
#define EMAIL_IMAP_WINDOW 1000

/* The messages from `first` to `last`, less than EMAIL_IMAP_WINDOW apart, the lowest first. */
int email_imap_list(struct email_imap *imap, uint32_t first, uint32_t last,
                    uint32_t uids[EMAIL_IMAP_WINDOW], size_t *count, struct error *error);

/* Reads one. ERROR_NOT_FOUND when it is not there any more, ERROR_TOO_LARGE over `limit`. */
int email_imap_fetch(struct email_imap *imap, uint32_t uid, size_t limit,
                     struct text_buffer *message, struct error *error);

/* Marks one as seen, and moves it when `folder` is not NULL. ERROR_NOT_FOUND when the server does
 * not do that. */
int email_imap_file(struct email_imap *imap, uint32_t uid, const char *folder, struct error *error);

#endif
