/* The relay reads the centre's feed: pages of the catalogue and of all that its office may see. */
#include "net/relay_engine_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

#define WAIT_SECONDS 50

int relay_page_ask(struct relay_engine *engine, bool catalogue, struct error *error)
{
    const char *epoch = catalogue ? engine->place.catalogue_epoch : engine->place.desk_epoch;
    struct sync_pace *pace = catalogue ? &engine->catalogue_pace : &engine->desk_pace;
    int64_t since = catalogue ? engine->place.catalogue : engine->place.desk;
    bool wait = !catalogue && engine->desk_read;
    char path[256];
    const struct http_request request = {.method = "GET",
                                         .path = path,
                                         .accept = "application/json",
                                         .wait_ms = wait ? WAIT_SECONDS * INT64_C(1000) : 0};

    (void)snprintf(path, sizeof(path),
                   "/v1/relay/changes?scope=%s&since=%" PRId64 "%s%s&limit=%zu&wait=%d"
                   "&catalogue=%" PRId64 "&verifiers=%" PRId64,
                   catalogue ? "catalogue" : "desk", since,
                   since > 0 && *epoch != '\0' ? "&epoch=" : "", since > 0 ? epoch : "",
                   pace->limit, wait ? WAIT_SECONDS : 0, engine->catalogue_latest,
                   engine->verifiers);
    *(catalogue ? &engine->catalogue_since : &engine->since) = since;
    sync_pace_begin(pace, relay_steady(engine));
    return relay_send(engine, catalogue ? SYNC_LANE_WORK : SYNC_LANE_BELL, &request, error);
}

void relay_epoch_copy(char to[LEDGER_EPOCH_SIZE], const json_t *document, const char *member)
{
    const char *epoch = json_text_or(document, member, "");
    bool plain = true;

    for (const char *at = epoch; *at != '\0'; at++)
        plain = plain && ((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z'));
    text_copy(to, LEDGER_EPOCH_SIZE, plain ? epoch : "");
}

/* What changed past the end of a page is left out of it, and comes with the next ones: but not from
 * a centre that is restored to before that. It will be known by this. */
static int page_shown(struct relay_engine *engine, const json_t *document, struct error *error)
{
    char epoch[LEDGER_EPOCH_SIZE];

    relay_epoch_copy(epoch, document, "head_epoch");
    if (!json_bool_or(document, "more", false) || *epoch == '\0')
        return 0;
    return ledger_upward_show(engine->options.ledger, json_integer_or(document, "head", 0), epoch,
                              error);
}

static int catalogue_take(struct relay_engine *engine, const json_t *document, struct error *error)
{
    const json_t *records = json_object_get(document, "records");
    struct ledger_place place = engine->place;
    int code;

    place.catalogue = json_integer_or(document, "next", 0);
    place.catalogue_whole |= !json_bool_or(document, "more", false);
    relay_epoch_copy(place.catalogue_epoch, document, "epoch");
    if (place.catalogue < engine->catalogue_since)
        return error_set(error, ERROR_PROTOCOL, "the centre's catalogue goes backward");
    code = page_shown(engine, document, error);
    if (code == 0)
        code =
            ledger_relay_give(engine->options.ledger, records, &place, relay_wall(engine), error);
    if (code != 0)
        return code;
    engine->place = place;
    engine->catalogue_due = json_bool_or(document, "more", false);
    /* Who is of the office may have changed with it. */
    engine->verifiers_due |= json_array_size(records) > 0;
    if (place.catalogue > engine->catalogue_latest)
        engine->catalogue_latest = place.catalogue;
    return 0;
}

/* Other scopes than before: what stood in the new ones is further back in the feed. What was read
 * is kept meanwhile: a centre that is restored before the relay is there again is known by this. */
static int desk_scopes(struct relay_engine *engine, const char *scopes, bool *again,
                       struct error *error)
{
    struct ledger_place place = engine->place;
    int code = 0;

    *again = false;
    if (strcmp(place.scopes, scopes) == 0)
        return 0;
    text_copy(place.scopes, sizeof(place.scopes), scopes);
    if (engine->since > 0) {
        place.desk = 0;
        *again = true;
        code = ledger_upward_show(engine->options.ledger, engine->since, place.desk_epoch, error);
        if (code == 0)
            code =
                ledger_relay_give(engine->options.ledger, NULL, &place, relay_wall(engine), error);
    }
    if (code == 0)
        engine->place = place;
    return code;
}

static int desk_take(struct relay_engine *engine, const json_t *document, struct error *error)
{
    const json_t *records = json_object_get(document, "records");
    int64_t catalogue = json_integer_or(document, "catalogue", 0);
    struct ledger_place place;
    bool again;
    int code = desk_scopes(engine, json_text_or(document, "scopes", ""), &again, error);

    if (catalogue > engine->catalogue_latest) {
        engine->catalogue_latest = catalogue;
        engine->catalogue_due = true;
    }
    if (code != 0 || again) {
        engine->desk_read = false;
        return code;
    }
    place = engine->place;
    place.desk = json_integer_or(document, "next", 0);
    place.whole |= !json_bool_or(document, "more", false);
    relay_epoch_copy(place.desk_epoch, document, "epoch");
    if (place.desk < engine->since)
        return error_set(error, ERROR_PROTOCOL, "the centre's feed goes backward");
    code = page_shown(engine, document, error);
    if (code == 0)
        code = ledger_relay_take(engine->options.ledger, json_object_get(document, "gone"),
                                 relay_wall(engine), error);
    if (code == 0 && (json_array_size(records) > 0 || place.desk != engine->since ||
                      place.whole != engine->place.whole ||
                      strcmp(place.desk_epoch, engine->place.desk_epoch) != 0))
        code =
            ledger_relay_give(engine->options.ledger, records, &place, relay_wall(engine), error);
    if (code != 0)
        return code;
    engine->place = place;
    if (json_bool_or(document, "more", false))
        engine->desk_read = false;
    else if (!engine->desk_read && (code = ledger_relay_sweep(engine->options.ledger, error)) == 0)
        engine->desk_read = true;
    return code;
}

int relay_page_reply(struct relay_engine *engine, bool catalogue, const struct http_reply *reply,
                     struct error *error)
{
    json_t *document;
    int64_t verifiers;
    bool waited = !catalogue && engine->desk_read;
    int code;

    if (relay_is_problem(reply, "other-history"))
        return relay_begin_anew(engine, error);
    code = relay_read_reply(reply, "GET /v1/relay/changes", &document, error);
    if (code == 0 && strcmp(json_text_or(document, "feed", ""), engine->place.feed) != 0) {
        engine->verifiers_due = true; /* the greeting tells of another centre */
    } else if (code == 0) {
        verifiers = json_integer_or(document, "verifiers", engine->verifiers);
        /* Somebody's password was changed there. */
        engine->verifiers_due |= verifiers != engine->verifiers;
        if (!waited)
            sync_pace_done(catalogue ? &engine->catalogue_pace : &engine->desk_pace,
                           relay_steady(engine),
                           json_array_size(json_object_get(document, "records")));
        code = catalogue ? catalogue_take(engine, document, error)
                         : desk_take(engine, document, error);
    }
    json_decref(document);
    return code;
}
