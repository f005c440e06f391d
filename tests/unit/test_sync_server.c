/* Sync between real programs: a real guichetd, a real network that is treated badly. */
#include "net/sync.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/catalogue.h"
#include "app/link_sign_in.h"
#include "app/main/command_sync.h"
#include "app/store.h"
#include "tests/unit/real_server.h"
#include "tests/unit/real_terminal.h"
#include "tests/unit/unit.h"

static void assert_same(struct store *left, struct store *right)
{
    struct tally *first = take_tally(left, RECORD_CLIENT);
    struct tally *second = take_tally(right, RECORD_CLIENT);

    assert_string_equal(first->digest, second->digest);
    free(first);
    free(second);
}

/* --- once
 * --------------------------------------------------------------------------------------------- */

static void a_first_sync_brings_the_catalogue_and_a_second_nothing(void **state)
{
    struct real_server server;
    struct terminal terminal;
    struct sync_totals totals;
    struct catalogue *catalogue = NULL;

    (void)state;
    real_server_begin(&server);
    terminal_begin(&terminal, "alice", server.port);
    struct sync_options options = options_of(&terminal);
    terminal_sign_in(&terminal, REAL_SERVER_PASSWORD);
    assert_int_equal(sync_once(&options, &totals, NULL), 0);
    assert_true(totals.catalogue_records > 60);
    assert_int_equal(catalogue_open(&catalogue, terminal.catalogue_path, false, NULL), 0);
    assert_int_equal(catalogue_count(catalogue, RECORD_NONE, NULL), totals.catalogue_records);
    catalogue_close(catalogue);

    terminal_make_store(&terminal);
    struct id client = terminal_client(&terminal, 1);
    terminal_change(&terminal, &client, 1);
    terminal_sign_in(&terminal, REAL_SERVER_PASSWORD);
    assert_int_equal(sync_once(&options, &totals, NULL), 0);
    assert_int_equal(totals.catalogue_records, 0);
    assert_int_equal(totals.applied, 2);
    assert_int_equal(totals.repeated + totals.refused, 0);

    terminal_sign_in(&terminal, REAL_SERVER_PASSWORD);
    assert_int_equal(sync_once(&options, &totals, NULL), 0);
    assert_int_equal(totals.operations_sent, 0);
    assert_true(holds(terminal.store, 1, 2));
    terminal_end(&terminal);
    real_server_end(&server);
}

static void a_wrong_password_is_refused_and_said(void **state)
{
    struct real_server server;
    struct terminal terminal;
    struct sync_totals totals;
    struct error error = ERROR_INIT;

    (void)state;
    real_server_begin(&server);
    terminal_begin(&terminal, "alice", server.port);
    struct sync_options options = options_of(&terminal);
    terminal_sign_in(&terminal, "wrong");
    assert_int_equal(sync_once(&options, &totals, &error), ERROR_REFUSED);
    assert_int_equal(totals.exchanges, 1);
    assert_true(strlen(error.message) > 10);
    assert_int_equal(link_sign_in_state(terminal.link, NULL, NULL), SIGN_IN_REFUSED);
    terminal_end(&terminal);
    real_server_end(&server);
}

static int sync_by(struct terminal *terminal, const char *ca_file, struct error *error)
{
    struct sync_options options = options_of(terminal);

    options.ca_file = ca_file;
    terminal_sign_in(terminal, REAL_SERVER_PASSWORD);
    return sync_once(&options, NULL, error);
}

static void only_the_pinned_authority_is_trusted(void **state)
{
    struct real_server server;
    struct terminal terminal;
    struct error error = ERROR_INIT;
    char mine[128];
    char other[128];

    (void)state;
    if (system("openssl version >/dev/null 2>&1") != 0) {
        print_message("openssl is not there to make a certificate\n");
        skip();
    }
    real_server_begin(&server);
    (void)snprintf(mine, sizeof mine, "%s/certificate.pem", server.directory);
    (void)snprintf(other, sizeof other, "%s/other.pem", server.directory);
    real_server_kill(&server);
    real_server_restart_tls(&server);
    assert_int_equal(rename(mine, other), 0);
    real_server_kill(&server);
    real_server_restart_tls(&server);
    terminal_begin(&terminal, "alice", server.port);
    (void)snprintf(terminal.url, sizeof terminal.url, "https://127.0.0.1:%d", server.port);
    assert_int_equal(sync_by(&terminal, mine, NULL), 0);
    assert_int_equal(sync_by(&terminal, other, &error), ERROR_REFUSED);
    assert_non_null(strstr(error.message, "certificate is not trusted"));
    assert_int_equal(sync_by(&terminal, NULL, &error), ERROR_REFUSED);
    (void)snprintf(terminal.url, sizeof terminal.url, "https://localhost:%d", server.port);
    assert_int_equal(sync_by(&terminal, mine, &error), ERROR_REFUSED);
    terminal_end(&terminal);
    real_server_end(&server);
}

