/* Looks at a terminal: told once, waiting like everything else, and forgotten when the server has
 * them. */
#include "app/look.h"

#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

static void tell(struct work_fixture *fixture, const struct look *look, int64_t now_ms)
{
    struct batch batch = {0};

    assert_int_equal(look_add(&batch, &fixture->author, look, NULL), 0);
    work_fixture_apply(fixture, &batch);
    assert_int_equal(look_note(fixture->store.store, look, now_ms, NULL), 0);
}

static int keep_first(void *context, const struct outbox_entry *entry)
{
    json_t **document = context;

    if (*document == NULL)
        *document = operation_to_json(entry->operation);
    return 0;
}

static void it_says_who_what_and_why(void **state)
{
    struct work_fixture *fixture = *state;
    struct look look = {.client = store_fixture_id(&fixture->store),
                        .matter = store_fixture_id(&fixture->store),
                        .contact = store_fixture_id(&fixture->store),
                        .purpose = PURPOSE_CALL_BACK,
                        .words = "rappel demandé"};
    json_t *document = NULL;
    const json_t *body;

    tell(fixture, &look, 1000);
    assert_int_equal(store_outbox_each(fixture->store.store, 10, keep_first, &document, NULL), 0);
    body = json_object_get(document, "body");
    assert_string_equal(json_text_or(document, "type", ""), "access");
    assert_string_equal(json_text_or(body, "client", ""), look.client.text);
    assert_string_equal(json_text_or(body, "case", ""), look.matter.text);
    assert_string_equal(json_text_or(body, "contact", ""), look.contact.text);
    assert_string_equal(json_text_or(body, "agent", ""), fixture->author.agent.text);
    assert_string_equal(json_text_or(body, "office", ""), "sample/quebec");
    assert_string_equal(json_text_or(body, "purpose", ""), "call-back");
    assert_string_equal(json_text_or(body, "words", ""), "rappel demandé");
    json_decref(document);
}

static void a_file_is_told_once_a_contact_or_an_hour(void **state)
{
    struct work_fixture *fixture = *state;
    struct store *store = fixture->store.store;
    struct look look = {.client = store_fixture_id(&fixture->store), .purpose = PURPOSE_CALL_BACK};
    struct look other = {.client = store_fixture_id(&fixture->store)};
    struct look contact = look, next = look;

    assert_false(look_is_told(store, &look, 1000));
    tell(fixture, &look, 1000);
    assert_true(look_is_told(store, &look, 1000 + LOOK_AGAIN_MS - 1));
    assert_false(look_is_told(store, &look, 1000 + LOOK_AGAIN_MS));
    assert_false(look_is_told(store, &look, 999)); /* a clock that was set back */
    assert_false(look_is_told(store, &other, 1000));
    /* No purpose said: that of before; another one, or words, are told. */
    look.purpose = PURPOSE_NONE;
    assert_true(look_is_told(store, &look, 2000));
    look.purpose = PURPOSE_EMERGENCY;
    assert_false(look_is_told(store, &look, 2000));
    look.purpose = PURPOSE_CALL_BACK;
    look.words = "encore";
    assert_false(look_is_told(store, &look, 2000));
    tell(fixture, &look, 2000);
    assert_true(look_is_told(store, &look, 2001));
    look.words = "autre chose";
    assert_false(look_is_told(store, &look, 2001));
    /* In a contact: until it ends, however long it takes. */
    contact.contact = store_fixture_id(&fixture->store);
    assert_false(look_is_told(store, &contact, 2000));
    tell(fixture, &contact, 2000);
    assert_true(look_is_told(store, &contact, 2000 + 5 * LOOK_AGAIN_MS));
    next.contact = store_fixture_id(&fixture->store);
    assert_false(look_is_told(store, &next, 2000));
}

static int count_one(void *context, const struct record *record, enum store_pending pending)
{
    (void)record;
    (void)pending;
    ++*(size_t *)context;
    return 0;
}

static void it_waits_and_is_forgotten(void **state)
{
    struct work_fixture *fixture = *state;
    struct store *store = fixture->store.store;
    struct look look = {.client = store_fixture_id(&fixture->store),
                        .matter = store_fixture_id(&fixture->store)};
    struct store_query query = {.case_id = look.matter};
    struct store_outcome outcome = {.rev = 1, .seq = 7};
    json_t *document = NULL;
    size_t count = 0;

    tell(fixture, &look, 1000);
    assert_int_equal(store_outbox_count(store, NULL), 1);
    assert_int_equal(store_outbox_count_work(store, NULL), 0);
    /* It is no part of the file that was opened. */
    assert_int_equal(store_each(store, &query, count_one, &count, NULL), 0);
    assert_int_equal(count, 0);
    query = (struct store_query){.type = RECORD_ACCESS};
    assert_int_equal(store_each(store, &query, count_one, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(store_outbox_each(store, 10, keep_first, &document, NULL), 0);
    assert_true(id_parse(&outcome.operation, json_text_or(document, "id", "")));
    json_decref(document);
    assert_int_equal(store_outbox_settle(store, &outcome, 1, NULL), 0);
    assert_int_equal(store_outbox_count(store, NULL), 0);
    count = 0;
    assert_int_equal(store_each(store, &query, count_one, &count, NULL), 0);
    assert_int_equal(count, 0);
    /* A server restored from an older copy is told again. */
    assert_int_equal(store_history_lost(store, 3000, NULL), 0);
    assert_int_equal(store_outbox_count(store, NULL), 1);
}

static void it_is_about_somebody(void **state)
{
    struct work_fixture *fixture = *state;
    struct look look = {.contact = store_fixture_id(&fixture->store)};
    char words[PURPOSE_TEXT_LIMIT + 2];
    struct batch batch = {0};

    assert_int_equal(look_add(&batch, &fixture->author, &look, NULL), ERROR_INVALID);
    memset(words, 'x', sizeof(words));
    words[sizeof(words) - 1] = '\0';
    look.client = store_fixture_id(&fixture->store);
    look.words = words;
    assert_int_equal(look_add(&batch, &fixture->author, &look, NULL), ERROR_TOO_LARGE);
    words[PURPOSE_TEXT_LIMIT] = '\0';
    assert_int_equal(look_add(&batch, &fixture->author, &look, NULL), 0);
    batch_clear(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_says_who_what_and_why, work_fixture_setup,
                                        work_fixture_teardown),
        cmocka_unit_test_setup_teardown(a_file_is_told_once_a_contact_or_an_hour,
                                        work_fixture_setup, work_fixture_teardown),
        cmocka_unit_test_setup_teardown(it_waits_and_is_forgotten, work_fixture_setup,
                                        work_fixture_teardown),
        cmocka_unit_test_setup_teardown(it_is_about_somebody, work_fixture_setup,
                                        work_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
