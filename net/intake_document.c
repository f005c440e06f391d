#include "net/intake_document.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"

#define REPLIES_MOST 100

void intake_document_clear(struct intake_document *document)
{
    for (size_t i = 0; i < document->message.attachment_count; i++)
        free(document->bytes[i]);
    free(document->bytes);
    free(document->attachments);
    free(document->replies_to);
    json_decref(document->body);
    *document = (struct intake_document){.body = NULL};
}

/* --- texts ------------------------------------------------------------------------------------ */

/* Where a member goes: a text of the message, at this offset. */
struct text_member {
    const char *name;
    size_t offset;
};

static const struct text_member message_texts[] = {
    {"message_id", offsetof(struct intake_message, message_id)},
    {"reference", offsetof(struct intake_message, reference)},
    {"continue_code", offsetof(struct intake_message, continue_code)},
    {"address", offsetof(struct intake_message, address)},
    {"kind", offsetof(struct intake_message, kind)},
    {"subject", offsetof(struct intake_message, subject)},
    {"text", offsetof(struct intake_message, text)},
    {"language", offsetof(struct intake_message, language)},
    {"service", offsetof(struct intake_message, service)},
    {"queue", offsetof(struct intake_message, queue)},
    {"office", offsetof(struct intake_message, office)},
    {"form", offsetof(struct intake_message, form)},
    {"from", offsetof(struct intake_message, from)},
    {"to", offsetof(struct intake_message, to)},
    {0},
};

static const struct text_member client_texts[] = {
    {"kind", offsetof(struct client_details, kind)},
    {"name", offsetof(struct client_details, name)},
    {"language", offsetof(struct client_details, language)},
    {"interpreter", offsetof(struct client_details, interpreter)},
    {"accessibility", offsetof(struct client_details, accessibility)},
    {"phone", offsetof(struct client_details, phone)},
    {"email", offsetof(struct client_details, email)},
    {"address", offsetof(struct client_details, address)},
    {"postal_code", offsetof(struct client_details, postal_code)},
    {"birth_date", offsetof(struct client_details, birth_date)},
    {0},
};

/* 1: the member is a text of the table, and was set. */
static int set_text(void *target, const struct text_member *members, const char *name,
                    const json_t *value, struct error *error)
{
    for (; members->name != NULL; members++) {
        if (strcmp(members->name, name) != 0)
            continue;
        if (!json_is_string(value))
            return error_set(error, ERROR_INVALID, "%s: not a text", name);
        *(const char **)((char *)target + members->offset) = json_string_value(value);
        return 1;
    }
    return 0;
}

static int read_client(struct intake_document *document, json_t *client, struct error *error)
{
    const char *name;
    json_t *value;

    if (!json_is_object(client))
        return error_set(error, ERROR_INVALID, "client: not an object");
    json_object_foreach(client, name, value)
    {
        int code = set_text(&document->message.client, client_texts, name, value, error);

        if (code < 0)
            return error_prefix(error, "client");
        if (code == 0)
            return error_set(error, ERROR_INVALID, "client.%.40s: there is no such member", name);
    }
    return 0;
}

static int read_replies(struct intake_document *document, const json_t *replies,
                        struct error *error)
{
    const json_t *value;
    size_t i;

    if (!json_is_array(replies) || json_array_size(replies) > REPLIES_MOST)
        return error_set(error, ERROR_INVALID, "replies_to: not a list of at most %d",
                         REPLIES_MOST);
    document->replies_to = calloc(json_array_size(replies) + 1, sizeof(*document->replies_to));
    if (document->replies_to == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    json_array_foreach(replies, i, value)
    {
        if (!json_is_string(value))
            return error_set(error, ERROR_INVALID, "replies_to: not a text");
        document->replies_to[i] = json_string_value(value);
    }
    document->message.replies_to = document->replies_to;
    document->message.reply_count = json_array_size(replies);
    return 0;
}

/* --- attachments ------------------------------------------------------------------------------ */

bool intake_type_fits(const char *types, const char *type)
{
    size_t length = strcspn(type, "; ");

    if (types == NULL || *types == '\0')
        return true;
    while (*types != '\0') {
        size_t one = strcspn(types, ", ");

        if (one > 1 && types[one - 1] == '*'
                ? length >= one - 1 && strncasecmp(types, type, one - 1) == 0
                : one > 0 && one == length && strncasecmp(types, type, one) == 0)
            return true;
        types += one;
        types += strspn(types, ", ");
    }
    return false;
}

/* Texts that one attachment has, and no others. */
static int read_names(const json_t *given, size_t number, const char **content,
                      struct intake_attachment *attachment, struct error *error)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)given, name, value)
    {
        const char **target = strcmp(name, "name") == 0      ? &attachment->name
                              : strcmp(name, "type") == 0    ? &attachment->media_type
                              : strcmp(name, "content") == 0 ? content
                                                             : NULL;

        if (target == NULL || !json_is_string(value))
            return error_set(error, ERROR_INVALID, "attachments/%zu/%.40s: %s", number, name,
                             target == NULL ? "there is no such member" : "not a text");
        *target = json_string_value(value);
    }
    return *content != NULL ? 0
                            : error_set(error, ERROR_INVALID,
                                        "attachments/%zu/content: missing (base64)", number);
}

