#include "app/import_rows.h"

#include <string.h>

#include "app/import_body.h"
#include "app/import_fields.h"
#include "app/json.h"

/* Tells of the fields that hold what must never reach a terminal. */
static int controls_remark(const struct import_rows *rows, const struct csv_reader *csv,
                           const struct import_sink *sink, struct error *error)
{
    int code = 0;
    for (size_t i = 0; i < rows->count && code == 0; i++)
        if (!import_text_is_safe(csv_field(csv, rows->columns[i])))
            code = import_remark_add(
                sink, IMPORT_REPAIRED, csv_name(csv), csv_line(csv), "control-characters",
                csv_field(csv, rows->columns[rows->subject]), error,
                "column \"%s\": control or invisible characters dropped", rows->names[i]);
    return code;
}

int import_rows_read(const struct import_rows *rows, struct csv_reader *csv,
                     const struct import_sink *sink, struct error *error)
{
    for (size_t i = 0; i < rows->count; i++) {
        int code = csv_column(csv, rows->names[i], &rows->columns[i], error);
        if (code)
            return code;
    }
    int code;
    while ((code = csv_next(csv, error)) == 1) {
        sink->rows(sink->context, 1);
        code = controls_remark(rows, csv, sink, error);
        if (code == 0)
            code = rows->row(rows->context);
        if (code)
            return code;
    }
    if (code == 0 && !csv_ended_with_newline(csv))
        return error_set(error, ERROR_INVALID,
                         "%s: the last row has no line end: the file is cut off", csv_name(csv));
    return code;
}

/* Takes note that a body was refused: what the target has of it stays. */
static int refuse(const struct import_sink *sink, enum record_type type, const json_t *body,
                  const struct import_origin *origin, const char *rule, const char *reason,
                  struct error *error)
{
    const char *key = json_text_or(body, "key", "");
    int code = sink->keep(sink->context, type, key, error);
    return code ? code
                : import_remark_add(sink, IMPORT_REFUSED, origin->file, origin->line, rule, key,
                                    error, "%s", reason);
}

int import_deliver(const struct import_sink *sink, enum record_type type, json_t *body,
                   const struct import_origin *origin, struct error *error)
{
    struct error reason = ERROR_INIT;
    const char *key = json_text_or(body, "key", "");
    if (strlen(key) >= RECORD_KEY_SIZE)
        error_set(&reason, ERROR_INVALID, "key: longer than %d bytes", RECORD_KEY_SIZE - 1);
    else
        import_body_check(type, body, NULL, NULL, &reason);
    if (reason.code)
        return refuse(sink, type, body, origin, "body", reason.message, error);
    size_t size = json_dumpb(body, NULL, 0, JSON_COMPACT);
    if (size > RECORD_BODY_LIMIT) {
        error_set(&reason, ERROR_TOO_LARGE, "%zu bytes in all, and a record has at most %d", size,
                  RECORD_BODY_LIMIT);
        return refuse(sink, type, body, origin, "too-large", reason.message, error);
    }
    struct id id = id_from_key(record_type_name(type), key);
    struct record *record = record_new(type, &id);
    if (!record)
        return error_set(error, ERROR_MEMORY, "out of memory");
    json_decref(record->body);
    record->body = json_incref(body);
    return sink->record(sink->context, record, origin, error);
}
