/* Keys pressed on a real screen of the fixture, measured up to what is sent to a terminal: an xterm
 * of 24 by 80 on a pseudo-terminal that nobody shows. */
#ifndef GUICHET_TESTS_BENCH_PAINTED_H
#define GUICHET_TESTS_BENCH_PAINTED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/unit/ui_fixture.h"
#include "ui/terminal.h"

/* Microseconds, for differences. */
double painted_now(void);

/* Makes standard input and output such a terminal; non-zero when there is none. */
int painted_begin(void);
/* Where figures go since then. */
FILE *painted_out(void);

/* One turn of the loop for one key; microseconds, and the bytes sent. */
double painted_key(struct ui_fixture *fixture, struct terminal *terminal, uint32_t code,
                   size_t *bytes);
/* The same without a key: something has changed. */
double painted_look(struct ui_fixture *fixture, struct terminal *terminal, size_t *bytes);
/* Median time and mean bytes of many keys, alternately one and the other. */
void painted_keys(struct ui_fixture *fixture, struct terminal *terminal, uint32_t first,
                  uint32_t second, double *time, double *sent);

/* Sorts them. */
double painted_median(double *times, size_t count);

#endif
