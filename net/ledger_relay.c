/* A ledger as a relay's: what it knows of itself and of the centre, what it is given, and what the
 * centre answers. */
#include "net/ledger_relay.h"

#include <stdlib.h>
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/note.h"
#include "app/text.h"
#include "net/ledger_agent.h"
#include "net/ledger_protect.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

/* --- being one ------------------------------------------------------------------------------- */

int ledger_relay_open(struct ledger *ledger, struct error *error)
{
    int64_t whole = 0, untold = 0;
    int code = ledger_property_number(ledger->writer, "relay-since", &ledger->relay_since, error);

    ledger->is_relay = ledger->relay_since > 0;
    if (code == 0)
        code = ledger_property_number(ledger->writer, "relay-doubts", &ledger->relay_doubts, error);
    if (code == 0)
        code = ledger_property_number(ledger->writer, "relay-began", &ledger->relay_began, error);
    if (code == 0)
        code = ledger_property_number(ledger->writer, "relay-untold", &untold, error);
    if (code == 0)
        code = ledger_property_number(ledger->writer, "relay-whole", &whole, error);
    ledger->relay_whole = whole != 0;
    ledger->relay_untold = untold != 0;
    return code != 0 ? code
                     : ledger_property_text(ledger->writer, "relay-office", ledger->relay_office,
                                            sizeof(ledger->relay_office), error);
}

bool ledger_is_relay(const struct ledger *ledger)
{
    return ledger->is_relay;
}

