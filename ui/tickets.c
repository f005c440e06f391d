#include "ui/tickets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/flag.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/big.h"
#include "ui/format.h"
#include "ui/language.h"

/* --- queues ---------------------------------------------------------------------------------- */

struct reading {
    struct tickets_queues *queues;
    struct desk *desk;
};

static bool is_of_office(const struct record *queue, const char *office)
{
    const json_t *offices = json_object_get(queue->body, "offices");
    const char *slash = strchr(record_text(queue, "key"), '/');

    if (json_bool_or(queue->body, "ended", false) ||
        (slash != NULL && strcmp(slash + 1, FLAG_KEEPER_QUEUE) == 0))
        return false;
    return json_array_size(offices) == 0 || record_names(queue, "offices", office);
}

static int add_queue(void *context, const struct record *queue)
{
    struct reading *reading = context;
    struct tickets_queues *queues = reading->queues;
    struct tickets_queue *item = &queues->items[queues->count];

    if (!is_of_office(queue, desk_office(reading->desk)))
        return 0;
    if (queues->count == TICKETS_QUEUES)
        return 1;
    text_copy(item->key, sizeof(item->key), record_text(queue, "key"));
    item->title_all = json_incref(json_object_get(queue->body, "title"));
    item->skills = json_incref(json_object_get(queue->body, "skills"));
    text_copy(item->title, sizeof(item->title), format_localised(item->title_all));
    ticket_rules_read(&item->rules, queue);
    if (item->rules.letter[0] == '\0') {
        item->rules.letter[0] = (char)('A' + queues->count % 26);
        item->rules.letter[1] = '\0';
    }
    item->own = record_names(reading->desk->agent, "queues", item->key);
    queues->count++;
    return 0;
}

void tickets_queues_read(struct tickets_queues *queues, struct desk *desk)
{
    struct reading reading = {queues, desk};

    tickets_queues_free(queues);
    catalogue_each(desk->catalogue, RECORD_QUEUE, add_queue, &reading, NULL);
}

void tickets_queues_free(struct tickets_queues *queues)
{
    for (size_t i = 0; i < queues->count; i++) {
        json_decref(queues->items[i].title_all);
        json_decref(queues->items[i].skills);
    }
    *queues = (struct tickets_queues){0};
}

const struct tickets_queue *tickets_queue_find(const struct tickets_queues *queues, const char *key)
{
    for (size_t i = 0; i < queues->count; i++)
        if (strcmp(queues->items[i].key, key) == 0)
            return &queues->items[i];
    return NULL;
}

static size_t skills_met(const json_t *asked, const json_t *skills)
{
    size_t met = 0;

    for (size_t i = 0; i < json_array_size(asked); i++)
        for (size_t j = 0; j < json_array_size(skills); j++)
            met += json_equal(json_array_get(asked, i), json_array_get(skills, j)) ? 1 : 0;
    return met;
}

size_t tickets_queue_for(const struct tickets_queues *queues, const struct record *service)
{
    const json_t *asked = json_object_get(service->body, "skills");
    size_t best = 0, most = 0;

    for (size_t i = 1; i < queues->count; i++)
        if (json_array_size(queues->items[i].skills) < json_array_size(queues->items[best].skills))
            best = i;
    for (size_t i = 0; i < queues->count; i++) {
        size_t met = skills_met(asked, queues->items[i].skills);

        if (met > most) {
            most = met;
            best = i;
        }
    }
    return best;
}

/* --- the office's clock ---------------------------------------------------------------------- */

/* NULL where the office or its zone is not known: UTC. */
static struct zone *office_zone(struct desk *desk)
{
    struct zone *zone = NULL;

    if (desk->office == NULL || zone_open(&zone, record_text(desk->office, "zone"), NULL) != 0)
        return NULL;
    return zone;
}

void tickets_day(struct desk *desk, char day[CALENDAR_DAY_SIZE])
{
    struct zone *zone = office_zone(desk);

    ticket_day(zone, desk_now(desk), day);
    zone_free(zone);
}

int64_t tickets_moment(struct desk *desk, const char *time)
{
    struct calendar_day civil;
    char day[CALENDAR_DAY_SIZE], rest;
    unsigned hour, minute;
    struct zone *zone;
    int64_t local;

    if (sscanf(time, "%2u%*1[:hH]%2u%c", &hour, &minute, &rest) != 2 || hour > 23 || minute > 59)
        return 0;
    tickets_day(desk, day);
    if (!calendar_day_parse(day, &civil))
        return 0;
    local = calendar_day_number(&civil) * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60;
    zone = office_zone(desk);
    local = zone != NULL ? zone_moment(zone, local) : local;
    zone_free(zone);
    return local * 1000;
}

