#include "app/search_rank.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_rank_internal.h"

/* Postings read of one unit in one segment, when the query has one unit and when it has more. */
#define READ_ALONE 512
#define READ_MANY  4096
/* Terms of a beginning that are read one by one, and of one without a top list. */
#define READ_TERMS 64

/* Documents of a segment that are judged by their forward entries; more when filters drop some. */
#define JUDGE_ALONE   64
#define JUDGE_WORDS   192
#define JUDGE_FILTERS 1024

/* How much demand adds to the score of the words: at most this share. */
#define DEMAND_SHARE 0.4F

/* Share of a meaning's worth that stays when one of its words is missing. */
#define MEANING_PARTIAL 0.35F

/* The documents found in one segment, each with how strongly each unit stands in it. */
struct pool {
    uint32_t *table; /* place + 1; open addressing; a power of two */
    size_t table_size;
    uint32_t *ordinals;
    uint8_t *strengths; /* [place][unit]: 4 * strength * weight of the reading */
    uint8_t *typos;     /* bit 0: a mistyped word's reading made it */
    size_t count;
    size_t room;
    size_t units;
};

/* A document chosen to be judged. */
struct choice {
    float score;
    uint32_t place;
};

struct rank {
    struct search search;
    struct pool pool;
    bool complete[PLAN_UNITS]; /* all documents of the unit in this segment are in the pool */
    struct choice choices[JUDGE_FILTERS];
    size_t choice_count;
    size_t choice_most;
    struct search_ranked *ranked;
    size_t ranked_count;
    size_t filters; /* units that are filters */
    size_t words;   /* units that are not */
};

/* ---- the pool ---- */

static void pool_free(struct pool *pool)
{
    free(pool->table);
    free(pool->ordinals);
    free(pool->strengths);
    free(pool->typos);
}

static bool pool_grow(struct pool *pool)
{
    size_t room = pool->room == 0 ? 256 : pool->room * 2;
    uint32_t *table = calloc(room * 2, sizeof *table);
    uint32_t *ordinals = realloc(pool->ordinals, room * sizeof *ordinals);
    uint8_t *strengths;
    uint8_t *typos;

    if (ordinals != NULL)
        pool->ordinals = ordinals;
    strengths = realloc(pool->strengths, room * pool->units);
    if (strengths != NULL)
        pool->strengths = strengths;
    typos = realloc(pool->typos, room);
    if (typos != NULL)
        pool->typos = typos;
    if (table == NULL || ordinals == NULL || strengths == NULL || typos == NULL) {
        free(table);
        return false;
    }
    free(pool->table);
    pool->table = table;
    pool->table_size = room * 2;
    pool->room = room;
    for (size_t i = 0; i < pool->count; i++) {
        size_t at = pool->ordinals[i] * 2654435761u & (pool->table_size - 1);

        while (table[at] != 0)
            at = (at + 1) & (pool->table_size - 1);
        table[at] = (uint32_t)i + 1;
    }
    return true;
}

static void pool_clear(struct pool *pool)
{
    if (pool->table != NULL)
        memset(pool->table, 0, pool->table_size * sizeof *pool->table);
    pool->count = 0;
}

/* The place of a document in the pool; SIZE_MAX when it is not there, or out of memory. */
static size_t pool_place(struct pool *pool, uint32_t ordinal, bool add)
{
    size_t at;

    if (add && pool->count == pool->room && !pool_grow(pool))
        return SIZE_MAX;
    if (pool->table_size == 0)
        return SIZE_MAX;
    at = ordinal * 2654435761u & (pool->table_size - 1);
    while (pool->table[at] != 0) {
        if (pool->ordinals[pool->table[at] - 1] == ordinal)
            return pool->table[at] - 1;
        at = (at + 1) & (pool->table_size - 1);
    }
    if (!add)
        return SIZE_MAX;
    pool->table[at] = (uint32_t)pool->count + 1;
    pool->ordinals[pool->count] = ordinal;
    pool->typos[pool->count] = 0;
    memset(pool->strengths + pool->count * pool->units, 0, pool->units);
    return pool->count++;
}

static uint8_t strength_of(uint8_t strength, float weight)
{
    float value = 4.0F * (float)strength * weight;

    return value < 1.0F ? 1 : (uint8_t)value;
}

