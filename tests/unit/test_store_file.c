/* Which files a store holds: what is let go, what never is, and what is fetched again. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/store_place.h"

static void what_rested_long_goes(void **state)
{
    struct place *place = *state;
    struct id client = place_client(place, LONG);
    struct id old = place_case(place, LONG, &client, "closed");
    struct id note = place_note(place, LONG + 1, &old);
    struct id open = place_case(place, LONG, &client, "received");
    struct id late = place_case(place, LONG, &client, "closed");
    struct id newest = place_note(place, NOW - DAY_MS, &late);

    assert_int_equal(place_evict(place), 2);
    assert_false(place_has(place, RECORD_CASE, &old));
    assert_false(place_has(place, RECORD_NOTE, &note));
    assert_true(place_noted(place, RECORD_CASE, &old).away);
    assert_true(place_has(place, RECORD_CASE, &open));
    assert_true(place_has(place, RECORD_CASE, &late));
    assert_true(place_has(place, RECORD_NOTE, &newest));
    /* Whose case is here. */
    assert_true(place_has(place, RECORD_CLIENT, &client));
    assert_int_equal(place_evict(place), 0);
    /* In time the other goes. */
    assert_int_equal(place_evict_at(place, &place_by_days, NOW + 400 * DAY_MS), 2);
    assert_false(place_has(place, RECORD_CASE, &late));
    assert_true(place_has(place, RECORD_CASE, &open));
}

/* A client of whom no case is here goes as a case does. */
static void a_client_without_a_case_goes(void **state)
{
    struct place *place = *state;
    struct store *store = place->fixture.store;
    struct id alone = place_client(place, LONG), called = place_client(place, LONG);
    struct id late = place_client(place, NOW - DAY_MS), pinned = place_client(place, LONG);
    struct id opened = place_client(place, LONG), calling = place_client(place, LONG);
    struct id served_one = place_client(place, LONG);
    struct id matter = place_case(place, LONG, &served_one, "closed");

    place_came(
        place, RECORD_CONTACT, LONG,
        json_pack("{s:s, s:s}", "client", called.text, "ended_at", "2020-01-01T00:00:00.000Z"));
    place_came(place, RECORD_CONTACT, LONG, json_pack("{s:s}", "client", calling.text));
    assert_int_equal(store_file_pin(store, RECORD_CLIENT, &pinned, true, NOW, NULL), 0);
    assert_int_equal(store_file_need(store, RECORD_CLIENT, &opened, NOW - DAY_MS, NULL), 0);
    assert_int_equal(place_evict_at(place, &(struct store_policy){0}, NOW), 0);
    /* One alone, one with a contact that has ended, and a case. */
    assert_int_equal(place_evict(place), 4);
    assert_false(place_has(place, RECORD_CLIENT, &alone));
    assert_true(place_noted(place, RECORD_CLIENT, &alone).away);
    assert_false(place_has(place, RECORD_CLIENT, &called));
    assert_false(place_has(place, RECORD_CASE, &matter));
    assert_true(place_has(place, RECORD_CLIENT, &late));
    assert_true(place_has(place, RECORD_CLIENT, &pinned));
    assert_true(place_has(place, RECORD_CLIENT, &opened));
    assert_true(place_has(place, RECORD_CLIENT, &calling));
    /* Without the case, its client is nobody's. */
    assert_int_equal(place_evict_at(place, &place_by_days, NOW + 2 * DAY_MS), 1);
    assert_false(place_has(place, RECORD_CLIENT, &served_one));
}

