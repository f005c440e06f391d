/* The Government of Canada inventory: small files of odd rows, then the real ones. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/import_body.h"
#include "app/import_gc_service_inventory.h"
#include "app/json.h"
#include "tests/unit/import_memory.h"

#define SERVICE_HEADER                                                                             \
    "fiscal_yr,service_id,service_name_en,service_name_fr,service_description_en,"                 \
    "service_description_fr,client_target_groups,program_name_en,program_name_fr,service_fee,"     \
    "os_account_registration,os_authentication,os_application,os_decision,os_issuance,"            \
    "os_issue_resolution_feedback,num_applications_by_phone,num_applications_online,"              \
    "num_applications_in_person,num_applications_by_mail,num_applications_by_email,"               \
    "num_applications_by_fax,num_applications_by_other,service_uri_en,service_uri_fr,owner_org,"   \
    "owner_org_title\r\n"
#define STANDARD_HEADER                                                                            \
    "fiscal_yr,service_id,service_standard_id,service_standard_en,service_standard_fr,type,"       \
    "channel,target,volume_meeting_target,total_volume\r\n"

#define SERVICE_ONE                                                                                \
    "2023-2024,SRV1,Boat permit,Permis de bateau,About boats,Des bateaux,\"ECONOM,PERSON\","       \
    "'Boats',\"\"\"Bateaux\"\"\",Y,Y,N,NA,Y,N,N,12,NA,0,ND,,3,9,https://a.example/en,N/"           \
    "A,boat-bat,"                                                                                  \
    "Boat Agency | Agence des bateaux\r\n"
#define STANDARD_ONE                                                                               \
    "2023-2024,SRV1,77,Sent within 10 business days,Envoyé dans les 10 "                          \
    "jours,TML,EML,0.9,18,20\r\n"

/* One import of two texts as files: its account and what it published. */
struct run {
    struct memory memory;
    struct import *import;
    struct import_edition edition;
    struct error error;
};

