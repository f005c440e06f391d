/* All rows as one JSON document, written as it is made. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/hsds.h"
#include "app/print.h"

struct writing {
    struct hsds *hsds;
    FILE *stream;
    json_t *seen;
    struct error *error;
};

static int nested_write(const struct writing *writing, json_t *nested, bool first)
{
    char *text = nested ? json_dumps(nested, JSON_INDENT(2)) : NULL;
    json_decref(nested);
    if (!text)
        return error_set(writing->error, ERROR_MEMORY, "out of memory");
    fputs(first ? "\n" : ",\n", writing->stream);
    print_json_part(writing->stream, text);
    free(text);
    return ferror(writing->stream)
               ? error_set(writing->error, ERROR_STORAGE, "cannot be written: %s", strerror(errno))
               : 0;
}

static int services_write(const struct writing *writing)
{
    const json_t *rows = hsds_rows(writing->hsds, HSDS_SERVICE);
    size_t count = json_array_size(rows);
    int code = 0;
    fprintf(writing->stream,
            "{\n\"version\": \"3.0\",\n\"total_items\": %zu,\n\"total_pages\": 1,\n"
            "\"page_number\": 1,\n\"size\": %zu,\n\"first_page\": true,\n\"last_page\": true,\n"
            "\"empty\": %s,\n\"contents\": [",
            count, count, count == 0 ? "true" : "false");
    for (size_t i = 0; i < count && code == 0; i++)
        code = nested_write(writing,
                            hsds_nest_seen(writing->hsds, HSDS_SERVICE, json_array_get(rows, i),
                                           false, writing->seen),
                            i == 0);
    fputs("\n]", writing->stream);
    return code;
}

/* The rows of a table that were not told yet, as a list. */
static int rest_write(const struct writing *writing, const char *file)
{
    enum hsds_table table = hsds_table_of_file(file);
    const json_t *rows = hsds_rows_of_file(writing->hsds, file);
    bool first = true;
    int code = 0;
    for (size_t i = 0; i < json_array_size(rows) && code == 0; i++) {
        json_t *row = json_array_get(rows, i);
        if (table != HSDS_NO_TABLE && hsds_seen(writing->seen, row))
            continue;
        if (first)
            fprintf(writing->stream, ",\n\"%s\": [", file);
        code = nested_write(writing,
                            table == HSDS_NO_TABLE
                                ? json_incref(row)
                                : hsds_nest_seen(writing->hsds, table, row, true, writing->seen),
                            first);
        first = false;
    }
    if (!first)
        fputs("\n]", writing->stream);
    return code;
}

static int rests_write(const struct writing *writing)
{
    /* What holds others comes before them. */
    static const enum hsds_table first[] = {HSDS_ORGANIZATION, HSDS_SERVICE_AT_LOCATION,
                                            HSDS_LOCATION,     HSDS_PROGRAM,
                                            HSDS_CONTACT,      HSDS_PHONE};
    const char *file;
    json_t *rows;
    int code = 0;
    for (size_t i = 0; i < sizeof first / sizeof first[0] && code == 0; i++)
        code = rest_write(writing, hsds_shapes[first[i]].file);
    json_object_foreach((json_t *)(uintptr_t)hsds_all(writing->hsds), file, rows)
    {
        enum hsds_table table = hsds_table_of_file(file);
        bool done = table == HSDS_SERVICE;
        for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
            done = done || table == first[i];
        if (!done && table != HSDS_TAXONOMY && code == 0)
            code = rest_write(writing, file);
    }
    return code ? code : rest_write(writing, hsds_shapes[HSDS_TAXONOMY].file);
}

int hsds_document_write(struct hsds *hsds, FILE *stream, struct error *error)
{
    const struct writing writing = {hsds, stream, json_object(), error};
    int code =
        writing.seen ? services_write(&writing) : error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0)
        code = rests_write(&writing);
    fputs("\n}\n", stream);
    json_decref(writing.seen);
    return code;
}
