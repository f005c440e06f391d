#include "tests/sim/sim_disk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#define MACHINES_MOST 256

static struct {
    struct file *files;
    struct copy *copies;
    struct machine machines[MACHINES_MOST];
    size_t machine_count;
    uint64_t (*random)(void *context, uint64_t below);
    void *context;
} disk;

/* --- machines --------------------------------------------------------------------------------- */

/* "DIRECTORY/NAME.db-wal" is of the machine "DIRECTORY/NAME". */
static bool is_of(const char *file, const char *machine)
{
    size_t length = strlen(machine);

    return strncmp(file, machine, length) == 0 &&
           (file[length] == '.' || file[length] == '-' || file[length] == '\0');
}

struct machine *sim_machine_of(const char *path)
{
    for (size_t i = 0; i < disk.machine_count; i++)
        if (is_of(path, disk.machines[i].path))
            return &disk.machines[i];
    return NULL;
}

static struct machine *machine_need(const char *path)
{
    struct machine *machine = sim_machine_of(path);

    if (machine == NULL) {
        if (disk.machine_count == MACHINES_MOST)
            abort();
        machine = &disk.machines[disk.machine_count++];
        *machine = (struct machine){0};
        (void)snprintf(machine->path, sizeof machine->path, "%s", path);
        for (struct file *file = disk.files; file != NULL; file = file->next)
            if (is_of(file->path, path))
                file->machine = machine;
    }
    return machine;
}

void sim_disk_die(const char *path, long at)
{
    machine_need(path)->dies_in = at;
}

bool sim_disk_is_dead(const char *path)
{
    const struct machine *machine = sim_machine_of(path);

    return machine != NULL && machine->dead;
}

void sim_disk_fill(const char *path, bool full)
{
    machine_need(path)->full = full;
}

bool sim_disk_is_full(const char *path)
{
    const struct machine *machine = sim_machine_of(path);

    return machine != NULL && machine->full;
}

/* Before every change: false when the machine has died. */
bool sim_machine_changes(const struct handle *handle)
{
    struct machine *machine = handle->file->machine;

    if (handle->dead || (machine != NULL && machine->dead))
        return false;
    if (machine != NULL && machine->dies_in > 0 && --machine->dies_in == 0)
        machine->dead = true;
    return machine == NULL || !machine->dead;
}

bool sim_machine_works(const struct handle *handle)
{
    const struct machine *machine = handle->file->machine;

    return !handle->dead && (machine == NULL || !machine->dead);
}

/* --- contents --------------------------------------------------------------------------------- */

static struct chunk *chunk_hold(struct chunk *chunk)
{
    if (chunk != NULL)
        chunk->holders++;
    return chunk;
}

static void chunk_leave(struct chunk *chunk)
{
    if (chunk != NULL && --chunk->holders == 0)
        free(chunk);
}

/* One that may be changed in the place of `chunk`; `whole`: all of it will be. */
static struct chunk *chunk_own(struct chunk *chunk, bool whole)
{
    struct chunk *own;

    if (chunk != NULL && chunk->holders == 1)
        return chunk;
    own = malloc(sizeof *own);
    if (own == NULL)
        abort();
    own->holders = 1;
    if (chunk == NULL && !whole)
        memset(own->bytes, 0, CHUNK);
    else if (!whole)
        memcpy(own->bytes, chunk->bytes, CHUNK);
    chunk_leave(chunk);
    return own;
}

static void content_count(struct content *content, size_t count)
{
    if (count > content->room) {
        content->room = count * 2 + 16;
        content->chunks = realloc(content->chunks, content->room * sizeof(struct chunk *));
        if (content->chunks == NULL)
            abort();
    }
    while (content->count > count)
        chunk_leave(content->chunks[--content->count]);
    while (content->count < count)
        content->chunks[content->count++] = NULL;
}

static void content_resize(struct content *content, size_t size)
{
    size_t kept = size % CHUNK, last = size / CHUNK;

    content_count(content, (size + CHUNK - 1) / CHUNK);
    if (size < content->size && kept > 0 && content->chunks[last] != NULL) {
        content->chunks[last] = chunk_own(content->chunks[last], false);
        memset(content->chunks[last]->bytes + kept, 0, CHUNK - kept);
    }
    content->size = size;
}

static void content_write(struct content *content, const unsigned char *bytes, size_t length,
                          size_t offset)
{
    if (offset + length > content->size)
        content_resize(content, offset + length);
    while (length > 0) {
        struct chunk **chunk = &content->chunks[offset / CHUNK];
        size_t from = offset % CHUNK;
        size_t part = CHUNK - from < length ? CHUNK - from : length;

        *chunk = chunk_own(*chunk, part == CHUNK);
        memcpy((*chunk)->bytes + from, bytes, part);
        bytes += part;
        offset += part;
        length -= part;
    }
}

static void content_apply(struct content *content, const struct change *change, size_t length)
{
    if (change->truncates)
        content_resize(content, (size_t)change->offset);
    else if (length > 0)
        content_write(content, change->bytes, length, (size_t)change->offset);
}

/* These chunks of `to` become those of `from`, which has them. */
static void content_share(struct content *to, const struct content *from, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (to->chunks[i] != from->chunks[i]) {
            chunk_leave(to->chunks[i]);
            to->chunks[i] = chunk_hold(from->chunks[i]);
        }
}

