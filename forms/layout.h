/*
 * The layout of a form that brings none: one control for each property, in the order of the
 * schema, as JSON Forms generates it.
 */
#ifndef GUICHET_FORMS_LAYOUT_H
#define GUICHET_FORMS_LAYOUT_H

#include <jansson.h>

/* A JSON Forms UI schema for an object schema (references already followed); for any other, one
 * control of the whole. New reference, NULL when out of memory. */
json_t *layout_generate(const json_t *schema);

#endif
