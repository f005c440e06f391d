#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/compress.h"
#include "net/ledger_audit.h"
#include "net/ledger_permission.h"
#include "net/open311_call.h"
#include "net/request_session.h"

/* Smaller answers gain nothing by compression. */
#define COMPRESS_FROM 300
#define BEARER        "Bearer "

/* --- replies ---------------------------------------------------------------------------------- */

static void reply_set(struct request *request, unsigned status, const char *media_type, char *body,
                      size_t length)
{
    struct reply *reply = &request->reply;

    free(reply->body);
    reply->status = status;
    reply->media_type = media_type;
    reply->body = body;
    reply->length = length;
    reply->set = true;
}

void *request_state_new(struct request *request, size_t size, void (*release)(void *state))
{
    request->state = calloc(1, size);
    request->state_free = release;
    if (request->state == NULL)
        request_problem(request, PROBLEM_BUSY, "%s", "out of memory");
    return request->state;
}

void request_problem(struct request *request, enum problem problem, const char *format, ...)
{
    struct error detail = ERROR_INIT;
    char text[ERROR_MESSAGE_SIZE];
    va_list arguments;
    char *body;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    error_set(&detail, ERROR_INVALID, "%s", text);
    if (request->open311) {
        open311_problem(request, problem_status(problem), detail.message);
        return;
    }
    body = problem_document(problem, detail.message, request->id);
    reply_set(request, problem_status(problem), PROBLEM_MEDIA_TYPE, body,
              body != NULL ? strlen(body) : 0);
}

void request_error(struct request *request, int code, const struct error *error)
{
    enum problem problem = problem_from_error(code);

    /* What broke inside is for the log, not for the client. */
    if (problem_status(problem) >= 500) {
        request_log(request, "%s", error->message);
        request_problem(request, problem, "%s", problem_title(problem));
        if (problem_status(problem) == 503)
            request->reply.retry_after = 1;
        return;
    }
    request_problem(request, problem, "%s", error->message);
}

void request_problem_with(struct request *request, enum problem problem, const char *detail,
                          const char *member, json_t *value)
{
    char *text = problem_document(problem, detail, request->id);
    json_t *document = text != NULL ? json_loads(text, 0, NULL) : NULL;

    free(text);
    json_object_set(document, member, value);
    request_answer(request, problem_status(problem), document);
    if (request->reply.status == problem_status(problem))
        request->reply.media_type = PROBLEM_MEDIA_TYPE;
}

void request_answer_bytes(struct request *request, unsigned status, const char *media_type,
                          char *body, size_t length)
{
    if (body == NULL) {
        request_problem(request, PROBLEM_BUSY, "%s", "out of memory");
        request->reply.retry_after = 1;
        return;
    }
    reply_set(request, status, media_type, body, length);
}

void request_answer_text(struct request *request, unsigned status, char *body, size_t length)
{
    request_answer_bytes(request, status, "application/json", body, length);
}

void request_answer(struct request *request, unsigned status, json_t *value)
{
    char *body = value != NULL ? json_write(value) : NULL;

    json_decref(value);
    request_answer_text(request, status, body, body != NULL ? strlen(body) : 0);
}

/* --- the audit trail -------------------------------------------------------------------------- */

bool request_audit(struct request *request, const struct audit_entry *entry)
{
    struct audit_entry whole = *entry;

    if (id_is_empty(&whole.agent))
        whole.agent = request->actor.agent;
    if (id_is_empty(&whole.device))
        whole.device = request->actor.device;
    if (whole.at_ms == 0)
        whole.at_ms = clock_system(NULL);
    whole.request = request->id;
    trail_job_free(request->trail);
    request->trail = trail_job_new(&whole);
    if (request->trail == NULL)
        request_problem(request, PROBLEM_BUSY, "%s", "out of memory");
    return request->trail != NULL;
}

bool request_audit_page(struct request *request, const struct ledger_page *page, const char *route,
                        enum purpose purpose)
{
    char what[80];
    struct audit_entry entry = {.kind = AUDIT_READ,
                                .purpose = purpose,
                                .what = what,
                                .clients = page->clients,
                                .client_count = page->client_count};

    if (page->personal == 0)
        return true;
    snprintf(what, sizeof(what), "%s: %zu records", route, page->personal);
    /* Of one, it is found as what was read alone is. */
    if (page->client_count == 1) {
        entry.client = id_from_bytes(page->clients);
        entry.clients = NULL;
        entry.client_count = 0;
    }
    return request_audit(request, &entry);
}

