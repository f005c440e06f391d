/* The search as the screen and scripts see it. */
#include "tests/unit/search_fixture.h"

#include <pthread.h>
#include <time.h>

static void add_sample(struct fixture *fixture)
{
    fixture_add(fixture, "birth",
                "{'title': {'fr': 'Certificat de naissance', 'en': 'Birth certificate'},"
                " 'keywords': {'fr': ['acte de naissance', 'bébé'], 'en': ['newborn']},"
                " 'summary': {'fr': 'Commander une copie', 'en': 'Order a copy'},"
                " 'owner': {'id': 'dec', 'title': {'fr': 'Directeur de l’état civil'}},"
                " 'level': 2, 'events': ['s/birth-of-a-child'], 'audience': ['individual'],"
                " 'fee': true, 'channels': [{'channel': 'web', 'available': true},"
                " {'channel': 'fax', 'available': false}]}");
    fixture_add(fixture, "licence",
                "{'title': {'fr': 'Permis de conduire', 'en': 'Driver’s licence'},"
                " 'description': {'fr': 'Le cœur de l’œuvre: échange d’un permis à Trois-Rivières',"
                " 'en': 'Exchanging a licence of another country'},"
                " 'owner': {'id': 'saaq-qc', 'title': {'fr': 'Assurance automobile'}},"
                " 'code': 'SAAQ-6300', 'level': 1, 'audience': ['individual', 'business'],"
                " 'channels': [{'channel': 'counter', 'available': true,"
                " 'fee': {'amount': 0, 'currency': 'CAD'}}]}");
    fixture_add_revision(fixture, RECORD_FORM, "form-10", 1,
                         "{'title': {'fr': 'Demande de carte d’assurance maladie',"
                         " 'en': 'Health insurance card application'}, 'code': 'RAMQ-10'}");
}

static void test_folds(void **state)
{
    struct fixture *fixture = *state;

    add_sample(fixture);
    fixture_expect(fixture, "NAISSANCE", "birth");
    fixture_expect(fixture, "bebe", "birth");
    fixture_expect(fixture, "bébés", "birth");
    fixture_expect(fixture, "coeur", "licence");
    fixture_expect(fixture, "cœur", "licence");
    fixture_expect(fixture, "l'oeuvre", "licence");
    fixture_expect(fixture, "l’œuvre", "licence");
    fixture_expect(fixture, "trois rivieres", "licence");
    fixture_expect(fixture, "trois-rivières", "licence");
    fixture_expect(fixture, "drivers", "licence");
    fixture_expect(fixture, "countries", "licence");
    fixture_expect(fixture, "permis", "licence");
    fixture_expect(fixture, "d'assurance maladie", "form-10 licence");
}

static void test_finds_every_beginning(void **state)
{
    struct fixture *fixture = *state;
    static const char word[] = "naissance";

    add_sample(fixture);
    for (size_t length = 1; length < sizeof word; length++) {
        char typed[16];
        const struct search_results *results;

        memcpy(typed, word, length);
        typed[length] = '\0';
        results = fixture_search(fixture, typed);
        if (results->count == 0 || strcmp(results->items[0].source_id, "birth") != 0)
            fail_msg("\"%s\" does not find the birth certificate", typed);
        assert_int_equal(results->reading_count, 0);
    }
    fixture_expect(fixture, "cert naiss", "birth");
    fixture_expect(fixture, "exch coun", "licence");
}

static void test_either_language_whatever_the_screen(void **state)
{
    struct fixture *fixture = *state;
    struct search_request request = {.query = "naissance", .language = "en-CA", .limit = 5};
    struct search_results *results = NULL;

    add_sample(fixture);
    assert_int_equal(search_run(fixture->catalogue, &request, &results, &fixture->error), 0);
    assert_int_equal(results->count, 1);
    assert_string_equal(results->items[0].title, "Birth certificate");
    assert_string_equal(results->items[0].owner, "Directeur de l’état civil");
    assert_int_equal(results->items[0].level, 2);
    assert_string_equal(results->items[0].key, "s/birth");
    assert_int_equal(results->items[0].type, RECORD_SERVICE);
    search_results_free(results);
}

