#include "app/client.h"

#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/client_index.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

static struct id add(struct work_fixture *fixture, const struct client_details *details)
{
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id;

    if (client_new(&batch, &fixture->author, details, &id, &error) != 0)
        fail_msg("%s", error.message);
    work_fixture_apply(fixture, &batch);
    return id;
}

static void a_new_client_has_what_was_said(void **state)
{
    struct id id = add(*state, &(struct client_details){.name = "Zoé L'Heureux",
                                                        .language = "fr",
                                                        .phone = "418 555-0199",
                                                        .postal_code = "g1r4s9"});
    struct record *client = work_fixture_get(*state, RECORD_CLIENT, &id, NULL);

    assert_string_equal(record_text(client, "kind"), "person");
    assert_string_equal(record_text(client, "name"), "Zoé L'Heureux");
    assert_string_equal(record_text(client, "postal_code"), "G1R 4S9");
    assert_string_equal(record_text(client, "office"), "sample/quebec");
    assert_null(json_object_get(client->body, "email"));
    record_free(client);
}

static void wrong_details_are_named(void **state)
{
    struct work_fixture *fixture = *state;
    const struct {
        struct client_details details;
        const char *member;
    } wrong[] = {
        {{.name = "  "}, "name"},
        {{.name = "A", .phone = "none"}, "phone"},
        {{.name = "A", .email = "a at b"}, "email"},
        {{.name = "A", .birth_date = "1980-02-30"}, "birth_date"},
        {{.name = "A", .birth_date = "1980"}, "birth_date"},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct batch batch = {0};
        struct error error = ERROR_INIT;
        struct id id;

        assert_int_equal(client_new(&batch, &fixture->author, &wrong[i].details, &id, &error),
                         ERROR_INVALID);
        assert_memory_equal(error.message, wrong[i].member, strlen(wrong[i].member));
        assert_int_equal(batch.count, 0);
    }
}

static void an_over_long_name_tells_both_sizes(void **state)
{
    struct work_fixture *fixture = *state;
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    char name[500];
    struct id id;

    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(
        client_new(&batch, &fixture->author, &(struct client_details){.name = name}, &id, &error),
        ERROR_TOO_LARGE);
    assert_string_equal(error.message, "name: 499 bytes, at most 400");
    assert_int_equal(batch.count, 0);
}

