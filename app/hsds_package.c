/* The tabular data package: a folder of CSV files and datapackage.json. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/csv.h"
#include "app/csv_writer.h"
#include "app/hsds.h"
#include "app/json.h"
#include "app/text.h"

#define PATH_SIZE  4096
#define NAME_ROOM  100 /* for the longest name of a table in a folder */
#define FILES_MOST 200

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

bool hsds_file_is_name(const char *file)
{
    size_t length = strlen(file);
    return length > 0 && length <= 60 &&
           strspn(file, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               length;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* One row as an object: an empty field is no member. */
static json_t *row_make(const struct csv_reader *csv)
{
    json_t *row = json_object();
    for (size_t i = 0; row && i < csv_column_count(csv); i++) {
        const char *text = csv_field(csv, i);
        char *name = text[0] != '\0' ? hsds_name_keep(csv_column_name(csv, i)) : NULL;
        bool set =
            text[0] == '\0' || (name && json_object_set_new(row, name, json_string(text)) == 0);
        free(name);
        if (!set) {
            json_decref(row);
            return NULL;
        }
    }
    return row;
}

/* Another row of this id with other members than links. */
static bool says_otherwise(const struct hsds *hsds, enum hsds_table table, const json_t *row)
{
    const json_t *first = hsds_find(hsds, table, json_text_or(row, "id", ""));
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        const struct hsds_field *field = hsds_field_find(table, name);
        const json_t *other = first ? json_object_get(first, name) : value;
        if (!(field && (field->flags & HSDS_TABULAR)) && (!other || !json_equal(other, value)))
            return true;
    }
    return false;
}

static int row_take(struct hsds *hsds, const char *file, json_t *row,
                    const struct hsds_listener *listener, struct error *error)
{
    enum hsds_table table = hsds_table_of_file(file);
    int code = hsds_row_check(row, "", listener, error);
    if (code != 1)
        return code;
    if (table != HSDS_NO_TABLE && says_otherwise(hsds, table, row))
        return listener->remark(listener, true, "said-twice", "", json_text_or(row, "id", ""),
                                "id: a row before says otherwise of it", error);
    char line[24];
    snprintf(line, sizeof line, "%zu", listener->line);
    return hsds_row_add(hsds, file, json_incref(row)) &&
                   hsds_place_set(hsds, table, json_text_or(row, "id", ""), line)
               ? 0
               : out_of_memory(error);
}

static int table_read(struct hsds *hsds, const char *folder, const char *name,
                      struct hsds_listener *listener, struct error *error)
{
    char path[PATH_SIZE];
    char file[64] = "";
    struct csv_reader *csv = NULL;
    size_t id;
    memcpy(file, name, strlen(name) - 4);
    /* The standard's file is named in the singular, unlike its member in JSON. */
    if (strcmp(file, "service_at_locations") == 0)
        strcpy(file, hsds_shapes[HSDS_SERVICE_AT_LOCATION].file);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
        return error_set(error, ERROR_INVALID, "the path is too long");
    int code = csv_open(&csv, path, NULL, error);
    listener->file = name;
    listener->line = 0;
    if (code == 0 && csv_column(csv, "id", &id, error) != 0) {
        csv_close(csv);
        return hsds_table_of_file(file) != HSDS_NO_TABLE
                   ? ERROR_INVALID
                   : listener->remark(listener, true, "no-id", "", "",
                                      "a table of its own without a column \"id\": left out",
                                      error);
    }
    while (code == 0 && (code = csv_next(csv, error)) == 1) {
        listener->line = csv_line(csv);
        json_t *row = row_make(csv);
        code = row ? row_take(hsds, file, row, listener, error) : out_of_memory(error);
        json_decref(row);
    }
    if (code == 0 && !csv_ended_with_newline(csv))
        code = error_set(error, ERROR_INVALID,
                         "%s: the last row has no line end: the file is cut off", name);
    csv_close(csv);
    return code;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool is_table(const char *name)
{
    char file[64];
    size_t length = strlen(name);
    if (length < 5 || length >= sizeof file || strcmp(name + length - 4, ".csv") != 0)
        return false;
    snprintf(file, sizeof file, "%.*s", (int)(length - 4), name);
    return hsds_file_is_name(file);
}

/* The names of the tables of a folder, in order. */
static int names_list(const char *folder, char **names, size_t *count, struct error *error)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    int code = 0;
    *count = 0;
    if (!directory)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE,
                         "%s: cannot be opened: %s", folder, strerror(errno));
    while (code == 0 && (entry = readdir(directory))) {
        if (!is_table(entry->d_name))
            continue;
        if (*count == FILES_MOST)
            code = error_set(error, ERROR_TOO_LARGE, "%s: over %d tables", folder, FILES_MOST);
        else if (!(names[*count] = strdup(entry->d_name)))
            code = out_of_memory(error);
        else
            ++*count;
    }
    closedir(directory);
    qsort(names, *count, sizeof *names, by_name);
    if (code == 0 && *count == 0)
        code = error_set(error, ERROR_INVALID, "%s: no table (*.csv) in it", folder);
    return code;
}

