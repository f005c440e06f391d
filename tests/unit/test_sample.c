/* The shipped sample: what it promises to hold, and that broken ones are refused by name. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/calendar.h"
#include "app/import_sample.h"
#include "app/json.h"
#include "app/text.h"
#include "forms/definition.h"
#include "tests/unit/import_memory.h"

static const char *const files[] = {"services.json",    "forms.json",          "offices.json",
                                    "agents.json",      "queues.json",         "calendars.json",
                                    "life-events.json", "questionnaires.json", "templates.json",
                                    "snippets.json"};

static void sample_folder(char path[4096])
{
    const char *top = getenv("abs_top_srcdir");
    snprintf(path, 4096, "%s/app/sample", top ? top : ".");
}

/* Imports a folder into memory: the code; the account is freed. */
static int import_folder(struct memory *memory, const char *folder, struct error *error)
{
    static const struct import_options plain = {.check = definition_check};
    struct import *import = import_new();
    struct import_sink sink = import_sink(import);
    struct import_target target = memory_target(memory);
    struct import_edition edition;
    *error = (struct error)ERROR_INIT;
    int code = import_sample(folder, &sink, &edition, error);
    if (code == 0)
        code = import_publish(import, &edition, &target, &plain, error);
    if (code == 0)
        assert_int_equal(import_get_summary(import)->refused, 0);
    import_free(import);
    return code;
}

static struct memory *sample_new(void)
{
    char folder[4096];
    struct error error;
    struct memory *memory = calloc(1, sizeof *memory);
    assert_non_null(memory);
    sample_folder(folder);
    if (import_folder(memory, folder, &error) != 0)
        fail_msg("%s", error.message);
    return memory;
}

static void sample_free(struct memory *memory)
{
    memory_free(memory);
    free(memory);
}

static size_t count_of(const struct memory *memory, enum record_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < memory->count; i++)
        count += memory->records[i]->type == type;
    return count;
}

static bool is_bilingual(const json_t *value)
{
    return json_object_get(value, "fr") && json_object_get(value, "en");
}

static void test_holds_what_it_promises(void **state)
{
    (void)state;
    struct memory *memory = sample_new();
    assert_true(count_of(memory, RECORD_SERVICE) >= 40);
    /* Those that are filed, one for each life event, and the satisfaction questionnaire. */
    assert_int_equal(count_of(memory, RECORD_FORM), 10 + count_of(memory, RECORD_LIFE_EVENT));
    assert_int_equal(count_of(memory, RECORD_OFFICE), 12);
    assert_int_equal(count_of(memory, RECORD_AGENT), 8);
    assert_int_equal(count_of(memory, RECORD_QUEUE), 4);
    assert_int_equal(count_of(memory, RECORD_CALENDAR), 6);
    assert_true(count_of(memory, RECORD_LIFE_EVENT) >= 10);
    size_t moved = 0;
    size_t ended = 0;
    size_t guaranteed = 0;
    for (size_t i = 0; i < memory->count; i++) {
        const json_t *body = memory->records[i]->body;
        assert_true(is_bilingual(json_object_get(body, "title")) ||
                    memory->records[i]->type == RECORD_AGENT);
        if (memory->records[i]->type != RECORD_SERVICE)
            continue;
        ended += json_bool_or(body, "ended", false);
        assert_true(is_bilingual(json_object_get(body, "keywords")));
        if (json_object_get(body, "moved_to")) {
            moved++;
            continue;
        }
        assert_true(is_bilingual(json_object_get(body, "summary")));
        assert_true(json_is_integer(json_object_get(body, "level")));
        assert_true(json_array_size(json_object_get(body, "channels")) > 0);
        size_t index;
        json_t *channel;
        json_array_foreach(json_object_get(body, "channels"), index, channel)
        {
            guaranteed += json_object_get(channel, "guarantee") != NULL;
            if (json_is_true(json_object_get(channel, "available")))
                assert_non_null(json_object_get(channel, "fee"));
        }
    }
    assert_true(moved >= 3);
    assert_int_equal(ended, 1);
    assert_true(guaranteed >= 5);
    sample_free(memory);
}

