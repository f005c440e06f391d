#include "net/continue_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/submission.h"
#include "forms/fill.h"
#include "forms/form.h"
#include "forms/form_pointer.h"
#include "forms/schema.h"

/* Members of a form's record that its page needs; nothing of the agencies behind it. */
static const char *const form_members[] = {"key",    "code",   "version",      "title",
                                           "schema", "layout", "translations", "strip_hidden"};

#define MEMBER_COUNT (sizeof(form_members) / sizeof(form_members[0]))

json_t *continue_form_document(const struct record *form)
{
    json_t *document = json_object();

    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        json_t *value = json_object_get(form->body, form_members[i]);

        if (value != NULL && json_object_set(document, form_members[i], value) != 0) {
            json_decref(document);
            return NULL;
        }
    }
    return document;
}

/* --- who answered what ------------------------------------------------------------------------ */

static json_t *answered_document(const struct record *draft)
{
    const json_t *stamps = json_object_get(draft->meta, "stamps");
    const json_t *created = json_object_get(draft->meta, "created");
    json_t *document = json_object();
    const char *name;
    json_t *value;

    json_object_foreach(json_object_get(draft->body, "answers"), name, value)
    {
        char path[SUBMISSION_PATH_SIZE];
        const json_t *stamp =
            submission_answer_path(name, path) ? json_object_get(stamps, path) : NULL;
        json_t *entry;

        if (stamp == NULL)
            stamp = created;
        entry = json_pack("{s:I, s:s*, s:s*}", "rev", (json_int_t)json_integer_or(stamp, "rev", 1),
                          "channel", json_text_or(stamp, "channel", NULL), "at",
                          json_text_or(stamp, "time", NULL));
        if (json_object_set_new(document, name, entry) != 0) {
            json_decref(document);
            return NULL;
        }
    }
    return document;
}

/* --- faults ----------------------------------------------------------------------------------- */

/* Joins what is said in French and in English of the same faults. */
static json_t *join_languages(json_t *french, json_t *english, const char *language)
{
    bool in_french = form_language(language) == FORM_FRENCH;
    json_t *errors = json_object_get(in_french ? french : english, "errors");
    json_t *others = json_object_get(in_french ? english : french, "errors");
    json_t *entry;
    size_t i;

    json_array_foreach(errors, i, entry)
    {
        json_t *own = json_object_get(entry, "error");
        json_t *other = json_object_get(json_array_get(others, i), "error");

        json_object_set_new(entry, "messages",
                            json_pack("{s:O?, s:O?}", "fr", in_french ? own : other, "en",
                                      in_french ? other : own));
    }
    return errors != NULL ? json_incref(errors) : json_array();
}

int continue_errors(json_t **errors, bool *valid, const struct form *form, json_t *answers,
                    const char *language, struct error *error)
{
    struct schema_result *result = schema_result_new();
    json_t *whole = form_complete(form, answers);
    int code = ERROR_MEMORY;

    *errors = NULL;
    if (result != NULL && whole != NULL)
        code = schema_validate(form_schema(form), whole, NULL, result, error);
    *valid = code == 0;
    if (code == 0 || code == ERROR_INVALID) {
        json_t *french = schema_result_output(result, "fr");
        json_t *english = schema_result_output(result, "en");

        *errors = code == 0 ? json_array() : join_languages(french, english, language);
        json_decref(french);
        json_decref(english);
        code = *errors != NULL ? 0 : ERROR_MEMORY;
    }
    json_decref(whole);
    schema_result_free(result);
    return code == ERROR_MEMORY ? error_set(error, code, "no memory for the faults") : code;
}

/* Adds what one language says of each visible field: {"at", "messages": {"fr", "en"}}. */
static int faults_add(json_t *faults, const struct form *form, const json_t *answers,
                      enum form_language language, struct error *error)
{
    const struct answer_context context = {.language = language};
    const char *tag = language == FORM_FRENCH ? "fr" : "en";
    struct fill *fill;
    size_t found = 0;
    int code = fill_new(&fill, form, answers, &context, error);

