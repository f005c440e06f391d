#include "net/ledger_attempt.h"
#include "net/ledger_consent.h"
#include "net/ledger_follow.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_upward.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/database_rows.h"
#include "app/json.h"
#include "app/text.h"

void ledger_outcome_clear(struct ledger_outcome *outcome)
{
    json_decref(outcome->record);
    *outcome = (struct ledger_outcome){0};
}

/* --- repeats ---------------------------------------------------------------------------------- */

/* What an operation says, whichever terminal carries it: a few bytes that no other has. */
int attempt_digest(struct attempt *attempt, struct error *error)
{
    const struct operation *operation = attempt->operation;
    struct text_buffer *said = &attempt->ledger->written;

    text_buffer_clear(said);
    text_buffer_add_text(said, operation_kind_name(operation->kind));
    text_buffer_add_text(said, " ");
    text_buffer_add_text(said, record_type_name(operation->type));
    text_buffer_add_text(said, " ");
    text_buffer_add_text(said, operation->record.text);
    text_buffer_add_text(said, " ");
    text_buffer_add_integer(said, operation->moment.ms);
    text_buffer_add_text(said, ".");
    text_buffer_add_integer(said, operation->moment.tick);
    text_buffer_add_text(said, " ");
    if (operation->body != NULL)
        json_canonical_to(said, operation->body);
    if (said->failed || operation->body == NULL) {
        text_buffer_free(said);
        return error_set(error, ERROR_MEMORY, "no memory for an operation");
    }
    crypto_generichash(attempt->digest, ATTEMPT_DIGEST_BYTES, (const unsigned char *)said->bytes,
                       said->length, NULL, 0);
    return 0;
}

/* Whether the stored operation is this one: by the same agent, from this terminal or from one whose
 * work it goes on with, and in the same words. */
static bool is_same(const struct attempt *attempt, sqlite3_stmt *stored)
{
    return strcmp(database_text(stored, 0), attempt->actor->agent.text) == 0 &&
           (sqlite3_column_type(stored, 1) == SQLITE_NULL ||
            (sqlite3_column_bytes(stored, 1) == ATTEMPT_DIGEST_BYTES &&
             memcmp(sqlite3_column_blob(stored, 1), attempt->digest, ATTEMPT_DIGEST_BYTES) == 0));
}

/* Whether the relay refused it by itself, and the centre may have applied it since. Of what the
 * centre refused there is a number. */
static bool is_refused_here_alone(const struct attempt *attempt, sqlite3_stmt *stored)
{
    return attempt->ledger->is_relay && attempt->actor->elsewhere &&
           sqlite3_column_type(stored, 4) != SQLITE_NULL &&
           sqlite3_column_type(stored, 3) == SQLITE_NULL;
}

static int forget(const struct attempt *attempt, struct error *error)
{
    struct database *database = attempt->ledger->writer;
    sqlite3_stmt *statement = database_statement(database, LEDGER_OPERATION_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, attempt->operation->id.text);
    return database_run(database, statement, error);
}

/* Finds the answer that was given to this id. 1: found and filled in. */
static int recall(struct attempt *attempt, struct error *error)
{
    struct database *database = attempt->ledger->writer;
    struct ledger_outcome *outcome = attempt->outcome;
    sqlite3_stmt *statement;
    enum merge_refusal refusal;
    bool is_new;
    int code = ledger_gap_look(attempt->ledger, &attempt->ledger->operation_gap,
                               LEDGER_OPERATION_FROM, &attempt->operation->id, &is_new, error);

    if (code != 0 || is_new)
        return code;
    statement = database_statement(database, LEDGER_OPERATION_GET, error);
    database_bind_text(statement, 1, attempt->operation->id.text);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    /* An id that somebody else used says nothing about what they did. */
    if (!is_same(attempt, statement)) {
        attempt_refuse(attempt, MERGE_FORBIDDEN, "id");
        sqlite3_reset(statement);
        return 1;
    }
    if (is_refused_here_alone(attempt, statement)) {
        sqlite3_reset(statement);
        return forget(attempt, error);
    }
    attempt->recalled = true;
    if (sqlite3_column_type(statement, 4) != SQLITE_NULL) {
        refusal = merge_refusal_from_name(database_text(statement, 4));
        attempt_refuse(attempt, refusal < MERGE_REFUSAL_COUNT ? refusal : MERGE_FORBIDDEN,
                       database_text(statement, 6));
    } else {
        outcome->kind = LEDGER_REPEATED;
        outcome->rev = sqlite3_column_int64(statement, 2);
        outcome->seq = sqlite3_column_int64(statement, 3);
        outcome->conflict = sqlite3_column_int(statement, 5) != 0;
        strncpy(outcome->field, database_text(statement, 6), sizeof(outcome->field) - 1);
    }
    sqlite3_reset(statement);
    return 1;
}

