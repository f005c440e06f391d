/* The waiting room: who waits, in the order in which they are called, and who is at which counter.
 */
#include "ui/screen_tickets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

#define MINUTE_MS INT64_C(60000)
#define READ_MS   INT64_C(5000)

/* --- reading --------------------------------------------------------------------------------- */

static bool serves_some(const struct tickets *tickets)
{
    for (size_t i = 0; i < tickets->queues.count; i++)
        if (tickets->queues.items[i].own)
            return true;
    return false;
}

static bool is_shown(const struct screen *screen, const struct record *ticket)
{
    const struct tickets *tickets = screen->data;
    const struct tickets_queue *queue =
        tickets_queue_find(&tickets->queues, record_text(ticket, "queue"));
    enum ticket_stand stand = ticket_stand(ticket, desk_now(screen->desk));

    if (stand == TICKET_GONE && strcmp(record_text(ticket, "state"), "left") != 0 &&
        desk_now(screen->desk) - ticket_place_ms(ticket) > 120 * MINUTE_MS)
        return false;
    if (stand == TICKET_FINISHED || strcmp(record_text(ticket, "state"), "left") == 0)
        return false;
    return tickets->every_queue || !serves_some(tickets) || (queue != NULL && queue->own) ||
           ticket_is_of(ticket, desk_agent(screen->desk));
}

static void show(struct screen *screen, const struct id *mark)
{
    struct tickets *tickets = screen->data;
    size_t count = 0, marked = tickets->list.selected;

    free(tickets->shown);
    tickets->shown = malloc((tickets->all.count + 1) * sizeof(*tickets->shown));
    for (size_t i = 0; i < tickets->all.count && tickets->shown != NULL; i++) {
        const struct record *ticket = tickets->all.items[i].record;

        if (!is_shown(screen, ticket))
            continue;
        if (mark != NULL && id_equal(&ticket->id, mark))
            marked = count;
        tickets->shown[count++] = i;
    }
    list_set_count(&tickets->list, count);
    list_select(&tickets->list, marked < count ? marked : 0);
}

void tickets_read(struct screen *screen, const struct id *mark)
{
    struct tickets *tickets = screen->data;
    const struct record *was = tickets_marked(tickets);
    struct id before = was != NULL ? was->id : (struct id){0};
    struct error error = ERROR_INIT;

    tickets->read_ms = desk_now(screen->desk);
    tickets_queues_read(&tickets->queues, screen->desk);
    tickets_day(screen->desk, tickets->day);
    ticket_list_free(&tickets->all);
    if (ticket_list_read(&tickets->all, screen->desk->store, desk_office(screen->desk),
                         tickets->day, desk_now(screen->desk), &error) != 0)
        ui_tell_error(screen->ui, &error);
    show(screen, mark != NULL && !id_is_empty(mark) ? mark : &before);
}

static void tickets_changed(struct screen *screen)
{
    tickets_read(screen, NULL);
    tickets_tell_lost(screen);
}

/* Who did not come comes back, and a day ends. */
static void tickets_tick(struct screen *screen)
{
    struct tickets *tickets = screen->data;

    paper_task_tick(screen, &tickets->paper);
    if (desk_now(screen->desk) - tickets->read_ms >= READ_MS)
        tickets_read(screen, NULL);
}

const struct record *tickets_marked(const struct tickets *tickets)
{
    if (tickets->shown == NULL || tickets->list.selected >= tickets->list.count)
        return NULL;
    return tickets->all.items[tickets->shown[tickets->list.selected]].record;
}

const struct record *tickets_present(const struct screen *screen)
{
    const struct tickets *tickets = screen->data;
    const struct record *present = NULL;

    for (size_t i = tickets->all.callable; i < tickets->all.count; i++) {
        const struct record *ticket = tickets->all.items[i].record;

        if (!ticket_is_of(ticket, desk_agent(screen->desk)))
            continue;
        /* Who was called is dealt with before who is being served. */
        if (present == NULL || strcmp(record_text(ticket, "state"), "called") == 0)
            present = ticket;
    }
    return present;
}

/* --- opening and closing --------------------------------------------------------------------- */

static void tickets_close(struct screen *screen)
{
    struct tickets *tickets = screen->data;

    paper_task_free(&tickets->paper);
    ticket_list_free(&tickets->all);
    tickets_queues_free(&tickets->queues);
    free(tickets->shown);
    free(tickets);
}

