/* The jobs that read the server's feed, GET /v1/changes: the desk's records, whose last page is the
 * long poll that serves as doorbell, and the catalogue's. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"
#include "app/text.h"
#include "net/sync_internal.h"

#define WAIT_SECONDS 50

/* --- the desk's records -------------------------------------------------------------------------
 */

/* Only letters and digits come from a server. */
static bool epoch_is_plain(const char *epoch)
{
    bool plain = *epoch != '\0';

    for (const char *at = epoch; *at != '\0'; at++)
        plain = plain && isalnum((unsigned char)*at);
    return plain;
}

/* "&epoch=..." for the query, "" when there is none. */
void sync_epoch_parameter(char parameter[SYNC_EPOCH_SIZE], const char *epoch)
{
    bool plain = epoch_is_plain(epoch);

    (void)snprintf(parameter, SYNC_EPOCH_SIZE, "%s%s", plain ? "&epoch=" : "", plain ? epoch : "");
}

static bool desk_due(struct sync_engine *engine)
{
    return sync_store_usable(engine) && !(engine->options.once && engine->desk_read);
}

/* Asks for what is past `since`, which the server gave in the stay named `epoch`; page after page
 * since `begun`. */
static int desk_ask(struct sync_engine *engine, int64_t since, int64_t begun, const char *epoch,
                    const struct store_witness *witness, bool wait, struct error *error)
{
    char made_part[ID_TEXT_LENGTH + 8] = "";
    char shown_part[SHOWN_SIZE + 8] = "";
    char epoch_part[SYNC_EPOCH_SIZE] = "";
    char path[480 + SHOWN_SIZE];
    int64_t old, until;
    int code = store_old(engine->store, &engine->options.policy, sync_server_ms(engine), since,
                         &old, &until, error);

    if (code != 0)
        return sync_fault(engine, code);
    if (since > 0)
        sync_epoch_parameter(epoch_part, epoch);
    if (!id_is_empty(&witness->made))
        (void)snprintf(made_part, sizeof made_part, "&made=%s", witness->made.text);
    if (witness->shown[0] != '\0')
        (void)snprintf(shown_part, sizeof shown_part, "&shown=%s", witness->shown);
    (void)snprintf(path, sizeof path,
                   "/v1/changes?scope=desk&since=%" PRId64
                   "%s%s%s&limit=%zu&wait=%d&catalogue=%" PRId64 "&merge=%d",
                   since, epoch_part, made_part, shown_part, engine->desk_pace.limit,
                   wait ? WAIT_SECONDS : 0, engine->catalogue_latest,
                   engine->desk_held || engine->desk_unheld >= 0 ? MERGE_VERSION : 0);
    if (!engine->desk_held && engine->desk_unheld >= 0) {
        size_t used = strlen(path);
        (void)snprintf(path + used, sizeof path - used, "&unheld=%" PRId64, engine->desk_unheld);
    }
    if (wait) {
        size_t used = strlen(path);
        (void)snprintf(path + used, sizeof path - used, "&announced=%" PRId64, engine->announced);
    }
    if (wait && link_away_get(engine->options.link))
        (void)snprintf(path + strlen(path), sizeof path - strlen(path), "&away=true");
    if (old > 0) {
        size_t used = strlen(path);
        (void)snprintf(path + used, sizeof path - used, "&old=%" PRId64 "&until=%" PRId64, old,
                       until);
    }
    if (begun < since) {
        size_t used = strlen(path);
        (void)snprintf(path + used, sizeof path - used, "&begun=%" PRId64, begun);
    }
    if (engine->relay_version > 0) {
        size_t used = strlen(path);
        (void)snprintf(path + used, sizeof path - used, "&told=%" PRId64 "&relay=%" PRId64,
                       engine->told, engine->relay_version);
    }
    struct http_request request = {.method = "GET",
                                   .path = path,
                                   .accept = engine->binary && !wait ? BINARY_MEDIA_TYPE
                                                 ", application/json"
                                                                     : "application/json",
                                   .wait_ms = wait ? WAIT_SECONDS * INT64_C(1000) : 0,
                                   .came = wait ? sync_announced_came : NULL,
                                   .came_context = engine};
    engine->announced_came = false;
    engine->desk_since = since;
    engine->desk_begun = begun;
    engine->desk_named = *witness;
    engine->desk_waits = wait;
    sync_pace_begin(&engine->desk_pace, sync_now(engine));
    return sync_send(engine, SYNC_LANE_BELL, &request, error);
}

