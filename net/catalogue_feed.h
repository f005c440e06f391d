/* Reading the public catalogue out of the ledger, for what the server keeps of it in memory. */
#ifndef GUICHET_NET_CATALOGUE_FEED_H
#define GUICHET_NET_CATALOGUE_FEED_H

#include "net/ledger.h"

/* Called with the document of each record; a code other than 0 stops. */
typedef int (*catalogue_feed_visit)(void *context, const json_t *document, struct error *error);

/* Reads what changed after `*since`, in the order of the changes, and moves `*since` on. */
int catalogue_feed_read(struct ledger *ledger, int64_t *since, catalogue_feed_visit visit,
                        void *context, struct error *error);

#endif
