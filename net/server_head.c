/* The head of a request, before anything is made of it: who asks how often, which name the request
 * has in the log, and whether its fields can be read in one way only. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "app/clock.h"
#include "net/server_internal.h"

#define REQUEST_ID_FIELD "X-Request-Id"
/* Of what a proxy may call a request. */
#define PROXY_ID_LEAST 8

/* --- the request's id ------------------------------------------------------------------------- */

/* So short because every answer carries it, also over a slow link: 80 random bits. */
static void id_make(char id[REQUEST_ID_SIZE])
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    unsigned char random[16];

    randombytes_buf(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        id[i] = digits[random[i] % 32];
    id[sizeof(random)] = '\0';
}

static bool id_is_plain(const char *id)
{
    size_t length = strlen(id);

    return length >= PROXY_ID_LEAST && length < REQUEST_ID_SIZE &&
           strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.") ==
               length;
}

void request_name(struct request *request)
{
    const char *given =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, REQUEST_ID_FIELD);

    if (given != NULL && id_is_plain(given) && request_is_from_proxy(request))
        text_copy(request->id, sizeof(request->id), given);
    else
        id_make(request->id);
}

/* --- its fields ------------------------------------------------------------------------------- */

/* Fields that mean nothing, or two things, when there are two of them. */
static const char *const single[] = {
    MHD_HTTP_HEADER_HOST,
    MHD_HTTP_HEADER_CONTENT_LENGTH,
    MHD_HTTP_HEADER_TRANSFER_ENCODING,
    MHD_HTTP_HEADER_CONTENT_TYPE,
    MHD_HTTP_HEADER_CONTENT_ENCODING,
    MHD_HTTP_HEADER_AUTHORIZATION,
    MHD_HTTP_HEADER_ORIGIN,
    MHD_HTTP_HEADER_IF_MATCH,
    "X-Forwarded-For",
    REQUEST_ID_FIELD,
};

#define SINGLE_COUNT (sizeof(single) / sizeof(single[0]))

struct fields {
    unsigned count;
    unsigned seen[SINGLE_COUNT];
    const char *fault; /* the first one */
};

/* A name is a token (RFC 9110, 5.6.2). */
static bool name_is_token(const char *name, size_t length)
{
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char character = (unsigned char)name[i];

        if (character <= 0x20 || character >= 0x7F ||
            strchr("\"(),/:;<=>?@[\\]{}", character) != NULL)
            return false;
    }
    return true;
}

static bool value_is_plain(const char *value, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char character = (unsigned char)value[i];

        if ((character < 0x20 && character != '\t') || character == 0x7F)
            return false;
    }
    return true;
}

static enum MHD_Result field_look(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_length, const char *value, size_t length)
{
    struct fields *fields = context;

    (void)kind;
    fields->count++;
    if (!name_is_token(name, name_length))
        fields->fault = "a header field has no proper name";
    else if (value != NULL && !value_is_plain(value, length))
        fields->fault = "a header field has a control character";
    for (size_t i = 0; i < SINGLE_COUNT && fields->fault == NULL; i++)
        if (strcasecmp(name, single[i]) == 0 && ++fields->seen[i] > 1)
            fields->fault = "a header field comes twice that may come once";
    return fields->fault == NULL ? MHD_YES : MHD_NO;
}

static enum MHD_Result parameter_look(void *context, enum MHD_ValueKind kind, const char *name,
                                      size_t name_length, const char *value, size_t length)
{
    struct fields *fields = context;

    (void)kind;
    fields->count++;
    if (memchr(name, '\0', name_length) != NULL ||
        (value != NULL && memchr(value, '\0', length) != NULL))
        fields->fault = "a parameter has a NUL";
    return fields->fault == NULL ? MHD_YES : MHD_NO;
}

/* Where the body ends: told once, and in a way that every proxy in between reads alike. */
static const char *framing_fault(const struct request *request, const char *version)
{
    const char *length = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_CONTENT_LENGTH);
    const char *coding = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_TRANSFER_ENCODING);

    if (strcmp(version, MHD_HTTP_VERSION_1_1) != 0 && strcmp(version, MHD_HTTP_VERSION_1_0) != 0)
        return "only HTTP/1.1 and HTTP/1.0 are spoken";
    if (length != NULL && coding != NULL)
        return "Content-Length and Transfer-Encoding exclude each other";
    if (length != NULL && (length[0] == '\0' || strspn(length, "0123456789") != strlen(length)))
        return "Content-Length is no length";
    if (coding != NULL && strcasecmp(coding, "chunked") != 0)
        return "Transfer-Encoding must be chunked";
    if (coding != NULL && strcmp(version, MHD_HTTP_VERSION_1_0) == 0)
        return "HTTP/1.0 knows no Transfer-Encoding";
    return NULL;
}

bool head_target_is_plain(const char *target)
{
    if (target == NULL || target[0] == '\0')
        return false;
    for (const char *at = target; *at != '\0'; at++) {
        unsigned char character = (unsigned char)*at;

        if (character <= 0x20 || character == 0x7F || strchr("\"#<>\\^`{|}", character) != NULL)
            return false;
        if (character == '%' &&
            (strspn(at + 1, "0123456789ABCDEFabcdef") < 2 || strncmp(at, "%00", 3) == 0))
            return false;
    }
    return true;
}

/* Refuses, and closes after the answer: what follows on the connection may be anything. */
static bool refuse(struct request *request, enum problem problem, const char *why)
{
    request_problem(request, problem, "%s", why);
    request->reply.close = true;
    return false;
}

static bool fields_check(struct request *request, const char *version)
{
    const struct server_limits *limits = &request->server->options.limits;
    struct fields fields = {0}, parameters = {0};
    const char *fault;

    MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, field_look, &fields);
    MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, parameter_look,
                                &parameters);
    fault = fields.fault != NULL ? fields.fault : parameters.fault;
    if (fault == NULL)
        fault = framing_fault(request, version);
    if (fault == NULL && !request->plain_target)
        fault = "the address has characters that must not stand there";
    if (fault != NULL)
        return refuse(request, PROBLEM_BAD_REQUEST, fault);
    if (fields.count > limits->header_fields) {
        request_problem(request, PROBLEM_TOO_MANY_HEADERS, "at most %u header fields",
                        limits->header_fields);
        return false;
    }
    if (parameters.count > limits->parameters) {
        request_problem(request, PROBLEM_BAD_PARAMETER, "at most %u parameters",
                        limits->parameters);
        return false;
    }
    return true;
}

bool request_head_check(struct request *request, const char *version)
{
    char address[64];
    unsigned wait;

    if (!fields_check(request, version))
        return false;
    request_address(request, address, sizeof(address));
    wait = guard_request(request->server->guard, address, clock_steady(NULL));
    if (wait == 0)
        return true;
    request_problem(request, PROBLEM_TOO_MANY_REQUESTS, "%s",
                    "this address asks more often than the server allows");
    request->reply.retry_after = wait;
    return false;
}
