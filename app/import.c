#include "app/import_internal.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

#define REASON_SIZE 400

static const char *const severity_names[] = {
    [IMPORT_NOTE] = "note", [IMPORT_REPAIRED] = "repaired", [IMPORT_REFUSED] = "refused"};

const char *import_severity_name(enum import_severity severity)
{
    return severity_names[severity];
}

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

struct import *import_new(void)
{
    struct import *import = calloc(1, sizeof *import);
    if (!import)
        return NULL;
    import->named = json_object();
    import->changes = json_array();
    if (!import->named || !import->changes) {
        import_free(import);
        return NULL;
    }
    return import;
}

static void remark_free(struct import_remark *remark)
{
    /* The texts of a collected remark are one allocation, which begins with the file. */
    free((void *)(uintptr_t)remark->file);
}

void import_free(struct import *import)
{
    if (!import)
        return;
    for (size_t i = 0; i < import->record_count; i++) {
        record_free(import->records[i].record);
        free(import->records[i].file);
    }
    for (size_t i = 0; i < import->remark_count; i++)
        remark_free(&import->remarks[i]);
    while (import->passwords) {
        struct import_password *next = import->passwords->next;
        free(import->passwords->text);
        free(import->passwords);
        import->passwords = next;
    }
    free(import->records);
    free(import->remarks);
    json_decref(import->named);
    json_decref(import->changes);
    free(import);
}

bool import_array_grow(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t larger = *capacity ? *capacity * 2 : 256;
    void *grown = realloc(*array, larger * size);
    if (!grown)
        return false;
    *array = grown;
    *capacity = larger;
    return true;
}

static int collect_record(void *context, struct record *record, const struct import_origin *origin,
                          struct error *error)
{
    struct import *import = context;
    void *records = import->records;
    if (json_is_integer(json_object_get(import->named, record->id.text))) {
        int code = error_set(error, ERROR_INVALID, "%s \"%s\" is given twice",
                             record_type_name(record->type), record_text(record, "key"));
        record_free(record);
        return code;
    }
    bool grown = import_array_grow(&records, import->record_count, &import->record_capacity,
                                   sizeof *import->records);
    import->records = records;
    char *file = strdup(origin->file);
    if (!grown || !file ||
        json_object_set_new(import->named, record->id.text,
                            json_integer((json_int_t)import->record_count)) != 0) {
        free(file);
        record_free(record);
        return out_of_memory(error);
    }
    import->records[import->record_count++] =
        (struct import_collected){.record = record, .file = file, .line = origin->line};
    import->summary.records++;
    return 0;
}

static int collect_keep(void *context, enum record_type type, const char *key, struct error *error)
{
    struct import *import = context;
    struct id id = id_from_key(record_type_name(type), key);
    if (json_object_get(import->named, id.text))
        return 0;
    return json_object_set_new(import->named, id.text, json_null()) == 0 ? 0 : out_of_memory(error);
}

static int collect_password(void *context, const struct id *agent, const char *text,
                            struct error *error)
{
    struct import *import = context;
    struct import_password *password = calloc(1, sizeof *password);
    if (password)
        password->text = strdup(text);
    if (!password || !password->text) {
        free(password);
        return out_of_memory(error);
    }
    password->agent = *agent;
    password->next = import->passwords;
    import->passwords = password;
    return 0;
}

/* A remark whose texts live in one allocation. */
static bool remark_copy(struct import_remark *copy, const struct import_remark *remark)
{
    const char *texts[] = {remark->file, remark->rule, remark->subject, remark->reason};
    const char **places[] = {&copy->file, &copy->rule, &copy->subject, &copy->reason};
    size_t total = 0;
    for (size_t i = 0; i < 4; i++)
        total += strlen(texts[i]) + 1;
    char *bytes = malloc(total);
    *copy = *remark;
    if (!bytes)
        return false;
    for (size_t i = 0; i < 4; i++) {
        size_t size = strlen(texts[i]) + 1;
        memcpy(bytes, texts[i], size);
        *places[i] = bytes;
        bytes += size;
    }
    return true;
}

static int collect_remark(void *context, const struct import_remark *remark, struct error *error)
{
    struct import *import = context;
    void *remarks = import->remarks;
    bool grown = import_array_grow(&remarks, import->remark_count, &import->remark_capacity,
                                   sizeof *import->remarks);
    import->remarks = remarks;
    if (!grown || !remark_copy(&import->remarks[import->remark_count], remark))
        return out_of_memory(error);
    import->remark_count++;
    if (remark->severity == IMPORT_NOTE)
        import->summary.notes++;
    else if (remark->severity == IMPORT_REPAIRED)
        import->summary.repaired++;
    else
        import->summary.refused++;
    return 0;
}

static void collect_rows(void *context, size_t count)
{
    struct import *import = context;
    import->summary.rows += count;
}

struct import_sink import_sink(struct import *import)
{
    return (struct import_sink){.context = import,
                                .record = collect_record,
                                .keep = collect_keep,
                                .password = collect_password,
                                .remark = collect_remark,
                                .rows = collect_rows};
}

int import_remark_add(const struct import_sink *sink, enum import_severity severity,
                      const char *file, size_t line, const char *rule, const char *subject,
                      struct error *error, const char *format, ...)
{
    char raw[REASON_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    if (length < 0)
        return error_set(error, ERROR_INTERNAL, "a remark cannot be formatted");
    /* Cut between characters: what vsnprintf cut may end inside one. */
    char cut[REASON_SIZE];
    text_copy(cut, sizeof cut - 4, raw);
    if ((size_t)length > strlen(cut))
        strcat(cut, "…");
    char *reason = text_clean(cut, strlen(cut), false);
    char *about = text_clean(subject, strlen(subject), false);
    if (!reason || !about) {
        free(reason);
        free(about);
        return out_of_memory(error);
    }
    struct import_remark remark = {.severity = severity,
                                   .file = file,
                                   .line = line,
                                   .rule = rule,
                                   .subject = about,
                                   .reason = reason};
    int code = sink->remark(sink->context, &remark, error);
    free(reason);
    free(about);
    return code;
}

const struct import_summary *import_get_summary(const struct import *import)
{
    return &import->summary;
}

const json_t *import_get_changes(const struct import *import)
{
    return import->changes;
}

size_t import_remark_count(const struct import *import)
{
    return import->remark_count;
}

const struct import_remark *import_get_remark(const struct import *import, size_t index)
{
    return &import->remarks[index];
}
