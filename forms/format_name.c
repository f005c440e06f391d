/* Host names: RFC 1123 section 2.1, and the international ones of RFC 5890 to 5893. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <idn2.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "forms/format.h"

#define LABEL_LIMIT 63
#define NAME_LIMIT  253

/* A label in UTF-8 has at most this many bytes when its A-label is to fit. */
#define LABEL_BYTES (4 * LABEL_LIMIT)

/* What checking the labels of one name found out. */
struct name {
    size_t length; /* in A-labels, with the dots */
    bool bidi;     /* some label has a character written from right to left */
    bool bidi_broken;
};

static bool is_ldh(char character)
{
    return (character >= '0' && character <= '9') || character == '-' ||
           ((character | 0x20) >= 'a' && (character | 0x20) <= 'z');
}

static bool is_ldh_label(const char *text, size_t length)
{
    if (length == 0 || length > LABEL_LIMIT || text[0] == '-' || text[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_ldh(text[i]))
            return false;
    }
    return true;
}

static bool is_a_label(const char *text, size_t length)
{
    return length >= 4 && (text[0] | 0x20) == 'x' && (text[1] | 0x20) == 'n' && text[2] == '-' &&
           text[3] == '-';
}

/* ---- The rules that look at neighbours (RFC 5892, appendix A) ---- */

static bool is_script(ucs4_t character, const char *name)
{
    const uc_script_t *script = uc_script(character);

    return script != NULL && strcmp(script->name, name) == 0;
}

static bool has_japanese(const uint32_t *label, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (is_script(label[i], "Hiragana") || is_script(label[i], "Katakana") ||
            is_script(label[i], "Han"))
            return true;
    }
    return false;
}

static bool has_between(const uint32_t *label, size_t length, uint32_t first, uint32_t last)
{
    for (size_t i = 0; i < length; i++) {
        if (label[i] >= first && label[i] <= last)
            return true;
    }
    return false;
}

/* Whether the joining types around a ZERO WIDTH NON-JOINER are (L|D) T* here T* (R|D). */
static bool joins_around(const uint32_t *label, size_t length, size_t at)
{
    size_t before = at;
    size_t after = at + 1;
    int type;

    while (before > 0 && uc_joining_type(label[before - 1]) == UC_JOINING_TYPE_T)
        before--;
    while (after < length && uc_joining_type(label[after]) == UC_JOINING_TYPE_T)
        after++;
    if (before == 0 || after == length)
        return false;
    type = uc_joining_type(label[before - 1]);
    if (type != UC_JOINING_TYPE_L && type != UC_JOINING_TYPE_D)
        return false;
    type = uc_joining_type(label[after]);
    return type == UC_JOINING_TYPE_R || type == UC_JOINING_TYPE_D;
}

static bool context_allows(const uint32_t *label, size_t length, size_t at)
{
    uint32_t before = at > 0 ? label[at - 1] : 0;
    uint32_t after = at + 1 < length ? label[at + 1] : 0;
    uint32_t character = label[at];

    switch (character) {
    case 0x200C: /* ZERO WIDTH NON-JOINER */
        return (at > 0 && uc_combining_class(before) == UC_CCC_VR) ||
               joins_around(label, length, at);
    case 0x200D: /* ZERO WIDTH JOINER */
        return at > 0 && uc_combining_class(before) == UC_CCC_VR;
    case 0x00B7: /* MIDDLE DOT */
        return before == 'l' && after == 'l';
    case 0x0375: /* GREEK LOWER NUMERAL SIGN */
        return after != 0 && is_script(after, "Greek");
    case 0x05F3: /* HEBREW GERESH and GERSHAYIM */
    case 0x05F4:
        return before != 0 && is_script(before, "Hebrew");
    case 0x30FB: /* KATAKANA MIDDLE DOT */
        return has_japanese(label, length);
    default:
        if (character >= 0x0660 && character <= 0x0669)
            return !has_between(label, length, 0x06F0, 0x06F9);
        if (character >= 0x06F0 && character <= 0x06F9)
            return !has_between(label, length, 0x0660, 0x0669);
        return true;
    }
}

/* ---- The bidi rule (RFC 5893, section 2) ---- */

static bool bidi_ends_well(const uint32_t *label, size_t length, bool right_to_left)
{
    while (length > 0 && uc_bidi_class(label[length - 1]) == UC_BIDI_NSM)
        length--;
    switch (length > 0 ? uc_bidi_class(label[length - 1]) : UC_BIDI_NSM) {
    case UC_BIDI_EN:
        return true;
    case UC_BIDI_L:
        return !right_to_left;
    case UC_BIDI_R:
    case UC_BIDI_AL:
    case UC_BIDI_AN:
        return right_to_left;
    default:
        return false;
    }
}

static bool bidi_allows(int class, bool right_to_left)
{
    switch (class) {
    case UC_BIDI_EN:
    case UC_BIDI_ES:
    case UC_BIDI_CS:
    case UC_BIDI_ET:
    case UC_BIDI_ON:
    case UC_BIDI_BN:
    case UC_BIDI_NSM:
        return true;
    case UC_BIDI_L:
        return !right_to_left;
    case UC_BIDI_R:
    case UC_BIDI_AL:
    case UC_BIDI_AN:
        return right_to_left;
    default:
        return false;
    }
}

