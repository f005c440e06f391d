/*
 * The deterministic simulator: real terminals (store, sync engine, merge, work builders) and the
 * real ledger under a simulated network, clock and scheduler. One seed decides everything.
 *
 * What is simulated instead of run: sockets, HTTP and the routes (sim_server.c and sim_relay.c
 * answer in their stead, with the ledger behind), sign-in (any password is right), and time.
 */
#ifndef GUICHET_TESTS_SIMULATION_H
#define GUICHET_TESTS_SIMULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/author.h"
#include "app/store.h"
#include "net/ledger.h"
#include "net/ledger_relay.h"
#include "net/relay_board.h"
#include "net/sync_engine.h"

struct sqlite3_stmt;

#define SIM_TERMINALS      5                  /* of a seed, at most */
#define SIM_TERMINALS_MOST 200                /* of a year */
#define SIM_RELAY          SIM_TERMINALS_MOST /* as the `terminal` of a message */
/* Of all clocks that are right, ms: ten minutes before midnight in UTC, in the middle of a run.
 * What rests since the day before is old then. */
#define SIM_WALL_START INT64_C(1790034600000)

enum sim_fault {
    SIM_LOST_REQUEST,
    SIM_LOST_REPLY,
    SIM_DELAYED,
    SIM_DUPLICATED,
    SIM_CUT,
    SIM_TRUNCATED,
    SIM_PARTITION,
    SIM_BUSY,
    SIM_SESSION_ENDED,
    SIM_TERMINAL_CRASH,
    SIM_SERVER_RESTART,
    SIM_CLOCK_JUMP,
    SIM_AGENT_MOVED, /* to another office, or to and from the queue */
    SIM_POWER_CUT,   /* of a terminal: what it had not synced is lost */
    SIM_DISK_DIES,   /* of a terminal, in the middle of whatever it writes; its power is then cut */
    SIM_DISK_FULL,   /* of a terminal, for a while */
    SIM_SERVER_POWER, /* the same three of the server */
    SIM_SERVER_DISK,
    SIM_SERVER_RESTORED, /* from a copy that is older */
    SIM_RELAY_CUT,       /* of a relay, from the centre */
    SIM_RELAY_CRASH,
    SIM_RELAY_POWER,    /* also in the middle of whatever it writes */
    SIM_RELAY_RESTORED, /* from a copy that is older */
    SIM_TERMINAL_MOVED, /* of a relay's office: to the centre, or back */
    SIM_FAULT_COUNT
};

/* The queues: what nobody has taken goes on from the first to the second, which asks for more. */
#define SIM_QUEUES        2
#define SIM_QUEUE         "sample/q"
#define SIM_NEXT_QUEUE    "sample/r"
#define SIM_QUEUE_MINUTES 2 /* that an offer to the first stands */
#define SIM_SKILL         "civil-status"

/* Of office a: its midnight comes while there is work, 1,000 s after the start. */
#define SIM_ZONE         "Australia/Adelaide"
#define SIM_ZONE_SECONDS 34200 /* east of UTC, then */
#define SIM_HALIFAX_EAST (-10800)

/* Promises an end within so long, or the fee back. */
#define SIM_SERVICE         "sample/promised"
#define SIM_PROMISE_SECONDS 90

/* How a terminal or the server ends. */
enum sim_ending {
    SIM_QUITS,       /* in good order */
    SIM_KILLED,      /* what was under way is lost */
    SIM_LOSES_POWER, /* and what was not synced may be */
    SIM_IS_RESTORED, /* an older copy takes the place of its files */
};

