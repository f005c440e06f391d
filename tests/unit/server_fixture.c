#include "tests/unit/server_fixture.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/text.h"

static void keep_log(void *context, const char *line)
{
    struct server_fixture *fixture = context;
    size_t length = strlen(line);

    pthread_mutex_lock(&fixture->log_mutex);
    if (fixture->log_length + length + 2 < sizeof(fixture->log)) {
        memcpy(fixture->log + fixture->log_length, line, length);
        fixture->log_length += length;
        fixture->log[fixture->log_length++] = '\n';
    }
    pthread_mutex_unlock(&fixture->log_mutex);
}

void server_log_copy(struct server_fixture *fixture, char copy[SERVER_LOG_SIZE])
{
    pthread_mutex_lock(&fixture->log_mutex);
    memcpy(copy, fixture->log, SERVER_LOG_SIZE);
    pthread_mutex_unlock(&fixture->log_mutex);
}

static void sign_in(struct server_fixture *fixture, enum fixture_agent who, const char *login,
                    const char *office, const char *queue)
{
    char key[64], body[256];
    struct record *agent;
    struct id id;
    json_t *answer;
    struct call call = {.path = "/v1/login", .body = body};

    snprintf(key, sizeof(key), "sample/%s", login);
    id = id_from_key("agent", key);
    agent = record_new(RECORD_AGENT, &id);
    assert_non_null(agent);
    json_decref(agent->body);
    agent->body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s]}", "key", key, "login", login, "name",
                            login, "office", office, "role", "specialist", "queues", queue);
    assert_int_equal(ledger_agent_add(fixture->ledger.ledger, agent, FIXTURE_PASSWORD, NULL), 0);
    record_free(agent);
    fixture->ledger.actors[who].agent = id;
    snprintf(body, sizeof(body),
             "{\"login\":\"%s\",\"password\":\"" FIXTURE_PASSWORD "\",\"device\":\"%s\"}", login,
             fixture->ledger.actors[who].device.text);
    answer = server_json(fixture, &call);
    text_copy(fixture->tokens[who], LEDGER_TOKEN_SIZE, json_text_or(answer, "token", ""));
    json_decref(answer);
}

void server_fixture_open_with(struct server_fixture *fixture,
                              void (*change)(struct server_options *options))
{
    struct server_options options = {
        .listen = "127.0.0.1:0",
        .threads = 2,
        .connections = 256,
        .idle_seconds = 30,
        .log_requests = true,
        .web_origin = "https://www.example.ca",
        .web_proxy = "127.0.0.1",
        .open311 = {.contact = "311", .key_service = "311", .repeat_minutes = 60},
        .log = keep_log,
        .log_context = fixture,
    };
    struct error error = ERROR_INIT;

    if (change != NULL)
        change(&options);
    memset(fixture, 0, sizeof(*fixture));
    pthread_mutex_init(&fixture->log_mutex, NULL);
    fixture_open(&fixture->ledger);
    if (server_start(&fixture->server, &options, fixture->ledger.ledger, &error) != 0)
        fail_msg("%s", error.message);
    sign_in(fixture, ANNE, "anne2", "a", "none");
    sign_in(fixture, BEN, "ben2", "b", "q");
}

void server_fixture_open(struct server_fixture *fixture)
{
    server_fixture_open_with(fixture, NULL);
}

void server_fixture_close(struct server_fixture *fixture)
{
    server_stop(fixture->server);
    fixture_close(&fixture->ledger);
}

int server_fixture_setup(void **state)
{
    struct server_fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    server_fixture_open(fixture);
    *state = fixture;
    return 0;
}

int server_fixture_teardown(void **state)
{
    server_fixture_close(*state);
    free(*state);
    return 0;
}

/* --- asking ----------------------------------------------------------------------------------- */

static size_t collect(char *bytes, size_t size, size_t count, void *context)
{
    text_buffer_add(context, bytes, size * count);
    return size * count;
}

struct upload {
    const char *bytes;
    size_t left;
};

static size_t feed(char *buffer, size_t size, size_t count, void *context)
{
    struct upload *upload = context;
    size_t length = size * count < upload->left ? size * count : upload->left;

    memcpy(buffer, upload->bytes, length);
    upload->bytes += length;
    upload->left -= length;
    return length;
}

static struct curl_slist *header_add(struct curl_slist *list, const char *name, const char *value)
{
    char line[512];

    if (value == NULL)
        return list;
    snprintf(line, sizeof(line), "%s: %s", name, value);
    return curl_slist_append(list, line);
}

static struct curl_slist *headers_make(const struct call *call)
{
    struct curl_slist *list = header_add(NULL, "Accept-Encoding", call->accept);
    char bearer[128];

    if (call->token != NULL) {
        snprintf(bearer, sizeof(bearer), "Bearer %s", call->token);
        list = header_add(list, "Authorization", bearer);
    }
    if (call->body != NULL)
        list =
            header_add(list, "Content-Type", call->type != NULL ? call->type : "application/json");
    list = header_add(list, "Content-Encoding", call->encoding);
    if (call->chunked)
        list = header_add(list, "Transfer-Encoding", "chunked");
    for (size_t i = 0; i < 4 && call->headers[i] != NULL; i++)
        list = curl_slist_append(list, call->headers[i]);
    return list;
}

