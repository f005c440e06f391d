#include "app/search_builder.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_bag.h"
#include "app/search_segment_writer.h"

#define BUILDER_OCCURRENCES ((size_t)4 * 1024 * 1024)
#define BUILDER_DOCUMENTS   ((size_t)65536)

struct word {
    uint32_t text; /* offset in `texts` */
    uint8_t length;
    uint32_t identity; /* place in the order of terms, when writing */
    uint32_t count;    /* occurrences */
};

struct occurrence {
    uint32_t word;
    uint32_t document;
    uint8_t strength;
};

struct gathered {
    struct search_document document;
    size_t first; /* of its occurrences */
    size_t count;
    uint32_t ordinal;
    bool removed;
};

struct search_builder {
    struct search_bag *bag;
    char *texts;
    size_t texts_length, texts_room;
    struct word *words;
    size_t word_count, word_room;
    uint32_t *table; /* word + 1; open addressing, at most half full */
    size_t table_room;
    struct occurrence *occurrences;
    size_t occurrence_count, occurrence_room;
    struct gathered *documents;
    size_t document_count, document_room;
};

int search_builder_new(struct search_builder **builder, struct error *error)
{
    int code;

    *builder = calloc(1, sizeof **builder);
    if (*builder == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    code = search_bag_new(&(*builder)->bag, error);
    if (code != 0) {
        free(*builder);
        *builder = NULL;
    }
    return code;
}

void search_builder_clear(struct search_builder *builder)
{
    free(builder->texts);
    free(builder->words);
    free(builder->table);
    free(builder->occurrences);
    free(builder->documents);
    *builder = (struct search_builder){.bag = builder->bag};
}

void search_builder_free(struct search_builder *builder)
{
    if (builder == NULL)
        return;
    search_builder_clear(builder);
    search_bag_free(builder->bag);
    free(builder);
}

/* Makes room for `count` items of `size`; false when out of memory. */
static bool make_room(void *array, size_t *room, size_t count, size_t size)
{
    void **items = array;
    size_t wanted = *room < 64 ? 64 : *room;
    void *grown;

    if (count <= *room)
        return true;
    while (wanted < count)
        wanted *= 2;
    grown = realloc(*items, wanted * size);
    if (grown == NULL)
        return false;
    *items = grown;
    *room = wanted;
    return true;
}

static uint32_t hash_text(const char *text, size_t length)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

static void table_insert(struct search_builder *builder, uint32_t word)
{
    const struct word *entry = &builder->words[word];
    size_t at = hash_text(builder->texts + entry->text, entry->length) & (builder->table_room - 1);

    while (builder->table[at] != 0)
        at = (at + 1) & (builder->table_room - 1);
    builder->table[at] = word + 1;
}

static bool table_grow(struct search_builder *builder)
{
    size_t room = builder->table_room == 0 ? 1024 : builder->table_room * 2;
    uint32_t *table = calloc(room, sizeof *table);

    if (table == NULL)
        return false;
    free(builder->table);
    builder->table = table;
    builder->table_room = room;
    for (size_t i = 0; i < builder->word_count; i++)
        table_insert(builder, (uint32_t)i);
    return true;
}

/* The number of a word, given when new; UINT32_MAX when out of memory. */
static uint32_t find_word(struct search_builder *builder, const char *text, size_t length)
{
    struct word *entry;
    size_t at;

    if (2 * (builder->word_count + 1) > builder->table_room && !table_grow(builder))
        return UINT32_MAX;
    at = hash_text(text, length) & (builder->table_room - 1);
    for (; builder->table[at] != 0; at = (at + 1) & (builder->table_room - 1)) {
        entry = &builder->words[builder->table[at] - 1];
        if (entry->length == length && memcmp(builder->texts + entry->text, text, length) == 0)
            return builder->table[at] - 1;
    }
    if (!make_room(&builder->words, &builder->word_room, builder->word_count + 1,
                   sizeof *builder->words) ||
        !make_room(&builder->texts, &builder->texts_room, builder->texts_length + length, 1))
        return UINT32_MAX;
    entry = &builder->words[builder->word_count];
    *entry = (struct word){.text = (uint32_t)builder->texts_length, .length = (uint8_t)length};
    memcpy(builder->texts + builder->texts_length, text, length);
    builder->texts_length += length;
    builder->table[at] = (uint32_t)++builder->word_count;
    return (uint32_t)builder->word_count - 1;
}

int search_builder_add(struct search_builder *builder, int64_t number, const struct record *record,
                       struct error *error)
{
    struct gathered *document;
    size_t count;
    int code = search_bag_fill(builder->bag, record, error);

    if (code != 0)
        return code;
    count = search_bag_count(builder->bag);
    if (!make_room(&builder->documents, &builder->document_room, builder->document_count + 1,
                   sizeof *builder->documents) ||
        !make_room(&builder->occurrences, &builder->occurrence_room,
                   builder->occurrence_count + count, sizeof *builder->occurrences))
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    document = &builder->documents[builder->document_count];
    *document = (struct gathered){.first = builder->occurrence_count, .count = count};
    document->document.number = number;
    document->document.demand = search_bag_demand(record);
    document->document.flags = search_bag_flags(record);
    for (size_t i = 0; i < count; i++) {
        struct occurrence *occurrence = &builder->occurrences[builder->occurrence_count + i];
        size_t length;
        const char *text = search_bag_term(builder->bag, i, &length, &occurrence->strength);

        occurrence->word = find_word(builder, text, length);
        occurrence->document = (uint32_t)builder->document_count;
        if (occurrence->word == UINT32_MAX)
            return error_set(error, ERROR_MEMORY, "search index: out of memory");
    }
    builder->occurrence_count += count;
    builder->document_count++;
    return 0;
}

bool search_builder_remove(struct search_builder *builder, int64_t number)
{
    size_t low = 0;
    size_t high = builder->document_count;

    while (low < high) { /* numbers only grow */
        size_t middle = low + (high - low) / 2;

        if (builder->documents[middle].document.number < number)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == builder->document_count || builder->documents[low].document.number != number)
        return false;
    builder->documents[low].removed = true;
    return true;
}

size_t search_builder_documents(const struct search_builder *builder)
{
    return builder->document_count;
}

bool search_builder_is_full(const struct search_builder *builder)
{
    return builder->occurrence_count >= BUILDER_OCCURRENCES ||
           builder->document_count >= BUILDER_DOCUMENTS;
}

/* What sorting needs beside the two items. */
struct sort_key {
    const char *text;
    size_t length;
    uint32_t word;
};

static int compare_keys(const void *left, const void *right)
{
    const struct sort_key *a = left;
    const struct sort_key *b = right;
    int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);

    if (order != 0)
        return order;
    return a->length < b->length ? -1 : a->length > b->length;
}

