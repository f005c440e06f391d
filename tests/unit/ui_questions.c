#include "tests/unit/ui_questions.h"
#include "tests/unit/unit.h"

#include <string.h>

#include "app/json.h"
#include "app/text.h"

void ui_link(struct ui_fixture *fixture, enum link_state state)
{
    const struct link_status status = {.state = state};

    link_status_set(fixture->link, &status);
    ui_fixture_draw(fixture);
}

void ui_role(struct ui_fixture *fixture, const char *role)
{
    static int64_t rev = 1;
    struct record *agent = record_copy(fixture->desk.agent);

    json_decref(agent->body);
    agent->body = json_deep_copy(fixture->desk.agent->body);
    json_object_set_new(agent->body, "role", json_string(role));
    agent->rev = ++rev;
    assert_int_equal(
        catalogue_write_page(fixture->desk.catalogue, &agent, 1, 100 + rev, "feed", NULL), 0);
    record_free(agent);
    ui_fixture_return(fixture, false);
    assert_string_equal(record_text(fixture->desk.agent, "role"), role);
}

json_t *ui_asked(struct ui_fixture *fixture, enum question_kind kind, const char *path,
                 uint64_t *number)
{
    struct question question;
    json_t *body;

    assert_true(questions_wanted(link_questions(fixture->link), &question));
    assert_int_equal(question.kind, kind);
    assert_string_equal(question.path, path);
    *number = question.number;
    body = json_loads(question.body, 0, NULL);
    assert_non_null(body);
    question_clear(&question);
    return body;
}

static void tell(struct ui_fixture *fixture, enum question_kind kind, uint64_t number,
                 struct question_answer *answer)
{
    questions_answer(link_questions(fixture->link), kind, number, answer);
    link_screen_ring(fixture->link);
    ui_fixture_draw(fixture);
}

void ui_reply(struct ui_fixture *fixture, enum question_kind kind, uint64_t number, int status,
              const char *document)
{
    struct question_answer answer = {.status = status};

    if (status == 200)
        answer.document = json_loads(document, 0, NULL);
    else
        text_copy(answer.message, sizeof(answer.message), document);
    answer.retry_ms = status == 429 ? 15000 : 0;
    tell(fixture, kind, number, &answer);
}

void ui_refuse(struct ui_fixture *fixture, enum question_kind kind, uint64_t number, int status,
               const char *problem)
{
    struct question_answer answer = {.status = status};

    text_copy(answer.problem, sizeof(answer.problem), problem);
    tell(fixture, kind, number, &answer);
}
