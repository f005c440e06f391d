/* Several requests at once, over connections that are kept, and lines that stay open. */
#include "net/http_client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/http_exchange.h"
#include "net/http_line.h"
#include "tests/unit/http_client_fixture.h"

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
    struct http_client *client = http_fixture_client(server);
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
    assert_int_equal(http_client_call(client, &http_fixture_changes, &reply, NULL), 0);
    http_reply_clear(&reply);
    assert_int_equal(http_client_begin(client, &push, &post, NULL), 0);
    http_client_advance(client);
    for (int64_t start = http_fixture_now_ms();
         atomic_load(&arrived) < 2 && http_fixture_now_ms() - start < 20000;)
        (void)usleep(1000);
    assert_int_equal(atomic_load(&arrived), 2);
    http_exchange_cancel(push);
    http_client_free(client);
    scripted_server_stop(server);
}

static void a_push_goes_while_the_long_poll_is_open(void **state)
{
    struct scripted_server *server = scripted_server_start(answer_or_wait, NULL);
    struct http_client *client = http_fixture_client(server);
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
    assert_int_equal(http_client_begin(client, &work, &http_fixture_changes, NULL), 0);
    for (int64_t start = http_fixture_now_ms();
         !http_exchange_done(work) && http_fixture_now_ms() - start < 5000;)
        assert_int_equal(http_client_poll(client, NULL, 0, 1000, NULL), 0);
    assert_true(http_exchange_done(work));
    assert_false(http_exchange_done(bell));
    assert_int_equal(http_exchange_finish(work, &reply, NULL), 0);
    assert_int_equal(reply.status, 200);
    http_reply_clear(&reply);

    /* A readable descriptor ends the wait. */
    assert_int_equal(pipe(wake), 0);
    assert_int_equal(write(wake[1], "x", 1), 1);
    int64_t start = http_fixture_now_ms();
    assert_int_equal(http_client_poll(client, wake, 1, 30000, NULL), 0);
    assert_true(http_fixture_now_ms() - start < 1000);
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
    assert_int_equal(http_client_call(client, &http_fixture_changes, &reply, NULL), 0);
    http_reply_clear(&reply);
    assert_int_equal(http_client_begin(client, &bell, &wait, NULL), 0);
    assert_int_equal(http_client_poll(client, NULL, 0, 300, NULL), 0);
    int64_t start = http_fixture_now_ms();
    assert_int_equal(http_client_poll(client, NULL, 0, 1500, NULL), 0);
    assert_true(http_fixture_now_ms() - start >= 1499);
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
    struct http_client *client = http_fixture_client(server);
    struct http_request wait = {.method = "GET",
                                .path = "/v1/changes?wait=50",
                                .accept = "application/json",
                                .wait_ms = 50000};
    struct http_reply reply;
    pthread_t thread;
    int64_t start = http_fixture_now_ms();

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, client), 0);
    assert_int_equal(http_client_call(client, &wait, &reply, NULL), ERROR_CANCELLED);
    assert_true(http_fixture_now_ms() - start < 2000);
    assert_int_equal(pthread_join(thread, NULL), 0);
    http_client_free(client);
    scripted_server_stop(server);
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
    assert_false(http_line_end(line, HELLO, strlen(HELLO)));
    assert_int_equal(http_line_carry_on(line), -1);
    return line;
}

/* Opens it and sends a head. */
static void line_begin(struct http_line *line)
{
    int64_t next;

    http_line_open(line);
    while ((next = http_line_carry_on(line)) >= 0) {
        assert_in_range(next, 1, 10);
        usleep(1000);
    }
    assert_true(http_line_begin(line));
}

/* The body, until it is answered. */
static bool line_end(struct http_line *line, struct pieces *pieces)
{
    int before = atomic_load(&pieces->bodies);
    bool sent = http_line_end(line, HELLO, strlen(HELLO));

    while (sent && atomic_load(&pieces->bodies) == before)
        usleep(1000);
    return sent;
}

