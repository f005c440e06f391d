/*
 * A life event beside its questionnaire: the conditions of its steps ask for answers that the
 * questionnaire can give. A misspelt one would leave a step for nobody, without a word.
 */
#ifndef GUICHET_APP_IMPORT_LIFE_EVENT_H
#define GUICHET_APP_IMPORT_LIFE_EVENT_H

#include <jansson.h>

#include "app/error.h"

/* `event` is the body of a life event, `questionnaire` that of its form. ERROR_INVALID names the
 * step, the question and the answer. */
int import_life_event_check(const json_t *event, const json_t *questionnaire, struct error *error);

#endif
