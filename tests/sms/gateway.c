/*
 * A small SMS gateway for the tests, on loopback: takes messages as net/sms.md says, with every
 * check.
 *
 *   gateway PUBLIC-KEY LOG [PORT]
 *
 * prints "gateway: listening on http://127.0.0.1:PORT" and serves until it is killed. How a number
 * ends says what becomes of a message: ...0199 is refused (422), ...0198 is not taken the first
 * time (503), ...0197 is taken, and the connection is cut instead of an answer the first time; any
 * other is taken. LOG gets a line of JSON for each message that is new: {"id","to","text",
 * "segments"}; what does not pass is logged as {"rejected": why} and answered 401.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <jansson.h>
#include <microhttpd.h>
#include <sodium.h>

#include "tests/agency/signed.h"

#define BODY_LIMIT (64 * 1024)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
static json_t *seen; /* id: how often it came */
static FILE *log_file;

struct request {
    char body[BODY_LIMIT + 1];
    size_t length;
};

static void log_line(json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS);

    fprintf(log_file, "%s\n", text);
    fflush(log_file);
    free(text);
    json_decref(line);
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), strdup(text), MHD_RESPMEM_MUST_FREE);
    enum MHD_Result result;

    MHD_add_response_header(response, "Content-Type",
                            status < 300 ? "application/json" : "application/problem+json");
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static bool ends(const char *number, const char *end)
{
    return strlen(number) > 4 && strcmp(number + strlen(number) - 4, end) == 0;
}

/* Takes a message that passed the checks. */
static enum MHD_Result take(struct MHD_Connection *connection, const json_t *message)
{
    const char *id = json_string_value(json_object_get(message, "id"));
    const char *to = json_string_value(json_object_get(message, "to"));
    json_int_t times;

    if (id == NULL || to == NULL)
        return answer(connection, 422, "{\"title\": \"no id or number\"}");
    times = json_integer_value(json_object_get(seen, id)) + 1;
    json_object_set_new(seen, id, json_integer(times));
    if (ends(to, "0199"))
        return answer(connection, 422, "{\"detail\": \"unknown subscriber\"}");
    if (ends(to, "0198") && times == 1)
        return answer(connection, 503, "{\"title\": \"busy\"}");
    if (times == 1 || (ends(to, "0198") && times == 2))
        log_line(json_pack("{s:s, s:s, s:O, s:O}", "id", id, "to", to, "text",
                           json_object_get(message, "text"), "segments",
                           json_object_get(message, "segments")));
    if (ends(to, "0197") && times == 1)
        return MHD_NO;
    return answer(connection, 202, "{\"receipt\": \"gw-1\"}");
}

static enum MHD_Result finish(struct MHD_Connection *connection, const char *url,
                              const char *method, const struct request *request)
{
    static const char *const components[] = {"@method",        "@target-uri",     "content-type",
                                             "content-digest", "idempotency-key", NULL};
    const struct signed_wanted wanted = {"http", "guichet-sms", components, public_key};
    const char *why =
        signed_check(connection, &wanted, method, url, request->body, request->length);
    json_t *message = json_loads(request->body, 0, NULL);
    enum MHD_Result result;

    if (why == NULL && message == NULL)
        why = "no JSON";
    pthread_mutex_lock(&mutex);
    if (why != NULL) {
        log_line(json_pack("{s:s}", "rejected", why));
        result = answer(connection, 401, "{\"title\": \"rejected\"}");
    } else {
        result = take(connection, message);
    }
    pthread_mutex_unlock(&mutex);
    json_decref(message);
    return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *length, void **closure)
{
    struct request *request = *closure;

    (void)context;
    (void)version;
    if (request == NULL) {
        *closure = calloc(1, sizeof(*request));
        return *closure != NULL ? MHD_YES : MHD_NO;
    }
    if (*length == 0)
        return finish(connection, url, method, request);
    if (request->length + *length > BODY_LIMIT)
        return MHD_NO;
    memcpy(request->body + request->length, upload, *length);
    request->length += *length;
    *length = 0;
    return MHD_YES;
}

static void done(void *context, struct MHD_Connection *connection, void **closure,
                 enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    free(*closure);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct MHD_Daemon *daemon;

    if (argc < 3 || sodium_init() < 0 || signed_key_read(public_key, argv[1]) != 0 ||
        (log_file = fopen(argv[2], "a")) == NULL) {
        fputs("usage: gateway PUBLIC-KEY LOG [PORT]\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    seen = json_object();
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)(argc > 3 ? atoi(argv[3]) : 0));
    daemon = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, 0,
                              NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR, &address,
                              MHD_OPTION_NOTIFY_COMPLETED, done, NULL, MHD_OPTION_END);
    if (daemon == NULL) {
        fputs("gateway: cannot listen\n", stderr);
        return 1;
    }
    printf("gateway: listening on http://127.0.0.1:%u\n",
           (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    for (;;)
        pause();
}
