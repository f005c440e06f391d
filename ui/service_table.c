#include "ui/service_table.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

/* Columns of the table. */
#define CHANNEL_COLUMN 2
#define FEE_COLUMN     17
#define SPAN_COLUMN    29
#define HOW_COLUMN     52
#define NARROW         70 /* with less the last column goes below */

/* The lowest fee there is, -1 when no two channels can be compared. */
static int64_t cheapest_fee(const json_t *channels)
{
    int64_t lowest = -1, highest = -1;
    const json_t *channel;
    size_t index;

    json_array_foreach(channels, index, channel)
    {
        int64_t amount = json_integer_or(json_object_get(channel, "fee"), "amount", -1);

        if (amount < 0 || json_is_false(json_object_get(channel, "available")))
            continue;
        if (lowest < 0 || amount < lowest)
            lowest = amount;
        if (amount > highest)
            highest = amount;
    }
    return lowest < highest ? lowest : -1;
}

/* The channel's guarantee, else the standard that is said for it. */
static void span_text(const struct record *service, const json_t *channel, char *text, size_t size)
{
    const json_t *guarantee = json_object_get(channel, "guarantee");
    const json_t *standards = json_object_get(service->body, "standards"), *standard;
    const char *name = json_text_or(channel, "channel", "");
    char span[64];
    size_t index;

    text_copy(text, size, "");
    format_span(span, sizeof(span), json_integer_or(guarantee, "count", -1),
                json_text_or(guarantee, "unit", ""));
    if (*span != '\0') {
        snprintf(text, size, "%s%s", span,
                 json_bool_or(guarantee, "refund", false) ? _(", or refunded") : "");
        return;
    }
    json_array_foreach(standards, index, standard)
    {
        if (strcmp(json_text_or(standard, "channel", ""), name) != 0)
            continue;
        format_span(text, size, json_integer_or(standard, "count", -1),
                    json_text_or(standard, "unit", ""));
        if (*text != '\0')
            return;
    }
}

static const char *cheapest_mark(const struct paint *paint)
{
    return paint_is_plain(paint) ? "*" : "✓";
}

static void draw_row(struct page *page, const struct record *service, const json_t *channel,
                     const char *own, int64_t cheapest)
{
    const char *name = json_text_or(channel, "channel", "");
    const json_t *fee = json_object_get(channel, "fee");
    const char *how = format_localised(json_object_get(channel, "how"));
    bool is_own = strcmp(name, own) == 0;
    bool closed = json_is_false(json_object_get(channel, "available"));
    bool is_cheapest = cheapest >= 0 && !closed && json_integer_or(fee, "amount", -1) == cheapest;
    char money[64], span[128];
    int row, used, rows, how_rows = 0;
    struct paint paint = page_rows(page, 1, &row);
    bool narrow = paint.columns < NARROW;

    format_money(money, sizeof(money), fee);
    span_text(service, channel, span, sizeof(span));
    if (is_own)
        paint_text(&paint, row, 0, 1, PAINT_ACCENT, paint_is_plain(&paint) ? ">" : "▸");
    paint_text(&paint, row, CHANNEL_COLUMN, FEE_COLUMN - CHANNEL_COLUMN - 1,
               closed   ? PAINT_DIM
               : is_own ? PAINT_ACCENT
                        : PAINT_TEXT,
               format_channel(name));
    if (closed) {
        paint_text(&paint, row, FEE_COLUMN, -1, PAINT_DIM, _("not offered"));
        return;
    }
    used = paint_text(&paint, row, FEE_COLUMN, SPAN_COLUMN - FEE_COLUMN - 1,
                      is_cheapest ? PAINT_GOOD : PAINT_TEXT, money);
    if (is_cheapest)
        paint_text(&paint, row, FEE_COLUMN + used + 1, 1, PAINT_GOOD, cheapest_mark(&paint));
    rows = paint_wrapped(&paint, row, SPAN_COLUMN, narrow ? -1 : HOW_COLUMN - SPAN_COLUMN - 1, 3,
                         PAINT_TEXT, span);
    if (!narrow)
        how_rows = paint_wrapped(&paint, row, HOW_COLUMN, -1, 3, PAINT_DIM, how);
    rows = how_rows > rows ? how_rows : rows;
    page_rows(page, rows > 1 ? rows - 1 : 0, &row);
    if (narrow)
        page_text(page, FEE_COLUMN, PAINT_DIM, how);
}

void service_table_draw(struct page *page, const struct record *service, const char *own)
{
    const json_t *channels = json_object_get(service->body, "channels"), *channel;
    int64_t cheapest = cheapest_fee(channels);
    struct paint paint;
    size_t index;
    int row;

    if (json_array_size(channels) == 0)
        return;
    paint = page_rows(page, 1, &row);
    paint_text(&paint, row, CHANNEL_COLUMN, 14, PAINT_LABEL, _("Channel"));
    paint_text(&paint, row, FEE_COLUMN, 11, PAINT_LABEL, _("Fee"));
    paint_text(&paint, row, SPAN_COLUMN, 24, PAINT_LABEL, _("Takes"));
    if (paint.columns >= NARROW)
        paint_text(&paint, row, HOW_COLUMN, -1, PAINT_LABEL, _("How"));
    json_array_foreach(channels, index, channel)
    {
        draw_row(page, service, channel, own, cheapest);
    }
    if (json_is_true(json_object_get(service->body, "fee")) && cheapest < 0) {
        bool known = false;

        json_array_foreach(channels, index, channel)
        {
            known = known || json_object_get(channel, "fee") != NULL;
        }
        if (!known)
            page_text(page, CHANNEL_COLUMN, PAINT_DIM,
                      _("There is a fee; the source does not say how much."));
    }
    if (cheapest >= 0) {
        char text[64];

        snprintf(text, sizeof(text), _("%s the cheapest"), cheapest_mark(&paint));
        page_text(page, CHANNEL_COLUMN, PAINT_DIM, text);
    }
}
