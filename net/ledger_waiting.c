/* Since when the client of an offer waits: what its terminal cannot tell, or must not. */
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/queue.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

/* Terminals and servers that keep their clocks differ by less. */
#define AHEAD_MOST_MS INT64_C(60000)

/* The hand-off before this one of the same contact, or of the case when it has none; not those that
 * its sender took back, nor consultations: the client did not wait for them. `row` is empty when
 * there is none. */
static int read_before(struct ledger *ledger, const struct ledger_row *handoff,
                       struct ledger_row *row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_HANDOFF_BEFORE, error);
    int64_t number;
    int code;

    *row = (struct ledger_row){0};
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, ledger_record_parent(handoff->record));
    sqlite3_bind_int64(statement, 2, handoff->row);
    database_bind_text(statement, 3, record_text(handoff->record, "contact"));
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return ledger_row_read_number(ledger->writer, number, row, error);
}

/* Nobody took it, and the same agent offers anew: the client has waited all the time. */
static bool goes_on(const struct record *before, const struct record *handoff)
{
    const char *state = record_text(before, "state");

    return (strcmp(state, "declined") == 0 || strcmp(state, "expired") == 0) &&
           strcmp(record_text(before, "from"), record_text(handoff, "from")) == 0;
}

/* `since` is 0 when it is as the offer says. */
static int find(struct ledger *ledger, const struct ledger_row *handoff, int64_t now_ms,
                int64_t *since, struct error *error)
{
    struct ledger_row before = {0};
    int code = 0;

    *since = queue_since_ms(handoff->record) > now_ms + AHEAD_MOST_MS ? now_ms : 0;
    if (ledger_record_parent(handoff->record)[0] != '\0')
        code = read_before(ledger, handoff, &before, error);
    if (code == 0 && before.record != NULL && goes_on(before.record, handoff->record)) {
        int64_t began = queue_since_ms(before.record);

        if (began > 0 && began < (*since != 0 ? *since : queue_since_ms(handoff->record)))
            *since = began;
    }
    ledger_row_clear(&before);
    return code;
}

int ledger_waiting_since(struct ledger *ledger, const struct ledger_row *handoff, int64_t now_ms,
                         struct error *error)
{
    const struct ledger_own own = {OPERATION_FIELDS, RECORD_HANDOFF, handoff->record->id,
                                   handoff->record->rev, now_ms};
    int64_t since;
    int code;

    /* The server has said it already, of one that it makes itself. */
    if (record_text(handoff->record, "waiting_since")[0] != '\0')
        return 0;
    code = find(ledger, handoff, now_ms, &since, error);
    if (code != 0 || since == 0)
        return code;
    return ledger_own_write(ledger, &own, json_pack("{s:o}", "waiting_since", json_time(since)),
                            error);
}
