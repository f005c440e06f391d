#include "ui/ui_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/notice.h"

/* Rows of the frame, counted from the bottom. */
#define FRAME_BOTTOM  1
#define FRAME_KEYS    2
#define FRAME_MESSAGE 3

/* So wide, the bottom line says things at length. */
#define FRAME_WIDE 100

/* Where Esc leads, at the right; returns the columns it takes. */
static int draw_parent(const struct ui *ui, const struct paint *paint)
{
    const struct screen *top = &ui->stack[ui->count - 1]->screen;
    const char *back = top->kind->back == NULL ? NULL : top->kind->back(top);
    const char *parent = _(back != NULL ? back : ui->stack[ui->count - 2]->screen.kind->title);
    int width = (int)text_width(parent, strlen(parent));
    char escape[32];
    int name;

    input_name(INPUT_ESCAPE, escape, sizeof(escape));
    name = (int)text_width(escape, strlen(escape));
    if (name + width + 3 > paint->columns / 2)
        return 0;
    paint_text(paint, 0, paint->columns - width - name - 2, name, PAINT_KEY, escape);
    paint_text(paint, 0, paint->columns - width - 1, width, PAINT_DIM, parent);
    return name + width + 3;
}

static void draw_title(struct ui *ui, const struct paint *paint)
{
    struct screen *top = ui_top(ui);
    const char *subject = NULL;
    int used, room = paint->columns - 2;

    if (ui->count > 1)
        room -= draw_parent(ui, paint);
    used = paint_text(paint, 0, 1, room, PAINT_TITLE, _(top->kind->title));
    if (top->kind->subject != NULL)
        subject = top->kind->subject(top);
    if (subject == NULL || *subject == '\0' || used + 4 > room)
        return;
    used += paint_text(paint, 0, 1 + used, 3, PAINT_DIM, " · ");
    paint_text(paint, 0, 1 + used, room - used, PAINT_VALUE, subject);
}

static enum paint_style message_style(enum ui_message kind)
{
    switch (kind) {
    case UI_DONE:
        return PAINT_GOOD;
    case UI_NOTE:
        return PAINT_ACCENT;
    case UI_WARNING:
        return PAINT_WARNING;
    default:
        return PAINT_ERROR;
    }
}

static void draw_message(struct ui *ui, const struct paint *paint, int row)
{
    if (ui->commanding) {
        struct paint line = paint_part(paint, row, 2, 1, -2);

        paint_text(paint, row, 1, 1, PAINT_KEY, ":");
        editor_draw(ui->command, &line, true);
        return;
    }
    if (ui->message[0] != '\0')
        paint_text(paint, row, 1, paint->columns - 2, message_style(ui->message_kind), ui->message);
    else if (ui->desk->line.arriving[0] != '\0')
        paint_text(paint, row, 1, paint->columns - 2, PAINT_DIM, ui->desk->line.arriving);
    else if (ui->desk->line.notice[0] != '\0')
        paint_text(paint, row, 1, paint->columns - 2, PAINT_ACCENT, ui->desk->line.notice);
}

/* One "F2 Search" of the key line; false when it did not fit. */
static bool draw_key(const struct paint *paint, int row, int *column, const struct command *key)
{
    char name[32];
    const char *label = _(key->label);
    int width;

    input_name(key->code, name, sizeof(name));
    width = (int)(text_width(name, strlen(name)) + text_width(label, strlen(label))) + 1;
    if (*column + width > paint->columns - 1)
        return false;
    *column += paint_text(paint, row, *column, -1, PAINT_KEY, name) + 1;
    *column += paint_text(paint, row, *column, -1, PAINT_DIM, label) + 2;
    return true;
}

static bool is_on_key_line(struct ui *ui, const struct command *command)
{
    return command->code != INPUT_NONE && command->label != NULL &&
           (command->kind == NULL || ui_top(ui)->kind != command->kind);
}

#define KEY_TURNS 4
#define KEYS_FEW  3 /* SCREEN_FEW_FIRST */

/* F1 first, so that help is always in sight, then the screen's own. */
static int key_turn(struct ui *ui, const struct command *command)
{
    const struct screen_kind *kind = ui_top(ui)->kind;

    if (command->code == INPUT_F(1))
        return 0;
    if (command->key == NULL)
        return 2;
    return (kind->flags & SCREEN_FEW_FIRST) != 0 && command->key - kind->keys >= KEYS_FEW ? 3 : 1;
}

