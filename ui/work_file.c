#include "ui/work_file.h"

#include "app/store_file.h"
#include "ui/language.h"

bool work_is_pinned(struct desk *desk, enum record_type type, const struct id *id)
{
    struct store_file file;

    return desk->store != NULL && store_file_get(desk->store, type, id, &file, NULL) == 0 &&
           file.pinned_ms > 0;
}

void work_pin(struct screen *screen, enum record_type type, const struct id *id)
{
    struct desk *desk = screen->desk;
    bool pins = !work_is_pinned(desk, type, id);
    struct error error = ERROR_INIT;

    if (store_file_pin(desk->store, type, id, pins, desk_now(desk), &error) != 0) {
        ui_tell_error(screen->ui, &error);
        return;
    }
    link_sync_ring(desk->link);
    ui_tell(screen->ui, UI_DONE, "%s",
            pins ? _("Pinned: the file stays on this terminal. :storage lists what is pinned.")
                 : _("Pinned no longer."));
}

bool work_is_online(struct desk *desk)
{
    struct link_status status;

    link_status_get(desk->link, &status);
    return status.state == LINK_ONLINE || status.state == LINK_CONNECTING;
}

static bool want(struct screen *screen, enum record_type type, const struct id *id)
{
    struct error error = ERROR_INIT;
    int code = store_file_want(screen->desk->store, type, id, true, desk_now(screen->desk), &error);

    if (code != 0)
        ui_tell_error(screen->ui, &error);
    else
        link_sync_ring(screen->desk->link);
    return code == 0;
}

void work_want(struct screen *screen, enum record_type type, const struct id *id)
{
    if (want(screen, type, id))
        ui_tell(screen->ui, UI_NOTE, "%s",
                work_is_online(screen->desk)
                    ? _("Not all of this file is here: the rest is being fetched.")
                    : _("Not all of this file is here: the rest comes when the link is back."));
}

void work_want_rest(struct screen *screen, enum record_type type, const struct id *id)
{
    struct store_file file;

    if (store_file_get(screen->desk->store, type, id, &file, NULL) == 0 && file.away &&
        file.wanted_ms == 0)
        work_want(screen, type, id);
}