/* Bugs made on purpose: the simulator must find each. */
enum sim_plant {
    SIM_PLANT_NONE,
    SIM_PLANT_SETTLED_UNAPPLIED,   /* the server answers "applied" and applies nothing */
    SIM_PLANT_NEW_ID_ON_RETRY,     /* what is sent again comes under a new operation id */
    SIM_PLANT_CURSOR_WITHOUT_PAGE, /* a page's cursor comes without its records */
    SIM_PLANT_REFUSAL_SWALLOWED,   /* a refusal is answered as "applied" */
    SIM_PLANT_LOSS_UNTOLD,         /* an exchange that was lost never ends */
    SIM_PLANT_CURSOR_AHEAD,        /* the cursor passes a number that is not yet given */
    SIM_PLANT_OUTBOX_FORGETS,      /* a terminal that dies loses the last of its outbox */
    SIM_PLANT_SCOPE_LEAK,          /* a page holds what another agent may see */
    SIM_PLANT_TWO_WINNERS,         /* who accepts a hand-off too late wins too */
    SIM_PLANT_TEXT_CHANGED,        /* a note arrives in other words */
    SIM_PLANT_UNFIT_WINNER,        /* who lacks the skill wins a hand-off */
    SIM_PLANT_SKILL_LEAK,          /* a queue's agents see what needs a skill that they lack */
    SIM_PLANT_EXPIRED_LOST,        /* an offer that expired does not go on to the next queue */
    SIM_PLANT_EXPIRED_STAYS,       /* the server's clock expires nothing */
    SIM_PLANT_ALERT_TWICE,         /* a threshold forgets that it was crossed */
    SIM_PLANT_ALERT_LATE,          /* what crosses by time alone waits for a change */
    SIM_PLANT_PROMISE_STAYS,       /* the server's clock misses no promise */
    SIM_PLANT_RELAY_FORGETS,     /* a relay that starts again has lost what waits for the centre */
    SIM_PLANT_TICKET_TWICE,      /* who calls a ticket too late gets it too */
    SIM_PLANT_TICKET_UNCOUNTED,  /* those who wait with a number are in no measure */
    SIM_PLANT_RELAY_DECIDES,     /* a relay answers "applied" to what is the centre's to decide */
    SIM_PLANT_UNSENT_LET_GO,     /* a case goes from a terminal while work in it waits to be sent */
    SIM_PLANT_FILE_EMPTY,        /* a file that was let go comes back without what was in it */
    SIM_PLANT_RELAY_ALERT_TWICE, /* a threshold forgets that at a relay */
    SIM_PLANT_FILE_UNREASONED,   /* a file is given whole to who did not say why */
    SIM_PLANT_FETCH_UNTOLD,      /* that a file was given is not in the audit trail */
    SIM_PLANT_REASON_INVENTED,   /* a file is given for a reason that nobody said */
    SIM_PLANT_HISTORY_TAKEN,     /* whatever was read and accepted elsewhere is taken for its own */
    SIM_PLANT_CURSOR_TAKEN,      /* the same of where a reader stands, and of that alone */
    SIM_PLANT_COUNT
};

enum sim_place {
    SIM_TO_SERVER,
    SIM_AT_SERVER, /* a long poll that waits; `due` is its end */
    SIM_TO_TERMINAL,
};

struct sim_message {
    enum sim_place place;
    int64_t due;
    uint64_t order; /* of those due at once, the first made comes first */
    int terminal;
    bool at_relay; /* its server is the relay */
    enum sync_lane lane;
    uint64_t serial; /* which exchange of this terminal */
    bool post;
    char path[512];
    char token[64];
    char encoding[8];
    bool binary;             /* the body is in binary form */
    int status;              /* of a reply; 0: the exchange failed */
    int64_t retry_after;     /* of a reply, ms; -1 for none */
    struct sim_given *given; /* of a page of a file: what stands in it; owned */
    char *body;              /* owned */
    size_t length;           /* of `body` */
    const char *complaint;   /* of a failed exchange; static */
};

/* The records of a page of a file, as the server gave it. */
struct sim_given {
    enum record_type type; /* whose file it is */
    struct id id;
    size_t count;
    struct {
        enum record_type type;
        struct id id;
    } records[];
};

struct sim_terminal {
    int number;
    char login[16];
    const char *office;
    int skill;       /* how well the agent has SIM_SKILL; 0 not at all */
    bool supervisor; /* of what they serve */
    bool serves[SIM_QUEUES];
    bool moved;          /* some time */
    bool at_centre;      /* it has the centre's address, though its office has a relay */
    bool changed_server; /* some time */
    struct ledger_actor actor;
    struct record *agent; /* the catalogue record */
    char path[160];
    char catalogue[160];
    struct seal_key *key;
    struct simulation *simulation;
    bool running;
    int64_t start_at; /* when it is not running */
    char disk[160];   /* how the paths of its files begin */
    int64_t full_until;
    int64_t wake_at; /* -1: not before a reply */
    int64_t act_at;
    int64_t cut_until;
    int64_t clock_offset;
    int64_t far_ms;           /* how far it looks ahead when it lets go */
    struct scope_set heard;   /* what its long poll waits for */
    int64_t day_at, leave_at; /* in a year: the day that its agent works next, or works */
    int sessions[2];          /* which session holds at the centre, and at the relay */
    struct link *link;
    struct sync_engine *engine;
    struct store *store; /* the screen's connection */
    struct clock clock;
    struct id_generator ids;
    bool open[SYNC_LANE_COUNT];
    uint64_t serial[SYNC_LANE_COUNT];
    char token[64];
};

