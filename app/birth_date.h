/*
 * A birth date as people write it, in French or English.
 */
#ifndef GUICHET_APP_BIRTH_DATE_H
#define GUICHET_APP_BIRTH_DATE_H

#include <stdbool.h>
#include <stddef.h>

/* "YYYY-MM-DD" with its NUL. */
#define BIRTH_DATE_SIZE 11

/* Days that one writing may mean: "03/04/1980" means two. */
#define BIRTH_DATE_MEANINGS 2

/*
 * Reads "1980-05-31", "1980/5/31", "19800531", "31/05/1980", "05/31/1980", "31.5.1980", "31 mai
 * 1980", "May 31, 1980", "1er mai 1980". Returns how many days that exist it may mean, the day
 * before the month first; 0 when it is no date, or one before 1850.
 */
size_t birth_date_read(const char *typed, char dates[BIRTH_DATE_MEANINGS][BIRTH_DATE_SIZE]);

enum birth_date_likeness {
    BIRTH_DATE_OTHER,
    BIRTH_DATE_NEAR, /* day and month swapped, one figure off, two neighbours swapped */
    BIRTH_DATE_SAME,
};

/* Of two dates "YYYY-MM-DD". */
enum birth_date_likeness birth_date_compare(const char *left, const char *right);

#endif
