#define _GNU_SOURCE /* O_PATH */
#include "app/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of kernels later than the headers may be. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READ_FILE   LANDLOCK_ACCESS_FS_READ_FILE
#define READ_FOLDER LANDLOCK_ACCESS_FS_READ_DIR
#define WRITE_FILE  (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define WRITE_FOLDER                                                                               \
    (LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                              \
     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |    \
     LANDLOCK_ACCESS_FS_REFER)
/* Of these a rule for a file that is no folder may speak. */
#define OF_FILES (LANDLOCK_ACCESS_FS_EXECUTE | READ_FILE | WRITE_FILE)

bool sandbox_is_off(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

/* All that a kernel of this version can deny. */
static uint64_t handled(long version)
{
    uint64_t all = ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) | LANDLOCK_ACCESS_FS_REFER;

    if (version >= 3)
        all |= LANDLOCK_ACCESS_FS_TRUNCATE;
    return all;
}

static uint64_t wanted(enum sandbox_access access)
{
    switch (access) {
    case SANDBOX_WRITE:
        return READ_FILE | READ_FOLDER | WRITE_FILE | WRITE_FOLDER;
    case SANDBOX_RUN:
        return READ_FILE | READ_FOLDER | LANDLOCK_ACCESS_FS_EXECUTE;
    default:
        return READ_FILE | READ_FOLDER;
    }
}

static bool path_allow(int rules, const struct sandbox_path *path, uint64_t all)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = wanted(path->access) & all};
    struct stat status;
    bool allowed;

    if (path->path == NULL || path->path[0] == '\0')
        return true;
    rule.parent_fd = open(path->path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return true; /* what is not there cannot be reached */
    if (fstat(rule.parent_fd, &status) == 0 && !S_ISDIR(status.st_mode))
        rule.allowed_access &= OF_FILES;
    allowed = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(rule.parent_fd);
    return allowed;
}

bool sandbox_files(const struct sandbox_path *paths, size_t count)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct landlock_ruleset_attr all = {.handled_access_fs = handled(version)};
    bool shut;
    int rules;

    /* The first one denies every move between folders. */
    if (version < 2)
        return false;
    rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
    if (rules < 0)
        return false;
    shut = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    for (size_t i = 0; i < count && shut; i++)
        shut = path_allow(rules, &paths[i], all.handled_access_fs);
    shut = shut && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return shut;
}
