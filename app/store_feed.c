#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/store_internal.h"

int64_t store_cursor(struct store *store, struct error *error)
{
    char text[32];
    int code = store_meta_get(store, "cursor", text, sizeof(text), error);

    return code != 0 ? code : strtoll(text, NULL, 10);
}

int64_t store_begun(struct store *store, struct error *error)
{
    char text[32];
    int code = store_meta_get(store, "begun", text, sizeof(text), error);

    if (code != 0)
        return code;
    return text[0] != '\0' ? strtoll(text, NULL, 10) : store_cursor(store, error);
}

static int put_begun(struct store *store, const struct store_place *place, struct error *error)
{
    char noted[32], text[32] = "";
    int code = store_meta_get(store, "begun", noted, sizeof(noted), error);

    if (!place->last)
        snprintf(text, sizeof(text), "%lld", (long long)place->begun);
    return code != 0 || strcmp(text, noted) == 0 ? code
                                                 : store_meta_put(store, "begun", text, error);
}

int store_feed(struct store *store, char feed[STORE_FEED_SIZE], struct error *error)
{
    return store_meta_get(store, "feed", feed, STORE_FEED_SIZE, error);
}

int store_feed_note(struct store *store, const char *feed, struct error *error)
{
    char noted[STORE_FEED_SIZE];
    int code = store_feed(store, noted, error);

    return code != 0 || noted[0] != '\0' ? code : store_meta_put(store, "feed", feed, error);
}

/* 1 when an operation here speaks of the record. */
static int is_touched(struct store *store, const struct id *record, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_OPERATION_ANY, error);

    database_bind_id(row, 1, record);
    return database_has_row(store->database, row, error);
}

/* What the server has replaces the base; operations whose effect it holds are done with. */
int store_record_take(struct store *store, const struct record *record, struct error *error)
{
    struct record_outline outline;
    struct record *base;
    bool stale;
    int code = is_touched(store, &record->id, error);

    if (code < 0)
        return code;
    if (code == 0) {
        record_outline_of(record, &outline);
        return store_record_feed(store, &outline, record, error);
    }
    code = store_record_base(store, record->type, &record->id, &base, error);
    if (code != 0)
        return code;
    stale = base != NULL && base->rev > record->rev;
    record_free(base);
    if (stale)
        return 0;
    code = store_retain(store, record->type, &record->id, record->rev, error);
    return code != 0 ? code : store_record_refold(store, record->type, &record->id, record, error);
}

static int write_record(struct store *store, const struct record *record, struct error *error)
{
    int here =
        record->type == RECORD_CASE ? store_file_here(store, record->type, &record->id, error) : 1;
    int code = here < 0 ? here : store_record_take(store, record, error);

    return code == 0 ? store_file_met(store, record, here > 0, error) : code;
}

/* What is found by its outline and spoken of by no operation here is written as it lies. 1 when it
 * was. */
static int write_closed(struct store *store, const struct record *record, struct error *error)
{
    struct record_outline outline;
    int code;

    if (record->text == NULL || record->body != NULL ||
        !record_outline_read(record->text, record->text_length, &outline))
        return 0;
    code = is_touched(store, &outline.id, error);
    if (code != 0)
        return code < 0 ? code : 0;
    code = store_leaving_forget(store, outline.type, &outline.id, error);
    if (code == 0)
        code = store_record_feed(store, &outline, record, error);
    return code == 0 ? 1 : code;
}

/* One of a type that this version does not know is passed over. */
static int open_and_write(struct store *store, struct record *record, struct error *error)
{
    int code = write_closed(store, record, error);

    if (code != 0)
        return code < 0 ? code : 0;
    code = record_open(record, error);

    if (code == 0 && record->text != NULL && record_type_is_catalogue(record->type))
        code = error_set(error, ERROR_PROTOCOL, "a record of a page is of type \"%s\"",
                         record_type_name(record->type));
    if (code == 0)
        code = store_leaving_forget(store, record->type, &record->id, error);
    if (code == 0)
        code = write_record(store, record, error);
    record_close(record);
    return code > 0 ? 0 : code;
}

/*
 * The server's database is another one (restored, or made anew): what it said before no longer
 * holds, what was made here is offered to it again.
 */
int store_feed_begin(struct store *store, const char *feed, struct error *error)
{
    int code;

    if ((code = database_run(store->database,
                             store_statement(store, STORE_RECORD_FORGET_BASES, error), error)) !=
            0 ||
        (code = database_run(store->database, store_statement(store, STORE_OPERATION_AGAIN, error),
                             error)) != 0 ||
        (code = store_retained_again(store, error)) != 0 ||
        (code = store_file_begin(store, error)) != 0)
        return code;
    code = store_record_refold_all(store, error);
    if (code == 0)
        code = store_meta_put(store, "feed", feed, error);
    if (code == 0)
        code = store_meta_put(store, "epoch", "", error);
    if (code == 0)
        code = store_meta_put(store, "begun", "", error);
    if (code == 0)
        code = store_witness_forget(store, error);
    return code != 0 ? code : store_meta_put(store, "cursor", "0", error);
}

int store_elsewhere_note(struct store *store, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_OPERATION_LAST, error);
    char text[32];
    int code;

    if (row == NULL)
        return ERROR_STORAGE;
    code = database_step(store->database, row, error);
    if (code <= 0)
        return code;
    snprintf(text, sizeof(text), "%lld", (long long)sqlite3_column_int64(row, 0));
    sqlite3_reset(row);
    return store_meta_put(store, "elsewhere", text, error);
}

static int begin_other(struct store *store, const char *feed, struct error *error)
{
    int code = store_feed_begin(store, feed, error);

    return code != 0 ? code : store_elsewhere_note(store, error);
}

static int write_page(struct store *store, struct record *const *records, size_t count,
                      const struct store_place *place, struct error *error)
{
    char text[128];
    int code = store_meta_get(store, "feed", text, sizeof(text), error);

    if (code != 0)
        return code;
    if (text[0] != '\0' && strcmp(text, place->feed) != 0)
        return begin_other(store, place->feed, error);
    if (text[0] == '\0')
        code = store_meta_put(store, "feed", place->feed, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = open_and_write(store, records[i], error);
    if (code == 0 && place->gone_count > 0)
        code = store_gone_write(store, place->gone, place->gone_count, place->cursor, error);
    if (code == 0)
        code = store_meta_put(store, "epoch", place->epoch, error);
    if (code == 0)
        code = put_begun(store, place, error);
    if (code != 0)
        return code;
    if (place->named != NULL && place->last && store_witness_reached(place->named, place->cursor))
        code = store_witness_drop(store, place->named, place->cursor, error);
    if (code != 0)
        return code;
    snprintf(text, sizeof(text), "%lld", (long long)place->cursor);
    return store_meta_put(store, "cursor", text, error);
}

/* What the server has is read again from where the cursor stands: a page need not be on the disk
 * before it is on the screen. What is the agent's own is (store_apply). */
int store_write_page_at(struct store *store, struct record *const *records, size_t count,
                        const struct store_place *place, struct error *error)
{
    int code;

    database_relax(store->database, true);
    code = store_begin(store, error);
    if (code == 0)
        code = store_end(store, write_page(store, records, count, place, error), error);
    database_relax(store->database, false);
    if (code == 0)
        store_wipe(store);
    return code;
}

int store_write_page(struct store *store, struct record *const *records, size_t count,
                     int64_t cursor, const char *feed, struct error *error)
{
    struct store_place place = {.cursor = cursor, .feed = feed, .epoch = "", .last = true};

    return store_write_page_at(store, records, count, &place, error);
}
