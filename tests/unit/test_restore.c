/* Real programs whose files are no longer what they were: a server restored from an older copy, a
 * terminal restored from an older disk image, a terminal copied to a second machine, and versions
 * that are too far apart. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/http_client.h"
#include "tests/unit/real_server.h"
#include "tests/unit/real_terminal.h"

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
    char command[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_int_equal(system(command), 0);
}

/* --- notices ---------------------------------------------------------------------------------- */

struct notices {
    int count[STORE_NOTICE_KEY_TAKEN_BACK + 1]; /* by kind */
    int64_t operations;
};

static void see_notice(void *context, const struct store_notice *notice)
{
    struct notices *notices = context;

    notices->count[notice->kind]++;
    notices->operations += notice->count;
    assert_true(notice->at_ms > 0);
}

static struct notices notices_of(struct terminal *terminal)
{
    struct notices notices = {0};

    assert_int_equal(store_notice_each(terminal->store, see_notice, &notices, NULL), 0);
    return notices;
}

static void wait_notice(struct terminal *terminal, enum store_notice_kind kind)
{
    for (int64_t start = now_ms(); notices_of(terminal).count[kind] == 0; pause_ms(50)) {
        if (now_ms() - start > 120000)
            fail_msg("%s is not told: %s", terminal->login, store_notice_name(kind));
        link_sync_ring(terminal->link);
    }
}

/* --- the server ------------------------------------------------------------------------------- */

static void server_save(const struct real_server *server)
{
    run("rm -rf '%s/saved' && mkdir '%s/saved'", server->directory, server->directory);
    run("cp '%s'/*.db* '%s/saved/'", server->directory, server->directory);
}

static void server_restore(const struct real_server *server)
{
    run("cd '%s' && rm -f *.db* && cp '%s'/saved/* .", server->directory, server->directory);
}

static void a_restored_server_gets_back_what_it_lost(void **state)
{
    struct real_server server;
    struct terminal first, second;

    (void)state;
    real_server_begin(&server);
    terminal_begin(&first, "alice", server.port);
    terminal_start(&first);
    (void)terminal_client(&first, 1);
    wait_for(&first, 1, 1);
    real_server_kill(&server);
    server_save(&server);
    real_server_restart(&server);

    struct id second_client = terminal_client(&first, 2);
    terminal_change(&first, &second_client, 2);
    wait_for(&first, 2, 3);
    real_server_kill(&server);
    (void)terminal_client(&first, 3); /* unsent when the server comes back */
    server_restore(&server);
    real_server_restart(&server);
    /* Others work on it before the first terminal comes: its numbers are given a second time. */
    terminal_begin(&second, "bernard", server.port);
    terminal_start(&second);
    for (int number = 1; number <= 6; number++)
        (void)terminal_client(&second, number);

    wait_notice(&first, STORE_NOTICE_SERVER_RESTORED);
    wait_for(&first, 9, 10);
    wait_for(&second, 9, 10);
    assert_int_equal(notices_of(&first).count[STORE_NOTICE_SERVER_RESTORED], 1);
    assert_true(notices_of(&first).operations >= 2);
    assert_int_equal(notices_of(&second).count[STORE_NOTICE_SERVER_RESTORED], 0);
    assert_int_equal(store_refusal_count(first.store, NULL), 0);
    terminal_end(&first);
    terminal_end(&second);
    real_server_end(&server);
}

