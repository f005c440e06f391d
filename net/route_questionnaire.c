#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "forms/schema.h"
#include "net/access_page.h"
#include "net/continue_document.h"
#include "net/open311_pairs.h"
#include "net/route_access.h"

#define ANSWER_LIMIT ((size_t)64 * 1024)

/* --- what was answered ------------------------------------------------------------------------ */

/* The answers of a page: each question's word as its schema wants it. New; NULL with a problem. */
static json_t *read_pairs(struct request *request, const struct record *form)
{
    json_t *questions = json_object_get(json_object_get(form->body, "schema"), "properties");
    struct open311_pairs pairs = {0};
    struct error error = ERROR_INIT;
    json_t *answers = json_object(), *schema;
    const char *name;

    if (open311_pairs_read(&pairs, request->upload.bytes != NULL ? request->upload.bytes : "",
                           request->upload.length, &error) != 0) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", error.message);
        open311_pairs_clear(&pairs);
        json_decref(answers);
        return NULL;
    }
    json_object_foreach(questions, name, schema)
    {
        const char *value = open311_pairs_get(&pairs, name);

        if (value == NULL)
            continue;
        if (strcmp(json_text_or(schema, "type", ""), "boolean") == 0)
            json_object_set_new(answers, name, json_boolean(strcmp(value, "true") == 0));
        else
            json_object_set_new(answers, name, json_string(value));
    }
    if (open311_pairs_get(&pairs, "decline") != NULL) {
        json_decref(answers);
        answers = json_null();
    }
    open311_pairs_clear(&pairs);
    return answers;
}

/* The same of JSON: null when the client would rather not. */
static json_t *read_json(struct request *request)
{
    json_t *body = request_json(request);
    json_t *answers;

    if (body == NULL)
        return NULL;
    answers = json_bool_or(body, "declined", false) ? json_null()
                                                    : json_incref(json_object_get(body, "answers"));
    json_decref(body);
    if (answers == NULL || (!json_is_null(answers) && !json_is_object(answers))) {
        json_decref(answers);
        request_problem(request, PROBLEM_BAD_REQUEST, "%s",
                        "member \"answers\" is missing or no object");
        return NULL;
    }
    return answers;
}

/* 0, or ERROR_INVALID when the form does not take them. */
static int check_answers(const struct record *form, const json_t *answers, struct error *error)
{
    struct schema *schema = NULL;
    int code = schema_compile(&schema, json_object_get(form->body, "schema"), NULL, error);

    if (code == 0)
        code = schema_validate(schema, answers, NULL, NULL, error);
    schema_free(schema);
    return code;
}

/* --- answering -------------------------------------------------------------------------------- */

static void show_form(struct request *request, const struct record *form, const char *language,
                      const json_t *answers, bool faulty)
{
    struct text_buffer page = {0}, path = {0};

    text_buffer_add_format(&path, "/v1/questionnaire/%s/page", request->segments[0]);
    access_page_form(&page, language, form, path.bytes != NULL ? path.bytes : "", answers, faulty);
    text_buffer_free(&path);
    access_answer_page(request, faulty ? problem_status(PROBLEM_INVALID_ANSWERS) : 200, &page);
}

static void show_thanks(struct request *request, const char *language, bool answered)
{
    struct text_buffer page = {0};

    access_page_thanks(&page, language, answered);
    access_answer_page(request, 200, &page);
}

/* Takes what the client answered. */
static void take(struct request *request, const struct asking *asking, const struct record *form,
                 const char *language, json_t *answers, bool page)
{
    bool declined = json_is_null(answers);
    struct error error = ERROR_INIT;
    int code = declined ? 0 : check_answers(form, answers, &error);

    if (code == ERROR_INVALID && page) {
        show_form(request, form, language, answers, true);
        return;
    }
    if (code == ERROR_INVALID) {
        request_problem(request, PROBLEM_INVALID_ANSWERS, "%s", error.message);
        return;
    }
    if (code == 0)
        code = ledger_questionnaire_end(request->server->ledger, &asking->access, form,
                                        declined ? NULL : answers, clock_system(NULL), &error);
    if (code != 0)
        request_error(request, code, &error);
    else if (page)
        show_thanks(request, language, !declined);
    else
        request_answer(request, 200, json_pack("{s:b}", "taken", 1));
}

