#include "app/search_index.h"

#include <stdlib.h>
#include <string.h>

#include "app/catalogue_statements.h"
#include "app/search_builder.h"
#include "app/search_card.h"
#include "app/search_index_internal.h"
#include "app/search_segment.h"
#include "app/search_store.h"
#include "app/search_upkeep.h"

/* The version that a writer follows at: what it has written itself. It reads no cards. */
#define FOLLOW_OWN INT64_MAX

struct search_index {
    struct database *database; /* borrowed */
    struct search_store *store;
    struct search_builder *builder;
    struct search_segment **segments; /* in the order of their numbers */
    size_t segment_count;
    int64_t *dead; /* ascending */
    size_t dead_count;
    uint64_t documents; /* of all segments, with the dead ones */
    int64_t followed;   /* version that the above was read at; -1: must be read anew */
    struct search_card_cache *cards;
    struct search_upkeep *upkeep;
    uint64_t added; /* documents, since the last finish */
};

int search_index_open(struct search_index **index, struct database *database, struct error *error)
{
    struct search_index *made = calloc(1, sizeof *made);
    int code;

    *index = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "search index: out of memory");
    made->database = database;
    made->followed = -1;
    code = search_store_open(&made->store, database, error);
    if (code == 0)
        code = search_card_cache_open(&made->cards, database, error);
    if (code == 0)
        code = search_builder_new(&made->builder, error);
    if (code == 0)
        code = search_upkeep_new(&made->upkeep, made, database, error);
    if (code != 0) {
        search_index_close(made);
        return code;
    }
    *index = made;
    return 0;
}

static void segments_close(struct search_index *index)
{
    for (size_t i = 0; i < index->segment_count; i++)
        search_segment_close(index->segments[i]);
    free(index->segments);
    index->segments = NULL;
    index->segment_count = 0;
    index->followed = -1;
}

void search_index_close(struct search_index *index)
{
    if (index == NULL)
        return;
    search_upkeep_free(index->upkeep);
    segments_close(index);
    free(index->dead);
    search_builder_free(index->builder);
    search_card_cache_close(index->cards);
    search_store_close(index->store);
    free(index);
}

bool search_index_holds(enum record_type type)
{
    return type == RECORD_SERVICE || type == RECORD_FORM;
}

/* Runs a statement with one number and gives no row. */
static int run_number(struct search_index *index, enum catalogue_statement which, int64_t number,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(index->database, which, error);

    if (statement != NULL)
        sqlite3_bind_int64(statement, 1, number);
    return database_run(index->database, statement, error);
}

/* Reads which segments there are; keeps open those that stay. */
static int segments_read(struct search_index *index, struct error *error)
{
    sqlite3_stmt *statement = database_statement(index->database, SEARCH_SEGMENTS, error);
    struct search_segment **found = NULL;
    size_t count = 0;
    size_t old = 0;
    int code;

    index->documents = 0;
    while ((code = database_step(index->database, statement, error)) == 1) {
        int64_t number = sqlite3_column_int64(statement, 0);
        struct search_layout layout;
        struct search_segment **grown = realloc(found, (count + 1) * sizeof *found);

        if (grown == NULL) {
            code = error_set(error, ERROR_MEMORY, "search index: out of memory");
            break;
        }
        found = grown;
        code = search_layout_read(&layout, sqlite3_column_blob(statement, 1),
                                  (size_t)sqlite3_column_bytes(statement, 1), error);
        while (old < index->segment_count && search_segment_number(index->segments[old]) < number) {
            search_segment_close(index->segments[old]);
            index->segments[old++] = NULL;
        }
        if (code == 0 && old < index->segment_count &&
            search_segment_number(index->segments[old]) == number) {
            found[count++] = index->segments[old];
            index->segments[old++] = NULL;
        } else if (code == 0) {
            code = search_segment_open(&found[count], index->store, number, &layout, error);
            count += code == 0;
        }
        if (code != 0)
            break;
        index->documents += layout.documents;
    }
    sqlite3_reset(statement);
    segments_close(index);
    index->segments = found;
    index->segment_count = count;
    return code;
}

static int dead_read(struct search_index *index, struct error *error)
{
    sqlite3_stmt *statement = database_statement(index->database, SEARCH_DEAD, error);
    size_t room = 0;
    int code;

    free(index->dead);
    index->dead = NULL;
    index->dead_count = 0;
    while ((code = database_step(index->database, statement, error)) == 1) {
        if (index->dead_count == room) {
            int64_t *grown;

            room = room == 0 ? 64 : room * 2;
            grown = realloc(index->dead, room * sizeof *grown);
            if (grown == NULL) {
                sqlite3_reset(statement);
                return error_set(error, ERROR_MEMORY, "search index: out of memory");
            }
            index->dead = grown;
        }
        index->dead[index->dead_count++] = sqlite3_column_int64(statement, 0);
    }
    return code;
}