int ledger_become_relay(struct ledger *ledger, const struct ledger_centre *centre, int64_t now_ms,
                        struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    if (ledger->seq > 0 && !ledger->is_relay)
        code = error_set(error, ERROR_CONFLICT, "this database is a centre's already");
    if (code == 0 && !ledger->is_relay)
        code = ledger_property_number_put(ledger, "relay-since", now_ms, error);
    if (code == 0)
        code = ledger_property_text_put(ledger, "relay-centre", centre->url, error);
    if (code == 0)
        code = ledger_property_text_put(ledger, "relay-ca", centre->ca, error);
    if (code == 0)
        code = ledger_property_text_put(ledger, "relay-token", centre->token, error);
    if (code == 0 && !ledger->is_relay) {
        ledger->is_relay = true;
        ledger->relay_since = now_ms;
    }
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

int ledger_centre_read(struct ledger *ledger, struct ledger_centre *centre, struct error *error)
{
    struct ledger_reader *reader;
    int code;

    *centre = (struct ledger_centre){.url = ""};
    if (!ledger->is_relay)
        return error_set(error, ERROR_NOT_FOUND, "this database is no relay's");
    code = ledger_reader_take(ledger, &reader, error);
    if (code != 0)
        return code;
    code = ledger_property_text(reader->database, "relay-centre", centre->url, sizeof(centre->url),
                                error);
    if (code == 0)
        code = ledger_property_text(reader->database, "relay-ca", centre->ca, sizeof(centre->ca),
                                    error);
    if (code == 0)
        code = ledger_property_text(reader->database, "relay-token", centre->token,
                                    sizeof(centre->token), error);
    ledger_reader_give(ledger, reader);
    return code;
}

/* --- the place -------------------------------------------------------------------------------- */

/* Where each part of a place is kept. */
static const struct place_text {
    const char *name;
    size_t offset;
    size_t size;
} place_texts[] = {
#define PLACE_TEXT(name, member)                                                                   \
    {                                                                                              \
        name, offsetof(struct ledger_place, member), sizeof(((struct ledger_place *)NULL)->member) \
    }
    PLACE_TEXT("relay-office", office),
    PLACE_TEXT("relay-feed", feed),
    PLACE_TEXT("relay-scopes", scopes),
    PLACE_TEXT("relay-desk-epoch", desk_epoch),
    PLACE_TEXT("relay-catalogue-epoch", catalogue_epoch),
#undef PLACE_TEXT
};

#define PLACE_TEXTS (sizeof(place_texts) / sizeof(place_texts[0]))

int ledger_place_read(struct ledger *ledger, struct ledger_place *place, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *place = (struct ledger_place){.office = ""};
    if (code != 0)
        return code;
    for (size_t i = 0; i < PLACE_TEXTS && code == 0; i++)
        code =
            ledger_property_text(reader->database, place_texts[i].name,
                                 (char *)place + place_texts[i].offset, place_texts[i].size, error);
    if (code == 0)
        code = ledger_property_number(reader->database, "relay-desk", &place->desk, error);
    if (code == 0)
        code =
            ledger_property_number(reader->database, "relay-catalogue", &place->catalogue, error);
    if (code == 0)
        code = ledger_catalogue_is_whole(reader->database, &place->catalogue_whole, error);
    place->whole = ledger->relay_whole;
    ledger_reader_give(ledger, reader);
    return code;
}

static int place_write(struct ledger *ledger, const struct ledger_place *place, struct error *error)
{
    bool known = false;
    int code = ledger_catalogue_is_whole(ledger->writer, &known, error);

    if (code == 0)
        code = ledger_property_number_put(ledger, "relay-desk", place->desk, error);
    if (code == 0)
        code = ledger_property_number_put(ledger, "relay-catalogue", place->catalogue, error);
    if (code == 0)
        code = ledger_property_number_put(ledger, "relay-whole", place->whole, error);
    if (code == 0)
        code = ledger_property_number_put(ledger, LEDGER_CATALOGUE_WHOLE, place->catalogue_whole,
                                          error);
    for (size_t i = 0; i < PLACE_TEXTS && code == 0; i++)
        code = ledger_property_text_put(ledger, place_texts[i].name,
                                        (const char *)place + place_texts[i].offset, error);
    ledger->clocks_changed |=
        strcmp(ledger->relay_office, place->office) != 0 || known != place->catalogue_whole;
    if (code != 0)
        return code;
    text_copy(ledger->relay_office, sizeof(ledger->relay_office), place->office);
    ledger->relay_whole = place->whole;
    return 0;
}

/* --- what is given ---------------------------------------------------------------------------- */

/* What the centre gave last of a row: new, NULL when it gave nothing. */
static int given_read(struct ledger *ledger, int64_t row, struct record **given, bool *shared,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GIVEN_GET, error);
    int code;

    *given = NULL;
    *shared = false;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    *shared = sqlite3_column_int(statement, 2) != 0;
    code = ledger_document_read(database_text(statement, 1),
                                (size_t)sqlite3_column_bytes(statement, 1), given, error);
    sqlite3_reset(statement);
    return code;
}

static int given_write(struct ledger *ledger, int64_t row, const struct record *given, bool shared,
                       struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GIVEN_PUT, error);
    json_t *document = record_to_json(given);
    char *text = document != NULL ? json_write(document) : NULL;
    int code;

    json_decref(document);
    if (text == NULL || statement == NULL) {
        free(text);
        return error_set(error, ERROR_MEMORY, "no memory for a record");
    }
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, given->rev);
    database_bind_text(statement, 3, text);
    sqlite3_bind_int(statement, 4, shared);
    code = database_run(ledger->writer, statement, error);
    free(text);
    return code;
}

/* Runs a statement about a row, or a record's id, and a rev. */
static int run_about(struct ledger *ledger, enum ledger_statement which, int64_t row,
                     const char *id, int64_t rev, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    if (id != NULL)
        database_bind_text(statement, 1, id);
    else
        sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, rev);
    return database_run(ledger->writer, statement, error);
}

/* How many revs of a record back it is known what was seen. Who saw an older one saw nothing, as it
 * were: a claim is rather refused than taken twice. */
#define LINEAGE_KEPT 100

static int lineage_given(struct ledger *ledger, int64_t row, int64_t local, int64_t given,
                         struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_LINEAGE_GIVEN, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, local);
    sqlite3_bind_int64(statement, 3, given);
    return database_run(ledger->writer, statement, error);
}

