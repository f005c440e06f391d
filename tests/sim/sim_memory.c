/*
 * Memory for the simulator: there is one thread, and seeds take and give back the same sizes again
 * and again. What is given back is kept in a list of its size and never joined, so that both are a
 * few instructions. Blocks of one size lie side by side without anything between them, in few large
 * pages: what a seed uses is to fit into the caches of a processor as far as it can. A sanitizer
 * looks after memory itself, and this then stands aside.
 *
 * And keys lie in plain memory here: locked and guarded pages cost three calls of the kernel each
 * time that one is copied, and no invariant is about them.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

void *__wrap_sodium_malloc(size_t size);
void __wrap_sodium_free(void *block);

void *__wrap_sodium_malloc(size_t size)
{
    return malloc(size > 0 ? size : 1);
}

void __wrap_sodium_free(void *block)
{
    free(block);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#define UNIT        16   /* of small sizes, and what every block is aligned to */
#define SMALL_MOST  1024 /* has a size for each multiple of UNIT */
#define SMALL_SIZES (SMALL_MOST / UNIT)
#define STEPS       8 /* then so many between two powers of two */
#define SIZES       255
#define STAYS       255                 /* as the size of what is never given back */
#define SPAN        ((size_t)64 * 1024) /* holds blocks of one size, or is part of a larger one */
#define REGION      ((size_t)64 << 30)  /* of addresses; memory comes as it is needed */
#define LARGEST     ((size_t)1 << 32)
#define MORE        ((size_t)32 * 1024 * 1024)

struct idle {
    struct idle *next;
};

static struct idle *lists[SIZES];
static struct {
    char *at, *end;
} begun[SIZES]; /* the span of each size that is not all used */
static char *region, *unused, *ready;
static unsigned char size_of_span[REGION / SPAN];

/* Which size; 1 is the first. */
static unsigned size_for(size_t size, size_t *room)
{
    if (size <= SMALL_MOST) {
        unsigned which = size == 0 ? 1 : (unsigned)((size + UNIT - 1) / UNIT);

        *room = which * UNIT;
        return which;
    }
    unsigned power = 63 - (unsigned)__builtin_clzl(size - 1);
    unsigned step = (unsigned)((size - 1) >> (power - 3)) - STEPS;
    *room = (size_t)(STEPS + step + 1) << (power - 3);
    return SMALL_SIZES + 1 + (power - 10) * STEPS + step;
}

static size_t room_of(unsigned which)
{
    if (which <= SMALL_SIZES)
        return (size_t)which * UNIT;
    unsigned power = 10 + (which - SMALL_SIZES - 1) / STEPS;
    return (size_t)(STEPS + (which - SMALL_SIZES - 1) % STEPS + 1) << (power - 3);
}

/* Spans of this size, from the kernel; NULL when there are none. */
static char *fresh(size_t size, unsigned which)
{
    if (region == NULL) {
        void *start =
            mmap(NULL, REGION, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (start == MAP_FAILED)
            return NULL;
        region = unused = ready = start;
    }
    size = (size + SPAN - 1) / SPAN * SPAN;
    if (size > (size_t)(region + REGION - unused))
        return NULL;
    while (unused + size > ready) {
        size_t more = (size_t)(region + REGION - ready) < MORE ? SPAN : MORE;

        if (mprotect(ready, more, PROT_READ | PROT_WRITE) != 0)
            return NULL;
        (void)madvise(ready, more, MADV_HUGEPAGE);
        ready += more;
    }
    char *spans = unused;
    unused += size;
    size_of_span[(size_t)(spans - region) / SPAN] = (unsigned char)which;
    return spans;
}

static void *take_fresh(unsigned which, size_t room)
{
    if (begun[which].at == NULL || (size_t)(begun[which].end - begun[which].at) < room) {
        char *span = fresh(room, which);

        if (span == NULL) {
            errno = ENOMEM;
            return NULL;
        }
        if (room > SPAN / 2)
            return span;
        begun[which].at = span;
        begun[which].end = span + SPAN;
    }
    char *block = begun[which].at;
    begun[which].at += room;
    return block;
}

static void *take(size_t size)
{
    size_t room;

    if (size > LARGEST) {
        errno = ENOMEM;
        return NULL;
    }
    unsigned which = size_for(size, &room);
    struct idle *idle = lists[which];
    if (idle == NULL)
        return take_fresh(which, room);
    lists[which] = idle->next;
    /* The one that is taken next is on its way when it is asked for. */
    __builtin_prefetch(idle->next, 1);
    return idle;
}

static unsigned size_at(const void *block)
{
    return size_of_span[(size_t)((const char *)block - region) / SPAN];
}

void *malloc(size_t size)
{
    return take(size);
}

void free(void *block)
{
    struct idle *idle = block;

    if (block == NULL)
        return;
    unsigned which = size_at(block);
    if (which == STAYS)
        return;
    idle->next = lists[which];
    lists[which] = idle;
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    void *block = take(bytes);
    if (block != NULL)
        memset(block, 0, bytes);
    return block;
}

void *realloc(void *block, size_t size)
{
    if (block != NULL && size_at(block) == STAYS)
        abort();
    size_t room = block == NULL ? 0 : room_of(size_at(block));
    if (block != NULL && size <= room)
        return block;
    void *larger = take(size);
    if (block != NULL && larger != NULL) {
        memcpy(larger, block, room);
        free(block);
    }
    return larger;
}

/* Rare: never given back, nor made larger. */
void *aligned_alloc(size_t alignment, size_t size)
{
    char *block = alignment > SPAN ? NULL : fresh(size, STAYS);

    if (block == NULL)
        errno = ENOMEM;
    return block;
}

void *memalign(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = aligned_alloc(alignment, size);
    return *block == NULL ? ENOMEM : 0;
}

size_t malloc_usable_size(void *block);
size_t malloc_usable_size(void *block)
{
    return block == NULL || size_at(block) == STAYS ? 0 : room_of(size_at(block));
}

#endif
