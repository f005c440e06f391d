#include "app/search_merge.h"

#include <stdlib.h>
#include <string.h>

#include "app/search_segment_writer.h"

#define DROPPED UINT32_MAX

enum phase {
    PHASE_ORDER,     /* give each document that stays its new ordinal */
    PHASE_TERMS,     /* write the terms with their postings */
    PHASE_DOCUMENTS, /* write the documents */
    PHASE_END,
};

/* One of the segments being merged. */
struct source {
    struct search_segment *segment; /* borrowed */
    int64_t number;
    uint32_t *ordinals;   /* old ordinal -> new, or DROPPED */
    uint32_t *identities; /* old term -> new, or DROPPED */
    struct search_term_cursor *terms;
    bool at_end;
    struct search_document head; /* the next document, of ordinal `next` */
    uint32_t next;
    struct search_list list; /* of the term being merged, and its next posting, renumbered */
    struct search_posting posting;
    bool in_term;
};

struct search_merge {
    int64_t number;
    struct source sources[SEARCH_MERGE_MOST];
    size_t count;
    enum phase phase;
    struct search_store *store; /* borrowed */
    struct search_segment_writer *writer;
    struct search_posting *postings; /* of one term, before it is written */
    size_t room;
    uint32_t documents; /* that stay */
    uint32_t terms;     /* written */
    int64_t *met;       /* numbers of the dead that were met */
    size_t met_count;
    size_t met_room;
    uint64_t work; /* done in this step */
};

void search_merge_free(struct search_merge *merge)
{
    if (merge == NULL)
        return;
    for (size_t i = 0; i < merge->count; i++) {
        free(merge->sources[i].ordinals);
        free(merge->sources[i].identities);
        search_term_cursor_free(merge->sources[i].terms);
    }
    free(merge->postings);
    free(merge->met);
    search_segment_writer_free(merge->writer);
    free(merge);
}

/* Goes back to the first document of each source. */
static void heads_start(struct search_merge *merge)
{
    for (size_t i = 0; i < merge->count; i++) {
        struct source *source = &merge->sources[i];

        source->next = 0;
        if (search_segment_layout(source->segment)->documents > 0)
            search_segment_document(source->segment, 0, &source->head);
    }
}

static void head_next(struct source *source)
{
    if (++source->next < search_segment_layout(source->segment)->documents)
        search_segment_document(source->segment, source->next, &source->head);
}

/* The source whose next document comes first; NULL when all are read. */
static struct source *head_first(struct search_merge *merge)
{
    struct source *first = NULL;

    for (size_t i = 0; i < merge->count; i++) {
        struct source *source = &merge->sources[i];

        if (source->next >= search_segment_layout(source->segment)->documents)
            continue;
        if (first == NULL || search_document_compare(&source->head, &first->head) < 0)
            first = source;
    }
    return first;
}

int search_merge_new(struct search_merge **merge, struct search_store *store,
                     struct search_segment *const *segments, size_t count, int64_t number,
                     struct error *error)
{
    struct search_merge *made = calloc(1, sizeof *made);
    int code;

    *merge = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    made->number = number;
    made->store = store;
    code = search_segment_writer_new(&made->writer, store, number, error);
    for (size_t i = 0; code == 0 && i < count; i++) {
        const struct search_layout *layout = search_segment_layout(segments[i]);
        struct source *source = &made->sources[made->count++];

        source->segment = segments[i];
        source->number = search_segment_number(segments[i]);
        source->ordinals = malloc(((size_t)layout->documents + 1) * sizeof(uint32_t));
        source->identities = malloc(((size_t)layout->terms + 1) * sizeof(uint32_t));
        source->terms = search_term_cursor_new(segments[i]);
        if (source->ordinals == NULL || source->identities == NULL || source->terms == NULL)
            code = error_set(error, ERROR_MEMORY, "search index: out of memory");
    }
    if (code != 0) {
        search_merge_free(made);
        return code;
    }
    heads_start(made);
    *merge = made;
    return 0;
}

