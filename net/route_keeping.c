/*
 * POST /v1/keeping and below: what is kept about a client, of a case or below another record; its
 * hold, its copy for the client, its erasure. For those whose role erases or discloses, within its
 * mandate: of every office where the role does not say which, for a client asks at any. Whom it is
 * about is said in the body: an address is written down on its way. Each leaves its entry in the
 * trail, and so does what is refused.
 */
#include "net/route_keeping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_audit_names.h"
#include "net/ledger_disclose.h"
#include "net/ledger_keeping.h"
#include "net/ledger_relay.h"
#include "net/ledger_search.h"

#define BODY_LIMIT 8192
/* Bytes of a copy in one answer: half a minute of a slow link. */
#define PART_BYTES ((size_t)256 * 1024)

/* What is asked, and what is kept. */
struct asking {
    json_t *body; /* owned */
    enum record_type type;
    struct ledger_keeping keeping;
};

static void asking_clear(struct asking *asking)
{
    json_decref(asking->body);
    ledger_keeping_clear(&asking->keeping);
}

bool keeping_at_centre(struct request *request)
{
    if (ledger_is_relay(request->server->ledger))
        request_problem(request, PROBLEM_AT_CENTRE, "%s",
                        "what is kept, and how long, is the server's above this one");
    return !ledger_is_relay(request->server->ledger);
}

bool keeping_role_may(struct request *request, enum permission permission, bool *may)
{
    struct error error = ERROR_INIT;
    permission_set set;
    int code =
        ledger_search_permissions(request->server->ledger, &request->actor.agent, &set, &error);

    *may = code == 0 && (set & ((permission_set)1 << permission)) != 0;
    if (code != 0)
        request_error(request, code, &error);
    return code == 0;
}

/* --- what is meant ---------------------------------------------------------------------------- */

/* Of what was erased, of what is protected and of what never was the same is said. */
static bool nothing(struct request *request)
{
    request_problem(request, PROBLEM_NOT_FOUND, "%s", "nothing is on file by that");
    return false;
}

/* What stops at the route, as the trail has it. False with a problem set. */
static bool note_refused(struct request *request, const struct asking *asking, const char *why)
{
    char what[80];
    const struct audit_entry entry = {.kind = AUDIT_REFUSED,
                                      .type = asking->keeping.record->type,
                                      .record = asking->keeping.record->id,
                                      .client = asking->keeping.client,
                                      .purpose = PURPOSE_PRIVACY,
                                      .what = what};

    snprintf(what, sizeof(what), "%s: %s", request->route->operation, why);
    return request_audit(request, &entry);
}

/* A protected file is not there for a role that reads none, nor one of an office that its mandate
 * does not hold. */
static bool may_see(struct request *request, const struct asking *asking)
{
    bool may = true;

    if (!asking->keeping.is_in_mandate)
        return note_refused(request, asking, "mandate") && nothing(request);
    if (asking->keeping.is_protected && !keeping_role_may(request, PERMISSION_READ_PROTECTED, &may))
        return false;
    return may || (note_refused(request, asking, "protected") && nothing(request));
}

static bool read_file(struct request *request, const char *type, struct asking *asking)
{
    struct error error = ERROR_INIT;
    struct id id;
    int code =
        ledger_keeping_find(request->server->ledger, type, json_text_or(asking->body, "of", ""),
                            &asking->type, &id, &error);

    if (code == 0)
        code = ledger_keeping_read(request->server->ledger, &request->actor.agent, asking->type,
                                   &id, &asking->keeping, &error);
    if (code == ERROR_NOT_FOUND)
        return nothing(request);
    if (code != 0)
        request_error(request, code, &error);
    return code == 0 && may_see(request, asking);
}

/* Reads the body and what it is about; `type` is what it says with NULL. False with a problem set.
 * Clear it in any case. */
static bool begin(struct request *request, const char *type, struct asking *asking)
{
    *asking = (struct asking){.body = NULL};
    if (!keeping_at_centre(request))
        return false;
    asking->body = request_json(request);
    if (asking->body == NULL)
        return false;
    return read_file(request, type != NULL ? type : json_text_or(asking->body, "type", ""), asking);
}

/* --- looking ---------------------------------------------------------------------------------- */

