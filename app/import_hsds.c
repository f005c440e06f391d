#include "app/import_hsds.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/hsds_record.h"
#include "app/import_csv.h"
#include "app/import_file.h"
#include "app/import_gc_service_inventory.h"
#include "app/import_rows.h"
#include "app/import_sample.h"
#include "app/json.h"

#define DOCUMENT_LIMIT (256 * 1024 * 1024)
#define NAME_LIMIT     40
#define DESCRIPTION    "datapackage.json"
#define PATH_SIZE      4096
#define ORIGIN_SIZE    520 /* a file, and a place in it */

struct reading {
    struct hsds *hsds;
    const char *file; /* the name of the document or folder */
    bool tables;      /* it is a folder */
    const struct import_sink *sink;
    struct import_edition *edition;
};

static int remark_take(const struct hsds_listener *listener, bool refused, const char *rule,
                       const char *place, const char *id, const char *reason, struct error *error)
{
    const struct reading *reading = listener->context;
    return import_remark_add(reading->sink, refused ? IMPORT_REFUSED : IMPORT_REPAIRED,
                             listener->file, listener->line, rule, id, error, "%s%s%s", place,
                             place[0] ? ": " : "", reason);
}

static bool is_name(const char *name)
{
    return name[0] != '\0' && strlen(name) <= NAME_LIMIT &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name) &&
           strcmp(name, IMPORT_SAMPLE) != 0 && strcmp(name, IMPORT_GC_SERVICE_INVENTORY) != 0 &&
           strcmp(name, IMPORT_CSV) != 0;
}

/* Whether a document names everything that its publisher offers: the only page there is, or a
 * package of tables. */
static bool is_complete(const json_t *document)
{
    const char *name;
    json_t *value;
    if (json_object_get(document, "contents"))
        return json_integer_or(document, "total_pages", 0) == 1;
    json_object_foreach((json_t *)(uintptr_t)document, name, value)
    {
        if (strcmp(name, "services.csv") == 0)
            return true;
    }
    return false;
}

static int rows_read(struct reading *reading, const char *path, struct error *error)
{
    struct hsds_listener listener = {
        .remark = remark_take, .context = reading, .file = reading->file};
    json_t *document = NULL;
    char folder[PATH_SIZE];
    if (reading->tables) {
        reading->edition->complete = true;
        return hsds_package_read(reading->hsds, path, &listener, error);
    }
    /* A package named by its description. */
    if (strcmp(reading->file, DESCRIPTION) == 0 && access(path, R_OK) == 0) {
        snprintf(folder, sizeof folder, "%.*s", (int)(strlen(path) - strlen(DESCRIPTION)), path);
        reading->tables = reading->edition->complete = true;
        return hsds_package_read(reading->hsds, folder[0] ? folder : ".", &listener, error);
    }
    int code = import_file_read(&document, path, DOCUMENT_LIMIT, error);
    if (code == 0) {
        reading->edition->complete = is_complete(document);
        code = hsds_flatten(reading->hsds, document, &listener, error);
        if (code && code != ERROR_MEMORY)
            error_prefix(error, "%s", reading->file);
    }
    json_decref(document);
    return code;
}

/* Tells of a required field that is missing and of a word that the standard does not have. The row
 * is taken as it is. */
static int row_judge(const struct reading *reading, enum hsds_table table, const json_t *row,
                     struct error *error)
{
    int code = 0;
    for (const struct hsds_field *field = hsds_shapes[table].fields; field->name && code == 0;
         field++) {
        const json_t *value = json_object_get(row, field->name);
        const char *text = json_string_value(value);
        bool known = !field->words || !text;
        for (const char *const *word = field->words; !known && *word; word++)
            known = strcmp(*word, text) == 0;
        if ((field->flags & HSDS_REQUIRED) && (!value || json_is_null(value)))
            code = import_remark_add(reading->sink, IMPORT_NOTE, reading->file, 0,
                                     "missing-required", json_text_or(row, "id", ""), error,
                                     "%s: %s: missing, and the standard requires it",
                                     hsds_shapes[table].name, field->name);
        else if (!known)
            code = import_remark_add(reading->sink, IMPORT_NOTE, reading->file, 0, "unknown-word",
                                     json_text_or(row, "id", ""), error,
                                     "%s: %s: \"%s\" is no word of the standard",
                                     hsds_shapes[table].name, field->name, text);
    }
    return code;
}

static int rows_judge(const struct reading *reading, struct error *error)
{
    size_t count = 0;
    const char *file;
    json_t *rows;
    json_object_foreach((json_t *)(uintptr_t)hsds_all(reading->hsds), file, rows)
    {
        enum hsds_table table = hsds_table_of_file(file);
        count += json_array_size(rows);
        for (size_t i = 0; table != HSDS_NO_TABLE && i < json_array_size(rows); i++) {
            int code = row_judge(reading, table, json_array_get(rows, i), error);
            if (code)
                return code;
        }
    }
    reading->sink->rows(reading->sink->context, count);
    return 0;
}

static int body_take(void *context, enum record_type type, json_t *body, const char *file,
                     struct error *error)
{
    const struct reading *reading = context;
    const json_t *source = json_object_get(body, "source");
    const char *confirmed = json_text_or(source, "confirmed", "");
    const char *place =
        hsds_place(reading->hsds, hsds_table_of_file(file), json_text_or(source, "id", ""));
    char name[ORIGIN_SIZE];
    struct import_origin origin = {name, 0};
    if (reading->tables) {
        snprintf(name, sizeof name, "%.60s.csv", file);
        origin.line = strtoul(place, NULL, 10);
    } else {
        snprintf(name, sizeof name, "%.200s%s%.256s", reading->file, place[0] ? ": " : "", place);
    }
    if (strcmp(confirmed, reading->edition->confirmed) > 0)
        memcpy(reading->edition->confirmed, confirmed, sizeof reading->edition->confirmed);
    return import_deliver(reading->sink, type, body, &origin, error);
}

int import_hsds(const char *path, const char *name, const char *language,
                const struct import_sink *sink, struct import_edition *edition, struct error *error)
{
    struct stat status;
    struct reading reading = {.file = import_file_name(path), .sink = sink, .edition = edition};
    struct hsds_reading records = {.source = name ? name : IMPORT_HSDS,
                                   .language = language ? language : "en",
                                   .body = body_take,
                                   .context = &reading};
    *edition = (struct import_edition){.source = records.source};
    if (!is_name(records.source))
        return error_set(error, ERROR_INVALID,
                         "\"%s\" cannot name a publisher: small letters, digits and dashes, and "
                         "not another source's name",
                         records.source);
    if (strcmp(records.language, "fr") != 0 && strcmp(records.language, "en") != 0)
        return error_set(error, ERROR_INVALID, "\"%s\" is no language of the catalogue: fr or en",
                         records.language);
    reading.tables = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    records.hsds = reading.hsds = hsds_new();
    int code = reading.hsds ? rows_read(&reading, path, error)
                            : error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0)
        code = rows_judge(&reading, error);
    if (code == 0)
        code = hsds_records_make(&records, error);
    hsds_free(reading.hsds);
    return code;
}