/* Their file is kept with all that is in it. */
static void cases_of_a_pinned_client_stay(void **state)
{
    struct place *place = *state;
    struct store *store = place->fixture.store;
    struct id client = place_client(place, LONG);
    struct id matter = place_case(place, LONG, &client, "closed");
    struct id note = place_note(place, LONG, &matter);
    const struct store_policy small = {.keep_ms = DAY_MS, .bytes = 1};

    assert_int_equal(store_file_pin(store, RECORD_CLIENT, &client, true, NOW, NULL), 0);
    assert_int_equal(place_evict_at(place, &small, NOW), 0);
    assert_true(place_has(place, RECORD_NOTE, &note));
    assert_int_equal(store_file_pin(store, RECORD_CLIENT, &client, false, NOW, NULL), 0);
    assert_int_equal(place_evict_at(place, &small, NOW + 2 * DAY_MS), 2);
}

static void what_was_opened_stays(void **state)
{
    struct place *place = *state;
    struct id one = place_case(place, LONG, NULL, "closed");
    struct id other = place_case(place, LONG, NULL, "closed");
    struct id pinned = place_case(place, LONG, NULL, "closed");
    struct store *store = place->fixture.store;

    assert_int_equal(store_file_need(store, RECORD_CASE, &one, NOW - DAY_MS, NULL), 0);
    assert_int_equal(store_file_pin(store, RECORD_CASE, &pinned, true, NOW, NULL), 0);
    assert_int_equal(place_evict(place), 1);
    assert_true(place_has(place, RECORD_CASE, &one));
    assert_false(place_has(place, RECORD_CASE, &other));
    /* Pins outlive the connection. */
    store_fixture_reopen(&place->fixture);
    assert_true(place_noted(place, RECORD_CASE, &pinned).pinned_ms == NOW);
    assert_int_equal(place_evict_at(place, &place_by_days, NOW + 1000 * DAY_MS), 1);
    assert_true(place_has(place, RECORD_CASE, &pinned));
    assert_int_equal(store_file_pin(place->fixture.store, RECORD_CASE, &pinned, false, NOW, NULL),
                     0);
    assert_int_equal(place_evict_at(place, &place_by_days, NOW + 1000 * DAY_MS), 1);
}

/* Everything that is not done keeps its file. */
static void what_is_not_done_stays(void **state)
{
    static const struct {
        enum record_type type;
        const char *body, *done;
    } each[] = {
        {RECORD_CONTACT, "{\"channel\":\"phone\"}",
         "{\"channel\":\"phone\",\"ended_at\":\"2020-01-01T00:00:00.000Z\"}"},
        {RECORD_SUBMISSION, "{\"status\":\"draft\"}", "{\"status\":\"submitted\"}"},
        {RECORD_HANDOFF, "{\"state\":\"offered\"}", "{\"state\":\"declined\"}"},
        {RECORD_TASK, "{\"state\":\"open\"}", "{\"state\":\"done\"}"},
        {RECORD_PROMISE, "{\"state\":\"running\"}", "{\"state\":\"met\"}"},
        {RECORD_MESSAGE, "{\"state\":\"received\"}", "{\"state\":\"read\"}"},
        {RECORD_MESSAGE, "{\"state\":\"queued\"}", "{\"state\":\"sent\"}"},
        {RECORD_DELIVERY, "{\"state\":\"waiting\"}", "{\"state\":\"acknowledged\"}"},
    };
    struct place *place = *state;

    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        struct id matter = place_case(place, LONG, NULL, "closed");
        json_t *body = json_loads(each[i].body, 0, NULL);
        json_t *done = json_loads(each[i].done, 0, NULL);
        struct id id;

        json_object_set_new(body, "case", json_string(matter.text));
        json_object_set_new(done, "case", json_string(matter.text));
        id = place_came(place, each[i].type, LONG, body);
        assert_int_equal(place_evict(place), 0);
        place_feed(place, place_served(each[i].type, &id, 2, place->cursor + 1, done));
        /* It is looked at again the next day. */
        assert_int_equal(place_evict_at(place, &place_by_days, NOW + 2 * DAY_MS), 2);
    }
}

