/*
 * Letting go of files that nobody needed for long (store_file.h), some at a time. What is looked at
 * is looked at without a lock; then, with one, it is let go if no other connection has written
 * meanwhile.
 */
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/rest.h"
#include "app/store_file.h"
#include "app/store_internal.h"

#define LOOK_AGAIN_MS   (INT64_C(24) * 3600 * 1000)
#define STEP_FILES      20
#define STEP_FILES_ROOM 4 /* where it is for their room: no more of them than must be */
#define STEP_RECORDS    500
#define STEP_PAGES      256
#define OPERATIONS_MOST 2000 /* with more in the outbox there are other things to do first */

/* Columns of STORE_FILE_MEMBERS past RECORD_COLUMNS. */
enum { MEMBER_ID = 1, MEMBER_PENDING = 4, MEMBER_SEQ = 5, MEMBER_OF_CASE = 6, MEMBER_CHANGED = 7 };

struct member {
    enum record_type type;
    struct id id;
};

struct round {
    struct store *store;
    int64_t now_ms, cursor;
    int64_t before_ms;     /* what was needed since stays */
    struct id_map kept;    /* ids that unfinished work speaks of */
    struct member *leaves; /* STEP_RECORDS of them */
    size_t leave_count;
};

/* A file as it is looked at. */
struct looked {
    enum record_type type;
    struct id id;
    int64_t needed_ms; /* as noted */
    int64_t recent_ms; /* something was last done to it */
    bool stays;  /* not done, not sent, not read back, or spoken of by something that is not */
    bool here;   /* something of it is, */
    bool headed; /* and the client or case itself */
};

/* --- what unfinished work speaks of ----------------------------------------------------------- */

static bool keep_text(struct round *round, const char *text)
{
    unsigned char bytes[ID_BYTES];
    struct id id;

    if (!id_parse(&id, text))
        return true;
    id_to_bytes(&id, bytes);
    return id_map_find(&round->kept, bytes) != ID_MAP_NONE || id_map_add(&round->kept, bytes, 0);
}

/* A text that is an id, or that ends with one ("note/ID"). */
static bool keep_tail(struct round *round, const char *text)
{
    size_t length = strlen(text);

    return length < ID_TEXT_LENGTH || keep_text(round, text + length - ID_TEXT_LENGTH);
}

static bool keep_json(struct round *round, const json_t *value)
{
    const char *name;
    const json_t *member;
    size_t index;
    bool kept = true;

    if (json_is_string(value))
        return keep_tail(round, json_string_value(value));
    json_array_foreach(value, index, member) kept = kept && keep_json(round, member);
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        kept = kept && keep_tail(round, name) && keep_json(round, member);
    }
    return kept;
}

static int keep_document(struct round *round, json_t *document, struct error *error)
{
    bool kept = keep_json(round, document);

    json_decref(document);
    return kept ? 0 : error_set(error, ERROR_MEMORY, "store: out of memory");
}

/* Every id in the sealed column 1 of the rows, whose name is in column 0. */
static int keep_rows(struct round *round, enum store_statement which, const char *about_what,
                     struct error *error)
{
    sqlite3_stmt *row = store_statement(round->store, which, error);
    int code;

    while ((code = database_step(round->store->database, row, error)) == 1) {
        char about[STORE_ABOUT_SIZE];
        json_t *document;

        store_about(about, about_what, database_text(row, 0));
        code = keep_tail(round, database_text(row, 0))
                   ? store_column_sealed(round->store, row, 1, about, &document, error)
                   : error_set(error, ERROR_MEMORY, "store: out of memory");
        if (code == 0)
            code = keep_document(round, document, error);
        if (code != 0)
            break;
    }
    if (row != NULL)
        sqlite3_reset(row);
    return code;
}

static int keep_unfinished(struct round *round, struct error *error)
{
    int code = keep_rows(round, STORE_OPERATION_ALL, "operation", error);

    if (code == 0)
        code = keep_rows(round, STORE_REFUSAL_LIST, "refusal", error);
    return code == 0 ? keep_rows(round, STORE_STATE_ALL, "state", error) : code;
}

