#include "app/purpose.h"

#include <stddef.h>
#include <string.h>

const char *const purpose_words[] = {"contact",     "call-back", "case-work", "written",
                                     "supervision", "privacy",   "emergency", NULL};

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
