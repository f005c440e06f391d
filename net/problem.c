#include "net/problem.h"

#include <stdio.h>

#include <jansson.h>

struct problem_row {
    const char *code;
    unsigned status;
    const char *title;
};

static const struct problem_row problems[PROBLEM_COUNT] = {
    [PROBLEM_NONE] = {"none", 200, "OK"},
    [PROBLEM_BAD_REQUEST] = {"bad-request", 400, "The request makes no sense"},
    [PROBLEM_BAD_JSON] = {"bad-json", 400, "The body is not the JSON asked for"},
    [PROBLEM_BAD_PARAMETER] = {"bad-parameter", 400, "A parameter is not what it should be"},
    [PROBLEM_MISTYPED_CODE] = {"mistyped-code", 400, "The code has a slip in it"},
    [PROBLEM_UNAUTHORIZED] = {"unauthorized", 401, "Sign in first"},
    [PROBLEM_WRONG_PASSWORD] = {"wrong-password", 401, "Login or password is wrong"},
    [PROBLEM_SIGN_IN_REFUSED] = {"sign-in-refused", 403,
                                 "The identity provider does not let the agent in"},
    [PROBLEM_FORBIDDEN] = {"forbidden", 403, "Outside of this agent's scope"},
    [PROBLEM_WRONG_CODE] = {"wrong-code", 403, "The code is wrong"},
    [PROBLEM_CHANGE_PASSWORD] = {"change-password", 403, "The password must be changed first"},
    [PROBLEM_CODE_NEEDED] = {"code-needed", 403, "A one-time code is asked for"},
    [PROBLEM_CODE_WRONG] = {"code-wrong", 403, "The one-time code is wrong"},
    [PROBLEM_CODE_SETUP] = {"code-setup", 403, "One-time codes are to be set up first"},
    [PROBLEM_CERTIFICATE] = {"certificate", 403, "Terminals show a certificate here"},
    [PROBLEM_DEVICE_UNKNOWN] = {"device-unknown", 403, "The terminal is not enrolled"},
    [PROBLEM_DEVICE_REVOKED] = {"device-revoked", 403, "The terminal was revoked"},
    [PROBLEM_DEVICE_WIPE] = {"device-wipe", 403, "The terminal is to erase what it keeps"},
    [PROBLEM_NOT_FOUND] = {"not-found", 404, "There is no such thing"},
    [PROBLEM_METHOD_NOT_ALLOWED] = {"method-not-allowed", 405, "Not with this method"},
    [PROBLEM_DEVICE_BEHIND] = {"device-behind", 409, "The terminal's files are an older copy"},
    [PROBLEM_CLOCK] = {"clock", 409, "The terminal's clock is too far from the server's"},
    [PROBLEM_REPLAYED] = {"replayed", 409, "This very request was made before"},
    [PROBLEM_OTHER_HISTORY] = {"other-history", 409, "The server was restored from an older copy"},
    [PROBLEM_AT_CENTRE] = {"at-centre", 409, "The centre does this, not an office's relay"},
    [PROBLEM_KEPT] = {"kept", 409, "It may not be erased now"},
    [PROBLEM_CHANGED] = {"changed", 412, "It has changed since"},
    [PROBLEM_TOO_LARGE] = {"too-large", 413, "The body is too large"},
    [PROBLEM_UNSUPPORTED_MEDIA_TYPE] = {"unsupported-media-type", 415,
                                        "The body must be application/json"},
    [PROBLEM_UNSUPPORTED_ENCODING] = {"unsupported-encoding", 415,
                                      "The body's coding must be identity, gzip or zstd"},
    [PROBLEM_INVALID_ANSWERS] = {"invalid-answers", 422, "The form has no such answers"},
    [PROBLEM_PURPOSE] = {"purpose-needed", 422, "A reason is needed"},
    [PROBLEM_MESSAGE_REFUSED] = {"message-refused", 422, "The message is not taken"},
    [PROBLEM_WEAK_PASSWORD] = {"weak-password", 422, "The password is not one to choose"},
    [PROBLEM_PROTOCOL] = {"protocol", 426, "Terminal and server are too far apart in version"},
    [PROBLEM_TOO_MANY_ATTEMPTS] = {"too-many-attempts", 429, "Too many failed attempts"},
    [PROBLEM_TOO_MANY_REQUESTS] = {"too-many-requests", 429, "Too many requests"},
    [PROBLEM_NOT_READY] = {"not-ready", 409, "The server is still making this ready"},
    [PROBLEM_TOO_MANY_HEADERS] = {"too-many-headers", 431, "Too many header fields"},
    [PROBLEM_INTERNAL] = {"internal", 500, "The server made a mistake"},
    [PROBLEM_STORAGE] = {"storage", 503, "The server cannot reach its database"},
    [PROBLEM_BUSY] = {"busy", 503, "The server has too much to do"},
};

const char *problem_code(enum problem problem)
{
    return problems[problem].code;
}

unsigned problem_status(enum problem problem)
{
    return problems[problem].status;
}

const char *problem_title(enum problem problem)
{
    return problems[problem].title;
}

char *problem_document(enum problem problem, const char *detail, const char *request)
{
    const struct problem_row *row = &problems[problem];
    char type[64];
    json_t *document;
    char *text;

    snprintf(type, sizeof(type), "urn:guichet:problem:%s", row->code);
    document =
        json_pack("{s:s, s:s, s:i, s:s, s:s, s:s*}", "type", type, "title", row->title, "status",
                  (int)row->status, "detail", detail, "code", row->code, "request", request);
    text = document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    return text;
}

enum problem problem_from_error(int code)
{
    switch (code) {
    case ERROR_INVALID:
        return PROBLEM_BAD_REQUEST;
    case ERROR_NOT_FOUND:
        return PROBLEM_NOT_FOUND;
    case ERROR_REFUSED:
        return PROBLEM_FORBIDDEN;
    case ERROR_TOO_LARGE:
        return PROBLEM_TOO_LARGE;
    case ERROR_STORAGE:
        return PROBLEM_STORAGE;
    case ERROR_BUSY:
    case ERROR_MEMORY:
        return PROBLEM_BUSY;
    default:
        return PROBLEM_INTERNAL;
    }
}
