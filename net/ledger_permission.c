/* What an operation asks of its agent's role: by its type and kind, by the contact level of the
 * service that it is about, and by what it would say of a file. */
#include "net/ledger_permission.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "net/ledger_attempt.h"
#include "net/ledger_audit.h"

#define MAY(permission) ((permission_set)1 << PERMISSION_##permission)
#define WORK            (MAY(SERVE) | MAY(SUPERVISE))

#define APPEND (1u << OPERATION_APPEND)
#define FIELDS (1u << OPERATION_FIELDS)
#define CLAIM  (1u << OPERATION_CLAIM)
#define EVERY  (APPEND | FIELDS | CLAIM)

/* What is not listed nobody may do; of two rows the first one holds. Merge says which kinds a type
 * takes at all. */
static const struct {
    enum record_type type;
    unsigned kinds;
    permission_set any;
} needs[] = {
    {RECORD_CLIENT, APPEND | FIELDS, MAY(SERVE)},
    {RECORD_CLIENT, CLAIM, WORK | MAY(PROTECT)},
    {RECORD_CASE, APPEND | FIELDS, MAY(SERVE)},
    {RECORD_CASE, CLAIM, WORK},
    {RECORD_CONTACT, APPEND | FIELDS, MAY(SERVE)},
    {RECORD_NOTE, APPEND, WORK},
    {RECORD_SUBMISSION, EVERY, MAY(SERVE)},
    {RECORD_HANDOFF, EVERY, WORK},
    {RECORD_DELIVERY, CLAIM, WORK},
    {RECORD_TICKET, APPEND | CLAIM, MAY(SERVE)},
    {RECORD_ROLL, APPEND, MAY(SERVE)},
    {RECORD_MESSAGE, EVERY, MAY(SERVE)},
    {RECORD_TASK, EVERY, WORK},
    {RECORD_PROMISE, CLAIM, WORK},
    {RECORD_DELEGATION, APPEND | CLAIM, WORK},
    {RECORD_CONSENT, APPEND | CLAIM, WORK},
    {RECORD_ALERT, FIELDS, MAY(SUPERVISE)},
    {RECORD_EMERGENCY, CLAIM, MAY(READ_AUDIT)},
    /* Nothing personal, or one's own. */
    {RECORD_CHOICE, APPEND | FIELDS, PERMISSION_ANY},
    {RECORD_FLAG, APPEND | CLAIM, PERMISSION_ANY},
    {RECORD_VIEW, EVERY, PERMISSION_ANY},
    /* That a file was opened is told by whoever opened it. */
    {RECORD_ACCESS, APPEND, PERMISSION_ANY},
};

permission_set ledger_operation_needs(enum record_type type, enum operation_kind kind)
{
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
        if (needs[i].type == type && (needs[i].kinds & (1u << kind)) != 0)
            return needs[i].any;
    return 0;
}

enum permission permission_first(permission_set any)
{
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if ((any & ((permission_set)1 << i)) != 0)
            return (enum permission)i;
    return PERMISSION_COUNT;
}

static void refuse(struct attempt *attempt, permission_set any)
{
    const char *name = permission_name(permission_first(any));

    attempt_refuse(attempt, MERGE_PERMISSION, name != NULL ? name : "");
}

void attempt_check_role(struct attempt *attempt)
{
    const struct operation *operation = attempt->operation;
    permission_set any = ledger_operation_needs(operation->type, operation->kind);
    const struct record_rules *rules = record_rules(operation->type);

    /* That a kind is not taken at all merge says better. */
    if (rules == NULL || (rules->kinds & (1u << operation->kind)) == 0)
        return;
    if (any == 0)
        attempt_refuse(attempt, MERGE_ACTOR, "");
    else if ((attempt->actor->may & any) == 0)
        refuse(attempt, any);
}

/* --- contact levels --------------------------------------------------------------------------- */

/* The contact level of a service; 0 where none is said. */
static int service_level(struct ledger *ledger, const char *key, int64_t *level,
                         struct error *error)
{
    struct record *service = NULL;
    int code =
        key[0] != '\0' ? ledger_catalogue_find(ledger, RECORD_SERVICE, key, &service, error) : 0;

    *level = service != NULL ? json_integer_or(service->body, "level", 0) : 0;
    record_free(service);
    return code;
}

