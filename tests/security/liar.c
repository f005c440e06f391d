/*
 * A server that lies: it stands between a terminal and a real server, passes on what it has no
 * orders about, and puts hostile text (hostile.h) where a server's own words go: why operations
 * were refused or not taken, who was found in other offices, where to sign in, what went wrong.
 *
 *     liar PORT ORDERS DENY MAP
 *
 * PORT is the real server's, on loopback. ORDERS is a file with one word, read at each request:
 * "pass", "trouble" (operations fail), "refuse" (they are refused), "cut" (nobody is answered).
 * While there is no file DENY, whoever signs in elsewhere is waited for. MAP is written as plant's,
 * with marks above those. It prints its own address.
 */
#define _GNU_SOURCE /* strcasestr */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>

#include "app/json.h"
#include "net/compress.h"
#include "tests/security/hostile.h"

#define FIRST_MARK    5000
#define REQUEST_LIMIT (4 * 1024 * 1024)

static const char *orders_path, *deny_path;
static int real_port;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* of the hostile texts */

/* All that may be lied about, so that what nobody was told is missed. */
static const char *const names[] = {
    "refusal.field",     "trouble.detail",     "search.name",      "search.found_as",
    "search.birth_date", "search.postal_code", "search.reference", "search.case-name",
    "open.title",        "provider.user_code", "provider.url",     "provider.url_complete",
    "provider.detail",
};

static json_t *lie(const char *name, size_t limit)
{
    json_t *text;

    pthread_mutex_lock(&mutex);
    text = hostile_text(name, limit, false);
    pthread_mutex_unlock(&mutex);
    return text;
}

static bool ordered(const char *word)
{
    FILE *file = fopen(orders_path, "r");
    char order[40] = "";

    if (file == NULL || fgets(order, sizeof(order), file) == NULL)
        order[0] = '\0';
    if (file != NULL)
        fclose(file);
    order[strcspn(order, "\n")] = '\0';
    return strcmp(order, word) == 0;
}

/* --- bytes ------------------------------------------------------------------------------------ */

static void write_all(int to, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = send(to, bytes, length, MSG_NOSIGNAL);

        if (done <= 0)
            return;
        bytes += done;
        length -= (size_t)done;
    }
}

static size_t number_after(const char *head, const char *name)
{
    const char *found = strcasestr(head, name);

    return found != NULL ? strtoul(found + strlen(name), NULL, 10) : 0;
}

/* A whole request, NUL-terminated: owned; NULL when the other side has gone. */
static char *request_read(int from, size_t *length)
{
    char *all = malloc(REQUEST_LIMIT + 1);
    size_t whole = 0;

    *length = 0;
    while (*length < REQUEST_LIMIT && (whole == 0 || *length < whole)) {
        ssize_t got = recv(from, all + *length, REQUEST_LIMIT - *length, 0);
        char *body;

        if (got <= 0) {
            free(all);
            return NULL;
        }
        *length += (size_t)got;
        all[*length] = '\0';
        body = strstr(all, "\r\n\r\n");
        if (whole == 0 && body != NULL)
            whole = (size_t)(body + 4 - all) + number_after(all, "\r\nContent-Length:");
    }
    return all;
}

static void answer(int to, int status, const json_t *document)
{
    char *body = json_dumps(document, JSON_COMPACT), head[300];

    snprintf(head, sizeof(head),
             "HTTP/1.1 %d Told\r\nContent-Type: application/%sjson\r\nContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n",
             status, status < 300 ? "" : "problem+", strlen(body));
    write_all(to, head, strlen(head));
    write_all(to, body, strlen(body));
    free(body);
}

/* To the real server and back, each connection for one request. */
static void pass_on(int terminal, char *request, size_t length)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)real_port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int server = socket(AF_INET, SOCK_STREAM, 0);
    char part[65536], *line_end = strstr(request, "\r\n") + 2;
    ssize_t got;

    if (connect(server, (struct sockaddr *)&address, sizeof(address)) == 0) {
        write_all(server, request, (size_t)(line_end - request));
        write_all(server, "Connection: close\r\n", 19);
        write_all(server, line_end, length - (size_t)(line_end - request));
        while ((got = recv(server, part, sizeof(part), 0)) > 0 && !ordered("cut"))
            write_all(terminal, part, (size_t)got);
    }
    close(server);
}

/* --- lies ------------------------------------------------------------------------------------- */

static void answer_problem(int to, int status, const char *code, const char *member,
                           const char *name)
{
    json_t *problem =
        json_pack("{s:s, s:i, s:o}", "code", code, "status", status, member, lie(name, 0));

    answer(to, status, problem);
    json_decref(problem);
}

/* What was sent, compressed or not. What terminals pack (net/packed.h) it does not know, whatever
 * the real server said: then it has no operations, and its answer none. New reference; NULL for no
 * JSON. */
static json_t *document_of(const char *body, size_t length, bool compressed)
{
    char *bytes = NULL;
    size_t size = 0;
    json_t *document;

    if (!compressed)
        return json_loadb(body, length, 0, NULL);
    if (decompress_bytes(COMPRESSION_ZSTD, body, length, REQUEST_LIMIT, &bytes, &size, NULL) != 0)
        return NULL;
    document = json_loadb(bytes, size, 0, NULL);
    free(bytes);
    return document;
}

