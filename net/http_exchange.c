#include "net/http_exchange.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "net/curl_common.h"

#define HEADERS_LIMIT (64 * 1024)

/* Of a body in one piece: what libcurl writes by itself, and the most that it is given room for. */
#define UPLOAD_PRESET 65536L
#define UPLOAD_MOST   (512 * 1024L)

static int64_t measure(CURL *easy, CURLINFO what)
{
    curl_off_t value = 0;

    return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? value : 0;
}

int64_t http_exchange_moved(const struct http_exchange *exchange)
{
    return exchange->bytes_sent + (int64_t)exchange->header_bytes +
           measure(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T);
}

/* Silence on purpose ends with the first byte of the reply. */
void http_exchange_expect(struct http_exchange *exchange, int64_t now_ms)
{
    exchange->moved = http_exchange_moved(exchange);
    exchange->deadline_ms = now_ms + exchange->client->limits.stall_ms +
                            (exchange->header_bytes == 0 ? exchange->wait_ms : 0);
}

/* --- what libcurl calls ---------------------------------------------------------------------- */

/* Somebody may wait for what is in it, and libcurl has more to do before it says so. */
static void tell_whole(struct http_exchange *exchange)
{
    long status = 0;

    if (exchange->came == NULL ||
        (int64_t)exchange->received.length !=
            measure(exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) ||
        curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
        status != 200)
        return;
    exchange->came(exchange->came_context, exchange->received.bytes, exchange->received.length);
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *context)
{
    struct http_exchange *exchange = context;
    size_t length = size * count;

    if (length > exchange->client->limits.reply_limit - exchange->received.length) {
        exchange->over_limit = true;
        return 0;
    }
    text_buffer_add(&exchange->received, bytes, length);
    if (exchange->received.failed)
        return 0;
    tell_whole(exchange);
    return length;
}

/* Counts only: libcurl itself reads what matters. Returning less than given ends the exchange. */
static size_t receive_header(char *bytes, size_t size, size_t count, void *context)
{
    struct http_exchange *exchange = context;
    size_t length = size * count;

    exchange->headers_ended = length == 2 && bytes[0] == '\r' && bytes[1] == '\n';
    exchange->header_bytes += length;
    if (exchange->header_bytes > HEADERS_LIMIT) {
        exchange->over_limit = true;
        return 0;
    }
    return length;
}

/* Counts what goes out: libcurl's own figure takes in none, part or all of the body. */
static int count_traffic(CURL *easy, curl_infotype kind, char *bytes, size_t length, void *context)
{
    struct http_exchange *exchange = context;

    (void)easy;
    (void)bytes;
    if (kind == CURLINFO_HEADER_OUT || kind == CURLINFO_DATA_OUT)
        exchange->bytes_sent += (int64_t)length;
    return 0;
}

/* --- begin ------------------------------------------------------------------------------------ */

static void exchange_free(struct http_exchange *exchange)
{
    if (exchange->easy != NULL)
        curl_easy_cleanup(exchange->easy);
    for (struct curl_slist *line = exchange->headers; line != NULL; line = line->next)
        sodium_memzero(line->data, strlen(line->data));
    curl_slist_free_all(exchange->headers);
    if (exchange->body != NULL)
        sodium_memzero(exchange->body, exchange->body_length);
    free(exchange->body);
    if (exchange->received.bytes != NULL)
        sodium_memzero(exchange->received.bytes, exchange->received.length);
    text_buffer_free(&exchange->received);
    free(exchange->name);
    free(exchange->accept);
    free(exchange);
}

static bool add_header(struct http_exchange *exchange, const char *line)
{
    struct curl_slist *longer = curl_slist_append(exchange->headers, line);

    if (longer == NULL)
        return false;
    exchange->headers = longer;
    return true;
}

static bool add_header_value(struct http_exchange *exchange, const char *name, const char *value)
{
    char line[256];
    int length = snprintf(line, sizeof line, "%s: %s", name, value);

    return length > 0 && (size_t)length < sizeof line && add_header(exchange, line);
}

