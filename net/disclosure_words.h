/* What fields, words and kinds of records are called in the copy of a file that a client is given.
 */
#ifndef GUICHET_NET_DISCLOSURE_WORDS_H
#define GUICHET_NET_DISCLOSURE_WORDS_H

#include <stdbool.h>

/* In French or English; the name itself when there is none. Borrowed. */
const char *disclosure_word(const char *name, bool french);

#endif
