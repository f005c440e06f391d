#include "app/csv.h"

#include "app/csv_writer.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE 65536

const struct csv_limits csv_default_limits = {
    .field = 64 * 1024, .row = 1024 * 1024, .columns = 512};

/* The fields of one row: NUL-terminated, one after the other. */
struct row {
    char *bytes;
    size_t length;
    size_t capacity;
    size_t *starts;
    size_t count;
    size_t starts_capacity;
};

struct csv_reader {
    FILE *stream;
    char *name;
    struct csv_limits limits;
    unsigned char buffer[BUFFER_SIZE];
    size_t at;
    size_t filled;
    bool at_end;
    bool stopped; /* after a refusal */
    bool newline_last;
    size_t line;
    size_t column;
    /* of the character being read */
    unsigned continuation;         /* bytes still to come */
    unsigned char lowest, highest; /* what the next of them may be */
    struct row header;
    struct row row;
    size_t row_line;
};

/* What ended a field. */
enum field_end { END_COMMA, END_ROW, END_FILE };

/* The next byte without taking it, or EOF. */
static int byte_peek(struct csv_reader *reader)
{
    if (reader->at == reader->filled && !reader->at_end) {
        reader->filled = fread(reader->buffer, 1, BUFFER_SIZE, reader->stream);
        reader->at = 0;
        reader->at_end = reader->filled == 0;
    }
    return reader->at < reader->filled ? reader->buffer[reader->at] : EOF;
}

static int refuse_here(const struct csv_reader *reader, struct error *error, const char *what)
{
    return error_set(error, ERROR_INVALID, "%s: line %zu, column %zu: %s", reader->name,
                     reader->line, reader->column, what);
}

/* Checks one byte against the well-formed sequences of Unicode table 3-7. */
static bool byte_continues_utf8(struct csv_reader *reader, unsigned char byte)
{
    if (reader->continuation > 0) {
        if (byte < reader->lowest || byte > reader->highest)
            return false;
        reader->continuation--;
        reader->lowest = 0x80;
        reader->highest = 0xBF;
        return true;
    }
    reader->lowest = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
    reader->highest = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    if (byte < 0x80)
        reader->continuation = 0;
    else if (byte >= 0xC2 && byte <= 0xDF)
        reader->continuation = 1;
    else if (byte >= 0xE0 && byte <= 0xEF)
        reader->continuation = 2;
    else if (byte >= 0xF0 && byte <= 0xF4)
        reader->continuation = 3;
    else
        return false;
    return true;
}

/* Takes one byte, following the position: 1 with `byte`, 0 at the end of the file, or an error. */
static int byte_take(struct csv_reader *reader, unsigned char *byte, struct error *error)
{
    int next = byte_peek(reader);
    if (next == EOF) {
        if (ferror(reader->stream))
            return error_set(error, ERROR_STORAGE, "%s: cannot be read after line %zu: %s",
                             reader->name, reader->line, strerror(errno));
        if (reader->continuation > 0)
            return refuse_here(reader, error, "the file ends inside a character");
        return 0;
    }
    *byte = (unsigned char)next;
    if (reader->newline_last) {
        reader->line++;
        reader->column = 0;
    }
    if (reader->continuation == 0)
        reader->column++;
    reader->newline_last = *byte == '\n';
    reader->at++;
    if (!byte_continues_utf8(reader, *byte))
        return refuse_here(reader, error, "not UTF-8");
    if (*byte == '\0')
        return refuse_here(reader, error, "a NUL byte");
    return 1;
}

static int row_grow(struct row *row, struct error *error)
{
    size_t capacity = row->capacity ? row->capacity * 2 : 4096;
    char *bytes = realloc(row->bytes, capacity);
    if (!bytes)
        return error_set(error, ERROR_MEMORY, "out of memory");
    row->bytes = bytes;
    row->capacity = capacity;
    return 0;
}

