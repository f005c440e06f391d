/* Evaluating the keywords of arrays. */
#include <stdlib.h>
#include <string.h>

#include "forms/schema_run.h"

/* Up to here items are compared each with each; above, by their hashes. */
#define PAIRS_LIMIT 16

bool schema_evaluate_min_items(struct schema_run *run, const struct schema_instruction *instruction,
                               const struct schema_context *at)
{
    size_t size = json_array_size(at->value);

    return size >= instruction->count || schema_fault_count(run, at, instruction, size);
}

bool schema_evaluate_max_items(struct schema_run *run, const struct schema_instruction *instruction,
                               const struct schema_context *at)
{
    size_t size = json_array_size(at->value);

    return size <= instruction->count || schema_fault_count(run, at, instruction, size);
}

/* ---- uniqueItems ---- */

struct hashed {
    uint64_t hash;
    size_t index;
};

static int hashed_order(const void *left, const void *right)
{
    const struct hashed *first = left;
    const struct hashed *second = right;

    if (first->hash != second->hash)
        return first->hash < second->hash ? -1 : 1;
    return first->index < second->index ? -1 : 1;
}

static bool items_equal(const struct schema_run *run, const json_t *array, size_t left,
                        size_t right)
{
    return schema_equal(json_array_get(array, left), run->document, json_array_get(array, right),
                        run->document);
}

static bool repeat_fault(struct schema_run *run, const struct schema_instruction *instruction,
                         const struct schema_context *at, size_t first, size_t second)
{
    struct schema_fault fault = {.keyword = instruction->keyword,
                                 .expected = instruction->value,
                                 .count = first,
                                 .other = second};

    return schema_fault(run, at, &fault);
}

static bool unique_by_hash(struct schema_run *run, const struct schema_instruction *instruction,
                           const struct schema_context *at, size_t size)
{
    /* The address of the array is a seed that whoever wrote the array cannot know. */
    uint64_t seed = schema_hash(&at->value, sizeof(at->value), (uintptr_t)run);
    struct hashed *items = calloc(size, sizeof(*items));
    bool unique = true;

    if (items == NULL)
        return schema_run_stop(run, ERROR_MEMORY, "no memory to validate");
    for (size_t i = 0; i < size; i++)
        items[i] = (struct hashed){
            schema_value_hash(json_array_get(at->value, i), run->document, seed), i};
    qsort(items, size, sizeof(*items), hashed_order);
    for (size_t i = 0; i + 1 < size && unique; i++) {
        for (size_t j = i + 1; j < size && items[j].hash == items[i].hash && unique; j++) {
            unique = !items_equal(run, at->value, items[i].index, items[j].index);
            if (!unique)
                repeat_fault(run, instruction, at, items[i].index, items[j].index);
        }
    }
    free(items);
    return unique;
}

bool schema_evaluate_unique(struct schema_run *run, const struct schema_instruction *instruction,
                            const struct schema_context *at)
{
    size_t size = json_array_size(at->value);

    if (size > PAIRS_LIMIT)
        return unique_by_hash(run, instruction, at, size);
    for (size_t i = 1; i < size; i++) {
        for (size_t j = 0; j < i; j++) {
            if (items_equal(run, at->value, j, i))
                return repeat_fault(run, instruction, at, j, i);
        }
    }
    return true;
}

/* ---- Items ---- */

static struct schema_context item_context(const struct schema_context *at,
                                          const struct schema_instruction *instruction,
                                          const struct schema_node *node)
{
    return (struct schema_context){.parent = at,
                                   .node = node,
                                   .depth = at->depth + 1,
                                   .keyword = instruction->keyword,
                                   .step = SCHEMA_STEP_INDEX};
}

static void mark(const struct schema_context *at, size_t index)
{
    if (at->evaluated != NULL)
        schema_bits_set(at->evaluated, index);
}

/* The annotation of prefixItems is the largest index reached, or true when that is the last. */
static void annotate(struct schema_run *run, const struct schema_instruction *instruction,
                     const struct schema_context *at, json_t *value)
{
    if (!schema_result_annotating(run->result))
        json_decref(value);
    else if (schema_result_annotate(run, at, instruction->keyword, value) != 0)
        schema_run_stop(run, ERROR_MEMORY, "no memory for the result");
}

