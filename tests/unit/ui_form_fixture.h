/* A form "t/move" (code MV-1) in the catalogue of a ui_fixture, in versions that follow each other
 * as imports bring them, and the one draft of it. */
#ifndef GUICHET_TESTS_UI_FORM_FIXTURE_H
#define GUICHET_TESTS_UI_FORM_FIXTURE_H

#include "tests/unit/ui_fixture.h"

/* Publishes a version of it as an import does; ' stands for " in the rest of the body. */
void ui_form_publish(struct ui_fixture *fixture, int version, const char *rest);

/* The only submission there is; new. The test fails when there is none or another one. */
struct record *ui_form_draft(struct ui_fixture *fixture);

/* The two operations of an import_target over the fixture's catalogue; `context` is the fixture. */
int ui_form_catalogue_get(void *context, enum record_type type, const struct id *id,
                          struct record **record, struct error *error);
int ui_form_catalogue_publish(void *context, const struct record *record, struct error *error);

#endif
