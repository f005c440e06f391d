/*
 * The tables of trust: who signs in from where, what they may do, and the trail of what was done.
 * Version 16 of the ledger brought them.
 */
#ifndef GUICHET_NET_LEDGER_SCHEMA_TRUST_H
#define GUICHET_NET_LEDGER_SCHEMA_TRUST_H

/*
 * The audit trail (audit.md): `clients` is a list of ids as bytes, `words` the digest of what
 * stands in audit_words, where it can be erased, `hash` that of the entry. audit_node: hashes of
 * complete subtrees, of every fourth level. audit_head: signed roots.
 */
#define AUDIT_TABLES                                                                               \
    "CREATE TABLE audit (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL,"     \
    " agent TEXT NOT NULL, device TEXT NOT NULL, type TEXT NOT NULL, record TEXT NOT NULL,"        \
    " client TEXT NOT NULL, purpose TEXT NOT NULL, what TEXT NOT NULL, clients BLOB, words BLOB,"  \
    " hash BLOB NOT NULL);"                                                                        \
    "CREATE INDEX audit_by_client ON audit (client) WHERE client <> '';"                           \
    "CREATE INDEX audit_by_agent ON audit (agent);"                                                \
    "CREATE INDEX audit_lists ON audit (number) WHERE clients IS NOT NULL;"                        \
    "CREATE TABLE audit_words (number INTEGER PRIMARY KEY, salt BLOB NOT NULL, words TEXT NOT "    \
    "NULL);"                                                                                       \
    "CREATE TABLE audit_node (level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL," \
    " PRIMARY KEY (level, place)) WITHOUT ROWID;"                                                  \
    "CREATE TABLE audit_head (size INTEGER PRIMARY KEY, at INTEGER NOT NULL, root BLOB NOT NULL,"  \
    " key BLOB NOT NULL, signature BLOB NOT NULL);"

/* Devices, their keys and codes; sessions and their refresh tokens.
 *
 * enrolment: one-time codes by which terminals are enrolled, by their hash (ledger_terminal.c)
 * terminal:  enrolled terminals by their public key: 1 enrolled, 2 revoked, 3 to be wiped, and when
 *            it was told so
 * family:    what one sign-in began: the sessions and refresh tokens that followed from it
 *            (ledger_session.c)
 * refresh:   refresh tokens by their hash: 0 the last one given, 1 the one before, 2 spent
 * refresh_nonce: with which a refresh token was shown, so that no request is taken twice
 */
#define DEVICE_TABLES                                                                              \
    "CREATE TABLE enrolment (hash BLOB PRIMARY KEY, name TEXT NOT NULL, made INTEGER NOT NULL,"    \
    " expires INTEGER NOT NULL) WITHOUT ROWID;"                                                    \
    "CREATE TABLE terminal (key BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE,"                      \
    " enrolled INTEGER NOT NULL, seen INTEGER NOT NULL, state INTEGER NOT NULL,"                   \
    " changed INTEGER NOT NULL, told INTEGER) WITHOUT ROWID;"                                      \
    "CREATE TABLE family (id TEXT PRIMARY KEY, agent TEXT NOT NULL, device TEXT NOT NULL,"         \
    " key BLOB NOT NULL, mark TEXT NOT NULL, began INTEGER NOT NULL, ends INTEGER NOT NULL,"       \
    " ended INTEGER) WITHOUT ROWID;"                                                               \
    "CREATE INDEX family_by_key ON family (key);"                                                  \
    "CREATE INDEX family_by_agent ON family (agent);"                                              \
    "CREATE TABLE refresh (hash BLOB PRIMARY KEY, family TEXT NOT NULL, made INTEGER NOT NULL,"    \
    " state INTEGER NOT NULL) WITHOUT ROWID;"                                                      \
    "CREATE INDEX refresh_by_family ON refresh (family);"                                          \
    "CREATE TABLE refresh_nonce (refresh BLOB NOT NULL, nonce TEXT NOT NULL,"                      \
    " PRIMARY KEY (refresh, nonce)) WITHOUT ROWID;"                                                \
    "ALTER TABLE session ADD COLUMN family TEXT NOT NULL DEFAULT '';"                              \
    "CREATE INDEX session_by_family ON session (family) WHERE family <> '';"                       \
    "CREATE INDEX session_by_agent ON session (agent);"                                            \
    "ALTER TABLE attempt ADD COLUMN owner BLOB;"                                                   \
    "ALTER TABLE login ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;"                         \
    "ALTER TABLE login ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;"

/* Second factors, and sign-in by another organisation.
 *
 * factor:    secrets of one-time codes, sealed; since when they are in use, and the step of the
 * code that was taken last (ledger_factor.c) recovery:  recovery codes that were not used, by their
 * hash
 */
#define FACTOR_TABLES                                                                              \
    "CREATE TABLE factor (agent TEXT PRIMARY KEY, secret BLOB NOT NULL, made INTEGER NOT NULL,"    \
    " confirmed INTEGER, step INTEGER NOT NULL) WITHOUT ROWID;"                                    \
    "CREATE TABLE recovery (hash BLOB PRIMARY KEY, agent TEXT NOT NULL) WITHOUT ROWID;"            \
    "CREATE INDEX recovery_by_agent ON recovery (agent);"

