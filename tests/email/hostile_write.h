/* Hostile mail, written from a seed: the same seed, the same mail. */
#ifndef GUICHET_TESTS_EMAIL_HOSTILE_WRITE_H
#define GUICHET_TESTS_EMAIL_HOSTILE_WRITE_H

#include <stdint.h>

#include "app/text.h"

/* Writes one, of the kind `number` modulo how many there are; `ordinary` holds `count` mails that
 * some kinds damage. */
void hostile_write(struct text_buffer *mail, uint64_t seed, uint64_t number,
                   const struct text_buffer *ordinary, size_t count);

#endif
