/* What an agent may do, by the role that their record names; and what follows when a role changes.
 */
#include "net/ledger_role.h"

#include <stdlib.h>
#include <string.h>

#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

int ledger_role_read(struct database *database, const struct record *agent, struct role *role,
                     struct error *error)
{
    struct ledger_row row = {0};
    char key[RECORD_KEY_SIZE];
    struct id id;
    int code;

    *role = (struct role){0};
    role_key(agent, key);
    id = id_from_key("role", key);
    code = ledger_row_read(database, RECORD_ROLE, &id, &row, error);
    if (code != 0 && code != ERROR_NOT_FOUND)
        return code;
    /* The role takes the record over. */
    role_read(role, agent, row.record);
    return 0;
}

int ledger_role_of(struct database *database, const struct id *agent, struct role *role,
                   struct error *error)
{
    struct ledger_row row;
    int code = ledger_row_read(database, RECORD_AGENT, agent, &row, error);

    *role = (struct role){0};
    if (code == 0)
        code = ledger_role_read(database, row.record, role, error);
    ledger_row_clear(&row);
    return code;
}

permission_set ledger_permissions(struct ledger *ledger, const struct id *agent)
{
    struct ledger_reader *reader;
    permission_set may = 0;
    struct role role;

    if (ledger_reader_take(ledger, &reader, NULL) != 0)
        return 0;
    if (ledger_role_of(reader->database, agent, &role, NULL) == 0)
        may = role.may;
    role_clear(&role);
    ledger_reader_give(ledger, reader);
    return may;
}

bool ledger_may(struct ledger *ledger, const struct id *agent, enum permission permission)
{
    return (ledger_permissions(ledger, agent) & ((permission_set)1 << permission)) != 0;
}
