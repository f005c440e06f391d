#include "net/ledger_scope.h"
#include "net/ledger_handoff.h"
#include "net/ledger_holder.h"
#include "net/ledger_protect.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

#include <stdlib.h>
#include <string.h>

#include "app/database_rows.h"
#include "app/json.h"
#include "app/note.h"

/* --- rows of the feed ------------------------------------------------------------------------- */

int ledger_scope_find(struct database *database, const char *name, int64_t *number,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SCOPE_GET, error);
    int code;

    *number = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, name);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    *number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

/* Most of what a batch writes goes to one scope. */
static int scope_look(struct ledger *ledger, const char *name, int64_t *number, struct error *error)
{
    struct ledger_named *named = &ledger->named;
    int code;

    *number = named->scope_number;
    if (name[0] != '\0' && strcmp(named->scope, name) == 0)
        return 0;
    code = ledger_scope_find(ledger->writer, name, number, error);
    if (code == 0 && *number != 0 && strlen(name) < sizeof(named->scope)) {
        strcpy(named->scope, name);
        named->scope_number = *number;
    }
    return code;
}

int ledger_scope_need(struct ledger *ledger, const char *name, int64_t *number, struct error *error)
{
    int code = scope_look(ledger, name, number, error);
    sqlite3_stmt *statement;

    if (code != 0 || *number != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_SCOPE_INSERT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, name);
    code = database_run(ledger->writer, statement, error);
    *number = sqlite3_last_insert_rowid(database_handle(ledger->writer));
    /* Nobody can be listening to it yet: those who will are told by their queue, and that they have
     * more scopes than before; so are those who read all offices. */
    ledger->sessions_changed |=
        ledger_queue_has_need(name) || strncmp(name, "office:", strlen("office:")) == 0;
    return code == 0 ? ledger_queue_plain(name, &ledger->changed.scopes, error) : code;
}

/* `changed`: whose it is to have the change told. */
static int feed_put(struct ledger *ledger, const char *scope, int64_t seq, int64_t row,
                    struct scope_set *changed, struct error *error)
{
    struct database_row *put;
    int64_t number;
    int code = ledger_scope_need(ledger, scope, &number, error);

    if (code != 0)
        return code;
    put = database_row(ledger->writer, LEDGER_FEED_PUT, error);
    if (put == NULL)
        return ERROR_STORAGE;
    database_row_integer(put, 1, number);
    database_row_integer(put, 2, seq);
    database_row_integer(put, 3, row);
    ledger_named_moved(ledger, row);
    code = database_row_add(put, error);
    if (code == 0)
        code = scope_set_add(changed, "", scope, error);
    return code;
}

int ledger_feed_put(struct ledger *ledger, const char *scope, int64_t seq, int64_t row,
                    struct error *error)
{
    return feed_put(ledger, scope, seq, row, &ledger->changed.scopes, error);
}

/* The scopes of all, or of all but the one terminal that works out by itself what was written. */
static struct scope_set *told_of(struct ledger *ledger, const struct ledger_row *row)
{
    struct ledger_changed *changed = &ledger->changed;

    if (id_is_empty(&row->known) ||
        (!id_is_empty(&changed->device) && !id_equal(&changed->device, &row->known)))
        return &changed->scopes;
    changed->device = row->known;
    return &changed->others;
}

static int add_scope(const char *name, struct scope_set *scopes, struct scope_set *joining,
                     struct error *error)
{
    bool joins = strncmp(name, LEDGER_JOIN_PREFIX, strlen(LEDGER_JOIN_PREFIX)) == 0;
    struct scope_set *target = joins ? joining : scopes;

    return target != NULL ? scope_set_add(target, "", name, error) : 0;
}

/* Every scope of a row, joining ones apart. */
static int row_scopes(struct database *database, int64_t row, struct scope_set *scopes,
                      struct scope_set *joining, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_FEED_SCOPES, error);
    int code = 1;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    while (code > 0 && (code = database_step(database, statement, error)) > 0) {
        if (add_scope(database_text(statement, 0), scopes, joining, error) != 0) {
            sqlite3_reset(statement);
            return ERROR_MEMORY;
        }
    }
    return code;
}

