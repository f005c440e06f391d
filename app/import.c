#include "app/import.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

#define REASON_SIZE 400

/* A first password waiting for its agent to be published. */
struct password {
    struct id agent;
    char *text;
    struct password *next;
};

struct import {
    struct record **records;
    size_t record_count;
    size_t record_capacity;
    struct import_remark *remarks;
    size_t remark_count;
    size_t remark_capacity;
    json_t *named; /* ids that the edition names -> true, or null for those only to be kept */
    struct password *passwords;
    struct import_summary summary;
};

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
    if (!import->named) {
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
    for (size_t i = 0; i < import->record_count; i++)
        record_free(import->records[i]);
    for (size_t i = 0; i < import->remark_count; i++)
        remark_free(&import->remarks[i]);
    while (import->passwords) {
        struct password *next = import->passwords->next;
        free(import->passwords->text);
        free(import->passwords);
        import->passwords = next;
    }
    free(import->records);
    free(import->remarks);
    json_decref(import->named);
    free(import);
}

/* Makes room for one more element of an array; false when out of memory. */
static bool array_grow(void **array, size_t count, size_t *capacity, size_t size)
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

static int collect_record(void *context, struct record *record, struct error *error)
{
    struct import *import = context;
    void *records = import->records;
    if (json_is_true(json_object_get(import->named, record->id.text))) {
        int code = error_set(error, ERROR_INVALID, "%s \"%s\" is given twice",
                             record_type_name(record->type), record_text(record, "key"));
        record_free(record);
        return code;
    }
    bool grown = array_grow(&records, import->record_count, &import->record_capacity,
                            sizeof *import->records);
    import->records = records;
    if (!grown || json_object_set_new(import->named, record->id.text, json_true()) != 0) {
        record_free(record);
        return out_of_memory(error);
    }
    import->records[import->record_count++] = record;
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
    struct password *password = calloc(1, sizeof *password);
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
    bool grown = array_grow(&remarks, import->remark_count, &import->remark_capacity,
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

size_t import_remark_count(const struct import *import)
{
    return import->remark_count;
}

const struct import_remark *import_get_remark(const struct import *import, size_t index)
{
    return &import->remarks[index];
}

/* One publishing: what is needed at hand while it goes through the records. */
struct publishing {
    struct import *import;
    const struct import_edition *edition;
    const struct import_target *target;
    bool write;
    size_t held; /* records of the source, not ended, that the target held before */
    struct record **ending;
    size_t ending_count;
    size_t ending_capacity;
    struct error *error;
};

static const char *confirmed_of(const json_t *body)
{
    return json_text_or(json_object_get(body, "source"), "confirmed", "");
}

/* The text to compare by. A later edition that only confirms the record says nothing new. */
static char *body_comparable(const json_t *body)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)body);
    json_t *source = json_copy(json_object_get(body, "source"));
    char *text = NULL;
    if (copy && source) {
        json_object_del(source, "confirmed");
        if (json_object_set(copy, "source", source) == 0)
            text = json_canonical(copy);
    }
    json_decref(copy);
    json_decref(source);
    return text;
}

/* 1 when the bodies say the same, 0 when not, or a negative error. */
static int bodies_agree(const json_t *left, const json_t *right, struct error *error)
{
    char *left_text = body_comparable(left);
    char *right_text = body_comparable(right);
    int agree = left_text && right_text ? strcmp(left_text, right_text) == 0 : out_of_memory(error);
    free(left_text);
    free(right_text);
    return agree;
}

static int password_publish(const struct publishing *publishing, const struct record *record)
{
    if (!publishing->target->password)
        return 0;
    const struct password *password = publishing->import->passwords;
    for (; password; password = password->next)
        if (id_equal(&password->agent, &record->id))
            return publishing->target->password(publishing->target->context, &record->id,
                                                password->text, publishing->error);
    return 0;
}

