/* What an office chooses: counted without saying by whom, added up, and acting on the order. */
#include "tests/unit/search_fixture.h"

#include "app/choice.h"
#include "app/json.h"
#include "tests/unit/work_fixture.h"

static void note(struct store *store, const char *words, const char *record, int times)
{
    const struct choice choice = {words, record, "counter"};

    for (int i = 0; i < times; i++)
        assert_true(choice_note(store, &choice, NULL) > 0);
}

static void write_choices(struct work_fixture *fixture)
{
    struct batch batch = {0};

    assert_int_equal(choice_write(&batch, &fixture->author, fixture->store.store, NULL), 0);
    assert_int_equal(batch.count, 1);
    work_fixture_apply(fixture, &batch);
    assert_int_equal(choice_written(fixture->store.store, NULL), 0);
}

static double weight(struct work_fixture *fixture, const char *office, const char *words,
                     const char *record)
{
    struct choice_table *table = NULL;
    double found;

    assert_int_equal(choice_table_load(&table, fixture->store.store, office, NULL), 0);
    found = choice_table_weight(table, words, record, "counter");
    choice_table_free(table);
    return found;
}

/* The one choice record of the store; new. */
static int keep_record(void *context, const struct record *record, enum store_pending pending)
{
    struct record **kept = context;

    (void)pending;
    assert_null(*kept);
    *kept = record_copy(record);
    return 0;
}

static struct record *only_record(struct work_fixture *fixture)
{
    const struct store_query query = {.type = RECORD_CHOICE};
    struct record *record = NULL;

    assert_int_equal(store_each(fixture->store.store, &query, keep_record, &record, NULL), 0);
    assert_non_null(record);
    return record;
}

static void test_counts_are_kept_and_added(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *record;

    assert_int_equal(choice_waiting(fixture->store.store, NULL), 0);
    note(fixture->store.store, "passport", "s/a", 2);
    assert_int_equal(choice_waiting(fixture->store.store, NULL), 2);
    assert_true(weight(fixture, fixture->author.office, "passport", "s/a") == 2);
    write_choices(fixture);
    work_fixture_sync(fixture);
    assert_int_equal(choice_waiting(fixture->store.store, NULL), 0);
    note(fixture->store.store, "passport", "s/a", 1);
    note(fixture->store.store, "birth", "s/b", 1);
    write_choices(fixture);
    work_fixture_sync(fixture);
    record = only_record(fixture);
    assert_int_equal(record->rev, 2);
    assert_int_equal(json_object_size(json_object_get(record->body, "counts")), 2);
    record_free(record);
    assert_true(weight(fixture, fixture->author.office, "passport", "s/a") == 3);
    assert_true(weight(fixture, fixture->author.office, "birth", "s/b") == 1);
    assert_true(weight(fixture, fixture->author.office, "birth", "s/a") == 0);
    assert_true(weight(fixture, "another/office", "passport", "s/a") == 0);
}

/* Another device of the office has a record of its own; who reads adds them up. */
static void test_devices_are_added_up(void **state)
{
    struct work_fixture *fixture = *state;
    struct operation *operation = author_append(&fixture->visitor, RECORD_CHOICE);
    struct batch batch = {0};

    note(fixture->store.store, "passport", "s/a", 2);
    write_choices(fixture);
    work_fixture_sync(fixture);
    operation_put_text(operation, "office", fixture->author.office);
    json_object_set_new(operation->body, "counts",
                        json_pack("{s:{s:s, s:s, s:s, s:i}}", "x", "words", "passport", "record",
                                  "s/a", "channel", "counter", "count", 5));
    assert_int_equal(batch_add(&batch, operation, NULL), 0);
    work_fixture_visit(fixture, &batch);
    assert_true(weight(fixture, fixture->author.office, "passport", "s/a") == 7);
}

/* The record says nothing of who chose, and for whom. */
static void test_no_person_is_in_it(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *record;
    const char *name;
    json_t *value;
    char *text;

    note(fixture->store.store, "passport", "s/a", 1);
    write_choices(fixture);
    record = only_record(fixture);
    text = json_dumps(record->body, JSON_COMPACT);
    assert_non_null(text);
    assert_null(strstr(text, fixture->author.agent.text));
    assert_null(strstr(text, fixture->author.device.text));
    json_object_foreach(record->body, name, value)
        assert_true(strcmp(name, "office") == 0 || strcmp(name, "counts") == 0);
    json_object_foreach(json_object_get(record->body, "counts"), name, value)
    {
        const char *member;
        json_t *part;

        json_object_foreach(value, member, part)
            assert_true(strcmp(member, "words") == 0 || strcmp(member, "record") == 0 ||
                        strcmp(member, "channel") == 0 || strcmp(member, "count") == 0);
    }
    free(text);
    record_free(record);
}

