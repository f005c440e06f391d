/* Fuzzes the reader of time zones (the files of the system): whatever is taken answers for any
 * moment with an offset that a day can have, and a day's hour comes back. */
#include "tests/fuzz/fuzz.h"

#include "app/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t moments[] = {-62135596800, -1, 0, 1700000000, 4102444800, 253402300799};
    struct error error = ERROR_INIT;
    struct zone *zone = NULL;

    if (zone_read(&zone, data, size, "Fuzz/Zone", &error) != 0) {
        FUZZ_HOLDS(zone == NULL && error.message[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        int64_t offset = zone_offset(zone, moments[i]);

        FUZZ_HOLDS(offset > -26 * 3600 && offset < 26 * 3600);
        (void)zone_moment(zone, moments[i]);
    }
    zone_free(zone);
    return 0;
}
