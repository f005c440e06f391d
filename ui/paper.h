/*
 * Text on paper: written to a file, as PDF through groff, or to the printer. What is made is
 * personal: files are readable by this user alone, and nothing that exists is written over. The
 * programs run as children that are waited for without blocking.
 */
#ifndef GUICHET_UI_PAPER_H
#define GUICHET_UI_PAPER_H

#include <stdbool.h>
#include <stddef.h>

#include "app/error.h"

/* Columns of text that fit on a page. */
#define PAPER_COLUMNS 78

/* Longest run of a child; then it is killed. */
#define PAPER_SECONDS 30

/* Writes `text` to the new file `path`, mode 0600. */
int paper_write(const char *path, const char *text, struct error *error);

/*
 * The text as input for groff: letter paper, a fixed-width font, nothing in it taken for a request
 * or an escape. Owned (free()), NULL when out of memory.
 */
char *paper_groff(const char *text);

struct paper_job;

/* Starts making the PDF `path` (mode 0600, must not exist). ERROR_NOT_FOUND when groff is not
 * installed; ERROR_STORAGE for the file. */
int paper_pdf(struct paper_job **job, const char *path, const char *text, struct error *error);

/* Starts `command` (by /bin/sh) with `text` on its standard input. */
int paper_print(struct paper_job **job, const char *command, const char *text, struct error *error);

/*
 * Looks once. Returns 1 while the child runs; 0 when it has done its work; a negative error with
 * what it said when it failed, or ran too long. `*warning` (may be NULL) becomes true when it did
 * its work and complained: characters that its fonts do not have.
 */
int paper_job_poll(struct paper_job *job, bool *warning, struct error *error);

/* Kills what still runs, removes a file that is not whole, frees. NULL is allowed. */
void paper_job_free(struct paper_job *job);

#endif
