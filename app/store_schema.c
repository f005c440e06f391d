#include "app/store_internal.h"

/*
 * record.base is the document as the server last sent it, record.current the document with this
 * terminal's own operations on top, NULL when it is the same. Both are sealed. record.seq is the
 * number of the base; weight how much what is shown of it bears on the summary of its case
 * (case_weight.h), NULL for one of an older file that was not weighed yet.
 */
/* Until 13 to 14 what an operation of state 2 is now. */
#define RETAINED_TABLE                                                                             \
    "CREATE TABLE retained(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"                   \
    "  type TEXT NOT NULL, record TEXT NOT NULL, urgency INTEGER NOT NULL,"                        \
    "  document BLOB NOT NULL);"

/*
 * Of most operations there is nothing to do any more but to keep them for a while
 * (STORE_OPERATION_STATE_RETAINED): they stay where they were written, and no index but that of
 * their ids has them. A statement names `state < 2` so that it may go by an index that says so.
 */
#define OPERATION_INDEXES                                                                          \
    "CREATE INDEX operation_record ON operation(record, number) WHERE state < 2;"                  \
    "CREATE INDEX operation_waiting ON operation(urgency, number) WHERE state = 0;"

/* Operations that were on their way at least once. Not in their own rows, each of which would be
 * written for it, and would not fit its page any more. One that waits no longer may stay. */
#define SENDING_TABLE "CREATE TABLE sending(number INTEGER PRIMARY KEY);"

/* Records that may be seen no longer and of which own operations wait. */
#define LEAVING_TABLE                                                                              \
    "CREATE TABLE leaving(type TEXT NOT NULL, record TEXT NOT NULL,"                               \
    "  PRIMARY KEY(type, record)) WITHOUT ROWID;"
/* The cursor of the page that said so; of one from before that was noted no operation is later. */
#define LEAVING_COLUMN                                                                             \
    "ALTER TABLE leaving ADD COLUMN told INTEGER NOT NULL DEFAULT 9223372036854775807;"

/*
 * What a list of cases must look at again: the latest changes, by whichever connection, with ids
 * and types alone. Whoever comes too late for them reads everything. A row names a record of a
 * listed type; of all others only the case matters, and a row holds those of a whole transaction
 * (store_change.c), 16 bytes each: most of what is written is notes and contacts.
 */
#define CHANGES_KEPT "20000"
/* clang-format off */
#define CHANGE_TABLE                                                                               \
    "CREATE TABLE change(number INTEGER PRIMARY KEY, type TEXT NOT NULL,"                          \
    "  id TEXT NOT NULL, case_id TEXT, cases BLOB);"                                               \
    "CREATE TRIGGER change_pruned AFTER INSERT ON change WHEN new.number % 1000 = 0 BEGIN"         \
    "  DELETE FROM change WHERE number <= new.number - " CHANGES_KEPT "; END;"
/* Of a store from before: the numbers begin anew, and who follows reads all. */
#define CHANGE_TABLE_AGAIN TRIGGERS_DROP "DROP TABLE IF EXISTS change;" CHANGE_TABLE

/* What is written is noted by store_change.c: a trigger is begun for each record, whatever comes of
 * it, and has SQLite keep every page as it was, in case that the statement must be undone. What goes
 * is noted here, for much of it may go by one statement. */
#define TRIGGERS                                                                                   \
    "CREATE TRIGGER record_deleted AFTER DELETE ON record"                                         \
    " WHEN old.case_id IS NOT NULL OR old.type IN ('case', 'client', 'view', 'message', 'task',"   \
    " 'promise') BEGIN"                                                                            \
    "  INSERT INTO change(type, id, case_id) VALUES(old.type, old.id, old.case_id); END;"
#define TRIGGERS_DROP                                                                              \
    "DROP TRIGGER IF EXISTS record_inserted; DROP TRIGGER IF EXISTS record_updated;"               \
    "DROP TRIGGER IF EXISTS record_deleted; DROP TRIGGER IF EXISTS record_moves;"                  \
    "DROP TRIGGER IF EXISTS record_moved; DROP TRIGGER IF EXISTS file_made;"
/* clang-format on */

