/*
 * Fuzzes HSDS as it comes from outside: any JSON document. What is checked beyond not crashing: no
 * row is lost on the way into records and out again, and every row can be told nested and flat.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hsds_record.h"
#include "app/import_body.h"
#include "app/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int remark(const struct hsds_listener *listener, bool refused, const char *rule,
                  const char *place, const char *id, const char *reason, struct error *error)
{
    (void)listener;
    (void)refused;
    (void)error;
    if (!rule || !place || !id || !reason)
        abort();
    return 0;
}

/* Gives a record's rows to another set. */
static int body(void *context, enum record_type type, json_t *made, const char *file,
                struct error *error)
{
    struct error why = ERROR_INIT;
    struct id id = id_from_key(record_type_name(type), json_text_or(made, "key", ""));
    struct record *record = record_new(type, &id);
    (void)file;
    if (!record)
        abort();
    import_body_check(type, made, NULL, NULL, &why);
    json_decref(record->body);
    record->body = json_incref(made);
    int code = hsds_record_add(context, record, "en", error);
    record_free(record);
    return code;
}

static void rows_told(struct hsds *hsds)
{
    const char *file;
    json_t *rows;
    json_object_foreach((json_t *)(uintptr_t)hsds_all(hsds), file, rows)
    {
        enum hsds_table table = hsds_table_of_file(file);
        for (size_t i = 0; i < json_array_size(rows) && i < 20; i++) {
            const json_t *row = json_array_get(rows, i);
            json_decref(hsds_flat(row));
            if (table == HSDS_NO_TABLE)
                continue;
            json_t *nested = hsds_nest(hsds, table, row, HSDS_SERVICES);
            if (!nested)
                abort();
            json_decref(nested);
        }
    }
}

/* Each table has as many rows as it had. */
static void rows_compare(const struct hsds *before, const struct hsds *after)
{
    const char *file;
    json_t *rows;
    json_object_foreach((json_t *)(uintptr_t)hsds_all(before), file, rows)
    {
        if (json_array_size(hsds_rows_of_file(after, file)) != json_array_size(rows))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hsds_listener listener = {.remark = remark, .file = "fuzz.json"};
    struct error error = ERROR_INIT;
    json_t *document = NULL;
    if (json_read(&document, (const char *)data, size, size + 1, "fuzz", &error) != 0)
        return 0;
    struct hsds *hsds = hsds_new();
    struct hsds *again = hsds_new();
    if (!hsds || !again)
        abort();
    if (hsds_flatten(hsds, document, &listener, &error) == 0) {
        const struct hsds_reading reading = {
            .hsds = hsds, .source = "fuzz", .language = "fr", .body = body, .context = again};
        if (hsds_records_make(&reading, &error) != 0)
            abort();
        rows_compare(hsds, again);
        rows_told(hsds);
        if (!hsds_links_settle(again))
            abort();
        rows_told(again);
        FILE *nowhere = fopen("/dev/null", "w");
        hsds_document_write(again, nowhere, &error);
        fclose(nowhere);
    }
    json_decref(document);
    hsds_free(hsds);
    hsds_free(again);
    return 0;
}
