/*
 * The services that are offered on 311, kept for the routes under /open311/: made of the ledger's
 * public records when somebody first asks, and again when somebody asks after they changed.
 *
 * Belongs to one thread: the server's worker for these routes. What it lends is valid until the
 * next open311_view_open.
 */
#ifndef GUICHET_NET_OPEN311_VIEW_H
#define GUICHET_NET_OPEN311_VIEW_H

#include "net/ledger.h"
#include "net/open311_service.h"

struct open311_view;

/* `log` takes one line about each record that offers what makes no sense. */
struct open311_view *open311_view_new(void (*log)(void *context, const char *line), void *context);
void open311_view_free(struct open311_view *view);

/* Brings the view to where the ledger stands now. */
int open311_view_open(struct open311_view *view, struct ledger *ledger, struct error *error);

/* In the order of their records' keys. */
const struct open311_service *const *open311_view_services(const struct open311_view *view,
                                                           size_t *count);
/* NULL when there is none of this code. */
const struct open311_service *open311_view_find(const struct open311_view *view, const char *code);

/* When a service or its form changed last, ms; 0 when there is none. */
int64_t open311_view_changed(const struct open311_view *view);

#endif
