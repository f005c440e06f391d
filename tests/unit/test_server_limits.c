/* What the server bounds: time, connections, requests, answers; and the names of requests. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/server_guard.h"
#include "tests/unit/server_fixture.h"

/* What a guarded second may become on a busy machine. */
#define PATIENCE_MS 8000

static void check_alive(struct server_fixture *f)
{
    struct call call = {.path = "/healthz"};
    json_t *answer = server_json(f, &call);

    assert_string_equal(json_text_or(answer, "status", ""), "ok");
    json_decref(answer);
}

/* Sends a byte of `text` again and again; true when the server closes within PATIENCE_MS. */
static bool dripping_is_cut(int connection, const char *text)
{
    int64_t began_ms = clock_steady(NULL);
    char byte;

    while (clock_steady(NULL) - began_ms < PATIENCE_MS) {
        struct pollfd end = {.fd = connection, .events = POLLIN};

        if (send(connection, text, 1, MSG_NOSIGNAL) < 0)
            return true;
        if (poll(&end, 1, 100) > 0 && recv(connection, &byte, 1, 0) <= 0)
            return true;
    }
    return false;
}

static void short_times(struct server_options *options)
{
    options->limits.head_seconds = 1;
    options->limits.body_seconds = 1;
    options->limits.slowest_bytes = 10000;
}

