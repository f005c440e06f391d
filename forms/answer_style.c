#include "forms/answer_style.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGIT_LIMIT 40

/* Between thousands in French: a narrow no-break space. */
#define NARROW_SPACE   "\xe2\x80\xaf"
#define NO_BREAK_SPACE "\xc2\xa0"

/* --- postal codes ---------------------------------------------------------------------------- */

/* Letters that look like digits, and are in no Canadian code at the place of a digit. */
static char as_digit(char letter)
{
    switch (letter) {
    case 'O':
        return '0';
    case 'I':
    case 'L':
        return '1';
    default:
        return letter;
    }
}

size_t answer_write_postal_code(const char *text, char ways[][ANSWER_WRITTEN_SIZE])
{
    char code[7];
    size_t length = 0;

    for (; *text != '\0'; text++) {
        char letter = (char)toupper((unsigned char)*text);

        if (letter == ' ' || letter == '-' || letter == '.')
            continue;
        if (length == 6)
            return 0;
        if (length % 2 == 1)
            letter = as_digit(letter);
        if (length % 2 == 1 ? !isdigit((unsigned char)letter) : !isupper((unsigned char)letter))
            return 0;
        code[length++] = letter;
    }
    if (length != 6)
        return 0;
    code[6] = '\0';
    snprintf(ways[0], ANSWER_WRITTEN_SIZE, "%.3s %.3s", code, code + 3);
    snprintf(ways[1], ANSWER_WRITTEN_SIZE, "%s", code);
    return 2;
}

/* --- phones ---------------------------------------------------------------------------------- */

/* Takes the digits before an extension; `*rest` is where the extension's word begins. False for
 * signs that stand in no phone number. */
static bool phone_digits(const char *text, char digits[12], const char **rest)
{
    size_t length = 0;

    for (; *text != '\0'; text++) {
        if (isalpha((unsigned char)*text) || *text == '#')
            break;
        if (strchr(" -.()+/", *text) != NULL)
            continue;
        if (!isdigit((unsigned char)*text) || length == 11)
            return false;
        digits[length++] = *text;
    }
    digits[length] = '\0';
    *rest = text;
    return true;
}

/* "poste 123", "ext. 123", "x123", "#123" -> "123"; false when it is none of them. */
static bool extension_digits(const char *text, char digits[8])
{
    static const char *const words[] = {"poste", "post", "extension", "ext.",
                                        "ext",   "x",    "p.",        "#"};
    size_t length = 0;

    digits[0] = '\0';
    if (*text == '\0')
        return true;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strncasecmp(text, words[i], strlen(words[i])) != 0)
            continue;
        text += strlen(words[i]);
        break;
    }
    while (*text == ' ')
        text++;
    for (; isdigit((unsigned char)*text) && length < 7; text++)
        digits[length++] = *text;
    digits[length] = '\0';
    return length > 0 && *text == '\0';
}

size_t answer_write_phone(const char *text, char ways[][ANSWER_WRITTEN_SIZE])
{
    char all[12];
    char extension[8];
    char end[16] = "";
    const char *digits = all;
    const char *rest;

    if (!phone_digits(text, all, &rest) || !extension_digits(rest, extension))
        return 0;
    if (strlen(digits) == 11 && digits[0] == '1')
        digits++;
    /* Area codes and exchanges begin with 2 to 9. */
    if (strlen(digits) != 10 || digits[0] < '2' || digits[3] < '2')
        return 0;
    if (extension[0] != '\0')
        snprintf(end, sizeof(end), " x%s", extension);
    snprintf(ways[0], ANSWER_WRITTEN_SIZE, "%.3s-%.3s-%.4s%s", digits, digits + 3, digits + 6, end);
    snprintf(ways[1], ANSWER_WRITTEN_SIZE, "(%.3s) %.3s-%.4s%s", digits, digits + 3, digits + 6,
             end);
    snprintf(ways[2], ANSWER_WRITTEN_SIZE, "%.3s %.3s-%.4s%s", digits, digits + 3, digits + 6, end);
    snprintf(ways[3], ANSWER_WRITTEN_SIZE, "+1%s", digits);
    snprintf(ways[4], ANSWER_WRITTEN_SIZE, "+1-%.3s-%.3s-%.4s%s", digits, digits + 3, digits + 6,
             end);
    snprintf(ways[5], ANSWER_WRITTEN_SIZE, "%s", digits);
    return 6;
}

