#include "app/purpose.h"

#include <stddef.h>
#include <string.h>

const char *const purpose_words[] = {"contact",     "call-back", "case-work", "written",
                                     "supervision", "privacy",   "emergency", NULL};

/* Who can have it, and whether the name alone says enough. */
static const struct {
    enum permission permission;
    bool wants_words;
} rules[PURPOSE_COUNT] = {
    [PURPOSE_CONTACT] = {PERMISSION_SERVE, false},
    [PURPOSE_CALL_BACK] = {PERMISSION_SERVE, false},
    [PURPOSE_CASE_WORK] = {PERMISSION_SERVE, false},
    [PURPOSE_WRITTEN] = {PERMISSION_SERVE, false},
    [PURPOSE_SUPERVISION] = {PERMISSION_SUPERVISE, true},
    [PURPOSE_PRIVACY] = {PERMISSION_READ_AUDIT, true},
    [PURPOSE_EMERGENCY] = {PERMISSION_EMERGENCY, true},
};

const char *purpose_name(enum purpose purpose)
{
    if (purpose <= PURPOSE_NONE || purpose >= PURPOSE_COUNT)
        return NULL;
    return purpose_words[purpose - 1];
}

enum purpose purpose_from_name(const char *name)
{
    for (int i = 0; name != NULL && purpose_words[i] != NULL; i++)
        if (strcmp(purpose_words[i], name) == 0)
            return (enum purpose)(i + 1);
    return PURPOSE_NONE;
}

bool purpose_wants_words(enum purpose purpose)
{
    return purpose > PURPOSE_NONE && purpose < PURPOSE_COUNT && rules[purpose].wants_words;
}

bool purpose_is_open_to(enum purpose purpose, permission_set may)
{
    return purpose > PURPOSE_NONE && purpose < PURPOSE_COUNT &&
           (may & ((permission_set)1 << rules[purpose].permission)) != 0;
}
