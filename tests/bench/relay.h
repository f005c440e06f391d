/*
 * A TCP relay on loopback: it counts the bytes and segments that pass (what a synchronisation costs
 * on the wire), and can be a slow line.
 */
#ifndef GUICHET_TESTS_BENCH_RELAY_H
#define GUICHET_TESTS_BENCH_RELAY_H

#include <stddef.h>

struct relay;

/* The name of its thread, for whoever counts threads. */
#define RELAY_THREAD "relay"

/* Listens on a free port and relays to `port`, in a thread of its own; NULL on failure. */
struct relay *relay_start(int port);
int relay_port(const struct relay *relay);

/*
 * From now on a line of `rate` bits a second each way (0: as fast as it goes) with `round_trip` ms
 * there and back. The line is shared by all connections. Its bytes are those of the streams:
 * headers of TCP and the like are not added.
 */
void relay_slow(struct relay *relay, int rate, int round_trip);
/* Cuts what is connected, and while `cut` takes no new connection. */
void relay_cut(struct relay *relay, int cut);

/* From now on the first bytes each way are kept, to be looked at when all has passed. */
void relay_listen(struct relay *relay);
#define RELAY_HEARD 4096
/* Those to the server (`way` 0) or from it (1): borrowed until relay_listen. */
const char *relay_heard(const struct relay *relay, int way, size_t *length);

/* Bytes to the server and from it so far. */
void relay_counts(const struct relay *relay, long long *up, long long *down);
/* TCP segments that the clients' sides of the connections sent and received so far. */
long long relay_packets(struct relay *relay);
void relay_stop(struct relay *relay);

#endif