/* A line "Name:" takes away what libcurl would add by itself. */
static bool add_headers(struct http_exchange *exchange, const struct http_request *request)
{
    const struct http_client *client = exchange->client;
    /* JSON is what a server gives anyway: not to be asked for each time. */
    bool ask = request->accept != NULL && strcmp(request->accept, "application/json") != 0;

    if (!add_header(exchange, "Expect:"))
        return false;
    if (ask ? !add_header_value(exchange, "Accept", request->accept)
            : !add_header(exchange, "Accept:"))
        return false;
    /* What it can read need not be said each time; libcurl reads it all the same. */
    if (request->bare &&
        (!add_header(exchange, "Accept-Encoding:") || !add_header(exchange, "Content-Type:")))
        return false;
    if (request->body != NULL && !request->bare &&
        !add_header_value(exchange, "Content-Type", request->body_type))
        return false;
    if (request->body != NULL && request->body_encoding != NULL &&
        !add_header_value(exchange, "Content-Encoding", request->body_encoding))
        return false;
    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
        if (!add_header(exchange, request->headers[i]))
            return false;
    return client->authorization == NULL || add_header(exchange, client->authorization);
}

static bool copy_request(struct http_exchange *exchange, const struct http_request *request)
{
    struct text_buffer name = {0};
    size_t path_length = strcspn(request->path, "?");

    text_buffer_add_format(&name, "%s ", request->method);
    text_buffer_add(&name, request->path, path_length);
    exchange->name = text_buffer_take(&name);
    exchange->accept = request->accept == NULL ? NULL : strdup(request->accept);
    if (request->body != NULL) {
        exchange->body = malloc(request->body_length + 1);
        if (exchange->body == NULL)
            return false;
        memcpy(exchange->body, request->body, request->body_length);
        exchange->body_length = request->body_length;
    }
    return exchange->name != NULL && (request->accept == NULL || exchange->accept != NULL);
}

/* What is the same for every request of this client. */
static bool set_transport(const struct http_client *client, CURL *easy)
{
    bool good =
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        /* A name server that does not answer must not hold up the end of the program. */
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 10L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, client->encodings) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, count_traffic) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header) == CURLE_OK;

    if (client->plain)
        return good && curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, curl_common_open_loopback) ==
                   CURLE_OK;
    good = good &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
    if (client->ca_file != NULL)
        good = good && curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file) == CURLE_OK;
    if (client->cert_file != NULL)
        good = good && curl_easy_setopt(easy, CURLOPT_SSLCERT, client->cert_file) == CURLE_OK &&
               (client->key_file == NULL ||
                curl_easy_setopt(easy, CURLOPT_SSLKEY, client->key_file) == CURLE_OK);
    return good;
}

/* A body leaves as a whole, as far as the connection takes it: what waits for a second look would
 * be waited for by the server, while whoever asked does something else. */
static bool set_body(struct http_exchange *exchange)
{
    CURL *easy = exchange->easy;
    long room = exchange->body_length < UPLOAD_MOST ? (long)exchange->body_length : UPLOAD_MOST;

    return curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body_length) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body) == CURLE_OK &&
           (room <= UPLOAD_PRESET ||
            curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, room) == CURLE_OK);
}

static bool set_request(struct http_exchange *exchange, const struct http_request *request)
{
    const struct http_client_options *limits = &exchange->client->limits;
    CURL *easy = exchange->easy;
    struct text_buffer url = {0};

    text_buffer_add_text(&url, exchange->client->base_url);
    text_buffer_add_text(&url, request->path);
    bool good = !url.failed && curl_easy_setopt(easy, CURLOPT_URL, url.bytes) == CURLE_OK;
    text_buffer_free(&url);
    if (exchange->body != NULL)
        good = good && set_body(exchange);
    return good && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers) == CURLE_OK &&
           /* libcurl wakes for it even when the connection is there: not within a long poll, where
            * that would be all that happens. */
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                            (long)(limits->connect_ms + request->wait_ms)) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                            (long)(limits->total_ms + request->wait_ms)) == CURLE_OK;
}

static bool set_contexts(struct http_exchange *exchange)
{
    CURL *easy = exchange->easy;

    return curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->detail) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_DEBUGDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == CURLE_OK;
}

/* A new one each time: what one request was told of is not in the next one's. */
void http_exchange_prepare(struct http_client *client)
{
    if (client->spare != NULL)
        return;
    client->spare = curl_easy_init();
    if (client->spare != NULL && !set_transport(client, client->spare)) {
        curl_easy_cleanup(client->spare);
        client->spare = NULL;
    }
}

static bool take_spare(struct http_exchange *exchange)
{
    struct http_client *client = exchange->client;

    http_exchange_prepare(client);
    exchange->easy = client->spare;
    client->spare = NULL;
    return exchange->easy != NULL;
}

