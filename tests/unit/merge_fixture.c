#include "tests/unit/merge_fixture.h"

#include <stdlib.h>

#include <sodium.h>

#include "app/json.h"

#define DEVICE_A "0190a5b0-0000-7000-8000-0000000000da"
#define DEVICE_B "0190a5b0-0000-7000-8000-0000000000db"
#define RECORD   "0190a5b0-0000-7000-8000-000000000001"

static struct id_generator ids;

int merge_fixture_setup(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}

static struct id text_id(const char *text)
{
    struct id id;

    assert_true(id_parse(&id, text));
    return id;
}

struct operation *merge_operation(enum operation_kind kind, enum record_type type, char who,
                                  int64_t ms, int64_t base, const char *body)
{
    struct id record = text_id(RECORD);
    struct operation *operation = operation_new(kind, type, &record);

    operation->id = id_generate(&ids, ms);
    operation->agent = text_id(who == 'A' ? AGENT_A : AGENT_B);
    operation->device = text_id(who == 'A' ? DEVICE_A : DEVICE_B);
    operation->moment.ms = ms;
    operation->base = base;
    json_decref(operation->body);
    operation->body = json_loads(body, 0, NULL);
    assert_non_null(operation->body);
    return operation;
}

struct merge_result merge_do(struct record **record, struct operation *operation)
{
    struct merge_result result;
    struct error error = ERROR_INIT;
    char *before = *record != NULL ? json_canonical((*record)->body) : NULL;
    int64_t rev = *record != NULL ? (*record)->rev : 0;

    assert_int_equal(merge_apply(&result, operation, *record, &error), 0);
    if (before != NULL) { /* merge is pure */
        char *after = json_canonical((*record)->body);

        assert_string_equal(before, after);
        free(after);
        free(before);
    }
    operation_free(operation);
    if (result.refusal == MERGE_APPLIED) {
        assert_int_equal(result.record->rev, rev + 1);
        record_free(*record);
        *record = result.record;
    } else {
        assert_null(result.record);
    }
    return result;
}

struct record *merge_client(void)
{
    struct record *record = NULL;

    assert_int_equal(merge_do(&record, merge_operation(OPERATION_APPEND, RECORD_CLIENT, 'A', 1000,
                                                       0, CLIENT_BODY))
                         .refusal,
                     MERGE_APPLIED);
    return record;
}

void merge_refused(struct record **record, struct operation *operation, enum merge_refusal refusal,
                   const char *field)
{
    struct merge_result result = merge_do(record, operation);

    assert_string_equal(merge_refusal_name(result.refusal), merge_refusal_name(refusal));
    assert_string_equal(result.field, field);
}
