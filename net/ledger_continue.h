/*
 * The server's side of continue codes (app/continue.h): which draft a code opens, how often one may
 * guess, and what the web may change.
 *
 * Guessing. Wrong attempts are counted, before they are known to be wrong, on two counters that are
 * kept by a keyed hash and outlive a restart:
 *
 * - by the code's first group, whether any draft has it or not: 5 are free, then each doubles a
 *   wait that begins with a minute and ends with a day; they are forgotten a fortnight after the
 *   last wait. However many addresses guess together, one group gets at most 17 attempts in a day
 *   and 30 in a fortnight, among 62,748,517 secrets: a code that lives so long is guessed with odds
 *   of 1 in 2,000,000.
 * - by address (IPv6: by its first 64 bits): 20 are free, then the wait doubles from 5 seconds to a
 *   quarter of an hour; they are forgotten after a day: fewer than 150 a day. With a thousand codes
 * alive, each guess at random meets one with odds of 1,000 in 13^11: an address that never rests
 * waits for 30,000 years.
 *
 * A right code forgets its group's wrong ones, and takes its own attempt back from the address. An
 * unknown group costs the same time, and is answered in the same words, as a wrong secret, a code
 * that was taken back and one that has expired. A code with a wrong check character is no attempt:
 * the caller says so without asking here.
 */
#ifndef GUICHET_NET_LEDGER_CONTINUE_H
#define GUICHET_NET_LEDGER_CONTINUE_H

#include "app/continue.h"
#include "net/ledger.h"

/* A code that was right: what it opens. Plain value. */
struct ledger_passage {
    struct id submission;
    unsigned char hash[CONTINUE_HASH_BYTES]; /* of the grant: another code, another passage */
    int64_t expires_ms;
    int64_t retry_ms; /* with ERROR_BUSY: how long to wait */
};

/*
 * Finds the draft that a code opens for somebody at `address` (text of an IP address).
 * ERROR_NOT_FOUND when it opens none, ERROR_BUSY after too many wrong ones, with `retry_ms`. Takes
 * about 20 ms and 16 MiB: call it from one thread at a time.
 */
int ledger_passage_find(struct ledger *ledger, const struct continue_code *code,
                        const char *address, int64_t now_ms, struct ledger_passage *passage,
                        struct error *error);

/* The draft, and its form as the catalogue has it: new (record_free). ERROR_NOT_FOUND when the
 * passage has ended since. */
int ledger_passage_read(struct ledger *ledger, const struct ledger_passage *passage, int64_t now_ms,
                        struct record **draft, struct record **form, struct error *error);

/*
 * Applies changes to the draft as the web's (continue_web_agent, channel "web"): `fields` maps
 * paths as an operation of kind fields does (borrowed); `base` is the rev that the web saw. One
 * transaction, on disk when this returns 0; a refusal is an outcome (cleared by the caller).
 * ERROR_NOT_FOUND when the passage has ended since; ERROR_CONFLICT when `only_at` is not 0 and the
 * draft is not at that rev any more.
 */
int ledger_passage_change(struct ledger *ledger, const struct ledger_passage *passage,
                          json_t *fields, int64_t base, int64_t only_at, int64_t now_ms,
                          struct ledger_outcome *outcome, struct error *error);

#endif
