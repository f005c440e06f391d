/*
 * The part of RFC 3986 that references need: resolving against a base, splitting the fragment.
 */
#ifndef GUICHET_FORMS_SCHEMA_URI_H
#define GUICHET_FORMS_SCHEMA_URI_H

#include <stddef.h>

#include "forms/schema_memory.h"

/*
 * Resolves `reference` (a URI or IRI reference) against `base` (absolute, or "" for none) as
 * RFC 3986 section 5.2 says. The text is in `arena`; NULL without memory.
 */
char *schema_uri_resolve(struct schema_arena *arena, const char *base, const char *reference);

/* The length of `uri` before its '#', and in `*fragment` what follows it, or NULL. */
size_t schema_uri_split(const char *uri, const char **fragment);

/* A copy of `text` without its percent-encoding; `*length` is its length in bytes. */
char *schema_uri_decode(struct schema_arena *arena, const char *text, size_t *length);

#endif
