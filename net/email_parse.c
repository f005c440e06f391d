#include "net/email_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "app/record_fields.h"
#include "app/text.h"
#include "net/email_mime.h"
#include "net/email_part.h"
#include "net/email_send.h"
#include "net/email_text.h"

#define SUBJECT_LIMIT 400
#define NAME_LIMIT    200
#define ADDRESS_LIMIT 320
/* "C-7K3M-9QX4" */
#define REFERENCE_LENGTH 11
#define DIGEST_SIZE      16

const struct email_limits email_default_limits = {
    .message_bytes = (size_t)30 * 1024 * 1024,
    .header_bytes = (size_t)256 * 1024,
    .parts = 200,
    .depth = 20,
    .text_bytes = MESSAGE_TEXT_LIMIT,
    .attachments = 20,
    .attachment_bytes = (size_t)10 * 1024 * 1024,
    .attachments_bytes = (size_t)25 * 1024 * 1024,
    .media_types = "text/plain,text/csv,text/html,text/calendar,image/*,application/pdf,"
                   "application/rtf,text/rtf,application/msword,application/vnd.ms-excel,"
                   "application/vnd.openxmlformats-officedocument.wordprocessingml.document,"
                   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,"
                   "application/vnd.oasis.opendocument.text,"
                   "application/vnd.oasis.opendocument.spreadsheet,message/rfc822",
};

static int no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for a message");
}

void email_message_clear(struct email_message *message)
{
    char **const texts[] = {&message->message_id, &message->from,    &message->from_name,
                            &message->to,         &message->subject, &message->text,
                            &message->quoted,     &message->language};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free(*texts[i]);
    for (size_t i = 0; i < message->reply_count; i++)
        free(message->replies_to[i]);
    for (size_t i = 0; i < message->attachment_count; i++) {
        free(message->attachments[i].name);
        free(message->attachments[i].media_type);
        free(message->attachments[i].bytes);
    }
    free(message->attachments);
    free(message->report.message_id);
    free(message->report.reason);
    json_decref(message->remarks);
    *message = (struct email_message){0};
}

/* --- addresses -------------------------------------------------------------------------------- */

bool email_address_is_same(const char *left, const char *right)
{
    size_t left_at = strcspn(left, "@"), right_at = strcspn(right, "@");
    size_t left_name = strcspn(left, "+"), right_name = strcspn(right, "+");

    left_name = left_name < left_at ? left_name : left_at;
    right_name = right_name < right_at ? right_name : right_at;
    return left_name == right_name && strncasecmp(left, right, left_name) == 0 &&
           strcasecmp(left + left_at, right + right_at) == 0;
}

