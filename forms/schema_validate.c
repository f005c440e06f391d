#include <string.h>

#include "forms/schema_run.h"

/* Group of instructions that is for one JSON type alone; numbers, strings, arrays, objects. */
static const enum schema_group type_groups[] = {
    [JSON_OBJECT] = SCHEMA_GROUP_OBJECT, [JSON_ARRAY] = SCHEMA_GROUP_ARRAY,
    [JSON_STRING] = SCHEMA_GROUP_STRING, [JSON_INTEGER] = SCHEMA_GROUP_NUMBER,
    [JSON_REAL] = SCHEMA_GROUP_NUMBER,   [JSON_TRUE] = SCHEMA_GROUP_ANY,
    [JSON_FALSE] = SCHEMA_GROUP_ANY,     [JSON_NULL] = SCHEMA_GROUP_ANY,
};

bool schema_run_stop(struct schema_run *run, int code, const char *what)
{
    if (run->status == 0)
        run->status = error_set(run->error, code, "%s", what);
    return false;
}

bool schema_fault(struct schema_run *run, const struct schema_context *at,
                  const struct schema_fault *fault)
{
    int status;

    if (!run->collect || run->status != 0)
        return false;
    status = schema_result_add(run, at, fault);
    if (status != 0)
        schema_run_stop(run, status, "no memory for the result");
    return false;
}

bool schema_fault_count(struct schema_run *run, const struct schema_context *at,
                        const struct schema_instruction *instruction, size_t count)
{
    struct schema_fault fault = {
        .keyword = instruction->keyword, .expected = instruction->value, .count = count};

    return run->collect ? schema_fault(run, at, &fault) : false;
}

struct schema_context schema_context_inside(const struct schema_context *at, const char *keyword,
                                            const struct schema_node *node)
{
    return (struct schema_context){.parent = at,
                                   .node = node,
                                   .value = at->value,
                                   .evaluated = at->evaluated,
                                   .depth = at->depth + 1,
                                   .keyword = keyword};
}

/* ---- One node ---- */

static bool boolean_evaluate(struct schema_run *run, const struct schema_context *at)
{
    struct schema_fault fault = {.keyword = at->keyword == NULL ? "false" : at->keyword};

    if (at->node->kind == SCHEMA_NODE_TRUE)
        return true;
    if (at->step == SCHEMA_STEP_NAME) {
        fault.property = at->name;
        fault.property_length = at->name_length;
    }
    return schema_fault(run, at, &fault);
}

static bool type_evaluate(struct schema_run *run, const struct schema_context *at)
{
    const struct schema_node *node = at->node;
    struct schema_fault fault = {.keyword = "type", .expected = node->type};
    json_type type = json_typeof(at->value);

    if (type == JSON_REAL && node->integral &&
        schema_number_real_is_integer(at->value, run->document))
        return true;
    return schema_fault(run, at, &fault);
}

/* Runs the instructions of one group; stops at the first fault unless faults are listed. */
static inline bool group_evaluate(struct schema_run *run, const struct schema_context *at,
                                  enum schema_group group)
{
    const struct schema_node *node = at->node;
    const struct schema_instruction *end = node->instructions + node->bounds[group + 1];
    bool valid = true;

    for (const struct schema_instruction *instruction = node->instructions + node->bounds[group];
         instruction < end; instruction++) {
        if (instruction->evaluate(run, instruction, at))
            continue;
        if (!run->collect)
            return false;
        valid = false;
    }
    return valid;
}

static bool keywords_evaluate(struct schema_run *run, const struct schema_context *at)
{
    json_type type = json_typeof(at->value);
    enum schema_group group = type_groups[type];
    bool valid = (at->node->types >> type & 1) != 0 || type_evaluate(run, at);

    if (!valid && !run->collect)
        return false;
    if (!group_evaluate(run, at, SCHEMA_GROUP_ANY)) {
        if (!run->collect)
            return false;
        valid = false;
    }
    if (group == SCHEMA_GROUP_ANY)
        return valid;
    return group_evaluate(run, at, group) && valid;
}

