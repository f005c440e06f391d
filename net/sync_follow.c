/* Who is signed in, which store is theirs, and whether the two belong together: what the engine
 * follows before it does anything. */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/link_sign_in.h"
#include "net/sync_internal.h"

void sync_store_close(struct sync_engine *engine)
{
    sync_lane_cancel(engine, SYNC_LANE_BELL);
    sync_lane_cancel(engine, SYNC_LANE_AHEAD);
    sync_line(engine, SYNC_LINE_CLOSE);
    if (engine->running[SYNC_LANE_WORK] == SYNC_JOB_PUSH ||
        engine->running[SYNC_LANE_WORK] == SYNC_JOB_PRESENCE)
        sync_lane_cancel(engine, SYNC_LANE_WORK);
    /* What left from this one is not in the next. */
    if (engine->store != NULL)
        engine->desk_unheld = -1;
    store_close(engine->store);
    seal_key_free(engine->store_key);
    free(engine->store_path);
    engine->store = NULL;
    engine->store_key = NULL;
    engine->store_path = NULL;
    engine->desk_read = false;
    engine->desk_held = false;
    engine->batch_count = 0;
    sync_batch_forget(engine);
    engine->troubles[SYNC_JOB_OPEN] = (struct sync_trouble){0};
    engine->troubles[SYNC_JOB_PUSH] = (struct sync_trouble){0};
    engine->troubles[SYNC_JOB_DESK] = (struct sync_trouble){0};
}

static void follow_store(struct sync_engine *engine)
{
    char *path = NULL;
    struct seal_key *key = NULL;
    uint64_t generation = 0;

    (void)link_store_get(engine->options.link, &path, &key, &generation);
    if (engine->store_followed && generation == engine->store_generation) {
        free(path);
        seal_key_free(key);
        return;
    }
    sync_store_close(engine);
    engine->store_path = path;
    engine->store_key = key;
    engine->store_generation = generation;
    engine->store_followed = true;
}

void sync_session_began(struct sync_engine *engine, const json_t *document)
{
    engine->session = true;
    engine->session_proved = false;
    engine->outbox_due = true;
    engine->desk_unheld = json_integer_or(document, "head", -1);
}

void sync_session_drop(struct sync_engine *engine)
{
    sync_batch_forget(engine);
    engine->later_count = 0;
    engine->told = 0;
    engine->relay_version = 0;
    engine->session = false;
    engine->session_proved = false;
    engine->desk_read = false;
    engine->desk_held = false;
    engine->desk_unheld = -1;
    engine->announces_not = false;
    sync_lane_cancel(engine, SYNC_LANE_BELL);
    sync_lane_cancel(engine, SYNC_LANE_AHEAD);
    sync_line(engine, SYNC_LINE_CLOSE);
    /* An errand does not stand or fall with the session. A change of password ends it before its
     * own answer is here: asked again, it would find the present password changed. */
    if (engine->running[SYNC_LANE_WORK] != SYNC_JOB_ERRAND)
        sync_lane_cancel(engine, SYNC_LANE_WORK);
}

/* Ends the session also at the server, when there is one. */
static void leave_session(struct sync_engine *engine)
{
    if (engine->session)
        engine->logout_due = true;
    sync_refresh_drop(engine);
    sync_provider_forget(engine);
    if (engine->running[SYNC_LANE_WORK] != SYNC_JOB_LOGOUT || engine->session)
        sync_session_drop(engine);
    engine->refused = false;
    memset(engine->troubles, 0, sizeof engine->troubles);
}

void sync_follow_link(struct sync_engine *engine)
{
    enum sign_in_state asked = link_sign_in_state(engine->options.link, NULL, NULL);

    engine->link_due = false;
    if (asked == SIGN_IN_NONE && engine->signed_in) {
        leave_session(engine);
        engine->signed_in = false;
    } else if (asked == SIGN_IN_ASKED && engine->running[SYNC_LANE_WORK] != SYNC_JOB_LOGIN &&
               !(engine->running[SYNC_LANE_WORK] == SYNC_JOB_PROVIDER &&
                 engine->provider.number == link_provider_number(engine->options.link))) {
        /* A person waits: what the server said about the former attempt does not hold. */
        leave_session(engine);
        engine->hold_until = 0;
        engine->signed_in = true;
    } else if (asked != SIGN_IN_NONE) {
        engine->signed_in = true;
    }
    follow_store(engine);
    if (engine->signed_in && link_presence_take(engine->options.link))
        engine->presence_due = true;
}

bool sync_store_open_wanted(const struct sync_engine *engine)
{
    return engine->signed_in &&
           (engine->catalogue == NULL || (engine->store == NULL && engine->store_path != NULL));
}

static int open_files(struct sync_engine *engine, struct error *error)
{
    int code = 0;

    if (engine->catalogue == NULL) {
        code = catalogue_open(&engine->catalogue, engine->catalogue_path, true, error);
        if (code != 0)
            return code;
        engine->catalogue_due = true;
    }
    if (engine->store == NULL && engine->store_path != NULL) {
        code = store_open(&engine->store, engine->store_path, engine->store_key, error);
        if (code != 0)
            return code;
        store_log_watch(engine->store);
        engine->outbox_due = true;
        engine->desk_read = false;
        engine->desk_held = false;
        sync_refresh_resume(engine);
    }
    return 0;
}

void sync_store_open_due(struct sync_engine *engine)
{
    struct sync_trouble *trouble = &engine->troubles[SYNC_JOB_OPEN];
    struct error error = ERROR_INIT;

    if (!sync_store_open_wanted(engine) ||
        (trouble->failures > 0 && trouble->retry > sync_now(engine)))
        return;
    trouble->tried = sync_now(engine);
    engine->from_store = true;
    int code = open_files(engine, &error);
    if (code != 0)
        sync_job_failed(engine, SYNC_JOB_OPEN, code, &error);
    else
        *trouble = (struct sync_trouble){0};
    engine->from_store = false;
}

bool sync_store_usable(const struct sync_engine *engine)
{
    return engine->session && engine->store != NULL &&
           id_equal(store_agent(engine->store), &engine->agent) &&
           id_equal(store_device(engine->store), &engine->device);
}

/* A session begun before there was a store is not bound to the store's device: the server would
 * refuse all that is made there. */
static void check_store_device(struct sync_engine *engine)
{
    if (!engine->session || engine->store == NULL ||
        id_equal(store_device(engine->store), &engine->device) || sync_binding_due(engine))
        return;
    sync_refresh_forget(engine);
    engine->logout_due = true;
    sync_session_drop(engine);
}

/* One agent's work is never sent in the name of another. */
static void check_store_agent(struct sync_engine *engine)
{
    struct error error = ERROR_INIT;

    if (!engine->session || engine->store == NULL || sync_store_usable(engine) ||
        sync_binding_due(engine) || engine->troubles[SYNC_JOB_OPEN].failures > 0)
        return;
    engine->from_store = true;
    int code = error_set(&error, ERROR_CONFLICT,
                         "the store on this terminal belongs to another agent than the one who "
                         "signed in");
    sync_job_failed(engine, SYNC_JOB_OPEN, code, &error);
    engine->from_store = false;
}

void sync_store_check(struct sync_engine *engine)
{
    check_store_device(engine);
    check_store_agent(engine);
}
