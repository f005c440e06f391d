#include "tests/unit/continue_fixture.h"

#include <stdio.h>
#include <string.h>

#include "app/import.h"
#include "app/json.h"

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

struct server_fixture continue_fixture;
static struct server_fixture *const f = &continue_fixture;
static struct clock wall;
static struct id_generator ids;

int continue_setup(void **state)
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

int continue_teardown(void **state)
{
    (void)state;
    server_fixture_close(f);
    curl_global_cleanup();
    return 0;
}

/* --- a draft of Anne's ------------------------------------------------------------------------ */

struct author continue_anne(void)
{
    return (struct author){.agent = f->ledger.actors[ANNE].agent,
                           .device = f->ledger.actors[ANNE].device,
                           .office = "sample/a",
                           .channel = "phone",
                           .clock = &wall,
                           .ids = &ids};
}

/* Posts one operation, which is freed; it must be applied. */
void continue_post(struct operation *operation)
{
    json_t *outcomes = server_post(f, ANNE, &operation, 1);

    assert_string_equal(item_text(outcomes, 0, "outcome"), "applied");
    json_decref(outcomes);
}

struct record *continue_draft(const struct id *id)
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

struct id continue_start(const char *answers)
{
    struct author author = continue_anne();
    struct operation *operation = author_append(&author, RECORD_SUBMISSION);
    struct id id = operation->record;

    json_decref(operation->body);
    operation->body = json_pack("{s:s, s:i, s:s, s:s, s:o, s:s, s:o}", "form", "sample/move",
                                "form_version", 3, "office", "sample/a", "started_by",
                                author.agent.text, "started_at", json_time(clock_wall_ms(&wall)),
                                "status", "draft", "answers", json_loads(answers, 0, NULL));
    continue_post(operation);
    return id;
}

struct continue_code continue_fixture_give(const struct id *id, int64_t expires_ms)
{
    struct author author = continue_anne();
    struct record *draft = continue_draft(id);
    struct continue_code code;
    struct batch batch = {0};

    assert_int_equal(continue_give(&batch, &author, draft, expires_ms, &code, NULL), 0);
    continue_post(batch.operations[0]);
    record_free(draft);
    return code;
}

int64_t continue_later(void)
{
    return clock_wall_ms(&wall) + 3600 * 1000;
}

struct continue_path continue_path(const struct continue_code *code)
{
    struct continue_path path;

    snprintf(path.text, sizeof(path.text), "/v1/continue/%s", code->text);
    return path;
}

json_t *continue_get(const struct continue_code *code)
{
    struct continue_path path = continue_path(code);
    struct call call = {.path = path.text, .headers = {"Accept-Language: fr-CA"}};

    return server_json(f, &call);
}

/* Another code of the same group whose check character fits. */
struct continue_code continue_wrong_code(const struct continue_code *code)
{
    struct continue_code wrong, read;

    do {
        wrong = continue_code_make();
        memcpy(wrong.text, code->text, CONTINUE_GROUP);
    } while (continue_code_read(&read, wrong.text) != CONTINUE_READ ||
             strcmp(wrong.text, code->text) == 0);
    return wrong;
}
