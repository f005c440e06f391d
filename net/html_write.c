#include "net/html_write.h"

#include <stdlib.h>
#include <string.h>

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
    default:
        return NULL;
    }
}

void html_add_text(struct text_buffer *page, const char *text)
{
    char *clean = text_clean(text, strlen(text), true);

    if (clean == NULL)
        page->failed = true;
    for (const char *at = clean; at != NULL && *at != '\0'; at++) {
        const char *instead = entity(*at);

        if (instead != NULL)
            text_buffer_add_text(page, instead);
        else
            text_buffer_add(page, at, 1);
    }
    free(clean);
}
