/*
 * The two faces of an Open311 answer: JSON, and XML by the same shape (the standard's "Spark
 * convention": a list has no name in JSON, and one name for itself and one for its members in XML).
 */
#ifndef GUICHET_NET_OPEN311_DOCUMENT_H
#define GUICHET_NET_OPEN311_DOCUMENT_H

#include <stddef.h>

#include <jansson.h>

enum open311_format { OPEN311_XML, OPEN311_JSON };

/* Static. */
const char *open311_media_type(enum open311_format format);

/* The format that a path's end names ("services.xml", "pothole.json"): what stands before it is
 * left in `name`. Without such an end, what an Accept header (may be NULL) would rather have; XML,
 * which is the one that every server of the standard has, where it says nothing. */
enum open311_format open311_format_take(char *name, const char *accept);

/* The whole document: owned (free()), NULL when out of memory. `root` is its outermost element. */
char *open311_document(const json_t *value, const char *root, enum open311_format format,
                       size_t *length);

#endif
