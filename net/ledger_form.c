/* The form of a submission, at the version it was filled under. */
#include "app/form_archive.h"
#include "app/json.h"
#include "net/ledger_row.h"

int ledger_form_read(struct database *database, const struct record *submission,
                     struct ledger_row *form, struct error *error)
{
    const char *key = record_text(submission, "form");
    int64_t version = json_integer_or(submission->body, "form_version", 0);
    struct id id = id_from_key("form", key);
    char archived[RECORD_KEY_SIZE];
    struct ledger_row own;
    int code = ledger_row_read(database, RECORD_FORM, &id, form, error);

    if (code != 0 || json_integer_or(form->record->body, "version", 0) == version ||
        !form_archive_key(key, version, archived))
        return code;
    id = id_from_key("form", archived);
    code = ledger_row_read(database, RECORD_FORM, &id, &own, error);
    if (code == 0) {
        ledger_row_clear(form);
        *form = own;
    }
    return code == ERROR_NOT_FOUND ? 0 : code;
}