static void unsent_work_stays(void **state)
{
    struct place *place = *state;
    struct store_fixture *fixture = &place->fixture;
    struct id matter = place_case(place, LONG, NULL, "closed");
    struct id other = place_case(place, LONG, NULL, "closed");
    struct id third = place_case(place, LONG, NULL, "closed");
    struct id note = store_fixture_note(fixture, &matter, "unsent");
    struct store_outcome outcome = {.refusal = MERGE_FORBIDDEN};
    json_t *typed = json_pack("{s:s}", "text", "half a sent");
    struct operation *operation;
    char name[64];
    int64_t far = NOW + 5000 * DAY_MS; /* years past whatever was made here just now */

    /* A refusal that nobody has seen. */
    operation = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CASE, &other,
                                        "{\"subject\":\"kept\"}");
    outcome.operation = operation->id;
    assert_int_equal(store_fixture_apply(fixture, operation), 0);
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    /* What the desk remembers. */
    snprintf(name, sizeof(name), "note/%s", third.text);
    assert_int_equal(store_state_put(fixture->store, name, typed, NULL), 0);
    json_decref(typed);
    assert_int_equal(place_evict_at(place, &place_by_days, far), 0);
    assert_true(place_has(place, RECORD_NOTE, &note));
    assert_int_equal(store_outbox_count(fixture->store, NULL), 1);
    /* Seen, and typed no more. */
    assert_int_equal(store_refusal_dismiss(fixture->store, &outcome.operation, NULL), 0);
    assert_int_equal(store_state_put(fixture->store, name, NULL, NULL), 0);
    assert_int_equal(place_evict_at(place, &place_by_days, far + 2 * DAY_MS), 2);
    assert_true(place_has(place, RECORD_CASE, &matter));
    assert_true(place_has(place, RECORD_NOTE, &note));
}

/* What hangs on a case that is not here could not be asked for. */
static void what_hangs_on_nothing_stays(void **state)
{
    struct place *place = *state;
    struct id matter = place_case(place, LONG, NULL, "closed");
    struct id note = place_note(place, LONG, &matter);
    struct store_gone gone = {RECORD_CASE, matter};
    struct store_place page = {.cursor = place->cursor + 1, .feed = "feed", .epoch = ""};

    page.gone = &gone;
    page.gone_count = 1;
    assert_int_equal(store_write_page_at(place->fixture.store, NULL, 0, &page, NULL), 0);
    assert_int_equal(place_evict(place), 0);
    assert_true(place_has(place, RECORD_NOTE, &note));
}

/* What the server took and the feed has not brought yet would come no more. */
static void what_is_past_the_cursor_stays(void **state)
{
    struct place *place = *state;
    struct store *store = place->fixture.store;
    struct id matter = place_made(LONG);
    struct record *record =
        place_served(RECORD_CASE, &matter, 1, 9, place_case_body(NULL, "closed"));

    assert_int_equal(store_write_page(store, &record, 1, 8, "feed", NULL), 0);
    record_free(record);
    assert_int_equal(place_evict(place), 0);
    assert_int_equal(store_write_page(store, NULL, 0, 9, "feed", NULL), 0);
    assert_int_equal(place_evict_at(place, &place_by_days, NOW + 2 * DAY_MS), 1);
}

static void the_bound_holds_and_the_disk_has_room(void **state)
{
    struct place *place = *state;
    const struct store_policy bound = {.keep_ms = 400 * DAY_MS, .bytes = 512 * 1024};
    char text[4000];
    struct store_size size;
    struct id first = {""}, last = {""};
    int64_t before;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < 100; i++) {
        struct id client = place_client(place, NOW - (200 - i) * DAY_MS);
        struct id matter = place_case(place, NOW - (200 - i) * DAY_MS, &client, "closed");

        for (int j = 0; j < 6; j++)
            place_came(place, RECORD_NOTE, NOW - (200 - i) * DAY_MS,
                       json_pack("{s:s, s:s}", "case", matter.text, "text", text));
        first = i == 0 ? matter : first;
        last = matter;
    }
    assert_int_equal(store_size(place->fixture.store, &size, NULL), 0);
    assert_true(size.bytes > 2 * bound.bytes);
    assert_int_equal(size.cases, 100);
    store_fixture_reopen(&place->fixture);
    before = place_bytes(place);
    place_evict_at(place, &bound, NOW);
    assert_int_equal(store_size(place->fixture.store, &size, NULL), 0);
    assert_true(size.bytes <= bound.bytes);
    assert_true(size.free < 256 * 4096);
    assert_true(place_bytes(place) < before / 2);
    /* The least recently needed went; one is not let go of more than must be. */
    assert_false(place_has(place, RECORD_CASE, &first));
    assert_true(place_has(place, RECORD_CASE, &last));
    assert_true(size.bytes > bound.bytes / 4);
}

