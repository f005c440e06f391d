#include "net/ledger_old.h"

#include <string.h>

#include "app/json.h"
#include "app/rest.h"

/* The case of a record, which may hang on a contact of it alone; "" for none. */
static int matter_of(struct ledger_old_look *look, const struct record *record, struct id *matter,
                     struct error *error)
{
    struct ledger_row row;
    struct id id;
    int code;

    *matter = record->type == RECORD_CASE ? record->id : (struct id){""};
    if (record->type == RECORD_CASE || id_parse(matter, record_text(record, "case")) ||
        !id_parse(&id, record_text(record, "contact")))
        return 0;
    code = ledger_row_read(look->database, RECORD_CONTACT, &id, &row, error);
    if (code == 0)
        id_parse(matter, record_text(row.record, "case"));
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* 1 when the record's case is closed and has rested. The records of a case come together. */
static int matter_is_old(struct ledger_old_look *look, const struct record *record,
                         struct error *error)
{
    struct ledger_row row;
    struct id id;
    int code = matter_of(look, record, &id, error);

    if (code != 0 || id_is_empty(&id))
        return code;
    if (id_equal(&id, &look->matter))
        return look->matter_is_old;
    code = ledger_row_read(look->database, RECORD_CASE, &id, &row, error);
    if (code == ERROR_NOT_FOUND)
        return 0;
    if (code == 0) {
        look->matter = id;
        look->matter_is_old = rest_case_is_old(row.record, look->old.before_ms);
    }
    ledger_row_clear(&row);
    return code != 0 ? code : look->matter_is_old;
}

/* Whether something of the record was done at this terminal. */
static bool is_work_of(const struct record *record, const struct id *device)
{
    json_t *stamps = json_object_get(record->meta, "stamps");
    const char *path;
    const json_t *stamp;

    if (id_is_empty(device))
        return false;
    if (strcmp(json_text_or(json_object_get(record->meta, "created"), "device", ""),
               device->text) == 0 ||
        strcmp(json_text_or(json_object_get(record->meta, "claim"), "device", ""), device->text) ==
            0)
        return true;
    json_object_foreach(stamps, path, stamp)
    {
        if (strcmp(json_text_or(stamp, "device", ""), device->text) == 0)
            return true;
    }
    return false;
}

int ledger_is_old(struct ledger_old_look *look, int64_t number, int64_t seq, const char *id,
                  struct error *error)
{
    struct ledger_row row;
    struct id parsed;
    int code;

    if (look->old.before_ms == 0 || seq > look->old.until ||
        (id_parse(&parsed, id) && id_time(&parsed) >= look->old.before_ms))
        return 0;
    code = ledger_row_read_number(look->database, number, &row, error);
    if (code == 0 && rest_is_done(row.record) && rest_latest(row.record) < look->old.before_ms &&
        !is_work_of(row.record, &look->old.device))
        code = matter_is_old(look, row.record, error);
    ledger_row_clear(&row);
    return code;
}

int ledger_is_open(struct ledger_old_look *look, int64_t number, struct error *error)
{
    struct ledger_row row, matter = {0};
    struct id id = {""};
    bool open = false;
    int code = ledger_row_read_number(look->database, number, &row, error);

    if (code == 0)
        code = matter_of(look, row.record, &id, error);
    if (code == 0 && !id_is_empty(&id))
        code = ledger_row_read(look->database, RECORD_CASE, &id, &matter, error);
    if (code == 0)
        open = matter.record != NULL ? strcmp(record_text(matter.record, "status"), "closed") != 0
                                     : row.record->type == RECORD_CLIENT;
    if (code == 0 && open)
        code = row.record->type == RECORD_CASE ? LEDGER_OPEN_CASE : 1;
    ledger_row_clear(&matter);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}