static int desk_begin(struct sync_engine *engine, struct error *error)
{
    char feed[STORE_FEED_SIZE];
    char epoch[STORE_EPOCH_SIZE] = "";
    struct store_witness witness = {0};
    bool wait = engine->desk_read && engine->troubles[SYNC_JOB_DESK].failures == 0;
    int code = store_feed(engine->store, feed, error);
    int64_t cursor = store_cursor(engine->store, error);
    int64_t begun = store_begun(engine->store, error);

    if (code == 0)
        code = store_epoch(engine->store, epoch, error);
    if (code == 0)
        code = store_witness_read(engine->store, &witness, error);
    if (code != 0 || cursor < 0 || begun < 0)
        return sync_fault(engine, code != 0 ? code : cursor < 0 ? (int)cursor : (int)begun);
    if (strcmp(feed, engine->feed) != 0) {
        cursor = begun = 0;
        witness = (struct store_witness){0};
    }
    return desk_ask(engine, cursor, begun, epoch, &witness, wait, error);
}

/* The next page is asked for before this one is written: it comes while that is done. Not when this
 * one is of another feed than the store's, for then all begins anew. */
static bool ask_ahead(struct sync_engine *engine, const struct sync_page *page)
{
    char feed[STORE_FEED_SIZE];
    struct store_witness witness;

    if (!page->more || store_feed(engine->store, feed, NULL) != 0 ||
        (feed[0] != '\0' && strcmp(feed, engine->feed) != 0) ||
        store_witness_read(engine->store, &witness, NULL) != 0 ||
        desk_ask(engine, page->next, engine->desk_begun, page->epoch, &witness, false, NULL) != 0)
        return false;
    sync_ahead(engine, SYNC_JOB_DESK);
    return true;
}

/* It changes with the day up to which the server has told what was taken back. */
static bool epoch_is_noted(struct sync_engine *engine, const char *epoch)
{
    char noted[STORE_EPOCH_SIZE];

    return store_epoch(engine->store, noted, NULL) == 0 && strcmp(noted, epoch) == 0;
}

/* What the request of a page said. */
struct desk_asked {
    int64_t since, begun;
    struct store_witness named; /* what of it the page reaches is written down to be so */
};

static int write_desk(struct sync_engine *engine, const struct sync_page *page,
                      const struct desk_asked *asked, struct error *error)
{
    char feed[STORE_FEED_SIZE];
    int code = store_feed(engine->store, feed, error);
    bool same = strcmp(feed, engine->feed) == 0;

    /* The long poll that brought nothing writes nothing, but for what was put off. */
    if (code == 0 && same)
        store_wipe(engine->store);
    if (code == 0 && same && page->count == 0 && page->next == asked->since &&
        asked->begun == asked->since && !store_witness_reached(&asked->named, page->next) &&
        epoch_is_noted(engine, page->epoch))
        return 0;
    if (code == 0)
        code = store_write_page_at(engine->store, page->records, page->count,
                                   &(struct store_place){.cursor = page->next,
                                                         .feed = engine->feed,
                                                         .epoch = page->epoch,
                                                         .gone = page->gone,
                                                         .gone_count = page->gone_count,
                                                         .named = &asked->named,
                                                         .begun = asked->begun,
                                                         .last = !page->more},
                                   error);
    /* Another database than before: what was made here is sent to it again. */
    if (code == 0 && !same)
        engine->outbox_due = true;
    if (code == ERROR_PROTOCOL) {
        (void)error_prefix(error, "reply of GET /v1/changes (desk)");
        return code;
    }
    if (code != 0)
        return sync_fault(engine, code);
    engine->totals.work_records += (int64_t)page->count;
    engine->gone_taken += page->gone_count;
    /* What was read to be sent may have been made of it. */
    if (page->gone_count > 0)
        sync_batch_forget(engine);
    engine->files_due = true;
    link_screen_ring(engine->options.link);
    return 0;
}

/* The bell tells of the catalogue too. */
static void note_catalogue(struct sync_engine *engine, const struct sync_page *page)
{
    if (page->catalogue <= engine->catalogue_latest)
        return;
    engine->catalogue_latest = page->catalogue;
    engine->catalogue_due = true;
}

