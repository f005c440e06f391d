#include "net/ledger_emergency.h"
#include "net/ledger_row.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "net/ledger_attempt.h"
#include "net/ledger_audit.h"

int ledger_emergency_make(struct ledger *ledger, const struct ledger_emergency *emergency,
                          struct error *error)
{
    struct id_generator ids = {0};
    struct ledger_own own = {
        .kind = OPERATION_APPEND,
        .type = RECORD_EMERGENCY,
        .record = id_generate(&ids, emergency->at_ms),
        .now_ms = emergency->at_ms,
    };
    const struct id *matter =
        emergency->type == RECORD_CASE ? &emergency->file : &emergency->matter;
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}", "agent", emergency->agent.text, "office",
                  emergency->office, "words", emergency->words, "at", json_time(emergency->at_ms),
                  "until", json_time(emergency->until_ms), "state", emergency_state_words[0]);

    if (emergency->type == RECORD_CLIENT)
        json_object_set_new(body, "client", json_string(emergency->file.text));
    if (!id_is_empty(matter))
        json_object_set_new(body, "case", json_string(matter->text));
    return ledger_own_write(ledger, &own, body, error);
}

void attempt_check_review(struct attempt *attempt)
{
    const json_t *body = attempt->operation->body;

    if (attempt->operation->type != RECORD_EMERGENCY || attempt->row.record == NULL)
        return;
    /* Nobody says of themself that it was right. */
    if (strcmp(json_text_or(body, "reviewed_by", ""), attempt->actor->agent.text) != 0 ||
        strcmp(record_text(attempt->row.record, "agent"), attempt->actor->agent.text) == 0)
        attempt_refuse(attempt, MERGE_ACTOR, "reviewed_by");
    else if (json_text_or(body, "review", "")[0] == '\0')
        attempt_refuse(attempt, MERGE_REQUIRED, "review");
}

void attempt_check_protection(struct attempt *attempt)
{
    const json_t *body = attempt->operation->body;
    bool says = false;
    const char *name;
    json_t *value;

    if (attempt->operation->type != RECORD_CLIENT || attempt->operation->kind != OPERATION_CLAIM)
        return;
    json_object_foreach((json_t *)(uintptr_t)body, name, value)
    {
        says |= strncmp(name, "protect", strlen("protect")) == 0;
    }
    if (!says) {
        /* Files are merged by those who serve. */
        if (!attempt_may(attempt, PERMISSION_SERVE) && !attempt_may(attempt, PERMISSION_SUPERVISE))
            attempt_refuse(attempt, MERGE_PERMISSION, permission_name(PERMISSION_SERVE));
    } else if (!attempt_may(attempt, PERMISSION_PROTECT)) {
        attempt_refuse(attempt, MERGE_PERMISSION, permission_name(PERMISSION_PROTECT));
    } else if (strcmp(json_text_or(body, "protected_by", ""), attempt->actor->agent.text) != 0) {
        attempt_refuse(attempt, MERGE_ACTOR, "protected_by");
    } else if (json_text_or(body, "protection_reason", "")[0] == '\0') {
        attempt_refuse(attempt, MERGE_REQUIRED, "protection_reason");
    }
}

int attempt_note_trust(struct attempt *attempt, const struct record *after, struct error *error)
{
    const struct operation *operation = attempt->operation;
    char what[120];
    struct audit_entry entry = {
        .at_ms = attempt->now_ms,
        .agent = operation->agent,
        .device = operation->device,
        .type = after->type,
        .record = after->id,
        .what = what,
    };

    if (attempt->actor == NULL || operation->kind != OPERATION_CLAIM)
        return 0;
    if (after->type == RECORD_CLIENT && json_object_get(operation->body, "protection") != NULL) {
        entry.kind = AUDIT_PERMISSION;
        entry.client = after->id;
        entry.words = record_text(after, "protection_reason");
        snprintf(what, sizeof(what), "protection: %.40s",
                 record_text(after, "protection")[0] != '\0' ? record_text(after, "protection")
                                                             : "none");
    } else if (after->type == RECORD_EMERGENCY) {
        entry.kind = AUDIT_EMERGENCY;
        entry.purpose = PURPOSE_PRIVACY;
        id_parse(&entry.client, record_text(after, "client"));
        entry.words = record_text(after, "review");
        snprintf(what, sizeof(what), "reviewed: %.40s", record_text(after, "state"));
    } else {
        return 0;
    }
    return ledger_audit_add(attempt->ledger, &entry, error);
}
