/* Appends and fields, what conflicts, and every refusal that merge itself gives. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/merge.h"
#include "app/record_fields.h"
#include "tests/unit/merge_fixture.h"

static void an_append_makes_the_record(void **state)
{
    struct record *record = merge_client();

    (void)state;
    assert_int_equal(record->rev, 1);
    assert_string_equal(record_text(record, "name"), "Anne");
    assert_string_equal(json_text_or(json_object_get(record->meta, "created"), "agent", ""),
                        AGENT_A);
    merge_refused(&record,
                  merge_operation(OPERATION_APPEND, RECORD_CLIENT, 'B', 2000, 0, CLIENT_BODY),
                  MERGE_EXISTS, "");
    record_free(record);
}

/* Both say the same of a new record, and part with the next change. */
static void what_made_a_record_stands_as_its_last_change_until_the_next(void **state)
{
    struct record *record = merge_client();
    const json_t *created = json_object_get(record->meta, "created");
    char *made = json_write(created), *still;

    (void)state;
    assert_int_equal(strlen(json_text_or(created, "operation", "")), ID_TEXT_LENGTH);
    assert_true(json_equal(json_object_get(record->meta, "updated"), created));
    merge_do(&record,
             merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'B', 2000, 1, "{\"name\":\"Anna\"}"));
    still = json_write(json_object_get(record->meta, "created"));
    assert_string_equal(still, made);
    assert_string_equal(json_text_or(json_object_get(record->meta, "updated"), "agent", ""),
                        AGENT_B);
    free(made);
    free(still);
    record_free(record);
}

static void an_append_is_checked_field_by_field(void **state)
{
    struct record *none = NULL;

    (void)state;
    merge_refused(&none,
                  merge_operation(OPERATION_APPEND, RECORD_CLIENT, 'A', 1, 0, "{\"nom\":\"x\"}"),
                  MERGE_FIELD, "nom");
    merge_refused(&none,
                  merge_operation(OPERATION_APPEND, RECORD_CLIENT, 'A', 1, 0, "{\"name\":3}"),
                  MERGE_VALUE, "name");
    merge_refused(&none,
                  merge_operation(OPERATION_APPEND, RECORD_CLIENT, 'A', 1, 0, "{\"kind\":\"cat\"}"),
                  MERGE_VALUE, "kind");
    merge_refused(&none,
                  merge_operation(OPERATION_APPEND, RECORD_CLIENT, 'A', 1, 0, "{\"name\":\"x\"}"),
                  MERGE_REQUIRED, "kind");
    merge_refused(
        &none,
        merge_operation(OPERATION_APPEND, RECORD_HANDOFF, 'A', 1, 0, "{\"state\":\"accepted\"}"),
        MERGE_TRANSITION, "state");
    merge_refused(
        &none,
        merge_operation(OPERATION_APPEND, RECORD_CONTACT, 'A', 1, 0, "{\"started_at\":\"now\"}"),
        MERGE_VALUE, "started_at");
    merge_refused(
        &none, merge_operation(OPERATION_APPEND, RECORD_CONTACT, 'A', 1, 0, "{\"client\":\"12\"}"),
        MERGE_VALUE, "client");
    merge_refused(
        &none,
        merge_operation(OPERATION_APPEND, RECORD_SUBMISSION, 'A', 1, 0, "{\"form_version\":-1}"),
        MERGE_VALUE, "form_version");
    merge_refused(
        &none, merge_operation(OPERATION_APPEND, RECORD_SUBMISSION, 'A', 1, 0, "{\"answers\":[]}"),
        MERGE_VALUE, "answers");
    merge_refused(
        &none,
        merge_operation(OPERATION_APPEND, RECORD_SUBMISSION, 'A', 1, 0, "{\"answers\":{\"\":1}}"),
        MERGE_VALUE, "answers");
    merge_refused(
        &none,
        merge_operation(OPERATION_APPEND, RECORD_SUBMISSION, 'A', 1, 0, "{\"consents\":true}"),
        MERGE_VALUE, "consents");
}