static int tickets_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct tickets *tickets = calloc(1, sizeof(*tickets));

    if (tickets == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = tickets;
    tickets->every_queue = json_bool_or(arguments, "every", false);
    id_parse(&tickets->called, json_text_or(arguments, "called", ""));
    list_restore(&tickets->list, json_object_get(arguments, "list"));
    tickets_read(screen, NULL);
    return 0;
}

static json_t *tickets_save(const struct screen *screen)
{
    const struct tickets *tickets = screen->data;

    return json_pack("{s:b, s:s, s:o}", "every", tickets->every_queue, "called",
                     tickets->called.text, "list", list_save(&tickets->list));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void minutes_text(char *text, size_t size, int64_t ms)
{
    long long minutes = ms / MINUTE_MS;

    if (minutes < 100)
        snprintf(text, size, _("%lld min"), minutes);
    else
        snprintf(text, size, _("%1$lld h %2$02lld"), minutes / 60, minutes % 60);
}

/* What is to be known of it beside its number, in a few words. */
static void remarks(struct screen *screen, const struct ticket_item *item, char *text, size_t size)
{
    const struct record *ticket = item->record;
    const char *words[6];
    char clock[16], appointment[48];
    size_t count = 0, used = 0;
    int64_t at;

    if (item->pending == STORE_CLAIMING)
        words[count++] = _("not confirmed yet");
    else if (item->pending == STORE_WAITING)
        words[count++] = _("not sent yet");
    if (timestamp_parse(record_text(ticket, "appointment_at"), &at)) {
        tickets_clock(screen->desk, at, clock, sizeof(clock));
        snprintf(appointment, sizeof(appointment), _("appointment %s"), clock);
        words[count++] = appointment;
    }
    if (json_integer_or(ticket->body, "priority", 0) > 0)
        words[count++] = tickets_priority_text(json_integer_or(ticket->body, "priority", 0));
    if (*record_text(ticket, "language") != '\0')
        words[count++] = record_text(ticket, "language");
    if (*record_text(ticket, "need") != '\0')
        words[count++] = tickets_need_text(record_text(ticket, "need"));
    text[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? " · " : "", words[i]);
}

static void stand_text(struct screen *screen, const struct record *ticket, char *text, size_t size)
{
    struct tickets *tickets = screen->data;
    const struct tickets_queue *queue =
        tickets_queue_find(&tickets->queues, record_text(ticket, "queue"));
    struct ticket_figures figures;
    int64_t now = desk_now(screen->desk);
    size_t ahead = tickets_ahead(&tickets->all, ticket);
    char minutes[32];

    switch (ticket_stand(ticket, now)) {
    case TICKET_WAITING:
        if (queue == NULL) {
            text_copy(text, size, "");
            return;
        }
        ticket_figures_read(&figures, &tickets->all, queue->key, &queue->rules, now);
        minutes_text(minutes, sizeof(minutes), ticket_estimate_ms(&figures, ahead));
        snprintf(text, size, ahead == 0 ? _("next") : _("in ~%s"), minutes);
        return;
    case TICKET_BACK:
        text_copy(text, size, _("call again"));
        return;
    case TICKET_CALLED:
        snprintf(text, size, _("called to %s"), record_text(ticket, "counter"));
        return;
    case TICKET_SERVING:
        snprintf(text, size, _("at %s"), record_text(ticket, "counter"));
        return;
    case TICKET_MISSED:
        text_copy(text, size, _("no-show"));
        return;
    default:
        text_copy(text, size, _("did not come"));
    }
}

static enum paint_style stand_style(const struct screen *screen, const struct record *ticket)
{
    if (ticket_is_of(ticket, desk_agent(screen->desk)))
        return PAINT_ACCENT;
    return ticket_is_callable(ticket, desk_now(screen->desk)) ? PAINT_TEXT : PAINT_DIM;
}

static void draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    struct tickets *tickets = screen->data;
    const struct ticket_item *item = &tickets->all.items[tickets->shown[index]];
    const struct record *ticket = item->record;
    const struct tickets_queue *queue =
        tickets_queue_find(&tickets->queues, record_text(ticket, "queue"));
    char text[WORK_NAME_SIZE];
    int wide = row->columns / 4;

    (void)selected;
    paint_text(row, 0, 1, 6, PAINT_VALUE, record_text(ticket, "number"));
    minutes_text(text, sizeof(text), ticket_waited_ms(ticket, desk_now(screen->desk)));
    paint_right(row, 0, 7, 8, PAINT_TEXT, text);
    stand_text(screen, ticket, text, sizeof(text));
    paint_text(row, 0, 17, 14, stand_style(screen, ticket), text);
    paint_text(row, 0, 32, wide, PAINT_TEXT,
               queue != NULL ? queue->title : record_text(ticket, "queue"));
    remarks(screen, item, text, sizeof(text));
    paint_text(row, 0, 33 + wide, -1, item->pending != STORE_SETTLED ? PAINT_WARNING : PAINT_DIM,
               text);
}

