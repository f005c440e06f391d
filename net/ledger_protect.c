#include "net/ledger_protect.h"
#include "net/ledger_follow.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"

#include <stdlib.h>
#include <string.h>

#include "app/contact.h"
#include "app/json.h"
#include "app/note.h"
#include "net/ledger_file.h"

/* --- which rows ------------------------------------------------------------------------------- */

int ledger_protect_open(struct ledger *ledger, struct error *error)
{
    int64_t rows = 0;
    int code = ledger_read_number(ledger, LEDGER_PROTECTED_ANY, 0, &rows, error);

    ledger->protects = rows != 0;
    return code;
}

/* The file that a row belongs to: the id of its client, "" for none. */
static int file_of(struct database *database, int64_t row, char file[ID_TEXT_LENGTH + 1],
                   struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_PROTECTED_GET, error);
    int code;

    file[0] = '\0';
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    code = database_step(database, statement, error);
    if (code > 0)
        snprintf(file, ID_TEXT_LENGTH + 1, "%s", database_text(statement, 0));
    sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

int ledger_protect_has(struct database *database, int64_t row, struct error *error)
{
    char file[ID_TEXT_LENGTH + 1];
    int code = file_of(database, row, file, error);

    return code != 0 ? code : file[0] != '\0';
}

static int mark(struct ledger *ledger, int64_t row, const char *file, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_PROTECTED_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    database_bind_text(statement, 2, file);
    ledger->protects = true;
    return database_run(ledger->writer, statement, error);
}

static int unmark(struct ledger *ledger, int64_t row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_PROTECTED_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    return database_run(ledger->writer, statement, error);
}

/* --- scopes ----------------------------------------------------------------------------------- */

static bool begins(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* Those in which a protected row stands as in any other: they are of few, for a reason of their
 * own, or nobody reads them. */
static bool is_kept(const char *scope)
{
    static const char *const prefixes[] = {LEDGER_PROTECTED_SCOPE,  LEDGER_HAND_SCOPE,
                                           LEDGER_OPENINGS_SCOPE,   LEDGER_JOIN_PREFIX,
                                           LEDGER_RESTRICTED_SCOPE, LEDGER_EMERGENCIES_SCOPE,
                                           LEDGER_PRIVACY_SCOPE};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (begins(scope, prefixes[i]))
            return true;
    return false;
}

int ledger_protect_map(struct ledger *ledger, int64_t row, struct scope_set *scopes,
                       struct error *error)
{
    struct scope_set mapped = {0};
    int code = ledger->protects ? ledger_protect_has(ledger->writer, row, error) : 0;

    if (code <= 0)
        return code;
    code = 0;
    for (size_t i = 0; i < scopes->count && code == 0; i++)
        code = scope_set_add(&mapped, is_kept(scopes->names[i]) ? "" : LEDGER_PROTECTED_SCOPE,
                             scopes->names[i], error);
    scope_set_free(scopes);
    *scopes = mapped;
    return code;
}

int ledger_protect_scopes(struct scope_set *scopes, struct error *error)
{
    size_t count = scopes->count;
    int code = 0;

    for (size_t i = 0; i < count && code == 0; i++)
        if (!is_kept(scopes->names[i]))
            code = scope_set_add(scopes, LEDGER_PROTECTED_SCOPE, scopes->names[i], error);
    return code;
}

/* --- a file ----------------------------------------------------------------------------------- */

/* A protected file, or one that is no longer. */
struct file {
    struct ledger *ledger;
    struct ledger_file rows;
    bool is_protected;
    bool hands;             /* whoever has it in hands sees it */
    struct scope_set given; /* "hand:" and "openings:" scopes of those who do */
};

static int add_hand(struct file *file, const struct record *record, const char *member,
                    struct error *error)
{
    const char *agent = record_text(record, member);

    return agent[0] != '\0' ? scope_set_add(&file->given, LEDGER_HAND_SCOPE, agent, error) : 0;
}

/* Who has this part of the file in hands, if anybody. */
static int add_hands(struct file *file, const struct record *record, struct error *error)
{
    switch (record->type) {
    case RECORD_CASE:
        return strcmp(record_text(record, "status"), "closed") != 0
                   ? add_hand(file, record, "assignee", error)
                   : 0;
    case RECORD_HANDOFF:
        if (strcmp(record_text(record, "state"), "offered") == 0)
            return add_hand(file, record, "to_agent", error);
        return strcmp(record_text(record, "state"), "accepted") == 0
                   ? add_hand(file, record, "taken_by", error)
                   : 0;
    case RECORD_TASK:
        return strcmp(record_text(record, "state"), "open") == 0
                   ? add_hand(file, record, "assignee", error)
                   : 0;
    case RECORD_CONTACT:
        return contact_is_open(record) ? add_hand(file, record, "agent", error) : 0;
    default:
        return 0;
    }
}

static int file_look(struct file *file, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < file->rows.count; i++) {
        const struct record *record = file->rows.rows[i].record;

        if (record->type != RECORD_CLIENT || record_text(record, "protection")[0] == '\0')
            continue;
        file->is_protected = true;
        file->hands |= json_bool_or(record->body, "protection_hands", false);
    }
    if (!file->is_protected)
        return 0;
    code = ledger_opening_close(file->ledger, &file->rows.rows[0].record->id, error);
    for (size_t i = 0; i < file->rows.count && file->hands && code == 0; i++)
        code = add_hands(file, file->rows.rows[i].record, error);
    return code == 0 ? ledger_opening_scopes(file->ledger, &file->rows.rows[0].record->id,
                                             &file->given, error)
                     : code;
}

