/*
 * At a relay: what it may decide alone, and the operations on their way to the centre.
 */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "app/ticket_roll.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

/* --- what is within the office ---------------------------------------------------------------- */

static int agent_is_of(struct ledger *ledger, const char *office, const char *agent, bool *is,
                       struct error *error)
{
    struct ledger_row row = {0};
    char key[RECORD_KEY_SIZE];
    struct id id;
    int code;

    *is = false;
    if (!id_parse(&id, agent))
        return 0;
    code = ledger_row_read(ledger->writer, RECORD_AGENT, &id, &row, error);
    if (code == 0) {
        record_full_key(row.record, record_text(row.record, "office"), key);
        *is = strcmp(key, office) == 0;
    }
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

int ledger_catalogue_is_whole(struct database *database, bool *whole, struct error *error)
{
    int64_t number = 0;
    int code = ledger_property_number(database, LEDGER_CATALOGUE_WHOLE, &number, error);

    *whole = number != 0;
    return code;
}

int ledger_queue_is_inside(struct ledger *ledger, struct database *database, const char *office,
                           const char *queue, bool *inside, struct error *error)
{
    const char *slash = strrchr(queue, '/');
    sqlite3_stmt *statement;
    bool served = false, others = false;
    int code = 0;

    *inside = true;
    if (ledger->is_relay)
        code = ledger_catalogue_is_whole(database, inside, error);
    if (code != 0 || !*inside)
        return code;
    statement = database_statement(database, LEDGER_AGENT_DOCUMENTS, error);
    database_bind_text(statement, 1, slash != NULL ? slash + 1 : queue);
    while ((code = database_step(database, statement, error)) > 0) {
        struct record *agent = NULL;
        char key[RECORD_KEY_SIZE];

        code = ledger_document_read(database_text(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &agent, error);
        if (code != 0) {
            sqlite3_reset(statement);
            break;
        }
        if (record_names(agent, "queues", queue) && !json_bool_or(agent->body, "ended", false)) {
            record_full_key(agent, record_text(agent, "office"), key);
            served = true;
            others |= strcmp(key, office) != 0;
        }
        record_free(agent);
    }
    *inside = served && !others;
    return code;
}

int ledger_handoff_is_inside(struct ledger *ledger, const char *office,
                             const struct record *handoff, bool *inside, struct error *error)
{
    const char *agent = record_text(handoff, "to_agent");
    const char *queue = record_text(handoff, "to_queue");
    const char *also = record_text(handoff, "also_queue");
    const char *to_office = record_text(handoff, "to_office");
    int code = 0;

    *inside = office[0] != '\0' && strcmp(record_text(handoff, "office"), office) == 0 &&
              (to_office[0] == '\0' || strcmp(to_office, office) == 0);
    if (*inside && agent[0] != '\0')
        code = agent_is_of(ledger, office, agent, inside, error);
    if (code == 0 && *inside && queue[0] != '\0')
        code = ledger_queue_is_inside(ledger, ledger->writer, office, queue, inside, error);
    if (code == 0 && *inside && also[0] != '\0')
        code = ledger_queue_is_inside(ledger, ledger->writer, office, also, inside, error);
    return code;
}

static int is_shared(struct ledger *ledger, int64_t row, bool *shared, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GIVEN_SHARED, error);
    int code;

    sqlite3_bind_int64(statement, 1, row);
    code = database_has_row(ledger->writer, statement, error);
    *shared = code > 0;
    return code < 0 ? code : 0;
}

/* A claim is the centre's to decide unless nobody outside of the office could make another. */
static int claim_is_inside(struct ledger *ledger, const struct ledger_row *row, bool *inside,
                           struct error *error)
{
    const struct record *record = row->record;
    bool shared = false;
    int code;

    if (record->type == RECORD_HANDOFF)
        return ledger_handoff_is_inside(ledger, ledger->relay_office, record, inside, error);
    *inside = strcmp(record_text(record, "office"), ledger->relay_office) == 0;
    /* Its own agent alone ends a contact. */
    if (record->type == RECORD_CONTACT || !*inside)
        return 0;
    if (record->type == RECORD_DELIVERY) {
        *inside = false;
        return 0;
    }
    if ((record->type == RECORD_FLAG || record->type == RECORD_TASK) &&
        record_text(record, "to_queue")[0] != '\0')
        return ledger_queue_is_inside(ledger, ledger->writer, ledger->relay_office,
                                      record_text(record, "to_queue"), inside, error);
    code = is_shared(ledger, row->row, &shared, error);
    *inside = !shared;
    return code;
}

/* --- what is asked of the centre -------------------------------------------------------------- */

/* The same terminal's claim on the record that is being asked about goes first. */
static int follows_asked(struct ledger *ledger, const struct operation *operation, int64_t row,
                         bool *follows, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_UPWARD_ASKING, error);
    int code;

    *follows = false;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    while ((code = database_step(ledger->writer, statement, error)) > 0)
        *follows |= strcmp(database_text(statement, 0), operation->device.text) == 0;
    return code;
}

