/*
 * What the simulator's disks are made of, for the two files that make them: sim_disk.c keeps the
 * contents and what becomes of them, sim_disk_vfs.c is what SQLite sees.
 */
#ifndef GUICHET_TESTS_SIM_DISK_INTERNAL_H
#define GUICHET_TESTS_SIM_DISK_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#include "tests/sim/sim_disk.h"

#define SECTOR    512
#define PATH_MOST 512
#define LOCKS     8 /* of the shared memory of a WAL */

/* A write (or, without bytes, a new length) that was not synced. */
struct change {
    struct change *next;
    sqlite3_int64 offset;
    size_t length;
    bool truncates;
    unsigned char bytes[];
};

/* A piece of contents: belongs to all that hold it, and is changed only by one that holds it alone.
 */
#define CHUNK 4096

struct chunk {
    size_t holders;
    unsigned char bytes[CHUNK];
};

/* What is past `size` in the last chunk is 0. */
struct content {
    struct chunk **chunks; /* NULL: all 0 */
    size_t count;
    size_t room;
    size_t size;
};

struct file {
    struct file *next;
    struct machine *machine; /* that it is on; NULL when nothing was said of that */
    char path[PATH_MOST];
    struct content seen;
    struct content safe;
    struct change *changes;
    struct change **last;
    struct handle *handles;
    void **regions; /* the shared memory */
    int region_count;
    int region_size;
};

/* Of a file as it was when all were copied: it may be gone by now. */
struct copy {
    struct copy *next;
    char path[PATH_MOST];
    struct content content;
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

/* The one that a file is of; NULL when nothing was said of it. */
struct machine *sim_machine_of(const char *path);
/* Before every change: false when the machine has died. */
bool sim_machine_changes(const struct handle *handle);
bool sim_machine_works(const struct handle *handle);
/* A change that is seen at once, and safe when it is synced. Without bytes: a new length. */
void sim_file_change(struct file *file, const void *bytes, size_t length, sqlite3_int64 offset,
                     bool truncates);
/* Reads what is seen; how many bytes there were. */
size_t sim_file_read(const struct file *file, void *bytes, size_t length, size_t offset);
/* What was not synced is safe now, or in part, as chance has it. */
void sim_file_settle(struct file *file, bool synced);
/* NULL when there is none. */
struct file *sim_file_find(const char *path);
struct file *sim_file_new(const char *path);
void sim_file_forget_regions(struct file *file);
void sim_file_free(struct file *file);

#endif
