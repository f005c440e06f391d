/*
 * An agent opens a file: whether they may, until when, and what is told of it. (What it gives them:
 * ledger_opening_scope.c; how it ends: ledger_opening_close.c.)
 */
#include <string.h>

#include "app/clock.h"
#include "app/text.h"
#include "app/zone.h"
#include "net/ledger_emergency.h"
#include "net/ledger_handoff.h"
#include "net/ledger_opening_internal.h"
#include "net/ledger_protect.h"
#include "net/ledger_reason.h"
#include "net/ledger_row.h"
#include "net/ledger_search_internal.h"

#define DAY_SECONDS INT64_C(86400)

/* --- how long --------------------------------------------------------------------------------- */

/* The end of the day where the agent's office is: in UTC when it is not known where. */
static int day_end(struct ledger *ledger, const struct id *agent, int64_t now_ms, int64_t *end_ms,
                   struct error *error)
{
    char key[RECORD_KEY_SIZE];
    struct record *office = NULL;
    struct zone *zone = NULL;
    struct ledger_row row;
    int64_t now = now_ms / 1000, local;
    int code = ledger_row_read(ledger->writer, RECORD_AGENT, agent, &row, error);

    if (code == 0 && record_text(row.record, "office")[0] != '\0') {
        record_full_key(row.record, record_text(row.record, "office"), key);
        code = ledger_catalogue_find(ledger, RECORD_OFFICE, key, &office, error);
    }
    ledger_row_clear(&row);
    if (code != 0)
        return code;
    if (office != NULL && record_text(office, "zone")[0] != '\0' &&
        zone_open(&zone, record_text(office, "zone"), NULL) != 0)
        zone = NULL;
    local = now + (zone != NULL ? zone_offset(zone, now) : 0);
    local += DAY_SECONDS - local % DAY_SECONDS;
    *end_ms = (zone != NULL ? zone_moment(zone, local) : local) * 1000;
    zone_free(zone);
    record_free(office);
    return 0;
}

/* A file that is asked for: what it is of, and whether the agent may. */
struct asked {
    struct ledger *ledger;
    const struct ledger_actor *actor;
    const struct ledger_file_asked *opening;
    int64_t now_ms;
    struct opening_file file;
    permission_set may;
    bool here;                    /* the agent sees the record itself anyway */
    bool is_protected;            /* the file is, and the agent may not read such */
    struct id matter;             /* the case that was asked for, empty for none */
    char office[RECORD_KEY_SIZE]; /* of the file */
};

/* Of a case the client's, of a merged client the survivor's. */
static int asked_resolve(struct asked *asked, struct error *error)
{
    struct database *database = asked->ledger->writer;
    struct ledger_row row = {0}, client;
    struct scope_set desk = {0}, scopes = {0};
    struct id id;
    int code =
        ledger_row_read(database, asked->opening->type, &asked->opening->record, &row, error);

    if (code == 0)
        code = ledger_desk_scopes(asked->ledger, &asked->actor->agent, &desk, error);
    if (code == 0)
        code = ledger_row_scopes(database, row.row, &scopes, error);
    asked->here = code == 0 && scope_set_meets(&scopes, &desk);
    scope_set_free(&desk);
    scope_set_free(&scopes);
    if (code == 0 && row.record->type == RECORD_CASE)
        asked->matter = row.record->id;
    if (code == 0 && row.record->type == RECORD_CASE &&
        id_parse(&id, record_text(row.record, "client"))) {
        code = ledger_row_read(database, RECORD_CLIENT, &id, &client, error);
        if (code == 0) {
            ledger_row_clear(&row);
            row = client;
        }
        code = code == ERROR_NOT_FOUND ? 0 : code;
    }
    if (code == 0 && row.record->type == RECORD_CLIENT)
        code = search_survivor(database, &row, error);
    if (code == 0)
        asked->file =
            (struct opening_file){row.record->id, row.record->type, asked->opening->purpose};
    if (code == 0) {
        text_copy(asked->office, sizeof(asked->office), record_text(row.record, "office"));
        code = ledger_protect_has(database, row.row, error);
        asked->is_protected =
            code > 0 && (asked->may & ((permission_set)1 << PERMISSION_READ_PROTECTED)) == 0;
        code = code > 0 ? 0 : code;
    }
    ledger_row_clear(&row);
    return code;
}

static int opening_write(struct asked *asked, int64_t until_ms, struct error *error)
{
    struct ledger *ledger = asked->ledger;
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPENING_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, asked->actor->agent.text);
    database_bind_text(statement, 2, asked->file.record.text);
    database_bind_text(statement, 3, record_type_name(asked->file.type));
    database_bind_text(statement, 4, purpose_name(asked->opening->purpose));
    database_bind_text(statement, 5, asked->opening->contact.text);
    sqlite3_bind_int64(statement, 6, until_ms);
    sqlite3_bind_int64(statement, 7, until_ms);
    ledger_bell_ring(ledger, LEDGER_BELL_OPENINGS);
    return database_run(ledger->writer, statement, error);
}

