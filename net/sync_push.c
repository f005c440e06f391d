/* The job that empties the outbox: POST /v1/operations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/json_plain.h"
#include "app/text.h"
#include "net/sync_batch.h"

static bool push_due(struct sync_engine *engine)
{
    return sync_store_usable(engine) && engine->outbox_due;
}

/* To another server than the store has read nothing goes before the first page of its feed has
 * come, which begins anew: its answers are in its own numbers, and would stand beside those of the
 * one before, to which the terminal may return. */
static int push_begin(struct sync_engine *engine, struct error *error)
{
    struct sync_batch *batch = NULL;
    char feed[STORE_FEED_SIZE];
    int code = store_catch_up(engine->store, error);

    if (code == 0)
        code = store_feed_note(engine->store, engine->feed, error);
    if (code == 0)
        code = store_feed(engine->store, feed, error);
    if (code != 0)
        return sync_fault(engine, code);
    if (strcmp(feed, engine->feed) != 0) {
        engine->outbox_due = false;
        return 1;
    }
    engine->batch_count = 0;
    code = sync_batch_prepare(engine, &batch, error);
    if (code == 0)
        code = sync_batch_send(engine, batch, NULL, error);
    if (code == 1)
        engine->outbox_due = false;
    sync_batch_done(engine, batch);
    engine->next_due = code == 0;
    return code;
}

/* While the server works on one batch the next is read: not over a slow link, where what becomes
 * urgent meanwhile would have to wait for one more, nor where it is being found out how many may
 * go. */
static void read_next(struct sync_engine *engine)
{
    engine->next_due = false;
    if (engine->batch_pace.quick && engine->batch_limit >= engine->batch_most)
        (void)sync_batch_prepare(engine, &engine->next_batch, NULL);
    engine->from_store = false;
}

void sync_push_ahead(struct sync_engine *engine)
{
    if (engine->next_due && engine->running[SYNC_LANE_WORK] == SYNC_JOB_PUSH)
        read_next(engine);
    engine->next_due = false;
}

/* --- answers ------------------------------------------------------------------------------------
 */

struct answers {
    struct store_outcome *outcomes; /* one for each operation of the batch, at most */
    struct record **records;        /* owned; of the refused ones */
    const char
        *epoch; /* borrowed: the stay that gave the highest number of those, "" for unknown */
    const char *shown; /* borrowed: what the answer is known by later, NULL for nothing */
    bool *answered;    /* for each operation of the batch */
    bool *later;       /* the same: it is not decided yet */
    size_t later_count;
    size_t count;
};

static void answers_free(struct answers *answers)
{
    for (size_t index = 0; answers->records != NULL && index < answers->count; index++)
        record_free(answers->records[index]);
    free(answers->outcomes);
    free(answers->records);
    free(answers->answered);
    free(answers->later);
}

/* Where an id stands in the batch; the answers come in its order, so `guess` is mostly right. */
static bool find_in_batch(const struct sync_engine *engine, const char *text, size_t guess,
                          size_t *found)
{
    if (guess < engine->batch_count && strcmp(engine->batch[guess].text, text) == 0) {
        *found = guess;
        return true;
    }
    for (size_t index = 0; index < engine->batch_count; index++)
        if (strcmp(engine->batch[index].text, text) == 0) {
            *found = index;
            return true;
        }
    return false;
}

/* A refusal in a word that this version does not know is a refusal all the same. */
static enum merge_refusal read_refusal(const json_t *answer)
{
    enum merge_refusal refusal = merge_refusal_from_name(json_text_or(answer, "reason", ""));

    return refusal == MERGE_APPLIED || refusal == MERGE_REFUSAL_COUNT ? MERGE_FORBIDDEN : refusal;
}

/* The field is shown to the agent, also by `guichet status`: no raw control characters in it. */
static void read_field(struct store_outcome *outcome, const char *field)
{
    char *clean = text_clean(field, strlen(field), false);

    text_copy(outcome->field, sizeof outcome->field, clean != NULL ? clean : "");
    free(clean);
}

