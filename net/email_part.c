#include "net/email_part.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/html_text.h"
#include "app/text.h"
#include "net/email_text.h"

#define NAME_LIMIT 120
/* HTML has more bytes than text. */
#define HTML_FACTOR 8

static int no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for a message");
}

int email_remark(struct email_message *message, const char *word, const char *detail,
                 struct error *error)
{
    const json_t *each;
    size_t index;
    struct text_buffer text = {0};
    int code = 0;

    text_buffer_add_format(&text, detail != NULL ? "%s %s" : "%s", word, detail);
    if (text.failed)
        return no_memory(error);
    json_array_foreach(message->remarks, index, each)
    {
        if (strcmp(json_string_value(each), text.bytes) == 0)
            code = 1;
    }
    if (code == 0 && json_array_append_new(message->remarks, json_string(text.bytes)) != 0)
        code = no_memory(error);
    text_buffer_free(&text);
    return code < 0 ? code : 0;
}

/* --- content ---------------------------------------------------------------------------------- */

unsigned char *email_part_content(GMimePart *part, size_t limit, size_t *length, bool *cut)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = g_mime_stream_mem_new();
    unsigned char *bytes;
    GByteArray *array;

    /* Decoding makes less of what came, and what came is bounded. */
    if (content != NULL)
        (void)g_mime_data_wrapper_write_to_stream(content, stream);
    array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    *length = array->len <= limit ? array->len : limit;
    *cut = *cut || array->len > limit;
    bytes = malloc(*length + 1);
    if (bytes != NULL) {
        if (*length > 0)
            memcpy(bytes, array->data, *length);
        bytes[*length] = '\0';
    }
    g_object_unref(stream);
    return bytes;
}

/* --- bodies ----------------------------------------------------------------------------------- */

/* Adds a body to what there is of its kind, a line apart. Takes over `text`. */
static int body_add(char **body, char *text, struct error *error)
{
    struct text_buffer both = {0};

    if (text == NULL)
        return no_memory(error);
    if (*body == NULL) {
        *body = text;
        return 0;
    }
    text_buffer_add_text(&both, *body);
    if (both.length > 0 && both.bytes[both.length - 1] != '\n')
        text_buffer_add_text(&both, "\n");
    text_buffer_add_text(&both, text);
    free(text);
    free(*body);
    *body = text_buffer_take(&both);
    return *body != NULL ? 0 : no_memory(error);
}

static int body_take(struct email_reading *reading, GMimePart *part, bool html, struct error *error)
{
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    const char *format = g_mime_content_type_get_parameter(type, "format");
    const char *delsp = g_mime_content_type_get_parameter(type, "delsp");
    size_t room = reading->body_room, length;
    unsigned char *content = email_part_content(part, HTML_FACTOR * reading->limits->text_bytes,
                                                &length, &reading->text_cut);
    char *text = NULL, *shown;
    bool known = true;
    int code = 0;

    if (content != NULL)
        text = email_text_decode((char *)content, length,
                                 g_mime_content_type_get_parameter(type, "charset"),
                                 html ? HTML_FACTOR * room : room, &known, &reading->text_cut);
    free(content);
    if (text == NULL)
        return no_memory(error);
    if (!known)
        code = email_remark(reading->message, "charset-unknown", NULL, error);
    if (!html && format != NULL && strcasecmp(format, "flowed") == 0)
        email_text_unflow(text, delsp != NULL && strcasecmp(delsp, "yes") == 0);
    shown = html ? html_text(text, strlen(text), room, &reading->text_cut) : text;
    if (html)
        free(text);
    if (shown != NULL)
        reading->body_room -= strlen(shown) < room ? strlen(shown) : room;
    if (code == 0)
        return body_add(html ? &reading->html : &reading->plain, shown, error);
    free(shown);
    return code;
}

/* --- attachments ------------------------------------------------------------------------------ */

