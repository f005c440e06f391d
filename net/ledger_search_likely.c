/*
 * Clients who are likely the one whose details are being typed. Each detail leads to those who have
 * it too; where that is many, only to those who share another one. Who is left is compared as a
 * terminal does it (app/client_likeness.h).
 */
#include <stdlib.h>
#include <string.h>

#include "app/client_index.h"
#include "net/ledger_row.h"
#include "net/ledger_search_internal.h"

/* A detail that more clients than this have says nothing by itself. */
#define RARE_MOST 500
/* Of one that even more have, no more than these are read. */
#define COMMON_MOST 60000
/* Most that are compared, those who share most first. */
#define COMPARED_MOST 1000

/* A client who shares details of the groups whose bits are set. */
struct sharing {
    int64_t row;
    uint32_t groups;
    bool rare; /* one of them is rare */
};

struct shared {
    struct sharing *rows; /* owned */
    size_t count, capacity;
};

static int shared_add(struct shared *shared, const struct search_numbers *numbers, int group,
                      struct error *error)
{
    size_t wanted = shared->count + numbers->count;

    if (wanted > shared->capacity) {
        struct sharing *longer = realloc(shared->rows, 2 * wanted * sizeof(*longer));

        if (longer == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for a search");
        shared->rows = longer;
        shared->capacity = 2 * wanted;
    }
    for (size_t i = 0; i < numbers->count; i++)
        shared->rows[shared->count++] = (struct sharing){numbers->numbers[i], (uint32_t)1 << group,
                                                         numbers->count <= RARE_MOST};
    return 0;
}

static int by_row(const void *left, const void *right)
{
    const struct sharing *one = left, *other = right;

    return one->row < other->row ? -1 : one->row > other->row;
}

static int group_count(uint32_t groups)
{
    int count = 0;

    for (; groups != 0; groups &= groups - 1)
        count++;
    return count;
}

/* Most shared first, then the latest made. */
static int by_groups(const void *left, const void *right)
{
    const struct sharing *one = left, *other = right;
    int fewer = group_count(other->groups) - group_count(one->groups);

    return fewer != 0 ? fewer : one->row > other->row ? -1 : one->row < other->row;
}

/* Each client once, and only those who share enough. */
static void shared_settle(struct shared *shared)
{
    size_t kept = 0, enough = 0;

    if (shared->count == 0)
        return;
    qsort(shared->rows, shared->count, sizeof(shared->rows[0]), by_row);
    for (size_t i = 0; i < shared->count; i++) {
        struct sharing *row = &shared->rows[i];

        if (kept > 0 && shared->rows[kept - 1].row == row->row) {
            shared->rows[kept - 1].groups |= row->groups;
            shared->rows[kept - 1].rare |= row->rare;
        } else {
            shared->rows[kept++] = *row;
        }
    }
    for (size_t i = 0; i < kept; i++)
        if (shared->rows[i].rare || group_count(shared->rows[i].groups) > 1)
            shared->rows[enough++] = shared->rows[i];
    shared->count = enough;
    if (enough > 0)
        qsort(shared->rows, enough, sizeof(shared->rows[0]), by_groups);
}

static int shared_read(struct shared *shared, struct database *database,
                       const struct client_traits *traits, struct error *error)
{
    struct client_term terms[CLIENT_LIKELY_TERMS];
    size_t count = client_likely_terms(traits, terms);
    int code = 0;

    for (size_t i = 0; i < count && code == 0; i++) {
        struct search_range range = search_range_of(&terms[i]);
        struct search_numbers numbers = {0};
        bool cut = false;

        code = search_numbers_read(&numbers, database, &range, COMMON_MOST, &cut, error);
        if (code == 0)
            code = shared_add(shared, &numbers, terms[i].score, error);
        search_numbers_free(&numbers);
    }
    return code;
}

int search_likely(struct searching *searching, const struct client_details *details,
                  struct error *error)
{
    struct client_traits traits;
    struct shared shared = {0};
    int code;

    client_traits_read(&traits, details);
    code = shared_read(&shared, searching->database, &traits, error);
    if (code == 0)
        shared_settle(&shared);
    for (size_t i = 0; i < shared.count && i < COMPARED_MOST && code == 0; i++) {
        struct search_row found = {.row = shared.rows[i].row};
        struct ledger_row row;

        code = ledger_row_read_number(searching->database, found.row, &row, error);
        if (code == 0)
            found.score = client_likely(&traits, row.record, &found.likeness);
        ledger_row_clear(&row);
        if (code == 0 && found.score > 0)
            code = search_keep(searching, found, error);
    }
    free(shared.rows);
    return code;
}
