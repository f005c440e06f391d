#include "net/request_session.h"
#include "net/packed.h"

#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_terminal.h"
#include "net/protocol.h"
#include "net/relay_board.h"

bool request_protocol_fits(struct request *request, const json_t *body)
{
    const char *theirs = json_text_or(body, "protocol", "");

    switch (protocol_judge(PROTOCOL_MAJOR, protocol_major(theirs))) {
    case PROTOCOL_FITS:
        return true;
    case PROTOCOL_TERMINAL_TOO_OLD:
        request_problem(request, PROBLEM_PROTOCOL,
                        "this terminal speaks version %.20s, the server %s: update the terminal",
                        theirs, PROTOCOL_VERSION);
        break;
    case PROTOCOL_SERVER_TOO_OLD:
        request_problem(request, PROBLEM_PROTOCOL,
                        "this terminal speaks version %.20s, the server only %s: the server must "
                        "be updated first",
                        theirs, PROTOCOL_VERSION);
        break;
    case PROTOCOL_UNREADABLE:
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", "\"protocol\" is no version");
        break;
    }
    return false;
}

bool request_mark(struct request *request, const json_t *body, struct ledger_mark *mark,
                  bool *given)
{
    const char *last = json_text_or(body, "mark", "");
    const char *next = json_text_or(body, "next_mark", "");

    if (strlen(last) >= LEDGER_MARK_SIZE || strlen(next) >= LEDGER_MARK_SIZE) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", "\"mark\" is too long");
        return false;
    }
    text_copy(mark->last, sizeof(mark->last), last);
    text_copy(mark->next, sizeof(mark->next), next);
    *given = next[0] != '\0';
    return true;
}

bool request_proof(struct request *request, const json_t *body, const char *purpose,
                   const char *subject, struct device_proof *proof, bool *given)
{
    const json_t *member = json_object_get(body, "terminal");
    struct error error = ERROR_INIT;

    *given = member != NULL;
    if (!*given)
        return true;
    if (device_proof_from_json(proof, member, &error) != 0) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", error.message);
        return false;
    }
    if (device_proof_holds(proof, purpose, subject))
        return true;
    request_problem(request, PROBLEM_BAD_REQUEST, "%s",
                    "the terminal's signature is not over this request");
    return false;
}

/* For whom terminals deposit their keys; a relay without a setting of its own says what the centre
 * says, if it has heard of it. */
static bool escrow_is_told(const struct server *server, char text[ESCROW_PUBLIC_TEXT_SIZE])
{
    const char *own = server->options.escrow_key;

    if (own == NULL && server->options.board != NULL)
        return relay_board_escrow_get(server->options.board, text);
    text_copy(text, ESCROW_PUBLIC_TEXT_SIZE, own != NULL ? own : "");
    return true;
}

void request_session(struct request *request, const struct ledger_login *result)
{
    char escrow[ESCROW_PUBLIC_TEXT_SIZE];
    int64_t head;
    json_t *agent = json_loads(result->document, 0, NULL);
    json_t *document = json_pack(
        "{s:s, s:[s, s], s:s, s:o, s:o, s:s, s:s, s:o}", "packs", PACKED_NAME, "media_types",
        "application/json", BINARY_MEDIA_TYPE, "token", result->token, "expires_at",
        json_time(result->expires_ms), "agent", agent, "feed", ledger_feed(request->server->ledger),
        "protocol", PROTOCOL_VERSION, "time", json_time(clock_system(NULL)));

    if (document != NULL && result->refresh[0] != '\0' &&
        (json_object_set_new(document, "refresh_token", json_string(result->refresh)) != 0 ||
         json_object_set_new(document, "refresh_expires_at",
                             json_time(result->refresh_expires_ms)) != 0)) {
        json_decref(document);
        document = NULL;
    }
    if (document != NULL && escrow_is_told(request->server, escrow) &&
        json_object_set_new(document, "escrow_key", json_string(escrow)) != 0) {
        json_decref(document);
        document = NULL;
    }
    if (document != NULL && result->words[0] != '\0' &&
        json_object_set_new(document, "recovery_codes", json_string(result->words)) != 0) {
        json_decref(document);
        document = NULL;
    }
    if (document != NULL && result->other_ms > 0 &&
        json_object_set_new(document, "copied_at", json_time(result->other_ms)) != 0) {
        json_decref(document);
        document = NULL;
    }
    if (document != NULL && ledger_head(request->server->ledger, &head, NULL) == 0 &&
        json_object_set_new(document, "head", json_integer(head)) != 0) {
        json_decref(document);
        document = NULL;
    }
    request_answer(request, 200, document);
}

