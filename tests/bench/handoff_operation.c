#include <stdlib.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/bench/handoff_bench.h"

static struct id_generator ids;

static struct id new_id(void)
{
    return id_generate(&ids, clock_system(NULL));
}

static json_t *operation(const char *kind, const struct id *record, json_int_t base, json_t *body)
{
    struct id id = new_id();

    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:i, s:o}", "id", id.text, "kind", kind,
                     "type", "handoff", "record", record->text, "base", base, "time",
                     json_time(clock_system(NULL)), "tick", 0, "body", body);
}

json_t *operation_offer(const struct person *from, const char *to_agent, const char *to_queue,
                        struct id *handoff)
{
    *handoff = new_id();
    return operation(
        "append", handoff, 0,
        json_pack(
            "{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s*, s:s*}", "from", from->agent.text, "kind",
            "cold", "office", from->office, "summary", "birth certificate, by mail", "context",
            "Identity seen: health card. Fee paid. The form is filled to the parents' names; "
            "the father's is not certain, the client asks at home and calls back before four.",
            "offered_at", json_time(clock_system(NULL)), "state", "offered", "to_agent", to_agent,
            "to_queue", to_queue));
}

json_t *operation_accept(const struct person *by, const struct id *handoff)
{
    return operation("claim", handoff, 1,
                     json_pack("{s:s, s:s}", "state", "accepted", "taken_by", by->agent.text));
}

json_t *operation_withdraw(const struct id *handoff, json_int_t base)
{
    return operation("claim", handoff, base, json_pack("{s:s}", "state", "withdrawn"));
}

char *operations_body(json_t *operations)
{
    json_t *body = json_is_array(operations) ? json_pack("{s:o}", "operations", operations)
                                             : json_pack("{s:[o]}", "operations", operations);
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;

    if (text == NULL)
        process_die("no memory for operations");
    json_decref(body);
    return text;
}