    if (code != 0)
        return code;
    fill_review(fill);
    for (size_t i = 0; i < fill_line_count(fill) && code == 0; i++) {
        const struct fill_line *line = fill_line(fill, i);
        json_t *entry;

        if (!line->visible || line->fault == NULL)
            continue;
        entry = json_array_get(faults, found++);
        if (entry == NULL) {
            entry = json_pack("{s:s, s:{}}", "at", line->pointer, "messages");
            if (json_array_append_new(faults, entry) != 0)
                code = error_set(error, ERROR_MEMORY, "no memory for the faults");
        }
        json_object_set_new(json_object_get(entry, "messages"), tag, json_string(line->fault));
    }
    fill_free(fill);
    return code;
}

static int faults_document(json_t **faults, const struct form *form, const json_t *answers,
                           struct error *error)
{
    int code = 0;

    *faults = json_array();
    for (int language = 0; language < FORM_LANGUAGE_COUNT && code == 0; language++)
        code = faults_add(*faults, form, answers, (enum form_language)language, error);
    return code;
}

/* --- the whole -------------------------------------------------------------------------------- */

int continue_document(json_t **document, const struct record *draft, const struct record *form,
                      int64_t expires_ms, const char *language, struct error *error)
{
    json_t *answers = json_object_get(draft->body, "answers");
    json_t *held = answers != NULL ? json_incref(answers) : json_object();
    json_t *errors = NULL, *faults = NULL;
    struct form *compiled;
    bool valid = false;
    int code = form_compile(&compiled, form->body, error);

    *document = NULL;
    if (code == 0) {
        code = continue_errors(&errors, &valid, compiled, held, language, error);
        if (code == 0)
            code = faults_document(&faults, compiled, held, error);
        form_free(compiled);
    }
    if (code == 0) {
        *document =
            json_pack("{s:o, s:I, s:I, s:O, s:o, s:[s, s], s:o, s:b, s:O, s:O}", "form",
                      continue_form_document(form), "form_version",
                      (json_int_t)json_integer_or(draft->body, "form_version", 0), "rev",
                      (json_int_t)draft->rev, "answers", held, "answered", answered_document(draft),
                      "languages", "fr", "en", "expires_at", json_time(expires_ms), "valid", valid,
                      "errors", errors, "faults", faults);
        if (*document == NULL)
            code = error_set(error, ERROR_MEMORY, "no memory for a draft");
    }
    json_decref(held);
    json_decref(errors);
    json_decref(faults);
    return code;
}

/* --- changes ---------------------------------------------------------------------------------- */

/* What the page said and no terminal could mend. */
enum offence { OFFENCE_UNKNOWN, OFFENCE_LENGTH };

static const struct {
    const char *keyword;
    const char *messages[FORM_LANGUAGE_COUNT];
} offences[] = {
    [OFFENCE_UNKNOWN] = {"/additionalProperties",
                         {[FORM_FRENCH] = "Le formulaire n’a pas cette réponse",
                          [FORM_ENGLISH] = "The form has no such answer"}},
    [OFFENCE_LENGTH] =
        {"/maxItems",
         {[FORM_FRENCH] = "La liste est trop longue", [FORM_ENGLISH] = "The list is too long"}},
};

/* Tells it as the specification tells a fault. */
static int offence_add(json_t *told, enum offence offence, const char *at, const char *language,
                       struct error *error)
{
    const char *const *messages = offences[offence].messages;
    json_t *entry =
        json_pack("{s:s, s:s, s:s, s:{s:s, s:s}}", "instanceLocation", at, "keywordLocation",
                  offences[offence].keyword, "error", messages[form_language(language)], "messages",
                  "fr", messages[FORM_FRENCH], "en", messages[FORM_ENGLISH]);

    return json_array_append_new(told, entry) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for the faults");
}

/* True when a list somewhere in the value is longer than a form may show. The reader has bounded
 * the depth. */
static bool is_too_long(const json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;

    if (json_array_size(value) > FORM_ITEM_LIMIT)
        return true;
    json_array_foreach(value, i, member)
    {
        if (is_too_long(member))
            return true;
    }
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        if (is_too_long(member))
            return true;
    }
    return false;
}

