#include "net/ledger_announce.h"

#include <string.h>

#include "app/json.h"
#include "net/ledger_attempt.h"
#include "net/ledger_named.h"
#include "net/ledger_protect.h"
#include "net/ledger_scope.h"

/* What a hand-off carries to whoever takes it. */
static const struct {
    const char *member;
    enum record_type type;
} carried[] = {{"client", RECORD_CLIENT},
               {"case", RECORD_CASE},
               {"contact", RECORD_CONTACT},
               {"submission", RECORD_SUBMISSION}};

/* Who is told of what is found, and how. */
struct telling {
    ledger_announcement_tell *tell;
    void *context;
};

/* 1 when something that it names is of a protected file. */
static int is_protected(struct ledger *view, const struct record *handoff, struct error *error)
{
    int code = 0;

    for (size_t i = 0; view->protects && i < sizeof(carried) / sizeof(carried[0]) && code == 0;
         i++) {
        struct ledger_row row = {0};
        struct id id;

        if (!id_parse(&id, record_text(handoff, carried[i].member)))
            continue;
        code = ledger_row_read(view->writer, carried[i].type, &id, &row, error);
        if (code == 0)
            code = ledger_protect_has(view->writer, row.row, error);
        else if (code == ERROR_NOT_FOUND)
            code = 0;
        ledger_row_clear(&row);
    }
    return code;
}

/* Those whom it is offered to. Its own office and those who see its case are told by the feed. */
static int find_scopes(struct ledger *view, const struct record *handoff, struct scope_set *scopes,
                       struct error *error)
{
    const char *agent = record_text(handoff, "to_agent");
    const char *office = record_text(handoff, "to_office");
    const char *queue = record_text(handoff, "to_queue");
    int code = agent[0] != '\0' ? scope_set_add(scopes, "agent:", agent, error) : 0;

    if (code == 0 && office[0] != '\0')
        code = scope_set_add(scopes, "office:", office, error);
    if (code == 0 && queue[0] != '\0')
        code = ledger_queue_scope(view, handoff, queue, scopes, error);
    return code;
}

/* Whose it is, by what it names. */
static int find_client(struct ledger *view, const struct record *handoff, struct id *client,
                       struct error *error)
{
    int code = ledger_client_of(view->writer, handoff, client, error);

    for (size_t i = 0; i < sizeof(carried) / sizeof(carried[0]) && code == 0 && id_is_empty(client);
         i++) {
        struct ledger_row row = {0};
        struct id id;

        if (!id_parse(&id, record_text(handoff, carried[i].member)))
            continue;
        code = ledger_row_read(view->writer, carried[i].type, &id, &row, error);
        if (code == 0)
            code = ledger_client_of(view->writer, row.record, client, error);
        else if (code == ERROR_NOT_FOUND)
            code = 0;
        ledger_row_clear(&row);
    }
    return code;
}

/* As decided by what a snapshot holds. */
static int look(struct attempt *attempt, struct ledger_announcement *announcement,
                struct error *error)
{
    struct merge_result result = {0};
    int code = attempt_check(attempt, error);

    if (code != 0 || attempt_is_refused(attempt) || attempt->row.row != 0)
        return code;
    code = merge_apply(&result, attempt->operation, NULL, error);
    if (code != 0 || result.refusal != MERGE_APPLIED)
        return code;
    announcement->handoff = result.record;
    code = is_protected(attempt->ledger, result.record, error);
    if (code == 0)
        code = find_client(attempt->ledger, result.record, &announcement->client, error);
    if (code == 0)
        code = find_scopes(attempt->ledger, result.record, &announcement->scopes, error);
    return code < 0 ? code : 0;
}

/* Somebody waits for it: told before anything is let go. */
static int look_and_tell(struct attempt *attempt, const struct telling *telling,
                         struct error *error)
{
    struct ledger_announcement found = {0};
    int code = look(attempt, &found, error);

    if (code == 0 && found.scopes.count > 0) {
        telling->tell(telling->context, &found);
        code = 1;
    }
    scope_set_free(&found.scopes);
    record_free(found.handoff);
    return code;
}

/* The checks read by the writer's connection: here it is that or a reader's, in one state of the
 * database. */
static int look_by(struct ledger *ledger, struct ledger_reader *reader, struct attempt *attempt,
                   const struct telling *telling, struct error *error)
{
    struct ledger view = {
        .is_relay = ledger->is_relay, .feed = ledger->feed, .writer = reader->database};
    int code;

    view.protects = atomic_load(&ledger->protects);
    view.holders = atomic_load(&ledger->holders);
    attempt->ledger = &view;
    code = ledger_snapshot_begin(reader, error);
    if (code == 0)
        code = look_and_tell(attempt, telling, error);
    ledger_row_clear(&attempt->row);
    ledger_named_forget(&view);
    ledger_snapshot_end(reader);
    return code;
}

static int look_within(struct ledger *ledger, struct attempt *attempt,
                       const struct telling *telling, struct error *error)
{
    struct ledger_reader lent, *reader;
    int code;

    if (ledger_writer_lend(ledger, &lent)) {
        code = look_by(ledger, &lent, attempt, telling, error);
        ledger_writer_return(ledger);
        return code;
    }
    code = ledger_reader_take(ledger, &reader, error);
    if (code != 0)
        return code;
    code = look_by(ledger, reader, attempt, telling, error);
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_announce(struct ledger *ledger, const struct ledger_actor *actor,
                    const struct scope_set *desk, const struct operation *operation,
                    bool target_known, int64_t now_ms, ledger_announcement_tell *tell,
                    void *context, struct error *error)
{
    const struct telling telling = {tell, context};
    struct ledger_outcome outcome = {0};
    struct attempt attempt = {.actor = actor,
                              .desk = desk,
                              .operation = operation,
                              .outcome = &outcome,
                              .target_known = target_known,
                              .now_ms = now_ms};
    int code;

    code = look_within(ledger, &attempt, &telling, error);
    ledger_outcome_clear(&outcome);
    return code;
}
