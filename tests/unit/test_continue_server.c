/* Continue codes at the server: what a code opens, how guessing ends, and the web's REST surface.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/continue.h"
#include "app/form_archive.h"
#include "app/import.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_continue.h"
#include "tests/unit/server_fixture.h"

static const char form_text[] =
    "{\"key\": \"sample/move\", \"version\": 3, \"title\": {\"fr\": \"Déménagement\", \"en\": "
    "\"Move\"}, \"strip_hidden\": true, \"recipients\": [{\"id\": \"saaq\", \"answers\": "
    "[\"name\"]}], \"known\": {\"name\": \"name\"}, \"schema\": {\"type\": \"object\", "
    "\"required\": [\"name\"], \"properties\": {\"name\": {\"type\": \"string\", \"minLength\": "
    "2}, "
    "\"postal\": {\"type\": \"string\", \"pattern\": \"^[A-Z][0-9]\"}, \"secret\": {\"type\": "
    "\"string\", \"minLength\": 5}, \"a/b\": {\"type\": \"integer\"}, \"people\": {\"type\": "
    "\"array\", \"items\": {\"type\": \"object\", \"properties\": {\"name\": {\"type\": "
    "\"string\"}}, \"additionalProperties\": false}}}}, \"layout\": {\"type\": "
    "\"VerticalLayout\", \"elements\": [{\"type\": \"Control\", \"scope\": \"#/properties/name\"}, "
    "{\"type\": \"Control\", \"scope\": \"#/properties/postal\"}, {\"type\": \"Control\", "
    "\"scope\": \"#/properties/secret\", \"rule\": {\"effect\": \"SHOW\", \"condition\": "
    "{\"scope\": \"#/properties/postal\", \"schema\": {\"const\": \"H0H\"}}}}]}, "
    "\"translations\": {\"fr\": {\"postal.error.custom\": \"Un code postal\"}, \"en\": "
    "{\"postal.error.custom\": \"A postal code\"}}}";

static struct server_fixture shared;
static struct server_fixture *const f = &shared;
static struct clock wall;
static struct id_generator ids;

static int group_setup(void **state)
{
    struct id id = id_from_key("form", "sample/move");
    struct record *form = record_new(RECORD_FORM, &id);
    struct import_target target;

    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    clock_init(&wall, clock_system, NULL);
    server_fixture_open(f);
    json_decref(form->body);
    form->body = json_loads(form_text, 0, NULL);
    assert_non_null(form->body);
    ledger_import_target(f->ledger.ledger, &target);
    assert_int_equal(target.begin(target.context, NULL), 0);
    assert_int_equal(target.publish(target.context, form, NULL), 0);
    assert_int_equal(target.commit(target.context, NULL), 0);
    record_free(form);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    server_fixture_close(f);
    curl_global_cleanup();
    return 0;
}

/* --- a draft of Anne's ------------------------------------------------------------------------ */

static struct author anne(void)
{
    return (struct author){.agent = f->ledger.actors[ANNE].agent,
                           .device = f->ledger.actors[ANNE].device,
                           .office = "sample/a",
                           .channel = "phone",
                           .clock = &wall,
                           .ids = &ids};
}

/* Posts one operation, which is freed; it must be applied. */
static void post(struct operation *operation)
{
    json_t *outcomes = server_post(f, ANNE, &operation, 1);

    assert_string_equal(item_text(outcomes, 0, "outcome"), "applied");
    json_decref(outcomes);
}

static struct record *read_draft(const struct id *id)
{
    char path[128];
    struct call call = {.path = path, .token = f->tokens[ANNE]};
    struct record *draft;
    json_t *document;

    snprintf(path, sizeof(path), "/v1/records/submission/%s", id->text);
    document = server_json(f, &call);
    assert_int_equal(record_from_json(&draft, document, NULL), 0);
    json_decref(document);
    return draft;
}

static struct id start_draft(const char *answers)
{
    struct author author = anne();
    struct operation *operation = author_append(&author, RECORD_SUBMISSION);
    struct id id = operation->record;

    json_decref(operation->body);
    operation->body = json_pack("{s:s, s:i, s:s, s:s, s:o, s:s, s:o}", "form", "sample/move",
                                "form_version", 3, "office", "sample/a", "started_by",
                                author.agent.text, "started_at", json_time(clock_wall_ms(&wall)),
                                "status", "draft", "answers", json_loads(answers, 0, NULL));
    post(operation);
    return id;
}

