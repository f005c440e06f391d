/*
 * Unlucky timing, on purpose: a library that stands before libc's functions (LD_PRELOAD) and sleeps
 * for a random moment where threads and processes meet - at locks, conditions, sockets, files, the
 * start of a thread. Nothing it does is forbidden: whatever breaks beside it has a race, which a
 * busy machine finds one day.
 *
 *   GUICHET_DELAYS=SEED[:MILLISECONDS]   most calls return at once, some wait for a moment, few for
 *                                        as long as that (20 when not said); without it, none waits
 *
 * The seed chooses which threads are slow in all they do, and where the others pause; it does not
 * repeat a run exactly, since the threads are real. Programs of the system (/usr, /bin) are left
 * alone, so that a whole script can run with it: `make check-delays` (tests/local.mk).
 */
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MILLISECOND_NS INT64_C(1000000)

/* One call in so many pauses. */
enum how_often {
    OFTEN = 4,     /* what happens once a moment: a wait ends, a thread starts, a file is synced */
    AT_TIMES = 24, /* what is sent and received, what is read of files */
    SELDOM = 256,  /* locks */
    ONE_LONG_IN = 16, /* of the pauses, as long as may be; of the others, a tenth of it */
    SLOW_THREADS = 4, /* one thread in so many pauses four times as often */
};

static uint64_t seed;
static int64_t longest_ns;
static bool active;
static uint64_t threads; /* counted as they make their first pause */

static __thread uint64_t state; /* of this thread's random numbers; 0 before the first */
static __thread bool slow;

