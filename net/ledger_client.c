/* Files of one client that are merged (app/client_merge.h), as the server follows them. */
#include "app/client_merge.h"
#include "net/ledger_row.h"

int ledger_client_read(struct database *database, const char *client, struct record **survivor,
                       struct error *error)
{
    struct id next;
    int code = 0;

    *survivor = NULL;
    for (int depth = 0; depth <= CLIENT_MERGE_DEPTH && code == 0 && id_parse(&next, client);
         depth++) {
        struct ledger_row row;

        code = ledger_row_read(database, RECORD_CLIENT, &next, &row, error);
        if (code != 0)
            break;
        record_free(*survivor);
        *survivor = row.record;
        client = record_text(row.record, "merged_into");
    }
    if (code == 0 || code == ERROR_NOT_FOUND)
        return 0;
    record_free(*survivor);
    *survivor = NULL;
    return code;
}
