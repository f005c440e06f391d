#define _GNU_SOURCE /* strcasestr */
/*
 * Who wrote it: a person, or a machine that must not be answered by ours (RFC 3834, and what is
 * usual beside it), or a mail server that could not deliver (RFC 3464).
 */
#include "net/email_part.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/text.h"
#include "net/email_send.h"
#include "net/email_text.h"

#define REPORT_LIMIT    ((size_t)64 * 1024)
#define REASON_LIMIT    140
#define HEADER_LIMIT    200
#define MESSAGE_ID_MOST 400

/* --- ids -------------------------------------------------------------------------------------- */

char *email_id_clean(const char *id)
{
    size_t length;

    if (id == NULL)
        return NULL;
    id += strspn(id, " \t\r\n<");
    length = strcspn(id, " \t\r\n>");
    if (length == 0 || length > MESSAGE_ID_MOST)
        return NULL;
    for (size_t i = 0; i < length; i++)
        if (id[i] <= ' ' || id[i] == 0x7F || id[i] == '<')
            return NULL;
    return strndup(id, length);
}

/* --- automatic -------------------------------------------------------------------------------- */

/* The value of a header, decoded, at most HEADER_LIMIT bytes; "" when there is none. */
static void header_read(GMimeMessage *message, const char *name, char value[HEADER_LIMIT])
{
    const char *text = g_mime_object_get_header(GMIME_OBJECT(message), name);

    text_copy(value, HEADER_LIMIT, text != NULL ? text + strspn(text, " \t\r\n") : "");
}

static bool has_header(GMimeMessage *message, const char *name)
{
    return g_mime_object_get_header(GMIME_OBJECT(message), name) != NULL;
}

static bool begins_with(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strncasecmp(text, *words, strlen(*words)) == 0)
            return true;
    return false;
}

static bool is_automatic_by_headers(GMimeMessage *message)
{
    static const char *const own[] = {
        "X-Autoreply",      "X-Autorespond",    "X-Auto-Reply", "X-Auto-Response-Suppress",
        "X-AutoReply-From", "X-Mail-Autoreply", "X-Loop"};
    static const char *const automatic[] = {"auto_reply", "auto-reply", NULL};
    char value[HEADER_LIMIT];

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (has_header(message, own[i]))
            return true;
    header_read(message, "Auto-Submitted", value);
    if (value[0] != '\0' && strncasecmp(value, "no", 2) != 0)
        return true;
    header_read(message, "Precedence", value);
    if (begins_with(value, automatic))
        return true;
    header_read(message, "Return-Path", value);
    return strncmp(value, "<>", 2) == 0;
}

/* Machines that say nothing in their headers, and have names and subjects that nobody else has. */
static bool is_automatic_by_words(const struct email_message *read)
{
    static const char *const senders[] = {"mailer-daemon@", "postmaster@", NULL};
    static const char *const subjects[] = {"Automatic reply:",
                                           "Out of office",
                                           "Out of the office",
                                           "R\xC3\xA9ponse automatique",
                                           "Reponse automatique",
                                           "Absence du bureau",
                                           "Absent du bureau",
                                           "Auto-reply",
                                           "Autoreply",
                                           "Undeliverable:",
                                           "Delivery Status Notification",
                                           "Mail delivery failed",
                                           "Non remis",
                                           NULL};

    return begins_with(read->from, senders) || begins_with(read->subject, subjects);
}

static bool is_bulk(GMimeMessage *message)
{
    static const char *const bulk[] = {"bulk", "junk", "list", NULL};
    static const char *const lists[] = {"List-Id", "List-Post", "List-Unsubscribe",
                                        "X-Mailing-List"};
    char value[HEADER_LIMIT];

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (has_header(message, lists[i]))
            return true;
    header_read(message, "Precedence", value);
    return begins_with(value, bulk);
}

static bool is_report(GMimeMessage *message)
{
    GMimeObject *body = g_mime_message_get_mime_part(message);
    GMimeContentType *type = body != NULL ? g_mime_object_get_content_type(body) : NULL;
    const char *kind;

    if (type == NULL || !g_mime_content_type_is_type(type, "multipart", "report"))
        return false;
    kind = g_mime_content_type_get_parameter(type, "report-type");
    return kind != NULL && strcasecmp(kind, "delivery-status") == 0;
}