/* Lists members inside of the answers that the schema shuts out. */
static int strangers_add(json_t *told, const struct form *form, const json_t *answers,
                         const char *language, struct error *error)
{
    struct schema_result *result = schema_result_new();
    int code = result != NULL ? schema_validate(form_schema(form), answers, NULL, result, error)
                              : error_set(error, ERROR_MEMORY, "no memory for the faults");
    bool looked = code == 0 || code == ERROR_INVALID;

    if (looked)
        code = 0;
    for (size_t i = 0; looked && code == 0 && i < schema_result_count(result); i++) {
        const struct schema_error *found = schema_result_error(result, i);
        char at[FORM_POINTER_SIZE];

        if (strcmp(found->keyword, "additionalProperties") != 0 &&
            strcmp(found->keyword, "unevaluatedProperties") != 0)
            continue;
        if (schema_error_field(found, at, sizeof(at)) < 0)
            snprintf(at, sizeof(at), "%s", found->instance_location);
        code = offence_add(told, OFFENCE_UNKNOWN, at, language, error);
    }
    schema_result_free(result);
    return code;
}

/* Reads one changed answer. */
static int field_read(json_t *fields, json_t *unknown, const char *name, json_t *value,
                      const struct record *draft, const json_t *known, const char *language,
                      struct error *error)
{
    const json_t *before = json_object_get(json_object_get(draft->body, "answers"), name);
    char path[SUBMISSION_PATH_SIZE] = "answers";
    bool named = submission_answer_path(name, path);
    const char *at = path + strlen("answers");

    /* An older version's answer may still be taken away. */
    if (!named ||
        (json_object_get(known, name) == NULL && !(json_is_null(value) && before != NULL)))
        return offence_add(unknown, OFFENCE_UNKNOWN, at, language, error);
    if (is_too_long(value))
        return offence_add(unknown, OFFENCE_LENGTH, at, language, error);
    if (before == NULL ? json_is_null(value) : json_equal(before, value))
        return 0;
    return json_object_set(fields, path, value) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for the answers");
}

int continue_fields(json_t **fields, json_t **unknown, const json_t *answers,
                    const struct record *draft, const struct record *form, const char *language,
                    struct error *error)
{
    const json_t *known = json_object_get(json_object_get(form->body, "schema"), "properties");
    json_t *given = json_object();
    struct form *compiled = NULL;
    const char *name;
    json_t *value;
    int code = 0;

    *fields = json_object();
    *unknown = json_array();
    if (*fields == NULL || *unknown == NULL || given == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory for the answers");
    json_object_foreach((json_t *)(uintptr_t)answers, name, value)
    {
        if (code == 0)
            code = field_read(*fields, *unknown, name, value, draft, known, language, error);
        if (code == 0 && !json_is_null(value) && json_object_set(given, name, value) != 0)
            code = error_set(error, ERROR_MEMORY, "no memory for the answers");
    }
    /* Only what the page gives is looked into: what stands there already is not its fault. */
    if (code == 0 && json_array_size(*unknown) == 0 && json_object_size(given) > 0) {
        code = form_compile(&compiled, form->body, error);
        if (code == 0)
            code = strangers_add(*unknown, compiled, given, language, error);
        form_free(compiled);
    }
    json_decref(given);
    return code;
}

/* The name of an answer in a path of operations. */
static void answer_name(const char *path, char name[SUBMISSION_PATH_SIZE])
{
    size_t length = 0;

    for (path += strlen("answers/"); *path != '\0' && length + 1 < SUBMISSION_PATH_SIZE; path++) {
        if (*path == '~' && path[1] != '\0')
            name[length++] = *++path == '1' ? '/' : '~';
        else
            name[length++] = *path;
    }
    name[length] = '\0';
}

json_t *continue_conflicts(const struct record *draft)
{
    const json_t *conflicts = json_object_get(draft->meta, "conflicts");
    json_t *told = json_array();
    const json_t *entry;
    size_t i;

    json_array_foreach(conflicts, i, entry)
    {
        const char *path = json_text_or(entry, "path", "");
        char name[SUBMISSION_PATH_SIZE];

        if (json_integer_or(entry, "rev", 0) != draft->rev || strncmp(path, "answers/", 8) != 0)
            continue;
        answer_name(path, name);
        if (json_array_append_new(told, json_pack("{s:s, s:O?, s:O?}", "answer", name, "kept",
                                                  json_object_get(entry, "kept"), "lost",
                                                  json_object_get(entry, "value"))) != 0) {
            json_decref(told);
            return NULL;
        }
    }
    return told;
}
