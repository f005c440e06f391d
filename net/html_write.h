/* Text put into a page so that it stays text. */
#ifndef GUICHET_NET_HTML_WRITE_H
#define GUICHET_NET_HTML_WRITE_H

#include "app/text.h"

/* Adds UTF-8 text for use between tags or in a quoted attribute; characters that HTML forbids
 * become U+FFFD. */
void html_add_text(struct text_buffer *page, const char *text);

#endif
