/* One batch of operations: what of the outbox goes together, and how it leaves. */
#include "net/sync_batch.h"

#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"
#include "net/compress.h"
#include "net/packed.h"

/* Smaller bodies do not get smaller by compression. */
#define COMPRESS_FROM 400

#define BATCH_FULL 1

#define BATCHES_AHEAD 8

/* Reads one. */
struct reading {
    struct sync_engine *engine;
    struct sync_batch *batch;
};

static void batch_free(struct sync_batch *batch)
{
    if (batch != NULL) {
        text_buffer_free(&batch->operations);
        text_buffer_free(&batch->binary);
        text_buffer_free(&batch->front);
        compress_pieces_free(batch->packed);
    }
    free(batch);
}

void sync_batch_done(struct sync_engine *engine, struct sync_batch *batch)
{
    if (batch == NULL)
        return;
    batch_free(engine->spare_batch);
    engine->spare_batch = batch;
}

/* Of a large outbox one follows the other: the system gives as much memory anew more slowly than it
 * is filled. NULL when out of memory. */
static struct sync_batch *batch_new(struct sync_engine *engine)
{
    struct sync_batch *batch = engine->spare_batch;

    engine->spare_batch = NULL;
    if (batch == NULL || batch->operations.failed || batch->binary.failed || batch->front.failed) {
        batch_free(batch);
        return calloc(1, sizeof *batch);
    }
    return batch;
}

void sync_batch_forget(struct sync_engine *engine)
{
    batch_free(engine->next_batch);
    batch_free(engine->spare_batch);
    engine->next_batch = engine->spare_batch = NULL;
    engine->batch_ahead = (struct store_ahead){0};
}

static int note_ground(struct reading *reading, const struct operation *operation)
{
    struct sync_batch *batch = reading->batch;
    bool grounded = true;
    int code = 0;

    if (!batch->ungrounded)
        code = store_operation_grounded(reading->engine->store, operation, &grounded, NULL);
    batch->ungrounded = batch->ungrounded || !grounded;
    return code;
}

/* Adds one as it goes on the wire; false when there is no room for it. */
static bool add_text(struct reading *reading, const struct outbox_entry *entry, const char *text,
                     size_t length, const struct id *record)
{
    struct sync_batch *batch = reading->batch;

    if (batch->count > 0 && batch->operations.length + length >= reading->engine->batch_pace.limit)
        return false;
    text_buffer_add_text(&batch->operations, batch->count == 0 ? "" : ",");
    text_buffer_add(&batch->operations, text, length);
    batch->records[batch->count] = *record;
    batch->numbers[batch->count] = entry->number;
    batch->ends[batch->count] = batch->operations.length;
    (void)id_parse(&batch->ids[batch->count++], entry->id);
    batch->fresh = batch->fresh || (entry->attempts == 0 && !entry->sent);
    batch->elsewhere = batch->elsewhere || entry->elsewhere;
    return true;
}

static int add_operation(void *context, const struct outbox_entry *entry)
{
    struct reading *reading = context;

    if (entry->text != NULL)
        return add_text(reading, entry, entry->text, entry->length, &entry->record) ? 0
                                                                                    : BATCH_FULL;
    if (sync_later_has(reading->engine, entry->operation))
        return 0;
    json_t *document = operation_to_json(entry->operation);
    /* The session says who and where. */
    json_object_del(document, "agent");
    json_object_del(document, "device");
    char *text = document == NULL ? NULL : json_write(document);

    json_decref(document);
    if (text == NULL)
        return ERROR_MEMORY;
    bool fits = add_text(reading, entry, text, strlen(text), &entry->operation->record);
    free(text);
    return fits ? note_ground(reading, entry->operation) : BATCH_FULL;
}

/* The members of a batch besides its operations. */
struct head {
    struct store_witness witness;
    bool ungrounded;
    bool elsewhere;
};

/* What this server has accepted from here and shown last: one that was restored does not know it.
 * A later one must not take its place before that is found out. `ahead` is what it is once the
 * answers at hand are written, NULL when there are none. */
static int read_witness(struct sync_engine *engine, const struct store_witness *ahead,
                        struct head *head, struct error *error)
{
    if (ahead == NULL)
        return store_witness_read(engine->store, &head->witness, error);
    head->witness = *ahead;
    return 0;
}

static void write_json(struct text_buffer *body, const struct head *head,
                       const struct sync_batch *batch)
{
    text_buffer_add_text(body, "{\"brief\":true,");
    if (!id_is_empty(&head->witness.made))
        text_buffer_add_format(body, "\"made\":\"%s\",", head->witness.made.text);
    if (head->witness.shown[0] != '\0')
        text_buffer_add_format(body, "\"shown\":\"%s\",", head->witness.shown);
    text_buffer_add_text(body, "\"operations\":[");
    text_buffer_add(body, batch->operations.bytes, batch->operations.length);
    text_buffer_add_text(body, "]");
    text_buffer_add_text(body, head->ungrounded ? ",\"ungrounded\":true" : "");
    text_buffer_add_text(body, head->elsewhere ? ",\"elsewhere\":true}" : "}");
}

