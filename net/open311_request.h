/*
 * A service request as a POST makes it, and as GET tells it. Pure.
 */
#ifndef GUICHET_NET_OPEN311_REQUEST_H
#define GUICHET_NET_OPEN311_REQUEST_H

#include "app/text.h"
#include "net/open311_service.h"

/* Longest description, in characters: the standard's. */
#define OPEN311_DESCRIPTION_LIMIT 4000

/* What the standard's arguments say; borrowed from the pairs, NULL for what was not said. */
struct open311_request {
    const char *description, *address, *address_id, *media_url;
    const char *first_name, *last_name, *email, *phone, *account_id, *device_id;
    bool has_position;
    double latitude, longitude;
};

/* Reads them; what is wrong is added to `errors`. */
void open311_request_read(struct open311_request *request, const struct open311_pairs *pairs,
                          json_t *errors);

/* What of it may be told later, to whom it may be told: {"description", "address", "address_id",
 * "lat", "long", "media_url"}, each where it was said. New; NULL when out of memory. */
json_t *open311_request_facts(const struct open311_request *request);

/* The whole request for the clerk who opens the case, in `language`; `answers` may be NULL. Adds to
 * `text`. */
void open311_request_tell(const struct open311_request *request,
                          const struct open311_service *service, const json_t *answers,
                          const char *language, struct text_buffer *text);

/* A name, "" when none was given. Adds to `name`. */
void open311_request_name(const struct open311_request *request, struct text_buffer *name);

/* What GET tells of one. All borrowed. */
struct open311_told {
    const char *id;                        /* the case's reference */
    const char *code;                      /* the service's */
    const json_t *title;                   /* the service's when it was asked for, localised */
    const struct open311_service *service; /* as it is offered now; NULL: no longer */
    const json_t *facts;                   /* open311_request_facts */
    const char *status;                    /* the case's */
    int64_t requested_ms, updated_ms;
    int64_t expected_ms; /* 0: nobody promised anything */
    bool own;            /* the caller has the key that it was made with */
};

/* Whether a case of this status is closed for the public. */
bool open311_is_closed(const char *status);

/* New; NULL when out of memory. Nothing is told of the person; what was said in free text, and
 * where it is, only as the service allows (open311_service_publishes), or to who sent it. */
json_t *open311_request_item(const struct open311_told *told, const char *language);

#endif
