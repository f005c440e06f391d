#include "app/search_rank.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_best.h"
#include "app/search_pool.h"
#include "app/search_rank_internal.h"
#include "app/search_score.h"

/* Postings read of one list in one segment at least, when the query has one unit and when it has
 * more. */
#define READ_ALONE 64
#define READ_MANY  4096
/* Terms of a beginning that are read one by one, and of one without a top list. */
#define READ_TERMS 64

/* Most terms of a beginning that are looked at when its top list may lack one of the best. With
 * more, the list lacks at most what differs from the best by a hair. */
#define READ_SETTLE 4096

/* Documents judged by their forward entries; more when filters drop some. */
#define JUDGE_WORDS   192
#define JUDGE_FILTERS SEARCH_BEST_MOST
/* Documents kept beyond those wanted, for the dead among them: no more than there are, and about a
 * third of all at most. */
#define JUDGE_SPARE(wanted, dead) ((dead) < (wanted) / 2 + 48 ? (dead) : (wanted) / 2 + 48)

/* How much demand adds to the score of the words: at most this share. */
#define DEMAND_SHARE 0.4F

/* What is left of the score of an ended one: less than of any other that is found at all. */
#define ENDED_SHARE 1e-4F

struct rank {
    struct search search;
    struct search_pool pool;
    uint8_t *missing; /* [segment][unit]: the most strength that a document of which the unit was
                         not read there can have; 0: all were read; owned */
    struct search_ranked *ranked;
    size_t ranked_count;
    size_t wanted;
    size_t spared;  /* wanted, and more for the dead among them */
    size_t filters; /* units that are filters */
    size_t words;   /* units that are not */
    bool direct;    /* a single word and no filters: the best are chosen as they are read */
    bool stale;     /* ... and one that was chosen turned out to be stronger since */
    struct search_score score;
    struct search_best best;
};

static uint8_t *missing_of(const struct rank *rank, size_t segment)
{
    return rank->missing + segment * PLAN_UNITS;
}

static uint8_t strength_of(uint8_t strength, float weight)
{
    float value = 4.0F * (float)strength * weight;

    return value < 1.0F ? 1 : (uint8_t)value;
}

/* ---- judging ---- */

/* The score of a document to which the words give so much: with its demand. */
static float score_with_demand(const struct rank *rank, const struct search_found *found,
                               float words)
{
    bool ended;
    float demand =
        search_segment_demand(rank->search.segments[found->segment], found->ordinal, &ended);
    float score = rank->words == 0 ? (1.0F + demand) / 256.0F
                                   : words * (1.0F + DEMAND_SHARE * demand / 255.0F);

    return ended ? score * ENDED_SHARE : score;
}

/* The score of a document with these strengths. */
static float judge(const struct rank *rank, const struct search_found *found,
                   const uint8_t *strengths)
{
    return score_with_demand(rank, found,
                             rank->score.single
                                 ? rank->score.factor * (float)strengths[rank->score.unit]
                                 : search_score_words(&rank->score, strengths));
}

/* The same by what was read of it so far. */
static float judge_found(const struct rank *rank, const struct search_found *found,
                         const uint8_t *strengths)
{
    if (found->several)
        return judge(rank, found, strengths);
    return score_with_demand(rank, found,
                             rank->score.alone[found->unit] * (float)strengths[found->unit]);
}

/* ---- reading documents ---- */

/* What is being read into the pool. */
struct intake {
    struct rank *rank;
    struct search_segment *segment;
    size_t segment_place;
    size_t unit;
    float weight;
    bool suggested;
    uint8_t missing; /* as in struct rank */
    size_t each;     /* postings of one term, at most */
    uint32_t terms_left;
};

/* Notes that documents of up to this strength were left out. */
static void leave_out(struct intake *intake, uint8_t strength)
{
    uint8_t value = strength_of(strength, intake->weight);

    if (intake->missing < value)
        intake->missing = value;
}

/* What a document of a single word scores with this strength. */
static float single_score(const struct rank *rank, const struct search_found *found, uint8_t value)
{
    bool ended;
    float demand =
        search_segment_demand(rank->search.segments[found->segment], found->ordinal, &ended);
    float score = rank->score.factor * (float)value * (1.0F + DEMAND_SHARE * demand / 255.0F);

    return ended ? score * ENDED_SHARE : score;
}