static void what_came_back_is_whole(void **state)
{
    struct place *place = *state;
    struct store *store = place->fixture.store;
    struct id client = place_client(place, LONG);
    struct id matter = place_case(place, LONG, &client, "closed");
    struct id note = place_note(place, LONG, &matter), wanted;
    struct record *page[2];
    enum record_type type;

    assert_int_equal(place_evict(place), 2);
    assert_int_equal(store_file_wanted(store, &type, &wanted, NULL), 0);
    /* It is worked on again: an office holds what it has open. */
    place_feed(place, place_served(RECORD_CASE, &matter, 2, place->cursor + 1,
                                   place_case_body(&client, "received")));
    assert_int_equal(store_file_wanted(store, &type, &wanted, NULL), 1);
    assert_int_equal(type, RECORD_CASE);
    assert_string_equal(wanted.text, matter.text);
    /* The first page is not all of it; and a later rev that is here stays. */
    page[0] = place_served(RECORD_CASE, &matter, 1, 2, place_case_body(&client, "closed"));
    page[1] = place_served(RECORD_NOTE, &note, 1, 3, json_pack("{s:s}", "case", matter.text));
    assert_int_equal(store_file_write(store, RECORD_CASE, &matter, page, 2, false, NOW, NULL), 0);
    assert_true(place_noted(place, RECORD_CASE, &matter).away);
    assert_int_equal(store_file_write(store, RECORD_CASE, &matter, NULL, 0, true, NOW, NULL), 0);
    record_free(page[0]);
    assert_int_equal(store_get(store, RECORD_CASE, &matter, &page[0], NULL, NULL), 0);
    assert_int_equal(page[0]->rev, 2);
    assert_true(place_has(place, RECORD_NOTE, &note));
    assert_false(place_noted(place, RECORD_CASE, &matter).away);
    assert_int_equal(place_noted(place, RECORD_CASE, &matter).needed_ms, NOW);
    assert_int_equal(store_file_wanted(store, &type, &wanted, NULL), 0);
    record_free(page[0]);
    record_free(page[1]);
}

/* Whoever gives up before the last page holds a part, and knows it. */
static void what_came_in_part_is_not_whole(void **state)
{
    struct place *place = *state;
    struct store *store = place->fixture.store;
    struct id client = place_client(place, LONG);
    struct id here = place_case(place, LONG, &client, "closed");
    struct id fresh = place_made(LONG), closed = place_made(LONG), other = place_made(LONG);
    struct record *page[4] = {
        place_served(RECORD_CASE, &fresh, 1, 2, place_case_body(&client, "closed")),
        place_served(RECORD_CASE, &closed, 1, 2, place_case_body(&client, "closed")),
        place_served(RECORD_CASE, &here, 1, 3, place_case_body(&client, "closed")),
        place_served(RECORD_CASE, &other, 1, 4, place_case_body(&client, "received"))};

    assert_int_equal(store_file_write(store, RECORD_CASE, &fresh, page, 1, false, NOW, NULL), 0);
    assert_true(place_noted(place, RECORD_CASE, &fresh).away);
    assert_int_equal(store_file_write(store, RECORD_CASE, &fresh, page, 1, true, NOW, NULL), 0);
    assert_false(place_noted(place, RECORD_CASE, &fresh).away);
    /* With their client come the closed ones that were not here. */
    assert_int_equal(store_file_write(store, RECORD_CLIENT, &client, page, 4, false, NOW, NULL), 0);
    assert_true(place_noted(place, RECORD_CLIENT, &client).away);
    assert_true(place_noted(place, RECORD_CASE, &closed).away);
    assert_false(place_noted(place, RECORD_CASE, &here).away);
    assert_false(place_noted(place, RECORD_CASE, &other).away);
    assert_int_equal(store_file_write(store, RECORD_CLIENT, &client, NULL, 0, true, NOW, NULL), 0);
    assert_false(place_noted(place, RECORD_CLIENT, &client).away);
    assert_false(place_noted(place, RECORD_CASE, &closed).away);
    for (size_t i = 0; i < 4; i++)
        record_free(page[i]);
}