/* Of an operation that was simply applied: [rev, seq] in its place. */
struct brief {
    int64_t rev;
    int64_t seq;
};

/* The outcomes of a reply that tells nothing but briefs. */
struct briefs {
    struct brief *list; /* owned */
    size_t count;
};

static int take_brief(struct sync_engine *engine, struct answers *answers, struct brief brief,
                      size_t place, struct error *error)
{
    struct store_outcome *target = &answers->outcomes[answers->count];

    if (place >= engine->batch_count || answers->answered[place])
        return 0;
    *target = (struct store_outcome){.operation = engine->batch[place],
                                     .number = engine->batch_numbers[place],
                                     .shown = answers->shown,
                                     .rev = brief.rev,
                                     .seq = brief.seq};
    if (target->rev < 1)
        return error_set(error, ERROR_PROTOCOL, "outcome %zu has no rev", place);
    engine->totals.applied++;
    answers->answered[place] = true;
    answers->count++;
    return 0;
}

static int read_answer(struct sync_engine *engine, struct answers *answers, const json_t *answer,
                       size_t guess, struct error *error)
{
    const char *outcome = json_text_or(answer, "outcome", "");
    const json_t *document = json_object_get(answer, "record");
    size_t place = 0;

    if (json_is_array(answer))
        return take_brief(engine, answers,
                          (struct brief){json_integer_value(json_array_get(answer, 0)),
                                         json_integer_value(json_array_get(answer, 1))},
                          guess, error);
    if (!find_in_batch(engine, json_text_or(answer, "id", ""), guess, &place) ||
        answers->answered[place])
        return 0;
    struct store_outcome *target = &answers->outcomes[answers->count];
    *target = (struct store_outcome){.operation = engine->batch[place],
                                     .number = engine->batch_numbers[place],
                                     .shown = answers->shown};
    read_field(target, json_text_or(answer, "field", ""));
    if (strcmp(outcome, "later") == 0) {
        answers->answered[place] = answers->later[place] = true;
        answers->later_count++;
        return 0;
    }
    if (strcmp(outcome, "refused") == 0) {
        target->refusal = read_refusal(answer);
        if (json_is_object(document) &&
            record_from_json(&answers->records[answers->count], document, error) != 0)
            return error_prefix(error, "outcome %zu", guess);
        target->record = answers->records[answers->count];
        target->epoch = answers->epoch;
        engine->totals.refused++;
    } else if (strcmp(outcome, "applied") == 0 || strcmp(outcome, "repeated") == 0) {
        target->rev = json_integer_or(answer, "rev", 0);
        target->seq = json_integer_or(answer, "seq", 0);
        target->conflict = json_bool_or(answer, "conflict", false);
        target->repeated = outcome[0] == 'r';
        if (target->rev < 1)
            return error_set(error, ERROR_PROTOCOL, "outcome %zu has no \"rev\"", guess);
        if (outcome[0] == 'a')
            engine->totals.applied++;
        else
            engine->totals.repeated++;
        engine->totals.conflicts += target->conflict ? 1 : 0;
    } else {
        return error_set(error, ERROR_PROTOCOL, "outcome %zu is \"%s\"", guess, outcome);
    }
    answers->answered[place] = true;
    answers->count++;
    return 0;
}

/* `soon`: store_sync follows. */
static int settle(struct sync_engine *engine, const struct store_outcome *outcomes, size_t count,
                  bool soon, struct error *error)
{
    int code = soon ? store_outbox_settle_soon(engine->store, outcomes, count, error)
                    : store_outbox_settle(engine->store, outcomes, count, error);

    if (code != 0)
        return sync_fault(engine, code);
    link_screen_ring(engine->options.link);
    return 0;
}

/* All of the batch, or an error that says what is missing; `answers` holds what could be read. */
static int read_answers(struct sync_engine *engine, const struct briefs *briefs, const json_t *list,
                        struct answers *answers, struct error *error)
{
    size_t room = engine->batch_count;
    int code = 0;

