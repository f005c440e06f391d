/* A supervisor gives a hand-off to somebody else: it ends, and the same offer is made again. */
#include <string.h>

#include "app/handoff.h"
#include "app/json.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"

int ledger_reassign_check(struct ledger *ledger, const json_t *body, const char **missing,
                          struct error *error)
{
    static const char *const members[][2] = {{"to_agent", "next_agent"},
                                             {"to_queue", "next_queue"}};
    const char *found;
    json_t *target = json_object();
    int code = target != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a target");

    *missing = NULL;
    for (size_t i = 0; i < 2 && code == 0; i++) {
        json_t *value = json_object_get(body, members[i][1]);

        if (value != NULL && json_object_set(target, members[i][0], value) != 0)
            code = error_set(error, ERROR_MEMORY, "no memory for a target");
    }
    if (code == 0)
        code = ledger_handoff_check_target(ledger, target, &found, error);
    for (size_t i = 0; i < 2 && code == 0 && found != NULL; i++)
        if (strcmp(found, members[i][0]) == 0)
            *missing = members[i][1];
    json_decref(target);
    return code;
}

/* The offer as it is made again. Whoever had taken it over has the client: it comes from them. One
 * that was for supervisors alone is now for whom a supervisor says. */
static json_t *again(const struct record *handoff, const struct record *queue, int64_t now_ms)
{
    json_t *body = ledger_handoff_again(handoff, queue, now_ms);
    json_t *holder = json_object_get(handoff->body, "taken_by");
    json_t *agent = json_object_get(handoff->body, "next_agent");
    bool failed = body == NULL;

    failed |= json_object_set(body, "reassigned_by",
                              json_object_get(handoff->body, "reassigned_by")) != 0;
    if (agent != NULL)
        failed |= json_object_set(body, "to_agent", agent) != 0;
    if (holder != NULL)
        failed |= json_object_set(body, "from", holder) != 0;
    if (handoff_is_kind(handoff, HANDOFF_ESCALATION))
        json_object_del(body, "kind");
    if (failed) {
        json_decref(body);
        return NULL;
    }
    return body;
}

int ledger_reassign(struct ledger *ledger, const struct record *handoff, int64_t now_ms,
                    struct error *error)
{
    const char *by = record_text(handoff, "reassigned_by");
    const char *key = record_text(handoff, "next_queue");
    struct ledger_own own = {.kind = OPERATION_APPEND, .type = RECORD_HANDOFF, .now_ms = now_ms};
    struct record *queue = NULL;
    bool exists;
    int code;

    if (strcmp(record_text(handoff, "state"), "reassigned") != 0)
        return 0;
    code = ledger_handoff_following(ledger, handoff, &own.record, &exists, error);
    if (code == 0 && *key != '\0')
        code = ledger_catalogue_find(ledger, RECORD_QUEUE, key, &queue, error);
    if (code == 0)
        code = ledger_own_write(ledger, &own, again(handoff, queue, now_ms), error);
    record_free(queue);
    if (code != 0 || strcmp(record_text(handoff, "next_agent"), by) != 0)
        return code;
    own.kind = OPERATION_CLAIM;
    own.base = 1;
    return ledger_own_write(ledger, &own,
                            json_pack("{s:s, s:s, s:o}", "state", "accepted", "taken_by", by,
                                      "decided_at", json_time(now_ms)),
                            error);
}
