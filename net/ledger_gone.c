/*
 * Forgetting what was taken back long ago (table `gone`), so that no cursor is wrong by it.
 *
 * Once a day, when something is taken, the latest number is marked with the time ("gone-marks").
 * What was taken at least LEDGER_GONE_KEPT_MS ago goes: all up to the horizon, which is the latest
 * mark so old. The epoch of a page ends in the day up to which its reader has been told all: the
 * present one where the page is the last of what there is, or the first that is read; else the one
 * that the reader brought. Who stands before the horizon, and was not told up to its day, may hold
 * what was taken and forgotten: they begin anew, as after a restore.
 * Where there are relays nothing is forgotten: a relay keeps the row of what was taken until it
 * hears that it was erased (ledger_erase.c), also one that was away for longer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_agent.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

#define MARKS_SIZE 4096

int ledger_gone_read(struct database *database, struct ledger_gone *gone, struct error *error)
{
    int code = ledger_property_number(database, "gone-horizon", &gone->horizon, error);

    return code == 0 ? ledger_property_number(database, "gone-horizon-at", &gone->at_ms, error)
                     : code;
}

static int forget(struct ledger *ledger, const struct ledger_gone *gone, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GONE_FORGET, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, gone->horizon);
    code = database_run(ledger->writer, statement, error);
    if (code == 0)
        code = ledger_property_number_put(ledger, "gone-horizon", gone->horizon, error);
    return code == 0 ? ledger_property_number_put(ledger, "gone-horizon-at", gone->at_ms, error)
                     : code;
}

/* [[ms, number], ...], the oldest first. New. */
static int marks_read(struct ledger *ledger, json_t **marks, struct error *error)
{
    char text[MARKS_SIZE];
    int code = ledger_property_text(ledger->writer, "gone-marks", text, sizeof(text), error);

    *marks = NULL;
    if (code != 0)
        return code;
    *marks = text[0] != '\0' ? json_loads(text, 0, NULL) : json_array();
    if (!json_is_array(*marks)) {
        json_decref(*marks);
        *marks = json_array();
    }
    return *marks != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory to prune a feed");
}

static int marks_write(struct ledger *ledger, const json_t *marks, struct error *error)
{
    char *text = json_dumps(marks, JSON_COMPACT);
    int code = text != NULL ? ledger_property_text_put(ledger, "gone-marks", text, error)
                            : error_set(error, ERROR_MEMORY, "no memory to prune a feed");

    free(text);
    return code;
}

static int64_t mark_part(const json_t *marks, size_t index, size_t part)
{
    return json_integer_value(json_array_get(json_array_get(marks, index), part));
}

/* Takes the marks that are old enough out; the latest of them, zeros for none. */
static struct ledger_gone marks_take(json_t *marks, int64_t now_ms)
{
    struct ledger_gone gone = {0, 0};

    while (json_array_size(marks) > 0 && mark_part(marks, 0, 0) <= now_ms - LEDGER_GONE_KEPT_MS) {
        gone = (struct ledger_gone){mark_part(marks, 0, 1), mark_part(marks, 0, 0)};
        json_array_remove(marks, 0);
    }
    return gone;
}

int ledger_gone_prune(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    json_t *marks;
    struct ledger_gone gone;
    size_t count;
    int code = marks_read(ledger, &marks, error);

    if (code != 0)
        return code;
    count = json_array_size(marks);
    if (count > 0 && now_ms < mark_part(marks, count - 1, 0) + DAY_MS) {
        json_decref(marks);
        return 0;
    }
    gone = marks_take(marks, now_ms);
    if (json_array_append_new(
            marks, json_pack("[I, I]", (json_int_t)now_ms, (json_int_t)ledger->seq)) != 0)
        code = error_set(error, ERROR_MEMORY, "no memory to prune a feed");
    if (code == 0)
        code = marks_write(ledger, marks, error);
    if (code == 0 && gone.horizon > 0)
        code = forget(ledger, &gone, error);
    json_decref(marks);
    return code;
}

/* --- cursors ---------------------------------------------------------------------------------- */

void ledger_epoch_day(char epoch[LEDGER_EPOCH_SIZE], int64_t now_ms)
{
    size_t used = strlen(epoch);

    if (used == LEDGER_EPOCH_NAME)
        (void)snprintf(epoch + used, LEDGER_EPOCH_SIZE - used, "%05x",
                       (unsigned)(now_ms / DAY_MS) & 0xfffffU);
}

void ledger_epoch_keep(struct ledger_page *page, int64_t since, const char *epoch)
{
    if (!page->more || since == 0 || strlen(page->epoch) < LEDGER_EPOCH_NAME)
        return;
    page->epoch[LEDGER_EPOCH_NAME] = '\0';
    if (strlen(epoch) > LEDGER_EPOCH_NAME)
        text_copy(page->epoch + LEDGER_EPOCH_NAME, LEDGER_EPOCH_SIZE - LEDGER_EPOCH_NAME,
                  epoch + LEDGER_EPOCH_NAME);
}

int ledger_gone_check(struct ledger *ledger, int64_t since, const char *epoch, struct error *error)
{
    struct ledger_reader *reader;
    struct ledger_gone gone;
    int64_t told_ms = 0;
    int code;

    if (since == 0)
        return 0;
    code = ledger_reader_take(ledger, &reader, error);
    if (code != 0)
        return code;
    code = ledger_gone_read(reader->database, &gone, error);
    ledger_reader_give(ledger, reader);
    if (code != 0 || since >= gone.horizon)
        return code;
    if (strlen(epoch) > LEDGER_EPOCH_NAME)
        told_ms = (int64_t)strtoul(epoch + LEDGER_EPOCH_NAME, NULL, 16) * DAY_MS;
    return told_ms >= gone.at_ms
               ? 0
               : error_set(error, ERROR_CONFLICT,
                           "what was taken back since is forgotten: read everything again");
}
