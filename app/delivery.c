#include "app/delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"

/* "018c1a2b-3c4d": the 48 bits of time in the text of a UUIDv7. */
#define DELIVERY_TIME_LENGTH 13

/* id_from_key("system", "deliveries"), asked for with each operation. */
#define SERVER_ID "696fe388-ddb5-83df-ab9c-7abc339a1dcc"

struct id delivery_server(void)
{
    return (struct id){SERVER_ID};
}

struct id delivery_id(const struct id *submission, const char *agency)
{
    char key[ID_TEXT_LENGTH + DELIVERY_AGENCY_LIMIT + 2];

    struct id id;

    snprintf(key, sizeof(key), "%s/%s", submission->text, agency);
    id = id_from_key("delivery", key);
    /* The time of the submission (its first 48 bits) stands first here too: in the order of ids
     * the newest come together. */
    memcpy(id.text, submission->text, DELIVERY_TIME_LENGTH);
    return id;
}

bool delivery_has_consent(const json_t *recipient, const json_t *consents)
{
    /* Any language: json_localised falls back to the other one. */
    const char *sentence = json_localised(json_object_get(recipient, "consent"), "fr");

    return *sentence == '\0' ||
           json_is_true(json_object_get(consents, json_text_or(recipient, "id", "")));
}

static int claim(struct batch *batch, const struct author *author, const struct record *delivery,
                 const char *from, const char *to, const char *otherwise, struct error *error)
{
    struct operation *operation;

    if (strcmp(record_text(delivery, "state"), from) != 0)
        return error_set(error, ERROR_REFUSED, "%s", otherwise);
    operation = author_change(author, OPERATION_CLAIM, delivery);
    operation_put_text(operation, "state", to);
    return batch_add(batch, operation, error);
}

int delivery_send_again(struct batch *batch, const struct author *author,
                        const struct record *delivery, struct error *error)
{
    return claim(batch, author, delivery, "refused", "waiting", "this delivery was not refused",
                 error);
}

int delivery_withdraw(struct batch *batch, const struct author *author,
                      const struct record *delivery, struct error *error)
{
    return claim(batch, author, delivery, "waiting", "withheld",
                 "this delivery does not wait to be sent", error);
}

/* --- reading --------------------------------------------------------------------------------- */

struct gathering {
    const struct record *submission;
    struct delivery_list *list;
};

static int gather(void *context, const struct record *record, enum store_pending pending)
{
    struct gathering *gathering = context;
    struct delivery_list *list = gathering->list;
    struct delivery_entry *grown;

    if (strcmp(record_text(record, "submission"), gathering->submission->id.text) != 0)
        return 0;
    grown = realloc(list->entries, (list->count + 1) * sizeof(*grown));
    if (grown == NULL)
        return ERROR_MEMORY;
    list->entries = grown;
    grown[list->count] = (struct delivery_entry){record_copy(record), pending};
    if (grown[list->count].record == NULL)
        return ERROR_MEMORY;
    list->count++;
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct delivery_entry *first = left, *second = right;
    int64_t number = json_integer_or(first->record->body, "number", 0);
    int64_t other = json_integer_or(second->record->body, "number", 0);

    return number < other ? -1 : number > other;
}

int delivery_list_read(struct delivery_list *list, struct store *store,
                       const struct record *submission, struct error *error)
{
    struct store_query query = {.type = RECORD_DELIVERY};
    struct gathering gathering = {submission, list};
    int code;

    *list = (struct delivery_list){0};
    id_parse(&query.case_id, record_text(submission, "case"));
    code = store_each(store, &query, gather, &gathering, error);
    if (code != 0) {
        delivery_list_free(list);
        return code == ERROR_MEMORY ? error_set(error, code, "no memory for deliveries") : code;
    }
    if (list->count > 1)
        qsort(list->entries, list->count, sizeof(list->entries[0]), compare);
    return 0;
}

void delivery_list_free(struct delivery_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        record_free(list->entries[i].record);
    free(list->entries);
    *list = (struct delivery_list){0};
}

int64_t delivery_at(const struct record *delivery)
{
    static const char *const members[] = {"created_at", "sent_at", "decided_at"};
    int64_t latest = 0, ms;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (timestamp_parse(record_text(delivery, members[i]), &ms) && ms > latest)
            latest = ms;
    return latest;
}

bool delivery_is_decided(const struct record *delivery)
{
    const char *state = record_text(delivery, "state");

    return strcmp(state, "waiting") != 0 && strcmp(state, "sent") != 0;
}
