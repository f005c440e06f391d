/* The service page and the offices, driven by keys. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/client.h"
#include "app/contact.h"
#include "app/json.h"
#include "tests/unit/ui_fixture.h"

/* Open and closed whenever the test runs. */
#define EVERY_DAY(hours)                                                                           \
    "\"hours\": {\"mon\": [" hours "], \"tue\": [" hours "], \"wed\": [" hours "],"                \
    " \"thu\": [" hours "], \"fri\": [" hours "], \"sat\": [" hours "], \"sun\": [" hours "]}"
#define OPEN          EVERY_DAY("\"00:00-24:00\"") ", \"zone\": \"America/Toronto\""
#define NEVER         "\"hours\": {}, \"zone\": \"America/Toronto\""
#define TITLE(fr, en) "\"title\": {\"fr\": \"" fr "\", \"en\": \"" en "\"}"
#define SOURCE(day)   "\"source\": {\"name\": \"t\", \"id\": \"x\", \"confirmed\": \"" day "\"}"

static const struct {
    enum record_type type;
    const char *key, *body;
} records[] = {
    {RECORD_OFFICE, "t/north",
     "{" TITLE("Bureau du Nord",
               "North") ", " OPEN ", \"latitude\": 46.81, \"longitude\": -71.22,"
                        " \"postal_code\": \"G1R 4P5\", \"languages\": [\"fr\", \"iu\"], " SOURCE(
                            "2020-01-01") "}"},
    {RECORD_OFFICE, "t/east",
     "{" TITLE("Bureau de l’Est", "East") ", " NEVER ", \"latitude\": 48.45,"
                                          " \"longitude\": -68.52, \"postal_code\": \"G5L 1P4\", "
                                          "\"phone\": \"+1 418 555-0108\"}"},
    {RECORD_OFFICE, "t/coast",
     "{" TITLE("Bureau de la Côte", "Coast") ", \"latitude\": 50.2, \"longitude\": -66.4,"
                                             " \"services\": [\"other\"]}"},
    {RECORD_FORM, "t/request",
     "{" TITLE("Demande", "Request") ", \"code\": \"F-1\", \"version\": 1,"
                                     " \"schema\": {\"type\": \"object\", \"properties\": {\"a\": "
                                     "{\"type\": \"string\"}}},"
                                     " \"layout\": {\"type\": \"VerticalLayout\", \"elements\":"
                                     " [{\"type\": \"Control\", \"scope\": \"#/properties/a\"}]}}"},
    {RECORD_LIFE_EVENT, "t/baby",
     "{" TITLE("Naissance", "A baby") ", \"services\": [\"permit\", \"licence\", \"old\"]}"},
    {RECORD_SERVICE, "t/permit",
     "{" TITLE("Permis de séjour", "Stay permit") ", " SOURCE(
         "2020-01-01") ","
                       " \"code\": \"P-77\", \"identity\": \"verified\", \"events\": [\"baby\"],"
                       " \"summary\": {\"fr\": \"Rester ici.\", \"en\": \"To stay here.\"},"
                       " \"nudge\": {\"fr\": \"En ligne, c’est 5 $ de "
                       "moins.\\u001b]52;c;eA==\\u0007\","
                       " \"en\": \"Online it is $5 less.\"},"
                       " \"documents\": [{\"fr\": \"Une photo\", \"en\": \"A photo\"}], \"forms\": "
                       "[\"request\"],"
                       " \"procedure\": {\"fr\": \"Regarder\", \"en\": \"Look\"},"
                       " \"channels\": [{\"channel\": \"counter\", \"available\": true},"
                       " {\"channel\": \"web\", \"available\": true},"
                       " {\"channel\": \"phone\", \"available\": true, \"schedule\": {" NEVER "}},"
                       " {\"channel\": \"sms\", \"available\": true},"
                       " {\"channel\": \"mail\", \"available\": false}]}"},
    {RECORD_SERVICE, "t/older", "{" TITLE("Vieux titre", "Older title") ", \"moved_to\": \"old\"}"},
    {RECORD_SERVICE, "t/gone",
     "{" TITLE("Vignette",
               "Sticker") ", \"ended\": true, \"related\": [\"permit\"],"
                          " \"channels\": [{\"channel\": \"web\", \"available\": true}]}"},
    {RECORD_SERVICE, "t/loose", "{" TITLE("Perdu", "Lost one") ", \"moved_to\": \"nowhere\"}"},
    {RECORD_SERVICE, "t/ring", "{" TITLE("Anneau", "Ring") ", \"moved_to\": \"ring\"}"},
};

