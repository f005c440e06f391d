/* What must hold when everything is healed and at rest: the same as in tests/sim/sim_check.c, of
 * real processes, with the server's records read over REST. */
#include "tests/chaos/chaos.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/store.h"
#include "net/http_client.h"

__attribute__((format(printf, 2, 3))) static void found(struct chaos_account *account,
                                                        const char *format, ...)
{
    va_list arguments;

    char text[400];

    account->findings++;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (account->wanted != NULL && strstr(text, account->wanted) != NULL)
        account->wanted_found = true;
    if (account->tell != NULL)
        (void)fprintf(account->tell, "chaos: broken: %s\n", text);
}

static void must(int code, const struct error *error, const char *what)
{
    if (code == 0)
        return;
    (void)fprintf(stderr, "chaos: %s: %s\n", what, error->message);
    exit(3);
}

/* --- what was made ---------------------------------------------------------------------------- */

/* What a line says of an operation's end: must it be at the server, or may it? */
static const char *fate_of(const char *state)
{
    if (strcmp(state, "done") == 0 || strcmp(state, "stays") == 0)
        return "must";
    return strcmp(state, "gone") == 0 ? "must not" : "may";
}

/* Adds to {id: {"fate", "login", "record", "accepts", "note"}}. */
static void read_made(const struct chaos_terminal *terminal, json_t *made)
{
    FILE *file = fopen(terminal->made_path, "r");
    char *text = NULL;
    size_t size = 0;

    if (file == NULL)
        return;
    while (getline(&text, &size, file) > 0) {
        json_t *line = json_loads(text, 0, NULL);
        const char *id = json_text_or(line, "id", "");
        json_t *one = json_object_get(made, id);
        if (line == NULL)
            continue; /* the last one, of a process that was killed in it */
        if (one == NULL) {
            json_object_set(made, id, line);
            one = line;
            json_object_set_new(one, "login", json_string(terminal->login));
        }
        json_object_set_new(one, "fate", json_string(fate_of(json_text_or(line, "state", ""))));
        json_decref(line);
    }
    free(text);
    (void)fclose(file);
}

/* --- the server's operations ------------------------------------------------------------------ */

static sqlite3_stmt *prepare(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "chaos: %s: %s\n", sql, sqlite3_errmsg(database));
        exit(3);
    }
    return statement;
}

static void check_note(struct chaos_account *account, sqlite3 *database, const json_t *one)
{
    const json_t *note = json_object_get(one, "note");
    const char *record = json_text_or(one, "record", "");
    sqlite3_stmt *row = prepare(database, "SELECT document FROM record WHERE id = ?1");

    (void)sqlite3_bind_text(row, 1, record, -1, SQLITE_STATIC);
    json_t *document = sqlite3_step(row) == SQLITE_ROW
                           ? json_loads((const char *)sqlite3_column_text(row, 0), 0, NULL)
                           : NULL;
    if (!json_equal(json_object_get(document, "body"), note))
        found(account, "note %s of %s does not stand at the server as it was written", record,
              json_text_or(one, "login", ""));
    json_decref(document);
    sqlite3_finalize(row);
}

static void check_operation(struct chaos_account *account, json_t *made, json_t *winners,
                            sqlite3 *database, sqlite3_stmt *row)
{
    const char *id = (const char *)sqlite3_column_text(row, 0);
    bool refused = sqlite3_column_type(row, 1) != SQLITE_NULL;
    json_t *one = json_object_get(made, id);
    const char *record = json_text_or(one, "record", "");

    if (one == NULL) {
        struct id server = delivery_server();
        /* The server is an author too: it says since when a client waits. */
        if (strcmp((const char *)sqlite3_column_text(row, 3), server.text) != 0)
            found(account, "the server holds operation %s, which nobody made", id);
        return;
    }
    if (strcmp(json_text_or(one, "fate", ""), "must not") == 0)
        found(account, "operation %s was taken back and is at the server", id);
    if (strcmp((const char *)sqlite3_column_text(row, 2), record) != 0)
        found(account, "operation %s is another one at the server", id);
    json_object_set_new(one, "arrived", json_true());
    json_object_set_new(one, "refused", json_boolean(refused));
    account->refused += refused;
    if (!refused && json_object_get(one, "note") != NULL)
        check_note(account, database, one);
    if (!refused && json_bool_or(one, "accepts", false)) {
        account->won++;
        if (json_object_get(winners, record) != NULL)
            found(account, "hand-off %s has two winners", record);
        json_object_set_new(winners, record, json_true());
    }
}