static void test_typos_are_forgiven_and_told(void **state)
{
    struct fixture *fixture = *state;
    static const char *const typed[] = {"naisance",  "nassance",   "naissamce", "naisasnce",
                                        "niassance", "naissaance", "naisanec"};
    const struct search_results *results;

    add_sample(fixture);
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        results = fixture_search(fixture, typed[i]);
        if (results->count != 1 || strcmp(results->items[0].source_id, "birth") != 0)
            fail_msg("\"%s\" does not find the birth certificate", typed[i]);
        assert_int_equal(results->reading_count, 1);
        assert_string_equal(results->readings[0].typed, typed[i]);
        assert_string_equal(results->readings[0].read, "naissance");
        assert_true(results->items[0].suggested);
    }
    results = fixture_search(fixture, "certificat naisance");
    assert_int_equal(results->reading_count, 1);
    assert_string_equal(results->items[0].source_id, "birth");
    /* Short words must be right. */
    assert_int_equal(fixture_search(fixture, "xyz")->count, 0);
    assert_int_equal(fixture_search(fixture, "zzzzzzzzzz")->count, 0);
}

static void test_fields_weigh_in_order(void **state)
{
    struct fixture *fixture = *state;

    fixture_add(fixture, "text",
                "{'title': {'en': 'E thing'},"
                " 'description': {'en': 'something about zebra crossings'}}");
    fixture_add(fixture, "owner",
                "{'title': {'en': 'D thing'},"
                " 'owner': {'id': 'z', 'title': {'en': 'Zebra office'}}}");
    fixture_add(fixture, "summary",
                "{'title': {'en': 'C thing'},"
                " 'summary': {'en': 'About a zebra'}}");
    fixture_add(fixture, "title", "{'title': {'en': 'Zebra thing of ours'}}");
    fixture_add(fixture, "keyword",
                "{'title': {'en': 'A thing'},"
                " 'keywords': {'en': ['zebra']}}");
    fixture_expect(fixture, "zebra", "keyword title summary owner text");
}

static void test_codes_and_ids(void **state)
{
    struct fixture *fixture = *state;

    add_sample(fixture);
    fixture_add(fixture, "1242", "{'title': {'en': 'Passport'}}");
    fixture_add(fixture, "9", "{'title': {'en': '1242 other things'}}");
    fixture_expect(fixture, "1242", "1242 9");
    fixture_expect(fixture, "SAAQ-6300", "licence");
    fixture_expect(fixture, "saaq6300", "licence");
    fixture_expect(fixture, "6300", "licence");
    fixture_expect(fixture, "ramq 10", "form-10");
    fixture_expect(fixture, "form-10", "form-10");
    fixture_expect(fixture, "s/birth", "birth");
}

static void test_filters(void **state)
{
    struct fixture *fixture = *state;
    const struct search_results *results;

    add_sample(fixture);
    fixture_expect(fixture, ":level 2", "birth");
    fixture_expect(fixture, ":event birth-of-a-child", "birth");
    fixture_expect(fixture, ":event s/birth-of-a-child", "birth");
    fixture_expect(fixture, ":channel online", "birth");
    fixture_expect(fixture, ":channel fax", "");
    fixture_expect(fixture, ":canal comptoir", "licence");
    fixture_expect(fixture, ":org saaq", "licence");
    fixture_expect(fixture, ":org saaq-qc", "licence");
    fixture_expect(fixture, ":fee free", "licence");
    fixture_expect(fixture, ":fee paid", "birth");
    fixture_expect(fixture, ":audience business", "licence");
    fixture_expect(fixture, ":kind form", "form-10");
    fixture_expect(fixture, ":genre formulaire", "form-10");
    fixture_expect(fixture, ":frais gratuit", "licence");
    fixture_expect(fixture, ":Événement birth-of-a-child", "birth");
    fixture_expect(fixture, ":canal en-ligne :niveau 2", "birth");
    fixture_expect(fixture, ":public entreprise", "licence");
    fixture_expect(fixture, ":level 2 permis", "");
    /* Half a value narrows nothing while it is typed, a wrong one leaves nothing. */
    fixture_expect(fixture, "permis :channel cou", "licence");
    fixture_expect(fixture, "permis :channel cou ", "");
    fixture_expect(fixture, "permis :channel counter", "licence");
    fixture_expect(fixture, "permis :channel web", "");
    fixture_expect(fixture, "c :level 1", "licence");
    fixture_expect(fixture, ":level 1 :org dec", "");
    results = fixture_search(fixture, "permis :level=1 :open :nonsense :channel");
    assert_int_equal(results->count, 1);
    assert_int_equal(results->filter_count, 4);
    assert_int_equal(results->filters[0].kind, SEARCH_FILTER_LEVEL);
    assert_int_equal(results->filters[0].start, 7);
    assert_int_equal(results->filters[0].length, 8);
    assert_string_equal(results->filters[0].value, "1");
    assert_true(results->filters[0].complete);
    assert_int_equal(results->filters[1].kind, SEARCH_FILTER_OPEN);
    assert_true(results->filters[1].complete);
    assert_int_equal(results->filters[2].kind, SEARCH_FILTER_COUNT);
    assert_false(results->filters[2].complete);
    assert_int_equal(results->filters[3].kind, SEARCH_FILTER_CHANNEL);
    assert_false(results->filters[3].complete);
}