/* What has a number: of what waits to be sent it is not known. */
#define SINCE_INDEX                                                                                \
    "CREATE INDEX record_since ON record(case_id, seq) WHERE seq > 0 AND case_id IS NOT NULL;"

/* The file of a case, the newest first, what bears on its summary, and what came since. */
#define CASE_INDEXES                                                                               \
    SINCE_INDEX                                                                                    \
    "CREATE INDEX record_case ON record(case_id, id, type) WHERE case_id IS NOT NULL;"             \
    "CREATE INDEX record_weight ON record(case_id, type, weight, id) WHERE weight > 0;"            \
    "CREATE INDEX record_loose ON record(client_id, id) WHERE type = 'note' AND case_id IS NULL;"

/*
 * What is noted of the file of each client and case (store_file.h): in ms, and `away` as 0 or 1.
 * `looked`: it need not be looked at before, for something of it is not done.
 */
/* clang-format off */
#define FILE_TABLE                                                                                 \
    "CREATE TABLE file(type TEXT NOT NULL, id TEXT NOT NULL, needed INTEGER NOT NULL DEFAULT 0,"   \
    "  pinned INTEGER NOT NULL DEFAULT 0, wanted INTEGER NOT NULL DEFAULT 0,"                      \
    "  away INTEGER NOT NULL DEFAULT 0, looked INTEGER NOT NULL DEFAULT 0,"                        \
    "  PRIMARY KEY(type, id)) WITHOUT ROWID;"                                                      \
    "CREATE INDEX file_needed ON file(needed) WHERE pinned = 0 AND wanted = 0;"                    \
    "CREATE INDEX file_wanted ON file(wanted) WHERE wanted > 0;"                                   \
    "CREATE INDEX file_pinned ON file(pinned) WHERE pinned > 0;"
/* clang-format on */

/* Files that the server has opened and the feed brings: past number `after`, up to `last`. Where
 * the cursor stands past that, they have come. */
#define COMING_TABLE                                                                               \
    "CREATE TABLE coming(type TEXT NOT NULL, id TEXT NOT NULL, after INTEGER NOT NULL,"            \
    "  last INTEGER NOT NULL, records INTEGER NOT NULL, PRIMARY KEY(type, id)) WITHOUT ROWID;"

/* By rowid, so that a record is as good as always on one page, with others: in a table that is its
 * own index each sealed document would go to a page of its own, for it is longer than a quarter of
 * one. */
#define RECORD_TABLE(name)                                                                         \
    "CREATE TABLE " name "(type TEXT NOT NULL, id TEXT NOT NULL, case_id TEXT, client_id TEXT,"    \
    "  base_rev INTEGER NOT NULL, base BLOB, current BLOB, pending INTEGER NOT NULL,"              \
    "  seq INTEGER NOT NULL DEFAULT 0, weight INTEGER, PRIMARY KEY(type, id));"
#define CLIENT_INDEX                                                                               \
    "CREATE INDEX record_client ON record(client_id, type, id) WHERE client_id IS NOT NULL;"
/* clang-format off */
/* The table of before takes its indexes and triggers with it. */
#define RECORD_TABLE_AGAIN                                                                         \
    "PRAGMA secure_delete=ON;" RECORD_TABLE("record_new")                                          \
    "INSERT INTO record_new SELECT type, id, case_id, client_id, base_rev, base, current, pending,"\
    "  seq, weight FROM record ORDER BY id, type;"                                                 \
    "DROP TABLE record; ALTER TABLE record_new RENAME TO record;" CLIENT_INDEX CASE_INDEXES
/* clang-format on */

