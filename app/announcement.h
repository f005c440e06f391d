/*
 * Hand-offs that are on their way, ahead of the records (net/announcements.h at the server): what
 * the screen is about to send, and what others are about to send here. Hints in memory: nothing of
 * them is kept, and nothing can be done by them. Thread-safe; what was said is wiped.
 */
#ifndef GUICHET_APP_ANNOUNCEMENT_H
#define GUICHET_APP_ANNOUNCEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "app/operation.h"
#include "app/record.h"

/* One is shown for so long, unless its offer comes before. */
#define ANNOUNCED_MS 5000

struct announced;

/* NULL when out of memory. */
struct announced *announced_new(void);
void announced_free(struct announced *announced);
void announced_forget(struct announced *announced);

/* --- what leaves ------------------------------------------------------------------------------ */

/* A way out that the sync thread keeps open for whoever makes them: nothing here waits. */
struct announced_way {
    bool (*begin)(void *context);                 /* one is being made; false: not open */
    bool (*end)(void *context, const char *body); /* it leaves; false: it does not */
    void (*cut)(void *context);                   /* none follows */
    void *context;
};
/* Copied; NULL: there is none any more. */
void announced_way_set(struct announced *announced, const struct announced_way *way);

/* The screen is about to send this append of a hand-off: it leaves by the way that is open. Else it
 * is kept for the sync thread, which is to be rung then, instead of the one before, if that has not
 * left: false. Its context does not leave with it. */
bool announced_put(struct announced *announced, const struct operation *offer);
/* What the screen says of the next one. */
enum announced_next {
    ANNOUNCED_UNSAID,
    ANNOUNCED_POSSIBLE, /* one may be put some time: the way to the server can be made */
    ANNOUNCED_EXPECTED, /* one is being made: the server, or the sync thread, is awake by then */
    ANNOUNCED_DROPPED,  /* what was expected is not put */
};
/* True: the sync thread is to be rung. */
bool announced_say(struct announced *announced, enum announced_next next);
/* The sync thread: what was said last, once; what was put since unsays it. */
enum announced_next announced_said(struct announced *announced);
bool announced_waits(struct announced *announced);
/* The sync thread takes the body of the request: owned (wiped and freed by announced_text_free);
 * NULL for none. */
char *announced_take(struct announced *announced);
void announced_text_free(char *text);

/* --- what comes ------------------------------------------------------------------------------- */

/* One came, {"id", "body"}, at this steady time; what makes no sense is passed over. Nobody
 * changes its body any more. */
void announced_come(struct announced *announced, const json_t *document, int64_t steady_ms);
/* The sync thread has a reply that tells of some, and reads it yet: the screen, which is to be rung
 * now, is awake by then. */
void announced_soon(struct announced *announced);
/* It has read it. False: the screen is to be rung again, it did not wait for so long. */
bool announced_soon_over(struct announced *announced);
/* The screen: stays on the processor until that is so, or a moment is over. */
void announced_await(struct announced *announced);
/* Changes whenever one comes or goes. */
uint64_t announced_version(struct announced *announced);
/* The one that came last and is still to be shown, as the record that it may become (rev 0); NULL
 * for none. New; `until_ms` is when it vanishes. Its body is read alone, and not
 * changed. */
struct record *announced_newest(struct announced *announced, int64_t steady_ms, int64_t *until_ms);
/* Its offer is here, or it is not for this agent. */
void announced_drop(struct announced *announced, const struct id *handoff);

#endif