static void test_has_agents_in_every_role(void **state)
{
    (void)state;
    static const char *const roles[] = {"clerk",      "agent",           "specialist",
                                        "supervisor", "privacy-officer", "administrator"};
    struct memory *memory = sample_new();
    for (size_t role = 0; role < 6; role++) {
        size_t found = 0;
        for (size_t i = 0; i < memory->count; i++)
            found += strcmp(record_text(memory->records[i], "role"), roles[role]) == 0;
        assert_true(found >= 1);
    }
    assert_string_equal(record_text(memory_find(memory, "sample/marie"), "role"), "clerk");
    assert_string_equal(record_text(memory_find(memory, "sample/pierre"), "role"), "agent");
    assert_int_equal(memory->passwords, 8);
    for (size_t i = 0; i < memory->count; i++)
        assert_null(json_object_get(memory->records[i]->body, "password"));
    sample_free(memory);
}

static void test_imports_again_without_change(void **state)
{
    (void)state;
    char folder[4096];
    struct error error;
    struct memory *memory = sample_new();
    sample_folder(folder);
    assert_int_equal(import_folder(memory, folder, &error), 0);
    assert_int_equal(memory->published, 0);
    assert_int_equal(memory->passwords, 8);
    sample_free(memory);
}

static bool is_holiday(struct memory *memory, const char *calendar, const char *day)
{
    struct record *record = memory_find(memory, calendar);
    struct calendar *made = NULL;
    struct calendar_day when;
    bool holiday;
    assert_non_null(record);
    assert_int_equal(calendar_new(&made, record->body, NULL), 0);
    assert_true(calendar_day_parse(day, &when));
    holiday = calendar_is_holiday(made, &when);
    calendar_free(made);
    return holiday;
}

/* Holidays looked up by hand, one of each rule. */
static void test_knows_the_holidays(void **state)
{
    (void)state;
    static const struct {
        const char *calendar;
        const char *day;
        bool holiday;
    } facts[] = {
        {"sample/ca", "2024-03-29", true},  /* Good Friday */
        {"sample/ca", "2025-05-19", true},  /* Victoria Day */
        {"sample/ca", "2027-05-24", true},  /* Victoria Day on the 24th itself */
        {"sample/ca", "2026-09-30", true},  /* truth and reconciliation */
        {"sample/ca", "2026-12-28", true},  /* Boxing Day on a Saturday */
        {"sample/ca", "2027-12-27", true},  /* Christmas on a Saturday */
        {"sample/ca", "2027-12-28", true},  /* and Boxing Day on the Sunday after */
        {"sample/ca", "2026-06-24", false}, /* of Québec only */
        {"sample/ca-qc", "2026-06-24", true},  {"sample/ca-qc", "2029-06-25", true},
        {"sample/ca-qc", "2029-07-02", true},  {"sample/ca-qc", "2026-05-18", true},
        {"sample/ca-qc", "2030-04-22", true}, /* Easter Monday */
        {"sample/ca-qc", "2026-12-28", false}, {"sample/ca-qc", "2026-11-11", false},
        {"sample/ca-on", "2026-02-16", true}, /* Family Day */
        {"sample/ca-on", "2026-08-03", false}, {"sample/ca-bc", "2026-08-03", true},
        {"sample/ca-bc", "2025-09-30", true},  {"sample/ca-ns", "2026-02-16", true},
        {"sample/ca-ns", "2026-05-18", false}, {"sample/ca-nb", "2026-08-03", true},
        {"sample/ca-nb", "2030-02-18", true},  {"sample/ca-on", "2030-10-14", true},
    };
    struct memory *memory = sample_new();
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (is_holiday(memory, facts[i].calendar, facts[i].day) != facts[i].holiday)
            fail_msg("%s %s", facts[i].calendar, facts[i].day);
    for (size_t i = 0; i < memory->count; i++) {
        if (memory->records[i]->type != RECORD_CALENDAR)
            continue;
        struct calendar *calendar;
        struct calendar_day until;
        struct error error = ERROR_INIT;
        assert_int_equal(calendar_new(&calendar, memory->records[i]->body, &error), 0);
        assert_true(calendar_known_until(calendar, &until));
        assert_int_equal(until.year, 9999); /* laws without an end */
        calendar_free(calendar);
    }
    sample_free(memory);
}

