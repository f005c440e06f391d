/* The case's timeline: which entries are shown, and which are new to this agent. */
#include "ui/screen_case_file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

#define LOOKED       "looked" /* in the store's state: {case: seq} */
#define LOOKED_LIMIT 500

/* --- new since last looked -------------------------------------------------------------------- */

void case_looked_read(struct screen *screen, const struct id *id)
{
    struct matter *matter = screen->data;
    json_t *looked = NULL;

    matter->looked = 0;
    if (store_state_get(screen->desk->store, LOOKED, &looked, NULL) == 0)
        matter->looked = json_integer_or(looked, id->text, 0);
    json_decref(looked);
}

void case_looked_keep(struct screen *screen)
{
    struct matter *matter = screen->data;
    const char *id = matter->file.matter->id.text;
    json_t *looked = NULL;
    int64_t seq;

    if (screen->desk->store == NULL ||
        case_file_latest(&matter->file, screen->desk->store, &seq, NULL) != 0 ||
        seq <= matter->looked)
        return;
    if (store_state_get(screen->desk->store, LOOKED, &looked, NULL) != 0)
        return;
    if (!json_is_object(looked)) {
        json_decref(looked);
        looked = json_object();
    }
    /* The case goes to the end: the longest not looked at are forgotten first. */
    json_object_del(looked, id);
    while (json_object_size(looked) >= LOOKED_LIMIT)
        json_object_del(looked, json_object_iter_key(json_object_iter(looked)));
    json_object_set_new(looked, id, json_integer(seq));
    store_state_put(screen->desk->store, LOOKED, looked, NULL);
    json_decref(looked);
}

static bool is_new(const struct desk *desk, const struct matter *matter,
                   const struct record *record)
{
    const json_t *updated = json_object_get(record->meta, "updated");

    /* What is tried again by itself is no news. */
    if (record->type == RECORD_DELIVERY && !delivery_is_decided(record))
        return false;
    return matter->looked > 0 && record->seq > matter->looked &&
           strcmp(json_text_or(updated, "agent", ""), desk_agent(desk)->text) != 0;
}

bool case_entry_is_new(const struct desk *desk, const struct matter *matter,
                       const struct case_entry *entry)
{
    return is_new(desk, matter, entry->record);
}

static int count_fresh(void *context, const struct record *record, enum store_pending pending)
{
    struct screen *screen = context;
    struct matter *matter = screen->data;

    (void)pending;
    matter->fresh += is_new(screen->desk, matter, record);
    return matter->fresh > CASE_FRESH_LIMIT ? 1 : 0;
}

int case_fresh_count(struct screen *screen, struct error *error)
{
    struct matter *matter = screen->data;
    int code = 0;

    matter->fresh = 0;
    if (matter->looked > 0)
        code = store_case_since(screen->desk->store, &matter->file.matter->id, matter->looked,
                                count_fresh, screen, error);
    return code < 0 ? code : 0;
}

/* --- the filter ------------------------------------------------------------------------------- */

static void words_free(struct matter *matter)
{
    for (size_t i = 0; matter->words != NULL && i < matter->word_count; i++)
        free(matter->words[i]);
    free(matter->words);
    matter->words = NULL;
    matter->word_count = 0;
}

static bool is_written(const struct record *record)
{
    return record->type == RECORD_NOTE || record->type == RECORD_MESSAGE;
}

/* Everything that an entry may be called: what the screen shows of it, and its plain words. Owned.
 */
static char *words_of(struct desk *desk, const struct case_entry *entry)
{
    char title[WORK_NAME_SIZE], who[WORK_NAME_SIZE], text[4 * WORK_NAME_SIZE];
    struct text_buffer words = {0};
    char *folded;

    case_entry_title(desk, entry->record, title, sizeof(title));
    case_entry_who(desk, entry, who, sizeof(who));
    case_entry_text(desk, entry->record, text, sizeof(text));
    text_buffer_add_format(&words, "%s %s %s %s %s %s", title, who, entry->channel,
                           format_channel(entry->channel), record_type_name(entry->record->type),
                           record_text(entry->record, "kind"));
    /* A note or a message in full, however long. */
    text_buffer_add_format(&words, " %s",
                           is_written(entry->record) ? record_text(entry->record, "text") : text);
    folded = words.bytes == NULL ? NULL : text_fold(words.bytes, words.length);
    text_buffer_free(&words);
    return folded;
}

