#include "app/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <unistr.h>

#include "app/text.h"

void print_row(const char *const cells[])
{
    for (size_t i = 0; cells[i] != NULL; i++) {
        char *clean = text_clean(cells[i], strlen(cells[i]), false);

        (void)printf("%s%s", i == 0 ? "" : "\t", clean != NULL ? clean : "?");
        free(clean);
    }
    (void)putchar('\n');
}

static void print_escape(FILE *stream, ucs4_t character)
{
    if (character >= 0x10000)
        (void)fprintf(stream, "\\u%04x\\u%04x", 0xD800 + (unsigned)((character - 0x10000) >> 10),
                      0xDC00 + (unsigned)((character - 0x10000) & 0x3FF));
    else
        (void)fprintf(stream, "\\u%04x", (unsigned)character);
}

void print_json_part(FILE *stream, const char *text)
{
    size_t length = strlen(text);

    if (isatty(fileno(stream)) != 1) {
        (void)fputs(text, stream);
        return;
    }
    /* What is to be escaped stands in strings alone: the rest is ASCII. */
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size = u8_mbtoucr(&character, (const uint8_t *)text + at, length - at);

        if (size <= 0) {
            size = 1;
            (void)fputc('?', stream);
        } else if (character != '\n' && text_character_is_unsafe(character)) {
            print_escape(stream, character);
        } else {
            (void)fwrite(text + at, 1, (size_t)size, stream);
        }
        at += (size_t)size;
    }
}

void print_json(const char *text)
{
    print_json_part(stdout, text);
    (void)putchar('\n');
}
