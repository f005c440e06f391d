/*
 * GET and POST /v1/audit: the audit trail, for privacy officers. Who asks for a client by name says
 * it in a body: an address is written down on its way. That it was read stands in the trail itself.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_audit_names.h"
#include "net/ledger_audit_read.h"
#include "net/ledger_search.h"
#include "net/ledger_unusual.h"
#include "net/server_internal.h"

#define LIMIT_PRESET 100
/* Clients that a name may mean. */
#define CHOICES 10
/* Unusual access is looked for so far back when no time is given. */
#define UNUSUAL_MS (INT64_C(30) * 24 * 3600 * 1000)

/* What is asked, and what is answered. */
struct asking {
    struct audit_query query;
    bool unusual;
    json_t *choices; /* owned: clients that were meant; NULL for none */
};

static bool refuse(struct request *request, const char *detail)
{
    request_problem(request, PROBLEM_BAD_PARAMETER, "%s", detail);
    return false;
}

/* --- reading what is asked -------------------------------------------------------------------- */

/* The parameters of a GET as the body of a POST would have them. New reference. */
static json_t *parameters_json(struct request *request)
{
    static const char *const texts[] = {"client", "agent", "kind", "since", "until", NULL};
    json_t *body = json_object();
    int64_t before, limit;

    for (const char *const *name = texts; *name != NULL && body != NULL; name++) {
        const char *value = request_parameter(request, *name);

        if (value != NULL)
            json_object_set_new(body, *name, json_string(value));
    }
    if (!request_number(request, "before", 0, INT64_MAX, 0, &before) ||
        !request_number(request, "limit", 1, AUDIT_LIMIT, LIMIT_PRESET, &limit)) {
        json_decref(body);
        return NULL;
    }
    json_object_set_new(body, "before", json_integer(before));
    json_object_set_new(body, "limit", json_integer(limit));
    return body;
}

static bool read_time(const json_t *body, const char *name, int64_t *ms)
{
    const char *text = json_text_or(body, name, "");

    return *text == '\0' || timestamp_parse(text, ms);
}

/* Those of whom the words may be said; one alone is meant. Looking for them is in the trail. */
static int meant(struct request *request, const char *typed, enum record_type type,
                 struct asking *asking, struct error *error)
{
    const struct ledger_search_asked asked = {.type = type,
                                              .typed = typed,
                                              .purpose = PURPOSE_PRIVACY,
                                              .words = "whose entries in the audit trail",
                                              .limit = CHOICES};
    struct ledger_search_result result;
    int code = ledger_search(request->server->ledger, &request->actor, &asked, clock_system(NULL),
                             &result, error);

    if (code == 0 && result.count > 1)
        asking->choices = json_array();
    for (size_t i = 0; code == 0 && i < result.count; i++) {
        const struct record *client = result.hits[i].client;

        if (client != NULL && result.count == 1)
            asking->query.client = client->id;
        else if (client != NULL)
            json_array_append_new(asking->choices,
                                  json_pack("{s:s, s:s, s:s, s:s}", "id", client->id.text, "name",
                                            record_text(client, "name"), "birth_date",
                                            record_text(client, "birth_date"), "postal_code",
                                            record_text(client, "postal_code")));
    }
    ledger_search_clear(&result);
    return code;
}

/* A client by id, name, or the reference of a case. False with a problem set. */
static bool read_client(struct request *request, const json_t *body, struct asking *asking)
{
    const char *typed = json_text_or(body, "client", "");
    struct error error = ERROR_INIT;
    int code;

    if (*typed == '\0' || id_parse(&asking->query.client, typed))
        return true;
    if (strlen(typed) > LEDGER_SEARCH_TYPED_LIMIT)
        return refuse(request, "\"client\" is too long");
    code = meant(request, typed, RECORD_CLIENT, asking, &error);
    if (code == 0 && id_is_empty(&asking->query.client) && asking->choices == NULL)
        code = meant(request, typed, RECORD_CASE, asking, &error);
    if (code != 0) {
        request_error(request, code, &error);
        return false;
    }
    if (id_is_empty(&asking->query.client) && asking->choices == NULL) {
        request_problem(request, PROBLEM_NOT_FOUND, "%s", "nobody is found by that");
        return false;
    }
    return true;
}

