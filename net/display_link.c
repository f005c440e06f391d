#include "net/display_link.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/http_client.h"
#include "net/protocol.h"

/* How long one asks for a change: a cut that closes no connection is noticed a little later. */
#define WAIT_SECONDS    20
#define RETRY_MS        2000
#define RETRY_REFUSED   60000
#define VIEW_LIMIT      (1024 * 1024)
#define OFFICE_KEY_SIZE 512

struct display_link {
    struct http_client *http;
    char *login, *password, *office; /* owned; the office NULL for none */
    pthread_t thread;
    atomic_bool stopping;
    int bell; /* eventfd: there is news */
    int halt; /* eventfd: the thread is to end */
    bool signed_in;
    char tag[40];

    pthread_mutex_t mutex; /* over what follows */
    enum display_state state;
    json_t *view;
    int64_t heard_ms;
    char message[ERROR_MESSAGE_SIZE];
};

/* --- what the screen sees -------------------------------------------------------------------- */

static void ring(struct display_link *link)
{
    const uint64_t one = 1;

    if (write(link->bell, &one, sizeof(one)) < 0)
        return; /* full: it rings already */
}

/* Takes over `view`; NULL leaves the one that is shown. */
static void tell(struct display_link *link, enum display_state state, json_t *view,
                 const char *message)
{
    pthread_mutex_lock(&link->mutex);
    link->state = state;
    text_copy(link->message, sizeof(link->message), message);
    if (view != NULL) {
        json_decref(link->view);
        link->view = view;
    }
    if (state == DISPLAY_ONLINE)
        link->heard_ms = clock_system(NULL);
    pthread_mutex_unlock(&link->mutex);
    ring(link);
}

void display_link_read(struct display_link *link, struct display_news *news)
{
    uint64_t count;

    if (read(link->bell, &count, sizeof(count)) < 0)
        count = 0; /* nothing new: what was heard last is told again */
    pthread_mutex_lock(&link->mutex);
    news->state = link->state;
    /* Shared between two threads: counting references is not safe, a copy is. */
    news->view = link->view != NULL ? json_deep_copy(link->view) : NULL;
    news->heard_ms = link->heard_ms;
    text_copy(news->message, sizeof(news->message), link->message);
    pthread_mutex_unlock(&link->mutex);
}

int display_link_fd(const struct display_link *link)
{
    return link->bell;
}

/* --- asking ---------------------------------------------------------------------------------- */

/* Sleeps, unless told to end. */
static void pause_ms(struct display_link *link, int64_t ms)
{
    http_client_poll(link->http, &link->halt, 1, ms, NULL);
}

static int read_reply(const struct http_reply *reply, json_t **document, struct error *error)
{
    *document = NULL;
    if (reply->body == NULL)
        return error_set(error, ERROR_PROTOCOL, "the server answered nothing");
    return json_read(document, reply->body, reply->length, VIEW_LIMIT, "the answer", error);
}

/* What the server says in words when it refuses. */
static int refusal(const struct http_reply *reply, struct error *error)
{
    json_t *problem = NULL;
    char detail[ERROR_MESSAGE_SIZE];

    snprintf(detail, sizeof(detail), "the server answers %d", reply->status);
    if (read_reply(reply, &problem, NULL) == 0)
        text_copy(detail, sizeof(detail), json_text_or(problem, "detail", detail));
    json_decref(problem);
    if (reply->status >= 500)
        return error_set(error, ERROR_OFFLINE, "%s", detail);
    return error_set(error, ERROR_REFUSED, "%s", detail);
}

/* A sign-in that may read more than a public screen needs is not used for one. */
static int take_session(struct display_link *link, const json_t *session, struct error *error)
{
    const json_t *body = json_object_get(json_object_get(session, "agent"), "body");

    if (strcmp(json_text_or(body, "role", ""), "display") != 0)
        return error_set(error, ERROR_REFUSED, "%s is no sign-in of role display", link->login);
    return http_client_token_set(link->http, json_text_or(session, "token", ""), error);
}

static int sign_in(struct display_link *link, struct error *error)
{
    json_t *body = json_pack("{s:s, s:s, s:s}", "login", link->login, "password", link->password,
                             "protocol", PROTOCOL_VERSION);
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    struct http_request request = {.method = "POST",
                                   .path = "/v1/login",
                                   .body = text,
                                   .body_length = text != NULL ? strlen(text) : 0,
                                   .body_type = "application/json",
                                   .accept = "application/json"};
    struct http_reply reply = {0};
    json_t *session = NULL;
    int code;

    json_decref(body);
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = http_client_call(link->http, &request, &reply, error);
    sodium_memzero(text, strlen(text));
    free(text);
    if (code == 0 && reply.status != 200)
        code = refusal(&reply, error);
    else if (code == 0)
        code = read_reply(&reply, &session, error);
    if (code == 0)
        code = take_session(link, session, error);
    json_decref(session);
    http_reply_clear(&reply);
    link->signed_in = code == 0;
    return code;
}

