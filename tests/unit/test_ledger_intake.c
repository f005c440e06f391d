/* What comes in through other channels: once, on the right case, before somebody. */

#include <stdlib.h>
#include <string.h>

#include "app/continue.h"
#include "app/delivery.h"
#include "app/json.h"
#include "net/intake.h"
#include <sqlite3.h>

#include "tests/unit/ledger_fixture.h"
#include "tests/unit/ledger_version_1.h"

static const char form_schema_text[] =
    "{\"version\": 2, \"schema\": {\"type\": \"object\", \"required\": [\"name\"], \"properties\": "
    "{\"name\": {\"type\": \"string\", \"minLength\": 2}}}, \"recipients\": [{\"id\": \"saaq\", "
    "\"answers\": [\"name\"]}]}";

/* A message of a web form in queue q, whose office is Ben's. */
static struct intake_message note(const char *id)
{
    return (struct intake_message){
        .channel = "web", .source = "key:site", .message_id = id, .text = "Bonjour"};
}

static struct intake_result take(struct ledger_fixture *f, const struct intake_message *message)
{
    struct intake_result result;
    struct error error = ERROR_INIT;

    f->clock_ms += 1000;
    if (ledger_intake(f->ledger, message, f->clock_ms, &result, &error) != 0)
        fail_msg("%s", error.message);
    return result;
}

static struct intake_result taken(struct ledger_fixture *f, const struct intake_message *message)
{
    struct intake_result result = take(f, message);

    if (result.kind != INTAKE_TAKEN)
        fail_msg("not taken: %s", result.reason);
    return result;
}

/* A record's document as `who` reads it; it must be there. New. */
static json_t *read_as(struct ledger_fixture *f, enum fixture_agent who, enum record_type type,
                       const struct id *id)
{
    json_t *document = NULL;

    assert_int_equal(fixture_read(f, who, type, id, &document), 0);
    return document;
}

static bool has_remark(struct ledger_fixture *f, const struct intake_result *result,
                       const char *word)
{
    json_t *document = read_as(f, BEN, RECORD_MESSAGE, &result->message);
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

static void says(struct ledger_fixture *f, enum record_type type, const struct id *id,
                 const char *member, const char *expected)
{
    json_t *document = read_as(f, BEN, type, id);

    assert_string_equal(json_text_or(json_object_get(document, "body"), member, ""), expected);
    json_decref(document);
}

/* How many of Ben's hand-offs that wait are about this case. */
static size_t offers_of(struct ledger_fixture *f, const struct id *matter)
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

/* The offer of a case. */
static struct id offer_of(struct ledger_fixture *f, const struct id *matter)
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

static int setup(void **state)
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

/* --- a new matter ----------------------------------------------------------------------------- */

static void test_a_message_makes_a_case_that_a_queue_sees(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    struct intake_result result;
    char reference[ID_REFERENCE_SIZE];
    struct id offer;

    message.service = "sample/birth";
    message.subject = "Un acte\nde naissance";
    message.language = "fr-CA";
    message.client = (struct client_details){
        .name = "Léa Roy", .email = "lea@example.org", .phone = "418 555-0100"};
    result = taken(f, &message);
    assert_true(result.new_case);
    assert_true(id_reference_parse(result.reference, reference));
    says(f, RECORD_CASE, &result.matter, "status", "received");
    says(f, RECORD_CASE, &result.matter, "service", "sample/birth");
    says(f, RECORD_CASE, &result.matter, "subject", "Un acte");
    says(f, RECORD_CASE, &result.matter, "office", "sample/b");
    says(f, RECORD_CASE, &result.matter, "client", result.client.text);
    says(f, RECORD_CLIENT, &result.client, "name", "Léa Roy");
    says(f, RECORD_CLIENT, &result.client, "kind", "person");
    says(f, RECORD_MESSAGE, &result.message, "state", "received");
    says(f, RECORD_MESSAGE, &result.message, "direction", "in");
    says(f, RECORD_MESSAGE, &result.message, "text", "Bonjour");
    says(f, RECORD_MESSAGE, &result.message, "from", "Léa Roy, lea@example.org, 418 555-0100");
    offer = offer_of(f, &result.matter);
    fixture_says(f, CHLOE, &offer, "to_queue", "sample/q");
    fixture_says(f, CHLOE, &offer, "kind", "cold");
    fixture_says(f, CHLOE, &offer, "channel", "web");
    /* All who serve the queue see the file, and nobody else does. */
    assert_true(fixture_sees(f, CHLOE, 0, &result.message));
    assert_true(fixture_sees(f, CHLOE, 0, &result.client));
    assert_false(fixture_sees(f, ANNE, 0, &result.message));
    assert_false(fixture_sees(f, DENIS, 0, &result.matter));
}

static void test_an_agent_reads_it_and_takes_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    struct intake_result result;
    struct id offer;

    message.queue = "sample/q";
    result = taken(f, &message);
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_MESSAGE, &result.message, 1,
                                      json_pack("{s:s}", "state", "read")),
                    MERGE_FORBIDDEN, NULL);
    fixture_refused(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_MESSAGE, &result.message, 1,
                                      json_pack("{s:s, s:s}", "state", "read", "read_by",
                                                f->actors[CHLOE].agent.text)),
                    MERGE_ACTOR, "read_by");
    fixture_applied(
        f, BEN,
        fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_MESSAGE, &result.message, 1,
                          json_pack("{s:s, s:s, s:o}", "state", "read", "read_by",
                                    f->actors[BEN].agent.text, "read_at", json_time(f->clock_ms))));
    says(f, RECORD_MESSAGE, &result.message, "state", "read");
    offer = offer_of(f, &result.matter);
    fixture_decide(f, CHLOE, &offer, 1, "accepted", f->clock_ms);
    assert_true(fixture_sees(f, CHLOE, 0, &result.message));
    /* The case has somebody: what comes next goes to the case, and is offered to nobody. */
    message.message_id = "2";
    message.reference = result.reference;
    taken(f, &message);
    assert_int_equal(offers_of(f, &result.matter), 0);
}

