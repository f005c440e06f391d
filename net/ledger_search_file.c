/* What belongs to a client's file: the files that are merged into it, and what names any of them.
 */
#include "app/client_merge.h"
#include "net/ledger_row.h"
#include "net/ledger_search_internal.h"

/* Runs a statement that takes an id (and a number) and gives rows; adds these. */
static int rows_of(struct database *database, enum ledger_statement which, const char *id,
                   int64_t most, struct search_numbers *numbers, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, which, error);
    int code = 1;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id);
    if (most > 0)
        sqlite3_bind_int64(statement, 2, most);
    while (code > 0 && (code = database_step(database, statement, error)) > 0)
        if (search_numbers_add(numbers, sqlite3_column_int64(statement, 0), error) != 0)
            code = ERROR_MEMORY;
    sqlite3_reset(statement);
    return code;
}

/* The id of a row, where it is a client's. */
static int client_id(struct database *database, int64_t number, struct id *id, struct error *error)
{
    struct ledger_row row;
    int code = ledger_row_read_number(database, number, &row, error);

    *id = (struct id){""};
    if (code == 0 && row.record->type == RECORD_CLIENT)
        *id = row.record->id;
    ledger_row_clear(&row);
    return code;
}

int search_file_clients(struct database *database, const struct id *client,
                        struct search_numbers *numbers, struct error *error)
{
    struct ledger_row row;
    int code = ledger_row_read(database, RECORD_CLIENT, client, &row, error);

    if (code == 0)
        code = search_numbers_add(numbers, row.row, error);
    ledger_row_clear(&row);
    /* Those merged into it, into these, and so on: no circle is let in (ledger_permit.c). */
    for (size_t i = 0; i < numbers->count && i < CLIENT_GROUP_LIMIT && code == 0; i++) {
        struct id id;

        code = client_id(database, numbers->numbers[i], &id, error);
        if (code == 0 && !id_is_empty(&id))
            code = rows_of(database, LEDGER_RECORD_CHILDREN, id.text, 0, numbers, error);
    }
    return code;
}

static int each_client(struct database *database, const struct id *client,
                       enum ledger_statement which, int64_t most, struct search_numbers *numbers,
                       struct error *error)
{
    struct search_numbers clients = {0};
    int code = search_file_clients(database, client, &clients, error);

    for (size_t i = 0; i < clients.count && code == 0; i++) {
        struct id id;

        code = client_id(database, clients.numbers[i], &id, error);
        if (code == 0 && !id_is_empty(&id))
            code = rows_of(database, which, id.text, most, numbers, error);
    }
    search_numbers_free(&clients);
    return code;
}

int search_file_cases(struct database *database, const struct id *client, size_t most,
                      struct search_numbers *numbers, struct error *error)
{
    return each_client(database, client, LEDGER_SEARCH_CASES, (int64_t)most, numbers, error);
}

int search_file_all(struct database *database, const struct id *client,
                    struct search_numbers *numbers, struct error *error)
{
    int code = search_file_clients(database, client, numbers, error);

    return code == 0 ? each_client(database, client, LEDGER_OPENING_FILE, 0, numbers, error) : code;
}

/* Adds what hangs on the rows from `from` on, on these, and so on: a case has contacts, these have
 * notes. What is there already is not looked at again. */
static int add_below(struct database *database, struct search_numbers *numbers, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < numbers->count && code == 0; i++) {
        struct ledger_row row;

        code = ledger_row_read_number(database, numbers->numbers[i], &row, error);
        if (code == 0 && row.record->type != RECORD_CLIENT)
            code =
                rows_of(database, LEDGER_RECORD_CHILDREN, row.record->id.text, 0, numbers, error);
        ledger_row_clear(&row);
    }
    return code;
}

/* The client of a case, and whom they are merged into. */
static int add_whose(struct database *database, const struct record *matter,
                     struct search_numbers *numbers, struct error *error)
{
    const char *client = record_text(matter, "client");
    int code = 0;

    for (int steps = 0; steps < CLIENT_GROUP_LIMIT && code == 0; steps++) {
        struct ledger_row row;
        struct id id;

        if (!id_parse(&id, client))
            return 0;
        code = ledger_row_read(database, RECORD_CLIENT, &id, &row, error);
        if (code == 0)
            code = search_numbers_add(numbers, row.row, error);
        if (code != 0 || !id_parse(&id, record_text(row.record, "merged_into"))) {
            ledger_row_clear(&row);
            return code == ERROR_NOT_FOUND ? 0 : code;
        }
        ledger_row_clear(&row);
        client = id.text;
    }
    return code;
}

int search_file_whole(struct database *database, enum record_type type, const struct id *id,
                      struct search_numbers *numbers, struct error *error)
{
    struct ledger_row row;
    int code = ledger_row_read(database, type, id, &row, error);

    if (code == 0 && type == RECORD_CLIENT)
        code = search_file_all(database, id, numbers, error);
    else if (code == 0)
        code = search_numbers_add(numbers, row.row, error);
    if (code == 0)
        code = add_below(database, numbers, error);
    if (code == 0 && type != RECORD_CLIENT)
        code = add_whose(database, row.record, numbers, error);
    ledger_row_clear(&row);
    if (code == 0)
        search_numbers_sort(numbers);
    return code;
}
