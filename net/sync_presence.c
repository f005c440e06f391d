/* The job that asks who is present: GET /v1/presence, only when the screen wants to know. */
#include "app/clock.h"
#include "app/json.h"
#include "net/sync_internal.h"

static bool presence_due(struct sync_engine *engine)
{
    return sync_store_usable(engine) && engine->presence_due;
}

static int presence_begin(struct sync_engine *engine, struct error *error)
{
    struct http_request request = {
        .method = "GET", .path = "/v1/presence?away=false", .accept = "application/json"};

    if (link_away_get(engine->options.link))
        request.path = "/v1/presence?away=true";

    return sync_send(engine, SYNC_LANE_WORK, &request, error);
}

static int presence_reply(struct sync_engine *engine, const struct http_reply *reply,
                          struct error *error)
{
    json_t *document = NULL;
    int code = sync_reply_read(engine, reply, "GET /v1/presence", &document, error);

    if (code != 0)
        return code;
    json_t *agents = json_object_get(document, "agents");
    json_t *state =
        json_pack("{s:O, s:O*, s:o}", "agents", agents, "queues",
                  json_object_get(document, "queues"), "heard_at", json_time(sync_wall_ms(engine)));
    if (!json_is_array(agents))
        code = error_set(error, ERROR_PROTOCOL, "reply of GET /v1/presence: no list of agents");
    else if (state == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory for the presence");
    else if ((code = store_state_put(engine->store, "presence", state, error)) != 0)
        code = sync_fault(engine, code);
    json_decref(state);
    json_decref(document);
    if (code == 0) {
        engine->presence_due = false;
        link_screen_ring(engine->options.link);
    }
    return code;
}

const struct sync_job sync_job_presence = {
    .lane = SYNC_LANE_WORK,
    .due = presence_due,
    .begin = presence_begin,
    .reply = presence_reply,
};
