/* Answers whose place is not a plain member: objects of several variants, places of tuples. */
#include "forms/fill_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "forms/form_pointer.h"
#include "forms/schema.h"

/* --- places of tuples ------------------------------------------------------------------------ */

/* The pointer of a tuple around `pointer`, and the place meant in it. */
static size_t tuple_place(const struct form_tuple *tuple, const struct form_control *control,
                          const char *pointer, char at[FORM_POINTER_SIZE])
{
    size_t base = strlen(pointer) - strlen(control->path);
    int length = snprintf(at, FORM_POINTER_SIZE, "%.*s%s", (int)base, pointer, tuple->path);

    if (length < 0 || length >= FORM_POINTER_SIZE)
        return 0;
    return strtoul(pointer + length + 1, NULL, 10);
}

static bool open_tuple(json_t *answers, const struct form_tuple *tuple,
                       const struct form_control *control, const char *pointer)
{
    char at[FORM_POINTER_SIZE];
    size_t count = tuple_place(tuple, control, pointer, at) + 1;
    json_t *array;

    if (tuple->around != NULL && !open_tuple(answers, tuple->around, control, pointer))
        return false;
    if (!json_is_array(form_pointer_get(answers, at))) {
        bool done;

        array = json_array();
        done = array != NULL && form_pointer_put(answers, at, array);
        json_decref(array);
        if (!done)
            return false;
    }
    array = form_pointer_get(answers, at);
    while (json_array_size(array) < (count > tuple->least ? count : tuple->least))
        if (json_array_append_new(array, json_null()) != 0)
            return false;
    return true;
}

static bool is_nothing(const json_t *value)
{
    return json_is_null(value) || (json_is_object(value) && json_object_size(value) == 0);
}

/* Takes the empty places at the end away, and the tuple when nothing is in it. */
static void close_tuple(json_t *answers, const struct form_tuple *tuple,
                        const struct form_control *control, const char *pointer)
{
    char at[FORM_POINTER_SIZE];
    json_t *array;
    bool any = false;

    tuple_place(tuple, control, pointer, at);
    array = form_pointer_get(answers, at);
    for (size_t i = 0; i < json_array_size(array); i++)
        any = any || !is_nothing(json_array_get(array, i));
    while (json_array_size(array) > tuple->least &&
           is_nothing(json_array_get(array, json_array_size(array) - 1)))
        json_array_remove(array, json_array_size(array) - 1);
    /* The item of a list stays, as an item. */
    if (!any && *tuple->path != '\0' && !form_pointer_put(answers, at, NULL))
        form_pointer_put(answers, at, json_null());
    if (tuple->around != NULL)
        close_tuple(answers, tuple->around, control, pointer);
}

bool fill_put(json_t *answers, const struct form_control *control, const char *pointer,
              json_t *value)
{
    bool done;

    if (control == NULL || control->tuple == NULL)
        return form_pointer_put(answers, pointer, value);
    if (!open_tuple(answers, control->tuple, control, pointer))
        return false;
    done = form_pointer_put(answers, pointer, value);
    if (!done && value == NULL)
        done = form_pointer_put(answers, pointer, json_null());
    close_tuple(answers, control->tuple, control, pointer);
    return done;
}

/* --- which variant --------------------------------------------------------------------------- */

static bool is_fixed_otherwise(const struct form_variant *variant, const json_t *value)
{
    union {
        const json_t *borrowed;
        json_t *object;
    } fixed = {variant->fixed};
    const char *name;
    json_t *only;

    json_object_foreach(fixed.object, name, only)
    {
        const json_t *has = json_object_get(value, name);

        if (has != NULL && json_equal(has, only) != 1)
            return true;
    }
    return false;
}

/* How many of its own members the value has, less those that it has and the variant has not. */
static int fit(const struct form_control *control, const struct form_variant *variant,
               json_t *value)
{
    const char *name;
    json_t *member;
    int score = 0;

    json_object_foreach(value, name, member)
    {
        if (json_object_get(variant->fixed, name) != NULL)
            score += 2;
        else if (json_object_get(variant->names, name) != NULL)
            score += json_object_get(control->common, name) == NULL;
        else
            score -= json_object_get(control->common, name) == NULL;
    }
    return score;
}

size_t fill_variant(const struct fill *fill, const struct form_control *control,
                    const char *pointer)
{
    const json_t *chosen = json_object_get(fill->variants, pointer);
    json_t *value = form_pointer_get(fill->answers, pointer);
    size_t best = control->choice_count;
    int most = 0;

    for (size_t i = 0; i < control->choice_count; i++) {
        bool said = json_equal(chosen, control->choices[i].value) == 1;
        int score;

        if (is_fixed_otherwise(&control->variants[i], value))
            continue;
        /* What was chosen counts where the answers do not tell. */
        score = fit(control, &control->variants[i], value) * 2 + said;
        if (score > most) {
            most = score;
            best = i;
        }
    }
    return best;
}

/* --- choosing another ------------------------------------------------------------------------ */

static bool is_of_any(const struct form_control *control, const char *name)
{
    for (size_t i = 0; i < control->choice_count; i++)
        if (json_object_get(control->variants[i].names, name) != NULL)
            return true;
    return false;
}

/* What was put aside of this object when it was the variant `number`; made when it is not there. */
static json_t *aside_of(struct fill *fill, const char *pointer, size_t number)
{
    char name[FORM_POINTER_SIZE + 24];

    snprintf(name, sizeof(name), "%zu:%s", number, pointer);
    if (json_object_get(fill->other_variants, name) == NULL)
        json_object_set_new(fill->other_variants, name, json_object());
    return json_object_get(fill->other_variants, name);
}

