/* A client of a scripted server, for tests of it. */
#ifndef GUICHET_TESTS_HTTP_CLIENT_FIXTURE_H
#define GUICHET_TESTS_HTTP_CLIENT_FIXTURE_H

#include "net/http_client.h"
#include "tests/unit/scripted_server.h"
#include "tests/unit/unit.h"

/* Of a clock that only runs on. */
int64_t http_fixture_now_ms(void);

/* Takes replies of 1 MiB at most. New. */
struct http_client *http_fixture_client(const struct scripted_server *server);

extern const struct http_request http_fixture_changes;

#endif
