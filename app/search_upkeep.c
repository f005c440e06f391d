#include "app/search_upkeep.h"

#include <stdlib.h>

#include "app/catalogue_statements.h"
#include "app/search_index_internal.h"
#include "app/search_merge.h"

/* Segments whose sizes lie within this factor are merged as soon as there are as many of them. */
#define MERGE_FACTOR 8
/* While nothing is added there is time to leave one large one, and what is small beside it: so
 * many times smaller, all together. Then a keystroke costs the same however many there are. */
#define IDLE_FACTOR 16
/* The smallest size class, in documents. */
#define MERGE_SMALLEST 256
/* Merges under way at the same time: one for each size class, and one against the dead. */
#define MERGES_MOST 10

/* Documents by which a merge goes on with each page at least; up to so many are merged at once. */
#define STEP_LEAST 4096
/* ... and for each document of the page. A size class fills no faster than its merge goes on. */
#define STEP_FACTOR 2

/* Chunks dropped with each page: 8 MB. */
#define DROP_STEP 2048

struct slot {
    struct search_merge *merge; /* owned; NULL: free */
    bool purge;                 /* it is there to be rid of the dead */
    bool small;                 /* it is done at once */
    bool stepped;               /* it went on in this run */
};

struct search_upkeep {
    struct search_index *index; /* borrowed */
    struct database *database;  /* borrowed */
    struct slot slots[MERGES_MOST];
    bool cleared; /* nobody's unfinished segments were looked for */
};