int ledger_row_scopes(struct database *database, int64_t row, struct scope_set *scopes,
                      struct error *error)
{
    return row_scopes(database, row, scopes, NULL, error);
}

/* The row of a record; 0 when there is none. */
static int row_find(struct database *database, enum record_type type, const char *id, int64_t *row,
                    struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_RECORD_GET, error);
    int code;

    *row = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id);
    database_bind_text(statement, 2, record_type_name(type));
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    *row = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

int ledger_scopes_of(struct database *database, enum record_type type, const char *id,
                     struct scope_set *scopes, bool *exists, struct error *error)
{
    sqlite3_stmt *statement;
    int code;

    if (exists != NULL)
        *exists = false;
    if (id[0] == '\0')
        return 0;
    statement = database_statement(database, LEDGER_RECORD_SCOPES, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id);
    database_bind_text(statement, 2, record_type_name(type));
    while ((code = database_step(database, statement, error)) > 0) {
        if (exists != NULL)
            *exists = true;
        /* One that stands in no scope is there, too. */
        if (sqlite3_column_type(statement, 0) != SQLITE_NULL &&
            add_scope(database_text(statement, 0), scopes, NULL, error) != 0) {
            sqlite3_reset(statement);
            return ERROR_MEMORY;
        }
    }
    return code;
}

/* --- what a record belongs to by its body ----------------------------------------------------- */

/* In a queue it stays where it came in, whatever is asked for since. */
static int handoff_queue(struct ledger *ledger, const struct record *handoff, const char *queue,
                         struct scope_set *scopes, struct error *error)
{
    for (size_t i = 0; i < scopes->count; i++)
        if (ledger_queue_is_scope(scopes->names[i], queue))
            return 0;
    return queue[0] != '\0' ? ledger_queue_scope(ledger, handoff, queue, scopes, error) : 0;
}

static int handoff_scopes(struct ledger *ledger, const struct record *handoff,
                          struct scope_set *scopes, struct error *error)
{
    int code = handoff_queue(ledger, handoff, record_text(handoff, "to_queue"), scopes, error);

    /* Its case may stand in the other queue already, for somebody else. */
    if (code == 0 && record_text(handoff, "also_queue")[0] != '\0')
        code =
            ledger_queue_scope(ledger, handoff, record_text(handoff, "also_queue"), scopes, error);
    if (code == 0 && ledger_handoff_left_queue(handoff))
        code = scope_set_add(scopes, "agent:", record_text(handoff, "taken_by"), error);
    return code;
}

static int emergency_scopes(const struct record *record, struct scope_set *scopes,
                            struct error *error)
{
    const char *office = record_text(record, "office");
    int code = scope_set_add(scopes, "office:", office, error);

    if (code == 0)
        code = scope_set_add(scopes, LEDGER_EMERGENCIES_SCOPE, office, error);
    return code == 0 ? scope_set_add(scopes, "", LEDGER_PRIVACY_SCOPE, error) : code;
}

static int body_scopes(struct ledger *ledger, const struct record *record, struct scope_set *scopes,
                       struct error *error)
{
    static const struct {
        const char *member;
        const char *prefix;
    } targets[] = {{"to_agent", "agent:"}, {"to_office", "office:"}};
    int code;

