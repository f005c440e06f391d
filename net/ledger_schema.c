#include "net/ledger_schema_trust.h"
#include "net/ledger_sqlite.h"

/*
 * record:    each record once, as the document that goes over the wire; `parent` is the id of the
 *            case that its body names, `known` the device that made its latest rev of the one it
 *            held, and so knows it, made of what had number `known_from`; `client` the id of the
 *            client that its body names
 * feed:      who may see it: one row per scope and record, with the number of the latest change
 *            (or of the grant, when that is later)
 * gone:      who may see it no longer, after a hand-off that ended: with the number under which it
 *            was taken back, so that those who hold it are told. Never beside a row of `feed`;
 *            for LEDGER_GONE_KEPT_MS (ledger_gone.c)
 * operation: what was answered to each operation id; `refusal` NULL means applied
 * attempt:   failed sign-ins by a hash of the login, which need not exist
 * session:   tokens by their hash
 * delivery:  what is to be sent or asked about: the agency, and when (ms)
 * attending: contacts in progress, and each agent's last one: since and until when (ms)
 * expiry:    hand-offs that are offered until a time (ms)
 * promise:   promises that run, until a time (ms)
 * held:      hand-offs that were accepted and may still be in hand, by whom (ledger_queue.c)
 * watch:     thresholds of queues: how often each was crossed, and whether it is (ledger_watch.c)
 * wait:      hand-offs in queues: since when each waited, until when, and how that ended
 * passage:   drafts that a continue code opens (ledger_continue.h)
 * guess:     wrong continue codes, by the hash of what they are counted on
 * outgoing:  messages to clients that are to be sent: by which channel, and when (ms)
 * notice:    changes of a case's status that its client is yet to be told of (ledger_message.h)
 * access:    cases that a code of a client's opens: the status page by reference (`label`), the
 *            questionnaire once (ledger_access.h)
 * sms_seen:  signatures of the SMS gateway's requests, so that none is taken twice (ledger_sms.h)
 * sms_part:  parts of messages that came in by SMS, until all of them are here
 * sms_stop:  numbers that asked for no more messages
 * epoch:     from which number on which stay of a server gave the numbers (ledger_history.c)
 * device:    where the rotating mark of each terminal stands (ledger_device.c)
 * relay:     the offices that have a relay, which carries operations (`via`) (ledger_relay.h)
 * given:     at a relay, work records as the centre last gave them; `shared`: others hold it too;
 *            rev 0: not since all is read anew, and `scopes` are those of before
 * lineage:   at a relay, what those saw who saw this local rev: all up to the centre's rev `given`,
 *            and the office's own `operation`, which is rev `own` at the centre
 * upward:    at a relay, operations on their way to the centre, in their order
 * intake:    messages that came in, by where they came from and the sender's own id (intake.h)
 * refused:   messages that did not: whence, when and why, never what they said
 * intake_key: who may bring messages through which channel, by a hash of their secret
 * attachment: what came with messages, as bytes
 * open311:   requests of Open311: whose, what may be told of them, what is to be taken in yet, and
 *            which case each became (ledger_open311.h)
 * reach:     by what cases, messages and clients are found (ledger_reach.c)
 * protected: rows that belong to protected files, by whose (ledger_protect.h)
 * told:      at a relay, what an agent is yet to be told of operations that were accepted here
 */
#define HISTORY_TABLES                                                                             \
    "CREATE TABLE epoch (first INTEGER PRIMARY KEY, name TEXT NOT NULL);"                          \
    "CREATE TABLE device (id TEXT PRIMARY KEY, mark TEXT NOT NULL, behind INTEGER) WITHOUT ROWID;"

/* What was made before there were marks and digests goes without. */
#define HISTORY_COLUMNS                                                                            \
    "ALTER TABLE session ADD COLUMN mark TEXT NOT NULL DEFAULT '';"                                \
    "ALTER TABLE operation ADD COLUMN digest BLOB;"

#define DELIVERY_TABLE                                                                             \
    "CREATE TABLE delivery (record INTEGER PRIMARY KEY, agency TEXT NOT NULL,"                     \
    " due INTEGER NOT NULL);"                                                                      \
    "CREATE INDEX delivery_by_due ON delivery (agency, due);"

