#include "net/http_client.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zstd.h>

#include "net/http_exchange.h"
#include "tests/unit/http_client_fixture.h"

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
    struct http_client *client = http_fixture_client(server);
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
    assert_int_equal(http_client_call(client, &http_fixture_changes, &reply, NULL), 0);
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
    struct http_client *client = http_fixture_client(server);
    struct http_exchange *exchange = NULL;
    struct http_reply reply;
    CURL *spare;

    (void)state;
    assert_int_equal(http_client_call(client, &http_fixture_changes, &reply, NULL), 0);
    http_reply_clear(&reply);
    spare = client->spare;
    assert_non_null(spare);
    assert_int_equal(http_client_begin(client, &exchange, &http_fixture_changes, NULL), 0);
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

/* --- a reply that somebody waits for ---------------------------------------------------------- */

struct coming {
    struct http_exchange *exchange;
    int count;
};

static void note_coming(void *context, const char *body, size_t length)
{
    struct coming *coming = context;

    coming->count++;
    assert_false(http_exchange_done(coming->exchange));
    assert_int_equal(length, strlen("{\"ok\":true}"));
    assert_string_equal(body, "{\"ok\":true}");
}

/* The first is refused. */
static bool answer_second(void *context, int connection, const char *request, size_t length,
                          int count)
{
    (void)context;
    (void)request;
    (void)length;
    scripted_write_json(connection, count == 0 ? "409 Conflict" : "200 OK", "", "{\"ok\":true}");
    return true;
}

static void a_whole_reply_is_told_of_before_the_exchange_ends(void **state)
{
    struct scripted_server *server = scripted_server_start(answer_second, NULL);
    struct http_client *client = http_fixture_client(server);
    struct http_request request = http_fixture_changes;
    struct coming coming = {0};

    (void)state;
    request.came = note_coming;
    request.came_context = &coming;
    for (int i = 0; i < 2; i++) {
        struct http_reply reply;

        assert_int_equal(http_client_begin(client, &coming.exchange, &request, NULL), 0);
        while (!http_exchange_done(coming.exchange))
            assert_int_equal(http_client_poll(client, NULL, 0, 1000, NULL), 0);
        assert_int_equal(http_exchange_finish(coming.exchange, &reply, NULL), 0);
        assert_int_equal(coming.count, i);
        http_reply_clear(&reply);
    }
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
    struct http_client *client = http_fixture_client(server);
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
    assert_int_equal(call_script(script, &http_fixture_changes, &reply, NULL), 0);
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
    assert_int_equal(call_script(script, &http_fixture_changes, &reply, NULL), 0);
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
    struct http_client *client = http_fixture_client(server);
    struct http_reply reply;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(http_client_call(client, &http_fixture_changes, &reply, &error),
                     ERROR_OFFLINE);
    assert_string_equal(error.message, "GET /v1/changes: the server closed without a reply");
    scripted_server_stop(server);
    assert_int_equal(http_client_call(client, &http_fixture_changes, &reply, &error),
                     ERROR_OFFLINE);
    assert_non_null(strstr(error.message, "GET /v1/changes: "));
    http_client_free(client);
}

static void what_is_not_ours_is_refused(void **state)
{
    (void)state;
    fails_with((struct script){.bytes = "SSH-2.0-OpenSSH_9.2\r\n"}, &http_fixture_changes,
               ERROR_PROTOCOL, "GET /v1/changes");
    fails_with((struct script){.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                                        "Content-Length: 6\r\n\r\n<html>"},
               &http_fixture_changes, ERROR_PROTOCOL, "is \"text/html\", not \"application/json\"");
    fails_with((struct script){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"},
               &http_fixture_changes, ERROR_PROTOCOL, "is \"\", not \"application/json\"");
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
        struct http_client *client = http_fixture_client(server);
        struct http_reply reply;
        struct error error = ERROR_INIT;
        assert_int_equal(http_client_call(client, &http_fixture_changes, &reply, &error),
                         ERROR_TOO_LARGE);
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
    assert_int_equal(call_script(script, &http_fixture_changes, &reply, NULL), 0);
    assert_int_equal(reply.length, 100000);
    assert_true(reply.bytes_received < 1000);
    http_reply_clear(&reply);

    script = compressed(64 * 1024 * 1024, buffer, sizeof buffer);
    fails_with(script, &http_fixture_changes, ERROR_TOO_LARGE, "is over 1048576 bytes");
    fails_with((struct script){.bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                        "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"},
               &http_fixture_changes, ERROR_PROTOCOL,
               "reply of GET /v1/changes: its compression is broken");
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
    int64_t start = http_fixture_now_ms();

    (void)state;
    options.base_url = scripted_server_url(server);
    options.stall_ms = 1000;
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    assert_int_equal(http_client_call(client, &http_fixture_changes, &reply, &error),
                     ERROR_OFFLINE);
    assert_non_null(strstr(error.message, "GET /v1/changes: too slow, given up after 8 bytes"));
    assert_true(http_fixture_now_ms() - start < 5000);
    http_client_free(client);
    options.total_ms = 300;
    options.stall_ms = 60000;
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    start = http_fixture_now_ms();
    assert_int_equal(http_client_call(client, &http_fixture_changes, &reply, &error),
                     ERROR_OFFLINE);
    assert_true(http_fixture_now_ms() - start < 2000);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_arrives_whole_on_a_kept_connection),
        cmocka_unit_test(the_next_request_is_prepared_while_nothing_is_to_be_done),
        cmocka_unit_test(refusals_arrive_with_their_problem_and_delay),
        cmocka_unit_test(no_content_has_no_body),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(a_cut_reply_says_how_far_it_came),
        cmocka_unit_test(a_whole_reply_is_told_of_before_the_exchange_ends),
        cmocka_unit_test(no_reply_is_offline),
        cmocka_unit_test(what_is_not_ours_is_refused),
        cmocka_unit_test(endless_replies_are_stopped),
        cmocka_unit_test(compressed_replies_are_opened_and_bounded),
        cmocka_unit_test(a_silent_server_is_given_up),
        cmocka_unit_test(plain_http_is_for_loopback_alone),
        cmocka_unit_test(a_token_cannot_break_the_header),
    };

    return cmocka_run_group_tests_name("http_client", tests, NULL, NULL);
}
