/* Over HTTP: who is given a note with restricted visibility, and from whom it is taken. */
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/server_fixture.h"

/* Ben comes to office a, in this role. */
static void move_ben(struct server_fixture *f, const char *role)
{
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "ben", "office",
                              "sample/a", "role", role));
}

static json_t *restricted(struct server_fixture *f, enum fixture_agent who, const struct id *matter)
{
    json_t *note = fixture_note(&f->ledger, who, "sample/a", matter, "threatened by her brother");

    json_object_set_new(note, "visibility", json_string("restricted"));
    return note;
}

/* Puts the case into these hands, by whoever says so; "" for nobody's. */
static void assign(struct server_fixture *f, enum fixture_agent who, const struct id *matter,
                   int64_t base, const char *assignee)
{
    fixture_applied(
        &f->ledger, who,
        fixture_operation(&f->ledger, who, OPERATION_CLAIM, RECORD_CASE, matter, base,
                          json_pack("{s:o}", "assignee",
                                    *assignee != '\0' ? json_string(assignee) : json_null())));
}

/* What the record's own address answers Ben (who says why, of another's note: on this case), and
 * whether his feed has it or takes it back. */
static void expect_for_ben(struct server_fixture *f, const struct id *matter, const struct id *note,
                           bool seen, bool gone)
{
    char path[128];
    struct call call = {.path = path, .token = f->tokens[BEN]};
    struct call feed = {.path = "/v1/changes?since=0", .token = f->tokens[BEN]};
    json_t *page, *record;
    bool listed = false, taken = false;
    size_t i;

    snprintf(path, sizeof(path), "/v1/records/note/%s", note->text);
    if (seen) {
        if (matter != NULL)
            server_say_why(f, BEN, RECORD_CASE, matter);
        json_decref(server_json(f, &call));
    } else
        server_expect_problem(f, &call, 403, "forbidden");
    page = server_json(f, &feed);
    json_array_foreach(json_object_get(page, "records"), i, record)
    {
        listed |= strcmp(json_text_or(record, "id", ""), note->text) == 0;
    }
    json_array_foreach(json_object_get(page, "gone"), i, record)
    {
        taken |= strcmp(json_text_or(record, "id", ""), note->text) == 0;
    }
    json_decref(page);
    assert_int_equal(listed, seen);
    assert_int_equal(taken, gone);
}

static void test_colleagues_do_not_see_it(void **state)
{
    struct server_fixture *f = *state;
    struct id matter, open, note;

    move_ben(f, "clerk");
    matter =
        fixture_make(&f->ledger, ANNE, RECORD_CASE, fixture_case(&f->ledger, ANNE, "sample/a"));
    open = fixture_make(&f->ledger, ANNE, RECORD_NOTE,
                        fixture_note(&f->ledger, ANNE, "sample/a", &matter, "for everyone"));
    note = fixture_make(&f->ledger, ANNE, RECORD_NOTE, restricted(f, ANNE, &matter));
    expect_for_ben(f, &matter, &open, true, false);
    expect_for_ben(f, &matter, &note, false, false);
    assert_true(fixture_sees(&f->ledger, ANNE, 0, &note));
    assert_int_equal(fixture_read(&f->ledger, ANNE, RECORD_NOTE, &note, NULL), 0);
    /* Nor is it reached by correcting it. */
    json_t *correction = fixture_note(&f->ledger, BEN, "sample/a", &matter, "peek");
    json_object_set_new(correction, "corrects", json_string(note.text));
    json_object_set_new(correction, "kind", json_string("correction"));
    fixture_refused(
        &f->ledger, BEN,
        fixture_operation(&f->ledger, BEN, OPERATION_APPEND, RECORD_NOTE, &matter, 0, correction),
        MERGE_FORBIDDEN, "corrects");
}

/* It goes with the case: whoever has that in hands reads it, and no longer when it left them. */
static void test_it_follows_the_case(void **state)
{
    struct server_fixture *f = *state;
    const char *anne = f->ledger.actors[ANNE].agent.text, *ben = f->ledger.actors[BEN].agent.text;
    struct id matter, before, after, own;

    move_ben(f, "clerk");
    matter =
        fixture_make(&f->ledger, ANNE, RECORD_CASE, fixture_case(&f->ledger, ANNE, "sample/a"));
    before = fixture_make(&f->ledger, ANNE, RECORD_NOTE, restricted(f, ANNE, &matter));
    assign(f, BEN, &matter, 1, ben);
    expect_for_ben(f, &matter, &before, true, false);
    after = fixture_make(&f->ledger, ANNE, RECORD_NOTE, restricted(f, ANNE, &matter));
    expect_for_ben(f, &matter, &after, true, false);
    own = fixture_make(&f->ledger, BEN, RECORD_NOTE, restricted(f, BEN, &matter));
    assign(f, BEN, &matter, 2, "");
    expect_for_ben(f, &matter, &before, false, true);
    expect_for_ben(f, &matter, &after, false, true);
    /* Who wrote it keeps it. */
    expect_for_ben(f, NULL, &own, true, false);
    assert_int_equal(fixture_read(&f->ledger, ANNE, RECORD_NOTE, &own, NULL), ERROR_REFUSED);
    assign(f, ANNE, &matter, 3, anne);
    assert_int_equal(fixture_read(&f->ledger, ANNE, RECORD_NOTE, &own, NULL), 0);
    expect_for_ben(f, &matter, &before, false, true);
}

