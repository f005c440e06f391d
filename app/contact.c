#include "app/contact.h"

#include <string.h>

#include "app/record_fields.h"

int contact_begin(struct batch *batch, const struct author *author,
                  const struct contact_start *start, struct id *id, struct error *error)
{
    struct operation *operation = author_append(author, RECORD_CONTACT);

    operation_put_text(operation, "channel", author->channel);
    operation_put_text(operation, "office", author->office);
    operation_put_id(operation, "agent", &author->agent);
    operation_put_time(operation, "started_at", author_now(author));
    if (start != NULL) {
        operation_put_id(operation, "client", &start->client);
        operation_put_id(operation, "case", &start->matter);
        operation_put_id(operation, "ticket", &start->ticket);
        operation_put_text(operation, "language", start->language);
        operation_put_text(operation, "service", start->service);
        operation_put_text(operation, "need", start->need);
    }
    if (operation != NULL)
        *id = operation->record;
    return batch_add(batch, operation, error);
}

int contact_link(struct batch *batch, const struct author *author, const struct record *contact,
                 const struct id *client, const struct id *matter, struct error *error)
{
    struct operation *operation = author_change(author, OPERATION_FIELDS, contact);

    if (strcmp(record_text(contact, "client"), client->text) != 0)
        operation_put_id(operation, "client", client);
    if (strcmp(record_text(contact, "case"), matter->text) != 0)
        operation_put_id(operation, "case", matter);
    if (operation != NULL && json_object_size(operation->body) == 0) {
        operation_free(operation);
        return 0;
    }
    return batch_add(batch, operation, error);
}

int contact_set(struct batch *batch, const struct author *author, const struct record *contact,
                const char *member, const char *text, struct error *error)
{
    return author_set_field(batch, author, contact, member, text, error);
}

bool contact_has_mood(const struct record *contact, const char *flag)
{
    return json_is_true(json_object_get(json_object_get(contact->body, "mood"), flag));
}

static bool is_word(const char *const *words, const char *word)
{
    while (*words != NULL && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

int contact_mood_set(struct batch *batch, const struct author *author, const struct record *contact,
                     const char *flag, bool on, struct error *error)
{
    struct operation *operation;
    char path[64];

    if (!is_word(mood_words, flag) || !operation_map_path("mood", flag, path, sizeof(path)))
        return error_set(error, ERROR_INVALID, "mood: \"%s\" is none", flag);
    if (contact_has_mood(contact, flag) == on)
        return 0;
    operation = author_change(author, OPERATION_FIELDS, contact);
    if (operation != NULL)
        json_object_set_new(operation->body, path, on ? json_true() : json_null());
    return batch_add(batch, operation, error);
}

int contact_wrap_up(struct batch *batch, const struct author *author, const struct record *contact,
                    int64_t until_ms, struct error *error)
{
    struct operation *operation = author_change(author, OPERATION_FIELDS, contact);

    operation_put_time(operation, "wrap_up_until", until_ms);
    return batch_add(batch, operation, error);
}

bool contact_is_open(const struct record *contact)
{
    return record_text(contact, "ended_at")[0] == '\0';
}

int contact_end(struct batch *batch, const struct author *author, const struct record *contact,
                const char *outcome, struct error *error)
{
    struct operation *operation;

    if (!contact_is_open(contact))
        return error_set(error, ERROR_CONFLICT, "this contact has ended");
    if (!is_word(outcome_words, outcome))
        return error_set(error, ERROR_INVALID, "outcome: \"%s\" is none", outcome);
    operation = author_change(author, OPERATION_FIELDS, contact);
    operation_put_time(operation, "ended_at", author_now(author));
    operation_put_text(operation, "outcome", outcome);
    return batch_add(batch, operation, error);
}

struct finding {
    const char *agent;
    struct record *found;
};

#define STOP 1

static int look(void *context, const struct record *record, enum store_pending pending)
{
    struct finding *finding = context;

    (void)pending;
    if (!contact_is_open(record) || strcmp(record_text(record, "agent"), finding->agent) != 0)
        return 0;
    finding->found = record_copy(record);
    return finding->found == NULL ? ERROR_MEMORY : STOP;
}

int contact_find_open(struct store *store, const struct id *agent, struct record **contact,
                      struct error *error)
{
    const struct store_query query = {.type = RECORD_CONTACT, .newest_first = true};
    struct finding finding = {agent->text, NULL};
    int code = store_each(store, &query, look, &finding, error);

    *contact = finding.found;
    return code == STOP ? 0 : code;
}
