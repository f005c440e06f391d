#include "ui/client_likely.h"

#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/work.h"

static void likeness_text(unsigned likeness, char *text, size_t size)
{
    const struct {
        unsigned bit;
        const char *word;
    } words[] = {
        {LIKE_NAME, N_("same name")},
        {LIKE_NEAR_NAME, N_("similar name")},
        {LIKE_SOUND, N_("sounds alike")},
        {LIKE_GIVEN_NAME, N_("same first name")},
        {LIKE_PHONE, N_("same phone")},
        {LIKE_EMAIL, N_("same e-mail")},
        {LIKE_POSTAL_CODE, N_("same postal code")},
        {LIKE_BIRTH_DATE, N_("same birth date")},
        {LIKE_NEAR_BIRTH_DATE, N_("similar birth date")},
        {UNLIKE_BIRTH_DATE, N_("other birth date")},
    };
    struct text_buffer buffer = {0};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (likeness & words[i].bit)
            text_buffer_add_format(&buffer, "%s%s", buffer.length > 0 ? ", " : "",
                                   _(words[i].word));
    text_copy(text, size, buffer.bytes != NULL ? buffer.bytes : "");
    text_buffer_free(&buffer);
}

void client_likely_draw(const struct paint *row, const struct client_hit *hit)
{
    char line[WORK_NAME_SIZE], why[WORK_NAME_SIZE];
    int why_width;

    work_client_line(hit->client, line, sizeof(line));
    likeness_text(hit->likeness, why, sizeof(why));
    why_width = (int)text_width(why, strlen(why));
    paint_text(row, 0, 1, row->columns - why_width - 4, PAINT_TEXT, line);
    paint_right(row, 0, row->columns - why_width - 1, why_width, PAINT_WARNING, why);
}

void client_likely_elsewhere_draw(struct desk *desk, const struct paint *row,
                                  const struct elsewhere *elsewhere, size_t index)
{
    const json_t *hit = elsewhere_hit(elsewhere, index);
    char office[WORK_NAME_SIZE], why[WORK_NAME_SIZE];
    int why_width;

    work_title(desk, RECORD_OFFICE, json_text_or(hit, "office", ""), office, sizeof(office));
    likeness_text(elsewhere_likeness(elsewhere, index), why, sizeof(why));
    why_width = (int)text_width(why, strlen(why));
    why_width = why_width < row->columns * 2 / 5 ? why_width : row->columns * 2 / 5;
    paint_format(row, 0, 1, row->columns - why_width - 4, PAINT_TEXT, "%s · %s · %s",
                 json_text_or(hit, "name", ""), office, json_text_or(hit, "birth_date", ""));
    paint_right(row, 0, row->columns - why_width - 1, why_width, PAINT_WARNING, why);
}
