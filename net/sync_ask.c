/* The job that asks the server what the screen wants to know beside the records (app/question.h):
 * who it is that is looked for, and to open their file. A person waits, and may ask again. */
#include <string.h>

#include "app/json.h"
#include "app/question.h"
#include "app/text.h"
#include "net/sync_internal.h"

static bool ask_due(struct sync_engine *engine)
{
    return sync_store_usable(engine) && questions_wait(link_questions(engine->options.link));
}

static int ask_begin(struct sync_engine *engine, struct error *error)
{
    struct question question;
    struct http_request request = {
        .method = "POST", .body_type = "application/json", .accept = "application/json"};
    int code;

    if (!questions_wanted(link_questions(engine->options.link), &question))
        return 1;
    engine->ask_kind = question.kind;
    engine->ask_number = question.number;
    request.path = question.path;
    request.body = question.body;
    request.body_length = strlen(question.body);
    code = sync_send(engine, SYNC_LANE_WORK, &request, error);
    question_clear(&question);
    return code;
}

static void answer(struct sync_engine *engine, struct question_answer *answer)
{
    questions_answer(link_questions(engine->options.link), engine->ask_kind, engine->ask_number,
                     answer);
    link_screen_ring(engine->options.link);
}

/* What the server has against it, in its own words and by its code. */
static void read_problem(const struct http_reply *reply, struct question_answer *told)
{
    struct error error = ERROR_INIT;
    json_t *document = NULL;

    (void)sync_problem(reply, "question", &error);
    text_copy(told->message, sizeof(told->message), error.message);
    if (sync_is_problem(reply) && reply->length > 0 &&
        json_read(&document, reply->body, reply->length, reply->length, "problem", NULL) == 0) {
        text_copy(told->problem, sizeof(told->problem), json_text_or(document, "code", ""));
        text_copy(told->message, sizeof(told->message),
                  json_text_or(document, "detail", error.message));
    }
    json_decref(document);
}

static int ask_reply(struct sync_engine *engine, const struct http_reply *reply,
                     struct error *error)
{
    struct question_answer told = {.status = reply->status};

    if (reply->status != 200)
        read_problem(reply, &told);
    else if (sync_reply_read(engine, reply, "question", &told.document, error) != 0)
        return ERROR_PROTOCOL;
    if (reply->retry_after_ms > 0)
        told.retry_ms = reply->retry_after_ms;
    answer(engine, &told);
    return 0;
}

static void ask_failed(struct sync_engine *engine, int code, const struct error *error)
{
    struct question_answer told = {0};

    (void)code;
    text_copy(told.message, sizeof(told.message), error->message);
    answer(engine, &told);
}

const struct sync_job sync_job_ask = {
    .lane = SYNC_LANE_WORK,
    .own_limit = true,
    .due = ask_due,
    .begin = ask_begin,
    .reply = ask_reply,
    .failed = ask_failed,
};
