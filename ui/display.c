#include "ui/display.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/big.h"
#include "ui/language.h"

#define SCALE_MOST   8
#define LINE_SIZE    512
#define RECENT_WIDTH 22

/* --- news ------------------------------------------------------------------------------------ */

static const json_t *call_at(const struct display *display, size_t index)
{
    return json_array_get(json_object_get(display->view, "calls"), index);
}

static void take_zone(struct display *display)
{
    const char *name = json_text_or(display->view, "zone", "");

    if (strcmp(name, display->zone_name) == 0)
        return;
    text_copy(display->zone_name, sizeof(display->zone_name), name);
    zone_free(display->zone);
    if (zone_open(&display->zone, name, NULL) != 0)
        display->zone = NULL;
}

bool display_take(struct display *display, json_t *view, int64_t now_ms)
{
    bool first = display->view == NULL, called;
    const json_t *call;
    char latest[sizeof(display->last_call)] = "";

    if (view == NULL)
        return false;
    json_decref(display->view);
    display->view = view;
    take_zone(display);
    call = call_at(display, 0);
    if (call != NULL && strcmp(json_text_or(call, "state", ""), "called") == 0)
        snprintf(latest, sizeof(latest), "%.20s %.40s", json_text_or(call, "number", ""),
                 json_text_or(call, "called_at", ""));
    called = latest[0] != '\0' && strcmp(latest, display->last_call) != 0;
    if (latest[0] != '\0')
        text_copy(display->last_call, sizeof(display->last_call), latest);
    /* What was called before this screen came on is no news. */
    if (called && !first)
        display->new_ms = now_ms;
    return called && !first;
}

void display_clear(struct display *display)
{
    json_decref(display->view);
    zone_free(display->zone);
    *display = (struct display){0};
}

/* --- words ----------------------------------------------------------------------------------- */

/* "Appel / Call": the public reads whichever it knows. */
static void both(char *line, size_t size, const char *text)
{
    snprintf(line, size, "%s / %s", language_text("fr", text), language_text("en", text));
}

static void both_titles(char *line, size_t size, const json_t *title)
{
    const char *french = json_localised(title, "fr"), *english = json_localised(title, "en");

    if (strcmp(french, english) == 0)
        text_copy(line, size, french);
    else
        snprintf(line, size, "%s / %s", french, english);
}

static void clock_text(const struct display *display, int64_t ms, char *text, size_t size)
{
    int64_t local = ms / 1000;

    if (display->zone != NULL)
        local += zone_offset(display->zone, ms / 1000);
    snprintf(text, size, "%02d:%02d", (int)(local % 86400 / 3600), (int)(local % 3600 / 60));
}

static bool is_stale(const struct display *display, int64_t now_ms)
{
    return display->link != DISPLAY_LINK_UP && now_ms - display->heard_ms >= DISPLAY_STALE_MS;
}

/* --- drawing --------------------------------------------------------------------------------- */

/* The number and its counter side by side where that fits large, else the counter below in words.
 */
static void draw_call(const struct display *display, const struct paint *paint, const json_t *call,
                      enum paint_style style)
{
    const char *number = json_text_or(call, "number", "");
    const char *counter = json_text_or(call, "counter", "");
    char line[LINE_SIZE], side[64];
    int scale, least = display->blocks ? 0 : 1, width;

    snprintf(side, sizeof(side), "%.20s>%.20s", number, counter);
    scale = big_fit(side, paint->rows - 2, paint->columns, SCALE_MOST);
    if (scale < least || strlen(counter) > 3) {
        scale = big_fit(number, paint->rows - 3, paint->columns, SCALE_MOST);
        text_copy(side, sizeof(side), number);
    }
    if (scale < least) {
        paint_format(paint, 0, 0, -1, style, "%s > %s", number, counter);
        return;
    }
    width = big_width(side, scale);
    big_draw(paint, 1, (paint->columns - width) / 2, scale, display->blocks, style, side);
    both(line, sizeof(line), N_("Counter"));
    paint_format(paint, 1 + big_height(scale) + (paint->rows > big_height(scale) + 2 ? 1 : 0), 0,
                 -1, style, "%s   %s: %s", number, line, counter);
}

static void draw_recent(const struct display *display, const struct paint *paint)
{
    size_t count = json_array_size(json_object_get(display->view, "calls"));
    int least = display->blocks ? 0 : 1, height = big_height(least);
    int wide = paint->columns / RECENT_WIDTH > 0 ? paint->columns / RECENT_WIDTH : 1;
    int lines = (paint->rows - 1) / (height + 1);
    char line[LINE_SIZE];

    if (count < 2 || paint->rows < 2)
        return;
    both(line, sizeof(line), N_("Calls before"));
    paint_heading(paint, 0, line);
    for (size_t i = 1; i < count; i++) {
        const json_t *call = call_at(display, i);
        bool open = strcmp(json_text_or(call, "state", ""), "called") == 0;
        enum paint_style style = open ? PAINT_ACCENT : PAINT_TEXT;
        int at = (int)i - 1, row = 1 + at / wide * (height + 1), column = at % wide * RECENT_WIDTH;
        char side[64];

        snprintf(side, sizeof(side), "%.20s>%.20s", json_text_or(call, "number", ""),
                 json_text_or(call, "counter", ""));
        if (lines > 0 && at < lines * wide && big_width(side, least) < RECENT_WIDTH)
            big_draw(paint, row, column, least, display->blocks, style, side);
        else if (lines > 0 && at < lines * wide)
            paint_text(paint, row, column, RECENT_WIDTH - 1, style, side);
        else if (lines == 0 && at < wide)
            paint_text(paint, 1, column, RECENT_WIDTH - 1, style, side);
    }
}

