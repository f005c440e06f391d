#include "forms/fill_private.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "forms/form_pointer.h"

/* --- what the client's file was asked for ---------------------------------------------------- */

json_t *fill_known(const struct fill *fill)
{
    json_t *known = json_object();

    for (size_t i = 0; i < fill->count; i++)
        if (fill->lines[i].known && fill_value(fill, i) != NULL)
            json_object_set_new(known, fill->lines[i].pointer, json_true());
    return known;
}

void fill_known_receive(struct fill *fill, const json_t *known)
{
    fill->generation++;
    for (size_t i = 0; i < fill->count; i++) {
        struct fill_line *line = &fill->lines[i];

        if (line->kind == FILL_FIELD)
            line->known =
                json_is_true(json_object_get(known, line->pointer)) && fill_value(fill, i) != NULL;
    }
}

/* --- answers without a field ----------------------------------------------------------------- */

void fill_set_aside(struct fill *fill, const json_t *aside)
{
    json_decref(fill->aside);
    fill->aside = json_is_object(aside) ? json_deep_copy(aside) : NULL;
}

/* A value for a person to read: text as it is, the rest as JSON. Owned. */
static char *plain_text(const json_t *value)
{
    char *text = json_is_string(value) ? strdup(json_string_value(value)) : json_write(value);
    char *clean = text == NULL ? NULL : text_clean(text, strlen(text), true);

    free(text);
    return clean;
}

static bool add_apart(json_t *list, const char *label, const json_t *value)
{
    char *text = plain_text(value);
    char *clean = text_clean(label, strlen(label), false);
    bool done =
        text != NULL && clean != NULL &&
        json_array_append_new(list, json_pack("{s:s, s:s}", "label", clean, "text", text)) == 0;

    free(text);
    free(clean);
    return done;
}

static bool has_line(const struct fill *fill, const char *pointer)
{
    for (size_t i = 0; i < fill->count; i++)
        if (fill->lines[i].kind != FILL_HEADING &&
            form_pointer_within(fill->lines[i].pointer, pointer))
            return true;
    return false;
}

/* The value of the only name that an object of the present variant may have: chosen, not asked. */
static bool is_fixed(const struct fill *fill, const char *name)
{
    size_t index = fill_find(fill, "");
    const struct fill_line *line = index < fill->count ? &fill->lines[index] : NULL;

    return line != NULL && line->variant < fill_control(line)->choice_count &&
           json_object_get(fill_control(line)->variants[line->variant].fixed, name) != NULL;
}

json_t *fill_apart(const struct fill *fill)
{
    const char *language = fill->context.language == FORM_FRENCH ? "fr" : "en";
    json_t *list = json_array();
    bool done = list != NULL;
    const char *name;
    json_t *value;

    json_object_foreach(fill->aside, name, value)
    {
        const char *label = json_localised(json_object_get(value, "label"), language);

        done = done && add_apart(list, *label != '\0' ? label : name + (*name == '/'),
                                 json_object_get(value, "value"));
    }
    json_object_foreach(fill->answers, name, value)
    {
        char pointer[FORM_POINTER_SIZE] = "";

        if (form_pointer_push(pointer, sizeof(pointer), name) && !has_line(fill, pointer) &&
            !is_fixed(fill, name))
            done = done && add_apart(list, name, value);
    }
    if (!done) {
        json_decref(list);
        return NULL;
    }
    return list;
}