static void check_operations(const struct chaos *chaos, struct chaos_account *account, json_t *made)
{
    sqlite3 *database = NULL;
    json_t *winners = json_object(), *one;
    const char *id;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/server.db", chaos->server.directory);
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        exit(3);
    (void)sqlite3_busy_timeout(database, 10000);
    sqlite3_stmt *row = prepare(database, "SELECT id, refusal, record, agent FROM operation");
    while (sqlite3_step(row) == SQLITE_ROW)
        check_operation(account, made, winners, database, row);
    sqlite3_finalize(row);
    row = prepare(database, "SELECT 1 FROM record WHERE type = 'handoff' AND"
                            " json_extract(document, '$.body.state') NOT IN"
                            " ('offered', 'accepted') LIMIT 1");
    account->ended = sqlite3_step(row) == SQLITE_ROW;
    sqlite3_finalize(row);
    sqlite3_close(database);
    json_decref(winners);
    json_object_foreach(made, id, one)
    {
        bool must_be = strcmp(json_text_or(one, "fate", ""), "must") == 0;
        account->acknowledged += must_be;
        if (must_be && !json_bool_or(one, "arrived", false))
            found(account, "operation %s of %s was saved and is not at the server", id,
                  json_text_or(one, "login", ""));
    }
}

/* --- refusals --------------------------------------------------------------------------------- */

struct refusals {
    struct chaos_account *account;
    const struct chaos_terminal *terminal;
    const json_t *made;
    int64_t count;
};

static int see_refusal(void *context, const struct store_refusal *refusal)
{
    struct refusals *refusals = context;
    const char *id = refusal->operation->id.text;

    if (refusal->refusal == MERGE_APPLIED)
        return 0;
    refusals->count++;
    if (!json_bool_or(json_object_get(refusals->made, id), "refused", false))
        found(refusals->account, "%s shows a refusal of %s, which the server did not refuse",
              refusals->terminal->login, id);
    return 0;
}

static void check_refusals(struct chaos_account *account, const struct chaos_terminal *terminal,
                           struct store *store, const json_t *made)
{
    struct refusals refusals = {account, terminal, made, 0};
    struct error error = ERROR_INIT;
    int64_t expected = 0;
    const char *id;
    json_t *one;

    must(store_refusal_each(store, see_refusal, &refusals, &error), &error, "refusals");
    json_object_foreach((json_t *)(uintptr_t)made, id, one)
    {
        expected += json_bool_or(one, "refused", false) &&
                    strcmp(json_text_or(one, "login", ""), terminal->login) == 0;
    }
    if (refusals.count != expected)
        found(account, "%s: %" PRId64 " refused at the server, %" PRId64 " shown", terminal->login,
              expected, refusals.count);
}

/* --- equal records, over REST ----------------------------------------------------------------- */

/* The JSON of a reply; NULL for another status, which is told. New. */
static json_t *call(struct http_client *client, const char *method, const char *path,
                    const json_t *body, int *status)
{
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    struct http_request request = {.method = method,
                                   .path = path,
                                   .body = text,
                                   .body_length = text == NULL ? 0 : strlen(text),
                                   .body_type = text == NULL ? NULL : "application/json",
                                   .accept = "application/json"};
    struct http_reply reply = {0};
    struct error error = ERROR_INIT;

    must(http_client_call(client, &request, &reply, &error), &error, path);
    *status = reply.status;
    json_t *value = reply.status == 200 ? json_loadb(reply.body, reply.length, 0, NULL) : NULL;
    http_reply_clear(&reply);
    free(text);
    return value;
}

static struct http_client *sign_in(const struct chaos *chaos, const struct chaos_terminal *terminal)
{
    struct http_client_options options = http_client_default_options;
    struct id_generator ids = {0};
    struct http_client *client = NULL;
    struct error error = ERROR_INIT;
    char url[64];
    int status;

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", chaos->server.port);
    options.base_url = url;
    must(http_client_new(&client, &options, &error), &error, "the client");
    json_t *body = json_pack("{s:s, s:s, s:s}", "login", terminal->login, "password",
                             CHAOS_PASSWORD, "device", id_generate(&ids, clock_system(NULL)).text);
    json_t *answer = call(client, "POST", "/v1/login", body, &status);
    if (answer == NULL) {
        (void)fprintf(stderr, "chaos: signing %s in: status %d\n", terminal->login, status);
        exit(3);
    }
    must(http_client_token_set(client, json_text_or(answer, "token", ""), &error), &error, "token");
    json_decref(body);
    json_decref(answer);
    return client;
}

struct comparing {
    struct chaos_account *account;
    const struct chaos_terminal *terminal;
    struct http_client *client;
    struct store *store;
    json_t *seen; /* ids that came in the feed */
};

