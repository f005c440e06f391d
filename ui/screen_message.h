/* The parts of the screen of a message. Only ui/screen_message.c and _case.c include it. */
#ifndef GUICHET_UI_SCREEN_MESSAGE_H
#define GUICHET_UI_SCREEN_MESSAGE_H

#include "ui/editor.h"
#include "ui/page.h"
#include "ui/screen.h"
#include "ui/work.h"

/* Cases of the client that are offered. */
#define LETTER_CASES 9

enum letter_line {
    LETTER_LINE_NONE,
    LETTER_LINE_DAY,  /* to which it is moved */
    LETTER_LINE_CASE, /* the reference of the case to which it belongs */
};

struct letter {
    struct record *record; /* owned */
    enum store_pending pending;
    struct page page;
    struct editor *line; /* owned */
    enum letter_line line_for;
    struct id offered[LETTER_CASES];
    char offers[LETTER_CASES][160];
    size_t offer_count;
};

/* Reads it again. */
void letter_changed(struct screen *screen);
void letter_line_ask(struct screen *screen, enum letter_line line_for);

/* screen_message_case.c */
void letter_case_ask(struct screen *screen);
void letter_case_answer(struct screen *screen, int64_t choice);
void letter_case_typed(struct screen *screen, const char *text);
void letter_mark_read(struct screen *screen);
/* Says of one that belongs to no case that nothing is left to do. */
void letter_settle(struct screen *screen);

#endif
