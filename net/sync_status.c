/* What the link is shown of the engine. */
#include <string.h>

#include "app/text.h"
#include "net/sync_internal.h"

/* A person asked, was told that it failed, and may ask again: it says nothing of the link. */
static bool is_asked_once(enum sync_job_name job)
{
    return job == SYNC_JOB_PRESENCE || job == SYNC_JOB_FETCH || job == SYNC_JOB_ASK;
}

/* The trouble to tell of: our own disk first, then the latest. NULL when there is none. */
static const struct sync_trouble *worst_trouble(const struct sync_engine *engine)
{
    const struct sync_trouble *worst = NULL;

    for (int job = 0; job < SYNC_JOB_COUNT; job++) {
        const struct sync_trouble *trouble = &engine->troubles[job];
        if (trouble->failures == 0 || job == SYNC_JOB_LOGOUT ||
            (is_asked_once((enum sync_job_name)job) && !trouble->fault))
            continue;
        if (worst == NULL || (trouble->fault && !worst->fault) ||
            (trouble->fault == worst->fault && trouble->tried > worst->tried))
            worst = trouble;
    }
    return worst;
}

static void describe(const struct sync_engine *engine, struct link_status *status)
{
    const struct sync_trouble *trouble = worst_trouble(engine);
    const char *message = "";

    status->heard_ms = engine->heard_ms;
    status->clock_wrong = engine->clock_wrong;
    status->clock_off_min = engine->clock_off_min;
    status->catalogue_loading = engine->catalogue_loading;
    status->catalogue_records = engine->catalogue_loaded;
    status->relay = engine->relay;
    if (!engine->signed_in) {
        status->state = LINK_IDLE;
    } else if (engine->refused) {
        status->state = LINK_REFUSED;
        message = engine->refusal;
    } else if (engine->store_path != NULL && sync_is_elsewhere(engine) &&
               (trouble == NULL || !trouble->fault)) {
        status->state = LINK_ELSEWHERE;
    } else if (trouble != NULL) {
        status->state = trouble->fault ? LINK_FAULT : LINK_OFFLINE;
        status->certificate = !trouble->fault && trouble->code == ERROR_REFUSED;
        status->failing = !trouble->fault && trouble->code == ERROR_PROTOCOL;
        status->retry_ms = trouble->retry > sync_now(engine) ? trouble->retry_wall_ms : 0;
        message = trouble->message;
    } else {
        status->state = engine->session ? LINK_ONLINE : LINK_CONNECTING;
    }
    text_copy(status->message, sizeof status->message, message);
}

static bool same_status(const struct link_status *left, const struct link_status *right)
{
    return left->state == right->state && left->heard_ms == right->heard_ms &&
           left->retry_ms == right->retry_ms && left->clock_wrong == right->clock_wrong &&
           left->clock_off_min == right->clock_off_min &&
           left->catalogue_loading == right->catalogue_loading &&
           left->catalogue_records == right->catalogue_records &&
           left->certificate == right->certificate && left->failing == right->failing &&
           left->relay.is == right->relay.is && left->relay.cut == right->relay.cut &&
           left->relay.since_ms == right->relay.since_ms &&
           left->relay.waiting == right->relay.waiting &&
           strcmp(left->message, right->message) == 0;
}

void sync_status_show(struct sync_engine *engine)
{
    struct link_status status = {0};

    describe(engine, &status);
    if (engine->shown_once && same_status(&status, &engine->shown))
        return;
    engine->shown = status;
    engine->shown_once = true;
    link_status_set(engine->options.link, &status);
}