/* The first mailbox of a list, also within groups. Borrowed; NULL. */
static InternetAddressMailbox *mailbox_first(InternetAddressList *list, size_t depth)
{
    int count = list != NULL && depth < 3 ? internet_address_list_length(list) : 0;

    for (int i = 0; i < count; i++) {
        InternetAddress *address = internet_address_list_get_address(list, i);
        InternetAddressMailbox *found = NULL;

        if (INTERNET_ADDRESS_IS_MAILBOX(address))
            found = INTERNET_ADDRESS_MAILBOX(address);
        else if (INTERNET_ADDRESS_IS_GROUP(address))
            found = mailbox_first(
                internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), depth + 1);
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* The address of a mailbox when it can be written to, else "". New. */
static char *address_make(InternetAddressMailbox *mailbox)
{
    const char *address = mailbox != NULL ? internet_address_mailbox_get_addr(mailbox) : NULL;
    char *clean = email_text_line(address != NULL ? address : "", ADDRESS_LIMIT);

    /* A mark in it would make another address of it. */
    if (clean != NULL &&
        (address == NULL || strcmp(clean, address) != 0 || !email_address_is_plain(clean)))
        clean[0] = '\0';
    return clean;
}

/* Who wrote it, and whom to answer. */
static int sender_read(struct email_message *read, GMimeMessage *message, struct error *error)
{
    InternetAddressMailbox *from = mailbox_first(g_mime_message_get_from(message), 0);
    InternetAddressMailbox *answer = mailbox_first(g_mime_message_get_reply_to(message), 0);
    InternetAddressMailbox *to = mailbox_first(g_mime_message_get_to(message), 0);
    const char *name = from != NULL ? internet_address_get_name(INTERNET_ADDRESS(from)) : NULL;

    read->from = address_make(answer);
    if (read->from != NULL && read->from[0] == '\0') {
        free(read->from);
        read->from = address_make(from);
    }
    read->from_name = email_text_line(name != NULL ? name : "", NAME_LIMIT);
    read->to = address_make(to);
    if (read->from == NULL || read->from_name == NULL || read->to == NULL)
        return no_memory(error);
    return read->from[0] != '\0' ? 0 : error_set(error, ERROR_INVALID, "it says no sender");
}

/* --- the thread ------------------------------------------------------------------------------- */

static void reply_add(struct email_message *read, const char *id)
{
    char *clean = email_id_clean(id);

    for (size_t i = 0; clean != NULL && i < read->reply_count; i++) {
        if (strcmp(read->replies_to[i], clean) == 0) {
            free(clean);
            return;
        }
    }
    if (clean != NULL && read->reply_count < EMAIL_REPLIES_MOST &&
        text_is_utf8(clean, strlen(clean)))
        read->replies_to[read->reply_count++] = clean;
    else
        free(clean);
}

/* The ids in a header, the last first. */
static void replies_read(struct email_message *read, GMimeMessage *message, const char *header)
{
    const char *text = g_mime_object_get_header(GMIME_OBJECT(message), header);
    GMimeReferences *ids = text != NULL ? g_mime_references_parse(NULL, text) : NULL;

    for (int i = ids != NULL ? g_mime_references_length(ids) - 1 : -1; i >= 0; i--)
        reply_add(read, g_mime_references_get_message_id(ids, i));
    if (ids != NULL)
        g_mime_references_free(ids);
}

/* --- the case --------------------------------------------------------------------------------- */

/* The first reference of a case in a text, with its dashes: without them words would be some. */
static bool reference_find(const char *text, char reference[ID_REFERENCE_SIZE])
{
    for (const char *at = text; (at = strpbrk(at, "Cc")) != NULL; at++) {
        char token[REFERENCE_LENGTH + 1];

        if (at[1] != '-' || strnlen(at, REFERENCE_LENGTH) < REFERENCE_LENGTH || at[6] != '-')
            continue;
        if (at > text && (g_ascii_isalnum(at[-1]) || at[-1] == '-'))
            continue;
        if (g_ascii_isalnum(at[REFERENCE_LENGTH]))
            continue;
        memcpy(token, at, REFERENCE_LENGTH);
        token[REFERENCE_LENGTH] = '\0';
        if (id_reference_parse(token, reference))
            return true;
    }
    reference[0] = '\0';
    return false;
}

/* "bureau+C-7K3M-9QX4@ville.example" */
static bool address_reference(GMimeMessage *message, const char *header,
                              char reference[ID_REFERENCE_SIZE])
{
    const char *text = g_mime_object_get_header(GMIME_OBJECT(message), header);

    for (const char *at = text; at != NULL && (at = strchr(at, '+')) != NULL; at++) {
        char token[ID_REFERENCE_SIZE];
        size_t length = strcspn(at + 1, "@ \r\n");

        if (length < sizeof(token) && at[1 + length] == '@') {
            memcpy(token, at + 1, length);
            token[length] = '\0';
            if (id_reference_parse(token, reference))
                return true;
        }
    }
    reference[0] = '\0';
    return false;
}

static void case_find(struct email_message *read, GMimeMessage *message)
{
    static const char *const headers[] = {"To", "Cc", "Delivered-To", "X-Original-To"};

    if (reference_find(read->subject, read->reference))
        return;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        if (address_reference(message, headers[i], read->reference))
            return;
    if (!reference_find(read->text, read->reference))
        (void)reference_find(read->quoted, read->reference);
}

/* --- texts ------------------------------------------------------------------------------------ */

/* The reply apart from what it quotes; what there is beyond the limit is cut from the quote
 * first. */
static int text_split(struct email_reading *reading, struct error *error)
{
    struct email_message *read = reading->message;
    size_t limit = reading->limits->text_bytes, quote;
    char *clean = email_text_clean(reading->plain != NULL ? reading->plain : "",
                                   reading->plain != NULL ? strlen(reading->plain) : 0);

    if (clean == NULL)
        return no_memory(error);
    quote = email_text_quote(clean);
    /* Somebody who wrote nothing sent what they quote. */
    if (strspn(clean, " \n") >= quote)
        quote = strlen(clean);
    read->quoted = email_text_clean(clean + quote, strlen(clean + quote));
    clean[quote] = '\0';
    read->text = email_text_clean(clean, quote);
    free(clean);
    if (read->text == NULL || read->quoted == NULL)
        return no_memory(error);
    if (strlen(read->text) > limit) {
        text_copy(read->text, limit + 1, read->text);
        reading->text_cut = true;
    }
    return reading->text_cut ? email_remark(read, "mail-cut", NULL, error) : 0;
}

/* Bodies that are HTML alone, and not within an alternative. */
static int html_take(struct email_reading *reading, struct error *error)
{
    struct text_buffer both = {0};
    int code = 0;

    if (reading->html == NULL)
        return 0;
    if (reading->plain == NULL)
        code = email_remark(reading->message, EMAIL_HTML_ONLY, NULL, error);
    text_buffer_add_format(&both, "%s%s%s", reading->plain != NULL ? reading->plain : "",
                           reading->plain != NULL ? "\n" : "", reading->html);
    free(reading->plain);
    free(reading->html);
    reading->html = NULL;
    reading->plain = text_buffer_take(&both);
    return code != 0 || reading->plain != NULL ? code : no_memory(error);
}

/* --- ids -------------------------------------------------------------------------------------- */

static void digest_add(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

/* An id for a message without one: of what it says, not of how it came, so that a second copy is
 * the same message. */
static char *id_from_content(const struct email_message *read)
{
    crypto_generichash_state state;
    unsigned char digest[DIGEST_SIZE];
    char text[2 * DIGEST_SIZE + 1], date[32];
    struct text_buffer id = {0};

    snprintf(date, sizeof(date), "%lld", (long long)read->date_ms);
    crypto_generichash_init(&state, NULL, 0, sizeof(digest));
    digest_add(&state, date);
    digest_add(&state, read->from);
    digest_add(&state, read->subject);
    digest_add(&state, read->text);
    digest_add(&state, read->quoted);
    for (size_t i = 0; i < read->attachment_count; i++) {
        digest_add(&state, read->attachments[i].name);
        crypto_generichash_update(&state, read->attachments[i].bytes, read->attachments[i].length);
    }
    crypto_generichash_final(&state, digest, sizeof(digest));
    sodium_bin2hex(text, sizeof(text), digest, sizeof(digest));
    text_buffer_add_format(&id, "%s@digest.invalid", text);
    return text_buffer_take(&id);
}

static int id_read(struct email_message *read, GMimeMessage *message, struct error *error)
{
    read->message_id = email_id_clean(g_mime_message_get_message_id(message));
    if (read->message_id != NULL && !text_is_utf8(read->message_id, strlen(read->message_id))) {
        free(read->message_id);
        read->message_id = NULL;
    }
    read->id_made = read->message_id == NULL;
    if (read->id_made)
        read->message_id = id_from_content(read);
    return read->message_id != NULL ? 0 : no_memory(error);
}

/* --- all of it -------------------------------------------------------------------------------- */

static int heads_read(struct email_message *read, GMimeMessage *message, struct error *error)
{
    const char *subject = g_mime_message_get_subject(message);
    GMimeObject *body = g_mime_message_get_mime_part(message);
    /* What begins with "Content-" is the body's. */
    const char *language = body != NULL ? g_mime_object_get_header(body, "Content-Language") : NULL;
    char tag[64];
    GDateTime *date = g_mime_message_get_date(message);

    read->remarks = json_array();
    read->subject = email_text_line(subject != NULL ? subject : "", SUBJECT_LIMIT);
    text_copy(tag, sizeof(tag), language != NULL ? language + strspn(language, " \t\r\n") : "");
    tag[strcspn(tag, " ,;\t\r\n")] = '\0';
    read->language = strdup(email_language_is_tag(tag) ? tag : "");
    if (read->remarks == NULL || read->subject == NULL || read->language == NULL)
        return no_memory(error);
    if (date != NULL)
        read->date_ms = g_date_time_to_unix(date) * 1000;
    replies_read(read, message, "In-Reply-To");
    replies_read(read, message, "References");
    return sender_read(read, message, error);
}

static int parts_read(struct email_message *read, GMimeMessage *message,
                      const struct email_limits *limits, struct error *error)
{
    struct email_reading reading = {
        .limits = limits, .message = read, .body_room = 2 * limits->text_bytes};
    GMimeObject *body = g_mime_message_get_mime_part(message);
    int code = body != NULL ? email_parts_take(&reading, body, 1, error) : 0;

    if (code == 0)
        code = html_take(&reading, error);
    if (code == 0)
        code = text_split(&reading, error);
    free(reading.plain);
    free(reading.html);
    return code;
}

static int message_read(struct email_message *read, GMimeMessage *message,
                        const struct email_limits *limits, const struct email_self *self,
                        struct error *error)
{
    int code = heads_read(read, message, error);

    if (code == 0)
        code = parts_read(read, message, limits, error);
    if (code == 0)
        code = id_read(read, message, error);
    if (code != 0)
        return code;
    case_find(read, message);
    read->nature = email_nature_of(message, read, self);
    if ((read->nature & EMAIL_REPORT) != 0)
        code = email_report_read(&read->report, g_mime_message_get_mime_part(message), error);
    return code;
}

int email_parse(struct email_message *read, const void *bytes, size_t length,
                const struct email_limits *limits, const struct email_self *self,
                struct error *error)
{
    GMimeMessage *message;
    GMimeStream *stream;
    GMimeParser *parser;
    int code;

    *read = (struct email_message){0};
    code = email_bounds_check(bytes, length, limits, error);
    if (code != 0)
        return code;
    email_mime_start();
    stream = g_mime_stream_mem_new_with_buffer(bytes, length);
    parser = g_mime_parser_new_with_stream(stream);
    message = g_mime_parser_construct_message(parser, NULL);
    code = message != NULL ? message_read(read, message, limits, self, error)
                           : error_set(error, ERROR_INVALID, "it is no message");
    if (message != NULL)
        g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
    if (code != 0)
        email_message_clear(read);
    return code;
}
