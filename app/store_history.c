/*
 * What the store does when it or the server is no longer what it was: the server restored from an
 * older copy, or this file an older copy itself, or a copy of it at work elsewhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/store_internal.h"
#include "app/text.h"

/* --- notices ---------------------------------------------------------------------------------- */

#define NOTICES         "notices"
#define NOTICES_KEPT    20
#define NOTICE_GROWS_MS INT64_C(600000)

static const char *const notice_names[] = {
    [STORE_NOTICE_SERVER_RESTORED] = "server-restored",
    [STORE_NOTICE_DEVICE_RENEWED] = "device-renewed",
    [STORE_NOTICE_DEVICE_COPIED] = "device-copied",
    [STORE_NOTICE_KEY_DEPOSITED] = "key-deposited",
    [STORE_NOTICE_KEY_TAKEN_BACK] = "key-taken-back",
};

const char *store_notice_name(enum store_notice_kind kind)
{
    return notice_names[kind];
}

/* What goes on is one notice that grows. */
static bool notice_grows(json_t *list, enum store_notice_kind kind, int64_t at_ms, int64_t count)
{
    json_t *last = json_array_get(list, json_array_size(list) - 1);
    int64_t before = 0;

    if (strcmp(json_text_or(last, "kind", ""), notice_names[kind]) != 0 ||
        !timestamp_parse(json_text_or(last, "at", ""), &before) ||
        at_ms - before > NOTICE_GROWS_MS || before > at_ms)
        return false;
    return json_object_set_new(last, "count",
                               json_integer(json_integer_or(last, "count", 0) + count)) == 0;
}

static bool notice_append(json_t *list, enum store_notice_kind kind, int64_t at_ms, int64_t count)
{
    json_t *notice = json_pack("{s:s, s:o, s:I}", "kind", notice_names[kind], "at",
                               json_time(at_ms), "count", (json_int_t)count);

    if (notice == NULL || json_array_append_new(list, notice) != 0)
        return false;
    if (json_array_size(list) > NOTICES_KEPT)
        json_array_remove(list, 0);
    return true;
}

int store_notice_add(struct store *store, enum store_notice_kind kind, int64_t at_ms, int64_t count,
                     struct error *error)
{
    json_t *list = NULL;
    int code = store_state_get(store, NOTICES, &list, error);

    if (code != 0)
        return code;
    if (list == NULL)
        list = json_array();
    if (list != NULL &&
        (notice_grows(list, kind, at_ms, count) || notice_append(list, kind, at_ms, count)))
        code = store_state_write(store, NOTICES, list, error);
    else
        code = error_set(error, ERROR_MEMORY, "store: out of memory");
    json_decref(list);
    return code;
}

int store_notice_each(struct store *store, store_notice_visit visit, void *context,
                      struct error *error)
{
    json_t *list = NULL;
    json_t *one;
    size_t index;
    int code = store_state_get(store, NOTICES, &list, error);

    json_array_foreach(list, index, one)
    {
        struct store_notice notice = {.count = json_integer_or(one, "count", 0)};
        const char *name = json_text_or(one, "kind", "");

        for (size_t i = 0; i < sizeof(notice_names) / sizeof(notice_names[0]); i++) {
            if (strcmp(notice_names[i], name) != 0)
                continue;
            notice.kind = (enum store_notice_kind)i;
            timestamp_parse(json_text_or(one, "at", ""), &notice.at_ms);
            visit(context, &notice);
        }
    }
    json_decref(list);
    return code;
}

int store_notices_dismiss(struct store *store, struct error *error)
{
    return store_state_put(store, NOTICES, NULL, error);
}

/* --- the server was restored -------------------------------------------------------------------
 */

int store_epoch(struct store *store, char epoch[STORE_EPOCH_SIZE], struct error *error)
{
    return store_meta_get(store, "epoch", epoch, STORE_EPOCH_SIZE, error);
}

static int history_lost(struct store *store, int64_t now_ms, struct error *error)
{
    char feed[STORE_FEED_SIZE];
    int64_t before = store_outbox_count(store, error);
    int64_t after;
    int code = before < 0 ? (int)before : store_feed(store, feed, error);

    if (code == 0)
        code = store_feed_begin(store, feed, error);
    if (code != 0)
        return code;
    after = store_outbox_count(store, error);
    if (after < 0)
        return (int)after;
    return store_notice_add(store, STORE_NOTICE_SERVER_RESTORED, now_ms, after - before, error);
}

int store_history_lost(struct store *store, int64_t now_ms, struct error *error)
{
    int code = store_begin(store, error);

    return code != 0 ? code : store_end(store, history_lost(store, now_ms, error), error);
}

int store_operation_grounded(struct store *store, const struct operation *operation, bool *grounded,
                             struct error *error)
{
    struct record *base = NULL, *current = NULL;
    enum store_pending pending;
    int code = 0;

    *grounded = operation->kind == OPERATION_APPEND;
    if (*grounded)
        return 0;
    code = store_record_base(store, operation->type, &operation->record, &base, error);
    if (code == 0 && base == NULL && operation->base == 0) {
        /* It follows an append of this terminal's that waits as well, or was dropped. */
        code = store_get(store, operation->type, &operation->record, &current, &pending, NULL);
        *grounded = code == 0;
        code = code == ERROR_NOT_FOUND ? 0 : code;
    } else if (code == 0) {
        *grounded = base != NULL && base->rev >= operation->base;
    }
    if (code == 0 && *grounded) {
        bool leaving;

        code = store_leaving_has(store, operation->type, &operation->record, &leaving, error);
        *grounded = code == 0 && !leaving;
    }
    record_free(base);
    record_free(current);
    return code;
}

