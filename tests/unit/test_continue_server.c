/* The web's REST surface: what a code opens, what comes back, and how a code ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/form_archive.h"
#include "app/import.h"
#include "app/json.h"
#include "app/text.h"
#include "tests/unit/continue_fixture.h"

static struct server_fixture *const f = &continue_fixture;

/* Anne changes one answer. */
static void answer(const struct id *id, const char *path, const char *value)
{
    struct author author = continue_anne();
    struct record *draft = continue_draft(id);
    struct operation *operation = author_change(&author, OPERATION_FIELDS, draft);

    json_object_set_new(operation->body, path, json_string(value));
    continue_post(operation);
    record_free(draft);
}

static json_t *put(const struct continue_code *code, const char *body)
{
    struct continue_path path = continue_path(code);
    struct call call = {.path = path.text, .method = "PUT", .body = body};

    return server_json(f, &call);
}

static void put_refused(const struct continue_code *code, const char *body, long status,
                        const char *problem)
{
    struct continue_path path = continue_path(code);
    struct call call = {.path = path.text, .method = "PUT", .body = body};

    server_expect_problem(f, &call, status, problem);
}

static void opens_nothing(const struct continue_code *code)
{
    struct continue_path path = continue_path(code);
    struct call call = {.path = path.text};

    server_expect_problem(f, &call, 404, "not-found");
}

/* --- what the web sees ------------------------------------------------------------------------ */

static void a_code_opens_form_and_draft(void **state)
{
    struct id id = continue_start("{\"name\": \"Z\", \"postal\": \"x\"}");
    struct continue_code code = continue_fixture_give(&id, continue_later());
    json_t *document = continue_get(&code);
    const json_t *form = json_object_get(document, "form");
    const json_t *errors = json_object_get(document, "errors");
    const json_t *faults = json_object_get(document, "faults");
    const json_t *answered = json_object_get(document, "answered");

    (void)state;
    assert_string_equal(json_text_or(form, "key", ""), "sample/move");
    assert_int_equal(json_integer_or(form, "version", 0), 3);
    assert_true(json_is_object(json_object_get(form, "schema")));
    assert_true(json_is_object(json_object_get(form, "layout")));
    assert_true(json_is_object(json_object_get(form, "translations")));
    assert_true(json_is_true(json_object_get(form, "strip_hidden")));
    assert_string_equal(json_text_or(json_object_get(document, "answers"), "name", ""), "Z");
    assert_true(json_is_false(json_object_get(document, "valid")));
    assert_int_equal(json_array_size(errors), 2);
    assert_string_equal(item_text(errors, 0, "instanceLocation"), "/name");
    assert_string_equal(item_text(errors, 0, "keywordLocation"), "/properties/name/minLength");
    assert_string_equal(
        item_text(errors, 0, "error"),
        json_text_or(json_object_get(json_array_get(errors, 0), "messages"), "fr", "none"));
    assert_non_null(
        json_text_or(json_object_get(json_array_get(errors, 0), "messages"), "en", NULL));
    assert_int_equal(json_array_size(faults), 2);
    assert_string_equal(item_text(faults, 1, "at"), "/postal");
    assert_string_equal(
        json_text_or(json_object_get(json_array_get(faults, 1), "messages"), "fr", ""),
        "Un code postal");
    assert_string_equal(
        json_text_or(json_object_get(json_array_get(faults, 1), "messages"), "en", ""),
        "A postal code");
    assert_string_equal(json_text_or(json_object_get(answered, "name"), "channel", ""), "phone");
    assert_int_equal(json_integer_or(json_object_get(answered, "name"), "rev", 0), 1);
    json_decref(document);
}

/* Nothing but the draft: no agent, no client, no office, no agency. */
static void nothing_more_is_told(void **state)
{
    struct id id = continue_start("{\"name\": \"Zoé\"}");
    struct continue_code code = continue_fixture_give(&id, continue_later());
    json_t *document = continue_get(&code);
    char *text = json_dumps(document, JSON_COMPACT);
    static const char *const never[] = {"agent",      "device", "sample/a", "started_by",
                                        "recipients", "saaq",   "known",    "hash"};

    (void)state;
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        if (strstr(text, never[i]) != NULL)
            fail_msg("\"%s\" is told", never[i]);
    assert_null(strstr(text, f->ledger.actors[ANNE].agent.text));
    assert_null(strstr(text, id.text));
    free(text);
    json_decref(document);
}