static void draw_keys(struct ui *ui, const struct paint *paint, int row)
{
    struct command commands[UI_COMMANDS_LIMIT];
    size_t count;
    int column = 1;

    if (ui->commanding) {
        char word[UI_COMMAND_SIZE], matches[UI_COMMAND_SIZE];

        commands_complete(ui, editor_text(ui->command), word, sizeof(word), matches,
                          sizeof(matches));
        paint_text(paint, row, 1, paint->columns - 2, PAINT_DIM, matches);
        return;
    }
    count = commands_list(ui, commands, UI_COMMANDS_LIMIT);
    for (int turn = 0; turn < KEY_TURNS; turn++)
        for (size_t i = 0; i < count; i++)
            if (is_on_key_line(ui, &commands[i]) && key_turn(ui, &commands[i]) == turn)
                draw_key(paint, row, &column, &commands[i]);
}

/* --- the bottom line ------------------------------------------------------------------------- */

/* The office works on without the centre: since when, and what waits for it. */
static void relay_text(const struct ui *ui, int columns, char *text, size_t size)
{
    const struct link_relay *relay = &ui->link.relay;
    bool wide = columns >= FRAME_WIDE;
    char when[32] = "?";

    if (relay->since_ms > 0)
        format_when(when, sizeof(when), relay->since_ms, desk_now(ui->desk));
    if (relay->waiting > 0)
        snprintf(text, size,
                 wide ? language_plural("office relay, centre cut since %s, %lld waiting there",
                                        "office relay, centre cut since %s, %lld waiting there",
                                        relay->waiting)
                      : language_plural("centre cut since %s, %lld there",
                                        "centre cut since %s, %lld there", relay->waiting),
                 when, (long long)relay->waiting);
    else
        snprintf(text, size,
                 wide ? _("office relay, centre cut since %s") : _("centre cut since %s"), when);
}

static void link_text(const struct ui *ui, int columns, char *text, size_t size,
                      enum paint_style *style)
{
    char when[32];

    *style = PAINT_ALERT;
    switch (ui->link.state) {
    case LINK_ONLINE:
        if (ui->link.relay.cut) {
            relay_text(ui, columns, text, size);
            return;
        }
        *style = PAINT_BAR;
        if (ui->link.catalogue_loading)
            snprintf(text, size, _("online, catalogue: %lld"),
                     (long long)ui->link.catalogue_records);
        else
            text_copy(text, size, _("online"));
        return;
    case LINK_CONNECTING:
        *style = PAINT_BAR;
        text_copy(text, size, _("connecting"));
        return;
    case LINK_REFUSED:
        text_copy(text, size, _("sign in again"));
        return;
    case LINK_ELSEWHERE:
        text_copy(text, size, _("kept here: sign in"));
        return;
    case LINK_FAULT:
        text_copy(text, size, _("storage fault"));
        return;
    case LINK_IDLE:
        *style = PAINT_BAR;
        text_copy(text, size, _("not connected"));
        return;
    case LINK_OFFLINE:
        break;
    }
    if (ui->link.certificate) {
        text_copy(text, size, _("certificate refused"));
        return;
    }
    if (ui->link.heard_ms == 0) {
        text_copy(text, size, ui->link.failing ? _("server fault") : _("offline"));
        return;
    }
    format_when(when, sizeof(when), ui->link.heard_ms, desk_now(ui->desk));
    snprintf(text, size, ui->link.failing ? _("server fault since %s") : _("offline since %s"),
             when);
}

/* Draws one part and a gap after it. */
static void draw_part(const struct paint *paint, int row, int *column, enum paint_style style,
                      const char *text)
{
    if (*text == '\0' || *column + 2 >= paint->columns)
        return;
    *column += paint_text(paint, row, *column, paint->columns - *column - 1, style, text) + 2;
}

