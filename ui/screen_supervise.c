/* The supervisor's screen: how the queues fare, what has crossed a threshold, and who waits or is
 * served; one key gives a hand-off to somebody else, one takes it. It moves as the store does. */
#include "ui/screen_supervise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert.h"
#include "app/handoff_history.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/notice.h"
#include "ui/screen_agents.h"
#include "ui/screen_handoff.h"

/* Narrower than this, the agents of a queue share one column. */
#define WIDE       76
#define CELL       8
#define NAME_LEAST 10

enum line_kind { LINE_ALERTS, LINE_ALERT, LINE_QUEUES, LINE_QUEUE, LINE_HANDOFFS, LINE_HANDOFF };

struct line {
    enum line_kind kind;
    size_t index;
};

#define LINES_LIMIT (SUPERVISE_ALERTS_LIMIT + SUPERVISE_QUEUES_LIMIT + SUPERVISE_HANDOFFS_LIMIT + 3)

struct supervising {
    struct supervise data;
    struct line lines[LINES_LIMIT];
    struct list list;
    char chosen[WORK_NAME_SIZE]; /* id or key of the marked line: it stays marked as lines move */
    uint64_t asked;              /* the digest at which presence was asked for */
    int64_t asked_ms;            /* presence, last */
};

/* --- lines ------------------------------------------------------------------------------------ */

static bool is_heading(enum line_kind kind)
{
    return kind == LINE_ALERTS || kind == LINE_QUEUES || kind == LINE_HANDOFFS;
}

static const struct line *marked(const struct supervising *supervising)
{
    return supervising->list.selected < supervising->list.count
               ? &supervising->lines[supervising->list.selected]
               : NULL;
}

/* What a line is about, "" for a heading. Borrowed. */
static const char *name_of(const struct supervising *supervising, const struct line *line)
{
    const struct supervise *data = &supervising->data;

    switch (line->kind) {
    case LINE_ALERT:
        return data->alerts[line->index]->id.text;
    case LINE_QUEUE:
        return data->queues[line->index].key;
    case LINE_HANDOFF:
        return data->handoffs[line->index].record->id.text;
    case LINE_ALERTS:
    case LINE_QUEUES:
    case LINE_HANDOFFS:
        break;
    }
    return "";
}

static void add_lines(struct supervising *supervising, size_t *count, enum line_kind heading,
                      enum line_kind kind, size_t number)
{
    if (number == 0)
        return;
    supervising->lines[(*count)++] = (struct line){heading, 0};
    for (size_t i = 0; i < number; i++)
        supervising->lines[(*count)++] = (struct line){kind, i};
}

static void skip_heading(struct supervising *supervising, bool up)
{
    const struct line *line = marked(supervising);

    if (line == NULL || !is_heading(line->kind))
        return;
    list_select(&supervising->list, up && supervising->list.selected > 0
                                        ? supervising->list.selected - 1
                                        : supervising->list.selected + 1);
}

static void arrange(struct supervising *supervising)
{
    const struct supervise *data = &supervising->data;
    size_t count = 0;

    add_lines(supervising, &count, LINE_ALERTS, LINE_ALERT, data->alert_count);
    add_lines(supervising, &count, LINE_QUEUES, LINE_QUEUE, data->queue_count);
    add_lines(supervising, &count, LINE_HANDOFFS, LINE_HANDOFF, data->handoff_count);
    list_set_count(&supervising->list, count);
    for (size_t i = 0; i < count && supervising->chosen[0] != '\0'; i++)
        if (strcmp(name_of(supervising, &supervising->lines[i]), supervising->chosen) == 0)
            list_select(&supervising->list, i);
    skip_heading(supervising, false);
}

static void remember(struct supervising *supervising)
{
    const struct line *line = marked(supervising);

    text_copy(supervising->chosen, sizeof(supervising->chosen),
              line != NULL ? name_of(supervising, line) : "");
}

/* --- opening ---------------------------------------------------------------------------------- */

static void ask_presence(struct screen *screen)
{
    struct supervising *supervising = screen->data;

    supervising->asked_ms = desk_now(screen->desk);
    link_presence_ask(screen->desk->link);
}

