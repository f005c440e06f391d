/*
 *     chaos [--seconds N] [--seed N] [--plant NAME]
 *
 * Runs the chaos for N seconds, heals, and checks. The last line tells what was done; the status is
 * 0 when every invariant holds. With --plant a bug is made on purpose before healing, and must be
 * found: the status is then 0 when it was. The seed decides what is done, not when the machine gets
 * to it: another run of a seed is alike, not the same.
 */
#include "tests/chaos/chaos.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/store.h"

#define HEAL_MOST_MS 120000

static const char *const logins[CHAOS_TERMINALS] = {"marie", "pierre", "sophie", "john"};

uint32_t chaos_draw(uint64_t *random, uint32_t below)
{
    *random ^= *random >> 12;
    *random ^= *random << 25;
    *random ^= *random >> 27;
    return (uint32_t)((*random * UINT64_C(2685821657736338717)) >> 32) % below;
}

static int64_t now_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void die(const char *what)
{
    (void)fprintf(stderr, "chaos: %s\n", what);
    exit(3);
}

/* --- terminals -------------------------------------------------------------------------------- */

/* The agent's record, as the import of the sample makes it. */
static void know_agent(struct chaos_terminal *terminal)
{
    const char *top = getenv("abs_top_srcdir");
    char path[512], key[64];
    json_t *file, *one;
    size_t index;

    (void)snprintf(path, sizeof path, "%s/app/sample/agents.json", top == NULL ? "." : top);
    file = json_load_file(path, 0, NULL);
    json_array_foreach(json_object_get(file, "records"), index, one)
    {
        if (strcmp(json_text_or(one, "login", ""), terminal->login) != 0)
            continue;
        (void)snprintf(key, sizeof key, "sample/%s", json_text_or(one, "id", ""));
        (void)snprintf(terminal->office, sizeof terminal->office, "sample/%s",
                       json_text_or(one, "office", ""));
        struct id id = id_from_key("agent", key);
        terminal->agent = record_new(RECORD_AGENT, &id);
        json_object_update(terminal->agent->body, one);
        json_object_set_new(terminal->agent->body, "key", json_string(key));
    }
    json_decref(file);
    if (terminal->agent == NULL)
        die("the sample lacks an agent");
}

