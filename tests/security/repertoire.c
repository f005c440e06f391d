/*
 * Reads what a terminal was sent, raw, and tells every byte that is not of Guichet's own
 * repertoire: what the screen library sends for xterm-256color, and text in which no character
 * could steer a terminal. Status 1 when there is one. At the end it says how much it read.
 *
 *   repertoire FILE...          of a terminal
 *   repertoire --lines FILE...  of a log or a program's output: text and line ends alone
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistr.h>

#include "app/text.h"

static bool lines_only;
static size_t faults, texts, orders, visible;

static void fault(const char *path, const unsigned char *bytes, size_t at, size_t length,
                  const char *what)
{
    size_t from = at > 20 ? at - 20 : 0, to = at + 20 < length ? at + 20 : length;

    if (++faults > 20)
        return;
    printf("%s at %zu: %s:", path, at, what);
    for (size_t i = from; i < to; i++)
        printf(bytes[i] >= 0x20 && bytes[i] < 0x7F ? "%s%c" : "%s\\x%02x", i == at ? " >>" : "",
               bytes[i]);
    putchar('\n');
}

/* Modes that Guichet turns on and off: cursor keys, blinking, the cursor, the second screen,
 * pastes. */
static bool mode_is_own(const char *numbers)
{
    static const char *const own[] = {"?1",     "?7", "?12",  "?25", "?1049", "?2004",
                                      "?12;25", "4",  "?3;4", "20",  NULL};

    for (size_t i = 0; own[i] != NULL; i++)
        if (strcmp(own[i], numbers) == 0)
            return true;
    return false;
}

/* What follows "ESC [": its length, 0 when it is not ours. */
static size_t csi(const unsigned char *bytes, size_t length)
{
    char numbers[40];
    size_t at = 0;

    while (at < length && at + 1 < sizeof(numbers) && strchr("0123456789;?!", bytes[at]) != NULL &&
           bytes[at] != '\0') {
        numbers[at] = (char)bytes[at];
        at++;
    }
    numbers[at] = '\0';
    if (at == length)
        return 0;
    switch (bytes[at]) {
    case 'h':
    case 'l':
        return mode_is_own(numbers) ? at + 1 : 0;
    case 't': /* keeps the title, and brings it back */
        return strcmp(numbers, "22;0;0") == 0 || strcmp(numbers, "23;0;0") == 0 ? at + 1 : 0;
    case 'p': /* the reset of terminfo at start */
        return strcmp(numbers, "!") == 0 ? at + 1 : 0;
    default:
        return strchr("ABCDEFGHJKLMPSTXZ@bdfmr", bytes[at]) != NULL &&
                       strpbrk(numbers, "?!") == NULL
                   ? at + 1
                   : 0;
    }
}

/* What follows ESC: its length, 0 when it is not ours. */
static size_t escape(const unsigned char *bytes, size_t length)
{
    size_t used;

    if (length == 0)
        return 0;
    if (bytes[0] == '[')
        return (used = csi(bytes + 1, length - 1)) > 0 ? used + 1 : 0;
    if ((bytes[0] == '(' || bytes[0] == ')') && length > 1 && strchr("0BA", bytes[1]) != NULL)
        return 2;
    return strchr("=>78M", bytes[0]) != NULL ? 1 : 0;
}

static void read_bytes(const char *path, const unsigned char *bytes, size_t length)
{
    size_t at = 0;

    while (at < length) {
        ucs4_t character;
        int size = u8_mbtoucr(&character, bytes + at, length - at);
        size_t used;

        if (size <= 0) {
            fault(path, bytes, at++, length, "not UTF-8");
        } else if (character == 0x1B && !lines_only) {
            used = escape(bytes + at + 1, length - at - 1);
            if (used == 0)
                fault(path, bytes, at, length, "not a sequence of ours");
            at += used + 1;
            orders++;
        } else if (character == '\n' || (lines_only && character == '\t') ||
                   (!lines_only && character != 0 && character < 0x20 &&
                    strchr("\r\b\t\a\x0e\x0f", (int)character) != NULL)) {
            at++;
        } else if (text_character_is_unsafe(character)) {
            fault(path, bytes, at, length, "a character that steers");
            at += (size_t)size;
        } else {
            visible += character >= 0x2400 && character < 0x2422;
            texts++;
            at += (size_t)size;
        }
    }
}

int main(int argc, char **argv)
{
    int first = 1;

    if (argc > 1 && strcmp(argv[1], "--lines") == 0) {
        lines_only = true;
        first = 2;
    }
    for (int i = first; i < argc; i++) {
        struct text_buffer all = {0};
        FILE *file = fopen(argv[i], "r");
        char part[65536];
        size_t got;

        if (file == NULL) {
            fprintf(stderr, "%s cannot be read\n", argv[i]);
            return 2;
        }
        while ((got = fread(part, 1, sizeof(part), file)) > 0)
            text_buffer_add(&all, part, got);
        fclose(file);
        read_bytes(argv[i], (const unsigned char *)all.bytes, all.length);
        text_buffer_free(&all);
    }
    printf("%zu characters, %zu of them marks of hostile ones, %zu orders, %zu faults\n", texts,
           visible, orders, faults);
    return faults > 0 ? 1 : 0;
}