static void a_type_takes_only_its_kinds(void **state)
{
    struct record *none = NULL;
    struct record *record = merge_client();

    (void)state;
    merge_refused(&none, merge_operation(OPERATION_APPEND, RECORD_SERVICE, 'A', 1, 0, "{}"),
                  MERGE_KIND, "");
    merge_refused(&none, merge_operation(OPERATION_FIELDS, RECORD_NOTE, 'A', 1, 0, "{}"),
                  MERGE_KIND, "");
    merge_refused(&none, merge_operation(OPERATION_CLAIM, RECORD_CONTACT, 'A', 1, 1, "{}"),
                  MERGE_KIND, "");
    merge_refused(&none,
                  merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 1, 0, "{\"name\":\"x\"}"),
                  MERGE_MISSING, "");
    merge_refused(&record, merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 1, 1, "{}"),
                  MERGE_REQUIRED, "");
    record_free(record);
}

static void fields_change_what_was_seen(void **state)
{
    struct record *record = merge_client();
    struct merge_result result;

    (void)state;
    /* An agent who saw the value changes it knowingly, even with a clock that is behind. */
    result = merge_do(&record, merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'B', 10, 1,
                                               "{\"name\":\"Anna\",\"phone\":\"418 555-0100\"}"));
    assert_int_equal(result.refusal, MERGE_APPLIED);
    assert_false(result.conflict);
    assert_string_equal(record_text(record, "name"), "Anna");
    assert_string_equal(record_text(record, "phone"), "418 555-0100");
    result = merge_do(
        &record, merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'B', 20, 1, "{\"phone\":null}"));
    assert_int_equal(result.refusal, MERGE_APPLIED);
    assert_string_equal(record_text(record, "phone"), "");
    record_free(record);
}

static void fields_that_may_not_be_set_are_named(void **state)
{
    struct record *record = merge_client();

    (void)state;
    merge_refused(&record, merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 1, 1, "{\"x\":1}"),
                  MERGE_FIELD, "x");
    merge_refused(
        &record,
        merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 1, 1, "{\"office\":\"a/b\"}"),
        MERGE_FIELD, "office");
    merge_refused(&record,
                  merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 1, 1, "{\"kind\":null}"),
                  MERGE_VALUE, "kind");
    merge_refused(&record,
                  merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 1, 1, "{\"name/x\":1}"),
                  MERGE_FIELD, "name/x");
    record_free(record);
}

static void the_later_of_two_unseen_writers_wins_and_nothing_is_lost(void **state)
{
    for (int later = 0; later < 2; later++) {
        struct record *record = merge_client();
        struct merge_result result;
        const json_t *conflict;

        (void)state;
        merge_do(&record, merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 5000, 1,
                                          "{\"name\":\"A\"}"));
        result = merge_do(&record,
                          merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'B', later ? 6000 : 4000,
                                          1, "{\"name\":\"B\",\"email\":\"b@example.org\"}"));
        assert_int_equal(result.refusal, MERGE_APPLIED);
        assert_true(result.conflict);
        assert_string_equal(result.field, "name");
        assert_string_equal(record_text(record, "name"), later ? "B" : "A");
        assert_string_equal(record_text(record, "email"), "b@example.org");
        conflict = json_array_get(json_object_get(record->meta, "conflicts"), 0);
        assert_string_equal(json_text_or(conflict, "value", ""), later ? "A" : "B");
        assert_string_equal(json_text_or(conflict, "kept", ""), later ? "B" : "A");
        assert_string_equal(json_text_or(conflict, "agent", ""), later ? AGENT_A : AGENT_B);

        /* Whoever saw the conflict and sets the field settles it. */
        result = merge_do(&record, merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 7000,
                                                   record->rev, "{\"name\":\"C\"}"));
        assert_false(result.conflict);
        assert_null(json_object_get(record->meta, "conflicts"));
        record_free(record);
    }
}