#define ATTENDING_TABLE                                                                            \
    "CREATE TABLE attending (record INTEGER PRIMARY KEY, agent TEXT NOT NULL,"                     \
    " started INTEGER NOT NULL, ended INTEGER);"                                                   \
    "CREATE INDEX attending_by_agent ON attending (agent);"

#define ATTENDING_FILL                                                                             \
    "INSERT INTO attending SELECT number, json_extract(document, '$.body.agent'), "                \
    "coalesce(strftime('%s', json_extract(document, '$.body.started_at')), 0) * 1000, NULL "       \
    "FROM record WHERE type = 'contact' AND json_extract(document, '$.body.ended_at') IS NULL;"

#define PROMISE_TABLE                                                                              \
    "CREATE TABLE promise (record INTEGER PRIMARY KEY, due INTEGER NOT NULL);"                     \
    "CREATE INDEX promise_by_due ON promise (due);"

#define EXPIRY_TABLE                                                                               \
    "CREATE TABLE expiry (record INTEGER PRIMARY KEY, due INTEGER NOT NULL);"                      \
    "CREATE INDEX expiry_by_due ON expiry (due);"                                                  \
    "ALTER TABLE record ADD COLUMN client TEXT;"                                                   \
    "CREATE INDEX record_by_client ON record (client) WHERE client IS NOT NULL;"

/* Seconds are near enough for those that are offered already. */
#define EXPIRY_FILL                                                                                \
    "INSERT INTO expiry SELECT number, "                                                           \
    "coalesce(strftime('%s', json_extract(document, '$.body.expires_at')), 0) * 1000 "             \
    "FROM record WHERE type = 'handoff' AND json_extract(document, '$.body.state') = 'offered' "   \
    "AND json_extract(document, '$.body.expires_at') IS NOT NULL;"                                 \
    "UPDATE record SET client = json_extract(document, '$.body.client');"

#define PASSAGE_TABLES                                                                             \
    "CREATE TABLE passage (submission TEXT PRIMARY KEY, letters TEXT NOT NULL,"                    \
    " salt BLOB NOT NULL, hash BLOB NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;"            \
    "CREATE INDEX passage_by_letters ON passage (letters);"                                        \
    "CREATE TABLE guess (counted BLOB PRIMARY KEY, failures INTEGER NOT NULL,"                     \
    " until INTEGER NOT NULL, forget INTEGER NOT NULL) WITHOUT ROWID;"

#define HELD_TABLE                                                                                 \
    "CREATE TABLE held (record INTEGER PRIMARY KEY, agent TEXT NOT NULL);"                         \
    "CREATE INDEX held_by_agent ON held (agent);"

#define HELD_FILL                                                                                  \
    "INSERT INTO held SELECT number, json_extract(document, '$.body.taken_by') FROM record "       \
    "WHERE type = 'handoff' AND json_extract(document, '$.body.state') = 'accepted' "              \
    "AND json_extract(document, '$.body.taken_by') IS NOT NULL;"

#define WATCH_TABLES                                                                               \
    "CREATE TABLE watch (name TEXT PRIMARY KEY, queue TEXT NOT NULL, measure INTEGER NOT NULL,"    \
    " action INTEGER NOT NULL, edge INTEGER NOT NULL, rearm INTEGER NOT NULL,"                     \
    " within INTEGER NOT NULL, span INTEGER NOT NULL, least INTEGER NOT NULL,"                     \
    " number INTEGER NOT NULL DEFAULT 0, crossed INTEGER NOT NULL DEFAULT 0,"                      \
    " gone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"                                             \
    "CREATE TABLE wait (record INTEGER PRIMARY KEY, queue TEXT NOT NULL, contact TEXT,"            \
    " began INTEGER NOT NULL, ended INTEGER, how INTEGER NOT NULL, marks INTEGER NOT NULL);"       \
    "CREATE INDEX wait_by_queue ON wait (queue, ended);"                                           \
    "CREATE INDEX wait_by_contact ON wait (contact) WHERE contact IS NOT NULL;"                    \
    "CREATE INDEX wait_by_end ON wait (ended) WHERE ended IS NOT NULL;"

