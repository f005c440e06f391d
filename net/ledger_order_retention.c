#include "net/ledger_order_retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_disclose.h"
#include "net/ledger_keeping.h"
#include "net/ledger_retention.h"
#include "net/ledger_sqlite.h"

/* Clients and cases that a step looks at: whoever waits for it sees that it goes on. */
#define STEP_LIMIT 200

static int answer_make(json_t **answer, json_t *made, struct error *error)
{
    *answer = made;
    return made != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for an answer");
}

static int find(struct ledger *ledger, const json_t *order, enum record_type *type, struct id *id,
                struct error *error)
{
    return ledger_keeping_find(ledger, json_text_or(order, "type", ""),
                               json_text_or(order, "of", ""), type, id, error);
}

/* --- erasure and holds ------------------------------------------------------------------------ */

int ledger_order_erase(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                       struct error *error)
{
    const struct ledger_erasure erasure = {.at_ms = now_ms,
                                           .why = json_text_or(order, "reason", "")};
    struct ledger_erased erased;
    enum record_type type;
    enum ledger_bar bar;
    struct id id, at;
    int code = find(ledger, order, &type, &id, error);

    if (code == 0 && erasure.why[0] == '\0')
        code = error_set(error, ERROR_INVALID, "a reason is needed, without anything personal");
    if (code == 0)
        code = ledger_erase(ledger, type, &id, &erasure, &erased, &bar, &at, error);
    return code == 0 ? answer_make(answer,
                                   json_pack("{s:I, s:I}", "records", (json_int_t)erased.records,
                                             "attachments", (json_int_t)erased.attachments),
                                   error)
                     : code;
}

static int change_hold(struct ledger *ledger, const json_t *order, bool ends, int64_t now_ms,
                       json_t **answer, struct error *error)
{
    const struct ledger_erasure hold = {.at_ms = now_ms, .why = json_text_or(order, "reason", "")};
    enum record_type type;
    struct id id;
    int code = find(ledger, order, &type, &id, error);

    if (code == 0)
        code = ends ? ledger_hold_end(ledger, type, &id, &hold, error)
                    : ledger_hold(ledger, type, &id, &hold, error);
    return code == 0 ? answer_make(answer, json_object(), error) : code;
}

int ledger_order_hold(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                      struct error *error)
{
    return change_hold(ledger, order, false, now_ms, answer, error);
}

int ledger_order_hold_end(struct ledger *ledger, const json_t *order, int64_t now_ms,
                          json_t **answer, struct error *error)
{
    return change_hold(ledger, order, true, now_ms, answer, error);
}

int ledger_order_hold_list(struct ledger *ledger, const json_t *order, int64_t now_ms,
                           json_t **answer, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    json_t *holds = json_array();
    int code = ledger_reader_take(ledger, &reader, error);

    (void)order;
    (void)now_ms;
    if (code != 0) {
        json_decref(holds);
        return code;
    }
    statement = database_statement(reader->database, LEDGER_HOLD_EACH, error);
    while ((code = database_step(reader->database, statement, error)) > 0)
        json_array_append_new(holds,
                              json_pack("{s:s, s:s, s:o, s:s}", "type", database_text(statement, 0),
                                        "id", database_text(statement, 1), "since",
                                        json_time(sqlite3_column_int64(statement, 2)), "reason",
                                        database_text(statement, 4)));
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        json_decref(holds);
        return code;
    }
    return answer_make(answer, json_pack("{s:o}", "holds", holds), error);
}

/* --- retention -------------------------------------------------------------------------------- */

static int change_rule(struct ledger *ledger, const json_t *order, bool ends, json_t **answer,
                       struct error *error)
{
    struct ledger_retention rule = {.months = json_integer_or(order, "months", -1)};
    int code;

    text_copy(rule.what, sizeof(rule.what), json_text_or(order, "type", ""));
    text_copy(rule.service, sizeof(rule.service), json_text_or(order, "service", ""));
    if (ends)
        rule.months = 0;
    code = ends ? ledger_retention_remove(ledger, &rule, error)
                : ledger_retention_set(ledger, &rule, error);
    return code == 0 ? answer_make(answer, json_object(), error) : code;
}

