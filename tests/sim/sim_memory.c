/*
 * Memory for the simulator: there is one thread, and seeds take and give back the same sizes again
 * and again. What is given back is kept in a list of its size and never joined, so that both are a
 * few instructions. A sanitizer looks after memory itself, and this then stands aside.
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

#define UNIT        16   /* of sizes, and what every block is aligned to */
#define SMALL_MOST  1024 /* has a list for each multiple of UNIT */
#define SMALL_LISTS (SMALL_MOST / UNIT + 1)
#define LISTS       (SMALL_LISTS + 64) /* then one for each power of two */
#define CHUNK       ((size_t)16 * 1024 * 1024)
#define STAYS       UINT64_MAX /* as the list of a block that is never given back */

/* Before each block. */
struct head {
    uint64_t list;
    uint64_t room;
};

struct idle {
    struct idle *next;
};

static struct idle *lists[LISTS];
static char *chunk;
static size_t chunk_left;

static size_t list_of(size_t size, size_t *room)
{
    if (size <= SMALL_MOST) {
        size_t list = (size + UNIT - 1) / UNIT;

        *room = list > 0 ? list * UNIT : UNIT;
        return list > 0 ? list : 1;
    }
    int power = 64 - __builtin_clzl(size - 1);
    *room = (size_t)1 << power;
    return SMALL_LISTS + (size_t)power;
}

/* From the kernel; NULL when there is none. */
static char *fresh(size_t size)
{
    if (size > chunk_left) {
        size_t wanted = size > CHUNK ? size : CHUNK;
        char *more = mmap(NULL, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (more == MAP_FAILED)
            return NULL;
        if (wanted > CHUNK)
            return more;
        chunk = more;
        chunk_left = wanted;
    }
    char *block = chunk;
    chunk += size;
    chunk_left -= size;
    return block;
}

static void *take(size_t size)
{
    size_t room;
    struct head *head;

    if (size > PTRDIFF_MAX / 2) {
        errno = ENOMEM;
        return NULL;
    }
    size_t list = list_of(size, &room);
    struct idle *idle = lists[list];
    if (idle != NULL) {
        lists[list] = idle->next;
        return idle;
    }
    head = (struct head *)(void *)fresh(sizeof *head + room);
    if (head == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    *head = (struct head){.list = list, .room = room};
    return head + 1;
}

static struct head *head_of(void *block)
{
    return (struct head *)block - 1;
}

void *malloc(size_t size)
{
    return take(size);
}

void free(void *block)
{
    struct idle *idle = block;

    if (block == NULL || head_of(block)->list == STAYS)
        return;
    idle->next = lists[head_of(block)->list];
    lists[head_of(block)->list] = idle;
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
    if (block != NULL && size <= head_of(block)->room)
        return block;
    void *larger = take(size);
    if (block != NULL && larger != NULL) {
        memcpy(larger, block, head_of(block)->room);
        free(block);
    }
    return larger;
}

/* Rare: never given back. */
void *aligned_alloc(size_t alignment, size_t size)
{
    char *block = take(size + alignment + sizeof(struct head));

    if (block == NULL)
        return NULL;
    uintptr_t at = ((uintptr_t)block + sizeof(struct head) + alignment - 1) & ~(alignment - 1);
    struct head *head = (struct head *)(void *)(block + (at - (uintptr_t)block)) - 1;
    *head = (struct head){.list = STAYS, .room = size};
    return head + 1;
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
    return block == NULL ? 0 : head_of(block)->room;
}

#endif
