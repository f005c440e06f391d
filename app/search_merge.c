#include "app/search_merge.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_segment_writer.h"

#define DROPPED UINT32_MAX

/* One of the segments being merged. */
struct source {
    struct search_segment *segment;
    uint32_t *ordinals;   /* old ordinal -> new, or DROPPED */
    uint32_t *identities; /* old term -> new, or DROPPED */
    struct search_term_cursor *terms;
    bool at_end;
};

struct merge {
    struct source sources[SEARCH_MERGE_MOST];
    size_t count;
    struct search_segment_writer *writer;
    struct search_posting *postings; /* of one term, before it is written */
    size_t room;
    uint32_t documents; /* that stay */
    uint32_t terms;     /* written */
};

static void merge_free(struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++) {
        free(merge->sources[i].ordinals);
        free(merge->sources[i].identities);
        search_term_cursor_free(merge->sources[i].terms);
    }
    free(merge->postings);
    search_segment_writer_free(merge->writer);
}

static int merge_begin(struct merge *merge, struct search_store *store,
                       struct search_segment *const *segments, size_t count, int64_t number,
                       struct error *error)
{
    int code = search_segment_writer_new(&merge->writer, store, number, error);

    for (size_t i = 0; code == 0 && i < count; i++) {
        const struct search_layout *layout = search_segment_layout(segments[i]);
        struct source *source = &merge->sources[merge->count++];

        source->segment = segments[i];
        source->ordinals = malloc(((size_t)layout->documents + 1) * sizeof(uint32_t));
        source->identities = malloc(((size_t)layout->terms + 1) * sizeof(uint32_t));
        source->terms = search_term_cursor_new(segments[i]);
        if (source->ordinals == NULL || source->identities == NULL || source->terms == NULL)
            code = error_set(error, ERROR_MEMORY, "search index: out of memory");
    }
    return code;
}

/* The next document of each source, to be merged in the order of ordinals. */
struct heads {
    struct search_document documents[SEARCH_MERGE_MOST];
    uint32_t next[SEARCH_MERGE_MOST]; /* ordinal of the head */
};

static void head_read(struct merge *merge, struct heads *heads, size_t which)
{
    if (heads->next[which] < search_segment_layout(merge->sources[which].segment)->documents)
        search_segment_document(merge->sources[which].segment, heads->next[which],
                                &heads->documents[which]);
}

/* The source whose head comes first; `count` when all are read. */
static size_t head_first(struct merge *merge, const struct heads *heads)
{
    size_t first = merge->count;

    for (size_t i = 0; i < merge->count; i++) {
        if (heads->next[i] >= search_segment_layout(merge->sources[i].segment)->documents)
            continue;
        if (first == merge->count ||
            search_document_compare(&heads->documents[i], &heads->documents[first]) < 0)
            first = i;
    }
    return first;
}

/* Gives each document that stays its new ordinal. */
static void order_documents(struct merge *merge, search_is_dead is_dead, void *context)
{
    struct heads heads = {0};
    size_t which;

    for (size_t i = 0; i < merge->count; i++)
        head_read(merge, &heads, i);
    while ((which = head_first(merge, &heads)) < merge->count) {
        struct source *source = &merge->sources[which];

        source->ordinals[heads.next[which]] =
            is_dead(context, heads.documents[which].number) ? DROPPED : merge->documents++;
        heads.next[which]++;
        head_read(merge, &heads, which);
    }
}

static int compare_postings(const void *left, const void *right)
{
    const struct search_posting *a = left;
    const struct search_posting *b = right;

    if (a->strength != b->strength)
        return a->strength > b->strength ? -1 : 1;
    return a->ordinal < b->ordinal ? -1 : a->ordinal > b->ordinal;
}

/* Adds the postings of one source's term to those gathered. */
static int gather(struct merge *merge, const struct source *source, const struct search_term *term,
                  size_t *count, struct error *error)
{
    struct search_list list;
    struct search_posting posting;
    uint32_t documents = search_segment_layout(source->segment)->documents;

    if (*count + term->documents > merge->room) {
        size_t room = (*count + term->documents) * 2;
        struct search_posting *grown = realloc(merge->postings, room * sizeof *grown);

        if (grown == NULL)
            return error_set(error, ERROR_MEMORY, "search index: out of memory");
        merge->postings = grown;
        merge->room = room;
    }
    search_list_start(&list, source->segment, term);
    while (search_list_next(&list, &posting)) {
        if (posting.ordinal >= documents)
            return error_set(error, ERROR_STORAGE, "search index: damaged postings");
        if (source->ordinals[posting.ordinal] != DROPPED)
            merge->postings[(*count)++] =
                (struct search_posting){source->ordinals[posting.ordinal], posting.strength};
    }
    return 0;
}