    if (record_type_is_catalogue(record->type))
        return scope_set_add(scopes, "", LEDGER_CATALOGUE_SCOPE, error);
    if (note_is_restricted(record))
        return ledger_restricted_scopes(ledger, record, scopes, error);
    if (record->type == RECORD_EMERGENCY)
        return emergency_scopes(record, scopes, error);
    if (record->type == RECORD_ALERT)
        return scope_set_add(scopes, LEDGER_SUPERVISORS_SCOPE, record_text(record, "queue"), error);
    /* One's own list is nobody else's. */
    if (record->type == RECORD_VIEW && !json_bool_or(record->body, "shared", false))
        return scope_set_add(scopes, "agent:", record_text(record, "owner"), error);
    code = scope_set_add(scopes, "office:", record_text(record, "office"), error);
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]) && code == 0; i++)
        if ((record->type == RECORD_HANDOFF || record->type == RECORD_FLAG) &&
            record_text(record, targets[i].member)[0] != '\0')
            code = scope_set_add(scopes, targets[i].prefix, record_text(record, targets[i].member),
                                 error);
    if (code == 0 && (record->type == RECORD_FLAG || record->type == RECORD_TASK) &&
        record_text(record, "to_queue")[0] != '\0')
        code = scope_set_add(scopes, "queue:", record_text(record, "to_queue"), error);
    if (code == 0 && record->type == RECORD_FLAG && record_text(record, "to_queue")[0] != '\0')
        code = scope_set_add(scopes, LEDGER_FLAGS_SCOPE, record_text(record, "to_queue"), error);
    if (code == 0 && record->type == RECORD_TASK && record_text(record, "assignee")[0] != '\0')
        code = scope_set_add(scopes, "agent:", record_text(record, "assignee"), error);
    if (code == 0 && record->type == RECORD_HANDOFF)
        code = handoff_scopes(ledger, record, scopes, error);
    if (code == 0)
        code = ledger_named_scopes(ledger, RECORD_CASE, record_text(record, "case"), scopes, NULL,
                                   error);
    if (code == 0)
        code = ledger_scopes_of(ledger->writer, RECORD_CONTACT, record_text(record, "contact"),
                                scopes, NULL, error);
    if (code == 0 && record->type == RECORD_CLIENT)
        code = ledger_scopes_of(ledger->writer, RECORD_CLIENT, record_text(record, "merged_into"),
                                scopes, NULL, error);
    if (code == 0 && record->type == RECORD_DELIVERY)
        code = ledger_scopes_of(ledger->writer, RECORD_SUBMISSION,
                                record_text(record, "submission"), scopes, NULL, error);
    return code;
}

/* --- grants ----------------------------------------------------------------------------------- */

static int follow(struct ledger *ledger, const struct record *record,
                  const struct scope_set *scopes, struct error *error);

/* At a relay: what it let go of, for the centre does not have it, comes back with no file that it
 * hangs on. */
static int is_let_go(struct ledger *ledger, int64_t row, const struct scope_set *held, bool *let_go,
                     struct error *error)
{
    *let_go = false;
    return ledger->is_relay && held->count == 0 ? ledger_relay_lacks(ledger, row, let_go, error)
                                                : 0;
}

/* Lets these scopes see a row, under a new number, with what follows from it. */
static int grant(struct ledger *ledger, int64_t row_number, const struct scope_set *scopes,
                 struct error *error)
{
    struct scope_set held = {0}, added = {0}, given = {0};
    struct ledger_row row = {0};
    int64_t seq = 0;
    bool let_go = false;
    int code = ledger_row_scopes(ledger->writer, row_number, &held, error);

    if (code == 0)
        code = is_let_go(ledger, row_number, &held, &let_go, error);
    if (code == 0 && !let_go)
        code = scope_set_add_all(&given, scopes, error);
    if (code == 0)
        code = ledger_protect_map(ledger, row_number, &given, error);
    for (size_t i = 0; i < given.count && code == 0; i++) {
        if (scope_set_has(&held, given.names[i]))
            continue;
        if (row.record == NULL) {
            code = ledger_row_read_number(ledger->writer, row_number, &row, error);
            /* Whom the case is shown to does not see the restricted notes on it. */
            if (code != 0 || note_is_restricted(row.record))
                break;
        }
        if (seq == 0)
            seq = ledger_next_seq(ledger);
        code = ledger_feed_put(ledger, given.names[i], seq, row_number, error);
        if (code == 0)
            code = scope_set_add(&added, "", given.names[i], error);
    }
    if (code == 0 && added.count > 0)
        code = follow(ledger, row.record, &added, error);
    ledger_row_clear(&row);
    scope_set_free(&held);
    scope_set_free(&added);
    scope_set_free(&given);
    return code;
}

int ledger_grant(struct ledger *ledger, int64_t row, const struct scope_set *scopes,
                 struct error *error)
{
    return grant(ledger, row, scopes, error);
}

