/*
 * The name of a person or a business, taken apart to be compared: in any order, with or without
 * accents, particles and legal forms, under a nickname, misspelt or written down by ear.
 */
#ifndef GUICHET_APP_CLIENT_NAME_H
#define GUICHET_APP_CLIENT_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "app/name_sound.h"

#define CLIENT_NAME_WORDS     8
#define CLIENT_NAME_WORD_SIZE 32

/* Folded words, the given ones first where a comma told; particles joined to what follows ("O
 * Brien", "de la Cruz", "St-Pierre", "McLeod" are one word), legal forms left out. */
struct client_name {
    size_t count;
    struct client_name_word {
        char text[CLIENT_NAME_WORD_SIZE];
        char sounds[NAME_SOUND_COUNT][NAME_SOUND_SIZE];
    } words[CLIENT_NAME_WORDS];
    int generation; /* 1: junior, 2: senior, 0: not said */
};

/* Over-long words and names are cut. Out of memory gives a name without words. */
void client_name_read(struct client_name *name, const char *typed);

enum client_name_likeness {
    CLIENT_NAME_UNKNOWN,  /* one of them says nothing */
    CLIENT_NAME_OTHER,    /* nothing in common, or another number */
    CLIENT_NAME_FAMILY,   /* words in common, and others that are not: relatives */
    CLIENT_NAME_GIVEN,    /* the first word in common alone: married, or strangers */
    CLIENT_NAME_ONE_WORD, /* of one only one word is known, and the other has it */
    CLIENT_NAME_INITIALS, /* alike but for initials */
    CLIENT_NAME_ALIKE,    /* all words of the shorter are in the other, more or less */
    CLIENT_NAME_SAME,     /* the same words in any order */
};

/* `sounds` (may be NULL): they are alike by ear, not by spelling. */
enum client_name_likeness client_name_compare(const struct client_name *left,
                                              const struct client_name *right, bool *sounds);

/* Whether two folded first names are one person's: "bob" and "robert", "max" and "maxime". */
bool client_name_is_nickname(const char *left, const char *right);

#endif
