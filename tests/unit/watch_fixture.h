/* What the tests of thresholds share: queue q of the ledger's fixture, with Denis as supervisor. */
#ifndef GUICHET_TESTS_WATCH_FIXTURE_H
#define GUICHET_TESTS_WATCH_FIXTURE_H

#include "tests/unit/ledger_fixture.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

#define WAITING_3 "{\"measure\": \"waiting\", \"limit\": 3, \"rearm\": 1, \"action\": \"notify\"}"

/* Publishes queue q with these thresholds, a JSON array; the next queue is r. */
void watch_set(struct ledger_fixture *fixture, const char *thresholds);

/* Anne offers queue q a hand-off, of this contact (NULL for none). */
struct id watch_offer(struct ledger_fixture *fixture, int64_t at_ms, const struct id *contact);

/* Looks at the queues: so many thresholds are crossed, so many alerts over, and none when looking
 * again. */
void watch_step(struct ledger_fixture *fixture, int64_t now_ms, int crossed, int over);

/* Looks, and gives the time of the next look. */
int64_t watch_next_after(struct ledger_fixture *fixture, int64_t now_ms);

/* The alerts in the desk of `who` (of this state; NULL: all of them). `last`, unless NULL, receives
 * a reference to the last of them in the place of what it held. */
size_t watch_alerts(struct ledger_fixture *fixture, enum fixture_agent who, const char *state,
                    json_t **last);

#endif
