#include "tests/unit/real_terminal.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/link_sign_in.h"
#include "tests/unit/real_server.h"
#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"

int64_t now_ms(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void pause_ms(int ms)
{
    (void)poll(NULL, 0, ms);
}

void terminal_begin(struct terminal *terminal, const char *login, int port)
{
    memset(terminal, 0, sizeof *terminal);
    (void)strcpy(terminal->directory, "/tmp/guichet-terminal-XXXXXX");
    assert_non_null(mkdtemp(terminal->directory));
    (void)snprintf(terminal->store_path, sizeof terminal->store_path, "%s/agents/%s.db",
                   terminal->directory, login);
    (void)snprintf(terminal->catalogue_path, sizeof terminal->catalogue_path, "%s/catalogue.db",
                   terminal->directory);
    (void)snprintf(terminal->key_path, sizeof terminal->key_path, "%s/terminal.pem",
                   terminal->directory);
    (void)snprintf(terminal->url, sizeof terminal->url, "http://127.0.0.1:%d", port);
    terminal->login = login;
    clock_init(&terminal->clock, clock_system, NULL);
    assert_int_equal(seal_start(NULL), 0);
    assert_int_equal(link_new(&terminal->link, NULL), 0);
}

struct sync_options options_of(const struct terminal *terminal)
{
    return (struct sync_options){.server_url = terminal->url,
                                 .catalogue_path = terminal->catalogue_path,
                                 .key_file = terminal->key_path,
                                 .link = terminal->link};
}

/* Makes and opens the store of the agent that the link was told of. */
void terminal_make_store(struct terminal *terminal)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    char command[256];
    struct record *agent = NULL;

    assert_int_equal(link_sign_in_state(terminal->link, &agent, NULL), SIGN_IN_ACCEPTED);
    assert_non_null(agent);
    (void)snprintf(command, sizeof command, "mkdir -p '%s/agents'", terminal->directory);
    assert_int_equal(system(command), 0);
    terminal->key = seal_key_new();
    assert_int_equal(seal_key_wrap(terminal->key, REAL_SERVER_PASSWORD, wrapped, NULL), 0);
    assert_int_equal(store_create(terminal->store_path, &agent->id, terminal->key, wrapped, NULL),
                     0);
    assert_int_equal(store_open(&terminal->store, terminal->store_path, terminal->key, NULL), 0);
    assert_int_equal(link_store_set(terminal->link, terminal->store_path, terminal->key, NULL), 0);
    record_free(agent);
}

void terminal_sign_in(struct terminal *terminal, const char *password)
{
    static const struct id none = {""};

    assert_int_equal(link_sign_in(terminal->link, terminal->login, password, &none, NULL), 0);
}

/* Starts the thread, signs in and makes the store. */
void terminal_start(struct terminal *terminal)
{
    struct sync_options options = options_of(terminal);
    int64_t start = now_ms();

    assert_int_equal(sync_start(&terminal->sync, &options, NULL), 0);
    terminal_sign_in(terminal, REAL_SERVER_PASSWORD);
    while (link_sign_in_state(terminal->link, NULL, NULL) == SIGN_IN_ASKED &&
           now_ms() - start < 20000)
        pause_ms(5);
    terminal_make_store(terminal);
}

void terminal_end(struct terminal *terminal)
{
    sync_stop(terminal->sync);
    store_close(terminal->store);
    seal_key_free(terminal->key);
    link_free(terminal->link);
    assert_int_equal(remove_folder(terminal->directory), 0);
}

void terminal_apply(struct terminal *terminal, enum operation_kind kind, enum record_type type,
                    const struct id *record, const char *body)
{
    struct operation *operation = operation_new(kind, type, record);
    struct error error = ERROR_INIT;

    assert_non_null(operation);
    operation->id = id_generate(&terminal->ids, clock_system(NULL));
    operation->agent = *store_agent(terminal->store);
    operation->device = *store_device(terminal->store);
    operation->moment = clock_next(&terminal->clock);
    json_decref(operation->body);
    operation->body = json_loads(body, 0, NULL);
    assert_non_null(operation->body);
    if (store_apply(terminal->store, &operation, 1, NULL, &error) != 0)
        fail_msg("%s", error.message);
    operation_free(operation);
    link_sync_ring(terminal->link);
}

struct id terminal_client(struct terminal *terminal, int number)
{
    struct id id = id_generate(&terminal->ids, clock_system(NULL));
    char body[256];

    (void)snprintf(body, sizeof body,
                   "{\"kind\":\"person\",\"name\":\"%s %d\",\"office\":\"sample/quebec\"}",
                   terminal->login, number);
    terminal_apply(terminal, OPERATION_APPEND, RECORD_CLIENT, &id, body);
    return id;
}

void terminal_change(struct terminal *terminal, const struct id *client, int number)
{
    char body[64];

    (void)snprintf(body, sizeof body, "{\"phone\":\"418-555-%04d\"}", number);
    terminal_apply(terminal, OPERATION_FIELDS, RECORD_CLIENT, client, body);
}

/* --- what is looked at
 * ---------------------------------------------------------------------------- */

static int count_record(void *context, const struct record *record, enum store_pending pending)
{
    struct tally *tally = context;

    tally->count++;
    tally->revs += record->rev;
    tally->unsettled += pending != STORE_SETTLED ? 1 : 0;
    if (tally->length < sizeof tally->digest - 64)
        tally->length += (size_t)snprintf(tally->digest + tally->length, 64, "%s %lld\n",
                                          record->id.text, (long long)record->rev);
    return 0;
}

struct tally *take_tally(struct store *store, enum record_type type)
{
    struct tally *tally = calloc(1, sizeof *tally);
    struct store_query query = {.type = type};

    assert_non_null(tally);
    assert_int_equal(store_each(store, &query, count_record, tally, NULL), 0);
    return tally;
}

bool holds(struct store *store, int count, int64_t revs)
{
    struct tally *tally = take_tally(store, RECORD_CLIENT);
    bool same = tally->count == count && tally->revs == revs && tally->unsettled == 0;

    free(tally);
    return same;
}

/* Waits until the outbox is empty and the store holds so many clients with so many revs. */
void wait_for(struct terminal *terminal, int count, int64_t revs)
{
    int64_t start = now_ms();

    while (store_outbox_count(terminal->store, NULL) != 0 || !holds(terminal->store, count, revs)) {
        if (now_ms() - start > 120000) {
            struct link_status status;
            struct tally *tally = take_tally(terminal->store, RECORD_CLIENT);
            link_status_get(terminal->link, &status);
            fail_msg("%s: %lld wait, %d clients with %lld revs (%d not settled), link %d \"%s\"",
                     terminal->login, (long long)store_outbox_count(terminal->store, NULL),
                     tally->count, (long long)tally->revs, tally->unsettled, status.state,
                     status.message);
        }
        link_sync_ring(terminal->link);
        pause_ms(50);
    }
}
