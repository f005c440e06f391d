/* Files that an agent has written for themselves: new ones, which nobody else reads. */
#ifndef GUICHET_UI_OWN_FILE_H
#define GUICHET_UI_OWN_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the file, with mode 0600; -1 with errno set, EEXIST when there is anything by that name. */
int own_file_create(const char *path);
bool own_file_write(int file, const char *bytes, size_t length);

/* Makes a file for that place which has no name: whatever ends the program, nothing of it is left.
 * It is in the folder that it is for; where the file system cannot (FAT), in memory. -1 with errno
 * set, ENOENT or EACCES of the folder too. */
int own_file_unnamed(const char *path);
/* All of it is on the disk, then has the name, with mode 0600. Nothing is written over: false with
 * errno EEXIST. Does not close it. What was in memory is copied: only what kills the program in
 * that moment leaves a part. */
bool own_file_name(int file, const char *path);

#endif