static int row_add(struct csv_reader *reader, unsigned char byte, struct error *error)
{
    struct row *row = &reader->row;
    size_t start = row->starts[row->count - 1];
    if (byte != '\0' && row->length - start >= reader->limits.field)
        return error_set(error, ERROR_TOO_LARGE, "%s: line %zu: field %zu is over %zu bytes",
                         reader->name, reader->line, row->count, reader->limits.field);
    if (row->length >= reader->limits.row + reader->limits.columns)
        return error_set(error, ERROR_TOO_LARGE, "%s: line %zu: the row is over %zu bytes",
                         reader->name, reader->row_line, reader->limits.row);
    if (row->length == row->capacity) {
        int code = row_grow(row, error);
        if (code)
            return code;
    }
    row->bytes[row->length++] = (char)byte;
    return 0;
}

static int row_begin_field(struct csv_reader *reader, struct error *error)
{
    struct row *row = &reader->row;
    if (row->count >= reader->limits.columns)
        return error_set(error, ERROR_TOO_LARGE, "%s: line %zu: over %zu fields", reader->name,
                         reader->row_line, reader->limits.columns);
    if (row->count == row->starts_capacity) {
        size_t capacity = row->starts_capacity ? row->starts_capacity * 2 : 64;
        size_t *starts = realloc(row->starts, capacity * sizeof *starts);
        if (!starts)
            return error_set(error, ERROR_MEMORY, "out of memory");
        row->starts = starts;
        row->starts_capacity = capacity;
    }
    row->starts[row->count++] = row->length;
    return 0;
}

/* Takes the line feed that must follow a carriage return. */
static int line_feed_take(struct csv_reader *reader, struct error *error)
{
    unsigned char byte;
    if (byte_peek(reader) != '\n')
        return refuse_here(reader, error, "a carriage return without a line feed");
    int code = byte_take(reader, &byte, error);
    return code < 0 ? code : 0;
}

/* Reads the quoted part of a field; the opening quote is taken already. */
static int quoted_read(struct csv_reader *reader, struct error *error)
{
    size_t line = reader->line;
    size_t column = reader->column;
    for (;;) {
        unsigned char byte;
        int code = byte_take(reader, &byte, error);
        if (code < 0)
            return code;
        if (code == 0)
            return error_set(error, ERROR_INVALID,
                             "%s: the file ends inside the quotes opened at line %zu, column %zu",
                             reader->name, line, column);
        if (byte == '"') {
            if (byte_peek(reader) != '"')
                return 0;
            code = byte_take(reader, &byte, error);
            if (code < 0)
                return code;
        }
        code = row_add(reader, byte, error);
        if (code)
            return code;
    }
}

/* Reads one field into the row and says what ended it. */
static int field_read(struct csv_reader *reader, enum field_end *end, struct error *error)
{
    int code = row_begin_field(reader, error);
    bool quoted = false;
    for (size_t position = 0; code == 0; position++) {
        unsigned char byte;
        code = byte_take(reader, &byte, error);
        if (code < 0)
            return code;
        if (code == 0 || byte == ',' || byte == '\n') {
            *end = code == 0 ? END_FILE : byte == ',' ? END_COMMA : END_ROW;
            return row_add(reader, '\0', error);
        }
        if (byte == '\r') {
            code = line_feed_take(reader, error);
            *end = END_ROW;
            return code ? code : row_add(reader, '\0', error);
        }
        if (quoted)
            return refuse_here(reader, error, "text after a closing quote");
        if (byte == '"' && position > 0)
            return refuse_here(reader, error, "a quote inside an unquoted field");
        quoted = byte == '"';
        code = quoted ? quoted_read(reader, error) : row_add(reader, byte, error);
    }
    return code;
}

/* Reads a whole row: 1, 0 at the end of the file, or an error. */
static int row_read(struct csv_reader *reader, struct error *error)
{
    if (byte_peek(reader) == EOF && !ferror(reader->stream))
        return 0;
    reader->row.length = 0;
    reader->row.count = 0;
    reader->row_line = reader->line + (reader->newline_last ? 1 : 0);
    enum field_end end = END_COMMA;
    while (end == END_COMMA) {
        int code = field_read(reader, &end, error);
        if (code)
            return code;
    }
    return 1;
}