#define COUNT (sizeof records / sizeof records[0])

static int set_up(void **state)
{
    struct ui_fixture *fixture;
    struct record *page[COUNT];

    assert_int_equal(ui_fixture_setup(state), 0);
    fixture = *state;
    for (size_t i = 0; i < COUNT; i++) {
        struct id id = id_from_key(record_type_name(records[i].type), records[i].key);

        page[i] = record_new(records[i].type, &id);
        json_decref(page[i]->body);
        page[i]->body = json_loads(records[i].body, 0, NULL);
        if (page[i]->body == NULL)
            fail_msg("%s: not JSON", records[i].key);
        json_object_set_new(page[i]->body, "key", json_string(records[i].key));
        page[i]->rev = 2;
        page[i]->seq = 100 + (int64_t)i;
    }
    assert_int_equal(catalogue_write_page(fixture->desk.catalogue, page, COUNT, 200, "feed", NULL),
                     0);
    for (size_t i = 0; i < COUNT; i++)
        record_free(page[i]);
    desk_find_office(&fixture->desk);
    fixture->desk.stale_days = 365;
    return 0;
}

static void show(struct ui_fixture *fixture, const char *kind, const char *key)
{
    ui_open(fixture->ui, kind, json_pack("{s:s}", "key", key));
    ui_fixture_draw(fixture);
}

static void each_channel_says_whether_it_can_be_had_now(void **state)
{
    struct ui_fixture *fixture = *state;

    show(fixture, "service", "t/permit");
    ui_fixture_expect(fixture, "▸ counter       open");
    ui_fixture_expect(fixture, "Mon–Sun 00:00–24:00");
    ui_fixture_expect(fixture, "  online        any time");
    ui_fixture_expect(fixture, "  phone         closed");
    ui_fixture_expect(fixture, "  text message  not known");
    ui_fixture_expect(fixture, "  mail          not offered");
}

static void all_parts_are_two_keys_away(void **state)
{
    struct ui_fixture *fixture = *state;

    show(fixture, "service", "t/permit");
    ui_fixture_type(fixture, "d");
    ui_fixture_expect(fixture, "A photo");
    ui_fixture_type(fixture, "p");
    ui_fixture_expect(fixture, "Look");
    ui_fixture_type(fixture, "r");
    ui_fixture_expect(fixture, "A baby (r)");
    /* The moved one stands under its successor's name. */
    ui_fixture_expect(fixture, "Birth certificate  was: Baptismal record");
    ui_fixture_type(fixture, "r1");
    ui_fixture_expect(fixture, "Service · Driving licence");
    ui_fixture_type(fixture, "\033");
    ui_fixture_expect(fixture, "Service · Stay permit");
    ui_fixture_type(fixture, "o");
    ui_fixture_expect(fixture, "Offices · Stay permit");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_type(fixture, "f1");
    ui_fixture_expect(fixture, "Request");
    assert_false(ui_fixture_shows(fixture, "Service · Stay permit"));
}

/* One of a dozen services of one life event, or the event. */
static struct record *dozen_record(enum record_type type, const char *key, json_t *body)
{
    struct id id = id_from_key(record_type_name(type), key);
    struct record *record = record_new(type, &id);

    assert_non_null(record);
    assert_non_null(body);
    json_object_set_new(body, "key", json_string(key));
    json_decref(record->body);
    record->body = body;
    record->rev = 2;
    record->seq = 300;
    return record;
}

