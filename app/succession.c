#include "app/succession.h"

#include <string.h>

static bool was_met(const struct succession *succession, const char *key)
{
    for (size_t i = 0; i < succession->past_count; i++)
        if (strcmp(record_text(succession->past[i], "key"), key) == 0)
            return true;
    return strcmp(record_text(succession->record, "key"), key) == 0;
}

/* One move on; false at the end. */
static bool follow(struct succession *succession, struct catalogue *catalogue)
{
    const char *reference = record_text(succession->record, "moved_to");
    char key[RECORD_KEY_SIZE];
    struct record *next = NULL;

    if (*reference == '\0')
        return false;
    record_full_key(succession->record, reference, key);
    if (was_met(succession, key) || succession->past_count == SUCCESSION_LIMIT) {
        succession->end = SUCCESSION_CIRCLE;
        return false;
    }
    if (catalogue_get_by_key(catalogue, RECORD_SERVICE, key, &next, NULL) != 0) {
        succession->end = SUCCESSION_LOOSE;
        return false;
    }
    succession->past[succession->past_count++] = succession->record;
    succession->record = next;
    return true;
}

int succession_read(struct succession *succession, struct catalogue *catalogue, const char *key,
                    struct error *error)
{
    int code;

    *succession = (struct succession){0};
    code = catalogue_get_by_key(catalogue, RECORD_SERVICE, key, &succession->record, error);
    while (code == 0 && follow(succession, catalogue)) {
    }
    return code;
}

void succession_free(struct succession *succession)
{
    record_free(succession->record);
    for (size_t i = 0; i < succession->past_count; i++)
        record_free(succession->past[i]);
    *succession = (struct succession){0};
}

struct record *succession_present(struct catalogue *catalogue, enum record_type type,
                                  const char *key)
{
    struct succession found;
    struct record *record = NULL;

    if (type != RECORD_SERVICE) {
        catalogue_get_by_key(catalogue, type, key, &record, NULL);
        return record;
    }
    if (succession_read(&found, catalogue, key, NULL) != 0)
        return NULL;
    record = found.record;
    found.record = NULL;
    succession_free(&found);
    return record;
}
