/* Jobs of the session: POST /v1/login and POST /v1/logout. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/sync_internal.h"

#define LOGIN_SIZE    256
#define PASSWORD_SIZE 1024
#define TOKEN_LIMIT   4096

/* Every byte may need six ("\u0001"); three members and their punctuation. */
#define BODY_SIZE (6 * (LOGIN_SIZE + PASSWORD_SIZE + ID_TEXT_LENGTH) + 64)

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

static size_t put_login(char *body, const char *login, const char *password,
                        const struct id *device)
{
    size_t at = put_text(body, 0, "{\"login\":");

    at = put_string(body, at, login);
    at = put_text(body, at, ",\"password\":");
    at = put_string(body, at, password);
    if (!id_is_empty(device)) {
        at = put_text(body, at, ",\"device\":");
        at = put_string(body, at, device->text);
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
    if (engine->store != NULL)
        device = *store_device(engine->store);
    engine->device = device;
    request.body_length = put_login(body, login, password, &device);
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

static int accept_session(struct sync_engine *engine, const json_t *document, struct error *error)
{
    const struct sync_transport *transport = &engine->options.transport;
    const char *token = NULL;
    const char *feed = NULL;
    struct record *agent = NULL;
    int code = json_require_text(document, "token", TOKEN_LIMIT, &token, error);

    if (code == 0)
        code = json_require_text(document, "feed", sizeof engine->feed - 1, &feed, error);
    if (code == 0)
        code = record_from_json(&agent, json_object_get(document, "agent"), error);
    if (code == 0 && agent->type != RECORD_AGENT)
        code = error_set(error, ERROR_INVALID, "\"agent\" is no agent");
    if (code == 0)
        code = transport->set_token(transport->context, token, error);
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
