#include "net/feed_rows.h"
#include "net/ledger_agent.h"
#include "net/ledger_follow.h"
#include "net/ledger_old.h"
#include "net/ledger_protect.h"
#include "net/ledger_scope.h"
#include "net/ledger_search_internal.h"
#include "net/ledger_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"

void ledger_page_clear(struct ledger_page *page)
{
    free(page->records);
    free(page->ends);
    free(page->gone);
    free(page->clients);
    *page = (struct ledger_page){0};
}

/* What came to the agent's own hands, or to a queue, is wanted; what an office has done and put
 * away is fetched when it is. */
static enum ledger_asked asked_in(const char *scope)
{
    static const struct {
        const char *prefix;
        enum ledger_asked asked;
    } prefixes[] = {{"agent:", LEDGER_ASKED_HANDED},
                    {"queue:", LEDGER_ASKED_HANDED},
                    {LEDGER_OPENINGS_SCOPE, LEDGER_ASKED_OPENED},
                    {LEDGER_HAND_SCOPE, LEDGER_ASKED_OPENED}};
    const char *name = scope;

    /* "join:AGENT:SCOPE" */
    if (strncmp(scope, LEDGER_JOIN_PREFIX, strlen(LEDGER_JOIN_PREFIX)) == 0 &&
        strlen(scope) > strlen(LEDGER_JOIN_PREFIX) + ID_TEXT_LENGTH)
        name = scope + strlen(LEDGER_JOIN_PREFIX) + ID_TEXT_LENGTH + 1;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strncmp(name, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
            return prefixes[i].asked;
    return LEDGER_ASKED_NOT;
}

/* The first `limit` rows of one scope after `since`: of the feed, and of what is gone from it. */
static int scope_rows(struct database *database, const char *scope, int64_t since, size_t limit,
                      struct feed_rows *rows, struct error *error)
{
    static const enum ledger_statement statements[] = {LEDGER_FEED_AFTER, LEDGER_GONE_AFTER};
    int64_t number;
    int code = ledger_scope_find(database, scope, &number, error);