static json_t *hold_json(const struct ledger_keeping *keeping)
{
    if (!keeping->is_held)
        return NULL;
    return json_pack("{s:o, s:s, s:s}", "since", json_time(keeping->held_ms), "agent",
                     keeping->held_by.text, "reason", keeping->held_why);
}

static json_t *bar_json(const struct ledger_keeping *keeping)
{
    if (keeping->bar == LEDGER_BAR_FREE)
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:s}", "why", ledger_bar_name(keeping->bar), "type",
                     keeping->bar_type != RECORD_NONE ? record_type_name(keeping->bar_type) : "",
                     "id", keeping->bar_at.text, "label", keeping->bar_reference);
}

/* With the names of whom and what it names, as far as they are known. */
static json_t *file_json(struct request *request, const struct ledger_keeping *keeping,
                         struct error *error)
{
    const struct record *record = keeping->record;
    json_t *hold = hold_json(keeping), *list = json_array(), *file;

    file = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o*, s:o*}", "type",
        record_type_name(record->type), "record", record->id.text, "client", keeping->client.text,
        "name", record_text(record, "name"), "birth_date", record_text(record, "birth_date"),
        "postal_code", record_text(record, "postal_code"), "records",
        (json_int_t)keeping->would.records, "attachments", (json_int_t)keeping->would.attachments,
        "latest", json_time(keeping->latest_ms), "hold", hold, "bar", bar_json(keeping));
    if (file != NULL) {
        json_array_append(list, file);
        json_array_append(list, hold);
    }
    if (file == NULL || ledger_audit_names(request->server->ledger, list, error) != 0) {
        json_decref(file);
        file = NULL;
    }
    json_decref(list);
    return file;
}

static enum route_result handle_look(struct request *request)
{
    struct error error = ERROR_INIT;
    struct asking asking;

    if (begin(request, NULL, &asking)) {
        const struct audit_entry entry = {.kind = AUDIT_READ,
                                          .type = asking.keeping.record->type,
                                          .record = asking.keeping.record->id,
                                          .client = asking.keeping.client,
                                          .purpose = PURPOSE_PRIVACY,
                                          .what = "keeping"};
        json_t *file = file_json(request, &asking.keeping, &error);

        if (file == NULL || !request_audit(request, &entry)) {
            json_decref(file);
            if (file == NULL)
                request_error(request, ERROR_STORAGE, &error);
        } else {
            json_object_set_new(file, "time", json_time(clock_system(NULL)));
            request_answer(request, 200, file);
        }
    }
    asking_clear(&asking);
    return ROUTE_ANSWERED;
}

/* --- holding back, erasing -------------------------------------------------------------------- */

/* Who does it, and why. False with a problem set. */
static bool read_erasure(struct request *request, const struct asking *asking,
                         struct ledger_erasure *erasure)
{
    const char *why = json_text_or(asking->body, "reason", "");
    const char *latest = json_text_or(asking->body, "latest", "");

    *erasure = (struct ledger_erasure){.agent = request->actor.agent,
                                       .device = request->actor.device,
                                       .request = request->id,
                                       .at_ms = clock_system(NULL),
                                       .why = why};
    if (why[strspn(why, " \t\n")] == '\0' || strlen(why) > LEDGER_HOLD_LIMIT) {
        request_problem(request, PROBLEM_PURPOSE, "\"reason\": 1 to %d bytes", LEDGER_HOLD_LIMIT);
        return false;
    }
    if (*latest != '\0' && !timestamp_parse(latest, &erasure->before_ms)) {
        request_problem(request, PROBLEM_BAD_PARAMETER, "%s",
                        "\"latest\": the time that looking told");
        return false;
    }
    if (*latest != '\0')
        erasure->before_ms++;
    return true;
}

static enum route_result change_hold(struct request *request, bool ends)
{
    struct ledger *ledger = request->server->ledger;
    struct error error = ERROR_INIT;
    struct ledger_erasure hold;
    struct asking asking;
    int code;

    if (begin(request, NULL, &asking) && read_erasure(request, &asking, &hold)) {
        const struct record *record = asking.keeping.record;

        code = ends ? ledger_hold_end(ledger, record->type, &record->id, &hold, &error)
                    : ledger_hold(ledger, record->type, &record->id, &hold, &error);
        if (code == 0)
            request_answer(request, 200, json_pack("{s:o}", "time", json_time(hold.at_ms)));
        else
            request_error(request, code, &error);
    }
    asking_clear(&asking);
    return ROUTE_ANSWERED;
}