static int put(struct file *file, const struct ledger_row *row, const char *prefix,
               const char *scope, int64_t *seq, struct error *error)
{
    struct scope_set name = {0};
    int code = scope_set_add(&name, prefix, scope, error);

    if (*seq == 0)
        *seq = ledger_next_seq(file->ledger);
    if (code == 0)
        code = ledger_feed_put(file->ledger, name.names[0], *seq, row->row, error);
    scope_set_free(&name);
    return code;
}

/* One scope that a row stands in: it stays, is taken, or another one takes its place. */
static int settle_scope(struct file *file, const struct ledger_row *row, const char *scope,
                        int64_t *seq, struct error *error)
{
    bool own = begins(scope, LEDGER_HAND_SCOPE) ||
               (begins(scope, LEDGER_OPENINGS_SCOPE) && file->is_protected);
    int code;

    if (own ? scope_set_has(&file->given, scope)
            : is_kept(scope) && (file->is_protected || !begins(scope, LEDGER_PROTECTED_SCOPE)))
        return 0;
    code = ledger_row_take_from(file->ledger, row->row, scope, error);
    if (code != 0 || own)
        return code;
    return file->is_protected
               ? put(file, row, LEDGER_PROTECTED_SCOPE, scope, seq, error)
               : put(file, row, "", scope + strlen(LEDGER_PROTECTED_SCOPE), seq, error);
}

static int settle_row(struct file *file, const struct ledger_row *row, struct error *error)
{
    struct scope_set held = {0};
    int64_t seq = 0;
    int code = ledger_row_scopes(file->ledger->writer, row->row, &held, error);

    for (size_t i = 0; i < held.count && code == 0; i++)
        code = settle_scope(file, row, held.names[i], &seq, error);
    /* A restricted note is of those alone whom it names. */
    for (size_t i = 0; i < file->given.count && code == 0 && !note_is_restricted(row->record); i++)
        if (!scope_set_has(&held, file->given.names[i]))
            code = put(file, row, "", file->given.names[i], &seq, error);
    scope_set_free(&held);
    return code;
}

static bool has_row(const struct file *file, int64_t row)
{
    for (size_t i = 0; i < file->rows.count; i++)
        if (file->rows.rows[i].row == row)
            return true;
    return false;
}

/* What belonged to the file and does no longer is as any other from now on. */
static int let_go(struct file *file, const char *client, struct error *error)
{
    struct file former = {.ledger = file->ledger};
    int64_t *rows;
    size_t count;
    int code = ledger_rows_named(file->ledger, LEDGER_PROTECTED_OF, client, &rows, &count, error);

    for (size_t i = 0; i < count && code == 0; i++) {
        struct ledger_row row = {0};

        if (file->is_protected && has_row(file, rows[i]))
            continue;
        code = unmark(file->ledger, rows[i], error);
        if (code == 0)
            code = ledger_row_read_number(file->ledger->writer, rows[i], &row, error);
        if (code == 0)
            code = settle_row(&former, &row, error);
        ledger_row_clear(&row);
    }
    free(rows);
    return code;
}

