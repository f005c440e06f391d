/* Finding clients and cases of all offices: by what, by whom, and what the trail says of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/search_people.h"

#define NOW INT64_C(1800000000000)

/* Anne looks, of office a; the clients are of office d. */
static int setup(void **state)
{
    int code = fixture_setup(state);

    people_role(*state, ANNE, "a", "clerk");
    return code;
}

static int look(struct ledger_fixture *f, enum record_type type, const char *typed,
                struct ledger_search_result *result)
{
    struct ledger_search_asked asked = {
        .type = type, .typed = typed, .purpose = PURPOSE_CONTACT, .limit = 10};
    struct error error = ERROR_INIT;

    return ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, result, &error);
}

/* The names of the clients who are found, in their order. */
static void expect(struct ledger_fixture *f, const char *typed, const char *names)
{
    struct ledger_search_result result;
    char found[400] = "";

    /* Nobody is held up here by how often they look. */
    people_sql(f, "DELETE FROM searcher");
    assert_int_equal(look(f, RECORD_CLIENT, typed, &result), 0);
    for (size_t i = 0; i < result.count; i++) {
        size_t used = strlen(found);

        snprintf(found + used, sizeof(found) - used, "%s%s", i > 0 ? "; " : "",
                 record_text(result.hits[i].client, "name"));
    }
    if (strcmp(found, names) != 0)
        fail_msg("%s: found \"%s\", not \"%s\"", typed, found, names);
    ledger_search_clear(&result);
}

static void by_name(void **state)
{
    struct ledger_fixture *f = *state;

    people_client(f, "Zoé Lévesque", NULL, NULL, NULL, NULL);
    people_client(f, "Rhéaume, Jean-Guy", NULL, NULL, NULL, NULL);
    people_client(f, "Philip Knight", NULL, NULL, NULL, NULL);
    /* Accents and case aside, in any order, by beginnings. */
    expect(f, "zoe levesque", "Zoé Lévesque");
    expect(f, "LÉVESQUE Zo", "Zoé Lévesque");
    expect(f, "jean rheaume", "Rhéaume, Jean-Guy");
    expect(f, "guy rh", "Rhéaume, Jean-Guy");
    /* All words must fit. */
    expect(f, "zoe knight", "");
    expect(f, "xavier", "");
    expect(f, " ", "");
}

/* By ear, in French and in English. */
static void by_sound(void **state)
{
    struct ledger_fixture *f = *state;

    people_client(f, "Zoé Tremblay", NULL, NULL, NULL, NULL);
    people_client(f, "Philip Knight", NULL, NULL, NULL, NULL);
    people_client(f, "Guylaine Thibault", NULL, NULL, NULL, NULL);
    expect(f, "tremblai zoe", "Zoé Tremblay");
    expect(f, "thibeau guylaine", "Guylaine Thibault");
    expect(f, "filip nite", "Philip Knight");
    expect(f, "night", "Philip Knight");
}

static void by_number_and_date(void **state)
{
    struct ledger_fixture *f = *state;

    people_client(f, "Zoé Roy", "+1 (418) 555-1234", "zoe.roy@example.ca", "G1R 4S9", "1980-05-31");
    people_client(f, "Ann Roy", "514-555-9999 poste 3", "ann@example.ca", "H2X1Y4", "1990-05-31");
    expect(f, "418 555-1234", "Zoé Roy");
    expect(f, "(418) 555-1234", "Zoé Roy");
    expect(f, "14185551234", "Zoé Roy");
    expect(f, "555-1234", "Zoé Roy");
    expect(f, "1234", "Zoé Roy");
    expect(f, "5145559999", "Ann Roy");
    expect(f, "ZOE.ROY@example.ca", "Zoé Roy");
    expect(f, "ann@", "Ann Roy");
    expect(f, "g1r4s9", "Zoé Roy");
    expect(f, "G1R 4S9", "Zoé Roy");
    expect(f, "h2x 1y4", "Ann Roy");
    expect(f, "1980-05-31", "Zoé Roy");
    expect(f, "31 mai 1980", "Zoé Roy");
    expect(f, "roy 1990", "Ann Roy");
    expect(f, "roy g1r", "Zoé Roy");
}

/* Who fits best comes first; a whole name before the beginning of one. */
static void best_first(void **state)
{
    struct ledger_fixture *f = *state;

    people_client(f, "Royer", NULL, NULL, NULL, NULL);
    people_client(f, "Roy", NULL, NULL, NULL, NULL);
    expect(f, "roy", "Roy; Royer");
}

