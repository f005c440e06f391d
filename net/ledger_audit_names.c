#include "net/ledger_audit_names.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

/* --- naming ----------------------------------------------------------------------------------- */

/* Names that were looked up; "" for what has none. */
struct naming {
    struct database *database;
    json_t *names;
};

/* Borrowed until the next one. */
static int name_of(struct naming *naming, enum record_type type, const char *text,
                   const char *member, const char **name, struct error *error)
{
    const char *known = json_string_value(json_object_get(naming->names, text));
    struct ledger_row row = {0};
    struct id id;
    int code = 0;

    *name = known != NULL ? known : "";
    if (known != NULL || !id_parse(&id, text))
        return 0;
    code = ledger_row_read(naming->database, type, &id, &row, error);
    if (code == 0 || code == ERROR_NOT_FOUND) {
        json_object_set_new(naming->names, text,
                            json_string(row.record != NULL ? record_text(row.record, member) : ""));
        *name = json_text_or(naming->names, text, "");
        code = 0;
    }
    ledger_row_clear(&row);
    return code;
}

static int name_entry(struct naming *naming, json_t *entry, struct error *error)
{
    static const struct {
        const char *id;
        enum record_type type;
        const char *member;
        const char *name;
    } parts[] = {
        {"agent", RECORD_AGENT, "name", "agent_name"},
        {"client", RECORD_CLIENT, "name", "client_name"},
        {"record", RECORD_CASE, "reference", "label"},
    };
    int code = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && code == 0; i++) {
        const char *id = json_text_or(entry, parts[i].id, ""), *name;

        if (*id == '\0' ||
            (parts[i].type == RECORD_CASE && strcmp(json_text_or(entry, "type", ""), "case") != 0))
            continue;
        code = name_of(naming, parts[i].type, id, parts[i].member, &name, error);
        if (code == 0 && *name != '\0')
            json_object_set_new(entry, parts[i].name, json_string(name));
    }
    return code;
}

int ledger_audit_names(struct ledger *ledger, json_t *list, struct error *error)
{
    struct naming naming = {.names = json_object()};
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code == 0) {
        naming.database = reader->database;
        for (size_t i = 0; i < json_array_size(list) && code == 0; i++)
            code = name_entry(&naming, json_array_get(list, i), error);
        ledger_reader_give(ledger, reader);
    }
    json_decref(naming.names);
    return code;
}

/* --- agents ----------------------------------------------------------------------------------- */

static bool is_called(const struct record *agent, const char *typed, const char *folded)
{
    const char *name = record_text(agent, "name");
    char *own = text_fold(name, strlen(name));
    bool is = strcmp(record_text(agent, "login"), typed) == 0 ||
              (own != NULL && *own != '\0' && strcmp(own, folded) == 0);

    free(own);
    return is;
}

static int find_agent(struct database *database, const char *typed, struct id *agent,
                      struct error *error)
{
    sqlite3_stmt *row = database_statement(database, LEDGER_AGENT_EACH, error);
    char *folded = text_fold(typed, strlen(typed));
    int code = folded != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");

    while (code == 0 && id_is_empty(agent) && (code = database_step(database, row, error)) > 0) {
        struct record *record = NULL;

        code = ledger_document_read(database_text(row, 0), (size_t)sqlite3_column_bytes(row, 0),
                                    &record, error);
        if (code == 0 && is_called(record, typed, folded))
            *agent = record->id;
        record_free(record);
    }
    if (row != NULL)
        sqlite3_reset(row);
    free(folded);
    return code;
}

int ledger_audit_agent(struct ledger *ledger, const char *typed, struct id *agent,
                       struct error *error)
{
    struct ledger_reader *reader;
    int code;

    if (id_parse(agent, typed))
        return 0;
    code = ledger_reader_take(ledger, &reader, error);
    if (code != 0)
        return code;
    code = find_agent(reader->database, typed, agent, error);
    ledger_reader_give(ledger, reader);
    if (code == 0 && id_is_empty(agent))
        code = error_set(error, ERROR_NOT_FOUND, "there is no agent \"%.80s\"", typed);
    return code;
}
