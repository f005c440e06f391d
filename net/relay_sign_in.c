#include "net/relay_sign_in.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/http_client.h"
#include "net/ledger_relay.h"
#include "net/problem.h"

/* Somebody waits at the screen. */
#define CONNECT_MS  5000
#define TOTAL_MS    15000
#define REPLY_LIMIT 16384

static bool is_up(struct relay_board *board)
{
    struct relay_status status;

    relay_board_get(board, &status);
    return status.up;
}

/* --- asking ----------------------------------------------------------------------------------- */

static int client_new(struct ledger *ledger, struct http_client **client, struct error *error)
{
    struct http_client_options options = http_client_default_options;
    struct ledger_centre centre;
    int code = ledger_centre_read(ledger, &centre, error);

    options.base_url = centre.url;
    options.ca_file = centre.ca[0] != '\0' ? centre.ca : NULL;
    options.connect_ms = CONNECT_MS;
    options.total_ms = TOTAL_MS;
    options.reply_limit = REPLY_LIMIT;
    if (code == 0)
        code = http_client_new(client, &options, error);
    if (code == 0)
        code = http_client_token_set(*client, centre.token, error);
    sodium_memzero(&centre, sizeof(centre));
    return code;
}

static char *body_of(const struct ledger_sign_in *asked, const char *fresh)
{
    json_t *document = json_pack("{s:s, s:s}", "login", asked->login, "password", asked->password);
    char *body;

    if (asked->code != NULL && asked->code[0] != '\0')
        (void)json_object_set_new(document, "code", json_string(asked->code));
    if (fresh != NULL)
        (void)json_object_set_new(document, "new_password", json_string(fresh));
    body = document != NULL ? json_write(document) : NULL;
    json_decref(document);
    return body;
}

static int call(struct ledger *ledger, const struct ledger_sign_in *asked, const char *fresh,
                struct http_reply *reply, struct error *error)
{
    struct http_client *client = NULL;
    char *body = body_of(asked, fresh);
    struct http_request request = {.method = "POST",
                                   .path = "/v1/relay/sign-in",
                                   .body = body,
                                   .body_type = "application/json",
                                   .accept = "application/json"};
    int code = body == NULL ? error_set(error, ERROR_MEMORY, "out of memory")
                            : client_new(ledger, &client, error);

    if (code == 0) {
        request.body_length = strlen(body);
        code = http_client_call(client, &request, reply, error);
    }
    http_client_free(client);
    if (body != NULL)
        sodium_memzero(body, strlen(body));
    free(body);
    return code;
}

/* --- what it says ----------------------------------------------------------------------------- */

static const struct {
    enum problem problem;
    enum ledger_barrier barrier;
    int code;
} verdicts[] = {
    {PROBLEM_WRONG_PASSWORD, LEDGER_BARRIER_WRONG, ERROR_REFUSED},
    {PROBLEM_TOO_MANY_ATTEMPTS, LEDGER_BARRIER_HELD, ERROR_BUSY},
    {PROBLEM_CHANGE_PASSWORD, LEDGER_BARRIER_CHANGE, ERROR_REFUSED},
    {PROBLEM_CODE_NEEDED, LEDGER_BARRIER_CODE, ERROR_REFUSED},
    {PROBLEM_CODE_WRONG, LEDGER_BARRIER_CODE_WRONG, ERROR_REFUSED},
    {PROBLEM_CODE_SETUP, LEDGER_BARRIER_SETUP, ERROR_REFUSED},
    {PROBLEM_WEAK_PASSWORD, LEDGER_BARRIER_WEAK, ERROR_INVALID},
};

static enum password_flaw flaw_of(const char *name)
{
    for (enum password_flaw flaw = PASSWORD_FINE + 1; flaw <= PASSWORD_SAME; flaw++)
        if (strcmp(password_flaw_name(flaw), name) == 0)
            return flaw;
    return PASSWORD_COMMON;
}

