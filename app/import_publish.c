#include "app/import_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/form_archive.h"
#include "app/import_moves.h"
#include "app/json.h"

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
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

/* The names of the members in which two bodies differ; new, NULL when out of memory. */
static json_t *members_differing(const json_t *left, const json_t *right)
{
    json_t *names = json_array();
    const json_t *sides[2] = {left, right};
    for (size_t i = 0; i < 2; i++) {
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)(uintptr_t)sides[i], name, value)
        {
            const json_t *other = json_object_get(sides[1 - i], name);
            if (other ? i == 0 && !json_equal(value, other) : true)
                json_array_append_new(names, json_string(name));
        }
    }
    return names;
}

/* Takes note, on a dry run, of what would become of a record. `held` NULL: it is new. */
static int change_note(const struct publishing *publishing, const char *change,
                       const struct record *record, const json_t *held)
{
    if (publishing->write)
        return 0;
    json_t *members = held ? members_differing(held, record->body) : NULL;
    json_t *noted =
        json_pack("{s:s, s:s, s:s, s:o*}", "change", change, "type", record_type_name(record->type),
                  "key", record_text(record, "key"), "members", members);
    return json_array_append_new(publishing->import->changes, noted) == 0
               ? 0
               : out_of_memory(publishing->error);
}

static int password_publish(const struct publishing *publishing, const struct record *record)
{
    if (!publishing->target->password)
        return 0;
    const struct import_password *password = publishing->import->passwords;
    for (; password; password = password->next)
        if (id_equal(&password->agent, &record->id))
            return publishing->target->password(publishing->target->context, &record->id,
                                                password->text, publishing->error);
    return 0;
}

/* A form that takes the place of another version: that one is kept. 1 when it may not. */
static int version_keep(struct publishing *publishing, const struct record *held,
                        const struct record *record)
{
    struct error error = ERROR_INIT;
    if (record->type != RECORD_FORM)
        return 0;
    int code = form_archive_keep(publishing->target, held, record, publishing->write, &error);
    if (code != ERROR_REFUSED) {
        if (code && publishing->error)
            *publishing->error = error;
        return code;
    }
    struct import_sink sink = import_sink(publishing->import);
    code = import_remark_add(&sink, IMPORT_REFUSED, publishing->edition->source, 0, "form-version",
                             record_text(record, "key"), publishing->error, "%s", error.message);
    return code ? code : 1;
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
            return change_note(publishing, "added", record, NULL);
        code = target->publish(target->context, record, publishing->error);
        return code == 0 ? password_publish(publishing, record) : code;
    }
    if (code)
        return code;
    record->rev = held->rev + 1;
    int agree = bodies_agree(held->body, record->body, publishing->error);
    bool older = strcmp(confirmed_of(held->body), confirmed_of(record->body)) > 0;
    bool ends =
        json_bool_or(record->body, "ended", false) && !json_bool_or(held->body, "ended", false);
    if (agree < 0) {
        code = agree;
    } else if (agree || older) {
        *(agree ? &summary->unchanged : &summary->older) += 1;
    } else if ((code = version_keep(publishing, held, record)) == 0) {
        *(ends ? &summary->ended : &summary->changed) += 1;
        code = change_note(publishing, ends ? "ended" : "changed", record, held->body);
        if (code == 0 && publishing->write)
            code = target->publish(target->context, record, publishing->error);
    }
    record_free(held);
    return code > 0 ? 0 : code;
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
    bool grown = import_array_grow(&ending, publishing->ending_count, &publishing->ending_capacity,
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
        return change_note(publishing, "ended", record, NULL);
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

/* A service as it will stand after this import. */
static int service_find(void *context, const struct id *id, json_t **body, struct error *error)
{
    const struct publishing *publishing = context;
    const struct import *import = publishing->import;
    const json_t *index = json_object_get(import->named, id->text);
    struct record *held = NULL;
    if (json_is_integer(index)) {
        const struct import_collected *collected = &import->records[json_integer_value(index)];
        *body = json_incref(collected->record->body);
        return 0;
    }
    int code =
        publishing->target->get(publishing->target->context, RECORD_SERVICE, id, &held, error);
    if (code == 0)
        *body = json_incref(held->body);
    record_free(held);
    return code;
}

/* Refuses the services whose moves lead nowhere; what the target has of them stays. */
static int moves_refuse(struct publishing *publishing)
{
    struct import *import = publishing->import;
    const struct import_sink sink = import_sink(import);
    int code = 0;
    for (size_t i = 0; i < import->record_count && code == 0; i++) {
        struct import_collected *collected = &import->records[i];
        struct error why = ERROR_INIT;
        code = import_moves_check(collected->record, service_find, publishing, &why);
        if (code == ERROR_REFUSED) {
            collected->refused = true;
            code = import_remark_add(&sink, IMPORT_REFUSED, collected->file, collected->line,
                                     "moved-to", record_text(collected->record, "key"),
                                     publishing->error, "%s", why.message);
        } else if (code) {
            code = error_set(publishing->error, code, "%s", why.message);
        }
    }
    return code;
}

/* Refuses the records that the program cannot use; what the target has of them stays. */
static int definitions_refuse(struct publishing *publishing, const struct import_options *options)
{
    struct import *import = publishing->import;
    const struct import_sink sink = import_sink(import);
    int code = 0;
    for (size_t i = 0; options->check && i < import->record_count && code == 0; i++) {
        struct import_collected *collected = &import->records[i];
        struct error why = ERROR_INIT;
        code = options->check(collected->record, &why);
        if (code == ERROR_MEMORY)
            return out_of_memory(publishing->error);
        if (code == 0)
            continue;
        collected->refused = true;
        code = import_remark_add(&sink, IMPORT_REFUSED, collected->file, collected->line,
                                 "definition", record_text(collected->record, "key"),
                                 publishing->error, "%s", why.message);
    }
    return code;
}

static int publishing_run(struct publishing *publishing, const struct import_options *options)
{
    struct import *import = publishing->import;
    int code = moves_refuse(publishing);
    if (code == 0)
        code = definitions_refuse(publishing, options);
    if (publishing->edition->complete && code == 0)
        code = endings_publish(publishing, options->allow_ending);
    for (size_t i = 0; i < import->record_count && code == 0; i++)
        if (!import->records[i].refused)
            code = record_publish(publishing, import->records[i].record);
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