    if (code != 0 || number == 0)
        return code;
    for (size_t i = 0; i < 2 && code == 0; i++) {
        sqlite3_stmt *statement = database_statement(database, statements[i], error);

        if (statement == NULL)
            return ERROR_STORAGE;
        sqlite3_bind_int64(statement, 1, number);
        sqlite3_bind_int64(statement, 2, since);
        sqlite3_bind_int64(statement, 3, (int64_t)limit);
        while ((code = database_step(database, statement, error)) > 0) {
            code = feed_rows_add(rows,
                                 (struct feed_row){sqlite3_column_int64(statement, 0),
                                                   sqlite3_column_int64(statement, 1), i == 1,
                                                   i == 0 ? asked_in(scope) : LEDGER_ASKED_NOT},
                                 error);
            if (code != 0) {
                sqlite3_reset(statement);
                break;
            }
        }
    }
    return code;
}

/* Types of work that say nothing of any client. */
static bool is_somebodys(enum record_type type)
{
    return !record_type_is_catalogue(type) && type != RECORD_CHOICE && type != RECORD_FLAG &&
           type != RECORD_ALERT && type != RECORD_TICKET && type != RECORD_ROLL &&
           type != RECORD_VIEW;
}

/* So many clients back are looked through for the same one: a case's records come together. */
#define NEAR 16

/* Keeps whose the record is, for the audit trail. */
static int page_note(struct ledger_page *page, sqlite3_stmt *statement, struct error *error)
{
    unsigned char bytes[ID_BYTES], *longer;
    struct id client;

    if (!is_somebodys(record_type_from_name(database_text(statement, 4))))
        return 0;
    page->personal++;
    if (!id_parse(&client, database_text(statement, 5)))
        return 0;
    id_to_bytes(&client, bytes);
    for (size_t i = 1; i <= page->client_count && i <= NEAR; i++)
        if (memcmp(page->clients + (page->client_count - i) * ID_BYTES, bytes, ID_BYTES) == 0)
            return 0;
    longer = realloc(page->clients, (page->client_count + 1) * ID_BYTES);
    if (longer == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a page");
    page->clients = longer;
    memcpy(longer + page->client_count++ * ID_BYTES, bytes, ID_BYTES);
    return 0;
}

/* Notes where the last one ends: room is made whenever their number is a power of two. */
static int page_end(struct ledger_page *page, size_t end, struct error *error)
{
    if ((page->count & (page->count - 1)) == 0) {
        size_t *longer = realloc(page->ends, 2 * page->count * sizeof(*longer));

        if (longer == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for a page");
        page->ends = longer;
    }
    page->ends[page->count - 1] = end;
    return 0;
}

/* Adds the record that the statement stands on. */
static int page_add(struct ledger_page *page, struct text_buffer *buffer, sqlite3_stmt *statement,
                    struct error *error)
{
    int code;

    if (page->count++ > 0)
        text_buffer_add(buffer, ",", 1);
    text_buffer_add(buffer, database_text(statement, 1),
                    (size_t)sqlite3_column_bytes(statement, 1));
    code = page_end(page, buffer->length, error);
    return code == 0 ? page_note(page, statement, error) : code;
}

/* Adds {"type","id"} of a record that the reader may see no longer, with "erased" when nobody may:
 * a relay then erases it too. */
static int page_add_gone(struct ledger_page *page, struct text_buffer *buffer, const char *document,
                         struct error *error)
{
    json_t *record = json_loads(document, 0, NULL);

    if (record == NULL)
        return error_set(error, ERROR_STORAGE, "database: a record is no JSON");
    text_buffer_add_format(
        buffer, "%s{\"type\":\"%s\",\"id\":\"%s\"%s}", page->gone_count++ > 0 ? "," : "",
        json_text_or(record, "type", ""), json_text_or(record, "id", ""),
        json_object_get(json_object_get(record, "body"), RECORD_ERASED_MEMBER) != NULL
            ? ",\"erased\":true"
            : "");
    json_decref(record);
    return 0;
}

/* 1 when one of the scopes has the record. */
static int is_seen(struct database *database, const struct scope_set *scopes, int64_t record,
                   struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < scopes->count && code == 0; i++) {
        sqlite3_stmt *statement = database_statement(database, LEDGER_FEED_HAS, error);
        int64_t number;

        code = ledger_scope_find(database, scopes->names[i], &number, error);
        if (code != 0 || statement == NULL)
            return code != 0 ? code : ERROR_STORAGE;
        sqlite3_bind_int64(statement, 1, record);
        sqlite3_bind_int64(statement, 2, number);
        code = database_step(database, statement, error);
        sqlite3_reset(statement);
    }
    return code;
}

/* What is being filled into a page. */
struct filling {
    struct database *database;
    const struct scope_set *scopes;
    const struct id *device;
    struct ledger_page *page;
    struct text_buffer records, gone;
    struct ledger_old_look old;
};

/* Whether the reader works out by itself what the record that the statement stands on is. Not one
 * that this row shows to who came to see it (an office that was moved to, a grant), for they may
 * have lost it; nor one of which they have not read what they work it out of: a page that takes
 * that back may have come to them since they made this of it. */
static bool is_worked_out(const struct filling *filling, const struct feed_row *row,
                          sqlite3_stmt *statement)
{
    int64_t from = sqlite3_column_int64(statement, 7);

    return filling->device != NULL && !row->gone && row->seq > filling->old.old.unheld &&
           sqlite3_column_int64(statement, 3) == row->seq &&
           strcmp(database_text(statement, 2), filling->device->text) == 0 &&
           from != LEDGER_KNOWN_UNNOTED && from <= filling->old.since;
}

static int fill_row(struct filling *filling, const struct feed_row *row, struct error *error)
{
    /* Taken back from one scope, it may be seen in another: then it is as it stands. */
    int seen = row->gone ? is_seen(filling->database, filling->scopes, row->record, error) : 1;
    sqlite3_stmt *statement = database_statement(filling->database, LEDGER_RECORD_GET_PAGE, error);
    int code;

    if (seen < 0 || statement == NULL)
        return seen < 0 ? seen : ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->record);
    code = database_step(filling->database, statement, error);
    if (code == 0)
        code = error_set(error, ERROR_STORAGE, "database: the feed names a record it has not");
    if (code < 0)
        return code;
    /* Where it changed since, it comes in that place: a page holds nothing from beyond its end,
     * which a server that is restored may not know. */
    if (seen > 0 && row->gone && sqlite3_column_int64(statement, 3) > row->seq) {
        sqlite3_reset(statement);
        return 0;
    }
    code = seen > 0 ? ledger_is_old(
                          &filling->old,
                          &(struct ledger_old_row){row->record, sqlite3_column_int64(statement, 3),
                                                   database_text(statement, 6), row->asked},
                          error)
                    : 0;
    if (code < 0 || code == LEDGER_OLD_PASSED) {
        sqlite3_reset(statement);
        return code < 0 ? code : 0;
    }
    if (seen > 0 && code != LEDGER_OLD_GONE) {
        code = is_worked_out(filling, row, statement)
                   ? 0
                   : page_add(filling->page, &filling->records, statement, error);
        sqlite3_reset(statement);
        return code;
    }
    code = page_add_gone(filling->page, &filling->gone, database_text(statement, 1), error);
    sqlite3_reset(statement);
    return code;
}

/* Gives the texts to the page. */
static int page_take(struct filling *filling, struct error *error)
{
    struct ledger_page *page = filling->page;

    page->length = filling->records.length;
    page->records = page->count > 0 ? text_buffer_take(&filling->records) : strdup("");
    page->gone = page->gone_count > 0 ? text_buffer_take(&filling->gone) : strdup("");
    return page->records != NULL && page->gone != NULL
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for a page");
}

static int page_fill(struct filling *filling, const struct feed_rows *rows, struct error *error)
{
    struct ledger_page *page = filling->page;
    int code = 0;

    for (size_t i = 0; i < rows->count && code == 0; i++) {
        code = fill_row(filling, &rows->rows[i], error);
        if (code == 0 && filling->records.length >= LEDGER_PAGE_BYTES && i + 1 < rows->count) {
            page->next = rows->rows[i].seq;
            page->more = true;
            break;
        }
    }
    return code == 0 ? page_take(filling, error) : code;
}

static int catalogue_highest(struct database *database, int64_t *seq, struct error *error)
{
    sqlite3_stmt *statement;
    int64_t number;
    int code = ledger_scope_find(database, LEDGER_CATALOGUE_SCOPE, &number, error);

    *seq = 0;
    if (code != 0 || number == 0)
        return code;
    statement = database_statement(database, LEDGER_FEED_HIGHEST, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, number);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    *seq = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

static int epoch_at(struct database *database, int64_t seq, char epoch[LEDGER_EPOCH_SIZE],
                    struct error *error)
{
    int code = ledger_epoch_read(database, seq, epoch, error);

    if (code == 0)
        ledger_epoch_day(epoch, clock_system(NULL));
    return code;
}

/* What changed past `next` is left out, and is to come: but not from a server that is restored to a
 * copy from before that, where it stands at or before `next`. It will be known by `head`. */
static int epochs_read(struct database *database, struct ledger_page *page, struct error *error)
{
    int code = epoch_at(database, page->next, page->epoch, error);

    return code == 0 && page->more
               ? ledger_epoch_read(database, page->head, page->head_epoch, error)
               : code;
}

static int head_read(struct database *database, int64_t *head, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_PROPERTY_GET, error);
    int code;

    *head = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, "seq");
    code = database_step(database, statement, error);
    if (code > 0) {
        *head = strtoll(database_text(statement, 0), NULL, 10);
        sqlite3_reset(statement);
    }
    return code < 0 ? code : 0;
}

