/*
 * What a keystroke and a left field cost in forms of 50 and of 500 fields with a rule on every
 * fifth: the model only, no drawing. The aim: a keystroke stays flat.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jansson.h>

#include "forms/fill.h"

#define ROUNDS 2000

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

/* Field i of every five shows when the one before it is not empty. */
static json_t *form_body(int fields)
{
    json_t *properties = json_object();
    json_t *elements = json_array();

    for (int i = 0; i < fields; i++) {
        char name[32];
        char scope[64];
        json_t *control;

        snprintf(name, sizeof(name), "field_%d", i);
        snprintf(scope, sizeof(scope), "#/properties/%s", name);
        json_object_set_new(properties, name,
                            json_pack("{s:s, s:i, s:i, s:s}", "type", "string", "minLength", 2,
                                      "maxLength", 40, "pattern", "^[A-Za-z ]+$"));
        control = json_pack("{s:s, s:s}", "type", "Control", "scope", scope);
        if (i % 5 == 4) {
            snprintf(scope, sizeof(scope), "#/properties/field_%d", i - 1);
            json_object_set_new(control, "rule",
                                json_pack("{s:s, s:{s:s, s:{s:s, s:i}, s:b}}", "effect", "SHOW",
                                          "condition", "scope", scope, "schema", "type", "string",
                                          "minLength", 1, "failWhenUndefined", 1));
        }
        json_array_append_new(elements, control);
    }
    return json_pack("{s:s, s:{s:s, s:o}, s:{s:s, s:o}}", "key", "bench/form", "schema", "type",
                     "object", "properties", properties, "layout", "type", "VerticalLayout",
                     "elements", elements);
}

static int measure(int fields, double *key, double *leave)
{
    struct answer_context context = {FORM_ENGLISH, {2026, 11, 24}, 0};
    struct error error = ERROR_INIT;
    json_t *body = form_body(fields);
    struct form *form;
    struct fill *fill;
    double start = now();

    if (form_compile(&form, body, &error) != 0 ||
        fill_new(&fill, form, NULL, &context, &error) != 0) {
        fprintf(stderr, "bench_form: %s\n", error.message);
        return 1;
    }
    printf("%3d fields: opened in %.0f us", fields, now() - start);
    do
        fill_type(fill, "Some answer");
    while (fill_next(fill));
    fill_go(fill, fill_line_count(fill) / 2);
    start = now();
    for (int i = 0; i < ROUNDS; i++)
        fill_type(fill, i % 2 == 0 ? "Anne Marie" : "Anne Mari");
    *key = (now() - start) / ROUNDS;
    start = now();
    for (int i = 0; i < ROUNDS; i++) {
        fill_type(fill, i % 2 == 0 ? "Anne Marie" : "Anne Mari");
        fill_take(fill);
    }
    *leave = (now() - start) / ROUNDS;
    printf(", a key %.2f us, a field left %.1f us\n", *key, *leave);
    fill_free(fill);
    form_free(form);
    json_decref(body);
    return 0;
}

int main(void)
{
    double small_key;
    double small_leave;
    double key;
    double leave;

    if (measure(50, &small_key, &small_leave) != 0 || measure(500, &key, &leave) != 0)
        return 1;
    printf("500 to 50 fields: a key %.2f times, a field left %.2f times\n", key / small_key,
           leave / small_leave);
    return 0;
}
