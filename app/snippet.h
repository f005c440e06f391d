/*
 * Standard phrases of an office for notes: catalogue records (catalogue_bodies.md, "snippet"), each
 * with a short word in both languages, whose texts hold named values as those of messages do
 * (message_template.h).
 */
#ifndef GUICHET_APP_SNIPPET_H
#define GUICHET_APP_SNIPPET_H

#include "app/catalogue.h"
#include "app/message_template.h"

/* Zero-initialise. */
struct snippets {
    struct record **records; /* owned */
    size_t count;
};

/* Reads those that an office (its full key) may use: its own, and those of all offices. */
int snippets_read(struct snippets *snippets, struct catalogue *catalogue, const char *office,
                  struct error *error);
void snippets_free(struct snippets *snippets);

/*
 * Those that what was typed may mean, in a language: whose word begins with it first, then those
 * in whose title a word does; accents and case do not matter, "" means all. Writes at most `limit`
 * borrowed records in the order of their words; returns how many.
 */
size_t snippets_find(const struct snippets *snippets, const char *language, const char *typed,
                     const struct record **found, size_t limit);

/* Its text with the values; a value that is not known is marked ("[date]"). Owned; NULL out of
 * memory. */
char *snippet_text(const struct record *snippet, const char *language,
                   const struct message_values *values);

#endif