static void no_related_service_stands_without_its_digit(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *page[13];
    json_t *services = json_array();
    size_t count = 0;

    for (int number = 1; number <= 12; number++) {
        char key[32], title[32];

        snprintf(key, sizeof(key), "t/dozen%02d", number);
        snprintf(title, sizeof(title), "Dozen %02d", number);
        json_array_append_new(services, json_string(key + 2));
        page[count++] =
            dozen_record(RECORD_SERVICE, key,
                         json_pack("{s:{s:s}, s:[s]}", "title", "en", title, "events", "dozen"));
    }
    page[count++] =
        dozen_record(RECORD_LIFE_EVENT, "t/dozen",
                     json_pack("{s:{s:s}, s:o}", "title", "en", "A dozen", "services", services));
    assert_int_equal(catalogue_write_page(fixture->desk.catalogue, page, count, 400, "feed", NULL),
                     0);
    for (size_t i = 0; i < count; i++)
        record_free(page[i]);
    show(fixture, "service", "t/dozen01");
    ui_fixture_type(fixture, "r");
    ui_fixture_expect(fixture, "Others: with the life events, key l.");
    assert_false(ui_fixture_shows(fixture, "Dozen 11"));
    ui_fixture_type(fixture, "9");
    ui_fixture_expect(fixture, "Service · Dozen 10");
}

static void the_sentence_is_said_in_the_clients_language(void **state)
{
    struct ui_fixture *fixture = *state;
    struct desk *desk = &fixture->desk;
    struct author author = desk_author(desk);
    const struct contact_start start = {.language = "fr-CA"};
    struct batch batch = {0};

    show(fixture, "service", "t/permit");
    ui_fixture_type(fixture, "y");
    assert_string_equal(desk->copied, "Online it is $5 less.");
    ui_fixture_expect(fixture, "Copied: Online it is $5 less.");
    ui_fixture_expect(fixture, "Identity to check: verified");
    assert_int_equal(contact_begin(&batch, &author, &start, &desk->open.contact, NULL), 0);
    assert_int_equal(desk_apply(desk, &batch, NULL), 0);
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "Say in French (y): «");
    ui_fixture_expect(fixture, "Identity to check: verified. In this contact: not asked");
    ui_fixture_type(fixture, "y");
    /* What would be a command to the terminal is not one any more. */
    assert_non_null(strstr(desk->copied, "En ligne, c’est 5 $ de moins."));
    assert_null(strchr(desk->copied, '\033'));
    assert_null(strchr(desk->copied, '\a'));
    assert_true(ui_take_copy(fixture->ui));
    assert_false(ui_take_copy(fixture->ui));
    /* Into a note. */
    ui_open(fixture->ui, "note", NULL);
    ui_fixture_press(fixture, INPUT_INSERT);
    ui_fixture_expect(fixture, "En ligne, c’est 5 $ de moins.");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_press(fixture, INPUT_INSERT);
    ui_fixture_expect(fixture, "There is no place for text here.");
}

static void offices_are_near_the_client_who_is_here(void **state)
{
    struct ui_fixture *fixture = *state;
    struct desk *desk = &fixture->desk;
    struct author author = desk_author(desk);
    const struct client_details details = {.name = "Zoé Roy", .postal_code = "g5l 9z9"};
    struct batch batch = {0};

    show(fixture, "service", "t/permit");
    ui_fixture_press(fixture, INPUT_END);
    ui_fixture_expect(fixture, "Offices, nearest first (o)");
    ui_fixture_expect(fixture, "1  North  0 km");
    assert_int_equal(client_new(&batch, &author, &details, &desk->open.client, NULL), 0);
    assert_int_equal(desk_apply(desk, &batch, NULL), 0);
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "Offices, nearest to the client first (o)");
    ui_fixture_expect(fixture, "1  East  ~0 km");
    ui_fixture_type(fixture, "o");
    ui_fixture_expect(fixture, "From G5L 9Z9 (Rimouski), known to within 8 km");
}

static void a_sentence_is_made_where_none_is_written(void **state)
{
    struct ui_fixture *fixture = *state;

    show(fixture, "service", "t/birth");
    ui_fixture_type(fixture, "y");
    assert_string_equal(fixture->desk.copied,
                        "Birth certificate. Fees: counter $50.00; online $30.25.");
    ui_fixture_press(fixture, INPUT_CONTROL('T'));
    ui_fixture_type(fixture, "y");
    assert_string_equal(fixture->desk.copied,
                        "Acte de naissance. Tarifs : comptoir 50,00 $; en ligne 30,25 $.");
}

