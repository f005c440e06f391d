/*
 * Texts that must reach no terminal as they are: every control, format and private character and
 * the sequences that are known to steer one. Each begins with the mark of its name, "~12~", by
 * which it is found again on a screen.
 */
#ifndef GUICHET_TESTS_SECURITY_HOSTILE_H
#define GUICHET_TESTS_SECURITY_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* Makes a mark for the name, where it has none, and gives it. */
size_t hostile_mark(const char *name);

/* The mark of the name, then hostile characters in turn from another place than the last text had,
 * so that whatever little is shown of each, all are shown somewhere. `limit`: bytes at most, 0 for
 * any. `brief`: with one sequence alone, so that what stands beside it has room. New reference. */
json_t *hostile_text(const char *name, size_t limit, bool brief);

/* How many texts were made. */
size_t hostile_count(void);

/* Writes a line "12 name" for each mark, `first` added to the number; the number of lines, or
 * SIZE_MAX when the file cannot be written. */
size_t hostile_map(const char *path);

/* Marks begin with this number: before the first is made. */
void hostile_first(size_t number);

#endif
