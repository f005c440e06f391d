/* The scheduler and the network of the simulator. */
#include "tests/sim/simulation.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "app/seal.h"
#include "tests/sim/sim_disk.h"

#define WORK_MS         INT64_C(1200000) /* of simulated time with acts and faults */
#define DRAIN_MOST_MS   INT64_C(3600000)
#define REST_MS         INT64_C(61000) /* longer than a long poll */
#define EXPIRY_MS       INT64_C(600000)
#define RELAY_SEEDS     4 /* one of so many has a relay; */
#define ROOM_SEEDS      2 /* one of so many waiting rooms, */
#define ROOM_RELAYS     8 /* and one of so many both */
#define STEPS_MOST      200000
#define TRACE_LIMIT     600
#define TICK_MEAN_MS    5000 /* between two looks at what strikes by itself */
#define YEAR_TICK_MS    600000
#define REQUEST_LONGEST 30000
#define FULL_MOST_MS    300000 /* that a disk is full */
#define CLOCK_JUMP_MOST (INT64_C(3) * 365 * 86400 * 1000)

const char *const sim_fault_names[SIM_FAULT_COUNT] = {
    "lost-request",   "lost-reply",   "delayed",        "duplicated",      "cut",
    "truncated",      "partition",    "busy",           "expired",         "terminal-crash",
    "server-restart", "clock-jump",   "moved",          "power-cut",       "disk-dies",
    "disk-full",      "server-power", "server-disk",    "server-restored", "relay-cut",
    "relay-crash",    "relay-power",  "relay-restored", "terminal-moved"};

const char *const sim_plant_names[SIM_PLANT_COUNT] = {"none",
                                                      "settled-unapplied",
                                                      "new-id-on-retry",
                                                      "cursor-without-page",
                                                      "refusal-swallowed",
                                                      "loss-untold",
                                                      "cursor-ahead",
                                                      "outbox-forgets",
                                                      "scope-leak",
                                                      "two-winners",
                                                      "text-changed",
                                                      "unfit-winner",
                                                      "skill-leak",
                                                      "expired-lost",
                                                      "expired-stays",
                                                      "alert-twice",
                                                      "alert-late",
                                                      "promise-stays",
                                                      "relay-forgets",
                                                      "ticket-twice",
                                                      "ticket-uncounted",
                                                      "relay-decides",
                                                      "unsent-let-go",
                                                      "file-empty",
                                                      "relay-alert-twice",
                                                      "file-unreasoned",
                                                      "fetch-untold",
                                                      "reason-invented",
                                                      "history-taken",
                                                      "cursor-taken"};

/* --- chance
   ----------------------------------------------------------------------------------- */

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t word = *state += UINT64_C(0x9e3779b97f4a7c15);

    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

uint64_t sim_random(struct simulation *simulation, uint64_t below)
{
    return next_random(&simulation->random) % below;
}

bool sim_strikes(struct simulation *simulation, enum sim_fault fault)
{
    if (simulation->healed || simulation->chance[fault] == 0 ||
        sim_random(simulation, 1000) >= (uint64_t)simulation->chance[fault])
        return false;
    simulation->totals.faults[fault]++;
    sim_trace(simulation, "fault: %s", sim_fault_names[fault]);
    return true;
}

/* libsodium's random bytes and the product's default clock have no context to carry a seed in: the
 * simulation that runs is known here alone. */
static struct simulation *running;
static uint64_t bytes_state;

static const char *seeded_name(void)
{
    return "seeded";
}

static void seeded_bytes(void *const buffer, const size_t size)
{
    unsigned char *bytes = buffer;

    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(next_random(&bytes_state) >> 56);
}

static uint32_t seeded_word(void)
{
    return (uint32_t)(next_random(&bytes_state) >> 32);
}

/* The linker puts this in the place of clock_system (--wrap). */
int64_t __wrap_clock_system(void *context);
int64_t __wrap_clock_system(void *context)
{
    (void)context;
    return running == NULL ? SIM_WALL_START : sim_wall(running);
}

