#include "net/ledger_retention_internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/json.h"
#include "app/rest.h"
#include "app/text.h"

/* --- what rules are for ----------------------------------------------------------------------- */

enum stage_kind { STAGE_FILE, STAGE_STRAY, STAGE_LOOSE, STAGE_ATTACHMENT, STAGE_WORDS };

/* Clients come last: one of whom nothing else is left follows in the same round. */
static const struct stage {
    enum stage_kind kind;
    enum record_type type;
} stages[] = {
    {STAGE_STRAY, RECORD_CASE},       {STAGE_FILE, RECORD_CASE},
    {STAGE_ATTACHMENT, RECORD_NONE},  {STAGE_WORDS, RECORD_NONE},
    {STAGE_LOOSE, RECORD_NOTE},       {STAGE_LOOSE, RECORD_MESSAGE},
    {STAGE_LOOSE, RECORD_SUBMISSION}, {STAGE_LOOSE, RECORD_HANDOFF},
    {STAGE_LOOSE, RECORD_TASK},       {STAGE_LOOSE, RECORD_TICKET},
    {STAGE_LOOSE, RECORD_FLAG},       {STAGE_LOOSE, RECORD_DELEGATION},
    {STAGE_LOOSE, RECORD_CONSENT},    {STAGE_LOOSE, RECORD_EMERGENCY},
    {STAGE_LOOSE, RECORD_CONTACT},    {STAGE_FILE, RECORD_CLIENT},
};
#define STAGE_COUNT ((int)(sizeof(stages) / sizeof(stages[0])))

/* In the order of the stages. */
const char *const ledger_retention_whats[] = {
    "stray",      "case",      "attachment", "audit-words", "note", "message",
    "submission", "handoff",   "task",       "ticket",      "flag", "delegation",
    "consent",    "emergency", "contact",    "client",      NULL,
};

/* --- rules ------------------------------------------------------------------------------------ */

static bool is_what(const char *what)
{
    for (size_t i = 0; ledger_retention_whats[i] != NULL; i++)
        if (strcmp(ledger_retention_whats[i], what) == 0)
            return true;
    return false;
}

static int rule_check(const struct ledger *ledger, const struct ledger_retention *rule,
                      struct error *error)
{
    if (!is_what(rule->what))
        return error_set(error, ERROR_INVALID, "there is no rule of retention for \"%s\"",
                         rule->what);
    if (ledger->is_relay && strcmp(rule->what, "audit-words") != 0)
        return error_set(error, ERROR_REFUSED,
                         "a relay follows the rules of the server above it: set it there");
    if (strcmp(rule->what, "case") != 0 && rule->service[0] != '\0')
        return error_set(error, ERROR_INVALID, "only a rule for cases has a service");
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
    database_bind_text(statement, 1, rule->what);
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
    int code = rule_check(ledger, rule, error);

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
            .months = sqlite3_column_int64(statement, 2),
        };

        text_copy(rule.what, sizeof(rule.what), database_text(statement, 0));
        text_copy(rule.service, sizeof(rule.service), database_text(statement, 1));
        visit(context, &rule);
    }
    ledger_reader_give(ledger, reader);
    return code;
}

/* --- a round ---------------------------------------------------------------------------------- */

