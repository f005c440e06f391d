/* The order in which the outbox leaves. */
#include "tests/unit/unit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/record_fields.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/store_former.h"

#define OFFICE "\"office\":\"sample/quebec\""
#define MOST   200

/* The outbox as it leaves. */
struct outbox {
    struct operation *operations[MOST]; /* owned */
    size_t count;
};

static int keep(void *context, const struct outbox_entry *entry)
{
    struct outbox *outbox = context;
    json_t *document = operation_to_json(entry->operation);

    assert_true(outbox->count < MOST);
    assert_int_equal(operation_from_json(&outbox->operations[outbox->count++], document, NULL), 0);
    json_decref(document);
    return 0;
}

static void read_outbox(struct store_fixture *fixture, struct outbox *outbox)
{
    *outbox = (struct outbox){0};
    assert_int_equal(store_outbox_each(fixture->store, MOST, keep, outbox, NULL), 0);
}

static void free_outbox(struct outbox *outbox)
{
    for (size_t index = 0; index < outbox->count; index++)
        operation_free(outbox->operations[index]);
}

/* "client contact handoff:append ..." */
static void assert_leaves(struct store_fixture *fixture, const char *expected)
{
    struct outbox outbox;
    char line[1000] = "";

    read_outbox(fixture, &outbox);
    for (size_t index = 0; index < outbox.count; index++) {
        const struct operation *operation = outbox.operations[index];

        snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s:%s", index > 0 ? " " : "",
                 record_type_name(operation->type), operation_kind_name(operation->kind));
    }
    free_outbox(&outbox);
    assert_string_equal(line, expected);
}