static void test_supervisors_of_the_office_see_it(void **state)
{
    struct server_fixture *f = *state;
    struct id matter, note;

    move_ben(f, "clerk");
    matter =
        fixture_make(&f->ledger, ANNE, RECORD_CASE, fixture_case(&f->ledger, ANNE, "sample/a"));
    note = fixture_make(&f->ledger, ANNE, RECORD_NOTE, restricted(f, ANNE, &matter));
    expect_for_ben(f, &matter, &note, false, false);
    move_ben(f, "supervisor");
    expect_for_ben(f, &matter, &note, true, false);
    move_ben(f, "clerk");
    fixture_publish(&f->ledger, RECORD_AGENT, "sample/ben2",
                    json_pack("{s:s, s:s, s:s, s:s}", "login", "ben2", "name", "ben", "office",
                              "sample/b", "role", "supervisor"));
    expect_for_ben(f, &matter, &note, false, true);
}

/* A hand-off shows the case and what belongs to it, but for this; to who writes a restricted note
 * themself, an end of the hand-off leaves what they wrote. */
static void test_a_handoff_does_not_carry_it(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    struct id matter = fixture_make(l, ANNE, RECORD_CASE, fixture_case(l, ANNE, "sample/a"));
    struct id open = fixture_make(l, ANNE, RECORD_NOTE,
                                  fixture_note(l, ANNE, "sample/a", &matter, "for everyone"));
    struct id note = fixture_make(l, ANNE, RECORD_NOTE, restricted(f, ANNE, &matter));
    struct id handoff = fixture_make(
        l, ANNE, RECORD_HANDOFF,
        fixture_handoff(l, ANNE, "sample/a", &matter, l->actors[BEN].agent.text, NULL, NULL));
    struct id later = fixture_make(l, ANNE, RECORD_NOTE, restricted(f, ANNE, &matter)), own;

    expect_for_ben(f, NULL, &open, true, false);
    expect_for_ben(f, NULL, &note, false, false);
    expect_for_ben(f, NULL, &later, false, false);
    own = fixture_make(l, BEN, RECORD_NOTE, restricted(f, BEN, &matter));
    assign(f, BEN, &matter, 1, l->actors[BEN].agent.text);
    expect_for_ben(f, NULL, &note, true, false);
    assign(f, BEN, &matter, 2, "");
    fixture_decide(l, BEN, &handoff, 1, "declined", l->clock_ms);
    expect_for_ben(f, NULL, &open, false, true);
    expect_for_ben(f, NULL, &note, false, true);
    expect_for_ben(f, NULL, &own, true, false);
}

/* Written before there was a case: it is the case's of that contact. */
static void test_on_a_contact(void **state)
{
    struct server_fixture *f = *state;
    struct ledger_fixture *l = &f->ledger;
    const char *ben = l->actors[BEN].agent.text;
    struct id matter, contact, note;
    json_t *body;

    move_ben(f, "clerk");
    matter = fixture_make(l, ANNE, RECORD_CASE, fixture_case(l, ANNE, "sample/a"));
    body = json_pack("{s:s, s:s, s:s, s:o, s:s}", "channel", "phone", "office", "sample/a", "agent",
                     l->actors[ANNE].agent.text, "started_at", json_time(l->clock_ms), "case",
                     matter.text);
    contact = fixture_make(l, ANNE, RECORD_CONTACT, body);
    body = restricted(f, ANNE, NULL);
    json_object_set_new(body, "contact", json_string(contact.text));
    note = fixture_make(l, ANNE, RECORD_NOTE, body);
    expect_for_ben(f, &matter, &note, false, false);
    assign(f, BEN, &matter, 1, ben);
    expect_for_ben(f, &matter, &note, true, false);
    assign(f, BEN, &matter, 2, "");
    expect_for_ben(f, &matter, &note, false, true);
}

#define WITH(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, server_fixture_setup, server_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_colleagues_do_not_see_it),
        WITH(test_it_follows_the_case),
        WITH(test_supervisors_of_the_office_see_it),
        WITH(test_a_handoff_does_not_carry_it),
        WITH(test_on_a_contact),
    };

    return cmocka_run_group_tests_name("restricted notes", tests, NULL, NULL);
}
