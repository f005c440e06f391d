/*
 * Messages to clients, as the ledger keeps them: which are to be sent and when, and which changes
 * of a case's status its client is yet to be told of. net/message_worker.h does the work.
 */
#ifndef GUICHET_NET_LEDGER_MESSAGE_H
#define GUICHET_NET_LEDGER_MESSAGE_H

#include "app/calendar.h"
#include "net/ledger.h"

/* --- what is to be sent ----------------------------------------------------------------------- */

/* Why a message waits for good: the server was not told how to send by its channel. */
#define MESSAGE_NOT_CONNECTED "not-connected"

/* Why an e-mail may come twice (net/messages.md): the server stopped between handing it over and
 * noting what became of it. The first while that is so, the second once it was sent again. */
#define MESSAGE_ANSWER_UNKNOWN "answer-unknown"
#define MESSAGE_MAYBE_TWICE    "maybe-twice"

/* The one that is to be sent first by this channel: from when on (0: at once; LEDGER_DUE_NEVER for
 * one that is not connected). `found` is false when there is none. */
int ledger_message_due(struct ledger *ledger, const char *channel, struct ledger_due *due,
                       bool *found, struct error *error);

/* What waited because its channel was not connected is due at once. */
int ledger_message_hurry(struct ledger *ledger, const char *channel, struct error *error);

/* A message with its case and client, as they stand; NULL for those that there are not. Where codes
 * are masked in the text of the record, they stand in the text here: it is to be sent. */
struct ledger_letter {
    struct record *message, *matter, *client; /* owned */
};

int ledger_message_read(struct ledger *ledger, const struct id *id, struct ledger_letter *letter,
                        struct error *error);
void ledger_letter_clear(struct ledger_letter *letter);

/* Writes what became of a message: `claimed` holds its changed members, null removing one. What
 * does not follow from its present state (it was taken back meanwhile) is passed over, and
 * `*written` is then false. On disk when this returns 0. */
int ledger_message_write(struct ledger *ledger, const struct id *id, json_t *claimed,
                         int64_t now_ms, bool *written, struct error *error);

/* --- what is to be told ----------------------------------------------------------------------- */

/* A case that came to a status. */
struct ledger_notice {
    int64_t number;
    struct id matter;
    int64_t rev; /* of the case that came to it */
    char status[32];
    int64_t at_ms;
};

/* The oldest one; `found` is false when there is none. */
int ledger_notice_first(struct ledger *ledger, struct ledger_notice *notice, bool *found,
                        struct error *error);

/* All that a text to the client is made of; NULL for what there is not. Owned. */
struct ledger_telling {
    struct record *matter, *client, *service, *office, *template;
    char promise[40]; /* when an answer was promised, RFC 3339; "" for nothing */
};

/* Reads it, with the template for `use`: one of the case's own source first. */
int ledger_telling_read(struct ledger *ledger, const struct id *matter, const char *use,
                        struct ledger_telling *telling, struct error *error);
/* The day that clocks at the office show when an answer was promised; false when none was. */
bool ledger_telling_promised(const struct ledger_telling *telling, struct calendar_day *day);
void ledger_telling_clear(struct ledger_telling *telling);

/*
 * Ends a notice, in one transaction with what comes of it: `message` is the body of the client's
 * message (taken over; NULL: nothing is sent), `granted` what changes in the case (codes that the
 * message holds; taken over; may be NULL). `codes` (taken over; may be NULL) says what stands
 * masked in the message's text, {"mask": "code"}: it is kept apart, for the one who sends it, until
 * it is sent. The message's id follows from the case and the rev, so that it is made once.
 */
int ledger_notice_end(struct ledger *ledger, const struct ledger_notice *notice, json_t *message,
                      json_t *granted, json_t *codes, int64_t now_ms, struct error *error);

#endif