void sim_seed(struct simulation *simulation, uint64_t seed)
{
    static struct randombytes_implementation seeded = {
        .implementation_name = seeded_name, .random = seeded_word, .buf = seeded_bytes};
    struct error error = ERROR_INIT;

    running = simulation;
    simulation->seed = seed;
    simulation->random = seed * UINT64_C(0xd1342543de82ef95) + 1;
    (void)randombytes_set_implementation(&seeded);
    /* The first start of libsodium in a process takes bytes; what follows begins anew. */
    sim_must(simulation, seal_start(&error), &error, "libsodium");
    bytes_state = next_random(&simulation->random);
}

/* --- telling ---------------------------------------------------------------------------------- */

void sim_trace(struct simulation *simulation, const char *format, ...)
{
    char line[TRACE_LIMIT];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (const char *byte = line; *byte != '\0'; byte++)
        simulation->digest = (simulation->digest ^ (unsigned char)*byte) * UINT64_C(0x100000001b3);
    if (simulation->trace)
        printf("%6" PRId64 " %10.3f %s\n", simulation->totals.steps,
               (double)simulation->now / 1000.0, line);
}

void sim_break(struct simulation *simulation, const char *format, ...)
{
    va_list arguments;

    if (simulation->broken)
        return;
    va_start(arguments, format);
    (void)vsnprintf(simulation->finding, sizeof simulation->finding, format, arguments);
    va_end(arguments);
    simulation->broken = true;
    simulation->broken_step = simulation->totals.steps;
}

void sim_must(struct simulation *simulation, int code, const struct error *error, const char *what)
{
    if (code == 0)
        return;
    (void)fprintf(stderr, "sim: seed %" PRIu64 " step %" PRId64 ": %s: %s (%s)\n", simulation->seed,
                  simulation->totals.steps, what, error->message, error_code_name(code));
    exit(2);
}

int64_t sim_wall(const struct simulation *simulation)
{
    return SIM_WALL_START + simulation->now;
}

/* --- messages --------------------------------------------------------------------------------- */

void sim_message_free(struct sim_message *message)
{
    if (message == NULL)
        return;
    free(message->given);
    free(message->body);
    free(message);
}

void sim_post(struct simulation *simulation, struct sim_message *message)
{
    if (simulation->message_count == simulation->message_room) {
        simulation->message_room = simulation->message_room * 2 + 64;
        simulation->messages =
            realloc(simulation->messages, simulation->message_room * sizeof *simulation->messages);
        if (simulation->messages == NULL)
            abort();
    }
    message->order = ++simulation->order;
    simulation->messages[simulation->message_count++] = message;
}

static struct sim_message *reply_to(const struct sim_message *request, int64_t due)
{
    struct sim_message *reply = calloc(1, sizeof *reply);

    if (reply == NULL)
        abort();
    reply->place = SIM_TO_TERMINAL;
    reply->terminal = request->terminal;
    reply->lane = request->lane;
    reply->serial = request->serial;
    reply->due = due;
    reply->retry_after = -1;
    return reply;
}

void sim_answer_failure(struct simulation *simulation, const struct sim_message *request,
                        int64_t delay, const char *complaint)
{
    struct sim_message *reply = reply_to(request, simulation->now + delay);

    reply->complaint = complaint;
    sim_post(simulation, reply);
}

struct sim_message *sim_answer(struct simulation *simulation, const struct sim_message *request,
                               int status, char *body, int64_t retry_after)
{
    int64_t delay = 20 + (int64_t)sim_random(simulation, 600);

    if (body == NULL)
        abort();
    int64_t cut_until = request->terminal == SIM_RELAY
                            ? simulation->relay.cut_until
                            : simulation->terminals[request->terminal].cut_until;
    if (simulation->now < cut_until || sim_strikes(simulation, SIM_LOST_REPLY)) {
        free(body);
        return NULL;
    }
    if (sim_strikes(simulation, SIM_DELAYED))
        delay = (int64_t)sim_random(simulation, 120000);
    struct sim_message *reply = reply_to(request, simulation->now + delay);
    reply->status = status;
    reply->body = body;
    reply->length = strlen(body);
    reply->retry_after = retry_after;
    if (sim_strikes(simulation, SIM_TRUNCATED)) {
        reply->length = sim_random(simulation, reply->length + 1);
        reply->body[reply->length] = '\0';
    }
    sim_post(simulation, reply);
    return reply;
}

