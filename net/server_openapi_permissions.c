/* What routes and operations ask of a role, for the OpenAPI document. */
#include "net/ledger_permission.h"
#include "net/server_internal.h"

json_t *openapi_permissions(permission_set any)
{
    json_t *names = json_array();

    if (any == PERMISSION_ANY) {
        json_array_append_new(names, json_string("any"));
        return names;
    }
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if ((any & ((permission_set)1 << i)) != 0)
            json_array_append_new(names, json_string(permission_name((enum permission)i)));
    return names;
}

json_t *openapi_operation_permissions(void)
{
    json_t *types = json_object();

    for (int type = RECORD_NONE + 1; type < RECORD_TYPE_COUNT; type++) {
        json_t *kinds = json_object();

        for (int kind = OPERATION_APPEND; kind <= OPERATION_CLAIM; kind++) {
            permission_set any =
                ledger_operation_needs((enum record_type)type, (enum operation_kind)kind);

            if (any != 0)
                json_object_set_new(kinds, operation_kind_name((enum operation_kind)kind),
                                    openapi_permissions(any));
        }
        if (json_object_size(kinds) > 0)
            json_object_set(types, record_type_name((enum record_type)type), kinds);
        json_decref(kinds);
    }
    return types;
}
