#include "app/qr.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define VERSIONS  5
#define BYTES_MAX 134

/* Codewords of each version at level L: of the text, and of its correction. */
static const struct {
    int data, correction;
} capacities[VERSIONS + 1] = {{0, 0}, {19, 7}, {34, 10}, {55, 15}, {80, 20}, {108, 26}};

struct drawing {
    struct qr *qr;
    bool fixed[QR_SIZE_MOST][QR_SIZE_MOST]; /* function patterns: no data goes there */
};

bool qr_is_dark(const struct qr *qr, int column, int row)
{
    return row >= 0 && column >= 0 && row < qr->size && column < qr->size &&
           qr->dark[row][column] != 0;
}

/* --- codewords -------------------------------------------------------------------------------- */

/* In GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1. */
static uint8_t multiply(uint8_t left, uint8_t right)
{
    unsigned product = 0;

    for (int bit = 7; bit >= 0; bit--) {
        product = product << 1 ^ (product >> 7) * 0x11D;
        product ^= (unsigned)(right >> bit & 1) * left;
    }
    return (uint8_t)product;
}

/* The remainder of the data divided by the generator of this degree. */
static void correct(const uint8_t *data, int length, uint8_t *correction, int degree)
{
    uint8_t generator[32] = {0};
    uint8_t root = 1;

    generator[degree - 1] = 1;
    for (int i = 0; i < degree; i++, root = multiply(root, 2))
        for (int j = 0; j < degree; j++) {
            generator[j] = multiply(generator[j], root);
            if (j + 1 < degree)
                generator[j] ^= generator[j + 1];
        }
    memset(correction, 0, (size_t)degree);
    for (int i = 0; i < length; i++) {
        uint8_t factor = data[i] ^ correction[0];

        memmove(correction, correction + 1, (size_t)degree - 1);
        correction[degree - 1] = 0;
        for (int j = 0; j < degree; j++)
            correction[j] ^= multiply(generator[j], factor);
    }
}

static void put_bits(uint8_t *bytes, int *at, unsigned value, int count)
{
    for (int bit = count - 1; bit >= 0; bit--, (*at)++)
        bytes[*at / 8] |= (uint8_t)((value >> bit & 1) << (7 - *at % 8));
}

/* Mode, length, bytes, terminator and padding; then their correction. */
static int codewords(int version, const char *text, size_t length, uint8_t bytes[BYTES_MAX])
{
    int data = capacities[version].data;
    int at = 0;

    memset(bytes, 0, BYTES_MAX);
    put_bits(bytes, &at, 4, 4);
    put_bits(bytes, &at, (unsigned)length, 8);
    for (size_t i = 0; i < length; i++)
        put_bits(bytes, &at, (unsigned char)text[i], 8);
    at += data * 8 - at < 4 ? data * 8 - at : 4;
    for (int i = (at + 7) / 8, pad = 0; i < data; i++, pad++)
        bytes[i] = pad % 2 == 0 ? 0xEC : 0x11;
    correct(bytes, data, bytes + data, capacities[version].correction);
    return data + capacities[version].correction;
}

/* --- patterns --------------------------------------------------------------------------------- */

static void fix(struct drawing *drawing, int column, int row, bool dark)
{
    if (row < 0 || column < 0 || row >= drawing->qr->size || column >= drawing->qr->size)
        return;
    drawing->qr->dark[row][column] = dark;
    drawing->fixed[row][column] = true;
}

static int larger(int left, int right)
{
    return abs(left) > abs(right) ? abs(left) : abs(right);
}

/* With the light line around it. */
static void draw_finder(struct drawing *drawing, int column, int row)
{
    for (int y = -4; y <= 4; y++)
        for (int x = -4; x <= 4; x++)
            fix(drawing, column + x, row + y, larger(x, y) != 2 && larger(x, y) != 4);
}

static void draw_patterns(struct drawing *drawing, int version)
{
    int size = drawing->qr->size;

    for (int i = 0; i < size; i++) {
        fix(drawing, i, 6, i % 2 == 0);
        fix(drawing, 6, i, i % 2 == 0);
    }
    draw_finder(drawing, 3, 3);
    draw_finder(drawing, size - 4, 3);
    draw_finder(drawing, 3, size - 4);
    for (int y = -2; version > 1 && y <= 2; y++)
        for (int x = -2; x <= 2; x++)
            fix(drawing, size - 7 + x, size - 7 + y, larger(x, y) != 1);
}

