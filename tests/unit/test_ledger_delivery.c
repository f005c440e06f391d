/* Deliveries in the ledger: made with the submission, once an agency, seen by who sees it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/delivery.h"
#include "app/import.h"
#include "app/json.h"
#include "tests/unit/ledger_fixture.h"
#include "tests/unit/ledger_version_1.h"

#define NOW INT64_C(1700000100000)

static int setup(void **state)
{
    struct ledger_fixture *fixture = malloc(sizeof(*fixture));
    struct id id = id_from_key("form", "sample/move");
    struct record *form = record_new(RECORD_FORM, &id);
    struct import_target target;

    assert_non_null(fixture);
    fixture_open(fixture);
    json_decref(form->body);
    form->body = json_pack(
        "{s:s, s:i, s:[{s:s, s:{s:s}, s:[s, s], s:{s:s, s:s}}, {s:s, s:[s], s:{s:s}}, {s:s, s:[s]},"
        " {s:s, s:[s]}]}",
        "key", "sample/move", "version", 3, "recipients", "id", "saaq", "title", "en", "Cars",
        "answers", "name", "street", "consent", "fr", "J’accepte", "en", "I accept", "id", "ramq",
        "answers", "name", "consent", "en", "I agree", "id", "city", "answers", "street", "id",
        "city", "answers", "name");
    assert_non_null(form->body);
    ledger_import_target(fixture->ledger, &target);
    assert_int_equal(target.begin(target.context, NULL), 0);
    assert_int_equal(target.publish(target.context, form, NULL), 0);
    assert_int_equal(target.commit(target.context, NULL), 0);
    record_free(form);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static struct id draft(struct ledger_fixture *f, const struct id *matter)
{
    json_t *body = json_pack("{s:s, s:i, s:s, s:s, s:o, s:s, s:{s:b, s:b}, s:{s:s, s:s}}", "form",
                             "sample/move", "form_version", 3, "office", "sample/a", "started_by",
                             f->actors[ANNE].agent.text, "started_at", json_time(f->clock_ms),
                             "status", "draft", "consents", "saaq", 1, "ramq", 0, "answers", "name",
                             "Zoé", "street", "1 rue des Érables");

    if (matter != NULL)
        json_object_set_new(body, "case", json_string(matter->text));
    return fixture_make(f, ANNE, RECORD_SUBMISSION, body);
}

static struct operation *submit(struct ledger_fixture *f, const struct id *submission)
{
    return fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_SUBMISSION, submission, 1,
                             json_pack("{s:s, s:o, s:s}", "status", "submitted", "submitted_at",
                                       json_time(f->clock_ms), "submitted_by",
                                       f->actors[ANNE].agent.text));
}

/* The delivery as Anne's terminal gets it; NULL when there is none. New reference. */
static json_t *body_of(struct ledger_fixture *f, const struct id *submission, const char *agency)
{
    struct id id = delivery_id(submission, agency);
    json_t *document = NULL;
    json_t *body;

    if (fixture_read(f, ANNE, RECORD_DELIVERY, &id, &document) == ERROR_NOT_FOUND)
        return NULL;
    body = json_incref(json_object_get(document, "body"));
    json_decref(document);
    return body;
}

static void expect_state(struct ledger_fixture *f, const struct id *submission, const char *agency,
                         const char *state)
{
    json_t *body = body_of(f, submission, agency);

    assert_non_null(body);
    assert_string_equal(json_text_or(body, "state", ""), state);
    json_decref(body);
}

static size_t due_count(struct ledger_fixture *f, const char *agency)
{
    struct ledger_due due[8];
    size_t count;

    assert_int_equal(ledger_delivery_due(f->ledger, agency, 8, due, &count, NULL), 0);
    return count;
}

static void listened(void *context)
{
    ++*(int *)context;
}

