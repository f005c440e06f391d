#include "app/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "app/catalogue_internal.h"
#include "app/catalogue_statements.h"
#include "app/form_archive.h"
#include "app/json.h"
#include "app/search_index.h"
#include "app/text.h"

#define CATALOGUE_KEY_LIMIT 512
#define INDEXING_STEP       5000 /* records between two words of progress */

struct catalogue {
    struct database *database;
    struct search_index *index;
    int64_t own_writes; /* data_version does not count them */
};

/* A value of the table `catalogue`: 1 and the row, or 0. The caller resets the row. */
static int meta_get(struct catalogue *catalogue, const char *name, sqlite3_stmt **row,
                    struct error *error)
{
    *row = database_statement(catalogue->database, CATALOGUE_META_GET, error);
    database_bind_text(*row, 1, name);
    return database_step(catalogue->database, *row, error);
}

static int meta_get_integer(struct catalogue *catalogue, const char *name, int64_t *value,
                            struct error *error)
{
    sqlite3_stmt *row;
    int code = meta_get(catalogue, name, &row, error);

    *value = code == 1 ? sqlite3_column_int64(row, 0) : 0;
    if (code == 1)
        sqlite3_reset(row);
    return code < 0 ? code : 0;
}

static int meta_set_integer(struct catalogue *catalogue, const char *name, int64_t value,
                            struct error *error)
{
    sqlite3_stmt *statement = database_statement(catalogue->database, CATALOGUE_META_SET, error);

    database_bind_text(statement, 1, name);
    if (statement != NULL)
        sqlite3_bind_int64(statement, 2, value);
    return database_run(catalogue->database, statement, error);
}

static int meta_set_text(struct catalogue *catalogue, const char *name, const char *value,
                         struct error *error)
{
    sqlite3_stmt *statement = database_statement(catalogue->database, CATALOGUE_META_SET, error);

    database_bind_text(statement, 1, name);
    database_bind_text(statement, 2, value);
    return database_run(catalogue->database, statement, error);
}

static int read_json(json_t **value, sqlite3_stmt *row, int column, const char *what,
                     struct error *error)
{
    return json_read(value, database_text(row, column), (size_t)sqlite3_column_bytes(row, column),
                     RECORD_BODY_LIMIT, what, error);
}

static int record_from_row(sqlite3_stmt *row, struct record **record, struct error *error)
{
    enum record_type type = record_type_from_name(database_text(row, RECORD_TYPE));
    struct id id;
    struct record *made;
    int code;

    *record = NULL;
    if (type == RECORD_NONE || !id_parse(&id, database_text(row, RECORD_ID)))
        return error_set(error, ERROR_STORAGE, "catalogue: row %lld has no type or id",
                         (long long)sqlite3_column_int64(row, RECORD_NUMBER));
    made = record_new(type, &id);
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "catalogue: out of memory");
    made->rev = sqlite3_column_int64(row, RECORD_REV);
    made->seq = sqlite3_column_int64(row, RECORD_SEQ);
    json_decref(made->body);
    json_decref(made->meta);
    made->body = NULL;
    made->meta = NULL;
    code = read_json(&made->body, row, RECORD_BODY, "body of a record", error);
    if (code == 0)
        code = read_json(&made->meta, row, RECORD_META, "meta of a record", error);
    if (code != 0) {
        record_free(made);
        return code;
    }
    *record = made;
    return 0;
}

static int get_one(struct catalogue *catalogue, enum catalogue_statement which,
                   enum record_type type, const char *wanted, struct record **record,
                   struct error *error)
{
    const char *name = record_type_name(type);
    sqlite3_stmt *statement;
    int code;

    *record = NULL;
    if (name == NULL)
        return error_set(error, ERROR_NOT_FOUND, "no record type %d", (int)type);
    statement = database_statement(catalogue->database, which, error);
    database_bind_text(statement, 1, name);
    database_bind_text(statement, 2, wanted);
    code = database_step(catalogue->database, statement, error);
    if (code == 0)
        return error_set(error, ERROR_NOT_FOUND, "no %s %s", name, wanted);
    if (code == 1) {
        code = record_from_row(statement, record, error);
        sqlite3_reset(statement);
    }
    return code;
}

int catalogue_get(struct catalogue *catalogue, enum record_type type, const struct id *id,
                  struct record **record, struct error *error)
{
    return get_one(catalogue, CATALOGUE_GET, type, id->text, record, error);
}

