#include "app/delegation.h"

#include <string.h>

#include "app/birth_date.h"
#include "app/client_merge.h"

static const char *const levels[] = {"none", "basic", "verified"};

static int level_number(const char *level)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(levels[i], level) == 0)
            return i;
    return 0;
}

static bool is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " ")] == '\0';
}

int delegation_make(struct batch *batch, const struct author *author,
                    const struct delegation_draft *draft, struct id *id, struct error *error)
{
    char dates[BIRTH_DATE_MEANINGS][BIRTH_DATE_SIZE];
    struct operation *operation;

    if (id_is_empty(&draft->client))
        return error_set(error, ERROR_INVALID, "client: for whom");
    if (id_is_empty(&draft->delegate) || id_equal(&draft->delegate, &draft->client))
        return error_set(error, ERROR_INVALID, "delegate: somebody else who acts for them");
    if (is_blank(draft->proof))
        return error_set(error, ERROR_INVALID, "proof: what was seen");
    if (!is_blank(draft->until) && birth_date_read(draft->until, dates) != 1)
        return error_set(error, ERROR_INVALID, "until: not a date like 2027-05-31");
    operation = author_append(author, RECORD_DELEGATION);
    operation_put_id(operation, "client", &draft->client);
    operation_put_id(operation, "delegate", &draft->delegate);
    operation_put_text(operation, "role", draft->role);
    operation_put_text(operation, "proof", draft->proof);
    operation_put_text(operation, "until", is_blank(draft->until) ? "" : dates[0]);
    operation_put_text(operation, "level", draft->level != NULL ? draft->level : "verified");
    operation_put_id(operation, "author", &author->agent);
    operation_put_text(operation, "office", author->office);
    operation_put_time(operation, "at", author_now(author));
    operation_put_text(operation, "state", "valid");
    if (operation != NULL)
        *id = operation->record;
    return batch_add(batch, operation, error);
}

int delegation_end(struct batch *batch, const struct author *author,
                   const struct record *delegation, struct error *error)
{
    struct operation *operation;

    if (strcmp(record_text(delegation, "state"), "ended") == 0)
        return error_set(error, ERROR_CONFLICT, "state: it has ended");
    operation = author_change(author, OPERATION_CLAIM, delegation);
    operation_put_text(operation, "state", "ended");
    operation_put_id(operation, "ended_by", &author->agent);
    operation_put_time(operation, "ended_at", author_now(author));
    return batch_add(batch, operation, error);
}

enum delegation_state delegation_state(const struct record *delegation, const char *today)
{
    const char *until = record_text(delegation, "until");

    if (strcmp(record_text(delegation, "state"), "valid") != 0)
        return DELEGATION_ENDED;
    return *until != '\0' && strcmp(until, today) < 0 ? DELEGATION_EXPIRED : DELEGATION_VALID;
}

bool delegation_is_enough(const struct record *delegation, const char *identity)
{
    return level_number(identity) >= level_number(record_text(delegation, "level"));
}

/* --- looking for them ------------------------------------------------------------------------- */

struct looking {
    const struct client_group *group;
    store_visit visit;
    void *context;
};

/* A delegation is listed under the client; whoever acts is looked for among all of them, which are
 * few. */
static int look(void *context, const struct record *delegation, enum store_pending pending)
{
    const struct looking *looking = context;

    for (size_t i = 0; i < looking->group->count; i++)
        if (strcmp(record_text(delegation, "delegate"), looking->group->ids[i].text) == 0)
            return looking->visit(looking->context, delegation, pending);
    return 0;
}

int delegation_each(struct store *store, const struct id *client, bool acts, store_visit visit,
                    void *context, struct error *error)
{
    const struct store_query query = {.type = RECORD_DELEGATION, .newest_first = true};
    struct client_group group;
    struct looking looking = {&group, visit, context};
    int code = client_group_read(store, client, &group, error);

    if (code != 0)
        return code;
    return acts ? store_each(store, &query, look, &looking, error)
                : client_group_each(store, &group, RECORD_DELEGATION, visit, context, error);
}