static void an_anonymous_client_has_no_name(void **state)
{
    struct work_fixture *fixture = *state;
    struct batch batch = {0};
    struct record *client;
    struct id id;

    assert_int_equal(client_new_anonymous(&batch, &fixture->author, "fr", &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    client = work_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    assert_string_equal(record_text(client, "kind"), "anonymous");
    assert_null(json_object_get(client->body, "name"));
    record_free(client);
}

static void an_anonymous_client_may_be_named_later(void **state)
{
    struct work_fixture *fixture = *state;
    struct client_details named = {.kind = "person", .name = "Zoé Roy", .phone = "418 555-0100"};
    struct client_index *index;
    struct client_hit hits[2];
    struct batch batch = {0};
    struct record *client;
    struct id id;

    assert_int_equal(client_new_anonymous(&batch, &fixture->author, "fr", &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    assert_int_equal(client_index_new(&index, fixture->store.store, NULL), 0);
    assert_int_equal(client_index_count(index), 0);
    client_index_free(index);
    client = work_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    assert_int_equal(client_change(&batch, &fixture->author, client, &named, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(client);
    assert_int_equal(client_index_new(&index, fixture->store.store, NULL), 0);
    assert_int_equal(client_index_find(index, "roy zoe", hits, 2), 1);
    assert_true(id_equal(&hits[0].client->id, &id));
    client_index_free(index);
}

static void a_change_sets_only_what_differs(void **state)
{
    struct work_fixture *fixture = *state;
    struct id id = add(fixture, &(struct client_details){.name = "A B", .phone = "418 555-0100"});
    struct record *client = work_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    struct batch batch = {0};
    struct client_details details = {.name = "A B", .phone = "", .email = "a@b.ca"};

    assert_int_equal(client_change(&batch, &fixture->author, client, &details, NULL), 0);
    assert_int_equal(batch.count, 1);
    assert_int_equal(json_object_size(batch.operations[0]->body), 2);
    assert_true(json_is_null(json_object_get(batch.operations[0]->body, "phone")));
    work_fixture_apply(fixture, &batch);
    record_free(client);
    client = work_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    assert_null(json_object_get(client->body, "phone"));
    details.phone = NULL;
    assert_int_equal(client_change(&batch, &fixture->author, client, &details, NULL), 0);
    assert_int_equal(batch.count, 0);
    record_free(client);
}

static void birth_dates_are_taken_in_their_usual_forms(void **state)
{
    struct work_fixture *fixture = *state;
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id = add(fixture, &(struct client_details){.name = "A", .birth_date = "31 mai 1980"});
    struct record *client = work_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    struct client_details details = {.birth_date = "31/05/1980"};

    assert_string_equal(record_text(client, "birth_date"), "1980-05-31");
    assert_int_equal(client_change(&batch, &fixture->author, client, &details, &error), 0);
    assert_int_equal(batch.count, 0);
    details.birth_date = "June 1, 1980";
    assert_int_equal(client_change(&batch, &fixture->author, client, &details, &error), 0);
    work_fixture_apply(fixture, &batch);
    record_free(client);
    client = work_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    assert_string_equal(record_text(client, "birth_date"), "1980-06-01");
    /* Which of the two is the month? */
    details.birth_date = "03/04/1980";
    assert_int_equal(client_change(&batch, &fixture->author, client, &details, &error),
                     ERROR_INVALID);
    details.birth_date = "";
    assert_int_equal(client_change(&batch, &fixture->author, client, &details, &error), 0);
    work_fixture_apply(fixture, &batch);
    record_free(client);
}

static void postal_codes_take_their_usual_form(void **state)
{
    char text[32];

    (void)state;
    client_postal_code("g1r4s9", text, sizeof(text));
    assert_string_equal(text, "G1R 4S9");
    client_postal_code("G1R-4S9 ", text, sizeof(text));
    assert_string_equal(text, "G1R 4S9");
    client_postal_code("75011", text, sizeof(text));
    assert_string_equal(text, "75011");
    client_postal_code("g1r4s9x", text, sizeof(text));
    assert_string_equal(text, "g1r4s9x");
}

/* --- finding --------------------------------------------------------------------------------- */

static struct client_index *index_of(struct work_fixture *fixture)
{
    struct client_index *index;

    assert_int_equal(client_index_new(&index, fixture->store.store, NULL), 0);
    return index;
}

static void add_some(struct work_fixture *fixture)
{
    add(fixture, &(struct client_details){.name = "Zoé Tremblay",
                                          .phone = "418 555-0199",
                                          .email = "zoe.t@example.ca",
                                          .postal_code = "G1R 4S9",
                                          .birth_date = "1980-05-31"});
    add(fixture, &(struct client_details){.name = "Émile Tremblay", .phone = "+1 514 555 0111"});
    add(fixture, &(struct client_details){.name = "Li Wei", .postal_code = "H2X 1Y4"});
}

static void assert_finds(struct client_index *index, const char *query, const char *name)
{
    struct client_hit hits[8];
    size_t count = client_index_find(index, query, hits, 8);

    if (name == NULL) {
        assert_int_equal(count, 0);
        return;
    }
    if (count == 0)
        fail_msg("\"%s\" finds nobody", query);
    assert_string_equal(record_text(hits[0].client, "name"), name);
}

static void clients_are_found_in_every_way(void **state)
{
    struct work_fixture *fixture = *state;
    struct client_index *index;
    struct client_hit hits[8];

    add_some(fixture);
    index = index_of(fixture);
    assert_int_equal(client_index_count(index), 3);
    assert_finds(index, "trem zoe", "Zoé Tremblay");
    assert_finds(index, "ZOÉ", "Zoé Tremblay");
    assert_finds(index, "emil", "Émile Tremblay");
    assert_finds(index, "555-0199", "Zoé Tremblay");
    assert_finds(index, "(514) 555", "Émile Tremblay");
    assert_finds(index, "zoe.t@ex", "Zoé Tremblay");
    assert_finds(index, "g1r 4s9", "Zoé Tremblay");
    assert_finds(index, "tremblay 1980", "Zoé Tremblay");
    assert_finds(index, "wei li", "Li Wei");
    assert_finds(index, "tremblay 31/05/1980", "Zoé Tremblay");
    assert_finds(index, "31 mai 1980", "Zoé Tremblay");
    assert_finds(index, "tremblay May 31, 1980", "Zoé Tremblay");
    assert_finds(index, "zoe 30/05/1980", NULL);
    assert_finds(index, "1 (418) 555-0199", "Zoé Tremblay");
    assert_finds(index, "0199", "Zoé Tremblay");
    assert_finds(index, "1y4", "Li Wei");
    /* As it sounds, in French and in English. */
    assert_finds(index, "tremblai zoe", "Zoé Tremblay");
    assert_finds(index, "zoë tramblay", "Zoé Tremblay");
    assert_finds(index, "tremblay h2x", NULL);
    assert_finds(index, "", NULL);
    assert_finds(index, " - ", NULL);
    assert_int_equal(client_index_find(index, "tremblay", hits, 8), 2);
    assert_int_equal(client_index_find(index, "tremblay", hits, 1), 1);
    client_index_free(index);
}

static void a_whole_word_stands_before_a_beginning(void **state)
{
    struct work_fixture *fixture = *state;
    struct client_index *index;

    add(fixture, &(struct client_details){.name = "Anne Martineau"});
    add(fixture, &(struct client_details){.name = "Zacharie Martin"});
    index = index_of(fixture);
    assert_finds(index, "martin", "Zacharie Martin");
    client_index_free(index);
}

static void a_reference_finds_the_client_of_the_case(void **state)
{
    struct work_fixture *fixture = *state;
    struct case_start start = {0};
    struct batch batch = {0};
    struct client_index *index;
    struct record *matter;
    struct id id;

    add_some(fixture);
    start.client = add(fixture, &(struct client_details){.name = "Aline Roy"});
    assert_int_equal(case_open(&batch, &fixture->author, &start, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    matter = work_fixture_get(fixture, RECORD_CASE, &id, NULL);
    index = index_of(fixture);
    assert_finds(index, record_text(matter, "reference"), "Aline Roy");
    client_index_free(index);
    record_free(matter);
}

static unsigned likeness(struct client_index *index, struct client_details details, size_t *count)
{
    struct client_hit hits[8];

    *count = client_index_likely(index, &details, NULL, hits, 8);
    return *count == 0 ? 0 : hits[0].likeness;
}

static void likely_duplicates_say_why(void **state)
{
    struct work_fixture *fixture = *state;
    struct client_index *index;
    size_t count;

    add_some(fixture);
    index = index_of(fixture);
    assert_int_equal(likeness(index, (struct client_details){.name = "TREMBLAY Zoe"}, &count),
                     LIKE_NAME);
    assert_int_equal(count, 1);
    assert_int_equal(likeness(index, (struct client_details){.name = "Zoé Trenblay"}, &count),
                     LIKE_NEAR_NAME | LIKE_SOUND);
    assert_int_equal(
        likeness(index, (struct client_details){.name = "Z", .phone = "418.555.0199"}, &count),
        LIKE_PHONE);
    assert_int_equal(likeness(index, (struct client_details){.email = "Zoe.T@example.ca"}, &count),
                     LIKE_EMAIL);
    /* One word of a name, a household, or a birthday alone say nothing. */
    likeness(index, (struct client_details){.name = "Tremblay"}, &count);
    assert_int_equal(count, 0);
    likeness(index, (struct client_details){.name = "Paul Tremblay"}, &count);
    assert_int_equal(count, 0);
    likeness(index,
             (struct client_details){
                 .name = "Paul", .postal_code = "g1r4s9", .birth_date = "1980-05-31"},
             &count);
    assert_int_equal(count, 0);
    client_index_free(index);
}

static void a_client_is_no_duplicate_of_itself(void **state)
{
    struct work_fixture *fixture = *state;
    struct client_details details = {.name = "Zoé Tremblay"};
    struct id id = add(fixture, &details);
    struct client_index *index = index_of(fixture);
    struct client_hit hits[2];

    assert_int_equal(client_index_likely(index, &details, &id, hits, 2), 0);
    assert_int_equal(client_index_likely(index, &details, NULL, hits, 2), 1);
    client_index_free(index);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, work_fixture_setup, work_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_new_client_has_what_was_said),
        WITH(wrong_details_are_named),
        WITH(an_over_long_name_tells_both_sizes),
        WITH(an_anonymous_client_has_no_name),
        WITH(an_anonymous_client_may_be_named_later),
        WITH(a_change_sets_only_what_differs),
        WITH(birth_dates_are_taken_in_their_usual_forms),
        cmocka_unit_test(postal_codes_take_their_usual_form),
        WITH(clients_are_found_in_every_way),
        WITH(a_whole_word_stands_before_a_beginning),
        WITH(a_reference_finds_the_client_of_the_case),
        WITH(likely_duplicates_say_why),
        WITH(a_client_is_no_duplicate_of_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