static const char *row_field(const struct row *row, size_t column)
{
    return column < row->count ? row->bytes + row->starts[column] : "";
}

static int header_check(const struct csv_reader *reader, struct error *error)
{
    for (size_t i = 0; i < reader->header.count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(row_field(&reader->header, i), row_field(&reader->header, j)) == 0)
                return error_set(error, ERROR_INVALID, "%s: columns %zu and %zu are both \"%s\"",
                                 reader->name, j + 1, i + 1, row_field(&reader->header, i));
    return 0;
}

static int header_read(struct csv_reader *reader, struct error *error)
{
    static const unsigned char mark[] = {0xEF, 0xBB, 0xBF};
    if (byte_peek(reader) == mark[0] && reader->filled >= sizeof mark &&
        memcmp(reader->buffer, mark, sizeof mark) == 0)
        reader->at = sizeof mark;
    int code = row_read(reader, error);
    if (code == 0)
        return error_set(error, ERROR_INVALID, "%s: the file is empty", reader->name);
    if (code < 0)
        return code;
    reader->header = reader->row;
    memset(&reader->row, 0, sizeof reader->row);
    return header_check(reader, error);
}

int csv_open_stream(struct csv_reader **reader, FILE *stream, const char *name,
                    const struct csv_limits *limits, struct error *error)
{
    *reader = NULL;
    struct csv_reader *opened = calloc(1, sizeof *opened);
    if (opened)
        opened->name = strdup(name);
    if (!opened || !opened->name) {
        free(opened);
        fclose(stream);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    opened->stream = stream;
    opened->limits = limits ? *limits : csv_default_limits;
    opened->line = 1;
    int code = header_read(opened, error);
    if (code) {
        csv_close(opened);
        return code;
    }
    *reader = opened;
    return 0;
}

int csv_open(struct csv_reader **reader, const char *path, const struct csv_limits *limits,
             struct error *error)
{
    *reader = NULL;
    FILE *stream = fopen(path, "rbe");
    if (!stream)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE,
                         "%s: cannot be opened: %s", path, strerror(errno));
    const char *slash = strrchr(path, '/');
    return csv_open_stream(reader, stream, slash ? slash + 1 : path, limits, error);
}

void csv_close(struct csv_reader *reader)
{
    if (!reader)
        return;
    fclose(reader->stream);
    free(reader->name);
    free(reader->header.bytes);
    free(reader->header.starts);
    free(reader->row.bytes);
    free(reader->row.starts);
    free(reader);
}

/* Without the apostrophe that keeps a spreadsheet from taking it for a formula. */
static const char *bare(const char *text)
{
    return csv_field_is_guarded(text) ? text + 1 : text;
}

int csv_column(const struct csv_reader *reader, const char *name, size_t *column,
               struct error *error)
{
    for (size_t i = 0; i < reader->header.count; i++) {
        if (strcmp(bare(row_field(&reader->header, i)), name) == 0) {
            *column = i;
            return 0;
        }
    }
    return error_set(error, ERROR_INVALID, "%s: the column \"%s\" is missing", reader->name, name);
}

size_t csv_column_count(const struct csv_reader *reader)
{
    return reader->header.count;
}

const char *csv_column_name(const struct csv_reader *reader, size_t column)
{
    return bare(row_field(&reader->header, column));
}

int csv_next(struct csv_reader *reader, struct error *error)
{
    if (reader->stopped)
        return 0;
    int code = row_read(reader, error);
    if (code == 1 && reader->row.count != reader->header.count)
        code =
            error_set(error, ERROR_INVALID, "%s: line %zu: %zu fields where the header names %zu",
                      reader->name, reader->row_line, reader->row.count, reader->header.count);
    reader->stopped = code != 1;
    return code;
}

const char *csv_field(const struct csv_reader *reader, size_t column)
{
    return bare(row_field(&reader->row, column));
}

size_t csv_line(const struct csv_reader *reader)
{
    return reader->row_line;
}

bool csv_ended_with_newline(const struct csv_reader *reader)
{
    return reader->at_end && reader->newline_last;
}

const char *csv_name(const struct csv_reader *reader)
{
    return reader->name;
}
