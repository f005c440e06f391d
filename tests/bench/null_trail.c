/* An audit trail that keeps nothing, for bench_audit: what the ledger costs without one. */
#include "net/ledger_audit.h"

const char *audit_kind_name(enum audit_kind kind)
{
    (void)kind;
    return "";
}

enum audit_kind audit_kind_from_name(const char *name)
{
    (void)name;
    return AUDIT_KIND_COUNT;
}

int ledger_audit_add(struct ledger *ledger, const struct audit_entry *entry, struct error *error)
{
    (void)ledger;
    (void)entry;
    (void)error;
    return 0;
}

int ledger_audit_add_beside(struct database *database, const struct audit_entry *entry,
                            struct error *error)
{
    (void)database;
    (void)entry;
    (void)error;
    return 0;
}

int ledger_audit_write(struct ledger *ledger, const struct audit_entry *entry, struct error *error)
{
    (void)ledger;
    (void)entry;
    (void)error;
    return 0;
}

void ledger_audit_request(struct ledger *ledger, const char *request)
{
    (void)ledger;
    (void)request;
}
