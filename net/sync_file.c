/* The job that fetches a file which this terminal does not hold and wants, GET /v1/files, page by
 * page; and the letting go of those that nobody needed for long (app/store_file.h). */
#include <inttypes.h>
#include <stdio.h>

#include "app/json.h"
#include "net/sync_internal.h"

#define EVICT_SOON_MS  INT64_C(100)
#define EVICT_LATER_MS INT64_C(3600000)

static bool file_due(struct sync_engine *engine)
{
    return engine->files_due && engine->desk_held && sync_store_usable(engine);
}

static void show(struct sync_engine *engine, const struct link_file *file)
{
    engine->file.shown = *file;
    link_file_set(engine->options.link, file);
}

static void show_none(struct sync_engine *engine)
{
    if (engine->file.shown.type != RECORD_NONE)
        show(engine, &(struct link_file){.type = RECORD_NONE});
}

/* A server of before does not say how many are left. */
static void show_page(struct sync_engine *engine, const struct sync_page *page)
{
    struct link_file file = engine->file.shown;
    int64_t left = json_integer_or(page->document, "left", -1);

    file.done += (int64_t)page->count;
    file.all = left >= 0 ? file.done + left : 0;
    show(engine, &file);
}

/* Pages that came before are asked for again when another file was wanted meanwhile. */
static void follow_wanted(struct sync_engine *engine, enum record_type type, const struct id *id)
{
    if (engine->file.type != type || !id_equal(&engine->file.id, id))
        engine->file.after = 0;
    if (engine->file.after == 0)
        show(engine, &(struct link_file){.type = type, .id = *id});
    engine->file.type = type;
    engine->file.id = *id;
    engine->file.gone_taken = engine->gone_taken;
}

static int file_begin(struct sync_engine *engine, struct error *error)
{
    char epoch[STORE_EPOCH_SIZE], epoch_part[SYNC_EPOCH_SIZE], path[256 + SHOWN_SIZE];
    char shown_part[SHOWN_SIZE + 8] = "";
    struct store_witness witness;
    const struct http_request request = {
        .method = "GET", .path = path, .accept = "application/json"};
    enum record_type type;
    struct id id;
    int code = store_file_wanted(engine->store, &type, &id, error);
    int64_t cursor;

    if (code == 0) {
        engine->files_due = false;
        engine->file.after = 0; /* whoever gave up begins anew */
        show_none(engine);
        return 1;
    }
    if (code > 0)
        code = store_epoch(engine->store, epoch, error);
    if (code == 0)
        code = store_witness_read(engine->store, &witness, error);
    cursor = code == 0 ? store_cursor(engine->store, error) : code;
    if (cursor < 0)
        return sync_fault(engine, (int)cursor);
    engine->file.since = cursor;
    follow_wanted(engine, type, &id);
    sync_epoch_parameter(epoch_part, epoch);
    if (witness.shown[0] != '\0')
        (void)snprintf(shown_part, sizeof shown_part, "&shown=%s", witness.shown);
    (void)snprintf(path, sizeof path,
                   "/v1/files/%s/%s?since=%" PRId64 "%s%s&after=%" PRId64 "&limit=%zu",
                   record_type_name(type), id.text, cursor, epoch_part, shown_part,
                   engine->file.after, engine->file_pace.limit);
    sync_pace_begin(&engine->file_pace, sync_now(engine));
    return sync_send(engine, SYNC_LANE_WORK, &request, error);
}

