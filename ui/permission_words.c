#include "ui/permission_words.h"

#include <stddef.h>

#include "ui/language.h"

static const char *const texts[PERMISSION_COUNT] = {
    [PERMISSION_SERVE] = N_("serve clients"),
    [PERMISSION_SERVE_LEVEL_2] = N_("serve services of contact level 2"),
    [PERMISSION_SERVE_LEVEL_3] = N_("serve services of contact level 3"),
    [PERMISSION_SEARCH_ALL] = N_("search the files of other offices"),
    [PERMISSION_READ_RESTRICTED] = N_("read restricted notes"),
    [PERMISSION_READ_PROTECTED] = N_("read protected files"),
    [PERMISSION_PROTECT] = N_("protect a file"),
    [PERMISSION_EMERGENCY] = N_("open a closed file in an emergency"),
    [PERMISSION_SUPERVISE] = N_("supervise"),
    [PERMISSION_FIGURES] = N_("read the figures"),
    [PERMISSION_READ_AUDIT] = N_("read the audit trail"),
    [PERMISSION_DISCLOSE] = N_("hand out what is on file"),
    [PERMISSION_ERASE] = N_("erase files"),
    [PERMISSION_ADMINISTER] = N_("manage agents and terminals"),
    [PERMISSION_OPEN_UNASKED] = N_("open files without being asked why"),
};

const char *permission_text(enum permission permission)
{
    return (unsigned)permission < PERMISSION_COUNT ? _(texts[permission]) : "";
}
