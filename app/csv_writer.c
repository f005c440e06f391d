#include "app/csv_writer.h"

#include <string.h>

static void field_write(FILE *stream, const char *text)
{
    if (text[strcspn(text, "\",\r\n")] == '\0') {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}

void csv_write_row(FILE *stream, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputc(',', stream);
        /* A row of one empty field would be an empty line. */
        if (count == 1 && fields[i][0] == '\0')
            fputs("\"\"", stream);
        else
            field_write(stream, fields[i]);
    }
    fputs("\r\n", stream);
}
