/*
 * Scores the search on the judged queries of tests/search/queries.tsv and queries_second.tsv: mean
 * reciprocal rank and success at 5, beside the bare FTS5 query (bm25, unicode61 without diacritics,
 * any of the words, the last one as a prefix) on the same records. Fails below a set's floor, or
 * below the bare query.
 * With --explain, also prints every query whose right answer does not come first.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/search.h"
#include "tests/search/inventory.h"

#define RANKS   10
#define SKIPPED 77

struct score {
    double reciprocal;
    size_t in_five;
    size_t queries;
};

/* True when `id` is one of the comma-separated `wanted`. */
static bool is_wanted(const char *wanted, const char *id)
{
    size_t length = strlen(id);

    for (const char *at = wanted; *at != '\0';) {
        size_t part = strcspn(at, ",");

        if (part == length && memcmp(at, id, length) == 0)
            return true;
        at += part + (at[part] == ',');
    }
    return false;
}

static void score_add(struct score *score, size_t rank)
{
    score->queries++;
    if (rank > 0)
        score->reciprocal += 1.0 / (double)rank;
    if (rank >= 1 && rank <= 5)
        score->in_five++;
}

/* ---- the bare query ---- */

static const char *in_both(const json_t *body, const char *member, char *text, size_t size)
{
    const json_t *value = json_object_get(body, member);

    snprintf(text, size, "%s %s", json_text_or(value, "fr", ""), json_text_or(value, "en", ""));
    return text;
}

static sqlite3 *bare_open(const struct inventory *inventory)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *insert = NULL;
    static char title[65536];
    static char description[300000];

    if (sqlite3_open(":memory:", &database) != SQLITE_OK ||
        sqlite3_exec(database,
                     "CREATE VIRTUAL TABLE bare USING fts5(id UNINDEXED, title, description, owner,"
                     " tokenize = \"unicode61 remove_diacritics 2\", prefix = '1 2 3')",
                     NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, "INSERT INTO bare VALUES (?1, ?2, ?3, ?4)", -1, &insert,
                           NULL) != SQLITE_OK)
        return NULL;
    sqlite3_exec(database, "BEGIN", NULL, NULL, NULL);
    for (size_t i = 0; i < inventory->count; i++) {
        const json_t *body = inventory->records[i]->body;
        char owner[2048];

        sqlite3_bind_text(insert, 1, json_text_or(json_object_get(body, "source"), "id", ""), -1,
                          SQLITE_TRANSIENT);
        sqlite3_bind_text(insert, 2, in_both(body, "title", title, sizeof title), -1,
                          SQLITE_TRANSIENT);
        sqlite3_bind_text(insert, 3, in_both(body, "description", description, sizeof description),
                          -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(insert, 4,
                          in_both(json_object_get(body, "owner"), "title", owner, sizeof owner), -1,
                          SQLITE_TRANSIENT);
        sqlite3_step(insert);
        sqlite3_reset(insert);
    }
    sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
    sqlite3_finalize(insert);
    return database;
}

/* "how get passp" -> "how" OR "get" OR "passp"*; words as the tokenizer cuts them. */
static void bare_expression(const char *query, char *expression, size_t size)
{
    size_t used = 0;
    bool in_word = false;

    expression[0] = '\0';
    for (const char *at = query; *at != '\0' && used + 16 < size; at++) {
        bool letter = isalnum((unsigned char)*at) || ((unsigned char)*at & 0x80) != 0;

        if (letter && !in_word)
            used += (size_t)snprintf(expression + used, size - used, used > 0 ? " OR \"" : "\"");
        if (!letter && in_word)
            expression[used++] = '"';
        in_word = letter;
        if (letter)
            expression[used++] = *at;
    }
    if (in_word)
        used += (size_t)snprintf(expression + used, size - used, "\"*");
    expression[used] = '\0';
}

static size_t bare_rank(sqlite3 *database, const char *query, const char *wanted)
{
    sqlite3_stmt *select = NULL;
    char expression[4096];
    size_t rank = 0;
    size_t found = 0;

    bare_expression(query, expression, sizeof expression);
    if (sqlite3_prepare_v2(database,
                           "SELECT id FROM bare WHERE bare MATCH ?1 ORDER BY bm25(bare) LIMIT 10",
                           -1, &select, NULL) != SQLITE_OK)
        return 0;
    sqlite3_bind_text(select, 1, expression, -1, SQLITE_STATIC);
    while (found == 0 && sqlite3_step(select) == SQLITE_ROW) {
        rank++;
        if (is_wanted(wanted, (const char *)sqlite3_column_text(select, 0)))
            found = rank;
    }
    sqlite3_finalize(select);
    return found;
}

