#include "app/import_sample.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/calendar.h"
#include "app/import_body.h"
#include "app/import_file.h"
#include "app/import_life_event.h"
#include "app/import_rows.h"
#include "app/json.h"

#define FILE_LIMIT     (16 * 1024 * 1024)
#define ID_LIMIT       100
#define KEY_SIZE       (ID_LIMIT + 16)
#define PASSWORD_LIMIT 200

struct file {
    enum record_type type;
    const char *name;
    bool optional;
};

static const struct file files[] = {
    {RECORD_SERVICE, "services.json", false},       {RECORD_FORM, "forms.json", false},
    {RECORD_OFFICE, "offices.json", false},         {RECORD_AGENT, "agents.json", false},
    {RECORD_QUEUE, "queues.json", false},           {RECORD_CALENDAR, "calendars.json", false},
    {RECORD_LIFE_EVENT, "life-events.json", false}, {RECORD_FORM, "questionnaires.json", true},
    {RECORD_TEMPLATE, "templates.json", true},      {RECORD_SNIPPET, "snippets.json", true},
    {RECORD_ROLE, "roles.json", true},
};

#define FILE_COUNT (sizeof files / sizeof files[0])

struct reading {
    const char *folder;
    const struct import_sink *sink;
    struct import_edition *edition;
    struct error *error;
    const struct file *file;    /* at hand */
    const char *id;             /* of the record at hand */
    json_t *bodies[FILE_COUNT]; /* of each file: id -> body, in its order */
    json_t *passwords;          /* agent id -> password */
    json_t *logins;             /* set */
};

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

static int document_read(const struct reading *reading, json_t **document)
{
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", reading->folder, reading->file->name) >=
        sizeof path)
        return error_set(reading->error, ERROR_INVALID, "the path is too long");
    return import_file_read(document, path, FILE_LIMIT, reading->error);
}

static int refuse(const struct reading *reading, const char *what)
{
    return error_set(reading->error, ERROR_INVALID, "%s: \"%s\": %s", reading->file->name,
                     reading->id, what);
}

static bool is_id(const char *id)
{
    return id[0] != '\0' && strlen(id) <= ID_LIMIT &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

/* The body of this type and id, in whichever file it stands; NULL when there is none. */
static json_t *body_find(const struct reading *reading, enum record_type type, const char *id)
{
    json_t *body = NULL;
    for (size_t i = 0; i < FILE_COUNT && !body; i++)
        if (files[i].type == type)
            body = json_object_get(reading->bodies[i], id);
    return body;
}

static void key_write(const char *id, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "%s/%.*s", IMPORT_SAMPLE, ID_LIMIT, id);
}

/* Takes the first password of an agent out of its body. */
static int password_take(const struct reading *reading, json_t *body)
{
    const char *login = json_text_or(body, "login", "");
    const char *password = json_text_or(body, "password", "");
    if (json_object_get(reading->logins, login))
        return refuse(reading, "another agent has this login");
    if (json_object_set_new(reading->logins, login, json_true()) != 0)
        return out_of_memory(reading->error);
    if (password[0] == '\0')
        return 0;
    if (strlen(password) > PASSWORD_LIMIT)
        return refuse(reading, "the password is too long");
    if (json_object_set_new(reading->passwords, reading->id, json_string(password)) != 0)
        return out_of_memory(reading->error);
    json_object_del(body, "password");
    return 0;
}

/* Makes the body of what stands in a file: key and source in place of the id. */
static int body_make(struct reading *reading, json_t *entry, const char *confirmed)
{
    char key[KEY_SIZE];
    reading->id = json_text_or(entry, "id", "");
    if (!is_id(reading->id))
        return refuse(reading, "a record's id has small letters, digits and dashes");
    if (body_find(reading, reading->file->type, reading->id))
        return refuse(reading, "given twice");
    key_write(reading->id, key);
    json_t *body = json_copy(entry);
    json_t *source = json_pack("{s:s, s:s, s:s}", "name", IMPORT_SAMPLE, "id", reading->id,
                               "confirmed", confirmed);
    int code =
        body && json_object_set_new(body, "source", source) == 0 &&
                json_object_set_new(body, "key", json_string(key)) == 0 &&
                json_object_set(reading->bodies[reading->file - files], reading->id, body) == 0
            ? 0
            : out_of_memory(reading->error);
    if (code == 0) {
        json_object_del(body, "id");
        if (reading->file->type == RECORD_AGENT)
            code = password_take(reading, body);
    }
    json_decref(body);
    return code;
}

static int document_take(struct reading *reading, const json_t *document)
{
    struct calendar_day day;
    const char *confirmed = json_text_or(document, "confirmed", "");
    const json_t *records = json_object_get(document, "records");
    reading->id = "";
    if (!calendar_day_parse(confirmed, &day))
        return refuse(reading, "\"confirmed\" is not a day (2026-06-24)");
    if (!json_is_array(records))
        return refuse(reading, "\"records\" is not a list");
    if (strcmp(confirmed, reading->edition->confirmed) > 0)
        memcpy(reading->edition->confirmed, confirmed, sizeof reading->edition->confirmed);
    for (size_t i = 0; i < json_array_size(records); i++) {
        int code = body_make(reading, json_array_get(records, i), confirmed);
        if (code)
            return code;
    }
    reading->sink->rows(reading->sink->context, json_array_size(records));
    return 0;
}

