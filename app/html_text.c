#define _GNU_SOURCE /* memmem */
/*
 * HTML as a text. No tree is made: one pass over the bytes, which keeps the text, and knows the few
 * elements that mean lines, lists, quotes and links. What a browser would not show as text is left
 * out with its content; nothing is fetched.
 */
#include "app/html_text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <unistr.h>

#include "app/text.h"

#define NAME_SIZE   16
#define LINK_LIMIT  500
#define QUOTES_MOST 5

struct html {
    const char *at, *end;
    struct text_buffer text;
    size_t limit;
    bool line_begins; /* nothing on this line yet */
    bool space;       /* one is due before the next word */
    bool preserved;   /* within <pre> */
    size_t quotes;    /* blockquotes that are open */
    char link[LINK_LIMIT + 1];
    size_t link_begins; /* where its text begins */
};

struct tag {
    char name[NAME_SIZE]; /* lower case; "" for what is none */
    bool closing;
    const char *attributes, *end;
};

/* --- entities --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    ucs4_t character;
} entities[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},
    {"apos", '\''},     {"nbsp", 0xA0},     {"iexcl", 0xA1},    {"cent", 0xA2},
    {"pound", 0xA3},    {"copy", 0xA9},     {"ordf", 0xAA},     {"laquo", 0xAB},
    {"shy", 0xAD},      {"reg", 0xAE},      {"deg", 0xB0},      {"plusmn", 0xB1},
    {"sup2", 0xB2},     {"sup3", 0xB3},     {"middot", 0xB7},   {"ordm", 0xBA},
    {"raquo", 0xBB},    {"frac14", 0xBC},   {"frac12", 0xBD},   {"frac34", 0xBE},
    {"Agrave", 0xC0},   {"Aacute", 0xC1},   {"Acirc", 0xC2},    {"Atilde", 0xC3},
    {"Auml", 0xC4},     {"Aring", 0xC5},    {"AElig", 0xC6},    {"Ccedil", 0xC7},
    {"Egrave", 0xC8},   {"Eacute", 0xC9},   {"Ecirc", 0xCA},    {"Euml", 0xCB},
    {"Icirc", 0xCE},    {"Iuml", 0xCF},     {"Ntilde", 0xD1},   {"Ocirc", 0xD4},
    {"Ouml", 0xD6},     {"times", 0xD7},    {"Oslash", 0xD8},   {"Ugrave", 0xD9},
    {"Ucirc", 0xDB},    {"Uuml", 0xDC},     {"szlig", 0xDF},    {"agrave", 0xE0},
    {"aacute", 0xE1},   {"acirc", 0xE2},    {"atilde", 0xE3},   {"auml", 0xE4},
    {"aring", 0xE5},    {"aelig", 0xE6},    {"ccedil", 0xE7},   {"egrave", 0xE8},
    {"eacute", 0xE9},   {"ecirc", 0xEA},    {"euml", 0xEB},     {"igrave", 0xEC},
    {"iacute", 0xED},   {"icirc", 0xEE},    {"iuml", 0xEF},     {"ntilde", 0xF1},
    {"ograve", 0xF2},   {"oacute", 0xF3},   {"ocirc", 0xF4},    {"otilde", 0xF5},
    {"ouml", 0xF6},     {"divide", 0xF7},   {"oslash", 0xF8},   {"ugrave", 0xF9},
    {"uacute", 0xFA},   {"ucirc", 0xFB},    {"uuml", 0xFC},     {"yuml", 0xFF},
    {"OElig", 0x152},   {"oelig", 0x153},   {"ensp", ' '},      {"emsp", ' '},
    {"thinsp", ' '},    {"zwnj", 0x200C},   {"zwj", 0x200D},    {"ndash", 0x2013},
    {"mdash", 0x2014},  {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"sbquo", 0x201A},
    {"ldquo", 0x201C},  {"rdquo", 0x201D},  {"bdquo", 0x201E},  {"bull", 0x2022},
    {"hellip", 0x2026}, {"lsaquo", 0x2039}, {"rsaquo", 0x203A}, {"euro", 0x20AC},
    {"trade", 0x2122},  {"rarr", 0x2192},   {"larr", 0x2190},   {"check", 0x2713},
};

/* "#233", "#xE9" or a name; 0 when it is none. */
static ucs4_t entity_find(const char *name, size_t length)
{
    char text[12];
    ucs4_t number;

    if (length == 0 || length >= sizeof(text))
        return 0;
    memcpy(text, name, length);
    text[length] = '\0';
    if (text[0] == '#') {
        bool hexadecimal = text[1] == 'x' || text[1] == 'X';

        number = (ucs4_t)strtoul(text + (hexadecimal ? 2 : 1), NULL, hexadecimal ? 16 : 10);
        return number > 0x10FFFF || (number >= 0xD800 && number < 0xE000) ? 0xFFFD : number;
    }
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
        if (strcmp(entities[i].name, text) == 0)
            return entities[i].character;
    return 0;
}

