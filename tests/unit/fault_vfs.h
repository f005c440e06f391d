/*
 * A SQLite VFS that passes everything to the machine's own and fails at a chosen write, sync,
 * truncation or removal: the process dies there, half of the bytes written, or the disk is full.
 */
#ifndef GUICHET_TESTS_FAULT_VFS_H
#define GUICHET_TESTS_FAULT_VFS_H

enum fault_kind {
    FAULT_NONE,
    FAULT_DIE,   /* _exit(FAULT_EXIT) in the middle of the write */
    FAULT_FULL,  /* SQLITE_FULL, from then on */
    FAULT_ERROR, /* SQLITE_IOERR, from then on */
};

#define FAULT_EXIT 42

/* Registers it as the default VFS of this process. */
void fault_vfs_register(void);

/* The fault strikes at the `at`-th (from 1) change to a file from now on. */
void fault_vfs_arm(enum fault_kind kind, long at);

/* How many changes there were since it was armed. */
long fault_vfs_count(void);

#endif
