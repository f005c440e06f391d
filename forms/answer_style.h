/*
 * The usual written forms of postal codes, phones and numbers.
 */
#ifndef GUICHET_FORMS_ANSWER_STYLE_H
#define GUICHET_FORMS_ANSWER_STYLE_H

#include <stdbool.h>
#include <stddef.h>

#include "forms/answer.h"

/*
 * Ways to write what was typed, the most usual first, as the style has them; the first that the
 * field's own schema accepts is chosen. Returns how many; each is at most ANSWER_WRITTEN_SIZE.
 */
#define ANSWER_WRITTEN_SIZE  64
#define ANSWER_WRITTEN_COUNT 6
size_t answer_write_postal_code(const char *text, char ways[][ANSWER_WRITTEN_SIZE]);
size_t answer_write_phone(const char *text, char ways[][ANSWER_WRITTEN_SIZE]);

/*
 * Reads a number with comma or point, spaces or the other sign between thousands, a dollar sign
 * left out: "-1234.5", without needless zeros in front. A comma before exactly three digits is
 * between thousands in English and a decimal sign in French. False when it is no number or has
 * more than 40 digits.
 */
#define ANSWER_NUMBER_SIZE 48
bool answer_read_number(const char *text, enum form_language language,
                        char number[ANSWER_NUMBER_SIZE]);

/* "-1234.5" as people write it: "-1 234,5" (with no-break spaces) or "-1,234.5". With `money`, two
 * decimals and the dollar sign where the language has it. */
void answer_speak_number(const char *number, enum form_language language, bool money, char *text,
                         size_t size);

#endif
