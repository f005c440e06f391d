#include "forms/form_migrate.h"

#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "forms/form_pointer.h"
#include "forms/form_private.h"

/* Longest name in the record of an answer kept apart. */
#define NAME_SIZE 90

enum step { STEP_MOVE, STEP_DROP, STEP_DEFAULT, STEP_MAP, STEP_COUNT };

/* The member that names the answer says what is done with it; `with` holds the rest. */
static const struct {
    const char *word;
    const char *with;
} steps[STEP_COUNT] = {
    [STEP_MOVE] = {"move", "to"},
    [STEP_DROP] = {"drop", NULL},
    [STEP_DEFAULT] = {"default", "value"},
    [STEP_MAP] = {"map", "values"},
};

/* Which step this is; STEP_COUNT for none. */
static enum step step_of(const json_t *definition)
{
    for (int step = 0; step < STEP_COUNT; step++)
        if (json_object_get(definition, steps[step].word) != NULL)
            return (enum step)step;
    return STEP_COUNT;
}

/* --- checking -------------------------------------------------------------------------------- */

static bool is_pointer(const json_t *value)
{
    const char *text = json_string_value(value);

    return text != NULL && *text == '/' && strlen(text) < FORM_POINTER_SIZE;
}

static const char *step_fault(const json_t *definition)
{
    enum step step = step_of(definition);
    const json_t *with;

    if (step == STEP_COUNT)
        return "must have move, drop, default or map";
    if (!is_pointer(json_object_get(definition, steps[step].word)))
        return "the answer must be a JSON Pointer, such as \"/fax\"";
    with = steps[step].with == NULL ? NULL : json_object_get(definition, steps[step].with);
    if (json_object_size(definition) != (steps[step].with == NULL ? 1 : 2) ||
        (steps[step].with != NULL && with == NULL))
        return "move goes with \"to\", default with \"value\", map with \"values\", and nothing "
               "else";
    if (step == STEP_MOVE && !is_pointer(with))
        return "\"to\" must be a JSON Pointer";
    if (step == STEP_MAP && !json_is_object(with))
        return "\"values\" must be an object: old text to new value";
    return NULL;
}

int form_migrations_check(const json_t *body, struct error *error)
{
    const json_t *list = json_object_get(body, "migrations");
    json_int_t version = json_integer_or(body, "version", 1);

    if (list == NULL)
        return 0;
    if (!json_is_array(list))
        return error_set(error, ERROR_INVALID, "/migrations: must be an array");
    if (json_array_size(list) > FORM_MIGRATION_LIMIT)
        return error_set(error, ERROR_TOO_LARGE, "/migrations: more than %d", FORM_MIGRATION_LIMIT);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const json_t *from = json_object_get(entry, "from");
        const json_t *answers = json_object_get(entry, "answers");

        if (!json_is_integer(from) || json_integer_value(from) < 0 ||
            json_integer_value(from) >= version)
            return error_set(error, ERROR_INVALID,
                             "/migrations/%zu/from: must be a version below %lld", i,
                             (long long)version);
        if (!json_is_array(answers))
            return error_set(error, ERROR_INVALID, "/migrations/%zu/answers: must be an array", i);
        if (json_array_size(answers) > FORM_MIGRATION_LIMIT)
            return error_set(error, ERROR_TOO_LARGE, "/migrations/%zu/answers: more than %d", i,
                             FORM_MIGRATION_LIMIT);
        for (size_t j = 0; j < json_array_size(answers); j++) {
            const char *fault = step_fault(json_array_get(answers, j));

            if (fault != NULL)
                return error_set(error, ERROR_INVALID, "/migrations/%zu/answers/%zu: %s", i, j,
                                 fault);
        }
    }
    return 0;
}

/* --- migrating ------------------------------------------------------------------------------- */

/* Takes an answer out; an item of a list leaves its place empty, so that the others keep theirs. */
static bool take_out(struct form_migration *migration, const char *pointer)
{
    return form_pointer_put(migration->answers, pointer, NULL) ||
           form_pointer_put(migration->answers, pointer, json_null());
}

/* Keeps an answer apart, under its pointer, cut where that is too long for a name in the record; a
 * name that is taken gets a mark. */
static bool keep_apart(struct form_migration *migration, const char *pointer, json_t *value)
{
    char name[NAME_SIZE + 8];
    size_t length;

    text_copy(name, NAME_SIZE, pointer);
    length = strlen(name);
    while (json_object_get(migration->aside, name) != NULL && length + 1 < sizeof(name)) {
        name[length++] = '\'';
        name[length] = '\0';
    }
    return json_object_set(migration->aside, name, value) == 0;
}

static bool put_aside(struct form_migration *migration, const char *pointer)
{
    json_t *value = form_pointer_get(migration->answers, pointer);

    return value == NULL || (keep_apart(migration, pointer, value) && take_out(migration, pointer));
}

