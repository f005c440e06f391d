#include "net/ledger_reason.h"

#include <string.h>

#include "app/contact.h"
#include "app/in_hand.h"
#include "net/ledger_search_internal.h"

int ledger_reason_keep(struct ledger *ledger, const struct ledger_reason *reason, int64_t now_ms,
                       struct error *error)
{
    sqlite3_stmt *statement;
    int code;

    if (reason->purpose == PURPOSE_NONE || id_is_empty(&reason->file) ||
        (reason->until_ms <= now_ms && reason->fetch_ms <= now_ms))
        return 0;
    statement = database_statement(ledger->writer, LEDGER_REASON_FORGET, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, now_ms);
    code = database_run(ledger->writer, statement, error);
    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_REASON_PUT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, reason->agent.text);
    database_bind_text(statement, 2, reason->file.text);
    database_bind_text(statement, 3, purpose_name(reason->purpose));
    sqlite3_bind_int64(statement, 4, reason->until_ms);
    sqlite3_bind_int64(statement, 5, reason->fetch_ms);
    return database_run(ledger->writer, statement, error);
}

int ledger_reason_unpin(struct ledger *ledger, const struct id *agent, const struct id *file,
                        struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_REASON_UNPIN, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->text);
    database_bind_text(statement, 2, file->text);
    return database_run(ledger->writer, statement, error);
}

/* Who asks, for what belongs to which file. */
struct finding {
    struct database *database;
    const struct ledger_actor *actor;
    struct ledger_row agent;
    struct id file;  /* of a merged client the survivor; empty for nobody's */
    struct id named; /* as the record names it */
    bool fetch;      /* the whole of it is fetched */
    enum purpose purpose;
};

/* Whose file a record belongs to. */
static int file_of(struct finding *finding, enum record_type type, const struct id *id,
                   struct error *error)
{
    struct ledger_row row, client = {0};
    int code = ledger_row_read(finding->database, type, id, &row, error);

