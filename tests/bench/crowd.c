#include "tests/bench/crowd.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/process.h"

#define EVENTS 256
#define ROOM   4096

struct client {
    int socket;
    bool waits;
    char *bytes; /* of the reply, so far; NULL while none is coming */
    size_t length;
    size_t capacity;
};

struct crowd {
    int epoll;
    int port;
    crowd_listener listener;
    void *context;
    size_t count;
    size_t waiting;
    struct client clients[];
};

double crowd_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    if (made < 0)
        process_die("a socket: %s", strerror(errno));
    if (connect(made, (struct sockaddr *)&address, sizeof address) != 0)
        process_die("connecting: %s", strerror(errno));
    (void)setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)fcntl(made, F_SETFL, O_NONBLOCK);
    return made;
}

struct crowd *crowd_new(int port, size_t count, crowd_listener listener, void *context)
{
    struct crowd *crowd = calloc(1, sizeof *crowd + count * sizeof crowd->clients[0]);

    if (crowd == NULL)
        process_die("no memory for %zu clients", count);
    crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
    crowd->port = port;
    crowd->listener = listener;
    crowd->context = context;
    crowd->count = count;
    for (size_t i = 0; i < count; i++)
        crowd->clients[i].socket = -1;
    return crowd;
}

static void open_client(struct crowd *crowd, size_t number)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = number};
    struct client *client = &crowd->clients[number];

    if (client->socket >= 0)
        return;
    client->socket = connect_to(crowd->port);
    if (epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, client->socket, &event) != 0)
        process_die("epoll: %s", strerror(errno));
}

void crowd_open(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++)
        open_client(crowd, i);
}

void crowd_free(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++) {
        if (crowd->clients[i].socket >= 0)
            close(crowd->clients[i].socket);
        free(crowd->clients[i].bytes);
    }
    close(crowd->epoll);
    free(crowd);
}

size_t crowd_waiting(const struct crowd *crowd)
{
    return crowd->waiting;
}

/* A request is small beside a socket's buffer: it goes at once. */
double crowd_ask(struct crowd *crowd, size_t number, const char *path, const char *token,
                 const char *body)
{
    struct client *client = &crowd->clients[number];
    static char text[1 << 20];
    int length =
        snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%s",
                 body != NULL ? "POST" : "GET", path, token != NULL ? "Authorization: Bearer " : "",
                 token != NULL ? token : "", token != NULL ? "\r\n" : "");

    length += body != NULL ? snprintf(text + length, sizeof text - (size_t)length,
                                      "Content-Type: application/json\r\nContent-Length: %zu\r\n"
                                      "\r\n%s",
                                      strlen(body), body)
                           : snprintf(text + length, sizeof text - (size_t)length, "\r\n");
    if ((size_t)length >= sizeof text || client->waits)
        process_die("a request that cannot be sent");
    open_client(crowd, number);
    client->waits = true;
    crowd->waiting++;
    double sent = crowd_now();
    for (const char *at = text; length > 0;) {
        ssize_t gone = send(client->socket, at, (size_t)length, MSG_NOSIGNAL);

        if (gone < 0 && errno != EAGAIN)
            process_die("sending: %s", strerror(errno));
        at += gone > 0 ? gone : 0;
        length -= (int)(gone > 0 ? gone : 0);
    }
    return sent;
}

/* Tells of the reply when all of it is here. */
static void client_look(struct crowd *crowd, size_t number)
{
    struct client *client = &crowd->clients[number];
    char *end, *length_at;
    size_t head, body;
    struct crowd_reply reply = {.number = number, .ms = crowd_now()};

    client->bytes[client->length] = '\0';
    end = strstr(client->bytes, "\r\n\r\n");
    if (end == NULL)
        return;
    head = (size_t)(end - client->bytes) + 4;
    length_at = strstr(client->bytes, "\r\nContent-Length:");
    body = length_at != NULL && length_at < end ? strtoul(length_at + 17, NULL, 10) : 0;
    if (client->length < head + body)
        return;
    reply.status = atoi(client->bytes + 9);
    reply.body = client->bytes + head;
    reply.length = body;
    /* The bytes are this call's: the listener may ask again on the connection. */
    char *bytes = client->bytes;
    client->bytes = NULL;
    client->length = client->capacity = 0;
    client->waits = false;
    crowd->waiting--;
    crowd->listener(crowd->context, &reply);
    free(bytes);
}

static void client_read(struct crowd *crowd, size_t number)
{
    struct client *client = &crowd->clients[number];

    for (;;) {
        if (client->capacity - client->length < 2) {
            client->capacity = client->capacity == 0 ? ROOM : client->capacity * 4;
            client->bytes = realloc(client->bytes, client->capacity);
            if (client->bytes == NULL)
                process_die("no memory for a reply");
        }
        size_t room = client->capacity - client->length - 1;
        ssize_t count = recv(client->socket, client->bytes + client->length, room, 0);
        /* One that asks nothing for long is closed by a server: that is its right. */
        if (count == 0 && !client->waits) {
            (void)epoll_ctl(crowd->epoll, EPOLL_CTL_DEL, client->socket, NULL);
            return;
        }
        if (count == 0)
            process_die("the server closed connection %zu", number);
        if (count < 0 && errno != EAGAIN)
            process_die("receiving: %s", strerror(errno));
        if (count < 0)
            return;
        client->length += (size_t)count;
        if ((size_t)count == room)
            continue;
        client_look(crowd, number);
        return;
    }
}

void crowd_turn(struct crowd *crowd, int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(crowd->epoll, events, EVENTS, timeout_ms);

    for (int i = 0; i < count; i++)
        client_read(crowd, events[i].data.u64);
}