static void expect_completions(struct fixture *fixture, const char *language, const char *query,
                               const char *items)
{
    struct search_completion *completion = NULL;
    char found[1000] = "";

    assert_int_equal(search_complete(fixture->catalogue, language, query, strlen(query),
                                     &completion, &fixture->error),
                     0);
    for (size_t i = 0; i < completion->count; i++) {
        strcat(found, "|");
        strcat(found, completion->items[i]);
    }
    search_completion_free(completion);
    assert_string_equal(found, items);
}

static void test_completion(void **state)
{
    struct fixture *fixture = *state;

    add_sample(fixture);
    expect_completions(fixture, "en", "permis :le", "|:level ");
    expect_completions(fixture, "en", ":o", "|:org |:open ");
    expect_completions(fixture, "fr", ":ni", "|:niveau ");
    expect_completions(fixture, "fr", ":le", "|:niveau ");
    expect_completions(fixture, "fr", ":niveau ", "|1 |2 |3 ");
    expect_completions(fixture, "fr", ":eve", "|:événement ");
    expect_completions(fixture, "fr", ":évé", "|:événement ");
    expect_completions(fixture, "fr", ":EVE", "|:événement ");
    expect_completions(fixture, "en", ":évé", "|:event ");
    expect_completions(fixture, "fr", ":canal t", "|téléphone |télécopieur |texto ");
    expect_completions(fixture, "fr", ":canal télé", "|téléphone |télécopieur ");
    expect_completions(fixture, "fr", ":canal on", "|en-ligne ");
    expect_completions(fixture, "en", ":canal comp", "|counter ");
    expect_completions(fixture, "fr", ":frais g", "|gratuit ");
    expect_completions(fixture, "fr", ":frais ", "|gratuit |payant ");
    expect_completions(fixture, "fr", ":public ent", "|entreprise ");
    expect_completions(fixture, "fr", ":genre f", "|formulaire ");
    expect_completions(fixture, "fr", ":événement bir", "|birth-of-a-child ");
    expect_completions(fixture, "en", ":level ", "|1 |2 |3 ");
    expect_completions(fixture, "en", ":channel c", "|counter |chat ");
    expect_completions(fixture, "en", ":org sa", "|saaq |saaq-qc ");
    expect_completions(fixture, "en", ":event bir", "|birth-of-a-child ");
    expect_completions(fixture, "en", "permis", "");
    expect_completions(fixture, "en", "", "");
}

static void test_moved_lead_to_the_successor(void **state)
{
    struct fixture *fixture = *state;
    const struct search_results *results;

    fixture_add(fixture, "old", "{'title': {'en': 'Fishing ticket'}, 'moved_to': 'middle'}");
    fixture_add(fixture, "middle", "{'title': {'en': 'Angling pass'}, 'moved_to': 's/new'}");
    fixture_add(fixture, "new", "{'title': {'en': 'Recreational permit'}}");
    results = fixture_search(fixture, "fishing ticket");
    assert_int_equal(results->count, 1);
    assert_string_equal(results->items[0].source_id, "new");
    assert_string_equal(results->items[0].moved_from, "Fishing ticket");
    assert_string_equal(results->items[0].moved_from_key, "s/old");
    fixture_expect(fixture, "old", "new");
    /* Found by its own name it says nothing of a move, and stands once. */
    results = fixture_search(fixture, "recreational");
    assert_int_equal(results->count, 1);
    assert_null(results->items[0].moved_from);
}

static void test_loops_and_dangling_moves_end(void **state)
{
    struct fixture *fixture = *state;
    const struct search_results *results;

    fixture_add(fixture, "a", "{'title': {'en': 'Rowing one'}, 'moved_to': 'b'}");
    fixture_add(fixture, "b", "{'title': {'en': 'Rowing two'}, 'moved_to': 'a'}");
    fixture_add(fixture, "c", "{'title': {'en': 'Rowing three'}, 'moved_to': 'nowhere'}");
    fixture_add(fixture, "d", "{'title': {'en': 'Rowing four'}, 'moved_to': 'd'}");
    results = fixture_search(fixture, "rowing");
    assert_int_equal(results->count, 4);
    for (size_t i = 0; i < results->count; i++)
        assert_true(results->items[i].ended);
}