unsigned email_nature_of(GMimeMessage *message, const struct email_message *read,
                         const struct email_self *self)
{
    unsigned nature = 0;

    if (is_automatic_by_headers(message) || is_automatic_by_words(read))
        nature |= EMAIL_AUTOMATIC;
    if (is_bulk(message))
        nature |= EMAIL_BULK;
    if (is_report(message))
        nature |= EMAIL_REPORT | EMAIL_AUTOMATIC;
    if (email_id_is_own(read->message_id) ||
        (self != NULL && self->address != NULL && email_address_is_same(read->from, self->address)))
        nature |= EMAIL_OWN;
    return nature;
}

/* --- reports ---------------------------------------------------------------------------------- */

/* The value of the first line "name: value", unfolded, new; NULL when there is none. */
static char *field_read(const char *text, const char *name)
{
    size_t length = strlen(name);

    for (const char *line = text; *line != '\0';) {
        const char *end = line + strcspn(line, "\n");

        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            while (*end == '\n' && (end[1] == ' ' || end[1] == '\t'))
                end += 1 + strcspn(end + 1, "\n");
            return strndup(line + length + 1, (size_t)(end - line) - length - 1);
        }
        line = *end == '\n' ? end + 1 : end;
    }
    return NULL;
}

/* Whether "failed" is what it says of some recipient. */
static bool says_failed(const char *text)
{
    static const char *const failed[] = {"failed", NULL};

    for (const char *at = text; (at = strcasestr(at, "\naction:")) != NULL;) {
        at += strlen("\naction:");
        if (begins_with(at + strspn(at, " \t"), failed))
            return true;
    }
    return false;
}

static int status_read(struct email_report *report, GMimePart *part, struct error *error)
{
    size_t length;
    bool cut = false;
    unsigned char *content = email_part_content(part, REPORT_LIMIT, &length, &cut);
    char *clean = content != NULL ? email_text_clean((char *)content, length) : NULL;
    struct text_buffer text = {0};
    char *reason = NULL;

    text_buffer_add_format(&text, "\n%s", clean != NULL ? clean : "");
    free(content);
    free(clean);
    if (text.failed)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    report->failed = report->failed || says_failed(text.bytes);
    reason = field_read(text.bytes, "Diagnostic-Code");
    if (reason == NULL)
        reason = field_read(text.bytes, "Status");
    if (reason != NULL && report->reason == NULL)
        report->reason = email_text_line(reason, REASON_LIMIT);
    free(reason);
    text_buffer_free(&text);
    return 0;
}

/* Headers of the message concerned, when they came as a text. */
static int headers_read(struct email_report *report, GMimePart *part, struct error *error)
{
    size_t length;
    bool cut = false;
    unsigned char *content = email_part_content(part, REPORT_LIMIT, &length, &cut);
    char *id;

    if (content == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    id = field_read((char *)content, "Message-ID");
    if (report->message_id == NULL)
        report->message_id = email_id_clean(id);
    free(id);
    free(content);
    return 0;
}

static int report_part_read(struct email_report *report, GMimeObject *part, struct error *error)
{
    GMimeContentType *type = g_mime_object_get_content_type(part);
    GMimeMessage *concerned;

    if (GMIME_IS_MESSAGE_PART(part)) {
        concerned = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
        if (concerned != NULL && report->message_id == NULL)
            report->message_id = email_id_clean(g_mime_message_get_message_id(concerned));
        return 0;
    }
    if (!GMIME_IS_PART(part))
        return 0;
    if (g_mime_content_type_is_type(type, "message", "delivery-status") ||
        g_mime_content_type_is_type(type, "message", "global-delivery-status"))
        return status_read(report, GMIME_PART(part), error);
    if (g_mime_content_type_is_type(type, "text", "rfc822-headers") ||
        g_mime_content_type_is_type(type, "message", "global-headers"))
        return headers_read(report, GMIME_PART(part), error);
    return 0;
}

int email_report_read(struct email_report *report, GMimeObject *object, struct error *error)
{
    int count =
        GMIME_IS_MULTIPART(object) ? g_mime_multipart_get_count(GMIME_MULTIPART(object)) : 0;
    int code = 0;

    /* A report has three parts. */
    for (int i = 0; i < count && i < 8 && code == 0; i++)
        code =
            report_part_read(report, g_mime_multipart_get_part(GMIME_MULTIPART(object), i), error);
    if (code == 0 && report->reason == NULL)
        report->reason = strdup("");
    return code != 0 || report->reason != NULL
               ? code
               : error_set(error, ERROR_MEMORY, "no memory for a message");
}
