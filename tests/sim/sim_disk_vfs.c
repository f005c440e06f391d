/* The simulator's disks as SQLite sees them. */
#include "tests/sim/sim_disk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long temporaries;

/* --- what SQLite asks of an open file --------------------------------------------------------- */

static int disk_close(sqlite3_file *base)
{
    struct handle *handle = (struct handle *)base;
    struct file *file = handle->file;

    for (struct handle **place = &file->handles; *place != NULL; place = &(*place)->next)
        if (*place == handle) {
            *place = handle->next;
            break;
        }
    if (handle->temporary)
        sim_file_free(file);
    return SQLITE_OK;
}

static int disk_read(sqlite3_file *base, void *bytes, int length, sqlite3_int64 offset)
{
    struct handle *handle = (struct handle *)base;

    if (!sim_machine_works(handle))
        return SQLITE_IOERR_READ;
    size_t there = sim_file_read(handle->file, bytes, (size_t)length, (size_t)offset);
    if (there == (size_t)length)
        return SQLITE_OK;
    memset((unsigned char *)bytes + there, 0, (size_t)length - there);
    return SQLITE_IOERR_SHORT_READ;
}

static int disk_write(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 offset)
{
    struct handle *handle = (struct handle *)base;
    const struct machine *machine = handle->file->machine;

    if (!sim_machine_changes(handle))
        return SQLITE_IOERR_WRITE;
    if (machine != NULL && machine->full &&
        (size_t)offset + (size_t)length > handle->file->seen.size)
        return SQLITE_FULL;
    sim_file_change(handle->file, bytes, (size_t)length, offset, false);
    return SQLITE_OK;
}

static int disk_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct handle *handle = (struct handle *)base;

    if (!sim_machine_changes(handle))
        return SQLITE_IOERR_TRUNCATE;
    sim_file_change(handle->file, NULL, 0, size, true);
    return SQLITE_OK;
}

static int disk_sync(sqlite3_file *base, int flags)
{
    struct handle *handle = (struct handle *)base;

    (void)flags;
    if (!sim_machine_changes(handle))
        return SQLITE_IOERR_FSYNC;
    sim_file_settle(handle->file, true);
    return SQLITE_OK;
}

static int disk_size(sqlite3_file *base, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)((struct handle *)base)->file->seen.size;
    return SQLITE_OK;
}

/* The highest level that another connection has. */
static int others_level(const struct handle *handle)
{
    int level = SQLITE_LOCK_NONE;

    for (const struct handle *other = handle->file->handles; other != NULL; other = other->next)
        if (other != handle && other->level > level)
            level = other->level;
    return level;
}

static int disk_lock(sqlite3_file *base, int level)
{
    struct handle *handle = (struct handle *)base;
    int others = others_level(handle);

    if (!sim_machine_works(handle))
        return SQLITE_IOERR_LOCK;
    if (handle->level >= level)
        return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED && others >= SQLITE_LOCK_PENDING)
        return SQLITE_BUSY;
    if (level >= SQLITE_LOCK_RESERVED && others >= SQLITE_LOCK_RESERVED)
        return SQLITE_BUSY;
    if (level == SQLITE_LOCK_EXCLUSIVE && others >= SQLITE_LOCK_SHARED) {
        handle->level = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
    }
    handle->level = level;
    return SQLITE_OK;
}

static int disk_unlock(sqlite3_file *base, int level)
{
    ((struct handle *)base)->level = level;
    return SQLITE_OK;
}

static int disk_check_reserved(sqlite3_file *base, int *reserved)
{
    const struct handle *handle = (const struct handle *)base;

    *reserved =
        handle->level >= SQLITE_LOCK_RESERVED || others_level(handle) >= SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
}

