/*
 * Answers given under an older version of a form, brought to the present one by the steps that the
 * form's `migrations` declare (app/catalogue_bodies.md, section form). No answer is ever dropped
 * silently: what the present version has no place for is handed back apart.
 */
#ifndef GUICHET_FORMS_FORM_MIGRATE_H
#define GUICHET_FORMS_FORM_MIGRATE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "forms/form.h"

struct form_migration {
    json_t *answers;  /* new reference: as the present version has them */
    json_t *aside;    /* new reference: pointer ("/fax") -> answer that has no place any more */
    size_t moved;     /* answers that went to another place or got another word */
    size_t defaulted; /* answers that were added */
};

/* Longest chain of versions and steps of one version. */
#define FORM_MIGRATION_LIMIT 500

/*
 * From version `from` to that of `form`. `answers` stays as it is. ERROR_NOT_FOUND when the form
 * does not say how (a version between has no step, or `from` is newer); ERROR_MEMORY. On an error
 * nothing is handed out.
 */
int form_migrate(const struct form *form, int64_t from, const json_t *answers,
                 struct form_migration *migration, struct error *error);
void form_migration_clear(struct form_migration *migration);

/* Checks the `migrations` of a body while it is compiled: errors name the place. */
int form_migrations_check(const json_t *body, struct error *error);

#endif
