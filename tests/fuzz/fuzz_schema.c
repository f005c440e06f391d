/*
 * Fuzzes compiling and validating. The input is a JSON array: a schema, then values. What is
 * checked beyond not crashing: the answer is the same with and without a result, and every fault
 * can be put into words and into the basic shape.
 */
#include <stdint.h>
#include <stdlib.h>

#include "app/error.h"
#include "forms/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct schema_limits limits = {.document_bytes = 65536,
                                            .depth = 100,
                                            .references = 2000,
                                            .schemas = 2000,
                                            .pattern_bytes = 1000,
                                            .pattern_steps = 2000,
                                            .errors = 50};

static void faults_read(const struct schema_result *result)
{
    char message[64];
    char field[64];
    json_t *output = schema_result_output(result, "fr");

    for (size_t i = 0; i < schema_result_count(result); i++) {
        schema_message(schema_result_error(result, i), "en", message, sizeof(message));
        schema_error_field(schema_result_error(result, i), field, sizeof(field));
    }
    json_decref(output);
}

static void value_validate(const struct schema *schema, const json_t *value,
                           struct schema_document *document, struct schema_result *result)
{
    struct error error = ERROR_INIT;
    int plain = schema_validate(schema, value, document, NULL, &error);
    int listed;

    schema_result_want_annotations(result, false);
    schema_result_want_parents(result, false);
    listed = schema_validate(schema, value, document, result, &error);
    /* Listing everything goes further, and so may meet a limit that the first fault hid. */
    if (plain != listed && listed != ERROR_TOO_LARGE && plain != ERROR_TOO_LARGE)
        abort();
    faults_read(result);
    schema_result_want_annotations(result, true);
    schema_result_want_parents(result, true);
    listed = schema_validate(schema, value, document, result, &error);
    if (plain != listed && listed != ERROR_TOO_LARGE && plain != ERROR_TOO_LARGE)
        abort();
    faults_read(result);
    schema_validate_at(schema, value, document, "/a", result, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct schema_options options = {.limits = limits};
    struct schema_document *document;
    struct schema_result *result;
    struct schema *schema;
    struct error error = ERROR_INIT;
    const json_t *root;

    if (schema_document_read(&document, (const char *)data, size, &limits, &error) != 0)
        return 0;
    root = schema_document_value(document);
    options.document = document;
    result = schema_result_new();
    if (schema_compile(&schema, json_array_get(root, 0) == NULL ? root : json_array_get(root, 0),
                       &options, &error) == 0) {
        value_validate(schema, root, document, result);
        for (size_t i = 1; i < json_array_size(root); i++)
            value_validate(schema, json_array_get(root, i), document, result);
        schema_result_free(result);
        schema_free(schema);
    } else {
        schema_result_free(result);
    }
    schema_document_free(document);
    return 0;
}
