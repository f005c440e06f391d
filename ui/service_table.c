/* The channels of a service side by side: can it be had now, fee, how long it takes, hours, how. */
#include "ui/service_view.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/format_hours.h"
#include "ui/language.h"

/* Columns of the table. */
#define CHANNEL_COLUMN 2
#define NOW_COLUMN     16
#define FEE_COLUMN     33
#define FEE_HEAD       7 /* columns of its heading */
#define SPAN_COLUMN    44
#define DETAIL_COLUMN  NOW_COLUMN
#define NARROW         70 /* with less, how long it takes goes below */
#define SPAN_ROWS      4

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

/* "open to 16:30", "any time", "not known". */
static enum paint_style now_text(const struct availability *now, int64_t now_ms, char *text,
                                 size_t size)
{
    switch (now->kind) {
    case AVAILABILITY_OPEN:
    case AVAILABILITY_CLOSED:
        format_opening(text, size, now->schedule, &now->state, now_ms);
        return now->state.open ? PAINT_GOOD : PAINT_WARNING;
    case AVAILABILITY_ALWAYS:
        text_copy(text, size, _("any time"));
        return PAINT_GOOD;
    case AVAILABILITY_NOT_OFFERED:
        text_copy(text, size, _("not offered"));
        return PAINT_DIM;
    case AVAILABILITY_UNKNOWN:
        break;
    }
    text_copy(text, size, _("not known"));
    return PAINT_DIM;
}

static void add_detail(struct text_buffer *detail, const char *text)
{
    if (*text != '\0')
        text_buffer_add_format(detail, "%s%s", detail->length > 0 ? " · " : "", text);
}

/* How, when and where, in one line below the row. */
static void draw_detail(struct page *page, const json_t *channel, const struct availability *now)
{
    struct text_buffer detail = {0};
    char week[256] = "";

    if (now->state.holiday)
        add_detail(&detail, _("closed today, a holiday"));
    if (now->office != NULL) {
        char where[300];

        snprintf(where, sizeof(where), _("not here; %s"),
                 format_localised(json_object_get(now->office->body, "title")));
        add_detail(&detail, where);
    }
    add_detail(&detail, format_localised(json_object_get(channel, "how")));
    add_detail(&detail, format_localised(json_object_get(channel, "hours")));
    if (now->schedule != NULL)
        format_week(week, sizeof(week), now->schedule);
    add_detail(&detail, week);
    if (detail.length > 0 && !detail.failed)
        page_text(page, DETAIL_COLUMN, PAINT_DIM, detail.bytes);
    text_buffer_free(&detail);
}

struct table {
    struct service *service;
    const char *own;
    int64_t cheapest, now_ms;
};

static void draw_row(const struct table *table, size_t index, const json_t *channel)
{
    struct page *page = &table->service->page;
    const struct availability *now = &table->service->channels[index];
    const char *name = json_text_or(channel, "channel", "");
    const json_t *fee = json_object_get(channel, "fee");
    bool is_own = strcmp(name, table->own) == 0;
    bool closed = now->kind == AVAILABILITY_NOT_OFFERED;
    bool is_cheapest =
        table->cheapest >= 0 && !closed && json_integer_or(fee, "amount", -1) == table->cheapest;
    char money[64], span[128], text[64];
    enum paint_style style = now_text(now, table->now_ms, text, sizeof(text));
    int row, used, rows;
    struct paint paint = page_rows(page, 1, &row);

    if (is_own)
        paint_text(&paint, row, 0, 1, PAINT_ACCENT, paint_is_plain(&paint) ? ">" : "▸");
    paint_text(&paint, row, CHANNEL_COLUMN, NOW_COLUMN - CHANNEL_COLUMN - 1,
               closed   ? PAINT_DIM
               : is_own ? PAINT_ACCENT
                        : PAINT_TEXT,
               format_channel(name));
    paint_text(&paint, row, NOW_COLUMN, FEE_COLUMN - NOW_COLUMN - 1, style, text);
    if (closed)
        return;
    format_money(money, sizeof(money), fee);
    span_text(table->service->record, channel, span, sizeof(span));
    used = paint_text(&paint, row, FEE_COLUMN, SPAN_COLUMN - FEE_COLUMN - 3,
                      is_cheapest ? PAINT_GOOD : PAINT_TEXT, money);
    if (is_cheapest)
        paint_text(&paint, row, FEE_COLUMN + used + 1, 1, PAINT_GOOD, cheapest_mark(&paint));
    if (paint.columns < NARROW) {
        page_text(page, DETAIL_COLUMN, PAINT_TEXT, span);
    } else {
        rows = paint_wrapped(&paint, row, SPAN_COLUMN, -1, SPAN_ROWS, PAINT_TEXT, span);
        page_rows(page, rows > 1 ? rows - 1 : 0, &row);
    }
    draw_detail(page, channel, now);
}

static bool any_fee_known(const json_t *channels)
{
    const json_t *channel;
    size_t index;

    json_array_foreach(channels, index, channel)
    {
        if (json_object_get(channel, "fee") != NULL)
            return true;
    }
    return false;
}

static void draw_heads(const struct paint *paint, int row)
{
    paint_text(paint, row, CHANNEL_COLUMN, NOW_COLUMN - CHANNEL_COLUMN - 1, PAINT_LABEL,
               _("Channel"));
    paint_text(paint, row, NOW_COLUMN, FEE_COLUMN - NOW_COLUMN - 1, PAINT_LABEL, _("Now"));
    paint_text(paint, row, FEE_COLUMN, SPAN_COLUMN - FEE_COLUMN - 1, PAINT_LABEL, _("Fee"));
    if (paint->columns >= NARROW)
        paint_text(paint, row, SPAN_COLUMN, -1, PAINT_LABEL, _("Takes"));
}

void service_table_draw(struct service *service, const char *own, int64_t now_ms)
{
    const json_t *channels = json_object_get(service->record->body, "channels"), *channel;
    struct table table = {service, own, cheapest_fee(channels), now_ms};
    struct page *page = &service->page;
    struct paint paint;
    size_t index;
    int row;

    if (service->channel_count == 0)
        return;
    paint = page_rows(page, 1, &row);
    draw_heads(&paint, row);
    if (table.cheapest >= 0) {
        int column = paint.columns < NARROW ? FEE_COLUMN + FEE_HEAD : SPAN_COLUMN;
        char text[64];

        snprintf(text, sizeof(text), _("%s the cheapest"), cheapest_mark(&paint));
        paint_right(&paint, row, column, paint.columns - column, PAINT_DIM, text);
    }
    json_array_foreach(channels, index, channel)
    {
        if (index < service->channel_count)
            draw_row(&table, index, channel);
    }
    if (json_is_true(json_object_get(service->record->body, "fee")) && !any_fee_known(channels))
        page_text(page, CHANNEL_COLUMN, PAINT_DIM,
                  _("There is a fee; the source does not say how much."));
}
