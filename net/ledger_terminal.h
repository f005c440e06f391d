/*
 * Terminals that an administrator has enrolled: each installation holds a key of its own
 * (net/device_proof.h), and is known by the name that it was given.
 *
 * Enrolling takes a one-time code, which is short-lived and kept as a hash; wrong ones cost waits
 * that grow. A terminal that is revoked is served no more, at once; one that is wiped is told, with
 * its next request, to erase what it keeps.
 */
#ifndef GUICHET_NET_LEDGER_TERMINAL_H
#define GUICHET_NET_LEDGER_TERMINAL_H

#include <jansson.h>

#include "net/device_proof.h"
#include "net/ledger.h"

/* Bytes; small letters, digits, '-' and '.'. */
#define LEDGER_TERMINAL_NAME_LIMIT 64
/* "7K3M-9QX4-TT2P": sixty random bits in Crockford's base 32. */
#define LEDGER_ENROLMENT_CODE_SIZE 15
/* How long a code is good, where nothing else is said, and at most. */
#define LEDGER_ENROLMENT_MINUTES      60
#define LEDGER_ENROLMENT_MINUTES_MOST (7 * 24 * 60)

/* The numbers are kept in the database. */
enum ledger_terminal_state {
    LEDGER_TERMINAL_UNKNOWN = 0,
    LEDGER_TERMINAL_ENROLLED = 1,
    LEDGER_TERMINAL_REVOKED = 2,
    LEDGER_TERMINAL_WIPED = 3, /* it is told to erase itself */
};

/* Makes the code by which a terminal of this name is enrolled, instead of any before it.
 * ERROR_CONFLICT when an enrolled one has the name. */
int ledger_enrolment_make(struct ledger *ledger, const char *name, int64_t minutes, int64_t now_ms,
                          char code[LEDGER_ENROLMENT_CODE_SIZE], int64_t *expires_ms,
                          struct error *error);

/* A terminal that asks to be enrolled; its proof was checked. Borrowed. */
struct ledger_enrolment {
    const char *code;
    const unsigned char *key; /* DEVICE_KEY_SIZE */
    const char *address;
    const char *request; /* id of the request, for the audit trail */
};

/* ERROR_NOT_FOUND when the code is wrong, used or too old; ERROR_BUSY after too many wrong ones from
 * this address: those that then come too early are in the trail together. */
int ledger_enrol(struct ledger *ledger, const struct ledger_enrolment *enrolment, int64_t now_ms,
                 char name[LEDGER_TERMINAL_NAME_LIMIT + 1], int64_t *retry_ms,
                 struct error *error);

/* [{"name","key","state","enrolled_at","seen_at","changed_at","told_at"}], by name. New reference.
 */
int ledger_terminals(struct ledger *ledger, json_t **list, struct error *error);

/* Revokes or wipes; its sessions end. ERROR_NOT_FOUND when there is none of this name. */
int ledger_terminal_end(struct ledger *ledger, const char *name, enum ledger_terminal_state state,
                        int64_t now_ms, struct error *error);

/* A terminal that is to be wiped was told so. */
int ledger_terminal_told(struct ledger *ledger, const unsigned char key[DEVICE_KEY_SIZE],
                         int64_t now_ms, struct error *error);

#endif
