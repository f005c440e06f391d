/* What the screens of flags (errors reported in the catalogue) share. */
#ifndef GUICHET_UI_SCREEN_FLAG_H
#define GUICHET_UI_SCREEN_FLAG_H

#include "app/flag.h"
#include "ui/work.h"

/* "fee", "hours" ...: what is wrong. Static. */
const char *flag_kind_text(const char *kind);
/* The title of what it is about, the key when it is not here. */
void flag_title(struct desk *desk, const struct record *flag, char *title, size_t size);
/* "waits for an answer", "answered by Omar Haddad", and what of that is on its way only. */
void flag_state_text(struct desk *desk, const struct record *flag, enum store_pending pending,
                     char *text, size_t size);

/* "Reported as wrong (fee) by Marie Tremblay, 14:05: It is $58.", for the page of what it is about.
 */
#define FLAG_WARNING_SIZE (4 * WORK_NAME_SIZE)
void flag_warning_text(struct desk *desk, const struct record *flag, char *text, size_t size);

#endif