    answers->outcomes = calloc(room, sizeof *answers->outcomes);
    answers->records = calloc(room, sizeof *answers->records);
    answers->answered = calloc(room, sizeof *answers->answered);
    answers->later = calloc(room, sizeof *answers->later);
    if (answers->outcomes == NULL || answers->records == NULL || answers->answered == NULL ||
        answers->later == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the outcomes");
    for (size_t index = 0; code == 0 && index < briefs->count; index++)
        code = take_brief(engine, answers, briefs->list[index], index, error);
    for (size_t index = 0; code == 0 && index < json_array_size(list); index++)
        code = read_answer(engine, answers, json_array_get(list, index), index, error);
    if (code == 0 && answers->count + answers->later_count < room)
        code = error_set(error, ERROR_PROTOCOL, "%zu of %zu operations were answered",
                         answers->count + answers->later_count, room);
    if (code != 0 && code != ERROR_MEMORY) {
        (void)error_prefix(error, "reply of POST /v1/operations");
        code = ERROR_PROTOCOL;
    }
    return code;
}

static void batch_went_well(struct sync_engine *engine)
{
    sync_pace_done(&engine->batch_pace, sync_now(engine), engine->batch_bytes);
    if (engine->batch_limit < engine->batch_most / 2)
        engine->batch_limit *= 2;
    else
        engine->batch_limit = engine->batch_most;
}

/*
 * The next batch leaves before the answers to the last are written: the server works on the one
 * while the other is settled here. What keeps it from leaving is met again when its turn comes.
 * `next` (may be NULL) was read when the last one had left.
 */
static bool send_ahead(struct sync_engine *engine, const struct answers *answers,
                       struct sync_batch *next)
{
    struct sync_batch *read = NULL;
    struct store_witness ahead;
    bool sent = !engine->logout_due && store_witness_read(engine->store, &ahead, NULL) == 0;

