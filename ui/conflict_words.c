#include "ui/conflict_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/conflict.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/screen_outbox.h"

#define QUESTION "conflict"

static void value_text(const char *path, const json_t *value, char *text, size_t size)
{
    char *bytes = NULL;

    if (strncmp(path, "ticks/", 6) == 0)
        text_copy(text, size, tick_text(json_is_string(value) ? json_string_value(value) : ""));
    else if (value == NULL || json_is_null(value))
        text_copy(text, size, _("nothing"));
    else if (json_is_string(value))
        work_first_line(json_string_value(value), text, size);
    else
        text_copy(text, size, (bytes = json_canonical(value)) != NULL ? bytes : "");
    free(bytes);
}

/* A value, with who set it and when. `stamp`: {"agent", "time"}, NULL when not known. */
static void value_of(struct desk *desk, const char *path, const json_t *value, const json_t *stamp,
                     char text[CONFLICT_WORDS_SIZE])
{
    char shown[WORK_NAME_SIZE], who[WORK_NAME_SIZE], when[WORK_NAME_SIZE];
    int64_t at_ms = 0;

    value_text(path, value, shown, sizeof(shown));
    if (!timestamp_parse(json_text_or(stamp, "time", ""), &at_ms)) {
        text_copy(text, CONFLICT_WORDS_SIZE, shown);
        return;
    }
    work_agent_name(desk, json_text_or(stamp, "agent", ""), who, sizeof(who));
    format_when(when, sizeof(when), at_ms, desk_now(desk));
    snprintf(text, CONFLICT_WORDS_SIZE, "%s (%s, %s)", shown, who, when);
}

bool conflict_words_read(struct desk *desk, const struct record *record, const char *path,
                         struct conflict_words *words)
{
    const json_t *conflict = record != NULL ? conflict_find(record, path) : NULL;

    *words = (struct conflict_words){"", ""};
    if (conflict == NULL)
        return false;
    value_of(desk, path, json_object_get(conflict, "kept"),
             json_object_get(json_object_get(record->meta, "stamps"), path), words->stands);
    value_of(desk, path, json_object_get(conflict, "value"), conflict, words->gave_way);
    return true;
}

void conflict_words_draw(const struct paint *paint, int row, const struct conflict_words *words)
{
    int used = 3 + paint_text(paint, row, 3, -1, PAINT_DIM, _("stands:"));

    paint_text(paint, row, used + 1, -1, PAINT_TEXT, words->stands);
    used = 3 + paint_text(paint, row + 1, 3, -1, PAINT_DIM, _("gave way:"));
    paint_text(paint, row + 1, used + 1, -1, PAINT_TEXT, words->gave_way);
}

void conflict_words_ask(struct screen *screen, const char *label)
{
    static const char *const choices[] = {N_("Keep what stands"), N_("Take what gave way"), NULL};
    char question[WORK_NAME_SIZE];

    snprintf(question, sizeof(question), _("%s: which value is right?"), label);
    screen_ask(screen, QUESTION, question, choices);
}

bool conflict_words_answer(struct screen *screen, const struct record *record, const char *path,
                           const char *from, const json_t *answer)
{
    struct author author = desk_author(screen->desk);
    json_int_t choice = json_integer_or(answer, "choice", -1);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    if (strcmp(from, "choice") != 0 || strcmp(json_text_or(answer, "name", ""), QUESTION) != 0 ||
        choice < 0)
        return false;
    code = conflict_settle(&batch, &author, record, path, choice == 1, &error);
    if (!work_apply(screen, &batch, code, &error))
        return false;
    ui_tell(screen->ui, UI_NOTE, "%s", _("Settled: one value stands."));
    return true;
}

size_t conflict_words_find(struct desk *desk, const struct record *record,
                           const struct fields_row *rows, size_t focus,
                           struct conflict_words *words)
{
    size_t row = 0;

    if (conflict_words_read(desk, record, rows[focus].name, words))
        return focus;
    while (rows[row].label != NULL && !conflict_words_read(desk, record, rows[row].name, words))
        row++;
    return row;
}

void conflict_words_draw_of(const struct paint *paint, const char *label,
                            const struct conflict_words *words)
{
    paint_format(paint, 0, 0, -1, PAINT_WARNING, _("%s: two have set it at the same time."), label);
    conflict_words_draw(paint, 1, words);
}
