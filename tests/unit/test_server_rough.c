/* The real server over loopback, and clients that break off, send garbage or come as it stops. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "app/json.h"
#include "tests/unit/server_fixture.h"

static void check_alive(struct server_fixture *f)
{
    struct call call = {.path = "/healthz"};
    json_t *answer = server_json(f, &call);

    assert_string_equal(json_text_or(answer, "status", ""), "ok");
    json_decref(answer);
}

static void test_cut_requests(void **state)
{
    struct server_fixture *f = *state;
    struct id id = fixture_id(&f->ledger);
    struct operation *batch[1] = {server_note(f, ANNE, &id, "cut in half")};
    char *text = operations_text(batch, 1);
    char request[4096], path[128];
    struct call call = {.path = path, .token = f->tokens[ANNE]};
    size_t whole;

    whole = (size_t)snprintf(
        request, sizeof(request),
        "POST /v1/operations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
        "application/json\r\nAuthorization: Bearer %s\r\nContent-Length: "
        "%zu\r\n\r\n%s",
        f->tokens[ANNE], strlen(text), text);
    snprintf(path, sizeof(path), "/v1/records/note/%s", id.text);
    for (size_t cut = 1; cut < whole; cut += 1 + whole / 12) {
        free(server_raw(f, request, cut, false));
        check_alive(f);
        server_expect_problem(f, &call, 404, "not-found");
    }
    free(server_raw(f, request, whole, true));
    json_decref(server_json(f, &call));
    free(text);
}

static void test_garbage(void **state)
{
    struct server_fixture *f = *state;
    static const char *const requests[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        "POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    };

    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        free(server_raw(f, requests[i], strlen(requests[i]), false));
        check_alive(f);
    }
}

static void test_too_many_headers(void **state)
{
    struct server_fixture *f = *state;
    char request[8192] = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    char *reply;

    for (int i = 0; i < 70; i++)
        sprintf(request + strlen(request), "X-%d: y\r\n", i);
    strcat(request, "\r\n");
    reply = server_raw(f, request, strlen(request), true);
    assert_non_null(strstr(reply, "HTTP/1.1 431 "));
    assert_non_null(strstr(reply, "too-many-headers"));
    free(reply);
}

/* 0 when the connection is closed instead. */
static int read_status(int connection)
{
    char text[4096];
    ssize_t got = recv(connection, text, sizeof(text) - 1, 0);
    int status = 0;

    if (got <= 0)
        return 0;
    text[got] = '\0';
    assert_int_equal(sscanf(text, "HTTP/1.1 %d", &status), 1);
    return status;
}

/* Whoever is refused by the head of a large request still sends the body: the answer is there when
 * it is sent, and is not lost with a line that was closed before. */
static void test_a_refusal_is_heard(void **state)
{
    struct server_fixture *f = *state;
    static char piece[64 * 1024];
    const struct timespec moment = {.tv_nsec = 100000000};
    const char *lengths[] = {"Content-Length: 2097152", "Transfer-Encoding: chunked"};

    memset(piece, ' ', sizeof(piece));
    for (size_t i = 0; i < 2; i++) {
        char head[512];
        int line = server_socket(f);
        int length = snprintf(head, sizeof(head),
                              "POST /v1/operations HTTP/1.1\r\nHost: x\r\n%s\r\nContent-Type: "
                              "application/json\r\nAuthorization: Bearer ended\r\n\r\n",
                              lengths[i]);

        assert_int_equal(send(line, head, (size_t)length, MSG_NOSIGNAL), length);
        nanosleep(&moment, NULL); /* what would close the line has done so */
        for (int sent = 0; sent < 32; sent++) {
            if (i == 1)
                assert_int_equal(send(line, "10000\r\n", 7, MSG_NOSIGNAL), 7);
            assert_int_equal(send(line, piece, sizeof(piece), MSG_NOSIGNAL), sizeof(piece));
            if (i == 1)
                assert_int_equal(send(line, "\r\n", 2, MSG_NOSIGNAL), 2);
        }
        if (i == 1)
            assert_int_equal(send(line, "0\r\n\r\n", 5, MSG_NOSIGNAL), 5);
        assert_int_equal(read_status(line), 401);
        close(line);
    }
}

#define SIGN_INS 5

/* Asks for a sign-in of somebody unknown, on a connection that stays open. */
static void ask_sign_in(int connection, char who)
{
    char text[256];
    int length = snprintf(text, sizeof(text),
                          "POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                          "Content-Length: 34\r\n\r\n{\"login\":\"nobody%c\",\"password\":\"x\"}",
                          who);

    assert_int_equal(send(connection, text, (size_t)length, MSG_NOSIGNAL), length);
}

static void *stop(void *argument)
{
    server_stop(argument);
    return NULL;
}

/* Until the server says that it stops. */
static void wait_until_it_stops(int connection)
{
    static const char look[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    int status = 200;

    while (status == 200) {
        (void)send(connection, look, sizeof(look) - 1, MSG_NOSIGNAL);
        status = read_status(connection);
    }
    assert_true(status == 503 || status == 0);
}

/* Its worker is on the way out: one who came in then would be checked by nobody. */
static void test_a_server_that_stops_takes_no_sign_in(void **state)
{
    struct server_fixture *f = *state;
    const struct timespec moment = {.tv_nsec = 30000000};
    int connections[SIGN_INS], late = server_socket(f), watch = server_socket(f), status;
    pthread_t thread;

    ask_sign_in(late, 'l');
    assert_int_equal(read_status(late), 401);
    for (int i = 0; i < SIGN_INS; i++) {
        connections[i] = server_socket(f);
        ask_sign_in(connections[i], (char)('a' + i));
    }
    nanosleep(&moment, NULL);
    assert_int_equal(pthread_create(&thread, NULL, stop, f->server), 0);
    f->server = NULL;
    wait_until_it_stops(watch);
    ask_sign_in(late, 'm');
    status = read_status(late);
    if (status == 0)
        print_message("it had stopped before it was asked\n");
    else
        assert_int_equal(status, 503);
    for (int i = 0; i < SIGN_INS; i++) {
        /* Refused when the server had not come to it before it was told to stop. */
        status = read_status(connections[i]);
        assert_true(status == 401 || status == 503);
        close(connections[i]);
    }
    close(watch);
    close(late);
    pthread_join(thread, NULL);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(test_cut_requests),
        TEST(test_garbage),
        TEST(test_too_many_headers),
        TEST(test_a_refusal_is_heard),
        TEST(test_a_server_that_stops_takes_no_sign_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