int catalogue_get_by_key(struct catalogue *catalogue, enum record_type type, const char *key,
                         struct record **record, struct error *error)
{
    return get_one(catalogue, CATALOGUE_GET_BY_KEY, type, key, record, error);
}

int catalogue_each(struct catalogue *catalogue, enum record_type type, catalogue_visit visit,
                   void *context, struct error *error)
{
    const char *name = record_type_name(type);
    sqlite3_stmt *statement = NULL;
    int code = 0;

    if (name == NULL)
        return error_set(error, ERROR_NOT_FOUND, "no record type %d", (int)type);
    if (sqlite3_prepare_v2(database_handle(catalogue->database), catalogue_each_sql, -1, &statement,
                           NULL) != SQLITE_OK)
        return database_fail(catalogue->database, "record.each", error);
    database_bind_text(statement, 1, name);
    while (code == 0 && (code = database_step(catalogue->database, statement, error)) == 1) {
        struct record *record = NULL;

        code = record_from_row(statement, &record, error);
        if (code == 0)
            code = visit(context, record);
        record_free(record);
    }
    sqlite3_finalize(statement);
    return code;
}

int64_t catalogue_count(struct catalogue *catalogue, enum record_type type, struct error *error)
{
    sqlite3_stmt *statement = database_statement(
        catalogue->database, type == RECORD_NONE ? CATALOGUE_COUNT_ALL : CATALOGUE_COUNT, error);
    int64_t count;
    int code;

    if (type != RECORD_NONE)
        database_bind_text(statement, 1, record_type_name(type));
    code = database_step(catalogue->database, statement, error);
    if (code != 1)
        return code;
    count = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return count;
}

int64_t catalogue_cursor(struct catalogue *catalogue, struct error *error)
{
    int64_t cursor = 0;
    int code = meta_get_integer(catalogue, "cursor", &cursor, error);

    return code != 0 ? code : cursor;
}

static int meta_text(struct catalogue *catalogue, const char *name, char text[CATALOGUE_FEED_SIZE],
                     struct error *error)
{
    sqlite3_stmt *row;
    int code = meta_get(catalogue, name, &row, error);

    text_copy(text, CATALOGUE_FEED_SIZE, code == 1 ? database_text(row, 0) : "");
    if (code == 1)
        sqlite3_reset(row);
    return code < 0 ? code : 0;
}

/* Writes nothing where it stands already. */
static int meta_text_put(struct catalogue *catalogue, const char *name, const char *text,
                         struct error *error)
{
    char known[CATALOGUE_FEED_SIZE];
    int code = meta_text(catalogue, name, known, error);

    return code != 0 || strcmp(known, text) == 0 ? code
                                                 : meta_set_text(catalogue, name, text, error);
}

int catalogue_feed(struct catalogue *catalogue, char feed[CATALOGUE_FEED_SIZE], struct error *error)
{
    return meta_text(catalogue, "feed", feed, error);
}

int catalogue_epoch(struct catalogue *catalogue, char epoch[CATALOGUE_FEED_SIZE],
                    struct error *error)
{
    return meta_text(catalogue, "epoch", epoch, error);
}

int catalogue_epoch_set(struct catalogue *catalogue, const char *epoch, struct error *error)
{
    return meta_text_put(catalogue, "epoch", epoch, error);
}

int catalogue_shown(struct catalogue *catalogue, char shown[CATALOGUE_FEED_SIZE],
                    struct error *error)
{
    return meta_text(catalogue, "shown", shown, error);
}

int catalogue_shown_set(struct catalogue *catalogue, const char *shown, struct error *error)
{
    return meta_text_put(catalogue, "shown", shown, error);
}

/* Drops everything when the page comes from another server database than what is stored. */
static int follow_feed(struct catalogue *catalogue, const char *feed, struct error *error)
{
    char known[CATALOGUE_FEED_SIZE];
    int code;

    if (feed == NULL || feed[0] == '\0')
        return 0;
    if (strlen(feed) >= CATALOGUE_FEED_SIZE)
        return error_set(error, ERROR_INVALID, "the name of a feed is at most %d bytes",
                         CATALOGUE_FEED_SIZE - 1);
    code = catalogue_feed(catalogue, known, error);
    if (code != 0 || strcmp(known, feed) == 0)
        return code;
    if (known[0] != '\0') {
        code =
            database_run(catalogue->database,
                         database_statement(catalogue->database, CATALOGUE_DROP_ALL, error), error);
        if (code == 0)
            code = search_index_clear(catalogue->index, error);
    }
    if (code == 0)
        code = meta_set_text(catalogue, "feed", feed, error);
    return code;
}

