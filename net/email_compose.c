#include "net/email_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gmime/gmime.h>

#include "app/clock.h"
#include "net/email_mime.h"

#define ADDRESS_LIMIT 320

bool email_address_is_plain(const char *address)
{
    const char *at = address != NULL ? strchr(address, '@') : NULL;

    if (at == NULL || at == address || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
        strlen(address) > ADDRESS_LIMIT || !text_is_utf8(address, strlen(address)))
        return false;
    for (const char *each = address; *each != '\0'; each++)
        if ((unsigned char)*each <= ' ' || *each == 0x7F || strchr("<>()[]\\,;:\"", *each) != NULL)
            return false;
    return true;
}

void email_message_id(const struct id *record, const char *from, char id[EMAIL_ID_SIZE])
{
    const char *at = strrchr(from, '@');

    snprintf(id, EMAIL_ID_SIZE, EMAIL_OWN_ID_PREFIX "%s@%.250s", record->text,
             at != NULL && at[1] != '\0' ? at + 1 : "localhost");
}

bool email_id_is_own(const char *message_id)
{
    struct id id;
    char text[ID_TEXT_LENGTH + 1];

    message_id += *message_id == '<';
    if (strncmp(message_id, EMAIL_OWN_ID_PREFIX, strlen(EMAIL_OWN_ID_PREFIX)) != 0)
        return false;
    text_copy(text, sizeof(text), message_id + strlen(EMAIL_OWN_ID_PREFIX));
    return id_parse(&id, text) && message_id[strlen(EMAIL_OWN_ID_PREFIX) + ID_TEXT_LENGTH] == '@';
}

/* --- headers ---------------------------------------------------------------------------------- */

/* An id as the record keeps it, in angle brackets; "" for one that could break the header. */
static void id_write(const char *id, char text[512])
{
    text[0] = '\0';
    if (id == NULL || *id == '\0' || strlen(id) > 400)
        return;
    for (const char *each = id; *each != '\0'; each++)
        if (*each <= ' ' || *each == 0x7F)
            return;
    snprintf(text, 512, *id == '<' ? "%s" : "<%s>", id);
}

static int subject_write(GMimeMessage *message, const struct email_outgoing *outgoing,
                         struct error *error)
{
    const char *reference = outgoing->reference != NULL ? outgoing->reference : "";
    const char *subject = outgoing->subject != NULL ? outgoing->subject : "";
    struct text_buffer text = {0};
    char *clean;

    text_buffer_add_text(&text, subject);
    if (*reference != '\0' && strstr(subject, reference) == NULL)
        text_buffer_add_format(&text, "%s[%s]", *subject != '\0' ? " " : "", reference);
    clean = text.failed ? NULL : text_clean(text.bytes, text.length, false);
    text_buffer_free(&text);
    if (clean == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    g_mime_message_set_subject(message, clean, "utf-8");
    free(clean);
    return 0;
}

static void threading_write(GMimeMessage *message, const struct email_outgoing *outgoing)
{
    GMimeObject *object = GMIME_OBJECT(message);
    char id[512];

    id_write(outgoing->in_reply_to, id);
    if (id[0] != '\0') {
        g_mime_object_append_header(object, "In-Reply-To", id, NULL);
        g_mime_object_append_header(object, "References", id, NULL);
    }
    if (!outgoing->automatic)
        return;
    g_mime_object_append_header(object, "Auto-Submitted",
                                id[0] != '\0' ? "auto-replied" : "auto-generated", NULL);
    g_mime_object_append_header(object, "X-Auto-Response-Suppress", "OOF, AutoReply", NULL);
}

static int headers_write(GMimeMessage *message, const struct email_outgoing *outgoing,
                         struct error *error)
{
    char *name = NULL;
    InternetAddress *from;
    GDateTime *now = g_date_time_new_now_local();
    char id[512];
    int code;

    if (outgoing->from_name != NULL && outgoing->from_name[0] != '\0')
        name = text_clean(outgoing->from_name, strlen(outgoing->from_name), false);
    from = internet_address_mailbox_new(name, outgoing->from);
    internet_address_set_charset(from, "utf-8");
    internet_address_list_add(g_mime_message_get_from(message), from);
    g_object_unref(from);
    g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, NULL, outgoing->to);
    g_mime_message_set_date(message, now);
    g_date_time_unref(now);
    free(name);
    code = subject_write(message, outgoing, error);
    id_write(outgoing->message_id, id);
    if (id[0] == '\0') {
        struct id_generator generator = {0};
        struct id made = id_generate(&generator, clock_system(NULL));
        char text[EMAIL_ID_SIZE];

        email_message_id(&made, outgoing->from, text);
        id_write(text, id);
    }
    g_mime_object_append_header(GMIME_OBJECT(message), "Message-Id", id, NULL);
    threading_write(message, outgoing);
    return code;
}

/* --- body ------------------------------------------------------------------------------------- */

static int body_write(GMimeMessage *message, const struct email_outgoing *outgoing,
                      struct error *error)
{
    char *clean = text_clean(outgoing->text, strlen(outgoing->text), true);
    GMimeDataWrapper *content;
    GMimeStream *stream;
    GMimeTextPart *part;

    if (clean == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    part = g_mime_text_part_new_with_subtype("plain");
    g_mime_text_part_set_charset(part, "utf-8");
    stream = g_mime_stream_mem_new_with_buffer(clean, strlen(clean));
    content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(GMIME_PART(part), content);
    g_object_unref(content);
    g_object_unref(stream);
    g_mime_part_set_content_encoding(GMIME_PART(part), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    if (outgoing->language != NULL && email_language_is_tag(outgoing->language))
        g_mime_object_append_header(GMIME_OBJECT(part), "Content-Language", outgoing->language,
                                    NULL);
    g_mime_message_set_mime_part(message, GMIME_OBJECT(part));
    g_object_unref(part);
    free(clean);
    return 0;
}

static int write_out(GMimeMessage *message, struct text_buffer *buffer, struct error *error)
{
    GMimeFormatOptions *options = g_mime_format_options_new();
    char *text;

    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    text = g_mime_object_to_string(GMIME_OBJECT(message), options);
    g_mime_format_options_free(options);
    if (text != NULL)
        text_buffer_add_text(buffer, text);
    g_free(text);
    return text == NULL || buffer->failed
               ? error_set(error, ERROR_MEMORY, "no memory for a message")
               : 0;
}

int email_compose(const struct email_outgoing *outgoing, struct text_buffer *message,
                  struct error *error)
{
    GMimeMessage *made;
    int code;

    if (!email_address_is_plain(outgoing->to))
        return error_set(error, ERROR_INVALID, "the address of the recipient is not one");
    if (!email_address_is_plain(outgoing->from))
        return error_set(error, ERROR_INVALID, "the address of the sender is not one");
    email_mime_start();
    made = g_mime_message_new(TRUE);
    code = headers_write(made, outgoing, error);
    if (code == 0)
        code = body_write(made, outgoing, error);
    if (code == 0)
        code = write_out(made, message, error);
    g_object_unref(made);
    return code;
}
