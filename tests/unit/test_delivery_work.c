/* Deliveries on the terminal: how they stand in the case, and what an agent may ask. */
#include <stdio.h>
#include <string.h>

#include "app/case.h"
#include "app/case_file.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/submission.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

struct scene {
    struct id matter, submission;
};

/* The server as an author. */
static struct author server_of(struct work_fixture *fixture)
{
    struct author server = fixture->visitor;

    server.agent = delivery_server();
    return server;
}

static void deliver(struct work_fixture *fixture, const struct scene *scene, const char *agency,
                    int number)
{
    struct author server = server_of(fixture);
    struct operation *operation = author_append(&server, RECORD_DELIVERY);
    struct batch batch = {0};

    operation->record = delivery_id(&scene->submission, agency);
    json_object_update_new(operation->body,
                           json_pack("{s:s, s:s, s:s, s:i, s:[], s:s, s:i, s:s, s:s, s:s}",
                                     "submission", scene->submission.text, "case",
                                     scene->matter.text, "agency", agency, "number", number,
                                     "answers", "form", "sample/move", "form_version", 1, "office",
                                     fixture->author.office, "created_at",
                                     "2026-11-26T10:00:00.000Z", "state", "waiting"));
    assert_int_equal(batch_add(&batch, operation, NULL), 0);
    work_fixture_visit(fixture, &batch);
}

/* What became of it; `claimed` is stolen. */
static void became(struct work_fixture *fixture, const struct scene *scene, const char *agency,
                   json_t *claimed)
{
    struct author server = server_of(fixture);
    struct id id = delivery_id(&scene->submission, agency);
    struct record *record = work_fixture_get(fixture, RECORD_DELIVERY, &id, NULL);
    struct operation *operation = author_change(&server, OPERATION_CLAIM, record);
    struct batch batch = {0};

    json_object_update_new(operation->body, claimed);
    assert_int_equal(batch_add(&batch, operation, NULL), 0);
    work_fixture_visit(fixture, &batch);
    record_free(record);
}

static struct scene set_scene(struct work_fixture *fixture)
{
    struct id form_id = id_from_key("form", "sample/move");
    struct record *form = record_new(RECORD_FORM, &form_id);
    struct case_start opening = {.subject = "move"};
    struct submission_place place = {0};
    struct batch batch = {0};
    struct scene scene;

    json_object_set_new(form->body, "key", json_string("sample/move"));
    json_object_set_new(form->body, "version", json_integer(1));
    assert_int_equal(case_open(&batch, &fixture->author, &opening, &scene.matter, NULL), 0);
    place.matter = scene.matter;
    assert_int_equal(
        submission_start(&batch, &fixture->author, form, &place, &scene.submission, NULL), 0);
    work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    record_free(form);
    deliver(fixture, &scene, "second", 2);
    deliver(fixture, &scene, "third", 3);
    deliver(fixture, &scene, "first", 1);
    return scene;
}

