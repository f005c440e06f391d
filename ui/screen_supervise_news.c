/* What is told whatever is on the screen: alerts to supervisors; to others, that a hand-off was
 * given on, or that a call-back is to be offered. */
#include "ui/screen_supervise.h"

#include <stdio.h>
#include <string.h>

#include "app/alert.h"
#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/screen_handoff.h"

#define NEWS_MS INT64_C(120000)
/* So long it stands before an offer that something was taken from this agent. */
#define LOSS_MS INT64_C(30000)
static void add_notice(struct desk *desk, const char *text)
{
    /* What is urgent, and an offer to this agent, stand before other news. */
    if (desk->line.notice[0] == '\0')
        text_copy(desk->line.notice, sizeof(desk->line.notice), text);
}

static int observe_alert(void *context, const struct record *alert, enum store_pending pending)
{
    struct desk *desk = context;
    char text[2 * WORK_NAME_SIZE];

    (void)pending;
    if (!alert_is_raised(alert) || alert_is_seen(alert))
        return 0;
    if (desk->line.urgent++ == 0)
        desk->line.notice[0] = '\0';
    supervise_alert_text(desk, alert, text, sizeof(text));
    add_notice(desk, text);
    return 0;
}

static bool names_agent(const struct record *handoff, const char *member, const struct desk *desk)
{
    return strcmp(record_text(handoff, member), desk_agent(desk)->text) == 0;
}

/* Whoever had a hand-off is told that it was taken from them; a sender, that the client be offered
 * a call-back. */
static int observe_handoff(void *context, const struct record *handoff, enum store_pending pending)
{
    struct desk *desk = context;
    char by[WORK_NAME_SIZE], summary[WORK_NAME_SIZE / 2], text[3 * WORK_NAME_SIZE];
    int64_t ms;

    (void)pending;
    handoff_summary(desk, handoff, summary, sizeof(summary));
    if (handoff_is_offered(handoff) && names_agent(handoff, "from", desk) &&
        record_text(handoff, "call_back_at")[0] != '\0') {
        snprintf(text, sizeof(text), _("The wait is long: offer a call-back: %s"), summary);
        add_notice(desk, text);
    }
    if (strcmp(record_text(handoff, "state"), "reassigned") != 0 ||
        names_agent(handoff, "reassigned_by", desk) ||
        !(names_agent(handoff, "taken_by", desk) || names_agent(handoff, "to_agent", desk) ||
          names_agent(handoff, "from", desk)) ||
        !timestamp_parse(record_text(handoff, "decided_at"), &ms) || desk_now(desk) - ms >= NEWS_MS)
        return 0;
    work_agent_name(desk, record_text(handoff, "reassigned_by"), by, sizeof(by));
    snprintf(text, sizeof(text), _("%1$s re-assigned: %2$s"), by, summary);
    if (names_agent(handoff, "taken_by", desk) && desk_now(desk) - ms < LOSS_MS &&
        desk->line.urgent++ == 0)
        desk->line.notice[0] = '\0';
    add_notice(desk, text);
    return 0;
}

void supervise_observe(struct desk *desk)
{
    const struct store_query handoffs = {.type = RECORD_HANDOFF, .newest_first = true};
    const struct store_query alerts = {.type = RECORD_ALERT};

    desk->line.urgent = 0;
    if (supervise_allowed(desk))
        store_each(desk->store, &alerts, observe_alert, desk, NULL);
    store_each(desk->store, &handoffs, observe_handoff, desk, NULL);
}

struct homing {
    struct home *home;
    struct desk *desk;
};

static int home_alert(void *context, const struct record *alert, enum store_pending pending)
{
    struct homing *homing = context;
    char text[2 * WORK_NAME_SIZE], when[32];

    (void)pending;
    if (!alert_is_raised(alert))
        return 0;
    supervise_alert_text(homing->desk, alert, text, sizeof(text));
    work_when(homing->desk, alert, "at", when, sizeof(when));
    home_add(homing->home, HOME_ALERTS, text, alert_is_seen(alert) ? _("seen") : when, "supervise",
             json_pack("{s:s}", "chosen", alert->id.text));
    return 0;
}

static int home_call_back(void *context, const struct record *handoff, enum store_pending pending)
{
    struct homing *homing = context;
    char summary[HANDOFF_SUMMARY_SIZE];

    (void)pending;
    handoff_summary(homing->desk, handoff, summary, sizeof(summary));
    if (handoff_is_offered(handoff) && names_agent(handoff, "from", homing->desk) &&
        record_text(handoff, "call_back_at")[0] != '\0')
        home_add(homing->home, HOME_HANDOFFS, summary, _("offer a call-back"), "offer",
                 json_pack("{s:s}", "id", handoff->id.text));
    return 0;
}

void supervise_home(struct home *home, struct desk *desk)
{
    const struct store_query handoffs = {.type = RECORD_HANDOFF, .newest_first = true};
    const struct store_query alerts = {.type = RECORD_ALERT};
    struct homing homing = {home, desk};

    if (desk->store == NULL)
        return;
    store_each(desk->store, &handoffs, home_call_back, &homing, NULL);
    if (supervise_allowed(desk))
        store_each(desk->store, &alerts, home_alert, &homing, NULL);
}
