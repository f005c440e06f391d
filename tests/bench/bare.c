#include "tests/bench/bare.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <microhttpd.h>

#include "tests/bench/process.h"

/* As `guichetd serve` has them by itself. */
#define THREADS      4
#define CONNECTIONS  12000
#define IDLE_SECONDS 120
#define PAGE         4096
#define FILE_PAGES   64

static struct MHD_Connection **waiters;
static size_t waiter_count;
static int file = -1;

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status)
{
    static char body[] = "{\"rung\":true}\n";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof body - 1, body, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, status, response);

    MHD_destroy_response(response);
    return result;
}

/* Over what the file holds already: it does not grow, which is the cheaper way. */
static void write_page(void)
{
    static _Atomic unsigned turn;
    static char page[PAGE];
    off_t at = (off_t)(turn++ % FILE_PAGES) * PAGE;

    if (pwrite(file, page, sizeof page, at) != (ssize_t)sizeof page || fdatasync(file) != 0)
        abort();
}

static void fill_file(void)
{
    for (unsigned i = 0; i < FILE_PAGES; i++)
        write_page();
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_length, void **closure)
{
    static char begun, slept;
    const char *slash = strrchr(path, '/');
    size_t number = strtoul(slash + 1, NULL, 10);

    (void)context;
    (void)method;
    (void)version;
    (void)upload;
    if (*closure == NULL) {
        *closure = &begun;
        return MHD_YES;
    }
    if (*upload_length > 0) {
        *upload_length = 0;
        return MHD_YES;
    }
    if (*closure == &slept)
        return answer(connection, 200);
    if (number >= waiter_count)
        return answer(connection, 404);
    if (strncmp(path, "/wait/", 6) == 0) {
        *closure = &slept;
        MHD_suspend_connection(connection);
        __atomic_store_n(&waiters[number], connection, __ATOMIC_RELEASE);
        return MHD_YES;
    }
    for (const char *writes = strchr("123", path[1]); writes != NULL && *writes != '\0'; writes--) {
        write_page();
        if (*writes == '1')
            break;
    }
    struct MHD_Connection *waiter = __atomic_exchange_n(&waiters[number], NULL, __ATOMIC_ACQ_REL);
    if (waiter == NULL)
        return answer(connection, 404);
    MHD_resume_connection(waiter);
    return answer(connection, 200);
}

/* Never returns. */
static void serve(const char *path, int say)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
            MHD_USE_SUPPRESS_DATE_NO_CLOCK,
        0, NULL, NULL, handle, NULL, MHD_OPTION_THREAD_POOL_SIZE, THREADS,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_END);
    const union MHD_DaemonInfo *info;
    int port;

    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (daemon == NULL || file < 0)
        _exit(1);
    fill_file();
    info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    port = info != NULL ? info->port : 0;
    if (write(say, &port, sizeof port) != (ssize_t)sizeof port)
        _exit(1);
    sigset_t end;
    int received;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    while (sigwait(&end, &received) != 0)
        continue;
    _exit(0);
}

pid_t bare_start(size_t count, const char *path, int *port)
{
    sigset_t end;
    int ends[2];
    pid_t pid;

    waiters = calloc(count, sizeof *waiters);
    waiter_count = count;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    if (waiters == NULL || pipe(ends) != 0)
        process_die("no memory and pipe for the bare server");
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigprocmask(SIG_BLOCK, &end, NULL);
        close(ends[0]);
        serve(path, ends[1]);
    }
    close(ends[1]);
    if (pid < 0 || read(ends[0], port, sizeof *port) != (ssize_t)sizeof *port)
        process_die("the bare server does not start");
    close(ends[0]);
    free(waiters);
    process_keep(pid);
    return pid;
}