static void file_write(char path[64], const char *text, size_t length)
{
    strcpy(path, "/tmp/guichet-import-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_true(write(file, text, length) == (ssize_t)length);
    close(file);
}

static int run_files(struct run *run, const char *services, const char *standards)
{
    static const struct import_options plain = {.allow_ending = true};
    import_free(run->import);
    run->import = import_new();
    struct import_sink sink = import_sink(run->import);
    struct import_target target = memory_target(&run->memory);
    run->error = (struct error)ERROR_INIT;
    int code = import_gc_service_inventory(services, standards, &sink, &run->edition, &run->error);
    if (code == 0)
        code = import_publish(run->import, &run->edition, &target, &plain, &run->error);
    return code;
}

static int run_texts(struct run *run, const char *services, const char *standards)
{
    char services_path[64];
    char standards_path[64];
    file_write(services_path, services, strlen(services));
    file_write(standards_path, standards, strlen(standards));
    int code = run_files(run, services_path, standards_path);
    unlink(services_path);
    unlink(standards_path);
    return code;
}

static void run_free(struct run *run)
{
    import_free(run->import);
    memory_free(&run->memory);
    free(run);
}

static struct run *run_new(void)
{
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    return run;
}

/* The n-th remark of a rule, NULL when there is none. */
static const struct import_remark *remark_of(const struct run *run, const char *rule, size_t n)
{
    for (size_t i = 0; i < import_remark_count(run->import); i++) {
        const struct import_remark *remark = import_get_remark(run->import, i);
        if (strcmp(remark->rule, rule) == 0 && n-- == 0)
            return remark;
    }
    return NULL;
}

static size_t remarks_of(const struct run *run, const char *rule)
{
    size_t count = 0;
    while (remark_of(run, rule, count))
        count++;
    return count;
}

static void expect_body(struct memory *memory, const char *key, const char *expected)
{
    struct record *record = memory_find(memory, key);
    assert_non_null(record);
    json_error_t detail;
    json_t *wanted = json_loads(expected, 0, &detail);
    assert_non_null(wanted);
    char *left = json_canonical(record->body);
    char *right = json_canonical(wanted);
    assert_string_equal(left, right);
    free(left);
    free(right);
    json_decref(wanted);
}

static void test_reads_a_service_whole(void **state)
{
    (void)state;
    struct run *run = run_new();
    assert_int_equal(run_texts(run, SERVICE_HEADER SERVICE_ONE, STANDARD_HEADER STANDARD_ONE), 0);
    expect_body(
        &run->memory, "gc-service-inventory/SRV1",
        "{\"key\": \"gc-service-inventory/SRV1\","
        " \"source\": {\"name\": \"gc-service-inventory\", \"id\": \"SRV1\","
        "              \"confirmed\": \"2024-03-31\"},"
        " \"title\": {\"fr\": \"Permis de bateau\", \"en\": \"Boat permit\"},"
        " \"description\": {\"fr\": \"Des bateaux\", \"en\": \"About boats\"},"
        " \"program\": {\"fr\": \"Bateaux\", \"en\": \"Boats\"},"
        " \"owner\": {\"id\": \"boat-bat\","
        "             \"title\": {\"fr\": \"Agence des bateaux\", \"en\": \"Boat Agency\"}},"
        " \"audience\": [\"business\", \"individual\"],"
        " \"channels\": [{\"channel\": \"counter\", \"available\": true, \"applications\": 0},"
        "                {\"channel\": \"phone\", \"available\": true, \"applications\": 12},"
        "                {\"channel\": \"web\", \"available\": false},"
        "                {\"channel\": \"email\", \"available\": null},"
        "                {\"channel\": \"mail\", \"available\": null},"
        "                {\"channel\": \"fax\", \"available\": true, \"applications\": 3}],"
        " \"applications_other\": 9,"
        " \"steps_online\": {\"registration\": true, \"authentication\": false,"
        "                    \"application\": null, \"decision\": true, \"issuance\": false,"
        "                    \"feedback\": false},"
        " \"fee\": true,"
        " \"url\": {\"en\": \"https://a.example/en\"},"
        " \"standards\": [{\"id\": \"77\", \"kind\": \"timeliness\", \"channel\": \"email\","
        "                  \"text\": {\"fr\": \"Envoyé dans les 10 jours\","
        "                             \"en\": \"Sent within 10 business days\"},"
        "                  \"count\": 10, \"unit\": \"business-day\", \"target\": 0.9,"
        "                  \"volume\": 20, \"met\": 18}]}");
    assert_string_equal(remark_of(run, "channel-not-taken", 0)->reason,
                        "NA: no applications by web");
    assert_non_null(strstr(remark_of(run, "channel-unknown", 0)->reason, "email, mail"));
    assert_int_equal(remark_of(run, "kind-of-days", 0)->line, 2);
    run_free(run);
}

/* A service row with an id, a year and an English name, all else empty or NA. */
#define ROW(year, id, name, description)                                                           \
    year "," id "," name ",," description                                                          \
         ",,PERSON,,,N,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,,,x,"                                \
         "X\r\n"

static void test_judges_repeated_rows(void **state)
{
    (void)state;
    struct run *run = run_new();
    assert_int_equal(
        run_texts(run,
                  SERVICE_HEADER ROW("2023-2024", "1", "new", "") ROW("2022-2023", "1", "old", "")
                      ROW("2023-2024", "2", "short", "") ROW("2023-2024", "2", "long", "more")
                          ROW("2023-2024", "3", "same", "") ROW("2023-2024", "3", "same", ""),
                  STANDARD_HEADER
                  "2022-2023,1,9,old,,TML,ONL,1,1,1\r\n2023-2024,1,9,new,,TML,ONL,1,2,"
                  "2\r\n2022-2023,1,9,older,,TML,ONL,1,3,3\r\n"),
        0);
    assert_int_equal(run->memory.count, 3);
    assert_int_equal(remarks_of(run, "repeated-id"), 3);
    assert_string_equal(
        remark_of(run, "repeated-id", 0)->reason,
        "also at line 2 (2023-2024; here 2022-2023): line 2 is used, line 3 is not: "
        "the later fiscal year");
    assert_string_equal(
        remark_of(run, "repeated-id", 1)->reason,
        "also at line 4 (2023-2024; here 2023-2024): line 5 is used, line 4 is not: "
        "more fields filled");
    assert_string_equal(remark_of(run, "repeated-id", 2)->reason,
                        "the same row as line 6: ignored");
    json_t *one = memory_find(&run->memory, "gc-service-inventory/1")->body;
    assert_string_equal(json_localised(json_object_get(one, "title"), "en"), "new");
    json_t *standards = json_object_get(one, "standards");
    assert_int_equal(json_array_size(standards), 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(standards, 0), "met")), 2);
    assert_int_equal(remarks_of(run, "repeated-standard"), 2);
    json_t *two = memory_find(&run->memory, "gc-service-inventory/2")->body;
    assert_string_equal(json_localised(json_object_get(two, "title"), "en"), "long");
    run_free(run);
}

