/* Over HTTP: what requests leave in the audit trail. */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "net/ledger_verify.h"
#include "tests/unit/server_fixture.h"

/* How many entries of the trail fit these words of SQL. */
static int64_t entries(struct server_fixture *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int64_t entries(struct server_fixture *f, const char *format, ...)
{
    char where[400], sql[500];
    sqlite3 *handle;
    sqlite3_stmt *row;
    va_list arguments;
    int64_t count;

    va_start(arguments, format);
    vsnprintf(where, sizeof(where), format, arguments);
    va_end(arguments);
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM audit WHERE %s", where);
    assert_int_equal(sqlite3_open_v2(f->ledger.path, &handle, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    if (sqlite3_prepare_v2(handle, sql, -1, &row, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(handle));
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    count = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(handle);
    return count;
}

static const char *agent(struct server_fixture *f, enum fixture_agent who)
{
    return f->ledger.actors[who].agent.text;
}

static struct id make_client(struct server_fixture *f)
{
    return fixture_make(&f->ledger, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
}

static struct id make_case(struct server_fixture *f, const struct id *client)
{
    json_t *body = fixture_case(&f->ledger, ANNE, "sample/a");

    json_object_set_new(body, "client", json_string(client->text));
    return fixture_make(&f->ledger, ANNE, RECORD_CASE, body);
}

static void a_record_that_is_read(void **state)
{
    struct server_fixture *f = *state;
    struct id client = make_client(f), matter = make_case(f, &client);
    char path[100];
    struct call call = {.path = path, .token = f->tokens[ANNE]};

    snprintf(path, sizeof(path), "/v1/records/case/%s", matter.text);
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f,
                             "kind = 'read' AND agent = '%s' AND device = '%s' AND type = 'case' "
                             "AND record = '%s' AND client = '%s' AND what = 'records'",
                             agent(f, ANNE), f->ledger.actors[ANNE].device.text, matter.text,
                             client.text),
                     1);
    /* And one that was refused. */
    call.token = f->tokens[BEN];
    server_expect_problem(f, &call, 403, "forbidden");
    assert_int_equal(entries(f,
                             "kind = 'refused' AND agent = '%s' AND record = '%s' "
                             "AND client = '%s' AND what = 'records: forbidden'",
                             agent(f, BEN), matter.text, client.text),
                     1);
    /* The catalogue is nobody's. */
    snprintf(path, sizeof(path), "/v1/records/agent/%s", agent(f, ANNE));
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "record = '%s' AND kind = 'read'", agent(f, ANNE)), 0);
}

static void a_page_of_the_feed(void **state)
{
    struct server_fixture *f = *state;
    struct id one = make_client(f), other = make_client(f), matter = make_case(f, &one);
    struct id note = fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                                  fixture_note(&f->ledger, ANNE, "sample/a", &matter, "secret"));
    struct call call = {.path = "/v1/changes?since=0&limit=1000", .token = f->tokens[ANNE]};
    char path[100];
    json_t *page = server_json(f, &call);
    int64_t next = json_integer_or(page, "next", 0);
    unsigned char bytes[ID_BYTES];
    char hex[2 * ID_BYTES + 1];

    json_decref(page);
    (void)note;
    assert_int_equal(entries(f,
                             "kind = 'read' AND agent = '%s' AND what = 'changes: 4 records' "
                             "AND length(clients) = 32",
                             agent(f, ANNE)),
                     1);
    id_to_bytes(&other, bytes);
    for (size_t i = 0; i < ID_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    assert_int_equal(entries(f, "instr(clients, x'%s') > 0", hex), 1);
    /* Nothing new, nothing written. */
    snprintf(path, sizeof(path), "/v1/changes?since=%lld", (long long)next);
    call.path = path;
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "kind = 'read'"), 1);
    /* Of one client alone, the entry is of that client. */
    one = make_client(f);
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "kind = 'read' AND client = '%s' AND clients IS NULL", one.text),
                     1);
    /* The catalogue is nobody's. */
    call.path = "/v1/changes?since=0&scope=catalogue";
    json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "kind = 'read'"), 2);
}

