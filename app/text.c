#include "app/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

/* --- buffer --------------------------------------------------------------------------------- */

bool text_buffer_grow(struct text_buffer *buffer, size_t more)
{
    size_t needed = buffer->length + more + 1;
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : 64;
    char *bytes;

    if (buffer->failed)
        return false;
    while (capacity < needed)
        capacity *= 2;
    bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

void text_buffer_add(struct text_buffer *buffer, const char *bytes, size_t length)
{
    if (!text_buffer_reserve(buffer, length))
        return;
    if (length > 0)
        memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    buffer->bytes[buffer->length] = '\0';
}

void text_buffer_add_text(struct text_buffer *buffer, const char *text)
{
    text_buffer_add(buffer, text, strlen(text));
}

void text_buffer_add_integer(struct text_buffer *buffer, int64_t integer)
{
    char digits[24];
    size_t first = sizeof(digits);
    uint64_t rest = integer < 0 ? -(uint64_t)integer : (uint64_t)integer;

    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (integer < 0)
        digits[--first] = '-';
    text_buffer_add(buffer, digits + first, sizeof(digits) - first);
}

void text_buffer_add_format(struct text_buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    int length;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        buffer->failed = true;
    else if (text_buffer_reserve(buffer, (size_t)length)) {
        vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void text_buffer_clear(struct text_buffer *buffer)
{
    buffer->length = 0;
    if (buffer->bytes != NULL)
        buffer->bytes[0] = '\0';
}

void text_buffer_free(struct text_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct text_buffer){0};
}

char *text_buffer_take(struct text_buffer *buffer)
{
    char *bytes;

    text_buffer_add(buffer, "", 0);
    bytes = buffer->failed ? NULL : buffer->bytes;
    if (buffer->failed)
        free(buffer->bytes);
    *buffer = (struct text_buffer){0};
    return bytes;
}

/* --- safety --------------------------------------------------------------------------------- */

/* How many bytes from here on are ASCII and not NUL, looked at eight at a time. */
static size_t ascii_length(const char *bytes, size_t length)
{
    size_t at = 0;
    uint64_t word;

    for (; at + sizeof(word) <= length; at += sizeof(word)) {
        memcpy(&word, bytes + at, sizeof(word));
        if (((word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (at < length && bytes[at] != '\0' && (unsigned char)bytes[at] < 0x80)
        at++;
    return at;
}

/* A character of more than one byte has no ASCII in it, so that what stands between that is checked
 * by itself. */
bool text_is_utf8(const char *bytes, size_t length)
{
    size_t at = 0;

    for (;;) {
        size_t begin;

        at += ascii_length(bytes + at, length - at);
        for (begin = at; at < length && (unsigned char)bytes[at] >= 0x80;)
            at++;
        if (at == begin)
            return at == length;
        if (u8_check((const uint8_t *)bytes + begin, at - begin) != NULL)
            return false;
    }
}

bool text_character_is_unsafe(uint32_t character)
{
    if (character < 0x20 || (character >= 0x7F && character < 0xA0))
        return true;
    if (character < 0x0300) /* most text, without asking the tables */
        return character == 0xAD;
    if (character > 0x10FFFF || (character & 0xFFFE) == 0xFFFE)
        return true;
    return uc_is_general_category_withtable(
        character, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cs |
                       UC_CATEGORY_MASK_Co | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp);
}

static void add_mark(struct text_buffer *buffer, ucs4_t character)
{
    ucs4_t picture = character == 0x7F ? 0x2421 : 0x2400 + character;
    uint8_t bytes[6];
    int length;

    if (character >= 0x20 && character != 0x7F) {
        text_buffer_add_format(buffer, "<U+%04X>", (unsigned)character);
        return;
    }
    length = u8_uctomb(bytes, picture, sizeof(bytes));
    text_buffer_add(buffer, (const char *)bytes, length > 0 ? (size_t)length : 0);
}

char *text_clean(const char *bytes, size_t length, bool keep_lines)
{
    struct text_buffer buffer = {0};
    const uint8_t *from = (const uint8_t *)bytes;
    size_t at = 0;

    while (at < length) {
        ucs4_t character;
        int size = u8_mbtoucr(&character, from + at, length - at);

        if (size <= 0) {
            text_buffer_add_text(&buffer, "\xEF\xBF\xBD");
            size = 1;
        } else if (character == '\t') {
            text_buffer_add_text(&buffer, " ");
        } else if (character == '\r' && keep_lines && at + 1 < length && bytes[at + 1] == '\n') {
            /* the line feed that follows ends the line */
        } else if (character == '\n' && keep_lines) {
            text_buffer_add_text(&buffer, "\n");
        } else if (text_character_is_unsafe(character)) {
            add_mark(&buffer, character);
        } else {
            text_buffer_add(&buffer, bytes + at, (size_t)size);
        }
        at += (size_t)size;
    }
    return text_buffer_take(&buffer);
}

/* --- columns -------------------------------------------------------------------------------- */

size_t text_width(const char *text, size_t length)
{
    size_t columns = 0;

    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size;
        int width;

        if ((unsigned char)text[at] >= 0x20 && (unsigned char)text[at] < 0x7F) {
            columns++;
            at++;
            continue;
        }
        size = u8_mbtoucr(&character, (const uint8_t *)text + at, length - at);
        width = size > 0 ? uc_width(character, "UTF-8") : 1;
        columns += width > 0 ? (size_t)width : 0;
        at += size > 0 ? (size_t)size : 1;
    }
    return columns;
}

size_t text_fit(const char *text, size_t length, size_t columns)
{
    size_t used = 0;
    size_t at = 0;

    while (at < length) {
        size_t next = text_next(text, length, at);
        size_t width = text_width(text + at, next - at);

        if (used + width > columns)
            break;
        used += width;
        at = next;
    }
    return at;
}

size_t text_next(const char *text, size_t length, size_t offset)
{
    const uint8_t *start = (const uint8_t *)text;
    const uint8_t *next;

    if (offset >= length)
        return length;
    next = u8_grapheme_next(start + offset, start + length);
    return next != NULL ? (size_t)(next - start) : length;
}

size_t text_previous(const char *text, size_t length, size_t offset)
{
    const uint8_t *start = (const uint8_t *)text;
    const uint8_t *previous;

    if (offset > length)
        offset = length;
    previous = offset > 0 ? u8_grapheme_prev(start + offset, start) : NULL;
    return previous != NULL ? (size_t)(previous - start) : 0;
}

/* --- comparing ------------------------------------------------------------------------------ */

/* Letters that Unicode does not decompose, and how people type them. */
static const char *plain_letter(ucs4_t character)
{
    switch (character) {
    case 0x0153: /* œ */
        return "oe";
    case 0x00E6: /* æ */
        return "ae";
    case 0x00F8: /* ø */
        return "o";
    case 0x0142: /* ł */
        return "l";
    case 0x0111: /* đ */
        return "d";
    case 0x0131: /* ı */
        return "i";
    case 0x00FE: /* þ */
        return "th";
    default:
        return NULL;
    }
}

/* Adds one folded character: letters and digits as they are, anything else as one space. */
static void fold_add(struct text_buffer *buffer, ucs4_t character, const uint8_t *bytes, int size)
{
    const char *plain = plain_letter(character);

    if (uc_is_general_category_withtable(character, UC_CATEGORY_MASK_M))
        return;
    if (plain != NULL)
        text_buffer_add_text(buffer, plain);
    else if (uc_is_general_category_withtable(character, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N))
        text_buffer_add(buffer, (const char *)bytes, (size_t)size);
    else if (buffer->length > 0 && buffer->bytes[buffer->length - 1] != ' ')
        text_buffer_add_text(buffer, " ");
}

static void fold_normalised(struct text_buffer *buffer, const uint8_t *folded, size_t length)
{
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size = u8_mbtouc(&character, folded + at, length - at);

        fold_add(buffer, character, folded + at, size);
        at += (size_t)size;
    }
}

static bool fold_ascii(struct text_buffer *buffer, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        char lower = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);

        if (byte >= 0x80)
            return false;
        if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))
            text_buffer_add(buffer, &lower, 1);
        else if (buffer->length > 0 && buffer->bytes[buffer->length - 1] != ' ')
            text_buffer_add_text(buffer, " ");
    }
    return true;
}