/* A name that can be the name of a file: no folders, no controls, nothing that hides. */
static char *name_make(const char *given, const char *media_type)
{
    const char *base = given != NULL ? given : "";
    char *name;

    for (const char *at = base; *at != '\0'; at++)
        if (*at == '/' || *at == '\\')
            base = at + 1;
    name = email_text_line(base, NAME_LIMIT);
    for (char *at = name; at != NULL && *at != '\0'; at++)
        if (strchr("<>:\"|?*", *at) != NULL)
            *at = '_';
    if (name != NULL && name[strspn(name, ". ")] == '\0') {
        free(name);
        name = strdup(strncmp(media_type, "message/", 8) == 0 ? "message.eml" : "attachment");
    } else if (name != NULL && name[0] == '.') {
        name[0] = '_';
    }
    return name;
}

static bool is_kept_type(const char *list, const char *type)
{
    size_t family = strcspn(type, "/");

    while (*list != '\0') {
        size_t length = strcspn(list, ",");
        size_t kept = length;

        while (kept > 0 && list[kept - 1] == ' ')
            kept--;
        if (kept == strlen(type) && strncasecmp(list, type, kept) == 0)
            return true;
        if (kept == family + 2 && list[kept - 1] == '*' && strncasecmp(list, type, family + 1) == 0)
            return true;
        list += length;
        list += strspn(list, ", ");
    }
    return false;
}

/* "application/pdf" in lower case; what is no media type is unknown bytes. New. */
static char *type_make(GMimeObject *object)
{
    char *given = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
    char *type = NULL;
    size_t slashes = 0;

    for (char *at = given; at != NULL && *at != '\0'; at++) {
        slashes += *at == '/';
        *at = (char)tolower((unsigned char)*at);
        if (!isalnum((unsigned char)*at) && strchr("/.+-_", *at) == NULL)
            slashes = 9;
    }
    type = strdup(
        given != NULL && slashes == 1 && strlen(given) < 100 ? given : "application/octet-stream");
    g_free(given);
    return type;
}

/* The bytes of an attached message, as they would be sent. */
static unsigned char *message_bytes(GMimeMessagePart *part, size_t *length)
{
    GMimeMessage *message = g_mime_message_part_get_message(part);
    GMimeStream *stream = g_mime_stream_mem_new();
    unsigned char *bytes;
    GByteArray *array;

    if (message != NULL)
        (void)g_mime_object_write_to_stream(GMIME_OBJECT(message), NULL, stream);
    array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    *length = array->len;
    bytes = malloc(*length + 1);
    if (bytes != NULL && *length > 0)
        memcpy(bytes, array->data, *length);
    g_object_unref(stream);
    return bytes;
}

/* Adds it, or says that it was left out. Takes over what is in it. */
static int attachment_keep(struct email_reading *reading, struct email_attachment *attachment,
                           bool too_large, struct error *error)
{
    const struct email_limits *limits = reading->limits;
    struct email_message *message = reading->message;
    struct email_attachment *list;

    if (too_large || !is_kept_type(limits->media_types, attachment->media_type) ||
        message->attachment_count >= limits->attachments ||
        attachment->length > limits->attachments_bytes - reading->attachments_bytes) {
        int code = email_remark(message, "attachment-left-out", attachment->name, error);

        free(attachment->name);
        free(attachment->media_type);
        free(attachment->bytes);
        return code;
    }
    list = realloc(message->attachments, (message->attachment_count + 1) * sizeof(list[0]));
    if (list == NULL) {
        free(attachment->name);
        free(attachment->media_type);
        free(attachment->bytes);
        return no_memory(error);
    }
    message->attachments = list;
    list[message->attachment_count++] = *attachment;
    reading->attachments_bytes += attachment->length;
    return 0;
}

