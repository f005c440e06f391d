#include "tests/unit/store_calls.h"

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/store_file.h"
#include "app/store_key.h"
#include "app/text.h"

#define DAY_MS INT64_C(86400000)
#define NOW    INT64_C(1800000000000)

/* --- writing ---------------------------------------------------------------------------------- */

/* How the later key is wrapped: what a password makes of it is not asked here. */
static const unsigned char rekeyed[SEAL_WRAPPED_SIZE] = {1};

/* The later key takes the place of the one at hand, or gives it back. */
static void change_key(struct store_calls *calls)
{
    struct seal_key *former = calls->fixture.key;

    calls->fixture.key = calls->later;
    calls->later = former;
    calls->rekeyed = !calls->rekeyed;
}

static int call_settle(struct store_calls *calls)
{
    struct store_outcome outcome = {.operation = calls->waiting, .rev = 1, .seq = 30};

    return store_outbox_settle(calls->fixture.store, &outcome, 1, &calls->error);
}

static int call_settle_refused(struct store_calls *calls)
{
    struct store_outcome outcome = {.operation = calls->waiting, .refusal = MERGE_FORBIDDEN};

    return store_outbox_settle(calls->fixture.store, &outcome, 1, &calls->error);
}

static int call_sending(struct store_calls *calls)
{
    return store_fixture_sending(&calls->fixture, &calls->waiting, NULL, &calls->error);
}

static int call_attempted(struct store_calls *calls)
{
    return store_outbox_attempted(calls->fixture.store, &calls->waiting, 1, "cut", &calls->error);
}

static int call_withdraw(struct store_calls *calls)
{
    return store_outbox_withdraw(calls->fixture.store, &calls->waiting, &calls->error);
}

static int call_refusal_put(struct store_calls *calls)
{
    return store_refusal_put(calls->fixture.store, calls->accepted, MERGE_TAKEN, "", &calls->error);
}

static int call_refusal_dismiss(struct store_calls *calls)
{
    return store_refusal_dismiss(calls->fixture.store, &calls->refused, &calls->error);
}

static int call_page(struct store_calls *calls)
{
    const struct store_place place = {.cursor = 40, .feed = "feed", .epoch = "e1"};

    return store_write_page_at(calls->fixture.store, calls->page, 2, &place, &calls->error);
}

static int call_page_gone(struct store_calls *calls)
{
    const struct store_gone gone[] = {{RECORD_NOTE, calls->note}, {RECORD_CASE, calls->matter}};
    const struct store_place place = {.cursor = 41,
                                      .feed = "feed",
                                      .epoch = "e1",
                                      .gone = gone,
                                      .gone_count = 2,
                                      .named = &(struct store_witness){.shown = "41.e1"},
                                      .last = true};

    return store_write_page_at(calls->fixture.store, NULL, 0, &place, &calls->error);
}

static int call_other_feed(struct store_calls *calls)
{
    return store_write_page(calls->fixture.store, NULL, 0, 0, "another feed", &calls->error);
}

static int call_history_lost(struct store_calls *calls)
{
    return store_history_lost(calls->fixture.store, NOW, &calls->error);
}

static int call_shown(struct store_calls *calls)
{
    return store_shown_note(calls->fixture.store, 50, "e1", &calls->error);
}

static int call_mark_propose(struct store_calls *calls)
{
    struct store_mark mark;

    return store_mark_propose(calls->fixture.store, &mark, &calls->error);
}

static int call_mark_accepted(struct store_calls *calls)
{
    return store_mark_accepted(calls->fixture.store, "7.accepted", &calls->error);
}

static int call_device(struct store_calls *calls)
{
    return store_device_renew(calls->fixture.store, NOW, &calls->error);
}

static int call_notice(struct store_calls *calls)
{
    return store_notice_add(calls->fixture.store, STORE_NOTICE_DEVICE_COPIED, NOW, 1,
                            &calls->error);
}

static int call_notices_dismiss(struct store_calls *calls)
{
    return store_notices_dismiss(calls->fixture.store, &calls->error);
}

static int call_state(struct store_calls *calls)
{
    return store_state_put(calls->fixture.store, "screens", calls->state, &calls->error);
}

static int call_state_remove(struct store_calls *calls)
{
    return store_state_put(calls->fixture.store, "presence", NULL, &calls->error);
}

static int call_need(struct store_calls *calls)
{
    return store_file_need(calls->fixture.store, RECORD_CASE, &calls->matter, NOW, &calls->error);
}

static int call_pin(struct store_calls *calls)
{
    return store_file_pin(calls->fixture.store, RECORD_CASE, &calls->away, true, NOW,
                          &calls->error);
}

static int call_want(struct store_calls *calls)
{
    return store_file_want(calls->fixture.store, RECORD_CASE, &calls->away, true, NOW,
                           &calls->error);
}

