/*
 * The agent's desk: what every screen works with. Belongs to the screen thread.
 */
#ifndef GUICHET_UI_DESK_H
#define GUICHET_UI_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/author.h"
#include "app/catalogue.h"
#include "app/clock.h"
#include "app/continue.h"
#include "app/error.h"
#include "app/escrow.h"
#include "app/id.h"
#include "app/link.h"
#include "app/look.h"
#include "app/permission.h"
#include "app/purpose.h"
#include "app/seal.h"
#include "app/store.h"
#include "app/store_file.h"
#include "app/ticket.h"

/* What the bottom line tells beyond link and store; the screens' `observe` operation fills it. */
struct desk_line {
    int64_t contact_started_ms; /* wall time; 0: no contact in progress */
    int64_t wrap_up_until_ms;   /* wall time: writing up the last contact until then; 0: not so */
    struct id wrap_up_contact;  /* the last contact */
    int handoffs_offered;       /* to this agent, or to a queue of theirs */
    int tasks_due;              /* of this agent: due today, or overdue */
    int tasks_told;             /* so many of them were seen already today */
    int64_t tasks_day;          /* the day on which they were counted, there */
    int urgent;                 /* what this agent must know at once besides: hand-offs that a
                                   supervisor just took from them, alerts nobody has seen */
    char arriving[256];         /* one sentence about a hand-off that is on its way (arriving.h), as
                                   the next; "" for none */
    char notice[256];           /* one sentence about the newest offer, "" for none; already in the
                                   present language, not cleaned */
};

/* The names of so many colleagues are known without the catalogue: of those named last. */
#define DESK_NAMED 16

/* Ids of what is open now; empty when not. Kept in the store, see desk_open_keep. */
struct desk_open {
    struct id contact;
    struct id client;
    struct id matter; /* the case */
    struct id submission;
};

/* Why the agent looks at somebody's file. */
struct purpose_reason {
    enum purpose purpose; /* PURPOSE_NONE for none */
    char words[PURPOSE_TEXT_LIMIT + 1];
    int64_t said_ms; /* when the agent said so; 0: they were not asked */
};

/* What the agent said (purpose.h). */
struct purpose_said {
    struct purpose_reason reason;
    struct id client; /* whose file it is for; empty: for looking for somebody */
    int64_t until_ms;
};

/* For so many files at once a reason is kept; the one that ends first is forgotten first. */
#define DESK_REASONS 16

struct case_reader;

struct desk {
    struct link *link;           /* borrowed */
    struct catalogue *catalogue; /* this thread's connection; owned */
    struct store *store;         /* this thread's connection; NULL until signed in; owned */
    struct seal_key *key;        /* owned */
    struct record *agent;        /* the agent's catalogue record; NULL until signed in; owned */
    permission_set may;          /* by the agent's role: only hides what the server would refuse */
    char office_key[RECORD_KEY_SIZE]; /* of the agent's office, in full */
    struct record *office;            /* the agent's office; NULL when unknown; owned */
    char *store_path;                 /* of the open store; owned */
    const char *catalogue_path;       /* for another thread's connection; borrowed */
    const char *data_directory;       /* holds agents/<login>.db; borrowed */
    const char *login;                /* proposed at sign-in; borrowed, "" for none */
    char *password;                   /* given with the login: tried once, then wiped; borrowed */
    const char *print_command;        /* for the shell, reads a text; borrowed, "" for none */
    bool language_fixed;              /* chosen for this run: the saved one does not replace it */
    struct clock clock;
    struct id_generator ids;
    char counter[TICKET_COUNTER_LIMIT + 1]; /* what clients are called to, "" for none */
    char channel[16];           /* how this terminal serves: a word of channel_words; "counter" */
    const char *web_address;    /* where a client types a continue code; "" */
    const char *public_address; /* where clients reach the server, for links in messages; "" */
    struct continue_validity continue_validity; /* how long one lives */
    bool local_only;                            /* the server refused this agent: reading only */
    struct desk_open open;
    struct purpose_said said; /* forgotten with a contact and at sign-out; see purpose.h */
    struct purpose_said reasons[DESK_REASONS]; /* for one file each; also kept in the store */
    bool unseen; /* a screen is opened to keep what was typed there, and is not shown: no look */
    int64_t wrap_up_minutes;    /* after a contact, before the next one; 0: none */
    bool provider;              /* agents may sign in at the identity provider */
    int64_t lock_ms;            /* without a key for so long, the screen is locked; 0: never */
    bool silent;                /* an offered hand-off is shown and does not ring */
    struct store_policy policy; /* which files are kept here */
    int64_t stale_days;         /* a catalogue record confirmed longer ago is marked; 0: none is */
    const struct escrow_public *escrow; /* for whom keys are deposited; borrowed, NULL: nobody */
    bool escrow_pinned;                 /* whatever the server says */
    char *copied;              /* what was copied last, NULL for nothing; owned. See ui_copy */
    uint64_t changes;          /* own writes so far: store_version does not tell them */
    struct case_reader *cases; /* the cases in memory, NULL when locked; owned. See desk_cases.h */
    uint64_t cases_started;    /* so often */
    int64_t cases_named;       /* by this version of the catalogue, */
    bool cases_french;         /* in this language */
    struct desk_line line;
    struct {
        struct id agent; /* empty: the place is free */
        char name[96];
    } named[DESK_NAMED]; /* agents, as the catalogue that was looked at last has them */
    size_t named_next;   /* the place of the next one */
    struct {
        struct record *handoff; /* as announced, not here yet; owned; NULL for none */
        int64_t until_ms;       /* steady: then it vanishes */
        uint64_t version;       /* of what was announced, when looked at last */
        int64_t store;          /* desk_version at that time */
        uint64_t changes;       /* and own writes */
    } arriving;
};