static void by_reference_and_id(void **state)
{
    struct ledger_fixture *f = *state;
    struct id zoe = people_client(f, "Zoé Roy", NULL, NULL, NULL, NULL);
    struct id other = people_client(f, "Ann Roy", NULL, NULL, NULL, NULL);
    struct ledger_search_result result;
    char reference[ID_REFERENCE_SIZE], typed[80];
    struct id matter = people_case(f, &zoe, reference), nameless;

    people_case(f, &other, NULL);
    expect(f, reference, "Zoé Roy");
    for (char *at = strcpy(typed, reference); *at != '\0'; at++)
        *at = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
    expect(f, typed, "Zoé Roy");
    snprintf(typed, sizeof(typed), "%s roy", reference);
    expect(f, typed, "Zoé Roy");
    snprintf(typed, sizeof(typed), "%s knight", reference);
    expect(f, typed, "");
    expect(f, zoe.text, "Zoé Roy");
    assert_int_equal(look(f, RECORD_CASE, reference, &result), 0);
    assert_int_equal(result.count, 1);
    assert_string_equal(result.hits[0].matter->id.text, matter.text);
    assert_string_equal(result.hits[0].client->id.text, zoe.text);
    ledger_search_clear(&result);
    assert_int_equal(look(f, RECORD_CASE, matter.text, &result), 0);
    assert_int_equal(result.count, 1);
    ledger_search_clear(&result);
    /* Of a case that nobody is named on, the reference is all there is. */
    nameless = people_case(f, NULL, reference);
    assert_int_equal(look(f, RECORD_CASE, reference, &result), 0);
    assert_int_equal(result.count, 1);
    assert_string_equal(result.hits[0].matter->id.text, nameless.text);
    assert_null(result.hits[0].client);
    ledger_search_clear(&result);
    expect(f, reference, "");
}

static void cases_by_their_client(void **state)
{
    struct ledger_fixture *f = *state;
    struct id zoe = people_client(f, "Zoé Roy", NULL, NULL, NULL, NULL);
    struct id old = people_client(f, "Zoé Levesque", NULL, NULL, NULL, NULL);
    struct id first = people_case(f, &zoe, NULL), second = people_case(f, &zoe, NULL);
    struct id third = people_case(f, &old, NULL);
    struct ledger_search_result result;

    people_merge(f, &old, &zoe);
    assert_int_equal(look(f, RECORD_CASE, "zoe roy", &result), 0);
    /* The newest first; those of the file that is merged into hers too. */
    assert_int_equal(result.count, 3);
    assert_string_equal(result.hits[0].matter->id.text, second.text);
    assert_string_equal(result.hits[1].matter->id.text, first.text);
    assert_string_equal(result.hits[2].matter->id.text, third.text);
    assert_string_equal(result.hits[2].client->id.text, zoe.text);
    ledger_search_clear(&result);
}

static void a_merged_client_leads_to_the_one_who_stays(void **state)
{
    struct ledger_fixture *f = *state;
    struct id old = people_client(f, "Zoé Levesque", "418 555-1234", NULL, NULL, NULL);
    struct id zoe = people_client(f, "Zoé Roy", "418 555-1234", NULL, NULL, NULL);
    struct ledger_search_result result;

    people_merge(f, &old, &zoe);
    assert_int_equal(look(f, RECORD_CLIENT, "levesque", &result), 0);
    assert_int_equal(result.count, 1);
    assert_string_equal(result.hits[0].client->id.text, zoe.text);
    assert_string_equal(record_text(result.hits[0].found_as, "name"), "Zoé Levesque");
    ledger_search_clear(&result);
    /* By what both have, once. */
    expect(f, "555-1234", "Zoé Roy");
}

/* What changed is found as it is now. */
static void keys_follow_the_record(void **state)
{
    struct ledger_fixture *f = *state;
    struct id zoe = people_client(f, "Zoé Roy", "418 555-1234", NULL, NULL, NULL);

    fixture_applied(
        f, DENIS,
        fixture_operation(f, DENIS, OPERATION_FIELDS, RECORD_CLIENT, &zoe, 1,
                          json_pack("{s:s, s:s}", "name", "Zoé Gagnon", "phone", "418 555-9876")));
    expect(f, "roy", "");
    expect(f, "gagnon zoe", "Zoé Gagnon");
    expect(f, "1234", "");
    expect(f, "9876", "Zoé Gagnon");
}