/* Whether a statement about an id has a row. */
static int is_there(struct ledger *ledger, enum ledger_statement which, const struct id *id,
                    bool *is, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);
    int code;

    database_bind_text(statement, 1, id->text);
    code = database_has_row(ledger->writer, statement, error);
    *is = code > 0;
    return code < 0 ? code : 0;
}

/* The id of a ticket, or of a roll of numbers, is computed, so that two may make the same one: who
 * asks second must not get here what the centre gives the first, or has given before it was heard.
 * Rolls past those of a relay are the centre's. */
static int making_must_ask(struct ledger *ledger, const struct operation *operation, bool *must,
                           struct error *error)
{
    if (operation->type != RECORD_ROLL && operation->type != RECORD_TICKET)
        return 0;
    *must = operation->type == RECORD_ROLL &&
            (!ledger->relay_whole ||
             json_integer_or(operation->body, "number", 0) > TICKET_ROLLS_OF_RELAY);
    return *must ? 0 : is_there(ledger, LEDGER_UPWARD_MAKING, &operation->record, must, error);
}

int ledger_relay_must_ask(struct ledger *ledger, const struct operation *operation,
                          const struct ledger_row *row, bool *must, struct error *error)
{
    bool inside = false;
    int code = 0;

    *must = ledger->relay_office[0] == '\0' || ledger_relay_follows(ledger, operation);
    if (*must)
        return 0;
    code = ledger_upward_has(ledger, &operation->id, must, error);
    if (code == 0 && !*must && operation->kind == OPERATION_APPEND && row->row == 0)
        code = making_must_ask(ledger, operation, must, error);
    if (code != 0 || *must || operation->kind != OPERATION_CLAIM || row->row == 0)
        return code;
    /* What follows from a supervisor's word is made at the centre. */
    *must = operation->type == RECORD_HANDOFF &&
            strcmp(json_text_or(operation->body, "state", ""), "reassigned") == 0;
    if (*must)
        return 0;
    code = claim_is_inside(ledger, row, &inside, error);
    *must = !inside;
    if (code == 0 && inside)
        code = follows_asked(ledger, operation, row->row, must, error);
    return code;
}

int ledger_upward_has(struct ledger *ledger, const struct id *operation, bool *has,
                      struct error *error)
{
    return is_there(ledger, LEDGER_UPWARD_GET, operation, has, error);
}

int ledger_upward_asked(struct ledger *ledger, const struct id *operation, bool *asked,
                        bool *accepted, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_upward_has(ledger, operation, asked, error);

    *accepted = false;
    if (code != 0 || !*asked)
        return code;
    statement = database_statement(ledger->writer, LEDGER_UPWARD_ASKED_ANSWERED, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, operation->text);
    code = database_run(ledger->writer, statement, error);
    *accepted = code == 0 && database_changes(ledger->writer) > 0;
    return code;
}

/* --- on their way ----------------------------------------------------------------------------- */

static int put(struct ledger *ledger, const struct operation *operation, int64_t row,
               enum ledger_way state, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_UPWARD_PUT, error);
    json_t *document = operation_to_json(operation);
    char *text = document != NULL ? json_write(document) : NULL;
    int code;

    json_decref(document);
    if (text == NULL || statement == NULL) {
        free(text);
        return error_set(error, ERROR_MEMORY, "no memory for a waiting operation");
    }
    database_bind_text(statement, 1, operation->id.text);
    sqlite3_bind_int64(statement, 2, row);
    sqlite3_bind_int64(statement, 3, operation->base);
    sqlite3_bind_int(statement, 4, state);
    database_bind_text(statement, 5, text);
    code = database_run(ledger->writer, statement, error);
    free(text);
    ledger_bell_ring(ledger, LEDGER_BELL_UPWARD);
    return code;
}

/* An offer to somebody outside lets them see what it names. */
static int note_shared(struct ledger *ledger, const struct record *handoff, struct error *error)
{
    static const char *const names[] = {"case", "contact", "client", "submission"};
    bool inside;
    int code = ledger_handoff_is_inside(ledger, ledger->relay_office, handoff, &inside, error);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && code == 0 && !inside; i++) {
        sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GIVEN_SHARE, error);

        database_bind_text(statement, 1, record_text(handoff, names[i]));
        code = database_run(ledger->writer, statement, error);
    }
    return code;
}

int ledger_upward_put(struct ledger *ledger, const struct operation *operation,
                      const struct ledger_row *row, enum ledger_way state, struct error *error)
{
    sqlite3_stmt *statement;
    int code = put(ledger, operation, row->row, state, error);

    if (code != 0 || state != LEDGER_WAY_WAITING || row->record == NULL)
        return code;
    statement = database_statement(ledger->writer, LEDGER_LINEAGE_OPERATION, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    sqlite3_bind_int64(statement, 2, row->record->rev);
    database_bind_text(statement, 3, operation->id.text);
    code = database_run(ledger->writer, statement, error);
    if (code == 0 && operation->type == RECORD_HANDOFF && operation->kind == OPERATION_APPEND)
        code = note_shared(ledger, row->record, error);
    return code;
}

/* How many numbers back what is done with, and what agents were to be told, is kept. */
#define KEPT 20000

int ledger_upward_last(struct ledger *ledger, int64_t *last, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_UPWARD_LAST, error);
    int code;

    *last = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    code = database_step(ledger->writer, statement, error);
    if (code > 0)
        *last = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

int ledger_upward_prune(struct ledger *ledger, struct error *error)
{
    sqlite3_stmt *statement;
    int64_t last;
    int code = ledger_upward_last(ledger, &last, error);

    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_UPWARD_PRUNE, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, last - KEPT);
    code = database_run(ledger->writer, statement, error);
    statement = database_statement(ledger->writer, LEDGER_TOLD_PRUNE, error);
    if (code != 0 || statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, KEPT);
    return database_run(ledger->writer, statement, error);
}

