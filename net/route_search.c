/*
 * POST /v1/search/{type} and POST /v1/open: finding clients and cases beyond what a terminal holds,
 * and opening a file. What is looked for stands in the body: an address is written down on its way,
 * by this server's log and by others'.
 */
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_search.h"
#include "net/server_internal.h"

#define LIMIT_PRESET 20

/* Why somebody looks; borrowed from the body. */
struct reason {
    enum purpose purpose;
    const char *words;
};

/* The reasons that the agent's role can have. New reference; NULL out of memory. */
static json_t *reasons_list(struct request *request)
{
    permission_set may = 0;
    json_t *names = json_array();

    if (ledger_search_permissions(request->server->ledger, &request->actor.agent, &may, NULL) != 0)
        may = 0;
    for (int i = 0; purpose_words[i] != NULL && names != NULL; i++)
        if (purpose_is_open_to(purpose_from_name(purpose_words[i]), may))
            json_array_append_new(names, json_string(purpose_words[i]));
    return names;
}

bool request_refuse_reason(struct request *request, const char *detail)
{
    json_t *names = reasons_list(request);

    request_problem_with(request, PROBLEM_PURPOSE, detail, "purposes", names);
    json_decref(names);
    return false;
}

/* False with a problem set. */
static bool reason_read(struct request *request, const json_t *body, struct reason *reason)
{
    const char *name = json_text_or(body, "purpose", NULL);

    reason->purpose = purpose_from_name(name);
    reason->words = json_text_or(body, "words", "");
    if (name == NULL)
        return request_refuse_reason(request, "\"purpose\": why is this looked for?");
    if (reason->purpose == PURPOSE_NONE)
        return request_refuse_reason(request, "\"purpose\": there is no such reason");
    if (strlen(reason->words) > PURPOSE_TEXT_LIMIT)
        return request_refuse_reason(request, "\"words\": too long");
    if (purpose_wants_words(reason->purpose) &&
        reason->words[strspn(reason->words, " \t\n")] == '\0')
        return request_refuse_reason(request, "\"words\": this reason needs words besides");
    return true;
}

/* "client" or "case"; RECORD_NONE with a problem set. */
static enum record_type type_read(struct request *request, const char *name)
{
    enum record_type type = record_type_from_name(name);

    if (type == RECORD_CLIENT || type == RECORD_CASE)
        return type;
    request_problem(request, PROBLEM_NOT_FOUND, "%s", "clients and cases are looked for");
    return RECORD_NONE;
}

static void answer_error(struct request *request, int code, int64_t retry_ms,
                         const struct error *error)
{
    if (code == ERROR_BUSY && retry_ms > 0) {
        request_problem(request,
                        ledger_search_is_ready(request->server->ledger) ? PROBLEM_TOO_MANY_REQUESTS
                                                                        : PROBLEM_NOT_READY,
                        "%s", error->message);
        request->reply.retry_after = (unsigned)((retry_ms + 999) / 1000);
        return;
    }
    request_error(request, code, error);
}

/* --- searching -------------------------------------------------------------------------------- */

static void add_text(json_t *target, const char *name, const struct record *record,
                     const char *member)
{
    if (record != NULL && record_text(record, member)[0] != '\0')
        json_object_set_new(target, name, json_string(record_text(record, member)));
}

/* Of a client what tells them from others, and no more. */
static void add_client(json_t *target, const struct record *client)
{
    add_text(target, "name", client, "name");
    add_text(target, "kind", client, "kind");
    add_text(target, "birth_date", client, "birth_date");
    add_text(target, "postal_code", client, "postal_code");
}

static void add_likeness(json_t *target, unsigned likeness)
{
    json_t *words = json_array();

    for (int i = 0; i < LIKENESS_COUNT; i++)
        if (likeness & (1u << i))
            json_array_append_new(words, json_string(client_likeness_word(1u << i)));
    json_object_set_new(target, "likeness", words);
}

static json_t *hit_json(const struct ledger_search_hit *hit, bool by_likeness)
{
    const struct record *record = hit->matter != NULL ? hit->matter : hit->client;
    json_t *json = json_pack("{s:s, s:s, s:i, s:b}", "type", record_type_name(record->type), "id",
                             record->id.text, "score", hit->score, "here", hit->here);

    if (json == NULL)
        return NULL;
    add_text(json, "office", record, "office");
    if (hit->matter != NULL) {
        json_t *client = json_object();

        add_text(json, "reference", hit->matter, "reference");
        add_text(json, "service", hit->matter, "service");
        add_text(json, "status", hit->matter, "status");
        if (hit->client != NULL) {
            json_object_set_new(client, "id", json_string(hit->client->id.text));
            add_client(client, hit->client);
            json_object_set(json, "client", client);
        }
        json_decref(client);
    } else {
        add_client(json, hit->client);
        add_text(json, "found_as", hit->found_as, "name");
    }
    if (by_likeness)
        add_likeness(json, hit->likeness);
    return json;
}

static void answer_found(struct request *request, const struct ledger_search_result *result,
                         bool by_likeness)
{
    json_t *hits = json_array();

    for (size_t i = 0; i < result->count; i++)
        json_array_append_new(hits, hit_json(&result->hits[i], by_likeness));
    request_answer(
        request, 200,
        json_pack("{s:o, s:b, s:b}", "hits", hits, "more", result->more, "beyond", result->beyond));
}

