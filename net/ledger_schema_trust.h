/*
 * The tables of trust: who signs in from where, what they may do, and the trail of what was done.
 * Version 16 of the ledger brought them.
 */
#ifndef GUICHET_NET_LEDGER_SCHEMA_TRUST_H
#define GUICHET_NET_LEDGER_SCHEMA_TRUST_H

/* The audit trail (ledger_audit.c). */
#define AUDIT_TABLES                                                                               \
    "CREATE TABLE audit (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL,"     \
    " agent TEXT NOT NULL, device TEXT NOT NULL, type TEXT NOT NULL, record TEXT NOT NULL,"        \
    " client TEXT NOT NULL, purpose TEXT NOT NULL, words TEXT NOT NULL, what TEXT NOT NULL);"

/* Devices, their keys and codes; sessions and their refresh tokens. */
#define DEVICE_TABLES ""

/* Second factors, and sign-in by another organisation. */
#define FACTOR_TABLES ""

/* By what clients and cases are found (ledger_search.c). */
#define SEARCH_TABLES ""

/* Protected files, and emergency access to them. */
#define PROTECTION_TABLES ""

/* Retention, holds, and what was erased. */
#define RETENTION_TABLES ""

#define TRUST_TABLES                                                                               \
    AUDIT_TABLES DEVICE_TABLES FACTOR_TABLES SEARCH_TABLES PROTECTION_TABLES RETENTION_TABLES

#endif
