#include <stdlib.h>
#include <string.h>

#include "app/catalogue_internal.h"
#include "app/search.h"
#include "app/search_index_internal.h"
#include "app/text.h"

static void add_item(struct search_completion *completion, const char *text)
{
    if (completion->count == SEARCH_COMPLETIONS_MOST)
        return;
    for (size_t i = 0; i < completion->count; i++) {
        if (strcmp(completion->items[i], text) == 0)
            return;
    }
    completion->items[completion->count] = strdup(text);
    if (completion->items[completion->count] != NULL)
        completion->count++;
}

static void complete_name(struct search_completion *completion, const char *language,
                          const char *typed, size_t length)
{
    const char *names[SEARCH_FILTER_COUNT];
    size_t count = search_filter_complete_name(typed, length, language, names);

    for (size_t i = 0; i < count; i++) {
        char text[SEARCH_TERM_LIMIT + 3];

        text[0] = ':';
        text_copy(text + 1, sizeof text - 2, names[i]);
        memcpy(text + strlen(text), " ", 2);
        add_item(completion, text);
    }
}

static bool visit_value(void *context, const struct search_term *term)
{
    struct search_completion *completion = context;
    char text[SEARCH_TERM_LIMIT + 2];

    text_copy(text, sizeof text - 1, term->text + 2);
    memcpy(text + strlen(text), " ", 2);
    if (strchr(text, '/') == NULL)
        add_item(completion, text);
    return completion->count < SEARCH_COMPLETIONS_MOST;
}

/* Values that records have, from the terms of the index. */
static int complete_from_index(struct search_completion *completion, struct catalogue *catalogue,
                               enum search_filter_kind kind, const char *folded,
                               struct error *error)
{
    struct search_index *index = catalogue_search_index(catalogue);
    struct search_segment *const *segments;
    char prefix[SEARCH_TERM_LIMIT + 1];
    size_t count;
    int code = catalogue_begin_read(catalogue, error);

    if (code != 0)
        return code;
    prefix[0] = SEARCH_FILTER_MARK;
    prefix[1] = (char)('a' + kind);
    text_copy(prefix + 2, sizeof prefix - 2, folded);
    count = search_index_segments(index, &segments);
    for (size_t i = 0; i < count; i++) {
        uint32_t first;
        uint32_t end;

        search_segment_range(segments[i], prefix, strlen(prefix), &first, &end);
        search_segment_walk(segments[i], first, end, visit_value, completion);
    }
    code = search_store_failure(search_index_store(index), error);
    catalogue_end_read(catalogue);
    return code;
}

static int complete_value(struct search_completion *completion, struct catalogue *catalogue,
                          const char *language, enum search_filter_kind kind, const char *typed,
                          size_t length, struct error *error)
{
    const char *texts[SEARCH_FILTER_VALUES];
    size_t count;
    char *folded;
    int code;

    if (!search_filter_is_listed(kind)) {
        folded = text_fold(typed, length);
        if (folded == NULL)
            return error_set(error, ERROR_MEMORY, "search: out of memory");
        for (char *at = folded; *at != '\0'; at++) {
            if (*at == ' ')
                *at = '-';
        }
        code = complete_from_index(completion, catalogue, kind, folded, error);
        free(folded);
        return code;
    }
    count = search_filter_complete_value(kind, typed, length, language, texts);
    for (size_t i = 0; i < count; i++) {
        char text[SEARCH_TERM_LIMIT];

        text_copy(text, sizeof text - 1, texts[i]);
        memcpy(text + strlen(text), " ", 2);
        add_item(completion, text);
    }
    return 0;
}

/* The start of the word that ends at `end`. */
static size_t word_start(const char *query, size_t end)
{
    while (end > 0 && query[end - 1] != ' ')
        end--;
    return end;
}

int search_complete(struct catalogue *catalogue, const char *language, const char *query,
                    size_t cursor, struct search_completion **completion, struct error *error)
{
    struct search_completion *made = calloc(1, sizeof *made);
    size_t start;
    int code = 0;

    *completion = NULL;
    if (made != NULL)
        made->items = calloc(SEARCH_COMPLETIONS_MOST, sizeof *made->items);
    if (made == NULL || made->items == NULL) {
        free(made);
        return error_set(error, ERROR_MEMORY, "search: out of memory");
    }
    if (cursor > strlen(query))
        cursor = strlen(query);
    start = word_start(query, cursor);
    made->start = start;
    if (start < cursor && query[start] == ':') {
        complete_name(made, language, query + start + 1, cursor - start - 1);
    } else {
        size_t end = start; /* of the word before, which may be a filter's name */
        size_t name;

        while (end > 0 && query[end - 1] == ' ')
            end--;
        name = word_start(query, end);
        if (end > name && query[name] == ':') {
            enum search_filter_kind kind =
                search_filter_from_name(query + name + 1, end - name - 1);

            if (search_filter_has_value(kind))
                code = complete_value(made, catalogue, language, kind, query + start,
                                      cursor - start, error);
        }
    }
    if (code != 0) {
        search_completion_free(made);
        return code;
    }
    *completion = made;
    return 0;
}

void search_completion_free(struct search_completion *completion)
{
    if (completion == NULL)
        return;
    for (size_t i = 0; i < completion->count; i++)
        free(completion->items[i]);
    free(completion->items);
    free(completion);
}
