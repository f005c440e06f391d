#include "net/email_text.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <unistr.h>

#include "app/text.h"

#define REPLACEMENT "\xEF\xBF\xBD"

/* Names that mail uses, and what iconv calls them. Only these are converted: glibc knows many more,
 * and a stranger is not to choose among its modules. What says ISO-8859-1 is read as Windows-1252,
 * of which it is a part, as browsers do. */
static const struct {
    const char *name, *iconv;
} charsets[] = {
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"us-ascii", "CP1252"},
    {"ascii", "CP1252"},
    {"ansi_x3.4-1968", "CP1252"},
    {"iso-8859-1", "CP1252"},
    {"iso8859-1", "CP1252"},
    {"iso_8859-1", "CP1252"},
    {"latin1", "CP1252"},
    {"windows-1252", "CP1252"},
    {"cp1252", "CP1252"},
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"iso-8859-10", "ISO-8859-10"},
    {"iso-8859-13", "ISO-8859-13"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"macintosh", "MACINTOSH"},
    {"ibm850", "CP850"},
    {"cp850", "CP850"},
    {"ibm437", "CP437"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"tis-620", "TIS-620"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"shift_jis", "SHIFT_JIS"},
    {"euc-jp", "EUC-JP"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5"},
    {"euc-kr", "EUC-KR"},
    {"ks_c_5601-1987", "CP949"},
    {"utf-16", "UTF-16"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
};

static const char *charset_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(charsets) / sizeof(charsets[0]); i++)
        if (strcasecmp(charsets[i].name, name) == 0)
            return charsets[i].iconv;
    return NULL;
}

/* True when there is something beyond ASCII and more of it is UTF-8 than is not. */
static bool looks_like_utf8(const char *bytes, size_t length)
{
    size_t good = 0, bad = 0;

    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size = u8_mbtoucr(&character, (const uint8_t *)bytes + at, length - at);

        if (size > 1)
            good++;
        else if (size < 0 && length - at >= 6) /* one that is cut at the end says nothing */
            bad++;
        at += size > 0 ? (size_t)size : 1;
    }
    return good > bad;
}

/* What the bytes are most likely in. */
static const char *charset_choose(const char *bytes, size_t length, const char *named)
{
    bool wide = named != NULL && strncmp(named, "UTF-16", 6) == 0;
    bool shifting = named != NULL && strcmp(named, "ISO-2022-JP") == 0;

    if (wide || shifting)
        return named;
    /* Senders that say Latin-1 and mean UTF-8 are many; the reverse looks like bad UTF-8. */
    if (named == NULL || strcmp(named, "CP1252") == 0 || strcmp(named, "UTF-8") == 0)
        return looks_like_utf8(bytes, length) ? "UTF-8" : "CP1252";
    return named;
}

/* Bytes that are UTF-8 by and large. */
static void utf8_add(struct text_buffer *buffer, const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size = u8_mbtoucr(&character, (const uint8_t *)bytes + at, length - at);

        if (size > 0)
            text_buffer_add(buffer, bytes + at, (size_t)size);
        else
            text_buffer_add_text(buffer, REPLACEMENT);
        at += size > 0 ? (size_t)size : 1;
    }
}

/* By iconv, passing over what it cannot read. */
static bool iconv_add(struct text_buffer *buffer, const char *bytes, size_t length,
                      const char *charset, size_t limit)
{
    iconv_t converter = iconv_open("UTF-8", charset);
    char *from = (char *)(uintptr_t)bytes;
    char room[4096];

    if (converter == (iconv_t)-1)
        return false;
    while (length > 0 && buffer->length < limit) {
        char *to = room;
        size_t left = sizeof(room);
        size_t result = iconv(converter, &from, &length, &to, &left);

        text_buffer_add(buffer, room, sizeof(room) - left);
        if (result != (size_t)-1 || errno == E2BIG)
            continue;
        text_buffer_add_text(buffer, REPLACEMENT);
        from++;
        length--;
    }
    iconv_close(converter);
    return true;
}

/* A NUL would end the text for those who come after. */
static void nul_mark(struct text_buffer *buffer)
{
    struct text_buffer marked = {0};

    if (buffer->length == 0 || memchr(buffer->bytes, '\0', buffer->length) == NULL)
        return;
    for (size_t at = 0; at < buffer->length; at++) {
        if (buffer->bytes[at] == '\0')
            text_buffer_add_text(&marked, "\xE2\x90\x80");
        else
            text_buffer_add(&marked, buffer->bytes + at, 1);
    }
    text_buffer_free(buffer);
    *buffer = marked;
}

