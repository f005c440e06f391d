#include "app/queue_line.h"

#include <stdlib.h>
#include <string.h>

#include "app/handoff.h"

/* --- in hand --------------------------------------------------------------------------------- */

struct loading {
    struct store *store;
    const struct id *agent;
    const char *channel;
    int64_t now_ms;
    int load;
};

static int count_contact(void *context, const struct record *record, enum store_pending pending)
{
    struct loading *loading = context;

    (void)pending;
    loading->load += strcmp(record_text(record, "agent"), loading->agent->text) == 0 &&
                     strcmp(record_text(record, "channel"), loading->channel) == 0 &&
                     queue_contact_is_in_hand(record, loading->now_ms);
    return 0;
}

/* NULL when there is none or it is not here. */
static struct record *named(struct store *store, const struct record *handoff, const char *member,
                            enum record_type type)
{
    struct record *record = NULL;
    struct id id;

    return id_parse(&id, record_text(handoff, member)) &&
                   store_get(store, type, &id, &record, NULL, NULL) == 0
               ? record
               : NULL;
}

static int count_handoff(void *context, const struct record *record, enum store_pending pending)
{
    struct loading *loading = context;
    struct record *contact, *matter;

    (void)pending;
    if (strcmp(record_text(record, "taken_by"), loading->agent->text) != 0 ||
        strcmp(record_text(record, "channel"), loading->channel) != 0)
        return 0;
    contact = named(loading->store, record, "contact", RECORD_CONTACT);
    matter = named(loading->store, record, "case", RECORD_CASE);
    loading->load += queue_is_in_hand(record, contact, matter, loading->now_ms);
    record_free(contact);
    record_free(matter);
    return 0;
}

int queue_line_load(struct store *store, const struct id *agent, const char *channel,
                    int64_t now_ms, int *load, struct error *error)
{
    const struct store_query contacts = {.type = RECORD_CONTACT};
    const struct store_query handoffs = {.type = RECORD_HANDOFF};
    struct loading loading = {store, agent, channel, now_ms, 0};
    int code = store_each(store, &contacts, count_contact, &loading, error);

    if (code == 0)
        code = store_each(store, &handoffs, count_handoff, &loading, error);
    *load = loading.load;
    return code;
}

/* --- may they -------------------------------------------------------------------------------- */

/* NULL when there is none. */
static struct record *catalogued(struct catalogue *catalogue, enum record_type type,
                                 const char *key)
{
    struct record *record = NULL;

    return *key != '\0' && catalogue_get_by_key(catalogue, type, key, &record, NULL) == 0 ? record
                                                                                          : NULL;
}

/* The queue by which the agent has it: theirs. */
static struct record *own_queue(struct catalogue *catalogue, const struct record *agent,
                                const struct record *handoff)
{
    const char *queue = record_text(handoff, "to_queue");
    const char *also = record_text(handoff, "also_queue");

    if (*also != '\0' && !record_names(agent, "queues", queue))
        queue = also;
    return catalogued(catalogue, RECORD_QUEUE, queue);
}

/* What a record of the file is about is asked for too, whatever the hand-off leaves out. */
static void need_of_file(struct store *store, struct catalogue *catalogue,
                         const struct record *handoff, const char *member, enum record_type type,
                         struct queue_need *need)
{
    struct record *record = named(store, handoff, member, type);
    struct record *service =
        record != NULL ? catalogued(catalogue, RECORD_SERVICE, record_text(record, "service"))
                       : NULL;

    if (service != NULL)
        queue_need_add(need, service);
    record_free(service);
    record_free(record);
}

static void need_read(struct store *store, struct catalogue *catalogue,
                      const struct record *handoff, const struct record *queue,
                      struct queue_need *need)
{
    struct record *service = catalogued(catalogue, RECORD_SERVICE, record_text(handoff, "service"));

    queue_need_make(need, handoff->body, queue, service);
    record_free(service);
    need_of_file(store, catalogue, handoff, "case", RECORD_CASE, need);
    need_of_file(store, catalogue, handoff, "contact", RECORD_CONTACT, need);
}

bool queue_line_is_for(struct store *store, struct catalogue *catalogue, const struct record *agent,
                       const struct record *handoff)
{
    struct queue_verdict verdict;
    struct record *queue;
    struct queue_need need;

    if (!handoff_is_for(handoff, agent, catalogue))
        return false;
    if (record_text(handoff, "to_queue")[0] == '\0')
        return true;
    queue = own_queue(catalogue, agent, handoff);
    need_read(store, catalogue, handoff, queue, &need);
    record_free(queue);
    return queue_agent_fits(&need, agent, &verdict);
}

/* What is in hand in the channel that was asked about last: most of a line is of one. */
struct load {
    char channel[32];
    bool known;
    int count;
};

static int load_need(struct load *load, struct store *store, const struct id *agent,
                     const char *channel, int64_t now_ms, struct error *error)
{
    int code;

    if (load->known && strcmp(load->channel, channel) == 0)
        return 0;
    code = queue_line_load(store, agent, channel, now_ms, &load->count, error);
    load->known = code == 0 && strlen(channel) < sizeof(load->channel);
    if (load->known)
        strcpy(load->channel, channel);
    return code;
}

