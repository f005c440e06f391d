/* What all jobs do with a reply: read it, or say what is wrong with it. */
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "net/sync_internal.h"

#define CLOCK_WRONG_MS INT64_C(60000)
#define PROBLEM_LIMIT  (64 * 1024)

bool sync_is_problem(const struct http_reply *reply)
{
    return strcmp(reply->media_type, "application/problem+json") == 0;
}

bool sync_problem_is(const struct http_reply *reply, const char *name)
{
    json_t *document = NULL;
    bool same;

    if (reply->status == 200 || !sync_is_problem(reply) || reply->length == 0 ||
        json_read(&document, reply->body, reply->length, PROBLEM_LIMIT, "problem", NULL) != 0)
        return false;
    same = strcmp(json_text_or(document, "code", ""), name) == 0;
    json_decref(document);
    return same;
}

void sync_problem_text(const struct http_reply *reply, const char *member, char *text, size_t size)
{
    json_t *document = NULL;

    text_copy(text, size, "");
    if (!sync_is_problem(reply) || reply->length == 0 ||
        json_read(&document, reply->body, reply->length, PROBLEM_LIMIT, "problem", NULL) != 0)
        return;
    text_copy(text, size, json_text_or(document, member, ""));
    json_decref(document);
}

int sync_problem(const struct http_reply *reply, const char *what, struct error *error)
{
    int code = reply->status == 401 || reply->status == 403 ? ERROR_REFUSED : ERROR_PROTOCOL;
    json_t *document = NULL;

    if (!sync_is_problem(reply) || reply->length == 0 ||
        json_read(&document, reply->body, reply->length, PROBLEM_LIMIT, what, NULL) != 0)
        return error_set(error, code, "%s: the server answered with status %d", what,
                         reply->status);
    const char *title = json_text_or(document, "title", "");
    const char *detail = json_text_or(document, "detail", title);
    code = error_set(error, code, "%s: %s (status %d)", what, detail, reply->status);
    json_decref(document);
    return code;
}

/* A reply that was read, late or early, by less than a minute says that the clocks agree. */
void sync_reply_time(struct sync_engine *engine, const json_t *document)
{
    int64_t theirs = 0;

    if (json_require_time(document, "time", &theirs, NULL) != 0)
        return;
    int64_t difference = theirs - sync_wall_ms(engine);
    engine->ahead_ms = difference;
    engine->clock_wrong = difference > CLOCK_WRONG_MS || difference < -CLOCK_WRONG_MS;
    engine->clock_off_min = engine->clock_wrong ? -difference / 60000 : 0;
}

int sync_reply_read(struct sync_engine *engine, const struct http_reply *reply, const char *what,
                    json_t **document, struct error *error)
{
    struct error cause = ERROR_INIT;

    *document = NULL;
    if (reply->status != 200)
        return sync_problem(reply, what, error);
    if (json_read(document, reply->body, reply->length, reply->length, what, &cause) != 0)
        return error_set(error, ERROR_PROTOCOL, "the reply makes no sense: %s", cause.message);
    if (!json_is_object(*document)) {
        json_decref(*document);
        *document = NULL;
        return error_set(error, ERROR_PROTOCOL, "%s: the reply is no JSON object", what);
    }
    sync_reply_time(engine, *document);
    return 0;
}