static void test_without_any_details_the_client_is_anonymous(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    struct intake_result result;

    message.channel = "chat";
    message.queue = "sample/q";
    message.language = "en";
    result = taken(f, &message);
    says(f, RECORD_CLIENT, &result.client, "kind", "anonymous");
    says(f, RECORD_CLIENT, &result.client, "language", "en");
}

/* --- repeats ---------------------------------------------------------------------------------- */

static void test_a_repeat_answers_as_the_first_time(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    struct intake_result first, again, other;
    struct intake_counts counts;

    message.queue = "sample/q";
    first = taken(f, &message);
    message.text = "autre chose";
    fixture_reopen(f);
    again = take(f, &message);
    assert_int_equal(again.kind, INTAKE_REPEATED);
    assert_true(again.new_case);
    assert_string_equal(again.message.text, first.message.text);
    assert_string_equal(again.matter.text, first.matter.text);
    assert_string_equal(again.client.text, first.client.text);
    assert_string_equal(again.reference, first.reference);
    says(f, RECORD_MESSAGE, &first.message, "text", "Bonjour");
    /* The same id from elsewhere is another message. */
    message.source = "key:kiosk";
    other = taken(f, &message);
    assert_string_not_equal(other.message.text, first.message.text);
    assert_int_equal(ledger_intake_counts(f->ledger, &counts, NULL), 0);
    assert_int_equal(counts.taken, 2);
    assert_int_equal(counts.refused, 0);
}

/* --- matching --------------------------------------------------------------------------------- */

static struct intake_result opened(struct ledger_fixture *f, const char *id, const char *service)
{
    struct intake_message message = note(id);

    message.service = service;
    message.client = (struct client_details){.name = "Léa Roy",
                                             .email = "Lea@Example.org",
                                             .phone = "1 (418) 555-0100",
                                             .postal_code = "g1r4s9",
                                             .birth_date = "1980-05-31"};
    return taken(f, &message);
}

static void test_by_reference_as_it_is_spoken(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = opened(f, "1", "sample/birth"), result;
    struct intake_message message = note("2");
    char spoken[32] = "";

    for (const char *at = first.reference; *at != '\0'; at++)
        if (*at != '-') {
            size_t length = strlen(spoken);

            spoken[length] = (char)(*at == '0' ? 'o' : *at == '1' ? 'l' : *at);
            spoken[length + 1] = '\0';
        }
    message.reference = spoken;
    result = taken(f, &message);
    assert_false(result.new_case);
    assert_string_equal(result.matter.text, first.matter.text);
    assert_string_equal(result.client.text, first.client.text);
    assert_string_equal(result.reference, first.reference);
    says(f, RECORD_MESSAGE, &result.message, "client", first.client.text);
    /* Somebody else who knows the reference is not taken for the client. */
    message.message_id = "3";
    message.client.name = "Marc Tremblay";
    result = taken(f, &message);
    assert_string_equal(result.matter.text, first.matter.text);
    assert_true(has_remark(f, &result, "other-sender"));
    says(f, RECORD_MESSAGE, &result.message, "client", "");
    says(f, RECORD_MESSAGE, &result.message, "from", "Marc Tremblay");
}

