/* Reads the documents of a plan's words and filters into the pool, a segment at a time. */
#include "app/search_rank_internal.h"

/* Postings read of one list in one segment at least, when the query has one unit and when it has
 * more. */
#define READ_ALONE 64
#define READ_MANY  4096
/* Terms of a beginning that are read one by one, and of one without a top list. */
#define READ_TERMS 64

/* Most terms of a beginning that are looked at when its top list may lack one of the best. With
 * more, the list lacks at most what differs from the best by a hair. */
#define READ_SETTLE 4096

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
    uint8_t value = rank_strength(strength, intake->weight);

    if (intake->missing < value)
        intake->missing = value;
}

/* What a document of a single word scores with this strength. */
static float single_score(const struct rank *rank, const struct search_found *found, uint8_t value)
{
    return rank_score(rank, found, rank->score.factor * (float)value);
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
    value = rank_strength(posting->strength, intake->weight);
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
               single_score(intake->rank, &first, rank_strength(strength, intake->weight)));
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
               single_score(intake->rank, &found, rank_strength(last->strength, intake->weight))) &&
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
    rank_missing(rank, segment)[unit] = intake.missing;
}

/* Without words: the most asked for, which are the first ordinals, that pass the filters. */
static void take_filtered(struct rank *rank, size_t segment)
{
    const struct search_layout *layout = search_segment_layout(rank->search.segments[segment]);
    size_t rarest = SIZE_MAX;
    uint32_t fewest = UINT32_MAX;

    for (size_t unit = 0; unit < rank->search.plan->unit_count; unit++) {
        const struct located *located = search_located(&rank->search, segment, unit, 0);

        rank_missing(rank, segment)[unit] = UINT8_MAX; /* but for the rarest none is read */
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
            rank_missing(rank, segment)[unit] = UINT8_MAX;
        else if (located->documents > 0)
            take_unit(rank, segment, unit); /* a rare filter brings its documents */
    }
}

void search_take(struct rank *rank, size_t segment)
{
    if (rank->words == 0)
        take_filtered(rank, segment);
    else
        take_words(rank, segment);
}
