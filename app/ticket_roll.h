/*
 * The numbers that this terminal may give: rolls that it took ahead (ticket.h says why). A roll
 * holds TICKET_ROLL_SIZE numbers of every letter: the first one 1 to 20, the second 21 to 40. It
 * is this device's once the server has confirmed it.
 */
#ifndef GUICHET_APP_TICKET_ROLL_H
#define GUICHET_APP_TICKET_ROLL_H

#include "app/ticket.h"

#define TICKET_ROLL_SIZE 20
/*
 * In an office with a relay, the relay gives the rolls up to this one and the centre those after
 * it: neither need hear of the other's, and no roll is given twice (net/relay.md). Elsewhere the
 * one server gives all. Who asks the centre for one of a relay's is refused in this field, and
 * takes one of the centre's.
 */
#define TICKET_ROLLS_OF_RELAY 50
#define TICKET_ROLL_REFUSED   "relay"
/* Another roll is taken when a letter has fewer numbers left. */
#define TICKET_ROLL_LOW 10
/* Days after this one for which a roll is taken, so that one that begins without the link has
 * numbers too: past a long weekend. */
#define TICKET_DAYS_AHEAD 4

/* Takes what is missing for `day` and the days after it; adds nothing when nothing is, or while
 * one is on its way. Rolls that another device was given first are forgotten (their refusals are
 * nobody's concern), and the next are taken. */
int ticket_rolls_take(struct batch *batch, const struct author *author, struct store *store,
                      const char *day, struct error *error);

/* Whether this terminal gives tickets: it has a roll of this day or of one after it. */
bool ticket_rolls_are_taken(const struct author *author, struct store *store, const char *day);

/*
 * The next number of this letter. It is used up when this returns, also when nothing is made of
 * it. ERROR_NOT_FOUND when none is left until the link brings more.
 */
int ticket_number_next(const struct author *author, struct store *store, const char *day,
                       const char *letter, char number[TICKET_NUMBER_SIZE], struct error *error);

#endif
