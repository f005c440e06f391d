/*
 * Every statement of the SQLite ledger, each with its name. The schema is in ledger_schema.c.
 */
#ifndef GUICHET_NET_LEDGER_STATEMENTS_H
#define GUICHET_NET_LEDGER_STATEMENTS_H

#include "net/ledger_statements_audit.h"
#include "net/ledger_statements_device.h"

/* A wait that had ended here and has not: a relay ended it, or made it first, and its centre says
 * that it stands. One whose client went away is over though the offer stands. */
#define WAITS_AGAIN                                                                                \
    "(ended IS NOT NULL AND excluded.ended IS NULL AND (how IN (1, 3) OR began <> excluded.began " \
    "OR NOT EXISTS (SELECT 1 FROM record AS gone WHERE gone.id = wait.contact AND gone.type = "    \
    "'contact' AND json_extract(gone.document, '$.body.outcome') = 'abandoned')))"

#define LEDGER_STATEMENTS(X)                                                                       \
    AUDIT_STATEMENTS(X)                                                                            \
    X(CLIENT_OF_AGENT,                                                                             \
      "SELECT 1 FROM record WHERE client = ?1 AND type IN ('case', 'contact') AND "                \
      "?2 IN (json_extract(document, '$.body.assignee'), json_extract(document, "                  \
      "'$.body.opened_by'), "                                                                      \
      "json_extract(document, '$.body.agent')) LIMIT 1")                                           \
    X(BEGIN_READ, "BEGIN")                                                                         \
    X(COMMIT, "COMMIT")                                                                            \
    X(PROPERTY_GET, "SELECT value FROM property WHERE name = ?1")                                  \
    X(PROPERTY_PUT, "INSERT INTO property (name, value) VALUES (?1, ?2) "                          \
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value")                     \
    X(RECORD_GET,                                                                                  \
      "SELECT number, document, known, known_from FROM record WHERE id = ?1 AND type = ?2")        \
    X(RECORD_LAST, "SELECT coalesce(max(number), 0) FROM record")                                  \
    X(RECORD_FROM, "SELECT id FROM record WHERE id >= ?1 ORDER BY id LIMIT 1")                     \
    X(RECORD_CLIENT, "SELECT client FROM record WHERE id = ?1 AND type = 'case'")                  \
    X(RECORD_SCOPES,                                                                               \
      "SELECT scope.name FROM record LEFT JOIN feed ON feed.record = record.number "               \
      "LEFT JOIN scope ON scope.number = feed.scope WHERE record.id = ?1 AND record.type = ?2")    \
    X(CASE_NAMED, "SELECT scope.name, record.number, record.client FROM record "                   \
                  "LEFT JOIN feed ON feed.record = record.number LEFT JOIN scope "                 \
                  "ON scope.number = feed.scope WHERE record.id = ?1 AND record.type = 'case'")    \
    X(RECORD_GET_PAGE,                                                                             \
      "SELECT number, document, known, seq, type, CASE type WHEN 'client' THEN id "                \
      "ELSE coalesce(client, (SELECT matter.client FROM record AS matter "                         \
      "WHERE matter.id = record.parent AND matter.type = 'case')) END, id, known_from "            \
      "FROM record WHERE number = ?1")                                                             \
    X(RECORD_GET_NUMBER,                                                                           \
      "SELECT number, document, known, known_from FROM record WHERE number = ?1")                  \
    X(RECORD_EACH, "SELECT document FROM record WHERE type = ?1 ORDER BY number")                  \
    X(RECORD_OF_DAY, "SELECT document FROM record WHERE id >= ?1 AND id < ?2 AND type = ?3 "       \
                     "ORDER BY id")                                                                \
    X(RECORD_INSERT,                                                                               \
      "INSERT INTO record (type, id, rev, seq, parent, document, known, client, known_from, "      \
      "number) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                                  \
    X(RECORD_UPDATE,                                                                               \
      "UPDATE record SET rev = ?2, seq = ?3, parent = ?4, document = ?5, known = ?6, "             \
      "client = ?7, known_from = ?8 WHERE number = ?1")                                            \
    X(RECORD_CHILDREN, "SELECT number FROM record WHERE parent = ?1 ORDER BY number")              \
    X(RECORD_PROMISES, "SELECT number FROM record WHERE parent = ?1 AND type = 'promise' "         \
                       "ORDER BY number")                                                          \
    X(PROMISE_PUT, "INSERT INTO promise (record, due) VALUES (?1, ?2) "                            \
                   "ON CONFLICT (record) DO UPDATE SET due = excluded.due")                        \
    X(PROMISE_DELETE, "DELETE FROM promise WHERE record = ?1")                                     \
    X(PROMISE_FIRST, "SELECT record, due + 1 FROM promise ORDER BY due LIMIT 1")                   \
    X(RECORD_HANDOFFS, "SELECT number FROM record WHERE parent = ?1 AND type = 'handoff'")         \
    X(HANDOFF_BEFORE,                                                                              \
      "SELECT number FROM record WHERE parent = ?1 AND type = 'handoff' AND number < ?2 "          \
      "AND coalesce(json_extract(document, '$.body.contact'), '') = ?3 "                           \
      "AND coalesce(json_extract(document, '$.body.kind'), '') <> 'consult' "                      \
      "AND json_extract(document, '$.body.state') <> 'withdrawn' ORDER BY number DESC LIMIT 1")    \
    X(CLIENT_NAMED,                                                                                \
      "SELECT 1 FROM record JOIN feed ON feed.record = record.number AND feed.scope = ?2 "         \
      "WHERE record.client = ?1 AND (record.type <> 'handoff' "                                    \
      "OR json_extract(record.document, '$.body.state') = 'offered' "                              \
      "OR (json_extract(record.document, '$.body.state') = 'accepted' AND (?3 = 0 "                \
      "OR json_extract(record.document, '$.body.to_queue') IS NULL))) LIMIT 1")                    \
    X(SCOPE_GET, "SELECT number FROM scope WHERE name = ?1")                                       \
    X(SCOPE_INSERT, "INSERT INTO scope (name) VALUES (?1)")                                        \
    X(SCOPE_BETWEEN, "SELECT name FROM scope WHERE name > ?1 AND name < ?2 ORDER BY name")         \
    X(FEED_SCOPES, "SELECT scope.name, scope.number FROM feed "                                    \
                   "JOIN scope ON scope.number = feed.scope WHERE feed.record = ?1")               \
    X(FEED_JOINING, "SELECT scope.number FROM feed JOIN scope ON scope.number = feed.scope "       \
                    "WHERE feed.record = ?1 AND scope.name LIKE 'join:%' AND "                     \
                    "substr(scope.name, 43) = ?2")                                                 \
    X(FEED_HAS, "SELECT seq FROM feed WHERE record = ?1 AND scope = ?2")                           \
    X(FEED_PUT, "INSERT INTO feed (scope, seq, record) VALUES (?1, ?2, ?3) "                       \
                "ON CONFLICT (record, scope) DO UPDATE SET seq = excluded.seq")                    \
    X(FEED_DELETE, "DELETE FROM feed WHERE record = ?1 AND scope = ?2")                            \
    X(FEED_DELETE_SCOPE, "DELETE FROM feed WHERE scope = ?1")                                      \
    X(GONE_PUT, "INSERT INTO gone (scope, seq, record) VALUES (?1, ?2, ?3) "                       \
                "ON CONFLICT (record, scope) DO UPDATE SET seq = excluded.seq")                    \
    X(GONE_SCOPES, "SELECT scope.name FROM gone JOIN scope ON scope.number = gone.scope "          \
                   "WHERE gone.record = ?1")                                                       \
    X(GONE_SINCE, "SELECT 1 FROM gone WHERE record = ?1 AND seq > ?2 LIMIT 1")                     \
    X(GONE_FORGET, "DELETE FROM gone WHERE seq <= ?1 AND NOT EXISTS (SELECT 1 FROM relay)")        \
    X(GONE_AFTER, "SELECT seq, record FROM gone WHERE scope = ?1 AND seq > ?2 "                    \
                  "ORDER BY seq LIMIT ?3")                                                         \
    X(FEED_AFTER, "SELECT seq, record FROM feed WHERE scope = ?1 AND seq > ?2 "                    \
                  "ORDER BY seq LIMIT ?3")                                                         \
    X(FEED_HIGHEST, "SELECT max(seq) FROM feed WHERE scope = ?1")                                  \
    X(EPOCH_AT, "SELECT name FROM epoch WHERE first <= ?1 ORDER BY first DESC LIMIT 1")            \
    X(EPOCH_PUT, "INSERT INTO epoch (first, name) VALUES (?1, ?2)")                                \
    X(DEVICE_GET, "SELECT mark, behind FROM device WHERE id = ?1")                                 \
    X(DEVICE_PUT, "INSERT INTO device (id, mark) VALUES (?1, ?2) "                                 \
                  "ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, behind = NULL")            \
    X(DEVICE_BEHIND, "UPDATE device SET behind = ?2 WHERE id = ?1")                                \
    X(OPERATION_GET, "SELECT agent, digest, rev, seq, refusal, conflict, field "                   \
                     "FROM operation WHERE id = ?1")                                               \
    X(OPERATION_INSERT,                                                                            \
      "INSERT INTO operation (id, agent, device, kind, type, record, rev, seq, refusal, "          \
      "conflict, "                                                                                 \
      "field, arrived, digest, via) "                                                              \
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")                      \
    X(OPERATION_FROM, "SELECT id FROM operation WHERE id >= ?1 ORDER BY id LIMIT 1")               \
    X(OPERATION_DELETE, "DELETE FROM operation WHERE id = ?1")                                     \
    DEVICE_STATEMENTS(X)                                                                           \
    X(DELIVERY_PUT, "INSERT INTO delivery (record, agency, due) VALUES (?1, ?2, ?3) "              \
                    "ON CONFLICT (record) DO UPDATE SET due = excluded.due")                       \
    X(DELIVERY_DELETE, "DELETE FROM delivery WHERE record = ?1")                                   \
    X(DELIVERY_DUE, "SELECT record.id, delivery.due FROM delivery "                                \
                    "JOIN record ON record.number = delivery.record "                              \
                    "WHERE delivery.agency = ?1 ORDER BY delivery.due LIMIT ?2")                   \
    X(DELIVERY_OF_AGENCY, "SELECT record FROM delivery WHERE agency = ?1 ORDER BY record")         \
    X(DELIVERY_AGENCIES, "SELECT DISTINCT agency FROM delivery")                                   \
    X(DELIVERY_HURRY, "UPDATE delivery SET due = 0 WHERE agency = ?1 AND due > 0")                 \
    X(ATTENDING_PUT,                                                                               \
      "INSERT INTO attending (record, agent, started, ended) VALUES (?1, ?2, ?3, ?4) "             \
      "ON CONFLICT (record) DO UPDATE SET agent = excluded.agent, "                                \
      "started = excluded.started, ended = excluded.ended")                                        \
    X(ATTENDING_PRUNE, "DELETE FROM attending WHERE agent = ?1 AND ended <= ?2")                   \
    X(ATTENDING_EACH,                                                                              \
      "SELECT agent, coalesce(max(CASE WHEN ended IS NULL THEN started END), 0), "                 \
      "coalesce(max(ended), 0), coalesce(max(CASE WHEN ended IS NOT NULL THEN "                    \
      "json_extract(record.document, '$.body.wrap_up_until') END), '') FROM attending "            \
      "JOIN record ON record.number = attending.record GROUP BY agent")                            \
    X(ATTENDING_OF, "SELECT record FROM attending WHERE agent = ?1 AND ended IS NULL")             \
    X(WAITING_EACH, "SELECT queue, count(*), min(began) FROM wait WHERE ended IS NULL "            \
                    "GROUP BY queue")                                                              \
    X(HELD_PUT, "INSERT INTO held (record, agent) VALUES (?1, ?2) "                                \
                "ON CONFLICT (record) DO UPDATE SET agent = excluded.agent")                       \
    X(HELD_DELETE, "DELETE FROM held WHERE record = ?1")                                           \
    X(HELD_OF, "SELECT record FROM held WHERE agent = ?1")                                         \
    X(EXPIRY_PUT, "INSERT INTO expiry (record, due) VALUES (?1, ?2) "                              \
                  "ON CONFLICT (record) DO UPDATE SET due = excluded.due")                         \
    X(EXPIRY_DELETE, "DELETE FROM expiry WHERE record = ?1")                                       \
    X(EXPIRY_EACH, "SELECT record FROM expiry")                                                    \
    X(EXPIRY_OPEN,                                                                                 \
      "SELECT number FROM record WHERE type = 'handoff' AND json_extract(document, "               \
      "'$.body.state') = 'offered' AND json_extract(document, '$.body.expires_at') IS NOT NULL")   \
    X(EXPIRY_FIRST, "SELECT record, due FROM expiry ORDER BY due LIMIT 1")                         \
    X(WATCH_GONE, "UPDATE watch SET gone = 1 WHERE queue = ?1")                                    \
    X(WATCH_PUT,                                                                                   \
      "INSERT INTO watch (name, queue, measure, action, edge, rearm, within, span, least) "        \
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (name) DO UPDATE SET gone = 0")     \
    X(WATCH_EACH, "SELECT name, queue, measure, action, edge, rearm, within, span, least, "        \
                  "number, crossed, gone FROM watch ORDER BY queue, name")                         \
    X(WATCH_STATE, "UPDATE watch SET number = ?2, crossed = ?3 WHERE name = ?1")                   \
    X(WATCH_FOLLOW, "UPDATE watch SET crossed = ?3, number = ?2 WHERE name = ?1 AND "              \
                    "(number < ?2 OR (number = ?2 AND crossed <> ?3))")                            \
    X(WATCH_ADOPT,                                                                                 \
      "UPDATE watch SET number = told.number, crossed = told.raised FROM (SELECT "                 \
      "json_extract(document, '$.body.crossing') AS number, "                                      \
      "json_extract(document, '$.body.state') = 'raised' AS raised FROM record WHERE "             \
      "type = 'alert' AND json_extract(document, '$.body.queue') || ' ' || "                       \
      "json_extract(document, '$.body.threshold') = ?1 ORDER BY 1 DESC LIMIT 1) AS told "          \
      "WHERE watch.name = ?1 AND watch.number < told.number")                                      \
    X(WATCH_NEWS, "SELECT 1 FROM watch WHERE name = ?1 AND crossed = 0 AND number < ?2")           \
    X(WAIT_PUT,                                                                                    \
      "INSERT INTO wait (record, queue, contact, began, ended, how, marks) "                       \
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (record) DO UPDATE SET "                    \
      "queue = excluded.queue, contact = excluded.contact, "                                       \
      "began = CASE WHEN ended IS NULL OR " WAITS_AGAIN " THEN excluded.began ELSE began END, "    \
      "how = CASE WHEN ended IS NULL OR " WAITS_AGAIN " THEN excluded.how ELSE how END, "          \
      "ended = CASE WHEN " WAITS_AGAIN " THEN NULL ELSE coalesce(ended, excluded.ended) "          \
      "END, marks = excluded.marks")                                                               \
    X(WAIT_REPLACE, "INSERT OR REPLACE INTO wait (record, queue, began, ended, how, marks) "       \
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")                                             \
    X(WAIT_CLIENT_GONE,                                                                            \
      "UPDATE wait SET ended = ?2, how = ?3 WHERE contact = ?1 AND ended IS NULL")                 \
    X(WAIT_DELETE, "DELETE FROM wait WHERE record = ?1")                                           \
    X(WAIT_PRUNE, "DELETE FROM wait WHERE ended < ?1")                                             \
    X(WAIT_OF, "SELECT record, began, ended, how, marks FROM wait WHERE queue = ?1 "               \
               "AND ended IS NULL UNION ALL SELECT record, began, ended, how, marks FROM wait "    \
               "WHERE queue = ?1 AND ended > ?2")                                                  \
    X(CHECK_WAITS,                                                                                 \
      "SELECT record.type, record.id FROM record LEFT JOIN wait ON wait.record = record.number "   \
      "WHERE record.type = 'handoff' AND json_extract(document, '$.body.to_queue') IS NOT NULL "   \
      "AND CASE json_extract(document, '$.body.state') WHEN 'offered' "                            \
      "THEN wait.record IS NULL AND NOT EXISTS (SELECT 1 FROM record AS contact "                  \
      "WHERE contact.id = json_extract(record.document, '$.body.contact') "                        \
      "AND contact.type = 'contact' "                                                              \
      "AND json_extract(contact.document, '$.body.outcome') = 'abandoned') "                       \
      "ELSE wait.record IS NOT NULL AND wait.ended IS NULL END "                                   \
      "UNION ALL SELECT record.type, record.id FROM wait JOIN record "                             \
      "ON record.number = wait.record WHERE record.type = 'handoff' AND "                          \
      "json_extract(document, '$.body.to_queue') IS NOT wait.queue "                               \
      "UNION ALL SELECT record.type, record.id FROM wait JOIN record "                             \
      "ON record.number = wait.record WHERE record.type = 'ticket' AND "                           \
      "(json_extract(document, '$.body.state') = 'waiting') <> (wait.how = 0)")                    \
    X(CHECK_EXPIRIES,                                                                              \
      "SELECT record.type, record.id FROM record LEFT JOIN expiry "                                \
      "ON expiry.record = record.number WHERE record.type = 'handoff' AND "                        \
      "(json_extract(document, '$.body.state') = 'offered' AND "                                   \
      "json_extract(document, '$.body.expires_at') IS NOT NULL) <> (expiry.record IS NOT NULL) "   \
      "UNION ALL SELECT 'handoff', expiry.record FROM expiry WHERE NOT EXISTS "                    \
      "(SELECT 1 FROM record WHERE record.number = expiry.record AND record.type = 'handoff')")    \
    X(CHECK_PROMISES,                                                                              \
      "SELECT record.type, record.id FROM record LEFT JOIN promise "                               \
      "ON promise.record = record.number WHERE record.type = 'promise' AND "                       \
      "(json_extract(document, '$.body.state') = 'running') <> (promise.record IS NOT NULL) "      \
      "UNION ALL SELECT 'promise', promise.record FROM promise WHERE NOT EXISTS "                  \
      "(SELECT 1 FROM record WHERE record.number = promise.record AND record.type = 'promise')")   \
    X(CHECK_DELIVERIES,                                                                            \
      "SELECT record.type, record.id FROM record LEFT JOIN delivery "                              \
      "ON delivery.record = record.number WHERE record.type = 'delivery' AND "                     \
      "(json_extract(document, '$.body.state') IN ('waiting', 'sent')) <> "                        \
      "(delivery.record IS NOT NULL) UNION ALL SELECT 'delivery', delivery.record FROM delivery "  \
      "WHERE NOT EXISTS (SELECT 1 FROM record WHERE record.number = delivery.record "              \
      "AND record.type = 'delivery')")                                                             \
    X(PASSAGE_BY_GROUP, "SELECT submission, salt, hash, expires FROM passage "                     \
                        "WHERE letters = ?1 AND expires > ?2 ORDER BY submission DESC")            \
    X(PASSAGE_GET, "SELECT hash, expires FROM passage WHERE submission = ?1")                      \
    X(PASSAGE_PUT, "INSERT INTO passage (submission, letters, salt, hash, expires) "               \
                   "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (submission) DO UPDATE SET "           \
                   "letters = excluded.letters, salt = excluded.salt, hash = excluded.hash, "      \
                   "expires = CASE WHEN hash = excluded.hash THEN min(expires, excluded.expires) " \
                   "ELSE excluded.expires END")                                                    \
    X(PASSAGE_DELETE, "DELETE FROM passage WHERE submission = ?1")                                 \
    X(GUESS_GET, "SELECT failures, until FROM guess WHERE counted = ?1")                           \
    X(GUESS_PUT, "INSERT INTO guess (counted, failures, until, forget) VALUES (?1, ?2, ?3, ?4) "   \
                 "ON CONFLICT (counted) DO UPDATE SET failures = excluded.failures, "              \
                 "until = excluded.until, forget = excluded.forget")                               \
    X(GUESS_DELETE, "DELETE FROM guess WHERE counted = ?1")                                        \
    X(GUESS_PRUNE, "DELETE FROM guess WHERE forget < ?1")                                          \
    X(CHECK_PASSAGES,                                                                              \
      "SELECT 'submission', passage.submission FROM passage WHERE NOT EXISTS (SELECT 1 "           \
      "FROM record WHERE record.id = passage.submission AND record.type = 'submission' AND "       \
      "json_extract(document, '$.body.status') = 'draft' AND "                                     \
      "json_extract(document, '$.body.continue.group') = passage.letters) UNION ALL "              \
      "SELECT record.type, record.id FROM record WHERE record.type = 'submission' AND "            \
      "json_extract(document, '$.body.status') = 'draft' AND "                                     \
      "length(json_extract(document, '$.body.continue.hash')) = 64 AND NOT EXISTS "                \
      "(SELECT 1 FROM passage WHERE passage.submission = record.id)")                              \
    X(AGENT_EACH, "SELECT document FROM record WHERE type = 'agent' ORDER BY number")              \
    X(AGENT_DOCUMENTS,                                                                             \
      "SELECT document FROM record WHERE type = 'agent' AND instr(document, ?1 || '\"') > 0")      \
    X(LOGIN_OF_AGENT, "SELECT login, hash, must_change, EXISTS (SELECT 1 FROM factor "             \
                      "WHERE agent = ?1 AND confirmed IS NOT NULL) FROM login WHERE agent = ?1")   \
    X(LOGIN_DELETE_ALL, "DELETE FROM login")                                                       \
    X(OPERATION_REV, "SELECT rev FROM operation WHERE id = ?1 AND record = ?2 AND via = ?3 "       \
                     "AND refusal IS NULL")                                                        \
    X(OPERATION_SEEN, "SELECT rev FROM operation WHERE record = ?1 AND via IS NOT NULL "           \
                      "AND via = ?2 AND refusal IS NULL AND rev > ?3 AND rev <= ?4 ORDER BY rev")  \
    X(RELAY_PUT, "INSERT INTO relay (id, office, token, added) VALUES (?1, ?2, ?3, ?4)")           \
    X(RELAY_GET, "SELECT id, office, carried FROM relay WHERE token = ?1 AND ended IS NULL")       \
    X(RELAY_CARRIED, "UPDATE relay SET carried = ?2 WHERE id = ?1")                                \
    X(RELAY_OF_OFFICE, "SELECT 1 FROM relay WHERE office = ?1 AND ended IS NULL LIMIT 1")          \
    X(RELAY_SINCE,                                                                                 \
      "SELECT 1 FROM relay WHERE office = ?1 AND (ended IS NULL OR ended >= ?2) LIMIT 1")          \
    X(RELAY_END, "UPDATE relay SET ended = ?2 WHERE office = ?1 AND ended IS NULL")                \
    X(GIVEN_SHARED, "SELECT 1 FROM given WHERE record = ?1 AND shared")                            \
    X(GIVEN_GET, "SELECT rev, document, shared FROM given WHERE record = ?1 AND rev > 0")          \
    X(GIVEN_PUT, "INSERT INTO given (record, rev, document, shared) VALUES (?1, ?2, ?3, ?4) "      \
                 "ON CONFLICT (record) DO UPDATE SET rev = excluded.rev, "                         \
                 "document = excluded.document, shared = excluded.shared")                         \
    X(GIVEN_SCOPES, "SELECT given.record, coalesce(scopes, '') FROM given JOIN record "            \
                    "ON record.number = given.record WHERE record.id = ?1")                        \
    X(GIVEN_SCOPES_PUT, "UPDATE given SET scopes = ?2 WHERE record = ?1")                          \
    X(GIVEN_SHARE, "UPDATE given SET shared = 1 WHERE record = "                                   \
                   "(SELECT number FROM record WHERE id = ?1)")                                    \
    X(GIVEN_FORGET, "UPDATE given SET rev = 0, document = ''")                                     \
    X(UNGIVEN,                                                                                     \
      "SELECT DISTINCT feed.record FROM feed WHERE feed.record > ?1 AND feed.scope NOT IN "        \
      "(SELECT number FROM scope WHERE name = 'catalogue') AND NOT EXISTS (SELECT 1 FROM given "   \
      "WHERE given.record = feed.record AND given.rev > 0) AND NOT EXISTS (SELECT 1 FROM upward "  \
      "WHERE upward.record = feed.record AND upward.state IN (0, 2)) "                             \
      "ORDER BY feed.record LIMIT 1")                                                              \
    X(RELAY_LACKS,                                                                                 \
      "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM given WHERE record = ?1 AND rev > 0) AND NOT "     \
      "EXISTS (SELECT 1 FROM upward WHERE record = ?1 AND state IN (0, 2) "                        \
      "AND json_extract(document, '$.kind') = 'append')")                                          \
    X(LINEAGE_FORGET, "UPDATE lineage SET given = NULL, own = NULL")                               \
    X(LINEAGE_OPERATION,                                                                           \
      "INSERT INTO lineage (record, local, operation) VALUES (?1, ?2, ?3) "                        \
      "ON CONFLICT (record, local) DO UPDATE SET operation = excluded.operation")                  \
    X(LINEAGE_GIVEN, "INSERT INTO lineage (record, local, given) VALUES (?1, ?2, ?3) "             \
                     "ON CONFLICT (record, local) DO UPDATE SET given = excluded.given")           \
    X(LINEAGE_PRUNE, "DELETE FROM lineage WHERE record = ?1 AND local <= ?2 "                      \
                     "AND (operation IS NULL OR own IS NOT NULL)")                                 \
    X(LINEAGE_OWN, "UPDATE lineage SET own = ?3 WHERE record = ?1 AND operation = ?2")             \
    X(LINEAGE_LOST, "UPDATE lineage SET operation = NULL, own = NULL "                             \
                    "WHERE record = ?1 AND operation = ?2")                                        \
    X(LINEAGE_BASE, "SELECT max(given) FROM lineage WHERE record = ?1 AND local <= ?2")            \
    X(LINEAGE_SEEN, "SELECT operation, own FROM lineage WHERE record = ?1 AND local <= ?2 "        \
                    "AND operation IS NOT NULL AND (own IS NULL OR own > ?3) ORDER BY local")      \
    X(UPWARD_PUT, "INSERT INTO upward (id, record, base, state, document) "                        \
                  "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING")                       \
    X(UPWARD_GET, "SELECT record, state, document, rev FROM upward WHERE id = ?1")                 \
    X(UPWARD_OF_RECORD, "SELECT id, base, document FROM upward WHERE record = ?1 "                 \
                        "AND state IN (0, 2) ORDER BY number")                                     \
    X(UPWARD_NEXT, "SELECT record, base, document FROM upward WHERE state < 2 "                    \
                   "ORDER BY number LIMIT ?1")                                                     \
    X(UPWARD_COUNT, "SELECT count(*) FROM upward WHERE state < 2")                                 \
    X(UPWARD_ACCEPT, "UPDATE upward SET state = state + 2, rev = ?2 WHERE id = ?1")                \
    X(UPWARD_ASKING, "SELECT json_extract(document, '$.device') FROM upward WHERE record = ?1 "    \
                     "AND state = 1")                                                              \
    X(UPWARD_MAKING, "SELECT 1 FROM upward WHERE record = 0 "                                      \
                     "AND json_extract(document, '$.record') = ?1 LIMIT 1")                        \
    X(UPWARD_ASKED, "SELECT document FROM upward WHERE state = 3 AND rev <= ?2 "                   \
                    "AND json_extract(document, '$.record') = ?1")                                 \
    X(UPWARD_ASKED_FOLDED, "UPDATE upward SET state = 4 WHERE state = 3 AND rev <= ?2 "            \
                           "AND json_extract(document, '$.record') = ?1")                          \
    X(UPWARD_ASKED_ANSWERED, "UPDATE upward SET state = 4 WHERE id = ?1 AND state = 3")            \
    X(UPWARD_FOLDED, "UPDATE upward SET state = 4 WHERE record = ?1 AND state = 2 AND rev <= ?2")  \
    X(UPWARD_DONE, "UPDATE upward SET state = 4 WHERE id = ?1")                                    \
    X(UPWARD_PRUNE, "DELETE FROM upward WHERE state = 4 AND number <= ?1")                         \
    X(UPWARD_LAST, "SELECT coalesce(max(number), 0) FROM upward")                                  \
    X(UPWARD_KNOWN, "SELECT 1 FROM upward WHERE id = ?1 AND number < ?2")                          \
    X(UPWARD_MADE, "SELECT id FROM upward WHERE state IN (2, 3) OR (state = 4 AND EXISTS "         \
                   "(SELECT 1 FROM given WHERE given.record = upward.record AND given.rev < "      \
                   "upward.rev)) ORDER BY number DESC LIMIT 1")                                    \
    X(UPWARD_DELETE, "DELETE FROM upward WHERE id = ?1")                                           \
    X(UPWARD_AGAIN, "UPDATE upward SET state = CASE state WHEN 3 THEN 1 ELSE 0 END, rev = NULL "   \
                    "WHERE state >= 2")                                                            \
    X(TOLD_PUT, "INSERT INTO told (agent, document) VALUES (?1, ?2)")                              \
    X(TOLD_EACH, "SELECT number, document FROM told WHERE agent = ?1 "                             \
                 "ORDER BY number LIMIT 100")                                                      \
    X(TOLD_FORGET, "DELETE FROM told WHERE agent = ?1 AND number <= ?2")                           \
    X(TOLD_PRUNE, "DELETE FROM told WHERE number <= (SELECT max(number) FROM told) - ?1")          \
    X(INTAKE_GET, "SELECT message, matter, client, submission, new_case, reference FROM intake "   \
                  "WHERE source = ?1 AND message_id = ?2")                                         \
    X(INTAKE_PUT,                                                                                  \
      "INSERT INTO intake (source, message_id, channel, message, matter, client, submission, "     \
      "new_case, reference, arrived) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")            \
    X(INTAKE_COUNT, "SELECT count(*) FROM intake")                                                 \
    X(REFUSED_PUT,                                                                                 \
      "INSERT INTO refused (channel, source, message_id, reason, at) "                             \
      "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (source, message_id) WHERE message_id <> '' "       \
      "DO UPDATE SET channel = excluded.channel, reason = excluded.reason, at = excluded.at")      \
    X(REFUSED_DELETE, "DELETE FROM refused WHERE source = ?1 AND message_id = ?2")                 \
    X(REFUSED_PRUNE, "DELETE FROM refused WHERE number <= (SELECT max(number) FROM refused) - ?1") \
    X(REFUSED_EACH, "SELECT channel, source, message_id, reason, at FROM refused "                 \
                    "ORDER BY at DESC, number DESC LIMIT ?1")                                      \
    X(REFUSED_COUNT, "SELECT count(*) FROM refused")                                               \
    X(INTAKE_KEY_PUT, "INSERT INTO intake_key (name, channel, hash, office, queue, added) "        \
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING")                    \
    X(INTAKE_KEY_GET, "SELECT channel, hash, office, queue FROM intake_key "                       \
                      "WHERE name = ?1 AND revoked IS NULL")                                       \
    X(INTAKE_KEY_EACH, "SELECT name, channel, office, queue, added, revoked FROM intake_key "      \
                       "ORDER BY name")                                                            \
    X(INTAKE_KEY_REVOKE, "UPDATE intake_key SET revoked = ?2 WHERE name = ?1 AND revoked IS NULL") \
    X(ATTACHMENT_PUT, "INSERT INTO attachment (id, message, name, type, digest, bytes) "           \
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")                                           \
    X(ATTACHMENTS_OF, "SELECT name, bytes FROM attachment WHERE message = ?1 ORDER BY id")         \
    X(ATTACHMENT_GET, "SELECT message, name, type, bytes FROM attachment WHERE id = ?1")           \
    X(REACH_GET, "SELECT record FROM reach WHERE kind = ?1 AND key = ?2 ORDER BY record DESC")     \
    X(REACH_PUT, "INSERT INTO reach (kind, key, record) VALUES (?1, ?2, ?3) "                      \
                 "ON CONFLICT DO NOTHING")                                                         \
    X(REACH_DELETE, "DELETE FROM reach WHERE record = ?1")                                         \
    X(SEARCH_PUT, "INSERT INTO search (record, key) VALUES (?1, ?2) ON CONFLICT DO NOTHING")       \
    X(SEARCH_DELETE, "DELETE FROM search WHERE record = ?1 AND key = ?2")                          \
    X(SEARCH_KEYS, "SELECT key FROM search WHERE record = ?1")                                     \
    X(SEARCH_COUNT, "SELECT count(*) FROM (SELECT 1 FROM search WHERE key >= ?1 AND key < ?2 "     \
                    "LIMIT ?3)")                                                                   \
    X(SEARCH_RANGE, "SELECT record FROM search WHERE key >= ?1 AND key < ?2 LIMIT ?3")             \
    X(SEARCH_CLIENTS, "SELECT number, document FROM record WHERE number > ?1 AND type = 'client' " \
                      "ORDER BY number LIMIT ?2")                                                  \
    X(SEARCH_CLIENT_COUNT, "SELECT count(*) FROM record WHERE type = 'client'")                    \
    X(SEARCH_CASES, "SELECT number FROM record WHERE client = ?1 AND type = 'case' "               \
                    "ORDER BY number DESC LIMIT ?2")                                               \
    X(SEARCHER_GET, "SELECT owed, refused FROM searcher WHERE agent = ?1")                         \
    X(SEARCHER_PUT, "INSERT INTO searcher (agent, owed, refused) VALUES (?1, ?2, ?3) "             \
                    "ON CONFLICT (agent) DO UPDATE SET owed = excluded.owed, "                     \
                    "refused = excluded.refused")                                                  \
    X(CHECK_SEARCH, "SELECT 'search', search.record FROM search WHERE NOT EXISTS "                 \
                    "(SELECT 1 FROM record WHERE record.number = search.record "                   \
                    "AND record.type = 'client') LIMIT 100")                                       \
    X(REASON_PUT, "INSERT INTO reason (agent, file, purpose, until, fetch) "                       \
                  "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (agent, file) DO UPDATE SET "           \
                  "purpose = CASE WHEN excluded.until >= until THEN excluded.purpose "             \
                  "ELSE purpose END, until = max(until, excluded.until), "                         \
                  "fetch = max(fetch, excluded.fetch)")                                            \
    X(REASON_FORGET, "DELETE FROM reason WHERE max(until, fetch) <= ?1")                           \
    X(REASON_GET, "SELECT purpose FROM reason WHERE agent = ?1 AND file IN (?2, ?3) "              \
                  "AND (until > ?4 OR (?5 AND fetch > ?4)) UNION ALL "                             \
                  "SELECT purpose FROM opening WHERE agent = ?1 "                                  \
                  "AND record IN (?2, ?3) AND until > ?4 LIMIT 1")                                 \
    X(REASON_UNPIN, "UPDATE reason SET fetch = 0 WHERE agent = ?1 AND file = ?2")                  \
    X(REASON_HANDS, "SELECT document FROM record WHERE client IN (?1, ?2) "                        \
                    "AND type IN ('case', 'handoff', 'contact') UNION ALL "                        \
                    "SELECT document FROM record WHERE parent = ?1 "                               \
                    "AND type IN ('handoff', 'contact')")                                          \
    X(OPENING_GET, "SELECT until, latest FROM opening WHERE agent = ?1 AND record = ?2")           \
    X(OPENING_PUT,                                                                                 \
      "INSERT INTO opening (agent, record, type, purpose, contact, until, latest) "                \
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (agent, record) DO UPDATE SET "             \
      "purpose = excluded.purpose, contact = excluded.contact, "                                   \
      "until = max(until, excluded.until), latest = max(latest, excluded.latest)")                 \
    X(OPENING_UNTIL, "UPDATE opening SET until = min(latest, ?4) WHERE agent = ?1 "                \
                     "AND (record = ?2 OR contact = ?3) "                                          \
                     "AND purpose IN ('contact', 'call-back', 'written')")                         \
    X(OPENING_AGENTS, "SELECT agent, purpose FROM opening WHERE record = ?1")                      \
    X(ROLE_OWN, "SELECT 1 FROM record WHERE type = 'role' AND "                                    \
                "json_extract(document, '$.body.cases') = 'own' LIMIT 1")                          \
    X(RECORD_CASES, "SELECT number, document FROM record WHERE type = 'case' ORDER BY number")     \
    X(PROTECTED_ANY, "SELECT 1 FROM protected LIMIT 1")                                            \
    X(PROTECTED_GET, "SELECT client FROM protected WHERE record = ?1")                             \
    X(PROTECTED_OF, "SELECT record FROM protected WHERE client = ?1")                              \
    X(PROTECTED_PUT, "INSERT OR REPLACE INTO protected (record, client) VALUES (?1, ?2)")          \
    X(PROTECTED_DELETE, "DELETE FROM protected WHERE record = ?1")                                 \
    X(OPENING_DUE, "SELECT agent, record FROM opening WHERE until <= ?1 ORDER BY until LIMIT ?2")  \
    X(OPENING_DELETE, "DELETE FROM opening WHERE agent = ?1 AND record = ?2")                      \
    X(OPENING_OF, "SELECT record, type, purpose FROM opening WHERE agent = ?1")                    \
    X(OPENING_FIRST, "SELECT until FROM opening ORDER BY until LIMIT 1")                           \
    X(OPENING_FILE, "SELECT number FROM record WHERE client = ?1 AND type IN ('case', "            \
                    "'contact', 'submission', 'message', 'delegation', 'task') ORDER BY number")   \
    X(CHECK_REACH,                                                                                 \
      "SELECT record.type, record.id FROM record WHERE type = 'case' "                             \
      "AND json_extract(document, '$.body.erased_at') IS NULL AND NOT EXISTS (SELECT 1 "           \
      "FROM reach WHERE reach.record = record.number AND kind = 1 "                                \
      "AND key = json_extract(document, '$.body.reference')) UNION ALL "                           \
      "SELECT record.type, record.id FROM record WHERE type = 'message' "                          \
      "AND json_extract(document, '$.body.message_id') IS NOT NULL AND NOT EXISTS (SELECT 1 "      \
      "FROM reach WHERE reach.record = record.number AND kind = 2 "                                \
      "AND key = json_extract(document, '$.body.message_id')) UNION ALL "                          \
      "SELECT record.type, record.id FROM record WHERE type = 'client' "                           \
      "AND coalesce(json_extract(document, '$.body.email'), '') <> '' AND NOT EXISTS (SELECT 1 "   \
      "FROM reach WHERE reach.record = record.number AND kind = 3 "                                \
      "AND key = lower(json_extract(document, '$.body.email'))) UNION ALL "                        \
      "SELECT 'reach', reach.record FROM reach WHERE NOT EXISTS "                                  \
      "(SELECT 1 FROM record WHERE record.number = reach.record)")                                 \
    X(CHECK_INTAKE,                                                                                \
      "SELECT 'message', intake.message FROM intake WHERE NOT EXISTS (SELECT 1 FROM record "       \
      "WHERE record.id = intake.message AND record.type = 'message' "                              \
      "AND (json_extract(document, '$.body.message_id') = intake.message_id OR "                   \
      "json_extract(document, '$.body.erased_at') IS NOT NULL)) UNION ALL "                        \
      "SELECT 'case', intake.matter FROM intake WHERE NOT EXISTS (SELECT 1 FROM record "           \
      "WHERE record.id = intake.matter AND record.type = 'case')")                                 \
    X(CHECK_ATTACHMENTS,                                                                           \
      "SELECT id, digest, bytes, EXISTS (SELECT 1 FROM record WHERE record.id = "                  \
      "attachment.message AND record.type = 'message' AND instr(document, attachment.id) > 0) "    \
      "FROM attachment")                                                                           \
    X(CASES_OF_CLIENT, "WITH RECURSIVE file (id) AS (VALUES (?1) UNION "                           \
                       "SELECT record.id FROM file JOIN record ON record.parent = file.id "        \
                       "AND record.type = 'client') "                                              \
                       "SELECT record.number FROM file JOIN record ON record.client = file.id "    \
                       "AND record.type = 'case'")                                                 \
    X(RECORD_OF_CLIENT, "SELECT number FROM record WHERE client = ?1 ORDER BY number")             \
    X(RECORD_OF_DELEGATE, "SELECT number FROM record WHERE type = 'delegation' AND "               \
                          "json_extract(document, '$.body.delegate') = ?1")                        \
    X(ERASE_RECORD, "UPDATE record SET document = ?2, parent = NULL, client = NULL, known = NULL " \
                    "WHERE number = ?1")                                                           \
    X(ERASE_DELIVERY, "DELETE FROM delivery WHERE record = ?1")                                    \
    X(ERASE_ATTENDING, "DELETE FROM attending WHERE record = ?1")                                  \
    X(ERASE_PROMISE, "DELETE FROM promise WHERE record = ?1")                                      \
    X(ERASE_EXPIRY, "DELETE FROM expiry WHERE record = ?1")                                        \
    X(ERASE_HELD, "DELETE FROM held WHERE record = ?1")                                            \
    X(ERASE_WAIT, "DELETE FROM wait WHERE record = ?1")                                            \
    X(ERASE_GIVEN, "UPDATE given SET document = ?2 WHERE record = ?1")                             \
    X(ERASE_UPWARD, "DELETE FROM upward WHERE record = ?1 AND state > 1")                          \
    X(ERASE_OUTGOING, "DELETE FROM outgoing WHERE record = ?1")                                    \
    X(ERASE_REACH, "DELETE FROM reach WHERE record = ?1")                                          \
    X(ERASE_SEARCH, "DELETE FROM search WHERE record = ?1")                                        \
    X(ERASE_OPENING, "DELETE FROM opening WHERE record = ?1")                                      \
    X(ERASE_WORDS, "DELETE FROM audit_words WHERE about = ?1 OR number IN "                        \
                   "(SELECT number FROM audit WHERE client = ?1)")                                 \
    X(ERASE_WORDS_OF_LISTS,                                                                        \
      "DELETE FROM audit_words WHERE number IN (SELECT said.number FROM audit_words AS said "      \
      "JOIN audit ON audit.number = said.number WHERE said.about = '' AND "                        \
      "instr(audit.clients, ?1) > 0)")                                                             \
    X(ERASE_PASSAGE, "DELETE FROM passage WHERE submission = ?1")                                  \
    X(ERASE_ACCESS, "DELETE FROM access WHERE record = ?1")                                        \
    X(ERASE_NOTICE, "DELETE FROM notice WHERE matter = ?1")                                        \
    X(ERASE_OPEN311, "DELETE FROM open311 WHERE matter = ?1")                                      \
    X(ERASE_INTAKE, "UPDATE intake SET reference = '' WHERE matter = ?1 OR message = ?1")          \
    X(ERASE_ATTACHMENT, "DELETE FROM attachment WHERE message = ?1")                               \
    X(ERASE_HOLD, "DELETE FROM hold WHERE id = ?1")                                                \
    X(ROLE_MOVE_PUT,                                                                               \
      "INSERT INTO role_move (agent, before) VALUES (?1, ?2) ON CONFLICT (agent) DO NOTHING")      \
    X(ROLE_MOVE_GET, "SELECT before FROM role_move WHERE agent = ?1")                              \
    X(ROLE_MOVE_FIRST, "SELECT agent FROM role_move ORDER BY agent LIMIT ?1")                      \
    X(ROLE_MOVE_DELETE, "DELETE FROM role_move WHERE agent = ?1")                                  \
    X(HOLD_GET, "SELECT type, since, agent, why FROM hold WHERE id = ?1")                          \
    X(HOLD_PUT, "INSERT INTO hold (id, type, since, agent, why) VALUES (?1, ?2, ?3, ?4, ?5) ON "   \
                "CONFLICT (id) DO NOTHING")                                                        \
    X(HOLD_DELETE, "DELETE FROM hold WHERE id = ?1")                                               \
    X(HOLD_EACH, "SELECT type, id, since, agent, why FROM hold ORDER BY since, id")                \
    X(RETENTION_PUT, "INSERT INTO retention (type, service, months) VALUES (?1, ?2, ?3) ON "       \
                     "CONFLICT (type, service) DO UPDATE SET months = excluded.months")            \
    X(RETENTION_DELETE, "DELETE FROM retention WHERE type = ?1 AND service = ?2")                  \
    X(RETENTION_EACH, "SELECT type, service, months FROM retention ORDER BY type, service")        \
    X(RETENTION_NEXT,                                                                              \
      "SELECT number FROM record WHERE number > ?1 AND type = ?2 ORDER BY number LIMIT 1")         \
    X(RETENTION_ATTACHED, "SELECT count(*) FROM attachment WHERE message = ?1")                    \
    X(RETENTION_ATTACHMENT_NEXT,                                                                   \
      "SELECT rowid FROM attachment WHERE rowid > ?1 ORDER BY rowid LIMIT 1")                      \
    X(RETENTION_ATTACHMENT, "SELECT message FROM attachment WHERE rowid = ?1")                     \
    X(RETENTION_ATTACHMENT_DELETE, "DELETE FROM attachment WHERE rowid = ?1")                      \
    X(RETENTION_WORDS,                                                                             \
      "SELECT said.number, audit.at, EXISTS (SELECT 1 FROM hold WHERE hold.id IN (said.about, "    \
      "audit.client)) FROM audit_words AS said JOIN audit ON audit.number = said.number "          \
      "WHERE said.number > ?1 ORDER BY said.number LIMIT ?2")                                      \
    X(RETENTION_WORDS_DELETE, "DELETE FROM audit_words WHERE number = ?1")                         \
    X(OFFICES_OPEN, "SELECT json_extract(document, '$.body.key') FROM record "                     \
                    "WHERE type = 'office' AND json_extract(document, '$.body.ended') IS NOT 1")   \
    X(OUTGOING_PUT, "INSERT INTO outgoing (record, channel, due) VALUES (?1, ?2, ?3) "             \
                    "ON CONFLICT (record) DO UPDATE SET due = excluded.due")                       \
    X(MESSAGE_CODE_PUT, "INSERT INTO message_code (message, codes) VALUES (?1, ?2) "               \
                        "ON CONFLICT (message) DO UPDATE SET codes = excluded.codes")              \
    X(MESSAGE_CODE_GET, "SELECT codes FROM message_code WHERE message = ?1")                       \
    X(MESSAGE_CODE_DELETE, "DELETE FROM message_code WHERE message = ?1")                          \
    X(OUTGOING_DELETE, "DELETE FROM outgoing WHERE record = ?1")                                   \
    X(OUTGOING_DUE, "SELECT record.id, outgoing.due FROM outgoing "                                \
                    "JOIN record ON record.number = outgoing.record "                              \
                    "WHERE outgoing.channel = ?1 ORDER BY outgoing.due LIMIT 1")                   \
    X(OUTGOING_HURRY, "UPDATE outgoing SET due = 0 WHERE channel = ?1 AND due = ?2")               \
    X(NOTICE_PUT, "INSERT INTO notice (matter, rev, status, at) VALUES (?1, ?2, ?3, ?4)")          \
    X(NOTICE_FIRST, "SELECT number, matter, rev, status, at FROM notice ORDER BY number LIMIT 1")  \
    X(NOTICE_DELETE, "DELETE FROM notice WHERE number = ?1")                                       \
    X(TEMPLATE_EACH, "SELECT document FROM record WHERE type = 'template' ORDER BY id")            \
    X(PROMISE_OF, "SELECT json_extract(document, '$.body.due_at') FROM record "                    \
                  "WHERE parent = ?1 AND type = 'promise' "                                        \
                  "AND json_extract(document, '$.body.state') = 'running' "                        \
                  "ORDER BY 1 LIMIT 1")                                                            \
    X(ACCESS_PUT, "INSERT INTO access (kind, record, label, letters, salt, hash, expires) "        \
                  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (kind, record) DO UPDATE SET "  \
                  "label = excluded.label, letters = excluded.letters, salt = excluded.salt, "     \
                  "hash = excluded.hash, "                                                         \
                  "expires = CASE WHEN hash = excluded.hash THEN min(expires, excluded.expires) "  \
                  "ELSE excluded.expires END")                                                     \
    X(ACCESS_DELETE, "DELETE FROM access WHERE kind = ?1 AND record = ?2")                         \
    X(ACCESS_GET, "SELECT hash, expires FROM access WHERE kind = ?1 AND record = ?2")              \
    X(ACCESS_STATUS, "SELECT record, salt, hash, expires FROM access WHERE kind = 'status_code' "  \
                     "AND letters = ?1 AND expires > ?2 AND label = ?3 ORDER BY record DESC")      \
    X(ACCESS_QUESTIONNAIRE,                                                                        \
      "SELECT record, salt, hash, expires FROM access WHERE kind = 'questionnaire' "               \
      "AND letters = ?1 AND expires > ?2 ORDER BY record DESC")                                    \
    X(SMS_SEEN_PUT, "INSERT INTO sms_seen (signature, until) VALUES (?1, ?2) "                     \
                    "ON CONFLICT (signature) DO NOTHING RETURNING 1")                              \
    X(SMS_SEEN_PRUNE, "DELETE FROM sms_seen WHERE until < ?1")                                     \
    X(SMS_PART_PUT, "INSERT INTO sms_part (series, number, total, text, arrived) "                 \
                    "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (series, number) DO NOTHING")         \
    X(SMS_PART_EACH, "SELECT number, total, text FROM sms_part WHERE series = ?1 ORDER BY number") \
    X(SMS_PART_DELETE, "DELETE FROM sms_part WHERE series = ?1")                                   \
    X(SMS_PART_OLD, "SELECT series, min(arrived) FROM sms_part GROUP BY series "                   \
                    "ORDER BY 2 LIMIT 1")                                                          \
    X(SMS_STOP_PUT, "INSERT INTO sms_stop (number, since) VALUES (?1, ?2) "                        \
                    "ON CONFLICT (number) DO NOTHING")                                             \
    X(SMS_STOP_DELETE, "DELETE FROM sms_stop WHERE number = ?1")                                   \
    X(SMS_STOP_HAS, "SELECT 1 FROM sms_stop WHERE number = ?1")                                    \
    X(OPEN311_GET, "SELECT token, source, matter, reference, message, kind FROM open311 "          \
                   "WHERE token = ?1")                                                             \
    X(OPEN311_SAME, "SELECT token, source, matter, reference, message, kind FROM open311 "         \
                    "WHERE source = ?1 AND digest = ?2 AND at >= ?3 "                              \
                    "AND (matter <> '' OR message IS NOT NULL) ORDER BY at DESC LIMIT 1")          \
    X(OPEN311_WAITING, "SELECT token, source, matter, reference, message, kind FROM open311 "      \
                       "WHERE message IS NOT NULL ORDER BY number LIMIT 1")                        \
    X(OPEN311_PUT,                                                                                 \
      "INSERT INTO open311 (token, source, digest, code, jurisdiction, kind, at, title, facts, "   \
      "message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                                 \
    X(OPEN311_SETTLE, "UPDATE open311 SET matter = ?2, reference = ?3, message = NULL "            \
                      "WHERE token = ?1 AND message IS NOT NULL")                                  \
    X(OPEN311_BETWEEN,                                                                             \
      "SELECT o.reference, o.code, o.source, o.at, o.title, o.facts, "                             \
      "json_extract(r.document, '$.body.status'), json_extract(r.document, '$.meta.claim.time'), " \
      "(SELECT json_extract(p.document, '$.body.due_at') FROM record AS p WHERE p.parent = r.id "  \
      "AND p.type = 'promise' AND json_extract(p.document, '$.body.state') <> 'void' "             \
      "ORDER BY p.number DESC LIMIT 1) FROM open311 AS o "                                         \
      "JOIN record AS r ON r.id = o.matter AND r.type = 'case' "                                   \
      "WHERE o.kind <> 2 AND (?2 = '' OR o.jurisdiction IN ('', ?2)) "                             \
      "AND o.at BETWEEN ?5 AND ?6 AND (?1 IS NULL OR o.code IN (SELECT value FROM "                \
      "json_each(?1))) "                                                                           \
      "AND json_extract(r.document, '$.body.status') IN (SELECT value FROM json_each(?7)) "        \
      "ORDER BY o.at DESC, o.number DESC LIMIT ?3 OFFSET ?4")                                      \
    X(OPEN311_BY_ID,                                                                               \
      "SELECT o.reference, o.code, o.source, o.at, o.title, o.facts, "                             \
      "json_extract(r.document, '$.body.status'), json_extract(r.document, '$.meta.claim.time'), " \
      "(SELECT json_extract(p.document, '$.body.due_at') FROM record AS p WHERE p.parent = r.id "  \
      "AND p.type = 'promise' AND json_extract(p.document, '$.body.state') <> 'void' "             \
      "ORDER BY p.number DESC LIMIT 1) FROM open311 AS o "                                         \
      "JOIN record AS r ON r.id = o.matter AND r.type = 'case' "                                   \
      "WHERE o.kind <> 2 AND (?2 = '' OR o.jurisdiction IN ('', ?2)) "                             \
      "AND o.reference IN (SELECT value FROM json_each(?1)) AND o.reference <> '' "                \
      "ORDER BY o.at DESC, o.number DESC LIMIT ?3")                                                \
    X(CHECK_RECORDS, "SELECT number, type, id, rev, seq, parent, document FROM record "            \
                     "ORDER BY number")                                                            \
    X(CHECK_SEQ_REPEATED, "SELECT seq, count(*) FROM record GROUP BY seq HAVING count(*) > 1")     \
    X(CHECK_SEQ_HIGHEST, "SELECT max((SELECT coalesce(max(seq), 0) FROM record), "                 \
                         "(SELECT coalesce(max(seq), 0) FROM feed))")                              \
    X(CHECK_FEED_MISSING, "SELECT record.type, record.id FROM record WHERE NOT EXISTS "            \
                          "(SELECT 1 FROM feed WHERE feed.record = record.number) AND NOT EXISTS " \
                          "(SELECT 1 FROM gone WHERE gone.record = record.number) AND "            \
                          "record.seq > coalesce((SELECT value FROM property "                     \
                          "WHERE name = 'gone-horizon'), 0)")                                      \
    X(CHECK_FEED_DANGLING, "SELECT feed.record FROM feed WHERE NOT EXISTS "                        \
                           "(SELECT 1 FROM record WHERE record.number = feed.record)")             \
    X(CHECK_REVISIONS,                                                                             \
      "SELECT record.type, record.id FROM record LEFT JOIN (SELECT record AS id, type, "           \
      "count(*) AS number, count(DISTINCT rev) AS revs, max(rev) AS highest FROM operation "       \
      "WHERE refusal IS NULL GROUP BY record, type) AS done "                                      \
      "ON done.id = record.id AND done.type = record.type WHERE done.number IS NOT record.rev "    \
      "OR done.revs IS NOT record.rev OR done.highest IS NOT record.rev")                          \
    X(CHECK_OPERATIONS, "SELECT count(*) FROM operation")                                          \
    X(CHECK_OPERATION_LOST,                                                                        \
      "SELECT operation.id FROM operation WHERE refusal IS NULL AND NOT EXISTS "                   \
      "(SELECT 1 FROM record WHERE record.id = operation.record AND record.type = "                \
      "operation.type) AND operation.type <> 'access'")                                            \
    X(CHECK_INTEGRITY, "PRAGMA integrity_check")

enum ledger_statement {
#define LEDGER_STATEMENT_NAME(name, text) LEDGER_##name,
    LEDGER_STATEMENTS(LEDGER_STATEMENT_NAME)
#undef LEDGER_STATEMENT_NAME
        LEDGER_STATEMENT_COUNT
};

#endif
