/*
 * The log of the database. What is committed is in the log, and on the disk; carrying it into the
 * file itself takes long, and who commits would wait for it. So a bell tells somebody else, and the
 * one who commits does it only where nobody listens or the log has grown too long.
 */
#ifndef GUICHET_NET_LEDGER_LOG_H
#define GUICHET_NET_LEDGER_LOG_H

#include "app/error.h"
#include "net/ledger.h"

/* Has the writer watch its log; when the ledger is opened. */
void ledger_log_watch(struct ledger *ledger);

/* Whether it is time to carry it: nothing was committed since this was asked with the same `seen`,
 * whose processors and disk are for those who wait, or it is long by now. Any thread. */
bool ledger_log_rests(struct ledger *ledger, int *seen);

/* Carries what the log holds into the file, beside whoever writes. Any thread, outside of a
 * transaction; for who listens to LEDGER_BELL_LOG. */
int ledger_log_carry(struct ledger *ledger, struct error *error);

#endif
