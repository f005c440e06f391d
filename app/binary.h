/*
 * CBOR (RFC 8949), the binary form of what terminals and servers send each other in bulk, by the
 * streaming functions of libcbor: no tree of items is made of it. It says what JSON says and no
 * more, so that each may be put in the place of the other:
 *
 *   - maps with text for names, arrays, text without NUL, integers of 64 bits, finite reals, true,
 *     false and null; all of definite length (RFC 8949 section 4.2.1);
 *   - tag 37 on sixteen bytes (a UUID) stands for its text in lower case;
 *   - tag 1 on a number (seconds since 1970) stands for the text of that time, with milliseconds;
 *   - tag 262 on bytes is JSON within, only where that is expected: what is stored as text, and is
 *     stored again, is not taken apart on the way.
 *
 * Anything else is refused, as is a name that stands twice in a map, and what lies too deep.
 */
#ifndef GUICHET_APP_BINARY_H
#define GUICHET_APP_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "app/id.h"
#include "app/text.h"

#define BINARY_MEDIA_TYPE "application/cbor"

/* As deep as JSON is read. */
#define BINARY_DEPTH 2048

/* --- writing (binary_write.c): a lack of memory is the buffer's `failed` -----------------------
 */

/* What follows are `count` pairs of name and value, or values. */
void binary_write_map(struct text_buffer *buffer, size_t count);
void binary_write_array(struct text_buffer *buffer, size_t count);
void binary_write_text(struct text_buffer *buffer, const char *text);
void binary_write_integer(struct text_buffer *buffer, int64_t integer);
void binary_write_time(struct text_buffer *buffer, int64_t ms);
/* False, with nothing written, for a text that is no time or one written in another way. */
bool binary_write_time_text(struct text_buffer *buffer, const char *text, size_t length);
/* JSON within. */
void binary_write_json(struct text_buffer *buffer, const char *text, size_t length);
/* Any value; texts that are ids in lower case as ids. */
void binary_write_value(struct text_buffer *buffer, const json_t *value);
/* The same as of the map that is read from this JSON, which json_write wrote, without reading it;
 * its member called `time` is a time where it can be. False, with nothing written, for what is not
 * plain: reals, integers of more than 18 digits, escapes of more than a letter, what lies deep. */
bool binary_write_written(struct text_buffer *buffer, const char *json, size_t length,
                          const char *time);

/* --- reading (binary_read.c): ERROR_INVALID for what is not such a form, or ERROR_MEMORY --------
 */

/* Where it is read: begins as {bytes, length}. */
struct binary_reader {
    const char *bytes; /* borrowed */
    size_t length;
    size_t at;
};

enum binary_kind {
    BINARY_NULL,
    BINARY_BOOLEAN,
    BINARY_INTEGER,
    BINARY_REAL,
    BINARY_TEXT, /* UTF-8 is not checked */
    BINARY_BYTES,
    BINARY_ARRAY, /* `count` values follow */
    BINARY_MAP,   /* `count` names and values follow */
    BINARY_TAG,   /* `integer`; what it is on follows */
};

/* The head of an item, with all of a text and of bytes. */
struct binary_item {
    enum binary_kind kind;
    bool boolean;
    int64_t integer;
    double real;
    const char *bytes; /* borrowed: of a text, of bytes */
    size_t length;
    size_t count;
};

int binary_read_item(struct binary_reader *reader, struct binary_item *item, struct error *error);

/* Of an item of that kind and no other. */
int binary_read_map(struct binary_reader *reader, size_t *count, struct error *error);
int binary_read_array(struct binary_reader *reader, size_t *count, struct error *error);
/* Borrowed. */
int binary_read_text(struct binary_reader *reader, const char **text, size_t *length,
                     struct error *error);
int binary_read_json(struct binary_reader *reader, const char **text, size_t *length,
                     struct error *error);
int binary_read_id(struct binary_reader *reader, struct id *id, struct error *error);
int binary_read_time(struct binary_reader *reader, int64_t *ms, struct error *error);
/* How large a value is. */
struct binary_shape {
    size_t depth;  /* maps and arrays within each other: 0 for a number */
    size_t values; /* all of them */
};
/* Goes on behind one value, whose texts and names are not looked at. `shape` as far as it came. */
int binary_measure(struct binary_reader *reader, struct binary_shape *shape, struct error *error);
int binary_skip(struct binary_reader *reader, struct error *error);
/* One value. New. */
int binary_read_value(struct binary_reader *reader, json_t **value, struct error *error);
/* All of the bytes are one value. New. */
int binary_read(json_t **value, const char *bytes, size_t length, struct error *error);

#endif
