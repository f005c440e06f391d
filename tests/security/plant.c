/*
 * Puts hostile text into every text of every record of a server's database, behind its back: for
 * work records each text field of the table (app/record_fields.h), whether it was there or not, and
 * the texts within lists and objects; for catalogue records every string that is no key, word or
 * time; what the audit trail says in words; and the names that administrators give. Each is marked
 * (hostile.h). In every second record of a type there is one of them alone.
 *
 *   plant DATABASE MAP     MAP: a line "12 client.name" for each mark; a text field of the table of
 *                          which there is no record has a line as well, so that it is missed
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sqlite3.h>

#include "app/json.h"
#include "app/record.h"
#include "app/record_fields.h"
#include "app/ticket.h"
#include "tests/security/hostile.h"

/* With one part alone, so that what stands beside it has room to be shown. */
static bool brief;

static json_t *hostile(const char *name, size_t limit)
{
    return hostile_text(name, limit, brief);
}

/* Keys, ids, words, times and the like: another text there would make it no record at all. */
static bool is_free(const char *path, const char *name, const char *text)
{
    static const char *const shown[] = {"phone", "email", "url", "address", "website", NULL};
    size_t letters = 0;

    for (size_t i = 0; shown[i] != NULL && strncmp(path, "form.", 5) != 0; i++)
        if (strcmp(shown[i], name) == 0)
            return true;
    if (strcmp(name, "fr") == 0 || strcmp(name, "en") == 0)
        return true;
    for (; *text != '\0'; text++, letters++)
        if (!isalnum((unsigned char)*text) && strchr("._:/@+-#", *text) == NULL)
            return true;
    return letters == 0;
}

/* A form is a tree of any depth, and its texts are named by key and kind, "birth_date.label": a
 * text goes by its kind alone, for all of a kind are shown in one place. Choices have their own
 * value instead of a kind. */
static void form_path(char *path, size_t size, const char *key)
{
    static const char *const kinds[] = {"label", "description", "text", "title",
                                        "group", "page",        NULL};
    const char *kind = strrchr(key, '.');

    kind = kind == NULL ? key : kind + 1;
    if (strstr(key, ".error.") != NULL)
        kind = "error";
    else if (strchr(key, '.') != NULL) {
        size_t i = 0;

        while (kinds[i] != NULL && strcmp(kinds[i], kind) != 0)
            i++;
        kind = kinds[i] == NULL ? "choice" : kind;
    }
    snprintf(path, size, "form.%.40s", kind);
}

/* The strings within a value that are free. */
static void walk(json_t *value, const char *name, const char *member)
{
    char path[200];
    const char *key;
    json_t *child;
    size_t index;
    void *next;

    if (json_is_object(value))
        json_object_foreach_safe(value, next, key, child)
        {
            /* Schemas and layouts of forms are programs, not texts. */
            if (strcmp(key, "schema") == 0 || strcmp(key, "pattern") == 0)
                continue;
            if (strcmp(member, "checklist") == 0) /* by names of steps */
                snprintf(path, sizeof(path), "%.150s", name);
            else if (strncmp(name, "form", 4) == 0 && (name[4] == '\0' || name[4] == '.'))
                form_path(path, sizeof(path), key);
            else
                snprintf(path, sizeof(path), "%.150s.%.40s", name, key);
            if (json_is_string(child) && is_free(path, key, json_string_value(child)))
                json_object_set_new(value, key, hostile(path, 0));
            else
                walk(child, path, key);
        }
    else if (json_is_array(value))
        json_array_foreach(value, index, child)
        {
            /* One keyword stays what it is: by it the record is found still. */
            if (json_is_string(child) && is_free(name, "", json_string_value(child)))
                json_array_set_new(value, index, hostile(name, 0));
            else
                walk(child, name, member);
        }
}

/* What chooses what is shown, and must stay what it is somewhere: the day of tickets, and of every
 * second record the language. */
static bool is_kept(const char *type, const struct field *field)
{
    return ((strcmp(type, "ticket") == 0 || strcmp(type, "roll") == 0) &&
            strcmp(field->name, "day") == 0) ||
           (!brief && strcmp(field->name, "language") == 0);
}

static void plant_field(json_t *body, const struct field *field, const char *type)
{
    char name[200];
    json_t *value = json_object_get(body, field->name);

    snprintf(name, sizeof(name), "%.100s.%.80s", type, field->name);
    if (field->shape == FIELD_TEXT && !is_kept(type, field))
        json_object_set_new(body, field->name,
                            hostile(name, field->limit > 0 ? field->limit : 256));
    else if (value != NULL)
        walk(value, name, field->name);
}

static void plant(json_t *document, const char *type)
{
    static size_t counts[RECORD_TYPE_COUNT];
    enum record_type number = record_type_from_name(type);
    const struct record_rules *rules = record_rules(number);
    json_t *body = json_object_get(document, "body");

    brief = counts[number]++ % 2 == 1;
    if (rules == NULL) {
        walk(body, type, "");
        return;
    }
    for (const struct field *field = rules->fields; field->name != NULL; field++)
        plant_field(body, field, type);
}

/* The public screen finds the tickets of an office and day by their ids. */
static void name_ticket(json_t *document)
{
    const json_t *body = json_object_get(document, "body");
    struct id id = ticket_id(json_text_or(body, "office", ""), json_text_or(body, "day", ""),
                             json_text_or(body, "number", ""));

    json_object_set_new(document, "id", json_string(id.text));
}

