/* A target of imports that keeps records in memory, with transactions, for the importers' tests. */
#ifndef GUICHET_TESTS_IMPORT_MEMORY_H
#define GUICHET_TESTS_IMPORT_MEMORY_H

#include <string.h>

#include "app/import.h"

#define MEMORY_LIMIT 4000

struct memory {
    struct record *records[MEMORY_LIMIT];
    size_t count;
    struct record *saved[MEMORY_LIMIT]; /* as they were at begin */
    size_t saved_count;
    size_t published;  /* since begin */
    size_t fail_after; /* fail the n-th publish of a transaction; 0: never */
    bool fail_commit;
    size_t commits;
    size_t rollbacks;
    size_t passwords;
};

static inline void memory_clear(struct record **records, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        record_free(records[i]);
    *count = 0;
}

static inline void memory_free(struct memory *memory)
{
    memory_clear(memory->records, &memory->count);
    memory_clear(memory->saved, &memory->saved_count);
}

static inline int memory_begin(void *context, struct error *error)
{
    struct memory *memory = context;
    (void)error;
    memory->published = 0;
    for (size_t i = 0; i < memory->count; i++)
        memory->saved[i] = record_copy(memory->records[i]);
    memory->saved_count = memory->count;
    return 0;
}

static inline int memory_get(void *context, enum record_type type, const struct id *id,
                             struct record **record, struct error *error)
{
    struct memory *memory = context;
    for (size_t i = 0; i < memory->count; i++) {
        if (memory->records[i]->type == type && id_equal(&memory->records[i]->id, id)) {
            *record = record_copy(memory->records[i]);
            return 0;
        }
    }
    return error_set(error, ERROR_NOT_FOUND, "no such record");
}

static inline int memory_each(void *context, enum record_type type,
                              int (*visit)(void *, const struct record *), void *visit_context,
                              struct error *error)
{
    struct memory *memory = context;
    (void)error;
    int code = 0;
    for (size_t i = 0; i < memory->count && code == 0; i++)
        if (memory->records[i]->type == type)
            code = visit(visit_context, memory->records[i]);
    return code;
}

static inline int memory_publish(void *context, const struct record *record, struct error *error)
{
    struct memory *memory = context;
    if (++memory->published == memory->fail_after)
        return error_set(error, ERROR_STORAGE, "disk full");
    struct record *copy = record_copy(record);
    copy->seq = (int64_t)memory->published;
    for (size_t i = 0; i < memory->count; i++) {
        if (id_equal(&memory->records[i]->id, &record->id)) {
            assert_int_equal(record->rev, memory->records[i]->rev + 1);
            record_free(memory->records[i]);
            memory->records[i] = copy;
            return 0;
        }
    }
    assert_int_equal(record->rev, 1);
    assert_true(memory->count < MEMORY_LIMIT);
    memory->records[memory->count++] = copy;
    return 0;
}

static inline int memory_password(void *context, const struct id *agent, const char *password,
                                  struct error *error)
{
    struct memory *memory = context;
    (void)agent;
    (void)error;
    assert_true(password[0] != '\0');
    memory->passwords++;
    return 0;
}

static inline int memory_commit(void *context, struct error *error)
{
    struct memory *memory = context;
    if (memory->fail_commit)
        return error_set(error, ERROR_STORAGE, "disk full");
    memory->commits++;
    memory_clear(memory->saved, &memory->saved_count);
    return 0;
}

static inline void memory_rollback(void *context)
{
    struct memory *memory = context;
    memory->rollbacks++;
    memory_clear(memory->records, &memory->count);
    memcpy(memory->records, memory->saved, memory->saved_count * sizeof memory->saved[0]);
    memory->count = memory->saved_count;
    memory->saved_count = 0;
}

static inline struct import_target memory_target(struct memory *memory)
{
    return (struct import_target){.context = memory,
                                  .begin = memory_begin,
                                  .get = memory_get,
                                  .each = memory_each,
                                  .publish = memory_publish,
                                  .password = memory_password,
                                  .commit = memory_commit,
                                  .rollback = memory_rollback};
}

/* The record of a key, or NULL; borrowed. */
static inline struct record *memory_find(struct memory *memory, const char *key)
{
    for (size_t i = 0; i < memory->count; i++)
        if (strcmp(record_text(memory->records[i], "key"), key) == 0)
            return memory->records[i];
    return NULL;
}

#endif