/* Adds "&name=value" with all but letters and digits written in hexadecimal. */
static void add_parameter(struct text_buffer *path, const char *name, const char *value)
{
    text_buffer_add_format(path, "&%s=", name);
    for (; *value != '\0'; value++)
        text_buffer_add_format(path, "%%%02X", (unsigned)(unsigned char)*value);
}

static int look(struct display_link *link, struct error *error)
{
    struct text_buffer path = {0};
    struct http_request request = {
        .method = "GET", .accept = "application/json", .wait_ms = WAIT_SECONDS * 1000};
    struct http_reply reply = {0};
    json_t *view = NULL;
    int code;

    text_buffer_add_format(&path, "/v1/display?wait=%d", link->tag[0] == '\0' ? 0 : WAIT_SECONDS);
    if (link->tag[0] != '\0')
        add_parameter(&path, "tag", link->tag);
    if (link->office != NULL)
        add_parameter(&path, "office", link->office);
    request.path = path.bytes;
    code = path.failed ? error_set(error, ERROR_MEMORY, "out of memory")
                       : http_client_call(link->http, &request, &reply, error);
    text_buffer_free(&path);
    if (code == 0 && reply.status == 401)
        link->signed_in = false;
    if (code == 0 && reply.status != 200)
        code = refusal(&reply, error);
    else if (code == 0)
        code = read_reply(&reply, &view, error);
    if (code == 0) {
        text_copy(link->tag, sizeof(link->tag), json_text_or(view, "tag", ""));
        tell(link, DISPLAY_ONLINE, view, "");
    }
    http_reply_clear(&reply);
    return code;
}

static void *run(void *context)
{
    struct display_link *link = context;

    while (!atomic_load(&link->stopping)) {
        struct error error = ERROR_INIT;
        bool was_in = link->signed_in;
        int code = was_in ? 0 : sign_in(link, &error);

        if (code == 0)
            code = look(link, &error);
        if (code == 0 || atomic_load(&link->stopping) || (was_in && !link->signed_in))
            continue;
        /* What was missed meanwhile is asked for at once. */
        link->tag[0] = '\0';
        tell(link, code == ERROR_REFUSED ? DISPLAY_REFUSED : DISPLAY_CUT, NULL, error.message);
        pause_ms(link, code == ERROR_REFUSED ? RETRY_REFUSED : RETRY_MS);
    }
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------ */

static void link_free(struct display_link *link)
{
    if (link->http != NULL)
        http_client_free(link->http);
    if (link->password != NULL)
        sodium_memzero(link->password, strlen(link->password));
    free(link->password);
    free(link->login);
    free(link->office);
    json_decref(link->view);
    if (link->bell >= 0)
        close(link->bell);
    if (link->halt >= 0)
        close(link->halt);
    pthread_mutex_destroy(&link->mutex);
    free(link);
}

int display_link_start(struct display_link **link, const struct display_link_options *options,
                       struct error *error)
{
    struct http_client_options http = http_client_default_options;
    struct display_link *made = calloc(1, sizeof(*made));
    int code;

    *link = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    pthread_mutex_init(&made->mutex, NULL);
    made->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    made->halt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    made->login = strdup(options->login);
    made->password = strdup(options->password);
    made->office = options->office != NULL ? strdup(options->office) : NULL;
    http.base_url = options->server_url;
    http.ca_file = options->ca_file;
    http.reply_limit = VIEW_LIMIT;
    http.stall_ms = 8000;
    if (made->login == NULL || made->password == NULL || made->bell < 0 || made->halt < 0 ||
        (options->office != NULL && made->office == NULL))
        code = error_set(error, ERROR_MEMORY, "out of memory");
    else
        code = http_client_new(&made->http, &http, error);
    if (code == 0 && pthread_create(&made->thread, NULL, run, made) != 0)
        code = error_set(error, ERROR_INTERNAL, "cannot start a thread");
    if (code != 0) {
        link_free(made);
        return code;
    }
    *link = made;
    return 0;
}

void display_link_stop(struct display_link *link)
{
    const uint64_t one = 1;

    if (link == NULL)
        return;
    atomic_store(&link->stopping, true);
    http_client_stop(link->http);
    if (write(link->halt, &one, sizeof(one)) > 0)
        pthread_join(link->thread, NULL);
    link_free(link);
}
