/*
 * Values of foreign tables turned into values of a record's body.
 */
#ifndef GUICHET_APP_IMPORT_FIELDS_H
#define GUICHET_APP_IMPORT_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/*
 * A text as one line: trimmed, runs of white space made one space, control and invisible format
 * characters dropped. With `keep_lines`, line ends stay (at most two in a row). Owned (free());
 * NULL when out of memory.
 */
char *import_text(const char *text, bool keep_lines);

/* Whether a text holds nothing that must never reach a terminal, but for line ends and tabs. */
bool import_text_is_safe(const char *text);

/* The text as it is, but without what must never reach a terminal (line ends and tabs stay): owned
 * (free()); NULL when it has none of that, or when memory ran out, which `*failed` tells. */
char *import_text_strip(const char *text, bool *failed);

/* import_text on one line, without the quotes that surround the whole of it ('...', "...", « ...
 * »). */
char *import_text_unquoted(const char *text);

/* True for "", "N/A", "Not applicable", "Sans objet", "TBD" and their kind: nothing was said. */
bool import_text_says_nothing(const char *text);

/* {"fr": .., "en": ..} of texts that are clean already; a text that says nothing is left out.
 * `*value` is new, or NULL when both are left out. False when out of memory. */
bool import_localised(const char *french, const char *english, json_t **value);

/* A whole number without sign, at most 15 digits; false for anything else. */
bool import_integer(const char *text, int64_t *number);

/* A share between 0 and 1 in decimal notation; false for anything else. */
bool import_share(const char *text, double *share);

/* True for an http or https address with a host and without spaces or quotes. */
bool import_is_address(const char *text);

/*
 * The address in a field that should hold one: the first of several, with https:// in front of a
 * bare "www...". "" when there is none, or one that seems broken by a space. Owned (free()), NULL
 * when out of memory.
 */
char *import_address(const char *text);

#endif