/* Past versions of forms are found by their key only. */
static bool is_searched(const struct record *record)
{
    return search_index_holds(record->type) && !form_archive_holds(record);
}

/* Removes the record of the same id or key; `skip` when what is stored is as new. */
static int replace_old(struct catalogue *catalogue, const struct record *record, const char *key,
                       bool *skip, struct error *error)
{
    sqlite3_stmt *statement = database_statement(catalogue->database, CATALOGUE_OLD, error);
    int64_t numbers[2];
    size_t count = 0;
    int code;

    *skip = false;
    database_bind_text(statement, 1, record_type_name(record->type));
    database_bind_id(statement, 2, &record->id);
    database_bind_text(statement, 3, key);
    while ((code = database_step(catalogue->database, statement, error)) == 1 && count < 2) {
        if (sqlite3_column_int(statement, 2) != 0 &&
            sqlite3_column_int64(statement, 1) >= record->rev)
            *skip = true;
        numbers[count++] = sqlite3_column_int64(statement, 0);
    }
    for (size_t i = 0; code == 0 && !*skip && i < count; i++) {
        statement = database_statement(catalogue->database, CATALOGUE_DELETE, error);
        if (statement != NULL)
            sqlite3_bind_int64(statement, 1, numbers[i]);
        code = database_run(catalogue->database, statement, error);
        if (code == 0 && search_index_holds(record->type))
            code = search_index_remove(catalogue->index, numbers[i], error);
    }
    return code;
}

static int insert_texts(struct catalogue *catalogue, const struct record *record, const char *key,
                        const char *body, const char *meta, struct error *error)
{
    sqlite3_stmt *statement = database_statement(catalogue->database, CATALOGUE_INSERT, error);

    if (body == NULL || meta == NULL)
        return error_set(error, ERROR_MEMORY, "catalogue: out of memory");
    if (strlen(body) > RECORD_BODY_LIMIT || strlen(meta) > RECORD_BODY_LIMIT)
        return error_set(error, ERROR_TOO_LARGE, "%s %s: a record of %zu bytes, the limit is %d",
                         record_type_name(record->type), key, strlen(body), RECORD_BODY_LIMIT);
    database_bind_text(statement, 1, record_type_name(record->type));
    database_bind_id(statement, 2, &record->id);
    database_bind_text(statement, 3, key);
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 4, record->rev);
        sqlite3_bind_int64(statement, 5, record->seq);
    }
    database_bind_text(statement, 6, body);
    database_bind_text(statement, 7, meta);
    return database_run(catalogue->database, statement, error);
}

static int insert_record(struct catalogue *catalogue, const struct record *record, const char *key,
                         struct error *error)
{
    char *body = json_canonical(record->body);
    char *meta = json_canonical(record->meta);
    int code = insert_texts(catalogue, record, key, body, meta, error);

    free(body);
    free(meta);
    if (code == 0 && is_searched(record))
        code = search_index_add(catalogue->index,
                                sqlite3_last_insert_rowid(database_handle(catalogue->database)),
                                record, error);
    return code;
}

static int write_record(struct catalogue *catalogue, const struct record *record,
                        struct error *error)
{
    const char *key = record_text(record, "key");
    bool skip = false;
    int code;

    if (!record_type_is_catalogue(record->type))
        return error_set(error, ERROR_INVALID, "record %s is not of a type of the catalogue",
                         record->id.text);
    if (key[0] == '\0' || strlen(key) > CATALOGUE_KEY_LIMIT || id_is_empty(&record->id))
        return error_set(error, ERROR_INVALID, "%s %s: no key, no id, or a key over %d bytes",
                         record_type_name(record->type), record->id.text, CATALOGUE_KEY_LIMIT);
    code = replace_old(catalogue, record, key, &skip, error);
    if (code == 0 && !skip)
        code = insert_record(catalogue, record, key, error);
    return code;
}

/* Ends a write transaction as database_end does, and lets the index forget what was undone. */
static int end_write(struct catalogue *catalogue, int code, struct error *error)
{
    code = database_end(catalogue->database, code, error);
    if (code != 0)
        search_index_abandon(catalogue->index);
    else
        catalogue->own_writes++;
    return code;
}

