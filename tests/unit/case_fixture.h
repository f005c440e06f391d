/* Cases, clients, tasks, promises and messages as a server sends them, for tests and benches of the
 * lists: made out of one seed, thrown into a store. */
#ifndef GUICHET_TESTS_CASE_FIXTURE_H
#define GUICHET_TESTS_CASE_FIXTURE_H

#include "app/case_list.h"
#include "app/store.h"

#define CASE_FIXTURE_LIMIT 400

struct case_fixture {
    struct store *store; /* borrowed */
    uint64_t seed;
    int64_t now_ms;
    int64_t cursor;
    struct id_generator ids;
    /* What was made, by type. */
    struct id made[RECORD_TYPE_COUNT][CASE_FIXTURE_LIMIT];
    int64_t rev[RECORD_TYPE_COUNT][CASE_FIXTURE_LIMIT];
    size_t count[RECORD_TYPE_COUNT];
};

/* A number below `below`. */
uint64_t case_fixture_chance(struct case_fixture *fixture, uint64_t below);

/* The body of a new record of a type at random, of a case and a client ("" for none). New. */
json_t *case_fixture_body(struct case_fixture *fixture, enum record_type type, const char *matter,
                          const char *client);
/* A record with this body (stolen) as the server has it. New. */
struct record *case_fixture_record(struct case_fixture *fixture, enum record_type type,
                                   const struct id *id, int64_t rev, json_t *body);
/* The server changes something: a new record, a changed one, or one that is taken back. Asserts. */
void case_fixture_change(struct case_fixture *fixture);

/* Names for words: "Ab" for "ab". */
void case_fixture_name(void *context, const char *text, char *title, size_t size);
/* Names all words of a table. */
void case_fixture_name_all(struct case_table *table);

#endif
