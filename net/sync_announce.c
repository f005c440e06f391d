/* The job that announces a hand-off (POST /v1/announcements) while the offer is still being written
 * here, when the screen has not sent it by the line; and the taking in of those that others
 * announce. Hints: nobody tries again, and no failure of theirs is told. */
#include <string.h>

#include "app/json.h"
#include "net/sync_internal.h"

static bool announce_due(struct sync_engine *engine)
{
    return announced_waits(link_announced(engine->options.link)) && sync_store_usable(engine);
}

static int announce_begin(struct sync_engine *engine, struct error *error)
{
    char *text = announced_take(link_announced(engine->options.link));
    const struct http_request request = {.method = "POST",
                                         .path = SYNC_LINE_PATH,
                                         .body = text,
                                         .body_length = text != NULL ? strlen(text) : 0,
                                         .body_type = "application/json"};
    int code = 1;

    if (text != NULL && !engine->announces_not) {
        code = sync_send(engine, SYNC_LANE_AHEAD, &request, error);
        engine->gives_way = code == 0;
    }
    announced_text_free(text);
    return code;
}

/* A server of before has no such path: it is asked no more until the next sign-in. */
static int announce_reply(struct sync_engine *engine, const struct http_reply *reply,
                          struct error *error)
{
    (void)error;
    engine->gives_way = true;
    engine->announces_not = reply->status == 404 || reply->status == 405;
    return 0;
}

static void announce_failed(struct sync_engine *engine, int code, const struct error *error)
{
    (void)code;
    (void)error;
    engine->troubles[SYNC_JOB_ANNOUNCE] = (struct sync_trouble){0};
}

const struct sync_job sync_job_announce = {
    .lane = SYNC_LANE_AHEAD,
    .own_limit = true,
    .due = announce_due,
    .begin = announce_begin,
    .reply = announce_reply,
    .failed = announce_failed,
};

bool sync_announced_said(struct sync_engine *engine)
{
    enum announced_next next = announced_said(link_announced(engine->options.link));

    if (next != ANNOUNCED_UNSAID && !engine->announces_not && sync_store_usable(engine))
        sync_line(engine, SYNC_LINE_OPEN);
    return next == ANNOUNCED_EXPECTED;
}

/* Whether there was any. */
static bool take(struct sync_engine *engine, const json_t *document)
{
    const json_t *list = json_object_get(document, "announcements");
    int64_t number = json_integer_or(document, "announced", engine->announced);
    const json_t *one;
    size_t index;

    if (number > engine->announced)
        engine->announced = number;
    json_array_foreach(list, index, one)
    {
        if (index == SYNC_ANNOUNCED_LIMIT)
            break;
        announced_come(link_announced(engine->options.link), one, sync_now(engine));
    }
    engine->gives_way |= index > 0;
    return index > 0;
}

void sync_announced_take(struct sync_engine *engine, const json_t *document)
{
    if (!engine->announced_came && take(engine, document))
        link_screen_ring(engine->options.link);
    engine->gives_way |= engine->announced_came;
    engine->announced_came = false;
}

void sync_announced_came(void *context, const char *body, size_t length)
{
    static const char told[] = "\"announcements\":[";
    struct sync_engine *engine = context;
    struct announced *announced = link_announced(engine->options.link);
    json_t *document = NULL;

    if (length > SYNC_ANNOUNCED_BYTES || strstr(body, told) == NULL)
        return;
    /* It is awake when that has been read: being woken takes as long. */
    announced_soon(announced);
    link_screen_ring(engine->options.link);
    if (json_read(&document, body, length, length, "what is announced", NULL) == 0 &&
        strcmp(json_text_or(document, "feed", ""), engine->feed) == 0)
        engine->announced_came = take(engine, document);
    if (!announced_soon_over(announced) && engine->announced_came)
        link_screen_ring(engine->options.link);
    json_decref(document);
}