static void who_is_anonymous_is_not_found(void **state)
{
    struct ledger_fixture *f = *state;
    struct id nobody = fixture_make(
        f, DENIS, RECORD_CLIENT,
        json_pack("{s:s, s:s, s:s}", "kind", "anonymous", "office", "sample/d", "language", "fr"));
    struct ledger_search_result result;
    char reference[ID_REFERENCE_SIZE];

    people_case(f, &nobody, reference);
    expect(f, reference, "");
    assert_int_equal(look(f, RECORD_CASE, reference, &result), 0);
    assert_int_equal(result.count, 1);
    ledger_search_clear(&result);
}

/* --- who may ---------------------------------------------------------------------------------- */

static void the_role_decides_how_far(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_search_result result;
    struct error error = ERROR_INIT;
    struct ledger_search_asked asked = {
        .type = RECORD_CLIENT, .typed = "roy", .purpose = PURPOSE_CONTACT, .limit = 10};
    char *trail;

    people_client(f, "Zoé Roy", NULL, NULL, NULL, NULL);
    fixture_make(
        f, ANNE, RECORD_CLIENT,
        json_pack("{s:s, s:s, s:s}", "kind", "person", "office", "sample/a", "name", "Ann Roy"));
    expect(f, "roy", "Zoé Roy; Ann Roy");
    assert_int_equal(look(f, RECORD_CLIENT, "roy", &result), 0);
    assert_true(result.beyond);
    assert_false(result.hits[0].here);
    assert_true(result.hits[1].here);
    ledger_search_clear(&result);
    /* No such role: nothing at all, and the trail says that it was asked for. */
    people_role(f, ANNE, "a", "visitor");
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, &result, &error),
                     ERROR_REFUSED);
    people_role(f, ANNE, "a", "administrator");
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, &result, &error),
                     ERROR_REFUSED);
    assert_int_equal(result.count, 0);
    trail = people_trail(f, ANNE);
    assert_non_null(strstr(trail, "refused|contact||search: purpose\n"));
    free(trail);
}

static void a_reason_is_of_the_role_and_has_its_words(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_search_result result;
    struct ledger_search_asked asked = {
        .type = RECORD_CLIENT, .typed = "roy", .purpose = PURPOSE_NONE, .limit = 10};
    struct error error = ERROR_INIT;

    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, &result, &error),
                     ERROR_REFUSED);
    asked.purpose = PURPOSE_SUPERVISION;
    asked.words = "a complaint";
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, &result, &error),
                     ERROR_REFUSED);
    people_role(f, ANNE, "a", "supervisor");
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, &result, &error), 0);
    ledger_search_clear(&result);
    asked.words = " ";
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, &result, &error),
                     ERROR_REFUSED);
}

/* Exactly: who, why, by what kind of key, whom they found; never the words looked for. */
static void the_trail_says_all_but_the_words(void **state)
{
    struct ledger_fixture *f = *state;
    struct id zoe = people_client(f, "Zoé Roy", "418 555-1234", NULL, "G1R 4S9", "1980-05-31");
    struct id ann = people_client(f, "Ann Roy", NULL, NULL, NULL, NULL);
    struct ledger_search_asked asked = {.type = RECORD_CLIENT,
                                        .typed = "roy",
                                        .purpose = PURPOSE_WRITTEN,
                                        .words = "her letter",
                                        .limit = 10};
    struct ledger_search_result result;
    struct error error = ERROR_INIT;
    char *trail;

    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, &result, &error), 0);
    ledger_search_clear(&result);
    asked = (struct ledger_search_asked){.type = RECORD_CASE,
                                         .typed = "zoe 1980-05-31 555-1234 g1r4s9 z@example.ca",
                                         .purpose = PURPOSE_CONTACT,
                                         .limit = 10};
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, &result, &error), 0);
    ledger_search_clear(&result);
    trail = people_trail(f, ANNE);
    assert_string_equal(
        trail, "search|written|her letter|search: name; all offices; found 2\n"
               "search|contact||search: name, birth-date, phone, postal-code, email; all offices; "
               "found 0\n");
    assert_int_equal(people_trail_of(f, &zoe), 1);
    assert_int_equal(people_trail_of(f, &ann), 1);
    free(trail);
}

