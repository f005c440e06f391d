#include "ui/arriving.h"

#include <stdio.h>
#include <time.h>

#include "app/announcement.h"
#include "ui/language.h"
#include "ui/screen_handoff.h"

/* No version of the store, which was not asked, and will be. */
#define ARRIVING_NEW INT64_MIN

/* The server can be reached. */
static bool can_announce(struct desk *desk)
{
    struct link_status status;

    link_status_get(desk->link, &status);
    return desk->store != NULL && !desk->local_only && status.state == LINK_ONLINE;
}

static void say(struct desk *desk, enum announced_next next)
{
    if (announced_say(link_announced(desk->link), next))
        link_sync_ring(desk->link);
}

void arriving_prepare(struct desk *desk)
{
    if (!can_announce(desk))
        return;
    say(desk, ANNOUNCED_POSSIBLE);
}

void arriving_expect(struct desk *desk)
{
    if (!can_announce(desk))
        return;
    say(desk, ANNOUNCED_EXPECTED);
}

void arriving_drop(struct desk *desk)
{
    say(desk, ANNOUNCED_DROPPED);
}

void arriving_announce(struct desk *desk, const struct operation *offer)
{
    /* The offer is written here next, which would take a processor from those who carry this on.
     */
    const struct timespec head_start = {.tv_nsec = 2 * 1000000};

    if (!can_announce(desk)) {
        arriving_drop(desk);
        return;
    }
    if (!announced_put(link_announced(desk->link), offer))
        link_sync_ring(desk->link);
    (void)nanosleep(&head_start, NULL);
}

void arriving_forget(struct desk *desk)
{
    record_free(desk->arriving.handoff);
    desk->arriving.handoff = NULL;
    desk->line.arriving[0] = '\0';
}

/* Its record. */
static bool is_here(struct desk *desk, const struct record *handoff)
{
    struct record *here = NULL;
    bool known = store_get(desk->store, RECORD_HANDOFF, &handoff->id, &here, NULL, NULL) == 0;

    record_free(here);
    return known;
}

static void describe(struct desk *desk)
{
    const struct record *handoff = desk->arriving.handoff;
    char name[WORK_NAME_SIZE], summary[HANDOFF_SUMMARY_SIZE];

    work_agent_name(desk, record_text(handoff, "from"), name, sizeof(name));
    handoff_summary(desk, handoff, summary, sizeof(summary));
    snprintf(desk->line.arriving, sizeof(desk->line.arriving),
             _("Arriving: %1$s hands off to you: %2$s"), name, summary);
}

/* Nothing came or went, here or in the store, and it is not over. The store is asked for what is
 * shown already: what has just come is shown before that. */
static bool is_as_before(struct desk *desk, uint64_t version, int64_t now, int64_t *store)
{
    *store = ARRIVING_NEW;
    if (version != desk->arriving.version)
        return false;
    if (desk->arriving.handoff == NULL)
        return true;
    *store = desk_version(desk);
    return *store == desk->arriving.store && desk->changes == desk->arriving.changes &&
           now < desk->arriving.until_ms;
}

bool arriving_look(struct desk *desk)
{
    struct announced *announced = link_announced(desk->link);
    uint64_t version;
    int64_t now, store;
    struct id before = {""};

    announced_await(announced);
    version = announced_version(announced);
    now = clock_steady(NULL);

    if (desk->store == NULL) {
        arriving_forget(desk);
        return false;
    }
    if (is_as_before(desk, version, now, &store))
        return false;
    if (desk->arriving.handoff != NULL)
        before = desk->arriving.handoff->id;
    arriving_forget(desk);
    desk->arriving.version = version;
    desk->arriving.store = store;
    desk->arriving.changes = desk->changes;
    while (desk->arriving.handoff == NULL) {
        desk->arriving.handoff = announced_newest(announced, now, &desk->arriving.until_ms);
        if (desk->arriving.handoff == NULL)
            return false;
        if (handoff_is_offered_here(desk, desk->arriving.handoff) &&
            (store == ARRIVING_NEW || !is_here(desk, desk->arriving.handoff)))
            break;
        announced_drop(announced, &desk->arriving.handoff->id);
        arriving_forget(desk);
    }
    describe(desk);
    return !id_equal(&before, &desk->arriving.handoff->id);
}