/* Publishes one record when it differs from what the target holds. */
static int record_publish(struct publishing *publishing, struct record *record)
{
    struct import_summary *summary = &publishing->import->summary;
    const struct import_target *target = publishing->target;
    struct record *held = NULL;
    int code = target->get(target->context, record->type, &record->id, &held, publishing->error);
    if (code == ERROR_NOT_FOUND) {
        summary->added++;
        record->rev = 1;
        if (!publishing->write)
            return 0;
        code = target->publish(target->context, record, publishing->error);
        return code == 0 ? password_publish(publishing, record) : code;
    }
    if (code)
        return code;
    record->rev = held->rev + 1;
    int agree = bodies_agree(held->body, record->body, publishing->error);
    bool older = strcmp(confirmed_of(held->body), confirmed_of(record->body)) > 0;
    record_free(held);
    if (agree < 0)
        return agree;
    if (agree || older) {
        *(agree ? &summary->unchanged : &summary->older) += 1;
        return 0;
    }
    summary->changed++;
    return publishing->write ? target->publish(target->context, record, publishing->error) : 0;
}

/* Takes note of a held record of the source that the edition does not name. */
static int ending_visit(void *context, const struct record *record)
{
    struct publishing *publishing = context;
    const json_t *source = json_object_get(record->body, "source");
    if (strcmp(json_text_or(source, "name", ""), publishing->edition->source) != 0 ||
        json_bool_or(record->body, "ended", false))
        return 0;
    publishing->held++;
    if (json_object_get(publishing->import->named, record->id.text) ||
        strcmp(confirmed_of(record->body), publishing->edition->confirmed) > 0)
        return 0;
    void *ending = publishing->ending;
    bool grown = array_grow(&ending, publishing->ending_count, &publishing->ending_capacity,
                            sizeof *publishing->ending);
    publishing->ending = ending;
    struct record *copy = grown ? record_copy(record) : NULL;
    if (!copy)
        return out_of_memory(publishing->error);
    publishing->ending[publishing->ending_count++] = copy;
    return 0;
}

static int ending_publish(struct publishing *publishing, struct record *record)
{
    record->rev++;
    if (json_object_set_new(record->body, "ended", json_true()) != 0)
        return out_of_memory(publishing->error);
    publishing->import->summary.ended++;
    if (!publishing->write)
        return 0;
    return publishing->target->publish(publishing->target->context, record, publishing->error);
}

/* Ends what the edition no longer names. */
static int endings_publish(struct publishing *publishing, bool allowed)
{
    const struct import_target *target = publishing->target;
    int code = 0;
    for (int type = RECORD_NONE + 1; type < RECORD_TYPE_COUNT && code == 0; type++)
        if (record_type_is_catalogue((enum record_type)type))
            code = target->each(target->context, (enum record_type)type, ending_visit, publishing,
                                publishing->error);
    size_t count = publishing->ending_count;
    if (code == 0 && !allowed && count > 10 && count * 5 > publishing->held)
        code = error_set(publishing->error, ERROR_REFUSED,
                         "%zu of the %zu records of %s would end: the source seems to be cut off",
                         count, publishing->held, publishing->edition->source);
    for (size_t i = 0; i < count && code == 0; i++)
        code = ending_publish(publishing, publishing->ending[i]);
    return code;
}

static int publishing_run(struct publishing *publishing, const struct import_options *options)
{
    struct import *import = publishing->import;
    int code = 0;
    if (publishing->edition->complete)
        code = endings_publish(publishing, options->allow_ending);
    for (size_t i = 0; i < import->record_count && code == 0; i++)
        code = record_publish(publishing, import->records[i]);
    return code;
}

int import_publish(struct import *import, const struct import_edition *edition,
                   const struct import_target *target, const struct import_options *options,
                   struct error *error)
{
    struct publishing publishing = {.import = import,
                                    .edition = edition,
                                    .target = target,
                                    .write = !options->dry_run,
                                    .error = error};
    int code = target->begin(target->context, error);
    if (code)
        return code;
    code = publishing_run(&publishing, options);
    bool commit = code == 0 && publishing.write;
    if (commit)
        code = target->commit(target->context, error);
    if (!commit || code)
        target->rollback(target->context);
    if (code) {
        struct import_summary *summary = &import->summary;
        summary->added = summary->changed = summary->unchanged = 0;
        summary->ended = summary->older = 0;
    }
    for (size_t i = 0; i < publishing.ending_count; i++)
        record_free(publishing.ending[i]);
    free(publishing.ending);
    return code;
}