static void equal_values_are_no_conflict(void **state)
{
    struct record *record = merge_client();
    struct merge_result result;

    (void)state;
    merge_do(&record,
             merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 5000, 1, "{\"name\":\"Same\"}"));
    result = merge_do(&record, merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'B', 4000, 1,
                                               "{\"name\":\"Same\"}"));
    assert_false(result.conflict);
    record_free(record);
}

static void at_one_moment_the_order_of_arrival_does_not_matter(void **state)
{
    const char *names[2];

    (void)state;
    for (int order = 0; order < 2; order++) {
        struct record *record = merge_client();

        for (int i = 0; i < 2; i++) {
            char who = (i == order) ? 'A' : 'B';

            merge_do(&record,
                     merge_operation(OPERATION_FIELDS, RECORD_CLIENT, who, 5000, 1,
                                     who == 'A' ? "{\"name\":\"A\"}" : "{\"name\":\"B\"}"));
        }
        names[order] = strcmp(record_text(record, "name"), "A") == 0 ? "A" : "B";
        record_free(record);
    }
    assert_string_equal(names[0], names[1]);
}

static void many_conflicts_are_bounded(void **state)
{
    struct record *record = merge_client();

    (void)state;
    merge_do(&record,
             merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 5000, 1, "{\"name\":\"A\"}"));
    for (int i = 0; i < 100; i++) {
        char body[40];

        snprintf(body, sizeof(body), "{\"name\":\"B%d\"}", i);
        merge_do(&record, merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'B', 1000 + i, 1, body));
    }
    assert_int_equal(json_array_size(json_object_get(record->meta, "conflicts")), 32);
    record_free(record);
}

#define DRAFT_BODY                                                                                 \
    "{\"form\":\"sample/address\",\"form_version\":1,\"office\":\"sample/quebec\","                \
    "\"started_by\":\"" AGENT_A "\",\"started_at\":\"2026-11-24T10:00:00Z\",\"status\":\"draft\"}"

static void answers_are_fields_of_their_own(void **state)
{
    struct record *record = NULL;
    struct merge_result result;
    const json_t *answers;

    (void)state;
    merge_do(&record,
             merge_operation(OPERATION_APPEND, RECORD_SUBMISSION, 'A', 1000, 0, DRAFT_BODY));
    merge_do(&record, merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'A', 2000, 1,
                                      "{\"answers/name\":\"Anne\",\"answers/a~1b~0\":[1,2]}"));
    result = merge_do(&record, merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'B', 3000, 1,
                                               "{\"answers/city\":\"Québec\"}"));
    assert_false(result.conflict);
    answers = json_object_get(record->body, "answers");
    assert_string_equal(json_text_or(answers, "name", ""), "Anne");
    assert_string_equal(json_text_or(answers, "city", ""), "Québec");
    assert_int_equal(json_array_size(json_object_get(answers, "a/b~")), 2);
    merge_do(&record, merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'B', 4000, 3,
                                      "{\"answers/city\":null}"));
    assert_null(json_object_get(json_object_get(record->body, "answers"), "city"));
    merge_refused(
        &record,
        merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'A', 5, 1, "{\"answers\":{}}"),
        MERGE_FIELD, "answers");
    merge_refused(
        &record,
        merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'A', 5, 1, "{\"answers/\":1}"),
        MERGE_FIELD, "answers/");
    merge_refused(
        &record,
        merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'A', 5, 1, "{\"answers/a/b\":1}"),
        MERGE_FIELD, "answers/a/b");
    merge_refused(
        &record,
        merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'A', 5, 1, "{\"answers/a~2\":1}"),
        MERGE_FIELD, "answers/a~2");
    record_free(record);
}