/* The next message that is due, NULL when there is none. */
static struct sim_message *next_message(const struct simulation *simulation, size_t *place)
{
    struct sim_message *next = NULL;

    for (size_t i = 0; i < simulation->message_count; i++) {
        struct sim_message *message = simulation->messages[i];
        if (next == NULL || message->due < next->due ||
            (message->due == next->due && message->order < next->order)) {
            next = message;
            *place = i;
        }
    }
    return next;
}

int64_t sim_longest_ms(const struct simulation *simulation, const struct http_request *request)
{
    return REQUEST_LONGEST +
           request->wait_ms * (simulation->year != NULL ? simulation->year->wait_stretch : 1);
}

/* --- the scheduler ---------------------------------------------------------------------------- */

/* When the terminal does something by itself next. */
static int64_t terminal_due(const struct simulation *simulation,
                            const struct sim_terminal *terminal)
{
    if (!terminal->running)
        return terminal->start_at;
    int64_t due = terminal->wake_at < 0 ? INT64_MAX : terminal->wake_at;
    return !simulation->healed && terminal->act_at < due ? terminal->act_at : due;
}

static void run_terminal(struct simulation *simulation, struct sim_terminal *terminal)
{
    if (terminal->full_until > 0 &&
        (simulation->healed || terminal->full_until <= simulation->now)) {
        terminal->full_until = 0;
        sim_disk_fill(terminal->disk, false);
    }
    if (!terminal->running)
        sim_terminal_start(terminal);
    else if (!simulation->healed && terminal->act_at <= simulation->now)
        sim_terminal_act(terminal);
    else
        sim_terminal_step(terminal);
    if (terminal->running && sim_disk_is_dead(terminal->disk))
        sim_terminal_stop(terminal, SIM_LOSES_POWER);
}

static void run_message(struct simulation *simulation, size_t place)
{
    struct sim_message *message = simulation->messages[place];

    simulation->messages[place] = simulation->messages[--simulation->message_count];
    if (message->place == SIM_TO_TERMINAL && message->terminal == SIM_RELAY) {
        sim_relay_take(simulation, message);
        sim_message_free(message);
    } else if (message->place == SIM_TO_TERMINAL) {
        struct sim_terminal *terminal = &simulation->terminals[message->terminal];

        sim_terminal_take(terminal, message);
        sim_message_free(message);
        if (terminal->running && sim_disk_is_dead(terminal->disk))
            sim_terminal_stop(terminal, SIM_LOSES_POWER);
    } else {
        sim_server_take(simulation, message);
        while (simulation->changed)
            sim_server_ring(simulation);
    }
}

