/* How an import tells what it did: as text for people, as JSON for scripts. */
#include "app/import.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

struct summary_member {
    const char *name;
    size_t offset;
};

static const struct summary_member summary_members[] = {
    {"rows", offsetof(struct import_summary, rows)},
    {"records", offsetof(struct import_summary, records)},
    {"added", offsetof(struct import_summary, added)},
    {"changed", offsetof(struct import_summary, changed)},
    {"unchanged", offsetof(struct import_summary, unchanged)},
    {"ended", offsetof(struct import_summary, ended)},
    {"older", offsetof(struct import_summary, older)},
    {"notes", offsetof(struct import_summary, notes)},
    {"repaired", offsetof(struct import_summary, repaired)},
    {"refused", offsetof(struct import_summary, refused)},
};

#define SUMMARY_MEMBER_COUNT (sizeof summary_members / sizeof summary_members[0])

static size_t summary_value(const struct import_summary *summary, size_t member)
{
    return *(const size_t *)(const void *)((const char *)summary + summary_members[member].offset);
}

/* How many remarks each rule gave; new, NULL when out of memory. */
static json_t *rules_count(const struct import *import)
{
    json_t *rules = json_object();
    for (size_t i = 0; rules && i < import_remark_count(import); i++) {
        const char *rule = import_get_remark(import, i)->rule;
        json_int_t count = json_integer_value(json_object_get(rules, rule));
        if (json_object_set_new(rules, rule, json_integer(count + 1)) != 0) {
            json_decref(rules);
            return NULL;
        }
    }
    return rules;
}

static void change_print(const json_t *change, FILE *stream)
{
    size_t index;
    json_t *member;
    char *key =
        text_clean(json_text_or(change, "key", ""), strlen(json_text_or(change, "key", "")), false);
    fprintf(stream, "%s: %s %s", json_text_or(change, "change", ""),
            json_text_or(change, "type", ""), key ? key : "");
    free(key);
    json_array_foreach(json_object_get(change, "members"), index, member)
        fprintf(stream, "%s%s", index ? ", " : ": ", json_string_value(member));
    fputc('\n', stream);
}

void import_print(const struct import *import, FILE *stream)
{
    size_t index;
    json_t *change;
    json_array_foreach((json_t *)(uintptr_t)import_get_changes(import), index, change)
        change_print(change, stream);
    for (size_t i = 0; i < import_remark_count(import); i++) {
        const struct import_remark *remark = import_get_remark(import, i);
        fprintf(stream, "%s:", remark->file);
        if (remark->line > 0)
            fprintf(stream, "%zu:", remark->line);
        fprintf(stream, " %s: %s%s%s [%s]\n", import_severity_name(remark->severity),
                remark->subject, remark->subject[0] ? ": " : "", remark->reason, remark->rule);
    }
    json_t *rules = rules_count(import);
    const char *rule;
    json_t *count;
    json_object_foreach(rules, rule, count)
        fprintf(stream, "%s: %lld\n", rule, (long long)json_integer_value(count));
    json_decref(rules);
    const struct import_summary *summary = import_get_summary(import);
    for (size_t i = 0; i < SUMMARY_MEMBER_COUNT; i++)
        fprintf(stream, "%s%zu %s", i ? ", " : "", summary_value(summary, i),
                summary_members[i].name);
    fputc('\n', stream);
}

static json_t *remark_to_json(const struct import_remark *remark)
{
    return json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "severity",
                     import_severity_name(remark->severity), "file", remark->file, "line",
                     (json_int_t)remark->line, "rule", remark->rule, "subject", remark->subject,
                     "reason", remark->reason);
}

json_t *import_to_json(const struct import *import)
{
    const struct import_summary *summary = import_get_summary(import);
    json_t *document = json_object();
    json_t *remarks = json_array();
    int failed =
        json_object_set_new(document, "rules", rules_count(import)) |
        json_object_set(document, "changes", (json_t *)(uintptr_t)import_get_changes(import)) |
        json_object_set(document, "remarks", remarks);
    for (size_t i = 0; i < SUMMARY_MEMBER_COUNT; i++)
        failed |= json_object_set_new(document, summary_members[i].name,
                                      json_integer((json_int_t)summary_value(summary, i)));
    for (size_t i = 0; i < import_remark_count(import); i++)
        failed |= json_array_append_new(remarks, remark_to_json(import_get_remark(import, i)));
    json_decref(remarks);
    if (failed) {
        json_decref(document);
        return NULL;
    }
    return document;
}
