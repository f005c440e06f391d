/* A catalogue of a few records to search in, and how to ask it. */
#ifndef GUICHET_TESTS_SEARCH_FIXTURE_H
#define GUICHET_TESTS_SEARCH_FIXTURE_H

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/search.h"

struct fixture {
    char folder[64];
    char path[96];
    struct catalogue *catalogue;
    struct search_results *results; /* of the last search */
    struct error error;
    int64_t cursor;
};

static inline int fixture_set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    strcpy(fixture->folder, "/tmp/guichet-search-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/catalogue.db", fixture->folder);
    assert_int_equal(catalogue_open(&fixture->catalogue, fixture->path, true, &fixture->error), 0);
    *state = fixture;
    return 0;
}

static inline int fixture_tear_down(void **state)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    struct fixture *fixture = *state;

    search_results_free(fixture->results);
    catalogue_close(fixture->catalogue);
    for (size_t i = 0; i < 3; i++) {
        char name[128];

        snprintf(name, sizeof name, "%s%s", fixture->path, endings[i]);
        unlink(name);
    }
    rmdir(fixture->folder);
    free(fixture);
    return 0;
}

/* A record of the source "s" with this body (jansson text, without key and source); new. */
static inline struct record *fixture_record(enum record_type type, const char *source_id,
                                            int64_t rev, const char *body)
{
    char key[128];
    struct id id;
    struct record *record;
    json_error_t fault;

    snprintf(key, sizeof key, "s/%s", source_id);
    id = id_from_key(record_type_name(type), key);
    record = record_new(type, &id);
    assert_non_null(record);
    record->rev = rev;
    json_decref(record->body);
    record->body = json_loads(body, 0, &fault);
    if (record->body == NULL)
        fail_msg("body of %s: %s", source_id, fault.text);
    json_object_set_new(record->body, "key", json_string(key));
    json_object_set_new(record->body, "source",
                        json_pack("{s:s, s:s}", "name", "s", "id", source_id));
    return record;
}

/* Writes one record; quotes in `body` are written as '. */
static inline void fixture_add_revision(struct fixture *fixture, enum record_type type,
                                        const char *source_id, int64_t rev, const char *body)
{
    char *text = strdup(body);
    struct record *page[1];

    assert_non_null(text);
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '\'')
            *at = '"';
    }
    page[0] = fixture_record(type, source_id, rev, text);
    if (catalogue_write_page(fixture->catalogue, page, 1, ++fixture->cursor, NULL,
                             &fixture->error) != 0)
        fail_msg("%s", fixture->error.message);
    record_free(page[0]);
    free(text);
}

static inline void fixture_add(struct fixture *fixture, const char *source_id, const char *body)
{
    fixture_add_revision(fixture, RECORD_SERVICE, source_id, 1, body);
}

/* Searches; the results stay in the fixture until the next search. */
static inline const struct search_results *fixture_search(struct fixture *fixture,
                                                          const char *query)
{
    struct search_request request = {.query = query, .language = "fr", .limit = 20};

    search_results_free(fixture->results);
    fixture->results = NULL;
    if (search_run(fixture->catalogue, &request, &fixture->results, &fixture->error) != 0)
        fail_msg("%s: %s", query, fixture->error.message);
    return fixture->results;
}

/* Asserts that exactly these ids are found, in this order: "a b c". */
static inline void fixture_expect(struct fixture *fixture, const char *query, const char *ids)
{
    const struct search_results *results = fixture_search(fixture, query);
    char found[2000] = "";

    for (size_t i = 0; i < results->count; i++) {
        if (i > 0)
            strcat(found, " ");
        strncat(found, results->items[i].source_id, 60);
    }
    if (strcmp(found, ids) != 0)
        fail_msg("\"%s\" found \"%s\", not \"%s\"", query, found, ids);
}

#endif
