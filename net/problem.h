/*
 * Problem details for HTTP APIs (RFC 9457): every error that the server answers, as one table.
 */
#ifndef GUICHET_NET_PROBLEM_H
#define GUICHET_NET_PROBLEM_H

#include <stddef.h>

#include "app/error.h"

#define PROBLEM_MEDIA_TYPE "application/problem+json"

enum problem {
    PROBLEM_NONE = 0,
    PROBLEM_BAD_REQUEST,
    PROBLEM_BAD_JSON,
    PROBLEM_BAD_PARAMETER,
    PROBLEM_MISTYPED_CODE,
    PROBLEM_UNAUTHORIZED,
    PROBLEM_WRONG_PASSWORD,
    PROBLEM_SIGN_IN_REFUSED,
    PROBLEM_WRONG_CODE,
    PROBLEM_CHANGE_PASSWORD,
    PROBLEM_CODE_NEEDED,
    PROBLEM_CODE_WRONG,
    PROBLEM_CODE_SETUP,
    PROBLEM_FORBIDDEN,
    PROBLEM_CERTIFICATE,
    PROBLEM_DEVICE_UNKNOWN,
    PROBLEM_DEVICE_REVOKED,
    PROBLEM_DEVICE_WIPE,
    PROBLEM_NOT_FOUND,
    PROBLEM_METHOD_NOT_ALLOWED,
    PROBLEM_DEVICE_BEHIND,
    PROBLEM_CLOCK,
    PROBLEM_REPLAYED,
    PROBLEM_AT_CENTRE,
    PROBLEM_OTHER_HISTORY,
    PROBLEM_KEPT,
    PROBLEM_CHANGED,
    PROBLEM_TOO_LARGE,
    PROBLEM_UNSUPPORTED_MEDIA_TYPE,
    PROBLEM_UNSUPPORTED_ENCODING,
    PROBLEM_INVALID_ANSWERS,
    PROBLEM_PURPOSE,
    PROBLEM_MESSAGE_REFUSED,
    PROBLEM_WEAK_PASSWORD,
    PROBLEM_PROTOCOL,
    PROBLEM_TOO_MANY_ATTEMPTS,
    PROBLEM_TOO_MANY_REQUESTS,
    PROBLEM_NOT_READY,
    PROBLEM_TOO_MANY_HEADERS,
    PROBLEM_INTERNAL,
    PROBLEM_STORAGE,
    PROBLEM_BUSY,
    PROBLEM_COUNT
};

/* The stable name ("too-large"), the HTTP status and the title. */
const char *problem_code(enum problem problem);
unsigned problem_status(enum problem problem);
const char *problem_title(enum problem problem);

/* The document {"type","title","status","detail","code","request"}: owned (free()); NULL out of
 * memory. */
char *problem_document(enum problem problem, const char *detail, const char *request);

/* What an error of the ledger is to a client. */
enum problem problem_from_error(int code);

#endif
