/*
 * Up to where a server has shown how it stands: numbers, each with the stay in which it was given,
 * "NUMBER.STAY", with commas between, the highest first; "NUMBER" where the server told no stay, ""
 * for nothing. A server that was restored from an older copy does not know them. Of too many the
 * lowest are left out, and of a text what is none of this.
 */
#ifndef GUICHET_APP_SHOWN_H
#define GUICHET_APP_SHOWN_H

#include <stdbool.h>
#include <stdint.h>

#define SHOWN_MOST      3
#define SHOWN_STAY_SIZE 16
#define SHOWN_SIZE      (SHOWN_MOST * (24 + SHOWN_STAY_SIZE))

/* Of one stay the highest number speaks for those below it. One of another stay does not, whatever
 * its number: the server may have been restored between the two. */
void shown_add(char text[SHOWN_SIZE], int64_t seq, const char *stay);
/* What a server said in these words. */
void shown_add_text(char text[SHOWN_SIZE], const char *told);
/* Leaves out what stands in `named` as well and is not past `place`. */
void shown_drop(char text[SHOWN_SIZE], const char *named, int64_t place);
/* Whether one of them is not past `place`. */
bool shown_reached(const char *text, int64_t place);

#endif
