/* The centre's side of relays: their accounts, what they see, and what they carry. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_agent.h"
#include "net/ledger_factor.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

/* --- accounts --------------------------------------------------------------------------------- */

static int account_write(struct ledger *ledger, const struct ledger_relay *relay,
                         const unsigned char hash[LEDGER_TOKEN_HASH], int64_t now_ms,
                         struct error *error)
{
    struct id office = id_from_key("office", relay->office);
    sqlite3_stmt *statement;
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, RECORD_OFFICE, &office, &row, error);

    ledger_row_clear(&row);
    if (code == ERROR_NOT_FOUND)
        return error_set(error, code, "there is no office \"%.200s\"", relay->office);
    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_RELAY_PUT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, relay->id.text);
    database_bind_text(statement, 2, relay->office);
    sqlite3_bind_blob(statement, 3, hash, LEDGER_TOKEN_HASH, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, now_ms);
    return database_run(ledger->writer, statement, error);
}

int ledger_relay_add(struct ledger *ledger, const char *office, int64_t now_ms,
                     struct ledger_relay *relay, char token[LEDGER_TOKEN_SIZE], struct error *error)
{
    unsigned char hash[LEDGER_TOKEN_HASH];
    struct id_generator ids = {0};
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    *relay = (struct ledger_relay){.id = id_generate(&ids, now_ms)};
    text_copy(relay->office, sizeof(relay->office), office);
    ledger_token_make(token, hash);
    code = account_write(ledger, relay, hash, now_ms, error);
    ledger->clocks_changed = true;
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

int ledger_relay_end(struct ledger *ledger, const char *office, int64_t now_ms, int *ended,
                     struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_RELAY_END, error);
    database_bind_text(statement, 1, office);
    sqlite3_bind_int64(statement, 2, now_ms);
    code = database_run(ledger->writer, statement, error);
    *ended = code == 0 ? database_changes(ledger->writer) : 0;
    ledger->clocks_changed = true;
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

int ledger_relay_find(struct ledger *ledger, const char *token, struct ledger_relay *relay,
                      struct error *error)
{
    unsigned char hash[LEDGER_TOKEN_HASH];
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *relay = (struct ledger_relay){0};
    if (code != 0)
        return code;
    ledger_token_hash(token, hash);
    statement = database_statement(reader->database, LEDGER_RELAY_GET, error);
    if (statement != NULL)
        sqlite3_bind_blob(statement, 1, hash, sizeof(hash), SQLITE_STATIC);
    code = database_step(reader->database, statement, error);
    if (code > 0) {
        id_parse(&relay->id, database_text(statement, 0));
        text_copy(relay->office, sizeof(relay->office), database_text(statement, 1));
        id_parse(&relay->carried, database_text(statement, 2));
        sqlite3_reset(statement);
    }
    ledger_reader_give(ledger, reader);
    if (code == 0)
        return error_set(error, ERROR_NOT_FOUND, "no relay has this token");
    return code < 0 ? code : 0;
}

/* --- its office's agents ---------------------------------------------------------------------- */

static bool is_employed(const struct record *agent, const char *office)
{
    char key[RECORD_KEY_SIZE];

    record_full_key(agent, record_text(agent, "office"), key);
    return strcmp(key, office) == 0 && !json_bool_or(agent->body, "ended", false);
}

typedef int (*agent_visit)(void *context, const struct record *agent, struct error *error);

/* Walks the agents of an office who have not left. */
static int each_agent(struct database *database, const char *office, agent_visit visit,
                      void *context, struct error *error)
{
    const char *slash = strrchr(office, '/');
    sqlite3_stmt *statement = database_statement(database, LEDGER_AGENT_DOCUMENTS, error);
    int code;

    /* However the reference is written, it ends so. */
    database_bind_text(statement, 1, slash != NULL ? slash + 1 : office);
    while ((code = database_step(database, statement, error)) > 0) {
        struct record *agent = NULL;

        code = ledger_document_read(database_text(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &agent, error);
        if (code == 0 && is_employed(agent, office))
            code = visit(context, agent, error);
        record_free(agent);
        if (code != 0)
            break;
    }
    if (statement != NULL)
        sqlite3_reset(statement);
    return code;
}

#define DIGEST_BYTES ((LEDGER_DIGEST_SIZE - 1) / 2)

struct scoping {
    struct database *database;
    struct scope_set *scopes;
    unsigned char sum[DIGEST_BYTES]; /* of the agents, in any order */
};

static int add_scopes(void *context, const struct record *agent, struct error *error)
{
    struct scoping *scoping = context;
    unsigned char one[DIGEST_BYTES];
    crypto_generichash_state state;
    char *body = json_canonical(agent->body);

    if (body == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an office's agents");
    crypto_generichash_init(&state, NULL, 0, sizeof(one));
    crypto_generichash_update(&state, (const unsigned char *)agent->id.text, ID_TEXT_LENGTH);
    crypto_generichash_update(&state, (const unsigned char *)body, strlen(body));
    crypto_generichash_final(&state, one, sizeof(one));
    free(body);
    for (size_t i = 0; i < sizeof(one); i++)
        scoping->sum[i] ^= one[i];
    return ledger_agent_scopes(scoping->database, agent, scoping->scopes, NULL, error);
}

/* An office without agents still has its own records. */
static int add_office(struct scoping *scoping, const struct ledger_relay *relay,
                      struct error *error)
{
    int code = scope_set_add(scoping->scopes, "office:", relay->office, error);

    return code == 0 ? each_agent(scoping->database, relay->office, add_scopes, scoping, error)
                     : code;
}

int ledger_relay_scopes(struct ledger *ledger, const struct ledger_relay *relay,
                        struct scope_set *scopes, char digest[LEDGER_DIGEST_SIZE],
                        struct error *error)
{
    struct ledger_reader *reader;
    struct scoping scoping = {.scopes = scopes};
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    scoping.database = reader->database;
    code = add_office(&scoping, relay, error);
    ledger_reader_give(ledger, reader);
    sodium_bin2hex(digest, LEDGER_DIGEST_SIZE, scoping.sum, sizeof(scoping.sum));
    return code;
}

struct verifiers {
    const struct ledger *ledger;
    struct database *database;
    json_t *agents;
};

static int add_verifier(void *context, const struct record *agent, struct error *error)
{
    struct verifiers *verifiers = context;
    sqlite3_stmt *statement = database_statement(verifiers->database, LEDGER_LOGIN_OF_AGENT, error);
    json_t *item;
    int code;

    database_bind_text(statement, 1, agent->id.text);
    code = database_step(verifiers->database, statement, error);
    if (code <= 0)
        return code;
    item = json_pack("{s:s, s:s, s:s, s:b, s:b}", "agent", agent->id.text, "login",
                     database_text(statement, 0), "hash", database_text(statement, 1),
                     "must_change", sqlite3_column_int(statement, 2) != 0, "code",
                     sqlite3_column_int(statement, 3) != 0 ||
                         ledger_factor_is_asked(verifiers->ledger, record_text(agent, "role")));
    sqlite3_reset(statement);
    return json_array_append_new(verifiers->agents, item) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for an office's agents");
}

int ledger_relay_verifiers(struct ledger *ledger, const struct ledger_relay *relay, json_t **agents,
                           struct error *error)
{
    struct ledger_reader *reader;
    struct verifiers verifiers = {.ledger = ledger, .agents = json_array()};
    int code = ledger_reader_take(ledger, &reader, error);

    *agents = verifiers.agents;
    if (code == 0) {
        verifiers.database = reader->database;
        code = each_agent(reader->database, relay->office, add_verifier, &verifiers, error);
        ledger_reader_give(ledger, reader);
    }
    if (code != 0) {
        json_decref(*agents);
        *agents = NULL;
    }
    return code;
}

bool ledger_relay_employs(struct ledger *ledger, const struct ledger_relay *relay,
                          const struct id *agent)
{
    struct ledger_reader *reader;
    struct ledger_row row = {0};
    bool employed;

    if (ledger_reader_take(ledger, &reader, NULL) != 0)
        return false;
    employed = ledger_row_read(reader->database, RECORD_AGENT, agent, &row, NULL) == 0 &&
               is_employed(row.record, relay->office);
    ledger_row_clear(&row);
    ledger_reader_give(ledger, reader);
    return employed;
}

/* --- what it reads ---------------------------------------------------------------------------- */

static int add_standing(struct database *database, const struct scope_set *scopes, json_t *document,
                        struct error *error)
{
    struct scope_set held = {0};
    json_t *names = json_array();
    bool shared = false;
    int failed = names == NULL;
    int code = ledger_scopes_of(database, record_type_from_name(json_text_or(document, "type", "")),
                                json_text_or(document, "id", ""), &held, NULL, error);

    for (size_t i = 0; i < held.count; i++) {
        if (scope_set_has(scopes, held.names[i]))
            failed |= json_array_append_new(names, json_string(held.names[i]));
        else
            shared = true;
    }
    scope_set_free(&held);
    failed |= json_object_set_new(document, "scopes", names);
    failed |= json_object_set_new(document, "shared", json_boolean(shared));
    return code != 0 || !failed ? code
                                : error_set(error, ERROR_MEMORY, "no memory for a relay's page");
}

int ledger_relay_page(struct ledger *ledger, const struct scope_set *scopes,
                      const struct ledger_page *page, json_t **records, struct error *error)
{
    struct ledger_reader *reader;
    struct text_buffer text = {0};
    json_t *document;
    size_t index;
    int code;

    *records = NULL;
    text_buffer_add_text(&text, "[");
    text_buffer_add(&text, page->records, page->length);
    text_buffer_add_text(&text, "]");
    code = text.failed ? error_set(error, ERROR_MEMORY, "no memory for a relay's page")
                       : json_read(records, text.bytes, text.length, text.length, "a page", error);
    text_buffer_free(&text);
    if (code == 0)
        code = ledger_reader_take(ledger, &reader, error);
    if (code != 0)
        return code;
    json_array_foreach(*records, index, document)
    {
        code = add_standing(reader->database, scopes, document, error);
        if (code != 0)
            break;
    }
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        json_decref(*records);
        *records = NULL;
    }
    return code;
}

/* --- what it carries -------------------------------------------------------------------------- */

/* A stretch of operations by one agent is applied at once: these are their scopes. */
struct carrying {
    struct ledger *ledger;
    const struct ledger_relay *relay;
    struct ledger_actor actor;
    struct scope_set desk;
    bool allowed; /* the actor is of the office */
};

static bool is_of_a_clock(const struct operation *operation)
{
    struct id server = delivery_server();

    return id_equal(&operation->agent, &server);
}

static int look_at_agent(struct carrying *carrying, const struct operation *operation,
                         struct error *error)
{
    struct ledger_row row = {0};
    int code;

    carrying->actor.device = operation->device;
    if (id_equal(&carrying->actor.agent, &operation->agent))
        return 0;
    carrying->actor.agent = operation->agent;
    carrying->allowed = is_of_a_clock(operation);
    scope_set_free(&carrying->desk);
    if (carrying->allowed)
        return 0;
    code = ledger_row_read(carrying->ledger->writer, RECORD_AGENT, &operation->agent, &row, error);
    if (code == ERROR_NOT_FOUND)
        return 0;
    if (code == 0) {
        carrying->allowed = is_employed(row.record, carrying->relay->office);
        code = ledger_agent_scopes(carrying->ledger->writer, row.record, &carrying->desk,
                                   &carrying->actor.may, error);
    }
    ledger_row_clear(&row);
    return code;
}

/* A relay's clock expires what its office offers, and offers it to the queue that is next: when it
 * did end so, and was not decided here meanwhile. Its watch raises alerts while it is cut off. */
static int clock_may(struct carrying *carrying, const struct operation *operation, bool *may,
                     struct error *error)
{
    const char *about = operation->kind == OPERATION_CLAIM
                            ? operation->record.text
                            : json_text_or(operation->body, "follows", "");
    struct ledger_row row = {0};
    struct id id;
    int code;

    *may = false;
    if (operation->type == RECORD_ALERT)
        return ledger_alert_may_carry(carrying->ledger, carrying->relay->office, operation, may,
                                      error);
    if (operation->type != RECORD_HANDOFF || !id_parse(&id, about))
        return 0;
    code = ledger_row_read(carrying->ledger->writer, RECORD_HANDOFF, &id, &row, error);
    if (code == 0)
        *may = strcmp(record_text(row.record, "office"), carrying->relay->office) == 0 &&
               (operation->kind == OPERATION_CLAIM
                    ? strcmp(json_text_or(operation->body, "state", ""), "expired") == 0
                    : operation->kind == OPERATION_APPEND &&
                          strcmp(record_text(row.record, "state"), "expired") == 0 &&
                          strcmp(json_text_or(operation->body, "from", ""),
                                 record_text(row.record, "from")) == 0);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* Fills `operation->seen` with what passed by this relay up to `after`, and moves the base past it
 * as far as there is no gap. `seen` receives the array. */
static int see(struct carrying *carrying, const struct ledger_carried *carried, int64_t **seen,
               struct error *error)
{
    struct database *database = carrying->ledger->writer;
    struct operation *operation = carried->operation;
    const char *via = carrying->relay->id.text;
    sqlite3_stmt *statement = database_statement(database, LEDGER_OPERATION_REV, error);
    int64_t last = 0;
    size_t count = 0;
    int code;

    *seen = NULL;
    if (id_is_empty(&carried->after))
        return 0;
    database_bind_text(statement, 1, carried->after.text);
    database_bind_text(statement, 2, operation->record.text);
    database_bind_text(statement, 3, via);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    last = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    statement = database_statement(database, LEDGER_OPERATION_SEEN, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, operation->record.text);
    database_bind_text(statement, 2, via);
    sqlite3_bind_int64(statement, 3, operation->base);
    sqlite3_bind_int64(statement, 4, last);
    while ((code = database_step(database, statement, error)) > 0) {
        int64_t rev = sqlite3_column_int64(statement, 0);
        int64_t *longer;

        if (rev == operation->base + 1 && count == 0) {
            operation->base = rev;
            continue;
        }
        longer = realloc(*seen, (count + 1) * sizeof(*longer));
        if (longer == NULL) {
            sqlite3_reset(statement);
            return error_set(error, ERROR_MEMORY, "no memory for what was seen");
        }
        *seen = longer;
        longer[count++] = rev;
    }
    operation->seen = *seen;
    operation->seen_count = count;
    return code;
}

/* What the relay's clock did is refused with the record as it stands, like what an agent does: its
 * office may see it, and else would show what it was before until the next page. */
static int show(const struct carrying *carrying, const struct operation *operation,
                struct ledger_outcome *outcome, struct error *error)
{
    struct scope_set office = {0}, held = {0};
    struct scoping scoping = {.database = carrying->ledger->writer, .scopes = &office};
    struct ledger_row row;
    int code = ledger_row_read(scoping.database, operation->type, &operation->record, &row, error);

    if (code == 0 && !record_is_erased(row.record))
        code = ledger_row_scopes(scoping.database, row.row, &held, error);
    if (code == 0)
        code = add_office(&scoping, carrying->relay, error);
    if (code == 0 && scope_set_meets(&held, &office)) {
        outcome->record = record_to_json(row.record);
        if (outcome->record == NULL)
            code = error_set(error, ERROR_MEMORY, "no memory for a record");
    }
    scope_set_free(&office);
    scope_set_free(&held);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

static int decide(struct carrying *carrying, struct ledger_carried *carried, int64_t now_ms,
                  struct ledger_outcome *outcome, struct error *error)
{
    int64_t *seen = NULL;
    bool may = carrying->allowed;
    int code = 0;

    if (may && is_of_a_clock(carried->operation))
        code = clock_may(carrying, carried->operation, &may, error);
    if (code == 0 && !may) {
        outcome->kind = LEDGER_REFUSED;
        outcome->refusal = MERGE_FORBIDDEN;
        text_copy(outcome->field, sizeof(outcome->field), "agent");
        return 0;
    }
    if (code == 0)
        code = see(carrying, carried, &seen, error);
    if (code == 0)
        code = ledger_apply_within(carrying->ledger, &carrying->actor, &carrying->desk,
                                   &carried->operation, 1, now_ms, outcome, error);
    carried->operation->seen = NULL;
    carried->operation->seen_count = 0;
    free(seen);
    return code;
}

static int carry(struct carrying *carrying, struct ledger_carried *carried, int64_t now_ms,
                 struct ledger_outcome *outcome, struct error *error)
{
    int code = look_at_agent(carrying, carried->operation, error);

    if (code == 0)
        code = decide(carrying, carried, now_ms, outcome, error);
    if (code == 0 && is_of_a_clock(carried->operation) && outcome->kind == LEDGER_REFUSED &&
        outcome->record == NULL)
        code = show(carrying, carried->operation, outcome, error);
    return code;
}

/* By this a relay that was restored from an older copy knows that it was. A batch that comes a
 * second time, late, tells of what was carried before the last one. */
static int note_carried(const struct carrying *carrying, const struct ledger_carried *carried,
                        const struct ledger_outcome *outcomes, size_t count, struct error *error)
{
    sqlite3_stmt *statement;

    while (count > 0 && outcomes[count - 1].kind != LEDGER_APPLIED)
        count--;
    if (count == 0)
        return 0;
    statement = database_statement(carrying->ledger->writer, LEDGER_RELAY_CARRIED, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, carrying->relay->id.text);
    database_bind_text(statement, 2, carried[count - 1].operation->id.text);
    return database_run(carrying->ledger->writer, statement, error);
}

int ledger_relay_apply(struct ledger *ledger, const struct ledger_relay *relay,
                       struct ledger_carried *carried, size_t count, int64_t now_ms,
                       struct ledger_outcome *outcomes, struct error *error)
{
    struct carrying carrying = {
        .ledger = ledger, .relay = relay, .actor = {.ungrounded = true, .via = relay->id}};
    int code = ledger_begin(ledger, error);

    memset(outcomes, 0, count * sizeof(*outcomes));
    if (code != 0)
        return code;
    for (size_t i = 0; i < count && code == 0; i++)
        code = carry(&carrying, &carried[i], now_ms, &outcomes[i], error);
    scope_set_free(&carrying.desk);
    if (code == 0)
        code = note_carried(&carrying, carried, outcomes, count, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}