/* Anne changes one answer. */
static void answer(const struct id *id, const char *path, const char *value)
{
    struct author author = anne();
    struct record *draft = read_draft(id);
    struct operation *operation = author_change(&author, OPERATION_FIELDS, draft);

    json_object_set_new(operation->body, path, json_string(value));
    post(operation);
    record_free(draft);
}

static struct continue_code give(const struct id *id, int64_t expires_ms)
{
    struct author author = anne();
    struct record *draft = read_draft(id);
    struct continue_code code;
    struct batch batch = {0};

    assert_int_equal(continue_give(&batch, &author, draft, expires_ms, &code, NULL), 0);
    post(batch.operations[0]);
    record_free(draft);
    return code;
}

static int64_t later(void)
{
    return clock_wall_ms(&wall) + 3600 * 1000;
}

struct code_path {
    char text[64];
};

static struct code_path path_of(const struct continue_code *code)
{
    struct code_path path;

    snprintf(path.text, sizeof(path.text), "/v1/continue/%s", code->text);
    return path;
}

static json_t *get(const struct continue_code *code)
{
    struct code_path path = path_of(code);
    struct call call = {.path = path.text, .headers = {"Accept-Language: fr-CA"}};

    return server_json(f, &call);
}

static json_t *put(const struct continue_code *code, const char *body)
{
    struct code_path path = path_of(code);
    struct call call = {.path = path.text, .method = "PUT", .body = body};

    return server_json(f, &call);
}

static void put_refused(const struct continue_code *code, const char *body, long status,
                        const char *problem)
{
    struct code_path path = path_of(code);
    struct call call = {.path = path.text, .method = "PUT", .body = body};

    server_expect_problem(f, &call, status, problem);
}

static void opens_nothing(const struct continue_code *code)
{
    struct code_path path = path_of(code);
    struct call call = {.path = path.text};

    server_expect_problem(f, &call, 404, "not-found");
}

/* Another code of the same group whose check character fits. */
static struct continue_code wrong_code(const struct continue_code *code)
{
    struct continue_code wrong, read;

    do {
        wrong = continue_code_make();
        memcpy(wrong.text, code->text, CONTINUE_GROUP);
    } while (continue_code_read(&read, wrong.text) != CONTINUE_READ ||
             strcmp(wrong.text, code->text) == 0);
    return wrong;
}

/* --- what the web sees ------------------------------------------------------------------------ */

static void a_code_opens_form_and_draft(void **state)
{
    struct id id = start_draft("{\"name\": \"Z\", \"postal\": \"x\"}");
    struct continue_code code = give(&id, later());
    json_t *document = get(&code);
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
    struct id id = start_draft("{\"name\": \"Zoé\"}");
    struct continue_code code = give(&id, later());
    json_t *document = get(&code);
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
    struct id id = start_draft("{\"name\": \"Zoé\", \"postal\": \"H2X\"}");
    struct continue_code code = give(&id, later());
    json_t *document = put(
        &code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé Roy\", \"a/b\": 7, \"postal\": null}}");
    struct record *draft = read_draft(&id);
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
    struct id id = start_draft("{\"name\": \"Zoé\", \"postal\": \"H2X\"}");
    struct continue_code code = give(&id, later());
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
    draft = read_draft(&id);
    assert_string_equal(item_text(json_object_get(draft->meta, "conflicts"), 0, "value"),
                        "Zoé Gagnon");
    json_decref(document);
    record_free(draft);
}

static void a_second_browser_is_no_better(void **state)
{
    struct id id = start_draft("{\"name\": \"Zoé\"}");
    struct continue_code code = give(&id, later());
    json_t *document;

    (void)state;
    json_decref(put(&code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé One\"}}"));
    document = put(&code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé Two\"}}");
    assert_int_equal(json_array_size(json_object_get(document, "conflicts")), 1);
    json_decref(document);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct id id = start_draft("{\"name\": \"Zoé\"}");
    struct continue_code code = give(&id, later());
    struct code_path path = path_of(&code);
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
    draft = read_draft(&id);
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
    struct id id = start_draft("{\"name\": \"Zoé\"}");
    struct continue_code code = give(&id, later());
    json_t *document =
        put(&code, "{\"rev\": 2, \"answers\": {\"name\": \"Zoé Roy\"}, \"give_back\": true}");
    struct record *draft = read_draft(&id);
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
    code = give(&id, later());
    draft = read_draft(&id);
    assert_string_equal(record_text(draft, "given_back_at"), "");
    record_free(draft);
    json_decref(get(&code));
}

