/* Files that an agent has written for themselves: new ones, which nobody else reads. */
#ifndef GUICHET_UI_OWN_FILE_H
#define GUICHET_UI_OWN_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the file, with mode 0600; -1 with errno set, EEXIST when there is anything by that name. */
int own_file_create(const char *path);
bool own_file_write(int file, const char *bytes, size_t length);

#endif
