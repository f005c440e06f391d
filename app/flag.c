#include "app/flag.h"

#include <string.h>

#include "app/record_fields.h"
#include "app/text.h"

/* --- where it goes --------------------------------------------------------------------------- */

struct keeper {
    const char *subject;
    char *queue;
    bool same_source;
};

static int look_queue(void *context, const struct record *queue)
{
    struct keeper *keeper = context;
    const char *key = record_text(queue, "key");
    const char *slash = strchr(key, '/');
    bool same;

    if (keeper->same_source || slash == NULL || strcmp(slash + 1, FLAG_KEEPER_QUEUE) != 0)
        return 0;
    same = strncmp(key, keeper->subject, (size_t)(slash - key) + 1) == 0;
    if (same || keeper->queue[0] == '\0')
        text_copy(keeper->queue, RECORD_KEY_SIZE, key);
    keeper->same_source = same;
    return 0;
}

int flag_queue(struct catalogue *catalogue, const char *subject, char queue[RECORD_KEY_SIZE],
               struct error *error)
{
    struct keeper keeper = {subject, queue, false};

    queue[0] = '\0';
    return catalogue_each(catalogue, RECORD_QUEUE, look_queue, &keeper, error);
}

/* --- writing --------------------------------------------------------------------------------- */

static bool is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " \n\t")] == '\0';
}

static int check(const struct flag_draft *draft, struct error *error)
{
    if (draft->type != RECORD_SERVICE && draft->type != RECORD_FORM && draft->type != RECORD_OFFICE)
        return error_set(error, ERROR_INVALID, "subject: neither service, form nor office");
    if (!word_is_among(draft->kind, flag_kind_words))
        return error_set(error, ERROR_INVALID, "kind: \"%s\" is none", draft->kind);
    if (is_blank(draft->text) && strcmp(draft->kind, "other") == 0)
        return error_set(error, ERROR_INVALID, "text: nothing is written");
    return 0;
}

int flag_write(struct batch *batch, const struct author *author, const struct flag_draft *draft,
               const char *queue, struct id *id, struct error *error)
{
    struct operation *operation;
    int code = check(draft, error);

    if (code != 0)
        return code;
    operation = author_append(author, RECORD_FLAG);
    operation_put_text(operation, "subject_type", record_type_name(draft->type));
    operation_put_text(operation, "subject", draft->subject);
    operation_put_text(operation, "kind", draft->kind);
    operation_put_text(operation, "text", is_blank(draft->text) ? NULL : draft->text);
    operation_put_id(operation, "agent", &author->agent);
    operation_put_text(operation, "office", author->office);
    operation_put_text(operation, "to_queue", queue);
    operation_put_time(operation, "at", author_now(author));
    operation_put_text(operation, "state", "open");
    if (operation != NULL)
        *id = operation->record;
    return batch_add(batch, operation, error);
}

int flag_settle(struct batch *batch, const struct author *author, const struct record *flag,
                const char *answer, struct error *error)
{
    struct operation *operation;

    if (!flag_is_open(flag))
        return error_set(error, ERROR_CONFLICT, "this flag is not open any more");
    if (is_blank(answer))
        return error_set(error, ERROR_INVALID, "answer: nothing is written");
    operation = author_change(author, OPERATION_CLAIM, flag);
    operation_put_text(operation, "state", "settled");
    operation_put_text(operation, "answer", answer);
    operation_put_id(operation, "settled_by", &author->agent);
    operation_put_time(operation, "settled_at", author_now(author));
    return batch_add(batch, operation, error);
}

int flag_withdraw(struct batch *batch, const struct author *author, const struct record *flag,
                  struct error *error)
{
    struct operation *operation;

    if (!flag_is_open(flag))
        return error_set(error, ERROR_CONFLICT, "this flag is not open any more");
    if (!flag_is_from(flag, &author->agent))
        return error_set(error, ERROR_REFUSED, "only its author takes a flag back");
    operation = author_change(author, OPERATION_CLAIM, flag);
    operation_put_text(operation, "state", "withdrawn");
    operation_put_time(operation, "settled_at", author_now(author));
    return batch_add(batch, operation, error);
}

/* --- whose ----------------------------------------------------------------------------------- */

bool flag_is_open(const struct record *flag)
{
    return strcmp(record_text(flag, "state"), "open") == 0;
}

bool flag_is_withdrawn(const struct record *flag)
{
    return strcmp(record_text(flag, "state"), "withdrawn") == 0;
}

bool flag_is_from(const struct record *flag, const struct id *agent)
{
    return strcmp(record_text(flag, "agent"), agent->text) == 0;
}

bool flag_is_for(const struct record *flag, const struct record *agent)
{
    const char *queue = record_text(flag, "to_queue");
    char office[RECORD_KEY_SIZE];

    if (*queue != '\0')
        return record_names(agent, "queues", queue);
    record_full_key(agent, record_text(agent, "office"), office);
    return strcmp(record_text(flag, "office"), office) == 0;
}

struct looking {
    const char *type, *subject;
    struct record *found;
};

/* Newest first. */
static int look_open(void *context, const struct record *flag, enum store_pending pending)
{
    struct looking *looking = context;

    (void)pending;
    if (!flag_is_open(flag) || strcmp(record_text(flag, "subject_type"), looking->type) != 0 ||
        strcmp(record_text(flag, "subject"), looking->subject) != 0)
        return 0;
    looking->found = record_copy(flag);
    return 1;
}

struct record *flag_find_open(struct store *store, enum record_type type, const char *subject)
{
    const struct store_query query = {.type = RECORD_FLAG, .newest_first = true};
    struct looking looking = {record_type_name(type), subject, NULL};

    store_each(store, &query, look_open, &looking, NULL);
    return looking.found;
}
