/* What a reader of HTML sees, as text. Pure. */
#ifndef GUICHET_APP_HTML_TEXT_H
#define GUICHET_APP_HTML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The text that a reader of this HTML would see; quotes with "> " in front, and the target of a
 * link that its text does not say behind it, in <>. At most about `limit` bytes. New; NULL when out
 * of memory. */
char *html_text(const char *html, size_t length, size_t limit, bool *cut);

#endif
