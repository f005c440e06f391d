/* The job that fetches an attachment that the screen wants to see: GET /v1/attachments/{id}. It is
 * kept nowhere but where the screen takes it from (app/link.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/link_fetch.h"
#include "net/sync_internal.h"

static bool fetch_due(struct sync_engine *engine)
{
    return sync_store_usable(engine) &&
           link_fetch_wanted(engine->options.link, &engine->fetch_wanted);
}

static int fetch_begin(struct sync_engine *engine, struct error *error)
{
    char path[64];
    const struct http_request request = {
        .method = "GET", .path = path, .accept = "application/octet-stream"};

    snprintf(path, sizeof(path), "/v1/attachments/%s", engine->fetch_wanted.text);
    return sync_send(engine, SYNC_LANE_WORK, &request, error);
}

static int fetch_reply(struct sync_engine *engine, const struct http_reply *reply,
                       struct error *error)
{
    char *bytes;

    if (reply->status != 200) {
        (void)sync_problem(reply, "GET /v1/attachments", error);
        link_fetch_answer(engine->options.link, &engine->fetch_wanted, NULL, 0, error->message);
        return 0;
    }
    bytes = malloc(reply->length + 1);
    if (bytes == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an attachment");
    if (reply->length > 0)
        memcpy(bytes, reply->body, reply->length);
    bytes[reply->length] = '\0';
    link_fetch_answer(engine->options.link, &engine->fetch_wanted, bytes, reply->length, NULL);
    return 0;
}

/* Asked for once: a person looks at it, and may ask again. */
static void fetch_failed(struct sync_engine *engine, int code, const struct error *error)
{
    (void)code;
    link_fetch_answer(engine->options.link, &engine->fetch_wanted, NULL, 0, error->message);
}

const struct sync_job sync_job_fetch = {
    .lane = SYNC_LANE_WORK,
    .due = fetch_due,
    .begin = fetch_begin,
    .reply = fetch_reply,
    .failed = fetch_failed,
};
