/* The table behind postal.h. Only app/postal*.c include it. */
#ifndef GUICHET_APP_POSTAL_PLACES_H
#define GUICHET_APP_POSTAL_PLACES_H

#include <stddef.h>

struct postal_region {
    const char *prefixes; /* one to three signs each, a space between; the longest that fits wins */
    double latitude, longitude;
    double within_km;
    const char *french, *english; /* `english` NULL: the same */
};

extern const struct postal_region postal_regions[];
extern const size_t postal_region_count;

#endif