int search_index_follow(struct search_index *index, int64_t version, struct error *error)
{
    int code;

    if (index->followed == version)
        return 0;
    code = segments_read(index, error);
    if (code == 0)
        code = dead_read(index, error);
    if (code == 0 && version != FOLLOW_OWN)
        code = search_card_cache_warm(index->cards, error);
    index->followed = code == 0 ? version : -1;
    return code;
}

static int compare_numbers(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return a < b ? -1 : a > b;
}

size_t search_index_dead_count(const struct search_index *index)
{
    return index->dead_count;
}

bool search_index_is_dead(const struct search_index *index, int64_t number)
{
    return index->dead_count > 0 &&
           bsearch(&number, index->dead, index->dead_count, sizeof number, compare_numbers) != NULL;
}

int search_index_number(struct search_index *index, int64_t *number, struct error *error)
{
    int code = database_run(index->database,
                            database_statement(index->database, SEARCH_SEGMENT_NEW, error), error);

    *number = sqlite3_last_insert_rowid(database_handle(index->database));
    return code;
}

int search_index_keep(struct search_index *index, int64_t number,
                      const struct search_layout *layout, struct error *error)
{
    sqlite3_stmt *statement;
    uint8_t bytes[SEARCH_LAYOUT_SIZE];

    index->followed = -1;
    if (layout->documents == 0)
        return run_number(index, SEARCH_SEGMENT_CONDEMN, number, error);
    search_layout_write(layout, bytes);
    statement = database_statement(index->database, SEARCH_SEGMENT_LAYOUT, error);
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, number);
        sqlite3_bind_blob(statement, 2, bytes, sizeof bytes, SQLITE_STATIC);
    }
    return database_run(index->database, statement, error);
}

static int builder_flush(struct search_index *index, struct error *error)
{
    struct search_layout layout;
    int64_t number = 0;
    int code;

    if (search_builder_documents(index->builder) == 0)
        return 0;
    index->added += search_builder_documents(index->builder);
    code = search_index_number(index, &number, error);
    if (code == 0)
        code = search_builder_write(index->builder, index->store, number, &layout, error);
    if (code == 0)
        code = search_index_keep(index, number, &layout, error);
    return code;
}

int search_index_add(struct search_index *index, int64_t number, const struct record *record,
                     struct error *error)
{
    struct text_buffer card = {0};
    int code = search_builder_add(index->builder, number, record, error);

    if (code == 0)
        code = search_card_write(&card, record, error);
    if (code == 0) {
        sqlite3_stmt *statement = database_statement(index->database, SEARCH_CARD_ADD, error);

        if (statement != NULL) {
            sqlite3_bind_int64(statement, 1, number);
            sqlite3_bind_blob64(statement, 2, card.bytes, card.length, SQLITE_STATIC);
        }
        code = database_run(index->database, statement, error);
    }
    text_buffer_free(&card);
    if (code == 0 && search_builder_is_full(index->builder))
        code = builder_flush(index, error);
    return code;
}

int search_index_remove(struct search_index *index, int64_t number, struct error *error)
{
    int code = run_number(index, SEARCH_CARD_DROP, number, error);

    if (code != 0 || search_builder_remove(index->builder, number))
        return code;
    index->followed = -1;
    return run_number(index, SEARCH_DEAD_ADD, number, error);
}

int search_index_clear(struct search_index *index, struct error *error)
{
    search_builder_clear(index->builder);
    search_upkeep_abandon(index->upkeep);
    index->added = 0;
    search_upkeep_abandon(index->upkeep);
    index->added = 0;
    segments_close(index);
    search_store_forget(index->store);
    search_card_cache_forget(index->cards);
    return database_script(index->database, search_clear_sql, error);
}

int search_index_follow_own(struct search_index *index, struct error *error)
{
    return search_index_follow(index, FOLLOW_OWN, error);
}

int search_index_finish(struct search_index *index, bool *more, struct error *error)
{
    int code = builder_flush(index, error);

    index->followed = -1;
    if (code == 0)
        code = search_upkeep_run(index->upkeep, index->added, more, error);
    index->added = 0;
    index->followed = -1;
    return code;
}

void search_index_abandon(struct search_index *index)
{
    search_builder_clear(index->builder);
    search_upkeep_abandon(index->upkeep);
    index->added = 0;
    segments_close(index);
    search_store_forget(index->store);
    search_card_cache_forget(index->cards);
}

size_t search_index_segments(struct search_index *index, struct search_segment *const **segments)
{
    *segments = index->segments;
    return index->segment_count;
}

struct search_store *search_index_store(struct search_index *index)
{
    return index->store;
}

struct search_card_cache *search_index_cards(struct search_index *index)
{
    return index->cards;
}

uint64_t search_index_documents(const struct search_index *index)
{
    return index->documents;
}

size_t search_index_memory(const struct search_index *index)
{
    size_t total = sizeof *index + search_store_memory(index->store) +
                   search_card_cache_memory(index->cards) + index->dead_count * sizeof(int64_t);

    for (size_t i = 0; i < index->segment_count; i++)
        total += search_segment_memory(index->segments[i]);
    return total;
}
