#include "net/sync_engine.h"

#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "net/sync_internal.h"

#define BACK_OFF_FIRST_MS   INT64_C(1000)
#define BACK_OFF_LONGEST_MS INT64_C(60000)
#define HURRY_MS            INT64_C(1000)
/* An announcement is on its way to somebody: processors are for those who carry it on. */
#define GIVE_WAY_MS     INT64_C(2)
#define HOLD_LONGEST_MS INT64_C(3600000)
/* SYNC_BATCH_MAXIMUM notes of two or three lines. */
#define BATCH_BYTES_MOST ((size_t)640 * 1024)

static const struct sync_job *const jobs[SYNC_JOB_COUNT] = {
    [SYNC_JOB_LOGOUT] = &sync_job_logout,       [SYNC_JOB_LOGIN] = &sync_job_login,
    [SYNC_JOB_ERRAND] = &sync_job_errand,       [SYNC_JOB_TOKEN] = &sync_job_token,
    [SYNC_JOB_PROVIDER] = &sync_job_provider,   [SYNC_JOB_ASK] = &sync_job_ask,
    [SYNC_JOB_PUSH] = &sync_job_push,           [SYNC_JOB_PRESENCE] = &sync_job_presence,
    [SYNC_JOB_FETCH] = &sync_job_fetch,         [SYNC_JOB_DESK] = &sync_job_desk,
    [SYNC_JOB_CATALOGUE] = &sync_job_catalogue, [SYNC_JOB_FILE] = &sync_job_file,
    [SYNC_JOB_ANNOUNCE] = &sync_job_announce,
};

int64_t sync_now(const struct sync_engine *engine)
{
    return engine->options.steady(engine->options.steady_context);
}

int64_t sync_wall_ms(const struct sync_engine *engine)
{
    return engine->options.wall(engine->options.wall_context);
}

int sync_fault(struct sync_engine *engine, int code)
{
    engine->from_store = true;
    return code;
}

int sync_send(struct sync_engine *engine, enum sync_lane lane, const struct http_request *request,
              struct error *error)
{
    return engine->options.transport.begin(engine->options.transport.context, lane, request, error);
}

void sync_line(struct sync_engine *engine, enum sync_line what)
{
    const struct sync_transport *transport = &engine->options.transport;

    if (transport->line != NULL)
        transport->line(transport->context, what);
}

void sync_lane_cancel(struct sync_engine *engine, enum sync_lane lane)
{
    if (engine->running[lane] == SYNC_JOB_NONE)
        return;
    engine->options.transport.cancel(engine->options.transport.context, lane);
    engine->running[lane] = SYNC_JOB_NONE;
}

void sync_ahead(struct sync_engine *engine, enum sync_job_name job)
{
    engine->running[jobs[job]->lane] = job;
    engine->troubles[job].tried = sync_now(engine);
}

void sync_ahead_cancel(struct sync_engine *engine, enum sync_job_name job)
{
    sync_lane_cancel(engine, jobs[job]->lane);
}

static void end_once(struct sync_engine *engine, int code, const struct error *error)
{
    if (!engine->options.once || engine->ended)
        return;
    engine->ended = true;
    engine->end_code = code;
    if (error != NULL)
        engine->end_error = *error;
}

/* --- trouble ---------------------------------------------------------------------------------- */

/* Half to all of a delay that doubles with each failure, so that many terminals spread out. */
static int64_t back_off(const struct sync_engine *engine, int failures)
{
    int doublings = failures < 8 ? failures - 1 : 7;
    int64_t delay = BACK_OFF_FIRST_MS << doublings;

    if (delay > BACK_OFF_LONGEST_MS)
        delay = BACK_OFF_LONGEST_MS;
    uint32_t random = engine->options.random(engine->options.random_context);
    return delay / 2 + (int64_t)(random % (uint32_t)(delay / 2 + 1));
}

static void plan_retry(struct sync_engine *engine, struct sync_trouble *trouble, int64_t when)
{
    int64_t now = sync_now(engine);

    trouble->retry = when;
    trouble->retry_wall_ms = sync_wall_ms(engine) + (when > now ? when - now : 0);
}

