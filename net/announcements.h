/*
 * Announcements: the one line of a hand-off that is on its way (who, what, why), told to those who
 * wait before anything of it is written. A hint and no promise: it is held in memory alone, for a
 * few seconds, and nothing can be accepted by it. The offer follows as any other operation does.
 *
 * Who was told of one, and is not given the offer soon after, is in the audit trail then. All
 * functions are thread-safe.
 */
#ifndef GUICHET_NET_ANNOUNCEMENTS_H
#define GUICHET_NET_ANNOUNCEMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/error.h"
#include "app/id.h"
#include "app/text.h"
#include "net/scope_set.h"

/* It is told for so long after it came. */
#define ANNOUNCEMENT_LIFE_MS 5000
/* Whoever was told and was not given the offer for so long after is in the audit trail: no longer
 * than it takes until nobody is told any more, for a server that is killed meanwhile never tells.
 */
#define ANNOUNCEMENT_OWED_MS (ANNOUNCEMENT_LIFE_MS + 1000)
/* So many are there at a time, of one sender, and told of one; what is more goes the usual way. */
#define ANNOUNCEMENT_LIMIT      64
#define ANNOUNCEMENT_OWN_LIMIT  4
#define ANNOUNCEMENT_TOLD_LIMIT 64

struct announcements;
struct ledger;

/* Whom it concerns. Borrowed. */
struct announcement {
    struct id handoff;
    struct id from;   /* the agent who offers it, */
    struct id device; /* and where */
    struct id client; /* whose data it is; empty for nobody's */
    const struct scope_set *scopes;
    const char *text; /* JSON object */
};

/* `ledger` is borrowed: its trail is written by a thread of its own. `log` may be NULL. */
int announcements_new(struct announcements **announcements, struct ledger *ledger,
                      void (*log)(void *context, const char *line), void *log_context,
                      struct error *error);
/* Writes what the trail is owed. NULL is allowed. */
void announcements_free(struct announcements *announcements);

/* Copies it; false when there is no room, or it is there already. */
bool announcements_put(struct announcements *announcements,
                       const struct announcement *announcement);
/* One is looked at, and put then or not; those who would be told may be awake already. */
void announcements_judge(struct announcements *announcements);
void announcements_judged(struct announcements *announcements);
/* Whoever is awake stays on the processor until none is, or two milliseconds are over: being woken
 * a second time would take longer than it mostly lasts. */
void announcements_await(struct announcements *announcements);
/* The offer came, or was refused: nobody is told of it any more. */
void announcements_end(struct announcements *announcements, const struct id *handoff);

/* Who is told. */
struct announcement_reader {
    struct id agent;
    struct id device;
    const struct scope_set *scopes;
    int64_t after; /* the number that was told last */
};

/* Adds to `text` those past `after` that concern the reader, parted by commas, and owes the trail
 * that they were told; sets the highest number of all. How many were added: announcements_told is
 * to be called when the reader has the answer. */
size_t announcements_read(struct announcements *announcements,
                          const struct announcement_reader *reader, struct text_buffer *text,
                          int64_t *latest);
/* Wakes the thread that writes the trail, for what is owed: not before the answer has left, which
 * somebody waits for. */
void announcements_told(struct announcements *announcements);
/* The reader is given these records (JSON), and the trail says so: what is among them is owed no
 * more. */
void announcements_given(struct announcements *announcements, const struct id *agent,
                         const struct id *device, const char *records);

#endif