/* --- what the web hands back ------------------------------------------------------------------ */

static void answers_come_back_as_the_webs(void **state)
{
    struct id id = continue_start("{\"name\": \"Zoé\", \"postal\": \"H2X\"}");
    struct continue_code code = continue_fixture_give(&id, continue_later());
    json_t *document = put(
        &code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé Roy\", \"a/b\": 7, \"postal\": null}}");
    struct record *draft = continue_draft(&id);
    const json_t *stamp = json_object_get(json_object_get(draft->meta, "stamps"), "answers/name");

    (void)state;
    assert_int_equal(json_integer_or(document, "rev", 0), 3);
    assert_int_equal(json_array_size(json_object_get(document, "conflicts")), 0);
    assert_true(json_is_true(json_object_get(document, "valid")));
    assert_string_equal(
        json_text_or(json_object_get(json_object_get(document, "answered"), "name"), "channel", ""),
        "web");
    assert_string_equal(json_text_or(json_object_get(draft->body, "answers"), "name", ""),
                        "Zoé Roy");
    assert_int_equal(json_integer_or(json_object_get(draft->body, "answers"), "a/b", 0), 7);
    assert_null(json_object_get(json_object_get(draft->body, "answers"), "postal"));
    assert_string_equal(json_text_or(stamp, "channel", ""), "web");
    assert_string_equal(json_text_or(stamp, "agent", ""), continue_web_agent.text);
    json_decref(document);
    record_free(draft);
    /* The same once more changes nothing. */
    document = put(&code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé Roy\"}}");
    assert_int_equal(json_integer_or(document, "rev", 0), 3);
    json_decref(document);
}

static void what_the_office_changed_meanwhile_is_told(void **state)
{
    struct id id = continue_start("{\"name\": \"Zoé\", \"postal\": \"H2X\"}");
    struct continue_code code = continue_fixture_give(&id, continue_later());
    json_t *document, *conflicts;
    struct record *draft;

    (void)state;
    answer(&id, "answers/name", "Zoé Gagnon");
    /* An answer that the web did not touch stays the office's. */
    document = put(&code, "{\"rev\": 2, \"answers\": {\"postal\": \"G1R\"}}");
    assert_string_equal(json_text_or(json_object_get(document, "answers"), "name", ""),
                        "Zoé Gagnon");
    assert_int_equal(json_array_size(json_object_get(document, "conflicts")), 0);
    json_decref(document);
    /* The same one: the later stands, the other is told to both. */
    document = put(&code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé Roy\"}}");
    conflicts = json_object_get(document, "conflicts");
    assert_int_equal(json_array_size(conflicts), 1);
    assert_string_equal(item_text(conflicts, 0, "answer"), "name");
    assert_string_equal(item_text(conflicts, 0, "kept"), "Zoé Roy");
    assert_string_equal(item_text(conflicts, 0, "lost"), "Zoé Gagnon");
    draft = continue_draft(&id);
    assert_string_equal(item_text(json_object_get(draft->meta, "conflicts"), 0, "value"),
                        "Zoé Gagnon");
    json_decref(document);
    record_free(draft);
}

