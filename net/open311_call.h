/*
 * One call of Open311 from its request to its answer: everything but what it is about. One worker
 * does them all, so that whoever asks much keeps no thread from the agents' requests.
 */
#ifndef GUICHET_NET_OPEN311_CALL_H
#define GUICHET_NET_OPEN311_CALL_H

#include "net/intake_key.h"
#include "net/open311_document.h"
#include "net/open311_errors.h"
#include "net/open311_pairs.h"
#include "net/open311_view.h"
#include "net/server_internal.h"

struct open311_call;

/* In the worker's thread: sets `answer` and `root`, or adds to `errors`; a negative code is the
 * server's own failure. */
typedef int (*open311_work)(struct open311_call *call, struct error *error);

struct open311_call {
    struct request *request; /* asleep meanwhile */
    struct server *server;
    open311_work work;
    enum open311_format format;
    const char *language;          /* "fr" or "en": to answer in */
    const char *asked_language;    /* the same when the caller named it, else NULL */
    char name[ROUTE_SEGMENT_SIZE]; /* of what the path names, without the format */
    struct open311_pairs pairs;    /* of the body, then of the query */
    const char *jurisdiction;      /* that is asked for, "" when there is only one */
    /* The answer. */
    json_t *answer;
    const char *root;
    json_t *errors;
    unsigned retry_after; /* seconds after which it may be asked again; 0: not said */
    int code;
    struct error error;
};

/* The handler of every route: sends the call to the worker, and its answer to the client. */
enum route_result open311_ask(struct request *request, open311_work work);

/* Looks at a request's head: whether it is one of Open311, and in which format it is answered,
 * errors too. */
void open311_recognise(struct request *request, const char *path);

/* Sets the reply to an error, as the standard has them. */
void open311_problem(struct request *request, unsigned status, const char *description);

/* Whose key the call has: an empty name when it has none. A key that is none, or is of a channel
 * that 311 does not come by, is added to the errors. In the worker's thread. */
int open311_call_key(struct open311_call *call, struct intake_key *key, struct error *error);

/* Where a message of this key comes from, as intake is told; "" for an empty name. */
#define OPEN311_SOURCE_SIZE (INTAKE_KEY_NAME_LIMIT + sizeof("311:"))
void open311_source(const struct intake_key *key, char source[OPEN311_SOURCE_SIZE]);

#endif
