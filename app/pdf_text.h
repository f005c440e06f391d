/*
 * The text of a PDF, by pdftotext in a child process that can do little harm: it reads a copy in
 * memory, gets seconds of processor and a bounded memory, writes to a pipe, and is killed when it
 * takes too long. Never waits: it is asked again and again.
 */
#ifndef GUICHET_APP_PDF_TEXT_H
#define GUICHET_APP_PDF_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "app/error.h"

/* Bytes of text that are kept, and how long it may take. */
#define PDF_TEXT_LIMIT   (512 * (size_t)1024)
#define PDF_TEXT_MOST_MS INT64_C(15000)

struct pdf_text;

/* Starts it on these bytes (copied), at steady time `now_ms`. ERROR_STORAGE when no process can be
 * made. That there is no pdftotext is told by pdf_text_look. */
int pdf_text_start(struct pdf_text **pdf, const void *bytes, size_t length, int64_t now_ms,
                   struct error *error);

/* 1: not ready yet. 0: `text` is owned by the caller (free()), NUL-terminated. ERROR_NOT_FOUND: no
 * pdftotext here; ERROR_INVALID: it cannot read this; ERROR_TOO_LARGE: it took too long. */
int pdf_text_look(struct pdf_text *pdf, int64_t now_ms, char **text, struct error *error);

/* Ends the process if it still runs, and frees. NULL is allowed. */
void pdf_text_stop(struct pdf_text *pdf);

#endif