static void write_flag(struct text_buffer *body, const char *name)
{
    binary_write_text(body, name);
    binary_write_value(body, json_true());
}

static size_t count_members(const struct head *head)
{
    return 2 + (!id_is_empty(&head->witness.made) ? 1u : 0) +
           (head->witness.shown[0] != '\0' ? 1u : 0) + (head->ungrounded ? 1u : 0) +
           (head->elsewhere ? 1u : 0);
}

/* All of the body but its last members, and that it will have so many. */
static int begin_binary(struct sync_batch *batch, size_t members, struct error *error)
{
    struct text_buffer *front = &batch->front;
    int code;

    batch->members = members;
    text_buffer_clear(front);
    binary_write_map(front, members);
    write_flag(front, "brief");
    binary_write_text(front, "operations");
    binary_write_array(front, batch->count);
    text_buffer_add(front, batch->binary.bytes, batch->binary.length);
    code = compress_pieces_begin(&batch->packed, front->length, error);
    if (code != 0)
        return code;
    return front->failed
               ? error_set(error, ERROR_MEMORY, "no memory for a batch of operations")
               : compress_pieces_add(batch->packed, front->bytes, front->length, false, error);
}

/* The members that are known only when it leaves. */
static int end_binary(struct sync_batch *batch, const struct head *head, struct error *error)
{
    struct text_buffer rest = {0};
    int code = 0;

    if (batch->packed == NULL || batch->members != count_members(head))
        code = begin_binary(batch, count_members(head), error);
    if (code != 0)
        return code;
    if (!id_is_empty(&head->witness.made)) {
        binary_write_text(&rest, "made");
        binary_write_text(&rest, head->witness.made.text);
    }
    if (head->witness.shown[0] != '\0') {
        binary_write_text(&rest, "shown");
        binary_write_text(&rest, head->witness.shown);
    }
    if (head->ungrounded)
        write_flag(&rest, "ungrounded");
    if (head->elsewhere)
        write_flag(&rest, "elsewhere");
    code = rest.failed ? error_set(error, ERROR_MEMORY, "no memory for a batch of operations")
                       : compress_pieces_add(batch->packed, rest.bytes, rest.length, true, error);
    text_buffer_free(&rest);
    return code;
}

/* Each by itself, from the text as which the outbox keeps it. What is small leaves packed. */
static int make_binary(const struct sync_engine *engine, struct sync_batch *batch,
                       struct error *error)
{
    size_t at = 0;

    text_buffer_clear(&batch->binary);
    if (!engine->binary || (engine->packs && batch->operations.length <= PACKED_MOST))
        return 0;
    for (size_t i = 0; i < batch->count; at = batch->ends[i++] + 1) {
        int code = operation_text_to_binary(&batch->binary, batch->operations.bytes + at,
                                            batch->ends[i] - at, error);

        if (code != 0)
            return code;
    }
    return batch->binary.failed ? error_set(error, ERROR_MEMORY, "no memory for a batch") : 0;
}

/* Made small ahead, while the answers to what is under way are waited for. By then the server has
 * shown something. */
static int pack_ahead(struct sync_engine *engine, struct sync_batch *batch, struct error *error)
{
    struct head head = {.ungrounded = batch->ungrounded, .elsewhere = batch->elsewhere};
    int code;

    if (batch->binary.length == 0)
        return 0;
    code = read_witness(engine, NULL, &head, error);
    if (code != 0)
        return sync_fault(engine, code);
    if (id_is_empty(&head.witness.made) && engine->batch_count > 0)
        text_copy(head.witness.shown, sizeof head.witness.shown, "1");
    return begin_binary(batch, count_members(&head), error);
}

/* What waits, without what is under way. */
static int collect(struct sync_engine *engine, struct sync_batch *batch, struct error *error)
{
    struct reading reading = {engine, batch};
    int code;

    batch->count = 0;
    batch->fresh = batch->ungrounded = batch->elsewhere = false;
    text_buffer_clear(&batch->operations);
    code = store_outbox_more(engine->store, engine->batch, engine->batch_count, engine->batch_limit,
                             add_operation, &reading, error);
    if (code == 0 && batch->count == 0 && engine->later_count > 0)
        code = store_outbox_more(engine->store, engine->batch, engine->batch_count,
                                 SYNC_BATCH_MAXIMUM, add_operation, &reading, error);
    if (code == ERROR_MEMORY || batch->operations.failed)
        return error_set(error, ERROR_MEMORY, "no memory for a batch of operations");
    return code < 0 ? sync_fault(engine, code) : make_binary(engine, batch, error);
}