static void test_made_with_the_submission(void **state)
{
    struct ledger_fixture *f = *state;
    struct id submission = draft(f, NULL);
    int rung = 0;
    json_t *body, *expected;
    char *text;

    ledger_bell_listen(f->ledger, LEDGER_BELL_DELIVERIES, listened, &rung);
    assert_null(body_of(f, &submission, "saaq"));
    fixture_applied(f, ANNE, submit(f, &submission));
    assert_int_equal(rung, 1);
    body = body_of(f, &submission, "saaq");
    assert_non_null(body);
    expected = json_pack("[s, s]", "name", "street");
    assert_true(json_equal(json_object_get(body, "answers"), expected));
    json_decref(expected);
    assert_string_equal(json_text_or(body, "state", ""), "waiting");
    assert_string_equal(json_localised(json_object_get(body, "title"), "en"), "Cars");
    assert_int_equal(json_integer_or(body, "form_version", 0), 3);
    assert_int_equal(json_integer_or(body, "number", 0), 1);
    /* Nothing of the answers themselves: they stay in the submission. */
    text = json_dumps(body, 0);
    assert_null(strstr(text, "Érables"));
    free(text);
    json_decref(body);
    body = body_of(f, &submission, "ramq");
    assert_string_equal(json_text_or(body, "state", ""), "withheld");
    assert_string_equal(json_text_or(body, "cause", ""), DELIVERY_NO_CONSENT);
    json_decref(body);
    expect_state(f, &submission, "city", "waiting"); /* asks for no consent */
    assert_int_equal(due_count(f, "saaq"), 1);
    assert_int_equal(due_count(f, "ramq"), 0);
    assert_int_equal(due_count(f, "city"), 1);
    /* Saying it once more makes no other ones. */
    fixture_applied(f, ANNE, submit(f, &submission));
    assert_int_equal(rung, 1);
    assert_int_equal(due_count(f, "saaq"), 1);
    ledger_bell_listen(f->ledger, LEDGER_BELL_DELIVERIES, NULL, NULL);
}

static void test_seen_with_the_submission(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct id submission = draft(f, &matter);
    struct id delivery = delivery_id(&submission, "saaq");
    json_t *body;

    fixture_applied(f, ANNE, submit(f, &submission));
    body = body_of(f, &submission, "saaq");
    assert_string_equal(json_text_or(body, "case", ""), matter.text);
    json_decref(body);
    assert_true(fixture_sees(f, ANNE, 0, &delivery));
    assert_false(fixture_sees(f, BEN, 0, &delivery));
    assert_int_equal(fixture_read(f, BEN, RECORD_DELIVERY, &delivery, NULL), ERROR_REFUSED);
    /* Who gets the case gets what became of its filings. */
    fixture_make(f, ANNE, RECORD_HANDOFF,
                 fixture_handoff(f, ANNE, "sample/a", &matter, NULL, NULL, "sample/q"));
    assert_true(fixture_sees(f, BEN, 0, &delivery));
    assert_false(fixture_sees(f, DENIS, 0, &delivery));
}

/* Also who gets only the form, without a case; and what comes of it later. */
static void test_seen_with_a_hand_off_of_the_form(void **state)
{
    struct ledger_fixture *f = *state;
    struct id submission = draft(f, NULL), delivery = delivery_id(&submission, "saaq");
    json_t *handoff = fixture_handoff(f, ANNE, "sample/a", NULL, NULL, NULL, "sample/q");
    json_t *refused = json_pack("{s:s}", "state", "refused");
    int64_t next = 0;
    bool written;

    json_object_set_new(handoff, "submission", json_string(submission.text));
    fixture_applied(f, ANNE, submit(f, &submission));
    assert_false(fixture_sees(f, BEN, 0, &delivery));
    fixture_make(f, ANNE, RECORD_HANDOFF, handoff);
    assert_true(fixture_sees(f, BEN, 0, &delivery));
    assert_false(fixture_sees(f, DENIS, 0, &delivery));
    json_decref(fixture_desk(f, BEN, 0, 1000, &next));
    assert_int_equal(ledger_delivery_write(f->ledger, &delivery, refused, NOW, &written, NULL), 0);
    assert_true(fixture_sees(f, BEN, next, &delivery));
    json_decref(refused);
}

static struct operation *agent_claim(struct ledger_fixture *f, const struct id *delivery,
                                     int64_t base, json_t *body)
{
    return fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_DELIVERY, delivery, base, body);
}

