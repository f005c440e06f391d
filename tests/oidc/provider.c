/*
 * A small identity provider on loopback, for the tests in a terminal: it takes its orders from a
 * file ("pending", "approve NAME", "deny", "expire"), and writes its address to its output.
 *
 *     provider FILE [SECONDS]    what the codes live for: 600
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "tests/unit/provider_fixture.h"
#include "tests/unit/unit.h"

static const char *orders;
static int life;

static void read_order(char order[256])
{
    FILE *file = fopen(orders, "r");

    if (file == NULL || fgets(order, 256, file) == NULL)
        strcpy(order, "pending");
    if (file != NULL)
        fclose(file);
    order[strcspn(order, "\n")] = '\0';
}

/* The answer of the token endpoint from now on. */
static void obey(struct provider_fixture *fixture, const char *order, json_t *former)
{
    json_t *answer;

    if (strncmp(order, "approve ", 8) == 0) {
        char *token =
            provider_fixture_sign(fixture, KEY_RSA, json_pack("{s:s}", "kid", "r1"),
                                  provider_fixture_claims(fixture, clock_system(NULL), order + 8));

        answer = json_pack("{s:s, s:s, s:s}", "access_token", "a-token", "token_type", "Bearer",
                           "id_token", token);
        free(token);
    } else {
        answer = json_pack("{s:s}", "error",
                           strcmp(order, "deny") == 0     ? "access_denied"
                           : strcmp(order, "expire") == 0 ? "expired_token"
                                                          : "authorization_pending");
    }
    assert_non_null(answer);
    json_array_append_new(former, fixture->answer); /* it may be read just now */
    fixture->answer = answer;
    fixture->status = json_object_get(answer, "error") != NULL ? 400 : 200;
}

static void serve(void **state)
{
    struct provider_fixture fixture;
    char former[256] = "", order[256];
    json_t *answers = json_array();
    bool ends = false;

    (void)state;
    provider_fixture_start(&fixture);
    json_object_set_new(fixture.device, "interval", json_integer(1));
    json_object_set_new(fixture.device, "expires_in", json_integer(life));
    dprintf(3, "%s\n", fixture.issuer);
    while (!ends) {
        read_order(order);
        ends = strcmp(order, "end") == 0 || getppid() == 1;
        if (strcmp(order, former) != 0) {
            strcpy(former, order);
            obey(&fixture, order, answers);
        }
        poll(NULL, 0, 50);
    }
    provider_fixture_stop(&fixture);
    json_decref(answers);
}

int main(int count, char **values)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(serve)};

    if (count < 2)
        return 2;
    orders = values[1];
    life = count > 2 ? atoi(values[2]) : 600;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
