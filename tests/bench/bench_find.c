/*
 * Finding clients of all offices at the server: median and 99th percentile for each kind of key,
 * trail and all, beside bare SQLite in the same run: one indexed lookup, and one row that is
 * written and on the disk, which is the least that a search with a trail can cost.
 *
 *     bench_find [CLIENTS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/import.h"
#include "app/json.h"
#include "net/ledger_search.h"

#define CLIENTS_PRESET 100000
#define ROUNDS         300
#define LIMIT          20
#define OFFICE         "bench/office"

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_find: %s: %s\n", what, why);
    exit(1);
}

static void run(sqlite3 *database, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
        die(sql, message);
}

/* --- who there is ----------------------------------------------------------------------------- */

static const char *const given[] = {"Marie",  "Jean",   "Zoé",    "Michel", "Louise", "Ahmed",
                                    "Priya",  "Sylvie", "Pierre", "Olga",   "Émile",  "Gérard",
                                    "Fatima", "Robert", "Hélène", "Wei",    "Karine", "Luc"};
static const char *const family[] = {"Tremblay", "Gagnon",   "Roy",      "Côté",
                                     "Bouchard", "Gauthier", "Morin",    "Lavoie",
                                     "Smith",    "Nguyen",   "MacDonald"};
static const char *const syllables[] = {"ba",  "lo",  "mi",  "dur",  "ven",  "ka",   "sto", "rel",
                                        "qui", "fan", "gau", "teau", "nier", "mont", "zi",  "che"};

struct person {
    char given[24], family[64], phone[24], email[48], postal_code[8], birth_date[12];
};

/* One in ten has one of the common family names. */
static void person_of(struct person *person, unsigned number)
{
    unsigned random = number * 2654435761u;
    char *name = person->family;

    snprintf(person->given, sizeof(person->given), "%s",
             given[(random >> 4) % (sizeof(given) / sizeof(given[0]))]);
    if (number % 10 == 0)
        snprintf(person->family, sizeof(person->family), "%s",
                 family[(random >> 9) % (sizeof(family) / sizeof(family[0]))]);
    else
        snprintf(person->family, sizeof(person->family), "%s%s%s%s", syllables[random % 16],
                 syllables[(random >> 8) % 16], syllables[(random >> 16) % 16],
                 syllables[(random >> 24) % 16]);
    if (*name >= 'a' && *name <= 'z')
        *name = (char)(*name - 'a' + 'A');
    snprintf(person->phone, sizeof(person->phone), "%03u-%03u-%04u", 418 + number % 7 * 50,
             200 + (random >> 3) % 800, (random >> 13) % 10000);
    snprintf(person->email, sizeof(person->email), "p%u@example.ca", number);
    snprintf(person->postal_code, sizeof(person->postal_code), "%c%u%c %u%c%u", "GHJK"[random % 4],
             random / 4 % 10, "ABCEGHJKLM"[random / 40 % 10], random / 400 % 10,
             "ABCEGHJKLM"[random / 4000 % 10], random / 40000 % 10);
    snprintf(person->birth_date, sizeof(person->birth_date), "%04u-%02u-%02u", 1930 + random % 80,
             1 + random / 80 % 12, 1 + random / 960 % 28);
}

static struct id client_id(unsigned number)
{
    char text[64];
    struct id id;

    snprintf(text, sizeof(text), "018f0000-0000-7000-8000-%012u", number);
    id_parse(&id, text);
    return id;
}

static void add(sqlite3_stmt *statement, const char *type, const struct id *id, const char *client,
                json_t *body)
{
    json_t *document = json_pack("{s:s, s:s, s:i, s:i, s:o, s:{}}", "type", type, "id", id->text,
                                 "rev", 1, "seq", 1, "body", body, "meta");
    char *text = json_dumps(document, JSON_COMPACT);

    sqlite3_bind_text(statement, 1, type, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, id->text, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, text, -1, SQLITE_STATIC);
    if (client != NULL)
        sqlite3_bind_text(statement, 4, client, -1, SQLITE_STATIC);
    if (sqlite3_step(statement) != SQLITE_DONE)
        die("insert", sqlite3_errmsg(sqlite3_db_handle(statement)));
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    free(text);
    json_decref(document);
}

