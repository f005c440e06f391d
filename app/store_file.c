#include "app/store_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/look.h"
#include "app/rest.h"
#include "app/store_internal.h"

#define NEED_AGAIN_MS (INT64_C(3600) * 1000)
#define DAY_MS        (INT64_C(86400) * 1000)

/* Binds the name of a file as parameters 1 and 2. */
static sqlite3_stmt *file_statement(struct store *store, enum store_statement which,
                                    enum record_type type, const struct id *id, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, which, error);

    database_bind_text(statement, 1, record_type_name(type));
    database_bind_id(statement, 2, id);
    return statement;
}

int store_file_set(struct store *store, enum store_statement which, enum record_type type,
                   const struct id *id, int64_t value, struct error *error)
{
    sqlite3_stmt *statement = file_statement(store, which, type, id, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    if (sqlite3_bind_parameter_count(statement) >= 3)
        sqlite3_bind_int64(statement, 3, value);
    return database_run(store->database, statement, error);
}

static int set_alone(struct store *store, enum store_statement which, enum record_type type,
                     const struct id *id, int64_t value, struct error *error)
{
    int code = store_begin(store, error);

    return code == 0 ? store_end(store, store_file_set(store, which, type, id, value, error), error)
                     : code;
}

static void read_file(sqlite3_stmt *row, struct store_file *file)
{
    *file = (struct store_file){.needed_ms = sqlite3_column_int64(row, 2),
                                .pinned_ms = sqlite3_column_int64(row, 3),
                                .wanted_ms = sqlite3_column_int64(row, 4),
                                .away = sqlite3_column_int(row, 5) != 0};
}

/* The cursor lies before `last`. */
static void read_coming(sqlite3_stmt *row, struct store_file *file)
{
    int64_t after = sqlite3_column_int64(row, 6), last = sqlite3_column_int64(row, 7);
    int64_t cursor = sqlite3_column_int64(row, 9);

    file->coming = sqlite3_column_int64(row, 8);
    if (cursor > after && last > after)
        file->come =
            (int64_t)((double)file->coming * (double)(cursor - after) / (double)(last - after));
}

int store_file_get(struct store *store, enum record_type type, const struct id *id,
                   struct store_file *file, struct error *error)
{
    sqlite3_stmt *row = file_statement(store, STORE_FILE_GET, type, id, error);
    int code = database_step(store->database, row, error);

    *file = (struct store_file){0};
    if (code <= 0)
        return code;
    read_file(row, file);
    read_coming(row, file);
    sqlite3_reset(row);
    return 0;
}

bool store_file_is_whole(const struct store_file *file)
{
    return !file->away && file->coming == 0;
}

static int prune_coming(struct store *store, int64_t last, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_COMING_PRUNE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, last);
    return database_run(store->database, statement, error);
}

static int note_opened(struct store *store, enum record_type type, const struct id *id,
                       const struct store_opened *opened, struct error *error)
{
    sqlite3_stmt *statement;
    int64_t cursor = store_cursor(store, error);
    int code;

    if (cursor < 0 || opened->last <= cursor)
        return cursor < 0 ? (int)cursor : 0;
    /* Those that have come are of no interest any more. */
    code = prune_coming(store, cursor, error);
    if (code == 0)
        code = store_file_set(store, STORE_FILE_KNOW, type, id, 0, error);
    statement = code == 0 ? file_statement(store, STORE_COMING_PUT, type, id, error) : NULL;
    if (statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    sqlite3_bind_int64(statement, 3, opened->after);
    sqlite3_bind_int64(statement, 4, opened->last);
    sqlite3_bind_int64(statement, 5, opened->records);
    code = database_run(store->database, statement, error);
    return code == 0 ? 1 : code;
}

int store_file_opened(struct store *store, enum record_type type, const struct id *id,
                      const struct store_opened *opened, struct error *error)
{
    int code = store_begin(store, error), noted;

    if (code != 0)
        return code;
    noted = note_opened(store, type, id, opened, error);
    code = store_end(store, noted < 0 ? noted : 0, error);
    return code != 0 ? code : noted;
}

int store_file_need(struct store *store, enum record_type type, const struct id *id, int64_t now_ms,
                    struct error *error)
{
    struct store_file file;
    int code = store_file_get(store, type, id, &file, error);

    if (code != 0 ||
        (file.needed_ms > now_ms - NEED_AGAIN_MS && file.needed_ms < now_ms + NEED_AGAIN_MS))
        return code;
    return set_alone(store, STORE_FILE_NEED, type, id, now_ms, error);
}

int store_file_pin(struct store *store, enum record_type type, const struct id *id, bool pinned,
                   int64_t now_ms, struct error *error)
{
    return set_alone(store, STORE_FILE_PIN, type, id, pinned ? now_ms : 0, error);
}

static int read_name(sqlite3_stmt *row, enum record_type *type, struct id *id, struct error *error)
{
    *type = record_type_from_name(database_text(row, 0));
    if (*type == RECORD_NONE || !id_parse(id, database_text(row, 1)))
        return error_set(error, ERROR_STORAGE, "store: a file has no name");
    return 0;
}

int store_file_pins(struct store *store, store_file_visit visit, void *context, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_FILE_PINS, error);
    int code;

    while ((code = database_step(store->database, row, error)) == 1) {
        struct store_file file;
        enum record_type type;
        struct id id;

        read_file(row, &file);
        code = read_name(row, &type, &id, error);
        if (code == 0)
            code = visit(context, type, &id, &file);
        if (code != 0)
            break;
    }
    if (row != NULL)
        sqlite3_reset(row);
    return code;
}

