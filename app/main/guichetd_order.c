#include "app/main/guichetd_order.h"

#include <string.h>

#include "app/clock.h"
#include "net/ledger_order.h"

int guichetd_rules_read(const struct config *config, struct trust_rules *rules, struct error *error)
{
    const char *enrolment = config_text(config, "enrolment");

    *rules = TRUST_RULES_PRESET;
    rules->enrolment_required = strcmp(enrolment, "required") == 0;
    rules->access_ms = config_number(config, "access-minutes") * 60 * 1000;
    if (!rules->enrolment_required && strcmp(enrolment, "optional") != 0)
        return error_set(error, ERROR_INVALID, "enrolment: %s is neither optional nor required",
                         enrolment);
    return 0;
}

/* A relay's own terminals and locks are the branch's affair: its database takes orders too. */
static int order_here(const char *path, const json_t *order, json_t **answer, struct error *error)
{
    struct ledger *ledger;
    int code = ledger_open(&ledger, path, error);

    if (code != 0)
        return code;
    code = ledger_order(ledger, order, clock_system(NULL), answer, error);
    ledger_close(ledger);
    return code;
}

int guichetd_order(const struct config *config, json_t *order, json_t **answer, struct error *error)
{
    const char *path;
    int code = guichetd_database(config, &path, error);

    *answer = NULL;
    if (order == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0)
        code = order_here(path, order, answer, error);
    if (code == ERROR_NOT_FOUND && *answer == NULL && strstr(error->message, path) != NULL)
        code = error_set(error, code, "%s is not there: make it with `guichetd init`", path);
    if (code == ERROR_BUSY)
        code = control_call(path, order, answer, error);
    json_decref(order);
    return code;
}

static int carry_out(void *context, const json_t *order, json_t **answer, struct error *error)
{
    return ledger_order(context, order, clock_system(NULL), answer, error);
}

int guichetd_orders_start(struct control **control, const struct config *config,
                          struct ledger *ledger, struct error *error)
{
    return control_start(control, config_text(config, "database"), carry_out, ledger, error);
}
