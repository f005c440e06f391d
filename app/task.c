#include "app/task.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/note.h"
#include "app/record_fields.h"
#include "app/text.h"

#define DAY_SECONDS INT64_C(86400)

/* --- making ---------------------------------------------------------------------------------- */

static bool is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " \n\t")] == '\0';
}

static int check(const struct task_draft *draft, struct error *error)
{
    if (!word_is_among(draft->kind, task_kind_words))
        return error_set(error, ERROR_INVALID, "kind: \"%s\" is none", draft->kind);
    if (is_blank(draft->text) && id_is_empty(&draft->note))
        return error_set(error, ERROR_INVALID, "text: nothing is written");
    if (!is_blank(draft->text) && !text_is_utf8(draft->text, strlen(draft->text)))
        return error_set(error, ERROR_INVALID, "text: not UTF-8");
    if (strcmp(draft->kind, "commitment") == 0 && draft->due_ms <= 0)
        return error_set(error, ERROR_INVALID, "due_at: a commitment has a day");
    return 0;
}

/* A record is made with nobody's name on it: whose it is, is claimed. */
static int give(struct batch *batch, const struct author *author, const struct id *task,
                const struct id *agent, struct error *error)
{
    struct record *made = record_new(RECORD_TASK, task);
    struct operation *operation =
        made != NULL ? author_change(author, OPERATION_CLAIM, made) : NULL;

    record_free(made);
    operation_put_id(operation, "assignee", agent);
    return batch_add(batch, operation, error);
}

int task_make(struct batch *batch, const struct author *author, const struct task_draft *draft,
              struct id *id, struct error *error)
{
    struct operation *operation;
    int code = check(draft, error);

    if (code != 0)
        return code;
    operation = author_append(author, RECORD_TASK);
    operation_put_text(operation, "kind", draft->kind);
    operation_put_text(operation, "text", is_blank(draft->text) ? NULL : draft->text);
    operation_put_id(operation, "case", &draft->matter);
    operation_put_id(operation, "client", &draft->client);
    operation_put_id(operation, "note", &draft->note);
    operation_put_id(operation, "promise", &draft->promise);
    operation_put_text(operation, "to_queue", draft->to_queue);
    operation_put_id(operation, "author", &author->agent);
    operation_put_text(operation, "office", author->office);
    operation_put_time(operation, "at", author_now(author));
    if (draft->due_ms > 0)
        operation_put_time(operation, "due_at", draft->due_ms);
    operation_put_text(operation, "state", "open");
    if (operation != NULL)
        *id = operation->record;
    code = batch_add(batch, operation, error);
    if (code != 0 || id_is_empty(&draft->assignee))
        return code;
    code = give(batch, author, id, &draft->assignee, error);
    if (code != 0)
        operation_free(batch->operations[--batch->count]);
    return code;
}

int task_of_note(struct batch *batch, const struct author *author, const struct note_draft *note,
                 const struct id *id, struct error *error)
{
    struct task_draft draft = {.kind = "commitment",
                               .matter = note->matter,
                               .client = note->client,
                               .note = *id,
                               .due_ms = note->due_ms};
    struct id task;

    if (strcmp(note->kind, "commitment") != 0 || note->due_ms <= 0)
        return 0;
    return task_make(batch, author, &draft, &task, error);
}

/* --- its states ------------------------------------------------------------------------------ */

static int check_reason(const char *reason, bool needed, struct error *error)
{
    if (needed && is_blank(reason))
        return error_set(error, ERROR_INVALID, "reason: nothing is written");
    return 0;
}