static void a_list_has_the_order_of_the_form(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct record *submission =
        work_fixture_get(fixture, RECORD_SUBMISSION, &scene.submission, NULL);
    static const char *const names[] = {"first", "second", "third"};
    struct delivery_list list;

    assert_int_equal(delivery_list_read(&list, fixture->store.store, submission, NULL), 0);
    assert_int_equal(list.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(record_text(list.entries[i].record, "agency"), names[i]);
    delivery_list_free(&list);
    record_free(submission);
}

static void the_case_tells_what_happened_not_what_is_tried(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct case_file file;
    size_t found = 0;

    became(fixture, &scene, "first",
           json_pack("{s:s, s:s, s:s}", "state", "acknowledged", "receipt", "R-1", "decided_at",
                     "2026-11-26T11:00:00.000Z"));
    became(fixture, &scene, "second",
           json_pack("{s:s, s:i, s:s}", "state", "waiting", "attempts", 7, "tried_at",
                     "2026-11-26T12:00:00.000Z"));
    assert_int_equal(case_file_read(&file, fixture->store.store, &scene.matter, NULL), 0);
    for (size_t i = 0; i < file.count; i++) {
        const struct case_entry *entry = &file.entries[i];
        bool first = strcmp(record_text(entry->record, "agency"), "first") == 0;
        int64_t expected;

        if (entry->record->type != RECORD_DELIVERY)
            continue;
        found++;
        assert_true(id_is_empty(&entry->author));
        timestamp_parse(first ? "2026-11-26T11:00:00.000Z" : "2026-11-26T10:00:00.000Z", &expected);
        assert_int_equal(entry->at_ms, expected);
        assert_int_equal(delivery_is_decided(entry->record), first);
    }
    assert_int_equal(found, 3);
    case_file_free(&file);
}

static void an_agent_asks_only_what_has_a_sense(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct id id = delivery_id(&scene.submission, "first");
    struct record *record = work_fixture_get(fixture, RECORD_DELIVERY, &id, NULL);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    enum store_pending pending;

    assert_int_equal(delivery_send_again(&batch, &fixture->author, record, &error), ERROR_REFUSED);
    assert_int_equal(batch.count, 0);
    record_free(record);
    became(fixture, &scene, "first",
           json_pack("{s:s, s:s}", "state", "refused", "cause", DELIVERY_REFUSED));
    record = work_fixture_get(fixture, RECORD_DELIVERY, &id, NULL);
    assert_int_equal(delivery_withdraw(&batch, &fixture->author, record, &error), ERROR_REFUSED);
    assert_int_equal(delivery_send_again(&batch, &fixture->author, record, NULL), 0);
    record_free(record);
    /* At once on this terminal, pending; then confirmed. */
    work_fixture_apply(fixture, &batch);
    record = work_fixture_get(fixture, RECORD_DELIVERY, &id, &pending);
    assert_string_equal(record_text(record, "state"), "waiting");
    assert_int_equal(pending, STORE_CLAIMING);
    record_free(record);
    work_fixture_sync(fixture);
    record = work_fixture_get(fixture, RECORD_DELIVERY, &id, &pending);
    assert_string_equal(record_text(record, "state"), "waiting");
    assert_int_equal(pending, STORE_SETTLED);
    assert_int_equal(delivery_withdraw(&batch, &fixture->author, record, NULL), 0);
    record_free(record);
    work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    record = work_fixture_get(fixture, RECORD_DELIVERY, &id, NULL);
    assert_string_equal(record_text(record, "state"), "withheld");
    record_free(record);
}

static void consent_is_asked_where_there_is_a_sentence(void **state)
{
    json_t *asks = json_pack("{s:s, s:{s:s}}", "id", "saaq", "consent", "en", "I agree");
    json_t *free_one = json_pack("{s:s}", "id", "saaq");
    json_t *empty = json_pack("{s:s, s:{s:s}}", "id", "saaq", "consent", "fr", "");
    json_t *yes = json_pack("{s:b}", "saaq", 1), *no = json_pack("{s:b}", "saaq", 0);
    json_t *odd = json_pack("{s:s}", "saaq", "yes"), *other = json_pack("{s:b}", "ramq", 1);

    (void)state;
    assert_true(delivery_has_consent(asks, yes));
    assert_false(delivery_has_consent(asks, no));
    assert_false(delivery_has_consent(asks, odd));
    assert_false(delivery_has_consent(asks, other));
    assert_false(delivery_has_consent(asks, NULL));
    assert_true(delivery_has_consent(free_one, NULL));
    assert_true(delivery_has_consent(empty, no));
    json_decref(asks);
    json_decref(free_one);
    json_decref(empty);
    json_decref(yes);
    json_decref(no);
    json_decref(odd);
    json_decref(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_list_has_the_order_of_the_form, work_fixture_setup,
                                        work_fixture_teardown),
        cmocka_unit_test_setup_teardown(the_case_tells_what_happened_not_what_is_tried,
                                        work_fixture_setup, work_fixture_teardown),
        cmocka_unit_test_setup_teardown(an_agent_asks_only_what_has_a_sense, work_fixture_setup,
                                        work_fixture_teardown),
        cmocka_unit_test(consent_is_asked_where_there_is_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
