#include "net/http_line.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/text.h"
#include "net/http_exchange.h"

/* A reply without a body is much shorter. */
#define REPLY_LIMIT 2048
#define GOOD_REPLY  "HTTP/1.1 204 "
#define HEAD_END    "\r\n\r\n"
/* What stands around what is known of a head, and around a body. */
#define HEAD_ROOM 160
#define BODY_ROOM 32
/* It is looked at again after a part of the time that it has taken so far. */
#define LOOKS 8

struct http_line {
    const struct http_client *model; /* whose server and token they are */
    char *path;
    pthread_mutex_t mutex;          /* for all below: libcurl's handles are not for two threads */
    struct http_client *client;     /* that connects; NULL until the line is opened first */
    struct http_exchange *exchange; /* done once it is open; NULL: closed */
    int64_t opened_ms;              /* steady time when it began to be opened */
    struct text_buffer head;        /* that leaves next; wiped */
    bool begun;                     /* a head has left, and no body behind it */
    bool unanswered;                /* the request before */
};

int http_line_new(struct http_line **result, struct http_client *client, const char *path,
                  struct error *error)
{
    struct http_line *line = calloc(1, sizeof *line);

    *result = NULL;
    if (line != NULL)
        line->path = strdup(path);
    if (line == NULL || line->path == NULL) {
        free(line);
        return error_set(error, ERROR_MEMORY, "no memory for a line");
    }
    line->model = client;
    pthread_mutex_init(&line->mutex, NULL);
    *result = line;
    return 0;
}

static void wipe(struct text_buffer *bytes)
{
    if (bytes->bytes != NULL)
        sodium_memzero(bytes->bytes, bytes->length);
    text_buffer_free(bytes);
    *bytes = (struct text_buffer){0};
}

static void hang_up(struct http_line *line)
{
    http_exchange_cancel(line->exchange);
    line->exchange = NULL;
    line->begun = false;
    line->unanswered = false;
    wipe(&line->head);
}

void http_line_free(struct http_line *line)
{
    if (line == NULL)
        return;
    hang_up(line);
    http_client_free(line->client);
    pthread_mutex_destroy(&line->mutex);
    free(line->path);
    free(line);
}

/* --- open ------------------------------------------------------------------------------------- */

static bool is_open(const struct http_line *line)
{
    return line->exchange != NULL && http_exchange_done(line->exchange) &&
           line->exchange->result == CURLE_OK;
}

/* Whether nothing has come but the good reply to the request before, all of it. */
static bool is_good(const struct http_line *line)
{
    char reply[REPLY_LIMIT + 1];
    size_t length = 0, more = 0;
    CURLcode code;

    while ((code = curl_easy_recv(line->exchange->easy, reply + length, REPLY_LIMIT - length,
                                  &more)) == CURLE_OK) {
        if (more == 0)
            return false;
        length += more;
        if (length == REPLY_LIMIT)
            return false;
    }
    if (code != CURLE_AGAIN)
        return false;
    if (!line->unanswered)
        return length == 0;
    reply[length] = '\0';
    return length > strlen(GOOD_REPLY) && memcmp(reply, GOOD_REPLY, strlen(GOOD_REPLY)) == 0 &&
           strstr(reply, HEAD_END) == reply + length - strlen(HEAD_END);
}

/* With the path behind it. */
static const char *host_of(const struct http_client *client)
{
    const char *parted = strstr(client->base_url, "://");

    return parted != NULL ? parted + strlen("://") : "";
}

/* Made before it is needed. */
static void make_head(struct http_line *line)
{
    const char *authorization = line->model->authorization;
    const char *host = host_of(line->model);
    size_t host_length = strcspn(host, "/");
    struct text_buffer *head = &line->head;

    wipe(head);
    /* At once: what it grew out of would not be wiped. */
    (void)text_buffer_reserve(head, HEAD_ROOM + strlen(host) + strlen(line->path) +
                                        (authorization != NULL ? strlen(authorization) : 0));
    text_buffer_add_format(head, "POST %s%s HTTP/1.1\r\nHost: ", host + host_length, line->path);
    text_buffer_add(head, host, host_length);
    text_buffer_add_text(head, "\r\nContent-Type: application/json\r\n"
                               "Transfer-Encoding: chunked\r\n");
    if (authorization != NULL)
        text_buffer_add_format(head, "%s\r\n", authorization);
    text_buffer_add_text(head, "\r\n");
}