/* --- numbers --------------------------------------------------------------------------------- */

/* Copies what counts: digits, signs and separators. False for anything else. */
static bool copy_number(const char *text, char *to, size_t size)
{
    static const char *const passed[] = {" ", NO_BREAK_SPACE, NARROW_SPACE, "\xe2\x80\x89",
                                         "$", "CAD",          "'",          "\xe2\x80\x99"};
    size_t length = 0;

    while (*text != '\0') {
        bool skipped = false;

        for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]) && !skipped; i++) {
            if (strncmp(text, passed[i], strlen(passed[i])) == 0) {
                text += strlen(passed[i]);
                skipped = true;
            }
        }
        if (skipped)
            continue;
        if (strncmp(text, "\xe2\x88\x92", 3) == 0) { /* the minus sign of typography */
            text += 3;
            to[length++] = '-';
        } else if (isdigit((unsigned char)*text) || strchr("-+,.", *text) != NULL) {
            to[length++] = *text++;
        } else {
            return false;
        }
        if (length + 1 >= size)
            return false;
    }
    to[length] = '\0';
    return length > 0;
}

/* Where the decimals begin, or the end of the text. */
static const char *decimal_sign(const char *text, enum form_language language)
{
    const char *comma = strrchr(text, ',');
    const char *point = strrchr(text, '.');
    const char *last = comma == NULL || (point != NULL && point > comma) ? point : comma;

    if (last == NULL)
        return text + strlen(text);
    if (comma != NULL && point != NULL)
        return last;
    /* Several of one kind are between thousands. */
    if (memchr(text, *last, (size_t)(last - text)) != NULL)
        return text + strlen(text);
    if (*last == ',' && language == FORM_ENGLISH && strlen(last + 1) == 3)
        return text + strlen(text);
    return last;
}

bool answer_read_number(const char *text, enum form_language language,
                        char number[ANSWER_NUMBER_SIZE])
{
    char signs[DIGIT_LIMIT * 2];
    const char *from = signs;
    const char *decimals;
    size_t length = 0;
    size_t whole = 0;

    if (!copy_number(text, signs, sizeof(signs)))
        return false;
    if (*from == '-')
        number[length++] = '-';
    if (*from == '-' || *from == '+')
        from++;
    decimals = decimal_sign(from, language);
    for (; *from != '\0'; from++) {
        if (from == decimals) {
            if (whole == 0)
                number[length++] = '0';
            number[length++] = '.';
            whole = DIGIT_LIMIT;
            continue;
        }
        if (*from == ',' || *from == '.') {
            /* Between thousands: three digits must follow, and then no other digit alone. */
            if (from > decimals || strspn(from + 1, "0123456789") != 3)
                return false;
            continue;
        }
        if (!isdigit((unsigned char)*from) || length >= DIGIT_LIMIT)
            return false;
        if (*from == '0' && whole == 0 && from + 1 < decimals && isdigit((unsigned char)from[1]))
            continue;
        number[length++] = *from;
        whole++;
    }
    number[length] = '\0';
    if (length > 0 && number[length - 1] == '.')
        number[--length] = '\0';
    return length > 0 && isdigit((unsigned char)number[length - 1]);
}

void answer_speak_number(const char *number, enum form_language language, bool money, char *text,
                         size_t size)
{
    bool french = language == FORM_FRENCH;
    const char *thousands = french ? NARROW_SPACE : ",";
    bool negative = *number == '-';
    size_t whole = strcspn(negative ? ++number : number, ".");
    const char *decimals = number[whole] == '.' ? number + whole + 1 : "";
    struct text_buffer buffer = {0};

    text_buffer_add_text(&buffer, negative ? "-" : "");
    if (money && !french)
        text_buffer_add_text(&buffer, "$");
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0 && (whole > 4 || money || !french))
            text_buffer_add_text(&buffer, thousands);
        text_buffer_add(&buffer, &number[i], 1);
    }
    if (*decimals != '\0' || money)
        text_buffer_add_text(&buffer, french ? "," : ".");
    text_buffer_add_text(&buffer, decimals);
    for (size_t i = strlen(decimals); money && i < 2; i++)
        text_buffer_add_text(&buffer, "0");
    if (money && french)
        text_buffer_add_text(&buffer, NO_BREAK_SPACE "$");
    text_copy(text, size, buffer.failed || buffer.bytes == NULL ? "" : buffer.bytes);
    text_buffer_free(&buffer);
}
