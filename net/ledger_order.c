#include "net/ledger_order.h"
#include "net/ledger_agent.h"

#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "net/ledger_audit.h"
#include "net/ledger_factor.h"
#include "net/ledger_lockout.h"
#include "net/ledger_order_retention.h"
#include "net/ledger_session.h"
#include "net/ledger_terminal.h"

static int answer_make(json_t **answer, json_t *made, struct error *error)
{
    *answer = made;
    return made != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for an answer");
}

/* --- terminals -------------------------------------------------------------------------------- */

static int device_code(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                       struct error *error)
{
    char code[LEDGER_ENROLMENT_CODE_SIZE];
    int64_t expires_ms;
    int status = ledger_enrolment_make(ledger, json_text_or(order, "name", ""),
                                       json_integer_or(order, "minutes", LEDGER_ENROLMENT_MINUTES),
                                       now_ms, code, &expires_ms, error);

    if (status == 0)
        status = answer_make(
            answer, json_pack("{s:s, s:o}", "code", code, "expires_at", json_time(expires_ms)),
            error);
    sodium_memzero(code, sizeof(code));
    return status;
}

static int device_list(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                       struct error *error)
{
    json_t *list;
    int code = ledger_terminals(ledger, &list, error);

    (void)order;
    (void)now_ms;
    return code == 0 ? answer_make(answer, json_pack("{s:o}", "devices", list), error) : code;
}

static int device_end(struct ledger *ledger, const json_t *order, enum ledger_terminal_state state,
                      int64_t now_ms, json_t **answer, struct error *error)
{
    int code = ledger_terminal_end(ledger, json_text_or(order, "name", ""), state, now_ms, error);

    return code == 0 ? answer_make(answer, json_object(), error) : code;
}

static int device_revoke(struct ledger *ledger, const json_t *order, int64_t now_ms,
                         json_t **answer, struct error *error)
{
    return device_end(ledger, order, LEDGER_TERMINAL_REVOKED, now_ms, answer, error);
}

static int device_wipe(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                       struct error *error)
{
    return device_end(ledger, order, LEDGER_TERMINAL_WIPED, now_ms, answer, error);
}

/* --- agents ----------------------------------------------------------------------------------- */

/* Whom the order is about, within a transaction: ERROR_NOT_FOUND when nobody has the login. */
static int agent_of(struct ledger *ledger, const json_t *order, char login[LEDGER_LOGIN_LIMIT + 1],
                    struct id *agent, struct error *error)
{
    const char *given = json_text_or(order, "login", "");
    int code = ledger_login_find(ledger, given, login, agent, error);

    if (code == 0 && id_is_empty(agent))
        code = error_set(error, ERROR_NOT_FOUND, "no agent has the login \"%.128s\"", given);
    return code;
}

static int note(struct ledger *ledger, const struct id *agent, const char *what, int64_t now_ms,
                struct error *error)
{
    const struct audit_entry entry = {.kind = AUDIT_PERMISSION,
                                      .at_ms = now_ms,
                                      .type = RECORD_AGENT,
                                      .record = *agent,
                                      .what = what};

    return ledger_audit_add(ledger, &entry, error);
}

static int agent_unlock(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                        struct error *error)
{
    char login[LEDGER_LOGIN_LIMIT + 1];
    struct id agent;
    int cleared = 0;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = agent_of(ledger, order, login, &agent, error);
    if (code == 0)
        code = ledger_lockout_unlock(ledger, login, &cleared, error);
    if (code == 0)
        code = note(ledger, &agent, "agent unlocked", now_ms, error);
    if (code != 0) {
        ledger_rollback(ledger);
        return code;
    }
    code = ledger_commit(ledger, error);
    return code == 0 ? answer_make(answer, json_pack("{s:i}", "cleared", cleared), error) : code;
}

static int agent_sign_out(struct ledger *ledger, const json_t *order, int64_t now_ms,
                          json_t **answer, struct error *error)
{
    char login[LEDGER_LOGIN_LIMIT + 1];
    struct id agent;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = agent_of(ledger, order, login, &agent, error);
    if (code == 0)
        code = ledger_sessions_end_agent(ledger, &agent, now_ms, error);
    if (code == 0)
        code = note(ledger, &agent, "agent signed out", now_ms, error);
    if (code != 0) {
        ledger_rollback(ledger);
        return code;
    }
    code = ledger_commit(ledger, error);
    return code == 0 ? answer_make(answer, json_object(), error) : code;
}

static int agent_password(struct ledger *ledger, const json_t *order, int64_t now_ms,
                          json_t **answer, struct error *error)
{
    int code = ledger_password_reset(ledger, json_text_or(order, "login", ""),
                                     json_text_or(order, "password", ""),
                                     json_bool_or(order, "must_change", true), now_ms, error);

    return code == 0 ? answer_make(answer, json_object(), error) : code;
}

static int agent_codes(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                       struct error *error)
{
    char login[LEDGER_LOGIN_LIMIT + 1];
    struct id agent;
    bool had = false;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = agent_of(ledger, order, login, &agent, error);
    if (code == 0)
        code = ledger_factor_forget(ledger, &agent, &had, error);
    if (code == 0)
        code = ledger_sessions_end_agent(ledger, &agent, now_ms, error);
    if (code == 0)
        code = note(ledger, &agent, "one-time codes reset", now_ms, error);
    if (code != 0) {
        ledger_rollback(ledger);
        return code;
    }
    code = ledger_commit(ledger, error);
    return code == 0 ? answer_make(answer, json_pack("{s:b}", "had", (int)had), error) : code;
}

/* --- all of them ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int (*run)(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
               struct error *error);
} orders[] = {
    {"device-code", device_code},
    {"device-list", device_list},
    {"device-revoke", device_revoke},
    {"device-wipe", device_wipe},
    {"agent-unlock", agent_unlock},
    {"agent-sign-out", agent_sign_out},
    {"erase", ledger_order_erase},
    {"hold", ledger_order_hold},
    {"hold-end", ledger_order_hold_end},
    {"hold-list", ledger_order_hold_list},
    {"retention-set", ledger_order_retention_set},
    {"retention-remove", ledger_order_retention_remove},
    {"retention-list", ledger_order_retention_list},
    {"retention-step", ledger_order_retention_step},
    {"disclose", ledger_order_disclose},
    {"agent-password", agent_password},
    {"agent-codes", agent_codes},
};

int ledger_order(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                 struct error *error)
{
    const char *name = json_text_or(order, "order", "");

    *answer = NULL;
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        if (strcmp(orders[i].name, name) == 0)
            return orders[i].run(ledger, order, now_ms, answer, error);
    return error_set(error, ERROR_INVALID, "there is no order \"%.64s\"", name);
}
