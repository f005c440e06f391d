/* The real service inventory as catalogue records, for the judged queries and the bench. */
#ifndef GUICHET_TESTS_SEARCH_INVENTORY_H
#define GUICHET_TESTS_SEARCH_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "app/error.h"
#include "app/record.h"

struct inventory {
    struct record **records; /* owned */
    size_t count;
};

/* Reads the shared files; false in `there` when they are absent. */
int inventory_read(struct inventory *inventory, bool *there, struct error *error);
void inventory_free(struct inventory *inventory);

#endif
