#include "net/server_listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/text.h"

#define PEM_LIMIT (256 * 1024)
#define BACKLOG   1024

static bool is_loopback(const struct sockaddr *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    if (address->sa_family == AF_INET) {
        memcpy(&four, address, sizeof(four));
        return (ntohl(four.sin_addr.s_addr) >> 24) == 127;
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&six, address, sizeof(six));
        return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    }
    return false;
}

/* Splits "HOST:PORT" and "[HOST]:PORT". */
static int split(const char *where, char host[256], char port[8], struct error *error)
{
    const char *colon = strrchr(where, ':');
    size_t length = colon != NULL ? (size_t)(colon - where) : 0;

    if (length > 1 && where[0] == '[' && where[length - 1] == ']') {
        where++;
        length -= 2;
    } else if (memchr(where, ':', length) != NULL) {
        length = 0;
    }
    if (length == 0 || length > 255 || strlen(colon + 1) > 5 || colon[1] == '\0' ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || atoi(colon + 1) > 65535)
        return error_set(error, ERROR_INVALID, "the address must be HOST:PORT or [HOST]:PORT");
    memcpy(host, where, length);
    host[length] = '\0';
    text_copy(port, 8, colon + 1);
    return 0;
}

static int socket_open(const struct addrinfo *found, int *opened, struct error *error)
{
    int on = 1;
    int made = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (made < 0)
        return error_set(error, ERROR_STORAGE, "no socket: %s", strerror(errno));
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(made, found->ai_addr, found->ai_addrlen) != 0 || listen(made, BACKLOG) != 0) {
        int code = error_set(error, errno == EADDRINUSE ? ERROR_BUSY : ERROR_REFUSED,
                             "cannot listen there: %s", strerror(errno));

        close(made);
        return code;
    }
    *opened = made;
    return 0;
}

/* Reads the port back: it may have been 0. */
static void address_write(int opened, const char *host, bool secure, char *address, size_t size)
{
    struct sockaddr_storage bound = {0};
    socklen_t length = sizeof(bound);
    char port[8] = "0";

    if (getsockname(opened, (struct sockaddr *)&bound, &length) == 0)
        getnameinfo((struct sockaddr *)&bound, length, NULL, 0, port, sizeof(port), NI_NUMERICSERV);
    snprintf(address, size, strchr(host, ':') != NULL ? "%s://[%s]:%s" : "%s://%s:%s",
             secure ? "https" : "http", host, port);
}

int listen_open(const char *where, bool secure, int *opened, char *address, size_t size,
                struct error *error)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    char host[256], port[8];
    int status;
    int code = split(where, host, port, error);

    if (code != 0)
        return code;
    status = getaddrinfo(host, port, &hints, &found);
    if (status != 0)
        return error_set(error, ERROR_INVALID, "the address is not known: %s",
                         gai_strerror(status));
    for (const struct addrinfo *each = found; each != NULL && !secure; each = each->ai_next)
        if (!is_loopback(each->ai_addr))
            code = error_set(error, ERROR_REFUSED,
                             "plain HTTP is served on loopback only: give a certificate and key "
                             "to listen on %s",
                             host);
    if (code == 0)
        code = socket_open(found, opened, error);
    if (code == 0)
        address_write(*opened, host, secure, address, size);
    freeaddrinfo(found);
    return code;
}

int listen_pem_read(const char *path, char **text, struct error *error)
{
    FILE *file = fopen(path, "re");
    size_t length;

    *text = NULL;
    if (file == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    *text = calloc(1, PEM_LIMIT + 1);
    length = *text != NULL ? fread(*text, 1, PEM_LIMIT, file) : 0;
    fclose(file);
    if (length == 0 || length == PEM_LIMIT || strstr(*text, "-----BEGIN ") == NULL) {
        free(*text);
        *text = NULL;
        return error_set(error, ERROR_INVALID, "%s holds no PEM text", path);
    }
    return 0;
}