static int files_read(struct reading *reading)
{
    int code = 0;
    for (size_t i = 0; i < FILE_COUNT && code == 0; i++) {
        json_t *document = NULL;
        reading->file = &files[i];
        reading->bodies[i] = json_object();
        code =
            reading->bodies[i] ? document_read(reading, &document) : out_of_memory(reading->error);
        if (code == ERROR_NOT_FOUND && files[i].optional)
            code = 0;
        else if (code == 0)
            code = document_take(reading, document);
        json_decref(document);
    }
    return code;
}

/* The id of a key of this source, NULL for a key of another. */
static const char *own_id(const char *key)
{
    const char *slash = strchr(key, '/');
    size_t length = strlen(IMPORT_SAMPLE);
    if (!slash)
        return key;
    return (size_t)(slash - key) == length && strncmp(key, IMPORT_SAMPLE, length) == 0 ? slash + 1
                                                                                       : NULL;
}

static int reference_check(void *context, enum record_type type, const char *key, const char *place,
                           struct error *error)
{
    const struct reading *reading = context;
    const char *id = own_id(key);
    if (!id)
        return import_remark_add(reading->sink, IMPORT_NOTE, reading->file->name, 0, "other-source",
                                 reading->id, error, "%s: %s of another source, not checked", place,
                                 key);
    if (body_find(reading, type, id))
        return 0;
    return error_set(error, ERROR_INVALID, "%s: there is no %s \"%s\"", place,
                     record_type_name(type), key);
}

/* A life event and its questionnaire name one another, and the event asks for answers that there
 * are. */
static int questionnaire_check(const struct reading *reading, enum record_type type,
                               const json_t *body)
{
    bool event = type == RECORD_LIFE_EVENT;
    const char *key = json_text_or(body, event ? "questionnaire" : "event", "");
    const char *id = own_id(key);
    if ((type != RECORD_FORM && !event) || key[0] == '\0' || !id)
        return 0;
    const json_t *other = body_find(reading, event ? RECORD_FORM : RECORD_LIFE_EVENT, id);
    const char *back = own_id(json_text_or(other, event ? "event" : "questionnaire", ""));
    if (back && strcmp(back, reading->id) == 0 && event) {
        struct error why = ERROR_INIT;
        return import_life_event_check(body, other, &why) == 0 ? 0 : refuse(reading, why.message);
    }
    if (back && strcmp(back, reading->id) == 0)
        return 0;
    return refuse(reading, event ? "questionnaire: that form is not of this event"
                                 : "event: that event has another questionnaire");
}

static int bodies_check(struct reading *reading)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        const char *id;
        json_t *body;
        reading->file = &files[i];
        json_object_foreach(reading->bodies[i], id, body)
        {
            reading->id = id;
            int code =
                import_body_check(files[i].type, body, reference_check, reading, reading->error);
            if (code)
                return error_prefix(reading->error, "%s: \"%s\"", files[i].name, id);
            code = questionnaire_check(reading, files[i].type, body);
            if (code)
                return code;
        }
    }
    return 0;
}

static int body_deliver(const struct reading *reading, enum record_type type, const char *name,
                        json_t *body)
{
    const struct import_sink *sink = reading->sink;
    const struct import_origin origin = {reading->file->name, 0};
    struct id id = id_from_key(record_type_name(type), json_text_or(body, "key", ""));
    int code = import_deliver(sink, type, body, &origin, reading->error);
    const char *password = type == RECORD_AGENT ? json_text_or(reading->passwords, name, "") : "";
    if (code == 0 && password[0] != '\0')
        code = sink->password(sink->context, &id, password, reading->error);
    return code;
}

static int bodies_deliver(struct reading *reading)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        reading->file = &files[i];
        const char *name;
        json_t *body;
        json_object_foreach(reading->bodies[i], name, body)
        {
            int code = body_deliver(reading, files[i].type, name, body);
            if (code)
                return code;
        }
    }
    return 0;
}

int import_sample(const char *folder, const struct import_sink *sink,
                  struct import_edition *edition, struct error *error)
{
    struct reading reading = {.folder = folder,
                              .sink = sink,
                              .edition = edition,
                              .error = error,
                              .passwords = json_object(),
                              .logins = json_object()};
    *edition = (struct import_edition){.source = IMPORT_SAMPLE, .complete = true};
    int code = reading.passwords && reading.logins ? files_read(&reading) : out_of_memory(error);
    if (code == 0)
        code = bodies_check(&reading);
    if (code == 0)
        code = bodies_deliver(&reading);
    for (size_t i = 0; i < FILE_COUNT; i++)
        json_decref(reading.bodies[i]);
    json_decref(reading.passwords);
    json_decref(reading.logins);
    return code;
}
