/* The file of a client: whatever is held by any of the files that are one client's. */
#include "app/client_file.h"

#include <string.h>

#include "app/case.h"
#include "app/contact.h"
#include "app/delegation.h"
#include "app/delivery.h"
#include "app/handoff_context.h"
#include "app/message.h"
#include "app/note.h"
#include "app/task.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

static struct id add(struct work_fixture *fixture, const char *name)
{
    const struct client_details details = {.name = name, .email = "a@example.org"};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(client_new(&batch, &fixture->author, &details, &id, NULL), 0);
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

static struct id add_contact(struct work_fixture *fixture, const struct id *client)
{
    const struct contact_start start = {.client = *client};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(contact_begin(&batch, &fixture->author, &start, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static struct id add_note(struct work_fixture *fixture, const struct note_draft *draft)
{
    struct batch batch = {0};
    struct id id;

    assert_int_equal(note_write(&batch, &fixture->author, draft, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static struct id add_delegation(struct work_fixture *fixture, const struct id *client,
                                const struct id *delegate)
{
    const struct delegation_draft draft = {
        .client = *client, .delegate = *delegate, .proof = "judgment"};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(delegation_make(&batch, &fixture->author, &draft, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

static struct id add_task(struct work_fixture *fixture, const struct id *client)
{
    const struct task_draft draft = {.kind = "review", .text = "call", .client = *client};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(task_make(&batch, &fixture->author, &draft, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return id;
}

/* A record that is made elsewhere: a form or a message. */
static struct id add_other(struct work_fixture *fixture, enum record_type type,
                           const struct id *client, const char *member, const char *word)
{
    struct author server = fixture->visitor;
    struct batch batch = {0};
    struct operation *operation;
    struct id id;

    if (type == RECORD_MESSAGE)
        server.agent = delivery_server();
    operation = author_append(&server, type);
    id = operation->record;

    operation_put_id(operation, "client", client);
    operation_put_text(operation, "office", fixture->visitor.office);
    operation_put_text(operation, member, word);
    if (type == RECORD_MESSAGE) {
        operation_put_text(operation, "channel", "email");
        operation_put_text(operation, "direction", "in");
        operation_put_text(operation, "text", "Bonjour");
        operation_put_time(operation, "at", author_now(&fixture->visitor));
    } else {
        operation_put_text(operation, "status", "draft");
        json_object_set_new(operation->body, "form_version", json_integer(1));
        operation_put_id(operation, "started_by", &fixture->visitor.agent);
        operation_put_time(operation, "started_at", author_now(&fixture->visitor));
    }
    assert_int_equal(batch_add(&batch, operation, NULL), 0);
    work_fixture_visit(fixture, &batch);
    return id;
}

static void merge(struct work_fixture *fixture, const struct id *from, const struct id *into)
{
    struct record *client = work_fixture_get(fixture, RECORD_CLIENT, from, NULL);
    struct record *survivor = work_fixture_get(fixture, RECORD_CLIENT, into, NULL);
    struct batch batch = {0};

    assert_int_equal(
        client_merge(&batch, &fixture->author, fixture->store.store, client, survivor, NULL, NULL),
        0);
    work_fixture_apply(fixture, &batch);
    record_free(client);
    record_free(survivor);
}

static void unmerge(struct work_fixture *fixture, const struct id *from)
{
    struct record *client = work_fixture_get(fixture, RECORD_CLIENT, from, NULL);
    struct batch batch = {0};

    assert_int_equal(client_unmerge(&batch, &fixture->author, client, NULL, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(client);
}

/* In which of the client's files it stands; -1 for none. */
static int stands_in(struct work_fixture *fixture, const struct id *client, const struct id *id)
{
    struct client_file file;
    int found = -1;

    assert_int_equal(client_file_read(&file, fixture->store.store, client, NULL), 0);
    for (size_t i = 0; i < file.count; i++)
        if (id_equal(&file.entries[i].entry.record->id, id)) {
            assert_int_equal(found, -1);
            found = (int)file.entries[i].file;
        }
    client_file_free(&file);
    return found;
}

static void all_that_a_merged_file_holds_is_listed_and_given_back(void **state)
{
    struct work_fixture *fixture = *state;
    struct id old = add(fixture, "Julie Gagnon"), stays = add(fixture, "Julie Tremblay");
    struct id person = add(fixture, "Anne Roy");
    const struct note_draft note = {.kind = "internal", .text = "moved", .client = old};
    const struct id held[] = {
        add_case(fixture, &old),
        add_contact(fixture, &old),
        add_note(fixture, &note),
        add_delegation(fixture, &old, &person),
        add_delegation(fixture, &person, &old),
        add_task(fixture, &old),
        add_other(fixture, RECORD_SUBMISSION, &old, "form", "t/move"),
        add_other(fixture, RECORD_MESSAGE, &old, "state", "received"),
    };
    const struct id own = add_contact(fixture, &stays);
    const size_t count = sizeof(held) / sizeof(held[0]);

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(stands_in(fixture, &old, &held[i]), 0);
        assert_int_equal(stands_in(fixture, &stays, &held[i]), -1);
    }
    merge(fixture, &old, &stays);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(stands_in(fixture, &stays, &held[i]), 1);
        assert_int_equal(stands_in(fixture, &old, &held[i]), 1);
    }
    assert_int_equal(stands_in(fixture, &old, &own), 0);
    /* Who acts sees it from their file too. */
    assert_int_equal(stands_in(fixture, &person, &held[3]), 0);
    unmerge(fixture, &old);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(stands_in(fixture, &old, &held[i]), 0);
        assert_int_equal(stands_in(fixture, &stays, &held[i]), -1);
    }
    assert_int_equal(stands_in(fixture, &stays, &own), 0);
}

static void cases_come_first_and_what_is_on_one_is_left_out(void **state)
{
    struct work_fixture *fixture = *state;
    struct id client = add(fixture, "Julie Gagnon"), matter = add_case(fixture, &client);
    struct id contact = add_contact(fixture, &client), later = add_contact(fixture, &client);
    const struct note_draft draft = {
        .kind = "internal", .text = "first", .contact = contact, .client = client};
    struct id note = add_note(fixture, &draft);
    struct record *record = work_fixture_get(fixture, RECORD_CONTACT, &contact, NULL);
    struct batch batch = {0};
    struct client_file file;

    assert_int_equal(stands_in(fixture, &client, &note), 0);
    assert_int_equal(contact_link(&batch, &fixture->author, record, &client, &matter, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(record);
    assert_int_equal(stands_in(fixture, &client, &note), -1);
    assert_int_equal(stands_in(fixture, &client, &contact), -1);
    assert_int_equal(client_file_read(&file, fixture->store.store, &client, NULL), 0);
    assert_int_equal(file.count, 2);
    assert_true(id_equal(&file.entries[0].entry.record->id, &matter));
    assert_true(id_equal(&file.entries[1].entry.record->id, &later));
    client_file_free(&file);
}

/* A case of the merged file tells who the client is now; what was noted under either file, in a
 * contact of the case, is on it. */
static void a_case_of_a_merged_file_is_of_the_one_that_stays(void **state)
{
    struct work_fixture *fixture = *state;
    struct id old = add(fixture, "Julie Gagnon"), stays = add(fixture, "Julie Tremblay");
    struct id matter = add_case(fixture, &old), contact = add_contact(fixture, &stays);
    const struct note_draft draft = {
        .kind = "internal", .text = "first", .contact = contact, .client = stays};
    struct id note = add_note(fixture, &draft);
    struct record *record;
    struct batch batch = {0};
    struct case_file file;
    bool found = false;

    merge(fixture, &old, &stays);
    record = work_fixture_get(fixture, RECORD_CONTACT, &contact, NULL);
    assert_int_equal(contact_link(&batch, &fixture->author, record, &(struct id){0}, &matter, NULL),
                     0);
    work_fixture_apply(fixture, &batch);
    record_free(record);
    assert_int_equal(case_file_read(&file, fixture->store.store, &matter, NULL), 0);
    assert_true(id_equal(&file.client->id, &stays));
    assert_int_equal(case_file_more(&file, fixture->store.store, 10, NULL), 0);
    for (size_t i = 0; i < file.count; i++)
        found |= id_equal(&file.entries[i].record->id, &note);
    assert_true(found);
    case_file_free(&file);
    unmerge(fixture, &old);
    assert_int_equal(case_file_read(&file, fixture->store.store, &matter, NULL), 0);
    assert_true(id_equal(&file.client->id, &old));
    case_file_free(&file);
}

/* The newest commitments of all files, the oldest of them first. */
static void a_handoff_carries_commitments_of_all_files(void **state)
{
    struct work_fixture *fixture = *state;
    struct id old = add(fixture, "Julie Gagnon"), stays = add(fixture, "Julie Tremblay");
    struct id notes[HANDOFF_COMMITMENTS_LIMIT + 2];
    const struct id none = {0};
    struct handoff_facts facts;

    for (size_t i = 0; i < HANDOFF_COMMITMENTS_LIMIT + 2; i++) {
        const struct note_draft draft = {.kind = "commitment",
                                         .text = "I will call",
                                         .client = i % 2 ? old : stays,
                                         .due_ms = INT64_C(1900000000000)};

        notes[i] = add_note(fixture, &draft);
    }
    merge(fixture, &old, &stays);
    assert_int_equal(
        handoff_facts_read(&facts, fixture->store.store, &none, &old, &none, &none, NULL), 0);
    assert_true(id_equal(&facts.client->id, &stays));
    assert_int_equal(facts.commitment_count, HANDOFF_COMMITMENTS_LIMIT);
    for (size_t i = 0; i < facts.commitment_count; i++)
        assert_string_equal(facts.commitments[i]->id.text, notes[i + 2].text);
    handoff_facts_free(&facts);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, work_fixture_setup, work_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(all_that_a_merged_file_holds_is_listed_and_given_back),
        WITH(cases_come_first_and_what_is_on_one_is_left_out),
        WITH(a_case_of_a_merged_file_is_of_the_one_that_stays),
        WITH(a_handoff_carries_commitments_of_all_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
