/* Jobs of the session: POST /v1/login and POST /v1/logout. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/protocol.h"
#include "net/sync_internal.h"

#define LOGIN_SIZE    256
#define PASSWORD_SIZE 1024
#define TOKEN_LIMIT   4096

/* Every byte may need six ("\u0001"); the members and their punctuation. */
#define BODY_SIZE (6 * (LOGIN_SIZE + PASSWORD_SIZE + ID_TEXT_LENGTH + 2 * STORE_MARK_SIZE) + 128)

static bool login_due(struct sync_engine *engine)
{
    return engine->signed_in && !engine->session && !engine->refused && !engine->finishing &&
           !engine->logout_due;
}

static size_t put_text(char *body, size_t at, const char *text)
{
    size_t length = strlen(text);

    memcpy(body + at, text, length);
    return at + length;
}

/* Written by hand into memory that is wiped: a JSON library would leave copies of the password. */
static size_t put_string(char *body, size_t at, const char *text)
{
    static const char digits[] = "0123456789abcdef";

    body[at++] = '"';
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == '"' || byte == '\\') {
            at = put_text(body, at, "\\u00");
            body[at++] = digits[byte >> 4];
            body[at++] = digits[byte & 15];
        } else {
            body[at++] = *text;
        }
    }
    body[at++] = '"';
    return at;
}

static size_t put_member(char *body, size_t at, const char *name, const char *text)
{
    at = put_text(body, at, name);
    return put_string(body, at, text);
}

static size_t put_login(char *body, const char *login, const char *password,
                        const struct id *device, const struct store_mark *mark)
{
    size_t at = put_member(body, 0, "{\"login\":", login);

    at = put_member(body, at, ",\"password\":", password);
    at = put_member(body, at, ",\"protocol\":", PROTOCOL_VERSION);
    if (!id_is_empty(device))
        at = put_member(body, at, ",\"device\":", device->text);
    if (mark->next[0] != '\0') {
        at = put_member(body, at, ",\"mark\":", mark->last);
        at = put_member(body, at, ",\"next_mark\":", mark->next);
    }
    return put_text(body, at, "}");
}

static int login_begin(struct sync_engine *engine, struct error *error)
{
    char login[LOGIN_SIZE];
    char password[PASSWORD_SIZE];
    char body[BODY_SIZE];
    struct id device = {""};
    struct http_request request = {.method = "POST",
                                   .path = "/v1/login",
                                   .body = body,
                                   .body_type = "application/json",
                                   .accept = "application/json"};

    if (!link_credentials(engine->options.link, login, password, &device))
        return 1;
    engine->mark = (struct store_mark){0};
    if (engine->store != NULL) {
        device = *store_device(engine->store);
        int proposed = store_mark_propose(engine->store, &engine->mark, error);
        if (proposed != 0) {
            sodium_memzero(password, sizeof password);
            return sync_fault(engine, proposed);
        }
    }
    engine->device = device;
    request.body_length = put_login(body, login, password, &device, &engine->mark);
    const struct sync_transport *transport = &engine->options.transport;
    int code = transport->set_token(transport->context, NULL, error);
    if (code == 0)
        code = sync_send(engine, SYNC_LANE_WORK, &request, error);
    sodium_memzero(body, sizeof body);
    sodium_memzero(password, sizeof password);
    return code;
}

/* The agent must sign in anew; nothing is tried until then. */
static int refuse(struct sync_engine *engine, const struct http_reply *reply)
{
    struct error problem = ERROR_INIT;

    (void)sync_problem(reply, "sign-in", &problem);
    engine->refused = true;
    text_copy(engine->refusal, sizeof engine->refusal, problem.message);
    link_sign_in_answer(engine->options.link, SIGN_IN_REFUSED, NULL, problem.message);
    return 0;
}

/* The server says so because this terminal's files are an older copy, or one of two: under a new
 * device all that waits is sent, and nothing that the other sent is taken for this one's. */
static int renew_device(struct sync_engine *engine, const struct http_reply *reply,
                        struct error *error)
{
    if (engine->store == NULL || !id_equal(store_device(engine->store), &engine->device))
        return sync_problem(reply, "sign-in", error);
    int code = store_device_renew(engine->store, sync_wall_ms(engine), error);
    if (code != 0)
        return sync_fault(engine, code);
    link_screen_ring(engine->options.link);
    return 0;
}

/* A server of another major is as good as none: what it would answer is not understood. */
static int check_protocol(const json_t *document, struct error *error)
{
    const char *theirs = json_text_or(document, "protocol", "");
    int major = protocol_major(theirs);

    if (protocol_judge(major, PROTOCOL_MAJOR) == PROTOCOL_FITS)
        return 0;
    return error_set(error, ERROR_PROTOCOL,
                     "this terminal speaks version %s, the server %.20s: one of them must be "
                     "updated",
                     PROTOCOL_VERSION, theirs);
}

