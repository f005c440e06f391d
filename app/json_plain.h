/*
 * JSON as json_write writes it, read where it lies: no value is made of it. Plain is what has no
 * blanks, escapes of one letter, integers of at most 18 digits and no reals, at most
 * JSON_PLAIN_MEMBERS members in an object, none of them twice or with an escape in its name, and
 * does not lie deeper than JSON_PLAIN_DEPTH. json_read reads whatever is plain and UTF-8; of what
 * is not plain it says whether it is JSON.
 */
#ifndef GUICHET_APP_JSON_PLAIN_H
#define GUICHET_APP_JSON_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JSON_PLAIN_DEPTH   32
#define JSON_PLAIN_MEMBERS 48

/* Borrowed: a part of what is read. */
struct json_span {
    const char *text; /* NULL: it is not there */
    size_t length;    /* bytes */
};

/* How many of these bytes stand for themselves within a text: those before the first quote,
 * backslash or control character. */
size_t json_plain_length(const char *text, size_t length);

/* Where it is read. After a false of any of these it is nowhere in particular. */
struct json_plain {
    const char *at, *end;
};

/* Whether the next byte is `letter`, which is passed over then. */
static inline bool json_plain_letter(struct json_plain *plain, char letter)
{
    if (plain->at == plain->end || *plain->at != letter)
        return false;
    plain->at++;
    return true;
}

/* Whether the next bytes are those of `word`, which are passed over then. */
bool json_plain_word(struct json_plain *plain, const char *word);
bool json_plain_integer(struct json_plain *plain, int64_t *integer);
/* What stands between the quotes, with its escapes as they are. */
bool json_plain_text(struct json_plain *plain, struct json_span *within, bool *escaped);
/* What a letter behind a backslash means; NUL for one that means nothing by itself. */
char json_plain_meant(char letter);

/* Any value, to its end. */
bool json_plain_value(struct json_plain *plain, struct json_span *value);

/* The members of an object that were read: begins as {0} before its opening bracket. */
struct json_plain_object {
    struct json_span names[JSON_PLAIN_MEMBERS];
    size_t count;
    uint64_t marks; /* of what the names have in them */
    bool ended;     /* past its closing bracket */
};

/* The name of the next member; its value comes next. False with `ended` after the last. */
bool json_plain_member(struct json_plain *plain, struct json_plain_object *object,
                       struct json_span *name);

static inline bool json_span_is(const struct json_span *span, const char *text)
{
    size_t length = strlen(text);

    return span->text != NULL && span->length == length && memcmp(span->text, text, length) == 0;
}

/* Of the value of a text: what it says, {NULL} for any other value and with an escape in it. */
struct json_span json_span_within(const struct json_span *value);

#endif
