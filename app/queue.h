/*
 * The queue engine: what a hand-off needs, who may take it and why not, and whose turn it is. Pure
 * functions of records, compiled into both programs: the screen says before what the server
 * decides after.
 *
 * A skill is written "civil-status" or, where a level counts, "civil-status:2": of an agent how
 * well they can (1 knows it, 2 is practised, 3 is an expert; 1 when nothing is said), of a queue,
 * a service or a hand-off how well it must be done.
 */
#ifndef GUICHET_APP_QUEUE_H
#define GUICHET_APP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/record.h"

/* Skills that a queue or a service asks for, each, and that a hand-off does: of both and its own.
 */
#define QUEUE_SKILLS_MOST      8
#define QUEUE_NEED_SKILLS_MOST 24
#define QUEUE_SKILL_LENGTH     64 /* bytes of a skill as it is written */
#define QUEUE_SKILL_LEVEL_MOST 3
#define QUEUE_LEVEL_MOST       3 /* contact levels are 1 to 3 */
#define QUEUE_PRIORITY_MOST    3 /* 0 normal, 1 raised, 2 urgent; 3 only a supervisor gives */
#define QUEUE_CAPACITY_MOST    50

struct queue_skill {
    char name[QUEUE_SKILL_LENGTH + 1];
    int level; /* 1 to QUEUE_SKILL_LEVEL_MOST */
};

/* Reads a skill as it is written; false when it is none (empty, too long, with a blank, a comma or
 * a control character, or of no such level). */
bool queue_skill_read(const char *text, struct queue_skill *skill);

/* --- what is needed --------------------------------------------------------------------------- */

#define QUEUE_LANGUAGE_SIZE 9

struct queue_need {
    struct queue_skill skills[QUEUE_NEED_SKILLS_MOST]; /* each name once, sorted by it */
    size_t skill_count;
    char language[QUEUE_LANGUAGE_SIZE]; /* primary subtag in small letters; "" any will do */
    int level;                          /* contact level; 0 any */
};

/*
 * What an item asks of whoever takes it: what the hand-off says, what its queue asks of everybody,
 * and what the service asks; of each the most. Any of the three may be NULL. A hand-off itself says
 * what the service and the client ask, not its queue: it may go on to another one.
 */
void queue_need_make(struct queue_need *need, const json_t *handoff, const struct record *queue,
                     const struct record *service);
/* Asks also for what this record does (a queue, a service, a hand-off). */
void queue_need_add(struct queue_need *need, const struct record *record);
/* The same with a language that a client speaks ("" or NULL adds nothing): for an offer that is
 * about to be made. */
void queue_need_speak(struct queue_need *need, const char *language);

/* Skills as a list of texts as they are written: for a hand-off's body. New; NULL when there are
 * none, or out of memory. */
json_t *queue_need_skills(const struct queue_need *need);

/* One line of text that is equal for equal needs, "" for none: "2 fr civil-status:2,families:1".
 * Owned (free()); NULL when out of memory. And back; false when it is not such a line. */
char *queue_need_text(const struct queue_need *need);
bool queue_need_parse(struct queue_need *need, const char *text);

/* --- who may take it -------------------------------------------------------------------------- */

/* What stands in the way; the first that does. */
enum queue_bar {
    QUEUE_BAR_NONE,
    QUEUE_BAR_OUTSIDE,  /* the agent does not serve this queue */
    QUEUE_BAR_LEVEL,    /* nor this contact level */
    QUEUE_BAR_SKILL,    /* lacks a skill, or has it at a lower level */
    QUEUE_BAR_LANGUAGE, /* does not speak it */
    QUEUE_BAR_FULL,     /* has as much in hand as they can */
};

struct queue_verdict {
    enum queue_bar bar;
    struct queue_skill skill;           /* QUEUE_BAR_SKILL: the first that is lacking */
    int level;                          /* QUEUE_BAR_LEVEL: the one that is needed */
    char language[QUEUE_LANGUAGE_SIZE]; /* QUEUE_BAR_LANGUAGE */
    int capacity;                       /* QUEUE_BAR_FULL: how many at once */
};

/* The verdict in a line that the screen reads back: "skills/civil-status:2", "level/3",
 * "language/fr", "capacity/2", "to_queue"; and back, false when it is none. */
void queue_verdict_write(const struct queue_verdict *verdict, char *text, size_t size);
bool queue_verdict_read(const char *text, struct queue_verdict *verdict);

/* Skills, languages and contact levels of an agent's record against a need. An agent whose record
 * names no levels serves all of them. */
