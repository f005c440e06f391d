/* A hand-off that ended is taken back from those who hold it, also from those who were away. */
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_agent.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"
#include "tests/unit/ledger_fixture.h"

/* Reads on from `since`; true when the page takes this record back. `*next`: where it ends. */
static bool is_taken(struct ledger_fixture *f, enum fixture_agent who, int64_t since,
                     const struct id *id, int64_t *next)
{
    struct scope_set scopes = {0};
    struct ledger_page page;
    bool taken;

    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[who].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes(f->ledger, &scopes, since, 1000, NULL, &page, NULL), 0);
    assert_false(page.more);
    taken = strstr(page.gone, id->text) != NULL;
    /* Never both. */
    assert_true(!taken || strstr(page.records, id->text) == NULL || !fixture_sees(f, who, 0, id));
    if (next != NULL)
        *next = page.next;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return taken;
}

struct file {
    struct id client, matter, note;
};

static struct file file_make(struct ledger_fixture *f)
{
    struct file file;
    json_t *body = fixture_case(f, ANNE, "sample/a");

    file.client = fixture_make(
        f, ANNE, RECORD_CLIENT,
        json_pack("{s:s, s:s, s:s}", "kind", "person", "name", "Zoé", "office", "sample/a"));
    json_object_set_new(body, "client", json_string(file.client.text));
    file.matter = fixture_make(f, ANNE, RECORD_CASE, body);
    file.note = fixture_make(f, ANNE, RECORD_NOTE,
                             fixture_note(f, ANNE, "sample/a", &file.matter, "private"));
    return file;
}

static struct id offer(struct ledger_fixture *f, const struct file *file, enum fixture_agent to)
{
    json_t *body =
        fixture_handoff(f, ANNE, "sample/a", &file->matter, f->actors[to].agent.text, NULL, NULL);

    json_object_set_new(body, "client", json_string(file->client.text));
    return fixture_make(f, ANNE, RECORD_HANDOFF, body);
}

static void end(struct ledger_fixture *f, enum fixture_agent who, const struct id *handoff,
                const char *state)
{
    fixture_applied(f, who,
                    fixture_operation(f, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, 1,
                                      json_pack("{s:s, s:s}", "state", state, "reason", "no")));
}

static void what_an_offer_opened_is_taken_back(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    struct id handoff = offer(f, &file, BEN);
    int64_t read;

    assert_false(is_taken(f, BEN, 0, &file.matter, &read));
    end(f, BEN, &handoff, "declined");
    /* Ben was away: he hears it from where he had read, and from the beginning. */
    fixture_reopen(f);
    assert_true(is_taken(f, BEN, read, &file.matter, NULL));
    assert_true(is_taken(f, BEN, read, &file.client, NULL));
    assert_true(is_taken(f, BEN, read, &file.note, NULL));
    assert_false(is_taken(f, BEN, read, &handoff, &read));
    /* Once. Whoever sees it for another reason loses nothing. */
    assert_false(is_taken(f, BEN, read, &file.matter, NULL));
    assert_false(is_taken(f, ANNE, 0, &file.matter, NULL));
    assert_true(fixture_sees(f, ANNE, 0, &file.matter));
}

static void what_is_offered_again_is_not_taken_back(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    struct id handoff = offer(f, &file, BEN);
    int64_t read;

    assert_false(is_taken(f, BEN, 0, &file.matter, &read));
    end(f, ANNE, &handoff, "withdrawn");
    handoff = offer(f, &file, BEN);
    assert_false(is_taken(f, BEN, read, &file.matter, &read));
    assert_true(fixture_sees(f, BEN, 0, &file.matter));
    end(f, BEN, &handoff, "declined");
    assert_true(is_taken(f, BEN, read, &file.matter, NULL));
}

/* Two offers of the same case to the same agent: the one that stands keeps it open. */
static void another_offer_keeps_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    struct id first = offer(f, &file, BEN), second = offer(f, &file, BEN);
    int64_t read;

    assert_false(is_taken(f, BEN, 0, &file.matter, &read));
    end(f, BEN, &first, "declined");
    assert_false(is_taken(f, BEN, read, &file.matter, NULL));
    assert_false(is_taken(f, BEN, read, &file.note, NULL));
    assert_false(is_taken(f, BEN, read, &file.client, NULL));
    assert_true(fixture_sees(f, BEN, 0, &file.matter));
    assert_true(fixture_sees(f, BEN, 0, &file.client));
    end(f, BEN, &second, "declined");
    assert_true(is_taken(f, BEN, read, &file.matter, NULL));
    assert_true(is_taken(f, BEN, read, &file.client, NULL));
}

