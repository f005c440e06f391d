/*
 * Intake: what comes in through every other channel (web, e-mail, SMS, 311, scanned mail ...) and
 * becomes a message on a case. One transaction a message; one message once, however often its
 * channel brings it.
 *
 * Which case. In this order, the first that leads to one:
 *
 *   1. the case's reference, as it was written or spoken
 *   2. the thread: a message that this one answers
 *   3. the continue code of a draft
 *   4. the client, when exactly one on file fits (e-mail or phone and a name that does not speak
 *      against it; name and birth date; name and postal code) and has exactly one case of that
 *      service (of any, when none is said) that is not closed
 *
 * else a new case: of that client, when one fits, else of a new one. A new case is offered to a
 * queue (else to the office) as a cold hand-off; so is one that nobody has in hand, and one that
 * was closed: a person decides whether it is opened again. An automatic answer offers nothing.
 *
 * What could not be done as asked is told to the agent in the message's remarks, one word or short
 * phrase each: "reference-unknown", "reference-ambiguous", "code-unknown", "code-locked",
 * "client-ambiguous", "other-sender", "case-closed", "form-unknown", "form-invalid", "text-cut",
 * "email-left-out", "phone-left-out", "birth-date-left-out", "attachment-left-out NAME".
 */
#ifndef GUICHET_NET_INTAKE_H
#define GUICHET_NET_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/client.h"
#include "app/error.h"
#include "app/id.h"
#include "net/ledger.h"

/* The remark of what a machine answered by itself. */
#define INTAKE_AUTO_REPLY "auto-reply"

/* Longest of each, in bytes. */
#define INTAKE_SOURCE_LIMIT     64
#define INTAKE_MESSAGE_ID_LIMIT 400
/* Attachments of one message, and bytes of one and of all; what is over them is left out and named
 * in a remark. Channels may set lower limits of their own. */
#define INTAKE_ATTACHMENTS_MOST        32
#define INTAKE_ATTACHMENT_LIMIT        (25 * (size_t)1024 * 1024)
#define INTAKE_ATTACHMENTS_TOTAL_LIMIT (50 * (size_t)1024 * 1024)
#define INTAKE_ATTACHMENT_NAME_LIMIT   200

struct intake_attachment {
    const char *name, *media_type; /* may be NULL */
    const void *bytes;
    size_t length;
};

/* All borrowed; a text that is NULL or "" was not said. Text that is not UTF-8 is made so. */
struct intake_message {
    const char *channel;           /* of channel_words */
    const char *source;            /* which key, mailbox or gateway it came through */
    const char *message_id;        /* the sender's own; once with `source` */
    int64_t at_ms;                 /* when the client sent it; 0: now */
    const char *const *replies_to; /* message ids of its thread, the nearest first */
    size_t reply_count;
    const char *reference;     /* of a case */
    const char *continue_code; /* of a draft */
    const char *address;       /* network address of the client, on which wrong codes are counted;
                                  NULL: they are counted on `source` */
    struct client_details client; /* as they gave it */
    const char *kind;             /* "note", "request" or "submission"; NULL: "note" */
    const char *subject, *text, *language;
    const char *service, *queue, *office, *form; /* keys of the catalogue */
    const json_t *answers;                       /* of a submission */
    const json_t *consents;                      /* of a submission: {"saaq": true} */
    const char *from, *to;                       /* addresses */
    const struct intake_attachment *attachments;
    size_t attachment_count;
    const json_t *remarks; /* array of words for the agent: what was left out, "auto-reply" */
    bool separate;         /* a matter of its own: never joined to an open case of the client's */
    bool strict; /* answers that the form does not take, and contact details that are none,
                    refuse the message; else they are kept in it, with a remark */
};

enum intake_kind { INTAKE_TAKEN, INTAKE_REPEATED, INTAKE_REFUSED };

struct intake_result {
    enum intake_kind kind;
    bool new_case;
    struct id message, matter, client, submission; /* empty for none */
    char reference[17];                            /* of the case */
    char reason[160];                              /* INTAKE_REFUSED: one sentence, "" otherwise */
    json_t *faults; /* strict, and the form does not take the answers: each in the shape of
                       GET /v1/continue's `errors`; a new reference, else NULL */
};

/* Gives back what a result holds. Only a strict message's result holds anything. */
void intake_result_clear(struct intake_result *result);

/*
 * Takes one message. On disk when this returns 0; a refusal is a result, and stands in the list of
 * refused messages. A negative code means that nothing was done and that the same message may come
 * again: ERROR_STORAGE, ERROR_MEMORY; ERROR_REFUSED at a relay, where nothing comes in.
 */
int ledger_intake(struct ledger *ledger, const struct intake_message *message, int64_t now_ms,
                  struct intake_result *result, struct error *error);

/* --- refused messages -------------------------------------------------------------------------
 *
 * That something came and was not taken: whence, when and why, never what it said.
 */

#define INTAKE_REASON_SIZE 160
/* How many are kept: the newest. */
#define INTAKE_REFUSED_KEPT 10000

/* Puts one on the list; once for each source and message id ("" is none: each counts). */
int ledger_intake_refuse(struct ledger *ledger, const char *channel, const char *source,
                         const char *message_id, const char *reason, int64_t now_ms,
                         struct error *error);

/* The newest `limit`, newest first: [{"channel","source","message_id","reason","at"}]. New. */
int ledger_intake_refused(struct ledger *ledger, size_t limit, json_t **list, struct error *error);

/* How many messages were taken and how many are on that list. */
struct intake_counts {
    int64_t taken;
    int64_t refused;
};
int ledger_intake_counts(struct ledger *ledger, struct intake_counts *counts, struct error *error);

/* --- attachments ------------------------------------------------------------------------------ */

/* One as it is kept. Owned: ledger_attachment_clear. */
struct ledger_attachment {
    struct id id, message;
    char *name, *media_type;
    unsigned char *bytes;
    size_t length;
};

/* Reads one whose message stands in one of the scopes: ERROR_NOT_FOUND, ERROR_REFUSED. */
int ledger_attachment_read(struct ledger *ledger, const struct scope_set *scopes,
                           const struct id *id, struct ledger_attachment *attachment,
                           struct error *error);
void ledger_attachment_clear(struct ledger_attachment *attachment);

#endif