/* ---- reading documents ---- */

/* What is being read into the pool. */
struct intake {
    struct rank *rank;
    struct search_segment *segment;
    size_t unit;
    float weight;
    bool typo;
    bool add;    /* may documents be new to the pool? */
    bool all;    /* nothing was left out */
    size_t each; /* postings of one term, at most */
    uint32_t terms_left;
};

static void take_posting(struct intake *intake, const struct search_posting *posting)
{
    struct pool *pool = &intake->rank->pool;
    size_t place;
    uint8_t value;

    if (posting->ordinal >= search_segment_layout(intake->segment)->documents)
        return;
    place = pool_place(pool, posting->ordinal, intake->add);
    if (place == SIZE_MAX)
        return;
    value = strength_of(posting->strength, intake->weight);
    if (pool->strengths[place * pool->units + intake->unit] < value) {
        pool->strengths[place * pool->units + intake->unit] = value;
        pool->typos[place] = intake->typo;
    }
}

static bool take_term(void *context, const struct search_term *term)
{
    struct intake *intake = context;
    struct search_list list;
    struct search_posting posting;
    size_t left = intake->each;

    if (intake->terms_left-- == 0) {
        intake->all = false;
        return false;
    }
    search_list_start(&list, intake->segment, term);
    while (left > 0 && search_list_next(&list, &posting)) {
        take_posting(intake, &posting);
        left--;
    }
    if (left == 0 && term->documents > intake->each)
        intake->all = false;
    return true;
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
        for (int i = 0; i < count; i++)
            take_posting(intake, &top[i]);
        intake->all = false;
        return;
    }
    intake->terms_left = READ_TERMS;
    intake->each = (many ? READ_MANY : READ_ALONE) / (terms < 8 ? terms : 8);
    search_segment_walk(intake->segment, located->first, located->end, take_term, intake);
}

static void take_unit(struct rank *rank, size_t segment, size_t unit, bool add)
{
    const struct plan_unit *entry = &rank->search.plan->units[unit];
    struct intake intake = {.rank = rank,
                            .segment = rank->search.segments[segment],
                            .unit = unit,
                            .add = add,
                            .all = true};

    for (size_t i = 0; i < entry->reading_count; i++) {
        const struct located *located = search_located(&rank->search, segment, unit, i);
        const struct plan_reading *reading = &entry->readings[i];

        if (located->end <= located->first)
            continue;
        intake.weight = reading->weight;
        intake.typo = entry->mistyped;
        if (located->size > 0) {
            struct search_term term = {
                .documents = located->documents, .offset = located->offset, .size = located->size};

            intake.terms_left = 1;
            intake.each = rank->words > 1 || rank->filters > 0 ? READ_MANY : READ_ALONE;
            take_term(&intake, &term);
        } else {
            take_range(&intake, reading, located);
        }
    }
    rank->complete[unit] = intake.all;
}

/* ---- judging ---- */

/* What the words give a document with these strengths of its units. */
static float judge_words(const struct search_plan *plan, const uint8_t *strengths)
{
    float total = 0;

    for (size_t i = 0; i < plan->group_count; i++) {
        const struct plan_group *group = &plan->groups[i];
        float best = 0;

        for (size_t j = 0; j < group->alternative_count; j++) {
            const struct plan_alternative *alternative =
                &plan->alternatives[group->first_alternative + j];
            float sum = 0;
            size_t there = 0;

            if (alternative->rarity <= 0)
                continue;
            for (size_t k = 0; k < alternative->unit_count; k++) {
                uint8_t strength = strengths[alternative->units[k]];

                there += strength > 0;
                sum += plan->units[alternative->units[k]].rarity * (float)strength;
            }
            sum = sum / alternative->rarity * alternative->weight;
            if (j > 0 && there < alternative->unit_count)
                sum *= MEANING_PARTIAL;
            if (sum > best)
                best = sum;
        }
        total += best * group->importance;
    }
    return total / (4.0F * SEARCH_STRENGTH_MOST);
}

