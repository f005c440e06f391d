#include "app/json_pool.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

/* An operation and the record that it makes, unless they are long. */
#define POOL_BYTES    (64 * 1024)
#define ROUNDED(size) (((size) + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1))

static alignas(max_align_t) unsigned char pool[POOL_BYTES];
static atomic_flag taken = ATOMIC_FLAG_INIT;
static _Thread_local bool mine;

/* Of whoever has the pool. */
static size_t used;
static size_t made;
static size_t freed;
static atomic_size_t freed_elsewhere; /* by others, or when nobody had it */

/* A sanitizer would see none of the faults that it looks for. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool serves = false;
#else
static const bool serves = true;
#endif

void json_pool_begin(void)
{
    if (!serves || atomic_flag_test_and_set_explicit(&taken, memory_order_acquire))
        return;
    mine = true;
    if (made != freed + atomic_load_explicit(&freed_elsewhere, memory_order_acquire))
        return;
    atomic_store_explicit(&freed_elsewhere, 0, memory_order_relaxed);
    used = made = freed = 0;
}

void json_pool_end(void)
{
    if (!mine)
        return;
    mine = false;
    atomic_flag_clear_explicit(&taken, memory_order_release);
}

void *json_pool_take(size_t size)
{
    void *memory = pool + used;

    if (!mine || size > POOL_BYTES || ROUNDED(size) > POOL_BYTES - used)
        return NULL;
    used += ROUNDED(size);
    made++;
    return memory;
}

bool json_pool_give(void *memory)
{
    if ((uintptr_t)memory - (uintptr_t)pool >= POOL_BYTES)
        return false;
    if (mine)
        freed++;
    else
        atomic_fetch_add_explicit(&freed_elsewhere, 1, memory_order_release);
    return true;
}

bool json_pool_stop(void)
{
    bool stopped = mine;

    mine = false;
    return stopped;
}

void json_pool_go_on(bool stopped)
{
    mine = stopped;
}
