/* The body of a request: expanded, and read as JSON or in its binary form, within limits. */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/compress.h"
#include "net/operations_sent.h"
#include "net/packed.h"
#include "net/server_internal.h"

struct json_shape {
    size_t depth;
    size_t values; /* about: each takes a multiple of its text in memory */
};

/* How deep the brackets of a JSON text nest and how many values it has, without reading it: the
 * reader recurses. */
static void json_measure(const char *text, size_t length, struct json_shape *shape)
{
    size_t depth = 0;
    bool in_string = false;

    *shape = (struct json_shape){.values = 1};
    for (size_t i = 0; i < length; i++) {
        char character = text[i];

        if (in_string) {
            if (character == '\\')
                i++;
            else if (character == '"')
                in_string = false;
        } else if (character == '"') {
            in_string = true;
        } else if (character == '{' || character == '[') {
            shape->values++;
            if (++depth > shape->depth)
                shape->depth = depth;
        } else if (character == ',') {
            shape->values++;
        } else if ((character == '}' || character == ']') && depth > 0) {
            depth--;
        }
    }
}

/* False, with a problem set, for what is too much to be read. */
static bool shape_fits(struct request *request, const char *form, size_t depth, size_t values)
{
    const struct server_limits *limits = &request->server->options.limits;

    if (depth > limits->json_depth) {
        request_problem(request, PROBLEM_BAD_JSON, "the %s nests more than %u deep", form,
                        limits->json_depth);
        return false;
    }
    if (values > limits->json_values) {
        request_problem(request, PROBLEM_BAD_JSON, "the %s has more than %u values", form,
                        limits->json_values);
        return false;
    }
    return true;
}

static json_t *json_parse(struct request *request, const char *text, size_t length)
{
    struct error error = ERROR_INIT;
    struct json_shape shape;
    json_t *value;

    json_measure(text, length, &shape);
    if (!shape_fits(request, "JSON", shape.depth, shape.values))
        return NULL;
    if (json_read(&value, text, length, request->route->body_limit, "the body", &error) != 0) {
        request_problem(request, PROBLEM_BAD_JSON, "%s", error.message);
        return NULL;
    }
    if (!json_is_object(value)) {
        json_decref(value);
        request_problem(request, PROBLEM_BAD_JSON, "%s", "the body is not a JSON object");
        return NULL;
    }
    return value;
}

bool request_is_packed(const struct request *request)
{
    const char *encoding = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                       MHD_HTTP_HEADER_CONTENT_ENCODING);

    return encoding != NULL && request->route != NULL && !request->route->open &&
           request->route->body_type == NULL && strcmp(encoding, PACKED_NAME) == 0;
}

/* False, with a problem set, when it cannot be had. Nothing but what came when it came as it is. */
static bool expand(struct request *request, char **text, size_t *length)
{
    const char *encoding = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                       MHD_HTTP_HEADER_CONTENT_ENCODING);
    struct error error = ERROR_INIT;
    enum compression compression;
    int code = 0;

    *text = NULL;
    *length = 0;
    if (request_is_packed(request)) {
        code = packed_read(&request->actor.agent, request->upload.bytes, request->upload.length,
                           request->route->body_limit, text, length, &error);
    } else if (!compression_from_name(&compression, encoding)) {
        request_problem(request, PROBLEM_UNSUPPORTED_ENCODING, "%s",
                        "Content-Encoding must be identity, gzip or zstd");
        return false;
    } else if (compression != COMPRESSION_IDENTITY) {
        code = decompress_bytes(compression, request->upload.bytes, request->upload.length,
                                request->route->body_limit, text, length, &error);
    }
    if (code != 0)
        request_problem(request,
                        code == ERROR_TOO_LARGE ? PROBLEM_TOO_LARGE
                        : code == ERROR_INVALID ? PROBLEM_BAD_REQUEST
                                                : PROBLEM_BUSY,
                        "%s", error.message);
    return code == 0;
}

json_t *request_json(struct request *request)
{
    json_t *value;
    char *text;
    size_t length;

    if (!expand(request, &text, &length))
        return NULL;
    if (text == NULL)
        return json_parse(request, request->upload.bytes != NULL ? request->upload.bytes : "",
                          request->upload.length);
    value = json_parse(request, text, length);
    free(text);
    return value;
}

/* What came as it is is taken from the request: it is not needed there any more. */
static bool sent_binary(struct request *request, struct operations_sent *sent)
{
    struct error error = ERROR_INIT;
    char *bytes;
    size_t length;
    int code;

    if (!expand(request, &bytes, &length))
        return false;
    if (bytes == NULL) {
        length = request->upload.length;
        bytes = text_buffer_take(&request->upload);
    }
    code = bytes != NULL ? operations_sent_binary(sent, bytes, length, &error)
                         : error_set(&error, ERROR_INVALID, "the body is empty");
    if (code == ERROR_MEMORY)
        request_error(request, code, &error);
    else if (code != 0)
        request_problem(request, PROBLEM_BAD_JSON, "the body is no batch in CBOR: %s",
                        error.message);
    return code == 0 && shape_fits(request, "CBOR", sent->depth, sent->values);
}

bool request_operations(struct request *request, struct operations_sent *sent)
{
    json_t *body;

    *sent = (struct operations_sent){0};
    if (request_is_binary(request)) {
        if (!sent_binary(request, sent)) {
            operations_sent_free(sent);
            return false;
        }
    } else {
        body = request_json(request);
        if (body == NULL)
            return false;
        operations_sent_json(sent, body);
    }
    if (sent->is_list && sent->count <= SERVER_BATCH_LIMIT)
        return true;
    if (!sent->is_list)
        request_problem(request, PROBLEM_BAD_JSON, "%s", "\"operations\" is not an array");
    else
        request_problem(request, PROBLEM_TOO_LARGE, "at most %d operations at once",
                        SERVER_BATCH_LIMIT);
    operations_sent_free(sent);
    return false;
}