static void a_second_browser_is_no_better(void **state)
{
    struct id id = continue_start("{\"name\": \"Zoé\"}");
    struct continue_code code = continue_fixture_give(&id, continue_later());
    json_t *document;

    (void)state;
    json_decref(put(&code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé One\"}}"));
    document = put(&code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé Two\"}}");
    assert_int_equal(json_array_size(json_object_get(document, "conflicts")), 1);
    json_decref(document);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct id id = continue_start("{\"name\": \"Zoé\"}");
    struct continue_code code = continue_fixture_give(&id, continue_later());
    struct continue_path path = continue_path(&code);
    struct call call = {.path = path.text,
                        .method = "PUT",
                        .body = "{\"rev\": 2, \"answers\": {\"status\": \"accepted\"}}"};
    struct answer told;
    struct record *draft;
    struct text_buffer many = {0};
    char *large = malloc(300000);

    (void)state;
    server_call(f, &call, &told);
    assert_int_equal(told.status, 422);
    assert_string_equal(json_text_or(told.json, "code", ""), "invalid-answers");
    assert_non_null(strstr(told.headers, "content-type: application/problem+json"));
    assert_string_equal(item_text(json_object_get(told.json, "errors"), 0, "instanceLocation"),
                        "/status");
    answer_clear(&told);
    /* Nor inside of an answer, where no terminal could mend it. */
    put_refused(&code, "{\"rev\": 2, \"answers\": {\"people\": [{\"name\": \"A\", \"x\": 1}]}}",
                422, "invalid-answers");
    text_buffer_add_text(&many, "{\"rev\": 2, \"answers\": {\"people\": [{}");
    for (int i = 0; i < 500; i++)
        text_buffer_add_text(&many, ",{}");
    text_buffer_add_text(&many, "]}}");
    put_refused(&code, many.bytes, 422, "invalid-answers");
    text_buffer_free(&many);
    put_refused(&code, "{\"answers\": {}}", 400, "bad-request");
    put_refused(&code, "{\"rev\": 99, \"answers\": {}}", 400, "bad-request");
    put_refused(&code, "{\"rev\": 2, \"answers\": []}", 400, "bad-request");
    put_refused(&code, "[]", 400, "bad-json");
    call.body = "{\"rev\": 2}";
    call.type = "text/plain";
    server_expect_problem(f, &call, 415, "unsupported-media-type");
    memset(large, ' ', 299999);
    large[299999] = '\0';
    put_refused(&code, large, 413, "too-large");
    free(large);
    call.type = NULL;
    call.headers[0] = "If-Match: \"1\"";
    server_expect_problem(f, &call, 412, "changed");
    call.headers[0] = "If-Match: nonsense";
    server_expect_problem(f, &call, 412, "changed");
    draft = continue_draft(&id);
    assert_int_equal(draft->rev, 2);
    record_free(draft);
    call.headers[0] = "If-Match: \"2\"";
    call.body = "{\"rev\": 2, \"answers\": {\"name\": \"Zoé Roy\"}}";
    server_call(f, &call, &told);
    assert_int_equal(told.status, 200);
    assert_non_null(strstr(told.headers, "etag: \"3\""));
    answer_clear(&told);
}

static void giving_back_ends_the_code(void **state)
{
    struct id id = continue_start("{\"name\": \"Zoé\"}");
    struct continue_code code = continue_fixture_give(&id, continue_later());
    json_t *document =
        put(&code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé Roy\"}, \"give_back\": true}");
    struct record *draft = continue_draft(&id);
    struct continue_grant grant;
    int64_t at;

    (void)state;
    assert_true(json_is_true(json_object_get(document, "given_back")));
    assert_true(timestamp_parse(record_text(draft, "given_back_at"), &at));
    assert_string_equal(json_text_or(json_object_get(draft->body, "answers"), "name", ""),
                        "Zoé Roy");
    assert_false(continue_grant_read(draft, &grant));
    opens_nothing(&code);
    record_free(draft);
    json_decref(document);
    /* A new code takes the draft out again. */
    code = continue_fixture_give(&id, continue_later());
    draft = continue_draft(&id);
    assert_string_equal(record_text(draft, "given_back_at"), "");
    record_free(draft);
    json_decref(continue_get(&code));
}

/* --- codes that open nothing ------------------------------------------------------------------ */

static void a_code_ends(void **state)
{
    struct id id = continue_start("{}");
    struct author author = continue_anne();
    struct continue_code code = continue_fixture_give(&id, clock_system(NULL) - 1), next;
    struct batch batch = {0};
    struct record *draft;

    (void)state;
    opens_nothing(&code); /* expired */
    code = continue_fixture_give(&id, continue_later());
    json_decref(continue_get(&code));
    next = continue_fixture_give(&id, continue_later());
    opens_nothing(&code); /* ended by the next */
    json_decref(continue_get(&next));
    draft = continue_draft(&id);
    assert_int_equal(continue_revoke(&batch, &author, draft, NULL), 0);
    continue_post(batch.operations[0]);
    opens_nothing(&next); /* taken back */
    record_free(draft);

    next = continue_fixture_give(&id, continue_later());
    draft = continue_draft(&id);
    batch = (struct batch){0};
    batch.operations[0] = author_change(&author, OPERATION_CLAIM, draft);
    operation_put_text(batch.operations[0], "status", "submitted");
    continue_post(batch.operations[0]);
    opens_nothing(&next); /* submitted */
    record_free(draft);
}