/* Whether a word stands in any keyword of one language, or in title and summary of both. */
static bool says(const json_t *body, const char *language, const char *word)
{
    struct text_buffer text = {0};
    size_t index;
    json_t *keyword;
    if (language) {
        json_array_foreach(json_object_get(json_object_get(body, "keywords"), language), index,
                           keyword)
        {
            text_buffer_add_format(&text, " %s ", json_string_value(keyword));
        }
    } else {
        const char *const members[] = {"title", "summary"};
        for (size_t i = 0; i < 2; i++) {
            const json_t *value = json_object_get(body, members[i]);
            text_buffer_add_format(&text, " %s %s ", json_localised(value, "fr"),
                                   json_localised(value, "en"));
        }
    }
    char *folded = text.bytes ? text_fold(text.bytes, text.length) : strdup("");
    bool found = strstr(folded, word) != NULL;
    free(folded);
    text_buffer_free(&text);
    return found;
}

/* Words that only the other language's keywords know: what searching across languages is tried on.
 */
static void test_has_words_of_one_language_only(void **state)
{
    (void)state;
    static const struct {
        const char *service;
        const char *language;
        const char *other;
        const char *word;
    } words[] = {
        {"sample/event-permit", "en", "fr", "barbecue"},
        {"sample/family-allowance", "en", "fr", "bonus"},
        {"sample/mobile-kitchen", "en", "fr", "hot dog"},
        {"sample/disabled-permit", "en", "fr", "sticker"},
        {"sample/childcare", "fr", "en", "creche"},
        {"sample/business-registration", "fr", "en", "entrepreneur"},
        {"sample/taxi-licence", "fr", "en", "chauffeur"},
    };
    struct memory *memory = sample_new();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const json_t *body = memory_find(memory, words[i].service)->body;
        if (!says(body, words[i].language, words[i].word) ||
            says(body, words[i].other, words[i].word) || says(body, NULL, words[i].word))
            fail_msg("%s: %s", words[i].service, words[i].word);
    }
    sample_free(memory);
}

/* Walks a layout: every control leads to a property, and its label is translated. */
static void layout_check(const json_t *form, const json_t *element)
{
    const json_t *properties = json_object_get(json_object_get(form, "schema"), "properties");
    const json_t *translations = json_object_get(form, "translations");
    const char *scope = json_text_or(element, "scope", "");
    if (scope[0] != '\0') {
        const char *name = strrchr(scope, '/') + 1;
        const json_t *property = json_object_get(properties, name);
        assert_non_null(property);
        char label[100];
        snprintf(label, sizeof label, "%s.label", json_text_or(property, "i18n", ""));
        assert_non_null(json_object_get(json_object_get(translations, "fr"), label));
        assert_non_null(json_object_get(json_object_get(translations, "en"), label));
    }
    size_t index;
    json_t *child;
    json_array_foreach(json_object_get(element, "elements"), index, child)
        layout_check(form, child);
}

static void test_forms_are_whole(void **state)
{
    (void)state;
    struct memory *memory = sample_new();
    for (size_t i = 0; i < memory->count; i++) {
        const json_t *form = memory->records[i]->body;
        if (memory->records[i]->type != RECORD_FORM)
            continue;
        layout_check(form, json_object_get(form, "layout"));
        const json_t *translations = json_object_get(form, "translations");
        assert_int_equal(json_object_size(json_object_get(translations, "fr")),
                         json_object_size(json_object_get(translations, "en")));
        size_t index;
        json_t *recipient;
        json_array_foreach(json_object_get(form, "recipients"), index, recipient)
        {
            size_t place;
            json_t *answer;
            json_array_foreach(json_object_get(recipient, "answers"), place, answer)
                assert_non_null(
                    json_object_get(json_object_get(json_object_get(form, "schema"), "properties"),
                                    json_string_value(answer)));
        }
    }
    const json_t *change = memory_find(memory, "sample/change-of-address")->body;
    assert_int_equal(json_array_size(json_object_get(change, "recipients")), 6);
    sample_free(memory);
}

/* A copy of the sample in a temporary folder, with one text in one file replaced. */
static void sample_copy(char copy[], const char *file, const char *from, const char *to)
{
    char folder[4096];
    sample_folder(folder);
    assert_non_null(mkdtemp(copy));
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[4200];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        FILE *input = fopen(path, "rb");
        assert_non_null(input);
        char *text = calloc(1, 1024 * 1024);
        size_t length = fread(text, 1, 1024 * 1024 - 1, input);
        fclose(input);
        snprintf(path, sizeof path, "%s/%s", copy, files[i]);
        FILE *output = fopen(path, "wb");
        assert_non_null(output);
        char *at = strcmp(files[i], file) == 0 ? strstr(text, from) : NULL;
        assert_true(at || strcmp(files[i], file) != 0);
        fwrite(text, 1, at ? (size_t)(at - text) : length, output);
        if (at)
            fprintf(output, "%s%s", to, at + strlen(from));
        fclose(output);
        free(text);
    }
}