int hsds_package_read(struct hsds *hsds, const char *folder, struct hsds_listener *listener,
                      struct error *error)
{
    char *names[FILES_MOST];
    size_t count;
    int code = names_list(folder, names, &count, error);
    for (size_t i = 0; i < count; i++) {
        if (code == 0)
            code = table_read(hsds, folder, names[i], listener, error);
        free(names[i]);
    }
    if (code == 0 && !hsds_links_resolve(hsds))
        code = out_of_memory(error);
    return code;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The columns of a table: those of the standard in its order, then others as they come. */
static json_t *columns_list(enum hsds_table table, const json_t *flats)
{
    json_t *columns = json_array();
    json_t *seen = json_object();
    size_t index;
    json_t *flat;
    const char *name;
    json_t *value;
    for (const struct hsds_field *field = table == HSDS_NO_TABLE ? NULL : hsds_shapes[table].fields;
         field && field->name; field++) {
        json_array_append_new(columns, json_string(field->name));
        json_object_set_new(seen, field->name, json_true());
    }
    json_array_foreach((json_t *)(uintptr_t)flats, index, flat)
    {
        json_object_foreach(flat, name, value)
        {
            if (json_object_get(seen, name))
                continue;
            json_array_append_new(columns, json_string(name));
            json_object_set_new(seen, name, json_true());
        }
    }
    json_decref(seen);
    return columns;
}

/* A number with the fewest digits that read back as the same. */
static char *number_text(const json_t *value)
{
    char text[48];
    if (json_is_integer(value)) {
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return strdup(text);
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, json_real_value(value));
        if (strtod(text, NULL) == json_real_value(value))
            break;
    }
    return strdup(text);
}

/* A value as a field of a table: owned (free()). */
static char *value_text(const json_t *value)
{
    if (!value || json_is_null(value))
        return strdup("");
    if (json_is_string(value))
        return strdup(json_string_value(value));
    if (json_is_number(value))
        return number_text(value);
    return json_write(value);
}

static bool row_write(FILE *stream, const json_t *columns, const json_t *flat)
{
    size_t count = json_array_size(columns);
    char **fields = calloc(count + 1, sizeof *fields);
    bool good = fields != NULL;
    for (size_t i = 0; good && i < count; i++) {
        const char *name = json_string_value(json_array_get(columns, i));
        fields[i] = value_text(json_object_get(flat, name));
        good = fields[i] != NULL;
    }
    if (good)
        csv_write_row(stream, (const char *const *)fields, count);
    for (size_t i = 0; fields && i < count; i++)
        free(fields[i]);
    free(fields);
    return good;
}

static bool header_write(FILE *stream, const json_t *columns)
{
    size_t count = json_array_size(columns);
    const char **names = calloc(count + 1, sizeof *names);
    for (size_t i = 0; names && i < count; i++)
        names[i] = json_string_value(json_array_get(columns, i));
    if (names)
        csv_write_row(stream, names, count);
    free(names);
    return names != NULL;
}

static json_t *rows_flat(const json_t *rows)
{
    json_t *flats = json_array();
    for (size_t i = 0; flats && i < json_array_size(rows); i++)
        if (json_array_append_new(flats, hsds_flat(json_array_get(rows, i))) != 0) {
            json_decref(flats);
            return NULL;
        }
    return flats;
}

/* Closes what was written; `path` names it in the message. */
static int stream_close(FILE *stream, const char *path, struct error *error)
{
    int failed = fflush(stream) != 0 || ferror(stream) || fsync(fileno(stream)) != 0;
    int cause = errno;
    failed |= fclose(stream) != 0;
    return failed
               ? error_set(error, ERROR_STORAGE, "%s: cannot be written: %s", path, strerror(cause))
               : 0;
}

/* Writes one table and leaves its columns in `*columns`, new. */
static int table_write(const char *folder, const char *file, const json_t *rows, json_t **columns,
                       struct error *error)
{
    char path[PATH_SIZE + NAME_ROOM];
    snprintf(path, sizeof path, "%s/%.60s.csv", folder, file);
    json_t *flats = rows_flat(rows);
    *columns = columns_list(hsds_table_of_file(file), flats);
    FILE *stream = flats && *columns ? fopen(path, "wbe") : NULL;
    int code = 0;
    if (!flats || !*columns)
        code = out_of_memory(error);
    else if (!stream)
        code = error_set(error, ERROR_STORAGE, "%s: cannot be made: %s", path, strerror(errno));
    if (code == 0) {
        bool good = header_write(stream, *columns);
        for (size_t i = 0; good && i < json_array_size(flats); i++)
            good = row_write(stream, *columns, json_array_get(flats, i));
        code = stream_close(stream, path, error);
        if (code == 0 && !good)
            code = out_of_memory(error);
    }
    json_decref(flats);
    return code;
}