char *email_text_decode(const char *bytes, size_t length, const char *charset, size_t limit,
                        bool *known, bool *cut)
{
    const char *named = charset_find(charset);
    const char *chosen;
    struct text_buffer buffer = {0};

    *known = named != NULL || charset == NULL || *charset == '\0';
    /* No character set has fewer than half a byte of UTF-8 for each byte. */
    if (length > 2 * limit + 4) {
        length = 2 * limit + 4;
        *cut = true;
    }
    chosen = charset_choose(bytes, length, named);
    if (strcmp(chosen, "UTF-8") == 0 || !iconv_add(&buffer, bytes, length, chosen, limit))
        utf8_add(&buffer, bytes, length);
    nul_mark(&buffer);
    if (buffer.length > limit) {
        size_t end = limit;

        while (end > 0 && ((unsigned char)buffer.bytes[end] & 0xC0) == 0x80)
            end--;
        buffer.bytes[end] = '\0';
        buffer.length = end;
        *cut = true;
    }
    return text_buffer_take(&buffer);
}

/* --- cleaning --------------------------------------------------------------------------------- */

/* Characters that show nothing and order nothing: mail is full of them, for no reader. */
static bool is_invisible(ucs4_t character)
{
    return character == 0xAD || character == 0xFEFF || character == 0x034F ||
           (character >= 0x200B && character <= 0x200D) || character == 0x2060 ||
           character == 0x180E;
}

/* Lines end in '\n', and what is invisible is gone. */
static void straighten(struct text_buffer *buffer, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size = u8_mbtoucr(&character, (const uint8_t *)text + at, length - at);

        if (size <= 0) {
            text_buffer_add_text(buffer, REPLACEMENT);
            size = 1;
        } else if (character == '\r') {
            if (at + 1 >= length || text[at + 1] != '\n')
                text_buffer_add_text(buffer, "\n");
        } else if (character == '\f' || character == '\v' || character == 0x2028 ||
                   character == 0x2029) {
            text_buffer_add_text(buffer, "\n");
        } else if (character == 0xA0) {
            text_buffer_add_text(buffer, " ");
        } else if (!is_invisible(character)) {
            text_buffer_add(buffer, text + at, (size_t)size);
        }
        at += (size_t)size;
    }
}

/* Spaces at the ends of lines and too many empty lines, in place. */
static void tidy(char *text)
{
    char *to = text;
    size_t empty = 2;

    for (char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        bool last = line[length] == '\0';
        size_t kept = length;

        while (kept > 0 && line[kept - 1] == ' ')
            kept--;
        empty = kept == 0 ? empty + 1 : 0;
        if (empty <= 2) {
            memmove(to, line, kept);
            to += kept;
            *to = last ? '\0' : '\n';
            to += !last;
        }
        line += length + !last;
    }
    while (to > text && (to[-1] == '\n' || to[-1] == ' '))
        to--;
    *to = '\0';
}

char *email_text_clean(const char *text, size_t length)
{
    struct text_buffer buffer = {0};
    char *clean;

    straighten(&buffer, text, length);
    text_buffer_add(&buffer, "", 0);
    clean = buffer.failed ? NULL : text_clean(buffer.bytes, buffer.length, true);
    text_buffer_free(&buffer);
    if (clean != NULL)
        tidy(clean);
    return clean;
}

char *email_text_line(const char *text, size_t limit)
{
    size_t length = strlen(text);
    char *clean = email_text_clean(text, length < 4 * limit ? length : 4 * limit);
    char *to = clean;

    if (clean == NULL)
        return NULL;
    for (const char *from = clean; *from != '\0'; from++) {
        char each = *from == '\n' ? ' ' : *from;

        if (each != ' ' || (to > clean && to[-1] != ' '))
            *to++ = each;
    }
    *to = '\0';
    if (strlen(clean) > limit) {
        char *cut = malloc(limit + 1);

        if (cut != NULL)
            text_copy(cut, limit + 1, clean);
        free(clean);
        return cut;
    }
    return clean;
}
