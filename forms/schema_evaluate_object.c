/* Evaluating the keywords of objects. */
#include <string.h>

#include "forms/schema_run.h"

bool schema_evaluate_min_properties(struct schema_run *run,
                                    const struct schema_instruction *instruction,
                                    const struct schema_context *at)
{
    size_t size = json_object_size(at->value);

    return size >= instruction->count || schema_fault_count(run, at, instruction, size);
}

bool schema_evaluate_max_properties(struct schema_run *run,
                                    const struct schema_instruction *instruction,
                                    const struct schema_context *at)
{
    size_t size = json_object_size(at->value);

    return size <= instruction->count || schema_fault_count(run, at, instruction, size);
}

/* ---- Members ---- */

/* One pass over the members of an object. */
struct pass {
    struct schema_run *run;
    const struct schema_members *members;
    const struct schema_context *at;
    struct schema_context member; /* the member in hand */
    size_t expected;              /* the member of the schema that probably comes next */
    size_t required;              /* required members met */
    json_t *annotations[3];       /* names, by keyword: see annotation_keywords */
};

static const char *const annotation_keywords[] = {"properties", "patternProperties",
                                                  "additionalProperties"};

static void annotate_name(struct pass *pass, size_t keyword)
{
    json_t **names = &pass->annotations[keyword];

    if (pass->run->result == NULL || !schema_result_annotating(pass->run->result))
        return;
    if (*names == NULL)
        *names = json_array();
    if (*names == NULL ||
        json_array_append_new(
            *names, json_stringn_nocheck(pass->member.name, pass->member.name_length)) != 0)
        schema_run_stop(pass->run, ERROR_MEMORY, "no memory for the result");
}

/*
 * The schema's member of that name. Answers mostly come in the order of the schema, so the one
 * after the last is looked at before the table.
 */
static const struct schema_member *member_find(struct pass *pass, const char *name, size_t length)
{
    const struct schema_members *members = pass->members;
    const struct schema_member *member;
    size_t slot;

    if (pass->expected < members->count) {
        member = &members->members[pass->expected];
        if (member->length == length && memcmp(member->name, name, length) == 0) {
            pass->expected++;
            return member;
        }
    }
    slot = schema_hash(name, length, 0) & members->slot_mask;
    for (; members->slots[slot] != 0; slot = (slot + 1) & members->slot_mask) {
        member = &members->members[members->slots[slot] - 1];
        if (member->length == length && memcmp(member->name, name, length) == 0) {
            pass->expected = members->slots[slot];
            return member;
        }
    }
    return NULL;
}

static bool member_evaluate(struct pass *pass, const struct schema_node *node, size_t keyword,
                            const char *token, size_t token_length)
{
    pass->member.node = node;
    pass->member.keyword = annotation_keywords[keyword];
    pass->member.schema_step = token == NULL ? SCHEMA_STEP_NONE : SCHEMA_STEP_NAME;
    pass->member.token = token;
    pass->member.token_length = token_length;
    annotate_name(pass, keyword);
    return schema_evaluate(pass->run, &pass->member);
}

/* Applies every pattern that the name of the member matches. */
static bool patterns_evaluate(struct pass *pass, bool *evaluated)
{
    bool valid = true;

    for (size_t i = 0; i < pass->members->pattern_count; i++) {
        const struct schema_member_pattern *pattern = &pass->members->patterns[i];
        int found = schema_run_match(pass->run, pattern->pattern, pass->member.name,
                                     pass->member.name_length);

        if (found < 0)
            return false;
        if (found == 0)
            continue;
        *evaluated = true;
        if (!member_evaluate(pass, pattern->node, 1, pattern->text, strlen(pattern->text))) {
            if (!pass->run->collect)
                return false;
            valid = false;
        }
    }
    return valid;
}

/* The name of a member is a string of its own, which is only made when somebody looks at it. */
static bool name_evaluate(struct pass *pass)
{
    struct schema_run *run = pass->run;
    const struct schema_context *at = pass->at;
    struct schema_context name = schema_context_inside(at, "propertyNames", pass->members->names);
    struct schema_fault fault = {.keyword = "propertyNames",
                                 .expected = pass->members->names_value,
                                 .property = pass->member.name,
                                 .property_length = pass->member.name_length};
    bool collect = run->collect;
    bool valid;

    name.evaluated = NULL;
    name.value = json_stringn_nocheck(pass->member.name, pass->member.name_length);
    if (name.value == NULL)
        return schema_run_stop(run, ERROR_MEMORY, "no memory to validate");
    /* The string is gone after this, so no fault may point at it: the member itself is named. */
    run->collect = false;
    valid = schema_evaluate(run, &name);
    run->collect = collect;
    json_decref(name.value);
    return valid || schema_fault(run, at, &fault);
}

static bool pass_member(struct pass *pass)
{
    const struct schema_members *members = pass->members;
    const struct schema_member *member =
        member_find(pass, pass->member.name, pass->member.name_length);
    bool evaluated = false;
    bool valid = true;

    if (member != NULL) {
        pass->required += member->required ? 1 : 0;
        if (member->node != NULL) {
            evaluated = true;
            valid = member_evaluate(pass, member->node, 0, member->name, member->length);
        }
    }
    if (members->pattern_count > 0 && (valid || pass->run->collect))
        valid = patterns_evaluate(pass, &evaluated) && valid;
    if (!evaluated && members->additional != NULL) {
        evaluated = true;
        valid = member_evaluate(pass, members->additional, 2, NULL, 0);
    }
    if (members->names != NULL && (valid || pass->run->collect))
        valid = name_evaluate(pass) && valid;
    if (evaluated && pass->at->evaluated != NULL)
        schema_bits_set(pass->at->evaluated, pass->member.index);
    return valid;
}