static void a_line_carries_head_and_body_apart(void **state)
{
    static struct pieces pieces = {.reply = NO_CONTENT};
    struct scripted_server *server = scripted_server_start(answer_line, &pieces);
    struct http_client *client = http_fixture_client(server);
    struct http_line *line = line_of(client);
    char head[400];

    (void)state;
    (void)snprintf(head, sizeof head,
                   "POST /v1/announcements HTTP/1.1\r\nHost: %s\r\n"
                   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
                   "Authorization: Bearer abc.DEF\r\n\r\n",
                   scripted_server_url(server) + strlen("http://"));
    line_begin(line);
    assert_false(http_line_begin(line));
    http_line_open(line);
    assert_true(line_end(line, &pieces));
    assert_memory_equal(pieces.text, head, strlen(head));
    assert_string_equal(pieces.text + strlen(head), "d\r\n" HELLO "\r\n0\r\n\r\n");
    /* It is open still, looked at or not. */
    assert_true(http_line_begin(line));
    assert_true(line_end(line, &pieces));
    http_line_open(line);
    assert_true(http_line_begin(line));
    assert_true(line_end(line, &pieces));
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
        struct http_client *client = http_fixture_client(server);
        struct http_line *line = line_of(client);

        line_begin(line);
        assert_true(line_end(line, &pieces));
        while (pieces.closes && http_line_begin(line))
            http_line_cut(line);
        assert_false(http_line_begin(line));
        line_begin(line);
        assert_true(line_end(line, &pieces));
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
    struct http_client *client = http_fixture_client(server);
    struct http_line *line = line_of(client);

    (void)state;
    line_begin(line);
    while (atomic_load(&pieces.connections) == 0)
        usleep(1000);
    http_line_cut(line);
    assert_false(http_line_end(line, HELLO, strlen(HELLO)));
    assert_false(http_line_begin(line));
    line_begin(line);
    assert_true(line_end(line, &pieces));
    http_line_cut(line);
    assert_true(http_line_begin(line));
    assert_int_equal(atomic_load(&pieces.connections), 2);
    assert_int_equal(atomic_load(&pieces.bodies), 1);
    http_line_free(line);
    http_client_free(client);
    scripted_server_stop(server);
}

/* The thread that sends knows nothing of tokens, nor of when one has ended. */
static void a_line_has_the_token_of_now(void **state)
{
    static struct pieces pieces = {.reply = NO_CONTENT};
    struct scripted_server *server = scripted_server_start(answer_line, &pieces);
    struct http_client *client = http_fixture_client(server);
    struct http_line *line = line_of(client);

    (void)state;
    line_begin(line);
    assert_true(line_end(line, &pieces));
    assert_int_equal(http_client_token_set(client, "ghi.JKL", NULL), 0);
    http_line_token_changed(line);
    http_line_open(line);
    assert_true(http_line_begin(line));
    assert_true(line_end(line, &pieces));
    assert_non_null(strstr(pieces.text, "Bearer ghi.JKL\r\n"));
    assert_int_equal(atomic_load(&pieces.connections), 1);
    http_line_close(line);
    assert_false(http_line_begin(line));
    assert_false(http_line_end(line, HELLO, strlen(HELLO)));
    line_begin(line);
    http_line_close(line);
    assert_false(http_line_end(line, HELLO, strlen(HELLO)));
    assert_int_equal(atomic_load(&pieces.bodies), 2);
    http_line_free(line);
    http_client_free(client);
    scripted_server_stop(server);
}

/* Looked at ever more seldom, while nothing of it opens. */
static void a_line_to_nowhere_is_not_begun(void **state)
{
    struct scripted_server *server = scripted_server_start(answer_line, NULL);
    struct http_client *client = http_fixture_client(server);
    struct http_line *line = line_of(client);
    int looks = 0;

    (void)state;
    scripted_server_stop(server);
    http_line_open(line);
    while (http_line_carry_on(line) >= 0 && looks++ < 1000)
        usleep(1000);
    assert_true(looks < 1000);
    assert_false(http_line_begin(line));
    http_line_free(line);
    http_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_push_goes_while_the_long_poll_is_open),
        cmocka_unit_test(a_long_poll_wakes_nobody),
        cmocka_unit_test(a_body_leaves_as_a_whole),
        cmocka_unit_test(a_waiting_call_is_stopped_from_another_thread),
        cmocka_unit_test(a_line_carries_head_and_body_apart),
        cmocka_unit_test(a_line_that_said_no_is_not_used_again),
        cmocka_unit_test(what_is_cut_is_no_request),
        cmocka_unit_test(a_line_has_the_token_of_now),
        cmocka_unit_test(a_line_to_nowhere_is_not_begun),
    };

    return cmocka_run_group_tests_name("http_connections", tests, NULL, NULL);
}
