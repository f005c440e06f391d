#include "tests/unit/case_fixture.h"

#include "tests/unit/unit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"

static const char *const first_names[] = {"Zoé", "Ann", "Élodie", "Ikram", "Noah", "Mei", "Oscar"};
static const char *const last_names[] = {"Roy", "Tremblay", "Gagnon", "O'Neil", "Nguyễn", "Côté"};
static const char *const subjects[] = {"lost card", "naissance", "moving in July", "", "permis"};
static const char *const services[] = {"t/birth", "t/licence", "t/health", ""};
static const char *const agents[] = {"018f0000-0000-7000-8000-00000000000a",
                                     "018f0000-0000-7000-8000-00000000000b", ""};
static const char *const offices[] = {"t/north", "t/south"};

#define PICK(fixture, list) (list)[case_fixture_chance(fixture, sizeof(list) / sizeof((list)[0]))]

uint64_t case_fixture_chance(struct case_fixture *fixture, uint64_t below)
{
    fixture->seed = fixture->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (fixture->seed >> 33) % below;
}

static const char *word(struct case_fixture *fixture, const char *const *words)
{
    size_t count = 0;

    while (words[count] != NULL)
        count++;
    return words[case_fixture_chance(fixture, count)];
}

static json_t *some_time(struct case_fixture *fixture)
{
    int64_t minutes = (int64_t)case_fixture_chance(fixture, 14 * 24 * 60) - 7 * 24 * 60;

    return json_time(fixture->now_ms + minutes * 60000);
}

static json_t *case_body(struct case_fixture *fixture, const char *client)
{
    char reference[17];
    json_t *body;

    snprintf(reference, sizeof(reference), "C-%04u-%04u",
             (unsigned)case_fixture_chance(fixture, 10000),
             (unsigned)case_fixture_chance(fixture, 10000));
    body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "reference", reference, "client",
                     client, "service", PICK(fixture, services), "subject", PICK(fixture, subjects),
                     "office", PICK(fixture, offices), "opened_at", some_time(fixture), "status",
                     word(fixture, case_status_words), "assignee", PICK(fixture, agents));
    return body;
}

static json_t *client_body(struct case_fixture *fixture)
{
    char name[64];

    snprintf(name, sizeof(name), "%s %s", PICK(fixture, first_names), PICK(fixture, last_names));
    return json_pack("{s:s, s:s, s:s}", "kind",
                     case_fixture_chance(fixture, 8) == 0 ? "anonymous" : "person", "name", name,
                     "office", "t/north");
}

json_t *case_fixture_body(struct case_fixture *fixture, enum record_type type, const char *matter,
                          const char *client)
{
    switch (type) {
    case RECORD_CASE:
        return case_body(fixture, client);
    case RECORD_CLIENT:
        return client_body(fixture);
    case RECORD_TASK:
        return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s}", "kind", "commitment",
                         "case", matter, "client", client, "due_at", some_time(fixture), "at",
                         some_time(fixture), "state", word(fixture, task_state_words), "text",
                         PICK(fixture, subjects), "assignee", PICK(fixture, agents), "author",
                         agents[0]);
    case RECORD_PROMISE:
        return json_pack("{s:s, s:s, s:o, s:s}", "kind", "guarantee", "case", matter, "due_at",
                         some_time(fixture), "state", word(fixture, promise_state_words));
    case RECORD_MESSAGE:
        return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "channel", "web", "case", matter,
                         "client", client, "direction",
                         case_fixture_chance(fixture, 4) == 0 ? "out" : "in", "state",
                         word(fixture, message_state_words), "subject", PICK(fixture, subjects));
    default:
        return json_pack("{s:s, s:s}", "case", matter, "text", "noted");
    }
}

struct record *case_fixture_record(struct case_fixture *fixture, enum record_type type,
                                   const struct id *id, int64_t rev, json_t *body)
{
    struct record *record = record_new(type, id);
    json_t *stamp =
        json_pack("{s:o, s:s}", "time",
                  json_time(fixture->now_ms - (int64_t)case_fixture_chance(fixture, 1000) * 60000),
                  "channel", word(fixture, channel_words));

    assert_non_null(record);
    json_decref(record->body);
    record->body = body;
    json_object_set_new(record->meta, "created", stamp);
    record->rev = rev;
    record->seq = ++fixture->cursor;
    return record;
}

static const char *some_made(struct case_fixture *fixture, enum record_type type)
{
    if (fixture->count[type] == 0 || case_fixture_chance(fixture, 10) == 0)
        return "";
    return fixture->made[type][case_fixture_chance(fixture, fixture->count[type])].text;
}

void case_fixture_change(struct case_fixture *fixture)
{
    static const enum record_type types[] = {RECORD_CASE,    RECORD_CASE,    RECORD_CLIENT,
                                             RECORD_TASK,    RECORD_PROMISE, RECORD_MESSAGE,
                                             RECORD_MESSAGE, RECORD_NOTE};
    enum record_type type = PICK(fixture, types);
    size_t place = case_fixture_chance(fixture, fixture->count[type] + 20);
    struct store_gone gone = {.type = type};
    struct store_place where = {.feed = "feed", .epoch = "", .gone = &gone};
    struct record *record;
    struct error error = ERROR_INIT;

    if (place >= fixture->count[type] && fixture->count[type] < CASE_FIXTURE_LIMIT) {
        place = fixture->count[type]++;
        fixture->made[type][place] = id_generate(&fixture->ids, fixture->now_ms++);
    } else if (place >= fixture->count[type]) {
        place = 0;
    }
    if (case_fixture_chance(fixture, 12) == 0) {
        gone.id = fixture->made[type][place];
        where.gone_count = 1;
        where.cursor = ++fixture->cursor;
        assert_int_equal(store_write_page_at(fixture->store, NULL, 0, &where, &error), 0);
        return;
    }
    record =
        case_fixture_record(fixture, type, &fixture->made[type][place], ++fixture->rev[type][place],
                            case_fixture_body(fixture, type, some_made(fixture, RECORD_CASE),
                                              some_made(fixture, RECORD_CLIENT)));
    where.cursor = fixture->cursor;
    if (store_write_page_at(fixture->store, &record, 1, &where, &error) != 0)
        fail_msg("%s", error.message);
    record_free(record);
}

void case_fixture_name(void *context, const char *text, char *title, size_t size)
{
    (void)context;
    text_copy(title, size, text);
    title[0] = (char)toupper((unsigned char)title[0]);
}

void case_fixture_name_all(struct case_table *table)
{
    bool failed;

    for (int kind = 0; kind < CASE_WORDS_COUNT; kind++)
        case_words_name_all(case_table_words(table, (enum case_words_kind)kind), false,
                            case_fixture_name, NULL, &failed);
}