    if (code == 0)
        code = ledger_client_of(finding->database, row.record, &finding->named, error);
    if (code == 0 && id_is_empty(&finding->named)) {
        if (type == RECORD_CASE)
            finding->named = *id;
        else
            id_parse(&finding->named, record_text(row.record, "case"));
    }
    /* What the agent wrote is known to them. */
    if (code == 0 && type == RECORD_NOTE &&
        strcmp(record_text(row.record, "author"), finding->actor->agent.text) == 0)
        finding->named = (struct id){0};
    finding->file = finding->named;
    ledger_row_clear(&row);
    if (code != 0 || id_is_empty(&finding->named))
        return code;
    code = ledger_row_read(finding->database, RECORD_CLIENT, &finding->named, &client, error);
    if (code == 0)
        code = search_survivor(finding->database, &client, error);
    if (code == 0)
        finding->file = client.record->id;
    ledger_row_clear(&client);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

static int find_said(struct finding *finding, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(finding->database, LEDGER_REASON_GET, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, finding->actor->agent.text);
    database_bind_text(statement, 2, finding->file.text);
    database_bind_text(statement, 3, finding->named.text);
    sqlite3_bind_int64(statement, 4, now_ms);
    sqlite3_bind_int(statement, 5, finding->fetch);
    code = database_step(finding->database, statement, error);
    if (code <= 0)
        return code;
    finding->purpose = purpose_from_name(database_text(statement, 0));
    sqlite3_reset(statement);
    return 0;
}

/* The case that a hand-off is about; NULL for none. */
static int handoff_weigh(struct finding *finding, const struct record *handoff, struct error *error)
{
    struct ledger_row matter = {0};
    struct id id;
    int code = 0;

    if (id_parse(&id, record_text(handoff, "case")))
        code = ledger_row_read(finding->database, RECORD_CASE, &id, &matter, error);
    if ((code == 0 || code == ERROR_NOT_FOUND) &&
        in_hand_handoff(handoff, matter.record, finding->agent.record, NULL))
        finding->purpose = PURPOSE_CASE_WORK;
    ledger_row_clear(&matter);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* What one record of the file says of whose hands it is in. */
static int weigh(struct finding *finding, const struct record *record, struct error *error)
{
    const struct id *agent = &finding->actor->agent;

    if (record->type == RECORD_HANDOFF)
        return handoff_weigh(finding, record, error);
    if (record->type == RECORD_CASE && in_hand_case(record, agent))
        finding->purpose = PURPOSE_CASE_WORK;
    if (record->type == RECORD_CONTACT && contact_is_open(record) &&
        strcmp(record_text(record, "agent"), agent->text) == 0)
        finding->purpose = PURPOSE_CONTACT;
    return 0;
}

static int find_in_hand(struct finding *finding, struct error *error)
{
    sqlite3_stmt *row = database_statement(finding->database, LEDGER_REASON_HANDS, error);
    int code;

    if (row == NULL)
        return ERROR_STORAGE;
    database_bind_text(row, 1, finding->file.text);
    database_bind_text(row, 2, finding->named.text);
    while ((code = database_step(finding->database, row, error)) > 0) {
        struct record *record = NULL;

        code = ledger_document_read(database_text(row, 0), (size_t)sqlite3_column_bytes(row, 0),
                                    &record, error);
        if (code == 0)
            code = weigh(finding, record, error);
        record_free(record);
        if (code != 0 || finding->purpose != PURPOSE_NONE)
            break;
    }
    sqlite3_reset(row);
    return code < 0 ? code : 0;
}

/* A case of nobody's is itself the file. */
static int find_own_case(struct finding *finding, struct error *error)
{
    struct ledger_row row;
    int code = ledger_row_read(finding->database, RECORD_CASE, &finding->file, &row, error);

    if (code == 0)
        code = weigh(finding, row.record, error);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

static int find(struct finding *finding, enum record_type type, const struct id *id, int64_t now_ms,
                struct error *error)
{
    int code = file_of(finding, type, id, error);

    if (code != 0 || id_is_empty(&finding->file))
        return code;
    code = find_said(finding, now_ms, error);
    if (code == 0 && finding->purpose == PURPOSE_NONE)
        code = ledger_row_read(finding->database, RECORD_AGENT, &finding->actor->agent,
                               &finding->agent, error);
    if (code == 0 && finding->purpose == PURPOSE_NONE)
        code = find_in_hand(finding, error);
    if (code == 0 && finding->purpose == PURPOSE_NONE)
        code = find_own_case(finding, error);
    if (code == 0 && finding->purpose == PURPOSE_NONE)
        code = error_set(error, ERROR_INVALID, "why is this file opened? POST /v1/open says it");
    return code;
}

static int find_for(struct ledger *ledger, const struct ledger_actor *actor, enum record_type type,
                    const struct id *id, bool fetch, int64_t now_ms, enum purpose *purpose,
                    struct error *error)
{
    struct finding finding = {.actor = actor, .purpose = PURPOSE_NONE, .fetch = fetch};
    struct ledger_reader *reader;
    int code;

    *purpose = PURPOSE_NONE;
    /* What is told of an emergency is for those who review it, and holds nothing of the file. */
    if (record_type_is_catalogue(type) || type == RECORD_EMERGENCY ||
        (actor->may & ((permission_set)1 << PERMISSION_OPEN_UNASKED)) != 0)
        return 0;
    code = ledger_reader_take(ledger, &reader, error);
    if (code != 0)
        return code;
    finding.database = reader->database;
    code = find(&finding, type, id, now_ms, error);
    ledger_row_clear(&finding.agent);
    ledger_reader_give(ledger, reader);
    *purpose = finding.purpose;
    return code;
}

int ledger_reason_find(struct ledger *ledger, const struct ledger_actor *actor,
                       enum record_type type, const struct id *id, int64_t now_ms,
                       enum purpose *purpose, struct error *error)
{
    return find_for(ledger, actor, type, id, false, now_ms, purpose, error);
}

int ledger_reason_find_fetch(struct ledger *ledger, const struct ledger_actor *actor,
                             enum record_type type, const struct id *id, int64_t now_ms,
                             enum purpose *purpose, struct error *error)
{
    return find_for(ledger, actor, type, id, true, now_ms, purpose, error);
}