/* A node with unevaluated* looks at what its own keywords evaluated, and then tells its parent. */
static bool tracking_evaluate(struct schema_run *run, const struct schema_context *at)
{
    bool array = json_is_array(at->value);
    size_t size = array ? json_array_size(at->value) : json_object_size(at->value);
    struct schema_bits bits;
    struct schema_context own = *at;
    bool valid;

    if (!schema_bits_begin(run, &bits, size))
        return false;
    own.evaluated = &bits;
    valid = keywords_evaluate(run, &own);
    /* After a fault it is not known what would have been evaluated: no faults from guesses. */
    if (valid)
        valid =
            group_evaluate(run, &own, array ? SCHEMA_GROUP_AFTER_ARRAY : SCHEMA_GROUP_AFTER_OBJECT);
    if (valid && at->evaluated != NULL)
        schema_bits_add(at->evaluated, &bits);
    schema_bits_end(&bits);
    return valid;
}

/* The keywords of a node, and its annotations when they are wanted and it is valid. */
static bool annotating_evaluate(struct schema_run *run, const struct schema_context *at,
                                bool tracks)
{
    struct schema_result_mark mark = schema_result_mark(run->result);
    bool valid = tracks ? tracking_evaluate(run, at) : keywords_evaluate(run, at);

    if (valid)
        return group_evaluate(run, at, SCHEMA_GROUP_ANNOTATION);
    schema_result_back_annotations(run->result, mark);
    return false;
}

bool schema_evaluate(struct schema_run *run, const struct schema_context *at)
{
    const struct schema_node *node = at->node;
    bool tracks;

    if (run->status != 0)
        return false;
    if (node->kind != SCHEMA_NODE_OBJECT)
        return boolean_evaluate(run, at);
    if (at->depth >= run->schema->limits.depth)
        return schema_run_stop(run, ERROR_TOO_LARGE,
                               "the validation is nested over the limit of depth");
    tracks = (node->tracks_items && json_is_array(at->value)) ||
             (node->tracks_members && json_is_object(at->value));
    if (run->result != NULL && schema_result_annotating(run->result))
        return annotating_evaluate(run, at, tracks);
    return tracks ? tracking_evaluate(run, at) : keywords_evaluate(run, at);
}

/* ---- The public functions ---- */

static int run_finish(struct schema_run *run, bool valid)
{
    struct schema_error none = {0};
    const struct schema_error *first = &none;
    char message[256];

    schema_pattern_memory_end(&run->patterns);
    if (run->status != 0)
        return run->status;
    if (valid)
        return 0;
    if (run->result == NULL)
        return error_set(run->error, ERROR_INVALID, "the value does not follow the schema");
    if (schema_result_total(run->result) == 0)
        return 0;
    if (schema_result_count(run->result) > 0)
        first = schema_result_error(run->result, 0);
    if (run->error == NULL)
        return ERROR_INVALID;
    schema_message(first, "en", message, sizeof(message));
    return error_set(run->error, ERROR_INVALID, "at \"%s\": %s",
                     first->instance_location == NULL ? "" : first->instance_location, message);
}

int schema_validate_at(const struct schema *schema, const json_t *value,
                       const struct schema_document *document, const char *pointer,
                       struct schema_result *result, struct error *error)
{
    struct schema_result *own = NULL;
    struct schema_run run;
    struct schema_context start = {.node = schema->start, .value = schema_json(value)};
    int status;

    if (pointer != NULL && result == NULL) {
        own = schema_result_new();
        if (own == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for the result");
        result = own;
    }
    if (result != NULL)
        schema_result_clear(result);
    run.schema = schema;
    run.document = document;
    run.result = result;
    run.collect = result != NULL;
    run.only = pointer;
    run.references = 0;
    run.status = 0;
    run.error = error;
    run.patterns.match = NULL;
    run.patterns.used = 0;
    run.patterns.work = (struct schema_regex_work){0};
    status = run_finish(&run, schema_evaluate(&run, &start));
    schema_result_free(own);
    return status;
}

int schema_validate(const struct schema *schema, const json_t *value,
                    const struct schema_document *document, struct schema_result *result,
                    struct error *error)
{
    return schema_validate_at(schema, value, document, NULL, result, error);
}