static int call_want_pins(struct store_calls *calls)
{
    return store_file_want_pins(calls->fixture.store, NOW, &calls->error);
}

static int call_file_part(struct store_calls *calls)
{
    return store_file_write(calls->fixture.store, RECORD_CASE, &calls->away, calls->page, 2, false,
                            NOW, &calls->error);
}

static int call_file_whole(struct store_calls *calls)
{
    return store_file_write(calls->fixture.store, RECORD_CASE, &calls->away, calls->page, 2, true,
                            NOW, &calls->error);
}

static int call_denied(struct store_calls *calls)
{
    return store_file_denied(calls->fixture.store, RECORD_CASE, &calls->away, &calls->error);
}

static int call_opened(struct store_calls *calls)
{
    const struct store_opened opened = {.after = 60, .last = 70, .records = 10};
    int code = store_file_opened(calls->fixture.store, RECORD_CLIENT, &calls->away, &opened,
                                 &calls->error);

    return code == 1 ? 0 : code;
}

static int call_old(struct store_calls *calls)
{
    const struct store_policy policy = {.keep_ms = DAY_MS};
    int64_t old, until;

    return store_old(calls->fixture.store, &policy, NOW, 0, &old, &until, &calls->error);
}

static int call_old_head(struct store_calls *calls)
{
    return store_old_head(calls->fixture.store, 12, &calls->error);
}

static int call_old_told(struct store_calls *calls)
{
    return store_old_told(calls->fixture.store, NOW, &calls->error);
}

static int call_evict(struct store_calls *calls)
{
    const struct store_policy policy = {.keep_ms = DAY_MS};
    bool more;
    size_t gone;

    return store_evict(calls->fixture.store, &policy, NOW + 400 * DAY_MS, &more, &gone,
                       &calls->error);
}

static int call_escrow(struct store_calls *calls)
{
    static const struct escrow_public holder = {{7, 7, 7}};

    return store_escrow_set(calls->fixture.store, &holder, NULL, &calls->error);
}

static int call_escrow_follow(struct store_calls *calls)
{
    static const struct escrow_public holder = {{7, 7, 7}};

    return store_escrow_follow(calls->fixture.store, &holder, NOW, &calls->error);
}

static int call_rekey(struct store_calls *calls)
{
    int code = store_rekey(calls->fixture.store, calls->later, rekeyed, NULL, NULL, &calls->error);

    if (code == 0)
        change_key(calls);
    return code;
}

static int call_wrap(struct store_calls *calls)
{
    const unsigned char wrapped[SEAL_WRAPPED_SIZE] = {2};

    return store_write_wrapped(calls->fixture.store, wrapped, &calls->error);
}

/* --- reading ---------------------------------------------------------------------------------- */

static int see_record(void *context, const struct record *record, enum store_pending pending)
{
    (void)context;
    (void)pending;
    return record_text(record, "text") == NULL;
}

static int see_entry(void *context, const struct outbox_entry *entry)
{
    (void)context;
    return entry->operation == NULL;
}

static int see_refusal(void *context, const struct store_refusal *refusal)
{
    (void)context;
    return refusal->operation == NULL;
}

static int read_record(struct store_calls *calls)
{
    struct record *record = NULL;
    int code = store_get(calls->fixture.store, RECORD_CLIENT, &calls->client, &record, NULL,
                         &calls->error);

    record_free(record);
    return code;
}

static int read_each(struct store_calls *calls)
{
    const struct store_query query = {.type = RECORD_NOTE};

    return store_each(calls->fixture.store, &query, see_record, NULL, &calls->error);
}

static int read_case(struct store_calls *calls)
{
    struct store *store = calls->fixture.store;
    struct error *error = &calls->error;
    const struct id none = {""};
    size_t count;
    int64_t seq;
    int code = store_case_page(store, &calls->matter, &none, 10, see_record, NULL, error);

    if (code == 0)
        code = store_case_bearing(store, &calls->matter, RECORD_NOTE, 3, see_record, NULL, error);
    if (code == 0)
        code = store_case_since(store, &calls->matter, 0, see_record, NULL, error);
    if (code == 0)
        code = store_case_count(store, &calls->matter, &count, error);
    return code == 0 ? store_case_latest(store, &calls->matter, &seq, error) : code;
}

static int read_outbox(struct store_calls *calls)
{
    int code = store_outbox_each(calls->fixture.store, 10, see_entry, NULL, &calls->error);
    int64_t count = code == 0 ? store_outbox_count(calls->fixture.store, &calls->error) : code;

    return count < 0 ? (int)count : 0;
}

static int read_refusals(struct store_calls *calls)
{
    return store_refusal_each(calls->fixture.store, see_refusal, NULL, &calls->error);
}