/* Keeps the best `choice_most` places, in a heap with the worst on top. */
static void choose(struct rank *rank, float score, uint32_t place)
{
    struct choice *heap = rank->choices;
    size_t at;

    if (rank->choice_count == rank->choice_most) {
        size_t child;

        if (score <= heap[0].score)
            return;
        for (at = 0; (child = 2 * at + 1) < rank->choice_count; at = child) {
            if (child + 1 < rank->choice_count && heap[child + 1].score < heap[child].score)
                child++;
            if (score <= heap[child].score)
                break;
            heap[at] = heap[child];
        }
    } else {
        for (at = rank->choice_count++; at > 0 && score < heap[(at - 1) / 2].score;
             at = (at - 1) / 2)
            heap[at] = heap[(at - 1) / 2];
    }
    heap[at] = (struct choice){score, place};
}

/* Completes the strengths of a document from its forward entry. */
static void judge_forward(struct rank *rank, size_t segment, uint64_t forward, uint8_t *strengths)
{
    uint32_t identities[SEARCH_FORWARD_LIMIT];
    uint8_t values[SEARCH_FORWARD_LIMIT];
    size_t count =
        search_segment_forward(rank->search.segments[segment], forward, identities, values);

    for (size_t unit = 0; unit < rank->search.plan->unit_count; unit++) {
        const struct plan_unit *entry = &rank->search.plan->units[unit];

        if (rank->complete[unit])
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

/* True when a document passes the filters, as far as `complete` lets it be known. */
static bool passes(const struct rank *rank, const uint8_t *strengths, bool all_known)
{
    const struct search_plan *plan = rank->search.plan;

    for (size_t unit = 0; unit < plan->unit_count && rank->filters > 0; unit++) {
        if (plan->units[unit].filter && strengths[unit] == 0 && (all_known || rank->complete[unit]))
            return false;
    }
    return true;
}

static int compare_ranked(const void *left, const void *right)
{
    const struct search_ranked *a = left;
    const struct search_ranked *b = right;
    int a_ended = (a->flags & SEARCH_FLAG_ENDED) != 0;
    int b_ended = (b->flags & SEARCH_FLAG_ENDED) != 0;

    if (a_ended != b_ended)
        return a_ended - b_ended;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Makes room among the ranked by dropping the worst half. */
static void ranked_add(struct rank *rank, const struct search_ranked *ranked)
{
    if (rank->ranked_count == SEARCH_RANKED_MOST) {
        qsort(rank->ranked, rank->ranked_count, sizeof *rank->ranked, compare_ranked);
        rank->ranked_count = SEARCH_RANKED_MOST / 2;
    }
    rank->ranked[rank->ranked_count++] = *ranked;
}

/* Judges the chosen documents of a segment by all of their words. */
static void judge_choices(struct rank *rank, size_t segment)
{
    struct pool *pool = &rank->pool;
    bool open = false;

    for (size_t unit = 0; unit < rank->search.plan->unit_count; unit++)
        open = open || !rank->complete[unit];
    if (rank->words <= 1 && rank->filters == 0)
        open = false; /* the one strength is known */
    for (size_t i = 0; i < rank->choice_count; i++) {
        uint32_t place = rank->choices[i].place;
        uint8_t *strengths = pool->strengths + place * pool->units;
        struct search_document document;
        struct search_ranked ranked;

        search_segment_document(rank->search.segments[segment], pool->ordinals[place], &document);
        if (search_index_is_dead(rank->search.index, document.number))
            continue;
        if (open)
            judge_forward(rank, segment, document.forward, strengths);
        if (!passes(rank, strengths, true))
            continue;
        ranked = (struct search_ranked){.number = document.number,
                                        .demand = document.demand,
                                        .flags = document.flags,
                                        .suggested = pool->typos[place] != 0,
                                        .score = judge_words(rank->search.plan, strengths)};
        ranked.score *= 1.0F + DEMAND_SHARE * (float)document.demand / 255.0F;
        if (rank->words == 0)
            ranked.score = (1.0F + (float)document.demand) / 256.0F;
        if (ranked.score > 0)
            ranked_add(rank, &ranked);
    }
}

/* Without words: the most asked for, which are the first ordinals, that pass the filters. */
static void take_filtered(struct rank *rank, size_t segment, size_t wanted)
{
    const struct search_layout *layout = search_segment_layout(rank->search.segments[segment]);
    size_t rarest = SIZE_MAX;
    uint32_t fewest = UINT32_MAX;

    for (size_t unit = 0; unit < rank->search.plan->unit_count; unit++) {
        const struct located *located = search_located(&rank->search, segment, unit, 0);

        if (located->documents < fewest) {
            fewest = located->documents;
            rarest = unit;
        }
        rank->complete[unit] = false;
    }
    if (rarest != SIZE_MAX) {
        take_unit(rank, segment, rarest, true);
        return;
    }
    for (uint32_t i = 0; i < layout->documents && i < 2 * wanted; i++)
        pool_place(&rank->pool, i, true);
}

/* Fills the pool with the documents of the plan's words. */
static void take_words(struct rank *rank, size_t segment)
{
    const struct search_plan *plan = rank->search.plan;

    for (size_t unit = 0; unit < plan->unit_count; unit++) {
        if (!plan->units[unit].filter)
            take_unit(rank, segment, unit, true);
    }
    for (size_t unit = 0; unit < plan->unit_count; unit++) {
        const struct located *located = search_located(&rank->search, segment, unit, 0);

        if (!plan->units[unit].filter)
            continue;
        /* A rare filter brings its documents; of a common one it is only looked up who passes. */
        rank->complete[unit] = located->documents == 0;
        if (located->documents > 0 && located->documents <= READ_MANY)
            take_unit(rank, segment, unit, true);
    }
    /* What a filter brought may have words that were not read so far down. */
    for (size_t unit = 0; unit < plan->unit_count && rank->filters > 0; unit++)
        rank->complete[unit] = rank->complete[unit] && plan->units[unit].filter;
}

static int rank_segment(struct rank *rank, size_t segment, size_t wanted, struct error *error)
{
    struct pool *pool = &rank->pool;

    pool_clear(pool);
    rank->choice_count = 0;
    rank->choice_most = rank->filters > 0 ? JUDGE_FILTERS
                        : rank->words > 1 ? JUDGE_WORDS
                                          : JUDGE_ALONE;
    if (rank->choice_most < 2 * wanted)
        rank->choice_most = 2 * wanted;
    if (rank->choice_most > JUDGE_FILTERS)
        rank->choice_most = JUDGE_FILTERS;
    if (rank->words == 0)
        take_filtered(rank, segment, wanted);
    else
        take_words(rank, segment);
    for (size_t place = 0; place < pool->count; place++) {
        const uint8_t *strengths = pool->strengths + place * pool->units;

        if (passes(rank, strengths, false))
            choose(rank, judge_words(rank->search.plan, strengths), (uint32_t)place);
    }
    judge_choices(rank, segment);
    if (search_is_cancelled(&rank->search))
        return error_set(error, ERROR_CANCELLED, "search: cancelled");
    return search_store_failure(search_index_store(rank->search.index), error);
}

int search_rank(struct search_index *index, struct search_plan *plan, size_t wanted,
                const atomic_bool *cancel, struct search_ranked ranked[SEARCH_RANKED_MOST],
                size_t *count, struct error *error)
{
    struct rank *rank = calloc(1, sizeof *rank);
    int code;

    *count = 0;
    if (rank == NULL)
        return error_set(error, ERROR_MEMORY, "search: out of memory");
    rank->search.index = index;
    rank->search.plan = plan;
    rank->search.cancel = cancel;
    rank->search.segment_count = search_index_segments(index, &rank->search.segments);
    rank->ranked = ranked;
    code = search_locate(&rank->search, error);
    rank->pool.units = plan->unit_count == 0 ? 1 : plan->unit_count;
    for (size_t i = 0; i < plan->unit_count; i++) {
        rank->filters += plan->units[i].filter;
        rank->words += !plan->units[i].filter;
    }
    for (size_t i = 0; code == 0 && i < rank->search.segment_count; i++)
        code = rank_segment(rank, i, wanted, error);
    if (code == 0) {
        qsort(ranked, rank->ranked_count, sizeof *ranked, compare_ranked);
        *count = rank->ranked_count;
    }
    pool_free(&rank->pool);
    free(rank->search.located);
    free(rank);
    return code;
}