/* A server that only restarts is the same: nobody reads anything again. */
static void a_restarted_server_is_the_same(void **state)
{
    struct real_server server;
    struct terminal terminal;
    struct sync_totals totals;

    (void)state;
    real_server_begin(&server);
    terminal_begin(&terminal, "alice", server.port);
    terminal_start(&terminal);
    for (int number = 1; number <= 3; number++) {
        (void)terminal_client(&terminal, number);
        wait_for(&terminal, number, number);
        real_server_kill(&server);
        real_server_restart(&server);
    }
    sync_stop(terminal.sync);
    terminal.sync = NULL;
    struct sync_options options = options_of(&terminal);
    terminal_sign_in(&terminal, REAL_SERVER_PASSWORD);
    assert_int_equal(sync_once(&options, &totals, NULL), 0); /* reads what was just written */
    terminal_sign_in(&terminal, REAL_SERVER_PASSWORD);
    assert_int_equal(sync_once(&options, &totals, NULL), 0);
    assert_int_equal(totals.work_records + totals.catalogue_records, 0);
    assert_int_equal(notices_of(&terminal).count[STORE_NOTICE_SERVER_RESTORED], 0);
    terminal_end(&terminal);
    real_server_end(&server);
}

/* --- terminals -------------------------------------------------------------------------------- */

static void terminal_halt(struct terminal *terminal)
{
    sync_stop(terminal->sync);
    terminal->sync = NULL;
    store_close(terminal->store);
    terminal->store = NULL;
}

/* Goes on with the files that are there. */
static void terminal_resume(struct terminal *terminal)
{
    struct sync_options options = options_of(terminal);

    assert_int_equal(store_open(&terminal->store, terminal->store_path, terminal->key, NULL), 0);
    assert_int_equal(sync_start(&terminal->sync, &options, NULL), 0);
    terminal_sign_in(terminal, REAL_SERVER_PASSWORD);
    assert_int_equal(link_store_set(terminal->link, terminal->store_path, terminal->key, NULL), 0);
}

static void an_older_disk_image_of_a_terminal_goes_on(void **state)
{
    struct real_server server;
    struct terminal terminal;

    (void)state;
    real_server_begin(&server);
    terminal_begin(&terminal, "alice", server.port);
    terminal_start(&terminal);
    (void)terminal_client(&terminal, 1);
    wait_for(&terminal, 1, 1);
    struct id device = *store_device(terminal.store);
    /* The image is taken while two wait, which are then sent. */
    terminal_halt(&terminal);
    assert_int_equal(store_open(&terminal.store, terminal.store_path, terminal.key, NULL), 0);
    struct id kept = terminal_client(&terminal, 2);
    terminal_change(&terminal, &kept, 2);
    store_close(terminal.store);
    run("cp -a '%s/agents' '%s/image'", terminal.directory, terminal.directory);
    terminal_resume(&terminal);
    wait_for(&terminal, 2, 3);
    (void)terminal_client(&terminal, 3); /* after the image: only the server has it */
    wait_for(&terminal, 3, 4);

    terminal_halt(&terminal);
    run("cd '%s' && rm -rf agents && mv '%s/image' agents", terminal.directory, terminal.directory);
    terminal_resume(&terminal);
    (void)terminal_client(&terminal, 4);
    wait_notice(&terminal, STORE_NOTICE_DEVICE_RENEWED);
    wait_for(&terminal, 4, 5);
    assert_int_equal(store_refusal_count(terminal.store, NULL), 0);
    assert_int_equal(notices_of(&terminal).count[STORE_NOTICE_DEVICE_RENEWED], 1);
    store_close(terminal.store);
    assert_int_equal(store_open(&terminal.store, terminal.store_path, terminal.key, NULL), 0);
    assert_string_not_equal(store_device(terminal.store)->text, device.text);
    terminal_end(&terminal);
    real_server_end(&server);
}

