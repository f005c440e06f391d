/* Whether a terminal has read the history of the server that it asks. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/simulation.h"

bool sim_history_holds(struct simulation *simulation, const struct sim_message *request,
                       int64_t since, const char *epoch, const char *text, const char *shown)
{
    struct ledger *ledger = sim_ledger_at(simulation, request);
    struct error error = ERROR_INIT;
    struct id made = {""};

    (void)id_parse(&made, text);
    if (simulation->plant == SIM_PLANT_HISTORY_TAKEN)
        return true;
    if (simulation->plant == SIM_PLANT_CURSOR_TAKEN) {
        since = 0;
        epoch = "";
    }
    int code = ledger_history_check(ledger, since, epoch, &made, &error);
    if (code == 0)
        code = ledger_shown_check(ledger, shown, &error);
    if (code == ERROR_CONFLICT) {
        code = ledger_relay_was_restored(ledger, sim_wall(simulation), &error);
        sim_must(simulation, code, &error, "a relay's restore");
        sim_answer(simulation, request, 409, strdup("{\"code\":\"other-history\"}"), -1);
        return false;
    }
    sim_must(simulation, code, &error, "comparing histories");
    return true;
}

void sim_epoch_tell(struct simulation *simulation, const struct sim_message *request,
                    const struct ledger_outcome *outcomes, size_t count, json_t *document)
{
    struct ledger *ledger = sim_ledger_at(simulation, request);
    char epoch[LEDGER_EPOCH_SIZE], shown[LEDGER_SHOWN_LIMIT];
    struct error error = ERROR_INIT;
    int code = ledger_shown_epoch(ledger, outcomes, count, epoch, &error);

    if (code == 0)
        code = ledger_shown_last(ledger, outcomes, count, shown, &error);
    sim_must(simulation, code, &error, "the stay of what is shown");
    if (epoch[0] != '\0')
        json_object_set_new(document, "epoch", json_string(epoch));
    if (shown[0] != '\0')
        json_object_set_new(document, "shown", json_string(shown));
}