int attempt_remember(struct attempt *attempt, struct error *error)
{
    const struct operation *operation = attempt->operation;
    const struct ledger_outcome *outcome = attempt->outcome;
    struct database_row *row =
        database_row(attempt->ledger->writer, LEDGER_OPERATION_INSERT, error);

    if (row == NULL)
        return ERROR_STORAGE;
    ledger_gap_fill(&attempt->ledger->operation_gap, &operation->id);
    database_row_text(row, 1, operation->id.text);
    database_row_text(row, 2, operation->agent.text);
    database_row_text(row, 3, operation->device.text);
    database_row_text(row, 4, operation_kind_name(operation->kind));
    database_row_text(row, 5, record_type_name(operation->type));
    database_row_text(row, 6, operation->record.text);
    if (outcome->kind == LEDGER_REFUSED) {
        database_row_text(row, 9, merge_refusal_name(outcome->refusal));
        /* By the centre, or by the server itself: for good. */
        if (attempt->actor == NULL)
            database_row_integer(row, 8, 0);
    } else {
        database_row_integer(row, 7, outcome->rev);
        database_row_integer(row, 8, outcome->seq);
    }
    database_row_integer(row, 10, outcome->conflict);
    database_row_text(row, 11, outcome->field);
    database_row_integer(row, 12, attempt->now_ms);
    database_row_blob(row, 13, attempt->digest, ATTEMPT_DIGEST_BYTES);
    if (attempt_is_carried(attempt))
        database_row_text(row, 14, attempt->actor->via.text);
    return database_row_add(row, error);
}

/* --- effect ----------------------------------------------------------------------------------- */

/* True when the operation has just made a filing of a draft. */
static bool is_submitted(const struct attempt *attempt, const struct record *after)
{
    return after->type == RECORD_SUBMISSION && attempt->row.record != NULL &&
           strcmp(record_text(attempt->row.record, "status"), "draft") == 0 &&
           strcmp(record_text(after, "status"), "submitted") == 0;
}

/* 1 when it was taken back from somebody since it last changed: a terminal that was told so lets go
 * of what it holds once the operation is answered, even where it may see it again by then. */
