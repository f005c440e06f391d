#include "net/ledger_agent.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

#include <string.h>

#include "app/clock.h"
#include "app/json.h"

/* Gives a catalogue record its meta: when it first came, and when it last changed. */
static int meta_write(struct record *record, const struct record *before, struct error *error)
{
    json_t *now = json_pack("{s:o}", "time", json_time(clock_system(NULL)));
    json_t *created = before != NULL ? json_object_get(before->meta, "created") : NULL;
    int failed = now == NULL;

    failed |= json_object_set(record->meta, "updated", now);
    failed |= json_object_set(record->meta, "created", created != NULL ? created : now);
    json_decref(now);
    return failed ? error_set(error, ERROR_MEMORY, "no memory to publish a record") : 0;
}

int ledger_publish(struct ledger *ledger, const struct record *record, struct error *error)
{
    struct ledger_row before, after = {0};
    int code;

    if (!record_type_is_catalogue(record->type))
        return error_set(error, ERROR_INVALID, "only catalogue records are published");
    code = ledger_row_read(ledger->writer, record->type, &record->id, &before, error);
    if (code != 0 && code != ERROR_NOT_FOUND)
        return code;
    after.row = before.row;
    after.record = record_copy(record);
    code = after.record != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a record");
    if (code == 0) {
        after.record->rev = before.record != NULL ? before.record->rev + 1 : 1;
        after.record->seq = ledger_next_seq(ledger);
        code = meta_write(after.record, before.record, error);
    }
    if (code == 0)
        code = ledger_row_write(ledger, &after, error);
    if (code == 0)
        code = ledger_feed_write(ledger, &after, error);
    if (code == 0 && record->type == RECORD_AGENT)
        code = ledger_agent_moved(ledger, before.record, after.record, error);
    if (code == 0 && record->type == RECORD_ROLE)
        code = ledger_role_changed(ledger, before.record, after.record, error);
    ledger_row_clear(&before);
    ledger_row_clear(&after);
    return code;
}

/* A role that is named by the key of another source is there. */
static int check_role(struct ledger *ledger, const char *role, struct error *error)
{
    struct ledger_row row;
    struct id id = id_from_key("role", role);
    int code;

    if (strchr(role, '/') == NULL)
        return 0;
    code = ledger_row_read(ledger->writer, RECORD_ROLE, &id, &row, error);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? error_set(error, ERROR_INVALID, "there is no role %s", role)
                                   : code;
}

int ledger_agent_add_with(struct ledger *ledger, const struct record *agent, const char *password,
                          bool must_change, struct error *error)
{
    struct ledger_row row;
    int code;

    code = ledger_password_judge(ledger, record_text(agent, "login"), record_text(agent, "name"),
                                 password, error);
    if (code != 0)
        return code;
    code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    code = ledger_row_read(ledger->writer, RECORD_AGENT, &agent->id, &row, error);
    ledger_row_clear(&row);
    if (code == 0)
        code = error_set(error, ERROR_CONFLICT, "the agent exists already");
    else if (code == ERROR_NOT_FOUND)
        code = check_role(ledger, record_text(agent, "role"), error);
    if (code == 0)
        code = ledger_password_write(ledger, agent, password, error);
    if (code == 0 && must_change)
        code = ledger_password_expire(ledger, record_text(agent, "login"), error);
    if (code == 0)
        code = ledger_publish(ledger, agent, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

int ledger_agent_add(struct ledger *ledger, const struct record *agent, const char *password,
                     struct error *error)
{
    return ledger_agent_add_with(ledger, agent, password, false, error);
}