/* --- what was sent is kept for a while ----------------------------------------------------------
 */

int store_retain(struct store *store, enum record_type type, const struct id *id, int64_t rev,
                 struct error *error)
{
    int code = store_record_run(store, STORE_OPERATION_RETAIN, type, id, rev, error);

    if (database_changes(store->database) > 0)
        store->retained = STORE_RETAINED_UNKNOWN;
    return code;
}

int store_retain_run(struct store *store, const struct store_run *run, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_OPERATION_RETAIN_RUN, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, run->first);
    sqlite3_bind_int64(statement, 2, run->last);
    if (store->retained != STORE_RETAINED_UNKNOWN)
        store->retained += run->bytes;
    return database_run(store->database, statement, error);
}

static int count_retained(struct store *store, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_RETAINED_BYTES_OF_ALL, error);
    int code = database_step(store->database, statement, error);

    if (code <= 0)
        return code;
    store->retained = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

/* The number of the last of those, from the oldest on, that are too many. */
static int find_too_many(struct store *store, int64_t *last, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_RETAINED_OLDEST, error);
    int code = 1;

    *last = -1;
    while (store->retained > STORE_RETAINED_BYTES &&
           (code = database_step(store->database, row, error)) > 0) {
        *last = sqlite3_column_int64(row, 0);
        store->retained -= sqlite3_column_int64(row, 1);
    }
    if (code > 0)
        sqlite3_reset(row);
    return code < 0 ? code : 0;
}

static int prune(struct store *store, struct error *error)
{
    sqlite3_stmt *statement;
    int64_t last;
    int code = find_too_many(store, &last, error);

    if (code != 0)
        return code;
    statement = store_statement(store, STORE_RETAINED_PRUNE, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, last);
    return database_run(store->database, statement, error);
}

int store_retained_prune(struct store *store, struct error *error)
{
    int code = 0;

    if (store->retained == STORE_RETAINED_UNKNOWN)
        code = count_retained(store, error);
    if (code == 0 && store->retained > STORE_RETAINED_BYTES) {
        code = store_begin(store, error);
        if (code == 0)
            code = store_end(store, prune(store, error), error);
    }
    return code;
}

int store_retained_again(struct store *store, struct error *error)
{
    store->retained = STORE_RETAINED_UNKNOWN;
    return database_run(store->database, store_statement(store, STORE_RETAINED_AGAIN, error),
                        error);
}

/* --- this file is an older copy, or one of two --------------------------------------------------
 */

int store_device_read(struct store *store, struct error *error)
{
    char text[64];
    struct id device;
    int code = store_meta_get(store, "device", text, sizeof(text), error);

    if (code == 0 && !id_parse(&device, text))
        code = error_set(error, ERROR_STORAGE, "the device's id is damaged");
    if (code != 0)
        return code;
    if (!id_equal(&device, &store->device)) {
        store->device = store->owner.device = device;
        store->journal_owned = false;
    }
    return 0;
}

static void next_mark(const char *last, char next[STORE_MARK_SIZE])
{
    unsigned char chance[8];
    char hex[2 * sizeof(chance) + 1];

    randombytes_buf(chance, sizeof(chance));
    sodium_bin2hex(hex, sizeof(hex), chance, sizeof(chance));
    snprintf(next, STORE_MARK_SIZE, "%lld.%s", strtoll(last, NULL, 10) + 1, hex);
}

int store_mark_propose(struct store *store, struct store_mark *mark, struct error *error)
{
    int code = store_meta_get(store, "mark", mark->last, sizeof(mark->last), error);

    if (code == 0)
        code = store_meta_get(store, "next-mark", mark->next, sizeof(mark->next), error);
    if (code != 0 || mark->next[0] != '\0')
        return code;
    next_mark(mark->last, mark->next);
    return store_meta_put(store, "next-mark", mark->next, error);
}

static int accept_mark(struct store *store, const char *mark, struct error *error)
{
    int code = store_meta_put(store, "mark", mark, error);

    return code != 0 ? code : store_meta_put(store, "next-mark", "", error);
}

int store_mark_accepted(struct store *store, const char *mark, struct error *error)
{
    int code = store_begin(store, error);

    return code != 0 ? code : store_end(store, accept_mark(store, mark, error), error);
}

static int renew_device(struct store *store, int64_t now_ms, struct error *error)
{
    struct id_generator generator = {0};
    struct id device = id_generate(&generator, now_ms);
    int64_t waiting = store_outbox_count(store, error);
    int code = waiting < 0 ? (int)waiting : store_meta_put(store, "device", device.text, error);

    if (code == 0)
        code = accept_mark(store, "", error);
    /* The server will put the new one into what it makes of them, and so do we. */
    if (code == 0)
        code = store_device_read(store, error);
    if (code == 0)
        code = store_record_refold_all(store, error);
    if (code == 0)
        code = store_notice_add(store, STORE_NOTICE_DEVICE_RENEWED, now_ms, waiting, error);
    return code;
}

int store_device_renew(struct store *store, int64_t now_ms, struct error *error)
{
    int code = store_begin(store, error);

    if (code == 0)
        code = store_end(store, renew_device(store, now_ms, error), error);
    if (code == 0)
        store_journal_owner_write(store);
    else /* it is not renewed */
        (void)store_device_read(store, NULL);
    return code;
}
