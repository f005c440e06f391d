/*
 * Entries of the audit trail, and access that is worth a question, in plain words.
 */
#ifndef GUICHET_UI_AUDIT_WORDS_H
#define GUICHET_UI_AUDIT_WORDS_H

#include <stddef.h>

#include <jansson.h>

/* One sentence: who did what with whose data. `entry` as GET /v1/audit answers it. */
void audit_sentence(const json_t *entry, char *text, size_t size);
/* Why, the agent's words, and what it was (audit_deeds.h); "" for nothing. */
void audit_reason(const json_t *entry, char *text, size_t size);
/* The same of a finding. */
void audit_finding_sentence(const json_t *finding, char *text, size_t size);

/* A kind of entry as it is chosen ("read": "What was looked at"); "" is all of them. */
const char *audit_kind_text(const char *kind);

#endif
