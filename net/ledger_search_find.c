/*
 * Clients who fit every word of a question. No word is so common that all clients are read: of one
 * word, the best keys are read first and no more of them than are wanted; of several, the rarest
 * one says whom to look at, and where all are common, whoever has a key of each.
 */
#include <stdlib.h>
#include <string.h>

#include "net/ledger_search_internal.h"

/* A word is rare when at most so many clients have it: each of them is looked at. */
#define RARE_MOST 2000
/* Of a common one no more than these are read. */
#define COMMON_MOST 100000

/* --- ranges of keys --------------------------------------------------------------------------- */

/* After every key that begins with another one: no text has more. */
#define LAST_CHARACTER "\xF4\x8F\xBF\xBF"

struct search_range search_range_whole(const char *key)
{
    struct search_range range;

    snprintf(range.lower, sizeof(range.lower), "%s", key);
    snprintf(range.upper, sizeof(range.upper), "%s\x01", key);
    return range;
}

struct search_range search_range_longer(const char *key)
{
    struct search_range range;

    snprintf(range.lower, sizeof(range.lower), "%s\x01", key);
    snprintf(range.upper, sizeof(range.upper), "%s" LAST_CHARACTER, key);
    return range;
}

struct search_range search_range_of(const struct client_term *term)
{
    struct search_range range = search_range_whole(term->key);

    if (!term->whole)
        snprintf(range.upper, sizeof(range.upper), "%s" LAST_CHARACTER, term->key);
    return range;
}

/* --- numbers ---------------------------------------------------------------------------------- */

void search_numbers_free(struct search_numbers *numbers)
{
    free(numbers->numbers);
    *numbers = (struct search_numbers){0};
}

int search_numbers_add(struct search_numbers *numbers, int64_t number, struct error *error)
{
    if (numbers->count == numbers->capacity) {
        size_t capacity = numbers->capacity == 0 ? 256 : 2 * numbers->capacity;
        int64_t *longer = realloc(numbers->numbers, capacity * sizeof(*longer));

        if (longer == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for a search");
        numbers->numbers = longer;
        numbers->capacity = capacity;
    }
    numbers->numbers[numbers->count++] = number;
    return 0;
}

int search_numbers_read(struct search_numbers *numbers, struct database *database,
                        const struct search_range *range, size_t most, bool *cut,
                        struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SEARCH_RANGE, error);
    size_t count = 0;
    int code = 0;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, range->lower);
    database_bind_text(statement, 2, range->upper);
    sqlite3_bind_int64(statement, 3, (int64_t)most + 1);
    while (code == 0 && (code = database_step(database, statement, error)) > 0) {
        if (count++ == most) {
            *cut = true;
            code = 0;
            break;
        }
        code = search_numbers_add(numbers, sqlite3_column_int64(statement, 0), error);
    }
    sqlite3_reset(statement);
    return code;
}

static int by_number(const void *left, const void *right)
{
    const int64_t *one = left, *other = right;

    return *one < *other ? -1 : *one > *other;
}

void search_numbers_sort(struct search_numbers *numbers)
{
    size_t kept = 0;

    if (numbers->count == 0)
        return;
    qsort(numbers->numbers, numbers->count, sizeof(numbers->numbers[0]), by_number);
    for (size_t i = 0; i < numbers->count; i++)
        if (kept == 0 || numbers->numbers[i] != numbers->numbers[kept - 1])
            numbers->numbers[kept++] = numbers->numbers[i];
    numbers->count = kept;
}

/* Leaves what both have. */
static void numbers_meet(struct search_numbers *numbers, const struct search_numbers *others)
{
    size_t kept = 0, at = 0;

    for (size_t i = 0; i < numbers->count; i++) {
        while (at < others->count && others->numbers[at] < numbers->numbers[i])
            at++;
        if (at < others->count && others->numbers[at] == numbers->numbers[i])
            numbers->numbers[kept++] = numbers->numbers[i];
    }
    numbers->count = kept;
}

