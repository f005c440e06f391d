#include "app/permission.h"

#include <stddef.h>
#include <string.h>

static const char *const names[PERMISSION_COUNT] = {
    [PERMISSION_SERVE] = "serve",
    [PERMISSION_SERVE_LEVEL_2] = "serve-level-2",
    [PERMISSION_SERVE_LEVEL_3] = "serve-level-3",
    [PERMISSION_SEARCH_ALL] = "search-all",
    [PERMISSION_READ_RESTRICTED] = "read-restricted",
    [PERMISSION_READ_PROTECTED] = "read-protected",
    [PERMISSION_PROTECT] = "protect",
    [PERMISSION_EMERGENCY] = "emergency",
    [PERMISSION_SUPERVISE] = "supervise",
    [PERMISSION_FIGURES] = "figures",
    [PERMISSION_READ_AUDIT] = "read-audit",
    [PERMISSION_DISCLOSE] = "disclose",
    [PERMISSION_ERASE] = "erase",
    [PERMISSION_ADMINISTER] = "administer",
    [PERMISSION_OPEN_UNASKED] = "open-unasked",
};

#define MAY(permission) ((permission_set)1 << PERMISSION_##permission)
#define DESK            (MAY(SERVE) | MAY(SERVE_LEVEL_2) | MAY(SEARCH_ALL))

static const struct {
    const char *role;
    permission_set may;
} roles[] = {
    {"clerk", DESK},
    {"agent", DESK | MAY(EMERGENCY)},
    {"specialist", DESK | MAY(SERVE_LEVEL_3) | MAY(EMERGENCY)},
    {"supervisor", DESK | MAY(SERVE_LEVEL_3) | MAY(EMERGENCY) | MAY(SUPERVISE) |
                       MAY(READ_RESTRICTED) | MAY(READ_PROTECTED) | MAY(PROTECT) | MAY(FIGURES)},
    {"privacy-officer", MAY(SEARCH_ALL) | MAY(READ_RESTRICTED) | MAY(READ_PROTECTED) |
                            MAY(PROTECT) | MAY(READ_AUDIT) | MAY(DISCLOSE) | MAY(ERASE)},
    {"administrator", MAY(ADMINISTER)},
};

const char *permission_name(enum permission permission)
{
    return (unsigned)permission < PERMISSION_COUNT ? names[permission] : NULL;
}

bool permission_from_name(const char *name, enum permission *permission)
{
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (strcmp(names[i], name) == 0) {
            *permission = (enum permission)i;
            return true;
        }
    return false;
}

permission_set permission_of_role(const char *role)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(roles[i].role, role) == 0)
            return roles[i].may;
    return 0;
}
