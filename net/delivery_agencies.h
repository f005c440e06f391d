/*
 * Where the agencies are that deliveries go to: a JSON file of the server's administrator, never
 * part of the catalogue. It holds one member, `agencies`, a list of
 *
 *   id                   the id by which forms name the agency as a recipient
 *   url                  where deliveries are posted: https, or http on this machine alone
 *   ca_file              PEM: only what it certifies is trusted (without it: the system's store)
 *   timeout_seconds      longest time for one exchange (30; 1 to 600)
 *   retry_seconds        wait after the first failure; each further one doubles it (30; 1 to 3600)
 *   retry_limit_seconds  longest such wait (3600; 1 to 86400)
 *   give_up_seconds      how long to go on trying to send (3 days; 1 second to 90 days)
 *   answer_seconds       how long to go on asking what came of it (30 days; 1 second to 1 year)
 *
 * All but `id` and `url` may be left out.
 */
#ifndef GUICHET_NET_DELIVERY_AGENCIES_H
#define GUICHET_NET_DELIVERY_AGENCIES_H

#include <stddef.h>
#include <stdint.h>

#include "app/error.h"

#define AGENCY_COUNT_LIMIT 200
#define AGENCY_URL_LIMIT   2000

struct agency {
    char *id;
    char *origin;  /* "https://host[:port]" */
    char *path;    /* "/filings" */
    char *ca_file; /* NULL: the system's store */
    int64_t timeout_ms;
    int64_t retry_ms;
    int64_t retry_limit_ms;
    int64_t give_up_ms;
    int64_t answer_ms;
};

struct agencies {
    struct agency *items; /* owned, with their texts */
    size_t count;
};

/* Reads the file; the message names the agency and the member that is wrong. Empty on an error. */
int agencies_read(struct agencies *agencies, const char *path, struct error *error);
void agencies_free(struct agencies *agencies);

/* Resolves what an agency gave as Location against its URL. `path` (path and query) is new, or NULL
 * when it leads to another host, or is none. */
char *agency_locate(const struct agency *agency, const char *location);

#endif
