#include "ui/queue_next.h"

#include "app/queue_line.h"
#include "ui/language.h"
#include "ui/queue_words.h"
#include "ui/screen_handoff.h"
#include "ui/ui_internal.h"

static void tell_none(struct ui *ui, const struct queue_verdict *verdict)
{
    char why[WORK_NAME_SIZE];

    verdict_words(verdict, why, sizeof(why));
    if (verdict->bar == QUEUE_BAR_NONE)
        ui_tell(ui, UI_NOTE, "%s", _("Nothing waits that you can take."));
    else
        ui_tell(ui, UI_NOTE, _("Nothing that you can take now: %s."), why);
}

void queue_take_next(struct ui *ui)
{
    struct desk *desk = ui->desk;
    struct error error = ERROR_INIT;
    struct queue_verdict verdict;
    struct record *next;

    if (desk->store == NULL || ui_top(ui) == NULL)
        return;
    /* Two clients at once are taken knowingly, from the list. */
    if (desk->line.contact_started_ms > 0) {
        ui_tell(ui, UI_WARNING, "%s",
                _("A contact is in progress: end it first, or choose from the hand-offs."));
        return;
    }
    if (queue_line_next(desk->store, desk->catalogue, desk->agent, desk_now(desk), &next, &verdict,
                        &error) != 0)
        ui_tell_error(ui, &error);
    else if (next == NULL)
        tell_none(ui, &verdict);
    else
        handoff_take(ui_top(ui), next);
    record_free(next);
}
