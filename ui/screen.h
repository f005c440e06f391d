/*
 * A screen: one file, one table of operations (DESIGN section 10). All kinds are listed in
 * screens.c; the keys, commands, help and manual come out of their tables.
 *
 * Every kind lives on a stack; only the top one is drawn and gets keys. The first line (title), the
 * message line, the key line, the bottom line and a margin of one column at each side belong to the
 * frame (frame.c); a screen draws what is between: at 80x24 that is 20 rows of 78 columns, at 60x16
 * it is 12 of 58.
 */
#ifndef GUICHET_UI_SCREEN_H
#define GUICHET_UI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "ui/desk.h"
#include "ui/input.h"
#include "ui/paint.h"

struct editor;
struct ui;
struct screen;
struct home;

/* A key (or a command without a key) of one kind of screen. */
struct screen_key {
    uint32_t code;       /* INPUT_...; INPUT_NONE: only a command */
    const char *label;   /* N_(): one or two words for the key line; NULL: in the help only */
    const char *help;    /* N_(): one sentence for F1 and the manual; NULL ends the table */
    const char *command; /* N_(): the word after ':'; NULL: none */
    /* `argument`: what followed the command, "" when there is nothing or it was the key. NULL: the
     * key is handled by the kind's own `key`, and stands here to be shown. */
    void (*run)(struct screen *screen, const char *argument);
};

enum screen_flag {
    SCREEN_WITHOUT_AGENT = 1 << 0, /* may be open before sign-in */
    SCREEN_SINGLE = 1 << 1,        /* opening it again brings the open one to the top */
    SCREEN_BARE = 1 << 2,          /* nothing else on the screen: no bars (lock) */
    SCREEN_FEW_FIRST = 1 << 3, /* on the key line only its first three keys stand before those that
                                  work anywhere, the rest behind */
};

/* The record without which a screen has no sense; RECORD_NONE for none. What was not here when the
 * screen opened is waited for first. */
struct screen_about {
    enum record_type type;
    struct id id;
    bool here;
};

/* Whose file a kind of screen shows: of the record of this type that is named in its arguments. */
struct screen_file {
    const char *member; /* of the arguments, holds the id; NULL: it shows nobody's file */
    const char *also;   /* likewise, a second record; NULL: none */
    enum record_type type;
    bool open;  /* without it, what is open on the desk (submission, case or client) */
    bool typed; /* what is typed there is in no draft, and `forget` gives it */
};

/* Only name, title, help, open, draw and close must be there. */
struct screen_kind {
    const char *name;    /* stable: for ui_open and saved states; not shown */
    const char *title;   /* N_() */
    const char *help;    /* N_(): a short paragraph: what this screen is for */
    const char *command; /* N_(): word of the command line that opens it from anywhere; NULL */
    uint32_t code;       /* key that opens it from anywhere: INPUT_F(3); INPUT_NONE */
    const char *label;   /* N_(): for the key line, when it has a `code` */
    /* Which kind that key opens instead, from this screen; NULL: this one. What is half typed there
     * is kept (suspend) before the other one opens. NULL operation: always this one. */
    const char *(*instead)(struct screen *top);
    unsigned flags;                /* of enum screen_flag */
    struct screen_file file;       /* why it is opened is asked first (purpose.h) */
    const struct screen_key *keys; /* may be NULL */
    /* False for a key that has no sense in the present state of the screen: it is then neither
     * shown nor run. NULL: all have. */
    bool (*offers)(const struct screen *screen, const struct screen_key *key);

