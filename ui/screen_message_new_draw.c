/* How a message that is being written is drawn. */
#include "ui/screen_message_new.h"

#include <string.h>

#include "app/message_segments.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

#define LABEL_WIDTH 10

static void draw_template(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct writing *writing = context;
    const struct compose *compose = &writing->compose;
    struct message_reading reading;
    int used;

    (void)selected;
    if (index == 0) {
        paint_text(row, 0, 1, -1, PAINT_VALUE, _("Free text"));
        return;
    }
    message_template_read(compose->templates[index - 1], compose_language(compose), &reading);
    used =
        paint_text(row, 0, 1, -1, PAINT_VALUE,
                   format_localised(json_object_get(compose->templates[index - 1]->body, "title")));
    if (reading.fallback)
        paint_text(row, 0, used + 3, -1, PAINT_WARNING, _("not in the client's language"));
}

/* Where it goes, or why it cannot. */
static int draw_way(const struct writing *writing, const struct paint *paint, int row)
{
    const struct record *client = writing->compose.client;
    const char *channel = writing_channel(writing);

    switch (message_way(client, channel)) {
    case MESSAGE_WAY_OPEN:
        return paint_labelled(paint, row, LABEL_WIDTH, _("To"), PAINT_VALUE,
                              message_address(client, channel));
    case MESSAGE_WAY_REFUSED:
        return paint_labelled(paint, row, LABEL_WIDTH, _("To"), PAINT_ERROR,
                              _("the client wants no messages by this channel"));
    case MESSAGE_WAY_NO_ADDRESS:
        break;
    }
    return paint_labelled(paint, row, LABEL_WIDTH, _("To"), PAINT_ERROR,
                          _("the client's file has no address for this channel"));
}

static void draw_segments(const struct writing *writing, const struct paint *paint, int row)
{
    struct message_segments segments;

    message_segments_count(fields_text(writing->fields, WRITING_TEXT), &segments);
    paint_format(paint, row, 0, -1,
                 segments.segments > MESSAGE_SEGMENTS_LIMIT ? PAINT_ERROR : PAINT_DIM,
                 language_plural("%1$zu SMS (%2$s), %3$zu characters left in it",
                                 "%1$zu SMS (%2$s), %3$zu characters left in the last one",
                                 segments.segments),
                 segments.segments, segments.ucs2 ? "UCS-2" : "GSM-7", segments.left);
}

/* When it leaves, where that is not at once; what does not fit of it is said. */
static int draw_when(struct screen *screen, const struct paint *paint, int row)
{
    const struct writing *writing = screen->data;
    char when[MESSAGE_WHEN_SIZE];
    const char *wrong;
    int64_t send_ms;

    if (!writing_asks(writing, WRITING_WHEN) ||
        strcmp(fields_text(writing->fields, WRITING_WHEN), "now") == 0)
        return 0;
    wrong = writing_when(screen, &send_ms);
    if (wrong == NULL && send_ms > 0)
        message_when_spoken(screen->desk, writing->compose.office, send_ms, when);
    else
        text_copy(when, sizeof(when), wrong != NULL ? wrong : message_when_text("now"));
    paint_text(paint, row, LABEL_WIDTH, -1, wrong != NULL ? PAINT_WARNING : PAINT_GOOD, when);
    return 1;
}

/* What the agent must know of the text. */
static int draw_remarks(const struct writing *writing, const struct paint *paint, int row)
{
    const struct compose *compose = &writing->compose;

    if (compose->template == NULL)
        return 0;
    if (compose->reading.fallback)
        return paint_wrapped(
            paint, row, 0, -1, 2, PAINT_WARNING,
            strcmp(compose->reading.language, "fr") == 0
                ? _("This template is not in the client's language: it is shown in French.")
                : _("This template is not in the client's language: it is shown in English."));
    if (*compose->status_code != '\0')
        return paint_wrapped(paint, row, 0, -1, 2, PAINT_DIM,
                             _("The code in it ends the one that the client had."));
    return 0;
}

void writing_draw(struct screen *screen, const struct paint *paint)
{
    struct writing *writing = screen->data;
    bool sms = strcmp(writing_channel(writing), "sms") == 0;
    struct paint rest;
    int row = 0;

    if (writing->choosing) {
        paint_text(paint, 0, 0, -1, PAINT_LABEL, _("What is it about?"));
        rest = paint_part(paint, 2, 0, -1, -1);
        list_draw(&writing->list, &rest, 1, true, draw_template, writing);
        return;
    }
    row += draw_way(writing, paint, row);
    for (size_t field = WRITING_CHANNEL; field < WRITING_TEXT; field++) {
        struct paint line;

        if (field == WRITING_SUBJECT)
            row += draw_when(screen, paint, row);
        line = paint_part(paint, row, 0, 1, -1);
        if (writing_asks(writing, field)) {
            fields_draw(writing->fields, field, &line, LABEL_WIDTH, true);
            if (field == WRITING_AHEAD)
                paint_text(&line, 0, LABEL_WIDTH + 6, -1, PAINT_DIM, _("business days before"));
            row++;
        }
    }
    row += draw_remarks(writing, paint, row);
    rest = paint_part(paint, row, 0, sms ? paint->rows - row - 1 : -1, -1);
    fields_draw(writing->fields, WRITING_TEXT, &rest, LABEL_WIDTH, true);
    if (sms)
        draw_segments(writing, paint, paint->rows - 1);
}
