/* A real server over loopback, on the ledger of ledger_fixture.h, and a client of libcurl. */
#ifndef GUICHET_TESTS_SERVER_FIXTURE_H
#define GUICHET_TESTS_SERVER_FIXTURE_H

#include <pthread.h>

#include <curl/curl.h>

#include "net/server.h"
#include "tests/unit/ledger_fixture.h"

#define SERVER_LOG_SIZE 8192

struct server_fixture {
    struct ledger_fixture ledger;
    struct server *server;
    char tokens[FIXTURE_AGENTS][LEDGER_TOKEN_SIZE]; /* of agents who have signed in */
    pthread_mutex_t log_mutex;
    char log[SERVER_LOG_SIZE]; /* what the server logged first; read it by server_log_copy */
    size_t log_length;
};

#define FIXTURE_PASSWORD "correct horse"

/* Starts the server, and signs in agents "anne" (office a) and "ben" (office b, queue q), whose
 * logins are "anne2" and "ben2", with their devices. */
void server_fixture_open(struct server_fixture *fixture);
/* The same with options that `change` has changed. */
void server_fixture_open_with(struct server_fixture *fixture,
                              void (*change)(struct server_options *options));
void server_fixture_close(struct server_fixture *fixture);

/* cmocka's setup and teardown: the state is a fixture that is open. */
int server_fixture_setup(void **state);
int server_fixture_teardown(void **state);

/* What was logged so far. */
void server_log_copy(struct server_fixture *fixture, char copy[SERVER_LOG_SIZE]);

struct call {
    const char *method; /* NULL: GET, or POST with a body */
    const char *path;
    const char *token;
    const char *body; /* NULL: none */
    size_t length;    /* 0: strlen(body) */
    const char *type; /* NULL: application/json */
    const char *encoding;
    const char *accept; /* Accept-Encoding */
    const char *headers[4];
    bool chunked;
};

struct answer {
    long status;
    char *headers; /* owned; in lower case */
    char *body;    /* owned; NUL-terminated, as it came on the wire */
    size_t length;
    json_t *json; /* of the body when it is JSON and not compressed; owned */
    double seconds;
};

/* Asks; the answer is cleared by answer_clear. */
void server_call(struct server_fixture *fixture, const struct call *call, struct answer *answer);
void answer_clear(struct answer *answer);

/* Asks and expects a problem with this status and code. */
void server_expect_problem(struct server_fixture *fixture, const struct call *call, long status,
                           const char *code);

/* Asks, expects 200, and gives the JSON: new reference. */
json_t *server_json(struct server_fixture *fixture, const struct call *call);

/* Posts operations in `who`'s name and frees them; the outcomes: new reference. */
json_t *server_post(struct server_fixture *fixture, enum fixture_agent who,
                    struct operation **operations, size_t count);
/* How many entries of the audit trail fit this condition in SQL. */
int server_trail_count(struct server_fixture *fixture, const char *where);
/* Says why this client's or case's file is opened (POST /v1/open), as for work on a case. */
void server_say_why(struct server_fixture *fixture, enum fixture_agent who, enum record_type type,
                    const struct id *id);
/* The append of a note by Anne or Ben, in their office. */
struct operation *server_note(struct server_fixture *fixture, enum fixture_agent who,
                              const struct id *id, const char *text);
/* Borrowed text of a member of an item of an array, "" when there is none. */
const char *item_text(const json_t *array, size_t index, const char *name);

/* {"operations": [...]} of operations, which are freed. Owned (free()). */
char *operations_text(struct operation **operations, size_t count);

/* Sends raw bytes and, when it listens, reads what comes until the server closes (or says nothing
 * for 5 s); then closes. Owned (free()). */
char *server_raw(struct server_fixture *fixture, const char *bytes, size_t length, bool listen);
/* A connected socket. */
int server_socket(struct server_fixture *fixture);
/* The same, whose system keeps about so many bytes that were not read. */
int server_socket_small(struct server_fixture *fixture, int receives);

#endif