static int audit_open(struct asked *asked, const char *what, struct error *error)
{
    struct audit_entry entry = {
        .kind = asked->opening->purpose == PURPOSE_EMERGENCY ? AUDIT_EMERGENCY : AUDIT_READ,
        .at_ms = asked->now_ms,
        .agent = asked->actor->agent,
        .device = asked->actor->device,
        .type = asked->opening->type,
        .record = asked->opening->record,
        .purpose = asked->opening->purpose,
        .words = asked->opening->words,
        .what = what,
    };

    if (asked->file.type == RECORD_CLIENT)
        entry.client = asked->file.record;
    return ledger_audit_add(asked->ledger, &entry, error);
}

/* In a write transaction. */
static int open_within(struct asked *asked, struct ledger_opened *opened, struct error *error)
{
    bool all = !asked->ledger->is_relay &&
               (asked->may & ((permission_set)1 << PERMISSION_SEARCH_ALL)) != 0;
    bool emergency = !asked->ledger->is_relay && asked->opening->purpose == PURPOSE_EMERGENCY;
    struct scope_set scope = {0};
    int64_t until = 0;
    int code =
        search_count(asked->ledger, &asked->actor->agent, asked->now_ms, &opened->retry_ms, error);

    if (code == 0)
        code = asked_resolve(asked, error);
    /* It is not there, for whoever may not know that it is. */
    if (code == 0 && asked->is_protected && !asked->here && !emergency)
        code = error_set(error, ERROR_NOT_FOUND, "there is no such record");
    /* Seen because it is in their hands, or open to them already: no longer than it is. */
    all = (all && !asked->is_protected) || emergency;
    if (code == 0 && !all && !asked->here)
        code = error_set(error, ERROR_REFUSED, "this agent's role finds only their own office's");
    if (code == 0 && asked->file.type == RECORD_CLIENT)
        opened->client = asked->file.record;
    if (code == 0 && all) {
        code = emergency
                   ? 0
                   : day_end(asked->ledger, &asked->actor->agent, asked->now_ms, &until, error);
        if (emergency)
            until = asked->now_ms + LEDGER_EMERGENCY_MS;
        if (code == 0)
            code = opening_write(asked, until, error);
        if (code == 0)
            code = opening_scope(asked->actor->agent.text, &scope, error);
        if (code == 0)
            code =
                opening_give(asked->ledger, asked->file.type, &asked->file.record, &scope, error);
        if (code == 0)
            code = opening_span(asked->ledger, asked->file.type, &asked->file.record, &scope,
                                opened, error);
        scope_set_free(&scope);
    }
    if (code == 0 && emergency)
        code = ledger_emergency_make(
            asked->ledger,
            &(struct ledger_emergency){asked->actor->agent, asked->opening->words, asked->office,
                                       asked->file.record, asked->file.type, asked->matter,
                                       asked->now_ms, until},
            error);
    if (code == 0)
        code = ledger_reason_keep(asked->ledger,
                                  &(struct ledger_reason){asked->actor->agent, asked->file.record,
                                                          asked->opening->purpose,
                                                          asked->now_ms + LEDGER_REASON_MS, 0},
                                  asked->now_ms, error);
    opened->until_ms = until;
    return code == 0 ? audit_open(asked, all ? "open" : "open: seen anyway", error) : code;
}

int ledger_open_file(struct ledger *ledger, const struct ledger_actor *actor,
                     const struct ledger_file_asked *opening, int64_t now_ms,
                     struct ledger_opened *opened, struct error *error)
{
    struct asked asked = {.ledger = ledger, .actor = actor, .opening = opening, .now_ms = now_ms};
    int code = ledger_search_permissions(ledger, &actor->agent, &asked.may, error);

    *opened = (struct ledger_opened){0};
    if (code == 0)
        code = search_check_purpose(asked.may, opening->purpose, opening->words, error);
    if (code == 0)
        code = ledger_begin(ledger, error);
    else if (code == ERROR_REFUSED)
        search_refused(ledger, actor, opening->type, &opening->record, opening->purpose,
                       opening->words, now_ms, "open: purpose");
    if (code != 0)
        return code;
    ledger_audit_request(ledger, actor->request);
    code = open_within(&asked, opened, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    if (code == ERROR_REFUSED || code == ERROR_BUSY)
        search_refused(ledger, actor, opening->type, &opening->record, opening->purpose,
                       opening->words, now_ms, code == ERROR_BUSY ? "search: too many" : "open");
    return code;
}
