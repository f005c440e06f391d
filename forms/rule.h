/*
 * Rules of the layout: what is shown and what can be changed, by the answers (JSON Forms rules:
 * effects SHOW, HIDE, ENABLE, DISABLE, READONLY, WRITABLE; conditions by schema, LEAF, AND, OR).
 */
#ifndef GUICHET_FORMS_RULE_H
#define GUICHET_FORMS_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "app/error.h"

struct rule;

enum rule_effect {
    RULE_SHOW,
    RULE_HIDE,
    RULE_ENABLE,
    RULE_DISABLE,
    RULE_READONLY,
    RULE_WRITABLE,
};

/*
 * Compiles a `rule` member (kept: its reference is counted). `root` is the form's whole schema, so
 * that a condition may refer to it. Errors say what is wrong, without the place (the caller knows
 * it): ERROR_INVALID for an unknown effect or condition, a condition without scope, and for
 * `validate`, which is JavaScript.
 */
int rule_compile(struct rule **rule, json_t *definition, const json_t *root, struct error *error);
/* NULL is allowed. */
void rule_free(struct rule *rule);

enum rule_effect rule_effect(const struct rule *rule);

/* Whether the condition holds for `data` (the form's answers, or the item of a list that the
 * element stands in). Like JSON Forms, a missing value is given to the schema (as null), unless the
 * condition says `failWhenUndefined`. */
bool rule_holds(const struct rule *rule, const json_t *data);

/* JSON Pointers, below the same data, that the condition reads: a change anywhere else can not
 * change it. "" stands for all of it. */
size_t rule_dependency_count(const struct rule *rule);
const char *rule_dependency(const struct rule *rule, size_t index);

#endif
