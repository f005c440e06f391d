#include "tests/bench/relay.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 16

struct relay {
    int listener;
    int port;
    int server_port;
    pthread_t thread;
    atomic_bool stop;
    atomic_llong up;
    atomic_llong down;
    pthread_mutex_t closing; /* held while a connection is looked at or closed */
    long long packets;       /* of connections that have ended */
    struct {
        int client; /* -1: free */
        int server;
    } pairs[CONNECTIONS];
};

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void pair_open(struct relay *relay)
{
    struct sockaddr_in address = loopback(relay->server_port);
    int client = accept(relay->listener, NULL, NULL);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    size_t i = 0;

    while (i < CONNECTIONS && relay->pairs[i].client >= 0)
        i++;
    if (client < 0 || server < 0 || i == CONNECTIONS ||
        connect(server, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(client);
        close(server);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    relay->pairs[i].client = client;
    relay->pairs[i].server = server;
}

/* Moves what is there; false when the connection has ended. */
static bool pump(int from, int to, atomic_llong *count)
{
    char bytes[65536];
    ssize_t length = read(from, bytes, sizeof(bytes));
    ssize_t sent = 0;

    if (length <= 0)
        return false;
    while (sent < length) {
        ssize_t part = write(to, bytes + sent, (size_t)(length - sent));

        if (part <= 0)
            return false;
        sent += part;
    }
    atomic_fetch_add(count, length);
    return true;
}

/* Segments that a connection's socket sent and received. */
static long long segments(int descriptor)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);

    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return 0;
    return (long long)info.tcpi_segs_out + info.tcpi_segs_in;
}

static void pair_close(struct relay *relay, size_t i)
{
    pthread_mutex_lock(&relay->closing);
    relay->packets += segments(relay->pairs[i].client);
    close(relay->pairs[i].client);
    close(relay->pairs[i].server);
    relay->pairs[i].client = relay->pairs[i].server = -1;
    pthread_mutex_unlock(&relay->closing);
}

static void pair_serve(struct relay *relay, size_t i, const struct pollfd *client,
                       const struct pollfd *server)
{
    bool alive = true;

    if (client->revents != 0)
        alive = pump(relay->pairs[i].client, relay->pairs[i].server, &relay->up);
    if (alive && server->revents != 0)
        alive = pump(relay->pairs[i].server, relay->pairs[i].client, &relay->down);
    if (!alive)
        pair_close(relay, i);
}

static void *relay_run(void *context)
{
    struct relay *relay = context;

    while (!atomic_load(&relay->stop)) {
        struct pollfd polls[1 + 2 * CONNECTIONS] = {{.fd = relay->listener, .events = POLLIN}};

        for (size_t i = 0; i < CONNECTIONS; i++) {
            polls[1 + 2 * i] = (struct pollfd){.fd = relay->pairs[i].client, .events = POLLIN};
            polls[2 + 2 * i] = (struct pollfd){.fd = relay->pairs[i].server, .events = POLLIN};
        }
        if (poll(polls, 1 + 2 * CONNECTIONS, 100) <= 0)
            continue;
        for (size_t i = 0; i < CONNECTIONS; i++)
            if (relay->pairs[i].client >= 0)
                pair_serve(relay, i, &polls[1 + 2 * i], &polls[2 + 2 * i]);
        if (polls[0].revents != 0)
            pair_open(relay);
    }
    return NULL;
}

struct relay *relay_start(int port)
{
    struct relay *relay = calloc(1, sizeof(*relay));
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);

    if (relay == NULL)
        return NULL;
    for (size_t i = 0; i < CONNECTIONS; i++)
        relay->pairs[i].client = relay->pairs[i].server = -1;
    relay->server_port = port;
    pthread_mutex_init(&relay->closing, NULL);
    relay->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(relay->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(relay->listener, CONNECTIONS) != 0 ||
        getsockname(relay->listener, (struct sockaddr *)&address, &size) != 0 ||
        pthread_create(&relay->thread, NULL, relay_run, relay) != 0) {
        close(relay->listener);
        free(relay);
        return NULL;
    }
    relay->port = ntohs(address.sin_port);
    return relay;
}

int relay_port(const struct relay *relay)
{
    return relay->port;
}

void relay_counts(const struct relay *relay, long long *up, long long *down)
{
    *up = atomic_load(&relay->up);
    *down = atomic_load(&relay->down);
}

long long relay_packets(struct relay *relay)
{
    long long packets;

    pthread_mutex_lock(&relay->closing);
    packets = relay->packets;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (relay->pairs[i].client >= 0)
            packets += segments(relay->pairs[i].client);
    pthread_mutex_unlock(&relay->closing);
    return packets;
}

void relay_stop(struct relay *relay)
{
    atomic_store(&relay->stop, true);
    pthread_join(relay->thread, NULL);
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (relay->pairs[i].client >= 0)
            pair_close(relay, i);
    pthread_mutex_destroy(&relay->closing);
    close(relay->listener);
    free(relay);
}
