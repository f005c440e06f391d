/*
 * A small receiving agency for the tests: takes deliveries over HTTPS and checks them as a real one
 * would, with code of its own.
 *
 *   agency CERTIFICATE KEY PUBLIC-KEY ORDERS LOG [PORT]
 *
 * prints "agency: listening on https://127.0.0.1:PORT" and serves until it is killed. Deliveries to
 * /NAME/filings are agency NAME's. The file ORDERS/NAME, read at each request, says what it does:
 *
 *   ok            takes it: 201 with a receipt, NAME and the end of the key (so without the file)
 *   refuse TEXT   422 with a problem document
 *   fail N        500 to the first N requests, then ok
 *   busy N S      503 with "Retry-After: S" to the first N requests, then ok
 *   later N       202; the Nth time it is asked it has a receipt
 *   never         202, whenever it is asked
 *   cut N         takes the first N, and cuts the connection instead of an answer; then ok
 *   stall         takes it and never answers
 *   garbage       200 with something that is no JSON
 *   large         200 with 10 MB
 *   hostile       422 with control characters in the reason
 *   elsewhere     202 with a Location at another host
 *
 * LOG gets a line of JSON for each request that passed every check:
 * {"agency","method","attempt","new","body"}; `new` is false for a key that was taken before. What
 * does not pass is logged as {"agency","rejected": why} and answered 401.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <jansson.h>
#include <microhttpd.h>
#include <sodium.h>

#include "tests/agency/signed.h"

#define BODY_LIMIT  (1024 * 1024)
#define LARGE_SIZE  (10 * 1024 * 1024)
#define FILING_KEPT 20000

struct filing {
    char key[64];
    char *body;
    int asked;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct filing filings[FILING_KEPT];
static size_t filing_count;
static json_t *requests; /* how many POSTs each agency had */
static unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
static const char *orders_folder;
static FILE *log_file;

struct request {
    char *body;
    size_t length;
};

static char *file_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 65536);

    if (file != NULL && text != NULL) {
        text[fread(text, 1, 65535, file)] = '\0';
        fclose(file);
    } else if (text != NULL) {
        free(text);
        text = NULL;
    }
    return text;
}

/* --- checks ----------------------------------------------------------------------------------- */

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* NULL when it is what it says, else why not. */
static const char *check(struct MHD_Connection *connection, const char *method, const char *url,
                         const struct request *request)
{
    static const char *const post[] = {
        "@method",         "@target-uri", "content-type", "content-digest", "idempotency-key",
        "guichet-attempt", NULL};
    static const char *const get[] = {"@method", "@target-uri", "idempotency-key", NULL};
    bool is_post = strcmp(method, "POST") == 0;
    const struct signed_wanted wanted = {"https", "guichet-delivery", is_post ? post : get,
                                         public_key};

    if (header(connection, "Accept") == NULL ||
        strstr(header(connection, "Accept"), "application/json") == NULL)
        return "it does not say that it reads JSON";
    return signed_check(connection, &wanted, method, url, is_post ? request->body : NULL,
                        request->length);
}

/* --- filings ---------------------------------------------------------------------------------- */

static void log_line(json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS);

    fprintf(log_file, "%s\n", text);
    fflush(log_file);
    free(text);
    json_decref(line);
}

static struct filing *filing_find(const char *key)
{
    for (size_t i = 0; i < filing_count; i++)
        if (strcmp(filings[i].key, key) == 0)
            return &filings[i];
    return NULL;
}

/* Takes a filing, or finds that it has it. NULL when the key came with another body. */
static struct filing *filing_take(const char *key, const struct request *request, bool *new)
{
    struct filing *filing = filing_find(key);

    *new = filing == NULL;
    if (filing == NULL && filing_count < FILING_KEPT) {
        filing = &filings[filing_count++];
        snprintf(filing->key, sizeof(filing->key), "%s", key);
        filing->body = strdup(request->body);
    }
    return filing != NULL && strcmp(filing->body, request->body) == 0 ? filing : NULL;
}

static int count_request(const char *agency)
{
    int count = (int)json_integer_value(json_object_get(requests, agency)) + 1;

    json_object_set_new(requests, agency, json_integer(count));
    return count;
}

/* --- answers ---------------------------------------------------------------------------------- */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *body,
                              const char *name, const char *value)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    MHD_add_response_header(response, "Content-Type",
                            status >= 400 ? "application/problem+json" : "application/json");
    if (name != NULL)
        MHD_add_response_header(response, name, value);
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result receipt(struct MHD_Connection *connection, const char *agency,
                               const struct filing *filing)
{
    char body[256];

    snprintf(body, sizeof(body), "{\"receipt\": \"%s-%s\"}", agency,
             filing->key + (strlen(filing->key) > 6 ? strlen(filing->key) - 6 : 0));
    return answer(connection, 201, body, NULL, NULL);
}

static enum MHD_Result large(struct MHD_Connection *connection)
{
    char *body = malloc(LARGE_SIZE + 1);
    enum MHD_Result result;

    memset(body, ' ', LARGE_SIZE);
    body[LARGE_SIZE] = '\0';
    result = answer(connection, 200, body, NULL, NULL);
    free(body);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, const char *why)
{
    json_t *problem =
        json_pack("{s:s, s:i, s:s}", "title", "Refused", "status", 422, "detail", why);
    char *text = json_dumps(problem, 0);
    enum MHD_Result result = answer(connection, 422, text, NULL, NULL);

    free(text);
    json_decref(problem);
    return result;
}