int search_upkeep_new(struct search_upkeep **upkeep, struct search_index *index,
                      struct database *database, struct error *error)
{
    *upkeep = calloc(1, sizeof **upkeep);
    if (*upkeep == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    (*upkeep)->index = index;
    (*upkeep)->database = database;
    return 0;
}

static void slot_free(struct slot *slot)
{
    search_merge_free(slot->merge);
    *slot = (struct slot){0};
}

void search_upkeep_abandon(struct search_upkeep *upkeep)
{
    if (upkeep == NULL)
        return;
    for (size_t i = 0; i < MERGES_MOST; i++)
        slot_free(&upkeep->slots[i]);
    upkeep->cleared = false;
}

void search_upkeep_free(struct search_upkeep *upkeep)
{
    search_upkeep_abandon(upkeep);
    free(upkeep);
}

/* ---- rows ---- */

static int run_number(struct search_upkeep *upkeep, enum catalogue_statement which, int64_t number,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(upkeep->database, which, error);

    if (statement != NULL)
        sqlite3_bind_int64(statement, 1, number);
    return database_run(upkeep->database, statement, error);
}

/* What was just read and is not found again stands in a damaged page: it would be read for ever. */
static int drop_segment(struct search_upkeep *upkeep, int64_t number, struct error *error)
{
    int code = run_number(upkeep, SEARCH_SEGMENT_DROP, number, error);

    if (code == 0 && database_changes(upkeep->database) == 0)
        return error_set(error, ERROR_STORAGE, "the index of words is damaged");
    return code;
}

/* Drops chunks of segments that are done with; `left` when there are more. */
static int drop_chunks(struct search_upkeep *upkeep, bool *left, struct error *error)
{
    int dropped = 0;

    *left = false;
    for (;;) {
        sqlite3_stmt *statement = database_statement(upkeep->database, SEARCH_SEGMENT_DONE, error);
        int code = database_step(upkeep->database, statement, error);
        int64_t number;

        if (code != 1)
            return code;
        number = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
        if (dropped >= DROP_STEP) {
            *left = true;
            return 0;
        }
        code = search_store_drop(search_index_store(upkeep->index), number, DROP_STEP - dropped,
                                 error);
        if (code < 0)
            return code;
        dropped += code;
        if (dropped < DROP_STEP)
            code = drop_segment(upkeep, number, error);
        if (code < 0)
            return code;
    }
}

/* ---- merges under way ---- */

static bool is_source(const struct slot *slot, const struct search_segment *segment)
{
    return slot->merge != NULL && search_merge_has(slot->merge, segment);
}

static bool is_busy(const struct search_upkeep *upkeep, const struct search_segment *segment)
{
    for (size_t i = 0; i < MERGES_MOST; i++) {
        if (is_source(&upkeep->slots[i], segment))
            return true;
    }
    return false;
}

/* Forgets a merge of which another program took the sources, or the segment being written. */
static int slot_check(struct search_upkeep *upkeep, struct slot *slot, struct error *error)
{
    struct search_segment *const *segments;
    size_t count = search_index_segments(upkeep->index, &segments);
    size_t there = 0;
    sqlite3_stmt *statement;
    int code;

    for (size_t i = 0; i < count; i++)
        there += is_source(slot, segments[i]);
    statement = database_statement(upkeep->database, SEARCH_SEGMENT_WRITTEN, error);
    if (statement != NULL)
        sqlite3_bind_int64(statement, 1, search_merge_number(slot->merge));
    code = database_step(upkeep->database, statement, error);
    if (code < 0)
        return code;
    if (code == 1)
        sqlite3_reset(statement);
    if (code == 1 && there == search_merge_count(slot->merge))
        return 0;
    code = run_number(upkeep, SEARCH_SEGMENT_CONDEMN, search_merge_number(slot->merge), error);
    slot_free(slot);
    return code;
}

static bool is_dead(void *context, int64_t number)
{
    return search_index_is_dead(context, number);
}

/* The merge is written: its segment takes the place of the others. */
static int slot_end(struct search_upkeep *upkeep, struct slot *slot,
                    const struct search_layout *layout, struct error *error)
{
    struct search_segment *const *segments;
    size_t count = search_index_segments(upkeep->index, &segments);
    const int64_t *met;
    size_t met_count = search_merge_met(slot->merge, &met);
    int code = search_index_keep(upkeep->index, search_merge_number(slot->merge), layout, error);

    for (size_t i = 0; code == 0 && i < count; i++) {
        if (is_source(slot, segments[i]))
            code = run_number(upkeep, SEARCH_SEGMENT_CONDEMN, search_segment_number(segments[i]),
                              error);
    }
    for (size_t i = 0; code == 0 && i < met_count; i++)
        code = run_number(upkeep, SEARCH_DEAD_DROP, met[i], error);
    slot_free(slot);
    return code;
}

/* ---- new merges ---- */

static unsigned size_class(const struct search_segment *segment)
{
    uint32_t documents = search_segment_layout(segment)->documents;
    unsigned class = 0;

    for (uint64_t most = MERGE_SMALLEST; documents > most; most *= MERGE_FACTOR)
        class ++;
    return class;
}

/* Begins to merge these. */
static int begin(struct search_upkeep *upkeep, struct search_segment *const *chosen, size_t count,
                 bool purge, bool *begun, struct error *error)
{
    uint64_t documents = 0;
    int64_t number = 0;
    struct slot *slot = NULL;
    int code;

    for (size_t i = 0; i < count; i++)
        documents += search_segment_layout(chosen[i])->documents;
    for (size_t i = 0; i < MERGES_MOST && slot == NULL; i++) {
        if (upkeep->slots[i].merge == NULL)
            slot = &upkeep->slots[i];
    }
    if (slot == NULL || documents > SEARCH_SEGMENT_DOCUMENTS)
        return 0; /* as large as a segment gets */
    code = search_index_number(upkeep->index, &number, error);
    if (code == 0)
        code = search_merge_new(&slot->merge, search_index_store(upkeep->index), chosen, count,
                                number, error);
    slot->purge = purge;
    slot->small = documents <= STEP_LEAST;
    slot->stepped = false;
    *begun = *begun || code == 0;
    return code;
}

/* Segments that no merge has taken, up to as many as one takes: all, or those of one class. Returns
 * how many. */
static size_t choose(struct search_upkeep *upkeep, int class,
                     struct search_segment *chosen[SEARCH_MERGE_MOST])
{
    struct search_segment *const *segments;
    size_t all = search_index_segments(upkeep->index, &segments);
    size_t count = 0;

    for (size_t i = 0; i < all && count < SEARCH_MERGE_MOST; i++) {
        if ((class < 0 || size_class(segments[i]) == (unsigned)class) &&
            !is_busy(upkeep, segments[i]))
            chosen[count++] = segments[i];
    }
    return count;
}

static int compare_documents(const void *left, const void *right)
{
    uint32_t a = search_segment_layout(*(struct search_segment *const *)left)->documents;
    uint32_t b = search_segment_layout(*(struct search_segment *const *)right)->documents;

    return a < b ? -1 : a > b;
}

/* Segments that no merge has taken and that are not small beside the next larger one, with all
 * that are smaller still. Returns how many, 0 when there is nothing to merge. */
static size_t choose_idle(struct search_upkeep *upkeep,
                          struct search_segment *chosen[SEARCH_MERGE_MOST])
{
    struct search_segment *const *segments;
    size_t all = search_index_segments(upkeep->index, &segments);
    struct search_segment **free_ones = malloc((all + 1) * sizeof(struct search_segment *));
    uint64_t smaller = 0;
    size_t free_count = 0;
    size_t count = 0;