/* A terminal that has it from one scope and loses it from another is shown it as it stands. */
static void another_scope_keeps_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    struct id to_ben = offer(f, &file, BEN), to_office;
    json_t *body = fixture_handoff(f, ANNE, "sample/a", &file.matter, NULL, "sample/b", NULL);
    int64_t read;

    to_office = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    assert_false(is_taken(f, BEN, 0, &file.matter, &read));
    end(f, BEN, &to_ben, "declined");
    assert_false(is_taken(f, BEN, read, &file.matter, NULL));
    assert_true(fixture_sees(f, BEN, read, &file.matter));
    end(f, ANNE, &to_office, "withdrawn");
    assert_true(is_taken(f, BEN, read, &file.matter, NULL));
}

/* A record from beyond its end is of a history
 * that a restored server may not know, and would stay for ever. */
static void no_page_is_ahead_of_itself(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    struct id to_ben = offer(f, &file, BEN);
    struct scope_set scopes = {0};
    struct ledger_page page;
    int64_t read, since;

    fixture_make(f, ANNE, RECORD_HANDOFF,
                 fixture_handoff(f, ANNE, "sample/a", &file.matter, NULL, "sample/b", NULL));
    assert_false(is_taken(f, BEN, 0, &file.matter, &read));
    end(f, BEN, &to_ben, "declined");
    assert_false(is_taken(f, BEN, read, &file.matter, &since));
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_CASE, &file.matter, 1,
                                      json_pack("{s:s}", "status", "in-progress")));
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[BEN].agent, &scopes, NULL), 0);
    for (bool more = true, shown = false; more;) {
        json_t *list;
        json_t *one;
        size_t index;
        struct text_buffer text = {0};

        assert_int_equal(ledger_changes(f->ledger, &scopes, read, 1, NULL, &page, NULL), 0);
        text_buffer_add_format(&text, "[%s]", page.records);
        list = json_loads(text.bytes, 0, NULL);
        text_buffer_free(&text);
        json_array_foreach(list, index, one)
        {
            assert_true(json_integer_or(one, "seq", 0) <= page.next);
            shown = shown || strcmp(json_text_or(one, "id", ""), file.matter.text) == 0;
        }
        json_decref(list);
        more = page.more;
        read = page.next;
        assert_true(more || (shown && page.next > since));
        ledger_page_clear(&page);
    }
    scope_set_free(&scopes);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

/* --- forgetting it ---------------------------------------------------------------------------- */

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static void prune(struct ledger_fixture *f, int64_t now_ms)
{
    assert_int_equal(ledger_begin(f->ledger, NULL), 0);
    assert_int_equal(ledger_gone_prune(f->ledger, now_ms, NULL), 0);
    assert_int_equal(ledger_commit(f->ledger, NULL), 0);
}

/* The epoch of Ben's page at `since`; `limit` records at most. */
static void page_epoch(struct ledger_fixture *f, int64_t since, size_t limit, const char *brought,
                       char epoch[LEDGER_EPOCH_SIZE], int64_t *next)
{
    struct scope_set scopes = {0};
    struct ledger_page page = {0};

    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[BEN].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes(f->ledger, &scopes, since, limit, NULL, &page, NULL), 0);
    ledger_epoch_keep(&page, since, brought);
    text_copy(epoch, LEDGER_EPOCH_SIZE, page.epoch);
    *next = page.next;
    ledger_page_clear(&page);
    scope_set_free(&scopes);
}

static int check(struct ledger_fixture *f, int64_t since, const char *epoch)
{
    int code = ledger_gone_check(f->ledger, since, epoch, NULL);

    assert_int_equal(ledger_history_check(f->ledger, since, epoch, &(struct id){""}, NULL), 0);
    return code;
}