static void test_an_unknown_reference_is_told(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    struct intake_result result;

    message.queue = "sample/q";
    message.reference = "C-0000-0000";
    result = taken(f, &message);
    assert_true(result.new_case);
    assert_true(has_remark(f, &result, "reference-unknown"));
    message.message_id = "2";
    message.reference = "hier, au comptoir";
    result = taken(f, &message);
    assert_true(has_remark(f, &result, "reference-unknown"));
}

static void test_by_thread(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = opened(f, "<1@example.org>", "sample/birth"), result;
    const char *const thread[] = {"<0@nowhere>", "<1@example.org>"};
    struct intake_message message = note("<2@example.org>");

    message.replies_to = thread;
    message.reply_count = 2;
    result = taken(f, &message);
    assert_false(result.new_case);
    assert_string_equal(result.matter.text, first.matter.text);
}

static void test_by_client(void **state)
{
    static const struct {
        struct client_details details;
        bool same;
    } cases[] = {
        {{.email = "LEA@example.ORG"}, true},
        {{.name = "Roy, Lea", .email = "lea@example.org"}, true},
        {{.name = "Marc Roy", .email = "lea@example.org"}, false},
        {{.phone = "418-555-0100"}, true},
        {{.phone = "555 0100"}, true},
        {{.phone = "514-555-0100"}, false},
        {{.name = "Léa Roy", .birth_date = "1980-05-31"}, true},
        {{.name = "Léa Roy", .birth_date = "1981-05-31", .email = "lea@example.org"}, false},
        {{.name = "Léa Roy", .postal_code = "G1R 4S9"}, true},
        {{.name = "Léa Roy"}, false},
        {{.birth_date = "1980-05-31", .postal_code = "G1R 4S9"}, false},
    };
    struct ledger_fixture *f = *state;
    struct intake_result first = opened(f, "first", "sample/birth");

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct intake_message message = note("x");
        struct intake_result result;
        char id[16];

        snprintf(id, sizeof(id), "%zu", i);
        message.message_id = id;
        message.queue = "sample/q";
        message.client = cases[i].details;
        result = taken(f, &message);
        if ((strcmp(result.matter.text, first.matter.text) == 0) != cases[i].same)
            fail_msg("case %zu", i);
        /* What is told of nobody on file makes a client that the next ones may be: out of the way.
         */
        if (!cases[i].same) {
            fixture_close(f);
            fixture_open(f);
            fixture_publish(f, RECORD_QUEUE, "sample/q", json_pack("{s:[s]}", "offices", "b"));
            fixture_publish(f, RECORD_SERVICE, "sample/birth",
                            json_pack("{s:{s:s}, s:s}", "title", "fr", "Naissance", "queue", "q"));
            first = opened(f, "first", "sample/birth");
        }
    }
}

static void test_another_service_is_another_case_of_the_same_client(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result birth = opened(f, "1", "sample/birth"), death, unsaid;
    struct intake_message message = note("3");

    death = opened(f, "2", "sample/death");
    assert_true(death.new_case);
    assert_string_equal(death.client.text, birth.client.text);
    assert_string_equal(opened(f, "4", "sample/birth").matter.text, birth.matter.text);
    /* Which of the two is not said: a third, for a person to sort out. */
    message.queue = "sample/q";
    message.client.email = "lea@example.org";
    unsaid = taken(f, &message);
    assert_true(unsaid.new_case);
    assert_string_equal(unsaid.client.text, birth.client.text);
}

static void test_a_matter_of_its_own_is_not_joined(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = opened(f, "1", "sample/birth"), result;
    struct intake_message message = note("2");

    message.service = "sample/birth";
    message.client.email = "lea@example.org";
    message.separate = true;
    result = taken(f, &message);
    assert_true(result.new_case);
    assert_string_equal(result.client.text, first.client.text);
}

