/*
 * Whether two sets of details are the same client: each detail that agrees speaks for it, each that
 * does not speaks against it, and what is not known says nothing (after Fellegi and Sunter, A
 * theory for record linkage, 1969). The weights are in one table, tuned on tests/clients/pairs.tsv.
 */
#ifndef GUICHET_APP_CLIENT_LIKENESS_H
#define GUICHET_APP_CLIENT_LIKENESS_H

#include "app/client.h"
#include "app/client_name.h"

/* Why a client is likely the same as the one being typed, and what speaks against it. */
enum client_likeness {
    LIKE_PHONE = 1 << 0,
    LIKE_EMAIL = 1 << 1,
    LIKE_NAME = 1 << 2,      /* the same words, in any order */
    LIKE_NEAR_NAME = 1 << 3, /* misspelt, shortened, or with more words */
    LIKE_POSTAL_CODE = 1 << 4,
    LIKE_BIRTH_DATE = 1 << 5,
    LIKE_SOUND = 1 << 6,      /* a near name that sounds the same */
    LIKE_GIVEN_NAME = 1 << 7, /* the first name alone */
    LIKE_NEAR_BIRTH_DATE = 1 << 8,
    UNLIKE_BIRTH_DATE = 1 << 9,
};
#define LIKENESS_COUNT 10

/* The word for one bit ("same-phone"), NULL when there is none; and the bit of a word, 0. */
const char *client_likeness_word(unsigned bit);
unsigned client_likeness_bit(const char *word);

#define CLIENT_PHONE_SIZE 24
#define CLIENT_PLAIN_SIZE 24

/* Details ready to be compared. Borrows the texts that it was read from. */
struct client_traits {
    struct client_name name;
    const char *kind;
    char phone[CLIENT_PHONE_SIZE]; /* figures, without the country's 1 and an extension */
    const char *email;
    char postal_code[CLIENT_PLAIN_SIZE]; /* lower case, without spaces */
    char birth_date[2][11];              /* what the date may mean; "" */
};

void client_traits_read(struct client_traits *traits, const struct client_details *details);

/* The details on a client's record; borrowed from it. */
struct client_details client_details_of(const struct record *client);

/* How likely they are one client; from CLIENT_LIKELY on it is worth showing. `likeness` receives
 * the bits of enum client_likeness. */
#define CLIENT_LIKELY 8
int client_likeness_score(const struct client_traits *left, const struct client_traits *right,
                          unsigned *likeness);

/* The figures of a phone number that tell it from others: no country code, no extension. */
void client_phone_figures(const char *typed, char figures[CLIENT_PHONE_SIZE]);

#endif
