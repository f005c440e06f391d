/*
 * How a word of a name sounds, as a short key: names that are said alike have the same key however
 * they are spelt. One key by French and one by English spelling, for a name may be either, and is
 * often written down by ear in the other.
 *
 * French follows the groups of FONEM, the code made for the family names of the Saguenay (Bouchard,
 * Brard and Lavoie, Population 36 (6), 1981): vowel groups, nasals, silent endings, hard and soft c
 * and g. English follows NYSIIS (Taft, Name Search Techniques, 1970): consonants by sound, every
 * group of vowels as one. The rules are tables in name_sound.c.
 */
#ifndef GUICHET_APP_NAME_SOUND_H
#define GUICHET_APP_NAME_SOUND_H

#include <stddef.h>

enum name_sound { NAME_SOUND_FRENCH, NAME_SOUND_ENGLISH, NAME_SOUND_COUNT };

#define NAME_SOUND_SIZE 24

/* The key of a folded word (text_fold; a "ç" that was is better written "s"); "" for a word that
 * has no letter of a to z. Long words are cut. */
void name_sound(enum name_sound which, const char *word, char key[NAME_SOUND_SIZE]);

#endif