static void draw_work(const struct ui *ui, const struct paint *paint, int row, int *column)
{
    char text[128];

    if (ui->waiting > 0) {
        snprintf(text, sizeof(text), language_plural("%lld waiting", "%lld waiting", ui->waiting),
                 (long long)ui->waiting);
        draw_part(paint, row, column, PAINT_BAR, text);
    }
    if (ui->refusals > 0) {
        snprintf(text, sizeof(text), language_plural("%lld refused", "%lld refused", ui->refusals),
                 (long long)ui->refusals);
        draw_part(paint, row, column, PAINT_ALERT, text);
    }
    if (ui->desk->line.tasks_due > 0) {
        snprintf(text, sizeof(text),
                 language_plural("%d task due", "%d tasks due", ui->desk->line.tasks_due),
                 ui->desk->line.tasks_due);
        draw_part(paint, row, column, PAINT_BAR, text);
    }
    if (ui->desk->line.handoffs_offered > 0) {
        snprintf(text, sizeof(text),
                 language_plural("Ctrl-V: %d hand-off", "Ctrl-V: %d hand-offs",
                                 ui->desk->line.handoffs_offered),
                 ui->desk->line.handoffs_offered);
        draw_part(paint, row, column, PAINT_ALERT, text);
    }
    if (ui->stranded > 0) {
        snprintf(text, sizeof(text), _("%lld in the journal only"), (long long)ui->stranded);
        draw_part(paint, row, column, PAINT_ALERT, text);
    }
    if (ui->link.clock_wrong) {
        char span[32];

        notice_format_span(span, sizeof(span), ui->link.clock_off_min);
        snprintf(text, sizeof(text),
                 ui->link.clock_off_min > 0 ? _("clock %s ahead") : _("clock %s behind"), span);
        draw_part(paint, row, column, PAINT_ALERT, text);
    }
}

/* Agent, office, channel and timer, as much as `room` holds: the timer last to go. */
static void draw_who(const struct ui *ui, const struct paint *paint, int row, int room)
{
    const struct desk *desk = ui->desk;
    char timer[64] = "", text[512];
    const char *office = desk->office == NULL
                             ? desk_office(desk)
                             : format_localised(json_object_get(desk->office->body, "title"));
    const char *name = record_text(desk->agent, "name");
    const char *channel = format_channel(desk->channel);
    const char *dot = *office == '\0' ? "" : " · ";

    if (link_away_get(desk->link)) {
        snprintf(timer, sizeof(timer), " · %s", _("away"));
    } else if (desk->line.contact_started_ms > 0) {
        char duration[24];

        format_duration(duration, sizeof(duration), desk_now(desk) - desk->line.contact_started_ms);
        snprintf(timer, sizeof(timer), " · %s", duration);
    } else if (desk->line.wrap_up_until_ms > desk_now(desk)) {
        char left[24];

        format_duration(left, sizeof(left), desk->line.wrap_up_until_ms - desk_now(desk));
        snprintf(timer, sizeof(timer), _(" · wrap-up %s, F11 ends it"), left);
    }
    snprintf(text, sizeof(text), "%s%s%s · %s%s", name, dot, office, channel, timer);
    if ((int)text_width(text, strlen(text)) > room)
        snprintf(text, sizeof(text), "%s · %s%s", name, channel, timer);
    if ((int)text_width(text, strlen(text)) > room)
        snprintf(text, sizeof(text), "%s%s", channel, timer);
    if ((int)text_width(text, strlen(text)) > room)
        text_copy(text, sizeof(text), *timer == '\0' ? "" : timer + strlen(" · "));
    paint_right(paint, row, paint->columns - 1 - room, room, PAINT_BAR, text);
}

static void draw_bottom(struct ui *ui, const struct paint *paint, int row)
{
    enum paint_style style;
    char text[128];
    int column = 1;

    paint_fill(paint, row, 0, -1, PAINT_BAR);
    link_text(ui, paint->columns, text, sizeof(text), &style);
    draw_part(paint, row, &column, style, text);
    if (ui->desk->agent == NULL)
        return;
    draw_work(ui, paint, row, &column);
    if (paint->columns - column - 1 > 0)
        draw_who(ui, paint, row, paint->columns - column - 1);
}

void frame_draw(struct ui *ui, struct canvas *canvas)
{
    struct paint paint, inner;
    struct screen *top = ui_top(ui);

    canvas_clear(canvas);
    if (top == NULL)
        return;
    paint = paint_all(canvas);
    if (top->kind->flags & SCREEN_BARE) {
        top->kind->draw(top, &paint);
        return;
    }
    inner = paint_part(&paint, 1, 1, -1 - FRAME_MESSAGE, -2);
    top->kind->draw(top, &inner);
    draw_title(ui, &paint);
    draw_keys(ui, &paint, paint.rows - FRAME_KEYS);
    draw_bottom(ui, &paint, paint.rows - FRAME_BOTTOM);
    draw_message(ui, &paint, paint.rows - FRAME_MESSAGE);
}

int frame_draw_message(struct ui *ui, struct canvas *canvas)
{
    struct paint paint = paint_all(canvas);
    int row = paint.rows - FRAME_MESSAGE;

    paint_fill(&paint, row, 0, -1, PAINT_TEXT);
    draw_message(ui, &paint, row);
    return row;
}
