/*
 * A message as JSON: the body of POST /v1/intake/{channel}, and the sidecar of a scanned page. What
 * is not as documented is refused, naming the member. Knows no HTTP and no ledger.
 */
#ifndef GUICHET_NET_INTAKE_DOCUMENT_H
#define GUICHET_NET_INTAKE_DOCUMENT_H

#include "net/intake.h"

/* What a channel lets in besides what intake itself does. */
struct intake_limits {
    size_t attachment_bytes; /* of one; 0: INTAKE_ATTACHMENT_LIMIT */
    const char *types;       /* "application/pdf,image/" + "*"; NULL or "": any */
};

/* The media types that are taken unless the configuration says otherwise. */
#define INTAKE_TYPES                                                                               \
    "application/pdf,text/plain,text/csv,text/html,image/*,application/json,application/rtf,"      \
    "application/msword,application/vnd.openxmlformats-officedocument.wordprocessingml.document,"  \
    "application/vnd.oasis.opendocument.text"

/* A message with what it borrows from. */
struct intake_document {
    struct intake_message message; /* without channel and source */
    json_t *body;                  /* owned reference */
    const char **replies_to;       /* owned array */
    struct intake_attachment *attachments;
    unsigned char **bytes; /* owned, as many as attachments */
};

/* Reads it; `body` is kept. ERROR_INVALID, ERROR_TOO_LARGE for an attachment, ERROR_MEMORY. On an
 * error there is nothing to clear. */
int intake_document_read(struct intake_document *document, json_t *body,
                         const struct intake_limits *limits, struct error *error);
void intake_document_clear(struct intake_document *document);

/* Whether a media type is among `types`. */
bool intake_type_fits(const char *types, const char *type);

#endif
