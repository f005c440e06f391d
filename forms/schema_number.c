#include "forms/schema_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/schema_document.h"

#define EXPONENT_DIGITS 15
#define LIMB_DIGITS     9
#define LIMB_BASE       1000000000u
#define LIMB_COUNT      (SCHEMA_NUMBER_DIGITS / LIMB_DIGITS + 2)

/* Decimal places that the quick way tries, and the whole numbers that it keeps to. */
#define AMOUNT_PLACES 6
#define AMOUNT_LIMIT  1e15

/* Up to here every whole double is exactly the integer that it prints as. */
#define EXACT_DOUBLE 9007199254740992.0

static void number_normalise(struct schema_number *number)
{
    while (number->count > 0 && number->digits[0] == '0') {
        number->digits++;
        number->count--;
    }
    while (number->count > 0 && number->digits[number->count - 1] == '0') {
        number->count--;
        number->exponent++;
    }
    if (number->count == 0) {
        number->exponent = 0;
        number->negative = false;
    }
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Reads "e+12"; false when it has too many digits to be kept. */
static bool exponent_parse(const char *text, size_t length, int64_t *exponent)
{
    size_t at = 1;
    bool negative = false;
    int64_t value = 0;

    if (at < length && (text[at] == '-' || text[at] == '+'))
        negative = text[at++] == '-';
    while (at < length && text[at] == '0')
        at++;
    if (length - at > EXPONENT_DIGITS)
        return false;
    for (; at < length; at++)
        value = value * 10 + (text[at] - '0');
    *exponent = negative ? -value : value;
    return true;
}

bool schema_number_parse(struct schema_number *number, const char *text, size_t length,
                         char *buffer)
{
    bool fraction = false;
    int64_t shift = 0;
    size_t at = 0;

    *number = (struct schema_number){.digits = buffer};
    if (at < length && text[at] == '-') {
        number->negative = true;
        at++;
    }
    for (; at < length && (is_digit(text[at]) || text[at] == '.'); at++) {
        if (text[at] == '.') {
            fraction = true;
            continue;
        }
        buffer[number->count++] = text[at];
        shift -= fraction ? 1 : 0;
    }
    if (at < length && !exponent_parse(text + at, length - at, &number->exponent))
        return false;
    number->exponent += shift;
    number_normalise(number);
    return number->count <= SCHEMA_NUMBER_DIGITS;
}

static void number_from_integer(struct schema_number *number, char *buffer, json_int_t value)
{
    uint64_t magnitude = value < 0 ? 0u - (uint64_t)value : (uint64_t)value;
    char *at = buffer + SCHEMA_NUMBER_BUFFER;

    *number = (struct schema_number){.negative = value < 0};
    for (; magnitude != 0; magnitude /= 10)
        *--at = (char)('0' + magnitude % 10);
    number->digits = at;
    number->count = (size_t)(buffer + SCHEMA_NUMBER_BUFFER - at);
    number_normalise(number);
}

/*
 * The quick way for amounts such as 12.75: a whole number of at most 15 digits, divided by a power
 * of ten that a double holds exactly, is rounded once, as reading the decimal is. When that gives
 * `value` back, it is the only decimal of so few digits that does.
 */
static bool number_from_amount(struct schema_number *number, char *buffer, double value)
{
    double scale = 1;

    for (int places = 0; places <= AMOUNT_PLACES; places++, scale *= 10) {
        double whole = rint(value * scale);

        if (fabs(whole) >= AMOUNT_LIMIT)
            return false;
        if (whole / scale != value)
            continue;
        number_from_integer(number, buffer, (json_int_t)whole);
        if (number->count > 0)
            number->exponent -= places;
        return true;
    }
    return false;
}

/*
 * The shortest of the decimals of 15 to 17 digits that reads back as `value`. Printed with an
 * exponent; the decimal separator, whatever the locale makes it, is all that stands between the
 * first digit and the rest that is neither digit nor 'e'.
 */
static void number_from_double(struct schema_number *number, char *buffer, double value)
{
    char text[64];
    const char *at = text;

    if (number_from_amount(number, buffer, value))
        return;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value)
            break;
    }
    *number = (struct schema_number){.digits = buffer, .negative = *at == '-'};
    for (; *at != '\0' && *at != 'e'; at++) {
        if (is_digit(*at) && number->count < SCHEMA_NUMBER_BUFFER)
            buffer[number->count++] = *at;
    }
    if (*at == 'e')
        number->exponent = strtol(at + 1, NULL, 10);
    number->exponent -= (int64_t)number->count - 1;
    number_normalise(number);
}

