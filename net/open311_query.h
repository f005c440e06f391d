/*
 * What GET requests asks for. Pure.
 */
#ifndef GUICHET_NET_OPEN311_QUERY_H
#define GUICHET_NET_OPEN311_QUERY_H

#include <stdint.h>

#include <jansson.h>

#include "net/open311_pairs.h"

/* The standard's: a span of 90 days, or 1,000 requests. */
#define OPEN311_SPAN_MS   (INT64_C(90) * 24 * 3600 * 1000)
#define OPEN311_PAGE_MOST 1000

struct open311_query {
    json_t *ids;      /* canonical references; NULL: not by id, which overrides all else; owned */
    json_t *services; /* codes; NULL: of every service; owned */
    bool open, closed;
    int64_t from_ms, to_ms; /* both included */
    int64_t limit, offset;
};

/* Reads it; what is wrong is added to `errors`. Cleared by open311_query_clear in any case. */
int open311_query_read(struct open311_query *query, const struct open311_pairs *pairs,
                       int64_t now_ms, json_t *errors, struct error *error);
void open311_query_clear(struct open311_query *query);

/* A time as the W3C's note on dates has it, with a zone; a day alone begins (or, with `end`, ends)
 * at midnight UTC. */
bool open311_time_read(const char *text, bool end, int64_t *ms);

#endif
