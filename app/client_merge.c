#include "app/client_merge.h"

#include <string.h>

#include "app/json.h"

/* Kept by a merge: what the survivor's chosen details replaced. */
#define REPLACED "merge_replaced"

bool client_is_merged(const struct record *client)
{
    return record_text(client, "merged_into")[0] != '\0';
}

/* --- following -------------------------------------------------------------------------------- */

int client_survivor(struct store *store, const struct id *client, struct id *survivor,
                    struct error *error)
{
    *survivor = *client;
    for (int depth = 0; depth < CLIENT_MERGE_DEPTH; depth++) {
        struct record *record;
        struct id next;
        int code = store_get(store, RECORD_CLIENT, survivor, &record, NULL, error);

        if (code != 0)
            return code == ERROR_NOT_FOUND ? 0 : code;
        if (!id_parse(&next, record_text(record, "merged_into"))) {
            record_free(record);
            return 0;
        }
        record_free(record);
        code = store_get(store, RECORD_CLIENT, &next, &record, NULL, NULL);
        if (code != 0)
            return code == ERROR_NOT_FOUND ? 0 : code;
        record_free(record);
        *survivor = next;
    }
    return 0;
}

int client_read(struct store *store, const struct id *client, struct record **record,
                struct error *error)
{
    struct id survivor;
    int code = client_survivor(store, client, &survivor, error);

    *record = NULL;
    return code == 0 ? store_get(store, RECORD_CLIENT, &survivor, record, NULL, error) : code;
}

static int add_member(void *context, const struct record *client, enum store_pending pending)
{
    struct client_group *group = context;

    (void)pending;
    for (size_t i = 0; i < group->count; i++)
        if (id_equal(&group->ids[i], &client->id))
            return 0;
    if (group->count < CLIENT_GROUP_LIMIT)
        group->ids[group->count++] = client->id;
    return 0;
}

int client_group_read(struct store *store, const struct id *client, struct client_group *group,
                      struct error *error)
{
    int code;

    group->count = 1;
    code = client_survivor(store, client, &group->ids[0], error);
    /* The store lists a merged file under the one that it is merged into. */
    for (size_t i = 0; i < group->count && code == 0; i++) {
        const struct store_query query = {.type = RECORD_CLIENT, .client_id = group->ids[i]};

        code = store_each(store, &query, add_member, group, error);
    }
    return code;
}

int client_group_each(struct store *store, const struct client_group *group, enum record_type type,
                      store_visit visit, void *context, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < group->count && code == 0; i++) {
        const struct store_query query = {
            .type = type, .client_id = group->ids[i], .newest_first = true};

        code = store_each(store, &query, visit, context, error);
    }
    return code;
}

/* --- merging ---------------------------------------------------------------------------------- */

static bool group_has(const struct client_group *group, const struct id *id)
{
    for (size_t i = 0; i < group->count; i++)
        if (id_equal(&group->ids[i], id))
            return true;
    return false;
}

/* The present texts of the members that an operation of fields sets. New; NULL when none. */
static json_t *replaced_by(const struct operation *operation, const struct record *survivor)
{
    json_t *replaced = json_object();
    const char *member;
    json_t *value;

    json_object_foreach(operation->body, member, value)
        json_object_set_new(replaced, member, json_string(record_text(survivor, member)));
    return replaced;
}

int client_merge(struct batch *batch, const struct author *author, struct store *store,
                 const struct record *client, const struct record *survivor,
                 const struct client_details *chosen, struct error *error)
{
    struct client_group group;
    struct operation *operation;
    size_t before = batch->count;
    json_t *replaced = NULL;
    int code = client_group_read(store, &client->id, &group, error);

    if (code != 0)
        return code;
    if (client_is_merged(client))
        return error_set(error, ERROR_CONFLICT, "merged_into: it is merged already");
    if (group_has(&group, &survivor->id))
        return error_set(error, ERROR_CONFLICT, "merged_into: that file is merged into this one");
    if (chosen != NULL)
        code = client_change(batch, author, survivor, chosen, error);
    if (code != 0)
        return code;
    if (batch->count > before)
        replaced = replaced_by(batch->operations[before], survivor);
    operation = author_change(author, OPERATION_CLAIM, client);
    operation_put_id(operation, "merged_into", &survivor->id);
    if (operation != NULL && replaced != NULL)
        json_object_set(operation->body, REPLACED, replaced);
    json_decref(replaced);
    code = batch_add(batch, operation, error);
    while (code != 0 && batch->count > before)
        operation_free(batch->operations[--batch->count]);
    return code;
}

/* Puts back what the merge replaced, where it still is as the merge made it: the text that the
 * merged file has. */
static int put_back(struct batch *batch, const struct author *author, const struct record *client,
                    const struct record *survivor, struct error *error)
{
    json_t *replaced = json_object_get(client->body, REPLACED);
    struct operation *operation;
    const char *member;
    json_t *value;

    if (survivor == NULL || json_object_size(replaced) == 0)
        return 0;
    operation = author_change(author, OPERATION_FIELDS, survivor);
    json_object_foreach(replaced, member, value)
    {
        if (strcmp(record_text(survivor, member), record_text(client, member)) == 0)
            operation_put_field(operation, member, json_string_value(value));
    }
    if (operation != NULL && json_object_size(operation->body) == 0) {
        operation_free(operation);
        return 0;
    }
    return batch_add(batch, operation, error);
}

int client_unmerge(struct batch *batch, const struct author *author, const struct record *client,
                   const struct record *survivor, struct error *error)
{
    struct operation *operation;
    int code;

    if (!client_is_merged(client))
        return error_set(error, ERROR_CONFLICT, "merged_into: it is not merged");
    operation = author_change(author, OPERATION_CLAIM, client);
    operation_put_field(operation, "merged_into", "");
    if (json_object_get(client->body, REPLACED) != NULL && operation != NULL)
        json_object_set_new(operation->body, REPLACED, json_null());
    code = batch_add(batch, operation, error);
    return code == 0 ? put_back(batch, author, client, survivor, error) : code;
}
