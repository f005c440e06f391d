/* A hand-off that ended is taken back from those who hold it, also from those who were away. */
#include <string.h>

#include "app/json.h"
#include "app/text.h"
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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH(what_an_offer_opened_is_taken_back),
        WITH(what_is_offered_again_is_not_taken_back),
        WITH(another_offer_keeps_it),
        WITH(another_scope_keeps_it),
        WITH(no_page_is_ahead_of_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