void schema_number_read(struct schema_number *number, char *buffer, const json_t *value,
                        const struct schema_document *document)
{
    const struct schema_number *exact;

    if (json_is_integer(value)) {
        number_from_integer(number, buffer, json_integer_value(value));
        return;
    }
    exact = schema_document_number(document, value);
    if (exact != NULL)
        *number = *exact;
    else
        number_from_double(number, buffer, json_real_value(value));
}

static int magnitude_compare(const struct schema_number *left, const struct schema_number *right)
{
    int64_t left_top = left->exponent + (int64_t)left->count;
    int64_t right_top = right->exponent + (int64_t)right->count;
    size_t shared = left->count < right->count ? left->count : right->count;
    int order;

    if (left_top != right_top)
        return left_top < right_top ? -1 : 1;
    order = memcmp(left->digits, right->digits, shared);
    if (order != 0)
        return order;
    if (left->count == right->count)
        return 0;
    return left->count < right->count ? -1 : 1;
}

int schema_number_compare(const struct schema_number *left, const struct schema_number *right)
{
    if (left->count == 0 || right->count == 0) {
        int left_sign = left->count == 0 ? 0 : left->negative ? -1 : 1;
        int right_sign = right->count == 0 ? 0 : right->negative ? -1 : 1;

        return left_sign - right_sign;
    }
    if (left->negative != right->negative)
        return left->negative ? -1 : 1;
    return left->negative ? magnitude_compare(right, left) : magnitude_compare(left, right);
}

/* A plain number as a double that orders exactly as the number does. */
static bool plain_double(const json_t *value, const struct schema_document *document,
                         double *result)
{
    if (json_is_integer(value)) {
        *result = (double)json_integer_value(value);
        return fabs(*result) < EXACT_DOUBLE;
    }
    if (schema_document_number(document, value) != NULL)
        return false;
    *result = json_real_value(value);
    return true;
}

int schema_number_compare_json(const json_t *left, const struct schema_document *left_document,
                               const json_t *right, const struct schema_document *right_document)
{
    char left_buffer[SCHEMA_NUMBER_BUFFER];
    char right_buffer[SCHEMA_NUMBER_BUFFER];
    struct schema_number left_number;
    struct schema_number right_number;
    double left_double;
    double right_double;

    if (json_is_integer(left) && json_is_integer(right)) {
        json_int_t left_integer = json_integer_value(left);
        json_int_t right_integer = json_integer_value(right);

        return (left_integer > right_integer) - (left_integer < right_integer);
    }
    if (plain_double(left, left_document, &left_double) &&
        plain_double(right, right_document, &right_double))
        return (left_double > right_double) - (left_double < right_double);
    schema_number_read(&left_number, left_buffer, left, left_document);
    schema_number_read(&right_number, right_buffer, right, right_document);
    return schema_number_compare(&left_number, &right_number);
}

bool schema_number_is_integer(const struct schema_number *number)
{
    return number->exponent >= 0;
}

bool schema_number_real_is_integer(const json_t *value, const struct schema_document *document)
{
    const struct schema_number *exact = schema_document_number(document, value);
    double real = json_real_value(value);

    if (exact != NULL)
        return schema_number_is_integer(exact);
    return floor(real) == real;
}

/* A number in base 10^9, least significant limb first; only what long division needs. */
struct limbs {
    size_t count;
    uint32_t limb[LIMB_COUNT];
};

static void limbs_from_digits(struct limbs *limbs, const char *digits, size_t count)
{
    limbs->count = 0;
    while (count > 0) {
        size_t piece = count < LIMB_DIGITS ? count : LIMB_DIGITS;
        uint32_t limb = 0;

        for (size_t i = count - piece; i < count; i++)
            limb = limb * 10 + (uint32_t)(digits[i] - '0');
        limbs->limb[limbs->count++] = limb;
        count -= piece;
    }
}