/* --- the thread
 * ------------------------------------------------------------------------------------- */

static void the_bell_brings_what_another_wrote(void **state)
{
    struct real_server server;
    struct terminal alice;
    struct terminal bernard;

    (void)state;
    real_server_begin(&server);
    terminal_begin(&alice, "alice", server.port);
    terminal_begin(&bernard, "bernard", server.port);
    terminal_start(&alice);
    terminal_start(&bernard);
    (void)terminal_client(&alice, 0);
    wait_for(&alice, 1, 1);
    wait_for(&bernard, 1, 1);
    int64_t start = now_ms();
    for (int round = 0; round < 10; round++) {
        (void)terminal_client(&alice, round + 1);
        while (!holds(bernard.store, round + 2, round + 2) && now_ms() - start < 20000)
            pause_ms(1);
    }
    int64_t each = (now_ms() - start) / 10;
    print_message("from one terminal to the other: %lld ms\n", (long long)each);
    assert_true(each < 1000);
    /* Stopping does not wait for the long poll. */
    start = now_ms();
    sync_stop(alice.sync);
    alice.sync = NULL;
    assert_true(now_ms() - start < 1000);
    terminal_end(&alice);
    terminal_end(&bernard);
    real_server_end(&server);
}

#define CLIENTS 30

/* One agent's work: clients made, each changed twice, with a pause now and then. */
static void *work(void *argument)
{
    struct terminal *terminal = argument;

    for (int number = 0; number < CLIENTS; number++) {
        struct id client = terminal_client(terminal, number);
        terminal_change(terminal, &client, number);
        pause_ms(number % 7 * 10);
        terminal_change(terminal, &client, number + 1);
    }
    return NULL;
}

/* Two agents work while `harm` is done; everything is there once at both and at a third. */
static void work_under(void (*harm)(struct real_server *server, struct fault_proxy *proxy,
                                    int round),
                       int rounds, uint64_t seed)
{
    struct real_server server;
    struct fault_proxy proxy;
    struct terminal terminals[2];
    struct terminal fresh;
    pthread_t threads[2];
    static const char *const logins[] = {"alice", "bernard"};

    real_server_begin(&server);
    fault_proxy_begin(&proxy, server.port, seed);
    for (int index = 0; index < 2; index++) {
        terminal_begin(&terminals[index], logins[index], proxy.port);
        terminal_start(&terminals[index]);
    }
    for (int index = 0; index < 2; index++)
        assert_int_equal(pthread_create(&threads[index], NULL, work, &terminals[index]), 0);
    for (int round = 0; round < rounds; round++) {
        harm(&server, &proxy, round);
        for (int index = 0; index < 2; index++)
            link_sync_ring(terminals[index].link);
        pause_ms(60);
    }
    fault_proxy_tell(&proxy, "pass");
    fault_proxy_tell(&proxy, "kill");
    if (server.process == 0)
        real_server_restart(&server);
    for (int index = 0; index < 2; index++)
        assert_int_equal(pthread_join(threads[index], NULL), 0);
    for (int index = 0; index < 2; index++)
        wait_for(&terminals[index], 2 * CLIENTS, 2 * CLIENTS * 3);
    assert_same(terminals[0].store, terminals[1].store);
    for (int index = 0; index < 2; index++)
        assert_int_equal(store_refusal_count(terminals[index].store, NULL), 0);

    terminal_begin(&fresh, "alice", server.port);
    terminal_start(&fresh);
    wait_for(&fresh, 2 * CLIENTS, 2 * CLIENTS * 3);
    assert_same(terminals[0].store, fresh.store);
    terminal_end(&fresh);
    terminal_end(&terminals[0]);
    terminal_end(&terminals[1]);
    fault_proxy_end(&proxy);
    real_server_end(&server);
}

static void cut_at_random(struct real_server *server, struct fault_proxy *proxy, int round)
{
    (void)server;
    fault_proxy_tell(proxy, "random 70");
    if (round % 2 == 0)
        fault_proxy_tell(proxy, "kill");
}

static void everything_arrives_once_whatever_is_cut(void **state)
{
    const char *seeds = getenv("GUICHET_SYNC_SEEDS"); /* how many; one unless said */

    (void)state;
    for (uint64_t seed = 1; seed <= (seeds == NULL ? 1 : strtoull(seeds, NULL, 10)); seed++)
        work_under(cut_at_random, 60, seed);
}

/* The request arrives, is applied, and its answer never comes: again and again. */
static void cut_answers(struct real_server *server, struct fault_proxy *proxy, int round)
{
    (void)server;
    fault_proxy_tell(proxy, "cut down %d", round * 13 % 400);
    fault_proxy_tell(proxy, "kill");
}

