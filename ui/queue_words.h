/* Queues in plain words (app/queue.h): skills, languages, and why an agent cannot take something.
 */
#ifndef GUICHET_UI_QUEUE_WORDS_H
#define GUICHET_UI_QUEUE_WORDS_H

#include <stddef.h>

#include "app/queue.h"

/* A skill as it is written ("civil-status:2"): "civil status 2". */
void skill_words(const char *skill, char *text, size_t size);
/* "urgent"; "" for the ordinary priority, 0. Static. */
const char *priority_words(int64_t priority);
/* What stands in the way: "lacks: civil status"; "" for nothing. */
void verdict_words(const struct queue_verdict *verdict, char *text, size_t size);

#endif
