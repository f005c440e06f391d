#include "net/ledger_retention.h"
#include "net/ledger_row.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/json.h"
#include "app/rest.h"
#include "app/text.h"
#include "net/ledger_file.h"

#define WHY "retention"

/* --- rules ------------------------------------------------------------------------------------ */

static int rule_check(const struct ledger_retention *rule, struct error *error)
{
    if (rule->type != RECORD_CASE && rule->type != RECORD_CLIENT)
        return error_set(error, ERROR_INVALID, "rules of retention are for cases and clients");
    if (rule->type == RECORD_CLIENT && rule->service[0] != '\0')
        return error_set(error, ERROR_INVALID, "a client's rule has no service");
    if (rule->months < 0 || rule->months > RETENTION_MONTHS_MOST)
        return error_set(error, ERROR_INVALID, "a rule has 0 to %d months", RETENTION_MONTHS_MOST);
    return 0;
}

static int rule_write(struct ledger *ledger, const struct ledger_retention *rule,
                      enum ledger_statement which, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, record_type_name(rule->type));
    database_bind_text(statement, 2, rule->service);
    if (which == LEDGER_RETENTION_PUT)
        sqlite3_bind_int64(statement, 3, rule->months);
    code = database_run(ledger->writer, statement, error);
    if (code == 0 && which == LEDGER_RETENTION_DELETE && database_changes(ledger->writer) == 0)
        code = error_set(error, ERROR_NOT_FOUND, "there is no such rule");
    return code;
}

static int rule_change(struct ledger *ledger, const struct ledger_retention *rule,
                       enum ledger_statement which, struct error *error)
{
    int code = rule_check(rule, error);

    if (code == 0)
        code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    return ledger_end(ledger, rule_write(ledger, rule, which, error), error);
}

int ledger_retention_set(struct ledger *ledger, const struct ledger_retention *rule,
                         struct error *error)
{
    return rule_change(ledger, rule, LEDGER_RETENTION_PUT, error);
}

int ledger_retention_remove(struct ledger *ledger, const struct ledger_retention *rule,
                            struct error *error)
{
    return rule_change(ledger, rule, LEDGER_RETENTION_DELETE, error);
}

int ledger_retention_each(struct ledger *ledger, ledger_retention_visit visit, void *context,
                          struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_RETENTION_EACH, error);
    while ((code = database_step(reader->database, statement, error)) > 0) {
        struct ledger_retention rule = {
            .type = record_type_from_name(database_text(statement, 0)),
            .months = sqlite3_column_int64(statement, 2),
        };

        text_copy(rule.service, sizeof(rule.service), database_text(statement, 1));
        visit(context, &rule);
    }
    ledger_reader_give(ledger, reader);
    return code;
}

/* --- a round ---------------------------------------------------------------------------------- */

struct round {
    struct ledger *ledger;
    struct ledger_retention *rules;
    size_t count;
    bool failed; /* no memory for the rules */
    int64_t now_ms;
    bool dry;
    struct ledger_retention_round *counts;
};

static void rule_keep(void *context, const struct ledger_retention *rule)
{
    struct round *round = context;
    struct ledger_retention *rules =
        realloc(round->rules, (round->count + 1) * sizeof(*round->rules));

    if (rules == NULL) {
        round->failed = true;
        return;
    }
    round->rules = rules;
    rules[round->count++] = *rule;
}

/* So many calendar months before now; a day that the month has not is its last one. */
static int64_t months_before(int64_t now_ms, int64_t months)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    time_t now = (time_t)(now_ms / 1000);
    struct tm day;
    int64_t month;
    int year, length;

    gmtime_r(&now, &day);
    month = ((int64_t)day.tm_year + 1900) * 12 + day.tm_mon - months;
    year = (int)(month / 12);
    day.tm_year = year - 1900;
    day.tm_mon = (int)(month % 12);
    length = lengths[day.tm_mon];
    if (day.tm_mon == 1 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
        length++;
    if (day.tm_mday > length)
        day.tm_mday = length;
    return (int64_t)timegm(&day) * 1000 + now_ms % 1000;
}

/* The rule for a client or a case; NULL when there is none, or it is kept for ever. */
static const struct ledger_retention *rule_for(const struct round *round,
                                               const struct record *record)
{
    const char *service = record->type == RECORD_CASE ? record_text(record, "service") : "";
    const struct ledger_retention *found = NULL;

    for (size_t i = 0; i < round->count; i++) {
        const struct ledger_retention *rule = &round->rules[i];

        if (rule->type != record->type)
            continue;
        if (strcmp(rule->service, service) == 0)
            found = rule;
        else if (rule->service[0] == '\0' && found == NULL)
            found = rule;
    }
    return found != NULL && found->months > 0 ? found : NULL;
}

/* A client or case, and what a round finds about it. */
struct candidate {
    enum record_type type;
    struct id id;
    bool due; /* all of its file has passed its time */
    enum ledger_bar bar;
    int64_t records;
};

