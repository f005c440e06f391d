/*
 * Jobs of the session besides signing in: POST /v1/token ahead of the access token's end, and what
 * the agent asks once (POST /v1/devices, POST /v1/password); and what every reply may say of the
 * session.
 */
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/link_sign_in.h"
#include "app/store_key.h"
#include "app/text.h"
#include "net/sync_body.h"
#include "net/sync_internal.h"

/* Renewed when a third of its life is left: a long poll that sleeps with it ends before it does. */
#define LIFE_PARTS 3
/* A reply to an errand is small. */
#define ERRAND_BODY_SIZE                                                                           \
    (6 * (256 + 2 * ERRAND_TEXT_SIZE + ERRAND_CODE_SIZE) + SYNC_PROOF_SIZE + 128)

/* --- the terminal's key ----------------------------------------------------------------------- */

/* By the server's clock, as far as it was heard: ours may be wrong. */
int64_t sync_server_ms(const struct sync_engine *engine)
{
    return sync_wall_ms(engine) + engine->ahead_ms;
}

bool sync_proof_make(const struct sync_engine *engine, const char *purpose, const char *subject,
                     struct device_proof *proof)
{
    if (engine->options.key == NULL)
        return false;
    device_proof_make(proof, engine->options.key, purpose, subject, sync_server_ms(engine));
    return true;
}

/* --- tokens ----------------------------------------------------------------------------------- */

void sync_refresh_forget(struct sync_engine *engine)
{
    sodium_memzero(engine->refresh, sizeof engine->refresh);
    engine->renew_at = 0;
    engine->refresh_unsaved = false;
}

/* Should the store not take it, the server will say so once more at the next start. */
void sync_refresh_drop(struct sync_engine *engine)
{
    sync_refresh_forget(engine);
    if (engine->store != NULL)
        (void)store_session_keep(engine->store, NULL, NULL);
}

void sync_refresh_save(struct sync_engine *engine)
{
    struct store_session session = {.refresh = ""};

    if (!engine->refresh_unsaved || !engine->session || engine->store == NULL ||
        !id_equal(store_agent(engine->store), &engine->agent))
        return;
    session.bound = id_equal(store_device(engine->store), &engine->device);
    text_copy(session.refresh, sizeof session.refresh, engine->refresh);
    text_copy(session.feed, sizeof session.feed, engine->feed);
    /* The one of before does as well until this one was used; what fails is tried with the next. */
    (void)store_session_keep(engine->store, &session, NULL);
    engine->refresh_unsaved = false;
    sodium_memzero(&session, sizeof session);
}

void sync_refresh_resume(struct sync_engine *engine)
{
    struct store_session session;

    if (engine->options.key == NULL || engine->session || engine->refresh[0] != '\0' ||
        link_provider_number(engine->options.link) == 0 ||
        !store_session_get(engine->store, &session))
        return;
    text_copy(engine->refresh, sizeof engine->refresh, session.refresh);
    text_copy(engine->feed, sizeof engine->feed, session.feed);
    engine->renew_at = sync_now(engine);
    engine->agent = *store_agent(engine->store);
    engine->device = session.bound ? *store_device(engine->store) : (struct id){""};
    sodium_memzero(&session, sizeof session);
}

/* Takes note of how long what came is good for. */
void sync_refresh_keep(struct sync_engine *engine, const json_t *document)
{
    const char *refresh = json_text_or(document, "refresh_token", "");
    int64_t now = 0;
    int64_t expires = 0;

    sync_refresh_forget(engine);
    if (engine->options.key == NULL || strlen(refresh) >= sizeof engine->refresh ||
        json_require_time(document, "time", &now, NULL) != 0 ||
        json_require_time(document, "expires_at", &expires, NULL) != 0)
        return;
    text_copy(engine->refresh, sizeof engine->refresh, refresh);
    engine->refresh_unsaved = true;
    int64_t life = expires > now ? expires - now : 0;
    engine->renew_at = sync_now(engine) + life - life / LIFE_PARTS;
}

/* The session began without a store, and has one now. */
bool sync_binding_due(const struct sync_engine *engine)
{
    return engine->session && engine->refresh[0] != '\0' && engine->store != NULL &&
           id_is_empty(&engine->device);
}

/* --- the organisation's key ------------------------------------------------------------------- */

/* A server that does not say (of before, or a relay without the setting) changes nothing. */
void sync_escrow_keep(struct sync_engine *engine, const json_t *document)
{
    const char *text = json_string_value(json_object_get(document, "escrow_key"));
    struct escrow_public public_key;

    if (engine->options.escrow_pinned || text == NULL ||
        (*text != '\0' && !escrow_public_parse(&public_key, text)))
        return;
    text_copy(engine->escrow, sizeof engine->escrow, text);
    engine->escrow_due = true;
}

/* What fails keeps nobody from working: it is said again with the next token. */
void sync_escrow_step(struct sync_engine *engine)
{
    struct escrow_public public_key;
    bool there = escrow_public_parse(&public_key, engine->escrow);

    if (!engine->escrow_due || !engine->session || engine->store == NULL ||
        !id_equal(store_agent(engine->store), &engine->agent))
        return;
    engine->escrow_due = false;
    if (store_escrow_follow(engine->store, there ? &public_key : NULL, sync_wall_ms(engine),
                            NULL) == 0)
        link_screen_ring(engine->options.link);
}

