/*
 * Past versions of forms. When a form is published at another version, the one it replaces is kept
 * in the catalogue as a record of its own, under the form's key, '@' and its number
 * ("sample/sqca-1@2"): a submission stays readable, and a draft can be finished, under the version
 * it was made with. Such a record is marked `ended` and names its form in `version_of`; it is in no
 * list and no search.
 */
#ifndef GUICHET_APP_FORM_ARCHIVE_H
#define GUICHET_APP_FORM_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/catalogue.h"
#include "app/error.h"
#include "app/import.h"
#include "app/record.h"

/* The key of a past version; false when it would be too long. */
bool form_archive_key(const char *key, int64_t version, char archived[RECORD_KEY_SIZE]);

/* True for a past version of a form. */
bool form_archive_holds(const struct record *record);

/*
 * Before `next` replaces `held` in `target` (both forms of one key): publishes `held` as a past
 * version when the versions differ, once; with `write` false nothing is published. ERROR_REFUSED
 * when the schema changed and the version did not: submissions could no longer be read.
 */
int form_archive_keep(const struct import_target *target, const struct record *held,
                      const struct record *next, bool write, struct error *error);

/*
 * The form of this key at this version: new (record_free). ERROR_NOT_FOUND when the catalogue has
 * the form at other versions only; `present` (may be NULL) gets the one in use.
 */
int form_archive_get(struct catalogue *catalogue, const char *key, int64_t version,
                     struct record **record, struct record **present, struct error *error);

#endif