static void terminal_prepare(struct chaos *chaos, struct chaos_terminal *terminal, uint64_t seed)
{
    char directory[sizeof terminal->directory];
    unsigned char wrapped[SEAL_WRAPPED_SIZE] = {0};
    struct error error = ERROR_INIT;

    terminal->login = logins[terminal->number];
    know_agent(terminal);
    (void)strcpy(terminal->directory, "/tmp/guichet-chaos-XXXXXX");
    if (mkdtemp(terminal->directory) == NULL)
        die("no folder for a terminal");
    memcpy(directory, terminal->directory, sizeof directory);
    (void)snprintf(terminal->store_path, sizeof terminal->store_path, "%s/agent.db", directory);
    (void)snprintf(terminal->catalogue_path, sizeof terminal->catalogue_path, "%s/catalogue.db",
                   directory);
    (void)snprintf(terminal->made_path, sizeof terminal->made_path, "%s/made", directory);
    terminal->key = seal_key_new();
    if (terminal->key == NULL || store_create(terminal->store_path, &terminal->agent->id,
                                              terminal->key, wrapped, &error) != 0)
        die(error.message);
    terminal->shared = mmap(NULL, sizeof *terminal->shared, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (terminal->shared == MAP_FAILED)
        die("no shared memory");
    fault_proxy_begin(&terminal->proxy, chaos->server.port, seed);
}

static void terminal_live(struct chaos *chaos, struct chaos_terminal *terminal)
{
    uint64_t seed = chaos_draw(&chaos->random, UINT32_MAX) + (uint64_t)terminal->lives;

    atomic_store(&terminal->shared->online, false);
    atomic_store(&terminal->shared->waiting, -1);
    terminal->lives++;
    (void)fflush(NULL);
    terminal->process = fork();
    if (terminal->process < 0)
        die("cannot fork");
    if (terminal->process == 0)
        chaos_terminal_live(chaos, terminal, seed);
}

static void terminal_die(struct chaos_terminal *terminal)
{
    int status = 0;

    (void)kill(terminal->process, SIGKILL);
    if (waitpid(terminal->process, &status, 0) != terminal->process ||
        !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
        die("a terminal had ended by itself");
    terminal->process = 0;
}

/* --- trouble ---------------------------------------------------------------------------------- */

static void trouble_link(struct chaos *chaos, struct chaos_terminal *terminal)
{
    uint32_t number = chaos_draw(&chaos->random, 2000);

    chaos->troubles++;
    switch (chaos_draw(&chaos->random, 9)) {
    case 0:
        fault_proxy_tell(&terminal->proxy, "refuse");
        fault_proxy_tell(&terminal->proxy, "kill");
        break;
    case 1:
        fault_proxy_tell(&terminal->proxy, "cut up %u", number);
        break;
    case 2:
        fault_proxy_tell(&terminal->proxy, "cut down %u", number);
        break;
    case 3:
        fault_proxy_tell(&terminal->proxy, "delay %u", number);
        break;
    case 4:
        fault_proxy_tell(&terminal->proxy, "rate %u", 300 + number);
        break;
    case 5:
        fault_proxy_tell(&terminal->proxy, "random %u", number % 80);
        break;
    case 6:
        fault_proxy_tell(&terminal->proxy, "silent");
        break;
    case 7:
        fault_proxy_tell(&terminal->proxy, "kill");
        break;
    default:
        fault_proxy_tell(&terminal->proxy, "pass");
        break;
    }
}

static void strike(struct chaos *chaos)
{
    struct chaos_terminal *terminal =
        &chaos->terminals[chaos_draw(&chaos->random, CHAOS_TERMINALS)];
    uint32_t kind = chaos_draw(&chaos->random, 12);

    if (kind == 0) {
        real_server_kill(&chaos->server);
        chaos->server_kills++;
        (void)poll(NULL, 0, (int)chaos_draw(&chaos->random, 1000));
        real_server_restart(&chaos->server);
    } else if (kind < 4) {
        terminal_die(terminal);
        chaos->terminal_kills++;
        terminal_live(chaos, terminal);
    } else {
        trouble_link(chaos, terminal);
        if (chaos_draw(&chaos->random, 3) == 0)
            fault_proxy_tell(&terminal->proxy, "pass");
    }
}

static bool at_rest(const struct chaos *chaos)
{
    for (int i = 0; i < CHAOS_TERMINALS; i++)
        if (atomic_load(&chaos->terminals[i].shared->waiting) != 0 ||
            !atomic_load(&chaos->terminals[i].shared->online))
            return false;
    return true;
}

/* Heals the links, and has everybody stop acting, with nothing left to send, or go on. */
static void rest(struct chaos *chaos, bool resting)
{
    int64_t start = now_ms();

    for (int i = 0; i < CHAOS_TERMINALS; i++) {
        atomic_store(&chaos->terminals[i].shared->resting, resting);
        fault_proxy_tell(&chaos->terminals[i].proxy, "pass");
        fault_proxy_tell(&chaos->terminals[i].proxy, "kill");
    }
    while (resting && !at_rest(chaos) && now_ms() - start < HEAL_MOST_MS)
        (void)poll(NULL, 0, 100);
}

/* --- bugs on purpose ---------------------------------------------------------------------------
 */

/* False when nothing is there to be changed. */
static bool change(const char *path, const char *sql)
{
    sqlite3 *database = NULL;
    bool changed;

    if (sqlite3_open(path, &database) != SQLITE_OK ||
        sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(database));
    changed = sqlite3_total_changes(database) > 0;
    sqlite3_close(database);
    return changed;
}

/* What is planted then is under nobody's way any more. A slow machine goes on until there is
 * something to plant it in. */
static void plant_at_server(struct chaos *chaos, const char *sql)
{
    char path[128];
    int64_t start = now_ms();
    bool planted = false;

    (void)snprintf(path, sizeof path, "%s/server.db", chaos->server.directory);
    while (!planted) {
        if (now_ms() - start > HEAL_MOST_MS)
            die("nothing comes to plant the bug in");
        rest(chaos, false);
        (void)poll(NULL, 0, 500);
        rest(chaos, true);
        real_server_kill(&chaos->server);
        planted = change(path, sql);
        real_server_restart(&chaos->server);
    }
}

/* A terminal that dies loses the last of its outbox. */
static void plant_forgetful_terminal(struct chaos *chaos)
{
    struct chaos_terminal *terminal = &chaos->terminals[0];
    long long waited = 0;
    bool online = true;
    char path[128];

    fault_proxy_tell(&terminal->proxy, "refuse");
    fault_proxy_tell(&terminal->proxy, "kill");
    /* What waited before may have arrived, with its answer lost. */
    for (int64_t start = now_ms(); online || atomic_load(&terminal->shared->waiting) <= waited;) {
        if (now_ms() - start > HEAL_MOST_MS)
            die("nothing comes to wait");
        if (online) {
            waited = atomic_load(&terminal->shared->waiting);
            online = atomic_load(&terminal->shared->online) || waited < 0;
        }
        (void)poll(NULL, 0, 20);
    }
    terminal_die(terminal);
    (void)snprintf(path, sizeof path, "%s.outbox", terminal->store_path);
    (void)unlink(path);
    if (!change(terminal->store_path, "DELETE FROM operation WHERE state = 0"))
        die("nothing waited");
    terminal_live(chaos, terminal);
}

/* A terminal offers the last operation again that it knows of, and would tell what became of it. */
#define NOTE_BEFORE_THE_LAST                                                                       \
    "(SELECT min(id) FROM operation WHERE type = 'note' AND refusal IS NULL AND EXISTS"            \
    " (SELECT 1 FROM operation AS later WHERE later.agent = operation.agent AND"                   \
    " later.type = 'note' AND later.id > operation.id))"

static const struct plant {
    const char *name;
    const char *finding;    /* words of what must be found */
    const char *server_sql; /* NULL: the terminal forgets */
} plants[] = {
    {"terminal-forgets", "was saved and is not at the server", NULL},
    /* answered as applied, and nothing is there */
    {"applied-falsely", "was saved and is not at the server",
     "DELETE FROM operation WHERE id = " NOTE_BEFORE_THE_LAST},
    {"refusal-unseen", "refused at the server, ",
     "UPDATE operation SET refusal = 'taken' WHERE id = " NOTE_BEFORE_THE_LAST},
    {"text-changed", "does not stand at the server as it was written",
     "UPDATE record SET document = replace(document, 'Note ', 'Nota ')"
     " WHERE id = (SELECT max(id) FROM record WHERE type = 'note')"},
};

static const struct plant *find_plant(const char *name)
{
    for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++)
        if (strcmp(plants[i].name, name) == 0)
            return &plants[i];
    die("no such plant");
    return NULL;
}

/* --- a run ------------------------------------------------------------------------------------ */

/* Waits until all holds, or for as long as that may take. */
static void heal(struct chaos *chaos, struct chaos_account *account)
{
    int64_t start;

    rest(chaos, true);
    /* What one sends now, the others have yet to read. */
    for (start = now_ms(); now_ms() - start < HEAL_MOST_MS / 8; (void)poll(NULL, 0, 500)) {
        chaos_check(chaos, account);
        if (account->findings == 0)
            return;
    }
    account->tell = stdout;
    chaos_check(chaos, account);
}

static void finish(struct chaos *chaos)
{
    char command[128];

    for (int i = 0; i < CHAOS_TERMINALS; i++) {
        struct chaos_terminal *terminal = &chaos->terminals[i];
        int status = 0;
        atomic_store(&terminal->shared->ending, true);
        if (waitpid(terminal->process, &status, 0) != terminal->process || status != 0)
            die("a terminal did not end well");
    }
    /* Every terminal's process held the proxies' inputs too. */
    for (int i = 0; i < CHAOS_TERMINALS; i++) {
        struct chaos_terminal *terminal = &chaos->terminals[i];
        fault_proxy_end(&terminal->proxy);
        (void)munmap(terminal->shared, sizeof *terminal->shared);
        record_free(terminal->agent);
        seal_key_free(terminal->key);
        (void)snprintf(command, sizeof command, "rm -rf '%s'", terminal->directory);
        if (system(command) != 0)
            die(command);
    }
}

/* True when all held; or, with a bug on purpose, when it was found. */
static bool run(struct chaos *chaos, int64_t seconds, uint64_t seed, const struct plant *plant)
{
    struct chaos_account account = {.wanted = plant == NULL ? NULL : plant->finding};
    int64_t acts = 0, start;

    chaos->random = seed * 2 + 1;
    if (seal_start(NULL) != 0)
        die("no sealing");
    real_server_begin(&chaos->server);
    for (int i = 0; i < CHAOS_TERMINALS; i++) {
        chaos->terminals[i].number = i;
        terminal_prepare(chaos, &chaos->terminals[i], seed * CHAOS_TERMINALS + (uint64_t)i);
    }
    for (int i = 0; i < CHAOS_TERMINALS; i++)
        terminal_live(chaos, &chaos->terminals[i]);
    for (start = now_ms(); now_ms() - start < seconds * 1000;) {
        (void)poll(NULL, 0, 50 + (int)chaos_draw(&chaos->random, 900));
        strike(chaos);
    }
    if (plant != NULL && plant->server_sql == NULL)
        plant_forgetful_terminal(chaos);
    else if (plant != NULL)
        plant_at_server(chaos, plant->server_sql);
    heal(chaos, &account);
    for (int i = 0; i < CHAOS_TERMINALS; i++)
        acts += (int64_t)atomic_load(&chaos->terminals[i].shared->acts);
    finish(chaos);
    (void)printf("chaos: seed %" PRIu64 ", %" PRId64 " s, %d terminals, %" PRId64 " acts, %" PRId64
                 " operations acknowledged, %" PRId64 " refused, %" PRId64
                 " hand-offs won; server killed %" PRId64 " times, terminals %" PRId64
                 " times, links troubled %" PRId64 " times; %" PRId64
                 " records compared, broken: %" PRId64 "\n",
                 seed, seconds, CHAOS_TERMINALS, acts, account.acknowledged, account.refused,
                 account.won, chaos->server_kills, chaos->terminal_kills, chaos->troubles,
                 account.records, account.findings);
    if (account.acknowledged == 0 || account.records == 0)
        die("nothing was done, so nothing is proved");
    return plant == NULL ? account.findings == 0 : account.wanted_found;
}

/* Without its own check, which would find what was planted; what is broken stays to be looked at.
 */
static void leave_server(struct chaos *chaos, bool remove)
{
    char command[128];

    real_server_kill(&chaos->server);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", chaos->server.directory);
    if (!remove)
        (void)printf("chaos: the server's database stays in %s\n", chaos->server.directory);
    else if (system(command) != 0)
        die(command);
}

int main(int argc, char **argv)
{
    static struct chaos chaos;
    int64_t seconds = 20;
    uint64_t seed = 1;
    const char *planted = NULL;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0)
            seconds = strtoll(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--plant") == 0)
            planted = argv[i + 1];
        else
            argc = 0;
    }
    if (argc % 2 == 0) {
        (void)fputs("usage: chaos [--seconds N] [--seed N] [--plant NAME]\n", stderr);
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    const struct plant *plant = planted == NULL ? NULL : find_plant(planted);
    bool good = run(&chaos, seconds, seed, plant);
    if (plant != NULL)
        (void)printf("chaos: the bug \"%s\" was %s\n", planted, good ? "found" : "missed");
    (void)fflush(stdout);
    if (plant == NULL && good)
        real_server_end(&chaos.server); /* guichetd check */
    else
        leave_server(&chaos, plant != NULL);
    return good ? 0 : 1;
}