int catalogue_write_page(struct catalogue *catalogue, struct record *const *records, size_t count,
                         int64_t cursor, const char *feed, struct error *error)
{
    int code = database_begin(catalogue->database, error);

    if (code != 0)
        return code;
    code = follow_feed(catalogue, feed, error);
    for (size_t i = 0; code == 0 && i < count; i++)
        code = write_record(catalogue, records[i], error);
    if (code == 0)
        code = search_index_finish(catalogue->index, NULL, error);
    if (code == 0)
        code = meta_set_integer(catalogue, "cursor", cursor, error);
    return end_write(catalogue, code, error);
}

int catalogue_tidy(struct catalogue *catalogue, bool *more, struct error *error)
{
    int code = database_begin(catalogue->database, error);

    *more = false;
    if (code != 0)
        return code;
    return end_write(catalogue, search_index_finish(catalogue->index, more, error), error);
}

int64_t catalogue_version(struct catalogue *catalogue)
{
    return database_version(catalogue->database) + catalogue->own_writes;
}

struct search_index *catalogue_search_index(struct catalogue *catalogue)
{
    return catalogue->index;
}

int catalogue_begin_read(struct catalogue *catalogue, struct error *error)
{
    int code =
        database_run(catalogue->database,
                     database_statement(catalogue->database, CATALOGUE_READ_BEGIN, error), error);

    if (code == 0)
        code = search_index_follow(catalogue->index, catalogue_version(catalogue), error);
    if (code != 0)
        catalogue_end_read(catalogue);
    return code;
}

void catalogue_end_read(struct catalogue *catalogue)
{
    if (!sqlite3_get_autocommit(database_handle(catalogue->database)))
        database_run(catalogue->database,
                     database_statement(catalogue->database, CATALOGUE_READ_END, NULL), NULL);
}

/* Indexes every record, in the caller's transaction. */
static catalogue_indexing indexing_told;

void catalogue_tell_indexing(catalogue_indexing tell)
{
    indexing_told = tell;
}

static int index_all(struct catalogue *catalogue, struct error *error)
{
    int64_t total = indexing_told == NULL ? 0 : catalogue_count(catalogue, RECORD_NONE, error);
    sqlite3_stmt *walk = database_statement(catalogue->database, CATALOGUE_ALL, error);
    int64_t done = 0;
    int code;

    while ((code = database_step(catalogue->database, walk, error)) == 1) {
        struct record *record = NULL;

        code = record_from_row(walk, &record, error);
        if (code == 0 && is_searched(record))
            code = search_index_add(catalogue->index, sqlite3_column_int64(walk, RECORD_NUMBER),
                                    record, error);
        record_free(record);
        if (code != 0) {
            sqlite3_reset(walk);
            return code;
        }
        done++;
        if (indexing_told != NULL && (done % INDEXING_STEP == 0 || done == total))
            indexing_told(done, total);
    }
    return code;
}

/* A file whose index was made by a program with another index is indexed anew. */
static int index_renew(struct catalogue *catalogue, struct error *error)
{
    int64_t format = 0;
    int code = meta_get_integer(catalogue, "index-format", &format, error);

    if (code != 0 || format == SEARCH_INDEX_FORMAT)
        return code;
    code = database_begin(catalogue->database, error);
    if (code != 0)
        return code;
    code = search_index_clear(catalogue->index, error);
    if (code == 0)
        code = index_all(catalogue, error);
    if (code == 0)
        code = search_index_finish(catalogue->index, NULL, error);
    if (code == 0)
        code = meta_set_integer(catalogue, "index-format", SEARCH_INDEX_FORMAT, error);
    return end_write(catalogue, code, error);
}

int catalogue_open(struct catalogue **catalogue, const char *path, bool create, struct error *error)
{
    struct catalogue *made = calloc(1, sizeof *made);
    int code;

    *catalogue = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "catalogue: out of memory");
    code = database_open(&made->database, path, create ? DATABASE_CREATE : DATABASE_OPEN,
                         &catalogue_schema, error);
    if (code == 0) {
        /* A power cut can only take the last pages together with their cursor: they are read
         * again. */
        database_relax(made->database, true);
        /* 8 MB: the inner pages of a million records' tables stay in memory between keystrokes. */
        code = database_script(made->database, "PRAGMA cache_size = -8192", error);
    }
    if (code == 0) {
        code = search_index_open(&made->index, made->database, error);
    }
    if (code == 0)
        code = index_renew(made, error);
    if (code != 0) {
        catalogue_close(made);
        return code;
    }
    *catalogue = made;
    return 0;
}

void catalogue_close(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    search_index_close(catalogue->index);
    database_close(catalogue->database);
    free(catalogue);
}
