#include "tests/sim/sim_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#define SECTOR        512
#define PATH_MOST     512
#define LOCKS         8 /* of the shared memory of a WAL */
#define MACHINES_MOST 16

/* A write (or, without bytes, a new length) that was not synced. */
struct change {
    struct change *next;
    sqlite3_int64 offset;
    size_t length;
    bool truncates;
    unsigned char bytes[];
};

struct content {
    unsigned char *bytes;
    size_t size;
    size_t room;
};

struct file {
    struct file *next;
    char path[PATH_MOST];
    struct content seen;
    struct content safe;
    struct content copy;
    struct change *changes;
    struct change **last;
    struct handle *handles;
    void **regions; /* the shared memory */
    int region_count;
    int region_size;
};

struct handle {
    sqlite3_file base;
    struct file *file;
    struct handle *next;
    int level;          /* SQLITE_LOCK_NONE ... */
    unsigned shared;    /* bits of the shared memory's locks */
    unsigned exclusive; /* the same */
    bool dead;
    bool temporary;
};

struct machine {
    char path[PATH_MOST];
    long dies_in; /* changes; 0: not at all */
    bool dead;
    bool full;
    bool copied;
};

static struct {
    struct file *files;
    struct machine machines[MACHINES_MOST];
    size_t machine_count;
    uint64_t (*random)(void *context, uint64_t below);
    void *context;
    unsigned long temporary;
} disk;

/* --- machines --------------------------------------------------------------------------------- */

/* "DIRECTORY/NAME.db-wal" is of the machine "DIRECTORY/NAME". */
static bool is_of(const char *file, const char *machine)
{
    size_t length = strlen(machine);

    return strncmp(file, machine, length) == 0 &&
           (file[length] == '.' || file[length] == '-' || file[length] == '\0');
}

static struct machine *machine_of(const char *path)
{
    for (size_t i = 0; i < disk.machine_count; i++)
        if (is_of(path, disk.machines[i].path))
            return &disk.machines[i];
    return NULL;
}

static struct machine *machine_need(const char *path)
{
    struct machine *machine = machine_of(path);

    if (machine == NULL) {
        if (disk.machine_count == MACHINES_MOST)
            abort();
        machine = &disk.machines[disk.machine_count++];
        *machine = (struct machine){0};
        (void)snprintf(machine->path, sizeof machine->path, "%s", path);
    }
    return machine;
}

void sim_disk_die(const char *path, long at)
{
    machine_need(path)->dies_in = at;
}

bool sim_disk_is_dead(const char *path)
{
    const struct machine *machine = machine_of(path);

    return machine != NULL && machine->dead;
}

void sim_disk_fill(const char *path, bool full)
{
    machine_need(path)->full = full;
}

bool sim_disk_is_full(const char *path)
{
    const struct machine *machine = machine_of(path);

    return machine != NULL && machine->full;
}

/* Before every change: false when the machine has died. */
static bool may_change(const struct handle *handle)
{
    struct machine *machine = machine_of(handle->file->path);

    if (handle->dead || (machine != NULL && machine->dead))
        return false;
    if (machine != NULL && machine->dies_in > 0 && --machine->dies_in == 0)
        machine->dead = true;
    return machine == NULL || !machine->dead;
}

static bool works(const struct handle *handle)
{
    const struct machine *machine = machine_of(handle->file->path);

    return !handle->dead && (machine == NULL || !machine->dead);
}

/* --- contents --------------------------------------------------------------------------------- */

static void content_resize(struct content *content, size_t size)
{
    if (size > content->room) {
        content->room = size * 2 + 4096;
        content->bytes = realloc(content->bytes, content->room);
        if (content->bytes == NULL)
            abort();
    }
    if (size > content->size)
        memset(content->bytes + content->size, 0, size - content->size);
    content->size = size;
}

static void content_write(struct content *content, const unsigned char *bytes, size_t length,
                          size_t offset)
{
    if (offset + length > content->size)
        content_resize(content, offset + length);
    memcpy(content->bytes + offset, bytes, length);
}

static void content_apply(struct content *content, const struct change *change, size_t length)
{
    if (change->truncates)
        content_resize(content, (size_t)change->offset);
    else if (length > 0)
        content_write(content, change->bytes, length, (size_t)change->offset);
}

static void content_copy(struct content *to, const struct content *from)
{
    content_resize(to, from->size);
    if (from->size > 0)
        memcpy(to->bytes, from->bytes, from->size);
}

static void file_change(struct file *file, const void *bytes, size_t length, sqlite3_int64 offset,
                        bool truncates)
{
    struct change *change = malloc(sizeof *change + length);

    if (change == NULL)
        abort();
    *change = (struct change){.offset = offset, .length = length, .truncates = truncates};
    if (length > 0)
        memcpy(change->bytes, bytes, length);
    *file->last = change;
    file->last = &change->next;
    content_apply(&file->seen, change, length);
}

/* How much of an unsynced write is found after a power cut. */
static size_t what_is_found(const struct change *change)
{
    switch (disk.random(disk.context, 4)) {
    case 0:
        return 0;
    case 1:
        return (size_t)disk.random(disk.context, change->length / SECTOR + 1) * SECTOR;
    default:
        return change->length;
    }
}

/* Ends the changes: all are safe, or (after a power cut) some. */
static void file_settle(struct file *file, bool synced)
{
    for (struct change *change = file->changes, *next; change != NULL; change = next) {
        size_t found = synced ? change->length : what_is_found(change);

        next = change->next;
        if (synced || found > 0 || (change->truncates && disk.random(disk.context, 2) == 0))
            content_apply(&file->safe, change, found);
        free(change);
    }
    file->changes = NULL;
    file->last = &file->changes;
}

