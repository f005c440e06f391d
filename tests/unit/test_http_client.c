#include "net/http_client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <zstd.h>

#include "net/http_exchange.h"
#include "net/http_line.h"
#include "tests/unit/scripted_server.h"
#include "tests/unit/unit.h"

static int64_t now_ms(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static struct http_client *client_of(const struct scripted_server *server)
{
    struct http_client_options options = http_client_default_options;
    struct http_client *client = NULL;

    options.base_url = scripted_server_url(server);
    options.reply_limit = 1024 * 1024;
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    return client;
}

static const struct http_request get_changes = {
    .method = "GET", .path = "/v1/changes?since=0", .accept = "application/json"};

/* --- good replies --------------------------------------------------------------------------- */

struct seen {
    char request[256 * 1024];
    int count;
};

static bool answer_well(void *context, int connection, const char *request, size_t length,
                        int count)
{
    struct seen *seen = context;

    assert_true(length < sizeof seen->request);
    memcpy(seen->request, request, length + 1);
    seen->count = count;
    scripted_write_json(connection, "200 OK", "", "{\"ok\":true}");
    return true;
}

static void a_reply_arrives_whole_on_a_kept_connection(void **state)
{
    static struct seen seen;
    static char large[200 * 1024];
    struct scripted_server *server = scripted_server_start(answer_well, &seen);
    struct http_client *client = client_of(server);
    struct http_reply reply;
    struct http_request post = {.method = "POST",
                                .path = "/v1/operations",
                                .body = "{\"operations\":[]}",
                                .body_length = 17,
                                .body_type = "application/json",
                                .accept = "application/json"};

    (void)state;
    assert_int_equal(http_client_token_set(client, "abc.DEF", NULL), 0);
    assert_int_equal(http_client_call(client, &post, &reply, NULL), 0);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "{\"ok\":true}");
    assert_int_equal(reply.length, 11);
    assert_string_equal(reply.media_type, "application/json");
    assert_int_equal(reply.retry_after_ms, -1);
    assert_non_null(strstr(seen.request, "POST /v1/operations HTTP/1.1\r\n"));
    assert_non_null(strstr(seen.request, "\r\nAuthorization: Bearer abc.DEF\r\n"));
    assert_non_null(strstr(seen.request, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(seen.request, "\r\n\r\n{\"operations\":[]}"));
    assert_int_equal(reply.bytes_sent, strlen(seen.request));
    http_reply_clear(&reply);

    memset(large, ' ', sizeof large);
    post.body = large;
    post.body_length = sizeof large;
    assert_int_equal(http_client_call(client, &post, &reply, NULL), 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(reply.bytes_sent, strlen(seen.request));
    http_reply_clear(&reply);

    assert_int_equal(http_client_token_set(client, NULL, NULL), 0);
    assert_int_equal(http_client_call(client, &get_changes, &reply, NULL), 0);
    assert_int_equal(seen.count, 2);
    assert_null(strstr(seen.request, "Authorization"));
    assert_int_equal(reply.bytes_sent, strlen(seen.request));
    http_reply_clear(&reply);
    http_client_free(client);
    scripted_server_stop(server);
}

/* Somebody may wait for the next one. */
static void the_next_request_is_prepared_while_nothing_is_to_be_done(void **state)
{
    static struct seen seen;
    struct scripted_server *server = scripted_server_start(answer_well, &seen);
    struct http_client *client = client_of(server);
    struct http_exchange *exchange = NULL;
    struct http_reply reply;
    CURL *spare;

    (void)state;
    assert_int_equal(http_client_call(client, &get_changes, &reply, NULL), 0);
    http_reply_clear(&reply);
    spare = client->spare;
    assert_non_null(spare);
    assert_int_equal(http_client_begin(client, &exchange, &get_changes, NULL), 0);
    assert_ptr_equal(exchange->easy, spare);
    assert_null(client->spare);
    http_exchange_cancel(exchange);
    /* Not while others are given way to. */
    assert_int_equal(http_client_poll(client, NULL, 0, HTTP_PREPARE_MS - 1, NULL), 0);
    assert_null(client->spare);
    assert_int_equal(http_client_poll(client, NULL, 0, HTTP_PREPARE_MS, NULL), 0);
    assert_non_null(client->spare);
    http_client_free(client);
    scripted_server_stop(server);
}

/* What one scripted server sends, and what must come of it. */
struct script {
    const char *bytes;
    size_t length;
    bool hold; /* keep the connection open after the bytes */
};

static bool answer_script(void *context, int connection, const char *request, size_t length,
                          int count)
{
    const struct script *script = context;

    (void)request;
    (void)length;
    (void)count;
    scripted_write(connection, script->bytes,
                   script->length == 0 ? strlen(script->bytes) : script->length);
    return script->hold;
}

static int call_script(struct script script, const struct http_request *request,
                       struct http_reply *reply, struct error *error)
{
    struct scripted_server *server = scripted_server_start(answer_script, &script);
    struct http_client *client = client_of(server);
    int code = http_client_call(client, request, reply, error);

    http_client_free(client);
    scripted_server_stop(server);
    return code;
}

static void refusals_arrive_with_their_problem_and_delay(void **state)
{
    struct http_reply reply;
    struct script script = {
        .bytes = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: Application/Problem+JSON; "
                 "charset=utf-8\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}"};

    (void)state;
    assert_int_equal(call_script(script, &get_changes, &reply, NULL), 0);
    assert_int_equal(reply.status, 429);
    assert_string_equal(reply.media_type, "application/problem+json");
    assert_int_equal(reply.retry_after_ms, 7000);
    assert_string_equal(reply.body, "{}");
    http_reply_clear(&reply);
}

static void no_content_has_no_body(void **state)
{
    struct http_reply reply;
    struct http_request request = {.method = "POST", .path = "/v1/logout"};
    struct script script = {.bytes = "HTTP/1.1 204 No Content\r\n\r\n"};

    (void)state;
    assert_int_equal(call_script(script, &request, &reply, NULL), 0);
    assert_int_equal(reply.status, 204);
    assert_null(reply.body);
    http_reply_clear(&reply);
}

static void a_redirect_is_not_followed(void **state)
{
    struct http_reply reply;
    struct script script = {.bytes = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
                                     "Content-Length: 0\r\n\r\n"};

    (void)state;
    assert_int_equal(call_script(script, &get_changes, &reply, NULL), 0);
    assert_int_equal(reply.status, 302);
    http_reply_clear(&reply);
}

/* --- bad replies ---------------------------------------------------------------------------- */

static void fails_with(struct script script, const struct http_request *request, int code,
                       const char *message)
{
    struct http_reply reply;
    struct error error = ERROR_INIT;

    assert_int_equal(call_script(script, request, &reply, &error), code);
    if (strstr(error.message, message) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.message, message);
}

static void a_cut_reply_says_how_far_it_came(void **state)
{
    struct http_request post = {.method = "POST",
                                .path = "/v1/operations",
                                .body = "{}",
                                .body_length = 2,
                                .body_type = "application/json",
                                .accept = "application/json"};

    (void)state;
    fails_with((struct script){.bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                        "Content-Length: 990\r\n\r\n{\"outcomes\":"},
               &post, ERROR_OFFLINE, "reply of POST /v1/operations was cut after 12 of 990 bytes");
    fails_with((struct script){.bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                        "Transfer-Encoding: chunked\r\n\r\nA\r\n{\"outcomes"},
               &post, ERROR_OFFLINE, "reply of POST /v1/operations was cut after");
    fails_with((struct script){.bytes = "HTTP/1.1 200 OK\r\nContent-"}, &post, ERROR_OFFLINE,
               "POST /v1/operations");
}

static bool close_at_once(void *context, int connection, const char *request, size_t length,
                          int count)
{
    (void)context;
    (void)connection;
    (void)request;
    (void)length;
    (void)count;
    return false;
}

static void no_reply_is_offline(void **state)
{
    struct scripted_server *server = scripted_server_start(close_at_once, NULL);
    struct http_client *client = client_of(server);
    struct http_reply reply;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(http_client_call(client, &get_changes, &reply, &error), ERROR_OFFLINE);
    assert_string_equal(error.message, "GET /v1/changes: the server closed without a reply");
    scripted_server_stop(server);
    assert_int_equal(http_client_call(client, &get_changes, &reply, &error), ERROR_OFFLINE);
    assert_non_null(strstr(error.message, "GET /v1/changes: "));
    http_client_free(client);
}

static void what_is_not_ours_is_refused(void **state)
{
    (void)state;
    fails_with((struct script){.bytes = "SSH-2.0-OpenSSH_9.2\r\n"}, &get_changes, ERROR_PROTOCOL,
               "GET /v1/changes");
    fails_with((struct script){.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                                        "Content-Length: 6\r\n\r\n<html>"},
               &get_changes, ERROR_PROTOCOL, "is \"text/html\", not \"application/json\"");
    fails_with((struct script){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"},
               &get_changes, ERROR_PROTOCOL, "is \"\", not \"application/json\"");
}

static bool answer_endlessly(void *context, int connection, const char *request, size_t length,
                             int count)
{
    const char *const *text = context;

    (void)request;
    (void)length;
    (void)count;
    scripted_write_text(connection, text[0]);
    for (int index = 0; index < 100000; index++)
        scripted_write_text(connection, text[1]);
    return false;
}

static void endless_replies_are_stopped(void **state)
{
    static const char *const body[] = {
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n",
        "                                                                "};
    static const char *const headers[] = {"HTTP/1.1 200 OK\r\n", "X-More: and more and more\r\n"};
    static const char *const *const scripts[] = {body, headers};
    static const char *const messages[] = {"reply of GET /v1/changes is over 1048576 bytes",
                                           "reply of GET /v1/changes is over 65536 bytes"};

    (void)state;
    for (size_t index = 0; index < 2; index++) {
        const char *script[] = {scripts[index][0], scripts[index][1]};
        struct scripted_server *server = scripted_server_start(answer_endlessly, script);
        struct http_client *client = client_of(server);
        struct http_reply reply;
        struct error error = ERROR_INIT;
        assert_int_equal(http_client_call(client, &get_changes, &reply, &error), ERROR_TOO_LARGE);
        assert_string_equal(error.message, messages[index]);
        http_client_free(client);
        scripted_server_stop(server);
    }
}

/* A reply of `length` spaces, compressed with zstd. */
static struct script compressed(size_t length, char *buffer, size_t capacity)
{
    char *plain = malloc(length);

    assert_non_null(plain);
    memset(plain, ' ', length);
    plain[0] = '{';
    plain[length - 1] = '}';
    size_t bound = ZSTD_compressBound(length);
    char *packed = malloc(bound);
    assert_non_null(packed);
    size_t packed_length = ZSTD_compress(packed, bound, plain, length, 3);
    assert_false(ZSTD_isError(packed_length));
    int head = snprintf(buffer, capacity,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: "
                        "zstd\r\nContent-Length: %zu\r\n\r\n",
                        packed_length);
    assert_true((size_t)head + packed_length < capacity);
    memcpy(buffer + head, packed, packed_length);
    free(packed);
    free(plain);
    return (struct script){.bytes = buffer, .length = (size_t)head + packed_length};
}

static void compressed_replies_are_opened_and_bounded(void **state)
{
    static char buffer[64 * 1024];
    struct http_reply reply;

    (void)state;
    struct script script = compressed(100000, buffer, sizeof buffer);
    assert_int_equal(call_script(script, &get_changes, &reply, NULL), 0);
    assert_int_equal(reply.length, 100000);
    assert_true(reply.bytes_received < 1000);
    http_reply_clear(&reply);

    script = compressed(64 * 1024 * 1024, buffer, sizeof buffer);
    fails_with(script, &get_changes, ERROR_TOO_LARGE, "is over 1048576 bytes");
    fails_with((struct script){.bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                        "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"},
               &get_changes, ERROR_PROTOCOL, "reply of GET /v1/changes: its compression is broken");
}

static void a_silent_server_is_given_up(void **state)
{
    struct script script = {.bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                     "Content-Length: 20\r\n\r\n{\"half\":",
                            .hold = true};
    struct scripted_server *server = scripted_server_start(answer_script, &script);
    struct http_client_options options = http_client_default_options;
    struct http_client *client = NULL;
    struct http_reply reply;
    struct error error = ERROR_INIT;
    int64_t start = now_ms();

    (void)state;
    options.base_url = scripted_server_url(server);
    options.stall_ms = 1000;
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    assert_int_equal(http_client_call(client, &get_changes, &reply, &error), ERROR_OFFLINE);
    assert_non_null(strstr(error.message, "GET /v1/changes: too slow, given up after 8 bytes"));
    assert_true(now_ms() - start < 5000);
    http_client_free(client);
    options.total_ms = 300;
    options.stall_ms = 60000;
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    start = now_ms();
    assert_int_equal(http_client_call(client, &get_changes, &reply, &error), ERROR_OFFLINE);
    assert_true(now_ms() - start < 2000);
    http_client_free(client);
    scripted_server_stop(server);
}

/* --- several at once, waking and stopping ----------------------------------------------------- */

static bool answer_or_wait(void *context, int connection, const char *request, size_t length,
                           int count)
{
    (void)context;
    (void)length;
    (void)count;
    if (strstr(request, "wait=") == NULL)
        scripted_write_json(connection, "200 OK", "", "{}");
    return true;
}

static bool answer_and_count(void *context, int connection, const char *request, size_t length,
                             int count)
{
    (void)request;
    (void)length;
    (void)count;
    atomic_fetch_add((atomic_int *)context, 1);
    scripted_write_json(connection, "200 OK", "", "{}");
    return true;
}

/* Nobody carries on meanwhile: whoever sent it is at something else. */
static void a_body_leaves_as_a_whole(void **state)
{
    static char body[80 * 1024];
    static atomic_int arrived;
    struct scripted_server *server = scripted_server_start(answer_and_count, &arrived);
    struct http_client *client = client_of(server);
    struct http_exchange *push = NULL;
    struct http_reply reply;
    struct http_request post = {.method = "POST",
                                .path = "/v1/operations",
                                .body = body,
                                .body_length = sizeof body,
                                .body_type = "application/json",
                                .accept = "application/json"};

    (void)state;
    memset(body, ' ', sizeof body);
    assert_int_equal(http_client_call(client, &get_changes, &reply, NULL), 0);
    http_reply_clear(&reply);
    assert_int_equal(http_client_begin(client, &push, &post, NULL), 0);
    http_client_advance(client);
    for (int64_t start = now_ms(); atomic_load(&arrived) < 2 && now_ms() - start < 20000;)
        (void)usleep(1000);
    assert_int_equal(atomic_load(&arrived), 2);
    http_exchange_cancel(push);
    http_client_free(client);
    scripted_server_stop(server);
}

static void a_push_goes_while_the_long_poll_is_open(void **state)
{
    struct scripted_server *server = scripted_server_start(answer_or_wait, NULL);
    struct http_client *client = client_of(server);
    struct http_exchange *bell = NULL;
    struct http_exchange *work = NULL;
    struct http_reply reply;
    struct http_request wait = {.method = "GET",
                                .path = "/v1/changes?wait=50",
                                .accept = "application/json",
                                .wait_ms = 50000};
    int wake[2];

    (void)state;
    assert_int_equal(http_client_begin(client, &bell, &wait, NULL), 0);
    assert_int_equal(http_client_poll(client, NULL, 0, 100, NULL), 0);
    assert_int_equal(http_client_begin(client, &work, &get_changes, NULL), 0);
    for (int64_t start = now_ms(); !http_exchange_done(work) && now_ms() - start < 5000;)
        assert_int_equal(http_client_poll(client, NULL, 0, 1000, NULL), 0);
    assert_true(http_exchange_done(work));
    assert_false(http_exchange_done(bell));
    assert_int_equal(http_exchange_finish(work, &reply, NULL), 0);
    assert_int_equal(reply.status, 200);
    http_reply_clear(&reply);

    /* A readable descriptor ends the wait. */
    assert_int_equal(pipe(wake), 0);
    assert_int_equal(write(wake[1], "x", 1), 1);
    int64_t start = now_ms();
    assert_int_equal(http_client_poll(client, wake, 1, 30000, NULL), 0);
    assert_true(now_ms() - start < 1000);
    (void)close(wake[0]);
    (void)close(wake[1]);
    http_exchange_cancel(bell);
    http_client_free(client);
    scripted_server_stop(server);
}

/* Nothing happens for as long as the server is silent: the machine may sleep. */
static void a_long_poll_wakes_nobody(void **state)
{
    struct scripted_server *server = scripted_server_start(answer_or_wait, NULL);
    struct http_client_options options = http_client_default_options;
    struct http_client *client = NULL;
    struct http_exchange *bell = NULL;
    struct http_reply reply;
    struct http_request wait = {.method = "GET",
                                .path = "/v1/changes?wait=50",
                                .accept = "application/json",
                                .wait_ms = 50000};

    (void)state;
    options.base_url = scripted_server_url(server);
    options.connect_ms = 600;
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    assert_int_equal(http_client_call(client, &get_changes, &reply, NULL), 0);
    http_reply_clear(&reply);
    assert_int_equal(http_client_begin(client, &bell, &wait, NULL), 0);
    assert_int_equal(http_client_poll(client, NULL, 0, 300, NULL), 0);
    int64_t start = now_ms();
    assert_int_equal(http_client_poll(client, NULL, 0, 1500, NULL), 0);
    assert_true(now_ms() - start >= 1499);
    assert_false(http_exchange_done(bell));
    http_exchange_cancel(bell);
    http_client_free(client);
    scripted_server_stop(server);
}

static void *stop_soon(void *argument)
{
    const struct timespec moment = {.tv_nsec = 100 * 1000 * 1000};

    (void)nanosleep(&moment, NULL);
    http_client_stop(argument);
    return NULL;
}

static void a_waiting_call_is_stopped_from_another_thread(void **state)
{
    struct scripted_server *server = scripted_server_start(answer_or_wait, NULL);
    struct http_client *client = client_of(server);
    struct http_request wait = {.method = "GET",
                                .path = "/v1/changes?wait=50",
                                .accept = "application/json",
                                .wait_ms = 50000};
    struct http_reply reply;
    pthread_t thread;
    int64_t start = now_ms();

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, client), 0);
    assert_int_equal(http_client_call(client, &wait, &reply, NULL), ERROR_CANCELLED);
    assert_true(now_ms() - start < 2000);
    assert_int_equal(pthread_join(thread, NULL), 0);
    http_client_free(client);
    scripted_server_stop(server);
}

/* --- what is not even tried ------------------------------------------------------------------- */

static int try_url(const char *url, const char *ca_file, struct error *error)
{
    struct http_client_options options = http_client_default_options;
    struct http_client *client = NULL;

    options.base_url = url;
    options.ca_file = ca_file;
    int code = http_client_new(&client, &options, error);
    if (code == 0)
        http_client_free(client);
    return code;
}

static void plain_http_is_for_loopback_alone(void **state)
{
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(try_url("http://127.0.0.1:8080", NULL, NULL), 0);
    assert_int_equal(try_url("http://[::1]:8080/", NULL, NULL), 0);
    assert_int_equal(try_url("http://localhost", NULL, NULL), 0);
    assert_int_equal(try_url("https://guichet.example/office", NULL, NULL), 0);
    assert_int_equal(try_url("http://guichet.example", NULL, &error), ERROR_INVALID);
    assert_non_null(strstr(error.message, "plain HTTP is for this machine alone"));
    assert_int_equal(try_url("http://127.0.0.1.example", NULL, NULL), ERROR_INVALID);
    assert_int_equal(try_url("http://128.0.0.1", NULL, NULL), ERROR_INVALID);
    assert_int_equal(try_url("file:///etc/passwd", NULL, NULL), ERROR_INVALID);
    assert_int_equal(try_url("https://agent:secret@guichet.example", NULL, NULL), ERROR_INVALID);
    assert_int_equal(try_url("https://guichet.example/?a=b", NULL, NULL), ERROR_INVALID);
    assert_int_equal(try_url("", NULL, NULL), ERROR_INVALID);
    assert_int_equal(try_url("https://guichet.example", "/nowhere/ca.pem", &error),
                     ERROR_NOT_FOUND);
    assert_non_null(strstr(error.message, "/nowhere/ca.pem"));
}

static void a_token_cannot_break_the_header(void **state)
{
    struct http_client_options options = http_client_default_options;
    struct http_client *client = NULL;

    (void)state;
    options.base_url = "http://127.0.0.1:1";
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    assert_int_equal(http_client_token_set(client, "a\r\nX-Evil: 1", NULL), ERROR_INVALID);
    assert_int_equal(http_client_token_set(client, "", NULL), ERROR_INVALID);
    http_client_free(client);
}

/* --- lines ------------------------------------------------------------------------------------ */

/* What came over them, a piece for each head and each body. */
struct pieces {
    char text[4096];
    const char *reply;
    bool closes; /* after a reply */
    atomic_int connections;
    atomic_int bodies; /* that were answered */
};

#define END "\r\n0\r\n\r\n"

static bool answer_line(void *context, int connection, const char *request, size_t length,
                        int count)
{
    struct pieces *pieces = context;

    assert_true(strlen(pieces->text) + length < sizeof pieces->text);
    strcat(pieces->text, request);
    atomic_fetch_add(&pieces->connections, count == 0);
    /* The last chunk; what leaves apart may come together. */
    if (strcmp(request + length - strlen(END), END) != 0)
        return true;
    scripted_write_text(connection, pieces->reply);
    atomic_fetch_add(&pieces->bodies, 1);
    return !pieces->closes;
}

#define NO_CONTENT "HTTP/1.1 204 No Content\r\nX-Request-Id: abc\r\n\r\n"
#define HELLO      "{\"a\":\"hello\"}"

static struct http_line *line_of(struct http_client *client)
{
    struct http_line *line = NULL;

    assert_int_equal(http_client_token_set(client, "abc.DEF", NULL), 0);
    assert_int_equal(http_line_new(&line, client, "/v1/announcements", NULL), 0);
    assert_false(http_line_begin(line));
    assert_int_equal(http_line_end(line, HELLO, strlen(HELLO)), 0);
    return line;
}

/* Opens it and sends a head. */
static void line_begin(struct http_line *line, struct http_client *client)
{
    http_line_open(line);
    while (!http_line_begin(line))
        assert_int_equal(http_client_poll(client, NULL, 0, 10, NULL), 0);
}

/* The body, until it is answered. */
static size_t line_end(struct http_line *line, struct pieces *pieces)
{
    int before = atomic_load(&pieces->bodies);
    size_t sent = http_line_end(line, HELLO, strlen(HELLO));

    while (sent > 0 && atomic_load(&pieces->bodies) == before)
        usleep(1000);
    return sent;
}

static void a_line_carries_head_and_body_apart(void **state)
{
    static struct pieces pieces = {.reply = NO_CONTENT};
    struct scripted_server *server = scripted_server_start(answer_line, &pieces);
    struct http_client *client = client_of(server);
    struct http_line *line = line_of(client);
    char head[400];

    (void)state;
    (void)snprintf(head, sizeof head,
                   "POST /v1/announcements HTTP/1.1\r\nHost: %s\r\n"
                   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
                   "Authorization: Bearer abc.DEF\r\n\r\n",
                   scripted_server_url(server) + strlen("http://"));
    line_begin(line, client);
    assert_false(http_line_begin(line));
    http_line_open(line);
    assert_int_equal(line_end(line, &pieces), strlen(head) + strlen("d\r\n" HELLO "\r\n0\r\n\r\n"));
    assert_memory_equal(pieces.text, head, strlen(head));
    assert_string_equal(pieces.text + strlen(head), "d\r\n" HELLO "\r\n0\r\n\r\n");
    /* It is open still, looked at or not. */
    assert_true(http_line_begin(line));
    assert_true(line_end(line, &pieces) > 0);
    http_line_open(line);
    assert_true(http_line_begin(line));
    assert_true(line_end(line, &pieces) > 0);
    assert_int_equal(atomic_load(&pieces.connections), 1);
    http_line_free(line);
    http_client_free(client);
    scripted_server_stop(server);
}

/* Nor one that was closed, or on which more was said: it is opened anew. */
static void a_line_that_said_no_is_not_used_again(void **state)
{
    static const struct pieces bad[] = {
        {.reply = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
        {.reply = NO_CONTENT NO_CONTENT},
        {.reply = "HTTP/1.1 204 No Content\r\n"},
        {.reply = NO_CONTENT, .closes = true},
        {.reply = ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pieces pieces = bad[i];
        struct scripted_server *server = scripted_server_start(answer_line, &pieces);
        struct http_client *client = client_of(server);
        struct http_line *line = line_of(client);

        line_begin(line, client);
        assert_true(line_end(line, &pieces) > 0);
        while (pieces.closes && http_line_begin(line))
            http_line_cut(line);
        assert_false(http_line_begin(line));
        line_begin(line, client);
        assert_true(line_end(line, &pieces) > 0);
        assert_int_equal(atomic_load(&pieces.connections), 2);
        http_line_free(line);
        http_client_free(client);
        scripted_server_stop(server);
    }
}

static void what_is_cut_is_no_request(void **state)
{
    static struct pieces pieces = {.reply = NO_CONTENT};
    struct scripted_server *server = scripted_server_start(answer_line, &pieces);
    struct http_client *client = client_of(server);
    struct http_line *line = line_of(client);

    (void)state;
    line_begin(line, client);
    while (atomic_load(&pieces.connections) == 0)
        usleep(1000);
    http_line_cut(line);
    assert_int_equal(http_line_end(line, HELLO, strlen(HELLO)), 0);
    assert_false(http_line_begin(line));
    line_begin(line, client);
    assert_true(line_end(line, &pieces) > 0);
    http_line_cut(line);
    assert_true(http_line_begin(line));
    assert_int_equal(atomic_load(&pieces.connections), 2);
    assert_int_equal(atomic_load(&pieces.bodies), 1);
    http_line_free(line);
    http_client_free(client);
    scripted_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_arrives_whole_on_a_kept_connection),
        cmocka_unit_test(the_next_request_is_prepared_while_nothing_is_to_be_done),
        cmocka_unit_test(refusals_arrive_with_their_problem_and_delay),
        cmocka_unit_test(no_content_has_no_body),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(a_cut_reply_says_how_far_it_came),
        cmocka_unit_test(no_reply_is_offline),
        cmocka_unit_test(what_is_not_ours_is_refused),
        cmocka_unit_test(endless_replies_are_stopped),
        cmocka_unit_test(compressed_replies_are_opened_and_bounded),
        cmocka_unit_test(a_silent_server_is_given_up),
        cmocka_unit_test(a_push_goes_while_the_long_poll_is_open),
        cmocka_unit_test(a_long_poll_wakes_nobody),
        cmocka_unit_test(a_body_leaves_as_a_whole),
        cmocka_unit_test(a_waiting_call_is_stopped_from_another_thread),
        cmocka_unit_test(plain_http_is_for_loopback_alone),
        cmocka_unit_test(a_token_cannot_break_the_header),
        cmocka_unit_test(a_line_carries_head_and_body_apart),
        cmocka_unit_test(a_line_that_said_no_is_not_used_again),
        cmocka_unit_test(what_is_cut_is_no_request),
    };

    return cmocka_run_group_tests_name("http_client", tests, NULL, NULL);
}
