#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/server_internal.h"

#define WAIT_MOST 60

/* A screen that waits for something to show. */
struct watching {
    struct server *server;
    char office[RECORD_KEY_SIZE];
    char tag[40];        /* of what is shown already, "" for nothing */
    int64_t deadline_ms; /* clock of the doorbell; 0: does not wait */
    struct doorbell_waiter *waiter;
};

static void watching_free(void *state)
{
    struct watching *watching = state;

    doorbell_disarm(watching->waiter);
    free(watching);
}

/* Reads the parameters; false with a problem set. A screen is of one office. */
static bool watching_fill(struct request *request, struct watching *watching)
{
    const char *office = request_parameter(request, "office");
    const char *tag = request_parameter(request, "tag");
    struct error error = ERROR_INIT;
    int64_t wait;
    int code;

    watching->server = request->server;
    code = ledger_agent_office(request->server->ledger, &request->actor.agent, watching->office,
                               &error);
    if (code != 0) {
        request_error(request, code, &error);
        return false;
    }
    if (office != NULL && strcmp(office, watching->office) != 0) {
        request_problem(request, PROBLEM_FORBIDDEN, "%s", "this sign-in is of another office");
        return false;
    }
    if (!request_number(request, "wait", 0, WAIT_MOST, 0, &wait))
        return false;
    text_copy(watching->tag, sizeof(watching->tag), tag != NULL ? tag : "");
    if (wait > 0)
        watching->deadline_ms = doorbell_now() + wait * 1000;
    return true;
}

static int watching_arm(struct watching *watching, struct error *error)
{
    struct scope_set heard = {0};
    int code = scope_set_add(&heard, LEDGER_TICKETS_SCOPE, watching->office, error);

    doorbell_disarm(watching->waiter);
    watching->waiter = code == 0 ? doorbell_arm(watching->server->doorbell, &heard) : NULL;
    scope_set_free(&heard);
    if (code == 0 && watching->waiter == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory to wait");
    return code;
}

/* Looks once; *over tells whether there is something to answer. */
static int look(struct request *request, struct watching *watching, bool *over, struct error *error)
{
    int64_t now = clock_system(NULL);
    json_t *view = NULL;
    int code = 0;

    /* Armed before looking: what changes in between rings. */
    if (watching->deadline_ms > 0)
        code = watching_arm(watching, error);
    if (code == 0)
        code = ledger_waiting_room(watching->server->ledger, watching->office, now, &view, error);
    *over = code != 0 || strcmp(json_text_or(view, "tag", ""), watching->tag) != 0 ||
            watching->deadline_ms == 0 || doorbell_now() >= watching->deadline_ms ||
            atomic_load(&watching->server->stopping);
    if (code != 0 || !*over) {
        json_decref(view);
        return code;
    }
    if (json_object_set_new(view, "time", json_time(now)) != 0) {
        json_decref(view);
        return error_set(error, ERROR_MEMORY, "no memory to answer");
    }
    request_answer(request, 200, view);
    return 0;
}

/* GET /v1/display: the waiting room of one's office, now or as soon as it has changed. */
static enum route_result handle_display(struct request *request)
{
    struct watching *watching = request->state;
    struct error error = ERROR_INIT;
    bool over = false;
    int code = 0;

    if (watching == NULL) {
        watching = calloc(1, sizeof(*watching));
        if (watching == NULL) {
            request_problem(request, PROBLEM_BUSY, "%s", "out of memory");
            return ROUTE_ANSWERED;
        }
        request->state = watching;
        request->state_free = watching_free;
        if (!watching_fill(request, watching))
            return ROUTE_ANSWERED;
    }
    while (code == 0 && !over) {
        code = look(request, watching, &over, &error);
        if (code != 0 || over)
            break;
        code = doorbell_sleep(watching->waiter, request->connection, watching->deadline_ms, &error);
        if (code > 0)
            return ROUTE_SUSPENDED;
    }
    if (code != 0)
        request_error(request, code, &error);
    return ROUTE_ANSWERED;
}

static const struct route_parameter parameters[] = {
    {"office", "{\"type\": \"string\"}",
     "The key of the office that the screen believes to be in: refused when it is another"},
    {"tag", "{\"type\": \"string\"}", "The `tag` of what the screen shows already"},
    {"wait", "{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 60, \"default\": 0}",
     "Seconds to wait until the view has another `tag`"},
    {0},
};

static const enum problem problems[] = {
    PROBLEM_BAD_PARAMETER, PROBLEM_UNAUTHORIZED, PROBLEM_FORBIDDEN, PROBLEM_NOT_FOUND,
    PROBLEM_STORAGE,       PROBLEM_BUSY,         PROBLEM_NONE};

const struct route route_display = {
    .method = "GET",
    .path = "/v1/display",
    .operation = "display",
    .summary = "Read what a public screen shows of the waiting room, waiting for a change if asked",
    .display = true,
    .handle = handle_display,
    .response_schema = "WaitingRoom",
    .status = 200,
    .problems = problems,
    .parameters = parameters,
};
