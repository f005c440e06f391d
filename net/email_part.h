/*
 * What the files that read a message share. Nobody outside net/email_*.c includes this.
 */
#ifndef GUICHET_NET_EMAIL_PART_H
#define GUICHET_NET_EMAIL_PART_H

#include <gmime/gmime.h>

#include "net/email_parse.h"

#define EMAIL_HTML_ONLY "html-only"

/* A message being read. */
struct email_reading {
    const struct email_limits *limits;
    struct email_message *message;
    size_t parts;
    size_t attachments_bytes;
    size_t body_room;   /* bytes that bodies may still make */
    char *plain, *html; /* bodies so far, not cleaned; owned */
    bool text_cut;
};

/* --- bounds (email_bounds.c) ------------------------------------------------------------------ */

/* Looks over the bytes before a parser does: whether it is too much of anything. */
int email_bounds_check(const char *bytes, size_t length, const struct email_limits *limits,
                       struct error *error);

/* --- parts (email_part.c) --------------------------------------------------------------------- */

/* Takes bodies and attachments out of a tree of parts. */
int email_parts_take(struct email_reading *reading, GMimeObject *object, size_t depth,
                     struct error *error);

/* The decoded content of a part, at most `limit` bytes, with a NUL behind. New; NULL when out of
 * memory. */
unsigned char *email_part_content(GMimePart *part, size_t limit, size_t *length, bool *cut);

/* A remark for the agent, once; `detail` may be NULL. */
int email_remark(struct email_message *message, const char *word, const char *detail,
                 struct error *error);

/* --- nature (email_nature.c) ------------------------------------------------------------------ */

/* What the headers say of who wrote it: of enum email_nature. */
unsigned email_nature_of(GMimeMessage *message, const struct email_message *read,
                         const struct email_self *self);

/* Fills the report out of a multipart/report. */
int email_report_read(struct email_report *report, GMimeObject *object, struct error *error);

/* An id without <> and spaces, when it can be one; else NULL. New. */
char *email_id_clean(const char *id);

#endif