static void test_remarks_rows_that_cannot_be_used(void **state)
{
    (void)state;
    struct run *run = run_new();
    assert_int_equal(
        run_texts(run,
                  SERVICE_HEADER ROW("2023-2024", "ok", "fine", "")
                      ROW("2023-2024", "", "no id", "") ROW("2023-2024", "a/b", "slash", "")
                          ROW("2023-2024", "mute", "N/A", "") ROW("2023", "year", "odd year", ""),
                  STANDARD_HEADER "2023-2024,gone,1,in 5 days,,TML,ONL,1,1,1\r\n"
                                  "2023-2024,ok,,in 5 days,,TML,ONL,1,1,1\r\n"
                                  "2023-2024,ok,3,in 5 days,,XXX,YYY,2,many,NA\r\n"),
        0);
    assert_int_equal(run->memory.count, 2);
    assert_int_equal(remarks_of(run, "service-id"), 2);
    assert_int_equal(remark_of(run, "service-id", 1)->line, 4);
    assert_int_equal(remark_of(run, "no-title", 0)->line, 5);
    assert_int_equal(remarks_of(run, "fiscal-year"), 1);
    assert_int_equal(remark_of(run, "unknown-service", 0)->line, 2);
    assert_string_equal(remark_of(run, "unknown-service", 0)->subject, "gone");
    assert_int_equal(remarks_of(run, "standard-id"), 1);
    assert_int_equal(remarks_of(run, "standard-code"), 2);
    assert_int_equal(remarks_of(run, "standard-number"), 2);
    assert_int_equal(import_get_summary(run->import)->refused, 5);
    assert_int_equal(import_get_summary(run->import)->rows, 8);
    run_free(run);
}

static void expect_fatal(struct run *run, const char *services, const char *standards,
                         const char *message)
{
    assert_int_equal(run_texts(run, services, standards), ERROR_INVALID);
    if (!strstr(run->error.message, message))
        fail_msg("\"%s\" does not say \"%s\"", run->error.message, message);
    assert_int_equal(run->memory.count, 1);
    assert_int_equal(memory_find(&run->memory, "gc-service-inventory/SRV1")->rev, 1);
}

static void test_a_malformed_file_changes_nothing(void **state)
{
    (void)state;
    struct run *run = run_new();
    assert_int_equal(run_texts(run, SERVICE_HEADER SERVICE_ONE, STANDARD_HEADER STANDARD_ONE), 0);
    expect_fatal(run, SERVICE_HEADER ROW("2023-2024", "new", "n", "") "2023-2024,cut",
                 STANDARD_HEADER, "line 3: 2 fields where the header names 27");
    expect_fatal(run, SERVICE_HEADER ROW("2023-2024", "new", "\"never closed", ""), STANDARD_HEADER,
                 "the file ends inside the quotes opened at line 2, column 15");
    expect_fatal(run, "service_id\r\n1\r\n", STANDARD_HEADER,
                 "the column \"fiscal_yr\" is missing");
    expect_fatal(run, SERVICE_HEADER ROW("2023-2024", "new", "n", ""), "fiscal_yr\r\n",
                 "the column \"service_id\" is missing");
    expect_fatal(run, SERVICE_HEADER ROW("2023-2024", "new", "n", ""),
                 STANDARD_HEADER "2023-2024,new,1,t,,TML,ONL,1,1,1",
                 "the last row has no line end: the file is cut off");
    expect_fatal(run, SERVICE_HEADER ROW("2023-2024", "new", "\xE9", ""), STANDARD_HEADER,
                 "line 2, column 15: not UTF-8");
    run_free(run);
}

