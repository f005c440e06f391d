#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/binary.h"
#include "app/queue.h"
#include "app/record_fields.h"
#include "net/server_internal.h"

/*
 * The OpenAPI document comes out of the tables that the server itself works by: routes, problems
 * and fields. Only the shapes around them are told apart (net/server_openapi_*.c).
 */

/* Problems that any route may answer. */
static const enum problem common_problems[] = {PROBLEM_BAD_REQUEST,
                                               PROBLEM_TOO_MANY_REQUESTS,
                                               PROBLEM_TOO_MANY_HEADERS,
                                               PROBLEM_INTERNAL,
                                               PROBLEM_BUSY,
                                               PROBLEM_NONE};

static json_t *reference(const char *kind, const char *name)
{
    char text[128];

    snprintf(text, sizeof(text), "#/components/%s/%s", kind, name);
    return json_pack("{s:s}", "$ref", text);
}

/* --- fields of records ------------------------------------------------------------------------ */

static json_t *words_schema(const char *const *words)
{
    json_t *list = json_array();

    for (; *words != NULL; words++)
        json_array_append_new(list, json_string(*words));
    return json_pack("{s:o}", "enum", list);
}

static json_t *field_schema(const struct field *field)
{
    size_t limit = field->limit != 0 ? field->limit : 256;

    switch (field->shape) {
    case FIELD_TEXT:
    case FIELD_KEY:
        return json_pack("{s:s, s:I}", "type", "string", "maxLength", (json_int_t)limit);
    case FIELD_TIME:
        return reference("schemas", "Time");
    case FIELD_ID:
        return reference("schemas", "Id");
    case FIELD_WORD:
        return words_schema(field->words);
    case FIELD_BOOLEAN:
        return json_pack("{s:s}", "type", "boolean");
    case FIELD_INTEGER:
        if (field->limit != 0)
            return json_pack("{s:s, s:i, s:I}", "type", "integer", "minimum", 0, "maximum",
                             (json_int_t)field->limit);
        return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);
    case FIELD_SKILLS:
        return json_pack("{s:s, s:i, s:{s:s, s:i}}", "type", "array", "maxItems",
                         QUEUE_NEED_SKILLS_MOST, "items", "type", "string", "maxLength",
                         QUEUE_SKILL_LENGTH);
    case FIELD_LIST:
        return json_pack("{s:s}", "type", "array");
    case FIELD_OBJECT:
    case FIELD_MAP:
        break;
    }
    return json_pack("{s:s}", "type", "object");
}

static json_t *body_schema(const struct record_rules *rules)
{
    json_t *properties = json_object();
    json_t *required = json_array();

    for (const struct field *field = rules->fields; field->name != NULL; field++) {
        json_object_set_new(properties, field->name, field_schema(field));
        if (field->rules & FIELD_REQUIRED)
            json_array_append_new(required, json_string(field->name));
    }
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "required", required, "properties",
                     properties, "additionalProperties", 0);
}

/* --- components ------------------------------------------------------------------------------- */

static json_t *refusals_schema(void)
{
    json_t *names = json_array();

    for (int i = MERGE_APPLIED + 1; i < MERGE_REFUSAL_COUNT; i++)
        json_array_append_new(names, json_string(merge_refusal_name((enum merge_refusal)i)));
    return json_pack("{s:o}", "enum", names);
}

static json_t *schemas_make(void)
{
    static const struct openapi_schema *const lists[] = {
        openapi_sync,    openapi_intake, openapi_trust,  openapi_audit,
        openapi_keeping, openapi_search, openapi_open311};
    json_t *made = json_object();

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct openapi_schema *each = lists[i]; each->name != NULL; each++)
            json_object_set_new(made, each->name, json_loads(each->text, 0, NULL));
    json_object_set_new(made, "Refusal", refusals_schema());
    for (int type = RECORD_NONE + 1; type < RECORD_TYPE_COUNT; type++) {
        const struct record_rules *rules = record_rules((enum record_type)type);
        char name[64];

        if (rules == NULL)
            continue;
        snprintf(name, sizeof(name), "Body-%s", record_type_name((enum record_type)type));
        json_object_set_new(made, name, body_schema(rules));
    }
    return made;
}

static json_t *problems_make(void)
{
    json_t *made = json_object();

    for (int i = PROBLEM_NONE + 1; i < PROBLEM_COUNT; i++)
        json_object_set_new(made, problem_code((enum problem)i),
                            json_pack("{s:s, s:{s:{s:o}}}", "description",
                                      problem_title((enum problem)i), "content", PROBLEM_MEDIA_TYPE,
                                      "schema", reference("schemas", "Problem")));
    return made;
}

/* --- paths ------------------------------------------------------------------------------------ */

