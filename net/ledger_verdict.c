/* At a relay: what the centre answered to what was carried to it, and what agents are told of it.
 */
#include <stdlib.h>
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

/* One answer on its way in. */
struct settling {
    struct ledger *ledger;
    const struct ledger_verdict *verdict;
    struct operation *operation;
    int64_t row; /* 0 for none */
    enum ledger_way state;
    int64_t now_ms;
};

/* 1 when the operation was on its way. */
static int find(struct settling *settling, struct error *error)
{
    struct database *database = settling->ledger->writer;
    sqlite3_stmt *statement = database_statement(database, LEDGER_UPWARD_GET, error);
    int code;

    database_bind_text(statement, 1, settling->verdict->operation.text);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    settling->row = sqlite3_column_int64(statement, 0);
    settling->state = (enum ledger_way)sqlite3_column_int(statement, 1);
    code = ledger_upward_operation(database_text(statement, 2),
                                   (size_t)sqlite3_column_bytes(statement, 2), &settling->operation,
                                   error);
    sqlite3_reset(statement);
    return code == 0 ? 1 : code;
}

static int tell(struct settling *settling, struct error *error)
{
    const struct ledger_verdict *verdict = settling->verdict;
    const struct operation *operation = settling->operation;
    struct id server = delivery_server();
    sqlite3_stmt *statement;
    json_t *document;
    char *text;
    int code;

    if (id_equal(&operation->agent, &server))
        return 0;
    document = json_pack("{s:o, s:s, s:s}", "operation", operation_to_json(operation), "reason",
                         merge_refusal_name(verdict->refusal), "field", verdict->field);
    text = document != NULL ? json_write(document) : NULL;
    json_decref(document);
    statement = database_statement(settling->ledger->writer, LEDGER_TOLD_PUT, error);
    if (text == NULL || statement == NULL) {
        free(text);
        return error_set(error, ERROR_MEMORY, "no memory to tell an agent");
    }
    database_bind_text(statement, 1, operation->agent.text);
    database_bind_text(statement, 2, text);
    code = database_run(settling->ledger->writer, statement, error);
    free(text);
    return code != 0 ? code
                     : scope_set_add(&settling->ledger->changed.scopes,
                                     "agent:", operation->agent.text, error);
}

static int run(struct settling *settling, enum ledger_statement which, const char *first,
               int64_t second, struct error *error)
{
    sqlite3_stmt *statement = database_statement(settling->ledger->writer, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, first);
    if (second > 0)
        sqlite3_bind_int64(statement, 2, second);
    return database_run(settling->ledger->writer, statement, error);
}

static int lineage(struct settling *settling, enum ledger_statement which, struct error *error)
{
    sqlite3_stmt *statement = database_statement(settling->ledger->writer, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, settling->row);
    database_bind_text(statement, 2, settling->operation->id.text);
    if (which == LEDGER_LINEAGE_OWN)
        sqlite3_bind_int64(statement, 3, settling->verdict->rev);
    return database_run(settling->ledger->writer, statement, error);
}

/* Who asked is answered when they ask again, and woken to ask. */
static int answer(struct settling *settling, const struct ledger_outcome *outcome,
                  struct error *error)
{
    const struct operation *operation = settling->operation;
    int code = ledger_remember(settling->ledger, operation, settling->now_ms, outcome, error);

    return code != 0 ? code
                     : scope_set_add(&settling->ledger->changed.scopes, LEDGER_ASKED_SCOPE,
                                     operation->id.text, error);
}

static int accept(struct settling *settling, struct error *error)
{
    const struct ledger_verdict *verdict = settling->verdict;
    struct ledger_outcome applied = {.kind = LEDGER_APPLIED, .rev = verdict->rev};
    int code = run(settling, LEDGER_UPWARD_ACCEPT, verdict->operation.text, verdict->rev, error);

    if (code == 0 && settling->state == LEDGER_WAY_WAITING)
        code = lineage(settling, LEDGER_LINEAGE_OWN, error);
    if (code == 0 && verdict->conflict && settling->state == LEDGER_WAY_WAITING)
        code = tell(settling, error);
    if (code != 0 || settling->operation->type != RECORD_ACCESS)
        return code;
    /* No record of it comes back, by which others are answered. */
    code = run(settling, LEDGER_UPWARD_DONE, verdict->operation.text, 0, error);
    applied.seq = -ledger_next_seq(settling->ledger);
    return code == 0 && settling->state == LEDGER_WAY_ASKED ? answer(settling, &applied, error)
                                                            : code;
}

