/* Text put into a page so that it stays text. */
#ifndef GUICHET_NET_HTML_WRITE_H
#define GUICHET_NET_HTML_WRITE_H

#include "app/text.h"

/* Adds UTF-8 text for use between tags or in a quoted attribute; what could steer a
 * terminal, or turns the direction of text, becomes a visible mark as on a screen (app/text.h). */
void html_add_text(struct text_buffer *page, const char *text);

#endif