/* Seconds are near enough for those that wait already. */
#define WATCH_FILL                                                                                 \
    "INSERT INTO wait SELECT number, json_extract(document, '$.body.to_queue'), "                  \
    "json_extract(document, '$.body.contact'), "                                                   \
    "coalesce(strftime('%s', json_extract(document, '$.body.offered_at')), 0) * 1000, "            \
    "NULL, 0, 0 FROM record WHERE type = 'handoff' "                                               \
    "AND json_extract(document, '$.body.state') = 'offered' "                                      \
    "AND json_extract(document, '$.body.to_queue') IS NOT NULL;"

/* At the centre. */
#define CENTRE_TABLES                                                                              \
    "CREATE TABLE relay (id TEXT PRIMARY KEY, office TEXT NOT NULL, token BLOB NOT NULL UNIQUE,"   \
    " added INTEGER NOT NULL) WITHOUT ROWID;"                                                      \
    "ALTER TABLE operation ADD COLUMN via TEXT;"                                                   \
    "CREATE INDEX operation_by_via ON operation (record, rev) WHERE via IS NOT NULL;"              \
    "CREATE INDEX record_of_agent ON record (type) WHERE type = 'agent';"

/* At a relay. */
#define RELAY_TABLES                                                                               \
    "CREATE TABLE given (record INTEGER PRIMARY KEY, rev INTEGER NOT NULL,"                        \
    " document TEXT NOT NULL, shared INTEGER NOT NULL);"                                           \
    "CREATE TABLE lineage (record INTEGER NOT NULL, local INTEGER NOT NULL, given INTEGER,"        \
    " operation TEXT, own INTEGER, PRIMARY KEY (record, local)) WITHOUT ROWID;"                    \
    "CREATE TABLE upward (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"      \
    " record INTEGER NOT NULL, base INTEGER NOT NULL, state INTEGER NOT NULL, rev INTEGER,"        \
    " document TEXT NOT NULL);"                                                                    \
    "CREATE INDEX upward_by_record ON upward (record);"                                            \
    "CREATE INDEX upward_by_state ON upward (state, number);"                                      \
    "CREATE TABLE told (number INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL,"            \
    " document TEXT NOT NULL);"                                                                    \
    "CREATE INDEX told_by_agent ON told (agent, number);"

/* scopes: those of the office in which the centre gave it last, as a JSON array; NULL: not known.
 */
#define SCOPES_COLUMN "ALTER TABLE given ADD COLUMN scopes TEXT;"

/* When it was ended, for what it has given may not be here yet (ledger_apply.c); NULL: it serves.
 */
#define ENDED_COLUMN "ALTER TABLE relay ADD COLUMN ended INTEGER;"

/* The operation that a relay carried last. */
#define CARRIED_COLUMN "ALTER TABLE relay ADD COLUMN carried TEXT NOT NULL DEFAULT '';"

/* The number of what the device in `known` works the record out of (struct ledger_row); of what is
 * there when this is added it is not noted. */
#define KNOWN_FROM_COLUMN "ALTER TABLE record ADD COLUMN known_from INTEGER NOT NULL DEFAULT 0;"

/* A relay that had read the desk to its end is taken to have read the catalogue as well. */
#define CATALOGUE_WHOLE_FILL                                                                       \
    "INSERT INTO property (name, value) SELECT 'relay-catalogue-whole', value FROM property"       \
    " WHERE name = 'relay-whole';"