static int page_read(struct database *database, const struct scope_set *scopes, int64_t since,
                     size_t limit, const struct id *device, const struct ledger_old *old,
                     struct ledger_page *page, struct error *error)
{
    struct filling filling = {
        .database = database,
        .scopes = scopes,
        .device = device,
        .page = page,
        .old = {.database = database,
                .old = *old,
                .since = since,
                .whole = old->begun > 0 && old->begun < since ? old->begun : since}};
    struct feed_rows rows = {0};
    int code = catalogue_highest(database, &page->catalogue, error);

    page->next = since;
    if (code == 0)
        code = head_read(database, &page->head, error);
    /* Nothing is held yet. */
    if (since == 0)
        filling.old.old.until = page->head;
    for (size_t i = 0; i < scopes->count && code == 0; i++)
        code = scope_rows(database, scopes->names[i], since, limit + 1, &rows, error);
    if (code == 0) {
        feed_rows_cut(&rows, limit, &page->next, &page->more);
        code = page_fill(&filling, &rows, error);
        text_buffer_free(&filling.records);
        text_buffer_free(&filling.gone);
    }
    if (code == 0)
        code = epochs_read(database, page, error);
    feed_rows_free(&rows);
    return code;
}

/* Takes a reader that reads one state of the database until reading_end. */
static int reading_begin(struct ledger *ledger, struct ledger_reader **reader, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, reader, error);

    if (code != 0)
        return code;
    statement = database_statement((*reader)->database, LEDGER_BEGIN_READ, error);
    code = statement != NULL ? database_run((*reader)->database, statement, error) : ERROR_STORAGE;
    if (code != 0)
        ledger_reader_give(ledger, *reader);
    return code;
}

