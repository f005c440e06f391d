/* Where a case stands: asked, set, and what was planned for a case that closes. */
#include "ui/screen_case_file.h"

#include <stdio.h>
#include <string.h>

#include "app/case.h"
#include "app/json.h"
#include "app/message.h"
#include "ui/format.h"
#include "ui/language.h"

void case_status_ask(struct screen *screen)
{
    const struct matter *matter = screen->data;
    const char *next[CASE_STATUS_LIMIT];

    case_next_statuses(record_text(matter->file.matter, "status"), next);
    for (size_t i = 0; next[i] != NULL; i++)
        next[i] = format_word(next[i]);
    if (next[0] != NULL)
        screen_ask(screen, "status", _("Where does the case stand now?"), next);
}

/* Sets it, and takes back what was planned when that is wished. */
static bool set_status(struct screen *screen, const char *status, bool withdraw)
{
    struct matter *matter = screen->data;
    const struct checklist *checklist = &matter->checklist;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code = 0;

    if (withdraw)
        code = message_withdraw_planned(&batch, &author, screen->desk->store,
                                        &matter->file.matter->id, &error);
    if (code == 0)
        code = case_set_status(&batch, &author, matter->file.matter, status, &error);
    if (!work_apply(screen, &batch, code, &error))
        return false;
    /* Said, not forbidden: a client may well not want the rest. */
    if (strcmp(status, "closed") == 0 && checklist_next(checklist) < checklist->count)
        ui_tell(screen->ui, UI_WARNING,
                language_plural("Closed, with %zu step of the checklist still to do",
                                "Closed, with %zu steps of the checklist still to do",
                                checklist->needed - checklist->done),
                checklist->needed - checklist->done);
    return true;
}

static int count_planned(void *context, const struct record *message, enum store_pending pending)
{
    (void)message;
    (void)pending;
    ++*(size_t *)context;
    return 0;
}

/* A reminder for what is over would come as a surprise; one that thanks would not. */
static bool ask_planned(struct screen *screen)
{
    static const char *const choices[] = {N_("Take them back and close"),
                                          N_("Close, and send them on their day"), NULL};
    const struct matter *matter = screen->data;
    char question[WORK_NAME_SIZE];
    size_t count = 0;

    message_each_planned(screen->desk->store, &matter->file.matter->id, desk_now(screen->desk),
                         count_planned, &count, NULL);
    if (count == 0)
        return false;
    snprintf(question, sizeof(question),
             language_plural("%zu message to the client is planned.",
                             "%zu messages to the client are planned.", count),
             count);
    screen_ask(screen, "planned", question, choices);
    return true;
}

bool case_status_answer(struct screen *screen, const char *name, int64_t choice)
{
    const struct matter *matter = screen->data;
    const char *next[CASE_STATUS_LIMIT];

    if (choice < 0)
        return false;
    if (strcmp(name, "planned") == 0)
        return set_status(screen, "closed", choice == 0);
    case_next_statuses(record_text(matter->file.matter, "status"), next);
    for (int64_t i = 0; i <= choice; i++)
        if (next[i] == NULL)
            return false;
    if (strcmp(next[choice], "closed") == 0 && ask_planned(screen))
        return false;
    return set_status(screen, next[choice], false);
}