static void test_a_slow_head_is_cut(void **state)
{
    struct server_fixture f;
    int silent, slow;
    char byte;

    (void)state;
    server_fixture_open_with(&f, short_times);
    silent = server_socket(&f);
    slow = server_socket(&f);
    assert_true(send(slow, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ", 38, MSG_NOSIGNAL) == 38);
    assert_true(dripping_is_cut(slow, "a"));
    assert_int_equal(recv(silent, &byte, 1, 0), 0);
    close(slow);
    close(silent);
    check_alive(&f);
    server_fixture_close(&f);
}

static void test_a_slow_body_is_cut(void **state)
{
    struct server_fixture f;
    static const char head[] =
        "POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
        "\r\nContent-Length: 4000\r\n\r\n";
    int slow, silent;
    char byte;

    (void)state;
    server_fixture_open_with(&f, short_times);
    slow = server_socket(&f);
    silent = server_socket(&f);
    assert_true(send(slow, head, sizeof(head) - 1, MSG_NOSIGNAL) > 0);
    assert_true(send(silent, head, sizeof(head) - 1, MSG_NOSIGNAL) > 0);
    assert_true(dripping_is_cut(slow, " "));
    assert_int_equal(recv(silent, &byte, 1, 0), 0);
    close(slow);
    close(silent);
    check_alive(&f);
    server_fixture_close(&f);
}

/* A line of the log comes a moment after the answer that it tells of. */
static bool logs(struct server_fixture *f, const char *text)
{
    const struct timespec moment = {.tv_nsec = 20000000};
    char log[SERVER_LOG_SIZE];

    for (int i = 0; i < 1500; i++) {
        server_log_copy(f, log);
        if (strstr(log, text) != NULL)
            return true;
        nanosleep(&moment, NULL);
    }
    return false;
}

static void hurried(struct server_options *options)
{
    options->limits.body_seconds = 1;
    options->limits.slowest_bytes = 1000000;
}

/* Of which the server takes 300 in all, few at a time: they too come in too slowly on a busy
 * machine. */
#define NOTES 10

/* Asks for more than the buffers hold, and reads nothing. */
static void test_a_slow_reader_is_cut(void **state)
{
    struct server_fixture f;
    struct operation *notes[NOTES];
    char request[512], text[8000];
    int slow, length;

    (void)state;
    server_fixture_open_with(&f, hurried);
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < 30 * NOTES; i++) {
        struct id id = fixture_id(&f.ledger);

        notes[i % NOTES] = server_note(&f, ANNE, &id, text);
        if (i % NOTES == NOTES - 1)
            json_decref(server_post(&f, ANNE, notes, NOTES));
    }
    length = snprintf(
        request, sizeof(request),
        "GET /v1/changes?limit=500 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
        f.tokens[ANNE]);
    slow = server_socket_small(&f, 2048);
    assert_true(send(slow, request, (size_t)length, MSG_NOSIGNAL) > 0);
    assert_true(logs(&f, "1 connections read an answer too slowly: closed"));
    close(slow);
    check_alive(&f);
    server_fixture_close(&f);
}

static void four_each(struct server_options *options)
{
    options->web_proxy = NULL;
    options->limits.connections_per_address = 4;
}

/* Whether the server keeps a new connection. */
static bool admitted(int connection)
{
    static const char request[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    char text[1024];

    send(connection, request, sizeof(request) - 1, MSG_NOSIGNAL);
    return recv(connection, text, sizeof(text), 0) > 0;
}

/* One that the server keeps, once it has seen the end of earlier ones. */
static int admitted_at_last(struct server_fixture *f)
{
    const struct timespec moment = {.tv_nsec = 20000000};

    for (int i = 0; i < 400; i++) {
        int connection = server_socket(f);

        if (admitted(connection))
            return connection;
        close(connection);
        nanosleep(&moment, NULL);
    }
    return -1;
}

static void test_an_address_has_so_many_connections(void **state)
{
    struct server_fixture f;
    int connections[4], more;

    (void)state;
    server_fixture_open_with(&f, four_each);
    for (int i = 0; i < 4; i++) {
        connections[i] = admitted_at_last(&f);
        assert_true(connections[i] >= 0);
    }
    for (int i = 0; i < 3; i++) {
        more = server_socket(&f);
        assert_false(admitted(more));
        close(more);
    }
    close(connections[0]);
    connections[0] = admitted_at_last(&f);
    assert_true(connections[0] >= 0);
    for (int i = 0; i < 4; i++)
        close(connections[i]);
    server_fixture_close(&f);
}

static void twenty_a_minute(struct server_options *options)
{
    options->limits.requests_per_minute = 20;
}

static void test_an_address_asks_so_often(void **state)
{
    struct server_fixture f;
    struct call call = {.path = "/healthz"};
    struct call other = {.path = "/healthz", .headers = {"X-Forwarded-For: 192.0.2.7"}};
    struct answer answer;
    int taken = 0;

    (void)state;
    server_fixture_open_with(&f, twenty_a_minute);
    for (int i = 0; i < 30; i++) {
        server_call(&f, &call, &answer);
        taken += answer.status == 200;
        if (answer.status != 200) {
            assert_int_equal(answer.status, 429);
            assert_non_null(strstr(answer.headers, "retry-after: "));
            assert_string_equal(json_text_or(answer.json, "code", ""), "too-many-requests");
        }
        answer_clear(&answer);
    }
    /* Two signed in; a slow machine gets one back every three seconds. */
    assert_in_range(taken, 15, 22);
    server_call(&f, &other, &answer);
    assert_int_equal(answer.status, 200);
    answer_clear(&answer);
    server_fixture_close(&f);
}

/* The value of the answer's X-Request-Id. */
static void request_id(const struct answer *answer, char id[80])
{
    const char *field = strstr(answer->headers, "x-request-id: ");

    assert_non_null(field);
    assert_int_equal(sscanf(field, "x-request-id: %79s", id), 1);
}

static void no_proxy(struct server_options *options)
{
    options->web_proxy = NULL;
}

static void test_requests_have_names(void **state)
{
    struct server_fixture f;
    struct call call = {.path = "/v1/nothing", .headers = {"X-Request-Id: edge-00017"}};
    char first[80], second[80], log[SERVER_LOG_SIZE];
    struct answer answer;

    (void)state;
    server_fixture_open_with(&f, no_proxy);
    server_call(&f, &call, &answer);
    request_id(&answer, first);
    assert_string_equal(json_text_or(answer.json, "request", ""), first);
    answer_clear(&answer);
    server_call(&f, &call, &answer);
    request_id(&answer, second);
    answer_clear(&answer);
    assert_int_equal(strlen(first), 16);
    assert_string_not_equal(first, second);
    assert_string_not_equal(first, "edge-00017");
    assert_true(logs(&f, first));
    assert_true(logs(&f, second));
    server_log_copy(&f, log);
    assert_null(strstr(log, "edge-00017"));
    server_fixture_close(&f);
}

static void test_a_proxy_names_requests(void **state)
{
    struct server_fixture *f = *state;
    struct call call = {.path = "/v1/nothing", .headers = {"X-Request-Id: edge-00017"}};
    static const char *const odd[] = {
        "short", "with space inside", "semi;colon;semi",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct answer answer;
    char id[80], field[128];

    server_call(f, &call, &answer);
    request_id(&answer, id);
    assert_string_equal(id, "edge-00017");
    assert_string_equal(json_text_or(answer.json, "request", ""), "edge-00017");
    answer_clear(&answer);
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        snprintf(field, sizeof(field), "X-Request-Id: %s", odd[i]);
        call.headers[0] = field;
        server_call(f, &call, &answer);
        request_id(&answer, id);
        assert_int_equal(strlen(id), 16);
        assert_string_not_equal(id, odd[i]);
        answer_clear(&answer);
    }
    assert_true(logs(f, "edge-00017: ? 404"));
}

static void few_values(struct server_options *options)
{
    options->limits.json_values = 1000;
    options->limits.json_depth = 16;
    options->limits.parameters = 8;
    options->limits.header_fields = 20;
}

static void test_so_much_json(void **state)
{
    struct server_fixture f;
    char body[8192] = "{\"operations\":[0";
    struct call call = {.path = "/v1/operations", .body = body};

    (void)state;
    server_fixture_open_with(&f, few_values);
    call.token = f.tokens[ANNE];
    for (int i = 0; i < 1000; i++)
        strcat(body, ",0");
    strcat(body, "]}");
    server_expect_problem(&f, &call, 400, "bad-json");
    strcpy(body, "{\"operations\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}");
    server_expect_problem(&f, &call, 400, "bad-json");
    call = (struct call){.path = "/healthz?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9"};
    server_expect_problem(&f, &call, 400, "bad-parameter");
    call.path = "/healthz?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8";
    json_decref(server_json(&f, &call));
    server_fixture_close(&f);
}

/* --- allowances, by a clock of our own -------------------------------------------------------- */

/* How many of `asked` requests at a moment are answered. */
static int answered(struct guard *guard, const char *address, int64_t at_ms, int asked)
{
    int count = 0;

    for (int i = 0; i < asked; i++)
        count += guard_request(guard, address, at_ms) == 0;
    return count;
}

static void test_an_allowance_comes_back(void **state)
{
    const struct guard_options options = {.limits = {.requests_per_minute = 20}};
    const int64_t start = 1000000;
    struct guard *guard;

    (void)state;
    assert_int_equal(guard_new(&guard, &options, NULL), 0);
    assert_int_equal(answered(guard, "192.0.2.1", start, 25), 20);
    assert_in_range(guard_request(guard, "192.0.2.1", start), 3, 4);
    assert_int_equal(answered(guard, "192.0.2.1", start + 2999, 1), 0);
    assert_int_equal(answered(guard, "192.0.2.1", start + 3000, 2), 1);
    assert_int_equal(answered(guard, "192.0.2.1", start + 9000, 5), 2);
    /* Never more than a minute's. */
    assert_int_equal(answered(guard, "192.0.2.1", start + 3600000, 100), 20);
    guard_free(guard);
}

/* Whoever has an address of IPv6 has its whole network of 64 bits. */
static void test_whose_allowance_it_is(void **state)
{
    const struct guard_options options = {.limits = {.requests_per_minute = 10}};
    struct guard *guard;

    (void)state;
    assert_int_equal(guard_new(&guard, &options, NULL), 0);
    assert_int_equal(answered(guard, "2001:db8::1", 1000, 6), 6);
    assert_int_equal(answered(guard, "2001:db8::ffff:2", 1000, 6), 4);
    assert_int_equal(answered(guard, "2001:db8:0:1::1", 1000, 6), 6);
    assert_int_equal(answered(guard, "192.0.2.1", 1000, 6), 6);
    assert_int_equal(answered(guard, "::ffff:192.0.2.1", 1000, 6), 4);
    assert_int_equal(answered(guard, "192.0.2.2", 1000, 6), 6);
    guard_free(guard);
}

static struct sockaddr_in address_of(const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
    return address;
}

/* The proxy stands for many: its connections are not counted as one address's. */
static void test_a_proxy_has_any_number_of_connections(void **state)
{
    const struct guard_options options = {.limits = {.connections_per_address = 2},
                                          .proxy = "192.0.2.9"};
    struct sockaddr_in proxy = address_of("192.0.2.9"), other = address_of("192.0.2.1");
    struct guard_line *lines[6];
    struct guard *guard;

    (void)state;
    assert_int_equal(guard_new(&guard, &options, NULL), 0);
    for (int i = 0; i < 3; i++) {
        assert_true(guard_admits(guard, (struct sockaddr *)&proxy));
        lines[i] = guard_line_open(guard, (struct sockaddr *)&proxy, -1);
        assert_int_equal(guard_admits(guard, (struct sockaddr *)&other), i < 2);
        lines[3 + i] = guard_line_open(guard, (struct sockaddr *)&other, -1);
    }
    guard_line_close(guard, lines[5]);
    assert_false(guard_admits(guard, (struct sockaddr *)&other));
    guard_line_close(guard, lines[4]);
    assert_true(guard_admits(guard, (struct sockaddr *)&other));
    for (int i = 0; i < 4; i++)
        guard_line_close(guard, lines[i]);
    guard_free(guard);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slow_head_is_cut),
        cmocka_unit_test(test_a_slow_body_is_cut),
        cmocka_unit_test(test_a_slow_reader_is_cut),
        cmocka_unit_test(test_an_address_has_so_many_connections),
        cmocka_unit_test(test_an_address_asks_so_often),
        cmocka_unit_test(test_requests_have_names),
        cmocka_unit_test_setup_teardown(test_a_proxy_names_requests, server_fixture_setup,
                                        server_fixture_teardown),
        cmocka_unit_test(test_so_much_json),
        cmocka_unit_test(test_an_allowance_comes_back),
        cmocka_unit_test(test_whose_allowance_it_is),
        cmocka_unit_test(test_a_proxy_has_any_number_of_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