static void an_operation_and_a_refused_one(void **state)
{
    struct server_fixture *f = *state;
    struct id client = make_client(f), matter = make_case(f, &client),
              note = fixture_id(&f->ledger);
    struct operation *operations[2];
    json_t *outcomes;

    operations[0] =
        fixture_operation(&f->ledger, ANNE, OPERATION_APPEND, RECORD_NOTE, &note, 0,
                          fixture_note(&f->ledger, ANNE, "sample/a", &matter, "secret"));
    operations[1] = fixture_operation(&f->ledger, ANNE, OPERATION_FIELDS, RECORD_CLIENT, &client, 1,
                                      json_pack("{s:s, s:s}", "name", "Léa Roy", "phone", "555"));
    json_decref(server_post(f, ANNE, operations, 2));
    assert_int_equal(entries(f,
                             "kind = 'write' AND type = 'note' AND record = '%s' AND client = '%s' "
                             "AND what = 'append' AND agent = '%s'",
                             note.text, client.text, agent(f, ANNE)),
                     1);
    assert_int_equal(entries(f,
                             "kind = 'write' AND type = 'client' AND client = '%s' "
                             "AND what = 'fields name, phone'",
                             client.text),
                     1);
    /* Ben may not; what he would have written stands nowhere. */
    operations[0] = fixture_operation(&f->ledger, BEN, OPERATION_FIELDS, RECORD_CLIENT, &client, 2,
                                      json_pack("{s:s}", "name", "Ben"));
    outcomes = server_post(f, BEN, operations, 1);
    assert_string_equal(item_text(outcomes, 0, "outcome"), "refused");
    json_decref(outcomes);
    assert_int_equal(
        entries(f,
                "kind = 'refused' AND agent = '%s' AND record = '%s' AND client = '%s' "
                "AND what LIKE 'fields: forbidden%%'",
                agent(f, BEN), client.text, client.text),
        1);
    assert_int_equal(entries(f, "what LIKE '%%Léa%%' OR what LIKE '%%secret%%'"), 0);
    /* In another agent's name: it is told of whoever sent it. */
    operations[0] = fixture_operation(&f->ledger, BEN, OPERATION_FIELDS, RECORD_CLIENT, &client, 2,
                                      json_pack("{s:s}", "name", "Ben"));
    operations[0]->agent = f->ledger.actors[ANNE].agent;
    json_decref(server_post(f, BEN, operations, 1));
    assert_int_equal(
        entries(f, "kind = 'refused' AND agent = '%s' AND what LIKE '%%agent'", agent(f, BEN)), 1);
}

static void sign_in_and_out(void **state)
{
    struct server_fixture *f = *state;
    struct call wrong = {.path = "/v1/login",
                         .body = "{\"login\": \"anne2\", \"password\": \"certainly wrong\"}"};
    struct call out = {.method = "POST", .path = "/v1/logout", .token = f->tokens[BEN]};
    struct answer answer;

    assert_true(entries(f, "kind = 'sign-in' AND agent = '%s'", agent(f, ANNE)) == 1);
    server_expect_problem(f, &wrong, 401, "wrong-password");
    assert_int_equal(
        entries(f, "kind = 'refused' AND agent = '%s' AND what LIKE 'sign-in%%'", agent(f, ANNE)),
        1);
    server_call(f, &out, &answer);
    assert_true(answer.status < 300);
    answer_clear(&answer);
    assert_int_equal(entries(f, "kind = 'sign-out' AND agent = '%s'", agent(f, BEN)), 1);
}

static void many_at_once_are_all_in_the_trail(void **state)
{
    struct server_fixture *f = *state;
    struct audit_verified verified;
    const struct audit_verify_options options = {.finding = NULL};
    struct call call = {.path = "/v1/changes?since=0", .token = f->tokens[ANNE]};

    make_client(f);
    for (int i = 0; i < 40; i++)
        json_decref(server_json(f, &call));
    assert_int_equal(entries(f, "kind = 'read'"), 40);
    assert_int_equal(ledger_audit_verify(f->ledger.path, &options, &verified, NULL), 0);
    assert_int_equal(verified.findings, 0);
    assert_true(verified.entries > 40);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_record_that_is_read),
        TEST(a_page_of_the_feed),
        TEST(an_operation_and_a_refused_one),
        TEST(sign_in_and_out),
        TEST(many_at_once_are_all_in_the_trail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
