/*
 * What a client may do with a case by a code (app/continue.h) that they were given: see where it
 * stands, by its reference and the code that is the case's `status_code`; and answer the
 * questionnaire after it was closed, once, by the code that is its `questionnaire`.
 *
 * Guessing is held up as with codes of drafts (ledger_continue.h). Of the status page it is counted
 * by reference, whether a case has it or not: 10 are free, then a wait doubles from a minute to an
 * hour, so that fewer than 40 a day try one of 13^11 codes.
 */
#ifndef GUICHET_NET_LEDGER_ACCESS_H
#define GUICHET_NET_LEDGER_ACCESS_H

#include "app/continue.h"
#include "net/ledger.h"

/* A code that was right. Plain value. */
struct ledger_access {
    struct id matter;
    unsigned char hash[CONTINUE_HASH_BYTES]; /* of the grant: another code, another access */
    int64_t retry_ms;                        /* with ERROR_BUSY: how long to wait */
};

/* ERROR_NOT_FOUND when the two open nothing, ERROR_BUSY after too many wrong ones. Takes about 20
 * ms and 16 MiB: call it from one thread at a time. `reference` is canonical (id_reference_parse).
 */
int ledger_status_find(struct ledger *ledger, const char *reference,
                       const struct continue_code *code, const char *address, int64_t now_ms,
                       struct ledger_access *access, struct error *error);
int ledger_questionnaire_find(struct ledger *ledger, const struct continue_code *code,
                              const char *address, int64_t now_ms, struct ledger_access *access,
                              struct error *error);

/* The case, and the form that its client is asked to fill. New (record_free); `language` is the
 * client's, "" for unknown. ERROR_NOT_FOUND when the form is not in the catalogue. */
#define LEDGER_LANGUAGE_SIZE 36
int ledger_questionnaire_read(struct ledger *ledger, const struct ledger_access *access,
                              struct record **matter, struct record **form,
                              char language[LEDGER_LANGUAGE_SIZE], struct error *error);

/* Ends the access in one transaction with what came of it: `answers` (borrowed, checked by the
 * caller) become a submission on the case, by the web; NULL: the client would rather not.
 * ERROR_NOT_FOUND when it has ended since: it works once. */
int ledger_questionnaire_end(struct ledger *ledger, const struct ledger_access *access,
                             const struct record *form, json_t *answers, int64_t now_ms,
                             struct error *error);

#endif
