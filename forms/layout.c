#include "forms/layout.h"

#include "forms/form_pointer.h"

#include <string.h>

static json_t *control_of(const char *scope)
{
    return json_pack("{s:s, s:s}", "type", "Control", "scope", scope);
}

json_t *layout_generate(const json_t *schema)
{
    json_t *elements = json_array();
    json_t *properties = json_object_get(schema, "properties");
    const char *name;
    json_t *property;
    bool fine = elements != NULL;

    if (!json_is_object(properties)) {
        json_decref(elements);
        return control_of("#");
    }
    json_object_foreach(properties, name, property)
    {
        char scope[FORM_POINTER_SIZE] = "#/properties";

        if (fine && form_pointer_push(scope, sizeof(scope), name))
            fine = json_array_append_new(elements, control_of(scope)) == 0;
    }
    if (!fine) {
        json_decref(elements);
        return NULL;
    }
    return json_pack("{s:s, s:o}", "type", "VerticalLayout", "elements", elements);
}