static void bidi_check(struct name *name, const uint32_t *label, size_t length)
{
    int first = length > 0 ? uc_bidi_class(label[0]) : UC_BIDI_L;
    bool right_to_left = first == UC_BIDI_R || first == UC_BIDI_AL;
    bool european = false;
    bool arabic = false;

    if (!right_to_left && first != UC_BIDI_L)
        name->bidi_broken = true;
    for (size_t i = 0; i < length; i++) {
        int class = uc_bidi_class(label[i]);

        name->bidi = name->bidi || class == UC_BIDI_R || class == UC_BIDI_AL || class == UC_BIDI_AN;
        european = european || class == UC_BIDI_EN;
        arabic = arabic || class == UC_BIDI_AN;
        if (!bidi_allows(class, right_to_left))
            name->bidi_broken = true;
    }
    if ((right_to_left && european && arabic) || !bidi_ends_well(label, length, right_to_left))
        name->bidi_broken = true;
}

/* ---- Labels ---- */

/* Checks a U-label (NUL-terminated UTF-8); its A-label's length, or 0 when it is wrong. */
static size_t u_label_check(struct name *name, const char *text, size_t length)
{
    uint32_t label[LABEL_BYTES];
    size_t count = LABEL_BYTES;
    uint8_t *a_label = NULL;
    size_t a_length = 0;

    if (u8_to_u32((const uint8_t *)text, length, label, &count) != label || count == 0)
        return 0;
    if (label[0] == '-' || label[count - 1] == '-' ||
        (count >= 4 && label[2] == '-' && label[3] == '-'))
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (!context_allows(label, count, i))
            return 0;
    }
    bidi_check(name, label, count);
    /* Normal form, disallowed and unassigned characters, and the conversion are libidn2's. */
    if (idn2_register_u8((const uint8_t *)text, NULL, &a_label, 0) == IDN2_OK)
        a_length = strlen((const char *)a_label);
    idn2_free(a_label);
    return a_length <= LABEL_LIMIT ? a_length : 0;
}

/* An A-label must decode to a U-label that encodes to it again. */
static bool a_label_check(struct name *name, const char *text)
{
    char *decoded = NULL;
    uint8_t *again = NULL;
    bool valid = false;

    if (idn2_to_unicode_8z8z(text, &decoded, IDN2_NO_TR46) == IDN2_OK &&
        strlen(decoded) <= LABEL_BYTES && !is_a_label(decoded, strlen(decoded)) &&
        u_label_check(name, decoded, strlen(decoded)) > 0 &&
        idn2_register_u8((const uint8_t *)decoded, NULL, &again, 0) == IDN2_OK)
        valid = is_a_label((const char *)again, strlen((const char *)again)) &&
                strcasecmp((const char *)again, text) == 0;
    idn2_free(decoded);
    idn2_free(again);
    return valid;
}

/* A label of ASCII letters, digits and hyphens: a host name's, or an A-label. */
static bool ascii_label_check(struct name *name, const char *text, size_t length,
                              bool international)
{
    if (!is_ldh_label(text, length))
        return false;
    if (is_a_label(text, length))
        return a_label_check(name, text);
    if (international && length >= 4 && text[2] == '-' && text[3] == '-')
        return false;
    /* Of the bidi rule only the first condition can fail here: it may not begin with a digit. */
    if (text[0] >= '0' && text[0] <= '9')
        name->bidi_broken = true;
    return true;
}

static bool label_check(struct name *name, const char *text, size_t length, bool international)
{
    char copy[LABEL_BYTES + 1];
    unsigned char high = 0;
    size_t a_length = length;

    if (length == 0 || length > LABEL_BYTES || memchr(text, '\0', length) != NULL)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    for (size_t i = 0; i < length; i++)
        high |= (unsigned char)text[i];
    if ((high & 0x80) == 0) {
        if (!ascii_label_check(name, copy, length, international))
            return false;
    } else if (international) {
        a_length = u_label_check(name, copy, length);
    } else {
        return false;
    }
    name->length += a_length + (name->length > 0 ? 1 : 0);
    return a_length > 0;
}

/* The length in bytes of the separator at `text`, 0 when there is none (RFC 3490, section 3.1). */
static size_t separator_length(const char *text, size_t length, bool all)
{
    static const char *const others[] = {"\xE3\x80\x82", "\xEF\xBC\x8E", "\xEF\xBD\xA1"};

    if (text[0] == '.')
        return 1;
    for (size_t i = 0; all && length >= 3 && i < 3; i++) {
        if (memcmp(text, others[i], 3) == 0)
            return 3;
    }
    return 0;
}

static bool name_check(const char *text, size_t length, bool international, bool separators)
{
    struct name name = {0};
    size_t start = 0;

    if (length > (size_t)4 * NAME_LIMIT)
        return false;
    for (size_t at = 0; at < length; at++) {
        size_t separator = separator_length(text + at, length - at, separators);

        if (separator == 0)
            continue;
        if (!label_check(&name, text + start, at - start, international))
            return false;
        start = at + separator;
        at = start - 1;
    }
    return label_check(&name, text + start, length - start, international) &&
           name.length <= NAME_LIMIT && !(name.bidi && name.bidi_broken);
}

bool format_check_hostname(const char *text, size_t length)
{
    return name_check(text, length, false, false);
}

bool format_check_idn_hostname(const char *text, size_t length)
{
    return name_check(text, length, true, true);
}

/* In mail a domain need not be normalised yet, and only the ASCII dot separates (RFC 6531). */
bool format_check_idn_domain(const char *text, size_t length)
{
    size_t size = 0;
    uint8_t *normal = NULL;
    bool valid;

    if (length > (size_t)4 * NAME_LIMIT)
        return false;
    normal = u8_normalize(UNINORM_NFC, (const uint8_t *)text, length, NULL, &size);
    valid = normal != NULL && name_check((const char *)normal, size, true, false);
    free(normal);
    return valid;
}