static int end(struct batch *batch, const struct author *author, const struct record *task,
               const char *state, const char *reason, struct error *error)
{
    struct operation *operation;
    int code = check_reason(reason, strcmp(state, "dropped") == 0, error);

    if (code != 0)
        return code;
    if (!task_is_open(task))
        return error_set(error, ERROR_CONFLICT, "this task is not open any more");
    operation = author_change(author, OPERATION_CLAIM, task);
    operation_put_text(operation, "state", state);
    operation_put_id(operation, "ended_by", &author->agent);
    operation_put_time(operation, "ended_at", author_now(author));
    operation_put_field(operation, "reason", is_blank(reason) ? "" : reason);
    return batch_add(batch, operation, error);
}

int task_done(struct batch *batch, const struct author *author, const struct record *task,
              const char *reason, struct error *error)
{
    return end(batch, author, task, "done", reason, error);
}

int task_drop(struct batch *batch, const struct author *author, const struct record *task,
              const char *reason, struct error *error)
{
    return end(batch, author, task, "dropped", reason, error);
}

int task_reopen(struct batch *batch, const struct author *author, const struct record *task,
                const char *reason, struct error *error)
{
    struct operation *operation;
    int code = check_reason(reason, true, error);

    if (code != 0)
        return code;
    if (task_is_open(task))
        return error_set(error, ERROR_CONFLICT, "this task is open");
    operation = author_change(author, OPERATION_CLAIM, task);
    operation_put_text(operation, "state", "open");
    operation_put_field(operation, "ended_by", "");
    operation_put_field(operation, "ended_at", "");
    operation_put_text(operation, "reason", reason);
    return batch_add(batch, operation, error);
}

int task_assign(struct batch *batch, const struct author *author, const struct record *task,
                const struct id *agent, struct error *error)
{
    struct operation *operation;

    if (strcmp(record_text(task, "assignee"), agent->text) == 0)
        return 0;
    if (!task_is_open(task))
        return error_set(error, ERROR_CONFLICT, "this task is not open any more");
    operation = author_change(author, OPERATION_CLAIM, task);
    operation_put_field(operation, "assignee", agent->text);
    return batch_add(batch, operation, error);
}

/* --- its day --------------------------------------------------------------------------------- */

int task_move(struct batch *batch, const struct author *author, const struct record *task,
              int64_t due_ms, const char *reason, struct error *error)
{
    int64_t from = task_due_ms(task);
    struct operation *operation;
    char path[OPERATION_MEMBER_LIMIT * 2];
    json_t *move;

    if (due_ms == from)
        return 0;
    if (due_ms <= 0)
        return error_set(error, ERROR_INVALID, "due_at: no moment");
    if (!task_is_open(task))
        return error_set(error, ERROR_CONFLICT, "this task is not open any more");
    if (json_object_size(json_object_get(task->body, "moves")) >= TASK_MOVES_LIMIT)
        return error_set(error, ERROR_TOO_LARGE, "due_at: put off %d times, at most %d",
                         TASK_MOVES_LIMIT, TASK_MOVES_LIMIT);
    operation = author_change(author, OPERATION_FIELDS, task);
    operation_put_time(operation, "due_at", due_ms);
    if (operation != NULL && operation_map_path("moves", operation->id.text, path, sizeof(path))) {
        move = json_pack("{s:o, s:o, s:s, s:s*}", "at", json_time(author_now(author)), "to",
                         json_time(due_ms), "by", author->agent.text, "reason",
                         is_blank(reason) ? NULL : reason);
        if (move == NULL || (from > 0 && json_object_set_new(move, "from", json_time(from)) != 0) ||
            json_object_set(operation->body, path, move) != 0) {
            operation_free(operation);
            operation = NULL;
        }
        json_decref(move);
    }
    return batch_add(batch, operation, error);
}

static int64_t time_of(const json_t *object, const char *member)
{
    int64_t ms = 0;

    return timestamp_parse(json_text_or(object, member, ""), &ms) ? ms : 0;
}

static int compare_moves(const void *left, const void *right)
{
    const struct task_move *a = left, *b = right;

    return (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms);
}

