/*
 * What the routes share that a client opens with a code: the check of the code, which takes long,
 * in the worker's thread, and whether a page or JSON is asked for.
 */
#ifndef GUICHET_NET_ROUTE_ACCESS_H
#define GUICHET_NET_ROUTE_ACCESS_H

#include "net/ledger_access.h"
#include "net/request_code.h"

/* A request while its code is being checked. */
struct asking {
    struct request_code wait;
    struct continue_code code;
    char reference[ID_REFERENCE_SIZE]; /* "" for none: the code alone opens it */
    char address[64];
    struct ledger_access access;
    struct error error;
    int status; /* of the check */
};

/* Reads the code, and sends it to be checked; the request then sleeps. What is no code, or no
 * reference, is answered as a wrong one is. `reference` is NULL where there is none. */
enum route_result access_begin(struct request *request, const char *code, const char *reference);

/* The code was looked at: what it says when it opens nothing. */
void access_refuse(struct request *request, const struct asking *asking);

/* What the client sees of their case by the code is in the audit trail, too: false with a problem
 * set. */
bool access_note(struct request *request, const struct ledger_access *access, const char *what);

/* A page for people is asked for. */
bool access_wants_page(const struct request *request);

/* The language to answer in: the client's, else the first that the browser asks for. "fr" or "en".
 */
const char *access_language(const struct request *request, const char *client);

/* Sets the reply: a page, which it owns from now on. */
void access_answer_page(struct request *request, unsigned status, struct text_buffer *page);

#endif