int store_file_want(struct store *store, enum record_type type, const struct id *id, bool wanted,
                    int64_t now_ms, struct error *error)
{
    return set_alone(store, STORE_FILE_WANT, type, id, wanted ? now_ms : 0, error);
}

int store_file_wanted(struct store *store, enum record_type *type, struct id *id,
                      struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_FILE_WANTED, error);
    int code = database_step(store->database, row, error);

    if (code <= 0)
        return code;
    code = read_name(row, type, id, error);
    sqlite3_reset(row);
    return code != 0 ? code : 1;
}

int store_file_want_pins(struct store *store, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_FILE_WANT_PINS, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, now_ms);
    sqlite3_bind_int64(statement, 2, now_ms - LOOK_PIN_MS);
    return database_run(store->database, statement, error);
}

/* A closed case that begins to come with the file of its client is not whole before that is: what
 * is open is held anyway. */
static int note_begun(struct store *store, const struct record *record, struct error *error)
{
    int code;

    if (record->type != RECORD_CASE || !rest_is_done(record))
        return 0;
    code = store_file_here(store, RECORD_CASE, &record->id, error);
    return code == 0  ? store_file_set(store, STORE_FILE_AWAY, RECORD_CASE, &record->id, 1, error)
           : code > 0 ? 0
                      : code;
}

static int write_file(struct store *store, enum record_type type, const struct id *id,
                      struct record *const *records, size_t count, bool whole, int64_t now_ms,
                      struct error *error)
{
    /* Whoever gives up before the last page holds a part. */
    int code = whole ? 0 : store_file_set(store, STORE_FILE_AWAY, type, id, 1, error);

    for (size_t i = 0; i < count && code == 0 && !whole && type == RECORD_CLIENT; i++)
        code = note_begun(store, records[i], error);
    for (size_t i = 0; i < count && code == 0; i++)
        if ((code = store_leaving_forget(store, records[i]->type, &records[i]->id, error)) == 0)
            code = store_record_take(store, records[i], error);
    if (code != 0 || !whole)
        return code;
    code = store_file_set(store, STORE_FILE_HERE, type, id, now_ms, error);
    return code == 0 && type == RECORD_CLIENT
               ? store_file_set(store, STORE_FILE_CASES_HERE, type, id, now_ms, error)
               : code;
}

int store_file_write(struct store *store, enum record_type type, const struct id *id,
                     struct record *const *records, size_t count, bool whole, int64_t now_ms,
                     struct error *error)
{
    int code;

    database_relax(store->database, true);
    code = store_begin(store, error);
    if (code == 0)
        code = store_end(store, write_file(store, type, id, records, count, whole, now_ms, error),
                         error);
    database_relax(store->database, false);
    return code;
}

int store_file_denied(struct store *store, enum record_type type, const struct id *id,
                      struct error *error)
{
    return set_alone(store, STORE_FILE_DENIED, type, id, 0, error);
}

/* --- what the feed brings --------------------------------------------------------------------- */