/* Opens the store at `path` with `key` for `agent` (NULL: as kept there at an earlier sign-in) and
 * reads `open` and `channel` from its state. Takes over agent, key and path, also when failing. */
int desk_sign_in(struct desk *desk, char *path, struct seal_key *key, struct record *agent,
                 struct error *error);
/* Looks the agent's record, role and office up again, and forgets colleagues' names: the catalogue
 * has changed. */
void desk_find_office(struct desk *desk);
/* Whether the agent who is signed in may do that. */
bool desk_may(const struct desk *desk, enum permission permission);
/* Forgets everything of the agent and closes their store; with sign_out the sync thread too. */
void desk_close(struct desk *desk);
void desk_sign_out(struct desk *desk);

/* Wall time, ms. */
int64_t desk_now(const struct desk *desk);

/* The agent's id, office key ("" when unknown) and login. Borrowed. */
const struct id *desk_agent(const struct desk *desk);
const char *desk_office(const struct desk *desk);
const char *desk_login(const struct desk *desk);
/* An agent's name by id from the catalogue, or that it was the client on the web; "" when unknown:
 * for "written by". */
void desk_agent_name(struct desk *desk, const struct id *agent, char *name, size_t size);

/* Who makes operations here (app/author.h). NULL members never; borrows from the desk: use it at
 * once. Not const: making operations moves the clock. */
struct author desk_author(struct desk *desk);

/* Applies the batch (store_apply), clears it in any case, and wakes the sync thread. Refused with a
 * message when `local_only`. */
int desk_apply(struct desk *desk, struct batch *batch, struct error *error);

/* store_version, -1 without a store. What came in memory meanwhile (desk_cases.h) counts as a
 * change of the desk. */
int64_t desk_version(struct desk *desk);

/* Writes the choices that wait (app/choice.h) when there are `least` of them or more. Whatever goes
 * wrong, they go on waiting: nobody is held up by a count. */
void desk_count_choices(struct desk *desk, int least);

/* The same with any number of operations, which stay the caller's: all are written or none. */
int desk_apply_many(struct desk *desk, struct operation *const *operations, size_t count,
                    struct error *error);

/*
 * Tells that a file is shown (app/look.h): of a client, of a case of theirs (either may be NULL or
 * empty). The contact in progress is named where it is the reason, and nobody was asked. What was
 * told lately is not told again, so it may be called as often as the file is drawn anew.
 */
int desk_tell_look(struct desk *desk, const struct id *client, const struct id *matter,
                   const struct purpose_reason *reason, struct error *error);

/* Tells what this terminal is to keep of a file (app/look.h), and why: so the server hands it out.
 */
int desk_tell_keep(struct desk *desk, enum look_keep keep, const struct id *client,
                   const struct id *matter, const struct purpose_reason *reason,
                   struct error *error);

/* Keeps why a file is opened, until then, also beyond the end of the program. `file`: of a client,
 * or of a case without one. */
int desk_reason_keep(struct desk *desk, const struct id *file, const struct purpose_reason *reason,
                     int64_t until_ms, struct error *error);
/* What is kept for a file now; false for nothing, and `reason` is untouched. */
bool desk_reason_of(const struct desk *desk, const struct id *file, struct purpose_reason *reason);
/* From the store, when an agent signs in. */
int desk_reasons_read(struct desk *desk, struct error *error);

/* Writes `open` to the store's state, after a change of it. */
int desk_open_keep(struct desk *desk, struct error *error);

/*
 * A draft: half-done work that outlives its screen, by name ("note/<case id>"); NULL or an empty
 * object removes it. A screen puts it in `close` (or whenever it likes) and gets it in `open`: so
 * Esc never loses text. New reference, NULL when there is none.
 */
int desk_draft_put(struct desk *desk, const char *name, const json_t *draft, struct error *error);
json_t *desk_draft_get(struct desk *desk, const char *name);

#endif