void request_wipe(struct request *request, const unsigned char key[DEVICE_KEY_SIZE])
{
    struct error error = ERROR_INIT;

    request_problem(request, PROBLEM_DEVICE_WIPE, "%s",
                    "an administrator has ordered this terminal to erase what it keeps");
    if (ledger_terminal_told(request->server->ledger, key, clock_system(NULL), &error) != 0)
        server_log(request->server, "a terminal was told to erase itself: %s", error.message);
}

/* The terminal sets its proof's time right by ours. */
static void clock_problem(struct request *request, const struct error *error)
{
    json_t *now = json_time(clock_system(NULL));

    request_problem_with(request, PROBLEM_CLOCK, error->message, "time", now);
    json_decref(now);
}

/* A problem that tells one more thing. */
static void text_problem(struct request *request, enum problem problem, const struct error *error,
                         const char *member, const char *text)
{
    json_t *value = json_string(text);

    request_problem_with(request, problem, error->message, member, value);
    json_decref(value);
}

void request_barred(struct request *request, int code, const struct ledger_login *result,
                    const struct error *error)
{
    static const struct {
        enum problem problem;
        const char *log;
    } rows[] = {
        [LEDGER_BARRIER_WRONG] = {PROBLEM_WRONG_PASSWORD, "wrong login or password"},
        [LEDGER_BARRIER_HELD] = {PROBLEM_TOO_MANY_ATTEMPTS, "too many failures"},
        [LEDGER_BARRIER_BEHIND] = {PROBLEM_DEVICE_BEHIND,
                                   "a terminal whose files are an older copy"},
        [LEDGER_BARRIER_CLOCK] = {PROBLEM_CLOCK, "a terminal's clock is off"},
        [LEDGER_BARRIER_UNKNOWN] = {PROBLEM_DEVICE_UNKNOWN, "a terminal that is not enrolled"},
        [LEDGER_BARRIER_REVOKED] = {PROBLEM_DEVICE_REVOKED, "a terminal that was revoked"},
        [LEDGER_BARRIER_WIPED] = {PROBLEM_DEVICE_WIPE, "a terminal that is to be wiped"},
        [LEDGER_BARRIER_REPLAYED] = {PROBLEM_REPLAYED, "a request made before"},
        [LEDGER_BARRIER_ENDED] = {PROBLEM_UNAUTHORIZED, "a session that is over"},
        [LEDGER_BARRIER_CHANGE] = {PROBLEM_CHANGE_PASSWORD, "the password is to be changed"},
        [LEDGER_BARRIER_CODE] = {PROBLEM_CODE_NEEDED, "a one-time code is needed"},
        [LEDGER_BARRIER_CODE_WRONG] = {PROBLEM_CODE_WRONG, "a wrong one-time code"},
        [LEDGER_BARRIER_SETUP] = {PROBLEM_CODE_SETUP, "one-time codes are to be set up"},
        [LEDGER_BARRIER_WEAK] = {PROBLEM_WEAK_PASSWORD, "the new password is too weak"},
        [LEDGER_BARRIER_CENTRE] = {PROBLEM_AT_CENTRE, "the centre does this"},
    };
    enum ledger_barrier barrier = result->barrier;

    if (barrier == LEDGER_BARRIER_NONE) {
        request_error(request, code, error);
        return;
    }
    if (barrier == LEDGER_BARRIER_CLOCK)
        clock_problem(request, error);
    else if (barrier == LEDGER_BARRIER_SETUP || result->words[0] != '\0')
        text_problem(request, rows[barrier].problem, error, "uri", result->words);
    else if (barrier == LEDGER_BARRIER_WEAK)
        text_problem(request, rows[barrier].problem, error, "flaw",
                     password_flaw_name(result->flaw));
    else
        request_problem(request, rows[barrier].problem, "%s", error->message);
    if (barrier == LEDGER_BARRIER_HELD)
        request->reply.retry_after = (unsigned)((result->retry_ms + 999) / 1000);
    request_log(request, "sign-in refused: %s", rows[barrier].log);
}
