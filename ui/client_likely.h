/* Clients who are likely the same, one in a row, with what is alike. */
#ifndef GUICHET_UI_CLIENT_LIKELY_H
#define GUICHET_UI_CLIENT_LIKELY_H

#include "app/client_index.h"
#include "ui/elsewhere.h"
#include "ui/paint.h"

/* One who is on this terminal, */
void client_likely_draw(const struct paint *row, const struct client_hit *hit);
/* and one of another office. */
void client_likely_elsewhere_draw(struct desk *desk, const struct paint *row,
                                  const struct elsewhere *elsewhere, size_t index);

#endif
