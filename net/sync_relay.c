/* What a terminal has to do with when its server is an office's relay: operations that the centre
 * is yet to decide, answers that come late, and how the relay's link to the centre is. */
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/sync_internal.h"

/* After this they are asked about again, though nothing was heard. */
#define LATER_MS INT64_C(20000)

/* --- what is decided later -------------------------------------------------------------------- */

bool sync_later_has(const struct sync_engine *engine, const struct operation *operation)
{
    /* What else there is of the record does not wait. */
    if (operation->kind != OPERATION_CLAIM)
        return false;
    for (size_t i = 0; i < engine->later_count; i++)
        if (id_equal(&engine->later[i].operation, &operation->id) ||
            id_equal(&engine->later[i].record, &operation->record))
            return true;
    /* More than are noted: they are asked about when these are. */
    return engine->later_count == SYNC_LATER_MAXIMUM;
}

void sync_later_add(struct sync_engine *engine, const struct id *operation, const struct id *record)
{
    if (engine->later_count == SYNC_LATER_MAXIMUM)
        return;
    engine->later[engine->later_count++] = (struct sync_later){*operation, *record};
    engine->later_until = sync_now(engine) + LATER_MS;
    (void)store_outbox_attempted(engine->store, operation, 1, STORE_REASON_LATER, NULL);
}

void sync_later_ask(struct sync_engine *engine)
{
    if (engine->later_count == 0)
        return;
    engine->later_count = 0;
    engine->outbox_due = true;
}

void sync_later_step(struct sync_engine *engine)
{
    if (engine->later_count > 0 && sync_now(engine) >= engine->later_until)
        sync_later_ask(engine);
}

/* --- what it tells besides records ------------------------------------------------------------ */

static int take_told(struct sync_engine *engine, const json_t *one, struct error *error)
{
    const char *field = json_text_or(one, "field", "");
    enum merge_refusal refusal = merge_refusal_from_name(json_text_or(one, "reason", ""));
    struct operation *operation;
    char *clean;
    int code;

    /* One that makes no sense here is passed over: it would come again for ever. */
    if (operation_from_json(&operation, json_object_get(one, "operation"), NULL) != 0)
        return 0;
    clean = text_clean(field, strlen(field), false);
    code = store_refusal_put(engine->store, operation,
                             refusal == MERGE_REFUSAL_COUNT ? MERGE_FORBIDDEN : refusal,
                             clean != NULL ? clean : "", error);
    free(clean);
    operation_free(operation);
    if (code != 0)
        return sync_fault(engine, code);
    engine->totals.refused++;
    return 0;
}

static int take_all_told(struct sync_engine *engine, const json_t *told, struct error *error)
{
    const json_t *one;
    size_t index;

    json_array_foreach(told, index, one)
    {
        int64_t number = json_integer_or(one, "number", 0);
        int code = number > engine->told ? take_told(engine, one, error) : 0;

        if (code != 0)
            return code;
        if (number > engine->told)
            engine->told = number;
    }
    if (json_array_size(told) > 0)
        link_screen_ring(engine->options.link);
    return 0;
}

int sync_relay_take(struct sync_engine *engine, const json_t *document, struct error *error)
{
    const json_t *relay = json_object_get(document, "relay");
    int64_t version = json_integer_or(relay, "version", 0);

    engine->relay = (struct link_relay){.is = json_is_object(relay),
                                        .cut = json_is_object(relay) &&
                                               strcmp(json_text_or(relay, "centre", ""), "up") != 0,
                                        .waiting = json_integer_or(relay, "waiting", 0)};
    (void)json_require_time(relay, "since", &engine->relay.since_ms, NULL);
    if (version != engine->relay_version)
        sync_later_ask(engine);
    engine->relay_version = version;
    return take_all_told(engine, json_object_get(document, "told"), error);
}