static bool token_due(struct sync_engine *engine)
{
    return engine->signed_in && engine->refresh[0] != '\0' && !engine->refused &&
           !engine->finishing && !engine->logout_due &&
           (!engine->session || sync_binding_due(engine) || engine->renew_at <= sync_now(engine));
}

/* The steady time of the next renewal; -1 when none is planned. */
int64_t sync_token_next(const struct sync_engine *engine)
{
    return engine->session && engine->refresh[0] != '\0' ? engine->renew_at : -1;
}

static int token_begin(struct sync_engine *engine, struct error *error)
{
    char subject[DEVICE_TOKEN_SUBJECT_SIZE];
    char
        body[6 * (SYNC_REFRESH_SIZE + ID_TEXT_LENGTH + 2 * STORE_MARK_SIZE) + SYNC_PROOF_SIZE + 64];
    struct device_proof proof;
    struct http_request request = {.method = "POST",
                                   .path = "/v1/token",
                                   .body_type = "application/json",
                                   .accept = "application/json"};

    /* A first sign-in is bound to the store that was made for it. */
    bool binds = sync_binding_due(engine);
    const char *device = binds ? store_device(engine->store)->text : "";
    if (binds) {
        int proposed = store_mark_propose(engine->store, &engine->mark, error);
        if (proposed != 0)
            return sync_fault(engine, proposed);
        engine->bound = *store_device(engine->store);
    }
    device_proof_token_subject(engine->refresh, device, subject);
    if (!sync_proof_make(engine, DEVICE_PROOF_TOKEN, subject, &proof))
        return 1;
    size_t at = sync_put_member(body, 0, "{\"refresh_token\":", engine->refresh);
    at = sync_put_proof(body, at, ",\"terminal\":", &proof);
    if (binds) {
        at = sync_put_member(body, at, ",\"device\":", device);
        at = sync_put_member(body, at, ",\"mark\":", engine->mark.last);
        at = sync_put_member(body, at, ",\"next_mark\":", engine->mark.next);
    }
    request.body = body;
    request.body_length = sync_put_text(body, at, "}");
    int code = sync_send(engine, SYNC_LANE_WORK, &request, error);
    sodium_memzero(body, sizeof body);
    return code;
}

/* The session is the store's from now on. */
static int keep_binding(struct sync_engine *engine, struct error *error)
{
    if (id_is_empty(&engine->bound) || engine->store == NULL ||
        !id_equal(store_device(engine->store), &engine->bound))
        return 0;
    engine->device = engine->bound;
    engine->bound = (struct id){""};
    int code = store_mark_accepted(engine->store, engine->mark.next, error);
    return code != 0 ? sync_fault(engine, code) : 0;
}

/* The store that the session was to be bound to is an older copy, or one of two: it takes a new
 * device, and the session is bound to that. */
static int renew_bound(struct sync_engine *engine, const struct http_reply *reply,
                       struct error *error)
{
    engine->device = engine->bound;
    engine->bound = (struct id){""};
    int code = sync_device_renew(engine, reply, error);
    engine->device = (struct id){""};
    return code;
}

static int token_reply(struct sync_engine *engine, const struct http_reply *reply,
                       struct error *error)
{
    const struct sync_transport *transport = &engine->options.transport;
    json_t *document = NULL;
    const char *token = NULL;

    if (sync_clock_set(engine, reply))
        return 0;
    /* Over, or this very request was taken before: by the next one, or by the password. */
    if (sync_problem_is(reply, "replayed"))
        return 0;
    if (reply->status == 401 || reply->status == 403) {
        sync_refresh_drop(engine);
        sync_session_drop(engine);
        return 0;
    }
    if (sync_problem_is(reply, "device-behind") && !id_is_empty(&engine->bound))
        return renew_bound(engine, reply, error);
    int code = sync_reply_read(engine, reply, "POST /v1/token", &document, error);
    if (code != 0)
        return code;
    code = json_require_text(document, "token", SYNC_TOKEN_LIMIT, &token, error);
    if (code == 0)
        code = transport->set_token(transport->context, token, error);
    if (code == 0)
        code = keep_binding(engine, error);
    if (code == 0) {
        sync_refresh_keep(engine, document);
        sync_escrow_keep(engine, document);
        if (!engine->session)
            sync_session_began(engine, document);
    }
    json_decref(document);
    if (code == ERROR_INVALID)
        code = error_set(error, ERROR_PROTOCOL, "the reply of POST /v1/token makes no sense");
    return code;
}

const struct sync_job sync_job_token = {
    .lane = SYNC_LANE_WORK,
    .due = token_due,
    .begin = token_begin,
    .reply = token_reply,
};

/* --- what every reply may say ----------------------------------------------------------------- */

