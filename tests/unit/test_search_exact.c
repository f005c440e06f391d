/*
 * The ranking of a beginning, which stops reading as soon as nothing better can come, against one
 * that reads everything: the same documents come first, with the same scores.
 */
#include "tests/unit/search_fixture.h"

#include "app/catalogue_internal.h"
#include "app/search_index_internal.h"
#include "app/search_plan.h"
#include "app/search_rank.h"

#define PAGES    60
#define PAGE     50
#define WANTED   32
#define QUERIES  600
#define NUMBERS  (PAGES * PAGE * 2)
#define SYLLABLE 12

static uint32_t chance(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* A word of two to four syllables, some far more frequent than others. */
static void random_word(uint32_t *state, char word[16])
{
    static const char *const syllables[SYLLABLE] = {"ba", "ko", "du", "mi", "ra", "ve",
                                                    "zo", "ti", "lu", "ga", "fe", "xi"};
    size_t count = 2 + chance(state) % 3;

    word[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        uint32_t one = chance(state) % SYLLABLE;
        uint32_t other = chance(state) % SYLLABLE;

        strcat(word, syllables[one < other ? one : other]);
    }
}

static void add_words(uint32_t *state, char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char word[16];

        random_word(state, word);
        strcat(text, word);
        strcat(text, " ");
    }
}

/* Records of random words and demand, of which some have ended and some replace an earlier one. */
static void write_records(struct fixture *fixture, uint32_t *state)
{
    for (int64_t page = 0; page < PAGES; page++) {
        struct record *records[PAGE];

        for (size_t i = 0; i < PAGE; i++) {
            char title[200] = "";
            char text[600] = "";
            char body[1200];
            char source_id[16];

            add_words(state, title, 1 + chance(state) % 4);
            add_words(state, text, 2 + chance(state) % 20);
            snprintf(body, sizeof body,
                     "{\"title\": {\"en\": \"%s\"}, \"description\": {\"fr\": \"%s\"}, \"ended\":"
                     " %s, \"channels\": [{\"channel\": \"web\", \"applications\": %u}]}",
                     title, text, chance(state) % 16 == 0 ? "true" : "false",
                     1u << chance(state) % 20);
            snprintf(source_id, sizeof source_id, "r%u",
                     chance(state) % 20 == 0 ? chance(state) % 500
                                             : (uint32_t)(page * PAGE) + (uint32_t)i);
            records[i] = fixture_record(RECORD_SERVICE, source_id, page + 1, body);
        }
        assert_int_equal(
            catalogue_write_page(fixture->catalogue, records, PAGE, page, NULL, &fixture->error),
            0);
        for (size_t i = 0; i < PAGE; i++)
            record_free(records[i]);
    }
}

/* ---- reading everything ---- */

struct everything {
    struct search_segment *segment;
    struct search_index *index;
    float weight;
    float *scores; /* by record number; 0: not found */
    size_t found;
};

static void take_document(struct everything *everything, const struct search_posting *posting)
{
    struct search_document document;
    float value = 4.0F * (float)posting->strength * everything->weight;
    float score;

    search_segment_document(everything->segment, posting->ordinal, &document);
    if (search_index_is_dead(everything->index, document.number))
        return;
    assert_in_range(document.number, 1, NUMBERS - 1);
    score =
        (float)(value < 1.0F ? 1 : (int)value) * (1.0F + 0.4F * (float)document.demand / 255.0F);
    if ((document.flags & SEARCH_FLAG_ENDED) != 0)
        score *= 1e-4F;
    everything->found += everything->scores[document.number] == 0;
    if (everything->scores[document.number] < score)
        everything->scores[document.number] = score;
}

static bool take_term(void *context, const struct search_term *term)
{
    struct everything *everything = context;
    struct search_list list;
    struct search_posting posting;

    search_list_start(&list, everything->segment, term);
    while (search_list_next(&list, &posting))
        take_document(everything, &posting);
    return true;
}

