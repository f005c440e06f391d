#include "tests/unit/real_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static void program_path(char *path, size_t size, const char *program)
{
    const char *top = getenv("abs_top_builddir");

    (void)snprintf(path, size, "%s/%s", top == NULL ? "." : top, program);
}

/* Starts a program with its standard output (and input, when wanted) on pipes. */
static pid_t start(char *const *arguments, int *input, int *output)
{
    int in[2] = {-1, -1};
    int out[2];

    assert_int_equal(pipe(out), 0);
    if (input != NULL)
        assert_int_equal(pipe(in), 0);
    (void)fcntl(out[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(in[1], F_SETFD, FD_CLOEXEC);
    pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(out[1], STDOUT_FILENO);
        (void)close(out[1]);
        if (input != NULL) {
            (void)dup2(in[0], STDIN_FILENO);
            (void)close(in[0]);
        }
        if (geteuid() == 0)
            setenv("GUICHETD_USER", "root", 1); /* in a container */
        execv(arguments[0], arguments);
        _exit(127);
    }
    (void)close(out[1]);
    *output = out[0];
    if (input != NULL) {
        (void)close(in[0]);
        *input = in[1];
    }
    return process;
}

static void read_line(int descriptor, char *line, size_t size)
{
    size_t length = 0;
    char byte = 0;

    while (length < size - 1 && read(descriptor, &byte, 1) == 1 && byte != '\n')
        line[length++] = byte;
    line[length] = '\0';
}

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void shell(const char *format, ...)
{
    char command[2048];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

/* --- guichetd -----------------------------------------------------------------------------------
 */

static void make_database(const struct real_server *server)
{
    static const char *const logins[] = {"alice", "bernard"};
    char guichetd[512], sample[512];

    program_path(guichetd, sizeof guichetd, "guichetd");
    program_path(sample, sizeof sample, "tests/sample.db");
    shell("cp '%s' '%s/server.db' && cp '%s.audit-key' '%s/server.db.audit-key'", sample,
          server->directory, sample, server->directory);
    for (size_t index = 0; index < 2; index++)
        shell("echo '%s' | '%s' agent add %s --no-must-change --name %s --office sample/quebec "
              "--role clerk "
              "--language fr,en --database '%s/server.db' >'%s/log'",
              REAL_SERVER_PASSWORD, guichetd, logins[index], logins[index], server->directory,
              server->directory);
}

static void run(struct real_server *server, bool tls)
{
    char guichetd[512];
    char listen[64];
    char database[128];
    char certificate[128];
    char key[128];
    char line[256] = "";
    char words[][16] = {"relay", "--listen", "--database", "--tls-cert", "--tls-key"};
    char *arguments[] = {guichetd, words[0],    words[1], listen, words[2], database,
                         words[3], certificate, words[4], key,    NULL};

    program_path(guichetd, sizeof guichetd, "guichetd");
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%d", server->port);
    (void)snprintf(database, sizeof database, "%s/server.db", server->directory);
    (void)snprintf(certificate, sizeof certificate, "%s/certificate.pem", server->directory);
    (void)snprintf(key, sizeof key, "%s/key.pem", server->directory);
    if (!server->relay)
        (void)strcpy(words[0], "serve");
    if (!tls)
        arguments[6] = NULL;
    server->process = start(arguments, NULL, &server->output);
    read_line(server->output, line, sizeof line);
    const char *port = strrchr(line, ':');
    if (strncmp(line, "guichetd: listening on http", 27) != 0 || port == NULL ||
        (server->port = atoi(port + 1)) == 0)
        fail_msg("guichetd says: \"%s\"", line);
}

void real_server_restart(struct real_server *server)
{
    run(server, false);
}

void real_server_restart_tls(struct real_server *server)
{
    shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
          "-subj /CN=guichet -addext subjectAltName=IP:127.0.0.1 -keyout '%s/key.pem' "
          "-out '%s/certificate.pem' 2>'%s/log'",
          server->directory, server->directory, server->directory);
    run(server, true);
}

void real_server_begin(struct real_server *server)
{
    char guichetd[512];

    program_path(guichetd, sizeof guichetd, "guichetd");
    if (access(guichetd, X_OK) != 0) {
        print_message("%s is not built\n", guichetd);
        skip();
    }
    memset(server, 0, sizeof *server);
    (void)strcpy(server->directory, "/tmp/guichet-server-XXXXXX");
    assert_non_null(mkdtemp(server->directory));
    make_database(server);
    real_server_restart(server);
}

void real_relay_begin(struct real_server *relay, const struct real_server *centre, int centre_port)
{
    char guichetd[512];

    program_path(guichetd, sizeof guichetd, "guichetd");
    memset(relay, 0, sizeof *relay);
    relay->relay = true;
    (void)strcpy(relay->directory, "/tmp/guichet-relay-XXXXXX");
    assert_non_null(mkdtemp(relay->directory));
    shell("'%s' relay add sample/quebec --database '%s/server.db' >'%s/token'", guichetd,
          centre->directory, relay->directory);
    shell("'%s' relay init --centre http://127.0.0.1:%d --database '%s/server.db' <'%s/token' "
          ">'%s/log'",
          guichetd, centre_port, relay->directory, relay->directory, relay->directory);
    real_server_restart(relay);
}

bool real_relay_is_up(const struct real_server *relay)
{
    char command[1024];
    char guichetd[512];

    program_path(guichetd, sizeof guichetd, "guichetd");
    (void)snprintf(command, sizeof command,
                   "'%s' relay status --listen 127.0.0.1:%d | grep -q '^centre: up'", guichetd,
                   relay->port);
    return system(command) == 0;
}

static void stop(struct real_server *server, int signal_number)
{
    int status = 0;

    if (server->process == 0)
        return;
    assert_int_equal(kill(server->process, signal_number), 0);
    assert_int_equal(waitpid(server->process, &status, 0), server->process);
    (void)close(server->output);
    server->process = 0;
}

void real_server_kill(struct real_server *server)
{
    stop(server, SIGKILL);
}

void real_server_replace(struct real_server *server)
{
    assert_int_equal(server->process, 0);
    shell("rm -f '%s'/server.db*", server->directory);
    make_database(server);
}

void real_server_end(struct real_server *server)
{
    char guichetd[512];

    stop(server, SIGTERM);
    program_path(guichetd, sizeof guichetd, "guichetd");
    shell("'%s' check --database '%s/server.db' >'%s/log' || { cat '%s/log'; false; }", guichetd,
          server->directory, server->directory, server->directory);
    shell("rm -rf '%s'", server->directory);
}

/* --- proxy ---------------------------------------------------------------------------------------
 */

void fault_proxy_begin(struct fault_proxy *proxy, int target_port, uint64_t seed)
{
    char program[512];
    char port[16];
    char seed_text[32];
    char line[64] = "";

    program_path(program, sizeof program, "tests/proxy/fault_proxy");
    (void)snprintf(port, sizeof port, "%d", target_port);
    (void)snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)seed);
    char *arguments[] = {program, port, seed_text, NULL};
    proxy->process = start(arguments, &proxy->input, &proxy->output);
    read_line(proxy->output, line, sizeof line);
    if (sscanf(line, "port %d", &proxy->port) != 1)
        fail_msg("the proxy says: \"%s\"", line);
}

void fault_proxy_tell(struct fault_proxy *proxy, const char *format, ...)
{
    char line[128];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    line[length++] = '\n';
    assert_int_equal(write(proxy->input, line, (size_t)length), length);
    read_line(proxy->output, line, sizeof line);
    assert_string_equal(line, "ok");
}

void fault_proxy_end(struct fault_proxy *proxy)
{
    int status = 0;

    (void)close(proxy->input);
    assert_int_equal(waitpid(proxy->process, &status, 0), proxy->process);
    (void)close(proxy->output);
    assert_int_equal(status, 0);
}