static void test_ended_come_last_and_say_so(void **state)
{
    struct fixture *fixture = *state;

    fixture_add(fixture, "ended",
                "{'title': {'en': 'Ferry'}, 'ended': true,"
                " 'keywords': {'en': ['ferry']}}");
    fixture_add(fixture, "offered",
                "{'title': {'en': 'Ships'},"
                " 'description': {'en': 'and once a ferry'}}");
    fixture_expect(fixture, "ferry", "offered ended");
    assert_false(fixture->results->items[0].ended);
    assert_true(fixture->results->items[1].ended);
    fixture_expect(fixture, "ferry :open", "offered");
}

/* What `:open` finds while the office is open, and while it is closed. */
static void expect_open(struct fixture *fixture, bool closed, const char *query, const char *ids)
{
    const struct search_request request = {
        .query = query, .language = "en", .limit = 20, .closed = closed};
    char found[200] = "";

    search_results_free(fixture->results);
    fixture->results = NULL;
    assert_int_equal(search_run(fixture->catalogue, &request, &fixture->results, &fixture->error),
                     0);
    for (size_t i = 0; i < fixture->results->count; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i > 0 ? " " : "",
                 fixture->results->items[i].source_id);
    assert_string_equal(found, ids);
}

static void test_open_is_what_is_offered_now(void **state)
{
    struct fixture *fixture = *state;

    fixture_add(fixture, "a",
                "{'title': {'en': 'Ferry'}, 'channels': [{'channel': 'counter'},"
                " {'channel': 'web', 'available': false}]}");
    fixture_add(fixture, "b",
                "{'title': {'en': 'Ferry'}, 'channels': [{'channel': 'counter'},"
                " {'channel': 'web'}]}");
    fixture_add(fixture, "c",
                "{'title': {'en': 'Ferry'}, 'channels': [{'channel': 'web', 'available': false}]}");
    fixture_add(fixture, "d", "{'title': {'en': 'Ferry'}}");
    fixture_add(fixture, "e",
                "{'title': {'en': 'Ferry'}, 'ended': true, 'channels': [{'channel': 'web'}]}");
    expect_open(fixture, false, "ferry", "a b c d e");
    expect_open(fixture, false, "ferry :open", "a b d");
    expect_open(fixture, true, "ferry :open", "b d");
    expect_open(fixture, true, ":ouvert", "b d");
    expect_open(fixture, false, ":open :channel counter", "a b");
    expect_open(fixture, true, ":open :channel counter", "");
    expect_open(fixture, true, ":channel online :open", "b");
    expect_open(fixture, true, ":channel counter", "a b");
}

static void test_equal_texts_go_by_demand(void **state)
{
    struct fixture *fixture = *state;
    struct search_request request = {.query = "hunting", .language = "en", .limit = 5};
    struct search_results *results = NULL;

    fixture_add(fixture, "few",
                "{'title': {'en': 'Hunting permit'}, 'channels':"
                " [{'channel': 'mail', 'applications': 90}]}");
    fixture_add(fixture, "many",
                "{'title': {'en': 'Hunting permit'}, 'channels':"
                " [{'channel': 'counter', 'applications': 100}]}");
    fixture_expect(fixture, "hunting", "many few");
    request.channel = "mail";
    assert_int_equal(search_run(fixture->catalogue, &request, &results, &fixture->error), 0);
    assert_string_equal(results->items[0].source_id, "few");
    search_results_free(results);
}

static void test_nothing_typed_gives_what_is_most_asked_for(void **state)
{
    struct fixture *fixture = *state;

    fixture_add(fixture, "few",
                "{'title': {'en': 'B'}, 'channels':"
                " [{'channel': 'mail', 'applications': 10}]}");
    fixture_add(fixture, "many",
                "{'title': {'en': 'A'}, 'channels':"
                " [{'channel': 'mail', 'applications': 1000}]}");
    fixture_expect(fixture, "", "many few");
    fixture_expect(fixture, "   ", "many few");
}

static void test_meanings_and_sentences(void **state)
{
    struct fixture *fixture = *state;

    add_sample(fixture);
    fixture_add(fixture, "ei",
                "{'title': {'en': 'Employment insurance benefits',"
                " 'fr': 'Prestations d’assurance-emploi'}}");
    fixture_add(fixture, "other", "{'title': {'en': 'Insurance of boats'}}");
    assert_string_equal(fixture_search(fixture, "EI")->items[0].source_id, "ei");
    assert_string_equal(fixture_search(fixture, "chomage")->items[0].source_id, "ei");
    assert_string_equal(fixture_search(fixture, "i lost my job")->items[0].source_id, "ei");
    assert_string_equal(
        fixture_search(fixture, "comment obtenir un certificat de naissance")->items[0].source_id,
        "birth");
    assert_string_equal(
        fixture_search(fixture, "how do I exchange my driver licence")->items[0].source_id,
        "licence");
    assert_string_equal(fixture_search(fixture, "assuranceemploi")->items[0].source_id, "ei");
    assert_string_equal(fixture_search(fixture, "new born")->items[0].source_id, "birth");
}

