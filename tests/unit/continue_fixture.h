/* A real server with a form, drafts of it by Anne, and codes for them. */
#ifndef GUICHET_TESTS_CONTINUE_FIXTURE_H
#define GUICHET_TESTS_CONTINUE_FIXTURE_H

#include "app/author.h"
#include "app/continue.h"
#include "tests/unit/server_fixture.h"

/* The one server of the program, and cmocka's setup and teardown of it for the group. */
extern struct server_fixture continue_fixture;
int continue_setup(void **state);
int continue_teardown(void **state);

/* Anne, on the phone in office a. */
struct author continue_anne(void);
/* Posts an operation of hers, which is freed; it must be applied. */
void continue_post(struct operation *operation);

/* Starts a draft with these answers (JSON), and reads it as it stands: new. */
struct id continue_start(const char *answers);
struct record *continue_draft(const struct id *id);

/* Gives a code for a draft. An hour from now. */
struct continue_code continue_fixture_give(const struct id *id, int64_t expires_ms);
int64_t continue_later(void);
/* Another code of the same group whose check character fits. */
struct continue_code continue_wrong_code(const struct continue_code *code);

struct continue_path {
    char text[64];
};

struct continue_path continue_path(const struct continue_code *code);
/* What the web is given for it: new reference. */
json_t *continue_get(const struct continue_code *code);

#endif