/* What is looked for: "q", or "like" for clients. False with a problem set. */
static bool asked_read(struct request *request, const json_t *body,
                       struct ledger_search_asked *asked, struct client_details *like)
{
    const json_t *details = json_object_get(body, "like");

    asked->limit = (size_t)json_integer_or(body, "limit", LIMIT_PRESET);
    if (asked->limit < 1 || asked->limit > LEDGER_SEARCH_MOST) {
        request_problem(request, PROBLEM_BAD_PARAMETER, "\"limit\" is 1 to %d", LEDGER_SEARCH_MOST);
        return false;
    }
    if (json_is_object(details) && asked->type == RECORD_CLIENT) {
        *like = (struct client_details){
            .kind = json_text_or(details, "kind", NULL),
            .name = json_text_or(details, "name", NULL),
            .phone = json_text_or(details, "phone", NULL),
            .email = json_text_or(details, "email", NULL),
            .postal_code = json_text_or(details, "postal_code", NULL),
            .birth_date = json_text_or(details, "birth_date", NULL),
        };
        asked->like = like;
        id_parse(&asked->but, json_text_or(body, "but", ""));
        return true;
    }
    asked->typed = json_text_or(body, "q", "");
    if (asked->typed[0] != '\0' && strlen(asked->typed) <= LEDGER_SEARCH_TYPED_LIMIT)
        return true;
    request_problem(request, PROBLEM_BAD_PARAMETER, "\"q\" has 1 to %d bytes",
                    LEDGER_SEARCH_TYPED_LIMIT);
    return false;
}

static void search(struct request *request, const json_t *body, enum record_type type)
{
    struct ledger_search_result result;
    struct ledger_search_asked asked = {.type = type};
    struct client_details like;
    struct error error = ERROR_INIT;
    struct reason reason;
    int code;

    if (!reason_read(request, body, &reason) || !asked_read(request, body, &asked, &like))
        return;
    asked.purpose = reason.purpose;
    asked.words = reason.words;
    code = ledger_search(request->server->ledger, &request->actor, &asked, clock_system(NULL),
                         &result, &error);
    if (code == 0)
        answer_found(request, &result, asked.like != NULL);
    else
        answer_error(request, code, result.retry_ms, &error);
    ledger_search_clear(&result);
}

static enum route_result handle_search(struct request *request)
{
    enum record_type type = type_read(request, request->segments[0]);
    json_t *body = type != RECORD_NONE ? request_json(request) : NULL;

    if (body != NULL)
        search(request, body, type);
    json_decref(body);
    return ROUTE_ANSWERED;
}

static const enum problem search_problems[] = {PROBLEM_BAD_JSON,     PROBLEM_BAD_PARAMETER,
                                               PROBLEM_UNAUTHORIZED, PROBLEM_FORBIDDEN,
                                               PROBLEM_NOT_FOUND,    PROBLEM_TOO_MANY_REQUESTS,
                                               PROBLEM_NOT_READY,    PROBLEM_PURPOSE,
                                               PROBLEM_STORAGE,      PROBLEM_NONE};

const struct route route_search = {
    .method = "POST",
    .path = "/v1/search/{type}",
    .operation = "search",
    .any = PERMISSION_ANY,
    .summary = "Find clients or cases of all offices, for a reason, best first",
    .body_limit = 8192,
    .handle = handle_search,
    .request_schema = "Search",
    .response_schema = "Found",
    .status = 200,
    .problems = search_problems,
};

/* --- opening ---------------------------------------------------------------------------------- */

static void open_file(struct request *request, const json_t *body)
{
    struct ledger_file_asked opening = {.type = type_read(request, json_text_or(body, "type", ""))};
    struct ledger_opened opened;
    struct error error = ERROR_INIT;
    struct reason reason;
    int code;

    if (opening.type == RECORD_NONE || !reason_read(request, body, &reason))
        return;
    if (!id_parse(&opening.record, json_text_or(body, "id", ""))) {
        request_problem(request, PROBLEM_BAD_PARAMETER, "%s", "\"id\" is not a UUID");
        return;
    }
    id_parse(&opening.contact, json_text_or(body, "contact", ""));
    opening.purpose = reason.purpose;
    opening.words = reason.words;
    code = ledger_open_file(request->server->ledger, &request->actor, &opening, clock_system(NULL),
                            &opened, &error);
    if (code != 0)
        answer_error(request, code, opened.retry_ms, &error);
    else
        request_answer(
            request, 200,
            json_pack("{s:o, s:o, s:I, s:I, s:I}", "client",
                      id_is_empty(&opened.client) ? json_null() : json_string(opened.client.text),
                      "until", opened.until_ms > 0 ? json_time(opened.until_ms) : json_null(),
                      "after", (json_int_t)opened.after, "last", (json_int_t)opened.last, "records",
                      (json_int_t)opened.records));
}

static enum route_result handle_open(struct request *request)
{
    json_t *body = request_json(request);

    if (body != NULL)
        open_file(request, body);
    json_decref(body);
    return ROUTE_ANSWERED;
}

const struct route route_open = {
    .method = "POST",
    .path = "/v1/open",
    .operation = "open",
    .any = PERMISSION_ANY,
    .summary = "Open a client's file until the contact or the day is over: it comes with the feed",
    .body_limit = 8192,
    .handle = handle_open,
    .request_schema = "Open",
    .response_schema = "Opened",
    .status = 200,
    .problems = search_problems,
};
