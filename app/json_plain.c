#include "app/json_plain.h"

#include <string.h>

bool json_plain_letter(struct json_plain *plain, char letter)
{
    if (plain->at == plain->end || *plain->at != letter)
        return false;
    plain->at++;
    return true;
}

bool json_plain_word(struct json_plain *plain, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(plain->end - plain->at) < length || memcmp(plain->at, word, length) != 0)
        return false;
    plain->at += length;
    return true;
}

bool json_plain_integer(struct json_plain *plain, int64_t *integer)
{
    enum { DIGITS_MOST = 18 };
    bool negative = json_plain_letter(plain, '-');
    const char *begin = plain->at;

    *integer = 0;
    for (; plain->at < plain->end && *plain->at >= '0' && *plain->at <= '9'; plain->at++) {
        if (plain->at - begin == DIGITS_MOST)
            return false;
        *integer = *integer * 10 + (*plain->at - '0');
    }
    if (negative)
        *integer = -*integer;
    return plain->at > begin && (plain->at - begin == 1 || *begin != '0') &&
           (plain->at == plain->end || strchr(".eE", *plain->at) == NULL);
}

char json_plain_meant(char letter)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *found = letter != '\0' ? strchr(letters, letter) : NULL;

    return found != NULL ? meant[found - letters] : '\0';
}

bool json_plain_text(struct json_plain *plain, struct json_span *within, bool *escaped)
{
    const char *at = plain->at, *end = plain->end;

    *escaped = false;
    if (at == end || *at++ != '"')
        return false;
    within->text = at;
    for (; at < end && *at != '"'; at++) {
        if ((unsigned char)*at < ' ')
            return false;
        if (*at == '\\') {
            *escaped = true;
            if (++at == end || json_plain_meant(*at) == '\0')
                return false;
        }
    }
    if (at == end)
        return false;
    within->length = (size_t)(at - within->text);
    plain->at = at + 1;
    return true;
}

static bool is_same(const struct json_span *one, const struct json_span *other)
{
    return one->length == other->length && memcmp(one->text, other->text, one->length) == 0;
}

bool json_plain_member(struct json_plain *plain, struct json_plain_object *object,
                       struct json_span *name)
{
    bool escaped;

    if (json_plain_letter(plain, object->count == 0 ? '{' : ',')) {
        if (object->count == 0 && json_plain_letter(plain, '}')) {
            object->ended = true;
            return false;
        }
    } else {
        object->ended = object->count > 0 && json_plain_letter(plain, '}');
        return false;
    }
    if (!json_plain_text(plain, name, &escaped) || escaped || !json_plain_letter(plain, ':') ||
        object->count == JSON_PLAIN_MEMBERS)
        return false;
    for (size_t i = 0; i < object->count; i++)
        if (is_same(&object->names[i], name))
            return false;
    object->names[object->count++] = *name;
    return true;
}

static bool pass_value(struct json_plain *plain, size_t depth);

static bool pass_object(struct json_plain *plain, size_t depth)
{
    struct json_plain_object object;
    struct json_span name;

    object.count = 0;
    object.ended = false;
    while (json_plain_member(plain, &object, &name))
        if (!pass_value(plain, depth))
            return false;
    return object.ended;
}

static bool pass_array(struct json_plain *plain, size_t depth)
{
    if (!json_plain_letter(plain, '[') || json_plain_letter(plain, ']'))
        return true;
    do {
        if (!pass_value(plain, depth))
            return false;
    } while (json_plain_letter(plain, ','));
    return json_plain_letter(plain, ']');
}

static bool pass_value(struct json_plain *plain, size_t depth)
{
    struct json_span within;
    int64_t integer;
    bool escaped;

    if (depth == JSON_PLAIN_DEPTH)
        return false;
    switch (plain->at < plain->end ? *plain->at : '\0') {
    case '{':
        return pass_object(plain, depth + 1);
    case '[':
        return pass_array(plain, depth + 1);
    case '"':
        return json_plain_text(plain, &within, &escaped);
    case 't':
        return json_plain_word(plain, "true");
    case 'f':
        return json_plain_word(plain, "false");
    case 'n':
        return json_plain_word(plain, "null");
    default:
        return json_plain_integer(plain, &integer);
    }
}

bool json_plain_value(struct json_plain *plain, struct json_span *value)
{
    value->text = plain->at;
    if (!pass_value(plain, 0))
        return false;
    value->length = (size_t)(plain->at - value->text);
    return true;
}

bool json_span_is(const struct json_span *span, const char *text)
{
    return span->text != NULL && strlen(text) == span->length &&
           memcmp(span->text, text, span->length) == 0;
}

struct json_span json_span_within(const struct json_span *value)
{
    if (value->text == NULL || value->length < 2 || *value->text != '"' ||
        memchr(value->text, '\\', value->length) != NULL)
        return (struct json_span){0};
    return (struct json_span){value->text + 1, value->length - 2};
}
