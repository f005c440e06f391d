/* Flags as agents make and settle them. */
#include "app/flag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

static const struct flag_draft draft = {RECORD_SERVICE, "s/permit", "wrong-fee", "It is $5."};

static struct id write_one(struct work_fixture *fixture)
{
    struct batch batch = {0};
    struct id id;

    assert_int_equal(flag_write(&batch, &fixture->author, &draft, "s/keepers", &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static void test_waits_and_is_answered(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = write_one(fixture);
    enum store_pending pending;
    struct record *flag = work_fixture_get(fixture, RECORD_FLAG, &id, &pending);
    struct batch batch = {0};

    assert_int_equal(pending, STORE_WAITING);
    assert_true(flag_is_open(flag));
    assert_true(flag_is_from(flag, &fixture->author.agent));
    assert_string_equal(record_text(flag, "text"), "It is $5.");
    record_free(flag);
    work_fixture_sync(fixture);
    flag = work_fixture_get(fixture, RECORD_FLAG, &id, &pending);
    assert_int_equal(pending, STORE_SETTLED);
    assert_int_equal(flag_settle(&batch, &fixture->visitor, flag, "  ", NULL), ERROR_INVALID);
    assert_int_equal(batch.count, 0);
    assert_int_equal(flag_settle(&batch, &fixture->visitor, flag, "Corrected.", NULL), 0);
    record_free(flag);
    work_fixture_visit(fixture, &batch);
    flag = work_fixture_get(fixture, RECORD_FLAG, &id, NULL);
    assert_false(flag_is_open(flag));
    assert_string_equal(record_text(flag, "answer"), "Corrected.");
    assert_string_equal(record_text(flag, "settled_by"), fixture->visitor.agent.text);
    assert_int_equal(flag_settle(&batch, &fixture->author, flag, "Again.", NULL), ERROR_CONFLICT);
    record_free(flag);
}

static void test_its_author_takes_it_back(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = write_one(fixture);
    struct record *flag = work_fixture_get(fixture, RECORD_FLAG, &id, NULL);
    struct batch batch = {0};

    assert_int_equal(flag_withdraw(&batch, &fixture->visitor, flag, NULL), ERROR_REFUSED);
    assert_int_equal(batch.count, 0);
    assert_int_equal(flag_withdraw(&batch, &fixture->author, flag, NULL), 0);
    record_free(flag);
    work_fixture_apply(fixture, &batch);
    assert_null(flag_find_open(fixture->store.store, RECORD_SERVICE, "s/permit"));
    work_fixture_sync(fixture);
    flag = work_fixture_get(fixture, RECORD_FLAG, &id, NULL);
    assert_true(flag_is_withdrawn(flag));
    assert_int_equal(flag_withdraw(&batch, &fixture->author, flag, NULL), ERROR_CONFLICT);
    assert_int_equal(flag_settle(&batch, &fixture->visitor, flag, "Done.", NULL), ERROR_CONFLICT);
    record_free(flag);
}

static void test_finds_what_is_open(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = write_one(fixture);
    struct record *flag = flag_find_open(fixture->store.store, RECORD_SERVICE, "s/permit");
    struct batch batch = {0};

    assert_non_null(flag);
    assert_true(id_equal(&flag->id, &id));
    assert_null(flag_find_open(fixture->store.store, RECORD_FORM, "s/permit"));
    assert_null(flag_find_open(fixture->store.store, RECORD_SERVICE, "s/other"));
    assert_int_equal(flag_settle(&batch, &fixture->author, flag, "Done.", NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(flag);
    assert_null(flag_find_open(fixture->store.store, RECORD_SERVICE, "s/permit"));
}

static void refuse(struct work_fixture *fixture, struct flag_draft bad, int code)
{
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id;

    assert_int_equal(flag_write(&batch, &fixture->author, &bad, "", &id, &error), code);
    assert_int_equal(batch.count, 0);
}

static void test_refuses(void **state)
{
    struct work_fixture *fixture = *state;
    char *longer = malloc(FLAG_TEXT_LIMIT + 2);

    memset(longer, 'a', FLAG_TEXT_LIMIT + 1);
    longer[FLAG_TEXT_LIMIT + 1] = '\0';
    refuse(fixture, (struct flag_draft){RECORD_CLIENT, "s/x", "other", "x"}, ERROR_INVALID);
    refuse(fixture, (struct flag_draft){RECORD_FORM, "s/x", "odd", "x"}, ERROR_INVALID);
    refuse(fixture, (struct flag_draft){RECORD_FORM, "s/x", "other", " \n"}, ERROR_INVALID);
    refuse(fixture, (struct flag_draft){RECORD_FORM, "s/x", "other", longer}, ERROR_TOO_LARGE);
    free(longer);
}

static struct record *agent_of(const char *body)
{
    struct id id = id_from_key("agent", "s/omar");
    struct record *agent = record_new(RECORD_AGENT, &id);

    json_decref(agent->body);
    agent->body = json_loads(body, 0, NULL);
    assert_non_null(agent->body);
    return agent;
}

static void test_whose_it_is(void **state)
{
    struct id id = id_from_key("service", "s/x");
    struct record *flag = record_new(RECORD_FLAG, &id);
    struct record *keeper = agent_of("{\"key\": \"s/omar\", \"office\": \"far\","
                                     " \"queues\": [\"keepers\"]}");
    struct record *clerk = agent_of("{\"key\": \"s/marie\", \"office\": \"quebec\"}");

    (void)state;
    json_object_set_new(flag->body, "office", json_string("s/quebec"));
    json_object_set_new(flag->body, "to_queue", json_string("s/keepers"));
    assert_true(flag_is_for(flag, keeper));
    assert_false(flag_is_for(flag, clerk));
    json_object_del(flag->body, "to_queue");
    assert_false(flag_is_for(flag, keeper));
    assert_true(flag_is_for(flag, clerk));
    record_free(flag);
    record_free(keeper);
    record_free(clerk);
}

/* The keeper of the subject's source comes before another source's. */
static void test_where_it_goes(void **state)
{
    static const char *const keys[] = {"a/catalogue-keeper", "b/catalogue-keeper", "b/front"};
    char folder[] = "/tmp/guichet-flag-XXXXXX", path[64], queue[RECORD_KEY_SIZE];
    struct catalogue *catalogue = NULL;
    struct record *page[3];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/catalogue.db", folder);
    assert_int_equal(catalogue_open(&catalogue, path, true, NULL), 0);
    assert_int_equal(flag_queue(catalogue, "b/x", queue, NULL), 0);
    assert_string_equal(queue, "");
    for (size_t i = 0; i < 3; i++) {
        struct id id = id_from_key("queue", keys[i]);

        page[i] = record_new(RECORD_QUEUE, &id);
        json_object_set_new(page[i]->body, "key", json_string(keys[i]));
        page[i]->rev = page[i]->seq = 1;
    }
    assert_int_equal(catalogue_write_page(catalogue, page, 3, 1, "feed", NULL), 0);
    assert_int_equal(flag_queue(catalogue, "b/x", queue, NULL), 0);
    assert_string_equal(queue, "b/catalogue-keeper");
    assert_int_equal(flag_queue(catalogue, "c/x", queue, NULL), 0);
    assert_string_equal(queue, "a/catalogue-keeper");
    for (size_t i = 0; i < 3; i++)
        record_free(page[i]);
    catalogue_close(catalogue);
    assert_int_equal(remove_folder(folder), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, work_fixture_setup, work_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_waits_and_is_answered),   TEST(test_its_author_takes_it_back),
        TEST(test_finds_what_is_open),      TEST(test_refuses),
        cmocka_unit_test(test_whose_it_is), cmocka_unit_test(test_where_it_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
