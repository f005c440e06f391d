/*
 * The job of signing in at the organisation's identity provider: POST /v1/login/provider begins
 * one, POST /v1/login/provider/session asks what became of it, as often as the server likes.
 */
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/link_sign_in.h"
#include "app/text.h"
#include "net/protocol.h"
#include "net/sync_body.h"
#include "net/sync_internal.h"

#define BODY_SIZE                                                                                  \
    (6 * (SYNC_HANDLE_SIZE + ID_TEXT_LENGTH + 2 * STORE_MARK_SIZE) + SYNC_PROOF_SIZE + 128)
/* A code lives so long where the clocks do not say. */
#define LIFE_MS         INT64_C(600000)
#define LIFE_LONGEST_MS INT64_C(3600000)
#define WAIT_LEAST_MS   INT64_C(1000)
#define WAIT_LONGEST_MS INT64_C(60000)
#define WAIT_MS         INT64_C(5000)

void sync_provider_forget(struct sync_engine *engine)
{
    sodium_memzero(&engine->provider, sizeof engine->provider);
}

bool sync_is_elsewhere(const struct sync_engine *engine)
{
    return engine->signed_in && !engine->session && engine->refresh[0] == '\0' &&
           link_provider_number(engine->options.link) != 0;
}

static bool begun(const struct sync_engine *engine)
{
    return engine->provider.handle[0] != '\0' &&
           engine->provider.number == link_provider_number(engine->options.link);
}

int64_t sync_provider_next(const struct sync_engine *engine)
{
    return begun(engine) && !engine->session ? engine->provider.next : -1;
}

static bool provider_due(struct sync_engine *engine)
{
    if (!sync_is_elsewhere(engine) || engine->refused || engine->finishing || engine->logout_due)
        return false;
    if (begun(engine))
        return engine->provider.next <= sync_now(engine);
    return link_sign_in_state(engine->options.link, NULL, NULL) == SIGN_IN_ASKED;
}

/* It is over, and the agent is told how. */
static void end(struct sync_engine *engine, enum sign_in_state state, const char *message)
{
    sync_provider_forget(engine);
    link_sign_in_answer(engine->options.link, state, NULL, message);
}

static size_t put_session(struct sync_engine *engine, char *body, size_t at)
{
    struct device_proof proof;

    at = sync_put_member(body, at, ",\"handle\":", engine->provider.handle);
    if (engine->mark.next[0] != '\0') {
        at = sync_put_member(body, at, ",\"mark\":", engine->mark.last);
        at = sync_put_member(body, at, ",\"next_mark\":", engine->mark.next);
    }
    if (sync_proof_make(engine, DEVICE_PROOF_PROVIDER, engine->provider.handle, &proof))
        at = sync_put_proof(body, at, ",\"terminal\":", &proof);
    return at;
}

static int provider_begin(struct sync_engine *engine, struct error *error)
{
    const struct sync_transport *transport = &engine->options.transport;
    bool asks = begun(engine);
    struct id device = {""};
    char body[BODY_SIZE];
    struct http_request request = {.method = "POST",
                                   .path = "/v1/login/provider",
                                   .body = body,
                                   .body_type = "application/json",
                                   .accept = "application/json"};

    engine->provider.number = link_provider_take(engine->options.link, &device);
    if (engine->provider.number == 0)
        return 1;
    if (asks && engine->provider.expires <= sync_now(engine)) {
        end(engine, SIGN_IN_EXPIRED, "");
        return 1;
    }
    engine->mark = (struct store_mark){0};
    if (engine->store != NULL) {
        device = *store_device(engine->store);
        int proposed = asks ? store_mark_propose(engine->store, &engine->mark, error) : 0;
        if (proposed != 0)
            return sync_fault(engine, proposed);
    }
    engine->device = device;
    size_t at = sync_put_member(body, 0, "{\"protocol\":", PROTOCOL_VERSION);
    if (!id_is_empty(&device))
        at = sync_put_member(body, at, ",\"device\":", device.text);
    if (asks) {
        request.path = "/v1/login/provider/session";
        at = put_session(engine, body, at);
    }
    request.body_length = sync_put_text(body, at, "}");
    int code = transport->set_token(transport->context, NULL, error);
    if (code == 0)
        code = sync_send(engine, SYNC_LANE_WORK, &request, error);
    sodium_memzero(body, sizeof body);
    return code;
}

/* --- answers ---------------------------------------------------------------------------------- */

static void wait(struct sync_engine *engine, int64_t ms)
{
    if (ms < WAIT_LEAST_MS)
        ms = WAIT_LEAST_MS;
    if (ms > WAIT_LONGEST_MS)
        ms = WAIT_LONGEST_MS;
    engine->provider.next = sync_now(engine) + ms;
}

