/*
 * The view: a list of cases as somebody has set it up (case_query.h), under a name. One's own is
 * seen by its owner alone, on whatever terminal; a shared one by the whole office, and a supervisor
 * keeps it.
 */
#ifndef GUICHET_APP_VIEW_H
#define GUICHET_APP_VIEW_H

#include "app/author.h"
#include "app/case_query.h"
#include "app/store.h"

/* Longest name, in bytes; how many are shown. */
#define VIEW_NAME_LIMIT 80
#define VIEWS_LIMIT     60

struct view {
    struct record *record; /* owned */
    char name[VIEW_NAME_LIMIT + 1];
    bool shared;
    int64_t place;
    struct case_query query;
};

/* Zero-initialise; views_free when done. */
struct views {
    struct view list[VIEWS_LIMIT];
    size_t count;
};

/* Those that this agent sees and that are not taken away, by their place, then by name. One of a
 * later version, whose query is not understood here, is left out. */
int views_read(struct views *views, struct store *store, const struct id *agent,
               struct error *error);
void views_free(struct views *views);

/* Whether a list or view of this name is meant: accents and case aside. */
bool view_is_called(const char *name, const char *typed);

/* ERROR_INVALID for a blank name. `id` receives the record's id. */
int view_save(struct batch *batch, const struct author *author, const char *name, bool shared,
              const struct case_query *query, int64_t place, struct id *id, struct error *error);
int view_rename(struct batch *batch, const struct author *author, const struct view *view,
                const char *name, struct error *error);
int view_change(struct batch *batch, const struct author *author, const struct view *view,
                const struct case_query *query, struct error *error);
int view_move(struct batch *batch, const struct author *author, const struct view *view,
              int64_t place, struct error *error);
/* Takes it away; the record stays. */
int view_hide(struct batch *batch, const struct author *author, const struct view *view,
              struct error *error);

#endif
