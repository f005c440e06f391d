/*
 * Statements about the audit trail.
 */
#ifndef GUICHET_NET_LEDGER_STATEMENTS_AUDIT_H
#define GUICHET_NET_LEDGER_STATEMENTS_AUDIT_H

/* Of an entry of the audit trail, with its words while they are there. */
#define AUDIT_COLUMNS                                                                              \
    "audit.number, kind, at, agent, device, type, record, client, purpose, what, clients, "        \
    "audit.words, hash, salt, audit_words.words, request FROM audit "                              \
    "LEFT JOIN audit_words ON audit_words.number = audit.number"
/* Of a client (?1, ?2 as bytes), alone or on a list. */
#define AUDIT_CLIENTS                                                                              \
    "audit.number IN (SELECT number FROM audit WHERE client = ?1 AND client <> '' UNION ALL "      \
    "SELECT number FROM audit WHERE clients IS NOT NULL AND instr(clients, ?2) > 0)"
/* By this agent, of this kind, from then until then, below this number. */
#define AUDIT_FILTER                                                                               \
    "(?3 = '' OR agent = ?3) AND (?4 = '' OR kind = ?4) AND at >= ?5 AND at < ?6 AND "             \
    "audit.number < ?7 AND ?1 IS NOT NULL AND ?2 IS NOT NULL"

#define AUDIT_STATEMENTS(X)                                                                        \
    X(AUDIT_INSERT, "INSERT INTO audit (number, kind, at, agent, device, type, record, client, "   \
                    "purpose, what, clients, words, hash, request) "                               \
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")        \
    X(AUDIT_WORDS_INSERT,                                                                          \
      "INSERT INTO audit_words (number, salt, words, about) VALUES (?1, ?2, ?3, ?4)")              \
    X(AUDIT_NODE_INSERT, "INSERT INTO audit_node (level, place, hash) VALUES (?1, ?2, ?3)")        \
    X(AUDIT_HEAD_INSERT, "INSERT INTO audit_head (size, at, root, key, signature) "                \
                         "VALUES (?1, ?2, ?3, ?4, ?5)")                                            \
    X(AUDIT_KEY_CHANGE_INSERT, "INSERT INTO audit_key_change (size, at, old, new, signature) "     \
                               "VALUES (?1, ?2, ?3, ?4, ?5)")                                      \
    X(AUDIT_KEY_CHANGES, "SELECT size, at, old, new, signature FROM audit_key_change "             \
                         "ORDER BY size")                                                          \
    X(AUDIT_OF_CLIENT, "SELECT kind, at, agent, purpose FROM audit WHERE client = ?1 OR (clients " \
                       "IS NOT NULL AND instr(clients, ?2) > 0) ORDER BY number")                  \
    X(AUDIT_LAST, "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")                   \
    X(AUDIT_HEAD_LAST, "SELECT size, at, root, key, signature FROM audit_head "                    \
                       "ORDER BY size DESC LIMIT 1")                                               \
    X(AUDIT_HEADS, "SELECT size, at, root, key, signature FROM audit_head ORDER BY size")          \
    X(AUDIT_EACH, "SELECT " AUDIT_COLUMNS " ORDER BY audit.number")                                \
    X(AUDIT_GET, "SELECT " AUDIT_COLUMNS " WHERE audit.number = ?1")                               \
    X(AUDIT_CLIENT_OLDEST, "SELECT " AUDIT_COLUMNS " WHERE " AUDIT_CLIENTS " AND " AUDIT_FILTER    \
                           " ORDER BY audit.number")                                               \
    X(AUDIT_CLIENT_NEWEST, "SELECT " AUDIT_COLUMNS " WHERE " AUDIT_CLIENTS " AND " AUDIT_FILTER    \
                           " ORDER BY audit.number DESC")                                          \
    X(AUDIT_OF_AGENT,                                                                              \
      "SELECT " AUDIT_COLUMNS " WHERE agent = ?3 AND " AUDIT_FILTER " ORDER BY audit.number")      \
    X(AUDIT_OF_AGENT_NEWEST,                                                                       \
      "SELECT " AUDIT_COLUMNS " WHERE agent = ?3 AND " AUDIT_FILTER " ORDER BY audit.number DESC") \
    X(AUDIT_OF_ALL, "SELECT " AUDIT_COLUMNS " WHERE " AUDIT_FILTER " ORDER BY audit.number")       \
    X(AUDIT_OF_ALL_NEWEST,                                                                         \
      "SELECT " AUDIT_COLUMNS " WHERE " AUDIT_FILTER " ORDER BY audit.number DESC")                \
    X(AUDIT_LEAVES, "SELECT hash FROM audit WHERE ?1 = 0 AND number > ?2 AND number <= ?3 "        \
                    "ORDER BY number")                                                             \
    X(AUDIT_NODES, "SELECT hash FROM audit_node WHERE level = ?1 AND place >= ?2 AND place < ?3 "  \
                   "ORDER BY place")                                                               \
    X(AUDIT_NODES_COUNT, "SELECT count(*) FROM audit_node")                                        \
    X(AUDIT_NODE_GET, "SELECT hash FROM audit_node WHERE level = ?1 AND place = ?2")               \
    X(AUDIT_WORDS_ORPHAN, "SELECT number FROM audit_words WHERE number NOT IN "                    \
                          "(SELECT number FROM audit WHERE words IS NOT NULL) LIMIT 1")

#endif
