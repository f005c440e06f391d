#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/catalogue.h"
#include "app/json.h"
#include "app/main/command_agent.h"
#include "app/main/command_sync.h"
#include "net/http_client.h"

/* How many of the waiting operations are listed. */
#define LISTED 100

/* What there is to tell, as the JSON document that is also printed as text. */

static int add_waiting(void *context, const struct outbox_entry *entry)
{
    json_t *list = context;
    const struct operation *operation = entry->operation;
    char made[TIMESTAMP_SIZE];

    timestamp_format(operation->moment.ms, made);
    json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s}", "id", operation->id.text,
                             "kind", operation_kind_name(operation->kind), "type",
                             record_type_name(operation->type), "record", operation->record.text,
                             "made_at", made, "attempts", entry->attempts, "reason", entry->reason);
    return json_array_append_new(list, line) == 0 ? 0 : ERROR_MEMORY;
}

static int add_refusal(void *context, const struct store_refusal *refusal)
{
    json_t *list = context;
    const struct operation *operation = refusal->operation;
    json_t *line = json_pack(
        "{s:s, s:s, s:s, s:s, s:s}", "id", operation->id.text, "kind",
        operation_kind_name(operation->kind), "type", record_type_name(operation->type), "outcome",
        refusal->refusal == MERGE_APPLIED ? "conflict" : merge_refusal_name(refusal->refusal),
        "field", refusal->field);

    return json_array_append_new(list, line) == 0 ? 0 : ERROR_MEMORY;
}

static int describe_store(const struct command_agent *agent, json_t *document, struct error *error)
{
    struct store *store = NULL;
    char feed[STORE_FEED_SIZE];
    json_t *waiting = json_array();
    json_t *refusals = json_array();

    if (agent->key == NULL) {
        json_decref(waiting);
        json_decref(refusals);
        return error_set(error, ERROR_NOT_FOUND,
                         "%s has no store here: sign in, or run `guichet "
                         "sync`",
                         agent->login);
    }
    int code = store_open(&store, agent->store_path, agent->key, error);
    if (code == 0)
        code = store_outbox_each(store, LISTED, add_waiting, waiting, error);
    if (code == 0)
        code = store_refusal_each(store, add_refusal, refusals, error);
    if (code == 0)
        code = store_feed(store, feed, error);
    if (code == 0) {
        int64_t count = store_outbox_count(store, error);
        int64_t cursor = store_cursor(store, error);
        (void)json_object_set_new(document, "waiting", json_integer(count));
        (void)json_object_set_new(document, "cursor", json_integer(cursor));
        (void)json_object_set_new(document, "feed", json_string(feed));
        (void)json_object_set(document, "outbox", waiting);
        (void)json_object_set(document, "refusals", refusals);
        code = count < 0 ? (int)count : cursor < 0 ? (int)cursor : 0;
    }
    store_close(store);
    json_decref(waiting);
    json_decref(refusals);
    return code;
}

static int describe_catalogue(const struct command_agent *agent, json_t *document,
                              struct error *error)
{
    struct catalogue *catalogue = NULL;

    if (access(agent->catalogue_path, F_OK) != 0) {
        (void)json_object_set_new(document, "catalogue",
                                  json_pack("{s:i, s:i}", "records", 0, "cursor", 0));
        return 0;
    }
    int code = catalogue_open(&catalogue, agent->catalogue_path, false, error);
    if (code != 0)
        return code;
    int64_t records = catalogue_count(catalogue, RECORD_NONE, error);
    int64_t cursor = catalogue_cursor(catalogue, error);
    catalogue_close(catalogue);
    (void)json_object_set_new(
        document, "catalogue",
        json_pack("{s:I, s:I}", "records", (json_int_t)records, "cursor", (json_int_t)cursor));
    return records < 0 ? (int)records : cursor < 0 ? (int)cursor : 0;
}

#define HEALTH_LIMIT (64 * 1024)

/* How an office's relay stands with the centre, when the server is one: new, NULL when it is not.
 */
static json_t *read_relay(const struct http_reply *reply)
{
    json_t *health = NULL, *relay, *told = NULL;

    if (json_read(&health, reply->body, reply->length, HEALTH_LIMIT, "reply of /healthz", NULL) !=
        0)
        return NULL;
    relay = json_object_get(health, "relay");
    if (json_is_object(relay))
        told = json_pack("{s:s, s:s, s:I}", "centre",
                         strcmp(json_text_or(relay, "centre", ""), "up") == 0 ? "up" : "cut",
                         "since", json_text_or(relay, "since", ""), "waiting",
                         (json_int_t)json_integer_or(relay, "waiting", 0));
    json_decref(health);
    return told;
}

