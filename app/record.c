#include "app/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

static const char *const type_names[RECORD_TYPE_COUNT] = {
    [RECORD_SERVICE] = "service",
    [RECORD_FORM] = "form",
    [RECORD_OFFICE] = "office",
    [RECORD_AGENT] = "agent",
    [RECORD_QUEUE] = "queue",
    [RECORD_CALENDAR] = "calendar",
    [RECORD_LIFE_EVENT] = "life-event",
    [RECORD_TEMPLATE] = "template",
    [RECORD_SNIPPET] = "snippet",
    [RECORD_DIRECTORY] = "directory",
    [RECORD_ROLE] = "role",
    [RECORD_CLIENT] = "client",
    [RECORD_CASE] = "case",
    [RECORD_CONTACT] = "contact",
    [RECORD_NOTE] = "note",
    [RECORD_SUBMISSION] = "submission",
    [RECORD_HANDOFF] = "handoff",
    [RECORD_DELIVERY] = "delivery",
    [RECORD_CHOICE] = "choice",
    [RECORD_FLAG] = "flag",
    [RECORD_ALERT] = "alert",
    [RECORD_TICKET] = "ticket",
    [RECORD_ROLL] = "roll",
    [RECORD_MESSAGE] = "message",
    [RECORD_TASK] = "task",
    [RECORD_PROMISE] = "promise",
    [RECORD_DELEGATION] = "delegation",
    [RECORD_CONSENT] = "consent",
    [RECORD_VIEW] = "view",
    [RECORD_ACCESS] = "access",
    [RECORD_EMERGENCY] = "emergency",
};

const char *record_type_name(enum record_type type)
{
    return type > RECORD_NONE && type < RECORD_TYPE_COUNT ? type_names[type] : NULL;
}

enum record_type record_type_from_name(const char *name)
{
    for (int type = RECORD_NONE + 1; name != NULL && type < RECORD_TYPE_COUNT; type++)
        if (type_names[type][0] == name[0] && strcmp(type_names[type], name) == 0)
            return (enum record_type)type;
    return RECORD_NONE;
}

bool record_type_is_catalogue(enum record_type type)
{
    return type >= RECORD_SERVICE && type <= RECORD_ROLE;
}

struct record *record_new(enum record_type type, const struct id *id)
{
    struct record *record = calloc(1, sizeof(*record));

    if (record == NULL)
        return NULL;
    record->type = type;
    record->id = *id;
    record->body = json_object();
    record->meta = json_object();
    if (record->body == NULL || record->meta == NULL) {
        record_free(record);
        return NULL;
    }
    return record;
}

struct record *record_copy(const struct record *record)
{
    struct record *copy = calloc(1, sizeof(*copy));

    if (copy == NULL)
        return NULL;
    *copy = *record;
    copy->text = NULL;
    copy->body = json_deep_copy(record->body);
    copy->meta = json_deep_copy(record->meta);
    copy->rest = json_incref(record->rest);
    if (copy->body == NULL || copy->meta == NULL) {
        record_free(copy);
        return NULL;
    }
    return copy;
}

void record_free(struct record *record)
{
    if (record == NULL)
        return;
    json_decref(record->body);
    json_decref(record->meta);
    json_decref(record->rest);
    free(record);
}

json_t *record_to_json(const struct record *record)
{
    return json_with_rest(json_pack("{s:s, s:s, s:I, s:I, s:O, s:O}", "type",
                                    record_type_name(record->type), "id", record->id.text, "rev",
                                    (json_int_t)record->rev, "seq", (json_int_t)record->seq, "body",
                                    record->body, "meta", record->meta),
                          record->rest);
}

void record_write_to(struct text_buffer *text, const struct record *record)
{
    if (record->rest != NULL || record->body == NULL || record->meta == NULL) {
        json_t *document = record_to_json(record);

        if (document != NULL)
            json_write_to(text, document);
        text_buffer_add(text, "", 0);
        text->failed |= document == NULL;
        json_decref(document);
        return;
    }
    text_buffer_add_text(text, "{\"type\":\"");
    text_buffer_add_text(text, record_type_name(record->type));
    text_buffer_add_text(text, "\",\"id\":\"");
    text_buffer_add_text(text, record->id.text);
    text_buffer_add_text(text, "\",\"rev\":");
    text_buffer_add_integer(text, record->rev);
    text_buffer_add_text(text, ",\"seq\":");
    text_buffer_add_integer(text, record->seq);
    text_buffer_add_text(text, ",\"body\":");
    json_write_to(text, record->body);
    text_buffer_add_text(text, ",\"meta\":");
    json_write_to(text, record->meta);
    text_buffer_add_text(text, "}");
}