static enum route_result handle_hold(struct request *request)
{
    return change_hold(request, false);
}

static enum route_result handle_hold_end(struct request *request)
{
    return change_hold(request, true);
}

/* Why it was not erased, in the trail, too. */
static void answer_barred(struct request *request, const struct asking *asking, enum ledger_bar bar)
{
    char detail[80];
    json_t *why = json_string(ledger_bar_name(bar));

    snprintf(detail, sizeof(detail), "something of it is %s: nothing was erased",
             ledger_bar_name(bar));
    if (note_refused(request, asking, ledger_bar_name(bar)))
        request_problem_with(request, bar == LEDGER_BAR_YOUNG ? PROBLEM_CHANGED : PROBLEM_KEPT,
                             detail, "bar", why);
    json_decref(why);
}

static enum route_result handle_erase(struct request *request)
{
    struct error error = ERROR_INIT;
    struct ledger_erasure erasure;
    struct ledger_erased erased;
    enum ledger_bar bar;
    struct asking asking;
    struct id at;
    int code;

    if (begin(request, NULL, &asking) && read_erasure(request, &asking, &erasure)) {
        code = ledger_erase(request->server->ledger, asking.keeping.record->type,
                            &asking.keeping.record->id, &erasure, &erased, &bar, &at, &error);
        /* All is erased; what a reader keeps of the log goes with the next erasure. */
        if (code == 0 || (code == ERROR_BUSY && erased.records > 0))
            request_answer(request, 200,
                           json_pack("{s:I, s:I, s:b, s:o}", "records", (json_int_t)erased.records,
                                     "attachments", (json_int_t)erased.attachments, "overwritten",
                                     (int)(code == 0), "time", json_time(erasure.at_ms)));
        else if (code == ERROR_REFUSED && bar != LEDGER_BAR_FREE)
            answer_barred(request, &asking, bar);
        else
            request_error(request, code, &error);
    }
    asking_clear(&asking);
    return ROUTE_ANSWERED;
}

/* --- the copy --------------------------------------------------------------------------------- */

static bool read_part(struct request *request, const struct asking *asking,
                      struct ledger_disclosure *disclosure, struct ledger_disclosure_part *part)
{
    const char *language = json_text_or(asking->body, "language", "fr");
    const char *at = json_text_or(asking->body, "at", "");
    int64_t from = json_integer_or(asking->body, "from", 0);

    *disclosure = (struct ledger_disclosure){.client = asking->keeping.record->id,
                                             .agent = request->actor.agent,
                                             .device = request->actor.device,
                                             .request = request->id,
                                             .at_ms = clock_system(NULL),
                                             .language = language};
    *part = (struct ledger_disclosure_part){.from = (size_t)from, .most = PART_BYTES};
    text_copy(part->tag, sizeof(part->tag), json_text_or(asking->body, "tag", ""));
    if ((strcmp(language, "fr") != 0 && strcmp(language, "en") != 0) || from < 0 ||
        from > (int64_t)LEDGER_DISCLOSURE_LIMIT ||
        (from > 0 && !timestamp_parse(at, &disclosure->at_ms))) {
        request_problem(request, PROBLEM_BAD_PARAMETER, "%s",
                        "\"language\": fr or en; \"from\", \"tag\", \"at\": what the part before "
                        "was answered with");
        return false;
    }
    return true;
}

static void answer_part(struct request *request, const struct ledger_disclosure *disclosure,
                        const struct ledger_disclosure_part *part)
{
    request_answer(request, 200,
                   json_pack("{s:s, s:I, s:I, s:s, s:o, s:b, s:o}", "text", part->text, "next",
                             (json_int_t)part->next, "total", (json_int_t)part->total, "tag",
                             part->tag, "at", json_time(disclosure->at_ms), "ended",
                             (int)(part->next == part->total), "time",
                             json_time(clock_system(NULL))));
}

static enum route_result handle_copy(struct request *request)
{
    struct error error = ERROR_INIT;
    struct ledger_disclosure disclosure;
    struct ledger_disclosure_part part;
    struct asking asking;
    int code;

