/*
 * Which permission an operation asks for: a table of types and kinds, so that tests and documents
 * come out of it.
 */
#ifndef GUICHET_NET_LEDGER_PERMISSION_H
#define GUICHET_NET_LEDGER_PERMISSION_H

#include "app/operation.h"
#include "app/permission.h"
#include "app/record.h"

/* One of these lets do it; 0: nobody's role does, it is the server's alone. */
permission_set ledger_operation_needs(enum record_type type, enum operation_kind kind);

/* The permission that is named when none of a set is there: the first of them. */
enum permission permission_first(permission_set any);

#endif