static bool move(struct form_migration *migration, const char *from, const char *to)
{
    json_t *value = json_incref(form_pointer_get(migration->answers, from));
    bool done = true;

    if (value == NULL)
        return true;
    /* Taken out first: it may move into its own place ("/name" to "/name/first"). */
    done = take_out(migration, from);
    if (done && form_pointer_get(migration->answers, to) == NULL &&
        form_pointer_put(migration->answers, to, value))
        migration->moved++;
    else
        done = done && keep_apart(migration, from, value);
    json_decref(value);
    return done;
}

/* Another word for the same answer; one that is not in the list stays. */
static bool map_value(struct form_migration *migration, const char *pointer, const json_t *values)
{
    const json_t *value = form_pointer_get(migration->answers, pointer);
    json_t *mapped =
        json_is_string(value) ? json_object_get(values, json_string_value(value)) : NULL;
    json_t *copy = mapped == NULL ? NULL : json_deep_copy(mapped);
    bool done =
        mapped == NULL || (copy != NULL && form_pointer_put(migration->answers, pointer, copy));

    migration->moved += mapped != NULL && done;
    json_decref(copy);
    return done;
}

static bool set_default(struct form_migration *migration, const char *pointer, const json_t *value)
{
    json_t *copy;

    if (form_pointer_get(migration->answers, pointer) != NULL)
        return true;
    copy = json_deep_copy(value);
    if (copy == NULL)
        return false;
    migration->defaulted += form_pointer_put(migration->answers, pointer, copy);
    json_decref(copy);
    return true;
}

static bool take_step(struct form_migration *migration, const json_t *definition)
{
    enum step step = step_of(definition);
    const char *pointer = json_text_or(definition, steps[step].word, "");
    json_t *with = steps[step].with == NULL ? NULL : json_object_get(definition, steps[step].with);

    switch (step) {
    case STEP_MOVE:
        return move(migration, pointer, json_string_value(with));
    case STEP_DROP:
        return put_aside(migration, pointer);
    case STEP_DEFAULT:
        return set_default(migration, pointer, with);
    case STEP_MAP:
        return map_value(migration, pointer, with);
    case STEP_COUNT:
        break;
    }
    return true;
}

/* True when `properties` lists every answer that the schema knows of. */
static bool lists_all(const json_t *schema)
{
    static const char *const words[] = {"$ref",
                                        "$dynamicRef",
                                        "allOf",
                                        "anyOf",
                                        "oneOf",
                                        "if",
                                        "dependentSchemas",
                                        "patternProperties"};
    const json_t *more = json_object_get(schema, "additionalProperties");

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (json_object_get(schema, words[i]) != NULL)
            return false;
    return json_is_object(json_object_get(schema, "properties")) &&
           (more == NULL || json_is_false(more));
}

/* Top-level answers that the present schema does not know of go aside too. */
static bool unknown_aside(const struct form *form, struct form_migration *migration)
{
    const json_t *properties = json_object_get(form->definition, "properties");
    json_t *names = json_copy(migration->answers);
    const char *name;
    json_t *value;
    bool done = names != NULL;

    json_object_foreach(names, name, value)
    {
        char pointer[FORM_POINTER_SIZE] = "";

        if (json_object_get(properties, name) == NULL &&
            form_pointer_push(pointer, sizeof(pointer), name))
            done = done && put_aside(migration, pointer);
    }
    json_decref(names);
    return done;
}

static const json_t *steps_from(const struct form *form, int64_t version)
{
    const json_t *list = json_object_get(form->body, "migrations");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);

        if (json_integer_or(entry, "from", -1) == version)
            return json_object_get(entry, "answers");
    }
    return NULL;
}

int form_migrate(const struct form *form, int64_t from, const json_t *answers,
                 struct form_migration *migration, struct error *error)
{
    bool done;

    *migration = (struct form_migration){0};
    if (from > form_version(form))
        return error_set(error, ERROR_NOT_FOUND, "version %lld is newer than version %lld",
                         (long long)from, (long long)form_version(form));
    if (form_version(form) - from > FORM_MIGRATION_LIMIT)
        return error_set(error, ERROR_NOT_FOUND, "version %lld is too old", (long long)from);
    for (int64_t version = from; version < form_version(form); version++)
        if (steps_from(form, version) == NULL)
            return error_set(error, ERROR_NOT_FOUND,
                             "the form does not say how version %lld becomes version %lld",
                             (long long)version, (long long)version + 1);
    migration->answers = json_is_object(answers) ? json_deep_copy(answers) : json_object();
    migration->aside = json_object();
    done = migration->answers != NULL && migration->aside != NULL;
    for (int64_t version = from; done && version < form_version(form); version++) {
        const json_t *list = steps_from(form, version);

        for (size_t i = 0; done && i < json_array_size(list); i++)
            done = take_step(migration, json_array_get(list, i));
    }
    if (done && from < form_version(form) && lists_all(form->definition))
        done = unknown_aside(form, migration);
    if (!done) {
        form_migration_clear(migration);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    return 0;
}

void form_migration_clear(struct form_migration *migration)
{
    json_decref(migration->answers);
    json_decref(migration->aside);
    *migration = (struct form_migration){0};
}