static void lost_answers_repeat_nothing(void **state)
{
    (void)state;
    work_under(cut_answers, 60, 4);
}

/* The same, closely watched: each answer is cut a little later than the one before it. */
static void an_answer_that_was_lost_is_given_again(void **state)
{
    struct real_server server;
    struct fault_proxy proxy;
    struct terminal terminal;
    struct sync_totals totals;
    int64_t applied = 0;
    int64_t repeated = 0;

    (void)state;
    real_server_begin(&server);
    fault_proxy_begin(&proxy, server.port, 8);
    terminal_begin(&terminal, "alice", proxy.port);
    struct sync_options options = options_of(&terminal);
    terminal_sign_in(&terminal, REAL_SERVER_PASSWORD);
    assert_int_equal(sync_once(&options, &totals, NULL), 0);
    terminal_make_store(&terminal);
    struct id client = terminal_client(&terminal, 1);
    for (int number = 0; number < 5; number++)
        terminal_change(&terminal, &client, number);
    for (int cut = 400; store_outbox_count(terminal.store, NULL) > 0; cut += 60) {
        struct error error = ERROR_INIT;
        assert_true(cut < 6000);
        fault_proxy_tell(&proxy, "cut down %d", cut);
        terminal_sign_in(&terminal, REAL_SERVER_PASSWORD);
        int code = sync_once(&options, &totals, &error);
        if (code != 0 && code != ERROR_OFFLINE)
            fail_msg("cut after %d: %s", cut, error.message);
        applied += totals.applied;
        repeated += totals.repeated;
    }
    assert_int_equal(applied, 0);
    assert_int_equal(repeated, 6);
    fault_proxy_tell(&proxy, "pass");
    terminal_sign_in(&terminal, REAL_SERVER_PASSWORD);
    assert_int_equal(sync_once(&options, &totals, NULL), 0);
    assert_true(holds(terminal.store, 1, 6));
    terminal_end(&terminal);
    fault_proxy_end(&proxy);
    real_server_end(&server);
}

static void kill_server(struct real_server *server, struct fault_proxy *proxy, int round)
{
    (void)proxy;
    if (round % 6 == 0)
        real_server_kill(server);
    if (round % 6 == 2)
        real_server_restart(server);
}

static void a_killed_server_loses_and_doubles_nothing(void **state)
{
    (void)state;
    work_under(kill_server, 42, 5);
}

/* --- a terminal that is killed
 * ------------------------------------------------------------------------ */

static pid_t start_command(const struct terminal *terminal, const char *password_file)
{
    pid_t process = fork();

    assert_true(process >= 0);
    if (process == 0) {
        char server[80];
        char directory[96];
        char password[160];
        char name[] = "sync";
        char agent[] = "--agent=alice";
        char *arguments[] = {name, server, directory, password, agent, NULL};
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(nowhere, STDOUT_FILENO);
        (void)dup2(nowhere, STDERR_FILENO);
        (void)snprintf(server, sizeof server, "--server=%s", terminal->url);
        (void)snprintf(directory, sizeof directory, "--data-directory=%s", terminal->directory);
        (void)snprintf(password, sizeof password, "--password-file=%s", password_file);
        _exit(command_sync(5, arguments));
    }
    return process;
}

static void a_killed_terminal_resumes(void **state)
{
    struct real_server server;
    struct fault_proxy proxy;
    struct terminal terminal;
    struct sync_totals totals;
    char password_file[128];
    int status = -1;

    (void)state;
    real_server_begin(&server);
    fault_proxy_begin(&proxy, server.port, 6);
    terminal_begin(&terminal, "alice", proxy.port);
    (void)snprintf(password_file, sizeof password_file, "%s/password", terminal.directory);
    FILE *file = fopen(password_file, "w");
    assert_non_null(file);
    (void)fputs(REAL_SERVER_PASSWORD "\n", file);
    (void)fclose(file);
    struct sync_options options = options_of(&terminal);
    terminal_sign_in(&terminal, REAL_SERVER_PASSWORD);
    assert_int_equal(sync_once(&options, &totals, NULL), 0);
    terminal_make_store(&terminal);
    (void)work(&terminal);
    fault_proxy_tell(&proxy, "delay 20");
    for (int round = 0; round < 25; round++) {
        pid_t process = start_command(&terminal, password_file);
        pause_ms(120 + round * 12);
        (void)kill(process, SIGKILL);
        assert_int_equal(waitpid(process, &status, 0), process);
    }
    fault_proxy_tell(&proxy, "pass");
    pid_t process = start_command(&terminal, password_file);
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_int_equal(status, 0);
    assert_int_equal(store_outbox_count(terminal.store, NULL), 0);
    assert_true(holds(terminal.store, CLIENTS, CLIENTS * 3));
    terminal_end(&terminal);
    fault_proxy_end(&proxy);
    real_server_end(&server);
}

