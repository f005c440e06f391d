/*
 * A message as it came by mail, read: bytes in, texts out. Pure: no clock, no files, no network.
 *
 * Everything here is from a stranger. Bounds come first: what is over one of them is refused before
 * it costs memory. All texts that come out are UTF-8 without control, bidirectional or invisible
 * characters (the first two become visible marks), so that they may stand on a screen.
 */
#ifndef GUICHET_NET_EMAIL_PARSE_H
#define GUICHET_NET_EMAIL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "app/id.h"

/* What is over the first group refuses the message; over the second it is left out, with a remark.
 */
struct email_limits {
    size_t message_bytes; /* all of it, as it is sent */
    size_t header_bytes;  /* its headers, without those of its parts */
    size_t parts;
    size_t depth; /* parts within parts */

    size_t text_bytes;
    size_t attachments;
    size_t attachment_bytes;
    size_t attachments_bytes; /* all together */
    /* Media types that are kept, separated by commas: "application/pdf,image/\*". */
    const char *media_types;
};

extern const struct email_limits email_default_limits;

struct email_attachment {
    char *name;       /* a file name without folders; never NULL */
    char *media_type; /* lower case */
    unsigned char *bytes;
    size_t length;
};

/* Why nobody is to be answered by a machine. Several may hold. */
enum email_nature {
    EMAIL_AUTOMATIC = 1, /* written by a machine: RFC 3834, null return path, and what is usual */
    EMAIL_BULK = 2,      /* of a mailing list, or one of many */
    EMAIL_OWN = 4,       /* it is ours, and came back */
    EMAIL_REPORT = 8,    /* a delivery status notification (RFC 3464) */
};

/* What a delivery status notification says. */
struct email_report {
    bool failed;      /* for good; otherwise delayed, delivered ... */
    char *message_id; /* of the message concerned, without <>; NULL when it does not say */
    char *reason;     /* the other server's words; never NULL in a report */
};

/* Without <>. */
#define EMAIL_REPLIES_MOST 20

struct email_message {
    char *message_id; /* without <>; made of the content when there was none */
    bool id_made;
    int64_t date_ms;                      /* as the sender says; 0 when they do not */
    char *replies_to[EMAIL_REPLIES_MOST]; /* ids without <>: In-Reply-To, then References from the
                                             last to the first */
    size_t reply_count;
    char reference[ID_REFERENCE_SIZE]; /* of a case; "" for none */
    char *from, *from_name;            /* the address to answer, and the writer's name ("") */
    char *to;                          /* the first address; "" */
    char *subject;                     /* "" */
    char *text;                        /* what they wrote */
    char *quoted;                      /* what they quoted below or around it; "" */
    char *language;                    /* BCP 47; "" */
    unsigned nature;                   /* of enum email_nature */
    struct email_report report;        /* of EMAIL_REPORT */
    struct email_attachment *attachments;
    size_t attachment_count;
    json_t *remarks; /* array of words for the agent */
};

/* Whose mailbox it is: what comes from there is ours. May be NULL. */
struct email_self {
    const char *address;
};

/*
 * Reads one. `message` is cleared first, and to be cleared after success. ERROR_TOO_LARGE and
 * ERROR_INVALID say in the error's message, without any content, why it is refused; ERROR_MEMORY.
 */
int email_parse(struct email_message *message, const void *bytes, size_t length,
                const struct email_limits *limits, const struct email_self *self,
                struct error *error);
void email_message_clear(struct email_message *message);

/* "bureau@ville.example" and "Bureau+C-7K3M-9QX4@ville.example" are one. */
bool email_address_is_same(const char *left, const char *right);

#endif
