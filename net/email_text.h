/*
 * The text of mail: out of any character set, out of HTML, and the reply apart from what it quotes.
 * Pure. Results are new; NULL when out of memory.
 */
#ifndef GUICHET_NET_EMAIL_TEXT_H
#define GUICHET_NET_EMAIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * UTF-8 of bytes in the character set that a mail names, which may be missing, unknown or wrong:
 * then what fits the bytes is taken. What cannot be read becomes U+FFFD. `known` becomes false for
 * a name that says nothing to us. At most about `limit` bytes are made; `cut` becomes true when
 * there would have been more.
 */
char *email_text_decode(const char *bytes, size_t length, const char *charset, size_t limit,
                        bool *known, bool *cut);

/* Fit for the screen: lines end in '\n', spaces at their ends and invisible characters are gone,
 * unsafe ones are marks, and never more than two empty lines follow each other. */
char *email_text_clean(const char *text, size_t length);

/* The same for one line, of at most `limit` bytes. */
char *email_text_line(const char *text, size_t limit);

/* Joins the lines of "format=flowed" (RFC 3676), in place. */
void email_text_unflow(char *text, bool delete_space);

/* Where the part begins that quotes an earlier message: an offset, the length when nothing does. */
size_t email_text_quote(const char *text);

#endif