static int (*next_lock)(pthread_mutex_t *);
static int (*next_unlock)(pthread_mutex_t *);
static int (*next_wait)(pthread_cond_t *, pthread_mutex_t *);
static int (*next_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static int (*next_signal)(pthread_cond_t *);
static int (*next_broadcast)(pthread_cond_t *);
static int (*next_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
static int (*next_poll)(struct pollfd *, nfds_t, int);
static int (*next_epoll_wait)(int, struct epoll_event *, int, int);
static ssize_t (*next_read)(int, void *, size_t);
static ssize_t (*next_write)(int, const void *, size_t);
static ssize_t (*next_send)(int, const void *, size_t, int);
static ssize_t (*next_sendmsg)(int, const struct msghdr *, int);
static ssize_t (*next_recv)(int, void *, size_t, int);
static ssize_t (*next_pread)(int, void *, size_t, off_t);
static ssize_t (*next_pwrite)(int, const void *, size_t, off_t);
static int (*next_fsync)(int);
static int (*next_fdatasync)(int);

/* --- chance ------------------------------------------------------------------------------------
 */

/* splitmix64: a count, well stirred. */
static uint64_t chance(void)
{
    uint64_t value;

    if (state == 0) {
        uint64_t number = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);

        state = seed * UINT64_C(0x100000001b3) + number * UINT64_C(0x9e3779b97f4a7c15) + 1;
        slow = chance() % SLOW_THREADS == 0;
    }
    value = state += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static void pause_at(enum how_often one_in)
{
    int kept = errno;
    struct timespec moment;
    int64_t most, wait;

    if (!active)
        return;
    /* First asked for: that also decides whether the thread is slow. */
    if (chance() % (uint64_t)one_in >= (slow ? 4U : 1U))
        return;
    most = chance() % ONE_LONG_IN == 0 ? longest_ns : longest_ns / 10;
    wait = most == 0 ? 0 : (int64_t)(chance() % (uint64_t)most);
    moment = (struct timespec){(time_t)(wait / (1000 * MILLISECOND_NS)),
                               (long)(wait % (1000 * MILLISECOND_NS))};
    nanosleep(&moment, NULL);
    errno = kept;
}

/* --- start -------------------------------------------------------------------------------------
 */

static void keep(void *found, void *place)
{
    if (found == NULL)
        abort();
    memcpy(place, &found, sizeof(found));
}

static void find(const char *name, void *place)
{
    keep(dlsym(RTLD_NEXT, name), place);
}

/* Of the conditions libc has two kinds: without its version the name means the older one. */
static void find_condition(const char *name, void *place)
{
    void *found = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");

    keep(found != NULL ? found : dlsym(RTLD_NEXT, name), place);
}

static bool is_of_the_system(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (length < 0)
        return true;
    path[length] = '\0';
    return strncmp(path, "/usr/", 5) == 0 || strncmp(path, "/bin/", 5) == 0;
}

/* Others' constructors may lock something before ours has run. */
static void start(void)
{
    static bool started;
    const char *wish;
    char *rest = NULL;

    if (started)
        return;
    started = true;
    find("pthread_mutex_lock", &next_lock);
    find("pthread_mutex_unlock", &next_unlock);
    find_condition("pthread_cond_wait", &next_wait);
    find_condition("pthread_cond_timedwait", &next_timedwait);
    find_condition("pthread_cond_signal", &next_signal);
    find_condition("pthread_cond_broadcast", &next_broadcast);
    find("pthread_create", &next_create);
    find("poll", &next_poll);
    find("epoll_wait", &next_epoll_wait);
    find("read", &next_read);
    find("write", &next_write);
    find("send", &next_send);
    find("sendmsg", &next_sendmsg);
    find("recv", &next_recv);
    find("pread64", &next_pread);
    find("pwrite64", &next_pwrite);
    find("fsync", &next_fsync);
    find("fdatasync", &next_fdatasync);
    wish = getenv("GUICHET_DELAYS");
    if (wish == NULL || *wish == '\0' || is_of_the_system())
        return;
    seed = strtoull(wish, &rest, 10);
    longest_ns = (*rest == ':' ? strtoll(rest + 1, NULL, 10) : 20) * MILLISECOND_NS;
    /* The processes of one test differ as well. */
    seed += (uint64_t)getpid() << 32;
    active = true;
}

__attribute__((constructor)) static void begin(void)
{
    start();
    pause_at(OFTEN); /* a process that starts late */
}

/* --- what is stood before ------------------------------------------------------------------------
 */

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    start();
    pause_at(SELDOM);
    return next_lock(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int code;

    start();
    code = next_unlock(mutex);
    pause_at(SELDOM);
    return code;
}

/* A wait may end without anything that was waited for. */
static bool ends_by_itself(pthread_mutex_t *mutex)
{
    if (!active || chance() % OFTEN != 0)
        return false;
    next_unlock(mutex);
    pause_at(OFTEN);
    next_lock(mutex);
    return true;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    int code;

    start();
    if (ends_by_itself(mutex))
        return 0;
    code = next_wait(condition, mutex);
    pause_at(OFTEN);
    return code;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    int code;

    start();
    if (ends_by_itself(mutex))
        return 0;
    code = next_timedwait(condition, mutex, until);
    pause_at(OFTEN);
    return code;
}

int pthread_cond_signal(pthread_cond_t *condition)
{
    start();
    pause_at(OFTEN);
    return next_signal(condition);
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
    start();
    pause_at(OFTEN);
    return next_broadcast(condition);
}

struct begun {
    void *(*run)(void *);
    void *context;
};

static void *run_late(void *context)
{
    struct begun begun = *(struct begun *)context;

    free(context);
    pause_at(OFTEN);
    return begun.run(begun.context);
}

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                   void *(*run)(void *), void *restrict context)
{
    struct begun *begun;
    int code;

    start();
    begun = active ? malloc(sizeof(*begun)) : NULL;
    if (begun == NULL)
        return next_create(thread, attributes, run, context);
    *begun = (struct begun){run, context};
    code = next_create(thread, attributes, run_late, begun);
    if (code != 0)
        free(begun);
    pause_at(OFTEN);
    return code;
}

int poll(struct pollfd *descriptors, nfds_t count, int wait_ms)
{
    int found;

    start();
    found = next_poll(descriptors, count, wait_ms);
    pause_at(OFTEN);
    return found;
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int wait_ms)
{
    int found;

    start();
    found = next_epoll_wait(epoll, events, most, wait_ms);
    pause_at(OFTEN);
    return found;
}

ssize_t read(int descriptor, void *bytes, size_t size)
{
    ssize_t length;

    start();
    length = next_read(descriptor, bytes, size);
    pause_at(AT_TIMES);
    return length;
}

ssize_t write(int descriptor, const void *bytes, size_t size)
{
    start();
    pause_at(AT_TIMES);
    return next_write(descriptor, bytes, size);
}

ssize_t send(int descriptor, const void *bytes, size_t size, int flags)
{
    start();
    pause_at(AT_TIMES);
    return next_send(descriptor, bytes, size, flags);
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags)
{
    start();
    pause_at(AT_TIMES);
    return next_sendmsg(descriptor, message, flags);
}

ssize_t recv(int descriptor, void *bytes, size_t size, int flags)
{
    ssize_t length;

    start();
    length = next_recv(descriptor, bytes, size, flags);
    pause_at(AT_TIMES);
    return length;
}

ssize_t pread64(int descriptor, void *bytes, size_t size, off_t offset)
{
    start();
    pause_at(SELDOM);
    return next_pread(descriptor, bytes, size, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off_t offset)
{
    start();
    pause_at(SELDOM);
    return next_pwrite(descriptor, bytes, size, offset);
}

int fsync(int descriptor)
{
    start();
    pause_at(OFTEN);
    return next_fsync(descriptor);
}

int fdatasync(int descriptor)
{
    start();
    pause_at(OFTEN);
    return next_fdatasync(descriptor);
}