/* Every operation of the batch is refused, in a word that nobody knows. */
static void answer_refusals(int to, json_t *asked)
{
    json_t *outcomes = json_array(), *operation, *all;
    size_t i;

    json_array_foreach(json_object_get(asked, "operations"), i, operation) json_array_append_new(
        outcomes,
        json_pack("{s:s, s:s, s:o, s:o}", "id", json_text_or(operation, "id", ""), "outcome",
                  "refused", "reason", lie("refusal.field", 0), "field", lie("refusal.field", 0)));
    all = json_pack("{s:o}", "outcomes", outcomes);
    answer(to, 200, all);
    json_decref(all);
    json_decref(asked);
}

static json_t *person(const char *name, size_t limit)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "id", "01900000-0000-7000-8000-00000000fff1",
                     "kind", "person", "name", lie(name, limit), "found_as",
                     lie("search.found_as", 0), "birth_date", lie("search.birth_date", 0),
                     "postal_code", lie("search.postal_code", 0));
}

/* One of each kind: what is listed of it begins with another place of the hostile texts. */
static void answer_found(int to, bool cases)
{
    json_t *hits = json_array(), *found;

    for (int i = 0; i < 5; i++) {
        json_t *hit =
            cases ? json_pack("{s:s, s:o, s:o, s:s}", "type", "case", "reference",
                              lie("search.reference", 0), "client",
                              person("search.case-name", i % 2 == 0 ? 20 : 0), "status", "received")
                  : person("search.name", i % 2 == 0 ? 20 : 0);
        char id[64];

        snprintf(id, sizeof(id), "01900000-0000-7000-8000-00000000ffe%d", i);
        if (!cases)
            json_object_set_new(hit, "type", json_string("client"));
        json_object_set_new(hit, "id", json_string(id));
        json_object_set_new(hit, "score", json_integer(9));
        json_object_set_new(hit, "here", json_false());
        json_object_set_new(hit, "office", json_string("sample/kuujjuaq"));
        json_array_append_new(hits, hit);
    }
    found = json_pack("{s:o, s:b, s:b}", "hits", hits, "more", 1, "beyond", 1);
    answer(to, 200, found);
    json_decref(found);
}

static void answer_place(int to)
{
    json_t *place = json_pack("{s:s, s:o, s:o, s:o, s:s, s:i}", "handle", "a-handle", "user_code",
                              lie("provider.user_code", 40), "url", lie("provider.url", 150),
                              "url_complete", lie("provider.url_complete", 150), "expires_at",
                              "2099-01-01T00:00:00.000Z", "interval_ms", 1000);

    answer(to, 200, place);
    json_decref(place);
}

static void serve(int terminal, char *request, size_t length)
{
    const char *body = strstr(request, "\r\n\r\n") + 4;
    bool operations = strncmp(request, "POST /v1/operations ", 20) == 0;

    if (ordered("cut"))
        return;
    if (operations && ordered("trouble"))
        answer_problem(terminal, 500, "internal", "detail", "trouble.detail");
    else if (operations && ordered("refuse"))
        answer_refusals(terminal, document_of(body, length - (size_t)(body - request),
                                              strstr(request, "Content-Encoding: zstd") != NULL));
    else if (strncmp(request, "POST /v1/search/", 16) == 0)
        answer_found(terminal, strncmp(request + 16, "case", 4) == 0);
    else if (strncmp(request, "POST /v1/open ", 14) == 0)
        answer_problem(terminal, 409, "internal", "title", "open.title");
    else if (strncmp(request, "POST /v1/login/provider/session ", 32) == 0 &&
             access(deny_path, F_OK) == 0)
        answer_problem(terminal, 403, "sign-in-refused", "detail", "provider.detail");
    else if (strncmp(request, "POST /v1/login/provider/session ", 32) == 0)
        answer(terminal, 202, json_object());
    else if (strncmp(request, "POST /v1/login/provider ", 24) == 0)
        answer_place(terminal);
    else
        pass_on(terminal, request, length);
}

static void *talk(void *argument)
{
    int terminal = (int)(intptr_t)argument;
    size_t length;
    char *request = request_read(terminal, &length);

    if (request != NULL)
        serve(terminal, request, length);
    free(request);
    shutdown(terminal, SHUT_WR);
    close(terminal);
    return NULL;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (argc != 5)
        return 2;
    real_port = atoi(argv[1]);
    orders_path = argv[2];
    deny_path = argv[3];
    hostile_first(FIRST_MARK);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        hostile_mark(names[i]);
    if (hostile_map(argv[4]) == SIZE_MAX ||
        bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, 64) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return 2;
    printf("http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int terminal = accept(listener, NULL, NULL);
        pthread_t thread;

        if (terminal >= 0 && pthread_create(&thread, NULL, talk, (void *)(intptr_t)terminal) == 0)
            pthread_detach(thread);
    }
}
