/* The parts of the contact screen: choosing the client, and the contact in progress. Only
 * ui/screen_contact*.c include it. */
#ifndef GUICHET_UI_SCREEN_CONTACT_H
#define GUICHET_UI_SCREEN_CONTACT_H

#include "app/client_index.h"
#include "ui/editor.h"
#include "ui/elsewhere.h"
#include "ui/list.h"
#include "ui/screen.h"
#include "ui/work.h"

#define CONTACT_HITS  50
#define CONTACT_CASES 200

struct contact {
    /* Choosing the client, while no contact is in progress. */
    struct client_index *index; /* owned; NULL until needed */
    struct editor *query;       /* owned */
    struct client_hit hits[CONTACT_HITS];
    size_t found;                /* how many of them */
    struct elsewhere *elsewhere; /* owned: those of other offices, below them */
    struct list list;
    /* In progress. */
    struct record *record; /* owned; NULL for none */
    struct record *client; /* owned; NULL for none */
    struct record *cases[CONTACT_CASES];
    size_t case_count;
    struct editor *need; /* owned */
    struct list case_list;
    bool in_list; /* the focus is on the cases, not on the need */
};

/* No client is chosen yet: no contact is in progress, or one of a ticket whose client is unknown.
 */
bool contact_is_choosing(const struct contact *contact);

/* screen_contact_search.c */
void contact_search_read(struct screen *screen);
void contact_search_draw(struct screen *screen, const struct paint *paint);
bool contact_search_key(struct screen *screen, const struct input *input);
/* Looks in all offices for what is typed. */
void contact_search_elsewhere(struct screen *screen);
/* In the screen's operations of these names. */
void contact_search_tick(struct screen *screen);
void contact_search_wake(struct screen *screen);
bool contact_search_answer(struct screen *screen, const char *from, const json_t *answer);
/* Begins a contact with a client, or says who the one in progress is with: `id` of a known one,
 * NULL for an anonymous one. */
void contact_search_begin(struct screen *screen, const struct id *id);

/* screen_contact_now.c */
void contact_now_read(struct screen *screen);
void contact_now_clear(struct contact *contact);
void contact_now_draw(struct screen *screen, const struct paint *paint);
bool contact_now_key(struct screen *screen, const struct input *input);
/* Writes the need when it is another one than on record. */
void contact_now_keep_need(struct screen *screen);
void contact_now_identity(struct screen *screen);
/* On whatever screen: sets the flags of the contact in progress that are named, "": the next one
 * instead of the present. Tells it. */
void contact_mood(struct screen *screen, const char *argument);

#endif
