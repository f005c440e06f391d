/* Whether who asks has read the history of this server's database. */
#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_relay.h"
#include "net/server_internal.h"

static bool history_answer(struct request *request, int code, const struct error *error)
{
    if (code == ERROR_CONFLICT)
        request_problem(request, PROBLEM_OTHER_HISTORY, "%s", error->message);
    else if (code != 0)
        request_error(request, code, error);
    return code == 0;
}

/* The same of a check that fails where the server was restored. */
static bool restored_answer(struct request *request, int code, struct error *error)
{
    struct ledger *ledger = request->server->ledger;

    if (code == ERROR_CONFLICT && ledger_relay_was_restored(ledger, clock_system(NULL), NULL) != 0)
        code = error_set(error, ERROR_STORAGE, "the ledger takes no note of its restore");
    return history_answer(request, code, error);
}

bool request_history_holds(struct request *request, int64_t since, const char *epoch,
                           const struct id *made)
{
    struct error error = ERROR_INIT;

    return restored_answer(
        request, ledger_history_check(request->server->ledger, since, epoch, made, &error), &error);
}

bool request_shown_holds(struct request *request, const char *shown)
{
    struct error error = ERROR_INIT;
    int code = shown == NULL ? 0 : ledger_shown_check(request->server->ledger, shown, &error);

    if (code == ERROR_INVALID) {
        request_problem(request, PROBLEM_BAD_PARAMETER, "%s", error.message);
        return false;
    }
    return restored_answer(request, code, &error);
}

bool request_witness_holds(struct request *request, const json_t *body)
{
    const char *shown = json_text_or(body, "shown", "");
    const char *text = json_text_or(body, "made", "");
    struct id made;

    if (text[0] == '\0')
        return request_shown_holds(request, shown);
    if (!id_parse(&made, text)) {
        request_problem(request, PROBLEM_BAD_JSON, "%s", "\"made\" is not a UUID");
        return false;
    }
    return request_history_holds(request, 0, "", &made) && request_shown_holds(request, shown);
}

bool request_gone_holds(struct request *request, int64_t since, const char *epoch)
{
    struct error error = ERROR_INIT;

    return history_answer(request, ledger_gone_check(request->server->ledger, since, epoch, &error),
                          &error);
}
