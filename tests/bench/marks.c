/* The library that notes (marks.h): it stands before libc's functions, does what they do, and says
 * when. Loaded by LD_PRELOAD; the file is mapped before a program can put itself into a sandbox. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/marks.h"

#define OPERATIONS    "POST /v1/operations"
#define ANNOUNCEMENTS "POST /v1/announcements"

static struct marks *marks;

static ssize_t (*next_read)(int, void *, size_t);
static ssize_t (*next_write)(int, const void *, size_t);
static ssize_t (*next_send)(int, const void *, size_t, int);
static ssize_t (*next_sendmsg)(int, const struct msghdr *, int);
static ssize_t (*next_recv)(int, void *, size_t, int);
static int (*next_eventfd_write)(int, eventfd_t);
static int (*next_fsync)(int);
static int (*next_fdatasync)(int);

static void find(const char *name, void *place)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    memcpy(place, &found, sizeof found);
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv(MARKS_VARIABLE);
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *mapped;

    find("read", &next_read);
    find("write", &next_write);
    find("send", &next_send);
    find("sendmsg", &next_sendmsg);
    find("recv", &next_recv);
    find("eventfd_write", &next_eventfd_write);
    find("fsync", &next_fsync);
    find("fdatasync", &next_fdatasync);
    if (file < 0)
        return;
    mapped = mmap(NULL, sizeof *marks, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED)
        marks = mapped;
}

static void note(enum mark_kind kind, long bytes)
{
    struct timespec at;
    struct mark *mark;
    unsigned place;

    if (marks == NULL)
        return;
    place = __atomic_fetch_add(&marks->count, 1, __ATOMIC_RELAXED);
    if (place >= MARKS_LIMIT)
        return;
    clock_gettime(CLOCK_MONOTONIC, &at);
    mark = &marks->entries[place];
    mark->ms = (double)at.tv_sec * 1000 + (double)at.tv_nsec / 1e6;
    mark->pid = getpid();
    mark->bytes = bytes;
    __atomic_store_n(&mark->kind, (int)kind, __ATOMIC_RELEASE);
}

static bool begins(const void *bytes, size_t length, const char *with)
{
    return length >= strlen(with) && memcmp(bytes, with, strlen(with)) == 0;
}

static enum mark_kind kind_of(const void *bytes, size_t length, enum mark_kind other)
{
    if (begins(bytes, length, ANNOUNCEMENTS))
        return MARK_ANNOUNCED;
    return begins(bytes, length, OPERATIONS) ? MARK_OPERATIONS : other;
}

/* --- libc's own ------------------------------------------------------------------------------- */

ssize_t read(int file, void *bytes, size_t size)
{
    ssize_t got = next_read(file, bytes, size);

    if (file == STDIN_FILENO && got > 0)
        note(MARK_KEY, got);
    return got;
}

/* Eight bytes to no terminal are how threads wake each other, by an eventfd. */
ssize_t write(int file, const void *bytes, size_t size)
{
    if (file == STDOUT_FILENO)
        note(MARK_PAINT, (long)size);
    else if (size == sizeof(unsigned long long))
        note(MARK_RUNG, (long)size);
    return next_write(file, bytes, size);
}

ssize_t send(int file, const void *bytes, size_t size, int flags)
{
    note(kind_of(bytes, size, MARK_SENT), (long)size);
    return next_send(file, bytes, size, flags);
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags)
{
    long size = 0;

    for (size_t i = 0; i < message->msg_iovlen; i++)
        size += (long)message->msg_iov[i].iov_len;
    note(MARK_SENT, size);
    return next_sendmsg(file, message, flags);
}

ssize_t recv(int file, void *bytes, size_t size, int flags)
{
    ssize_t got = next_recv(file, bytes, size, flags);

    if (got > 0)
        note(kind_of(bytes, (size_t)got, MARK_RECEIVED), got);
    return got;
}

int eventfd_write(int file, eventfd_t value)
{
    note(MARK_RUNG, (long)sizeof value);
    return next_eventfd_write(file, value);
}

int fsync(int file)
{
    note(MARK_SYNC_BEGIN, 0);
    int result = next_fsync(file);
    note(MARK_SYNC_END, 0);
    return result;
}

int fdatasync(int file)
{
    note(MARK_SYNC_BEGIN, 0);
    int result = next_fdatasync(file);
    note(MARK_SYNC_END, 0);
    return result;
}