static int judge_file(const struct round *round, struct candidate *candidate,
                      const struct ledger_retention *rule, struct error *error)
{
    struct ledger_file file;
    struct id at;
    int code = ledger_file_read(round->ledger, candidate->type, &candidate->id, &file, error);

    if (code == 0) {
        /* A merged client goes with the one it was merged into. */
        candidate->due = id_equal(&file.rows[0].record->id, &candidate->id) &&
                         file.latest_ms < months_before(round->now_ms, rule->months);
        candidate->records = (int64_t)file.count;
    }
    if (code == 0 && candidate->due)
        code = ledger_file_bar(round->ledger, &file, &candidate->bar, &at, error);
    ledger_file_free(&file);
    return code;
}

/* Its own record first: mostly that says already that the time has not come. */
static int judge(const struct round *round, int64_t number, struct candidate *candidate,
                 struct error *error)
{
    const struct ledger_retention *rule = NULL;
    struct ledger_row row = {0};
    int code = ledger_begin(round->ledger, error);

    *candidate = (struct candidate){0};
    if (code != 0)
        return code;
    code = ledger_row_read_number(round->ledger->writer, number, &row, error);
    if (code == 0 && !record_is_erased(row.record)) {
        candidate->type = row.record->type;
        candidate->id = row.record->id;
        rule = rule_for(round, row.record);
    }
    if (rule != NULL &&
        rest_latest(row.record) < months_before(round->now_ms, rule->months))
        code = judge_file(round, candidate, rule, error);
    ledger_row_clear(&row);
    ledger_rollback(round->ledger);
    return code;
}

static void count(struct ledger_retention_round *counts, enum ledger_bar bar,
                  const struct ledger_erased *erased)
{
    if (bar == LEDGER_BAR_FREE) {
        counts->files++;
        counts->records += erased->records;
        counts->attachments += erased->attachments;
    } else if (bar == LEDGER_BAR_HELD) {
        counts->held++;
    } else {
        counts->at_work++;
    }
}

static int look_at(struct round *round, int64_t number, struct error *error)
{
    const struct ledger_erasure erasure = {.at_ms = round->now_ms, .why = WHY};
    struct ledger_erased erased = {0};
    struct candidate candidate;
    struct id at;
    int code = judge(round, number, &candidate, error);

    round->counts->looked_at++;
    if (code != 0 || !candidate.due)
        return code;
    erased.records = candidate.records;
    if (candidate.bar == LEDGER_BAR_FREE && !round->dry)
        code = ledger_erase(round->ledger, candidate.type, &candidate.id, &erasure, &erased,
                            &candidate.bar, &at, error);
    /* Something was done meanwhile; or a reader keeps the log, which is tried again with the next
     * file and when the server stops. */
    if (code == ERROR_REFUSED || code == ERROR_BUSY)
        code = 0;
    if (code == 0)
        count(round->counts, candidate.bar, &erased);
    return code;
}

/* The next row of a type; ERROR_NOT_FOUND when there is none. */
static int next_of(const struct round *round, enum record_type type, int64_t *number,
                   struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(round->ledger, &reader, error);

    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_RETENTION_NEXT, error);
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, *number);
        database_bind_text(statement, 2, record_type_name(type));
    }
    code = database_step(reader->database, statement, error);
    if (code > 0)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    ledger_reader_give(round->ledger, reader);
    return code == 0 ? ERROR_NOT_FOUND : code < 0 ? code : 0;
}

static bool has_rule(const struct round *round, enum record_type type)
{
    for (size_t i = 0; i < round->count; i++)
        if (round->rules[i].type == type && round->rules[i].months > 0)
            return true;
    return false;
}

/* Cases first: a client of whom nothing else is left follows in the same round. */
static const enum record_type stages[] = {RECORD_CASE, RECORD_CLIENT};
#define STAGE_COUNT ((int)(sizeof(stages) / sizeof(stages[0])))

/* Looks at the next one, or goes on to the next type. */
static int step_once(struct round *round, struct ledger_retention_place *place, struct error *error)
{
    enum record_type type = stages[place->stage];
    int code = has_rule(round, type) ? next_of(round, type, &place->row, error) : ERROR_NOT_FOUND;

    if (code == 0)
        return look_at(round, place->row, error);
    if (code != ERROR_NOT_FOUND)
        return code;
    place->row = 0;
    place->stage++;
    place->ended = place->stage == STAGE_COUNT;
    return 0;
}

int ledger_retention_step(struct ledger *ledger, int64_t now_ms, bool dry, size_t limit,
                          struct ledger_retention_place *place,
                          struct ledger_retention_round *counts, struct error *error)
{
    struct round round = {.ledger = ledger, .now_ms = now_ms, .dry = dry, .counts = counts};
    int64_t until = counts->looked_at + (int64_t)limit;
    int code = 0;

    if (place->stage < 0 || place->stage >= STAGE_COUNT)
        return error_set(error, ERROR_INVALID, "a round of retention has no such place");
    code = ledger_retention_each(ledger, rule_keep, &round, error);
    if (code == 0 && round.failed)
        code = error_set(error, ERROR_MEMORY, "no memory for the rules of retention");
    while (code == 0 && !place->ended && counts->looked_at < until)
        code = step_once(&round, place, error);
    free(round.rules);
    return code;
}