static void sample_remove(const char *copy)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[4200];
        snprintf(path, sizeof path, "%s/%s", copy, files[i]);
        unlink(path);
    }
    rmdir(copy);
}

static void expect_refused(const char *file, const char *from, const char *to, const char *message)
{
    char copy[] = "/tmp/guichet-sample-XXXXXX";
    struct memory memory = {0};
    struct error error;
    sample_copy(copy, file, from, to);
    int code = import_folder(&memory, copy, &error);
    if (code == 0 || !strstr(error.message, message))
        fail_msg("\"%s\" does not say \"%s\"", error.message, message);
    assert_int_equal(memory.count, 0);
    sample_remove(copy);
}

/* The record is refused with this reason, all others are published. */
static void expect_record_refused(const char *file, const char *from, const char *to,
                                  const char *key, const char *message)
{
    static const struct import_options options = {.check = definition_check};
    char copy[] = "/tmp/guichet-sample-XXXXXX";
    struct memory memory = {0};
    struct error error = ERROR_INIT;
    struct import *import = import_new();
    struct import_sink sink = import_sink(import);
    struct import_target target = memory_target(&memory);
    struct import_edition edition;
    sample_copy(copy, file, from, to);
    assert_int_equal(import_sample(copy, &sink, &edition, &error), 0);
    assert_int_equal(import_publish(import, &edition, &target, &options, &error), 0);
    assert_int_equal(import_remark_count(import), 1);
    const struct import_remark *remark = import_get_remark(import, 0);
    assert_int_equal(remark->severity, IMPORT_REFUSED);
    assert_string_equal(remark->rule, "definition");
    assert_string_equal(remark->subject, key);
    if (!strstr(remark->reason, message))
        fail_msg("\"%s\" does not say \"%s\"", remark->reason, message);
    assert_null(memory_find(&memory, key));
    assert_non_null(memory_find(&memory, "sample/change-of-address"));
    import_free(import);
    memory_free(&memory);
    sample_remove(copy);
}

static void test_refuses_what_does_not_compile(void **state)
{
    (void)state;
    expect_record_refused("life-events.json", "{\"const\": \"born\"}", "{\"enum\": \"born\"}",
                          "sample/birth", "steps/0/when: ");
    expect_record_refused("questionnaires.json", "#/properties/stage", "#/properties/stag",
                          "sample/event-birth", "/layout/elements/0");
}

/* A folder of one's own need not have questionnaires; but its life events may not name any. */
static void test_reads_a_folder_without_questionnaires(void **state)
{
    (void)state;
    char copy[] = "/tmp/guichet-sample-XXXXXX";
    char path[4200];
    struct memory memory = {0};
    struct error error;
    sample_copy(copy, "life-events.json", "", "");
    snprintf(path, sizeof path, "%s/questionnaires.json", copy);
    unlink(path);
    assert_int_not_equal(import_folder(&memory, copy, &error), 0);
    assert_non_null(strstr(error.message, "questionnaire: there is no form"));
    snprintf(path, sizeof path, "%s/life-events.json", copy);
    FILE *events = fopen(path, "wb");
    fputs("{\"confirmed\": \"2026-11-01\", \"records\": []}", events);
    fclose(events);
    snprintf(path, sizeof path, "%s/services.json", copy);
    FILE *services = fopen(path, "wb");
    fputs("{\"confirmed\": \"2026-11-01\", \"records\": []}", services);
    fclose(services);
    assert_int_not_equal(import_folder(&memory, copy, &error), 0);
    assert_null(strstr(error.message, "questionnaires.json"));
    memory_free(&memory);
    sample_remove(copy);
}

static void test_refuses_conditions_on_answers_that_are_not(void **state)
{
    (void)state;
    expect_refused("life-events.json", "\"required\": [\"stage\"]", "\"required\": [\"stag\"]",
                   "\"birth\": steps/0/when: the questionnaire does not ask \"stag\"");
    expect_refused("life-events.json", "{\"stage\": {\"const\": \"born\"}}",
                   "{\"stge\": {\"const\": \"born\"}}",
                   "\"birth\": steps/0/when: the questionnaire does not ask \"stge\"");
    expect_refused("life-events.json", "{\"const\": \"born\"}", "{\"const\": \"here\"}",
                   "\"birth\": steps/0/when: \"here\" is no answer to \"stage\"");
    expect_refused("life-events.json", "{\"enum\": [\"employee\", \"both\"]}",
                   "{\"enum\": [\"employee\", \"bth\"]}", "\"bth\" is no answer to \"worked\"");
    expect_refused("life-events.json", "{\"const\": false}", "{\"const\": \"no\"}",
                   "\"no\" is no answer to \"private_plan\"");
    /* Within anyOf. */
    expect_refused("life-events.json", "{\"form\": {\"const\": \"company\"}}",
                   "{\"form\": {\"const\": \"firm\"}}", "\"firm\" is no answer to \"form\"");
}

