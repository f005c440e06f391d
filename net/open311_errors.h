/*
 * The errors of an Open311 answer: a list of {"code", "description"}, several at once where several
 * things are wrong. The status of the answer is 404 for what is not there, 403 for a key that is
 * none, and 400 for all else that the client can mend.
 */
#ifndef GUICHET_NET_OPEN311_ERRORS_H
#define GUICHET_NET_OPEN311_ERRORS_H

#include <jansson.h>

/* Most errors told at once. */
#define OPEN311_ERRORS_MOST 50

/* Adds one; what does not fit, or finds no memory, is left out. Control characters become '?'. */
void open311_error_add(json_t *errors, unsigned code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The status that the standard asks for: that of the first error, 4xx but 403 and 404 as 400. */
unsigned open311_errors_status(const json_t *errors);

#endif
