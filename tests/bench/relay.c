#include "config.h"

#include "tests/bench/relay.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 16
/* What a slow line takes at once: little, so that it is shared fairly and its end is sharp. */
#define PIECE 512

/* Bytes under way. */
struct piece {
    struct piece *next;
    double due; /* ms */
    size_t length;
    char bytes[];
};

/* One direction of one connection. */
struct flow {
    int from;
    int to;
    struct piece *first; /* owned, in their order */
    struct piece **last;
    bool ended; /* nothing more comes; what is under way still arrives */
};

struct relay {
    int listener;
    int port;
    int server_port;
    pthread_t thread;
    atomic_bool stop;
    atomic_bool cut;
    atomic_int rate;
    atomic_int round_trip;
    atomic_llong bytes[2];  /* up, down */
    atomic_size_t heard[2]; /* how many of the bytes below are there */
    char first[2][RELAY_HEARD];
    double free_at[2];       /* when the line has sent what it took, each way */
    pthread_mutex_t closing; /* held while a connection is looked at or closed */
    long long packets;       /* of connections that have ended */
    struct {
        bool open;
        double ready_at;      /* when its handshake has gone there and back */
        struct flow flows[2]; /* up, down */
    } pairs[CONNECTIONS];
};

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* --- connections ------------------------------------------------------------------------------ */

