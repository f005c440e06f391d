/* Evaluating the keywords that apply other schemas to the same value. */
#include "forms/schema_run.h"

bool schema_evaluate_all_of(struct schema_run *run, const struct schema_instruction *instruction,
                            const struct schema_context *at)
{
    struct schema_context inside = schema_context_inside(at, instruction->keyword, NULL);
    bool valid = true;

    inside.schema_step = SCHEMA_STEP_INDEX;
    for (size_t i = 0; i < instruction->list.count && (valid || run->collect); i++) {
        inside.node = instruction->list.nodes[i];
        inside.token_index = i;
        valid = schema_evaluate(run, &inside) && valid;
    }
    return valid;
}

/*
 * Evaluates a branch that may fail without the whole failing: what a failed branch evaluated does
 * not count, and so neither do its annotations.
 */
static bool branch_evaluate(struct schema_run *run, struct schema_context *inside)
{
    struct schema_bits *evaluated = inside->evaluated;
    struct schema_bits own;
    bool valid;

    if (evaluated == NULL)
        return schema_evaluate(run, inside);
    if (!schema_bits_begin(run, &own, evaluated->size))
        return false;
    inside->evaluated = &own;
    valid = schema_evaluate(run, inside);
    inside->evaluated = evaluated;
    if (valid)
        schema_bits_add(evaluated, &own);
    schema_bits_end(&own);
    return valid;
}

/* Counts the branches that are valid; with `enough`, stops at that many when nobody needs more. */
static size_t branches_count(struct schema_run *run, const struct schema_instruction *instruction,
                             const struct schema_context *at, size_t enough)
{
    struct schema_context inside = schema_context_inside(at, instruction->keyword, NULL);
    bool all =
        at->evaluated != NULL || (run->result != NULL && schema_result_annotating(run->result));
    size_t count = 0;

    inside.schema_step = SCHEMA_STEP_INDEX;
    for (size_t i = 0; i < instruction->list.count && (all || count < enough); i++) {
        inside.node = instruction->list.nodes[i];
        inside.token_index = i;
        count += branch_evaluate(run, &inside) ? 1 : 0;
    }
    return count;
}

bool schema_evaluate_any_of(struct schema_run *run, const struct schema_instruction *instruction,
                            const struct schema_context *at)
{
    struct schema_result_mark mark = {0};

    if (run->collect)
        mark = schema_result_mark(run->result);
    if (branches_count(run, instruction, at, 1) == 0)
        return schema_fault_count(run, at, instruction, 0);
    if (run->collect)
        schema_result_back_errors(run->result, mark);
    return true;
}

bool schema_evaluate_one_of(struct schema_run *run, const struct schema_instruction *instruction,
                            const struct schema_context *at)
{
    struct schema_result_mark mark = {0};
    size_t count;

    if (run->collect)
        mark = schema_result_mark(run->result);
    count = branches_count(run, instruction, at, 2);
    if (count > 0 && run->collect)
        schema_result_back_errors(run->result, mark);
    return count == 1 || schema_fault_count(run, at, instruction, count);
}

/* Evaluates without listing faults and without counting as evaluated. */
static bool holds_quietly(struct schema_run *run, struct schema_context *inside)
{
    bool collect = run->collect;
    bool valid;

    run->collect = false;
    valid = branch_evaluate(run, inside);
    run->collect = collect;
    return valid;
}

bool schema_evaluate_not(struct schema_run *run, const struct schema_instruction *instruction,
                         const struct schema_context *at)
{
    struct schema_context inside =
        schema_context_inside(at, instruction->keyword, instruction->node);
    struct schema_result_mark mark = {0};
    bool valid;

    if (run->result != NULL)
        mark = schema_result_mark(run->result);
    inside.evaluated = NULL;
    valid = holds_quietly(run, &inside);
    if (run->result != NULL)
        schema_result_back_annotations(run->result, mark);
    return !valid || schema_fault_count(run, at, instruction, 0);
}

bool schema_evaluate_condition(struct schema_run *run, const struct schema_instruction *instruction,
                               const struct schema_context *at)
{
    const struct schema_condition *condition = instruction->condition;
    struct schema_context inside = schema_context_inside(at, "if", condition->test);
    bool holds = holds_quietly(run, &inside);

    inside.keyword = holds ? "then" : "else";
    inside.node = holds ? condition->then : condition->otherwise;
    return inside.node == NULL || schema_evaluate(run, &inside);
}

/* The node that the outermost resource entered so far gives to the dynamic anchor. */
static const struct schema_node *dynamic_find(const struct schema *schema,
                                              const struct schema_reference *reference,
                                              const struct schema_context *at)
{
    struct schema_dynamic_key key = {NULL, reference->dynamic};
    const struct schema_node *found = reference->node;

    for (; at != NULL; at = at->parent) {
        const struct schema_resource *resource = at->node->location->resource;
        const struct schema_node *node;

        if (resource == key.resource)
            continue;
        key.resource = resource;
        node = schema_map_get(&schema->dynamic_nodes, &key, sizeof(key));
        found = node != NULL ? node : found;
    }
    return found;
}

bool schema_evaluate_reference(struct schema_run *run, const struct schema_instruction *instruction,
                               const struct schema_context *at)
{
    const struct schema_reference *reference = &instruction->reference;
    struct schema_context inside = schema_context_inside(at, instruction->keyword, reference->node);

    if (++run->references > run->schema->limits.references)
        return schema_run_stop(run, ERROR_TOO_LARGE,
                               "the validation follows more than the limit of references");
    if (reference->dynamic != NULL)
        inside.node = dynamic_find(run->schema, reference, at);
    return schema_evaluate(run, &inside);
}
