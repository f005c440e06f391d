/*
 * Fuzzes what a relay reads from the centre: byte for what the relay had asked (the greeting, what
 * became of its operations, a page of the catalogue or of the office's records), byte for the
 * status, then the body. In it the byte 1 stands for the id of the centre's feed, 2 for that of a
 * relay's own operation, 3 and 4 for those of a case and of a client that the relay holds. Two
 * operations of agents wait: unless the centre answered them, or is another one, they still do;
 * and the ledger can be read.
 */
#include "tests/fuzz/fuzz.h"

#include "app/json.h"
#include "app/text.h"
#include "net/relay_engine.h"
#include "tests/unit/relay_fixture.h"

#define FEED "019b7000-0000-7000-8000-00000000feed"

enum asked { GREETING, OPERATIONS, CATALOGUE, OFFICE, ASKED_COUNT };

static const int statuses[] = {200, 200, 200, 200, 400, 401, 409, 500, 503};

struct bench {
    struct ledger *ledger;
    struct relay_board *board;
    struct relay_engine *engine;
    bool open[SYNC_LANE_COUNT];
    char line[SYNC_LANE_COUNT][40]; /* what each lane asked */
    int64_t now;
};

static char *good; /* the relay's database, greeted, with operations that wait */
static size_t good_length;
static struct id operation, matter, client;

int LLVMFuzzerInitialize(int *count, char ***arguments);

static int begin(void *context, enum sync_lane lane, const struct http_request *request,
                 struct error *error)
{
    struct bench *bench = context;

    (void)error;
    bench->open[lane] = true;
    text_copy(bench->line[lane], sizeof bench->line[lane], request->path);
    return 0;
}

static void cancel(void *context, enum sync_lane lane)
{
    ((struct bench *)context)->open[lane] = false;
}

static int64_t now(void *context)
{
    return ((struct bench *)context)->now;
}

static uint32_t no_chance(void *context)
{
    (void)context;
    return 0;
}

static void bench_open(struct bench *bench)
{
    char path[128];

    *bench = (struct bench){.now = INT64_C(1800000000000)};
    FUZZ_HOLDS(ledger_open(&bench->ledger, fuzz_file("relay.db", good, good_length, path), NULL) ==
               0);
    bench->board = relay_board_new();
    const struct relay_engine_options options = {.ledger = bench->ledger,
                                                 .board = bench->board,
                                                 .transport = {begin, cancel, NULL, bench, NULL},
                                                 .wall = now,
                                                 .wall_context = bench,
                                                 .steady = now,
                                                 .steady_context = bench,
                                                 .random = no_chance};
    FUZZ_HOLDS(relay_engine_new(&bench->engine, &options, NULL) == 0);
    (void)relay_engine_step(bench->engine);
}

static void bench_close(struct bench *bench)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char path[160];

    relay_engine_free(bench->engine);
    relay_board_free(bench->board);
    ledger_close(bench->ledger);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/relay.db%s", fuzz_folder(), ends[i]);
        (void)unlink(path);
    }
}

static void answer(struct bench *bench, enum sync_lane lane, int status, const char *body)
{
    struct http_reply reply = {
        .status = status, .length = strlen(body), .body = strdup(body), .retry_after_ms = -1};

    text_copy(reply.media_type, sizeof reply.media_type,
              status == 200 ? "application/json" : "application/problem+json");
    if (bench->open[lane]) {
        bench->open[lane] = false;
        relay_engine_reply(bench->engine, lane, 0, &reply, NULL);
        bench->now += 31000; /* past every wait */
        (void)relay_engine_step(bench->engine);
    }
    free(reply.body);
}

static bool asks(const struct bench *bench, enum sync_lane lane, const char *path)
{
    return bench->open[lane] && strncmp(bench->line[lane], path, strlen(path)) == 0;
}

static void greet(struct bench *bench)
{
    FUZZ_HOLDS(asks(bench, SYNC_LANE_WORK, "/v1/relay?"));
    answer(bench, SYNC_LANE_WORK, 200,
           "{\"relay\":\"" FEED "\",\"office\":\"sample/a\",\"feed\":\"" FEED
           "\",\"protocol\":\"1.1\",\"agents\":[]}");
}

