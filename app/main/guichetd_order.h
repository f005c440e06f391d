/*
 * How a command of guichetd has something done to the database: by itself when nobody has it, else
 * by the server that does.
 */
#ifndef GUICHET_APP_MAIN_GUICHETD_ORDER_H
#define GUICHET_APP_MAIN_GUICHETD_ORDER_H

#include "app/main/guichetd.h"
#include "net/control.h"
#include "net/trust_rules.h"

/* Has the order (reference taken over) carried out; `answer` is a new reference. */
int guichetd_order(const struct config *config, json_t *order, json_t **answer,
                   struct error *error);

/* Takes orders for a server's database from now on. */
int guichetd_orders_start(struct control **control, const struct config *config,
                          struct ledger *ledger, struct error *error);

/* What the settings say of sign-in. */
int guichetd_rules_read(const struct config *config, struct trust_rules *rules,
                        struct error *error);

/* The settings of sign-in; commands name them. */
#define GUICHETD_RULES_KEYS                                                                        \
    "enrolment", "access-minutes", "password-least", "password-list", "factor-roles",              \
        "factor-key", "escrow-key"

extern const struct guichetd_command guichetd_device_code;
extern const struct guichetd_command guichetd_device_list;
extern const struct guichetd_command guichetd_device_revoke;
extern const struct guichetd_command guichetd_device_wipe;
extern const struct guichetd_command guichetd_agent_password;
extern const struct guichetd_command guichetd_agent_codes;
extern const struct guichetd_command guichetd_agent_unlock;
extern const struct guichetd_command guichetd_agent_sign_out;

extern const struct guichetd_command guichetd_erase;
extern const struct guichetd_command guichetd_hold_add;
extern const struct guichetd_command guichetd_hold_end;
extern const struct guichetd_command guichetd_hold_list;
extern const struct guichetd_command guichetd_retention_set;
extern const struct guichetd_command guichetd_retention_remove;
extern const struct guichetd_command guichetd_retention_list;
extern const struct guichetd_command guichetd_retention_run;
extern const struct guichetd_command guichetd_disclose;

#endif
