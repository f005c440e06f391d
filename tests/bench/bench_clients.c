/*
 * Finding clients and their duplicates: precision and recall on the labelled pairs (on those that
 * the weights were tuned on, and on those that nothing was tuned on), and what a search costs among
 * 100,000 clients, beside a plain scan of the same folded names in the same run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/client_index.h"
#include "app/text.h"
#include "tests/clients/pairs.h"

#define CLIENTS 100000
#define LIMIT   50
#define ROUNDS  20

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int judge(const char *folder, const char *file, const char *what, bool tell)
{
    struct pairs_result result;
    char path[1024];

    snprintf(path, sizeof(path), "%s/tests/clients/%s", folder, file);
    if (!pairs_judge(path, tell, &result)) {
        fprintf(stderr, "cannot read %s\n", path);
        return 1;
    }
    printf("%-34s %3d pairs: precision %.3f, recall %.3f (%d found, %d missed, %d wrong)\n", what,
           result.pairs, pairs_precision(&result), pairs_recall(&result), result.right_same,
           result.missed, result.wrong);
    return 0;
}

static const char *const given[] = {"Marie", "Jean",    "Zoé",    "Michel", "Louise", "Ahmed",
                                    "Priya", "William", "Sylvie", "Pierre", "Nguyen", "Olga",
                                    "Émile", "Gérard",  "Fatima", "Robert", "Hélène", "Wei"};
static const char *const family[] = {"Tremblay",  "Gagnon", "Roy",    "Côté",     "Bouchard",
                                     "Gauthier",  "Morin",  "Lavoie", "Fortin",   "Gagné",
                                     "MacDonald", "Smith",  "Singh",  "Nguyen",   "Chen",
                                     "O'Brien",   "Wright", "Patel",  "Thériault"};
static const char *const syllables[] = {"ba",  "lo",  "mi",  "dur",  "ven",  "ka",   "sto", "rel",
                                        "qui", "fan", "gau", "teau", "nier", "mont", "zi",  "che"};

/* A third of the names are common ones, the others are made of syllables. */
static struct record *make_client(int number)
{
    struct id_generator ids = {0};
    struct id id = id_generate(&ids, 1700000000000 + number);
    struct record *client = record_new(RECORD_CLIENT, &id);
    unsigned random = (unsigned)number * 2654435761u;
    char name[128], phone[32], code[16], birth[16];
    const char *first = given[random % (sizeof(given) / sizeof(given[0]))];

    if (number % 3 == 0)
        snprintf(name, sizeof(name), "%s %s", first,
                 family[random / 64 % (sizeof(family) / sizeof(family[0]))]);
    else
        snprintf(name, sizeof(name), "%s %s%s%s", first, syllables[random >> 8 & 15],
                 syllables[random >> 12 & 15], syllables[random >> 16 & 15]);
    snprintf(phone, sizeof(phone), "418 %03u-%04u", 200 + random % 700, random / 700 % 10000);
    snprintf(code, sizeof(code), "G%u%c %u%c%u", random % 10, 'A' + random / 10 % 20,
             random / 200 % 10, 'A' + random / 2000 % 20, random / 40000 % 10);
    snprintf(birth, sizeof(birth), "%u-%02u-%02u", 1930 + random % 80, 1 + random / 80 % 12,
             1 + random / 960 % 28);
    json_object_set_new(client->body, "kind", json_string("person"));
    json_object_set_new(client->body, "name", json_string(name));
    json_object_set_new(client->body, "phone", json_string(phone));
    json_object_set_new(client->body, "postal_code", json_string(code));
    json_object_set_new(client->body, "birth_date", json_string(birth));
    return client;
}

/* Milliseconds of one search of each kind. */
struct cost {
    double index, scan, likely;
};

static size_t scan(char *const *folded, const char *query)
{
    char *words = text_fold(query, strlen(query));
    size_t count = 0;

    for (int i = 0; i < CLIENTS; i++)
        count += text_has_words(folded[i], words);
    free(words);
    return count;
}

static struct cost measure(struct client_index *index, char *const *folded, const char *query)
{
    struct client_hit hits[LIMIT];
    struct client_details details = {.name = query};
    struct cost cost = {0};
    double start = now();
    size_t found = 0, scanned = 0, likely = 0;

    for (int round = 0; round < ROUNDS; round++)
        found = client_index_find(index, query, hits, LIMIT);
    cost.index = (now() - start) / ROUNDS;
    start = now();
    for (int round = 0; round < ROUNDS; round++)
        scanned = scan(folded, query);
    cost.scan = (now() - start) / ROUNDS;
    start = now();
    for (int round = 0; round < ROUNDS; round++)
        likely = client_index_likely(index, &details, NULL, hits, LIMIT);
    cost.likely = (now() - start) / ROUNDS;
    printf("  %-20s index %7.3f ms (%zu shown), plain scan %7.3f ms (%zu fit), ratio %.4f;"
           " likely ones %7.3f ms (%zu shown)\n",
           query, cost.index, found, cost.scan, scanned, cost.index / cost.scan, cost.likely,
           likely);
    return cost;
}

static int measure_all(void)
{
    static const char *const queries[] = {"durvenmont", "zoe durven", "tremblay marie",
                                          "trem",       "obrien wei", "teriau helene"};
    struct record **clients = calloc(CLIENTS, sizeof(*clients));
    char **folded = calloc(CLIENTS, sizeof(*folded));
    struct client_index *index;
    struct error error = ERROR_INIT;
    struct cost total = {0};
    double start;

    if (clients == NULL || folded == NULL)
        return 1;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = make_client(i);
        folded[i] =
            text_fold(record_text(clients[i], "name"), strlen(record_text(clients[i], "name")));
    }
    start = now();
    if (client_index_of(&index, clients, CLIENTS, &error) != 0) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    printf("%d clients, indexed in %.0f ms\n", CLIENTS, now() - start);
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        struct cost one = measure(index, folded, queries[i]);

        total.index += one.index;
        total.scan += one.scan;
    }
    printf("search by the index over a plain scan, all of these: %.4f\n", total.index / total.scan);
    client_index_free(index);
    for (int i = 0; i < CLIENTS; i++) {
        record_free(clients[i]);
        free(folded[i]);
    }
    free(clients);
    free(folded);
    return 0;
}

int main(int argc, char **argv)
{
    const char *folder = getenv("abs_top_srcdir");
    bool tell = argc > 1 && strcmp(argv[1], "--tell") == 0;

    if (folder == NULL)
        folder = ".";
    if (judge(folder, "pairs.tsv", "tuned on (tests/clients/pairs)", tell) != 0 ||
        judge(folder, "held_out.tsv", "held out (tests/clients/held_out)", false) != 0)
        return 1;
    return argc > 1 && strcmp(argv[argc - 1], "--pairs") == 0 ? 0 : measure_all();
}