/* Reads one character at `*at`, also one written as an entity. */
static ucs4_t character_read(const char **at, const char *end)
{
    ucs4_t character;
    int size;

    if (**at == '&') {
        size_t length = 0;
        size_t most = (size_t)(end - *at - 1) < 12 ? (size_t)(end - *at - 1) : 12;

        while (length < most &&
               (isalnum((unsigned char)(*at)[1 + length]) || (length == 0 && (*at)[1] == '#')))
            length++;
        character = entity_find(*at + 1, length);
        if (character != 0) {
            *at += 1 + length;
            *at += *at < end && **at == ';';
            return character;
        }
    }
    size = u8_mbtoucr(&character, (const uint8_t *)*at, (size_t)(end - *at));
    *at += size > 0 ? size : 1;
    return size > 0 ? character : 0xFFFD;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void character_add(struct text_buffer *buffer, ucs4_t character)
{
    uint8_t bytes[6];
    int size = u8_uctomb(bytes, character, sizeof(bytes));

    if (size > 0)
        text_buffer_add(buffer, (const char *)bytes, (size_t)size);
}

static void line_end(struct html *html)
{
    text_buffer_add_text(&html->text, "\n");
    html->line_begins = true;
    html->space = false;
}

/* A block begins or ends: what follows stands on a line of its own. */
static void line_break(struct html *html)
{
    if (!html->line_begins)
        line_end(html);
}

static void word_begin(struct html *html)
{
    if (html->line_begins)
        for (size_t i = 0; i < html->quotes && i < QUOTES_MOST; i++)
            text_buffer_add_text(&html->text, "> ");
    else if (html->space)
        text_buffer_add_text(&html->text, " ");
    html->line_begins = false;
    html->space = false;
}

static void show(struct html *html, ucs4_t character)
{
    bool blank = character == ' ' || character == '\t' || character == '\n' || character == '\r' ||
                 character == '\f';

    if (html->preserved && character == '\n') {
        line_end(html);
    } else if (blank && !html->preserved) {
        html->space = true;
    } else if (character != '\r') {
        word_begin(html);
        character_add(&html->text, blank ? ' ' : character);
    }
}

static void show_text(struct html *html, const char *text)
{
    word_begin(html);
    text_buffer_add_text(&html->text, text);
}

/* --- tags ------------------------------------------------------------------------------------- */

/* Reads what begins at '<'; false when it is no tag, and '<' is text. */
static bool tag_read(struct html *html, struct tag *tag)
{
    const char *at = html->at + 1;
    size_t length = 0;
    char quote = '\0';

    *tag = (struct tag){.closing = at < html->end && *at == '/'};
    at += tag->closing;
    if (at >= html->end || !(isalpha((unsigned char)*at) || *at == '!' || *at == '?'))
        return false;
    while (at < html->end && (isalnum((unsigned char)*at) || *at == '!' || *at == '?')) {
        if (length < NAME_SIZE - 1)
            tag->name[length++] = (char)tolower((unsigned char)*at);
        at++;
    }
    tag->attributes = at;
    for (; at < html->end && (quote != '\0' || *at != '>'); at++) {
        if (quote == '\0' && (*at == '"' || *at == '\'') && at[-1] == '=')
            quote = *at;
        else if (*at == quote)
            quote = '\0';
    }
    tag->end = at;
    html->at = at < html->end ? at + 1 : html->end;
    return true;
}

/* The value of an attribute, at most `size` - 1 bytes. */
static bool attribute_read(const struct tag *tag, const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    struct text_buffer buffer = {0};

    for (const char *at = tag->attributes; at + length + 1 < tag->end; at++) {
        const char *end = tag->end;

        if (strncasecmp(at, name, length) != 0 || at[length] != '=' ||
            !isspace((unsigned char)at[-1]))
            continue;
        at += length + 1;
        if (*at == '"' || *at == '\'') {
            const char *close = memchr(at + 1, *at, (size_t)(tag->end - at - 1));

            end = close != NULL ? close : tag->end;
            at++;
        }
        while (at < end && buffer.length < size)
            character_add(&buffer, character_read(&at, end));
        text_copy(value, size, buffer.bytes != NULL ? buffer.bytes : "");
        text_buffer_free(&buffer);
        return true;
    }
    return false;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* Passes over the content of an element that shows no text, and its end tag. */
static void content_skip(struct html *html, const char *name)
{
    size_t length = strlen(name);

    while (html->at < html->end) {
        const char *next = memchr(html->at, '<', (size_t)(html->end - html->at));
        struct tag tag;

        if (next == NULL || next + 2 + length >= html->end) {
            html->at = html->end;
            return;
        }
        html->at = next;
        if (next[1] == '/' && strncasecmp(next + 2, name, length) == 0 &&
            !isalnum((unsigned char)next[2 + length])) {
            (void)tag_read(html, &tag);
            return;
        }
        html->at++;
    }
}

static void comment_skip(struct html *html)
{
    const char *end = html->end - html->at > 4
                          ? memmem(html->at + 2, (size_t)(html->end - html->at - 2), "-->", 3)
                          : NULL;

    html->at = end != NULL ? end + 3 : html->end;
}

static void link_open(struct html *html, const struct tag *tag)
{
    html->link[0] = '\0';
    if (!attribute_read(tag, "href", html->link, sizeof(html->link)) ||
        (strncasecmp(html->link, "http", 4) != 0 && strncasecmp(html->link, "mailto:", 7) != 0))
        html->link[0] = '\0';
    html->link_begins = html->text.length;
}

/* Says where a link leads unless its text does. */
static void link_close(struct html *html)
{
    const char *target = html->link;

    if (strncasecmp(target, "mailto:", 7) == 0)
        target += 7;
    if (*target != '\0' && (html->text.bytes == NULL ||
                            strstr(html->text.bytes + html->link_begins, target) == NULL)) {
        html->space = true;
        show_text(html, "<");
        text_buffer_add_text(&html->text, target);
        text_buffer_add_text(&html->text, ">");
    }
    html->link[0] = '\0';
}

static void quote_change(struct html *html, bool closing)
{
    line_break(html);
    if (!closing)
        html->quotes++;
    else if (html->quotes > 0)
        html->quotes--;
}

/* What an element does to the text. */
static void tag_apply(struct html *html, const struct tag *tag)
{
    static const char *const hidden[] = {"script", "style",    "head",   "title", "template",
                                         "object", "noscript", "iframe", "svg",   NULL};
    static const char *const blocks[] = {
        "p",  "div", "table", "tr", "ul", "ol",   "h1",      "h2",      "h3",     "h4",     "h5",
        "h6", "hr",  "dl",    "dt", "dd", "form", "section", "article", "header", "footer", NULL};
    char alternative[200];

    if (!tag->closing && is_one_of(tag->name, hidden))
        content_skip(html, tag->name);
    else if (strcmp(tag->name, "br") == 0)
        line_end(html);
    else if (strcmp(tag->name, "blockquote") == 0)
        quote_change(html, tag->closing);
    else if (strcmp(tag->name, "pre") == 0)
        html->preserved = !tag->closing;
    else if (strcmp(tag->name, "td") == 0 || strcmp(tag->name, "th") == 0)
        html->space = true;
    else if (strcmp(tag->name, "a") == 0 && tag->closing)
        link_close(html);
    else if (strcmp(tag->name, "a") == 0)
        link_open(html, tag);
    else if (strcmp(tag->name, "img") == 0 &&
             attribute_read(tag, "alt", alternative, sizeof(alternative)))
        show_text(html, alternative);
    if (is_one_of(tag->name, blocks) || strcmp(tag->name, "li") == 0)
        line_break(html);
    if (strcmp(tag->name, "p") == 0 && tag->closing)
        line_end(html);
    if (strcmp(tag->name, "li") == 0 && !tag->closing)
        show_text(html, "- ");
}

char *html_text(const char *text, size_t length, size_t limit, bool *cut)
{
    struct html html = {.at = text, .end = text + length, .limit = limit, .line_begins = true};

    while (html.at < html.end && html.text.length < limit) {
        struct tag tag;

        if (*html.at != '<')
            show(&html, character_read(&html.at, html.end));
        else if (html.end - html.at >= 4 && memcmp(html.at, "<!--", 4) == 0)
            comment_skip(&html);
        else if (tag_read(&html, &tag))
            tag_apply(&html, &tag);
        else
            show(&html, (ucs4_t)(unsigned char)*html.at++);
    }
    if (html.at < html.end)
        *cut = true;
    return text_buffer_take(&html.text);
}
