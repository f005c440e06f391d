#include "forms/schema_uri.h"

#include <stdbool.h>
#include <string.h>

/* Borrowed pieces of a URI; a NULL text says that the piece is not there (a path always is). */
struct piece {
    const char *text;
    size_t length;
};

struct uri {
    struct piece scheme;
    struct piece authority;
    struct piece path;
    struct piece query;
    struct piece fragment;
};

size_t schema_uri_split(const char *uri, const char **fragment)
{
    size_t length = strcspn(uri, "#");

    *fragment = uri[length] == '#' ? uri + length + 1 : NULL;
    return length;
}

static bool is_letter(char character)
{
    return (character | 0x20) >= 'a' && (character | 0x20) <= 'z';
}

static size_t scheme_length(const char *text)
{
    size_t length = 0;

    if (!is_letter(text[0]))
        return 0;
    while (is_letter(text[length]) || (text[length] >= '0' && text[length] <= '9') ||
           text[length] == '+' || text[length] == '-' || text[length] == '.')
        length++;
    return text[length] == ':' ? length : 0;
}

static void uri_parse(struct uri *uri, const char *text)
{
    size_t scheme = scheme_length(text);

    memset(uri, 0, sizeof(*uri));
    if (scheme > 0) {
        uri->scheme = (struct piece){text, scheme};
        text += scheme + 1;
    }
    if (text[0] == '/' && text[1] == '/') {
        uri->authority = (struct piece){text + 2, strcspn(text + 2, "/?#")};
        text += 2 + uri->authority.length;
    }
    uri->path = (struct piece){text, strcspn(text, "?#")};
    text += uri->path.length;
    if (*text == '?') {
        uri->query = (struct piece){text + 1, strcspn(text + 1, "#")};
        text += 1 + uri->query.length;
    }
    if (*text == '#')
        uri->fragment = (struct piece){text + 1, strlen(text + 1)};
}

static char *put(char *to, const char *before, struct piece piece, const char *after)
{
    size_t length = strlen(before);

    if (piece.text == NULL)
        return to;
    memcpy(to, before, length);
    to += length;
    memcpy(to, piece.text, piece.length);
    to += piece.length;
    length = strlen(after);
    memcpy(to, after, length);
    return to + length;
}

static bool starts(const char *text, const char *end, const char *start)
{
    size_t length = strlen(start);

    return (size_t)(end - text) >= length && memcmp(text, start, length) == 0;
}

static bool same(const char *text, const char *end, const char *other)
{
    return (size_t)(end - text) == strlen(other) && starts(text, end, other);
}

/* Removes dot segments (section 5.2.4) in place; returns the new end. */
static char *remove_dots(char *path, char *end)
{
    char *from = path;
    char *to = path;

    while (from < end) {
        if (starts(from, end, "../")) {
            from += 3;
        } else if (starts(from, end, "./") || starts(from, end, "/./")) {
            from += 2;
        } else if (same(from, end, "/.")) {
            end = from + 1;
        } else if (starts(from, end, "/../") || same(from, end, "/..")) {
            if (same(from, end, "/.."))
                end = from + 1;
            else
                from += 3;
            while (to > path && *--to != '/')
                continue;
        } else if (same(from, end, ".") || same(from, end, "..")) {
            from = end;
        } else {
            do
                *to++ = *from++;
            while (from < end && *from != '/');
        }
    }
    return to;
}

/* The path of the base up to its last slash, then the path of the reference (section 5.2.3). */
static char *put_merged(char *to, const struct uri *base, struct piece path)
{
    size_t kept = base->path.length;

    if (base->authority.text != NULL && kept == 0) {
        *to++ = '/';
    } else {
        while (kept > 0 && base->path.text[kept - 1] != '/')
            kept--;
        memcpy(to, base->path.text, kept);
        to += kept;
    }
    return put(to, "", path, "");
}

static char *put_resolved(char *to, const struct uri *base, const struct uri *reference)
{
    bool absolute = reference->scheme.text != NULL;
    bool network = absolute || reference->authority.text != NULL;
    struct piece query = reference->query;
    char *path;

    to = put(to, "", absolute ? reference->scheme : base->scheme, ":");
    to = put(to, "//", network ? reference->authority : base->authority, "");
    path = to;
    if (!network && reference->path.length == 0) {
        to = put(to, "", base->path, "");
        if (query.text == NULL)
            query = base->query;
    } else {
        if (network || reference->path.text[0] == '/')
            to = put(to, "", reference->path, "");
        else
            to = put_merged(to, base, reference->path);
        to = remove_dots(path, to);
    }
    to = put(to, "?", query, "");
    to = put(to, "#", reference->fragment, "");
    *to = '\0';
    return to;
}

char *schema_uri_resolve(struct schema_arena *arena, const char *base, const char *reference)
{
    struct uri base_parts;
    struct uri reference_parts;
    char *resolved = schema_arena_take(arena, strlen(base) + strlen(reference) + 8);

    if (resolved == NULL)
        return NULL;
    uri_parse(&base_parts, base);
    uri_parse(&reference_parts, reference);
    put_resolved(resolved, &base_parts, &reference_parts);
    return resolved;
}

static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
        return (digit | 0x20) - 'a' + 10;
    return -1;
}

char *schema_uri_decode(struct schema_arena *arena, const char *text, size_t *length)
{
    size_t size = strlen(text);
    char *decoded = schema_arena_take(arena, size + 1);
    size_t used = 0;

    if (decoded == NULL)
        return NULL;
    for (size_t i = 0; i < size; i++) {
        bool escape = text[i] == '%' && i + 2 < size && hexadecimal(text[i + 1]) >= 0 &&
                      hexadecimal(text[i + 2]) >= 0;

        if (escape) {
            decoded[used++] = (char)(hexadecimal(text[i + 1]) * 16 + hexadecimal(text[i + 2]));
            i += 2;
        } else {
            decoded[used++] = text[i];
        }
    }
    *length = used;
    return decoded;
}