static int judge(struct load *load, struct store *store, struct catalogue *catalogue,
                 const struct record *agent, const struct record *handoff, int64_t now_ms,
                 struct queue_verdict *verdict, struct error *error)
{
    const char *channel = record_text(handoff, "channel");
    struct record *queue;
    struct queue_need need;
    int code = 0;

    *verdict = (struct queue_verdict){.bar = QUEUE_BAR_NONE};
    if (record_text(handoff, "to_queue")[0] == '\0')
        return 0;
    queue = own_queue(catalogue, agent, handoff);
    need_read(store, catalogue, handoff, queue, &need);
    if (queue_capacity(agent, queue, channel) >= 0)
        code = load_need(load, store, &agent->id, channel, now_ms, error);
    if (code == 0)
        queue_may_take(&need, queue, agent, channel, load->count, verdict);
    record_free(queue);
    return code;
}

int queue_line_judge(struct store *store, struct catalogue *catalogue, const struct record *agent,
                     const struct record *handoff, int64_t now_ms, struct queue_verdict *verdict,
                     struct error *error)
{
    struct load load = {.known = false};

    return judge(&load, store, catalogue, agent, handoff, now_ms, verdict, error);
}

/* --- what comes next ------------------------------------------------------------------------- */

struct lining {
    struct queue_line *line;
    struct catalogue *catalogue;
    const struct record *agent;
    int64_t now_ms;
};

static int line_up(void *context, const struct record *record, enum store_pending pending)
{
    struct lining *lining = context;
    struct queue_line *line = lining->line;
    struct queue_line_item *item;
    struct record *queue;

    if (!handoff_is_offered(record) || !handoff_is_for(record, lining->agent, lining->catalogue))
        return 0;
    if (line->count == line->capacity) {
        size_t capacity = line->capacity == 0 ? 32 : 2 * line->capacity;
        struct queue_line_item *items = realloc(line->items, capacity * sizeof(*items));

        if (items == NULL)
            return ERROR_MEMORY;
        line->items = items;
        line->capacity = capacity;
    }
    queue = own_queue(lining->catalogue, lining->agent, record);
    item = &line->items[line->count];
    *item = (struct queue_line_item){.turn = {queue_turn_ms(record, queue), record->id},
                                     .handoff = record_copy(record),
                                     .pending = pending,
                                     .ready = queue_ready_ms(record) <= lining->now_ms};
    record_free(queue);
    line->count += item->handoff != NULL;
    return item->handoff != NULL ? 0 : ERROR_MEMORY;
}

bool queue_line_offers(const struct queue_line_item *item)
{
    return item->verdict.bar == QUEUE_BAR_NONE || item->verdict.bar == QUEUE_BAR_FULL;
}

static bool is_takeable(const struct queue_line_item *item)
{
    return item->ready && item->verdict.bar == QUEUE_BAR_NONE;
}

static int item_compare(const void *left, const void *right)
{
    const struct queue_line_item *a = left, *b = right;

    if (is_takeable(a) != is_takeable(b))
        return is_takeable(a) ? -1 : 1;
    return queue_turn_compare(&a->turn, &b->turn);
}

int queue_line_read(struct queue_line *line, struct store *store, struct catalogue *catalogue,
                    const struct record *agent, int64_t now_ms, struct error *error)
{
    const struct store_query query = {.type = RECORD_HANDOFF};
    struct lining lining = {line, catalogue, agent, now_ms};
    struct load load = {.known = false};
    int code;

    queue_line_free(line);
    code = store_each(store, &query, line_up, &lining, error);
    for (size_t i = 0; i < line->count && code == 0; i++)
        code = judge(&load, store, catalogue, agent, line->items[i].handoff, now_ms,
                     &line->items[i].verdict, error);
    if (code != 0)
        queue_line_free(line);
    else if (line->count > 0)
        qsort(line->items, line->count, sizeof(*line->items), item_compare);
    return code;
}

void queue_line_free(struct queue_line *line)
{
    for (size_t i = 0; i < line->count; i++)
        record_free(line->items[i].handoff);
    free(line->items);
    *line = (struct queue_line){0};
}

int queue_line_next(struct store *store, struct catalogue *catalogue, const struct record *agent,
                    int64_t now_ms, struct record **next, struct queue_verdict *verdict,
                    struct error *error)
{
    struct queue_line line = {0};
    int code = queue_line_read(&line, store, catalogue, agent, now_ms, error);

    *next = NULL;
    *verdict = (struct queue_verdict){.bar = QUEUE_BAR_NONE};
    if (line.count > 0 && is_takeable(&line.items[0])) {
        *next = line.items[0].handoff;
        line.items[0].handoff = NULL;
    }
    for (size_t i = 0; i < line.count && *next == NULL && verdict->bar == QUEUE_BAR_NONE; i++)
        if (line.items[i].ready)
            *verdict = line.items[i].verdict;
    queue_line_free(&line);
    return code;
}