static int meta_number(struct store *store, const char *name, int64_t *number, struct error *error)
{
    char text[32];
    int code = store_meta_get(store, name, text, sizeof(text), error);

    *number = code == 0 ? strtoll(text, NULL, 10) : 0;
    return code;
}

static int meta_number_put(struct store *store, const char *name, int64_t number,
                           struct error *error)
{
    char text[32];

    snprintf(text, sizeof(text), "%lld", (long long)number);
    return store_meta_put(store, name, text, error);
}

int store_old(struct store *store, const struct store_policy *policy, int64_t now_ms, int64_t since,
              int64_t *old_ms, int64_t *until, struct error *error)
{
    /* By days: it is noted once in each. */
    int64_t old = now_ms > policy->keep_ms
                      ? now_ms - policy->keep_ms - (now_ms - policy->keep_ms) % DAY_MS
                      : 0;
    int code = meta_number(store, "old", old_ms, error);

    if (code == 0)
        code = meta_number(store, "old-until", until, error);
    if (code != 0 || (since > 0 && since >= *until))
        *old_ms = 0;
    if (code != 0 || policy->keep_ms == 0 || since > 0 || old <= *old_ms)
        return code;
    *old_ms = old;
    return meta_number_put(store, "old", old, error);
}

int store_old_head(struct store *store, int64_t head, struct error *error)
{
    return meta_number_put(store, "old-until", head, error);
}

int store_old_told(struct store *store, int64_t old_ms, struct error *error)
{
    int64_t noted;
    int code = meta_number(store, "old", &noted, error);

    return code == 0 && old_ms > noted ? meta_number_put(store, "old", old_ms, error) : code;
}

/* One that was left out once, for it had rested, and is at work again: what hung on it then did not
 * come. It has changed since this store began to read, and since it read last; of one that has not,
 * all comes with it. */
static int case_came(struct store *store, const struct record *matter, bool here,
                     struct error *error)
{
    int64_t old, until = 0, cursor;
    int code = meta_number(store, "old", &old, error);

    if (code != 0 || id_time(&matter->id) >= old)
        return code;
    cursor = store_cursor(store, error);
    if (cursor < 0)
        return (int)cursor;
    code = meta_number(store, "old-until", &until, error);
    if (code != 0 || matter->seq <= cursor || matter->seq <= until ||
        (here && cursor > 0 && cursor >= until))
        return code;
    return store_file_set(store, STORE_FILE_AWAY, RECORD_CASE, &matter->id, 1, error);
}

/* Whose it is was let go. */
static int client_met(struct store *store, const struct record *matter, struct error *error)
{
    struct store_file file;
    struct id client;
    int code;

    if (!id_parse(&client, record_text(matter, "client")))
        return 0;
    code = store_file_get(store, RECORD_CLIENT, &client, &file, error);
    if (code != 0 || !file.away || file.wanted_ms != 0)
        return code;
    /* Of one that is here, the rest comes when somebody wants it. */
    code = store_file_here(store, RECORD_CLIENT, &client, error);
    return code == 0  ? store_file_set(store, STORE_FILE_WANT, RECORD_CLIENT, &client, 1, error)
           : code > 0 ? 0
                      : code;
}

int store_file_met(struct store *store, const struct record *record, bool here, struct error *error)
{
    struct store_file file;
    int code;

    if (record->type != RECORD_CASE)
        return 0;
    code = case_came(store, record, here, error);
    if (code == 0)
        code = store_file_get(store, RECORD_CASE, &record->id, &file, error);
    /* An office holds what it has open. */
    if (code == 0 && file.away && file.wanted_ms == 0 && !rest_is_done(record))
        code = store_file_set(store, STORE_FILE_WANT, RECORD_CASE, &record->id, 1, error);
    return code == 0 ? client_met(store, record, error) : code;
}

int store_file_here(struct store *store, enum record_type type, const struct id *id,
                    struct error *error)
{
    return database_has_row(store->database,
                            file_statement(store, STORE_RECORD_HAS, type, id, error), error);
}

int store_file_begin(struct store *store, struct error *error)
{
    int code = prune_coming(store, INT64_MAX, error);

    return code == 0 ? database_run(store->database,
                                    store_statement(store, STORE_FILE_BEGIN, error), error)
                     : code;
}
