/* The parts of the lists of cases. Only ui/screen_lists*.c include it. */
#ifndef GUICHET_UI_SCREEN_LISTS_H
#define GUICHET_UI_SCREEN_LISTS_H

#include "app/view.h"
#include "ui/desk_cases.h"
#include "ui/editor.h"
#include "ui/screen.h"
#include "ui/work.h"

/* What is typed on the line below the tabs. */
enum lists_prompt {
    LISTS_PROMPT_NONE,
    LISTS_PROMPT_FILTER,
    LISTS_PROMPT_NOTE,
    LISTS_PROMPT_MISSING, /* what is missing from the clients */
    LISTS_PROMPT_DATE,    /* of which a message speaks */
    LISTS_PROMPT_DAY,     /* on which it leaves */
    LISTS_PROMPT_CASE,    /* a reference */
    LISTS_PROMPT_NAME,    /* of a new view */
    LISTS_PROMPT_RENAME,  /* of the present one */
};

enum lists_action {
    LISTS_TAKE,
    LISTS_ASSIGN,
    LISTS_GIVE_BACK, /* those up to here say who has it */
    LISTS_STATUS,
    LISTS_NOTE,
    LISTS_TASKS_DONE,
    LISTS_WAIT,    /* for the client */
    LISTS_MESSAGE, /* to each client, from a template */
    LISTS_READ,    /* what came in is dealt with */
    LISTS_ATTACH,  /* what came in belongs to another case */
    LISTS_START,   /* a case for what has none */
    LISTS_ACTION_COUNT
};

/* A case, or what belongs to none. */
struct lists_item {
    struct id id;
    enum record_type type;
};

/* One action on many cases. */
struct lists_work {
    enum lists_action action;
    struct id agent;          /* LISTS_ASSIGN: to whom */
    char *text;               /* LISTS_NOTE, LISTS_WAIT: what was typed; owned */
    const char *status;       /* LISTS_STATUS; static */
    bool withdraws;           /* and planned messages are taken back */
    char *template, *date;    /* LISTS_MESSAGE: key, and what was typed; owned */
    int64_t send_ms;          /* 0: at once */
    struct id target;         /* LISTS_ATTACH: the case, */
    char reference[17];       /* and what it is called */
    struct lists_item *items; /* owned */
    size_t count, next;
    size_t loose;              /* of them, those that are no cases */
    size_t done, same, failed; /* changed, was so already, could not be */
    struct id *failures;       /* owned */
    char reason[ERROR_MESSAGE_SIZE];
    bool running, undoing;
};

/* One operation that was made, and what it takes to undo it once it may have been sent. */
struct lists_undo {
    struct id operation;
    struct lists_item item; /* on this one */
    bool assigned;          /* it gave it to `given`, who came after `former` */
    struct id given, former;
    struct id message; /* it wrote this one; empty: none */
};

#define PINNED_MOST 64

struct lists {
    struct case_list list;
    struct case_query query;
    struct case_query queries[CASE_LIST_COUNT]; /* as each standard list was left */
    struct views views;
    size_t tab; /* a standard list, then a view */
    /* The cursor, on a case rather than a place. */
    size_t selected;
    struct id chosen; /* empty: none */
    size_t top;       /* the first line shown, headings count */
    int rows;         /* shown at the last drawing */
    struct id anchor; /* of a range: what was marked last */
    uint64_t generation, version;
    uint32_t pinned[PINNED_MOST]; /* clients, as the rows name them, at the last drawing */
    size_t pinned_count;
    int64_t arranged_ms;
    struct editor *line; /* owned */
    enum lists_prompt prompt;
    bool shared; /* the view to be named is the office's */
    struct lists_work work;
    struct lists_undo *undo; /* owned: of the last action, oldest first */
    size_t undo_count, undo_capacity;
};

/* screen_lists_arrange.c: arranges again where the table, the query or the hour asks for it; keeps
 * the cursor on its case. */
void lists_arrange(struct screen *screen);
/* The same whatever has changed. */
void lists_arrange_now(struct screen *screen);
/* The row under the cursor; NULL for none. */
const struct case_row *lists_row(struct screen *screen);
/* What stands at this index. */
const struct case_row *lists_row_at(struct screen *screen, size_t index);
void lists_select(struct screen *screen, size_t index);
/* Whether what is typed finds a client: a contact in progress has its own, then it narrows. */
bool lists_find_clients(const struct screen *screen);
/* Opens the line to be typed in with this text. */
void lists_ask_line(struct screen *screen, enum lists_prompt prompt, const char *text);

/* screen_lists_draw.c */
void lists_draw(struct screen *screen, const struct paint *paint);
/* The line, counting headings, on which an index stands. */
size_t lists_line_of(const struct lists *lists, size_t index);

/* screen_lists_act.c */
void lists_act(struct screen *screen);
void lists_act_answer(struct screen *screen, const char *name, int64_t choice);
void lists_act_agent(struct screen *screen, const json_t *answer);
/* What was typed on the line for an action. */
void lists_act_line(struct screen *screen, enum lists_prompt prompt, const char *text);
void lists_act_free(struct lists *lists);
void lists_work_clear(struct lists_work *work);

/* screen_lists_work.c */
void lists_work_begin(struct screen *screen);
/* Goes on with what is running, for a moment. */
void lists_act_go_on(struct screen *screen);
/* Esc: what is done stays done. */
void lists_act_stop(struct screen *screen);
void lists_undo(struct screen *screen);

/* screen_lists_views.c */
size_t lists_tab_count(const struct lists *lists);
/* Shows this tab. */
void lists_tab_show(struct screen *screen, size_t tab);
/* By its name in either language, or of a view; false when there is none. */
bool lists_tab_find(struct screen *screen, const char *name);
/* The view that is shown, NULL for a standard list. */
struct view *lists_view(struct lists *lists);
void lists_views_read(struct screen *screen);
void lists_views_menu(struct screen *screen);
void lists_views_answer(struct screen *screen, int64_t choice);
/* The name that was typed for a new view, or for the present one. */
void lists_views_name(struct screen *screen, bool renames, const char *name);

#endif
