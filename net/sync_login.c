/* Jobs of the session: POST /v1/login and POST /v1/logout. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/binary.h"
#include "app/json.h"
#include "app/link_sign_in.h"
#include "app/text.h"
#include "net/packed.h"
#include "net/protocol.h"
#include "net/sync_body.h"
#include "net/sync_internal.h"

#define LOGIN_SIZE    256
#define PASSWORD_SIZE 1024

/* Every byte may need six ("\u0001"); the members and their punctuation. */
#define BODY_SIZE                                                                                  \
    (6 * (LOGIN_SIZE + PASSWORD_SIZE + ID_TEXT_LENGTH + 2 * STORE_MARK_SIZE + LINK_CODE_SIZE) +    \
     SYNC_PROOF_SIZE + 128)

static bool login_due(struct sync_engine *engine)
{
    return engine->signed_in && !engine->session && !engine->refused && !engine->finishing &&
           !engine->logout_due && link_provider_number(engine->options.link) == 0;
}

static size_t put_login(char *body, const char *login, const char *password,
                        const struct id *device, const struct store_mark *mark, const char *code,
                        const struct device_proof *proof)
{
    size_t at = sync_put_member(body, 0, "{\"login\":", login);

    at = sync_put_member(body, at, ",\"password\":", password);
    at = sync_put_member(body, at, ",\"protocol\":", PROTOCOL_VERSION);
    if (!id_is_empty(device))
        at = sync_put_member(body, at, ",\"device\":", device->text);
    if (mark->next[0] != '\0') {
        at = sync_put_member(body, at, ",\"mark\":", mark->last);
        at = sync_put_member(body, at, ",\"next_mark\":", mark->next);
    }
    if (*code != '\0')
        at = sync_put_member(body, at, ",\"code\":", code);
    if (proof != NULL)
        at = sync_put_proof(body, at, ",\"terminal\":", proof);
    return sync_put_text(body, at, "}");
}

/* The terminal shows its key, when it has one. */
static bool proof_of(const struct sync_engine *engine, const char *login, const struct id *device,
                     struct device_proof *proof)
{
    char subject[LOGIN_SIZE + ID_TEXT_LENGTH + 2];

    (void)snprintf(subject, sizeof subject, "%s\n%s", login, device->text);
    return sync_proof_make(engine, DEVICE_PROOF_LOGIN, subject, proof);
}

static int login_begin(struct sync_engine *engine, struct error *error)
{
    char login[LOGIN_SIZE];
    char password[PASSWORD_SIZE];
    char body[BODY_SIZE];
    struct id device = {""};
    char code_text[LINK_CODE_SIZE];
    struct device_proof proof;
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
    link_code_take(engine->options.link, code_text);
    bool proved = proof_of(engine, login, &device, &proof);
    request.body_length =
        put_login(body, login, password, &device, &engine->mark, code_text, proved ? &proof : NULL);
    sodium_memzero(code_text, sizeof code_text);
    const struct sync_transport *transport = &engine->options.transport;
    int code = transport->set_token(transport->context, NULL, error);
    if (code == 0)
        code = sync_send(engine, SYNC_LANE_WORK, &request, error);
    sodium_memzero(body, sizeof body);
    sodium_memzero(password, sizeof password);
    return code;
}

/* The agent must sign in anew; nothing is tried until then. */
int sync_sign_in_refuse(struct sync_engine *engine, const struct http_reply *reply)
{
    struct error problem = ERROR_INIT;

    static const struct {
        const char *problem;
        enum sign_in_state state;
    } reasons[] = {
        {"device-unknown", SIGN_IN_ENROL}, {"device-revoked", SIGN_IN_BARRED},
        {"certificate", SIGN_IN_BARRED},   {"change-password", SIGN_IN_CHANGE},
        {"code-needed", SIGN_IN_CODE},     {"code-wrong", SIGN_IN_CODE_WRONG},
        {"code-setup", SIGN_IN_SETUP},
    };
    enum sign_in_state state = SIGN_IN_REFUSED;

    (void)sync_problem(reply, "sign-in", &problem);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (sync_problem_is(reply, reasons[i].problem))
            state = reasons[i].state;
    /* How codes are set up is told again after a wrong one. */
    char uri[ERROR_MESSAGE_SIZE] = "";
    sync_problem_text(reply, "uri", uri, sizeof uri);
    if (state == SIGN_IN_CODE_WRONG && *uri != '\0')
        state = SIGN_IN_SETUP_WRONG;
    engine->refused = true;
    text_copy(engine->refusal, sizeof engine->refusal, problem.message);
    link_sign_in_answer(engine->options.link, state, NULL, *uri != '\0' ? uri : problem.message);
    sodium_memzero(uri, sizeof uri);
    return 0;
}

/* The server says so because this terminal's files are an older copy, or one of two: under a new
 * device all that waits is sent, and nothing that the other sent is taken for this one's. */
int sync_device_renew(struct sync_engine *engine, const struct http_reply *reply,
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

/* A server of before says nothing of it. */
static bool knows_binary(const json_t *media_types)
{
    const json_t *one;
    size_t index;

    json_array_foreach(media_types, index,
                       one) if (json_is_string(one) &&
                                strcmp(json_string_value(one), BINARY_MEDIA_TYPE) == 0) return true;
    return false;
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

int sync_session_accept(struct sync_engine *engine, const json_t *document, struct error *error)
{
    const struct sync_transport *transport = &engine->options.transport;
    const char *token = NULL;
    const char *feed = NULL;
    struct record *agent = NULL;
    int code = check_protocol(document, error);

    if (code == 0)
        code = json_require_text(document, "token", SYNC_TOKEN_LIMIT, &token, error);
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
        sync_session_began(engine, document);
        engine->packs = strcmp(json_text_or(document, "packs", ""), PACKED_NAME) == 0;
        engine->binary = knows_binary(json_object_get(document, "media_types"));
        sync_refresh_keep(engine, document);
        sync_escrow_keep(engine, document);
        engine->catalogue_due = true;
        engine->catalogue_latest = 0;
        link_sign_in_answer(engine->options.link, SIGN_IN_ACCEPTED, agent,
                            json_text_or(document, "recovery_codes", ""));
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
    if (sync_clock_set(engine, reply))
        return 0;
    if (reply->status == 401 || reply->status == 403) {
        int code = sync_sign_in_refuse(engine, reply);
        if (engine->options.once)
            code = error_set(error, ERROR_REFUSED, "%s", engine->refusal);
        return code;
    }
    if (reply->status == 429 && asked) {
        int code = sync_problem(reply, "sign-in", error);
        link_sign_in_answer(engine->options.link, SIGN_IN_HELD, NULL, error->message);
        return code;
    }
    if (sync_problem_is(reply, "at-centre")) {
        int code = sync_problem(reply, "sign-in", error);
        link_sign_in_answer(engine->options.link, SIGN_IN_CUT, NULL, error->message);
        return code;
    }
    if (sync_problem_is(reply, "device-behind"))
        return sync_device_renew(engine, reply, error);
    int code = sync_reply_read(engine, reply, "POST /v1/login", &document, error);
    if (code != 0)
        return code;
    code = sync_session_accept(engine, document, error);
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
