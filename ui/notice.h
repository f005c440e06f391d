/*
 * What happened to this terminal's files or to the server (store_notice_each), and work that only
 * the journal holds: told on the message line until the agent has seen it.
 */
#ifndef GUICHET_UI_NOTICE_H
#define GUICHET_UI_NOTICE_H

#include <stddef.h>
#include <stdint.h>

#include "ui/desk.h"

/* The newest notice as a sentence, put into the desk's line unless something stands there. */
void notice_observe(struct desk *desk);

/* "3 min", "5 h", "2 years" in the present language, whatever the sign. */
void notice_format_span(char *text, size_t size, int64_t minutes);

#endif
