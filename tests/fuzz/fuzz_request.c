/*
 * Fuzzes what a server is asked, over real loopback connections to a server in this process: the
 * input is a request as it comes on the wire ("\n" alone becomes "\r\n"; "@" stands for the token
 * of a signed-in agent). What is checked beyond not crashing: every answer is HTTP, and none is a
 * failure of the server (500). The first line goes to the search of routes directly too.
 */
#include "tests/fuzz/fuzz.h"

#include <sys/socket.h>
#include <sys/time.h>

#include "app/text.h"
#include "net/server_internal.h"
#include "tests/unit/server_fixture.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);

static struct server_fixture fixture;

static void end(void)
{
    server_fixture_close(&fixture);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    server_fixture_open(&fixture);
    (void)atexit(end);
    return 0;
}

static void find_route(const uint8_t *data, size_t size)
{
    char segments[ROUTE_PARAMETER_LIMIT][ROUTE_SEGMENT_SIZE];
    const struct route *route = NULL;
    char method[16] = "", path[512] = "", line[600] = "", allow[64] = "";

    memcpy(line, data, size < sizeof line - 1 ? size : sizeof line - 1);
    if (sscanf(line, "%15s %511s", method, path) == 2 &&
        route_find(method, path, &route, segments, allow) == PROBLEM_NONE)
        FUZZ_HOLDS(route != NULL);
}

static void ask(const struct text_buffer *request)
{
    struct timeval patience = {.tv_usec = 200000}; /* a long poll is not waited for */
    int opened = server_socket(&fixture);
    char reply[4096];
    size_t length = 0;
    ssize_t got = 0;

    (void)setsockopt(opened, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)send(opened, request->bytes, request->length, MSG_NOSIGNAL);
    (void)shutdown(opened, SHUT_WR);
    while (length < sizeof reply - 1 &&
           (got = recv(opened, reply + length, sizeof reply - 1 - length, 0)) > 0)
        length += (size_t)got;
    (void)close(opened);
    reply[length] = '\0';
    FUZZ_HOLDS(length == 0 || strncmp(reply, "HTTP/1.", 7) == 0);
    FUZZ_HOLDS(length < 12 || strncmp(reply + 8, " 500", 4) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_buffer request = {0};

    find_route(data, size);
    for (size_t i = 0; i < size; i++) {
        const char *token = fixture.tokens[ANNE];
        if (data[i] == '@')
            text_buffer_add(&request, token, strlen(token));
        else if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
            text_buffer_add(&request, "\r\n", 2);
        else
            text_buffer_add(&request, (const char *)data + i, 1);
    }
    if (request.length > 0)
        ask(&request);
    free(text_buffer_take(&request));
    return 0;
}