/* Until it asks for that: what comes before is answered so that it goes on. */
static enum sync_lane get_to(struct bench *bench, enum asked asked)
{
    if (asked == GREETING)
        return SYNC_LANE_WORK;
    greet(bench);
    if (asked == OFFICE)
        return SYNC_LANE_BELL;
    if (asked == CATALOGUE && asks(bench, SYNC_LANE_WORK, "/v1/relay/operations"))
        answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[]}");
    return SYNC_LANE_WORK;
}

static char *body_of(const uint8_t *data, size_t size)
{
    const char *const names[] = {"", FEED, operation.text, matter.text, client.text};
    struct text_buffer body = {0};

    for (size_t i = 0; i < size && data[i] != '\0'; i++)
        if (data[i] < sizeof names / sizeof names[0])
            text_buffer_add_text(&body, names[data[i]]);
        else
            text_buffer_add(&body, (const char *)data + i, 1);
    text_buffer_add(&body, "", 1);
    return text_buffer_take(&body);
}

static int64_t waiting(struct bench *bench)
{
    int64_t count = -1;

    FUZZ_HOLDS(ledger_upward_count(bench->ledger, &count, NULL) == 0);
    return count;
}

static void status_holds(struct bench *bench)
{
    json_t *status = relay_board_to_json(bench->board);
    const char *message = json_text_or(status, "message", "");
    char *clean = text_clean(message, strlen(message), false);

    FUZZ_HOLDS(clean != NULL && strcmp(clean, message) == 0);
    free(clean);
    json_decref(status);
}

static void end(void)
{
    free(good);
    fuzz_remove();
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    struct relay_fixture fixture;
    struct ledger_outcome outcome;
    json_t *operations = NULL;

    (void)count;
    (void)arguments;
    (void)atexit(end);
    relay_fixture_open(&fixture);
    matter = fixture_make(&fixture.centre, CHLOE, RECORD_CASE,
                          fixture_case(&fixture.centre, CHLOE, "sample/a"));
    client = fixture_make(&fixture.centre, CHLOE, RECORD_CLIENT, fixture_client("sample/a"));
    relay_pull(&fixture);
    relay_apply(&fixture, ANNE, relay_fields(&fixture, ANNE, &client, 1, "name", "B"), &outcome);
    ledger_outcome_clear(&outcome);
    (void)relay_make_client(&fixture, ANNE);
    FUZZ_HOLDS(ledger_upward_read(fixture.relay, 1, 65536, &operations, NULL) == 0);
    FUZZ_HOLDS(id_parse(&operation, json_text_or(json_array_get(operations, 0), "id", "")));
    json_decref(operations);
    text_copy(fixture.place.feed, sizeof fixture.place.feed, FEED);
    FUZZ_HOLDS(ledger_relay_give(fixture.relay, NULL, &fixture.place, 0, NULL) == 0);
    ledger_close(fixture.relay);
    good = fuzz_bytes(fixture.path, &good_length);
    FUZZ_HOLDS(ledger_open(&fixture.relay, fixture.path, NULL) == 0);
    relay_fixture_close(&fixture);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bench bench;

    if (size < 2)
        return 0;
    enum asked asked = data[0] % ASKED_COUNT;
    int status = statuses[data[1] % (sizeof statuses / sizeof statuses[0])];
    char *body = body_of(data + 2, size - 2);

    bench_open(&bench);
    int64_t before = waiting(&bench);
    FUZZ_HOLDS(before == 2);
    enum sync_lane lane = get_to(&bench, asked);
    answer(&bench, lane, status, body);
    /* Again, on whatever is under way now. */
    answer(&bench, SYNC_LANE_BELL, 200, body);
    FUZZ_HOLDS(asked == OPERATIONS || memmem(body, strlen(body), "outcome", 7) != NULL ||
               waiting(&bench) == before);
    status_holds(&bench);
    answer(&bench, SYNC_LANE_WORK, 200, body);
    (void)waiting(&bench);
    status_holds(&bench);
    bench_close(&bench);
    free(body);
    return 0;
}
