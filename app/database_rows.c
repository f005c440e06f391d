#include "app/database_rows.h"

#include <stdlib.h>
#include <string.h>

#include "app/text.h"

/* As many are written by one statement: more of them gain little. */
#define ROWS_MOST 16
/* Longer ones together do not wait for more. */
#define BYTES_MOST (256 * 1024)

enum value_kind { VALUE_NULL, VALUE_INTEGER, VALUE_TEXT, VALUE_BLOB };

/* Text and bytes stand in the buffer of their statement. */
struct value {
    enum value_kind kind;
    int64_t integer;
    size_t begin;
    size_t length;
};

/* What waits for one statement, and the row that is begun behind it. */
struct database_row {
    struct database *database;
    struct database_rows *rows;
    size_t number;
    int columns;
    sqlite3_stmt *many;
    size_t count;
    struct value *values; /* of each row in turn; owned */
    struct text_buffer bytes;
};

struct database_rows {
    size_t statement_count;
    size_t waiting;
    bool writes;
    bool lost; /* some could not be written: the transaction is to be undone */
    struct database_row *by_statement[]; /* owned; NULL for most */
};

struct database_rows *database_rows_new(size_t statement_count)
{
    struct database_rows *rows =
        calloc(1, sizeof(*rows) + statement_count * sizeof(struct database_row *));

    if (rows != NULL)
        rows->statement_count = statement_count;
    return rows;
}

static void row_free(struct database_row *row)
{
    if (row == NULL)
        return;
    sqlite3_finalize(row->many);
    text_buffer_free(&row->bytes);
    free(row->values);
    free(row);
}

void database_rows_free(struct database_rows *rows)
{
    for (size_t i = 0; rows != NULL && i < rows->statement_count; i++)
        row_free(rows->by_statement[i]);
    free(rows);
}

/* --- statements ------------------------------------------------------------------------------- */

/* The statement with its values as often as there are rows, and numbered by their places. */
static char *many_sql(const char *sql, int columns)
{
    static const char values[] = "VALUES (";
    const char *at = strstr(sql, values);
    const char *end = at != NULL ? strchr(at, ')') : NULL;
    struct text_buffer many = {0};

    if (end == NULL)
        return NULL;
    text_buffer_add(&many, sql, (size_t)(at - sql) + sizeof("VALUES ") - 1);
    for (int row = 0; row < ROWS_MOST; row++) {
        text_buffer_add_text(&many, row == 0 ? "(" : ", (");
        for (int column = 0; column < columns; column++)
            text_buffer_add_text(&many, column == 0 ? "?" : ", ?");
        text_buffer_add_text(&many, ")");
    }
    text_buffer_add_text(&many, end + 1);
    return text_buffer_take(&many);
}

