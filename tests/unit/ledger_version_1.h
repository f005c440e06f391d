/* A ledger from before all upgrades. */
#ifndef GUICHET_TESTS_LEDGER_VERSION_1_H
#define GUICHET_TESTS_LEDGER_VERSION_1_H

/* A database of version 1, as it was made before there were deliveries. */
static const char version_1[] =
    "PRAGMA application_id = 1197698148; PRAGMA user_version = 1;"
    "CREATE TABLE property (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE record (number INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL,"
    " rev INTEGER NOT NULL, seq INTEGER NOT NULL, parent TEXT, document TEXT NOT NULL);"
    "CREATE UNIQUE INDEX record_by_id ON record (id, type);"
    "CREATE INDEX record_by_parent ON record (parent) WHERE parent IS NOT NULL;"
    "CREATE TABLE scope (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE feed (scope INTEGER NOT NULL, seq INTEGER NOT NULL, record INTEGER NOT NULL,"
    " PRIMARY KEY (scope, seq)) WITHOUT ROWID;"
    "CREATE UNIQUE INDEX feed_by_record ON feed (record, scope);"
    "CREATE TABLE operation (id TEXT PRIMARY KEY, agent TEXT NOT NULL, device TEXT NOT NULL,"
    " kind TEXT NOT NULL, type TEXT NOT NULL, record TEXT NOT NULL, rev INTEGER, seq INTEGER,"
    " refusal TEXT, conflict INTEGER NOT NULL, field TEXT NOT NULL, arrived INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE login (login TEXT PRIMARY KEY, agent TEXT NOT NULL UNIQUE, hash TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE attempt (login BLOB PRIMARY KEY, failures INTEGER NOT NULL,"
    " until INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE session (token BLOB PRIMARY KEY, agent TEXT NOT NULL, device TEXT NOT NULL,"
    " created INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX session_by_expiry ON session (expires);"
    "INSERT INTO property VALUES ('feed', '01a21a20-cedb-7fe4-b0f7-fa2e90f86ca0'), ('seq', 0)";

#endif