/* The object as the variant `to` has it: common members, its own from before, what is fixed. */
static json_t *changed_object(struct fill *fill, const struct form_control *control,
                              const char *pointer, size_t from, size_t to)
{
    const struct form_variant *variant = to < control->choice_count ? &control->variants[to] : NULL;
    json_t *made = variant == NULL ? json_object() : json_deep_copy(aside_of(fill, pointer, to));
    json_t *aside = aside_of(fill, pointer, from);
    const char *name;
    json_t *member;

    json_object_clear(aside);
    json_object_foreach(form_pointer_get(fill->answers, pointer), name, member)
    {
        bool stays = json_object_get(control->common, name) != NULL ||
                     (variant != NULL && json_object_get(variant->names, name) != NULL) ||
                     !is_of_any(control, name);

        if (stays) {
            json_object_set_new(made, name, json_deep_copy(member));
            continue;
        }
        json_object_set(aside, name, member);
        fill->put_aside += from == control->choice_count ||
                           json_object_get(control->variants[from].fixed, name) == NULL;
    }
    if (variant != NULL && made != NULL) {
        json_t *fixed = json_deep_copy(variant->fixed);

        json_object_update(made, fixed);
        json_decref(fixed);
    }
    return made;
}

bool fill_choose(struct fill *fill, const struct form_control *control, const char *place,
                 const json_t *value)
{
    size_t to = value == NULL ? control->choice_count : answer_choice_of(control, value);
    char pointer[FORM_POINTER_SIZE];
    json_t *before = json_deep_copy(fill->variants);
    size_t from;
    json_t *made;

    text_copy(pointer, sizeof(pointer), place);
    from = fill_variant(fill, control, pointer);
    /* What was typed is none of them: the choice stands. */
    if (from == to || (value != NULL && to == control->choice_count)) {
        json_decref(before);
        return false;
    }
    fill->put_aside = 0;
    made = changed_object(fill, control, pointer, from, to);
    if (value == NULL)
        json_object_del(fill->variants, pointer);
    else
        json_object_set_new(fill->variants, pointer, json_deep_copy(value));
    /* An item of a list stays an item, the form a form. */
    if (value == NULL && json_object_size(made) == 0 && *control->path != '\0') {
        json_decref(made);
        made = NULL;
    }
    if (!fill_set_value(fill, pointer, made)) {
        fill_lay_out(fill);
        fill_check(fill);
        json_decref(before);
    } else {
        fill_step_variants(fill, before);
    }
    json_decref(made);
    return true;
}

size_t fill_put_aside(struct fill *fill)
{
    size_t count = fill->put_aside;

    fill->put_aside = 0;
    return count;
}

/* --- faults of the others -------------------------------------------------------------------- */

/* How the words of a keyword location lead on. */
enum step { STEP_NONE, STEP_INTO, STEP_INTO_NAMED, STEP_NAMED };

static enum step step_of(const char *word)
{
    static const struct {
        const char *word;
        enum step step;
    } words[] = {
        {"properties", STEP_INTO_NAMED},
        {"patternProperties", STEP_INTO_NAMED},
        {"prefixItems", STEP_INTO_NAMED},
        {"items", STEP_INTO},
        {"contains", STEP_INTO},
        {"additionalProperties", STEP_INTO},
        {"unevaluatedItems", STEP_INTO},
        {"unevaluatedProperties", STEP_INTO},
        {"dependentSchemas", STEP_NAMED},
        {"allOf", STEP_NAMED},
        {"oneOf", STEP_NAMED},
        {"anyOf", STEP_NAMED},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].step;
    return STEP_NONE;
}

/* The first `steps` words of a pointer. */
static void first_steps(const char *pointer, size_t steps, char first[FORM_POINTER_SIZE])
{
    const char *end = pointer;

    for (; steps > 0 && *end == '/'; steps--)
        end += 1 + strcspn(end + 1, "/");
    snprintf(first, FORM_POINTER_SIZE, "%.*s", (int)(end - pointer), pointer);
}

/* Whether the line of the object at `pointer` says that it is another than the `number`. */
static bool is_another(const struct fill *fill, const char *pointer, const char *word,
                       const char *number)
{
    size_t index = fill_find(fill, pointer);
    const struct form_control *control =
        index < fill->count ? fill_control(&fill->lines[index]) : NULL;

    return control != NULL && control->variants != NULL &&
           strcmp(control->variant_word, word) == 0 &&
           (fill->lines[index].variant == control->choice_count ||
            strtoul(number, NULL, 10) != control->variants[fill->lines[index].variant].number);
}

bool fill_is_of_other_variant(const struct fill *fill, const struct schema_error *error)
{
    const char *cursor = error->keyword_location;
    char word[FORM_POINTER_SIZE];
    char name[FORM_POINTER_SIZE];
    char pointer[FORM_POINTER_SIZE];
    size_t steps = 0;

    while (fill->has_variants && form_pointer_token(&cursor, word, sizeof(word))) {
        enum step step = step_of(word);

        if ((step == STEP_INTO_NAMED || step == STEP_NAMED) &&
            !form_pointer_token(&cursor, name, sizeof(name)))
            return false;
        steps += step == STEP_INTO || step == STEP_INTO_NAMED;
        first_steps(error->instance_location, steps, pointer);
        if (step == STEP_NAMED && is_another(fill, pointer, word, name))
            return true;
    }
    return false;
}

bool fill_has_fault_inside(const struct fill *fill, size_t index)
{
    for (size_t i = index + 1; i < fill->count; i++)
        if (fill->lines[i].fault != NULL &&
            form_pointer_within(fill->lines[i].pointer, fill->lines[index].pointer))
            return true;
    return false;
}