static void test_two_who_fit_are_nobody(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    struct intake_result one, other, result;

    message.queue = "sample/q";
    message.client = (struct client_details){.name = "Léa Roy", .phone = "418 555-0100"};
    one = taken(f, &message);
    message.message_id = "2";
    message.client.name = "Marc Roy";
    other = taken(f, &message);
    assert_string_not_equal(one.client.text, other.client.text);
    message.message_id = "3";
    message.client.name = NULL;
    result = taken(f, &message);
    assert_true(result.new_case);
    assert_true(has_remark(f, &result, "client-ambiguous"));
    assert_string_not_equal(result.client.text, one.client.text);
    assert_string_not_equal(result.client.text, other.client.text);
}

/* --- who looks at it -------------------------------------------------------------------------- */

static void close_case(struct ledger_fixture *f, const struct id *matter, int64_t rev)
{
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_CASE, matter, rev,
                                      json_pack("{s:s}", "status", "closed")));
}

static void test_a_closed_case_comes_before_somebody(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = opened(f, "1", "sample/birth"), result;
    struct intake_message message = note("2");
    struct id offer = offer_of(f, &first.matter);
    json_t *remarks = json_pack("[s]", INTAKE_AUTO_REPLY);

    fixture_decide(f, BEN, &offer, 1, "accepted", f->clock_ms);
    close_case(f, &first.matter, 1);
    message.reference = first.reference;
    message.remarks = remarks;
    result = taken(f, &message);
    assert_string_equal(result.matter.text, first.matter.text);
    assert_int_equal(offers_of(f, &first.matter), 0);
    json_decref(remarks);
    message.remarks = NULL;
    message.message_id = "3";
    result = taken(f, &message);
    assert_true(has_remark(f, &result, "case-closed"));
    /* It is for a person to open it again. */
    says(f, RECORD_CASE, &first.matter, "status", "closed");
    assert_int_equal(offers_of(f, &first.matter), 1);
    message.message_id = "4";
    taken(f, &message);
    assert_int_equal(offers_of(f, &first.matter), 1);
    /* By the client alone, a closed case is not meant. */
    assert_string_not_equal(opened(f, "5", "sample/birth").matter.text, first.matter.text);
}

static void test_what_nobody_takes_comes_back_to_the_office(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result result = opened(f, "1", "sample/birth");
    struct id offer = offer_of(f, &result.matter), following;

    fixture_applied(f, CHLOE,
                    fixture_operation(f, CHLOE, OPERATION_CLAIM, RECORD_HANDOFF, &offer, 1,
                                      json_pack("{s:s, s:s, s:o}", "state", "declined", "reason",
                                                "not ours", "decided_at", json_time(f->clock_ms))));
    following = offer_of(f, &result.matter);
    fixture_says(f, BEN, &following, "to_office", "sample/b");
    fixture_says(f, BEN, &following, "follows", offer.text);
    fixture_decide(f, BEN, &following, 1, "accepted", f->clock_ms);
    assert_true(fixture_sees(f, BEN, 0, &result.message));
}

