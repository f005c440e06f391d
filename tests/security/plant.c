/*
 * Puts hostile text into every text of every record of a server's database, behind its back: for
 * work records each text field of the table (app/record_fields.h), whether it was there or not, and
 * the texts within lists and objects; for catalogue records every string that is no key, word or
 * time; and what the audit trail says in words. Each begins with its own mark "~12~", and after it
 * the hostile characters in turn from another place, so that whatever little a screen shows of it,
 * each of them is shown somewhere. In every second record of a type there is one of them alone.
 *
 *   plant DATABASE MAP     MAP: a line "12 client.name" for each mark; a text field of the table of
 *                          which there is no record has a line as well, so that it is missed
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sqlite3.h>

#include "app/json.h"
#include "app/record.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "app/ticket.h"

/* What must never reach a terminal: sequences, then every control and format character alone. */
static const char *const sequences[] = {
    "\x1b]52;c;aGFja2Vk\x07",                /* the clipboard */
    "\x1b]0;pwned\x07",                      /* the title */
    "\x1b]8;;http://evil.example\x1b\\link", /* a link */
    "\x1bP$q\"p\x1b\\",                      /* DECRQSS */
    "\x1b[6n\x1b[c\x1b[>c\x1b[5n\x1b[21t",   /* reports */
    "\x1b[201~rm -rf /\r",                   /* the end of a paste */
    "\x1b[31;5mRED\x1b[2J\x1b[H\x1b[?1049l", /* colour, clearing, the other screen */
    "\x1b"
    "c\x1b[!p\x1b#8", /* resets */
    "\x1b_payload\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\",
    "\xc2\x9b"
    "2J"
    "\xc2\x9d"
    "0;c1\xc2\x9c"
    "\xc2\x90"
    "q\xc2\x9c", /* the same as C1 */
    "\x0e\x0f\x05\x08\x08\x7f\r\n\t\x0b\x0c",
    "\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa7\xe2\x81"
    "\xa8"
    "\xe2\x81\xa9\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", /* directions */
    "\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d\xe2\x81\xa0\xef\xbb\xbf\xc2\xad\xe2\x80\xa8\xe2\x80\xa9",
    "\xf3\xa0\x81\x81\xf3\xa0\x81\xbf\xf3\xa0\x80\x81", /* tags */
    "\xee\x80\x80\xf4\x8f\xbf\xbd",                     /* private use */
};

#define SEQUENCE_COUNT (sizeof(sequences) / sizeof(sequences[0]))
#define PART_COUNT     (SEQUENCE_COUNT + 2)

struct marks {
    char **names; /* owned */
    size_t count;
};

static struct marks marks;
static size_t planted;
static bool brief; /* with one part alone, so that what stands beside it has room to be shown */

static size_t mark_of(const char *name)
{
    for (size_t i = 0; i < marks.count; i++)
        if (strcmp(marks.names[i], name) == 0)
            return i;
    marks.names = realloc(marks.names, (marks.count + 1) * sizeof(*marks.names));
    marks.names[marks.count] = strdup(name);
    return marks.count++;
}

/* All of C0 but NUL, then DEL and all of C1. */
static void add_part(struct text_buffer *text, size_t part)
{
    if (part < SEQUENCE_COUNT)
        text_buffer_add_text(text, sequences[part]);
    else if (part == SEQUENCE_COUNT)
        for (char c = 1; c < 0x20; c++)
            text_buffer_add(text, &c, 1);
    else
        for (int c = 0x7F; c < 0xA0; c++) {
            const char bytes[2] = {(char)0xC2, (char)c};

            text_buffer_add(text, c == 0x7F ? "\x7f" : bytes, c == 0x7F ? 1 : 2);
        }
}

/* `limit`: bytes at most, 0 for any. */
static json_t *hostile(const char *name, size_t limit)
{
    struct text_buffer text = {0};
    size_t mark = mark_of(name), least;
    json_t *string;

    text_buffer_add_format(&text, "~%zu~", mark);
    least = text.length;
    for (size_t i = 0; i < (brief ? 1 : PART_COUNT); i++)
        add_part(&text, (planted + i) % PART_COUNT);
    planted++;
    if (limit > 0 && text.length > limit) {
        size_t cut = limit;

        while (cut > 0 && ((unsigned char)text.bytes[cut] & 0xC0) == 0x80)
            cut--;
        text.length = cut > least ? cut : cut < least ? 0 : least;
    }
    string = json_stringn(text.bytes, text.length);
    text_buffer_free(&text);
    return string;
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

/* The words of the trail, and what a refusal says was refused. */
static int plant_trail(sqlite3 *database)
{
    static const struct {
        const char *name, *each, *update;
    } texts[] = {
        {"audit.what", "SELECT number FROM audit WHERE what <> ''",
         "UPDATE audit SET what = ?2 WHERE number = ?1"},
        {"audit.words", "SELECT number FROM audit",
         "INSERT OR REPLACE INTO audit_words (number, salt, words) VALUES (?1, zeroblob(16), ?2)"},
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

            sqlite3_bind_int64(update, 1, sqlite3_column_int64(row, 0));
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
                mark_of(name);
            }
    }
    mark_of("audit.what");
    mark_of("audit.words");
}

int main(int argc, char **argv)
{
    sqlite3 *database;
    FILE *map;
    int status;

    if (argc != 3 || sqlite3_open(argv[1], &database) != SQLITE_OK)
        return 2;
    sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    name_all();
    status = plant_all(database);
    if (status == 0)
        status = plant_trail(database);
    sqlite3_exec(database, status == 0 ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL);
    if (status != 0)
        fprintf(stderr, "%s\n", sqlite3_errmsg(database));
    sqlite3_close(database);
    map = fopen(argv[2], "w");
    for (size_t i = 0; map != NULL && i < marks.count; i++)
        fprintf(map, "%zu %s\n", i, marks.names[i]);
    if (map != NULL)
        fclose(map);
    printf("%zu texts of %zu fields\n", planted, marks.count);
    return status;
}
