/* What the fuzz targets that draw hold of every canvas. */
#ifndef GUICHET_TESTS_FUZZ_CANVAS_H
#define GUICHET_TESTS_FUZZ_CANVAS_H

#include <unistr.h>

#include "app/text.h"
#include "tests/fuzz/fuzz.h"
#include "ui/paint.h"

/* Nothing on it steers a terminal. */
static inline void fuzz_canvas_holds(const struct canvas *canvas)
{
    for (int row = 0; row < canvas_rows(canvas); row++) {
        char *line = canvas_line(canvas, row);

        FUZZ_HOLDS(line != NULL);
        for (size_t at = 0; line[at] != '\0';) {
            ucs4_t character;
            int size = u8_mbtoucr(&character, (const uint8_t *)line + at, strlen(line + at));

            FUZZ_HOLDS(size > 0 && !text_character_is_unsafe(character));
            at += (size_t)size;
        }
        free(line);
    }
}

#endif