/* The terminal holds what the server told. */
static void compare(struct comparing *comparing, const json_t *theirs)
{
    struct error error = ERROR_INIT;
    enum store_pending pending = STORE_SETTLED;
    struct record *own = NULL;
    struct id id;
    const char *login = comparing->terminal->login;
    const char *name = json_text_or(theirs, "type", "");

    (void)id_parse(&id, json_text_or(theirs, "id", ""));
    comparing->account->records++;
    if (store_get(comparing->store, record_type_from_name(name), &id, &own, &pending, &error) !=
        0) {
        found(comparing->account, "%s lacks %s %s: %s", login, name, id.text, error.message);
        return;
    }
    json_t *document = record_to_json(own);
    if (!json_equal(document, theirs))
        found(comparing->account,
              "%s holds %s %s at rev %" PRId64 ", the server at rev %" PRId64 " or other words",
              login, name, id.text, own->rev, json_integer_or(theirs, "rev", -1));
    else if (pending != STORE_SETTLED)
        found(comparing->account, "%s shows %s %s as waiting", login, name, id.text);
    json_decref(document);
    record_free(own);
}

static void compare_feed(struct comparing *comparing)
{
    char path[96];
    int64_t since = 0;
    bool more = true;

    while (more) {
        json_t *one;
        size_t index;
        int status;
        (void)snprintf(path, sizeof path, "/v1/changes?scope=desk&limit=500&since=%" PRId64, since);
        json_t *page = call(comparing->client, "GET", path, NULL, &status);
        if (page == NULL) {
            found(comparing->account, "%s: status %d", path, status);
            return;
        }
        json_array_foreach(json_object_get(page, "records"), index, one)
        {
            compare(comparing, one);
            json_object_set_new(comparing->seen, json_text_or(one, "id", ""), json_true());
        }
        since = json_integer_or(page, "next", since);
        more = json_bool_or(page, "more", false);
        json_decref(page);
    }
}

/* A file is opened for a reason. */
static void say_why(struct http_client *client, const struct record *record)
{
    const char *whose = record_text(record, "client"), *matter = record_text(record, "case");
    const char *type = *whose != '\0'    ? "client"
                       : *matter != '\0' ? "case"
                                         : record_type_name(record->type);
    json_t *body;
    int status;

    if (*whose == '\0' && *matter == '\0' && record->type != RECORD_CLIENT &&
        record->type != RECORD_CASE)
        return;
    body = json_pack("{s:s, s:s, s:s}", "type", type, "id",
                     *whose != '\0'    ? whose
                     : *matter != '\0' ? matter
                                       : record->id.text,
                     "purpose", "case-work");
    json_decref(call(client, "POST", "/v1/open", body, &status));
    json_decref(body);
}

/* What the terminal holds and the feed did not tell: still at the server, and the same. */
static int compare_held(void *context, const struct record *record, enum store_pending pending)
{
    struct comparing *comparing = context;
    char path[128];
    int status;

    (void)pending;
    if (json_object_get(comparing->seen, record->id.text) != NULL)
        return 0;
    (void)snprintf(path, sizeof path, "/v1/records/%s/%s", record_type_name(record->type),
                   record->id.text);
    say_why(comparing->client, record);
    json_t *theirs = call(comparing->client, "GET", path, NULL, &status);
    /* What an agent saw while an offer stood may stay. */
    if (status == 403 && comparing->account->ended)
        return 0;
    if (theirs == NULL)
        found(comparing->account, "%s holds %s %s, which the server answers with %d",
              comparing->terminal->login, record_type_name(record->type), record->id.text, status);
    else
        compare(comparing, theirs);
    json_decref(theirs);
    return 0;
}

static void check_records(const struct chaos *chaos, struct chaos_account *account,
                          const struct chaos_terminal *terminal, struct store *store)
{
    struct comparing comparing = {.account = account,
                                  .terminal = terminal,
                                  .client = sign_in(chaos, terminal),
                                  .store = store,
                                  .seen = json_object()};
    struct store_query query = {.type = RECORD_NONE};
    struct error error = ERROR_INIT;

    compare_feed(&comparing);
    must(store_each(store, &query, compare_held, &comparing, &error), &error, "walking a store");
    http_client_free(comparing.client);
    json_decref(comparing.seen);
}

void chaos_check(struct chaos *chaos, struct chaos_account *account)
{
    json_t *made = json_object();

    *account = (struct chaos_account){.tell = account->tell, .wanted = account->wanted};
    for (int i = 0; i < CHAOS_TERMINALS; i++)
        read_made(&chaos->terminals[i], made);
    check_operations(chaos, account, made);
    for (int i = 0; i < CHAOS_TERMINALS; i++) {
        struct chaos_terminal *terminal = &chaos->terminals[i];
        struct store *store = NULL;
        struct error error = ERROR_INIT;
        must(store_open(&store, terminal->store_path, terminal->key, &error), &error, "a store");
        if (store_outbox_count(store, &error) != 0)
            found(account, "%s: something still waits in the outbox", terminal->login);
        check_refusals(account, terminal, store, made);
        check_records(chaos, account, terminal, store);
        store_close(store);
    }
    json_decref(made);
}
