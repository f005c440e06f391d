#ifndef GUICHET_TESTS_UNIT_STORE_FORMER_H
#define GUICHET_TESTS_UNIT_STORE_FORMER_H

/* What makes a store's file of today one of an older version, as far as it still has to be told
 * which: `PRAGMA user_version` follows. */

/* What came since had an index of what waits, too. */
#define STORE_BACK_TO_14                                                                           \
    "DROP INDEX IF EXISTS record_since;"                                                           \
    "CREATE INDEX record_since ON record(case_id, seq) WHERE case_id IS NOT NULL;"

/* What the server has taken was in a table of its own, and what was on its way said so itself. */
#define STORE_BACK_TO_13                                                                           \
    STORE_BACK_TO_14                                                                               \
    "CREATE TABLE retained(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"                   \
    " type TEXT NOT NULL, record TEXT NOT NULL, urgency INTEGER NOT NULL,"                         \
    " document BLOB NOT NULL);"                                                                    \
    "INSERT INTO retained SELECT number, id, type, record, urgency, document FROM operation"       \
    " WHERE state = 2;"                                                                            \
    "DELETE FROM operation WHERE state = 2;"                                                       \
    "UPDATE operation SET reason = 'being sent' WHERE number IN (SELECT number FROM sending);"     \
    "DROP TABLE sending; DROP INDEX operation_record; DROP INDEX operation_waiting;"               \
    "CREATE INDEX operation_record ON operation(record, number);"                                  \
    "CREATE INDEX operation_state ON operation(state, urgency, number);"

/* It was not noted when a record was told to leave. */
#define STORE_BACK_TO_12 STORE_BACK_TO_13 "ALTER TABLE leaving DROP COLUMN told;"

#endif
