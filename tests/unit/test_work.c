/* Contact, case, note, submission, the case file. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/case_file.h"
#include "app/client.h"
#include "app/contact.h"
#include "app/json.h"
#include "app/note.h"
#include "app/record_fields.h"
#include "app/submission.h"
#include "tests/unit/work_fixture.h"

/* A client with a contact in progress about a case. */
struct scene {
    struct id client, contact, matter;
};

static struct scene set_scene(struct work_fixture *fixture)
{
    struct batch batch = {0};
    struct scene scene;
    struct contact_start start = {.language = "fr", .need = "changer d'adresse"};
    struct case_start opening = {.service = "sample/change-of-address"};

    assert_int_equal(client_new(&batch, &fixture->author,
                                &(struct client_details){.name = "Zoé Roy"}, &scene.client, NULL),
                     0);
    start.client = opening.client = scene.client;
    assert_int_equal(case_open(&batch, &fixture->author, &opening, &scene.matter, NULL), 0);
    start.matter = scene.matter;
    assert_int_equal(contact_begin(&batch, &fixture->author, &start, &scene.contact, NULL), 0);
    work_fixture_apply(fixture, &batch);
    return scene;
}

static void a_contact_is_found_until_it_ends(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct batch batch = {0};
    struct record *contact;

    assert_int_equal(
        contact_find_open(fixture->store.store, &fixture->author.agent, &contact, NULL), 0);
    assert_true(id_equal(&contact->id, &scene.contact));
    assert_string_equal(record_text(contact, "channel"), "counter");
    assert_string_equal(record_text(contact, "need"), "changer d'adresse");
    assert_int_equal(contact_end(&batch, &fixture->author, contact, "nonsense", NULL),
                     ERROR_INVALID);
    assert_int_equal(contact_end(&batch, &fixture->author, contact, "resolved", NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(contact);
    assert_int_equal(
        contact_find_open(fixture->store.store, &fixture->author.agent, &contact, NULL), 0);
    assert_null(contact);
    contact = work_fixture_get(fixture, RECORD_CONTACT, &scene.contact, NULL);
    assert_string_equal(record_text(contact, "outcome"), "resolved");
    assert_int_equal(contact_end(&batch, &fixture->author, contact, "resolved", NULL),
                     ERROR_CONFLICT);
    record_free(contact);
}

static void a_contact_is_linked_and_set_where_it_differs(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct record *contact = work_fixture_get(fixture, RECORD_CONTACT, &scene.contact, NULL);
    struct id other = store_fixture_id(&fixture->store), none = {0};
    struct batch batch = {0};

    assert_int_equal(
        contact_link(&batch, &fixture->author, contact, &scene.client, &scene.matter, NULL), 0);
    assert_int_equal(contact_set(&batch, &fixture->author, contact, "language", "fr", NULL), 0);
    assert_int_equal(batch.count, 0);
    assert_int_equal(contact_link(&batch, &fixture->author, contact, &other, &none, NULL), 0);
    assert_int_equal(contact_set(&batch, &fixture->author, contact, "identity", "basic", NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(contact);
    contact = work_fixture_get(fixture, RECORD_CONTACT, &scene.contact, NULL);
    assert_string_equal(record_text(contact, "client"), other.text);
    assert_string_equal(record_text(contact, "case"), scene.matter.text);
    assert_string_equal(record_text(contact, "identity"), "basic");
    record_free(contact);
}

static void a_case_is_born_received_with_a_reference(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct record *matter = work_fixture_get(fixture, RECORD_CASE, &scene.matter, NULL);
    char reference[ID_REFERENCE_SIZE];

    assert_true(id_reference_parse(record_text(matter, "reference"), reference));
    assert_int_equal(reference[0], 'C');
    assert_string_equal(record_text(matter, "status"), "received");
    assert_string_equal(record_text(matter, "opened_by"), fixture->author.agent.text);
    record_free(matter);
}

static void a_case_is_claimed_and_pending_until_confirmed(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    enum store_pending pending;
    struct batch batch = {0};
    struct record *matter;

    work_fixture_sync(fixture);
    matter = work_fixture_get(fixture, RECORD_CASE, &scene.matter, &pending);
    assert_int_equal(pending, STORE_SETTLED);
    assert_int_equal(case_assign(&batch, &fixture->author, matter, &fixture->author.agent, NULL),
                     0);
    assert_int_equal(case_set_status(&batch, &fixture->author, matter, "in-progress", NULL), 0);
    assert_int_equal(case_set_status(&batch, &fixture->author, matter, "nonsense", NULL),
                     ERROR_INVALID);
    assert_int_equal(batch.count, 2);
    work_fixture_apply(fixture, &batch);
    record_free(matter);
    matter = work_fixture_get(fixture, RECORD_CASE, &scene.matter, &pending);
    assert_int_equal(pending, STORE_CLAIMING);
    assert_string_equal(record_text(matter, "assignee"), fixture->author.agent.text);
    record_free(matter);
    work_fixture_sync(fixture);
    matter = work_fixture_get(fixture, RECORD_CASE, &scene.matter, &pending);
    assert_int_equal(pending, STORE_SETTLED);
    assert_int_equal(case_assign(&batch, &fixture->author, matter, &fixture->author.agent, NULL),
                     0);
    assert_int_equal(batch.count, 0);
    record_free(matter);
}

static void only_statuses_that_may_follow_are_proposed(void **state)
{
    const char *next[CASE_STATUS_LIMIT];

    (void)state;
    case_next_statuses("approved", next);
    assert_string_equal(next[0], "closed");
    assert_null(next[1]);
    case_next_statuses("received", next);
    assert_string_equal(next[0], "in-progress");
}

static int count_case(void *context, const struct record *record, enum store_pending pending)
{
    (void)record;
    (void)pending;
    ++*(int *)context;
    return 0;
}

static void cases_are_listed_by_client_and_by_agent(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct store *store = fixture->store.store;
    struct batch batch = {0};
    struct record *matter;
    int count = 0;

    set_scene(fixture);
    assert_int_equal(case_each(store, &scene.client, NULL, count_case, &count, NULL), 0);
    assert_int_equal(count, 1);
    count = 0;
    assert_int_equal(case_each(store, NULL, &fixture->author.agent, count_case, &count, NULL), 0);
    assert_int_equal(count, 2);
    /* Given to another, it leaves the list. */
    matter = work_fixture_get(fixture, RECORD_CASE, &scene.matter, NULL);
    assert_int_equal(case_assign(&batch, &fixture->author, matter, &fixture->visitor.agent, NULL),
                     0);
    work_fixture_apply(fixture, &batch);
    record_free(matter);
    count = 0;
    assert_int_equal(case_each(store, NULL, &fixture->author.agent, count_case, &count, NULL), 0);
    assert_int_equal(count, 1);
}

/* --- notes ----------------------------------------------------------------------------------- */

static void a_note_is_written_once_and_for_all(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct note_draft draft = {.kind = "contact",
                               .text = "Vu avec la cliente.\nPièce reçue.",
                               .matter = scene.matter,
                               .contact = scene.contact,
                               .client = scene.client};
    struct batch batch = {0};
    struct record *note;
    struct id id;

    assert_int_equal(note_write(&batch, &fixture->author, &draft, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    note = work_fixture_get(fixture, RECORD_NOTE, &id, NULL);
    assert_string_equal(record_text(note, "text"), draft.text);
    assert_string_equal(record_text(note, "case"), scene.matter.text);
    assert_string_equal(record_text(note, "author"), fixture->author.agent.text);
    record_free(note);
}

static void a_note_of_10_megabytes_is_told_both_sizes(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    size_t length = 10 * 1024 * 1024;
    char *text = malloc(length + 1);
    struct note_draft draft = {.kind = "contact", .text = text, .matter = scene.matter};
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id;

    memset(text, 'x', length);
    text[length] = '\0';
    assert_int_equal(note_write(&batch, &fixture->author, &draft, &id, &error), ERROR_TOO_LARGE);
    assert_string_equal(error.message, "text: 10485760 bytes, at most 65536");
    assert_int_equal(batch.count, 0);
    text[NOTE_TEXT_LIMIT] = '\0';
    assert_int_equal(note_write(&batch, &fixture->author, &draft, &id, &error), 0);
    batch_clear(&batch);
    free(text);
}

static void a_note_without_sense_is_refused(void **state)
{
    struct work_fixture *fixture = *state;
    struct id matter = store_fixture_id(&fixture->store), id;
    const struct note_draft wrong[] = {
        {.kind = "contact", .text = " \n", .matter = matter},
        {.kind = "gossip", .text = "a", .matter = matter},
        {.kind = "contact", .text = "a"},
        {.kind = "contact", .text = "a", .matter = matter, .corrects = matter},
        {.kind = "contact", .text = "\xff", .matter = matter},
    };
    struct batch batch = {0};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(note_write(&batch, &fixture->author, &wrong[i], &id, NULL), ERROR_INVALID);
    assert_int_equal(batch.count, 0);
}

/* --- submissions ----------------------------------------------------------------------------- */

static struct id start_form(struct work_fixture *fixture, const struct scene *scene)
{
    struct id form_id = id_from_key("form", "sample/change-of-address"), id;
    struct record *form = record_new(RECORD_FORM, &form_id);
    struct submission_place place = {scene->matter, scene->contact, scene->client};
    struct batch batch = {0};

    json_decref(form->body);
    form->body = json_pack("{s:s, s:i}", "key", "sample/change-of-address", "version", 3);
    assert_int_equal(submission_start(&batch, &fixture->author, form, &place, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(form);
    return id;
}

static void answers_are_set_one_by_one(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct id id = start_form(fixture, &scene);
    struct record *draft = work_fixture_get(fixture, RECORD_SUBMISSION, &id, NULL);
    json_t *answers = json_pack("{s:s, s:b}", "given_name", "Zoé", "a/b~c", 1);
    struct batch batch = {0};

    assert_int_equal(json_integer_or(draft->body, "form_version", 0), 3);
    assert_int_equal(
        submission_change(&batch, &fixture->author, draft, answers, "/given_name", NULL, NULL), 0);
    assert_non_null(json_object_get(batch.operations[0]->body, "answers/a~1b~0c"));
    work_fixture_apply(fixture, &batch);
    record_free(draft);
    draft = work_fixture_get(fixture, RECORD_SUBMISSION, &id, NULL);
    assert_true(json_equal(json_object_get(draft->body, "answers"), answers));
    assert_string_equal(record_text(draft, "field"), "/given_name");
    /* The same again changes nothing; null removes. */
    assert_int_equal(
        submission_change(&batch, &fixture->author, draft, answers, "/given_name", NULL, NULL), 0);
    assert_int_equal(batch.count, 0);
    json_object_set_new(answers, "given_name", json_null());
    assert_int_equal(submission_change(&batch, &fixture->author, draft, answers, NULL, NULL, NULL),
                     0);
    work_fixture_apply(fixture, &batch);
    record_free(draft);
    draft = work_fixture_get(fixture, RECORD_SUBMISSION, &id, NULL);
    assert_null(json_object_get(json_object_get(draft->body, "answers"), "given_name"));
    record_free(draft);
    json_decref(answers);
}

static void a_submitted_form_is_final(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct id id = start_form(fixture, &scene), none = {0};
    struct batch batch = {0};
    struct record *draft, *found;

    assert_int_equal(submission_find_draft(fixture->store.store, &scene.matter, &none,
                                           "sample/change-of-address", &found, NULL),
                     0);
    assert_true(id_equal(&found->id, &id));
    record_free(found);
    assert_int_equal(submission_find_draft(fixture->store.store, &none, &scene.contact,
                                           "sample/other", &found, NULL),
                     0);
    assert_null(found);
    draft = work_fixture_get(fixture, RECORD_SUBMISSION, &id, NULL);
    assert_int_equal(submission_submit(&batch, &fixture->author, draft, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(draft);
    draft = work_fixture_get(fixture, RECORD_SUBMISSION, &id, NULL);
    assert_string_equal(record_text(draft, "submitted_by"), fixture->author.agent.text);
    assert_int_equal(submission_change(&batch, &fixture->author, draft, NULL, "/a", NULL, NULL),
                     ERROR_REFUSED);
    assert_int_equal(submission_submit(&batch, &fixture->author, draft, NULL), ERROR_REFUSED);
    assert_int_equal(
        submission_find_draft(fixture->store.store, &scene.matter, &none, NULL, &found, NULL), 0);
    assert_null(found);
    record_free(draft);
}

static void long_names_of_answers_have_no_path(void **state)
{
    char name[102], path[SUBMISSION_PATH_SIZE];

    (void)state;
    memset(name, '/', sizeof(name) - 1);
    name[101] = '\0';
    assert_false(submission_answer_path(name, path));
    name[100] = '\0';
    assert_true(submission_answer_path(name, path));
    assert_int_equal(strlen(path), 8 + 200);
    assert_false(submission_answer_path("", path));
}

/* --- the case file --------------------------------------------------------------------------- */

static void a_case_file_has_all_of_it_newest_first(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = set_scene(fixture);
    struct note_draft loose = {
        .kind = "contact", .text = "avant", .contact = scene.contact, .client = scene.client};
    struct note_draft elsewhere = {.kind = "contact", .text = "autre", .client = scene.client};
    struct note_draft last = {.kind = "internal", .text = "après", .matter = scene.matter};
    struct batch batch = {0};
    struct case_file file;
    struct id id, submission;

    assert_int_equal(note_write(&batch, &fixture->author, &loose, &id, NULL), 0);
    assert_int_equal(note_write(&batch, &fixture->author, &elsewhere, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    submission = start_form(fixture, &scene);
    assert_int_equal(note_write(&batch, &fixture->author, &last, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    assert_int_equal(case_file_read(&file, fixture->store.store, &scene.matter, NULL), 0);
    assert_int_equal(file.count, 4);
    assert_string_equal(record_text(file.client, "name"), "Zoé Roy");
    assert_string_equal(record_text(file.entries[0].record, "text"), "après");
    assert_true(id_equal(&file.entries[1].record->id, &submission));
    assert_string_equal(file.entries[1].channel, "counter");
    assert_string_equal(record_text(file.entries[2].record, "text"), "avant");
    assert_int_equal(file.entries[3].record->type, RECORD_CONTACT);
    assert_true(id_equal(&file.entries[3].author, &fixture->author.agent));
    assert_true(file.entries[0].at_ms >= file.entries[3].at_ms);
    case_file_free(&file);
    assert_int_equal(case_file_read(&file, fixture->store.store, &scene.client, NULL),
                     ERROR_NOT_FOUND);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, work_fixture_setup, work_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_contact_is_found_until_it_ends),
        WITH(a_contact_is_linked_and_set_where_it_differs),
        WITH(a_case_is_born_received_with_a_reference),
        WITH(a_case_is_claimed_and_pending_until_confirmed),
        cmocka_unit_test(only_statuses_that_may_follow_are_proposed),
        WITH(cases_are_listed_by_client_and_by_agent),
        WITH(a_note_is_written_once_and_for_all),
        WITH(a_note_of_10_megabytes_is_told_both_sizes),
        WITH(a_note_without_sense_is_refused),
        WITH(answers_are_set_one_by_one),
        WITH(a_submitted_form_is_final),
        cmocka_unit_test(long_names_of_answers_have_no_path),
        WITH(a_case_file_has_all_of_it_newest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