static void reading_end(struct ledger *ledger, struct ledger_reader *reader)
{
    sqlite3_stmt *statement = database_statement(reader->database, LEDGER_COMMIT, NULL);

    if (statement != NULL)
        database_run(reader->database, statement, NULL);
    ledger_reader_give(ledger, reader);
}

int ledger_head(struct ledger *ledger, int64_t *head, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    code = head_read(reader->database, head, error);
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_changes_but_old(struct ledger *ledger, const struct scope_set *scopes, int64_t since,
                           size_t limit, const struct id *device, const struct ledger_old *old,
                           struct ledger_page *page, struct error *error)
{
    struct ledger_reader *reader;
    int code;

    *page = (struct ledger_page){0};
    if (limit == 0 || limit > LEDGER_PAGE_LIMIT)
        limit = LEDGER_PAGE_LIMIT;
    code = reading_begin(ledger, &reader, error);
    if (code != 0)
        return code;
    code = page_read(reader->database, scopes, since, limit, device, old, page, error);
    reading_end(ledger, reader);
    if (code != 0)
        ledger_page_clear(page);
    return code;
}

int ledger_changes(struct ledger *ledger, const struct scope_set *scopes, int64_t since,
                   size_t limit, const struct id *device, struct ledger_page *page,
                   struct error *error)
{
    const struct ledger_old none = {0};

    return ledger_changes_but_old(ledger, scopes, since, limit, device, &none, page, error);
}

/* --- a file ----------------------------------------------------------------------------------- */

/* Leaves what is of open cases alone. */
static int rows_open(struct database *database, struct feed_rows *rows, bool *part,
                     struct error *error)
{
    struct ledger_old_look look = {.database = database};
    bool any = rows->count == 0;
    size_t kept = 0;
    int code = 0;

    for (size_t i = 0; i < rows->count && code >= 0; i++) {
        code = ledger_is_open(&look, rows->rows[i].record, error);
        any |= code == LEDGER_OPEN_CASE;
        if (code > 0)
            rows->rows[kept++] = rows->rows[i];
    }
    *part = kept < rows->count;
    rows->count = kept;
    if (code >= 0 && !any)
        return error_set(error, ERROR_INVALID, "why is this file fetched? POST /v1/open says it");
    return code < 0 ? code : 0;
}

/* Rows of the file that the scopes show, as rows of a feed whose numbers are those of the rows. */
static int file_rows(struct database *database, const struct scope_set *scopes,
                     const struct ledger_file_wanted *wanted, struct feed_rows *rows,
                     struct error *error)
{
    struct search_numbers numbers = {0};
    int code = search_file_whole(database, wanted->type, &wanted->record, &numbers, error);

    for (size_t i = 0; i < numbers.count && code == 0; i++) {
        int64_t number = numbers.numbers[i];
        int seen = number > wanted->after || wanted->open_only
                       ? is_seen(database, scopes, number, error)
                       : 0;

        code = seen < 0 ? seen : 0;
        if (seen > 0)
            code = feed_rows_add(rows, (struct feed_row){.seq = number, .record = number}, error);
    }
    search_numbers_free(&numbers);
    return code;
}

static int file_fill(struct filling *filling, const struct feed_rows *rows, int64_t since,
                     struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < rows->count && code == 0; i++) {
        sqlite3_stmt *statement =
            database_statement(filling->database, LEDGER_RECORD_GET_PAGE, error);

        if (statement == NULL)
            return ERROR_STORAGE;
        sqlite3_bind_int64(statement, 1, rows->rows[i].record);
        code = database_step(filling->database, statement, error);
        if (code > 0)
            code = sqlite3_column_int64(statement, 3) <= since
                       ? page_add(filling->page, &filling->records, statement, error)
                       : 0;
        sqlite3_reset(statement);
        filling->page->next = rows->rows[i].record;
        if (filling->records.length >= LEDGER_PAGE_BYTES && i + 1 < rows->count) {
            filling->page->more = true;
            break;
        }
    }
    return code;
}

