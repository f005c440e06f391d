/*
 * Memory that is given back is wiped first, whoever had it: the terminal's own text, the pages that
 * SQLite kept, what libcurl, the JSON reader and the screen library worked on. So a client's name is
 * in memory no longer than something holds it, and the agent who signs out leaves none behind.
 *
 * Only the terminal is linked with this, and only where the C library lets its own functions be
 * called behind it; a sanitizer has functions of its own.
 */
#include "config.h"

#if defined(HAVE___LIBC_FREE) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern void __libc_free(void *memory);

void free(void *memory)
{
    int kept = errno; /* as the library's own leaves it */

    if (memory == NULL)
        return;
    explicit_bzero(memory, malloc_usable_size(memory));
    __libc_free(memory);
    errno = kept;
}

/* What grows in place would be moved by the library's own, leaving what it held where it was. */
void *realloc(void *memory, size_t size)
{
    size_t room = memory != NULL ? malloc_usable_size(memory) : 0;
    void *moved;

    if (memory != NULL && size == 0) {
        free(memory);
        return NULL;
    }
    if (size <= room && size >= room / 2) {
        explicit_bzero((char *)memory + size, room - size);
        return memory;
    }
    moved = malloc(size);
    if (moved == NULL)
        return NULL;
    if (memory != NULL)
        memcpy(moved, memory, room < size ? room : size);
    free(memory);
    return moved;
}

void *reallocarray(void *memory, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, total);
}

#endif
