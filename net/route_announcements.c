#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/announcements.h"
#include "net/ledger_announce.h"
#include "net/server_internal.h"

/* What the offer's record says, and its receivers are told ahead of it: who, what, why, and whether
 * it is for them. */
static const char *const told[] = {"from",     "kind",     "to_agent", "to_office",
                                   "to_queue", "summary",  "channel",  "service",
                                   "skills",   "language", "level",    "state"};

/* Of the facts the one alone that is the summary in whichever language. */
static json_t *summary_facts(const json_t *facts)
{
    json_t *list = json_array();
    json_t *fact;
    size_t index;

    json_array_foreach(facts, index, fact)
    {
        if (strcmp(json_text_or(fact, "fact", ""), "summary") == 0 &&
            json_array_append(list, fact) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* {"id", "body"}: owned; NULL out of memory. */
static char *announcement_text(const struct record *handoff)
{
    json_t *body = json_object();
    json_t *document;
    char *text;
    int failed =
        json_object_set_new(body, "facts", summary_facts(json_object_get(handoff->body, "facts")));

    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        json_t *value = json_object_get(handoff->body, told[i]);

        if (value != NULL)
            failed |= json_object_set(body, told[i], value);
    }
    document = json_pack("{s:s, s:o}", "id", handoff->id.text, "body", body);
    text = document != NULL && failed == 0 ? json_write(document) : NULL;
    json_decref(document);
    return text;
}

/* What the sender reads, and may name. */
static int read_desk(struct request *request, struct scope_set *desk, struct error *error)
{
    struct server *server = request->server;
    const char *token = request_token(request);
    int code;

    if (known_desk(server->known, token, request->people, desk))
        return 0;
    code = ledger_desk_scopes(server->ledger, &request->actor.agent, desk, error);
    if (code == 0)
        known_desk_keep(server->known, token, request->people, desk);
    return code;
}

/* The agent whom it is offered to; false when it is not to one agent alone. */
static bool read_target(const struct operation *operation, struct id *agent)
{
    return json_object_get(operation->body, "to_office") == NULL &&
           json_object_get(operation->body, "to_queue") == NULL &&
           id_parse(agent, json_text_or(operation->body, "to_agent", ""));
}

/* A request that is looked at, while those wait whom it may be for. */
struct judging {
    struct request *request;
    bool over; /* they wait no longer */
};

static void end_judging(struct judging *judging)
{
    if (!judging->over)
        announcements_judged(judging->request->server->announcements);
    judging->over = true;
}

/* Tells those who wait. */
static void tell(void *context, const struct ledger_announcement *found)
{
    struct judging *judging = context;
    struct request *request = judging->request;
    struct server *server = request->server;
    char *text = announcement_text(found->handoff);
    const struct announcement announcement = {.handoff = found->handoff->id,
                                              .from = request->actor.agent,
                                              .device = request->actor.device,
                                              .client = found->client,
                                              .scopes = &found->scopes,
                                              .text = text};

    if (text != NULL && announcements_put(server->announcements, &announcement))
        doorbell_announce(server->doorbell, &found->scopes);
    free(text);
    end_judging(judging);
}

/* What is refused is told to nobody, and not answered either: the offer itself is. `target`: the
 * agent whom alone it is offered to, or NULL. */
static int judge(struct judging *judging, const struct operation *operation,
                 const struct id *target, struct error *error)
{
    struct request *request = judging->request;
    struct server *server = request->server;
    struct scope_set desk = {0};
    bool known = target != NULL && known_agent(server->known, request->people, target);
    int code = read_desk(request, &desk, error);

    if (code == 0)
        code = ledger_announce(server->ledger, &request->actor, &desk, operation, known,
                               clock_system(NULL), tell, judging, error);
    if (code > 0 && target != NULL && !known)
        known_agent_keep(server->known, request->people, target);
    scope_set_free(&desk);
    return code < 0 ? code : 0;
}

/* The one agent is woken while it is looked at: being woken takes as long. */
static int announce(struct request *request, const struct operation *operation, struct error *error)
{
    struct server *server = request->server;
    struct judging judging = {.request = request};
    struct id target;
    bool one = read_target(operation, &target);
    int code;

    /* Who changes nothing offers nothing. */
    if (id_is_empty(&request->actor.device))
        return 0;
    announcements_judge(server->announcements);
    if (one)
        doorbell_stir(server->doorbell, &target);
    code = judge(&judging, operation, one ? &target : NULL, error);
    end_judging(&judging);
    return code;
}

/* The append that the terminal is about to send; NULL with a problem set. */
static struct operation *read_operation(struct request *request, json_t *body)
{
    struct id_generator ids = {0};
    struct operation *operation;
    struct id id;

    if (!id_parse(&id, json_text_or(body, "id", "")) ||
        !json_is_object(json_object_get(body, "body"))) {
        request_problem(request, PROBLEM_BAD_JSON, "%s", "an id and a body are needed");
        return NULL;
    }
    operation = operation_new(OPERATION_APPEND, RECORD_HANDOFF, &id);
    if (operation == NULL) {
        request_problem(request, PROBLEM_BUSY, "%s", "out of memory");
        return NULL;
    }
    json_decref(operation->body);
    operation->body = json_incref(json_object_get(body, "body"));
    operation->agent = request->actor.agent;
    operation->device = request->actor.device;
    operation->moment.ms = clock_system(NULL);
    operation->id = id_generate(&ids, operation->moment.ms);
    return operation;
}

/* POST /v1/announcements: a hint, held in memory alone. */
static enum route_result handle_announcements(struct request *request)
{
    json_t *body = request_json(request);
    struct operation *operation = body != NULL ? read_operation(request, body) : NULL;
    struct error error = ERROR_INIT;
    int code = operation != NULL ? announce(request, operation, &error) : 0;

    if (code != 0) {
        request_error(request, code, &error);
    } else if (operation != NULL) {
        request->reply.status = 204;
        request->reply.set = true;
    }
    operation_free(operation);
    json_decref(body);
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {PROBLEM_BAD_REQUEST,
                                        PROBLEM_BAD_JSON,
                                        PROBLEM_UNAUTHORIZED,
                                        PROBLEM_TOO_LARGE,
                                        PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                                        PROBLEM_UNSUPPORTED_ENCODING,
                                        PROBLEM_STORAGE,
                                        PROBLEM_BUSY,
                                        PROBLEM_NONE};

const struct route route_announcements = {
    .method = "POST",
    .path = "/v1/announcements",
    .operation = "announce",
    .any = PERMISSION_ANY,
    .summary = "Announce a hand-off that is about to be sent, to those who wait for one",
    .body_limit = OPERATION_LIMIT,
    .handle = handle_announcements,
    .request_schema = "Announcement",
    .status = 204,
    .problems = problems,
};