static int write_page(struct sync_engine *engine, const struct sync_page *page, struct error *error)
{
    bool part;
    int code = 0;

    engine->files_due = true;
    /* What was taken back while this was on its way may be in it: it is asked for again. */
    if (engine->file.gone_taken != engine->gone_taken)
        return 0;
    part = json_bool_or(page->document, "part", false);
    /* What changed past the cursor is left out and comes by the feed: but not from a server that is
     * restored to a copy from before that. It will be known by this. */
    if (page->head > engine->file.since)
        code = store_shown_note(engine->store, page->head, page->epoch, error);
    if (code == 0)
        code = store_file_write(engine->store, engine->file.type, &engine->file.id, page->records,
                                page->count, !page->more && !part, sync_server_ms(engine), error);
    if (code == 0 && !page->more && part)
        code = store_file_want(engine->store, engine->file.type, &engine->file.id, false, 0, error);
    if (code != 0)
        return sync_fault(engine, code);
    engine->file.after = page->more ? page->next : 0;
    engine->totals.work_records += (int64_t)page->count;
    show_page(engine, page);
    return 0;
}

/* The server has not been told why it is wanted. Where that waits to be sent, it is asked for
 * again; else it stays away until somebody says it. */
static int file_unreasoned(struct sync_engine *engine, struct error *error)
{
    int code = 0;

    engine->file.after = 0;
    engine->files_due = engine->troubles[SYNC_JOB_PUSH].failures == 0;
    if (engine->files_due)
        code = store_file_want(engine->store, engine->file.type, &engine->file.id, false, 0, error);
    link_screen_ring(engine->options.link);
    return code != 0 ? sync_fault(engine, code) : 0;
}

static int file_reply(struct sync_engine *engine, const struct http_reply *reply,
                      struct error *error)
{
    struct sync_page page = {0};
    int code;

    if (sync_problem_is(reply, "other-history"))
        return sync_desk_restored(engine, error);
    if (reply->status == 403 || reply->status == 404) {
        engine->files_due = true;
        engine->file.after = 0;
        code = store_file_denied(engine->store, engine->file.type, &engine->file.id, error);
        link_screen_ring(engine->options.link);
        return code != 0 ? sync_fault(engine, code) : 0;
    }
    if (sync_problem_is(reply, "purpose-needed"))
        return file_unreasoned(engine, error);
    code = sync_page_read(engine, reply, "GET /v1/files", engine->file.after, false, &page, error);
    if (code == 0 && page.other_feed) {
        sync_session_drop(engine);
    } else if (code == 0) {
        sync_pace_done(&engine->file_pace, sync_now(engine), page.count);
        code = write_page(engine, &page, error);
    }
    sync_page_free(&page);
    return code;
}

static void file_failed(struct sync_engine *engine, int code, const struct error *error)
{
    (void)error;
    sync_pace_failed(&engine->file_pace, code);
}

const struct sync_job sync_job_file = {
    .lane = SYNC_LANE_WORK,
    .due = file_due,
    .begin = file_begin,
    .reply = file_reply,
    .failed = file_failed,
};

/* --- letting go ------------------------------------------------------------------------------- */

static bool may_evict(const struct sync_engine *engine)
{
    const struct store_policy *policy = &engine->options.policy;

    return (policy->keep_ms > 0 || policy->bytes > 0) && engine->desk_held &&
           sync_store_usable(engine);
}

int sync_files_begin(struct sync_engine *engine, struct error *error)
{
    int code = store_file_want_pins(engine->store, sync_server_ms(engine), error);

    engine->files_due = true;
    engine->evict_at = sync_now(engine);
    return code != 0 ? sync_fault(engine, code) : 0;
}

/* What fails is tried again later: it keeps nobody from working. */
void sync_evict_step(struct sync_engine *engine)
{
    bool more = false;
    size_t gone = 0;

    if (!may_evict(engine) || engine->evict_at > sync_now(engine))
        return;
    (void)store_evict(engine->store, &engine->options.policy, sync_server_ms(engine), &more, &gone,
                      NULL);
    engine->evict_at = sync_now(engine) + (more ? EVICT_SOON_MS : EVICT_LATER_MS);
    if (gone > 0)
        link_screen_ring(engine->options.link);
}

int64_t sync_evict_next(const struct sync_engine *engine)
{
    return may_evict(engine) ? engine->evict_at : -1;
}
