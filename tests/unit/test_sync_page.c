/* Pages of the feed in binary form: what the terminal asks for, takes and refuses. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#include "app/binary.h"
#include "app/json.h"
#include "tests/unit/engine_fixture.h"

#define NOTE(id, text, more)                                                                       \
    "{\"type\":\"note\",\"id\":\"019b7000-0000-7000-8000-0000000000" id                            \
    "\",\"rev\":1,\"seq\":5,\"body\":{\"text\":\"" text "\"},\"meta\":{}" more "}"

/* Online so far that the first page of the desk is asked for, at a server that gives the form. */
static void ask_first_page(struct bench *bench)
{
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    bench_accept_login_with(bench, FEED,
                            "\"media_types\":[\"application/json\",\"application/cbor\"],");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=0"));
}

static void put_integer(struct text_buffer *page, const char *name, int64_t value)
{
    binary_write_text(page, name);
    binary_write_integer(page, value);
}

static struct text_buffer page_of(const char *const *records, size_t count, const char *gone)
{
    struct text_buffer page = {0};

    binary_write_map(&page, gone != NULL ? 6 : 5);
    binary_write_text(&page, "feed");
    binary_write_text(&page, FEED);
    put_integer(&page, "next", gone != NULL ? 8 : 7);
    binary_write_text(&page, "more");
    binary_write_value(&page, json_false());
    put_integer(&page, "head", 7);
    if (gone != NULL) {
        binary_write_text(&page, "gone");
        binary_write_json(&page, gone, strlen(gone));
    }
    binary_write_text(&page, "records");
    binary_write_array(&page, count);
    for (size_t i = 0; i < count; i++)
        binary_write_json(&page, records[i], strlen(records[i]));
    assert_false(page.failed);
    return page;
}

static void answer_binary(struct bench *bench, const char *bytes, size_t length)
{
    struct http_reply reply = {.status = 200, .retry_after_ms = -1, .length = length};

    assert_true(bench->lanes[SYNC_LANE_BELL].open);
    bench->lanes[SYNC_LANE_BELL].open = false;
    reply.body = malloc(length + 1);
    assert_non_null(reply.body);
    memcpy(reply.body, bytes, length);
    reply.body[length] = '\0';
    strcpy(reply.media_type, BINARY_MEDIA_TYPE);
    sync_engine_reply(bench->engine, SYNC_LANE_BELL, 0, &reply, NULL);
    free(reply.body);
    (void)sync_engine_step(bench->engine);
}

static int count_one(void *context, const struct record *record, enum store_pending pending)
{
    (void)record;
    (void)pending;
    ++*(int *)context;
    return 0;
}

static int notes(struct bench *bench)
{
    struct store_query query = {.type = RECORD_NOTE};
    int count = 0;

    assert_int_equal(store_each(bench->store.store, &query, count_one, &count, NULL), 0);
    return count;
}

/* With what this version does not know: members are kept, records of other types passed over. */
static void a_page_is_written(void **state)
{
    static const char *const records[] = {
        NOTE("01", "a", ",\"newer\":[1]"),
        "{\"type\":\"poem\",\"id\":\"x\"}",
        NOTE("02", "d\xc3\xa9j\xc3\xa0", ""),
    };
    struct bench *bench = bench_new(false);
    struct text_buffer page = page_of(records, 3, NULL);
    struct record *record;
    struct id id;

    (void)state;
    ask_first_page(bench);
    assert_true(bench->lanes[SYNC_LANE_BELL].wants);
    answer_binary(bench, page.bytes, page.length);
    assert_int_equal(notes(bench), 2);
    assert_int_equal(store_cursor(bench->store.store, NULL), 7);
    assert_true(id_parse(&id, "019b7000-0000-7000-8000-000000000001"));
    assert_int_equal(store_get(bench->store.store, RECORD_NOTE, &id, &record, NULL, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(record->rest, "newer")), 1);
    assert_int_equal(record->seq, 5);
    record_free(record);
    /* The long poll, which brings little. */
    assert_non_null(strstr(bench_bell(bench), "wait=50"));
    assert_false(bench->lanes[SYNC_LANE_BELL].wants);
    text_buffer_free(&page);
    bench_free(bench);
}

static void what_is_gone_is_let_go(void **state)
{
    static const char *const record = NOTE("01", "a", "");
    struct bench *bench = bench_new(false);
    struct text_buffer page = page_of(&record, 1, NULL);

    (void)state;
    ask_first_page(bench);
    answer_binary(bench, page.bytes, page.length);
    assert_int_equal(notes(bench), 1);
    text_buffer_free(&page);
    page =
        page_of(NULL, 0, "[{\"type\":\"note\",\"id\":\"019b7000-0000-7000-8000-000000000001\"}]");
    answer_binary(bench, page.bytes, page.length);
    assert_int_equal(notes(bench), 0);
    text_buffer_free(&page);
    bench_free(bench);
}

/* Of a page all is written, or nothing; and who answers so twice is asked for JSON. */
static void assert_refused(const char *bytes, size_t length)
{
    struct bench *bench = bench_new(false);

    ask_first_page(bench);
    for (int turn = 0; turn < 2; turn++) {
        assert_true(bench->lanes[SYNC_LANE_BELL].wants);
        answer_binary(bench, bytes, length);
        assert_int_equal(notes(bench), 0);
        assert_int_equal(store_cursor(bench->store.store, NULL), 0);
        bench->steady += 600000;
        (void)sync_engine_step(bench->engine);
    }
    assert_false(bench->lanes[SYNC_LANE_BELL].wants);
    bench_free(bench);
}

static void a_page_that_is_broken_is_refused(void **state)
{
    static const char *const bad[] = {
        "{\"type\":\"note\"",          /* cut */
        "{\"type\":\"note\"} ",        /* without an id */
        NOTE("02", "b", ",\"rev\":2"), /* a member twice */
        NOTE("02", "\xff", ""),        /* not UTF-8 */
        "[]",
        ("{\"type\":\"service\",\"id\":\"019b7000-0000-7000-8000-000000000003\",\"rev\":1,"
         "\"seq\":6,\"body\":{},\"meta\":{}}"), /* of the catalogue */
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *const records[] = {NOTE("01", "a", ""), bad[i]};
        struct text_buffer page = page_of(records, 2, NULL);

        assert_refused(page.bytes, page.length);
        text_buffer_free(&page);
    }
}

static void a_page_that_is_not_whole_is_refused(void **state)
{
    static const char *const record = NOTE("01", "a", "");
    struct text_buffer page = page_of(&record, 1, NULL);

    (void)state;
    assert_refused(page.bytes, page.length - 1);
    assert_refused(page.bytes, page.length / 2);
    assert_refused(page.bytes, 1);
    text_buffer_add(&page, "\xf6", 1); /* more behind */
    assert_refused(page.bytes, page.length);
    assert_refused("\xa1\x64"
                   "feed\x60",
                   7);
    assert_refused("\xa0", 1);
    assert_refused("{}", 2);
    text_buffer_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_written),
        cmocka_unit_test(what_is_gone_is_let_go),
        cmocka_unit_test(a_page_that_is_broken_is_refused),
        cmocka_unit_test(a_page_that_is_not_whole_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
