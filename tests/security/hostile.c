#include "tests/security/hostile.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"

/* Sequences, then every control and format character alone. */
static const char *const sequences[] = {
    "\x1b]52;c;aGFja2Vk\x07",                /* the clipboard */
    "\x1b]0;pwned\x07",                      /* the title */
    "\x1b]8;;http://evil.example\x1b\\link", /* a link */
    "\x1bP$q\"p\x1b\\",                      /* DECRQSS */
    "\x1b[6n\x1b[c\x1b[>c\x1b[5n\x1b[21t",   /* reports */
    "\x1b[201~rm -rf /\r",                   /* the end of a paste */
    "\x1b[31;5mRED\x1b[2J\x1b[H\x1b[?1049l", /* colour, clearing, the other screen */
    "\x1b"
    "c\x1b[!p\x1b#8", /* resets */
    "\x1b_payload\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\",
    "\xc2\x9b"
    "2J"
    "\xc2\x9d"
    "0;c1\xc2\x9c"
    "\xc2\x90"
    "q\xc2\x9c", /* the same as C1 */
    "\x0e\x0f\x05\x08\x08\x7f\r\n\t\x0b\x0c",
    "\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa7\xe2\x81"
    "\xa8"
    "\xe2\x81\xa9\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", /* directions */
    "\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d\xe2\x81\xa0\xef\xbb\xbf\xc2\xad\xe2\x80\xa8\xe2\x80\xa9",
    "\xf3\xa0\x81\x81\xf3\xa0\x81\xbf\xf3\xa0\x80\x81", /* tags */
    "\xee\x80\x80\xf4\x8f\xbf\xbd",                     /* private use */
};

#define SEQUENCE_COUNT (sizeof(sequences) / sizeof(sequences[0]))
#define PART_COUNT     (SEQUENCE_COUNT + 2)

static char **names; /* owned */
static size_t name_count, text_count, first;

void hostile_first(size_t number)
{
    first = number;
}

size_t hostile_count(void)
{
    return text_count;
}

size_t hostile_mark(const char *name)
{
    for (size_t i = 0; i < name_count; i++)
        if (strcmp(names[i], name) == 0)
            return first + i;
    names = realloc(names, (name_count + 1) * sizeof(*names));
    names[name_count] = strdup(name);
    return first + name_count++;
}

/* All of C0 but NUL, then DEL and all of C1. */
static void add_part(struct text_buffer *text, size_t part)
{
    if (part < SEQUENCE_COUNT)
        text_buffer_add_text(text, sequences[part]);
    else if (part == SEQUENCE_COUNT)
        for (char c = 1; c < 0x20; c++)
            text_buffer_add(text, &c, 1);
    else
        for (int c = 0x7F; c < 0xA0; c++) {
            const char bytes[2] = {(char)0xC2, (char)c};

            text_buffer_add(text, c == 0x7F ? "\x7f" : bytes, c == 0x7F ? 1 : 2);
        }
}

json_t *hostile_text(const char *name, size_t limit, bool brief)
{
    struct text_buffer text = {0};
    size_t mark = hostile_mark(name), least;
    json_t *string;

    text_buffer_add_format(&text, "~%zu~", mark);
    least = text.length;
    for (size_t i = 0; i < (brief ? 1 : PART_COUNT); i++)
        add_part(&text, (text_count + i) % PART_COUNT);
    text_count++;
    if (limit > 0 && text.length > limit) {
        size_t cut = limit;

        while (cut > 0 && ((unsigned char)text.bytes[cut] & 0xC0) == 0x80)
            cut--;
        text.length = cut > least ? cut : cut < least ? 0 : least;
    }
    string = json_stringn(text.bytes, text.length);
    text_buffer_free(&text);
    return string;
}

size_t hostile_map(const char *path)
{
    FILE *map = fopen(path, "w");

    if (map == NULL)
        return SIZE_MAX;
    for (size_t i = 0; i < name_count; i++)
        fprintf(map, "%zu %s\n", first + i, names[i]);
    return fclose(map) == 0 ? name_count : SIZE_MAX;
}