/* The code was right: shows the form, or takes the answers. */
static void go_on(struct request *request, const struct asking *asking)
{
    bool page = request->route == &route_questionnaire_page;
    struct record *matter = NULL, *form = NULL;
    struct error error = ERROR_INIT;
    char given[LEDGER_LANGUAGE_SIZE];
    const char *language;
    json_t *answers;
    int code = ledger_questionnaire_read(request->server->ledger, &asking->access, &matter, &form,
                                         given, &error);

    if (code != 0) {
        request_error(request, code, &error);
        return;
    }
    language = access_language(request, given);
    if (!access_note(request, &asking->access,
                     request->route->body_limit > 0 ? "questionnaire answers"
                                                    : "questionnaire page")) {
        record_free(matter);
        record_free(form);
        return;
    }
    if (request->route->body_limit > 0) {
        answers = page ? read_pairs(request, form) : read_json(request);
        if (answers != NULL)
            take(request, asking, form, language, answers, page);
        json_decref(answers);
    } else if (access_wants_page(request)) {
        show_form(request, form, language, NULL, false);
    } else {
        request_answer(
            request, 200,
            json_pack("{s:o, s:s}", "form", continue_form_document(form), "language", language));
    }
    record_free(matter);
    record_free(form);
}

static enum route_result handle(struct request *request)
{
    struct asking *asking = request->state;

    if (asking == NULL)
        return access_begin(request, request->segments[0], NULL);
    if (asking->status != 0)
        access_refuse(request, asking);
    else
        go_on(request, asking);
    return ROUTE_ANSWERED;
}

static const enum problem get_problems[] = {PROBLEM_NOT_FOUND, PROBLEM_TOO_MANY_ATTEMPTS,
                                            PROBLEM_STORAGE, PROBLEM_BUSY, PROBLEM_NONE};
static const enum problem post_problems[] = {PROBLEM_BAD_REQUEST,
                                             PROBLEM_BAD_JSON,
                                             PROBLEM_NOT_FOUND,
                                             PROBLEM_TOO_LARGE,
                                             PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                                             PROBLEM_UNSUPPORTED_ENCODING,
                                             PROBLEM_INVALID_ANSWERS,
                                             PROBLEM_TOO_MANY_ATTEMPTS,
                                             PROBLEM_STORAGE,
                                             PROBLEM_BUSY,
                                             PROBLEM_NONE};

const struct route route_questionnaire = {
    .method = "GET",
    .path = "/v1/questionnaire/{code}",
    .operation = "questionnaire",
    .summary =
        "The questionnaire after a case is closed: JSON, or a page when text/html is accepted",
    .open = true,
    .handle = handle,
    .response_schema = "Questionnaire",
    .status = 200,
    .problems = get_problems,
};

const struct route route_questionnaire_post = {
    .method = "POST",
    .path = "/v1/questionnaire/{code}",
    .operation = "questionnaire-post",
    .summary = "Answer the questionnaire, or decline it: once",
    .open = true,
    .body_limit = ANSWER_LIMIT,
    .handle = handle,
    .request_schema = "QuestionnaireAnswer",
    .response_schema = "QuestionnaireTaken",
    .status = 200,
    .problems = post_problems,
};

const struct route route_questionnaire_page = {
    .method = "POST",
    .path = "/v1/questionnaire/{code}/page",
    .operation = "questionnaire-page",
    .summary = "The same from the page's own form",
    .open = true,
    .body_limit = ANSWER_LIMIT,
    .body_type = "application/x-www-form-urlencoded",
    .handle = handle,
    .request_schema = "QuestionnaireAnswer",
    .response_schema = "QuestionnaireTaken",
    .status = 200,
    .problems = post_problems,
};