/* One that was left out of the feed, for it had rested, comes without what hangs on it. */
static void what_was_left_out_is_known(void **state)
{
    struct place *place = *state;
    struct store *store = place->fixture.store;
    struct id matter = place_made(LONG), wanted, young;
    enum record_type type;
    int64_t old, until;

    assert_int_equal(store_old(store, &place_by_days, NOW, 0, &old, &until, NULL), 0);
    assert_int_equal(old, NOW - NOW % DAY_MS - place_by_days.keep_ms);
    /* It never falls. */
    assert_int_equal(store_old(store, &place_by_days, NOW - 50 * DAY_MS, 0, &old, &until, NULL), 0);
    assert_int_equal(old, NOW - NOW % DAY_MS - place_by_days.keep_ms);
    /* It counts until what was there at the beginning is read. */
    assert_int_equal(store_old_head(store, 70, NULL), 0);
    assert_int_equal(store_old(store, &place_by_days, NOW + 50 * DAY_MS, 69, &old, &until, NULL),
                     0);
    assert_int_equal(old, NOW - NOW % DAY_MS - place_by_days.keep_ms);
    assert_int_equal(until, 70);
    assert_int_equal(store_old(store, &place_by_days, NOW, 70, &old, &until, NULL), 0);
    assert_int_equal(old, 0);
    /* As it stood then, all of it comes. */
    young = place_case(place, LONG + 1, NULL, "received");
    assert_false(place_noted(place, RECORD_CASE, &young).away);
    place->cursor = 70;
    young = place_case(place, NOW - DAY_MS, NULL, "received");
    assert_false(place_noted(place, RECORD_CASE, &young).away);
    place_feed(place, place_served(RECORD_CASE, &matter, 2, place->cursor + 1,
                                   place_case_body(NULL, "received")));
    assert_true(place_noted(place, RECORD_CASE, &matter).away);
    assert_int_equal(store_file_wanted(store, &type, &wanted, NULL), 1);
    assert_string_equal(wanted.text, matter.text);
    /* The server does not show it after all. */
    assert_int_equal(store_file_denied(store, RECORD_CASE, &matter, NULL), 0);
    assert_int_equal(store_file_wanted(store, &type, &wanted, NULL), 0);
}

/* The file of another office's client comes by the feed, in whatever pages: until the last of them
 * neither it nor its cases are whole, and how far it is can be told. */
