#include "ui/purpose.h"

#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/work.h"

static const char *const texts[PURPOSE_COUNT] = {
    [PURPOSE_CONTACT] = N_("The client is here or on the line"),
    [PURPOSE_CALL_BACK] = N_("I am about to call them"),
    [PURPOSE_CASE_WORK] = N_("I am working on their case"),
    [PURPOSE_WRITTEN] = N_("I am answering a letter or an e-mail"),
    [PURPOSE_SUPERVISION] = N_("I look at work as a supervisor"),
    [PURPOSE_PRIVACY] = N_("Privacy review, or a request for access"),
    [PURPOSE_EMERGENCY] = N_("Somebody is in danger"),
};

const char *purpose_text(enum purpose purpose)
{
    return purpose > PURPOSE_NONE && purpose < PURPOSE_COUNT ? _(texts[purpose]) : "";
}

/* What was said holds for its client. Said while looking for somebody, it becomes a reason for the
 * first file that is opened, and for looking on. */
static bool holds_for(struct purpose_said *said, const struct id *client)
{
    if (client == NULL || id_equal(&said->client, client))
        return true;
    if (!id_is_empty(&said->client))
        return false;
    said->client = *client;
    return true;
}

bool purpose_known(struct desk *desk, const struct id *client, struct purpose_reason *reason)
{
    bool danger =
        desk->said.reason.purpose == PURPOSE_EMERGENCY && desk->said.until_ms > desk_now(desk);

    *reason = (struct purpose_reason){PURPOSE_NONE, ""};
    /* That somebody is in danger counts before a contact that is open. */
    if (danger && holds_for(&desk->said, client))
        *reason = desk->said.reason;
    else if (!id_is_empty(&desk->open.contact))
        reason->purpose = PURPOSE_CONTACT;
    else if (desk->said.reason.purpose != PURPOSE_NONE && desk->said.until_ms > desk_now(desk) &&
             holds_for(&desk->said, client))
        *reason = desk->said.reason;
    return reason->purpose != PURPOSE_NONE;
}

/* Whether the agent's role has a reason to choose from. */
static bool has_reasons(const struct desk *desk)
{
    bool any = false;

    for (int purpose = PURPOSE_NONE + 1; purpose < PURPOSE_COUNT && !any; purpose++)
        any = purpose_is_open_to((enum purpose)purpose, desk->may);
    return any;
}

void purpose_ask(struct screen *screen, const char *name, const struct id *client)
{
    if (has_reasons(screen->desk))
        ui_open(
            screen->ui, "purpose",
            json_pack("{s:s, s:s}", "name", name, "client", client != NULL ? client->text : ""));
    else
        ui_tell(screen->ui, UI_FAILED, "%s", _("Your role does not open clients’ files."));
}

bool purpose_answered(const char *from, const json_t *answer, const char *name,
                      struct purpose_reason *reason)
{
    *reason = (struct purpose_reason){PURPOSE_NONE, ""};
    if (strcmp(from, "purpose") != 0 || strcmp(json_text_or(answer, "name", ""), name) != 0)
        return false;
    reason->purpose = purpose_from_name(json_text_or(answer, "purpose", ""));
    text_copy(reason->words, sizeof(reason->words), json_text_or(answer, "words", ""));
    return reason->purpose != PURPOSE_NONE;
}
