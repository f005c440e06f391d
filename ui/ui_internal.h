/* The frame's own parts, shared by ui.c, frame.c and commands.c; screens do not include it. */
#ifndef GUICHET_UI_UI_INTERNAL_H
#define GUICHET_UI_UI_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/link_sign_in.h"
#include "ui/editor.h"
#include "ui/ui.h"

#define UI_STACK_LIMIT  32
#define UI_COMMAND_SIZE 256

/* A screen on the stack and what is to happen to it. */
struct entry {
    struct screen screen; /* first: a screen's address is its entry's */
    bool closing;         /* to be taken off after this key */
    bool stale;           /* the store or the catalogue changed while it was covered */
    json_t *answer;       /* owned; for the screen below, NULL for none */
    struct id held;       /* of what it is about, once that was here; empty before */
};

struct ui {
    struct desk *desk;                   /* borrowed */
    struct entry *stack[UI_STACK_LIMIT]; /* owned; the top is the last */
    size_t count;
    bool over, ring, stop, copy, signing_out;
    bool wiped;                       /* an administrator had this terminal erased */
    enum sign_in_state sign_in_asked; /* what a screen was opened for */
    enum ui_message message_kind;
    char message[ERROR_MESSAGE_SIZE]; /* "" for none */
    int64_t message_ms;               /* when it was told */
    struct editor *command;           /* the command line */
    bool commanding;
    int64_t store_version, catalogue_version;
    uint64_t desk_changes;
    struct desk_open held; /* what is open on the desk, once it was here */
    const char *gone;    /* title (msgid) of a screen of which the record went, until it is told */
    bool gone_typed;     /* what was typed there waits for Insert */
    int64_t observed_ms; /* when the kinds of screens last looked at the store */
    struct link_status link;
    int64_t used_ms;           /* steady time of the last key */
    int64_t quit_asked_ms;     /* when quitting was asked while a contact is in progress */
    int64_t waiting, refusals; /* counts in the store */
    int64_t stranded;          /* operations that only the journal holds */
    char *saved;               /* owned: the state as last saved, to skip what is the same */
    bool restoring;            /* what was open in an earlier run is opened again */
    bool asking;               /* this key opened the box that asks why; it is on top */
    json_t *answered;          /* owned: its answer, until that is dealt with; NULL for none */
};

struct entry *ui_top_entry(struct ui *ui);
/* Opens a screen on top; `arguments` (NULL for none) are borrowed. */
int ui_push(struct ui *ui, const struct screen_kind *kind, const json_t *arguments,
            struct error *error);

/* --- ui_ask.c -------------------------------------------------------------------------------- */

/* True when the screen is not to be opened now: the agent is asked why (`code` 0), or cannot be. */
bool ui_ask_first(struct ui *ui, const struct screen_kind *kind, const json_t *arguments, int *code,
                  struct error *error);
/* True when this answers the frame's own question; ui_ask_settle then opens what waited. */
bool ui_ask_answered(struct ui *ui, const json_t *answer);
void ui_ask_settle(struct ui *ui);

/* --- ui_away.c ------------------------------------------------------------------------------- */

/* True when the file that the screen shows is not on this terminal: it is fetched first, and the
 * screen opens with it (`code` 0). */
bool ui_fetch_first(struct ui *ui, const struct screen_kind *kind, const json_t *arguments,
                    int *code, struct error *error);

/* --- ui_gone.c ------------------------------------------------------------------------------- */

/* The store or the catalogue has changed: marks every screen as stale, and as closing those of
 * which the record has gone; what has gone is open on the desk no longer. */
void ui_look_at_records(struct ui *ui);
/* What was typed on a screen that is shown no longer (stolen, may be NULL) waits for Insert. */
void ui_keep_typed(struct ui *ui, char *typed);
/* Says so once, in the place of all else. */
void ui_tell_gone(struct ui *ui);

/* --- commands.c ------------------------------------------------------------------------------ */

/* One command that can be given now, from whatever table it comes. */
struct command {
    const char *word;                                 /* msgid */
    const char *help;                                 /* msgid */
    const char *label;                                /* msgid, NULL: not on the key line */
    uint32_t code;                                    /* its key, INPUT_NONE */
    const struct screen_kind *kind;                   /* opens this kind; or NULL */
    const struct screen_key *key;                     /* of the top screen; or NULL */
    void (*run)(struct ui *ui, const char *argument); /* of the table from anywhere; or NULL */
};

#define UI_COMMANDS_LIMIT 128

/* The commands that belong to no screen. Static. */
const struct command *commands_everywhere(size_t *count);

/* Fills `commands` with the top screen's, then those from anywhere; returns how many. Entries
 * without a word or without a key are there too. */
size_t commands_list(const struct ui *ui, struct command *commands, size_t limit);
/* The agent, if away, is back: a key was pressed. */
void commands_back(struct ui *ui);
void command_run(struct ui *ui, const struct command *command, const char *argument);
/* True when a key did something. */
bool commands_key(struct ui *ui, uint32_t code);
/* Runs "word argument"; tells when there is no such command. */
void commands_line(struct ui *ui, const char *line);
/* Completes the word typed so far; `matches` (size bytes) shows the candidates. The completed word
 * is in `word`; returns how many candidates there are. */
size_t commands_complete(const struct ui *ui, const char *typed, char *word, size_t word_size,
                         char *matches, size_t matches_size);

/* --- frame.c --------------------------------------------------------------------------------- */

void frame_draw(struct ui *ui, struct canvas *canvas);
/* The line of messages alone, over what it was; its row. */
int frame_draw_message(struct ui *ui, struct canvas *canvas);

#endif