static void nobody_trawls(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_search_asked asked = {
        .type = RECORD_CLIENT, .typed = "roy", .purpose = PURPOSE_CONTACT, .limit = 10};
    struct ledger_search_result result;
    struct error error = ERROR_INIT;
    int64_t now = NOW;
    char *trail, *at;
    int refused = 0;

    for (int i = 0; i < LEDGER_SEARCH_BURST; i++)
        assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, now, &result, &error),
                         0);
    /* Whoever goes on is refused each time, and is in the trail for it once. */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, now, &result, &error),
                         ERROR_BUSY);
        assert_true(result.retry_ms > 0 && result.retry_ms <= LEDGER_SEARCH_MS);
    }
    /* The others are not held up, and a restart forgets nothing. */
    people_role(f, BEN, "b", "clerk");
    assert_int_equal(ledger_search(f->ledger, &f->actors[BEN], &asked, now, &result, &error), 0);
    fixture_reopen(f);
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, now, &result, &error),
                     ERROR_BUSY);
    trail = people_trail(f, ANNE);
    for (at = trail; (at = strstr(at, "refused|")) != NULL; at++)
        refused++;
    assert_int_equal(refused, 1);
    assert_non_null(strstr(trail, "refused|contact||search: too many\n"));
    free(trail);
    now += LEDGER_SEARCH_MS;
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, now, &result, &error), 0);
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, now, &result, &error),
                     ERROR_BUSY);
}

/* --- likely the same -------------------------------------------------------------------------- */

static void likely(struct ledger_fixture *f, const struct client_details *details,
                   const struct id *but, const char *name, unsigned bits)
{
    struct ledger_search_asked asked = {
        .type = RECORD_CLIENT, .like = details, .purpose = PURPOSE_CONTACT, .limit = 5};
    struct ledger_search_result result;
    struct error error = ERROR_INIT;

    if (but != NULL)
        asked.but = *but;
    assert_int_equal(ledger_search(f->ledger, &f->actors[ANNE], &asked, NOW, &result, &error), 0);
    if (name == NULL) {
        assert_int_equal(result.count, 0);
        return;
    }
    assert_true(result.count > 0);
    assert_string_equal(record_text(result.hits[0].client, "name"), name);
    assert_int_equal(result.hits[0].likeness & bits, bits);
    ledger_search_clear(&result);
}

static void who_is_likely_the_same_is_found(void **state)
{
    struct ledger_fixture *f = *state;
    struct client_details details = {
        .kind = "person", .name = "Lévecque, Zoe", .birth_date = "1980-05-31"};
    struct id zoe = people_client(f, "Zoé Lévesque", "418 555-1234", NULL, "G1R 4S9", "1980-05-31");
    char *trail;

    people_client(f, "Zoé Tremblay", "514 555-9999", NULL, "H2X 1Y4", "1990-01-01");
    likely(f, &details, NULL, "Zoé Lévesque", LIKE_BIRTH_DATE);
    likely(f, &details, &zoe, NULL, 0);
    details =
        (struct client_details){.kind = "person", .name = "Z. Lévesque", .phone = "(418) 555-1234"};
    likely(f, &details, NULL, "Zoé Lévesque", LIKE_PHONE);
    details = (struct client_details){.kind = "person", .name = "Guy Knight"};
    likely(f, &details, NULL, NULL, 0);
    trail = people_trail(f, ANNE);
    assert_non_null(
        strstr(trail, "search|contact||likely: name, birth-date; all offices; found 1"));
    free(trail);
}

/* --- many clients, and older databases -------------------------------------------------------- */

/* Six thousand, written as an older version did: without keys. */
static void add_old_clients(struct ledger_fixture *f)
{
    people_sql(
        f, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) "
           "INSERT INTO record (type, id, rev, seq, document) SELECT 'client', "
           "printf('018f0000-0000-7000-8000-%012d', i), 1, 1, json_object('type', 'client', 'id', "
           "printf('018f0000-0000-7000-8000-%012d', i), 'rev', 1, 'seq', 1, 'body', "
           "json_object('kind', 'person', 'office', 'sample/d', 'name', "
           "CASE WHEN i % 2 THEN 'Marie' ELSE 'Jean' END || ' ' || "
           "CASE WHEN i % 1000 = 7 THEN 'Quesnel' ELSE 'Tremblay' END, 'phone', "
           "printf('418555%04d', i)), 'meta', json_object()) FROM n");
    people_sql(f, "DELETE FROM search");
    people_sql(f, "DELETE FROM property WHERE name = 'search'");
}

