/* To which case a message belongs: one of its client's, another one by its reference, a new one. */
#include "ui/screen_message.h"

#include <stdio.h>
#include <string.h>

#include "app/case.h"
#include "app/json.h"
#include "app/message.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "ui/desk_cases.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/ui.h"

/* --- the client's cases ---------------------------------------------------------------------- */

struct offering {
    struct letter *letter;
    struct desk *desk;
};

static int offer(void *context, const struct record *matter, enum store_pending pending)
{
    struct offering *offering = context;
    struct letter *letter = offering->letter;
    char title[WORK_NAME_SIZE];

    (void)pending;
    if (strcmp(record_text(matter, "status"), "closed") == 0 ||
        strcmp(record_text(letter->record, "case"), matter->id.text) == 0)
        return 0;
    text_copy(title, sizeof(title), record_text(matter, "subject"));
    if (*title == '\0')
        work_title(offering->desk, RECORD_SERVICE, record_text(matter, "service"), title,
                   sizeof(title));
    snprintf(letter->offers[letter->offer_count], sizeof(letter->offers[0]), "%s  %.60s  %s",
             record_text(matter, "reference"), title, format_word(record_text(matter, "status")));
    letter->offered[letter->offer_count++] = matter->id;
    return letter->offer_count == LETTER_CASES ? 1 : 0;
}

void letter_case_ask(struct screen *screen)
{
    struct letter *letter = screen->data;
    struct offering offering = {letter, screen->desk};
    struct store_query query = {.type = RECORD_CASE, .newest_first = true};
    const char *choices[LETTER_CASES + 3] = {NULL};
    size_t count = 0;

    letter->offer_count = 0;
    if (id_parse(&query.client_id, record_text(letter->record, "client")))
        store_each(screen->desk->store, &query, offer, &offering, NULL);
    for (; count < letter->offer_count; count++)
        choices[count] = letter->offers[count];
    choices[count++] = N_("A new case");
    choices[count] = N_("Another one, by its reference");
    screen_ask(screen, "attach", _("To which case does it belong?"), choices);
}

/* --- putting it there ------------------------------------------------------------------------ */

static void put(struct screen *screen, const struct id *matter, struct batch *batch, int code,
                struct error *error)
{
    struct letter *letter = screen->data;
    struct author author = desk_author(screen->desk);
    const struct id none = {""};

    if (code == 0)
        code = author_set_field(batch, &author, letter->record, "case", matter->text, error);
    if (!work_apply(screen, batch, code, error))
        return;
    ui_tell(screen->ui, UI_DONE, "%s", _("It stands in this case now."));
    letter_changed(screen);
    letter_mark_read(screen);
    work_show_case(screen->ui, matter, &none);
}

static void start_case(struct screen *screen)
{
    const struct letter *letter = screen->data;
    struct author author = desk_author(screen->desk);
    struct case_start start = {.subject = record_text(letter->record, "subject")};
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id matter;
    int code;

    id_parse(&start.client, record_text(letter->record, "client"));
    code = case_open(&batch, &author, &start, &matter, &error);
    put(screen, &matter, &batch, code, &error);
}

void letter_case_answer(struct screen *screen, int64_t choice)
{
    struct letter *letter = screen->data;
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    size_t chosen = (size_t)choice;

    if (choice < 0 || chosen > letter->offer_count + 1)
        return;
    if (chosen < letter->offer_count)
        put(screen, &letter->offered[chosen], &batch, 0, &error);
    else if (chosen == letter->offer_count)
        start_case(screen);
    else
        letter_line_ask(screen, LETTER_LINE_CASE);
}

void letter_case_typed(struct screen *screen, const char *text)
{
    struct letter *letter = screen->data;
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id matter;
    char found[17];

    if (!desk_cases_find(screen->desk, text, &matter, found)) {
        ui_stop_ahead(screen->ui);
        ui_tell(screen->ui, UI_FAILED, "%s", _("No case on this terminal has this reference."));
        return;
    }
    letter->line_for = LETTER_LINE_NONE;
    put(screen, &matter, &batch, 0, &error);
}

/* --- dealt with ------------------------------------------------------------------------------ */

/* Whoever opens it has read it: the others see that. What belongs to no case is dealt with only
 * when somebody says so, lest it goes out of sight. */
void letter_mark_read(struct screen *screen)
{
    struct letter *letter = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    if (screen->desk->local_only || strcmp(record_text(letter->record, "state"), "received") != 0 ||
        *record_text(letter->record, "case") == '\0')
        return;
    if (message_mark_read(&batch, &author, letter->record, &error) != 0)
        batch_clear(&batch);
    else
        desk_apply(screen->desk, &batch, &error);
}

void letter_settle(struct screen *screen)
{
    struct letter *letter = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    if (work_apply(screen, &batch, message_mark_read(&batch, &author, letter->record, &error),
                   &error)) {
        ui_tell(screen->ui, UI_DONE, "%s", _("It is dealt with."));
        screen_close(screen);
    }
}
