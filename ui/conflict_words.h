/* A field that two set without seeing one another, in words (app/conflict.h). */
#ifndef GUICHET_UI_CONFLICT_WORDS_H
#define GUICHET_UI_CONFLICT_WORDS_H

#include "ui/fields.h"
#include "ui/paint.h"
#include "ui/screen.h"
#include "ui/work.h"

#define CONFLICT_WORDS_SIZE (4 * WORK_NAME_SIZE)
#define CONFLICT_WORDS_ROWS 2

struct conflict_words {
    char stands[CONFLICT_WORDS_SIZE], gave_way[CONFLICT_WORDS_SIZE]; /* with who set it, and when */
};

/* False, and empty, when the field is no conflict. `record` may be NULL. */
bool conflict_words_read(struct desk *desk, const struct record *record, const char *path,
                         struct conflict_words *words);
/* Both, in CONFLICT_WORDS_ROWS rows from `row` on. */
void conflict_words_draw(const struct paint *paint, int row, const struct conflict_words *words);

/* The row that two set: the one of the cursor, else the first; past the last when there is none. */
size_t conflict_words_find(struct desk *desk, const struct record *record,
                           const struct fields_row *rows, size_t focus,
                           struct conflict_words *words);
/* The field's name, and both below it, from the first row on. */
void conflict_words_draw_of(const struct paint *paint, const char *label,
                            const struct conflict_words *words);
/* Asks which one is right; `label` is the field's name. */
void conflict_words_ask(struct screen *screen, const char *label);
/* In the screen's `answer`: true when one was chosen, which stands from now on. */
bool conflict_words_answer(struct screen *screen, const struct record *record, const char *path,
                           const char *from, const json_t *answer);

#endif
