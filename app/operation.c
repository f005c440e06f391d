#include "app/operation.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"

static const char *const kind_names[] = {
    [OPERATION_APPEND] = "append",
    [OPERATION_FIELDS] = "fields",
    [OPERATION_CLAIM] = "claim",
};

const char *operation_kind_name(enum operation_kind kind)
{
    return kind_names[kind];
}

bool operation_kind_from_name(enum operation_kind *kind, const char *name)
{
    for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
        if (strcmp(kind_names[i], name) == 0) {
            *kind = (enum operation_kind)i;
            return true;
        }
    }
    return false;
}

struct operation *operation_new(enum operation_kind kind, enum record_type type,
                                const struct id *record)
{
    struct operation *operation = calloc(1, sizeof(*operation));

    if (operation == NULL)
        return NULL;
    operation->kind = kind;
    operation->type = type;
    operation->record = *record;
    operation->body = json_object();
    if (operation->body == NULL) {
        free(operation);
        return NULL;
    }
    return operation;
}

void operation_free(struct operation *operation)
{
    if (operation == NULL)
        return;
    json_decref(operation->body);
    json_decref(operation->rest);
    free(operation);
}

json_t *operation_to_json(const struct operation *operation)
{
    char time[TIMESTAMP_SIZE], claimed[MOMENT_SIZE];

    timestamp_format(operation->moment.ms, time);
    moment_format(operation->claimed, claimed);
    return json_with_rest(
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:i, s:s*, s:s*, s:O}", "id",
                  operation->id.text, "kind", operation_kind_name(operation->kind), "type",
                  record_type_name(operation->type), "record", operation->record.text, "base",
                  (json_int_t)operation->base, "agent", operation->agent.text, "device",
                  operation->device.text, "time", time, "tick", (int)operation->moment.tick,
                  "claimed", operation->tells_claimed ? claimed : NULL, "channel",
                  operation->channel, "body", operation->body),
        operation->rest);
}

static int complete(json_t *document, const char *member, const struct id *id, struct error *error)
{
    if (json_object_get(document, member) != NULL || id_is_empty(id))
        return 0;
    return json_object_set_new(document, member, json_string(id->text)) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "out of memory");
}

int operation_complete(json_t *document, const struct id *agent, const struct id *device,
                       struct error *error)
{
    int code = json_is_object(document) ? complete(document, "agent", agent, error) : 0;

    return code == 0 && json_is_object(document) ? complete(document, "device", device, error)
                                                 : code;
}

static int require_id(const json_t *document, const char *member, struct id *id,
                      struct error *error)
{
    if (!id_parse(id, json_text_or(document, member, "")))
        return error_set(error, ERROR_INVALID, "operation: member \"%s\" is not a UUID", member);
    return 0;
}

static int read_claimed(struct operation *operation, const json_t *claimed, struct error *error)
{
    if (claimed == NULL)
        return 0;
    operation->tells_claimed = true;
    return json_is_string(claimed) && moment_parse(json_string_value(claimed), &operation->claimed)
               ? 0
               : error_set(error, ERROR_INVALID, "operation: member \"claimed\" is no moment");
}

static int operation_fill(struct operation *operation, const json_t *document, struct error *error)
{
    static const char *const members[] = {"id",      "kind",   "type", "record", "base",
                                          "agent",   "device", "time", "tick",   "claimed",
                                          "channel", "body",   NULL};

    int64_t tick = json_integer_or(document, "tick", 0);
    json_t *body = json_object_get(document, "body");
    int code;

    if (!operation_kind_from_name(&operation->kind, json_text_or(document, "kind", "")))
        return error_set(error, ERROR_INVALID, "operation: kind \"%.40s\" is not known",
                         json_text_or(document, "kind", ""));
    operation->type = record_type_from_name(json_text_or(document, "type", ""));
    if (operation->type == RECORD_NONE)
        return error_set(error, ERROR_INVALID, "operation: type \"%.40s\" is not known",
                         json_text_or(document, "type", ""));
    if ((code = require_id(document, "id", &operation->id, error)) != 0 ||
        (code = require_id(document, "record", &operation->record, error)) != 0 ||
        (code = require_id(document, "agent", &operation->agent, error)) != 0 ||
        (code = require_id(document, "device", &operation->device, error)) != 0)
        return code;
    operation->base = json_integer_or(document, "base", 0);
    if (operation->base < 0 || tick < 0 || tick > UINT16_MAX)
        return error_set(error, ERROR_INVALID, "operation: \"base\" or \"tick\" is out of range");
    operation->moment.tick = (uint16_t)tick;
    code = json_require_time(document, "time", &operation->moment.ms, error);
    if (code != 0)
        return error_prefix(error, "operation");
    code = read_claimed(operation, json_object_get(document, "claimed"), error);
    if (code != 0)
        return code;
    operation->channel = channel_word(json_text_or(document, "channel", ""));
    if (!json_is_object(body))
        return error_set(error, ERROR_INVALID, "operation: member \"body\" is not an object");
    operation->body = json_incref(body);
    return json_rest(document, members, &operation->rest, error);
}

int operation_from_json(struct operation **operation, const json_t *document, struct error *error)
{
    struct operation *read;
    int code;

    *operation = NULL;
    if (!json_is_object(document))
        return error_set(error, ERROR_INVALID, "operation: not an object");
    read = calloc(1, sizeof(*read));
    if (read == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = operation_fill(read, document, error);
    if (code != 0) {
        operation_free(read);
        return code;
    }
    *operation = read;
    return 0;
}

/* --- as text ---------------------------------------------------------------------------------- */

/* A place in a text that is looked through; NULL once it was not what was expected. */
static const char *pass(const char *at, const char *end, const char *expected)
{
    size_t length = strlen(expected);

    return at != NULL && (size_t)(end - at) >= length && memcmp(at, expected, length) == 0
               ? at + length
               : NULL;
}

static const char *pass_id(const char *at, const char *end)
{
    return at != NULL && end - at >= ID_TEXT_LENGTH ? at + ID_TEXT_LENGTH : NULL;
}

static const char *pass_word(const char *at, const char *end)
{
    while (at != NULL && at < end && ((*at >= 'a' && *at <= 'z') || *at == '-'))
        at++;
    return at;
}

bool operation_text_cut(char *text, size_t *length, struct id *record)
{
    const char *end = text + *length, *from, *to;
    char named[ID_TEXT_LENGTH + 1];

    from = pass_id(pass(text, end, "{\"id\":\""), end);
    from = pass_word(pass(from, end, "\",\"kind\":\"append\",\"type\":\""), end);
    from = pass_id(pass(from, end, "\",\"record\":\""), end);
    if (from == NULL)
        return false;
    memcpy(named, from - ID_TEXT_LENGTH, ID_TEXT_LENGTH);
    named[ID_TEXT_LENGTH] = '\0';
    from = pass(from, end, "\",\"base\":0,");
    to = pass_id(pass(from, end, "\"agent\":\""), end);
    to = pass_id(pass(to, end, "\",\"device\":\""), end);
    to = pass(to, end, "\",");
    if (to == NULL || !id_parse(record, named))
        return false;
    memmove(text + (from - text), to, (size_t)(end - to));
    *length -= (size_t)(to - from);
    return true;
}