bool schema_evaluate_prefix(struct schema_run *run, const struct schema_instruction *instruction,
                            const struct schema_context *at)
{
    size_t size = json_array_size(at->value);
    size_t count = size < instruction->list.count ? size : instruction->list.count;
    struct schema_context item = item_context(at, instruction, NULL);
    bool valid = true;

    item.schema_step = SCHEMA_STEP_INDEX;
    for (size_t i = 0; i < count; i++) {
        item.node = instruction->list.nodes[i];
        item.value = json_array_get(at->value, i);
        item.token_index = i;
        item.index = i;
        if (!schema_evaluate(run, &item)) {
            if (!run->collect)
                return false;
            valid = false;
        }
        mark(at, i);
    }
    if (valid && count > 0 && run->result != NULL)
        annotate(run, instruction, at,
                 count == size ? json_true() : json_integer((json_int_t)count - 1));
    return valid;
}

bool schema_evaluate_items(struct schema_run *run, const struct schema_instruction *instruction,
                           const struct schema_context *at)
{
    size_t size = json_array_size(at->value);
    struct schema_context item = item_context(at, instruction, instruction->rest.node);
    bool valid = true;

    for (size_t i = instruction->rest.from; i < size; i++) {
        item.value = json_array_get(at->value, i);
        item.index = i;
        if (!schema_evaluate(run, &item)) {
            if (!run->collect)
                return false;
            valid = false;
        }
        mark(at, i);
    }
    if (valid && size > instruction->rest.from && run->result != NULL)
        annotate(run, instruction, at, json_true());
    return valid;
}

/* Whether the item matches, without listing why not. */
static bool item_matches(struct schema_run *run, const struct schema_context *item)
{
    bool collect = run->collect;
    bool matches;

    run->collect = false;
    matches = schema_evaluate(run, item);
    run->collect = collect;
    return matches;
}

static bool contains_fault(struct schema_run *run, const struct schema_instruction *instruction,
                           const struct schema_context *at, size_t found)
{
    const struct schema_contains *contains = instruction->contains;
    struct schema_fault fault = {
        .keyword = instruction->keyword, .expected = instruction->value, .count = found};

    if (found > contains->maximum) {
        fault.keyword = "maxContains";
        fault.expected = contains->maximum_value;
    } else if (contains->minimum_value != NULL) {
        fault.keyword = "minContains";
        fault.expected = contains->minimum_value;
    }
    return schema_fault(run, at, &fault);
}

bool schema_evaluate_contains(struct schema_run *run, const struct schema_instruction *instruction,
                              const struct schema_context *at)
{
    const struct schema_contains *contains = instruction->contains;
    size_t size = json_array_size(at->value);
    struct schema_context item = item_context(at, instruction, contains->node);
    bool count_all = at->evaluated != NULL || contains->maximum != SIZE_MAX || run->result != NULL;
    size_t found = 0;

    for (size_t i = 0; i < size && (count_all || found < contains->minimum); i++) {
        item.value = json_array_get(at->value, i);
        item.index = i;
        if (!item_matches(run, &item))
            continue;
        found++;
        if (contains->evaluates)
            mark(at, i);
    }
    if (found < contains->minimum || found > contains->maximum)
        return contains_fault(run, instruction, at, found);
    return true;
}

bool schema_evaluate_unevaluated_items(struct schema_run *run,
                                       const struct schema_instruction *instruction,
                                       const struct schema_context *at)
{
    size_t size = json_array_size(at->value);
    struct schema_context item = item_context(at, instruction, instruction->node);
    bool valid = true;
    bool any = false;

    for (size_t i = 0; i < size; i++) {
        if (schema_bits_has(at->evaluated, i))
            continue;
        any = true;
        item.value = json_array_get(at->value, i);
        item.index = i;
        if (!schema_evaluate(run, &item)) {
            if (!run->collect)
                return false;
            valid = false;
        }
    }
    schema_bits_fill(at->evaluated);
    if (valid && any && run->result != NULL)
        annotate(run, instruction, at, json_true());
    return valid;
}
