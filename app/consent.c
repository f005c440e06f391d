#include "app/consent.h"

#include <string.h>

#include "app/birth_date.h"
#include "app/client_merge.h"
#include "app/record_fields.h"

static bool is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " ")] == '\0';
}

int consent_make(struct batch *batch, const struct author *author,
                 const struct consent_draft *draft, struct id *id, struct error *error)
{
    const char *how = draft->how != NULL ? draft->how : consent_how_words[0];
    char dates[BIRTH_DATE_MEANINGS][BIRTH_DATE_SIZE];
    struct operation *operation;

    if (id_is_empty(&draft->client))
        return error_set(error, ERROR_INVALID, "client: whose consent");
    if (is_blank(draft->what))
        return error_set(error, ERROR_INVALID, "what: what they agreed to");
    if (is_blank(draft->whom))
        return error_set(error, ERROR_INVALID, "whom: for whom");
    if (!is_blank(draft->until) && birth_date_read(draft->until, dates) != 1)
        return error_set(error, ERROR_INVALID, "until: not a date like 2027-05-31");
    if (!word_is_among(how, consent_how_words))
        return error_set(error, ERROR_INVALID, "how: not a way to consent");
    operation = author_append(author, RECORD_CONSENT);
    operation_put_id(operation, "client", &draft->client);
    operation_put_text(operation, "what", draft->what);
    operation_put_text(operation, "whom", draft->whom);
    operation_put_text(operation, "until", is_blank(draft->until) ? "" : dates[0]);
    operation_put_text(operation, "how", how);
    operation_put_id(operation, "author", &author->agent);
    operation_put_text(operation, "office", author->office);
    operation_put_time(operation, "at", author_now(author));
    operation_put_text(operation, "state", "valid");
    if (operation != NULL)
        *id = operation->record;
    return batch_add(batch, operation, error);
}

int consent_withdraw(struct batch *batch, const struct author *author, const struct record *consent,
                     struct error *error)
{
    struct operation *operation;

    if (strcmp(record_text(consent, "state"), "withdrawn") == 0)
        return error_set(error, ERROR_CONFLICT, "state: it is withdrawn");
    operation = author_change(author, OPERATION_CLAIM, consent);
    operation_put_text(operation, "state", "withdrawn");
    operation_put_id(operation, "ended_by", &author->agent);
    operation_put_time(operation, "ended_at", author_now(author));
    return batch_add(batch, operation, error);
}

enum consent_state consent_state(const struct record *consent, const char *today)
{
    const char *until = record_text(consent, "until");

    if (strcmp(record_text(consent, "state"), "valid") != 0)
        return CONSENT_WITHDRAWN;
    return *until != '\0' && strcmp(until, today) < 0 ? CONSENT_EXPIRED : CONSENT_VALID;
}

int consent_each(struct store *store, const struct id *client, store_visit visit, void *context,
                 struct error *error)
{
    struct client_group group;
    int code = client_group_read(store, client, &group, error);

    return code == 0 ? client_group_each(store, &group, RECORD_CONSENT, visit, context, error)
                     : code;
}
