/*
 * /open311/v2/...: requests for service as the standard GeoReport v2 has them, in XML and JSON.
 * Everybody may read; a key is needed to make a request.
 */
#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_audit.h"
#include "net/ledger_open311.h"
#include "net/open311_call.h"
#include "net/open311_intake.h"
#include "net/open311_query.h"
#include "net/open311_request.h"

#define SPECIFICATION "http://wiki.open311.org/GeoReport_v2"
#define BODY_LIMIT    ((size_t)128 * 1024)

/* --- discovery and services ------------------------------------------------------------------- */

static const char *or_nothing(const char *text)
{
    return text != NULL ? text : "";
}

static int discovery_work(struct open311_call *call, struct error *error)
{
    const struct open311_options *options = &call->server->options.open311;
    const bool has_url = options->url != NULL && options->url[0] != '\0';
    struct text_buffer url = {0};
    char changed[TIMESTAMP_SIZE];

    timestamp_format(open311_view_changed(call->server->open311), changed);
    if (has_url)
        text_buffer_add_text(&url, options->url);
    else
        text_buffer_add_format(&url, "%s/open311/v2", call->server->address);
    call->root = "discovery";
    if (!url.failed)
        call->answer = json_pack("{s:s, s:s, s:s, s:[{s:s, s:s, s:s, s:s, s:[s, s]}]}", "changeset",
                                 changed, "contact", or_nothing(options->contact), "key_service",
                                 or_nothing(options->key_service), "endpoints", "specification",
                                 SPECIFICATION, "url", url.bytes, "changeset", changed, "type",
                                 options->test ? "test" : "production", "formats", "text/xml",
                                 "application/json");
    text_buffer_free(&url);
    return call->answer != NULL
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for the discovery of Open311");
}

static int services_work(struct open311_call *call, struct error *error)
{
    size_t count;
    const struct open311_service *const *services =
        open311_view_services(call->server->open311, &count);

    call->root = "services";
    call->answer = json_array();
    for (size_t i = 0; i < count; i++)
        if (open311_service_serves(services[i], call->jurisdiction) &&
            json_array_append_new(call->answer,
                                  open311_service_item(services[i], call->language)) != 0)
            return error_set(error, ERROR_MEMORY, "no memory for the services of Open311");
    return 0;
}

static int service_work(struct open311_call *call, struct error *error)
{
    const struct open311_service *service = open311_view_find(call->server->open311, call->name);

    if (service == NULL || !open311_service_serves(service, call->jurisdiction)) {
        open311_error_add(call->errors, 404, "service_code was not found");
        return 0;
    }
    call->root = "service_definition";
    call->answer = open311_service_definition(service, call->language);
    return call->answer != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a definition");
}

/* --- requests --------------------------------------------------------------------------------- */

struct telling {
    struct open311_call *call;
    char source[OPEN311_SOURCE_SIZE]; /* of the caller's key, "" without */
};

static int row_add(void *context, const struct ledger_open311_row *row)
{
    const struct telling *telling = context;
    struct open311_call *call = telling->call;
    const struct open311_told told = {
        .id = row->reference,
        .code = row->code,
        .title = row->title,
        .service = open311_view_find(call->server->open311, row->code),
        .facts = row->facts,
        .status = row->status,
        .requested_ms = row->requested_ms,
        .updated_ms = row->updated_ms,
        .expected_ms = row->expected_ms,
        .own = telling->source[0] != '\0' && strcmp(telling->source, row->source) == 0,
    };

    return json_array_append_new(call->answer, open311_request_item(&told, call->language)) == 0
               ? 0
               : ERROR_MEMORY;
}

/* What was told to who has a key, or a token, of what came by it; the public list is nobody's. */
static int read_note(struct open311_call *call, const char *what, struct error *error)
{
    const struct audit_entry entry = {.kind = AUDIT_READ,
                                      .at_ms = clock_system(NULL),
                                      .what = what,
                                      .request = call->request->id};

    return ledger_audit_write(call->server->ledger, &entry, error);
}

static int requests_tell(struct open311_call *call, const struct open311_query *query,
                         struct error *error)
{
    struct telling telling = {.call = call};
    struct intake_key key;
    /* A key is not asked for; one that is given has to be one. */
    int code = open311_call_key(call, &key, error);

    if (code != 0 || json_array_size(call->errors) > 0)
        return code;
    open311_source(&key, telling.source);
    call->root = "service_requests";
    call->answer = json_array();
    code = ledger_open311_each(call->server->ledger, query, call->jurisdiction, row_add, &telling,
                               error);
    if (code == ERROR_MEMORY)
        error_set(error, code, "no memory for the requests of Open311");
    if (code == 0 && telling.source[0] != '\0') {
        char what[OPEN311_SOURCE_SIZE + 60];

        (void)snprintf(what, sizeof(what), "open311 requests: %zu, by the key %s",
                       json_array_size(call->answer), telling.source);
        code = read_note(call, what, error);
    }
    return code;
}

static int requests_work(struct open311_call *call, struct error *error)
{
    struct open311_query query;
    int code = open311_query_read(&query, &call->pairs, clock_system(NULL), call->errors, error);

    if (code == 0 && json_array_size(call->errors) == 0)
        code = requests_tell(call, &query, error);
    open311_query_clear(&query);
    return code;
}

static int request_work(struct open311_call *call, struct error *error)
{
    char reference[ID_REFERENCE_SIZE] = "";
    struct open311_query query = {.limit = OPEN311_PAGE_MOST, .open = true, .closed = true};
    int code = 0;

    if (id_reference_parse(call->name, reference))
        query.ids = json_pack("[s]", reference);
    if (query.ids != NULL)
        code = requests_tell(call, &query, error);
    if (code == 0 && json_array_size(call->answer) == 0 && json_array_size(call->errors) == 0)
        open311_error_add(call->errors, 404, "service_request_id was not found");
    open311_query_clear(&query);
    return code;
}