static int read_state(struct store_calls *calls)
{
    json_t *state = NULL;
    int code = store_state_get(calls->fixture.store, "presence", &state, &calls->error);

    json_decref(state);
    return code;
}

static int read_file(struct store_calls *calls)
{
    struct store_file file;
    struct store_size size;
    int code =
        store_file_get(calls->fixture.store, RECORD_CASE, &calls->away, &file, &calls->error);

    return code == 0 ? store_size(calls->fixture.store, &size, &calls->error) : code;
}

const struct store_call store_calls[] = {
    {"settle", call_settle, false, false, false},
    {"settle refused", call_settle_refused, false, false, false},
    {"sending", call_sending, false, false, false},
    {"attempted", call_attempted, false, false, false},
    {"withdraw", call_withdraw, false, false, false},
    {"refusal put", call_refusal_put, false, false, false},
    {"refusal dismiss", call_refusal_dismiss, false, false, false},
    {"page", call_page, false, false, false},
    {"page that takes back", call_page_gone, false, false, false},
    {"another feed", call_other_feed, false, false, false},
    {"history lost", call_history_lost, false, false, false},
    {"shown", call_shown, false, false, false},
    {"mark propose", call_mark_propose, false, false, false},
    {"mark accepted", call_mark_accepted, false, false, false},
    {"device renew", call_device, false, false, false},
    {"notice", call_notice, false, false, false},
    {"notices dismiss", call_notices_dismiss, false, false, false},
    {"state", call_state, false, false, false},
    {"state remove", call_state_remove, false, false, false},
    {"need", call_need, false, false, false},
    {"pin", call_pin, false, false, false},
    {"want", call_want, false, false, false},
    {"want pins", call_want_pins, false, false, false},
    {"part of a file", call_file_part, false, false, false},
    {"file", call_file_whole, false, false, false},
    {"denied", call_denied, false, false, false},
    {"opened", call_opened, false, false, false},
    {"old", call_old, false, false, false},
    {"old head", call_old_head, false, false, false},
    {"old told", call_old_told, false, false, false},
    {"deposit the key", call_escrow, false, false, false},
    {"deposit the key, and tell", call_escrow_follow, false, false, false},
    {"renew the key", call_rekey, false, false, true},
    {"wrap the key anew", call_wrap, false, false, true},
    {"evict", call_evict, true, false, false},
    {"read a record", read_record, false, true, false},
    {"read each", read_each, false, true, false},
    {"read a case", read_case, false, true, false},
    {"read the outbox", read_outbox, false, true, false},
    {"read refusals", read_refusals, false, true, false},
    {"read a state", read_state, false, true, false},
    {"read a file", read_file, false, true, false},
};
const size_t store_calls_count = sizeof(store_calls) / sizeof(store_calls[0]);

/* --- the store -------------------------------------------------------------------------------- */

static struct record *served(enum record_type type, const struct id *id, int64_t seq, json_t *body)
{
    struct record *record = record_new(type, id);

    assert_non_null(record);
    json_decref(record->body);
    record->body = body;
    record->rev = 1;
    record->seq = seq;
    return record;
}

static json_t *note_body(const struct id *matter)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "case", matter->text, "text", "a note", "kind",
                     "contact", "at", "2026-11-24T10:00:00.000Z");
}

static struct record *served_case(struct store_calls *calls, const struct id *id, int64_t seq)
{
    return served(RECORD_CASE, id, seq,
                  json_pack("{s:s, s:s, s:s}", "client", calls->client.text, "status", "closed",
                            "opened_at", "2020-11-24T10:00:00.000Z"));
}

static int last_id(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 0;
}

/* A note of one's own, whose operation is the last in the outbox. */
static struct id write_note(struct store_calls *calls)
{
    struct id operation = {""};

    store_fixture_note(&calls->fixture, &calls->matter, "one’s own");
    assert_int_equal(store_outbox_each(calls->fixture.store, 100, last_id, &operation, NULL), 0);
    return operation;
}

static void settle(struct store_calls *calls, const struct id *operation,
                   enum merge_refusal refusal, int64_t seq)
{
    struct store_outcome outcome = {
        .operation = *operation, .refusal = refusal, .rev = 1, .seq = seq};

    assert_int_equal(store_outbox_settle(calls->fixture.store, &outcome, 1, NULL), 0);
}

