/* Inside the case screen: what its parts share. screen_case.c opens it and deals with keys,
 * screen_case_summary.c draws what stands above the timeline, screen_case_filter.c narrows the
 * timeline and knows what is new. */
#ifndef GUICHET_UI_SCREEN_CASE_FILE_H
#define GUICHET_UI_SCREEN_CASE_FILE_H

#include "app/checklist.h"
#include "ui/editor.h"
#include "ui/list.h"
#include "ui/promise_words.h"
#include "ui/screen.h"
#include "ui/screen_case.h"

/* New entries that are counted. */
#define CASE_FRESH_LIMIT 99

/* Somebody who acts for the client, as it is painted. */
#define CASE_ACTING_SHOWN 2
struct case_acting {
    char text[3 * WORK_NAME_SIZE];
    enum paint_style style;
};

struct matter {
    struct case_file file;
    struct checklist checklist; /* of the file's case */
    bool draft;                 /* a note is half written */
    char called[64];            /* its reference, and that it is pinned */

    /* the timeline */
    struct list list;
    bool filtered;         /* `list` is over `shown`, else over the file */
    size_t *shown;         /* owned: entries of the file that the filter leaves */
    char **words;          /* owned: of each entry, folded; NULL until a filter needs them */
    size_t word_count;     /* as many as the file had entries then */
    struct editor *filter; /* owned */
    bool filtering;        /* it has the focus */
    int64_t looked;        /* seq up to which this agent has seen the case; 0: never opened here */
    size_t fresh;          /* entries beyond that; CASE_FRESH_LIMIT + 1 for more */

    /* facts for the summary, collected when the file is read: drawing costs the same whatever is
     * in it */
    char about[WORK_NAME_SIZE]; /* what it is about */
    bool promised;              /* the service promises an end */
    char promise[PROMISE_WORDS_SIZE];
    enum paint_style promise_style;
    struct case_acting acting[CASE_ACTING_SHOWN];
    size_t acting_count;           /* also of those that are not in `acting` */
    char identity[WORK_NAME_SIZE]; /* "identity verified (counter, 14:05)" */
    char consents[WORK_NAME_SIZE]; /* agencies that may be told, "" for none */
};

/* --- screen_case_summary.c --- */

/* Collects the facts after the file was read. */
void case_summary_read(struct screen *screen);
/* Draws three sentences to read aloud, details and the checklist; returns the rows used. */
int case_summary_draw(struct screen *screen, const struct paint *paint);

/* --- screen_case_status.c --- */

/* Asks where the case stands, and for one that closes what becomes of planned messages. */
void case_status_ask(struct screen *screen);
/* True when the case has changed. */
bool case_status_answer(struct screen *screen, const char *name, int64_t choice);

/* --- screen_case_filter.c --- */

/* Lists the entries that the filter leaves, after the file was read. */
int case_filter_apply(struct screen *screen, struct error *error);
void case_filter_free(struct matter *matter);
/* The entry in this row of the list; NULL when there is none, or it is not read yet. */
const struct case_entry *case_entry_at(const struct matter *matter, size_t index);
/* The file was read anew: the words of its entries may be others. */
void case_filter_forget(struct matter *matter);
/* What the filter says of an entry: nothing was seen of it yet by this agent. */
bool case_entry_is_new(const struct desk *desk, const struct matter *matter,
                       const struct case_entry *entry);
/* Reads up to where this agent had seen the case, and notes that all of it is seen now. */
void case_looked_read(struct screen *screen, const struct id *id);
void case_looked_keep(struct screen *screen);
/* Counts the new ones, after the file was read. */
int case_fresh_count(struct screen *screen, struct error *error);
/* Reads as much of the timeline as the list is about to show. */
int case_read_ahead(struct screen *screen, struct error *error);
/* The row above the timeline: its heading, or the filter. */
void case_filter_draw(struct matter *matter, const struct paint *paint, int row);
/* A key while the filter has the focus. */
bool case_filter_key(struct screen *screen, const struct input *input);

#endif
