#include "app/export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/catalogue_csv.h"
#include "app/csv_writer.h"
#include "app/hsds_record.h"
#include "app/json.h"

#define PATH_SIZE 4096

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

/* --- a file that is there as a whole or not at all
 * -------------------------------------------------- */

struct output {
    FILE *stream;
    const char *path;
    char fresh[PATH_SIZE]; /* "" for standard output */
};

static int output_open(struct output *output, const char *path, struct error *error)
{
    output->path = path;
    output->fresh[0] = '\0';
    output->stream = stdout;
    if (strcmp(path, "-") == 0)
        return 0;
    if ((size_t)snprintf(output->fresh, sizeof output->fresh, "%s.new", path) >=
        sizeof output->fresh)
        return error_set(error, ERROR_INVALID, "the path is too long");
    output->stream = fopen(output->fresh, "wbe");
    return output->stream ? 0
                          : error_set(error, ERROR_STORAGE, "%s: cannot be made: %s", output->fresh,
                                      strerror(errno));
}

/* Puts the file in its place; after a failure (`code` not 0) removes it. */
static int output_close(struct output *output, int code, struct error *error)
{
    if (code == 0 && (fflush(output->stream) != 0 || ferror(output->stream)))
        code = error_set(error, ERROR_STORAGE, "%s: cannot be written: %s", output->path,
                         strerror(errno));
    if (output->fresh[0] == '\0')
        return code;
    if (code == 0 && fsync(fileno(output->stream)) != 0)
        code = error_set(error, ERROR_STORAGE, "%s: cannot be written: %s", output->path,
                         strerror(errno));
    fclose(output->stream);
    if (code == 0 && rename(output->fresh, output->path) != 0)
        code = error_set(error, ERROR_STORAGE, "%s: %s", output->path, strerror(errno));
    if (code)
        unlink(output->fresh);
    return code;
}

/* --- HSDS ------------------------------------------------------------------------------------- */

struct gathering {
    struct hsds *hsds;
    const char *language;
    size_t count;
    struct error *error;
};

static int record_gather(void *context, const struct record *record)
{
    struct gathering *gathering = context;
    gathering->count++;
    return hsds_record_add(gathering->hsds, record, gathering->language, gathering->error);
}

static int hsds_gather(struct catalogue *catalogue, const struct export_options *options,
                       struct hsds **hsds, size_t *count, struct error *error)
{
    static const enum record_type types[] = {RECORD_SERVICE, RECORD_OFFICE, RECORD_DIRECTORY};
    struct gathering gathering = {hsds_new(), options->language, 0, error};
    int code = gathering.hsds ? 0 : out_of_memory(error);
    for (size_t i = 0; i < sizeof types / sizeof types[0] && code == 0; i++)
        code = catalogue_each(catalogue, types[i], record_gather, &gathering, error);
    if (code == 0 && !hsds_links_settle(gathering.hsds))
        code = out_of_memory(error);
    *hsds = gathering.hsds;
    *count = gathering.count;
    return code;
}

static int hsds_json_write(struct catalogue *catalogue, const char *path,
                           const struct export_options *options, size_t *count, struct error *error)
{
    struct hsds *hsds = NULL;
    struct output output;
    int code = hsds_gather(catalogue, options, &hsds, count, error);
    if (code == 0)
        code = output_open(&output, path, error);
    if (code == 0)
        code = output_close(&output, hsds_document_write(hsds, output.stream, error), error);
    hsds_free(hsds);
    return code;
}

static int hsds_csv_write(struct catalogue *catalogue, const char *path,
                          const struct export_options *options, size_t *count, struct error *error)
{
    struct hsds *hsds = NULL;
    int code = hsds_gather(catalogue, options, &hsds, count, error);
    if (code == 0)
        code = hsds_package_write(hsds, path, error);
    hsds_free(hsds);
    return code;
}

/* --- our own CSV ------------------------------------------------------------------------------ */

struct listing {
    struct catalogue_csv_column columns[CATALOGUE_CSV_COLUMN_MOST];
    bool used[CATALOGUE_CSV_COLUMN_MOST];
    size_t count;
    size_t rows;
    FILE *stream;
    struct error *error;
};

/* Finds out which columns say anything. */
static int record_look(void *context, const struct record *record)
{
    struct listing *listing = context;
    json_t *spread = catalogue_csv_spread(record->body);
    if (!spread)
        return out_of_memory(listing->error);
    for (size_t i = 0; i < listing->count; i++) {
        char *text = listing->used[i] ? NULL : catalogue_csv_get(spread, &listing->columns[i]);
        listing->used[i] = listing->used[i] || (text && text[0] != '\0');
        free(text);
    }
    json_decref(spread);
    return 0;
}

static int record_write(void *context, const struct record *record)
{
    struct listing *listing = context;
    char *fields[CATALOGUE_CSV_COLUMN_MOST];
    size_t count = 0;
    bool good = true;
    json_t *spread = catalogue_csv_spread(record->body);
    for (size_t i = 0; i < listing->count && spread; i++)
        if (listing->used[i]) {
            fields[count] = catalogue_csv_get(spread, &listing->columns[i]);
            good = good && fields[count] != NULL;
            count++;
        }
    if (good && spread)
        csv_write_row(listing->stream, (const char *const *)fields, count);
    for (size_t i = 0; i < count; i++)
        free(fields[i]);
    json_decref(spread);
    listing->rows++;
    return good && spread ? 0 : out_of_memory(listing->error);
}

static void header_write(const struct listing *listing)
{
    const char *names[CATALOGUE_CSV_COLUMN_MOST];
    size_t count = 0;
    for (size_t i = 0; i < listing->count; i++)
        if (listing->used[i])
            names[count++] = listing->columns[i].name;
    csv_write_row(listing->stream, names, count);
}

static int csv_write(struct catalogue *catalogue, const char *path,
                     const struct export_options *options, size_t *count, struct error *error)
{
    struct output output;
    struct listing *listing = calloc(1, sizeof *listing);
    (void)options;
    if (!listing)
        return out_of_memory(error);
    listing->count = catalogue_csv_all(listing->columns);
    listing->error = error;
    /* The key and the names are always there. */
    for (size_t i = 0; i < 3; i++)
        listing->used[i] = true;
    int code = catalogue_each(catalogue, RECORD_SERVICE, record_look, listing, error);
    if (code == 0)
        code = output_open(&output, path, error);
    if (code == 0) {
        listing->stream = output.stream;
        header_write(listing);
        code = catalogue_each(catalogue, RECORD_SERVICE, record_write, listing, error);
        code = output_close(&output, code, error);
    }
    *count = listing->rows;
    free(listing);
    return code;
}

const struct export_format export_formats[] = {
    {"hsds-json", "FILE.json", "Open Referral HSDS 3.0, nested, in one file.", hsds_json_write},
    {"hsds-csv", "FOLDER", "Open Referral HSDS 3.0 as a tabular data package, in a new folder.",
     hsds_csv_write},
    {"csv", "FILE.csv", "Services as the source \"csv\" reads them.", csv_write},
    {NULL, NULL, NULL, NULL},
};

int export_run(struct catalogue *catalogue, const char *format, const char *path,
               const struct export_options *options, size_t *count, struct error *error)
{
    const struct export_format *found = export_formats;
    *count = 0;
    while (found->name && strcmp(found->name, format) != 0)
        found++;
    if (!found->name)
        return error_set(error, ERROR_INVALID, "\"%s\" is not a format that can be exported",
                         format);
    return found->write(catalogue, path, options, count, error);
}
