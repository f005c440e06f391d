/* Taking a hand-off over, and landing where its sender stood. */
#include "ui/screen_handoff.h"

#include <string.h>

#include "app/contact.h"
#include "ui/language.h"

/* The ids that a hand-off carries, a contact only while it is in progress. */
static struct desk_open carried(struct desk *desk, const struct record *handoff)
{
    struct record *contact = work_get(desk, RECORD_CONTACT, record_text(handoff, "contact"), NULL);
    struct desk_open open = {0};

    if (contact != NULL && contact_is_open(contact))
        open.contact = contact->id;
    record_free(contact);
    id_parse(&open.client, record_text(handoff, "client"));
    id_parse(&open.matter, record_text(handoff, "case"));
    id_parse(&open.submission, record_text(handoff, "submission"));
    return open;
}

/* On the screen where the sender stood; a form opens at the field that its draft names. */
static void land(struct screen *screen, const struct desk_open *open, const char *place)
{
    struct record *draft = work_get(screen->desk, RECORD_SUBMISSION, open->submission.text, NULL);
    struct id form = {0};

    if (draft != NULL && strcmp(record_text(draft, "status"), "draft") == 0 &&
        strcmp(place, "case") != 0)
        form = draft->id;
    record_free(draft);
    if (strcmp(place, "contact") == 0 && !id_is_empty(&open->contact)) {
        ui_open(screen->ui, "contact", json_pack("{s:s}", "contact", open->contact.text));
        return;
    }
    if (!id_is_empty(&open->matter))
        work_show_case(screen->ui, &open->matter, &form);
    else if (ui_open(screen->ui, "contact", json_pack("{s:s}", "contact", open->contact.text)) ==
                 0 &&
             !id_is_empty(&form))
        ui_open(screen->ui, "form", json_pack("{s:s}", "submission", form.text));
}

/* The note that the sender had half typed goes on here. */
static void land_on_note(struct screen *screen, const struct record *handoff)
{
    const char *begun = handoff_note_begun(handoff);

    if (*begun != '\0')
        handoff_note_put(screen->desk, begun);
    if (strcmp(record_text(handoff, "place"), "note") == 0)
        ui_open(screen->ui, "note", NULL);
}

bool handoff_take(struct screen *screen, const struct record *handoff)
{
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct desk_open open = carried(screen->desk, handoff);
    int code = handoff_accept(&batch, &author, handoff, &error);

    if (!work_apply(screen, &batch, code, &error))
        return false;
    if (handoff_is_kind(handoff, HANDOFF_CONSULT)) {
        ui_tell(screen->ui, UI_DONE, "%s",
                _("Accepted: answer here; the sender keeps the client."));
        return false;
    }
    work_open_set(screen, &open);
    ui_tell(screen->ui, UI_DONE, "%s",
            _("Accepted: yours as soon as the server has confirmed it."));
    land(screen, &open, record_text(handoff, "place"));
    land_on_note(screen, handoff);
    return true;
}

void handoff_show(struct screen *screen, const struct record *handoff)
{
    struct id matter, none = {0};

    if (id_parse(&matter, record_text(handoff, "case")))
        work_show_case(screen->ui, &matter, &none);
    else
        ui_tell(screen->ui, UI_NOTE, "%s", _("This hand-off is about no case."));
}