static bool is_kept(const struct round *round, const struct id *id)
{
    unsigned char bytes[ID_BYTES];

    id_to_bytes(id, bytes);
    return id_map_find(&round->kept, bytes) != ID_MAP_NONE;
}

/* --- looking ---------------------------------------------------------------------------------- */

/* What else keeps a client's file: a case of theirs, and a file that is merged into it or that is
 * merged itself. */
static bool is_tied(const struct looked *file, const struct record *record, bool of_case)
{
    if (file->type != RECORD_CLIENT)
        return false;
    return of_case || record->type == RECORD_CASE ||
           (record->type == RECORD_CLIENT &&
            (!id_equal(&record->id, &file->id) || record_text(record, "merged_into")[0] != '\0'));
}

/* The file of a client who is pinned stays with all that is in it. */
static int client_is_pinned(struct round *round, const struct looked *file,
                            const struct record *record, bool *pinned, struct error *error)
{
    struct store_file client = {0};
    struct id id;
    int code = 0;

    if (file->type == RECORD_CASE && record->type == RECORD_CASE &&
        id_parse(&id, record_text(record, "client")))
        code = store_file_get(round->store, RECORD_CLIENT, &id, &client, error);
    *pinned = client.pinned_ms > 0;
    return code;
}

static int look_member(struct round *round, struct looked *file, sqlite3_stmt *row,
                       struct error *error)
{
    struct record *record;
    bool pinned;
    int64_t latest, seq = sqlite3_column_int64(row, MEMBER_SEQ);
    struct id id;
    int code;

    file->here = true;
    file->headed = file->headed || (record_type_from_name(database_text(row, 0)) == file->type &&
                                    strcmp(database_text(row, MEMBER_ID), file->id.text) == 0);
    if (!id_parse(&id, database_text(row, MEMBER_ID)) || is_kept(round, &id) || seq <= 0 ||
        seq > round->cursor || sqlite3_column_int(row, MEMBER_PENDING) != STORE_SETTLED ||
        sqlite3_column_int(row, MEMBER_CHANGED) != 0) {
        file->stays = true;
        return 0;
    }
    code = store_row_current(round->store, row, &record, NULL, error);
    if (code != 0)
        return code;
    latest = rest_latest(record);
    if (latest > file->recent_ms)
        file->recent_ms = latest;
    code = client_is_pinned(round, file, record, &pinned, error);
    file->stays = pinned || !rest_is_done(record) ||
                  is_tied(file, record, sqlite3_column_int(row, MEMBER_OF_CASE) != 0);
    record_free(record);
    return code;
}

static void bind_file(sqlite3_stmt *row, const struct looked *file)
{
    database_bind_text(row, 1, record_type_name(file->type));
    database_bind_id(row, 2, &file->id);
}

/* Stops at the first thing by which it stays. */
static int look_file(struct round *round, struct looked *file, struct error *error)
{
    sqlite3_stmt *row = store_statement(round->store, STORE_FILE_MEMBERS, error);
    int code;

    file->stays = is_kept(round, &file->id);
    bind_file(row, file);
    while (!file->stays && (code = database_step(round->store->database, row, error)) == 1)
        if ((code = look_member(round, file, row, error)) != 0)
            break;
    if (row == NULL)
        return ERROR_STORAGE;
    if (file->stays)
        code = 0;
    sqlite3_reset(row);
    /* What hangs on something that the server does not show might not be shown again. */
    file->stays = file->stays || (file->here && !file->headed);
    return code;
}

/* --- letting go ------------------------------------------------------------------------------- */

/* Notes what leaves; the head of the file last, so that a file of which some is left is found. */
static int list_members(struct round *round, const struct looked *file, bool *all,
                        struct error *error)
{
    sqlite3_stmt *row = store_statement(round->store, STORE_FILE_MEMBERS, error);
    struct member head = {0};
    int code;

    *all = true;
    bind_file(row, file);
    while ((code = database_step(round->store->database, row, error)) == 1) {
        struct member member = {.type = record_type_from_name(database_text(row, 0))};

        id_parse(&member.id, database_text(row, MEMBER_ID));
        *all = round->leave_count + 1 < STEP_RECORDS;
        if (!*all)
            break;
        if (id_equal(&member.id, &file->id))
            head = member;
        else
            round->leaves[round->leave_count++] = member;
    }
    if (row == NULL)
        return ERROR_STORAGE;
    sqlite3_reset(row);
    if (code >= 0 && *all && head.type != RECORD_NONE)
        round->leaves[round->leave_count++] = head;
    return code < 0 ? code : 0;
}

