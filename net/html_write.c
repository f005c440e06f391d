#include "net/html_write.h"

/* What stands for a character; NULL: itself. */
static const char *entity(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
    case '\t':
        return NULL;
    default:
        return (unsigned char)character < 0x20 || character == 0x7F ? "\xEF\xBF\xBD" : NULL;
    }
}

void html_add_text(struct text_buffer *page, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *instead = entity(*text);

        if (instead != NULL)
            text_buffer_add_text(page, instead);
        else
            text_buffer_add(page, text, 1);
    }
}