static void test_the_last_queue_gives_it_to_the_office(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result result;
    struct id offer, following;
    int expired;

    fixture_publish(
        f, RECORD_QUEUE, "sample/q",
        json_pack("{s:[s], s:i, s:s}", "offices", "b", "offer_minutes", 10, "next_queue", "r"));
    fixture_publish(f, RECORD_QUEUE, "sample/r", json_pack("{s:i}", "offer_minutes", 10));
    result = opened(f, "1", "sample/birth");
    offer = offer_of(f, &result.matter);
    f->clock_ms += 11 * 60000;
    assert_int_equal(ledger_handoffs_expire(f->ledger, f->clock_ms, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    following = offer_of(f, &result.matter);
    fixture_says(f, BEN, &following, "to_queue", "sample/r");
    fixture_says(f, BEN, &following, "follows", offer.text);
    f->clock_ms += 11 * 60000;
    assert_int_equal(ledger_handoffs_expire(f->ledger, f->clock_ms, &expired, NULL), 0);
    following = offer_of(f, &result.matter);
    fixture_says(f, BEN, &following, "to_office", "sample/b");
    f->clock_ms += 100 * 60000;
    assert_int_equal(ledger_handoffs_expire(f->ledger, f->clock_ms, &expired, NULL), 0);
    assert_int_equal(expired, 0);
}

/* --- submissions ------------------------------------------------------------------------------ */

static void test_a_submission_is_filed(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    json_t *answers = json_pack("{s:s}", "name", "Léa");
    struct intake_result result;
    struct id delivery;

    message.kind = "submission";
    message.form = "sample/move";
    message.queue = "sample/q";
    message.answers = answers;
    result = taken(f, &message);
    assert_false(id_is_empty(&result.submission));
    says(f, RECORD_SUBMISSION, &result.submission, "status", "submitted");
    says(f, RECORD_SUBMISSION, &result.submission, "case", result.matter.text);
    delivery = delivery_id(&result.submission, "saaq");
    says(f, RECORD_DELIVERY, &delivery, "state", "waiting");
    json_decref(answers);
}

static void test_answers_that_do_not_fit_are_kept_or_refused(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    json_t *answers = json_pack("{s:s}", "name", "L");
    struct scope_set scopes = {0};
    struct ledger_attachment attachment;
    struct intake_result result;
    json_t *document;
    struct id id;

    message.kind = "submission";
    message.form = "sample/move";
    message.queue = "sample/q";
    message.answers = answers;
    message.strict = true;
    result = take(f, &message);
    assert_int_equal(result.kind, INTAKE_REFUSED);
    assert_int_equal(json_array_size(result.faults), 1);
    assert_string_equal(json_text_or(json_array_get(result.faults, 0), "instanceLocation", ""),
                        "/name");
    intake_result_clear(&result);
    message.strict = false;
    result = taken(f, &message);
    assert_true(id_is_empty(&result.submission));
    assert_true(has_remark(f, &result, "form-invalid"));
    document = read_as(f, BEN, RECORD_MESSAGE, &result.message);
    assert_true(id_parse(
        &id, json_text_or(json_array_get(
                              json_object_get(json_object_get(document, "body"), "attachments"), 0),
                          "id", "")));
    json_decref(document);
    scope_set_add(&scopes, "", "office:sample/b", NULL);
    assert_int_equal(ledger_attachment_read(f->ledger, &scopes, &id, &attachment, NULL), 0);
    assert_string_equal((const char *)attachment.bytes, "{\"name\":\"L\"}");
    ledger_attachment_clear(&attachment);
    scope_set_free(&scopes);
    message.message_id = "2";
    message.form = "sample/none";
    result = taken(f, &message);
    assert_true(has_remark(f, &result, "form-unknown"));
    json_decref(answers);
}

/* --- continue codes --------------------------------------------------------------------------- */

static void test_by_continue_code(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = opened(f, "1", "sample/birth"), result;
    struct intake_message message = note("2");
    struct continue_code code = continue_code_make();
    unsigned char salt[CONTINUE_SALT_BYTES] = {1}, hash[CONTINUE_HASH_BYTES];
    char salt_text[2 * CONTINUE_SALT_BYTES + 1] = "", hash_text[2 * CONTINUE_HASH_BYTES + 1] = "";
    char group[CONTINUE_GROUP + 1] = "";

    assert_int_equal(continue_code_hash(&code, salt, hash, NULL), 0);
    for (size_t i = 0; i < sizeof(salt); i++)
        snprintf(salt_text + 2 * i, 3, "%02x", salt[i]);
    for (size_t i = 0; i < sizeof(hash); i++)
        snprintf(hash_text + 2 * i, 3, "%02x", hash[i]);
    memcpy(group, code.text, CONTINUE_GROUP);
    fixture_make(f, BEN, RECORD_SUBMISSION,
                 json_pack("{s:s, s:i, s:s, s:s, s:s, s:o, s:s, s:{s:s, s:s, s:s, s:s, s:o, s:o}}",
                           "form", "sample/move", "form_version", 2, "case", first.matter.text,
                           "office", "sample/b", "started_by", f->actors[BEN].agent.text,
                           "started_at", json_time(f->clock_ms), "status", "draft", "continue",
                           "group", group, "salt", salt_text, "hash", hash_text, "made_by",
                           f->actors[BEN].agent.text, "made_at", json_time(f->clock_ms),
                           "expires_at", json_time(f->clock_ms + 3600000)));
    message.continue_code = code.text;
    message.queue = "sample/q";
    result = taken(f, &message);
    if (strcmp(result.matter.text, first.matter.text) != 0)
        fail_msg("not the draft's case; unknown %d", has_remark(f, &result, "code-unknown"));
    code.text[11] = code.text[11] == '2' ? '3' : '2';
    message.message_id = "3";
    result = taken(f, &message);
    assert_true(result.new_case);
    assert_true(has_remark(f, &result, "code-unknown"));
}

/* --- what is not taken ------------------------------------------------------------------------ */

static void test_refused_messages_are_listed_without_content(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    struct intake_result result;
    struct intake_counts counts;
    json_t *list;
    char *text;

    message.text = "un secret";
    /* Nothing says which office it is for. */
    result = take(f, &message);
    assert_int_equal(result.kind, INTAKE_REFUSED);
    assert_string_equal(result.reason,
                        "office: none is named, and neither queue nor service names one");
    message.queue = "sample/none";
    result = take(f, &message);
    assert_int_equal(result.kind, INTAKE_REFUSED);
    message.message_id = "2";
    message.channel = "pigeon";
    result = take(f, &message);
    assert_string_equal(result.reason, "channel: none of this name");
    assert_int_equal(ledger_intake_refuse(f->ledger, "email", "mailbox", "", "not \x1b[31mMIME",
                                          f->clock_ms, NULL),
                     0);
    assert_int_equal(
        ledger_intake_refuse(f->ledger, "email", "mailbox", "", "not MIME", f->clock_ms, NULL), 0);
    assert_int_equal(ledger_intake_refused(f->ledger, 10, &list, NULL), 0);
    /* Once for each id; those without one each. */
    assert_int_equal(json_array_size(list), 4);
    text = json_dumps(list, 0);
    assert_null(strstr(text, "secret"));
    assert_null(strchr(text, 0x1b));
    free(text);
    json_decref(list);
    /* Mended, it is taken and off the list. */
    message = note("1");
    message.queue = "sample/q";
    taken(f, &message);
    assert_int_equal(ledger_intake_counts(f->ledger, &counts, NULL), 0);
    assert_int_equal(counts.refused, 3);
}

static void test_hostile_text_is_kept_safe(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_message message = note("1");
    char *long_text = malloc(100001);
    struct intake_result result;
    json_t *document;
    const json_t *body;

    message.queue = "sample/q";
    message.text = "\x1b]0;gotcha\x07 \xff caf\xc3\xa9\r\nligne";
    message.subject = "\x1b[2J";
    message.from = "\xc0\xaf";
    message.client.name = "A\x1b[1mB";
    message.client.email = "not an address";
    result = taken(f, &message);
    document = read_as(f, BEN, RECORD_MESSAGE, &result.message);
    body = json_object_get(document, "body");
    assert_null(strchr(json_text_or(body, "text", "\x1b"), 0x1b));
    assert_null(strchr(json_text_or(body, "subject", "\x1b"), 0x1b));
    assert_non_null(strstr(json_text_or(body, "text", ""), "café\nligne"));
    json_decref(document);
    assert_true(has_remark(f, &result, "email-left-out"));
    memset(long_text, '"', 100000);
    long_text[100000] = '\0';
    message = note("2");
    message.queue = "sample/q";
    message.text = long_text;
    result = taken(f, &message);
    assert_true(has_remark(f, &result, "text-cut"));
    document = read_as(f, BEN, RECORD_MESSAGE, &result.message);
    body = json_array_get(json_object_get(json_object_get(document, "body"), "attachments"), 0);
    assert_int_equal(json_integer_or(body, "size", 0), 100000);
    json_decref(document);
    free(long_text);
}

static void test_attachments_are_kept_and_read_in_scope(void **state)
{
    struct ledger_fixture *f = *state;
    const struct intake_attachment attachments[] = {
        {"../../etc/photo.png", "Image/PNG; name=x", "\0\1\2", 3},
        {NULL, NULL, "", 0},
        {"huge.bin", "application/octet-stream", "", INTAKE_ATTACHMENT_LIMIT + 1},
    };
    struct scope_set mine = {0}, others = {0};
    struct intake_message message = note("1");
    struct ledger_attachment attachment;
    struct intake_result result;
    json_t *document, *list;
    struct id id;

    message.queue = "sample/q";
    message.attachments = attachments;
    message.attachment_count = 3;
    result = taken(f, &message);
    assert_true(has_remark(f, &result, "attachment-left-out huge.bin"));
    document = read_as(f, BEN, RECORD_MESSAGE, &result.message);
    list = json_object_get(json_object_get(document, "body"), "attachments");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_text_or(json_array_get(list, 0), "name", ""), "photo.png");
    assert_string_equal(json_text_or(json_array_get(list, 0), "type", ""), "image/png");
    assert_string_equal(json_text_or(json_array_get(list, 1), "name", ""), "attachment");
    id_parse(&id, json_text_or(json_array_get(list, 0), "id", ""));
    json_decref(document);
    scope_set_add(&mine, "", "office:sample/b", NULL);
    scope_set_add(&others, "", "office:sample/a", NULL);
    assert_int_equal(ledger_attachment_read(f->ledger, &mine, &id, &attachment, NULL), 0);
    assert_int_equal(attachment.length, 3);
    assert_memory_equal(attachment.bytes, "\0\1\2", 3);
    ledger_attachment_clear(&attachment);
    assert_int_equal(ledger_attachment_read(f->ledger, &others, &id, &attachment, NULL),
                     ERROR_REFUSED);
    assert_int_equal(ledger_attachment_read(f->ledger, &mine, &result.message, &attachment, NULL),
                     ERROR_NOT_FOUND);
    scope_set_free(&mine);
    scope_set_free(&others);
}

/* Cases and clients of a database from before are found. */
static void test_upgrade(void **state)
{
    static const char records[] =
        "INSERT INTO record VALUES (1, 'office', '00000000-0000-8000-8000-000000000001', 1, 1, "
        "NULL, "
        "'{\"type\":\"office\",\"id\":\"00000000-0000-8000-8000-000000000001\",\"rev\":1,\"seq\":1,"
        "\"body\":{\"key\":\"sample/b\"},\"meta\":{}}'), (2, 'client', "
        "'00000000-0000-7000-8000-000000000002', 1, 2, NULL, '{\"type\":\"client\",\"id\":"
        "\"00000000-0000-7000-8000-000000000002\",\"rev\":1,\"seq\":2,\"body\":{\"kind\":"
        "\"person\","
        "\"phone\":\"(418) 555-0100\",\"office\":\"sample/b\"},\"meta\":{}}'), (3, 'case', "
        "'00000000-0000-7000-8000-000000000003', 1, 3, NULL, '{\"type\":\"case\",\"id\":"
        "\"00000000-0000-7000-8000-000000000003\",\"rev\":1,\"seq\":3,\"body\":{\"reference\":"
        "\"%s\",\"client\":\"00000000-0000-7000-8000-000000000002\",\"office\":\"sample/b\","
        "\"status\":\"received\"},\"meta\":{}}'); UPDATE property SET value = 3 WHERE name = 'seq'";
    struct ledger_fixture *f = *state;
    struct ledger *present = f->ledger;
    struct id matter = {"00000000-0000-7000-8000-000000000003"};
    char path[128], script[2048], reference[ID_REFERENCE_SIZE];
    struct intake_message message = note("1");
    sqlite3 *database;

    id_reference(&matter, 'C', reference);
    snprintf(path, sizeof(path), "%s/old.db", f->folder);
    snprintf(script, sizeof(script), records, reference);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, version_1, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, script, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    assert_int_equal(ledger_open(&f->ledger, path, NULL), 0);
    message.reference = reference;
    assert_string_equal(taken(f, &message).matter.text, matter.text);
    message = note("2");
    message.client.phone = "418-555-0100";
    assert_string_equal(taken(f, &message).matter.text, matter.text);
    ledger_close(f->ledger);
    f->ledger = present;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_message_makes_a_case_that_a_queue_sees),
        TEST(test_an_agent_reads_it_and_takes_it),
        TEST(test_without_any_details_the_client_is_anonymous),
        TEST(test_a_repeat_answers_as_the_first_time),
        TEST(test_by_reference_as_it_is_spoken),
        TEST(test_an_unknown_reference_is_told),
        TEST(test_by_thread),
        TEST(test_by_client),
        TEST(test_another_service_is_another_case_of_the_same_client),
        TEST(test_a_matter_of_its_own_is_not_joined),
        TEST(test_two_who_fit_are_nobody),
        TEST(test_a_closed_case_comes_before_somebody),
        TEST(test_what_nobody_takes_comes_back_to_the_office),
        TEST(test_the_last_queue_gives_it_to_the_office),
        TEST(test_a_submission_is_filed),
        TEST(test_answers_that_do_not_fit_are_kept_or_refused),
        TEST(test_by_continue_code),
        TEST(test_refused_messages_are_listed_without_content),
        TEST(test_hostile_text_is_kept_safe),
        TEST(test_attachments_are_kept_and_read_in_scope),
        TEST(test_upgrade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
