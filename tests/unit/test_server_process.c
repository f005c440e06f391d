/* The program itself: its commands, its lock, its end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <jansson.h>

#include "tests/unit/unit.h"

static char folder[] = "/tmp/guichetd-test-XXXXXX";
static char program[512];
static char database[128];

/* More than --help says. */
#define OUTPUT_SIZE 32768

/* Runs a shell command with $G as the program; its status, its output in `output`. */
static int run(const char *arguments, char output[OUTPUT_SIZE])
{
    char command[2048];
    FILE *pipe_end;
    size_t length;
    int status;

    snprintf(command, sizeof(command), "exec 2>&1; G=\"%s\"; export GUICHETD_DATABASE=%s; %s",
             program, database, arguments);
    pipe_end = popen(command, "r");
    assert_non_null(pipe_end);
    length = fread(output, 1, OUTPUT_SIZE - 1, pipe_end);
    output[length] = '\0';
    status = pclose(pipe_end);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect(const char *arguments, int status, const char *words)
{
    char output[OUTPUT_SIZE];
    int got = run(arguments, output);

    if (got != status || strstr(output, words) == NULL)
        fail_msg("%s: status %d, said: %s", arguments, got, output);
}

struct process {
    pid_t id;
    char url[128];
};

/* Starts `serve` and waits for the line that says where. */
static void serve(struct process *process, const char *flag, const char *value)
{
    int ends[2];
    char line[256] = "";
    size_t length = 0;

    assert_int_equal(pipe(ends), 0);
    process->id = fork();
    if (process->id == 0) {
        int null = open("/dev/null", O_WRONLY);

        dup2(ends[1], 1);
        dup2(null, 2);
        close(ends[0]);
        setenv("GUICHETD_DATABASE", database, 1);
        execl(program, "guichetd", "serve", "--listen", "127.0.0.1:0", flag, value, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while (length < sizeof(line) - 1 && strchr(line, '\n') == NULL &&
           read(ends[0], line + length, 1) == 1)
        line[++length] = '\0';
    close(ends[0]);
    assert_int_equal(sscanf(line, "guichetd: listening on %127s", process->url), 1);
}

/* The exit status; -1 when it was killed. */
static int end(const struct process *process, int signal_number)
{
    int status;

    kill(process->id, signal_number);
    assert_int_equal(waitpid(process->id, &status, 0), process->id);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static size_t collect(char *bytes, size_t size, size_t count, void *context)
{
    strncat(context, bytes, size * count);
    return size * count;
}

/* The status of a request; what it said goes into `body`. */
static long ask(const char *url, const char *path, const char *post, const char *token,
                char body[65536])
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = NULL;
    char text[512];
    long status = 0;

    body[0] = '\0';
    snprintf(text, sizeof(text), "%s%s", url, path);
    curl_easy_setopt(curl, CURLOPT_URL, text);
    if (post != NULL) {
        headers = curl_slist_append(headers, "Content-Type: application/json");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post);
    }
    if (token != NULL) {
        snprintf(text, sizeof(text), "Authorization: Bearer %s", token);
        headers = curl_slist_append(headers, text);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

/* Signs in; the token is the caller's (free()). */
static char *sign_in_as(const char *url, const char *login)
{
    char post[128];
    static char body[65536];
    json_t *answer;
    char *token;

    snprintf(post, sizeof(post), "{\"login\":\"%s\",\"password\":\"a good password\"}", login);
    assert_int_equal(ask(url, "/v1/login", post, NULL, body), 200);
    answer = json_loads(body, 0, NULL);
    token = strdup(json_string_value(json_object_get(answer, "token")));
    json_decref(answer);
    return token;
}

static char *sign_in(const char *url)
{
    return sign_in_as(url, "jo");
}

/* Waits until an agent's long poll that says they are away sleeps: only then are they. */
static void wait_for_sleep(const char *url, const char *token)
{
    static char body[65536];

    for (int i = 0; i < 3000; i++) {
        if (ask(url, "/v1/presence", NULL, token, body) == 200 && strstr(body, "\"away\"") != NULL)
            return;
        usleep(20000);
    }
}

static int setup(void **state)
{
    (void)state;
    snprintf(database, sizeof(database), "%s/sub/g.db", folder);
    expect("$G init", 0, "made ");
    expect("echo 'a good password' | $G agent add jo --no-must-change --name Jo --office "
           "sample/quebec "
           "--role clerk --language fr,en",
           0, "-");
    return 0;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s/*", folder);
    return system(command);
}

static void test_commands(void **state)
{
    (void)state;
    expect("$G init", 1, "exists already");
    expect("$G check", 0, "1 records, 0 operations, 0 findings");
    expect("stat -c %a $GUICHETD_DATABASE", 0, "600");
    expect("echo 'a good password' | $G agent add jo --no-must-change --name Jo --office "
           "sample/quebec "
           "--role clerk --language fr",
           1, "exists already");
    expect("echo short | $G agent add al --name Al --office sample/quebec --role clerk "
           "--language fr",
           1, "at least 12 characters");
    expect("$G agent add al --name Al </dev/null", 2, "are needed");
    expect("$G agent add al --name Al --office sample/quebec --role king --language fr </dev/null",
           2, "--role is not a role");
    expect("$G agent add al --name Al --office o --role clerk --language fr </dev/null", 1,
           "no password was given");
    expect("$G import nothing here", 1, "is not a source");
    expect("$G import sample /nowhere", 1, "/nowhere");
    expect("$G", 2, "no command given");
    expect("$G dance", 2, "no such command");
    expect("$G serve --role clerk", 2, "does not take --role");
    expect("$G serve more", 2, "usage: guichetd serve");
    expect("$G --help", 0, "agent add LOGIN");
    expect("$G --help", 0, "GUICHETD_TLS_CERT");
    expect("$G serve --help", 0, "--log-requests");
    expect("$G --version", 0, "guichetd ");
    expect("K=$(dirname $GUICHETD_DATABASE)/keys/k.pem; $G delivery-key --delivery-key $K && "
           "$G delivery-key --delivery-key $K | uniq -c | grep -c PUBLIC; stat -c %a $K",
           0, "keyid ");
    expect("$G intake-key add site --channel web", 0, "site.");
    expect("$G intake-key add site --channel web", 1, "already");
    expect("$G intake-key add hall --channel counter", 2, "kiosk");
    expect("$G intake-key add hall", 2, "--channel");
    expect("$G intake-key add hall --channel kiosk --queue sample/none", 1, "no queue");
    expect("$G intake-key list", 0, "site\tweb");
    expect("$G intake-key list --json", 0, "\"channel\":\"web\"");
    expect("$G intake-key revoke hall", 1, "no key");
    expect("$G intake-key revoke site && $G intake-key list | grep -c 'Z$'", 0, "1");
    expect("$G intake-refused --json", 0, "[]");
    expect("$G serve --scan-folder /nowhere", 1, "/nowhere");
    expect("$G serve --agencies /nowhere.json", 1, "/nowhere.json");
    expect("GUICHETD_DATABASE=/nowhere/g.db $G serve", 1, "guichetd init");
}

/* The manual tells every flag that --help tells. */
static void test_the_manual_is_complete(void **state)
{
    const char *top = getenv("abs_top_srcdir");
    char command[1024], output[OUTPUT_SIZE];

    (void)state;
    snprintf(command, sizeof(command),
             "for flag in $($G --help | sed -n 's/^ .*--\\([a-z-]*\\).*/\\1/p' | "
             "grep -vx -e help -e version -e config); do sed 's/\\\\-/-/g' "
             "%s/app/man/guichetd.8 | grep -q -e \"$flag\" || echo missing $flag; done",
             top != NULL ? top : ".");
    assert_int_equal(run(command, output), 0);
    assert_string_equal(output, "");
}

static void test_damage_is_found(void **state)
{
    (void)state;
    expect("dd if=/dev/urandom of=$GUICHETD_DATABASE bs=1 seek=4096 count=40000 conv=notrunc "
           "status=none; $G check",
           1, "");
}

static void test_plain_http_stays_at_home(void **state)
{
    (void)state;
    expect("$G serve --listen 0.0.0.0:0", 1, "plain HTTP is served on loopback only");
    expect("$G serve --listen 192.0.2.1:80", 1, "plain HTTP is served on loopback only");
    expect("$G serve --listen nonsense", 1, "HOST:PORT");
    expect("$G serve --tls-cert /nowhere --tls-key /nowhere", 1, "/nowhere");
}

/* A limit of the system that is below the setting is told, and one that serves nobody ends it. */
static void test_few_open_files_are_told(void **state)
{
    (void)state;
    expect("ulimit -n 400; timeout 3 \"$G\" serve --listen 127.0.0.1:0", 124,
           "the limit of open files is 400: 272 connections at a time instead of 12000");
    expect("ulimit -n 100; timeout 5 \"$G\" serve --listen 127.0.0.1:0", 1,
           "the limit of open files is 100, too low to serve");
}

static void test_one_server_a_database(void **state)
{
    static char body[65536];
    struct process first;

    (void)state;
    serve(&first, "--threads", "2");
    expect("$G serve --listen 127.0.0.1:0", 1, "in use by another guichetd");
    expect("$G import sample /nowhere", 1, "in use by another guichetd");
    expect("$G check", 0, "0 findings");
    assert_int_equal(ask(first.url, "/healthz", NULL, NULL, body), 200);
    assert_non_null(strstr(body, "\"status\":\"ok\""));
    assert_int_equal(end(&first, SIGTERM), 0);
    /* Killed without a chance to tidy up, it leaves nothing in the way. */
    serve(&first, "--threads", "2");
    assert_int_equal(end(&first, SIGKILL), -1);
    serve(&first, "--threads", "2");
    assert_int_equal(end(&first, SIGINT), 0);
}

static void test_a_token_survives_a_restart(void **state)
{
    static char body[65536];
    struct process process;
    char *token;

    (void)state;
    serve(&process, "--threads", "2");
    token = sign_in(process.url);
    assert_int_equal(end(&process, SIGKILL), -1);
    serve(&process, "--threads", "2");
    assert_int_equal(ask(process.url, "/v1/presence", NULL, token, body), 200);
    assert_int_equal(end(&process, SIGTERM), 0);
    free(token);
}

static void test_a_drain_answers_what_waits(void **state)
{
    static char body[65536];
    struct process process;
    struct timespec begin, done;
    pid_t killer;
    char *token, *other;

    (void)state;
    expect("echo 'a good password' | $G agent add al --no-must-change --name Al --office "
           "sample/quebec --role clerk --language fr,en",
           0, "-");
    serve(&process, "--threads", "2");
    token = sign_in(process.url);
    other = sign_in_as(process.url, "al");
    killer = fork();
    if (killer == 0) {
        wait_for_sleep(process.url, other);
        kill(process.id, SIGTERM);
        _exit(0);
    }
    clock_gettime(CLOCK_MONOTONIC, &begin);
    assert_int_equal(ask(process.url, "/v1/changes?wait=25&away=true", NULL, token, body), 200);
    clock_gettime(CLOCK_MONOTONIC, &done);
    assert_true(done.tv_sec - begin.tv_sec < 20); /* of 25 */
    assert_non_null(strstr(body, "\"records\":[]"));
    assert_int_equal(waitpid(killer, NULL, 0), killer);
    assert_int_equal(end(&process, 0), 0);
    assert_int_equal(ask(process.url, "/healthz", NULL, NULL, body), 0);
    free(token);
    free(other);
}

/* --- scanned pages ---------------------------------------------------------------------------- */

/* A page taken by a server that is killed, and put there again as if it had not been moved, is one
 * message; a key that is revoked beside the server opens nothing any more. */
static void test_pages_and_keys_beside_a_server(void **state)
{
    char scans[160], script[1024], body[65536], token[128] = "";
    struct process process;

    (void)state;
    snprintf(scans, sizeof(scans), "%s.scans", database);
    assert_int_equal(mkdir(scans, 0700), 0);
    serve(&process, "--scan-folder", scans);
    snprintf(
        script, sizeof(script),
        "cd %s; put() { echo Bonjour > $1.txt; echo '{\"channel\": \"mail\", \"message_id\": "
        "\"'$2'\", \"office\": \"sample/quebec\"}' > $1.json; }; "
        "come() { for i in $(seq 600); do test -e $1 && return 0; sleep 0.1; done; return 1; }; ",
        scans);
    snprintf(body, sizeof(body), "%s put a 1; come refused/a.reason.txt; cat refused/a.reason.txt",
             script);
    expect(body, 0, "office: the catalogue has none of this key");
    snprintf(body, sizeof(body), "$G intake-refused");
    expect(body, 0, "mail\tscan\t1\toffice: the catalogue has none of this key");
    assert_int_equal(run("$G intake-key add site --channel web", body), 0);
    assert_int_equal(sscanf(body, "%127s", token), 1);
    assert_int_equal(ask(process.url, "/v1/intake/web", "{}", token, body), 422);
    assert_int_equal(run("$G intake-key revoke site", body), 0);
    assert_int_equal(ask(process.url, "/v1/intake/web", "{}", token, body), 401);
    assert_int_equal(end(&process, SIGKILL), -1);
    snprintf(body, sizeof(body),
             "%s mv refused/a.txt refused/a.json .; sed -i 's/, \"office.*\"/, \"text\": \"x\"/' "
             "a.json; cat a.json",
             script);
    expect(body, 0, "text");
    serve(&process, "--scan-folder", scans);
    /* Refused once more, for another reason: there is no office at all. */
    snprintf(body, sizeof(body), "%s come refused/a.txt; cat refused/a.reason.txt", script);
    expect(body, 0, "none is named");
    assert_int_equal(end(&process, SIGTERM), 0);
    snprintf(body, sizeof(body), "rm -rf %s", scans);
    assert_int_equal(system(body), 0);
}

static void test_tls(void **state)
{
    static char body[65536];
    char files[256];
    struct process process;

    (void)state;
    if (system("command -v openssl >/dev/null") != 0)
        skip();
    snprintf(files, sizeof(files), "%s/both.pem", folder);
    expect("cd $(dirname $GUICHETD_DATABASE)/.. && openssl req -x509 -newkey ec -pkeyopt "
           "ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout key.pem "
           "-out cert.pem 2>/dev/null && cat cert.pem key.pem >both.pem && echo made",
           0, "made");
    setenv("GUICHETD_TLS_CERT", files, 1);
    setenv("GUICHETD_TLS_KEY", files, 1);
    serve(&process, "--threads", "1");
    unsetenv("GUICHETD_TLS_CERT");
    unsetenv("GUICHETD_TLS_KEY");
    assert_int_equal(strncmp(process.url, "https://", 8), 0);
    assert_int_equal(ask(process.url, "/healthz", NULL, NULL, body), 200);
    assert_int_equal(end(&process, SIGTERM), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_commands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_manual_is_complete, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_plain_http_stays_at_home, setup, teardown),
        cmocka_unit_test_setup_teardown(test_few_open_files_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_server_a_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_token_survives_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_drain_answers_what_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pages_and_keys_beside_a_server, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tls, setup, teardown),
    };
    const char *top = getenv("abs_top_builddir");
    int failed;

    snprintf(program, sizeof(program), "%s/guichetd", top != NULL ? top : ".");
    if (mkdtemp(folder) == NULL)
        return 1;
    if (geteuid() == 0)
        setenv("GUICHETD_USER", "root", 1); /* in a container */
    setenv("XDG_CONFIG_HOME", folder, 1);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
