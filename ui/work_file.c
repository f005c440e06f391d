#include "ui/work_file.h"

#include <stdio.h>
#include <string.h>

#include "app/store_file.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/purpose.h"
#include "ui/work.h"

bool work_is_pinned(struct desk *desk, enum record_type type, const struct id *id)
{
    struct store_file file;

    return desk->store != NULL && store_file_get(desk->store, type, id, &file, NULL) == 0 &&
           file.pinned_ms > 0;
}

void work_pin_mark(struct desk *desk, enum record_type type, const struct id *id,
                   const struct paint *row)
{
    if (work_is_pinned(desk, type, id))
        paint_text(row, 0, 0, 1, PAINT_DIM, WORK_PIN_MARK);
}

void work_pin_draw(struct desk *desk, const struct record *client, const struct paint *paint)
{
    const char *text = _("(pinned)");
    int width = (int)text_width(text, strlen(text));

    if (client != NULL && work_is_pinned(desk, RECORD_CLIENT, &client->id))
        paint_right(paint, 0, paint->columns - width - 1, width, PAINT_DIM, text);
}

/* Whose file it is part of; itself where that is not known here. */
static struct id client_of(struct desk *desk, enum record_type type, const struct id *id)
{
    struct record *record = type == RECORD_CASE ? work_get(desk, type, id->text, NULL) : NULL;
    struct id client = *id;

    if (record != NULL && !id_parse(&client, record_text(record, "client")))
        client = *id;
    record_free(record);
    return client;
}

/* Why it may be handed out; also true for who is not asked. */
static bool known(struct desk *desk, enum record_type type, const struct id *id,
                  struct purpose_reason *reason)
{
    struct id file = client_of(desk, type, id);

    purpose_of_look(desk, &file, reason);
    return reason->purpose != PURPOSE_NONE || desk_may(desk, PERMISSION_OPEN_UNASKED);
}

static bool tell_keep(struct screen *screen, enum look_keep keep, enum record_type type,
                      const struct id *id, const struct purpose_reason *reason)
{
    struct id client = client_of(screen->desk, type, id);
    struct error error = ERROR_INIT;
    int code = desk_tell_keep(screen->desk, keep,
                              type == RECORD_CLIENT || !id_equal(&client, id) ? &client : NULL,
                              type == RECORD_CASE ? id : NULL, reason, &error);

    if (code != 0)
        ui_tell_error(screen->ui, &error);
    return code == 0;
}

void work_pin(struct screen *screen, enum record_type type, const struct id *id)
{
    struct desk *desk = screen->desk;
    bool pins = !work_is_pinned(desk, type, id);
    struct purpose_reason reason;
    struct error error = ERROR_INIT;

    (void)known(desk, type, id, &reason);
    if (!tell_keep(screen, pins ? LOOK_PIN : LOOK_UNPIN, type, id, &reason))
        return;
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

bool work_want_for(struct screen *screen, enum record_type type, const struct id *id,
                   const struct purpose_reason *reason)
{
    struct error error = ERROR_INIT;

    if (!tell_keep(screen, LOOK_FETCH, type, id, reason))
        return false;
    if (store_file_want(screen->desk->store, type, id, true, desk_now(screen->desk), &error) != 0) {
        ui_tell_error(screen->ui, &error);
        return false;
    }
    link_sync_ring(screen->desk->link);
    return true;
}

bool work_may_want(struct desk *desk, enum record_type type, const struct id *id)
{
    struct purpose_reason reason;

    return known(desk, type, id, &reason);
}

void work_want(struct screen *screen, enum record_type type, const struct id *id)
{
    struct purpose_reason reason;

    (void)known(screen->desk, type, id, &reason);
    if (work_want_for(screen, type, id, &reason))
        ui_tell(screen->ui, UI_NOTE, "%s",
                work_is_online(screen->desk)
                    ? _("Not all of this file is here: the rest is being fetched.")
                    : _("Not all of this file is here: the rest comes when the link is back."));
}

void work_want_rest(struct screen *screen, enum record_type type, const struct id *id)
{
    struct store_file file;

    if (store_file_get(screen->desk->store, type, id, &file, NULL) == 0 && file.away &&
        file.wanted_ms == 0 && work_may_want(screen->desk, type, id))
        work_want(screen, type, id);
}

void work_fetch_text(struct desk *desk, enum record_type type, const struct id *id, char *text,
                     size_t size)
{
    struct link_file file;
    struct store_file noted;

    text_copy(text, size, "");
    if (desk->store != NULL && store_file_get(desk->store, type, id, &noted, NULL) == 0 &&
        noted.coming > 0)
        file = (struct link_file){.done = noted.come, .all = noted.coming}; /* by the feed */
    else if (!link_file_get(desk->link, type, id, &file) || file.done == 0)
        return;
    if (file.all > 0)
        snprintf(text, size,
                 language_plural("%1$lld of %2$lld record", "%1$lld of %2$lld records", file.all),
                 (long long)file.done, (long long)file.all);
    else
        snprintf(text, size,
                 language_plural("%lld record so far", "%lld records so far", file.done),
                 (long long)file.done);
}

void work_part_text(struct desk *desk, enum record_type type, const struct id *id, char *text,
                    size_t size)
{
    char progress[80];
    struct store_file file;

    text_copy(text, size, "");
    if (desk->store == NULL || store_file_get(desk->store, type, id, &file, NULL) != 0 ||
        store_file_is_whole(&file))
        return;
    work_fetch_text(desk, type, id, progress, sizeof(progress));
    if (file.wanted_ms == 0 && file.coming == 0)
        text_copy(text, size, _("Not all of this file is on this terminal."));
    else if (!work_is_online(desk))
        text_copy(text, size, _("Not all of it is here: the rest comes when the link is back."));
    else
        snprintf(text, size, "%s %s", _("Not all of it is here: the rest is being fetched."),
                 progress);
}

struct paint work_part_draw(struct desk *desk, enum record_type type, const struct id *id,
                            const struct paint *paint)
{
    char text[200];

    work_part_text(desk, type, id, text, sizeof(text));
    if (*text == '\0')
        return *paint;
    paint_text(paint, 0, 0, -1, PAINT_WARNING, text);
    return paint_part(paint, 1, 0, -1, -1);
}