static void draw_head(struct screen *screen, const struct paint *paint)
{
    struct tickets *tickets = screen->data;
    const struct record *present = tickets_present(screen);
    struct ticket_figures figures;
    struct ticket_rules rules;
    long long calls = present != NULL ? (long long)json_integer_or(present->body, "calls", 1) : 0;
    char longest[32], average[32], text[256];

    ticket_rules_read(&rules, NULL);
    ticket_figures_read(&figures, &tickets->all, NULL, &rules, desk_now(screen->desk));
    minutes_text(longest, sizeof(longest), figures.longest_ms);
    minutes_text(average, sizeof(average), figures.average_ms);
    snprintf(text, sizeof(text),
             _("Waiting: %1$zu, longest %2$s. Served: %3$zu, average wait %4$s."), figures.waiting,
             longest, figures.served, average);
    paint_text(paint, 0, 0, -1, PAINT_LABEL, text);
    if (screen->desk->counter[0] == '\0')
        paint_text(paint, 1, 0, -1, PAINT_WARNING, _("Which counter is this? :counter 3 says so."));
    else if (present == NULL)
        paint_format(paint, 1, 0, -1, PAINT_DIM, _("Counter %s: free"), screen->desk->counter);
    else if (strcmp(record_text(present, "state"), "serving") == 0)
        paint_format(paint, 1, 0, -1, PAINT_ACCENT, _("Counter %1$s: %2$s is being served"),
                     screen->desk->counter, record_text(present, "number"));
    else
        paint_format(paint, 1, 0, -1, PAINT_ACCENT,
                     language_plural("Counter %1$s: %2$s, called %3$lld time",
                                     "Counter %1$s: %2$s, called %3$lld times", calls),
                     screen->desk->counter, record_text(present, "number"), calls);
}

static void tickets_draw(struct screen *screen, const struct paint *paint)
{
    struct tickets *tickets = screen->data;
    struct paint rest = paint_part(paint, 4, 0, -1, -1);

    draw_head(screen, paint);
    paint_heading(paint, 3,
                  tickets->every_queue || !serves_some(tickets) ? _("All queues") : _("My queues"));
    if (tickets->list.count == 0) {
        paint_text(&rest, 0, 0, -1, PAINT_DIM, _("Nobody waits. n gives a ticket."));
        paint_cursor(&rest, 0, 0);
        return;
    }
    list_draw(&tickets->list, &rest, 1, true, draw_row, screen);
}

static bool tickets_key(struct screen *screen, const struct input *input)
{
    struct tickets *tickets = screen->data;

    if (input->code == INPUT_ESCAPE && paper_task_is_busy(&tickets->paper)) {
        paper_task_cancel(screen, &tickets->paper);
        return true;
    }
    if (input->code == INPUT_TAB) {
        tickets->every_queue = !tickets->every_queue;
        tickets_read(screen, NULL);
        return true;
    }
    return list_key(&tickets->list, input, true);
}

static bool tickets_busy(const struct screen *screen)
{
    const struct tickets *tickets = screen->data;

    return tickets != NULL && paper_task_is_busy(&tickets->paper);
}

static void tickets_observe(struct desk *desk)
{
    tickets_rolls_keep(desk, false);
}

extern const struct screen_kind screen_tickets;
const struct screen_kind screen_tickets = {
    .name = "tickets",
    .title = N_("Waiting room"),
    .help = N_("Who waits, in the order in which they are called: by arrival, priority and "
               "appointment together, so that nobody waits for ever. The wait that is estimated is "
               "what serving one took today, times those ahead, shared among the counters that "
               "called somebody in the last half hour."),
    .command = N_("tickets"),
    .flags = SCREEN_SINGLE,
    .keys = tickets_keys,
    .offers = tickets_offers,
    .open = tickets_open,
    .close = tickets_close,
    .draw = tickets_draw,
    .key = tickets_key,
    .save = tickets_save,
    .resume = tickets_changed,
    .changed = tickets_changed,
    .tick = tickets_tick,
    .answer = tickets_answer,
    .busy = tickets_busy,
    .observe = tickets_observe,
};