static void remove_old_clients(struct ledger_fixture *f)
{
    people_sql(f, "DELETE FROM search WHERE record IN (SELECT number FROM record WHERE type = "
                  "'client' AND id LIKE '018f0000-%')");
    people_sql(f, "DELETE FROM record WHERE type = 'client' AND id LIKE '018f0000-%'");
}

/* Some were made when it was opened; until the others are, nobody is told that somebody is not
 * there. The making is in parts, and goes on where a process ended. */
static void make_ready(struct ledger_fixture *f)
{
    struct ledger_search_made made = {0};
    struct ledger_search_result result;

    assert_false(ledger_search_is_ready(f->ledger));
    assert_int_equal(look(f, RECORD_CLIENT, "quesnel marie", &result), ERROR_BUSY);
    assert_int_equal(result.retry_ms, LEDGER_SEARCH_READY_MS);
    ledger_search_clear(&result);
    assert_int_equal(ledger_search_fill(f->ledger, 300, &made, NULL), 0);
    assert_int_equal(made.clients, 300);
    assert_false(made.all);
    made = (struct ledger_search_made){0};
    assert_int_equal(ledger_search_fill(f->ledger, 300, &made, NULL), 0);
    assert_int_equal(ledger_search_fill(f->ledger, 300, &made, NULL), 0);
    assert_int_equal(ledger_search_fill(f->ledger, 300, &made, NULL), 0);
    assert_int_equal(made.clients, 700);
    assert_true(made.all);
    assert_true(ledger_search_is_ready(f->ledger));
    fixture_reopen(f);
    assert_true(ledger_search_is_ready(f->ledger));
}

static void older_clients_are_found_too(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_search_result result;
    struct client_details details = {
        .kind = "person", .name = "Jean Tremblay", .phone = "418 555-0042"};

    add_old_clients(f);
    fixture_reopen(f);
    make_ready(f);
    expect(f, "418 555 0007", "Marie Quesnel");
    /* Two common words: whoever has both. */
    expect(f, "marie tremblay 555-0011", "Marie Tremblay");
    assert_int_equal(look(f, RECORD_CLIENT, "quesnel marie", &result), 0);
    assert_int_equal(result.count, 6);
    assert_false(result.more);
    ledger_search_clear(&result);
    assert_int_equal(look(f, RECORD_CLIENT, "jean tremblay", &result), 0);
    assert_int_equal(result.count, 10);
    assert_true(result.more);
    for (size_t i = 0; i < result.count; i++)
        assert_string_equal(record_text(result.hits[i].client, "name"), "Jean Tremblay");
    ledger_search_clear(&result);
    assert_int_equal(look(f, RECORD_CLIENT, "tremblay", &result), 0);
    assert_int_equal(result.count, 10);
    assert_true(result.more);
    ledger_search_clear(&result);
    assert_int_equal(look(f, RECORD_CLIENT, "jean quesnel", &result), 0);
    assert_int_equal(result.count, 0);
    /* The one with the number comes before all others of the name. */
    likely(f, &details, NULL, "Jean Tremblay", LIKE_PHONE | LIKE_NAME);
    remove_old_clients(f);
}

/* A key that is lost, or left over, is told by the check. */
static void the_check_knows_the_keys(void **state)
{
    struct ledger_fixture *f = *state;

    people_client(f, "Zoé Roy", "418 555-1234", NULL, NULL, NULL);
    assert_int_equal(fixture_check(f), 0);
    people_sql(f, "UPDATE search SET key = 'n:rol' WHERE key = 'n:roy'");
    assert_int_equal(fixture_check(f), 1);
    people_sql(f, "UPDATE search SET key = 'n:roy' WHERE key = 'n:rol'");
    people_sql(f, "INSERT INTO search (record, key) VALUES (9999, 'n:nobody')");
    assert_int_equal(fixture_check(f), 1);
    people_sql(f, "DELETE FROM search WHERE record = 9999");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_name),
        TEST(by_sound),
        TEST(by_number_and_date),
        TEST(best_first),
        TEST(by_reference_and_id),
        TEST(cases_by_their_client),
        TEST(a_merged_client_leads_to_the_one_who_stays),
        TEST(keys_follow_the_record),
        TEST(who_is_anonymous_is_not_found),
        TEST(the_role_decides_how_far),
        TEST(a_reason_is_of_the_role_and_has_its_words),
        TEST(the_trail_says_all_but_the_words),
        TEST(nobody_trawls),
        TEST(who_is_likely_the_same_is_found),
        TEST(older_clients_are_found_too),
        TEST(the_check_knows_the_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