static void test_refuses_broken_samples(void **state)
{
    (void)state;
    expect_refused("services.json", "\"id\": \"marriage-certificate\"",
                   "\"id\": \"birth-certificate\"", "\"birth-certificate\": given twice");
    expect_refused("services.json", "\"vehicle-renewal\"", "\"vehicle-renewals\"",
                   "services.json: \"vehicle-registration-renewal\": forms/0: there is no form "
                   "\"vehicle-renewals\"");
    expect_refused("services.json", "\"moved_to\": \"retirement-pension\"",
                   "\"moved_to\": \"nowhere\"",
                   "\"pension-counter\": moved_to: there is no service \"nowhere\"");
    expect_refused("services.json", "\"level\": 3", "\"level\": 4",
                   "\"birth-certificate\": level: not a number in its bounds");
    expect_refused("services.json", "\"channel\": \"counter\"", "\"channel\": \"pigeon\"",
                   "channels/0/channel: not a word allowed here");
    expect_refused("services.json", "\"nudge\"", "\"nugde\"", "nugde: no such member");
    expect_refused("services.json", "\"schedule\": {\"hours\": {\"mon\": [\"08:30-16:30\"]",
                   "\"schedule\": {\"hours\": {\"mon\": [\"8 to 4\"]",
                   "schedule/hours/mon/0: not hours");
    expect_refused("offices.json", "08:30-16:30", "16:30-08:30", "hours/mon/0: not hours");
    expect_refused("offices.json", "\"latitude\": 46.8131", "\"latitude\": 146.8131",
                   "latitude: not a number in its bounds");
    expect_refused("agents.json", "\"login\": \"pierre\"", "\"login\": \"marie\"",
                   "\"pierre\": another agent has this login");
    expect_refused("agents.json", "\"role\": \"clerk\"", "\"role\": \"king\"",
                   "\"marie\": role: there is no role \"king\"");
    expect_refused("calendars.json", "\"easter\": -2", "\"easter\": -200", "rules/1/easter:");
    expect_refused("queues.json", "\"records\"", "\"recrods\"", "\"records\" is not a list");
    expect_refused("forms.json", "\"version\": 2,", "", "\"change-of-address\": version: missing");
    expect_refused("forms.json", "}", "", "forms.json is not JSON at line");
    expect_refused(
        "life-events.json", "\"service\": \"childcare\"", "\"service\": \"chldcare\"",
        "life-events.json: \"birth\": steps/11/service: there is no service \"chldcare\"");
    expect_refused("life-events.json", "\"form\": \"newborn-bundle\"", "\"form\": \"newborn\"",
                   "steps/0/form: there is no form \"newborn\"");
    expect_refused("life-events.json", "\"questionnaire\": \"event-birth\"",
                   "\"questionnaire\": \"event-death\"",
                   "\"birth\": questionnaire: that form is not of this event");
    expect_refused("questionnaires.json", "\"event\": \"birth\"", "\"event\": \"death\"",
                   "\"birth\": questionnaire: that form is not of this event");
    expect_refused("life-events.json", "\"stage\": \"now\"", "\"stage\": \"never\"",
                   "steps/0/stage: not a word allowed here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holds_what_it_promises),
        cmocka_unit_test(test_has_agents_in_every_role),
        cmocka_unit_test(test_imports_again_without_change),
        cmocka_unit_test(test_knows_the_holidays),
        cmocka_unit_test(test_has_words_of_one_language_only),
        cmocka_unit_test(test_forms_are_whole),
        cmocka_unit_test(test_refuses_broken_samples),
        cmocka_unit_test(test_reads_a_folder_without_questionnaires),
        cmocka_unit_test(test_refuses_conditions_on_answers_that_are_not),
        cmocka_unit_test(test_refuses_what_does_not_compile),
    };
    return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
