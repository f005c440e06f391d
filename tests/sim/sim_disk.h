/*
 * The disks of the simulator: a SQLite VFS whose files stand in memory, as they are seen and as
 * they would be found after a power cut. What was written and not synced may be found, in part or
 * not at all, each write by itself. Files of one machine begin with the same path.
 */
#ifndef GUICHET_TESTS_SIM_DISK_H
#define GUICHET_TESTS_SIM_DISK_H

#include <stdbool.h>
#include <stdint.h>

/* Makes these disks the ones that SQLite uses, once in a process. */
void sim_disk_register(void);

/* Empties all disks; `random` decides what power cuts leave, and feeds SQLite's own chance. */
void sim_disk_begin(uint64_t (*random)(void *context, uint64_t below), void *context);

/* From the `at`-th (from 1) write, sync or removal on, nothing works any more on the machine whose
 * files begin with `path`, until its power is cut. */
void sim_disk_die(const char *path, long at);
/* True when it has come to that. */
bool sim_disk_is_dead(const char *path);

/* While it is full no file grows. */
void sim_disk_fill(const char *path, bool full);
bool sim_disk_is_full(const char *path);

/* All open files stop working, so that closing them changes nothing. */
void sim_disk_kill(const char *path);
/* What was not synced is lost or not; open files must have been closed. */
void sim_disk_cut_power(const char *path);

/* Keeps a copy of all files, as a backup does; the former copy goes. */
void sim_disk_copy(const char *path);
/* Puts the copy back in the place of what is there; false when there is none. */
bool sim_disk_put_back(const char *path);

/* Frees everything. */
void sim_disk_end(void);

#endif
