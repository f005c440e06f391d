#include "ui/screen.h"

#include <string.h>

extern const struct screen_kind screen_choice, screen_form, screen_help, screen_home, screen_lock,
    screen_search, screen_service, screen_sign_in;

/* The order is that of the key line and of the help: one a line, so that additions merge. */
const struct screen_kind *const screen_kinds[] = {
    &screen_help,                  /* F1 */
    &screen_search,                /* F2 */
    &screen_form,                  /* F4 */
    &screen_service, &screen_lock, /* F9 */
    &screen_home,    &screen_sign_in, &screen_choice, NULL,
};

const struct screen_kind *screen_kind_find(const char *name)
{
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++)
        if (strcmp((*kind)->name, name) == 0)
            return *kind;
    return NULL;
}