static void test_replaced_words_are_gone(void **state)
{
    struct fixture *fixture = *state;

    fixture_add(fixture, "a", "{'title': {'en': 'Xylophone lessons'}}");
    fixture_expect(fixture, "xylophone", "a");
    fixture_add_revision(fixture, RECORD_SERVICE, "a", 2, "{'title': {'en': 'Trumpet lessons'}}");
    fixture_expect(fixture, "xylophone", "");
    fixture_expect(fixture, "trumpet", "a");
    fixture_expect(fixture, "lessons", "a");
}

static void test_limit(void **state)
{
    struct fixture *fixture = *state;
    struct search_request request = {.query = "thing", .language = "en"};
    struct search_results *results = NULL;

    for (int i = 0; i < 230; i++) {
        char name[16];

        snprintf(name, sizeof name, "t%d", i);
        fixture_add(fixture, name, "{'title': {'en': 'Thing'}}");
    }
    for (size_t limit = 0; limit < 300; limit += 50) {
        request.limit = limit;
        assert_int_equal(search_run(fixture->catalogue, &request, &results, &fixture->error), 0);
        assert_int_equal(results->count, limit == 0 || limit > 200 ? 200 : limit);
        search_results_free(results);
    }
}

static void test_cancelled(void **state)
{
    struct fixture *fixture = *state;
    atomic_bool cancel = true;
    struct search_request request = {
        .query = "certificat", .language = "en", .limit = 5, .cancel = &cancel};
    struct search_results *results = NULL;

    add_sample(fixture);
    assert_int_equal(search_run(fixture->catalogue, &request, &results, &fixture->error),
                     ERROR_CANCELLED);
    assert_null(results);
    atomic_store(&cancel, false);
    assert_int_equal(search_run(fixture->catalogue, &request, &results, &fixture->error), 0);
    assert_int_equal(results->count, 1);
    search_results_free(results);
}

struct meanwhile {
    const char *path;
    const char *failure;
};

/* Another connection, in its own thread, searches while records are written. */
static void *search_meanwhile(void *context)
{
    struct meanwhile *meanwhile = context;
    struct catalogue *catalogue = NULL;
    struct error error = ERROR_INIT;
    size_t most = 0;

    if (catalogue_open(&catalogue, meanwhile->path, false, &error) != 0) {
        meanwhile->failure = "open";
        return NULL;
    }
    while (most < 60 && meanwhile->failure == NULL) {
        struct search_request request = {.query = "thing", .language = "en", .limit = 200};
        struct search_results *results = NULL;

        if (search_run(catalogue, &request, &results, &error) != 0)
            meanwhile->failure = "search";
        else if (results->count < most)
            meanwhile->failure = "fewer than before";
        else
            most = results->count;
        search_results_free(results);
    }
    catalogue_close(catalogue);
    return NULL;
}

static void test_searches_while_pages_are_written(void **state)
{
    struct fixture *fixture = *state;
    pthread_t thread;
    struct meanwhile meanwhile = {fixture->path, NULL};

    assert_int_equal(pthread_create(&thread, NULL, search_meanwhile, &meanwhile), 0);
    for (int i = 0; i < 60; i++) {
        char name[16];

        snprintf(name, sizeof name, "t%d", i);
        fixture_add(fixture, name, "{'title': {'en': 'Thing'}}");
    }
    pthread_join(thread, NULL);
    if (meanwhile.failure != NULL)
        fail_msg("%s", meanwhile.failure);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_folds),
        TEST(test_finds_every_beginning),
        TEST(test_either_language_whatever_the_screen),
        TEST(test_typos_are_forgiven_and_told),
        TEST(test_fields_weigh_in_order),
        TEST(test_codes_and_ids),
        TEST(test_filters),
        TEST(test_completion),
        TEST(test_moved_lead_to_the_successor),
        TEST(test_loops_and_dangling_moves_end),
        TEST(test_ended_come_last_and_say_so),
        TEST(test_open_is_what_is_offered_now),
        TEST(test_equal_texts_go_by_demand),
        TEST(test_nothing_typed_gives_what_is_most_asked_for),
        TEST(test_meanings_and_sentences),
        TEST(test_replaced_words_are_gone),
        TEST(test_limit),
        TEST(test_cancelled),
        TEST(test_searches_while_pages_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