static void old_names_lead_to_the_service_of_today(void **state)
{
    static const char *const asked[] = {"t/older", "older", "Older title", "vieux titre"};
    struct ui_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        char line[64];

        snprintf(line, sizeof(line), "\007service %s\r", asked[i]);
        ui_fixture_type(fixture, line);
        ui_fixture_expect(fixture, "Service · Birth certificate");
        ui_fixture_expect(fixture,
                          "\"Older title\", later \"Baptismal record\", is now this service.");
        ui_fixture_press(fixture, INPUT_ESCAPE);
    }
    ui_fixture_type(fixture, "\007service p-77\r");
    ui_fixture_expect(fixture, "Service · Stay permit");
    ui_fixture_type(fixture, "\007service permit of no kind\r");
    ui_fixture_expect(fixture, "no service has the id or name \"permit of no kind\"");
}

static void ended_and_lost_ones_say_so(void **state)
{
    struct ui_fixture *fixture = *state;

    show(fixture, "service", "t/gone");
    ui_fixture_expect(fixture, "No longer offered. What is in its place: r");
    ui_fixture_expect(fixture, "online        not offered");
    ui_fixture_expect(fixture, "In its place, perhaps (r)");
    ui_fixture_type(fixture, "r1");
    ui_fixture_expect(fixture, "Service · Stay permit");
    show(fixture, "service", "t/loose");
    ui_fixture_expect(fixture, "Service · Lost one");
    ui_fixture_expect(fixture, "to one that is not in the catalogue here");
    ui_fixture_type(fixture, "r1");
    ui_fixture_wait(fixture, "Search");
    ui_fixture_expect(fixture, "Lost one");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    show(fixture, "service", "t/ring");
    ui_fixture_expect(fixture, "moved in a circle");
}

static void what_is_stale_is_marked(void **state)
{
    struct ui_fixture *fixture = *state;

    show(fixture, "service", "t/permit");
    ui_fixture_expect(fixture, "Not confirmed since 1 Jan 2020: check before you say it.");
    show(fixture, "service", "t/licence");
    ui_fixture_expect(fixture, "Nobody ever confirmed what stands here");
    ui_fixture_type(fixture, "\033OQstay permit");
    ui_fixture_wait(fixture, "! not confirmed since 1 Jan 2020");
    show(fixture, "office", "t/north");
    ui_fixture_expect(fixture, "1 Jan 2020: check before you say it");
    ui_open(fixture->ui, "offices", NULL);
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "stale");
    fixture->desk.stale_days = 0;
    show(fixture, "service", "t/permit");
    assert_false(ui_fixture_shows(fixture, "check before you say it"));
}

static void offices_are_sorted_from_a_postal_code(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_open(fixture->ui, "offices", NULL);
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "From the office: North");
    ui_fixture_expect(fixture, "  0 km  North");
    ui_fixture_expect(fixture, "hours not known");
    ui_fixture_expect(fixture, "French, Inuktitut");
    ui_fixture_type(fixture, "g5l1p4");
    ui_fixture_expect(fixture, "From G5L 1P4 (Rimouski)");
    ui_fixture_expect(fixture, "  0 km  East");
    ui_fixture_type(fixture, "\025g5v");
    ui_fixture_expect(fixture,
                      "From G5V (Montmagny), known to within 10 km: distances are approximate");
    ui_fixture_expect(fixture, "~54 km  North");
    ui_fixture_type(fixture, "\025coa");
    ui_fixture_expect(fixture, "From the office: Coast");
    ui_fixture_type(fixture, "\025d1");
    ui_fixture_expect(fixture, "A postal code (G1R 4P5, or G1R) or an office's name");
    ui_fixture_type(fixture, "\025g5l\r");
    ui_fixture_expect(fixture, "Office · East");
    ui_fixture_expect(fixture, "+1 418 555-0108");
    ui_fixture_type(fixture, "y");
    assert_non_null(strstr(fixture->desk.copied, "East"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_channel_says_whether_it_can_be_had_now),
        TEST(all_parts_are_two_keys_away),
        TEST(no_related_service_stands_without_its_digit),
        TEST(the_sentence_is_said_in_the_clients_language),
        TEST(offices_are_near_the_client_who_is_here),
        TEST(a_sentence_is_made_where_none_is_written),
        TEST(old_names_lead_to_the_service_of_today),
        TEST(ended_and_lost_ones_say_so),
        TEST(what_is_stale_is_marked),
        TEST(offices_are_sorted_from_a_postal_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