/* Both work on at once; each one's work arrives once, one takes another name, both are told. */
static void a_terminal_copied_to_a_second_machine_is_told(void **state)
{
    struct real_server server;
    struct terminal original, copy;

    (void)state;
    real_server_begin(&server);
    terminal_begin(&original, "alice", server.port);
    terminal_start(&original);
    (void)terminal_client(&original, 1);
    wait_for(&original, 1, 1);
    terminal_halt(&original);
    terminal_begin(&copy, "alice", server.port);
    run("cp -a '%s/agents' '%s/'", original.directory, copy.directory);
    copy.key = seal_key_copy(original.key);
    terminal_resume(&original);
    (void)terminal_client(&original, 2);
    wait_for(&original, 2, 2);
    terminal_resume(&copy);
    (void)terminal_client(&copy, 3);
    wait_notice(&copy, STORE_NOTICE_DEVICE_RENEWED);
    (void)terminal_client(&original, 4);
    wait_notice(&original, STORE_NOTICE_DEVICE_COPIED);
    (void)terminal_client(&copy, 5);
    wait_for(&original, 5, 5);
    wait_for(&copy, 5, 5);
    assert_int_equal(store_refusal_count(original.store, NULL), 0);
    assert_int_equal(store_refusal_count(copy.store, NULL), 0);
    /* And that is the end of it. */
    assert_int_equal(notices_of(&copy).count[STORE_NOTICE_DEVICE_RENEWED], 1);
    assert_int_equal(notices_of(&original).count[STORE_NOTICE_DEVICE_RENEWED], 0);
    assert_int_equal(notices_of(&original).count[STORE_NOTICE_DEVICE_COPIED], 1);
    terminal_end(&original);
    terminal_end(&copy);
    real_server_end(&server);
}

/* --- versions --------------------------------------------------------------------------------- */

/* The status of a sign-in that says it speaks this version; `code` receives the problem's. */
static int sign_in_as(const struct real_server *server, const char *version, char code[64])
{
    struct http_client_options options = http_client_default_options;
    struct http_client *client = NULL;
    struct http_reply reply;
    char url[64], body[256];
    int status;

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", server->port);
    options.base_url = url;
    (void)snprintf(body, sizeof body,
                   "{\"login\":\"alice\",\"password\":\"%s\",\"future\":{\"x\":1}%s%s%s}",
                   REAL_SERVER_PASSWORD, *version != '\0' ? ",\"protocol\":\"" : "", version,
                   *version != '\0' ? "\"" : "");
    assert_int_equal(http_client_new(&client, &options, NULL), 0);
    struct http_request request = {.method = "POST",
                                   .path = "/v1/login",
                                   .body = body,
                                   .body_length = strlen(body),
                                   .body_type = "application/json",
                                   .accept = "application/json"};
    assert_int_equal(http_client_call(client, &request, &reply, NULL), 0);
    status = reply.status;
    json_t *document = json_loadb(reply.body, reply.length, 0, NULL);
    (void)snprintf(code, 64, "%s", json_text_or(document, "code", ""));
    if (status == 200)
        assert_string_equal(json_text_or(document, "protocol", ""), "1.1");
    json_decref(document);
    http_reply_clear(&reply);
    http_client_free(client);
    return status;
}

static void versions_that_are_too_far_apart_are_told(void **state)
{
    struct real_server server;
    char code[64];

    (void)state;
    real_server_begin(&server);
    assert_int_equal(sign_in_as(&server, "", code), 200); /* from before there were versions */
    assert_int_equal(sign_in_as(&server, "1.1", code), 200);
    assert_int_equal(sign_in_as(&server, "1.99", code), 200);
    assert_int_equal(sign_in_as(&server, "0.7", code), 200); /* one major before */
    assert_int_equal(sign_in_as(&server, "2.0", code), 426);
    assert_string_equal(code, "protocol");
    assert_int_equal(sign_in_as(&server, "nonsense", code), 400);
    real_server_end(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restored_server_gets_back_what_it_lost),
        cmocka_unit_test(a_restarted_server_is_the_same),
        cmocka_unit_test(an_older_disk_image_of_a_terminal_goes_on),
        cmocka_unit_test(a_terminal_copied_to_a_second_machine_is_told),
        cmocka_unit_test(versions_that_are_too_far_apart_are_told),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("restore", tests, NULL, NULL);
}