#define INTAKE_TABLES                                                                              \
    "CREATE TABLE intake (source TEXT NOT NULL, message_id TEXT NOT NULL, channel TEXT NOT NULL,"  \
    " message TEXT NOT NULL, matter TEXT NOT NULL, client TEXT NOT NULL,"                          \
    " submission TEXT NOT NULL, new_case INTEGER NOT NULL, reference TEXT NOT NULL,"               \
    " arrived INTEGER NOT NULL, PRIMARY KEY (source, message_id)) WITHOUT ROWID;"                  \
    "CREATE TABLE refused (number INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL,"       \
    " source TEXT NOT NULL, message_id TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL);" \
    "CREATE UNIQUE INDEX refused_by_id ON refused (source, message_id) WHERE message_id <> '';"    \
    "CREATE TABLE intake_key (name TEXT PRIMARY KEY, channel TEXT NOT NULL, hash BLOB NOT NULL,"   \
    " office TEXT NOT NULL, queue TEXT NOT NULL, added INTEGER NOT NULL, revoked INTEGER)"         \
    " WITHOUT ROWID;"                                                                              \
    "CREATE TABLE attachment (id TEXT PRIMARY KEY, message TEXT NOT NULL, name TEXT NOT NULL,"     \
    " type TEXT NOT NULL, digest BLOB NOT NULL, bytes BLOB NOT NULL);"                             \
    "CREATE INDEX attachment_by_message ON attachment (message);"                                  \
    "CREATE TABLE reach (kind INTEGER NOT NULL, key TEXT NOT NULL, record INTEGER NOT NULL,"       \
    " PRIMARY KEY (kind, key, record)) WITHOUT ROWID;"                                             \
    "CREATE INDEX reach_by_record ON reach (record);"

/* As ledger_reach.c keeps them. */
#define REACH_FILL_ONE(kind, type, value)                                                          \
    "INSERT INTO reach SELECT " kind ", " value ", number FROM record WHERE type = '" type "' "    \
    "AND coalesce(" value ", '') <> '' AND length(" value ") < 400;"
#define REACH_FILL                                                                                 \
    REACH_FILL_ONE("1", "case", "json_extract(document, '$.body.reference')")                      \
    REACH_FILL_ONE("2", "message", "json_extract(document, '$.body.message_id')")                  \
    REACH_FILL_ONE("3", "client", "lower(json_extract(document, '$.body.email'))")                 \
    REACH_FILL_ONE("4", "client",                                                                  \
                   "substr(replace(replace(replace(replace(replace(replace(json_extract("          \
                   "document, '$.body.phone'), ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), " \
                   "'+', ''), -7)")                                                                \
    REACH_FILL_ONE("5", "client", "json_extract(document, '$.body.birth_date')")                   \
    REACH_FILL_ONE("6", "client", "json_extract(document, '$.body.postal_code')")

#define GONE_TABLE                                                                                 \
    "CREATE TABLE gone (scope INTEGER NOT NULL, seq INTEGER NOT NULL, record INTEGER NOT NULL,"    \
    " PRIMARY KEY (scope, seq)) WITHOUT ROWID;"                                                    \
    "CREATE UNIQUE INDEX gone_by_record ON gone (record, scope);"

#define MESSAGE_TABLES                                                                             \
    "CREATE TABLE outgoing (record INTEGER PRIMARY KEY, channel TEXT NOT NULL,"                    \
    " due INTEGER NOT NULL);"                                                                      \
    "CREATE INDEX outgoing_by_due ON outgoing (channel, due);"                                     \
    "CREATE TABLE notice (number INTEGER PRIMARY KEY AUTOINCREMENT, matter TEXT NOT NULL,"         \
    " rev INTEGER NOT NULL, status TEXT NOT NULL, at INTEGER NOT NULL);"                           \
    "CREATE TABLE access (kind TEXT NOT NULL, record TEXT NOT NULL, label TEXT NOT NULL,"          \
    " letters TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, expires INTEGER NOT NULL,"    \
    " PRIMARY KEY (kind, record)) WITHOUT ROWID;"                                                  \
    "CREATE INDEX access_by_letters ON access (kind, letters);"                                    \
    "CREATE TABLE sms_seen (signature BLOB PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;"    \
    "CREATE TABLE sms_part (series TEXT NOT NULL, number INTEGER NOT NULL, total INTEGER NOT "     \
    "NULL,"                                                                                        \
    " text TEXT NOT NULL, arrived INTEGER NOT NULL, PRIMARY KEY (series, number)) WITHOUT ROWID;"  \
    "CREATE TABLE sms_stop (number TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;"       \
    "CREATE INDEX record_of_template ON record (type) WHERE type = 'template';"