static int attachment_take(struct email_reading *reading, GMimeObject *object, struct error *error)
{
    struct email_attachment attachment = {.media_type = type_make(object)};
    size_t limit = reading->limits->attachment_bytes;
    bool too_large = false;

    if (attachment.media_type != NULL)
        attachment.name =
            name_make(GMIME_IS_PART(object) ? g_mime_part_get_filename(GMIME_PART(object)) : NULL,
                      attachment.media_type);
    if (attachment.name != NULL)
        attachment.bytes =
            GMIME_IS_PART(object)
                ? email_part_content(GMIME_PART(object), limit, &attachment.length, &too_large)
                : message_bytes(GMIME_MESSAGE_PART(object), &attachment.length);
    if (attachment.bytes == NULL) {
        free(attachment.name);
        free(attachment.media_type);
        return no_memory(error);
    }
    return attachment_keep(reading, &attachment, too_large || attachment.length > limit, error);
}

/* --- the tree --------------------------------------------------------------------------------- */

static bool is_body(GMimeObject *object)
{
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);

    if (disposition != NULL && g_mime_content_disposition_is_attachment(disposition))
        return false;
    return g_mime_part_get_filename(GMIME_PART(object)) == NULL;
}

static int leaf_take(struct email_reading *reading, GMimeObject *object, struct error *error)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);

    if (GMIME_IS_MESSAGE_PARTIAL(object))
        return email_remark(reading->message, "part-left-out", NULL, error);
    if (GMIME_IS_PART(object) && is_body(object)) {
        if (g_mime_content_type_is_type(type, "text", "plain"))
            return body_take(reading, GMIME_PART(object), false, error);
        if (g_mime_content_type_is_type(type, "text", "html"))
            return body_take(reading, GMIME_PART(object), true, error);
    }
    if (GMIME_IS_PART(object) || GMIME_IS_MESSAGE_PART(object))
        return attachment_take(reading, object, error);
    return 0;
}

static int children_take(struct email_reading *reading, GMimeObject *object, size_t depth,
                         struct error *error)
{
    GMimeMultipart *multipart = GMIME_MULTIPART(object);
    int count = g_mime_multipart_get_count(multipart);
    int code = 0;

    for (int i = 0; i < count && code == 0; i++)
        code = email_parts_take(reading, g_mime_multipart_get_part(multipart, i), depth + 1, error);
    return code;
}

/* Of two ways to say the same, the plain one; what is said in HTML alone is taken as its text. */
static int alternative_take(struct email_reading *reading, GMimeObject *object, size_t depth,
                            struct error *error)
{
    char *plain = reading->plain, *html = reading->html, *chosen;
    bool said;
    int code;

    reading->plain = reading->html = NULL;
    code = children_take(reading, object, depth, error);
    said = reading->plain != NULL && reading->plain[strspn(reading->plain, " \r\n\t")] != '\0';
    chosen = said ? reading->plain : reading->html;
    free(said ? reading->html : reading->plain);
    reading->plain = plain;
    reading->html = html;
    if (code == 0 && !said && chosen != NULL)
        code = email_remark(reading->message, EMAIL_HTML_ONLY, NULL, error);
    if (code == 0 && chosen != NULL)
        return body_add(&reading->plain, chosen, error);
    free(chosen);
    return code;
}

int email_parts_take(struct email_reading *reading, GMimeObject *object, size_t depth,
                     struct error *error)
{
    if (depth > reading->limits->depth)
        return error_set(error, ERROR_TOO_LARGE, "its parts are nested over %zu deep",
                         reading->limits->depth);
    if (++reading->parts > reading->limits->parts)
        return error_set(error, ERROR_TOO_LARGE, "it has over %zu parts", reading->limits->parts);
    if (!GMIME_IS_MULTIPART(object))
        return leaf_take(reading, object, error);
    return g_mime_content_type_is_type(g_mime_object_get_content_type(object), "multipart",
                                       "alternative")
               ? alternative_take(reading, object, depth, error)
               : children_take(reading, object, depth, error);
}
