#include "forms/layout.h"

#include "forms/form_pointer.h"

#include <string.h>

static json_t *control_of(const char *scope)
{
    return json_pack("{s:s, s:s}", "type", "Control", "scope", scope);
}

static bool add_control(json_t *elements, const char *name)
{
    char scope[FORM_POINTER_SIZE] = "#/properties";

    return !form_pointer_push(scope, sizeof(scope), name) ||
           json_array_append_new(elements, control_of(scope)) == 0;
}

static bool is_named(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *entry = json_string_value(json_array_get(list, i));

        if (entry != NULL && strcmp(entry, name) == 0)
            return true;
    }
    return false;
}

/* What must be answered comes first, in the order of `required`: members have none that lasts. */
json_t *layout_generate(const json_t *schema)
{
    const json_t *required = json_object_get(schema, "required");
    json_t *elements = json_array();
    json_t *properties = json_object_get(schema, "properties");
    const char *name;
    json_t *property;
    bool fine = elements != NULL;

    if (!json_is_object(properties)) {
        json_decref(elements);
        return control_of("#");
    }
    for (size_t i = 0; i < json_array_size(required); i++) {
        name = json_string_value(json_array_get(required, i));
        if (fine && name != NULL && json_object_get(properties, name) != NULL)
            fine = add_control(elements, name);
    }
    json_object_foreach(properties, name, property)
    {
        if (fine && !is_named(required, name))
            fine = add_control(elements, name);
    }
    if (!fine) {
        json_decref(elements);
        return NULL;
    }
    return json_pack("{s:s, s:o}", "type", "VerticalLayout", "elements", elements);
}