void tickets_clock(struct desk *desk, int64_t ms, char *text, size_t size)
{
    struct zone *zone = office_zone(desk);
    int64_t local = ms / 1000 + (zone != NULL ? zone_offset(zone, ms / 1000) : 0);

    snprintf(text, size, "%02d:%02d", (int)(local % 86400 / 3600), (int)(local % 3600 / 60));
    zone_free(zone);
}

/* --- words ----------------------------------------------------------------------------------- */

const char *tickets_priority_text(int64_t priority)
{
    if (priority <= 0)
        return "";
    return priority == 1 ? _("priority") : _("urgent");
}

const char *tickets_need_text(const char *need)
{
    static const char *const names[][2] = {
        {"none", N_("none")},
        {"step-free", N_("step-free access")},
        {"seat", N_("needs a seat")},
        {"sign-language", N_("sign language")},
        {"low-hearing", N_("hard of hearing")},
        {"low-sight", N_("low sight: call by name of the number")},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i][0], need) == 0)
            return _(names[i][1]);
    return need;
}

/* --- the slip -------------------------------------------------------------------------------- */

size_t tickets_ahead(const struct ticket_list *list, const struct record *ticket)
{
    size_t ahead = 0;

    for (size_t i = 0; i < list->callable; i++) {
        const struct record *other = list->items[i].record;

        if (strcmp(other->id.text, ticket->id.text) == 0)
            break;
        if (strcmp(record_text(other, "queue"), record_text(ticket, "queue")) == 0)
            ahead++;
    }
    return ahead;
}

static void add_number(struct text_buffer *text, const char *number)
{
    for (int row = 0; row < BIG_ROWS; row++) {
        text_buffer_add_text(text, "    ");
        for (const char *at = number; *at != '\0'; at++) {
            for (int column = 0; column < BIG_COLUMNS; column++)
                text_buffer_add_text(text, big_dot(*at, row, column) ? "##" : "  ");
            text_buffer_add_text(text, "  ");
        }
        text_buffer_add_text(text, "\n");
    }
}

char *tickets_paper(struct desk *desk, const struct tickets_queues *queues,
                    const struct ticket_list *list, const struct record *ticket)
{
    const struct tickets_queue *queue = tickets_queue_find(queues, record_text(ticket, "queue"));
    const char *language = strcmp(record_text(ticket, "language"), "fr") == 0 ? "fr" : "en";
    size_t ahead = tickets_ahead(list, ticket);
    struct text_buffer text = {0};
    struct ticket_figures figures;
    int64_t arrived = 0, appointment = 0;
    char clock[16];

    timestamp_parse(record_text(ticket, "arrived_at"), &arrived);
    if (desk->office != NULL)
        text_buffer_add_format(
            &text, "%s\n", json_localised(json_object_get(desk->office->body, "title"), language));
    tickets_clock(desk, arrived, clock, sizeof(clock));
    text_buffer_add_format(&text, "%s  %s\n\n", record_text(ticket, "day"), clock);
    add_number(&text, record_text(ticket, "number"));
    text_buffer_add_format(&text, "\n%s %s\n", language_text(language, N_("Your number:")),
                           record_text(ticket, "number"));
    if (queue != NULL) {
        text_buffer_add_format(&text, "%s\n", json_localised(queue->title_all, language));
        ticket_figures_read(&figures, list, queue->key, &queue->rules, desk_now(desk));
        text_buffer_add_format(&text,
                               language_text(language, N_("Before you: %zu. About %lld min.")),
                               ahead, (long long)(ticket_estimate_ms(&figures, ahead) / 60000));
        text_buffer_add_text(&text, "\n");
    }
    if (timestamp_parse(record_text(ticket, "appointment_at"), &appointment)) {
        tickets_clock(desk, appointment, clock, sizeof(clock));
        text_buffer_add_format(&text, "%s %s\n", language_text(language, N_("Appointment:")),
                               clock);
    }
    text_buffer_add_format(
        &text, "\n%s\n",
        language_text(language, N_("The screen shows your number and the counter to go to.")));
    return text_buffer_take(&text);
}

/* --- numbers --------------------------------------------------------------------------------- */

void tickets_rolls_keep(struct desk *desk, bool begin)
{
    struct author author;
    struct batch batch = {0};
    char day[CALENDAR_DAY_SIZE];

    if (desk->store == NULL || desk->local_only || *desk_office(desk) == '\0')
        return;
    tickets_day(desk, day);
    author = desk_author(desk);
    if (!begin && !ticket_rolls_are_taken(&author, desk->store, day))
        return;
    if (ticket_rolls_take(&batch, &author, desk->store, day, NULL) == 0 && batch.count > 0)
        desk_apply(desk, &batch, NULL);
    batch_clear(&batch);
}
