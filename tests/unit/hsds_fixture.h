/* Catalogue files that HSDS goes into and comes out of, in a folder of their own. */
#ifndef GUICHET_TESTS_HSDS_FIXTURE_H
#define GUICHET_TESTS_HSDS_FIXTURE_H

#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/catalogue.h"
#include "app/csv.h"
#include "app/export.h"
#include "app/import_catalogue.h"
#include "app/import_sources.h"
#include "app/json.h"

struct place {
    char folder[64];
    struct catalogue *catalogue;
    struct import *import; /* the last one */
    int files;             /* exported so far */
    struct error error;
};

static inline void place_open(struct place *place)
{
    char path[96];
    *place = (struct place){0};
    strcpy(place->folder, "/tmp/guichet-hsds-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(path, sizeof path, "%s/catalogue.db", place->folder);
    if (catalogue_open(&place->catalogue, path, true, &place->error) != 0)
        fail_msg("%s", place->error.message);
}

static inline void folder_clear(const char *folder)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    char path[512];
    assert_non_null(directory);
    while ((entry = readdir(directory))) {
        snprintf(path, sizeof path, "%.200s/%.200s", folder, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        if (entry->d_type == DT_DIR)
            folder_clear(path);
        else
            unlink(path);
    }
    closedir(directory);
    rmdir(folder);
}

static inline void place_close(struct place *place)
{
    import_free(place->import);
    catalogue_close(place->catalogue);
    folder_clear(place->folder);
}

/* Imports; the code of it. The account stays in place->import. */
static inline int place_import(struct place *place, const char *const *words)
{
    static const struct import_options options = {.allow_ending = true};
    struct import_catalogue *over = import_catalogue_new(place->catalogue);
    size_t count = 0;
    while (words[count])
        count++;
    import_free(place->import);
    place->import = import_new();
    place->error = (struct error)ERROR_INIT;
    struct import_target target = import_catalogue_target(over);
    int code = import_source_run(place->import, words, count, &target, &options, &place->error);
    import_catalogue_free(over);
    return code;
}

/* Imports HSDS that must go in without a word. */
static inline void place_import_hsds(struct place *place, const char *path)
{
    const char *const words[] = {"hsds", path, NULL};
    if (place_import(place, words) != 0)
        fail_msg("%s", place->error.message);
    for (size_t i = 0; i < import_remark_count(place->import); i++)
        fail_msg("%s: %s", path, import_get_remark(place->import, i)->reason);
    assert_true(import_get_summary(place->import)->records > 0);
}

/* Exports in a format and language; `path` receives where it is. */
static inline void place_export(struct place *place, const char *format, const char *language,
                                char path[128])
{
    const struct export_options options = {.language = language};
    size_t count;
    snprintf(path, 128, "%s/out-%d", place->folder, place->files++);
    if (export_run(place->catalogue, format, path, &options, &count, &place->error) != 0)
        fail_msg("%s", place->error.message);
    assert_true(count > 0);
}

/* The catalogue as one nested document: new. */
static inline json_t *place_document(struct place *place)
{
    char path[128];
    json_error_t error;
    place_export(place, "hsds-json", "en", path);
    json_t *document = json_load_file(path, 0, &error);
    if (!document)
        fail_msg("%s", error.text);
    return document;
}

/* A file of the shared data; false when there is none. */
static inline bool shared_path(char path[4200], const char *name)
{
    const char *shared = getenv("GUICHET_SHARED_DATA");
    const char *source = getenv("abs_top_srcdir");
    if (shared)
        snprintf(path, 4200, "%s/%s", shared, name);
    else
        snprintf(path, 4200, "%s/../shared/data/%s", source ? source : ".", name);
    return access(path, R_OK) == 0;
}

/* Skips the test, and says so, when there is no shared data. */
static inline void need_data(void)
{
    char path[4200];
    if (shared_path(path, "hsds"))
        return;
    print_message("no shared data: skipped\n");
    skip();
}

/* Fails, naming the member, unless two values are equal. */
static inline void expect_equal(const json_t *expected, const json_t *found, const char *place)
{
    char inner[512];
    const char *name;
    json_t *value;
    if (json_is_object(expected) && json_is_object(found)) {
        json_object_foreach((json_t *)(uintptr_t)expected, name, value)
        {
            snprintf(inner, sizeof inner, "%.400s/%s", place, name);
            if (!json_object_get(found, name))
                fail_msg("%s is lost", inner);
            expect_equal(value, json_object_get(found, name), inner);
        }
        json_object_foreach((json_t *)(uintptr_t)found, name, value)
        {
            if (!json_object_get(expected, name))
                fail_msg("%s/%s was not there", place, name);
        }
    } else if (json_is_array(expected) && json_is_array(found)) {
        if (json_array_size(expected) != json_array_size(found))
            fail_msg("%s: %zu items, not %zu", place, json_array_size(found),
                     json_array_size(expected));
        for (size_t i = 0; i < json_array_size(expected); i++) {
            snprintf(inner, sizeof inner, "%.400s/%zu", place, i);
            expect_equal(json_array_get(expected, i), json_array_get(found, i), inner);
        }
    } else if (!json_equal(expected, found)) {
        char *left = json_dumps(expected, JSON_ENCODE_ANY);
        char *right = json_dumps(found, JSON_ENCODE_ANY);
        fail_msg("%s: %s, not %s", place, right, left);
    }
}

/* The rows of a table by id, each an object of its fields that are not empty: new. */
static inline json_t *table_read(const char *path)
{
    struct csv_reader *csv;
    struct error error = ERROR_INIT;
    size_t id;
    json_t *rows = json_object();
    if (csv_open(&csv, path, NULL, &error) != 0 || csv_column(csv, "id", &id, &error) != 0)
        fail_msg("%s", error.message);
    while (csv_next(csv, &error) == 1) {
        json_t *row = json_object();
        for (size_t i = 0; i < csv_column_count(csv); i++)
            if (csv_field(csv, i)[0] != '\0')
                json_object_set_new(row, csv_column_name(csv, i), json_string(csv_field(csv, i)));
        assert_null(json_object_get(rows, csv_field(csv, id)));
        json_object_set_new(rows, csv_field(csv, id), row);
    }
    assert_int_equal(error.code, 0);
    csv_close(csv);
    return rows;
}

#endif
