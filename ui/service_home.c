/* The services that the home screen offers: what this agent opens most, then what is most asked. */
#include "ui/service_view.h"

#include <string.h>

#include "app/json.h"
#include "app/search.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

#define COMMON_LIMIT   8
#define FREQUENT_LIMIT 100

void service_count_opening(struct desk *desk, const char *key)
{
    json_t *counts = NULL;

    if (desk->store == NULL || store_state_get(desk->store, "frequent", &counts, NULL) != 0)
        return;
    if (!json_is_object(counts) || json_object_size(counts) > FREQUENT_LIMIT) {
        json_decref(counts);
        counts = json_object();
    }
    json_object_set_new(counts, key, json_integer(json_integer_or(counts, key, 0) + 1));
    store_state_put(desk->store, "frequent", counts, NULL);
    json_decref(counts);
}

/* The key that was opened most often, taken out of the counts; "" when there is none. */
static void take_most_frequent(json_t *counts, char key[RECORD_KEY_SIZE])
{
    const char *name;
    json_int_t most = 0;
    json_t *count;

    key[0] = '\0';
    json_object_foreach(counts, name, count)
    {
        if (json_integer_value(count) > most) {
            most = json_integer_value(count);
            text_copy(key, RECORD_KEY_SIZE, name);
        }
    }
    json_object_del(counts, key);
}

/* What is most asked for everywhere, for a terminal that has seen little yet. */
static void add_common(struct home *home, struct desk *desk, const json_t *shown, size_t count)
{
    const struct search_request request = {.query = "",
                                           .language = language_now(),
                                           .channel = desk->channel,
                                           .limit = COMMON_LIMIT * 2};
    struct search_results *results = NULL;

    if (search_run(desk->catalogue, &request, &results, NULL) != 0)
        return;
    for (size_t i = 0; i < results->count && count < COMMON_LIMIT; i++) {
        const struct search_result *result = &results->items[i];

        if (result->type != RECORD_SERVICE || json_object_get(shown, result->key) != NULL)
            continue;
        home_add(home, HOME_SERVICES, result->title, result->owner, "service",
                 json_pack("{s:s}", "key", result->key));
        count++;
    }
    search_results_free(results);
}

/* What this agent opens most, then what is most asked for. */
void service_home(struct home *home, struct desk *desk)
{
    json_t *counts = NULL, *shown = json_object();
    char key[RECORD_KEY_SIZE];

    store_state_get(desk->store, "frequent", &counts, NULL);
    while (json_object_size(shown) < COMMON_LIMIT && json_object_size(counts) > 0) {
        struct record *record = NULL;

        take_most_frequent(counts, key);
        if (key[0] == '\0')
            break;
        if (catalogue_get_by_key(desk->catalogue, RECORD_SERVICE, key, &record, NULL) != 0)
            continue;
        home_add(home, HOME_SERVICES, format_localised(json_object_get(record->body, "title")),
                 format_localised(json_object_get(json_object_get(record->body, "owner"), "title")),
                 "service", json_pack("{s:s}", "key", key));
        json_object_set_new(shown, key, json_true());
        record_free(record);
    }
    if (json_object_size(shown) < COMMON_LIMIT)
        add_common(home, desk, shown, json_object_size(shown));
    json_decref(shown);
    json_decref(counts);
}
