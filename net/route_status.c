#include <string.h>

#include "app/json.h"
#include "app/message_words.h"
#include "forms/answer.h"
#include "forms/answer_date.h"
#include "net/access_page.h"
#include "net/ledger_message.h"
#include "net/route_access.h"

static json_t *office_document(const struct record *office, const char *language)
{
    char hours[512];

    if (office == NULL)
        return NULL;
    message_hours(office, language, hours, sizeof(hours));
    return json_pack("{s:s, s:s, s:s}", "title",
                     json_localised(json_object_get(office->body, "title"), language), "phone",
                     record_text(office, "phone"), "hours", hours);
}

/* Where the case stands, and nothing of whose it is. New reference, NULL out of memory. */
static json_t *status_document(const struct ledger_telling *telling, const char *language,
                               const struct calendar_day *promised)
{
    const struct record *matter = telling->matter;
    const char *status = record_text(matter, "status");
    bool lacks = strcmp(status, "information-missing") == 0;
    char day[CALENDAR_DAY_SIZE];
    json_t *document =
        json_pack("{s:s, s:s, s:s, s:s, s:o*}", "reference", record_text(matter, "reference"),
                  "status", status, "words", message_status_sentence(status, language), "language",
                  language, "office", office_document(telling->office, language));

    if (telling->service != NULL)
        json_object_set_new(document, "service",
                            json_string(json_localised(
                                json_object_get(telling->service->body, "title"), language)));
    if (lacks && *record_text(matter, "missing") != '\0')
        json_object_set_new(document, "missing", json_string(record_text(matter, "missing")));
    if (promised != NULL) {
        calendar_day_format(promised, day);
        json_object_set_new(document, "promised_by", json_string(day));
    }
    return document;
}

static void answer(struct request *request, const struct asking *asking)
{
    struct ledger_telling telling;
    struct error error = ERROR_INIT;
    struct text_buffer page = {0};
    struct calendar_day day;
    char spoken[ANSWER_DATE_SIZE] = "";
    const char *language;
    json_t *document;
    bool promised;
    int code =
        ledger_telling_read(request->server->ledger, &asking->access.matter, "", &telling, &error);

    if (code != 0) {
        request_error(request, code, &error);
        return;
    }
    language = access_language(
        request, telling.client != NULL ? record_text(telling.client, "language") : "");
    promised = ledger_telling_promised(&telling, &day);
    if (!access_note(request, &asking->access, "status page")) {
        ledger_telling_clear(&telling);
        return;
    }
    document = status_document(&telling, language, promised ? &day : NULL);
    if (!access_wants_page(request)) {
        request_answer(request, 200, document);
    } else {
        if (promised) {
            const struct answer_day said = {day.year, day.month, day.day};

            answer_speak_day(&said, form_language(language), spoken);
        }
        access_page_status(&page, language, document, spoken);
        access_answer_page(request, 200, &page);
        json_decref(document);
    }
    ledger_telling_clear(&telling);
}

/* The code: a header keeps it out of addresses; a page's form puts it there. */
static const char *given_code(const struct request *request)
{
    const char *code =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Guichet-Code");

    return code != NULL ? code : request_parameter(request, "code");
}

/* GET /v1/status/{reference}: where a case stands, for its client. */
static enum route_result handle_get(struct request *request)
{
    struct asking *asking = request->state;
    const char *code = given_code(request);
    struct text_buffer page = {0};

    if (asking == NULL && code == NULL) {
        if (!access_wants_page(request)) {
            request_problem(request, PROBLEM_BAD_PARAMETER, "%s",
                            "the code is missing: parameter \"code\" or header Guichet-Code");
            return ROUTE_ANSWERED;
        }
        access_page_ask(&page, access_language(request, ""), request->segments[0]);
        access_answer_page(request, 200, &page);
        return ROUTE_ANSWERED;
    }
    if (asking == NULL)
        return access_begin(request, code, request->segments[0]);
    if (asking->status != 0)
        access_refuse(request, asking);
    else
        answer(request, asking);
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {
    PROBLEM_BAD_PARAMETER, PROBLEM_NOT_FOUND, PROBLEM_TOO_MANY_ATTEMPTS,
    PROBLEM_STORAGE,       PROBLEM_BUSY,      PROBLEM_NONE};

static const struct route_parameter parameters[] = {
    {"code", "{\"type\": \"string\"}",
     "The code that the client was given; or in the header Guichet-Code"},
    {NULL, NULL, NULL},
};

const struct route route_status = {
    .method = "GET",
    .path = "/v1/status/{reference}",
    .operation = "status",
    .summary = "Where a case stands, for its client: JSON, or a page when text/html is accepted",
    .open = true,
    .handle = handle_get,
    .response_schema = "Status",
    .status = 200,
    .problems = problems,
    .parameters = parameters,
};
