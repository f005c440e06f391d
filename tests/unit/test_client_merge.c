/* Merging files of one client and taking that back, with nothing lost. */
#include "app/client_merge.h"

#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/client_index.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

static struct id add(struct work_fixture *fixture, const struct client_details *details)
{
    struct batch batch = {0};
    struct id id;

    assert_int_equal(client_new(&batch, &fixture->author, details, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static struct id add_case(struct work_fixture *fixture, const struct id *client)
{
    const struct case_start start = {.client = *client};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(case_open(&batch, &fixture->author, &start, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static int merge(struct work_fixture *fixture, const struct id *from, const struct id *into,
                 const struct client_details *chosen)
{
    struct record *client = work_fixture_get(fixture, RECORD_CLIENT, from, NULL);
    struct record *survivor = work_fixture_get(fixture, RECORD_CLIENT, into, NULL);
    struct batch batch = {0};
    int code = client_merge(&batch, &fixture->author, fixture->store.store, client, survivor,
                            chosen, NULL);

    if (code == 0)
        work_fixture_apply(fixture, &batch);
    assert_int_equal(batch.count, 0);
    record_free(client);
    record_free(survivor);
    return code;
}

static int unmerge(struct work_fixture *fixture, const struct id *from)
{
    struct record *client = work_fixture_get(fixture, RECORD_CLIENT, from, NULL), *survivor = NULL;
    struct batch batch = {0};
    struct id into;
    int code;

    if (id_parse(&into, record_text(client, "merged_into")))
        survivor = work_fixture_get(fixture, RECORD_CLIENT, &into, NULL);
    code = client_unmerge(&batch, &fixture->author, client, survivor, NULL);
    if (code == 0)
        work_fixture_apply(fixture, &batch);
    record_free(client);
    record_free(survivor);
    return code;
}

static int count_one(void *context, const struct record *record, enum store_pending pending)
{
    (void)record;
    (void)pending;
    ++*(size_t *)context;
    return 0;
}

static size_t count_cases(struct work_fixture *fixture, const struct id *client)
{
    struct client_group group;
    size_t count = 0;

    assert_int_equal(client_group_read(fixture->store.store, client, &group, NULL), 0);
    assert_int_equal(
        client_group_each(fixture->store.store, &group, RECORD_CASE, count_one, &count, NULL), 0);
    return count;
}

/* The body of a client as text, owned. */
static char *body_of(struct work_fixture *fixture, const struct id *client)
{
    struct record *record = work_fixture_get(fixture, RECORD_CLIENT, client, NULL);
    char *text = json_dumps(record->body, JSON_SORT_KEYS | JSON_COMPACT);

    record_free(record);
    return text;
}

static void a_merged_file_is_followed_and_nothing_rewritten(void **state)
{
    struct work_fixture *fixture = *state;
    struct id one = add(fixture, &(struct client_details){.name = "Julie Gagnon"});
    struct id other = add(fixture, &(struct client_details){.name = "Julie Tremblay"});
    struct id matter = add_case(fixture, &one), survivor;
    enum store_pending pending;
    struct record *record;

    add_case(fixture, &other);
    work_fixture_sync(fixture);
    assert_int_equal(count_cases(fixture, &other), 1);
    assert_int_equal(merge(fixture, &one, &other, NULL), 0);
    /* At once, and pending until the server has said yes. */
    record_free(work_fixture_get(fixture, RECORD_CLIENT, &one, &pending));
    assert_int_equal(pending, STORE_CLAIMING);
    assert_int_equal(count_cases(fixture, &other), 2);
    assert_int_equal(count_cases(fixture, &one), 2);
    work_fixture_sync(fixture);
    record_free(work_fixture_get(fixture, RECORD_CLIENT, &one, &pending));
    assert_int_equal(pending, STORE_SETTLED);
    assert_int_equal(client_survivor(fixture->store.store, &one, &survivor, NULL), 0);
    assert_true(id_equal(&survivor, &other));
    record = work_fixture_get(fixture, RECORD_CASE, &matter, NULL);
    assert_string_equal(record_text(record, "client"), one.text);
    assert_int_equal(record->rev, 1);
    record_free(record);
    assert_int_equal(unmerge(fixture, &one), 0);
    assert_int_equal(count_cases(fixture, &other), 1);
    assert_int_equal(count_cases(fixture, &one), 1);
    assert_int_equal(unmerge(fixture, &one), ERROR_CONFLICT);
}

static void what_was_chosen_comes_back_with_the_unmerge(void **state)
{
    struct work_fixture *fixture = *state;
    struct id one =
        add(fixture, &(struct client_details){.name = "Z Roy", .phone = "418 555-0100"});
    struct id other = add(
        fixture,
        &(struct client_details){.name = "Zoé Roy", .phone = "418 555-0111", .email = "z@r.ca"});
    char *before = body_of(fixture, &other), *first = body_of(fixture, &one), *after;
    struct record *record;

    assert_int_equal(
        merge(fixture, &one, &other, &(struct client_details){.phone = "418 555-0100"}), 0);
    record = work_fixture_get(fixture, RECORD_CLIENT, &other, NULL);
    assert_string_equal(record_text(record, "phone"), "418 555-0100");
    record_free(record);
    assert_int_equal(unmerge(fixture, &one), 0);
    after = body_of(fixture, &other);
    assert_string_equal(after, before);
    free(after);
    after = body_of(fixture, &one);
    assert_string_equal(after, first);
    free(after);
    free(before);
    free(first);
}

static void a_later_change_outlives_the_unmerge(void **state)
{
    struct work_fixture *fixture = *state;
    struct id one = add(fixture, &(struct client_details){.name = "Z", .phone = "418 555-0100"});
    struct id other = add(fixture, &(struct client_details){.name = "Z", .phone = "418 555-0111"});
    struct client_details moved = {.phone = "514 555-0122"};
    struct batch batch = {0};
    struct record *record;

    assert_int_equal(
        merge(fixture, &one, &other, &(struct client_details){.phone = "418 555-0100"}), 0);
    record = work_fixture_get(fixture, RECORD_CLIENT, &other, NULL);
    assert_int_equal(client_change(&batch, &fixture->author, record, &moved, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(record);
    assert_int_equal(unmerge(fixture, &one), 0);
    record = work_fixture_get(fixture, RECORD_CLIENT, &other, NULL);
    assert_string_equal(record_text(record, "phone"), "514 555-0122");
    record_free(record);
}

static void a_search_finds_either_name(void **state)
{
    struct work_fixture *fixture = *state;
    struct id one = add(fixture, &(struct client_details){.name = "Julie Gagnon"});
    struct id other = add(fixture, &(struct client_details){.name = "Julie Tremblay"});
    struct client_details typed = {.name = "Gagnon Julie"};
    struct client_index *index;
    struct client_hit hits[4];

    assert_int_equal(merge(fixture, &one, &other, NULL), 0);
    assert_int_equal(client_index_new(&index, fixture->store.store, NULL), 0);
    assert_int_equal(client_index_find(index, "gagnon", hits, 4), 1);
    assert_true(id_equal(&hits[0].client->id, &other));
    assert_string_equal(record_text(hits[0].found_as, "name"), "Julie Gagnon");
    assert_int_equal(client_index_find(index, "julie", hits, 4), 1);
    assert_int_equal(client_index_find(index, "tremblay", hits, 4), 1);
    assert_null(hits[0].found_as);
    assert_int_equal(client_index_likely(index, &typed, NULL, hits, 4), 1);
    assert_true(id_equal(&hits[0].client->id, &other));
    /* What is merged already is not proposed again. */
    assert_int_equal(client_index_likely(index, &typed, &other, hits, 4), 0);
    client_index_free(index);
}

static void no_circle_can_be_made(void **state)
{
    struct work_fixture *fixture = *state;
    struct id a = add(fixture, &(struct client_details){.name = "A"});
    struct id b = add(fixture, &(struct client_details){.name = "B"});
    struct id c = add(fixture, &(struct client_details){.name = "C"});

    assert_int_equal(merge(fixture, &a, &a, NULL), ERROR_CONFLICT);
    assert_int_equal(merge(fixture, &a, &b, NULL), 0);
    assert_int_equal(merge(fixture, &a, &c, NULL), ERROR_CONFLICT);
    assert_int_equal(merge(fixture, &b, &a, NULL), ERROR_CONFLICT);
    assert_int_equal(merge(fixture, &b, &c, NULL), 0);
    assert_int_equal(merge(fixture, &c, &a, NULL), ERROR_CONFLICT);
}

/* Merges and un-merges at random, against a plain model; in the end all merges are taken back, and
 * every file is as it was. */
#define FILES 12

static int model_root(const int *into, int file)
{
    while (into[file] >= 0)
        file = into[file];
    return file;
}

static void check_model(struct work_fixture *fixture, const struct id *ids, const int *into)
{
    for (int i = 0; i < FILES; i++) {
        size_t members = 0;
        struct client_group group;
        struct id survivor;

        for (int j = 0; j < FILES; j++)
            members += model_root(into, j) == model_root(into, i);
        assert_int_equal(client_survivor(fixture->store.store, &ids[i], &survivor, NULL), 0);
        assert_true(id_equal(&survivor, &ids[model_root(into, i)]));
        assert_int_equal(client_group_read(fixture->store.store, &ids[i], &group, NULL), 0);
        assert_int_equal(group.count, members);
        assert_int_equal(count_cases(fixture, &ids[i]), members);
    }
}

static void random_step(struct work_fixture *fixture, const struct id *ids, int *into)
{
    int from = rand() % FILES, to = rand() % FILES;

    if (rand() % 3 == 0) {
        assert_int_equal(unmerge(fixture, &ids[from]), into[from] < 0 ? ERROR_CONFLICT : 0);
        into[from] = -1;
    } else if (into[from] >= 0 || model_root(into, to) == from) {
        assert_int_equal(merge(fixture, &ids[from], &ids[to], NULL), ERROR_CONFLICT);
    } else {
        char phone[32];

        snprintf(phone, sizeof(phone), "418 555-01%02d", from);
        assert_int_equal(merge(fixture, &ids[from], &ids[to],
                               rand() % 2 ? &(struct client_details){.phone = phone} : NULL),
                         0);
        into[from] = to;
    }
}

static void any_order_of_merges_loses_nothing(void **state)
{
    struct work_fixture *fixture = *state;
    struct id ids[FILES];
    char *before[FILES];
    int into[FILES];

    for (int i = 0; i < FILES; i++) {
        char name[32];

        snprintf(name, sizeof(name), "Client %d", i);
        ids[i] = add(fixture, &(struct client_details){.name = name});
        add_case(fixture, &ids[i]);
        before[i] = body_of(fixture, &ids[i]);
        into[i] = -1;
    }
    srand(20);
    for (int step = 0; step < 120; step++) {
        random_step(fixture, ids, into);
        if (step % 10 == 0) {
            work_fixture_sync(fixture);
            check_model(fixture, ids, into);
        }
    }
    work_fixture_sync(fixture);
    check_model(fixture, ids, into);
    for (int i = 0; i < FILES; i++) {
        char *after;

        if (into[i] >= 0)
            assert_int_equal(unmerge(fixture, &ids[i]), 0);
        after = body_of(fixture, &ids[i]);
        assert_null(strstr(after, "merge"));
        free(after);
    }
    for (int i = 0; i < FILES; i++) {
        struct record *record = work_fixture_get(fixture, RECORD_CLIENT, &ids[i], NULL);

        assert_int_equal(count_cases(fixture, &ids[i]), 1);
        assert_non_null(strstr(before[i], record_text(record, "name")));
        record_free(record);
        free(before[i]);
    }
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, work_fixture_setup, work_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_merged_file_is_followed_and_nothing_rewritten),
        WITH(what_was_chosen_comes_back_with_the_unmerge),
        WITH(a_later_change_outlives_the_unmerge),
        WITH(a_search_finds_either_name),
        WITH(no_circle_can_be_made),
        WITH(any_order_of_merges_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