/* The server is an older copy of itself: all is read again, and what it lost is offered again. */
int sync_desk_restored(struct sync_engine *engine, struct error *error)
{
    int code = store_history_lost(engine->store, sync_wall_ms(engine), error);

    if (code != 0)
        return sync_fault(engine, code);
    engine->outbox_due = true;
    engine->file.after = 0;
    /* What is under way was asked of the server as it was: no answer of that may be taken now. */
    sync_session_drop(engine);
    link_screen_ring(engine->options.link);
    return 0;
}

static int desk_reply(struct sync_engine *engine, const struct http_reply *reply,
                      struct error *error)
{
    struct sync_page page = {0};
    struct desk_asked asked = {engine->desk_since, engine->desk_begun, engine->desk_named};

    if (sync_problem_is(reply, "other-history"))
        return sync_desk_restored(engine, error);
    int code = sync_page_read(engine, reply, "GET /v1/changes", asked.since, false, &page, error);

    if (code == 0 && page.other_feed) {
        sync_session_drop(engine);
    } else if (code == 0) {
        sync_announced_take(engine, page.document);
        /* How long the bell was silent says nothing of the link. */
        if (!engine->desk_waits)
            sync_pace_done(&engine->desk_pace, sync_now(engine), page.count);
        if (asked.since == 0)
            code = store_old_head(engine->store, page.head, error);
        if (code == 0)
            code = store_old_told(engine->store, page.old, error);
        if (code == 0 && page.more && page.head_epoch[0] != '\0')
            code = store_shown_note(engine->store, page.head, page.head_epoch, error);
        bool ahead = code == 0 && ask_ahead(engine, &page);
        if (code == 0)
            code = write_desk(engine, &page, &asked, error);
        if (code != 0 && ahead)
            sync_ahead_cancel(engine, SYNC_JOB_DESK);
        if (code == 0) {
            int64_t cursor = store_cursor(engine->store, error);
            engine->desk_read = !page.more && cursor == page.next;
            if (!engine->desk_held && engine->desk_read)
                code = sync_files_begin(engine, error);
            engine->desk_held = engine->desk_held || engine->desk_read;
            note_catalogue(engine, &page);
            /* What the centre decided comes to the record too. */
            if (page.count > 0)
                sync_later_ask(engine);
            if (code == 0)
                code = sync_relay_take(engine, page.document, error);
        }
    }
    sync_page_free(&page);
    return code;
}

/* Whoever gives the binary form may not be who said it does; once may be the link's doing. */
static void desk_failed(struct sync_engine *engine, int code, const struct error *error)
{
    (void)error;
    if (code == ERROR_PROTOCOL && engine->troubles[SYNC_JOB_DESK].failures > 1)
        engine->binary = false;
    sync_pace_failed(&engine->desk_pace, code);
}

const struct sync_job sync_job_desk = {
    .lane = SYNC_LANE_BELL,
    .due = desk_due,
    .begin = desk_begin,
    .reply = desk_reply,
    .failed = desk_failed,
};

/* --- the catalogue
 * -------------------------------------------------------------------------------- */

static bool catalogue_due(struct sync_engine *engine)
{
    return engine->session && engine->catalogue != NULL && engine->catalogue_due;
}

static int catalogue_begin(struct sync_engine *engine, struct error *error)
{
    char feed[CATALOGUE_FEED_SIZE];
    char epoch[CATALOGUE_FEED_SIZE] = "";
    char epoch_part[SYNC_EPOCH_SIZE] = "";
    char shown[CATALOGUE_FEED_SIZE] = "", shown_part[CATALOGUE_FEED_SIZE + 8] = "";
    char path[256 + sizeof shown_part];
    int code = catalogue_feed(engine->catalogue, feed, error);
    int64_t cursor = catalogue_cursor(engine->catalogue, error);

    if (code == 0)
        code = catalogue_epoch(engine->catalogue, epoch, error);
    if (code == 0)
        code = catalogue_shown(engine->catalogue, shown, error);
    if (code != 0 || cursor < 0)
        return sync_fault(engine, code != 0 ? code : (int)cursor);
    engine->catalogue_since = strcmp(feed, engine->feed) == 0 ? cursor : 0;
    if (engine->catalogue_since == 0) {
        engine->catalogue_loading = true;
        engine->catalogue_loaded = 0;
    } else {
        sync_epoch_parameter(epoch_part, epoch);
        if (shown[0] != '\0')
            (void)snprintf(shown_part, sizeof shown_part, "&shown=%s", shown);
    }
    (void)snprintf(path, sizeof path,
                   "/v1/changes?scope=catalogue&since=%" PRId64 "%s%s&limit=%zu&wait=0",
                   engine->catalogue_since, epoch_part, shown_part, engine->catalogue_pace.limit);
    struct http_request request = {.method = "GET", .path = path, .accept = "application/json"};
    sync_pace_begin(&engine->catalogue_pace, sync_now(engine));
    return sync_send(engine, SYNC_LANE_WORK, &request, error);
}