static int disk_control(sqlite3_file *base, int operation, void *argument)
{
    (void)base;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int disk_sector(sqlite3_file *base)
{
    (void)base;
    return SECTOR;
}

static int disk_characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* --- the shared memory of a WAL --------------------------------------------------------------- */

static int shared_map(sqlite3_file *base, int region, int size, int extend, void volatile **memory)
{
    struct file *file = ((struct handle *)base)->file;

    *memory = NULL;
    while (extend && file->region_count <= region) {
        file->regions =
            realloc(file->regions, (size_t)(file->region_count + 1) * sizeof *file->regions);
        if (file->regions == NULL ||
            (file->regions[file->region_count++] = calloc(1, (size_t)size)) == NULL)
            abort();
    }
    if (region < file->region_count)
        *memory = file->regions[region];
    return SQLITE_OK;
}

static int shared_lock(sqlite3_file *base, int from, int count, int flags)
{
    struct handle *handle = (struct handle *)base;
    unsigned bits = ((1u << (from + count)) - 1u) & ~((1u << from) - 1u);

    if (from + count > LOCKS)
        return SQLITE_MISUSE;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        handle->shared &= ~bits;
        handle->exclusive &= ~bits;
        return SQLITE_OK;
    }
    for (const struct handle *other = handle->file->handles; other != NULL; other = other->next) {
        unsigned against = (flags & SQLITE_SHM_EXCLUSIVE) != 0 ? other->shared | other->exclusive
                                                               : other->exclusive;

        if (other != handle && (against & bits) != 0)
            return SQLITE_BUSY;
    }
    if ((flags & SQLITE_SHM_EXCLUSIVE) != 0)
        handle->exclusive |= bits;
    else
        handle->shared |= bits;
    return SQLITE_OK;
}

static void shared_barrier(sqlite3_file *base)
{
    (void)base;
}

static int shared_unmap(sqlite3_file *base, int remove)
{
    struct handle *handle = (struct handle *)base;

    handle->shared = handle->exclusive = 0;
    if (remove)
        sim_file_forget_regions(handle->file);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_check_reserved,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector,
    .xDeviceCharacteristics = disk_characteristics,
    .xShmMap = shared_map,
    .xShmLock = shared_lock,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = shared_unmap,
};

/* --- what SQLite asks of the disk ------------------------------------------------------------- */

/* The product makes its files before SQLite opens them, and looks for them, on the machine's own
 * disk: what is not there is not here either. */
static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *opened)
{
    struct handle *handle = (struct handle *)base;
    char temporary[64];
    struct file *file;

    (void)vfs;
    *handle = (struct handle){0};
    if (path == NULL) {
        (void)snprintf(temporary, sizeof temporary, "temporary %lu", ++temporaries);
        handle->temporary = true;
    }
    file = sim_file_find(path != NULL ? path : temporary);
    if (path != NULL && (flags & SQLITE_OPEN_MAIN_DB) != 0 && access(path, F_OK) != 0) {
        if (file != NULL && file->handles == NULL)
            sim_file_free(file);
        return SQLITE_CANTOPEN;
    }
    handle->file = file != NULL ? file : sim_file_new(path != NULL ? path : temporary);
    handle->next = handle->file->handles;
    handle->file->handles = handle;
    handle->base.pMethods = &methods;
    if (opened != NULL)
        *opened = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int synced)
{
    struct file *file = sim_file_find(path);
    struct machine *machine = sim_machine_of(path);

    (void)vfs;
    (void)synced;
    if (machine != NULL && machine->dead)
        return SQLITE_IOERR_DELETE;
    if (file == NULL)
        return SQLITE_IOERR_DELETE_NOENT;
    if (file->handles == NULL)
        sim_file_free(file);
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *there)
{
    (void)vfs;
    (void)flags;
    *there = sim_file_find(path) != NULL;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int size, char *full)
{
    (void)vfs;
    sqlite3_snprintf(size, full, "%s", path);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *bytes)
{
    (void)vfs;
    for (int i = 0; i < size; i++)
        bytes[i] = (char)(i * 37 + 11); /* SQLite asks once in a process: always the same */
    return size;
}

/* Nobody sleeps here: what holds a lock would not go on meanwhile. */
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
    (void)vfs;
    *now = INT64_C(212000000000000);
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *text)
{
    (void)vfs;
    (void)size;
    (void)text;
    return 0;
}

void sim_disk_register(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 2,
        .szOsFile = sizeof(struct handle),
        .mxPathname = PATH_MOST - 1,
        .zName = "simulated",
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_time,
    };

    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
        abort();
}
