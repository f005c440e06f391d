/* What became of a delivery to an agency (app/delivery.h), in plain words: shared by the case, the
 * form and the delivery's own screen. */
#ifndef GUICHET_UI_DELIVERY_WORDS_H
#define GUICHET_UI_DELIVERY_WORDS_H

#include "app/record.h"
#include "ui/paint.h"
#include "ui/screen.h"

/* The agency's title; its id when the form gave none. Borrowed; not cleaned. */
const char *delivery_agency(const struct record *delivery);

/* "acknowledged", "to be sent again", "not sent: no consent". Static. */
const char *delivery_state(const struct record *delivery);
enum paint_style delivery_style(const struct record *delivery);

/* What there is to know besides: the receipt, why not, when it is tried next; "" for nothing. */
void delivery_detail(struct desk *desk, const struct record *delivery, char *text, size_t size);

/* State and detail in one line. */
void delivery_line(struct desk *desk, const struct record *delivery, char *text, size_t size);

/* Why it waits or was refused, in a sentence: ours, or the agency's own. "" for no reason. */
const char *delivery_why(const struct record *delivery);

/* True when the agency will not get it unless somebody does something. */
bool delivery_needs_agent(const struct record *delivery);

#endif
