/*
 * A TCP proxy on loopback that treats connections badly: for tests between real programs.
 *
 *     fault_proxy TARGET-PORT [SEED]
 *
 * Prints "port N" and then takes commands on standard input, one a line, until its end:
 *
 *     pass               carry everything (as it starts)
 *     refuse             close each new connection at once
 *     cut up N           end each connection after N bytes towards the server
 *     cut down N         end each connection after N bytes towards the terminal
 *     delay MS           hold every piece back so long
 *     rate BYTES         carry at most so many bytes a second, each way
 *     line BYTES MS PERCENT
 *                        a poor line: so many bytes a second each way, each packet so long under
 *                        way, and so many lost and sent again after a while, as TCP does
 *     silent             take connections and carry nothing
 *     random PERCENT     of the connections meet a fate drawn from the seed: cut somewhere, either
 *                        way, or held back
 *     kill               reset the connections there are
 *     count              print "connections N bytes-up N bytes-down N"
 *
 * Every command but `count` is answered with "ok". What is set counts for connections that come
 * later and, but for the cuts, for those there are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 128
#define PIECE       16384

enum way { UP, DOWN };

/* On a line so many bytes are one packet, and so many packets are under way at most. */
#define PACKET  536
#define PACKETS 64
/* How often one packet is lost at most. */
#define LOST_MOST 4

/* What was read and not yet written. */
struct piece {
    struct piece *next;
    int64_t release_ms; /* not to be written before */
    size_t length;
    char bytes[];
};

/* One direction of a connection. */
struct pipe {
    struct piece *first, *last;
    size_t count;
    int64_t free_ms; /* the line takes no further packet before */
    int64_t carried;
    int64_t cut_after; /* -1: never */
    bool ended;        /* the reading side has closed */
};

struct connection {
    bool used;
    int client;
    int server;
    int64_t delay_ms;
    struct pipe pipes[2];
};

struct proxy {
    int listener;
    int target_port;
    uint64_t random;
    struct connection connections[CONNECTIONS];
    bool refuse;
    bool silent;
    int64_t cut_after[2];
    int64_t delay_ms;
    int64_t rate;
    bool poor; /* several pieces are under way at once, and some are lost */
    unsigned lost;
    unsigned percent;
    int64_t accepted;
    int64_t carried[2];
    char line[256];
    size_t line_length;
    bool ended;
};

static int64_t now_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* xorshift64*: the same seed, the same fates. */
static uint32_t draw(struct proxy *proxy, uint32_t below)
{
    proxy->random ^= proxy->random >> 12;
    proxy->random ^= proxy->random << 25;
    proxy->random ^= proxy->random >> 27;
    return (uint32_t)((proxy->random * UINT64_C(2685821657736338717)) >> 32) % below;
}

/* --- connections -------------------------------------------------------------------------------
 */

static void drop_first(struct pipe *pipe)
{
    struct piece *piece = pipe->first;

    pipe->first = piece->next;
    pipe->count--;
    free(piece);
}

