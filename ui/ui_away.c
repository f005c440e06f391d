/*
 * A link may lead to a file that this terminal let go, or never had: a task, a message, a row of a
 * list that was read before. It is fetched, and the screen opens when it is whole (screen_fetch.c).
 */
#include "ui/ui_internal.h"

#include "app/json.h"
#include "app/store_file.h"
#include "ui/purpose.h"
#include "ui/work.h"

static bool is_away(struct desk *desk, enum record_type type, const struct id *id)
{
    struct record *record = work_get(desk, type, id->text, NULL);
    bool here = record != NULL;

    record_free(record);
    return !here;
}

bool ui_fetch_first(struct ui *ui, const struct screen_kind *kind, const json_t *arguments,
                    int *code, struct error *error)
{
    const struct screen_file *of = &kind->file;
    struct purpose_reason reason;
    json_t *box;
    struct id id;

    *code = 0;
    if (of->member == NULL || (of->type != RECORD_CASE && of->type != RECORD_CLIENT) ||
        ui->desk->agent == NULL || ui->desk->store == NULL ||
        !id_parse(&id, json_text_or(arguments, of->member, "")) ||
        !is_away(ui->desk, of->type, &id))
        return false;
    purpose_of_look(ui->desk, &id, &reason);
    box =
        json_pack("{s:s, s:s, s:b, s:s, s:s, s:{s:s, s:o}}", "type", record_type_name(of->type),
                  "id", id.text, "own", 1, "purpose",
                  reason.purpose != PURPOSE_NONE ? purpose_name(reason.purpose) : "", "words",
                  reason.words, "then", "name", kind->name, "arguments", json_deep_copy(arguments));
    *code = ui_push(ui, screen_kind_find("fetch"), box, error);
    json_decref(box);
    return true;
}
