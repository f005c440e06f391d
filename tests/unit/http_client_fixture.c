#include "tests/unit/http_client_fixture.h"

#include <time.h>

int64_t http_fixture_now_ms(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

struct http_client *http_fixture_client(const struct scripted_server *server)
{
    struct http_client_options options = http_client_default_options;
    struct http_client *client = NULL;

    options.base_url = scripted_server_url(server);
    options.reply_limit = 1024 * 1024;
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    return client;
}

const struct http_request http_fixture_changes = {
    .method = "GET", .path = "/v1/changes?since=0", .accept = "application/json"};
