/*
 * What the lists of cases cost with 100, 10,000 and 100,000 cases in a scope (each with a client,
 * every third with a promise, every tenth with an unread message): reading them at sign-in, opening
 * the lists, a key, sorting, grouping, narrowing, a change by another agent; in time, bytes painted
 * and memory, and as ratios against the first. SIZES="100 1000" for others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/painted.h"
#include "tests/unit/case_fixture.h"
#include "tests/unit/unit.h"
#include "ui/desk_cases.h"

#define SIZES_MOST 6
#define PAGE       1000
#define CHANGES    40
#define ROUNDS     24

enum figure {
    FIGURE_READ,
    FIGURE_OPEN,
    FIGURE_KEY,
    FIGURE_SORT,
    FIGURE_GROUP,
    FIGURE_FILTER,
    FIGURE_CHANGE,
    FIGURE_COUNT
};

static const char *const figure_names[FIGURE_COUNT] = {
    "read at sign-in", "open (F3)", "a key (down)",         "sort",
    "group",           "narrow",    "another's change seen"};

struct result {
    size_t cases;
    double us[FIGURE_COUNT];
    double bytes[FIGURE_COUNT];
    double memory; /* bytes a case */
};

/* --- cases ----------------------------------------------------------------------------------- */

struct filling {
    struct case_fixture cases;
    struct record *page[PAGE];
    size_t count;
    struct id *matters; /* owned */
};

static void flush(struct filling *filling)
{
    struct error error = ERROR_INIT;

    if (store_write_page(filling->cases.store, filling->page, filling->count, filling->cases.cursor,
                         "feed", &error) != 0)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < filling->count; i++)
        record_free(filling->page[i]);
    filling->count = 0;
}

static void put(struct filling *filling, enum record_type type, const struct id *id,
                const char *matter, const char *client)
{
    filling->page[filling->count++] = case_fixture_record(
        &filling->cases, type, id, 1, case_fixture_body(&filling->cases, type, matter, client));
    if (filling->count == PAGE)
        flush(filling);
}

static void fill(struct filling *filling, size_t cases)
{
    filling->matters = calloc(cases, sizeof(filling->matters[0]));
    assert_non_null(filling->matters);
    for (size_t i = 0; i < cases; i++) {
        struct case_fixture *fixture = &filling->cases;
        struct id client = id_generate(&fixture->ids, fixture->now_ms), other;

        filling->matters[i] = id_generate(&fixture->ids, fixture->now_ms);
        put(filling, RECORD_CLIENT, &client, "", "");
        put(filling, RECORD_CASE, &filling->matters[i], "", client.text);
        other = id_generate(&fixture->ids, fixture->now_ms);
        if (i % 3 == 0)
            put(filling, RECORD_PROMISE, &other, filling->matters[i].text, client.text);
        other = id_generate(&fixture->ids, fixture->now_ms);
        if (i % 10 == 0)
            put(filling, RECORD_MESSAGE, &other, filling->matters[i].text, client.text);
    }
    flush(filling);
}

/* --- measuring ------------------------------------------------------------------------------- */

static void wait_for_cases(struct ui_fixture *fixture)
{
    const struct timespec moment = {0, 1000000};

    while (desk_cases(&fixture->desk, NULL) == NULL) {
        nanosleep(&moment, NULL);
        ui_look(fixture->ui);
    }
}

/* Median of the times, mean of the bytes, of one key pressed again and again. */
static void press(struct ui_fixture *fixture, struct terminal *terminal, struct result *result,
                  enum figure figure, const uint32_t *codes, size_t count)
{
    double times[ROUNDS];
    size_t total = 0;

    for (size_t i = 0; i < ROUNDS; i++) {
        size_t bytes;

        times[i] = painted_key(fixture, terminal, codes[i % count], &bytes);
        total += bytes;
    }
    result->us[figure] = painted_median(times, ROUNDS);
    result->bytes[figure] = (double)total / ROUNDS;
}

static void change(struct ui_fixture *fixture, struct terminal *terminal, struct filling *filling,
                   struct result *result)
{
    double times[CHANGES];
    size_t total = 0;

    for (size_t i = 0; i < CHANGES; i++) {
        const struct id *id =
            &filling->matters[case_fixture_chance(&filling->cases, result->cases)];
        size_t bytes;

        filling->page[filling->count++] =
            case_fixture_record(&filling->cases, RECORD_CASE, id, (int64_t)i + 2,
                                case_fixture_body(&filling->cases, RECORD_CASE, "", ""));
        flush(filling);
        times[i] = painted_look(fixture, terminal, &bytes);
        total += bytes;
    }
    result->us[FIGURE_CHANGE] = painted_median(times, CHANGES);
    result->bytes[FIGURE_CHANGE] = (double)total / CHANGES;
}

