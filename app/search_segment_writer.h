/*
 * Writes one segment in one pass: first every term in order with its postings, then every document
 * in order of its ordinal. What it writes is told in search_segment.h.
 */
#ifndef GUICHET_APP_SEARCH_SEGMENT_WRITER_H
#define GUICHET_APP_SEARCH_SEGMENT_WRITER_H

#include "app/search_segment.h"

struct search_segment_writer;

/* Begins the segment `number`, of which no chunk exists yet. */
int search_segment_writer_new(struct search_segment_writer **writer, struct search_store *store,
                              int64_t number, struct error *error);
void search_segment_writer_free(struct search_segment_writer *writer);

/* The next term, in the order of bytes, with at least one posting: strongest first, then ordinals
 * ascending. Its identity is the count of terms added before it. */
int search_segment_writer_term(struct search_segment_writer *writer, const char *text,
                               size_t length, const struct search_posting *postings, size_t count,
                               struct error *error);

/* The next document (its `forward` is not looked at), with its terms ascending. */
int search_segment_writer_document(struct search_segment_writer *writer,
                                   const struct search_document *document,
                                   const uint32_t *identities, const uint8_t *strengths,
                                   size_t count, struct error *error);

/* Writes the rest and gives the layout to keep. */
int search_segment_writer_end(struct search_segment_writer *writer, struct search_layout *layout,
                              struct error *error);

#endif