char *text_fold(const char *text, size_t length)
{
    struct text_buffer buffer = {0};

    if (!fold_ascii(&buffer, text, length)) {
        char *clean = u8_check((const uint8_t *)text, length) == NULL
                          ? NULL
                          : text_clean(text, length, false);
        const char *valid = clean != NULL ? clean : text;
        size_t valid_length = clean != NULL ? strlen(clean) : length;
        size_t folded_length = 0;
        uint8_t *folded = u8_casefold((const uint8_t *)valid, valid_length, NULL, UNINORM_NFKD,
                                      NULL, &folded_length);

        text_buffer_clear(&buffer);
        if (folded == NULL)
            buffer.failed = true;
        else
            fold_normalised(&buffer, folded, folded_length);
        free(folded);
        free(clean);
    }
    while (buffer.length > 0 && buffer.bytes[buffer.length - 1] == ' ')
        buffer.bytes[--buffer.length] = '\0';
    return text_buffer_take(&buffer);
}

/* `word` of `length` bytes begins a word of the text. */
static bool has_word(const char *text, const char *word, size_t length)
{
    for (const char *at = text; *at != '\0';) {
        if (strncmp(at, word, length) == 0)
            return true;
        at += strcspn(at, " ");
        at += *at == ' ';
    }
    return false;
}

bool text_has_words(const char *text, const char *query)
{
    while (*query != '\0') {
        size_t length = strcspn(query, " ");

        if (!has_word(text, query, length))
            return false;
        query += length + (query[length] == ' ');
    }
    return true;
}

void text_copy(char *target, size_t size, const char *text)
{
    size_t length = strlen(text);

    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(target, text, length);
    target[length] = '\0';
}
