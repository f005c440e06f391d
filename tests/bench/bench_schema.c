/*
 * Times the validator on a form of 200 fields and on the larger schemas of the suite.
 *
 *   bench_schema write DIRECTORY [SUITE]   writes the cases, one JSON file each
 *   bench_schema run FILE...               times each case: one line "name compile repeated"
 *
 * A case is {"name", "schema", "documents"}. Times are nanoseconds per document: compiling and
 * validating every document once, and validating again and again. tests/bench/bench_schema.mjs
 * times the same files with Ajv, and bench_schema.sh puts both side by side.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/error.h"
#include "forms/schema.h"

#define FIELDS        200
#define SUITE_CASES   8
#define RUNS          31
#define BATCH_NS      10e6
#define REMOTE_PREFIX "http://localhost:1234"

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int case_write(const char *directory, const char *name, json_t *schema, json_t *documents)
{
    json_t *written =
        json_pack("{s:s, s:o, s:o}", "name", name, "schema", schema, "documents", documents);
    char path[4096];
    int status;

    snprintf(path, sizeof(path), "%s/%s.json", directory, name);
    status = json_dump_file(written, path, JSON_INDENT(1));
    json_decref(written);
    return status;
}

/* ---- A form of 200 fields: ten kinds of field, twenty times; every other one required ---- */

static const struct {
    const char *schema;
    const char *answer;
} kinds[] = {
    {"{\"type\":\"string\",\"minLength\":1,\"maxLength\":60}", "\"Gagnon-Tremblay\""},
    {"{\"type\":\"string\",\"pattern\":\"^[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]$\"}", "\"G1R 4S9\""},
    {"{\"type\":\"string\",\"pattern\":\"^[0-9]{3}-[0-9]{3}-[0-9]{4}$\"}", "\"418-555-0199\""},
    {"{\"type\":\"string\",\"format\":\"date\"}", "\"1987-06-15\""},
    {"{\"type\":\"string\",\"format\":\"email\"}", "\"marie.gagnon@example.ca\""},
    {"{\"type\":\"integer\",\"minimum\":0,\"maximum\":120}", "37"},
    {"{\"type\":\"number\",\"minimum\":0,\"multipleOf\":0.25}", "1234.75"},
    {"{\"enum\":[\"single\",\"married\",\"separated\",\"divorced\",\"widowed\"]}", "\"divorced\""},
    {"{\"type\":\"boolean\"}", "true"},
    {"{\"type\":\"object\",\"required\":[\"street\",\"city\"],\"properties\":{\"street\":"
     "{\"type\":\"string\",\"maxLength\":80},\"city\":{\"type\":\"string\",\"maxLength\":40},"
     "\"lines\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":4}}}",
     "{\"street\":\"12, rue Saint-Jean\",\"city\":\"Qu\xC3\xA9"
     "bec\",\"lines\":[\"a\",\"b\"]}"},
};

static int form_write(const char *directory)
{
    size_t kind_count = sizeof(kinds) / sizeof(kinds[0]);
    json_t *properties = json_object();
    json_t *required = json_array();
    json_t *answers = json_object();
    char name[32];

    for (size_t i = 0; i < FIELDS; i++) {
        snprintf(name, sizeof(name), "field_%zu", i);
        json_object_set_new(properties, name, json_loads(kinds[i % kind_count].schema, 0, NULL));
        json_object_set_new(answers, name,
                            json_loads(kinds[i % kind_count].answer, JSON_DECODE_ANY, NULL));
        if (i % 2 == 0)
            json_array_append_new(required, json_string(name));
    }
    return case_write(directory, "form-200",
                      json_pack("{s:s, s:s, s:o, s:o}", "$schema",
                                "https://json-schema.org/draft/2020-12/schema", "type", "object",
                                "properties", properties, "required", required),
                      json_pack("[o]", answers));
}

/* ---- The larger schemas of the suite ---- */

struct candidate {
    json_t *group;
    size_t size;
    char name[300];
};

/* Keeps the largest groups; those that need the remotes are left out. */
static void candidate_offer(struct candidate *kept, json_t *group, const char *file, size_t index)
{
    char *text = json_dumps(json_object_get(group, "schema"), JSON_COMPACT | JSON_ENCODE_ANY);
    size_t size = strlen(text);
    struct candidate *least = kept;

    for (size_t i = 1; i < SUITE_CASES; i++) {
        if (kept[i].size < least->size)
            least = &kept[i];
    }
    if (strstr(text, REMOTE_PREFIX) == NULL && size > least->size) {
        json_decref(least->group);
        least->group = json_incref(group);
        least->size = size;
        snprintf(least->name, sizeof(least->name), "suite-%.*s-%zu", (int)strcspn(file, "."), file,
                 index);
    }
    free(text);
}