int ledger_upward_operation(const char *text, size_t length, struct operation **operation,
                            struct error *error)
{
    json_t *document;
    int code =
        json_read(&document, text, length, 2 * OPERATION_LIMIT, "a waiting operation", error);

    *operation = NULL;
    if (code == 0)
        code = operation_from_json(operation, document, error);
    json_decref(document);
    return code;
}

/* Wakes who waits for the centre's word on it. */
static int ring_asked(struct ledger *ledger, const struct id *operation, struct error *error)
{
    return scope_set_add(&ledger->changed.scopes, LEDGER_ASKED_SCOPE, operation->text, error);
}

/* What was asked, and is in the record by now, is answered. Not with the record's number, under
 * which it may be something else than this operation makes of what its terminal holds, and out of
 * its agent's sight: the feed brings it. */
static int answer_asked(struct ledger *ledger, const struct record *record, int64_t given,
                        int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_UPWARD_ASKED, error);
    struct ledger_outcome outcome = {.kind = LEDGER_APPLIED, .rev = record->rev};
    bool any = false;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, record->id.text);
    sqlite3_bind_int64(statement, 2, given);
    while ((code = database_step(ledger->writer, statement, error)) > 0) {
        struct operation *operation;

        any = true;
        code =
            ledger_upward_operation(database_text(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &operation, error);
        outcome.seq = -ledger_next_seq(ledger);
        if (code == 0)
            code = ledger_remember(ledger, operation, now_ms, &outcome, error);
        if (code == 0)
            code = ring_asked(ledger, &operation->id, error);
        operation_free(operation);
        if (code != 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    return code == 0 && any
               ? run_about(ledger, LEDGER_UPWARD_ASKED_FOLDED, 0, record->id.text, given, error)
               : code;
}

/* Writes what the row shows with `given` below; `row` is then as it stands. */
static int refold(struct ledger *ledger, struct ledger_row *row, const struct record *given,
                  bool *changed, struct error *error)
{
    struct record *record;
    int code = ledger_relay_fold(ledger, row->row, given, row->record, &record, changed, error);

    /* The centre refused that it was made. */
    if (code == 0 && record == NULL && row->record != NULL)
        return ledger_relay_vanish(ledger, row, error);
    if (code != 0 || !*changed) {
        record_free(record);
        return code;
    }
    record_free(row->record);
    row->record = record;
    row->known = (struct id){0};
    record->seq = ledger_next_seq(ledger);
    return ledger_row_write(ledger, row, error);
}

/* What follows for those who may see it. */
static int spread(struct ledger *ledger, const struct ledger_row *row,
                  const struct scope_set *scopes, bool changed, struct error *error)
{
    bool alone = false;
    int code = ledger_protect_given(ledger, row->row, scopes, &alone, error);

    if (code == 0 && alone)
        code = ledger_restricted_keep(ledger, row->row, scopes, error);
    if (code == 0)
        code = ledger_feed_give(ledger, row, scopes, changed, error);
    if (code == 0 && changed && row->record->type == RECORD_HANDOFF)
        code = ledger_grants_end(ledger, row, error);
    /* The centre says of a restricted note who of this office may see it, and nobody else does. */
    if (code == 0 && note_is_restricted(row->record))
        code = ledger_restricted_keep(ledger, row->row, scopes, error);
    return code;
}

/* A newer state of a work record: below what waits here. */
static int give_newer(struct ledger *ledger, struct ledger_row *row, const struct record *given,
                      bool shared, const struct scope_set *scopes, struct error *error)
{
    bool changed;
    int code = run_about(ledger, LEDGER_UPWARD_FOLDED, row->row, NULL, given->rev, error);

    if (code == 0)
        code = refold(ledger, row, given, &changed, error);
    if (code == 0)
        code = given_write(ledger, row->row, given, shared, error);
    if (code == 0)
        code = lineage_given(ledger, row->row, row->record->rev, given->rev, error);
    if (code == 0)
        code = run_about(ledger, LEDGER_LINEAGE_PRUNE, row->row, NULL,
                         row->record->rev - LINEAGE_KEPT, error);
    return code == 0 ? spread(ledger, row, scopes, changed, error) : code;
}

static int give_work(struct ledger *ledger, const struct record *given, bool shared,
                     const struct scope_set *scopes, int64_t now_ms, struct error *error)
{
    struct record *former = NULL;
    struct ledger_row row;
    bool was_shared = false;
    int code = ledger_row_read(ledger->writer, given->type, &given->id, &row, error);

    if (code == ERROR_NOT_FOUND)
        code = 0;
    else if (code == 0)
        code = given_read(ledger, row.row, &former, &was_shared, error);
    if (code == 0 && former != NULL && former->rev >= given->rev) {
        if (shared && !was_shared)
            code = given_write(ledger, row.row, former, shared, error);
        if (code == 0)
            code = spread(ledger, &row, scopes, false, error);
    } else if (code == 0) {
        code = give_newer(ledger, &row, given, shared || was_shared, scopes, error);
    }
    if (code == 0 && row.record != NULL)
        code = answer_asked(ledger, row.record,
                            former != NULL && former->rev > given->rev ? former->rev : given->rev,
                            now_ms, error);
    record_free(former);
    ledger_row_clear(&row);
    return code;
}

int ledger_relay_stand(struct ledger *ledger, enum record_type type, const struct id *id,
                       const json_t *document, int64_t now_ms, struct error *error)
{
    struct scope_set none = {0};
    struct record *given = NULL, *newer = NULL;
    struct ledger_row row;
    bool changed = false, shared = false;
    int code = ledger_row_read(ledger->writer, type, id, &row, error);

    if (code != 0)
        return code == ERROR_NOT_FOUND ? 0 : code;
    code = given_read(ledger, row.row, &given, &shared, error);
    if (code == 0 && document != NULL)
        code = record_from_json(&newer, document, error);
    if (code == 0 && newer != NULL && (given == NULL || newer->rev > given->rev)) {
        code = give_work(ledger, newer, false, &none, now_ms, error);
    } else if (code == 0) {
        if (given != NULL)
            code = run_about(ledger, LEDGER_UPWARD_FOLDED, row.row, NULL, given->rev, error);
        if (code == 0)
            code = refold(ledger, &row, given, &changed, error);
        if (code == 0 && changed)
            code = spread(ledger, &row, &none, true, error);
        if (code == 0 && given != NULL)
            code = answer_asked(ledger, row.record, given->rev, now_ms, error);
    }
    record_free(given);
    record_free(newer);
    ledger_row_clear(&row);
    return code;
}

static int give_catalogue(struct ledger *ledger, const struct record *given, struct error *error)
{
    struct ledger_row before, after = {0};
    int code = ledger_row_read(ledger->writer, given->type, &given->id, &before, error);

    if (code != 0 && code != ERROR_NOT_FOUND)
        return code;
    if (before.record != NULL && json_equal(before.record->body, given->body) &&
        json_equal(before.record->meta, given->meta)) {
        ledger_row_clear(&before);
        return 0;
    }
    after = (struct ledger_row){.row = before.row, .record = record_copy(given)};
    code = after.record != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a record");
    if (code == 0) {
        after.record->seq = ledger_next_seq(ledger);
        if (before.record != NULL && after.record->rev <= before.record->rev)
            after.record->rev = before.record->rev + 1;
        code = ledger_row_write(ledger, &after, error);
    }
    if (code == 0)
        code = ledger_feed_write(ledger, &after, error);
    if (code == 0 && given->type == RECORD_AGENT)
        code = ledger_agent_moved(ledger, before.record, after.record, error);
    if (code == 0 && given->type == RECORD_ROLE)
        code = ledger_role_changed(ledger, before.record, after.record, error);
    ledger_row_clear(&before);
    ledger_row_clear(&after);
    return code;
}

static int read_scopes(const json_t *names, struct scope_set *scopes, struct error *error)
{
    const json_t *name;
    size_t index;
    int code = 0;

    json_array_foreach(names, index, name)
    {
        if (json_is_string(name) && code == 0)
            code = scope_set_add(scopes, "", json_string_value(name), error);
    }
    return code;
}

static int give(struct ledger *ledger, json_t *document, int64_t now_ms, struct error *error)
{
    json_t *plain = json_copy(document);
    struct record *record = NULL;
    struct scope_set scopes = {0};
    int code = read_scopes(json_object_get(document, "scopes"), &scopes, error);

    /* Of a type that this version does not know: nobody here could read it. */
    if (code == 0 && record_type_from_name(json_text_or(document, "type", "")) == RECORD_NONE) {
        json_decref(plain);
        scope_set_free(&scopes);
        return 0;
    }
    json_object_del(plain, "scopes");
    json_object_del(plain, "shared");
    if (code == 0)
        code = record_from_json(&record, plain, error);
    json_decref(plain);
    if (code == 0 && record_type_is_catalogue(record->type))
        code = give_catalogue(ledger, record, error);
    else if (code == 0)
        code = give_work(ledger, record, json_bool_or(document, "shared", false), &scopes, now_ms,
                         error);
    record_free(record);
    scope_set_free(&scopes);
    return code;
}

int ledger_relay_give(struct ledger *ledger, const json_t *records,
                      const struct ledger_place *place, int64_t now_ms, struct error *error)
{
    json_t *document;
    size_t index;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    json_array_foreach(records, index, document)
    {
        code = give(ledger, document, now_ms, error);
        if (code != 0)
            break;
    }
    if (code == 0)
        code = ledger_relay_narrow(ledger, records, error);
    if (code == 0)
        code = place_write(ledger, place, error);
    if (code == 0)
        code = ledger_upward_prune(ledger, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

int ledger_relay_begin_anew(struct ledger *ledger, const struct ledger_place *place,
                            struct error *error)
{
    static const enum ledger_statement all[] = {LEDGER_GIVEN_FORGET, LEDGER_LINEAGE_FORGET,
                                                LEDGER_UPWARD_AGAIN};
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && code == 0; i++)
        code =
            database_run(ledger->writer, database_statement(ledger->writer, all[i], error), error);
    if (code == 0)
        code = place_write(ledger, place, error);
    if (code == 0)
        code = ledger_property_text_put(ledger, LEDGER_SHOWN, "", error);
    if (code == 0)
        code = ledger_property_text_put(ledger, LEDGER_MADE, "", error);
    if (code == 0)
        code = ledger_property_number_put(ledger, LEDGER_ANEW, 1, error);
    ledger_bell_ring(ledger, LEDGER_BELL_UPWARD);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

static int login_flags(const json_t *agent)
{
    return (json_is_true(json_object_get(agent, "must_change")) ? LEDGER_LOGIN_MUST_CHANGE : 0) |
           (json_is_true(json_object_get(agent, "code")) ? LEDGER_LOGIN_CODE_AT_CENTRE : 0);
}

int ledger_relay_admit(struct ledger *ledger, const json_t *agents, struct error *error)
{
    const json_t *agent;
    size_t index;
    struct id id;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = database_run(ledger->writer,
                        database_statement(ledger->writer, LEDGER_LOGIN_DELETE_ALL, error), error);
    json_array_foreach(agents, index, agent)
    {
        const char *login = json_text_or(agent, "login", "");
        const char *hash = json_text_or(agent, "hash", "");

        if (code == 0 && id_parse(&id, json_text_or(agent, "agent", "")) && login[0] != '\0' &&
            strlen(login) <= LEDGER_LOGIN_LIMIT && hash[0] != '\0')
            code = ledger_verifier_write(ledger, login, &id, hash, login_flags(agent), error);
    }
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}
