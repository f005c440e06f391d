/*
 * What a public screen shows: the number called last and its counter, large; the calls before it;
 * how many wait; the time. In both languages at once, of any size, and nothing when the link has
 * been cut for long: a call that may be over misleads. It knows no terminal and no network.
 */
#ifndef GUICHET_UI_DISPLAY_H
#define GUICHET_UI_DISPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/zone.h"
#include "ui/paint.h"

/* The link. */
enum display_link_word { DISPLAY_LINK_STARTING, DISPLAY_LINK_UP, DISPLAY_LINK_CUT };

/* So long after the last news what was called is taken off. */
#define DISPLAY_STALE_MS INT64_C(60000)
/* So long a new call stands out. */
#define DISPLAY_NEW_MS INT64_C(8000)

/* Zero-initialise; display_clear when done. */
struct display {
    json_t *view; /* owned; of /v1/display */
    enum display_link_word link;
    int64_t heard_ms;  /* wall time of the last news; 0: none yet */
    char message[512]; /* why the server refuses, "" when it does not */
    bool blocks;       /* the terminal has block characters */
    struct zone *zone; /* owned; of the office, NULL: UTC */
    char zone_name[64];
    char last_call[128]; /* which call was the latest, to know a new one */
    int64_t new_ms;      /* when it came; 0: before the first look */
};

/* Takes a view over (NULL: none). True when it holds a call that the one before did not. */
bool display_take(struct display *display, json_t *view, int64_t now_ms);
void display_clear(struct display *display);

void display_draw(const struct display *display, struct canvas *canvas, int64_t now_ms);

#endif
