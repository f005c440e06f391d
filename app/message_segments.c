#include "app/message_segments.h"

#include <stdint.h>
#include <string.h>

#include <unistr.h>

/* Of one SMS, and of each part of one that is cut: six bytes of a part say how it is joined. */
#define GSM_ALONE  160
#define GSM_PART   153
#define UCS2_ALONE 70
#define UCS2_PART  67

/* GSM 03.38 beyond ASCII; of ASCII it lacks '`', and has '^{}\[~]|' by extension. */
static const ucs4_t gsm_beyond[] = {
    0xA3,  0xA5,  0xE8,  0xE9,  0xF9,  0xEC,  0xF2,  0xC7,  0xD8,  0xF8, 0xC5, 0xE5, 0x394,
    0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF, 0xC9,
    0xA4,  0xA1,  0xC4,  0xD6,  0xD1,  0xDC,  0xA7,  0xBF,  0xE4,  0xF6, 0xF1, 0xFC, 0xE0};

/* Units of 7 bits; 0 when it is not of the alphabet. */
static size_t gsm_units(ucs4_t character)
{
    if (character == 0x20AC ||
        (character < 0x80 && character != 0 && strchr("^{}\\[~]|\f", (int)character) != NULL))
        return 2;
    if (character < 0x80)
        return (character >= ' ' && character != '`' && character != 0x7F) || character == '\n' ||
                       character == '\r'
                   ? 1
                   : 0;
    for (size_t i = 0; i < sizeof(gsm_beyond) / sizeof(gsm_beyond[0]); i++)
        if (gsm_beyond[i] == character)
            return 1;
    return 0;
}

static size_t units_of(ucs4_t character, bool ucs2)
{
    if (!ucs2)
        return gsm_units(character);
    return character > 0xFFFF ? 2 : 1;
}

/* No character is cut: one of two units that does not fit begins the next part. */
static void cut(const uint8_t *bytes, size_t length, size_t part, struct message_segments *segments)
{
    size_t used = 0;

    segments->segments = 1;
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        size_t units;

        at += (size_t)u8_mbtouc(&character, bytes + at, length - at);
        units = units_of(character, segments->ucs2);
        if (used + units > part) {
            segments->segments++;
            used = 0;
        }
        used += units;
    }
    segments->left = part - used;
}

void message_segments_count(const char *text, struct message_segments *segments)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t length = strlen(text), alone;
    ucs4_t character;

    *segments = (struct message_segments){.ucs2 = false};
    for (size_t at = 0; at < length && !segments->ucs2;) {
        at += (size_t)u8_mbtouc(&character, bytes + at, length - at);
        segments->ucs2 = gsm_units(character) == 0;
    }
    for (size_t at = 0; at < length;) {
        at += (size_t)u8_mbtouc(&character, bytes + at, length - at);
        segments->units += units_of(character, segments->ucs2);
    }
    alone = segments->ucs2 ? UCS2_ALONE : GSM_ALONE;
    segments->left = alone;
    if (length == 0)
        return;
    if (segments->units <= alone) {
        segments->segments = 1;
        segments->left = alone - segments->units;
        return;
    }
    cut(bytes, length, segments->ucs2 ? UCS2_PART : GSM_PART, segments);
}