int ledger_order_retention_set(struct ledger *ledger, const json_t *order, int64_t now_ms,
                               json_t **answer, struct error *error)
{
    (void)now_ms;
    return change_rule(ledger, order, false, answer, error);
}

int ledger_order_retention_remove(struct ledger *ledger, const json_t *order, int64_t now_ms,
                                  json_t **answer, struct error *error)
{
    (void)now_ms;
    return change_rule(ledger, order, true, answer, error);
}

static void add_rule(void *context, const struct ledger_retention *rule)
{
    json_array_append_new(context, json_pack("{s:s, s:s, s:I}", "type", rule->what, "service",
                                             rule->service, "months", (json_int_t)rule->months));
}

int ledger_order_retention_list(struct ledger *ledger, const json_t *order, int64_t now_ms,
                                json_t **answer, struct error *error)
{
    json_t *rules = json_array();
    int code = ledger_retention_each(ledger, add_rule, rules, error);

    (void)order;
    (void)now_ms;
    if (code != 0) {
        json_decref(rules);
        return code;
    }
    return answer_make(answer, json_pack("{s:o}", "rules", rules), error);
}

static void add_due(void *context, const struct ledger_retention_due *due)
{
    json_array_append_new(context, json_pack("{s:s, s:s, s:o, s:I}", "type", due->what, "id",
                                             due->id, "latest", json_time(due->latest_ms),
                                             "records", (json_int_t)due->records));
}

int ledger_order_retention_step(struct ledger *ledger, const json_t *order, int64_t now_ms,
                                json_t **answer, struct error *error)
{
    const json_t *given = json_object_get(order, "place");
    struct ledger_retention_place place = {.stage = (int)json_integer_or(given, "stage", 0),
                                           .row = json_integer_or(given, "row", 0)};
    struct ledger_retention_round round = {0};
    json_t *due = json_array();
    const struct ledger_retention_asked asked = {
        .now_ms = now_ms,
        .dry = json_bool_or(order, "dry", false),
        .limit = STEP_LIMIT,
        .visit = json_bool_or(order, "list", false) ? add_due : NULL,
        .context = due,
    };
    int code = ledger_retention_step(ledger, &asked, &place, &round, error);

    if (code != 0) {
        json_decref(due);
        return code;
    }
    return answer_make(
        answer,
        json_pack("{s:{s:i, s:I}, s:b, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "place", "stage",
                  place.stage, "row", (json_int_t)place.row, "ended", (int)place.ended, "due", due,
                  "looked_at", (json_int_t)round.looked_at, "files", (json_int_t)round.files,
                  "records", (json_int_t)round.records, "attachments",
                  (json_int_t)round.attachments, "words", (json_int_t)round.words, "held",
                  (json_int_t)round.held, "at_work", (json_int_t)round.at_work),
        error);
}

/* --- disclosure ------------------------------------------------------------------------------- */

int ledger_order_disclose(struct ledger *ledger, const json_t *order, int64_t now_ms,
                          json_t **answer, struct error *error)
{
    struct ledger_disclosure disclosure = {.at_ms = now_ms,
                                           .language = json_text_or(order, "language", "fr")};
    struct text_buffer path = {0};
    char *database;
    bool located;
    enum record_type type;
    int code = ledger_keeping_find(ledger, "client", json_text_or(order, "of", ""), &type,
                                   &disclosure.client, error);

    if (code != 0)
        return code;
    /* Who asked may stand in another folder. */
    database = realpath(ledger->path, NULL);
    text_buffer_add_format(&path, "%s.disclosure-%s.html", database != NULL ? database : "",
                           disclosure.client.text);
    located = database != NULL;
    free(database);
    if (path.failed || !located) {
        text_buffer_free(&path);
        return error_set(error, ERROR_STORAGE, "the database's folder cannot be found");
    }
    /* Of somebody who asked before and did not take it away. */
    remove(path.bytes);
    code = ledger_disclose(ledger, &disclosure, path.bytes, error);
    if (code == 0)
        code = answer_make(answer, json_pack("{s:s}", "file", path.bytes), error);
    text_buffer_free(&path);
    return code;
}