static enum MHD_Result obey(struct MHD_Connection *connection, const char *method,
                            const char *agency, char *order, int count, struct filing *filing)
{
    char word[32] = "ok", location[256];
    int first = 0, second = 0;

    sscanf(order, "%31s %d %d", word, &first, &second);
    order[strcspn(order, "\n")] = '\0';
    snprintf(location, sizeof(location), "/%s/filings/%s", agency, filing->key);
    if (strcmp(word, "refuse") == 0)
        return refuse(connection, order + strlen("refuse "));
    if (strcmp(word, "hostile") == 0)
        return refuse(connection, "no \x1b[2Jsuch\r\nlicence");
    if (strcmp(word, "fail") == 0 && count <= first)
        return answer(connection, 500, "{}", NULL, NULL);
    if (strcmp(word, "busy") == 0 && count <= first) {
        snprintf(word, sizeof(word), "%d", second);
        return answer(connection, 503, "{}", "Retry-After", word);
    }
    if (strcmp(word, "never") == 0 ||
        (strcmp(word, "later") == 0 &&
         (strcmp(method, "POST") == 0 ? filing->asked : ++filing->asked) < first))
        return answer(connection, 202, "", "Location", location);
    if (strcmp(word, "elsewhere") == 0)
        return answer(connection, 202, "", "Location", "https://127.0.0.2:1/filings/1");
    if (strcmp(word, "cut") == 0 && count <= first)
        return MHD_NO;
    if (strcmp(word, "garbage") == 0)
        return answer(connection, 200, "<html>Welcome</html>", NULL, NULL);
    return strcmp(word, "large") == 0 ? large(connection) : receipt(connection, agency, filing);
}

/* A signed request, as a whole. */
static enum MHD_Result serve(struct MHD_Connection *connection, const char *method,
                             const char *agency, const struct request *request, bool *stalled)
{
    const char *key = header(connection, "Idempotency-Key");
    const char *attempt = header(connection, "Guichet-Attempt");
    bool post = strcmp(method, "POST") == 0;
    char path[512];
    char *order;
    bool new = false;
    struct filing *filing = post ? filing_take(key, request, &new) : filing_find(key);
    enum MHD_Result result;

    log_line(json_pack("{s:s, s:s, s:s, s:b, s:o}", "agency", agency, "method", method, "attempt",
                       attempt != NULL ? attempt : "", "new", new, "body",
                       post ? json_loads(request->body, 0, NULL) : json_null()));
    if (filing == NULL)
        return answer(connection, post ? 422 : 404, "{\"detail\": \"another filing\"}", NULL, NULL);
    snprintf(path, sizeof(path), "%s/%s", orders_folder, agency);
    order = file_text(path);
    *stalled = order != NULL && strncmp(order, "stall", 5) == 0;
    if (order == NULL)
        result = receipt(connection, agency, filing);
    else
        result = *stalled ? MHD_YES
                          : obey(connection, method, agency, order,
                                 post ? count_request(agency) : 0, filing);
    free(order);
    return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *size, void **state)
{
    struct request *request = *state;
    char agency[64] = "";
    const char *wrong;
    enum MHD_Result result;
    bool stalled = false;

    (void)context;
    (void)version;
    if (request == NULL) {
        *state = calloc(1, sizeof(*request));
        ((struct request *)*state)->body = calloc(1, BODY_LIMIT + 1);
        return MHD_YES;
    }
    if (*size > 0) {
        if (request->length + *size > BODY_LIMIT)
            return MHD_NO;
        memcpy(request->body + request->length, upload, *size);
        request->length += *size;
        *size = 0;
        return MHD_YES;
    }
    sscanf(url, "/%63[^/]", agency);
    pthread_mutex_lock(&mutex);
    wrong = check(connection, method, url, request);
    if (wrong != NULL) {
        log_line(json_pack("{s:s, s:s}", "agency", agency, "rejected", wrong));
        result = answer(connection, 401, "{\"detail\": \"the signature is not good\"}", NULL, NULL);
    } else {
        result = serve(connection, method, agency, request, &stalled);
    }
    pthread_mutex_unlock(&mutex);
    while (stalled)
        pause();
    return result;
}

static void done(void *context, struct MHD_Connection *connection, void **state,
                 enum MHD_RequestTerminationCode how)
{
    struct request *request = *state;

    (void)context;
    (void)connection;
    (void)how;
    if (request != NULL)
        free(request->body);
    free(request);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct MHD_Daemon *daemon;
    char *certificate, *key;

    if (argc < 6 || sodium_init() < 0) {
        fputs("usage: agency CERTIFICATE KEY PUBLIC-KEY ORDERS LOG [PORT]\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    certificate = file_text(argv[1]);
    key = file_text(argv[2]);
    orders_folder = argv[4];
    log_file = fopen(argv[5], "a");
    requests = json_object();
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)(argc > 6 ? atoi(argv[6]) : 0));
    if (certificate == NULL || key == NULL || log_file == NULL ||
        signed_key_read(public_key, argv[3]) != 0) {
        fputs("agency: a file is missing\n", stderr);
        return 1;
    }
    daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL,
        NULL, handle, NULL, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_HTTPS_MEM_CERT, certificate,
        MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U,
        MHD_OPTION_NOTIFY_COMPLETED, done, NULL, MHD_OPTION_END);
    if (daemon == NULL) {
        fputs("agency: cannot listen\n", stderr);
        return 1;
    }
    printf("agency: listening on https://127.0.0.1:%u\n",
           (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    for (;;)
        pause();
}