void sync_job_failed(struct sync_engine *engine, enum sync_job_name name, int code,
                     const struct error *error)
{
    struct sync_trouble *trouble = &engine->troubles[name];

    if (trouble->failures < 1000)
        trouble->failures++;
    trouble->fault = engine->from_store;
    trouble->code = code;
    text_copy(trouble->message, sizeof trouble->message, error->message);
    int64_t when = sync_now(engine) + back_off(engine, trouble->failures);
    plan_retry(engine, trouble, when < engine->hold_until ? engine->hold_until : when);
    if (jobs[name] != NULL && jobs[name]->failed != NULL)
        jobs[name]->failed(engine, code, error);
    if (name != SYNC_JOB_LOGOUT)
        end_once(engine, code, error);
}

/* A job that works again shows that the others may too. */
static void job_succeeded(struct sync_engine *engine, enum sync_job_name name)
{
    struct sync_trouble *trouble = &engine->troubles[name];
    bool recovered = trouble->failures > 0;

    *trouble = (struct sync_trouble){.tried = trouble->tried};
    engine->heard_ms = sync_wall_ms(engine);
    for (int other = 0; recovered && other < SYNC_JOB_COUNT; other++)
        if (engine->troubles[other].failures > 0 && engine->troubles[other].code == ERROR_OFFLINE)
            plan_retry(engine, &engine->troubles[other], sync_now(engine));
}

void sync_engine_ring(struct sync_engine *engine)
{
    int64_t now = sync_now(engine);

    engine->link_due = true;
    engine->outbox_due = true;
    engine->files_due = true;
    for (int job = 0; job < SYNC_JOB_COUNT; job++) {
        struct sync_trouble *trouble = &engine->troubles[job];
        int64_t soonest = trouble->tried + HURRY_MS > now ? trouble->tried + HURRY_MS : now;
        if (trouble->failures > 0 && trouble->retry > soonest && engine->hold_until <= now)
            plan_retry(engine, trouble, soonest);
    }
}

/* --- jobs ------------------------------------------------------------------------------------ */

/* The steady time from which the job may be tried. */
static int64_t allowed_from(const struct sync_engine *engine, int job)
{
    const struct sync_trouble *trouble = &engine->troubles[job];
    int64_t from = trouble->failures > 0 ? trouble->retry : 0;

    return from < engine->hold_until ? engine->hold_until : from;
}

static void begin_job(struct sync_engine *engine, int job)
{
    enum sync_lane lane = jobs[job]->lane;
    struct error error = ERROR_INIT;
    if (engine->running[lane] != SYNC_JOB_NONE || allowed_from(engine, job) > sync_now(engine) ||
        !jobs[job]->due(engine))
        return;
    engine->troubles[job].tried = sync_now(engine);
    int code = jobs[job]->begin(engine, &error);
    if (code == 0)
        engine->running[lane] = (enum sync_job_name)job;
    else if (code < 0)
        sync_job_failed(engine, (enum sync_job_name)job, code, &error);
    else /* nothing is left of what had failed */
        engine->troubles[job] = (struct sync_trouble){.tried = engine->troubles[job].tried};
    engine->from_store = false;
}

static void begin_jobs(struct sync_engine *engine)
{
    for (int job = SYNC_JOB_LOGOUT; job < SYNC_JOB_COUNT && !engine->ended; job++)
        begin_job(engine, job);
}

/* Running once: when nothing is under way and nothing is left, the session is given back. */
static void finish_once(struct sync_engine *engine)
{
    if (!engine->options.once || engine->ended ||
        engine->running[SYNC_LANE_WORK] != SYNC_JOB_NONE ||
        engine->running[SYNC_LANE_BELL] != SYNC_JOB_NONE)
        return;
    if (!engine->signed_in) {
        struct error error = ERROR_INIT;
        int code = error_set(&error, ERROR_REFUSED, "nobody is signed in");
        end_once(engine, code, &error);
    } else if (engine->finishing) {
        end_once(engine, 0, NULL);
    } else if (engine->session && !engine->catalogue_due &&
               (engine->store == NULL || (engine->desk_read && !engine->outbox_due &&
                                          !engine->presence_due && !engine->files_due))) {
        engine->finishing = true;
        engine->session = false;
        engine->logout_due = true;
        begin_jobs(engine);
    }
}

