#include "net/open311_query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/id.h"
#include "net/open311_errors.h"

#define DAY_MS       (INT64_C(24) * 3600 * 1000)
#define TEXT_SIZE    48
#define LIST_LIMIT   1000
#define OFFSET_LIMIT INT64_C(100000000)

/* --- times ------------------------------------------------------------------------------------ */

bool open311_time_read(const char *text, bool end, int64_t *ms)
{
    char whole[TEXT_SIZE];
    size_t length = strlen(text);
    char *zone;

    if (length + sizeof("T00:00:00Z") > sizeof(whole))
        return false;
    memcpy(whole, text, length + 1);
    if (length == strlen("2010-05-24")) {
        strcat(whole, "T00:00:00Z");
        if (!timestamp_parse(whole, ms))
            return false;
        *ms += end ? DAY_MS - 1 : 0;
        return true;
    }
    /* A '+' that nobody escaped came as a space. */
    zone = strrchr(whole, ' ');
    if (zone != NULL)
        *zone = '+';
    /* "2010-05-24T08:15Z": seconds may be left out. */
    if (length > 16 && whole[13] == ':' && whole[16] != ':') {
        memmove(whole + 19, whole + 16, length - 16 + 1);
        memcpy(whole + 16, ":00", 3);
    }
    return timestamp_parse(whole, ms);
}

static bool time_given(const struct open311_pairs *pairs, const char *name, bool end, int64_t *ms,
                       json_t *errors)
{
    const char *text = open311_pairs_get(pairs, name);

    if (text == NULL)
        return false;
    if (open311_time_read(text, end, ms))
        return true;
    open311_error_add(errors, 400, "%s is not a time with its zone (2010-01-01T00:00:00Z)", name);
    return false;
}

static void range_read(struct open311_query *query, const struct open311_pairs *pairs,
                       int64_t now_ms, json_t *errors)
{
    bool from = time_given(pairs, "start_date", false, &query->from_ms, errors);
    bool to = time_given(pairs, "end_date", true, &query->to_ms, errors);

    if (!to)
        query->to_ms = from ? query->from_ms + OPEN311_SPAN_MS : now_ms;
    if (!from)
        query->from_ms = query->to_ms - OPEN311_SPAN_MS;
    if (query->from_ms > query->to_ms)
        open311_error_add(errors, 400, "start_date is later than end_date");
    else if (query->to_ms - query->from_ms > OPEN311_SPAN_MS + DAY_MS - 1)
        open311_error_add(errors, 400, "start_date and end_date are more than 90 days apart");
}

/* --- lists ------------------------------------------------------------------------------------ */

/* What becomes of one word of a list; false for a word that is none. */
typedef bool (*word_take)(struct open311_query *query, const char *word);

static bool id_take(struct open311_query *query, const char *word)
{
    char canonical[ID_REFERENCE_SIZE];

    /* What is no reference is nobody's: it finds nothing. */
    if (id_reference_parse(word, canonical))
        json_array_append_new(query->ids, json_string(canonical));
    return true;
}

static bool service_take(struct open311_query *query, const char *word)
{
    json_array_append_new(query->services, json_string(word));
    return true;
}

static bool status_take(struct open311_query *query, const char *word)
{
    query->open = query->open || strcmp(word, "open") == 0;
    query->closed = query->closed || strcmp(word, "closed") == 0;
    return strcmp(word, "open") == 0 || strcmp(word, "closed") == 0;
}

/* Gives `take` each word, cut at commas, of each argument of this name; how many there were. */
static size_t list_read(struct open311_query *query, const struct open311_pairs *pairs,
                        const char *name, word_take take, json_t *errors)
{
    size_t count = 0;

    for (size_t i = 0; i < pairs->count; i++) {
        const char *at = pairs->list[i].value;

        if (strcmp(pairs->list[i].name, name) != 0)
            continue;
        while (*at != '\0') {
            size_t length;
            char word[TEXT_SIZE + 16];

            at += strspn(at, ", ");
            length = strcspn(at, ", ");
            if (length == 0)
                continue;
            if (++count > LIST_LIMIT) {
                open311_error_add(errors, 400, "%s names more than %d", name, LIST_LIMIT);
                return count;
            }
            snprintf(word, sizeof(word), "%.*s", (int)length, at);
            if (length >= sizeof(word) || !take(query, word))
                open311_error_add(errors, 400, "%s: \"%.60s\" is not understood", name, word);
            at += length;
        }
    }
    return count;
}

/* --- pages ------------------------------------------------------------------------------------ */

static int64_t number_read(const struct open311_pairs *pairs, const char *name, int64_t most,
                           int64_t otherwise, json_t *errors)
{
    const char *text = open311_pairs_get(pairs, name);
    char *end;
    long long number;

    if (text == NULL)
        return otherwise;
    errno = 0;
    number = strtoll(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && number >= 1 &&
        number <= most)
        return number;
    open311_error_add(errors, 400, "%s is not a whole number from 1 to %lld", name,
                      (long long)most);
    return otherwise;
}

/* --- the whole -------------------------------------------------------------------------------- */

int open311_query_read(struct open311_query *query, const struct open311_pairs *pairs,
                       int64_t now_ms, json_t *errors, struct error *error)
{
    int64_t page;

    *query = (struct open311_query){.ids = json_array(), .services = json_array()};
    if (query->ids == NULL || query->services == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a query");
    query->limit = OPEN311_PAGE_MOST;
    if (list_read(query, pairs, "service_request_id", id_take, errors) > 0)
        return 0; /* overrides all the rest */
    json_decref(query->ids);
    query->ids = NULL;
    query->limit = number_read(pairs, "page_size", OPEN311_PAGE_MOST, OPEN311_PAGE_MOST, errors);
    page = number_read(pairs, "page", OFFSET_LIMIT, 1, errors);
    query->offset = (page - 1) * query->limit;
    if (list_read(query, pairs, "service_code", service_take, errors) == 0) {
        json_decref(query->services);
        query->services = NULL;
    }
    if (list_read(query, pairs, "status", status_take, errors) == 0)
        query->open = query->closed = true;
    range_read(query, pairs, now_ms, errors);
    return 0;
}

void open311_query_clear(struct open311_query *query)
{
    json_decref(query->ids);
    json_decref(query->services);
    query->ids = query->services = NULL;
}
