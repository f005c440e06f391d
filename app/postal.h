/*
 * Where a Canadian postal code is, more or less: from a small table of its first letters
 * (postal_places.c). No table of all codes is free to ship, so every answer says how far off it may
 * be; offices near by are told apart by it, houses are not.
 */
#ifndef GUICHET_APP_POSTAL_H
#define GUICHET_APP_POSTAL_H

#include <stdbool.h>

#define POSTAL_CODE_SIZE 8

/* Plain value. */
struct place {
    double latitude, longitude; /* degrees, WGS 84 */
    double within_km;           /* how far off it may be; 0: as exact as the record it is from */
    const char *name[2];        /* of the region, French and English; static, NULL for none */
};

/* Reads a whole code, or only its first three signs, in any case, with or without a space or dash:
 * "g1r4p5" becomes "G1R 4P5", "g1r" becomes "G1R". False when it is neither; letters that no code
 * has are refused. */
bool postal_code_read(const char *text, char code[POSTAL_CODE_SIZE]);

/* The place of a code as postal_code_read gives it; false for a region that does not exist. */
bool postal_place(const char *code, struct place *place);

/* Along a great circle, km. */
double place_distance(double latitude, double longitude, double to_latitude, double to_longitude);

#endif