int64_t search_merge_number(const struct search_merge *merge)
{
    return merge->number;
}

size_t search_merge_count(const struct search_merge *merge)
{
    return merge->count;
}

bool search_merge_has(const struct search_merge *merge, const struct search_segment *segment)
{
    for (size_t i = 0; i < merge->count; i++) {
        /* The number as well: another one may have been opened at the same address. */
        if (merge->sources[i].segment == segment &&
            merge->sources[i].number == search_segment_number(segment))
            return true;
    }
    return false;
}

size_t search_merge_met(const struct search_merge *merge, const int64_t **numbers)
{
    *numbers = merge->met;
    return merge->met_count;
}

static int note_met(struct search_merge *merge, int64_t number, struct error *error)
{
    if (merge->met_count == merge->met_room) {
        size_t room = merge->met_room == 0 ? 64 : merge->met_room * 2;
        int64_t *grown = realloc(merge->met, room * sizeof *grown);

        if (grown == NULL)
            return error_set(error, ERROR_MEMORY, "search index: out of memory");
        merge->met = grown;
        merge->met_room = room;
    }
    merge->met[merge->met_count++] = number;
    return 0;
}

/* Gives the next document its new ordinal. One that dies after this is written, and stays dead. */
static int order_document(struct search_merge *merge, search_is_dead is_dead, void *context,
                          struct error *error)
{
    struct source *source = head_first(merge);
    int code = 0;

    if (source == NULL) {
        for (size_t i = 0; i < merge->count; i++)
            merge->sources[i].at_end = !search_term_cursor_next(merge->sources[i].terms);
        merge->phase = PHASE_TERMS;
        return 0;
    }
    if (is_dead(context, source->head.number)) {
        source->ordinals[source->next] = DROPPED;
        code = note_met(merge, source->head.number, error);
    } else {
        source->ordinals[source->next] = merge->documents++;
    }
    head_next(source);
    merge->work++;
    return code;
}

/* Goes to the next posting of a source's term that stays. */
static int list_next(struct search_merge *merge, struct source *source, struct error *error)
{
    uint32_t documents = search_segment_layout(source->segment)->documents;
    struct search_posting posting;

    source->in_term = false;
    while (!source->in_term && search_list_next(&source->list, &posting)) {
        merge->work++;
        if (posting.ordinal >= documents)
            return error_set(error, ERROR_STORAGE, "search index: damaged postings");
        source->posting =
            (struct search_posting){source->ordinals[posting.ordinal], posting.strength};
        source->in_term = source->posting.ordinal != DROPPED;
    }
    return 0;
}

