/* Permissions in words. */
#ifndef GUICHET_UI_PERMISSION_WORDS_H
#define GUICHET_UI_PERMISSION_WORDS_H

#include "app/permission.h"

/* What it lets do, in the present language ("serve services of contact level 3"). Static. */
const char *permission_text(enum permission permission);

#endif
