/* Fuzzes the importer of our own CSV of services. Importing the same again must change nothing. */
#include "tests/fuzz/fuzz_import.h"

#include "app/import_csv.h"

static char path[128];

static int import(const struct import_sink *sink, struct import_edition *edition,
                  struct error *error)
{
    return import_csv(path, sink, edition, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)fuzz_file("fuzz.csv", data, size, path);
    fuzz_import(import);
    return 0;
}