static int was_gone(const struct attempt *attempt, struct error *error)
{
    struct database *database = attempt->ledger->writer;
    sqlite3_stmt *statement = database_statement(database, LEDGER_GONE_SINCE, error);
    struct ledger_gone gone;
    int code = ledger_gone_read(database, &gone, error);

    if (code != 0 || statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    /* Of so long ago nobody knows any more. */
    if (attempt->row.record->seq <= gone.horizon)
        return 1;
    sqlite3_bind_int64(statement, 1, attempt->row.row);
    sqlite3_bind_int64(statement, 2, attempt->row.record->seq);
    return database_has_row(database, statement, error);
}

/* Whether the terminal held the record as it stood, and so knows what its operation makes of it. */
static bool is_known(const struct attempt *attempt)
{
    const struct operation *operation = attempt->operation;

    if (attempt->actor != NULL && attempt->actor->ungrounded)
        return false;
    if (attempt->row.record == NULL)
        return operation->base == 0;
    return attempt->row.record->rev == operation->base ||
           id_equal(&attempt->row.known, &operation->device);
}

/* What a change brings about: at a relay, that it is carried to the centre, whose the rest is. */
static int follow_up(struct attempt *attempt, const struct ledger_row *after, struct error *error)
{
    struct ledger *ledger = attempt->ledger;
    int code = attempt_note_trust(attempt, after->record, error);

    if (code != 0)
        return code;
    if (ledger->is_relay)
        return ledger_upward_put(ledger, attempt->operation, after, LEDGER_WAY_WAITING, error);
    if (after->record->type == RECORD_HANDOFF)
        code = ledger_reassign(ledger, after->record, attempt->now_ms, error);
    if (code == 0 && after->record->type == RECORD_HANDOFF && attempt->row.row == 0)
        code = ledger_waiting_since(ledger, after, attempt->now_ms, error);
    if (code == 0 && after->record->type == RECORD_HANDOFF && attempt->row.row != 0 &&
        strcmp(record_text(after->record, "state"), "declined") == 0)
        code = ledger_intake_offer_again(ledger, after->record, attempt->now_ms, error);
    if (code == 0 && after->record->type == RECORD_CASE)
        code = ledger_promise_follow(ledger, attempt->row.record, after->record, attempt->operation,
                                     attempt->now_ms, error);
    if (code == 0 && after->record->type == RECORD_CONSENT)
        code = ledger_consent_follow(ledger, after->record, attempt->now_ms, error);
    if (code == 0 && is_submitted(attempt, after->record))
        code = ledger_deliveries_make(ledger, after->record, attempt->now_ms, error);
    if (code == 0 && after->record->type == RECORD_SUBMISSION)
        code = ledger_passage_follow(ledger, after->record, attempt->now_ms, error);
    if (code == 0 && after->record->type == RECORD_CASE)
        code = ledger_access_follow(ledger, after->record, attempt->now_ms, error);
    if (code == 0 && after->record->type == RECORD_CASE)
        code =
            ledger_notice_put(ledger, attempt->row.record, after->record, attempt->now_ms, error);
    return code;
}

/* What it works this rev out of is the record as it stood, or what it worked that out of. */
static void note_known(const struct attempt *attempt, struct ledger_row *after)
{
    const struct id *device = &attempt->operation->device;

    after->known = *device;
    if (attempt->row.record == NULL)
        after->known_from = LEDGER_KNOWN_MADE;
    else if (id_equal(&attempt->row.known, device) &&
             attempt->row.known_from != LEDGER_KNOWN_UNNOTED)
        after->known_from = attempt->row.known_from;
    else
        after->known_from = attempt->row.record->seq;
}

static int write_after(struct attempt *attempt, struct ledger_row *after, struct error *error)
{
    bool known = is_known(attempt);
    int code = known && attempt->row.record != NULL ? was_gone(attempt, error) : 0;

    if (code < 0)
        return code;
    if (known && code == 0)
        note_known(attempt, after);
    code = ledger_row_write(attempt->ledger, after, error);
    if (code == 0)
        code = ledger_feed_write(attempt->ledger, after, error);
    if (code == 0 && after->record->type == RECORD_HANDOFF)
        code = ledger_grants_end(attempt->ledger, after, error);
    if (code == 0)
        code = ledger_trace_applied(attempt, after->record, error);
    return code == 0 ? follow_up(attempt, after, error) : code;
}

/* Whether the relay itself makes a record whose id is computed, and its row holds one that the
 * centre lost when it was restored, or never took. */
static int is_made_anew(const struct attempt *attempt, bool *anew, struct error *error)
{
    *anew = false;
    if (!attempt->ledger->is_relay || attempt->actor != NULL || attempt->row.record == NULL ||
        attempt->operation->kind != OPERATION_APPEND)
        return 0;
    return ledger_relay_lacks(attempt->ledger, attempt->row.row, anew, error);
}

int attempt_merge(struct attempt *attempt, struct error *error)
{
    struct ledger_outcome *outcome = attempt->outcome;
    struct ledger_row after = {.row = attempt->row.row};
    struct merge_result result = {0};
    bool anew;
    int code = is_made_anew(attempt, &anew, error);

    if (code == 0)
        code = merge_apply(&result, attempt->operation, anew ? NULL : attempt->row.record, error);
    if (code == 0 && anew && result.refusal == MERGE_APPLIED)
        code = ledger_relay_renumber(result.record, attempt->row.record, error);
    if (code != 0) {
        record_free(result.record);
        return code;
    }
    if (result.refusal != MERGE_APPLIED) {
        attempt_refuse(attempt, result.refusal, result.field);
        return 0;
    }
    after.record = result.record;
    after.record->seq = ledger_next_seq(attempt->ledger);
    code = after.record->type == RECORD_ACCESS ? ledger_look_note(attempt, after.record, error)
                                               : write_after(attempt, &after, error);
    outcome->kind = LEDGER_APPLIED;
    outcome->rev = after.record->rev;
    outcome->seq = after.record->seq;
    outcome->conflict = result.conflict;
    memcpy(outcome->field, result.field, sizeof(outcome->field));
    ledger_row_clear(&after);
    return code;
}

/* A refusal tells how the record stands, to those who may know. */
static int show_record(struct attempt *attempt, struct error *error)
{
    int code = 0;

    if (attempt->row.record == NULL)
        code = attempt_find(attempt, error);
    if (code == 0 && attempt->row.record != NULL && attempt->visible) {
        attempt->outcome->record = record_to_json(attempt->row.record);
        if (attempt->outcome->record == NULL)
            code = error_set(error, ERROR_MEMORY, "no memory for a record");
    }
    return code;
}

/* At a relay: an append that the centre has given already, as it came there by another way. */
static bool is_given(const struct attempt *attempt)
{
    const struct operation *operation = attempt->operation;
    const struct record *record = attempt->row.record;

    return operation->kind == OPERATION_APPEND && record != NULL && attempt->visible &&
           strcmp(json_text_or(json_object_get(record->meta, "created"), "operation", ""),
                  operation->id.text) == 0;
}

/* At a relay: 1 when the centre was asked. Its word alone counts, also where this is no longer
 * allowed here. When it has allowed it, the record may never come: the office lost sight of it
 * meanwhile. Its terminal shows its own until that rev is here: the next that it saw, or the next
 * that there is, and no later one, of which it would be ahead. */
static int leave_asked_to_centre(struct attempt *attempt, struct error *error)
{
    const struct operation *operation = attempt->operation;
    int64_t next = attempt->row.record != NULL ? attempt->row.record->rev + 1 : 1;
    bool asked, accepted;
    int code = ledger_upward_asked(attempt->ledger, &operation->id, &asked, &accepted, error);

    if (code != 0 || !asked)
        return code;
    if (next > operation->base + 1)
        next = operation->base + 1;
    *attempt->outcome =
        (struct ledger_outcome){.kind = accepted ? LEDGER_APPLIED : LEDGER_LATER, .rev = next};
    if (accepted) {
        attempt->outcome->seq = -ledger_next_seq(attempt->ledger);
        code = attempt_remember(attempt, error);
    }
    return code == 0 ? 1 : code;
}

/* Of a record that is here already: it was carried, or was seen at the centre, and its terminal
 * keeps it no more. It goes to the centre when that lost the record, now or later. */
static int keep_given(struct attempt *attempt, struct error *error)
{
    bool lost;
    int code = ledger_relay_lacks(attempt->ledger, attempt->row.row, &lost, error);

    return code != 0 ? code
                     : ledger_upward_put(attempt->ledger, attempt->operation, &attempt->row,
                                         lost ? LEDGER_WAY_WAITING : LEDGER_WAY_DONE, error);
}

static int ask_centre(struct attempt *attempt, struct error *error)
{
    *attempt->outcome = (struct ledger_outcome){.kind = LEDGER_LATER};
    return ledger_upward_put(attempt->ledger, attempt->operation, &attempt->row, LEDGER_WAY_ASKED,
                             error);
}

/* At a relay: 1 when the operation needs no merge here. */
static int leave_to_centre(struct attempt *attempt, struct error *error)
{
    struct ledger_outcome *outcome = attempt->outcome;
    bool must = false;
    int code;

    if (is_given(attempt)) {
        outcome->kind = LEDGER_REPEATED;
        outcome->rev = attempt->row.record->rev;
        outcome->seq = attempt->row.record->seq;
        /* The centre's answer to the one that was asked is still to come, and is remembered then.
         */
        code = ledger_upward_has(attempt->ledger, &attempt->operation->id, &must, error);
        if (code == 0 && !must)
            code = attempt_remember(attempt, error);
        if (code == 0 && !must)
            code = keep_given(attempt, error);
        return code == 0 ? 1 : code;
    }
    code = ledger_relay_must_ask(attempt->ledger, attempt->operation, &attempt->row, &must, error);
    if (code != 0 || !must)
        return code;
    code = leave_asked_to_centre(attempt, error);
    if (code < 0 || (code > 0 && outcome->kind == LEDGER_APPLIED))
        return code;
    code = ask_centre(attempt, error);
    return code == 0 ? 1 : code;
}

/* What it was refused for here says nothing of one that the centre may have. */
static bool doubts_refusal(const struct attempt *attempt)
{
    return attempt->ledger->is_relay && attempt_is_refused(attempt) && attempt->actor != NULL &&
           (attempt->actor->elsewhere ||
            ledger_relay_doubts(attempt->ledger, attempt->operation, attempt->now_ms));
}

static int decide(struct attempt *attempt, struct error *error)
{
    int code = attempt_check(attempt, error);

    if (code == 0)
        code = attempt_leave_to_relay(attempt, error);
    /* Not remembered: the relay may have accepted this very one, before its terminal came here, and
     * carry it yet. */
    if (code > 0)
        return 0;

    if (code == 0 && attempt->ledger->is_relay)
        code = attempt_is_refused(attempt) && !doubts_refusal(attempt)
                   ? leave_asked_to_centre(attempt, error)
                   : leave_to_centre(attempt, error);
    if (code != 0)
        return code;
    if (!attempt_is_refused(attempt))
        code = attempt_merge(attempt, error);
    if (code != 0)
        return code;
    return doubts_refusal(attempt) ? ask_centre(attempt, error) : attempt_remember(attempt, error);
}

/* Applies one operation, or finds that it was applied. */
static int apply_one(struct attempt *attempt, struct error *error)
{
    const struct operation *operation = attempt->operation;
    enum merge_refusal why;
    char field[sizeof(attempt->outcome->field)];
    int code;

    if (id_is_empty(&attempt->actor->device) ||
        !id_equal(&operation->device, &attempt->actor->device)) {
        attempt_refuse(attempt, MERGE_FORBIDDEN, "device");
        return 0;
    }
    if (!id_equal(&operation->agent, &attempt->actor->agent)) {
        attempt_refuse(attempt, MERGE_FORBIDDEN, "agent");
        return 0;
    }
    code = attempt_digest(attempt, error);
    if (code == 0)
        code = recall(attempt, error);
    if (code == 0)
        code = decide(attempt, error);
    if (code < 0 || !attempt_is_refused(attempt))
        return code < 0 ? code : 0;
    /* Looking for the record again may refuse in its own words: the first ones stand. */
    why = attempt->outcome->refusal;
    memcpy(field, attempt->outcome->field, sizeof(field));
    code = show_record(attempt, error);
    attempt_refuse(attempt, why, field);
    return code;
}

int ledger_apply_within(struct ledger *ledger, const struct ledger_actor *actor,
                        const struct scope_set *desk, struct operation *const *operations,
                        size_t count, int64_t now_ms, struct ledger_outcome *outcomes,
                        struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < count && code == 0; i++) {
        struct attempt attempt = {
            .ledger = ledger,
            .actor = actor,
            .desk = desk,
            .operation = operations[i],
            .outcome = &outcomes[i],
            .now_ms = now_ms,
        };

        code = operation_open(operations[i], error);
        if (code == ERROR_INVALID) {
            attempt_refuse(&attempt, MERGE_VALUE, "body");
            code = 0;
        } else if (code == 0) {
            code = apply_one(&attempt, error);
        }
        if (code == 0 && attempt_is_refused(&attempt) && !attempt.recalled)
            code = ledger_trace_refused(&attempt, error);
        operation_close(operations[i]);
        ledger_row_clear(&attempt.row);
    }
    return code;
}