static void test_agents_only_ask(void **state)
{
    struct ledger_fixture *f = *state;
    struct id submission = draft(f, NULL);
    struct id id = delivery_id(&submission, "saaq");
    json_t *refused = json_pack("{s:s, s:s, s:s}", "state", "refused", "cause", DELIVERY_REFUSED,
                                "reason", "no such licence");
    json_t *got = json_pack("{s:s, s:s}", "state", "acknowledged", "receipt", "R-1");
    json_t *again =
        json_pack("{s:s, s:s}", "state", "waiting", "next_attempt_at", "2023-11-15T00:00:00.000Z");
    bool written;
    json_t *body;

    /* Nobody makes a delivery but the server, not even before there is one. */
    body =
        json_pack("{s:s, s:s, s:i, s:[], s:s, s:i, s:s, s:o, s:s}", "submission", submission.text,
                  "agency", "saaq", "number", 1, "answers", "form", "sample/move", "form_version",
                  3, "office", "sample/a", "created_at", json_time(NOW), "state", "waiting");
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_DELIVERY, &id, 0, body),
                    MERGE_ACTOR, NULL);
    fixture_applied(f, ANNE, submit(f, &submission));
    fixture_refused(f, ANNE, agent_claim(f, &id, 1, json_incref(got)), MERGE_ACTOR, NULL);
    fixture_refused(
        f, ANNE,
        agent_claim(f, &id, 1, json_pack("{s:s, s:s}", "state", "waiting", "receipt", "R-0")),
        MERGE_ACTOR, NULL);
    /* Refused by the agency: an agent has it sent again. */
    assert_int_equal(ledger_delivery_write(f->ledger, &id, refused, NOW, &written, NULL), 0);
    assert_true(written);
    assert_int_equal(due_count(f, "saaq"), 0);
    fixture_applied(f, ANNE, agent_claim(f, &id, 2, json_pack("{s:s}", "state", "waiting")));
    assert_int_equal(due_count(f, "saaq"), 1);
    /* The consent withdrawn: a failed attempt does not bring it back, a success is told. */
    fixture_applied(f, ANNE, agent_claim(f, &id, 3, json_pack("{s:s}", "state", "withheld")));
    assert_int_equal(due_count(f, "saaq"), 0);
    assert_int_equal(ledger_delivery_write(f->ledger, &id, again, NOW, &written, NULL), 0);
    assert_false(written);
    expect_state(f, &submission, "saaq", "withheld");
    fixture_refused(f, ANNE, agent_claim(f, &id, 4, json_pack("{s:s}", "state", "waiting")),
                    MERGE_TRANSITION, "state");
    assert_int_equal(ledger_delivery_write(f->ledger, &id, got, NOW, &written, NULL), 0);
    assert_true(written);
    expect_state(f, &submission, "saaq", "acknowledged");
    json_decref(refused);
    json_decref(got);
    json_decref(again);
}

