/*
 * What the parts of the server share: the request, the reply, the routes. Nobody outside
 * net/server*.c and net/route_*.c includes this.
 */
#ifndef GUICHET_NET_SERVER_INTERNAL_H
#define GUICHET_NET_SERVER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <jansson.h>
#include <microhttpd.h>

#include "app/text.h"
#include "net/announcements.h"
#include "net/audit_tally.h"
#include "net/hsds_view.h"
#include "net/intake_rate.h"
#include "net/known.h"
#include "net/open311_document.h"
#include "net/open311_view.h"
#include "net/problem.h"
#include "net/server.h"
#include "net/server_doorbell.h"
#include "net/server_guard.h"
#include "net/server_presence.h"
#include "net/server_trail.h"
#include "net/server_worker.h"

struct operations_sent;
struct request;

/* --- routes ----------------------------------------------------------------------------------- */

enum route_result {
    ROUTE_ANSWERED,  /* the request's reply is set */
    ROUTE_SUSPENDED, /* the connection sleeps; the same function is called again when it wakes */
};

/* A query parameter, for the OpenAPI document. */
struct route_parameter {
    const char *name;
    const char *schema; /* JSON text */
    const char *description;
};

/* One method of one path. The table of server_routes.c is all that the server answers; dispatch,
 * the Allow header and the OpenAPI document come out of it. */
struct route {
    const char *method;
    const char *path; /* "{name}" stands for one segment */
    const char *operation;
    const char *summary;
    bool open;     /* without a token */
    bool terminal; /* open, and for terminals alone: they show their certificate where one is asked
                    */
    bool display;  /* also for a public screen's token */
    permission_set any; /* one of these is asked of whoever signed in; 0: nothing is */
    bool web;           /* pages of the configured origin may ask (CORS) */
    /* Of an open route: whether the body may come; false with a problem set. NULL: it may. */
    bool (*admit)(struct request *request);
    bool open311;          /* answers in XML or JSON, errors as Open311 has them */
    size_t body_limit;     /* 0: takes no body */
    const char *body_type; /* NULL: "application/json" */
    bool binary;           /* the body may come in binary form too (app/binary.h) */
    bool binary_answer;    /* and the answer may be asked for in it */
    enum route_result (*handle)(struct request *request);
    const char *request_schema;               /* name in the OpenAPI components; NULL: none */
    const char *response_schema;              /* NULL: an answer without a body */
    const char *response_type;                /* media type; NULL: application/json */
    unsigned status;                          /* when all goes well */
    const enum problem *problems;             /* that are its own, ends with PROBLEM_NONE */
    const struct route_parameter *parameters; /* ends with a NULL name; may be NULL */
};

#define ROUTE_PARAMETER_LIMIT 2
#define ROUTE_SEGMENT_SIZE    64
#define REQUEST_ID_SIZE       65

/* The rows, one per resource file. */
extern const struct route route_login;
extern const struct route route_logout;
extern const struct route route_token;
extern const struct route route_password;
extern const struct route route_provider;
extern const struct route route_provider_session;
extern const struct route route_devices;
extern const struct route route_announcements;
extern const struct route route_operations;
extern const struct route route_changes;
extern const struct route route_records;
extern const struct route route_files;
extern const struct route route_presence;
extern const struct route route_search;
extern const struct route route_audit;
extern const struct route route_audit_ask;
extern const struct route route_keeping[5];
extern const struct route route_retention;
extern const struct route route_retention_ask;
extern const struct route route_open;
extern const struct route route_display;
extern const struct route route_continue;
extern const struct route route_continue_put;
extern const struct route route_continue_options;
extern const struct route route_sms;
extern const struct route route_sms_receipt;
extern const struct route route_status;
extern const struct route route_questionnaire;
extern const struct route route_questionnaire_post;
extern const struct route route_questionnaire_page;
extern const struct route route_relay_office;
extern const struct route route_relay_operations;
extern const struct route route_relay_changes;
extern const struct route route_relay_presence;
extern const struct route route_relay_sign_in;
extern const struct route route_intake;
extern const struct route route_attachments;
extern const struct route route_healthz;
extern const struct route route_openapi;
extern const struct route route_hsds[11];
extern const struct route route_open311[11];

