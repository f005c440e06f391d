/*
 * Statements about terminals, sessions, passwords and second factors.
 */
#ifndef GUICHET_NET_LEDGER_STATEMENTS_DEVICE_H
#define GUICHET_NET_LEDGER_STATEMENTS_DEVICE_H

#define DEVICE_STATEMENTS(X)                                                                       \
    X(ATTEMPT_GET, "SELECT failures, until FROM attempt WHERE login = ?1")                         \
    X(ATTEMPT_PUT, "INSERT INTO attempt (login, failures, until, owner) VALUES (?1, ?2, ?3, ?4) "  \
                   "ON CONFLICT (login) DO UPDATE SET failures = excluded.failures, "              \
                   "until = excluded.until, owner = excluded.owner")                               \
    X(ATTEMPT_DELETE, "DELETE FROM attempt WHERE login = ?1")                                      \
    X(ATTEMPT_DELETE_OWNER, "DELETE FROM attempt WHERE owner = ?1 OR login = ?1")                  \
    X(ATTEMPT_PRUNE, "DELETE FROM attempt WHERE until < ?1")                                       \
    X(ENROLMENT_PUT, "INSERT INTO enrolment (hash, name, made, expires) VALUES (?1, ?2, ?3, ?4)")  \
    X(ENROLMENT_GET, "SELECT name, made, expires FROM enrolment WHERE hash = ?1")                  \
    X(ENROLMENT_DELETE, "DELETE FROM enrolment WHERE hash = ?1 OR name = ?2 OR expires < ?3")      \
    X(TERMINAL_PUT,                                                                                \
      "INSERT INTO terminal (key, name, enrolled, seen, state, changed, told) "                    \
      "VALUES (?1, ?2, ?3, ?3, 1, ?3, NULL) ON CONFLICT (key) DO UPDATE SET "                      \
      "name = excluded.name, enrolled = excluded.enrolled, seen = excluded.seen, state = 1, "      \
      "changed = excluded.changed, told = NULL")                                                   \
    X(TERMINAL_RENAME,                                                                             \
      "UPDATE terminal SET name = name || '#' || lower(hex(substr(key, 1, 6))) WHERE name = ?1")   \
    X(TERMINAL_GET, "SELECT state, name FROM terminal WHERE key = ?1")                             \
    X(TERMINAL_NAMED, "SELECT key, state FROM terminal WHERE name = ?1")                           \
    X(TERMINAL_EACH, "SELECT key, name, enrolled, seen, state, changed, told FROM terminal "       \
                     "ORDER BY name")                                                              \
    X(TERMINAL_STATE, "UPDATE terminal SET state = ?2, changed = ?3, told = NULL WHERE key = ?1")  \
    X(TERMINAL_SEEN, "UPDATE terminal SET seen = ?2 WHERE key = ?1")                               \
    X(TERMINAL_TOLD, "UPDATE terminal SET told = ?2 WHERE key = ?1 AND told IS NULL")              \
    X(SESSION_GET, "SELECT session.agent, session.device, session.expires, "                       \
                   "session.mark = '' OR session.mark IS device.mark, session.created, "           \
                   "coalesce(terminal.state, 0), family.key FROM session "                         \
                   "LEFT JOIN device ON device.id = session.device "                               \
                   "LEFT JOIN family ON family.id = session.family "                               \
                   "LEFT JOIN terminal ON terminal.key = family.key WHERE session.token = ?1")     \
    X(SESSION_INSERT,                                                                              \
      "INSERT INTO session (token, agent, device, created, expires, mark, family) "                \
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                                       \
    X(SESSION_FAMILY, "SELECT family, agent, device FROM session WHERE token = ?1")                \
    X(SESSION_DELETE_DEVICE, "DELETE FROM session WHERE device = ?1")                              \
    X(SESSION_DELETE_AGENT, "DELETE FROM session WHERE agent = ?1")                                \
    X(SESSION_DELETE_FAMILY, "DELETE FROM session WHERE family = ?1")                              \
    X(SESSION_DELETE, "DELETE FROM session WHERE token = ?1")                                      \
    X(SESSION_PRUNE, "DELETE FROM session WHERE expires < ?1")                                     \
    X(FAMILY_PUT, "INSERT INTO family (id, agent, device, key, mark, began, ends) "                \
                  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                           \
    X(FAMILY_GET, "SELECT agent, device, key, mark, began, ends, ended FROM family WHERE id = ?1") \
    X(FAMILY_BIND, "UPDATE family SET device = ?2, mark = ?3 WHERE id = ?1")                       \
    X(FAMILY_END, "UPDATE family SET ended = ?2 WHERE id = ?1 AND ended IS NULL")                  \
    X(FAMILY_END_AGENT, "UPDATE family SET ended = ?2 WHERE agent = ?1 AND ended IS NULL")         \
    X(FAMILY_END_DEVICE, "UPDATE family SET ended = ?2 WHERE device = ?1 AND ended IS NULL")       \
    X(FAMILY_OF_KEY, "SELECT id, agent FROM family WHERE key = ?1 AND ended IS NULL")              \
    X(FAMILY_PRUNE, "DELETE FROM family WHERE ends < ?1")                                          \
    X(REFRESH_PUT, "INSERT INTO refresh (hash, family, made, state) VALUES (?1, ?2, ?3, 0)")       \
    X(REFRESH_GET, "SELECT family, state FROM refresh WHERE hash = ?1")                            \
    X(REFRESH_TURN, "UPDATE refresh SET state = CASE WHEN hash = ?2 THEN 1 ELSE 2 END "            \
                    "WHERE family = ?1")                                                           \
    X(REFRESH_PRUNE, "DELETE FROM refresh WHERE family NOT IN (SELECT id FROM family)")            \
    X(NONCE_PUT, "INSERT INTO refresh_nonce (refresh, nonce) VALUES (?1, ?2) "                     \
                 "ON CONFLICT DO NOTHING")                                                         \
    X(NONCE_PRUNE, "DELETE FROM refresh_nonce WHERE refresh NOT IN (SELECT hash FROM refresh)")    \
    X(FACTOR_GET, "SELECT secret, confirmed, step FROM factor WHERE agent = ?1")                   \
    X(FACTOR_PUT, "INSERT INTO factor (agent, secret, made, confirmed, step) "                     \
                  "VALUES (?1, ?2, ?3, NULL, 0)")                                                  \
    X(FACTOR_TAKEN, "UPDATE factor SET step = ?2, confirmed = coalesce(confirmed, ?3) "            \
                    "WHERE agent = ?1")                                                            \
    X(FACTOR_FORGET, "DELETE FROM factor WHERE agent = ?1")                                        \
    X(RECOVERY_PUT, "INSERT INTO recovery (hash, agent) VALUES (?1, ?2)")                          \
    X(RECOVERY_TAKE, "DELETE FROM recovery WHERE hash = ?1 AND agent = ?2")                        \
    X(RECOVERY_FORGET, "DELETE FROM recovery WHERE agent = ?1")                                    \
    X(LOGIN_GET, "SELECT agent, hash, must_change, changed FROM login WHERE login = ?1")           \
    X(LOGIN_PUT, "INSERT INTO login (login, agent, hash, must_change, changed) "                   \
                 "VALUES (?1, ?2, ?3, ?4, ?5)")                                                    \
    X(LOGIN_EXPIRE, "UPDATE login SET must_change = 1 WHERE login = ?1")                           \
    X(LOGIN_CHANGE, "UPDATE login SET hash = ?2, must_change = ?3, changed = ?4 "                  \
                    "WHERE login = ?1")

#endif
