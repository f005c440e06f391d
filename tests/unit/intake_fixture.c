#include "tests/unit/intake_fixture.h"

#include <string.h>

#include "app/json.h"

static const char form_schema_text[] =
    "{\"version\": 2, \"schema\": {\"type\": \"object\", \"required\": [\"name\"], \"properties\": "
    "{\"name\": {\"type\": \"string\", \"minLength\": 2}}}, \"recipients\": [{\"id\": \"saaq\", "
    "\"answers\": [\"name\"]}]}";

struct intake_message web_note(const char *id)
{
    return (struct intake_message){
        .channel = "web", .source = "key:site", .message_id = id, .text = "Bonjour"};
}

struct intake_result take_in(struct ledger_fixture *f, const struct intake_message *message)
{
    struct intake_result result;
    struct error error = ERROR_INIT;

    f->clock_ms += 1000;
    if (ledger_intake(f->ledger, message, f->clock_ms, &result, &error) != 0)
        fail_msg("%s", error.message);
    return result;
}

struct intake_result taken_in(struct ledger_fixture *f, const struct intake_message *message)
{
    struct intake_result result = take_in(f, message);

    if (result.kind != INTAKE_TAKEN)
        fail_msg("not taken: %s", result.reason);
    return result;
}

json_t *intake_read_as(struct ledger_fixture *f, enum fixture_agent who, enum record_type type,
                       const struct id *id)
{
    json_t *document = NULL;

    assert_int_equal(fixture_read(f, who, type, id, &document), 0);
    return document;
}

bool intake_is_remarked(struct ledger_fixture *f, const struct intake_result *result,
                        const char *word)
{
    json_t *document = intake_read_as(f, BEN, RECORD_MESSAGE, &result->message);
    const json_t *remark;
    bool found = false;
    size_t i;

    json_array_foreach(json_object_get(json_object_get(document, "body"), "remarks"), i, remark)
    {
        found |= strcmp(json_string_value(remark), word) == 0;
    }
    json_decref(document);
    return found;
}

void intake_says(struct ledger_fixture *f, enum record_type type, const struct id *id,
                 const char *member, const char *expected)
{
    json_t *document = intake_read_as(f, BEN, type, id);

    assert_string_equal(json_text_or(json_object_get(document, "body"), member, ""), expected);
    json_decref(document);
}

size_t intake_offers_of(struct ledger_fixture *f, const struct id *matter)
{
    json_t *page = fixture_desk(f, BEN, 0, 1000, NULL);
    const json_t *document;
    size_t i, count = 0;

    json_array_foreach(page, i, document)
    {
        const json_t *body = json_object_get(document, "body");

        count += strcmp(json_text_or(document, "type", ""), "handoff") == 0 &&
                 strcmp(json_text_or(body, "case", ""), matter->text) == 0 &&
                 strcmp(json_text_or(body, "state", ""), "offered") == 0;
    }
    json_decref(page);
    return count;
}

struct id intake_offer_of(struct ledger_fixture *f, const struct id *matter)
{
    json_t *page = fixture_desk(f, BEN, 0, 1000, NULL);
    const json_t *document;
    struct id id = {0};
    size_t i;

    json_array_foreach(page, i, document)
    {
        const json_t *body = json_object_get(document, "body");

        if (strcmp(json_text_or(document, "type", ""), "handoff") == 0 &&
            strcmp(json_text_or(body, "case", ""), matter->text) == 0 &&
            strcmp(json_text_or(body, "state", ""), "offered") == 0)
            id_parse(&id, json_text_or(document, "id", ""));
    }
    json_decref(page);
    return id;
}

int intake_setup(void **state)
{
    struct ledger_fixture *f;

    fixture_setup(state);
    f = *state;
    fixture_publish(f, RECORD_QUEUE, "sample/q", json_pack("{s:[s]}", "offices", "b"));
    fixture_publish(f, RECORD_SERVICE, "sample/birth",
                    json_pack("{s:{s:s}, s:s}", "title", "fr", "Naissance", "queue", "q"));
    fixture_publish(f, RECORD_SERVICE, "sample/death",
                    json_pack("{s:{s:s}, s:s}", "title", "fr", "Décès", "queue", "sample/q"));
    fixture_publish(f, RECORD_FORM, "sample/move", json_loads(form_schema_text, 0, NULL));
    return 0;
}

struct intake_result intake_opened(struct ledger_fixture *f, const char *id, const char *service)
{
    struct intake_message message = web_note(id);

    message.service = service;
    message.client = (struct client_details){.name = "Léa Roy",
                                             .email = "Lea@Example.org",
                                             .phone = "1 (418) 555-0100",
                                             .postal_code = "g1r4s9",
                                             .birth_date = "1980-05-31"};
    return taken_in(f, &message);
}