/* It is under way now. */
static void link_exchange(struct http_exchange *exchange)
{
    exchange->next = exchange->client->exchanges;
    exchange->client->exchanges = exchange;
    http_exchange_expect(exchange, clock_steady(NULL));
}

struct http_exchange *http_exchange_connect(struct http_client *client)
{
    struct http_exchange *exchange = calloc(1, sizeof *exchange);

    if (exchange == NULL)
        return NULL;
    exchange->client = client;
    if (!take_spare(exchange) ||
        curl_easy_setopt(exchange->easy, CURLOPT_URL, client->base_url) != CURLE_OK ||
        curl_easy_setopt(exchange->easy, CURLOPT_CONNECT_ONLY, 1L) != CURLE_OK ||
        curl_easy_setopt(exchange->easy, CURLOPT_CONNECTTIMEOUT_MS,
                         (long)client->limits.connect_ms) != CURLE_OK ||
        !set_contexts(exchange) ||
        curl_multi_add_handle(client->multi, exchange->easy) != CURLM_OK) {
        exchange_free(exchange);
        return NULL;
    }
    link_exchange(exchange);
    return exchange;
}

int http_client_begin(struct http_client *client, struct http_exchange **result,
                      const struct http_request *request, struct error *error)
{
    struct http_exchange *exchange = calloc(1, sizeof *exchange);

    if (exchange == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a request");
    exchange->client = client;
    if (!take_spare(exchange) || !copy_request(exchange, request) ||
        !add_headers(exchange, request) || !set_request(exchange, request) ||
        !set_contexts(exchange) ||
        curl_multi_add_handle(client->multi, exchange->easy) != CURLM_OK) {
        exchange_free(exchange);
        return error_set(error, ERROR_MEMORY, "%s %s cannot be prepared", request->method,
                         request->path);
    }
    exchange->wait_ms = request->wait_ms;
    exchange->bare = request->bare;
    exchange->came = request->came;
    exchange->came_context = request->came_context;
    link_exchange(exchange);
    *result = exchange;
    return 0;
}

/* --- finish ----------------------------------------------------------------------------------- */

bool http_exchange_done(const struct http_exchange *exchange)
{
    return exchange->done;
}

void http_reply_clear(struct http_reply *reply)
{
    if (reply->body != NULL)
        sodium_memzero(reply->body, reply->length);
    free(reply->body);
    free(reply->location);
    *reply = (struct http_reply){.retry_after_ms = -1};
}

void http_exchange_cancel(struct http_exchange *exchange)
{
    if (exchange == NULL)
        return;
    (void)curl_multi_remove_handle(exchange->client->multi, exchange->easy);
    for (struct http_exchange **place = &exchange->client->exchanges; *place != NULL;
         place = &(*place)->next)
        if (*place == exchange) {
            *place = exchange->next;
            break;
        }
    exchange_free(exchange);
}

static int say_cut(const struct http_exchange *exchange, struct error *error)
{
    int64_t received = measure(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T);
    curl_off_t expected = -1;

    (void)curl_easy_getinfo(exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &expected);
    if (expected >= 0)
        return error_set(error, ERROR_OFFLINE,
                         "reply of %s was cut after %" PRId64 " of %" PRId64 " bytes",
                         exchange->name, received, (int64_t)expected);
    return error_set(error, ERROR_OFFLINE, "reply of %s was cut after %" PRId64 " bytes",
                     exchange->name, received);
}

/* Says which kind of failure libcurl met. */
static int say_failure(const struct http_exchange *exchange, struct error *error)
{
    const char *name = exchange->name;
    const char *detail =
        exchange->detail[0] != '\0' ? exchange->detail : curl_easy_strerror(exchange->result);
    int64_t received = measure(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T);

    if (exchange->over_limit)
        return error_set(error, ERROR_TOO_LARGE, "reply of %s is over %zu bytes", name,
                         exchange->header_bytes > HEADERS_LIMIT
                             ? (size_t)HEADERS_LIMIT
                             : exchange->client->limits.reply_limit);
    if (exchange->received.failed)
        return error_set(error, ERROR_MEMORY, "no memory for the reply of %s", name);
    switch (exchange->result) {
    case CURLE_PARTIAL_FILE:
        return say_cut(exchange, error);
    case CURLE_RECV_ERROR:
        if (exchange->header_bytes > 0)
            return say_cut(exchange, error);
        return error_set(error, ERROR_OFFLINE, "%s: the connection broke before the reply (%s)",
                         name, detail);
    case CURLE_GOT_NOTHING:
        return error_set(error, ERROR_OFFLINE, "%s: the server closed without a reply", name);
    case CURLE_OPERATION_TIMEDOUT:
        return error_set(error, ERROR_OFFLINE,
                         "%s: too slow, given up after %" PRId64 " bytes of the reply (%s)", name,
                         received, detail);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
        return error_set(error, ERROR_OFFLINE, "%s: %s", name, detail);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return error_set(error, ERROR_REFUSED, "%s: the server's certificate is not trusted: %s",
                         name, detail);
    case CURLE_OUT_OF_MEMORY:
        return error_set(error, ERROR_MEMORY, "%s: %s", name, detail);
    case CURLE_BAD_CONTENT_ENCODING:
        return error_set(error, ERROR_PROTOCOL, "reply of %s: its compression is broken (%s)", name,
                         detail);
    default:
        return error_set(error, ERROR_PROTOCOL, "%s: %s", name, detail);
    }
}

static void read_media_type(CURL *easy, char media_type[64])
{
    char *text = NULL;
    size_t length = 0;

    (void)curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &text);
    while (text != NULL && length < 63 && text[length] > ' ' && text[length] <= '~' &&
           text[length] != ';') {
        char character = text[length];
        media_type[length] =
            character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
        length++;
    }
    media_type[length] = '\0';
}

