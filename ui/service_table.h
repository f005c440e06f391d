/* The table of a service's channels, side by side: fee, how long it takes, how. */
#ifndef GUICHET_UI_SERVICE_TABLE_H
#define GUICHET_UI_SERVICE_TABLE_H

#include "app/record.h"
#include "ui/page.h"

/* Draws it at the page's place; `own` is the channel of this terminal, marked. */
void service_table_draw(struct page *page, const struct record *service, const char *own);

#endif
