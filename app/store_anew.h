/*
 * A store that is made anew where one was damaged or lost. It is made and filled beside the place
 * of the other, and takes that place when it is whole: broken off anywhere, what was readable is
 * there to be read again, or the new store is. Only app/store*.c include this.
 */
#ifndef GUICHET_APP_STORE_ANEW_H
#define GUICHET_APP_STORE_ANEW_H

#include "app/store_internal.h"

/* How the names of such a store begin, behind that of the place. */
#define STORE_ANEW ".recover"

/* Makes one for this place and opens it, instead of one that was begun before. */
int store_anew_begin(const char *path, const struct journal_owner *owner,
                     const struct seal_key *key, struct store **store, struct error *error);
/* It is filled and closed: it takes its place; what was there is moved aside (".damaged-<time>"
 * behind its name). */
int store_anew_place(const char *path, struct error *error);
/* Before a store is looked at, or missed: does the rest of a store_anew_place that was broken off. */
int store_anew_finish(const char *path, struct error *error);

/* Moves a store aside: ".<word>-<time>" behind its name. */
int store_move_aside(const char *path, const char *word, struct error *error);

#endif