/* Whether the server answers now; that it does not is news, not a failure. */
static void describe_link(const struct config *config, json_t *document)
{
    struct http_client_options options = http_client_default_options;
    struct http_client *client = NULL;
    struct http_reply reply;
    struct http_request request = {
        .method = "GET", .path = "/healthz", .accept = "application/json"};
    struct error error = ERROR_INIT;
    json_t *relay = NULL;

    options.base_url = config_text(config, "server");
    options.ca_file = config_text(config, "ca-file");
    options.connect_ms = 5000;
    options.total_ms = 10000;
    int code = http_client_new(&client, &options, &error);
    if (code == 0)
        code = http_client_call(client, &request, &reply, &error);
    if (code == 0) {
        if (reply.status != 200)
            code = error_set(&error, ERROR_PROTOCOL, "it answers with status %d", reply.status);
        else
            relay = read_relay(&reply);
        http_reply_clear(&reply);
    }
    (void)json_object_set_new(document, "link",
                              json_pack("{s:s, s:s, s:s}", "server", options.base_url, "state",
                                        code == 0 ? "online" : "offline", "message",
                                        code == 0 ? "" : error.message));
    if (relay != NULL)
        (void)json_object_set_new(document, "relay", relay);
    http_client_free(client);
}

/* --- text --------------------------------------------------------------------------------------
 */

static void print_relay(const json_t *relay)
{
    const char *since = json_text_or(relay, "since", "");

    if (relay != NULL)
        (void)printf("office relay: centre %s%s%s, %" PRId64 " operations wait there\n",
                     json_text_or(relay, "centre", ""), since[0] == '\0' ? "" : " since ", since,
                     json_integer_or(relay, "waiting", 0));
}

static void print_text(const char *login, const json_t *document)
{
    const json_t *link = json_object_get(document, "link");
    const json_t *catalogue = json_object_get(document, "catalogue");
    const char *message = json_text_or(link, "message", "");
    json_t *line = NULL;
    size_t index = 0;

    (void)printf("agent %s\n", login);
    (void)printf("link: %s, %s%s%s\n", json_text_or(link, "server", ""),
                 json_text_or(link, "state", ""), message[0] == '\0' ? "" : ": ", message);
    print_relay(json_object_get(document, "relay"));
    (void)printf("outbox: %" PRId64 " operations wait\n", json_integer_or(document, "waiting", 0));
    json_array_foreach(json_object_get(document, "outbox"), index, line)
    {
        const char *reason = json_text_or(line, "reason", "");
        (void)printf("  %s %s %s, sent %" PRId64 " times%s%s\n", json_text_or(line, "made_at", ""),
                     json_text_or(line, "kind", ""), json_text_or(line, "type", ""),
                     json_integer_or(line, "attempts", 0), reason[0] == '\0' ? "" : ": ", reason);
    }
    (void)printf("refusals: %zu\n", json_array_size(json_object_get(document, "refusals")));
    json_array_foreach(json_object_get(document, "refusals"), index, line)
    {
        (void)printf("  %s %s: %s %s\n", json_text_or(line, "kind", ""),
                     json_text_or(line, "type", ""), json_text_or(line, "outcome", ""),
                     json_text_or(line, "field", ""));
    }
    (void)printf("desk: read to %" PRId64 "\n", json_integer_or(document, "cursor", 0));
    (void)printf("catalogue: %" PRId64 " records, read to %" PRId64 "\n",
                 json_integer_or(catalogue, "records", 0), json_integer_or(catalogue, "cursor", 0));
}

int command_status_run(const struct config *config)
{
    struct command_agent agent = {0};
    struct error error = ERROR_INIT;
    json_t *document = json_object();
    int status = COMMAND_OK;

    (void)signal(SIGPIPE, SIG_IGN);
    int code = document == NULL ? error_set(&error, ERROR_MEMORY, "out of memory")
                                : command_agent_begin(&agent, config, &error);
    if (code == 0)
        code = describe_store(&agent, document, &error);
    if (code == 0)
        code = describe_catalogue(&agent, document, &error);
    if (code == 0) {
        describe_link(config, document);
        if (!config_switch(config, "json"))
            print_text(agent.login, document);
        else
            command_print_json(document);
    } else {
        status = command_complain(&error);
    }
    json_decref(document);
    command_agent_end(&agent);
    return status;
}

int command_status(int argc, char **argv)
{
    return command_agent_main(argc, argv, command_status_run);
}
