#include "app/search_rank.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_pool.h"
#include "app/search_rank_internal.h"

/* Postings read of one list in one segment at least, when the query has one unit and when it has
 * more. */
#define READ_ALONE 64
#define READ_MANY  4096
/* Terms of a beginning that are read one by one, and of one without a top list. */
#define READ_TERMS 64

/* Documents judged by their forward entries; more when filters drop some. */
#define JUDGE_WORDS   192
#define JUDGE_FILTERS 1024
/* Documents kept beyond those wanted, for the dead among them: no more than there are, and about a
 * third of all at most. */
#define JUDGE_SPARE(wanted, dead) ((dead) < (wanted) / 2 + 48 ? (dead) : (wanted) / 2 + 48)

/* How much demand adds to the score of the words: at most this share. */
#define DEMAND_SHARE 0.4F

/* Share of a meaning's worth that stays when one of its words is missing. */
#define MEANING_PARTIAL 0.35F

/* What is left of the score of an ended one: less than of any other that is found at all. */
#define ENDED_SHARE 1e-4F

/* A document chosen to be judged. */
struct nominee {
    float score;
    uint32_t place;
};

struct rank {
    struct search search;
    struct search_pool pool;
    uint8_t *missing; /* [segment][unit]: the most strength that a document of which the unit was
                         not read there can have; 0: all were read; owned */
    struct nominee nominees[JUDGE_FILTERS];
    size_t nominee_count;
    size_t nominee_most;
    struct search_ranked *ranked;
    size_t ranked_count;
    size_t wanted;
    size_t spared;  /* wanted, and more for the dead among them */
    size_t filters; /* units that are filters */
    size_t words;   /* units that are not */
    bool single;    /* one word with no other meaning: its strength times `factor` is the score */
    float factor;
    size_t single_unit;
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

static void take_posting(struct intake *intake, const struct search_posting *posting)
{
    struct search_pool *pool = &intake->rank->pool;
    size_t place;
    uint8_t value;

    if (posting->ordinal >= search_segment_layout(intake->segment)->documents)
        return;
    place = search_pool_place(pool, intake->segment_place, posting->ordinal);
    if (place == SIZE_MAX)
        return;
    value = strength_of(posting->strength, intake->weight);
    if (search_pool_strengths(pool, place)[intake->unit] < value) {
        search_pool_strengths(pool, place)[intake->unit] = value;
        pool->found[place].suggested = intake->suggested;
    }
}

static bool take_term(void *context, const struct search_term *term)
{
    struct intake *intake = context;
    struct search_list list;
    struct search_posting posting = {.strength = SEARCH_STRENGTH_MOST};
    size_t left = intake->each;

    if (intake->terms_left-- == 0) {
        leave_out(intake, SEARCH_STRENGTH_MOST);
        return false;
    }
    search_list_start(&list, intake->segment, term);
    while (left > 0 && search_list_next(&list, &posting)) {
        take_posting(intake, &posting);
        left--;
    }
    if (term->documents > intake->each)
        leave_out(intake, posting.strength);
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
        if (count == SEARCH_TOP_COUNT)
            leave_out(intake, top[count - 1].strength);
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
            struct search_term term = {
                .documents = located->documents, .offset = located->offset, .size = located->size};

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

/* Most keystrokes type one word: what judge_words would give is then one multiplication. */
static void know_single(struct rank *rank)
{
    const struct search_plan *plan = rank->search.plan;
    const struct plan_alternative *typed = &plan->alternatives[0];

    rank->single = rank->words == 1 && plan->group_count == 1 &&
                   plan->groups[0].alternative_count == 1 && typed->unit_count == 1 &&
                   typed->rarity > 0;
    if (!rank->single)
        return;
    rank->single_unit = typed->units[0];
    rank->factor = plan->units[typed->units[0]].rarity / typed->rarity * typed->weight *
                   plan->groups[0].importance / (4.0F * SEARCH_STRENGTH_MOST);
}

/* The score of a document with these strengths: its words and its demand. */
static float judge(const struct rank *rank, const struct search_found *found,
                   const uint8_t *strengths)
{
    bool ended;
    float demand =
        search_segment_demand(rank->search.segments[found->segment], found->ordinal, &ended);
    float score;

    if (rank->words == 0)
        score = (1.0F + demand) / 256.0F;
    else
        score = (rank->single ? rank->factor * (float)strengths[rank->single_unit]
                              : judge_words(rank->search.plan, strengths)) *
                (1.0F + DEMAND_SHARE * demand / 255.0F);
    return ended ? score * ENDED_SHARE : score;
}

static inline bool is_worse(const struct nominee *left, const struct nominee *right)
{
    return left->score != right->score ? left->score < right->score : left->place > right->place;
}

/* Puts a nominee in the place of the worst one, on top of the heap, and lets it sink. */
static void sift(struct nominee *heap, size_t count, const struct nominee *nominee)
{
    size_t at = 0;
    size_t child;

    for (; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && is_worse(&heap[child + 1], &heap[child]))
            child++;
        if (!is_worse(&heap[child], nominee))
            break;
        heap[at] = heap[child];
    }
    heap[at] = *nominee;
}

/* Keeps the best `nominee_most` places, in a heap with the worst on top. */
static void choose(struct rank *rank, float score, uint32_t place)
{
    const struct nominee nominee = {score, place};
    struct nominee *heap = rank->nominees;
    size_t at;

    if (rank->nominee_count == rank->nominee_most) {
        if (!is_worse(&heap[0], &nominee))
            return;
        sift(heap, rank->nominee_count, &nominee);
        return;
    }
    for (at = rank->nominee_count++; at > 0 && is_worse(&nominee, &heap[(at - 1) / 2]);
         at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = nominee;
}

/* Turns the heap into an order, the best first: the worst goes to the end again and again. */
static void order_nominees(struct rank *rank)
{
    struct nominee *heap = rank->nominees;

    for (size_t count = rank->nominee_count; count > 1; count--) {
        const struct nominee last = heap[count - 1];

        heap[count - 1] = heap[0];
        sift(heap, count - 1, &last);
    }
}

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
static bool may_rise(const struct rank *rank, const struct nominee *nominee)
{
    return rank->words + rank->filters > 1 && /* else its one strength is known */
           is_open(rank, rank->pool.found[nominee->place].segment,
                   search_pool_strengths(&rank->pool, nominee->place));
}

/* The most that a nominee can come to, with all that may be missing. */
static float highest(const struct rank *rank, const struct nominee *nominee)
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

    order_nominees(rank);
    for (size_t i = 0; i < rank->nominee_count && rank->ranked_count < SEARCH_RANKED_MOST; i++) {
        bool rises = may_rise(rank, &rank->nominees[i]);

        if (search_is_cancelled(&rank->search))
            break;
        if (enough < 0 && rank->ranked_count > 0 && rank->ranked_count >= rank->wanted)
            enough = worst_ranked(rank);
        if (enough >= 0 && (!rises || highest(rank, &rank->nominees[i]) <= enough))
            continue;
        any_rose = any_rose || rises;
        judge_nominee(rank, rank->nominees[i].place, rises);
    }
    if (any_rose) /* else they are in order already */
        qsort(rank->ranked, rank->ranked_count, sizeof *rank->ranked, compare_ranked);
}

/* Takes the documents of all segments, chooses the best and judges them. */
static int rank_all(struct rank *rank, struct error *error)
{
    const struct search_pool *pool = &rank->pool;

    for (size_t i = 0; i < rank->search.segment_count; i++) {
        if (search_is_cancelled(&rank->search))
            return error_set(error, ERROR_CANCELLED, "search: cancelled");
        if (rank->words == 0)
            take_filtered(rank, i);
        else
            take_words(rank, i);
    }
    rank->nominee_most = rank->spared;
    if (rank->words > 1 && rank->nominee_most < JUDGE_WORDS)
        rank->nominee_most = JUDGE_WORDS;
    if (rank->filters > 0)
        rank->nominee_most = JUDGE_FILTERS;
    for (size_t place = 0; place < pool->count; place++) {
        if (passes(rank, search_pool_strengths(pool, place),
                   missing_of(rank, pool->found[place].segment)))
            choose(rank, judge(rank, &pool->found[place], search_pool_strengths(pool, place)),
                   (uint32_t)place);
    }
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
    memset(rank, 0, offsetof(struct rank, nominees));
    rank->nominee_count = rank->ranked_count = rank->filters = rank->words = 0;
    rank->single = false;
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
    know_single(rank);
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
