#include "tests/unit/fault_vfs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

/* A change to a file since it was last synced. */
struct unsynced {
    struct unsynced *next; /* the one before */
    sqlite3_int64 offset;  /* of a truncation: the new size */
    int count;             /* of bytes written; -1 for a truncation */
    int old_count;         /* of bytes that stood there */
    unsigned char *bytes;  /* owned: new, then old ones */
};

/* A file of this VFS is followed in memory by the machine's own file. */
struct fault_file {
    sqlite3_file base;
    sqlite3_file *real;
    struct fault_file *next; /* of all that are open while FAULT_POWER is armed */
    struct unsynced *last;
    sqlite3_int64 synced_size;
};

static sqlite3_vfs fault_vfs;
static sqlite3_vfs *real_vfs;
static enum fault_kind armed;
static long armed_at;
static long changes;
static unsigned lose_seed;
static struct fault_file *open_files;

void fault_vfs_arm(enum fault_kind kind, long at)
{
    armed = kind;
    armed_at = at;
    changes = 0;
}

long fault_vfs_count(void)
{
    return changes;
}

void fault_vfs_lose(unsigned seed)
{
    lose_seed = seed;
}

/* --- a power cut ------------------------------------------------------------------------------ */

static bool survives(void)
{
    if (lose_seed < 2)
        return lose_seed == 1;
    lose_seed = lose_seed * 1103515245u + 12345u;
    return (lose_seed >> 16) % 2 == 0;
}

static void remember(struct fault_file *fault, const void *bytes, int count, sqlite3_int64 offset)
{
    sqlite3_file *real = fault->real;
    struct unsynced *entry = calloc(1, sizeof(*entry));
    sqlite3_int64 size = 0;
    int written = count < 0 ? 0 : count;

    if (armed != FAULT_POWER)
        return free(entry);
    real->pMethods->xFileSize(real, &size);
    entry->offset = offset;
    entry->count = count;
    entry->old_count = (int)(size <= offset                       ? 0
                             : count < 0 || size < offset + count ? size - offset
                                                                  : count);
    entry->bytes = malloc((size_t)(written + entry->old_count) + 1);
    if (written > 0)
        memcpy(entry->bytes, bytes, (size_t)written);
    if (entry->old_count > 0)
        real->pMethods->xRead(real, entry->bytes + written, entry->old_count, offset);
    entry->next = fault->last;
    fault->last = entry;
}

static void forget(struct fault_file *fault)
{
    while (fault->last != NULL) {
        struct unsynced *entry = fault->last;

        fault->last = entry->next;
        free(entry->bytes);
        free(entry);
    }
    fault->real->pMethods->xFileSize(fault->real, &fault->synced_size);
}

/* Puts back what stood there, the last change first; returns the changes, the first one first. */
static struct unsynced *undo(struct fault_file *fault)
{
    const sqlite3_io_methods *real = fault->real->pMethods;
    struct unsynced *first = NULL;

    while (fault->last != NULL) {
        struct unsynced *entry = fault->last;

        fault->last = entry->next;
        if (entry->old_count > 0)
            real->xWrite(fault->real, entry->bytes + (entry->count < 0 ? 0 : entry->count),
                         entry->old_count, entry->offset);
        entry->next = first;
        first = entry;
    }
    real->xTruncate(fault->real, fault->synced_size);
    return first;
}

static void lose_unsynced(struct fault_file *fault)
{
    const sqlite3_io_methods *real = fault->real->pMethods;

    for (struct unsynced *entry = undo(fault); entry != NULL; entry = entry->next)
        if (!survives())
            continue;
        else if (entry->count < 0)
            real->xTruncate(fault->real, entry->offset);
        else
            real->xWrite(fault->real, entry->bytes, entry->count, entry->offset);
}

static void power_cut(void)
{
    for (struct fault_file *fault = open_files; fault != NULL; fault = fault->next)
        lose_unsynced(fault);
    _exit(FAULT_EXIT);
}

/* Counts a change; SQLITE_OK when it may go on. */
static int strike(void)
{
    changes++;
    if (armed == FAULT_NONE || changes < armed_at)
        return SQLITE_OK;
    if (armed == FAULT_DIE)
        _exit(FAULT_EXIT);
    if (armed == FAULT_POWER)
        power_cut();
    if (armed == FAULT_READ_ONLY)
        return SQLITE_READONLY;
    return armed == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct fault_file *)file)->real;
}

static int file_close(sqlite3_file *file)
{
    struct fault_file *fault = (struct fault_file *)file;

    for (struct fault_file **at = &open_files; *at != NULL; at = &(*at)->next)
        if (*at == fault) {
            forget(fault);
            *at = fault->next;
            break;
        }
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), bytes, count, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
    sqlite3_file *real = real_of(file);
    int code;

    /* Death comes after half of the bytes: a torn write. */
    if (armed == FAULT_DIE && changes + 1 >= armed_at)
        real->pMethods->xWrite(real, bytes, count / 2, offset);
    code = strike();
    if (code != SQLITE_OK)
        return code;
    remember((struct fault_file *)file, bytes, count, offset);
    return real->pMethods->xWrite(real, bytes, count, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = strike();

    if (code != SQLITE_OK)
        return code;
    remember((struct fault_file *)file, NULL, -1, size);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    int code = strike();

    if (code == SQLITE_OK)
        code = real_of(file)->pMethods->xSync(real_of(file), flags);
    if (code == SQLITE_OK)
        forget((struct fault_file *)file);
    return code;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_lock(sqlite3_file *file, int *held)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int file_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given)
{
    struct fault_file *fault = (struct fault_file *)file;
    int code;

    (void)vfs;
    fault->real = (sqlite3_file *)(fault + 1);
    code = real_vfs->xOpen(real_vfs, name, fault->real, flags, given);
    file->pMethods = fault->real->pMethods != NULL ? &methods : NULL;
    fault->last = NULL;
    if (code == SQLITE_OK && armed == FAULT_POWER) {
        fault->next = open_files;
        open_files = fault;
        fault->real->pMethods->xFileSize(fault->real, &fault->synced_size);
    }
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    int code = strike();

    (void)vfs;
    return code != SQLITE_OK ? code : real_vfs->xDelete(real_vfs, name, sync);
}

void fault_vfs_register(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    fault_vfs = *real_vfs;
    fault_vfs.zName = "fault";
    fault_vfs.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
    fault_vfs.xOpen = vfs_open;
    fault_vfs.xDelete = vfs_delete;
    sqlite3_vfs_register(&fault_vfs, 1);
}
