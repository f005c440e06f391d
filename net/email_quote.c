#define _GNU_SOURCE /* memmem */
#include "net/email_text.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* How many lines a "On Monday, Zoé wrote:" may be broken into. */
#define ATTRIBUTION_LINES 3

static size_t line_length(const char *line)
{
    return strcspn(line, "\n");
}

static const char *line_next(const char *line)
{
    size_t length = line_length(line);

    return line[length] == '\n' ? line + length + 1 : line + length;
}

/* --- flowed ----------------------------------------------------------------------------------- */

static size_t quote_depth(const char *line)
{
    return strspn(line, ">");
}

static void strip_returns(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++)
        if (*from != '\r' || from[1] != '\n')
            *to++ = *from;
    *to = '\0';
}

void email_text_unflow(char *text, bool delete_space)
{
    char *to = text;

    strip_returns(text);
    for (const char *line = text; *line != '\0';) {
        size_t length = line_length(line);
        size_t depth = quote_depth(line);
        const char *next = line_next(line);
        const char *content = line + depth;
        bool signature;
        bool joins;

        content += *content == ' '; /* stuffed */
        signature = strncmp(content, "-- ", 3) == 0 && content + 3 >= line + length;
        joins = length > 0 && line[length - 1] == ' ' && content < line + length && !signature &&
                *next != '\0' && quote_depth(next) == depth;
        length -= joins && delete_space;
        /* A line that continues another one loses its quote marks. */
        if (to > text && to[-1] != '\n') {
            length -= (size_t)(content - line);
            line = content;
        }
        memmove(to, line, length);
        to += length;
        if (!joins && next[-1] == '\n')
            *to++ = '\n';
        line = next;
    }
    *to = '\0';
}

/* --- where the quote begins ------------------------------------------------------------------- */

static bool line_has(const char *line, size_t length, const char *words)
{
    return memmem(line, length, words, strlen(words)) != NULL;
}

static bool ends_with(const char *line, size_t length, const char *words)
{
    size_t size = strlen(words);

    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == ':'))
        length--;
    return length >= size && strncasecmp(line + length - size, words, size) == 0;
}

/* "-----Message d'origine-----", "---------- Forwarded message ---------" */
static bool is_separator(const char *line, size_t length)
{
    static const char *const words[] = {"Message d'origine", "Message d\xE2\x80\x99origine",
                                        "Message original",  "Original Message",
                                        "Original message",  "Forwarded message",
                                        "Message transf",    NULL};

    if (length < 8 || line[0] != '-' || line[1] != '-')
        return false;
    for (size_t i = 0; words[i] != NULL; i++)
        if (line_has(line, length, words[i]))
            return true;
    return false;
}

/* The block of headers that Outlook puts over what it quotes: "De : ... / Envoyé : ...". */
static bool is_header_block(const char *line)
{
    static const char *const first[] = {"De :", "De:", "From:", "De\xC2\xA0:", NULL};
    static const char *const second[] = {"Envoy", "Sent:", "Date :", "Date:", NULL};
    const char *next = line_next(line);

    line += *line == '*';
    next += *next == '*';
    for (size_t i = 0; first[i] != NULL; i++) {
        if (strncmp(line, first[i], strlen(first[i])) != 0)
            continue;
        for (size_t k = 0; second[k] != NULL; k++)
            if (strncmp(next, second[k], strlen(second[k])) == 0)
                return true;
    }
    return false;
}

/* "Le 3 mai, Zoé a écrit :", "On 3 May, Zoé wrote:", on up to three lines, with a quote below. */
static bool is_attribution(const char *line)
{
    const char *at = line;

    if (strncmp(line, "Le ", 3) != 0 && strncmp(line, "On ", 3) != 0)
        return false;
    for (size_t i = 0; i < ATTRIBUTION_LINES && *at != '\0'; i++) {
        size_t length = line_length(at);

        if (ends_with(at, length,
                      "a \xC3\xA9"
                      "crit") ||
            ends_with(at, length, "wrote")) {
            at = line_next(at);
            while (*at == '\n')
                at++;
            return *at == '>';
        }
        at = line_next(at);
    }
    return false;
}

/* All from here on is quoted or empty. */
static bool is_quoted_to_the_end(const char *line)
{
    if (*line != '>')
        return false;
    for (; *line != '\0'; line = line_next(line))
        if (*line != '>' && *line != '\n')
            return false;
    return true;
}

size_t email_text_quote(const char *text)
{
    const char *line = text;
    const char *quote = NULL; /* the first line of a run of quoted ones */

    for (; *line != '\0'; line = line_next(line)) {
        if (is_separator(line, line_length(line)) || is_header_block(line))
            return (size_t)(line - text);
        if (is_attribution(line))
            return (size_t)(line - text);
        if (*line == '>')
            quote = quote != NULL ? quote : line;
        else if (*line != '\n')
            quote = NULL;
    }
    return quote != NULL && is_quoted_to_the_end(quote) ? (size_t)(quote - text) : strlen(text);
}
