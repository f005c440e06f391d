#include "app/calendar_read.h"

#include "app/json.h"

struct calendar *calendar_with_closures(const json_t *body, const struct record *jurisdiction,
                                        bool *known)
{
    const json_t *closures = json_object_get(body, "closures");
    struct calendar *calendar = NULL;
    json_t *none;

    if (jurisdiction != NULL && calendar_new(&calendar, jurisdiction->body, NULL) != 0)
        calendar = NULL;
    if (known != NULL)
        *known = calendar != NULL;
    if (json_array_size(closures) == 0)
        return calendar;
    if (calendar == NULL) {
        none = json_pack("{s:[]}", "holidays");
        if (none == NULL || calendar_new(&calendar, none, NULL) != 0)
            calendar = NULL;
        json_decref(none);
    }
    if (calendar != NULL)
        calendar_close(calendar, closures, NULL);
    return calendar;
}

void calendar_read(struct calendar **calendar, bool *known, struct catalogue *catalogue,
                   const struct record *owner, const json_t *body)
{
    const char *reference = json_text_or(body, "calendar", "");
    struct record *jurisdiction = NULL;
    char key[RECORD_KEY_SIZE];

    if (*reference != '\0' && catalogue != NULL) {
        record_full_key(owner, reference, key);
        if (catalogue_get_by_key(catalogue, RECORD_CALENDAR, key, &jurisdiction, NULL) != 0)
            jurisdiction = NULL;
    }
    *calendar = calendar_with_closures(body, jurisdiction, known);
    record_free(jurisdiction);
}