static int file_read(struct database *database, const struct scope_set *scopes,
                     const struct ledger_file_wanted *wanted, struct ledger_page *page,
                     struct error *error)
{
    struct filling filling = {.database = database, .page = page};
    struct feed_rows rows = {0};
    size_t count;
    int code = file_rows(database, scopes, wanted, &rows, error);

    /* What an agent has no longer may hold something that they have: a hand-off. */
    if (code == 0 && rows.count == 0 && wanted->after == 0)
        code = error_set(error, ERROR_REFUSED, "the record is outside this agent's scope");
    if (code == 0 && wanted->open_only)
        code = rows_open(database, &rows, &page->part, error);
    feed_rows_after(&rows, wanted->after);
    count = rows.count;
    page->more = code == 0 && rows.count > wanted->limit;
    if (page->more)
        rows.count = wanted->limit;
    page->next = wanted->after;
    if (code == 0)
        code = head_read(database, &page->head, error);
    if (code == 0)
        code = ledger_epoch_read(database, page->head, page->epoch, error);
    if (code == 0)
        code = file_fill(&filling, &rows, wanted->since, error);
    rows.count = count;
    feed_rows_after(&rows, page->next);
    page->left = rows.count;
    if (code == 0)
        code = page_take(&filling, error);
    text_buffer_free(&filling.records);
    feed_rows_free(&rows);
    return code;
}

int ledger_file_page(struct ledger *ledger, const struct scope_set *scopes,
                     const struct ledger_file_wanted *wanted, struct ledger_page *page,
                     struct error *error)
{
    struct ledger_reader *reader;
    int code;

    *page = (struct ledger_page){0};
    code = reading_begin(ledger, &reader, error);
    if (code != 0)
        return code;
    code = file_read(reader->database, scopes, wanted, page, error);
    reading_end(ledger, reader);
    if (code != 0)
        ledger_page_clear(page);
    return code;
}