/* A client of its own: what the model's thread waits for is not for another thread to touch. */
static bool has_client(struct http_line *line)
{
    struct http_client_options options = line->model->limits;

    options.base_url = line->model->base_url;
    options.ca_file = line->model->ca_file;
    options.cert_file = line->model->cert_file;
    options.key_file = line->model->key_file;
    return line->client != NULL || http_client_new(&line->client, &options, NULL) == 0;
}

static bool is_opening(const struct http_line *line)
{
    return line->exchange != NULL && !http_exchange_done(line->exchange);
}

static int64_t carry_on(struct http_line *line)
{
    int64_t took;

    if (!is_opening(line))
        return -1;
    (void)http_client_poll(line->client, NULL, 0, 0, NULL);
    if (!is_opening(line))
        return -1;
    /* By and by more seldom: a server that is not there is waited for in vain. */
    took = clock_steady(NULL) - line->opened_ms;
    return 1 + took / LOOKS;
}

static void open_line(struct http_line *line)
{
    if (is_opening(line))
        return;
    if (is_open(line) && (line->begun || is_good(line))) {
        line->unanswered = false;
        return;
    }
    hang_up(line);
    if (!has_client(line))
        return;
    make_head(line);
    line->opened_ms = clock_steady(NULL);
    line->exchange = http_exchange_connect(line->client);
    (void)carry_on(line);
}

void http_line_open(struct http_line *line)
{
    pthread_mutex_lock(&line->mutex);
    open_line(line);
    pthread_mutex_unlock(&line->mutex);
}

int64_t http_line_carry_on(struct http_line *line)
{
    int64_t next;

    pthread_mutex_lock(&line->mutex);
    next = carry_on(line);
    pthread_mutex_unlock(&line->mutex);
    return next;
}

void http_line_token_changed(struct http_line *line)
{
    pthread_mutex_lock(&line->mutex);
    if (line->exchange != NULL)
        make_head(line);
    pthread_mutex_unlock(&line->mutex);
}

void http_line_close(struct http_line *line)
{
    pthread_mutex_lock(&line->mutex);
    hang_up(line);
    pthread_mutex_unlock(&line->mutex);
}

/* --- a request -------------------------------------------------------------------------------- */

/* All of it, without waiting; else the line is hung up. */
static bool leave(struct http_line *line, const struct text_buffer *bytes)
{
    size_t sent = 0;
    bool left =
        !bytes->failed &&
        curl_easy_send(line->exchange->easy, bytes->bytes, bytes->length, &sent) == CURLE_OK &&
        sent == bytes->length;

    if (!left)
        hang_up(line);
    return left;
}

static bool begin(struct http_line *line)
{
    if (!is_open(line) || line->begun)
        return false;
    if (!is_good(line)) {
        hang_up(line);
        return false;
    }
    line->unanswered = false;
    line->begun = leave(line, &line->head);
    return line->begun;
}

bool http_line_begin(struct http_line *line)
{
    bool begun;

    /* Whoever carries it on may be in the middle of opening it, which takes a while. */
    if (pthread_mutex_trylock(&line->mutex) != 0)
        return false;
    begun = begin(line);
    pthread_mutex_unlock(&line->mutex);
    return begun;
}

bool http_line_end(struct http_line *line, const char *body, size_t length)
{
    struct text_buffer rest = {0};
    bool left = false;

    (void)text_buffer_reserve(&rest, length + BODY_ROOM);
    text_buffer_add_format(&rest, "%zx\r\n", length);
    text_buffer_add(&rest, body, length);
    text_buffer_add_text(&rest, "\r\n0\r\n\r\n");
    pthread_mutex_lock(&line->mutex);
    if (line->begun) {
        left = leave(line, &rest);
        line->begun = false;
        line->unanswered = left;
    }
    pthread_mutex_unlock(&line->mutex);
    /* It may be personal. */
    wipe(&rest);
    return left;
}

void http_line_cut(struct http_line *line)
{
    pthread_mutex_lock(&line->mutex);
    if (line->begun)
        hang_up(line);
    pthread_mutex_unlock(&line->mutex);
}