static void a_submitted_form_takes_no_more_answers(void **state)
{
    struct record *record = NULL;

    (void)state;
    merge_do(&record,
             merge_operation(OPERATION_APPEND, RECORD_SUBMISSION, 'A', 1000, 0, DRAFT_BODY));
    assert_int_equal(merge_do(&record, merge_operation(OPERATION_CLAIM, RECORD_SUBMISSION, 'A',
                                                       2000, 1, "{\"status\":\"submitted\"}"))
                         .refusal,
                     MERGE_APPLIED);
    merge_refused(
        &record,
        merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'A', 3000, 2, "{\"answers/x\":1}"),
        MERGE_CLOSED, "");
    record_free(record);
}

static void a_record_too_large_is_refused(void **state)
{
    struct record *record = NULL;
    struct operation *operation;
    char *long_text = malloc(RECORD_BODY_LIMIT + 1);

    (void)state;
    memset(long_text, 'x', RECORD_BODY_LIMIT);
    long_text[RECORD_BODY_LIMIT] = '\0';
    merge_do(&record,
             merge_operation(OPERATION_APPEND, RECORD_SUBMISSION, 'A', 1000, 0, DRAFT_BODY));
    operation = merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'A', 2000, 1, "{}");
    json_object_set_new(operation->body, "answers/x", json_string(long_text));
    merge_refused(&record, operation, MERGE_TOO_LARGE, "");
    operation = merge_operation(OPERATION_APPEND, RECORD_NOTE, 'A', 2000, 0, "{}");
    long_text[NOTE_TEXT_LIMIT + 1] = '\0';
    json_object_set_new(operation->body, "text", json_string(long_text));
    {
        struct record *none = NULL;

        merge_refused(&none, operation, MERGE_VALUE, "text");
    }
    free(long_text);
    record_free(record);
}

static void a_long_path_is_named_in_whole_characters(void **state)
{
    struct record *record = merge_client();

    (void)state;
    for (int lead = 0; lead < 2; lead++) {
        struct operation *operation =
            merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 2000, 1, "{}");
        struct merge_result result;
        char path[200] = "x";
        json_t *named;

        for (size_t length = (size_t)lead; length + 2 < sizeof(path); length += 2)
            memcpy(path + length, "é", 3);
        json_object_set_new(operation->body, path, json_null());
        result = merge_do(&record, operation);
        assert_int_equal(result.refusal, MERGE_FIELD);
        named = json_string(result.field);
        assert_non_null(named);
        json_decref(named);
    }
    record_free(record);
}

/* What is emptied leaves the body, and its stamp stays. */
static void a_record_does_not_grow_by_what_was_emptied(void **state)
{
    struct record *record = NULL;
    struct operation *operation;
    char path[40];
    int sent = 0;

    (void)state;
    merge_do(&record,
             merge_operation(OPERATION_APPEND, RECORD_SUBMISSION, 'A', 1000, 0, DRAFT_BODY));
    do {
        operation = merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'A', 2000 + sent, 1, "{}");
        for (int i = 0; i < 2000; i++) {
            snprintf(path, sizeof(path), "answers/%d-%d", sent, i);
            json_object_set_new(operation->body, path, json_null());
        }
        sent++;
    } while (sent < 20 && merge_do(&record, operation).refusal == MERGE_APPLIED);
    assert_in_range(sent, 2, 19);
    assert_true(json_dumpb(record->meta, NULL, 0, JSON_COMPACT) < 5 * RECORD_BODY_LIMIT);
    merge_do(&record, merge_operation(OPERATION_CLAIM, RECORD_SUBMISSION, 'A', 3000, record->rev,
                                      "{\"status\":\"submitted\"}"));
    assert_string_equal(record_text(record, "status"), "submitted");
    record_free(record);
}

