#include "net/route_access.h"

#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "app/clock.h"
#include "net/access_page.h"

static void asking_free(void *state)
{
    sodium_memzero(state, sizeof(struct asking));
    free(state);
}

/* --- the code --------------------------------------------------------------------------------- */

/* In the worker's thread. */
static void check_code(struct request *request)
{
    struct asking *asking = request->state;
    struct ledger *ledger = request->server->ledger;
    int64_t now_ms = clock_system(NULL);

    asking->status =
        asking->reference[0] != '\0'
            ? ledger_status_find(ledger, asking->reference, &asking->code, asking->address, now_ms,
                                 &asking->access, &asking->error)
            : ledger_questionnaire_find(ledger, &asking->code, asking->address, now_ms,
                                        &asking->access, &asking->error);
}

enum route_result access_begin(struct request *request, const char *code, const char *reference)
{
    struct asking *asking = request_state_new(request, sizeof(*asking), asking_free);

    if (asking == NULL)
        return ROUTE_ANSWERED;
    asking->status = ERROR_NOT_FOUND;
    /* Mistyped ones cost nothing and say nothing: no code and no reference is ever so. */
    if (continue_code_read(&asking->code, code) != CONTINUE_READ ||
        (reference != NULL && !id_reference_parse(reference, asking->reference))) {
        access_refuse(request, asking);
        return ROUTE_ANSWERED;
    }
    request_address(request, asking->address, sizeof(asking->address));
    return request_code_check(request, &asking->wait, check_code);
}

void access_refuse(struct request *request, const struct asking *asking)
{
    bool many = asking->status == ERROR_BUSY && asking->access.retry_ms > 0;
    enum problem problem = many ? PROBLEM_TOO_MANY_ATTEMPTS : PROBLEM_NOT_FOUND;

    if (!many && asking->status != ERROR_NOT_FOUND) {
        request_error(request, asking->status, &asking->error);
        return;
    }
    request_log(request, "%s refused: %s", request->route->operation,
                many ? "too many wrong codes" : "wrong code");
    if (access_wants_page(request)) {
        struct text_buffer page = {0};

        access_page_refused(&page, access_language(request, ""), many);
        access_answer_page(request, problem_status(problem), &page);
    } else {
        request_problem(request, problem, "%s",
                        many ? "too many wrong codes: wait before the next"
                             : "these open nothing: check the code, and the reference");
    }
    if (many)
        request->reply.retry_after = (unsigned)((asking->access.retry_ms + 999) / 1000);
}

/* --- pages ------------------------------------------------------------------------------------ */

bool access_note(struct request *request, const struct ledger_access *access, const char *what)
{
    struct audit_entry entry = {
        .kind = AUDIT_READ, .type = RECORD_CASE, .record = access->matter, .what = what};
    struct error error = ERROR_INIT;
    int code = ledger_client_find(request->server->ledger, RECORD_CASE, &access->matter,
                                  &entry.client, &error);

    if (code != 0)
        request_error(request, code, &error);
    return code == 0 && request_audit(request, &entry);
}

bool access_wants_page(const struct request *request)
{
    const char *accept =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
    const char *page = accept != NULL ? strstr(accept, "text/html") : NULL;
    const char *json = accept != NULL ? strstr(accept, "application/json") : NULL;

    return page != NULL && (json == NULL || page < json);
}

const char *access_language(const struct request *request, const char *client)
{
    const char *asked = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                    MHD_HTTP_HEADER_ACCEPT_LANGUAGE);

    if (strncasecmp(client, "fr", 2) == 0 || strncasecmp(client, "en", 2) == 0)
        return strncasecmp(client, "fr", 2) == 0 ? "fr" : "en";
    return asked != NULL && strncasecmp(asked, "fr", 2) == 0 ? "fr" : "en";
}

void access_answer_page(struct request *request, unsigned status, struct text_buffer *page)
{
    size_t length = page->length;

    request_answer_bytes(request, status, "text/html; charset=utf-8", text_buffer_take(page),
                         length);
}