/* --- codes that open nothing ------------------------------------------------------------------ */

static void a_code_ends(void **state)
{
    struct id id = start_draft("{}");
    struct author author = anne();
    struct continue_code code = give(&id, clock_wall_ms(&wall) - 1), next;
    struct batch batch = {0};
    struct record *draft;

    (void)state;
    opens_nothing(&code); /* expired */
    code = give(&id, later());
    json_decref(get(&code));
    next = give(&id, later());
    opens_nothing(&code); /* ended by the next */
    json_decref(get(&next));
    draft = read_draft(&id);
    assert_int_equal(continue_revoke(&batch, &author, draft, NULL), 0);
    post(batch.operations[0]);
    opens_nothing(&next); /* taken back */
    record_free(draft);

    next = give(&id, later());
    draft = read_draft(&id);
    batch = (struct batch){0};
    batch.operations[0] = author_change(&author, OPERATION_CLAIM, draft);
    operation_put_text(batch.operations[0], "status", "submitted");
    post(batch.operations[0]);
    opens_nothing(&next); /* submitted */
    record_free(draft);
}

static void a_slip_is_told_and_costs_nothing(void **state)
{
    struct id id = start_draft("{}");
    struct continue_code code = give(&id, later()), slip = code;
    struct code_path path;
    struct call call = {.path = path.text};
    char log[SERVER_LOG_SIZE];

    (void)state;
    slip.text[5] = slip.text[5] == '2' ? '3' : '2';
    path = path_of(&slip);
    for (int i = 0; i < 60; i++)
        server_expect_problem(f, &call, 400, "mistyped-code");
    strcpy(path.text, "/v1/continue/hello");
    server_expect_problem(f, &call, 404, "not-found");
    json_decref(get(&code));
    server_log_copy(f, log);
    assert_null(strstr(log, code.text));
    assert_null(strstr(log, slip.text));
}

