#include "app/id.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include <sodium.h>

static const char hexadecimal[] = "0123456789abcdef";

static void id_write(struct id *id, const unsigned char bytes[16])
{
    char *to = id->text;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        *to++ = hexadecimal[bytes[i] >> 4];
        *to++ = hexadecimal[bytes[i] & 0x0F];
    }
    *to = '\0';
}

static void id_mark_version(unsigned char bytes[16], unsigned version)
{
    bytes[6] = (unsigned char)((version << 4) | (bytes[6] & 0x0F));
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F));
}

struct id id_generate(struct id_generator *generator, int64_t now_ms)
{
    uint64_t ms = now_ms > 0 ? (uint64_t)now_ms : 0;
    unsigned char bytes[16];
    struct id id;

    /* RFC 9562, 6.2, method 1: a 12-bit counter keeps ids of one millisecond in order; when it
     * runs over, or the clock steps back, the millisecond is borrowed from the future. */
    if (ms > generator->last_ms) {
        generator->last_ms = ms;
        generator->counter = (uint16_t)randombytes_uniform(0x800);
    } else if (++generator->counter > 0xFFF) {
        generator->last_ms++;
        generator->counter = 0;
    }
    randombytes_buf(bytes, sizeof(bytes));
    for (int i = 0; i < 6; i++)
        bytes[i] = (unsigned char)(generator->last_ms >> (40 - 8 * i));
    bytes[6] = (unsigned char)(generator->counter >> 8);
    bytes[7] = (unsigned char)(generator->counter & 0xFF);
    id_mark_version(bytes, 7);
    id_write(&id, bytes);
    return id;
}

int64_t id_time(const struct id *id)
{
    int64_t ms = 0;

    if (id_is_empty(id) || id->text[14] != '7')
        return -1;
    for (int i = 0; i < 13; i++)
        if (id->text[i] != '-')
            ms = ms << 4 | (strchr(hexadecimal, id->text[i]) - hexadecimal);
    return ms;
}

bool id_is_computed(const struct id *id)
{
    return !id_is_empty(id) && id->text[14] == '8';
}

static void hash_texts(unsigned char *hash, size_t size, const char *first, const char *second)
{
    crypto_generichash_state state;

    /* The NUL between them keeps "a"+"bc" apart from "ab"+"c". */
    crypto_generichash_init(&state, NULL, 0, size);
    crypto_generichash_update(&state, (const unsigned char *)first, strlen(first) + 1);
    crypto_generichash_update(&state, (const unsigned char *)second, strlen(second));
    crypto_generichash_final(&state, hash, size);
}

struct id id_from_key(const char *type, const char *key)
{
    unsigned char bytes[16];
    struct id id;

    hash_texts(bytes, sizeof(bytes), type, key);
    id_mark_version(bytes, 8);
    id_write(&id, bytes);
    return id;
}

struct id id_of_day(int64_t day_ms, const char *group, const char *key)
{
    unsigned char bytes[16], of_group[16];
    struct id id;

    hash_texts(of_group, sizeof(of_group), "day", group);
    hash_texts(bytes, sizeof(bytes), group, key);
    for (int i = 0; i < 6; i++)
        bytes[i] = (unsigned char)((uint64_t)day_ms >> (40 - 8 * i));
    memcpy(bytes + 6, of_group, 2);
    id_mark_version(bytes, 7);
    id_write(&id, bytes);
    return id;
}

/* Digits as they are kept; 0 for what is none. */
static const char hex_digits[UCHAR_MAX + 1] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5',
    ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b',
    ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['A'] = 'a', ['B'] = 'b',
    ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f',
};

bool id_parse(struct id *id, const char *text)
{
    struct id read;

    id->text[0] = '\0';
    if (text == NULL || strlen(text) != ID_TEXT_LENGTH)
        return false;
    for (int i = 0; i < ID_TEXT_LENGTH; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        unsigned char byte = (unsigned char)text[i];

        read.text[i] = dash ? (char)byte : hex_digits[byte];
        if (dash ? byte != '-' : read.text[i] == '\0')
            return false;
    }
    read.text[ID_TEXT_LENGTH] = '\0';
    *id = read;
    return true;
}

/* What a digit as it is kept says, with HEX beside it; 0 for what is none. */
#define HEX 0x10
static const unsigned char hex_values[UCHAR_MAX + 1] = {
    ['0'] = HEX | 0,  ['1'] = HEX | 1,  ['2'] = HEX | 2,  ['3'] = HEX | 3,
    ['4'] = HEX | 4,  ['5'] = HEX | 5,  ['6'] = HEX | 6,  ['7'] = HEX | 7,
    ['8'] = HEX | 8,  ['9'] = HEX | 9,  ['a'] = HEX | 10, ['b'] = HEX | 11,
    ['c'] = HEX | 12, ['d'] = HEX | 13, ['e'] = HEX | 14, ['f'] = HEX | 15,
};