/* All of them, ends with NULL. */
extern const struct route *const server_routes[];

/* Finds the route and copies the segments that "{}" stands for. PROBLEM_NOT_FOUND, or
 * PROBLEM_METHOD_NOT_ALLOWED with `allow` filled. HEAD finds the routes of GET. */
enum problem route_find(const char *method, const char *path, const struct route **route,
                        char segments[ROUTE_PARAMETER_LIMIT][ROUTE_SEGMENT_SIZE], char allow[64]);

/* --- the server ------------------------------------------------------------------------------- */

struct server {
    struct server_options options;
    char address[128];
    struct ledger *ledger;
    struct MHD_Daemon *daemon;
    struct doorbell *doorbell;
    struct presence *presence;
    struct hsds_view *hsds; /* the catalogue for the routes under /hsds/; the worker's */
    struct announcements *announcements;
    struct known *known;          /* of tokens */
    struct trail *trail;          /* the one thread that writes what requests leave there */
    struct intake_rate *rate;     /* of intake keys */
    struct worker *sign_in;       /* the one thread that checks passwords */
    struct worker *passage;       /* the one thread that checks continue codes */
    struct worker *directory;     /* the one thread that answers /hsds/ */
    struct open311_view *open311; /* the services for the routes under /open311/; the worker's */
    struct worker *reports;       /* the one thread that answers /open311/ */
    char *openapi;                /* the document, made once */
    char *certificate;            /* PEM text */
    char *key;
    char *client_ca; /* PEM text of who certifies terminals; NULL: they need no certificate */
    struct provider_flows *flows; /* sign-ins at the identity provider; NULL without one */
    struct worker *elsewhere;     /* the one thread that asks it; NULL without one */
    char *sms_secret;             /* owned; NULL without an SMS gateway */
    atomic_bool stopping;
    struct guard *guard;        /* who is connected, and for how long */
    atomic_size_t upload_bytes; /* held by all requests together */
    atomic_size_t answer_bytes; /* of all answers that go out */
    struct audit_tally knocks;  /* requests without a valid token */
    pthread_mutex_t active_mutex;
    pthread_cond_t active_changed;
    unsigned active; /* requests that have come whole and are not answered yet */
};

