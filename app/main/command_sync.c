#include "app/main/command_sync.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/link.h"
#include "app/link_sign_in.h"
#include "app/main/command_agent.h"
#include "app/main/guichet_keys.h"
#include "app/store_provider.h"
#include "app/wipe.h"
#include "net/sync.h"

static void add_totals(struct sync_totals *sum, const struct sync_totals *more)
{
    sum->operations_sent += more->operations_sent;
    sum->applied += more->applied;
    sum->repeated += more->repeated;
    sum->refused += more->refused;
    sum->conflicts += more->conflicts;
    sum->work_records += more->work_records;
    sum->catalogue_records += more->catalogue_records;
    sum->exchanges += more->exchanges;
    sum->bytes_sent += more->bytes_sent;
    sum->bytes_received += more->bytes_received;
}

/* An administrator ordered it. The error that told so stays, unless something could not be erased.
 */
static int erase(struct command_agent *agent, struct link *link, int code, struct error *error)
{
    struct error trouble = ERROR_INIT;

    link_sign_out(link);
    seal_key_free(agent->key);
    agent->key = NULL;
    if (wipe_note(agent->directory, &trouble) == 0 && wipe_run(agent->directory, &trouble) == 0)
        return code;
    return error_set(error, trouble.code, "%s", trouble.message);
}

/* Once with the link as it is, and with what it may have said about the sign-in. */
static int carry(struct command_agent *agent, const struct config *config, struct link *link,
                 struct sync_totals *totals, struct error *error)
{
    static const struct id no_device = {""};
    struct sync_totals part;
    struct sync_options options = {.server_url = config_text(config, "server"),
                                   .ca_file = config_text(config, "ca-file"),
                                   .client_cert = config_text(config, "client-cert"),
                                   .client_key = config_text(config, "client-key"),
                                   .catalogue_path = agent->catalogue_path,
                                   .key_file = agent->key_path,
                                   .escrow_pinned = config_text(config, "escrow-key") != NULL,
                                   .policy = guichet_policy(config),
                                   .link = link};
    int code;

    if (store_file_is_provider(agent->store_path))
        return error_set(error, ERROR_REFUSED,
                         "%s signs in with the organisation's account: on the screen only",
                         agent->login);
    code = link_sign_in(link, agent->login, agent->password, &no_device, error);
    if (code == 0 && agent->key != NULL)
        code = link_store_set(link, agent->store_path, agent->key, error);
    if (code != 0)
        return code;
    code = sync_once(&options, &part, error);
    add_totals(totals, &part);
    return link_wipe_get(link) ? erase(agent, link, code, error) : code;
}

/* A first sign-in here tells who the agent is, so that the store can be made. */
static int make_store(struct command_agent *agent, struct link *link, struct error *error)
{
    struct record *record = NULL;
    char message[ERROR_MESSAGE_SIZE];
    int code = 0;

    if (link_sign_in_state(link, &record, message) != SIGN_IN_ACCEPTED || record == NULL)
        code = error_set(error, ERROR_REFUSED, "not signed in: %s", message);
    else
        code = command_agent_create(agent, &record->id, error);
    record_free(record);
    return code;
}

static int synchronise(struct command_agent *agent, const struct config *config,
                       struct sync_totals *totals, struct error *error)
{
    struct link *link = NULL;
    int code = link_new(&link, error);

    if (code != 0)
        return code;
    bool first = agent->key == NULL;
    code = carry(agent, config, link, totals, error);
    if (code == 0 && first) {
        code = make_store(agent, link, error);
        if (code == 0)
            code = carry(agent, config, link, totals, error);
    }
    link_free(link);
    return code;
}

/* How many operations still wait; -1 when the store cannot tell. */
static int64_t count_waiting(const struct command_agent *agent)
{
    struct store *store = NULL;
    int64_t count = -1;

    if (agent->key == NULL || store_open(&store, agent->store_path, agent->key, NULL) != 0)
        return -1;
    count = store_outbox_count(store, NULL);
    store_close(store);
    return count;
}

static void print_json(const struct sync_totals *totals, int64_t waiting, const struct error *error)
{
    json_t *document = json_pack(
        "{s:{s:I, s:I, s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I}, s:I, s:I}", "sent", "operations",
        (json_int_t)totals->operations_sent, "applied", (json_int_t)totals->applied, "repeated",
        (json_int_t)totals->repeated, "refused", (json_int_t)totals->refused, "conflicts",
        (json_int_t)totals->conflicts, "bytes", (json_int_t)totals->bytes_sent, "received", "desk",
        (json_int_t)totals->work_records, "catalogue", (json_int_t)totals->catalogue_records,
        "bytes", (json_int_t)totals->bytes_received, "exchanges", (json_int_t)totals->exchanges,
        "waiting", (json_int_t)waiting);

    if (document != NULL && error->code != 0)
        (void)json_object_set_new(document, "error",
                                  json_pack("{s:s, s:s}", "code", error_code_name(error->code),
                                            "message", error->message));
    command_print_json(document);
    json_decref(document);
}

static void print_text(const struct sync_totals *totals, int64_t waiting)
{
    (void)printf("sent %" PRId64 " operations: %" PRId64 " applied, %" PRId64
                 " known already, %" PRId64 " refused, %" PRId64 " in conflict\n",
                 totals->operations_sent, totals->applied, totals->repeated, totals->refused,
                 totals->conflicts);
    (void)printf("received %" PRId64 " records of the desk, %" PRId64 " of the catalogue\n",
                 totals->work_records, totals->catalogue_records);
    (void)printf("%" PRId64 " exchanges, %" PRId64 " bytes sent, %" PRId64 " received\n",
                 totals->exchanges, totals->bytes_sent, totals->bytes_received);
    if (waiting > 0)
        (void)printf("%" PRId64 " operations still wait\n", waiting);
}

int command_sync_run(const struct config *config)
{
    struct command_agent agent = {0};
    struct sync_totals totals = {0};
    struct error error = ERROR_INIT;
    int status = COMMAND_OK;

    (void)signal(SIGPIPE, SIG_IGN);
    int code = command_agent_begin(&agent, config, &error);
    if (code == 0) {
        code = synchronise(&agent, config, &totals, &error);
        if (config_switch(config, "json"))
            print_json(&totals, count_waiting(&agent), &error);
        else
            print_text(&totals, count_waiting(&agent));
    }
    if (code != 0)
        status = command_complain(&error);
    command_agent_end(&agent);
    return status;
}

int command_sync(int argc, char **argv)
{
    return command_agent_main(argc, argv, command_sync_run);
}
