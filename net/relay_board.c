#include "net/relay_board.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/server_presence.h"

struct relay_board {
    pthread_mutex_t mutex;
    struct relay_status status;
    int64_t made_ms; /* nothing can be said of the link before it was tried */
    char escrow[ESCROW_PUBLIC_TEXT_SIZE];
    bool escrow_told;
    json_t *present; /* owned; NULL for nothing heard */
    int64_t heard_ms;
    relay_board_listener listener;
    void *listener_context;
    relay_board_listener presence_listener;
    void *presence_context;
};

struct relay_board *relay_board_new(void)
{
    struct relay_board *board = calloc(1, sizeof(*board));

    if (board != NULL)
        pthread_mutex_init(&board->mutex, NULL);
    if (board != NULL)
        board->status.version = 1;
    if (board != NULL)
        board->made_ms = clock_system(NULL);
    return board;
}

void relay_board_free(struct relay_board *board)
{
    if (board == NULL)
        return;
    json_decref(board->present);
    pthread_mutex_destroy(&board->mutex);
    free(board);
}

void relay_board_escrow_set(struct relay_board *board, const char *text)
{
    struct escrow_public public_key;

    pthread_mutex_lock(&board->mutex);
    board->escrow_told = text != NULL && (*text == '\0' || escrow_public_parse(&public_key, text));
    text_copy(board->escrow, sizeof(board->escrow), board->escrow_told ? text : "");
    pthread_mutex_unlock(&board->mutex);
}

bool relay_board_escrow_get(struct relay_board *board, char text[ESCROW_PUBLIC_TEXT_SIZE])
{
    bool told;

    pthread_mutex_lock(&board->mutex);
    told = board->escrow_told;
    text_copy(text, ESCROW_PUBLIC_TEXT_SIZE, board->escrow);
    pthread_mutex_unlock(&board->mutex);
    return told;
}

void relay_board_listen(struct relay_board *board, relay_board_listener listener, void *context)
{
    board->listener = listener;
    board->listener_context = context;
}

void relay_board_presence_listen(struct relay_board *board, relay_board_listener listener,
                                 void *context)
{
    pthread_mutex_lock(&board->mutex);
    board->presence_listener = listener;
    board->presence_context = context;
    pthread_mutex_unlock(&board->mutex);
}

void relay_board_presence_ask(struct relay_board *board)
{
    if (board == NULL)
        return;
    /* Within the mutex: the listener goes before what it rings. */
    pthread_mutex_lock(&board->mutex);
    if (board->presence_listener != NULL)
        board->presence_listener(board->presence_context);
    pthread_mutex_unlock(&board->mutex);
}

void relay_board_get(struct relay_board *board, struct relay_status *status)
{
    pthread_mutex_lock(&board->mutex);
    *status = board->status;
    pthread_mutex_unlock(&board->mutex);
}

void relay_board_set(struct relay_board *board, const struct relay_status *status)
{
    bool tell;

    pthread_mutex_lock(&board->mutex);
    tell = status->up != board->status.up || (status->waiting == 0) != (board->status.waiting == 0);
    uint64_t version = board->status.version + (tell ? 1 : 0);
    board->status = *status;
    board->status.version = version;
    pthread_mutex_unlock(&board->mutex);
    if (tell && board->listener != NULL)
        board->listener(board->listener_context);
}

/* Between two looks at a link that is up. */
#define LOOK_MS (INT64_C(10) * 1000)

int64_t relay_board_rest(void *context, int64_t now_ms)
{
    struct relay_board *board = context;
    struct relay_status status;
    int64_t until;

    relay_board_get(board, &status);
    if (status.up)
        return LOOK_MS;
    until = RELAY_ALONE_MS + (status.since_ms > board->made_ms ? status.since_ms : board->made_ms);
    /* A wall clock that was put back must not make it rest for longer. */
    return until <= now_ms ? 0 : until - now_ms < RELAY_ALONE_MS ? until - now_ms : RELAY_ALONE_MS;
}

json_t *relay_board_to_json(struct relay_board *board)
{
    struct relay_status status;
    json_t *document;

    relay_board_get(board, &status);
    document = json_pack("{s:s, s:I, s:I, s:s}", "centre", status.up ? "up" : "down", "waiting",
                         (json_int_t)status.waiting, "version", (json_int_t)status.version,
                         "message", status.message);
    if (document != NULL && status.since_ms > 0 &&
        json_object_set_new(document, "since", json_time(status.since_ms)) != 0) {
        json_decref(document);
        return NULL;
    }
    return document;
}

void relay_board_present_set(struct relay_board *board, json_t *agents, int64_t now_ms)
{
    pthread_mutex_lock(&board->mutex);
    json_decref(board->present);
    board->present = json_incref(agents);
    board->heard_ms = now_ms;
    pthread_mutex_unlock(&board->mutex);
}

static bool holds(const json_t *agents, const char *id)
{
    const json_t *agent;
    size_t index;

    json_array_foreach(agents, index, agent)
    {
        if (strcmp(json_text_or(agent, "agent", ""), id) == 0)
            return true;
    }
    return false;
}

int relay_board_present_add(struct relay_board *board, json_t *agents, int64_t now_ms)
{
    json_t *agent;
    size_t index;
    int failed = 0;

    pthread_mutex_lock(&board->mutex);
    json_array_foreach(board->present, index, agent)
    {
        json_t *copy;

        if (holds(agents, json_text_or(agent, "agent", "")))
            continue;
        copy = json_copy(agent);
        if (now_ms - board->heard_ms > PRESENCE_AVAILABLE_MS)
            failed |= json_object_set_new(copy, "state", json_string("offline"));
        failed |= json_array_append_new(agents, copy);
    }
    pthread_mutex_unlock(&board->mutex);
    return failed;
}