/* --- keeping the best ------------------------------------------------------------------------- */

bool search_is_full(const struct searching *searching, int score)
{
    const struct search_rows *found = &searching->found;

    return found->count == found->limit && found->rows[found->count - 1].score >= score;
}

int search_keep(struct searching *searching, struct search_row row, struct error *error)
{
    struct search_rows *found = &searching->found;
    size_t at = found->count;
    int shown = 1;

    for (size_t i = 0; i < found->count; i++)
        if (found->rows[i].row == row.row)
            return 0;
    if (search_is_full(searching, row.score))
        return 0;
    if (searching->filter != NULL)
        shown = searching->filter(searching->context, row.row, error);
    if (shown <= 0)
        return shown;
    while (at > 0 && row.score > found->rows[at - 1].score)
        at--;
    if (found->count == found->limit)
        found->count--;
    memmove(&found->rows[at + 1], &found->rows[at], (found->count - at) * sizeof(found->rows[0]));
    found->rows[at] = row;
    found->count++;
    return 0;
}

/* --- one word --------------------------------------------------------------------------------- */

/* A part of the keys that a word may mean, all of one score. */
struct phase {
    struct search_range range;
    int score;
};

static void phase_add(struct phase *phases, size_t *count, struct search_range range, int score)
{
    size_t at = *count;

    while (at > 0 && score > phases[at - 1].score) {
        phases[at] = phases[at - 1];
        at--;
    }
    phases[at] = (struct phase){range, score};
    ++*count;
}

static int find_one(struct searching *searching, const struct client_piece *piece,
                    struct error *error)
{
    struct phase phases[2 * CLIENT_TERMS];
    size_t count = 0;
    int code = 0;

    for (size_t i = 0; i < piece->count; i++) {
        const struct client_term *term = &piece->terms[i];

        phase_add(phases, &count, search_range_whole(term->key),
                  term->whole ? term->score : term->score + 1);
        if (!term->whole)
            phase_add(phases, &count, search_range_longer(term->key), term->score);
    }
    for (size_t i = 0; i < count && code == 0; i++) {
        struct search_numbers numbers = {0};

        if (search_is_full(searching, phases[i].score))
            break;
        /* Of those that the filter leaves out there may be many. */
        code = search_numbers_read(&numbers, searching->database, &phases[i].range,
                                   searching->filter != NULL ? COMMON_MOST
                                                             : 4 * searching->found.limit,
                                   &searching->found.cut, error);
        for (size_t j = 0; j < numbers.count && code == 0; j++)
            code = search_keep(searching,
                               (struct search_row){numbers.numbers[j], phases[i].score, 0}, error);
        search_numbers_free(&numbers);
    }
    return code;
}

/* --- several words ---------------------------------------------------------------------------- */

static int term_count(struct database *database, const struct client_term *term, size_t most,
                      size_t *count, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SEARCH_COUNT, error);
    struct search_range range = search_range_of(term);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, range.lower);
    database_bind_text(statement, 2, range.upper);
    sqlite3_bind_int64(statement, 3, (int64_t)most);
    code = database_step(database, statement, error);
    if (code > 0)
        *count += (size_t)sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

/* The clients who have any of a word's keys; `*cut` when there are too many. */
static int piece_numbers(struct searching *searching, const struct client_piece *piece,
                         struct search_numbers *numbers, bool *cut, struct error *error)
{
    int code = 0;

    *cut = false;
    for (size_t i = 0; i < piece->count && !*cut && code == 0; i++) {
        struct search_range range = search_range_of(&piece->terms[i]);

        code = search_numbers_read(numbers, searching->database, &range,
                                   COMMON_MOST - numbers->count, cut, error);
    }
    search_numbers_sort(numbers);
    return code;
}

/* Which of the words is rare; `query->count` when none is. */
static int rarest(struct searching *searching, const struct client_query *query, size_t *which,
                  struct error *error)
{
    size_t least = RARE_MOST + 1;
    int code = 0;

