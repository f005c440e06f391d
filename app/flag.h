/*
 * The flag: an agent says that something in the catalogue is wrong (a service, a form, an office),
 * and whoever keeps the catalogue settles it with an answer that the author reads. It is seen by
 * the author's office and by the agents of the keeper's queue.
 */
#ifndef GUICHET_APP_FLAG_H
#define GUICHET_APP_FLAG_H

#include <stdbool.h>

#include "app/author.h"
#include "app/catalogue.h"
#include "app/store.h"

/* Bytes. */
#define FLAG_TEXT_LIMIT   1000
#define FLAG_ANSWER_LIMIT 1000

/* The id, in its source, of the queue of those who keep the catalogue. */
#define FLAG_KEEPER_QUEUE "catalogue-keeper"

/* What is wrong with what; borrowed. */
struct flag_draft {
    enum record_type type; /* RECORD_SERVICE, RECORD_FORM, RECORD_OFFICE */
    const char *subject;   /* key */
    const char *kind;      /* of flag_kind_words */
    const char *text;      /* what is right; needed for the kind "other" */
};

/* The queue that a flag about this subject goes to: that of the subject's source, else any; "" when
 * there is none, and then the author's office keeps the catalogue. */
int flag_queue(struct catalogue *catalogue, const char *subject, char queue[RECORD_KEY_SIZE],
               struct error *error);

/* ERROR_INVALID for another type, an unknown kind, or a kind "other" without words; ERROR_TOO_LARGE
 * with both sizes. */
int flag_write(struct batch *batch, const struct author *author, const struct flag_draft *draft,
               const char *queue, struct id *id, struct error *error);

/* ERROR_CONFLICT when it is no longer open, ERROR_INVALID without an answer. Whether the author of
 * this may settle it is flag_is_for's and the server's to say. */
int flag_settle(struct batch *batch, const struct author *author, const struct record *flag,
                const char *answer, struct error *error);

/* Its author takes it back, unanswered. ERROR_CONFLICT when it is no longer open, ERROR_REFUSED for
 * somebody else. */
int flag_withdraw(struct batch *batch, const struct author *author, const struct record *flag,
                  struct error *error);

bool flag_is_open(const struct record *flag);
bool flag_is_withdrawn(const struct record *flag);
/* Whether the agent (a catalogue record) keeps what it is about. */
bool flag_is_for(const struct record *flag, const struct record *agent);
bool flag_is_from(const struct record *flag, const struct id *agent);

/* The newest open flag about this record that this terminal knows: new (record_free), NULL when
 * there is none. */
struct record *flag_find_open(struct store *store, enum record_type type, const char *subject);

#endif