/* Where the agent goes; ERROR_INVALID when it makes no sense. */
static int take_place(struct sync_engine *engine, const json_t *document, struct error *error)
{
    struct link_place place = {.user_code = ""};
    const char *handle = NULL, *user_code = NULL, *url = NULL;
    int64_t expires = 0;
    int code = json_require_text(document, "handle", SYNC_HANDLE_SIZE - 1, &handle, error);

    if (code == 0)
        code =
            json_require_text(document, "user_code", sizeof place.user_code - 1, &user_code, error);
    if (code == 0)
        code = json_require_text(document, "url", sizeof place.url - 1, &url, error);
    if (code == 0)
        code = json_require_time(document, "expires_at", &expires, error);
    if (code == 0 && (*handle == '\0' || *url == '\0'))
        code = error_set(error, ERROR_INVALID, "the sign-in has no place");
    if (code != 0)
        return code;
    int64_t life = expires - sync_server_ms(engine);
    if (life <= 0 || life > LIFE_LONGEST_MS)
        life = LIFE_MS;
    text_copy(engine->provider.handle, sizeof engine->provider.handle, handle);
    engine->provider.expires = sync_now(engine) + life;
    wait(engine, json_integer_value(json_object_get(document, "interval_ms")));
    text_copy(place.user_code, sizeof place.user_code, user_code);
    text_copy(place.url, sizeof place.url, url);
    text_copy(place.url_complete, sizeof place.url_complete,
              json_text_or(document, "url_complete", ""));
    place.expires_ms = sync_wall_ms(engine) + life;
    link_provider_show(engine->options.link, engine->provider.number, &place);
    return 0;
}

static void still_waits(struct sync_engine *engine, const struct http_reply *reply)
{
    json_t *document = NULL;
    int64_t ms = WAIT_MS;

    if (json_read(&document, reply->body, reply->length, 65536, "answer", NULL) == 0 &&
        json_is_integer(json_object_get(document, "wait_ms")))
        ms = json_integer_value(json_object_get(document, "wait_ms"));
    json_decref(document);
    wait(engine, ms);
}

/* What is no session: said once, in a state that the screen has words for. */
static int take_problem(struct sync_engine *engine, const struct http_reply *reply, bool asked,
                        struct error *error)
{
    struct error problem = ERROR_INIT;
    bool busy = reply->status == 429 || reply->status == 503;

    (void)sync_problem(reply, "sign-in", &problem);
    if (busy && asked)
        wait(engine, reply->retry_after_ms > 0 ? reply->retry_after_ms : WAIT_MS);
    else if (busy)
        end(engine, SIGN_IN_AWAY, problem.message);
    else if (sync_problem_is(reply, "sign-in-refused"))
        end(engine, SIGN_IN_REFUSED, problem.message);
    else if (reply->status == 404)
        end(engine, asked ? SIGN_IN_EXPIRED : SIGN_IN_NOWHERE, problem.message);
    else if (sync_problem_is(reply, "device-behind")) {
        int code = sync_device_renew(engine, reply, error);
        end(engine, SIGN_IN_EXPIRED, problem.message);
        return code;
    } else if (reply->status == 401 || reply->status == 403) {
        sync_provider_forget(engine);
        return sync_sign_in_refuse(engine, reply);
    } else {
        return sync_problem(reply, "sign-in", error);
    }
    return 0;
}

static int provider_reply(struct sync_engine *engine, const struct http_reply *reply,
                          struct error *error)
{
    bool asked = begun(engine);
    json_t *document = NULL;

    engine->link_due = true;
    if (engine->provider.number != link_provider_number(engine->options.link) ||
        sync_clock_set(engine, reply))
        return 0;
    if (reply->status == 202) {
        still_waits(engine, reply);
        return 0;
    }
    if (reply->status != 200)
        return take_problem(engine, reply, asked, error);
    int code = sync_reply_read(engine, reply, "POST /v1/login/provider", &document, error);
    if (code != 0)
        return code;
    if (asked) {
        code = sync_session_accept(engine, document, error);
        sync_provider_forget(engine);
    } else {
        code = take_place(engine, document, error);
    }
    json_decref(document);
    if (code == ERROR_INVALID)
        code =
            error_set(error, ERROR_PROTOCOL, "the reply of POST /v1/login/provider makes no sense");
    return code;
}

/* What was begun goes on when the server is reached again; what was not is for the agent to ask. */
static void provider_failed(struct sync_engine *engine, int code, const struct error *error)
{
    engine->link_due = true;
    if (begun(engine) && code == ERROR_OFFLINE)
        return;
    engine->troubles[SYNC_JOB_PROVIDER] = (struct sync_trouble){0}; /* nobody tries again */
    end(engine, SIGN_IN_OFFLINE, error->message);
}

const struct sync_job sync_job_provider = {
    .lane = SYNC_LANE_WORK,
    .due = provider_due,
    .begin = provider_begin,
    .reply = provider_reply,
    .failed = provider_failed,
};