/* One that is still to come. */
static int read_accepted(struct database *database, struct id *made, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_UPWARD_MADE, error);
    int code = statement == NULL ? ERROR_STORAGE : database_step(database, statement, error);

    if (code <= 0)
        return code;
    id_parse(made, database_text(statement, 0));
    sqlite3_reset(statement);
    return 0;
}

int ledger_upward_witness(struct ledger *ledger, struct ledger_witness *witness,
                          struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *witness = (struct ledger_witness){.shown = ""};
    if (code != 0)
        return code;
    code = ledger_made_read(reader->database, &witness->made, &witness->made_seq, error);
    if (code == 0 && id_is_empty(&witness->made))
        code = read_accepted(reader->database, &witness->made, error);
    if (code == 0)
        code = ledger_property_text(reader->database, LEDGER_SHOWN, witness->shown,
                                    sizeof(witness->shown), error);
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_upward_count(struct ledger *ledger, int64_t *count, struct error *error)
{
    *count = 0;
    return ledger_read_number(ledger, LEDGER_UPWARD_COUNT, 0, count, error);
}

/* --- leaving ---------------------------------------------------------------------------------- */

/* The latest of the office's operations that were seen at `local` and are past `base`; "" for
 * none. */
static int seen_last(struct database *database, int64_t row, int64_t local, int64_t base,
                     char after[ID_TEXT_LENGTH + 1], struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_LINEAGE_SEEN, error);
    int code;

    after[0] = '\0';
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, local);
    sqlite3_bind_int64(statement, 3, base);
    while ((code = database_step(database, statement, error)) > 0)
        text_copy(after, ID_TEXT_LENGTH + 1, database_text(statement, 0));
    return code;
}

/* The document in column 2, with base and "after" as the centre counts. New. */
static int leave(struct database *database, sqlite3_stmt *row, json_t **document,
                 struct error *error)
{
    int64_t record = sqlite3_column_int64(row, 0), local = sqlite3_column_int64(row, 1), base;
    char after[ID_TEXT_LENGTH + 1];
    int code = json_read(document, database_text(row, 2), (size_t)sqlite3_column_bytes(row, 2),
                         2 * OPERATION_LIMIT, "a waiting operation", error);

    if (code != 0)
        return code;
    code = ledger_lineage_base(database, record, local, &base, error);
    if (code == 0)
        code = seen_last(database, record, local, base, after, error);
    if (code == 0 &&
        (json_object_set_new(*document, "base", json_integer(base)) != 0 ||
         (after[0] != '\0' && json_object_set_new(*document, "after", json_string(after)) != 0)))
        code = error_set(error, ERROR_MEMORY, "no memory for a batch");
    if (code != 0)
        json_decref(*document);
    return code;
}

/* Whether an operation offers anew what the one before it ended. */
static bool goes_on(const json_t *before, const json_t *document)
{
    const char *follows = json_text_or(json_object_get(document, "body"), "follows", "");

    return follows[0] != '\0' && strcmp(json_text_or(before, "record", ""), follows) == 0;
}

/* An offer that ended and what follows it leave together: a relay that is restored in between would
 * not make it again, for the centre has the end of it. */
static int read_next(struct database *database, size_t limit, size_t bytes, json_t *operations,
                     struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_UPWARD_NEXT, error);
    size_t length = 0;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, (int64_t)limit + 1);
    while ((code = database_step(database, statement, error)) > 0) {
        size_t count = json_array_size(operations);
        json_t *document = NULL;

        length += (size_t)sqlite3_column_bytes(statement, 2);
        code = leave(database, statement, &document, error);
        if (code != 0)
            break;
        if (count > 0 && (length > bytes || count >= limit) &&
            !goes_on(json_array_get(operations, count - 1), document)) {
            json_decref(document);
            break;
        }
        if (json_array_append_new(operations, document) != 0) {
            code = error_set(error, ERROR_MEMORY, "no memory for a batch");
            break;
        }
    }
    sqlite3_reset(statement);
    return code;
}

int ledger_upward_read(struct ledger *ledger, size_t limit, size_t bytes, json_t **operations,
                       struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *operations = NULL;
    if (code != 0)
        return code;
    *operations = json_array();
    code = *operations != NULL ? read_next(reader->database, limit, bytes, *operations, error)
                               : error_set(error, ERROR_MEMORY, "no memory for a batch");
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        json_decref(*operations);
        *operations = NULL;
    }
    return code;
}
