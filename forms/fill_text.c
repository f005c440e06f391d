#include "forms/fill_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

#define MINIMUM_COLUMNS 20

/* Adds a text wrapped at spaces; lines after the first are indented by `hang`. */
static void add_wrapped(struct text_buffer *buffer, const char *text, size_t indent, size_t hang,
                        size_t columns)
{
    size_t length = strlen(text);
    size_t at = 0;
    size_t margin = indent;

    do {
        size_t fit = text_fit(text + at, length - at, columns - margin);
        size_t line = strcspn(text + at, "\n");

        if (line <= fit)
            fit = line;
        if (fit < length - at && text[at + fit] != '\n') {
            size_t space = fit;

            while (space > 0 && text[at + space] != ' ')
                space--;
            if (space > 0)
                fit = space;
        }
        if (fit == 0 && at < length && text[at] != '\n')
            fit = text_next(text, length, at) - at;
        text_buffer_add_format(buffer, "%*s", (int)margin, "");
        text_buffer_add(buffer, text + at, fit);
        text_buffer_add_text(buffer, "\n");
        at += fit;
        while (at < length && (text[at] == ' ' || text[at] == '\n'))
            if (text[at++] == '\n')
                break;
        margin = hang;
    } while (at < length);
}

static void add_title(struct text_buffer *buffer, const char *text, char under, size_t columns)
{
    size_t width = text_width(text, strlen(text));

    add_wrapped(buffer, text, 0, 0, columns);
    for (size_t i = 0; i < width && i < columns; i++)
        text_buffer_add(buffer, &under, 1);
    text_buffer_add_text(buffer, "\n");
}

/* "Label: value", for an answer; "-" where there is none. */
static void add_field(const struct fill *fill, size_t index, struct text_buffer *buffer,
                      size_t indent, size_t columns)
{
    const struct fill_line *line = &fill->lines[index];
    const json_t *value = fill_value(fill, index);
    enum form_language language = fill->context.language;
    char *label = fill_label(fill, index);
    char *spoken = value == NULL ? strdup("-") : answer_spoken(fill_control(line), value, language);
    struct text_buffer whole = {0};

    if (label != NULL && spoken != NULL) {
        char *clean = text_clean(spoken, strlen(spoken), true);

        text_buffer_add_format(&whole, "%s%s %s", label,
                               language == FORM_FRENCH ? "\xc2\xa0:" : ":",
                               clean != NULL ? clean : "");
        if (line->fault != NULL && line->visible)
            text_buffer_add_format(&whole, " [%s]", line->fault);
        free(clean);
    }
    if (!whole.failed && whole.bytes != NULL)
        add_wrapped(buffer, whole.bytes, indent, indent + 4, columns);
    text_buffer_free(&whole);
    free(label);
    free(spoken);
}

static void add_line(const struct fill *fill, size_t index, struct text_buffer *buffer,
                     size_t columns)
{
    const struct fill_line *line = &fill->lines[index];
    size_t indent = line->depth * 2 < columns / 2 ? line->depth * 2 : columns / 2;
    char *label;

    switch (line->kind) {
    case FILL_FIELD:
        add_field(fill, index, buffer, indent, columns);
        return;
    case FILL_LIST:
        return;
    default:
        label = fill_label(fill, index);
        if (line->kind != FILL_LABEL)
            text_buffer_add_text(buffer, "\n");
        if (label != NULL && *label != '\0')
            add_wrapped(buffer, label, indent, indent, columns);
        free(label);
    }
}

static void add_recipients(const struct fill *fill, struct text_buffer *buffer, size_t columns)
{
    enum form_language language = fill->context.language;

    if (form_recipient_count(fill->form) == 0)
        return;
    text_buffer_add_text(buffer, "\n");
    add_title(buffer, language == FORM_FRENCH ? "Organismes avisés" : "Agencies told", '-',
              columns);
    for (size_t i = 0; i < form_recipient_count(fill->form); i++) {
        const struct form_recipient *recipient = form_recipient(fill->form, i);
        char text[600];

        bool told = fill_consent(fill, i) && !json_bool_or(fill->withheld, recipient->id, false);

        snprintf(text, sizeof(text), "[%c] %s", told ? 'x' : ' ',
                 form_text_in(&recipient->title, language));
        add_wrapped(buffer, text, 0, 4, columns);
        if (*form_text_in(&recipient->consent, language) != '\0')
            add_wrapped(buffer, form_text_in(&recipient->consent, language), 4, 4, columns);
    }
}

/* What has no field is written down all the same. */
static void add_apart(const struct fill *fill, struct text_buffer *buffer, size_t columns)
{
    enum form_language language = fill->context.language;
    json_t *list = fill_apart(fill);
    json_t *entry;
    size_t i;

    if (json_array_size(list) > 0) {
        text_buffer_add_text(buffer, "\n");
        add_title(buffer, language == FORM_FRENCH ? "Réponses mises de côté" : "Answers put aside",
                  '-', columns);
    }
    json_array_foreach(list, i, entry)
    {
        struct text_buffer whole = {0};

        text_buffer_add_format(&whole, "%s%s %s", json_text_or(entry, "label", ""),
                               language == FORM_FRENCH ? "\xc2\xa0:" : ":",
                               json_text_or(entry, "text", ""));
        if (!whole.failed && whole.bytes != NULL)
            add_wrapped(buffer, whole.bytes, 0, 4, columns);
        text_buffer_free(&whole);
    }
    json_decref(list);
}

char *fill_to_text(const struct fill *fill, size_t columns)
{
    struct text_buffer buffer = {0};
    size_t page = fill->page_count;

    if (columns < MINIMUM_COLUMNS)
        columns = MINIMUM_COLUMNS;
    add_title(&buffer, form_title(fill->form, fill->context.language), '=', columns);
    for (size_t i = 0; i < fill->count; i++) {
        const struct fill_line *line = &fill->lines[i];

        if (!line->visible)
            continue;
        if (line->page != page && *fill_page_title(fill, line->page) != '\0') {
            text_buffer_add_text(&buffer, "\n");
            add_title(&buffer, fill_page_title(fill, line->page), '-', columns);
        }
        page = line->page;
        add_line(fill, i, &buffer, columns);
    }
    add_apart(fill, &buffer, columns);
    add_recipients(fill, &buffer, columns);
    return text_buffer_take(&buffer);
}
