/* Inside the list of a life event: what its parts share. screen_life_event.c reads, draws and
 * chooses; screen_life_event_case.c makes the case's checklist of it. */
#ifndef GUICHET_UI_SCREEN_LIFE_EVENT_H
#define GUICHET_UI_SCREEN_LIFE_EVENT_H

#include "forms/life_event.h"
#include "ui/screen.h"
#include "ui/steps.h"

struct life_event_row {
    size_t step; /* of the event */
    bool holds;  /* by the answers */
    bool chosen; /* in the list */
    char title[WORK_NAME_SIZE];
};

struct life_event_screen {
    struct record *submission; /* of the questionnaire; owned */
    struct record *record;     /* the event's; owned */
    struct life_event *event;  /* owned */
    bool complete;             /* every question is answered */
    struct life_event_row *rows;
    size_t count;
    size_t chosen;
    struct list list;
    struct paper_task paper;
};

/* True while the list can be changed: until a checklist is made of it. */
bool life_event_is_open(const struct life_event_screen *life);

/* --- screen_life_event_case.c --- */

/* Puts the list on the case that it belongs to, or asks whether to open one. */
void life_event_run_checklist(struct screen *screen, const char *argument);
/* The answer to that. */
void life_event_case_answered(struct screen *screen, int64_t choice);

#endif
