#include <stdio.h>
#include <stdlib.h>

#include "app/json.h"
#include "app/main/guichetd.h"
#include "app/print.h"
#include "net/http_client.h"

#define REPLY_LIMIT (64 * 1024)

/* Asks the relay that runs here how it is. */
static int ask(const struct config *config, json_t **relay, struct error *error)
{
    const char *certificate = config_text(config, "tls-cert");
    bool secure = certificate != NULL && certificate[0] != '\0';
    struct http_client_options http = http_client_default_options;
    const struct http_request request = {
        .method = "GET", .path = "/healthz", .accept = "application/json"};
    struct http_client *client = NULL;
    struct http_reply reply;
    struct text_buffer url = {0};
    json_t *document = NULL;
    int code;

    text_buffer_add_format(&url, "%s://%s", secure ? "https" : "http",
                           config_text(config, "listen"));
    http.base_url = url.bytes;
    http.ca_file = secure ? certificate : NULL;
    code = url.failed ? error_set(error, ERROR_MEMORY, "out of memory")
                      : http_client_new(&client, &http, error);
    if (code == 0)
        code = http_client_call(client, &request, &reply, error);
    if (code == 0) {
        code =
            json_read(&document, reply.body, reply.length, REPLY_LIMIT, "reply of /healthz", error);
        http_reply_clear(&reply);
    }
    http_client_free(client);
    text_buffer_free(&url);
    *relay = json_incref(json_object_get(document, "relay"));
    json_decref(document);
    if (code == 0 && *relay == NULL)
        code = error_set(error, ERROR_NOT_FOUND, "what listens there is no relay");
    return code;
}

static void print_line(const char *name, const char *text, const char *since)
{
    struct text_buffer line = {0};

    text_buffer_add_format(&line, "%s: %s%s%s", name, text, *since != '\0' ? " since " : "", since);
    print_row((const char *const[]){line.bytes != NULL ? line.bytes : "", NULL});
    text_buffer_free(&line);
}

static void print(json_t *relay, bool json)
{
    const char *message = json_text_or(relay, "message", "");
    char *text = json ? json_write(relay) : NULL;

    if (text != NULL) {
        print_json(text);
        free(text);
        return;
    }
    print_line("centre", json_text_or(relay, "centre", ""), json_text_or(relay, "since", ""));
    if (*message != '\0')
        print_line("reason", message, "");
    printf("waiting: %lld\n", (long long)json_integer_or(relay, "waiting", 0));
}

static int run(const struct config *config, size_t first, struct error *error)
{
    json_t *relay = NULL;
    int code = ask(config, &relay, error);

    (void)first;
    if (code == 0)
        print(relay, config_switch(config, "json"));
    json_decref(relay);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static const char *const keys[] = {"listen", "tls-cert", "json", NULL};

const struct guichetd_command guichetd_relay_status = {
    .words = "relay status",
    .arguments = "",
    .summary = "In a branch: ask the running relay whether the centre answers, and what waits for "
               "it.",
    .keys = keys,
    .run = run,
};
