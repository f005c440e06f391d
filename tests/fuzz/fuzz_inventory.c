/* Fuzzes the importer of the service inventory: services, a form feed, standards. Importing the
 * same again must change nothing. */
#include "tests/fuzz/fuzz_import.h"

#include "app/import_gc_service_inventory.h"

static char services[128];
static char standards[128];

static int import(const struct import_sink *sink, struct import_edition *edition,
                  struct error *error)
{
    return import_gc_service_inventory(services, standards, sink, edition, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *part;
    size_t length = fuzz_part(&data, &size, &part);

    (void)fuzz_file("services.csv", part, length, services);
    (void)fuzz_file("standards.csv", data, size, standards);
    fuzz_import(import);
    return 0;
}