/* An operation that was written to an outbox. */
struct sim_made {
    struct id id;
    struct id record;
    int terminal;
    enum record_type type;
    char state[12]; /* of a claim on a hand-off or a ticket: what it makes of it; else "" */
    bool accepts;   /* a hand-off */
    int arrivals;   /* how often it reached the server */
    bool at_server;
    bool refused;   /* by the server */
    bool misjudged; /* refused by a relay that did not know yet that it was restored */
    bool misplaced; /* a roll that is the relay's to give: the centre refused it, and forgot that */
    bool withdrawn; /* by the agent, before it was sent */
    bool doubtful;  /* the disk failed while it was saved or withdrawn: it may be there or not */
    json_t *note;   /* the body of a note; owned, NULL for all else */
};

/* A threshold of a queue, counted apart from the server. */
#define SIM_THRESHOLDS 3

struct sim_threshold {
    int64_t number; /* of crossings */
    bool crossed;
};

struct relay_engine;

/* The relay of an office. */
struct sim_relay {
    bool on; /* this seed has one */
    char path[128];
    char disk[128]; /* how the paths of its files begin */
    struct ledger *ledger;
    struct ledger_relay account;
    char token[LEDGER_TOKEN_SIZE];
    struct relay_board *board;
    struct relay_engine *engine;
    int64_t up_at;
    int64_t wake_at;  /* when its engine does something next */
    int64_t clock_at; /* and its clock */
    int64_t cut_until;
    bool rung;              /* something waits for the centre */
    bool restored;          /* some time */
    bool unaware;           /* of it: it has not greeted its centre since */
    struct scope_set heard; /* what its long poll waits for */
    bool open[SYNC_LANE_COUNT];
    uint64_t serial[SYNC_LANE_COUNT];
};

struct sim_totals {
    int64_t steps;
    int64_t simulated_ms;
    int64_t operations;
    int64_t repeated;
    int64_t refused;
    int64_t handoffs_won;
    int64_t handoffs_expired;
    int64_t promises_missed;
    int64_t crossings;
    int64_t tickets;
    int64_t withdrawn;
    int64_t let_go;
    int64_t fetched;
    int64_t batches; /* of operations, at the server */
    int64_t binary;  /* of these, in binary form */
    int64_t faults[SIM_FAULT_COUNT];
};

struct simulation {
    uint64_t seed;
    uint64_t random;
    enum sim_plant plant;
    bool trace;
    uint64_t digest;             /* of the trace */
    int64_t now;                 /* ms since the start */
    int64_t pages_told[2];       /* pages of files given by the centre, by the relay */
    bool healed;                 /* no more faults */
    bool waiting_rooms;          /* this seed has tickets */
    bool lets_go;                /* terminals let go of files, and fetch them */
    int64_t act_most_ms;         /* between two acts of an agent */
    int64_t cut_most_ms;         /* of a partition */
    int chance[SIM_FAULT_COUNT]; /* of 1000 */
    char directory[96];
    char ledger_path[128];
    char ledger_disk[128]; /* how the paths of the server's files begin */
    struct ledger *ledger;
    int64_t server_up_at;
    int64_t copied_head;  /* how far the copy goes that it may be restored from; 0: there is none */
    bool restored;        /* the server, some time */
    bool relays_restored; /* relays are, now and then */
    bool terminals_move;  /* some are, between a relay and its centre */
    int64_t clock_at;     /* when the server's clock does something next */
    int64_t oldest[SIM_THRESHOLDS];   /* since when the oldest waited at that time */
    int64_t watched_at;               /* when it last looked at the thresholds */
    int64_t ended_at[SIM_THRESHOLDS]; /* when a relay last said that it is over */
    struct sim_threshold thresholds[SIM_THRESHOLDS];
    struct sim_threshold thresholds_before[SIM_THRESHOLDS]; /* the last look, when that failed */
    bool thresholds_unsure;                                 /* the look may have been done or not */
    bool thresholds_unknown;                                /* the server was restored */
    bool changed;               /* the ledger has something new for those who wait */
    struct ledger_changed rung; /* what changed in the ledger, for those who wait */
    bool rung_all;
    struct sim_year *year; /* NULL for a seed */
    struct sim_terminal terminals[SIM_TERMINALS_MOST];
    int terminal_count;
    struct sim_relay relay;
    struct sim_message **messages; /* owned */
    size_t message_count;
    size_t message_room;
    uint64_t order;
    struct sim_made *made;
    size_t made_count;
    size_t made_room;
    size_t *made_places; /* owned: of `made` by their ids, plus 1; 0: free */
    size_t made_places_room;
    bool broken;
    char finding[600];
    int64_t broken_step;
    struct sim_totals totals;
};