/* What datapackage.json says of one table. */
static json_t *resource_make(const char *file, const json_t *columns)
{
    enum hsds_table table = hsds_table_of_file(file);
    json_t *fields = json_array();
    size_t index;
    json_t *column;
    char path[80];
    snprintf(path, sizeof path, "%s.csv", file);
    json_array_foreach((json_t *)(uintptr_t)columns, index, column)
    {
        const char *name = json_string_value(column);
        const struct hsds_field *field =
            table == HSDS_NO_TABLE ? NULL : hsds_field_find(table, name);
        unsigned flags = field ? field->flags : 0;
        json_array_append_new(fields,
                              json_pack("{s:s, s:s, s:{s:b}}", "name", name, "type",
                                        flags & HSDS_NUMBER ? "number" : "string", "constraints",
                                        "required", (flags & (HSDS_REQUIRED | HSDS_NEEDED)) != 0));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:{s:o, s:s}}", "name",
                     table == HSDS_NO_TABLE ? file : hsds_shapes[table].name, "path", path,
                     "format", "csv", "mediatype", "text/csv", "encoding", "utf-8", "profile",
                     "tabular-data-resource", "schema", "fields", fields, "primaryKey", "id");
}

static int description_write(const char *folder, json_t *resources, struct error *error)
{
    char path[PATH_SIZE + NAME_ROOM];
    snprintf(path, sizeof path, "%s/datapackage.json", folder);
    json_t *package = json_pack("{s:s, s:s, s:s, s:s, s:s, s:O}", "name", "human_services_data",
                                "title", "Human Services Data", "version", "3.0", "homepage",
                                "https://docs.openreferral.org", "profile", "tabular-data-package",
                                "resources", resources);
    FILE *stream = package ? fopen(path, "wbe") : NULL;
    int code = 0;
    if (!package)
        code = out_of_memory(error);
    else if (!stream)
        code = error_set(error, ERROR_STORAGE, "%s: cannot be made: %s", path, strerror(errno));
    if (code == 0) {
        bool good = json_dumpf(package, stream, JSON_INDENT(2)) == 0 && fputc('\n', stream) != EOF;
        code = stream_close(stream, path, error);
        if (code == 0 && !good)
            code = out_of_memory(error);
    }
    json_decref(package);
    return code;
}

static int tables_write(const struct hsds *hsds, const char *folder, struct error *error)
{
    json_t *resources = json_array();
    const char *file;
    json_t *rows;
    int code = resources ? 0 : out_of_memory(error);
    json_object_foreach((json_t *)(uintptr_t)hsds_all(hsds), file, rows)
    {
        json_t *columns = NULL;
        if (code == 0)
            code = table_write(folder, file, rows, &columns, error);
        if (code == 0 && json_array_append_new(resources, resource_make(file, columns)) != 0)
            code = out_of_memory(error);
        json_decref(columns);
    }
    if (code == 0)
        code = description_write(folder, resources, error);
    json_decref(resources);
    return code;
}

/* Removes what a failed writing left. */
static void folder_remove(const struct hsds *hsds, const char *folder)
{
    char path[PATH_SIZE + NAME_ROOM];
    const char *file;
    json_t *rows;
    json_object_foreach((json_t *)(uintptr_t)hsds_all(hsds), file, rows)
    {
        snprintf(path, sizeof path, "%s/%.60s.csv", folder, file);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/datapackage.json", folder);
    unlink(path);
    rmdir(folder);
}

int hsds_package_write(const struct hsds *hsds, const char *folder, struct error *error)
{
    char fresh[PATH_SIZE];
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (length == 0 || length + NAME_ROOM > sizeof fresh)
        return error_set(error, ERROR_INVALID, "the path is empty or too long");
    snprintf(fresh, sizeof fresh, "%.*s.new", (int)length, folder);
    if (mkdir(fresh, 0777) != 0)
        return error_set(error, ERROR_STORAGE, "%s: cannot be made: %s", fresh, strerror(errno));
    int code = tables_write(hsds, fresh, error);
    if (code == 0 && rename(fresh, folder) != 0)
        code = error_set(
            error, errno == ENOTEMPTY || errno == EEXIST ? ERROR_CONFLICT : ERROR_STORAGE, "%s: %s",
            folder,
            errno == ENOTEMPTY || errno == EEXIST ? "the folder is not empty" : strerror(errno));
    if (code)
        folder_remove(hsds, fresh);
    return code;
}