static bool required_fault(struct schema_run *run, const struct schema_context *at,
                           const char *keyword, const json_t *expected, const char *name,
                           size_t length)
{
    struct schema_fault fault = {
        .keyword = keyword, .expected = expected, .property = name, .property_length = length};

    return schema_fault(run, at, &fault);
}

static void required_list(const struct pass *pass)
{
    for (size_t i = 0; i < pass->members->count; i++) {
        const struct schema_member *member = &pass->members->members[i];

        if (member->required &&
            json_object_getn(pass->at->value, member->name, member->length) == NULL)
            required_fault(pass->run, pass->at, "required", pass->members->required_value,
                           member->name, member->length);
    }
}

static void pass_annotate(struct pass *pass, bool valid)
{
    for (size_t i = 0; i < sizeof(pass->annotations) / sizeof(pass->annotations[0]); i++) {
        if (pass->annotations[i] == NULL)
            continue;
        if (!valid)
            json_decref(pass->annotations[i]);
        else if (schema_result_annotate(pass->run, pass->at, annotation_keywords[i],
                                        pass->annotations[i]) != 0)
            schema_run_stop(pass->run, ERROR_MEMORY, "no memory for the result");
    }
}

bool schema_evaluate_members(struct schema_run *run, const struct schema_instruction *instruction,
                             const struct schema_context *at)
{
    struct pass pass = {.run = run, .members = instruction->members, .at = at};
    bool valid = true;

    pass.member.parent = at;
    pass.member.depth = at->depth + 1;
    pass.member.step = SCHEMA_STEP_NAME;
    for (void *iterator = json_object_iter(at->value); iterator != NULL;
         iterator = json_object_iter_next(at->value, iterator), pass.member.index++) {
        pass.member.name = json_object_iter_key(iterator);
        pass.member.name_length = json_object_iter_key_len(iterator);
        pass.member.value = json_object_iter_value(iterator);
        if (pass_member(&pass))
            continue;
        valid = false;
        if (!run->collect)
            break;
    }
    if (valid || run->collect) {
        if (pass.required < pass.members->required)
            valid = false;
        if (!valid && pass.required < pass.members->required && run->collect)
            required_list(&pass);
    }
    pass_annotate(&pass, valid);
    return valid;
}

/* ---- Dependencies ---- */

static bool names_evaluate(struct schema_run *run, const struct schema_instruction *instruction,
                           const struct schema_context *at, const json_t *names)
{
    bool valid = true;

    for (size_t i = 0; i < json_array_size(names); i++) {
        const json_t *name = json_array_get(names, i);
        const char *text = json_string_value(name);
        size_t length = json_string_length(name);

        if (json_object_getn(at->value, text, length) != NULL)
            continue;
        valid = required_fault(run, at, instruction->keyword, instruction->value, text, length);
        if (!run->collect)
            break;
    }
    return valid;
}

bool schema_evaluate_dependencies(struct schema_run *run,
                                  const struct schema_instruction *instruction,
                                  const struct schema_context *at)
{
    const struct schema_dependencies *dependencies = instruction->dependencies;
    bool valid = true;

    for (size_t i = 0; i < dependencies->count && (valid || run->collect); i++) {
        const struct schema_dependency *dependency = &dependencies->dependencies[i];
        struct schema_context inside;

        if (json_object_getn(at->value, dependency->name, dependency->length) == NULL)
            continue;
        if (dependency->node == NULL) {
            valid = names_evaluate(run, instruction, at, dependency->names) && valid;
            continue;
        }
        inside = schema_context_inside(at, instruction->keyword, dependency->node);
        inside.schema_step = SCHEMA_STEP_NAME;
        inside.token = dependency->name;
        inside.token_length = dependency->length;
        valid = schema_evaluate(run, &inside) && valid;
    }
    return valid;
}

bool schema_evaluate_unevaluated_members(struct schema_run *run,
                                         const struct schema_instruction *instruction,
                                         const struct schema_context *at)
{
    struct schema_context member = {.parent = at,
                                    .node = instruction->node,
                                    .depth = at->depth + 1,
                                    .keyword = instruction->keyword,
                                    .step = SCHEMA_STEP_NAME};
    bool annotates = run->result != NULL && schema_result_annotating(run->result);
    json_t *names = NULL;
    bool valid = true;

    for (void *iterator = json_object_iter(at->value); iterator != NULL && (valid || run->collect);
         iterator = json_object_iter_next(at->value, iterator), member.index++) {
        if (schema_bits_has(at->evaluated, member.index))
            continue;
        member.name = json_object_iter_key(iterator);
        member.name_length = json_object_iter_key_len(iterator);
        member.value = json_object_iter_value(iterator);
        valid = schema_evaluate(run, &member) && valid;
        if (!annotates)
            continue;
        if (names == NULL)
            names = json_array();
        json_array_append_new(names, json_stringn_nocheck(member.name, member.name_length));
    }
    schema_bits_fill(at->evaluated);
    if (names != NULL && !valid)
        json_decref(names);
    else if (names != NULL && schema_result_annotate(run, at, instruction->keyword, names) != 0)
        schema_run_stop(run, ERROR_MEMORY, "no memory for the result");
    return valid;
}