static const char create[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    /* clang-format off */
    RECORD_TABLE("record") CLIENT_INDEX
    /* clang-format on */
    "CREATE TABLE operation(number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    "  type TEXT NOT NULL, record TEXT NOT NULL, state INTEGER NOT NULL, rev INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL, reason TEXT NOT NULL, document BLOB NOT NULL,"
    "  urgency INTEGER NOT NULL DEFAULT 2);" OPERATION_INDEXES SENDING_TABLE
    "CREATE TABLE refusal(operation TEXT PRIMARY KEY, number INTEGER NOT NULL,"
    "  document BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE state(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;" LEAVING_TABLE
        LEAVING_COLUMN CHANGE_TABLE CASE_INDEXES FILE_TABLE COMING_TABLE TRIGGERS;

/* 13 to 14 makes the triggers, whatever was there. */
static const char *const upgrades[] = {
    "ALTER TABLE operation ADD COLUMN urgency INTEGER NOT NULL DEFAULT 2;"
    "DROP INDEX operation_record;"
    "DROP INDEX operation_state;"
    "CREATE INDEX operation_record ON operation(record, number);"
    "CREATE INDEX operation_state ON operation(state, urgency, number);",
    RETAINED_TABLE,                                                  /* 2 to 3 */
    "ALTER TABLE record ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;", /* 3 to 4 */
    LEAVING_TABLE,                                                   /* 4 to 5 */
    CHANGE_TABLE,                                                    /* 5 to 6 */
    "ALTER TABLE record ADD COLUMN weight INTEGER; DROP INDEX record_case;" CASE_INDEXES, /* 6 to 7
                                                                                           */
    CHANGE_TABLE_AGAIN, /* 7 to 8 */
    FILE_TABLE "INSERT INTO file(type, id) SELECT type, id FROM record"
               " WHERE type IN ('case', 'client');", /* 8 to 9 */
    RECORD_TABLE_AGAIN,                              /* 9 to 10 */
    COMING_TABLE,                                    /* 10 to 11 */
    TRIGGERS_DROP TRIGGERS,                          /* 11 to 12 */
    LEAVING_COLUMN,                                  /* 12 to 13 */
    "INSERT OR IGNORE INTO operation(number, id, type, record, state, rev, attempts, reason,"
    "  document, urgency)"
    "  SELECT number, id, type, record, 2, 0, 0, '', document, urgency FROM retained;"
    "DROP TABLE retained; DROP INDEX operation_record;"
    "DROP INDEX operation_state;" OPERATION_INDEXES SENDING_TABLE
    "INSERT INTO sending SELECT number FROM operation WHERE reason = 'being sent';"
    "UPDATE operation SET reason = '' WHERE reason = 'being sent';" TRIGGERS_DROP
        TRIGGERS,                             /* 13 to 14 */
    ("DROP INDEX record_since;" SINCE_INDEX), /* 14 to 15 */
};

#define RECORD_COLUMNS "type, id, base, current, pending, seq"

#define OPERATION_IS_SENT "EXISTS (SELECT 1 FROM sending WHERE sending.number = operation.number)"

#define FILE_COLUMNS "type, id, needed, pinned, wanted, away"
#define FILE_NOTE(column, value)                                                                   \
    "INSERT INTO file(type, id, " column ") VALUES(?1, ?2, " value ")"                             \
    " ON CONFLICT(type, id) DO UPDATE SET " column " = " value

/* A list by what restricts it most, so that each finds its index; in two orders. */
#define RECORD_LIST_BY(name, index, filter)                                                        \
    {name, "SELECT " RECORD_COLUMNS " FROM record " index " WHERE " filter " ORDER BY id, type"},  \
    {                                                                                              \
        name "-newest", "SELECT " RECORD_COLUMNS " FROM record " index " WHERE " filter            \
                        " ORDER BY id DESC, type DESC"                                             \
    }
#define RECORD_LIST(name, filter) RECORD_LIST_BY(name, "", filter)

static const struct database_statement statements[STORE_STATEMENT_COUNT] = {
    [STORE_META_GET] = {"meta.get", "SELECT value FROM meta WHERE name = ?1"},
    [STORE_META_PUT] = {"meta.put", "INSERT INTO meta VALUES(?1, ?2)"
                                    " ON CONFLICT(name) DO UPDATE SET value = excluded.value"},
    [STORE_RECORD_GET] = {"record.get",
                          "SELECT " RECORD_COLUMNS " FROM record WHERE type = ?1 AND id = ?2"},
    [STORE_RECORD_PUT] = {"record.put", "INSERT INTO record"
                                        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
                                        " ON CONFLICT(type, id) DO UPDATE SET"
                                        " case_id = excluded.case_id,"
                                        " client_id = excluded.client_id,"
                                        " base_rev = excluded.base_rev, base = excluded.base,"
                                        " current = excluded.current, pending = excluded.pending,"
                                        " seq = excluded.seq, weight = excluded.weight"},
    [STORE_RECORD_FEED] = {"record.feed",
                           "INSERT INTO record VALUES(?1, ?2, ?3, ?4, ?5, ?6, NULL, 0, ?9, ?10)"
                           " ON CONFLICT(type, id) DO UPDATE SET case_id = excluded.case_id,"
                           " client_id = excluded.client_id, base_rev = excluded.base_rev,"
                           " base = excluded.base, current = NULL, pending = 0,"
                           " seq = excluded.seq, weight = excluded.weight"
                           " WHERE excluded.base_rev >= base_rev"},
    [STORE_RECORD_PROMOTE] = {"record.promote",
                              "UPDATE record SET base = current, base_rev = ?3, seq = ?4,"
                              " current = NULL, pending = 0 WHERE type = ?1 AND id = ?2"
                              " AND current IS NOT NULL AND base_rev = ?3 - 1"},
    [STORE_RECORD_DELETE] = {"record.delete", "DELETE FROM record WHERE type = ?1 AND id = ?2"},
    [STORE_RECORD_LIST] = RECORD_LIST("record.all", "1"),
    RECORD_LIST("record.of-type", "type = ?1"),
    RECORD_LIST("record.of-client", "client_id = ?3"),
    RECORD_LIST("record.of-case",
                "case_id = ?2 AND (?1 IS NULL OR type = ?1) AND (?3 IS NULL OR client_id = ?3)"),
    RECORD_LIST_BY("record.of-client-and-type", "INDEXED BY record_client",
                   "client_id = ?3 AND type = ?1"),
    [STORE_CASE_PAGE] = {"case.page", "SELECT " RECORD_COLUMNS " FROM record WHERE case_id = ?1"
                                      " AND id < ?2"
                                      " ORDER BY id DESC LIMIT ?3"},
    [STORE_CASE_BEARING] = {"case.bearing", "SELECT " RECORD_COLUMNS " FROM record"
                                            " WHERE case_id = ?1 AND type = ?2 AND weight > 0"
                                            " ORDER BY weight DESC, id DESC LIMIT ?3"},
    [STORE_CASE_SINCE] = {"case.since", "SELECT " RECORD_COLUMNS " FROM record WHERE case_id = ?1"
                                        " AND seq > ?2 AND seq > 0 ORDER BY seq DESC"},
    [STORE_CASE_COUNT] = {"case.count", "SELECT count(*) FROM record WHERE case_id = ?1"},
    [STORE_CASE_LATEST] = {"case.latest", "SELECT max(seq) FROM record WHERE case_id = ?1"
                                          " AND seq > 0"},
    [STORE_CASE_LOOSE] = {"case.loose",
                          "SELECT " RECORD_COLUMNS " FROM record INDEXED BY record_loose"
                          " WHERE client_id = ?1"
                          " AND type = 'note' AND case_id IS NULL ORDER BY id DESC"},
    [STORE_CLIENT_LOOSE] = {"client.loose", "SELECT " RECORD_COLUMNS " FROM record"
                                            " INDEXED BY record_client"
                                            " WHERE client_id = ?1 AND type = ?2"
                                            " AND case_id IS NULL ORDER BY id DESC"},
    [STORE_CASE_UNWEIGHED] = {"case.unweighed", "SELECT " RECORD_COLUMNS " FROM record"
                                                " WHERE case_id IS NOT NULL AND weight IS NULL"
                                                " ORDER BY type, id LIMIT 500"},
    [STORE_CASE_WEIGH] = {"case.weigh", "UPDATE record SET weight = ?3, seq = max(seq, ?4)"
                                        " WHERE type = ?1 AND id = ?2"},
    [STORE_RECORD_IDS] = {"record.ids", "SELECT DISTINCT type, record FROM operation"
                                        " WHERE state < 2"},
    [STORE_RECORD_FORGET_BASES] = {"record.forget-bases", "DELETE FROM record"},
    [STORE_OPERATION_ADD] = {"operation.add", "INSERT INTO operation(id, type, record, state, rev,"
                                              " attempts, reason, document, urgency)"
                                              " VALUES(?1, ?2, ?3, 0, 0, 0, '', ?4, ?5)"},
    [STORE_OPERATION_OF_RECORD] = {"operation.of-record",
                                   "SELECT id, document, state FROM operation"
                                   " WHERE type = ?1 AND record = ?2 AND state < 2"
                                   " ORDER BY number"},
    [STORE_OPERATION_WAITING] = {"operation.waiting",
                                 "SELECT id, document, attempts, reason, number <="
                                 " coalesce((SELECT CAST(value AS INTEGER) FROM meta"
                                 " WHERE name = 'elsewhere'), 0), " OPERATION_IS_SENT
                                 ", number FROM operation"
                                 " WHERE state = 0 ORDER BY urgency, number LIMIT ?1"},
    [STORE_OPERATION_KNOWN] = {"operation.known", "SELECT 1 FROM operation WHERE id = ?1"},
    [STORE_OPERATION_LAST] = {"operation.last", "SELECT coalesce(max(number), 0) FROM operation"},
    [STORE_OPERATION_FIRST] = {"operation.first", "SELECT id, document, urgency FROM operation"
                                                  " WHERE record = ?1 AND state < 2"
                                                  " ORDER BY number LIMIT 1"},
    [STORE_OPERATION_LESS_URGENT] = {"operation.less-urgent",
                                     "SELECT id, document, urgency FROM operation"
                                     " WHERE record = ?1 AND urgency > ?2 AND state < 2"
                                     " ORDER BY number LIMIT 1"},
    [STORE_OPERATION_URGENCY_SET] = {"operation.urgency-set",
                                     "UPDATE operation SET urgency = ?2 WHERE id = ?1"},
    [STORE_OPERATION_COUNT] = {"operation.count", "SELECT count(*) FROM operation WHERE state = 0"},
    [STORE_OPERATION_COUNT_WORK] = {"operation.count_work",
                                    "SELECT count(*) FROM operation WHERE state = 0"
                                    " AND type <> 'access'"},
    [STORE_OPERATION_GET] =
        {"operation.get",
         "SELECT id, document, attempts > 0 OR reason <> '' OR " OPERATION_IS_SENT ", state, number"
         " FROM operation WHERE id = ?1 AND state < 2"},
    [STORE_OPERATION_ALONE] = {"operation.alone",
                               "SELECT type, record, length(document), number FROM operation"
                               " WHERE number = coalesce(nullif(?2, 0), (SELECT number"
                               " FROM operation WHERE id = ?1)) AND id = ?1 AND state = 0"
                               " AND (SELECT count(*) FROM operation AS other"
                               " WHERE other.record = operation.record"
                               " AND other.state < 2) = 1"},
    [STORE_OPERATION_ANY] = {"operation.any", "SELECT 1 FROM operation WHERE record = ?1"
                                              " AND state < 2 LIMIT 1"},
    [STORE_OPERATION_RETAIN_RUN] = {"operation.retain-run", "UPDATE operation SET state = 2"
                                                            " WHERE number BETWEEN ?1 AND ?2"},
    [STORE_OPERATION_SENDING] = {"operation.sending",
                                 "INSERT OR IGNORE INTO sending SELECT number FROM operation"
                                 " WHERE id = ?1 AND state < 2"},
    [STORE_OPERATION_SENDING_RUN] = {"operation.sending-run",
                                     "INSERT OR IGNORE INTO sending SELECT number FROM operation"
                                     " WHERE number BETWEEN ?1 AND ?2 AND state < 2"},
    [STORE_OPERATION_SENDING_COUNT] = {"operation.sending-count",
                                       "SELECT count(*) FROM operation"
                                       " WHERE number BETWEEN ?1 AND ?2 AND state < 2"
                                       " AND " OPERATION_IS_SENT},
    /* Of the urgency of the one before; nothing where some of it was marked before. */
    [STORE_OPERATION_SENDING_AHEAD] =
        {"operation.sending-ahead",
         "INSERT INTO sending SELECT number FROM operation WHERE number BETWEEN ?1 AND ?2"
         " AND state = 0 AND urgency = (SELECT urgency FROM operation WHERE number = ?1 - 1)"
         " AND NOT EXISTS (SELECT 1 FROM sending WHERE number BETWEEN ?1 AND ?2)"},
    [STORE_SENDING_DONE_RUN] = {"sending.done-run",
                                "DELETE FROM sending WHERE number BETWEEN ?1 AND ?2"},
    [STORE_SENDING_DONE] = {"sending.done",
                            "DELETE FROM sending WHERE NOT EXISTS (SELECT 1"
                            " FROM operation WHERE operation.number = sending.number"
                            " AND operation.state = 0)"},
    [STORE_OPERATION_ATTEMPTED] = {"operation.attempted",
                                   "UPDATE operation SET attempts = attempts + 1, reason = ?2"
                                   " WHERE id = ?1 AND state < 2"},
    [STORE_OPERATION_ACCEPT] = {"operation.accept",
                                "UPDATE operation SET state = 1, rev = ?2, reason = ''"
                                " WHERE id = ?1"},
    [STORE_OPERATION_DELETE] = {"operation.delete", "DELETE FROM operation WHERE id = ?1"},
    [STORE_OPERATION_RETAIN] = {"operation.retain",
                                "UPDATE operation SET state = 2 WHERE type = ?1 AND record = ?2"
                                " AND state < 2 AND state = 1 AND rev <= ?3"},
    [STORE_RETAINED_AGAIN] = {"retained.again",
                              "UPDATE operation SET urgency = 2, rev = 0, state = 0, attempts = 1,"
                              " reason = '" STORE_REASON_AGAIN "' WHERE state = 2"},
    [STORE_RETAINED_BYTES_OF_ALL] = {"retained.bytes",
                                     "SELECT coalesce(sum(length(document)), 0) FROM operation"
                                     " WHERE state = 2"},
    [STORE_RETAINED_OLDEST] = {"retained.oldest", "SELECT number, length(document) FROM operation"
                                                  " WHERE state = 2 ORDER BY number"},
    [STORE_RETAINED_PRUNE] = {"retained.prune", "DELETE FROM operation WHERE number <= ?1"
                                                " AND state = 2"},
    /* In the order in which they were made: each finds what it needs, whatever was lost. */
    [STORE_OPERATION_AGAIN] = {"operation.again",
                               "UPDATE operation SET urgency = 2, rev = 0, state = 0,"
                               " reason = CASE state WHEN 1 THEN '" STORE_REASON_AGAIN
                               "' ELSE reason END WHERE state < 2"},
    [STORE_REFUSAL_ADD] = {"refusal.add", "INSERT OR REPLACE INTO refusal VALUES(?1, ?2, ?3)"},
    [STORE_REFUSAL_NOTE] = {"refusal.note", "INSERT OR IGNORE INTO refusal VALUES(?1, ?2, ?3)"},
    [STORE_REFUSAL_LIST] = {"refusal.list",
                            "SELECT operation, document FROM refusal ORDER BY number"},
    [STORE_REFUSAL_COUNT] = {"refusal.count", "SELECT count(*) FROM refusal"},
    [STORE_REFUSAL_DELETE] = {"refusal.delete", "DELETE FROM refusal WHERE operation = ?1"},
    [STORE_LEAVING_PUT] = {"leaving.put", "INSERT INTO leaving VALUES(?1, ?2, ?3)"
                                          " ON CONFLICT(type, record) DO UPDATE"
                                          " SET told = max(told, excluded.told)"},
    [STORE_LEAVING_ANY] = {"leaving.any", "SELECT 1 FROM leaving LIMIT 1"},
    [STORE_LEAVING_SEEN] = {"leaving.seen", "DELETE FROM leaving WHERE type = ?1 AND record = ?2"
                                            " AND told < ?3"},
    [STORE_LEAVING_GET] = {"leaving.get", "SELECT 1 FROM leaving WHERE type = ?1 AND record = ?2"},
    [STORE_LEAVING_DELETE] = {"leaving.delete",
                              "DELETE FROM leaving WHERE type = ?1 AND record = ?2"},
    [STORE_LEAVING_SETTLED] = {"leaving.settled",
                               "SELECT type, record FROM leaving WHERE NOT EXISTS (SELECT 1"
                               " FROM operation WHERE operation.record = leaving.record"
                               " AND operation.state < 2 AND operation.state = 0) LIMIT 1"},
    [STORE_STATE_GET] = {"state.get", "SELECT value FROM state WHERE name = ?1"},
    [STORE_STATE_PUT] = {"state.put", "INSERT INTO state VALUES(?1, ?2)"
                                      " ON CONFLICT(name) DO UPDATE SET value = excluded.value"},
    [STORE_STATE_DELETE] = {"state.delete", "DELETE FROM state WHERE name = ?1"},
    [STORE_CHANGE_PUT] = {"change.put", "INSERT INTO change(type, id, case_id)"
                                        " VALUES(?1, ?2, ?3)"},
    [STORE_CHANGE_SHOWN] = {"change.shown", "INSERT INTO change(type, id, case_id)"
                                            " SELECT type, id, case_id FROM record"
                                            " WHERE type = ?1 AND id = ?2"},
    [STORE_CHANGE_CASES] = {"change.cases", "INSERT INTO change(type, id, cases)"
                                            " VALUES('', '', ?1)"},
    [STORE_CHANGE_FIRST] = {"change.first", "SELECT min(number) FROM change"},
    [STORE_CHANGE_LATEST] = {"change.latest", "SELECT max(number) FROM change"},
    [STORE_CHANGE_LIST] = {"change.list", "SELECT number, type, id, case_id, cases FROM change"
                                          " WHERE number > ?1 ORDER BY number LIMIT ?2"},
    /* Ids of version 7 are in the order of their making; others say nothing of time. */
    [STORE_CASE_NEWEST] = {"case.newest", "SELECT max(id) FROM record WHERE case_id = ?1"
                                          " AND substr(id, 15, 1) = '7'"},
    [STORE_CASES_NEWEST] = {"cases.newest", "SELECT case_id, max(id) FROM record"
                                            " WHERE case_id IS NOT NULL"
                                            " AND substr(id, 15, 1) = '7' GROUP BY case_id"},
    [STORE_RECORD_HAS] = {"record.has", "SELECT 1 FROM record WHERE type = ?1 AND id = ?2"},
    [STORE_RECORD_CASE] = {"record.case", "SELECT case_id FROM record"
                                          " WHERE type = ?1 AND id = ?2"},
    [STORE_FILE_GET] = {"file.get",
                        "SELECT " FILE_COLUMNS ", after, last, records, cursor FROM file"
                        " LEFT JOIN (SELECT after, last, records, cursor FROM coming,"
                        " (SELECT coalesce(max(CAST(value AS INTEGER)), 0) AS cursor FROM meta"
                        " WHERE name = 'cursor') WHERE last > cursor"
                        " AND ((coming.type = ?1 AND coming.id = ?2) OR (coming.type = 'client'"
                        " AND ?1 = 'case' AND coming.id = (SELECT client_id FROM record"
                        " WHERE record.type = 'case' AND record.id = ?2)))"
                        " ORDER BY last DESC LIMIT 1)"
                        " WHERE type = ?1 AND id = ?2"},
    [STORE_FILE_KNOW] = {"file.know", "INSERT OR IGNORE INTO file(type, id) VALUES(?1, ?2)"},
    [STORE_COMING_PUT] = {"coming.put", "INSERT OR REPLACE INTO coming VALUES(?1, ?2, ?3, ?4, ?5)"},
    [STORE_COMING_PRUNE] = {"coming.prune", "DELETE FROM coming WHERE last <= ?1"},
    [STORE_FILE_NEED] = {"file.need", FILE_NOTE("needed", "?3")},
    [STORE_FILE_PIN] = {"file.pin",
                        "INSERT INTO file(type, id, pinned, wanted) VALUES(?1, ?2, ?3, 0)"
                        " ON CONFLICT(type, id) DO UPDATE SET pinned = ?3,"
                        " wanted = CASE WHEN away = 1 AND ?3 > 0 THEN ?3 ELSE wanted END"},
    [STORE_FILE_PINS] = {"file.pins", "SELECT " FILE_COLUMNS " FROM file WHERE pinned > 0"
                                      " ORDER BY pinned DESC"},
    [STORE_FILE_WANT] = {"file.want", FILE_NOTE("wanted", "?3")},
    [STORE_FILE_WANTED] = {"file.wanted", "SELECT type, id FROM file WHERE wanted > 0"
                                          " ORDER BY wanted LIMIT 1"},
    [STORE_FILE_WANT_PINS] = {"file.want-pins", "UPDATE file SET wanted = ?1"
                                                " WHERE pinned > ?2 AND pinned > 0 AND away = 1"
                                                " AND wanted = 0"},
    [STORE_FILE_HERE] = {"file.here", "INSERT INTO file(type, id, needed) VALUES(?1, ?2, ?3)"
                                      " ON CONFLICT(type, id) DO UPDATE SET away = 0, wanted = 0,"
                                      " needed = max(needed, ?3), looked = 0"},
    [STORE_FILE_CASES_HERE] = {"file.cases-here",
                               "UPDATE file SET away = 0, wanted = 0, needed = max(needed, ?3)"
                               " WHERE type = 'case' AND ?1 = 'client' AND away = 1 AND id IN"
                               " (SELECT id FROM record INDEXED BY record_client"
                               " WHERE client_id = ?2 AND type = 'case')"},
    [STORE_FILE_AWAY] = {"file.away", FILE_NOTE("away", "?3")},
    [STORE_FILE_DENIED] = {"file.denied", "UPDATE file SET wanted = 0, away = 0"
                                          " WHERE type = ?1 AND id = ?2"},
    [STORE_FILE_BEGIN] = {"file.begin", "UPDATE file SET wanted = 0, away = pinned > 0"
                                        " WHERE away = 1 OR wanted > 0 OR pinned > 0"},
    [STORE_FILE_NEXT] = {"file.next", "SELECT type, id, needed, away FROM file"
                                      " WHERE pinned = 0 AND wanted = 0 AND needed < ?1"
                                      " AND (looked <= ?2 OR looked > ?2 + 172800000)"
                                      " ORDER BY needed LIMIT ?3"},
    [STORE_FILE_MEMBERS] = {"file.members",
                            "SELECT " RECORD_COLUMNS ", case_id IS NOT NULL, current IS NOT NULL"
                            " FROM record WHERE type = ?1 AND id = ?2"
                            " UNION ALL SELECT " RECORD_COLUMNS
                            ", case_id IS NOT NULL, current IS NOT NULL FROM record"
                            " WHERE case_id = ?2 AND ?1 = 'case'"
                            " UNION ALL SELECT " RECORD_COLUMNS
                            ", case_id IS NOT NULL, current IS NOT NULL FROM record"
                            " WHERE client_id = ?2 AND ?1 = 'client'"},
    [STORE_FILE_LOOKED] = {"file.looked", "UPDATE file SET looked = ?3"
                                          " WHERE type = ?1 AND id = ?2"},
    [STORE_FILE_RECENT] = {"file.recent", "UPDATE file SET needed = max(needed, ?3)"
                                          " WHERE type = ?1 AND id = ?2"},
    [STORE_FILE_FORGET] = {"file.forget", "DELETE FROM file WHERE type = ?1 AND id = ?2"
                                          " AND away = 0 AND pinned = 0"},
    [STORE_FILE_COUNTS] = {"file.counts", "SELECT (SELECT count(*) FROM record),"
                                          " (SELECT count(*) FROM record WHERE type = 'case'),"
                                          " (SELECT count(*) FROM record WHERE type = 'client'),"
                                          " (SELECT count(*) FROM file WHERE away = 1),"
                                          " (SELECT count(*) FROM file WHERE pinned > 0),"
                                          " (SELECT count(*) FROM file WHERE wanted > 0)"},
    [STORE_OPERATION_ALL] = {"operation.all", "SELECT id, document FROM operation"
                                              " WHERE state < 2"},
    [STORE_STATE_ALL] = {"state.all", "SELECT name, value FROM state WHERE name <> ''"},
};

const struct database_schema store_schema = {
    .what = "store",
    .application_id = 0x47534154, /* "GSAT" */
    .version = 15,
    .create = create,
    .upgrades = upgrades,
    .statements = statements,
    .statement_count = STORE_STATEMENT_COUNT,
    .gives_back = true,
};
