/*
 * What an import asks of the definitions it publishes, beyond the table of their members
 * (app/import_body.h): that they compile.
 */
#ifndef GUICHET_FORMS_DEFINITION_H
#define GUICHET_FORMS_DEFINITION_H

#include "app/error.h"
#include "app/record.h"

/* Gives a form without a layout one (form_give_layout). Compiles a form or a life event and forgets
 * it; 0 for records of other types. The message names the place in the body. For
 * import_options.check. */
int definition_check(struct record *record, struct error *error);

#endif