static void rule_keep(void *context, const struct ledger_retention *rule)
{
    struct retention_round *round = context;
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

int64_t retention_before(const struct retention_round *round, const struct ledger_retention *rule)
{
    return months_before(round->asked->now_ms, rule->months);
}

int64_t retention_due(const struct ledger_retention *rule, int64_t latest_ms)
{
    int64_t due_ms = months_before(latest_ms, -rule->months);

    /* Its month may be longer than the one in which it is due. */
    while (months_before(due_ms, rule->months) < latest_ms)
        due_ms += INT64_C(24) * 3600 * 1000;
    return due_ms;
}

/* The rule for something, of that service (""); NULL when there is none, or it is kept for ever. */
static const struct ledger_retention *rule_for(const struct retention_round *round,
                                               const char *what, const char *service)
{
    const struct ledger_retention *found = NULL;

    for (size_t i = 0; i < round->count; i++) {
        const struct ledger_retention *rule = &round->rules[i];

        if (strcmp(rule->what, what) != 0)
            continue;
        if (strcmp(rule->service, service) == 0)
            found = rule;
        else if (rule->service[0] == '\0' && found == NULL)
            found = rule;
    }
    return found != NULL && found->months > 0 ? found : NULL;
}

void retention_count(const struct retention_round *round, enum ledger_bar bar,
                     const struct ledger_erased *erased, const struct ledger_retention_due *due)
{
    struct ledger_retention_round *counts = round->counts;

    if (bar == LEDGER_BAR_HELD) {
        counts->held++;
    } else if (bar != LEDGER_BAR_FREE) {
        counts->at_work += bar != LEDGER_BAR_YOUNG;
    } else {
        counts->files += erased->records > 0;
        counts->records += erased->records;
        counts->attachments += erased->attachments;
        if (round->asked->visit != NULL)
            round->asked->visit(round->asked->context, due);
    }
}

/* --- files ------------------------------------------------------------------------------------ */

/* Something that begins a file, and what a round finds about it. */
struct candidate {
    const char *what;
    const struct ledger_retention *rule;
    enum record_type type;
    struct id id;
    bool due; /* all of its file has passed its time */
    int64_t before_ms, latest_ms;
    enum ledger_bar bar;
    struct ledger_erased would; /* go with it */
};

static int judge_file(const struct retention_round *round, struct database *database,
                      struct candidate *candidate, struct error *error)
{
    struct ledger_file file;
    struct id at;
    bool in_force = false;
    int code = ledger_file_read(database, candidate->type, &candidate->id, &file, error);

    if (code == 0) {
        candidate->latest_ms = file.latest_ms;
        /* A merged client goes with the one it was merged into. */
        candidate->due = id_equal(&file.rows[0].record->id, &candidate->id) &&
                         file.latest_ms < candidate->before_ms;
    }
    if (code == 0 && candidate->due)
        code = ledger_file_bar(database, &file, &candidate->bar, &at, error);
    if (code == 0 && candidate->due)
        code = retention_in_force(database, file.rows[0].record, round->asked->now_ms, &in_force,
                                  error);
    if (in_force && candidate->bar == LEDGER_BAR_FREE)
        candidate->bar = LEDGER_BAR_OPEN;
    if (code == 0 && candidate->due)
        code = ledger_file_count(database, &file, &candidate->would, error);
    ledger_file_free(&file);
    return code;
}

/* 1 when a record stands below a case, through whatever. */
static int is_of_case(struct database *database, const struct record *record, struct error *error)
{
    struct ledger_row above;
    int code = ledger_file_above(database, record, &above, error);

    while (code == 0 && above.record != NULL) {
        struct ledger_row below = above;

        above = (struct ledger_row){0};
        code = below.record->type == RECORD_CASE
                   ? 1
                   : ledger_file_above(database, below.record, &above, error);
        ledger_row_clear(&below);
    }
    ledger_row_clear(&above);
    return code;
}

static bool knows_what(const struct retention_round *round, const char *what)
{
    for (size_t i = 0; i < round->count; i++)
        if (strcmp(round->rules[i].what, what) == 0)
            return true;
    return false;
}

/* The rule for a record at a stage; NULL when it is none of the stage's. */
static const struct ledger_retention *rule_at(const struct retention_round *round,
                                              const struct stage *stage, const char *what,
                                              const struct record *record)
{
    bool stray = record->type == RECORD_CASE && record_text(record, "client")[0] == '\0';

    if (stage->kind == STAGE_STRAY)
        return stray ? rule_for(round, what, "") : NULL;
    if (stray && knows_what(round, "stray"))
        return NULL;
    return rule_for(round, what, record->type == RECORD_CASE ? record_text(record, "service") : "");
}

/* Its own record first: mostly that says already that the time has not come. */
static int judge(const struct retention_round *round, struct database *database,
                 const struct stage *stage, int64_t number, struct candidate *candidate,
                 struct error *error)
{
    const struct ledger_retention *rule = NULL;
    struct ledger_row row = {0};
    int code = ledger_row_read_number(database, number, &row, error);

    if (code == 0 && !record_is_erased(row.record)) {
        candidate->type = row.record->type;
        candidate->id = row.record->id;
        rule = rule_at(round, stage, candidate->what, row.record);
    }
    candidate->rule = rule;
    if (rule != NULL)
        candidate->before_ms = retention_before(round, rule);
    if (rule != NULL && rest_latest(row.record) < candidate->before_ms)
        code = stage->kind == STAGE_LOOSE ? is_of_case(database, row.record, error) : 0;
    else
        code = code != 0 ? code : 1;
    if (code == 0)
        code = judge_file(round, database, candidate, error);
    ledger_row_clear(&row);
    return code < 0 ? code : 0;
}

/* In one state of the database, while others write. */
static int judge_reading(const struct retention_round *round, const struct stage *stage,
                         int64_t number, struct candidate *candidate, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(round->ledger, &reader, error);

    if (code != 0)
        return code;
    code = ledger_snapshot_begin(reader, error);
    if (code == 0)
        code = judge(round, reader->database, stage, number, candidate, error);
    ledger_snapshot_end(reader);
    ledger_reader_give(round->ledger, reader);
    return code;
}

static int look_at(struct retention_round *round, const struct stage *stage, const char *what,
                   int64_t number, struct error *error)
{
    struct candidate candidate = {.what = what};
    struct ledger_erasure erasure = {
        .at_ms = round->asked->now_ms, .why = RETENTION_WHY, .by_rule = true};
    struct ledger_erased erased = {0};
    struct id at;
    int code = judge_reading(round, stage, number, &candidate, error);

    round->counts->looked_at++;
    if (code != 0 || !candidate.due)
        return code;
    erasure.before_ms = candidate.before_ms;
    erased = candidate.would;
    if (candidate.bar == LEDGER_BAR_FREE && !round->asked->dry)
        code = ledger_erase(round->ledger, candidate.type, &candidate.id, &erasure, &erased,
                            &candidate.bar, &at, error);
    /* Something was done meanwhile; or a reader keeps the log, which is tried again with the next
     * file and when the server stops. */
    if (code == ERROR_REFUSED || code == ERROR_BUSY)
        code = 0;
    if (code == 0)
        retention_count(round, candidate.bar, &erased,
                        &(struct ledger_retention_due){
                            .what = what,
                            .service = candidate.rule->service,
                            .type = candidate.type,
                            .id = candidate.id.text,
                            .due_ms = retention_due(candidate.rule, candidate.latest_ms),
                            .latest_ms = candidate.latest_ms,
                            .records = erased.records});
    return code;
}

/* The next row of a type; ERROR_NOT_FOUND when there is none. */
static int next_of(const struct retention_round *round, enum record_type type, int64_t *number,
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

static bool has_rule(const struct retention_round *round, const char *what)
{
    for (size_t i = 0; i < round->count; i++)
        if (strcmp(round->rules[i].what, what) == 0 && round->rules[i].months > 0)
            return true;
    return false;
}

/* Looks at the next one of the stage; ERROR_NOT_FOUND when there is none. */
static int step_stage(struct retention_round *round, struct ledger_retention_place *place,
                      struct error *error)
{
    const struct stage *stage = &stages[place->stage];
    const char *what = ledger_retention_whats[place->stage];
    int code;

    if (!has_rule(round, what))
        return ERROR_NOT_FOUND;
    if (stage->kind == STAGE_ATTACHMENT)
        return retention_attachment(round, rule_for(round, what, ""), place, error);
    if (stage->kind == STAGE_WORDS)
        return retention_words(round, rule_for(round, what, ""), place, error);
    code = next_of(round, stage->type, &place->row, error);
    return code == 0 ? look_at(round, stage, what, place->row, error) : code;
}

/* Looks at the next one, or goes on to what comes then. */
static int step_once(struct retention_round *round, struct ledger_retention_place *place,
                     struct error *error)
{
    int code = step_stage(round, place, error);

    if (code != ERROR_NOT_FOUND)
        return code;
    place->row = 0;
    place->stage++;
    place->ended = place->stage == STAGE_COUNT;
    return 0;
}

int ledger_retention_step(struct ledger *ledger, const struct ledger_retention_asked *asked,
                          struct ledger_retention_place *place,
                          struct ledger_retention_round *counts, struct error *error)
{
    struct retention_round round = {.ledger = ledger, .asked = asked, .counts = counts};
    int64_t until = counts->looked_at + (int64_t)asked->limit;
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