/* ---- ours ---- */

static struct catalogue *ours_open(const struct inventory *inventory, const char *path)
{
    struct catalogue *catalogue = NULL;
    struct error error = ERROR_INIT;

    if (catalogue_open(&catalogue, path, true, &error) != 0 ||
        catalogue_write_page(catalogue, inventory->records, inventory->count, 1, NULL, &error) !=
            0) {
        fprintf(stderr, "judge: %s\n", error.message);
        return NULL;
    }
    return catalogue;
}

static size_t our_rank(struct catalogue *catalogue, const char *query, const char *wanted,
                       bool explain)
{
    struct search_request request = {.query = query, .language = "en", .limit = RANKS};
    struct search_results *results = NULL;
    struct error error = ERROR_INIT;
    size_t found = 0;

    if (search_run(catalogue, &request, &results, &error) != 0) {
        fprintf(stderr, "judge: %s: %s\n", query, error.message);
        return 0;
    }
    for (size_t i = 0; i < results->count && found == 0; i++) {
        if (is_wanted(wanted, results->items[i].source_id))
            found = i + 1;
    }
    if (explain && found != 1) {
        printf("%zu  %s  [%s]\n", found, query, wanted);
        for (size_t i = 0; i < results->count && i < 5; i++)
            printf("       %-9s %.3f %.90s\n", results->items[i].source_id, results->items[i].score,
                   results->items[i].title);
    }
    search_results_free(results);
    return found;
}

static void print_score(const char *name, const struct score *score)
{
    printf("%-10s mean reciprocal rank %.3f   success at 5 %.3f   (%zu queries)\n", name,
           score->reciprocal / (double)score->queries,
           (double)score->in_five / (double)score->queries, score->queries);
}

/* One file of queries, and what it must reach. */
struct set {
    const char *name; /* in tests/search */
    double rank;
    double success;
};

static const struct set sets[] = {
    {"queries.tsv", 0.88, 0.95},
    {"queries_second.tsv", 0.92, 0.95},
};

/* Scores one set; false when it is below its floor, not above the bare query, or not there. */
static bool judge(const struct set *set, struct catalogue *catalogue, sqlite3 *bare, bool explain)
{
    const char *source = getenv("abs_top_srcdir");
    struct score ours = {0};
    struct score theirs = {0};
    char line[4200];
    FILE *queries;
    bool good;

    snprintf(line, sizeof line, "%s/tests/search/%s", source == NULL ? "." : source, set->name);
    queries = fopen(line, "r");
    if (queries == NULL) {
        perror(line);
        return false;
    }
    while (fgets(line, sizeof line, queries) != NULL) {
        char *wanted;

        line[strcspn(line, "\r\n")] = '\0';
        wanted = strchr(line, '\t');
        if (line[0] == '#' || wanted == NULL)
            continue;
        *wanted++ = '\0';
        score_add(&ours, our_rank(catalogue, line, wanted, explain));
        score_add(&theirs, bare_rank(bare, line, wanted));
    }
    fclose(queries);
    printf("%s\n", set->name);
    print_score("guichet", &ours);
    print_score("bare FTS5", &theirs);
    good = ours.queries > 0 && ours.reciprocal >= set->rank * (double)ours.queries &&
           (double)ours.in_five >= set->success * (double)ours.queries &&
           ours.reciprocal > theirs.reciprocal && ours.in_five > theirs.in_five;
    if (!good)
        printf("judge: below the floor of %.2f and %.2f, or not above the bare query\n", set->rank,
               set->success);
    return good;
}

int main(int argc, char **argv)
{
    struct inventory inventory;
    struct error error = ERROR_INIT;
    char folder[] = "/tmp/guichet-judge-XXXXXX";
    char path[4200];
    struct catalogue *catalogue;
    sqlite3 *bare;
    bool explain = argc > 1 && strcmp(argv[1], "--explain") == 0;
    bool there = false;
    bool good = true;

    if (inventory_read(&inventory, &there, &error) != 0) {
        fprintf(stderr, "judge: %s\n", error.message);
        return 1;
    }
    if (!there) {
        printf("judge: skipped, the shared inventory is not here\n");
        return SKIPPED;
    }
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        return 1;
    }
    snprintf(path, sizeof path, "%s/catalogue.db", folder);
    catalogue = ours_open(&inventory, path);
    bare = bare_open(&inventory);
    if (catalogue == NULL || bare == NULL)
        return 1;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        good = judge(&sets[i], catalogue, bare, explain) && good;
    catalogue_close(catalogue);
    sqlite3_close(bare);
    inventory_free(&inventory);
    unlink(path);
    rmdir(folder);
    return good ? 0 : 1;
}
