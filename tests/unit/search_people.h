/* Clients and agents for the tests of finding; and what the audit trail says. */
#ifndef GUICHET_TESTS_SEARCH_PEOPLE_H
#define GUICHET_TESTS_SEARCH_PEOPLE_H

#include "net/ledger_search.h"
#include "tests/unit/ledger_fixture.h"

/* Gives a fixture's agent a role, in their office ("b"). */
void people_role(struct ledger_fixture *fixture, enum fixture_agent who, const char *office,
                 const char *role);

/* A client that Denis (office d) has; NULL for what is not known. */
struct id people_client(struct ledger_fixture *fixture, const char *name, const char *phone,
                        const char *email, const char *postal_code, const char *birth_date);
/* A case of theirs; `reference` (ID_REFERENCE_SIZE, may be NULL) receives its reference. */
struct id people_case(struct ledger_fixture *fixture, const struct id *client, char *reference);
/* The one is merged into the other. */
void people_merge(struct ledger_fixture *fixture, const struct id *client,
                  const struct id *survivor);

/* "kind|purpose|words|what" of each entry of this agent's, a line each, of the kinds read, search,
 * refused and emergency. New (free()). */
char *people_trail(struct ledger_fixture *fixture, enum fixture_agent who);
/* How many entries of the trail say that this client was looked at. */
int people_trail_of(struct ledger_fixture *fixture, const struct id *client);
/* Runs a statement on the database. */
void people_sql(struct ledger_fixture *fixture, const char *sql);

#endif