static int compare_documents(const void *left, const void *right)
{
    const struct gathered *a = *(const struct gathered *const *)left;
    const struct gathered *b = *(const struct gathered *const *)right;

    return search_document_compare(&a->document, &b->document);
}

static int compare_postings(const void *left, const void *right)
{
    const struct search_posting *a = left;
    const struct search_posting *b = right;

    if (a->strength != b->strength)
        return a->strength > b->strength ? -1 : 1;
    return a->ordinal < b->ordinal ? -1 : a->ordinal > b->ordinal;
}

/* What writing needs for a while. */
struct draft {
    struct gathered **order;         /* documents that stay, by ordinal */
    struct sort_key *keys;           /* words in the order of terms */
    struct search_posting *postings; /* of all words, one word after another */
    size_t *starts;                  /* where each word's postings begin */
    size_t documents;
    size_t terms;
};

static void draft_free(struct draft *draft)
{
    free(draft->order);
    free(draft->keys);
    free(draft->postings);
    free(draft->starts);
}

static void order_documents(struct search_builder *builder, struct draft *draft)
{
    for (size_t i = 0; i < builder->document_count; i++) {
        struct gathered *document = &builder->documents[i];

        if (document->removed)
            continue;
        draft->order[draft->documents++] = document;
        for (size_t j = 0; j < document->count; j++)
            builder->words[builder->occurrences[document->first + j].word].count++;
    }
    qsort(draft->order, draft->documents, sizeof(struct gathered *), compare_documents);
    for (size_t i = 0; i < draft->documents; i++)
        draft->order[i]->ordinal = (uint32_t)i;
}