/* Merges the term that comes first among the sources; false in `more` when there is none. */
static int merge_term(struct merge *merge, bool *more, struct error *error)
{
    struct search_term term;
    bool take[SEARCH_MERGE_MOST] = {false};
    size_t count = 0;
    int code = 0;

    *more = false;
    for (size_t i = 0; i < merge->count; i++) {
        const struct search_term *head = search_term_cursor_term(merge->sources[i].terms);
        int order;

        if (merge->sources[i].at_end)
            continue;
        order = *more ? strcmp(head->text, term.text) : -1;
        if (order < 0) {
            memset(take, 0, sizeof take);
            term = *head;
            *more = true;
        }
        take[i] = order <= 0;
    }
    for (size_t i = 0; code == 0 && i < merge->count; i++) {
        if (take[i])
            code = gather(merge, &merge->sources[i],
                          search_term_cursor_term(merge->sources[i].terms), &count, error);
    }
    if (code == 0 && count > 0) {
        qsort(merge->postings, count, sizeof *merge->postings, compare_postings);
        code = search_segment_writer_term(merge->writer, term.text, term.length, merge->postings,
                                          count, error);
    }
    for (size_t i = 0; code == 0 && i < merge->count; i++) {
        if (!take[i])
            continue;
        merge->sources[i].identities[search_term_cursor_term(merge->sources[i].terms)->identity] =
            count > 0 ? merge->terms : DROPPED;
        merge->sources[i].at_end = !search_term_cursor_next(merge->sources[i].terms);
    }
    merge->terms += count > 0;
    return code;
}

static int write_document(struct merge *merge, const struct source *source,
                          const struct search_document *document, struct error *error)
{
    uint32_t identities[SEARCH_FORWARD_LIMIT];
    uint8_t strengths[SEARCH_FORWARD_LIMIT];
    uint32_t terms = search_segment_layout(source->segment)->terms;
    size_t count = search_segment_forward(source->segment, document->forward, UINT32_MAX,
                                          identities, strengths);

    for (size_t i = 0; i < count; i++) {
        if (identities[i] >= terms || source->identities[identities[i]] == DROPPED)
            return error_set(error, ERROR_STORAGE, "search index: damaged document");
        identities[i] = source->identities[identities[i]];
    }
    return search_segment_writer_document(merge->writer, document, identities, strengths, count,
                                          error);
}

/* Writes the documents in their new order, which is each source's own order, interleaved. */
static int write_documents(struct merge *merge, struct error *error)
{
    struct heads heads = {0};
    size_t which;
    int code = 0;

    for (size_t i = 0; i < merge->count; i++)
        head_read(merge, &heads, i);
    while (code == 0 && (which = head_first(merge, &heads)) < merge->count) {
        const struct source *source = &merge->sources[which];

        if (source->ordinals[heads.next[which]] != DROPPED)
            code = write_document(merge, source, &heads.documents[which], error);
        heads.next[which]++;
        head_read(merge, &heads, which);
    }
    return code;
}

int search_merge(struct search_store *store, struct search_segment *const *segments, size_t count,
                 int64_t number, search_is_dead is_dead, void *context,
                 struct search_layout *layout, struct error *error)
{
    struct merge merge = {0};
    bool more = true;
    int code = merge_begin(&merge, store, segments, count, number, error);

    if (code == 0) {
        order_documents(&merge, is_dead, context);
        for (size_t i = 0; i < merge.count; i++)
            merge.sources[i].at_end = !search_term_cursor_next(merge.sources[i].terms);
    }
    while (code == 0 && more)
        code = merge_term(&merge, &more, error);
    if (code == 0)
        code = write_documents(&merge, error);
    if (code == 0)
        code = search_store_failure(store, error);
    if (code == 0)
        code = search_segment_writer_end(merge.writer, layout, error);
    merge_free(&merge);
    return code;
}