    /* Makes `screen->data`. `arguments` (borrowed, NULL for none) is what ui_open was given, or
     * what `save` returned in an earlier run: one way in, so that a restored screen is the same.
     * From the command line: {"argument": "text"}. A failure is told on the message line. */
    int (*open)(struct screen *screen, const json_t *arguments, struct error *error);
    /* Frees `screen->data`. Text not yet applied goes to desk_draft_put first. */
    void (*close)(struct screen *screen);
    void (*draw)(struct screen *screen, const struct paint *paint);
    /* A key: true when used. Asked first; then come `keys`, then the keys from anywhere, then Esc
     * goes back. Typed characters that it leaves go nowhere, but ':' opens the command line. */
    bool (*key)(struct screen *screen, const struct input *input);
    /* All that `open` needs to show the same again: subject, cursor, half-typed text, scroll. New
     * reference. NULL operation: the screen is not restored. Called after keys; make it cheap. */
    json_t *(*save)(const struct screen *screen);
    void (*suspend)(struct screen *screen); /* another one comes on top */
    void (*resume)(struct screen *screen);  /* on top again */
    void (*changed)(struct screen *screen); /* the store or the catalogue has changed: read again */
    void (*tick)(struct screen *screen);    /* once a second while on top */
    void (*wake)(struct screen *screen);    /* the link's bell rang: a thread may have finished */
    /* What it shows. When that goes away (the hand-off that let this agent see it has ended, or the
     * server refused it) the screen is closed wherever it is on the stack. NULL: never so. */
    struct screen_about (*about)(const struct screen *screen);
    /* It went away: forgets it, so that `close` keeps and makes nothing of it. Returns what this
     * agent typed and nobody has yet, and nothing else (new; NULL for nothing): they get it with
     * Insert. NULL operation: nothing is typed here. */
    char *(*forget)(struct screen *screen);
    /* A screen opened from this one has finished with an answer (screen_finish). */
    void (*answer)(struct screen *screen, const char *from, const json_t *answer);
    /* What the title line adds: the client, the service. Borrowed; not cleaned. NULL or "". */
    const char *(*subject)(struct screen *screen);
    /* Where Esc leads while that is another page of this same screen, as a title to be translated;
     * NULL operation or NULL: to the screen below. */
    const char *(*back)(const struct screen *screen);
    /* True while waiting for something outside: keys stay queued (Ctrl-C, or Esc alone, come as
     * Esc), and `tick` runs ten times a second. */
    bool (*busy)(const struct screen *screen);

    /* Not for one screen but for the kind; `screen` is not needed, the screen may not be open. */
    void (*observe)(struct desk *desk); /* the store has changed: fill desk->line, desk->open */
    void (*home)(struct home *home, struct desk *desk); /* adds rows to the home screen */
};

struct screen {
    const struct screen_kind *kind;
    struct ui *ui;     /* borrowed */
    struct desk *desk; /* borrowed */
    void *data;        /* the kind's own */
};

/* All kinds, NULL-terminated (screens.c). */
extern const struct screen_kind *const screen_kinds[];
/* NULL when there is none of this name. */
const struct screen_kind *screen_kind_find(const char *name);

/* --- what a screen may ask ------------------------------------------------------------------- */

/* Opens a kind on top (or brings a SCREEN_SINGLE one there). `arguments` is stolen, may be NULL.
 * Failing is told on the message line; the code is returned. Where the agent must first say why
 * they open a file, a box asks and 0 is returned (ui_is_asking): the screen, and those opened after
 * it by the same key, open with the answer, or not at all. */
int ui_open(struct ui *ui, const char *name, json_t *arguments);
bool ui_is_asking(const struct ui *ui);

/* The saved state of the topmost open screen of this kind: what it shows. New reference, NULL when
 * none is open. */
json_t *ui_state_of(struct ui *ui, const char *name);

/* Closes `screen` once the present key is dealt with. */
void screen_close(struct screen *screen);
/* The same, and hands `answer` (stolen) to the screen below it. */
void screen_finish(struct screen *screen, json_t *answer);

/* Asks a question in a small box; the answer comes to `answer` from "choice" as {"name": name,
 * "choice": n}, n counting from 0; Esc gives n = -1. `choices` are N_() texts, NULL-terminated, 8
 * at most; each is chosen by its digit or with arrows and Enter. */
void screen_ask(struct screen *screen, const char *name, const char *question,
                const char *const *choices);

enum ui_message { UI_DONE, UI_NOTE, UI_WARNING, UI_FAILED };

/* Tells something on the message line until the next key; in the present language. */
void ui_tell(struct ui *ui, enum ui_message kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for an error: a sentence by its code, the message as detail. */
void ui_tell_error(struct ui *ui, const struct error *error);
/* Drops the keys typed ahead and rings: they were meant for another place (a field in error). */
void ui_stop_ahead(struct ui *ui);
void ui_ring(struct ui *ui);
/* A key for a text that is edited: as editor_key, and rings when no more fits. */
bool ui_edit(struct ui *ui, struct editor *editor, const struct input *input, bool *changed);

/* Copies a text, cleaned: the agent puts it elsewhere with Insert (or ":paste"), and, where it has
 * one, the terminal's clipboard gets it. Tells what was copied; "" copies nothing. */
void ui_copy(struct ui *ui, const char *text);

/* --- for home -------------------------------------------------------------------------------- */

enum home_part {
    HOME_OPEN,
    HOME_ALERTS,
    HOME_HANDOFFS,
    HOME_FLAGS,
    HOME_CASES,
    HOME_SERVICES,
    HOME_PART_COUNT
};

/* Adds a row: what it is, a dim remark after it, and what Enter opens (`arguments` stolen). */
void home_add(struct home *home, enum home_part part, const char *text, const char *remark,
              const char *kind, json_t *arguments);

#endif