/* Scores every document by the one unit of the plan; returns how many have a score. */
static size_t read_everything(struct search_index *index, const struct search_plan *plan,
                              float scores[NUMBERS])
{
    struct everything everything = {.index = index, .scores = scores};
    struct search_segment *const *segments;
    size_t count = search_index_segments(index, &segments);

    memset(scores, 0, NUMBERS * sizeof *scores);
    for (size_t i = 0; i < count; i++) {
        everything.segment = segments[i];
        for (size_t j = 0; j < plan->units[0].reading_count; j++) {
            const struct plan_reading *reading = &plan->units[0].readings[j];
            struct search_term term;

            everything.weight = reading->weight;
            if (reading->kind == READING_PREFIX || reading->kind == READING_ROOT) {
                uint32_t first;
                uint32_t end;

                search_segment_range(segments[i], reading->text, reading->length, &first, &end);
                search_segment_walk(segments[i], first, end, take_term, &everything);
            } else if (search_segment_find(segments[i], reading->text, reading->length, &term)) {
                take_term(&everything, &term);
            }
        }
    }
    return everything.found;
}

static int compare_scores(const void *left, const void *right)
{
    float a = *(const float *)left;
    float b = *(const float *)right;

    return a > b ? -1 : a < b;
}

/* Asks for one beginning; true when something has it. */
static bool expect_exact(struct fixture *fixture, const char *query)
{
    static struct search_plan plan;
    static struct search_ranked ranked[SEARCH_RANKED_MOST];
    static float scores[NUMBERS];
    static float sorted[NUMBERS];
    struct search_index *index = catalogue_search_index(fixture->catalogue);
    size_t count = 0;
    size_t found;

    assert_int_equal(search_plan_make(&plan, query, false, &fixture->error), 0);
    assert_int_equal(catalogue_begin_read(fixture->catalogue, &fixture->error), 0);
    assert_int_equal(search_rank(index, &plan, WANTED, NULL, ranked, &count, &fixture->error), 0);
    found = plan.unit_count > 1 ? 0 : read_everything(index, &plan, scores);
    catalogue_end_read(fixture->catalogue);
    if (plan.unit_count > 1)
        return false; /* it happens to mean something else as well */
    memcpy(sorted, scores, sizeof sorted);
    qsort(sorted, NUMBERS, sizeof sorted[0], compare_scores);
    if (count < (found < WANTED ? found : WANTED))
        fail_msg("\"%s\": %zu of %zu", query, count, found);
    for (size_t i = 0; i < count && i < WANTED; i++) {
        float share = ranked[i].score / ranked[0].score;
        float expected = sorted[i] / sorted[0];
        float own = scores[ranked[i].number] / sorted[0];

        if (share - expected > 1e-4F * share || expected - share > 1e-4F * share ||
            own - share > 1e-4F * share || share - own > 1e-4F * share)
            fail_msg("\"%s\", place %zu: %f, where all that is there has %f (own %f)", query, i,
                     (double)share, (double)expected, (double)own);
    }
    return count > 0;
}

/* At rest there is one large segment, and what is small beside it. */
static void expect_few_segments(struct fixture *fixture)
{
    struct search_segment *const *segments;
    uint32_t documents = 0;
    uint32_t largest = 0;
    size_t count;

    assert_int_equal(catalogue_begin_read(fixture->catalogue, &fixture->error), 0);
    count = search_index_segments(catalogue_search_index(fixture->catalogue), &segments);
    for (size_t i = 0; i < count; i++) {
        uint32_t own = search_segment_layout(segments[i])->documents;

        documents += own;
        largest = own > largest ? own : largest;
    }
    catalogue_end_read(fixture->catalogue);
    assert_in_range(documents, PAGES * PAGE / 2, PAGES * PAGE);
    assert_true((documents - largest) * 16 < largest);
}

static void test_beginnings_rank_as_if_everything_was_read(void **state)
{
    struct fixture *fixture = *state;
    uint32_t seed = 20061;
    size_t found = 0;

    write_records(fixture, &seed);
    for (int round = 0; round < 2; round++) { /* many segments, and what is left when at rest */
        for (int i = 0; i < QUERIES; i++) {
            char word[16];
            size_t length = 1 + chance(&seed) % 8;

            random_word(&seed, word);
            if (length < strlen(word))
                word[length] = '\0';
            found += expect_exact(fixture, word);
            random_word(&seed, word); /* a whole one: it counts more than a beginning */
            found += expect_exact(fixture, word);
        }
        for (bool more = true; more;)
            assert_int_equal(catalogue_tidy(fixture->catalogue, &more, &fixture->error), 0);
    }
    assert_true(found > QUERIES);
    expect_few_segments(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_beginnings_rank_as_if_everything_was_read,
                                        fixture_set_up, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