static void large_conflicts_give_way_to_later_ones(void **state)
{
    struct record *record = NULL;
    struct operation *operation;
    char *text = malloc(RECORD_BODY_LIMIT / 2);

    (void)state;
    memset(text, 'x', RECORD_BODY_LIMIT / 2);
    text[RECORD_BODY_LIMIT / 2 - 1] = '\0';
    merge_do(&record,
             merge_operation(OPERATION_APPEND, RECORD_SUBMISSION, 'A', 1000, 0, DRAFT_BODY));
    for (int i = 0; i < 20; i++) {
        text[0] = (char)('a' + i);
        operation = merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, i % 2 == 0 ? 'A' : 'B',
                                    2000 + i, 1, "{}");
        json_object_set_new(operation->body, "answers/x", json_string(text));
        assert_int_equal(merge_do(&record, operation).refusal, MERGE_APPLIED);
    }
    assert_true(json_dumpb(record->meta, NULL, 0, JSON_COMPACT) < 5 * RECORD_BODY_LIMIT);
    operation = merge_operation(OPERATION_FIELDS, RECORD_SUBMISSION, 'A', 1500, 1, "{}");
    text[0] = 'z';
    json_object_set_new(operation->body, "answers/x", json_string(text));
    assert_true(merge_do(&record, operation).conflict);
    {
        const json_t *conflicts = json_object_get(record->meta, "conflicts");
        const json_t *last = json_array_get(conflicts, json_array_size(conflicts) - 1);

        assert_int_equal(json_text_or(last, "value", "")[0], 'z');
    }
    free(text);
    record_free(record);
}

static void operations_and_records_survive_the_wire(void **state)
{
    struct operation *operation =
        merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 1764018185123, 4, "{\"name\":\"É\"}");
    struct operation *back;
    struct record *record = merge_client();
    struct record *record_back;
    struct error error = ERROR_INIT;
    json_t *document;

    (void)state;
    operation->moment.tick = 77;
    document = operation_to_json(operation);
    assert_int_equal(operation_from_json(&back, document, &error), 0);
    assert_true(json_equal(operation->body, back->body));
    assert_int_equal(moment_compare(operation->moment, back->moment), 0);
    assert_int_equal(back->base, 4);
    assert_true(id_equal(&operation->id, &back->id));
    json_object_set_new(document, "kind", json_string("delete"));
    operation_free(back);
    assert_int_equal(operation_from_json(&back, document, &error), ERROR_INVALID);
    assert_non_null(strstr(error.message, "delete"));
    assert_null(back);
    json_decref(document);
    operation_free(operation);

    document = record_to_json(record);
    assert_int_equal(record_from_json(&record_back, document, &error), 0);
    assert_true(json_equal(record->body, record_back->body));
    assert_true(json_equal(record->meta, record_back->meta));
    record_free(record_back);
    json_object_set_new(document, "type", json_string("ghost"));
    assert_int_equal(record_from_json(&record_back, document, &error), ERROR_INVALID);
    assert_non_null(strstr(error.message, "ghost"));
    json_decref(document);
    record_free(record);
}

/* What a newer version added to a record or an operation goes through an older one unharmed. */
static void unknown_members_are_kept(void **state)
{
    struct operation *operation =
        merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 2000, 1, "{\"phone\":\"1\"}");
    struct operation *back;
    struct record *record = merge_client();
    struct record *read;
    struct merge_result result;
    json_t *document;

    (void)state;
    document = operation_to_json(operation);
    json_object_set_new(document, "witness", json_string("of tomorrow"));
    operation_free(operation);
    assert_int_equal(operation_from_json(&back, document, NULL), 0);
    json_decref(document);
    document = operation_to_json(back);
    assert_string_equal(json_text_or(document, "witness", ""), "of tomorrow");
    json_decref(document);

    document = record_to_json(record);
    json_object_set_new(document, "retention", json_pack("{s:i}", "years", 7));
    json_object_set_new(json_object_get(document, "body"), "pronoun", json_string("iel"));
    json_object_set_new(json_object_get(document, "meta"), "origin", json_string("web"));
    assert_int_equal(record_from_json(&read, document, NULL), 0);
    json_decref(document);
    assert_int_equal(merge_apply(&result, back, read, NULL), 0);
    assert_int_equal(result.refusal, MERGE_APPLIED);
    document = record_to_json(result.record);
    assert_int_equal(json_integer_or(json_object_get(document, "retention"), "years", 0), 7);
    assert_string_equal(json_text_or(json_object_get(document, "body"), "pronoun", ""), "iel");
    assert_string_equal(json_text_or(json_object_get(document, "body"), "phone", ""), "1");
    assert_string_equal(json_text_or(json_object_get(document, "meta"), "origin", ""), "web");
    json_decref(document);
    record_free(result.record);
    record_free(read);
    record_free(record);
    operation_free(back);
}