static int grant_children(struct ledger *ledger, const struct record *record,
                          const struct scope_set *scopes, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_RECORD_CHILDREN, error);
    int64_t *rows = NULL;
    size_t count = 0;
    int code = 1;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, record->id.text);
    /* All numbers first: granting uses this very statement again. */
    while (code > 0 && (code = database_step(ledger->writer, statement, error)) > 0) {
        int64_t *longer = realloc(rows, (count + 1) * sizeof(*rows));

        if (longer == NULL) {
            sqlite3_reset(statement);
            free(rows);
            return error_set(error, ERROR_MEMORY, "no memory for a record's children");
        }
        rows = longer;
        rows[count++] = sqlite3_column_int64(statement, 0);
    }
    for (size_t i = 0; i < count && code == 0; i++)
        code = grant(ledger, rows[i], scopes, error);
    free(rows);
    return code;
}

static int grant_named(struct ledger *ledger, enum record_type type, const char *id,
                       const struct scope_set *scopes, struct error *error)
{
    int64_t row = 0;
    int code = id[0] != '\0' ? row_find(ledger->writer, type, id, &row, error) : 0;

    return code == 0 && row != 0 ? grant(ledger, row, scopes, error) : code;
}

/* Those to which a hand-off opens its file: not its queues when one of them has accepted. */
static int opened_scopes(const struct record *handoff, const struct scope_set *scopes,
                         struct scope_set *opened, struct error *error)
{
    bool left = ledger_handoff_left_queue(handoff);
    int code = 0;

    for (size_t i = 0; i < scopes->count && code == 0; i++)
        if (!left || (!ledger_queue_is_scope(scopes->names[i], record_text(handoff, "to_queue")) &&
                      !ledger_queue_is_scope(scopes->names[i], record_text(handoff, "also_queue"))))
            code = scope_set_add(opened, "", scopes->names[i], error);
    return code;
}

static int follow_handoff(struct ledger *ledger, const struct record *handoff,
                          const struct scope_set *scopes, struct error *error)
{
    static const struct {
        enum record_type type;
        const char *member;
    } carried[] = {{RECORD_CLIENT, "client"},
                   {RECORD_CASE, "case"},
                   {RECORD_CONTACT, "contact"},
                   {RECORD_SUBMISSION, "submission"}};
    struct scope_set opened = {0};
    int code;

    /* One that ended without being accepted opens nothing any more. */
    if (!ledger_handoff_stands(handoff))
        return 0;
    code = opened_scopes(handoff, scopes, &opened, error);
    for (size_t i = 0; i < sizeof(carried) / sizeof(carried[0]) && code == 0; i++)
        code = grant_named(ledger, carried[i].type, record_text(handoff, carried[i].member),
                           &opened, error);
    scope_set_free(&opened);
    return code;
}

/* Grants what a record names. */
static int follow_references(struct ledger *ledger, const struct record *record,
                             const struct scope_set *scopes, struct error *error)
{
    if (record->type == RECORD_HANDOFF)
        return follow_handoff(ledger, record, scopes, error);
    /* Whoever is to do it needs the file. */
    if (record->type == RECORD_TASK) {
        int code = grant_named(ledger, RECORD_CASE, record_text(record, "case"), scopes, error);

        if (code != 0)
            return code;
    }
    if (record->type == RECORD_DELEGATION) {
        int code =
            grant_named(ledger, RECORD_CLIENT, record_text(record, "delegate"), scopes, error);

        if (code != 0)
            return code;
    }
    return grant_named(
        ledger, RECORD_CLIENT,
        record_text(record, record->type == RECORD_CLIENT ? "merged_into" : "client"), scopes,
        error);
}

/* A case has contacts, notes, submissions; a contact has what was written before it had a case; a
 * submission has deliveries; a client has the files that were merged into it. */
static bool has_children(const struct record *record)
{
    return record->type == RECORD_CASE || record->type == RECORD_CONTACT ||
           record->type == RECORD_SUBMISSION || record->type == RECORD_CLIENT;
}

static int follow(struct ledger *ledger, const struct record *record,
                  const struct scope_set *scopes, struct error *error)
{
    int code = follow_references(ledger, record, scopes, error);

    if (code == 0 && has_children(record))
        code = grant_children(ledger, record, scopes, error);
    return code;
}

/* --- a change --------------------------------------------------------------------------------- */