static void pair_open(struct relay *relay)
{
    struct sockaddr_in address = loopback(relay->server_port);
    int client = accept(relay->listener, NULL, NULL);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    size_t i = 0;

    while (i < CONNECTIONS && relay->pairs[i].open)
        i++;
    if (client < 0 || server < 0 || i == CONNECTIONS || atomic_load(&relay->cut) ||
        connect(server, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(client);
        close(server);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    for (int way = 0; way < 2; way++) {
        struct flow *flow = &relay->pairs[i].flows[way];

        *flow = (struct flow){.from = way == 0 ? client : server, .to = way == 0 ? server : client};
        flow->last = &flow->first;
    }
    relay->pairs[i].ready_at = now_ms() + atomic_load(&relay->round_trip);
    relay->pairs[i].open = true;
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
    relay->packets += segments(relay->pairs[i].flows[0].from);
    for (int way = 0; way < 2; way++) {
        struct flow *flow = &relay->pairs[i].flows[way];

        close(flow->from);
        for (struct piece *piece = flow->first, *next; piece != NULL; piece = next) {
            next = piece->next;
            free(piece);
        }
    }
    relay->pairs[i].open = false;
    pthread_mutex_unlock(&relay->closing);
}

/* --- the line --------------------------------------------------------------------------------- */

/* True when the line may take more of this direction now: what it took has left it. */
static bool line_is_free(const struct relay *relay, int way, double now)
{
    return relay->free_at[way] <= now;
}

/* Takes what is there onto the line. */
static void flow_take(struct relay *relay, struct flow *flow, int way, double now)
{
    int rate = atomic_load(&relay->rate);
    size_t most = rate > 0 ? PIECE : 65536;
    struct piece *piece = malloc(sizeof(*piece) + most);
    ssize_t length = piece != NULL ? read(flow->from, piece->bytes, most) : -1;

    if (length <= 0) {
        flow->ended = true;
        free(piece);
        return;
    }
    piece->next = NULL;
    piece->length = (size_t)length;
    relay->free_at[way] = now + (rate > 0 ? (double)length * 8000 / rate : 0);
    piece->due = relay->free_at[way] + atomic_load(&relay->round_trip) / 2.0;
    *flow->last = piece;
    flow->last = &piece->next;
    size_t heard = atomic_load(&relay->heard[way]);
    size_t room = RELAY_HEARD - heard < (size_t)length ? RELAY_HEARD - heard : (size_t)length;

    memcpy(relay->first[way] + heard, piece->bytes, room);
    atomic_store(&relay->heard[way], heard + room);
    atomic_fetch_add(&relay->bytes[way], length);
}

static bool write_all(int descriptor, const char *bytes, size_t length)
{
    size_t sent = 0;

    while (sent < length) {
        ssize_t part = write(descriptor, bytes + sent, length - sent);

        if (part <= 0)
            return false;
        sent += (size_t)part;
    }
    return true;
}

/* Delivers what has arrived; false when the connection has ended. */
static bool flow_deliver(struct flow *flow, double now)
{
    while (flow->first != NULL && flow->first->due <= now) {
        struct piece *piece = flow->first;
        bool good = write_all(flow->to, piece->bytes, piece->length);

        flow->first = piece->next;
        if (flow->first == NULL)
            flow->last = &flow->first;
        free(piece);
        if (!good)
            return false;
    }
    return !(flow->ended && flow->first == NULL);
}

/* The ms until something is due, at most 100. */
static int until_due(const struct relay *relay, double now)
{
    double soonest = now + 100;

    for (size_t i = 0; i < CONNECTIONS; i++) {
        double ready_at = relay->pairs[i].ready_at;

        if (relay->pairs[i].open && ready_at > now && ready_at < soonest)
            soonest = ready_at;
        for (int way = 0; relay->pairs[i].open && way < 2; way++) {
            const struct piece *piece = relay->pairs[i].flows[way].first;

            if (piece != NULL && piece->due < soonest)
                soonest = piece->due;
        }
    }
    for (int way = 0; way < 2; way++)
        if (relay->free_at[way] > now && relay->free_at[way] < soonest)
            soonest = relay->free_at[way];
    return soonest <= now ? 0 : (int)(soonest - now) + 1;
}

static void *relay_run(void *context)
{
    struct relay *relay = context;

    (void)pthread_setname_np(pthread_self(), RELAY_THREAD);
    while (!atomic_load(&relay->stop)) {
        struct pollfd polls[1 + 2 * CONNECTIONS] = {{.fd = relay->listener, .events = POLLIN}};
        double now = now_ms();

        for (size_t i = 0; i < 2 * CONNECTIONS; i++) {
            const struct flow *flow = &relay->pairs[i / 2].flows[i % 2];
            bool ready =
                relay->pairs[i / 2].open && !flow->ended && line_is_free(relay, (int)(i % 2), now);

            polls[1 + i] = (struct pollfd){.fd = ready ? flow->from : -1, .events = POLLIN};
        }
        (void)poll(polls, 1 + 2 * CONNECTIONS, until_due(relay, now));
        now = now_ms();
        for (size_t i = 0; i < 2 * CONNECTIONS; i++)
            if (polls[1 + i].revents != 0 && line_is_free(relay, (int)(i % 2), now))
                flow_take(relay, &relay->pairs[i / 2].flows[i % 2], (int)(i % 2), now);
        for (size_t i = 0; i < CONNECTIONS; i++)
            if (relay->pairs[i].open &&
                (atomic_load(&relay->cut) || !flow_deliver(&relay->pairs[i].flows[0], now) ||
                 !flow_deliver(&relay->pairs[i].flows[1], now)))
                pair_close(relay, i);
        if (polls[0].revents != 0)
            pair_open(relay);
    }
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------- */

struct relay *relay_start(int port)
{
    struct relay *relay = calloc(1, sizeof(*relay));
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);

    if (relay == NULL)
        return NULL;
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

void relay_slow(struct relay *relay, int rate, int round_trip)
{
    atomic_store(&relay->rate, rate);
    atomic_store(&relay->round_trip, round_trip);
}

void relay_cut(struct relay *relay, int cut)
{
    atomic_store(&relay->cut, cut != 0);
}

void relay_listen(struct relay *relay)
{
    atomic_store(&relay->heard[0], 0);
    atomic_store(&relay->heard[1], 0);
}

const char *relay_heard(const struct relay *relay, int way, size_t *length)
{
    *length = atomic_load(&relay->heard[way]);
    return relay->first[way];
}

void relay_counts(const struct relay *relay, long long *up, long long *down)
{
    *up = atomic_load(&relay->bytes[0]);
    *down = atomic_load(&relay->bytes[1]);
}

long long relay_packets(struct relay *relay)
{
    long long packets;

    pthread_mutex_lock(&relay->closing);
    packets = relay->packets;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (relay->pairs[i].open)
            packets += segments(relay->pairs[i].flows[0].from);
    pthread_mutex_unlock(&relay->closing);
    return packets;
}

void relay_stop(struct relay *relay)
{
    atomic_store(&relay->stop, true);
    pthread_join(relay->thread, NULL);
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (relay->pairs[i].open)
            pair_close(relay, i);
    pthread_mutex_destroy(&relay->closing);
    close(relay->listener);
    free(relay);
}