/* Faults that come by themselves. */
static void strike(struct simulation *simulation)
{
    struct sim_terminal *terminal =
        &simulation->terminals[sim_random(simulation, (uint64_t)simulation->terminal_count)];

    if (sim_strikes(simulation, SIM_PARTITION))
        terminal->cut_until =
            simulation->now + (int64_t)sim_random(simulation, (uint64_t)simulation->cut_most_ms);
    if (sim_strikes(simulation, SIM_CLOCK_JUMP)) {
        int64_t most = sim_random(simulation, 3) == 0 ? CLOCK_JUMP_MOST : 600000;
        terminal->clock_offset = (int64_t)sim_random(simulation, (uint64_t)(2 * most)) - most;
    }
    if (terminal->running && sim_strikes(simulation, SIM_TERMINAL_CRASH))
        sim_terminal_stop(terminal, sim_random(simulation, 4) == 0 ? SIM_QUITS : SIM_KILLED);
    if (terminal->running && sim_strikes(simulation, SIM_POWER_CUT))
        sim_terminal_stop(terminal, SIM_LOSES_POWER);
    if (terminal->running && sim_strikes(simulation, SIM_DISK_DIES))
        sim_disk_die(terminal->disk, 1 + (long)sim_random(simulation, 60));
    if (terminal->running && sim_strikes(simulation, SIM_DISK_FULL)) {
        terminal->full_until = simulation->now + (int64_t)sim_random(simulation, FULL_MOST_MS);
        sim_disk_fill(terminal->disk, true);
    }
    if (sim_strikes(simulation, SIM_SERVER_RESTART))
        sim_server_restart(simulation, sim_random(simulation, 2) == 0 ? SIM_QUITS : SIM_KILLED);
    if (sim_strikes(simulation, SIM_SERVER_POWER))
        sim_server_restart(simulation, SIM_LOSES_POWER);
    if (simulation->year == NULL && sim_random(simulation, 10) == 0)
        sim_server_copy(simulation);
    if (sim_strikes(simulation, SIM_SERVER_RESTORED))
        sim_server_restart(simulation, SIM_IS_RESTORED);
    if (sim_strikes(simulation, SIM_RELAY_CUT))
        simulation->relay.cut_until =
            simulation->now + (int64_t)sim_random(simulation, (uint64_t)simulation->cut_most_ms);
    if (sim_strikes(simulation, SIM_RELAY_CRASH))
        sim_relay_restart(simulation, sim_random(simulation, 4) == 0 ? SIM_QUITS : SIM_KILLED);
    if (sim_strikes(simulation, SIM_RELAY_POWER))
        sim_relay_restart(simulation, SIM_LOSES_POWER);
    if (simulation->chance[SIM_RELAY_RESTORED] > 0 && sim_random(simulation, 10) == 0)
        sim_disk_copy(simulation->relay.disk);
    if (sim_strikes(simulation, SIM_RELAY_RESTORED))
        sim_relay_restart(simulation, SIM_IS_RESTORED);
    if (sim_strikes(simulation, SIM_AGENT_MOVED))
        sim_server_move(simulation, terminal);
    if (sim_is_of_relay(simulation, terminal->number) &&
        sim_strikes(simulation, SIM_TERMINAL_MOVED))
        sim_terminal_move(terminal);
    while (simulation->changed)
        sim_server_ring(simulation);
}

/* Goes on until `end`; with `rest`, until nothing waits any more. */
void sim_run_until(struct simulation *simulation, int64_t end, bool rest)
{
    int64_t strike_at = simulation->now;
    uint64_t tick_mean = simulation->year != NULL ? YEAR_TICK_MS : TICK_MEAN_MS;

    while (!simulation->broken && simulation->now < end) {
        size_t place = 0;
        struct sim_message *message = next_message(simulation, &place);
        int64_t due = message == NULL ? INT64_MAX : message->due;
        struct sim_terminal *terminal = NULL;
        for (int i = 0; i < simulation->terminal_count; i++) {
            int64_t own = terminal_due(simulation, &simulation->terminals[i]);
            if (own < due) {
                due = own;
                terminal = &simulation->terminals[i];
            }
        }
        bool clock = simulation->clock_at < due;
        if (clock)
            due = simulation->clock_at;
        bool relay = sim_relay_due(simulation) < due;
        if (relay)
            due = sim_relay_due(simulation);
        if (!simulation->healed && strike_at <= due && strike_at < end) {
            simulation->now = strike_at > simulation->now ? strike_at : simulation->now;
            strike_at = simulation->now + 1 + (int64_t)sim_random(simulation, 2 * tick_mean);
            strike(simulation);
            continue;
        }
        if (due >= end) {
            simulation->now = end;
            return;
        }
        simulation->now = due > simulation->now ? due : simulation->now;
        if (++simulation->totals.steps > STEPS_MOST && simulation->year == NULL)
            sim_break(simulation, "more than %d steps: something goes round", STEPS_MOST);
        if (relay)
            sim_relay_run(simulation);
        else if (clock)
            sim_clock_run(simulation);
        else if (terminal != NULL)
            run_terminal(simulation, terminal);
        else
            run_message(simulation, place);
        if (rest && sim_is_quiet(simulation))
            return;
    }
}