static void content_copy(struct content *to, const struct content *from)
{
    content_count(to, from->count);
    content_share(to, from, 0, from->count);
    to->size = from->size;
}

static void content_free(struct content *content)
{
    content_count(content, 0);
    free(content->chunks);
}

size_t sim_file_read(const struct file *file, void *bytes, size_t length, size_t offset)
{
    const struct content *seen = &file->seen;
    unsigned char *to = bytes;

    if (offset >= seen->size)
        return 0;
    if (length > seen->size - offset)
        length = seen->size - offset;
    for (size_t left = length; left > 0;) {
        const struct chunk *chunk = seen->chunks[offset / CHUNK];
        size_t from = offset % CHUNK;
        size_t part = CHUNK - from < left ? CHUNK - from : left;

        if (chunk == NULL)
            memset(to, 0, part);
        else
            memcpy(to, chunk->bytes + from, part);
        to += part;
        offset += part;
        left -= part;
    }
    return length;
}

void sim_file_change(struct file *file, const void *bytes, size_t length, sqlite3_int64 offset,
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

/* What was seen to change is safe: as it is seen, for all changes were. */
static void content_follow(struct content *safe, const struct content *seen,
                           const struct change *changes)
{
    content_count(safe, seen->count);
    for (const struct change *change = changes; change != NULL; change = change->next) {
        size_t first = (size_t)change->offset / CHUNK;
        size_t end = ((size_t)change->offset + change->length + CHUNK - 1) / CHUNK;

        if (change->truncates || end > seen->count)
            end = seen->count;
        content_share(safe, seen, first, end);
    }
    safe->size = seen->size;
}

/* Ends the changes: all are safe, or (after a power cut) some. */
void sim_file_settle(struct file *file, bool synced)
{
    if (synced)
        content_follow(&file->safe, &file->seen, file->changes);
    for (struct change *change = file->changes, *next; change != NULL; change = next) {
        size_t found = synced ? 0 : what_is_found(change);

        next = change->next;
        if (!synced && (found > 0 || (change->truncates && disk.random(disk.context, 2) == 0)))
            content_apply(&file->safe, change, found);
        free(change);
    }
    file->changes = NULL;
    file->last = &file->changes;
}

/* --- files ------------------------------------------------------------------------------------ */

struct file *sim_file_find(const char *path)
{
    for (struct file *file = disk.files; file != NULL; file = file->next)
        if (strcmp(file->path, path) == 0)
            return file;
    return NULL;
}

struct file *sim_file_new(const char *path)
{
    struct file *file = calloc(1, sizeof *file);

    if (file == NULL)
        abort();
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    file->last = &file->changes;
    file->machine = sim_machine_of(path);
    file->next = disk.files;
    disk.files = file;
    return file;
}

void sim_file_forget_regions(struct file *file)
{
    for (int region = 0; region < file->region_count; region++)
        free(file->regions[region]);
    free(file->regions);
    file->regions = NULL;
    file->region_count = 0;
}

void sim_file_free(struct file *file)
{
    for (struct file **place = &disk.files; *place != NULL; place = &(*place)->next)
        if (*place == file) {
            *place = file->next;
            break;
        }
    sim_file_settle(file, true);
    sim_file_forget_regions(file);
    content_free(&file->seen);
    content_free(&file->safe);
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
            sim_file_settle(file, false);
            content_copy(&file->seen, &file->safe);
            sim_file_forget_regions(file);
        }
    machine->dead = false;
    machine->dies_in = 0;
}

static void forget_copies(const char *path)
{
    for (struct copy **place = &disk.copies; *place != NULL;) {
        struct copy *copy = *place;

        if (path != NULL && !is_of(copy->path, path)) {
            place = &copy->next;
            continue;
        }
        *place = copy->next;
        content_free(&copy->content);
        free(copy);
    }
}

void sim_disk_copy(const char *path)
{
    machine_need(path)->copied = true;
    forget_copies(path);
    for (const struct file *file = disk.files; file != NULL; file = file->next)
        if (is_of(file->path, path)) {
            struct copy *copy = calloc(1, sizeof *copy);

            if (copy == NULL)
                abort();
            (void)snprintf(copy->path, sizeof copy->path, "%s", file->path);
            content_copy(&copy->content, &file->seen);
            copy->next = disk.copies;
            disk.copies = copy;
        }
}

bool sim_disk_put_back(const char *path)
{
    static const struct content nothing;

    if (!machine_need(path)->copied)
        return false;
    for (struct file *file = disk.files; file != NULL; file = file->next)
        if (is_of(file->path, path)) {
            content_copy(&file->seen, &nothing);
            content_copy(&file->safe, &nothing);
        }
    for (const struct copy *copy = disk.copies; copy != NULL; copy = copy->next)
        if (is_of(copy->path, path)) {
            struct file *file = sim_file_find(copy->path);

            if (file == NULL)
                file = sim_file_new(copy->path);
            content_copy(&file->seen, &copy->content);
            content_copy(&file->safe, &copy->content);
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
        sim_file_free(disk.files);
    forget_copies(NULL);
    disk.machine_count = 0;
}