/* Adds what a list or top list has of a document; with a single word only when it may be one of
 * the best, among which it is chosen at once. False when it is not: then what follows with the same
 * strength is not either, for it is less asked for. */
static bool take_posting(struct intake *intake, const struct search_posting *posting)
{
    struct rank *rank = intake->rank;
    struct search_pool *pool = &rank->pool;
    const struct search_found found = {.ordinal = posting->ordinal,
                                       .segment = (uint16_t)intake->segment_place};
    size_t before = pool->count;
    size_t place;
    uint8_t value;
    float score = 0;

    if (posting->ordinal >= search_segment_layout(intake->segment)->documents)
        return true;
    value = strength_of(posting->strength, intake->weight);
    if (rank->direct &&
        search_best_excludes(&rank->best, score = single_score(rank, &found, value)))
        return false;
    place = search_pool_place(pool, intake->segment_place, posting->ordinal);
    if (place == SIZE_MAX || search_pool_strengths(pool, place)[intake->unit] >= value)
        return true;
    search_pool_strengths(pool, place)[intake->unit] = value;
    pool->found[place].suggested = intake->suggested;
    if (place == before)
        pool->found[place].unit = (uint8_t)intake->unit;
    else if (pool->found[place].unit != intake->unit)
        pool->found[place].several = true;
    if (rank->direct && place < before)
        rank->stale = true;
    else if (rank->direct)
        search_best_add(&rank->best, score, (uint32_t)place);
    return true;
}

/* True when no document with this strength can be one of the best of a single word. */
static bool is_beyond(const struct intake *intake, uint8_t strength)
{
    const struct search_found first = {.segment = (uint16_t)intake->segment_place};

    return intake->rank->direct &&
           search_best_excludes(
               &intake->rank->best,
               single_score(intake->rank, &first, strength_of(strength, intake->weight)));
}

static bool take_term(void *context, const struct search_term *term)
{
    struct intake *intake = context;
    struct search_list list;
    struct search_posting posting = {.strength = SEARCH_STRENGTH_MOST};
    size_t left = intake->each;

    if (is_beyond(intake, term->strongest))
        return true;
    if (intake->terms_left-- == 0) {
        leave_out(intake, SEARCH_STRENGTH_MOST);
        return false;
    }
    search_list_start(&list, intake->segment, term);
    while (left > 0 && search_list_next(&list, &posting)) {
        if (!take_posting(intake, &posting) && is_beyond(intake, posting.strength))
            break;
        left--;
    }
    if (term->documents > intake->each)
        leave_out(intake, posting.strength);
    return true;
}

/* Takes a top list. */
static void take_top(struct intake *intake, const struct search_posting *top, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t strength = top[i].strength;

        if (take_posting(intake, &top[i]))
            continue;
        if (is_beyond(intake, strength))
            break;
        while (i + 1 < count && top[i + 1].strength == strength)
            i++;
    }
    if (count == SEARCH_TOP_COUNT)
        leave_out(intake, top[count - 1].strength);
}

/* True when nothing that a top list leaves out can be one of the best of a single word. */
static bool is_settled(const struct intake *intake, const struct search_posting *top, size_t count)
{
    const struct search_posting *last = &top[count - 1];
    const struct search_found found = {.ordinal = last->ordinal,
                                       .segment = (uint16_t)intake->segment_place};

    if (count < SEARCH_TOP_COUNT)
        return true;
    return search_best_excludes(
               &intake->rank->best,
               single_score(intake->rank, &found, strength_of(last->strength, intake->weight))) &&
           is_beyond(intake, (uint8_t)(last->strength - 1));
}