/* Level and mask with their own correction, twice; the module that is always dark. */
static void draw_format(struct drawing *drawing, int mask)
{
    int size = drawing->qr->size;
    int format = 1 << 3 | mask; /* level L */
    int remainder = format;

    for (int i = 0; i < 10; i++)
        remainder = remainder << 1 ^ (remainder >> 9) * 0x537;
    format = (format << 10 | remainder) ^ 0x5412;
    for (int i = 0; i < 15; i++) {
        bool dark = (format >> i & 1) != 0;

        /* Beside the upper left finder. */
        if (i < 6)
            fix(drawing, 8, i, dark);
        else if (i < 8)
            fix(drawing, 8, i + 1, dark);
        else if (i == 8)
            fix(drawing, 7, 8, dark);
        else
            fix(drawing, 14 - i, 8, dark);
        /* Beside the two others. */
        if (i < 8)
            fix(drawing, size - 1 - i, 8, dark);
        else
            fix(drawing, 8, size - 15 + i, dark);
    }
    fix(drawing, 8, size - 8, true);
}

/* Upwards and downwards in columns two wide, from the right; column 6 is the timing's. */
static void draw_data(struct drawing *drawing, const uint8_t *bytes, int count)
{
    int size = drawing->qr->size;
    int at = 0;

    for (int right = size - 1; right >= 1; right -= 2) {
        if (right == 6)
            right = 5;
        for (int step = 0; step < size; step++)
            for (int side = 0; side < 2; side++) {
                int column = right - side;
                int row = ((right + 1) & 2) == 0 ? size - 1 - step : step;

                if (drawing->fixed[row][column] || at >= count * 8)
                    continue;
                drawing->qr->dark[row][column] = bytes[at / 8] >> (7 - at % 8) & 1;
                at++;
            }
    }
}

static bool mask_turns(int mask, int x, int y)
{
    switch (mask) {
    case 0:
        return (x + y) % 2 == 0;
    case 1:
        return y % 2 == 0;
    case 2:
        return x % 3 == 0;
    case 3:
        return (x + y) % 3 == 0;
    case 4:
        return (x / 3 + y / 2) % 2 == 0;
    case 5:
        return x * y % 2 + x * y % 3 == 0;
    case 6:
        return (x * y % 2 + x * y % 3) % 2 == 0;
    default:
        return ((x + y) % 2 + x * y % 3) % 2 == 0;
    }
}

static void apply_mask(struct drawing *drawing, int mask)
{
    for (int y = 0; y < drawing->qr->size; y++)
        for (int x = 0; x < drawing->qr->size; x++)
            if (!drawing->fixed[y][x] && mask_turns(mask, x, y))
                drawing->qr->dark[y][x] ^= 1;
}

/* --- choosing the mask ------------------------------------------------------------------------ */

static int dark_at(const struct qr *qr, bool across, int line, int place)
{
    return across ? qr->dark[line][place] : qr->dark[place][line];
}

/* Long runs, and what looks like a finder. */
static int line_penalty(const struct qr *qr, bool across, int line)
{
    int penalty = 0, run = 1;
    unsigned seen = 0;

    for (int i = 0; i < qr->size; i++) {
        int dark = dark_at(qr, across, line, i);

        if (i > 0 && dark == dark_at(qr, across, line, i - 1))
            run++;
        else
            run = 1;
        penalty += run == 5 ? 3 : run > 5;
        seen = (seen << 1 | (unsigned)dark) & 0x7FF;
        if (i >= 10 && (seen == 0x05D || seen == 0x5D0))
            penalty += 40;
    }
    return penalty;
}

static int penalty_of(const struct qr *qr)
{
    int penalty = 0, dark = 0;

    for (int i = 0; i < qr->size; i++)
        penalty += line_penalty(qr, true, i) + line_penalty(qr, false, i);
    for (int y = 0; y < qr->size; y++)
        for (int x = 0; x < qr->size; x++) {
            int here = qr->dark[y][x];

            dark += here;
            if (x > 0 && y > 0 && here == qr->dark[y][x - 1] && here == qr->dark[y - 1][x] &&
                here == qr->dark[y - 1][x - 1])
                penalty += 3;
        }
    return penalty + abs(dark * 20 - qr->size * qr->size * 10) / (qr->size * qr->size) * 10;
}

bool qr_make(struct qr *qr, const char *text)
{
    struct drawing drawing = {.qr = qr};
    uint8_t bytes[BYTES_MAX];
    size_t length = strlen(text);
    int version = 1, best = 0, least = -1, count;

    memset(qr, 0, sizeof(*qr));
    while (version <= VERSIONS && length + 2 > (size_t)capacities[version].data)
        version++;
    if (version > VERSIONS)
        return false;
    qr->size = 17 + 4 * version;
    count = codewords(version, text, length, bytes);
    draw_patterns(&drawing, version);
    draw_format(&drawing, 0);
    draw_data(&drawing, bytes, count);
    for (int mask = 0; mask < 8; mask++) {
        int penalty;

        apply_mask(&drawing, mask);
        draw_format(&drawing, mask);
        penalty = penalty_of(qr);
        if (least < 0 || penalty < least) {
            least = penalty;
            best = mask;
        }
        apply_mask(&drawing, mask); /* back */
    }
    apply_mask(&drawing, best);
    draw_format(&drawing, best);
    return true;
}
