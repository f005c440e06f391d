#include "app/handoff_history.h"

#include <stdlib.h>
#include <string.h>

#include "app/handoff.h"

static int tally(void *context, const struct record *record, enum store_pending pending)
{
    struct handoff_tallies *tallies = context;
    struct handoff_tally *longer;
    struct id matter;

    (void)pending;
    if (!id_parse(&matter, record_text(record, "case")) ||
        handoff_is_kind(record, HANDOFF_CONSULT) || *record_text(record, "follows") != '\0' ||
        strcmp(record_text(record, "state"), "withdrawn") == 0)
        return 0;
    for (size_t i = 0; i < tallies->count; i++) {
        if (id_equal(&tallies->list[i].matter, &matter)) {
            tallies->list[i].count++;
            return 0;
        }
    }
    longer = realloc(tallies->list, (tallies->count + 1) * sizeof(*longer));
    if (longer == NULL)
        return ERROR_MEMORY;
    tallies->list = longer;
    longer[tallies->count++] = (struct handoff_tally){matter, 1};
    return 0;
}

int handoff_tallies_read(struct handoff_tallies *tallies, struct store *store, struct error *error)
{
    const struct store_query query = {.type = RECORD_HANDOFF, .newest_first = true};
    int code;

    *tallies = (struct handoff_tallies){0};
    code = store_each(store, &query, tally, tallies, error);
    if (code != 0)
        handoff_tallies_free(tallies);
    return code;
}

void handoff_tallies_free(struct handoff_tallies *tallies)
{
    free(tallies->list);
    *tallies = (struct handoff_tallies){0};
}