/* Steps of upkeep after the last page of a pull: a second or so of this thread's time. */
#define TIDY_STEPS 8

/* The catalogue is complete: the search index is put in order while nothing else comes. */
static int tidy_catalogue(struct sync_engine *engine, struct error *error)
{
    bool more = true;
    int code = 0;

    for (int step = 0; code == 0 && more && step < TIDY_STEPS; step++)
        code = catalogue_tidy(engine->catalogue, &more, error);
    return code;
}

/* What changed past the end of a page is left out of it, and comes with the next ones: but not from
 * a server that is restored to a copy from before that. It will be known by this, until the last
 * page was given by one that knew it. */
static int note_catalogue_shown(struct sync_engine *engine, const struct sync_page *page,
                                struct error *error)
{
    char shown[CATALOGUE_FEED_SIZE] = "";

    if (page->more && epoch_is_plain(page->head_epoch))
        (void)snprintf(shown, sizeof shown, "%" PRId64 ".%s", page->head, page->head_epoch);
    return catalogue_shown_set(engine->catalogue, shown, error);
}

static int write_catalogue(struct sync_engine *engine, const struct sync_page *page,
                           struct error *error)
{
    char feed[CATALOGUE_FEED_SIZE];
    int code = catalogue_feed(engine->catalogue, feed, error);

    if (code == 0 && page->more)
        code = note_catalogue_shown(engine, page, error);
    if (code == 0 && (strcmp(feed, engine->feed) != 0 || page->count > 0 ||
                      page->next != engine->catalogue_since)) {
        code = catalogue_write_page(engine->catalogue, page->records, page->count, page->next,
                                    engine->feed, error);
        if (code == 0)
            code = catalogue_epoch_set(engine->catalogue, page->epoch, error);
        if (code == 0 && !page->more)
            code = tidy_catalogue(engine, error);
        link_screen_ring(engine->options.link);
    }
    if (code == 0 && !page->more)
        code = note_catalogue_shown(engine, page, error);
    if (code != 0)
        return sync_fault(engine, code);
    engine->totals.catalogue_records += (int64_t)page->count;
    engine->catalogue_loaded += (int64_t)page->count;
    engine->catalogue_due = page->more;
    engine->catalogue_loading = engine->catalogue_loading && page->more;
    if (!page->more && page->next > engine->catalogue_latest)
        engine->catalogue_latest = page->next;
    return 0;
}

/* A catalogue of the history that the server lost may hold what was never published. */
static int catalogue_restored(struct sync_engine *engine, struct error *error)
{
    int code = catalogue_write_page(engine->catalogue, NULL, 0, 0, "lost", error);

    return code != 0 ? sync_fault(engine, code) : 0;
}

static int catalogue_reply(struct sync_engine *engine, const struct http_reply *reply,
                           struct error *error)
{
    struct sync_page page = {0};

    if (sync_problem_is(reply, "other-history"))
        return catalogue_restored(engine, error);
    int code = sync_page_read(engine, reply, "GET /v1/changes", engine->catalogue_since, true,
                              &page, error);

    if (code == 0 && page.other_feed) {
        sync_session_drop(engine);
    } else if (code == 0) {
        sync_pace_done(&engine->catalogue_pace, sync_now(engine), page.count);
        sync_pace_learn(&engine->batch_pace, sync_now(engine) - engine->catalogue_pace.began,
                        (size_t)reply->bytes_received);
        code = write_catalogue(engine, &page, error);
    }
    sync_page_free(&page);
    return code;
}

static void catalogue_failed(struct sync_engine *engine, int code, const struct error *error)
{
    (void)error;
    sync_pace_failed(&engine->catalogue_pace, code);
}

const struct sync_job sync_job_catalogue = {
    .lane = SYNC_LANE_WORK,
    .due = catalogue_due,
    .begin = catalogue_begin,
    .reply = catalogue_reply,
    .failed = catalogue_failed,
};