static void test_the_number_is_bounded(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *record;
    json_t *counts;

    note(fixture->store.store, "often", "s/often", 3);
    write_choices(fixture);
    work_fixture_sync(fixture);
    for (int i = 0; i < CHOICE_ENTRIES + 40; i++) {
        char words[32];

        snprintf(words, sizeof words, "word%d", i);
        note(fixture->store.store, words, "s/a", 1);
        if (i % 30 == 29) {
            write_choices(fixture);
            work_fixture_sync(fixture);
        }
    }
    write_choices(fixture);
    work_fixture_sync(fixture);
    record = only_record(fixture);
    counts = json_object_get(record->body, "counts");
    assert_int_equal(json_object_size(counts), CHOICE_ENTRIES);
    record_free(record);
    assert_true(weight(fixture, fixture->author.office, "often", "s/often") == 3);
    /* A count too has an end, and what waits as well. */
    note(fixture->store.store, "often", "s/often", 40);
    write_choices(fixture);
    assert_true(weight(fixture, fixture->author.office, "often", "s/often") == 43);
    for (int i = 0; i < CHOICE_ENTRIES + 40; i++) {
        char words[32];

        snprintf(words, sizeof words, "more%d", i);
        note(fixture->store.store, words, "s/a", 1);
    }
    assert_int_equal(choice_waiting(fixture->store.store, NULL), CHOICE_ENTRIES);
}

static void test_what_says_nothing_is_not_counted(void **state)
{
    struct work_fixture *fixture = *state;
    const struct choice choices[] = {{"", "s/a", "counter"}, {"passport", "", "counter"}};

    for (size_t i = 0; i < 2; i++)
        assert_int_equal(choice_note(fixture->store.store, &choices[i], NULL), 0);
    assert_int_equal(choice_waiting(fixture->store.store, NULL), 0);
}

/* ---- likeness ---- */

static double like(const char *known, const char *asked, const char *channel)
{
    const struct choice choice = {known, "s/a", "counter"};
    struct choice_table *table = NULL;
    double found;

    assert_int_equal(choice_table_new(&table, NULL), 0);
    assert_int_equal(choice_table_add(table, &choice, 6, NULL), 0);
    assert_int_equal(choice_table_add(table, &choice, 4, NULL), 0);
    assert_int_equal(choice_table_count(table), 1);
    found = choice_table_weight(table, asked, "s/a", channel);
    assert_true(choice_table_weight(table, asked, "s/b", channel) == 0);
    choice_table_free(table);
    return found;
}

static void test_words_that_are_alike(void **state)
{
    (void)state;
    assert_true(like("passport", "passport", "counter") == 10);
    assert_true(like("passport", "passport", "phone") == 5);
    assert_true(like("passport", "passport", NULL) == 5);
    assert_true(like("passport", "passpo", "counter") == 7.5);
    assert_true(like("passpo", "passport", "counter") == 7.5);
    assert_true(like("passport", "pass", "counter") == 0);
    assert_true(like("passport", "permit", "counter") == 0);
    assert_true(like("birth certificate", "certificate birth", "counter") == 10);
    assert_true(like("birth certificate", "birth", "counter") == 0);
    assert_true(like("a", "ab", "counter") == 0);
    assert_true(like("birth", "", "counter") == 0);
}

static void test_many_records_in_a_table(void **state)
{
    struct choice_table *table = NULL;

    (void)state;
    assert_int_equal(choice_table_new(&table, NULL), 0);
    for (int i = 0; i < 30000; i++) {
        char key[32];
        const struct choice choice = {"word", key, "web"};

        snprintf(key, sizeof key, "s/%d", i % 15000);
        assert_int_equal(choice_table_add(table, &choice, 1, NULL), 0);
    }
    assert_int_equal(choice_table_count(table), 15000);
    assert_true(choice_table_weight(table, "word", "s/77", "web") == 2);
    assert_true(choice_table_weight(table, "word", "s/15000", "web") == 0);
    choice_table_free(table);
}

/* ---- the order ---- */