/* "Attendent / Waiting: 5   Première ligne / Front line: 3 ..." */
static void draw_waiting(const struct display *display, const struct paint *paint, int row)
{
    const json_t *queues = json_object_get(display->view, "queues"), *queue;
    struct text_buffer text = {0};
    char line[LINE_SIZE];
    size_t index;

    both(line, sizeof(line), N_("Waiting"));
    text_buffer_add_format(&text, "%s: %lld", line,
                           (long long)json_integer_or(display->view, "waiting", 0));
    json_array_foreach(queues, index, queue)
    {
        both_titles(line, sizeof(line), json_object_get(queue, "title"));
        text_buffer_add_format(&text, "   %s: %lld", line,
                               (long long)json_integer_or(queue, "waiting", 0));
    }
    paint_text(paint, row, 0, -1, PAINT_TEXT, text.bytes != NULL ? text.bytes : "");
    text_buffer_free(&text);
}

static void draw_head(const struct display *display, const struct paint *paint, int64_t now_ms)
{
    char line[LINE_SIZE], clock[16];

    both_titles(line, sizeof(line), json_object_get(display->view, "office"));
    clock_text(display, now_ms, clock, sizeof(clock));
    paint_text(paint, 0, 0, paint->columns - 7, PAINT_TITLE, line);
    paint_right(paint, 0, paint->columns - 6, 6, PAINT_TITLE, clock);
}

static void draw_cut(const struct display *display, const struct paint *paint, int row)
{
    static const char *const starting = N_("The screen is starting ...");
    static const char *const cut = N_("The link is cut. Please ask at the reception.");
    const char *text = display->link == DISPLAY_LINK_STARTING ? starting : cut;
    enum paint_style style = display->link == DISPLAY_LINK_STARTING ? PAINT_DIM : PAINT_WARNING;

    paint_text(paint, row, 0, -1, style, language_text("fr", text));
    paint_text(paint, row + 1, 0, -1, style, language_text("en", text));
    paint_text(paint, row + 2, 0, -1, PAINT_DIM, display->message);
}

/* Each language on a line of its own where both do not fit on one. */
static void draw_nobody(const struct paint *paint, int row)
{
    static const char *const nobody = N_("Nobody is called now");
    char line[LINE_SIZE];

    both(line, sizeof(line), nobody);
    if (text_width(line, strlen(line)) <= (size_t)paint->columns) {
        paint_text(paint, row, 0, -1, PAINT_DIM, line);
        return;
    }
    paint_text(paint, row, 0, -1, PAINT_DIM, language_text("fr", nobody));
    paint_text(paint, row + 1, 0, -1, PAINT_DIM, language_text("en", nobody));
}

static void draw_calls(const struct display *display, const struct paint *paint, int64_t now_ms)
{
    const json_t *call = call_at(display, 0);
    struct paint main = paint_part(paint, 0, 0, paint->rows * 6 / 10, -1);
    struct paint rest = paint_part(paint, main.rows, 0, -1, -1);
    bool fresh = display->new_ms != 0 && now_ms - display->new_ms < DISPLAY_NEW_MS;
    char line[LINE_SIZE];

    if (call == NULL) {
        draw_nobody(&main, main.rows / 2);
        return;
    }
    both(line, sizeof(line), N_("Number called"));
    paint_text(&main, 0, 0, -1, fresh ? PAINT_ACCENT : PAINT_LABEL, line);
    main = paint_part(&main, 0, 0, -1, -1);
    draw_call(display, &main, call, fresh ? PAINT_ACCENT : PAINT_TITLE);
    draw_recent(display, &rest);
}

void display_draw(const struct display *display, struct canvas *canvas, int64_t now_ms)
{
    struct paint all, paint, middle;

    canvas_clear(canvas);
    all = paint_all(canvas);
    paint = paint_part(&all, 0, 1, -1, -2);
    middle = paint_part(&paint, 2, 0, -2, -1);
    draw_head(display, &paint, now_ms);
    if (display->view == NULL || is_stale(display, now_ms)) {
        draw_cut(display, &middle, middle.rows / 3);
        return;
    }
    draw_calls(display, &middle, now_ms);
    if (display->link == DISPLAY_LINK_UP) {
        draw_waiting(display, &paint, paint.rows - 1);
    } else {
        char line[LINE_SIZE], clock[16];

        both(line, sizeof(line), N_("The link is cut"));
        clock_text(display, display->heard_ms, clock, sizeof(clock));
        paint_format(&paint, paint.rows - 1, 0, -1, PAINT_WARNING, "%s (%s)", line, clock);
    }
}
