#include "app/database.h"
#include "app/database_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 5000

static pthread_once_t library_set = PTHREAD_ONCE_INIT;

struct database {
    sqlite3 *handle;
    const struct database_schema *schema;
    sqlite3_stmt *version;
    bool within;                /* a transaction that was begun here */
    sqlite3_stmt *rollback;     /* made beforehand: it must go also without memory */
    struct database_rows *rows; /* that wait to be written; NULL before there were any */
    sqlite3_stmt *prepared[];   /* one for each statement of the schema */
};

bool database_is_read_only(const char *path)
{
    return access(path, W_OK) != 0 && errno == EROFS;
}

/* SQLite says of a disk that became read-only now this and now that. */
static bool is_read_only(const struct database *database, int result)
{
    const char *path = sqlite3_db_filename(database->handle, "main");

    return (result & 0xFF) == SQLITE_READONLY || (path != NULL && database_is_read_only(path));
}

int database_fail(struct database *database, const char *doing, struct error *error)
{
    int result = sqlite3_errcode(database->handle);
    const char *what = database->schema->what;
    const char *said = sqlite3_errmsg(database->handle);

    switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, ERROR_BUSY, "%s: %s: another program holds it (%s)", what, doing,
                         said);
    case SQLITE_NOMEM:
        return error_set(error, ERROR_MEMORY, "%s: %s: out of memory", what, doing);
    case SQLITE_FULL:
        return error_set(error, ERROR_STORAGE, "%s: %s: the disk is full", what, doing);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return error_set(error, ERROR_STORAGE, "%s: %s: the file is damaged (%s)", what, doing,
                         said);
    default:
        if (is_read_only(database, result))
            return error_set(error, ERROR_STORAGE, "%s: %s: the disk cannot be written to", what,
                             doing);
        return error_set(error, ERROR_STORAGE, "%s: %s: %s", what, doing, said);
    }
}

int database_script(struct database *database, const char *sql, struct error *error)
{
    if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return database_fail(database, "script", error);
    return 0;
}

/* The value of a pragma that gives one integer. */
static int read_pragma(struct database *database, const char *sql, int64_t *value,
                       struct error *error)
{
    sqlite3_stmt *statement;
    int result;

    if (sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL) != SQLITE_OK)
        return database_fail(database, "open", error);
    result = sqlite3_step(statement);
    *value = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return result == SQLITE_ROW ? 0 : database_fail(database, "open", error);
}

/* Notes in the file what it is now. */
static int mark_file(struct database *database, struct error *error)
{
    char mark[128];

    sqlite3_snprintf(sizeof(mark), mark, "PRAGMA application_id=%u; PRAGMA user_version=%d;",
                     database->schema->application_id, database->schema->version);
    return database_script(database, mark, error);
}

static int create_tables(struct database *database, struct error *error)
{
    int code = database_script(database, database->schema->create, error);

    return code != 0 ? code : mark_file(database, error);
}

static int upgrade_tables(struct database *database, int64_t version, struct error *error)
{
    int code = 0;

    for (; code == 0 && version < database->schema->version; version++)
        code = database_script(database, database->schema->upgrades[version - 1], error);
    return code != 0 ? code : mark_file(database, error);
}

/* Makes the tables of an empty file, or sees that the file is of the right kind and brings it up
 * to this version; in a transaction. */
static int know_file(struct database *database, struct error *error)
{
    const struct database_schema *schema = database->schema;
    int64_t application, version, tables;
    int code;

    if ((code = read_pragma(database, "PRAGMA application_id", &application, error)) != 0 ||
        (code = read_pragma(database, "PRAGMA user_version", &version, error)) != 0 ||
        (code = read_pragma(database, "SELECT count(*) FROM sqlite_schema", &tables, error)) != 0)
        return code;
    if (application == 0 && version == 0 && tables == 0)
        return create_tables(database, error);
    if (application != (int64_t)schema->application_id)
        return error_set(error, ERROR_STORAGE, "this file is not a %s of Guichet", schema->what);
    if (version > schema->version)
        return error_set(error, ERROR_STORAGE,
                         "this %s is of version %lld; this program knows up to version %d",
                         schema->what, (long long)version, schema->version);
    if (version < 1)
        return error_set(error, ERROR_STORAGE, "this %s says that it is of version %lld",
                         schema->what, (long long)version);
    return version < schema->version ? upgrade_tables(database, version, error) : 0;
}

/* 1 when the file is of this kind and version already: then opening it waits for no writer. */
static int is_current(struct database *database, struct error *error)
{
    int64_t application, version;
    int code = read_pragma(database, "PRAGMA application_id", &application, error);

    if (code == 0)
        code = read_pragma(database, "PRAGMA user_version", &version, error);
    if (code != 0)
        return code;
    return application == (int64_t)database->schema->application_id &&
           version == database->schema->version;
}

