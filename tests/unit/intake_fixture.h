/* Messages that come in through other channels, on the ledger of ledger_fixture.h. */
#ifndef GUICHET_TESTS_INTAKE_FIXTURE_H
#define GUICHET_TESTS_INTAKE_FIXTURE_H

#include "net/intake.h"
#include "tests/unit/ledger_fixture.h"

/* A message of a web form in queue q, whose office is Ben's. */
struct intake_message web_note(const char *id);

/* Takes it in, a second later than the last one; it may be refused. */
struct intake_result take_in(struct ledger_fixture *f, const struct intake_message *message);
/* The same, and it must be taken now. */
struct intake_result taken_in(struct ledger_fixture *f, const struct intake_message *message);

/* A record's document as `who` reads it; it must be there. New. */
json_t *intake_read_as(struct ledger_fixture *f, enum fixture_agent who, enum record_type type,
                       const struct id *id);

/* Whether the message tells this of itself. */
bool intake_is_remarked(struct ledger_fixture *f, const struct intake_result *result,
                        const char *word);

/* A member of a record must say this, as Ben reads it. */
void intake_says(struct ledger_fixture *f, enum record_type type, const struct id *id,
                 const char *member, const char *expected);

/* How many of Ben's hand-offs that wait are about this case. */
size_t intake_offers_of(struct ledger_fixture *f, const struct id *matter);

/* The offer of a case. */
struct id intake_offer_of(struct ledger_fixture *f, const struct id *matter);

/* cmocka's setup: the ledger with queue, services and form. */
int intake_setup(void **state);

/* A message of Léa Roy about this service, with all that is known of her. */
struct intake_result intake_opened(struct ledger_fixture *f, const char *id, const char *service);

#endif