static void what_was_opened_comes_by_the_feed(void **state)
{
    struct place *place = *state;
    struct store *store = place->fixture.store;
    struct id client = place_made(LONG), matter = place_made(LONG), other;
    struct store_opened opened = {.after = 11, .last = 14, .records = 3};
    struct store_file file;

    place->cursor = 10;
    assert_int_equal(store_file_opened(store, RECORD_CLIENT, &client, &opened, NULL), 1);
    file = place_noted(place, RECORD_CLIENT, &client);
    assert_false(store_file_is_whole(&file));
    assert_int_equal(file.coming, 3);
    assert_int_equal(file.come, 0);
    other = place_case(place, LONG, NULL, "received"); /* of something else */
    file = place_noted(place, RECORD_CASE, &other);
    assert_true(store_file_is_whole(&file));
    assert_int_equal(place_noted(place, RECORD_CLIENT, &client).come, 0);
    place_feed(place,
               place_served(RECORD_CLIENT, &client, 1, 12, json_pack("{s:s}", "name", "Ann")));
    assert_int_equal(place_noted(place, RECORD_CLIENT, &client).come, 1);
    place_feed(place,
               place_served(RECORD_CASE, &matter, 1, 13, place_case_body(&client, "received")));
    file = place_noted(place, RECORD_CASE, &matter);
    assert_false(store_file_is_whole(&file));
    assert_int_equal(file.come, 2);
    assert_int_equal(file.coming, 3);
    /* Nobody need fetch what comes by itself. */
    assert_false(file.away);
    assert_int_equal(file.wanted_ms, 0);
    store_fixture_reopen(&place->fixture);
    assert_int_equal(place_noted(place, RECORD_CLIENT, &client).come, 2);
    place_note(place, LONG, &matter);
    file = place_noted(place, RECORD_CASE, &matter);
    assert_true(store_file_is_whole(&file));
    file = place_noted(place, RECORD_CLIENT, &client);
    assert_true(store_file_is_whole(&file));
    assert_int_equal(file.coming, 0);
    /* Opened once more, and all of it came then. */
    assert_int_equal(store_file_opened(place->fixture.store, RECORD_CLIENT, &client, &opened, NULL),
                     0);
    file = place_noted(place, RECORD_CLIENT, &client);
    assert_true(store_file_is_whole(&file));
}

/* A server with another feed knows nothing of what the former one would have brought. */
static void nothing_comes_from_a_former_server(void **state)
{
    struct place *place = *state;
    struct id client = place_client(place, LONG);
    struct store_opened opened = {.after = 100, .last = 200, .records = 50};
    struct store_file file;

    assert_int_equal(store_file_opened(place->fixture.store, RECORD_CLIENT, &client, &opened, NULL),
                     1);
    assert_int_equal(store_write_page(place->fixture.store, NULL, 0, 0, "another feed", NULL), 0);
    place->cursor = 0;
    assert_int_equal(store_file_pin(place->fixture.store, RECORD_CLIENT, &client, true, 1, NULL),
                     0);
    file = place_noted(place, RECORD_CLIENT, &client);
    assert_int_equal(file.coming, 0);
}

/* Everything is read anew: what is pinned is wanted where it does not come. */
static void pins_outlive_another_server(void **state)
{
    struct place *place = *state;
    struct store *store = place->fixture.store;
    struct id matter = place_case(place, LONG, NULL, "closed"), wanted;
    enum record_type type;

    assert_int_equal(store_file_pin(store, RECORD_CASE, &matter, true, NOW, NULL), 0);
    assert_int_equal(store_write_page(store, NULL, 0, 0, "another feed", NULL), 0);
    assert_false(place_has(place, RECORD_CASE, &matter));
    assert_int_equal(store_file_want_pins(store, NOW, NULL), 0);
    assert_int_equal(store_file_wanted(store, &type, &wanted, NULL), 1);
    assert_string_equal(wanted.text, matter.text);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, place_set_up, place_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_rested_long_goes),
        TEST(a_client_without_a_case_goes),
        TEST(cases_of_a_pinned_client_stay),
        TEST(what_was_opened_stays),
        TEST(what_is_not_done_stays),
        TEST(unsent_work_stays),
        TEST(what_hangs_on_nothing_stays),
        TEST(what_is_past_the_cursor_stays),
        TEST(the_bound_holds_and_the_disk_has_room),
        TEST(what_came_back_is_whole),
        TEST(what_came_in_part_is_not_whole),
        TEST(what_was_left_out_is_known),
        TEST(what_was_opened_comes_by_the_feed),
        TEST(nothing_comes_from_a_former_server),
        TEST(pins_outlive_another_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
