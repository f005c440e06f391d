/*
 * The pages that clients see with a code: where their case stands, and the questionnaire. Plain
 * HTML for any browser and screen reader: headings, lists, labels; no script, no style, no picture.
 * All text from records is escaped.
 */
#ifndef GUICHET_NET_ACCESS_PAGE_H
#define GUICHET_NET_ACCESS_PAGE_H

#include <stdbool.h>

#include <jansson.h>

#include "app/record.h"
#include "app/text.h"

/* `language` is "fr" or "en" in all of these. Each fills the buffer with a whole page. */

/* Asks for the code of this reference, as it was given. */
void access_page_ask(struct text_buffer *page, const char *language, const char *reference);
/* Reference and code open nothing; or `many` wrong ones were tried. */
void access_page_refused(struct text_buffer *page, const char *language, bool many);
/* `status` is the document of GET /v1/status/{reference}, `promise` its day in words. */
void access_page_status(struct text_buffer *page, const char *language, const json_t *status,
                        const char *promise);
/* The form as a page; what was answered in `answers` is there again (may be NULL), and `faulty`
 * says that some of it cannot be. It posts to `path`. */
void access_page_form(struct text_buffer *page, const char *language, const struct record *form,
                      const char *path, const json_t *answers, bool faulty);
/* It was answered, or declined. */
void access_page_thanks(struct text_buffer *page, const char *language, bool answered);

#endif