static int note_file(struct round *round, const struct looked *file, enum store_statement which,
                     int64_t value, struct error *error)
{
    return store_file_set(round->store, which, file->type, &file->id, value, error);
}

/* Within the transaction: one file that was looked at. `*all`: nothing more can be done in it. */
static int settle_file(struct round *round, const struct looked *file, bool *all,
                       struct error *error)
{
    int code;

    *all = true;
    if (file->stays)
        return note_file(round, file, STORE_FILE_LOOKED, round->now_ms + LOOK_AGAIN_MS, error);
    /* It has its place in the order from now on. */
    if (file->recent_ms > file->needed_ms)
        return note_file(round, file, STORE_FILE_RECENT, file->recent_ms, error);
    if (!file->here) {
        code = note_file(round, file, STORE_FILE_LOOKED, round->now_ms + LOOK_AGAIN_MS, error);
        return code == 0 ? note_file(round, file, STORE_FILE_FORGET, 0, error) : code;
    }
    code = note_file(round, file, STORE_FILE_AWAY, 1, error);
    return code == 0 ? list_members(round, file, all, error) : code;
}

static int settle(struct round *round, const struct looked *files, size_t count, bool *more,
                  struct error *error)
{
    bool all = true;
    int code = 0;

    for (size_t i = 0; i < count && all && code == 0; i++)
        code = settle_file(round, &files[i], &all, error);
    *more = *more || !all;
    for (size_t i = 0; i < round->leave_count && code == 0; i++)
        code =
            store_record_delete(round->store, round->leaves[i].type, &round->leaves[i].id, error);
    if (code == 0 && round->leave_count > 0)
        code = store_meta_put(round->store, "wipe", "1", error);
    return code;
}

static int candidates(struct round *round, bool full, struct looked *files, size_t *count,
                      struct error *error)
{
    sqlite3_stmt *row = store_statement(round->store, STORE_FILE_NEXT, error);
    int code;

