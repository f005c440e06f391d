/*
 * The body of POST /v1/operations as it came, in JSON or in its binary form: {"brief", "made",
 * "shown", "ungrounded", "elsewhere", "operations"}. Of the binary form all that is done here is to
 * find where each operation begins; each is read when its turn comes (app/operation.h).
 */
#ifndef GUICHET_NET_OPERATIONS_SENT_H
#define GUICHET_NET_OPERATIONS_SENT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "app/error.h"
#include "app/id.h"
#include "app/operation.h"

struct operations_sent {
    json_t *head;   /* owned: the members, in binary form without "operations" */
    bool is_list;   /* "operations" is one */
    size_t count;   /* of operations */
    size_t depth;   /* in binary form: how deep it nests */
    size_t values;  /* in binary form: how many it holds */
    char *bytes;    /* owned: the binary form; NULL for JSON */
    size_t *starts; /* owned: where each operation begins in that, and where the last ends */
};

/* Takes the document over. */
void operations_sent_json(struct operations_sent *sent, json_t *document);
/* Takes the bytes (free()) over. ERROR_INVALID when they are no such map, or not whole. */
int operations_sent_binary(struct operations_sent *sent, char *bytes, size_t length,
                           struct error *error);
void operations_sent_free(struct operations_sent *sent);

/* Reads one, with a session's agent and device where it names none. ERROR_TOO_LARGE or
 * ERROR_INVALID when it harms nobody but itself. New; of the binary form it is closed, and good as
 * long as what was sent. */
int operations_sent_read(const struct operations_sent *sent, size_t index, const struct id *agent,
                         const struct id *device, struct operation **operation,
                         struct error *error);
/* A text member of one, cut to `size`; "" when it has none. */
void operations_sent_text(const struct operations_sent *sent, size_t index, const char *member,
                          char *text, size_t size);

#endif