/* Before there is a table: of a file that has some the setting would count with the next VACUUM,
 * and that may be one that is not ours to change. */
static int give_back(struct database *database, struct error *error)
{
    int64_t pages;
    int code = read_pragma(database, "PRAGMA page_count", &pages, error);

    if (code == 0 && pages == 0)
        code = database_script(database, "PRAGMA auto_vacuum=INCREMENTAL", error);
    return code;
}

static int prepare_file(struct database *database, struct error *error)
{
    int code = is_current(database, error);

    if (code == 0 && database->schema->gives_back)
        code = give_back(database, error);
    /* Two programs that meet a new or an old file: one makes the tables, the other finds them. */
    if (code == 0 && (code = database_begin(database, error)) == 0)
        code = database_end(database, know_file(database, error), error);
    /* Only a file that is ours is changed, and turning WAL on is a change. A batch of sync touches
     * a few MiB of pages: they stay in memory, and what it might take back too. */
    if (code >= 0)
        code = database_script(database,
                               "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                               "PRAGMA wal_autocheckpoint=4000;"
                               "PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY;"
                               "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;",
                               error);
    return code;
}

/* SQLite makes files by the umask: an empty one made first keeps others out from the start. */
static int create_file(const char *path, struct error *error)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (descriptor >= 0)
        close(descriptor);
    else if (errno != EEXIST)
        return error_set(error, ERROR_STORAGE, "%s cannot be made: %s", path, strerror(errno));
    return 0;
}

/* Nobody asks how much memory SQLite has in use: counting takes a lock at each piece. It is too
 * late, and no harm, where the program has used SQLite before. */