static int refuse(struct settling *settling, struct error *error)
{
    const struct ledger_verdict *verdict = settling->verdict;
    struct ledger_outcome outcome = {.kind = LEDGER_REFUSED, .refusal = verdict->refusal};
    int code = run(settling, LEDGER_UPWARD_DELETE, verdict->operation.text, 0, error);

    if (code != 0)
        return code;
    if (settling->state == LEDGER_WAY_ASKED) {
        snprintf(outcome.field, sizeof(outcome.field), "%s", verdict->field);
        return answer(settling, &outcome, error);
    }
    code = lineage(settling, LEDGER_LINEAGE_LOST, error);
    return code == 0 ? tell(settling, error) : code;
}

static int settle(struct settling *settling, struct error *error)
{
    const struct ledger_verdict *verdict = settling->verdict;
    int code = find(settling, error);

    if (code <= 0 || settling->state >= LEDGER_WAY_ACCEPTED) {
        operation_free(settling->operation);
        return code < 0 ? code : 0;
    }
    code = verdict->refusal == MERGE_APPLIED ? accept(settling, error) : refuse(settling, error);
    if (code == 0)
        code = ledger_relay_stand(
            settling->ledger, settling->operation->type, &settling->operation->record,
            verdict->refusal != MERGE_APPLIED ? verdict->record : NULL, settling->now_ms, error);
    operation_free(settling->operation);
    return code;
}

/* --- what the centre must know ---------------------------------------------------------------- */

int ledger_made_read(struct database *database, struct id *made, int64_t *seq, struct error *error)
{
    char text[ID_TEXT_LENGTH + 32];
    int code = ledger_property_text(database, LEDGER_MADE, text, sizeof(text), error);

    /* One of the version before has no number. */
    *seq = strlen(text) > ID_TEXT_LENGTH ? strtoll(text + ID_TEXT_LENGTH, NULL, 10) : 0;
    text[ID_TEXT_LENGTH] = '\0';
    if (code != 0 || !id_parse(made, text))
        *made = (struct id){""};
    return code;
}

/* What is applied now comes after all that was before, and nothing is asked of the centre that does
 * not name that. What is answered a second time keeps the number of the first. */
static int note_made(struct ledger *ledger, const struct ledger_verdict *verdicts, size_t count,
                     struct error *error)
{
    char text[ID_TEXT_LENGTH + 32];
    struct id made;
    int64_t seq;
    bool newer = false;
    int code = ledger_made_read(ledger->writer, &made, &seq, error);

    for (size_t i = 0; i < count && code == 0; i++)
        if (verdicts[i].refusal == MERGE_APPLIED &&
            (!verdicts[i].repeated || verdicts[i].seq > seq)) {
            made = verdicts[i].operation;
            seq = verdicts[i].seq;
            newer = true;
        }
    if (code != 0 || !newer)
        return code;
    snprintf(text, sizeof(text), "%s %lld", made.text, (long long)seq);
    return ledger_property_text_put(ledger, LEDGER_MADE, text, error);
}

/* Of what the reader of a moment ago saw. */
static bool is_spoken_for(const struct ledger_witness *witness, const struct ledger_witness *named,
                          int64_t desk)
{
    return !id_is_empty(&named->made) && id_equal(&named->made, &witness->made) &&
           witness->made_seq <= desk;
}

int ledger_upward_known(struct ledger *ledger, const struct ledger_witness *named, int64_t desk,
                        struct error *error)
{
    struct ledger_witness witness;
    int code = ledger_upward_witness(ledger, &witness, error);
    bool made = code == 0 && is_spoken_for(&witness, named, desk), shown;
    char left[SHOWN_SIZE];

    text_copy(left, sizeof(left), witness.shown);
    shown_drop(left, named->shown, desk);
    shown = code == 0 && strcmp(left, witness.shown) != 0;
    if (!made && !shown)
        return code;
    code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    if (made)
        code = ledger_property_text_put(ledger, LEDGER_MADE, "", error);
    if (code == 0 && shown)
        code = ledger_property_text_put(ledger, LEDGER_SHOWN, left, error);
    return ledger_end(ledger, code, error);
}

