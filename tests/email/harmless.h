/* What must hold of every mail that was read, whoever wrote it. */
#ifndef GUICHET_TESTS_EMAIL_HARMLESS_H
#define GUICHET_TESTS_EMAIL_HARMLESS_H

#include <stdbool.h>
#include <string.h>

#include <unistr.h>

#include "app/text.h"
#include "net/email_parse.h"

/* UTF-8 of at most `limit` bytes, without a character that may not stand on a screen. */
static inline bool harmless_text(const char *text, size_t limit, bool lines)
{
    size_t length = strlen(text);

    if (length > limit || !text_is_utf8(text, length))
        return false;
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size = u8_mbtoucr(&character, (const uint8_t *)text + at, length - at);

        if (size <= 0 || (text_character_is_unsafe(character) && !(lines && character == '\n')))
            return false;
        at += (size_t)size;
    }
    return true;
}

static inline bool harmless_name(const char *name)
{
    return harmless_text(name, 200, false) && *name != '\0' && *name != '.' &&
           strpbrk(name, "/\\") == NULL;
}

static inline bool harmless_id(const char *id)
{
    return harmless_text(id, 400, false) && *id != '\0' && strpbrk(id, " <>") == NULL;
}

static inline bool harmless_message(const struct email_message *message,
                                    const struct email_limits *limits)
{
    const json_t *remark;
    size_t total = 0, index;

    if (!harmless_text(message->subject, 400, false) || !harmless_text(message->from, 320, false) ||
        !harmless_text(message->from_name, 400, false) || !harmless_text(message->to, 320, false) ||
        !harmless_text(message->language, 35, false) ||
        !harmless_text(message->text, limits->text_bytes, true) ||
        !harmless_text(message->quoted, 16 * limits->text_bytes, true) ||
        !harmless_id(message->message_id) || message->from[0] == '\0' ||
        message->attachment_count > limits->attachments ||
        message->reply_count > EMAIL_REPLIES_MOST)
        return false;
    for (size_t i = 0; i < message->reply_count; i++)
        if (!harmless_id(message->replies_to[i]))
            return false;
    for (size_t i = 0; i < message->attachment_count; i++) {
        const struct email_attachment *each = &message->attachments[i];

        total += each->length;
        if (!harmless_name(each->name) || !harmless_text(each->media_type, 100, false) ||
            each->length > limits->attachment_bytes)
            return false;
    }
    json_array_foreach(message->remarks, index, remark)
    {
        if (!harmless_text(json_string_value(remark), 400, false))
            return false;
    }
    if ((message->nature & EMAIL_REPORT) != 0 &&
        (!harmless_text(message->report.reason, 400, false) ||
         (message->report.message_id != NULL && !harmless_id(message->report.message_id))))
        return false;
    return total <= limits->attachments_bytes;
}

#endif
