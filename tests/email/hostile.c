/*
 * Ten thousand hostile mails, each taken into a real ledger.
 *
 *   hostile [COUNT [SEED]]
 *
 * Each ends taken and harmless, or refused, and then nothing changed but the list of refused
 * messages. A mail that breaks this is left in the current folder as hostile-failed.eml. What the
 * ledger holds in the end is harmless too, and passes its check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <sqlite3.h>

#include "app/json.h"
#include "net/intake.h"
#include "tests/email/harmless.h"
#include "tests/email/hostile_write.h"
#include "tests/unit/email_fixture.h"

static const char *const ordinary_names[] = {"1-question.eml",  "2-relance.eml",
                                             "3-english.eml",   "4-out-of-office.eml",
                                             "5-documents.eml", "report.eml"};

#define ORDINARY (sizeof(ordinary_names) / sizeof(ordinary_names[0]))
/* Beyond what the process needs for itself: the largest mail, some times over. */
#define MEMORY_KIB (300 * 1024)

static struct email_fixture fixture;
static struct text_buffer ordinary[ORDINARY];
static unsigned long count = 500, seed = 1;

/* What is in the ledger: numbers that change with any record. */
struct standing {
    int64_t records, seq, messages;
};

static int64_t number(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement;
    int64_t value;

    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static struct standing stand(sqlite3 *database)
{
    return (struct standing){
        .records = number(database, "SELECT count(*) FROM record"),
        .seq = number(database, "SELECT max(seq) FROM record"),
        .messages = number(database, "SELECT count(*) FROM intake"),
    };
}

static void leave(const struct text_buffer *mail)
{
    FILE *file = fopen("hostile-failed.eml", "wb");

    if (file == NULL)
        return;
    fwrite(mail->bytes, 1, mail->length, file);
    fclose(file);
}

/* That what can be read is harmless; false when it is not. */
static bool reads_harmless(const struct text_buffer *mail)
{
    struct email_message message;
    struct error error = ERROR_INIT;
    bool harmless;

    if (email_parse(&message, mail->bytes, mail->length, &email_default_limits, NULL, &error) != 0)
        return error.code == ERROR_INVALID || error.code == ERROR_TOO_LARGE;
    harmless = harmless_message(&message, &email_default_limits);
    email_message_clear(&message);
    return harmless;
}

static bool take(sqlite3 *database, const struct text_buffer *mail, unsigned long index,
                 enum email_taken *taken)
{
    struct standing before = stand(database), after;
    struct error error = ERROR_INIT;
    char reason[EMAIL_TAKEN_REASON_SIZE], handle[32];

    snprintf(handle, sizeof(handle), "7.%lu", index);
    fixture.ledger.clock_ms += 1000;
    if (email_take(fixture.taker, mail->bytes, mail->length, handle, fixture.ledger.clock_ms, taken,
                   reason, &error) != 0) {
        print_message("mail %lu: %s\n", index, error.message);
        return false;
    }
    after = stand(database);
    if (*taken == EMAIL_TAKEN)
        return after.messages == before.messages + 1;
    return (*taken != EMAIL_REFUSED || harmless_text(reason, EMAIL_TAKEN_REASON_SIZE, false)) &&
           memcmp(&before, &after, sizeof(before)) == 0;
}

/* Every text of every record, and every reason on the list. */
static bool json_is_harmless(const json_t *value)
{
    const char *name;
    json_t *member;
    size_t index;

    if (json_is_string(value))
        return harmless_text(json_string_value(value), SIZE_MAX, true);
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        if (!json_is_harmless(member))
            return false;
    }
    json_array_foreach(value, index, member)
    {
        if (!json_is_harmless(member))
            return false;
    }
    return true;
}

static void check_all(void)
{
    struct error error = ERROR_INIT;
    json_t *page, *list;
    int64_t since = 0, next = 0;

    do {
        since = next;
        page = fixture_desk(&fixture.ledger, BEN, since, 500, &next);
        assert_true(json_is_harmless(page));
        json_decref(page);
    } while (next > since);
    assert_int_equal(ledger_intake_refused(fixture.ledger.ledger, 20000, &list, &error), 0);
    assert_true(json_is_harmless(list));
    json_decref(list);
}

static void hostile_mail_is_harmless_or_refused(void **state)
{
    unsigned long kinds[4] = {0};
    struct intake_counts counts;
    struct error error = ERROR_INIT;
    struct timespec begin, end;
    struct rusage usage;
    sqlite3 *database;
    size_t bytes = 0;

    (void)state;
    assert_int_equal(sqlite3_open(fixture.ledger.path, &database), SQLITE_OK);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned long i = 0; i < count; i++) {
        struct text_buffer mail = {0};
        enum email_taken taken = EMAIL_REFUSED;

        hostile_write(&mail, seed, i, ordinary, ORDINARY);
        assert_false(mail.failed);
        bytes += mail.length;
        if (!reads_harmless(&mail) || !take(database, &mail, i, &taken)) {
            leave(&mail);
            fail_msg("mail %lu of seed %lu is not harmless: hostile-failed.eml", i, seed);
        }
        kinds[taken]++;
        text_buffer_free(&mail);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    sqlite3_close(database);
    check_all();
    assert_int_equal(ledger_intake_counts(fixture.ledger.ledger, &counts, &error), 0);
    assert_int_equal(counts.taken, kinds[EMAIL_TAKEN]);
    assert_true(counts.refused > 0 && counts.refused <= (int64_t)kinds[EMAIL_REFUSED]);
    getrusage(RUSAGE_SELF, &usage);
    print_message(
        "%lu hostile mails of seed %lu, %zu MB: %lu taken, %lu repeated, %lu refused, %lu "
        "reports; %.1f s, %ld MB at most\n",
        count, seed, bytes / 1000000, kinds[EMAIL_TAKEN], kinds[EMAIL_REPEATED],
        kinds[EMAIL_REFUSED], kinds[EMAIL_REPORTED],
        (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
        usage.ru_maxrss / 1024);
#ifndef __SANITIZE_ADDRESS__
    assert_true(usage.ru_maxrss < MEMORY_KIB);
#endif
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < ORDINARY; i++)
        email_fixture_read(ordinary_names[i], &ordinary[i]);
    email_fixture_open(&fixture, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    email_fixture_close(&fixture);
    for (size_t i = 0; i < ORDINARY; i++)
        text_buffer_free(&ordinary[i]);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hostile_mail_is_harmless_or_refused)};

    if (argc > 1)
        count = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        seed = strtoul(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, setup, teardown);
}