/* `told` are the centre's words; "" for none but this number of this stay. Does nothing when as
 * much was noted before. */
static int shown_put(struct ledger *ledger, const char *told, int64_t seq, const char *epoch,
                     struct error *error)
{
    char before[SHOWN_SIZE], shown[SHOWN_SIZE];
    int code = ledger_property_text(ledger->writer, LEDGER_SHOWN, before, sizeof(before), error);

    if (code != 0)
        return code;
    text_copy(shown, sizeof(shown), before);
    shown_add_text(shown, told);
    if (seq > 0)
        shown_add(shown, seq, epoch);
    return strcmp(shown, before) == 0
               ? 0
               : ledger_property_text_put(ledger, LEDGER_SHOWN, shown, error);
}

static int note_shown(struct ledger *ledger, const struct ledger_verdict *verdicts, size_t count,
                      const char *epoch, struct error *error)
{
    int64_t highest = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t seq = json_integer_or(verdicts[i].record, "seq", 0);

        if (seq > highest)
            highest = seq;
    }
    return shown_put(ledger, "", highest, epoch, error);
}

int ledger_upward_show(struct ledger *ledger, int64_t seq, const char *epoch, struct error *error)
{
    int code = ledger_begin(ledger, error);

    return code != 0 ? code : ledger_end(ledger, shown_put(ledger, "", seq, epoch, error), error);
}

int ledger_upward_settle(struct ledger *ledger, const struct ledger_verdict *verdicts, size_t count,
                         const char *shown, const char *epoch, int64_t now_ms, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    for (size_t i = 0; i < count && code == 0; i++) {
        struct settling settling = {.ledger = ledger, .verdict = &verdicts[i], .now_ms = now_ms};

        code = settle(&settling, error);
    }
    /* An operation that the centre knows does not show that it knows those before it: one that was
     * long on its way may come to a centre that was restored meanwhile. A number of a stay does. */
    if (code == 0 && *shown != '\0')
        code = shown_put(ledger, shown, 0, "", error);
    else if (code == 0)
        code = note_made(ledger, verdicts, count, error);
    if (code == 0 && *shown == '\0')
        code = note_shown(ledger, verdicts, count, epoch, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

/* --- what agents are told --------------------------------------------------------------------- */

static int forget(struct ledger *ledger, const struct id *agent, int64_t since, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_TOLD_FORGET, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        database_bind_text(statement, 1, agent->text);
        sqlite3_bind_int64(statement, 2, since);
        code = database_run(ledger->writer, statement, error);
    }
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

static int add_told(sqlite3_stmt *statement, json_t *told, struct error *error)
{
    json_t *document;
    int code = json_read(&document, database_text(statement, 1),
                         (size_t)sqlite3_column_bytes(statement, 1), 4 * OPERATION_LIMIT,
                         "what is to be told", error);

    if (code == 0 && (json_object_set_new(document, "number",
                                          json_integer(sqlite3_column_int64(statement, 0))) != 0 ||
                      json_array_append(told, document) != 0))
        code = error_set(error, ERROR_MEMORY, "no memory to tell an agent");
    json_decref(document);
    return code;
}

int ledger_told_read(struct ledger *ledger, const struct id *agent, int64_t since, json_t **told,
                     struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    bool told_before = false;
    int code = ledger_reader_take(ledger, &reader, error);

    *told = NULL;
    if (code != 0)
        return code;
    *told = json_array();
    statement = database_statement(reader->database, LEDGER_TOLD_EACH, error);
    code = *told == NULL || statement == NULL ? ERROR_MEMORY : 0;
    if (code == 0)
        database_bind_text(statement, 1, agent->text);
    while (code == 0 && (code = database_step(reader->database, statement, error)) > 0) {
        if (sqlite3_column_int64(statement, 0) <= since) {
            told_before = true;
            code = 0;
        } else {
            code = add_told(statement, *told, error);
        }
    }
    if (statement != NULL)
        sqlite3_reset(statement);
    ledger_reader_give(ledger, reader);
    if (code == 0 && told_before)
        code = forget(ledger, agent, since, error);
    if (code != 0) {
        json_decref(*told);
        *told = NULL;
    }
    return code;
}
