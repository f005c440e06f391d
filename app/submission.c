#include "app/submission.h"

#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"

#define NAME_LIMIT OPERATION_MEMBER_LIMIT

int submission_start(struct batch *batch, const struct author *author, const struct record *form,
                     const struct submission_place *place, struct id *id, struct error *error)
{
    struct operation *operation = author_append(author, RECORD_SUBMISSION);

    operation_put_text(operation, "form", record_text(form, "key"));
    operation_put_id(operation, "case", &place->matter);
    operation_put_id(operation, "contact", &place->contact);
    operation_put_id(operation, "client", &place->client);
    operation_put_text(operation, "office", author->office);
    operation_put_id(operation, "started_by", &author->agent);
    operation_put_time(operation, "started_at", author_now(author));
    operation_put_text(operation, "status", submission_status_words[0]);
    if (operation != NULL) {
        *id = operation->record;
        json_object_set_new(operation->body, "form_version",
                            json_integer(json_integer_or(form->body, "version", 0)));
    }
    return batch_add(batch, operation, error);
}

/* "field/name", the name escaped; false when it does not fit. */
static bool member_path(const char *field, const char *name, char path[SUBMISSION_PATH_SIZE])
{
    return operation_map_path(field, name, path, SUBMISSION_PATH_SIZE);
}

bool submission_answer_path(const char *name, char path[SUBMISSION_PATH_SIZE])
{
    return member_path("answers", name, path);
}

static int put_answers(struct operation *operation, const struct record *submission,
                       const json_t *answers, struct error *error)
{
    const json_t *present = json_object_get(submission->body, "answers");
    char path[SUBMISSION_PATH_SIZE];

    for (void *at = json_object_iter((json_t *)(uintptr_t)answers); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)answers, at)) {
        const char *name = json_object_iter_key(at);
        json_t *value = json_object_iter_value(at);
        const json_t *before = json_object_get(present, name);

        if (before == NULL ? json_is_null(value) : json_equal(before, value))
            continue;
        if (!submission_answer_path(name, path))
            return error_set(error, ERROR_INVALID, "answers: a name is longer than %d bytes",
                             NAME_LIMIT);
        if (json_object_set(operation->body, path, value) != 0)
            return error_set(error, ERROR_MEMORY, "out of memory");
    }
    return 0;
}

int submission_change(struct batch *batch, const struct author *author,
                      const struct record *submission, const json_t *answers, const char *field,
                      const json_t *consents, struct error *error)
{
    struct operation *operation;
    int code;

    if (!submission_is_draft(submission))
        return error_set(error, ERROR_REFUSED, "this form was submitted");
    operation = author_change(author, OPERATION_FIELDS, submission);
    if (operation == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = put_answers(operation, submission, answers, error);
    if (field != NULL && strcmp(field, record_text(submission, "field")) != 0)
        operation_put_field(operation, "field", field);
    if (consents != NULL && !json_equal(consents, json_object_get(submission->body, "consents")) &&
        json_object_set(operation->body, "consents", (json_t *)(uintptr_t)consents) != 0)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    if (code != 0 || json_object_size(operation->body) == 0) {
        operation_free(operation);
        return code;
    }
    return batch_add(batch, operation, error);
}

/* Sets the members of a map that differ. */
static int put_members(struct operation *operation, const struct record *submission,
                       const char *field, const json_t *members, struct error *error)
{
    const json_t *present = json_object_get(submission->body, field);
    char path[SUBMISSION_PATH_SIZE];

    for (void *at = json_object_iter((json_t *)(uintptr_t)members); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)members, at)) {
        const char *name = json_object_iter_key(at);
        json_t *value = json_object_iter_value(at);

        if (json_equal(json_object_get(present, name), value) == 1)
            continue;
        /* A mark of a place too deep for a name is not kept: the answer itself is. */
        if (!member_path(field, name, path))
            continue;
        if (json_object_set(operation->body, path, value) != 0)
            return error_set(error, ERROR_MEMORY, "out of memory");
    }
    return 0;
}

/* Marks that the record has and `known` has not are taken away. */
static int put_known(struct operation *operation, const struct record *submission,
                     const json_t *known, struct error *error)
{
    const json_t *present = json_object_get(submission->body, "known");
    char path[SUBMISSION_PATH_SIZE];

    for (void *at = json_object_iter((json_t *)(uintptr_t)present); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)present, at)) {
        const char *name = json_object_iter_key(at);

        if (json_object_get(known, name) == NULL && member_path("known", name, path) &&
            json_object_set_new(operation->body, path, json_null()) != 0)
            return error_set(error, ERROR_MEMORY, "out of memory");
    }
    return put_members(operation, submission, "known", known, error);
}

int submission_mark(struct batch *batch, const struct author *author,
                    const struct record *submission, const struct submission_marks *marks,
                    struct error *error)
{
    struct operation *operation = author_change(author, OPERATION_FIELDS, submission);
    int code = 0;

    if (operation == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    if (!submission_is_draft(submission))
        code = error_set(error, ERROR_REFUSED, "this form was submitted");
    if (code == 0 && marks->known != NULL)
        code = put_known(operation, submission, marks->known, error);
    if (code == 0 && marks->set_aside != NULL)
        code = put_members(operation, submission, "set_aside", marks->set_aside, error);
    if (marks->form_version != 0 &&
        json_integer_or(submission->body, "form_version", 0) != marks->form_version)
        json_object_set_new(operation->body, "form_version", json_integer(marks->form_version));
    if (code != 0 || json_object_size(operation->body) == 0) {
        operation_free(operation);
        return code;
    }
    return batch_add(batch, operation, error);
}

int submission_submit(struct batch *batch, const struct author *author,
                      const struct record *submission, struct error *error)
{
    struct operation *operation;

    if (!submission_is_draft(submission))
        return error_set(error, ERROR_REFUSED, "this form was submitted");
    operation = author_change(author, OPERATION_CLAIM, submission);
    operation_put_text(operation, "status", "submitted");
    operation_put_time(operation, "submitted_at", author_now(author));
    operation_put_id(operation, "submitted_by", &author->agent);
    return batch_add(batch, operation, error);
}

bool submission_is_draft(const struct record *submission)
{
    return strcmp(record_text(submission, "status"), submission_status_words[0]) == 0;
}

struct finding {
    const struct id *contact; /* NULL: any */
    const char *form;
    struct record *found;
};

#define STOP 1

static int look(void *context, const struct record *record, enum store_pending pending)
{
    struct finding *finding = context;

    (void)pending;
    if (!submission_is_draft(record) ||
        (finding->contact != NULL &&
         strcmp(record_text(record, "contact"), finding->contact->text) != 0) ||
        (finding->form != NULL && strcmp(record_text(record, "form"), finding->form) != 0))
        return 0;
    finding->found = record_copy(record);
    return finding->found == NULL ? ERROR_MEMORY : STOP;
}

int submission_find_draft(struct store *store, const struct id *matter, const struct id *contact,
                          const char *form, struct record **submission, struct error *error)
{
    const struct store_query query = {
        .type = RECORD_SUBMISSION, .case_id = *matter, .newest_first = true};
    struct finding finding = {id_is_empty(matter) ? contact : NULL, form, NULL};
    int code;

    *submission = NULL;
    if (id_is_empty(matter) && id_is_empty(contact))
        return 0;
    code = store_each(store, &query, look, &finding, error);
    *submission = finding.found;
    return code == STOP ? 0 : code;
}
