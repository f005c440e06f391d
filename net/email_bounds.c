/*
 * Before a parser sees the bytes. Each part and each header costs a parser some hundred bytes of
 * memory whatever its own size, so a mail of some megabytes could ask for gigabytes: here they are
 * counted by what a line begins with, which may count too many, never too few.
 */
#include "net/email_part.h"

#include <string.h>

/* Lines that might be a header, and lines that might part parts, in all of a message. */
#define HEADERS_MOST    50000
#define BOUNDARIES_MOST 10000

static const char *line_end(const char *line, const char *end)
{
    const char *found = memchr(line, '\n', (size_t)(end - line));

    return found != NULL ? found : end;
}

/* "Name:", as RFC 5322 has it, with what parsers forgive. */
static bool looks_like_header(const char *line, const char *end)
{
    const char *at = line;

    while (at<end && * at> ' ' && *at != ':' && *at != 0x7F)
        at++;
    while (at > line && at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at > line && at < end && *at == ':';
}

static bool is_blank(const char *line, const char *end)
{
    return line == end || (*line == '\r' && line + 1 == end);
}

int email_bounds_check(const char *bytes, size_t length, const struct email_limits *limits,
                       struct error *error)
{
    const char *end = bytes + length;
    size_t headers = 0, boundaries = 0, header_bytes = 0;
    bool body = false;

    if (length == 0)
        return error_set(error, ERROR_INVALID, "it is empty");
    if (length > limits->message_bytes)
        return error_set(error, ERROR_TOO_LARGE, "it is over %zu KiB",
                         limits->message_bytes / 1024);
    for (const char *line = bytes; line < end;) {
        const char *stop = line_end(line, end);

        body = body || is_blank(line, stop);
        header_bytes += body ? 0 : (size_t)(stop - line) + 1;
        headers += looks_like_header(line, stop);
        boundaries += stop - line >= 2 && line[0] == '-' && line[1] == '-';
        line = stop < end ? stop + 1 : end;
    }
    if (header_bytes > limits->header_bytes)
        return error_set(error, ERROR_TOO_LARGE, "its headers are over %zu KiB",
                         limits->header_bytes / 1024);
    if (headers == 0)
        return error_set(error, ERROR_INVALID, "it has no headers");
    if (headers > HEADERS_MOST)
        return error_set(error, ERROR_TOO_LARGE, "it has too many headers");
    if (boundaries > BOUNDARIES_MOST)
        return error_set(error, ERROR_TOO_LARGE, "it has too many parts");
    return 0;
}
