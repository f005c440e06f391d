#include "app/json_plain.h"

#include <string.h>

/* In each byte of the result the highest bit, where that of `word` is less than `bound`; above a
 * byte that is, others may be marked too. */
#define EACH(byte)         (UINT64_C(0x0101010101010101) * (byte))
#define LESS(word, bound)  (((word)-EACH(bound)) & ~(word)&EACH(0x80))
#define EQUAL(word, other) LESS((word) ^ EACH(other), 1)
#define WORD               sizeof(uint64_t)

static bool is_escaped(unsigned char byte)
{
    return byte < ' ' || byte == '"' || byte == '\\';
}

/* Eight bytes, the first one lowest: compilers make one load of it. */
static uint64_t read_word(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;

    return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
           (uint64_t)bytes[3] << 24 | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
           (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

/* The lowest mark is on the first of eight bytes that is escaped. With its second bit turned the
 * quote stands right above the control characters, which stay below it. */
static uint64_t mark_escaped(const char *text)
{
    uint64_t word = read_word(text);

    return LESS(word ^ EACH(0x02), 0x21) | EQUAL(word, '\\');
}

/* How many bytes stand below the lowest mark: all bits below it, and of each byte the lowest. */
static size_t below(uint64_t marks)
{
    return (size_t)((((marks & -marks) - 1) & EACH(1)) * EACH(1) >> 56) - 1;
}

size_t json_plain_length(const char *text, size_t length)
{
    size_t at = 0;

    if (length < WORD) {
        while (at < length && !is_escaped((unsigned char)text[at]))
            at++;
        return at;
    }
    for (;; at += WORD) {
        uint64_t marks;

        /* The last ones together with some before them. */
        if (at > length - WORD)
            at = length - WORD;
        marks = mark_escaped(text + at);
        if (marks != 0)
            return at + below(marks);
        if (at == length - WORD)
            return length;
    }
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

/* Where a text ends, from a backslash in it on; NULL for one that does not end, or is not plain. */
static const char *pass_escapes(const char *at, const char *end)
{
    while (at < end && *at != '"') {
        if (*at != '\\' || end - at < 2 || json_plain_meant(at[1]) == '\0')
            return NULL;
        at += 2;
        at += json_plain_length(at, (size_t)(end - at));
    }
    return at < end ? at : NULL;
}

bool json_plain_text(struct json_plain *plain, struct json_span *within, bool *escaped)
{
    const char *begin, *at, *end = plain->end;

    if (!json_plain_letter(plain, '"'))
        return false;
    begin = plain->at;
    at = begin + json_plain_length(begin, (size_t)(end - begin));
    *escaped = at == end || *at != '"';
    if (*escaped)
        at = pass_escapes(at, end);
    if (at == NULL)
        return false;
    *within = (struct json_span){begin, (size_t)(at - begin)};
    plain->at = at + 1;
    return true;
}

static bool is_same(const struct json_span *one, const struct json_span *other)
{
    return one->length == other->length && memcmp(one->text, other->text, one->length) == 0;
}

/* Whether a name stands there already. Most are told from the others by their lengths and ends. */
static bool is_twice(struct json_plain_object *object, const struct json_span *name)
{
    unsigned ends = name->length > 0 ? (unsigned char)name->text[0] * 7u +
                                           (unsigned char)name->text[name->length - 1] * 13u
                                     : 0;
    uint64_t mark = UINT64_C(1) << ((ends + name->length) & 63);

    if ((object->marks & mark) != 0)
        for (size_t i = 0; i < object->count; i++)
            if (is_same(&object->names[i], name))
                return true;
    object->marks |= mark;
    return false;
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
        object->count == JSON_PLAIN_MEMBERS || is_twice(object, name))
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
    object.marks = 0;
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

struct json_span json_span_within(const struct json_span *value)
{
    if (value->text == NULL || value->length < 2 || *value->text != '"' ||
        memchr(value->text, '\\', value->length) != NULL)
        return (struct json_span){0};
    return (struct json_span){value->text + 1, value->length - 2};
}