void store_calls_begin(struct store_calls *calls)
{
    struct store_fixture *fixture = &calls->fixture;
    struct record *first[3];
    struct id other;

    *calls = (struct store_calls){.state = json_string("available"), .later = seal_key_new()};
    store_fixture_begin(fixture);
    calls->client = store_fixture_id(fixture);
    calls->matter = store_fixture_id(fixture);
    calls->note = store_fixture_id(fixture);
    calls->away = store_fixture_id(fixture);
    other = store_fixture_id(fixture);
    first[0] = served(RECORD_CLIENT, &calls->client, 1, json_pack("{s:s}", "name", "Ann"));
    first[1] = served_case(calls, &calls->matter, 2);
    first[2] = served(RECORD_NOTE, &calls->note, 3, note_body(&calls->matter));
    assert_int_equal(store_write_page(fixture->store, first, 3, 10, "feed", NULL), 0);
    for (int i = 0; i < 3; i++)
        record_free(first[i]);
    calls->page[0] = served_case(calls, &calls->away, 38);
    calls->page[1] = served(RECORD_NOTE, &other, 39, note_body(&calls->away));
    calls->refused = write_note(calls);
    settle(calls, &calls->refused, MERGE_FORBIDDEN, 0);
    other = write_note(calls);
    settle(calls, &other, MERGE_APPLIED, 20);
    calls->accepted = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                              &calls->client, "{\"phone\":\"418 555-0102\"}");
    assert_int_equal(store_apply(fixture->store, &calls->accepted, 1, NULL, NULL), 0);
    settle(calls, &calls->accepted->id, MERGE_APPLIED, 21);
    calls->waiting = write_note(calls);
    assert_int_equal(store_notice_add(fixture->store, STORE_NOTICE_KEY_DEPOSITED, NOW, 0, NULL), 0);
    assert_int_equal(store_state_put(fixture->store, "presence", calls->state, NULL), 0);
    assert_int_equal(store_file_pin(fixture->store, RECORD_CLIENT, &calls->away, true, NOW, NULL),
                     0);
    assert_int_equal(
        store_file_write(fixture->store, RECORD_CLIENT, &calls->away, NULL, 0, false, NOW, NULL),
        0);
    assert_int_equal(
        store_file_want(fixture->store, RECORD_CASE, &calls->away, true, NOW - DAY_MS, NULL), 0);
    store_fixture_reopen(fixture);
}

void store_calls_end(struct store_calls *calls)
{
    seal_key_free(calls->later);
    json_decref(calls->state);
    operation_free(calls->accepted);
    record_free(calls->page[0]);
    record_free(calls->page[1]);
    store_fixture_end(&calls->fixture);
}

void store_calls_reopen(struct store_calls *calls)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];

    store_close(calls->fixture.store);
    calls->fixture.store = NULL;
    assert_int_equal(store_read_wrapped(calls->fixture.path, wrapped, NULL), 0);
    /* Killed in the middle of it, nobody has told which key it is by now. */
    if ((memcmp(wrapped, rekeyed, sizeof(wrapped)) == 0) != calls->rekeyed)
        change_key(calls);
    store_fixture_reopen(&calls->fixture);
}

void store_calls_check(struct store_calls *calls)
{
    for (size_t i = 0; i < store_calls_count; i++)
        if (store_calls[i].reads && store_calls[i].make(calls) != 0)
            fail_msg("%s: %s", store_calls[i].name, calls->error.message);
    assert_int_equal(store_outbox_count(calls->fixture.store, NULL), 1);
    assert_int_equal(store_refusal_count(calls->fixture.store, NULL), 1);
}

/* --- looking ---------------------------------------------------------------------------------- */

static void describe_table(sqlite3 *handle, const char *table, struct text_buffer *text)
{
    char *sql = sqlite3_mprintf("SELECT *, 0 FROM %s ORDER BY 1, 2", table);
    sqlite3_stmt *row = NULL;

    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &row, NULL), SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW) {
        text_buffer_add_format(text, "%s:", table);
        for (int i = 0; i < sqlite3_column_count(row); i++) {
            const unsigned char *bytes = sqlite3_column_blob(row, i);
            int length = sqlite3_column_bytes(row, i);

            text_buffer_add_text(text, " ");
            for (int at = 0; at < length; at++)
                text_buffer_add_format(text, "%02x", bytes[at]);
        }
        text_buffer_add_text(text, "\n");
    }
    assert_int_equal(sqlite3_finalize(row), SQLITE_OK);
    sqlite3_free(sql);
}

char *store_calls_describe(const struct store_calls *calls)
{
    struct text_buffer text = {0};
    sqlite3 *handle = NULL;
    sqlite3_stmt *row = NULL;

    assert_int_equal(sqlite3_open_v2(calls->fixture.path, &handle, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    sqlite3_busy_timeout(handle, 10000);
    assert_int_equal(sqlite3_prepare_v2(handle,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                        " AND name NOT LIKE 'sqlite_%' ORDER BY name",
                                        -1, &row, NULL),
                     SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW)
        describe_table(handle, (const char *)sqlite3_column_text(row, 0), &text);
    assert_int_equal(sqlite3_finalize(row), SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
    assert_false(text.failed);
    return text_buffer_take(&text);
}