static int prepare_many(struct database_row *row, struct error *error)
{
    char *sql = many_sql(database_statement_sql(row->database, row->number), row->columns);
    int result = SQLITE_NOMEM;

    if (sql != NULL)
        result = sqlite3_prepare_v3(database_handle(row->database), sql, -1,
                                    SQLITE_PREPARE_PERSISTENT, &row->many, NULL);
    free(sql);
    if (sql == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a statement");
    return result == SQLITE_OK ? 0 : database_fail(row->database, "rows", error);
}

static struct database_row *row_new(struct database *database, struct database_rows *rows,
                                    size_t number, struct error *error)
{
    struct database_row *row = calloc(1, sizeof(*row));
    sqlite3_stmt *one = database_statement(database, number, error);

    if (row == NULL || one == NULL) {
        free(row);
        if (one != NULL)
            error_set(error, ERROR_MEMORY, "no memory for rows");
        return NULL;
    }
    row->database = database;
    row->rows = rows;
    row->number = number;
    row->columns = sqlite3_bind_parameter_count(one);
    row->values = calloc(ROWS_MOST * (size_t)row->columns, sizeof(*row->values));
    if (row->values == NULL) {
        row_free(row);
        error_set(error, ERROR_MEMORY, "no memory for rows");
        return NULL;
    }
    return row;
}

/* --- a row ------------------------------------------------------------------------------------ */

struct database_row *database_row(struct database *database, size_t number, struct error *error)
{
    struct database_rows *rows = database_rows_of(database);
    struct database_row **row;

    if (rows == NULL) {
        error_set(error, ERROR_MEMORY, "no memory for rows");
        return NULL;
    }
    row = &rows->by_statement[number];
    if (*row == NULL)
        *row = row_new(database, rows, number, error);
    if (*row != NULL)
        memset((*row)->values + (*row)->count * (size_t)(*row)->columns, 0,
               (size_t)(*row)->columns * sizeof(struct value));
    return *row;
}

static struct value *value_at(struct database_row *row, int index)
{
    return row->values + row->count * (size_t)row->columns + (size_t)index - 1;
}

static void put(struct database_row *row, int index, enum value_kind kind, const void *bytes,
                size_t length)
{
    *value_at(row, index) =
        (struct value){.kind = kind, .begin = row->bytes.length, .length = length};
    text_buffer_add(&row->bytes, bytes, length);
}

void database_row_text(struct database_row *row, int index, const char *text)
{
    put(row, index, VALUE_TEXT, text, strlen(text));
}

void database_row_id(struct database_row *row, int index, const struct id *id)
{
    if (!id_is_empty(id))
        put(row, index, VALUE_TEXT, id->text, ID_TEXT_LENGTH);
}

void database_row_integer(struct database_row *row, int index, int64_t integer)
{
    *value_at(row, index) = (struct value){.kind = VALUE_INTEGER, .integer = integer};
}

void database_row_blob(struct database_row *row, int index, const void *bytes, size_t length)
{
    put(row, index, VALUE_BLOB, bytes, length);
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool bind(sqlite3_stmt *statement, int index, const struct value *value, const char *bytes)
{
    switch (value->kind) {
    case VALUE_INTEGER:
        return sqlite3_bind_int64(statement, index, value->integer) == SQLITE_OK;
    case VALUE_TEXT:
        return sqlite3_bind_text64(statement, index, bytes + value->begin, value->length,
                                   SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK;
    case VALUE_BLOB:
        return sqlite3_bind_blob64(statement, index, bytes + value->begin, value->length,
                                   SQLITE_STATIC) == SQLITE_OK;
    default:
        return sqlite3_bind_null(statement, index) == SQLITE_OK;
    }
}

/* Writes so many values from one on. */
static int run(const struct database_row *row, sqlite3_stmt *statement, size_t first, size_t count,
               struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!bind(statement, (int)i + 1, &row->values[first + i], row->bytes.bytes))
            return database_fail(row->database, "rows", error);
    return database_run(row->database, statement, error);
}

static int write_each(struct database_row *row, struct error *error)
{
    size_t columns = (size_t)row->columns;
    int code = 0;

    for (size_t i = 0; i < row->count && code == 0; i++) {
        sqlite3_stmt *statement = database_statement(row->database, row->number, error);

        code = statement != NULL ? run(row, statement, i * columns, columns, error) : ERROR_STORAGE;
    }
    return code;
}

static int write_waiting(struct database_row *row, struct error *error)
{
    int code = 0;

    if (row->count == 0)
        return 0;
    if (row->bytes.failed)
        return error_set(error, ERROR_MEMORY, "no memory for rows");
    if (row->count == ROWS_MOST && row->many == NULL)
        code = prepare_many(row, error);
    if (code == 0)
        code = row->count == ROWS_MOST
                   ? run(row, row->many, 0, ROWS_MOST * (size_t)row->columns, error)
                   : write_each(row, error);
    return code;
}

static void forget(struct database_row *row)
{
    row->rows->waiting -= row->count;
    row->count = 0;
    if (row->bytes.failed || row->bytes.capacity > BYTES_MOST)
        text_buffer_free(&row->bytes);
    else
        text_buffer_clear(&row->bytes);
}

static int write_row(struct database_row *row, struct error *error)
{
    struct database_rows *rows = row->rows;
    int code;

    rows->writes = true;
    code = write_waiting(row, error);
    rows->writes = false;
    rows->lost |= code != 0 && database_is_within(row->database);
    forget(row);
    return code;
}

int database_row_add(struct database_row *row, struct error *error)
{
    row->count++;
    row->rows->waiting++;
    return row->count == ROWS_MOST || row->bytes.failed || row->bytes.length > BYTES_MOST ||
                   !database_is_within(row->database)
               ? write_row(row, error)
               : 0;
}

int database_rows_write(struct database_rows *rows, struct error *error)
{
    int code = 0;

    if (rows == NULL || rows->writes)
        return 0;
    if (rows->lost)
        return error_set(error, ERROR_STORAGE, "rows that were inserted could not be written");
    for (size_t i = 0; i < rows->statement_count && rows->waiting > 0 && code == 0; i++)
        if (rows->by_statement[i] != NULL && rows->by_statement[i]->count > 0)
            code = write_row(rows->by_statement[i], error);
    return code;
}

void database_rows_drop(struct database_rows *rows)
{
    if (rows == NULL)
        return;
    for (size_t i = 0; i < rows->statement_count; i++)
        if (rows->by_statement[i] != NULL)
            forget(rows->by_statement[i]);
    rows->lost = false;
}
