/* How the parts of the screen that makes a hand-off share it. Only screen_handoff.c and
 * screen_handoff_send.c include it. */
#ifndef GUICHET_UI_SCREEN_HANDOFF_SEND_H
#define GUICHET_UI_SCREEN_HANDOFF_SEND_H

#include "ui/fields.h"
#include "ui/list.h"
#include "ui/screen_handoff.h"

enum { ROW_TO, ROW_SUMMARY, ROW_CONTEXT, ROW_KIND, ROW_WAITS, ROW_CALL, ROW_COUNT };

struct handing {
    struct handoff_facts facts;
    struct targets targets;
    struct target_need need;
    int priority;
    struct fields *fields; /* owned */
    struct list list;
    char about[WORK_NAME_SIZE];
    char name[64];  /* of the draft */
    bool waits_set; /* the sender said how long the offer stands */
    bool edited;    /* the ready-made context was changed: it is kept as a draft */
    bool done;
    int64_t asked_ms; /* presence, last */
    json_t *made;     /* owned: the facts, ready-made */
    char place[16];   /* a word of handoff_place_words, "" */
};

/* A word of handoff_kind_words. */
bool handing_is_kind(const struct handing *handing, const char *kind);
/* The key of the service that it is about, "". Borrowed. */
const char *handing_service(const struct handing *handing);
/* The line that says who and what, ready-made in the present language. */
void handing_ready_summary(struct screen *screen, char summary[HANDOFF_SUMMARY_SIZE]);

/* The key that sends: offers it, or tells what is missing and goes there. */
void handing_send(struct screen *screen, const char *argument);

#endif
