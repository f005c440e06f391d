/*
 * Fuzzes the replies that sync takes: sign-in, outcomes of a push, pages of both feeds, presence,
 * problem documents. First byte: which exchange is answered, and in which form; second: with which
 * status; then the body, in which, but for the binary form, "@" stands for the id of the waiting
 * operation. What is checked beyond not
 * crashing: an operation whose id no answer named is still in the outbox or shown as
 * refused, and the engine goes on.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>

#include "tests/unit/unit.h"

#include "app/binary.h"
#include "app/text.h"
#include "tests/unit/engine_fixture.h"

enum exchange { LOGIN, PUSH, DESK, CATALOGUE, PRESENCE, BELL, EXCHANGES };

static const int statuses[] = {200, 200, 200, 200, 200, 200, 400, 401, 403,
                               404, 409, 413, 426, 429, 500, 503, 204, 304};

static void sign_in(struct bench *bench)
{
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
}

/* Brings the engine so far that the exchange is under way; the lane it is on. */
static enum sync_lane get_ready(struct bench *bench, enum exchange exchange)
{
    if (exchange == LOGIN) {
        sign_in(bench);
        return SYNC_LANE_WORK;
    }
    if (exchange == DESK || exchange == CATALOGUE) {
        sign_in(bench);
        bench_accept_login(bench, FEED);
        (void)sync_engine_step(bench->engine);
        return exchange == DESK ? SYNC_LANE_BELL : SYNC_LANE_WORK;
    }
    bench_get_online(bench);
    if (exchange == PUSH)
        bench_write_note(bench, "a");
    if (exchange == PRESENCE) {
        link_presence_ask(bench->link);
        sync_engine_ring(bench->engine);
        (void)sync_engine_step(bench->engine);
    }
    return exchange == BELL ? SYNC_LANE_BELL : SYNC_LANE_WORK;
}

static int keep_id(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 0;
}

static char *body_of(const uint8_t *data, size_t size, const struct id *id, bool *named)
{
    struct text_buffer body = {0};

    for (size_t i = 0; i < size; i++) {
        if (data[i] == '@') {
            text_buffer_add(&body, id->text, strlen(id->text));
            *named = true;
        } else {
            text_buffer_add(&body, (const char *)data + i, 1);
        }
    }
    text_buffer_add(&body, "", 1);
    return text_buffer_take(&body);
}

static void answer(struct bench *bench, enum sync_lane lane, int status, bool binary,
                   const char *body, size_t length)
{
    struct http_reply reply = {.status = status, .retry_after_ms = status == 503 ? 1000 : -1};

    if (!bench->lanes[lane].open)
        return;
    bench->lanes[lane].open = false;
    reply.length = length;
    reply.body = malloc(length + 1);
    memcpy(reply.body, body, length);
    reply.body[length] = '\0';
    text_copy(reply.media_type, sizeof reply.media_type,
              status != 200 ? "application/problem+json"
              : binary      ? BINARY_MEDIA_TYPE
                            : "application/json");
    sync_engine_reply(bench->engine, lane, 0, &reply, NULL);
    free(reply.body);
    bench->steady += 1000000;
    bench->wall += 1000000;
    (void)sync_engine_step(bench->engine);
}

/* bench_free without a process for each input. */
static void end(struct bench *bench)
{
    DIR *folder = opendir(bench->store.directory);
    char path[400];

    sync_engine_free(bench->engine);
    link_free(bench->link);
    store_close(bench->store.store);
    seal_key_free(bench->store.key);
    for (struct dirent *file = readdir(folder); file != NULL; file = readdir(folder)) {
        (void)snprintf(path, sizeof path, "%s/%s", bench->store.directory, file->d_name);
        (void)unlink(path);
    }
    (void)closedir(folder);
    FUZZ_HOLDS(rmdir(bench->store.directory) == 0);
    free(bench);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct bench *bench = bench_new(false);
    enum exchange exchange = data[0] % EXCHANGES;
    int status = statuses[data[1] % (sizeof statuses / sizeof statuses[0])];
    struct error error = ERROR_INIT;
    bool named = false, binary = data[0] / EXCHANGES % 2 == 1;
    struct id id = {""};

    enum sync_lane lane = get_ready(bench, exchange);
    if (exchange != PUSH)
        bench_write_note(bench, "b");
    FUZZ_HOLDS(store_outbox_each(bench->store.store, 1, keep_id, &id, &error) == 0);
    char *body = body_of(data + 2, size - 2, &id, &named);
    size_t length = strlen(body);
    if (binary) {
        length = size - 2;
        body = realloc(body, length + 1);
        memcpy(body, data + 2, length);
        named = false;
    }
    answer(bench, lane, status, binary, body, length);
    /* Again, on whatever is under way now. */
    answer(bench, SYNC_LANE_WORK, 200, binary, body, length);
    answer(bench, SYNC_LANE_BELL, 200, binary, body, length);
    /* One that is too large even alone (413) is shown as refused. */
    int64_t refused = store_refusal_count(bench->store.store, &error);
    FUZZ_HOLDS(named || bench_waiting(bench) + refused == 1);
    struct link_status shown = bench_status(bench);
    FUZZ_HOLDS(memchr(shown.message, '\0', sizeof shown.message) != NULL);
    free(body);
    end(bench);
    return 0;
}