/* Of the service that another record is about. */
static int named_level(struct ledger *ledger, enum record_type type, const char *text,
                       int64_t *level, struct error *error)
{
    struct ledger_row row = {0};
    struct id id;
    int code;

    *level = 0;
    if (!id_parse(&id, text))
        return 0;
    code = ledger_row_read(ledger->writer, type, &id, &row, error);
    if (code == 0)
        code = service_level(ledger, record_text(row.record, "service"), level, error);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* Of a form: the lowest among those of its services. */
static int form_level(struct ledger *ledger, const char *key, int64_t *level, struct error *error)
{
    struct record *form = NULL;
    const json_t *service;
    size_t index;
    int code = key[0] != '\0' ? ledger_catalogue_find(ledger, RECORD_FORM, key, &form, error) : 0;

    *level = 0;
    if (form == NULL)
        return code;
    json_array_foreach(json_object_get(form->body, "services"), index, service)
    {
        char full[RECORD_KEY_SIZE];
        int64_t one = 0;

        if (code != 0 || !json_is_string(service))
            continue;
        record_full_key(form, json_string_value(service), full);
        code = service_level(ledger, full, &one, error);
        *level = index == 0 || one < *level ? one : *level;
    }
    record_free(form);
    return code;
}

/* Of what the record is about: its own service, else its case's, else its contact's; of a filing,
 * without these, its form's. */
static int record_level(struct ledger *ledger, const struct record *record, int64_t *level,
                        struct error *error)
{
    int code = service_level(ledger, record_text(record, "service"), level, error);

    if (code == 0 && *level == 0)
        code = named_level(ledger, RECORD_CASE, record_text(record, "case"), level, error);
    if (code == 0 && *level == 0)
        code = named_level(ledger, RECORD_CONTACT, record_text(record, "contact"), level, error);
    if (code == 0 && *level == 0 && record->type == RECORD_SUBMISSION)
        code = form_level(ledger, record_text(record, "form"), level, error);
    return code;
}

static permission_set needed_for_level(int64_t level)
{
    return level >= 3 ? MAY(SERVE_LEVEL_3) : level == 2 ? MAY(SERVE_LEVEL_2) : 0;
}

/* Whether the claim takes the matter in hand, or decides it. Receiving, noting, filling in and
 * handing on is everybody's who serves. */
static bool is_taking(const struct attempt *attempt)
{
    const json_t *body = attempt->operation->body;

    switch (attempt->operation->type) {
    case RECORD_CASE:
        return json_object_get(body, "status") != NULL ||
               json_is_string(json_object_get(body, "assignee"));
    case RECORD_SUBMISSION:
        return json_object_get(body, "status") != NULL;
    case RECORD_HANDOFF:
        return strcmp(json_text_or(body, "state", ""), "accepted") == 0;
    default:
        return false;
    }
}

/* Who is given a case can serve it as well. */
static int check_assignee(struct attempt *attempt, permission_set needed, struct error *error)
{
    const char *text = json_text_or(attempt->operation->body, "assignee", "");
    struct role role = {0};
    struct id assignee;
    int code;

    if (attempt->operation->type != RECORD_CASE || !id_parse(&assignee, text) ||
        id_equal(&assignee, &attempt->actor->agent))
        return 0;
    code = ledger_role_of(attempt->ledger->writer, &assignee, &role, error);
    if (code == 0 && ((role.may & MAY(SERVE)) == 0 || (role.may & needed) != needed))
        attempt_refuse(attempt, MERGE_UNFIT, "assignee");
    role_clear(&role);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

int attempt_check_level(struct attempt *attempt, struct error *error)
{
    permission_set needed;
    int64_t level = 0;
    int code;

    if (attempt->operation->kind != OPERATION_CLAIM || attempt->row.record == NULL ||
        !is_taking(attempt))
        return 0;
    code = record_level(attempt->ledger, attempt->row.record, &level, error);
    needed = needed_for_level(level);
    /* Giving a case to somebody asks nothing of who gives it. */
    if (code == 0 && (attempt->actor->may & needed) != needed &&
        (attempt->operation->type != RECORD_CASE ||
         json_object_get(attempt->operation->body, "status") != NULL ||
         strcmp(json_text_or(attempt->operation->body, "assignee", ""),
                attempt->actor->agent.text) == 0))
        refuse(attempt, needed);
    if (code == 0 && !attempt_is_refused(attempt))
        code = check_assignee(attempt, needed, error);
    return code;
}
