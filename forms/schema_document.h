/*
 * What the validator needs of documents beyond the public interface.
 */
#ifndef GUICHET_FORMS_SCHEMA_DOCUMENT_H
#define GUICHET_FORMS_SCHEMA_DOCUMENT_H

#include "forms/schema.h"
#include "forms/schema_number.h"

/* Takes one more hold on the document (NULL is allowed) and returns it; safe from any thread. */
struct schema_document *schema_document_keep(struct schema_document *document);

/* The exact number behind a real of the document, or NULL when the double says it all. */
const struct schema_number *schema_document_number(const struct schema_document *document,
                                                   const json_t *value);

#endif
