#include "app/search_segment_writer.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_bytes.h"
#include "app/text.h"

#define COLLECTOR_ROOM (SEARCH_TOP_COUNT * 4)

/* Gathers the strongest documents of the terms that begin alike. */
struct collector {
    char prefix[SEARCH_TOP_PREFIX];
    uint32_t terms; /* 0: not in use */
    size_t count;
    struct search_posting floor; /* weaker ones cannot be among the top any more */
    struct search_posting postings[COLLECTOR_ROOM];
};

struct search_segment_writer {
    struct search_store_writer store;
    struct search_layout layout;
    struct text_buffer dictionary;
    struct text_buffer sparse;
    struct text_buffer top_lists;
    struct text_buffer top_table;
    struct text_buffer documents;
    struct text_buffer demands;
    int last_demand; /* of the last run: demand, and 256 when ended; -1 before the first */
    char last[SEARCH_TERM_LIMIT];
    size_t last_length;
    bool in_documents; /* the terms are complete */
    struct collector collectors[SEARCH_TOP_PREFIX];
};

int search_segment_writer_new(struct search_segment_writer **writer, struct search_store *store,
                              int64_t number, struct error *error)
{
    *writer = calloc(1, sizeof **writer);
    if (*writer == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    (*writer)->store.store = store;
    (*writer)->store.segment = number;
    (*writer)->last_demand = -1;
    return 0;
}

void search_segment_writer_free(struct search_segment_writer *writer)
{
    if (writer == NULL)
        return;
    text_buffer_free(&writer->dictionary);
    text_buffer_free(&writer->sparse);
    text_buffer_free(&writer->top_lists);
    text_buffer_free(&writer->top_table);
    text_buffer_free(&writer->documents);
    text_buffer_free(&writer->demands);
    free(writer);
}

static void buffer_varint(struct text_buffer *buffer, uint64_t value)
{
    uint8_t bytes[BYTES_VARINT_MOST];

    text_buffer_add(buffer, (const char *)bytes, bytes_put_varint(bytes, value));
}

static void buffer_number(struct text_buffer *buffer, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    bytes_put(bytes, value, size);
    text_buffer_add(buffer, (const char *)bytes, size);
}

/* Stronger first, then the more asked for. */
static int compare_strength(const void *left, const void *right)
{
    const struct search_posting *a = left;
    const struct search_posting *b = right;

    if (a->strength != b->strength)
        return a->strength > b->strength ? -1 : 1;
    return a->ordinal < b->ordinal ? -1 : a->ordinal > b->ordinal;
}

static int compare_ordinal(const void *left, const void *right)
{
    const struct search_posting *a = left;
    const struct search_posting *b = right;

    if (a->ordinal != b->ordinal)
        return a->ordinal < b->ordinal ? -1 : 1;
    return a->strength > b->strength ? -1 : a->strength < b->strength;
}

/* Keeps each document once and the strongest SEARCH_TOP_COUNT of them, in order. */
static void collector_settle(struct collector *collector)
{
    size_t kept = 0;

    qsort(collector->postings, collector->count, sizeof collector->postings[0], compare_ordinal);
    for (size_t i = 0; i < collector->count; i++) {
        if (kept == 0 || collector->postings[kept - 1].ordinal != collector->postings[i].ordinal)
            collector->postings[kept++] = collector->postings[i];
    }
    qsort(collector->postings, kept, sizeof collector->postings[0], compare_strength);
    if (kept >= SEARCH_TOP_COUNT) {
        kept = SEARCH_TOP_COUNT;
        collector->floor = collector->postings[kept - 1];
    }
    collector->count = kept;
}

static void collector_add(struct collector *collector, const struct search_posting *postings,
                          size_t count)
{
    if (count > SEARCH_TOP_COUNT)
        count = SEARCH_TOP_COUNT;
    for (size_t i = 0; i < count; i++) {
        if (compare_strength(&postings[i], &collector->floor) >= 0)
            return; /* the rest is weaker still */
        if (collector->count == COLLECTOR_ROOM)
            collector_settle(collector);
        collector->postings[collector->count++] = postings[i];
    }
}

/* Writes the list of a beginning that is complete, when enough terms share it. */
static void collector_close(struct search_segment_writer *writer, struct collector *collector)
{
    if (collector->terms > SEARCH_TOP_TERMS) {
        collector_settle(collector);
        text_buffer_add(&writer->top_table, collector->prefix, SEARCH_TOP_PREFIX);
        buffer_number(&writer->top_table, writer->top_lists.length, 4);
        buffer_number(&writer->top_table, collector->count, 2);
        for (size_t i = 0; i < collector->count; i++) {
            buffer_number(&writer->top_lists, collector->postings[i].strength, 1);
            buffer_number(&writer->top_lists, collector->postings[i].ordinal, 3);
        }
        writer->layout.tops++;
    }
    collector->terms = 0;
}

static void collectors_take(struct search_segment_writer *writer, const char *text, size_t length,
                            const struct search_posting *postings, size_t count)
{
    size_t shared = 0;

    while (shared < length && shared < writer->last_length && text[shared] == writer->last[shared])
        shared++;
    for (size_t i = SEARCH_TOP_PREFIX; i-- > shared;)
        collector_close(writer, &writer->collectors[i]);
    if (text[0] == SEARCH_FILTER_MARK)
        return;
    for (size_t i = 0; i < SEARCH_TOP_PREFIX && i < length; i++) {
        struct collector *collector = &writer->collectors[i];

        if (collector->terms == 0) {
            memset(collector->prefix, 0, sizeof collector->prefix);
            memcpy(collector->prefix, text, i + 1);
            collector->count = 0;
            collector->floor = (struct search_posting){.ordinal = UINT32_MAX, .strength = 0};
        }
        collector->terms++;
        collector_add(collector, postings, count);
    }
}

/* Writes a list of postings; returns its size in bytes. */
static uint64_t write_list(struct search_segment_writer *writer,
                           const struct search_posting *postings, size_t count)
{
    uint64_t start = writer->store.offset;
    uint8_t bytes[BYTES_VARINT_MOST];

    for (size_t i = 0; i < count;) {
        size_t run = 1;
        uint32_t before = 0;

        while (i + run < count && postings[i + run].strength == postings[i].strength)
            run++;
        search_store_write(&writer->store, &postings[i].strength, 1);
        search_store_write(&writer->store, bytes, bytes_put_varint(bytes, run));
        for (size_t j = i; j < i + run; j++) {
            search_store_write(&writer->store, bytes,
                               bytes_put_varint(bytes, postings[j].ordinal - before));
            before = postings[j].ordinal;
        }
        i += run;
    }
    return writer->store.offset - start;
}

int search_segment_writer_term(struct search_segment_writer *writer, const char *text,
                               size_t length, const struct search_posting *postings, size_t count,
                               struct error *error)
{
    uint64_t list_offset = writer->store.offset;
    size_t shared = 0;

    collectors_take(writer, text, length, postings, count);
    if (writer->layout.terms % SEARCH_BLOCK_TERMS == 0) {
        buffer_number(&writer->sparse, length, 1);
        text_buffer_add(&writer->sparse, text, length);
        buffer_number(&writer->sparse, writer->dictionary.length, 4);
        buffer_number(&writer->dictionary, list_offset, 6);
    } else {
        while (shared < length && shared < writer->last_length &&
               text[shared] == writer->last[shared])
            shared++;
    }
    buffer_number(&writer->dictionary, shared, 1);
    buffer_number(&writer->dictionary, length - shared, 1);
    text_buffer_add(&writer->dictionary, text + shared, length - shared);
    buffer_varint(&writer->dictionary, count);
    buffer_varint(&writer->dictionary, write_list(writer, postings, count));
    buffer_number(&writer->dictionary, postings[0].strength, 1);
    memcpy(writer->last, text, length);
    writer->last_length = length;
    writer->layout.terms++;
    if (writer->store.code != 0)
        return error_set(error, writer->store.code, "%s", writer->store.error.message);
    if (writer->dictionary.length > UINT32_MAX || writer->top_lists.length > UINT32_MAX)
        return error_set(error, ERROR_TOO_LARGE, "search index: too many words");
    return 0;
}

static int compare_prefix(const void *left, const void *right)
{
    return memcmp(left, right, SEARCH_TOP_PREFIX);
}

/* Writes what stands between the postings and the forward part. */
static void end_terms(struct search_segment_writer *writer)
{
    struct search_layout *layout = &writer->layout;

    for (size_t i = SEARCH_TOP_PREFIX; i-- > 0;)
        collector_close(writer, &writer->collectors[i]);
    if (writer->top_table.length > 0)
        qsort(writer->top_table.bytes, layout->tops, SEARCH_TOP_ENTRY, compare_prefix);
    layout->dictionary = writer->store.offset;
    search_store_write(&writer->store, writer->dictionary.bytes, writer->dictionary.length);
    layout->sparse = writer->store.offset;
    search_store_write(&writer->store, writer->sparse.bytes, writer->sparse.length);
    layout->top_lists = writer->store.offset;
    search_store_write(&writer->store, writer->top_lists.bytes, writer->top_lists.length);
    layout->top_table = writer->store.offset;
    search_store_write(&writer->store, writer->top_table.bytes, writer->top_table.length);
    layout->forward = writer->store.offset;
    writer->in_documents = true;
}

int search_segment_writer_document(struct search_segment_writer *writer,
                                   const struct search_document *document,
                                   const uint32_t *identities, const uint8_t *strengths,
                                   size_t count, struct error *error)
{
    uint8_t bytes[BYTES_VARINT_MOST + 1];
    uint32_t before = 0;
    int demand;

    if (!writer->in_documents)
        end_terms(writer);
    buffer_number(&writer->documents, (uint64_t)document->number, 6);
    buffer_number(&writer->documents, document->demand, 1);
    buffer_number(&writer->documents, document->flags, 1);
    buffer_number(&writer->documents, writer->store.offset - writer->layout.forward, 6);
    buffer_number(&writer->documents, 0, 2);
    demand = document->demand + ((document->flags & SEARCH_FLAG_ENDED) != 0 ? 256 : 0);
    if (demand != writer->last_demand) {
        buffer_number(&writer->demands, document->demand, 1);
        buffer_number(&writer->demands, demand >= 256, 1);
        buffer_number(&writer->demands, writer->layout.documents, 4);
        writer->last_demand = demand;
    }
    writer->layout.documents++;
    search_store_write(&writer->store, bytes, bytes_put_varint(bytes, count));
    for (size_t i = 0; i < count; i++) {
        size_t size = bytes_put_varint(bytes, identities[i] - before);

        bytes[size] = strengths[i];
        search_store_write(&writer->store, bytes, size + 1);
        before = identities[i];
    }
    if (writer->store.code != 0)
        return error_set(error, writer->store.code, "%s", writer->store.error.message);
    return 0;
}

int search_segment_writer_end(struct search_segment_writer *writer, struct search_layout *layout,
                              struct error *error)
{
    int code;

    if (!writer->in_documents)
        end_terms(writer);
    writer->layout.document_table = writer->store.offset;
    search_store_write(&writer->store, writer->documents.bytes, writer->documents.length);
    writer->layout.demands = writer->store.offset;
    search_store_write(&writer->store, writer->demands.bytes, writer->demands.length);
    writer->layout.end = writer->store.offset;
    code = search_store_write_end(&writer->store, error);
    if (code == 0 &&
        (writer->dictionary.failed || writer->sparse.failed || writer->top_lists.failed ||
         writer->top_table.failed || writer->documents.failed))
        code = error_set(error, ERROR_MEMORY, "search index: out of memory");
    *layout = writer->layout;
    return code;
}