    *count = 0;
    if (row == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(row, 1, round->before_ms);
    sqlite3_bind_int64(row, 2, round->now_ms);
    sqlite3_bind_int(row, 3, full ? STEP_FILES_ROOM : STEP_FILES);
    while ((code = database_step(round->store->database, row, error)) == 1) {
        struct looked file = {.type = record_type_from_name(database_text(row, 0)),
                              .needed_ms = sqlite3_column_int64(row, 2)};

        if (id_parse(&file.id, database_text(row, 1)))
            files[(*count)++] = file;
    }
    return code;
}

/* One step of letting go of what was last needed before `round->before_ms`. */
static int let_go(struct round *round, bool full, bool *more, struct error *error)
{
    struct member leaves[STEP_RECORDS];
    struct looked files[STEP_FILES];
    struct store *store = round->store;
    int64_t version = store_version(store);
    size_t count;
    int code = keep_unfinished(round, error);

    round->leaves = leaves;
    round->cursor = store_cursor(store, error);
    if (code == 0 && round->cursor < 0)
        code = (int)round->cursor;
    if (code == 0)
        code = candidates(round, full, files, &count, error);
    for (size_t i = 0; code == 0 && i < count; i++)
        code = look_file(round, &files[i], error);
    if (code != 0 || count == 0)
        return code;
    *more = true;
    code = store_begin(store, error);
    if (code != 0)
        return code;
    /* What was looked at may stand otherwise by now. */
    if (store_version(store) != version) {
        database_rollback(store->database);
        return 0;
    }
    return store_end(store, settle(round, files, count, more, error), error);
}

/* --- room ------------------------------------------------------------------------------------- */

static int read_pragma(struct store *store, const char *sql, int64_t *value, struct error *error)
{
    sqlite3_stmt *row = NULL;
    int code;

    if (sqlite3_prepare_v2(database_handle(store->database), sql, -1, &row, NULL) != SQLITE_OK)
        return database_fail(store->database, "size", error);
    code = database_step(store->database, row, error);
    *value = code == 1 ? sqlite3_column_int64(row, 0) : 0;
    sqlite3_finalize(row);
    return code < 0 ? code : 0;
}

static int size_pages(struct store *store, int64_t *used, int64_t *free, struct error *error)
{
    int64_t pages, spare, size;
    int code = read_pragma(store, "PRAGMA page_count", &pages, error);

    if (code == 0)
        code = read_pragma(store, "PRAGMA freelist_count", &spare, error);
    if (code == 0)
        code = read_pragma(store, "PRAGMA page_size", &size, error);
    *used = code == 0 ? (pages - spare) * size : 0;
    *free = code == 0 ? spare * size : 0;
    return code;
}

/* Gives some of what is free back to the disk; a file of before learns how, once. */
static int give_back(struct store *store, bool *more, struct error *error)
{
    char vacuum[64];
    int64_t mode, spare, left = 0;
    int code = read_pragma(store, "PRAGMA freelist_count", &spare, error);

    if (code != 0 || spare < STEP_PAGES)
        return code;
    code = read_pragma(store, "PRAGMA auto_vacuum", &mode, error);
    snprintf(vacuum, sizeof(vacuum), "PRAGMA incremental_vacuum(%d)", STEP_PAGES);
    if (code == 0)
        code = database_script(
            store->database, mode == 0 ? "PRAGMA auto_vacuum=INCREMENTAL; VACUUM" : vacuum, error);
    if (code == 0)
        code = read_pragma(store, "PRAGMA freelist_count", &left, error);
    if (code == 0)
        code = store_meta_put(store, "wipe", "1", error);
    *more = *more || (code == 0 && left >= STEP_PAGES && left < spare);
    return code == ERROR_BUSY ? 0 : code;
}

int store_size(struct store *store, struct store_size *size, struct error *error)
{
    sqlite3_stmt *row;
    int code = size_pages(store, &size->bytes, &size->free, error);

    if (code != 0)
        return code;
    row = store_statement(store, STORE_FILE_COUNTS, error);
    code = database_step(store->database, row, error);
    if (code <= 0)
        return code;
    size->records = sqlite3_column_int64(row, 0);
    size->cases = sqlite3_column_int64(row, 1);
    size->clients = sqlite3_column_int64(row, 2);
    size->away = sqlite3_column_int64(row, 3);
    size->pinned = sqlite3_column_int64(row, 4);
    size->wanted = sqlite3_column_int64(row, 5);
    sqlite3_reset(row);
    return 0;
}

/* Since when a file must not have been needed, and whether it is for the room; INT64_MIN: none
 * goes. */
static int bound(struct store *store, const struct store_policy *policy, int64_t now_ms,
                 int64_t *before_ms, bool *full, struct error *error)
{
    int64_t used, free;
    int code = size_pages(store, &used, &free, error);

    *before_ms = policy->keep_ms > 0 ? now_ms - policy->keep_ms : INT64_MIN;
    *full = code == 0 && policy->bytes > 0 && used > policy->bytes;
    if (*full && now_ms - STORE_NEEDED_MIN > *before_ms)
        *before_ms = now_ms - STORE_NEEDED_MIN;
    return code;
}

int store_evict(struct store *store, const struct store_policy *policy, int64_t now_ms, bool *more,
                size_t *gone, struct error *error)
{
    struct round round = {.store = store, .now_ms = now_ms};
    bool full;
    int code = store_catch_up(store, error);

    *more = false;
    if (gone != NULL)
        *gone = 0;
    /* What only the journal holds is not known here. */
    if (code != 0 || store_stranded(store) > 0 ||
        store_outbox_count(store, error) > OPERATIONS_MOST)
        return code;
    code = bound(store, policy, now_ms, &round.before_ms, &full, error);
    if (code == 0 && round.before_ms != INT64_MIN)
        code = let_go(&round, full, more, error);
    id_map_free(&round.kept);
    if (code == 0)
        code = give_back(store, more, error);
    if (code == 0 && gone != NULL)
        *gone = round.leave_count;
    if (code == 0)
        store_wipe(store);
    return code;
}