    if (sent)
        store_witness_add(&ahead, answers->outcomes, answers->count);
    if (sent && next == NULL)
        sent = sync_batch_prepare(engine, &read, NULL) == 0;
    sent = sent && sync_batch_send(engine, next != NULL ? next : read, &ahead, NULL) == 0;
    engine->from_store = false;
    sync_batch_done(engine, read);
    if (sent)
        sync_ahead(engine, SYNC_JOB_PUSH);
    else
        engine->batch_count = 0;
    return sent;
}

static void note_later(struct sync_engine *engine, const struct answers *answers)
{
    for (size_t place = 0; place < engine->batch_count; place++)
        if (answers->later[place])
            sync_later_add(engine, &engine->batch[place], &engine->batch_records[place]);
    /* They have left, and wait all the same. */
    if (answers->later_count > 0)
        engine->batch_ahead = (struct store_ahead){0};
}

/* What is settled is on the disk before the server is waited for (sync_engine_idle), or with what
 * is next marked as being sent, at the latest. What some batches settled may be answered once more
 * after the power fails. */
static int sync_settled(struct sync_engine *engine, struct error *error)
{
    int code = engine->next_batch == NULL ? store_sync(engine->store, error) : 0;

    return code != 0 ? sync_fault(engine, code) : 0;
}

/* What was answered is settled, also when the rest of the reply is of no use. */
static int settle_answers(struct sync_engine *engine, const struct briefs *briefs,
                          const json_t *document, struct sync_batch *next, struct error *error)
{
    struct answers answers = {.epoch = json_text_or(document, "epoch", ""),
                              .shown = json_text_or(document, "shown", NULL)};
    const json_t *list = json_object_get(document, "outcomes");
    bool ahead = false;
    int code = read_answers(engine, briefs, list, &answers, error);

    if (code == 0) {
        batch_went_well(engine);
        note_later(engine, &answers);
        /* What is not decided yet holds up what follows it. */
        ahead = send_ahead(engine, &answers, answers.later_count == 0 ? next : NULL);
    }
    if (answers.count > 0) {
        int settled =
            settle(engine, answers.outcomes, answers.count, ahead, code == 0 ? error : NULL);
        code = code != 0 ? code : settled;
    }
    if (code == 0 && ahead) {
        read_next(engine);
        code = sync_settled(engine, error);
    }
    /* What cannot be written now could not be then: it is sent again. */
    if (code != 0 && ahead) {
        sync_ahead_cancel(engine, SYNC_JOB_PUSH);
        sync_batch_forget(engine);
        engine->batch_count = 0;
    }
    answers_free(&answers);
    return code;
}

/* One operation that the server cannot take must not hold up those behind it. */
static int refuse_alone(struct sync_engine *engine, enum merge_refusal refusal, struct error *error)
{
    struct store_outcome outcome = {.operation = engine->batch[0], .refusal = refusal};

    engine->totals.refused++;
    return settle(engine, &outcome, 1, false, error);
}

/* The server will not read the batch: halved until the one operation that it means is alone. Where
 * fewer are taken and no single one was meant, they were too many: a server of before takes fewer
 * than this version sends, and is not told so again. */
static int narrow(struct sync_engine *engine, const struct http_reply *reply, struct error *error)
{
    if (engine->batch_count > 1) {
        engine->batch_limit = engine->batch_count / 2;
        if (reply->status == 413)
            engine->batch_most = engine->batch_limit;
        return 0;
    }
    engine->batch_most = SYNC_BATCH_MAXIMUM;
    return refuse_alone(engine, reply->status == 413 ? MERGE_TOO_LARGE : MERGE_VALUE, error);
}

static json_t *last_text(const json_t *list)
{
    json_t *last = json_array_get(list, json_array_size(list) - 1);

    return json_is_string(last) ? last : NULL;
}

/* A list of as many briefs as were asked for, at most. */
static bool read_list(struct json_plain *plain, size_t most, struct briefs *briefs)
{
    do {
        struct brief *brief = &briefs->list[briefs->count];

        if (briefs->count++ == most || !json_plain_letter(plain, '[') ||
            !json_plain_integer(plain, &brief->rev) || !json_plain_letter(plain, ',') ||
            !json_plain_integer(plain, &brief->seq) || !json_plain_letter(plain, ']'))
            return false;
    } while (json_plain_letter(plain, ','));
    return json_plain_letter(plain, ']');
}

/* The members that follow, as an object of their own; the outcomes are not among them again. */
static bool read_others(struct json_plain *plain, json_t **document)
{
    bool others = json_plain_letter(plain, ',');
    struct text_buffer text = {0};

    if (plain->at == plain->end || *plain->at != (others ? '"' : '}'))
        return false;
    text_buffer_add_text(&text, "{");
    text_buffer_add(&text, plain->at, (size_t)(plain->end - plain->at));
    if (!text.failed)
        (void)json_read(document, text.bytes, text.length, text.length, "outcomes", NULL);
    text_buffer_free(&text);
    return json_is_object(*document) && json_object_get(*document, "outcomes") == NULL;
}

/* Read where they lie, when they come first: no value is made of each, of which there may be very
 * many. False for any other reply, and for what is wrong with it, which is told of all of it. */
static bool read_briefs(struct sync_engine *engine, const struct http_reply *reply,
                        struct briefs *briefs, json_t **document)
{
    struct json_plain plain = {reply->body, reply->body + reply->length};

    if (reply->status != 200 || !json_plain_word(&plain, "{\"outcomes\":[["))
        return false;
    plain.at--;
    briefs->list = calloc(engine->batch_count + 1, sizeof *briefs->list);
    if (briefs->list != NULL && read_list(&plain, engine->batch_count, briefs) &&
        read_others(&plain, document)) {
        sync_reply_time(engine, *document);
        return true;
    }
    briefs->count = 0;
    json_decref(*document);
    *document = NULL;
    return false;
}

/* What was packed is answered by the list of outcomes alone, when there is no more to tell but, at
 * its end, what the answer is known by. */
static int read_reply(struct sync_engine *engine, const struct http_reply *reply, json_t **document,
                      struct error *error)
{
    json_t *list;

