#include "app/ticket_list.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"

#define SERVED_COUNTED 20
#define COUNTER_MS     (INT64_C(30) * 60 * 1000)
#define COUNTERS_LIMIT 64

/* --- reading --------------------------------------------------------------------------------- */

struct reading {
    struct ticket_list *list;
    const char *office, *day;
    size_t room;
};

#define STOP 1

/* Newest first: the ids begin with the day, so what is older ends the walk. */
static int add(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;
    struct ticket_list *list = reading->list;
    int day = strcmp(record_text(record, "day"), reading->day);

    if (day < 0 || list->count == TICKET_LIST_LIMIT)
        return STOP;
    if (day > 0 || strcmp(record_text(record, "office"), reading->office) != 0)
        return 0;
    if (list->count == reading->room) {
        size_t room = reading->room == 0 ? 64 : 2 * reading->room;
        struct ticket_item *longer = realloc(list->items, room * sizeof(*longer));

        if (longer == NULL)
            return ERROR_MEMORY;
        list->items = longer;
        reading->room = room;
    }
    list->items[list->count] = (struct ticket_item){record_copy(record), pending};
    if (list->items[list->count].record == NULL)
        return ERROR_MEMORY;
    list->count++;
    return 0;
}

static int by_place(const void *left, const void *right)
{
    const struct ticket_item *a = left, *b = right;

    return ticket_compare(a->record, b->record);
}

/* Brings those to be called to the front. */
static int split(struct ticket_list *list, int64_t now_ms)
{
    struct ticket_item *sorted = malloc((list->count + 1) * sizeof(*sorted));
    size_t count = 0;

    if (sorted == NULL)
        return ERROR_MEMORY;
    for (int others = 0; others < 2; others++) {
        for (size_t i = 0; i < list->count; i++)
            if (ticket_is_callable(list->items[i].record, now_ms) == (others == 0))
                sorted[count++] = list->items[i];
        if (others == 0)
            list->callable = count;
    }
    free(list->items);
    list->items = sorted;
    qsort(sorted, list->callable, sizeof(*sorted), by_place);
    qsort(sorted + list->callable, count - list->callable, sizeof(*sorted), by_place);
    return 0;
}

int ticket_list_read(struct ticket_list *list, struct store *store, const char *office,
                     const char *day, int64_t now_ms, struct error *error)
{
    const struct store_query query = {.type = RECORD_TICKET, .newest_first = true};
    struct reading reading = {list, office, day, 0};
    int code = store_each(store, &query, add, &reading, error);

    if (code == STOP)
        code = 0;
    if (code == 0)
        code = split(list, now_ms);
    if (code != 0)
        ticket_list_free(list);
    return code == ERROR_MEMORY ? error_set(error, code, "out of memory") : code;
}

void ticket_list_free(struct ticket_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        record_free(list->items[i].record);
    free(list->items);
    *list = (struct ticket_list){0};
}

/* --- figures --------------------------------------------------------------------------------- */

static int64_t time_of(const struct record *ticket, const char *member)
{
    int64_t ms = 0;

    timestamp_parse(record_text(ticket, member), &ms);
    return ms;
}

/* Sums while the tickets are walked. */
struct sums {
    int64_t waited, answered;
    int64_t served_at[SERVED_COUNTED], took[SERVED_COUNTED]; /* the latest, in no order */
    size_t took_count;
    const char *counters[COUNTERS_LIMIT];
    size_t counter_count;
};

/* Keeps the latest so many. */
static void add_took(struct sums *sums, int64_t served, int64_t took)
{
    size_t oldest = 0;

    if (sums->took_count < SERVED_COUNTED) {
        oldest = sums->took_count++;
    } else {
        for (size_t i = 1; i < SERVED_COUNTED; i++)
            if (sums->served_at[i] < sums->served_at[oldest])
                oldest = i;
        if (sums->served_at[oldest] >= served)
            return;
    }
    sums->served_at[oldest] = served;
    sums->took[oldest] = took;
}

static void add_counter(struct sums *sums, const char *counter)
{
    for (size_t i = 0; i < sums->counter_count; i++)
        if (strcmp(sums->counters[i], counter) == 0)
            return;
    if (sums->counter_count < COUNTERS_LIMIT)
        sums->counters[sums->counter_count++] = counter;
}

static void count_one(struct ticket_figures *figures, struct sums *sums,
                      const struct record *ticket, int64_t now_ms)
{
    int64_t waited = ticket_waited_ms(ticket, now_ms), called = time_of(ticket, "called_at");
    int64_t served = time_of(ticket, "served_at");

    if (called != 0 && now_ms - called < COUNTER_MS && *record_text(ticket, "counter") != '\0')
        add_counter(sums, record_text(ticket, "counter"));
    switch (ticket_stand(ticket, now_ms)) {
    case TICKET_WAITING:
    case TICKET_BACK:
        figures->waiting++;
        if (waited > figures->longest_ms)
            figures->longest_ms = waited;
        return;
    case TICKET_MISSED:
        return;
    case TICKET_GONE:
        *(strcmp(record_text(ticket, "state"), "left") == 0 ? &figures->left : &figures->missed) +=
            1;
        return;
    case TICKET_CALLED:
        figures->called++;
        break;
    case TICKET_SERVING:
        figures->serving++;
        break;
    case TICKET_FINISHED:
        figures->served++;
        add_took(sums, served, time_of(ticket, "ended_at") - served);
        break;
    }
    sums->waited += waited;
    sums->answered++;
}

void ticket_figures_read(struct ticket_figures *figures, const struct ticket_list *list,
                         const char *queue, const struct ticket_rules *rules, int64_t now_ms)
{
    struct sums sums = {0};
    int64_t took = 0;

    *figures = (struct ticket_figures){0};
    for (size_t i = 0; i < list->count; i++)
        if (queue == NULL || strcmp(record_text(list->items[i].record, "queue"), queue) == 0)
            count_one(figures, &sums, list->items[i].record, now_ms);
    for (size_t i = 0; i < sums.took_count; i++)
        took += sums.took[i];
    figures->average_ms = sums.answered > 0 ? sums.waited / sums.answered : 0;
    figures->service_ms = sums.took_count >= TICKET_SERVED_ENOUGH ? took / (int64_t)sums.took_count
                                                                  : rules->service_ms;
    figures->counters = sums.counter_count > 0 ? sums.counter_count : 1;
}

int64_t ticket_estimate_ms(const struct ticket_figures *figures, size_t ahead)
{
    const int64_t minute = 60000;
    int64_t wait = figures->service_ms * (int64_t)ahead / (int64_t)figures->counters;

    return (wait + minute - 1) / minute * minute;
}
