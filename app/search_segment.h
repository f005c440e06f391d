/*
 * One segment of the index, read. A segment holds, in this order of its bytes:
 *
 *   postings    for each term, in the order of terms: the documents that have it, strongest first.
 *               A list is runs of [strength byte][count varint][ordinals as varint steps].
 *   dictionary  the terms in the order of their bytes, in blocks of 32: a block is the offset of
 *               its first list (6 bytes), then for each term [bytes shared with the one before]
 *               [bytes that follow][those bytes][documents varint][bytes of its list varint]
 *               [highest strength byte].
 *   sparse      the first term of each block: [length][bytes][offset in the dictionary, 4 bytes].
 *   top lists   for each beginning of words that more than 16 terms share: its 128 strongest
 *               documents, [strength byte][ordinal, 3 bytes]. So no beginning, however short, makes
 *               a query read more than this.
 *   top table   for each of those: 8 bytes of beginning, zero-padded, offset (4), count (2).
 *   forward     for each document: count of terms varint, then [term step varint][strength byte].
 *   documents   for each document 16 bytes: record number (6), demand (1), flags (1), offset of its
 *               forward entry (6), two spare.
 *   demands     for each run of documents with the same demand, ended or not: demand (1), ended
 * (1), first ordinal (4). So the demand of a document is known without reading it.
 *
 * Documents are numbered within the segment (ordinal) in the order of demand: the most asked for
 * first, ended ones last. A term's identity within a segment is its place in the dictionary, so a
 * word's beginning is a range of terms. Numbers are little-endian. A strength is 1 to 63.
 */
#ifndef GUICHET_APP_SEARCH_SEGMENT_H
#define GUICHET_APP_SEARCH_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/search_fold.h"
#include "app/search_store.h"

#define SEARCH_BLOCK_TERMS   32
#define SEARCH_TOP_PREFIX    8   /* longest beginning with a top list, in bytes */
#define SEARCH_TOP_TERMS     16  /* a beginning with more terms has a top list */
#define SEARCH_TOP_COUNT     128 /* documents of a top list */
#define SEARCH_STRENGTH_MOST 63
#define SEARCH_FORWARD_LIMIT 1024 /* terms of one document: the strongest are kept */
/* Ordinals of a top list have 3 bytes. */
#define SEARCH_SEGMENT_DOCUMENTS ((uint32_t)1 << 24)

#define SEARCH_DOCUMENT_SIZE 16
#define SEARCH_TOP_ENTRY     14
#define SEARCH_DEMAND_RUN    6
#define SEARCH_DEMAND_RUNS   512 /* at most: one of each demand, ended or not */

enum search_flag {
    SEARCH_FLAG_FORM = 1,
    SEARCH_FLAG_ENDED = 2,
    SEARCH_FLAG_MOVED = 4,
};

/* What a segment's row says of it. */
struct search_layout {
    uint32_t documents;
    uint32_t terms;
    uint32_t tops;
    uint64_t dictionary; /* offsets of the parts; postings begin at 0 */
    uint64_t sparse;
    uint64_t top_lists;
    uint64_t top_table;
    uint64_t forward;
    uint64_t document_table;
    uint64_t demands;
    uint64_t end;
};

#define SEARCH_LAYOUT_OFFSETS 8
#define SEARCH_LAYOUT_SIZE    (3 * 4 + SEARCH_LAYOUT_OFFSETS * 8)

void search_layout_write(const struct search_layout *layout, uint8_t bytes[SEARCH_LAYOUT_SIZE]);
int search_layout_read(struct search_layout *layout, const uint8_t *bytes, size_t length,
                       struct error *error);

struct search_posting {
    uint32_t ordinal;
    uint8_t strength;
};

struct search_document {
    int64_t number;
    uint64_t forward;
    uint8_t demand; /* 10 * log2(1 + applications), at most 255 */
    uint8_t flags;
};