static void words_read(struct screen *screen)
{
    struct matter *matter = screen->data;

    if (matter->words != NULL || matter->file.count == 0)
        return;
    matter->words = calloc(matter->file.count, sizeof(matter->words[0]));
    if (matter->words == NULL)
        return;
    matter->word_count = matter->file.count;
    for (size_t i = 0; i < matter->file.count; i++)
        matter->words[i] = words_of(screen->desk, &matter->file.entries[i]);
}

static void list_fill(struct screen *screen, const char *filter)
{
    struct matter *matter = screen->data;
    size_t count = 0;

    words_read(screen);
    for (size_t i = 0; i < matter->file.count; i++)
        if (matter->words == NULL || text_has_words(matter->words[i], filter))
            matter->shown[count++] = i;
    list_set_count(&matter->list, count);
}

static int fill_by_words(struct screen *screen, struct error *error)
{
    struct matter *matter = screen->data;
    char *filter = text_fold(editor_text(matter->filter), editor_length(matter->filter));
    size_t *shown;
    /* Words are looked for in all of it. */
    int code = case_file_more(&matter->file, screen->desk->store, SIZE_MAX, error);

    if (code == 0) {
        shown = realloc(matter->shown, (matter->file.count + 1) * sizeof(shown[0]));
        if (shown == NULL || filter == NULL)
            code = error_set(error, ERROR_MEMORY, "out of memory");
        else
            matter->shown = shown;
    }
    if (code == 0)
        list_fill(screen, filter);
    free(filter);
    return code;
}

int case_filter_apply(struct screen *screen, struct error *error)
{
    struct matter *matter = screen->data;

    matter->filtered = editor_length(matter->filter) > 0;
    if (matter->filtered)
        return fill_by_words(screen, error);
    list_set_count(&matter->list, matter->file.total);
    return case_read_ahead(screen, error);
}

int case_read_ahead(struct screen *screen, struct error *error)
{
    struct matter *matter = screen->data;
    int code;

    if (matter->filtered)
        return 0;
    code = case_file_more(&matter->file, screen->desk->store,
                          matter->list.selected + (size_t)matter->list.page + 1, error);
    if (code == 0)
        list_set_count(&matter->list, matter->file.total);
    return code;
}

const struct case_entry *case_entry_at(const struct matter *matter, size_t index)
{
    size_t place = index;

    if (matter->filtered)
        place = index < matter->list.count ? matter->shown[index] : SIZE_MAX;
    return place < matter->file.count ? &matter->file.entries[place] : NULL;
}

void case_filter_forget(struct matter *matter)
{
    words_free(matter);
}

void case_filter_free(struct matter *matter)
{
    words_free(matter);
    free(matter->shown);
    editor_free(matter->filter);
}

void case_filter_draw(struct matter *matter, const struct paint *paint, int row)
{
    char text[WORK_NAME_SIZE];
    struct paint field;
    int used;

    if (!matter->filtering && editor_length(matter->filter) == 0) {
        text_copy(text, sizeof(text), _("What happened, newest first"));
        if (matter->fresh > CASE_FRESH_LIMIT)
            snprintf(text, sizeof(text), _("What happened, more than %d new since you last looked"),
                     CASE_FRESH_LIMIT);
        else if (matter->fresh > 0)
            snprintf(text, sizeof(text),
                     language_plural("What happened, %zu new since you last looked",
                                     "What happened, %zu new since you last looked", matter->fresh),
                     matter->fresh);
        paint_heading(paint, row, text);
        return;
    }
    used = paint_text(paint, row, 0, -1, PAINT_LABEL, _("Only"));
    snprintf(text, sizeof(text), _("%1$zu of %2$zu"), matter->list.count, matter->file.count);
    paint_right(paint, row, used + 2, -1, PAINT_DIM, text);
    field = paint_part(paint, row, used + 1, 1, -2 - (int)text_width(text, strlen(text)));
    editor_draw(matter->filter, &field, matter->filtering);
}

bool case_filter_key(struct screen *screen, const struct input *input)
{
    struct matter *matter = screen->data;
    struct error error = ERROR_INIT;
    bool changed = false;

    if (input->code == INPUT_ENTER || input->code == INPUT_DOWN || input->code == INPUT_TAB) {
        matter->filtering = false;
        return true;
    }
    if (input->code == INPUT_ESCAPE) {
        changed = editor_length(matter->filter) > 0;
        editor_clear(matter->filter);
        matter->filtering = false;
    } else if (!editor_key(matter->filter, input, &changed)) {
        return false;
    }
    if (changed && case_filter_apply(screen, &error) != 0)
        ui_tell_error(screen->ui, &error);
    return true;
}