/* A refusal becomes ours; any other answer is as good as none. */
static int refuse(const struct http_reply *reply, const json_t *document,
                  struct ledger_login *result, struct error *error)
{
    const char *problem = json_text_or(document, "code", "");

    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        if (strcmp(problem, problem_code(verdicts[i].problem)) != 0)
            continue;
        result->barrier = verdicts[i].barrier;
        result->flaw = flaw_of(json_text_or(document, "flaw", ""));
        result->retry_ms = reply->retry_after_ms > 0 ? reply->retry_after_ms : 0;
        text_copy(result->words, sizeof(result->words), json_text_or(document, "uri", ""));
        return error_set(error, verdicts[i].code, "%s", problem_title(verdicts[i].problem));
    }
    return ERROR_OFFLINE;
}

/* 0: the centre says yes, with `result->words`. ERROR_OFFLINE: it does not say. Else a barrier. */
static int ask(struct ledger *ledger, const struct ledger_sign_in *asked, const char *fresh,
               struct ledger_login *result, struct error *error)
{
    struct http_reply reply = {0};
    json_t *document = NULL;
    int code;

    *result = (struct ledger_login){.token = ""};
    if (call(ledger, asked, fresh, &reply, NULL) != 0)
        return ERROR_OFFLINE;
    code = json_read(&document, reply.body, reply.length, REPLY_LIMIT, "answer", NULL);
    if (code != 0)
        code = ERROR_OFFLINE;
    else if (reply.status == 200)
        text_copy(result->words, sizeof(result->words),
                  json_text_or(document, "recovery_codes", ""));
    else
        code = refuse(&reply, document, result, error);
    json_decref(document);
    if (reply.body != NULL)
        sodium_memzero(reply.body, reply.length);
    http_reply_clear(&reply);
    return code;
}

/* --- with it ---------------------------------------------------------------------------------- */

static int bar_cut(struct ledger_login *result, struct error *error)
{
    *result = (struct ledger_login){.barrier = LEDGER_BARRIER_CENTRE};
    return error_set(error, ERROR_CONFLICT, "the centre is needed for this, and cannot be reached");
}

/* The centre has said yes. */
static int let_in(struct ledger *ledger, const struct ledger_sign_in *asked, bool learns,
                  int64_t now_ms, struct ledger_login *result, struct error *error)
{
    struct ledger_sign_in vouched = *asked;
    char words[LEDGER_WORDS_SIZE];
    int code =
        learns ? ledger_password_learn(ledger, asked->login, asked->password, now_ms, error) : 0;

    vouched.vouched = true;
    text_copy(words, sizeof(words), result->words);
    if (code == 0)
        code = ledger_sign_in(ledger, &vouched, now_ms, result, error);
    if (code == 0)
        text_copy(result->words, sizeof(result->words), words);
    sodium_memzero(words, sizeof(words));
    return code;
}

int relay_sign_in(struct ledger *ledger, struct relay_board *board,
                  const struct ledger_sign_in *asked, int64_t now_ms, struct ledger_login *result,
                  struct error *error)
{
    struct ledger_sign_in here = *asked;
    enum ledger_barrier barrier;
    int code, told;

    here.cut = !is_up(board);
    code = ledger_sign_in(ledger, &here, now_ms, result, error);
    barrier = result->barrier;
    if (code == 0 || (barrier != LEDGER_BARRIER_WRONG && barrier != LEDGER_BARRIER_CENTRE))
        return code;
    if (here.cut)
        return barrier == LEDGER_BARRIER_CENTRE ? bar_cut(result, error) : code;
    told = ask(ledger, asked, NULL, result, error);
    if (told == 0)
        return let_in(ledger, asked, barrier == LEDGER_BARRIER_WRONG, now_ms, result, error);
    if (told != ERROR_OFFLINE)
        return told;
    if (barrier == LEDGER_BARRIER_CENTRE)
        return bar_cut(result, error);
    result->barrier = barrier;
    return code;
}

int relay_password_change(struct ledger *ledger, struct relay_board *board,
                          const struct ledger_sign_in *asked, const char *fresh, int64_t now_ms,
                          struct ledger_login *result, struct error *error)
{
    int code = ledger_password_change(ledger, asked, fresh, now_ms, result, error);

    if (result->barrier != LEDGER_BARRIER_CENTRE)
        return code;
    code = is_up(board) ? ask(ledger, asked, fresh, result, error) : ERROR_OFFLINE;
    if (code == ERROR_OFFLINE)
        return bar_cut(result, error);
    return code == 0 ? ledger_password_learn(ledger, asked->login, fresh, now_ms, error) : code;
}
