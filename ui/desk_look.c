/* That a file is shown to this agent is told to the server, before it is shown. */
#include "ui/desk.h"

#include "app/look.h"

/* Also while the server refuses this sign-in: it waits until the next one. */
static int tell(struct desk *desk, const struct look *look, struct error *error)
{
    struct author author = desk_author(desk);
    struct batch batch = {0};
    int code = look_add(&batch, &author, look, error);

    if (code == 0)
        code = store_apply(desk->store, batch.operations, batch.count, NULL, error);
    batch_clear(&batch);
    if (code == 0)
        code = look_note(desk->store, look, desk_now(desk), error);
    if (code == 0)
        link_sync_ring(desk->link);
    return code;
}

int desk_tell_look(struct desk *desk, const struct id *client, const struct id *matter,
                   enum purpose purpose, const char *words, struct error *error)
{
    struct look look = {.contact = desk->open.contact, .purpose = purpose, .words = words};

    if (client != NULL)
        look.client = *client;
    if (matter != NULL)
        look.matter = *matter;
    if (desk->store == NULL || (id_is_empty(&look.client) && id_is_empty(&look.matter)))
        return 0;
    if (purpose == PURPOSE_NONE && !id_is_empty(&look.contact))
        look.purpose = PURPOSE_CONTACT;
    return look_is_told(desk->store, &look, desk_now(desk)) ? 0 : tell(desk, &look, error);
}