static void suite_write(const char *directory, const char *suite)
{
    struct candidate kept[SUITE_CASES] = {0};
    char folder[4096];
    char path[8192];
    DIR *open;
    struct dirent *entry;

    snprintf(folder, sizeof(folder), "%s/tests/draft2020-12", suite);
    open = opendir(folder);
    while (open != NULL && (entry = readdir(open)) != NULL) {
        json_t *groups;

        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        groups = json_load_file(path, 0, NULL);
        for (size_t i = 0; i < json_array_size(groups); i++)
            candidate_offer(kept, json_array_get(groups, i), entry->d_name, i);
        json_decref(groups);
    }
    if (open != NULL)
        closedir(open);
    for (size_t i = 0; i < SUITE_CASES; i++) {
        json_t *tests = json_object_get(kept[i].group, "tests");
        json_t *documents = json_array();

        for (size_t j = 0; j < json_array_size(tests); j++)
            json_array_append(documents, json_object_get(json_array_get(tests, j), "data"));
        if (kept[i].group == NULL)
            json_decref(documents);
        else
            case_write(directory, kept[i].name,
                       json_incref(json_object_get(kept[i].group, "schema")), documents);
        json_decref(kept[i].group);
    }
}

/* ---- Timing ---- */

static int order(const void *left, const void *right)
{
    double first = *(const double *)left;
    double second = *(const double *)right;

    return (first > second) - (first < second);
}

static struct schema *compile(const json_t *schema)
{
    struct error error = ERROR_INIT;
    struct schema *compiled;

    if (schema_compile(&compiled, schema, NULL, &error) != 0) {
        fprintf(stderr, "%s\n", error.message);
        exit(EXIT_FAILURE);
    }
    return compiled;
}

/* What the times are of: an answer that stops half way through would be no measure. */
static void form_check(const char *name, const struct schema *schema, const json_t *documents)
{
    struct error error = ERROR_INIT;

    if (strncmp(name, "form-", 5) != 0 ||
        schema_validate(schema, json_array_get(documents, 0), NULL, NULL, &error) == 0)
        return;
    fprintf(stderr, "%s: %s\n", name, error.message);
    exit(EXIT_FAILURE);
}

static void validate_all(const struct schema *schema, const json_t *documents)
{
    for (size_t i = 0; i < json_array_size(documents); i++)
        schema_validate(schema, json_array_get(documents, i), NULL, NULL, NULL);
}

static void case_run(const char *path)
{
    json_t *read = json_load_file(path, 0, NULL);
    const json_t *schema = json_object_get(read, "schema");
    const json_t *documents = json_object_get(read, "documents");
    double count = (double)json_array_size(documents);
    struct schema *compiled;
    double times[RUNS];
    double again[RUNS];
    double start;
    double elapsed;
    size_t rounds;

    if (read == NULL)
        return;
    for (size_t i = 0; i < RUNS; i++) {
        start = now();
        compiled = compile(schema);
        validate_all(compiled, documents);
        times[i] = now() - start;
        schema_free(compiled);
    }
    qsort(times, RUNS, sizeof(times[0]), order);
    compiled = compile(schema);
    form_check(json_string_value(json_object_get(read, "name")), compiled, documents);
    for (size_t i = 0; i < RUNS; i++) {
        start = now();
        for (rounds = 0, elapsed = 0; elapsed < BATCH_NS; rounds += 10, elapsed = now() - start) {
            for (size_t j = 0; j < 10; j++)
                validate_all(compiled, documents);
        }
        again[i] = elapsed / (double)rounds;
    }
    qsort(again, RUNS, sizeof(again[0]), order);
    printf("%s %.0f %.0f\n", json_string_value(json_object_get(read, "name")),
           times[RUNS / 2] / count, again[RUNS / 2] / count);
    schema_free(compiled);
    json_decref(read);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "write") == 0) {
        if (argc > 3)
            suite_write(argv[2], argv[3]);
        return form_write(argv[2]) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (argc < 3 || strcmp(argv[1], "run") != 0)
        return EXIT_FAILURE;
    for (int i = 2; i < argc; i++)
        case_run(argv[i]);
    return EXIT_SUCCESS;
}
