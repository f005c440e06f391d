#include "ui/screen.h"

#include <string.h>

extern const struct screen_kind screen_sign_in, screen_lock, screen_home, screen_help,
    screen_choice, screen_service;

/* The order is that of the key line and of the help. */
const struct screen_kind *const screen_kinds[] = {
    &screen_help,   &screen_home, &screen_service, &screen_lock, &screen_sign_in,
    &screen_choice, NULL,
};

const struct screen_kind *screen_kind_find(const char *name)
{
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++)
        if (strcmp((*kind)->name, name) == 0)
            return *kind;
    return NULL;
}
