/*
 * The checklist of a case: what a client's life event asks of them, item by item, with what was
 * done of it. Two fields of the case hold it, each a map so that two agents never stand in one
 * another's way: `checklist` says what the items are, `ticks` how each stands.
 *
 * An item: {"order": 3, "stage": "now", "service": key, "form": key, "agency": {...}, "title":
 * localised, "reason": localised, "deadline": localised}, as the step of the life event said it on
 * the day (forms/life_event.h): it is still read when the catalogue has changed. A tick is "done"
 * or "not-needed"; without one the item is to do.
 */
#ifndef GUICHET_APP_CHECKLIST_H
#define GUICHET_APP_CHECKLIST_H

#include "app/author.h"

enum checklist_state { CHECKLIST_TO_DO, CHECKLIST_DONE, CHECKLIST_NOT_NEEDED };

/* Borrowed from the case's record. */
struct checklist_item {
    const char *name;   /* in both maps */
    const json_t *body; /* see above */
    int64_t order;
    enum checklist_state state;
    struct id agent; /* who last said how it stands; empty when nobody did */
    int64_t at_ms;   /* and when; 0 */
};

struct checklist {
    struct checklist_item *items; /* owned; in their order */
    size_t count;
    size_t done;   /* of them done */
    size_t needed; /* all but those not needed */
};

/* Reads it from a case; what is no item is left out. Empty for a case without one. */
int checklist_read(struct checklist *checklist, const struct record *matter, struct error *error);
void checklist_free(struct checklist *checklist);

/* The first item that is to do; `count` when there is none. */
size_t checklist_next(const struct checklist *checklist);

/*
 * Puts items (a list of [name, item]; `order` is given here) behind those that the case has. Left
 * out are those that it has already: by name, or another about the same service, agency or form.
 * `added` counts the others; none adds no operation.
 */
int checklist_add(struct batch *batch, const struct author *author, const struct record *matter,
                  const json_t *items, size_t *added, struct error *error);

/* Says how an item stands. Adds nothing when it stands so; ERROR_NOT_FOUND for no such item. */
int checklist_set(struct batch *batch, const struct author *author, const struct record *matter,
                  const char *name, enum checklist_state state, struct error *error);

/*
 * Before there is a checklist: puts a step of the life event into the list that a questionnaire
 * gives, or leaves it out, whatever the answers say. `otherwise`: what the answers say; the same
 * puts nothing on file. `questionnaire` is its submission, a draft.
 */
int checklist_choose(struct batch *batch, const struct author *author,
                     const struct record *questionnaire, const char *step, bool chosen,
                     bool otherwise, struct error *error);
/* Whether a step is in the list. */
bool checklist_is_chosen(const struct record *questionnaire, const char *step, bool otherwise);

#endif
