/*
 * The submission: one filling of a form; a draft until it is submitted. While it is a draft its
 * answers are set one by one, so that two agents can fill it together; then it is final for
 * everybody.
 */
#ifndef GUICHET_APP_SUBMISSION_H
#define GUICHET_APP_SUBMISSION_H

#include "app/author.h"
#include "app/store.h"

/* What it belongs to; empty ids for nothing. */
struct submission_place {
    struct id matter; /* the case */
    struct id contact;
    struct id client;
};

/* Starts a draft of a form (a catalogue record), at its present version. */
int submission_start(struct batch *batch, const struct author *author, const struct record *form,
                     const struct submission_place *place, struct id *id, struct error *error);

/*
 * Changes of a draft. `answers` maps names of top-level answers to values, JSON null removing one
 * (as fill_next_change tells them); NULL for none. `field` is where the agent stands: a pointer of
 * the filling; NULL leaves it. `consents` {"saaq": true}; NULL leaves them. Answers that the record
 * has already add nothing. ERROR_REFUSED when it is no draft any more; ERROR_INVALID for a name
 * over 100 bytes.
 */
int submission_change(struct batch *batch, const struct author *author,
                      const struct record *submission, const json_t *answers, const char *field,
                      const json_t *consents, struct error *error);

/* What is kept of a draft beside its answers. */
struct submission_marks {
    const json_t *known;     /* answers taken from the client's file: pointer -> true, all of them;
                                NULL leaves them */
    const json_t *set_aside; /* more answers put aside: pointer -> {"value", "version", "label"};
                                NULL: none */
    int64_t form_version;    /* that the answers now have; 0 leaves it */
};

/* Sets what differs. Errors as submission_change. */
int submission_mark(struct batch *batch, const struct author *author,
                    const struct record *submission, const struct submission_marks *marks,
                    struct error *error);

/* Submits it: a claim, pending until the server has confirmed. The filling was reviewed before. */
int submission_submit(struct batch *batch, const struct author *author,
                      const struct record *submission, struct error *error);

bool submission_is_draft(const struct record *submission);

/* The path of an answer in operations and stamps: "answers/" and the name with the escapes of
 * JSON Pointer. False when it does not fit. */
#define SUBMISSION_PATH_SIZE 256
bool submission_answer_path(const char *name, char path[SUBMISSION_PATH_SIZE]);

/*
 * The newest draft on a case or, when `matter` is empty, of a contact; of one form when `form` (a
 * key) is not NULL. New (record_free), NULL when there is none.
 */
int submission_find_draft(struct store *store, const struct id *matter, const struct id *contact,
                          const char *form, struct record **submission, struct error *error);

#endif
