#include "app/protection.h"

#include <string.h>

#include "app/record_fields.h"

static bool is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " ")] == '\0';
}

bool protection_is_set(const struct record *client)
{
    return record_text(client, "protection")[0] != '\0';
}

int protection_claim(struct batch *batch, const struct author *author, const struct record *client,
                     const char *kind, bool hands, const char *reason, struct error *error)
{
    struct operation *operation;

    if (is_blank(reason))
        return error_set(error, ERROR_INVALID, "reason: why");
    if (kind[0] != '\0' && !word_is_among(kind, protection_words))
        return error_set(error, ERROR_INVALID, "protection: no such kind");
    operation = author_change(author, OPERATION_CLAIM, client);
    if (operation != NULL)
        json_object_set_new(operation->body, "protection",
                            kind[0] != '\0' ? json_string(kind) : json_null());
    operation_put_text(operation, "protection_reason", reason);
    if (operation != NULL)
        json_object_set_new(operation->body, "protection_hands", json_boolean(hands));
    operation_put_id(operation, "protected_by", &author->agent);
    operation_put_time(operation, "protected_at", author_now(author));
    return batch_add(batch, operation, error);
}

bool emergency_is_open(const struct record *emergency)
{
    return strcmp(record_text(emergency, "state"), emergency_state_words[0]) == 0;
}

int emergency_review(struct batch *batch, const struct author *author,
                     const struct record *emergency, bool justified, const char *words,
                     struct error *error)
{
    struct operation *operation;

    if (!emergency_is_open(emergency))
        return error_set(error, ERROR_CONFLICT, "state: it was reviewed");
    if (is_blank(words))
        return error_set(error, ERROR_INVALID, "review: in words");
    operation = author_change(author, OPERATION_CLAIM, emergency);
    operation_put_text(operation, "state", emergency_state_words[justified ? 1 : 2]);
    operation_put_text(operation, "review", words);
    operation_put_id(operation, "reviewed_by", &author->agent);
    operation_put_time(operation, "reviewed_at", author_now(author));
    return batch_add(batch, operation, error);
}