/* Brings all of a client's file to where it stands now. */
static int settle(struct ledger *ledger, const struct id *client, struct error *error)
{
    struct file file = {.ledger = ledger};
    int code = ledger_file_read(ledger->writer, RECORD_CLIENT, client, &file.rows, error);
    const char *root = code == 0 ? file.rows.rows[0].record->id.text : client->text;

    /* Erased: nobody sees anything of it. */
    if (code == ERROR_NOT_FOUND) {
        ledger_file_free(&file.rows);
        return 0;
    }
    if (code == 0)
        code = file_look(&file, error);
    if (code == 0)
        code = let_go(&file, root, error);
    if (code == 0 && strcmp(root, client->text) != 0)
        code = let_go(&file, client->text, error);
    for (size_t i = 0; i < file.rows.count && code == 0 && file.is_protected; i++) {
        code = mark(ledger, file.rows.rows[i].row, root, error);
        if (code == 0)
            code = settle_row(&file, &file.rows.rows[i], error);
    }
    scope_set_free(&file.given);
    ledger_file_free(&file.rows);
    return code;
}

/* --- changes ---------------------------------------------------------------------------------- */

/* The protected file of what a record names, "" for none. */
static int named_file(struct ledger *ledger, const struct record *record,
                      char file[ID_TEXT_LENGTH + 1], struct error *error)
{
    static const struct {
        const char *member;
        enum record_type type;
    } names[] = {{"client", RECORD_CLIENT},     {"case", RECORD_CASE},
                 {"contact", RECORD_CONTACT},   {"submission", RECORD_SUBMISSION},
                 {"handoff", RECORD_HANDOFF},   {"delegate", RECORD_CLIENT},
                 {"merged_into", RECORD_CLIENT}};
    int code = 0;

    file[0] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && code == 0 && file[0] == '\0'; i++) {
        struct ledger_row row;
        struct id id;

        if (!id_parse(&id, record_text(record, names[i].member)))
            continue;
        code = ledger_row_read(ledger->writer, names[i].type, &id, &row, error);
        if (code == 0)
            code = file_of(ledger->writer, row.row, file, error);
        ledger_row_clear(&row);
        code = code == ERROR_NOT_FOUND ? 0 : code;
    }
    return code;
}

int ledger_protect_adopt(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    char file[ID_TEXT_LENGTH + 1];
    int code;

    if (!ledger->protects || record_type_is_catalogue(row->record->type))
        return 0;
    code = named_file(ledger, row->record, file, error);
    return code == 0 && file[0] != '\0' ? mark(ledger, row->row, file, error) : code;
}

int ledger_protect_follow(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    bool says =
        row->record->type == RECORD_CLIENT && record_text(row->record, "protection")[0] != '\0';
    char file[ID_TEXT_LENGTH + 1] = "";
    struct id client;
    int code = 0;

    if (ledger->is_relay || (!says && !ledger->protects) ||
        record_type_is_catalogue(row->record->type))
        return 0;
    if (ledger->protects)
        code = file_of(ledger->writer, row->row, file, error);
    if (code != 0 || (!says && file[0] == '\0'))
        return code;
    if (!id_parse(&client, file))
        client = row->record->id;
    return settle(ledger, &client, error);
}

int ledger_protect_given(struct ledger *ledger, int64_t row, const struct scope_set *given,
                         bool *alone, struct error *error)
{
    bool is_protected = false;
    int was = ledger->protects ? ledger_protect_has(ledger->writer, row, error) : 0;
    int code = was < 0 ? was : 0;

    for (size_t i = 0; i < given->count; i++)
        is_protected |= begins(given->names[i], LEDGER_PROTECTED_SCOPE) ||
                        begins(given->names[i], LEDGER_HAND_SCOPE);
    *alone = code == 0 && given->count > 0 && (is_protected || was > 0);
    if (!*alone)
        return code;
    return is_protected ? mark(ledger, row, "centre", error) : unmark(ledger, row, error);
}
