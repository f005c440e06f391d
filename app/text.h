/*
 * Text from outside, made safe, comparable and measurable. All strings are UTF-8.
 */
#ifndef GUICHET_APP_TEXT_H
#define GUICHET_APP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing byte string, NUL-terminated once something was added. Zero-initialise; text_buffer_free
 * when done. After a failed allocation `failed` stays set and additions do nothing. */
struct text_buffer {
    char *bytes; /* owned; NULL while empty */
    size_t length;
    size_t capacity;
    bool failed;
};

/* Makes more of it, for text_buffer_reserve. */
bool text_buffer_grow(struct text_buffer *buffer, size_t more);
/* Room for `more` bytes after what is there, to be written in place; false when out of memory.
 * Mostly it is there. */
static inline bool text_buffer_reserve(struct text_buffer *buffer, size_t more)
{
    return (!buffer->failed && more < buffer->capacity - buffer->length) ||
           text_buffer_grow(buffer, more);
}
void text_buffer_add(struct text_buffer *buffer, const char *bytes, size_t length);
void text_buffer_add_text(struct text_buffer *buffer, const char *text);
void text_buffer_add_integer(struct text_buffer *buffer, int64_t integer);
void text_buffer_add_format(struct text_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_buffer_clear(struct text_buffer *buffer);
void text_buffer_free(struct text_buffer *buffer);
/* Hands the bytes over to the caller (free()), NULL when an allocation failed. */
char *text_buffer_take(struct text_buffer *buffer);

/* True when all of it is well-formed UTF-8 without NUL. */
bool text_is_utf8(const char *bytes, size_t length);

/*
 * A character that must never reach a terminal as it is: C0 and C1 controls (also DEL), bidi
 * controls, zero-width and other format characters, line and paragraph separators, surrogates and
 * non-characters. '\n' and '\t' are unsafe too: who allows them handles them first.
 */
bool text_character_is_unsafe(uint32_t character);

/*
 * A copy fit for the screen: unsafe characters become visible marks ("␛", "␀" for C0, "<U+202E>"
 * for the rest), bytes that are not UTF-8 become U+FFFD. With `keep_lines`, '\n' stays and "\r\n"
 * becomes '\n'; a tab becomes one space. Owned by the caller; NULL when out of memory.
 */
char *text_clean(const char *bytes, size_t length, bool keep_lines);

/* Columns on the screen (East Asian wide 2, combining 0) of the first `length` bytes. */
size_t text_width(const char *text, size_t length);

/* Bytes of the longest prefix of `text` that fits `columns` and ends between grapheme clusters. */
size_t text_fit(const char *text, size_t length, size_t columns);

/* Byte offset of the grapheme cluster boundary after / before `offset`. */
size_t text_next(const char *text, size_t length, size_t offset);
size_t text_previous(const char *text, size_t length, size_t offset);

/*
 * Folded for comparing: NFKD, marks removed, case folded, ligatures opened (œ -> oe), apostrophes,
 * hyphens and other punctuation to single spaces, trimmed. "L’Île-d'Orléans" -> "l ile d orleans".
 * Owned by the caller; NULL when out of memory.
 */
char *text_fold(const char *text, size_t length);

/* True when every word of `query` begins a word of `text`, in any order; both folded, words between
 * single spaces. An empty query always does. */
bool text_has_words(const char *text, const char *query);

/* Copies `text` into `target` of `size` bytes, cut between characters when too long. */
void text_copy(char *target, size_t size, const char *text);

#endif