void server_call(struct server_fixture *fixture, const struct call *call, struct answer *answer)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = headers_make(call);
    struct text_buffer head = {0}, body = {0};
    struct upload upload = {call->body, call->length};
    char url[1024];
    CURLcode code;

    *answer = (struct answer){0};
    assert_non_null(curl);
    if (upload.left == 0 && call->body != NULL)
        upload.left = strlen(call->body);
    snprintf(url, sizeof(url), "%s%s", server_address(fixture->server), call->path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &head);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 90L);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    if (call->body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, feed);
        curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
        if (!call->chunked)
            curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)upload.left);
    }
    if (call->method != NULL)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
    if (call->method != NULL && strcmp(call->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        fail_msg("%s: %s", call->path, curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME, &answer->seconds);
    answer->length = body.length;
    answer->body = text_buffer_take(&body);
    answer->headers = text_buffer_take(&head);
    for (char *at = answer->headers; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    answer->json = json_loadb(answer->body, answer->length, 0, NULL);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
}

void answer_clear(struct answer *answer)
{
    free(answer->headers);
    free(answer->body);
    json_decref(answer->json);
    *answer = (struct answer){0};
}

void server_expect_problem(struct server_fixture *fixture, const struct call *call, long status,
                           const char *code)
{
    struct answer answer;

    server_call(fixture, call, &answer);
    assert_int_equal(answer.status, status);
    assert_non_null(strstr(answer.headers, "content-type: application/problem+json"));
    assert_string_equal(json_text_or(answer.json, "code", ""), code);
    assert_int_equal(json_integer_or(answer.json, "status", 0), status);
    assert_true(json_text_or(answer.json, "type", "")[0] != '\0');
    assert_true(json_text_or(answer.json, "title", "")[0] != '\0');
    assert_true(json_text_or(answer.json, "detail", "")[0] != '\0');
    answer_clear(&answer);
}

json_t *server_json(struct server_fixture *fixture, const struct call *call)
{
    struct answer answer;
    json_t *json;

    server_call(fixture, call, &answer);
    if (answer.status != 200)
        fail_msg("%s: %ld %s", call->path, answer.status, answer.body);
    assert_non_null(answer.json);
    json = json_incref(answer.json);
    answer_clear(&answer);
    return json;
}

char *operations_text(struct operation **operations, size_t count)
{
    json_t *list = json_array();
    json_t *body;
    char *text;

    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, operation_to_json(operations[i]));
        operation_free(operations[i]);
    }
    body = json_pack("{s:o}", "operations", list);
    text = json_dumps(body, JSON_COMPACT);
    assert_non_null(text);
    json_decref(body);
    return text;
}

json_t *server_post(struct server_fixture *fixture, enum fixture_agent who,
                    struct operation **operations, size_t count)
{
    char *text = operations_text(operations, count);
    struct call call = {.path = "/v1/operations", .token = fixture->tokens[who], .body = text};
    json_t *answer = server_json(fixture, &call);
    json_t *outcomes = json_incref(json_object_get(answer, "outcomes"));

    assert_true(json_is_array(outcomes));
    json_decref(answer);
    free(text);
    return outcomes;
}

int server_trail_count(struct server_fixture *fixture, const char *where)
{
    char sql[500];
    sqlite3 *handle;
    sqlite3_stmt *row;
    int count;

    snprintf(sql, sizeof(sql), "SELECT count(*) FROM audit WHERE %s", where);
    assert_int_equal(sqlite3_open_v2(fixture->ledger.path, &handle, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    count = sqlite3_column_int(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(handle);
    return count;
}

void server_say_why(struct server_fixture *fixture, enum fixture_agent who, enum record_type type,
                    const struct id *id)
{
    char body[160];
    const struct call call = {
        .path = "/v1/open", .token = fixture->tokens[who], .method = "POST", .body = body};

    snprintf(body, sizeof(body), "{\"type\": \"%s\", \"id\": \"%s\", \"purpose\": \"case-work\"}",
             record_type_name(type), id->text);
    json_decref(server_json(fixture, &call));
}

struct operation *server_note(struct server_fixture *fixture, enum fixture_agent who,
                              const struct id *id, const char *text)
{
    return fixture_operation(
        &fixture->ledger, who, OPERATION_APPEND, RECORD_NOTE, id, 0,
        fixture_note(&fixture->ledger, who, who == ANNE ? "sample/a" : "sample/b", NULL, text));
}

const char *item_text(const json_t *array, size_t index, const char *name)
{
    return json_text_or(json_array_get(array, index), name, "");
}

/* --- raw bytes -------------------------------------------------------------------------------- */

int server_socket(struct server_fixture *fixture)
{
    return server_socket_small(fixture, 0);
}

int server_socket_small(struct server_fixture *fixture, int receives)
{
    const char *port = strrchr(server_address(fixture->server), ':') + 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    struct timeval patience = {.tv_sec = 5};
    int opened = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(opened >= 0);
    if (receives > 0)
        setsockopt(opened, SOL_SOCKET, SO_RCVBUF, &receives, sizeof(receives));
    assert_int_equal(connect(opened, (struct sockaddr *)&address, sizeof(address)), 0);
    setsockopt(opened, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return opened;
}

char *server_raw(struct server_fixture *fixture, const char *bytes, size_t length, bool listen)
{
    int opened = server_socket(fixture);
    struct text_buffer reply = {0};
    char piece[4096];
    ssize_t got;

    assert_int_equal(send(opened, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
    while (listen && (got = recv(opened, piece, sizeof(piece), 0)) > 0)
        text_buffer_add(&reply, piece, (size_t)got);
    close(opened);
    return text_buffer_take(&reply);
}