    if (begin(request, "client", &asking) && read_part(request, &asking, &disclosure, &part)) {
        code = ledger_disclose_part(request->server->ledger, &disclosure, &part, &error);
        if (code == 0)
            answer_part(request, &disclosure, &part);
        else if (code == ERROR_CONFLICT)
            request_problem(request, PROBLEM_CHANGED, "%s", error.message);
        else if (code == ERROR_NOT_FOUND)
            nothing(request);
        else
            request_error(request, code, &error);
        if (part.text != NULL)
            sodium_memzero(part.text, strlen(part.text));
        free(part.text);
    }
    asking_clear(&asking);
    return ROUTE_ANSWERED;
}

/* --- the routes ------------------------------------------------------------------------------- */

#define MAY(permission) ((permission_set)1 << PERMISSION_##permission)

static const enum problem problems[] = {
    PROBLEM_BAD_REQUEST, PROBLEM_BAD_JSON,  PROBLEM_BAD_PARAMETER, PROBLEM_UNAUTHORIZED,
    PROBLEM_FORBIDDEN,   PROBLEM_NOT_FOUND, PROBLEM_AT_CENTRE,     PROBLEM_STORAGE,
    PROBLEM_BUSY,        PROBLEM_NONE};
static const enum problem change_problems[] = {
    PROBLEM_BAD_REQUEST, PROBLEM_BAD_JSON,  PROBLEM_BAD_PARAMETER, PROBLEM_UNAUTHORIZED,
    PROBLEM_FORBIDDEN,   PROBLEM_NOT_FOUND, PROBLEM_AT_CENTRE,     PROBLEM_KEPT,
    PROBLEM_CHANGED,     PROBLEM_PURPOSE,   PROBLEM_STORAGE,       PROBLEM_BUSY,
    PROBLEM_NONE};
static const enum problem copy_problems[] = {
    PROBLEM_BAD_REQUEST, PROBLEM_BAD_JSON,  PROBLEM_BAD_PARAMETER, PROBLEM_UNAUTHORIZED,
    PROBLEM_FORBIDDEN,   PROBLEM_NOT_FOUND, PROBLEM_AT_CENTRE,     PROBLEM_CHANGED,
    PROBLEM_TOO_LARGE,   PROBLEM_STORAGE,   PROBLEM_BUSY,          PROBLEM_NONE};

const struct route route_keeping[5] = {
    {.method = "POST",
     .path = "/v1/keeping",
     .operation = "keeping",
     .any = MAY(ERASE) | MAY(DISCLOSE),
     .summary = "What is kept about a client or of a case, and what bars its erasure",
     .body_limit = BODY_LIMIT,
     .handle = handle_look,
     .request_schema = "KeepingQuestion",
     .response_schema = "Keeping",
     .status = 200,
     .problems = problems},
    {.method = "POST",
     .path = "/v1/keeping/hold",
     .operation = "hold",
     .any = MAY(ERASE),
     .summary = "Hold it back from erasure",
     .body_limit = BODY_LIMIT,
     .handle = handle_hold,
     .request_schema = "KeepingChange",
     .response_schema = "KeepingChanged",
     .status = 200,
     .problems = change_problems},
    {.method = "POST",
     .path = "/v1/keeping/hold-end",
     .operation = "hold-end",
     .any = MAY(ERASE),
     .summary = "Hold it back no more",
     .body_limit = BODY_LIMIT,
     .handle = handle_hold_end,
     .request_schema = "KeepingChange",
     .response_schema = "KeepingChanged",
     .status = 200,
     .problems = change_problems},
    {.method = "POST",
     .path = "/v1/keeping/erase",
     .operation = "erase",
     .any = MAY(ERASE),
     .summary = "Erase it, with everybody's copies: all of it or nothing",
     .body_limit = BODY_LIMIT,
     .handle = handle_erase,
     .request_schema = "KeepingChange",
     .response_schema = "KeepingErased",
     .status = 200,
     .problems = change_problems},
    {.method = "POST",
     .path = "/v1/keeping/copy",
     .operation = "copy",
     .any = MAY(DISCLOSE),
     .summary = "A part of the copy for the client of everything on file about them (HTML)",
     .body_limit = BODY_LIMIT,
     .handle = handle_copy,
     .request_schema = "KeepingCopyQuestion",
     .response_schema = "KeepingCopy",
     .status = 200,
     .problems = copy_problems},
};
