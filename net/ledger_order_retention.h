/*
 * Orders about what is kept (net/ledger_order.h):
 *
 *   {"order": "erase", "type", "of", "reason"}        -> {"records", "attachments"}
 *   {"order": "hold", "type", "of", "reason"}         -> {}
 *   {"order": "hold-end", "type", "of", "reason"}     -> {}
 *   {"order": "hold-list"}                            -> {"holds":
 * [{"type","id","since","reason"}]}
 *   {"order": "retention-set", "type", "service", "months"} -> {}
 *   {"order": "retention-remove", "type", "service"}  -> {}
 *   {"order": "retention-list"}                       -> {"rules": [{"type","service","months"}]}
 *   {"order": "retention-step", "dry", "list", "place"} -> {"place", "ended", counts, "due":
 * [{"type","id","latest","records"}]}: empty without "list"
 *   {"order": "disclose", "of", "language"}           -> {"file"}: a page beside the database, for
 * its owner alone; who asked takes it away
 *
 * "type" is client, case or another that begins a file (ledger_file.h), of rules a word of
 * ledger_retention_whats. "of" is an id, or the reference of a case, which also stands for its
 * client. "place" is what the step before answered, absent at first.
 */
#ifndef GUICHET_NET_LEDGER_ORDER_RETENTION_H
#define GUICHET_NET_LEDGER_ORDER_RETENTION_H

#include <jansson.h>

#include "net/ledger.h"

int ledger_order_erase(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                       struct error *error);
int ledger_order_hold(struct ledger *ledger, const json_t *order, int64_t now_ms, json_t **answer,
                      struct error *error);
int ledger_order_hold_end(struct ledger *ledger, const json_t *order, int64_t now_ms,
                          json_t **answer, struct error *error);
int ledger_order_hold_list(struct ledger *ledger, const json_t *order, int64_t now_ms,
                           json_t **answer, struct error *error);
int ledger_order_retention_set(struct ledger *ledger, const json_t *order, int64_t now_ms,
                               json_t **answer, struct error *error);
int ledger_order_retention_remove(struct ledger *ledger, const json_t *order, int64_t now_ms,
                                  json_t **answer, struct error *error);
int ledger_order_retention_list(struct ledger *ledger, const json_t *order, int64_t now_ms,
                                json_t **answer, struct error *error);
int ledger_order_retention_step(struct ledger *ledger, const json_t *order, int64_t now_ms,
                                json_t **answer, struct error *error);
int ledger_order_disclose(struct ledger *ledger, const json_t *order, int64_t now_ms,
                          json_t **answer, struct error *error);

#endif
