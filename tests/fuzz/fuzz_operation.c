/*
 * Fuzzes records and operations as they come over the wire, and their merge. The input is a JSON
 * array: a record or null, then operations. What is checked beyond not crashing: what was read is
 * told and read again the same; merge is a function (the same twice, its input untouched); what it
 * makes can be read.
 */
#include "tests/fuzz/fuzz.h"

#include "app/json.h"
#include "app/merge.h"

#define OPERATIONS_MOST 8

static void record_again(const struct record *record)
{
    struct error error = ERROR_INIT;
    struct record *again = NULL;
    json_t *told = record_to_json(record);

    FUZZ_HOLDS(told != NULL);
    FUZZ_HOLDS(record_from_json(&again, told, &error) == 0);
    json_t *twice = record_to_json(again);
    FUZZ_HOLDS(json_equal(told, twice));
    json_decref(told);
    json_decref(twice);
    record_free(again);
}

static void operation_again(const struct operation *operation)
{
    struct error error = ERROR_INIT;
    struct operation *again = NULL;
    json_t *told = operation_to_json(operation);

    FUZZ_HOLDS(told != NULL);
    FUZZ_HOLDS(operation_from_json(&again, told, &error) == 0);
    json_t *twice = operation_to_json(again);
    FUZZ_HOLDS(json_equal(told, twice));
    json_decref(told);
    json_decref(twice);
    operation_free(again);
}

/* The record after it, or the one before; takes `record` over. */
static struct record *merged(struct record *record, const struct operation *operation)
{
    struct merge_result first = {0}, second = {0};
    struct error error = ERROR_INIT;
    char *before = NULL, *after = NULL;

    if (record != NULL) {
        json_t *told = record_to_json(record);
        before = json_canonical(told);
        json_decref(told);
    }
    FUZZ_HOLDS(merge_apply(&first, operation, record, &error) == 0);
    FUZZ_HOLDS(merge_apply(&second, operation, record, &error) == 0);
    FUZZ_HOLDS(first.refusal == second.refusal && strcmp(first.field, second.field) == 0);
    FUZZ_HOLDS((first.refusal == MERGE_APPLIED) == (first.record != NULL));
    if (record != NULL) {
        json_t *told = record_to_json(record);
        after = json_canonical(told);
        json_decref(told);
        FUZZ_HOLDS(strcmp(before, after) == 0);
    }
    free(before);
    free(after);
    if (first.refusal != MERGE_APPLIED)
        return record;
    json_t *one = record_to_json(first.record), *two = record_to_json(second.record);
    FUZZ_HOLDS(json_equal(one, two));
    json_decref(one);
    json_decref(two);
    FUZZ_HOLDS(first.record->rev == (record == NULL ? 0 : record->rev) + 1);
    record_again(first.record);
    record_free(second.record);
    record_free(record);
    return first.record;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = ERROR_INIT;
    struct record *record = NULL;
    json_t *input = NULL;

    if (json_read(&input, (const char *)data, size, size + 1, "fuzz", &error) != 0)
        return 0;
    const json_t *first = json_array_get(input, 0);
    if (first != NULL && record_from_json(&record, first, &error) == 0)
        record_again(record);
    for (size_t i = 1; i < json_array_size(input) && i <= OPERATIONS_MOST; i++) {
        struct operation *operation = NULL;
        if (operation_from_json(&operation, json_array_get(input, i), &error) != 0)
            continue;
        operation_again(operation);
        record = merged(record, operation);
        operation_free(operation);
    }
    record_free(record);
    json_decref(input);
    return 0;
}