/* value = value x 10 + digit */
static void limbs_push(struct limbs *value, unsigned digit)
{
    uint64_t carry = digit;

    for (size_t i = 0; i < value->count; i++) {
        carry += (uint64_t)value->limb[i] * 10;
        value->limb[i] = (uint32_t)(carry % LIMB_BASE);
        carry /= LIMB_BASE;
    }
    if (carry != 0)
        value->limb[value->count++] = (uint32_t)carry;
}

static bool limbs_below(const struct limbs *left, const struct limbs *right)
{
    if (left->count != right->count)
        return left->count < right->count;
    for (size_t i = left->count; i-- > 0;) {
        if (left->limb[i] != right->limb[i])
            return left->limb[i] < right->limb[i];
    }
    return false;
}

/* value = value - other, where value is not below other */
static void limbs_subtract(struct limbs *value, const struct limbs *other)
{
    int64_t borrow = 0;

    for (size_t i = 0; i < value->count; i++) {
        int64_t limb = (int64_t)value->limb[i] - borrow;

        if (i < other->count)
            limb -= other->limb[i];
        borrow = limb < 0 ? 1 : 0;
        value->limb[i] = (uint32_t)(limb + borrow * (int64_t)LIMB_BASE);
    }
    while (value->count > 0 && value->limb[value->count - 1] == 0)
        value->count--;
}

/* As divisible_by_word(), when ten times the divisor fits 64 bits as well. */
static bool divisible_by_small(const struct schema_number *number, int64_t zeros, uint64_t divisor)
{
    uint64_t rest = 0;

    for (size_t i = 0; i < number->count; i++)
        rest = (rest * 10 + (unsigned)(number->digits[i] - '0')) % divisor;
    for (int64_t i = 0; i < zeros && rest != 0; i++)
        rest = rest * 10 % divisor;
    return rest == 0;
}

/* True when digits followed by `zeros` zeros is a multiple of `divisor`, which fits 64 bits. */
static bool divisible_by_word(const struct schema_number *number, int64_t zeros, uint64_t divisor)
{
    unsigned __int128 rest = 0;

    if (divisor <= UINT64_MAX / 10 - 1)
        return divisible_by_small(number, zeros, divisor);
    for (size_t i = 0; i < number->count; i++)
        rest = (rest * 10 + (unsigned)(number->digits[i] - '0')) % divisor;
    for (int64_t i = 0; i < zeros && rest != 0; i++)
        rest = rest * 10 % divisor;
    return rest == 0;
}

static bool divisible_by_limbs(const struct schema_number *number, int64_t zeros,
                               const struct schema_number *divisor)
{
    struct limbs rest = {.count = 0};
    struct limbs by;

    limbs_from_digits(&by, divisor->digits, divisor->count);
    for (int64_t i = 0; i < (int64_t)number->count + zeros; i++) {
        unsigned digit = i < (int64_t)number->count ? (unsigned)(number->digits[i] - '0') : 0;

        limbs_push(&rest, digit);
        while (!limbs_below(&rest, &by))
            limbs_subtract(&rest, &by);
    }
    return rest.count == 0;
}

bool schema_number_is_multiple(const struct schema_number *number,
                               const struct schema_number *divisor)
{
    int64_t zeros = number->exponent - divisor->exponent;
    int64_t enough = 4 * (int64_t)divisor->count + 1;
    uint64_t word = 0;

    if (number->count == 0)
        return true;
    /* The digits end in no zero, so they cannot hold a further factor of ten. */
    if (zeros < 0)
        return false;
    /* A divisor of n digits has at most log2(10^n) < 4n factors 2 or 5: more zeros add nothing. */
    if (zeros > enough)
        zeros = enough;
    if (divisor->count > 19)
        return divisible_by_limbs(number, zeros, divisor);
    for (size_t i = 0; i < divisor->count; i++)
        word = word * 10 + (uint64_t)(divisor->digits[i] - '0');
    return divisible_by_word(number, zeros, word);
}