/* Clocks that are years wrong, before and after: whatever the order of arrival, all come to the
 * same, what was seen is changed knowingly, and no value is lost. */
static void clocks_years_wrong_converge(void **state)
{
    static const int64_t year = INT64_C(31557600000);
    char *bodies[2];

    (void)state;
    for (int order = 0; order < 2; order++) {
        struct record *record = merge_client();
        struct operation *past = merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 1000 + year,
                                                 1, "{\"phone\":\"from the past\"}");
        struct operation *future = merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'B', 60 * year,
                                                   1, "{\"phone\":\"from the future\"}");

        past->moment.ms = 1000 - 20 * year;
        assert_int_equal(merge_do(&record, order == 0 ? past : future).refusal, MERGE_APPLIED);
        assert_true(merge_do(&record, order == 0 ? future : past).conflict);
        assert_string_equal(record_text(record, "phone"), "from the future");
        assert_non_null(
            strstr(json_text_or(json_array_get(json_object_get(record->meta, "conflicts"), 0),
                                "value", ""),
                   "past"));
        /* Having seen it, the one whose clock is behind has its way all the same. */
        past = merge_operation(OPERATION_FIELDS, RECORD_CLIENT, 'A', 2000, record->rev,
                               "{\"phone\":\"corrected\"}");
        past->moment.ms = 2000 - 20 * year;
        assert_false(merge_do(&record, past).conflict);
        bodies[order] = json_canonical(record->body);
        record_free(record);
    }
    assert_string_equal(bodies[0], bodies[1]);
    free(bodies[0]);
    free(bodies[1]);
}

static void every_refusal_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < MERGE_REFUSAL_COUNT; i++)
        assert_int_equal(merge_refusal_from_name(merge_refusal_name((enum merge_refusal)i)), i);
    assert_int_equal(merge_refusal_from_name("?"), MERGE_REFUSAL_COUNT);
    assert_null(merge_refusal_name(MERGE_REFUSAL_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_append_makes_the_record),
        cmocka_unit_test(what_made_a_record_stands_as_its_last_change_until_the_next),
        cmocka_unit_test(an_append_is_checked_field_by_field),
        cmocka_unit_test(a_type_takes_only_its_kinds),
        cmocka_unit_test(fields_change_what_was_seen),
        cmocka_unit_test(fields_that_may_not_be_set_are_named),
        cmocka_unit_test(the_later_of_two_unseen_writers_wins_and_nothing_is_lost),
        cmocka_unit_test(equal_values_are_no_conflict),
        cmocka_unit_test(at_one_moment_the_order_of_arrival_does_not_matter),
        cmocka_unit_test(many_conflicts_are_bounded),
        cmocka_unit_test(answers_are_fields_of_their_own),
        cmocka_unit_test(a_submitted_form_takes_no_more_answers),
        cmocka_unit_test(a_record_too_large_is_refused),
        cmocka_unit_test(a_long_path_is_named_in_whole_characters),
        cmocka_unit_test(a_record_does_not_grow_by_what_was_emptied),
        cmocka_unit_test(large_conflicts_give_way_to_later_ones),
        cmocka_unit_test(operations_and_records_survive_the_wire),
        cmocka_unit_test(unknown_members_are_kept),
        cmocka_unit_test(clocks_years_wrong_converge),
        cmocka_unit_test(every_refusal_has_a_name),
    };

    return cmocka_run_group_tests(tests, merge_fixture_setup, NULL);
}