static void a_slip_is_told_and_costs_nothing(void **state)
{
    struct id id = continue_start("{}");
    struct continue_code code = continue_fixture_give(&id, continue_later()), slip = code;
    struct continue_path path;
    struct call call = {.path = path.text};
    char log[SERVER_LOG_SIZE];

    (void)state;
    slip.text[5] = slip.text[5] == '2' ? '3' : '2';
    path = continue_path(&slip);
    for (int i = 0; i < 60; i++)
        server_expect_problem(f, &call, 400, "mistyped-code");
    strcpy(path.text, "/v1/continue/hello");
    server_expect_problem(f, &call, 404, "not-found");
    json_decref(continue_get(&code));
    server_log_copy(f, log);
    assert_null(strstr(log, code.text));
    assert_null(strstr(log, slip.text));
}

/* --- browsers --------------------------------------------------------------------------------- */

static void only_the_configured_origin_may_ask(void **state)
{
    struct id id = continue_start("{}");
    struct continue_code code = continue_fixture_give(&id, continue_later());
    struct continue_path path = continue_path(&code);
    struct call call = {.path = path.text, .headers = {"Origin: https://www.example.ca"}};
    struct answer told;

    (void)state;
    server_call(f, &call, &told);
    assert_non_null(strstr(told.headers, "access-control-allow-origin: https://www.example.ca"));
    assert_non_null(strstr(told.headers, "vary: origin"));
    answer_clear(&told);
    call.method = "OPTIONS";
    server_call(f, &call, &told);
    assert_int_equal(told.status, 204);
    assert_non_null(strstr(told.headers, "access-control-allow-methods: get, put"));
    answer_clear(&told);
    call.headers[0] = "Origin: https://elsewhere.example";
    server_call(f, &call, &told);
    assert_null(strstr(told.headers, "access-control-allow"));
    answer_clear(&told);
    call.method = NULL;
    server_call(f, &call, &told);
    assert_null(strstr(told.headers, "access-control-allow"));
    answer_clear(&told);
    /* No other route is for pages. */
    call.path = "/healthz";
    call.headers[0] = "Origin: https://www.example.ca";
    server_call(f, &call, &told);
    assert_null(strstr(told.headers, "access-control-allow"));
    answer_clear(&told);
}

/* The form gets another version: who fills the draft elsewhere still fills the one it was begun
 * under. */
static void a_draft_keeps_its_version_of_the_form(void **state)
{
    struct id id = continue_start("{\"name\": \"Zoe\"}");
    struct continue_code code = continue_fixture_give(&id, continue_later());
    struct id form_id = id_from_key("form", "sample/move");
    struct import_target target;
    struct record *held = NULL, *next;
    json_t *document;
    const json_t *form;

    (void)state;
    ledger_import_target(f->ledger.ledger, &target);
    assert_int_equal(target.begin(target.context, NULL), 0);
    assert_int_equal(target.get(target.context, RECORD_FORM, &form_id, &held, NULL), 0);
    next = record_copy(held);
    next->rev++;
    json_object_set_new(next->body, "version", json_integer(4));
    json_object_set_new(next->body, "schema", json_pack("{s:s}", "type", "object"));
    assert_int_equal(form_archive_keep(&target, held, next, true, NULL), 0);
    assert_int_equal(target.publish(target.context, next, NULL), 0);
    assert_int_equal(target.commit(target.context, NULL), 0);
    document = continue_get(&code);
    form = json_object_get(document, "form");
    assert_int_equal(json_integer_or(form, "version", 0), 3);
    assert_non_null(json_object_get(json_object_get(form, "schema"), "properties"));
    json_decref(document);
    record_free(held);
    record_free(next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_opens_form_and_draft),
        cmocka_unit_test(nothing_more_is_told),
        cmocka_unit_test(answers_come_back_as_the_webs),
        cmocka_unit_test(what_the_office_changed_meanwhile_is_told),
        cmocka_unit_test(a_second_browser_is_no_better),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(giving_back_ends_the_code),
        cmocka_unit_test(a_code_ends),
        cmocka_unit_test(a_slip_is_told_and_costs_nothing),
        cmocka_unit_test(only_the_configured_origin_may_ask),
        cmocka_unit_test(a_draft_keeps_its_version_of_the_form),
    };

    return cmocka_run_group_tests(tests, continue_setup, continue_teardown);
}