#define SIM_YEAR_COMPARED                                                                          \
    20 /* of so many terminals one is compared each week, and all in the end */
/* A year (sim_year.c): what differs from a seed. */
struct sim_year {
    int terminals;
    int days;
    int offices;
    int64_t wait_stretch; /* a long poll waits so many times longer */
    int week;
    int compared; /* which part of the terminals is compared record by record; -1: all */
};

/* Runs so many days of so many terminals: true when every invariant held, each week and at the end.
 * Prints a line each week. */
bool sim_year_run(struct simulation *simulation, uint64_t seed, int terminals, int days,
                  bool trace);

/* Runs one seed. True when every invariant held; else `finding` and `broken_step` tell. */
bool sim_run(struct simulation *simulation, uint64_t seed, enum sim_plant plant, bool trace);

extern const char *const sim_fault_names[SIM_FAULT_COUNT];
extern const char *const sim_plant_names[SIM_PLANT_COUNT];

/* --- what the parts know of one another ------------------------------------------------------- */

/* 0 to `below` - 1. */
uint64_t sim_random(struct simulation *simulation, uint64_t below);
/* True as often as the seed has it for this fault, and counts it. Never once healed. */
bool sim_strikes(struct simulation *simulation, enum sim_fault fault);
void sim_trace(struct simulation *simulation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The first broken invariant counts. */
void sim_break(struct simulation *simulation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Ends the program when `code` is not 0: the simulator itself cannot go on. */
void sim_must(struct simulation *simulation, int code, const struct error *error, const char *what);
struct sim_made *sim_made_find(struct simulation *simulation, const char *id);
/* A new one, with nothing but its id. */
struct sim_made *sim_made_add(struct simulation *simulation, const struct id *id);
/* A run, in parts: before `begin` seed, plant and year are set. `sim_seed` seeds all that is
 * random. `rest`: until nothing waits. */
void sim_seed(struct simulation *simulation, uint64_t seed);
void sim_begin(struct simulation *simulation);
void sim_run_until(struct simulation *simulation, int64_t end, bool rest);
void sim_heal(struct simulation *simulation);
void sim_end(struct simulation *simulation);
/* In a year: who works when. The next day that this agent works. */
void sim_year_plan(struct sim_terminal *terminal);
/* When the agent does something next, asked for at `at`. */
int64_t sim_year_act_at(const struct sim_terminal *terminal, int64_t at);
/* True when it was time to go. */
bool sim_year_leaves(struct sim_terminal *terminal);
/* Some office of the year. */
const char *sim_year_office(struct simulation *simulation);

/* Takes the message over. */
void sim_post(struct simulation *simulation, struct sim_message *message);
void sim_message_free(struct sim_message *message);
/* An answer to `request`, on its way: takes `body` over. Borrowed; NULL when it was lost. */
struct sim_message *sim_answer(struct simulation *simulation, const struct sim_message *request,
                               int status, char *body, int64_t retry_after);
/* Tells the terminal after `delay` that the exchange failed. */
void sim_answer_failure(struct simulation *simulation, const struct sim_message *request,
                        int64_t delay, const char *complaint);
/* The simulated wall, right for everybody. */
int64_t sim_wall(const struct simulation *simulation);

/* Makes the ledger with its agents, fills the terminals' actors. */
void sim_server_begin(struct simulation *simulation);
/* The agent of this terminal gets another office and another queue. */
void sim_server_move(struct simulation *simulation, struct sim_terminal *terminal);
/* The copy that it may be restored from. */
void sim_server_copy(struct simulation *simulation);
void sim_server_restart(struct simulation *simulation, enum sim_ending ending);
/* The catalogue of the simulation: who serves which queue with what skill. */
void sim_queues_begin(struct simulation *simulation);
void sim_agent_publish(struct simulation *simulation, struct sim_terminal *terminal);
/* The name of its zone. */
const char *sim_office_zone(const char *office);
/* Other queues and another skill. */
void sim_agent_change(struct simulation *simulation, struct sim_terminal *terminal);
/* Whether the agent serves this queue; false for "". */
bool sim_agent_serves(const struct sim_terminal *terminal, const char *queue);
/* Whether they have the skill for something of this queue that itself asks for so much. */
bool sim_agent_fits(const struct sim_terminal *terminal, const char *queue, int level);

/* The server's clock: offers that expire, thresholds that are crossed; and the count of these. */
void sim_clock_listen(struct simulation *simulation);
void sim_clock_run(struct simulation *simulation);
/* The relay's look at the thresholds, when it has been alone for long; `next`: when it looks again,
 * if that is earlier. */
int sim_relay_watch(struct simulation *simulation, int64_t *next, struct error *error);
/* The centre took what the relay said of an alert. */
void sim_alert_carried(struct simulation *simulation, const struct operation *operation);
/* The server started again, from an older copy or not. */
void sim_clock_restart(struct simulation *simulation, bool restored);

/* sim_files.c: an agent's terminal lets go of something, or wants something back; wants all back.
 */
void sim_files_act(struct sim_terminal *terminal);
void sim_files_want_all(struct sim_terminal *terminal);
/* Whether this answer is a page of a file that the terminal lacks. */
bool sim_files_lacks(struct sim_terminal *terminal, const struct sim_message *message);
/* It lacked it before: if it has the file now, it has what stood in the page. */
void sim_files_taken(struct sim_terminal *terminal, const struct sim_message *message);
/* False, and answered, when the terminal has read another history than this server's. */
bool sim_history_holds(struct simulation *simulation, const struct sim_message *request,
                       int64_t since, const char *epoch, const char *made, const char *shown);
/* Tells in an answer in which stay the records of its refusals got their numbers. */
void sim_epoch_tell(struct simulation *simulation, const struct sim_message *request,
                    const struct ledger_outcome *outcomes, size_t count, json_t *document);

/* GET /v1/files. */
void sim_files_take(struct simulation *simulation, const struct sim_message *request);
/* The server shows the record and the terminal lacks it: whether that was meant. */
bool sim_files_may_lack(struct sim_terminal *terminal, const struct record *record);
void sim_check_files(struct simulation *simulation, struct sim_terminal *terminal);

/* Calls `visit` with each row of a query of the server's database; `text` is bound when not NULL.
 */
void sim_query(struct simulation *simulation, const char *query, const char *text,
               void (*visit)(void *context, struct sqlite3_stmt *row), void *context);
/* The same of another database. */
void sim_query_at(const char *path, const char *query, const char *text,
                  void (*visit)(void *context, struct sqlite3_stmt *row), void *context);
/* Ends what the two keep open of a database: before whoever works with it ends. */
void sim_query_forget(const char *path);
/* Column as text, "" for none. Borrowed. */
const char *sim_column(struct sqlite3_stmt *row, int column);

/* Takes a message that arrived, or a long poll whose time is over, and frees it or posts it. */
void sim_server_take(struct simulation *simulation, struct sim_message *message);
/* What waits at the centre, or at the relay, fails; `coming`: also what is on its way there. */
void sim_messages_fail(struct simulation *simulation, bool relay, bool coming);
/* A number in the path of a request; a word, "" when it is not there. */
int64_t sim_parameter(const struct sim_message *request, const char *name, int64_t absent);
void sim_word_parameter(const struct sim_message *request, const char *name, char *word,
                        size_t size);
/* POST /v1/operations (sim_operations.c). */
void sim_operations_take(struct simulation *simulation, struct sim_message *request);
/* GET /v1/changes (sim_feed.c): takes the message over. */
void sim_changes_take(struct simulation *simulation, struct sim_message *request);
/* What a server answers to an operation; `brief` without its id where that can be. New. */
json_t *sim_outcome(const struct simulation *simulation, const struct id *id,
                    const struct ledger_outcome *outcome, bool brief);
/* After which its sender gives a request up. */
int64_t sim_longest_ms(const struct simulation *simulation, const struct http_request *request);
/* Method, path and body of a request. */
void sim_message_fill(struct sim_message *message, const struct http_request *request);

void sim_relay_begin(struct simulation *simulation);
void sim_relay_end(struct simulation *simulation);
void sim_relay_restart(struct simulation *simulation, enum sim_ending ending);
/* When its engine or its clock does something next; INT64_MAX without a relay. */
int64_t sim_relay_due(const struct simulation *simulation);
void sim_relay_run(struct simulation *simulation);
/* An answer of the centre. */
void sim_relay_take(struct simulation *simulation, const struct sim_message *message);
bool sim_relay_is_quiet(struct simulation *simulation);
/* Which server this terminal speaks to. */
bool sim_behind_relay(const struct simulation *simulation, int terminal);
struct ledger *sim_ledger_of(const struct simulation *simulation, int terminal);
/* Its office has a relay. */
bool sim_is_of_relay(const struct simulation *simulation, int terminal);
/* The ledger of the server that a request came to. */
struct ledger *sim_ledger_at(const struct simulation *simulation,
                             const struct sim_message *request);
/* ledger_apply at the relay; false when its power was cut in the middle of it. */
bool sim_relay_apply(struct simulation *simulation, const struct ledger_actor *actor,
                     struct operation **operations, struct ledger_outcome *outcomes, size_t count);
/* What it tells a terminal besides records. New. */
json_t *sim_relay_members(struct simulation *simulation, const struct sim_message *request);
/* The centre answers the relay; false when the message waits, and was posted again. */
bool sim_relay_serve(struct simulation *simulation, struct sim_message *request);
/* As look() in sim_feed.c. */
bool sim_relay_look(struct simulation *simulation, const struct sim_message *request);
/* One of the acts of a waiting room (sim_tickets.c). */
int sim_ticket_act(struct sim_terminal *terminal, const struct author *author, struct batch *batch,
                   struct error *error);
/* A number is given once, a ticket is at one counter, none is lost, and every counter has the line.
 */
void sim_check_tickets(struct simulation *simulation);
/* The office and the centre say the same. */
void sim_check_promises(struct simulation *simulation);
void sim_check_relay(struct simulation *simulation);
/* The audit trail is whole, and tells of each operation once (sim_check_trail.c). */
void sim_check_trail(struct simulation *simulation);

/* Looks again for those who wait. */
void sim_server_ring(struct simulation *simulation);

void sim_terminal_create(struct sim_terminal *terminal);
void sim_terminal_start(struct sim_terminal *terminal);
void sim_terminal_stop(struct sim_terminal *terminal, enum sim_ending ending);
/* It is given the centre's address, or the relay's again. */
void sim_terminal_move(struct sim_terminal *terminal);
/* Its disk is full or does not work: what is told to fail may fail. */
bool sim_terminal_troubled(const struct sim_terminal *terminal);
void sim_terminal_step(struct sim_terminal *terminal);
/* The agent does something. */
void sim_terminal_act(struct sim_terminal *terminal);
/* Who writes at this terminal. */
struct author sim_author(struct sim_terminal *terminal);
/* Saves what an act made, when `code` is 0, and clears it; `code` and `error` are the act's. */
void sim_terminal_save(struct sim_terminal *terminal, struct batch *batch, int code,
                       struct error *error);
void sim_terminal_take(struct sim_terminal *terminal, const struct sim_message *message);

/* Its terminal shows that it was refused. */
bool sim_shows_refusal(struct simulation *simulation, const struct sim_made *made);
/* Nothing waits any more, but for long polls. */
bool sim_is_quiet(struct simulation *simulation);
/* The one open exchange of this terminal, or the relay (SIM_RELAY), waits at its server. */
bool sim_bell_hangs(const struct simulation *simulation, int terminal, uint64_t serial);
/* An acceptance was applied: whoever wins can do what is asked. */
void sim_check_winner(struct simulation *simulation, const struct sim_made *made);
/* Hand-offs at the end: how each ended, what followed, and who holds them. */
void sim_check_handoffs(struct simulation *simulation);
/* All invariants, after everything was healed and drained. */
void sim_check(struct simulation *simulation);

#endif