/* Compresses the body when the client takes that and it pays. */
static enum compression reply_compress(struct request *request)
{
    struct reply *reply = &request->reply;
    enum compression compression =
        request_is_packed(request)
            ? COMPRESSION_ZSTD
            : compression_choose(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                             MHD_HTTP_HEADER_ACCEPT_ENCODING));
    char *packed;
    size_t length;

    if (reply->body == NULL || reply->hurried || reply->length < COMPRESS_FROM ||
        compression == COMPRESSION_IDENTITY ||
        compress_bytes(compression, reply->body, reply->length, &packed, &length, NULL) != 0)
        return COMPRESSION_IDENTITY;
    if (length >= reply->length) {
        free(packed);
        return COMPRESSION_IDENTITY;
    }
    free(reply->body);
    reply->body = packed;
    reply->length = length;
    return compression;
}

/* What a page of another origin may see of the answer. */
static void web_headers(const struct request *request, struct MHD_Response *response)
{
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ORIGIN);
    if (!request_is_from_web(request))
        return;
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN,
                            request->server->options.web_origin);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_EXPOSE_HEADERS,
                            "ETag, Retry-After");
    if (!request->reply.preflight)
        return;
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_METHODS, "GET, PUT");
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_HEADERS,
                            "Accept-Language, Content-Type, If-Match");
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_MAX_AGE, "600");
}

/* A page for people: no script, no other origin, nothing told to the next one. */
static void page_headers(struct MHD_Response *response)
{
    MHD_add_response_header(response, "Content-Security-Policy",
                            "default-src 'none'; form-action 'self'; base-uri 'none'; "
                            "frame-ancestors 'none'");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
}

static void reply_headers(struct request *request, struct MHD_Response *response,
                          enum compression compression)
{
    const struct reply *reply = &request->reply;

    /* To a terminal that packs: what it is, and under which name the log has it, matters of what
     * went wrong alone. */
    bool bare = reply->status == MHD_HTTP_OK && request_is_packed(request);

