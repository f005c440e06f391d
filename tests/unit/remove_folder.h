/* Removes a folder with all that is in it; -1 with errno set when something stays. A process for
 * each (rm) would be a good part of what the tests compute. */
#ifndef GUICHET_TESTS_REMOVE_FOLDER_H
#define GUICHET_TESTS_REMOVE_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

static inline int remove_entry(const char *path, const struct stat *status, int kind,
                               struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

/* What is in a folder comes before it, and links are not followed. */
static inline int remove_folder(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