/* Writes one log line. */
void server_log(const struct server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- the request ------------------------------------------------------------------------------ */

struct reply {
    unsigned status;
    const char *media_type; /* static */
    char *body;             /* owned; NULL: none */
    size_t length;
    unsigned retry_after; /* seconds; 0: no such header */
    char allow[64];       /* "": no such header */
    int64_t rev;          /* for the ETag; 0: no such header */
    bool preflight;       /* tells a browser what pages of the configured origin may ask */
    bool close;           /* the connection ends after it */
    bool hurried;         /* somebody waits for it: no time is taken to compress it */
    bool set;
};

struct request {
    struct server *server;
    struct MHD_Connection *connection;
    struct guard_line *line;  /* borrowed; NULL when it is not watched */
    char id[REQUEST_ID_SIZE]; /* under which the log, the answer and the audit trail tell of it */
    bool plain_target;        /* its address has only what may stand there */
    const char *method;       /* static: of the route, or "HEAD" */
    const struct route *route;
    char segments[ROUTE_PARAMETER_LIMIT][ROUTE_SEGMENT_SIZE];
    struct ledger_actor actor; /* when the route is not open */
    uint64_t people;           /* ledger_people when the actor was found */
    struct text_buffer upload; /* the body as it came */
    size_t discarded;          /* bytes of a body that nobody wants */
    size_t accounted;          /* share in the server's upload_bytes */
    size_t answering;          /* and in its answer_bytes */
    bool open311;              /* its path is below /open311/, and it is answered so */
    enum open311_format open311_format;
    int64_t started_ms;
    bool counted; /* among the server's active ones */
    struct reply reply;
    struct trail_job *trail; /* owned: on disk before the answer goes; NULL for none */
    void *state;             /* of a route that suspends; freed with `state_free` */
    void (*state_free)(void *state);
};

/* Writes one log line about the request, with its id in front. */
void request_log(const struct request *request, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Gives the request a state of `size` bytes, zeroed, which `release` frees with what it owns. NULL
 * with a problem set when memory ran out. Borrowed. */
void *request_state_new(struct request *request, size_t size, void (*release)(void *state));

/* Sets the reply: a problem with its detail in words. */
void request_problem(struct request *request, enum problem problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with one more member of the document, whose reference stays the caller's. */
void request_problem_with(struct request *request, enum problem problem, const char *detail,
                          const char *member, json_t *value);

/* Sets the reply to what `code` and `error` say; failures of the server are logged. */
void request_error(struct request *request, int code, const struct error *error);

/* Sets the reply: text that the reply owns from now on; NULL means that memory ran out. */
void request_answer_text(struct request *request, unsigned status, char *body, size_t length);

/* The same of any media type (static). */
void request_answer_bytes(struct request *request, unsigned status, const char *media_type,
                          char *body, size_t length);

/* Sets the reply: a JSON value, whose reference is taken over; NULL means that memory ran out. */
void request_answer(struct request *request, unsigned status, json_t *value);

/* The page that asks is of the configured origin. */
bool request_is_from_web(const struct request *request);

/* The address that asks, as text: the connection's, or what the configured proxy says of its. */
void request_address(const struct request *request, char *address, size_t size);

/* The connection comes from the proxy that the settings name. */
bool request_is_from_proxy(const struct request *request);

/* Gives the request its id: its own, or what the configured proxy calls it. */
void request_name(struct request *request);
/* False with a problem set when the head can be read in two ways, has too much in it, or comes too
 * often from its address. */
bool request_head_check(struct request *request, const char *version);
/* The address of a request, as it came, has only characters that may stand there. */
bool head_target_is_plain(const char *target);

/* Refuses for lack of a permission, which the audit trail keeps by route and name. */
void request_refuse(struct request *request, const char *permission);

/* The body is in the coding of terminals (packed.h), whose head says no more than it must. */
bool request_is_packed(const struct request *request);

/* Finds who asks by the bearer token; false with a problem set. */
bool request_authenticate(struct request *request);
/* The same once more, after the request slept: what was found then mostly holds. */
bool request_authenticate_again(struct request *request);
/* The bearer token, NULL when there is none. Borrowed. */
const char *request_token(const struct request *request);

/* False, with a problem set, when what the caller read up to `since` (in this epoch) or had
 * accepted last (`made`, "" for nothing) is not of this ledger's history. */
bool request_history_holds(struct request *request, int64_t since, const char *epoch,
                           const struct id *made);
/* The same of what was shown to them (ledger_shown_check); NULL or "" for nothing. */
bool request_shown_holds(struct request *request, const char *shown);
/* Both, of operations that are sent: by the "made" and the "shown" of the body, which may lack
 * them. */
bool request_witness_holds(struct request *request, const json_t *body);
/* False, with the same problem set, when they were away for too long (ledger_gone_check). */
bool request_gone_holds(struct request *request, int64_t since, const char *epoch);

/* The answer to operations: their outcomes (a reference that it takes), and what is told of the
 * records in them. */
void request_outcomes(struct request *request, json_t *list, const struct ledger_outcome *outcomes,
                      size_t count, int64_t now_ms);
/* What became of an operation, as it is answered. New reference, NULL out of memory. */
json_t *request_outcome(const struct operation *operation, const struct ledger_outcome *outcome);

/*
 * The request leaves this in the audit trail (borrowed), on disk before its answer goes. Who asks,
 * where and when are filled in when they are empty. Once a request. False with a problem set.
 */
bool request_audit(struct request *request, const struct audit_entry *entry);
/* Says which reasons the agent's role can have. Returns false. */
bool request_refuse_reason(struct request *request, const char *detail);
/* Why the agent is given this record (ledger_reason_find). False with a problem set, and in the
 * audit trail as "WHAT: no reason", when they must first say why. */
bool request_reason(struct request *request, enum record_type type, const struct id *id,
                    const char *what, enum purpose *purpose);
/* That they did not say it: what that is otherwise. Returns false. */
bool request_no_reason(struct request *request, enum record_type type, const struct id *id,
                       const char *what);
/* Answers a request without a valid token, and has it in the audit trail: the first at once, others
 * of the same minute together. */
void request_knocked(struct request *request, const char *detail);
/* Those that are not told yet; when the server stops. */
void server_knocks_end(struct server *server);
/* The same of a page of the feed, or of a file for a purpose: nothing when nothing in it is
 * anybody's. */
bool request_audit_page(struct request *request, const struct ledger_page *page, const char *route,
                        enum purpose purpose);

/* Expands and reads the body as a JSON object: new reference, NULL with a problem set. */
json_t *request_json(struct request *request);
/* Expands and reads the body of POST /v1/operations, in either form; false with a problem set. */
bool request_operations(struct request *request, struct operations_sent *sent);
/* Whether the body came in binary form, where it may. */
bool request_is_binary(const struct request *request);
/* Whether the answer is asked for in binary form. */
bool request_wants_binary(const struct request *request);

/* A query parameter that is a whole number; false with a problem set. */
bool request_number(struct request *request, const char *name, int64_t least, int64_t most,
                    int64_t otherwise, int64_t *number);
/* The query parameter "scope": true for "catalogue", false for "desk" or none. False with a problem
 * set for anything else. */
bool request_catalogue_scope(struct request *request, bool *catalogue);
/* A query parameter as text, NULL when absent. Borrowed. */
const char *request_parameter(const struct request *request, const char *name);

/* Sends the reply. */
enum MHD_Result request_send(struct request *request);

/* --- server_receive.c: what the daemon calls ------------------------------------------------ */

void *server_target_look(void *context, const char *target, struct MHD_Connection *connection);
enum MHD_Result server_receive(void *context, struct MHD_Connection *connection, const char *path,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_length, void **closure);
void server_completed(void *context, struct MHD_Connection *connection, void **closure,
                      enum MHD_RequestTerminationCode code);

/* --- the OpenAPI document --------------------------------------------------------------------- */

/* A component of it, as JSON text. */
struct openapi_schema {
    const char *name;
    const char *text;
};

/* Those of sync and of all routes; ends with a NULL name. */
extern const struct openapi_schema openapi_sync[];
/* Those of intake; likewise. */
extern const struct openapi_schema openapi_intake[];
/* Those of sign-in; likewise. */
extern const struct openapi_schema openapi_trust[];
/* Those of finding clients and cases. */
extern const struct openapi_schema openapi_search[];
/* Those of the audit trail. */
extern const struct openapi_schema openapi_audit[];
/* Those of what is kept. */
extern const struct openapi_schema openapi_keeping[];
/* Those of Open311, and what its routes answer. */
extern const struct openapi_schema openapi_open311[];
json_t *openapi_open311_responses(const struct route *route);

/* What is asked of a role: by a route, "any" for any at all; and by each type and kind of
 * operation. New. */
json_t *openapi_permissions(permission_set any);
json_t *openapi_operation_permissions(void);

/* OpenAPI 3.1 out of the routes, the problems and the records' fields. New; NULL out of memory. */
json_t *server_openapi(void);

#endif
