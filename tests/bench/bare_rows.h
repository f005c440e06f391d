/*
 * What a disk and SQLite alone need for as many rows: the least that whoever keeps them on disk can
 * need, with no network, no JSON, no permission and no audit trail.
 */
#ifndef GUICHET_TESTS_BENCH_BARE_ROWS_H
#define GUICHET_TESTS_BENCH_BARE_ROWS_H

/* Puts `count` documents of `length` bytes under ids of version 7 into one table of a new file,
 * 1,000 a transaction, each synced as the server syncs its own. Rows per second; negative when the
 * file cannot be written. */
double bare_rows_write(const char *path, int count, int length);

#endif
