#include "tests/bench/bare_pair.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "tests/bench/bare.h"
#include "tests/bench/crowd.h"
#include "tests/bench/process.h"

/* What the two say, seen by all. */
struct said {
    double sent;
    double came;
    long woken; /* the status of the one's reply: 404 when the other does not wait yet */
};

struct bare_pair {
    pid_t server, holder, waiter, waker;
    int port;
    size_t number;       /* of the one that is woken */
    int waiter_terminal; /* the other ends of their terminals */
    int waker_terminal;
    struct said *said;
};

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    process_forget(pid);
}

static void tell(int file)
{
    if (write(file, "!", 1) != 1)
        _exit(1);
}

static void hear(int file)
{
    char byte;

    if (read(file, &byte, 1) != 1)
        process_die("a client of the bare server ended");
}

/* A process that ends with this one, with a terminal that shows what is written and no more. */
static pid_t begin(int *terminal)
{
    struct termios modes;

    fflush(stdout);
    pid_t pid = forkpty(terminal, NULL, NULL, NULL);

    if (pid < 0)
        process_die("no process");
    if (pid > 0) {
        process_keep(pid);
        hear(*terminal);
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (tcgetattr(STDIN_FILENO, &modes) != 0)
        _exit(1);
    cfmakeraw(&modes);
    if (tcsetattr(STDIN_FILENO, TCSANOW, &modes) != 0)
        _exit(1);
    tell(STDOUT_FILENO);
    return 0;
}

static size_t pass_over(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static CURL *client(const struct bare_pair *pair, const char *what)
{
    CURL *easy = curl_easy_init();
    char url[96];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/%s/%zu", pair->port, what, pair->number);
    if (easy == NULL || curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, pass_over) != CURLE_OK)
        _exit(1);
    return easy;
}

static void wait_always(const struct bare_pair *pair)
{
    CURL *easy = client(pair, "wait");

    while (curl_easy_perform(easy) == CURLE_OK) {
        pair->said->came = crowd_now();
        tell(STDOUT_FILENO);
    }
    _exit(1);
}

static void wake_by_keys(const struct bare_pair *pair)
{
    CURL *easy = client(pair, "wake");
    char key;

    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{}");
    while (read(STDIN_FILENO, &key, 1) == 1) {
        pair->said->sent = crowd_now();
        if (curl_easy_perform(easy) != CURLE_OK ||
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &pair->said->woken) != CURLE_OK)
            break;
        tell(STDOUT_FILENO);
    }
    _exit(1);
}

/* All but the one. */
static void hold_others(const struct bare_pair *pair)
{
    struct crowd *crowd = crowd_new(pair->port, pair->number + 1, NULL, NULL);

    for (size_t i = 0; i < pair->number; i++) {
        char path[32];

        snprintf(path, sizeof path, "/wait/%zu", i);
        crowd_ask(crowd, i, path, NULL, NULL);
    }
    pair->said->woken = 1;
    for (;;)
        pause();
}

static void hold(struct bare_pair *pair)
{
    const struct timespec soon = {.tv_nsec = 10 * 1000000};

    fflush(stdout);
    pair->holder = fork();
    if (pair->holder == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        hold_others(pair);
    }
    process_keep(pair->holder);
    while (*(volatile long *)&pair->said->woken == 0) {
        if (waitpid(pair->holder, NULL, WNOHANG) != 0)
            process_die("nobody holds the bare server's bells");
        nanosleep(&soon, NULL);
    }
}

struct bare_pair *bare_pair_open(size_t count, const char *path)
{
    struct bare_pair *pair = calloc(1, sizeof *pair);

    if (pair == NULL)
        process_die("no memory for the bare pair");
    pair->said =
        mmap(NULL, sizeof *pair->said, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pair->said == MAP_FAILED)
        process_die("no memory for the bare pair");
    pair->number = count - 1;
    pair->server = bare_start(count, path, &pair->port);
    hold(pair);
    pair->waiter = begin(&pair->waiter_terminal);
    if (pair->waiter == 0)
        wait_always(pair);
    pair->waker = begin(&pair->waker_terminal);
    if (pair->waker == 0)
        wake_by_keys(pair);
    (void)bare_pair_wake(pair); /* opens the connections */
    return pair;
}

struct bare_times bare_pair_wake(struct bare_pair *pair)
{
    const struct timespec soon = {.tv_nsec = 10 * 1000000};
    struct pollfd shown[] = {{pair->waiter_terminal, POLLIN, 0}, {pair->waker_terminal, POLLIN, 0}};
    double typed = crowd_now(), painted;

    tell(pair->waker_terminal);
    while (poll(shown, 2, -1) < 0 || shown[0].revents == 0) {
        hear(pair->waker_terminal);
        shown[1].fd = -1;
        if (pair->said->woken == 200)
            continue;
        nanosleep(&soon, NULL);
        shown[1].fd = pair->waker_terminal;
        typed = crowd_now();
        tell(pair->waker_terminal);
    }
    hear(pair->waiter_terminal);
    painted = crowd_now();
    if (shown[1].fd >= 0)
        hear(pair->waker_terminal);
    return (struct bare_times){pair->said->came - pair->said->sent, painted - typed};
}

void bare_pair_close(struct bare_pair *pair)
{
    end(pair->waker);
    end(pair->waiter);
    end(pair->holder);
    process_stop(pair->server);
    close(pair->waker_terminal);
    close(pair->waiter_terminal);
    munmap(pair->said, sizeof *pair->said);
    free(pair);
}