static void measure_keys(struct ui_fixture *fixture, struct terminal *terminal,
                         struct result *result)
{
    static const uint32_t open[] = {INPUT_F(3), INPUT_ESCAPE}, sort[] = {'>'},
                          group[] = {INPUT_CONTROL('K')}, letters[] = {'r', INPUT_BACKSPACE};
    double times[ROUNDS];
    size_t bytes, total = 0;

    for (size_t i = 0; i < ROUNDS; i++) {
        times[i] = painted_key(fixture, terminal, open[0], &bytes);
        total += bytes;
        painted_key(fixture, terminal, open[1], &bytes);
    }
    result->us[FIGURE_OPEN] = painted_median(times, ROUNDS);
    result->bytes[FIGURE_OPEN] = (double)total / ROUNDS;
    ui_fixture_type(fixture, ":lists all\r");
    painted_keys(fixture, terminal, INPUT_DOWN, INPUT_UP, &result->us[FIGURE_KEY],
                 &result->bytes[FIGURE_KEY]);
    press(fixture, terminal, result, FIGURE_SORT, sort, 1);
    press(fixture, terminal, result, FIGURE_GROUP, group, 1);
    painted_key(fixture, terminal, INPUT_CONTROL('F'), &bytes);
    press(fixture, terminal, result, FIGURE_FILTER, letters, 2);
    painted_key(fixture, terminal, INPUT_ESCAPE, &bytes);
}

static void measure(size_t cases, struct terminal *terminal, struct result *result)
{
    struct filling filling = {.cases = {.seed = 5}};
    struct ui_fixture *fixture;
    void *state;
    double start;

    *result = (struct result){.cases = cases};
    ui_fixture_setup(&state);
    fixture = state;
    filling.cases.now_ms = desk_now(&fixture->desk);
    assert_int_equal(store_open(&filling.cases.store, fixture->store_path, fixture->desk.key, NULL),
                     0);
    fill(&filling, cases);
    /* As after signing in again. */
    desk_cases_stop(&fixture->desk);
    start = painted_now();
    desk_cases_start(&fixture->desk);
    wait_for_cases(fixture);
    result->us[FIGURE_READ] = painted_now() - start;
    ui_fixture_draw(fixture);
    measure_keys(fixture, terminal, result);
    change(fixture, terminal, &filling, result);
    result->memory = (double)case_table_bytes(desk_cases(&fixture->desk, NULL)) / (double)cases;
    store_close(filling.cases.store);
    free(filling.matters);
    ui_fixture_teardown(&state);
}

static void tell(const struct result *results, size_t count)
{
    FILE *out = painted_out();

    for (int figure = 0; figure < FIGURE_COUNT; figure++) {
        fprintf(out, "%-22s", figure_names[figure]);
        for (size_t i = 0; i < count; i++)
            fprintf(out, "  %zu cases: %.2f ms (%.1fx), %.0f bytes (%.1fx)", results[i].cases,
                    results[i].us[figure] / 1000, results[i].us[figure] / results[0].us[figure],
                    results[i].bytes[figure],
                    results[0].bytes[figure] > 0
                        ? results[i].bytes[figure] / results[0].bytes[figure]
                        : 1.0);
        fputc('\n', out);
    }
    fprintf(out, "%-22s", "memory a case");
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %zu cases: %.0f bytes (%.1fx)", results[i].cases, results[i].memory,
                results[i].memory / results[0].memory);
    fputc('\n', out);
}

int main(void)
{
    const char *wanted = getenv("SIZES");
    const char *sizes = wanted != NULL && *wanted != '\0' ? wanted : "100 10000 100000";
    struct result results[SIZES_MOST];
    struct terminal *terminal;
    struct error error = ERROR_INIT;
    size_t count = 0;
    char *end;

    if (painted_begin() != 0 || terminal_open(&terminal, false, &error) != 0) {
        fprintf(stderr, "bench_lists: no terminal: %s\n", error.message);
        return 1;
    }
    for (size_t cases; count < SIZES_MOST && (cases = strtoul(sizes, &end, 10)) > 0; sizes = end)
        measure(cases, terminal, &results[count++]);
    terminal_close(terminal);
    tell(results, count);
    return 0;
}
