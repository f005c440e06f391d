/*
 * The context of a hand-off, ready-made from what happened. It goes along as facts: data, which
 * each side reads in its own language; only what the sender wrote stays as it was written.
 */
#ifndef GUICHET_APP_HANDOFF_CONTEXT_H
#define GUICHET_APP_HANDOFF_CONTEXT_H

#include "app/store.h"

#define HANDOFF_NOTES_LIMIT       5
#define HANDOFF_COMMITMENTS_LIMIT 5

/* What happened that a receiver must know; all records owned, NULL when there is none. */
struct handoff_facts {
    struct record *contact;
    struct record *client;
    struct record *matter;                     /* the case */
    struct record *draft;                      /* the submission being filled */
    struct record *notes[HANDOFF_NOTES_LIMIT]; /* of this contact, oldest first */
    size_t note_count;
    struct record *commitments[HANDOFF_COMMITMENTS_LIMIT]; /* of the case or client, oldest first */
    size_t commitment_count;
};

/* Reads them; empty ids, and records that this terminal does not hold, give none. A draft is
 * looked for when `submission` is empty. */
int handoff_facts_read(struct handoff_facts *facts, struct store *store, const struct id *contact,
                       const struct id *client, const struct id *matter,
                       const struct id *submission, struct error *error);
void handoff_facts_free(struct handoff_facts *facts);

/*
 * The facts as a hand-off carries them ("facts"): a list of
 *
 *   {"fact": "need" | "interpreter" | "accessibility" | "case" | "note" | "note-begun", "value"}
 *   {"fact": "identity" | "language", "word"}
 *   {"fact": "mood", "words": [...]}          of mood_words
 *   {"fact": "service", "key"}
 *   {"fact": "done" | "left", "steps": [{"title": localised, "service": key}]}
 *   {"fact": "form", "key", "field"}          the field reached
 *   {"fact": "commitment", "value", "due_at"}
 *
 *   {"fact": "summary", "client", "service", "need"}   who and what, in one line; "client" is "" for
 *                                            an anonymous one. Not in the list made here: the
 *                                            sender's screen adds it where that line was left so.
 *
 * and, for what the sender wrote, {"written"}. New reference; NULL when out of memory.
 * `note_begun`: a note that is half typed, "" for none.
 */
json_t *handoff_facts_list(const struct handoff_facts *facts, const char *note_begun);

/* The text of the note that the sender had half typed, "" for none. Borrowed. */
const char *handoff_note_begun(const struct record *handoff);

#endif
