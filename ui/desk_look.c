/* That a file is shown to this agent is told to the server, before it is shown. */
#include "ui/desk.h"

#include <string.h>

#include "app/json.h"
#include "app/look.h"
#include "app/text.h"

/* Also while the server refuses this sign-in: it waits until the next one. */
static int tell(struct desk *desk, const struct look *look, struct error *error)
{
    struct author author = desk_author(desk);
    struct batch batch = {0};
    int code = look_add(&batch, &author, look, error);

    if (code == 0)
        code = store_apply(desk->store, batch.operations, batch.count, NULL, error);
    batch_clear(&batch);
    if (code == 0 && look->keep == LOOK_SHOWN)
        code = look_note(desk->store, look, desk_now(desk), error);
    if (code == 0)
        link_sync_ring(desk->link);
    return code;
}

/* What is opened is needed: it is let go of last. */
static int need(struct desk *desk, const struct look *look, struct error *error)
{
    int64_t now = desk_now(desk);
    int code = id_is_empty(&look->client)
                   ? 0
                   : store_file_need(desk->store, RECORD_CLIENT, &look->client, now, error);

    return code != 0 || id_is_empty(&look->matter)
               ? code
               : store_file_need(desk->store, RECORD_CASE, &look->matter, now, error);
}

/* The words are borrowed. */
static struct look look_at(const struct desk *desk, const struct id *client,
                           const struct id *matter, const struct purpose_reason *reason)
{
    struct look look = {.purpose = reason->purpose,
                        .words = reason->words,
                        .said_ms = reason->said_ms};

    if (client != NULL)
        look.client = *client;
    if (matter != NULL)
        look.matter = *matter;
    /* The contact in progress may be with somebody else. */
    if (look.purpose == PURPOSE_CONTACT && look.said_ms == 0)
        look.contact = desk->open.contact;
    return look;
}

int desk_tell_keep(struct desk *desk, enum look_keep keep, const struct id *client,
                   const struct id *matter, const struct purpose_reason *reason,
                   struct error *error)
{
    struct look look = look_at(desk, client, matter, reason);

    look.keep = keep;
    return tell(desk, &look, error);
}

int desk_tell_look(struct desk *desk, const struct id *client, const struct id *matter,
                   const struct purpose_reason *reason, struct error *error)
{
    const struct look look = look_at(desk, client, matter, reason);
    int code;

    if (desk->store == NULL || desk->unseen ||
        (id_is_empty(&look.client) && id_is_empty(&look.matter)))
        return 0;
    code = look_is_told(desk->store, &look, desk_now(desk)) ? 0 : tell(desk, &look, error);
    return code == 0 ? need(desk, &look, error) : code;
}

/* --- reasons that hold for a while ------------------------------------------------------------ */

#define STATE "reasons"

static json_t *reason_to_json(const struct purpose_said *said)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I}", "file", said->client.text, "purpose",
                     purpose_name(said->reason.purpose), "words", said->reason.words, "said",
                     (json_int_t)said->reason.said_ms, "until", (json_int_t)said->until_ms);
}

static bool holds(const struct desk *desk, const struct purpose_said *said)
{
    return said->reason.purpose != PURPOSE_NONE && said->until_ms > desk_now(desk);
}

static int reasons_write(struct desk *desk, struct error *error)
{
    json_t *list = json_array();
    int code;

    for (size_t i = 0; i < DESK_REASONS && list != NULL; i++)
        if (holds(desk, &desk->reasons[i]))
            json_array_append_new(list, reason_to_json(&desk->reasons[i]));
    code = list != NULL ? store_state_put(desk->store, STATE, list, error)
                        : error_set(error, ERROR_MEMORY, "out of memory");
    json_decref(list);
    return code;
}

/* Where this one goes: in its own place, else in the one that ends first. */
static struct purpose_said *place_of(struct desk *desk, const struct id *file)
{
    struct purpose_said *place = &desk->reasons[0];

    for (size_t i = 0; i < DESK_REASONS; i++) {
        if (id_equal(&desk->reasons[i].client, file))
            return &desk->reasons[i];
        if (desk->reasons[i].until_ms < place->until_ms)
            place = &desk->reasons[i];
    }
    return place;
}

int desk_reason_keep(struct desk *desk, const struct id *file, const struct purpose_reason *reason,
                     int64_t until_ms, struct error *error)
{
    *place_of(desk, file) = (struct purpose_said){*reason, *file, until_ms};
    return desk->store != NULL ? reasons_write(desk, error) : 0;
}

bool desk_reason_of(const struct desk *desk, const struct id *file, struct purpose_reason *reason)
{
    for (size_t i = 0; i < DESK_REASONS; i++)
        if (holds(desk, &desk->reasons[i]) && id_equal(&desk->reasons[i].client, file)) {
            *reason = desk->reasons[i].reason;
            return true;
        }
    return false;
}

int desk_reasons_read(struct desk *desk, struct error *error)
{
    json_t *list = NULL, *item;
    size_t index;
    int code = store_state_get(desk->store, STATE, &list, error);

    memset(desk->reasons, 0, sizeof(desk->reasons));
    json_array_foreach(list, index, item)
    {
        struct purpose_said *said = &desk->reasons[index % DESK_REASONS];

        id_parse(&said->client, json_text_or(item, "file", ""));
        said->reason.purpose = purpose_from_name(json_text_or(item, "purpose", ""));
        text_copy(said->reason.words, sizeof(said->reason.words), json_text_or(item, "words", ""));
        said->reason.said_ms = json_integer_or(item, "said", 0);
        said->until_ms = json_integer_or(item, "until", 0);
    }
    json_decref(list);
    return code;
}
