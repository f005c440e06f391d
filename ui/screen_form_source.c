/* Who gave which answer of the form, and by which channel. */
#include "ui/screen_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/continue.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/submission.h"
#include "app/text.h"
#include "forms/form_pointer.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

/* The stamp of the answer that holds this place; that of the draft's beginning for answers it began
 * with; NULL for one that is only here yet. */
static const json_t *stamp_of(const struct form_screen *form, const char *pointer)
{
    const json_t *meta = form->submission == NULL ? NULL : form->submission->meta;
    char name[FORM_POINTER_SIZE], path[SUBMISSION_PATH_SIZE];
    const json_t *stamp;

    if (meta == NULL || !form_pointer_token(&pointer, name, sizeof(name)) ||
        !submission_answer_path(name, path) ||
        json_object_get(json_object_get(form->submission->body, "answers"), name) == NULL)
        return NULL;
    stamp = json_object_get(json_object_get(meta, "stamps"), path);
    return stamp != NULL ? stamp : json_object_get(meta, "created");
}

const char *form_source_channel(const struct form_screen *form, const char *pointer)
{
    return json_text_or(stamp_of(form, pointer), "channel", "");
}

bool form_source_is_client(const json_t *stamp)
{
    return strcmp(json_text_or(stamp, "agent", ""), continue_web_agent.text) == 0;
}

/* The other answer, of two that were given without seeing one another: it is not lost unseen. */
static void add_passed_over(const struct form_screen *form, const char *pointer, char *text,
                            size_t size)
{
    char name[FORM_POINTER_SIZE], path[SUBMISSION_PATH_SIZE];
    const json_t *entry;
    size_t i;

    if (!form_pointer_token(&pointer, name, sizeof(name)) || !submission_answer_path(name, path))
        return;
    json_array_foreach(json_object_get(form->submission->meta, "conflicts"), i, entry)
    {
        json_t *lost = json_object_get(entry, "value");
        char *written = NULL;

        if (strcmp(json_text_or(entry, "path", ""), path) != 0 || lost == NULL)
            continue;
        if (!json_is_string(lost))
            written = json_canonical(lost);
        snprintf(text + strlen(text), size - strlen(text), " · ");
        snprintf(text + strlen(text), size - strlen(text), _("it was \"%s\""),
                 json_is_string(lost) ? json_string_value(lost)
                 : written != NULL    ? written
                                      : "");
        free(written);
    }
}

/* "Ann Roy · phone · 14:05", "" when nothing is known. */
static void source(struct screen *screen, const char *pointer, char *text, size_t size)
{
    const json_t *stamp = stamp_of(screen->data, pointer);
    const char *channel = json_text_or(stamp, "channel", "");
    char when[64] = "";
    int64_t ms;

    text_copy(text, size, "");
    if (stamp == NULL)
        return;
    if (timestamp_parse(json_text_or(stamp, "time", ""), &ms))
        format_when(when, sizeof(when), ms, desk_now(screen->desk));
    work_agent_name(screen->desk, json_text_or(stamp, "agent", ""), text, size);
    if (*channel != '\0' && !form_source_is_client(stamp))
        snprintf(text + strlen(text), size - strlen(text), " · %s", format_channel(channel));
    if (*when != '\0')
        snprintf(text + strlen(text), size - strlen(text), " · %s", when);
}

void form_source_words(struct screen *screen, const char *pointer, char *text, size_t size)
{
    char from[2 * WORK_NAME_SIZE];

    source(screen, pointer, from, sizeof(from));
    text_copy(text, size, "");
    if (*from == '\0')
        return;
    snprintf(text, size, _("Answered by %s"), from);
    add_passed_over(screen->data, pointer, text, size);
}

void form_source_page(struct screen *screen, struct page *page)
{
    const struct form_screen *form = screen->data;
    bool begun = false;

    for (size_t i = 0; i < fill_line_count(form->fill); i++) {
        const struct fill_line *line = fill_line(form->fill, i);
        char from[2 * WORK_NAME_SIZE];
        char *label;

        if (!line->visible || line->kind != FILL_FIELD || fill_value(form->fill, i) == NULL)
            continue;
        source(screen, line->pointer, from, sizeof(from));
        if (*from == '\0')
            continue;
        if (!begun) {
            page_blank(page);
            page_heading(page, _("Who answered"));
            begun = true;
        }
        label = fill_label(form->fill, i);
        page_labelled(page, form_label_width(page->paint.columns), label == NULL ? "" : label,
                      PAINT_TEXT, from);
        free(label);
    }
}

void form_source_totals(const struct form_screen *form, char *text, size_t size)
{
    const json_t *answers =
        form->submission == NULL ? NULL : json_object_get(form->submission->body, "answers");
    struct text_buffer totals = {0};

    for (const char *const *channel = channel_words; *channel != NULL; channel++) {
        size_t count = 0;
        const char *name;
        json_t *value;

        json_object_foreach((json_t *)(uintptr_t)answers, name, value)
        {
            char path[SUBMISSION_PATH_SIZE];

            /* A pointer has the same escapes as a path. */
            if (submission_answer_path(name, path))
                count += strcmp(form_source_channel(form, path + strlen("answers")), *channel) == 0;
        }
        if (count > 0)
            text_buffer_add_format(&totals, "%s%s %zu", totals.length > 0 ? " · " : "",
                                   format_channel(*channel), count);
    }
    text_copy(text, size, totals.bytes != NULL ? totals.bytes : "");
    text_buffer_free(&totals);
}
