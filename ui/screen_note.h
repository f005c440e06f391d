/* Inside the note screen: what helps while a note is typed (screen_note_help.c) - the office's
 * standard phrases after a slash, and spelling. */
#ifndef GUICHET_UI_SCREEN_NOTE_H
#define GUICHET_UI_SCREEN_NOTE_H

#include "app/snippet.h"
#include "ui/editor.h"
#include "ui/list.h"
#include "ui/screen.h"
#include "ui/spelling.h"

#define NOTE_SNIPPETS_LIMIT 12

enum note_offer {
    NOTE_OFFERS_NOTHING,
    NOTE_OFFERS_SNIPPETS,    /* that the word after a slash may mean */
    NOTE_OFFERS_SUGGESTIONS, /* for a word that is not spelled well */
};

struct note_help {
    struct editor *editor;     /* borrowed */
    char language[3];          /* "fr" or "en": of the note */
    struct id matter, client;  /* what the values of a phrase are of; may be empty */
    struct spelling *spelling; /* borrowed; NULL without a dictionary */
    struct snippets snippets;
    enum note_offer offer;
    struct list list; /* of what is offered; the last of the suggestions: add the word */
    size_t from, to;  /* the part of the text that is replaced */
    size_t left;      /* the slash whose list was closed; SIZE_MAX for none */
    const struct record *found[NOTE_SNIPPETS_LIMIT];
    char *suggestions[SPELLING_SUGGESTIONS]; /* owned */
    size_t suggestion_count;
};

/* Zero-initialised before; `language` is BCP 47. */
void note_help_open(struct note_help *help, struct screen *screen, struct editor *editor,
                    const struct id *matter, const struct id *client, const char *language);
void note_help_close(struct note_help *help);
/* Another language: spelling and phrases. */
void note_help_language(struct note_help *help, struct screen *screen, const char *language);

/* A key while the text has the focus, before the editor: true when it was used. */
bool note_help_key(struct note_help *help, struct screen *screen, const struct input *input);
/* After a key that the editor took: offers phrases, or stops. */
void note_help_follow(struct note_help *help);
/* Goes to the next word that is not spelled well and offers others for it. */
void note_help_next(struct note_help *help, struct screen *screen);

/* Rows that the offer takes at the bottom of so many, and draws it there. */
int note_help_rows(const struct note_help *help, int rows);
void note_help_draw(struct note_help *help, const struct paint *paint);

#endif
