/*
 * A SQLite VFS that passes everything to the machine's own and fails at a chosen write, sync,
 * truncation or removal: the process dies there, half of the bytes written, or the power fails and
 * takes what was not synced, or the
 * disk is full or read-only.
 */
#ifndef GUICHET_TESTS_FAULT_VFS_H
#define GUICHET_TESTS_FAULT_VFS_H

enum fault_kind {
    FAULT_NONE,
    FAULT_DIE,       /* _exit(FAULT_EXIT) in the middle of the write */
    FAULT_FULL,      /* SQLITE_FULL, from then on */
    FAULT_READ_ONLY, /* SQLITE_READONLY, from then on */
    FAULT_ERROR,     /* SQLITE_IOERR, from then on */
    FAULT_POWER,     /* as FAULT_DIE, and of what was not synced some is lost (fault_vfs_lose) */
};

#define FAULT_EXIT 42

/* Registers it as the default VFS of this process. */
void fault_vfs_register(void);

/* The fault strikes at the `at`-th (from 1) change to a file from now on. */
void fault_vfs_arm(enum fault_kind kind, long at);

/* Which writes a FAULT_POWER loses of those that were not synced: all for 0, none for 1, else each
 * by chance from this seed. Files are then as they were at their last sync, with what survived
 * written over it in its order. */
void fault_vfs_lose(unsigned seed);

/* How many changes there were since it was armed. */
long fault_vfs_count(void);

#endif
