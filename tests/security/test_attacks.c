/* The real server over loopback, and all of the attacks of attack_table.c against every route of
 * its table, byte by byte as they are written there. After each route the server must be alive and
 * its database what it was. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "app/json.h"
#include "app/text.h"
#include "net/compress.h"
#include "net/intake_key.h"
#include "net/server_internal.h"
#include "tests/security/attack_table.h"
#include "tests/unit/server_fixture.h"

/* How long the server may think before it is told that no more comes. */
#define MOMENT_MS 200
#define HASH_SIZE 32

static unsigned tried, failed;
static char intake_token[LEDGER_TOKEN_SIZE];

/* --- nothing changes -------------------------------------------------------------------------- */

/* Tables in which refusals leave their mark: failed sign-ins, wrong codes, the trail. */
static bool table_marks(const char *name)
{
    static const char *const marks[] = {"attempt", "guess", "refused", "sms_seen", "sqlite_",
                                        "audit",   "trail", "leaf",    "session"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (strncmp(name, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

static void table_hash(sqlite3 *database, const char *name, crypto_generichash_state *hash)
{
    char sql[256];
    sqlite3_stmt *rows;

    snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", name);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &rows, NULL), SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const void *bytes = sqlite3_column_blob(rows, i);
            int length = sqlite3_column_bytes(rows, i);

            crypto_generichash_update(hash, (const unsigned char *)&length, sizeof(length));
            crypto_generichash_update(hash, bytes, (size_t)length);
        }
    sqlite3_finalize(rows);
}

static void database_hash(struct server_fixture *f, unsigned char result[HASH_SIZE])
{
    crypto_generichash_state hash;
    sqlite3_stmt *tables;
    sqlite3 *database;

    assert_int_equal(sqlite3_open_v2(f->ledger.path, &database, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    crypto_generichash_init(&hash, NULL, 0, HASH_SIZE);
    assert_int_equal(sqlite3_prepare_v2(database,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table' "
                                        "ORDER BY name",
                                        -1, &tables, NULL),
                     SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(tables, 0);

        if (!table_marks(name))
            table_hash(database, name, &hash);
    }
    sqlite3_finalize(tables);
    sqlite3_close(database);
    crypto_generichash_final(&hash, result, HASH_SIZE);
}

/* --- one request ------------------------------------------------------------------------------ */

static void send_all(int connection, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);

        if (sent <= 0)
            return; /* it does not listen any more */
        bytes += sent;
        length -= (size_t)sent;
    }
}

/* Sends and reads what is answered: the status, 0 when the connection ends without. */
static unsigned ask(struct server_fixture *f, const char *bytes, size_t length)
{
    int connection = server_socket(f);
    struct pollfd come = {.fd = connection, .events = POLLIN};
    char text[4096], head[64] = "";
    size_t got = 0;
    unsigned status = 0;
    ssize_t piece;

    send_all(connection, bytes, length);
    if (poll(&come, 1, MOMENT_MS) == 0)
        shutdown(connection, SHUT_WR);
    while ((piece = recv(connection, text, sizeof(text), 0)) > 0)
        for (ssize_t i = 0; i < piece && got < sizeof(head) - 1; i++)
            head[got++] = text[i];
    close(connection);
    if (sscanf(head, "HTTP/1.%*c %u", &status) != 1)
        status = 0;
    /* "100 Continue", and the connection was cut. */
    return status == 100 ? 0 : status;
}

static bool ends_as(unsigned status, const struct attack *attack)
{
    if (attack->status != 0)
        return status == attack->status || status == 400;
    if (status >= 500)
        return attack->end == END_REFUSED && (status == 501 || status == 505);
    return attack->end == END_HARMLESS || status == 0 || status >= 400;
}

static void attempt(struct server_fixture *f, const char *where, const struct attack *attack,
                    const char *bytes, size_t length)
{
    unsigned status = ask(f, bytes, length);

    if (!ends_as(status, attack)) {
        print_error("%s: %s: answered with %u\n", where, attack->name, status);
        failed++;
    }
    tried++;
}

/* --- what a route needs ----------------------------------------------------------------------- */

struct target {
    const struct route *route;
    char name[128]; /* "GET /v1/..." */
    char path[256];
    char fields[512];
    char type[128];
};

static const char *token_for(struct server_fixture *f, const struct route *route)
{
    /* To sign out is no harm, but for who comes after. */
    if (!route->open)
        return f->tokens[route == &route_logout ? BEN : ANNE];
    return strncmp(route->path, "/v1/intake", 10) == 0 ? intake_token : NULL;
}

static void target_make(struct target *target, struct server_fixture *f, const struct route *route)
{
    const char *token = token_for(f, route);
    size_t length = 0;

    target->route = route;
    snprintf(target->name, sizeof(target->name), "%s %s", route->method, route->path);
    for (const char *at = route->path; *at != '\0'; at++) {
        const char *word = strncmp(at, "{channel}", 9) == 0 ? "web" : "x1";

        if (*at != '{') {
            target->path[length++] = *at;
            continue;
        }
        memcpy(target->path + length, word, strlen(word));
        length += strlen(word);
        at = strchr(at, '}');
    }
    target->path[length] = '\0';
    snprintf(target->fields, sizeof(target->fields), "Host: x\r\nConnection: close\r\n%s%s%s",
             token != NULL ? "Authorization: Bearer " : "", token != NULL ? token : "",
             token != NULL ? "\r\n" : "");
    target->type[0] = '\0';
    if (route->body_limit > 0)
        snprintf(target->type, sizeof(target->type), "Content-Type: %s\r\n",
                 route->body_type != NULL ? route->body_type : "application/json");
}

static bool concerns(const struct attack *attack, const struct target *target)
{
    switch (attack->where) {
    case WHERE_BODY:
        return target->route->body_limit > 0;
    case WHERE_JSON:
        return target->route->body_limit > 0 && target->route->body_type == NULL;
    case WHERE_TOKEN:
        return !target->route->open;
    default:
        return true;
    }
}

static void fill(struct text_buffer *request, const struct attack *attack,
                 const struct target *target)
{
    const char *end = attack->bytes + attack->length;

    for (const char *at = attack->bytes; at < end; at++) {
        const char *word = NULL;

        if (end - at >= 3 && at[0] == '{' && at[2] == '}')
            word = at[1] == 'M'   ? target->route->method
                   : at[1] == 'P' ? target->path
                   : at[1] == 'H' ? target->fields
                   : at[1] == 'T' ? target->type
                                  : NULL;
        if (word == NULL) {
            text_buffer_add(request, at, 1);
            continue;
        }
        text_buffer_add_text(request, word);
        at += 2;
    }
}

static void attack_route(struct server_fixture *f, const struct target *target,
                         const struct attack *attacks)
{
    for (const struct attack *attack = attacks; attack->name != NULL; attack++) {
        struct text_buffer request = {0};

        /* What the route is for is no attack on it. */
        if (!concerns(attack, target) || strcasecmp(attack->name, target->route->method) == 0)
            continue;
        fill(&request, attack, target);
        attempt(f, target->name, attack, request.bytes, request.length);
        text_buffer_free(&request);
    }
}

/* --- large ones ------------------------------------------------------------------------------- */

/* A request with this body, and more fields. */
static void attack_body(struct server_fixture *f, const struct target *target,
                        const struct attack *attack, const char *fields, const char *body,
                        size_t length)
{
    struct text_buffer request = {0};

    text_buffer_add_format(&request, "%s %s HTTP/1.1\r\n%s%s%sContent-Length: %zu\r\n\r\n",
                           target->route->method, target->path, target->fields, target->type,
                           fields, length);
    text_buffer_add(&request, body, length);
    attempt(f, target->name, attack, request.bytes, request.length);
    text_buffer_free(&request);
}

static void attack_json(struct server_fixture *f, const struct target *target)
{
    static const struct attack deep = {.name = "JSON without a bottom", .end = END_REFUSED};
    static const struct attack wide = {.name = "JSON without an end", .end = END_REFUSED};
    char *body = malloc(600001);

    for (const struct attack *attack = attacks_json; attack->name != NULL; attack++)
        attack_body(f, target, attack, "", attack->bytes, attack->length);
    memset(body, '[', 100000);
    attack_body(f, target, &deep, "", body, 100000);
    for (size_t i = 0; i < 600000; i += 2)
        memcpy(body + i, "0,", 2);
    memcpy(body, "{\"a\":[", 6);
    attack_body(f, target, &wide, "", body, 600000);
    free(body);
}

/* So many bytes of the same, compressed. */
#define BOMB_BYTES ((size_t)256 * 1024 * 1024)

static void attack_bombs(struct server_fixture *f, const struct target *target,
                         char *const bombs[2], const size_t lengths[2])
{
    static const struct attack attack[2] = {{.name = "a bomb of gzip", .end = END_REFUSED},
                                            {.name = "a bomb of zstd", .end = END_REFUSED}};

    attack_body(f, target, &attack[0], "Content-Encoding: gzip\r\n", bombs[0], lengths[0]);
    attack_body(f, target, &attack[1], "Content-Encoding: zstd\r\n", bombs[1], lengths[1]);
}

static void attack_size(struct server_fixture *f, const struct target *target)
{
    static const struct attack many = {.name = "a thousand fields", .end = END_REFUSED};
    static const struct attack wide = {.name = "a field of 100 KB", .end = END_REFUSED};
    static const struct attack path = {.name = "an address of 100 KB", .end = END_REFUSED};
    static const struct attack query = {.name = "a thousand parameters", .end = END_REFUSED};
    struct text_buffer request = {0};
    char *long_text = calloc(1, 100001);

    memset(long_text, 'a', 100000);
    text_buffer_add_format(&request, "%s %s HTTP/1.1\r\n%s", target->route->method, target->path,
                           target->fields);
    for (int i = 0; i < 1000; i++)
        text_buffer_add_format(&request, "X-%d: y\r\n", i);
    text_buffer_add_text(&request, "\r\n");
    attempt(f, target->name, &many, request.bytes, request.length);
    request.length = 0;
    text_buffer_add_format(&request, "%s %s HTTP/1.1\r\n%sX-A: %s\r\n\r\n", target->route->method,
                           target->path, target->fields, long_text);
    attempt(f, target->name, &wide, request.bytes, request.length);
    request.length = 0;
    text_buffer_add_format(&request, "%s %s/%s HTTP/1.1\r\n%s\r\n", target->route->method,
                           target->path, long_text, target->fields);
    attempt(f, target->name, &path, request.bytes, request.length);
    request.length = 0;
    text_buffer_add_format(&request, "%s %s?", target->route->method, target->path);
    for (int i = 0; i < 1000; i++)
        text_buffer_add_format(&request, "&%d=1", i);
    text_buffer_add_format(&request, " HTTP/1.1\r\n%s\r\n", target->fields);
    attempt(f, target->name, &query, request.bytes, request.length);
    text_buffer_free(&request);
    free(long_text);
}

/* Larger than any body may be, told and not told beforehand. */
static void attack_flood(struct server_fixture *f, const struct target *target)
{
    static const struct attack told = {.name = "a body that is too large", .end = END_REFUSED};
    static const struct attack chunked = {.name = "chunks without an end", .end = END_REFUSED};
    size_t length = target->route->body_limit + 1000;
    struct text_buffer request = {0};
    char *body = malloc(length);

    memset(body, ' ', length);
    attack_body(f, target, &told, "", body, length);
    text_buffer_add_format(
        &request, "%s %s HTTP/1.1\r\n%s%sTransfer-Encoding: chunked\r\n\r\n%zx\r\n",
        target->route->method, target->path, target->fields, target->type, length);
    text_buffer_add(&request, body, length);
    attempt(f, target->name, &chunked, request.bytes, request.length);
    text_buffer_free(&request);
    free(body);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void check_unharmed(struct server_fixture *f, const char *where,
                           const unsigned char before[HASH_SIZE])
{
    unsigned char after[HASH_SIZE];
    struct call call = {.path = "/healthz"};
    json_t *answer = server_json(f, &call);

    assert_string_equal(json_text_or(answer, "status", ""), "ok");
    json_decref(answer);
    database_hash(f, after);
    if (memcmp(before, after, HASH_SIZE) != 0)
        fail_msg("%s: the database has changed", where);
}

static void test_every_route(void **state)
{
    struct server_fixture *f = *state;
    char *zeros = calloc(1, BOMB_BYTES), *bombs[2];
    unsigned char before[HASH_SIZE];
    size_t lengths[2];

    assert_int_equal(
        compress_bytes(COMPRESSION_GZIP, zeros, BOMB_BYTES / 4, &bombs[0], &lengths[0], NULL), 0);
    assert_int_equal(
        compress_bytes(COMPRESSION_ZSTD, zeros, BOMB_BYTES, &bombs[1], &lengths[1], NULL), 0);
    free(zeros);
    database_hash(f, before);
    for (size_t i = 0; server_routes[i] != NULL; i++) {
        struct target target;

        target_make(&target, f, server_routes[i]);
        attack_route(f, &target, attacks_framing);
        attack_route(f, &target, attacks_target);
        attack_route(f, &target, attacks_field);
        attack_route(f, &target, attacks_token);
        attack_size(f, &target);
        if (target.route->body_limit > 0)
            attack_flood(f, &target);
        if (target.route->body_limit > 0 && target.route->body_type == NULL) {
            attack_json(f, &target);
            attack_bombs(f, &target, bombs, lengths);
        }
        check_unharmed(f, target.name, before);
    }
    free(bombs[0]);
    free(bombs[1]);
    assert_int_equal(failed, 0);
}

static void test_paths(void **state)
{
    struct server_fixture *f = *state;
    unsigned char before[HASH_SIZE];

    database_hash(f, before);
    for (const struct attack *attack = attacks_path; attack->name != NULL; attack++) {
        static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "OPTIONS"};

        for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
            char request[1024];
            int length = snprintf(request, sizeof(request),
                                  "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                  "Authorization: Bearer %s\r\n\r\n",
                                  methods[i], attack->bytes, f->tokens[ANNE]);

            attempt(f, methods[i], attack, request, (size_t)length);
        }
    }
    check_unharmed(f, "paths", before);
    assert_int_equal(failed, 0);
}

static void quiet(struct server_options *options)
{
    options->log_requests = false;
}

static int set_up(void **state)
{
    static struct server_fixture fixture;
    struct intake_key key = {.name = "attacks", .channel = "web"};
    struct error error = ERROR_INIT;

    server_fixture_open_with(&fixture, quiet);
    if (ledger_intake_key_add(fixture.ledger.path, &key, 1, intake_token, &error) != 0)
        fail_msg("%s", error.message);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    server_fixture_close(*state);
    printf("%u attack cases tried and refused\n", tried);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route),
        cmocka_unit_test(test_paths),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
