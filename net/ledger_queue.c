/* Queues: who sees what waits in them, and who may take it. */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

/* Between a queue's key and a need; no key has it, and what follows comes right after it. */
#define PREFIX    "queue:"
#define TAB       "\t"
#define AFTER_TAB "\n"

/* --- scopes ----------------------------------------------------------------------------------- */

bool ledger_queue_is_scope(const char *scope, const char *queue)
{
    size_t length = strlen(queue);

    return length > 0 && strncmp(scope, PREFIX, strlen(PREFIX)) == 0 &&
           strncmp(scope + strlen(PREFIX), queue, length) == 0 &&
           (scope[strlen(PREFIX) + length] == '\0' || scope[strlen(PREFIX) + length] == *TAB);
}

bool ledger_queue_has_need(const char *scope)
{
    return strncmp(scope, PREFIX, strlen(PREFIX)) == 0 && strstr(scope, TAB) != NULL;
}

int ledger_queue_plain(const char *scope, struct scope_set *plain, struct error *error)
{
    const char *tab = ledger_queue_has_need(scope) ? strstr(scope, TAB) : NULL;
    char *name = tab != NULL ? strndup(scope, (size_t)(tab - scope)) : NULL;
    int code;

    if (tab == NULL)
        return 0;
    if (name == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a scope");
    code = scope_set_add(plain, "", name, error);
    free(name);
    return code;
}

/* The service that a work record names; `service` NULL when it names none that there is. */
static int named_service(struct ledger *ledger, const struct record *record,
                         struct record **service, struct error *error)
{
    const char *key = record_text(record, "service");

    *service = NULL;
    return key[0] != '\0' ? ledger_catalogue_find(ledger, RECORD_SERVICE, key, service, error) : 0;
}

/* What a record of the file is about is asked for too, whatever the hand-off leaves out. */
static int need_of_file(struct ledger *ledger, enum record_type type, const char *text,
                        struct queue_need *need, struct error *error)
{
    struct record *service = NULL;
    struct ledger_row row = {0};
    struct id id;
    int code = id_parse(&id, text) ? ledger_row_read(ledger->writer, type, &id, &row, error)
                                   : ERROR_NOT_FOUND;

    if (code == 0)
        code = named_service(ledger, row.record, &service, error);
    if (code == 0 && service != NULL)
        queue_need_add(need, service);
    record_free(service);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

static int need_read(struct ledger *ledger, const struct record *handoff,
                     const struct record *queue, struct queue_need *need, struct error *error)
{
    struct record *service;
    int code = named_service(ledger, handoff, &service, error);

    queue_need_make(need, handoff->body, queue, service);
    record_free(service);
    if (code == 0)
        code = need_of_file(ledger, RECORD_CASE, record_text(handoff, "case"), need, error);
    if (code == 0)
        code = need_of_file(ledger, RECORD_CONTACT, record_text(handoff, "contact"), need, error);
    return code;
}

int ledger_queue_scope(struct ledger *ledger, const struct record *handoff, const char *queue,
                       struct scope_set *scopes, struct error *error)
{
    struct text_buffer name = {0};
    struct record *record = NULL;
    struct queue_need need;
    char *text;
    int code = ledger_catalogue_find(ledger, RECORD_QUEUE, queue, &record, error);

    if (code == 0)
        code = need_read(ledger, handoff, record, &need, error);
    record_free(record);
    if (code != 0)
        return code;
    text = queue_need_text(&need);
    text_buffer_add_text(&name, queue);
    if (text == NULL || text[0] != '\0')
        text_buffer_add_format(&name, TAB "%s", text != NULL ? text : "");
    code = text == NULL || name.failed ? error_set(error, ERROR_MEMORY, "no memory for a scope")
                                       : scope_set_add(scopes, PREFIX, name.bytes, error);
    free(text);
    text_buffer_free(&name);
    return code;
}

/* Whether the agent meets the need that stands behind the queue's key. */
static bool meets(const char *scope, size_t key_length, const struct record *agent)
{
    struct queue_verdict verdict;
    struct queue_need need;

    return queue_need_parse(&need, scope + strlen(PREFIX) + key_length + strlen(TAB)) &&
           queue_agent_fits(&need, agent, &verdict);
}

int ledger_queue_scopes(struct database *database, const struct record *agent, const char *queue,
                        bool all, struct scope_set *scopes, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SCOPE_BETWEEN, error);
    struct scope_set bounds = {0};
    char key[RECORD_KEY_SIZE + 1];
    int code = scope_set_add(scopes, PREFIX, queue, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    text_copy(key, sizeof(key) - 1, queue);
    strcat(key, TAB);
    if (code == 0)
        code = scope_set_add(&bounds, PREFIX, key, error);
    key[strlen(key) - 1] = *AFTER_TAB;
    if (code == 0)
        code = scope_set_add(&bounds, PREFIX, key, error);
    if (code == 0) {
        database_bind_text(statement, 1, bounds.names[0]);
        database_bind_text(statement, 2, bounds.names[1]);
        while ((code = database_step(database, statement, error)) > 0) {
            const char *name = database_text(statement, 0);

            code = all || meets(name, strlen(queue), agent) ? scope_set_add(scopes, "", name, error)
                                                            : 0;
            if (code != 0)
                break;
        }
        sqlite3_reset(statement);
    }
    scope_set_free(&bounds);
    return code;
}

/* --- what is in hand -------------------------------------------------------------------------- */

int ledger_queue_hold(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    const char *by = record_text(row->record, "taken_by");
    bool held = strcmp(record_text(row->record, "state"), "accepted") == 0 && by[0] != '\0';
    sqlite3_stmt *statement =
        database_statement(ledger->writer, held ? LEDGER_HELD_PUT : LEDGER_HELD_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    if (held)
        database_bind_text(statement, 2, by);
    return database_run(ledger->writer, statement, error);
}

/* Rows of LEDGER_ATTENDING_OF or LEDGER_HELD_OF, all at once: looking into them uses other
 * statements, and may delete. Owned by the caller (free). */
static int rows_of(struct ledger *ledger, enum ledger_statement which, const struct id *agent,
                   int64_t **rows, size_t *count, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);
    int code;

    *rows = NULL;
    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->text);
    while ((code = database_step(ledger->writer, statement, error)) > 0) {
        int64_t *longer = realloc(*rows, (*count + 1) * sizeof(**rows));

        if (longer == NULL) {
            sqlite3_reset(statement);
            free(*rows);
            return error_set(error, ERROR_MEMORY, "no memory for what is in hand");
        }
        *rows = longer;
        longer[(*count)++] = sqlite3_column_int64(statement, 0);
    }
    return code;
}

/* The record that a hand-off names; `record` NULL when there is none. */
static int named_record(struct ledger *ledger, const struct record *handoff, const char *member,
                        enum record_type type, struct record **record, struct error *error)
{
    struct ledger_row row = {0};
    struct id id;
    int code = id_parse(&id, record_text(handoff, member))
                   ? ledger_row_read(ledger->writer, type, &id, &row, error)
                   : ERROR_NOT_FOUND;

    *record = row.record;
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* What becomes of a row of the table of what is held. */
enum { HELD_NO_MORE, HELD_COUNTS, HELD_BESIDES /* it does not count now, and may again */ };

static int is_held(struct ledger *ledger, const struct ledger_row *row, int64_t now_ms,
                   struct error *error)
{
    struct record *contact = NULL, *matter = NULL;
    int code = named_record(ledger, row->record, "contact", RECORD_CONTACT, &contact, error);

    if (code == 0)
        code = named_record(ledger, row->record, "case", RECORD_CASE, &matter, error);
    if (code == 0 && queue_is_in_hand(row->record, contact, matter, now_ms))
        code = HELD_COUNTS;
    else if (code == 0 && contact != NULL && queue_contact_is_in_hand(contact, now_ms))
        code = HELD_BESIDES;
    record_free(contact);
    record_free(matter);
    return code;
}

static int forget_held(struct ledger *ledger, int64_t row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_HELD_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    return database_run(ledger->writer, statement, error);
}

/* Adds 1 for a row that is in hand in this channel. */
static int count_row(struct ledger *ledger, int64_t number, const char *channel, int64_t now_ms,
                     int *load, struct error *error)
{
    struct ledger_row row = {0};
    int code = ledger_row_read_number(ledger->writer, number, &row, error);
    bool contact = code == 0 && row.record->type == RECORD_CONTACT;
    bool counts = code == 0 && strcmp(record_text(row.record, "channel"), channel) == 0;

    if (contact) {
        counts = counts && queue_contact_is_in_hand(row.record, now_ms);
    } else if (code == 0) {
        code = is_held(ledger, &row, now_ms, error);
        counts = counts && code == HELD_COUNTS;
        if (code == HELD_NO_MORE)
            code = forget_held(ledger, number, error);
    }
    *load += counts && code >= 0;
    ledger_row_clear(&row);
    return code < 0 ? code : 0;
}

static int load_read(struct ledger *ledger, const struct id *agent, const char *channel,
                     int64_t now_ms, int *load, struct error *error)
{
    static const enum ledger_statement lists[] = {LEDGER_ATTENDING_OF, LEDGER_HELD_OF};
    int code = 0;

    *load = 0;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && code == 0; i++) {
        int64_t *rows;
        size_t count;

        code = rows_of(ledger, lists[i], agent, &rows, &count, error);
        if (code != 0)
            break;
        for (size_t j = 0; j < count && code == 0; j++)
            code = count_row(ledger, rows[j], channel, now_ms, load, error);
        free(rows);
    }
    return code;
}

/* --- who may take it -------------------------------------------------------------------------- */

/* By the rule of the agent's own of the two queues. */
static const char *own_queue(const struct record *handoff, const struct record *agent)
{
    const char *queue = record_text(handoff, "to_queue");
    const char *also = record_text(handoff, "also_queue");

    return also[0] != '\0' && !record_names(agent, "queues", queue) &&
                   record_names(agent, "queues", also)
               ? also
               : queue;
}

static int judge(struct ledger *ledger, const struct record *handoff, const struct record *agent,
                 int64_t now_ms, struct queue_verdict *verdict, struct error *error)
{
    const char *channel = record_text(handoff, "channel");
    struct record *queue = NULL;
    struct queue_need need;
    int load = 0;
    int code =
        ledger_catalogue_find(ledger, RECORD_QUEUE, own_queue(handoff, agent), &queue, error);

    if (code == 0)
        code = need_read(ledger, handoff, queue, &need, error);
    if (code == 0 && queue_capacity(agent, queue, channel) >= 0)
        code = load_read(ledger, &agent->id, channel, now_ms, &load, error);
    if (code == 0)
        queue_may_take(&need, queue, agent, channel, load, verdict);
    record_free(queue);
    return code;
}

int ledger_queue_judge(struct ledger *ledger, const struct record *handoff, const struct id *agent,
                       int64_t now_ms, enum merge_refusal *refusal, char field[LEDGER_FIELD_SIZE],
                       struct error *error)
{
    struct queue_verdict verdict = {.bar = QUEUE_BAR_NONE};
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, RECORD_AGENT, agent, &row, error);

    if (code == 0)
        code = judge(ledger, handoff, row.record, now_ms, &verdict, error);
    ledger_row_clear(&row);
    *refusal = verdict.bar == QUEUE_BAR_NONE   ? MERGE_APPLIED
               : verdict.bar == QUEUE_BAR_FULL ? MERGE_FULL
                                               : MERGE_UNFIT;
    queue_verdict_write(&verdict, field, LEDGER_FIELD_SIZE);
    return code;
}

/* --- how many wait ---------------------------------------------------------------------------- */

int ledger_waiting(struct ledger *ledger, json_t **queues, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *queues = NULL;
    if (code != 0)
        return code;
    *queues = json_array();
    statement = database_statement(reader->database, LEDGER_WAITING_EACH, error);
    while ((code = database_step(reader->database, statement, error)) > 0)
        json_array_append_new(*queues,
                              json_pack("{s:s, s:I, s:o}", "queue", database_text(statement, 0),
                                        "waiting", (json_int_t)sqlite3_column_int64(statement, 1),
                                        "since", json_time(sqlite3_column_int64(statement, 2))));
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        json_decref(*queues);
        *queues = NULL;
    }
    return code;
}