    if (reply->media_type != NULL && !bare)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->media_type);
    if (reply->media_type != NULL && strncmp(reply->media_type, "text/html", 9) == 0)
        page_headers(response);
    if (compression != COMPRESSION_IDENTITY)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING,
                                compression_name(compression));
    if (reply->allow[0] != '\0')
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
    if (reply->status == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    if (request->route != NULL && request->route->web)
        web_headers(request, response);
    if (reply->rev > 0) {
        char tag[24];

        snprintf(tag, sizeof(tag), "\"%lld\"", (long long)reply->rev);
        MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
    }
    if (reply->retry_after > 0) {
        char seconds[16];

        snprintf(seconds, sizeof(seconds), "%u", reply->retry_after);
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    /* An answer to POST is not cached anyway; sparing the header matters on a slow link. */
    if (request->route == NULL || strcmp(request->route->method, "GET") == 0 ||
        request->route->open)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (!bare)
        MHD_add_response_header(response, "X-Request-Id", request->id);
    if (reply->close || atomic_load(&request->server->stopping))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* Whether all answers together, with this one, are few enough. */
static bool answer_fits(struct request *request)
{
    struct server *server = request->server;
    size_t most = (size_t)server->options.limits.answer_mib * 1024 * 1024;

    request->answering = request->reply.length;
    return atomic_fetch_add(&server->answer_bytes, request->answering) + request->answering <= most;
}

enum MHD_Result request_send(struct request *request)
{
    struct reply *reply = &request->reply;
    struct MHD_Response *response;
    enum compression compression;
    enum MHD_Result result;

    if (!reply->set)
        request_problem(request, PROBLEM_INTERNAL, "%s", "no answer was made");
    if (!answer_fits(request)) {
        request_problem(request, PROBLEM_BUSY, "%s", "too many large answers at once");
        reply->retry_after = 2;
    }
    compression = reply_compress(request);
    guard_line_stage(request->server->guard, request->line, GUARD_ANSWER, reply->length);
    response = MHD_create_response_from_buffer(reply->length, reply->body, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        return MHD_NO;
    /* It frees the body from now on. */
    reply->body = NULL;
    reply_headers(request, response, compression);
    result = MHD_queue_response(request->connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* --- who asks --------------------------------------------------------------------------------- */

const char *request_token(const struct request *request)
{
    const char *value = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                    MHD_HTTP_HEADER_AUTHORIZATION);

    if (value == NULL || strncasecmp(value, BEARER, strlen(BEARER)) != 0)
        return NULL;
    value += strlen(BEARER);
    return value[0] != '\0' && strlen(value) < LEDGER_TOKEN_SIZE ? value : NULL;
}

bool request_is_from_web(const struct request *request)
{
    const char *allowed = request->server->options.web_origin;
    const char *origin =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ORIGIN);

    return allowed != NULL && allowed[0] != '\0' && origin != NULL && strcmp(origin, allowed) == 0;
}

/* The last address of the list: the one that the proxy itself has seen. */
static bool forwarded_address(const struct request *request, char *address, size_t size)
{
    const char *list =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "X-Forwarded-For");
    const char *last = list != NULL ? strrchr(list, ',') : NULL;
    unsigned char bytes[sizeof(struct in6_addr)];

    if (list == NULL)
        return false;
    last = last != NULL ? last + 1 : list;
    last += strspn(last, " ");
    if (inet_pton(AF_INET, last, bytes) != 1 && inet_pton(AF_INET6, last, bytes) != 1)
        return false;
    text_copy(address, size, last);
    return true;
}

/* The address at the other end of the connection; "" when it is not known. */
static void peer_address(const struct request *request, char *address, size_t size)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *peer = info != NULL ? info->client_addr : NULL;
    socklen_t length = peer != NULL && peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                                   : sizeof(struct sockaddr_in);

    if (peer == NULL ||
        getnameinfo(peer, length, address, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
        text_copy(address, size, "");
}

static bool is_proxy(const struct request *request, const char *address)
{
    const char *proxy = request->server->options.web_proxy;

    return proxy != NULL && proxy[0] != '\0' && strcmp(proxy, address) == 0;
}

bool request_is_from_proxy(const struct request *request)
{
    char address[64];

    peer_address(request, address, sizeof(address));
    return is_proxy(request, address);
}

void request_address(const struct request *request, char *address, size_t size)
{
    peer_address(request, address, size);
    if (is_proxy(request, address))
        forwarded_address(request, address, size);
}

void request_refuse(struct request *request, const char *permission)
{
    char what[160];
    struct audit_entry entry = {
        .kind = AUDIT_REFUSED,
        .at_ms = clock_system(NULL),
        .agent = request->actor.agent,
        .device = request->actor.device,
        .what = what,
        .request = request->id,
    };
    struct error error = ERROR_INIT;
    int code;

    snprintf(what, sizeof(what), "%s %s: %s", request->route->method, request->route->path,
             permission);
    code = ledger_audit_write(request->server->ledger, &entry, &error);
    if (code != 0)
        request_error(request, code, &error);
    else
        request_problem(request, PROBLEM_FORBIDDEN, "this agent's role lacks the permission \"%s\"",
                        permission);
}

/* Whose a token is: as it was found a while ago, or as it stands. */
static int find_actor(struct request *request, const char *token, struct error *error)
{
    struct server *server = request->server;
    int64_t now = clock_system(NULL);
    int code = 0;

    request->people = ledger_people(server->ledger);
    if (!known_actor(server->known, token, request->people, now, &request->actor)) {
        code = ledger_session_find(server->ledger, token, now, &request->actor, error);
        if (code == 0)
            known_actor_keep(server->known, token, request->people, &request->actor);
    }
    request->actor.request = request->id;
    return code;
}

bool request_authenticate(struct request *request)
{
    const char *token = request_token(request);
    struct error error = ERROR_INIT;
    int code;

    if (token == NULL) {
        request_knocked(request, "a bearer token is needed");
        return false;
    }
    code = find_actor(request, token, &error);
    if (code == ERROR_CANCELLED && request->actor.wiped)
        request_wipe(request, request->actor.key);
    else if (code == ERROR_NOT_FOUND)
        request_knocked(request, error.message);
    else if (code != 0)
        request_error(request, code, &error);
    if (code == 0 && request->actor.display && !request->route->display) {
        request_problem(request, PROBLEM_FORBIDDEN, "%s",
                        "a public screen reads /v1/display alone");
        return false;
    }
    if (code == 0 && request->route->any != 0 && (request->actor.may & request->route->any) == 0) {
        request_refuse(request, permission_name(permission_first(request->route->any)));
        return false;
    }
    return code == 0;
}

bool request_authenticate_again(struct request *request)
{
    return (request->people == ledger_people(request->server->ledger) &&
            request->actor.expires_ms > clock_system(NULL)) ||
           request_authenticate(request);
}

/* --- what is asked ---------------------------------------------------------------------------- */

const char *request_parameter(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool request_number(struct request *request, const char *name, int64_t least, int64_t most,
                    int64_t otherwise, int64_t *number)
{
    const char *text = request_parameter(request, name);
    char *end;
    long long parsed;

    *number = otherwise;
    if (text == NULL)
        return true;
    errno = 0;
    parsed = strtoll(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || parsed < least ||
        parsed > most) {
        request_problem(request, PROBLEM_BAD_PARAMETER,
                        "\"%s\" must be a whole number from %lld to %lld", name, (long long)least,
                        (long long)most);
        return false;
    }
    *number = parsed;
    return true;
}

bool request_catalogue_scope(struct request *request, bool *catalogue)
{
    const char *scope = request_parameter(request, "scope");

    *catalogue = scope != NULL && strcmp(scope, "catalogue") == 0;
    if (scope == NULL || *catalogue || strcmp(scope, "desk") == 0)
        return true;
    request_problem(request, PROBLEM_BAD_PARAMETER, "%s", "\"scope\" must be catalogue or desk");
    return false;
}
