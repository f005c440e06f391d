/* Operations and refusals in plain words. Only ui/screen_outbox*.c, ui/screen_refusals*.c and
 * ui/conflict_words.c include it. */
#ifndef GUICHET_UI_SCREEN_OUTBOX_H
#define GUICHET_UI_SCREEN_OUTBOX_H

#include "app/store.h"
#include "ui/work.h"

/* "Note: Pièce reçue." */
void operation_words(struct desk *desk, const struct operation *operation, char *text, size_t size);
/* The client or case that it is about, "" when unknown. */
void operation_about(struct desk *desk, const struct operation *operation, char *text, size_t size);
/* Why it was refused, with who has it when another was first. */
void refusal_words(struct desk *desk, const struct operation *operation, enum merge_refusal refusal,
                   const char *field, char *text, size_t size);
/* How an item of a checklist stands: "done", "not-needed", "" for to do. */
const char *tick_text(const char *state);
/* The name of a field ("phone", "answers/given_name") for people. */
const char *field_words(const char *path);

#endif
