/*
 * A TCP relay on loopback that counts the bytes passing it: what a synchronisation costs on the
 * wire, TCP headers aside.
 */
#ifndef GUICHET_TESTS_BENCH_RELAY_H
#define GUICHET_TESTS_BENCH_RELAY_H

struct relay;

/* Listens on a free port and relays to `port`, in a thread of its own; NULL on failure. */
struct relay *relay_start(int port);
int relay_port(const struct relay *relay);
/* Bytes to the server and from it so far. */
void relay_counts(const struct relay *relay, long long *up, long long *down);
/* TCP segments that the clients' sides of the connections sent and received so far. */
long long relay_packets(struct relay *relay);
void relay_stop(struct relay *relay);

#endif