static int read_location(CURL *easy, char **location, struct error *error)
{
    struct curl_header *header;

    *location = NULL;
    if (curl_easy_header(easy, "Location", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return 0;
    *location = strdup(header->value);
    return *location != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a reply");
}

/* Whether a media type is one of those that are accepted. */
static bool is_accepted(const char *accepted, const char *type)
{
    size_t length = strlen(type);

    for (const char *at = accepted; at != NULL; at = strchr(at, ',')) {
        at += strspn(at, ", ");
        if (strncmp(at, type, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

static int check_reply(const struct http_exchange *exchange, const struct http_reply *reply,
                       struct error *error)
{
    if (reply->status < 200 || reply->status > 599)
        return error_set(error, ERROR_PROTOCOL, "reply of %s: status %d makes no sense",
                         exchange->name, reply->status);
    if (reply->status >= 300)
        return 0;
    if (exchange->accept == NULL && exchange->received.length > 0)
        return error_set(error, ERROR_PROTOCOL, "reply of %s has a body where none was expected",
                         exchange->name);
    /* Accepted, and nothing to say yet. */
    if (reply->status == 202 && exchange->received.length == 0)
        return 0;
    if (exchange->accept != NULL && reply->status != 204 &&
        !(exchange->bare && reply->media_type[0] == '\0') &&
        !is_accepted(exchange->accept, reply->media_type))
        return error_set(error, ERROR_PROTOCOL,
                         "reply of %s is \"%s\", not \"%s\": something else answers there",
                         exchange->name, reply->media_type, exchange->accept);
    return 0;
}

int http_exchange_read(struct http_exchange *exchange, struct http_reply *reply,
                       struct error *error)
{
    CURL *easy = exchange->easy;
    int code = 0;

    *reply = (struct http_reply){.retry_after_ms = -1};
    if (!exchange->done)
        code = error_set(error, ERROR_INTERNAL, "%s is not done", exchange->name);
    else if (exchange->result != CURLE_OK)
        code = say_failure(exchange, error);
    else if (!exchange->headers_ended)
        code = say_cut(exchange, error);
    if (code == 0) {
        long status = 0;
        long header_bytes = 0;
        int64_t retry_after = measure(easy, CURLINFO_RETRY_AFTER);
        (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        (void)curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &header_bytes);
        reply->status = (int)status;
        reply->retry_after_ms = retry_after > 0 ? retry_after * 1000 : -1;
        reply->bytes_sent = exchange->bytes_sent;
        reply->bytes_received = header_bytes + measure(easy, CURLINFO_SIZE_DOWNLOAD_T);
        read_media_type(easy, reply->media_type);
        code = check_reply(exchange, reply, error);
        if (code == 0)
            code = read_location(easy, &reply->location, error);
    }
    if (code == 0) {
        reply->length = exchange->received.length;
        reply->body = exchange->received.bytes;
        exchange->received = (struct text_buffer){0};
    }
    return code;
}

int http_exchange_finish(struct http_exchange *exchange, struct http_reply *reply,
                         struct error *error)
{
    int code = http_exchange_read(exchange, reply, error);

    http_exchange_cancel(exchange);
    return code;
}
