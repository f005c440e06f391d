/* The index under many small pages, replacements and merges; and under hostile records. */
#include "tests/unit/search_fixture.h"

#include <sqlite3.h>

#include "app/json.h"

static const char *const words[] = {"passport", "naissance", "permis",   "retraite", "santé",
                                    "boat",     "tax",       "impôt",    "house",    "logement",
                                    "school",   "école",     "voyage",   "travel",   "chien",
                                    "animal",   "licence",   "business", "charity",  "drone"};

#define WORDS (sizeof words / sizeof words[0])

static uint32_t chance(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* A record of three to nine random words, numbered so that many replace an older one. */
static struct record *random_record(uint32_t *state, int64_t rev)
{
    char title[200] = "";
    char text[400] = "";
    char body[900];
    char source_id[16];
    size_t title_words = 1 + chance(state) % 3;
    size_t text_words = 2 + chance(state) % 6;

    for (size_t i = 0; i < title_words; i++)
        snprintf(title + strlen(title), 40, "%s ", words[chance(state) % WORDS]);
    for (size_t i = 0; i < text_words; i++)
        snprintf(text + strlen(text), 40, "%s ", words[chance(state) % WORDS]);
    snprintf(body, sizeof body,
             "{\"title\": {\"en\": \"%s\"}, \"description\": {\"fr\": \"%s\"}, \"channels\":"
             " [{\"channel\": \"web\", \"applications\": %u}]}",
             title, text, chance(state) % 1000);
    snprintf(source_id, sizeof source_id, "r%u", chance(state) % 700);
    return fixture_record(chance(state) % 4 == 0 ? RECORD_FORM : RECORD_SERVICE, source_id, rev,
                          body);
}

static int collect(void *context, const struct record *record)
{
    struct fixture *fixture = context;
    struct record *page[1] = {record_copy(record)};
    int code =
        catalogue_write_page(fixture->catalogue, page, 1, ++fixture->cursor, NULL, &fixture->error);

    record_free(page[0]);
    return code;
}

/* Both catalogues answer every query alike, but for the order of what is nearly equal: how rare a
 * word is takes the replaced records in, until they are merged away. */
static void expect_alike(struct fixture *one, struct fixture *other, const char *query)
{
    struct search_request request = {.query = query, .language = "en", .limit = 200};
    struct search_results *left = NULL;
    struct search_results *right = NULL;

    assert_int_equal(search_run(one->catalogue, &request, &left, &one->error), 0);
    assert_int_equal(search_run(other->catalogue, &request, &right, &other->error), 0);
    assert_int_equal(left->count, right->count);
    for (size_t i = 0; i < left->count; i++) {
        if (left->items[i].score - right->items[i].score > 0.15 ||
            right->items[i].score - left->items[i].score > 0.15)
            fail_msg("\"%s\", place %zu: %f and %f", query, i, left->items[i].score,
                     right->items[i].score);
    }
    search_results_free(left);
    search_results_free(right);
}

static void test_many_pages_are_as_good_as_one(void **state)
{
    struct fixture *fixture = *state;
    void *other_state = NULL;
    struct fixture *other;
    uint32_t seed = 4711;
    int64_t rev = 1;

    for (int page = 0; page < 300; page++) {
        struct record *records[12];
        size_t count = 1 + chance(&seed) % 12;

        for (size_t i = 0; i < count; i++)
            records[i] = random_record(&seed, rev++);
        assert_int_equal(
            catalogue_write_page(fixture->catalogue, records, count, page, NULL, &fixture->error),
            0);
        for (size_t i = 0; i < count; i++)
            record_free(records[i]);
    }
    /* The same records, each written once: nothing was replaced there. */
    assert_int_equal(fixture_set_up(&other_state), 0);
    other = other_state;
    assert_int_equal(
        catalogue_each(fixture->catalogue, RECORD_SERVICE, collect, other, &other->error), 0);
    assert_int_equal(catalogue_each(fixture->catalogue, RECORD_FORM, collect, other, &other->error),
                     0);
    for (size_t i = 0; i < WORDS; i++) {
        char query[80];

        snprintf(query, sizeof query, "%s %s", words[i], words[(i + 7) % WORDS]);
        expect_alike(fixture, other, query);
    }
    fixture_tear_down(&other_state);
}

/* Reopening, and another connection, see what was written. */
static void test_survives_reopening(void **state)
{
    struct fixture *fixture = *state;

    for (int i = 0; i < 40; i++) {
        char name[16];

        snprintf(name, sizeof name, "z%d", i);
        fixture_add(fixture, name, "{'title': {'en': 'Zeppelin'}}");
    }
    catalogue_close(fixture->catalogue);
    assert_int_equal(catalogue_open(&fixture->catalogue, fixture->path, false, &fixture->error), 0);
    assert_int_equal(fixture_search(fixture, "zeppelin")->count, 20);
}

/* A page that fails leaves the index as it was, also in memory. */
static void test_a_refused_page_leaves_no_trace(void **state)
{
    struct fixture *fixture = *state;
    struct record *page[2];

    fixture_add(fixture, "a", "{'title': {'en': 'Zeppelin'}}");
    fixture_expect(fixture, "zeppelin", "a");
    page[0] = fixture_record(RECORD_SERVICE, "b", 1, "{\"title\": {\"en\": \"Zeppelin\"}}");
    page[1] = fixture_record(RECORD_CLIENT, "c", 1, "{\"title\": {\"en\": \"Zeppelin\"}}");
    assert_int_equal(catalogue_write_page(fixture->catalogue, page, 2, 9, NULL, &fixture->error),
                     ERROR_INVALID);
    record_free(page[0]);
    record_free(page[1]);
    fixture_expect(fixture, "zeppelin", "a");
    fixture_add(fixture, "d", "{'title': {'en': 'Balloon'}}");
    fixture_expect(fixture, "balloon", "d");
    fixture_expect(fixture, "zeppelin", "a");
}

/* ---- merges that take several pages ---- */

#define BIG_PAGE  700
#define BIG_PAGES 8
#define BIG_WORDS 60

/* A page of records of BIG_WORDS words, "common" in all of them, numbered from `first`. */
static void write_big_page(struct fixture *fixture, int first, int count, int64_t rev)
{
    struct record **page = calloc((size_t)count, sizeof *page);

    assert_non_null(page);
    for (int i = 0; i < count; i++) {
        char body[BIG_WORDS * 8 + 100];
        char source_id[16];
        size_t used = (size_t)snprintf(body, sizeof body,
                                       "{\"title\": {\"en\": \"common n%d\"}, \"description\":"
                                       " {\"en\": \"",
                                       first + i);

        for (int word = 0; word < BIG_WORDS; word++)
            used += (size_t)snprintf(body + used, sizeof body - used, "w%d ",
                                     (first + i) * 7 % 400 + word * 5);
        snprintf(body + used, sizeof body - used, "\"}}");
        snprintf(source_id, sizeof source_id, "b%d", first + i);
        page[i] = fixture_record(RECORD_SERVICE, source_id, rev, body);
    }
    assert_int_equal(catalogue_write_page(fixture->catalogue, page, (size_t)count,
                                          ++fixture->cursor, NULL, &fixture->error),
                     0);
    for (int i = 0; i < count; i++)
        record_free(page[i]);
    free(page);
}

/* Each of some records is found by its own word, once. */
static void expect_big(struct fixture *fixture)
{
    for (int i = 0; i < BIG_PAGE * BIG_PAGES; i += 331) {
        char query[16];
        char source_id[16];

        snprintf(query, sizeof query, "n%d ", i);
        snprintf(source_id, sizeof source_id, "b%d", i);
        fixture_expect(fixture, query, source_id);
    }
    assert_int_equal(fixture_search(fixture, "common")->count, 20);
}

static int64_t ask_number(const struct fixture *fixture, const char *sql)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t number = -1;

    assert_int_equal(sqlite3_open_v2(fixture->path, &database, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

static void tidy_all(struct fixture *fixture)
{
    bool more = true;

    for (int steps = 0; more; steps++) {
        assert_true(steps < 1000);
        assert_int_equal(catalogue_tidy(fixture->catalogue, &more, &fixture->error), 0);
        expect_big(fixture);
    }
    /* Nothing is left of what was merged, nor of a merge that was given up. */
    assert_int_equal(
        ask_number(fixture, "SELECT count(*) FROM search_segment WHERE length(layout) < 2"), 0);
    assert_int_equal(ask_number(fixture, "SELECT count(*) FROM search_chunk WHERE chunk >> 24 NOT"
                                         " IN (SELECT segment FROM search_segment)"),
                     0);
}

static void write_big(struct fixture *fixture)
{
    for (int page = 0; page < BIG_PAGES; page++)
        write_big_page(fixture, page * BIG_PAGE, BIG_PAGE, 1);
    assert_int_equal(ask_number(fixture, "SELECT count(*) FROM search_segment WHERE layout = x''"),
                     1);
}

/* A merge that does not fit into one page goes on with the next ones; what is read stays right, and
 * what is replaced meanwhile stays replaced. */
static void test_a_large_merge_goes_on_in_steps(void **state)
{
    struct fixture *fixture = *state;
    struct record *page[1] = {
        fixture_record(RECORD_SERVICE, "b5", 2, "{\"title\": {\"en\": \"Zeppelin\"}}")};

    write_big(fixture);
    expect_big(fixture);
    assert_int_equal(
        catalogue_write_page(fixture->catalogue, page, 1, ++fixture->cursor, NULL, &fixture->error),
        0);
    record_free(page[0]);
    tidy_all(fixture);
    assert_int_equal(fixture_search(fixture, "n5 ")->count, 0);
    fixture_expect(fixture, "zeppelin", "b5");
    assert_int_equal(ask_number(fixture, "SELECT count(*) FROM search_segment"), 2);
}

/* A program that ends in the middle of a merge, or a page that is refused there, costs nothing but
 * the work. */
static void test_a_merge_that_is_cut_off_begins_again(void **state)
{
    struct fixture *fixture = *state;
    struct record *bad[1] = {fixture_record(RECORD_CLIENT, "c", 1, "{}")};

    write_big(fixture);
    catalogue_close(fixture->catalogue);
    assert_int_equal(catalogue_open(&fixture->catalogue, fixture->path, false, &fixture->error), 0);
    expect_big(fixture);
    fixture_add(fixture, "a", "{'title': {'en': 'Zeppelin'}}");
    assert_int_equal(catalogue_write_page(fixture->catalogue, bad, 1, 9, NULL, &fixture->error),
                     ERROR_INVALID);
    record_free(bad[0]);
    expect_big(fixture);
    tidy_all(fixture);
    fixture_expect(fixture, "zeppelin", "a");
}

/* Two programs that write and merge in turn on one file. */
static void test_two_writers_do_not_undo_each_other(void **state)
{
    struct fixture *fixture = *state;
    struct catalogue *other = NULL;
    struct catalogue *own = fixture->catalogue;
    bool more;

    assert_int_equal(catalogue_open(&other, fixture->path, false, &fixture->error), 0);
    for (int page = 0; page < BIG_PAGES; page++) {
        fixture->catalogue = page % 2 == 0 ? own : other;
        write_big_page(fixture, page * BIG_PAGE, BIG_PAGE, 1);
    }
    for (int turn = 0; turn < 12; turn++) {
        fixture->catalogue = turn % 2 == 0 ? own : other;
        assert_int_equal(catalogue_tidy(fixture->catalogue, &more, &fixture->error), 0);
        expect_big(fixture);
    }
    catalogue_close(other);
    fixture->catalogue = own;
    tidy_all(fixture);
}

/* A text of `length` bytes made of `unit`, as a description. */
static struct record *record_with_text(const char *source_id, const char *unit, size_t length)
{
    struct record *record =
        fixture_record(RECORD_SERVICE, source_id, 1, "{\"title\": {\"en\": \"Marmalade\"}}");
    char *text = malloc(length + 1);
    size_t size = strlen(unit);

    assert_non_null(text);
    for (size_t i = 0; i + size <= length; i += size)
        memcpy(text + i, unit, size);
    text[length / size * size] = '\0';
    json_object_set_new(record->body, "description", json_pack("{s:s}", "en", text));
    free(text);
    return record;
}

static int write_and_free(struct fixture *fixture, struct record *record)
{
    struct record *page[1] = {record};
    int code =
        catalogue_write_page(fixture->catalogue, page, 1, ++fixture->cursor, NULL, &fixture->error);

    record_free(record);
    return code;
}

static void test_large_texts(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(write_and_free(fixture, record_with_text("mega", "marmalade ", 1024 * 1024)),
                     ERROR_TOO_LARGE);
    assert_non_null(strstr(fixture->error.message, "s/mega"));
    assert_int_equal(write_and_free(fixture, record_with_text("many", "marmalade ", 200 * 1024)),
                     0);
    /* One word without an end, and words of four bytes a character. */
    assert_int_equal(write_and_free(fixture, record_with_text("one", "x", 200 * 1024)), 0);
    assert_int_equal(write_and_free(fixture, record_with_text("wide", "𐍈", 200 * 1024)), 0);
    assert_int_equal(fixture_search(fixture, "marmalade")->count, 3);
    assert_int_equal(fixture_search(fixture, "xxxxxxxx")->count, 1);
}

static void test_ten_thousand_keywords(void **state)
{
    struct fixture *fixture = *state;
    struct record *record =
        fixture_record(RECORD_SERVICE, "spam", 1, "{\"title\": {\"en\": \"Spam\"}}");
    json_t *list = json_array();

    for (int i = 0; i < 10000; i++) {
        char word[16];

        snprintf(word, sizeof word, "word%d", i);
        json_array_append_new(list, json_string(i % 10 == 0 ? "marmalade" : word));
    }
    json_object_set_new(record->body, "keywords", json_pack("{s:o}", "en", list));
    assert_int_equal(write_and_free(fixture, record), 0);
    fixture_add(fixture, "honest",
                "{'title': {'en': 'Marmalade'},"
                " 'keywords': {'en': ['marmalade']}}");
    fixture_expect(fixture, "marmalade", "honest spam");
}

static void test_control_bytes_and_marks(void **state)
{
    struct fixture *fixture = *state;
    const struct search_results *results;

    fixture_add(fixture, "esc",
                "{'title': {'en': 'Mar\\u001b[31mma\\u202elade \\u0001ck=evil'},"
                " 'owner': {'id': '\\u0001blevel=1', 'title': {'en': 'x'}},"
                " 'keywords': {'en': ['\\u0001b2', 'jam\\u200b']}, 'events': [1, null, ''],"
                " 'channels': ['web', {'channel': 7}], 'audience': [[]], 'level': 99}");
    /* A text cannot pass for a filter. */
    assert_int_equal(fixture_search(fixture, ":level 2")->count, 0);
    assert_int_equal(fixture_search(fixture, ":level 1")->count, 0);
    results = fixture_search(fixture, "jam");
    assert_int_equal(results->count, 1);
    for (const char *query = "\x01"; query != NULL; query = NULL)
        assert_non_null(fixture_search(fixture, query));
    assert_non_null(fixture_search(fixture, "\xff\xfe broken \xc3"));
    assert_non_null(fixture_search(fixture, ":::: : :level :level :org \x1b[2J"));
}

static void test_long_queries(void **state)
{
    struct fixture *fixture = *state;
    char query[20000];

    fixture_add(fixture, "a", "{'title': {'en': 'Marmalade'}}");
    memset(query, 'm', sizeof query - 1);
    query[sizeof query - 1] = '\0';
    assert_non_null(fixture_search(fixture, query));
    for (size_t i = 0; i + 10 < sizeof query; i += 10)
        memcpy(query + i, "marmalade ", 10);
    assert_int_equal(fixture_search(fixture, query)->count, 1);
    for (size_t i = 0; i + 9 < sizeof query; i += 9)
        memcpy(query + i, ":level 1 ", 9);
    assert_int_equal(fixture_search(fixture, query)->count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_many_pages_are_as_good_as_one),
        TEST(test_survives_reopening),
        TEST(test_a_refused_page_leaves_no_trace),
        TEST(test_a_large_merge_goes_on_in_steps),
        TEST(test_a_merge_that_is_cut_off_begins_again),
        TEST(test_two_writers_do_not_undo_each_other),
        TEST(test_large_texts),
        TEST(test_ten_thousand_keywords),
        TEST(test_control_bytes_and_marks),
        TEST(test_long_queries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