/* Orders the words that still occur, and spreads the occurrences over them. */
static void order_words(struct search_builder *builder, struct draft *draft)
{
    size_t start = 0;

    for (size_t i = 0; i < builder->word_count; i++) {
        const struct word *word = &builder->words[i];

        if (word->count > 0)
            draft->keys[draft->terms++] =
                (struct sort_key){builder->texts + word->text, word->length, (uint32_t)i};
    }
    qsort(draft->keys, draft->terms, sizeof *draft->keys, compare_keys);
    for (size_t i = 0; i < draft->terms; i++) {
        struct word *word = &builder->words[draft->keys[i].word];

        word->identity = (uint32_t)i;
        draft->starts[i] = start;
        start += word->count;
        word->count = 0; /* counts again below */
    }
    for (size_t i = 0; i < draft->documents; i++) {
        const struct gathered *document = draft->order[i];

        for (size_t j = 0; j < document->count; j++) {
            const struct occurrence *occurrence = &builder->occurrences[document->first + j];
            struct word *word = &builder->words[occurrence->word];

            draft->postings[draft->starts[word->identity] + word->count++] =
                (struct search_posting){(uint32_t)i, occurrence->strength};
        }
    }
}

static int write_terms(struct search_builder *builder, struct draft *draft,
                       struct search_segment_writer *writer, struct error *error)
{
    int code = 0;

    for (size_t i = 0; code == 0 && i < draft->terms; i++) {
        struct search_posting *postings = draft->postings + draft->starts[i];
        size_t count = builder->words[draft->keys[i].word].count;

        qsort(postings, count, sizeof *postings, compare_postings);
        code = search_segment_writer_term(writer, draft->keys[i].text, draft->keys[i].length,
                                          postings, count, error);
    }
    return code;
}

/* One term of a document, to be sorted by term. */
struct forward_term {
    uint32_t identity;
    uint8_t strength;
};

static int compare_forward(const void *left, const void *right)
{
    const struct forward_term *a = left;
    const struct forward_term *b = right;

    return a->identity < b->identity ? -1 : a->identity > b->identity;
}

static int write_documents(struct search_builder *builder, struct draft *draft,
                           struct search_segment_writer *writer, struct error *error)
{
    int code = 0;

    for (size_t i = 0; code == 0 && i < draft->documents; i++) {
        const struct gathered *document = draft->order[i];
        struct forward_term terms[SEARCH_FORWARD_LIMIT];
        uint32_t identities[SEARCH_FORWARD_LIMIT];
        uint8_t strengths[SEARCH_FORWARD_LIMIT];

        for (size_t j = 0; j < document->count; j++) {
            const struct occurrence *occurrence = &builder->occurrences[document->first + j];

            terms[j].identity = builder->words[occurrence->word].identity;
            terms[j].strength = occurrence->strength;
        }
        qsort(terms, document->count, sizeof terms[0], compare_forward);
        for (size_t j = 0; j < document->count; j++) {
            identities[j] = terms[j].identity;
            strengths[j] = terms[j].strength;
        }
        code = search_segment_writer_document(writer, &document->document, identities, strengths,
                                              document->count, error);
    }
    return code;
}

int search_builder_write(struct search_builder *builder, struct search_store *store, int64_t number,
                         struct search_layout *layout, struct error *error)
{
    struct draft draft = {0};
    struct search_segment_writer *writer = NULL;
    int code = search_segment_writer_new(&writer, store, number, error);

    draft.order = malloc((builder->document_count + 1) * sizeof(struct gathered *));
    draft.keys = malloc((builder->word_count + 1) * sizeof *draft.keys);
    draft.starts = malloc((builder->word_count + 1) * sizeof *draft.starts);
    draft.postings = malloc((builder->occurrence_count + 1) * sizeof *draft.postings);
    if (code == 0 && (draft.order == NULL || draft.keys == NULL || draft.starts == NULL ||
                      draft.postings == NULL))
        code = error_set(error, ERROR_MEMORY, "search index: out of memory");
    if (code == 0) {
        order_documents(builder, &draft);
        order_words(builder, &draft);
        code = write_terms(builder, &draft, writer, error);
    }
    if (code == 0)
        code = write_documents(builder, &draft, writer, error);
    if (code == 0)
        code = search_segment_writer_end(writer, layout, error);
    search_segment_writer_free(writer);
    draft_free(&draft);
    search_builder_clear(builder);
    return code;
}