static int64_t next_due(struct sync_engine *engine)
{
    int64_t now = sync_now(engine);
    int64_t next = -1;

    for (int job = 0; job < SYNC_JOB_COUNT; job++) {
        bool wanted = job == SYNC_JOB_OPEN ? sync_store_open_wanted(engine)
                                           : engine->running[jobs[job]->lane] == SYNC_JOB_NONE &&
                                                 jobs[job]->due(engine);
        if (!wanted)
            continue;
        int64_t from =
            job == SYNC_JOB_OPEN ? engine->troubles[job].retry : allowed_from(engine, job);
        int64_t wait = from > now ? from - now : 0;
        if (next < 0 || wait < next)
            next = wait;
    }
    if (engine->later_count > 0 && (next < 0 || engine->later_until - now < next))
        next = engine->later_until > now ? engine->later_until - now : 0;
    int64_t renewal = sync_token_next(engine);
    if (renewal > now && (next < 0 || renewal - now < next))
        next = renewal - now;
    int64_t evict = sync_evict_next(engine);
    if (evict >= 0 && (next < 0 || evict - now < next))
        next = evict > now ? evict - now : 0;
    int64_t question = sync_provider_next(engine);
    if (question > now && (next < 0 || question - now < next))
        next = question - now;
    return next;
}

/* Nothing leaves, and no page comes. */
static bool is_quiet(const struct sync_engine *engine)
{
    return engine->running[SYNC_LANE_WORK] != SYNC_JOB_PUSH &&
           (engine->running[SYNC_LANE_BELL] == SYNC_JOB_NONE || engine->desk_waits);
}

/* What leaves is on its way: now there is time for what nobody waits for. Where one batch follows
 * the other at once, there is after the last. */
static void settle_store(struct sync_engine *engine)
{
    bool quiet = is_quiet(engine);

    if (engine->store == NULL)
        return;
    if (quiet || !engine->batch_pace.quick)
        store_journal_settle(engine->store);
    /* What is written meanwhile makes the log longer by itself. */
    if (quiet) {
        (void)store_retained_prune(engine->store, NULL);
        store_room(engine->store);
    }
}

int64_t sync_engine_step(struct sync_engine *engine)
{
    if (engine->ended)
        return -1;
    /* Nothing else is looked at before: somebody waits for it. */
    begin_job(engine, SYNC_JOB_ANNOUNCE);
    if (sync_announced_said(engine) || engine->gives_way) {
        engine->gives_way = false;
        return GIVE_WAY_MS;
    }
    if (engine->link_due)
        sync_follow_link(engine);
    sync_later_step(engine);
    sync_store_open_due(engine);
    sync_store_check(engine);
    sync_refresh_save(engine);
    sync_escrow_step(engine);
    begin_jobs(engine);
    sync_push_ahead(engine);
    sync_evict_step(engine);
    finish_once(engine);
    sync_status_show(engine);
    settle_store(engine);
    if (engine->ended)
        return -1;
    int64_t next = next_due(engine);
    if (next < 0 && engine->running[SYNC_LANE_WORK] == SYNC_JOB_NONE &&
        engine->running[SYNC_LANE_BELL] == SYNC_JOB_NONE) {
        struct error error = ERROR_INIT;
        int code = error_set(&error, ERROR_INTERNAL, "not all is carried, and nothing is due");
        end_once(engine, code, &error);
    }
    return next;
}

void sync_engine_idle(struct sync_engine *engine)
{
    struct error error = ERROR_INIT;
    int code = engine->store != NULL ? store_sync(engine->store, &error) : 0;

    if (code == 0)
        return;
    /* As if the answers could not have been written: nothing more is sent until the disk can. */
    if (engine->running[SYNC_LANE_WORK] == SYNC_JOB_PUSH)
        sync_ahead_cancel(engine, SYNC_JOB_PUSH);
    (void)sync_fault(engine, code);
    sync_job_failed(engine, SYNC_JOB_PUSH, code, &error);
    engine->from_store = false;
}

/* --- replies
 * ---------------------------------------------------------------------------------------- */

/* The server wants silence for a while. */
static void hold(struct sync_engine *engine, const struct http_reply *reply)
{
    int64_t delay = reply->retry_after_ms;

    if (delay > HOLD_LONGEST_MS)
        delay = HOLD_LONGEST_MS;
    if (delay > 0)
        engine->hold_until = sync_now(engine) + delay;
}

/* Requests that stand or fall with the session. */
static bool is_of_session(enum sync_job_name name)
{
    return name > SYNC_JOB_LOGIN;
}

/* A session that ends is renewed at once, by its refresh token or by the password; one that never
 * was good for anything is not, for that would go round without end. */
