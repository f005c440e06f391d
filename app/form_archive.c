#include "app/form_archive.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/json.h"

static int64_t version_of(const struct record *form)
{
    return json_integer_or(form->body, "version", 1);
}

bool form_archive_key(const char *key, int64_t version, char archived[RECORD_KEY_SIZE])
{
    return snprintf(archived, RECORD_KEY_SIZE, "%s@%" PRId64, key, version) < RECORD_KEY_SIZE;
}

bool form_archive_holds(const struct record *record)
{
    return record->type == RECORD_FORM && *record_text(record, "version_of") != '\0';
}

/* `held` as the record of a past version: NULL when out of memory. */
static struct record *archive_record(const struct record *held, const char *archived)
{
    struct record *record = record_copy(held);

    if (record == NULL)
        return NULL;
    record->id = id_from_key(record_type_name(RECORD_FORM), archived);
    record->rev = 1;
    if (json_object_set(record->body, "version_of", json_object_get(held->body, "key")) != 0 ||
        json_object_set_new(record->body, "key", json_string(archived)) != 0 ||
        json_object_set_new(record->body, "ended", json_true()) != 0) {
        record_free(record);
        return NULL;
    }
    return record;
}

int form_archive_keep(const struct import_target *target, const struct record *held,
                      const struct record *next, bool write, struct error *error)
{
    char archived[RECORD_KEY_SIZE];
    struct record *known = NULL;
    struct record *record;
    int code;

    if (version_of(held) == version_of(next)) {
        if (json_equal(json_object_get(held->body, "schema"),
                       json_object_get(next->body, "schema")) == 1)
            return 0;
        return error_set(error, ERROR_REFUSED,
                         "its schema changed and its version is still %" PRId64
                         ": what was submitted could not be read any more",
                         version_of(held));
    }
    if (!form_archive_key(record_text(held, "key"), version_of(held), archived))
        return error_set(error, ERROR_TOO_LARGE, "the key is too long for a past version");
    record = archive_record(held, archived);
    if (record == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = target->get(target->context, RECORD_FORM, &record->id, &known, error);
    /* What was kept once is what submissions were made with: it stays. */
    if (code == ERROR_NOT_FOUND)
        code = write ? target->publish(target->context, record, error) : 0;
    record_free(known);
    record_free(record);
    return code;
}

int form_archive_get(struct catalogue *catalogue, const char *key, int64_t version,
                     struct record **record, struct record **present, struct error *error)
{
    char archived[RECORD_KEY_SIZE];
    struct record *now = NULL;
    int code = catalogue_get_by_key(catalogue, RECORD_FORM, key, &now, error);

    *record = NULL;
    if (code == 0 && version_of(now) == version)
        *record = record_copy(now);
    else if (code == 0 && form_archive_key(key, version, archived))
        code = catalogue_get_by_key(catalogue, RECORD_FORM, archived, record, error);
    if (code == 0 && *record == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    if (present != NULL)
        *present = now;
    else
        record_free(now);
    return code;
}