static int make_room(struct search_merge *merge, size_t count, struct error *error)
{
    struct search_posting *grown;

    if (count <= merge->room)
        return 0;
    grown = realloc(merge->postings, count * 2 * sizeof *grown);
    if (grown == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    merge->postings = grown;
    merge->room = count * 2;
    return 0;
}

/* Gathers the postings of one term from the sources that have it. Each source's list is in the
 * order wanted, also after renumbering: the next one is always the first of the heads. */
static int gather(struct search_merge *merge, struct source *const *having, size_t having_count,
                  size_t *count, struct error *error)
{
    size_t most = 0;
    int code = 0;

    for (size_t i = 0; i < having_count; i++)
        most += search_term_cursor_term(having[i]->terms)->documents;
    code = make_room(merge, most, error);
    for (size_t i = 0; code == 0 && i < having_count; i++) {
        search_list_start(&having[i]->list, having[i]->segment,
                          search_term_cursor_term(having[i]->terms));
        code = list_next(merge, having[i], error);
    }
    while (code == 0) {
        struct source *first = NULL;

        for (size_t i = 0; i < having_count; i++) {
            struct source *source = having[i];

            if (source->in_term &&
                (first == NULL || source->posting.strength > first->posting.strength ||
                 (source->posting.strength == first->posting.strength &&
                  source->posting.ordinal < first->posting.ordinal)))
                first = source;
        }
        if (first == NULL)
            break;
        merge->postings[(*count)++] = first->posting;
        code = list_next(merge, first, error);
    }
    return code;
}

/* The sources that have the term that comes first among them all, and that term. */
static size_t first_term(struct search_merge *merge, struct source *having[SEARCH_MERGE_MOST],
                         struct search_term *term)
{
    size_t count = 0;

    for (size_t i = 0; i < merge->count; i++) {
        struct source *source = &merge->sources[i];
        const struct search_term *head = search_term_cursor_term(source->terms);
        int order;

        if (source->at_end)
            continue;
        order = count > 0 ? strcmp(head->text, term->text) : -1;
        if (order < 0) {
            count = 0;
            *term = *head;
        }
        if (order <= 0)
            having[count++] = source;
    }
    return count;
}

/* Merges the next term. */
static int merge_term(struct search_merge *merge, struct error *error)
{
    struct source *having[SEARCH_MERGE_MOST];
    struct search_term term;
    size_t having_count = first_term(merge, having, &term);
    size_t count = 0;
    int code;

    if (having_count == 0) {
        heads_start(merge);
        merge->phase = PHASE_DOCUMENTS;
        return 0;
    }
    code = gather(merge, having, having_count, &count, error);
    if (code == 0 && count > 0)
        code = search_segment_writer_term(merge->writer, term.text, term.length, merge->postings,
                                          count, error);
    for (size_t i = 0; code == 0 && i < having_count; i++) {
        having[i]->identities[search_term_cursor_term(having[i]->terms)->identity] =
            count > 0 ? merge->terms : DROPPED;
        having[i]->at_end = !search_term_cursor_next(having[i]->terms);
    }
    merge->terms += count > 0;
    return code;
}

/* Writes the next document; their new order is each source's own order, interleaved. */
static int merge_document(struct search_merge *merge, struct error *error)
{
    struct source *source = head_first(merge);
    uint32_t identities[SEARCH_FORWARD_LIMIT];
    uint8_t strengths[SEARCH_FORWARD_LIMIT];
    size_t count = 0;
    int code = 0;

    if (source == NULL) {
        merge->phase = PHASE_END;
        return 0;
    }
    if (source->ordinals[source->next] != DROPPED) {
        uint32_t terms = search_segment_layout(source->segment)->terms;

        count = search_segment_forward(source->segment, source->head.forward, UINT32_MAX,
                                       identities, strengths);
        for (size_t i = 0; i < count; i++) {
            if (identities[i] >= terms || source->identities[identities[i]] == DROPPED)
                return error_set(error, ERROR_STORAGE, "search index: damaged document");
            identities[i] = source->identities[identities[i]];
        }
        code = search_segment_writer_document(merge->writer, &source->head, identities, strengths,
                                              count, error);
    }
    head_next(source);
    merge->work += 1 + count;
    return code;
}

int search_merge_step(struct search_merge *merge, uint64_t work, search_is_dead is_dead,
                      void *context, bool *done, struct search_layout *layout, struct error *error)
{
    int code = 0;

    *done = false;
    merge->work = 0;
    while (code == 0 && merge->phase != PHASE_END && merge->work < work) {
        if (merge->phase == PHASE_ORDER)
            code = order_document(merge, is_dead, context, error);
        else if (merge->phase == PHASE_TERMS)
            code = merge_term(merge, error);
        else
            code = merge_document(merge, error);
    }
    if (code == 0)
        code = search_store_failure(merge->store, error);
    if (code == 0 && merge->phase == PHASE_END) {
        code = search_segment_writer_end(merge->writer, layout, error);
        *done = code == 0;
    }
    return code;
}