static int plant_all(sqlite3 *database)
{
    sqlite3_stmt *row, *update;

    if (sqlite3_prepare_v2(database, "SELECT number, type, document FROM record", -1, &row, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(database, "UPDATE record SET document = ?2, id = ?3 WHERE number = ?1",
                           -1, &update, NULL) != SQLITE_OK)
        return 2;
    while (sqlite3_step(row) == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(row, 1);
        json_t *document = json_loads((const char *)sqlite3_column_text(row, 2), 0, NULL);
        char *text;

        if (document == NULL)
            return 2;
        if (strcmp(type, "ticket") == 0)
            name_ticket(document);
        plant(document, type);
        text = json_dumps(document, JSON_COMPACT);
        sqlite3_bind_int64(update, 1, sqlite3_column_int64(row, 0));
        sqlite3_bind_text(update, 2, text, -1, free);
        sqlite3_bind_text(update, 3, json_text_or(document, "id", ""), -1, SQLITE_TRANSIENT);
        if (sqlite3_step(update) != SQLITE_DONE)
            return 2;
        sqlite3_reset(update);
        json_decref(document);
    }
    sqlite3_finalize(row);
    sqlite3_finalize(update);
    return 0;
}

/* What is no record: the words of the trail, what a refusal says was refused, and what the lists of
 * who administers tell. */
static int plant_rows(sqlite3 *database)
{
    static const struct {
        const char *name, *each, *update;
    } texts[] = {
        {"audit.what", "SELECT number FROM audit WHERE what <> ''",
         "UPDATE audit SET what = ?2 WHERE number = ?1"},
        {"audit.words", "SELECT number FROM audit",
         "INSERT OR REPLACE INTO audit_words (number, salt, words) VALUES (?1, zeroblob(16), ?2)"},
        {"terminal.name", "SELECT key FROM terminal",
         "UPDATE terminal SET name = ?2 WHERE key = ?1"},
        {"hold.why", "SELECT id FROM hold", "UPDATE hold SET why = ?2 WHERE id = ?1"},
        {"intake-key.name", "SELECT name FROM intake_key",
         "UPDATE intake_key SET name = ?2 WHERE name = ?1"},
        {"intake-key.office", "SELECT name FROM intake_key",
         "UPDATE intake_key SET office = ?2 WHERE name = ?1"},
        {"intake-key.queue", "SELECT name FROM intake_key",
         "UPDATE intake_key SET queue = ?2 WHERE name = ?1"},
        {"refused.channel", "SELECT number FROM refused",
         "UPDATE refused SET channel = ?2 WHERE number = ?1"},
        {"refused.source", "SELECT number FROM refused",
         "UPDATE refused SET source = ?2 WHERE number = ?1"},
        {"refused.message_id", "SELECT number FROM refused",
         "UPDATE refused SET message_id = ?2 WHERE number = ?1"},
        {"refused.reason", "SELECT number FROM refused",
         "UPDATE refused SET reason = ?2 WHERE number = ?1"},
    };
    sqlite3_stmt *row, *update;

    sqlite3_exec(database, "UPDATE audit SET words = zeroblob(32)", NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        brief = false;
        if (sqlite3_prepare_v2(database, texts[i].each, -1, &row, NULL) != SQLITE_OK ||
            sqlite3_prepare_v2(database, texts[i].update, -1, &update, NULL) != SQLITE_OK)
            return 2;
        while (sqlite3_step(row) == SQLITE_ROW) {
            json_t *text = hostile(texts[i].name, 0);

            sqlite3_bind_value(update, 1, sqlite3_column_value(row, 0));
            sqlite3_bind_text(update, 2, json_string_value(text), -1, SQLITE_TRANSIENT);
            if (sqlite3_step(update) != SQLITE_DONE)
                return 2;
            sqlite3_reset(update);
            json_decref(text);
        }
        sqlite3_finalize(row);
        sqlite3_finalize(update);
    }
    return 0;
}

/* Every text field that there is, so that none is forgotten for want of a record. */
static void name_all(void)
{
    char name[200];

    for (int type = 0; type < RECORD_TYPE_COUNT; type++) {
        const struct record_rules *rules = record_rules((enum record_type)type);

        for (const struct field *field = rules == NULL ? NULL : rules->fields;
             field != NULL && field->name != NULL; field++)
            if (field->shape == FIELD_TEXT) {
                snprintf(name, sizeof(name), "%.100s.%.80s",
                         record_type_name((enum record_type)type), field->name);
                hostile_mark(name);
            }
    }
    hostile_mark("audit.what");
    hostile_mark("audit.words");
}

int main(int argc, char **argv)
{
    sqlite3 *database;
    size_t names;
    int status;

    if (argc != 3 || sqlite3_open(argv[1], &database) != SQLITE_OK)
        return 2;
    sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    name_all();
    status = plant_all(database);
    if (status == 0)
        status = plant_rows(database);
    sqlite3_exec(database, status == 0 ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL);
    if (status != 0)
        fprintf(stderr, "%s\n", sqlite3_errmsg(database));
    sqlite3_close(database);
    names = hostile_map(argv[2]);
    printf("%zu texts of %zu fields\n", hostile_count(), names);
    return names == SIZE_MAX ? 2 : status;
}