static void set_library(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static struct database *database_new(const struct database_schema *schema)
{
    struct database *database =
        calloc(1, sizeof(*database) + schema->statement_count * sizeof(sqlite3_stmt *));

    if (database != NULL)
        database->schema = schema;
    return database;
}

int database_open(struct database **opened, const char *path, enum database_mode mode,
                  const struct database_schema *schema, struct error *error)
{
    struct database *database;
    int code = 0;

    (void)pthread_once(&library_set, set_library);
    *opened = NULL;
    if (mode == DATABASE_CREATE && (code = create_file(path, error)) != 0)
        return code;
    if (mode == DATABASE_OPEN && access(path, F_OK) != 0)
        return error_set(error, ERROR_NOT_FOUND, "%s is not there", path);
    database = database_new(schema);
    if (database == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    if (sqlite3_open_v2(path, &database->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        code = database_fail(database, "open", error);
    } else {
        sqlite3_busy_timeout(database->handle, BUSY_TIMEOUT_MS);
        sqlite3_extended_result_codes(database->handle, 1);
        /* A plan is made once, not anew for each value that is bound beside a partial index. */
        sqlite3_db_config(database->handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
        code = prepare_file(database, error);
        /* Last, for pragmas make statements that were prepared before them be prepared again. */
        if (code == 0 &&
            sqlite3_prepare_v3(database->handle, "ROLLBACK", -1, SQLITE_PREPARE_PERSISTENT,
                               &database->rollback, NULL) != SQLITE_OK)
            code = database_fail(database, "open", error);
    }
    if (code != 0) {
        database_close(database);
        return error != NULL ? error_prefix(error, "%s", path) : code;
    }
    *opened = database;
    return 0;
}

bool database_is_newer(const char *path, const struct database_schema *schema)
{
    struct database *database = database_new(schema);
    int64_t application = 0, version = 0;
    bool newer = false;

    if (database == NULL)
        return false;
    if (sqlite3_open_v2(path, &database->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK)
        newer = read_pragma(database, "PRAGMA application_id", &application, NULL) == 0 &&
                read_pragma(database, "PRAGMA user_version", &version, NULL) == 0 &&
                application == (int64_t)schema->application_id && version > schema->version;
    database_close(database);
    return newer;
}

void database_close(struct database *database)
{
    if (database == NULL)
        return;
    for (size_t i = 0; i < database->schema->statement_count; i++)
        sqlite3_finalize(database->prepared[i]);
    database_rows_free(database->rows);
    sqlite3_finalize(database->version);
    sqlite3_finalize(database->rollback);
    sqlite3_close(database->handle);
    free(database);
}

int database_begin(struct database *database, struct error *error)
{
    if (sqlite3_exec(database->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return database_fail(database, "begin", error);
    database->within = true;
    return 0;
}

int database_commit(struct database *database, struct error *error)
{
    int code = database_rows_write(database->rows, error);

    if (code != 0)
        return code;
    if (sqlite3_exec(database->handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return database_fail(database, "commit", error);
    database->within = false;
    return 0;
}

void database_rollback(struct database *database)
{
    database->within = false;
    database_rows_drop(database->rows);
    if (sqlite3_get_autocommit(database->handle))
        return;
    if (database->rollback == NULL) {
        sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
        return;
    }
    sqlite3_step(database->rollback);
    sqlite3_reset(database->rollback);
}

int database_end(struct database *database, int code, struct error *error)
{
    if (code == 0)
        code = database_commit(database, error);
    if (code != 0)
        database_rollback(database);
    return code;
}

void database_wait(struct database *database, bool waits)
{
    sqlite3_busy_timeout(database->handle, waits ? BUSY_TIMEOUT_MS : 0);
}

void database_relax(struct database *database, bool relaxed)
{
    sqlite3_exec(database->handle,
                 relaxed ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL", NULL, NULL,
                 NULL);
}

/* A value could not be bound, for want of memory: what would run is another statement. */
static _Thread_local bool unbound;

sqlite3_stmt *database_statement(struct database *database, size_t number, struct error *error)
{
    const struct database_statement *statement = &database->schema->statements[number];
    sqlite3_stmt **prepared = &database->prepared[number];

    if (*prepared == NULL &&
        sqlite3_prepare_v3(database->handle, statement->sql, -1, SQLITE_PREPARE_PERSISTENT,
                           prepared, NULL) != SQLITE_OK) {
        database_fail(database, statement->name, error);
        return NULL;
    }
    sqlite3_reset(*prepared);
    sqlite3_clear_bindings(*prepared);
    unbound = false;
    return *prepared;
}

/* The name under which a prepared statement stands in the table. */
static const char *statement_name(const struct database *database, const sqlite3_stmt *statement)
{
    for (size_t i = 0; i < database->schema->statement_count; i++)
        if (database->prepared[i] == statement)
            return database->schema->statements[i].name;
    return "statement";
}

int database_step(struct database *database, sqlite3_stmt *statement, struct error *error)
{
    int result;
    int code;

    if (statement == NULL)
        return error != NULL && error->code != 0 ? error->code : ERROR_STORAGE;
    if (unbound) {
        unbound = false;
        return error_set(error, ERROR_MEMORY, "%s: %s: out of memory", database->schema->what,
                         statement_name(database, statement));
    }
    /* SQLite itself may undo a transaction (no memory, no room): what follows must not run alone.
     */
    if (database->within && sqlite3_get_autocommit(database->handle))
        return error_set(error, ERROR_STORAGE, "%s: %s: the transaction was undone",
                         database->schema->what, statement_name(database, statement));
    code = database_rows_write(database->rows, error);
    if (code != 0) {
        sqlite3_reset(statement);
        return code;
    }
    result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        return 1;
    if (result != SQLITE_DONE) {
        code = database_fail(database, statement_name(database, statement), error);
        sqlite3_reset(statement);
        return code;
    }
    sqlite3_reset(statement);
    return 0;
}

int database_has_row(struct database *database, sqlite3_stmt *statement, struct error *error)
{
    int code = database_step(database, statement, error);

    if (code > 0)
        sqlite3_reset(statement);
    return code;
}

int database_run(struct database *database, sqlite3_stmt *statement, struct error *error)
{
    int code = database_has_row(database, statement, error);

    return code < 0 ? code : 0;
}

int database_changes(struct database *database)
{
    return sqlite3_changes(database->handle);
}

int64_t database_version(struct database *database)
{
    int64_t version;

    if (database->version == NULL &&
        sqlite3_prepare_v3(database->handle, "PRAGMA data_version", -1, SQLITE_PREPARE_PERSISTENT,
                           &database->version, NULL) != SQLITE_OK)
        return -1;
    version = sqlite3_step(database->version) == SQLITE_ROW
                  ? sqlite3_column_int64(database->version, 0)
                  : -1;
    sqlite3_reset(database->version);
    return version;
}

struct database_rows *database_rows_of(struct database *database)
{
    if (database->rows == NULL)
        database->rows = database_rows_new(database->schema->statement_count);
    return database->rows;
}

const char *database_statement_sql(const struct database *database, size_t number)
{
    return database->schema->statements[number].sql;
}

bool database_is_within(const struct database *database)
{
    return database->within;
}

sqlite3 *database_handle(struct database *database)
{
    return database->handle;
}

void database_bind_id(sqlite3_stmt *statement, int index, const struct id *id)
{
    if (statement != NULL && !id_is_empty(id) &&
        sqlite3_bind_text(statement, index, id->text, ID_TEXT_LENGTH, SQLITE_TRANSIENT) !=
            SQLITE_OK)
        unbound = true;
}

void database_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    if (statement != NULL &&
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC) != SQLITE_OK)
        unbound = true;
}

const char *database_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return text != NULL ? text : "";
}
