#include "app/main/manual_catalogue.h"

#include <string.h>

#include "app/catalogue_csv.h"
#include "app/export.h"
#include "app/import_sources.h"
#include "app/record_fields.h"
#include "ui/manual.h"

static void add_sources(struct text_buffer *page)
{
    text_buffer_add_text(page, ".SH IMPORTING\n"
                               "\\fBguichet import \\-\\-catalogue\\fR \\fIFILE SOURCE\\fR ... "
                               "reads one of these into a catalogue file, in one transaction; "
                               "\\fB\\-\\-dry\\-run\\fR tells what it would add, change, end and "
                               "refuse, and why.\n");
    for (const struct import_source *source = import_sources; source->name != NULL; source++) {
        text_buffer_add_text(page, ".TP\n.B ");
        manual_add_text(page, source->name);
        text_buffer_add_text(page, " \\fI");
        manual_add_text(page, source->arguments);
        text_buffer_add_text(page, "\\fR\n");
        manual_add_text(page, source->help);
        text_buffer_add_text(page, "\n");
    }
}

static void add_formats(struct text_buffer *page)
{
    text_buffer_add_text(page, ".SH EXPORTING\n"
                               "\\fBguichet export \\-\\-catalogue\\fR \\fIFILE FORMAT OUT\\fR "
                               "writes a catalogue file in one of these; a file named "
                               "\\(lq\\-\\(rq is standard output.\n");
    for (const struct export_format *format = export_formats; format->name != NULL; format++) {
        text_buffer_add_text(page, ".TP\n.B ");
        manual_add_text(page, format->name);
        text_buffer_add_text(page, " \\fI");
        manual_add_text(page, format->argument);
        text_buffer_add_text(page, "\\fR\n");
        manual_add_text(page, format->help);
        text_buffer_add_text(page, "\n");
    }
}

/* One paragraph for a column and those after it that share its help. */
static const struct csv_column_entry *add_column(struct text_buffer *page, const char *prefix,
                                                 const struct csv_column_entry *entry)
{
    const struct csv_column_entry *first = entry;

    text_buffer_add_text(page, ".TP\n.B ");
    do {
        text_buffer_add_text(page, entry == first ? "" : ", ");
        manual_add_text(page, prefix);
        manual_add_text(page, entry->name);
        entry++;
    } while (entry->name != NULL && entry->help == NULL);
    text_buffer_add_text(page, "\n");
    manual_add_text(page, first->help);
    text_buffer_add_text(page, " (");
    manual_add_text(page, catalogue_csv_kind_help(first->kind));
    text_buffer_add_text(page, ").\n");
    return entry;
}

static void add_columns(struct text_buffer *page)
{
    const struct csv_column_entry *entry = catalogue_csv_columns;

    text_buffer_add_text(page, ".SH CSV COLUMNS\n"
                               "One service a row, in UTF\\-8; only \\fBkey\\fR must be there, and "
                               "an empty field says nothing.\n");
    while (entry->name != NULL)
        entry = add_column(page, "", entry);
    text_buffer_add_text(page, ".PP\nEach channel (");
    for (const char *const *channel = channel_words; *channel != NULL; channel++) {
        text_buffer_add_text(page, channel == channel_words ? "" : ", ");
        manual_add_text(page, *channel);
    }
    text_buffer_add_text(page, ") has these columns, here of the counter:\n");
    for (entry = catalogue_csv_channel_columns; entry->name != NULL;)
        entry = add_column(page, "counter_", entry);
}

void manual_add_catalogue(struct text_buffer *page)
{
    add_sources(page);
    add_formats(page);
    add_columns(page);
}