static int read_attachment(struct intake_document *document, const json_t *given,
                           const struct intake_limits *limits, struct error *error)
{
    size_t number = document->message.attachment_count;
    struct intake_attachment *attachment = &document->attachments[number];
    size_t limit =
        limits->attachment_bytes != 0 ? limits->attachment_bytes : INTAKE_ATTACHMENT_LIMIT;
    const char *content = NULL;
    unsigned char *bytes;
    size_t length;
    int code = read_names(given, number, &content, attachment, error);

    if (code != 0)
        return code;
    if (!intake_type_fits(limits->types, attachment->media_type != NULL
                                             ? attachment->media_type
                                             : "application/octet-stream"))
        return error_set(error, ERROR_INVALID, "attachments/%zu/type: not one that is taken",
                         number);
    length = strlen(content);
    bytes = malloc(length / 4 * 3 + 4);
    if (bytes == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an attachment");
    /* Listed before it is read: what is listed is freed. */
    document->bytes[number] = bytes;
    document->message.attachment_count++;
    if (sodium_base642bin(bytes, length / 4 * 3 + 4, content, length, "\r\n ", &attachment->length,
                          NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return error_set(error, ERROR_INVALID, "attachments/%zu/content: not base64", number);
    attachment->bytes = bytes;
    return attachment->length <= limit
               ? 0
               : error_set(error, ERROR_TOO_LARGE, "attachments/%zu: more than %zu bytes", number,
                           limit);
}

static int read_attachments(struct intake_document *document, const json_t *list,
                            const struct intake_limits *limits, struct error *error)
{
    const json_t *given;
    size_t i;
    int code = 0;

    if (!json_is_array(list) || json_array_size(list) > INTAKE_ATTACHMENTS_MOST)
        return error_set(error, ERROR_INVALID, "attachments: not a list of at most %d",
                         INTAKE_ATTACHMENTS_MOST);
    document->attachments = calloc(json_array_size(list) + 1, sizeof(*document->attachments));
    document->bytes = calloc(json_array_size(list) + 1, sizeof(*document->bytes));
    if (document->attachments == NULL || document->bytes == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for attachments");
    document->message.attachments = document->attachments;
    json_array_foreach(list, i, given)
    {
        if (code == 0)
            code = read_attachment(document, given, limits, error);
    }
    return code;
}

/* --- all of it -------------------------------------------------------------------------------- */

static int read_object(const json_t **target, const char *name, const json_t *value,
                       struct error *error)
{
    if (!json_is_object(value))
        return error_set(error, ERROR_INVALID, "%s: not an object", name);
    *target = value;
    return 0;
}

static int read_member(struct intake_document *document, const char *name, json_t *value,
                       const struct intake_limits *limits, struct error *error)
{
    struct intake_message *message = &document->message;
    int code = set_text(message, message_texts, name, value, error);

    if (code != 0)
        return code > 0 ? 0 : code;
    if (strcmp(name, "client") == 0)
        return read_client(document, value, error);
    if (strcmp(name, "replies_to") == 0)
        return read_replies(document, value, error);
    if (strcmp(name, "attachments") == 0)
        return read_attachments(document, value, limits, error);
    if (strcmp(name, "answers") == 0)
        return read_object(&message->answers, name, value, error);
    if (strcmp(name, "consents") == 0)
        return read_object(&message->consents, name, value, error);
    if (strcmp(name, "separate") == 0 && json_is_boolean(value)) {
        message->separate = json_is_true(value);
        return 0;
    }
    if (strcmp(name, "at") == 0)
        return json_is_string(value) && timestamp_parse(json_string_value(value), &message->at_ms)
                   ? 0
                   : error_set(error, ERROR_INVALID, "at: not a time like 2026-11-24T21:03:05Z");
    return error_set(error, ERROR_INVALID, "%.40s: there is no such member", name);
}

int intake_document_read(struct intake_document *document, json_t *body,
                         const struct intake_limits *limits, struct error *error)
{
    const char *name;
    json_t *value;
    int code = 0;

    *document = (struct intake_document){.body = json_incref(body)};
    json_object_foreach(body, name, value)
    {
        if (code == 0)
            code = read_member(document, name, value, limits, error);
    }
    if (code == 0 && document->message.message_id == NULL)
        code =
            error_set(error, ERROR_INVALID, "message_id: missing: a message is taken once by it");
    if (code != 0)
        intake_document_clear(document);
    return code;
}
