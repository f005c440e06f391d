#include "tests/unit/scripted_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define CONNECTIONS  64
#define REQUEST_SIZE (4 * 1024 * 1024)

struct connection {
    struct scripted_server *server;
    pthread_t thread;
    int socket;
    bool used;
};

struct scripted_server {
    scripted_handler handler;
    void *context;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards `connections` and `stopping` */
    struct connection connections[CONNECTIONS];
    bool stopping;
    int listener;
    int port;
    char url[64];
};

/* Reads one request; its length, or 0 when the other side has gone. */
static size_t read_request(int connection, char *request)
{
    size_t length = 0;
    size_t wanted = 0;

    while (wanted == 0 || length < wanted) {
        ssize_t got = recv(connection, request + length, REQUEST_SIZE - 1 - length, 0);
        if (got <= 0)
            return 0;
        length += (size_t)got;
        request[length] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        if (wanted == 0 && end != NULL) {
            const char *header = strstr(request, "\r\nContent-Length:");
            wanted = (size_t)(end + 4 - request);
            if (header != NULL && header < end)
                wanted += strtoul(header + 17, NULL, 10);
        }
    }
    return length;
}

static void *serve_connection(void *argument)
{
    struct connection *connection = argument;
    struct scripted_server *server = connection->server;
    char *request = malloc(REQUEST_SIZE);
    size_t length = 0;
    int count = 0;

    while (request != NULL && (length = read_request(connection->socket, request)) > 0 &&
           server->handler(server->context, connection->socket, request, length, count))
        count++;
    free(request);
    (void)shutdown(connection->socket, SHUT_RDWR);
    return NULL;
}

static void *accept_connections(void *argument)
{
    struct scripted_server *server = argument;

    for (int index = 0; index < CONNECTIONS; index++) {
        int accepted = accept(server->listener, NULL, NULL);
        if (accepted < 0)
            break;
        (void)pthread_mutex_lock(&server->mutex);
        struct connection *connection = &server->connections[index];
        *connection = (struct connection){.server = server, .socket = accepted, .used = true};
        if (server->stopping ||
            pthread_create(&connection->thread, NULL, serve_connection, connection) != 0) {
            (void)close(accepted);
            connection->used = false;
        }
        (void)pthread_mutex_unlock(&server->mutex);
    }
    return NULL;
}

struct scripted_server *scripted_server_start(scripted_handler handler, void *context)
{
    struct scripted_server *server = calloc(1, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;

    assert_non_null(server);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->handler = handler;
    server->context = context;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 16), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
    server->port = ntohs(address.sin_port);
    (void)snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", server->port);
    assert_int_equal(pthread_mutex_init(&server->mutex, NULL), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, accept_connections, server), 0);
    return server;
}

const char *scripted_server_url(const struct scripted_server *server)
{
    return server->url;
}

int scripted_server_port(const struct scripted_server *server)
{
    return server->port;
}

void scripted_server_stop(struct scripted_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    server->stopping = true;
    for (int index = 0; index < CONNECTIONS; index++)
        if (server->connections[index].used)
            (void)shutdown(server->connections[index].socket, SHUT_RDWR);
    (void)pthread_mutex_unlock(&server->mutex);
    (void)shutdown(server->listener, SHUT_RDWR);
    (void)pthread_join(server->thread, NULL);
    for (int index = 0; index < CONNECTIONS; index++) {
        if (!server->connections[index].used)
            continue;
        (void)pthread_join(server->connections[index].thread, NULL);
        (void)close(server->connections[index].socket);
    }
    (void)close(server->listener);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server);
}

void scripted_write(int connection, const void *bytes, size_t length)
{
    const char *from = bytes;

    while (length > 0) {
        ssize_t written = send(connection, from, length, MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        from += written;
        length -= (size_t)written;
    }
}

void scripted_write_text(int connection, const char *text)
{
    scripted_write(connection, text, strlen(text));
}

void scripted_write_json(int connection, const char *status, const char *headers, const char *body)
{
    char head[1024];

    (void)snprintf(head, sizeof head,
                   "HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %zu\r\n\r\n",
                   status, headers, strlen(body));
    scripted_write_text(connection, head);
    scripted_write_text(connection, body);
}
