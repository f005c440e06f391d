/* What the routes about keeping share (net/route_keeping.c, net/route_retention.c). */
#ifndef GUICHET_NET_ROUTE_KEEPING_H
#define GUICHET_NET_ROUTE_KEEPING_H

#include "app/permission.h"
#include "net/server_internal.h"

/* False with a problem set at a relay, which follows the server above it. */
bool keeping_at_centre(struct request *request);

/* Whether the role of whoever asks has a permission. False with a problem set when it cannot be
 * told. */
bool keeping_role_may(struct request *request, enum permission permission, bool *may);

#endif