static struct id make(struct store_fixture *fixture, enum record_type type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static struct id make(struct store_fixture *fixture, enum record_type type, const char *format, ...)
{
    struct id id = store_fixture_id(fixture);
    char body[1000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(body, sizeof body, format, arguments);
    va_end(arguments);
    assert_int_equal(store_fixture_apply(fixture, store_fixture_operation(fixture, OPERATION_APPEND,
                                                                          type, &id, body)),
                     0);
    return id;
}

static void change(struct store_fixture *fixture, enum operation_kind kind, enum record_type type,
                   const struct id *id, const char *body)
{
    struct operation *operation = store_fixture_operation(fixture, kind, type, id, body);
    struct error error = ERROR_INIT;
    int code = store_apply(fixture->store, &operation, 1, NULL, &error);

    operation_free(operation);
    if (code != 0)
        fail_msg("%s", error.message);
}

static struct id make_case(struct store_fixture *fixture, const struct id *client)
{
    return make(fixture, RECORD_CASE,
                "{\"reference\":\"Q-1\",\"client\":\"%s\",\"opened_at\":\"2026-11-24T10:00:00Z\","
                "\"opened_by\":\"%s\",\"status\":\"received\"," OFFICE "}",
                client->text, store_agent(fixture->store)->text);
}

static struct id make_submission(struct store_fixture *fixture, const struct id *case_id)
{
    return make(fixture, RECORD_SUBMISSION,
                "{\"form\":\"sample/complaint\",\"form_version\":1,\"case\":\"%s\","
                "\"started_by\":\"%s\",\"started_at\":\"2026-11-24T10:00:00Z\","
                "\"status\":\"draft\",\"answers\":{}," OFFICE "}",
                case_id->text, store_agent(fixture->store)->text);
}

static struct id make_handoff(struct store_fixture *fixture, const struct id *case_id,
                              const struct id *submission)
{
    char draft[80] = "";

    if (submission != NULL)
        snprintf(draft, sizeof draft, "\"submission\":\"%s\",", submission->text);
    return make(fixture, RECORD_HANDOFF,
                "{\"from\":\"%s\",\"to_queue\":\"sample/front-line\",\"case\":\"%s\",%s"
                "\"summary\":\"next\",\"offered_at\":\"2026-11-24T10:00:00Z\","
                "\"state\":\"offered\"," OFFICE "}",
                store_agent(fixture->store)->text, case_id->text, draft);
}

static void handoffs_then_claims_then_notes_then_drafts(void **state)
{
    struct store_fixture *fixture = *state;
    struct id client = store_fixture_client(fixture, "Ann");
    struct id one = make_case(fixture, &client), two = make_case(fixture, &client);
    struct id draft = make_submission(fixture, &one);

    change(fixture, OPERATION_FIELDS, RECORD_SUBMISSION, &draft, "{\"answers/name\":\"Ann\"}");
    store_fixture_note(fixture, &two, "a note");
    assert_leaves(fixture, "client:append case:append case:append note:append submission:append "
                           "submission:fields");
    change(fixture, OPERATION_CLAIM, RECORD_CASE, &one, "{\"status\":\"in-progress\"}");
    assert_leaves(fixture, "client:append case:append case:claim case:append note:append "
                           "submission:append submission:fields");
    make_handoff(fixture, &two, NULL);
    assert_leaves(fixture, "client:append case:append handoff:append case:append case:claim "
                           "note:append submission:append submission:fields");
}

static void a_handoff_takes_what_it_names_along_but_not_the_answers(void **state)
{
    struct store_fixture *fixture = *state;
    struct id client = store_fixture_client(fixture, "Ann");
    struct id matter = make_case(fixture, &client);
    struct id other = store_fixture_client(fixture, "Bob");
    struct id draft = make_submission(fixture, &matter);

    (void)other;
    change(fixture, OPERATION_FIELDS, RECORD_SUBMISSION, &draft, "{\"answers/name\":\"Ann\"}");
    make_handoff(fixture, &matter, &draft);
    assert_leaves(fixture, "client:append case:append submission:append handoff:append "
                           "client:append submission:fields");
}

static void submitting_takes_all_answers_along(void **state)
{
    struct store_fixture *fixture = *state;
    struct id client = store_fixture_client(fixture, "Ann");
    struct id matter = make_case(fixture, &client);
    struct id draft = make_submission(fixture, &matter);

    store_fixture_note(fixture, &matter, "a note");
    change(fixture, OPERATION_FIELDS, RECORD_SUBMISSION, &draft, "{\"answers/name\":\"Ann\"}");
    change(fixture, OPERATION_CLAIM, RECORD_SUBMISSION, &draft, "{\"status\":\"submitted\"}");
    assert_leaves(fixture, "client:append case:append submission:append submission:fields "
                           "submission:claim note:append");
}

/* --- whatever was made ------------------------------------------------------------------------ */

/* The making of this record, when it leaves too: its place, else `otherwise`. */
static size_t making_of(const struct outbox *outbox, const char *record, size_t otherwise)
{
    for (size_t index = 0; index < outbox->count; index++)
        if (outbox->operations[index]->kind == OPERATION_APPEND &&
            strcmp(outbox->operations[index]->record.text, record) == 0)
            return index;
    return otherwise;
}

static void assert_nothing_overtakes_what_it_needs(struct store_fixture *fixture)
{
    struct outbox outbox;

    read_outbox(fixture, &outbox);
    for (size_t place = 0; place < outbox.count; place++) {
        const struct operation *operation = outbox.operations[place];
        const char *name;
        json_t *value;

        for (size_t later = place + 1; later < outbox.count; later++)
            if (id_equal(&outbox.operations[later]->record, &operation->record))
                assert_true(strcmp(operation->id.text, outbox.operations[later]->id.text) < 0);
        json_object_foreach(operation->body, name, value)
        {
            const struct field *field = record_field(operation->type, name);

            if (field != NULL && field->shape == FIELD_ID)
                assert_true(making_of(&outbox, json_string_value(value), 0) <= place);
        }
    }
    assert_int_equal(outbox.count, store_outbox_count(fixture->store, NULL));
    free_outbox(&outbox);
}

static unsigned draw(unsigned *seed, unsigned below)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 16) % below;
}