static void session_ended(struct sync_engine *engine, const struct http_reply *reply)
{
    bool proved = engine->session_proved;
    struct error error = ERROR_INIT;

    sync_session_drop(engine);
    if (proved)
        return;
    sync_refresh_drop(engine);
    (void)sync_problem(reply, "a request right after sign-in", &error);
    sync_job_failed(engine, SYNC_JOB_LOGIN, ERROR_PROTOCOL, &error);
}

static int take_reply(struct sync_engine *engine, enum sync_job_name name,
                      const struct http_reply *reply, struct error *error)
{
    bool busy = (reply->status == 429 && !jobs[name]->own_limit) || reply->status == 503;

    engine->totals.exchanges++;
    engine->totals.bytes_sent += reply->bytes_sent;
    engine->totals.bytes_received += reply->bytes_received;
    if (busy)
        hold(engine, reply);
    if (busy && name != SYNC_JOB_LOGIN && name != SYNC_JOB_ERRAND && name != SYNC_JOB_PROVIDER)
        return sync_problem(reply, "the server is busy", error);
    int code = jobs[name]->reply(engine, reply, error);
    if (code == 0 && is_of_session(name))
        engine->session_proved = true;
    return code;
}

void sync_engine_reply(struct sync_engine *engine, enum sync_lane lane, int code,
                       const struct http_reply *reply, const struct error *error)
{
    enum sync_job_name name = engine->running[lane];
    struct error problem = ERROR_INIT;

    if (name == SYNC_JOB_NONE)
        return;
    engine->running[lane] = SYNC_JOB_NONE;
    if (name == SYNC_JOB_PUSH)
        engine->push_status = code == 0 ? reply->status : 0;
    if (code == 0 && sync_wipe_ordered(engine, reply)) {
        code = error_set(&problem, ERROR_CANCELLED, "%s", engine->refusal);
        end_once(engine, code, &problem);
        return;
    }
    if (code == 0 && reply->status == 401 && is_of_session(name)) {
        session_ended(engine, reply);
        return;
    }
    if (code != 0)
        problem = *error;
    else
        code = take_reply(engine, name, reply, &problem);
    if (code == 0 && !(name == SYNC_JOB_LOGIN && engine->refused))
        job_succeeded(engine, name);
    else if (code != 0)
        sync_job_failed(engine, name, code, &problem);
    engine->from_store = false;
}

/* --- life
 * --------------------------------------------------------------------------------------------- */

int sync_engine_new(struct sync_engine **result, const struct sync_engine_options *options,
                    struct error *error)
{
    struct sync_engine *engine = calloc(1, sizeof *engine);

    if (engine == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the sync engine");
    engine->options = *options;
    engine->catalogue_path = strdup(options->catalogue_path);
    if (engine->catalogue_path == NULL) {
        free(engine);
        return error_set(error, ERROR_MEMORY, "no memory for the sync engine");
    }
    engine->running[SYNC_LANE_WORK] = SYNC_JOB_NONE;
    engine->running[SYNC_LANE_BELL] = SYNC_JOB_NONE;
    engine->running[SYNC_LANE_AHEAD] = SYNC_JOB_NONE;
    engine->batch_limit = SYNC_BATCH_MAXIMUM;
    engine->batch_most = SYNC_BATCH_MAXIMUM;
    engine->batch_pace =
        (struct sync_pace){.minimum = 1024, .maximum = BATCH_BYTES_MOST, .limit = 16 * 1024};
    engine->desk_pace = (struct sync_pace){.minimum = 4, .maximum = 1000, .limit = 50};
    engine->catalogue_pace = engine->desk_pace;
    engine->file_pace = engine->desk_pace;
    engine->desk_unheld = -1;
    engine->link_due = true;
    *result = engine;
    return 0;
}

void sync_engine_free(struct sync_engine *engine)
{
    if (engine == NULL)
        return;
    sync_lane_cancel(engine, SYNC_LANE_WORK);
    sync_refresh_forget(engine);
    sync_store_close(engine);
    catalogue_close(engine->catalogue);
    free(engine->catalogue_path);
    free(engine);
}

bool sync_engine_ended(const struct sync_engine *engine, int *code, struct error *error)
{
    if (!engine->ended)
        return false;
    *code = engine->end_code;
    if (error != NULL && engine->end_code != 0)
        *error = engine->end_error;
    return true;
}

const struct sync_totals *sync_engine_totals(const struct sync_engine *engine)
{
    return &engine->totals;
}
