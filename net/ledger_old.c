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
                         int64_t before_ms, struct error *error)
{
    struct ledger_row row;
    struct id id;
    int code = matter_of(look, record, &id, error);

    if (code != 0 || id_is_empty(&id))
        return code;
    if (id_equal(&id, &look->matter) && before_ms == look->matter_before)
        return look->matter_is_old;
    code = ledger_row_read(look->database, RECORD_CASE, &id, &row, error);
    if (code == ERROR_NOT_FOUND)
        return 0;
    if (code == 0) {
        look->matter = id;
        look->matter_before = before_ms;
        look->matter_is_old = rest_case_is_old(row.record, before_ms);
    }
    ledger_row_clear(&row);
    return code != 0 ? code : look->matter_is_old;
}

static bool is_stamp_of(const struct ledger_old *old, const json_t *stamp)
{
    return strcmp(json_text_or(stamp, "device", ""), old->device.text) == 0 &&
           strcmp(json_text_or(stamp, "agent", ""), old->agent.text) == 0;
}

/* Whether something of the record was done by this agent at this terminal. */
static bool is_work_of(const struct record *record, const struct ledger_old *old)
{
    json_t *stamps = json_object_get(record->meta, "stamps");
    const char *path;
    const json_t *stamp;

    if (id_is_empty(&old->device) || id_is_empty(&old->agent))
        return false;
    if (is_stamp_of(old, json_object_get(record->meta, "created")) ||
        is_stamp_of(old, json_object_get(record->meta, "claim")))
        return true;
    json_object_foreach(stamps, path, stamp)
    {
        if (is_stamp_of(old, stamp))
            return true;
    }
    return false;
}

/* 1 when something of a case is still to be done, or was lately: a hand-off, a task, a draft. A
 * case that somebody handed over, and that was closed long ago, is in nobody's hands any more. */
static int is_in_hand(struct ledger_old_look *look, const struct record *record, int64_t before_ms,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(look->database, LEDGER_RECORD_CHILDREN, error);
    struct id matter;
    int code = matter_of(look, record, &matter, error), found = 0;

    if (code != 0 || statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    database_bind_text(statement, 1, matter.text);
    while (found == 0 && (code = database_step(look->database, statement, error)) > 0) {
        struct ledger_row row;

        found =
            ledger_row_read_number(look->database, sqlite3_column_int64(statement, 0), &row, error);
        if (found == 0)
            found = !rest_is_done(row.record) || rest_latest(row.record) >= before_ms;
        ledger_row_clear(&row);
    }
    sqlite3_reset(statement);
    return found != 0 ? found : code;
}

/* 1 when the record is of a file that has rested since before then, and no work of the caller's. */
static int has_rested(struct ledger_old_look *look, const struct ledger_old_row *row,
                      int64_t before_ms, struct error *error)
{
    struct ledger_row read;
    struct id parsed;
    int code;

    if (before_ms == 0 || (id_parse(&parsed, row->id) && id_time(&parsed) >= before_ms))
        return 0;
    code = ledger_row_read_number(look->database, row->number, &read, error);
    if (code == 0 && rest_is_done(read.record) && rest_latest(read.record) < before_ms &&
        !is_work_of(read.record, &look->old))
        code = matter_is_old(look, read.record, before_ms, error);
    if (code > 0 && row->asked == LEDGER_ASKED_HANDED) {
        code = is_in_hand(look, read.record, before_ms, error);
        code = code < 0 ? code : code == 0;
    }
    ledger_row_clear(&read);
    return code;
}

int ledger_is_old(struct ledger_old_look *look, const struct ledger_old_row *row,
                  struct error *error)
{
    bool began = row->seq <= look->old.until;
    int code = 0;

    if (row->asked == LEDGER_ASKED_OPENED)
        return 0;
    /* What was not wanted is passed over without a look at what is withheld. */
    if (began && row->asked == LEDGER_ASKED_NOT)
        code = has_rested(look, row, look->old.before_ms, error);
    if (code != 0)
        return code < 0 ? code : LEDGER_OLD_PASSED;
    code = has_rested(look, row, look->old.withheld_ms, error);
    if (code <= 0)
        return code;
    /* As it stands since before the caller had everything: it holds that, or nothing. What lies
     * between there and its cursor may have stood past its pages. */
    return began || row->seq <= look->whole ? LEDGER_OLD_PASSED : LEDGER_OLD_GONE;
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