bool queue_agent_fits(const struct queue_need *need, const struct record *agent,
                      struct queue_verdict *verdict);

/*
 * How many items an agent may have in hand at once in a channel: as the agent's "capacity" says
 * ({"phone": 1, "chat": 3}), else as the queue's (NULL for none); negative for no limit.
 */
int queue_capacity(const struct record *agent, const struct record *queue, const char *channel);

/*
 * Whether the agent may take an item out of this queue, of whose channel they have `load` in hand;
 * all in one. Closing hours (the queue's "schedule", schedule.h) are no bar: whoever waits at
 * closing time is still served; they tell only whether more should be offered.
 */
bool queue_may_take(const struct queue_need *need, const struct record *queue,
                    const struct record *agent, const char *channel, int load,
                    struct queue_verdict *verdict);

/* A contact begun longer ago was forgotten: nobody is with a client for so long. */
#define QUEUE_CONTACT_MOST_MS (INT64_C(12) * 3600 * 1000)

/* True while a contact keeps its agent busy. */
bool queue_contact_is_in_hand(const struct record *contact, int64_t now_ms);

/*
 * True while an accepted hand-off is in its taker's hands, and counts besides the contacts that are
 * theirs: its contact is in progress and still the sender's; or it is of a channel in which nobody
 * waits on the line (e-mail, mail ...), and its case is open. What was passed on since is not.
 * Contact and case may be NULL.
 */
bool queue_is_in_hand(const struct record *handoff, const struct record *contact,
                      const struct record *matter, int64_t now_ms);

/* --- whose turn it is -------------------------------------------------------------------------
 *
 * Every item has a turn: a moment from which its rank grows by one each millisecond, without end.
 * The turn is when it began to wait (or, of a call-back, when the window opens), moved forward by
 * what gives it precedence: minutes for each step of priority, and the minutes by which its promise
 * comes too near. The smaller turn is served first; equal ones by their ids.
 *
 * The turn depends on records only, not on the time of asking, so terminal and server have one
 * order, and two items never change places while they wait.
 *
 * No starvation, by this bound: a turn lies at most QUEUE_LEAD_MOST_MS before the item began to
 * wait, and never after. So an item is passed only by those that began to wait less than
 * QUEUE_LEAD_MOST_MS after it; all that come later, of whatever priority and promise, come behind.
 * For a queue of ordinary weights the bound is nearer: queue_lead_most_ms.
 */

#define QUEUE_LEAD_MOST_MS (INT64_C(24) * 3600 * 1000)
/* A call-back's window opens at most so long after the offer; a later one counts as this. */
#define QUEUE_READY_MOST_MS (INT64_C(92) * 24 * 3600 * 1000)

/* Weights of a queue that names none, in minutes: for a step of priority, and how long before its
 * promise an item begins to press. */
#define QUEUE_PRIORITY_MINUTES 30
#define QUEUE_PROMISE_MINUTES  60
#define QUEUE_WEIGHT_MOST      480

/* Since when the client waits, ms: from the first offer, through whatever queues it went on. */
int64_t queue_since_ms(const struct record *handoff);
/* From when on it can be taken: a call-back when its window opens, all else at once. */
int64_t queue_ready_ms(const struct record *handoff);
/* The moment it was promised for, or its call was; the earlier one. 0 for none. */
int64_t queue_promise_ms(const struct record *handoff);

/* `queue` is the record of the queue that it waits in; NULL: the ordinary weights. */
int64_t queue_turn_ms(const struct record *handoff, const struct record *queue);
/* How far before its waiting a turn in this queue can lie at most. */
int64_t queue_lead_most_ms(const struct record *queue);

/* An item in a line. */
struct queue_turn {
    int64_t ms;
    struct id id;
};
/* Below 0 when `left` is served first; never 0 for different items. For qsort. */
int queue_turn_compare(const void *left, const void *right);

/* --- the hand-off's context ------------------------------------------------------------------- */

/* The parts that a queue can ask for, NULL-terminated: what was made of each stands under its word
 * in the hand-off's parts. */
extern const char *const queue_part_words[];
#define QUEUE_PARTS_MOST 9

/* Which parts the queue's "required" asks for and that are missing or blank in `parts` ({"need":
 * "..."}; may be NULL); static words, in the order of queue_part_words. Returns how many. */
size_t queue_missing_parts(const struct record *queue, const json_t *parts,
                           const char *missing[QUEUE_PARTS_MOST]);

#endif