/* By what clients are found, how often agents have looked, and whose file is open to whom
 * (ledger_search*.c, ledger_opening*.c). */
#define SEARCH_TABLES                                                                              \
    "CREATE TABLE search (record INTEGER NOT NULL, key TEXT NOT NULL,"                             \
    " PRIMARY KEY (record, key)) WITHOUT ROWID;"                                                   \
    "CREATE INDEX search_by_key ON search (key, record);"                                          \
    "CREATE TABLE searcher (agent TEXT PRIMARY KEY, owed INTEGER NOT NULL,"                        \
    " refused INTEGER NOT NULL) WITHOUT ROWID;"                                                    \
    "CREATE TABLE opening (agent TEXT NOT NULL, record TEXT NOT NULL, type TEXT NOT NULL,"         \
    " purpose TEXT NOT NULL, contact TEXT NOT NULL, until INTEGER NOT NULL,"                       \
    " latest INTEGER NOT NULL,"                                                                    \
    " PRIMARY KEY (agent, record)) WITHOUT ROWID;"                                                 \
    "CREATE INDEX opening_by_until ON opening (until);"

/* Protected files: the rows that belong to each, by its client (ledger_protect.h). */
#define PROTECTION_TABLES                                                                          \
    "CREATE TABLE protected (record INTEGER PRIMARY KEY, client TEXT NOT NULL);"                   \
    "CREATE INDEX protected_by_client ON protected (client);"                                      \
    "CREATE INDEX record_of_role ON record (type) WHERE type = 'role';"

/* Retention (ledger_retention.c), holds and erasure (ledger_erase.c):
 *
 * hold:      clients and cases that are held back from erasure
 * retention: how long something of a type is kept after the last thing that was done; of cases by
 *            service, "" for those without a rule of their own
 */
#define RETENTION_TABLES                                                                           \
    "CREATE TABLE hold (id TEXT PRIMARY KEY, type TEXT NOT NULL, since INTEGER NOT NULL,"          \
    " agent TEXT NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;"                                      \
    "CREATE TABLE retention (type TEXT NOT NULL, service TEXT NOT NULL, months INTEGER NOT NULL,"  \
    " PRIMARY KEY (type, service)) WITHOUT ROWID;"                                                 \
    "CREATE INDEX record_of_delegation ON record (type) WHERE type = 'delegation';"

/* Brought by version 17.
 *
 * audit_words.about: whom or what the entry is about: with it the words go (ledger_erase.c)
 * role_move: agents to whom a change of their role has not come yet, and the role's record as it
 * was when it last had ("" for the built-in one; ledger_role_move.c)
 */
#define WORDS_COLUMN                                                                               \
    "ALTER TABLE audit_words ADD COLUMN about TEXT NOT NULL DEFAULT '';"                           \
    "CREATE INDEX audit_words_by_about ON audit_words (about);"
#define WORDS_FILL                                                                                 \
    "UPDATE audit_words SET about = coalesce((SELECT record FROM audit "                           \
    "WHERE audit.number = audit_words.number), '');"
#define ROLE_MOVE_TABLE                                                                            \
    "CREATE TABLE role_move (agent TEXT PRIMARY KEY, before TEXT NOT NULL) WITHOUT ROWID;"

/* Messages that wait (ledger_message.c):
 *
 * message_code: what stands masked in the text of a message, until it is sent: {"mask": "code"} */
#define CODE_TABLES                                                                                \
    "CREATE TABLE message_code (message TEXT PRIMARY KEY, codes TEXT NOT NULL) WITHOUT ROWID;"

/* Brought by version 18.
 *
 * reason:          why an agent opened a file, for as long as that holds (ledger_reason.h)
 * audit.request:   by which request an entry came to be; "" for none (audit.md)
 * audit_key_change: the key that signs heads was replaced: how long the trail was then, and the old
 *                  key's signature on it (audit_head.h)
 */
#define REASON_TABLES                                                                              \
    "CREATE TABLE reason (agent TEXT NOT NULL, file TEXT NOT NULL, purpose TEXT NOT NULL,"         \
    " until INTEGER NOT NULL, PRIMARY KEY (agent, file)) WITHOUT ROWID;"                           \
    "ALTER TABLE audit ADD COLUMN request TEXT NOT NULL DEFAULT '';"                               \
    "CREATE TABLE audit_key_change (size INTEGER PRIMARY KEY, at INTEGER NOT NULL,"                \
    " old BLOB NOT NULL, new BLOB NOT NULL, signature BLOB NOT NULL);"

/* fetch: until when the whole file is handed out, for a terminal that keeps it or asked for it. */
#define FETCH_COLUMN "ALTER TABLE reason ADD COLUMN fetch INTEGER NOT NULL DEFAULT 0;"

#define TRUST_TABLES                                                                               \
    AUDIT_TABLES DEVICE_TABLES FACTOR_TABLES SEARCH_TABLES PROTECTION_TABLES RETENTION_TABLES      \
        CODE_TABLES

#endif
