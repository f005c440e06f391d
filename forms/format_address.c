/* IP addresses (RFC 2673 section 3.2, RFC 4291 section 2.2) and mailboxes (RFC 5321, RFC 6531). */
#include <string.h>
#include <strings.h>

#include "forms/format.h"

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_letter(char character)
{
    return (character | 0x20) >= 'a' && (character | 0x20) <= 'z';
}

/* ---- Addresses ---- */

bool format_check_ipv4(const char *text, size_t length)
{
    size_t at = 0;

    for (int part = 0; part < 4; part++) {
        size_t start = at;
        int value = 0;

        if (part > 0 && (at == length || text[at++] != '.'))
            return false;
        start = at;
        while (at < length && is_digit(text[at]) && at - start < 3)
            value = value * 10 + (text[at++] - '0');
        if (at == start || value > 255 || (at - start > 1 && text[start] == '0'))
            return false;
    }
    return at == length;
}

static size_t group_length(const char *text, size_t length)
{
    size_t digits = 0;

    while (digits < length && (is_digit(text[digits]) ||
                               ((text[digits] | 0x20) >= 'a' && (text[digits] | 0x20) <= 'f')))
        digits++;
    return digits;
}

bool format_check_ipv6(const char *text, size_t length)
{
    size_t at = 0;
    int groups = 0;
    bool gap = false;

    if (length >= 2 && text[0] == ':' && text[1] == ':') {
        gap = true;
        at = 2;
    }
    while (at < length) {
        size_t digits = group_length(text + at, length - at);

        if (at + digits < length && text[at + digits] == '.') {
            groups += 2;
            if (!format_check_ipv4(text + at, length - at))
                return false;
            at = length;
            break;
        }
        if (digits == 0 || digits > 4)
            return false;
        groups++;
        at += digits;
        if (at == length)
            break;
        if (text[at++] != ':' || at == length)
            return false;
        if (text[at] == ':') {
            if (gap)
                return false;
            gap = true;
            at++;
        }
    }
    return gap ? groups < 8 : groups == 8;
}

/* ---- Mailboxes ---- */

static bool is_atom_character(char character, bool international)
{
    if (((unsigned char)character & 0x80) != 0)
        return international;
    return is_letter(character) || is_digit(character) ||
           (character != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", character) != NULL);
}

static bool is_dot_string(const char *text, size_t length, bool international)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.') {
            if (i == 0 || i + 1 == length || text[i + 1] == '.')
                return false;
        } else if (!is_atom_character(text[i], international)) {
            return false;
        }
    }
    return length > 0;
}

/* The length of a quoted local part with its quotes, 0 when it is wrong. */
static size_t quoted_length(const char *text, size_t length, bool international)
{
    for (size_t i = 1; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte == '"')
            return i + 1;
        if (byte == '\\') {
            i++;
            if (i == length)
                return 0;
            byte = (unsigned char)text[i];
        }
        if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !international))
            return 0;
    }
    return 0;
}

/* The domain of a mailbox: a host name or an address in brackets. */
static bool is_domain(const char *text, size_t length, bool international)
{
    static const char tag[] = "IPv6:";
    const size_t tag_length = sizeof(tag) - 1;

    if (length < 2 || text[0] != '[')
        return international ? format_check_idn_domain(text, length)
                             : format_check_hostname(text, length);
    if (text[length - 1] != ']')
        return false;
    text++;
    length -= 2;
    if (length > tag_length && strncasecmp(text, tag, tag_length) == 0)
        return format_check_ipv6(text + tag_length, length - tag_length);
    return format_check_ipv4(text, length);
}

static bool is_mailbox(const char *text, size_t length, bool international)
{
    size_t local;

    if (length > 0 && text[0] == '"') {
        local = quoted_length(text, length, international);
        if (local == 0)
            return false;
    } else {
        const char *sign = memchr(text, '@', length);

        local = sign == NULL ? length : (size_t)(sign - text);
        if (!is_dot_string(text, local, international))
            return false;
    }
    /* RFC 5321, section 4.5.3.1.1: at most 64 octets. */
    if (local > 64 || local >= length || text[local] != '@')
        return false;
    return is_domain(text + local + 1, length - local - 1, international);
}

bool format_check_email(const char *text, size_t length)
{
    return is_mailbox(text, length, false);
}

bool format_check_idn_email(const char *text, size_t length)
{
    return is_mailbox(text, length, true);
}