size_t task_moves(const struct record *task, struct task_move moves[TASK_MOVES_LIMIT])
{
    json_t *map = json_object_get(task->body, "moves");
    const char *name;
    json_t *move;
    size_t count = 0;

    json_object_foreach(map, name, move)
    {
        if (count < TASK_MOVES_LIMIT)
            moves[count++] =
                (struct task_move){time_of(move, "at"), time_of(move, "from"), time_of(move, "to"),
                                   json_text_or(move, "by", ""), json_text_or(move, "reason", "")};
    }
    qsort(moves, count, sizeof(moves[0]), compare_moves);
    return count;
}

bool task_is_open(const struct record *task)
{
    return strcmp(record_text(task, "state"), "open") == 0;
}

int64_t task_due_ms(const struct record *task)
{
    return time_of(task->body, "due_at");
}

/* The number of the day that clocks there show. */
static int64_t day_of(const struct zone *zone, int64_t ms)
{
    int64_t seconds = ms / 1000 + (zone != NULL ? zone_offset(zone, ms / 1000) : 0);

    return (seconds - ((seconds % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS)) / DAY_SECONDS;
}

enum task_when task_when(const struct record *task, const struct zone *zone, int64_t now_ms)
{
    int64_t due = task_due_ms(task), day, today;

    if (!task_is_open(task))
        return TASK_ENDED;
    if (due == 0)
        return TASK_SOMEDAY;
    day = day_of(zone, due);
    today = day_of(zone, now_ms);
    return day < today ? TASK_OVERDUE : day == today ? TASK_TODAY : TASK_LATER;
}

/* --- whose ----------------------------------------------------------------------------------- */

bool task_is_for(const struct record *task, const struct record *agent)
{
    const char *assignee = record_text(task, "assignee");
    const char *queue = record_text(task, "to_queue");
    char office[RECORD_KEY_SIZE];

    if (*assignee != '\0')
        return strcmp(assignee, agent->id.text) == 0;
    if (strcmp(record_text(task, "author"), agent->id.text) == 0)
        return true;
    if (*queue != '\0')
        return record_names(agent, "queues", queue);
    /* What an agent promised is theirs to keep; a supervisor gives it to somebody else. */
    if (strcmp(record_text(task, "kind"), "commitment") == 0)
        return false;
    record_full_key(agent, record_text(agent, "office"), office);
    return strcmp(record_text(task, "office"), office) == 0;
}

struct opening {
    store_visit visit;
    void *context;
};

static int visit_open(void *context, const struct record *task, enum store_pending pending)
{
    const struct opening *opening = context;

    return task_is_open(task) ? opening->visit(opening->context, task, pending) : 0;
}

int task_each_open(struct store *store, const struct id *matter, store_visit visit, void *context,
                   struct error *error)
{
    struct store_query query = {.type = RECORD_TASK};
    struct opening opening = {visit, context};

    if (matter != NULL)
        query.case_id = *matter;
    return store_each(store, &query, visit_open, &opening, error);
}

struct counting {
    const struct record *agent;
    const struct zone *zone;
    int64_t now_ms;
    int today, overdue;
};

static int count_due(void *context, const struct record *task, enum store_pending pending)
{
    struct counting *counting = context;
    enum task_when when = task_when(task, counting->zone, counting->now_ms);

    (void)pending;
    if ((when == TASK_TODAY || when == TASK_OVERDUE) && task_is_for(task, counting->agent)) {
        counting->today += when == TASK_TODAY;
        counting->overdue += when == TASK_OVERDUE;
    }
    return 0;
}

int task_count_due(struct store *store, const struct record *agent, const struct zone *zone,
                   int64_t now_ms, int *today, int *overdue, struct error *error)
{
    struct counting counting = {agent, zone, now_ms, 0, 0};
    int code = task_each_open(store, NULL, count_due, &counting, error);

    if (today != NULL)
        *today = counting.today;
    if (overdue != NULL)
        *overdue = counting.overdue;
    return code;
}
