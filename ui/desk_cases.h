/* The cases of the desk, in memory, with what they are called in the screen's language. */
#ifndef GUICHET_UI_DESK_CASES_H
#define GUICHET_UI_DESK_CASES_H

#include "app/case_list.h"
#include "ui/desk.h"

/* Begins reading them; while nobody is signed in, nothing. What fails is told by their not being
 * there. */
void desk_cases_start(struct desk *desk);
/* Wipes them. */
void desk_cases_stop(struct desk *desk);

/* The store has changed: takes that in. */
void desk_cases_look(struct desk *desk);

/* NULL while they are read; see case_reader_table. */
struct case_table *desk_cases(struct desk *desk, uint64_t *generation);
/* How many records were read so far. */
size_t desk_cases_progress(struct desk *desk);

/* The agent's own cases, those opened last first, `limit` at most: `visit` gets them as the store
 * has them. None while they are read: that they have come is a change of the desk. */
int desk_cases_mine(struct desk *desk, size_t limit, store_visit visit, void *context,
                    struct error *error);

/* The case of this reference, however it is written; false when there is none here. Copies what it
 * is called. */
bool desk_cases_find(struct desk *desk, const char *reference, struct id *id, char found[17]);

/* Whose lists, now, by the names of the screen's language. Borrows from the desk. */
struct case_situation desk_cases_situation(const struct desk *desk);

/* The names of columns and lists: msgids. */
extern const char *const case_column_titles[];
extern const char *const case_list_titles[];
extern const char *const case_group_titles[];

#endif