    for (size_t i = 0; free_ones != NULL && i < all; i++) {
        if (!is_busy(upkeep, segments[i]))
            free_ones[free_count++] = segments[i];
    }
    if (free_count > 0)
        qsort(free_ones, free_count, sizeof(struct search_segment *), compare_documents);
    for (size_t i = 0; i < free_count && i < SEARCH_MERGE_MOST; i++) {
        uint64_t documents = search_segment_layout(free_ones[i])->documents;

        if (smaller + documents > SEARCH_SEGMENT_DOCUMENTS)
            break; /* as large as a segment gets */
        if (i > 0 && smaller * IDLE_FACTOR >= documents)
            count = i + 1;
        smaller += documents;
    }
    for (size_t i = 0; i < count; i++)
        chosen[i] = free_ones[i];
    free(free_ones);
    return count;
}

/* Begins one merge of all when many documents are dead. */
static int begin_purge(struct search_upkeep *upkeep, bool *begun, struct error *error)
{
    struct search_segment *chosen[SEARCH_MERGE_MOST];
    size_t dead = search_index_dead_count(upkeep->index);
    bool purge = dead > MERGE_SMALLEST && dead * 3 > search_index_documents(upkeep->index);
    size_t count;

    for (size_t i = 0; i < MERGES_MOST; i++)
        purge = purge && !upkeep->slots[i].purge;
    if (!purge)
        return 0;
    count = choose(upkeep, -1, chosen);
    return count == 0 ? 0 : begin(upkeep, chosen, count, true, begun, error);
}

/* Begins the merges that are due: against the dead, of each size class that is full, and while
 * nothing is added (`idle`) of what is not small beside the rest. */
static int begin_all(struct search_upkeep *upkeep, bool idle, bool *begun, struct error *error)
{
    struct search_segment *chosen[SEARCH_MERGE_MOST];
    size_t count;
    int code = begin_purge(upkeep, begun, error);

    for (int class = 0; code == 0 && class < MERGES_MOST; class ++) {
        count = choose(upkeep, class, chosen);
        if (count >= MERGE_FACTOR)
            code = begin(upkeep, chosen, count, false, begun, error);
    }
    if (code == 0 && idle) {
        count = choose_idle(upkeep, chosen);
        if (count > 0)
            code = begin(upkeep, chosen, count, false, begun, error);
    }
    return code;
}

/* ---- a run ---- */

/* Goes on with a merge, once in a run; `ended` when it is written. */
static int slot_step(struct search_upkeep *upkeep, struct slot *slot, uint64_t work, bool *ended,
                     struct error *error)
{
    struct search_layout layout;
    bool done = false;
    int code;

    if (slot->stepped)
        return 0;
    slot->stepped = true;
    code = search_merge_step(slot->merge, slot->small ? UINT64_MAX : work, is_dead, upkeep->index,
                             &done, &layout, error);
    if (code == 0 && done) {
        code = slot_end(upkeep, slot, &layout, error);
        *ended = true;
    }
    return code;
}

/* Steps every merge that is there; `again` when that may have filled a class. */
static int step_all(struct search_upkeep *upkeep, bool idle, uint64_t work, bool *again,
                    struct error *error)
{
    int code = search_index_follow_own(upkeep->index, error);

    *again = false;
    for (size_t i = 0; code == 0 && i < MERGES_MOST; i++) {
        if (upkeep->slots[i].merge != NULL)
            code = slot_check(upkeep, &upkeep->slots[i], error);
    }
    if (code == 0)
        code = begin_all(upkeep, idle, again, error);
    for (size_t i = 0; code == 0 && i < MERGES_MOST; i++) {
        if (upkeep->slots[i].merge != NULL)
            code = slot_step(upkeep, &upkeep->slots[i], work, again, error);
    }
    return code;
}

int search_upkeep_run(struct search_upkeep *upkeep, uint64_t documents, bool *more,
                      struct error *error)
{
    uint64_t work = documents * STEP_FACTOR < STEP_LEAST ? STEP_LEAST : documents * STEP_FACTOR;
    bool left = false;
    bool again = true;
    int code = 0;

    if (!upkeep->cleared)
        code =
            database_run(upkeep->database,
                         database_statement(upkeep->database, SEARCH_SEGMENT_CLEAR, error), error);
    upkeep->cleared = code == 0;
    for (size_t i = 0; i < MERGES_MOST; i++)
        upkeep->slots[i].stepped = false;
    while (code == 0 && again)
        code = step_all(upkeep, documents == 0, work * SEARCH_MERGE_DOCUMENT, &again, error);
    if (code == 0)
        code = drop_chunks(upkeep, &left, error);
    for (size_t i = 0; i < MERGES_MOST; i++)
        left = left || upkeep->slots[i].merge != NULL;
    if (more != NULL)
        *more = left;
    return code;
}
