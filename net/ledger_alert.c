/*
 * Alerts: one for each crossing of a threshold, whoever sees it. The id is computed from what is
 * crossed and from how often it was before, so a relay that watched while it was cut off and a
 * centre that saw the same make one record.
 */
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/queue_measure.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

#define MINUTE_MS INT64_C(60000)

#define NAME_SIZE (RECORD_KEY_SIZE + QUEUE_THRESHOLD_NAME_SIZE)

static struct id alert_id(const char *name, int64_t number)
{
    char key[NAME_SIZE + 24];

    snprintf(key, sizeof(key), "%s %lld", name, (long long)number);
    return id_from_key("alert", key);
}

static int exists(struct ledger *ledger, const char *name, int64_t number, bool *found,
                  struct error *error)
{
    struct id id = alert_id(name, number);
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, RECORD_ALERT, &id, &row, error);

    *found = code == 0;
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

int ledger_alert_number(struct ledger *ledger, const char *name, int64_t *number,
                        struct error *error)
{
    bool taken = true;
    int code = 0;

    while (code == 0 && taken) {
        code = exists(ledger, name, *number, &taken, error);
        *number += taken ? 1 : 0;
    }
    return code;
}

static int64_t in_words(const struct queue_threshold *threshold, int64_t value)
{
    return threshold->measure == QUEUE_AGE ? value / MINUTE_MS : value;
}

int ledger_alert_raise(struct ledger *ledger, const struct ledger_alert *alert, int64_t now_ms,
                       struct error *error)
{
    const struct queue_threshold *threshold = alert->threshold;
    const struct ledger_own own = {OPERATION_APPEND, RECORD_ALERT,
                                   alert_id(alert->name, alert->number), 0, now_ms};
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:s}", "queue", alert->queue, "threshold",
        alert->name + strlen(alert->queue) + 1, "measure", queue_measure_words[threshold->measure],
        "action", queue_action_words[threshold->action], "crossing", (json_int_t)alert->number,
        "limit", (json_int_t)in_words(threshold, threshold->limit), "value",
        (json_int_t)in_words(threshold, alert->value), "at", json_time(now_ms), "state", "raised");
    bool failed = body == NULL;

    if (threshold->within_ms > 0)
        failed |= json_object_set_new(body, "minutes",
                                      json_integer(threshold->within_ms / MINUTE_MS)) != 0;
    if (threshold->window_ms > 0)
        failed |= json_object_set_new(body, "window",
                                      json_integer(threshold->window_ms / MINUTE_MS)) != 0;
    if (failed) {
        json_decref(body);
        body = NULL;
    }
    return ledger_own_write(ledger, &own, body, error);
}

int ledger_alert_end(struct ledger *ledger, const char *name, int64_t number, int64_t now_ms,
                     struct error *error)
{
    struct ledger_own own = {OPERATION_CLAIM, RECORD_ALERT, alert_id(name, number), 0, now_ms};
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, RECORD_ALERT, &own.record, &row, error);
    bool raised = code == 0 && strcmp(record_text(row.record, "state"), "raised") == 0;

    if (code == 0)
        own.base = row.record->rev;
    ledger_row_clear(&row);
    /* At a relay the centre may have had another word. */
    if (code == ERROR_NOT_FOUND || (code == 0 && !raised))
        return 0;
    if (code != 0)
        return code;
    return ledger_own_write(ledger, &own,
                            json_pack("{s:s, s:o}", "state", "over", "over_at", json_time(now_ms)),
                            error);
}

/* --- what the other has seen -------------------------------------------------------------------
 */

/* "queue threshold"; "" for an alert of before they were named. */
static void name_of(const json_t *body, char name[NAME_SIZE])
{
    const char *threshold = json_text_or(body, "threshold", "");

    name[0] = '\0';
    if (*threshold != '\0')
        snprintf(name, NAME_SIZE, "%.*s %.*s", RECORD_KEY_SIZE - 1, json_text_or(body, "queue", ""),
                 QUEUE_THRESHOLD_NAME_SIZE - 1, threshold);
}

int ledger_watch_alert(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_WATCH_FOLLOW, error);
    char name[NAME_SIZE];
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    name_of(row->record->body, name);
    database_bind_text(statement, 1, name);
    sqlite3_bind_int64(statement, 2, json_integer_or(row->record->body, "crossing", 0));
    sqlite3_bind_int(statement, 3, strcmp(record_text(row->record, "state"), "raised") == 0);
    code = database_run(ledger->writer, statement, error);
    /* What the other has seen to be over may be crossed here, or is to be by time alone. */
    if (code == 0 && database_changes(ledger->writer) > 0)
        ledger_bell_ring(ledger, LEDGER_BELL_WATCH);
    return code;
}

/* Whether the threshold is not crossed, and was crossed less often than that. */
static int is_news(struct ledger *ledger, const json_t *body, bool *news, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_WATCH_NEWS, error);
    char name[NAME_SIZE];
    int code;

    name_of(body, name);
    database_bind_text(statement, 1, name);
    sqlite3_bind_int64(statement, 2, json_integer_or(body, "crossing", 0));
    code = database_has_row(ledger->writer, statement, error);
    *news = code > 0;
    return code < 0 ? code : 0;
}

int ledger_alert_may_carry(struct ledger *ledger, const char *office,
                           const struct operation *operation, bool *may, struct error *error)
{
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, RECORD_ALERT, &operation->record, &row, error);
    const json_t *body = code == 0 ? row.record->body : operation->body;

    *may = false;
    if (code == 0 || code == ERROR_NOT_FOUND)
        code = ledger_queue_is_inside(ledger, ledger->writer, office,
                                      json_text_or(body, "queue", ""), may, error);
    /* What is there already merge refuses, or knows again. */
    if (code == 0 && *may && row.record == NULL)
        code = operation->kind == OPERATION_APPEND ? is_news(ledger, body, may, error) : 0;
    *may = *may && (operation->kind == OPERATION_APPEND ||
                    (operation->kind == OPERATION_CLAIM && row.record != NULL &&
                     strcmp(json_text_or(operation->body, "state", ""), "over") == 0));
    ledger_row_clear(&row);
    return code;
}
