#include "forms/life_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "forms/schema.h"

const char *const life_event_stage_words[LIFE_EVENT_STAGES + 1] = {"now", "soon", "later", NULL};

struct step {
    struct life_event_step shown; /* first */
    char id[LIFE_EVENT_NAME_SIZE];
    char name[LIFE_EVENT_NAME_SIZE];
    char service[RECORD_KEY_SIZE];
    char form[RECORD_KEY_SIZE];
    size_t place;        /* in the body, from 0 */
    json_t *body;        /* owned */
    struct schema *when; /* owned; NULL: for everybody */
};

struct life_event {
    struct step *steps;
    size_t count;
};

static int refuse(struct error *error, const struct step *step, const char *what)
{
    return error_set(error, ERROR_INVALID, "steps/%zu: %s", step->place, what);
}

/* Full keys of what a step is about. */
static void keys_fill(struct step *step, const struct record *record)
{
    const char *service = json_text_or(step->body, "service", "");
    const char *form = json_text_or(step->body, "form", "");

    record_full_key(record, service, step->service);
    record_full_key(record, form, step->form);
    step->shown.service = *service != '\0' ? step->service : NULL;
    step->shown.form = *form != '\0' ? step->form : NULL;
    step->shown.agency = json_object_get(step->body, "agency");
}

static int names_fill(struct step *step, const struct record *record, struct error *error)
{
    const char *id = json_text_or(step->body, "id", "");
    int length = snprintf(step->name, sizeof(step->name), "%s#%s", record_text(record, "key"), id);

    if (*id == '\0')
        return refuse(error, step, "id: missing");
    if (length < 0 || (size_t)length >= sizeof(step->name))
        return error_set(error, ERROR_TOO_LARGE, "steps/%zu: id: with the key over %d bytes",
                         step->place, LIFE_EVENT_NAME_SIZE - 1);
    snprintf(step->id, sizeof(step->id), "%s", id);
    step->shown.id = step->id;
    step->shown.name = step->name;
    return 0;
}

static int stage_fill(struct step *step, struct error *error)
{
    const char *word = json_text_or(step->body, "stage", "");

    for (int stage = 0; stage < LIFE_EVENT_STAGES; stage++)
        if (strcmp(life_event_stage_words[stage], word) == 0) {
            step->shown.stage = (enum life_event_stage)stage;
            return 0;
        }
    return refuse(error, step, "stage: neither now, soon nor later");
}

static int step_compile(struct step *step, const struct record *record, json_t *body,
                        struct error *error)
{
    const json_t *when = json_object_get(body, "when");
    int code;

    step->body = json_incref(body);
    code = names_fill(step, record, error);
    if (code == 0)
        code = stage_fill(step, error);
    if (code != 0)
        return code;
    keys_fill(step, record);
    step->shown.reason = json_object_get(body, "reason");
    step->shown.deadline = json_object_get(body, "deadline");
    if (step->shown.reason == NULL)
        return refuse(error, step, "reason: missing");
    if (step->shown.service == NULL && step->shown.form == NULL && step->shown.agency == NULL)
        return refuse(error, step, "about no service, form or agency");
    if (step->shown.agency != NULL && step->shown.service != NULL)
        return refuse(error, step, "about a service and an agency: two steps");
    if (when != NULL && schema_compile(&step->when, when, NULL, error) != 0)
        return error_prefix(error, "steps/%zu/when", step->place);
    return 0;
}

static int ids_check(const struct life_event *event, struct error *error)
{
    for (size_t i = 0; i < event->count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(event->steps[i].id, event->steps[j].id) == 0)
                return error_set(error, ERROR_INVALID, "steps/%zu: id: \"%s\" is given twice",
                                 event->steps[i].place, event->steps[i].id);
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct step *first = left, *second = right;

    if (first->shown.stage != second->shown.stage)
        return first->shown.stage < second->shown.stage ? -1 : 1;
    return first->place < second->place ? -1 : 1;
}

/* The texts of a step stand in the step itself: after it has moved, they stand elsewhere. */
static void settle(struct step *step)
{
    step->shown.id = step->id;
    step->shown.name = step->name;
    step->shown.service = step->shown.service != NULL ? step->service : NULL;
    step->shown.form = step->shown.form != NULL ? step->form : NULL;
}

static int steps_compile(struct life_event *event, const struct record *record,
                         const json_t *bodies, struct error *error)
{
    size_t count = json_array_size(bodies);
    int code = 0;

    event->steps = calloc(count > 0 ? count : 1, sizeof(event->steps[0]));
    if (event->steps == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (; event->count < count && code == 0; event->count++) {
        event->steps[event->count].place = event->count;
        code = step_compile(&event->steps[event->count], record,
                            json_array_get(bodies, event->count), error);
    }
    if (code == 0)
        code = ids_check(event, error);
    if (code != 0)
        return code;
    qsort(event->steps, count, sizeof(event->steps[0]), compare);
    for (size_t i = 0; i < count; i++)
        settle(&event->steps[i]);
    return 0;
}

int life_event_compile(struct life_event **event, const struct record *record, struct error *error)
{
    struct life_event *made = calloc(1, sizeof(*made));
    int code;

    *event = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = steps_compile(made, record, json_object_get(record->body, "steps"), error);
    if (code != 0) {
        life_event_free(made);
        return code;
    }
    *event = made;
    return 0;
}

void life_event_free(struct life_event *event)
{
    if (event == NULL)
        return;
    for (size_t i = 0; i < event->count; i++) {
        json_decref(event->steps[i].body);
        schema_free(event->steps[i].when);
    }
    free(event->steps);
    free(event);
}

size_t life_event_step_count(const struct life_event *event)
{
    return event->count;
}

const struct life_event_step *life_event_step(const struct life_event *event, size_t index)
{
    return &event->steps[index].shown;
}

bool life_event_step_holds(const struct life_event *event, size_t index, const json_t *answers)
{
    const struct schema *when = event->steps[index].when;
    json_t *none;
    bool holds;

    if (when == NULL)
        return true;
    if (answers != NULL)
        return schema_validate(when, answers, NULL, NULL, NULL) == 0;
    none = json_object();
    holds = none != NULL && schema_validate(when, none, NULL, NULL, NULL) == 0;
    json_decref(none);
    return holds;
}