/* Reads what begins so: its few terms, or its top list. */
static void take_range(struct intake *intake, const struct plan_reading *reading,
                       const struct located *located)
{
    struct search_posting top[SEARCH_TOP_COUNT];
    uint32_t terms = located->end - located->first;
    bool many = intake->rank->words > 1;
    int count = -1;

    if (terms > SEARCH_TOP_TERMS && (!many || terms > READ_TERMS))
        count = search_segment_top(intake->segment, reading->text, reading->length, top);
    if (count >= 0) {
        take_top(intake, top, (size_t)count);
        if (!intake->rank->direct || terms > READ_SETTLE || is_settled(intake, top, (size_t)count))
            return;
        /* Seldom, in a small catalogue: much demand may lift what is not among the strongest. */
        intake->terms_left = READ_SETTLE;
        intake->each = SIZE_MAX;
        search_segment_walk(intake->segment, located->first, located->end, take_term, intake);
        return;
    }
    intake->terms_left = READ_TERMS;
    intake->each = many ? READ_MANY / (terms < 8 ? terms : 8) : READ_ALONE;
    if (intake->each < intake->rank->spared)
        intake->each = intake->rank->spared;
    search_segment_walk(intake->segment, located->first, located->end, take_term, intake);
}

static void take_unit(struct rank *rank, size_t segment, size_t unit)
{
    const struct plan_unit *entry = &rank->search.plan->units[unit];
    struct intake intake = {.rank = rank,
                            .segment = rank->search.segments[segment],
                            .segment_place = segment,
                            .unit = unit,
                            .suggested = entry->mistyped};

    for (size_t i = 0; i < entry->reading_count; i++) {
        const struct located *located = search_located(&rank->search, segment, unit, i);

        if (located->end <= located->first)
            continue;
        intake.weight = entry->readings[i].weight;
        if (located->size > 0) {
            struct search_term term = {.documents = located->documents,
                                       .offset = located->offset,
                                       .size = located->size,
                                       .strongest = SEARCH_STRENGTH_MOST};

            intake.terms_left = 1;
            intake.each = rank->words > 1 || rank->filters > 0 ? READ_MANY : READ_ALONE;
            if (intake.each < rank->spared)
                intake.each = rank->spared;
            take_term(&intake, &term);
        } else {
            take_range(&intake, &entry->readings[i], located);
        }
    }
    missing_of(rank, segment)[unit] = intake.missing;
}

/* Without words: the most asked for, which are the first ordinals, that pass the filters. */
static void take_filtered(struct rank *rank, size_t segment)
{
    const struct search_layout *layout = search_segment_layout(rank->search.segments[segment]);
    size_t rarest = SIZE_MAX;
    uint32_t fewest = UINT32_MAX;

    for (size_t unit = 0; unit < rank->search.plan->unit_count; unit++) {
        const struct located *located = search_located(&rank->search, segment, unit, 0);

        missing_of(rank, segment)[unit] = UINT8_MAX; /* but for the rarest none is read */
        if (located->documents < fewest) {
            fewest = located->documents;
            rarest = unit;
        }
    }
    if (rarest != SIZE_MAX) {
        take_unit(rank, segment, rarest);
        return;
    }
    for (uint32_t i = 0; i < layout->documents && i < rank->spared; i++)
        search_pool_place(&rank->pool, segment, i);
}

/* Fills the pool with the documents of the plan's words. */
static void take_words(struct rank *rank, size_t segment)
{
    const struct search_plan *plan = rank->search.plan;

    for (size_t unit = 0; unit < plan->unit_count; unit++) {
        const struct located *located = search_located(&rank->search, segment, unit, 0);

        if (search_is_cancelled(&rank->search))
            return; /* a newer key does not wait for this one */
        if (!plan->units[unit].filter)
            take_unit(rank, segment, unit);
        else if (located->documents > READ_MANY)
            missing_of(rank, segment)[unit] = UINT8_MAX;
        else if (located->documents > 0)
            take_unit(rank, segment, unit); /* a rare filter brings its documents */
    }
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

            if (missing_of(rank, segment)[unit] > 0 && located->end > end)
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

        if (missing_of(rank, segment)[unit] <= strengths[unit])
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
                uint8_t value = strength_of(values[low], entry->readings[i].weight);

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
    const uint8_t *missing = missing_of(rank, segment);

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
    const uint8_t *missing = missing_of(rank, found->segment);
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
            if (missing_of(rank, i)[unit] > 0)
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

        if (passes(rank, strengths, missing_of(rank, pool->found[place].segment)))
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
        if (rank->words == 0)
            take_filtered(rank, i);
        else
            take_words(rank, i);
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
