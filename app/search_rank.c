#include "app/search_rank.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_rank_internal.h"

/* Documents judged by their forward entries; more when filters drop some. */
#define JUDGE_WORDS   192
#define JUDGE_FILTERS SEARCH_BEST_MOST
/* Documents kept beyond those wanted, for the dead among them: no more than there are, and about a
 * third of all at most. */
#define JUDGE_SPARE(wanted, dead) ((dead) < (wanted) / 2 + 48 ? (dead) : (wanted) / 2 + 48)

/* ---- judging ---- */

/* The score of a document with these strengths. */
static float judge(const struct rank *rank, const struct search_found *found,
                   const uint8_t *strengths)
{
    return rank_score(rank, found,
                      rank->score.single ? rank->score.factor * (float)strengths[rank->score.unit]
                                         : search_score_words(&rank->score, strengths));
}

/* The same by what was read of it so far. */
static float judge_found(const struct rank *rank, const struct search_found *found,
                         const uint8_t *strengths)
{
    if (found->several)
        return judge(rank, found, strengths);
    return rank_score(rank, found, rank->score.alone[found->unit] * (float)strengths[found->unit]);
}

/* ---- the best ---- */

/* The end of the last range of terms that the open units have in a segment. */
static uint32_t open_end(const struct rank *rank, size_t segment)
{
    const struct search_plan *plan = rank->search.plan;
    uint32_t end = 0;

    for (size_t unit = 0; unit < plan->unit_count; unit++) {
        for (size_t i = 0; i < plan->units[unit].reading_count; i++) {
            const struct located *located = search_located(&rank->search, segment, unit, i);

            if (rank_missing(rank, segment)[unit] > 0 && located->end > end)
                end = located->end;
        }
    }
    return end;
}

/* Completes the strengths of a document from its forward entry. */
static void judge_forward(struct rank *rank, size_t segment, uint64_t forward, uint8_t *strengths)
{
    uint32_t identities[SEARCH_FORWARD_LIMIT];
    uint8_t values[SEARCH_FORWARD_LIMIT];
    size_t count = search_segment_forward(rank->search.segments[segment], forward,
                                          open_end(rank, segment), identities, values);

    for (size_t unit = 0; unit < rank->search.plan->unit_count; unit++) {
        const struct plan_unit *entry = &rank->search.plan->units[unit];

        if (rank_missing(rank, segment)[unit] <= strengths[unit])
            continue;
        for (size_t i = 0; i < entry->reading_count; i++) {
            const struct located *located = search_located(&rank->search, segment, unit, i);
            size_t low = 0;
            size_t high = count;

            if (located->end <= located->first)
                continue;
            while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (identities[middle] < located->first)
                    low = middle + 1;
                else
                    high = middle;
            }
            for (; low < count && identities[low] < located->end; low++) {
                uint8_t value = rank_strength(values[low], entry->readings[i].weight);

                if (strengths[unit] < value)
                    strengths[unit] = value;
            }
        }
    }
}

/* True when a document passes the filters; `missing` tells which are known, NULL that all are. */
static bool passes(const struct rank *rank, const uint8_t *strengths, const uint8_t *missing)
{
    const struct search_plan *plan = rank->search.plan;

    for (size_t unit = 0; unit < plan->unit_count && rank->filters > 0; unit++) {
        if (plan->units[unit].filter && strengths[unit] == 0 &&
            (missing == NULL || missing[unit] == 0))
            return false;
    }
    return true;
}

/* True when a document may have more than is known of it. */
static bool is_open(const struct rank *rank, size_t segment, const uint8_t *strengths)
{
    const uint8_t *missing = rank_missing(rank, segment);

    for (size_t unit = 0; unit < rank->search.plan->unit_count; unit++) {
        if (missing[unit] > strengths[unit])
            return true;
    }
    return false;
}

/* Judges a chosen document by all of its words, and keeps it when it is there and passes. */
static void judge_nominee(struct rank *rank, uint32_t place, bool rises)
{
    const struct search_found *found = &rank->pool.found[place];
    uint8_t *strengths = search_pool_strengths(&rank->pool, place);
    struct search_document document;
    float score;

    search_segment_document(rank->search.segments[found->segment], found->ordinal, &document);
    if (search_index_is_dead(rank->search.index, document.number))
        return;
    if (rises)
        judge_forward(rank, found->segment, document.forward, strengths);
    score = judge(rank, found, strengths);
    if (!passes(rank, strengths, NULL) || score <= 0)
        return;
    rank->ranked[rank->ranked_count++] = (struct search_ranked){.number = document.number,
                                                                .demand = document.demand,
                                                                .flags = document.flags,
                                                                .suggested = found->suggested,
                                                                .score = score};
}