/* The folder of the shared data; NULL when it is not there. */
static const char *shared_data(char path[4096])
{
    const char *given = getenv("GUICHET_SHARED_DATA");
    const char *top = getenv("abs_top_srcdir");
    if (given)
        snprintf(path, 4096, "%s/gc-service-inventory", given);
    else
        snprintf(path, 4096, "%s/../shared/data/gc-service-inventory", top ? top : ".");
    return access(path, R_OK) == 0 ? path : NULL;
}

static size_t channels_with(struct memory *memory, const char *channel, json_type available)
{
    size_t count = 0;
    for (size_t i = 0; i < memory->count; i++) {
        size_t index;
        json_t *element;
        json_array_foreach(json_object_get(memory->records[i]->body, "channels"), index, element)
        {
            if (strcmp(json_text_or(element, "channel", ""), channel) == 0 &&
                json_typeof(json_object_get(element, "available")) == available)
                count++;
        }
    }
    return count;
}

static void test_reads_the_real_inventory(void **state)
{
    (void)state;
    char folder[4096];
    if (!shared_data(folder)) {
        print_message("no shared data: skipped\n");
        skip();
    }
    struct run *run = run_new();
    char services[4200];
    char standards[4200];
    snprintf(services, sizeof services, "%s/services-2023-2024.csv", folder);
    snprintf(standards, sizeof standards, "%s/standards-2023-2024.csv", folder);
    assert_int_equal(run_files(run, services, standards), 0);
    const struct import_summary *summary = import_get_summary(run->import);
    assert_int_equal(summary->rows, 1721 + 2341);
    assert_int_equal(summary->added, 1716);
    assert_int_equal(remarks_of(run, "repeated-id"), 5);
    assert_int_equal(remarks_of(run, "repeated-standard"), 5);
    assert_int_equal(summary->refused, 10);
    /* Counted in the file by other means, less the repeats. */
    assert_int_equal(channels_with(&run->memory, "web", JSON_FALSE), 513);
    assert_int_equal(channels_with(&run->memory, "web", JSON_NULL), 247);
    assert_int_equal(channels_with(&run->memory, "phone", JSON_FALSE), 657);
    size_t found = 0;
    size_t promised = 0;
    for (size_t i = 0; i < run->memory.count; i++) {
        const json_t *body = run->memory.records[i]->body;
        if (import_body_check(RECORD_SERVICE, body, NULL, NULL, &run->error) != 0)
            fail_msg("%s: %s", json_text_or(body, "key", ""), run->error.message);
        size_t index;
        json_t *standard;
        json_array_foreach(json_object_get(run->memory.records[i]->body, "standards"), index,
                           standard)
        {
            found++;
            promised += json_object_get(standard, "count") != NULL;
        }
    }
    assert_int_equal(found, 2341 - 5);
    /* Of the others, 52 count time without promising a delay and the rest do not count it. */
    assert_int_equal(promised, 1768);
    assert_int_equal(remarks_of(run, "no-promise"), 52);

    assert_int_equal(run_files(run, services, standards), 0);
    assert_int_equal(import_get_summary(run->import)->unchanged, 1716);
    assert_int_equal(run->memory.published, 0);
    run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_a_service_whole),
        cmocka_unit_test(test_judges_repeated_rows),
        cmocka_unit_test(test_remarks_rows_that_cannot_be_used),
        cmocka_unit_test(test_a_malformed_file_changes_nothing),
        cmocka_unit_test(test_reads_the_real_inventory),
    };
    return cmocka_run_group_tests_name("import_gc_service_inventory", tests, NULL, NULL);
}
