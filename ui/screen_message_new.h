/* The parts of the screen on which a message is written. Only ui/screen_message_new*.c include it.
 */
#ifndef GUICHET_UI_SCREEN_MESSAGE_NEW_H
#define GUICHET_UI_SCREEN_MESSAGE_NEW_H

#include "ui/fields.h"
#include "ui/list.h"
#include "ui/message_compose.h"
#include "ui/message_when.h"
#include "ui/paper_task.h"
#include "ui/screen.h"
#include "ui/work.h"

enum writing_row {
    WRITING_CHANNEL,
    WRITING_DATE,
    WRITING_PLACE,
    WRITING_MISSING,
    WRITING_WHEN,
    WRITING_DAY,
    WRITING_AHEAD,
    WRITING_SUBJECT,
    WRITING_TEXT,
    WRITING_COUNT
};

struct writing {
    struct compose compose;
    struct fields *fields; /* owned */
    struct list list;      /* of templates, free text first */
    bool choosing;         /* the list is shown, not the text */
    char *filled;          /* the text as the template gave it: owned; edited when it differs */
    char *subject_filled;  /* likewise */
    char *place_filled;    /* likewise */
    char name[64];         /* of the draft */
    char reply[ID_TEXT_LENGTH + 1];
    char about[WORK_NAME_SIZE];
    struct paper_task paper;
    struct id letter; /* being printed: then it is asked whether it goes into the mail */
    bool printed;
    bool done;
};

const char *writing_channel(const struct writing *writing);
/* Whether this template, channel and moment ask for that row. */
bool writing_asks(const struct writing *writing, size_t row);
/* The moment that is chosen (message_when_read). */
const char *writing_when(const struct screen *screen, int64_t *send_ms);

/* screen_message_new_draw.c */
void writing_draw(struct screen *screen, const struct paint *paint);

#endif