/* The order of ordinals: ended ones last, the most asked for first, then the older number. */
int search_document_compare(const struct search_document *left,
                            const struct search_document *right);

struct search_term {
    char text[SEARCH_TERM_LIMIT + 1];
    size_t length;
    uint32_t identity; /* place in the dictionary */
    uint32_t documents;
    uint64_t offset; /* of its list */
    uint64_t size;   /* of its list, bytes */
    uint8_t strongest;
};

struct search_segment; /* an open segment: its sparse dictionary and top table are in memory */

int search_segment_open(struct search_segment **segment, struct search_store *store, int64_t number,
                        const struct search_layout *layout, struct error *error);
void search_segment_close(struct search_segment *segment);

int64_t search_segment_number(const struct search_segment *segment);
const struct search_layout *search_segment_layout(const struct search_segment *segment);
size_t search_segment_memory(const struct search_segment *segment);

/* Reading fails as told in search_store.h. */

/* True and the term when the dictionary has exactly this one. */
bool search_segment_find(struct search_segment *segment, const char *text, size_t length,
                         struct search_term *term);

/* The first term at or after `text`, as identity; the number of terms when there is none. */
uint32_t search_segment_seek(struct search_segment *segment, const char *text, size_t length);

/* The range [first, end) of the terms that begin with `prefix`. */
void search_segment_range(struct search_segment *segment, const char *prefix, size_t length,
                          uint32_t *first, uint32_t *end);

/* Called for each term of a walk in order; returning false stops. */
typedef bool (*search_term_visit)(void *context, const struct search_term *term);
void search_segment_walk(struct search_segment *segment, uint32_t first, uint32_t end,
                         search_term_visit visit, void *context);

/* Reads the terms in order, for merging. search_term_cursor_next stands on the first one first. */
struct search_term_cursor;
struct search_term_cursor *search_term_cursor_new(struct search_segment *segment);
void search_term_cursor_free(struct search_term_cursor *cursor);
bool search_term_cursor_next(struct search_term_cursor *cursor);
/* Borrowed, until the next step. */
const struct search_term *search_term_cursor_term(const struct search_term_cursor *cursor);

/* The top list of a beginning; its length, or -1 when it has none (then few terms share it). */
int search_segment_top(struct search_segment *segment, const char *prefix, size_t length,
                       struct search_posting postings[SEARCH_TOP_COUNT]);

void search_segment_document(struct search_segment *segment, uint32_t ordinal,
                             struct search_document *document);

/* The demand of a document and whether it has ended, from memory. */
uint8_t search_segment_demand(struct search_segment *segment, uint32_t ordinal, bool *ended);

/* The terms of a document whose identity is below `before`, ascending; returns how many. */
size_t search_segment_forward(struct search_segment *segment, uint64_t offset, uint32_t before,
                              uint32_t identities[SEARCH_FORWARD_LIMIT],
                              uint8_t strengths[SEARCH_FORWARD_LIMIT]);

/* Reads bytes one after another through a small window. */
struct search_reader {
    struct search_store *store;
    int64_t segment;
    uint64_t offset; /* of the next byte that is not in the window */
    uint64_t end;
    size_t at;
    size_t filled;
    uint8_t window[256];
};

void search_reader_start(struct search_reader *reader, struct search_store *store, int64_t segment,
                         uint64_t offset, uint64_t end);
uint8_t search_reader_byte(struct search_reader *reader);
uint64_t search_reader_varint(struct search_reader *reader);

/* A list of postings, strongest first. */
struct search_list {
    struct search_reader reader;
    uint32_t left;    /* postings not yet read */
    uint32_t in_run;  /* of them, in the run being read */
    uint32_t ordinal; /* last one read */
    uint8_t strength;
};

void search_list_start(struct search_list *list, struct search_segment *segment,
                       const struct search_term *term);
bool search_list_next(struct search_list *list, struct search_posting *posting);

#endif
