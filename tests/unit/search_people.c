#include "tests/unit/search_people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/text.h"

static const char *const names[] = {"anne", "ben", "chloe", "denis"};

void people_role(struct ledger_fixture *fixture, enum fixture_agent who, const char *office,
                 const char *role)
{
    char key[64];

    snprintf(key, sizeof(key), "sample/%s", names[who]);
    fixture_publish(fixture, RECORD_AGENT, key,
                    json_pack("{s:s, s:s, s:s, s:s}", "login", names[who], "name", names[who],
                              "office", office, "role", role));
}

static void put(json_t *body, const char *member, const char *value)
{
    if (value != NULL)
        json_object_set_new(body, member, json_string(value));
}

struct id people_client(struct ledger_fixture *fixture, const char *name, const char *phone,
                        const char *email, const char *postal_code, const char *birth_date)
{
    json_t *body = json_pack("{s:s, s:s}", "kind", "person", "office", "sample/d");

    put(body, "name", name);
    put(body, "phone", phone);
    put(body, "email", email);
    put(body, "postal_code", postal_code);
    put(body, "birth_date", birth_date);
    return fixture_make(fixture, DENIS, RECORD_CLIENT, body);
}

struct id people_case(struct ledger_fixture *fixture, const struct id *client, char *reference)
{
    json_t *body = fixture_case(fixture, DENIS, "sample/d");
    struct id id = fixture_id(fixture);
    char text[ID_REFERENCE_SIZE];

    id_reference(&id, 'C', text);
    if (reference != NULL)
        memcpy(reference, text, sizeof(text));
    put(body, "reference", text);
    put(body, "service", "sample/birth");
    put(body, "client", client != NULL ? client->text : NULL);
    fixture_applied(fixture, DENIS,
                    fixture_operation(fixture, DENIS, OPERATION_APPEND, RECORD_CASE, &id, 0, body));
    return id;
}

void people_merge(struct ledger_fixture *fixture, const struct id *client,
                  const struct id *survivor)
{
    fixture_applied(fixture, DENIS,
                    fixture_operation(fixture, DENIS, OPERATION_CLAIM, RECORD_CLIENT, client, 1,
                                      json_pack("{s:s}", "merged_into", survivor->text)));
}

static sqlite3 *open_database(struct ledger_fixture *fixture)
{
    sqlite3 *database;

    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    return database;
}

char *people_trail(struct ledger_fixture *fixture, enum fixture_agent who)
{
    sqlite3 *database = open_database(fixture);
    struct text_buffer lines = {0};
    sqlite3_stmt *statement;

    assert_int_equal(
        sqlite3_prepare_v2(database,
                           "SELECT kind, purpose, coalesce(audit_words.words, ''), what FROM audit "
                           "LEFT JOIN audit_words USING (number) WHERE agent = ?1 AND kind "
                           "IN ('read', 'search', 'refused', 'emergency') ORDER BY number",
                           -1, &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_text(statement, 1, fixture->actors[who].agent.text, -1, SQLITE_TRANSIENT);
    text_buffer_add_text(&lines, "");
    while (sqlite3_step(statement) == SQLITE_ROW)
        text_buffer_add_format(&lines, "%s|%s|%s|%s\n", sqlite3_column_text(statement, 0),
                               sqlite3_column_text(statement, 1), sqlite3_column_text(statement, 2),
                               sqlite3_column_text(statement, 3));
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return text_buffer_take(&lines);
}

int people_trail_of(struct ledger_fixture *fixture, const struct id *client)
{
    sqlite3 *database = open_database(fixture);
    sqlite3_stmt *statement;
    int count;

    assert_int_equal(sqlite3_prepare_v2(database,
                                        "SELECT count(*) FROM audit WHERE kind IN "
                                        "('read', 'search', 'emergency') AND (client = ?1 OR "
                                        "instr(lower(hex(clients)), replace(?1, '-', '')) > 0)",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(statement, 1, client->text, -1, SQLITE_TRANSIENT);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count;
}

void people_sql(struct ledger_fixture *fixture, const char *sql)
{
    sqlite3 *database = open_database(fixture);
    char *message = NULL;

    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(database);
}