static void close_connection(struct connection *connection, bool reset)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    if (reset) {
        (void)setsockopt(connection->client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        (void)setsockopt(connection->server, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    (void)close(connection->client);
    (void)close(connection->server);
    for (int way = UP; way <= DOWN; way++)
        while (connection->pipes[way].first != NULL)
            drop_first(&connection->pipes[way]);
    connection->used = false;
}

static int connect_target(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int connected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connected >= 0 && connect(connected, (struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(connected);
        return -1;
    }
    return connected;
}

/* Small replies and requests are where the interesting cuts lie. */
static void draw_fate(struct proxy *proxy, struct connection *connection)
{
    if (draw(proxy, 100) >= proxy->percent)
        return;
    uint32_t most = draw(proxy, 4) == 0 ? 20000 : 900;
    switch (draw(proxy, 3)) {
    case 0:
        connection->pipes[UP].cut_after = draw(proxy, most);
        break;
    case 1:
        connection->pipes[DOWN].cut_after = draw(proxy, most);
        break;
    default:
        connection->delay_ms = draw(proxy, 200);
        break;
    }
}

static void accept_connection(struct proxy *proxy)
{
    int client = accept(proxy->listener, NULL, NULL);
    struct connection *place = NULL;

    if (client < 0)
        return;
    proxy->accepted++;
    for (size_t index = 0; index < CONNECTIONS && place == NULL; index++)
        if (!proxy->connections[index].used)
            place = &proxy->connections[index];
    int server = place == NULL || proxy->refuse ? -1 : connect_target(proxy->target_port);
    if (server < 0) {
        (void)close(client);
        return;
    }
    memset(place, 0, sizeof *place);
    place->used = true;
    place->client = client;
    place->server = server;
    for (int way = UP; way <= DOWN; way++)
        place->pipes[way].cut_after = proxy->cut_after[way];
    draw_fate(proxy, place);
}

static int source_of(const struct connection *connection, int way)
{
    return way == UP ? connection->client : connection->server;
}

static int target_of(const struct connection *connection, int way)
{
    return way == UP ? connection->server : connection->client;
}

/* When a packet arrives that is sent now: after those before it, and once it was not lost. */
static int64_t arrival_ms(struct proxy *proxy, struct pipe *pipe, size_t length)
{
    int64_t now = now_ms(), again = 2 * proxy->delay_ms + 1000, arrival;

    pipe->free_ms = (pipe->free_ms > now ? pipe->free_ms : now) +
                    (proxy->rate > 0 ? (int64_t)length * 1000 / proxy->rate : 0);
    arrival = pipe->free_ms + proxy->delay_ms;
    for (int times = 0; times < LOST_MOST && draw(proxy, 100) < proxy->lost; times++) {
        arrival += again;
        again *= 2;
    }
    return pipe->count > 0 && pipe->last->release_ms > arrival ? pipe->last->release_ms : arrival;
}

static bool add_piece(struct proxy *proxy, struct connection *connection, int way,
                      const char *bytes, size_t length)
{
    struct pipe *pipe = &connection->pipes[way];
    struct piece *piece = malloc(sizeof *piece + length);

    if (piece == NULL)
        return false;
    piece->next = NULL;
    piece->length = length;
    memcpy(piece->bytes, bytes, length);
    if (proxy->poor)
        piece->release_ms = arrival_ms(proxy, pipe, length);
    else
        piece->release_ms = now_ms() + proxy->delay_ms + connection->delay_ms +
                            (proxy->rate > 0 ? (int64_t)length * 1000 / proxy->rate : 0);
    if (pipe->count++ > 0)
        pipe->last->next = piece;
    else
        pipe->first = piece;
    pipe->last = piece;
    return true;
}

/* Reads a piece. False when the connection is over. */
static bool take(struct proxy *proxy, struct connection *connection, int way)
{
    struct pipe *pipe = &connection->pipes[way];
    char bytes[PIECE];
    size_t most = proxy->poor ? PACKET : sizeof bytes;

    if (!proxy->poor && proxy->rate > 0 && (int64_t)most > proxy->rate / 20 + 1)
        most = (size_t)(proxy->rate / 20 + 1);
    ssize_t got = recv(source_of(connection, way), bytes, most, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got > 0)
        return add_piece(proxy, connection, way, bytes, (size_t)got);
    pipe->ended = true;
    return pipe->count > 0 || shutdown(target_of(connection, way), SHUT_WR) == 0;
}

/* Writes a piece whose time has come. False when the connection is over. */
static bool give(struct proxy *proxy, struct connection *connection, int way)
{
    struct pipe *pipe = &connection->pipes[way];
    const struct piece *piece = pipe->first;
    size_t length = piece->length;

    if (pipe->cut_after >= 0 && (int64_t)length > pipe->cut_after - pipe->carried)
        length = (size_t)(pipe->cut_after - pipe->carried);
    for (size_t done = 0; done < length;) {
        ssize_t sent =
            send(target_of(connection, way), piece->bytes + done, length - done, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        done += sent > 0 ? (size_t)sent : 0;
    }
    pipe->carried += (int64_t)length;
    proxy->carried[way] += (int64_t)length;
    drop_first(pipe);
    if (pipe->ended && pipe->count == 0 && shutdown(target_of(connection, way), SHUT_WR) != 0)
        return false;
    return pipe->cut_after < 0 || pipe->carried < pipe->cut_after;
}

/* --- commands -----------------------------------------------------------------------------------
 */

static void reset_faults(struct proxy *proxy)
{
    proxy->refuse = false;
    proxy->silent = false;
    proxy->cut_after[UP] = -1;
    proxy->cut_after[DOWN] = -1;
    proxy->delay_ms = 0;
    proxy->rate = 0;
    proxy->poor = false;
    proxy->lost = 0;
    proxy->percent = 0;
}

static void obey(struct proxy *proxy, const char *line)
{
    int64_t number = 0, delay = 0;

    if (strcmp(line, "count") == 0) {
        (void)printf("connections %" PRId64 " bytes-up %" PRId64 " bytes-down %" PRId64 "\n",
                     proxy->accepted, proxy->carried[UP], proxy->carried[DOWN]);
        (void)fflush(stdout);
        return;
    }
    if (strcmp(line, "pass") == 0)
        reset_faults(proxy);
    else if (strcmp(line, "refuse") == 0)
        proxy->refuse = true;
    else if (strcmp(line, "silent") == 0)
        proxy->silent = true;
    else if (sscanf(line, "cut up %" SCNd64, &number) == 1)
        proxy->cut_after[UP] = number;
    else if (sscanf(line, "cut down %" SCNd64, &number) == 1)
        proxy->cut_after[DOWN] = number;
    else if (sscanf(line, "delay %" SCNd64, &number) == 1)
        proxy->delay_ms = number;
    else if (sscanf(line, "rate %" SCNd64, &number) == 1)
        proxy->rate = number;
    else if (sscanf(line, "line %" SCNd64 " %" SCNd64 " %u", &number, &delay, &proxy->lost) == 3) {
        proxy->poor = true;
        proxy->rate = number;
        proxy->delay_ms = delay;
    } else if (sscanf(line, "random %" SCNd64, &number) == 1)
        proxy->percent = (unsigned)number;
    else if (strcmp(line, "kill") == 0)
        for (size_t index = 0; index < CONNECTIONS; index++) {
            if (proxy->connections[index].used)
                close_connection(&proxy->connections[index], true);
        }
    else {
        (void)printf("what is \"%s\"?\n", line);
        (void)fflush(stdout);
        return;
    }
    (void)puts("ok");
    (void)fflush(stdout);
}

static void read_commands(struct proxy *proxy)
{
    char bytes[256];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);

    proxy->ended = got <= 0;
    for (ssize_t index = 0; index < got; index++) {
        if (bytes[index] != '\n' && proxy->line_length < sizeof proxy->line - 1) {
            proxy->line[proxy->line_length++] = bytes[index];
            continue;
        }
        proxy->line[proxy->line_length] = '\0';
        proxy->line_length = 0;
        obey(proxy, proxy->line);
    }
}

/* --- loop ----------------------------------------------------------------------------------------
 */

/* Who is waited for: command line, listener, then both ends of each connection. */
static int wait_for_something(struct proxy *proxy, struct pollfd *waits)
{
    int64_t now = now_ms();
    int64_t wait = -1;

    waits[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    waits[1] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
    for (size_t index = 0; index < CONNECTIONS; index++)
        for (int way = UP; way <= DOWN; way++) {
            struct connection *connection = &proxy->connections[index];
            struct pipe *pipe = &connection->pipes[way];
            struct pollfd *place = &waits[2 + index * 2 + (size_t)way];
            *place = (struct pollfd){.fd = -1};
            if (!connection->used)
                continue;
            if (pipe->count > 0 && !proxy->silent) {
                int64_t left = pipe->first->release_ms > now ? pipe->first->release_ms - now : 0;
                wait = wait < 0 || left < wait ? left : wait;
            }
            if (pipe->count < (proxy->poor ? PACKETS : 1) && !pipe->ended) {
                *place = (struct pollfd){.fd = source_of(connection, way), .events = POLLIN};
            }
        }
    return poll(waits, 2 + CONNECTIONS * 2, (int)wait);
}

static bool is_over(const struct pipe *pipe)
{
    return pipe->ended && pipe->count == 0;
}

static void carry(struct proxy *proxy, struct connection *connection, const struct pollfd *waits)
{
    for (int way = UP; way <= DOWN && connection->used; way++) {
        struct pipe *pipe = &connection->pipes[way];
        bool good = true;
        if (waits[way].fd >= 0 && waits[way].revents != 0)
            good = take(proxy, connection, way);
        if (good && pipe->count > 0 && !proxy->silent && pipe->first->release_ms <= now_ms())
            good = give(proxy, connection, way);
        if (!good || (is_over(&connection->pipes[UP]) && is_over(&connection->pipes[DOWN])))
            close_connection(connection, !good);
    }
}

static void run(struct proxy *proxy)
{
    static struct pollfd waits[2 + CONNECTIONS * 2];

    while (!proxy->ended) {
        if (wait_for_something(proxy, waits) < 0)
            continue;
        for (size_t index = 0; index < CONNECTIONS; index++)
            if (proxy->connections[index].used)
                carry(proxy, &proxy->connections[index], &waits[2 + index * 2]);
        if (waits[1].revents != 0)
            accept_connection(proxy);
        if (waits[0].revents != 0)
            read_commands(proxy);
    }
}

static bool listen_somewhere(struct proxy *proxy)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (proxy->listener < 0 ||
        bind(proxy->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(proxy->listener, 64) != 0 ||
        getsockname(proxy->listener, (struct sockaddr *)&address, &length) != 0)
        return false;
    (void)printf("port %d\n", ntohs(address.sin_port));
    return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    static struct proxy proxy;

    if (argc < 2 || argc > 3) {
        (void)fputs("usage: fault_proxy TARGET-PORT [SEED]\n", stderr);
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    proxy.target_port = atoi(argv[1]);
    proxy.random = (argc > 2 ? strtoull(argv[2], NULL, 10) : 0) * 2 + 1;
    reset_faults(&proxy);
    if (!listen_somewhere(&proxy)) {
        perror("fault_proxy");
        return 1;
    }
    run(&proxy);
    return 0;
}