/* --- a run ------------------------------------------------------------------------------------ */

static bool has_relay(const struct simulation *simulation)
{
    return simulation->seed % RELAY_SEEDS == RELAY_SEEDS - 1 ||
           simulation->seed % ROOM_RELAYS == ROOM_RELAYS - 2;
}

/* Each seed has its own weather: some faults not at all, some now and then, some often. */
static void choose_weather(struct simulation *simulation)
{
    static const int most[SIM_FAULT_COUNT] = {
        [SIM_LOST_REQUEST] = 200,   [SIM_LOST_REPLY] = 200,    [SIM_DELAYED] = 200,
        [SIM_DUPLICATED] = 200,     [SIM_CUT] = 200,           [SIM_TRUNCATED] = 100,
        [SIM_PARTITION] = 60,       [SIM_BUSY] = 100,          [SIM_SESSION_ENDED] = 50,
        [SIM_TERMINAL_CRASH] = 40,  [SIM_SERVER_RESTART] = 40, [SIM_CLOCK_JUMP] = 60,
        [SIM_AGENT_MOVED] = 40,     [SIM_POWER_CUT] = 40,      [SIM_DISK_DIES] = 40,
        [SIM_DISK_FULL] = 30,       [SIM_SERVER_POWER] = 30,   [SIM_SERVER_DISK] = 60,
        [SIM_SERVER_RESTORED] = 10, [SIM_RELAY_CUT] = 60,      [SIM_RELAY_CRASH] = 40,
        [SIM_RELAY_POWER] = 30};
    /* A fourth of the seeds has a relay; there nobody moves. */
    bool relay = has_relay(simulation);

    for (int fault = 0; fault < SIM_RELAY_RESTORED; fault++) {
        uint64_t kind = sim_random(simulation, 3);
        simulation->chance[fault] = kind == 0 ? 0 : kind == 1 ? most[fault] / 5 : most[fault];
    }
    for (int fault = SIM_RELAY_CUT; fault <= SIM_RELAY_POWER && !relay; fault++)
        simulation->chance[fault] = 0;
    if (relay)
        simulation->chance[SIM_AGENT_MOVED] = 0;
    if (relay && simulation->relays_restored)
        simulation->chance[SIM_RELAY_RESTORED] = 20;
    /* Half of those with a relay. */
    if (relay && simulation->terminals_move && simulation->seed / 32 % 2 == 0)
        simulation->chance[SIM_TERMINAL_MOVED] = 30;
    /* Half of them, of each kind. */
    simulation->lets_go = simulation->seed / RELAY_SEEDS % 2 == 1;
    /* Every sixteenth seed is a busy day, which takes long to run. */
    simulation->act_most_ms = simulation->seed % 16 == 0 ? 8000 : 60000;
    simulation->cut_most_ms = sim_random(simulation, 4) == 0 ? WORK_MS : 300000;
}

static uint64_t disk_chance(void *context, uint64_t below)
{
    return sim_random(context, below);
}

