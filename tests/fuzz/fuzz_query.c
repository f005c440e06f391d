/*
 * Fuzzes the reader of search queries, with their filters. The first byte says where the cursor
 * stands. What is checked beyond not crashing: filters and completions lie within the query, and
 * scores come in order.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/unit/search_fixture.h"

#include "app/search_plan.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);

static struct fixture *fixture;

static void end(void)
{
    void *state = fixture;

    (void)fixture_tear_down(&state);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    void *state;

    (void)count;
    (void)arguments;
    (void)fixture_set_up(&state);
    fixture = state;
    fixture_add_revision(fixture, RECORD_SERVICE, "birth", 1,
                         "{'title':{'fr':'Acte de naissance','en':'Birth certificate'},'level':2,"
                         "'events':['birth'],'keywords':{'fr':['baptistaire'],'en':['baby']},"
                         "'channels':[{'channel':'web','available':true}]}");
    fixture_add_revision(fixture, RECORD_SERVICE, "passport", 1,
                         "{'title':{'fr':'Passeport','en':'Passport renewal'},'level':3,"
                         "'channels':[{'channel':'counter','available':true}]}");
    fixture_add_revision(fixture, RECORD_FORM, "saaq", 1,
                         "{'title':{'fr':'Changement d’adresse','en':'Change of address'}}");
    (void)atexit(end);
    return 0;
}

static void complete(const char *query, size_t cursor)
{
    struct search_completion *completion = NULL;
    struct error error = ERROR_INIT;

    if (search_complete(fixture->catalogue, "fr", query, cursor, &completion, &error) != 0)
        return;
    FUZZ_HOLDS(completion->count <= SEARCH_COMPLETIONS_MOST);
    FUZZ_HOLDS(completion->count == 0 || completion->start <= cursor);
    search_completion_free(completion);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct search_filter filters[SEARCH_FILTERS_MOST];
    struct search_results *results = NULL;
    static struct search_plan plan;
    struct error error = ERROR_INIT;

    if (size < 1)
        return 0;
    char *query = strndup((const char *)data + 1, size - 1);
    size_t length = strlen(query);
    size_t count = search_filters(query, filters);
    FUZZ_HOLDS(count <= SEARCH_FILTERS_MOST);
    for (size_t i = 0; i < count; i++)
        FUZZ_HOLDS(filters[i].start + filters[i].length <= length &&
                   query[filters[i].start] == ':');
    if (search_plan_make(&plan, query, data[0] & 1, &error) == 0)
        FUZZ_HOLDS(plan.word_count <= PLAN_WORDS && plan.unit_count <= PLAN_UNITS);
    struct search_request request = {.query = query, .language = "fr", .channel = "counter"};
    if (search_run(fixture->catalogue, &request, &results, &error) == 0)
        for (size_t i = 1; i < results->count; i++)
            FUZZ_HOLDS(results->items[i].score <= results->items[i - 1].score ||
                       results->items[i].ended != results->items[i - 1].ended);
    search_results_free(results);
    complete(query, length == 0 ? 0 : data[0] % (length + 1));
    free(query);
    return 0;
}