static void whatever_was_made_nothing_overtakes_what_it_needs(void **state)
{
    struct store_fixture *fixture = *state;
    struct id clients[40], cases[40], drafts[40];
    size_t client_count = 1, case_count = 1, draft_count = 1;
    unsigned seed = 20261126;

    clients[0] = store_fixture_client(fixture, "first");
    cases[0] = make_case(fixture, &clients[0]);
    drafts[0] = make_submission(fixture, &cases[0]);
    for (int step = 0; step < 120; step++) {
        const struct id *client = &clients[draw(&seed, (unsigned)client_count)];
        const struct id *matter = &cases[draw(&seed, (unsigned)case_count)];
        const struct id *draft = &drafts[draw(&seed, (unsigned)draft_count)];

        switch (draw(&seed, 8)) {
        case 0:
            if (client_count < 40)
                clients[client_count++] = store_fixture_client(fixture, "next");
            break;
        case 1:
            if (case_count < 40)
                cases[case_count++] = make_case(fixture, client);
            break;
        case 2:
            if (draft_count < 40)
                drafts[draft_count++] = make_submission(fixture, matter);
            break;
        case 3:
            change(fixture, OPERATION_FIELDS, RECORD_SUBMISSION, draft, "{\"answers/a\":\"b\"}");
            break;
        case 4:
            change(fixture, OPERATION_FIELDS, RECORD_CLIENT, client,
                   "{\"phone\":\"+14185550101\"}");
            break;
        case 5:
            store_fixture_note(fixture, matter, "words");
            break;
        case 6:
            change(fixture, OPERATION_CLAIM, RECORD_CASE, matter, "{\"status\":\"in-progress\"}");
            break;
        default:
            make_handoff(fixture, matter, draft);
        }
        if (step % 10 == 0)
            assert_nothing_overtakes_what_it_needs(fixture);
    }
    assert_nothing_overtakes_what_it_needs(fixture);
}

/* --- files made before ------------------------------------------------------------------------ */

static void a_file_of_the_first_version_keeps_its_outbox(void **state)
{
    static const char back[] = STORE_BACK_TO_12
        "DROP TRIGGER record_deleted; DROP TABLE file; DROP TABLE coming;"
        "DROP TABLE change; DROP INDEX record_case;"
        "DROP INDEX record_weight; DROP INDEX record_since;"
        "DROP INDEX record_loose; ALTER TABLE record DROP COLUMN weight;"
        "CREATE INDEX record_case ON record(case_id, type, id);"
        "DROP INDEX operation_record; DROP INDEX operation_state;"
        "ALTER TABLE operation DROP COLUMN urgency; DROP TABLE retained; DROP TABLE leaving; "
        "ALTER TABLE record DROP COLUMN seq;"
        "CREATE INDEX operation_record ON operation(type, record, number);"
        "CREATE INDEX operation_state ON operation(state, number);"
        "PRAGMA user_version=1;";
    struct store_fixture *fixture = *state;
    struct id client = store_fixture_client(fixture, "Ann");
    struct id matter = make_case(fixture, &client);
    sqlite3 *file = NULL;

    store_fixture_note(fixture, &matter, "made before");
    assert_int_equal(sqlite3_open(fixture->path, &file), SQLITE_OK);
    assert_int_equal(sqlite3_exec(file, back, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    store_fixture_reopen(fixture);
    assert_leaves(fixture, "client:append case:append note:append");
    make_handoff(fixture, &matter, NULL);
    assert_leaves(fixture, "client:append case:append handoff:append note:append");
}

static int set_up(void **state)
{
    struct store_fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    store_fixture_begin(fixture);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    store_fixture_end(*state);
    free(*state);
    return 0;
}

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(handoffs_then_claims_then_notes_then_drafts),
        STORE_TEST(a_handoff_takes_what_it_names_along_but_not_the_answers),
        STORE_TEST(submitting_takes_all_answers_along),
        STORE_TEST(whatever_was_made_nothing_overtakes_what_it_needs),
        STORE_TEST(a_file_of_the_first_version_keeps_its_outbox),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