static bool read_agent(struct request *request, const json_t *body, struct asking *asking)
{
    const char *typed = json_text_or(body, "agent", "");
    struct error error = ERROR_INIT;
    int code;

    if (*typed == '\0')
        return true;
    code = ledger_audit_agent(request->server->ledger, typed, &asking->query.agent, &error);
    if (code != 0)
        request_error(request, code, &error);
    return code == 0;
}

static bool read_body(struct request *request, const json_t *body, struct asking *asking)
{
    const char *kind = json_text_or(body, "kind", "");
    int64_t limit = json_integer_or(body, "limit", LIMIT_PRESET);

    asking->query.kind = *kind != '\0' ? audit_kind_from_name(kind) : AUDIT_KIND_COUNT;
    asking->query.before = json_integer_or(body, "before", 0);
    asking->unusual = json_bool_or(body, "unusual", false);
    if (*kind != '\0' && asking->query.kind == AUDIT_KIND_COUNT)
        return refuse(request, "\"kind\": there is no such kind of entry");
    if (limit < 1 || limit > AUDIT_LIMIT)
        return refuse(request, "\"limit\": 1 to 1000");
    asking->query.limit = (size_t)limit;
    if (!read_time(body, "since", &asking->query.since_ms) ||
        !read_time(body, "until", &asking->query.until_ms))
        return refuse(request, "\"since\", \"until\": a time like 2026-11-02T08:00:00Z");
    return read_agent(request, body, asking) && read_client(request, body, asking);
}

/* --- answering -------------------------------------------------------------------------------- */

static int add_entry(void *context, const struct audit_found *found)
{
    json_t *entry =
        json_pack("{s:I, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "number",
                  (json_int_t)found->number, "at", json_time(found->at_ms), "kind", found->kind,
                  "agent", found->agent, "device", found->device, "type", found->type, "record",
                  found->record, "client", found->client, "purpose", found->purpose, "what",
                  found->what, "request", found->request);

    if (entry != NULL && found->words != NULL)
        json_object_set_new(entry, "words", json_string(found->words));
    if (entry != NULL && found->erased)
        json_object_set_new(entry, "words_erased", json_true());
    if (entry != NULL && found->client_count > 0)
        json_object_set_new(entry, "clients", json_integer((json_int_t)found->client_count));
    return json_array_append_new(context, entry) == 0 ? 0 : ERROR_MEMORY;
}

static json_t *head_json(struct ledger *ledger)
{
    struct audit_head head;

    return ledger_audit_head_of(ledger, &head, NULL) == 0 ? audit_head_to_json(&head) : NULL;
}

/* Who read the trail, and of whom. False with a problem set. */
static bool note(struct request *request, const struct asking *asking)
{
    char what[160];
    const struct audit_entry entry = {.kind = AUDIT_READ,
                                      .client = asking->query.client,
                                      .purpose = PURPOSE_PRIVACY,
                                      .what = what};

    snprintf(what, sizeof(what), "audit trail%s%s%s%s%s", asking->unusual ? ": unusual access" : "",
             id_is_empty(&asking->query.agent) ? "" : ": of agent ", asking->query.agent.text,
             asking->query.kind < AUDIT_KIND_COUNT ? ": " : "",
             asking->query.kind < AUDIT_KIND_COUNT ? audit_kind_name(asking->query.kind) : "");
    return request_audit(request, &entry);
}

static int fill(struct request *request, struct asking *asking, json_t **list, bool *more,
                int64_t *looked_ms, struct error *error)
{
    struct ledger *ledger = request->server->ledger;
    size_t limit = asking->query.limit;
    int code;

    *more = false;
    if (asking->unusual)
        return ledger_audit_unusual(ledger,
                                    asking->query.since_ms > 0 ? asking->query.since_ms
                                                               : clock_system(NULL) - UNUSUAL_MS,
                                    UNUSUAL_READS, list, looked_ms, error);
    *list = json_array();
    asking->query.limit = limit + 1;
    code = ledger_audit_each(ledger, &asking->query, add_entry, *list, error);
    *more = code == 0 && json_array_size(*list) > limit;
    if (*more)
        json_array_remove(*list, limit);
    return code;
}

