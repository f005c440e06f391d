#include "app/search_segment.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_bytes.h"

/* Documents with the same demand. There are few runs, so that looking one up stays within the
 * processor's cache however many documents there are. */
struct demand_run {
    uint32_t first; /* ordinal */
    uint8_t demand;
};

struct search_segment {
    struct search_store *store; /* borrowed */
    int64_t number;
    struct search_layout layout;
    uint8_t *sparse;         /* owned: the sparse dictionary */
    uint32_t *sparse_at;     /* owned: where in it each block's entry begins */
    uint8_t *top_table;      /* owned */
    struct demand_run *runs; /* owned; each ends where the next begins */
    size_t run_count;        /* at least 1 */
    size_t last_run;         /* the one looked up last: the next is often there too */
    uint32_t first_ended;    /* the ordinal from which on all have ended */
    uint32_t blocks;
};

void search_layout_write(const struct search_layout *layout, uint8_t bytes[SEARCH_LAYOUT_SIZE])
{
    const uint64_t offsets[] = {layout->dictionary, layout->sparse,  layout->top_lists,
                                layout->top_table,  layout->forward, layout->document_table,
                                layout->demands,    layout->end};

    bytes_put(bytes, layout->documents, 4);
    bytes_put(bytes + 4, layout->terms, 4);
    bytes_put(bytes + 8, layout->tops, 4);
    for (size_t i = 0; i < SEARCH_LAYOUT_OFFSETS; i++)
        bytes_put(bytes + 12 + 8 * i, offsets[i], 8);
}

int search_layout_read(struct search_layout *layout, const uint8_t *bytes, size_t length,
                       struct error *error)
{
    uint64_t *const offsets[] = {&layout->dictionary, &layout->sparse,  &layout->top_lists,
                                 &layout->top_table,  &layout->forward, &layout->document_table,
                                 &layout->demands,    &layout->end};
    uint64_t before = 0;

    if (bytes == NULL || length != SEARCH_LAYOUT_SIZE)
        return error_set(error, ERROR_STORAGE, "search index: damaged segment");
    layout->documents = (uint32_t)bytes_get(bytes, 4);
    layout->terms = (uint32_t)bytes_get(bytes + 4, 4);
    layout->tops = (uint32_t)bytes_get(bytes + 8, 4);
    for (size_t i = 0; i < SEARCH_LAYOUT_OFFSETS; i++) {
        *offsets[i] = bytes_get(bytes + 12 + 8 * i, 8);
        if (*offsets[i] < before || *offsets[i] > (uint64_t)1 << 40)
            return error_set(error, ERROR_STORAGE, "search index: damaged segment");
        before = *offsets[i];
    }
    if (layout->documents > SEARCH_SEGMENT_DOCUMENTS ||
        layout->demands - layout->document_table !=
            (uint64_t)layout->documents * SEARCH_DOCUMENT_SIZE ||
        layout->end - layout->demands > SEARCH_DEMAND_RUNS * SEARCH_DEMAND_RUN ||
        layout->forward - layout->top_table != (uint64_t)layout->tops * SEARCH_TOP_ENTRY)
        return error_set(error, ERROR_STORAGE, "search index: damaged segment");
    return 0;
}