static void reference_of(unsigned number, char reference[ID_REFERENCE_SIZE])
{
    struct id id = client_id(number);

    id_reference(&id, 'C', reference);
}

/* Written as they stand; the ledger makes their keys when it is opened. A case of each tenth. */
static void write_clients(const char *path, unsigned count)
{
    sqlite3_stmt *record, *reach;
    sqlite3 *database;

    if (sqlite3_open(path, &database) != SQLITE_OK)
        die(path, sqlite3_errmsg(database));
    run(database, "PRAGMA synchronous = OFF; BEGIN");
    sqlite3_prepare_v2(database,
                       "INSERT INTO record (type, id, rev, seq, document, client) "
                       "VALUES (?1, ?2, 1, 1, ?3, ?4)",
                       -1, &record, NULL);
    sqlite3_prepare_v2(database, "INSERT INTO reach (kind, key, record) VALUES (1, ?1, ?2)", -1,
                       &reach, NULL);
    for (unsigned i = 0; i < count; i++) {
        struct id id = client_id(i);
        struct person person;
        char name[96], reference[ID_REFERENCE_SIZE];

        person_of(&person, i);
        snprintf(name, sizeof(name), "%s %s", person.given, person.family);
        add(record, "client", &id, NULL,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kind", "person", "office", OFFICE,
                      "name", name, "phone", person.phone, "email", person.email, "postal_code",
                      person.postal_code, "birth_date", person.birth_date));
        if (i % 10 != 0)
            continue;
        reference_of(i, reference);
        add(record, "case", &id, id.text,
            json_pack("{s:s, s:s, s:s, s:s}", "reference", reference, "office", OFFICE, "status",
                      "received", "client", id.text));
        sqlite3_bind_text(reach, 1, reference, -1, SQLITE_STATIC);
        sqlite3_bind_int64(reach, 2, sqlite3_last_insert_rowid(database));
        sqlite3_step(reach);
        sqlite3_reset(reach);
    }
    run(database, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_finalize(record);
    sqlite3_finalize(reach);
    sqlite3_close(database);
}

static void publish_agent(struct ledger *ledger, struct ledger_actor *actor)
{
    struct import_target target;
    struct error error = ERROR_INIT;
    struct record *agent;

    actor->agent = id_from_key("agent", "bench/clerk");
    agent = record_new(RECORD_AGENT, &actor->agent);
    json_decref(agent->body);
    agent->body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "key", "bench/clerk", "login", "clerk",
                            "name", "clerk", "office", "bench/other", "role", "clerk");
    ledger_import_target(ledger, &target);
    if (target.begin(target.context, &error) != 0 ||
        target.publish(target.context, agent, &error) != 0 ||
        target.commit(target.context, &error) != 0)
        die("agent", error.message);
    record_free(agent);
}

/* --- what is looked for ------------------------------------------------------------------------
 */

enum kind {
    NAME,
    COMMON_NAME,
    COMMON_WORD,
    BEGINNING,
    SOUND,
    PHONE,
    LAST_FOUR,
    EMAIL,
    POSTAL_CODE,
    BIRTH_DATE,
    REFERENCE,
    CASES,
    LIKELY,
    LIKELY_COMMON,
    KINDS
};