/* The ids that a search finds with these choices, and the words that they would count under. */
static void expect_with(struct fixture *fixture, const struct choice_table *choices,
                        const char *query, const char *ids, const char *words)
{
    const struct search_request request = {
        .query = query, .language = "en", .channel = "counter", .limit = 20, .choices = choices};
    char found[500] = "";

    search_results_free(fixture->results);
    fixture->results = NULL;
    assert_int_equal(search_run(fixture->catalogue, &request, &fixture->results, &fixture->error),
                     0);
    for (size_t i = 0; i < fixture->results->count; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i > 0 ? " " : "",
                 fixture->results->items[i].source_id);
    assert_string_equal(found, ids);
    assert_string_equal(fixture->results->words, words);
}

static struct choice_table *choices_of(const char *words, const char *record, int64_t count)
{
    const struct choice choice = {words, record, "counter"};
    struct choice_table *table = NULL;

    assert_int_equal(choice_table_new(&table, NULL), 0);
    assert_int_equal(choice_table_add(table, &choice, count, NULL), 0);
    return table;
}

static void add_records(struct fixture *fixture)
{
    fixture_add(fixture, "first", "{'title': {'en': 'Fishing licence'}}");
    fixture_add(fixture, "second", "{'title': {'en': 'Commercial fishing licence renewal'}}");
    fixture_add(fixture, "far",
                "{'title': {'en': 'Parks'}, 'description': {'en': 'Lakes, trails, camping, boats "
                "and many other things to do outside in summer and winter, with friends or alone, "
                "among them some fishing where that is allowed by the warden of the park'}}");
    fixture_add(fixture, "77", "{'code': 'RC-77', 'title': {'en': 'Disability claim'}}");
    fixture_add(fixture, "rival", "{'title': {'en': 'Claim rc77 77 disability rc-77'}}");
}

static void test_choices_order_what_fits_about_as_well(void **state)
{
    struct fixture *fixture = *state;
    struct choice_table *choices = choices_of("fishing licence", "s/second", 4);

    add_records(fixture);
    expect_with(fixture, NULL, "fishing licence", "first second far", "fishing licenc");
    choice_table_free(choices);
    choices = choices_of("fishing licenc", "s/second", 5);
    expect_with(fixture, choices, "fishing licence", "second first far", "fishing licenc");
    expect_with(fixture, choices, "Fishing  LICENCES ", "second first far", "fishing licenc");
    /* Other words, and another order of them. */
    expect_with(fixture, choices, "fishing", "first second far", "fishing");
    choice_table_free(choices);
}

/* However often it was chosen, what hardly fits does not come first. */
static void test_choices_bring_up_nothing_that_does_not_fit(void **state)
{
    struct fixture *fixture = *state;
    struct choice_table *choices = choices_of("fishing licenc", "s/far", 1000000);

    add_records(fixture);
    expect_with(fixture, choices, "fishing licence", "first second far", "fishing licenc");
    choice_table_free(choices);
}

static void test_choices_do_not_beat_a_code(void **state)
{
    struct fixture *fixture = *state;
    struct choice_table *choices = choices_of("rc77", "s/rival", 1000000);
    const struct choice also = {"77", "s/rival", "counter"};

    add_records(fixture);
    assert_int_equal(choice_table_add(choices, &also, 1000000, NULL), 0);
    expect_with(fixture, NULL, "rc77", "77 rival", "rc77");
    expect_with(fixture, choices, "rc77", "77 rival", "rc77");
    expect_with(fixture, choices, "77", "77 rival", "77");
    choice_table_free(choices);
}

/* What a choice is counted under: words of the catalogue only, never a name or a long number. */
static void test_only_words_of_the_catalogue_are_counted(void **state)
{
    struct fixture *fixture = *state;

    add_records(fixture);
    expect_with(fixture, NULL, "Ludovic Tremblay fishing licence", "first second far",
                "fishing licenc");
    expect_with(fixture, NULL, "418 555 1234567 fishing", "first second far", "fishing");
    expect_with(fixture, NULL, "fishnig licnece", "first second far", "fishing licenc");
    expect_with(fixture, NULL, "", "first second far 77 rival", "");
}

int main(void)
{
#define WORK(name)   cmocka_unit_test_setup_teardown(name, work_fixture_setup, work_fixture_teardown)
#define SEARCH(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        WORK(test_counts_are_kept_and_added),
        WORK(test_devices_are_added_up),
        WORK(test_no_person_is_in_it),
        WORK(test_the_number_is_bounded),
        WORK(test_what_says_nothing_is_not_counted),
        cmocka_unit_test(test_words_that_are_alike),
        cmocka_unit_test(test_many_records_in_a_table),
        SEARCH(test_choices_order_what_fits_about_as_well),
        SEARCH(test_choices_bring_up_nothing_that_does_not_fit),
        SEARCH(test_choices_do_not_beat_a_code),
        SEARCH(test_only_words_of_the_catalogue_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