    *which = query->count;
    for (size_t i = 0; i < query->count && code == 0; i++) {
        const struct client_piece *piece = &query->pieces[i];
        size_t count = 0;

        for (size_t j = 0; j < piece->count && count < least && code == 0; j++)
            code = term_count(searching->database, &piece->terms[j], RARE_MOST + 1, &count, error);
        if (count < least) {
            least = count;
            *which = i;
        }
    }
    return code;
}

/* Whoever has a key of every word. Of one that was cut it is not known who has it not: it narrows
 * nothing, and is looked through itself only where all are such. */
static int meeting(struct searching *searching, const struct client_query *query,
                   struct search_numbers *numbers, struct error *error)
{
    struct search_numbers some = {0};
    bool whole = false, cut;
    int code = 0;

    for (size_t i = 0; i < query->count && code == 0; i++) {
        struct search_numbers others = {0};

        code = piece_numbers(searching, &query->pieces[i], &others, &cut, error);
        if (code == 0 && !cut && whole) {
            numbers_meet(numbers, &others);
        } else if (code == 0 && (cut ? some.count == 0 : !whole)) {
            *(cut ? &some : numbers) = others;
            others = (struct search_numbers){0};
            whole |= !cut;
        }
        search_numbers_free(&others);
    }
    if (code == 0 && !whole) {
        *numbers = some;
        searching->found.cut = true;
        return 0;
    }
    search_numbers_free(&some);
    return code;
}

/* Whom to look at: whoever has a key of the rare word, else of every word. */
static int candidates(struct searching *searching, const struct client_query *query,
                      struct search_numbers *numbers, struct error *error)
{
    size_t which;
    bool cut;
    int code = rarest(searching, query, &which, error);

    if (code != 0)
        return code;
    return which < query->count
               ? piece_numbers(searching, &query->pieces[which], numbers, &cut, error)
               : meeting(searching, query, numbers, error);
}

static int most_score(const struct client_query *query)
{
    int total = 0;

    for (size_t i = 0; i < query->count; i++) {
        int most = 0;

        for (size_t j = 0; j < query->pieces[i].count; j++) {
            const struct client_term *term = &query->pieces[i].terms[j];
            int score = term->whole ? term->score : term->score + 1;

            most = score > most ? score : most;
        }
        total += most;
    }
    return total;
}

/* How well a client's keys fit the question; 0: not all of it. */
static int score_row(struct searching *searching, const struct client_query *query, int64_t row,
                     int *score, struct error *error)
{
    sqlite3_stmt *statement = database_statement(searching->database, LEDGER_SEARCH_KEYS, error);
    int scores[CLIENT_PIECES] = {0}, code;

    *score = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    while ((code = database_step(searching->database, statement, error)) > 0)
        client_query_fit(query, database_text(statement, 0), scores);
    for (size_t i = 0; i < query->count && code == 0; i++) {
        if (scores[i] == 0) {
            *score = 0;
            break;
        }
        *score += scores[i];
    }
    return code;
}

static int find_all(struct searching *searching, const struct client_query *query,
                    struct error *error)
{
    struct search_numbers numbers = {0};
    int most = most_score(query);
    int code = candidates(searching, query, &numbers, error);

    for (size_t i = 0; i < numbers.count && code == 0; i++) {
        struct search_row row = {.row = numbers.numbers[i]};

        if (search_is_full(searching, most))
            break;
        code = score_row(searching, query, row.row, &row.score, error);
        if (code == 0 && row.score > 0)
            code = search_keep(searching, row, error);
    }
    search_numbers_free(&numbers);
    return code;
}

int search_find(struct searching *searching, const struct client_query *query, struct error *error)
{
    if (query->count == 0)
        return 0;
    return query->count == 1 ? find_one(searching, &query->pieces[0], error)
                             : find_all(searching, query, error);
}