/* False when it is too large, the server does not know how, or it cannot be. */
static bool pack(struct sync_engine *engine, const struct text_buffer *body, char **packed,
                 struct http_request *request)
{
    if (!engine->packs || body->length > PACKED_MOST ||
        packed_write(&engine->agent, body->bytes, body->length, packed, &request->body_length,
                     NULL) != 0)
        return false;
    request->body = *packed;
    request->body_encoding = PACKED_NAME;
    request->bare = true;
    return true;
}

static int send_json(struct sync_engine *engine, const struct head *head,
                     const struct sync_batch *batch, struct error *error)
{
    struct text_buffer body = {0};
    char *packed = NULL;
    struct http_request request = {.method = "POST",
                                   .path = "/v1/operations",
                                   .body_type = "application/json",
                                   .accept = "application/json"};
    int code = 0;

    write_json(&body, head, batch);
    request.body = body.bytes;
    request.body_length = body.length;
    if (body.failed) {
        code = error_set(error, ERROR_MEMORY, "no memory for a batch of operations");
    } else if (!pack(engine, &body, &packed, &request) && body.length >= COMPRESS_FROM) {
        code = compress_bytes(COMPRESSION_ZSTD, body.bytes, body.length, &packed,
                              &request.body_length, error);
        request.body = packed;
        request.body_encoding = compression_name(COMPRESSION_ZSTD);
    }
    if (code == 0)
        code = sync_send(engine, SYNC_LANE_WORK, &request, error);
    free(packed);
    text_buffer_free(&body);
    return code;
}

static int send_binary(struct sync_engine *engine, const struct head *head,
                       struct sync_batch *batch, struct error *error)
{
    struct http_request request = {.method = "POST",
                                   .path = "/v1/operations",
                                   .body_type = BINARY_MEDIA_TYPE,
                                   .body_encoding = compression_name(COMPRESSION_ZSTD),
                                   .accept = "application/json"};
    int code = end_binary(batch, head, error);

    if (code != 0)
        return code;
    request.body = compress_pieces_bytes(batch->packed, &request.body_length);
    return sync_send(engine, SYNC_LANE_WORK, &request, error);
}

/* How many more are marked beside a batch: where one follows the other at once, not each is to wait
 * for the disk. */
static size_t mark_more(const struct sync_engine *engine, const struct sync_batch *batch)
{
    return engine->batch_pace.quick ? BATCHES_AHEAD * batch->count : 0;
}

/* What waits, marked as sent for the first time: what the agent took back while it was read is not
 * in it. */
static int collect_marked(struct sync_engine *engine, struct sync_batch *batch, struct error *error)
{
    int code;

    do {
        code = collect(engine, batch, error);
        if (code != 0 || batch->count == 0 || !batch->fresh)
            return code;
        code = store_outbox_sending(engine->store, batch->ids, batch->numbers, batch->count,
                                    mark_more(engine, batch), &engine->batch_ahead, error);
    } while (code == ERROR_NOT_FOUND);
    return code == 0 ? 0 : sync_fault(engine, code);
}

int sync_batch_prepare(struct sync_engine *engine, struct sync_batch **batch, struct error *error)
{
    int code;

    *batch = batch_new(engine);
    code = *batch != NULL ? collect_marked(engine, *batch, error)
                          : error_set(error, ERROR_MEMORY, "no memory for a batch of operations");
    if (code == 0 && (*batch)->count > 0)
        code = pack_ahead(engine, *batch, error);
    if (code == 0 && (*batch)->count > 0)
        return 0;
    batch_free(*batch);
    *batch = NULL;
    return code == 0 ? 1 : code;
}

int sync_batch_send(struct sync_engine *engine, struct sync_batch *batch,
                    const struct store_witness *ahead, struct error *error)
{
    struct head head = {.ungrounded = batch->ungrounded, .elsewhere = batch->elsewhere};
    int code = read_witness(engine, ahead, &head, error);

    if (code != 0)
        return sync_fault(engine, code);
    engine->batch_count = batch->count;
    memcpy(engine->batch, batch->ids, batch->count * sizeof *batch->ids);
    memcpy(engine->batch_records, batch->records, batch->count * sizeof *batch->records);
    memcpy(engine->batch_numbers, batch->numbers, batch->count * sizeof *batch->numbers);
    /* As JSON, by which the next is cut. */
    engine->batch_bytes = batch->operations.length;
    code = engine->binary && batch->binary.length > 0 ? send_binary(engine, &head, batch, error)
                                                      : send_json(engine, &head, batch, error);
    sync_pace_begin(&engine->batch_pace, sync_now(engine));
    if (code == 0)
        engine->totals.operations_sent += (int64_t)engine->batch_count;
    return code;
}
