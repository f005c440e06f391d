/* Ctrl-X where a hand-off is made: what an offer needs, and what goes along with it. */
#include "ui/screen_handoff_send.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "ui/arriving.h"
#include "ui/language.h"
#include "ui/ui.h"

/* What goes along: the facts that were left in the context, and the summary where it was left. */
static json_t *carried_facts(struct screen *screen, const struct handoff_offer *offer)
{
    const struct handing *handing = screen->data;
    json_t *facts = handoff_facts_read_text(screen->desk, handing->made, offer->context);
    char ready[HANDOFF_SUMMARY_SIZE];

    handing_ready_summary(screen, ready);
    if (strcmp(offer->summary, ready) == 0)
        json_array_append_new(facts, handoff_summary_fact(&handing->facts));
    return facts;
}

static struct handoff_offer make_offer(struct screen *screen, const struct target *target)
{
    const struct handing *handing = screen->data;
    struct handoff_offer offer = {
        .contact = screen->desk->open.contact,
        .matter = screen->desk->open.matter,
        .client = screen->desk->open.client,
        .summary = fields_text(handing->fields, ROW_SUMMARY),
        .context = fields_text(handing->fields, ROW_CONTEXT),
        .kind = fields_text(handing->fields, ROW_KIND),
        .place = handing->place,
        .need = &handing->need.needed,
        .service = handing_service(handing),
        .priority = handing->priority,
    };

    offer.promise_ms = handoff_promise(screen->desk, offer.service, handing->facts.matter);
    if (handing->facts.draft != NULL)
        offer.submission = handing->facts.draft->id;
    if (target->kind == MATCH_AGENT)
        offer.target.agent = target->agent;
    else if (target->kind == MATCH_QUEUE)
        offer.target.queue = target->key;
    else
        offer.target.office = target->key;
    return offer;
}

static bool complain(struct screen *screen, size_t row, const char *text)
{
    struct handing *handing = screen->data;

    ui_tell(screen->ui, UI_FAILED, "%s", text);
    fields_focus_set(handing->fields, row);
    return false;
}

/* Puts the expiry and the window into the offer; false, and told, when they cannot be read. */
static bool read_terms(struct screen *screen, struct handoff_offer *offer)
{
    struct handing *handing = screen->data;
    int64_t minutes;

    if (!handoff_minutes_read(fields_text(handing->fields, ROW_WAITS), &minutes)) {
        return complain(screen, ROW_WAITS,
                        _("How many minutes does the offer stand? Empty: until it is decided."));
    }
    if (minutes > 0)
        offer->expires_ms = desk_now(screen->desk) + minutes * 60000;
    if (!handing_is_kind(handing, HANDOFF_CALL_BACK) ||
        handoff_window_read(fields_text(handing->fields, ROW_CALL), desk_now(screen->desk),
                            &offer->call_from_ms, &offer->call_to_ms))
        return true;
    return complain(screen, ROW_CALL, _("When will the client be called? As in 14:00-16:00."));
}

/* Back to where it was made; a hand-off on which both write to each other is shown. */
static void finish(struct screen *screen, const struct id *handoff)
{
    const struct handing *handing = screen->data;

    if (handing_is_kind(handing, HANDOFF_WARM) || handing_is_kind(handing, HANDOFF_CONSULT)) {
        ui_open(screen->ui, "offer", json_pack("{s:s}", "id", handoff->text));
        screen_close(screen);
    } else {
        screen_finish(screen, json_pack("{s:s}", "handoff", handoff->text));
    }
}

/* Gives the first part that is missing a line of its own, and puts the cursor there. */
static void begin_part(struct handing *handing, const char *part)
{
    json_t *state = fields_save(handing->fields);
    size_t cursor;
    char *text = handoff_part_begin(fields_text(handing->fields, ROW_CONTEXT), part, &cursor);

    if (text != NULL && state != NULL) {
        json_object_set_new(state, "context",
                            json_pack("{s:s, s:I}", "text", text, "cursor", (json_int_t)cursor));
        fields_restore(handing->fields, state);
        handing->edited = true;
    }
    free(text);
    json_decref(state);
}

/* The parts that the queue asks for; false, and told, when one is missing. */
static bool check_parts(struct screen *screen, const struct target *target)
{
    struct handing *handing = screen->data;
    const char *missing[QUEUE_PARTS_MOST];
    struct record *queue = NULL;
    json_t *facts, *parts;
    size_t count;

    if (target->kind != MATCH_QUEUE ||
        catalogue_get_by_key(screen->desk->catalogue, RECORD_QUEUE, target->key, &queue, NULL) != 0)
        return true;
    facts = handoff_facts_read_text(screen->desk, handing->made,
                                    fields_text(handing->fields, ROW_CONTEXT));
    parts = handoff_parts(screen->desk, facts);
    count = queue_missing_parts(queue, parts, missing);
    record_free(queue);
    json_decref(facts);
    json_decref(parts);
    if (count == 0)
        return true;
    begin_part(handing, missing[0]);
    ui_tell(screen->ui, UI_FAILED, _("%1$s asks for this first: %2$s"), target->name,
            handoff_part_label(missing[0]));
    fields_focus_set(handing->fields, ROW_CONTEXT);
    return false;
}

/* All that an offer needs; false, and told, with the focus on what is missing. */
static bool check(struct screen *screen, const struct target *target, struct handoff_offer *offer)
{
    if (target == NULL)
        return complain(screen, ROW_TO, _("Choose to whom first."));
    *offer = make_offer(screen, target);
    if (offer->summary[strspn(offer->summary, " ")] == '\0')
        return complain(screen, ROW_SUMMARY, _("Say in one line what it is about."));
    return check_parts(screen, target) && read_terms(screen, offer);
}

void handing_send(struct screen *screen, const char *argument)
{
    struct handing *handing = screen->data;
    const struct target *target = targets_shown(&handing->targets, handing->list.selected);
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct handoff_offer offer;
    json_t *facts;
    struct id id;
    int code;

    (void)argument;
    arriving_expect(screen->desk);
    if (!check(screen, target, &offer)) {
        arriving_drop(screen->desk);
        ui_stop_ahead(screen->ui);
        return;
    }
    facts = carried_facts(screen, &offer);
    offer.facts = facts;
    code = handoff_offer(&batch, &author, &offer, &id, &error);
    json_decref(facts);
    /* While it is being written; the offer is the first of what is. */
    if (code == 0)
        arriving_announce(screen->desk, batch.operations[0]);
    else
        arriving_drop(screen->desk);
    if (!work_apply(screen, &batch, code, &error)) {
        ui_stop_ahead(screen->ui);
        return;
    }
    handing->done = true;
    desk_draft_put(screen->desk, handing->name, NULL, NULL);
    if (target->closed[0] != '\0')
        ui_tell(screen->ui, UI_DONE, _("Offered to %1$s: %2$s."), target->name, target->closed);
    else
        ui_tell(screen->ui, UI_DONE, _("Offered to %s; :handoffs follows it."), target->name);
    finish(screen, &id);
}