/* --- refusals and another database
 * ----------------------------------------------------------------- */

static void of_two_claims_made_offline_one_is_refused(void **state)
{
    struct real_server server;
    struct fault_proxy proxy;
    struct terminal terminals[2];
    static const char *const logins[] = {"alice", "bernard"};
    char body[512];
    int64_t refused = 0;

    (void)state;
    real_server_begin(&server);
    fault_proxy_begin(&proxy, server.port, 7);
    for (int index = 0; index < 2; index++) {
        terminal_begin(&terminals[index], logins[index], proxy.port);
        terminal_start(&terminals[index]);
    }
    struct id matter = id_generate(&terminals[0].ids, clock_system(NULL));
    (void)snprintf(body, sizeof body,
                   "{\"reference\":\"C-1\",\"office\":\"sample/quebec\",\"status\":\"received\","
                   "\"opened_at\":\"2026-11-24T10:00:00.000Z\",\"opened_by\":\"%s\"}",
                   store_agent(terminals[0].store)->text);
    terminal_apply(&terminals[0], OPERATION_APPEND, RECORD_CASE, &matter, body);
    struct record *record = NULL;
    for (int64_t start = now_ms();
         store_get(terminals[1].store, RECORD_CASE, &matter, &record, NULL, NULL) != 0;) {
        assert_true(now_ms() - start < 20000);
        pause_ms(10);
    }
    record_free(record);
    fault_proxy_tell(&proxy, "refuse");
    fault_proxy_tell(&proxy, "kill");
    for (int index = 0; index < 2; index++) {
        (void)snprintf(body, sizeof body, "{\"assignee\":\"%s\"}",
                       store_agent(terminals[index].store)->text);
        terminal_apply(&terminals[index], OPERATION_CLAIM, RECORD_CASE, &matter, body);
        (void)terminal_client(&terminals[index], index); /* behind it, and not held up */
    }
    pause_ms(300);
    for (int index = 0; index < 2; index++) {
        struct link_status status;
        link_status_get(terminals[index].link, &status);
        assert_int_equal(status.state, LINK_OFFLINE);
        assert_true(status.message[0] != '\0');
        assert_int_equal(store_outbox_count(terminals[index].store, NULL), 2);
    }
    fault_proxy_tell(&proxy, "pass");
    for (int index = 0; index < 2; index++) {
        wait_for(&terminals[index], 2, 2);
        refused += store_refusal_count(terminals[index].store, NULL);
    }
    assert_int_equal(refused, 1);
    terminal_end(&terminals[0]);
    terminal_end(&terminals[1]);
    fault_proxy_end(&proxy);
    real_server_end(&server);
}

static void another_database_gets_what_waits(void **state)
{
    struct real_server server;
    struct terminal terminal;
    struct catalogue *catalogue = NULL;

    (void)state;
    real_server_begin(&server);
    terminal_begin(&terminal, "alice", server.port);
    terminal_start(&terminal);
    (void)terminal_client(&terminal, 1);
    wait_for(&terminal, 1, 1);
    real_server_kill(&server);
    struct id client = terminal_client(&terminal, 2);
    terminal_change(&terminal, &client, 2);
    real_server_replace(&server);
    real_server_restart(&server);
    /* What waited, and what the former database had accepted lately: this one never had it. */
    wait_for(&terminal, 2, 3);
    assert_int_equal(catalogue_open(&catalogue, terminal.catalogue_path, false, NULL), 0);
    for (int64_t start = now_ms(); catalogue_count(catalogue, RECORD_NONE, NULL) < 60; pause_ms(20))
        assert_true(now_ms() - start < 20000);
    catalogue_close(catalogue);
    terminal_end(&terminal);
    real_server_end(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_sync_brings_the_catalogue_and_a_second_nothing),
        cmocka_unit_test(a_wrong_password_is_refused_and_said),
        cmocka_unit_test(only_the_pinned_authority_is_trusted),
        cmocka_unit_test(the_bell_brings_what_another_wrote),
        cmocka_unit_test(everything_arrives_once_whatever_is_cut),
        cmocka_unit_test(lost_answers_repeat_nothing),
        cmocka_unit_test(an_answer_that_was_lost_is_given_again),
        cmocka_unit_test(a_killed_server_loses_and_doubles_nothing),
        cmocka_unit_test(a_killed_terminal_resumes),
        cmocka_unit_test(of_two_claims_made_offline_one_is_refused),
        cmocka_unit_test(another_database_gets_what_waits),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("sync_server", tests, NULL, NULL);
}