static int compare_ranked(const void *left, const void *right)
{
    const struct search_ranked *a = left;
    const struct search_ranked *b = right;

    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* True when a nominee may be better than its score tells. */
static bool may_rise(const struct rank *rank, const struct search_nominee *nominee)
{
    return rank->words + rank->filters > 1 && /* else its one strength is known */
           is_open(rank, rank->pool.found[nominee->place].segment,
                   search_pool_strengths(&rank->pool, nominee->place));
}

/* The most that a nominee can come to, with all that may be missing. */
static float highest(const struct rank *rank, const struct search_nominee *nominee)
{
    const struct search_found *found = &rank->pool.found[nominee->place];
    const uint8_t *known = search_pool_strengths(&rank->pool, nominee->place);
    const uint8_t *missing = rank_missing(rank, found->segment);
    uint8_t strengths[PLAN_UNITS];

    for (size_t unit = 0; unit < rank->search.plan->unit_count; unit++)
        strengths[unit] = known[unit] < missing[unit] ? missing[unit] : known[unit];
    return judge(rank, found, strengths);
}

/* The worst score of those that are judged. */
static float worst_ranked(const struct rank *rank)
{
    float worst = rank->ranked[0].score;

    for (size_t i = 1; i < rank->ranked_count; i++) {
        if (rank->ranked[i].score < worst)
            worst = rank->ranked[i].score;
    }
    return worst;
}

static void judge_nominees(struct rank *rank)
{
    bool any_rose = false;
    float enough = -1; /* as many as are wanted are that good; below 0: not yet */

    search_best_order(&rank->best);
    for (size_t i = 0; i < rank->best.count && rank->ranked_count < SEARCH_RANKED_MOST; i++) {
        bool rises = may_rise(rank, &rank->best.heap[i]);

        if (search_is_cancelled(&rank->search))
            break;
        if (enough < 0 && rank->ranked_count > 0 && rank->ranked_count >= rank->wanted)
            enough = worst_ranked(rank);
        if (enough >= 0 && (!rises || highest(rank, &rank->best.heap[i]) <= enough))
            continue;
        any_rose = any_rose || rises;
        judge_nominee(rank, rank->best.heap[i].place, rises);
    }
    if (any_rose) /* else they are in order already */
        qsort(rank->ranked, rank->ranked_count, sizeof *rank->ranked, compare_ranked);
}

/* True when of some unit not all documents were read. */
static bool any_missing(const struct rank *rank)
{
    for (size_t i = 0; i < rank->search.segment_count; i++) {
        for (size_t unit = 0; unit < rank->search.plan->unit_count; unit++) {
            if (rank_missing(rank, i)[unit] > 0)
                return true;
        }
    }
    return false;
}

/* Chooses among all that were found. */
static void choose_all(struct rank *rank)
{
    const struct search_pool *pool = &rank->pool;

    rank->best.count = 0;
    if (rank->words > 1 && rank->best.most < JUDGE_WORDS && any_missing(rank))
        rank->best.most = JUDGE_WORDS;
    if (rank->filters > 0)
        rank->best.most = JUDGE_FILTERS;
    for (size_t place = 0; place < pool->count; place++) {
        const uint8_t *strengths = search_pool_strengths(pool, place);

        if (passes(rank, strengths, rank_missing(rank, pool->found[place].segment)))
            search_best_add(&rank->best, judge_found(rank, &pool->found[place], strengths),
                            (uint32_t)place);
    }
}

/* Takes the documents of all segments, chooses the best and judges them. */
static int rank_all(struct rank *rank, struct error *error)
{
    rank->best.most = rank->spared;
    for (size_t i = 0; i < rank->search.segment_count; i++) {
        if (search_is_cancelled(&rank->search))
            return error_set(error, ERROR_CANCELLED, "search: cancelled");
        search_take(rank, i);
    }
    if (!rank->direct || rank->stale)
        choose_all(rank);
    judge_nominees(rank);
    if (search_is_cancelled(&rank->search))
        return error_set(error, ERROR_CANCELLED, "search: cancelled");
    return search_store_failure(search_index_store(rank->search.index), error);
}

int search_rank(struct search_index *index, struct search_plan *plan, size_t wanted,
                const atomic_bool *cancel, struct search_ranked ranked[SEARCH_RANKED_MOST],
                size_t *count, struct error *error)
{
    struct rank *rank = malloc(sizeof *rank);
    int code;

    *count = 0;
    if (rank == NULL)
        return error_set(error, ERROR_MEMORY, "search: out of memory");
    memset(rank, 0, offsetof(struct rank, score)); /* what is large follows, and is filled in */
    rank->best.count = 0;
    rank->search.index = index;
    rank->search.plan = plan;
    rank->search.cancel = cancel;
    rank->search.segment_count = search_index_segments(index, &rank->search.segments);
    rank->ranked = ranked;
    rank->wanted = wanted;
    rank->spared = wanted + JUDGE_SPARE(wanted, search_index_dead_count(index));
    code = search_locate(&rank->search, error);
    rank->missing = calloc(rank->search.segment_count + 1, PLAN_UNITS);
    if (code == 0 && rank->missing == NULL)
        code = error_set(error, ERROR_MEMORY, "search: out of memory");
    rank->pool.units = plan->unit_count == 0 ? 1 : plan->unit_count;
    for (size_t i = 0; i < plan->unit_count; i++) {
        rank->filters += plan->units[i].filter;
        rank->words += !plan->units[i].filter;
    }
    search_score_know(&rank->score, plan, rank->words);
    rank->direct = rank->score.single && rank->filters == 0;
    if (code == 0)
        code = rank_all(rank, error);
    if (code == 0)
        *count = rank->ranked_count;
    search_pool_free(&rank->pool);
    free(rank->missing);
    free(rank->search.located);
    free(rank);
    return code;
}