bool id_text_to_bytes(const char *text, unsigned char bytes[ID_BYTES])
{
    static const unsigned char places[ID_BYTES] = {0,  2,  4,  6,  9,  11, 14, 16,
                                                   19, 21, 24, 26, 28, 30, 32, 34};
    unsigned all = HEX;

    for (int i = 0; i < ID_BYTES; i++) {
        unsigned high = hex_values[(unsigned char)text[places[i]]];
        unsigned low = hex_values[(unsigned char)text[places[i] + 1]];

        all &= high & low;
        bytes[i] = (unsigned char)(high << 4 | (low & 0x0F));
    }
    return all != 0 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

void id_to_bytes(const struct id *id, unsigned char bytes[ID_BYTES])
{
    if (id_is_empty(id) || !id_text_to_bytes(id->text, bytes))
        memset(bytes, 0, ID_BYTES);
}

struct id id_from_bytes(const unsigned char bytes[ID_BYTES])
{
    static const unsigned char none[ID_BYTES];
    struct id id = {0};

    if (memcmp(bytes, none, ID_BYTES) != 0)
        id_write(&id, bytes);
    return id;
}

bool id_is_empty(const struct id *id)
{
    return id->text[0] == '\0';
}

bool id_equal(const struct id *left, const struct id *right)
{
    return strcmp(left->text, right->text) == 0;
}

/* --- references ----------------------------------------------------------------------------- */

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
#define REFERENCE_DIGITS 7

static int crockford_value(char character)
{
    const char *at;
    char upper = (char)toupper((unsigned char)character);

    if (upper == 'O')
        upper = '0';
    if (upper == 'I' || upper == 'L')
        upper = '1';
    at = upper != '\0' ? strchr(crockford, upper) : NULL;
    return at != NULL ? (int)(at - crockford) : -1;
}

/*
 * A polynomial over the field of 32 elements (x^5 + x^2 + 1), evaluated at the generator: one
 * wrong character changes the sum, and so does any exchange of two unequal ones, for their weights
 * are different powers.
 */
static int reference_check(const int *digits)
{
    int sum = 0;

    for (int i = 0; i < REFERENCE_DIGITS; i++) {
        sum ^= digits[i];
        sum <<= 1;
        if (sum & 0x20)
            sum ^= 0x25;
    }
    return sum;
}

static void reference_write(char prefix, const int *digits, char text[ID_REFERENCE_SIZE])
{
    char *to = text;

    *to++ = prefix;
    *to++ = '-';
    for (int i = 0; i < REFERENCE_DIGITS; i++) {
        if (i == 4)
            *to++ = '-';
        *to++ = crockford[digits[i]];
    }
    *to++ = crockford[reference_check(digits)];
    *to = '\0';
}

void id_reference(const struct id *id, char prefix, char text[ID_REFERENCE_SIZE])
{
    int digits[REFERENCE_DIGITS];
    uint64_t bits = 0;

    /* The last twelve hexadecimal digits are random in version 7 and hashed in version 8. */
    for (int i = ID_TEXT_LENGTH - 12; i < ID_TEXT_LENGTH; i++) {
        const char *at = strchr(hexadecimal, id->text[i]);

        bits = (bits << 4) | (uint64_t)(at != NULL ? at - hexadecimal : 0);
    }
    for (int i = 0; i < REFERENCE_DIGITS; i++)
        digits[i] = (int)((bits >> (5 * i)) & 0x1F);
    reference_write(prefix, digits, text);
}

bool id_reference_parse(const char *text, char canonical[ID_REFERENCE_SIZE])
{
    int digits[REFERENCE_DIGITS + 1];
    int count = 0;
    char prefix;

    while (*text == ' ')
        text++;
    if (!isalpha((unsigned char)*text))
        return false;
    prefix = (char)toupper((unsigned char)*text++);
    for (; *text != '\0'; text++) {
        int value;

        if (*text == '-' || *text == ' ')
            continue;
        value = crockford_value(*text);
        if (value < 0 || count > REFERENCE_DIGITS)
            return false;
        digits[count++] = value;
    }
    if (count != REFERENCE_DIGITS + 1 || digits[REFERENCE_DIGITS] != reference_check(digits))
        return false;
    reference_write(prefix, digits, canonical);
    return true;
}
