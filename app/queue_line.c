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

static int judge(struct store *store, struct catalogue *catalogue, const struct record *agent,
                 const struct record *handoff, const struct record *queue, int64_t now_ms,
                 struct queue_verdict *verdict, struct error *error)
{
    const char *channel = record_text(handoff, "channel");
    struct record *service = catalogued(catalogue, RECORD_SERVICE, record_text(handoff, "service"));
    struct queue_need need;
    int load = 0, code = 0;

    queue_need_make(&need, handoff->body, queue, service);
    record_free(service);
    if (queue_capacity(agent, queue, channel) >= 0)
        code = queue_line_load(store, &agent->id, channel, now_ms, &load, error);
    if (code == 0)
        queue_may_take(&need, queue, agent, channel, load, verdict);
    return code;
}

int queue_line_judge(struct store *store, struct catalogue *catalogue, const struct record *agent,
                     const struct record *handoff, int64_t now_ms, struct queue_verdict *verdict,
                     struct error *error)
{
    struct record *queue = own_queue(catalogue, agent, handoff);
    int code = 0;

    *verdict = (struct queue_verdict){.bar = QUEUE_BAR_NONE};
    if (record_text(handoff, "to_queue")[0] != '\0')
        code = judge(store, catalogue, agent, handoff, queue, now_ms, verdict, error);
    record_free(queue);
    return code;
}

/* --- what comes next ------------------------------------------------------------------------- */

struct item {
    struct queue_turn turn; /* first: sorted by it */
    struct record *handoff; /* owned */
};

struct lining {
    struct catalogue *catalogue;
    const struct record *agent;
    int64_t now_ms;
    struct item *items; /* owned */
    size_t count, capacity;
};

static int line_up(void *context, const struct record *record, enum store_pending pending)
{
    struct lining *lining = context;
    struct record *queue;

    (void)pending;
    if (!handoff_is_offered(record) || !handoff_is_for(record, lining->agent) ||
        queue_ready_ms(record) > lining->now_ms)
        return 0;
    if (lining->count == lining->capacity) {
        size_t capacity = lining->capacity == 0 ? 32 : 2 * lining->capacity;
        struct item *items = realloc(lining->items, capacity * sizeof(*items));

        if (items == NULL)
            return ERROR_MEMORY;
        lining->items = items;
        lining->capacity = capacity;
    }
    queue = own_queue(lining->catalogue, lining->agent, record);
    lining->items[lining->count] =
        (struct item){{queue_turn_ms(record, queue), record->id}, record_copy(record)};
    record_free(queue);
    return lining->items[lining->count++].handoff != NULL ? 0 : ERROR_MEMORY;
}

int queue_line_next(struct store *store, struct catalogue *catalogue, const struct record *agent,
                    int64_t now_ms, struct record **next, struct queue_verdict *verdict,
                    struct error *error)
{
    const struct store_query query = {.type = RECORD_HANDOFF};
    struct lining lining = {.catalogue = catalogue, .agent = agent, .now_ms = now_ms};
    int code = store_each(store, &query, line_up, &lining, error);

    *next = NULL;
    *verdict = (struct queue_verdict){.bar = QUEUE_BAR_NONE};
    if (code == 0 && lining.count > 0)
        qsort(lining.items, lining.count, sizeof(*lining.items), queue_turn_compare);
    for (size_t i = 0; i < lining.count; i++) {
        struct queue_verdict own;

        if (code == 0 && *next == NULL) {
            code = queue_line_judge(store, catalogue, agent, lining.items[i].handoff, now_ms, &own,
                                    error);
            if (code == 0 && own.bar == QUEUE_BAR_NONE) {
                *next = lining.items[i].handoff;
                continue;
            }
            if (verdict->bar == QUEUE_BAR_NONE)
                *verdict = own;
        }
        record_free(lining.items[i].handoff);
    }
    free(lining.items);
    return code;
}