static const char *const titles[KINDS] = {
    [NAME] = "first and rare family name",
    [COMMON_NAME] = "first and common family name",
    [COMMON_WORD] = "a common family name alone",
    [BEGINNING] = "the beginning of a family name",
    [SOUND] = "a name as it sounds",
    [PHONE] = "phone number",
    [LAST_FOUR] = "its last four figures",
    [EMAIL] = "e-mail address",
    [POSTAL_CODE] = "postal code",
    [BIRTH_DATE] = "birth date",
    [REFERENCE] = "reference of a case",
    [CASES] = "cases, by the client's name",
    [LIKELY] = "duplicates, by name and phone",
    [LIKELY_COMMON] = "duplicates, by a common name",
};

/* What is typed for the person of this number. */
static void typed_of(enum kind kind, unsigned number, char *typed, size_t size)
{
    char reference[ID_REFERENCE_SIZE];
    struct person person;

    person_of(&person, number);
    switch (kind) {
    case COMMON_WORD:
        snprintf(typed, size, "%s", person.family);
        break;
    case BEGINNING:
        snprintf(typed, size, "%.5s", person.family);
        break;
    case SOUND:
        snprintf(typed, size, "%s tramblai", person.given);
        break;
    case PHONE:
        snprintf(typed, size, "%s", person.phone);
        break;
    case LAST_FOUR:
        snprintf(typed, size, "%s", strrchr(person.phone, '-') + 1);
        break;
    case EMAIL:
        snprintf(typed, size, "%s", person.email);
        break;
    case POSTAL_CODE:
        snprintf(typed, size, "%s", person.postal_code);
        break;
    case BIRTH_DATE:
        snprintf(typed, size, "%s", person.birth_date);
        break;
    case REFERENCE:
        reference_of(number, reference);
        snprintf(typed, size, "%s", reference);
        break;
    default:
        snprintf(typed, size, "%s %s", person.given, person.family);
    }
}

static bool is_common(enum kind kind)
{
    return kind == COMMON_NAME || kind == COMMON_WORD || kind == REFERENCE || kind == CASES ||
           kind == LIKELY_COMMON;
}

static int by_value(const void *left, const void *right)
{
    const double *one = left, *other = right;

    return *one < *other ? -1 : *one > *other;
}

struct figures {
    double median, late; /* ms */
};

static struct figures figures_of(double *times, size_t count)
{
    qsort(times, count, sizeof(times[0]), by_value);
    return (struct figures){times[count / 2], times[count * 99 / 100]};
}

/* One search of a kind; the number of hits. */
static size_t search_once(struct ledger *ledger, const struct ledger_actor *actor, enum kind kind,
                          unsigned number, int64_t at_ms)
{
    struct ledger_search_asked asked = {.type = kind == CASES ? RECORD_CASE : RECORD_CLIENT,
                                        .purpose = PURPOSE_CONTACT,
                                        .limit = LIMIT};
    struct client_details like = {.kind = "person"};
    struct ledger_search_result result;
    struct error error = ERROR_INIT;
    struct person person;
    char typed[128];
    size_t count;

    typed_of(kind, number, typed, sizeof(typed));
    person_of(&person, number);
    asked.typed = typed;
    if (kind == LIKELY || kind == LIKELY_COMMON) {
        like.name = typed;
        like.phone = kind == LIKELY ? person.phone : NULL;
        asked.like = &like;
    }
    if (ledger_search(ledger, actor, &asked, at_ms, &result, &error) != 0)
        die(titles[kind], error.message);
    count = result.count;
    ledger_search_clear(&result);
    return count;
}

static void measure(struct ledger *ledger, const struct ledger_actor *actor, unsigned clients,
                    enum kind kind, double peer, int64_t *clock_ms)
{
    double times[ROUNDS];
    struct figures figures;
    size_t hits = 0;

    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned number = (unsigned)((uint64_t)(i + 1) * 7919 * 104729 % clients);
        double began;

