/* Forms for the tests of forms/: written in JSON with ' for ". */
#ifndef GUICHET_TESTS_FORM_FIXTURE_H
#define GUICHET_TESTS_FORM_FIXTURE_H

#include "tests/unit/unit.h"

#include <jansson.h>

#include "app/error.h"
#include "forms/fill.h"
#include "forms/form.h"

/* Reads JSON in which ' stands for ". New reference; the test fails when it is none. */
json_t *fixture_json(const char *text);

/* Compiles a form of this schema and layout (NULL: generated). The test fails when it is wrong. */
struct form *fixture_form(const char *schema, const char *layout, const char *translations);
/* The message with which a form is refused, in a buffer that the next call reuses. */
const char *fixture_refusal(const char *schema, const char *layout);

/* A filling in English on 2026-11-24, five hours behind UTC. */
struct fill *fixture_fill(const struct form *form, const char *answers);

/* Puts the focus on a field and types into it; then takes it with fixture_enter. */
void fixture_type(struct fill *fill, const char *pointer, const char *text);
void fixture_enter(struct fill *fill, const char *pointer, const char *text);
/* The answers as canonical text with ' for ". Reused by the next call. */
const char *fixture_answers(const struct fill *fill);
const struct fill_line *fixture_line(const struct fill *fill, const char *pointer);

#endif
