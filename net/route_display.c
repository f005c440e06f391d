#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/request_wait.h"

/* A screen that waits for something to show. */
struct watching {
    char office[RECORD_KEY_SIZE];
    char tag[40]; /* of what is shown already, "" for nothing */
    struct request_wait wait;
};

static void watching_free(void *state)
{
    struct watching *watching = state;

    doorbell_disarm(watching->wait.waiter);
    free(watching);
}

/* Reads the parameters; false with a problem set. A screen is of one office. */
static bool watching_fill(struct request *request, struct watching *watching)
{
    const char *office = request_parameter(request, "office");
    const char *tag = request_parameter(request, "tag");
    struct error error = ERROR_INIT;
    int code = ledger_agent_office(request->server->ledger, &request->actor.agent, watching->office,
                                   &error);

    if (code != 0) {
        request_error(request, code, &error);
        return false;
    }
    if (office != NULL && strcmp(office, watching->office) != 0) {
        request_problem(request, PROBLEM_FORBIDDEN, "%s", "this sign-in is of another office");
        return false;
    }
    text_copy(watching->tag, sizeof(watching->tag), tag != NULL ? tag : "");
    return request_wait_read(request, &watching->wait);
}

static int watching_arm(struct request *request, struct watching *watching, struct error *error)
{
    struct scope_set heard = {0};
    int code = scope_set_add(&heard, LEDGER_TICKETS_SCOPE, watching->office, error);

    if (code == 0)
        code = request_wait_arm(request, &watching->wait, &heard, error);
    scope_set_free(&heard);
    return code;
}

static int look(struct request *request, bool *over, struct error *error)
{
    struct watching *watching = request->state;
    int64_t now = clock_system(NULL);
    json_t *view = NULL;
    int code = 0;

    if (watching->wait.deadline_ms > 0)
        code = watching_arm(request, watching, error);
    if (code == 0)
        code = ledger_waiting_room(request->server->ledger, watching->office, now, &view, error);
    *over = code != 0 || strcmp(json_text_or(view, "tag", ""), watching->tag) != 0 ||
            request_wait_is_over(request, &watching->wait);
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

    if (watching == NULL) {
        watching = request_state_new(request, sizeof(*watching), watching_free);
        if (watching == NULL || !watching_fill(request, watching))
            return ROUTE_ANSWERED;
    }
    return request_wait(request, &watching->wait, look);
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