static void read_all(struct screen *screen)
{
    struct supervising *supervising = screen->data;
    struct error error = ERROR_INIT;

    if (supervise_read(&supervising->data, screen->desk, &error) != 0)
        ui_tell_error(screen->ui, &error);
    arrange(supervising);
    remember(supervising);
    /* Who is free changes when hand-offs and tickets do; its answer alone changes none. */
    if (supervising->data.waits_digest != supervising->asked) {
        supervising->asked = supervising->data.waits_digest;
        ask_presence(screen);
    }
}

/* Agents come, go and are with clients without any hand-off. */
static void supervise_tick(struct screen *screen)
{
    const struct supervising *supervising = screen->data;

    if (desk_now(screen->desk) - supervising->asked_ms >= TARGETS_ASK_MS)
        ask_presence(screen);
}

static void supervise_close(struct screen *screen)
{
    struct supervising *supervising = screen->data;

    supervise_clear(&supervising->data);
    free(supervising);
}

static int supervise_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct supervising *supervising;

    if (!supervise_allowed(screen->desk))
        return error_set(error, ERROR_REFUSED, "%s", _("this is for supervisors"));
    supervising = calloc(1, sizeof(*supervising));
    if (supervising == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = supervising;
    text_copy(supervising->chosen, sizeof(supervising->chosen),
              json_text_or(arguments, "chosen", ""));
    read_all(screen);
    return 0;
}