static int record_fill(struct record *record, const json_t *document, struct error *error)
{
    static const char *const members[] = {"type", "id", "rev", "seq", "body", "meta", NULL};

    json_t *body = json_object_get(document, "body");
    json_t *meta = json_object_get(document, "meta");

    record->type = record_type_from_name(json_text_or(document, "type", ""));
    if (record->type == RECORD_NONE)
        return error_set(error, ERROR_INVALID, "record: type \"%.40s\" is not known",
                         json_text_or(document, "type", ""));
    if (!id_parse(&record->id, json_text_or(document, "id", "")))
        return error_set(error, ERROR_INVALID, "record: member \"id\" is not a UUID");
    record->rev = json_integer_or(document, "rev", -1);
    record->seq = json_integer_or(document, "seq", -1);
    if (record->rev < 1 || record->seq < 0)
        return error_set(error, ERROR_INVALID, "record %s: \"rev\" or \"seq\" is not a count",
                         record->id.text);
    if (!json_is_object(body) || (meta != NULL && !json_is_object(meta)))
        return error_set(error, ERROR_INVALID, "record %s: \"body\" or \"meta\" is not an object",
                         record->id.text);
    record->body = json_incref(body);
    record->meta = meta != NULL ? json_incref(meta) : json_object();
    return record->meta != NULL ? json_rest(document, members, &record->rest, error)
                                : error_set(error, ERROR_MEMORY, "out of memory");
}

int record_from_json(struct record **record, const json_t *document, struct error *error)
{
    struct record *read;
    int code;

    *record = NULL;
    if (!json_is_object(document))
        return error_set(error, ERROR_INVALID, "record: not an object");
    read = calloc(1, sizeof(*read));
    if (read == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = record_fill(read, document, error);
    if (code != 0) {
        record_free(read);
        return code;
    }
    *record = read;
    return 0;
}

struct record *record_closed(const char *text, size_t length)
{
    struct record *record = calloc(1, sizeof(*record));

    if (record != NULL) {
        record->text = text;
        record->text_length = length;
    }
    return record;
}

int record_open(struct record *record, struct error *error)
{
    json_t *document;
    const char *type;
    int code;

    if (record->body != NULL)
        return 0;
    code = json_read(&document, record->text, record->text_length, record->text_length, "a record",
                     error);
    type = code == 0 ? json_text_or(document, "type", "") : "";
    if (type[0] != '\0' && record_type_from_name(type) == RECORD_NONE)
        code = 1;
    else if (code == 0)
        code = record_fill(record, document, error);
    json_decref(document);
    if (code != 0)
        record_close(record);
    if (code >= 0 || code == ERROR_MEMORY)
        return code;
    (void)error_prefix(error, "a record of a page");
    return ERROR_PROTOCOL;
}

void record_close(struct record *record)
{
    if (record->text == NULL)
        return;
    json_decref(record->body);
    json_decref(record->meta);
    json_decref(record->rest);
    record->body = record->meta = record->rest = NULL;
}

bool record_is_erased(const struct record *record)
{
    return json_object_get(record->body, RECORD_ERASED_MEMBER) != NULL;
}

const char *record_text(const struct record *record, const char *member)
{
    return json_text_or(record->body, member, "");
}

void record_full_key(const struct record *record, const char *reference, char key[RECORD_KEY_SIZE])
{
    const char *own = record_text(record, "key");
    const char *slash = strchr(own, '/');

    if (*reference == '\0' || strchr(reference, '/') != NULL || slash == NULL ||
        slash - own >= RECORD_KEY_SIZE)
        snprintf(key, RECORD_KEY_SIZE, "%s", reference);
    else
        snprintf(key, RECORD_KEY_SIZE, "%.*s/%s", (int)(slash - own), own, reference);
}

bool record_names(const struct record *record, const char *member, const char *key)
{
    const json_t *list = json_object_get(record->body, member), *item;
    char full[RECORD_KEY_SIZE];
    size_t index;

    json_array_foreach(list, index, item)
    {
        if (!json_is_string(item))
            continue;
        record_full_key(record, json_string_value(item), full);
        if (strcmp(full, key) == 0)
            return true;
    }
    return false;
}
