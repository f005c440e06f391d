/* What screens ask the server, where the test is the sync thread and the server. */
#ifndef GUICHET_TESTS_UI_QUESTIONS_H
#define GUICHET_TESTS_UI_QUESTIONS_H

#include "app/question.h"
#include "tests/unit/ui_fixture.h"

/* The state of the link. */
void ui_link(struct ui_fixture *fixture, enum link_state state);

/* The agent's role is this one: the catalogue says so, and the desk looks it up, as after
 * quitting. */
void ui_role(struct ui_fixture *fixture, const char *role);

/* What is asked, as the sync thread finds it; the member of its body. New (json_decref). */
json_t *ui_asked(struct ui_fixture *fixture, enum question_kind kind, const char *path,
                 uint64_t *number);

/* Answers: the document of a success, else the problem's words. */
void ui_reply(struct ui_fixture *fixture, enum question_kind kind, uint64_t number, int status,
              const char *document);
/* The same with a problem's code. */
void ui_refuse(struct ui_fixture *fixture, enum question_kind kind, uint64_t number, int status,
               const char *problem);

#endif
