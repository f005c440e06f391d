#include "tests/unit/fault_memory.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);

static bool inside;
static bool lasts;
static long fails_at; /* 0: never */
static long allocations;

/* Counts an allocation; false when it is to fail. */
static bool may_have(void)
{
    if (!inside)
        return true;
    allocations++;
    return fails_at == 0 || (lasts ? allocations < fails_at : allocations != fails_at);
}

void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return may_have() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return may_have() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    return may_have() ? __real_realloc(memory, size) : NULL;
}

char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
    return may_have() ? __real_strdup(text) : NULL;
}

static sqlite3_mem_methods sqlite_memory;

static void *sqlite_malloc(int size)
{
    return may_have() ? sqlite_memory.xMalloc(size) : NULL;
}

static void *sqlite_realloc(void *memory, int size)
{
    return may_have() ? sqlite_memory.xRealloc(memory, size) : NULL;
}

void fault_memory_hook_sqlite(void)
{
    sqlite3_mem_methods hooked;

    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory);
    hooked = sqlite_memory;
    hooked.xMalloc = sqlite_malloc;
    hooked.xRealloc = sqlite_realloc;
    /* No lookaside: every small allocation comes by here too. */
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &hooked) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK)
        abort();
}

void fault_memory_enter(void)
{
    inside = true;
}

void fault_memory_leave(void)
{
    inside = false;
}

void fault_memory_arm(long at, bool lasting)
{
    allocations = 0;
    fails_at = at;
    lasts = lasting;
}

long fault_memory_count(void)
{
    return allocations;
}
