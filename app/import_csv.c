#include "app/import_csv.h"

#include <stdlib.h>
#include <string.h>

#include "app/catalogue_csv.h"
#include "app/csv.h"
#include "app/import_fields.h"
#include "app/import_rows.h"
#include "app/json.h"

/* A field may hold what a record may: its HSDS rows are one. */
static const struct csv_limits limits = {
    .field = 256 * 1024, .row = 1024 * 1024, .columns = CATALOGUE_CSV_COLUMN_MOST};

struct reading {
    struct csv_reader *csv;
    struct catalogue_csv_column columns[CATALOGUE_CSV_COLUMN_MOST]; /* by place in the file */
    size_t key;
    const struct import_sink *sink;
    struct error *error;
    json_t *seen; /* key -> line */
};

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

#define REMARK(severity, rule, ...)                                                                \
    import_remark_add(reading->sink, severity, csv_name(reading->csv), csv_line(reading->csv),     \
                      rule, csv_field(reading->csv, reading->key), reading->error, __VA_ARGS__)

/* Finds what each column of the file is; one that is not known is refused, for what it says would
 * be lost. */
static int header_read(struct reading *reading)
{
    struct catalogue_csv_column all[CATALOGUE_CSV_COLUMN_MOST];
    size_t count = catalogue_csv_all(all);
    for (size_t i = 0; i < csv_column_count(reading->csv); i++) {
        const char *name = csv_column_name(reading->csv, i);
        size_t known = 0;
        while (known < count && strcmp(all[known].name, name) != 0)
            known++;
        if (known == count)
            return error_set(reading->error, ERROR_INVALID,
                             "%s: line 1: no column is called \"%s\"", csv_name(reading->csv),
                             name);
        reading->columns[i] = all[known];
    }
    return 0;
}

/* Full key and source of the body: "permit" is of the source "csv". */
static bool source_set(json_t *body)
{
    char key[RECORD_KEY_SIZE];
    char name[RECORD_KEY_SIZE];
    const char *given = json_text_or(body, "key", "");
    snprintf(key, sizeof key, "%s%s", strchr(given, '/') ? "" : IMPORT_CSV "/", given);
    const char *slash = strchr(key, '/');
    snprintf(name, sizeof name, "%.*s", (int)(slash - key), key);
    json_t *source = json_pack("{s:s, s:s}", "name", name, "id", slash + 1);
    const char *confirmed = json_text_or(json_object_get(body, "source"), "confirmed", "");
    if (source && confirmed[0] != '\0')
        json_object_set_new(source, "confirmed", json_string(confirmed));
    return json_object_set_new(body, "source", source) == 0 &&
           json_object_set_new(body, "key", json_string(key)) == 0;
}

/* Reads one field into the spread body: 1, 0 when the row is refused, or an error. */
static int field_read(const struct reading *reading, size_t index, json_t *spread)
{
    struct error why = ERROR_INIT;
    const struct catalogue_csv_column *column = &reading->columns[index];
    const char *text = csv_field(reading->csv, index);
    bool failed;
    char *clean = import_text_strip(text, &failed);
    int code = failed ? out_of_memory(reading->error) : 0;
    if (clean && code == 0 && index != reading->key) /* of the key the rows' reader tells */
        code = REMARK(IMPORT_REPAIRED, "control-characters",
                      "column \"%s\": control or invisible characters dropped", column->name);
    if (code == 0)
        code = catalogue_csv_set(spread, column, clean ? clean : text, &why) == 0 ? 1 : 0;
    free(clean);
    if (code == 0)
        code = why.code == ERROR_MEMORY ? out_of_memory(reading->error)
                                        : REMARK(IMPORT_REFUSED, "field", "%s", why.message);
    return code;
}

static int key_judge(const struct reading *reading, const char *key)
{
    const json_t *line = json_object_get(reading->seen, key);
    if (key[0] == '\0' || strlen(key) > 200 || key[0] == '/' || key[strlen(key) - 1] == '/')
        return REMARK(IMPORT_REFUSED, "key", "column \"key\": \"%.60s\" cannot name a service",
                      key);
    if (line)
        return REMARK(IMPORT_REFUSED, "repeated-key", "column \"key\": also at line %lld",
                      (long long)json_integer_value(line));
    return json_object_set_new(reading->seen, key,
                               json_integer((json_int_t)csv_line(reading->csv))) == 0
               ? 1
               : out_of_memory(reading->error);
}

/* A refused row still names its service: it stays as it is. */
static int row_keep(const struct reading *reading)
{
    char key[RECORD_KEY_SIZE];
    const char *given = csv_field(reading->csv, reading->key);
    snprintf(key, sizeof key, "%s%.400s", strchr(given, '/') ? "" : IMPORT_CSV "/", given);
    return reading->sink->keep(reading->sink->context, RECORD_SERVICE, key, reading->error);
}

static int row_read(void *context)
{
    const struct reading *reading = context;
    json_t *spread = json_object();
    const struct import_origin origin = {csv_name(reading->csv), csv_line(reading->csv)};
    int code = spread ? 1 : out_of_memory(reading->error);
    for (size_t i = 0; i < csv_column_count(reading->csv) && code == 1; i++)
        code = field_read(reading, i, spread);
    if (code == 1)
        code = key_judge(reading, json_text_or(spread, "key", ""));
    if (code == 0)
        code = row_keep(reading);
    else if (code == 1) {
        json_t *body = catalogue_csv_gather(spread);
        code = body && source_set(body)
                   ? import_deliver(reading->sink, RECORD_SERVICE, body, &origin, reading->error)
                   : out_of_memory(reading->error);
        json_decref(body);
    }
    json_decref(spread);
    return code;
}

int import_csv(const char *path, const struct import_sink *sink, struct import_edition *edition,
               struct error *error)
{
    static const char *const names[] = {"key"};
    struct reading *reading = calloc(1, sizeof *reading);
    *edition = (struct import_edition){.source = IMPORT_CSV, .complete = false};
    if (!reading)
        return out_of_memory(error);
    reading->sink = sink;
    reading->error = error;
    reading->seen = json_object();
    const struct import_rows rows = {
        .names = names, .columns = &reading->key, .count = 1, .row = row_read, .context = reading};
    int code = reading->seen ? csv_open(&reading->csv, path, &limits, error) : out_of_memory(error);
    if (code == 0)
        code = header_read(reading);
    if (code == 0)
        code = import_rows_read(&rows, reading->csv, sink, error);
    csv_close(reading->csv);
    json_decref(reading->seen);
    free(reading);
    return code;
}
