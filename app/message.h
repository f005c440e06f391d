/*
 * Messages to clients: by which channel one may be sent, what a text is filled with, and what
 * agents do. A message goes out by itself once the server has it (net/message_worker.h); a letter
 * (channel "mail") is printed and mailed by an agent. States of an outgoing one:
 *
 *   queued     to be sent, or sent again at `next_attempt_at`; `reason` says why not yet
 *   sent       handed over; of an SMS, `delivered_at` is when the phone had it
 *   bounced    it could not be delivered: `reason`
 *   withdrawn  taken back before it was sent
 */
#ifndef GUICHET_APP_MESSAGE_H
#define GUICHET_APP_MESSAGE_H

#include "app/author.h"
#include "app/continue.h"
#include "app/message_template.h"
#include "app/store.h"

/* --- channels --------------------------------------------------------------------------------- */

/* What keeps a message from a client. */
enum message_way {
    MESSAGE_WAY_OPEN,
    MESSAGE_WAY_NO_ADDRESS, /* the client gave none for this channel */
    MESSAGE_WAY_REFUSED,    /* the client wants no messages by it */
};

/* `channel` is of message_channel_words. A client who is NULL has no address. */
enum message_way message_way(const struct record *client, const char *channel);

/* Where it goes: the e-mail address, phone number or postal address. Borrowed; "". */
const char *message_address(const struct record *client, const char *channel);

/* The channel to write by: the preferred one when it is open, else the first that is; NULL when
 * none is. Static. */
const char *message_channel(const struct record *client);

/* "+14185550101": room for a number as E.164 writes it. */
#define MESSAGE_NUMBER_SIZE 17
/* Reads a phone number as people write it, North American unless it begins with '+'. False when it
 * is none that a message can go to. */
bool message_number(const char *phone, char number[MESSAGE_NUMBER_SIZE]);

/* --- texts ------------------------------------------------------------------------------------ */

/* What a text is about; borrowed, NULL for what there is not. */
struct message_facts {
    const struct record *client, *matter, *service, *office;
    const char *date, *promise, *missing; /* in words */
    const char *place;                    /* in words; NULL: the office and its address */
    const char *public_address;     /* "https://services.example.ca", where clients reach us */
    const char *status_code;        /* as it is shown */
    const char *questionnaire_code; /* without gaps */
};

/* The values that follow from them. Plain value; borrows from the facts. */
struct message_page {
    struct message_values values;
    char hours[512];
    char place[512];
    char status_page[400];
    char questionnaire[400];
};

void message_page_make(struct message_page *page, const struct message_facts *facts,
                       const char *language);

/* --- what agents do --------------------------------------------------------------------------- */

/* Borrowed; empty ids and NULL are left out. */
struct message_draft {
    struct id matter; /* the case */
    struct id client;
    struct id contact;
    const char *channel;
    const char *template; /* key */
    const char *language; /* of the text */
    const char *to, *subject, *text;
    const char *in_reply_to; /* the message id of what it answers */
    const json_t *remarks;   /* words: "language-fallback" */
    int64_t send_ms;         /* it leaves then; 0: at once */
};

/* Text longer than this is no SMS. ERROR_INVALID for nothing written, no address, a text with a
 * mark that nobody filled in; ERROR_TOO_LARGE for an SMS of more than MESSAGE_SEGMENTS_LIMIT
 * segments; ERROR_REFUSED when the client (may be NULL) refused the channel. */
int message_write(struct batch *batch, const struct author *author,
                  const struct message_draft *draft, const struct record *client, struct id *id,
                  struct error *error);

/* Takes a queued one back; has a bounced one sent again; says that a letter was mailed.
 * ERROR_REFUSED for another state. */
int message_withdraw(struct batch *batch, const struct author *author, const struct record *message,
                     struct error *error);
/* Has one that is planned leave at another moment, or (0) at once. ERROR_REFUSED when it is not
 * planned, or under way. */
int message_move(struct batch *batch, const struct author *author, const struct record *message,
                 int64_t send_ms, struct error *error);
/* When a queued message is to leave that was planned, whether that moment is past or not; 0 for
 * one that leaves at once, has left, or was taken back. */
int64_t message_planned_ms(const struct record *message);
/* The messages of a case that wait for their day, which is after `now_ms`. */
int message_each_planned(struct store *store, const struct id *matter, int64_t now_ms,
                         store_visit visit, void *context, struct error *error);
/* Takes back those that are planned on a case: BATCH_LIMIT less what the batch holds, at most. */
int message_withdraw_planned(struct batch *batch, const struct author *author, struct store *store,
                             const struct id *matter, struct error *error);
int message_send_again(struct batch *batch, const struct author *author,
                       const struct record *message, struct error *error);
/* Says that this agent has read what a client wrote; adds nothing when somebody has. */
int message_mark_read(struct batch *batch, const struct author *author,
                      const struct record *message, struct error *error);
int message_mailed(struct batch *batch, const struct author *author, const struct record *message,
                   struct error *error);

/* Gives the client a code for the status page of a case; the one before opens it no longer. */
int message_status_code_give(struct batch *batch, const struct author *author,
                             const struct record *matter, struct continue_code *code,
                             struct error *error);
/* Takes it back; adds nothing when there is none. */
int message_status_code_revoke(struct batch *batch, const struct author *author,
                               const struct record *matter, struct error *error);

/* What a client said of messages. */
struct message_wishes {
    const char *preferred;           /* channel; "" for none said */
    bool alerts;                     /* to be told when the status of a case changes */
    bool refused_email, refused_sms; /* no messages by it */
    bool refused_mail;
};

void message_wishes_read(const struct record *client, struct message_wishes *wishes);
/* Adds nothing when nothing differs. */
int message_wishes_set(struct batch *batch, const struct author *author,
                       const struct record *client, const struct message_wishes *wishes,
                       struct error *error);

#endif
