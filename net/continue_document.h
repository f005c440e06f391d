/*
 * What the web channel is shown of a draft, and what it may change: documents out of the draft's
 * and the form's records, judged by the forms engine that the terminals fill with. Knows no HTTP.
 */
#ifndef GUICHET_NET_CONTINUE_DOCUMENT_H
#define GUICHET_NET_CONTINUE_DOCUMENT_H

#include <stdbool.h>

#include <jansson.h>

#include "app/error.h"
#include "app/record.h"

/*
 * {"form", "form_version", "rev", "answers", "answered", "languages", "expires_at", "valid",
 * "errors", "faults"}: the form as an ordinary JSON Forms renderer takes it; the answers, and of
 * each its rev, channel and time; the faults twice: `errors` in the specification's basic shape,
 * with the messages of both languages beside `error`, and `faults`, what a terminal's review shows
 * beside the visible fields, in the form's own words. `language` ("fr...", else English) is that of
 * `error`. New reference in `document`.
 */
int continue_document(json_t **document, const struct record *draft, const struct record *form,
                      int64_t expires_ms, const char *language, struct error *error);

struct form;

/* The faults of the answers as the specification tells them, in both languages; an empty array when
 * there are none, which `valid` says too. New reference. */
int continue_errors(json_t **errors, bool *valid, const struct form *form, json_t *answers,
                    const char *language, struct error *error);

/* Of a form's record what a page needs to show it. New reference, NULL when out of memory. */
json_t *continue_form_document(const struct record *form);

/*
 * Reads changed answers {"name": value or null} into `fields`, as the body of an operation: what
 * the draft has already is left out. `unknown` lists, in the shape of `errors`, what no terminal
 * could mend: members that the form does not have, at any depth, and lists of more than
 * FORM_ITEM_LIMIT items; empty when all is well. Other faults are the draft's. New references.
 */
int continue_fields(json_t **fields, json_t **unknown, const json_t *answers,
                    const struct record *draft, const struct record *form, const char *language,
                    struct error *error);

/* The answers that lost, or passed over another's, in the change that made the draft's present
 * rev: [{"answer", "kept", "lost"}]. New reference, NULL when out of memory. */
json_t *continue_conflicts(const struct record *draft);

#endif