#define OPEN311_TABLE                                                                              \
    "CREATE TABLE open311 (number INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE,"                \
    " source TEXT NOT NULL, digest BLOB NOT NULL, code TEXT NOT NULL, jurisdiction TEXT NOT NULL," \
    " kind INTEGER NOT NULL, at INTEGER NOT NULL, title TEXT NOT NULL, facts TEXT NOT NULL,"       \
    " message TEXT, matter TEXT NOT NULL DEFAULT '', reference TEXT NOT NULL DEFAULT '');"         \
    "CREATE INDEX open311_by_digest ON open311 (digest);"                                          \
    "CREATE INDEX open311_by_time ON open311 (at);"                                                \
    "CREATE INDEX open311_by_reference ON open311 (reference) WHERE reference <> '';"              \
    "CREATE INDEX open311_waiting ON open311 (number) WHERE message IS NOT NULL;"

static const char tables[] =
    "CREATE TABLE property (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE record (number INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL,"
    " rev INTEGER NOT NULL, seq INTEGER NOT NULL, parent TEXT, document TEXT NOT NULL, known TEXT);"
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
    "CREATE INDEX session_by_expiry ON session (expires);" DELIVERY_TABLE PASSAGE_TABLES
        HISTORY_TABLES HISTORY_COLUMNS EXPIRY_TABLE ATTENDING_TABLE WATCH_TABLES CENTRE_TABLES
            RELAY_TABLES HELD_TABLE GONE_TABLE INTAKE_TABLES MESSAGE_TABLES PROMISE_TABLE
                OPEN311_TABLE TRUST_TABLES WORDS_COLUMN ROLE_MOVE_TABLE REASON_TABLES FETCH_COLUMN
                    SCOPES_COLUMN ENDED_COLUMN CARRIED_COLUMN KNOWN_FROM_COLUMN;

static const char *const upgrades[] = {
    DELIVERY_TABLE,                              /* 1 to 2 */
    PASSAGE_TABLES,                              /* 2 to 3 */
    "ALTER TABLE record ADD COLUMN known TEXT;", /* 3 to 4 */
    HISTORY_TABLES HISTORY_COLUMNS,              /* 4 to 5 */
    EXPIRY_TABLE EXPIRY_FILL,                    /* 5 to 6 */
    ATTENDING_TABLE ATTENDING_FILL,              /* 6 to 7 */
    WATCH_TABLES WATCH_FILL,                     /* 7 to 8 */
    CENTRE_TABLES RELAY_TABLES,                  /* 8 to 9 */
    HELD_TABLE HELD_FILL,                        /* 9 to 10 */
    GONE_TABLE,                                  /* 10 to 11 */
    INTAKE_TABLES REACH_FILL,                    /* 11 to 12 */
    MESSAGE_TABLES,                              /* 12 to 13 */
    PROMISE_TABLE,                               /* 13 to 14 */
    OPEN311_TABLE,                               /* 14 to 15 */
    TRUST_TABLES,                                /* 15 to 16 */
    WORDS_COLUMN WORDS_FILL ROLE_MOVE_TABLE,     /* 16 to 17 */
    REASON_TABLES,                               /* 17 to 18 */
    FETCH_COLUMN,                                /* 18 to 19 */
    SCOPES_COLUMN,                               /* 19 to 20 */
    ENDED_COLUMN,                                /* 20 to 21 */
    CATALOGUE_WHOLE_FILL,                        /* 21 to 22 */
    CARRIED_COLUMN,                              /* 22 to 23 */
    KNOWN_FROM_COLUMN,                           /* 23 to 24 */
};

static const struct database_statement statements[] = {
#define STATEMENT(name, text) [LEDGER_##name] = {#name, text},
    LEDGER_STATEMENTS(STATEMENT)
#undef STATEMENT
};

const struct database_schema ledger_schema = {
    .what = "ledger",
    .application_id = 0x47636C64, /* "Gcld" */
    .version = sizeof(upgrades) / sizeof(upgrades[0]) + 1,
    .create = tables,
    .upgrades = upgrades,
    .statements = statements,
    .statement_count = LEDGER_STATEMENT_COUNT,
};
