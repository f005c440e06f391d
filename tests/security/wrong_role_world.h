/*
 * Two offices with Ben, Anne and Denis, protected files, and one record of every type in each
 * place, behind a real server: what tests/security/test_wrong_role.c asks about.
 */
#ifndef GUICHET_TESTS_WRONG_ROLE_WORLD_H
#define GUICHET_TESTS_WRONG_ROLE_WORLD_H

#include "tests/unit/server_fixture.h"

/* Whose record: Ben's own; a colleague's of his office; another office's; of a protected file of
 * his office; of one elsewhere. */
enum place { OWN, COLLEAGUE, OTHER, PROTECTED, PROTECTED_OTHER, PLACES };

struct wrong_role_world {
    struct server_fixture server;
    struct id ids[RECORD_TYPE_COUNT][PLACES];
    size_t asked;   /* requests and operations that were checked */
    size_t applied; /* operations that were let through and done */
};

/* The one of the program, and cmocka's setup and teardown of it for the group. */
extern struct wrong_role_world world;
int world_open(void **state);
int world_close(void **state);

/* False of types of which there is none in a place: nothing of a client is in them, or it is
 * nobody's. */
bool world_has(enum record_type type, enum place place);

/* Gives Ben another role. */
void world_ben_is(const char *role);

/* A complete record as `who` would make it in a place. New reference. */
json_t *world_body(enum record_type type, enum place place, enum fixture_agent who);

#endif