static int token_work(struct open311_call *call, struct error *error)
{
    struct ledger_open311_state state;
    json_t *request;
    int code = ledger_open311_find(call->server->ledger, call->name, &state, error);

    if (code == ERROR_NOT_FOUND || (code == 0 && state.kind != OPEN311_BATCH)) {
        ledger_open311_state_clear(&state);
        open311_error_add(call->errors, 404, "token was not found");
        return 0;
    }
    if (code == 0 && state.refused) {
        open311_error_add(call->errors, 404, "the request of this token could not be taken in");
    } else if (code == 0) {
        request = json_pack("{s:s}", "token", state.token.text);
        if (state.taken)
            json_object_set_new(request, "service_request_id", json_string(state.reference));
        call->root = "service_requests";
        call->answer = json_pack("[o]", request);
    }
    if (code == 0 && call->answer != NULL) {
        char what[sizeof(state.reference) + 40];

        (void)snprintf(what, sizeof(what), "open311 token%s%s", state.taken ? " of case " : "",
                       state.taken ? state.reference : "");
        code = read_note(call, what, error);
    }
    ledger_open311_state_clear(&state);
    return code;
}

/* --- routes ----------------------------------------------------------------------------------- */

#define HANDLER(name, work)                                                                        \
    static enum route_result handle_##name(struct request *request)                                \
    {                                                                                              \
        return open311_ask(request, work);                                                         \
    }

HANDLER(discovery, discovery_work)
HANDLER(services, services_work)
HANDLER(service, service_work)
HANDLER(requests, requests_work)
HANDLER(post, open311_post)
HANDLER(request, request_work)
HANDLER(token, token_work)

#define TEXT_SCHEMA "{\"type\": \"string\"}"
#define COMMON                                                                                     \
    {"jurisdiction_id", TEXT_SCHEMA,                                                               \
     "Whose requests; required where the server has several jurisdictions"},                       \
    {                                                                                              \
        "locale", TEXT_SCHEMA, "fr or en; without it, what Accept-Language says"                   \
    }

static const struct route_parameter common_parameters[] = {COMMON, {0}};

static const struct route_parameter request_parameters[] = {
    COMMON,
    {"api_key", TEXT_SCHEMA, "Whose own requests are told with all that was sent, but the person"},
    {0},
};

static const struct route_parameter list_parameters[] = {
    COMMON,
    {"api_key", TEXT_SCHEMA, "Whose own requests are told with all that was sent, but the person"},
    {"service_request_id", TEXT_SCHEMA,
     "One or more ids with commas between; overrides all other arguments"},
    {"service_code", TEXT_SCHEMA, "One or more services with commas between"},
    {"start_date", TEXT_SCHEMA,
     "Made at or after this time (2010-01-01T00:00:00Z); at most 90 days before end_date"},
    {"end_date", TEXT_SCHEMA, "Made at or before this time; without it, now"},
    {"status", TEXT_SCHEMA, "open, closed, or both with a comma between"},
    {"page", "{\"type\": \"integer\", \"minimum\": 1, \"default\": 1}", "Which page"},
    {"page_size", "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000, \"default\": 1000}",
     "Most requests in a page"},
    {0},
};

/* Each resource goes by its name alone, in the format that is accepted, and by its name with the
 * format behind it. */
#define READ(where, name, words, handler, schema, query)                                           \
    {                                                                                              \
        .method = "GET", .path = "/open311/v2/" where, .operation = name, .summary = words,        \
        .open = true, .web = true, .open311 = true, .handle = handler, .response_schema = schema,  \
        .status = 200, .parameters = query                                                         \
    }

#define MAKE(where, name)                                                                          \
    {                                                                                              \
        .method = "POST", .path = "/open311/v2/" where, .operation = name,                         \
        .summary = "Make a request for service", .open = true, .open311 = true,                    \
        .body_limit = BODY_LIMIT, .body_type = "application/x-www-form-urlencoded",                \
        .handle = handle_post, .request_schema = "Open311Post",                                    \
        .response_schema = "Open311Posted", .status = 200                                          \
    }

const struct route route_open311[] = {
    READ("discovery", "open311Discovery", "Say where Open311 is", handle_discovery,
         "Open311Discovery", common_parameters),
    READ("discovery.{format}", "open311DiscoveryAs", "Say where Open311 is", handle_discovery,
         "Open311Discovery", common_parameters),
    READ("services", "open311Services", "List what can be asked for", handle_services,
         "Open311Services", common_parameters),
    READ("services.{format}", "open311ServicesAs", "List what can be asked for", handle_services,
         "Open311Services", common_parameters),
    READ("services/{service_code}", "open311Service", "Say what a service asks for", handle_service,
         "Open311Definition", common_parameters),
    READ("requests", "open311Requests", "List requests, the newest first", handle_requests,
         "Open311Requests", list_parameters),
    READ("requests.{format}", "open311RequestsAs", "List requests, the newest first",
         handle_requests, "Open311Requests", list_parameters),
    READ("requests/{service_request_id}", "open311Request", "Say how a request stands",
         handle_request, "Open311Requests", request_parameters),
    READ("tokens/{token}", "open311Token", "Say which request a token was given for", handle_token,
         "Open311Posted", common_parameters),
    MAKE("requests", "open311Post"),
    MAKE("requests.{format}", "open311PostAs"),
};