static int joining_clear(struct ledger *ledger, int64_t row, const struct scope_set *joining,
                         struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < joining->count && code == 0; i++) {
        sqlite3_stmt *statement;
        int64_t number;

        code = ledger_scope_find(ledger->writer, joining->names[i], &number, error);
        if (code != 0)
            break;
        statement = database_statement(ledger->writer, LEDGER_FEED_DELETE, error);
        if (statement == NULL)
            return ERROR_STORAGE;
        sqlite3_bind_int64(statement, 1, row);
        sqlite3_bind_int64(statement, 2, number);
        ledger_named_moved(ledger, row);
        code = database_run(ledger->writer, statement, error);
    }
    return code;
}

int ledger_feed_write(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    struct scope_set scopes = {0}, joining = {0};
    size_t held;
    int code = ledger_protect_adopt(ledger, row, error);

    if (code == 0 && !row->made)
        code = row_scopes(ledger->writer, row->row, &scopes, &joining, error);
    held = scopes.count;
    if (code == 0)
        code = body_scopes(ledger, row->record, &scopes, error);
    if (code == 0 && !record_type_is_catalogue(row->record->type) &&
        !note_is_restricted(row->record))
        code = ledger_holder_scopes(ledger, row->record, &scopes, error);
    if (code == 0)
        code = ledger_protect_map(ledger, row->row, &scopes, error);
    for (size_t i = 0; i < scopes.count && code == 0; i++)
        code = feed_put(ledger, scopes.names[i], row->record->seq, row->row, told_of(ledger, row),
                        error);
    if (code == 0 && row->record->type == RECORD_TICKET)
        code = scope_set_add(&ledger->changed.scopes, LEDGER_TICKETS_SCOPE,
                             record_text(row->record, "office"), error);
    if (code == 0)
        code = joining_clear(ledger, row->row, &joining, error);
    if (code == 0 && row->record->type == RECORD_CASE)
        code = ledger_restricted_follow(ledger, row->record, error);
    if (code == 0 && !record_type_is_catalogue(row->record->type) &&
        !note_is_restricted(row->record) && row->record->type != RECORD_EMERGENCY) {
        code = follow_references(ledger, row->record, &scopes, error);
        /* Children hold its scopes already unless it came into another one just now. */
        if (code == 0 && has_children(row->record) && scopes.count > held)
            code = grant_children(ledger, row->record, &scopes, error);
    }
    if (code == 0 && row->record->type == RECORD_CASE)
        code = ledger_holder_follow(ledger, row, error);
    if (code == 0)
        code = ledger_protect_follow(ledger, row, error);
    scope_set_free(&scopes);
    scope_set_free(&joining);
    return code;
}

int ledger_feed_give(struct ledger *ledger, const struct ledger_row *row,
                     const struct scope_set *given, bool changed, struct error *error)
{
    struct scope_set held = {0}, mapped = {0};
    int64_t seq = row->record->seq;
    int code = ledger_row_scopes(ledger->writer, row->row, &held, error);

    if (code == 0)
        code = scope_set_add_all(&mapped, given, error);
    if (code == 0)
        code = ledger_protect_map(ledger, row->row, &mapped, error);
    /* To those who come to see it now it is new, also when it stays as it was. */
    for (size_t i = 0; i < mapped.count && code == 0; i++) {
        if (scope_set_has(&held, mapped.names[i]))
            continue;
        if (!changed && seq == row->record->seq)
            seq = ledger_next_seq(ledger);
        code = ledger_feed_put(ledger, mapped.names[i], seq, row->row, error);
    }
    for (size_t i = 0; i < held.count && changed && code == 0; i++)
        code = ledger_feed_put(ledger, held.names[i], seq, row->row, error);
    scope_set_free(&held);
    scope_set_free(&mapped);
    return code;
}

int ledger_scope_rows(struct ledger *ledger, int64_t scope, int64_t **rows, size_t *count,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FEED_AFTER, error);
    int code;

    *rows = NULL;
    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, scope);
    sqlite3_bind_int64(statement, 2, 0);
    sqlite3_bind_int64(statement, 3, -1);
    while ((code = database_step(ledger->writer, statement, error)) > 0) {
        int64_t *longer = realloc(*rows, (*count + 1) * sizeof(**rows));

        if (longer == NULL) {
            sqlite3_reset(statement);
            return error_set(error, ERROR_MEMORY, "no memory for a scope's records");
        }
        *rows = longer;
        longer[(*count)++] = sqlite3_column_int64(statement, 1);
    }
    return code;
}