static void answer(struct request *request, struct asking *asking)
{
    struct error error = ERROR_INIT;
    json_t *list = NULL;
    int64_t looked_ms = 0;
    bool more;
    int code = fill(request, asking, &list, &more, &looked_ms, &error);

    if (code == 0)
        code = ledger_audit_names(request->server->ledger, list, &error);
    if (code != 0) {
        json_decref(list);
        request_error(request, code, &error);
        return;
    }
    if (!note(request, asking)) {
        json_decref(list);
        return;
    }
    request_answer(request, 200,
                   json_pack("{s:o, s:b, s:s, s:s, s:o*, s:o, s:o*}",
                             asking->unusual ? "unusual" : "entries", list, "more", (int)more,
                             "client", asking->query.client.text, "agent", asking->query.agent.text,
                             "head", head_json(request->server->ledger), "time",
                             json_time(clock_system(NULL)), "looked_since",
                             looked_ms > 0 ? json_time(looked_ms) : NULL));
}

static enum route_result handle(struct request *request, json_t *body)
{
    struct asking asking = {.choices = NULL};

    if (body == NULL || !read_body(request, body, &asking))
        json_decref(asking.choices);
    else if (asking.choices != NULL)
        request_answer(request, 200, json_pack("{s:o}", "choices", asking.choices));
    else
        answer(request, &asking);
    json_decref(body);
    return ROUTE_ANSWERED;
}

static enum route_result handle_get(struct request *request)
{
    return handle(request, parameters_json(request));
}

static enum route_result handle_post(struct request *request)
{
    return handle(request, request_json(request));
}

static const struct route_parameter parameters[] = {
    {"client", "{\"type\": \"string\"}", "Whose data: an id, or the reference of a case"},
    {"agent", "{\"type\": \"string\"}", "Who did it: an id or a login"},
    {"kind",
     "{\"enum\": [\"read\", \"search\", \"write\", \"refused\", \"sign-in\", \"sign-out\", "
     "\"export\", \"erase\", \"permission\", \"device\", \"emergency\"]}",
     "What was done"},
    {"since", "{\"type\": \"string\", \"format\": \"date-time\"}", "From then on"},
    {"until", "{\"type\": \"string\", \"format\": \"date-time\"}", "Before then"},
    {"before", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "Older than the entry of this number: for the next page"},
    {"limit", "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000, \"default\": 100}",
     "Most entries"},
    {0},
};

static const enum problem problems[] = {
    PROBLEM_BAD_PARAMETER, PROBLEM_BAD_JSON,  PROBLEM_UNAUTHORIZED,
    PROBLEM_FORBIDDEN,     PROBLEM_NOT_FOUND, PROBLEM_TOO_MANY_REQUESTS,
    PROBLEM_STORAGE,       PROBLEM_BUSY,      PROBLEM_NONE};

const struct route route_audit = {
    .method = "GET",
    .path = "/v1/audit",
    .operation = "audit",
    .any = (permission_set)1 << PERMISSION_READ_AUDIT,
    .summary = "Read the audit trail, newest first",
    .handle = handle_get,
    .response_schema = "Audit",
    .status = 200,
    .problems = problems,
    .parameters = parameters,
};

const struct route route_audit_ask = {
    .method = "POST",
    .path = "/v1/audit",
    .operation = "audit-ask",
    .any = (permission_set)1 << PERMISSION_READ_AUDIT,
    .summary = "The same by what is in the body: also of a client by name, and unusual access",
    .body_limit = 8192,
    .handle = handle_post,
    .request_schema = "AuditQuestion",
    .response_schema = "Audit",
    .status = 200,
    .problems = problems,
};