/* Several problems may share a status: then they are told as one. */
static void problem_add(json_t *responses, enum problem problem)
{
    char status[8];
    json_t *there;
    char text[256];

    snprintf(status, sizeof(status), "%u", problem_status(problem));
    there = json_object_get(responses, status);
    if (there == NULL) {
        json_object_set_new(responses, status, reference("responses", problem_code(problem)));
        return;
    }
    snprintf(text, sizeof(text), "One of the problems of status %s, told apart by `code`", status);
    json_object_set_new(responses, status,
                        json_pack("{s:s, s:{s:{s:o}}}", "description", text, "content",
                                  PROBLEM_MEDIA_TYPE, "schema", reference("schemas", "Problem")));
}

static json_t *content_make(const char *type, const char *schema, bool binary)
{
    json_t *content = json_pack("{s:{s:o}}", type != NULL ? type : "application/json", "schema",
                                reference("schemas", schema));

    if (binary)
        json_object_set_new(content, BINARY_MEDIA_TYPE,
                            json_pack("{s:o}", "schema", reference("schemas", schema)));
    return content;
}

static json_t *responses_make(const struct route *route)
{
    json_t *responses = json_object();
    json_t *good = json_pack("{s:s}", "description", route->summary);
    char status[8];

    if (route->response_schema != NULL)
        json_object_set_new(
            good, "content",
            content_make(route->response_type, route->response_schema, route->binary_answer));
    snprintf(status, sizeof(status), "%u", route->status);
    json_object_set_new(responses, status, good);
    for (const enum problem *each = route->problems; each != NULL && *each != PROBLEM_NONE; each++)
        problem_add(responses, *each);
    for (const enum problem *each = common_problems; *each != PROBLEM_NONE; each++)
        problem_add(responses, *each);
    return responses;
}

static json_t *parameters_make(const struct route *route)
{
    json_t *parameters = json_array();
    const char *brace = strchr(route->path, '{');

    for (; brace != NULL; brace = strchr(brace + 1, '{')) {
        size_t length = strcspn(brace + 1, "}");

        json_array_append_new(parameters,
                              json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", brace + 1, length,
                                        "in", "path", "required", 1, "schema", "type", "string"));
    }
    for (const struct route_parameter *each = route->parameters; each != NULL && each->name != NULL;
         each++)
        json_array_append_new(parameters, json_pack("{s:s, s:s, s:s, s:o}", "name", each->name,
                                                    "in", "query", "description", each->description,
                                                    "schema", json_loads(each->schema, 0, NULL)));
    return parameters;
}

static json_t *route_make(const struct route *route)
{
    json_t *made = json_pack(
        "{s:s, s:s, s:o}", "operationId", route->operation, "summary", route->summary, "responses",
        route->open311 ? openapi_open311_responses(route) : responses_make(route));
    json_t *parameters = parameters_make(route);

    if (json_array_size(parameters) > 0)
        json_object_set(made, "parameters", parameters);
    json_decref(parameters);
    if (route->request_schema != NULL)
        json_object_set_new(
            made, "requestBody",
            json_pack("{s:b, s:o}", "required", 1, "content",
                      content_make(route->body_type, route->request_schema, route->binary)));
    if (route->open)
        json_object_set_new(made, "security", json_array());
    if (route->any != 0)
        json_object_set_new(made, "x-permissions", openapi_permissions(route->any));
    if (route == &route_operations)
        json_object_set_new(made, "x-operation-permissions", openapi_operation_permissions());
    return made;
}

static json_t *paths_make(void)
{
    json_t *paths = json_object();

    for (size_t i = 0; server_routes[i] != NULL; i++) {
        const struct route *route = server_routes[i];
        json_t *path = json_object_get(paths, route->path);
        char method[16] = "";

        if (path == NULL) {
            json_object_set_new(paths, route->path, json_object());
            path = json_object_get(paths, route->path);
        }
        for (size_t j = 0; j < sizeof(method) - 1 && route->method[j] != '\0'; j++)
            method[j] = (char)tolower((unsigned char)route->method[j]);
        json_object_set_new(path, method, route_make(route));
    }
    return paths;
}

json_t *server_openapi(void)
{
    return json_pack(
        "{s:s, s:{s:s, s:s, s:s}, s:[{s:[]}], s:o, s:{s:{s:{s:s, s:s}}, s:o, s:o}}", "openapi",
        "3.1.0", "info", "title", "Guichet", "version", "1", "description",
        "Records, operations and the feed of changes. Bodies may be compressed with gzip or zstd.",
        "security", "token", "paths", paths_make(), "components", "securitySchemes", "token",
        "type", "http", "scheme", "bearer", "responses", problems_make(), "schemas",
        schemas_make());
}
