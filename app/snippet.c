#include "app/snippet.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

struct reading {
    struct snippets *snippets;
    const char *office;
};

static bool is_for(const struct record *snippet, const char *office)
{
    return json_array_size(json_object_get(snippet->body, "offices")) == 0 ||
           record_names(snippet, "offices", office);
}

static int keep(void *context, const struct record *record)
{
    const struct reading *reading = context;
    struct snippets *snippets = reading->snippets;
    struct record **longer;

    if (!is_for(record, reading->office))
        return 0;
    longer = realloc(snippets->records, (snippets->count + 1) * sizeof(longer[0]));
    if (longer == NULL)
        return ERROR_MEMORY;
    snippets->records = longer;
    longer[snippets->count] = record_copy(record);
    return longer[snippets->count++] == NULL ? ERROR_MEMORY : 0;
}

int snippets_read(struct snippets *snippets, struct catalogue *catalogue, const char *office,
                  struct error *error)
{
    struct reading reading = {snippets, office};

    return catalogue_each(catalogue, RECORD_SNIPPET, keep, &reading, error);
}

void snippets_free(struct snippets *snippets)
{
    for (size_t i = 0; i < snippets->count; i++)
        record_free(snippets->records[i]);
    free(snippets->records);
    *snippets = (struct snippets){0};
}

/* 0: it may not be meant; 2: by its word, 1: by its title. */
static int match(const struct record *snippet, const char *language, const char *typed)
{
    const char *word = json_localised(json_object_get(snippet->body, "word"), language);
    const char *title = json_localised(json_object_get(snippet->body, "title"), language);
    char *folded_word = text_fold(word, strlen(word));
    char *folded_title = text_fold(title, strlen(title));
    int result = 0;

    if (folded_word != NULL && strncmp(folded_word, typed, strlen(typed)) == 0)
        result = 2;
    else if (folded_title != NULL && text_has_words(folded_title, typed))
        result = 1;
    free(folded_word);
    free(folded_title);
    return result;
}

struct found {
    const struct record *record;
    const char *word;
    int how;
};

static int compare(const void *left, const void *right)
{
    const struct found *first = left, *second = right;

    if (first->how != second->how)
        return second->how - first->how;
    return strcmp(first->word, second->word);
}

size_t snippets_find(const struct snippets *snippets, const char *language, const char *typed,
                     const struct record **found, size_t limit)
{
    struct found *all = calloc(snippets->count + 1, sizeof(*all));
    char *folded = text_fold(typed, strlen(typed));
    size_t count = 0;

    for (size_t i = 0; all != NULL && folded != NULL && i < snippets->count; i++) {
        const struct record *record = snippets->records[i];
        int how = match(record, language, folded);

        if (how > 0)
            all[count++] = (struct found){
                record, json_localised(json_object_get(record->body, "word"), language), how};
    }
    if (count > 1)
        qsort(all, count, sizeof(*all), compare);
    for (size_t i = 0; i < count && i < limit; i++)
        found[i] = all[i].record;
    free(all);
    free(folded);
    return count < limit ? count : limit;
}

char *snippet_text(const struct record *snippet, const char *language,
                   const struct message_values *values)
{
    struct text_buffer filled = {0};

    text_buffer_add_text(&filled, "");
    message_fill(&filled, json_localised(json_object_get(snippet->body, "text"), language),
                 language, values, MESSAGE_GAP_MARK);
    return text_buffer_take(&filled);
}