    if (reply->status != 200 || reply->length == 0 || reply->body[0] != '[')
        return sync_reply_read(engine, reply, "POST /v1/operations", document, error);
    if (json_read(&list, reply->body, reply->length, reply->length, "outcomes", NULL) != 0)
        return error_set(error, ERROR_PROTOCOL, "POST /v1/operations: the reply makes no sense");
    *document = json_pack("{s:o, s:O*}", "outcomes", list, "shown", last_text(list));
    return *document != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for the outcomes");
}

/* Whoever answers does not read what is packed, and does not say so: something in between, or a
 * server put in the place of the one that said it does. Once may be the link's doing, twice in a
 * row is not. */
static void check_packing(struct sync_engine *engine, const struct http_reply *reply, int code)
{
    if (code == ERROR_PROTOCOL && engine->troubles[SYNC_JOB_PUSH].failures > 0 &&
        reply->status < 500 && !sync_is_problem(reply))
        engine->packs = engine->binary = false;
}

static int take_outcomes(struct sync_engine *engine, const struct http_reply *reply,
                         struct sync_batch *next, struct error *error)
{
    json_t *document = NULL;
    struct briefs briefs = {0};
    int code = read_briefs(engine, reply, &briefs, &document)
                   ? 0
                   : read_reply(engine, reply, &document, error);

    if (code == 0) {
        code = settle_answers(engine, &briefs, document, next, error);
        engine->files_due = true; /* why a file is wanted may have been told just now */
    }
    free(briefs.list);
    json_decref(document);
    return code;
}

static int take_reply(struct sync_engine *engine, const struct http_reply *reply,
                      struct sync_batch *next, struct error *error)
{
    int code;

    if ((reply->status == 400 || reply->status == 413 || reply->status == 422) &&
        sync_is_problem(reply))
        return narrow(engine, reply, error);
    /* Another version of the server, since this session began. */
    if (engine->packs && sync_problem_is(reply, "unsupported-encoding")) {
        engine->packs = false;
        return 0;
    }
    if (engine->binary && sync_problem_is(reply, "unsupported-media-type")) {
        engine->binary = false;
        return 0;
    }
    if (sync_problem_is(reply, "other-history"))
        return sync_desk_restored(engine, error);
    code = take_outcomes(engine, reply, next, error);
    check_packing(engine, reply, code);
    return code;
}

static int push_reply(struct sync_engine *engine, const struct http_reply *reply,
                      struct error *error)
{
    struct sync_batch *next = engine->next_batch;
    int code;

    engine->next_batch = NULL;
    code = take_reply(engine, reply, next, error);
    sync_batch_done(engine, next);
    return code;
}

/* Smaller batches get through where large ones are cut. */
static void push_failed(struct sync_engine *engine, int code, const struct error *error)
{
    char reason[ERROR_MESSAGE_SIZE + 40];

    text_copy(reason, sizeof reason, error->message);
    if (engine->push_status != 0)
        (void)snprintf(reason, sizeof reason, STORE_REASON_ANSWERED "%d: %s", engine->push_status,
                       error->message);
    if (engine->store != NULL && engine->batch_count > 0)
        (void)store_outbox_attempted(engine->store, engine->batch, engine->batch_count, reason,
                                     NULL);
    if (engine->store != NULL && engine->batch_ahead.last > 0)
        (void)store_outbox_unsent(engine->store, &engine->batch_ahead, engine->batch,
                                  engine->batch_count, NULL);
    engine->push_status = 0;
    engine->batch_count = 0;
    sync_batch_forget(engine);
    if (code == ERROR_OFFLINE)
        sync_pace_cut(&engine->batch_pace);
}

const struct sync_job sync_job_push = {
    .lane = SYNC_LANE_WORK,
    .due = push_due,
    .begin = push_begin,
    .reply = push_reply,
    .failed = push_failed,
};