static void run_sql(const char *before, const struct id *id, const char *after)
{
    sqlite3 *database;
    char sql[256];

    snprintf(sql, sizeof(sql), "%s'%s'%s", before, id->text, after);
    assert_int_equal(sqlite3_open(f->ledger.path, &database), SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

/* `guichetd check` sees a code that opens nothing, and a list that opens what has no code. */
static void the_list_of_codes_is_checked(void **state)
{
    struct id id = start_draft("{}"), other = start_draft("{}");

    (void)state;
    give(&id, later());
    assert_int_equal(fixture_check(&f->ledger), 0);
    run_sql("DELETE FROM passage WHERE submission = ", &id, "");
    assert_int_equal(fixture_check(&f->ledger), 1);
    give(&id, later());
    assert_int_equal(fixture_check(&f->ledger), 0);
    run_sql("INSERT INTO passage VALUES (", &other, ", '2346', x'00', x'00', 1)");
    assert_int_equal(fixture_check(&f->ledger), 1);
    run_sql("DELETE FROM passage WHERE submission = ", &other, "");
}

/* --- guessing --------------------------------------------------------------------------------- */

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* Guesses at one group as often as it is let, each from another address; how often it was. */
static int guess_group(const struct continue_code *code, int64_t from_ms, int64_t until_ms)
{
    struct continue_code wrong = wrong_code(code);
    struct ledger_passage passage;
    static int network; /* nobody's address is used twice */
    int64_t now = from_ms;
    int tried = 0;

    network++;
    while (now < until_ms) {
        char address[32];
        int status;

        snprintf(address, sizeof(address), "10.1.%d.%d", network, tried);
        status = ledger_passage_find(f->ledger.ledger, &wrong, address, now, &passage, NULL);
        if (status == ERROR_BUSY) {
            assert_true(passage.retry_ms > 0);
            now += passage.retry_ms;
            continue;
        }
        assert_int_equal(status, ERROR_NOT_FOUND);
        tried++;
    }
    return tried;
}

static void a_group_is_guessed_seldom(void **state)
{
    struct id id = start_draft("{}");
    struct continue_code code = give(&id, clock_wall_ms(&wall) + 30 * DAY_MS);
    struct ledger_passage passage;
    int64_t now = clock_wall_ms(&wall);
    int first, rest;

    (void)state;
    first = guess_group(&code, now, now + DAY_MS);
    assert_in_range(first, 6, 17);
    /* The right one waits with the wrong ones, and then ends the count. */
    assert_int_equal(
        ledger_passage_find(f->ledger.ledger, &code, "10.9.9.9", now + DAY_MS, &passage, NULL),
        ERROR_BUSY);
    rest = guess_group(&code, now + DAY_MS, now + 14 * DAY_MS);
    assert_in_range(first + rest, 6, 30);
    assert_int_equal(
        ledger_passage_find(f->ledger.ledger, &code, "10.9.9.9", now + 16 * DAY_MS, &passage, NULL),
        0);
    assert_true(id_equal(&passage.submission, &id));
    assert_in_range(guess_group(&code, now + 16 * DAY_MS, now + 16 * DAY_MS + 1), 6, 6);
}

/* A group that no draft has is counted and answered in the same way. */
static void an_unknown_group_is_no_different(void **state)
{
    struct continue_code nobody = continue_code_make();
    int64_t now = clock_wall_ms(&wall);

    (void)state;
    assert_in_range(guess_group(&nobody, now, now + DAY_MS), 6, 17);
}

static void an_address_guesses_seldom(void **state)
{
    struct ledger_passage passage;
    int64_t start = clock_wall_ms(&wall), now = start;
    int tried = 0;

    (void)state;
    while (now < start + DAY_MS) {
        struct continue_code code = continue_code_make();
        char address[64];
        int status;

        /* Any address of one IPv6 network is the same. */
        snprintf(address, sizeof(address), "2001:db8:1:2::%x", tried + 1);
        status = ledger_passage_find(f->ledger.ledger, &code, address, now, &passage, NULL);
        if (status == ERROR_BUSY)
            now += passage.retry_ms;
        else
            tried++;
    }
    assert_in_range(tried, 20, 150);
}

static void too_many_wrong_codes_wait(void **state)
{
    struct id id = start_draft("{}");
    struct continue_code code = give(&id, later()), wrong = wrong_code(&code);
    struct code_path path = path_of(&wrong);
    struct call call = {.path = path.text};
    struct answer told;
    char log[SERVER_LOG_SIZE];

    (void)state;
    for (int i = 0; i < 6; i++)
        server_expect_problem(f, &call, 404, "not-found");
    server_call(f, &call, &told);
    assert_int_equal(told.status, 429);
    assert_string_equal(json_text_or(told.json, "code", ""), "too-many-attempts");
    assert_non_null(strstr(told.headers, "retry-after: "));
    assert_in_range(atoi(strstr(told.headers, "retry-after: ") + 13), 50, 60);
    answer_clear(&told);
    server_log_copy(f, log);
    assert_null(strstr(log, wrong.text));
}

/* Behind the proxy each address is counted by itself; elsewhere the header is not believed. */
static void the_proxy_says_who_asks(void **state)
{
    struct code_path path;
    struct call call = {.path = path.text,
                        .headers = {"X-Forwarded-For: 198.51.100.9, 203.0.113.7"}};
    struct continue_code code;
    long status = 404;

    (void)state;
    for (int i = 0; i < 22 && status == 404; i++) {
        struct answer told;

        code = continue_code_make();
        path = path_of(&code);
        server_call(f, &call, &told);
        status = told.status;
        answer_clear(&told);
    }
    assert_int_equal(status, 429);
    call.headers[0] = "X-Forwarded-For: 203.0.113.7, 198.51.100.9";
    code = continue_code_make();
    path = path_of(&code);
    server_expect_problem(f, &call, 404, "not-found");
}

/* --- browsers --------------------------------------------------------------------------------- */

static void only_the_configured_origin_may_ask(void **state)
{
    struct id id = start_draft("{}");
    struct continue_code code = give(&id, later());
    struct code_path path = path_of(&code);
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
    struct id id = start_draft("{\"name\": \"Zoe\"}");
    struct continue_code code = give(&id, later());
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
    document = get(&code);
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
        cmocka_unit_test(the_list_of_codes_is_checked),
        cmocka_unit_test(a_group_is_guessed_seldom),
        cmocka_unit_test(an_unknown_group_is_no_different),
        cmocka_unit_test(an_address_guesses_seldom),
        cmocka_unit_test(too_many_wrong_codes_wait),
        cmocka_unit_test(the_proxy_says_who_asks),
        cmocka_unit_test(only_the_configured_origin_may_ask),
        cmocka_unit_test(a_draft_keeps_its_version_of_the_form),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