void sim_begin(struct simulation *simulation)
{
    const char *base = getenv("TMPDIR");

    if (base == NULL || base[0] == '\0' || strlen(base) > 40)
        base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(simulation->directory, sizeof simulation->directory, "%s/guichet-sim-XXXXXX",
                   base);
    if (mkdtemp(simulation->directory) == NULL)
        abort();
    (void)snprintf(simulation->ledger_path, sizeof simulation->ledger_path, "%s/guichetd.db",
                   simulation->directory);
    (void)snprintf(simulation->ledger_disk, sizeof simulation->ledger_disk, "%s/guichetd",
                   simulation->directory);
    sim_disk_begin(disk_chance, simulation);
    if (simulation->year == NULL) {
        choose_weather(simulation);
        simulation->waiting_rooms = simulation->seed % ROOM_SEEDS == 0;
        simulation->terminal_count = 2 + (int)sim_random(simulation, SIM_TERMINALS - 1);
    }
    for (int i = 0; i < simulation->terminal_count; i++) {
        simulation->terminals[i].number = i;
        simulation->terminals[i].simulation = simulation;
    }
    sim_server_begin(simulation);
    if (simulation->year != NULL || has_relay(simulation))
        sim_relay_begin(simulation);
    for (int i = 0; i < simulation->terminal_count; i++) {
        sim_terminal_create(&simulation->terminals[i]);
        if (simulation->year != NULL)
            sim_year_plan(&simulation->terminals[i]);
        else
            sim_terminal_start(&simulation->terminals[i]);
    }
}

static int take_away(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void sim_end(struct simulation *simulation)
{
    for (int i = 0; i < simulation->terminal_count; i++) {
        sim_terminal_stop(&simulation->terminals[i], SIM_QUITS);
        seal_key_free(simulation->terminals[i].key);
        record_free(simulation->terminals[i].agent);
        scope_set_free(&simulation->terminals[i].heard);
    }
    sim_relay_end(simulation);
    sim_query_forget(simulation->ledger_path);
    ledger_close(simulation->ledger);
    sim_disk_end();
    for (size_t i = 0; i < simulation->message_count; i++)
        sim_message_free(simulation->messages[i]);
    free(simulation->messages);
    for (size_t i = 0; i < simulation->made_count; i++)
        json_decref(simulation->made[i].note);
    free(simulation->made);
    free(simulation->made_places);
    scope_set_free(&simulation->rung.scopes);
    scope_set_free(&simulation->rung.others);
    if (nftw(simulation->directory, take_away, 8, FTW_DEPTH | FTW_PHYS) != 0)
        (void)fprintf(stderr, "sim: %s stays behind\n", simulation->directory);
    running = NULL;
}

void sim_heal(struct simulation *simulation)
{
    simulation->healed = true;
    for (int i = 0; i < simulation->terminal_count; i++) {
        struct sim_terminal *terminal = &simulation->terminals[i];

        terminal->cut_until = 0;
        sim_disk_die(terminal->disk, 0);
        sim_disk_fill(terminal->disk, false);
        sim_files_want_all(terminal);
    }
    simulation->relay.cut_until = 0;
    sim_trace(simulation, "healed");
}

bool sim_run(struct simulation *simulation, uint64_t seed, enum sim_plant plant, bool trace)
{
    *simulation = (struct simulation){.plant = plant,
                                      .trace = trace,
                                      .relays_restored = simulation->relays_restored,
                                      .terminals_move = simulation->terminals_move};
    simulation->digest = UINT64_C(0xcbf29ce484222325);
    sim_seed(simulation, seed);
    sim_begin(simulation);
    sim_run_until(simulation, WORK_MS, false);
    sim_heal(simulation);
    sim_run_until(simulation, simulation->now + DRAIN_MOST_MS, true);
    /* The rest lasts, and every terminal has heard the server's time since its clock jumped. */
    sim_run_until(simulation, simulation->now + REST_MS, false);
    /* What was offered until some time has expired, in one queue after the other. */
    sim_run_until(simulation, simulation->now + EXPIRY_MS, false);
    sim_run_until(simulation, simulation->now + REST_MS, true);
    if (!simulation->broken)
        sim_check(simulation);
    simulation->totals.simulated_ms = simulation->now;
    sim_trace(simulation, "end: %s", simulation->broken ? simulation->finding : "all holds");
    sim_end(simulation);
    return !simulation->broken;
}
