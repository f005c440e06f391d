/*
 * Exact decimal numbers: comparison and divisibility without rounding and without allocation.
 */
#ifndef GUICHET_FORMS_SCHEMA_NUMBER_H
#define GUICHET_FORMS_SCHEMA_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct schema_document;

/* Digits that one number may have; more is refused when the text is read. */
#define SCHEMA_NUMBER_DIGITS 4096

/* Room for the digits of any int64 or double. */
#define SCHEMA_NUMBER_BUFFER 40

/*
 * digits x 10^exponent, with neither leading nor trailing zero in `digits` (characters '0' to '9',
 * borrowed, not ended with NUL); zero has no digits, no sign and exponent 0.
 */
struct schema_number {
    const char *digits;
    size_t count;
    int64_t exponent;
    bool negative;
};

/*
 * Reads the JSON number in `text` (already known to follow the grammar); the digits go to
 * `buffer`, of at least `length` bytes. False when it has too many digits or an exponent of more
 * than 15.
 */
bool schema_number_parse(struct schema_number *number, const char *text, size_t length,
                         char *buffer);

/*
 * The number that `value` (an integer or a real) stands for: what `document` (may be NULL)
 * remembers of it, else the int64, else the shortest decimal that reads back as the double.
 * `buffer` has SCHEMA_NUMBER_BUFFER bytes and must live as long as `number`.
 */
void schema_number_read(struct schema_number *number, char *buffer, const json_t *value,
                        const struct schema_document *document);

/* Below, equal or above zero as `left` is below, equal to or above `right`. */
int schema_number_compare(const struct schema_number *left, const struct schema_number *right);

/* Compares two JSON numbers exactly, quickly when both are plain. */
int schema_number_compare_json(const json_t *left, const struct schema_document *left_document,
                               const json_t *right, const struct schema_document *right_document);

/* True when the number has no fractional part. */
bool schema_number_is_integer(const struct schema_number *number);

/* True when the JSON real `value` has no fractional part. */
bool schema_number_real_is_integer(const json_t *value, const struct schema_document *document);

/* True when `number` is a whole multiple of `divisor` (not zero). */
bool schema_number_is_multiple(const struct schema_number *number,
                               const struct schema_number *divisor);

#endif
