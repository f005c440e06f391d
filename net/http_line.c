#include "net/http_line.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"
#include "net/http_exchange.h"

/* A reply without a body is much shorter. */
#define REPLY_LIMIT 2048
#define GOOD_REPLY  "HTTP/1.1 204 "
#define HEAD_END    "\r\n\r\n"
/* What stands around what is known of a head, and around a body. */
#define HEAD_ROOM 160
#define BODY_ROOM 32

struct http_line {
    struct http_client *client;
    char *path;
    struct http_exchange *exchange; /* done once it is open; NULL: closed */
    size_t begun;                   /* the length of the head that has left; 0: none has */
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
    line->client = client;
    *result = line;
    return 0;
}

static void hang_up(struct http_line *line)
{
    http_exchange_cancel(line->exchange);
    line->exchange = NULL;
    line->begun = 0;
    line->unanswered = false;
}

void http_line_free(struct http_line *line)
{
    if (line == NULL)
        return;
    hang_up(line);
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

void http_line_open(struct http_line *line)
{
    if (line->exchange != NULL && !http_exchange_done(line->exchange))
        return;
    if (is_open(line) && (line->begun > 0 || is_good(line))) {
        line->unanswered = false;
        return;
    }
    hang_up(line);
    line->exchange = http_exchange_connect(line->client);
}

/* --- a request -------------------------------------------------------------------------------- */

/* All of it, without waiting; else the line is hung up. The bytes may be personal: wiped. */
static bool leave(struct http_line *line, struct text_buffer *bytes)
{
    size_t sent = 0;
    bool left =
        !bytes->failed &&
        curl_easy_send(line->exchange->easy, bytes->bytes, bytes->length, &sent) == CURLE_OK &&
        sent == bytes->length;

    if (!left)
        hang_up(line);
    if (bytes->bytes != NULL)
        sodium_memzero(bytes->bytes, bytes->length);
    return left;
}

/* With the path behind it. */
static const char *host_of(const struct http_client *client)
{
    const char *parted = strstr(client->base_url, "://");

    return parted != NULL ? parted + strlen("://") : "";
}

bool http_line_begin(struct http_line *line)
{
    const struct http_client *client = line->client;
    const char *authorization = client->authorization;
    const char *host = host_of(client);
    size_t host_length = strcspn(host, "/");
    struct text_buffer head = {0};
    bool left;

    if (!is_open(line) || line->begun > 0)
        return false;
    if (!is_good(line)) {
        hang_up(line);
        return false;
    }
    line->unanswered = false;
    /* At once: what it grew out of would not be wiped. */
    (void)text_buffer_reserve(&head, HEAD_ROOM + strlen(client->base_url) + strlen(line->path) +
                                         (authorization != NULL ? strlen(authorization) : 0));
    text_buffer_add_format(&head, "POST %s%s HTTP/1.1\r\nHost: ", host + host_length, line->path);
    text_buffer_add(&head, host, host_length);
    text_buffer_add_text(&head, "\r\nContent-Type: application/json\r\n"
                                "Transfer-Encoding: chunked\r\n");
    if (authorization != NULL)
        text_buffer_add_format(&head, "%s\r\n", authorization);
    text_buffer_add_text(&head, "\r\n");
    left = leave(line, &head);
    if (left)
        line->begun = head.length;
    text_buffer_free(&head);
    return left;
}

size_t http_line_end(struct http_line *line, const char *body, size_t length)
{
    struct text_buffer rest = {0};
    size_t count = line->begun;

    if (count == 0)
        return 0;
    (void)text_buffer_reserve(&rest, length + BODY_ROOM);
    text_buffer_add_format(&rest, "%zx\r\n", length);
    text_buffer_add(&rest, body, length);
    text_buffer_add_text(&rest, "\r\n0\r\n\r\n");
    count = leave(line, &rest) ? count + rest.length : 0;
    if (count > 0) {
        line->begun = 0;
        line->unanswered = true;
    }
    text_buffer_free(&rest);
    return count;
}

void http_line_cut(struct http_line *line)
{
    if (line->begun > 0)
        hang_up(line);
}
