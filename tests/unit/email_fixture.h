/* A ledger with queue q (Ben's), and mail of the folder tests/email/thread taken into it. */
#ifndef GUICHET_TESTS_EMAIL_FIXTURE_H
#define GUICHET_TESTS_EMAIL_FIXTURE_H

#include "app/text.h"
#include "net/email_take.h"
#include "tests/unit/ledger_fixture.h"

#define EMAIL_FIXTURE_ADDRESS "bureau@ville.example"

struct email_fixture {
    struct ledger_fixture ledger;
    struct email_taker *taker;
};

void email_fixture_open(struct email_fixture *fixture, int64_t per_hour);
void email_fixture_close(struct email_fixture *fixture);

/* Adds the bytes of a file of the thread. */
void email_fixture_read(const char *name, struct text_buffer *bytes);

/* Takes bytes, which must not fail; what became of them, with the reason. */
enum email_taken email_fixture_take(struct email_fixture *fixture, const void *bytes, size_t length,
                                    char reason[EMAIL_TAKEN_REASON_SIZE]);

#endif
