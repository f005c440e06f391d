#include "tests/bench/people.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>
#include <sqlite3.h>

#include "app/clock.h"
#include "app/import.h"
#include "app/json.h"
#include "tests/bench/process.h"

static struct id_generator ids;

static void must(int code, const struct error *error)
{
    if (code != 0)
        process_die("people: %s", error->message);
}

/* --- who they are ------------------------------------------------------------------------------
 */

static void publish(const struct import_target *target, enum record_type type, const char *key,
                    json_t *body)
{
    struct error error = ERROR_INIT;
    struct id id = id_from_key(record_type_name(type), key);
    struct record *record = record_new(type, &id);

    if (record == NULL || body == NULL)
        process_die("no memory for people");
    json_decref(record->body);
    record->body = body;
    json_object_set_new(record->body, "key", json_string(key));
    must(target->publish(target->context, record, &error), &error);
    record_free(record);
}

static void publish_place(const struct import_target *target, enum record_type type,
                          const char *key)
{
    publish(target, type, key, json_pack("{s:{s:s, s:s}}", "title", "fr", key, "en", key));
}

static void publish_person(const struct import_target *target, struct person *person, size_t number,
                           bool last)
{
    char key[48], queue[48];
    json_t *queues = json_array();

    snprintf(key, sizeof key, "bench/agent-%zu", number);
    snprintf(queue, sizeof queue, "bench/%zu", number / PEOPLE_IN_QUEUE);
    if (last)
        snprintf(person->office, sizeof person->office, "bench/alone");
    else
        snprintf(person->office, sizeof person->office, "bench/%zu", number / PEOPLE_IN_OFFICE);
    if (!last) {
        json_array_append_new(queues, json_string(queue));
        json_array_append_new(queues, json_string("bench/all"));
    }
    if (number % PEOPLE_IN_OFFICE == 0 || last)
        publish_place(target, RECORD_OFFICE, person->office);
    if (number % PEOPLE_IN_QUEUE == 0)
        publish_place(target, RECORD_QUEUE, queue);
    person->agent = id_from_key("agent", key);
    publish(target, RECORD_AGENT, key,
            json_pack("{s:s, s:s, s:s, s:s, s:[s], s:o}", "login", key, "name", key, "office",
                      person->office, "role", "agent", "languages", "fr", "queues", queues));
}

/* --- their sessions ----------------------------------------------------------------------------
 */

static void session_write(sqlite3 *database, struct person *person)
{
    unsigned char bytes[32], hash[32];
    int64_t now = clock_system(NULL);
    sqlite3_stmt *statement = NULL;

    person->device = id_generate(&ids, now);
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(person->token, sizeof person->token, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)person->token,
                       strlen(person->token), NULL, 0);
    sqlite3_prepare_v2(database,
                       "INSERT INTO session (token, agent, device, created, expires, mark) "
                       "VALUES (?1, ?2, ?3, ?4, ?5, '')",
                       -1, &statement, NULL);
    sqlite3_bind_blob(statement, 1, hash, sizeof hash, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, person->agent.text, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, person->device.text, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, now);
    sqlite3_bind_int64(statement, 5, now + LEDGER_SESSION_MS);
    if (sqlite3_step(statement) != SQLITE_DONE)
        process_die("a session is not written: %s", sqlite3_errmsg(database));
    sqlite3_finalize(statement);
}

static void sessions_write(const char *path, struct person *people, size_t count)
{
    sqlite3 *database = NULL;

    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(database, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        process_die("%s does not open", path);
    for (size_t i = 0; i < count; i++)
        session_write(database, &people[i]);
    if (sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_close(database) != SQLITE_OK)
        process_die("%s does not take the sessions", path);
}

void people_sign_in(const char *database, struct person *person)
{
    sessions_write(database, person, 1);
}

void people_make(const char *database, struct person *people, size_t count, size_t agents)
{
    struct error error = ERROR_INIT;
    struct import_target target;
    struct ledger *ledger;

    must(ledger_open(&ledger, database, &error), &error);
    ledger_import_target(ledger, &target);
    must(target.begin(target.context, &error), &error);
    publish_place(&target, RECORD_QUEUE, "bench/all");
    publish_place(&target, RECORD_QUEUE, "bench/none");
    for (size_t i = 0; i < count; i++)
        if (i < agents || i + 1 == count)
            publish_person(&target, &people[i], i, i + 1 == count);
        else
            people[i] = people[i % agents];
    must(target.commit(target.context, &error), &error);
    ledger_close(ledger);
    sessions_write(database, people, count);
}