/* What the store keeps of a sign-in that went well. */
static int keep_session(struct sync_engine *engine, const json_t *document, struct error *error)
{
    int64_t copied_ms = 0;

    if (engine->store == NULL || !id_equal(store_device(engine->store), &engine->device))
        return 0;
    int code = engine->mark.next[0] == '\0'
                   ? 0
                   : store_mark_accepted(engine->store, engine->mark.next, error);
    if (code == 0 && json_require_time(document, "copied_at", &copied_ms, NULL) == 0) {
        code = store_notice_add(engine->store, STORE_NOTICE_DEVICE_COPIED, copied_ms, 0, error);
        link_screen_ring(engine->options.link);
    }
    return code != 0 ? sync_fault(engine, code) : 0;
}

static int accept_session(struct sync_engine *engine, const json_t *document, struct error *error)
{
    const struct sync_transport *transport = &engine->options.transport;
    const char *token = NULL;
    const char *feed = NULL;
    struct record *agent = NULL;
    int code = check_protocol(document, error);

    if (code == 0)
        code = json_require_text(document, "token", TOKEN_LIMIT, &token, error);
    if (code == 0)
        code = json_require_text(document, "feed", sizeof engine->feed - 1, &feed, error);
    if (code == 0)
        code = record_from_json(&agent, json_object_get(document, "agent"), error);
    if (code == 0 && agent->type != RECORD_AGENT)
        code = error_set(error, ERROR_INVALID, "\"agent\" is no agent");
    if (code == 0)
        code = transport->set_token(transport->context, token, error);
    if (code == 0)
        code = keep_session(engine, document, error);
    if (code == 0) {
        text_copy(engine->feed, sizeof engine->feed, feed);
        engine->agent = agent->id;
        engine->session = true;
        engine->session_proved = false;
        engine->catalogue_due = true;
        engine->catalogue_latest = 0;
        engine->outbox_due = true;
        link_sign_in_answer(engine->options.link, SIGN_IN_ACCEPTED, agent, NULL);
    }
    record_free(agent);
    return code;
}

static int login_reply(struct sync_engine *engine, const struct http_reply *reply,
                       struct error *error)
{
    bool asked = link_sign_in_state(engine->options.link, NULL, NULL) == SIGN_IN_ASKED;
    json_t *document = NULL;

    /* Whatever comes of it: the link may have been given other credentials meanwhile. */
    engine->link_due = true;
    if (reply->status == 401 || reply->status == 403) {
        int code = refuse(engine, reply);
        if (engine->options.once)
            code = error_set(error, ERROR_REFUSED, "%s", engine->refusal);
        return code;
    }
    if (reply->status == 429 && asked) {
        int code = sync_problem(reply, "sign-in", error);
        link_sign_in_answer(engine->options.link, SIGN_IN_HELD, NULL, error->message);
        return code;
    }
    if (sync_problem_is(reply, "device-behind"))
        return renew_device(engine, reply, error);
    int code = sync_reply_read(engine, reply, "POST /v1/login", &document, error);
    if (code != 0)
        return code;
    code = accept_session(engine, document, error);
    json_decref(document);
    if (code == ERROR_INVALID) {
        error->code = ERROR_PROTOCOL;
        code = error_prefix(error, "reply of POST /v1/login");
    }
    return code;
}

/* The agent who waits for an answer gets one; a renewal goes on in silence. */
static void login_failed(struct sync_engine *engine, int code, const struct error *error)
{
    (void)code;
    engine->link_due = true;
    if (!engine->refused && link_sign_in_state(engine->options.link, NULL, NULL) == SIGN_IN_ASKED)
        link_sign_in_answer(engine->options.link, SIGN_IN_OFFLINE, NULL, error->message);
}

const struct sync_job sync_job_login = {
    .lane = SYNC_LANE_WORK,
    .due = login_due,
    .begin = login_begin,
    .reply = login_reply,
    .failed = login_failed,
};

static bool logout_due(struct sync_engine *engine)
{
    return engine->logout_due;
}

/* Tried once: a session that could not be given back ends by itself. */
static int logout_begin(struct sync_engine *engine, struct error *error)
{
    const struct sync_transport *transport = &engine->options.transport;
    struct http_request request = {.method = "POST", .path = "/v1/logout"};

    engine->logout_due = false;
    int code = sync_send(engine, SYNC_LANE_WORK, &request, error);
    int forgotten = transport->set_token(transport->context, NULL, error);
    return code != 0 ? code : forgotten;
}

static int logout_reply(struct sync_engine *engine, const struct http_reply *reply,
                        struct error *error)
{
    (void)engine;
    (void)reply;
    (void)error;
    return 0;
}

const struct sync_job sync_job_logout = {
    .lane = SYNC_LANE_WORK,
    .due = logout_due,
    .begin = logout_begin,
    .reply = logout_reply,
};