/* --- files ------------------------------------------------------------------------------------ */

static struct file *file_find(const char *path)
{
    for (struct file *file = disk.files; file != NULL; file = file->next)
        if (strcmp(file->path, path) == 0)
            return file;
    return NULL;
}

static struct file *file_new(const char *path)
{
    struct file *file = calloc(1, sizeof *file);

    if (file == NULL)
        abort();
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    file->last = &file->changes;
    file->next = disk.files;
    disk.files = file;
    return file;
}

static void forget_regions(struct file *file)
{
    for (int region = 0; region < file->region_count; region++)
        free(file->regions[region]);
    free(file->regions);
    file->regions = NULL;
    file->region_count = 0;
}

static void file_free(struct file *file)
{
    for (struct file **place = &disk.files; *place != NULL; place = &(*place)->next)
        if (*place == file) {
            *place = file->next;
            break;
        }
    file_settle(file, true);
    forget_regions(file);
    free(file->seen.bytes);
    free(file->safe.bytes);
    free(file->copy.bytes);
    free(file);
}

void sim_disk_kill(const char *path)
{
    for (struct file *file = disk.files; file != NULL; file = file->next)
        for (struct handle *handle = file->handles; handle != NULL && is_of(file->path, path);
             handle = handle->next)
            handle->dead = true;
}

void sim_disk_cut_power(const char *path)
{
    struct machine *machine = machine_need(path);

    for (struct file *file = disk.files; file != NULL; file = file->next)
        if (is_of(file->path, path)) {
            if (file->handles != NULL)
                abort();
            file_settle(file, false);
            content_copy(&file->seen, &file->safe);
            forget_regions(file);
        }
    machine->dead = false;
    machine->dies_in = 0;
}

void sim_disk_copy(const char *path)
{
    machine_need(path)->copied = true;
    for (struct file *file = disk.files; file != NULL; file = file->next)
        if (is_of(file->path, path))
            content_copy(&file->copy, &file->seen);
}

bool sim_disk_put_back(const char *path)
{
    if (!machine_need(path)->copied)
        return false;
    for (struct file *file = disk.files; file != NULL; file = file->next)
        if (is_of(file->path, path)) {
            content_copy(&file->seen, &file->copy);
            content_copy(&file->safe, &file->copy);
        }
    return true;
}

void sim_disk_begin(uint64_t (*random)(void *context, uint64_t below), void *context)
{
    sim_disk_end();
    disk.random = random;
    disk.context = context;
}

void sim_disk_end(void)
{
    while (disk.files != NULL)
        file_free(disk.files);
    disk.machine_count = 0;
}

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
        file_free(file);
    return SQLITE_OK;
}

static int disk_read(sqlite3_file *base, void *bytes, int length, sqlite3_int64 offset)
{
    struct handle *handle = (struct handle *)base;
    const struct content *seen = &handle->file->seen;
    size_t there = 0;

    if (!works(handle))
        return SQLITE_IOERR_READ;
    if ((size_t)offset < seen->size) {
        there = seen->size - (size_t)offset;
        if (there > (size_t)length)
            there = (size_t)length;
        memcpy(bytes, seen->bytes + offset, there);
    }
    if (there == (size_t)length)
        return SQLITE_OK;
    memset((unsigned char *)bytes + there, 0, (size_t)length - there);
    return SQLITE_IOERR_SHORT_READ;
}

static int disk_write(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 offset)
{
    struct handle *handle = (struct handle *)base;
    const struct machine *machine = machine_of(handle->file->path);

    if (!may_change(handle))
        return SQLITE_IOERR_WRITE;
    if (machine != NULL && machine->full &&
        (size_t)offset + (size_t)length > handle->file->seen.size)
        return SQLITE_FULL;
    file_change(handle->file, bytes, (size_t)length, offset, false);
    return SQLITE_OK;
}

static int disk_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct handle *handle = (struct handle *)base;

    if (!may_change(handle))
        return SQLITE_IOERR_TRUNCATE;
    file_change(handle->file, NULL, 0, size, true);
    return SQLITE_OK;
}

static int disk_sync(sqlite3_file *base, int flags)
{
    struct handle *handle = (struct handle *)base;

    (void)flags;
    if (!may_change(handle))
        return SQLITE_IOERR_FSYNC;
    file_settle(handle->file, true);
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

    if (!works(handle))
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
        forget_regions(handle->file);
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
        (void)snprintf(temporary, sizeof temporary, "temporary %lu", ++disk.temporary);
        handle->temporary = true;
    }
    file = file_find(path != NULL ? path : temporary);
    if (path != NULL && (flags & SQLITE_OPEN_MAIN_DB) != 0 && access(path, F_OK) != 0) {
        if (file != NULL && file->handles == NULL)
            file_free(file);
        return SQLITE_CANTOPEN;
    }
    handle->file = file != NULL ? file : file_new(path != NULL ? path : temporary);
    handle->next = handle->file->handles;
    handle->file->handles = handle;
    handle->base.pMethods = &methods;
    if (opened != NULL)
        *opened = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int synced)
{
    struct file *file = file_find(path);
    struct machine *machine = machine_of(path);

    (void)vfs;
    (void)synced;
    if (machine != NULL && machine->dead)
        return SQLITE_IOERR_DELETE;
    if (file == NULL)
        return SQLITE_IOERR_DELETE_NOENT;
    if (file->handles == NULL)
        file_free(file);
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *there)
{
    (void)vfs;
    (void)flags;
    *there = file_find(path) != NULL;
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
