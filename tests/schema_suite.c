/*
 * Runs a copy of the JSON Schema Test Suite: every case of tests/draft2020-12, required and
 * optional. Usage: schema_suite DIRECTORY. Prints each exception with its reason, and last the
 * line "passed N of M". Ends with 0 when all passed, 1 when not, 77 when there is no suite.
 */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/error.h"
#include "forms/schema.h"

#define DRAFT       "tests/draft2020-12"
#define REMOTE_BASE "http://localhost:1234/"
#define SKIPPED     77
#define NAME_LIMIT  4096

struct suite {
    struct schema_registry *registry;
    const char *directory;
    size_t passed;
    size_t total;
};

static struct schema_document *document_load(const char *path)
{
    struct error error = ERROR_INIT;
    struct schema_document *document = NULL;
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t length = 0;
    size_t capacity = 0;

    while (file != NULL && !feof(file) && !ferror(file)) {
        if (length == capacity) {
            capacity = capacity == 0 ? 65536 : capacity * 2;
            text = realloc(text, capacity);
            if (text == NULL)
                abort();
        }
        length += fread(text + length, 1, capacity - length, file);
    }
    if (file == NULL || ferror(file))
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    else if (schema_document_read(&document, text, length, NULL, &error) != 0)
        fprintf(stderr, "%s: %s\n", path, error.message);
    if (file != NULL)
        fclose(file);
    free(text);
    return document;
}

static int is_json(const FTSENT *entry)
{
    size_t length = entry->fts_namelen;

    return entry->fts_info == FTS_F && length > 5 &&
           strcmp(entry->fts_name + length - 5, ".json") == 0;
}

static int entry_order(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

/* Calls `each` for every JSON file below `folder` of the suite, in the order of their names. */
static int files_walk(struct suite *suite, const char *folder,
                      void (*each)(struct suite *suite, const char *path, const char *name))
{
    char path[NAME_LIMIT];
    char *roots[] = {path, NULL};
    size_t base;
    FTS *walk;
    FTSENT *entry;
    int found = 0;

    base = (size_t)snprintf(path, sizeof(path), "%s/%s", suite->directory, folder);
    if (base >= sizeof(path))
        return 0;
    walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, entry_order);
    while (walk != NULL && (entry = fts_read(walk)) != NULL) {
        if (!is_json(entry))
            continue;
        each(suite, entry->fts_path, entry->fts_path + base + 1);
        found++;
    }
    if (walk != NULL)
        fts_close(walk);
    return found;
}

static void remote_add(struct suite *suite, const char *path, const char *name)
{
    struct schema_document *document = document_load(path);
    struct error error = ERROR_INIT;
    char uri[NAME_LIMIT + sizeof(REMOTE_BASE)];

    if (document == NULL)
        return;
    snprintf(uri, sizeof(uri), REMOTE_BASE "%s", name);
    if (schema_registry_add(suite->registry, uri, schema_document_value(document), document,
                            &error) != 0)
        fprintf(stderr, "%s: %s\n", name, error.message);
    schema_document_free(document);
}

static void exception_print(const char *name, const json_t *group, const json_t *test,
                            const char *reason)
{
    printf("%s: %s: %s: %s\n", name, json_string_value(json_object_get(group, "description")),
           json_string_value(json_object_get(test, "description")), reason);
}

static void test_run(struct suite *suite, const char *name, const json_t *group, const json_t *test,
                     const struct schema *schema, struct schema_document *document,
                     struct schema_result *result)
{
    const json_t *data = json_object_get(test, "data");
    int expected = json_is_true(json_object_get(test, "valid")) ? 0 : ERROR_INVALID;
    struct error error = ERROR_INIT;
    int plain = schema_validate(schema, data, document, NULL, &error);
    int listed = schema_validate(schema, data, document, result, &error);

    suite->total++;
    if (plain == expected && listed == expected)
        suite->passed++;
    else if (plain != listed)
        exception_print(name, group, test, "with and without a result the answers differ");
    else if (plain == 0)
        exception_print(name, group, test, "valid, but should not be");
    else
        exception_print(name, group, test, error.message);
}

static void group_run(struct suite *suite, const char *name, const json_t *group,
                      struct schema_document *document)
{
    struct schema_options options = {.registry = suite->registry, .document = document};
    const json_t *tests = json_object_get(group, "tests");
    struct error error = ERROR_INIT;
    struct schema_result *result = schema_result_new();
    struct schema *schema;
    int status;

    /* Optional formats are about asserting; elsewhere the draft's default is to annotate. */
    options.format =
        strstr(name, "optional/format/") != NULL ? SCHEMA_FORMAT_ASSERT : SCHEMA_FORMAT_ANNOTATE;
    status = schema_compile(&schema, json_object_get(group, "schema"), &options, &error);
    schema_result_want_annotations(result, true);
    for (size_t i = 0; i < json_array_size(tests); i++) {
        const json_t *test = json_array_get(tests, i);

        if (status == 0) {
            test_run(suite, name, group, test, schema, document, result);
        } else {
            suite->total++;
            exception_print(name, group, test, error.message);
        }
    }
    schema_result_free(result);
    schema_free(schema);
}

static void file_run(struct suite *suite, const char *path, const char *name)
{
    struct schema_document *document = document_load(path);
    const json_t *groups;

    if (document == NULL) {
        suite->total++;
        printf("%s: cannot be read\n", name);
        return;
    }
    groups = schema_document_value(document);
    for (size_t i = 0; i < json_array_size(groups); i++) {
        char full[NAME_LIMIT];

        snprintf(full, sizeof(full), DRAFT "/%s", name);
        group_run(suite, full, json_array_get(groups, i), document);
    }
    schema_document_free(document);
}

int main(int argc, char **argv)
{
    struct suite suite = {.directory = argc > 1 ? argv[1] : NULL};
    int files;

    suite.registry = schema_registry_new();
    if (suite.registry == NULL || suite.directory == NULL)
        return EXIT_FAILURE;
    files_walk(&suite, "remotes", remote_add);
    files = files_walk(&suite, DRAFT, file_run);
    schema_registry_free(suite.registry);
    if (files == 0) {
        printf("skipped: there is no suite in %s\n", suite.directory);
        return SKIPPED;
    }
    printf("passed %zu of %zu\n", suite.passed, suite.total);
    return suite.passed == suite.total ? EXIT_SUCCESS : EXIT_FAILURE;
}
