/* URIs (RFC 3986), IRIs (RFC 3987) and URI templates (RFC 6570). */
#include <stdint.h>
#include <string.h>

#include <unistr.h>

#include "forms/format.h"

#define UNRESERVED "-._~"
#define DELIMITERS "!$&'()*+,;="

struct piece {
    const char *text;
    size_t length;
};

static bool is_letter(char character)
{
    return (character | 0x20) >= 'a' && (character | 0x20) <= 'z';
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_hexadecimal(char character)
{
    return is_digit(character) || ((character | 0x20) >= 'a' && (character | 0x20) <= 'f');
}

static bool is_one_of(char character, const char *set)
{
    return character != '\0' && strchr(set, character) != NULL;
}

static bool is_private(ucs4_t character)
{
    return (character >= 0xE000 && character <= 0xF8FF) ||
           (character >= 0xF0000 && character <= 0xFFFFD) ||
           (character >= 0x100000 && character <= 0x10FFFD);
}

/* ucschar of RFC 3987: what an IRI may hold beyond ASCII, but for private use. */
static bool is_ucschar(ucs4_t character)
{
    if (character < 0x10000)
        return (character >= 0xA0 && character <= 0xD7FF) ||
               (character >= 0xF900 && character <= 0xFDCF) ||
               (character >= 0xFDF0 && character <= 0xFFEF);
    if (character >= 0xE0000 && character < 0xE1000)
        return false;
    return character < 0xF0000 && (character & 0xFFFF) <= 0xFFFD;
}

/* Letters, digits, unreserved, delimiters, %XX and `extra`; beyond ASCII when `international`. */
static bool is_text(struct piece piece, const char *extra, bool international, bool private_use)
{
    for (size_t i = 0; i < piece.length; i++) {
        char character = piece.text[i];
        ucs4_t wide;
        int bytes;

        if (is_letter(character) || is_digit(character) || is_one_of(character, UNRESERVED) ||
            is_one_of(character, DELIMITERS) || is_one_of(character, extra))
            continue;
        if (character == '%') {
            if (piece.length - i < 3 || !is_hexadecimal(piece.text[i + 1]) ||
                !is_hexadecimal(piece.text[i + 2]))
                return false;
            i += 2;
            continue;
        }
        if (!international || ((unsigned char)character & 0x80) == 0)
            return false;
        bytes = u8_mbtoucr(&wide, (const uint8_t *)piece.text + i, piece.length - i);
        if (bytes <= 0 || !(is_ucschar(wide) || (private_use && is_private(wide))))
            return false;
        i += (size_t)bytes - 1;
    }
    return true;
}

/* "[...]" without its brackets: IPv6 or a future version. */
static bool is_literal_host(struct piece host)
{
    size_t at = 1;
    struct piece rest;

    if (format_check_ipv6(host.text, host.length))
        return true;
    if (host.length < 4 || (host.text[0] | 0x20) != 'v')
        return false;
    while (at < host.length && is_hexadecimal(host.text[at]))
        at++;
    if (at == 1 || at + 1 >= host.length || host.text[at] != '.')
        return false;
    rest = (struct piece){host.text + at + 1, host.length - at - 1};
    return memchr(rest.text, '%', rest.length) == NULL && is_text(rest, ":", false, false);
}

static bool is_port(struct piece port)
{
    for (size_t i = 0; i < port.length; i++) {
        if (!is_digit(port.text[i]))
            return false;
    }
    return true;
}

static bool is_authority(struct piece authority, bool international)
{
    const char *at = memchr(authority.text, '@', authority.length);
    struct piece rest = authority;
    const char *colon;

    if (at != NULL) {
        struct piece user = {authority.text, (size_t)(at - authority.text)};

        if (!is_text(user, ":", international, false))
            return false;
        rest = (struct piece){at + 1, authority.length - user.length - 1};
    }
    if (rest.length > 0 && rest.text[0] == '[') {
        const char *close = memchr(rest.text, ']', rest.length);
        struct piece host;

        if (close == NULL)
            return false;
        host = (struct piece){rest.text + 1, (size_t)(close - rest.text) - 1};
        rest.length -= host.length + 2;
        rest.text = close + 1;
        if (!is_literal_host(host))
            return false;
        return rest.length == 0 ||
               (*rest.text == ':' && is_port((struct piece){rest.text + 1, rest.length - 1}));
    }
    colon = memchr(rest.text, ':', rest.length);
    if (colon != NULL) {
        size_t host = (size_t)(colon - rest.text);

        if (!is_port((struct piece){colon + 1, rest.length - host - 1}))
            return false;
        rest.length = host;
    }
    return is_text(rest, "", international, false);
}

static size_t length_until(struct piece piece, const char *stops)
{
    size_t length = 0;

    while (length < piece.length && !is_one_of(piece.text[length], stops))
        length++;
    return length;
}

static struct piece after(struct piece piece, size_t length)
{
    return (struct piece){piece.text + length, piece.length - length};
}

static size_t scheme_length(struct piece piece)
{
    size_t length = 0;

    if (piece.length == 0 || !is_letter(piece.text[0]))
        return 0;
    while (length < piece.length &&
           (is_letter(piece.text[length]) || is_digit(piece.text[length]) ||
            is_one_of(piece.text[length], "+-.")))
        length++;
    return length < piece.length && piece.text[length] == ':' ? length : 0;
}

static bool is_reference(struct piece rest, bool international, bool scheme_needed)
{
    size_t scheme = scheme_length(rest);
    size_t length;
    bool network;

    if (scheme > 0)
        rest = after(rest, scheme + 1);
    else if (scheme_needed)
        return false;
    network = rest.length >= 2 && rest.text[0] == '/' && rest.text[1] == '/';
    if (network) {
        rest = after(rest, 2);
        length = length_until(rest, "/?#");
        if (!is_authority((struct piece){rest.text, length}, international))
            return false;
        rest = after(rest, length);
    }
    length = length_until(rest, "?#");
    if (!is_text((struct piece){rest.text, length}, ":@/", international, false))
        return false;
    /* Without a scheme, a colon in the first segment would make it one. */
    if (scheme == 0 && !network) {
        struct piece first = {rest.text, length};

        if (memchr(first.text, ':', length_until(first, "/")) != NULL)
            return false;
    }
    rest = after(rest, length);
    if (rest.length > 0 && *rest.text == '?') {
        length = length_until(rest, "#");
        if (!is_text((struct piece){rest.text + 1, length - 1}, ":@/?", international, true))
            return false;
        rest = after(rest, length);
    }
    return rest.length == 0 || is_text(after(rest, 1), ":@/?", international, false);
}

bool format_check_uri(const char *text, size_t length)
{
    return is_reference((struct piece){text, length}, false, true);
}

bool format_check_uri_reference(const char *text, size_t length)
{
    return is_reference((struct piece){text, length}, false, false);
}

bool format_check_iri(const char *text, size_t length)
{
    return is_reference((struct piece){text, length}, true, true);
}

bool format_check_iri_reference(const char *text, size_t length)
{
    return is_reference((struct piece){text, length}, true, false);
}

/* ---- URI templates ---- */

/* varname: letters, digits, _ and %XX, with single dots between. */
static size_t variable_length(struct piece piece)
{
    size_t at = 0;

    for (;;) {
        size_t start = at;

        for (;;) {
            if (at < piece.length &&
                (is_letter(piece.text[at]) || is_digit(piece.text[at]) || piece.text[at] == '_'))
                at++;
            else if (piece.length - at >= 3 && piece.text[at] == '%' &&
                     is_hexadecimal(piece.text[at + 1]) && is_hexadecimal(piece.text[at + 2]))
                at += 3;
            else
                break;
        }
        if (at == start)
            return 0;
        if (at == piece.length || piece.text[at] != '.')
            return at;
        at++;
    }
}

/* One variable with its modifier: "*" or ":" and a number from 1 to 9999. */
static bool is_variable(struct piece piece)
{
    size_t length = variable_length(piece);
    struct piece rest = after(piece, length);

    if (length == 0)
        return false;
    if (rest.length == 0 || (rest.length == 1 && *rest.text == '*'))
        return true;
    if (*rest.text != ':' || rest.length < 2 || rest.length > 5 || rest.text[1] == '0')
        return false;
    return is_port(after(rest, 1));
}

/* What stands in braces: an operator, then variables with commas between. */
static bool is_expression(struct piece piece)
{
    if (piece.length > 0 && is_one_of(*piece.text, "+#./;?&=,!@|"))
        piece = after(piece, 1);
    for (;;) {
        size_t length = length_until(piece, ",");

        if (!is_variable((struct piece){piece.text, length}))
            return false;
        if (length == piece.length)
            return true;
        piece = after(piece, length + 1);
    }
}

/* A character outside of braces; its length, 0 when it may not stand there. */
static size_t literal_length(struct piece piece)
{
    char character = *piece.text;
    ucs4_t wide;
    int bytes;

    if (character == '%')
        return piece.length >= 3 && is_hexadecimal(piece.text[1]) && is_hexadecimal(piece.text[2])
                   ? 3
                   : 0;
    if (((unsigned char)character & 0x80) == 0)
        return character > 0x20 && character < 0x7F && !is_one_of(character, "\"<>\\^`{|}") ? 1 : 0;
    bytes = u8_mbtoucr(&wide, (const uint8_t *)piece.text, piece.length);
    return bytes > 0 && (is_ucschar(wide) || is_private(wide)) ? (size_t)bytes : 0;
}

bool format_check_uri_template(const char *text, size_t length)
{
    struct piece rest = {text, length};

    while (rest.length > 0) {
        size_t step;

        if (*rest.text == '{') {
            step = length_until(rest, "}");
            if (step == rest.length || !is_expression((struct piece){rest.text + 1, step - 1}))
                return false;
            step++;
        } else {
            step = literal_length(rest);
            if (step == 0)
                return false;
        }
        rest = after(rest, step);
    }
    return true;
}
