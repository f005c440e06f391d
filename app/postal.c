#include "app/postal.h"

#include <math.h>
#include <string.h>

#include "app/postal_places.h"

#define EARTH_RADIUS_KM 6371.0088 /* mean radius */

/* Canada Post: no D, F, I, O, Q, U anywhere, no W and Z at first. */
static const char first_letters[] = "ABCEGHJKLMNPRSTVXY";
static const char letters[] = "ABCEGHJKLMNPRSTVWXYZ";

/* The sign at this place of a code, capital; '\0' when none of its kind. */
static char sign_at(char typed, size_t place)
{
    char sign = typed >= 'a' && typed <= 'z' ? (char)(typed - 'a' + 'A') : typed;

    if (sign == '\0')
        return '\0';
    if (place % 2 == 1)
        return sign >= '0' && sign <= '9' ? sign : '\0';
    return strchr(place == 0 ? first_letters : letters, sign) != NULL ? sign : '\0';
}

bool postal_code_read(const char *text, char code[POSTAL_CODE_SIZE])
{
    size_t count = 0, written = 0;

    for (; *text != '\0'; text++) {
        if (*text == ' ' || (*text == '-' && count == 3))
            continue;
        if (count == 6 || sign_at(*text, count) == '\0')
            return false;
        if (count == 3)
            code[written++] = ' ';
        code[written++] = sign_at(*text, count++);
    }
    code[written] = '\0';
    return count == 3 || count == 6;
}

/* How many signs of the code a row fits by; 0 for none. */
static size_t fits(const struct postal_region *region, const char *code)
{
    const char *at = region->prefixes;
    size_t best = 0;

    while (*at != '\0') {
        size_t length = strcspn(at, " ");

        if (length > best && strncmp(at, code, length) == 0)
            best = length;
        at += length;
        at += strspn(at, " ");
    }
    return best;
}

bool postal_place(const char *code, struct place *place)
{
    const struct postal_region *found = NULL;
    size_t best = 0;

    for (size_t i = 0; i < postal_region_count; i++) {
        size_t length = fits(&postal_regions[i], code);

        if (length <= best)
            continue;
        best = length;
        found = &postal_regions[i];
    }
    if (found == NULL)
        return false;
    *place =
        (struct place){found->latitude,
                       found->longitude,
                       found->within_km,
                       {found->french, found->english != NULL ? found->english : found->french}};
    return true;
}

static double radians(double degrees)
{
    return degrees * M_PI / 180;
}

/* The haversine formula: good at short distances too. */
double place_distance(double latitude, double longitude, double to_latitude, double to_longitude)
{
    double north = sin(radians(to_latitude - latitude) / 2);
    double east = sin(radians(to_longitude - longitude) / 2);
    double square =
        north * north + cos(radians(latitude)) * cos(radians(to_latitude)) * east * east;

    return 2 * EARTH_RADIUS_KM * asin(sqrt(square < 1 ? square : 1));
}
