/*
 * In which order the outbox leaves: what another agent waits for goes before what only has to be
 * kept. An operation never overtakes an earlier one of its own record, nor the making of a record
 * that it names: those are raised to its urgency, with what they need in their turn.
 */
#include "app/record_fields.h"
#include "app/store_internal.h"

/* The smaller, the sooner. Part of the file: numbers stay what they are. */
enum urgency {
    URGENCY_HANDOFF = 0, /* somebody is waiting at the other end */
    URGENCY_CLAIM = 1,   /* pending until the server has spoken */
    URGENCY_NOTE = 2,    /* whole facts: notes, contacts, clients, cases */
    URGENCY_DRAFT = 3,   /* answers as they are typed */
};

int store_urgency(const struct operation *operation)
{
    if (operation->type == RECORD_HANDOFF)
        return URGENCY_HANDOFF;
    if (operation->kind == OPERATION_CLAIM)
        return URGENCY_CLAIM;
    return operation->type == RECORD_SUBMISSION ? URGENCY_DRAFT : URGENCY_NOTE;
}

static int set_urgency(struct store *store, const struct id *operation, enum urgency urgency,
                       struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_OPERATION_URGENCY_SET, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_id(statement, 1, operation);
    sqlite3_bind_int(statement, 2, urgency);
    return database_run(store->database, statement, error);
}

/* The first operation of a record that is less urgent than `urgency`, or, with `first`, the first
 * of all if it is; `found` is new, NULL when there is none. */
static int find_less_urgent(struct store *store, const char *record, enum urgency urgency,
                            bool first, struct operation **found, struct error *error)
{
    sqlite3_stmt *row =
        store_statement(store, first ? STORE_OPERATION_FIRST : STORE_OPERATION_LESS_URGENT, error);
    int code;

    *found = NULL;
    if (row == NULL)
        return ERROR_STORAGE;
    database_bind_text(row, 1, record);
    if (!first)
        sqlite3_bind_int(row, 2, urgency);
    code = database_step(store->database, row, error);
    if (code <= 0)
        return code;
    code = sqlite3_column_int(row, 2) > (int)urgency
               ? store_column_operation(store, row, 1, database_text(row, 0), found, error)
               : 0;
    sqlite3_reset(row);
    return code;
}

static int raise_named(struct store *store, const struct operation *operation, enum urgency urgency,
                       struct error *error);

/* The making of a record, when it is still to be sent. */
static int raise_making(struct store *store, const char *record, enum urgency urgency,
                        struct error *error)
{
    struct operation *making;
    int code = find_less_urgent(store, record, urgency, true, &making, error);

    if (code == 0 && making != NULL && making->kind == OPERATION_APPEND) {
        code = set_urgency(store, &making->id, urgency, error);
        if (code == 0)
            code = raise_named(store, making, urgency, error);
    }
    operation_free(making);
    return code;
}

/* Ends, for what a record's making names was made before it. */
static int raise_named(struct store *store, const struct operation *operation, enum urgency urgency,
                       struct error *error)
{
    const char *name;
    json_t *value;
    int code = 0;

    json_object_foreach(operation->body, name, value)
    {
        const struct field *field = record_field(operation->type, name);

        if (code == 0 && field != NULL && field->shape == FIELD_ID && json_is_string(value))
            code = raise_making(store, json_string_value(value), urgency, error);
    }
    return code;
}

int store_urgency_settle(struct store *store, const struct operation *operation,
                         struct error *error)
{
    enum urgency urgency = (enum urgency)store_urgency(operation);
    struct operation *earlier;
    int code = raise_named(store, operation, urgency, error);

    while (code == 0 &&
           (code = find_less_urgent(store, operation->record.text, urgency, false, &earlier,
                                    error)) == 0 &&
           earlier != NULL) {
        code = set_urgency(store, &earlier->id, urgency, error);
        if (code == 0)
            code = raise_named(store, earlier, urgency, error);
        operation_free(earlier);
    }
    return code;
}