static json_t *supervise_save(const struct screen *screen)
{
    const struct supervising *supervising = screen->data;

    return json_pack("{s:s}", "chosen", supervising->chosen);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void cell(const struct paint *row, int *column, enum paint_style style, const char *text)
{
    paint_right(row, 0, *column, CELL - 1, style, text);
    *column += CELL;
}

/* Where the figures begin. */
static int figures_column(const struct paint *row, bool *wide)
{
    int cells;

    *wide = row->columns >= WIDE;
    cells = *wide ? 7 : 5;
    return row->columns - cells * CELL > NAME_LEAST ? row->columns - cells * CELL : NAME_LEAST;
}

static void draw_heading(const struct supervising *supervising, const struct paint *row,
                         enum line_kind kind)
{
    bool wide;
    int column = figures_column(row, &wide);

    if (kind != LINE_QUEUES) {
        char text[WORK_NAME_SIZE];

        if (kind == LINE_ALERTS)
            snprintf(text, sizeof(text), _("Alerts"));
        else if (supervising->data.left_out > 0)
            snprintf(text, sizeof(text), _("Hand-offs (%zu more are not shown)"),
                     supervising->data.left_out);
        else
            snprintf(text, sizeof(text), _("Hand-offs"));
        paint_heading(row, 0, text);
        return;
    }
    paint_text(row, 0, 0, column, PAINT_TITLE, _("Queue"));
    cell(row, &column, PAINT_LABEL, _("Waiting"));
    cell(row, &column, PAINT_LABEL, _("Oldest"));
    cell(row, &column, PAINT_LABEL, _("In time"));
    cell(row, &column, PAINT_LABEL, _("Gave up"));
    if (wide) {
        cell(row, &column, PAINT_LABEL, _("Free"));
        cell(row, &column, PAINT_LABEL, _("Busy"));
        cell(row, &column, PAINT_LABEL, _("Away"));
    } else {
        cell(row, &column, PAINT_LABEL, _("Agents"));
    }
}

static void share_text(const struct queue_value *value, char *text, size_t size)
{
    if (value->of > 0)
        snprintf(text, size, _("%d %%"), (int)value->value);
    else
        text_copy(text, size, "-");
}

static void draw_agents(const struct supervising *supervising, const struct supervise_queue *queue,
                        const struct paint *row, int column, bool wide)
{
    const int numbers[] = {queue->free, queue->busy, queue->away};
    char text[3][16];
    char together[64];

    for (int i = 0; i < 3; i++)
        snprintf(text[i], sizeof(text[i]), supervising->data.presence_ms > 0 ? "%d" : "?",
                 numbers[i]);
    snprintf(together, sizeof(together), "%s/%s/%s", text[0], text[1], text[2]);
    if (!wide) {
        cell(row, &column, PAINT_VALUE, together);
        return;
    }
    for (int i = 0; i < 3; i++)
        cell(row, &column, i == 0 && queue->free > 0 ? PAINT_GOOD : PAINT_VALUE, text[i]);
}

static void draw_queue(const struct supervising *supervising, const struct supervise_queue *queue,
                       const struct paint *row, int64_t now_ms)
{
    const struct queue_threshold waiting = {.measure = QUEUE_WAITING}, age = {.measure = QUEUE_AGE};
    struct queue_value value = queue_measure(&waiting, queue->waits, queue->count, now_ms);
    enum paint_style style = queue->raised ? PAINT_WARNING : PAINT_VALUE;
    char text[32];
    bool wide, some = value.value > 0;
    int column = figures_column(row, &wide);

    if (queue->raised)
        paint_text(row, 0, 0, 1, PAINT_WARNING, "!");
    paint_text(row, 0, 2, column - 2, style, queue->title);
    snprintf(text, sizeof(text), "%d", (int)value.value);
    cell(row, &column, style, text);
    value = queue_measure(&age, queue->waits, queue->count, now_ms);
    if (some)
        format_duration(text, sizeof(text), value.value);
    cell(row, &column, style, some ? text : "-");
    value = queue_measure(&queue->within, queue->waits, queue->count, now_ms);
    share_text(&value, text, sizeof(text));
    cell(row, &column, PAINT_VALUE, text);
    value = queue_measure(&queue->abandoned, queue->waits, queue->count, now_ms);
    share_text(&value, text, sizeof(text));
    cell(row, &column, PAINT_VALUE, text);
    draw_agents(supervising, queue, row, column, wide);
}

static void draw_alert(struct desk *desk, const struct record *alert, const struct paint *row)
{
    char text[2 * WORK_NAME_SIZE], when[32];

    work_when(desk, alert, "at", when, sizeof(when));
    supervise_alert_text(desk, alert, text, sizeof(text));
    paint_text(row, 0, 4 + paint_text(row, 0, 2, 13, PAINT_DIM, when), -1,
               alert_is_seen(alert) ? PAINT_DIM : PAINT_WARNING, text);
}

/* Who has it, or where it waits. */
static void place_text(struct desk *desk, const struct supervise_handoff *handoff, char *text,
                       size_t size)
{
    char name[WORK_NAME_SIZE];

    if (!handoff_is_offered(handoff->record)) {
        handoff_state_text(desk, handoff->record, handoff->pending, text, size);
        return;
    }
    work_target_name(desk, handoff->record, name, sizeof(name));
    snprintf(text, size, _("for %s"), name);
}

static void draw_handoff(struct desk *desk, const struct supervise_handoff *handoff,
                         const struct paint *row)
{
    bool offered = handoff_is_offered(handoff->record);
    char text[2 * WORK_NAME_SIZE], waited[32];
    int width = row->columns / 3;
    int column = 12 + width;

    format_duration(waited, sizeof(waited), handoff_waited_ms(handoff->record, desk_now(desk)));
    paint_right(row, 0, 2, 8, offered ? PAINT_VALUE : PAINT_DIM, waited);
    place_text(desk, handoff, text, sizeof(text));
    paint_text(row, 0, 11, width, offered ? PAINT_ACCENT : PAINT_DIM, text);
    if (handoff->count >= HANDOFF_PING_PONG) {
        snprintf(text, sizeof(text), _("%d times"), handoff->count);
        column += 1 + paint_text(row, 0, column, 12, PAINT_WARNING, text);
    }
    handoff_summary(desk, handoff->record, text, sizeof(text));
    paint_text(row, 0, column, -1, PAINT_TEXT, text);
}

static void draw_line(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct supervising *supervising = screen->data;
    const struct line *line = &supervising->lines[index];

    (void)selected;
    if (is_heading(line->kind))
        draw_heading(supervising, row, line->kind);
    else if (line->kind == LINE_ALERT)
        draw_alert(screen->desk, supervising->data.alerts[line->index], row);
    else if (line->kind == LINE_QUEUE)
        draw_queue(supervising, &supervising->data.queues[line->index], row,
                   desk_now(screen->desk));
    else
        draw_handoff(screen->desk, &supervising->data.handoffs[line->index], row);
}

/* How old the figures are: a supervisor decides by them. */
static void draw_age(struct screen *screen, const struct paint *paint)
{
    struct link_status status;
    char text[WORK_NAME_SIZE], when[32], span[32];
    int64_t now = desk_now(screen->desk);

    link_status_get(screen->desk->link, &status);
    if (status.state == LINK_ONLINE) {
        paint_text(paint, 0, 0, -1, PAINT_DIM, _("As it is now."));
        return;
    }
    if (status.heard_ms == 0) {
        paint_text(paint, 0, 0, -1, PAINT_WARNING,
                   _("No link since this terminal was started: these figures are old."));
        return;
    }
    format_when(when, sizeof(when), status.heard_ms, now);
    notice_format_span(span, sizeof(span), (now - status.heard_ms) / 60000);
    snprintf(text, sizeof(text), _("No link: these figures are of %1$s, %2$s old."), when, span);
    paint_text(paint, 0, 0, -1, PAINT_WARNING, text);
}

static void queue_detail(const struct supervise_queue *queue, char *text, size_t size)
{
    int within = (int)(queue->within.within_ms / 60000);
    int window = (int)(queue->within.window_ms / 60000);

    if (queue->tickets > 0)
        snprintf(text, size,
                 _("%1$d in the waiting room. In time: within %2$d min, of the last %3$d min."),
                 queue->tickets, within, window);
    else
        snprintf(text, size,
                 _("In time: within %1$d min, of the last %2$d min. Agents: free, busy, away."),
                 within, window);
}

/* All of what the marked line has no room for. */
static void detail_text(struct screen *screen, char *text, size_t size)
{
    const struct supervising *supervising = screen->data;
    const struct line *line = marked(supervising);
    const struct supervise_handoff *handoff;
    const struct record *alert;
    char name[WORK_NAME_SIZE], also[WORK_NAME_SIZE];

    text_copy(text, size, "");
    if (line == NULL || is_heading(line->kind))
        return;
    if (line->kind == LINE_QUEUE) {
        queue_detail(&supervising->data.queues[line->index], text, size);
    } else if (line->kind == LINE_ALERT) {
        alert = supervising->data.alerts[line->index];
        supervise_alert_text(screen->desk, alert, text, size);
        if (!alert_is_seen(alert))
            return;
        work_agent_name(screen->desk, record_text(alert, "seen_by"), name, sizeof(name));
        supervise_alert_text(screen->desk, alert, also, sizeof(also));
        snprintf(text, size, _("%1$s, seen by %2$s"), also, name);
    } else {
        handoff = &supervising->data.handoffs[line->index];
        work_agent_name(screen->desk, record_text(handoff->record, "from"), name, sizeof(name));
        work_title(screen->desk, RECORD_QUEUE, record_text(handoff->record, "also_queue"), also,
                   sizeof(also));
        snprintf(text, size, *also != '\0' ? _("From %1$s; open to %2$s too.") : _("From %1$s."),
                 name, also);
    }
}

static void supervise_draw(struct screen *screen, const struct paint *paint)
{
    struct supervising *supervising = screen->data;
    struct paint rows = paint_part(paint, 2, 0, -2, -1);
    char text[2 * WORK_NAME_SIZE];

    draw_age(screen, paint);
    if (supervising->list.count == 0) {
        paint_wrapped(paint, 2, 0, -1, 3, PAINT_DIM,
                      _("You serve no queue, and no hand-off of your office waits."));
        paint_cursor(paint, 2, 0);
        return;
    }
    list_draw(&supervising->list, &rows, 1, true, draw_line, screen);
    detail_text(screen, text, sizeof(text));
    paint_text(paint, paint->rows - 1, 0, -1, PAINT_DIM, text);
}

/* --- keys ------------------------------------------------------------------------------------- */

static const struct supervise_handoff *marked_handoff(const struct screen *screen)
{
    const struct supervising *supervising = screen->data;
    const struct line *line = marked(supervising);

    return line != NULL && line->kind == LINE_HANDOFF ? &supervising->data.handoffs[line->index]
                                                      : NULL;
}

static void run_show(struct screen *screen, const char *argument)
{
    const struct supervise_handoff *handoff = marked_handoff(screen);

    (void)argument;
    if (handoff != NULL)
        ui_open(screen->ui, "offer", json_pack("{s:s}", "id", handoff->record->id.text));
}

static void run_reassign(struct screen *screen, const char *argument)
{
    const struct supervise_handoff *handoff = marked_handoff(screen);

    (void)argument;
    if (handoff != NULL)
        ui_open(screen->ui, "reassign", json_pack("{s:s}", "id", handoff->record->id.text));
}

/* One that is offered to the supervisor by name is accepted; another is given to them, whatever it
 * asks of who takes it. */
static void run_take(struct screen *screen, const char *argument)
{
    const struct supervise_handoff *handoff = marked_handoff(screen);
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    (void)argument;
    if (handoff == NULL)
        return;
    if (handoff_is_offered(handoff->record) &&
        strcmp(record_text(handoff->record, "to_agent"), author.agent.text) == 0) {
        handoff_take(screen, handoff->record);
        return;
    }
    code = handoff_reassign(&batch, &author, handoff->record,
                            &(struct handoff_target){.agent = author.agent}, &error);
    if (work_apply(screen, &batch, code, &error))
        ui_tell(screen->ui, UI_DONE, "%s",
                _("Taken: yours as soon as the server has confirmed it."));
}

static void run_see(struct screen *screen, const char *argument)
{
    const struct supervising *supervising = screen->data;
    const struct line *line = marked(supervising);
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    (void)argument;
    if (line == NULL || line->kind != LINE_ALERT)
        return;
    code = alert_see(&batch, &author, supervising->data.alerts[line->index], &error);
    if (work_apply(screen, &batch, code, &error))
        ui_tell(screen->ui, UI_DONE, "%s", _("Seen: the other supervisors are told."));
}

static bool supervise_key(struct screen *screen, const struct input *input)
{
    struct supervising *supervising = screen->data;

    if (!list_key(&supervising->list, input, true))
        return false;
    skip_heading(supervising, input->code == INPUT_UP || input->code == INPUT_PAGE_UP);
    skip_heading(supervising, false);
    remember(supervising);
    return true;
}

static const struct screen_key supervise_keys[] = {
    {INPUT_ENTER, N_("Show"), N_("Shows the marked hand-off."), NULL, run_show},
    {'s', N_("Seen"), N_("Says that you know of the marked alert."), NULL, run_see},
    {'r', N_("Re-assign"),
     N_("Gives the marked hand-off to another agent or queue; whoever had it is told."), NULL,
     run_reassign},
    {'t', N_("Take"), N_("Takes the marked hand-off over yourself."), NULL, run_take},
    {0},
};

static bool supervise_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct supervising *supervising = screen->data;
    const struct supervise_handoff *handoff = marked_handoff(screen);
    const struct line *line = marked(supervising);

    if (key->run == run_see)
        return line != NULL && line->kind == LINE_ALERT &&
               !alert_is_seen(supervising->data.alerts[line->index]);
    if (handoff == NULL)
        return false;
    if (key->run == run_take)
        return handoff_is_open(handoff->record) && strcmp(record_text(handoff->record, "taken_by"),
                                                          desk_agent(screen->desk)->text) != 0;
    return key->run == run_show || handoff_is_open(handoff->record);
}

extern const struct screen_kind screen_supervise;
const struct screen_kind screen_supervise = {
    .name = "supervise",
    .title = N_("Supervision"),
    .help = N_("For supervisors: how each queue that you serve fares, which thresholds are "
               "crossed, and each hand-off that waits or is in somebody's hands."),
    .command = N_("supervise"),
    .flags = SCREEN_SINGLE,
    .keys = supervise_keys,
    .offers = supervise_offers,
    .open = supervise_open,
    .close = supervise_close,
    .draw = supervise_draw,
    .key = supervise_key,
    .save = supervise_save,
    .changed = read_all,
    .tick = supervise_tick,
    .observe = supervise_observe,
    .home = supervise_home,
};