bool sync_clock_set(struct sync_engine *engine, const struct http_reply *reply)
{
    json_t *document = NULL;
    int64_t theirs = 0;

    if (!sync_problem_is(reply, "clock") ||
        json_read(&document, reply->body, reply->length, 65536, "problem", NULL) != 0)
        return false;
    bool told = json_require_time(document, "time", &theirs, NULL) == 0;
    json_decref(document);
    int64_t ahead = theirs - sync_wall_ms(engine);
    int64_t changed = ahead - engine->ahead_ms;
    /* A server that says so of its own time is not asked in a circle. */
    if (!told || (changed > -1000 && changed < 1000))
        return false;
    engine->ahead_ms = ahead;
    return true;
}

bool sync_wipe_ordered(struct sync_engine *engine, const struct http_reply *reply)
{
    if (reply->status != 403 || !sync_problem_is(reply, "device-wipe"))
        return false;
    engine->refused = true;
    text_copy(engine->refusal, sizeof engine->refusal,
              "an administrator has ordered this terminal to erase what it keeps");
    sync_refresh_forget(engine);
    sync_session_drop(engine);
    link_wipe_set(engine->options.link);
    link_sign_in_answer(engine->options.link, SIGN_IN_BARRED, NULL, engine->refusal);
    return true;
}

/* --- errands ---------------------------------------------------------------------------------- */

static bool errand_due(struct sync_engine *engine)
{
    return errand_waits(link_errand(engine->options.link));
}

/* The length of the body; 0 when there is no key to sign with. */
static size_t put_errand(const struct sync_engine *engine, const struct errand_request *asked,
                         char *body)
{
    bool enrols = asked->kind == ERRAND_ENROL;
    struct device_proof proof;
    bool proved = sync_proof_make(engine, enrols ? DEVICE_PROOF_ENROL : DEVICE_PROOF_LOGIN,
                                  enrols ? asked->secret : asked->login, &proof);
    size_t at;

    if (enrols && !proved)
        return 0;
    if (enrols) {
        at = sync_put_member(body, 0, "{\"code\":", asked->secret);
    } else {
        at = sync_put_member(body, 0, "{\"login\":", asked->login);
        at = sync_put_member(body, at, ",\"password\":", asked->secret);
        at = sync_put_member(body, at, ",\"new_password\":", asked->fresh);
        if (asked->code[0] != '\0')
            at = sync_put_member(body, at, ",\"code\":", asked->code);
    }
    if (proved)
        at = sync_put_proof(body, at, ",\"terminal\":", &proof);
    return sync_put_text(body, at, "}");
}

static int errand_begin(struct sync_engine *engine, struct error *error)
{
    char body[ERRAND_BODY_SIZE];
    struct errand_request asked = {.kind = ERRAND_NONE};
    struct http_request request = {
        .method = "POST", .body_type = "application/json", .accept = "application/json"};

    if (!errand_take(link_errand(engine->options.link), &asked))
        return 1;
    engine->errand = asked.kind;
    request.path = asked.kind == ERRAND_ENROL ? "/v1/devices" : "/v1/password";
    request.body = body;
    request.body_length = put_errand(engine, &asked, body);
    sodium_memzero(&asked, sizeof asked);
    if (request.body_length == 0) {
        link_errand_answer(engine->options.link, ERRAND_REFUSED, "this terminal has no key");
        return 1;
    }
    int code = sync_send(engine, SYNC_LANE_WORK, &request, error);
    sodium_memzero(body, sizeof body);
    return code;
}

/* After a change of password this session is over, and the screen signs in with the new one; after
 * an enrolment, what was refused may go well now. */
static void errand_done(struct sync_engine *engine)
{
    engine->refused = engine->errand == ERRAND_PASSWORD && engine->signed_in;
    if (engine->errand == ERRAND_PASSWORD) {
        sync_refresh_forget(engine);
        sync_session_drop(engine);
        text_copy(engine->refusal, sizeof engine->refusal, "the password was changed");
    }
    link_errand_answer(engine->options.link, ERRAND_DONE, NULL);
}

static int errand_reply(struct sync_engine *engine, const struct http_reply *reply,
                        struct error *error)
{
    struct link *link = engine->options.link;

    (void)error;
    if (sync_clock_set(engine, reply))
        return 0; /* it still waits: signed anew */
    if (reply->status == 200 || reply->status == 204) {
        errand_done(engine);
        return 0;
    }
    char why[ERROR_MESSAGE_SIZE], flaw[32];
    sync_problem_text(reply, "code", why, sizeof why);
    sync_problem_text(reply, "flaw", flaw, sizeof flaw);
    link_errand_answer(link, reply->status == 429 ? ERRAND_HELD : ERRAND_REFUSED,
                       *flaw != '\0' ? flaw : why);
    return 0;
}

static void errand_failed(struct sync_engine *engine, int code, const struct error *error)
{
    (void)code;
    engine->troubles[SYNC_JOB_ERRAND] = (struct sync_trouble){0}; /* nobody tries again */
    link_errand_answer(engine->options.link, ERRAND_OFFLINE, error->message);
}

const struct sync_job sync_job_errand = {
    .lane = SYNC_LANE_WORK,
    .due = errand_due,
    .begin = errand_begin,
    .reply = errand_reply,
    .failed = errand_failed,
};
