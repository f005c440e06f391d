/*
 * A life event (app/catalogue_bodies.md): from the answers to its questionnaire to the client's own
 * list of services, forms and agencies, in order, each with its reason. Compiled once, then
 * read-only; pure: the same answers always give the same list.
 */
#ifndef GUICHET_FORMS_LIFE_EVENT_H
#define GUICHET_FORMS_LIFE_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "app/error.h"
#include "app/record.h"

struct life_event;

/* When a step is to be made, seen from the day of the event. */
enum life_event_stage { LIFE_EVENT_NOW, LIFE_EVENT_SOON, LIFE_EVENT_LATER, LIFE_EVENT_STAGES };

/* "now", "soon", "later". */
extern const char *const life_event_stage_words[LIFE_EVENT_STAGES + 1];

/* Longest name of a step: "<key of the event>#<id of the step>", see life_event_step_name. */
#define LIFE_EVENT_NAME_SIZE 101

/* One step. All borrowed from the event. */
struct life_event_step {
    const char *id;   /* unique in its event */
    const char *name; /* unique everywhere, at most LIFE_EVENT_NAME_SIZE with its NUL */
    enum life_event_stage stage;
    const char *service;    /* full key; NULL when it is about no service */
    const char *form;       /* full key; NULL when there is none to fill */
    const json_t *agency;   /* {"id", "title", "how"}: outside the catalogue; NULL for none */
    const json_t *reason;   /* localised */
    const json_t *deadline; /* localised; NULL when there is none */
};

/*
 * Compiles a life-event record. Errors name the place ("steps/2/when: ..."): ERROR_INVALID for a
 * step about nothing or about both a service and an agency, an id given twice, a condition that is
 * no JSON Schema; ERROR_TOO_LARGE; ERROR_MEMORY. Nothing of `record` is kept.
 */
int life_event_compile(struct life_event **event, const struct record *record, struct error *error);
/* NULL is allowed. */
void life_event_free(struct life_event *event);

/* All its steps, in the order in which they are made: by stage, then as the event lists them. */
size_t life_event_step_count(const struct life_event *event);
const struct life_event_step *life_event_step(const struct life_event *event, size_t index);

/* Whether a step is for who gave these answers (an object, NULL for none given). */
bool life_event_step_holds(const struct life_event *event, size_t index, const json_t *answers);

#endif