        /* Of the tenth that has a common name, and a case. */
        number = is_common(kind) ? number / 10 * 10 : number % 10 == 0 ? number + 1 : number;
        number = number < clients ? number : 1;
        /* As if nobody looked more often than they may. */
        *clock_ms += LEDGER_SEARCH_MS;
        began = now();
        hits += search_once(ledger, actor, kind, number, *clock_ms);
        times[i] = now() - began;
    }
    figures = figures_of(times, ROUNDS);
    printf("%-32s %8.2f %8.2f   x%-6.1f %6.1f\n", titles[kind], figures.median, figures.late,
           figures.median / peer, (double)hits / ROUNDS);
    if (hits == 0 && kind != SOUND)
        die(titles[kind], "nothing was found");
}

/* --- the peer --------------------------------------------------------------------------------- */

/* A row by its indexed id, and a row that is on the disk before the answer goes out. */
static double measure_bare(const char *path, unsigned clients)
{
    double times[ROUNDS];
    sqlite3_stmt *find, *put;
    sqlite3 *database;
    struct figures figures;

    if (sqlite3_open(path, &database) != SQLITE_OK)
        die(path, sqlite3_errmsg(database));
    run(database, "PRAGMA synchronous = FULL; CREATE TABLE bare (number INTEGER PRIMARY KEY, "
                  "text TEXT NOT NULL)");
    sqlite3_prepare_v2(database, "SELECT document FROM record WHERE id = ?1 AND type = 'client'",
                       -1, &find, NULL);
    sqlite3_prepare_v2(database, "INSERT INTO bare (text) VALUES ('who, when, why, what')", -1,
                       &put, NULL);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct id id = client_id((unsigned)((uint64_t)(i + 1) * 7919 * 104729 % clients));
        double began = now();

        sqlite3_bind_text(find, 1, id.text, -1, SQLITE_STATIC);
        if (sqlite3_step(find) != SQLITE_ROW)
            die("lookup", "no such client");
        sqlite3_reset(find);
        if (sqlite3_step(put) != SQLITE_DONE)
            die("write", sqlite3_errmsg(database));
        sqlite3_reset(put);
        times[i] = now() - began;
    }
    run(database, "DROP TABLE bare");
    sqlite3_finalize(find);
    sqlite3_finalize(put);
    sqlite3_close(database);
    figures = figures_of(times, ROUNDS);
    printf("%-32s %8.2f %8.2f\n", "bare SQLite: a lookup, a write", figures.median, figures.late);
    return figures.median;
}

static struct ledger *open_ledger(const char *path)
{
    struct ledger *ledger;
    struct error error = ERROR_INIT;

    if (ledger_open(&ledger, path, &error) != 0)
        die(path, error.message);
    return ledger;
}

int main(int count, char **arguments)
{
    unsigned clients = count > 1 ? (unsigned)strtoul(arguments[1], NULL, 10) : CLIENTS_PRESET;
    char folder[] = "/tmp/guichet-find-XXXXXX", path[64], command[80];
    struct ledger_actor actor = {.device = {""}};
    struct error error = ERROR_INIT;
    struct ledger *ledger;
    int64_t clock_ms = INT64_C(1800000000000);
    double began, peer;

    if (clients < 100 || mkdtemp(folder) == NULL)
        die("usage", "bench_find [CLIENTS], 100 at least");
    snprintf(path, sizeof(path), "%s/ledger.db", folder);
    if (ledger_create(path, &error) != 0)
        die(path, error.message);
    write_clients(path, clients);
    began = now();
    ledger = open_ledger(path);
    printf("%u clients: their keys made in %.1f s\n", clients, (now() - began) / 1000);
    publish_agent(ledger, &actor);
    ledger_close(ledger);
    printf("%-32s %8s %8s   %-7s %6s\n", "", "median", "p99 ms", "ratio", "hits");
    peer = measure_bare(path, clients);
    ledger = open_ledger(path);
    for (int kind = 0; kind < KINDS; kind++)
        measure(ledger, &actor, clients, (enum kind)kind, peer, &clock_ms);
    ledger_close(ledger);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command) == 0 ? 0 : 1;
}