int search_document_compare(const struct search_document *left, const struct search_document *right)
{
    int left_ended = (left->flags & SEARCH_FLAG_ENDED) != 0;
    int right_ended = (right->flags & SEARCH_FLAG_ENDED) != 0;

    if (left_ended != right_ended)
        return left_ended - right_ended;
    if (left->demand != right->demand)
        return left->demand > right->demand ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

/* Finds where each block's entry begins in the sparse dictionary. */
static int sparse_index(struct search_segment *segment, size_t size, struct error *error)
{
    size_t at = 0;

    for (uint32_t block = 0; block < segment->blocks; block++) {
        if (at >= size || at + 5 + segment->sparse[at] > size)
            return error_set(error, ERROR_STORAGE, "search index: damaged dictionary");
        segment->sparse_at[block] = (uint32_t)at;
        at += 5u + segment->sparse[at];
    }
    return 0;
}

/* Reads the runs of demands. */
static int demands_read(struct search_segment *segment, struct error *error)
{
    const struct search_layout *layout = &segment->layout;
    size_t size = (size_t)(layout->end - layout->demands);
    uint8_t *bytes = malloc(size + 1);
    int code = 0;

    segment->runs = malloc((size / SEARCH_DEMAND_RUN + 1) * sizeof *segment->runs);
    if (bytes == NULL || segment->runs == NULL) {
        free(bytes);
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    }
    search_store_read(segment->store, segment->number, layout->demands, bytes, size);
    segment->first_ended = layout->documents;
    segment->runs[0] = (struct demand_run){0};
    segment->run_count = 1;
    for (size_t at = 0; at + SEARCH_DEMAND_RUN <= size; at += SEARCH_DEMAND_RUN) {
        const struct demand_run run = {(uint32_t)bytes_get(bytes + at + 2, 4), bytes[at]};
        uint32_t before = segment->runs[segment->run_count - 1].first;

        if (run.first < before || run.first > layout->documents) {
            code = error_set(error, ERROR_STORAGE, "search index: damaged demands");
            break;
        }
        if (bytes[at + 1] != 0 && run.first < segment->first_ended)
            segment->first_ended = run.first;
        segment->run_count += run.first > before;
        segment->runs[segment->run_count - 1] = run;
    }
    free(bytes);
    return code;
}

/* Its last byte is there: nothing is taken of memory for what a damaged row only says of it. */
static int end_is_there(struct search_store *store, int64_t number,
                        const struct search_layout *layout, struct error *error)
{
    size_t length;

    if (layout->end > 0)
        (void)search_store_peek(store, number, layout->end - 1, &length);
    return search_store_failure(store, error);
}

int search_segment_open(struct search_segment **segment, struct search_store *store, int64_t number,
                        const struct search_layout *layout, struct error *error)
{
    struct search_segment *made = calloc(1, sizeof *made);
    size_t sparse_size = (size_t)(layout->top_lists - layout->sparse);
    size_t top_size = (size_t)layout->tops * SEARCH_TOP_ENTRY;
    int code;

    *segment = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    code = end_is_there(store, number, layout, error);
    if (code != 0) {
        free(made);
        return code;
    }
    made->store = store;
    made->number = number;
    made->layout = *layout;
    made->blocks = (layout->terms + SEARCH_BLOCK_TERMS - 1) / SEARCH_BLOCK_TERMS;
    made->sparse = malloc(sparse_size + 1);
    made->sparse_at = malloc((made->blocks + 1) * sizeof *made->sparse_at);
    made->top_table = malloc(top_size + 1);
    if (made->sparse == NULL || made->sparse_at == NULL || made->top_table == NULL) {
        search_segment_close(made);
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    }
    search_store_read(store, number, layout->sparse, made->sparse, sparse_size);
    search_store_read(store, number, layout->top_table, made->top_table, top_size);
    code = demands_read(made, error);
    if (code == 0)
        code = search_store_failure(store, error);
    if (code == 0)
        code = sparse_index(made, sparse_size, error);
    if (code != 0) {
        search_segment_close(made);
        return code;
    }
    *segment = made;
    return 0;
}

void search_segment_close(struct search_segment *segment)
{
    if (segment == NULL)
        return;
    free(segment->sparse);
    free(segment->sparse_at);
    free(segment->top_table);
    free(segment->runs);
    free(segment);
}

int64_t search_segment_number(const struct search_segment *segment)
{
    return segment->number;
}

const struct search_layout *search_segment_layout(const struct search_segment *segment)
{
    return &segment->layout;
}

size_t search_segment_memory(const struct search_segment *segment)
{
    return sizeof *segment + (size_t)(segment->layout.top_lists - segment->layout.sparse) +
           segment->blocks * sizeof *segment->sparse_at +
           segment->run_count * sizeof *segment->runs +
           (size_t)segment->layout.tops * SEARCH_TOP_ENTRY;
}

static int compare_bytes(const char *left, size_t left_length, const char *right,
                         size_t right_length)
{
    size_t shorter = left_length < right_length ? left_length : right_length;
    int order = memcmp(left, right, shorter);

    if (order != 0)
        return order;
    return left_length < right_length ? -1 : left_length > right_length;
}

/* The last block whose first term is at or before `text`; 0 when there is none. */
static uint32_t block_for(const struct search_segment *segment, const char *text, size_t length)
{
    uint32_t low = 0;
    uint32_t high = segment->blocks;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *entry = segment->sparse + segment->sparse_at[middle];

        if (compare_bytes((const char *)entry + 1, entry[0], text, length) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Reads the terms of a block one after another. */
struct block_reader {
    struct search_reader reader;
    struct search_term term; /* the last one read */
    uint64_t next_offset;
    uint32_t left;
};

static uint64_t block_offset(const struct search_segment *segment, uint32_t block)
{
    const uint8_t *entry;

    if (block >= segment->blocks)
        return segment->layout.sparse;
    entry = segment->sparse + segment->sparse_at[block];
    return segment->layout.dictionary + bytes_get(entry + 1 + entry[0], 4);
}

static void block_start(struct block_reader *reader, const struct search_segment *segment,
                        uint32_t block)
{
    uint32_t first = block * SEARCH_BLOCK_TERMS;

    search_reader_start(&reader->reader, segment->store, segment->number,
                        block_offset(segment, block), block_offset(segment, block + 1));
    reader->left = segment->layout.terms - first;
    if (reader->left > SEARCH_BLOCK_TERMS)
        reader->left = SEARCH_BLOCK_TERMS;
    reader->next_offset = 0;
    for (unsigned shift = 0; shift < 48; shift += 8)
        reader->next_offset |= (uint64_t)search_reader_byte(&reader->reader) << shift;
    reader->term.identity = first - 1; /* wraps for the first block; the first step wraps back */
    reader->term.length = 0;
}

static bool block_next(struct block_reader *reader)
{
    struct search_term *term = &reader->term;
    size_t shared;
    size_t rest;

    if (reader->left == 0)
        return false;
    reader->left--;
    shared = search_reader_byte(&reader->reader);
    rest = search_reader_byte(&reader->reader);
    if (shared > term->length || shared + rest > SEARCH_TERM_LIMIT)
        return false; /* damaged; what was read as zeros ends here as well */
    for (size_t i = 0; i < rest; i++)
        term->text[shared + i] = (char)search_reader_byte(&reader->reader);
    term->length = shared + rest;
    term->text[term->length] = '\0';
    term->identity++;
    term->documents = (uint32_t)search_reader_varint(&reader->reader);
    term->offset = reader->next_offset;
    term->size = search_reader_varint(&reader->reader);
    term->strongest = search_reader_byte(&reader->reader);
    reader->next_offset += term->size;
    return true;
}

/* Stands on the first term at or after `text`; false when that is not in the block for it. */
static bool block_find(struct block_reader *reader, const struct search_segment *segment,
                       const char *text, size_t length, uint32_t *block)
{
    *block = block_for(segment, text, length);
    block_start(reader, segment, *block);
    while (block_next(reader)) {
        if (compare_bytes(reader->term.text, reader->term.length, text, length) >= 0)
            return true;
    }
    return false;
}

bool search_segment_find(struct search_segment *segment, const char *text, size_t length,
                         struct search_term *term)
{
    struct block_reader reader;
    uint32_t block;

    if (segment->blocks == 0 || !block_find(&reader, segment, text, length, &block) ||
        compare_bytes(reader.term.text, reader.term.length, text, length) != 0)
        return false;
    *term = reader.term;
    return true;
}

uint32_t search_segment_seek(struct search_segment *segment, const char *text, size_t length)
{
    struct block_reader reader;
    uint32_t block;
    uint32_t next;

    if (segment->blocks == 0)
        return 0;
    if (block_find(&reader, segment, text, length, &block))
        return reader.term.identity;
    next = (block + 1) * SEARCH_BLOCK_TERMS;
    return next < segment->layout.terms ? next : segment->layout.terms;
}

void search_segment_range(struct search_segment *segment, const char *prefix, size_t length,
                          uint32_t *first, uint32_t *end)
{
    char after[SEARCH_TERM_LIMIT + 1];

    *first = search_segment_seek(segment, prefix, length);
    /* The least text after all that begin with the prefix: its last byte grown by one. UTF-8 has
     * no byte 0xFF, so that never overflows. */
    memcpy(after, prefix, length);
    if (length == 0) {
        *end = segment->layout.terms;
        return;
    }
    after[length - 1] = (char)((unsigned char)after[length - 1] + 1);
    *end = search_segment_seek(segment, after, length);
}

void search_segment_walk(struct search_segment *segment, uint32_t first, uint32_t end,
                         search_term_visit visit, void *context)
{
    uint32_t block = first / SEARCH_BLOCK_TERMS;

    for (; block * SEARCH_BLOCK_TERMS < end && block < segment->blocks; block++) {
        struct block_reader reader;

        block_start(&reader, segment, block);
        while (block_next(&reader)) {
            if (reader.term.identity < first)
                continue;
            if (reader.term.identity >= end || !visit(context, &reader.term))
                return;
        }
    }
}

struct search_term_cursor {
    struct search_segment *segment; /* borrowed */
    struct block_reader reader;
    uint32_t next_block;
};

struct search_term_cursor *search_term_cursor_new(struct search_segment *segment)
{
    struct search_term_cursor *cursor = calloc(1, sizeof *cursor);

    if (cursor != NULL)
        cursor->segment = segment;
    return cursor;
}

void search_term_cursor_free(struct search_term_cursor *cursor)
{
    free(cursor);
}

bool search_term_cursor_next(struct search_term_cursor *cursor)
{
    while (!block_next(&cursor->reader)) {
        if (cursor->next_block >= cursor->segment->blocks)
            return false;
        block_start(&cursor->reader, cursor->segment, cursor->next_block++);
    }
    return true;
}

const struct search_term *search_term_cursor_term(const struct search_term_cursor *cursor)
{
    return &cursor->reader.term;
}

int search_segment_top(struct search_segment *segment, const char *prefix, size_t length,
                       struct search_posting postings[SEARCH_TOP_COUNT])
{
    char padded[SEARCH_TOP_PREFIX] = {0};
    uint8_t bytes[SEARCH_TOP_COUNT * 4];
    uint32_t low = 0;
    uint32_t high = segment->layout.tops;
    const uint8_t *entry;
    size_t count;

    if (length > SEARCH_TOP_PREFIX)
        return -1;
    memcpy(padded, prefix, length);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = memcmp(segment->top_table + (size_t)middle * SEARCH_TOP_ENTRY, padded,
                           SEARCH_TOP_PREFIX);

        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    entry = segment->top_table + (size_t)low * SEARCH_TOP_ENTRY;
    if (low >= segment->layout.tops || memcmp(entry, padded, SEARCH_TOP_PREFIX) != 0)
        return -1;
    count = (size_t)bytes_get(entry + 12, 2);
    if (count > SEARCH_TOP_COUNT)
        count = SEARCH_TOP_COUNT;
    search_store_read(segment->store, segment->number,
                      segment->layout.top_lists + bytes_get(entry + 8, 4), bytes, count * 4);
    for (size_t i = 0; i < count; i++) {
        postings[i].strength = bytes[i * 4];
        postings[i].ordinal = (uint32_t)bytes_get(bytes + i * 4 + 1, 3);
    }
    return (int)count;
}

void search_segment_document(struct search_segment *segment, uint32_t ordinal,
                             struct search_document *document)
{
    uint64_t offset = segment->layout.document_table + (uint64_t)ordinal * SEARCH_DOCUMENT_SIZE;
    uint8_t copy[SEARCH_DOCUMENT_SIZE];
    size_t length;
    const uint8_t *bytes = search_store_peek(segment->store, segment->number, offset, &length);

    if (bytes == NULL || length < sizeof copy) { /* across two chunks, or damaged */
        search_store_read(segment->store, segment->number, offset, copy, sizeof copy);
        bytes = copy;
    }
    document->number = (int64_t)bytes_get(bytes, 6);
    document->demand = bytes[6];
    document->flags = bytes[7];
    document->forward = bytes_get(bytes + 8, 6);
}

uint8_t search_segment_demand(struct search_segment *segment, uint32_t ordinal, bool *ended)
{
    const struct demand_run *run = segment->runs + segment->last_run;
    const struct demand_run *end = segment->runs + segment->run_count;

    *ended = ordinal >= segment->first_ended;
    if (ordinal < run->first || (run + 1 < end && ordinal >= run[1].first)) {
        run = segment->runs;
        for (size_t left = segment->run_count; left > 1; left -= left / 2)
            run = run[left / 2].first <= ordinal ? run + left / 2 : run;
        segment->last_run = (size_t)(run - segment->runs);
    }
    return run->demand;
}

/* Steps through bytes where they lie, from chunk to chunk; nothing else may be read meanwhile. */
struct stepper {
    struct search_segment *segment;
    uint64_t offset; /* of the next chunk */
    const uint8_t *at;
    const uint8_t *end;
};

static inline uint8_t step_byte(struct stepper *stepper)
{
    if (stepper->at == stepper->end) {
        size_t length;

        stepper->at = search_store_peek(stepper->segment->store, stepper->segment->number,
                                        stepper->offset, &length);
        if (stepper->at == NULL) {
            stepper->end = NULL;
            return 0;
        }
        stepper->end = stepper->at + length;
        stepper->offset += length;
    }
    return *stepper->at++;
}

static inline uint32_t step_varint(struct stepper *stepper)
{
    uint32_t value = 0;

    for (unsigned shift = 0; shift < 32; shift += 7) {
        uint8_t byte = step_byte(stepper);

        value |= (uint32_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            break;
    }
    return value;
}

size_t search_segment_forward(struct search_segment *segment, uint64_t offset, uint32_t before,
                              uint32_t identities[SEARCH_FORWARD_LIMIT],
                              uint8_t strengths[SEARCH_FORWARD_LIMIT])
{
    struct stepper stepper = {.segment = segment, .offset = segment->layout.forward + offset};
    uint32_t identity = 0;
    size_t count = step_varint(&stepper);

    if (count > SEARCH_FORWARD_LIMIT)
        count = SEARCH_FORWARD_LIMIT;
    for (size_t i = 0; i < count; i++) {
        identity += step_varint(&stepper);
        if (identity >= before)
            return i;
        identities[i] = identity;
        strengths[i] = step_byte(&stepper);
    }
    return count;
}

void search_reader_start(struct search_reader *reader, struct search_store *store, int64_t segment,
                         uint64_t offset, uint64_t end)
{
    reader->store = store;
    reader->segment = segment;
    reader->offset = offset;
    reader->end = end;
    reader->at = 0;
    reader->filled = 0;
}

uint8_t search_reader_byte(struct search_reader *reader)
{
    if (reader->at == reader->filled) {
        uint64_t left = reader->end > reader->offset ? reader->end - reader->offset : 0;
        size_t part = left < sizeof reader->window ? (size_t)left : sizeof reader->window;

        if (part == 0)
            return 0;
        search_store_read(reader->store, reader->segment, reader->offset, reader->window, part);
        reader->offset += part;
        reader->at = 0;
        reader->filled = part;
    }
    return reader->window[reader->at++];
}

uint64_t search_reader_varint(struct search_reader *reader)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = search_reader_byte(reader);

        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            break;
    }
    return value;
}

void search_list_start(struct search_list *list, struct search_segment *segment,
                       const struct search_term *term)
{
    search_reader_start(&list->reader, segment->store, segment->number, term->offset,
                        term->offset + term->size);
    list->left = term->documents;
    list->in_run = 0;
    list->ordinal = 0;
    list->strength = 0;
}

bool search_list_next(struct search_list *list, struct search_posting *posting)
{
    if (list->left == 0)
        return false;
    if (list->in_run == 0) {
        list->strength = search_reader_byte(&list->reader);
        list->in_run = (uint32_t)search_reader_varint(&list->reader);
        list->ordinal = 0;
        if (list->in_run == 0) { /* only damage gives an empty run */
            list->left = 0;
            return false;
        }
    }
    list->ordinal += (uint32_t)search_reader_varint(&list->reader);
    list->in_run--;
    list->left--;
    posting->ordinal = list->ordinal;
    posting->strength = list->strength;
    return true;
}