static void test_due_first(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_due due[2];
    struct id first = draft(f, NULL), second = draft(f, NULL), id;
    json_t *later = json_pack("{s:s, s:o, s:i}", "state", "waiting", "next_attempt_at",
                              json_time(NOW), "attempts", 1);
    json_t *unknown = json_pack("{s:s}", "cause", DELIVERY_NOT_CONNECTED);
    json_t *agencies;
    size_t count;
    bool written;

    fixture_applied(f, ANNE, submit(f, &first));
    fixture_applied(f, ANNE, submit(f, &second));
    id = delivery_id(&first, "saaq");
    assert_int_equal(ledger_delivery_write(f->ledger, &id, later, NOW, &written, NULL), 0);
    fixture_reopen(f);
    assert_int_equal(ledger_delivery_due(f->ledger, "saaq", 2, due, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_int_equal(due[0].at_ms, 0);
    assert_int_equal(due[1].at_ms, NOW);
    assert_string_equal(due[1].delivery.text, id.text);
    assert_int_equal(ledger_delivery_write(f->ledger, &id, unknown, NOW, &written, NULL), 0);
    assert_int_equal(ledger_delivery_due(f->ledger, "saaq", 2, due, &count, NULL), 0);
    assert_true(due[1].at_ms == LEDGER_DUE_NEVER);
    assert_int_equal(ledger_delivery_hurry(f->ledger, "saaq", NULL), 0);
    assert_int_equal(ledger_delivery_due(f->ledger, "saaq", 2, due, &count, NULL), 0);
    assert_int_equal(due[1].at_ms, 0);
    assert_int_equal(ledger_delivery_agencies(f->ledger, &agencies, NULL), 0);
    assert_int_equal(json_array_size(agencies), 2);
    json_decref(agencies);
    json_decref(later);
    json_decref(unknown);
}

/* `guichetd check` sees when what is to be sent is not what the records say. */
static void test_check_finds(void **state)
{
    struct ledger_fixture *f = *state;
    struct id submission = draft(f, NULL);
    sqlite3 *database;

    fixture_applied(f, ANNE, submit(f, &submission));
    assert_int_equal(fixture_check(f), 0);
    assert_int_equal(sqlite3_open(f->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database,
                                  "CREATE TABLE kept AS SELECT * FROM delivery;"
                                  "DELETE FROM delivery WHERE agency = 'saaq';"
                                  "INSERT INTO delivery VALUES (1, 'saaq', 0)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(fixture_check(f), 2);
    assert_int_equal(sqlite3_exec(database,
                                  "DELETE FROM delivery;"
                                  "INSERT INTO delivery SELECT * FROM kept; DROP TABLE kept",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(database);
}

static void publish(struct ledger_fixture *f, const char *key, int version, const char *agency)
{
    struct id id = id_from_key("form", key);
    struct record *form = record_new(RECORD_FORM, &id);
    struct import_target target;

    json_decref(form->body);
    form->body = json_pack("{s:s, s:i, s:[{s:s, s:[s]}]}", "key", key, "version", version,
                           "recipients", "id", agency, "answers", "name");
    ledger_import_target(f->ledger, &target);
    assert_int_equal(target.begin(target.context, NULL), 0);
    assert_int_equal(target.publish(target.context, form, NULL), 0);
    assert_int_equal(target.commit(target.context, NULL), 0);
    record_free(form);
}

/* The recipients are those of the version that was filled. */
static void test_own_version(void **state)
{
    struct ledger_fixture *f = *state;
    struct id submission = draft(f, NULL);
    json_t *body;

    publish(f, "sample/move", 4, "later");
    publish(f, "sample/move@3", 3, "then");
    fixture_applied(f, ANNE, submit(f, &submission));
    expect_state(f, &submission, "then", "waiting");
    body = body_of(f, &submission, "later");
    assert_null(body);
}

static void test_upgrade(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger *ledger;
    struct error error = ERROR_INIT;
    sqlite3 *database;
    json_t *agencies;
    char path[128];

    snprintf(path, sizeof(path), "%s/old.db", f->folder);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, version_1, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    if (ledger_open(&ledger, path, &error) != 0)
        fail_msg("%s", error.message);
    assert_int_equal(ledger_delivery_agencies(ledger, &agencies, NULL), 0);
    assert_int_equal(json_array_size(agencies), 0);
    json_decref(agencies);
    ledger_close(ledger);
}

/* --- kill -9 while filings are accepted ---------------------------------------------------------
 */

#define CRASH_ROUNDS 8

struct crash {
    struct ledger_fixture *fixture;
    int submitted, drafts;
};

/* A submission has its deliveries, a draft has none: nothing in between. */
static int look_at(void *context, const struct record *submission)
{
    struct crash *crash = context;
    bool submitted = strcmp(record_text(submission, "status"), "submitted") == 0;
    static const char *const agencies[] = {"saaq", "ramq", "city"};

    for (size_t i = 0; i < 3; i++) {
        struct id id = delivery_id(&submission->id, agencies[i]);

        assert_int_equal(fixture_read(crash->fixture, ANNE, RECORD_DELIVERY, &id, NULL),
                         submitted ? 0 : ERROR_NOT_FOUND);
    }
    crash->submitted += submitted;
    crash->drafts += !submitted;
    return 0;
}

static void test_killed_while_accepting(void **state)
{
    struct ledger_fixture *f = *state;
    struct crash crash = {f, 0, 0};
    struct import_target target;

    for (int round = 0; round < CRASH_ROUNDS; round++) {
        int ends[2];
        pid_t child;

        ledger_close(f->ledger);
        assert_int_equal(pipe(ends), 0);
        child = fork();
        if (child == 0) {
            if (ledger_open(&f->ledger, f->path, NULL) != 0)
                _exit(1);
            for (;;) {
                struct id submission = draft(f, NULL);

                fixture_applied(f, ANNE, submit(f, &submission));
                if (write(ends[1], ".", 1) != 1)
                    _exit(1);
            }
        }
        close(ends[1]);
        /* One in four is killed while it opens. */
        if (round % 4 != 3)
            fixture_wait_for_child(ends[0]);
        usleep((useconds_t)round * 9000);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        close(ends[0]);
        assert_int_equal(ledger_open(&f->ledger, f->path, NULL), 0);
        assert_int_equal(fixture_check(f), 0);
        /* The next child must not make the ids of the last one again. */
        f->ids = (struct id_generator){0};
    }
    ledger_import_target(f->ledger, &target);
    /* A first reader, for one cannot be opened while somebody writes. */
    assert_true(ledger_is_well(f->ledger));
    assert_int_equal(target.begin(target.context, NULL), 0);
    assert_int_equal(target.each(target.context, RECORD_SUBMISSION, look_at, &crash, NULL), 0);
    target.rollback(target.context);
    assert_true(crash.submitted > 0);
    print_message("%d filings accepted, %d drafts left by %d kills\n", crash.submitted,
                  crash.drafts, CRASH_ROUNDS);
}

/* --- consents of their own -------------------------------------------------------------------- */

static struct id draft_of(struct ledger_fixture *f, const struct id *client)
{
    json_t *body =
        json_pack("{s:s, s:i, s:s, s:s, s:o, s:s, s:{s:b, s:b}, s:s}", "form", "sample/move",
                  "form_version", 3, "office", "sample/a", "started_by", f->actors[ANNE].agent.text,
                  "started_at", json_time(f->clock_ms), "status", "draft", "consents", "saaq", 1,
                  "ramq", 0, "client", client->text);

    return fixture_make(f, ANNE, RECORD_SUBMISSION, body);
}

static json_t *consent_of(struct ledger_fixture *f, const struct id *submission, const char *agency)
{
    struct id id = delivery_id(submission, agency);
    json_t *document = NULL;
    json_t *body;

    if (fixture_read(f, ANNE, RECORD_CONSENT, &id, &document) == ERROR_NOT_FOUND)
        return NULL;
    body = json_incref(json_object_get(document, "body"));
    json_decref(document);
    return body;
}

static struct id english_client(struct ledger_fixture *f)
{
    json_t *body = fixture_client("sample/a");

    json_object_set_new(body, "language", json_string("en-CA"));
    return fixture_make(f, ANNE, RECORD_CLIENT, body);
}

static void test_a_withdrawn_consent_stops_what_waits(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id other = english_client(f);
    struct id submission = draft_of(f, &client), others = draft_of(f, &other);
    struct id earlier = draft_of(f, &client);
    struct id consent = delivery_id(&submission, "saaq"), gone = delivery_id(&earlier, "saaq");
    json_t *sent = json_pack("{s:s, s:s}", "state", "sent", "location", "https://saaq.example/1");
    bool written;
    json_t *body;

    fixture_applied(f, ANNE, submit(f, &submission));
    fixture_applied(f, ANNE, submit(f, &others));
    body = consent_of(f, &submission, "saaq");
    assert_non_null(body);
    assert_string_equal(json_text_or(body, "client", ""), client.text);
    assert_string_equal(json_text_or(body, "what", ""), "J’accepte");
    assert_string_equal(json_text_or(body, "whom", ""), "Cars");
    assert_string_equal(json_text_or(body, "how", ""), "form");
    assert_string_equal(json_text_or(body, "state", ""), "valid");
    json_decref(body);
    body = consent_of(f, &others, "saaq");
    assert_non_null(body);
    assert_string_equal(json_text_or(body, "what", ""), "I accept");
    json_decref(body);
    /* One who said no, and one that needs none, gave none. */
    assert_null(consent_of(f, &submission, "ramq"));
    assert_null(consent_of(f, &submission, "city"));

    /* Another filing of theirs is with the agency already. */
    fixture_applied(f, ANNE, submit(f, &earlier));
    assert_int_equal(ledger_delivery_write(f->ledger, &gone, sent, NOW, &written, NULL), 0);
    assert_true(written);
    json_decref(sent);
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_CONSENT, &consent, 1,
                                      json_pack("{s:s}", "state", "withdrawn")));
    expect_state(f, &submission, "saaq", "withheld");
    expect_state(f, &earlier, "saaq", "sent");
    expect_state(f, &submission, "city", "waiting");
    expect_state(f, &others, "saaq", "waiting");
    assert_int_equal(due_count(f, "saaq"), 2);
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_CONSENT, &consent, 2,
                                      json_pack("{s:s}", "state", "valid")),
                    MERGE_CLOSED, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_withdrawn_consent_stops_what_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_made_with_the_submission, setup, teardown),
        cmocka_unit_test_setup_teardown(test_seen_with_the_submission, setup, teardown),
        cmocka_unit_test_setup_teardown(test_seen_with_a_hand_off_of_the_form, setup, teardown),
        cmocka_unit_test_setup_teardown(test_agents_only_ask, setup, teardown),
        cmocka_unit_test_setup_teardown(test_due_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_upgrade, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_version, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_finds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_killed_while_accepting, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
