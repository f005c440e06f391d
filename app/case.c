#include "app/case.h"

#include <string.h>

#include "app/client_merge.h"
#include "app/record_fields.h"

int case_open(struct batch *batch, const struct author *author, const struct case_start *start,
              struct id *id, struct error *error)
{
    struct operation *operation = author_append(author, RECORD_CASE);
    char reference[ID_REFERENCE_SIZE];

    if (operation != NULL) {
        *id = operation->record;
        id_reference(id, 'C', reference);
        operation_put_text(operation, "reference", reference);
    }
    operation_put_id(operation, "client", &start->client);
    operation_put_text(operation, "service", start->service);
    operation_put_text(operation, "subject", start->subject);
    operation_put_text(operation, "office", author->office);
    operation_put_time(operation, "opened_at", author_now(author));
    operation_put_id(operation, "opened_by", &author->agent);
    operation_put_text(operation, "status", case_status_words[0]);
    return batch_add(batch, operation, error);
}

int case_set(struct batch *batch, const struct author *author, const struct record *matter,
             const char *member, const char *text, struct error *error)
{
    return author_set_field(batch, author, matter, member, text, error);
}

int case_assign(struct batch *batch, const struct author *author, const struct record *matter,
                const struct id *agent, struct error *error)
{
    struct operation *operation;

    if (strcmp(record_text(matter, "assignee"), agent->text) == 0)
        return 0;
    operation = author_change(author, OPERATION_CLAIM, matter);
    operation_put_field(operation, "assignee", agent->text);
    return batch_add(batch, operation, error);
}

int case_set_status(struct batch *batch, const struct author *author, const struct record *matter,
                    const char *status, struct error *error)
{
    const char *present = record_text(matter, "status");
    struct operation *operation;

    if (strcmp(present, status) == 0)
        return 0;
    if (!record_transition_allowed(RECORD_CASE, "status", present, status))
        return error_set(error, ERROR_INVALID, "status: \"%s\" does not follow \"%s\"", status,
                         present);
    operation = author_change(author, OPERATION_CLAIM, matter);
    operation_put_text(operation, "status", status);
    return batch_add(batch, operation, error);
}

void case_next_statuses(const char *status, const char *next[CASE_STATUS_LIMIT])
{
    size_t count = 0;

    for (const char *const *word = case_status_words; *word != NULL; word++)
        if (strcmp(*word, status) != 0 && count + 1 < CASE_STATUS_LIMIT &&
            record_transition_allowed(RECORD_CASE, "status", status, *word))
            next[count++] = *word;
    next[count] = NULL;
}

struct sieve {
    const char *agent;
    store_visit visit;
    void *context;
};

static int visit_own(void *context, const struct record *record, enum store_pending pending)
{
    const struct sieve *sieve = context;
    const char *assignee = record_text(record, "assignee");
    bool own = *assignee == '\0' ? strcmp(record_text(record, "opened_by"), sieve->agent) == 0
                                 : strcmp(assignee, sieve->agent) == 0;

    if (!own || strcmp(record_text(record, "status"), "closed") == 0)
        return 0;
    return sieve->visit(sieve->context, record, pending);
}

int case_each(struct store *store, const struct id *client, const struct id *agent,
              store_visit visit, void *context, struct error *error)
{
    struct store_query query = {.type = RECORD_CASE, .newest_first = true};
    struct sieve sieve = {client == NULL ? agent->text : "", visit, context};
    struct client_group group;
    int code;

    if (client == NULL)
        return store_each(store, &query, visit_own, &sieve, error);
    code = client_group_read(store, client, &group, error);
    return code == 0 ? client_group_each(store, &group, RECORD_CASE, visit, context, error) : code;
}
