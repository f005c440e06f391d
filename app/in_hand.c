#include "app/in_hand.h"

#include <string.h>

#include "app/case.h"
#include "app/client_merge.h"
#include "app/handoff.h"

#define FOUND 1

bool in_hand_case(const struct record *matter, const struct id *agent)
{
    const char *assignee = record_text(matter, "assignee");

    return strcmp(record_text(matter, "status"), "closed") != 0 &&
           strcmp(*assignee != '\0' ? assignee : record_text(matter, "opened_by"), agent->text) ==
               0;
}

bool in_hand_handoff(const struct record *handoff, const struct record *matter,
                     const struct record *agent, struct catalogue *catalogue)
{
    if (handoff_is_offered(handoff))
        return handoff_is_for(handoff, agent, catalogue) || handoff_is_from(handoff, &agent->id);
    return handoff_is_open(handoff) &&
           strcmp(record_text(handoff, "taken_by"), agent->id.text) == 0 &&
           (matter == NULL || handoff_is_kind(handoff, HANDOFF_CONSULT) ||
            handoff_is_kind(handoff, HANDOFF_CALL_BACK) ||
            (record_text(matter, "assignee")[0] == '\0' &&
             strcmp(record_text(matter, "status"), "closed") != 0));
}

struct looking {
    struct store *store;
    const struct record *agent;
    struct catalogue *catalogue;
};

static bool handoff_is(const struct looking *looking, const struct record *handoff)
{
    struct record *matter = NULL;
    struct id id;
    bool is;

    if (id_parse(&id, record_text(handoff, "case")))
        (void)store_get(looking->store, RECORD_CASE, &id, &matter, NULL, NULL);
    is = in_hand_handoff(handoff, matter, looking->agent, looking->catalogue);
    record_free(matter);
    return is;
}

static int look(void *context, const struct record *record, enum store_pending pending)
{
    const struct looking *looking = context;

    (void)pending;
    return (record->type == RECORD_CASE && in_hand_case(record, &looking->agent->id)) ||
                   (record->type == RECORD_HANDOFF && handoff_is(looking, record))
               ? FOUND
               : 0;
}

/* The file of a case without a client. */
static bool case_is(struct store *store, struct looking *looking, const struct id *matter)
{
    const struct store_query handoffs = {.type = RECORD_HANDOFF, .case_id = *matter};
    struct record *record = NULL;
    bool is = store_get(store, RECORD_CASE, matter, &record, NULL, NULL) == 0 &&
              look(looking, record, STORE_SETTLED) == FOUND;

    record_free(record);
    return is || store_each(store, &handoffs, look, looking, NULL) == FOUND;
}

bool in_hand(struct store *store, const struct record *agent, struct catalogue *catalogue,
             const struct id *file)
{
    struct looking looking = {store, agent, catalogue};
    struct client_group group;

    if (client_group_read(store, file, &group, NULL) == 0 &&
        (client_group_each(store, &group, RECORD_CASE, look, &looking, NULL) == FOUND ||
         client_group_each(store, &group, RECORD_HANDOFF, look, &looking, NULL) == FOUND))
        return true;
    return case_is(store, &looking, file);
}
