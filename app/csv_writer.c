#include "app/csv_writer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/text.h"

/* "+1 418 555-0101", "-5": whatever it is taken for, it does nothing. */
static bool is_number(const char *text)
{
    return *text != '=' && text[1] != '\0' && text[strspn(text, "0123456789 .,()/+-")] == '\0';
}

/* A spreadsheet takes what begins so for a formula, and a formula can call programs and send what
 * else is in the sheet; behind apostrophes too, so that one can be taken off again. */
static bool needs_guard(const char *text)
{
    text += strspn(text, "'");
    return *text != '\0' && strchr("=+-@\t\r", *text) != NULL && !is_number(text);
}

bool csv_field_is_guarded(const char *text)
{
    return text[0] == '\'' && needs_guard(text + 1);
}

static void field_write(FILE *stream, const char *text)
{
    const char *guard = needs_guard(text) ? "'" : "";

    if (text[strcspn(text, "\",\r\n")] == '\0') {
        fprintf(stream, "%s%s", guard, text);
        return;
    }
    fprintf(stream, "\"%s", guard);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}

/* On a terminal what could steer it is a mark. */
static void field_show(FILE *stream, const char *text)
{
    char *clean = text_clean(text, strlen(text), true);

    field_write(stream, clean != NULL ? clean : "?");
    free(clean);
}

void csv_write_row(FILE *stream, const char *const *fields, size_t count)
{
    bool shown = isatty(fileno(stream)) == 1;

    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputc(',', stream);
        /* A row of one empty field would be an empty line. */
        if (count == 1 && fields[i][0] == '\0')
            fputs("\"\"", stream);
        else if (shown)
            field_show(stream, fields[i]);
        else
            field_write(stream, fields[i]);
    }
    fputs("\r\n", stream);
}
