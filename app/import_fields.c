#include "app/import_fields.h"

#include <stdlib.h>
#include <string.h>

#include <unictype.h>
#include <unistr.h>

#include "app/text.h"

#define INTEGER_DIGITS 15

char *import_text(const char *text, bool keep_lines)
{
    size_t length = strlen(text);
    char *clean = malloc(length + 1);
    size_t kept = 0;
    size_t lines = 0;
    bool space = false;
    if (!clean)
        return NULL;
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size = u8_mbtouc(&character, (const uint8_t *)text + at, length - at);
        if (character == '\n' && keep_lines) {
            lines++;
        } else if (character == '\t' || character == '\n' ||
                   uc_is_property_white_space(character)) {
            space = true;
        } else if (!text_character_is_unsafe(character)) {
            /* No more bytes than the white space that they stand for. */
            for (size_t i = 0; kept > 0 && i < lines && i < 2; i++)
                clean[kept++] = '\n';
            if (kept > 0 && space && lines == 0)
                clean[kept++] = ' ';
            memcpy(clean + kept, text + at, (size_t)size);
            kept += (size_t)size;
            lines = 0;
            space = false;
        }
        at += (size_t)size;
    }
    clean[kept] = '\0';
    return clean;
}

/* Copies the text to `clean` (of the same size) without what must never reach a terminal; returns
 * how much is left. `clean` may be NULL. */
static size_t text_strip(const char *text, size_t length, char *clean)
{
    size_t kept = 0;
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size = u8_mbtouc(&character, (const uint8_t *)text + at, length - at);
        bool line = character == '\n' || character == '\r' || character == '\t';
        if (line || !text_character_is_unsafe(character)) {
            if (clean)
                memcpy(clean + kept, text + at, (size_t)size);
            kept += (size_t)size;
        }
        at += (size_t)size;
    }
    return kept;
}

bool import_text_is_safe(const char *text)
{
    size_t length = strlen(text);
    return text_strip(text, length, NULL) == length;
}

char *import_text_strip(const char *text, bool *failed)
{
    size_t length = strlen(text);
    char *clean = import_text_is_safe(text) ? NULL : malloc(length + 1);
    *failed = !clean && !import_text_is_safe(text);
    if (clean)
        clean[text_strip(text, length, clean)] = '\0';
    return clean;
}

char *import_text_unquoted(const char *text)
{
    static const char *const pairs[][2] = {{"'", "'"}, {"\"", "\""}, {"«", "»"}, {"“", "”"}};
    char *clean = import_text(text, false);
    if (!clean)
        return NULL;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t length = strlen(clean);
        size_t open = strlen(pairs[i][0]);
        size_t close = strlen(pairs[i][1]);
        if (length < open + close || strncmp(clean, pairs[i][0], open) != 0 ||
            strcmp(clean + length - close, pairs[i][1]) != 0)
            continue;
        clean[length - close] = '\0';
        char *inner = import_text(clean + open, false);
        free(clean);
        return inner;
    }
    return clean;
}

bool import_text_says_nothing(const char *text)
{
    static const char *const nothings[] = {"n a",
                                           "na",
                                           "not applicable",
                                           "s o",
                                           "so",
                                           "sans objet",
                                           "non applicable",
                                           "unavailable",
                                           "non disponible",
                                           "not available",
                                           "none",
                                           "aucun",
                                           "aucune",
                                           "tbd",
                                           "tbc",
                                           "nil",
                                           "not published",
                                           "nd"};
    if (text[0] == '\0')
        return true;
    if (strlen(text) > 24)
        return false;
    char *folded = text_fold(text, strlen(text));
    bool nothing = folded && folded[0] == '\0';
    for (size_t i = 0; folded && i < sizeof nothings / sizeof nothings[0]; i++)
        nothing = nothing || strcmp(folded, nothings[i]) == 0;
    free(folded);
    return nothing;
}

bool import_localised(const char *french, const char *english, json_t **value)
{
    bool has_french = !import_text_says_nothing(french);
    bool has_english = !import_text_says_nothing(english);
    *value = NULL;
    if (!has_french && !has_english)
        return true;
    *value = json_pack("{s:s*, s:s*}", "fr", has_french ? french : NULL, "en",
                       has_english ? english : NULL);
    return *value != NULL;
}

bool import_integer(const char *text, int64_t *number)
{
    size_t length = strspn(text, "0123456789");
    if (length == 0 || length > INTEGER_DIGITS || text[length] != '\0')
        return false;
    *number = strtoll(text, NULL, 10);
    return true;
}

bool import_share(const char *text, double *share)
{
    size_t length = strspn(text, "0123456789");
    size_t decimals = text[length] == '.' ? strspn(text + length + 1, "0123456789") : 0;
    size_t total = length + (decimals > 0 ? decimals + 1 : 0);
    if (length == 0 || length > 3 || decimals > INTEGER_DIGITS || text[total] != '\0')
        return false;
    int64_t scale = 1;
    int64_t value = strtoll(text, NULL, 10);
    for (size_t i = 0; i < decimals; i++) {
        value = value * 10 + (text[length + 1 + i] - '0');
        scale *= 10;
    }
    *share = (double)value / (double)scale;
    return *share <= 1.0;
}

bool import_is_address(const char *text)
{
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    if (scheme == 0 || strlen(text) > 2000)
        return false;
    size_t host = strcspn(text + scheme, "/?#");
    const char *dot = memchr(text + scheme, '.', host);
    return dot && dot > text + scheme && dot + 1 < text + scheme + host &&
           strcspn(text, " \t\r\n\"'<>\\`") == strlen(text);
}

static const char *address_begin(const char *text)
{
    const char *http = strstr(text, "http");
    return http || strncmp(text, "www", 3) != 0 ? http : text;
}

char *import_address(const char *text)
{
    const char *begin = address_begin(text);
    size_t length = begin ? strcspn(begin, " <>,;\"\n") : 0;
    const char *rest = begin ? begin + length + strspn(begin + length, " <>,;/\n") : "";
    if (length == 0 || (rest[0] != '\0' && address_begin(rest) != rest))
        return strdup("");
    struct text_buffer address = {0};
    if (begin[0] == 'w')
        text_buffer_add_text(&address, "https://");
    text_buffer_add(&address, begin, length);
    char *taken = text_buffer_take(&address);
    if (taken && !import_is_address(taken))
        taken[0] = '\0';
    return taken;
}