static void what_was_taken_long_ago_is_forgotten(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    struct id handoff = offer(f, &file, BEN), other;
    int64_t read, later, now = clock_system(NULL);
    char epoch[LEDGER_EPOCH_SIZE], plain[LEDGER_EPOCH_SIZE], fresh[LEDGER_EPOCH_SIZE];

    prune(f, now);
    page_epoch(f, 0, 1000, "", epoch, &read);
    text_copy(plain, LEDGER_EPOCH_NAME + 1, epoch);
    end(f, BEN, &handoff, "declined");
    prune(f, now + DAY_MS);
    /* A second time on one day it does nothing; nor is anything old enough yet. */
    prune(f, now + DAY_MS + 1);
    prune(f, now + LEDGER_GONE_KEPT_MS);
    assert_int_equal(check(f, read, epoch), 0);
    assert_true(is_taken(f, BEN, read, &file.matter, &later));
    other = offer(f, &file, BEN);
    end(f, BEN, &other, "declined");
    prune(f, now + DAY_MS + LEDGER_GONE_KEPT_MS);
    /* Whoever was away since before it was taken would hold it for ever: they begin anew. */
    assert_int_equal(check(f, read, epoch), ERROR_CONFLICT);
    assert_int_equal(check(f, read, plain), ERROR_CONFLICT);
    assert_int_equal(check(f, read, ""), ERROR_CONFLICT);
    assert_int_equal(check(f, 0, ""), 0);
    /* Who was told of it goes on, and is told of what came after. */
    assert_int_equal(check(f, later, epoch), 0);
    assert_true(is_taken(f, BEN, later, &file.matter, NULL));
    /* And who has begun to read since holds nothing of it, however far they are. */
    page_epoch(f, 0, 1, "", fresh, &read);
    ledger_epoch_day(strcpy(fresh, plain), now + DAY_MS + LEDGER_GONE_KEPT_MS);
    assert_int_equal(check(f, read, fresh), 0);
    assert_int_equal(fixture_check(f), 0);
}

/* A page in the middle tells no more than its reader was told before. */
static void a_page_that_others_follow_tells_no_day(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    struct id handoff = offer(f, &file, BEN);
    char old[LEDGER_EPOCH_SIZE], epoch[LEDGER_EPOCH_SIZE], whole[LEDGER_EPOCH_SIZE];
    int64_t first, next;

    (void)handoff;
    page_epoch(f, 0, 1, "", epoch, &first);
    page_epoch(f, 0, 1000, "", whole, &next);
    assert_true(next > first);
    /* The first page: nothing was seen before it. */
    assert_string_equal(epoch, whole);
    text_copy(old, LEDGER_EPOCH_NAME + 1, whole);
    ledger_epoch_day(old, 5 * DAY_MS);
    page_epoch(f, first, 1, old, epoch, &next);
    assert_string_equal(epoch, old);
    page_epoch(f, first, 1, "", epoch, &next);
    assert_int_equal(strlen(epoch), LEDGER_EPOCH_NAME);
    page_epoch(f, first, 1000, old, epoch, &next);
    assert_string_equal(epoch, whole);
}

/* A terminal that was told to let go of a record is told what became of its own change. */
static void what_is_older_than_the_horizon_is_not_known(void **state)
{
    struct ledger_fixture *f = *state;
    struct file file = file_make(f);
    struct operation *operation;
    struct scope_set scopes = {0};
    struct ledger_page page = {0};
    int64_t now = clock_system(NULL), since;

    prune(f, now);
    prune(f, now + LEDGER_GONE_KEPT_MS);
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[ANNE].agent, &scopes, NULL), 0);
    assert_int_equal(ledger_changes(f->ledger, &scopes, 0, 1000, NULL, &page, NULL), 0);
    since = page.next;
    ledger_page_clear(&page);
    operation = fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CLIENT, &file.client, 1,
                                  json_pack("{s:s}", "phone", "1"));
    fixture_applied(f, ANNE, operation);
    assert_int_equal(
        ledger_changes(f->ledger, &scopes, since, 1000, &f->actors[ANNE].device, &page, NULL), 0);
    assert_int_equal(page.count, 1);
    ledger_page_clear(&page);
    scope_set_free(&scopes);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH(what_an_offer_opened_is_taken_back),
        WITH(what_is_offered_again_is_not_taken_back),
        WITH(another_offer_keeps_it),
        WITH(another_scope_keeps_it),
        WITH(no_page_is_ahead_of_itself),
        WITH(what_was_taken_long_ago_is_forgotten),
        WITH(a_page_that_others_follow_tells_no_day),
        WITH(what_is_older_than_the_horizon_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
