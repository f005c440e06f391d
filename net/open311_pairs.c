#include "net/open311_pairs.h"

#include <stdlib.h>
#include <string.h>

#include "app/text.h"

#define ATTRIBUTE   "attribute["
#define REPLACEMENT "\xEF\xBF\xBD"

/* --- decoding --------------------------------------------------------------------------------- */

static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Undoes '+' and "%41"; false for an escape that is none. */
static bool decode(struct text_buffer *decoded, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char byte = bytes[i] == '+' ? ' ' : bytes[i];

        if (byte == '%') {
            int high = i + 2 < length ? hexadecimal(bytes[i + 1]) : -1;
            int low = i + 2 < length ? hexadecimal(bytes[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            byte = (char)(high * 16 + low);
            i += 2;
        }
        text_buffer_add(decoded, &byte, 1);
    }
    return true;
}

/* Well-formed UTF-8 with '\n' and '\t' as its only control characters. NULL when out of memory. */
static char *tidy(const char *text, size_t length)
{
    struct text_buffer tidied = {0};

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        unsigned char next = i + 1 < length ? (unsigned char)text[i + 1] : 0;

        if (byte == '\r') {
            if (next != '\n')
                text_buffer_add(&tidied, "\n", 1);
        } else if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) {
            text_buffer_add_text(&tidied, REPLACEMENT);
            i++;
        } else if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7F) {
            text_buffer_add_text(&tidied, REPLACEMENT);
        } else {
            text_buffer_add(&tidied, text + i, 1);
        }
    }
    return text_buffer_take(&tidied);
}

/* --- pairs ------------------------------------------------------------------------------------ */

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for a request");
}

/* Takes both over, also when it fails. */
static int pairs_append(struct open311_pairs *pairs, char *name, char *value, struct error *error)
{
    if (name != NULL && value != NULL && pairs->count == pairs->capacity) {
        size_t capacity = pairs->capacity == 0 ? 16 : pairs->capacity * 2;
        struct open311_pair *list = realloc(pairs->list, capacity * sizeof(*list));

        if (list != NULL) {
            pairs->list = list;
            pairs->capacity = capacity;
        }
    }
    if (name == NULL || value == NULL || pairs->count == pairs->capacity) {
        free(name);
        free(value);
        return out_of_memory(error);
    }
    pairs->list[pairs->count++] = (struct open311_pair){name, value};
    return 0;
}

static int pair_add(struct open311_pairs *pairs, const char *name, size_t name_length,
                    const char *value, size_t value_length, struct error *error)
{
    char *kept;

    if (pairs->count >= OPEN311_PAIR_LIMIT)
        return error_set(error, ERROR_TOO_LARGE, "a request has at most %d arguments",
                         OPEN311_PAIR_LIMIT);
    if (!text_is_utf8(name, name_length))
        return error_set(error, ERROR_INVALID, "the name of an argument is not UTF-8 text");
    if (!text_is_utf8(value, value_length))
        return error_set(error, ERROR_INVALID, "\"%.*s\" is not UTF-8 text", (int)name_length,
                         name);
    /* Its marks for control characters are longer than they were. */
    kept = tidy(name, name_length);
    if (kept != NULL && strlen(kept) > OPEN311_NAME_LIMIT) {
        free(kept);
        return error_set(error, ERROR_TOO_LARGE, "the name of an argument has at most %d bytes",
                         OPEN311_NAME_LIMIT);
    }
    return pairs_append(pairs, kept, tidy(value, value_length), error);
}

int open311_pairs_add(struct open311_pairs *pairs, const char *name, const char *value,
                      struct error *error)
{
    if (value == NULL)
        value = "";
    return pair_add(pairs, name, strlen(name), value, strlen(value), error);
}

/* One "name=value" as it came. */
static int pair_read(struct open311_pairs *pairs, const char *bytes, size_t length,
                     struct error *error)
{
    const char *equals = memchr(bytes, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - bytes) : length;
    size_t skipped = equals != NULL ? name_length + 1 : length;
    struct text_buffer name = {0}, value = {0};
    int code;

    if (!decode(&name, bytes, name_length) || !decode(&value, bytes + skipped, length - skipped))
        code = error_set(error, ERROR_INVALID, "an escape (%%) in the body is not two hex digits");
    else if (name.failed || value.failed)
        code = out_of_memory(error);
    else
        code = pair_add(pairs, name.bytes != NULL ? name.bytes : "", name.length,
                        value.bytes != NULL ? value.bytes : "", value.length, error);
    text_buffer_free(&name);
    text_buffer_free(&value);
    return code;
}

int open311_pairs_read(struct open311_pairs *pairs, const char *bytes, size_t length,
                       struct error *error)
{
    size_t at = 0;
    int code = 0;

    while (at < length && code == 0) {
        const char *ampersand = memchr(bytes + at, '&', length - at);
        size_t end = ampersand != NULL ? (size_t)(ampersand - bytes) : length;

        if (end > at)
            code = pair_read(pairs, bytes + at, end - at, error);
        at = end + 1;
    }
    return code;
}

void open311_pairs_clear(struct open311_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->list[i].name);
        free(pairs->list[i].value);
    }
    free(pairs->list);
    *pairs = (struct open311_pairs){0};
}

const char *open311_pairs_get(const struct open311_pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (pairs->list[i].value[0] != '\0' && strcmp(pairs->list[i].name, name) == 0)
            return pairs->list[i].value;
    return NULL;
}

/* --- attributes ------------------------------------------------------------------------------- */

bool open311_pair_code(const struct open311_pair *pair, char code[OPEN311_NAME_LIMIT + 1])
{
    const char *name = pair->name;
    const char *end;
    const char *rest;

    if (strncmp(name, ATTRIBUTE, strlen(ATTRIBUTE)) != 0)
        return false;
    name += strlen(ATTRIBUTE);
    end = strchr(name, ']');
    if (end == NULL || end == name)
        return false;
    rest = end + 1;
    if (rest[0] == '[') {
        rest += 1 + strspn(rest + 1, "0123456789");
        if (*rest++ != ']')
            return false;
    }
    if (*rest != '\0')
        return false;
    memcpy(code, name, (size_t)(end - name));
    code[end - name] = '\0';
    return true;
}

bool open311_pair_is_attribute(const struct open311_pair *pair, const char *code)
{
    char found[OPEN311_NAME_LIMIT + 1];

    return open311_pair_code(pair, found) && (code == NULL || strcmp(found, code) == 0);
}
